//! Cases at the desk over HTTP, as a clerk, a head and a stranger to the department use it. On both databases.

use std::{fmt::Write as _, sync::Arc};

use crate::support::{application, document, put_live, submit};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use serde_json::json;
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service as _, each_database,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal, SystemPrincipal},
};
use yakuba_identity::{
    IdentityService, NewDepartment, NewToken, Token, create_department, create_token,
    testing::departments,
};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{DECIDE, DELIVER, PULL, WORK},
    model::case::{Outcome, Stage, Step},
    store::{
        cases::{self, By, Decision},
        casework, exports, history, keys,
    },
};

fn staff(account: i64, capabilities: &[Capability], department: &str) -> Principal {
    let code = DepartmentCode::new(department).unwrap();
    Principal::Staff(Arc::new(StaffPrincipal {
        account,
        name: "澄川 花子".into(),
        department: Some(code.clone()),
        grants: capabilities
            .iter()
            .map(|capability| Grant {
                capability: capability.name.to_owned(),
                scope: Scope::Department(code.clone()),
            })
            .collect(),
        stepped_up_until: None,
    }))
}

fn clerk() -> Principal {
    staff(7, &[WORK, DELIVER], "environment")
}

fn head() -> Principal {
    staff(8, &[WORK, DECIDE], "environment")
}

struct Answer {
    status: StatusCode,
    text: String,
    bytes: Vec<u8>,
}

async fn ask(city: &City, who: &Principal, request: Request<Body>) -> Answer {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(who.clone());
    let router = ProcedureService
        .routes()
        .into_router()
        .with_state(city.clone());
    let response = router
        .oneshot(Request::from_parts(parts, body))
        .await
        .unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap()
        .to_vec();
    Answer {
        status,
        text: String::from_utf8_lossy(&bytes).into_owned(),
        bytes,
    }
}

async fn get(city: &City, who: &Principal, path: &str) -> Answer {
    ask(city, who, Request::get(path).body(Body::empty()).unwrap()).await
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "%{byte:02X}").unwrap();
        all
    })
}

async fn post(city: &City, who: &Principal, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")))
        .unwrap();
    ask(city, who, request).await
}

async fn revision(city: &City, case: i64) -> String {
    cases::case(city.db(), case)
        .await
        .unwrap()
        .revision
        .to_string()
}

