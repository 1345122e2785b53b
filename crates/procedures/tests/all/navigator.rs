//! The life-event navigator and applications prepared at home. On both databases.

use std::path::Path;

use crate::support::desk::{Browser, browser_of, staff};
use crate::support::{application, document, put_live, submit};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use yakuba_city::{Actor, City, each_database, sql::Sql as _, web::Principal};
use yakuba_forms::{Answer, Answers};
use yakuba_identity::{IdentityService, NewDepartment, create_department, qr_code};
use yakuba_kernel::{Channel, DepartmentCode};
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{ALL, WORK},
    model::{
        document::ProcedureDocument,
        navigator::{GuideFile, LifeEventDocument, QuestionKind},
        visit::ShortCode,
    },
    store::{cases, history, visits},
};

const DESKS: &str = r"
format: yakuba-desks/1
desks:
  - {department: tax, place: 1階, phone: 0000-00-0001}
  - {department: environment, place: 3階, phone: 0000-00-0003}
";

const EVENT: &str = r"
format: yakuba-life-event/1
key: moving-in
position: 1
title: {ja: 引っ越してきた, en: Moving in}
summary: 引っ越してきた方
questions:
  - {key: has_dog, label: 犬がいる}
  - {key: moved_on, label: 引っ越した日, kind: date}
steps:
  - procedure: dog-registration
    way: online
    applies_if: has_dog
    why: 犬の登録を移します。
    deadline: {text: 30日以内, law: 狂犬病予防法第4条, days: 30, from: moved_on}
  - {procedure: dog-tag, way: online_then_counter, applies_if: has_dog, why: 鑑札を替えます。}
  - title: 税の届出
    department: tax
    way: counter
    why: 全員が届け出ます。
    deadline: {text: 期限は窓口で, unsure: true}
    bring: [マイクロチップの番号, 通知書]
";

async fn town(city: &City) {
    for (position, code) in ["environment", "tax"].into_iter().enumerate() {
        let new = NewDepartment {
            code: DepartmentCode::new(code).unwrap(),
            name_ja: ["環境課", "税務課"][position].to_owned(),
            name_en: code.to_owned(),
            parent: None,
            first_day: jiff::civil::date(2020, 4, 1),
            last_day: None,
            position: i64::try_from(position).unwrap(),
        };
        city.write(Actor::Staff(1), new, |tx, new| {
            Box::pin(create_department(tx, new))
        })
        .await
        .unwrap();
    }
    let mut second = document();
    "dog-tag".clone_into(&mut second.key);
    "犬の鑑札".clone_into(&mut second.title.ja);
    put_live(city, document()).await;
    put_live(city, second).await;
    for text in [EVENT, DESKS] {
        let file = GuideFile::from_yaml(text).unwrap();
        let changed = async || {
            city.write(Actor::CommandLine, file.clone(), |tx, file| {
                Box::pin(visits::put_file(tx, file))
            })
            .await
            .map_err(|error: ProcedureError| error.to_string())
            .unwrap()
        };
        assert!(changed().await);
        assert!(!changed().await, "the same file again changes nothing");
    }
}

const ANSWERS: [(&str, &str); 5] = [
    ("owner_name.family", "髙橋"),
    ("owner_name.given", "花子"),
    ("owner_name.family_kana", "タカハシ"),
    ("owner_name.given_kana", "ハナコ"),
    ("dog_name", "ポチ太郎"),
];

async fn count(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap()
}

fn visitor(city: &City) -> Browser {
    browser_of(city, Principal::Anonymous)
}

/// Goes on with a draft to the end.
async fn send(browser: &mut Browser, procedure: &str) {
    let base = format!("/procedures/{procedure}");
    browser
        .post(&format!("{base}/applicant"), &[("who", "person")])
        .await;
    let dog = [
        ("dog_name", "ポチ太郎"),
        ("born_on", "2026-01-05"),
        ("photo", ""),
    ];
    let page = browser.post(&format!("{base}/apply/dog"), &dog).await;
    assert_eq!(page.to, format!("{base}/check"), "{}", page.text());
    let revision = browser.get(&page.to).await.revision();
    let page = browser
        .post(&format!("{base}/check"), &[("revision", &revision)])
        .await;
    assert_eq!(page.to, format!("{base}/done"), "{}", page.text());
}

