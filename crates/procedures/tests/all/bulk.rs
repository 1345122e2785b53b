//! Finding cases and doing something to several of them, with what became of each. On both databases.

use crate::{
    counter::{clerk, town},
    support::{
        application,
        desk::{browser_of, staff},
        submit,
    },
};
use axum::http::StatusCode;
use yakuba_city::{City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DECIDE, WORK},
    model::{
        case::{Outcome, Stage},
        inbox::{InboxFilter, StageFilter},
    },
    store::{cases, casework, keys, messages},
};

async fn received(city: &City, submission: &str) -> i64 {
    let new = application(submission).seal(city.key().unwrap()).unwrap();
    submit(city, new).await.unwrap().case
}

/// A case as the box of the inbox names it.
async fn named(city: &City, case: i64) -> String {
    let revision = cases::case(city.db(), case).await.unwrap().revision;
    format!("{case}:{revision}")
}

each_database!(
    a_case_is_found_by_its_numbers_and_its_days,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let case = received(&city, "one").await;
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let receipt = cases::receipt(city.db(), &key, case)
            .await
            .unwrap()
            .to_string();
        let wide: String = receipt
            .chars()
            .map(|sign| {
                sign.to_digit(10)
                    .and_then(|digit| char::from_u32(0xFF10 + digit))
                    .unwrap_or(sign)
            })
            .collect();
        let mut desk = browser_of(&city, clerk());
        let at = format!("/desk/cases/{case}");
        for number in [receipt.as_str(), wide.as_str(), &case.to_string()] {
            let page = desk.post("/desk/cases/find", &[("number", number)]).await;
            assert_eq!(page.to, at, "{number}");
        }
        for wrong in ["", "999999", "000000-000000-000000", "ポチ"] {
            let page = desk.post("/desk/cases/find", &[("number", wrong)]).await;
            assert!(page.text().contains("見つかりません"), "{wrong}");
        }
        // Another department learns nothing, not even that there is one.
        let mut other = browser_of(&city, staff(9, &[WORK], "tax"));
        let page = other
            .post("/desk/cases/find", &[("number", &receipt)])
            .await;
        assert!(page.text().contains("見つかりません"));
        // Nor does its list offer procedures it has nothing to do with.
        let listed = "<option value=\"dog-registration\"";
        assert!(desk.get("/desk/cases").await.text().contains(listed));
        assert!(!other.get("/desk/cases").await.text().contains(listed));

        let today = city.today();
        let found = async |from, until| {
            let filter = InboxFilter {
                stage: StageFilter::All,
                from,
                until,
                ..InboxFilter::default()
            };
            let departments = [application("x").department];
            casework::count(city.db(), &departments, &filter, today)
                .await
                .unwrap()
        };
        let (before, after) = (today.yesterday().ok(), today.tomorrow().ok());
        assert_eq!(found(Some(today), Some(today)).await, 1);
        assert_eq!(found(before, None).await, 1);
        assert_eq!(found(after, None).await, 0);
        assert_eq!(found(None, before).await, 0);
    }
);

