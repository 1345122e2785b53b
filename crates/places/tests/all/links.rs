//! Files that stand on other sites: as links, and as copies that are fetched. On both databases.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use serde_json::Value as Json;
use yakuba_addresses::AddressService;
use yakuba_city::{Actor, City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesError, PlacesService,
    capabilities::{EDIT, PUBLISH},
    model::links::read_list,
    store::{self, Came, LinkState, Whole},
};

use crate::{
    desk::send,
    pages::counted,
    support::{departments, desk, document, stranger},
};

/// What the other site has.
#[derive(Clone, Default)]
struct Site(Arc<Mutex<String>>);

impl Site {
    fn set(&self, text: &str) {
        text.clone_into(&mut self.0.lock().unwrap());
    }
}

async fn table(State(site): State<Site>, headers: HeaderMap) -> Response {
    let text = site.0.lock().unwrap().clone();
    let tag = format!("\"{}\"", text.len());
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| *known == *tag)
    {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, tag)], text).into_response()
}

/// Another site on this machine, and its address.
async fn other_site() -> (Site, String) {
    let site = Site::default();
    let router = Router::new()
        .route("/table.csv", get(table))
        .route("/page", get(async || "<!DOCTYPE html><p>404"))
        .route("/moved", get(async || Redirect::to("/table.csv")))
        .route(
            "/inside",
            get(async || Redirect::to("http://127.0.0.2/x.csv")),
        )
        .route("/round", get(async || Redirect::to("/round")))
        .route("/busy", get(async || StatusCode::SERVICE_UNAVAILABLE))
        .route("/broken.csv", get(async || b"\x89PNG\r\n".to_vec()))
        .with_state(site.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (site, address)
}

async fn dataset(city: &City, key: &str, rhythm: &str) {
    let mut document = document(key, "parks");
    document.rhythm = serde_json::from_value(rhythm.into()).unwrap();
    city.write(Actor::Staff(1), document, |tx, document| {
        Box::pin(store::create(tx, document, ""))
    })
    .await
    .unwrap();
}

async fn allow_this_machine(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move { store::set_own_hosts(tx, &["127.0.0.1".to_owned()].into()).await })
    })
    .await
    .unwrap();
}

fn refused(came: &Came, key: &str, is_passing: bool) {
    let Came::Not(refused, passing) = came else {
        panic!("{came:?}");
    };
    assert_eq!((refused.key.as_str(), *passing), (key, is_passing));
}

async fn publish(city: &City, key: &str) -> Result<(), PlacesError> {
    let revision = store::dataset(city.db(), key).await?.unwrap().revision;
    city.write(
        Actor::Staff(1),
        (key.to_owned(), revision),
        |tx, (key, revision)| Box::pin(store::publish(tx, key, *revision)),
    )
    .await
}

