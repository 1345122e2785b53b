//! How long a case may take: counted as the procedure says, extended with a notice, measured honestly. Files that are handed over with a
//! decision. What an account shows of its cases. On both databases.

use crate::{
    counter::clerk,
    residents::mails,
    support::{
        application,
        browser::PDF,
        desk::{Browser, Page, browser_of, staff},
        document, put_live, submit,
    },
    together_after::department,
};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use std::sync::Arc;
use yakuba_city::{
    Actor, City, each_database,
    sql::Sql as _,
    web::{Principal, ResidentPrincipal},
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{DECIDE, DELIVER, OVERSEE, WORK},
    model::{
        case::Stage,
        processing::{DayCount, ProcessingTime},
    },
    store::{
        cases::{self, Case},
        corrections, files, history, keys, messages,
    },
};

async fn case(city: &City, case: i64) -> Case {
    cases::case(city.db(), case).await.unwrap()
}

/// An application that is to be decided within a time, or at once.
async fn sent(city: &City, submission: &str, time: Option<ProcessingTime>) -> i64 {
    let mut new = application(submission);
    new.answers = json!({"answers": {}});
    new.files.clear();
    new.processing = time;
    new.contact.email = Some("hanako@example.jp".to_owned());
    new.resident = Some(5);
    let new = new.seal(city.key().unwrap()).unwrap();
    submit(city, new).await.unwrap().case
}

/// Presses a button of a case's page.
async fn press(
    city: &City,
    desk: &mut Browser,
    id: i64,
    place: &str,
    fields: &[(&str, &str)],
) -> Page {
    let revision = case(city, id).await.revision.to_string();
    let fields = [&[("revision", revision.as_str())], fields].concat();
    desk.post(&format!("/desk/cases/{id}/{place}"), &fields)
        .await
}

async fn decide(city: &City, head: &mut Browser, id: i64) {
    let fields = [
        ("outcome", "approved"),
        ("title", "犬の登録について"),
        ("addressee", "髙橋 花子 様"),
        ("sender", "澄川市長"),
        ("text", "登録しました。"),
        ("action", "decide"),
    ];
    press(city, head, id, "step", &[("step", "check")]).await;
    let done = press(city, head, id, "decision", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

async fn counted(city: &City, measure: &str) -> i64 {
    let sum: Option<i64> = city
        .db()
        .value(
            "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM facts WHERE measure = $1",
            [measure.into()],
        )
        .await
        .unwrap();
    sum.unwrap_or(0)
}

each_database!(
    a_period_of_an_ordinance_counts_every_day_also_while_it_waits_for_a_correction,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut plain = document();
        plain.processing_days = Some(15);
        plain.processing_count = DayCount::CalendarDays;
        put_live(&city, plain.clone()).await;
        let today = city.today();
        let calendar = sent(&city, "one", plain.processing()).await;
        let due_on = case(&city, calendar).await.due_on.unwrap();
        assert_eq!(due_on, DayCount::CalendarDays.after(today, 15));
        let key = keys::open(city.db(), city.key().unwrap(), calendar)
            .await
            .unwrap();
        city.write(Actor::Staff(7), (key, calendar), |tx, (key, case)| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let fields = ["dog_name".to_owned()];
                corrections::ask(tx, key, *case, revision, &fields, "名前", None).await
            })
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        city.clock()
            .set(city.now() + SignedDuration::from_hours(24 * 9));
        city.write(Actor::Staff(7), calendar, |tx, case| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *case).await?.revision;
                corrections::take_back(tx, *case, revision).await
            })
        })
        .await
        .unwrap();
        let later = case(&city, calendar).await.due_on.unwrap();
        assert_eq!(later, DayCount::CalendarDays.after(due_on, 9));
        let page = browser_of(&city, Principal::Anonymous)
            .get("/procedures/dog-registration")
            .await
            .text();
        assert!(
            page.contains("翌日から15日（土曜・日曜・祝日も数えます）"),
            "{page}"
        );
    }
);

