//! The applicant's way in a browser without JavaScript, and what nobody else may see. On both databases.

use crate::support::{
    browser::{Browser, PDF, apply, encoded},
    city_key, document, put_live,
};
use axum::http::StatusCode;
use yakuba_city::{Actor, City, Service as _, each_database, sql::Sql as _, web::Problem};
use yakuba_forms::{files::scanner, testing::virus_scanner};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    model::{
        case::{Outcome, Step},
        document::Proof,
    },
    store::{
        cases::{self, Decision},
        corrections, files, history, keys, messages,
    },
};

async fn newest_case(city: &City) -> i64 {
    city.db()
        .value("SELECT MAX(id) FROM procedures_cases", [])
        .await
        .unwrap()
        .unwrap()
}

async fn cases_in(city: &City) -> i64 {
    city.db()
        .value("SELECT COUNT(*) FROM procedures_cases", [])
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    an_application_goes_from_the_guide_to_the_letter,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut browser = Browser::new(&city);
        assert!(
            browser
                .get("/procedures?q=犬".replace('犬', &encoded("犬")).as_str())
                .await
                .text()
                .contains("犬の登録")
        );
        assert!(
            browser
                .get("/procedures?event=moving-in")
                .await
                .text()
                .contains("犬の登録")
        );
        assert!(
            !browser
                .get("/procedures?event=birth")
                .await
                .text()
                .contains("dog-registration\"")
        );
        let guide = browser.get("/procedures/dog-registration").await.text();
        assert!(guide.contains("3,000円") && guide.contains("狂犬病予防法第4条"));
        let stop = browser
            .post(
                "/procedures/dog-registration/start",
                &[("asked", "lives_here"), ("lives_here", "no")],
            )
            .await;
        assert!(stop.text().contains("犬がいる市町村に申請してください"));
        assert!(browser.cookies.is_empty());

        let receipt = apply(&mut browser, "ポチ太郎").await;
        // No address was proved, so no mail comes, and the page says how the case is followed.
        let done = browser.get("/procedures/dog-registration/done").await;
        assert!(done.text().contains("自動でメールは届きません"));
        assert_eq!(cases_in(&city).await, 1);
        let page = browser.post("/cases", &[("receipt", &receipt)]).await;
        assert_eq!(page.to, "/cases/view");
        assert!(
            browser
                .get("/cases/view")
                .await
                .text()
                .contains("申請を受け付けました")
        );
        let copy = browser.get("/cases/answers").await.text();
        assert!(copy.contains("ポチ太郎") && copy.contains("髙橋"));
        let json: serde_json::Value =
            serde_json::from_slice(&browser.get("/cases/answers.json").await.bytes).unwrap();
        assert_eq!(
            json["answers"][0]["answers"]["dog_name"]["value"],
            "ポチ太郎"
        );
        assert!(
            browser
                .get("/cases/answers.pdf")
                .await
                .bytes
                .starts_with(b"%PDF")
        );
        assert_eq!(
            browser
                .post("/cases/message", &[("text", " ")])
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            browser
                .post("/cases/message", &[("text", "いつ届きますか")])
                .await
                .to,
            "/cases/view?done=message"
        );

        // The desk looks, asks for a correction and decides.
        let case = newest_case(&city).await;
        let revision = cases::case(city.db(), case).await.unwrap().revision;
        city.write(Actor::Staff(1), (case, revision), |tx, (case, revision)| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                history::record_view(tx, *case, 1, "environment", &history::ViewReason::Casework)
                    .await?;
                messages::send(tx, &key, *case, true, "今週中に届きます", &[]).await?;
                corrections::ask(
                    tx,
                    &key,
                    *case,
                    *revision + 1,
                    &["dog_name".to_owned()],
                    "名前を確かめてください",
                    None,
                )
                .await
            })
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        let page = browser.get("/cases/view").await.text();
        for text in [
            "手続きの審査",
            "今週中に届きます",
            "名前を確かめてください",
            "いつ届きますか",
        ] {
            assert!(page.contains(text), "{text}");
        }
        let form = browser.get("/cases/correct").await.text();
        assert!(form.contains("ポチ太郎") && !form.contains("born_on") && !form.contains("髙橋"));
        // Only what was named can be changed, whatever is sent.
        let page = browser
            .post(
                "/cases/correct",
                &[("dog_name", "ポチ"), ("owner_name.family", "悪人")],
            )
            .await;
        assert_eq!(page.to, "/cases/view?done=corrected");
        let key = keys::open(city.db(), &city_key(), case).await.unwrap();
        let given = cases::answers(city.db(), &key, case).await.unwrap();
        assert_eq!(given[0].answers["answers"]["dog_name"]["value"], "ポチ");
        assert_eq!(
            given[0].answers["answers"]["owner_name"],
            given[1].answers["answers"]["owner_name"]
        );
        assert_eq!(given[1].answers["answers"]["dog_name"]["value"], "ポチ太郎");

        assert_eq!(browser.get("/cases/letter").await.to, "/cases/view");
        city.write(Actor::Staff(1), case, |tx, case| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let by = &cases::By::Program;
                cases::step(tx, *case, revision, Step::Check, by).await?;
                let decision = Decision {
                    title: "犬の登録について（通知）".to_owned(),
                    number: String::new(),
                    addressee: vec!["髙橋 花子 様".to_owned()],
                    sender: vec!["澄川市長".to_owned()],
                    text: "登録しました。".to_owned(),
                    reason: String::new(),
                    appeal: String::new(),
                };
                let outcome = Outcome::Approved;
                cases::decide(tx, &key, *case, revision + 1, outcome, &decision, by).await
            })
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        assert!(
            browser
                .get("/cases/view")
                .await
                .text()
                .contains("犬の登録について（通知）")
        );
        let letter = browser.get("/cases/letter").await.bytes;
        assert!(letter.starts_with(b"%PDF"));
        assert_eq!(browser.get("/cases/letter").await.bytes, letter);
        assert_eq!(browser.get("/cases/withdraw").await.to, "/cases/view");
        assert_eq!(
            browser.post("/cases/leave", &[]).await.to,
            "/cases?done=left"
        );
        assert_eq!(browser.get("/cases/view").await.to, "/cases");
    }
);

