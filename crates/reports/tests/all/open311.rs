//! Open311 GeoReport v2: what goes out, what comes in, and what is refused. On both databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use yakuba_city::{Actor, City, each_database};
use yakuba_identity::{
    IdentityService, NewToken, Token, create_token, store::tokens::revoke_token,
};
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OPEN311, WORK},
};

use crate::support::{act, counted, desk, mails, post, report, set_up, stranger};

const REQUESTS: &str = "/api/open311/v2/requests";

/// An access token with a capability.
pub(crate) async fn key(city: &City, name: &str, capability: &str) -> (i64, String) {
    let token = Token::with_prefix("yakuba_");
    let text = token.as_str().to_owned();
    let new = NewToken {
        name: name.to_owned(),
        capabilities: vec![capability.to_owned()],
        measures: Vec::new(),
        last_day: None,
    };
    let id = city
        .write(Actor::CommandLine, (new, token), |tx, (new, token)| {
            Box::pin(create_token(tx, new, token))
        })
        .await
        .unwrap();
    (id, text)
}

async fn asked(city: &City, path: &str) -> (StatusCode, Value) {
    let page = stranger(city).get(path).await;
    let value = serde_json::from_str(&page.text()).unwrap_or(Value::Null);
    (page.status, value)
}

each_database!(
    only_what_everybody_sees_goes_out,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let first = post(&city, "road", (34_400_000, 135_050_000), "電話は090です").await;
        city.clock().set(city.now() + SignedDuration::from_secs(60));
        let second = post(&city, "light", (34_410_000, 135_050_000), "暗いです").await;
        let (status, all) = asked(&city, &format!("{REQUESTS}.json")).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(all.as_array().unwrap().len(), 2);
        assert_eq!(all[1]["service_request_id"], first.public_id.as_str());
        assert_eq!(
            (&all[1]["status"], &all[1]["description"]),
            (&"open".into(), &"".into())
        );
        assert_eq!(all[1]["lat"].to_string(), "34.4");
        assert!(!all.to_string().contains("090"));
        // After the desk has looked at it, its words for everybody; what a resident could have put into XML stays text.
        let mut clerk = desk(&city, &[WORK], "roads");
        act(
            &city,
            &mut clerk,
            first.id,
            "word",
            &[
                ("public_place", "郵便局 <b>&"),
                ("public_text", "穴があります ]]>"),
                ("is_shown", "1"),
            ],
        )
        .await;
        let one = stranger(&city)
            .get(&format!("{REQUESTS}/{}.xml", first.public_id))
            .await;
        assert!(one.text().starts_with("<?xml"));
        assert!(
            one.text()
                .contains("<address>郵便局 &lt;b&gt;&amp;</address>")
        );
        assert!(
            one.text()
                .contains("<description>穴があります ]]&gt;</description>")
        );
        act(
            &city,
            &mut clerk,
            first.id,
            "turn",
            &[("state", "fixed"), ("sentence", "1")],
        )
        .await;
        for (query, wanted) in [
            ("status=open", vec![&second.public_id]),
            ("status=closed", vec![&first.public_id]),
            (
                "status=open,closed",
                vec![&second.public_id, &first.public_id],
            ),
            ("service_code=light,other", vec![&second.public_id]),
            ("page_size=1&page=2", vec![&first.public_id]),
            (
                "start_date=2020-01-01T00:00:00Z&end_date=2020-01-02T00:00:00Z",
                vec![],
            ),
        ] {
            let (_, found) = asked(&city, &format!("{REQUESTS}.json?{query}")).await;
            let ids: Vec<&str> = found
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["service_request_id"].as_str().unwrap())
                .collect();
            assert_eq!(ids, wanted, "{query}");
        }
        let named = format!(
            "{REQUESTS}.json?service_request_id={},nobody",
            second.public_id
        );
        assert_eq!(asked(&city, &named).await.1.as_array().unwrap().len(), 1);
        // What is hidden does not exist.
        act(&city, &mut clerk, first.id, "word", &[("is_shown", "0")]).await;
        let hidden = asked(&city, &format!("{REQUESTS}/{}.json", first.public_id)).await;
        assert_eq!(hidden.0, StatusCode::NOT_FOUND);
        assert_eq!(hidden.1[0]["code"], "404");
        for wrong in [
            "status=lost",
            "start_date=yesterday",
            "page_size=5000",
            "page=0",
        ] {
            let (status, error) = asked(&city, &format!("{REQUESTS}.json?{wrong}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
            assert!(error[0]["description"].is_string());
        }
        let xml = stranger(&city).get(&format!("{REQUESTS}.xml?page=0")).await;
        assert!(xml.text().contains("<errors><error><code>400</code>"));
    }
);