/// A city with two departments and a received application whose dog has a character that CP932 lacks.
async fn one_case(city: &City) -> i64 {
    for (position, code) in ["environment", "tax"].into_iter().enumerate() {
        let new = NewDepartment {
            code: DepartmentCode::new(code).unwrap(),
            name_ja: if position == 0 {
                "環境課"
            } else {
                "税務課"
            }
            .to_owned(),
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
    let mut procedure = document();
    procedure.checklist = vec!["住所を確かめた".to_owned(), "手数料を受け取った".to_owned()];
    put_live(city, procedure).await;
    let mut new = application("one");
    new.answers = json!({"answers": {
        "owner_name": {"type": "name", "value": {"family": "𠮷田", "given": "花子", "family_kana": "ヨシダ", "given_kana": "ハナコ"}},
        "dog_name": {"type": "text", "value": "ポチ太郎"},
        "born_on": {"type": "date", "value": "2026-05-01"},
    }});
    let sealed = new.seal(city.key().unwrap()).unwrap();
    submit(city, sealed).await.unwrap().case
}

each_database!(
    a_case_is_worked_from_the_inbox_to_its_end,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let at = format!("/desk/cases/{case}");
        let inbox = get(&city, &clerk(), "/desk/cases").await;
        assert_eq!(inbox.status, StatusCode::OK, "{}", inbox.text);
        assert!(inbox.text.contains("犬の登録"));
        assert!(
            !inbox.text.contains("ポチ太郎") && !inbox.text.contains("𠮷田"),
            "nothing that people wrote is in the list"
        );

        let page = get(&city, &clerk(), &at).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("ポチ太郎") && page.text.contains("𠮷田"));
        let views = history::views(city.db(), case).await.unwrap();
        assert_eq!(
            (views.len(), views[0].account),
            (1, 7),
            "the look is recorded"
        );

        let mine = post(
            &city,
            &clerk(),
            &format!("{at}/assign"),
            &[
                ("assignee", "me"),
                ("revision", &revision(&city, case).await),
            ],
        )
        .await;
        assert_eq!(mine.status, StatusCode::SEE_OTHER, "{}", mine.text);
        let checked = post(
            &city,
            &clerk(),
            &format!("{at}/step"),
            &[
                ("step", "check"),
                ("revision", &revision(&city, case).await),
            ],
        )
        .await;
        assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text);
        let stale = post(
            &city,
            &clerk(),
            &format!("{at}/step"),
            &[("step", "check_again"), ("revision", "1")],
        )
        .await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(stale.text.contains("ほかの職員が先に変更しました"));
        let note = post(
            &city,
            &clerk(),
            &format!("{at}/notes"),
            &[("note", "電話で確認")],
        )
        .await;
        assert_eq!(note.status, StatusCode::SEE_OTHER, "{}", note.text);
        let sent = post(
            &city,
            &clerk(),
            &format!("{at}/messages"),
            &[("message", "鑑札を郵送します。")],
        )
        .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);

        // Only who may decide decides, and an approval rests on the whole checklist.
        let decision = |revision: String| {
            vec![
                ("outcome".to_owned(), "approved".to_owned()),
                ("title".to_owned(), "犬の登録について（通知）".to_owned()),
                ("addressee".to_owned(), "𠮷田 花子 様".to_owned()),
                ("sender".to_owned(), "澄川市長".to_owned()),
                ("text".to_owned(), "登録しました。".to_owned()),
                ("action".to_owned(), "decide".to_owned()),
                ("revision".to_owned(), revision),
            ]
        };
        let decide = async |who: &Principal| {
            let fields = decision(revision(&city, case).await);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            post(&city, who, &format!("{at}/decision"), &fields).await
        };
        assert_eq!(decide(&clerk()).await.status, StatusCode::FORBIDDEN);
        let early = decide(&head()).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text.contains("すべて確認してください"));
        assert!(
            early.text.contains("登録しました。"),
            "what was typed is kept"
        );
        let ticked = post(
            &city,
            &clerk(),
            &format!("{at}/ticks"),
            &[("item", "0"), ("item", "1")],
        )
        .await;
        assert_eq!(ticked.status, StatusCode::SEE_OTHER, "{}", ticked.text);
        let decided = decide(&head()).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text);
        for step in ["deliver", "close"] {
            let done = post(
                &city,
                &clerk(),
                &format!("{at}/step"),
                &[("step", step), ("revision", &revision(&city, case).await)],
            )
            .await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        }
        let closed = cases::case(city.db(), case).await.unwrap();
        assert_eq!(
            (closed.stage, closed.outcome, closed.assignee),
            (Stage::Closed, Some(Outcome::Approved), Some(7))
        );
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        assert_eq!(
            casework::notes(city.db(), &key, case).await.unwrap().len(),
            1
        );
        let empty = get(&city, &clerk(), "/desk/cases").await;
        assert!(
            empty.text.contains("該当する案件はありません"),
            "{}",
            empty.text
        );
    }
);

each_database!(
    a_department_sees_only_its_own_cases,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let stranger = staff(9, &yakuba_procedures::capabilities::ALL, "tax");
        let list = get(
            &city,
            &stranger,
            "/desk/cases?stage=all&department=environment",
        )
        .await;
        assert_eq!(list.status, StatusCode::OK);
        assert!(!list.text.contains(&format!("/desk/cases/{case}")));
        // Every route to one case, with a correct form: to another department it does not exist.
        let routes = ProcedureService.routes();
        let mut walked = 0;
        for entry in routes.entries() {
            if !entry.path.starts_with("/desk/cases/{case}") {
                continue;
            }
            walked += 1;
            let path = entry
                .path
                .replace("{place}", "1")
                .replace("{case}", &case.to_string())
                .replace("{file}", "photo1");
            for who in [
                &stranger,
                &staff(9, &[], "environment"),
                &Principal::Anonymous,
            ] {
                let answer = if entry.method == Method::GET {
                    get(&city, who, &path).await
                } else {
                    let revision = revision(&city, case).await;
                    post(
                        &city,
                        who,
                        &path,
                        &[
                            ("revision", &revision),
                            ("step", "check"),
                            ("outcome", "approved"),
                            ("title", "通知"),
                            ("text", "本文"),
                            ("message", "本文"),
                            ("note", "本文"),
                            ("into", "1"),
                            ("department", "tax"),
                        ],
                    )
                    .await
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
                assert!(!answer.text.contains("ポチ太郎"), "{path}");
            }
        }
        assert!(walked >= 12, "the routes to a case were not found");
        assert!(history::views(city.db(), case).await.unwrap().is_empty());
        assert_eq!(
            cases::case(city.db(), case).await.unwrap().stage,
            Stage::Received
        );
    }
);

