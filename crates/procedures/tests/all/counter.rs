//! Applications that staff enter, the visitor's tablet, and what nobody else reaches. On both databases.

use std::sync::Arc;

use crate::support::desk::{Browser, browser_of, staff};
use crate::support::{document, put_live};
use axum::http::{Method, StatusCode};
use yakuba_city::{
    Actor, City, Service as _, each_database,
    sql::Sql as _,
    web::{Principal, ResidentPrincipal, VerifiedPerson},
};
use yakuba_forms::model::document::Field;
use yakuba_identity::{
    IdentityError, IdentityService, NewDepartment, create_department, residents::store as residents,
};
use yakuba_kernel::{Channel, DepartmentCode, PersonName};
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService, capabilities,
    capabilities::WORK,
    model::visit::{How, IdentityDocument},
    store::{cases, counter, gaps, keys},
};

const START: &str = "/desk/cases/new";

pub(crate) fn clerk() -> Principal {
    staff(7, &[WORK], "environment")
}

/// The procedure, asking for a photograph and an e-mail address, as forms for the screen do.
pub(crate) async fn town(city: &City) {
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
    let mut procedure = document();
    for field in procedure
        .form
        .pages
        .iter_mut()
        .flat_map(|page| &mut page.fields)
    {
        let Field { optional, .. } = field;
        *optional = false;
    }
    procedure.export = serde_saphyr::from_str(
        r"
- {heading: 氏, from: owner_name.family}
- {heading: 氏名 確認済み, from: owner_name, verified: true}
- {heading: メール 確認済み, from: email, verified: true}
- {heading: 犬の名前 確認済み, from: dog_name, verified: true}
",
    )
    .unwrap();
    put_live(city, procedure).await;
}

const ANSWERS: [(&str, &str); 12] = [
    ("desk-who", "person"),
    ("owner_name.family", "髙橋"),
    ("owner_name.given", "花子"),
    ("owner_name.family_kana", "タカハシ"),
    ("owner_name.given_kana", "ハナコ"),
    ("email", ""),
    ("dog_name", "ポチ太郎"),
    ("born_on", "2026-01-05"),
    ("photo", ""),
    ("desk-on-paper", "photo"),
    ("desk-has-none", "email"),
    ("action", "check"),
];

async fn begin(desk: &mut Browser, channel: &str) -> String {
    let page = desk
        .post(
            START,
            &[("procedure", "dog-registration"), ("channel", channel)],
        )
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
    page.to
}

async fn count(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap()
}

