//! Registers as tables. On both databases.

use yakuba_assets::{
    AssetError, AssetService,
    store::{
        Filter, search,
        table::{Brought, bring_in, csv, read, table, xlsx},
    },
};
use yakuba_city::{Actor, City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{camera, counted, set_up};

async fn import(city: &City, bytes: &[u8]) -> Result<Brought, AssetError> {
    let kind = camera();
    let lines = read(&kind, bytes, "cameras.csv")?;
    city.write(Actor::CommandLine, (kind, lines), |tx, (kind, lines)| {
        Box::pin(bring_in(tx, kind, lines, None))
    })
    .await
}

async fn how_many(city: &City) -> u64 {
    search(city.db(), &Filter::default(), 0, 1)
        .await
        .unwrap()
        .total
}

each_database!(
    a_register_goes_in_and_out_unchanged,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let file = "番号,名称,状態,緯度・経度,課コード,設置日,柱の番号,高さ,夜間撮影\r\n\
            C-1,駅前,使用中,\"34.4, 135.0\",crisis,2024/4/1,12,4.5,はい\r\n\
            C-2,\"=HYPERLINK(\"\"http://evil.example\"\")\",計画中,,,,@13,,\r\n";
        let brought = import(&city, file.as_bytes()).await.unwrap();
        assert_eq!(
            brought,
            Brought {
                added: 2,
                changed: 0,
                same: 0
            }
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            1
        );
        // The same once more, also in the charset of older systems, changes nothing.
        let old = encoding(file);
        assert_eq!(
            import(&city, &old).await.unwrap(),
            Brought {
                same: 2,
                ..Brought::default()
            }
        );
        let out = table(&city, &camera(), None).await.unwrap();
        let text = String::from_utf8(csv(&out)).unwrap();
        // No spreadsheet computes what somebody wrote into a name.
        assert!(
            text.contains("\"'=HYPERLINK") && text.contains("'@13"),
            "{text}"
        );
        assert_eq!(
            import(&city, text.as_bytes()).await.unwrap(),
            Brought {
                same: 2,
                ..Brought::default()
            }
        );
        assert_eq!(
            import(&city, &xlsx(&out).unwrap()).await.unwrap(),
            Brought {
                same: 2,
                ..Brought::default()
            }
        );
        let changed = text.replace("駅前", "駅前西口").replace("使用中", "休止中");
        assert_eq!(
            import(&city, changed.as_bytes()).await.unwrap(),
            Brought {
                added: 0,
                changed: 1,
                same: 1
            }
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            0
        );
    }
);

/// The text as a town hall's older program saves it.
fn encoding(text: &str) -> Vec<u8> {
    let table = yakuba_sheets::Table {
        name: String::new(),
        header: text
            .lines()
            .next()
            .unwrap()
            .split(',')
            .map(str::to_owned)
            .collect(),
        rows: [
            [
                "C-1",
                "駅前",
                "使用中",
                "34.4, 135.0",
                "crisis",
                "2024/4/1",
                "12",
                "4.5",
                "はい",
            ],
            [
                "C-2",
                "=HYPERLINK(\"http://evil.example\")",
                "計画中",
                "",
                "",
                "",
                "@13",
                "",
                "",
            ],
        ]
        .map(|row| {
            row.map(|cell| yakuba_sheets::Cell::Text(cell.to_owned()))
                .to_vec()
        })
        .to_vec(),
    };
    let options = yakuba_sheets::CsvOptions {
        charset: yakuba_sheets::CsvCharset::Cp932,
    };
    yakuba_sheets::write_csv(&table, options).bytes
}

each_database!(
    one_wrong_cell_and_nothing_is_brought_in,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let file = "番号,名称,柱の番号,高さ,緯度・経度,課コード\n\
            C-1,駅前,12,4.5,\"34.4, 135.0\",\n\
            C-2,,13,高い,\"0, 0\",\n\
            C-1,北口,14,,,\n";
        let Err(AssetError::BadTable(mistakes)) = import(&city, file.as_bytes()).await else {
            panic!("taken");
        };
        let told = mistakes.join("\n");
        for part in [
            "3行目 2列目「名称」",
            "3行目 4列目「高さ 高い」",
            "3行目 5列目「緯度・経度 0, 0」",
            "4行目 1列目「C-1」",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
        for (file, part) in [
            ("名前,高さ\nC-1,4\n", "見出しの行がありません"),
            ("番号,名称,値段\nC-1,駅前,4\n", "1行目 3列目「値段」"),
            ("番号,番号,名称\nC-1,C-1,駅前\n", "同じ列が2つ"),
            ("番号,名称\n", "1行もありません"),
            (
                "番号,名称,柱の番号,課コード\nC-1,駅前,1,nowhere\n",
                "C-1 nowhere",
            ),
            (
                "番号,名称,柱の番号,状態\nC-1,駅前,1,行方不明\n",
                "2行目 4列目「行方不明」",
            ),
            ("", "The file is empty"),
        ] {
            let told = import(&city, file.as_bytes())
                .await
                .unwrap_err()
                .to_string();
            assert!(told.contains(part), "{file}: {told}");
        }
        // A bomb of a file and a picture are refused before they are read.
        assert!(import(&city, b"\x89PNG\r\n\x1a\n0000").await.is_err());
        assert_eq!(how_many(&city).await, 0);
    }
);

each_database!(
    a_place_may_stand_in_two_columns_and_a_wrong_choice_is_told_what_may_stand_there,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let file = "番号,名称,緯度,経度,課コード,柱の番号\r\nC-1,駅前,34.4,135.05,crisis,12\r\n";
        assert_eq!(import(&city, file.as_bytes()).await.unwrap().added, 1);
        let known = search(city.db(), &Filter::default(), 0, 1).await.unwrap();
        let point = known.assets[0].0.point.unwrap();
        assert_eq!(point.to_string(), "34.4, 135.05");
        let half = file.replace("135.05", "");
        let Err(AssetError::BadTable(mistakes)) = import(&city, half.as_bytes()).await else {
            panic!("half a place is none");
        };
        assert!(mistakes[0].contains("緯度・経度を"), "{mistakes:?}");
        let mut kind = camera();
        let material: yakuba_assets::model::kind::Field =
            serde_json::from_value(serde_json::json!({
                "key": "material",
                "name": "柱の材料",
                "type": "choice",
                "options": [{"value": "wood", "label": "木"}, {"value": "steel", "label": "鋼"}],
            }))
            .unwrap();
        kind.fields.push(material);
        let wrong = "番号,名称,柱の番号,柱の材料\r\nC-2,駅前,12,竹\r\n";
        let Err(AssetError::BadTable(mistakes)) = read(&kind, wrong.as_bytes(), "a.csv") else {
            panic!("竹 is no choice");
        };
        assert!(mistakes[0].contains("木、鋼 のどれか"), "{mistakes:?}");
    }
);
