//! Places looked up by address: at the desk, on the map, and by the script while somebody types.

use axum::http::StatusCode;
use serde_json::Value;
use yakuba_addresses::AddressService;
use yakuba_city::each_database;
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_places::{
    PlacesService,
    capabilities::{EDIT, PUBLISH},
};

use crate::support::{departments, desk, stranger};

const ADDRESSES: &str = "都道府県,市区町村,町字,番地以下,緯度,経度\n\
    山形県,澄川市,中央一丁目,,34.4000,135.0000\n\
    山形県,澄川市,中央一丁目,2,34.4010,135.0010\n\
    山形県,澄川市,中央一丁目,2-3,34.4011,135.0011\n";

each_database!(
    a_place_is_found_by_its_address,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &PlacesService
    ],
    async |city| {
        departments(&city).await;
        // A section that publishes brings the addresses in; others may not, and a file that makes no sense is refused in words.
        let mut editor = desk(&city, &[EDIT], "parks");
        assert_eq!(
            editor.get("/desk/map/addresses").await.status,
            StatusCode::FORBIDDEN
        );
        let mut clerk = desk(&city, &[PUBLISH], "parks");
        let refused = clerk
            .upload(
                "/desk/map/addresses",
                &[],
                ("files", "a.csv", b"a,b\n1,2\n"),
            )
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let taken = clerk
            .upload(
                "/desk/map/addresses",
                &[],
                ("files", "a.csv", ADDRESSES.as_bytes()),
            )
            .await;
        assert_eq!(taken.to, "/desk/map/addresses?done=addresses");
        let refused = clerk
            .upload(
                "/desk/map/addresses",
                &[],
                (
                    "files",
                    "a.csv",
                    "住所,緯度,経度,都道府県,市区町村\n中央一丁目9-9,34.4,135.0,山形県,澄川市\n"
                        .as_bytes(),
                ),
            )
            .await;
        assert_eq!(
            refused.status,
            StatusCode::SEE_OTHER,
            "one house for one house"
        );

        // On the map, without a script: a form and a list that says how exact each result is.
        let mut reader = stranger(&city);
        let page = reader
            .get("/map?q=%E6%BE%84%E5%B7%9D%E5%B8%82%E4%B8%AD%E5%A4%AE1-2")
            .await;
        assert!(page.text().contains("中央一丁目2"), "{}", page.text());
        assert!(page.text().contains("番地（街区）"));
        assert!(page.text().contains("/map?at=34.40100%2C135.00100%2C17"));
        let page = reader.get("/map?q=%E4%B8%AD%E5%A4%AE1-2-77").await;
        assert!(page.text().contains("その先は登録がありません"));

        // In the list an address in full is a place; the nearest address is said in words.
        let page = reader.get("/map/list?near=%E4%B8%AD%E5%A4%AE1-9-9").await;
        assert!(
            page.text().contains("「中央一丁目9-9」の近くです"),
            "{}",
            page.text()
        );
        let page = reader.get("/map/list?near=%E4%B8%AD%E5%A4%AE").await;
        assert!(page.text().contains("どの場所の近くですか"));

        // While somebody types.
        let found = reader
            .post("/map/find", &[("q", "中央１丁目")])
            .await
            .text();
        let found: Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["options"][0]["name"], "中央一丁目");
        assert_eq!(found["options"][0]["at"], "34.4, 135");
        assert_eq!(found["options"][1]["note"], "番地（街区）");
        // PostgreSQL has no text with the sign of number zero.
        let zero = reader.post("/map/find", &[("q", "\0")]).await;
        assert_eq!(zero.status, StatusCode::OK);
        for page in ["/map?q=%00", "/map/list?q=%00", "/map/list?near=%00"] {
            assert_eq!(reader.get(page).await.status, StatusCode::OK, "{page}");
        }
        let none = reader.post("/map/find", &[("q", "")]).await.text();
        let none: Value = serde_json::from_str(&none).unwrap();
        assert_eq!(none["options"], serde_json::json!([]));
        let near = reader
            .post("/map/near", &[("at", "34.40101, 135.00101")])
            .await
            .text();
        let near: Value = serde_json::from_str(&near).unwrap();
        assert!(near["said"].as_str().unwrap().contains("中央一丁目2"));
        let nowhere = reader.post("/map/near", &[("at", "x")]).await.text();
        let nowhere: Value = serde_json::from_str(&nowhere).unwrap();
        assert_eq!(nowhere["said"], "");
    }
);