each_database!(
    a_paper_application_is_entered_and_received_on_the_day_it_arrived,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let start = desk.get(START).await;
        assert!(start.text().contains("犬の登録"), "{}", start.text());
        assert!(
            !desk
                .get(&format!(
                    "{START}?q={}",
                    crate::support::desk::encoded("保育")
                ))
                .await
                .text()
                .contains("犬の登録")
        );
        let base = begin(&mut desk, "paper").await;
        let form = desk.get(&base).await.text();
        assert!(form.contains("申請書が届いた日") && form.contains("犬の名前"));
        assert!(!form.contains("見た書類"), "nobody stands at the counter");

        // What is missing is told, and what was entered is kept.
        let page = desk.post(&base, &ANSWERS[1..7]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("申請書が届いた日を入力してください"));
        let kept = desk.get(&base).await.text();
        assert!(kept.contains("ポチ太郎"));
        let check = desk.get(&format!("{base}/check")).await;
        assert!(check.text().contains("まだ受け付けられません"));
        assert!(!check.text().contains("受け付ける</button>"));
        assert!(
            desk.get(START).await.text().contains(&base),
            "it can be gone on with"
        );

        let arrived = [
            ("desk-arrived_year", "2026"),
            ("desk-arrived_month", "11"),
            ("desk-arrived_day", "18"),
        ];
        // Without a note that they came on paper, documents are still asked for.
        let without: Vec<_> = ANSWERS
            .into_iter()
            .filter(|(name, _)| *name != "desk-on-paper")
            .chain(arrived)
            .collect();
        let page = desk.post(&base, &without).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let all = [ANSWERS.as_slice(), arrived.as_slice()].concat();
        let page = desk.post(&base, &all).await;
        assert_eq!(page.to, format!("{base}/check"), "{}", page.text());
        let check = desk.get(&page.to).await;
        assert!(check.text().contains("ポチ太郎") && check.text().contains("写真"));
        let stale = desk
            .post(&format!("{base}/check"), &[("revision", "1")])
            .await;
        assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
        let revision = check.revision();
        for _ in 0..2 {
            let sent = desk
                .post(&format!("{base}/check"), &[("revision", &revision)])
                .await;
            assert_eq!(sent.to, format!("{base}/slip"), "{}", sent.text());
        }
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_cases").await,
            1
        );
        let slip = desk.get(&format!("{base}/slip")).await;
        let receipt = slip.between("translate=\"no\">", "<").parse().unwrap();
        let key = city.key().unwrap();
        let case = cases::case_with_receipt(city.db(), key, &receipt)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(case.channel, Channel::Paper);
        assert_eq!(case.received_on(), jiff::civil::date(2026, 11, 18));
        let own = keys::open(city.db(), key, case.id).await.unwrap();
        let (account, _, record) = counter::record_of(city.db(), &own, case.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((account, record.on_paper), (7, vec!["photo".to_owned()]));
        assert_eq!(
            count(
                &city,
                "SELECT COUNT(*) FROM facts WHERE channel = 'paper' AND measure = 'procedures.received'"
            )
            .await,
            1
        );
        let pdf = desk.get(&format!("{base}/slip.pdf")).await;
        assert!(pdf.bytes.starts_with(b"%PDF"));
        assert!(!desk.get(START).await.text().contains(&base));
    }
);

