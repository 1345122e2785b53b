//! Applications that take a time of the booking service: one of many who want the same, and what becomes of it. On both databases.

use std::{fmt::Write as _, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{StatusCode, header},
};
use futures::future::join_all;
use jiff::{
    SignedDuration,
    civil::{Date, date, time},
};
use serde_json::json;
use tower::ServiceExt as _;
use yakuba_booking::{
    BookingService,
    capabilities::RECEIVE,
    model::document::FacilityDocument,
    store::reservations::{Reservation, of_record, reservations_between, step, taken},
};
use yakuba_city::{
    Actor, City, Slot, SlotSource, each_database, run_due_jobs,
    sql::Sql as _,
    web::{AskedAt, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_forms::{Answer, Answers, model::document::Key};
use yakuba_identity::{IdentityService, Token};
use yakuba_kernel::{Channel, DepartmentCode};
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::WORK,
    model::{
        case::{Outcome, Stage, Step},
        document::ProcedureDocument,
    },
    store::{
        self,
        cases::{self, Contact, Decision, NewCase, Submitted},
        corrections,
        drafts::{self, Draft, NewDraft, Saving},
        keys::{self, Person},
    },
};

const COUNTER: &str = r#"
format: yakuba-facility/1
key: window
name: {ja: 市民課の窓口予約, easy: 窓口（まどぐち）, en: Citizens’ counter}
kind: counter
department: civic
summary: {ja: 時間を決めて来庁できます。, easy: 来（く）る 時間（じかん）を 決（き）めます。, en: Come at a fixed time.}
address: {ja: 市役所本庁舎1階, easy: 市役所（しやくしょ）, en: City hall}
step: 15
opening:
  - {from: "09:00", to: "12:00", weekdays: [mon, tue, wed, thu, fri]}
rules:
  who: staff_only
  way: instant
  opens: {days_before: {days: 14, at: "00:00"}}
resources:
  - key: moving
    name: {ja: 引越しの手続, easy: 引（ひ）っこし, en: Moving}
    takes: {one_of: 1}
    times: {free: {at_least: 30, at_most: 30, begins_every: 30}}
"#;

const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: moving
title: {ja: 転入の来庁予約, easy: 引（ひ）っこしの 予約（よやく）, en: Moving in}
summary: {ja: 来庁する時間を予約します。, easy: 予約（よやく）します。, en: Book your visit.}
department: civic
category: residence
guide:
  who: 引っ越してきた方
  afterwards: 予約の日時においでください。
  minutes: 3
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 予約の確認に使います。
form:
  pages:
    - key: who
      title: あなたのこと
      fields:
        - {key: name, type: name, label: お名前, purpose: 確認}
    - key: visit
      title: 来庁する日時
      fields:
        - {key: visit, type: slot, label: 来庁する日時, facility: window, resource: moving, days_ahead: 10}
";

/// The Monday after the test's day.
const MONDAY: Date = date(2026, 11, 23);

fn slot(hour: i8) -> Slot {
    Slot {
        of: SlotSource {
            facility: "window".to_owned(),
            resource: "moving".to_owned(),
        },
        // A holiday without rules about holidays is a day like any other.
        day: MONDAY,
        from: time(hour, 0, 0, 0),
        to: time(hour, 30, 0, 0),
    }
}

/// The counter is offered and the procedure live.
async fn prepare(city: &City) {
    let counter = FacilityDocument::from_yaml(COUNTER).unwrap();
    city.write(Actor::Staff(1), counter, |tx, counter| {
        Box::pin(yakuba_booking::store::save(tx, counter, true, 0))
    })
    .await
    .unwrap();
    let procedure = ProcedureDocument::from_yaml(PROCEDURE).unwrap();
    put_live(city, procedure).await.unwrap();
}

async fn put_live(city: &City, procedure: ProcedureDocument) -> Result<(), ProcedureError> {
    city.write(Actor::Staff(1), procedure, |tx, procedure| {
        Box::pin(async move {
            store::designs::bring_in(tx, procedure, Some(tx.today())).await?;
            Ok(())
        })
    })
    .await
}

async fn begin(city: &City) -> Draft {
    let token = Token::generate();
    let key = city.key().unwrap();
    let new = NewDraft::seal(key, &token, "moving", 1, None, &json!({})).unwrap();
    city.write(Actor::Public, new, |tx, new| {
        Box::pin(drafts::begin(tx, new))
    })
    .await
    .unwrap();
    drafts::with_token(city.db(), &token, city.now())
        .await
        .unwrap()
        .unwrap()
}

async fn keep(city: &City, draft: &Draft, slot: Option<Slot>) -> Result<i64, ProcedureError> {
    let key = draft.key(city.key().unwrap()).unwrap();
    let saving = Saving::seal(&key, draft, &json!({}), &[], Vec::new())
        .unwrap()
        .slot(slot);
    city.write(Actor::Public, saving, |tx, saving| {
        Box::pin(drafts::save(tx, saving))
    })
    .await
}

async fn send(city: &City, draft: &Draft, slot: Slot) -> Result<Submitted, ProcedureError> {
    let answers = Answers::new().with(Key::new("visit").unwrap(), Answer::Slot(slot));
    let new = NewCase {
        procedure: "moving".to_owned(),
        version: 1,
        department: DepartmentCode::new("civic").unwrap(),
        channel: Channel::Online,
        processing: None,
        received_at: None,
        submission: draft.submission(),
        draft: Some(draft.id),
        resident: None,
        person: Person::default(),
        contact: Contact {
            name: Some("髙橋 花子".to_owned()),
            email: Some("hanako@example.jp".to_owned()),
            language: "ja".to_owned(),
            ..Contact::default()
        },
        answers: serde_json::to_value(answers).unwrap(),
        files: Vec::new(),
    };
    let sealed = new.seal(city.key().unwrap()).unwrap();
    city.write(Actor::Public, sealed, |tx, sealed| {
        Box::pin(cases::submit(tx, sealed))
    })
    .await
}

async fn count(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap()
}

/// How many steps of time are taken on the day.
async fn steps_taken(city: &City) -> usize {
    taken(city.db(), "window", MONDAY, MONDAY, city.now())
        .await
        .unwrap()
        .iter()
        .count()
}

async fn of_case(city: &City, case: i64) -> Reservation {
    of_record(city.db(), &format!("cases/{case}"))
        .await
        .unwrap()
        .remove(0)
}

async fn decide(city: &City, case: i64, outcome: Outcome) {
    let key = keys::open(city.db(), city.key().unwrap(), case)
        .await
        .unwrap();
    let decision = Decision {
        title: "転入について".to_owned(),
        number: String::new(),
        addressee: vec!["髙橋 花子 様".to_owned()],
        sender: vec!["市長".to_owned()],
        text: "結果です。".to_owned(),
        reason: "住所が市外のため".to_owned(),
        appeal: String::new(),
    };
    let input = (key, case, outcome, decision);
    city.write(
        Actor::Staff(1),
        input,
        |tx, (key, case, outcome, decision)| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let by = &cases::By::Program;
                cases::step(tx, *case, revision, Step::Check, by).await?;
                cases::decide(tx, key, *case, revision + 1, *outcome, decision, by).await
            })
        },
    )
    .await
    .unwrap();
}

