//! Answering in a browser without JavaScript, and what nobody else may see. On both databases.

use crate::support::{
    Browser, SURVEY, answers, browser_of, departments, document, many, one_per_person, open, staff,
};
use axum::http::StatusCode;
use yakuba_city::{
    Actor, each_database,
    web::{Principal, Problem},
};
use yakuba_forms::model::document::Key;
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_surveys::{
    SurveyService,
    model::document::{AnswerQuota, SurveyDocument},
    store::{self, closing},
};

/// Answers the first two pages and arrives at the check.
async fn to_check(browser: &mut Browser) -> crate::support::Page {
    let begun = browser.post("/surveys/park/start", &[]).await;
    assert_eq!(begun.to, "/surveys/park/answer/you", "{}", begun.text());
    let page = browser.get(&begun.to).await;
    assert!(page.text().contains("中くらい") && page.text().contains("name=\"age\""));
    let empty = browser.post(&begun.to, &[("age", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let next = browser
        .post(
            &begun.to,
            &[("age", "old"), ("often", "often"), ("action", "next")],
        )
        .await;
    assert_eq!(next.to, "/surveys/park/answer/more", "{}", next.text());
    let last = browser
        .post(
            &next.to,
            &[
                ("liked", "green"),
                ("liked", "rest"),
                ("hours", "８"),
                ("action", "next"),
            ],
        )
        .await;
    assert_eq!(last.to, "/surveys/park/check", "{}", last.text());
    browser.get(&last.to).await
}

each_database!(
    a_resident_answers_and_a_second_click_changes_nothing,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        open(&city, document()).await;
        let mut browser = browser_of(&city, Principal::Anonymous);
        let list = browser.get("/surveys").await;
        assert!(list.text().contains("公園のアンケート"));
        let intro = browser.get("/surveys/park").await;
        assert!(
            intro.text().contains("だれが回答したかは記録しません"),
            "{}",
            intro.text()
        );
        let check = to_check(&mut browser).await;
        assert!(check.text().contains("休めるところ") && check.text().contains("年配"));
        let shown = check.revision();
        let kept = browser.get("/surveys/park").await;
        assert!(kept.text().contains("続きから回答する"));
        let stale = browser
            .post("/surveys/park/check", &[("revision", "1")])
            .await;
        assert_eq!(stale.to, "/surveys/park/check?done=changed");
        for _ in 0..3 {
            let sent = browser
                .post("/surveys/park/check", &[("revision", &shown)])
                .await;
            assert_eq!(sent.to, "/surveys/park/done");
        }
        let done = browser.get("/surveys/park/done").await;
        assert!(done.text().contains("ご協力ありがとうございました"));
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(found.answers, 1);
        let after = browser.get("/surveys/park").await;
        assert!(after.text().contains("この端末から回答済みです"));
        assert_eq!(
            browser.get("/surveys/park/answer/you").await.to,
            "/surveys/park/done"
        );
        // Another person at the same device.
        let mut answered = to_check(&mut browser).await;
        let shown = answered.revision();
        answered = browser
            .post("/surveys/park/check", &[("revision", &shown)])
            .await;
        assert_eq!(answered.to, "/surveys/park/done");
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(found.answers, 2);
    }
);

each_database!(
    a_full_group_is_told_at_once_and_a_closed_survey_at_the_door,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let document = SurveyDocument {
            quotas: vec![AnswerQuota {
                field: Key::new("age").unwrap(),
                option: None,
                at_most: 3,
            }],
            ..document()
        };
        open(&city, document.clone()).await;
        let mut browser = browser_of(&city, Principal::Anonymous);
        let check = to_check(&mut browser).await;
        many(&city, &document, &answers("old", &[], 1), 3).await;
        let shown = check.revision();
        let full = browser
            .post("/surveys/park/check", &[("revision", &shown)])
            .await;
        assert!(
            full.text().contains("「年配」の方の回答は"),
            "{}",
            full.text()
        );
        let mut other = browser_of(&city, Principal::Anonymous);
        other.post("/surveys/park/start", &[]).await;
        let told = other
            .post(
                "/surveys/park/answer/you",
                &[("age", "old"), ("often", "never"), ("action", "next")],
            )
            .await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(told.text().contains("「年配」の方の回答は"));
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(closing::close(tx, "park"))
        })
        .await
        .unwrap();
        assert_eq!(
            other.get("/surveys/park/answer/you").await.to,
            "/surveys/park"
        );
        assert!(
            other
                .get("/surveys/park")
                .await
                .text()
                .contains("受付は終わりました")
        );
        assert_eq!(
            other.post("/surveys/park/start", &[]).await.to,
            "/surveys/park"
        );
    }
);

each_database!(
    staff_answer_once_with_their_account_and_nobody_else_sees_the_survey,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let document = SurveyDocument::from_yaml(
            &SURVEY
                .replace("audience: residents", "audience: staff")
                .replace("anonymity: anonymous", "anonymity: one_per_person"),
        )
        .unwrap();
        open(&city, document).await;
        let mut stranger = browser_of(&city, Principal::Anonymous);
        assert!(!stranger.get("/surveys").await.text().contains("公園"));
        for path in [
            "/surveys/park",
            "/surveys/park/answer/you",
            "/surveys/park/done",
        ] {
            assert_eq!(
                stranger.get(path).await.problem,
                Some(Problem::SignInNeeded),
                "{path}"
            );
        }
        assert_eq!(
            stranger.post("/surveys/park/start", &[]).await.problem,
            Some(Problem::SignInNeeded)
        );
        let mut clerk = browser_of(&city, staff(7, &[], "tax"));
        assert!(clerk.get("/surveys").await.text().contains("公園"));
        let check = to_check(&mut clerk).await;
        let shown = check.revision();
        clerk
            .post("/surveys/park/check", &[("revision", &shown)])
            .await;
        // From another device as well.
        let mut elsewhere = browser_of(&city, staff(7, &[], "tax"));
        let intro = elsewhere.get("/surveys/park").await;
        assert!(intro.text().contains("回答済みです"));
        assert_eq!(
            elsewhere.post("/surveys/park/start", &[]).await.to,
            "/surveys/park"
        );
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(found.answers, 1);
    }
);