each_database!(
    links_are_published_without_being_fetched,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        dataset(&city, "hospitals", "irregular").await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let page = clerk.get("/desk/data/hospitals/links").await;
        assert!(page.text().contains("アドレスの一覧"), "{:?}", page.problem);
        let path = "/desk/data/hospitals/links";
        let wrong = send(
            &mut clerk,
            path,
            &[("list", "https://a.example.jp/1\nftp://x")],
            "",
            b"",
        )
        .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("2行目"), "{}", wrong.text());
        let list = "題名,アドレス,形式\n病院,https://a.example.jp/hospital.csv,CSV\n薬局,https://a.example.jp/p.pdf,";
        let sent = send(
            &mut clerk,
            path,
            &[("list", list), ("how", "link")],
            "",
            b"",
        )
        .await;
        assert_eq!(
            sent.to,
            "/desk/data/hospitals?done=links",
            "{}",
            sent.text()
        );
        // The same again is nothing; a file with the list in another charset is as good.
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(list);
        let again = send(&mut clerk, path, &[("how", "link")], "一覧.csv", &sjis).await;
        assert_eq!(again.to, "/desk/data/hospitals?done=links-none");
        publish(&city, "hospitals").await.unwrap();
        assert_eq!(counted(&city, "places.files").await, "2");
        assert_eq!(counted(&city, "places.datasets").await, "1");
        let mut reader = stranger(&city);
        let page = reader.get("/data/hospitals").await.text();
        assert!(
            page.contains("href=\"https://a.example.jp/hospital.csv\""),
            "{page}"
        );
        assert!(page.contains("ほかのサイトにあるファイルです"));
        let shown = reader.get("/api/3/action/package_show?id=hospitals").await;
        let shown: Json = serde_json::from_slice(&shown.bytes).unwrap();
        let resource = &shown["result"]["resources"][0];
        assert_eq!(resource["url"], "https://a.example.jp/hospital.csv");
        assert_eq!(resource["datastore_active"], false);
        let id = resource["id"].as_str().unwrap();
        let one = reader
            .get(&format!("/api/3/action/resource_show?id={id}"))
            .await;
        assert!(one.text().contains("a.example.jp"), "{}", one.text());
        let dcat = reader.get("/data/catalog.jsonld").await.text();
        assert!(dcat.contains("https://a.example.jp/p.pdf"), "{dcat}");
        // The list of open data has it under its own address.
        let list = city
            .open_tables()
            .iter()
            .find(|table| table.key == "places.open_data_list")
            .unwrap();
        let listed = (list.make)(&city).await.unwrap();
        assert!(
            listed
                .rows
                .iter()
                .any(|row| row.contains(&"https://a.example.jp/hospital.csv".to_owned())),
            "{listed:?}"
        );
        // Taken away again, it is nowhere.
        let gone = clerk
            .post("/desk/data/hospitals/files/1/drop-file", &[])
            .await;
        assert_eq!(gone.to, "/desk/data/hospitals?done=file-dropped");
        assert_eq!(counted(&city, "places.files").await, "1");
        assert!(
            !reader
                .get("/data/hospitals")
                .await
                .text()
                .contains("hospital.csv")
        );
    }
);

each_database!(
    copies_are_fetched_again_and_only_changes_are_versions,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        dataset(&city, "trees", "daily").await;
        let (site, address) = other_site().await;
        site.set("名称,本数\n桜,3\n");
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let list = format!(
            "木,{address}/moved,CSV\n頁,{address}/page\n絵,{address}/broken.csv\n混,{address}/busy\n回,{address}/round\n中,{address}/inside"
        );
        let sent = send(
            &mut clerk,
            "/desk/data/trees/links",
            &[("list", &list), ("how", "copy")],
            "",
            b"",
        )
        .await;
        assert_eq!(
            sent.to,
            "/desk/data/trees?done=links-asked",
            "{}",
            sent.text()
        );
        // Nothing in the own network is asked for.
        let fetch = async |file: i64| store::fetch_file(&city, "trees", file).await.unwrap();
        refused(&fetch(1).await, "fetch-private", false);
        let page = clerk.get("/desk/data/trees").await.text();
        assert!(
            page.contains("インターネットに公開されていないサーバー"),
            "{page}"
        );
        allow_this_machine(&city).await;
        assert_eq!(fetch(1).await, Came::New(1));
        refused(&fetch(2).await, "fetch-page", false);
        refused(&fetch(3).await, "sheet-not-a-sheet", false);
        refused(&fetch(4).await, "fetch-status", true);
        refused(&fetch(5).await, "fetch-turns", false);
        refused(&fetch(6).await, "fetch-private", false);
        // The same, by its tag and by its contents.
        assert_eq!(fetch(1).await, Came::Same);
        site.set("名称,本数\n梅,5\n");
        assert_eq!(fetch(1).await, Came::Same, "a tag of the same length");
        site.set("名称,本数\n桜,3\n梅,52\n");
        assert_eq!(fetch(1).await, Came::New(2));
        publish(&city, "trees").await.unwrap();
        let page = stranger(&city).get("/data/trees").await.text();
        assert!(
            page.contains("梅") && page.contains("元のファイル"),
            "{page}"
        );
        assert_eq!(counted(&city, "places.files").await, "1");
        let links = store::links(city.db(), Some("trees")).await.unwrap();
        let state = |file: i64| links[&("trees".to_owned(), file)].state;
        assert_eq!(
            [state(1), state(3), state(4)],
            [LinkState::Fetched, LinkState::Failed, LinkState::Waiting]
        );
        // All were tried on this day; a dataset without a rhythm waits for a person.
        assert_eq!(store::ask_due(&city).await.unwrap(), 0);
        // What is taken away for good comes again when it still stands there.
        city.write(Actor::Staff(1), (), |tx, ()| {
            Box::pin(async move {
                store::remove_contents(tx, "trees", 1, 2).await?;
                store::remove_contents(tx, "trees", 1, 1).await
            })
        })
        .await
        .unwrap();
        assert_eq!(fetch(1).await, Came::New(3));
        let asked = clerk.post("/desk/data/trees/files/1/fetch", &[]).await;
        assert_eq!(asked.to, "/desk/data/trees?done=links-asked");
        // Somebody else's dataset stays theirs.
        let mut other = desk(&city, &[EDIT], "health");
        for path in [
            "/desk/data/trees/files/1/fetch",
            "/desk/data/trees/files/1/drop-file",
        ] {
            assert_eq!(other.post(path, &[]).await.status, StatusCode::NOT_FOUND);
        }
    }
);

