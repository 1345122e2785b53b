//! A browser with its cookies, and who sits before it.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_city::{
    City, Service as _,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_identity::{Identity, IdentitySettings};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::ProcedureService;

/// A member of staff of a department.
pub(crate) fn staff(account: i64, capabilities: &[Capability], department: &str) -> Principal {
    let code = DepartmentCode::new(department).unwrap();
    Principal::Staff(Arc::new(StaffPrincipal {
        account,
        name: "澄川 花子".into(),
        department: Some(code.clone()),
        grants: capabilities
            .iter()
            .map(|capability| Grant {
                capability: capability.name.to_owned(),
                scope: Scope::Department(code.clone()),
            })
            .collect(),
        stepped_up_until: None,
    }))
}

/// A browser.
pub(crate) struct Browser {
    router: Router,
    identity: Identity,
    pub(crate) who: Principal,
    pub(crate) cookies: Vec<(String, String)>,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) refreshes: bool,
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The value that stands between two texts.
    pub(crate) fn between(&self, before: &str, after: &str) -> String {
        let text = self.text();
        let (_, rest) = text
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before} in {text}"));
        rest.split_once(after).unwrap().0.to_owned()
    }

    /// The revision that a form of the page sends.
    pub(crate) fn revision(&self) -> String {
        self.between("name=\"revision\" value=\"", "\"")
    }
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "%{byte:02X}").unwrap();
        all
    })
}

impl Browser {
    pub(crate) fn new(city: &City, who: Principal) -> Self {
        let settings = IdentitySettings::new("http://localhost:8080").unwrap();
        let key = city.key().unwrap().clone();
        Self {
            router: ProcedureService
                .routes()
                .into_router()
                .with_state(city.clone()),
            identity: Identity::with_key(city.clone(), settings, key).unwrap(),
            who,
            cookies: Vec::new(),
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
        request.extensions_mut().insert(self.identity.clone());
        request.extensions_mut().insert(self.who.clone());
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
            refreshes: response.headers().contains_key("refresh"),
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
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.ask("POST", path, "application/x-www-form-urlencoded", body)
            .await
    }
}
