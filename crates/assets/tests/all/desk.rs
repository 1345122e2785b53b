//! The desk: by department and capability. On both databases.

use std::io::{Cursor, Write as _};

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_assets::{
    AssetService,
    capabilities::{OVERSEE, WORK},
    model::{
        broker::{Address, Broker, Prefix},
        state::State,
    },
    store::{
        broker::{Heard, hold, set_broker},
        files::files_of,
        set_kind,
        simulated::{put_into_service, put_out_of_service},
    },
};
use yakuba_city::{Actor, Service as _, each_database, sql::Sql as _, web::Access};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{
    camera, counted, desk, forward, found, installed, message, say, set_up, stranger, trap,
};

each_database!(
    no_route_of_the_desk_opens_a_foreign_asset,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let own = installed(&city, trap(), "T-1", &[]).await;
        let foreign = installed(&city, camera(), "C-1", &[]).await;
        let mut walked = 0;
        for entry in AssetService.routes().entries() {
            if !entry.path.starts_with("/desk/") {
                continue;
            }
            walked += 1;
            assert_ne!(entry.access, Access::Public, "{}", entry.path);
            let path = entry
                .path
                .replace("{asset}", &foreign.id.to_string())
                .replace("{alert}", "1")
                .replace("{file}", "00000000000000000000000000000000");
            let is_get = entry.method == "GET";
            for (name, capabilities, department) in [
                ("a colleague", vec![WORK, OVERSEE], "hunters"),
                ("an overseer", vec![OVERSEE], "crisis"),
                ("somebody without a role", vec![], "crisis"),
            ] {
                let mut clerk = desk(&city, &capabilities, department);
                let page = if is_get {
                    clerk.get(&path).await
                } else {
                    let fields = [
                        ("revision", "2"),
                        ("state", "removed"),
                        ("kind", "camera"),
                        ("number", "X"),
                        ("name", "x"),
                        ("note", "x"),
                        ("pole", "x"),
                        ("inspected_year", "2026"),
                        ("inspected_month", "11"),
                        ("inspected_day", "1"),
                    ];
                    clerk.post(&path, &fields).await
                };
                let what = format!("{} {} by {name}: {}", entry.method, entry.path, page.status);
                let about_one = entry.path.contains("{asset}") || entry.path.contains("{alert}");
                match (name, about_one, is_get) {
                    ("a colleague", true, _) => {
                        assert_eq!(page.status, StatusCode::NOT_FOUND, "{what}");
                    }
                    ("an overseer", _, false) => {
                        assert_eq!(page.status, StatusCode::FORBIDDEN, "{what}");
                    }
                    ("somebody without a role", _, _) => assert!(
                        [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&page.status),
                        "{what}"
                    ),
                    _ => {}
                }
                if name != "an overseer" {
                    assert!(
                        !page.text().contains("柱-秘密") && !page.text().contains("設備C-1"),
                        "{what}"
                    );
                }
            }
            if !is_get {
                assert_ne!(
                    stranger(&city).post(&path, &[]).await.status,
                    StatusCode::SEE_OTHER
                );
            }
        }
        assert_eq!(walked, 26);
        assert_eq!(found(&city, foreign.id).await, foreign);
        let list = desk(&city, &[WORK], "hunters")
            .get("/desk/assets")
            .await
            .text();
        assert!(list.contains(&own.name) && !list.contains(&foreign.name));
        let points = desk(&city, &[WORK], "hunters")
            .get("/desk/assets/assets.geojson")
            .await
            .text();
        assert!(points.contains("T-1") && !points.contains("C-1"));
        // An overseer reads and changes nothing.
        let seen = desk(&city, &[OVERSEE], "crisis")
            .get(&format!("/desk/assets/{}", foreign.id))
            .await
            .text();
        assert!(seen.contains("柱-秘密") && !seen.contains("/turn") && !seen.contains("/key"));
    }
);

