//! Inspections of the assets service that crews of the reports service do on their way. On both databases.

use axum::http::StatusCode;
use jiff::civil::date;
use yakuba_assets::{
    AssetError, AssetService,
    capabilities::WORK as REGISTERS,
    model::{draft, kind::Kind, state::State},
    store::{self as assets, Asset},
};
use yakuba_city::{Actor, City, JAPAN, each_database, sql::Sql as _, web::Capability};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, departments, staff},
};
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::WORK,
    model::rules::Rules,
    store::{
        self as reports,
        orders::{self, Outcome, Stop},
    },
};

const AED: &str = "format: yakuba-assets/1
key: aed
name: {ja: AED, en: AED}
department: roads
inspection_months: 12
fields:
  - {key: pads, name: パッドの期限, type: text}
";

const RULES: &str = "format: yakuba-reports/1
categories:
  - {key: road, name: {ja: 道路の穴, en: Holes, easy: あな}, department: roads, days: 14}
";

/// An AED in service since a year ago, at a place east of 135.
async fn installed(city: &City, number: &str, place: &'static str) -> Asset {
    let kind = Kind::from_yaml(AED).unwrap();
    let year_ago = city.today().year() - 1;
    let day = city.today().with().year(year_ago).build().unwrap();
    let new = draft::read(&kind, |key| match key {
        "number" => number,
        "name" => "本庁舎",
        "place" => "1階ロビー",
        "point" => place,
        "pads" => "2027年3月",
        _ => "",
    })
    .unwrap();
    let new = draft::Draft {
        installed_on: Some(day),
        ..new
    };
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
    asset(city, id).await
}

async fn asset(city: &City, id: i64) -> Asset {
    assets::asset(city.db(), id).await.unwrap().unwrap()
}

async fn set_up(city: &City) {
    departments(city, &["roads", "lights"]).await;
    let rules = Rules::from_yaml(RULES).unwrap();
    city.write(Actor::CommandLine, rules, |tx, rules| {
        Box::pin(reports::set_rules(tx, rules))
    })
    .await
    .unwrap();
}

fn clerk(city: &City, capabilities: &[Capability]) -> Browser {
    Browser::new(city, &[&ReportService]).of(staff(7, capabilities, "roads"))
}

async fn make(city: &City, clerk: &mut Browser, crew: &str, keys: &[&str]) -> (StatusCode, String) {
    let today = city.today();
    let (year, month, day) = (
        today.year().to_string(),
        today.month().to_string(),
        today.day().to_string(),
    );
    let mut fields = vec![
        ("day_year", year.as_str()),
        ("day_month", &month),
        ("day_day", &day),
        ("crew", crew),
        ("start", "34.4, 135.0"),
    ];
    fields.extend(keys.iter().map(|key| ("errand", *key)));
    let page = clerk.post("/desk/reports/orders/new", &fields).await;
    (page.status, page.to)
}

async fn stops(city: &City, order: i64) -> Vec<Stop> {
    orders::stops(city.db(), order).await.unwrap()
}

fn number_of(to: &str) -> i64 {
    to.split(['/', '?']).nth(4).unwrap().parse().unwrap()
}

async fn counted(city: &City, measure: &str) -> i64 {
    let sum: Option<i64> = city
        .db()
        .value(
            "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM facts WHERE measure = $1 AND department = 'roads'",
            [measure.into()],
        )
        .await
        .unwrap();
    sum.unwrap() / 1_000
}