each_database!(
    several_cases_are_assigned_written_to_and_approved_with_a_result_for_each,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let (first, second) = (received(&city, "one").await, received(&city, "two").await);
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        // Every case of the page is ticked off by a link.
        let page = head.get("/desk/cases?all=1").await.text();
        assert_eq!(page.matches(" checked>").count(), 2, "{page}");
        let page = head.get("/desk/cases").await.text();
        assert!(page.contains("all=1") && !page.contains(" checked>"));

        let none = head.post("/desk/cases", &[("action", "mine")]).await;
        assert!(none.text().contains("案件を選んでください"));
        let both = [named(&city, first).await, named(&city, second).await];
        let mine = [
            ("case", both[0].as_str()),
            ("case", both[1].as_str()),
            ("action", "mine"),
        ];
        let page = head.post("/desk/cases", &mine).await;
        assert!(page.text().contains("2件を処理しました"), "{}", page.text());
        // With revisions of before each says why nothing was done.
        let page = head.post("/desk/cases", &mine).await.text();
        assert_eq!(page.matches("ほかの職員が先に変更しました").count(), 2);
        // Nobody becomes responsible who does not work there.
        let both = [named(&city, first).await, named(&city, second).await];
        let stranger = [
            ("case", both[0].as_str()),
            ("action", "assign"),
            ("to", "77"),
        ];
        let page = head.post("/desk/cases", &stranger).await.text();
        assert!(page.contains("この部署の職員でない"), "{page}");
        let assignee = cases::case(city.db(), first).await.unwrap().assignee;
        assert_eq!(assignee, Some(8));

        // The same message, with each one's receipt number.
        let write = |action, message| {
            [
                ("case", both[0].as_str()),
                ("case", both[1].as_str()),
                ("action", action),
                ("message", message),
            ]
        };
        let page = head.post("/desk/cases", &write("message", "")).await.text();
        assert!(page.contains("選んだ案件 2件") && page.contains("message-send"));
        let text = "受付番号 {receipt} の件で、窓口へお越しください。";
        let page = head
            .post("/desk/cases", &write("message-send", text))
            .await
            .text();
        assert!(page.contains("2件を処理しました"), "{page}");
        for case in [first, second] {
            let key = keys::open(city.db(), city.key().unwrap(), case)
                .await
                .unwrap();
            let receipt = cases::receipt(city.db(), &key, case).await.unwrap();
            let sent = messages::messages(city.db(), &key, case).await.unwrap();
            assert!(sent[0].text.contains(&receipt.to_string()) && sent[0].from_desk);
        }

        // One of them is checked: it is approved, the other stays and says why.
        let check = [
            ("case", named(&city, first).await),
            ("action", "check".to_owned()),
        ];
        let check: Vec<(&str, &str)> = check
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        head.post("/desk/cases", &check).await;
        let ticks = [("item", "0"), ("item", "1")];
        head.post(&format!("/desk/cases/{first}/ticks"), &ticks)
            .await;
        let both = [named(&city, first).await, named(&city, second).await];
        let approve = |action, sender| {
            [
                ("case", both[0].as_str()),
                ("case", both[1].as_str()),
                ("action", action),
                ("title", "{procedure}について（通知）"),
                ("sender", sender),
                ("text", "受付番号 {receipt} を登録しました。"),
            ]
        };
        let mut desk = browser_of(&city, clerk());
        let page = desk
            .post("/desk/cases", &approve("approve", "澄川市長"))
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let page = desk
            .post("/desk/cases", &approve("approve-decide", "澄川市長"))
            .await;
        assert!(page.text().contains("権限がありません"));
        let page = head
            .post("/desk/cases", &approve("approve", "澄川市長"))
            .await;
        assert!(page.text().contains("approve-decide"), "{}", page.text());
        let page = head
            .post("/desk/cases", &approve("approve-decide", "\u{e000}"))
            .await;
        assert!(page.text().contains("印刷できない文字"), "{}", page.text());
        let page = head
            .post("/desk/cases", &approve("approve-decide", "澄川市長"))
            .await
            .text();
        assert!(page.contains("今の段階ではできない"), "{page}");
        let found = cases::case(city.db(), first).await.unwrap();
        assert_eq!(
            (found.stage, found.outcome),
            (Stage::Decided, Some(Outcome::Approved))
        );
        let key = keys::open(city.db(), city.key().unwrap(), first)
            .await
            .unwrap();
        let (decision, _) = cases::decision(city.db(), &key, first)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(decision.title, "犬の登録について（通知）");
        assert!(!decision.text.contains('{') && decision.addressee == ["髙橋 花子 様"]);
        let other = cases::case(city.db(), second).await.unwrap();
        assert_eq!(other.outcome, None);
    }
);
