//! Stages that a procedure defines itself: every step by everybody, roles, what applicants see, the inbox, exports, versions. On both
//! databases.

use axum::http::StatusCode;
use jiff::civil::date;
use serde_json::json;
use yakuba_city::{Actor, City, each_database, sql::Sql as _, web::Principal};
use yakuba_identity::{
    AccountId, GrantScope, Holder, IdentityService, LoginName, NewAccount, NewGrant, Role,
    create_account, grant_role, put_role, testing::departments,
};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{DECIDE, DELIVER, OVERSEE, WORK},
    model::{
        case::{Outcome, Stage, Step},
        document::ProcedureDocument,
        way::{Hands, Stop, Way},
    },
    store::{
        cases::{self, By},
        corrections,
        designs::bring_in,
        history::{self, What},
        keys,
    },
};

use crate::support::{
    PROCEDURE, application,
    desk::{browser_of, staff},
    document, put_live, submit,
};

const STAGES: &str = r"
stages:
  - {key: site_visit, after: received, title: {ja: 現地調査, en: Site visit}, shown: false, days: 3}
  - {key: head_approval, after: checked, title: {ja: 課長決裁, easy: 課長（かちょう）, en: Approval}, days: 2, leave: procedures.decide}
  - {key: inspection, after: decided, title: {ja: 完成検査, en: Inspection}, enter: procedures.decide}
movers: {closed: procedures.decide}
";

fn staged() -> ProcedureDocument {
    ProcedureDocument::from_yaml(&format!("{PROCEDURE}{STAGES}")).unwrap()
}

async fn one_case(city: &City) -> i64 {
    departments(city, &["environment", "tax"]).await;
    put_live(city, staged()).await;
    received(city, "one").await
}

async fn received(city: &City, submission: &str) -> i64 {
    let mut new = application(submission);
    new.answers = json!({"answers": {"dog_name": {"type": "text", "value": "ポチ太郎"}}});
    let sealed = new.seal(city.key().unwrap()).unwrap();
    submit(city, sealed).await.unwrap().case
}

async fn case(city: &City, case: i64) -> cases::Case {
    cases::case(city.db(), case).await.unwrap()
}

fn name_of(step: Step) -> &'static str {
    match step {
        Step::Check => "check",
        Step::CheckAgain => "check_again",
        Step::Deliver => "deliver",
        Step::Close => "close",
        Step::Forward => "forward",
        Step::Back => "back",
        Step::Decide(_) | Step::Withdraw => "",
    }
}

/// Sends a step as the page of the case does.
async fn send(city: &City, who: &Principal, number: i64, step: Step) -> StatusCode {
    let revision = case(city, number).await.revision.to_string();
    let at = format!("/desk/cases/{number}");
    let mut browser = browser_of(city, who.clone());
    if let Step::Decide(outcome) = step {
        let fields = [
            ("revision", revision.as_str()),
            ("outcome", outcome.as_str()),
            ("title", "登録について"),
            ("addressee", "髙橋 花子 様"),
            ("sender", "澄川市長"),
            ("text", "登録しました。"),
            ("reason", "理由"),
            ("no_remedy", "1"),
            ("action", "decide"),
        ];
        return browser
            .post(&format!("{at}/decision"), &fields)
            .await
            .status;
    }
    let fields = [("revision", revision.as_str()), ("step", name_of(step))];
    browser.post(&format!("{at}/step"), &fields).await.status
}

/// Likewise several at once in the inbox.
async fn send_together(city: &City, who: &Principal, number: i64, action: &str) -> StatusCode {
    let chosen = format!("{number}:{}", case(city, number).await.revision);
    browser_of(city, who.clone())
        .post("/desk/cases", &[("action", action), ("case", &chosen)])
        .await
        .status
}

/// The people at the desk, with what the rules see of them.
fn people() -> Vec<(&'static str, Principal, Hands)> {
    let hands = |works, decides| Hands {
        works,
        decides,
        ..Hands::default()
    };
    vec![
        (
            "clerk",
            staff(7, &[WORK, DELIVER], "environment"),
            hands(true, false),
        ),
        (
            "head",
            staff(8, &[WORK, DECIDE], "environment"),
            hands(true, true),
        ),
        (
            "overseer",
            staff(9, &[OVERSEE], "environment"),
            hands(false, false),
        ),
        (
            "other head",
            staff(10, &[WORK, DECIDE], "tax"),
            hands(false, false),
        ),
        ("nobody", Principal::Anonymous, hands(false, false)),
    ]
}