each_database!(
    one_set_of_answers_fills_every_form_and_one_plan_holds_the_visit,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut browser = visitor(&city);
        assert!(
            browser
                .get("/guide")
                .await
                .text()
                .contains("引っ越してきた")
        );
        assert!(
            browser
                .get("/guide?lang=en")
                .await
                .text()
                .contains("Moving in")
        );
        assert_eq!(browser.get("/guide/plan").await.to, "/guide?done=none");
        let wrong = browser
            .post(
                "/guide/moving-in",
                &[("moved_on_year", "2026"), ("moved_on_month", "13")],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let few = browser.post("/guide/moving-in", &[]).await;
        assert_eq!(few.to, "/guide/plan", "{}", few.text());
        let plan = browser.get("/guide/plan").await.text();
        assert!(plan.contains("税の届出") && !plan.contains("犬の登録"));
        assert!(plan.contains("担当課にお確かめください"), "unsure is said");

        let answers = [
            ("yes", "has_dog"),
            ("moved_on_year", "2026"),
            ("moved_on_month", "11"),
            ("moved_on_day", "20"),
        ];
        browser.post("/guide/moving-in", &answers).await;
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_visits").await,
            1,
            "changed answers are the same visit"
        );
        let plan = browser.get("/guide/plan").await.text();
        assert!(plan.contains("犬の登録") && plan.contains("犬の鑑札"));
        assert!(plan.contains("12月20日") && plan.contains("狂犬病予防法第4条"));
        assert!(plan.contains("0000-00-0003"));
        let none = browser.post("/guide/plan", &[]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let both = [
            ("procedure", "dog-registration"),
            ("procedure", "dog-tag"),
            ("procedure", "nowhere"),
        ];
        assert_eq!(
            browser.post("/guide/plan", &both).await.to,
            "/guide/answers"
        );
        let form = browser.get("/guide/answers").await.text();
        assert!(form.contains("owner_name.family") && form.contains("dog_name"));
        assert!(
            !form.contains("name=\"photo\""),
            "files are sent form by form"
        );
        let filled = browser.post("/guide/answers", &ANSWERS).await;
        assert_eq!(filled.to, "/guide/plan?done=filled", "{}", filled.text());
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_drafts").await,
            2
        );
        for procedure in ["dog-registration", "dog-tag"] {
            let page = browser
                .get(&format!("/procedures/{procedure}/apply/owner"))
                .await;
            assert!(page.text().contains("髙橋"), "{procedure}");
        }
        // The questions before the start are still asked.
        assert!(
            browser
                .get("/guide/plan")
                .await
                .text()
                .contains("/procedures/dog-tag/start")
        );
        // What was changed in one form stays when the shared answers are sent again.
        browser
            .post(
                "/procedures/dog-tag/apply/dog",
                &[("dog_name", "別の犬"), ("born_on", "2026-01-05")],
            )
            .await;
        browser.post("/guide/answers", &ANSWERS).await;
        let kept = browser.get("/procedures/dog-tag/apply/dog").await.text();
        assert!(kept.contains("別の犬"));

        let visit = browser.get("/guide/visit").await.text();
        let (tax, environment) = (visit.find("税務課"), visit.find("環境課"));
        assert!(
            tax.unwrap() < environment.unwrap(),
            "in the order of the building"
        );
        assert_eq!(
            visit.matches("☐ マイクロチップの番号").count(),
            1,
            "each document once"
        );

        send(&mut browser, "dog-registration").await;
        send(&mut browser, "dog-tag").await;
        let first = count(&city, "SELECT MIN(id) FROM procedures_cases").await;
        let second = count(&city, "SELECT MAX(id) FROM procedures_cases").await;
        let together = visits::together(city.db(), first).await.unwrap();
        assert_eq!(together.len(), 1);
        assert_eq!(together[0].id, second);
        let mut desk = browser_of(&city, staff(7, &[WORK], "environment"));
        let page = desk.get(&format!("/desk/cases/{first}")).await.text();
        assert!(page.contains("同じできごとの手続"), "{page}");
        assert!(page.contains(&format!("/desk/cases/{second}")));

        // Nobody else's browser has the plan, and it can be removed.
        let mut other = visitor(&city);
        assert_eq!(other.get("/guide/plan").await.to, "/guide?done=none");
        assert_eq!(other.get("/guide/answers").await.to, "/guide?done=none");
        browser.post("/guide/leave", &[]).await;
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_visits").await,
            0
        );
    }
);

