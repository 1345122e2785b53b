//! The desk learns that an applicant wrote or corrected: marks, filters and counts of the inbox, and a mail to whom it concerns. And how
//! much everybody has to do. On both databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_identity::{
    AccountId, GrantScope, Holder, IdentityError, IdentityService, LoginName, NewAccount, NewGrant,
    Role, create_account, give_post, grant_role, model::personnel::Held, put_role,
    testing::departments,
};
use yakuba_kernel::DepartmentCode;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{DELIVER, DISPOSE, OVERSEE, WORK},
    store::{cases, casework, corrections, keys, messages},
};

use crate::{
    residents::mails,
    support::{
        application,
        desk::{browser_of, staff},
        document, put_live, submit,
    },
};

fn environment() -> DepartmentCode {
    DepartmentCode::new("environment").unwrap()
}

/// An account with a post in the environment department; its number.
async fn account(city: &City, name: &'static str, works: bool) -> i64 {
    city.write(Actor::Staff(1), (name, works), |tx, (name, works)| {
        Box::pin(async move {
            let new = NewAccount {
                login_name: LoginName::new(name)?,
                display_name: format!("職員 {name}"),
                kana: String::new(),
                email: Some(format!("{name}@city.example.jp")),
                password: None,
            };
            let id = create_account(tx, &new).await?;
            let held = Held {
                department: environment(),
                post: "主任".to_owned(),
                concurrent: false,
                first_day: jiff::civil::date(2020, 4, 1),
                last_day: None,
            };
            give_post(tx, id, &held).await?;
            if *works {
                let grant = NewGrant {
                    role: "worker".to_owned(),
                    holder: Holder::Account(id),
                    scope: GrantScope::Own,
                    first_day: jiff::civil::date(2020, 4, 1),
                    last_day: None,
                };
                grant_role(tx, &grant).await?;
            }
            let AccountId(number) = id;
            Ok::<_, IdentityError>(number)
        })
    })
    .await
    .unwrap()
}

async fn people(city: &City) -> [i64; 3] {
    departments(city, &["environment", "tax"]).await;
    let role = Role {
        key: "worker".to_owned(),
        name_ja: "担当者".to_owned(),
        name_en: String::new(),
        capabilities: vec![WORK.name.to_owned()],
    };
    city.write(Actor::Staff(1), role, |tx, role| {
        Box::pin(put_role(tx, role))
    })
    .await
    .unwrap();
    [
        account(city, "suzuki", true).await,
        account(city, "tanaka", true).await,
        account(city, "kato", false).await,
    ]
}

/// A case of nobody, sealed under the key of the city; its number.
async fn received(city: &City, submission: &str) -> i64 {
    let mut new = application(submission);
    new.answers = json!({"answers": {"dog_name": {"type": "text", "value": "ポチ太郎"}}});
    let sealed = new.seal(city.key().unwrap()).unwrap();
    submit(city, sealed).await.unwrap().case
}

#[derive(Clone, Copy)]
enum Does {
    Writes(&'static str),
    Asks,
    Corrects,
    Takes(i64),
}

async fn does(city: &City, case: i64, what: Does) {
    city.write(
        Actor::Public,
        (case, what, city.key().unwrap().clone()),
        |tx, (case, what, city)| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), city, *case).await?;
                let revision = cases::case(tx.connection(), *case).await?.revision;
                match what {
                    Does::Writes(text) => {
                        messages::send(tx, &key, *case, false, text, &[]).await?;
                    }
                    Does::Asks => {
                        let fields = ["dog_name".to_owned()];
                        corrections::ask(tx, &key, *case, revision, &fields, "名前を", None)
                            .await?;
                    }
                    Does::Corrects => {
                        let answers =
                            json!({"answers": {"dog_name": {"type": "text", "value": "ハチ"}}});
                        corrections::answer(tx, &key, *case, &answers, &[], None).await?;
                    }
                    Does::Takes(account) => {
                        casework::assign(tx, *case, revision, Some(*account)).await?;
                    }
                }
                Ok::<_, ProcedureError>(())
            })
        },
    )
    .await
    .unwrap();
}

async fn page(city: &City, account: i64, path: &str) -> String {
    let mut browser = browser_of(city, staff(account, &[WORK], "environment"));
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page.text()
}

/// Whether the list under a filter has the case.
async fn lists(city: &City, account: i64, query: &str, case: i64) -> bool {
    page(city, account, &format!("/desk/cases?{query}"))
        .await
        .contains(&format!("href=\"/desk/cases/{case}\""))
}

/// To whom mails wait, with their texts, oldest first.
async fn told(city: &City) -> Vec<(String, String)> {
    run_due_jobs(city).await.unwrap();
    let failed: Option<String> = city
        .db()
        .value(
            "SELECT last_error FROM jobs WHERE last_error IS NOT NULL LIMIT 1",
            [],
        )
        .await
        .unwrap();
    assert_eq!(failed, None, "a job failed");
    let mut told: Vec<(String, String)> = mails(city, city.key().unwrap())
        .await
        .into_iter()
        .map(|mail| (mail.to.as_str().to_owned(), mail.text))
        .collect();
    told.reverse();
    told
}

