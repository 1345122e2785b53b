//! Reports about equipment of the assets service: this very street light. On both databases.

use axum::http::StatusCode;
use serde_json::Value;
use yakuba_assets::{
    AssetError, AssetService,
    capabilities::WORK as REGISTERS,
    model::{draft, kind::Kind, state::State},
    store as assets,
};
use yakuba_city::{Actor, City, each_database, web::Principal};
use yakuba_identity::{
    IdentityService, NewToken, Token, create_token,
    testing::{Browser, departments, staff},
};
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OPEN311, WORK},
    model::rules::Rules,
    store::{self as reports, Filter, Report},
};

const LAMP: &str = "format: yakuba-assets/1
key: lamp
name: {ja: 街灯, en: Street light, easy: あかり}
department: roads
public: true
";

const SAFE: &str = "format: yakuba-assets/1
key: safe
name: {ja: 金庫, en: Safe, easy: きんこ}
department: roads
";

const RULES: &str = "format: yakuba-reports/1
categories:
  - {key: light, name: {ja: 消えた街灯, en: Dark lights, easy: くらい}, department: roads, days: 14, equipment: [lamp, safe]}
  - {key: road, name: {ja: 道路の穴, en: Holes, easy: あな}, department: roads, days: 14}
";

async fn set_up(city: &City) -> [String; 3] {
    departments(city, &["roads", "lights"]).await;
    let rules = Rules::from_yaml(RULES).unwrap();
    city.write(Actor::CommandLine, rules, |tx, rules| {
        Box::pin(reports::set_rules(tx, rules))
    })
    .await
    .unwrap();
    [
        put_up(city, LAMP, "L-1", "34.4, 135.0").await,
        put_up(city, LAMP, "L-2", "34.4, 135.0005").await,
        put_up(city, SAFE, "K-1", "34.4, 135.0001").await,
    ]
}

/// A thing in service; what other services know it by.
async fn put_up(city: &City, kind: &str, number: &str, point: &'static str) -> String {
    let kind = Kind::from_yaml(kind).unwrap();
    let new = draft::read(&kind, |key| match key {
        "number" => number,
        "name" => "本町",
        "place" => "本町1丁目",
        "point" => point,
        _ => "",
    })
    .unwrap();
    let id = city
        .write(Actor::CommandLine, (kind, new), |tx, (kind, new)| {
            Box::pin(async move {
                assets::set_kind(tx, kind).await?;
                let id = assets::add(tx, kind, new).await?;
                assets::turn(tx, kind, id, 1, State::InService, "").await?;
                Ok::<_, AssetError>(id)
            })
        })
        .await
        .unwrap();
    format!("assets/{id}")
}

fn browser(city: &City) -> Browser {
    Browser::new(city, &[&AssetService, &ReportService]).of(Principal::Anonymous)
}

async fn newest(city: &City) -> Report {
    let mut found = reports::search(city.db(), &Filter::default(), 0, 10)
        .await
        .unwrap()
        .reports;
    found.remove(0).0
}

/// From the text to the end.
async fn finish(browser: &mut Browser) {
    let details = browser
        .post("/reports/new/details", &[("text", "消えています")])
        .await;
    assert_eq!(details.to, "/reports/new/contact", "{}", details.text());
    browser
        .post("/reports/new/contact", &[("action", "none")])
        .await;
    let revision = browser.get("/reports/new/check").await.revision();
    let sent = browser
        .post("/reports/new/check", &[("revision", &revision)])
        .await;
    assert_eq!(sent.to, "/reports/new/done", "{}", sent.text());
}

