//! The question editor over HTTP: its pages, its steps, who may use it, and when it is locked. On both databases.

use crate::support::{Browser, Page, browser_of, departments, document, open, staff};
use axum::http::StatusCode;
use yakuba_city::{Actor, City, each_database};
use yakuba_forms::model::document::FieldKind;
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_surveys::{
    SurveyService,
    capabilities::{PUBLISH, RAW, RESULTS, RUN},
    model::document::SurveyDocument,
    store,
};

const LIST: &str = "/desk/surveys/park/questions";

async fn drafted(city: &City) {
    departments(city).await;
    city.write(Actor::Staff(1), document(), |tx, document| {
        Box::pin(store::save_draft(tx, document, 0))
    })
    .await
    .unwrap();
}

fn clerk(city: &City) -> Browser {
    browser_of(city, staff(7, &[RUN], "planning"))
}

async fn stands(city: &City) -> SurveyDocument {
    let found = store::survey(city.db(), "park").await.unwrap();
    found.unwrap().document
}

/// The keys of a page's questions.
fn keys(document: &SurveyDocument, page: usize) -> Vec<String> {
    let fields = &document.form.pages[page].fields;
    fields.iter().map(|field| field.key.to_string()).collect()
}

fn question_at(page: &str, question: &str) -> String {
    format!("/desk/surveys/park/question?page={page}&question={question}")
}

/// Sends a question's form with the revision that is shown, and more fields.
async fn send(browser: &mut Browser, at: &str, more: &[(&str, &str)]) -> Page {
    let shown = browser.get(at).await.revision();
    let mut fields = vec![("revision", shown.as_str())];
    fields.extend(more);
    browser.post(at, &fields).await
}

each_database!(
    questions_are_made_changed_moved_and_removed,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        drafted(&city).await;
        let mut clerk = clerk(&city);
        let list = clerk.get(LIST).await;
        assert_eq!(list.status, StatusCode::OK);
        assert!(list.text().contains("年代") && list.text().contains("（3つの選択肢）"));
        // A new question of each kind.
        for (kind, more) in [
            ("choice", ("options", "はい\nいいえ | いいえ | No")),
            ("choices", ("options", "赤\n青\n緑")),
            ("satisfaction", ("options", "")),
            ("agreement", ("options", "")),
            ("number", ("max", "10")),
            ("text", ("options", "")),
            ("long-text", ("options", "")),
        ] {
            let sent = send(
                &mut clerk,
                &question_at("more", ""),
                &[("label_ja", kind), ("kind", kind), more],
            )
            .await;
            assert_eq!(sent.to, format!("{LIST}?done=saved"), "{}", sent.text());
        }
        let document = stands(&city).await;
        assert_eq!(
            keys(&document, 1)[3..],
            ["q1", "q2", "q3", "q4", "q5", "q6", "q7"]
        );
        let kinds = &document.form.pages[1].fields[3..];
        assert!(matches!(&kinds[0].kind, FieldKind::Choice { options } if options.len() == 2));
        assert!(matches!(&kinds[1].kind, FieldKind::Choices { options, .. } if options.len() == 3));
        assert!(matches!(&kinds[2].kind, FieldKind::Choice { options } if options.len() == 5));
        assert!(matches!(
            &kinds[4].kind,
            FieldKind::Number { max: Some(10), .. }
        ));
        // One is changed and keeps its place and its key.
        let shown = clerk.get(&question_at("you", "age")).await;
        assert!(shown.text().contains("年代") && shown.text().contains("若い\n中くらい\n年配"));
        let sent = send(
            &mut clerk,
            &question_at("you", "age"),
            &[
                ("label_ja", "年齢"),
                ("label_en", "Age"),
                ("kind", "choice"),
                ("options", "若い\n年配"),
                ("key", "age"),
                ("optional", "yes"),
            ],
        )
        .await;
        assert_eq!(sent.to, format!("{LIST}?done=saved"), "{}", sent.text());
        let document = stands(&city).await;
        let age = &document.form.pages[0].fields[0];
        assert_eq!((age.label.ja.as_str(), age.optional), ("年齢", true));
        assert_eq!(age.label.en.as_deref(), Some("Age"));
        assert!(
            matches!(&age.kind, FieldKind::Choice { options } if options[1].value.as_str() == "old"),
            "what stays keeps its value"
        );
        // A page is added, a question moved over and back, a page removed.
        let step = async |clerk: &mut Browser, fields: &[(&str, &str)]| {
            let shown = clerk.get(LIST).await.revision();
            let mut all = vec![("revision", shown.as_str())];
            all.extend(fields);
            let sent = clerk.post(LIST, &all).await;
            assert_eq!(sent.to, format!("{LIST}?done=saved"), "{}", sent.text());
        };
        step(&mut clerk, &[("title", "おわりに")]).await;
        step(
            &mut clerk,
            &[("step", "down"), ("page", "you"), ("question", "often")],
        )
        .await;
        assert_eq!(keys(&stands(&city).await, 1)[0], "often");
        step(
            &mut clerk,
            &[("step", "up"), ("page", "more"), ("question", "often")],
        )
        .await;
        assert_eq!(keys(&stands(&city).await, 0), ["age", "often"]);
        step(
            &mut clerk,
            &[("step", "remove"), ("page", "more"), ("question", "q1")],
        )
        .await;
        assert_eq!(keys(&stands(&city).await, 1)[3], "q2");
        step(&mut clerk, &[("step", "remove"), ("page", "p1")]).await;
        assert_eq!(stands(&city).await.form.pages.len(), 2);
        // Nothing to do is no change.
        let before = clerk.get(LIST).await.revision();
        clerk.post(LIST, &[("revision", &before)]).await;
        assert_eq!(clerk.get(LIST).await.revision(), before);
    }
);