each_database!(
    what_was_filled_in_at_home_is_taken_over_at_the_counter_once,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut home = visitor(&city);
        let base = "/procedures/dog-registration";
        home.post(
            &format!("{base}/start"),
            &[("asked", "lives_here"), ("lives_here", "yes")],
        )
        .await;
        home.post(&format!("{base}/applicant"), &[("who", "person")])
            .await;
        home.post(&format!("{base}/apply/owner"), &ANSWERS).await;
        home.post(
            &format!("{base}/apply/dog"),
            &[("dog_name", "ポチ太郎"), ("born_on", "2026-01-05")],
        )
        .await;
        let page = home.post(&format!("{base}/counter"), &[]).await;
        assert_eq!(page.to, format!("{base}/counter"));
        let page = home.get(&page.to).await;
        let code: ShortCode = page.between("translate=\"no\">", "<").parse().unwrap();
        // The picture is that of the code and of nothing else, and nothing personal is near it.
        let picture = qr_code(&code.plain(), "窓口で読み取るQRコード").unwrap();
        assert!(page.text().contains(&picture));
        assert!(!page.text().contains("髙橋") && !page.text().contains("ポチ"));
        let pdf = home.get(&format!("{base}/counter.pdf")).await;
        assert!(pdf.bytes.starts_with(b"%PDF"));
        let mut other = visitor(&city);
        assert!(
            other
                .get(&format!("{base}/counter"))
                .await
                .to
                .contains("expired")
        );

        let scanned = code.plain();
        let take = [("code", scanned.as_str())];
        let at = "/desk/cases/new/code";
        let mut tax = browser_of(&city, staff(9, &[WORK], "tax"));
        let refused = tax.post(at, &take).await;
        assert!(refused.text().contains("担当は環境課です"));
        assert!(!refused.text().contains("ポチ"));
        for who in [staff(7, &[], "environment"), Principal::Anonymous] {
            let refused = browser_of(&city, who).post(at, &take).await;
            assert!(matches!(
                refused.status,
                StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED
            ));
        }
        let mut desk = browser_of(&city, staff(7, &ALL, "environment"));
        let mistyped = desk.post(at, &[("code", "?")]).await;
        assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY);
        let taken = desk.post(at, &take).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        assert!(desk.get(&taken.to).await.text().contains("ポチ太郎"));
        let again = desk.post(at, &take).await;
        assert!(again.text().contains("すでに使われています"));
        assert!(
            home.get(&format!("{base}/check"))
                .await
                .to
                .contains("expired"),
            "it is the desk's now"
        );
        let entry = taken.to.split('?').next().unwrap().to_owned();
        let revision = desk.get(&format!("{entry}/check")).await.revision();
        let sent = desk
            .post(&format!("{entry}/check"), &[("revision", &revision)])
            .await;
        assert_eq!(sent.to, format!("{entry}/slip"), "{}", sent.text());
        let case = count(&city, "SELECT MAX(id) FROM procedures_cases").await;
        let case = cases::case(city.db(), case).await.unwrap();
        assert_eq!(case.channel, Channel::Counter);
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_cases").await,
            1
        );
    }
);

each_database!(
    a_code_ends_after_its_time_and_with_a_newer_one,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut home = visitor(&city);
        let base = "/procedures/dog-registration";
        home.post(
            &format!("{base}/start"),
            &[("asked", "lives_here"), ("lives_here", "yes")],
        )
        .await;
        let mut desk = browser_of(&city, staff(7, &[WORK], "environment"));
        let mut codes = Vec::new();
        for _ in 0..2 {
            home.post(&format!("{base}/counter"), &[]).await;
            let page = home.get(&format!("{base}/counter")).await;
            codes.push(page.between("translate=\"no\">", "<"));
        }
        let old = desk
            .post("/desk/cases/new/code", &[("code", &codes[0])])
            .await;
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
        city.clock()
            .set(city.now() + SignedDuration::from_hours(14 * 24 + 1));
        let late = desk
            .post("/desk/cases/new/code", &[("code", &codes[1])])
            .await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            home.get(&format!("{base}/counter"))
                .await
                .text()
                .contains("コードをつくる"),
            "and can be made anew"
        );
    }
);