each_database!(
    a_resident_names_the_very_street_light_on_its_page_or_near_a_place,
    [
        &MailService,
        &IdentityService,
        &AssetService,
        &ReportService
    ],
    async |city| {
        let [first, second, safe] = set_up(&city).await;
        let at = |key: &str| key.replace("assets/", "/equipment/");

        // From the page of the light: its place is known, and nothing else is asked for it.
        let mut passer = browser(&city);
        let link = format!("/reports/new?equipment={first}");
        let page = passer.get(&at(&first)).await.text();
        assert!(
            page.contains(&link) && page.contains("この設備について通報する"),
            "{page}"
        );
        assert_eq!(passer.get(&at(&safe)).await.status, StatusCode::NOT_FOUND);
        let page = passer.get(&link).await.text();
        assert!(
            page.contains("街灯 L-1 本町") && page.contains("消えた街灯"),
            "{page}"
        );
        assert!(!page.contains("道路の穴"), "holes are in roads: {page}");
        let wrong = passer
            .post(
                "/reports/new",
                &[("category", "road"), ("equipment", &first)],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let begun = passer
            .post(
                "/reports/new",
                &[("category", "light"), ("equipment", &first)],
            )
            .await;
        assert_eq!(begun.to, "/reports/new/similar");
        assert_eq!(passer.get(&begun.to).await.to, "/reports/new/details");
        let check = {
            passer
                .post("/reports/new/details", &[("text", "消えています")])
                .await;
            passer.get("/reports/new/check").await.text()
        };
        assert!(
            check.contains("街灯 L-1 本町") && check.contains("本町1丁目"),
            "{check}"
        );
        finish(&mut passer).await;
        let told = newest(&city).await;
        assert_eq!(told.equipment, first);
        assert_eq!(told.point.unwrap().to_string(), "34.4, 135");

        // By a place: those that everybody may know of stand there, the nearest first.
        let mut other = browser(&city);
        other.post("/reports/new", &[("category", "light")]).await;
        let place = [
            ("place.description", "郵便局の前"),
            ("place.coordinates", "34.4, 135.0004"),
        ];
        let placed = other.post("/reports/new/place", &place).await;
        assert_eq!(placed.to, "/reports/new/equipment", "{}", placed.text());
        let page = other.get(&placed.to).await.text();
        let (near, far) = (page.find("L-2").unwrap(), page.find("L-1").unwrap());
        assert!(near < far && !page.contains("金庫"), "{page}");
        let points = other.get("/reports/new/equipment.geojson").await;
        assert!(points.text().contains("L-2") && !points.text().contains("K-1"));
        assert_eq!(points.headers["cache-control"], "no-store");
        for wrong in ["", safe.as_str(), "assets/99", "cases/1"] {
            let page = other
                .post("/reports/new/equipment", &[("equipment", wrong)])
                .await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let chosen = other
            .post("/reports/new/equipment", &[("equipment", &second)])
            .await;
        assert_eq!(chosen.to, "/reports/new/similar");
        let similar = other.get(&chosen.to).await.text();
        assert!(similar.contains(&told.public_id), "{similar}");
        // Somewhere else it is another one.
        let away = [
            ("place.description", "駅前"),
            ("place.coordinates", "34.5, 135.1"),
        ];
        assert_eq!(
            other.post("/reports/new/place", &away).await.to,
            "/reports/new/similar"
        );
        assert!(!other.get("/reports/new/check").await.text().contains("L-2"));
        other.post("/reports/new/place", &place).await;
        other
            .post("/reports/new/equipment", &[("equipment", &second)])
            .await;
        finish(&mut other).await;
        let again = newest(&city).await;
        assert_eq!(again.equipment, second);
        assert_eq!(again.point.unwrap().to_string(), "34.4, 135.0005");
        // Who does not know which one leaves it open.
        let mut third = browser(&city);
        third.post("/reports/new", &[("category", "light")]).await;
        third.post("/reports/new/place", &place).await;
        third
            .post("/reports/new/equipment", &[("equipment", "none")])
            .await;
        finish(&mut third).await;
        let open = newest(&city).await;
        assert_eq!(open.equipment, "");
        assert_eq!(open.point.unwrap().to_string(), "34.4, 135.0004");

        // Everybody and the desk see which one it is, and its own page what was told of it.
        let public = format!("/reports/{}", told.public_id);
        let page = third.get(&public).await.text();
        assert!(
            page.contains("街灯 L-1 本町") && page.contains(&at(&first)),
            "{page}"
        );
        let mut clerk = Browser::new(&city, &[&AssetService, &ReportService]).of(staff(
            7,
            &[WORK, REGISTERS],
            "roads",
        ));
        let page = clerk
            .get(&format!("/desk/reports/{}", told.id))
            .await
            .text();
        assert!(page.contains(&format!("/desk/{first}")), "{page}");
        let page = clerk.get(&format!("/desk/{first}")).await.text();
        assert!(
            page.contains(&format!("/desk/reports/{}", told.id)),
            "{page}"
        );
        assert!(!page.contains(&again.public_id), "{page}");
        // Who keeps registers alone is led to what everybody sees.
        let mut keeper = Browser::new(&city, &[&AssetService]).of(staff(8, &[REGISTERS], "roads"));
        let page = keeper.get(&format!("/desk/{first}")).await.text();
        assert!(
            page.contains(&public) && !page.contains("/desk/reports/"),
            "{page}"
        );
    }
);

each_database!(
    programs_name_equipment_and_are_told_of_it,
    [
        &MailService,
        &IdentityService,
        &AssetService,
        &ReportService
    ],
    async |city| {
        let [first, _, safe] = set_up(&city).await;
        let token = Token::with_prefix("yakuba_");
        let key = token.as_str().to_owned();
        let new = NewToken {
            name: "app".to_owned(),
            capabilities: vec![OPEN311.name.to_owned()],
            measures: Vec::new(),
            last_day: None,
        };
        city.write(Actor::CommandLine, (new, token), |tx, (new, token)| {
            Box::pin(create_token(tx, new, token))
        })
        .await
        .unwrap();
        let mut app = browser(&city);
        let described = app.get("/api/open311/v2/services/light.json").await.text();
        assert!(described.contains("\"equipment\""), "{described}");
        let described = app.get("/api/open311/v2/services/road.json").await.text();
        assert!(!described.contains("\"equipment\""), "{described}");
        let mut sent = Vec::new();
        for (named, category) in [
            (first.as_str(), "light"),
            (&safe, "light"),
            ("assets/99", "light"),
            (&first, "road"),
        ] {
            let page = app
                .post(
                    "/api/open311/v2/requests.json",
                    &[
                        ("api_key", &key),
                        ("service_code", category),
                        ("description", "dark"),
                        ("attribute[equipment]", named),
                    ],
                )
                .await;
            sent.push(page.status);
        }
        let bad = StatusCode::BAD_REQUEST;
        assert_eq!(sent, [StatusCode::CREATED, bad, bad, bad]);
        let found: Value =
            serde_json::from_str(&app.get("/api/open311/v2/requests.json").await.text()).unwrap();
        assert_eq!(found.as_array().unwrap().len(), 1);
        let attribute = &found[0]["attributes"][0];
        assert_eq!(attribute["value"], first.as_str());
        assert_eq!(attribute["name"], "街灯 L-1 本町");
        assert_eq!(found[0]["lat"].to_string(), "34.4");
        let xml = app.get("/api/open311/v2/requests.xml").await.text();
        assert!(xml.contains("<attribute><code>equipment</code>"), "{xml}");
    }
);
