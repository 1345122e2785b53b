//! Setting facilities up in a browser without JavaScript. On both databases.

use axum::http::StatusCode;
use yakuba_booking::{
    BookingService,
    capabilities::{RECEIVE, SET_UP},
    model::document::FacilityDocument,
    store,
};
use yakuba_city::{City, each_database};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, departments},
};
use yakuba_mail::MailService;

use crate::{
    desk::{DAY, DEPARTMENT, clerk},
    support::{book, hall, offer, somebody, wish},
};

/// What a form would send as it stands: names and values of its controls.
fn controls(html: &str) -> Vec<(String, String)> {
    let main = html.split("<main").nth(1).unwrap_or(html);
    let form = main
        .split("<form method=\"post\"")
        .nth(1)
        .unwrap()
        .split("</form>")
        .next()
        .unwrap();
    let plain = |text: &str| {
        text.replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&#60;", "<")
            .replace("&gt;", ">")
            .replace("&#62;", ">")
            .replace("&#38;", "&")
            .replace("&amp;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\""))
            .nth(1)
            .map(|rest| plain(rest.split('"').next().unwrap()))
    };
    let mut all = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let tag = rest.split('>').next().unwrap().to_owned();
        let Some(name) = attribute(&tag, "name") else {
            continue;
        };
        let inner = &rest[tag.len() + 1..];
        if tag.starts_with("input") {
            let kind = attribute(&tag, "type").unwrap_or_default();
            if (kind == "checkbox" || kind == "radio") && !tag.contains(" checked") {
                continue;
            }
            all.push((name, attribute(&tag, "value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            let text = inner.split("</textarea>").next().unwrap();
            all.push((name, plain(text.strip_prefix('\n').unwrap_or(text))));
        } else if tag.starts_with("select") {
            let options: Vec<&str> = inner
                .split("</select>")
                .next()
                .unwrap()
                .split("<option")
                .skip(1)
                .collect();
            let chosen = options
                .iter()
                .find(|option| option.split('>').next().unwrap().contains(" selected"))
                .or(options.first());
            let value = chosen.map(|option| {
                attribute(
                    &format!("option{}", option.split('>').next().unwrap()),
                    "value",
                )
                .unwrap_or_default()
            });
            all.push((name, value.unwrap_or_default()));
        }
    }
    all
}

async fn post(
    browser: &mut Browser,
    path: &str,
    fields: &[(String, String)],
) -> yakuba_identity::testing::Page {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &fields).await
}

/// Sets a control; adds it when the form does not send it as it stands.
fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    match fields.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => value.clone_into(known),
        None => fields.push((name.to_owned(), value.to_owned())),
    }
}

async fn document(city: &City, key: &str) -> FacilityDocument {
    let found = store::facility(city.db(), key).await.unwrap().unwrap();
    FacilityDocument::clone(&found.document)
}

each_database!(
    what_is_shown_and_sent_back_is_the_same_facility,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &[DEPARTMENT, "civic"]).await;
        let mut browser = clerk(&city, &[SET_UP]);
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/facilities");
        let mut facilities = vec![hall()];
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut document = FacilityDocument::from_yaml(&text).unwrap();
            document.department = hall().department;
            facilities.push(document);
        }
        let mut pages = 0;
        for facility in facilities {
            let key = facility.key.clone();
            offer(&city, facility.clone()).await;
            let mut parts: Vec<String> = [
                "basics",
                "units",
                "equipment",
                "opening",
                "closed",
                "rules",
                "conditions",
            ]
            .map(str::to_owned)
            .into();
            parts.extend((0..facility.resources.len()).map(|n| format!("resources.{n}")));
            parts.extend((0..facility.fees.len()).map(|n| format!("fees.{n}")));
            for part in parts {
                let path = format!("/desk/booking/set-up/{key}/part?at={part}");
                let page = browser.get(&path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}");
                let sent = post(&mut browser, &path, &controls(&page.text())).await;
                assert_eq!(
                    sent.status,
                    StatusCode::SEE_OTHER,
                    "{path}: {}",
                    sent.text()
                );
                assert_eq!(document(&city, &key).await, facility, "{path}");
                pages += 1;
            }
            let page = browser
                .get(&format!("/desk/booking/set-up/{key}/yaml"))
                .await;
            let sent = post(
                &mut browser,
                &format!("/desk/booking/set-up/{key}/yaml"),
                &controls(&page.text()),
            )
            .await;
            assert!(sent.to.ends_with("?done=saved"), "{}", sent.text());
            assert_eq!(document(&city, &key).await, facility);
            let file = browser
                .get(&format!("/desk/booking/set-up/{key}/file"))
                .await;
            assert_eq!(FacilityDocument::from_yaml(&file.text()).unwrap(), facility);
        }
        assert!(pages > 30, "{pages}");
    }
);