each_database!(
    an_asset_lives_from_plan_to_removal,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        let form = clerk.get("/desk/assets/new?kind=camera").await.text();
        assert!(form.contains("柱の番号") && form.contains("夜間撮影"));
        // A kind of another department is not theirs to add to.
        assert_eq!(
            clerk.get("/desk/assets/new?kind=trap").await.status,
            StatusCode::NOT_FOUND
        );
        let bad = clerk
            .post(
                "/desk/assets/new",
                &[
                    ("kind", "camera"),
                    ("number", "<b>C</b>"),
                    ("point", "x"),
                    ("height", "tall"),
                ],
            )
            .await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = bad.text();
        assert!(
            text.contains("数を書いてください")
                && text.contains("緯度・経度を")
                && !text.contains("<b>C</b>")
        );
        let fields = [
            ("kind", "camera"),
            ("number", "C-9"),
            ("name", "駅前<script>"),
            ("point", "34.4, 135.05"),
            ("department", "crisis"),
            ("pole", "12"),
            ("night", "yes"),
        ];
        let added = clerk.post("/desk/assets/new", &fields).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
        let href = added.to.split('?').next().unwrap().to_owned();
        let id: i64 = href.rsplit('/').next().unwrap().parse().unwrap();
        assert!(!clerk.get(&href).await.text().contains("<script>"));
        let twice = clerk.post("/desk/assets/new", &fields).await;
        assert!(twice.text().contains("この番号は、同じ種類のほかの設備"));
        // Nobody gives an asset to a department in which they do not work.
        let mut given = fields;
        given[1].1 = "C-10";
        given[4].1 = "roads";
        assert_eq!(
            clerk.post("/desk/assets/new", &given).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            0
        );
        let turn = |state: &'static str, revision: &'static str| {
            [
                ("state", state),
                ("revision", revision),
                ("turn_text", "工事のため"),
            ]
        };
        assert!(
            clerk
                .post(&format!("{href}/turn"), &turn("in_service", "1"))
                .await
                .to
                .ends_with("done=turned")
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            1
        );
        let asset = found(&city, id).await;
        assert_eq!(asset.installed_on, Some(city.today()));
        assert_eq!(asset.inspection_due.unwrap().to_string(), "2027-11-21");
        let stale = clerk
            .post(&format!("{href}/turn"), &turn("out_of_service", "1"))
            .await;
        assert!(stale.text().contains("ほかの職員が先に変更しました"));
        let edit = clerk.get(&format!("{href}/edit")).await;
        let revision = edit.revision();
        let changed = clerk
            .post(
                &format!("{href}/edit"),
                &[
                    ("revision", &revision),
                    ("number", "C-9"),
                    ("name", "駅前西口"),
                    ("pole", "13"),
                    ("department", "crisis"),
                ],
            )
            .await;
        assert!(changed.to.ends_with("done=changed"), "{}", changed.text());
        assert_eq!(found(&city, id).await.name, "駅前西口");
        let stale = clerk
            .post(
                &format!("{href}/edit"),
                &[
                    ("revision", &revision),
                    ("number", "C-9"),
                    ("name", "遅い変更"),
                    ("pole", "13"),
                    ("department", "crisis"),
                ],
            )
            .await;
        let text = stale.text();
        assert!(text.contains("ほかの職員が先に変更しました"));
        // Both stand there, what is alike does not, and the next press changes nothing before somebody chose.
        assert!(text.contains("駅前西口") && text.contains("遅い変更"));
        assert!(!text.contains("<td>C-9</td>"), "{text}");
        let now = stale.revision();
        let decide = |decision: &'static str| {
            [
                ("revision", now.clone()),
                ("must_decide", "1".to_owned()),
                ("decision", decision.to_owned()),
                ("number", "C-9".to_owned()),
                ("name", "遅い変更".to_owned()),
                ("installed_on", "令和8年4月1日".to_owned()),
                ("pole", "13".to_owned()),
                ("department", "crisis".to_owned()),
            ]
        };
        for (decision, name) in [
            ("", "駅前西口"),
            ("theirs", "駅前西口"),
            ("own", "遅い変更"),
        ] {
            let fields = decide(decision);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let page = clerk.post(&format!("{href}/edit"), &fields).await;
            assert_eq!(
                page.status == StatusCode::UNPROCESSABLE_ENTITY,
                decision.is_empty()
            );
            assert_eq!(found(&city, id).await.name, name, "{decision}");
        }
        assert_eq!(
            found(&city, id).await.installed_on.unwrap().to_string(),
            "2026-04-01"
        );
        // A note that is too long is still there, and the top of the page leads to it.
        let long = "あ".repeat(2_001);
        let refused = clerk
            .post(&format!("{href}/note"), &[("note", long.as_str())])
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        assert!(text.contains(&long) && text.contains("href=\"#note\""));
        let future = [
            ("inspected_year", "2030"),
            ("inspected_month", "1"),
            ("inspected_day", "1"),
        ];
        assert_eq!(
            clerk.post(&format!("{href}/inspect"), &future).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let inspected = [
            ("inspected_year", "2026"),
            ("inspected_month", "11"),
            ("inspected_day", "20"),
            ("inspected_text", "異常なし"),
        ];
        assert!(
            clerk
                .post(&format!("{href}/inspect"), &inspected)
                .await
                .to
                .ends_with("done=inspected")
        );
        assert_eq!(
            found(&city, id).await.inspection_due.unwrap().to_string(),
            "2027-11-20"
        );
        assert!(
            clerk
                .post(&format!("{href}/note"), &[("note", "レンズを清掃")])
                .await
                .to
                .ends_with("done=noted")
        );
        let page = clerk.get(&href).await.text();
        for text in [
            "異常なし",
            "レンズを清掃",
            "工事のため",
            "状態を「使用中」にしました",
        ] {
            assert!(page.contains(text), "{text}");
        }
        let revision = found(&city, id).await.revision.to_string();
        clerk
            .post(
                &format!("{href}/turn"),
                &[("state", "removed"), ("revision", &revision)],
            )
            .await;
        let removed = found(&city, id).await;
        assert_eq!(
            (removed.state, removed.removed_on),
            (State::Removed, Some(city.today()))
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            0
        );
        let revision = removed.revision.to_string();
        let back = clerk
            .post(
                &format!("{href}/turn"),
                &[("state", "in_service"), ("revision", &revision)],
            )
            .await;
        assert!(back.text().contains("いまの状態からは"));
    }
);