each_database!(
    more_time_is_told_with_a_letter_and_counts_as_what_it_is,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut plain = document();
        plain.checklist.clear();
        put_live(&city, plain).await;
        let id = sent(&city, "one", Some(ProcessingTime::working_days(5))).await;
        let at_once = sent(&city, "two", None).await;
        let form = format!("/desk/cases/{id}/extend");
        for other in [staff(9, &[WORK, DECIDE], "tax"), Principal::Anonymous] {
            let mut other = browser_of(&city, other);
            for page in [other.get(&form).await, other.post(&form, &[]).await] {
                assert_ne!(page.status, StatusCode::OK);
                assert!(!page.to.contains("done"), "{}", page.to);
            }
        }
        let mut desk = browser_of(&city, clerk());
        let page = desk.get(&format!("/desk/cases/{id}")).await.text();
        assert!(page.contains(&form), "{page}");
        let none = desk.get(&format!("/desk/cases/{at_once}/extend")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "it has no day");
        let page = desk.get(&form).await.text();
        assert!(page.contains("今の期限は") && page.contains("{until}まで期間を延長します"));
        let first = case(&city, id).await.due_on.unwrap();
        let until = DayCount::CalendarDays.after(first, 20);
        let typed = |day: jiff::civil::Date, reason: &str, action: &str| {
            [
                ("until_year", day.year().to_string()),
                ("until_month", day.month().to_string()),
                ("until_day", day.day().to_string()),
                ("reason", reason.to_owned()),
                ("title", "期間の延長について".to_owned()),
                ("addressee", "髙橋 花子 様".to_owned()),
                ("sender", "澄川市長".to_owned()),
                ("text", "{from}の期限を{until}まで延長します。".to_owned()),
                ("action", action.to_owned()),
            ]
        };
        let mut send = async |day, reason, action| {
            let typed = typed(day, reason, action);
            let fields: Vec<(&str, &str)> = typed
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            press(&city, &mut desk, id, "extend", &fields).await
        };
        let wrong = send(first, "書類が多いため", "decide").await;
        assert!(
            wrong.text().contains("はじめの期限より後の"),
            "{}",
            wrong.text()
        );
        assert!(wrong.text().contains("書類が多いため"), "kept");
        let wrong = send(until, "", "decide").await;
        assert!(wrong.text().contains("延長する理由を書いてください"));
        let preview = send(until, "書類が多いため", "preview").await;
        assert!(preview.bytes.starts_with(b"%PDF"));
        let check = send(until, "書類が多いため", "check").await;
        assert!(check.text().contains("hanako@example.jp"));
        let letter = check.between("keep-lines\">", "</p>");
        assert!(
            letter.contains("まで延長します") && !letter.contains('{'),
            "{letter}"
        );
        assert_eq!(
            case(&city, id).await.due_on,
            Some(first),
            "nothing happened yet"
        );
        let before = mails(&city, city.key().unwrap()).await.len();
        let done = send(until, "書類が多いため", "decide").await;
        assert_eq!(done.to, format!("/desk/cases/{id}?done=extended"));

        let now = case(&city, id).await;
        assert_eq!(
            (now.due_on, now.due_before_extension),
            (Some(until), Some(first))
        );
        assert!(!now.is_late(first.tomorrow().unwrap()));
        let told = mails(&city, city.key().unwrap()).await;
        assert_eq!(told.len(), before + 1, "one mail, not two");
        assert!(told.iter().any(|mail| mail.text.contains("延長します")));
        let key = keys::open(city.db(), city.key().unwrap(), id)
            .await
            .unwrap();
        let written = messages::messages(city.db(), &key, id).await.unwrap();
        assert!(written[0].text.contains("書類が多いため") && written[0].files.len() == 1);
        let happened = history::history(city.db(), id).await.unwrap();
        assert!(
            happened
                .iter()
                .any(|entry| entry.what == history::What::Extended { from: first, until })
        );
        let page = browser_of(&city, clerk())
            .get(&format!("/desk/cases/{id}"))
            .await
            .text();
        assert!(
            page.contains("期間延長通知書.pdf") && page.contains("はじめの期限は"),
            "{page}"
        );
        let receipt = cases::receipt(city.db(), &key, id).await.unwrap();
        let mut own = browser_of(&city, Principal::Anonymous);
        own.post("/cases", &[("receipt", &receipt.to_string())])
            .await;
        let page = own.get("/cases/view").await.text();
        assert!(page.contains("期間を延長しました") && page.contains("期間延長通知書.pdf"));
        let file = format!("/cases/files/{}", written[0].files[0]);
        assert!(own.get(&file).await.bytes.starts_with(b"%PDF"));

        // Decided after the standard time: within the extended day, but not within the standard.
        let hours = 24 * i64::from(DayCount::CalendarDays.between(city.today(), first) + 1);
        city.clock()
            .set(city.now() + SignedDuration::from_hours(hours));
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        decide(&city, &mut head, id).await;
        assert_eq!(counted(&city, "procedures.decided").await, 1_000);
        assert_eq!(counted(&city, "procedures.decided_on_time").await, 0);
        assert!(counted(&city, "procedures.days_taken").await >= 6_000);
    }
);

