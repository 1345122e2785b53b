//! A browser without JavaScript, and the way of an application in it.

use std::{fmt::Write as _, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    http::{StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_city::{
    City, Service as _,
    web::{Principal, Problem, StaffPrincipal},
};
use yakuba_identity::{Identity, IdentityService, IdentitySettings, layer};
use yakuba_procedures::ProcedureService;

use super::city_key;

/// A browser with its cookies.
pub(crate) struct Browser {
    router: Router,
    address: SocketAddr,
    /// A member of staff who looks at the public pages, in place of whom the cookies name.
    staff: Option<(Identity, Principal)>,
    pub(crate) cookies: Vec<(String, String)>,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) problem: Option<Problem>,
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Browser {
    pub(crate) fn new(city: &City) -> Self {
        Self::at(city, "192.0.2.1")
    }

    /// A browser at a network address.
    pub(crate) fn at(city: &City, address: &str) -> Self {
        let identity = Identity::with_key(
            city.clone(),
            IdentitySettings::new("http://localhost:8080").unwrap(),
            city_key(),
        )
        .unwrap();
        let router = ProcedureService
            .routes()
            .merge(IdentityService.routes())
            .into_router();
        Self {
            router: layer(router, identity).with_state(city.clone()),
            address: format!("{address}:50000").parse().unwrap(),
            staff: None,
            cookies: Vec::new(),
        }
    }

    /// The browser of a member of staff with grants.
    pub(crate) fn of_staff(city: &City, staff: StaffPrincipal) -> Self {
        let identity = Identity::with_key(
            city.clone(),
            IdentitySettings::new("http://localhost:8080").unwrap(),
            city_key(),
        )
        .unwrap();
        Self {
            router: ProcedureService
                .routes()
                .into_router()
                .with_state(city.clone()),
            staff: Some((identity, Principal::Staff(Arc::new(staff)))),
            ..Self::new(city)
        }
    }

    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookies.join("; "))
            .body(body.into())
            .unwrap();
        request.extensions_mut().insert(ConnectInfo(self.address));
        if let Some((identity, principal)) = &self.staff {
            request.extensions_mut().insert(identity.clone());
            request.extensions_mut().insert(principal.clone());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"));
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Page {
            status: response.status(),
            to: response
                .headers()
                .get(header::LOCATION)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            problem: response.extensions().get::<Problem>().cloned(),
            bytes: response
                .into_body()
                .collect()
                .await
                .unwrap()
                .to_bytes()
                .to_vec(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, "text/plain", Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.ask("POST", path, "application/x-www-form-urlencoded", body)
            .await
    }

    pub(crate) async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &str, &[u8]),
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--grenze\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        let (name, file_name, contents) = file;
        body.extend(format!("--grenze\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend(contents);
        body.extend(b"\r\n--grenze--\r\n");
        self.ask("POST", path, "multipart/form-data; boundary=grenze", body)
            .await
    }
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "%{byte:02X}").unwrap();
        all
    })
}

/// The value that stands between two texts.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

pub(crate) const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// Applies from the guide to the receipt and returns it.
pub(crate) async fn apply(browser: &mut Browser, dog: &str) -> String {
    let base = "/procedures/dog-registration";
    let page = browser
        .post(&format!("{base}/start"), &[("again", "1")])
        .await;
    assert!(page.text().contains("犬は市内にいますか"));
    let page = browser
        .post(
            &format!("{base}/start"),
            &[
                ("again", "1"),
                ("asked", "lives_here"),
                ("lives_here", "yes"),
            ],
        )
        .await;
    assert_eq!(page.to, format!("{base}/resume"));
    assert_eq!(browser.get(&page.to).await.to, format!("{base}/applicant"));
    let page = browser
        .post(&format!("{base}/applicant"), &[("who", "person")])
        .await;
    assert_eq!(page.to, format!("{base}/apply/owner"));
    let name = [
        ("owner_name.family", "髙橋"),
        ("owner_name.given", "花子"),
        ("owner_name.family_kana", "タカハシ"),
        ("owner_name.given_kana", "ハナコ"),
        ("email", ""),
    ];
    // Nothing typed is lost when something is missing.
    let page = browser.post(&page.to, &name[..1]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("髙橋"));
    let page = browser.post(&format!("{base}/apply/owner"), &name).await;
    assert_eq!(page.to, format!("{base}/apply/dog"), "{}", page.text());
    let fields = [
        ("dog_name", dog),
        ("born_on.year", "2026"),
        ("born_on.month", "1"),
        ("born_on.day", "5"),
        ("born_on", "2026-01-05"),
    ];
    let page = browser
        .upload(&page.to, &fields, ("photo", "ポチ.pdf", PDF))
        .await;
    assert_eq!(page.to, format!("{base}/check"), "{}", page.text());
    let page = browser.get(&page.to).await;
    let text = page.text();
    assert!(text.contains(dog) && text.contains("ポチ.pdf"));
    let revision = between(&text, "name=\"revision\" value=\"", "\"").to_owned();
    let page = browser
        .post(&format!("{base}/check"), &[("revision", &revision)])
        .await;
    assert_eq!(page.to, format!("{base}/done"));
    // Sent again by a double click or the back button.
    let again = browser
        .post(&format!("{base}/check"), &[("revision", &revision)])
        .await;
    assert_eq!(again.to, format!("{base}/done"));
    let text = browser.get(&format!("{base}/done")).await.text();
    let receipt = between(&text, "translate=\"no\">", "<").to_owned();
    assert_eq!(
        between(
            &browser.get(&format!("{base}/done")).await.text(),
            "translate=\"no\">",
            "<"
        ),
        receipt
    );
    receipt
}
