//! The whole edge, as a browser or another system meets it: several cities behind one address, tokens, foreign sites.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{Method, StatusCode, header},
};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, CityError, CitySettings, MeasureDefinition, MeasureKind, recount,
    sql::Sql as _,
    testing::{on_postgres, on_sqlite},
    web::Access,
};
use yakuba_identity::{
    CityKey, FirstPassword, GrantScope, Holder, Identity, IdentityError, IdentitySettings,
    LoginName, NewAccount, NewGrant, NewToken, SECOND_FACTOR_SETTING, SecondFactorPolicy, Token,
    create_account, create_token, grant_role, model::password,
};
use yakuba_kernel::MeasureName;
use yakuba_plan::{
    export::from_yaml,
    store::{self, NewPlan, commit_import},
};

use super::{HostedCity, Trust, front};
use crate::{commands::publish_plan, map, roles, services};

const PASSWORD: &str = "correct horse battery";
/// A word that is in one city only.
const HERON: &str = "アオサギ計画";
const TIT: &str = "シジュウカラ計画";

/// Fills a city with a person, a system and its token, and a published plan whose title nobody else has.
async fn settle(city: &City, name: &'static str, plan: &'static str, title: &'static str) -> Token {
    let hash = password::hash(PASSWORD.to_owned()).await.unwrap();
    let token = Token::with_prefix("yakuba_");
    let key = token.as_str().to_owned();
    city.write(
        Actor::CommandLine,
        (hash, token),
        move |tx, (hash, token)| {
            Box::pin(async move {
                tx.set("city.name", name).await?;
                tx.set(SECOND_FACTOR_SETTING, SecondFactorPolicy::Optional.as_str())
                    .await?;
                roles::make(tx).await?;
                let account = NewAccount {
                    login_name: LoginName::new("sato")?,
                    display_name: format!("{name}の佐藤"),
                    kana: String::new(),
                    email: None,
                    password: Some(FirstPassword {
                        hash: hash.clone(),
                        must_change: false,
                    }),
                };
                let account = create_account(tx, &account).await?;
                let grant = NewGrant {
                    role: roles::DX_OFFICE.to_owned(),
                    holder: Holder::Account(account),
                    scope: GrantScope::City,
                    first_day: tx.today(),
                    last_day: None,
                };
                grant_role(tx, &grant).await?;
                let measure = MeasureDefinition {
                    name: MeasureName::declared("facility.reserved"),
                    kind: MeasureKind::Flow,
                    unit: "件".to_owned(),
                    name_ja: format!("{name}の予約"),
                    name_en: "Reservations".to_owned(),
                };
                tx.register_measure(&measure).await?;
                let new = NewToken {
                    name: "予約システム".to_owned(),
                    capabilities: vec!["facts.post".to_owned()],
                    measures: vec![measure.name],
                    last_day: None,
                };
                create_token(tx, &new, token).await?;
                Ok::<_, IdentityError>(())
            })
        },
    )
    .await
    .unwrap();
    let text = include_str!("../../../../content/plans/shibata-2021.yaml");
    let mut document = from_yaml(text).unwrap();
    plan.clone_into(&mut document.key);
    title.clone_into(&mut document.title);
    city.write(Actor::CommandLine, document, |tx, document| {
        Box::pin(commit_import(tx, None, document, NewPlan::Own, "試験"))
    })
    .await
    .unwrap();
    publish_plan(city, Actor::CommandLine, plan, "試験")
        .await
        .unwrap();
    Token::received(&key)
}

fn hosted(city: &City, host: &str, key: u8) -> HostedCity {
    let settings = IdentitySettings::new(&format!("https://{host}")).unwrap();
    let identity =
        Identity::with_key(city.clone(), settings, CityKey::from_bytes([key; 32])).unwrap();
    HostedCity {
        hosts: vec![host.to_owned()],
        city: city.clone().into(),
        identity,
        waiting_room: None,
    }
}

struct Answer {
    status: StatusCode,
    location: String,
    cookies: Vec<String>,
    text: String,
}

