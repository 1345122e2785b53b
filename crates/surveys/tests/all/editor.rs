//! The question editor over HTTP: its pages, its steps, who may use it, and when it is locked. On both databases.

use crate::support::{Browser, Page, SURVEY, browser_of, departments, document, open, staff};
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

/// Everything in the controls of a page as it is: what a browser sends when nothing is typed.
fn controls(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let main = &page[page.find("<main").unwrap()..];
    for tag in ["<input", "<textarea", "<select"] {
        for part in main.split(tag).skip(1) {
            let attribute = |name: &str| {
                let head = &part[..part.find('>').unwrap()];
                let begun = head.find(&format!(" {name}=\""))? + name.len() + 3;
                Some(head[begun..begun + head[begun..].find('"')?].to_owned())
            };
            let Some(name) = attribute("name") else {
                continue;
            };
            let is_choice = matches!(attribute("type").as_deref(), Some("radio" | "checkbox"));
            if is_choice && !part[..part.find('>').unwrap()].contains(" checked") {
                continue;
            }
            let value = match tag {
                "<textarea" => {
                    let text = &part[part.find('>').unwrap() + 1..];
                    text[..text.find("</textarea>").unwrap()].to_owned()
                }
                "<select" => {
                    let options = &part[..part.find("</select>").unwrap()];
                    let chosen = options
                        .split("<option")
                        .find(|one| one.contains(" selected"));
                    chosen.map_or_else(String::new, |one| {
                        one.split("value=\"")
                            .nth(1)
                            .unwrap()
                            .split('"')
                            .next()
                            .unwrap()
                            .to_owned()
                    })
                }
                _ => attribute("value").unwrap_or_default(),
            };
            all.push((name, value));
        }
    }
    all
}

/// Sends the settings as they stand, with some of them typed over.
async fn settings(browser: &mut Browser, typed: &[(&str, &str)]) -> Page {
    let at = "/desk/surveys/park/settings";
    let mut sent = controls(&browser.get(at).await.text());
    for (name, value) in typed {
        sent.retain(|(known, _)| known != name);
        sent.push(((*name).to_owned(), (*value).to_owned()));
    }
    let sent: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(at, &sent).await
}

