//! Shelters: told at the desk, seen by everybody.

use axum::http::StatusCode;
use yakuba_city::{each_database, testing::KnownPlaces};
use yakuba_disaster::{
    DisasterService,
    capabilities::{LEAD, SHELTER},
    model::shelter::Crowding,
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{counted, desk, open, set_up, shelter, stranger, tell};

/// What a page may weigh without styles and scripts, in bytes: a second and a half at 128 kbit/s, as phones get when everybody calls.
const MOST_BYTES: usize = 24_000;

each_database!(
    what_staff_tell_of_a_shelter_is_what_everybody_sees,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        open(&city, &mut desk(&city, &[LEAD]), "flood", "台風").await;
        let mut clerk = desk(&city, &[SHELTER]);
        let page = tell(
            &mut clerk,
            "E0001",
            &[
                ("state", "open"),
                ("crowding", "crowded"),
                ("people", "１２０"),
                ("needs", "water"),
                ("needs", "accessible_toilet"),
                ("note", "入口は北側です"),
            ],
        )
        .await;
        assert_eq!(page.to, "/desk/disaster/shelters/E0001?done=shelter");
        let seen = stranger(&city).get("/shelters/E0001").await.text();
        for word in [
            "開いています",
            "混雑",
            "120人",
            "飲み水",
            "車いすで使えるトイレ",
            "入口は北側です",
            "560人",
        ] {
            assert!(seen.contains(word), "{word} in {seen}");
        }
        let json: serde_json::Value = serde_json::from_slice(
            &stranger(&city)
                .get("/shelters/shelters.json?open=1")
                .await
                .bytes,
        )
        .unwrap();
        assert_eq!(json["shelters"].as_array().unwrap().len(), 1);
        assert_eq!(json["shelters"][0]["people"], 120);
        assert_eq!(json["shelters"][0]["crowding"], "crowded");
        let csv = stranger(&city).get("/shelters/shelters.csv").await.text();
        assert!(
            csv.contains("E0001,第一小学校,First School") && csv.contains("洪水;地震"),
            "{csv}"
        );
        assert!(
            csv.contains(",混雑,120,飲み水;車いすで使えるトイレ,"),
            "{csv}"
        );
        let map: serde_json::Value = serde_json::from_slice(
            &stranger(&city)
                .get("/shelters/shelters.geojson?open=1")
                .await
                .bytes,
        )
        .unwrap();
        assert_eq!(
            map["features"][0]["geometry"]["coordinates"][0],
            135.003_451
        );
        // Few people are not told apart.
        tell(&mut clerk, "E0001", &[("state", "open"), ("people", "3")]).await;
        let few = stranger(&city).get("/shelters/E0001").await.text();
        assert!(few.contains("5人未満") && !few.contains(" 3人"));
        let json = stranger(&city)
            .get("/shelters/shelters.json?open=1")
            .await
            .text();
        assert!(json.contains("\"people\":null"), "{json}");
        // Closing empties it.
        tell(
            &mut clerk,
            "E0001",
            &[("state", "closed"), ("people", "3"), ("needs", "food")],
        )
        .await;
        let closed = shelter(&city, "E0001").await;
        assert!(
            !closed.told.is_open && closed.told.people.is_none() && closed.told.needs.is_empty()
        );
        assert_eq!(counted(&city, "disaster.shelters_opened", "flood").await, 1);
    }
);

each_database!(
    the_same_told_twice_is_kept_once_and_another_persons_word_is_not_overwritten,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[SHELTER]);
        let address = "/desk/disaster/shelters/E0002";
        let first = [("revision", "1"), ("state", "open"), ("crowding", "free")];
        assert_eq!(
            clerk.post(address, &first).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            clerk.post(address, &first).await.status,
            StatusCode::SEE_OTHER
        );
        let other = [("revision", "1"), ("state", "open"), ("crowding", "full")];
        let refused = clerk.post(address, &other).await.text();
        assert!(refused.contains("ほかの人が先に変えました"));
        // What was typed is still there.
        assert!(refused.contains("value=\"full\" checked"), "{refused}");
        let now = shelter(&city, "E0002").await;
        assert_eq!(now.told.crowding, Some(Crowding::Free));
        assert_eq!(now.revision, 2);
        let history = yakuba_disaster::store::shelters::history(city.db(), now.id)
            .await
            .unwrap();
        assert_eq!(history.len(), 1);
        for bad in [
            vec![("revision", "2")],
            vec![("revision", "2"), ("state", "open"), ("people", "たくさん")],
            vec![("revision", "2"), ("state", "open"), ("people", "-1")],
            vec![
                ("revision", "2"),
                ("state", "open"),
                ("at", "2099-01-01 0:00"),
            ],
        ] {
            let page = clerk.post(address, &bad).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
        }
        assert_eq!(shelter(&city, "E0002").await, now);
    }
);

each_database!(
    a_sheet_of_paper_entered_later_takes_its_place_in_the_history,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[SHELTER]);
        let hours_ago = |hours: i64| {
            let at = city.now() - jiff::SignedDuration::from_hours(hours);
            yakuba_city::JAPAN
                .to_datetime(at)
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        };
        tell(
            &mut clerk,
            "E0001",
            &[("state", "open"), ("people", "50"), ("at", &hours_ago(1))],
        )
        .await;
        let older = hours_ago(3);
        let paper = [
            ("state", "open"),
            ("people", "90"),
            ("at", older.as_str()),
            ("channel", "paper"),
        ];
        for _ in 0..2 {
            let page = tell(&mut clerk, "E0001", &paper).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        }
        let now = shelter(&city, "E0001").await;
        assert_eq!(now.told.people, Some(50));
        let history = yakuba_disaster::store::shelters::history(city.db(), now.id)
            .await
            .unwrap();
        assert_eq!(
            history
                .iter()
                .map(|state| state.told.people)
                .collect::<Vec<_>>(),
            [Some(50), Some(90)]
        );
        let page = clerk.get("/desk/disaster/shelters/E0001").await.text();
        assert!(page.contains("紙、"), "{page}");
    }
);