/// A ZIP archive of parts, of which each may unpack to very much.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

each_database!(
    a_register_comes_in_at_the_desk_whole_or_not_at_all,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        const PAGE: &str = "/desk/assets/import";
        set_up(&city).await;
        let other = installed(&city, camera(), "C-9", &[("department", "roads")]).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        assert!(clerk.get(PAGE).await.text().contains("value=\"camera\""));
        let all = async || {
            let count: Option<i64> = city
                .db()
                .value("SELECT COUNT(*) FROM assets_assets", [])
                .await
                .unwrap();
            count.unwrap()
        };
        let before = all().await;
        let send = async |clerk: &mut crate::support::Browser, name: &str, table: &str| {
            clerk
                .upload(
                    PAGE,
                    &[("kind", "camera")],
                    ("file", name, table.as_bytes()),
                )
                .await
        };
        let broken = send(
            &mut clerk,
            "a.csv",
            "number,name,pole,height\nC-1,一,p,4\nC-2,,p,high\n",
        )
        .await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(broken.text().contains("3行") && broken.text().contains("high"));
        // What another department looks after is not touched.
        let foreign = send(&mut clerk, "a.csv", "number,name,pole\nC-9,九,p\n").await;
        assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
        let given_away = send(
            &mut clerk,
            "a.csv",
            "number,name,pole,department\nC-3,三,p,roads\n",
        )
        .await;
        assert_eq!(given_away.status, StatusCode::UNPROCESSABLE_ENTITY);
        for (name, file) in [("a.xlsx", "no table"), ("", "")] {
            let refused = send(&mut clerk, name, file).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        // What is no table, or unpacks to too much, and what a list of names may hold.
        let bomb = vec![b' '; 16 << 20];
        let bomb = packed(&[
            ("xl/workbook.xml", b"<workbook/>"),
            ("xl/worksheets/sheet1.xml", &bomb),
        ]);
        for (bytes, sentence) in [
            (bomb, "受け付けられません"),
            (b"\x89PNG\r\n\x1a\n".to_vec(), "表ではないファイルです"),
            (
                "number,name,pole\nC-1,\0,p\n".as_bytes().to_vec(),
                "文字ではないデータ",
            ),
        ] {
            let refused = clerk
                .upload(PAGE, &[("kind", "camera")], ("file", "a.xlsx", &bytes))
                .await;
            assert_eq!(
                refused.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{sentence}"
            );
            assert!(
                refused.text().contains(sentence),
                "{sentence}: {}",
                refused.text()
            );
        }
        let empty = send(&mut clerk, "empty.csv", "").await.text();
        assert!(empty.contains("ファイルが空です"), "{empty}");
        assert_eq!(all().await, before);
        assert_eq!(found(&city, other.id).await.name, other.name);
        let table = "number,name,pole\nC-1,一,p\nC-2,'=1+1,p\n";
        let done = send(&mut clerk, "a.csv", table).await;
        assert_eq!(done.status, StatusCode::OK);
        assert!(done.text().contains("追加 2件"));
        assert_eq!(all().await, before + 2);
        assert!(
            send(&mut clerk, "a.csv", table)
                .await
                .text()
                .contains("そのまま 2件")
        );
        // It is taken along as it can be brought in again, without what others look after.
        let register = clerk.get("/desk/assets/register.csv?kind=camera").await;
        assert_eq!(register.status, StatusCode::OK);
        let text = register.text();
        assert!(text.contains("C-1") && text.contains("C-2") && !text.contains("C-9"));
        // A spreadsheet that opens it computes nothing.
        assert!(text.contains("C-2,'=1+1"), "{text}");
        let again = send(&mut clerk, "a.csv", &text).await;
        assert!(
            again.text().contains("追加 0件、変更 0件"),
            "{}",
            again.text()
        );
        let book = clerk.get("/desk/assets/register.xlsx?kind=camera").await;
        assert!(book.bytes.starts_with(b"PK"));
        for kind in ["trap", "nothing", ""] {
            let page = clerk
                .get(&format!("/desk/assets/register.xlsx?kind={kind}"))
                .await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{kind}");
        }
        // Another kind's register is another department's.
        let strange = clerk
            .upload(
                PAGE,
                &[("kind", "trap")],
                ("file", "a.csv", table.as_bytes()),
            )
            .await;
        assert_eq!(strange.status, StatusCode::NOT_FOUND);
    }
);

