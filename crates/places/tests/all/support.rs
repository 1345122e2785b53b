//! Datasets that are published, and browsers.

use yakuba_city::{
    Actor, City,
    web::{Capability, Principal},
};
pub(crate) use yakuba_identity::testing::{Browser, Page, staff};
use yakuba_places::{
    PlacesService,
    model::{
        check::Against,
        content::look_over,
        document::{DatasetDocument, Theme},
    },
    store::{self, Whole, WholeFile},
};
use yakuba_sheets::Limits;

/// Three toilets as the standard wants them, of which the second has no place.
pub(crate) const TOILETS: &str = "\u{feff}全国地方公共団体コード,ID,地方公共団体名,名称,名称_カナ,名称_英語,所在地_全国地方公共団体コード,町字ID,所在地_連結表記,所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),設置位置,緯度,経度,高度の種別,高度の値,男性トイレ総数,男性トイレ数（小便器）,男性トイレ数（和式）,男性トイレ数（洋式）,女性トイレ総数,女性トイレ数（和式）,女性トイレ数（洋式）,男女共用トイレ総数,男女共用トイレ数（和式）,男女共用トイレ数（洋式）,バリアフリートイレ数,車椅子使用者用トイレ有無,乳幼児用設備設置トイレ有無,オストメイト設置トイレ有無,利用開始時間,利用終了時間,利用可能時間特記事項,画像,画像_ライセンス,備考\r
069990,T1,澄川市,北公園,キタコウエン,,069990,,澄川市北町1-1,,澄川市,北町一丁目,1,,入口,34.416000,134.998000,,,1,1,0,0,1,0,1,0,0,0,0,無,無,無,00:00,24:00,,,,\r
069990,T2,澄川市,南公園,ミナミコウエン,,069990,,澄川市南町1-1,,澄川市,南町一丁目,1,,入口,,,,,1,1,0,0,1,0,1,0,0,0,1,有,無,無,00:00,24:00,,,,\r
069990,T3,澄川市,東公園,ヒガシコウエン,,069990,,澄川市東町1-1,,澄川市,東町一丁目,1,,奥,34.403000,135.018000,,,2,1,0,1,1,0,1,0,0,0,1,有,有,有,00:00,24:00,,,,<b>\r
";

pub(crate) fn document(key: &str, department: &str) -> DatasetDocument {
    serde_json::from_value(serde_json::json!({
        "key": key,
        "title": format!("公衆トイレ一覧 {key}"),
        "description": "公園などにある公衆トイレ。</script><script>alert(1)</script>",
        "department": department,
        "theme": Theme::Housing.name(),
        "keywords": ["トイレ"],
        "contact": "道路公園課",
    }))
    .unwrap()
}

/// Publishes a dataset with one file.
pub(crate) async fn publish(city: &City, document: DatasetDocument, text: &str) {
    let looked = look_over(
        text.as_bytes(),
        "a.csv",
        Against::default(),
        &Limits::default(),
    )
    .unwrap();
    let whole = Whole {
        files: vec![WholeFile {
            title: "一覧".to_owned(),
            content: looked.content,
            report: looked.report,
            note: String::new(),
            dictionary: Vec::new(),
        }],
        links: Vec::new(),
        document,
        is_public: true,
        source: String::new(),
    };
    city.write(Actor::Staff(1), whole, |tx, whole| {
        Box::pin(store::bring_in(tx, whole))
    })
    .await
    .unwrap();
}

/// A city with two departments.
pub(crate) async fn departments(city: &City) {
    yakuba_identity::testing::departments(city, &["parks", "health"]).await;
}

/// The browser of nobody known, for this service alone.
pub(crate) fn stranger(city: &City) -> Browser {
    Browser::new(city, &[&PlacesService]).of(Principal::Anonymous)
}

/// The browser of a member of staff.
pub(crate) fn desk(city: &City, capabilities: &[Capability], department: &str) -> Browser {
    Browser::new(city, &[&PlacesService]).of(staff(7, capabilities, department))
}
