//! Surveys at the desk, by department and capability, over every route. On both databases.

use crate::support::{
    Browser, SURVEY, answers, browser_of, departments, document, many, open, staff,
};
use axum::http::{Method, StatusCode};
use yakuba_city::{
    City, Service as _, each_database,
    web::{Access, Capability, Principal},
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_surveys::{
    SurveyService,
    capabilities::{ALL, PUBLISH, RAW, RESULTS, RUN},
    store::{self, State},
};

fn desk(city: &City, capabilities: &[Capability], department: &str) -> Browser {
    browser_of(city, staff(7, capabilities, department))
}

each_database!(
    a_survey_goes_from_draft_to_published_results,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[RUN, RESULTS], "planning");
        let list = clerk.get("/desk/surveys").await;
        assert!(
            list.text().contains("アンケートはまだありません"),
            "{}",
            list.text()
        );
        let bad = clerk
            .post(
                "/desk/surveys/new",
                &[
                    ("title", "公園"),
                    ("key", "Park 1"),
                    ("department", "planning"),
                ],
            )
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = clerk
            .post(
                "/desk/surveys/new",
                &[
                    ("title", "公園"),
                    ("key", "park"),
                    ("department", "planning"),
                ],
            )
            .await;
        assert_eq!(made.to, "/desk/surveys/park?done=made", "{}", made.text());
        let edit = clerk.get("/desk/surveys/park/edit").await;
        assert!(edit.text().contains("small_count_below"));
        let at = edit.revision();
        let broken = clerk
            .post(
                "/desk/surveys/park/edit",
                &[("yaml", "format: x"), ("revision", &at)],
            )
            .await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        let saved = clerk
            .post(
                "/desk/surveys/park/edit",
                &[("yaml", SURVEY), ("revision", &at)],
            )
            .await;
        assert_eq!(
            saved.to,
            "/desk/surveys/park?done=saved",
            "{}",
            saved.text()
        );
        let stale = clerk
            .post(
                "/desk/surveys/park/edit",
                &[("yaml", SURVEY), ("revision", &at)],
            )
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        assert!(
            clerk
                .get("/desk/surveys/park/preview")
                .await
                .text()
                .contains("年配")
        );
        assert!(
            clerk
                .get("/desk/surveys/park/file")
                .await
                .text()
                .contains("yakuba-survey/1")
        );
        let show = clerk.get("/desk/surveys/park").await;
        let opened = clerk
            .post("/desk/surveys/park/open", &[("revision", &show.revision())])
            .await;
        assert_eq!(
            opened.to,
            "/desk/surveys/park?done=opened",
            "{}",
            opened.text()
        );
        many(&city, &document(), &answers("young", &["green"], 4), 11).await;
        let results = clerk.get("/desk/surveys/park/results").await;
        assert!(results.text().contains("10件の回答"), "{}", results.text());
        let show = clerk.get("/desk/surveys/park").await;
        let early = clerk
            .post(
                "/desk/surveys/park/extend",
                &[("revision", &show.revision()), ("closes", "2026-11-01")],
            )
            .await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        let extended = clerk
            .post(
                "/desk/surveys/park/extend",
                &[
                    ("revision", &show.revision()),
                    ("closes", "2026-12-24T17:15"),
                ],
            )
            .await;
        assert_eq!(
            extended.to,
            "/desk/surveys/park?done=extended",
            "{}",
            extended.text()
        );
        let show = clerk.get("/desk/surveys/park").await;
        let closed = clerk
            .post(
                "/desk/surveys/park/close",
                &[("revision", &show.revision())],
            )
            .await;
        assert_eq!(closed.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(closed.text().contains("印を付けてください"));
        let closed = clerk
            .post(
                "/desk/surveys/park/close",
                &[("revision", &show.revision()), ("sure", "yes")],
            )
            .await;
        assert_eq!(
            closed.to,
            "/desk/surveys/park?done=closed",
            "{}",
            closed.text()
        );
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!((found.state, found.answers), (State::Closed, 11));
        let refused = clerk
            .post(
                "/desk/surveys/park/publish",
                &[("revision", &found.revision.to_string())],
            )
            .await;
        assert_eq!(
            refused.status,
            StatusCode::FORBIDDEN,
            "the clerk may not publish"
        );
        let mut office = desk(&city, &[PUBLISH], "planning");
        let published = office
            .post(
                "/desk/surveys/park/publish",
                &[("revision", &found.revision.to_string())],
            )
            .await;
        assert_eq!(
            published.to,
            "/desk/surveys/park?done=published",
            "{}",
            published.text()
        );
        let xlsx = clerk
            .get("/desk/surveys/park/results/file?format=xlsx")
            .await;
        assert!(xlsx.text().starts_with("PK"));
        let mut head = desk(&city, &[RAW], "planning");
        assert!(
            head.get("/desk/surveys/park/raw")
                .await
                .text()
                .contains("個票")
        );
        let raw = head
            .post("/desk/surveys/park/raw", &[("format", "csv")])
            .await;
        assert_eq!(raw.text().lines().count(), 12, "{}", raw.text());
        assert!(
            !raw.text().contains("ご意見"),
            "what people wrote is left out"
        );
    }
);