each_database!(
    the_desk_sees_how_listening_to_the_broker_goes,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        const PAGE: &str = "/desk/assets/alerts";
        set_up(&city).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        assert!(!clerk.get(PAGE).await.text().contains("MQTT"));
        let broker = Broker {
            address: Address::read("mqtts://broker.example.jp").unwrap(),
            authorities: String::new(),
            user: String::new(),
            password: String::new(),
            prefix: Prefix::read("yakuba").unwrap(),
            session: "s".to_owned(),
        };
        let key = city.key().unwrap().clone();
        city.write(Actor::CommandLine, (key, broker), |tx, (key, broker)| {
            Box::pin(set_broker(tx, key, broker))
        })
        .await
        .unwrap();
        let mut heard = Heard {
            problem: Some(("<b>broken</b>".to_owned(), city.now().as_microsecond())),
            ..Heard::default()
        };
        assert!(hold(&city, "one", &heard).await.unwrap());
        assert!(!hold(&city, "another", &heard).await.unwrap());
        let page = clerk.get(PAGE).await;
        assert!(page.text().contains("つながっていません") && !page.text().contains("<b>broken"));
        // What went wrong is said in the reader's language; what the connection said is for the log.
        for (noted, sentence) in [
            (
                "unreachable: no connection: I/O: Connection refused",
                "接続先から返事がないか",
            ),
            (
                "not_let_in: it does not let this user in: NotAuthorized",
                "接続先に断られました",
            ),
            (
                "unknown_key: yakuba/devices/<i>/telemetry",
                "知らない鍵の知らせを断りました。機器の鍵を確かめてください。（トピック：yakuba/devices/&#60;i&#62;/telemetry）",
            ),
        ] {
            heard.problem = Some((noted.to_owned(), city.now().as_microsecond()));
            assert!(hold(&city, "one", &heard).await.unwrap());
            let page = clerk.get(PAGE).await.text();
            assert!(page.contains(sentence), "{noted}: {page}");
            assert!(!page.contains("Connection refused") && !page.contains("NotAuthorized"));
        }
        heard.connected_at = Some(city.now().as_microsecond());
        heard.kept = 7;
        assert!(hold(&city, "one", &heard).await.unwrap());
        assert!(
            clerk
                .get(PAGE)
                .await
                .text()
                .contains("受け取った知らせ 7件")
        );
        // A node that says nothing for a minute has gone.
        forward(&city, SignedDuration::from_secs(61));
        assert!(clerk.get(PAGE).await.text().contains("つながっていません"));
        assert!(hold(&city, "another", &heard).await.unwrap());
    }
);

each_database!(
    made_up_devices_are_in_service_while_they_speak,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let key = city.key().unwrap().clone();
        for _ in 0..2 {
            let devices = city
                .write(
                    Actor::CommandLine,
                    (key.clone(), camera()),
                    |tx, (key, kind)| Box::pin(put_into_service(tx, key, kind, 3)),
                )
                .await
                .unwrap();
            assert_eq!(devices.len(), 3);
            assert_eq!(
                counted(&city, "assets.installed", "crisis", "camera").await,
                3
            );
            for (number, key) in &devices {
                assert!(number.starts_with("SIM-"));
                assert_eq!(say(&city, message(&city, key)).await, Ok(()));
            }
            forward(&city, SignedDuration::from_secs(1));
            city.write(Actor::CommandLine, camera(), |tx, kind| {
                Box::pin(put_out_of_service(tx, kind, 3))
            })
            .await
            .unwrap();
            assert_eq!(
                counted(&city, "assets.installed", "crisis", "camera").await,
                0
            );
            assert!(say(&city, message(&city, &devices[0].1)).await.is_err());
        }
    }
);

