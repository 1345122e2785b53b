//! The public pages of a figure: they show the facts of this moment, and each measures only what it shows.

use std::{fs, path::Path};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, CityError, Fact, MeasureDefinition, MeasureKind, Service as _, each_database,
};
use yakuba_identity::IdentityService;
use yakuba_kernel::{Channel, MeasureName, Quantity, Subject};
use yakuba_plan::{
    PlanError, PlanService, export, measuring,
    model::formula::Selection,
    store::{self, NewPlan},
};

const PLAN: &str = "sumikawa-2022";
const RECEIVED: MeasureName = MeasureName::declared("procedure.received");

async fn get(city: &City, path: &str) -> (StatusCode, String) {
    let router = PlanService.routes().into_router().with_state(city.clone());
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn publish(city: &City) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/demo/plan.yaml");
    let document = export::from_yaml(&fs::read_to_string(root).unwrap()).unwrap();
    city.write(Actor::CommandLine, document, |tx, document| {
        Box::pin(async move {
            tx.register_measure(&MeasureDefinition {
                name: RECEIVED,
                kind: MeasureKind::Flow,
                unit: "件".to_owned(),
                name_ja: "申請".to_owned(),
                name_en: "Applications".to_owned(),
            })
            .await?;
            store::commit_import(tx, None, document, NewPlan::Own, "取込み").await?;
            measuring::publish_in(tx, PLAN, "公表").await?;
            Ok::<_, PlanError>(())
        })
    })
    .await
    .unwrap();
}

async fn record(city: &City, channel: Channel, quantity: i64) {
    city.write(
        Actor::CommandLine,
        (channel, quantity),
        |tx, (channel, quantity)| {
            Box::pin(async move {
                let fact = Fact::one(&RECEIVED, "2024-05-01T00:00:00Z".parse().unwrap())
                    .channel(*channel)
                    .subject(Subject::new("moving_notice").unwrap())
                    .quantity(Quantity::from_integer(*quantity).unwrap());
                tx.record(fact).await?;
                Ok::<_, CityError>(())
            })
        },
    )
    .await
    .unwrap();
}

/// The key of the indicator that is the share of applications made online.
async fn online(city: &City) -> String {
    let plan = store::published(city, PLAN).await.unwrap().unwrap();
    measuring::indicators(&plan.document)
        .find(|(_, indicator)| indicator.name == "オンライン申請率")
        .and_then(|(_, indicator)| indicator.key.clone())
        .unwrap()
}

each_database!(
    a_figure_shows_a_fact_as_soon_as_it_is_recorded,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city).await;
        let figure = format!("/plan/{PLAN}/indicators/{}/2024", online(&city).await);
        record(&city, Channel::Online, 1).await;
        record(&city, Channel::Counter, 3).await;
        let (status, page) = get(&city, &figure).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("62.5"), "{page}");
        record(&city, Channel::Online, 4).await;
        let (_, page) = get(&city, &figure).await;
        assert!(page.contains("62.5"), "{page}");
        let (status, day) = get(&city, &format!("{figure}/days/2024-05-01")).await;
        assert_eq!(status, StatusCode::OK);
        assert!(day.contains("オンライン申請率"), "{day}");
    }
);

each_database!(
    an_address_that_names_nothing_is_not_found,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city).await;
        let indicator = format!("/plan/{PLAN}/indicators/{}", online(&city).await);
        for path in [
            format!("/plan/{PLAN}/indicators/none"),
            format!("/plan/none/indicators/{}", online(&city).await),
            format!("{indicator}/words"),
            format!("{indicator}/0"),
            format!("{indicator}/1999"),
            format!("{indicator}/2024/days/words"),
            // A day of another year.
            format!("{indicator}/2024/days/2024-03-31"),
        ] {
            assert_eq!(get(&city, &path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
);

each_database!(
    one_indicator_measured_alone_is_the_same_as_among_all,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city).await;
        record(&city, Channel::Online, 1).await;
        record(&city, Channel::Counter, 3).await;
        let plan = store::published(&city, PLAN).await.unwrap().unwrap();
        let all = measuring::measure(&city, plan.clone()).await.unwrap();
        assert!(all.indicators.len() > 10);
        for indicator in all.indicators.values() {
            let alone = measuring::measure_only(&city, plan.clone(), &[indicator.key()])
                .await
                .unwrap();
            assert_eq!(alone.indicators.len(), 1);
            assert_eq!(
                format!("{:?}", alone.indicators.get(indicator.key()).unwrap()),
                format!("{indicator:?}")
            );
        }
    }
);

each_database!(
    selections_within_each_other_are_counted_as_each_alone,
    [&IdentityService, &PlanService],
    async |city| {
        publish(&city).await;
        for (channel, quantity) in [
            (Channel::Online, 2),
            (Channel::Counter, 3),
            (Channel::Phone, 5),
        ] {
            record(&city, channel, quantity).await;
        }
        let all = Selection::all(RECEIVED);
        let of = |channels: &[Channel], subjects: &[&str]| Selection {
            channels: channels.to_vec(),
            subjects: subjects
                .iter()
                .map(|subject| Subject::new(*subject).unwrap())
                .collect(),
            ..all.clone()
        };
        let selections = [
            of(&[Channel::Online], &[]),
            of(&[Channel::Online, Channel::Counter], &[]),
            all.clone(),
            of(&[], &["moving_notice"]),
            of(&[Channel::Online], &["tax"]),
            all.clone(),
            Selection::all(MeasureName::declared("certificate.issued")),
        ];
        let day = "2024-05-01";
        let together = store::counts_of_day(city.db(), &selections, day)
            .await
            .unwrap();
        let totals: Vec<i64> = together
            .iter()
            .map(|rows| rows.iter().map(|row| row.total / 1000).sum())
            .collect();
        assert_eq!(totals, [2, 5, 10, 10, 0, 10, 0]);
        for (selection, rows) in selections.iter().zip(together) {
            let alone = store::counts_of_day(city.db(), std::slice::from_ref(selection), day)
                .await
                .unwrap();
            assert_eq!(alone, [rows]);
        }
    }
);