each_database!(
    an_applicant_sees_only_their_own_case,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut owner = Browser::new(&city);
        let receipt = apply(&mut owner, "ポチ太郎").await;
        owner.post("/cases", &[("receipt", &receipt)]).await;
        let first = newest_case(&city).await;
        let key = keys::open(city.db(), &city_key(), first).await.unwrap();
        let (file, ..) = files::list(city.db(), &key, first, files::UseFor::Answer)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(owner.get(&format!("/cases/files/{file}")).await.bytes, PDF);

        // Somebody with a case of their own, somebody with a wrong cookie, and a stranger, on every route of this room.
        let mut other = Browser::new(&city);
        let other_receipt = apply(&mut other, "タマ").await;
        other.post("/cases", &[("receipt", &other_receipt)]).await;
        let mut forged = Browser::new(&city);
        forged.cookies = vec![
            ("yakuba_case".to_owned(), "a".repeat(43)),
            ("yakuba_draft_dog-registration".to_owned(), "b".repeat(43)),
        ];
        let stranger = Browser::new(&city);
        let secrets = ["ポチ太郎", receipt.as_str(), "%PDF-1.4"];
        for (who, mut browser) in [("other", other), ("forged", forged), ("stranger", stranger)] {
            for entry in ProcedureService.routes().entries() {
                let ours = entry.path.starts_with("/cases")
                    || (entry.path.starts_with("/procedures/")
                        && entry.access == yakuba_city::web::Access::Public);
                if !ours || entry.path == "/cases/leave" {
                    continue;
                }
                let path = entry
                    .path
                    .replace("/cases/files/{key}", &format!("/cases/files/{file}"))
                    .replace("{key}", "dog-registration")
                    .replace("{page}", "dog");
                let page = browser
                    .ask(
                        entry.method.as_str(),
                        &path,
                        "application/x-www-form-urlencoded",
                        "text=x&revision=1&receipt=000000-000000-000000",
                    )
                    .await;
                for secret in secrets {
                    assert!(
                        !page.text().contains(secret),
                        "{who} read {secret} at {} {path}",
                        entry.method
                    );
                }
                assert!(
                    !matches!(page.problem, Some(Problem::Internal(_))),
                    "{who} {path} {:?}",
                    page.problem
                );
            }
        }
        let untouched = cases::case(city.db(), first).await.unwrap();
        assert_eq!(untouched.stage.as_str(), "received");
        assert!(
            messages::messages(city.db(), &key, first)
                .await
                .unwrap()
                .is_empty()
        );
        // What is in the browser opens nothing after it was left.
        let mut copy = Browser::new(&city);
        copy.cookies.clone_from(&owner.cookies);
        owner.post("/cases/leave", &[]).await;
        assert_eq!(copy.get("/cases/answers").await.to, "/cases");
    }
);