each_database!(
    files_are_handed_over_with_a_decision_and_taken_back,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut plain = document();
        plain.checklist.clear();
        put_live(&city, plain).await;
        let id = sent(&city, "one", None).await;
        let at = format!("/desk/cases/{id}");
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        let upload = async |desk: &mut Browser, name: &str, contents: &[u8]| {
            let revision = case(&city, id).await.revision.to_string();
            let fields = [("revision", revision.as_str())];
            desk.upload(&format!("{at}/hand-out"), &fields, ("file", name, contents))
                .await
        };
        let early = upload(&mut head, "文書.pdf", PDF).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        decide(&city, &mut head, id).await;
        let mut other = browser_of(&city, staff(9, &[WORK, DECIDE], "tax"));
        let stranger = upload(&mut other, "文書.pdf", PDF).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        let wrong = upload(&mut head, "文書.pdf", b"MZ no document").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = upload(&mut head, "開示文書.pdf", PDF).await;
        assert_eq!(done.to, format!("{at}?done=handed-out"), "{}", done.text());
        let page = head.get(&at).await.text();
        assert!(page.contains("開示文書.pdf"), "{page}");
        let told = mails(&city, city.key().unwrap()).await;
        assert!(
            told.iter()
                .any(|mail| mail.text.contains("お渡しするファイル"))
        );

        let key = keys::open(city.db(), city.key().unwrap(), id)
            .await
            .unwrap();
        let receipt = cases::receipt(city.db(), &key, id).await.unwrap();
        let mut own = browser_of(&city, Principal::Anonymous);
        own.post("/cases", &[("receipt", &receipt.to_string())])
            .await;
        let page = own.get("/cases/view").await;
        let file = page.between("/cases/files/", "\"");
        assert!(page.text().contains("開示文書.pdf"));
        let file_at = format!("/cases/files/{file}");
        assert!(own.get(&file_at).await.bytes.starts_with(b"%PDF"));
        let mut nobody = browser_of(&city, Principal::Anonymous);
        assert!(!nobody.get(&file_at).await.bytes.starts_with(b"%PDF"));

        let back = press(&city, &mut head, id, "hand-out/back", &[("file", &file)]).await;
        assert_eq!(back.to, format!("{at}?done=hand-out-back"));
        assert_eq!(own.get(&file_at).await.status, StatusCode::NOT_FOUND);
        let twice = press(&city, &mut head, id, "hand-out/back", &[("file", &file)]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    what_is_too_large_to_hand_over_is_refused_with_its_limit_and_leaves_nothing,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        const MIB: usize = 1024 * 1024;
        let mut plain = document();
        plain.checklist.clear();
        put_live(&city, plain).await;
        let id = sent(&city, "one", None).await;
        let at = format!("/desk/cases/{id}");
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        decide(&city, &mut head, id).await;
        let key = keys::open(city.db(), city.key().unwrap(), id)
            .await
            .unwrap();
        let told = mails(&city, city.key().unwrap()).await.len();
        let before = (
            case(&city, id).await.revision,
            history::history(city.db(), id).await.unwrap().len(),
        );
        let of_size = |bytes: usize| {
            // Blanks before its last lines, which a reader looks for at the end.
            let end = PDF.windows(7).rposition(|part| part == b"trailer");
            let tail = PDF[end.unwrap()..].to_vec();
            let mut file = PDF.to_vec();
            file.resize(bytes - tail.len(), b'\n');
            file.extend(tail);
            file
        };
        let mut upload = async |contents: &[u8]| {
            let revision = case(&city, id).await.revision.to_string();
            let fields = [("revision", revision.as_str())];
            head.upload(
                &format!("{at}/hand-out"),
                &fields,
                ("file", "大きい.pdf", contents),
            )
            .await
        };
        // Just above what a file may have; far above; more than is read at all; not what it says to be.
        for (contents, status, sentence) in [
            (
                of_size(10 * MIB + 1),
                StatusCode::UNPROCESSABLE_ENTITY,
                "10MB",
            ),
            (of_size(30 * MIB), StatusCode::UNPROCESSABLE_ENTITY, "10MB"),
            (
                of_size(61 * MIB),
                StatusCode::PAYLOAD_TOO_LARGE,
                "problem-too-large",
            ),
            (
                b"MZ no document".to_vec(),
                StatusCode::UNPROCESSABLE_ENTITY,
                "PDF",
            ),
        ] {
            let page = upload(&contents).await;
            let text = page.text();
            assert_eq!(page.status, status, "{text}");
            assert!(text.contains(sentence), "{sentence}: {text}");
            let handed = files::list(city.db(), &key, id, files::UseFor::Letter).await;
            assert!(handed.unwrap().is_empty());
            let now = (
                case(&city, id).await.revision,
                history::history(city.db(), id).await.unwrap().len(),
            );
            assert_eq!(now, before, "nothing half-done");
            assert_eq!(mails(&city, city.key().unwrap()).await.len(), told);
        }
        let done = upload(&of_size(10 * MIB)).await;
        assert_eq!(done.to, format!("{at}?done=handed-out"), "{}", done.text());
        let handed = files::list(city.db(), &key, id, files::UseFor::Letter).await;
        let file = handed.unwrap().remove(0).0;
        let sent = head.get(&format!("{at}/files/{file}")).await;
        assert_eq!(sent.bytes.len(), 10 * MIB);
    }
);

