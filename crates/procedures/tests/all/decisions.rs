//! A wrong decision that is corrected or revoked: what stands, what is kept, what is counted, who may. On both databases.

use crate::{
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
use yakuba_city::{City, each_database, sql::Sql as _, web::Principal};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DECIDE, WORK},
    model::case::{Outcome, Stage},
    store::{
        cases::{self, Ended},
        history::{self, What},
        keys,
    },
};

async fn revision(city: &City, case: i64) -> String {
    let found = cases::case(city.db(), case).await.unwrap();
    found.revision.to_string()
}

/// What a measure comes to, in thousandths, with what was taken back.
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

/// A received case of somebody with an address for mails, decided by its head.
async fn decided(city: &City, head: &mut Browser) -> (i64, String) {
    let mut plain = document();
    plain.checklist.clear();
    put_live(city, plain).await;
    let mut new = application("one");
    new.answers = json!({"answers": {}});
    new.contact.email = Some("hanako@example.jp".to_owned());
    let new = new.seal(city.key().unwrap()).unwrap();
    let case = submit(city, new).await.unwrap().case;
    let at = format!("/desk/cases/{case}");
    let now = revision(city, case).await;
    let check = [("revision", now.as_str()), ("step", "check")];
    head.post(&format!("{at}/step"), &check).await;
    decide(city, head, case, "approved").await;
    (case, at)
}