each_database!(
    a_file_for_a_core_system_tells_what_its_charset_lacks,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let cp932 = [
            ("procedure", "dog-registration"),
            ("stage", "received"),
            ("format", "csv_cp932"),
        ];
        let asked = post(&city, &clerk(), "/desk/cases/export", &cp932).await;
        assert_eq!(
            asked.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            asked.text
        );
        assert!(asked.text.contains("U+20BB7") && asked.text.contains("お名前：氏"));
        assert!(
            exports::exports(city.db(), "dog-registration")
                .await
                .unwrap()
                .is_empty()
        );
        let anyway = [cp932.as_slice(), &[("anyway", "1")]].concat();
        let file = post(&city, &clerk(), "/desk/cases/export", &anyway).await;
        assert_eq!(file.status, StatusCode::OK);
        let (text, _, _) = encoding_rs::SHIFT_JIS.decode(&file.bytes);
        assert!(text.contains("〓田") && text.contains("ポチ太郎"), "{text}");
        let utf8 = [cp932[0], cp932[1], ("format", "csv_utf8")];
        let file = post(&city, &clerk(), "/desk/cases/export", &utf8).await;
        assert!(
            file.text.contains("𠮷田") && file.text.contains("2026-05-01"),
            "{}",
            file.text
        );
        let lines = exports::exports(city.db(), "dog-registration")
            .await
            .unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[1].cases, lines[1].unheld), (1, 1));
        let views = history::views(city.db(), case).await.unwrap();
        assert_eq!(views.len(), 2, "each written case counts as looked at");
        let nothing = staff(9, &[DELIVER], "tax");
        let refused = post(&city, &nothing, "/desk/cases/export", &utf8).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = format!("/desk/cases/export/{}", lines[0].id);
        let refused = post(&city, &nothing, &again, &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!refused.text.contains("ポチ太郎"));
        let file = post(&city, &clerk(), &again, &[]).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text);
        assert!(file.text.contains("ポチ太郎"));
    }
);

