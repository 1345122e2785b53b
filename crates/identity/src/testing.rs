//! A browser without JavaScript that asks services in memory, for their tests.

// Tests may panic; this module is only in test builds.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc)]

use std::{fmt::Write as _, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use jiff::SignedDuration;
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service,
    testing::test_moment,
    web::{
        AskedAt, Capability, Grant, Principal, Problem, ResidentPrincipal, Routes, Scope,
        StaffPrincipal,
    },
};
use yakuba_kernel::DepartmentCode;

use crate::{
    Identity, IdentitySettings, NewDepartment, Token, Visitor, create_department, layer::layer,
};

/// Makes departments, each named as its code.
pub async fn departments(city: &City, codes: &[&str]) {
    for (position, code) in codes.iter().enumerate() {
        let new = NewDepartment {
            code: DepartmentCode::new(*code).unwrap(),
            name_ja: (*code).to_owned(),
            name_en: (*code).to_owned(),
            parent: None,
            first_day: jiff::civil::date(2020, 4, 1),
            last_day: None,
            position: i64::try_from(position).unwrap(),
        };
        city.write(Actor::Staff(1), new, |tx, new| {
            Box::pin(create_department(tx, new))
        })
        .await
        .unwrap();
    }
}

/// A member of staff who may do something in a department and has just proved who they are.
pub fn staff(account: i64, capabilities: &[Capability], department: &str) -> Principal {
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
        stepped_up_until: Some(test_moment() + SignedDuration::from_hours(1)),
    }))
}

/// A resident who is signed in and whose mail address is confirmed.
pub fn resident(id: i64) -> Principal {
    Principal::Resident(Arc::new(ResidentPrincipal {
        id,
        email_confirmed: true,
        verified: None,
    }))
}

/// A browser with its cookies. Who sits before it is told by its cookies, as at the edge, or by [`Browser::of`].
pub struct Browser {
    /// Asks as the edge does: who it is, is told by the cookies.
    layered: Router,
    /// Asks as somebody given.
    bare: Router,
    identity: Identity,
    city: City,
    address: SocketAddr,
    principal: Option<Principal>,
    /// The cookies it keeps: name and value.
    pub cookies: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// Where it leads on, or empty.
    pub to: String,
    /// What a person would be told instead of the page.
    pub problem: Option<Problem>,
    /// All headers.
    pub headers: HeaderMap,
    /// The page.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The page as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What stands between two texts, the first time. Panics when it is not there.
    pub fn between(&self, before: &str, after: &str) -> String {
        let text = self.text();
        let (_, rest) = text
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before} in {text}"));
        let (found, _) = rest
            .split_once(after)
            .unwrap_or_else(|| panic!("no {after} after {before}"));
        found.to_owned()
    }

    /// The revision that a form of the page sends.
    pub fn revision(&self) -> String {
        self.between("name=\"revision\" value=\"", "\"")
    }
}

impl Browser {
    /// A browser before which nobody known sits, at a network address of its own.
    pub fn new(city: &City, services: &[&dyn Service]) -> Self {
        let settings = IdentitySettings::new("http://localhost:8080").unwrap();
        let identity =
            Identity::with_key(city.clone(), settings, city.key().unwrap().clone()).unwrap();
        let router = || {
            services
                .iter()
                .fold(Routes::new(), |routes, service| {
                    routes.merge(service.routes())
                })
                .into_router()
        };
        Self {
            layered: layer(router(), identity.clone()).with_state(city.clone()),
            bare: router().with_state(city.clone()),
            identity,
            city: city.clone(),
            address: SocketAddr::from(([192, 0, 2, 1], 50_000)),
            principal: None,
            cookies: Vec::new(),
        }
    }

    /// Whoever it is asks from another network address.
    #[must_use]
    pub fn at(mut self, address: [u8; 4]) -> Self {
        self.address = SocketAddr::from((address, 50_000));
        self
    }

    /// Somebody sits before it, whatever the cookies say.
    #[must_use]
    pub fn of(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// Sends a request and keeps the cookies that come back.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Page {
        let kind = kind.parse().unwrap();
        self.send(method, path, [(header::CONTENT_TYPE, kind)], body.into())
            .await
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: [(HeaderName, HeaderValue); 1],
        body: Body,
    ) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .body(body)
            .unwrap();
        request.headers_mut().extend(headers);
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.address));
        extensions.insert(AskedAt(self.city.now()));
        let router = if let Some(principal) = &self.principal {
            extensions.insert(self.identity.clone());
            extensions.insert(principal.clone());
            extensions.insert(Visitor {
                source: self.address.ip().to_string(),
                email: self
                    .cookies
                    .iter()
                    .find(|(name, _)| name == "yakuba_email")
                    .map(|(_, value)| Token::received(value)),
                ..Visitor::default()
            });
            &self.bare
        } else {
            &self.layered
        };
        let response = router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(
                text.contains("HttpOnly") && text.contains("SameSite=Lax"),
                "{text}"
            );
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let (parts, body) = response.into_parts();
        Page {
            status: parts.status,
            to: parts
                .headers
                .get(header::LOCATION)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            problem: parts.extensions.get::<Problem>().cloned(),
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, "text/plain", Body::empty()).await
    }

    /// Opens a page that it knows already, by the mark it had.
    pub async fn get_again(&mut self, path: &str, mark: &str) -> Page {
        let mark = mark.parse().unwrap();
        self.send("GET", path, [(header::IF_NONE_MATCH, mark)], Body::empty())
            .await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        self.ask("POST", path, kind, body.join("&")).await
    }

    /// Sends a form with a file: the field's name, the file's name and its contents.
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: (&str, &str, &[u8]),
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!(
                    "--boundary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        let (name, file_name, contents) = file;
        body.extend_from_slice(
            format!(
                "--boundary\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(contents);
        body.extend_from_slice(b"\r\n--boundary--\r\n");
        self.ask("POST", path, "multipart/form-data; boundary=boundary", body)
            .await
    }
}

/// A text as it stands in an address or a form.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "%{byte:02X}");
        all
    })
}