async fn decide(city: &City, head: &mut Browser, case: i64, outcome: &str) {
    let now = revision(city, case).await;
    let fields = [
        ("revision", now.as_str()),
        ("outcome", outcome),
        ("title", "犬の登録について"),
        ("number", "環第5号"),
        ("addressee", "髙橋 花子 様"),
        ("sender", "澄川市長"),
        ("text", "登録番号は12です。"),
        ("reason", "理由"),
        ("no_remedy", "1"),
        ("action", "decide"),
    ];
    let done = head
        .post(&format!("/desk/cases/{case}/decision"), &fields)
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

each_database!(
    a_wrong_decision_is_corrected_and_the_one_before_is_kept,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        let (case, at) = decided(&city, &mut head).await;
        let form = format!("{at}/decision/correct");
        // Only who may decide.
        for other in [clerk(), staff(9, &[WORK, DECIDE], "tax")] {
            let mut other = browser_of(&city, other);
            assert!(!other.get(&at).await.text().contains(&form));
            for path in [&form, &format!("{at}/decision/revoke")] {
                for page in [other.get(path).await, other.post(path, &[]).await] {
                    assert!(
                        matches!(page.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                        "{path}: {}",
                        page.status
                    );
                }
            }
        }
        let page = head.get(&at).await.text();
        assert!(page.contains(&form), "{page}");
        let page = head.get(&form).await.text();
        assert!(page.contains("次のとおり更正します") && page.contains("登録番号は12です。"));
        let now = revision(&city, case).await;
        let typed = |because, action| {
            [
                ("revision", now.as_str()),
                ("outcome", "approved"),
                ("because", because),
                ("title", "犬の登録について（更正）"),
                ("number", "環第6号"),
                ("addressee", "髙橋 花子 様"),
                ("sender", "澄川市長"),
                ("text", "次のとおり更正します。登録番号は21です。"),
                ("action", action),
            ]
        };
        let silent = head.post(&form, &typed("", "decide")).await;
        assert!(silent.text().contains("理由を書いてください"));
        assert!(silent.text().contains("登録番号は21です。"), "kept");
        let check = head.post(&form, &typed("番号の書き誤り", "check")).await;
        assert!(check.text().contains("まだ決定していません"));
        assert!(check.text().contains("hanako@example.jp"));
        assert!(
            check.text().contains("理由：番号の書き誤り"),
            "why is always told"
        );
        let before = mails(&city, city.key().unwrap()).await.len();
        let done = head.post(&form, &typed("番号の書き誤り", "decide")).await;
        assert_eq!(
            done.to,
            format!("{at}?done=decision-corrected"),
            "{}",
            done.text()
        );
        let twice = head.post(&form, &typed("番号の書き誤り", "decide")).await;
        assert!(twice.text().contains("ほかの職員が先に変更しました"));

        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let found = cases::case(city.db(), case).await.unwrap();
        assert_eq!(
            (found.stage, found.outcome),
            (Stage::Decided, Some(Outcome::Approved))
        );
        let (now, _) = cases::decision(city.db(), &key, case)
            .await
            .unwrap()
            .unwrap();
        assert!(now.text.contains("21") && now.text.contains("番号の書き誤り"));
        let past = cases::past_decisions(city.db(), &key, case).await.unwrap();
        assert_eq!(past.len(), 1);
        assert_eq!(past[0].ended, Ended::Corrected);
        assert_eq!(past[0].decision.text, "登録番号は12です。");
        // It was decided once, and stays so counted.
        assert_eq!(counted(&city, "procedures.decided").await, 1_000);
        let told = mails(&city, city.key().unwrap()).await;
        assert_eq!(told.len(), before + 1);
        assert!(
            told.iter()
                .any(|mail| mail.text.contains("訂正または取り消しました"))
        );

        // Everybody reads both, the one in force first.
        let page = head.get(&at).await.text();
        assert!(page.contains("訂正する前の決定") && page.contains("番号の書き誤り"));
        assert!(page.contains("決定を訂正しました（承認）"));
        let receipt = cases::receipt(city.db(), &key, case).await.unwrap();
        let mut own = browser_of(&city, Principal::Anonymous);
        own.post("/cases", &[("receipt", &receipt.to_string())])
            .await;
        let page = own.get("/cases/view").await.text();
        assert!(page.contains("登録番号は21です。") && page.contains("/cases/letter?past=1"));
        for letter in ["/cases/letter", "/cases/letter?past=1"] {
            assert!(own.get(letter).await.bytes.starts_with(b"%PDF"), "{letter}");
        }
        assert_eq!(own.get("/cases/letter?notice=1").await.to, "/cases/view");
        let desk = format!("{at}/letter?past=1");
        assert!(head.get(&desk).await.bytes.starts_with(b"%PDF"));
    }
);

each_database!(
    a_revoked_decision_is_not_counted_and_is_made_anew,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut head = browser_of(&city, staff(8, &[WORK, DECIDE], "environment"));
        let (case, at) = decided(&city, &mut head).await;
        for (measure, at_least) in [("decided", 1_000), ("decided_on_time", 1_000)] {
            let measure = format!("procedures.{measure}");
            assert_eq!(counted(&city, &measure).await, at_least, "{measure}");
        }
        let form = format!("{at}/decision/revoke");
        let now = revision(&city, case).await;
        let typed = |no_remedy, action| {
            [
                ("revision", now.as_str()),
                ("because", "別の方の申請と取り違えたため"),
                ("title", "犬の登録について（取消し）"),
                ("number", ""),
                ("addressee", "髙橋 花子 様"),
                ("sender", "澄川市長"),
                ("text", "決定を取り消します。理由：{because}"),
                ("no_remedy", no_remedy),
                ("action", action),
            ]
        };
        let silent = head.post(&form, &typed("", "decide")).await;
        assert!(silent.text().contains("行政不服審査法第82条"));
        let check = head.post(&form, &typed("1", "check")).await;
        assert!(check.text().contains("「確認済み」に戻り"));
        city.clock()
            .set(city.now() + SignedDuration::from_hours(24));
        let done = head.post(&form, &typed("1", "decide")).await;
        assert_eq!(
            done.to,
            format!("{at}?done=decision-revoked"),
            "{}",
            done.text()
        );
        let found = cases::case(city.db(), case).await.unwrap();
        assert_eq!((found.stage, found.outcome), (Stage::Checked, None));
        for measure in ["decided", "decided_on_time", "days_taken"] {
            let measure = format!("procedures.{measure}");
            assert_eq!(counted(&city, &measure).await, 0, "{measure}");
        }
        assert_eq!(head.get(&form).await.status, StatusCode::NOT_FOUND);
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let past = cases::past_decisions(city.db(), &key, case).await.unwrap();
        let notice = past[0].notice.as_ref().unwrap();
        assert_eq!(notice.text.matches("取り違えた").count(), 1);
        let receipt = cases::receipt(city.db(), &key, case).await.unwrap();
        let mut own = browser_of(&city, Principal::Anonymous);
        own.post("/cases", &[("receipt", &receipt.to_string())])
            .await;
        let page = own.get("/cases/view").await.text();
        assert!(page.contains("結果が取り消されました"), "{page}");
        let letter = own.get("/cases/letter?notice=1").await;
        assert!(letter.bytes.starts_with(b"%PDF"));

        // Decided anew it is counted again, and both are in the history.
        decide(&city, &mut head, case, "refused").await;
        assert_eq!(counted(&city, "procedures.decided").await, 1_000);
        let what: Vec<What> = history::history(city.db(), case)
            .await
            .unwrap()
            .into_iter()
            .map(|entry| entry.what)
            .collect();
        assert!(what.contains(&What::DecisionRevoked { number: 1 }));
        let outcome = Outcome::Refused;
        assert!(what.contains(&What::Decided { outcome }));
    }
);