each_database!(
    photos_are_made_anew_and_seen_by_whoever_may,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        let href = format!("/desk/assets/{}", asset.id);
        let add = format!("{href}/files");
        // What is no picture and no document, whatever it is called.
        for (name, contents) in [
            ("a.png", &b"<svg onload='alert(1)'></svg>"[..]),
            ("a.jpg", b"\xff\xd8\xff not a picture"),
            ("a.pdf", b"<html></html>"),
            ("", b""),
        ] {
            let refused = clerk.upload(&add, &[], ("files", name, contents)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
        let sent = include_bytes!("../../../reports/tests/all/hole.png");
        let pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
        for (name, contents) in [("C:\\a\\hole.png", &sent[..]), ("manual.pdf", &pdf[..])] {
            let done = clerk.upload(&add, &[], ("files", name, contents)).await;
            assert_eq!(
                done.status,
                StatusCode::SEE_OTHER,
                "{name}: {}",
                done.text()
            );
        }
        let files = files_of(city.db(), asset.id).await.unwrap();
        let [photo, document] = &files[..] else {
            panic!("two files: {files:?}");
        };
        assert!(photo.is_photo() && photo.name == "hole.png" && !document.is_photo());
        let page = clerk.get(&href).await.text();
        assert!(page.contains(&photo.key) && page.contains("manual.pdf"));
        let kept = clerk.get(&format!("{href}/files/{}", photo.key)).await;
        assert_eq!(kept.status, StatusCode::OK);
        let saved = clerk.get(&format!("{href}/files/{}", document.key)).await;
        assert_eq!(saved.status, StatusCode::OK);
        // Neither stands in the database as it is.
        let open: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM assets_files WHERE contents = $1",
                [pdf.to_vec().into()],
            )
            .await
            .unwrap();
        assert_eq!(open, Some(0));
        // Another department's files do not exist, nor does a file of another asset.
        let mut colleague = desk(&city, &[WORK, OVERSEE], "hunters");
        let other = installed(&city, camera(), "C-2", &[]).await;
        for (who, path) in [
            (&mut colleague, format!("{href}/files/{}", photo.key)),
            (
                &mut clerk,
                format!("/desk/assets/{}/files/{}", other.id, photo.key),
            ),
        ] {
            assert_eq!(who.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        // Everybody sees photos of kinds that say so, and never documents.
        let public = format!("/equipment/{}", asset.id);
        let seen = format!("{public}/photos/{}", photo.key);
        let mut somebody = stranger(&city);
        assert_eq!(somebody.get(&seen).await.status, StatusCode::NOT_FOUND);
        assert!(!somebody.get(&public).await.text().contains(&photo.key));
        let mut shown = camera();
        shown.public_photos = true;
        city.write(Actor::CommandLine, shown, |tx, kind| {
            Box::pin(set_kind(tx, kind))
        })
        .await
        .unwrap();
        assert_eq!(somebody.get(&seen).await.status, StatusCode::OK);
        assert!(somebody.get(&public).await.text().contains(&photo.key));
        let secret = format!("{public}/photos/{}", document.key);
        assert_eq!(somebody.get(&secret).await.status, StatusCode::NOT_FOUND);
        let gone = clerk
            .post(&format!("{href}/files/{}/remove", photo.key), &[])
            .await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER);
        assert_eq!(somebody.get(&seen).await.status, StatusCode::NOT_FOUND);
    }
);

each_database!(
    a_note_survives_a_refused_inspection_and_a_taken_one,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        let inspect = format!("/desk/assets/{}/inspect", asset.id);
        let fields = |year: &'static str, note: &'static str| {
            [
                ("inspected_year", year),
                ("inspected_month", "1"),
                ("inspected_day", "5"),
                ("inspected_text", "異常なし"),
                ("state", ""),
                ("turn_text", ""),
                ("note", note),
            ]
        };
        let refused = clerk.post(&inspect, &fields("2999", "柱に傷")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("柱に傷"), "{}", refused.text());
        let taken = clerk.post(&inspect, &fields("2026", "柱に傷")).await;
        assert_eq!(taken.status, StatusCode::OK);
        let text = taken.text();
        assert!(
            text.contains("柱に傷</textarea>") && text.matches("異常なし").count() == 1,
            "{text}"
        );
        let alone = clerk.post(&inspect, &fields("2026", "")).await;
        assert!(alone.to.ends_with("?done=inspected"), "{}", alone.text());
    }
);