each_database!(
    a_facility_is_made_changed_offered_and_taken_offline,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &[DEPARTMENT, "civic"]).await;
        let mut browser = clerk(&city, &[SET_UP]);
        let new = [
            ("key", "kominkan"),
            ("department", DEPARTMENT),
            ("from", ""),
        ];
        let page = browser.post("/desk/booking/set-up/new", &new).await;
        assert_eq!(page.to, "/desk/booking/set-up/kominkan?done=made");
        let page = browser.post("/desk/booking/set-up/new", &new).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "the key is taken"
        );
        let foreign = [("key", "other"), ("department", "civic"), ("from", "")];
        let page = browser.post("/desk/booking/set-up/new", &foreign).await;
        assert!(page.problem.is_some());
        assert!(
            !store::facility(city.db(), "kominkan")
                .await
                .unwrap()
                .unwrap()
                .is_offered
        );
        // Another kind of times: its controls come before anything is saved.
        let path = "/desk/booking/set-up/kominkan/part?at=resources.0";
        let mut fields = controls(&browser.get(path).await.text());
        set(&mut fields, "resources.0.times.__kind", "free");
        let page = post(&mut browser, path, &fields).await;
        assert!(
            page.text()
                .contains("name=\"resources.0.times.free.at_least\"")
        );
        let mut fields = controls(&page.text());
        set(&mut fields, "resources.0.times.free.at_least", "sixty");
        set(&mut fields, "resources.0.times.free.at_most", "120");
        let page = post(&mut browser, path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("sixty"), "what was typed stays");
        set(&mut fields, "resources.0.times.free.at_least", "45");
        let page = post(&mut browser, path, &fields).await;
        assert!(
            page.text().contains("href=\"#resources.0.times.__kind\""),
            "what the checker finds leads to its control: {}",
            page.text()
        );
        set(&mut fields, "resources.0.times.free.at_least", "60");
        set(&mut fields, "resources.0.rules.__has", "yes");
        let page = post(&mut browser, path, &fields).await;
        let mut fields = controls(&page.text());
        set(&mut fields, "resources.0.rules.who", "residents");
        set(&mut fields, "resources.0.rules.way", "approval");
        set(
            &mut fields,
            "resources.0.rules.opens.days_before.days",
            "30",
        );
        set(
            &mut fields,
            "resources.0.rules.opens.days_before.at",
            "09:00",
        );
        for name in [
            "closes_days_before",
            "cancelling.free_days_before",
            "cancelling.late_percent",
            "cancelling.late_points",
            "cancelling.absence_points",
        ] {
            set(&mut fields, &format!("resources.0.rules.{name}"), "0");
        }
        let page = post(&mut browser, path, &fields).await;
        assert!(page.to.ends_with("done=saved"), "{}", page.text());
        // A fee table with two rows, then the resource that uses it.
        let fees = "/desk/booking/set-up/kominkan/part?at=fees.0";
        let mut table = controls(&browser.get(fees).await.text());
        for (name, value) in [
            ("from", "2026-04-01"),
            ("rows.0.fee", "room"),
            ("rows.0.yen", "500"),
            ("rows.0.per", "hour"),
            ("rows.0.weekend", "true"),
            ("rows.1.fee", "room"),
            ("rows.1.yen", "３００"),
            ("rows.1.per", "hour"),
            ("rounded_down_to", "10"),
        ] {
            set(&mut table, &format!("fees.0.{name}"), value);
        }
        let page = post(&mut browser, fees, &table).await;
        assert!(page.to.ends_with("done=saved"), "{}", page.text());
        let mut fields = controls(&browser.get(path).await.text());
        set(&mut fields, "resources.0.fee", "room");
        post(&mut browser, path, &fields).await;
        let made = document(&city, "kominkan").await;
        assert_eq!(made.fees[0].rows.len(), 2);
        assert_eq!(made.resources[0].fee.as_ref().unwrap().as_str(), "room");
        assert!(made.resources[0].rules.is_some());
        // The second row goes first; then the table goes.
        let mut table = controls(&browser.get(fees).await.text());
        set(&mut table, "fees.0.rows.1.__do", "up");
        post(&mut browser, fees, &table).await;
        assert_eq!(
            document(&city, "kominkan").await.fees[0].rows[0]
                .yen
                .amount(),
            300
        );
        // Offered, and taken offline again.
        let at = "/desk/booking/set-up/kominkan";
        let revision = browser.get(at).await.revision();
        let page = browser
            .post(
                &format!("{at}/offer"),
                &[("offered", "yes"), ("revision", &revision)],
            )
            .await;
        assert_eq!(page.to, format!("{at}?done=offered"));
        assert_eq!(
            clerk(&city, &[]).get("/booking/kominkan").await.status,
            StatusCode::OK
        );
        let revision = browser.get(at).await.revision();
        browser
            .post(
                &format!("{at}/offer"),
                &[("offered", "no"), ("revision", &revision)],
            )
            .await;
        assert!(
            clerk(&city, &[])
                .get("/booking/kominkan")
                .await
                .problem
                .is_some()
        );
        // Who only receives may not set up.
        let page = clerk(&city, &[RECEIVE]).get(at).await;
        assert!(page.problem.is_some());
        // The file of it makes another.
        let text = made
            .to_yaml()
            .unwrap()
            .replacen("kominkan", "kominkan-2", 1);
        let page = browser
            .upload(
                "/desk/booking/set-up/upload",
                &[],
                ("file", "f.yaml", text.as_bytes()),
            )
            .await;
        assert_eq!(page.to, "/desk/booking/set-up/kominkan-2?done=uploaded");
    }
);