each_database!(
    a_visitor_checks_on_a_tablet_before_the_application_is_received,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let base = begin(&mut desk, "counter").await;
        let identity = [
            ("desk-document", "driving-licence"),
            ("desk-compared", "name"),
        ];
        let all = [ANSWERS.as_slice(), identity.as_slice()].concat();
        let page = desk.post(&base, &all).await;
        assert_eq!(page.to, format!("{base}/check"), "{}", page.text());
        desk.post(&format!("{base}/tablet"), &[("action", "show")])
            .await;
        let check = desk.get(&format!("{base}/check")).await;
        assert!(
            check.headers.contains_key("refresh")
                && check.text().contains("確認済み（運転免許証）")
        );
        let code = check.between("translate=\"no\">", "<");

        let mut tablet = browser_of(&city, Principal::Anonymous);
        assert!(!tablet.get("/tablet").await.text().contains("ポチ太郎"));
        let wrong = tablet.post("/tablet", &[("code", "0000-0000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut on_desk = browser_of(&city, clerk());
        let refused = on_desk.post("/tablet", &[("code", &code)]).await;
        assert!(refused.text().contains("ログアウトしてから"));
        let paired = tablet.post("/tablet", &[("code", &code)]).await;
        assert_eq!(paired.to, "/tablet", "{}", paired.text());
        let mut second = browser_of(&city, Principal::Anonymous);
        let again = second.post("/tablet", &[("code", &code)]).await;
        assert_eq!(
            again.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a code is good once"
        );
        let shown = tablet.get("/tablet").await;
        assert!(shown.text().contains("ポチ太郎") && !shown.text().contains("/desk"));
        assert!(
            tablet
                .get("/tablet?lang=en")
                .await
                .text()
                .contains("Please check")
        );

        // The visitor objects: nothing is received until it is mended.
        let said = [
            ("answer", "wrong"),
            ("wrong", "dog_name"),
            ("wrong", "nothing"),
        ];
        let revision = shown.revision();
        let said = [said.as_slice(), &[("revision", revision.as_str())]].concat();
        assert_eq!(tablet.post("/tablet/answer", &said).await.to, "/tablet");
        let check = desk.get(&format!("{base}/check")).await;
        assert!(check.text().contains("直してほしいと示しました"));
        assert!(!check.text().contains("受け付ける</button>"));
        let early = desk
            .post(&format!("{base}/check"), &[("revision", &revision)])
            .await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mended: Vec<_> = all
            .iter()
            .map(|(name, value)| {
                (
                    *name,
                    if *name == "dog_name" {
                        "ポチ次郎"
                    } else {
                        value
                    },
                )
            })
            .collect();
        desk.post(&base, &mended).await;
        let shown = tablet.get("/tablet").await;
        assert!(shown.text().contains("ポチ次郎"));
        let stale = tablet
            .post(
                "/tablet/answer",
                &[("answer", "correct"), ("revision", &revision)],
            )
            .await;
        assert!(stale.text().contains("内容が変わりました"));
        let newer = shown.revision();
        let correct = [("answer", "correct"), ("revision", newer.as_str())];
        tablet.post("/tablet/answer", &correct).await;
        assert!(
            tablet
                .get("/tablet")
                .await
                .text()
                .contains("職員に伝えました")
        );
        let check = desk.get(&format!("{base}/check")).await;
        assert!(
            check.text().contains("「正しい」と確かめました")
                && !check.headers.contains_key("refresh")
        );
        let sent = desk
            .post(&format!("{base}/check"), &[("revision", &check.revision())])
            .await;
        assert_eq!(sent.to, format!("{base}/slip"), "{}", sent.text());
        let ended = tablet.get("/tablet").await.text();
        assert!(ended.contains("表示は終わりました") && !ended.contains("ポチ"));

        let key = city.key().unwrap();
        let case = count(&city, "SELECT MAX(id) FROM procedures_cases").await;
        let own = keys::open(city.db(), key, case).await.unwrap();
        let contact = cases::contact(city.db(), &own, case).await.unwrap();
        assert_eq!(contact.verified, ["name"]);
        let (_, _, record) = counter::record_of(city.db(), &own, case)
            .await
            .unwrap()
            .unwrap();
        assert!(record.confirmed);
        assert_eq!(
            record.verified["name"],
            How::Document(IdentityDocument::DrivingLicence)
        );

        // The core system is told what is verified and by what, in both charsets; what was not answered is neither.
        let mut delivery = browser_of(
            &city,
            staff(7, &[WORK, capabilities::DELIVER], "environment"),
        );
        for format in ["csv_utf8", "csv_cp932"] {
            let file = delivery
                .post(
                    "/desk/cases/export",
                    &[
                        ("procedure", "dog-registration"),
                        ("stage", "received"),
                        ("format", format),
                    ],
                )
                .await;
            let charset = if format == "csv_utf8" {
                encoding_rs::UTF_8
            } else {
                encoding_rs::SHIFT_JIS
            };
            let (text, _, broken) = charset.decode(&file.bytes);
            assert!(!broken && text.contains("氏名 確認済み"), "{text}");
            assert!(
                text.contains("髙橋,確認済み（運転免許証）,,未確認"),
                "{text}"
            );
        }
    }
);

each_database!(
    an_entry_is_its_makers_alone,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let base = begin(&mut desk, "counter").await;
        desk.post(&base, &ANSWERS).await;
        let number = base.rsplit('/').next().unwrap();
        let nobody: [(&str, Principal); 5] = [
            ("a stranger", staff(9, &capabilities::ALL, "tax")),
            ("a colleague", staff(8, &capabilities::ALL, "environment")),
            ("without the role", staff(7, &[], "environment")),
            ("moved elsewhere", staff(7, &capabilities::ALL, "tax")),
            ("nobody", Principal::Anonymous),
        ];
        let routes = ProcedureService.routes();
        let mut walked = 0;
        for entry in routes.entries() {
            if !entry.path.starts_with("/desk/cases/new/{entry}") {
                continue;
            }
            walked += 1;
            let path = entry.path.replace("{entry}", number);
            for (name, who) in &nobody {
                let mut browser = browser_of(&city, who.clone());
                let page = if entry.method == Method::GET {
                    browser.get(&path).await
                } else {
                    browser
                        .post(
                            &path,
                            &[&ANSWERS[..11], &[("action", "show"), ("revision", "2")]].concat(),
                        )
                        .await
                };
                assert!(
                    matches!(
                        page.status,
                        StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED
                    ),
                    "{} {path} as {name}: {}",
                    entry.method,
                    page.status
                );
                assert!(!page.text().contains("ポチ太郎"), "{path} as {name}");
            }
        }
        assert!(walked >= 7, "the routes of an entry were not found");
        // Nobody begins one for a department they do not work for, nor without the role.
        for (name, who) in &nobody[2..] {
            let mut browser = browser_of(&city, who.clone());
            let page = browser
                .post(
                    START,
                    &[("procedure", "dog-registration"), ("channel", "paper")],
                )
                .await;
            assert_ne!(page.status, StatusCode::SEE_OTHER, "{name}");
        }
        let mut tax = browser_of(&city, staff(9, &[WORK], "tax"));
        assert!(!tax.get(START).await.text().contains("犬の登録"));
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_counter_entries").await,
            1
        );
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM procedures_cases").await,
            0
        );
    }
);