each_database!(
    of_many_who_want_a_time_one_keeps_it_and_one_gets_it,
    [
        &MailService,
        &IdentityService,
        &ProcedureService,
        &BookingService
    ],
    async |city| {
        prepare(&city).await;
        let mut all = Vec::new();
        for _ in 0..12 {
            all.push(begin(&city).await);
        }
        let kept = join_all(all.iter().map(|draft| keep(&city, draft, Some(slot(9))))).await;
        assert_eq!(kept.iter().filter(|one| one.is_ok()).count(), 1);
        for lost in kept.iter().filter_map(|one| one.as_ref().err()) {
            assert!(matches!(lost, ProcedureError::SlotTaken), "{lost}");
        }
        assert_eq!(steps_taken(&city).await, 2, "half an hour of quarters");
        // Whatever a browser sends: who does not keep it does not get it, and nothing is left of the attempt.
        let winner = kept.iter().position(Result::is_ok).unwrap();
        let sent = join_all(all.iter().map(|draft| send(&city, draft, slot(9)))).await;
        let got: Vec<usize> = (0..sent.len()).filter(|one| sent[*one].is_ok()).collect();
        assert_eq!(got, [winner]);
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_cases").await,
            1
        );
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM booking_reservations").await,
            1
        );
        assert_eq!(steps_taken(&city).await, 2);

        // Nobody keeps the next one, and all send at once.
        let mut all = Vec::new();
        for _ in 0..8 {
            all.push(begin(&city).await);
        }
        let half = Slot {
            from: time(9, 30, 0, 0),
            to: time(10, 0, 0, 0),
            ..slot(9)
        };
        let sent = join_all(all.iter().map(|draft| send(&city, draft, half.clone()))).await;
        assert_eq!(sent.iter().filter(|one| one.is_ok()).count(), 1);
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_cases").await,
            2
        );
        assert_eq!(
            count(
                &city,
                "SELECT COUNT(*) FROM facts WHERE measure = 'booking.reservations'"
            )
            .await,
            2
        );
        // The same sent again is the same.
        let again = all[sent.iter().position(Result::is_ok).unwrap()].clone();
        assert!(send(&city, &again, half).await.unwrap().repeated);
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_cases").await,
            2
        );
    }
);

