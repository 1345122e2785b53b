//! Addresses by postal code: brought in from a file, filled in without JavaScript, looked up by the script. On both databases.

use crate::support::{browser::Browser, desk, document, put_live};
use axum::http::StatusCode;
use serde_json::Value;
use yakuba_city::{Actor, City, each_database, web::Problem};
use yakuba_forms::{Area, FormDocument};
use yakuba_identity::{IdentityService, NewDepartment, create_department};
use yakuba_kernel::{DepartmentCode, PostalCode};
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    capabilities::WORK,
    model::postal::PostalFile,
    store::postal::{self, Imported},
};

const BASE: &str = "/procedures/dog-registration";

/// A file of Japan Post's shape.
fn file(rows: &[(&str, &str, &str, &str)]) -> PostalFile {
    let lines: Vec<String> = rows
        .iter()
        .map(|(code, prefecture, city, town)| {
            format!("00000,\"000  \",\"{code}\",\"ｹﾝ\",\"ｼ\",\"ﾏﾁ\",\"{prefecture}\",\"{city}\",\"{town}\",0,0,0,0,0,0\r\n")
        })
        .collect();
    let text = lines.concat();
    PostalFile::read(text.as_bytes(), "KEN_ALL.CSV").unwrap()
}

fn table() -> PostalFile {
    file(&[
        ("5640041", "大阪府", "吹田市", "泉町"),
        ("5640000", "大阪府", "吹田市", "以下に掲載がない場合"),
        (
            "4980000",
            "三重県",
            "桑名郡木曽岬町",
            "以下に掲載がない場合",
        ),
        ("4980000", "愛知県", "弥富市", "以下に掲載がない場合"),
    ])
}

async fn import(city: &City, file: PostalFile, anyway: bool) -> Result<Imported, ProcedureError> {
    city.write(Actor::CommandLine, (file, anyway), |tx, (file, anyway)| {
        Box::pin(postal::import(tx, file, *anyway))
    })
    .await
}

async fn lines(city: &City, code: &str) -> Vec<String> {
    let code = PostalCode::parse(code).unwrap();
    let areas = postal::areas(city.db(), &code).await.unwrap();
    areas.iter().map(Area::line).collect()
}

/// The procedure with an address, and one of each child in a group.
async fn form_with_addresses(city: &City) {
    let mut procedure = document();
    procedure.form = serde_saphyr::from_str::<FormDocument>(
        r"
pages:
  - key: owner
    title: 飼い主
    fields:
      - {key: owner_name, type: name, label: お名前}
      - {key: home, type: address, label: 住所}
      - key: children
        type: group
        label: お子さん
        entry: お子さん
        max: 3
        fields:
          - {key: lives_at, type: address, label: お子さんの住所}
",
    )
    .unwrap();
    put_live(city, procedure).await;
}

async fn begun(browser: &mut Browser) -> String {
    browser.post(&format!("{BASE}/start"), &[]).await;
    browser
        .post(&format!("{BASE}/applicant"), &[("who", "person")])
        .await;
    format!("{BASE}/apply/owner")
}

each_database!(
    a_file_takes_the_place_of_its_prefectures_and_of_no_other,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        assert!(!postal::is_filled(city.db()).await.unwrap());
        let first = import(&city, table(), false).await.unwrap();
        assert_eq!((first.before, first.after, first.prefectures), (0, 4, 3));
        let again = import(&city, table(), false).await.unwrap();
        assert_eq!(
            (again.before, again.after),
            (4, 4),
            "the same file changes nothing"
        );

        let osaka = file(&[
            ("5640041", "大阪府", "吹田市", "泉町"),
            ("5650871", "大阪府", "吹田市", "山田南"),
        ]);
        import(&city, osaka, false).await.unwrap();
        assert_eq!(lines(&city, "565-0871").await, ["大阪府吹田市山田南"]);
        assert!(lines(&city, "564-0000").await.is_empty(), "given up");
        assert_eq!(
            lines(&city, "498-0000").await,
            ["三重県桑名郡木曽岬町", "愛知県弥富市"],
            "other prefectures stay"
        );
    }
);