each_database!(
    everything_but_the_questions_is_set_without_yaml,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        drafted(&city).await;
        let mut clerk = clerk(&city);
        // As it stands it is sent back, and nothing is another.
        let before = stands(&city).await;
        let saved = settings(&mut clerk, &[]).await;
        assert_eq!(
            saved.to,
            "/desk/surveys/park?done=saved",
            "{}",
            saved.text()
        );
        assert_eq!(stands(&city).await, before);
        let typed = [
            ("title_ja", "公園の調査"),
            ("title_en", "Parks"),
            ("summary_easy", "公園（こうえん）の ことを 聞（き）きます。"),
            ("thanks_ja", "ありがとうございました。"),
            ("audience", "staff"),
            ("anonymity", "one-per-person"),
            ("opens", "2026-11-02T09:00"),
            ("closes", "2026-12-25"),
            ("quota", "500"),
            ("small_count_below", "10"),
            ("breakdown", "age"),
            ("quota-0-answer", "age."),
            ("quota-0-most", "100"),
            ("quota-1-answer", "often.never"),
            ("quota-1-most", "50"),
        ];
        let saved = settings(&mut clerk, &typed).await;
        assert_eq!(
            saved.to,
            "/desk/surveys/park?done=saved",
            "{}",
            saved.text()
        );
        let wanted = SurveyDocument::from_yaml(
            &SURVEY
                .replace("title: 公園のアンケート", "title: {ja: 公園の調査, en: Parks}")
                .replace(
                    "summary: 公園の使い方をお聞きします。",
                    "summary: {ja: 公園の使い方をお聞きします。, easy: 公園（こうえん）の ことを 聞（き）きます。}\nthanks: ありがとうございました。",
                )
                .replace("residents", "staff")
                .replace("anonymous", "one_per_person")
                .replace("'2026-11-01'", "'2026-11-02T09:00'")
                .replace("'2026-12-20'", "'2026-12-25'\nquota: 500\nquotas: [{field: age, at_most: 100}, {field: often, option: never, at_most: 50}]\nbreakdown: age")
                .replace("small_count_below: 5", "small_count_below: 10"),
        )
        .unwrap();
        assert_eq!(stands(&city).await, wanted);
        // What cannot be is told at its control, and nothing typed is lost.
        for (name, value, says) in [
            ("title_ja", " ", "書いてください"),
            ("closes", "2026-11-01", "終了は、開始より後に"),
            ("opens", "来月", "来月"),
            ("quota", "-3", "0以上の整数"),
            ("quota-1-most", "", "0以上の整数"),
            ("quota-2-most", "7", "どの答えの定員か"),
            ("department", "tax", "権限がありません"),
        ] {
            let typed = [("thanks_en", "Thank you so much"), (name, value)];
            let refused = settings(&mut clerk, &typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            let page = refused.text();
            assert!(page.contains(says), "{name}: {page}");
            assert!(page.contains("Thank you so much"), "{name}");
        }
        assert_eq!(stands(&city).await, wanted);

        // Of an open one the texts and the whole quota can be changed, and nothing else is offered.
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(async move {
                let found = store::survey(tx.connection(), "park").await?.unwrap();
                store::open(tx, "park", found.revision).await
            })
        })
        .await
        .unwrap();
        let page = clerk.get("/desk/surveys/park/settings").await.text();
        assert!(!page.contains("name=\"audience\"") && !page.contains("name=\"closes\""));
        let typed = [
            ("title_easy", "公園（こうえん）"),
            ("quota", "600"),
            ("audience", "residents"),
        ];
        let saved = settings(&mut clerk, &typed).await;
        assert_eq!(
            saved.to,
            "/desk/surveys/park?done=saved",
            "{}",
            saved.text()
        );
        let found = stands(&city).await;
        assert_eq!((found.quota, found.audience), (Some(600), wanted.audience));
        assert_eq!(found.title.easy.as_deref(), Some("公園（こうえん）"));

        for (capabilities, department, status) in [
            (&[RESULTS][..], "planning", StatusCode::FORBIDDEN),
            (&[RUN][..], "tax", StatusCode::NOT_FOUND),
        ] {
            let mut other = browser_of(&city, staff(8, capabilities, department));
            assert_eq!(
                other.get("/desk/surveys/park/settings").await.status,
                status
            );
            let sent = [("revision", "1"), ("title_ja", "x")];
            let refused = other.post("/desk/surveys/park/settings", &sent).await;
            assert_eq!(refused.status, status);
        }
    }
);

each_database!(
    a_new_survey_keeps_no_sentence_of_the_pattern,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let mut clerk = clerk(&city);
        let new = [
            ("title", "公園"),
            ("key", "park"),
            ("department", "planning"),
        ];
        clerk.post("/desk/surveys/new", &new).await;
        let page = clerk.get("/desk/surveys/park").await.text();
        assert!(page.contains("説明が、どれかの言葉でひな形の文のままです"));
        assert!(page.contains("href=\"/desk/surveys/park/settings\""));
        assert!(!page.contains("action=\"/desk/surveys/park/open\""));
        // In Japanese alone it is not enough: the English sentence would be read as well.
        settings(
            &mut clerk,
            &[("summary_ja", "公園の使い方をお聞きします。")],
        )
        .await;
        let page = clerk.get("/desk/surveys/park").await.text();
        assert!(!page.contains("action=\"/desk/surveys/park/open\""));
        let typed = [("summary_en", ""), ("summary_easy", "")];
        settings(&mut clerk, &typed).await;
        let page = clerk.get("/desk/surveys/park").await.text();
        assert!(
            page.contains("action=\"/desk/surveys/park/open\""),
            "{page}"
        );
    }
);
