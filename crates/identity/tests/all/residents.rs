//! Stories of residents, each on both databases.

use crate::support::{Browser, count, identity};
use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_city::{City, each_database, sql::Sql as _};
use yakuba_identity::{
    IdentityService, Token, Visitor,
    residents::{
        CodeCheck, CodeStart, check_email_code, confirmed_email, start_email_code,
        store as residents,
    },
};
use yakuba_kernel::MeasureName;
use yakuba_mail::{EmailAddress, MailService};
use yakuba_ui::Language;

const ADDRESS: &str = "hanako@example.jp";

fn later(city: &City, minutes: i64) {
    city.clock()
        .set(city.now() + SignedDuration::from_mins(minutes));
}

/// The code in the newest mail to an address.
async fn code(city: &City, address: &str) -> String {
    let key = identity(city).key().clone();
    let mails = yakuba_mail::store::all_waiting(city.db(), 100)
        .await
        .unwrap();
    let mail = mails
        .iter()
        .map(|mail| mail.open(&key).unwrap())
        .find(|mail| mail.to.as_str() == address)
        .expect("a mail to the address");
    let code = mail
        .text
        .lines()
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
        .expect("a code in the mail");
    code.to_owned()
}

fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

async fn sign_in(city: &City, browser: &mut Browser, address: &str) {
    let answer = browser
        .post("/resident/sign-in", &[("email", address)])
        .await;
    assert_eq!(answer.location(), "/resident/sign-in/code?next=/resident");
    let code = code(city, address).await;
    let answer = browser
        .post("/resident/sign-in/code", &[("code", &code)])
        .await;
    assert_eq!(answer.location(), "/resident", "{}", answer.text);
}

each_database!(
    a_code_makes_the_account_once_and_nothing_about_the_person_is_written_in_clear,
    [&MailService, &IdentityService],
    async |city| {
        let mut phone = Browser::new(&city, "192.0.2.1");
        sign_in(&city, &mut phone, ADDRESS).await;
        let page = phone.get("/resident").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(ADDRESS));
        // The same mailbox, typed otherwise, on another device.
        let mut tablet = Browser::new(&city, "192.0.2.9");
        let typed = " Ｈanako@EXAMPLE.jp";
        tablet.post("/resident/sign-in", &[("email", typed)]).await;
        let code = code(&city, "Hanako@example.jp").await;
        tablet
            .post("/resident/sign-in/code", &[("code", &code)])
            .await;
        assert_eq!(tablet.get("/resident").await.status, StatusCode::OK);
        assert_eq!(count(&city, "residents").await, 1);
        assert_eq!(count(&city, "resident_sessions").await, 2);
        assert_eq!(count(&city, "email_codes").await, 0);

        let facts = yakuba_city::year_totals(
            city.db(),
            &[MeasureName::declared("identity.resident_sign_in")],
        )
        .await
        .unwrap();
        assert_eq!(
            (facts.len(), facts[0].subject.as_str(), facts[0].count),
            (1, "email_code", 2)
        );
        let sealed: Vec<u8> = city
            .db()
            .value("SELECT email FROM residents", [])
            .await
            .unwrap()
            .unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("hanako"));
        for (table, column) in [
            ("audit_log", "actor || target || detail"),
            ("jobs", "payload"),
            ("residents", "email_hash || handle"),
            ("sign_in_attempts", "bucket"),
        ] {
            let found: Option<i64> = city
                .db()
                .value(
                    &format!("SELECT COUNT(*) FROM {table} WHERE LOWER({column}) LIKE '%hanako%'"),
                    [],
                )
                .await
                .unwrap();
            assert_eq!(found, Some(0), "{table}");
        }
        assert!(
            yakuba_city::verify_audit(city.db())
                .await
                .unwrap()
                .broken
                .is_none()
        );
    }
);

each_database!(
    nobody_finds_out_who_has_an_account,
    [&MailService, &IdentityService],
    async |city| {
        let mut owner = Browser::new(&city, "192.0.2.1");
        sign_in(&city, &mut owner, ADDRESS).await;
        let mut told = Vec::new();
        for address in [ADDRESS, "nobody@example.jp"] {
            let before = count(&city, "mails").await;
            let mut stranger = Browser::new(&city, "198.51.100.7");
            let answer = stranger
                .post("/resident/sign-in", &[("email", address)])
                .await;
            let page = stranger.get("/resident/sign-in/code").await;
            told.push((
                answer.status,
                answer.location().to_owned(),
                page.text,
                count(&city, "mails").await - before,
            ));
        }
        assert_eq!(told[0], told[1]);
    }
);