each_database!(
    a_file_holds_what_no_file_has_held_as_it_is_now,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let today = city.today();
        let page = get(&city, &clerk(), "/desk/cases/export").await;
        assert!(
            page.text
                .contains("/desk/cases/export?procedure=dog-registration"),
            "{}",
            page.text
        );
        let form = get(
            &city,
            &clerk(),
            "/desk/cases/export?procedure=dog-registration",
        )
        .await;
        assert!(form.text.contains("犬の登録") && form.text.contains("まだ書き出していないもの"));

        let waiting = [
            ("procedure", "dog-registration"),
            ("stage", "received"),
            ("format", "csv_utf8"),
            ("which", "waiting"),
        ];
        let first = post(&city, &clerk(), "/desk/cases/export", &waiting).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        let second = post(&city, &clerk(), "/desk/cases/export", &waiting).await;
        assert_eq!(second.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            second.text.contains("書き出す案件がありません"),
            "{}",
            second.text
        );
        // What was chosen stands there still.
        assert!(second.text.contains(r#"value="received" selected"#));

        // With answers that have changed since, or at another stage, it waits again.
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        city.write(Actor::Staff(7), (case, key), |tx, (case, key)| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let changed =
                    json!({"answers": {"dog_name": {"type": "text", "value": "ポチ次郎"}}});
                cases::enter_answers(tx, key, *case, revision, &changed).await
            })
        })
        .await
        .unwrap();
        let third = post(&city, &clerk(), "/desk/cases/export", &waiting).await;
        assert_eq!(third.status, StatusCode::OK, "{}", third.text);
        assert!(third.text.contains("ポチ次郎"));

        // Days are limits, both of them within.
        let between = |from: jiff::civil::Date, until: jiff::civil::Date| {
            let mut fields: Vec<(String, String)> = waiting[..3]
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            for (name, day) in [("from", from), ("until", until)] {
                fields.push((format!("{name}_year"), day.year().to_string()));
                fields.push((format!("{name}_month"), day.month().to_string()));
                fields.push((format!("{name}_day"), day.day().to_string()));
            }
            fields
        };
        let received = cases::case(city.db(), case).await.unwrap().received_on();
        for (from, until, status) in [
            (received, received, StatusCode::OK),
            (
                received.tomorrow().unwrap(),
                today.tomorrow().unwrap(),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                received.yesterday().unwrap(),
                received.yesterday().unwrap(),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
        ] {
            let fields = between(from, until);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let file = post(&city, &clerk(), "/desk/cases/export", &fields).await;
            assert_eq!(file.status, status, "{from} to {until}: {}", file.text);
        }
        let no_day = [
            waiting.as_slice(),
            &[("from_year", "2026"), ("from_month", "13")],
        ]
        .concat();
        let refused = post(&city, &clerk(), "/desk/cases/export", &no_day).await;
        assert!(refused.text.contains("日付を確かめてください"));
    }
);

each_database!(
    what_was_handed_over_before_it_was_exported_waits_still,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let at = "/desk/cases/export?procedure=dog-registration";
        let usual = [
            ("procedure", "dog-registration"),
            ("stage", "decided-on"),
            ("format", "csv_utf8"),
            ("which", "waiting"),
        ];
        let too_early = post(&city, &clerk(), "/desk/cases/export", &usual).await;
        assert_eq!(too_early.status, StatusCode::UNPROCESSABLE_ENTITY);
        decide(&city, case).await;
        let step = async |step: Step| {
            let revision = cases::case(city.db(), case).await.unwrap().revision;
            city.write(
                Actor::Staff(8),
                (case, revision, step),
                |tx, (case, revision, step)| {
                    Box::pin(async move {
                        cases::step(tx, *case, *revision, *step, &By::Program)
                            .await
                            .map(|_| ())
                    })
                },
            )
            .await
            .map_err(|error: ProcedureError| error)
            .unwrap();
        };
        step(Step::Deliver).await;
        let departments = [DepartmentCode::new("environment").unwrap()];
        let waiting = async || {
            let found = exports::standings(city.db(), &departments).await.unwrap();
            found[0].waiting
        };
        assert_eq!(waiting().await, 1);
        let form = get(&city, &clerk(), at).await;
        assert!(
            form.text.contains(r#"value="decided-on" selected"#),
            "{}",
            form.text
        );
        let file = post(&city, &clerk(), "/desk/cases/export", &usual).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text);
        assert_eq!(waiting().await, 0);
        // The core system has it: that it is closed now is nothing new to it.
        step(Step::Close).await;
        assert_eq!(waiting().await, 0);
        let again = post(&city, &clerk(), "/desk/cases/export", &usual).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    a_mended_layout_holds_for_the_cases_that_are_there,
    [&IdentityService, &ProcedureService],
    async |city| {
        one_case(&city).await;
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(24));
        let mut mended = document();
        mended.export = serde_json::from_value(json!([
            {"heading": "INU", "from": "dog_name"},
            {"heading": "KEIRO", "from": "case.channel", "codes": {"online": "1"}},
        ]))
        .unwrap();
        put_live(&city, mended).await;
        let at = "/desk/cases/export?procedure=dog-registration";
        let page = get(&city, &clerk(), at).await;
        assert!(page.text.contains("第2版の並び"), "{}", page.text);
        let asked = [
            ("procedure", "dog-registration"),
            ("stage", "received"),
            ("format", "csv_utf8"),
        ];
        let file = post(&city, &clerk(), "/desk/cases/export", &asked).await;
        let text = file.text.trim_start_matches('\u{feff}');
        assert!(text.starts_with("INU,KEIRO\r\nポチ太郎,"), "{text}");
    }
);

