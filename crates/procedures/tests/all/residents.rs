//! Residents with accounts: what is proved fills forms, drafts and cases belong to the account, mails tell of news. On both databases.

use crate::support::{
    application,
    browser::{Browser, PDF, apply, between},
    city_key, document, put_live, submit,
};
use axum::http::StatusCode;
use jiff::{SignedDuration, ToSpan as _, civil::date};
use yakuba_city::{
    Actor, City, CityError, Service as _, each_database, run_due_jobs,
    sql::Sql as _,
    web::{Grant, Problem, Scope, StaffPrincipal, VerifiedPerson},
};
use yakuba_forms::model::document::FormDocument;
use yakuba_identity::{CityKey, IdentityError, IdentityService, residents::store as residents};
use yakuba_kernel::{DepartmentCode, PersonName};
use yakuba_mail::{Mail, MailService};
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::{DECIDE, WORK},
    model::{
        case::{Outcome, Step},
        document::{ProcedureDocument, Proof},
    },
    store::{
        cases::{self, Case, Decision},
        corrections, drafts, files, keys, messages,
    },
};

const BASE: &str = "/procedures/dog-registration";

/// Every mail that waits, the newest first.
pub(crate) async fn mails(city: &City, key: &CityKey) -> Vec<Mail> {
    yakuba_mail::store::all_waiting(city.db(), 1000)
        .await
        .unwrap()
        .iter()
        .map(|mail| mail.open(key).unwrap())
        .collect()
}

async fn code_for(city: &City, address: &str) -> String {
    let mail = mails(city, &city_key())
        .await
        .into_iter()
        .find(|mail| mail.to.as_str() == address)
        .expect("a mail to the address");
    let code = mail
        .text
        .lines()
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    code.expect("a code in the mail").to_owned()
}

/// Signs in by a code and returns the account's number.
pub(crate) async fn sign_in(city: &City, browser: &mut Browser, address: &str) -> i64 {
    browser
        .post("/resident/sign-in", &[("email", address)])
        .await;
    let code = code_for(city, address).await;
    let page = browser
        .post("/resident/sign-in/code", &[("code", &code)])
        .await;
    assert_eq!(page.to, "/resident", "{}", page.text());
    city.db()
        .value(
            "SELECT resident FROM resident_sessions ORDER BY id DESC LIMIT 1",
            [],
        )
        .await
        .unwrap()
        .unwrap()
}

pub(crate) async fn sign_out(browser: &mut Browser) {
    browser.post("/resident/sign-out", &[]).await;
}

fn taro() -> VerifiedPerson {
    VerifiedPerson {
        name: PersonName::new("山田", "太郎", "", "").unwrap(),
        address: "大阪府吹田市泉町1丁目3番40号".to_owned(),
        birth_date: date(1990, 1, 31),
        verified_at: jiff::Timestamp::UNIX_EPOCH,
        issuer: "https://issuer.example".to_owned(),
    }
}