each_database!(
    at_every_stage_everybody_takes_exactly_the_steps_that_are_theirs,
    [&IdentityService, &ProcedureService],
    async |city| {
        let number = one_case(&city).await;
        let document = staged();
        let steps = [
            Step::Forward,
            Step::Check,
            Step::Decide(Outcome::Approved),
            Step::Deliver,
            Step::Close,
            Step::Back,
            Step::CheckAgain,
        ];
        let mut passed = Vec::new();
        let mut refused = 0;
        for _ in 0..20 {
            let found = case(&city, number).await;
            let (at, way) = (found.stop(), Way::new(&document, found.outcome));
            passed.push(at.to_string());
            let Some(onward) = way.onward(&at, Outcome::Approved) else {
                break;
            };
            for (name, who, hands) in people() {
                for step in steps {
                    let may = hands.works
                        && way.after(&at, step).is_some()
                        && way.refusal(&hands, &at, step).is_none();
                    if may {
                        continue;
                    }
                    let status = send(&city, &who, number, step).await;
                    assert!(
                        status.is_client_error()
                            || status == StatusCode::SEE_OTHER && name == "nobody",
                        "{name} {step:?} at {at}: {status}"
                    );
                    let bulk = ["check", "forward", "deliver", "close"];
                    if bulk.contains(&name_of(step)) {
                        send_together(&city, &who, number, name_of(step)).await;
                    }
                    assert_eq!(case(&city, number).await, found, "{name} {step:?} at {at}");
                    refused += 1;
                }
            }
            // Back and forth, then on, by one who may: the clerk wherever that is possible.
            let people = people();
            let (_, who, _) = people
                .iter()
                .find(|(_, _, hands)| hands.works && way.refusal(hands, &at, onward).is_none())
                .unwrap();
            if onward == Step::Forward {
                assert_eq!(
                    send(&city, who, number, onward).await,
                    StatusCode::SEE_OTHER
                );
                let (_, head, _) = &people[1];
                assert_eq!(
                    send(&city, head, number, Step::Back).await,
                    StatusCode::SEE_OTHER
                );
                assert_eq!(case(&city, number).await.stop(), at);
                let status = send_together(&city, who, number, "forward").await;
                assert_eq!(status, StatusCode::OK);
            } else {
                assert_eq!(
                    send(&city, who, number, onward).await,
                    StatusCode::SEE_OTHER
                );
            }
            assert_ne!(case(&city, number).await.stop(), at);
        }
        assert_eq!(
            passed,
            [
                "received",
                "received/site_visit",
                "checked",
                "checked/head_approval",
                "decided",
                "decided/inspection",
                "delivered",
                "closed"
            ]
        );
        assert!(refused > 200, "{refused}");
        let entries = history::history(city.db(), number).await.unwrap();
        let own = |wanted: bool| {
            entries
                .iter()
                .filter(
                    |entry| matches!(&entry.what, What::OwnStage { back, .. } if *back == wanted),
                )
                .count()
        };
        assert_eq!((own(false), own(true)), (6, 3));
        // The frame is that of every procedure: one event for each standard stage.
        let standard = entries
            .iter()
            .filter(|entry| matches!(entry.what, What::Stage { .. } | What::Decided { .. }))
            .count();
        assert_eq!(standard, 4);
    }
);

async fn given_role(city: &City, login: &str, role: Option<&str>) -> i64 {
    let input = (login.to_owned(), role.map(str::to_owned));
    city.write(Actor::CommandLine, input, |tx, (login, role)| {
        Box::pin(async move {
            let new = NewAccount {
                login_name: LoginName::new(login)?,
                display_name: "佐藤 花".into(),
                kana: String::new(),
                email: None,
                password: None,
            };
            let AccountId(account) = create_account(tx, &new).await?;
            if let Some(role) = role {
                let grant = NewGrant {
                    role: role.clone(),
                    holder: Holder::Account(AccountId(account)),
                    scope: GrantScope::Department(DepartmentCode::new("environment").unwrap()),
                    first_day: date(2020, 4, 1),
                    last_day: None,
                };
                grant_role(tx, &grant).await?;
            }
            Ok::<_, yakuba_identity::IdentityError>(account)
        })
    })
    .await
    .unwrap()
}