each_database!(
    a_tablet_opens_nothing_but_its_one_page,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let base = begin(&mut desk, "counter").await;
        desk.post(&base, &ANSWERS).await;
        desk.post(&format!("{base}/tablet"), &[("action", "show")])
            .await;
        let code = desk
            .get(&format!("{base}/check"))
            .await
            .between("translate=\"no\">", "<");
        let mut tablet = browser_of(&city, Principal::Anonymous);
        tablet.post("/tablet", &[("code", &code)]).await;
        assert!(tablet.get("/tablet").await.text().contains("ポチ太郎"));
        let cookies = tablet.cookies.clone();
        let number = base.rsplit('/').next().unwrap();
        let mut walked = 0;
        for entry in ProcedureService.routes().entries() {
            if entry.path.starts_with("/tablet") {
                continue;
            }
            walked += 1;
            let path = entry
                .path
                .replace("{key}", "dog-registration")
                .replace("{page}", "owner");
            let path = path
                .split('/')
                .map(|part| if part.starts_with('{') { number } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            tablet.cookies.clone_from(&cookies);
            let mut stranger = browser_of(&city, Principal::Anonymous);
            let (with, without) = if entry.method == Method::GET {
                (tablet.get(&path).await, stranger.get(&path).await)
            } else {
                (
                    tablet.post(&path, &ANSWERS).await,
                    stranger.post(&path, &ANSWERS).await,
                )
            };
            assert_eq!(
                (with.status, with.to),
                (without.status, without.to),
                "{} {path}",
                entry.method
            );
            assert!(
                !String::from_utf8_lossy(&with.bytes).contains("髙橋"),
                "{path}"
            );
        }
        assert!(walked > 60, "the routes were not found");
        // After half an hour it shows nothing either.
        tablet.cookies = cookies;
        let later = city.now() + jiff::SignedDuration::from_mins(31);
        city.clock().set(later);
        assert!(!tablet.get("/tablet").await.text().contains("ポチ太郎"));
    }
);