each_database!(
    a_time_is_given_back_with_the_draft_the_withdrawal_and_the_refusal,
    [
        &MailService,
        &IdentityService,
        &ProcedureService,
        &BookingService
    ],
    async |city| {
        prepare(&city).await;
        let (first, second) = (begin(&city).await, begin(&city).await);
        keep(&city, &first, Some(slot(9))).await.unwrap();
        assert!(keep(&city, &second, Some(slot(9))).await.is_err());
        // Thrown away, it is free at once.
        city.write(Actor::Public, first.id, |tx, draft| {
            Box::pin(drafts::discard(tx, *draft))
        })
        .await
        .unwrap();
        assert_eq!(steps_taken(&city).await, 0);
        keep(&city, &second, Some(slot(9))).await.unwrap();
        // Kept for half an hour; then whoever is first has it, and the draft is not sent without its time.
        city.clock().set(city.now() + SignedDuration::from_mins(31));
        let mut third = begin(&city).await;
        keep(&city, &third, Some(slot(9))).await.unwrap();
        let lost = send(&city, &second, slot(9)).await;
        assert!(matches!(lost, Err(ProcedureError::SlotTaken)));
        // Another choice gives the first one back.
        third.revision += 1;
        let half = Slot {
            from: time(9, 30, 0, 0),
            to: time(10, 0, 0, 0),
            ..slot(9)
        };
        keep(&city, &third, Some(half.clone())).await.unwrap();
        let case = send(&city, &second, slot(9)).await.unwrap().case;
        assert_eq!(of_case(&city, case).await.state.name(), "confirmed");
        assert_eq!(of_case(&city, case).await.channel, Channel::Online);
        assert!(
            of_case(&city, case)
                .await
                .contact(city.key().unwrap())
                .unwrap()
                .is_none(),
            "who it is stands with the case alone"
        );

        // Taken back by the applicant.
        city.write(Actor::Public, case, |tx, case| {
            Box::pin(cases::withdraw(tx, *case))
        })
        .await
        .unwrap();
        assert_eq!(of_case(&city, case).await.state.name(), "cancelled");
        assert_eq!(steps_taken(&city).await, 2, "the third one's");

        // Refused; approved it stays.
        let third_case = send(&city, &third, half).await.unwrap().case;
        decide(&city, third_case, Outcome::Refused).await;
        assert_eq!(of_case(&city, third_case).await.state.name(), "cancelled");
        let fourth = begin(&city).await;
        let approved = send(&city, &fourth, slot(9)).await.unwrap().case;
        decide(&city, approved, Outcome::Approved).await;
        assert_eq!(of_case(&city, approved).await.state.name(), "confirmed");
        assert_eq!(steps_taken(&city).await, 2);
        run_due_jobs(&city).await.unwrap();
        let mails = count(&city, "SELECT COUNT(*) FROM mails").await;

        // Called off by the booking desk: the applicant of a case that goes on is told.
        let fifth = begin(&city).await;
        let half = Slot {
            from: time(9, 30, 0, 0),
            to: time(10, 0, 0, 0),
            ..slot(9)
        };
        let open = send(&city, &fifth, half).await.unwrap().case;
        let id = of_case(&city, open).await.id;
        city.write(Actor::Staff(1), id, |tx, id| {
            Box::pin(step(tx, *id, yakuba_booking::model::state::Step::Cancel))
        })
        .await
        .unwrap();
        run_due_jobs(&city).await.unwrap();
        assert_eq!(count(&city, "SELECT COUNT(*) FROM mails").await, mails + 1);
        assert_eq!(
            cases::case(city.db(), open).await.unwrap().stage,
            Stage::Received
        );
    }
);