/// The provider vouches for an account, and has signed its holder in wherever a session lasts.
pub(crate) async fn verify(city: &City, resident: i64) {
    city.write(Actor::Public, resident, |tx, resident| {
        Box::pin(async move {
            residents::set_verified(tx, &city_key(), *resident, &taro()).await?;
            tx.connection()
                .run(
                    "UPDATE resident_sessions SET method = 'oidc' WHERE resident = $1",
                    [(*resident).into()],
                )
                .await
                .map_err(CityError::from)?;
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
}

/// The dog's registration with everything that can be proved on its first page.
fn proving(proof: Proof) -> ProcedureDocument {
    let mut document = document();
    document.proof = proof;
    document.form = serde_saphyr::from_str::<FormDocument>(
        r"
pages:
  - key: owner
    title: 飼い主
    fields:
      - {key: owner_name, type: name, label: お名前, prefill: name}
      - {key: home, type: address, label: 住所, prefill: address}
      - {key: born_on, type: date, label: 生年月日, prefill: birth_date}
      - {key: email, type: email, label: メールアドレス, optional: true, prefill: email}
  - key: dog
    title: 犬について
    fields:
      - {key: dog_name, type: text, label: 犬の名前, max_length: 40}
",
    )
    .unwrap();
    document
}

const OWNER: [(&str, &str); 14] = [
    ("owner_name.family", "山田"),
    ("owner_name.given", "太郎"),
    ("owner_name.family_kana", "ヤマダ"),
    ("owner_name.given_kana", "タロウ"),
    ("home.postal_code", "564-8550"),
    ("home.prefecture", "大阪府"),
    ("home.city", "吹田市"),
    ("home.town", "泉町1丁目"),
    ("home.block", "3番40号"),
    ("born_on.era", "heisei"),
    ("born_on.year", "2"),
    ("born_on.month", "1"),
    ("born_on.day", "31"),
    ("email", "taro@example.jp"),
];

/// The first page with some of its fields changed, and what no form has.
fn owner<'v>(changed: &[(&'static str, &'v str)]) -> Vec<(&'static str, &'v str)> {
    let mut fields: Vec<(&'static str, &'v str)> = OWNER.into();
    for (name, value) in changed {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

/// Fills in from the start to the check and returns what the check shows.
async fn to_check(browser: &mut Browser, changed: &[(&'static str, &str)]) -> String {
    browser.post(&format!("{BASE}/start"), &[]).await;
    browser
        .post(&format!("{BASE}/applicant"), &[("who", "person")])
        .await;
    let page = browser
        .post(&format!("{BASE}/apply/owner"), &owner(changed))
        .await;
    assert_eq!(page.to, format!("{BASE}/apply/dog"), "{}", page.text());
    let page = browser
        .post(&format!("{BASE}/apply/dog"), &[("dog_name", "ポチ太郎")])
        .await;
    assert_eq!(page.to, format!("{BASE}/check"), "{}", page.text());
    browser.get(&page.to).await.text()
}

async fn send(browser: &mut Browser, check: &str) {
    let revision = between(check, "name=\"revision\" value=\"", "\"").to_owned();
    let page = browser
        .post(&format!("{BASE}/check"), &[("revision", &revision)])
        .await;
    assert_eq!(page.to, format!("{BASE}/done"));
}

async fn newest_case(city: &City) -> Case {
    let id: Option<i64> = city
        .db()
        .value("SELECT MAX(id) FROM procedures_cases", [])
        .await
        .unwrap();
    cases::case(city.db(), id.unwrap()).await.unwrap()
}

async fn verified(city: &City, case: i64) -> Vec<String> {
    let key = keys::open(city.db(), &city_key(), case).await.unwrap();
    cases::contact(city.db(), &key, case)
        .await
        .unwrap()
        .verified
}

/// What the list's forms name things by.
fn handles(page: &str, field: &str) -> Vec<String> {
    let before = format!("name=\"{field}\" value=\"");
    page.split(before.as_str())
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect()
}

const MARK: &str = ">確認済み";
const CHIP: &str = ">確認済み<";

each_database!(
    what_is_proved_fills_the_form_and_counts_only_while_it_is_unchanged,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, proving(Proof::Verified)).await;
        let mut browser = Browser::new(&city);
        // Nobody knows who it is: the guide says so, and nothing can be begun.
        for signed_in in [false, true] {
            if signed_in {
                sign_in(&city, &mut browser, "taro@example.jp").await;
            }
            let guide = browser.get(BASE).await.text();
            assert!(guide.contains("本人確認が必要です") && !guide.contains("申請をはじめる"));
            assert_eq!(browser.post(&format!("{BASE}/start"), &[]).await.to, BASE);
        }
        let mut browser = Browser::new(&city);
        let resident = sign_in(&city, &mut browser, "taro@example.jp").await;
        verify(&city, resident).await;
        assert!(browser.get(BASE).await.text().contains("申請をはじめる"));

        // Signed in by mail code, the same account proves nothing of the person: whoever reads the mail is not yet the person.
        let mut by_code = Browser::at(&city, "192.0.2.9");
        assert_eq!(
            sign_in(&city, &mut by_code, "taro@example.jp").await,
            resident
        );
        let guide = by_code.get(BASE).await.text();
        assert!(guide.contains("本人確認が必要です") && !guide.contains("申請をはじめる"));
        assert_eq!(by_code.post(&format!("{BASE}/start"), &[]).await.to, BASE);

        browser.post(&format!("{BASE}/start"), &[]).await;
        browser
            .post(&format!("{BASE}/applicant"), &[("who", "person")])
            .await;
        let page = browser.get(&format!("{BASE}/apply/owner")).await.text();
        for filled in [
            "value=\"山田\"",
            "value=\"太郎\"",
            "value=\"吹田市\"",
            "value=\"3番40号\"",
            "value=\"taro@example.jp\"",
        ] {
            assert!(page.contains(filled), "{filled}");
        }
        assert_eq!(page.matches(MARK).count(), 4);
        assert!(page.contains("変えると、確認済みではなくなります"));
        // Shown is not kept: nothing was sent yet.
        assert_eq!(
            browser.get(&format!("{BASE}/check")).await.to,
            format!("{BASE}/apply/owner")
        );

        let check = to_check(&mut browser, &[]).await;
        assert_eq!(check.matches(CHIP).count(), 4);
        // Changed answers are not verified, whatever else the browser sends; put right again they are.
        for (changed, marks) in [
            (vec![("owner_name.given", "次郎")], 3),
            (vec![("home.block", "3番41号")], 3),
            (vec![("born_on.day", "30")], 3),
            (vec![("email", "jiro@example.jp")], 3),
            (
                vec![
                    ("owner_name.family", "髙橋"),
                    ("home.town", "山手町"),
                    ("verified", "name,address"),
                    ("owner_name.verified", "true"),
                ],
                2,
            ),
            (vec![], 4),
        ] {
            let check = to_check(&mut browser, &changed).await;
            assert_eq!(check.matches(CHIP).count(), marks, "{changed:?}");
        }
        let check = to_check(&mut browser, &[("owner_name.given", "次郎")]).await;
        send(&mut browser, &check).await;
        let case = newest_case(&city).await;
        assert_eq!(case.resident, Some(resident));
        assert_eq!(
            verified(&city, case.id).await,
            ["address", "birth_date", "email"]
        );
        // A page cleared on purpose is not filled in again.
        browser
            .post(&format!("{BASE}/start"), &[("again", "1")])
            .await;
        browser
            .post(&format!("{BASE}/applicant"), &[("who", "person")])
            .await;
        browser
            .post(&format!("{BASE}/apply/owner"), &owner(&[("email", "")]))
            .await;
        let page = browser.get(&format!("{BASE}/apply/owner")).await.text();
        assert!(!page.contains("taro@example.jp"));

        // What is answered anew is not verified any more.
        let revision = case.revision;
        city.write(
            Actor::Staff(1),
            (case.id, revision),
            |tx, (case, revision)| {
                Box::pin(async move {
                    let key = keys::open(tx.connection(), &city_key(), *case).await?;
                    let fields = ["home".to_owned()];
                    corrections::ask(tx, &key, *case, *revision, &fields, "住所", None).await
                })
            },
        )
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        let list = browser.get("/cases").await.text();
        let handle = handles(&list, "case").remove(0);
        browser.post("/cases/own", &[("case", &handle)]).await;
        let copy = browser.get("/cases/answers").await.text();
        assert_eq!(copy.matches(CHIP).count(), 3);
        let changed: Vec<(&str, &str)> = owner(&[("home.block", "9番9号")])
            .into_iter()
            .filter(|(name, _)| name.starts_with("home"))
            .collect();
        assert_eq!(
            browser.post("/cases/correct", &changed).await.to,
            "/cases/view?done=corrected"
        );
        assert_eq!(verified(&city, case.id).await, ["birth_date", "email"]);
    }
);

each_database!(
    who_applies_for_somebody_else_proves_nothing_of_them,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, proving(Proof::Verified)).await;
        let mut browser = Browser::new(&city);
        let resident = sign_in(&city, &mut browser, "taro@example.jp").await;
        verify(&city, resident).await;
        browser.post(&format!("{BASE}/start"), &[]).await;
        let page = browser.get(&format!("{BASE}/applicant")).await.text();
        assert!(page.contains("value=\"山田 太郎\""));
        let agent = [
            ("who", "agent"),
            ("agent_name", "山田　太郎"),
            ("agent_relation", "子"),
            ("agent_phone", "06-6384-1231"),
        ];
        let page = browser
            .upload(
                &format!("{BASE}/applicant"),
                &agent,
                ("mandate", "委任状.pdf", PDF),
            )
            .await;
        assert_eq!(page.to, format!("{BASE}/apply/owner"), "{}", page.text());
        let page = browser.get(&page.to).await.text();
        assert!(!page.contains("value=\"山田\"") && !page.contains(MARK));
        browser
            .post(&format!("{BASE}/apply/owner"), &owner(&[]))
            .await;
        browser
            .post(&format!("{BASE}/apply/dog"), &[("dog_name", "ポチ")])
            .await;
        let check = browser.get(&format!("{BASE}/check")).await.text();
        assert!(!check.contains(CHIP));
        send(&mut browser, &check).await;
        let case = newest_case(&city).await;
        assert_eq!(verified(&city, case.id).await, ["agent_name"]);
    }
);

each_database!(
    an_account_spares_the_second_code_and_a_draft_belongs_to_it,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, proving(Proof::Email)).await;
        // Begun without an account, in this browser.
        let mut phone = Browser::new(&city);
        phone.post(&format!("{BASE}/start"), &[]).await;
        assert_eq!(
            phone.get(&format!("{BASE}/resume")).await.to,
            format!("{BASE}/email")
        );
        assert!(
            phone
                .get("/cases")
                .await
                .text()
                .contains("入力の途中の手続")
        );
        let resident = sign_in(&city, &mut phone, "taro@example.jp").await;
        let guide = phone.get(BASE).await.text();
        assert!(guide.contains("続けると、入力した内容をアカウントに保存します"));
        // The address was confirmed by signing in.
        let page = phone.post(&format!("{BASE}/resume"), &[]).await;
        assert_eq!(page.to, format!("{BASE}/applicant"));
        phone
            .post(&format!("{BASE}/applicant"), &[("who", "person")])
            .await;
        phone
            .post(&format!("{BASE}/apply/owner"), &owner(&[]))
            .await;

        // Another device of the same person goes on; another person has nothing of it.
        let mut tablet = Browser::at(&city, "192.0.2.2");
        sign_in(&city, &mut tablet, "taro@example.jp").await;
        let list = tablet.get("/cases").await.text();
        let handle = handles(&list, "draft").remove(0);
        assert!(list.contains("犬の登録"));
        assert_eq!(
            tablet.get(&format!("{BASE}/resume")).await.to,
            format!("{BASE}/apply/dog")
        );
        let mut other = Browser::at(&city, "192.0.2.3");
        sign_in(&city, &mut other, "jiro@example.jp").await;
        assert!(
            !other
                .get("/cases")
                .await
                .text()
                .contains("入力の途中の手続")
        );
        for path in ["/cases/drafts/continue", "/cases/drafts/discard"] {
            let page = other.post(path, &[("draft", &handle)]).await;
            assert_eq!(page.problem, Some(Problem::NotFound), "{path}");
            let page = other.post(path, &[("draft", "0")]).await;
            assert_eq!(page.problem, Some(Problem::NotFound), "{path}");
        }
        // Whoever comes next to the same browser does not see it, not even with its cookie.
        other.cookies.extend(
            phone
                .cookies
                .iter()
                .filter(|(name, _)| name.starts_with("yakuba_draft"))
                .cloned(),
        );
        assert_eq!(
            other.get(&format!("{BASE}/apply/owner")).await.to,
            format!("{BASE}?done=expired")
        );
        sign_out(&mut phone).await;
        let page = phone.get(&format!("{BASE}/apply/owner")).await;
        assert_eq!(page.problem, Some(Problem::ResidentSignInNeeded));
        assert!(
            !phone
                .get("/cases")
                .await
                .text()
                .contains("入力の途中の手続")
        );

        // Two drafts of one procedure: the list opens either.
        tablet
            .post(&format!("{BASE}/start"), &[("again", "1")])
            .await;
        let both = drafts::of_resident(city.db(), resident, city.now())
            .await
            .unwrap();
        assert_eq!(both.len(), 2);
        let page = tablet
            .post("/cases/drafts/continue", &[("draft", &handle)])
            .await;
        assert_eq!(page.to, format!("{BASE}/resume"));
        assert_eq!(tablet.get(&page.to).await.to, format!("{BASE}/apply/dog"));
        let page = tablet
            .post("/cases/drafts/discard", &[("draft", &handle)])
            .await;
        assert_eq!(page.to, "/cases?done=discarded");
        let left = drafts::of_resident(city.db(), resident, city.now())
            .await
            .unwrap();
        assert_eq!(left.len(), 1);
        assert_ne!(left[0].version, 0);

        // The receipt goes to the account's address.
        let check = to_check(&mut tablet, &[]).await;
        send(&mut tablet, &check).await;
        let mail = mails(&city, &city_key()).await.remove(0);
        assert_eq!(mail.to.as_str(), "taro@example.jp");
        assert!(mail.text.contains("受付番号"));
    }
);

each_database!(
    a_case_is_in_the_list_of_its_account_and_can_be_joined_later,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut owner = Browser::new(&city);
        let receipt = apply(&mut owner, "ポチ太郎").await;
        let case = newest_case(&city).await;
        assert_eq!(case.resident, None);
        let mut taro = Browser::at(&city, "192.0.2.2");
        let resident = sign_in(&city, &mut taro, "taro@example.jp").await;
        assert!(
            taro.get("/cases")
                .await
                .text()
                .contains("申請した手続はまだありません")
        );
        // Joining needs the number to have been shown.
        assert_eq!(taro.post("/cases/join", &[]).await.to, "/cases");
        taro.post("/cases", &[("receipt", &receipt)]).await;
        assert!(
            taro.get("/cases/view")
                .await
                .text()
                .contains("アカウントに加える")
        );
        assert_eq!(
            taro.post("/cases/join", &[]).await.to,
            "/cases/view?done=joined"
        );
        assert_eq!(newest_case(&city).await.resident, Some(resident));
        // News go to the account now.
        let key = keys::open(city.db(), &city_key(), case.id).await.unwrap();
        let contact = cases::contact(city.db(), &key, case.id).await.unwrap();
        assert_eq!(contact.email.as_deref(), Some("taro@example.jp"));

        city.write(Actor::Staff(1), case.id, |tx, case| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                messages::send(tx, &key, *case, true, "お電話ください", &[]).await?;
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let fields = ["dog_name".to_owned()];
                let until = Some(date(2026, 12, 1));
                corrections::ask(tx, &key, *case, revision, &fields, "名前", until).await
            })
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        let mut tablet = Browser::at(&city, "192.0.2.3");
        sign_in(&city, &mut tablet, "taro@example.jp").await;
        let list = tablet.get("/cases").await.text();
        for text in ["犬の登録", "12月1日まで", "新しいメッセージが1件"] {
            assert!(list.contains(text), "{text}: {list}");
        }
        assert!(!list.contains(&receipt));
        let handle = handles(&list, "case").remove(0);
        assert_eq!(
            tablet.post("/cases/own", &[("case", &handle)]).await.to,
            "/cases/view"
        );
        let page = tablet.get("/cases/view").await.text();
        assert!(page.contains("お電話ください") && page.contains(&receipt));
        assert!(
            !tablet
                .get("/cases")
                .await
                .text()
                .contains("新しいメッセージ")
        );

        // Another's case is not found, just as one that does not exist.
        let mut jiro = Browser::at(&city, "192.0.2.4");
        sign_in(&city, &mut jiro, "jiro@example.jp").await;
        let missing = jiro.post("/cases/own", &[("case", "0")]).await;
        let others = jiro.post("/cases/own", &[("case", &handle)]).await;
        assert_eq!(missing.problem, Some(Problem::NotFound));
        assert_eq!(
            (others.status, others.problem, others.bytes),
            (missing.status, missing.problem, missing.bytes)
        );
        // Who has the number sees it, but it stays in the account it is in.
        jiro.post("/cases", &[("receipt", &receipt)]).await;
        assert!(
            !jiro
                .get("/cases/view")
                .await
                .text()
                .contains("action=\"/cases/join\"")
        );
        assert_eq!(jiro.post("/cases/join", &[]).await.to, "/cases/view");
        assert_eq!(newest_case(&city).await.resident, Some(resident));
        // What was opened from the list ends with signing out.
        sign_out(&mut tablet).await;
        assert_eq!(tablet.get("/cases/view").await.to, "/cases");
    }
);

