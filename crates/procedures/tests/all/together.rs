//! Several people make one application: each reads it by a link of their own and agrees before it is received. On both databases.

use crate::{
    residents::{mails, sign_in, sign_out, verify},
    support::{
        browser::{Browser, Page, between},
        city_key,
        desk::{browser_of, staff},
        document, put_live,
    },
};
use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_city::{Actor, City, Job, each_database, run_due_jobs, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DECIDE, WORK},
    model::document::ProcedureDocument,
    store::{cases, keys},
};

pub(crate) const BASE: &str = "/procedures/dog-registration";
pub(crate) const TOGETHER: &str = "/procedures/dog-registration/together";

/// The dog's registration by its owner and one or two others, who write their name and date of birth.
pub(crate) fn shared(rules: &str) -> ProcedureDocument {
    let mut document = document();
    document.agent = yakuba_procedures::model::document::Agent::NotAllowed;
    document.form.before.clear();
    document.co_applicants = Some(
        serde_saphyr::from_str(&format!(
            "{{who: 一緒に飼う方, at_most: 2, days: 10, declares: 一緒に登録します。, asks: [name, birth_date]{rules}}}"
        ))
        .unwrap(),
    );
    document
}

/// Lets the desk and the jobs use the key that the browsers of these tests use.
pub(crate) fn use_test_key(city: &City) {
    let folder = city.data_directory();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("city.key"), "07".repeat(32)).unwrap();
    assert_eq!(
        city.key().unwrap().look_up("a", "b"),
        city_key().look_up("a", "b")
    );
}

pub(crate) fn revision_of(page: &Page) -> String {
    between(&page.text(), "name=\"revision\" value=\"", "\"").to_owned()
}

/// Presses a button of the list of co-applicants.
pub(crate) async fn press(browser: &mut Browser, action: &str, more: &[(&str, &str)]) -> Page {
    let revision = revision_of(&browser.get(TOGETHER).await);
    let mut fields = vec![("revision", revision.as_str()), ("action", action)];
    fields.extend(more);
    browser.post(TOGETHER, &fields).await
}

pub(crate) async fn send(browser: &mut Browser) -> Page {
    let page = browser.get(&format!("{BASE}/check")).await;
    let revision = revision_of(&page);
    browser
        .post(&format!("{BASE}/check"), &[("revision", &revision)])
        .await
}

/// Fills the form in, signed in with an address that is mailed to.
pub(crate) async fn filled(city: &City) -> Browser {
    let mut browser = Browser::new(city);
    sign_in(city, &mut browser, "hanako@example.jp").await;
    browser.post(&format!("{BASE}/start"), &[]).await;
    fill(&mut browser).await;
    browser
}

/// Fills in the pages of the form that was begun.
pub(crate) async fn fill(browser: &mut Browser) {
    let name = [
        ("owner_name.family", "髙橋"),
        ("owner_name.given", "花子"),
        ("owner_name.family_kana", "タカハシ"),
        ("owner_name.given_kana", "ハナコ"),
    ];
    browser.post(&format!("{BASE}/apply/owner"), &name).await;
    let page = dog(browser, "ポチ", "").await;
    assert_eq!(page.to, TOGETHER);
}

pub(crate) async fn dog(browser: &mut Browser, name: &str, way: &str) -> Page {
    let dog = [
        ("dog_name", name),
        ("born_on.year", "2026"),
        ("born_on.month", "1"),
        ("born_on.day", "5"),
        ("born_on", "2026-01-05"),
    ];
    browser.post(&format!("{BASE}/apply/dog{way}"), &dog).await
}

pub(crate) async fn name(browser: &mut Browser, name: &str, email: &str) {
    let page = press(browser, "add", &[("name", name), ("email", email)]).await;
    assert_eq!(page.to, TOGETHER, "{}", page.text());
}

/// Mails to an address with a link, newest first.
pub(crate) async fn told(city: &City, address: &str) -> Vec<String> {
    mails(city, &city_key())
        .await
        .into_iter()
        .filter(|mail| mail.to.as_str() == address)
        .map(|mail| mail.text)
        .collect()
}