/// The desk asks for the time again.
async fn ask_again(city: &City, case: i64) {
    let key = keys::open(city.db(), city.key().unwrap(), case)
        .await
        .unwrap();
    city.write(Actor::Staff(1), (key, case), |tx, (key, case)| {
        Box::pin(async move {
            let revision = cases::case(tx.connection(), *case).await?.revision;
            let fields = ["visit".to_owned()];
            corrections::ask(tx, key, *case, revision, &fields, "別の日時に", None).await
        })
    })
    .await
    .map_err(|error: ProcedureError| error)
    .unwrap();
}

/// The applicant chooses another one, as the page of the correction does.
async fn choose_again(city: &City, case: i64, slot: Slot) -> Result<i64, ProcedureError> {
    let key = keys::open(city.db(), city.key().unwrap(), case)
        .await
        .unwrap();
    let answers = Answers::new().with(Key::new("visit").unwrap(), Answer::Slot(slot.clone()));
    let answers = serde_json::to_value(answers).unwrap();
    let input = (key, case, answers, slot);
    city.write(Actor::Public, input, |tx, (key, case, answers, slot)| {
        Box::pin(corrections::answer(
            tx,
            key,
            *case,
            answers,
            &[],
            Some(slot),
        ))
    })
    .await
}

each_database!(
    a_correction_changes_the_time_and_gives_the_old_one_back_or_neither,
    [
        &MailService,
        &IdentityService,
        &ProcedureService,
        &BookingService
    ],
    async |city| {
        prepare(&city).await;
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(begin(&city).await);
        }
        let case = send(&city, &all[0], slot(9)).await.unwrap().case;
        let other = send(&city, &all[1], slot(10)).await.unwrap().case;
        ask_again(&city, case).await;
        ask_again(&city, other).await;
        // Taken: everything stays as it was, and the question is still open.
        let refused = choose_again(&city, case, slot(10)).await;
        assert!(
            matches!(refused, Err(ProcedureError::SlotTaken)),
            "{refused:?}"
        );
        let kept = of_case(&city, case).await;
        assert_eq!(kept.state.name(), "confirmed");
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let given = cases::answers(city.db(), &key, case).await.unwrap();
        assert_eq!(given.len(), 1);
        let open = corrections::corrections(city.db(), &key, case)
            .await
            .unwrap();
        assert_eq!(open[0].ended_at, None);

        // Both want the same free one at once: one gets it, the other keeps what it had.
        let sent = join_all([case, other].map(|one| choose_again(&city, one, slot(11)))).await;
        assert_eq!(sent.iter().filter(|one| one.is_ok()).count(), 1, "{sent:?}");
        let (winner, loser, left, kept) = if sent[0].is_ok() {
            (case, other, 9, 10)
        } else {
            (other, case, 10, 9)
        };
        let hour = async |case: i64| {
            let found = of_case(&city, case).await;
            assert_eq!(found.state.name(), "confirmed");
            (found.span.from().minutes() / 60, found.channel)
        };
        assert_eq!(hour(winner).await, (11, Channel::Online));
        assert_eq!(hour(loser).await, (kept, Channel::Online));
        assert_eq!(steps_taken(&city).await, 4, "half an hour of quarters each");
        // What was given back is free for others.
        let third = send(&city, &all[2], slot(i8::try_from(left).unwrap())).await;
        assert!(third.is_ok(), "{third:?}");
        let key = keys::open(city.db(), city.key().unwrap(), winner)
            .await
            .unwrap();
        let given = cases::answers(city.db(), &key, winner).await.unwrap();
        assert_eq!(
            given[0].answers["answers"]["visit"]["value"]["from"],
            "11:00:00"
        );
    }
);