each_database!(
    the_desk_learns_what_applicants_send,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let [suzuki, ..] = people(&city).await;
        put_live(&city, document()).await;
        let quiet = received(&city, "quiet").await;
        let case = received(&city, "one").await;
        let inbox = page(&city, suzuki, "/desk/cases").await;
        assert!(inbox.contains("新しいメッセージ 0件"), "{inbox}");

        // Written to a case of nobody: everybody who may work on it is told, and nobody else.
        does(&city, case, Does::Writes("鑑札はいつ届きますか")).await;
        let first = told(&city).await;
        let to: Vec<&str> = first.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to.len(), 2, "{first:?}");
        assert!(to.contains(&"suzuki@city.example.jp") && to.contains(&"tanaka@city.example.jp"));
        let text = &first[0].1;
        assert!(
            text.contains(&format!("案件{case}（犬の登録）"))
                && text.contains("担当が決まっていません"),
            "{text}"
        );
        assert!(
            !text.contains("鑑札はいつ") && !text.contains("花子"),
            "{text}"
        );
        let inbox = page(&city, suzuki, "/desk/cases").await;
        assert!(inbox.contains("新しいメッセージ 1件"), "{inbox}");
        assert!(lists(&city, suzuki, "news=message", case).await);
        assert!(!lists(&city, suzuki, "news=message", quiet).await);
        // A second one of the same conversation is in the list, but no further mail.
        does(&city, case, Does::Writes("お返事をお待ちしています")).await;
        assert_eq!(told(&city).await.len(), 2);

        // Whoever opens it has seen it.
        page(&city, suzuki, &format!("/desk/cases/{case}")).await;
        assert!(!lists(&city, suzuki, "news=message", case).await);
        does(&city, case, Does::Takes(suzuki)).await;
        city.clock()
            .set(city.now() + SignedDuration::from_hours(25));
        does(&city, case, Does::Writes("もう一つお尋ねします")).await;
        let mine = told(&city).await.split_off(2);
        assert_eq!(mine.len(), 1, "only the one responsible: {mine:?}");
        assert_eq!(mine[0].0, "suzuki@city.example.jp");
        assert!(!mine[0].1.contains("担当が決まっていません"));

        // Asked for a correction, waited for, come, seen.
        page(&city, suzuki, &format!("/desk/cases/{case}")).await;
        does(&city, case, Does::Asks).await;
        assert!(lists(&city, suzuki, "news=awaited", case).await);
        assert!(!lists(&city, suzuki, "news=corrected", case).await);
        let inbox = page(&city, suzuki, "/desk/cases").await;
        assert!(inbox.contains("補正待ち 1件") && inbox.contains("補正が届いた 0件"));
        does(&city, case, Does::Corrects).await;
        let corrected = told(&city).await.split_off(3);
        assert_eq!(corrected.len(), 1);
        assert!(corrected[0].1.contains("補正した答えが届きました"));
        assert!(!lists(&city, suzuki, "news=awaited", case).await);
        assert!(lists(&city, suzuki, "news=corrected", case).await);
        page(&city, suzuki, &format!("/desk/cases/{case}")).await;
        assert!(!lists(&city, suzuki, "news=corrected", case).await);
    }
);

each_database!(
    a_message_that_was_read_at_once_is_mailed_to_nobody,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let [suzuki, ..] = people(&city).await;
        put_live(&city, document()).await;
        let case = received(&city, "one").await;
        does(&city, case, Does::Writes("取り下げます")).await;
        page(&city, suzuki, &format!("/desk/cases/{case}")).await;
        assert!(told(&city).await.is_empty());
    }
);

each_database!(
    who_works_sees_the_own_departments_and_each_colleague,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let [suzuki, tanaka, _] = people(&city).await;
        put_live(&city, document()).await;
        let case = received(&city, "one").await;
        received(&city, "two").await;
        does(&city, case, Does::Takes(tanaka)).await;

        let mine = page(&city, suzuki, "/desk/workload").await;
        assert!(mine.contains("担当ごとの件数") && mine.contains("職員 tanaka"));
        assert!(
            mine.contains(&format!("assignee={tanaka}")) && mine.contains("assignee=nobody"),
            "{mine}"
        );
        // The colleague can be chosen in the inbox, and stays chosen.
        let inbox = page(&city, suzuki, &format!("/desk/cases?assignee={tanaka}")).await;
        assert!(
            inbox.contains(&format!("<option value=\"{tanaka}\" selected>職員 tanaka")),
            "{inbox}"
        );
        assert!(lists(&city, suzuki, &format!("assignee={tanaka}"), case).await);

        // Who only oversees sees sums; who works elsewhere sees nothing of it; who does neither may not look.
        let mut overseer = browser_of(&city, staff(90, &[OVERSEE], "environment"));
        let sums = overseer.get("/desk/workload").await.text();
        assert!(sums.contains("未決定") && !sums.contains("職員 tanaka"));
        let mut foreign = browser_of(&city, staff(91, &[WORK], "tax"));
        let empty = foreign.get("/desk/workload").await;
        assert_eq!(empty.status, StatusCode::OK);
        assert!(!empty.text().contains("職員 tanaka") && !empty.text().contains("未決定"));
        let mut other = browser_of(&city, staff(92, &[DELIVER], "environment"));
        assert_eq!(
            other.get("/desk/workload").await.status,
            StatusCode::FORBIDDEN
        );

        // Who only approves disposals may look at what is proposed, and proposes nothing.
        let mut approver = browser_of(&city, staff(93, &[DISPOSE], "environment"));
        assert_eq!(approver.get("/desk/retention").await.status, StatusCode::OK);
        assert_eq!(
            other.get("/desk/retention").await.status,
            StatusCode::FORBIDDEN
        );
    }
);