each_database!(
    applicants_are_told_that_there_is_news_and_not_what,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let key = city.key().unwrap().clone();
        let mut receipts = Vec::new();
        for (submission, email, language) in [
            ("ja", Some("hanako@example.jp"), "ja"),
            ("en", Some("mary@example.jp"), "en"),
            ("none", None, "ja"),
        ] {
            let mut new = application(submission);
            new.contact.email = email.map(str::to_owned);
            language.clone_into(&mut new.contact.language);
            let sealed = new.seal(&key).unwrap();
            receipts.push(submit(&city, sealed).await.unwrap());
        }
        let told = async |address: &str| {
            mails(&city, &key)
                .await
                .into_iter()
                .filter(|mail| mail.to.as_str() == address)
                .collect::<Vec<_>>()
        };
        let ask = async |case: i64, what: &'static str| {
            city.write(
                Actor::Staff(1),
                (case, what, key.clone()),
                |tx, (case, what, city)| {
                    Box::pin(async move {
                        let key = keys::open(tx.connection(), city, *case).await?;
                        let revision = cases::case(tx.connection(), *case).await?.revision;
                        match *what {
                            "correction" => {
                                let fields = ["dog_name".to_owned()];
                                let until = tx.today().saturating_add(10.days());
                                let text = "犬の名前がちがいます";
                                corrections::ask(
                                    tx,
                                    &key,
                                    *case,
                                    revision,
                                    &fields,
                                    text,
                                    Some(until),
                                )
                                .await
                                .map(|_| ())
                            }
                            "decision" => {
                                let by = &cases::By::Program;
                                cases::step(tx, *case, revision, Step::Check, by).await?;
                                let decision = Decision {
                                    title: "犬の登録について".to_owned(),
                                    number: String::new(),
                                    addressee: vec!["髙橋 花子 様".to_owned()],
                                    sender: vec!["澄川市長".to_owned()],
                                    text: "登録しました。".to_owned(),
                                    reason: String::new(),
                                    appeal: String::new(),
                                };
                                let outcome = Outcome::Approved;
                                cases::decide(tx, &key, *case, revision + 1, outcome, &decision, by)
                                    .await
                            }
                            text => messages::send(tx, &key, *case, true, text, &[])
                                .await
                                .map(|_| ()),
                        }
                    })
                },
            )
            .await
            .map_err(|error: ProcedureError| error)
            .unwrap();
        };
        let [hanako, mary, nobody] = [0, 1, 2].map(|at: usize| receipts[at].case);
        for case in [hanako, mary, nobody] {
            ask(case, "鑑札の色を教えてください").await;
        }
        assert_eq!(told("hanako@example.jp").await.len(), 1);
        assert_eq!(told("mary@example.jp").await.len(), 1);
        assert_eq!(mails(&city, &key).await.len(), 2);
        // A second message of the same conversation is not told of again that day; one after it is.
        ask(hanako, "もう一つお尋ねします").await;
        assert_eq!(told("hanako@example.jp").await.len(), 1);
        city.clock()
            .set(city.now() + SignedDuration::from_hours(25));
        ask(hanako, "お返事をお待ちしています").await;
        assert_eq!(told("hanako@example.jp").await.len(), 2);

        ask(hanako, "correction").await;
        let mail = told("hanako@example.jp").await.remove(0);
        assert!(
            mail.text.contains("12月2日までに直してください"),
            "{}",
            mail.text
        );
        // Near its end it is reminded of, once.
        let remind = async || {
            city.write(Actor::Public, (), |tx, ()| {
                Box::pin(async move {
                    tx.enqueue(yakuba_city::Job {
                        name: "procedures.remind_corrections",
                        payload: serde_json::Value::Null,
                        not_before: None,
                        deduplicate: None,
                    })
                    .await
                })
            })
            .await
            .unwrap();
            run_due_jobs(&city).await.unwrap();
        };
        remind().await;
        assert_eq!(told("hanako@example.jp").await.len(), 3);
        city.clock()
            .set(city.now() + SignedDuration::from_hours(8 * 24));
        remind().await;
        remind().await;
        let all = told("hanako@example.jp").await;
        assert_eq!(all.len(), 4);
        assert!(all[0].text.contains("期限は2026年") || all[0].text.contains("期限は"));

        ask(mary, "decision").await;
        let decided = told("mary@example.jp").await;
        assert_eq!(decided.len(), 2);
        assert!(decided[0].text.contains("has decided"));
        // Nothing of what is in the case, no number, no name, no procedure.
        for mail in mails(&city, &key).await {
            let whole = format!("{}{}", mail.subject, mail.text);
            for secret in [
                "鑑札",
                "ポチ",
                "犬",
                "Dog",
                "髙橋",
                "お尋ね",
                "登録しました",
            ] {
                assert!(!whole.contains(secret), "{secret} in {whole}");
            }
            for receipt in &receipts {
                assert!(!whole.contains(&receipt.receipt.to_string()));
            }
        }

        // Who wants no mail gets none.
        city.write(Actor::Public, (mary, key.clone()), |tx, (case, city)| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), city, *case).await?;
                yakuba_procedures::store::own::set_mail(tx, &key, *case, false).await
            })
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        city.clock()
            .set(city.now() + SignedDuration::from_hours(48));
        ask(mary, "鑑札を送りました").await;
        assert_eq!(told("mary@example.jp").await.len(), 2);
    }
);