each_database!(
    files_are_renamed_and_what_never_was_one_leaves_nothing,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        dataset(&city, "trees", "daily").await;
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let csv = "名称,本数\n桜,3\n".as_bytes();
        send(
            &mut clerk,
            "/desk/data/trees/upload",
            &[("title", "木")],
            "a.csv",
            csv,
        )
        .await;
        let check = clerk.get("/desk/data/trees/files/1/check").await;
        let hash = check.between("name=\"sent\" value=\"", "\"");
        clerk
            .post("/desk/data/trees/files/1/drop", &[("sent", &hash)])
            .await;
        assert!(
            store::files_of(city.db(), "trees")
                .await
                .unwrap()
                .is_empty()
        );

        // Refused in plain words.
        let bad = send(
            &mut clerk,
            "/desk/data/trees/upload",
            &[("title", "絵")],
            "a.csv",
            b"\x89PNG\r\n",
        )
        .await;
        assert!(
            bad.text().contains("表のファイルではありません"),
            "{}",
            bad.text()
        );
        let bad = send(
            &mut clerk,
            "/desk/data/trees/upload",
            &[("title", "形")],
            "a.geojson",
            b"{}",
        )
        .await;
        assert!(
            bad.text().contains("GeoJSONとして読めません"),
            "{}",
            bad.text()
        );

        send(
            &mut clerk,
            "/desk/data/trees/upload",
            &[("title", "木")],
            "a.csv",
            csv,
        )
        .await;
        let check = clerk.get("/desk/data/trees/files/1/check").await;
        let hash = check.between("name=\"sent\" value=\"", "\"");
        clerk
            .post(
                "/desk/data/trees/files/1/take",
                &[("sent", &hash), ("how", "plain")],
            )
            .await;
        let renamed = clerk
            .post("/desk/data/trees/files/1/rename", &[("title", " 街路樹 ")])
            .await;
        assert_eq!(renamed.to, "/desk/data/trees?done=saved");
        let entry = store::file(city.db(), "trees", 1).await.unwrap().unwrap();
        assert_eq!(entry.title, "街路樹");
        let empty = clerk
            .post("/desk/data/trees/files/1/rename", &[("title", " ")])
            .await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        // What has a version is not dropped.
        let kept = clerk.post("/desk/data/trees/files/1/drop-file", &[]).await;
        assert_eq!(kept.to, "/desk/data/trees?done=file-kept");
        // Before contents are taken away for good, a page asks.
        let asks = clerk
            .get("/desk/data/trees/files/1/remove?version=1")
            .await
            .text();
        assert!(
            asks.contains("元に戻せません") && asks.contains("街路樹"),
            "{asks}"
        );
        let none = clerk.get("/desk/data/trees/files/1/remove?version=7").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let removed = clerk
            .post("/desk/data/trees/files/1/remove", &[("version", "1")])
            .await;
        assert_eq!(removed.to, "/desk/data/trees?done=removed");
    }
);