/// Sends a request to a host; `headers` may name any header but Host.
async fn send(
    router: &Router,
    (method, host, path): (Method, &str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = |value: &header::HeaderValue| value.to_str().unwrap().to_owned();
    let bytes = to_bytes(body, 10_000_000).await.unwrap();
    Answer {
        status: parts.status,
        location: parts
            .headers
            .get(header::LOCATION)
            .map(text)
            .unwrap_or_default(),
        cookies: parts
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| text(value).split(';').next().unwrap().to_owned())
            .collect(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

async fn get(router: &Router, host: &str, path: &str, cookies: &str) -> Answer {
    let cookies = [("cookie", cookies)];
    let headers = if cookies[0].1.is_empty() {
        &[][..]
    } else {
        &cookies[..]
    };
    send(router, (Method::GET, host, path), headers, "").await
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");

/// Signs in and returns the cookies.
async fn sign_in(router: &Router, host: &str) -> String {
    let body = format!("login=sato&password={}", PASSWORD.replace(' ', "+"));
    let answer = send(router, (Method::POST, host, "/login"), &[FORM], &body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.cookies.join("; ")
}

/// Every public address of a plan that the routes have, with something that exists in each place.
async fn addresses(city: &City, plan: &str) -> Vec<String> {
    let document = store::published(city, plan).await.unwrap().unwrap();
    let (groups, initiative) = yakuba_plan::measuring::initiatives(&document.document)
        .find(|(_, initiative)| !initiative.indicators.is_empty())
        .unwrap();
    let indicator = &initiative.indicators[0];
    let year = indicator
        .figures
        .iter()
        .find_map(|figure| figure.fiscal_year);
    let parts = BTreeMap::from([
        ("{plan}", plan.to_owned()),
        ("{initiative}", initiative.key.clone().unwrap()),
        ("{group}", groups[0].key.clone().unwrap()),
        ("{indicator}", indicator.key.clone().unwrap()),
        ("{year}", year.unwrap().to_string()),
        ("{version}", "1".to_owned()),
        ("{day}", format!("{}-06-01", year.unwrap())),
    ]);
    services::routes()
        .entries()
        .iter()
        .filter(|entry| entry.method == Method::GET && entry.access == Access::Public)
        .filter(|entry| entry.path.contains("{plan}"))
        .map(|entry| {
            entry
                .path
                .split('/')
                .map(|part| parts.get(part).map_or(part, String::as_str))
                .collect::<Vec<_>>()
                .join("/")
        })
        .collect()
}

const A: &str = "a.example.jp";
const B: &str = "b.example.jp";

async fn two_cities(a: &City, b: &City) {
    let token = settle(a, "あおさぎ市", "heron-2024", HERON).await;
    settle(b, "しじゅうから町", "tit-2024", TIT).await;
    let router = front(&[hosted(a, A, 1), hosted(b, B, 2)], Trust::default()).unwrap();

    // Every page and file of a plan is at its own city, and at no other.
    let mut found = 0;
    for path in addresses(a, "heron-2024").await {
        let there = get(&router, B, &path, "").await;
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!there.text.contains(HERON), "{path}");
        // Setting a whole plan takes an unoptimised build half a minute; one initiative's sheet is a PDF, too.
        if path.ends_with("download.pdf") {
            continue;
        }
        let here = get(&router, A, &path, "").await;
        found += u32::from(here.status == StatusCode::OK);
    }
    assert!(found >= 15, "only {found} addresses have something");

    // What lists or finds things has those of its own city only. Asked twice: what is kept in memory is kept apart.
    for _ in 0..2 {
        for (host, own, foreign) in [(A, HERON, TIT), (B, TIT, HERON)] {
            let words = own.strip_suffix("計画").unwrap();
            for path in [
                "/".to_owned(),
                "/plan".to_owned(),
                format!("/search?q={}", encoded(words)),
                "/api/plans".to_owned(),
                format!("/api/search?q={}", encoded(words)),
            ] {
                let text = get(&router, host, &path, "").await.text;
                assert!(text.contains(own), "{host}{path} lacks its own");
                assert!(!text.contains(foreign), "{host}{path} has the other's");
            }
            let foreign = foreign.strip_suffix("計画").unwrap();
            let path = format!("/api/search?q={}", encoded(foreign));
            let hits = get(&router, host, &path, "").await.text;
            assert!(!hits.contains("-2024"), "{host} finds {hits}");
        }
    }

    // A session is one of its city.
    let cookies = sign_in(&router, A).await;
    let desk = get(&router, A, "/desk/plan", &cookies).await;
    assert_eq!(desk.status, StatusCode::OK);
    assert!(desk.text.contains("あおさぎ市の佐藤"));
    for path in ["/desk/plan", "/desk/plan/heron-2024", "/account"] {
        let refused = get(&router, B, path, &cookies).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER, "{path}");
        assert!(refused.location.starts_with("/login"), "{path}");
    }
    // Signed in at the other, one sees the other's.
    let other = sign_in(&router, B).await;
    let refused = get(&router, B, "/desk/plan/heron-2024", &other).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);

    // What somebody handed in at one city cannot be opened at the other, whatever its number.
    let sheet = concat!(
        "--X\r\nContent-Disposition: form-data; name=\"plan\"\r\n\r\nheron-2024\r\n",
        "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"plan.yaml\"\r\n\r\n"
    );
    let plan = include_str!("../../../../content/plans/shibata-2021.yaml")
        .replace("key: shibata-2021", "key: heron-2024");
    let kind = ("content-type", "multipart/form-data; boundary=X");
    let handed_in = send(
        &router,
        (Method::POST, A, "/desk/plan/import"),
        &[kind, ("cookie", &cookies)],
        &format!("{sheet}{plan}\r\n--X--\r\n"),
    )
    .await;
    assert_eq!(
        handed_in.status,
        StatusCode::SEE_OTHER,
        "{}",
        handed_in.text
    );
    let preview = &handed_in.location;
    assert!(preview.starts_with("/desk/plan/import/"), "{preview}");
    let seen = get(&router, A, preview, &cookies).await;
    assert_eq!(seen.status, StatusCode::OK);
    let refused = get(&router, B, preview, &other).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);

    // A token counts at its city, and so does what it counts.
    let bearer = format!("Bearer {}", token.as_str());
    let fact = r#"{"measure": "facility.reserved", "at": "2026-11-20", "quantity": 3}"#;
    let token = [JSON, ("authorization", bearer.as_str())];
    let refused = send(&router, (Method::POST, B, "/api/facts"), &token, fact).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let answer = send(&router, (Method::POST, A, "/api/facts"), &token, fact).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!((facts(a).await, facts(b).await), (1, 0));

    // A name that is nobody's leads nowhere.
    let nowhere = get(&router, "c.example.jp", "/", "").await;
    assert_eq!(nowhere.status, StatusCode::MISDIRECTED_REQUEST);
}

async fn facts(city: &City) -> i64 {
    city.db()
        .value(
            "SELECT COUNT(*) FROM facts WHERE measure = 'facility.reserved'",
            [],
        )
        .await
        .unwrap()
        .unwrap()
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    })
}