each_database!(
    services_are_described,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let (_, discovery) = asked(&city, "/api/open311/discovery.json").await;
        let url = discovery["endpoints"][0]["url"].as_str().unwrap();
        assert!(url.ends_with("/api/open311/v2"));
        let (_, services) = asked(&city, "/api/open311/v2/services.json").await;
        assert_eq!(services[0]["service_code"], "road");
        assert_eq!(services[0]["metadata"], true);
        assert_eq!(services[1]["metadata"], false);
        let (_, road) = asked(&city, "/api/open311/v2/services/road.json").await;
        assert_eq!(road["attributes"][0]["datatype"], "singlevaluelist");
        assert_eq!(road["attributes"][0]["values"][1]["key"], "large");
        let xml = stranger(&city)
            .get("/api/open311/v2/services/road.xml")
            .await;
        assert!(xml.text().contains("<values><value><key>small</key>"));
        let unknown = asked(&city, "/api/open311/v2/services/moon.json").await;
        assert_eq!(unknown.0, StatusCode::NOT_FOUND);
    }
);

each_database!(
    another_system_reports_with_its_key,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        let path = format!("{REQUESTS}.json");
        set_up(&city).await;
        let (id, good) = key(&city, "道路アプリ", OPEN311.name).await;
        let (_, other) = key(&city, "統計", "facts.post").await;
        let send = async |key: &str, more: &[(&str, &str)]| {
            let mut fields = vec![("api_key", key)];
            fields.extend_from_slice(more);
            let page = stranger(&city).post(&path, &fields).await;
            let value: Value = serde_json::from_str(&page.text()).unwrap_or(Value::Null);
            (page.status, value)
        };
        let hole = [
            ("service_code", "road"),
            ("lat", "34.35"),
            ("long", "135.05"),
            ("description", "深い穴です"),
            ("attribute[size]", "large"),
            ("email", "somebody@example.jp"),
            ("last_name", "山田"),
        ];
        for wrong in ["", "yakuba_nobody", other.as_str()] {
            let (status, error) = send(wrong, &hole).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{error}");
            assert_eq!(error[0]["code"], "403");
        }
        for (name, value) in [
            ("service_code", "moon"),
            ("lat", "90"),
            ("lat", ""),
            ("description", ""),
            ("attribute[size]", "huge"),
            ("media_url", "http://127.0.0.1/x.jpg"),
        ] {
            let broken: Vec<(&str, &str)> = hole
                .iter()
                .copied()
                .filter(|(known, _)| *known != name)
                .chain([(name, value)])
                .collect();
            let (status, error) = send(&good, &broken).await;
            assert!(
                [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND].contains(&status),
                "{name} {value}: {status} {error}"
            );
            assert!(error[0]["description"].is_string());
        }
        assert_eq!(counted(&city, "reports.posted").await, 0);
        let (status, taken) = send(&good, &hole).await;
        assert_eq!(status, StatusCode::CREATED, "{taken}");
        assert_eq!(counted(&city, "reports.posted").await, 1);
        let public_id = taken[0]["service_request_id"].as_str().unwrap();
        let found = yakuba_reports::store::by_public_id(city.db(), public_id)
            .await
            .unwrap()
            .unwrap();
        // Routed by its place, to be looked at by the desk, and nobody got mail.
        let known = report(&city, found.id).await;
        assert_eq!(known.department.as_str(), "port");
        assert_eq!(known.channel.as_str(), "system");
        assert!(!known.is_looked_at);
        assert!(mails(&city).await.is_empty());
        let token = taken[0]["token"].as_str().unwrap();
        let (_, by_token) = asked(&city, &format!("/api/open311/v2/tokens/{token}.json")).await;
        assert_eq!(by_token[0]["service_request_id"], public_id);
        let nobody = asked(&city, "/api/open311/v2/tokens/x.json").await;
        assert_eq!(nobody.0, StatusCode::NOT_FOUND);
        // A key that was revoked no longer counts.
        city.write(Actor::CommandLine, id, |tx, id| {
            Box::pin(revoke_token(tx, *id))
        })
        .await
        .unwrap();
        assert_eq!(send(&good, &hole).await.0, StatusCode::FORBIDDEN);
        assert_eq!(counted(&city, "reports.posted").await, 1);
    }
);