fn content(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../content")
        .join(folder);
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (
                path.display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_life_event_that_comes_along_leads_to_its_procedures() {
    let procedures: Vec<ProcedureDocument> = content("procedures")
        .iter()
        .map(|(_, text)| ProcedureDocument::from_yaml(text).unwrap())
        .collect();
    let mut events: Vec<LifeEventDocument> = Vec::new();
    let mut places = Vec::new();
    for (path, text) in content("life-events") {
        match GuideFile::from_yaml(&text).unwrap_or_else(|error| panic!("{path}: {error}")) {
            GuideFile::Event(event) => events.push(*event),
            GuideFile::Desks(desks) => {
                places.extend(desks.desks.into_iter().map(|desk| desk.department));
            }
        }
    }
    assert!(events.len() >= 6);
    let today = jiff::civil::date(2026, 11, 21);
    for event in &events {
        let live = |key: &str| procedures.iter().find(|document| document.key == key);
        let mut all = Answers::new();
        let mut reached: Vec<&str> = Vec::new();
        let mut least = usize::MAX;
        // Every question alone, none, and all together: each step must be reached by one of them.
        let ticks: Vec<_> = event
            .questions
            .iter()
            .filter(|question| question.kind == QuestionKind::YesNo)
            .collect();
        let mut tries = vec![Answers::new()];
        for question in ticks {
            all.set(question.key.clone(), Answer::Flag(true));
            tries.push(Answers::new().with(question.key.clone(), Answer::Flag(true)));
        }
        tries.push(all);
        for answers in &tries {
            let items = event.items(answers, today, live);
            least = least.min(items.len());
            for item in items {
                assert!(
                    places.contains(item.department),
                    "{}: where is {}?",
                    event.key,
                    item.department.as_str()
                );
                reached.push(&item.step.why.ja);
            }
        }
        for step in &event.steps {
            assert!(
                reached.contains(&step.why.ja.as_str()),
                "{}: nothing leads to {:?}",
                event.key,
                step.procedure
            );
            assert!(step.why.easy.is_some() && step.why.en.is_some());
        }
        assert!(
            least < event.steps.len(),
            "{}: no answer matters",
            event.key
        );
    }
}

/// Puts a life event of the content live, with its procedures.
async fn moving_in(city: &City) {
    let procedures = content("procedures");
    for (path, text) in content("life-events") {
        if !path.ends_with("moving-in.yaml") {
            continue;
        }
        let file = GuideFile::from_yaml(&text).unwrap();
        city.write(Actor::CommandLine, file, |tx, file| {
            Box::pin(visits::put_file(tx, file))
        })
        .await
        .map_err(|error: ProcedureError| error.to_string())
        .unwrap();
        for key in ["moving-in-appointment", "library-card"] {
            let (_, text) = procedures
                .iter()
                .find(|(path, _)| path.ends_with(&format!("{key}.yaml")))
                .unwrap();
            put_live(city, ProcedureDocument::from_yaml(text).unwrap()).await;
        }
    }
}

/// The names of the controls of a page, in their order.
fn controls(page: &str) -> Vec<String> {
    page.split("name=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .filter(|name| name.contains('.'))
        .collect()
}

each_database!(
    what_is_asked_once_is_read_as_it_is_shown_and_an_impossible_day_is_told,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        moving_in(&city).await;
        let mut browser = visitor(&city);
        browser
            .post("/guide/moving-in", &[("yes", "wants_library")])
            .await;
        let both = [
            ("procedure", "moving-in-appointment"),
            ("procedure", "library-card"),
        ];
        let to = browser.post("/guide/plan", &both).await.to;
        assert_eq!(to, "/guide/answers");
        let page = browser.get("/guide/answers").await.text();
        let asked = controls(&page);
        assert!(
            asked.iter().any(|name| name == "applicant_birth.year"),
            "{asked:?}"
        );
        let birth = |era: &'static str, year: &'static str, month: &'static str| {
            [
                ("applicant_birth.era", era),
                ("applicant_birth.year", year),
                ("applicant_birth.month", month),
                ("applicant_birth.day", "30"),
            ]
        };
        // There is no such day: it is told, stays as it was typed, and the questions stand where they stood.
        let wrong = browser
            .post("/guide/answers", &birth("showa", "65", "2"))
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = wrong.text();
        assert_eq!(controls(&text), asked);
        assert!(text.contains("name=\"applicant_birth.year\" value=\"65\""));
        let done = browser
            .post("/guide/answers", &birth("showa", "60", "4"))
            .await;
        assert_eq!(done.to, "/guide/plan?done=filled", "{}", done.text());
        let again = browser.get("/guide/answers").await.text();
        assert_eq!(controls(&again), asked);
        assert!(
            again.contains("name=\"applicant_birth.month\" value=\"4\""),
            "{again}"
        );
    }
);

#[test]
fn the_examples_of_the_documentation_are_right() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/life-events.md");
    let text = std::fs::read_to_string(path).unwrap();
    let examples: Vec<GuideFile> = text
        .split("```yaml\n")
        .skip(1)
        .map(|rest| GuideFile::from_yaml(rest.split("```").next().unwrap()).unwrap())
        .collect();
    assert_eq!(examples.len(), 2);
    let GuideFile::Event(event) = &examples[0] else {
        panic!("the first example is an event")
    };
    let day = event.questions[1].key.clone();
    let answers = Answers::new()
        .with(event.questions[0].key.clone(), Answer::Flag(true))
        .with(day, Answer::Date(jiff::civil::date(2026, 11, 1)));
    let dog = document();
    let items = event.items(&answers, jiff::civil::date(2026, 11, 21), |_| Some(&dog));
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].due_on, Some(jiff::civil::date(2026, 12, 1)));
}

