//! Applications that were sent twice: compared, merged into one, parted again; nothing of either is lost. On both databases.

use crate::{
    casework::{endpoint, receiver},
    counter::clerk,
    residents::mails,
    support::{
        application,
        desk::{Browser, browser_of, staff},
        document, put_live, submit,
    },
};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use std::sync::{Arc, Mutex};
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_kernel::DepartmentCode;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DECIDE, WORK},
    model::{
        case::Stage,
        inbox::{InboxFilter, StageFilter},
    },
    store::{
        cases::{self, Case},
        casework, delivery, files, history, keys, messages, retention,
    },
};

async fn case(city: &City, case: i64) -> Case {
    cases::case(city.db(), case).await.unwrap()
}

/// An application of the same person; the second has another name for the dog.
async fn sent(city: &City, submission: &str, dog: &str) -> i64 {
    sent_under(city, submission, dog, 1).await
}

/// The same under a version of the procedure.
async fn sent_under(city: &City, submission: &str, dog: &str, version: i64) -> i64 {
    let mut new = application(submission);
    new.version = version;
    new.answers = json!({"answers": {
        "owner_name": {"type": "name", "value": {"family": "髙橋", "given": "花子", "family_kana": "タカハシ", "given_kana": "ハナコ"}},
        "dog_name": {"type": "text", "value": dog},
        "born_on": {"type": "date", "value": "2026-01-05"},
    }});
    new.contact.email = Some(format!("{submission}@example.jp"));
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
) -> crate::support::desk::Page {
    let revision = case(city, id).await.revision.to_string();
    let fields = [&[("revision", revision.as_str())], fields].concat();
    desk.post(&format!("/desk/cases/{id}/{place}"), &fields)
        .await
}