each_database!(
    a_file_of_changes_does_not_wipe_a_prefecture,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let many: Vec<String> = (0..1_200)
            .map(|n| format!("{:07}", 5_300_000 + n))
            .collect();
        let rows: Vec<_> = many
            .iter()
            .map(|code| (code.as_str(), "大阪府", "大阪市北区", "町"))
            .collect();
        import(&city, file(&rows), false).await.unwrap();
        let changes = || file(&[("5300000", "大阪府", "大阪市北区", "新町")]);
        let refused = import(&city, changes(), false).await.unwrap_err();
        assert!(
            matches!(refused, ProcedureError::PostalCodes(_)),
            "{refused}"
        );
        assert_eq!(lines(&city, "530-1199").await, ["大阪府大阪市北区町"]);
        import(&city, changes(), true).await.unwrap();
        assert!(lines(&city, "530-1199").await.is_empty());
    }
);

each_database!(
    the_button_fills_in_the_address_and_loses_nothing,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        form_with_addresses(&city).await;
        let mut browser = Browser::new(&city);
        let page = begun(&mut browser).await;
        let shown = browser.get(&page).await.text();
        assert!(!shown.contains("住所を入れる"), "there is no table yet");
        import(&city, table(), false).await.unwrap();
        let shown = browser.get(&page).await.text();
        assert!(shown.contains("住所を入れる"));
        // Enter in a text box presses the first button, which goes on.
        let first = shown.find("<button class=\"visually-hidden\"").unwrap();
        assert!(first < shown.find("value=\"look_up:home\"").unwrap());

        // One area: filled in; what else was typed is kept, number and building too.
        let sent = browser
            .post(
                &page,
                &[
                    ("owner_name.family", "髙橋"),
                    ("home.postal_code", "５６４－００４１"),
                    ("home.block", "3番40号"),
                    ("action", "look_up:home"),
                ],
            )
            .await;
        assert_eq!(sent.to, format!("{page}?look_up=home#home-postal_code"));
        let shown = browser.get(&sent.to).await.text();
        for part in [
            "value=\"髙橋\"",
            "value=\"吹田市\"",
            "value=\"泉町\"",
            "value=\"3番40号\"",
            "<option value=\"大阪府\" selected",
            "住所を入れました",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }

        // A code of a whole city leaves the town.
        let sent = browser
            .post(
                &page,
                &[
                    ("home.postal_code", "564-0000"),
                    ("home.town", "手で書いた町"),
                    ("action", "look_up:home"),
                ],
            )
            .await;
        let shown = browser.get(&sent.to).await.text();
        assert!(
            shown.contains("value=\"手で書いた町\"") && shown.contains("市区町村まで入れました")
        );

        // Several: a choice; the one chosen is filled in, and one of another code is not.
        let several = [("home.postal_code", "498-0000"), ("home.block", "1")];
        let choose = |action| {
            several
                .into_iter()
                .chain([("action", action)])
                .collect::<Vec<_>>()
        };
        let sent = browser.post(&page, &choose("look_up:home")).await;
        let shown = browser.get(&sent.to).await.text();
        assert!(
            shown.contains("2つあります") && shown.contains("value=\"area:home:愛知県|弥富市|\"")
        );
        browser
            .post(&page, &choose("area:home:大阪府|吹田市|泉町"))
            .await;
        assert!(!browser.get(&page).await.text().contains("value=\"吹田市\""));
        let sent = browser
            .post(&page, &choose("area:home:愛知県|弥富市|"))
            .await;
        assert_eq!(sent.to, format!("{page}#home-postal_code"));
        assert!(browser.get(&page).await.text().contains("value=\"弥富市\""));

        // Unknown and unreadable: a sentence, and typing goes on.
        for (code, said) in [("999-9999", "見つかりませんでした"), ("12", "7桁の数字で")]
        {
            let sent = browser
                .post(
                    &page,
                    &[
                        ("home.postal_code", code),
                        ("home.city", "弥富市"),
                        ("action", "look_up:home"),
                    ],
                )
                .await;
            let shown = browser.get(&sent.to).await.text();
            assert!(
                shown.contains(said) && shown.contains("value=\"弥富市\""),
                "{said}"
            );
        }

        // In a group, on the way back to the check.
        let sent = browser
            .post(
                &format!("{page}?back=check"),
                &[
                    ("children.count", "1"),
                    ("children.0.lives_at.postal_code", "5640041"),
                    ("action", "look_up:children.0.lives_at"),
                ],
            )
            .await;
        assert_eq!(
            sent.to,
            format!(
                "{page}?back=check&look_up=children.0.lives_at#children-0-lives_at-postal_code"
            )
        );
        assert!(
            browser
                .get(&sent.to)
                .await
                .text()
                .contains("value=\"泉町\"")
        );
        // What is no address is not touched.
        let sent = browser
            .post(&page, &[("action", "look_up:owner_name")])
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get(&sent.to).await.status, StatusCode::OK);
    }
);