/// A case that came in by itself, answered by one person.
async fn alone(city: &City, submission: &str, procedure: &str, department: &str) -> i64 {
    let mut new = application(submission);
    procedure.clone_into(&mut new.procedure);
    new.department = DepartmentCode::new(department).unwrap();
    new.answers = json!({"answers": {
        "owner_name": {"type": "name", "value": {"family": "髙橋", "given": "花子", "family_kana": "タカハシ", "given_kana": "ハナコ"}},
        "dog_name": {"type": "text", "value": "ポチ太郎"},
        "born_on": {"type": "date", "value": "2026-01-05"},
    }});
    new.files.clear();
    let sealed = new.seal(city.key().unwrap()).unwrap();
    submit(city, sealed).await.unwrap().case
}

async fn others(city: &City, case: i64) -> Vec<i64> {
    let found = visits::together(city.db(), case).await.unwrap();
    found.iter().map(|other| other.id).collect()
}

/// Presses a button of a case's page with the revision that it shows now.
async fn press(
    city: &City,
    desk: &mut Browser,
    case: i64,
    place: &str,
    fields: &[(&str, &str)],
) -> crate::support::desk::Page {
    let revision = cases::case(city.db(), case)
        .await
        .unwrap()
        .revision
        .to_string();
    let fields = [&[("revision", revision.as_str())], fields].concat();
    desk.post(&format!("/desk/cases/{case}/{place}"), &fields)
        .await
}