#[tokio::test]
async fn two_cities_in_one_server_share_nothing_sqlite() {
    on_sqlite(&services::all(), async |a| {
        on_sqlite(&services::all(), async |b| {
            two_cities(&a, &b).await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn two_cities_in_one_server_share_nothing_postgres() {
    on_postgres(&services::all(), async |a| {
        on_postgres(&services::all(), async |b| {
            two_cities(&a, &b).await;
        })
        .await;
    })
    .await;
}

/// What a browser adds to a request, by where the page stands that sends it.
const SITES: [(&str, &[(&str, &str)]); 6] = [
    ("no browser", &[]),
    (
        "this site",
        &[
            ("origin", "https://a.example.jp"),
            ("sec-fetch-site", "same-origin"),
        ],
    ),
    (
        "another site",
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
    ),
    (
        "a neighbouring site",
        &[
            ("origin", "https://b.example.jp"),
            ("sec-fetch-site", "same-site"),
        ],
    ),
    (
        "an old browser elsewhere",
        &[("origin", "https://evil.example")],
    ),
    ("a sandbox", &[("origin", "null")]),
];

#[tokio::test]
async fn a_token_works_from_anywhere_and_a_cookie_from_here_only() {
    on_sqlite(&services::all(), async |city| {
        let token = settle(&city, "あおさぎ市", "heron-2024", HERON).await;
        let router = front(&[hosted(&city, A, 1)], Trust::default()).unwrap();
        let bearer = format!("Bearer {}", token.as_str());
        let cookies = sign_in(&router, A).await;
        for (posted, (from, site)) in (1_i64..).zip(SITES) {
            let here = matches!(from, "no browser" | "this site");
            let fact = format!(
                r#"{{"measure": "facility.reserved", "at": "2026-11-20", "idempotency_key": "{from}"}}"#
            );
            // Twice: the second time it is known.
            for _ in 0..2 {
                let headers = [&[JSON, ("authorization", bearer.as_str())][..], site].concat();
                let answer =
                    send(&router, (Method::POST, A, "/api/facts"), &headers, &fact).await;
                assert_eq!(answer.status, StatusCode::OK, "{from}: {}", answer.text);
            }
            assert_eq!(facts(&city).await, posted);

            // With a cookie only: a session is no token, and a foreign page does not even get that far.
            let with_cookie = [&[JSON, ("cookie", cookies.as_str())][..], site].concat();
            let refused =
                send(&router, (Method::POST, A, "/api/facts"), &with_cookie, &fact).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{from}");
            // A page of the desk changes something from here, and nothing from elsewhere.
            let form = [&[FORM, ("cookie", cookies.as_str())][..], site].concat();
            let body = format!(
                "name=desk.m{posted}&kind=flow&unit=%E4%BB%B6&name_ja=%E8%A9%A6%E9%A8%93&name_en=Test"
            );
            let path = "/desk/facts/measures";
            let answer = send(&router, (Method::POST, A, path), &form, &body).await;
            let known = city
                .measure(&MeasureName::new(format!("desk.m{posted}")).unwrap())
                .is_some();
            assert_eq!(known, here, "{from}: {} {}", answer.status, answer.text);
            if !here {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{from}");
            }
            // A made-up token opens nothing for the cookie beside it.
            let both = [
                &[FORM, ("cookie", cookies.as_str()), ("authorization", "Bearer x")][..],
                site,
            ]
            .concat();
            let body = body.replace("desk.m", "desk.both");
            send(&router, (Method::POST, A, path), &both, &body).await;
            let both = MeasureName::new(format!("desk.both{posted}")).unwrap();
            assert!(city.measure(&both).is_none(), "{from}");
        }
    })
    .await;
}

/// The same city as another machine has it open.
async fn other_node(city: &City) -> City {
    let settings = CitySettings {
        database: city.database().clone(),
        clock: city.clock().clone(),
        ..CitySettings::in_directory(city.data_directory())
    };
    City::open(settings, &services::all()).await.unwrap()
}

async fn recounted_elsewhere(city: &City) {
    settle(city, "あおさぎ市", "heron-2024", HERON).await;
    let router = front(&[hosted(city, A, 1)], Trust::default()).unwrap();
    let cookies = sign_in(&router, A).await;
    let before = get(&router, A, "/desk/facts", &cookies).await.text;
    let other = other_node(city).await;
    let report = recount(other.db()).await.unwrap();
    other
        .write(Actor::CommandLine, report, |tx, report| {
            Box::pin(async move { tx.note_recount(report).await })
        })
        .await
        .map_err(|error: CityError| error)
        .unwrap();
    let after = get(&router, A, "/desk/facts", &cookies).await.text;
    let never = "まだ数え直していません。";
    assert!(before.contains(never) && !after.contains(never), "{after}");
    other.db().clone().close().await.unwrap();
}

#[tokio::test]
async fn a_recount_on_another_machine_is_shown_on_this_one_sqlite() {
    on_sqlite(&services::all(), async |city| {
        recounted_elsewhere(&city).await;
    })
    .await;
}

#[tokio::test]
async fn a_recount_on_another_machine_is_shown_on_this_one_postgres() {
    on_postgres(&services::all(), async |city| {
        recounted_elsewhere(&city).await;
    })
    .await;
}

async fn behind_a_waiting_room(city: &City) {
    let settings = super::WaitingRoomSettings {
        at_once: 1,
        reserved: 0,
        paths: vec!["/booking".to_owned()],
        opens: None,
        lapse: jiff::SignedDuration::from_mins(10),
    };
    let mut hosted = hosted(city, A, 1);
    hosted.waiting_room = Some(std::sync::Arc::new(super::WaitingRoom::new(
        settings,
        CityKey::from_bytes([1; 32]),
        city.clock().clone(),
        true,
        "あおさぎ市".to_owned(),
    )));
    let router = front(&[hosted], Trust::default()).unwrap();
    let first = get(&router, A, "/booking", "").await;
    assert_eq!(first.status, StatusCode::OK);
    let second = get(&router, A, "/booking", "").await;
    assert_eq!(second.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        second.text.contains("次があなたの順番です"),
        "{}",
        second.text
    );
    assert!(second.text.contains("あおさぎ市") && second.text.len() < 4_096);
    // Waiting, or calling oneself let in, opens nothing; the first one goes on.
    let place = second.cookies.join("; ");
    let forged = place.replacen("=w.", "=i.", 1);
    assert_ne!(place, forged);
    for cookies in [&place, &forged] {
        let page = get(&router, A, "/booking/cart", cookies).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    let pass = first.cookies.join("; ");
    let page = get(&router, A, "/booking/cart", &pass).await;
    assert_eq!(page.status, StatusCode::OK);
    // The counter's line, programs and staff never wait.
    for path in ["/booking/queue", "/api/v1/queue", "/plan", "/login"] {
        assert_eq!(
            get(&router, A, path, "").await.status,
            StatusCode::OK,
            "{path}"
        );
    }
    let desk = get(&router, A, "/desk/booking/queue", "").await;
    assert_ne!(desk.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_full_room_stops_newcomers_and_nobody_else_sqlite() {
    on_sqlite(&services::all(), async |city| {
        behind_a_waiting_room(&city).await;
    })
    .await;
}

#[tokio::test]
async fn a_full_room_stops_newcomers_and_nobody_else_postgres() {
    on_postgres(&services::all(), async |city| {
        behind_a_waiting_room(&city).await;
    })
    .await;
}

/// The settings of maps, the border and the base map are at their addresses; a tile server is allowed, and nothing beside it.
async fn maps(city: &City) {
    let router = front(&[hosted(city, A, 1)], Trust::default()).unwrap();
    let ask = async |path: &str, range: &str| {
        let mut request = Request::get(path).header(header::HOST, A);
        if !range.is_empty() {
            request = request
                .header(header::RANGE, range)
                .header(header::ACCEPT_ENCODING, "gzip");
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 10_000_000).await.unwrap().to_vec();
        (parts, body)
    };
    let policy = async || {
        let (parts, _) = ask("/login", "").await;
        let policy = &parts.headers[header::CONTENT_SECURITY_POLICY];
        policy.to_str().unwrap().to_owned()
    };

    let (parts, body) = ask("/map/settings.json", "").await;
    assert_eq!((parts.status, &body[..]), (StatusCode::OK, &b"{}"[..]));
    for path in ["/map/outline.geojson", "/map/base.pmtiles"] {
        assert_eq!(ask(path, "").await.0.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(policy().await, yakuba_ui::CONTENT_SECURITY_POLICY);

    let tiles = "https://tiles.example.jp/{z}/{x}/{y}.png";
    let border = r#"{"type":"Polygon","coordinates":[[[135,34],[136,34],[136,35],[135,34]]]}"#;
    let change = map::Change {
        centre: Some(map::Centre::read("34.4,135.0,12").unwrap()),
        tiles: map::TilesChange::Use(map::TileServer::new(tiles, "見本", 17).unwrap()),
        outline: Some(map::outline(border).unwrap()),
    };
    city.write(Actor::CommandLine, change, |tx, change| {
        Box::pin(async move { change.write(tx).await })
    })
    .await
    .unwrap();
    let settings = async || {
        let (_, body) = ask("/map/settings.json", "").await;
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()
    };
    let sent = settings().await;
    assert_eq!(sent["centre"], serde_json::json!([135.0, 34.4]));
    assert_eq!(sent["tiles"]["url"], tiles);
    let (parts, body) = ask("/map/outline.geojson", "").await;
    assert_eq!(parts.headers[header::CONTENT_TYPE], "application/geo+json");
    assert!(String::from_utf8(body).unwrap().contains("MultiPolygon"));
    // A server that was just started knows the tile server from its first page on.
    let fresh = front(&[hosted(city, A, 1)], Trust::default()).unwrap();
    let mut request = Request::get("/login")
        .header(header::HOST, A)
        .body(Body::empty())
        .unwrap();
    let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = fresh.oneshot(request).await.unwrap();
    let widened = response.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(widened.contains("connect-src 'self' https://tiles.example.jp;"));
    assert!(widened.contains("script-src 'self';"));

    // A base map in the data folder goes before, and is sent by ranges as it is, however the browser would take it.
    std::fs::create_dir_all(city.data_directory()).unwrap();
    std::fs::write(city.data_directory().join(map::ARCHIVE), vec![7_u8; 5000]).unwrap();
    let sent = settings().await;
    assert_eq!(sent["archive"], "/map/base.pmtiles");
    assert!(sent.get("tiles").is_none());
    let (parts, body) = ask("/map/base.pmtiles", "bytes=1000-1999").await;
    assert_eq!(parts.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(parts.headers[header::CONTENT_RANGE], "bytes 1000-1999/5000");
    assert!(parts.headers.get(header::CONTENT_ENCODING).is_none());
    assert_eq!(body, vec![7_u8; 1000]);
    let (parts, _) = ask("/map/base.pmtiles", "bytes=0-0,2-3").await;
    assert_eq!(parts.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn maps_have_what_they_need_sqlite() {
    on_sqlite(&services::all(), async |city| maps(&city).await).await;
}

#[tokio::test]
async fn maps_have_what_they_need_postgres() {
    on_postgres(&services::all(), async |city| maps(&city).await).await;
}