/// Merges two cases from the page of the first, keeping one of them.
async fn merge(
    city: &City,
    desk: &mut Browser,
    from: i64,
    other: i64,
    keep: i64,
) -> crate::support::desk::Page {
    let revision = case(city, other).await.revision.to_string();
    let fields = [
        ("into", other.to_string()),
        ("other_revision", revision),
        ("keep", keep.to_string()),
        ("action", "merge".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    press(city, desk, from, "merge", &fields).await
}

/// Everything of a case that must survive: answers, files, messages, notes.
async fn contents(city: &City, id: i64) -> (String, usize, Vec<String>, Vec<String>) {
    let key = keys::open(city.db(), city.key().unwrap(), id)
        .await
        .unwrap();
    let answers = cases::answers(city.db(), &key, id).await.unwrap();
    let files = files::list(city.db(), &key, id, files::UseFor::Answer)
        .await
        .unwrap();
    let messages = messages::messages(city.db(), &key, id).await.unwrap();
    let notes = casework::notes(city.db(), &key, id).await.unwrap();
    (
        answers[0].answers.to_string(),
        files.len(),
        messages.into_iter().map(|message| message.text).collect(),
        notes.into_iter().map(|note| note.text).collect(),
    )
}

async fn told(city: &City) -> Vec<(String, String)> {
    mails(city, city.key().unwrap())
        .await
        .into_iter()
        .map(|mail| (mail.to.as_str().to_owned(), mail.text))
        .collect()
}

each_database!(
    an_application_that_was_sent_twice_becomes_one_after_a_look_and_nothing_is_lost,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let first = sent(&city, "one", "ポチ").await;
        let second = sent(&city, "two", "タロ").await;
        let mut desk = browser_of(&city, clerk());
        press(&city, &mut desk, second, "notes", &[("note", "電話で確認")]).await;
        press(
            &city,
            &mut desk,
            second,
            "messages",
            &[("message", "届きました")],
        )
        .await;
        press(&city, &mut desk, second, "step", &[("step", "check")]).await;
        let before = contents(&city, second).await;

        // The look at both, which changes nothing.
        let into = second.to_string();
        let page = press(&city, &mut desk, first, "merge", &[("into", &into)]).await;
        let text = page.text();
        for part in [
            "まだまとめていません",
            "ポチ",
            "タロ",
            "先に届いたもの",
            "one@example.jp",
            "two@example.jp",
            "答えが同じ質問は",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let older = format!("value=\"{first}\" checked");
        assert!(text.contains(&older), "the older one is kept: {text}");
        assert!(case(&city, second).await.merged_into.is_none());
        let looks = history::views(city.db(), second).await.unwrap();
        assert!(!looks.is_empty(), "the other was looked at as well");

        // Not by others, and not what was changed meanwhile.
        for other in [staff(9, &[WORK, DECIDE], "tax")] {
            let mut other = browser_of(&city, other);
            let refused = merge(&city, &mut other, first, second, first).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
            let refused = press(&city, &mut other, second, "unmerge", &[]).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
        }
        let itself = merge(&city, &mut desk, first, first, first).await;
        assert_eq!(itself.status, StatusCode::UNPROCESSABLE_ENTITY);
        let now = case(&city, first).await.revision.to_string();
        let stale = [
            ("revision", now.as_str()),
            ("into", &into),
            ("other_revision", "1"),
            ("keep", &first.to_string()),
            ("action", "merge"),
        ];
        let stale = desk
            .post(&format!("/desk/cases/{first}/merge"), &stale)
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));

        let merged = merge(&city, &mut desk, first, second, first).await;
        assert_eq!(
            merged.to,
            format!("/desk/cases/{first}?done=merged"),
            "{}",
            merged.text()
        );
        let ended = case(&city, second).await;
        assert_eq!(
            (ended.stage, ended.merged_into),
            (Stage::Withdrawn, Some(first))
        );
        assert_eq!(contents(&city, second).await, before);
        let told_now = told(&city).await;
        let mail = told_now
            .iter()
            .find(|(_, text)| text.contains("1件にまとめました"));
        assert_eq!(mail.map(|(to, _)| to.as_str()), Some("two@example.jp"));
        let kept = desk.get(&format!("/desk/cases/{first}")).await.text();
        assert!(kept.contains("この案件にまとめた案件"), "{kept}");
        assert!(kept.contains(&format!("案件 {second} をこの案件にまとめました")));
        let page = desk.get(&format!("/desk/cases/{second}")).await.text();
        for part in [
            "この案件は、案件",
            "電話で確認",
            "届きました",
            "タロ",
            "まとめたのを元に戻す",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }

        // Out of the inbox, but not when its applicant still writes.
        let all = InboxFilter {
            stage: StageFilter::All,
            ..InboxFilter::default()
        };
        let department = [DepartmentCode::new("environment").unwrap()];
        let found = async || {
            casework::inbox(city.db(), &department, &all, city.today(), 1)
                .await
                .unwrap()
                .cases
                .into_iter()
                .map(|case| case.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(found().await, [first]);
        let key = keys::open(city.db(), city.key().unwrap(), second)
            .await
            .unwrap();
        city.write(Actor::Public, (key, second), |tx, (key, case)| {
            Box::pin(messages::send(tx, key, *case, false, "別の犬です", &[]))
        })
        .await
        .unwrap();
        assert_eq!(found().await.len(), 2);

        // They were two after all: from where it was.
        let undone = press(&city, &mut desk, second, "unmerge", &[]).await;
        assert_eq!(undone.to, format!("/desk/cases/{second}?done=merge-undone"));
        let again = case(&city, second).await;
        assert_eq!(
            (again.stage, again.merged_into, again.closed_at),
            (Stage::Checked, None, None)
        );
        let twice = press(&city, &mut desk, second, "unmerge", &[]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            told(&city)
                .await
                .iter()
                .any(|(to, text)| to == "two@example.jp" && text.contains("もとの2件に戻しました"))
        );
        for (action, times) in [("procedures.merge", 2), ("procedures.undo_merge", 2)] {
            let sql = format!("SELECT COUNT(*) FROM audit_log WHERE action = '{action}'");
            let counted: Option<i64> = city.db().value(&sql, []).await.unwrap();
            assert_eq!(counted, Some(times), "{action}");
        }
        for one in [first, second] {
            let history = history::history(city.db(), one).await.unwrap();
            let undone =
                |entry: &history::Entry| matches!(entry.what, history::What::MergeUndone { .. });
            assert!(history.iter().any(undone));
        }
    }
);

each_database!(
    what_was_merged_stays_so_once_the_other_is_decided_and_is_kept_as_long,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut plain = document();
        plain.checklist.clear();
        put_live(&city, plain).await;
        let first = sent(&city, "one", "ポチ").await;
        let second = sent(&city, "two", "タロ").await;
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        // The newer one can be the one that goes on.
        let merged = merge(&city, &mut head, first, second, second).await;
        assert_eq!(merged.to, format!("/desk/cases/{second}?done=merged"));
        press(&city, &mut head, second, "step", &[("step", "check")]).await;
        let decided = [
            ("outcome", "approved"),
            ("title", "犬の登録について"),
            ("addressee", "髙橋 花子 様"),
            ("sender", "澄川市長"),
            ("text", "登録しました。"),
            ("action", "decide"),
        ];
        let decided = press(&city, &mut head, second, "decision", &decided).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text());
        let page = head.get(&format!("/desk/cases/{first}")).await.text();
        assert!(
            page.contains("元に戻せません") && !page.contains("/unmerge"),
            "{page}"
        );
        let late = press(&city, &mut head, first, "unmerge", &[]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);

        // While the other goes on, the retention of the one that ended does not run out.
        let due = async || {
            let department = DepartmentCode::new("environment").unwrap();
            let far = jiff::civil::date(2050, 4, 1);
            retention::due(city.db(), &department, far)
                .await
                .unwrap()
                .into_iter()
                .flat_map(|due| due.cases)
                .collect::<Vec<_>>()
        };
        assert!(due().await.is_empty(), "the other is not closed");
        for step in ["deliver", "close"] {
            press(&city, &mut head, second, "step", &[("step", step)]).await;
        }
        assert_eq!(due().await, [first, second]);
    }
);