each_database!(
    staff_put_cases_of_one_event_together_and_take_them_apart,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let dog = alone(&city, "dog", "dog-registration", "environment").await;
        let tag = alone(&city, "tag", "dog-tag", "environment").await;
        let elsewhere = alone(&city, "elsewhere", "dog-tag", "tax").await;
        let mut desk = browser_of(&city, staff(7, &[WORK], "environment"));
        let page = desk.get(&format!("/desk/cases/{dog}")).await.text();
        assert!(page.contains("まとめた案件はありません"));
        assert!(
            page.contains(&format!("value=\"{tag}\"")),
            "one of the same person is offered"
        );
        assert!(
            !page.contains(&format!("value=\"{elsewhere}\"")),
            "but none that one may not open"
        );

        // Neither what one may not open nor what there is not: the same answer.
        for number in [elsewhere.to_string(), "999999".to_owned(), String::new()] {
            let refused = press(
                &city,
                &mut desk,
                dog,
                "together",
                &[("with_number", &number)],
            )
            .await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().contains("開くことのできる案件の番号"));
        }
        // Both are looked at before anything happens.
        let with = tag.to_string();
        let looked = press(&city, &mut desk, dog, "together", &[("with", &with)]).await;
        for part in ["まだまとめていません", "犬の鑑札", "髙橋 花子"] {
            assert!(looked.text().contains(part), "{part}: {}", looked.text());
        }
        assert!(others(&city, dog).await.is_empty());
        let joined = press(
            &city,
            &mut desk,
            dog,
            "together",
            &[("with_number", &with), ("action", "join")],
        )
        .await;
        assert_eq!(
            joined.to,
            format!("/desk/cases/{dog}?done=joined"),
            "{}",
            joined.text()
        );
        assert_eq!(
            (others(&city, dog).await, others(&city, tag).await),
            (vec![tag], vec![dog])
        );
        let again = press(
            &city,
            &mut desk,
            tag,
            "together",
            &[("with", &dog.to_string())],
        )
        .await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let itself = press(
            &city,
            &mut desk,
            tag,
            "together",
            &[("with", &tag.to_string())],
        )
        .await;
        assert_eq!(itself.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = desk.get(&format!("/desk/cases/{dog}")).await.text();
        for part in [
            "窓口の順番",
            "3階",
            "犬の登録（受付）",
            "犬の鑑札（受付）",
            "同じできごとにまとめました",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }

        // Who works for both departments joins the third; the others come along, and of it only the number is told elsewhere.
        let mut both = staff(8, &[WORK], "environment");
        if let Principal::Staff(known) = &mut both {
            let more = staff(8, &[WORK], "tax");
            let Principal::Staff(more) = more else {
                unreachable!()
            };
            std::sync::Arc::make_mut(known)
                .grants
                .extend(more.grants.iter().cloned());
        }
        let mut both = browser_of(&city, both);
        let joined = press(
            &city,
            &mut both,
            elsewhere,
            "together",
            &[("with_number", &dog.to_string()), ("action", "join")],
        )
        .await;
        assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text());
        assert_eq!(others(&city, tag).await.len(), 2);
        let page = desk.get(&format!("/desk/cases/{tag}")).await.text();
        assert!(
            page.contains("ほかの課の案件が1件あります")
                && !page.contains(&format!("/desk/cases/{elsewhere}\""))
        );
        assert!(
            both.get(&format!("/desk/cases/{tag}"))
                .await
                .text()
                .contains("1階")
        );

        let stale = desk
            .post(&format!("/desk/cases/{dog}/apart"), &[("revision", "1")])
            .await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        let parted = press(&city, &mut desk, dog, "apart", &[]).await;
        assert_eq!(
            parted.to,
            format!("/desk/cases/{dog}?done=parted"),
            "{}",
            parted.text()
        );
        assert!(others(&city, dog).await.is_empty());
        assert_eq!(
            others(&city, tag).await,
            [elsewhere],
            "the others stay together"
        );
        let nothing = press(&city, &mut desk, dog, "apart", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (action, times) in [("procedures.put_together", 4), ("procedures.take_apart", 1)] {
            let sql = format!("SELECT COUNT(*) FROM audit_log WHERE action = '{action}'");
            assert_eq!(count(&city, &sql).await, times, "{action}");
        }
    }
);

each_database!(
    what_was_answered_once_begins_a_further_application_of_the_event,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let dog = alone(&city, "dog", "dog-registration", "environment").await;
        let mut desk = browser_of(&city, staff(7, &[WORK], "environment"));
        let begun = press(
            &city,
            &mut desk,
            dog,
            "further",
            &[("procedure", "dog-tag"), ("channel", "counter")],
        )
        .await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
        let base = begun.to.split('?').next().unwrap().to_owned();
        let form = desk.get(&begun.to).await.text();
        for part in [
            "これまでの答えを入れました",
            "value=\"髙橋\"",
            "value=\"ポチ太郎\"",
        ] {
            assert!(form.contains(part), "{part}: {form}");
        }
        let looks = history::views(city.db(), dog).await.unwrap();
        assert_eq!(looks.len(), 1, "taking the answers is a look at them");

        // Nobody types them again: the entry is received with them, and belongs to the event.
        let check = desk
            .post(&base, &[("desk-who", "person"), ("action", "check")])
            .await;
        assert_eq!(check.to, format!("{base}/check"), "{}", check.text());
        let check = desk.get(&check.to).await;
        let sent = desk
            .post(&format!("{base}/check"), &[("revision", &check.revision())])
            .await;
        assert_eq!(sent.to, format!("{base}/slip"), "{}", sent.text());
        let further = count(&city, "SELECT MAX(id) FROM procedures_cases").await;
        assert_eq!(others(&city, dog).await, [further]);

        // Not for a department one does not work for, nor from a case one may not open.
        let mut stranger = browser_of(&city, staff(9, &[WORK], "tax"));
        let refused = press(
            &city,
            &mut stranger,
            dog,
            "further",
            &[("procedure", "dog-tag"), ("channel", "counter")],
        )
        .await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
);