each_database!(
    a_layout_can_be_the_core_systems_own,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city, &["environment"]).await;
        let mut procedure = document();
        procedure.form.pages[1].fields.push(
            serde_json::from_value(json!({
                "key": "puppies", "type": "group", "label": "子犬", "entry": "子犬", "max": 3,
                "fields": [{"key": "called", "type": "text", "label": "名"}],
            }))
            .unwrap(),
        );
        procedure.export = serde_json::from_value(json!([
            {"heading": "UKETSUKE_YMD", "from": "case.received_on", "as": "yyyymmdd"},
            {"heading": "KEIRO", "from": "case.channel", "codes": {"online": "1"}},
            {"heading": "KOINU1", "from": "puppies.1.called"},
            {"heading": "KOINU2", "from": "puppies.2.called"},
        ]))
        .unwrap();
        put_live(&city, procedure).await;
        let mut new = application("one");
        let puppy = |name: &str| json!({"answers": {"called": {"type": "text", "value": name}}});
        new.answers = json!({"answers": {"puppies": {"type": "group", "value": [puppy("一太"), puppy("二太")]}}});
        let sealed = new.seal(city.key().unwrap()).unwrap();
        submit(&city, sealed).await.unwrap();
        let asked = [
            ("procedure", "dog-registration"),
            ("stage", "received"),
            ("format", "csv_utf8"),
        ];
        let file = post(&city, &clerk(), "/desk/cases/export", &asked).await;
        let day = city.today().strftime("%Y%m%d").to_string();
        assert_eq!(
            file.text.trim_start_matches('\u{feff}'),
            format!("UKETSUKE_YMD,KEIRO,KOINU1,KOINU2\r\n{day},1,一太,二太\r\n")
        );
        let by_puppy = [asked.as_slice(), &[("line_of", "puppies")]].concat();
        let file = post(&city, &clerk(), "/desk/cases/export", &by_puppy).await;
        assert_eq!(
            file.text.trim_start_matches('\u{feff}'),
            format!("UKETSUKE_YMD,KEIRO,子犬：名\r\n{day},1,一太\r\n{day},1,二太\r\n")
        );
    }
);

/// A system as its token makes it known.
pub(crate) fn system(name: &str) -> Principal {
    Principal::System(Arc::new(SystemPrincipal {
        name: name.to_owned(),
        capabilities: vec![PULL.name.to_owned()],
        measures: Vec::new(),
    }))
}

/// Decides a case outright.
pub(crate) async fn decide(city: &City, case: i64) {
    let key = keys::open(city.db(), city.key().unwrap(), case)
        .await
        .unwrap();
    let revision = cases::case(city.db(), case).await.unwrap().revision;
    let revision = city
        .write(Actor::Staff(8), (case, revision), |tx, (case, revision)| {
            Box::pin(async move {
                cases::step(tx, *case, *revision, Step::Check, &By::Program).await?;
                Ok::<_, ProcedureError>(revision + 1)
            })
        })
        .await
        .unwrap();
    let decision = Decision {
        title: "登録について".into(),
        number: String::new(),
        addressee: vec!["𠮷田 花子 様".into()],
        sender: vec!["澄川市長".into()],
        text: "登録しました。".into(),
        reason: String::new(),
        appeal: String::new(),
    };
    city.write(
        Actor::Staff(8),
        (case, revision, key, decision),
        |tx, (case, revision, key, decision)| {
            Box::pin(cases::decide(
                tx,
                key,
                *case,
                *revision,
                Outcome::Approved,
                decision,
                &By::Program,
            ))
        },
    )
    .await
    .unwrap();
}