each_database!(
    staff_fill_in_addresses_at_the_counter,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let new = NewDepartment {
            code: DepartmentCode::new("environment").unwrap(),
            name_ja: "環境課".to_owned(),
            name_en: "Environment".to_owned(),
            parent: None,
            first_day: jiff::civil::date(2020, 4, 1),
            last_day: None,
            position: 0,
        };
        city.write(Actor::Staff(1), new, |tx, new| {
            Box::pin(create_department(tx, new))
        })
        .await
        .unwrap();
        form_with_addresses(&city).await;
        import(&city, table(), false).await.unwrap();
        let mut clerk = desk::browser_of(&city, desk::staff(7, &[WORK], "environment"));
        let base = clerk
            .post(
                "/desk/cases/new",
                &[("procedure", "dog-registration"), ("channel", "counter")],
            )
            .await
            .to;
        let sent = clerk
            .post(
                &base,
                &[
                    ("desk-who", "person"),
                    ("home.postal_code", "5640041"),
                    ("action", "look_up:home"),
                ],
            )
            .await;
        assert_eq!(sent.to, format!("{base}?look_up=home#home-postal_code"));
        let shown = clerk.get(&sent.to).await.text();
        assert!(shown.contains("value=\"泉町\"") && shown.contains("住所を入れました"));
    }
);

each_database!(
    the_script_is_told_the_areas_and_not_too_often,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        import(&city, table(), false).await.unwrap();
        let mut browser = Browser::new(&city);
        let found = browser.post("/postal-codes", &[("code", "498-0000")]).await;
        let found: Value = serde_json::from_slice(&found.bytes).unwrap();
        assert_eq!(found["areas"][1]["city"], "弥富市");
        assert!(found["said"].as_str().unwrap().contains("2つ"));
        let unknown = browser.post("/postal-codes", &[("code", "abc")]).await;
        let unknown: Value = serde_json::from_slice(&unknown.bytes).unwrap();
        assert_eq!(unknown["areas"].as_array().unwrap().len(), 0);
        for _ in 2..30 {
            let page = browser.post("/postal-codes", &[("code", "498-0000")]).await;
            assert_eq!(page.status, StatusCode::OK);
        }
        let refused = browser.post("/postal-codes", &[("code", "498-0000")]).await;
        assert!(
            matches!(refused.problem, Some(Problem::TooMany(60))),
            "{:?}",
            refused.problem
        );
        let mut other = Browser::at(&city, "192.0.2.2");
        assert_eq!(
            other
                .post("/postal-codes", &[("code", "4980000")])
                .await
                .status,
            StatusCode::OK
        );
    }
);