each_database!(
    the_list_at_the_desk_is_narrowed_and_paged,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        for at in 0..60 {
            dataset(&city, &format!("trees{at}"), "daily").await;
        }
        crate::support::publish(&city, document("toilets", "parks"), "名称,本数\n桜,3\n").await;
        stranger(&city).get("/data/toilets").await;
        let mut clerk = desk(&city, &[EDIT], "parks");
        let page = clerk.get("/desk/data").await.text();
        assert!(page.contains("61件") && page.contains("page=2"), "{page}");
        for (query, count) in [
            ("q=toilets", "1件"),
            ("q=%E6%A1%9C", "0件"),
            ("state=published", "1件"),
            ("state=draft", "60件"),
            ("department=parks", "61件"),
            ("format=csv", "1件"),
            ("format=geojson", "0件"),
        ] {
            let page = clerk.get(&format!("/desk/data?{query}")).await.text();
            assert!(page.contains(&format!(">{count} ")), "{query}: {page}");
        }
    }
);

each_database!(
    a_whole_dataset_comes_by_address,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        let list = |links: &[(&str, bool)]| Whole {
            document: document("hospitals", "parks"),
            files: Vec::new(),
            links: links
                .iter()
                .map(|(address, is_copied)| {
                    let listed = read_list(address.as_bytes()).unwrap().remove(0);
                    (listed, *is_copied)
                })
                .collect(),
            is_public: true,
            source: String::new(),
        };
        let bring_in = async |whole: Whole| {
            city.write(Actor::CommandLine, whole, |tx, whole| {
                Box::pin(store::bring_in(tx, whole))
            })
            .await
            .unwrap()
        };
        // Nothing is public before the first copy came.
        let copied = [("http://127.0.0.1:9/a.csv", true)];
        assert!(bring_in(list(&copied)).await);
        let mut reader = stranger(&city);
        assert_eq!(
            reader.get("/data/hospitals").await.status,
            StatusCode::NOT_FOUND
        );
        let both = [copied[0], ("https://a.example.jp/b.csv", false)];
        assert!(bring_in(list(&both)).await);
        assert!(
            !bring_in(list(&both)).await,
            "the same twice changes nothing"
        );
        let page = reader.get("/data/hospitals").await.text();
        assert!(page.contains("https://a.example.jp/b.csv"), "{page}");
        // A file of its own is not taken for one of them.
        let content = "名称,本数\n桜,3\n";
        crate::support::publish(&city, document("hospitals", "parks"), content).await;
        let files = store::files_of(city.db(), "hospitals").await.unwrap();
        let versions: Vec<bool> = files.iter().map(|file| file.newest.is_some()).collect();
        assert_eq!(versions, [false, false, true]);
    }
);