each_database!(
    a_form_to_fill_in_by_hand_is_printed_with_number_and_code,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[SHELTER]);
        for path in [
            "/desk/disaster/shelters/E0001/form.pdf",
            "/desk/disaster/report.pdf",
            "/desk/disaster/report.pdf?lang=en",
        ] {
            let page = clerk.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(
                page.bytes.starts_with(b"%PDF-") && page.bytes.len() > 5_000,
                "{path}"
            );
        }
        let nothing = clerk.get("/desk/disaster/shelters/E9/form.pdf").await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    }
);

each_database!(
    shelters_are_found_by_what_they_are_for_and_nearest_first,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let seen = async |path: &str| stranger(&city).get(path).await.text();
        let flood = seen("/shelters?kind=flood").await;
        assert!(flood.contains("第一小学校") && !flood.contains("第二小学校"));
        assert!(seen("/shelters?q=南町").await.contains("第二小学校"));
        assert!(!seen("/shelters?q=南町").await.contains("第一小学校"));
        assert!(!seen("/shelters?q=%25").await.contains("/shelters/E0001"));
        let near = seen("/shelters?near=34.388,135.0035").await;
        assert!(near.find("第二小学校").unwrap() < near.find("第一小学校").unwrap());
        assert!(near.contains("メートル"));
        assert!(seen("/shelters?near=here").await.contains("緯度と経度を"));
        assert_eq!(
            stranger(&city).get("/shelters/nothing").await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            stranger(&city).get("/shelters/%00").await.status,
            StatusCode::NOT_FOUND
        );
        // One that is not in use is nowhere.
        let mut lead = desk(&city, &[LEAD]);
        let fields = [
            ("name", "第二小学校"),
            ("address", "南町"),
            ("point", "34.388109, 135.003575"),
            ("is_listed", "0"),
        ];
        let page = lead
            .post("/desk/disaster/shelters/E0002/edit", &fields)
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        assert!(!seen("/shelters").await.contains("第二小学校"));
        assert_eq!(
            stranger(&city).get("/shelters/E0002").await.status,
            StatusCode::NOT_FOUND
        );
        let added = lead
            .post(
                "/desk/disaster/shelters/new",
                &[
                    ("key", "W-1"),
                    ("name", "福祉会館"),
                    ("address", "北町"),
                    ("point", "34.41, 135.0"),
                    ("kinds", "earthquake"),
                    ("equipment", "ostomate"),
                    ("is_listed", "1"),
                ],
            )
            .await;
        assert_eq!(added.to, "/desk/disaster/shelters/W-1?done=kept");
        assert!(
            seen("/shelters?equipment=ostomate")
                .await
                .contains("福祉会館")
        );
        let again = lead
            .post(
                "/desk/disaster/shelters/new",
                &[
                    ("key", "W-1"),
                    ("name", "x"),
                    ("address", "y"),
                    ("point", "0,0"),
                ],
            )
            .await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    the_pages_are_small_with_forty_shelters_and_need_no_script,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let mut lead = desk(&city, &[LEAD, SHELTER]);
        open(&city, &mut lead, "flood", "台風第21号による大雨").await;
        for number in 0..38 {
            let key = format!("X{number}");
            let name = format!("澄川市立第{number}地区コミュニティセンター");
            let page = lead
                .post(
                    "/desk/disaster/shelters/new",
                    &[
                        ("key", &key),
                        ("name", &name),
                        ("address", "澄川市中央三丁目5番6号"),
                        ("point", "34.41, 135.0"),
                        ("is_listed", "1"),
                    ],
                )
                .await;
            assert_eq!(page.status, StatusCode::SEE_OTHER);
            tell(
                &mut lead,
                &key,
                &[("state", "open"), ("crowding", "some"), ("people", "40")],
            )
            .await;
        }
        for path in [
            "/disaster",
            "/shelters",
            "/shelters?open=1",
            "/shelters/X1",
            "/disaster/roads",
        ] {
            let page = stranger(&city).get(path).await;
            assert!(
                page.bytes.len() < MOST_BYTES,
                "{path}: {} bytes",
                page.bytes.len()
            );
            assert!(!page.text().contains("<script>"), "{path}");
        }
    }
);

each_database!(
    shelters_are_sorted_from_an_address_or_a_named_place,
    [
        &MailService,
        &IdentityService,
        &KnownPlaces,
        &DisasterService
    ],
    async |city| {
        set_up(&city).await;
        let mut reader = stranger(&city);
        let near = reader
            .get("/shelters?near=%E6%9C%AC%E7%94%BA1-1")
            .await
            .text();
        assert!(near.find("第一小学校").unwrap() < near.find("第二小学校").unwrap());
        assert!(near.contains("メートル"), "{near}");
        let which = reader
            .get("/shelters?near=%E5%85%AC%E6%B0%91%E9%A4%A8&lang=en")
            .await
            .text();
        assert!(which.contains("Which of these places?"), "{which}");
        let list = reader
            .get("/shelters/shelters.json?near=%E5%85%AC%E6%B0%91%E9%A4%A8")
            .await;
        assert_eq!(list.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);