each_database!(
    a_case_is_kept_as_long_as_the_last_of_those_that_it_ended_in,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut plain = document();
        plain.checklist.clear();
        put_live(&city, plain.clone()).await;
        let first = sent(&city, "one", "ポチ").await;
        let second = sent(&city, "two", "タロ").await;
        // The third came under a version that is kept three years longer.
        city.clock()
            .set(city.now() + SignedDuration::from_hours(24));
        plain.retention.years += 3;
        put_live(&city, plain.clone()).await;
        let third = sent_under(&city, "three", "ハナ", 2).await;
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        // The first ends in the second, and the second in the third, which is closed two years later.
        for (case, into) in [(first, second), (second, third)] {
            let merged = merge(&city, &mut head, case, into, into).await;
            assert_eq!(merged.status, StatusCode::SEE_OTHER, "{}", merged.text());
        }
        let due = async |day: jiff::civil::Date| {
            let department = DepartmentCode::new("environment").unwrap();
            retention::due(city.db(), &department, day)
                .await
                .unwrap()
                .into_iter()
                .flat_map(|due| due.cases)
                .collect::<Vec<_>>()
        };
        let far = jiff::civil::date(2090, 4, 1);
        assert!(due(far).await.is_empty(), "the last of them goes on");
        city.clock()
            .set(city.now() + SignedDuration::from_hours(24 * 366 * 2));
        press(&city, &mut head, third, "step", &[("step", "check")]).await;
        let decided = [
            ("outcome", "approved"),
            ("title", "犬の登録について"),
            ("addressee", "髙橋 花子 様"),
            ("sender", "澄川市長"),
            ("text", "登録しました。"),
            ("action", "decide"),
        ];
        press(&city, &mut head, third, "decision", &decided).await;
        for step in ["deliver", "close"] {
            press(&city, &mut head, third, "step", &[("step", step)]).await;
        }
        // Whole years after the fiscal year in which the third was closed, as its version says.
        let year = yakuba_kernel::FiscalYear::from_date(city.today()).year();
        let year = i16::try_from(year).unwrap() + i16::try_from(plain.retention.years).unwrap() + 1;
        let last = jiff::civil::date(year, 4, 1);
        assert!(due(last.yesterday().unwrap()).await.is_empty());
        assert_eq!(due(last).await, [first, second, third]);
    }
);

each_database!(
    other_systems_hear_that_a_case_ended_in_another_and_goes_on,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let at = endpoint(&city, receiver(heard.clone()).await, None).await;
        let first = sent(&city, "one", "ポチ").await;
        let second = sent(&city, "two", "タロ").await;
        let mut desk = browser_of(&city, clerk());
        for _ in 0..2 {
            merge(&city, &mut desk, first, second, first).await;
            while run_due_jobs(&city).await.unwrap() > 0 {}
            let undone = press(&city, &mut desk, second, "unmerge", &[]).await;
            assert_eq!(undone.status, StatusCode::SEE_OTHER);
            while run_due_jobs(&city).await.unwrap() > 0 {}
        }
        let mut told = delivery::deliveries(city.db(), &[at]).await.unwrap();
        told.retain(|delivery| delivery.case == second);
        told.sort_by_key(|delivery| delivery.id);
        let events: Vec<&str> = told.iter().map(|told| told.event.as_str()).collect();
        assert_eq!(
            events,
            ["received", "withdrawn", "received", "withdrawn", "received"]
        );
    }
);
