//! A browser and a staffed city for the stories.
// Each story uses a part of it; a story may panic.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use jiff::civil::{Date, date};
use tower::ServiceExt as _;
use yakuba_city::{Actor, City, Service as _, sql::Sql as _};
use yakuba_identity::{
    ADMINISTER, AccountId, CityKey, FirstPassword, GrantScope, Holder, Identity, IdentityError,
    IdentityService, IdentitySettings, LoginName, NewAccount, NewDepartment, NewGrant, PERSONNEL,
    READ_AUDIT, Role, create_account, create_department, grant_role, layer,
    model::{one_time_code::CodeSecret, password, personnel::Held},
    put_role,
    store::{accounts, credentials},
};
use yakuba_kernel::DepartmentCode;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) fn department(code: &str) -> DepartmentCode {
    DepartmentCode::new(code).unwrap()
}

pub(crate) fn identity(city: &City) -> Identity {
    let mut settings = IdentitySettings::new("http://localhost:8080").unwrap();
    settings.capabilities = IdentityService.capabilities().to_vec();
    Identity::with_key(city.clone(), settings, CityKey::from_bytes([7; 32])).unwrap()
}

pub(crate) fn router(city: &City) -> Router {
    let router = IdentityService.routes().into_router();
    layer(router, identity(city)).with_state(city.clone())
}

/// Makes three departments: `policy` with `dx` below it, and `tax`.
pub(crate) async fn departments(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            for (code, name, parent) in [
                ("policy", "政策部", None),
                ("dx", "デジタル推進課", Some("policy")),
                ("tax", "税務課", None),
            ] {
                create_department(
                    tx,
                    &NewDepartment {
                        code: department(code),
                        name_ja: name.into(),
                        name_en: String::new(),
                        parent: parent.map(department),
                        first_day: date(2020, 4, 1),
                        last_day: None,
                        position: 0,
                    },
                )
                .await?;
            }
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
}

/// Makes an account with [`PASSWORD`].
pub(crate) async fn account(city: &City, login_name: &str) -> AccountId {
    let hash = password::hash(PASSWORD.into()).await.unwrap();
    city.write(
        Actor::CommandLine,
        (login_name.to_owned(), hash),
        |tx, (login_name, hash)| {
            Box::pin(async move {
                create_account(
                    tx,
                    &NewAccount {
                        login_name: LoginName::new(login_name)?,
                        display_name: "佐藤 花".into(),
                        kana: "サトウ ハナ".into(),
                        email: Some(format!("{login_name}@city.example.jp")),
                        password: Some(FirstPassword {
                            hash: hash.clone(),
                            must_change: false,
                        }),
                    },
                )
                .await
            })
        },
    )
    .await
    .unwrap()
}

/// Gives an account one-time codes.
pub(crate) async fn codes(city: &City, account: AccountId) -> CodeSecret {
    let secret = CodeSecret::generate();
    city.write(
        Actor::CommandLine,
        (account, secret.clone()),
        |tx, (account, secret)| {
            Box::pin(async move {
                credentials::set_one_time_codes(
                    tx,
                    &CityKey::from_bytes([7; 32]),
                    *account,
                    secret,
                    0,
                )
                .await
            })
        },
    )
    .await
    .unwrap();
    secret
}

/// Gives an account the role of an administrator.
pub(crate) async fn administrator(city: &City, account: AccountId) {
    city.write(Actor::CommandLine, account, |tx, account| {
        Box::pin(async move {
            put_role(
                tx,
                &Role {
                    key: "admin".into(),
                    name_ja: "管理者".into(),
                    name_en: String::new(),
                    capabilities: [ADMINISTER, PERSONNEL, READ_AUDIT]
                        .iter()
                        .map(|capability| capability.name.to_owned())
                        .collect(),
                },
            )
            .await?;
            grant_role(
                tx,
                &NewGrant {
                    role: "admin".into(),
                    holder: Holder::Account(*account),
                    scope: GrantScope::City,
                    first_day: date(2020, 4, 1),
                    last_day: None,
                },
            )
            .await
        })
    })
    .await
    .unwrap();
}

/// Gives an account a post.
pub(crate) async fn post(city: &City, account: AccountId, code: &str, post: &str, first_day: Date) {
    let held = Held {
        department: department(code),
        post: post.into(),
        concurrent: false,
        first_day,
        last_day: None,
    };
    city.write(
        Actor::CommandLine,
        (account, held),
        |tx, (account, held)| Box::pin(accounts::give_post(tx, *account, held)),
    )
    .await
    .unwrap();
}

pub(crate) async fn second_factor_is_optional(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move { tx.set("identity.second_factor", "optional").await })
    })
    .await
    .unwrap();
}

pub(crate) async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// A browser with cookies, at an address.
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) address: &'static str,
}

impl Browser {
    pub(crate) fn new(city: &City, address: &'static str) -> Self {
        Self {
            router: router(city),
            cookies: BTreeMap::new(),
            address,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: String = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: String = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.parse().unwrap());
        }
        let peer: SocketAddr = format!("{}:4711", self.address).parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let pair = value.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn sign_in(&mut self, login_name: &str, password: &str) -> Answer {
        self.post("/login", &[("login", login_name), ("password", password)])
            .await
    }

    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.get("/account").await.status == StatusCode::OK
    }
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