each_database!(
    single_answers_hide_what_the_results_hide,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let document = document();
        open(&city, document.clone()).await;
        many(&city, &document, &answers("young", &["green"], 4), 20).await;
        many(&city, &document, &answers("old", &["green"], 4), 9).await;
        many(&city, &document, &answers("middle", &["green"], 97), 1).await;
        let mut head = desk(&city, &[RUN, RAW], "planning");
        let show = head.get("/desk/surveys/park").await;
        head.post(
            "/desk/surveys/park/close",
            &[("revision", &show.revision()), ("sure", "yes")],
        )
        .await;
        let raw = head
            .post("/desk/surveys/park/raw", &[("format", "csv")])
            .await;
        assert!(
            !raw.text().contains("中くらい"),
            "the only one of that age: {}",
            raw.text()
        );
        assert!(!raw.text().contains("97"));
        assert_eq!(raw.text().matches("若い").count(), 20);
        assert_eq!(
            raw.text().matches("年配").count(),
            0,
            "hidden with the only one"
        );
    }
);

each_database!(
    every_route_of_the_desk_asks_for_its_capability_in_the_department,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        open(&city, document()).await;
        many(&city, &document(), &answers("young", &["green"], 4), 10).await;
        let mut walked = 0;
        for entry in SurveyService.routes().entries() {
            if !entry.path.starts_with("/desk/surveys/{key}") {
                continue;
            }
            walked += 1;
            assert_ne!(entry.access, Access::Public, "{}", entry.path);
            let mut path = entry.path.replace("{key}", "park");
            if path.ends_with("/question") {
                path.push_str("?page=you");
            }
            let fields = [
                ("revision", "2"),
                ("closes", "2027-01-31"),
                ("yaml", SURVEY),
                ("format", "csv"),
                ("label_ja", "質問"),
                ("title", "ページ"),
            ];
            // With everything in another department, with nothing in this one, and as a stranger.
            let outsiders = [
                staff(8, &ALL, "tax"),
                staff(9, &[], "planning"),
                Principal::Anonymous,
            ];
            for who in outsiders {
                let mut browser = browser_of(&city, who);
                let answer = if entry.method == Method::GET {
                    browser.get(&path).await
                } else {
                    browser.post(&path, &fields).await
                };
                assert!(
                    matches!(
                        answer.status,
                        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED
                    ),
                    "{} {path}: {}",
                    entry.method,
                    answer.status
                );
                assert!(!answer.text().contains("公園"), "{path}");
            }
            // One capability does not stand for another.
            if let Access::Staff(needed) = entry.access {
                for other in ALL.into_iter().filter(|other| *other != needed) {
                    let mut browser = desk(&city, &[other], "planning");
                    let answer = if entry.method == Method::GET {
                        browser.get(&path).await
                    } else {
                        browser.post(&path, &fields).await
                    };
                    assert_eq!(
                        answer.status,
                        StatusCode::FORBIDDEN,
                        "{} {path} with {}",
                        entry.method,
                        other.name
                    );
                }
            }
        }
        assert!(walked >= 15, "{walked}");
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(
            (found.state, found.revision),
            (State::Open, 2),
            "nothing changed"
        );
        // Nor can a survey be made for, or moved to, another department.
        let mut clerk = desk(&city, &[RUN], "tax");
        let made = clerk
            .post(
                "/desk/surveys/new",
                &[("title", "税"), ("key", "mine"), ("department", "planning")],
            )
            .await;
        assert_eq!(made.status, StatusCode::FORBIDDEN);
        let copied = clerk
            .post(
                "/desk/surveys/new",
                &[
                    ("title", "税"),
                    ("key", "mine"),
                    ("department", "tax"),
                    ("from", "park"),
                ],
            )
            .await;
        assert_eq!(copied.status, StatusCode::NOT_FOUND);
        let boundary = "x1x";
        let upload = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.yaml\"\r\n\r\n{SURVEY}\r\n--{boundary}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={boundary}");
        let sent = clerk
            .ask("POST", "/desk/surveys/upload", &kind, upload)
            .await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN);
    }
);