each_database!(
    what_an_account_proves_is_filled_in_by_the_visitors_own_code,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let taro = VerifiedPerson {
            name: PersonName::new("山田", "太郎", "", "").unwrap(),
            address: "大阪府吹田市泉町1丁目3番40号".to_owned(),
            birth_date: jiff::civil::date(1990, 1, 31),
            verified_at: jiff::Timestamp::UNIX_EPOCH,
            issuer: "https://issuer.example".to_owned(),
        };
        let input = (city.key().unwrap().clone(), taro.clone());
        let id = city
            .write(Actor::Public, input, |tx, (key, person)| {
                Box::pin(async move {
                    let id: Option<i64> = tx
                        .connection()
                        .value(
                            "INSERT INTO residents (handle, created_at) VALUES ('5d0a3f0e-7b57-4a4e-9f0c-2f6f0c0c7a11', 0) RETURNING id",
                            [],
                        )
                        .await?;
                    let id = id.unwrap();
                    residents::set_verified(tx, key, id, person).await?;
                    Ok::<_, IdentityError>(id)
                })
            })
            .await
            .unwrap();
        let resident = Principal::Resident(Arc::new(ResidentPrincipal {
            id,
            email_confirmed: false,
            verified: Some(taro),
        }));
        let mut phone = browser_of(&city, resident);
        assert_eq!(phone.post("/visit/code", &[]).await.to, "/visit/code");
        let code = phone
            .get("/visit/code")
            .await
            .between("translate=\"no\">", "<");
        for who in [Principal::Anonymous, clerk()] {
            let page = browser_of(&city, who).get("/visit/code").await;
            assert_ne!(page.status, StatusCode::OK, "only a resident has a code");
        }

        let mut desk = browser_of(&city, clerk());
        let base = begin(&mut desk, "counter").await;
        let at = format!("{base}/account");
        for wrong in ["?", "0000-0000"] {
            let page = desk.post(&at, &[("code", wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let taken = desk.post(&at, &[("code", &code)]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        assert!(desk.get(&base).await.text().contains("山田"));
        let again = desk.post(&at, &[("code", &code)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "once");
        // Staff complete the reading; the name stays verified by the account, and a changed one is not.
        let answers = |family: &'static str| -> Vec<(&'static str, &'static str)> {
            ANSWERS
                .into_iter()
                .map(|(name, value)| match name {
                    "owner_name.family" => (name, family),
                    "owner_name.given" => (name, "太郎"),
                    _ => (name, value),
                })
                .collect()
        };
        desk.post(&base, &answers("田山")).await;
        let check = desk.get(&format!("{base}/check")).await;
        assert!(!check.text().contains("確認済み（本人のアカウント）"));
        desk.post(&base, &answers("山田")).await;
        let check = desk.get(&format!("{base}/check")).await;
        assert!(check.text().contains("確認済み（本人のアカウント）"));
        let sent = desk
            .post(&format!("{base}/check"), &[("revision", &check.revision())])
            .await;
        assert_eq!(sent.to, format!("{base}/slip"), "{}", sent.text());
        let number = count(&city, "SELECT MAX(id) FROM procedures_cases").await;
        let case = cases::case(city.db(), number).await.unwrap();
        assert_eq!(
            case.resident,
            Some(id),
            "it stands in the resident's own list"
        );
        let own = keys::open(city.db(), city.key().unwrap(), number)
            .await
            .unwrap();
        let (_, _, record) = counter::record_of(city.db(), &own, number)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(record.verified["name"], How::Account);
        // Whoever may open the case reads how it was entered.
        let page = desk.get(&format!("/desk/cases/{number}")).await;
        assert!(
            page.text().contains("確認済み（本人のアカウント）"),
            "{}",
            page.text()
        );
    }
);

/// A paper that says nothing of the dog's name and birthday, with the photograph on paper, received with these gaps: its number and page.
pub(crate) async fn received_with_gaps(city: &City, desk: &mut Browser) -> (i64, String) {
    let base = begin(desk, "paper").await;
    let paper = [
        ("desk-who", "person"),
        ("owner_name.family", "髙橋"),
        ("owner_name.given", "花子"),
        ("owner_name.family_kana", "タカハシ"),
        ("owner_name.given_kana", "ハナコ"),
        ("email", ""),
        ("dog_name", ""),
        ("born_on", "きのう"),
        ("photo", ""),
        ("desk-on-paper", "photo"),
        ("desk-has-none", "email"),
        ("desk-arrived_year", "2026"),
        ("desk-arrived_month", "11"),
        ("desk-arrived_day", "18"),
    ];
    let with = |action, born_on| -> Vec<(&str, &str)> {
        paper
            .into_iter()
            .map(|(name, value)| (name, if name == "born_on" { born_on } else { value }))
            .chain([("action", action)])
            .collect()
    };
    let asked = desk.post(&base, &with("check", "きのう")).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        asked.text().contains("申請書に記入がない質問"),
        "{}",
        asked.text()
    );
    // What cannot be read is not the same as nothing: it has to be put right.
    let asked = desk.post(&base, &with("gaps", "きのう")).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let kept = desk.post(&base, &with("gaps", "")).await;
    assert_eq!(kept.to, format!("{base}/check"), "{}", kept.text());
    let check = desk.get(&kept.to).await;
    assert!(check.text().contains("記入のない質問") && check.text().contains("犬の名前"));
    let sent = desk
        .post(&format!("{base}/check"), &[("revision", &check.revision())])
        .await;
    assert_eq!(sent.to, format!("{base}/slip"), "{}", sent.text());
    let case = count(city, "SELECT MAX(id) FROM procedures_cases").await;
    (case, format!("/desk/cases/{case}"))
}

async fn revision(city: &City, case: i64) -> String {
    cases::case(city.db(), case)
        .await
        .unwrap()
        .revision
        .to_string()
}

/// Tries to decide a case and tells whether it is decided.
async fn decided(city: &City, head: &mut Browser, case: i64, outcome: &str) -> bool {
    let decision = [
        ("revision", revision(city, case).await),
        ("outcome", outcome.to_owned()),
        ("title", "通知".to_owned()),
        ("addressee", "髙橋 花子 様".to_owned()),
        ("sender", "市長".to_owned()),
        ("text", "次のとおり決定しました。".to_owned()),
        ("reason", "記入がないため".to_owned()),
        ("no_remedy", "1".to_owned()),
        ("action", "decide".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = decision
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    head.post(&format!("/desk/cases/{case}/decision"), &fields)
        .await;
    cases::case(city.db(), case)
        .await
        .unwrap()
        .outcome
        .is_some()
}

each_database!(
    a_paper_with_gaps_is_received_and_decided_only_when_they_are_filled,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let mut head = browser_of(
            &city,
            staff(8, &[WORK, capabilities::DECIDE], "environment"),
        );
        let (case, at) = received_with_gaps(&city, &mut desk).await;
        assert_eq!(
            gaps::of_case(city.db(), case).await.unwrap(),
            ["dog_name", "born_on"]
        );

        // The inbox marks it and finds it.
        let number = format!("/desk/cases/{case}\"");
        for (query, listed) in [
            ("", true),
            ("?gaps=1", true),
            ("?gaps=1&channel=online", false),
        ] {
            let inbox = head.get(&format!("/desk/cases{query}")).await.text();
            assert_eq!(inbox.contains(&number), listed, "{query}");
            assert_eq!(
                inbox.contains("記入もれ</span>"),
                listed,
                "{query}: {inbox}"
            );
            assert!(inbox.contains("記入もれ 1件"), "{query}");
        }

        // The case lists them, and the request for correction is filled in with them.
        let shown = head.get(&at).await.text();
        assert!(
            shown.contains("記入のない質問があります") && shown.contains(&format!("{at}/complete"))
        );
        assert!(shown.contains("・犬の名前\n・生年月日"), "{shown}");
        for field in ["dog_name", "born_on"] {
            assert!(
                shown.contains(&format!("value=\"{field}\" checked")),
                "{field}: {shown}"
            );
        }
        assert!(!shown.contains("value=\"owner_name\" checked"));

        let checked = [
            ("revision", revision(&city, case).await),
            ("step", "check".to_owned()),
        ];
        let checked: Vec<(&str, &str)> = checked
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        head.post(&format!("{at}/step"), &checked).await;
        assert!(head.get(&at).await.text().contains("まだ決定できません"));
        for outcome in ["approved", "partly", "refused"] {
            assert!(!decided(&city, &mut head, case, outcome).await, "{outcome}");
        }

        // Some answers come by telephone; what is typed wrong is told, what is still open stays open.
        let page = head.get(&format!("{at}/complete")).await;
        assert!(page.text().contains("犬の名前") && !page.text().contains("owner_name"));
        let wrong = head
            .post(
                &format!("{at}/complete"),
                &[
                    ("revision", &page.revision()),
                    ("dog_name", "ポチ太郎"),
                    ("born_on", "きのう"),
                ],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("ポチ太郎"), "nothing typed is lost");
        let some = head
            .post(
                &format!("{at}/complete"),
                &[
                    ("revision", &page.revision()),
                    ("dog_name", "ポチ太郎"),
                    ("born_on", ""),
                    // Nobody changes what was answered on the paper this way.
                    ("owner_name.family", "他人"),
                ],
            )
            .await;
        assert_eq!(
            some.to,
            format!("{at}?done=completed-partly"),
            "{}",
            some.text()
        );
        assert_eq!(gaps::of_case(city.db(), case).await.unwrap(), ["born_on"]);
        let own = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let given = cases::answers(city.db(), &own, case).await.unwrap();
        assert!(given[0].answers.to_string().contains("髙橋") && given.len() == 2);
        assert!(!decided(&city, &mut head, case, "approved").await);

        // The rest comes by post, and the case can be decided.
        let page = head.get(&format!("{at}/complete")).await;
        let rest = head
            .post(
                &format!("{at}/complete"),
                &[("revision", &page.revision()), ("born_on", "2026-01-05")],
            )
            .await;
        assert_eq!(rest.to, format!("{at}?done=completed"), "{}", rest.text());
        assert!(gaps::of_case(city.db(), case).await.unwrap().is_empty());
        let inbox = head.get("/desk/cases").await.text();
        assert!(inbox.contains("記入もれ 0件") && !inbox.contains("記入もれ</span>"));
        assert_eq!(
            head.get(&format!("{at}/complete")).await.status,
            StatusCode::NOT_FOUND
        );
        assert!(decided(&city, &mut head, case, "approved").await);
    }
);

each_database!(
    a_paper_with_gaps_is_refused_only_after_they_were_asked_for,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let mut head = browser_of(
            &city,
            staff(8, &[WORK, capabilities::DECIDE], "environment"),
        );
        let (case, at) = received_with_gaps(&city, &mut desk).await;
        let step = [
            ("revision", revision(&city, case).await),
            ("step", "check".to_owned()),
        ];
        let step: Vec<(&str, &str)> = step
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        head.post(&format!("{at}/step"), &step).await;
        let asked = [
            ("revision", revision(&city, case).await),
            ("field", "dog_name".to_owned()),
            ("correction", "記入してください".to_owned()),
            ("answer_by_year", "2026".to_owned()),
            ("answer_by_month", "12".to_owned()),
            ("answer_by_day", "5".to_owned()),
        ];
        let asked: Vec<(&str, &str)> = asked
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        head.post(&format!("{at}/correction"), &asked).await;
        assert!(
            !decided(&city, &mut head, case, "refused").await,
            "the day is not over"
        );
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(20 * 24));
        assert!(!decided(&city, &mut head, case, "approved").await);
        assert!(decided(&city, &mut head, case, "refused").await);
    }
);