each_database!(
    the_applicant_turns_mails_off_and_on,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut browser = Browser::new(&city);
        sign_in(&city, &mut browser, "taro@example.jp").await;
        let receipt = apply(&mut browser, "ポチ太郎").await;
        browser.post("/cases", &[("receipt", &receipt)]).await;
        let page = browser.get("/cases/view").await.text();
        assert!(page.contains("taro@example.jp にメールでお知らせします"));
        for (sent, shown) in [
            ("off", "メールは止めています"),
            ("on", "taro@example.jp に"),
        ] {
            let page = browser.post("/cases/mail", &[("mail", sent)]).await;
            assert_eq!(page.to, format!("/cases/view?done=mail-{sent}"));
            assert!(browser.get("/cases/view").await.text().contains(shown));
        }
        assert_eq!(
            browser.post("/cases/mail", &[("mail", "x")]).await.problem,
            Some(Problem::NotFound)
        );
    }
);

each_database!(
    a_deleted_account_leaves_its_cases_to_the_city,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut browser = Browser::new(&city);
        let resident = sign_in(&city, &mut browser, "taro@example.jp").await;
        let receipt = apply(&mut browser, "ポチ太郎").await;
        browser
            .post(
                &format!("{BASE}/start"),
                &[
                    ("again", "1"),
                    ("asked", "lives_here"),
                    ("lives_here", "yes"),
                ],
            )
            .await;
        let list = browser.get("/cases").await.text();
        let handle = handles(&list, "case").remove(0);
        browser.post("/cases/own", &[("case", &handle)]).await;
        let page = browser.get("/resident/delete").await.text();
        assert!(page.contains("市の記録として残り") && page.contains("入力の途中の申請"));
        let page = browser.post("/resident/delete", &[]).await;
        assert_eq!(page.to, "/resident/sign-in?done=deleted");
        run_due_jobs(&city).await.unwrap();

        let case = newest_case(&city).await;
        assert_eq!((case.resident, case.disposed_at), (None, None));
        for table in ["procedures_drafts", "procedures_draft_files"] {
            let left: Option<i64> = city
                .db()
                .value(&format!("SELECT COUNT(*) FROM {table}"), [])
                .await
                .unwrap();
            assert_eq!(left, Some(0), "{table}");
        }
        assert_eq!(browser.get("/cases/view").await.to, "/cases");
        // The number still opens it, and a new account with the same address does not have it.
        let again = sign_in(&city, &mut browser, "taro@example.jp").await;
        assert_ne!(again, resident);
        assert!(!browser.get("/cases").await.text().contains("犬の登録"));
        let mut by_number = Browser::at(&city, "192.0.2.2");
        by_number.post("/cases", &[("receipt", &receipt)]).await;
        assert!(
            by_number
                .get("/cases/answers")
                .await
                .text()
                .contains("ポチ太郎")
        );
    }
);