each_database!(
    a_resident_without_an_account_confirms_an_address_once,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        open(&city, one_per_person()).await;
        let mut browser = browser_of(&city, Principal::Anonymous);
        let begun = browser.post("/surveys/park/start", &[]).await;
        assert_eq!(begun.to, "/surveys/park/email");
        assert_eq!(
            browser.get("/surveys/park/answer/you").await.to,
            "/surveys/park/email",
            "not before the address is confirmed"
        );
        let wrong = browser
            .post(
                "/surveys/park/email",
                &[("action", "send"), ("email", "nobody")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sent = browser
            .post(
                "/surveys/park/email",
                &[("action", "send"), ("email", "hanako@example.jp")],
            )
            .await;
        assert_eq!(sent.to, "/surveys/park/email?sent=1", "{}", sent.text());
        let page = browser.get(&sent.to).await;
        assert!(page.text().contains("name=\"code\""));
        let wrong = browser
            .post(
                "/surveys/park/email",
                &[("action", "code"), ("code", "000000x")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("番号が違います"));
    }
);

each_database!(
    results_are_shown_when_they_are_published,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let document = SurveyDocument {
            breakdown: Some(Key::new("often").unwrap()),
            ..document()
        };
        open(&city, document.clone()).await;
        many(&city, &document, &answers("young", &["green"], 4), 30).await;
        many(&city, &document, &answers("old", &[], 0), 20).await;
        many(&city, &document, &answers("middle", &["play"], 9), 2).await;
        let mut browser = browser_of(&city, Principal::Anonymous);
        for path in [
            "/surveys/park/results",
            "/surveys/park/results.csv",
            "/api/surveys/park",
            "/api/surveys/park/results.csv",
        ] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let publish = async || {
            city.write(Actor::Staff(1), (), |tx, ()| {
                Box::pin(async move {
                    let found = store::survey(tx.connection(), "park").await?.unwrap();
                    store::publish(tx, "park", found.revision).await
                })
            })
            .await
        };
        publish().await.unwrap_err();
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(closing::close(tx, "park"))
        })
        .await
        .unwrap();
        assert_eq!(
            browser.get("/surveys/park/results").await.status,
            StatusCode::NOT_FOUND,
            "closed is not published"
        );
        publish().await.unwrap();
        let page = browser.get("/surveys/park/results").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("少数"), "two people are hidden");
        assert!(page.text().contains("52件の回答"), "{}", page.text());
        assert!(
            !page.text().contains("/words"),
            "what people wrote is for the desk"
        );
        // Published are the tables with the breakdown alone, from either side; other addresses show the plain results.
        for (query, crossed) in [
            ("row=often&column=hours", true),
            ("row=hours&column=often", true),
            ("row=age&column=hours", false),
            // One of the few of middle age stands in it.
            ("row=often&column=liked.green", false),
        ] {
            let page = browser.get(&format!("/surveys/park/results?{query}")).await;
            assert_eq!(page.text().contains("横の割合"), crossed, "{query}");
        }
        let filtered = browser
            .get("/surveys/park/results?filter=often.often")
            .await;
        assert!(filtered.text().contains("と答えた人だけの結果です"));
        let refused = browser.get("/surveys/park/results?filter=age.old").await;
        assert!(!refused.text().contains("と答えた人だけの結果です"));
        let csv = browser.get("/surveys/park/results.csv").await;
        assert!(
            csv.text().contains("age.middle,年代,中くらい,少数,少数"),
            "{}",
            csv.text()
        );
        // Each address of the interface has a mark, by which an asker learns that nothing changed.
        for path in [
            "/api/surveys",
            "/api/surveys/park",
            "/api/surveys/park/results.csv",
            "/api/surveys/schema.json",
        ] {
            let first = browser.get(path).await;
            assert_eq!(first.headers["access-control-allow-origin"], "*", "{path}");
            let mark = first.headers["etag"].to_str().unwrap().to_owned();
            let again = browser.get_again(path, &mark).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
            assert!(again.text().is_empty());
        }
        let json: serde_json::Value =
            serde_json::from_str(&browser.get("/api/surveys/park").await.text()).unwrap();
        assert_eq!(json["results"]["answers"], 52);
        assert!(json["results"]["questions"][0]["counts"][1]["count"].is_null());
        let list: serde_json::Value =
            serde_json::from_str(&browser.get("/api/surveys").await.text()).unwrap();
        assert_eq!(list[0]["key"], "park");
        let file = list[0]["resources"][0]["url"].as_str().unwrap();
        let table = browser.get(file).await;
        assert_eq!(table.status, StatusCode::OK);
        assert!(
            table.text().starts_with("survey,question,question_label,answer,answer_label,count,share_percent,answered,hidden\r\n"),
            "{}",
            table.text()
        );
        for line in [
            "park,age,年代,middle,中くらい,,,52,1\r\n",
            "park,often,公園に行く回数,often,よく行く,32,61.5,52,0\r\n",
        ] {
            assert!(table.text().contains(line), "{line}: {}", table.text());
        }
        let english = browser.get(&format!("{file}?lang=en")).await;
        assert_eq!(
            english.text(),
            table.text(),
            "a program reads the same in every language"
        );
    }
);
