//! An address that is written in full has its position, whoever sends it. On both databases.

use serde_json::Value;
use yakuba_addresses::AddressService;
use yakuba_city::{City, each_database};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OPEN311, WORK},
    store::{self, Filter, Report},
};

use crate::{
    disaster::{begin, prepared},
    open311::key,
    support::{addresses, desk, set_up, stranger},
};

/// Where 中央1-2-3 is.
const HOUSE: &str = "34.4, 135.051";

async fn newest(city: &City) -> Report {
    let mut all = store::handled(city.db(), &Filter::default()).await.unwrap();
    all.sort_by_key(|report| report.id);
    all.pop().unwrap()
}

fn position(report: &Report) -> String {
    report
        .point
        .map_or_else(String::new, |point| point.to_string())
}

each_database!(
    a_resident_writes_an_address_and_goes_on,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &ReportService
    ],
    async |city| {
        set_up(&city).await;
        addresses(&city).await;
        let mut browser = stranger(&city);
        browser.post("/reports/new", &[("category", "road")]).await;
        let mut place = async |words: &str, at: &str| {
            let fields = [("place.description", words), ("place.coordinates", at)];
            let sent = browser.post("/reports/new/place", &fields).await;
            assert_eq!(sent.to, "/reports/new/similar", "{}", sent.text());
            browser.get("/reports/new/place").await.text()
        };
        // Several fit, or none: as it was written.
        for words in ["中央一丁目", "郵便局の前"] {
            let page = place(words, "").await;
            assert!(
                page.contains("name=\"place.coordinates\"") && !page.contains("135.05"),
                "{page}"
            );
        }
        let page = place("中央1-2-3", "").await;
        assert!(
            page.contains("value=\"中央1-2-3\"") && page.contains(HOUSE),
            "{page}"
        );
        // Another address takes its position along; a position of one's own stays.
        assert!(place("中央1-2-4", HOUSE).await.contains("34.4, 135.052"));
        assert!(
            place("中央1-2-3", "34.41, 135.06")
                .await
                .contains("34.41, 135.06")
        );
        assert!(
            place("中央1-2-4", "34.41, 135.06")
                .await
                .contains("34.41, 135.06")
        );
        assert!(place("中央1-2-3", "").await.contains(HOUSE));
        browser
            .post("/reports/new/details", &[("text", "穴があいています")])
            .await;
        browser
            .post("/reports/new/contact", &[("action", "none")])
            .await;
        // It is shown before it is sent.
        let check = browser.get("/reports/new/check").await;
        assert!(check.text().contains(HOUSE), "{}", check.text());
        let revision = check.between("name=\"revision\" value=\"", "\"");
        browser
            .post("/reports/new/check", &[("revision", &revision)])
            .await;
        assert_eq!(position(&newest(&city).await), HOUSE);
    }
);

each_database!(
    the_desk_finds_an_address_and_sends_it,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &ReportService
    ],
    async |city| {
        set_up(&city).await;
        addresses(&city).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let form = clerk.get("/desk/reports/new?category=road").await;
        assert!(form.text().contains("value=\"place:place\""));
        let name = form.between("name=\"key\" value=\"", "\"");
        let fields = |words: &'static str| {
            vec![
                ("key", name.as_str()),
                ("category", "road"),
                ("channel", "paper"),
                ("place.description", words),
                ("text", "穴があいています"),
                ("name", "澄川花子"),
            ]
        };
        let mut looked = fields("澄川市中央1-2-3");
        looked.push(("action", "place:place"));
        let filled = clerk.post("/desk/reports/new", &looked).await.text();
        assert!(
            filled.contains(HOUSE) && filled.contains("澄川花子") && filled.contains(&name),
            "{filled}"
        );
        assert!(
            store::handled(city.db(), &Filter::default())
                .await
                .unwrap()
                .is_empty()
        );
        let taken = clerk.post("/desk/reports/new", &fields("中央1-2-3")).await;
        assert!(taken.to.contains("entered="), "{}", taken.text());
        assert_eq!(position(&newest(&city).await), HOUSE);
    }
);

each_database!(
    an_address_of_a_disaster_or_of_another_system_has_its_position,
    [
        &MailService,
        &AddressService,
        &IdentityService,
        &ReportService
    ],
    async |city| {
        prepared(&city).await;
        addresses(&city).await;
        begin(&city).await;
        let fields = [
            ("key", "0123456789012345678901234567890123456789abc"),
            ("category", "damage"),
            ("place.description", "中央1-2-3"),
            ("text", "屋根が飛びました"),
        ];
        stranger(&city).post("/reports/emergency", &fields).await;
        assert_eq!(position(&newest(&city).await), HOUSE);
        let (_, token) = key(&city, "道路アプリ", OPEN311.name).await;
        let fields = [
            ("api_key", token.as_str()),
            ("service_code", "road"),
            ("address_string", "中央1-2-4"),
            ("description", "深い穴です"),
        ];
        let sent = stranger(&city)
            .post("/api/open311/v2/requests.json", &fields)
            .await;
        let told: Value = serde_json::from_str(&sent.text()).unwrap();
        let found = newest(&city).await;
        assert_eq!(told[0]["service_request_id"], found.public_id.as_str());
        assert_eq!(position(&found), "34.4, 135.052");
    }
);