each_database!(
    an_account_shows_its_cases_and_first_what_waits_for_the_applicant,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        assert!(city.own_records(5, "ja").await.unwrap().is_empty());
        let older = sent(&city, "one", None).await;
        city.clock().set(city.now() + SignedDuration::from_hours(1));
        sent(&city, "two", None).await;
        let mut desk = browser_of(&city, clerk());
        let asked = [
            ("field", "dog_name"),
            ("correction", "名前を確かめてください。"),
            ("answer_by_year", "2027"),
            ("answer_by_month", "1"),
            ("answer_by_day", "20"),
        ];
        press(&city, &mut desk, older, "correction", &asked).await;
        let found = city.own_records(5, "ja").await.unwrap();
        let states: Vec<&str> = found[0]
            .records
            .iter()
            .map(|record| record.state.as_str())
            .collect();
        assert_eq!(states.len(), 2);
        assert!(states[0].contains("2027年1月20日"), "{states:?}");
        assert_eq!(states[1], "申請を受け付けました。内容を確認します。");
        assert_eq!(found[0].records[0].title, "犬の登録");
        // The link opens the case to its account and to nobody else.
        let href = found[0].records[0].href.clone();
        assert!(href.starts_with("/cases/own/"), "{href}");
        let resident = |id: i64| {
            Principal::Resident(Arc::new(ResidentPrincipal {
                id,
                email_confirmed: true,
                verified: None,
            }))
        };
        let mut own = browser_of(&city, resident(5));
        assert_eq!(own.get(&href).await.to, "/cases/view");
        let page = own.get("/cases/view").await.text();
        assert!(page.contains("名前を確かめてください。"), "{page}");
        let stranger = browser_of(&city, resident(6)).get(&href).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
        let nobody = browser_of(&city, Principal::Anonymous).get(&href).await;
        assert!(nobody.status != StatusCode::OK && nobody.to != "/cases/view");
        assert!(city.own_records(6, "ja").await.unwrap().is_empty());
        let english = city.own_records(5, "en").await.unwrap();
        assert_eq!(english[0].title, "Applications");
        assert_eq!(case(&city, older).await.stage, Stage::Received);
    }
);

each_database!(
    the_first_page_of_the_desk_says_what_waits_for_whom,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut plain = document();
        plain.checklist.clear();
        put_live(&city, plain).await;
        department(&city).await;
        let one = sent(&city, "one", Some(ProcessingTime::working_days(5))).await;
        sent(&city, "two", None).await;
        let work = async |principal: &Principal| {
            let found = city.desk_work(principal, "ja").await.unwrap();
            let counts: Vec<(String, String)> = found
                .into_iter()
                .flat_map(|work| work.counts)
                .map(|count| (count.text, count.href))
                .collect();
            counts
        };
        let texts = async |principal: &Principal| -> Vec<String> {
            work(principal)
                .await
                .into_iter()
                .map(|(text, _)| text)
                .collect()
        };
        let clerk = staff(7, &[WORK], "environment");
        let head = staff(8, &[WORK, DECIDE], "environment");
        assert_eq!(texts(&clerk).await, ["担当なしの受付 2件"]);
        // Who may not work on them, or for another department, is told nothing.
        for other in [
            staff(9, &[WORK, DECIDE], "tax"),
            staff(9, &[OVERSEE, DELIVER], "environment"),
            Principal::Anonymous,
        ] {
            assert!(work(&other).await.is_empty());
        }
        let mut desk = browser_of(&city, clerk.clone());
        press(&city, &mut desk, one, "step", &[("step", "check")]).await;
        press(&city, &mut desk, one, "assign", &[("assignee", "me")]).await;
        let days = SignedDuration::from_hours(24 * 30);
        city.clock().set(city.now() + days);
        assert_eq!(
            texts(&clerk).await,
            ["期限超過 1件", "担当なしの受付 1件", "自分の担当 1件"]
        );
        assert_eq!(
            texts(&head).await,
            ["期限超過 1件", "決定を待つ 1件", "担当なしの受付 1件"]
        );
        // Each leads to the list of just those.
        let mut desk = browser_of(&city, clerk.clone());
        for (text, href) in work(&clerk).await {
            let page = desk.get(&href).await.text();
            let listed = page.matches("name=\"case\" value=").count();
            assert!(text.ends_with(&format!(" {listed}件")), "{text}: {listed}");
        }
    }
);