each_database!(
    what_cannot_be_a_question_is_shown_again_with_the_reason,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        drafted(&city).await;
        let before = stands(&city).await;
        let mut clerk = clerk(&city);
        for (fields, reason) in [
            (&[("kind", "text")][..], "書いてください"),
            (
                &[("label_ja", "色"), ("kind", "choice"), ("options", "赤")],
                "選択肢を2つ以上",
            ),
            (
                &[
                    ("label_ja", "色"),
                    ("kind", "choice"),
                    ("options", "赤\n赤"),
                ],
                "選択肢を2つ以上",
            ),
            (
                &[
                    ("label_ja", "数"),
                    ("kind", "number"),
                    ("min", "9"),
                    ("max", "1"),
                ],
                "最小と最大は",
            ),
            (
                &[("label_ja", "数"), ("kind", "number"), ("min", "x")],
                "最小と最大は",
            ),
            (
                &[("label_ja", "文"), ("kind", "text"), ("key", "age")],
                "記号は英小文字で始め",
            ),
            (
                &[("label_ja", "文"), ("kind", "text"), ("key", "Age 1")],
                "記号は英小文字で始め",
            ),
        ] {
            let sent = send(&mut clerk, &question_at("more", ""), fields).await;
            assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert!(sent.text().contains(reason), "{fields:?}: {}", sent.text());
            let typed = fields[0].1;
            assert!(sent.text().contains(typed), "what was typed stays: {typed}");
        }
        for at in [
            question_at("nowhere", ""),
            question_at("you", "nothing"),
            "/desk/surveys/none/questions".to_owned(),
        ] {
            assert_eq!(clerk.get(&at).await.status, StatusCode::NOT_FOUND, "{at}");
        }
        assert_eq!(stands(&city).await, before);
    }
);

each_database!(
    of_two_who_edit_at_once_the_second_is_told,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        drafted(&city).await;
        let (mut one, mut other) = (clerk(&city), clerk(&city));
        let at = question_at("you", "age");
        let shown = one.get(&at).await.revision();
        let fields = |label: &'static str| {
            [
                ("label_ja", label),
                ("kind", "choice"),
                ("options", "若い\n年配"),
                ("key", "age"),
            ]
        };
        let mut first = vec![("revision", shown.as_str())];
        first.extend(fields("先の人"));
        let mut second = vec![("revision", shown.as_str())];
        second.extend(fields("後の人"));
        assert_eq!(one.post(&at, &first).await.status, StatusCode::SEE_OTHER);
        let late = other.post(&at, &second).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.text().contains("ほかの職員が先に変更しました"));
        assert_eq!(
            stands(&city).await.form.pages[0].fields[0].label.ja,
            "先の人"
        );
        // The same for a step of the list.
        let stale = other
            .post(
                LIST,
                &[("revision", &shown), ("step", "remove"), ("page", "more")],
            )
            .await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(stands(&city).await.form.pages.len(), 2);
    }
);

each_database!(
    an_open_survey_is_locked_and_a_draft_is_its_departments_alone,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        drafted(&city).await;
        let question = question_at("you", "age");
        let step = [
            ("revision", "1"),
            ("step", "remove"),
            ("page", "you"),
            ("label_ja", "x"),
            ("kind", "text"),
        ];
        let walk = async |mut browser: Browser, expected: &[StatusCode]| {
            for at in [LIST, question.as_str()] {
                let answer = browser.get(at).await;
                assert!(expected.contains(&answer.status), "{at}: {}", answer.status);
                let answer = browser.post(at, &step).await;
                assert!(expected.contains(&answer.status), "{at}: {}", answer.status);
            }
        };
        for other in [RESULTS, PUBLISH, RAW] {
            let browser = browser_of(&city, staff(8, &[other], "planning"));
            walk(browser, &[StatusCode::FORBIDDEN]).await;
        }
        let foreign = browser_of(&city, staff(9, &[RUN], "tax"));
        walk(foreign, &[StatusCode::NOT_FOUND]).await;
        assert_eq!(stands(&city).await, document(), "nothing changed");
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(async move { store::remove(tx, "park", 1).await })
        })
        .await
        .unwrap();
        open(&city, document()).await;
        walk(clerk(&city), &[StatusCode::CONFLICT]).await;
        assert_eq!(stands(&city).await, document());
    }
);
