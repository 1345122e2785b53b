//! A disaster begins, goes on and is over.

use axum::http::StatusCode;
use yakuba_city::{each_database, open_emergencies};
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