each_database!(
    many_datasets_come_from_one_list,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        dataset(&city, "trees", "daily").await;
        let path = "/desk/data/new/list";
        let mut clerk = desk(&city, &[EDIT, PUBLISH], "parks");
        let list = "題名,アドレス,形式,説明,ライセンス,部署\n\
            病院,https://a.example.jp/hospital.csv,CSV,市内の病院,CC BY 4.0,\n\
            病院,https://a.example.jp/hospital.pdf,,,,\n\
            公衆トイレ一覧 trees,https://a.example.jp/trees.csv,,,,\n\
            <b>薬局,ftp://a.example.jp/p.csv,,,,\n\
            診療所,https://a.example.jp/c.csv,,,,health\n";
        let defaults = [
            ("department", "parks"),
            ("contact", "公園課"),
            ("how", "link"),
            ("publish", "1"),
        ];
        let with = |more: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
            defaults.iter().chain(more).copied().collect()
        };

        // A list without names of columns is refused, and what was typed stays.
        let wrong = send(
            &mut clerk,
            path,
            &with(&[("list", "https://a.example.jp/1.csv")]),
            "",
            b"",
        )
        .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text().contains("列の名前の行が見つかりません"),
            "{}",
            wrong.text()
        );
        assert!(wrong.text().contains("https://a.example.jp/1.csv"));

        // The check writes nothing.
        let check = send(&mut clerk, path, &with(&[("list", list)]), "", b"").await;
        assert_eq!(check.status, StatusCode::OK, "{:?}", check.problem);
        let page = check.text();
        assert!(
            page.contains("データセット1件を作り、ファイル3件を加えます。加えられない行：2行"),
            "{page}"
        );
        assert!(
            page.contains("前からあるデータセットに、ファイルを加えます"),
            "{page}"
        );
        assert!(page.contains("あなたがデータを登録できない部署"), "{page}");
        assert!(!page.contains("<b>薬局"), "{page}");
        assert!(
            store::dataset(city.db(), "hospital")
                .await
                .unwrap()
                .is_none()
        );

        // What the check showed is what comes, from a file in another charset as well.
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode(list);
        let came = send(
            &mut clerk,
            path,
            &with(&[("step", "take")]),
            "一覧.csv",
            &sjis,
        )
        .await;
        let page = came.text();
        assert!(
            page.contains("データセット1件を作り、ファイル3件を加えました。加えなかった行：2行"),
            "{page}"
        );
        let made = store::dataset(city.db(), "hospital")
            .await
            .unwrap()
            .unwrap();
        assert!(made.is_public());
        assert_eq!(made.document.description, "市内の病院");
        assert_eq!(made.document.contact, "公園課");
        let standing = store::dataset(city.db(), "trees").await.unwrap().unwrap();
        assert!(
            !standing.is_public(),
            "a dataset that stood is not published by the way"
        );
        let links = store::links(city.db(), None).await.unwrap();
        assert_eq!(links.len(), 3);
        assert_eq!(counted(&city, "places.files").await, "2");

        // The same again changes nothing.
        let again = send(
            &mut clerk,
            path,
            &with(&[("step", "take"), ("list", list)]),
            "",
            b"",
        )
        .await;
        assert!(
            again
                .text()
                .contains("データセット0件を作り、ファイル0件を加えました"),
            "{}",
            again.text()
        );
        assert_eq!(store::links(city.db(), None).await.unwrap().len(), 3);

        // A copy is fetched first, and published by somebody who looked at it; who may not publish does not.
        let copied = "key,title,address\nbees,蜂,https://a.example.jp/bees.csv\n";
        let mut fields = with(&[("step", "take"), ("list", copied)]);
        fields[2] = ("how", "copy");
        send(&mut clerk, path, &fields, "", b"").await;
        assert!(
            !store::dataset(city.db(), "bees")
                .await
                .unwrap()
                .unwrap()
                .is_public()
        );
        let bees = store::links(city.db(), Some("bees")).await.unwrap();
        assert_eq!(bees[&("bees".to_owned(), 1)].state, LinkState::Waiting);
        let mut editor = desk(&city, &[EDIT], "health");
        let form = editor.get(path).await.text();
        assert!(!form.contains("name=\"publish\""), "{form}");
        let theirs = "key,title,address,contact\nbees,蜂,https://a.example.jp/b2.csv,課\nwells,井戸,https://a.example.jp/w.csv,課\n";
        let mut fields = with(&[("step", "take"), ("list", theirs)]);
        fields[0] = ("department", "health");
        let came = send(&mut editor, path, &fields, "", b"").await.text();
        assert!(
            came.contains("ほかの部署のデータセットが使っています"),
            "{came}"
        );
        let wells = store::dataset(city.db(), "wells").await.unwrap().unwrap();
        assert!(!wells.is_public());
        assert_eq!(wells.department().as_str(), "health");
        assert_eq!(
            store::links(city.db(), Some("bees")).await.unwrap().len(),
            1
        );
    }
);