each_database!(
    a_crew_inspects_what_is_due_and_the_register_knows_in_the_same_write,
    [
        &MailService,
        &IdentityService,
        &AssetService,
        &ReportService
    ],
    async |city| {
        set_up(&city).await;
        let far = installed(&city, "A2", "34.4, 135.02").await;
        let near = installed(&city, "A1", "34.4, 135.01").await;
        let (far_key, near_key) = (format!("assets/{}", far.id), format!("assets/{}", near.id));
        // Who may not keep registers is not offered their inspections, whatever the browser sends.
        let mut other = clerk(&city, &[WORK]);
        let page = other.get("/desk/reports/orders/new").await.text();
        assert!(!page.contains("点検：AED"), "{page}");
        let (status, _) = make(&city, &mut other, "第1班", &[&near_key]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

        let mut clerk = clerk(&city, &[WORK, REGISTERS]);
        let page = clerk.get("/desk/reports/orders/new").await.text();
        assert!(
            page.contains("点検：AED A1 本庁舎") && page.contains(&far_key),
            "{page}"
        );
        let keys = [far_key.as_str(), near_key.as_str(), "assets/99", "cases/1"];
        let (status, to) = make(&city, &mut clerk, "第1班", &keys).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let order = number_of(&to);
        let all = stops(&city, order).await;
        let stop_of = |key: &str| all.iter().find(|stop| stop.errand() == Some(key)).unwrap();
        assert_eq!(all.len(), 2, "what is not due or not known is left out");
        let (first, second) = (stop_of(&near_key), stop_of(&far_key));
        assert_eq!(counted(&city, "reports.stops_planned").await, 2);
        // No second crew is sent there.
        let (_, other_crew) = make(&city, &mut clerk, "第2班", &keys).await;
        assert!(stops(&city, number_of(&other_crew)).await.is_empty());
        let page = clerk.get("/desk/reports/orders/new").await.text();
        assert!(!page.contains("点検：AED"), "{page}");

        let base = format!("/desk/reports/orders/{order}");
        let page = clerk.get(&base).await.text();
        assert!(page.contains("点検：AED A1 本庁舎"), "{page}");
        let at = format!("{base}/stops/{}", first.id);
        let page = clerk.get(&at).await.text();
        for part in ["1階ロビー", "2027年3月", "台帳を見る"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("name=\"photos\"") && !page.contains("name=\"sentence\""));
        for path in ["/sheet.pdf", "/route.geojson"] {
            let file = clerk.get(&format!("{base}{path}")).await;
            assert_eq!(file.status, StatusCode::OK, "{path}");
        }

        // Done: result and next day are in the register.
        let done = [("revision", "1"), ("outcome", "done"), ("text", "異常なし")];
        for _ in 0..2 {
            let page = clerk.post(&at, &done).await;
            assert!(page.to.contains("order-marked"), "{}", page.text());
        }
        let now = asset(&city, near.id).await;
        let today = city.today();
        let next = today.with().year(today.year() + 1).build().unwrap();
        assert_eq!(now.inspection_due, Some(next));
        let log = assets::log(city.db(), near.id).await.unwrap();
        let inspected: Vec<&str> = log
            .iter()
            .filter(|line| line.kind == "inspected")
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(
            inspected,
            [format!("{today} 異常なし")],
            "pressed twice, once"
        );
        assert_eq!(counted(&city, "reports.stops_done").await, 1);
        // Who may not keep registers does not mark one either.
        let at = format!("{base}/stops/{}", second.id);
        let why = [
            ("revision", "1"),
            ("outcome", "not_done"),
            ("text", "閉館日"),
        ];
        assert_eq!(other.post(&at, &why).await.status, StatusCode::FORBIDDEN);
        let page = other.get(&at).await.text();
        assert!(!page.contains("name=\"outcome\""), "{page}");
        let page = clerk.post(&at, &why).await;
        assert!(page.to.contains("order-marked"), "{}", page.text());
        let log = assets::log(city.db(), far.id).await.unwrap();
        assert!(
            log.iter()
                .any(|line| line.kind == "note" && line.text == "閉館日")
        );
        assert_eq!(
            asset(&city, far.id).await.inspection_due,
            far.inspection_due
        );

        // What was left goes to the next working day; what is done does not.
        let tuesday = JAPAN
            .to_timestamp(date(2026, 11, 24).at(10, 0, 0, 0))
            .unwrap();
        city.clock().set(tuesday);
        for _ in 0..2 {
            city.write(Actor::Program("test".to_owned()), (), |tx, ()| {
                Box::pin(orders::carry_over(tx))
            })
            .await
            .unwrap();
        }
        let today: Vec<i64> = orders::orders(city.db(), &["roads".parse().unwrap()], 0, 10)
            .await
            .unwrap()
            .iter()
            .filter(|order| order.day == date(2026, 11, 24))
            .map(|order| order.id)
            .collect();
        let [carried] = today[..] else {
            panic!("{today:?}")
        };
        let all = stops(&city, carried).await;
        assert_eq!(all.len(), 1);
        assert_eq!(
            (all[0].errand(), all[0].is_carried, all[0].outcome),
            (Some(far_key.as_str()), true, Outcome::Waiting)
        );
        // Taken away in the meantime, nobody inspects it.
        city.write(
            Actor::CommandLine,
            (Kind::from_yaml(AED).unwrap(), far.id, far.revision),
            |tx, (kind, id, revision)| {
                Box::pin(assets::turn(tx, kind, *id, *revision, State::Removed, ""))
            },
        )
        .await
        .unwrap();
        let at = format!("/desk/reports/orders/{carried}/stops/{}", all[0].id);
        let page = clerk.post(&at, &done).await.text();
        assert!(page.contains("今はこの課のものではありません"), "{page}");
        assert_eq!(stops(&city, carried).await[0].outcome, Outcome::Waiting);
        let removed = clerk
            .post(
                &format!("/desk/reports/orders/{carried}/remove"),
                &[("revision", "1"), ("stop", &all[0].id.to_string())],
            )
            .await;
        assert!(removed.to.contains("order-removed"), "{}", removed.text());
        assert_eq!(counted(&city, "reports.stops_planned").await, 2);
    }
);