each_database!(
    codes_are_limited_per_address_and_client_and_lock_nobody_out,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut document = document();
        document.proof = Proof::Email;
        document.form.before.clear();
        put_live(&city, document).await;
        let to = "hanako@example.jp";
        let mut sent = 0;
        // A stranger with one new draft after another.
        for _ in 0..30 {
            let mut stranger = Browser::at(&city, "198.51.100.7");
            stranger.post(&format!("{BASE}/start"), &[]).await;
            let page = stranger
                .post(
                    &format!("{BASE}/email"),
                    &[("action", "send"), ("email", to)],
                )
                .await;
            if page.status == StatusCode::SEE_OTHER {
                sent += 1;
            } else {
                assert!(page.text().contains("秒たってから"), "{}", page.text());
            }
        }
        assert!((1..=6).contains(&sent), "{sent}");
        assert_eq!(mails(&city, &city_key()).await.len(), sent);
        // Whose address it is can use it from their own place, at once.
        let mut owner = Browser::at(&city, "192.0.2.1");
        owner.post(&format!("{BASE}/start"), &[]).await;
        let page = owner
            .post(
                &format!("{BASE}/email"),
                &[("action", "send"), ("email", to)],
            )
            .await;
        assert_eq!(page.to, format!("{BASE}/email"), "{}", page.text());
        let code = code_for(&city, to).await;
        let page = owner
            .post(
                &format!("{BASE}/email"),
                &[("action", "code"), ("code", &code)],
            )
            .await;
        assert_eq!(page.to, format!("{BASE}/applicant"), "{}", page.text());
        // A code proves the address it was sent to, in the browser that asked for it, and nothing else.
        let mut thief = Browser::at(&city, "203.0.113.5");
        thief.post(&format!("{BASE}/start"), &[]).await;
        thief
            .post(
                &format!("{BASE}/email"),
                &[("action", "send"), ("email", "thief@example.jp")],
            )
            .await;
        let page = thief
            .post(
                &format!("{BASE}/email"),
                &[("action", "code"), ("code", &code), ("email", to)],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    every_route_shows_a_case_and_a_draft_of_an_account_to_nobody_else,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut owner = Browser::new(&city);
        sign_in(&city, &mut owner, "taro@example.jp").await;
        let receipt = apply(&mut owner, "ポチ太郎").await;
        let case = newest_case(&city).await;
        let key = keys::open(city.db(), &city_key(), case.id).await.unwrap();
        let file = files::list(city.db(), &key, case.id, files::UseFor::Answer)
            .await
            .unwrap()
            .remove(0)
            .0;
        // A second application is being filled in.
        owner
            .post(
                &format!("{BASE}/start"),
                &[
                    ("again", "1"),
                    ("asked", "lives_here"),
                    ("lives_here", "yes"),
                ],
            )
            .await;
        owner
            .post(&format!("{BASE}/applicant"), &[("who", "person")])
            .await;
        let name = [
            ("owner_name.family", "秘密田"),
            ("owner_name.given", "花子"),
            ("owner_name.family_kana", "ヒミツダ"),
            ("owner_name.given_kana", "ハナコ"),
        ];
        owner.post(&format!("{BASE}/apply/owner"), &name).await;
        let list = owner.get("/cases").await.text();
        let (own_case, own_draft) = (
            handles(&list, "case").remove(0),
            handles(&list, "draft").remove(0),
        );
        owner.post("/cases/own", &[("case", &own_case)]).await;
        assert!(
            owner
                .get("/cases/answers")
                .await
                .text()
                .contains("ポチ太郎")
        );
        assert!(
            owner
                .get(&format!("{BASE}/apply/owner"))
                .await
                .text()
                .contains("秘密田")
        );

        let mut resident = Browser::at(&city, "192.0.2.2");
        sign_in(&city, &mut resident, "jiro@example.jp").await;
        apply(&mut resident, "タマ").await;
        let theirs = handles(&resident.get("/cases").await.text(), "case").remove(0);
        resident.post("/cases/own", &[("case", &theirs)]).await;
        // Somebody with a draft of their own and no account.
        let mut draft = Browser::at(&city, "192.0.2.3");
        draft
            .post(
                &format!("{BASE}/start"),
                &[("asked", "lives_here"), ("lives_here", "yes")],
            )
            .await;
        // Every cookie of the owner but the session: what a shared computer keeps after signing out. And all of them, with another's
        // session in its place.
        let mut left_behind = Browser::at(&city, "192.0.2.4");
        left_behind.cookies = owner
            .cookies
            .iter()
            .filter(|(name, _)| name != "yakuba_resident")
            .cloned()
            .collect();
        assert!(left_behind.cookies.len() >= 2);
        let mut another = Browser::at(&city, "192.0.2.5");
        another.cookies = left_behind
            .cookies
            .iter()
            .chain(
                resident
                    .cookies
                    .iter()
                    .filter(|(name, _)| name == "yakuba_resident"),
            )
            .cloned()
            .collect();
        let department = DepartmentCode::new("tax").unwrap();
        let staff = Browser::of_staff(
            &city,
            StaffPrincipal {
                account: 9,
                name: "税 務".into(),
                department: Some(department.clone()),
                grants: [WORK, DECIDE]
                    .map(|capability| Grant {
                        capability: capability.name.to_owned(),
                        scope: Scope::Department(department.clone()),
                    })
                    .into(),
                stepped_up_until: None,
            },
        );
        let mut staff_with_cookies = Browser::of_staff(
            &city,
            StaffPrincipal {
                account: 9,
                name: "税 務".into(),
                department: None,
                grants: Vec::new(),
                stepped_up_until: None,
            },
        );
        staff_with_cookies.cookies.clone_from(&left_behind.cookies);

        let secrets = ["ポチ太郎", "秘密田", receipt.as_str(), "%PDF-1.4"];
        let body = format!(
            "text=x&revision=1&receipt=000000-000000-000000&case={own_case}&draft={own_draft}&mail=off&who=person&action=send&email=a"
        );
        let mut asked = 0;
        for (who, mut browser) in [
            ("anonymous", Browser::at(&city, "192.0.2.9")),
            ("another resident", resident),
            ("another draft", draft),
            ("what was left behind", left_behind),
            ("another resident with what was left behind", another),
            ("another department", staff),
            ("staff with what was left behind", staff_with_cookies),
        ] {
            let cookies = browser.cookies.clone();
            for entry in ProcedureService.routes().entries() {
                let ours =
                    entry.path.starts_with("/cases") || entry.path.starts_with("/procedures");
                if !ours || entry.path.contains("/desk") {
                    continue;
                }
                // Each route as if it were the first: an earlier one may have taken a cookie away.
                browser.cookies.clone_from(&cookies);
                let path = entry
                    .path
                    .replace("/cases/files/{key}", &format!("/cases/files/{file}"))
                    .replace("{key}", "dog-registration")
                    .replace("{page}", "owner");
                let page = browser
                    .ask(
                        entry.method.as_str(),
                        &path,
                        "application/x-www-form-urlencoded",
                        body.clone(),
                    )
                    .await;
                asked += 1;
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
        assert!(asked > 7 * 25, "{asked}");
        // Nothing was changed either.
        let after = cases::case(city.db(), case.id).await.unwrap();
        assert_eq!((after.stage, after.resident), (case.stage, case.resident));
        assert!(
            messages::messages(city.db(), &key, case.id)
                .await
                .unwrap()
                .is_empty()
        );
        let contact = cases::contact(city.db(), &key, case.id).await.unwrap();
        assert!(!contact.no_mail);
        assert!(
            owner
                .get(&format!("{BASE}/apply/owner"))
                .await
                .text()
                .contains("秘密田")
        );
    }
);