each_database!(
    what_is_booked_keeps_its_place,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &[DEPARTMENT]).await;
        offer(&city, hall()).await;
        book(
            &city,
            wish("half_b", DAY, "18:00", "21:30"),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
        let mut browser = clerk(&city, &[SET_UP]);
        // Its evening cannot go, nor the hours in which it lies, nor itself.
        for (part, name, value) in [
            ("resources.2", "resources.2.times.bands.2.__do", "remove"),
            ("opening", "opening.0.to", "17:00"),
            ("resources.2", "resources.2.__do", "remove"),
            ("resources.2", "resources.2.key", "half_c"),
        ] {
            let path = format!("/desk/booking/set-up/hall/part?at={part}");
            let mut fields = controls(&browser.get(&path).await.text());
            set(&mut fields, name, value);
            let page = post(&mut browser, &path, &fields).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(
                page.text().contains("これからの予約1件"),
                "{name}: {}",
                page.text()
            );
        }
        assert_eq!(document(&city, "hall").await, hall());
        // What is not booked may.
        let path = "/desk/booking/set-up/hall/part?at=resources.1";
        let mut fields = controls(&browser.get(path).await.text());
        set(&mut fields, "resources.1.__do", "remove");
        let page = post(&mut browser, path, &fields).await;
        assert!(page.to.ends_with("done=saved"), "{}", page.text());
        assert!(document(&city, "hall").await.resource("half_a").is_none());
    }
);