each_database!(
    what_is_no_request_is_refused_and_markup_stays_text,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>";
        set_up(&city).await;
        let (_, good) = key(&city, "道路アプリ", OPEN311.name).await;
        let path = format!("{REQUESTS}.json");
        let form = "application/x-www-form-urlencoded";
        let large = format!("api_key={good}&description={}", "x".repeat(2 << 20));
        let many = format!("api_key={good}{}", "&a=1".repeat(50_000));
        for (kind, body) in [
            (form, large),
            (form, many),
            (form, format!("api_key={good}&%00=%00&lat=%ff&long=%ff")),
            (
                form,
                format!(
                    "api_key={good}&service_code=%27%3B+DROP+TABLE+reports_reports%3B+--&description=x&lat=34.4&long=135"
                ),
            ),
            (
                form,
                format!("api_key={good}&service_code=road&description=x&lat=NaN&long=1e400"),
            ),
            ("application/json", "[".repeat(100_000)),
            (
                "text/xml",
                "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_owned(),
            ),
            (
                "multipart/form-data; boundary=B",
                "--B\r\nContent-Disposition: form-data; name=\"api_key\"".to_owned(),
            ),
        ] {
            let told = body.chars().take(120).collect::<String>();
            let page = stranger(&city).ask("POST", &path, kind, body).await;
            assert!(
                page.status.is_client_error(),
                "{kind} {told}: {}",
                page.status
            );
            assert!(!page.text().contains("/etc/passwd") && !page.text().contains("root:"));
        }
        assert_eq!(counted(&city, "reports.posted").await, 0);

        let sent = [
            ("api_key", good.as_str()),
            ("service_code", "road"),
            ("lat", "34.35"),
            ("long", "135.05"),
            ("description", SCRIPT),
            ("attribute[size]", "large"),
            ("address_string", SCRIPT),
            ("first_name", SCRIPT),
        ];
        let page = stranger(&city).post(&path, &sent).await;
        assert_eq!(page.status, StatusCode::CREATED, "{}", page.text());
        let taken: Value = serde_json::from_str(&page.text()).unwrap();
        let public_id = taken[0]["service_request_id"].as_str().unwrap().to_owned();
        let found = yakuba_reports::store::by_public_id(city.db(), &public_id)
            .await
            .unwrap()
            .unwrap();
        let department = report(&city, found.id).await.department;
        let mut clerk = desk(&city, &[WORK], department.as_str());
        let page = clerk
            .get(&format!("/desk/reports/{}", found.id))
            .await
            .text();
        assert!(
            page.contains("alert(1)")
                && !page.contains("<script>alert")
                && !page.contains("<img src=x"),
            "{page}"
        );
        // Nobody else sees it before the desk has looked, in no format.
        for end in ["json", "xml"] {
            let page = stranger(&city)
                .get(&format!("{REQUESTS}.{end}"))
                .await
                .text();
            assert!(!page.contains("alert(1)"), "{page}");
        }
    }
);