each_database!(
    an_email_address_is_confirmed_by_its_code_before_anything_is_sent,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut with_email = document();
        with_email.proof = Proof::Email;
        with_email.form.before.clear();
        put_live(&city, with_email).await;
        let base = "/procedures/dog-registration";
        let mut browser = Browser::new(&city);
        browser.post(&format!("{base}/start"), &[]).await;
        assert_eq!(
            browser.get(&format!("{base}/resume")).await.to,
            format!("{base}/email")
        );
        // The pages cannot be passed over.
        assert_eq!(
            browser.get(&format!("{base}/check")).await.to,
            format!("{base}/email")
        );
        assert_eq!(
            browser
                .post(
                    &format!("{base}/email"),
                    &[("action", "send"), ("email", "hanako")]
                )
                .await
                .status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            browser
                .post(
                    &format!("{base}/email"),
                    &[("action", "send"), ("email", "hanako@example.jp")]
                )
                .await
                .to,
            format!("{base}/email")
        );
        let mails: Option<i64> = city
            .db()
            .value("SELECT COUNT(*) FROM mails", [])
            .await
            .unwrap();
        assert_eq!(mails, Some(1));
        for _ in 0..5 {
            let page = browser
                .post(
                    &format!("{base}/email"),
                    &[("action", "code"), ("code", "wrong")],
                )
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // After five wrong codes even the right one opens nothing: a new one must be asked for.
        let page = browser
            .post(
                &format!("{base}/email"),
                &[("action", "code"), ("code", "000000")],
            )
            .await;
        assert!(page.text().contains("期限が切れたか"));
        assert_eq!(
            browser.get(&format!("{base}/resume")).await.to,
            format!("{base}/email")
        );
    }
);

each_database!(
    files_are_shown_to_the_virus_scanner,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut browser = Browser::new(&city);
        let base = "/procedures/dog-registration";
        let start = [("asked", "lives_here"), ("lives_here", "yes")];
        browser.post(&format!("{base}/start"), &start).await;
        browser
            .post(&format!("{base}/applicant"), &[("who", "person")])
            .await;
        let fields = [("dog_name", "ポチ"), ("born_on", "2026-01-05")];
        let dog = format!("{base}/apply/dog");
        let drafted = async || -> i64 {
            city.db()
                .value("SELECT COUNT(*) FROM procedures_draft_files", [])
                .await
                .unwrap()
                .unwrap()
        };
        // The test file of the makers of such scanners, inside something that passes for a PDF.
        let mut eicar = PDF.to_vec();
        eicar.extend(
            [
                r"X5O!P%@AP[4\PZX54(P^)7CC)7}$",
                "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
            ]
            .concat()
            .bytes(),
        );

        let (address, thread) = virus_scanner(2);
        scanner::set_up(&city, Some(address));
        let page = browser
            .upload(&dog, &fields, ("photo", "ポチ.pdf", &eicar))
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("ウイルスが見つかりました"));
        assert!(page.text().contains("ポチ"));
        assert_eq!(drafted().await, 0);
        let page = browser
            .upload(&dog, &fields, ("photo", "ポチ.pdf", PDF))
            .await;
        assert_eq!(page.to, format!("{base}/apply/owner"), "{}", page.text());
        assert_eq!(drafted().await, 1);
        thread.join().unwrap();

        // Nobody listens there any more: nothing passes, and what was typed and sent before stays.
        let page = browser
            .upload(&dog, &fields, ("photo", "ポチ2.pdf", PDF))
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.text()
                .contains("ファイルの安全を確かめられないため、いまは受け取れません")
        );
        assert!(page.text().contains("ポチ.pdf"));
        assert_eq!(drafted().await, 1);
    }
);