pub(crate) async fn link(city: &City, address: &str) -> String {
    let all = told(city, address).await;
    let text = all
        .first()
        .unwrap_or_else(|| panic!("no mail to {address}"));
    format!("/together/{}", between(text, "8080/together/", "\n"))
}

/// Opens a link on a device of one's own.
pub(crate) async fn open(city: &City, address: &str, name: &str) -> Browser {
    let mut browser = Browser::new(city);
    let link = link(city, address).await;
    let page = browser.get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text().contains("ポチ"), "a link alone shows nothing");
    let page = browser.post(&link, &[("name", name)]).await;
    assert_eq!(page.to, "/together", "{}", page.text());
    browser
}

pub(crate) async fn say(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    let page = browser.get("/together").await.text();
    let seen = between(&page, "name=\"seen\" value=\"", "\"").to_owned();
    let mut all = vec![("seen", seen.as_str())];
    all.extend(fields);
    browser.post("/together", &all).await
}

pub(crate) const AGREE: [(&str, &str); 6] = [
    ("answer", "agree"),
    ("name", "山田　太郎"),
    ("born_year", "1990"),
    ("born_month", "1"),
    ("born_day", "31"),
    ("declares", "yes"),
];

pub(crate) async fn received(city: &City) -> i64 {
    let count: Option<i64> = city
        .db()
        .value("SELECT COUNT(*) FROM procedures_cases", [])
        .await
        .unwrap();
    count.unwrap()
}