each_database!(
    a_role_moves_what_the_procedure_keeps_for_it,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city, &["environment", "tax"]).await;
        let mut procedure = staged();
        for stage in &mut procedure.stages {
            if stage.key.as_str() == "head_approval" {
                stage.leave = serde_json::from_str("\"director\"").ok();
            }
        }
        let bring = async |procedure: &ProcedureDocument| {
            city.write(Actor::Staff(1), procedure.clone(), |tx, procedure| {
                Box::pin(bring_in(tx, procedure, Some(tx.today())))
            })
            .await
        };
        let make = async |capabilities: &[&str]| {
            let role = Role {
                key: "director".into(),
                name_ja: "部長".into(),
                name_en: "Director".into(),
                capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect(),
            };
            city.write(Actor::CommandLine, role, |tx, role| {
                Box::pin(put_role(tx, role))
            })
            .await
            .unwrap();
        };
        let unknown = bring(&procedure).await;
        assert!(
            matches!(unknown, Err(ProcedureError::MustBeMended(1))),
            "{unknown:?}"
        );
        make(&[WORK.name]).await;
        let powerless = bring(&procedure).await;
        assert!(
            matches!(powerless, Err(ProcedureError::MustBeMended(1))),
            "who may not decide cannot leave it: {powerless:?}"
        );
        make(&[WORK.name, DECIDE.name]).await;
        bring(&procedure).await.unwrap();

        let number = received(&city, "one").await;
        let both = [WORK, DECIDE];
        let head = staff(given_role(&city, "head", None).await, &both, "environment");
        let director = staff(
            given_role(&city, "director", Some("director")).await,
            &both,
            "environment",
        );
        for step in [Step::Forward, Step::Check, Step::Forward] {
            assert_eq!(
                send(&city, &head, number, step).await,
                StatusCode::SEE_OTHER
            );
        }
        let at = format!("/desk/cases/{number}");
        let page = browser_of(&city, head.clone()).get(&at).await.text();
        assert!(
            page.contains("決定：部長が行います。"),
            "the reason is on the page"
        );
        assert!(!page.contains("name=\"outcome\""));
        let decide = Step::Decide(Outcome::Approved);
        let before = case(&city, number).await;
        assert!(send(&city, &head, number, decide).await.is_client_error());
        assert_eq!(case(&city, number).await, before);
        let page = browser_of(&city, director.clone()).get(&at).await.text();
        assert!(page.contains("name=\"outcome\""));
        assert_eq!(
            send(&city, &director, number, decide).await,
            StatusCode::SEE_OTHER
        );
        assert_eq!(case(&city, number).await.stage, Stage::Decided);
    }
);

each_database!(
    the_inbox_finds_cases_by_stage_and_says_what_is_late_there,
    [&IdentityService, &ProcedureService],
    async |city| {
        let number = one_case(&city).await;
        let other = received(&city, "two").await;
        let clerk = staff(7, &[WORK, DELIVER], "environment");
        let at = format!("/desk/cases/{number}");
        let page = browser_of(&city, clerk.clone()).get(&at).await.text();
        for text in ["現地調査", "課長決裁", "完成検査", "「現地調査」へ進める"]
        {
            assert!(page.contains(text), "{text}");
        }
        assert_eq!(
            send(&city, &clerk, number, Step::Forward).await,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            case(&city, number).await.own_due_on,
            Some(date(2026, 11, 26)),
            "three working days from a Saturday; Monday is a holiday"
        );
        let mut browser = browser_of(&city, clerk.clone());
        let filter = "/desk/cases?stage=dog-registration/site_visit";
        let list = browser.get(filter).await.text();
        assert!(list.contains(&at) && !list.contains(&format!("/desk/cases/{other}\"")));
        assert!(
            list.contains("犬の登録：現地調査"),
            "a choice of the filter"
        );
        let standard = browser.get("/desk/cases?stage=received").await.text();
        assert!(
            standard.contains(&at),
            "it is still among the received ones"
        );
        let late = browser.get("/desk/cases?late=1").await.text();
        assert!(!late.contains(&at));
        city.write(Actor::Staff(1), number, |tx, number| {
            Box::pin(async move {
                let sql = "UPDATE procedures_cases SET own_due_on = '2026-11-20' WHERE id = $1";
                tx.connection().run(sql, [(*number).into()]).await?;
                Ok::<_, ProcedureError>(())
            })
        })
        .await
        .unwrap();
        let late = browser.get("/desk/cases?late=1").await.text();
        assert!(late.contains(&at) && late.contains("段階の期限超過"));

        // Files say where cases are; those of a procedure without stages of its own have no such column.
        let fields = [
            ("procedure", "dog-registration"),
            ("stage", "all"),
            ("format", "csv_utf8"),
        ];
        let file = browser.post("/desk/cases/export", &fields).await.text();
        let mut lines = file.lines();
        let heading = lines.next().unwrap();
        assert!(heading.contains("段階,手続の段階,結果"), "{heading}");
        assert!(lines.next().unwrap().contains("受付,現地調査,"));

        // The days that a correction takes do not count here either.
        let key = keys::open(city.db(), city.key().unwrap(), number)
            .await
            .unwrap();
        city.write(Actor::Staff(7), (number, key), |tx, (number, key)| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *number).await?.revision;
                let fields = ["dog_name".to_owned()];
                corrections::ask(tx, key, *number, revision, &fields, "名前を", None).await?;
                let monday = date(2026, 11, 16)
                    .at(10, 0, 0, 0)
                    .in_tz("Asia/Tokyo")
                    .unwrap();
                let sql = "UPDATE procedures_case_corrections SET asked_at = $2 WHERE case_id = $1";
                let at = monday.timestamp().as_microsecond();
                tx.connection()
                    .run(sql, [(*number).into(), at.into()])
                    .await?;
                corrections::take_back(tx, *number, revision + 1).await
            })
        })
        .await
        .unwrap();
        assert_eq!(
            case(&city, number).await.own_due_on,
            Some(date(2026, 11, 27)),
            "four working days after the 20th: Monday the 23rd is a holiday"
        );

        // Withdrawn, nothing is left of it.
        let withdrawn = city
            .write(Actor::Public, number, |tx, number| {
                Box::pin(cases::withdraw(tx, *number))
            })
            .await;
        withdrawn.unwrap();
        let ended = case(&city, number).await;
        assert_eq!(ended.stop(), Stop::at(Stage::Withdrawn));
        assert_eq!(ended.own_due_on, None);
    }
);