each_database!(
    a_system_fetches_only_what_a_department_allowed,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let token = NewToken {
            name: "住民記録".into(),
            capabilities: vec![PULL.name.to_owned()],
            measures: Vec::new(),
            last_day: None,
        };
        city.write(Actor::Staff(1), token, |tx, token| {
            Box::pin(async move { create_token(tx, token, &Token::generate()).await })
        })
        .await
        .unwrap();
        decide(&city, case).await;
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_secs(11));
        let address = "/api/procedures/cases?procedure=dog-registration";
        let fetch = async |who: &Principal| get(&city, who, address).await;

        // A token alone opens nothing, and nobody but a system gets through.
        let records = system("住民記録");
        assert_eq!(fetch(&records).await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            fetch(&Principal::Anonymous).await.status,
            StatusCode::UNAUTHORIZED
        );
        assert!(!fetch(&head()).await.status.is_success());

        // Only the department itself allows it, only for systems and procedures that there are.
        let give = async |who: &Principal, department: &str, system: &str, procedure: &str| {
            let fields = [
                ("from_department", department),
                ("system", system),
                ("of_procedure", procedure),
            ];
            post(&city, who, "/desk/deliveries/rights", &fields)
                .await
                .status
        };
        let stranger = staff(9, &[DELIVER], "tax");
        let dog = "dog-registration";
        assert_eq!(
            give(&stranger, "environment", "住民記録", dog).await,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            give(&clerk(), "environment", "知らない", dog).await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            give(&clerk(), "environment", "住民記録", "cat").await,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            give(&clerk(), "environment", "住民記録", dog).await,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            give(&clerk(), "environment", "住民記録", dog).await,
            StatusCode::SEE_OTHER
        );
        // Another department's permission for the same procedure shows none of these cases.
        assert_eq!(
            give(&stranger, "tax", "税システム", dog).await,
            StatusCode::NOT_FOUND
        );

        let answer = fetch(&records).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let told: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(told["cases"][0]["case"], case);
        assert_eq!(told["cases"][0]["outcome"], "approved");
        assert_eq!(told["more"], false);
        assert!(answer.text.contains("ポチ太郎"));
        let next = get(
            &city,
            &records,
            &format!("{address}&after={}", told["next"]),
        )
        .await;
        let next: serde_json::Value = serde_json::from_str(&next.text).unwrap();
        assert_eq!(
            (next["cases"].as_array().unwrap().len(), &next["next"]),
            (0, &told["next"])
        );
        let views = history::views(city.db(), case).await.unwrap();
        assert_eq!(views.len(), 1, "the fetch is a look at the case");

        // Its files are fetched by the paths that it tells, by nobody else; the desk saves them together.
        let path = told["cases"][0]["files"][0]["path"].as_str().unwrap();
        let file = get(&city, &records, path).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text);
        assert_eq!(file.bytes, b"\x89PNG secret photograph");
        assert_eq!(
            get(&city, &system("税システム"), path).await.status,
            StatusCode::NOT_FOUND
        );
        assert!(!get(&city, &clerk(), path).await.status.is_success());
        let gone = path.replace("photo1", "photo2");
        assert_eq!(
            get(&city, &records, &gone).await.status,
            StatusCode::NOT_FOUND
        );
        let archive = get(&city, &clerk(), &format!("/desk/cases/{case}/files")).await;
        assert_eq!(archive.status, StatusCode::OK);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive.bytes)).unwrap();
        let mut packed = archive.by_name("01-ポチの写真.png").unwrap();
        let mut contents = Vec::new();
        std::io::Read::read_to_end(&mut packed, &mut contents).unwrap();
        assert_eq!(contents, b"\x89PNG secret photograph");
        let foreign = get(&city, &stranger, &format!("/desk/cases/{case}/files")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        let views = history::views(city.db(), case).await.unwrap();
        assert_eq!(
            views[0].reason,
            history::ViewReason::Pull("住民記録".to_owned())
        );
        assert_eq!(
            fetch(&system("税システム")).await.status,
            StatusCode::FORBIDDEN
        );

        let page = get(&city, &clerk(), "/desk/deliveries").await;
        assert!(page.text.contains("住民記録"), "{}", page.text);
        let other = get(&city, &stranger, "/desk/deliveries").await;
        assert!(!other.text.contains("/desk/deliveries/rights/1/remove"));
        let take = async |who: &Principal| {
            post(&city, who, "/desk/deliveries/rights/1/remove", &[])
                .await
                .status
        };
        assert_eq!(take(&stranger).await, StatusCode::NOT_FOUND);
        assert_eq!(take(&clerk()).await, StatusCode::SEE_OTHER);
        assert_eq!(fetch(&records).await.status, StatusCode::FORBIDDEN);
    }
);