each_database!(
    a_corrected_answer_that_needs_no_time_gives_it_back,
    [
        &MailService,
        &IdentityService,
        &ProcedureService,
        &BookingService
    ],
    async |city| {
        prepare(&city).await;
        let draft = begin(&city).await;
        let case = send(&city, &draft, slot(9)).await.unwrap().case;
        ask_again(&city, case).await;
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let answers = serde_json::to_value(Answers::new()).unwrap();
        city.write(
            Actor::Public,
            (key, case, answers),
            |tx, (key, case, answers)| {
                Box::pin(corrections::answer(tx, key, *case, answers, &[], None))
            },
        )
        .await
        .unwrap();
        assert_ne!(of_case(&city, case).await.state.name(), "confirmed");
        let draft = begin(&city).await;
        let other = send(&city, &draft, slot(9)).await;
        assert!(other.is_ok(), "somebody else can have it: {other:?}");
    }
);

each_database!(
    a_procedure_goes_live_only_with_times_that_there_are,
    [
        &MailService,
        &IdentityService,
        &ProcedureService,
        &BookingService
    ],
    async |city| {
        prepare(&city).await;
        for wrong in [
            PROCEDURE.replace("facility: window", "facility: door"),
            PROCEDURE.replace("resource: moving", "resource: gone"),
        ] {
            let procedure =
                ProcedureDocument::from_yaml(&wrong.replace("key: moving", "key: other")).unwrap();
            let outcome = put_live(&city, procedure).await;
            assert!(matches!(outcome, Err(ProcedureError::MustBeMended(1))));
        }
    }
);

/// A browser without JavaScript.
struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(city: &City) -> Self {
        let identity = crate::server::identity(city, "http://localhost:8080", |_| {}).unwrap();
        Self {
            router: crate::server::application(city.clone(), identity, Arc::default(), &[])
                .unwrap(),
            cookies: Vec::new(),
        }
    }

    /// Sends a request and returns where it leads on, and the page.
    async fn ask(&mut self, path: &str, form: Option<&[(&str, &str)]>) -> (String, String) {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut sent = String::new();
        for (name, value) in form.unwrap_or_default() {
            for (part, end) in [(name, '='), (value, '&')] {
                for byte in part.bytes() {
                    write!(sent, "%{byte:02X}").unwrap();
                }
                sent.push(end);
            }
        }
        let mut request = Request::builder()
            .method(if form.is_some() { "POST" } else { "GET" })
            .uri(path)
            .header(header::HOST, "localhost:8080")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(sent))
            .unwrap();
        let address: SocketAddr = ([192, 0, 2, 1], 50_000).into();
        request.extensions_mut().insert(ConnectInfo(address));
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let to = response
            .headers()
            .get(header::LOCATION)
            .map_or("", |to| to.to_str().unwrap())
            .to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4_000_000).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            status.is_success()
                || status.is_redirection()
                || status == StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {status} {text}"
        );
        (to, text)
    }

    /// Begins an application and says who it is; returns the page with the times.
    async fn until_the_times(&mut self) -> String {
        self.ask("/procedures/moving/start", Some(&[])).await;
        let (to, text) = self
            .ask(
                "/procedures/moving/apply/who",
                Some(&[
                    ("name.family", "髙橋"),
                    ("name.given", "花子"),
                    ("name.family_kana", "タカハシ"),
                    ("name.given_kana", "ハナコ"),
                ]),
            )
            .await;
        assert_eq!(to, "/procedures/moving/apply/visit", "{text}");
        self.ask("/procedures/moving/apply/visit", None).await.1
    }
}

/// A page of a desk, as somebody who may do one thing in the department.
async fn desk(city: &City, capability: &str, path: &str) -> (StatusCode, String) {
    let principal = Principal::Staff(Arc::new(StaffPrincipal {
        account: 1,
        name: "渡辺".to_owned(),
        department: DepartmentCode::new("civic").ok(),
        grants: vec![Grant {
            capability: capability.to_owned(),
            scope: Scope::City,
        }],
        stepped_up_until: None,
    }));
    let identity = crate::server::identity(city, "http://localhost:8080", |_| {}).unwrap();
    let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(principal);
    request.extensions_mut().insert(identity);
    request.extensions_mut().insert(AskedAt(city.now()));
    let router = crate::services::routes()
        .into_router()
        .with_state(city.clone());
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 4_000_000).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