each_database!(
    guessing_ends_after_five_tries_and_does_not_lock_the_owner_out,
    [&MailService, &IdentityService],
    async |city| {
        let mut stranger = Browser::new(&city, "198.51.100.7");
        stranger
            .post("/resident/sign-in", &[("email", ADDRESS)])
            .await;
        let right = code(&city, ADDRESS).await;
        for _ in 0..4 {
            let answer = stranger
                .post("/resident/sign-in/code", &[("code", &wrong(&right))])
                .await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        for _ in 0..2 {
            let answer = stranger
                .post("/resident/sign-in/code", &[("code", &wrong(&right))])
                .await;
            assert!(
                answer
                    .location()
                    .starts_with("/resident/sign-in?done=again")
            );
        }
        // The fifth try was the last, also for the right code.
        let answer = stranger
            .post("/resident/sign-in/code", &[("code", &right)])
            .await;
        assert!(
            answer
                .location()
                .starts_with("/resident/sign-in?done=again")
        );

        // From one place, more and more patience is needed.
        let mut refused = 0;
        for _ in 0..20 {
            let answer = stranger
                .post("/resident/sign-in", &[("email", ADDRESS)])
                .await;
            refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        }
        assert!(refused >= 15, "{refused}");
        // The owner is somewhere else and signs in at once.
        let mut owner = Browser::new(&city, "192.0.2.1");
        sign_in(&city, &mut owner, ADDRESS).await;
        // Even a crowd of strangers delays the owner by two minutes at most.
        for place in 0..60_u8 {
            let address: &'static str = Box::leak(format!("203.0.113.{place}").into_boxed_str());
            Browser::new(&city, address)
                .post("/resident/sign-in", &[("email", ADDRESS)])
                .await;
        }
        later(&city, 2);
        let mut elsewhere = Browser::new(&city, "192.0.2.2");
        sign_in(&city, &mut elsewhere, ADDRESS).await;
    }
);

each_database!(
    a_code_holds_for_ten_minutes_and_only_in_the_browser_that_asked,
    [&MailService, &IdentityService],
    async |city| {
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser
            .post("/resident/sign-in", &[("email", ADDRESS)])
            .await;
        let code = code(&city, ADDRESS).await;
        let mut other = Browser::new(&city, "192.0.2.1");
        other
            .post("/resident/sign-in", &[("email", "else@example.jp")])
            .await;
        let answer = other
            .post("/resident/sign-in/code", &[("code", &code)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        later(&city, 11);
        let answer = browser
            .post("/resident/sign-in/code", &[("code", &code)])
            .await;
        assert!(
            answer
                .location()
                .starts_with("/resident/sign-in?done=again")
        );
        assert_eq!(count(&city, "residents").await, 0);
    }
);

each_database!(
    an_address_can_be_confirmed_without_an_account,
    [&MailService, &IdentityService],
    async |city| {
        let identity = identity(&city);
        let visitor = Visitor::default();
        let address = EmailAddress::read(ADDRESS).unwrap();
        let CodeStart::Sent(token) =
            start_email_code(&identity, &visitor, &address, Language::Japanese)
                .await
                .unwrap()
        else {
            panic!("the first code is sent at once");
        };
        assert_eq!(confirmed_email(&identity, &token).await.unwrap(), None);
        let code = code(&city, ADDRESS).await;
        let check = |token: Token, code: String| {
            let (identity, visitor) = (identity.clone(), visitor.clone());
            async move {
                check_email_code(&identity, &visitor, &token, &code)
                    .await
                    .unwrap()
            }
        };
        assert_eq!(
            check(token.clone(), wrong(&code)).await,
            CodeCheck::Wrong(4)
        );
        // Full-width digits and blanks are what phones type.
        let typed: String = code
            .chars()
            .map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap())
            .collect();
        let CodeCheck::Right(confirmed) = check(token.clone(), format!(" {typed} ")).await else {
            panic!("the code is right");
        };
        assert_eq!(confirmed.email, address);
        assert_eq!(
            confirmed_email(&identity, &token).await.unwrap(),
            Some(confirmed)
        );
        assert_eq!(
            confirmed_email(&identity, &Token::generate())
                .await
                .unwrap(),
            None
        );
        assert_eq!(count(&city, "residents").await, 0);
        later(&city, 25 * 60);
        assert_eq!(confirmed_email(&identity, &token).await.unwrap(), None);
    }
);

each_database!(
    a_residents_session_counts_for_nothing_at_the_desk_and_ends,
    [&MailService, &IdentityService],
    async |city| {
        let mut browser = Browser::new(&city, "192.0.2.1");
        sign_in(&city, &mut browser, ADDRESS).await;
        for path in ["/account", "/desk/identity"] {
            let answer = browser.get(path).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        }
        browser.post("/resident/sign-out", &[]).await;
        assert_eq!(
            browser.get("/resident").await.status,
            StatusCode::UNAUTHORIZED
        );
        sign_in(&city, &mut browser, ADDRESS).await;
        later(&city, 61);
        assert_eq!(
            browser.get("/resident").await.status,
            StatusCode::UNAUTHORIZED
        );
        // Staff are no residents.
        crate::support::account(&city, "sato").await;
        crate::support::second_factor_is_optional(&city).await;
        let mut staff = Browser::new(&city, "192.0.2.3");
        staff.sign_in("sato", crate::support::PASSWORD).await;
        assert!(staff.is_signed_in().await);
        assert_eq!(
            staff.get("/resident").await.status,
            StatusCode::UNAUTHORIZED
        );
        // Who is both uses both in one browser.
        sign_in(&city, &mut staff, ADDRESS).await;
        assert!(staff.is_signed_in().await);
        assert_eq!(staff.get("/resident").await.status, StatusCode::OK);
    }
);

each_database!(
    an_account_is_deleted_with_everything_in_it_after_a_fresh_sign_in,
    [&MailService, &IdentityService],
    async |city| {
        let mut browser = Browser::new(&city, "192.0.2.1");
        sign_in(&city, &mut browser, ADDRESS).await;
        later(&city, 11);
        let answer = browser.post("/resident/delete", &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(count(&city, "residents").await, 1);
        sign_in(&city, &mut browser, ADDRESS).await;
        let answer = browser.post("/resident/delete", &[]).await;
        assert_eq!(answer.location(), "/resident/sign-in?done=deleted");
        for table in ["residents", "resident_sessions", "resident_passkeys"] {
            assert_eq!(count(&city, table).await, 0, "{table}");
        }
        let key = identity(&city).key().clone();
        assert!(
            residents::resident(city.db(), &key, 1)
                .await
                .unwrap()
                .is_none()
        );
    }
);