each_database!(
    a_system_that_is_told_can_be_changed_tried_and_removed,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let url = crate::casework::receiver(heard.clone()).await;
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let add = [
            ("name", "台帳"),
            ("department", "environment"),
            ("url", "http://127.0.0.1:1/"),
            ("secret", secret),
        ];
        for url in ["ftp://example.jp/", "http://", "例"] {
            let wrong = [add[0], add[1], ("url", url), add[3]];
            let refused = post(&city, &clerk(), "/desk/deliveries", &wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        }
        assert_eq!(
            post(&city, &clerk(), "/desk/deliveries", &add).await.status,
            StatusCode::SEE_OTHER
        );
        let at = "/desk/deliveries/systems/1";
        let page = get(&city, &clerk(), at).await;
        assert!(page.text.contains("台帳") && !page.text.contains("MfKQ9r8G"));
        let stranger = staff(9, &[DELIVER], "tax");
        for (path, fields) in [
            ("change", vec![("url", "http://example.jp/")]),
            ("try", vec![]),
            ("remove", vec![("sure", "1")]),
        ] {
            let foreign = post(&city, &stranger, &format!("{at}/{path}"), &fields).await;
            assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(
            get(&city, &stranger, at).await.status,
            StatusCode::NOT_FOUND
        );

        // Nobody listens there: the page says so in words.
        let tried = post(&city, &clerk(), &format!("{at}/try"), &[]).await;
        assert_eq!(tried.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            tried.text.contains("相手のシステムにつながりません"),
            "{}",
            tried.text
        );
        let change = [("url", url.as_str()), ("procedure", "dog-registration")];
        let changed = post(&city, &clerk(), &format!("{at}/change"), &change).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
        let bad = [change[0], ("secret", "short")];
        let refused = post(&city, &clerk(), &format!("{at}/change"), &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let refusing = post(&city, &clerk(), &format!("{at}/try"), &[]).await;
        assert!(refusing.text.contains("503"), "{}", refusing.text);
        let arrives = post(&city, &clerk(), &format!("{at}/try"), &[]).await;
        assert_eq!(arrives.status, StatusCode::SEE_OTHER, "{}", arrives.text);
        assert!(
            heard.lock().unwrap()[1].1.contains(r#""event":"test""#),
            "nothing of a case"
        );

        // Removed in two steps: nothing is sent any more, the name is free, the ledger stays.
        let unsure = post(&city, &clerk(), &format!("{at}/remove"), &[]).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sure = [("sure", "1")];
        assert_eq!(
            post(&city, &clerk(), &format!("{at}/remove"), &sure)
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(get(&city, &clerk(), at).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            post(&city, &clerk(), "/desk/deliveries", &add).await.status,
            StatusCode::SEE_OTHER
        );
        decide(&city, case).await;
        while yakuba_city::run_due_jobs(&city).await.unwrap() > 0 {}
        assert_eq!(heard.lock().unwrap().len(), 2, "nothing more went there");
        let page = get(&city, &clerk(), "/desk/deliveries").await;
        assert!(
            page.text.contains("相手のシステムにつながりません"),
            "the ledger says why: {}",
            page.text
        );
    }
);

each_database!(
    a_letter_is_read_before_and_after_the_decision_and_tells_of_remedies,
    [&IdentityService, &ProcedureService],
    async |city| {
        let case = one_case(&city).await;
        let at = format!("/desk/cases/{case}");
        let send = async |extra: &[(&str, &str)]| {
            let revision = revision(&city, case).await;
            let mut fields = vec![
                ("outcome", "refused"),
                ("title", "犬の登録について（通知）"),
                ("addressee", "𠮷田 花子 様"),
                ("sender", "澄川市長"),
                ("text", "次の理由により登録しません。\n\n理由：{reason}"),
                ("reason", "犬が市内にいないため"),
                ("revision", revision.as_str()),
            ];
            fields.extend(extra);
            post(&city, &head(), &format!("{at}/decision"), &fields).await
        };
        let checked = post(
            &city,
            &clerk(),
            &format!("{at}/step"),
            &[
                ("step", "check"),
                ("revision", &revision(&city, case).await),
            ],
        )
        .await;
        assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text);
        let none = get(&city, &clerk(), &format!("{at}/letter")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);

        // Looked at before: the letter, and nothing is decided.
        let before = send(&[("action", "preview")]).await;
        assert_eq!(before.status, StatusCode::OK);
        assert!(before.bytes.starts_with(b"%PDF"));
        let stage = cases::case(city.db(), case).await.unwrap().stage;
        assert_eq!(stage, Stage::Checked);

        // A refusal says how to have it reviewed.
        let silent = send(&[]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(silent.text.contains("行政不服審査法第82条"));
        assert!(
            silent.text.contains("犬が市内にいないため"),
            "what was typed stays"
        );
        // Nothing is final before it was looked at: what is sent, to whom, and what cannot be printed.
        let appeal = ("appeal", "3か月以内に市長に審査請求ができます。");
        let check = send(&[appeal]).await;
        assert_eq!(check.status, StatusCode::OK, "{}", check.text);
        assert!(check.text.contains("まだ決定していません"));
        assert!(check.text.contains("メールでは知らせません"));
        assert!(
            check
                .text
                .contains("name=\"reason\" value=\"犬が市内にいないため\"")
        );
        assert!(!check.text.contains("印刷できない文字"), "{}", check.text);
        let rare = send(&[("number", "第\u{e000}号"), appeal]).await;
        assert!(rare.text.contains("U+E000"), "{}", rare.text);
        let stage = cases::case(city.db(), case).await.unwrap().stage;
        assert_eq!(stage, Stage::Checked, "still not decided");
        let again = send(&[appeal, ("action", "edit")]).await;
        assert!(again.text.contains("name=\"outcome\"") && again.text.contains("3か月以内"));
        let decided = send(&[appeal, ("action", "decide")]).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text);

        // The reason stands in the text, and is not said again.
        let page = get(&city, &head(), &at).await.text;
        assert_eq!(page.matches("犬が市内にいないため").count(), 1, "{page}");
        assert!(page.contains("3か月以内に市長に審査請求"));
        assert!(page.contains(&format!("href=\"{at}/letter\"")));
        let letter = get(&city, &clerk(), &format!("{at}/letter")).await;
        assert_eq!(letter.status, StatusCode::OK);
        assert!(letter.bytes.starts_with(b"%PDF"));
        let stranger = staff(9, &[WORK], "tax");
        let foreign = get(&city, &stranger, &format!("{at}/letter")).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    }
);

each_database!(
    a_file_for_a_core_system_holds_what_the_form_works_out,
    [&IdentityService, &ProcedureService],
    async |city| {
        departments(&city, &["environment"]).await;
        let mut procedure = document();
        let computed = json!({"key": "plate", "value": "dog_name + '号'"});
        procedure
            .form
            .computed
            .push(serde_json::from_value(computed).unwrap());
        procedure.export = serde_json::from_value(json!([
            {"heading": "犬の名", "from": "dog_name"},
            {"heading": "札", "from": "plate"},
        ]))
        .unwrap();
        put_live(&city, procedure).await;
        let mut new = application("one");
        new.answers = json!({"answers": {"dog_name": {"type": "text", "value": "ポチ太郎"}}});
        let sealed = new.seal(city.key().unwrap()).unwrap();
        submit(&city, sealed).await.unwrap();
        let asked = [
            ("procedure", "dog-registration"),
            ("stage", "received"),
            ("format", "csv_utf8"),
        ];
        let file = post(&city, &clerk(), "/desk/cases/export", &asked).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text);
        assert!(file.text.contains("ポチ太郎,ポチ太郎号"), "{}", file.text);
    }
);