each_database!(
    an_applicant_chooses_a_time_without_javascript_and_both_desks_see_it,
    [
        &MailService,
        &IdentityService,
        &ProcedureService,
        &BookingService
    ],
    async |city| {
        prepare(&city).await;
        let nine = "2026-11-23T09:00/09:30";
        let mut hanako = Browser::new(&city);
        let page = hanako.until_the_times().await;
        assert!(page.contains(nine) && page.contains("2026-12-01T09:30/10:00"));
        assert!(!page.contains("2026-12-02T"), "ten days ahead");
        let mut taro = Browser::new(&city);
        assert!(taro.until_the_times().await.contains(nine));

        let (to, _) = hanako
            .ask("/procedures/moving/apply/visit", Some(&[("visit", nine)]))
            .await;
        assert_eq!(to, "/procedures/moving/check");
        let (_, check) = hanako.ask(&to, None).await;
        assert!(
            check.contains("9:00〜") || check.contains("09:00〜09:30"),
            "{check}"
        );
        // Who was later is told so, chooses another one, and is not offered the first.
        let (to, _) = taro
            .ask("/procedures/moving/apply/visit", Some(&[("visit", nine)]))
            .await;
        assert_eq!(to, "/procedures/moving/apply/visit?slot=taken");
        let (_, page) = taro.ask(&to, None).await;
        assert!(page.contains("ほかの方が先に予約しました") && !page.contains(nine));
        // What was not offered is not had, whatever is sent.
        for wrong in [
            "2026-11-22T09:00/09:30",
            "2026-12-03T09:00/09:30",
            "2026-11-24T09:10/09:40",
        ] {
            let (to, _) = taro
                .ask("/procedures/moving/apply/visit", Some(&[("visit", wrong)]))
                .await;
            assert!(to.ends_with("?slot=taken"), "{wrong}");
        }
        let revision = check
            .split("name=\"revision\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap();
        let (to, _) = hanako
            .ask("/procedures/moving/check", Some(&[("revision", revision)]))
            .await;
        assert_eq!(to, "/procedures/moving/done");
        let (_, done) = hanako.ask(&to, None).await;
        assert!(done.contains("09:00〜09:30") && done.contains("引越しの手続"));

        let case: i64 = count(&city, "SELECT MAX(id) FROM procedures_cases").await;
        let (status, page) = desk(&city, WORK.name, &format!("/desk/cases/{case}")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("予約の日時") && page.contains("09:00〜09:30"));
        let found = reservations_between(city.db(), "window", MONDAY, MONDAY)
            .await
            .unwrap();
        let path = format!("/desk/booking/reservations/{}", found[0].id);
        assert!(page.contains(&path));
        let (status, page) = desk(&city, RECEIVE.name, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains(&format!("/desk/cases/{case}")) && !page.contains("花子"));

        // The desk asks for another time: the one that there is stands among those that are free.
        ask_again(&city, case).await;
        let receipt = done
            .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'))
            .find(|word| word.len() == 20 && word.matches('-').count() == 2)
            .unwrap();
        hanako.ask("/cases", Some(&[("receipt", receipt)])).await;
        let (_, page) = hanako.ask("/cases/correct", None).await;
        let ten = "2026-11-23T10:00/10:30";
        assert!(page.contains(nine) && page.contains(ten), "{page}");
        let (_, page) = hanako
            .ask(
                "/cases/correct",
                Some(&[("visit", "2026-12-03T09:00/09:30")]),
            )
            .await;
        assert!(page.contains("ほかの方が先に予約しました"), "{page}");
        let (to, _) = hanako.ask("/cases/correct", Some(&[("visit", ten)])).await;
        assert_eq!(to, "/cases/view?done=corrected");
        let (_, view) = hanako.ask(&to, None).await;
        assert!(view.contains("10:00〜10:30") && !view.contains("09:00〜09:30"));
        assert_eq!(of_case(&city, case).await.span.from().minutes(), 600);
        assert_eq!(steps_taken(&city).await, 2);
    }
);
