//! A disaster begins, goes on and is over.

use axum::http::StatusCode;
use yakuba_city::{
    HAZARD, Migration, Service, ShareLayers, SharedClass, SharedLayer, each_database,
    open_emergencies,
};
use yakuba_disaster::{
    DisasterService,
    capabilities::{LEAD, SHELTER},
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{counted, desk, open, set_up, stranger, tell};

each_database!(
    a_disaster_is_told_to_everybody_and_counted_when_it_is_over,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let quiet = stranger(&city).get("/disaster").await.text();
        assert!(quiet.contains("今、市が対応している災害はありません") && quiet.contains("119"));
        let mut lead = desk(&city, &[LEAD, SHELTER]);
        let id = open(&city, &mut lead, "flood", "台風第21号").await;
        // A second press opens nothing more.
        assert_eq!(open(&city, &mut lead, "flood", "台風第21号").await, id);
        let told = stranger(&city).get("/shelters").await.text();
        assert!(told.contains("台風第21号") && told.contains("川に近づかないでください。"));
        let english = stranger(&city).get("/disaster?lang=en").await.text();
        assert!(english.contains("Typhoon") || english.contains("台風第21号"));

        for (key, people) in [("E0001", "80"), ("E0002", "30"), ("E0001", "20")] {
            let page = tell(&mut lead, key, &[("state", "open"), ("people", people)]).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        }
        let desk_page = lead.get("/desk/disaster").await.text();
        assert!(desk_page.contains("避難している人: 50人"), "{desk_page}");
        let close = format!("/desk/disaster/events/{id}/close");
        assert_eq!(
            lead.post(&close, &[]).await.to,
            "/desk/disaster?done=closed"
        );
        assert_eq!(
            lead.post(&close, &[]).await.to,
            "/desk/disaster?done=closed"
        );
        assert_eq!(
            counted(&city, "disaster.people_at_most", "flood").await,
            110
        );
        assert_eq!(counted(&city, "disaster.shelters_opened", "flood").await, 2);
        assert!(open_emergencies(city.db()).await.unwrap().is_empty());
        let after = stranger(&city).get("/shelters").await.text();
        assert!(!after.contains("川に近づかないでください。"));
        // The shelters are still open.
        assert!(after.contains("開いています"));
        let situation = stranger(&city).get("/disaster").await.text();
        assert!(situation.contains("終わった災害") && situation.contains("台風第21号"));
    }
);

each_database!(
    two_people_who_change_a_notice_do_not_overwrite_each_other,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut lead = desk(&city, &[LEAD]);
        let id = open(&city, &mut lead, "earthquake", "地震").await;
        let change = format!("/desk/disaster/events/{id}");
        let fields = |notice| {
            [
                ("revision", "1"),
                ("name-ja", "地震"),
                ("notice-ja", notice),
            ]
        };
        assert_eq!(
            lead.post(&change, &fields("余震に注意")).await.to,
            "/desk/disaster?done=told"
        );
        let refused = lead.post(&change, &fields("べつの知らせ")).await.text();
        assert!(refused.contains("ほかの人が先に変えました"));
        let open = open_emergencies(city.db()).await.unwrap();
        assert_eq!(open[0].notice.ja, "余震に注意");
        let bad = lead
            .post(
                "/desk/disaster/open",
                &[("kind", "gold"), ("name-ja", ""), ("begun", "25:00")],
            )
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(open_emergencies(city.db()).await.unwrap().len(), 1);
        // Two at a time.
        crate::support::open(&city, &mut lead, "fire", "山火事").await;
        let both = stranger(&city).get("/disaster").await.text();
        assert!(both.contains("山火事") && both.contains("地震"));
    }
);

/// A service with a map of its own.
struct Sharing;

impl Service for Sharing {
    fn name(&self) -> &'static str {
        "sharing"
    }

    fn migrations(&self) -> Vec<Migration> {
        Vec::new()
    }

    fn shared_layers(&self) -> Option<ShareLayers> {
        Some(|_, language| {
            let english = language == "en";
            let of = |key: &str, theme| SharedLayer {
                key: key.to_owned(),
                title: if english { "Flood" } else { "浸水<想定>" }.to_owned(),
                about: "川の水".to_owned(),
                theme,
                sign: "square",
                swatch: "area",
                tiles: format!("/map/tiles/{key}/{{z}}/{{x}}/{{y}}.mvt"),
                inside: "features",
                longest: 16,
                classes: vec![SharedClass {
                    title: "3m以上".to_owned(),
                    colour: "#ffb7b7".to_owned(),
                    pattern: "cross",
                    sign: "square",
                    factor: 1.0,
                }],
                opacity: Some(70),
                steps: Vec::new(),
                list: format!("/map/list?layer={key}"),
            };
            let all = vec![of("open", HAZARD), of("toilets", "living")];
            Box::pin(async move { Ok(all) })
        })
    }
}

each_database!(
    hazard_areas_of_the_map_are_on_the_map_of_a_disaster_and_in_its_list,
    [&MailService, &IdentityService, &DisasterService, &Sharing],
    async |city| {
        set_up(&city).await;
        let map = stranger(&city).get("/disaster/map").await.text();
        let boxed = |id: &str| {
            let at = map.find(&format!("data-map-layer=\"{id}\"")).unwrap();
            map[at..].split('>').next().unwrap().to_owned()
        };
        // Off at first, with legend and opacity, and never mixed up with a layer of ours.
        assert!(!boxed("hazard-open").contains("checked") && boxed("open").contains("checked"));
        assert!(map.contains("3m以上") && map.contains("data-map-opacity=\"hazard-open\""));
        assert!(!map.contains("hazard-toilets") && !map.contains("<想定>"));
        assert!(map.contains("/reports/reports.geojson?disaster=1"));
        // A link brings back what was on.
        let map = stranger(&city)
            .get("/disaster/map?layer=hazard-open&at=34.40000,135.00000,14.0")
            .await
            .text();
        assert!(map.contains("data-map-layer=\"hazard-open\" checked"));
        assert!(!map.contains("data-map-layer=\"open\" checked"));
        let list = stranger(&city).get("/disaster?lang=en").await.text();
        assert!(list.contains("/map/list?layer=open") && list.contains("Flood"));
        assert!(list.contains("3m以上") && !list.contains("layer=toilets"));
        assert!(list.contains("name=\"layer\" value=\"open\""));
    }
);