each_database!(
    applicants_see_the_stages_that_are_shown,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city, &["environment"]).await;
        put_live(&city, staged()).await;
        let sealed = application("one").seal(city.key().unwrap()).unwrap();
        let done = submit(&city, sealed).await.unwrap();
        let step = async |step: Step| {
            let revision = case(&city, done.case).await.revision;
            city.write(
                Actor::Staff(1),
                (done.case, revision, step),
                |tx, (case, revision, step)| {
                    Box::pin(cases::step(tx, *case, *revision, *step, &By::Program))
                },
            )
            .await
            .unwrap();
        };
        let mut browser = browser_of(&city, Principal::Anonymous);
        let receipt = done.receipt.to_string();
        browser.post("/cases", &[("receipt", &receipt)]).await;
        step(Step::Forward).await;
        let page = browser.get("/cases/view").await.text();
        assert!(!page.contains("現地調査"), "not shown");
        assert!(page.contains("課長決裁"), "ahead on the way");
        assert!(page.contains("申請を受け付けました。"));
        step(Step::Check).await;
        step(Step::Forward).await;
        let page = browser.get("/cases/view").await.text();
        assert!(
            page.contains("今の段階：課長決裁") && page.contains("次の段階に進みました：課長決裁")
        );
        let english = browser.get("/cases/view?lang=en").await.text();
        assert!(english.contains("Approval"), "{english}");
        step(Step::Back).await;
        let page = browser.get("/cases/view").await.text();
        assert!(!page.contains("今の段階：課長決裁"));
    }
);

each_database!(
    a_case_keeps_the_way_of_its_version,
    [&IdentityService, &ProcedureService],
    async |city| {
        let old = one_case(&city).await;
        let mut plain = document();
        plain.checklist.clear();
        // The next version, live from tomorrow, has no stages of its own.
        city.write(Actor::Staff(1), plain, |tx, plain| {
            Box::pin(async move {
                let tomorrow = tx.today().tomorrow().unwrap();
                bring_in(tx, plain, Some(tomorrow)).await
            })
        })
        .await
        .unwrap();
        let mut new = application("two");
        new.version = 2;
        let sealed = new.seal(city.key().unwrap()).unwrap();
        let young = submit(&city, sealed).await.unwrap().case;
        let clerk = staff(7, &[WORK], "environment");
        assert!(
            send(&city, &clerk, old, Step::Check)
                .await
                .is_client_error()
        );
        assert_eq!(
            send(&city, &clerk, young, Step::Check).await,
            StatusCode::SEE_OTHER
        );
        let page = browser_of(&city, clerk.clone())
            .get(&format!("/desk/cases/{young}"))
            .await
            .text();
        assert!(!page.contains("課長決裁"));
        // A refusal leaves nothing to inspect.
        let head = staff(8, &[WORK, DECIDE], "environment");
        for step in [
            Step::Forward,
            Step::Check,
            Step::Forward,
            Step::Decide(Outcome::Refused),
            Step::Deliver,
            Step::Close,
        ] {
            assert_eq!(
                send(&city, &head, old, step).await,
                StatusCode::SEE_OTHER,
                "{step:?}"
            );
        }
    }
);
