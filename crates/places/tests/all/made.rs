//! Datasets that are made from the city's records.

use axum::http::StatusCode;
use jiff::ToSpan as _;
use yakuba_addresses::AddressService;
use yakuba_city::{Actor, City, each_database, run_due_jobs};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{
    PUBLIC_URL, PlacesError, PlacesService,
    capabilities::{EDIT, PUBLISH},
    store,
};

use crate::support::{TOILETS, departments, desk, document, publish, stranger};

const LIST: [(&str, &str); 9] = [
    ("key", "list"),
    ("title", "オープンデータ一覧"),
    ("description", "公開しているデータの一覧"),
    ("department", "parks"),
    ("theme", "finance"),
    ("national", "open_data_list"),
    ("contact", "道路公園課"),
    ("source", "places.open_data_list"),
    ("rhythm", "daily"),
];

async fn versions(city: &City, key: &str) -> usize {
    store::versions(city.db(), key, 1).await.unwrap().len()
}

async fn rows(city: &City, key: &str) -> Vec<Vec<String>> {
    let version = store::version(city.db(), key, 1, None)
        .await
        .unwrap()
        .unwrap();
    let content = store::contents(city.db(), &version).await.unwrap();
    content.unwrap().rows
}

each_database!(
    a_dataset_is_made_every_night_and_only_when_something_changed,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        publish(&city, document("toilets", "parks"), TOILETS).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let sources = clerk.get("/desk/data/sources").await.text();
        assert!(
            sources.contains("/desk/data/new?source=places.open_data_list"),
            "{sources}"
        );
        let form = clerk
            .get("/desk/data/new?source=places.open_data_list")
            .await
            .text();
        assert!(form.contains(r#"name="source" value="places.open_data_list""#));
        assert!(
            form.contains("places_open_data_list"),
            "the key is suggested"
        );

        let made = clerk.post("/desk/data/new", &LIST).await;
        assert_eq!(
            made.to,
            "/desk/data/list?done=made-itself",
            "{}",
            made.text()
        );
        // Where the city is reached is in it once the program knows.
        assert_eq!(rows(&city, "list").await[0][10], "");
        city.write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(async move {
                tx.set(PUBLIC_URL, "https://www.example.jp/").await?;
                Ok::<_, PlacesError>(())
            })
        })
        .await
        .unwrap();
        assert!(
            store::make(&city, Actor::CommandLine, "list")
                .await
                .unwrap()
        );
        let row = rows(&city, "list").await.remove(0);
        assert_eq!(row[10], "https://www.example.jp/data/toilets");
        assert_eq!(
            row[17..19],
            [
                "https://www.example.jp/data/toilets#file-1",
                "https://www.example.jp/data/toilets/files/1/latest.csv"
            ]
        );
        // A draft is made, too, and is not in the list of what is published.
        assert_eq!(rows(&city, "list").await.len(), 1);
        let version = store::version(city.db(), "list", 1, None)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(version.must, 0, "as the standard wants it");
        assert_eq!(version.national, "open_data_list");
        let page = clerk.get("/desk/data/list").await.text();
        assert!(page.contains("毎晩作っています"), "{page}");
        assert!(!page.contains("type=\"file\""), "no file is sent: {page}");

        // Making it again at once changes nothing.
        let same = clerk.post("/desk/data/list/make", &[]).await;
        assert_eq!(same.to, "/desk/data/list?done=same");
        let shown = store::dataset(city.db(), "list").await.unwrap().unwrap();
        let published = clerk
            .post(
                "/desk/data/list/publish",
                &[("revision", &shown.revision.to_string())],
            )
            .await;
        assert_eq!(published.to, "/desk/data/list?done=published");

        // Each night it is made anew: once because it is in the list itself now, then never again until something else changes.
        for _ in 0..4 {
            city.clock().set(city.clock().now() + 24.hours());
            run_due_jobs(&city).await.unwrap();
        }
        assert_eq!(versions(&city, "list").await, 3);
        assert_eq!(rows(&city, "list").await.len(), 2);
        publish(&city, document("benches", "parks"), TOILETS).await;
        city.clock().set(city.clock().now() + 24.hours());
        run_due_jobs(&city).await.unwrap();
        assert_eq!(versions(&city, "list").await, 4);
        assert_eq!(rows(&city, "list").await.len(), 3);

        let public = stranger(&city).get("/data/list").await.text();
        assert!(public.contains("毎晩自動で作っています"), "{public}");
    }
);

each_database!(
    what_is_made_takes_no_files_until_it_is_kept_by_hand,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        clerk.post("/desk/data/new", &LIST).await;
        let refused = crate::desk::send(
            &mut clerk,
            "/desk/data/list/upload",
            &[("to", "1")],
            "a.csv",
            TOILETS.as_bytes(),
        )
        .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

        // Whoever has nothing to do with the department changes nothing.
        let mut other = desk(&city, &[EDIT, PUBLISH], "health");
        for path in ["/desk/data/list/make", "/desk/data/list/by-hand"] {
            assert_eq!(other.post(path, &[]).await.status, StatusCode::NOT_FOUND);
            let nobody = stranger(&city).post(path, &[]).await;
            assert_ne!(nobody.status, StatusCode::OK);
        }
        let unknown = clerk
            .post(
                "/desk/data/new",
                &[&LIST[1..7], &[("key", "other"), ("source", "secret.table")]].concat(),
            )
            .await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(store::dataset(city.db(), "other").await.unwrap().is_none());

        let changed = clerk.post("/desk/data/list/by-hand", &[]).await;
        assert_eq!(changed.to, "/desk/data/list?done=by-hand");
        let error = store::make(&city, Actor::CommandLine, "list")
            .await
            .unwrap_err();
        assert!(matches!(error, PlacesError::NoSource(_)), "{error}");
        let page = clerk.get("/desk/data/list").await.text();
        assert!(page.contains("type=\"file\""), "{page}");
        assert_eq!(versions(&city, "list").await, 1, "what there is stays");
    }
);
