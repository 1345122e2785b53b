//! What becomes of an application that several people made: what other systems are told of them, what they see later, mails and reminders.
//! On both databases.

use crate::{
    casework::receiver,
    desk::{decide, system},
    support::{
        browser::Browser,
        city_key,
        desk::{browser_of, staff},
        put_live,
    },
    together::{AGREE, filled, name, open, press, say, send, shared, use_test_key},
};
use axum::http::StatusCode;
use std::sync::{Arc, Mutex};
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_identity::{IdentityService, NewDepartment, create_department};
use yakuba_kernel::DepartmentCode;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DELIVER, WORK},
    store::{
        delivery::{self, NewEndpoint},
        pulling,
    },
};

/// The newest case.
async fn newest(city: &City) -> i64 {
    let case: Option<i64> = city
        .db()
        .value("SELECT MAX(id) FROM procedures_cases", [])
        .await
        .unwrap();
    case.unwrap()
}

/// The department whose procedure it is.
async fn department(city: &City) {
    let new = NewDepartment {
        code: DepartmentCode::new("environment").unwrap(),
        name_ja: "環境課".to_owned(),
        name_en: "Environment".to_owned(),
        parent: None,
        first_day: jiff::civil::date(2020, 4, 1),
        last_day: None,
        position: 0,
    };
    city.write(Actor::Staff(1), new, |tx, new| {
        Box::pin(create_department(tx, new))
    })
    .await
    .unwrap();
}

/// A case that Hanako sent and Tarō, who writes this name, agreed to; with both browsers.
async fn case_of_two(city: &City, rules: &str, written: &str) -> (Browser, Browser, i64) {
    put_live(city, shared(rules)).await;
    let mut hanako = filled(city).await;
    name(&mut hanako, "山田　太郎", "taro@example.jp").await;
    press(&mut hanako, "next", &[]).await;
    send(&mut hanako).await;
    let mut taro = open(city, "taro@example.jp", "山田太郎").await;
    let mut agree = AGREE;
    agree[1].1 = written;
    let page = say(&mut taro, &agree).await;
    assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
    let case = newest(city).await;
    (hanako, taro, case)
}

each_database!(
    other_systems_are_told_who_applied_together,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        department(&city).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let endpoint = NewEndpoint {
            name: "犬の登録台帳".to_owned(),
            department: DepartmentCode::new("environment").unwrap(),
            procedure: None,
            url: receiver(heard.clone()).await,
            secret: vec![7; 32],
            account: 1,
        };
        city.write(Actor::Staff(1), endpoint, |tx, endpoint| {
            Box::pin(async move { delivery::add_endpoint(tx, &city_key(), endpoint).await })
        })
        .await
        .unwrap();
        let (_, _, case) = case_of_two(&city, "", "𠮷田　太郎").await;
        let today = city.today().to_string();

        // A file in the layout that a procedure has of itself; what CP932 lacks in a co-applicant's name is said first.
        let mut clerk = browser_of(&city, staff(7, &[WORK, DELIVER], "environment"));
        let file = async |clerk: &mut crate::support::desk::Browser, format: &str| {
            let fields = [
                ("procedure", "dog-registration"),
                ("stage", "received"),
                ("format", format),
            ];
            clerk.post("/desk/cases/export", &fields).await
        };
        let page = file(&mut clerk, "csv_cp932").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.text().contains("U+20BB7") && page.text().contains("co_applicants.name"),
            "{}",
            page.text()
        );
        let text = file(&mut clerk, "csv_utf8").await.text();
        let mut lines = text.lines();
        let heading = lines.next().unwrap();
        assert!(
            heading.ends_with("co_applicants.name,co_applicants.birth_date,co_applicants.state,co_applicants.agreed_on"),
            "{heading}"
        );
        let row = lines.next().unwrap();
        let told = format!("𠮷田　太郎,1990-01-31,agreed,{today}");
        assert!(row.ends_with(&told), "{row}");

        // A webhook and the pull interface say the same, and never how mail reaches them.
        while run_due_jobs(&city).await.unwrap() > 0 {}
        decide(&city, case).await;
        let right = city
            .write(Actor::Staff(1), (), |tx, ()| {
                Box::pin(async move {
                    let department = DepartmentCode::new("environment").unwrap();
                    pulling::give_pull_right(tx, "住民記録", &department, "dog-registration", 1)
                        .await
                })
            })
            .await;
        right.unwrap();
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_secs(11));
        let mut records = browser_of(&city, system("住民記録"));
        let answer = records
            .get("/api/procedures/cases?procedure=dog-registration")
            .await
            .text();
        let pulled: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let bodies: Vec<String> = heard
            .lock()
            .unwrap()
            .iter()
            .map(|(_, body): &(_, String)| body.clone())
            .collect();
        assert!(!bodies.is_empty());
        let sent: serde_json::Value = serde_json::from_str(&bodies[0]).unwrap();
        let wanted = serde_json::json!([{
            "name": "𠮷田　太郎",
            "birth_date": "1990-01-31",
            "address": null,
            "state": "agreed",
            "agreed_on": today,
            "by": "mail",
            "verified": false,
        }]);
        assert_eq!(sent["co_applicants"], wanted, "{sent}");
        assert_eq!(pulled["cases"][0]["co_applicants"], wanted, "{answer}");
        for text in [&bodies[0], &answer] {
            assert!(!text.contains("taro@example.jp") && !text.contains("/together/"));
        }
    }
);