each_database!(
    an_application_of_three_is_received_when_the_last_has_agreed,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, shared(", at_least: 2")).await;
        let mut hanako = filled(&city).await;
        // Without the others it does not go on, and each needs an address of their own.
        let page = press(&mut hanako, "next", &[]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        for email in ["taro@example.jp", "hanako@example.jp", "nobody"] {
            let more = [("name", "佐藤 次郎"), ("email", email)];
            let page = press(&mut hanako, "add", &more).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
            assert!(page.text().contains("佐藤 次郎"), "nothing typed is lost");
        }
        name(&mut hanako, "佐藤 次郎", "jiro@example.jp").await;
        let page = press(&mut hanako, "next", &[]).await;
        assert_eq!(page.to, format!("{BASE}/check"));
        let check = hanako.get(&page.to).await.text();
        assert!(check.contains("山田　太郎") && check.contains("佐藤 次郎"));
        // Sent, sent twice: it waits, and each is asked once.
        let before = revision_of(&hanako.get(&format!("{BASE}/check")).await);
        for _ in 0..2 {
            let page = hanako
                .post(&format!("{BASE}/check"), &[("revision", &before)])
                .await;
            assert!(page.to.starts_with(TOGETHER), "{}", page.to);
        }
        assert_eq!(received(&city).await, 0);
        assert_eq!(told(&city, "taro@example.jp").await.len(), 1);
        assert_eq!(told(&city, "jiro@example.jp").await.len(), 1);
        let page = hanako.get(TOGETHER).await.text();
        assert_eq!(page.matches("同意待ち").count(), 2);
        // While it waits nothing can be changed beside it.
        assert_eq!(hanako.get(&format!("{BASE}/apply/dog")).await.to, TOGETHER);

        let mut taro = open(&city, "taro@example.jp", "山田太郎").await;
        let page = taro.get("/together").await.text();
        assert!(page.contains("ポチ") && page.contains("髙橋 花子"));
        // An agreement needs what is asked, and a choice.
        let page = say(&mut taro, &[("answer", "")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = say(&mut taro, &AGREE[..2]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = say(&mut taro, &AGREE).await;
        assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
        assert_eq!(received(&city).await, 0);
        let page = hanako.get(TOGETHER).await.text();
        assert_eq!(page.matches("同意待ち").count(), 1);

        let mut jiro = open(&city, "jiro@example.jp", "佐藤　次郎").await;
        let mut agree = AGREE;
        agree[1].1 = "佐藤 次郎";
        let page = say(&mut jiro, &agree).await;
        assert_eq!(page.to, "/together?done=agreed");
        assert_eq!(received(&city).await, 1);
        // Sent again it stays one.
        let page = say_blindly(&mut jiro, &agree).await;
        assert_eq!(page.to, "/together");
        assert_eq!(received(&city).await, 1);
        let receipt = told(&city, "hanako@example.jp").await;
        assert!(receipt[0].contains("受付番号"), "{}", receipt[0]);
        assert!(
            hanako
                .get(&format!("{BASE}/done"))
                .await
                .text()
                .contains("受付番号")
        );
        let page = jiro.get("/together").await.text();
        assert!(page.contains("同意した申請は受付になっています"));
        let facts: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM facts WHERE measure = 'procedures.co_applicant_agreed'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(facts, Some(2));
    }
);

/// Sends an answer without looking at the page, as a double click does.
async fn say_blindly(browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    browser.post("/together", fields).await
}

each_database!(
    a_link_opens_one_page_to_one_person,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, shared(", sees: [dog_name]")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        let first = link(&city, "taro@example.jp").await;
        // Without a link, with a wrong one, and with the right one but another name there is nothing.
        let mut other = Browser::new(&city);
        assert_eq!(other.get("/together").await.to, "/together/gone");
        assert_eq!(other.post("/together", &AGREE).await.to, "/together/gone");
        assert!(
            other
                .get("/together/gone")
                .await
                .text()
                .contains("今は使えません")
        );
        for _ in 0..3 {
            let page = other.post(&first, &[("name", "佐藤 次郎")]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(!page.text().contains("ポチ") && !page.text().contains("山田"));
        }
        // They see what they are to see, and nothing else.
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        let page = taro.get("/together").await.text();
        assert!(page.contains("ポチ"));
        assert!(!page.contains("2026年1月5日") && !page.contains("令和8年1月5日"));
        assert_eq!(
            taro.get(&format!("{BASE}/check")).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(taro.get("/cases/view").await.to, "/cases");
        assert_eq!(
            taro.get("/together/files/abc").await.status,
            StatusCode::NOT_FOUND
        );
        // Another address: the old link is nobody's.
        let page = press(&mut hanako, "ask/1", &[("email-1", "taro2@example.jp")]).await;
        assert_eq!(page.to, format!("{TOGETHER}?done=asked"), "{}", page.text());
        assert_eq!(taro.get("/together").await.to, "/together/gone");
        assert!(other.get(&first).await.text().contains("今は使えません"));
        let mut taro = open(&city, "taro2@example.jp", "山田 太郎").await;
        // The same address again: the link stays.
        let second = link(&city, "taro2@example.jp").await;
        press(&mut hanako, "ask/1", &[]).await;
        assert_eq!(told(&city, "taro2@example.jp").await.len(), 2);
        assert_eq!(link(&city, "taro2@example.jp").await, second);
        // After ten wrong names the link opens nothing, even with the right one.
        for _ in 0..10 {
            other.post(&second, &[("name", "誰か")]).await;
        }
        let page = other.post(&second, &[("name", "山田 太郎")]).await;
        assert!(page.to.is_empty() && page.text().contains("今は使えません"));
        // Whoever has opened it goes on.
        assert_eq!(taro.get("/together").await.status, StatusCode::OK);
        // Withdrawn: told, and gone.
        let page = press(&mut hanako, "withdraw", &[]).await;
        assert_eq!(page.to, format!("{BASE}?done=discarded"));
        assert_eq!(taro.get("/together").await.to, "/together/gone");
        assert!(told(&city, "taro2@example.jp").await[0].contains("答える必要はありません"));
    }
);

each_database!(
    who_declines_says_why_and_a_change_asks_again_who_saw_it,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, shared(", sees: [dog_name]")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        name(&mut hanako, "佐藤 次郎", "jiro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        let mut jiro = open(&city, "jiro@example.jp", "佐藤 次郎").await;
        let page = say(&mut taro, &AGREE).await;
        assert_eq!(page.to, "/together?done=agreed");
        let page = say(
            &mut jiro,
            &[("answer", "decline"), ("reason", "名前はタマです")],
        )
        .await;
        assert_eq!(page.to, "/together?done=declined");
        assert!(told(&city, "hanako@example.jp").await[0].contains("同意しないと答えた人"));
        let page = hanako.get(TOGETHER).await.text();
        assert!(page.contains("名前はタマです"));
        // A page that stood open while the answers changed agrees to nothing.
        let stale = {
            let page = jiro.get("/together").await.text();
            between(&page, "name=\"seen\" value=\"", "\"").to_owned()
        };
        let page = press(&mut hanako, "change", &[]).await;
        assert_eq!(page.to, format!("{BASE}/check?done=changing"));
        assert_eq!(taro.get("/together").await.to, "/together/gone");
        // Somebody is asked again whose page is changed, and only then: first what they do not see.
        let later = [
            ("dog_name", "ポチ"),
            ("born_on", "2026-01-06"),
            ("born_on.year", "2026"),
            ("born_on.month", "1"),
            ("born_on.day", "6"),
        ];
        hanako
            .post(&format!("{BASE}/apply/dog?back=check"), &later)
            .await;
        send(&mut hanako).await;
        assert_eq!(told(&city, "taro@example.jp").await.len(), 1);
        assert_eq!(told(&city, "jiro@example.jp").await.len(), 2);
        press(&mut hanako, "change", &[]).await;
        dog(&mut hanako, "タマ", "?back=check").await;
        send(&mut hanako).await;
        assert!(told(&city, "taro@example.jp").await[0].contains("内容が変わりました"));
        let mut with_stale = vec![("seen", stale.as_str())];
        with_stale.extend(AGREE);
        let page = jiro.post("/together", &with_stale).await;
        assert_eq!(page.to, "/together?done=changed");
        // The link they had still opens their page.
        for (browser, name) in [(&mut taro, "山田　太郎"), (&mut jiro, "佐藤 次郎")] {
            assert_eq!(received(&city).await, 0);
            let mut agree = AGREE;
            agree[1].1 = name;
            let page = say(browser, &agree).await;
            assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
        }
        assert_eq!(received(&city).await, 1);
    }
);

each_database!(
    whoever_must_prove_who_they_are_cannot_agree_before,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, shared(", verified: true")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        let page = taro.get("/together").await.text();
        assert!(page.contains("ポチ") && !page.contains("name=\"answer\""));
        let seen = [&AGREE[..], &[("seen", "")]].concat();
        taro.post("/together", &seen).await;
        assert_eq!(received(&city).await, 0);
        let resident = sign_in(&city, &mut taro, "taro@example.jp").await;
        verify(&city, resident).await;
        let page = say(&mut taro, &[("answer", "agree"), ("declares", "yes")]).await;
        assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
        assert_eq!(received(&city).await, 1);
        sign_out(&mut taro).await;
    }
);

/// Runs the daily look at applications that wait.
pub(crate) async fn day_passes(city: &City, days: i64) {
    city.clock()
        .set(city.now() + SignedDuration::from_hours(24 * days));
    city.write(Actor::Public, (), |tx, ()| {
        Box::pin(async move {
            tx.enqueue(Job {
                name: "procedures.co_applicants",
                payload: serde_json::Value::Null,
                not_before: None,
                deduplicate: None,
            })
            .await
        })
    })
    .await
    .unwrap();
    run_due_jobs(city).await.unwrap();
}

each_database!(
    nobody_is_waited_for_longer_than_the_procedure_says,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared("")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        // The mails of this test are read from the queue: nothing sends them.
        day_passes(&city, 6).await;
        assert_eq!(told(&city, "taro@example.jp").await.len(), 1);
        for _ in 0..2 {
            day_passes(&city, 1).await;
        }
        let all = told(&city, "taro@example.jp").await;
        assert_eq!(all.len(), 2, "reminded once");
        assert!(all[0].contains("まだ受け取っていません"));
        day_passes(&city, 4).await;
        assert!(told(&city, "taro@example.jp").await[0].contains("答える必要はありません"));
        assert!(told(&city, "hanako@example.jp").await[0].contains("受付になっていません"));
        assert_eq!(received(&city).await, 0);
        let mut taro = Browser::new(&city);
        let link = link(&city, "taro@example.jp").await;
        assert!(taro.get(&link).await.text().contains("今は使えません"));
        // What was entered is kept and can be sent again.
        sign_in(&city, &mut hanako, "hanako@example.jp").await;
        let page = send(&mut hanako).await;
        assert!(page.to.starts_with(TOGETHER), "{}", page.to);
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        say(&mut taro, &AGREE).await;
        assert_eq!(received(&city).await, 1);
    }
);

each_database!(
    the_desk_sees_who_agreed_and_nothing_is_approved_without_them,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared("")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        say(&mut taro, &AGREE).await;
        let case: Option<i64> = city
            .db()
            .value("SELECT MAX(id) FROM procedures_cases", [])
            .await
            .unwrap();
        let case = case.unwrap();
        let at = format!("/desk/cases/{case}");
        let mut clerk = browser_of(&city, staff(1, &[WORK, DECIDE], "environment"));
        let page = clerk.get(&at).await.text();
        assert!(
            page.contains("山田　太郎") && page.contains("平成2年1月31日"),
            "{page}"
        );
        assert!(page.contains("同意済み") && page.contains("本人のページで"));
        // Staff enter other answers: who saw them is asked again, and nobody approves before.
        let key = keys::open(city.db(), &city_key(), case).await.unwrap();
        let given = cases::answers(city.db(), &key, case).await.unwrap();
        let mut changed = given[0].answers.clone();
        changed["answers"]["dog_name"]["value"] = "タマ".into();
        let revision = cases::case(city.db(), case).await.unwrap().revision;
        city.write(
            Actor::Staff(1),
            (key, revision, changed),
            move |tx, (key, revision, changed)| {
                Box::pin(cases::enter_answers(tx, key, case, *revision, changed))
            },
        )
        .await
        .unwrap();
        assert!(told(&city, "taro@example.jp").await[0].contains("内容が変わりました"));
        let page = clerk.get(&at).await.text();
        assert!(page.contains("同意待ち"));
        let page = taro.get("/together").await.text();
        assert!(page.contains("タマ") && page.contains("もう一度読んで"));
        // They sign on paper, at the counter; another department cannot say so.
        let revision = cases::case(city.db(), case)
            .await
            .unwrap()
            .revision
            .to_string();
        let paper = format!("{at}/co-applicants/1/paper");
        let mut stranger = browser_of(&city, staff(2, &[WORK], "tax"));
        let page = stranger.post(&paper, &[("revision", &revision)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let page = clerk.post(&paper, &[("revision", &revision)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        assert!(clerk.get(&at).await.text().contains("紙の署名"));
        // Written in the history, with the copy of the answers and in the applicant's case.
        let page = hanako.get("/cases").await.text();
        let handle = between(&page, "name=\"case\" value=\"", "\"").to_owned();
        hanako.post("/cases/own", &[("case", &handle)]).await;
        let page = hanako.get("/cases/view").await.text();
        assert!(page.contains("山田　太郎（同意済み）"), "{page}");
        assert!(page.contains("もう一度同意をお願いしました"));
        let copy = hanako.get("/cases/answers.json").await.text();
        assert!(copy.contains("\"state\": \"agreed\""));
        assert!(
            hanako
                .get("/cases/answers.pdf")
                .await
                .bytes
                .starts_with(b"%PDF")
        );
    }
);

/// Begins an entry at the counter and types the answers; its address comes back.
pub(crate) async fn entered(clerk: &mut crate::support::desk::Browser) -> String {
    let page = clerk
        .post(
            "/desk/cases/new",
            &[("procedure", "dog-registration"), ("channel", "counter")],
        )
        .await;
    let base = page.to;
    let answers = [
        ("owner_name.family", "髙橋"),
        ("owner_name.given", "花子"),
        ("owner_name.family_kana", "タカハシ"),
        ("owner_name.given_kana", "ハナコ"),
        ("dog_name", "ポチ"),
        ("born_on.year", "2026"),
        ("born_on.month", "1"),
        ("born_on.day", "5"),
        ("born_on", "2026-01-05"),
        ("action", "check"),
    ];
    clerk.post(&base, &answers).await;
    base
}

each_database!(
    at_the_counter_signatures_are_ticked_and_nothing_is_approved_before_the_last,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared(", at_least: 2")).await;
        let mut clerk = browser_of(&city, staff(7, &[WORK, DECIDE], "environment"));
        let base = entered(&mut clerk).await;
        let check = format!("{base}/check");
        let revision = async |clerk: &mut crate::support::desk::Browser| {
            let page = clerk.get(&check).await.text();
            between(&page, "name=\"revision\" value=\"", "\"").to_owned()
        };
        let page = clerk.get(&check).await.text();
        assert!(page.contains("一緒に申請する人が足りません"), "{page}");
        let together = format!("{base}/together");
        for (name, signed) in [("", ""), ("山田 太郎", "yes"), ("佐藤 次郎", "")] {
            let revision = revision(&mut clerk).await;
            let mut fields = vec![
                ("revision", revision.as_str()),
                ("action", "add"),
                ("name", name),
            ];
            if !signed.is_empty() {
                fields.push(("signed", signed));
            }
            let page = clerk.post(&together, &fields).await;
            let wanted = if name.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::SEE_OTHER
            };
            assert_eq!(page.status, wanted, "{name}");
        }
        // Another member of staff does not reach the entry.
        let mut other = browser_of(&city, staff(8, &[WORK], "environment"));
        let page = other.post(&together, &[("action", "add")]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        let page = clerk.get(&check).await.text();
        assert!(page.contains("署名か同意を確認しました") && page.contains("署名がありません"));
        let now = revision(&mut clerk).await;
        for _ in 0..2 {
            let page = clerk.post(&check, &[("revision", &now)]).await;
            assert_eq!(page.to, format!("{base}/slip"), "{}", page.text());
        }
        assert_eq!(received(&city).await, 1);
        let facts = "SELECT COUNT(*) FROM facts WHERE measure = 'procedures.co_applicant_agreed'";
        let count: Option<i64> = city.db().value(facts, []).await.unwrap();
        assert_eq!(count, Some(1));
        let case: Option<i64> = city
            .db()
            .value("SELECT MAX(id) FROM procedures_cases", [])
            .await
            .unwrap();
        let at = format!("/desk/cases/{}", case.unwrap());
        let revision = async || {
            let found = cases::case(city.db(), case.unwrap()).await.unwrap();
            found.revision.to_string()
        };
        let now = revision().await;
        let step = [("revision", now.as_str()), ("step", "check")];
        clerk.post(&format!("{at}/step"), &step).await;
        let decide = async |clerk: &mut crate::support::desk::Browser, outcome: &str| {
            let now = revision().await;
            let fields = [
                ("revision", now.as_str()),
                ("outcome", outcome),
                ("title", "登録について"),
                ("addressee", "髙橋 花子 様"),
                ("sender", "澄川市長"),
                ("text", "登録しました。"),
                ("reason", "理由"),
                ("no_remedy", "1"),
                ("action", "decide"),
            ];
            clerk.post(&format!("{at}/decision"), &fields).await
        };
        let page = decide(&mut clerk, "approved").await;
        assert!(
            page.text().contains("全員がまだ同意していません"),
            "{}",
            page.text()
        );
        let now = revision().await;
        let paper = format!("{at}/co-applicants/2/paper");
        let page = clerk.post(&paper, &[("revision", &now)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        // Pressed twice it counts once.
        let now = revision().await;
        clerk.post(&paper, &[("revision", &now)]).await;
        let count: Option<i64> = city.db().value(facts, []).await.unwrap();
        assert_eq!(count, Some(2));
        let page = decide(&mut clerk, "approved").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
    }
);
