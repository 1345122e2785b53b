//! The applicant's way in a browser without JavaScript, and what nobody else may see. On both databases.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
};
use http_body_util::BodyExt as _;
use support::{city_key, document, put_live};
use tower::ServiceExt as _;
use yakuba_city::{Actor, City, Service as _, each_database, sql::Sql as _, web::Problem};
use yakuba_identity::{Identity, IdentityService, IdentitySettings};
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

/// A browser with its cookies.
struct Browser {
    router: Router,
    identity: Identity,
    cookies: Vec<(String, String)>,
}

struct Page {
    status: StatusCode,
    to: String,
    problem: Option<Problem>,
    bytes: Vec<u8>,
}

impl Page {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Browser {
    fn new(city: &City) -> Self {
        Self {
            router: ProcedureService
                .routes()
                .into_router()
                .with_state(city.clone()),
            identity: Identity::with_key(
                city.clone(),
                IdentitySettings::new("http://localhost:8080").unwrap(),
                city_key(),
            )
            .unwrap(),
            cookies: Vec::new(),
        }
    }

    async fn ask(&mut self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookies.join("; "))
            .body(body.into())
            .unwrap();
        request.extensions_mut().insert(self.identity.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"));
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Page {
            status: response.status(),
            to: response
                .headers()
                .get(header::LOCATION)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            problem: response.extensions().get::<Problem>().cloned(),
            bytes: response
                .into_body()
                .collect()
                .await
                .unwrap()
                .to_bytes()
                .to_vec(),
        }
    }

    async fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, "text/plain", Body::empty()).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.ask("POST", path, "application/x-www-form-urlencoded", body)
            .await
    }

    async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &str, &[u8]),
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--grenze\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        let (name, file_name, contents) = file;
        body.extend(format!("--grenze\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend(contents);
        body.extend(b"\r\n--grenze--\r\n");
        self.ask("POST", path, "multipart/form-data; boundary=grenze", body)
            .await
    }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "%{byte:02X}").unwrap();
        all
    })
}

/// The value that stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// Applies from the guide to the receipt and returns it.
async fn apply(browser: &mut Browser, dog: &str) -> String {
    let base = "/procedures/dog-registration";
    let page = browser
        .post(&format!("{base}/start"), &[("again", "1")])
        .await;
    assert!(page.text().contains("犬は市内にいますか"));
    let page = browser
        .post(
            &format!("{base}/start"),
            &[
                ("again", "1"),
                ("asked", "lives_here"),
                ("lives_here", "yes"),
            ],
        )
        .await;
    assert_eq!(page.to, format!("{base}/resume"));
    assert_eq!(browser.get(&page.to).await.to, format!("{base}/applicant"));
    let page = browser
        .post(&format!("{base}/applicant"), &[("who", "person")])
        .await;
    assert_eq!(page.to, format!("{base}/apply/owner"));
    let name = [
        ("owner_name.family", "髙橋"),
        ("owner_name.given", "花子"),
        ("owner_name.family_kana", "タカハシ"),
        ("owner_name.given_kana", "ハナコ"),
        ("email", ""),
    ];
    // Nothing typed is lost when something is missing.
    let page = browser.post(&page.to, &name[..1]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("髙橋"));
    let page = browser.post(&format!("{base}/apply/owner"), &name).await;
    assert_eq!(page.to, format!("{base}/apply/dog"), "{}", page.text());
    let fields = [
        ("dog_name", dog),
        ("born_on.year", "2026"),
        ("born_on.month", "1"),
        ("born_on.day", "5"),
        ("born_on", "2026-01-05"),
    ];
    let page = browser
        .upload(&page.to, &fields, ("photo", "ポチ.pdf", PDF))
        .await;
    assert_eq!(page.to, format!("{base}/check"), "{}", page.text());
    let page = browser.get(&page.to).await;
    let text = page.text();
    assert!(text.contains(dog) && text.contains("ポチ.pdf"));
    let revision = between(&text, "name=\"revision\" value=\"", "\"").to_owned();
    let page = browser
        .post(&format!("{base}/check"), &[("revision", &revision)])
        .await;
    assert_eq!(page.to, format!("{base}/done"));
    // Sent again by a double click or the back button.
    let again = browser
        .post(&format!("{base}/check"), &[("revision", &revision)])
        .await;
    assert_eq!(again.to, format!("{base}/done"));
    let text = browser.get(&format!("{base}/done")).await.text();
    let receipt = between(&text, "translate=\"no\">", "<").to_owned();
    assert_eq!(
        between(
            &browser.get(&format!("{base}/done")).await.text(),
            "translate=\"no\">",
            "<"
        ),
        receipt
    );
    receipt
}

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
                history::record_view(tx, *case, 1, "environment", "審査のため").await?;
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
            "審査のため",
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
                cases::step(tx, *case, revision, Step::Check).await?;
                let decision = Decision {
                    title: "犬の登録について（通知）".to_owned(),
                    number: String::new(),
                    addressee: vec!["髙橋 花子 様".to_owned()],
                    sender: vec!["澄川市長".to_owned()],
                    text: "登録しました。".to_owned(),
                    reason: String::new(),
                    appeal: String::new(),
                };
                cases::decide(tx, &key, *case, revision + 1, Outcome::Approved, &decision).await
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
        assert!(page.text().contains("期限が切れました"));
        assert_eq!(
            browser.get(&format!("{base}/resume")).await.to,
            format!("{base}/email")
        );
    }
);
