//! Asking the desk as different people.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Migration, Service,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_kernel::DepartmentCode;
use yakuba_plan::{
    PlanService,
    capabilities::{EDIT, MANAGE, PUBLISH, UPLOAD_FACTS, VIEW},
    import::{ImportOptions, NamedFile, read_documents},
    store::{self, NewPlan},
};

/// The one table of another floor that plans look into.
pub(crate) struct Departments;

impl Service for Departments {
    fn name(&self) -> &'static str {
        "departments"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "departments_0001",
            "CREATE TABLE departments (code TEXT NOT NULL PRIMARY KEY, name_ja TEXT NOT NULL, name_en TEXT NOT NULL DEFAULT '', first_day TEXT, last_day TEXT, parent TEXT);\n\
             INSERT INTO departments (code, name_ja, first_day) VALUES ('joho', '情報政策課', '2020-04-01');\n\
             CREATE TABLE accounts (id ID, display_name TEXT NOT NULL);\n",
        )]
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    location: String,
}

impl Answer {
    /// Where it leads.
    pub(crate) fn location(&self) -> String {
        assert!(
            !self.location.is_empty(),
            "no redirect: {} {}",
            self.status,
            self.text
        );
        self.location.clone()
    }
}

fn staff(grants: &[(Capability, Scope)]) -> Principal {
    Principal::Staff(Arc::new(StaffPrincipal {
        account: 7,
        name: "澄川 花子".into(),
        department: DepartmentCode::new("joho").ok(),
        grants: grants
            .iter()
            .map(|(capability, scope)| Grant {
                capability: capability.name.to_owned(),
                scope: scope.clone(),
            })
            .collect(),
        stepped_up_until: None,
    }))
}

/// The DX office.
pub(crate) fn manager() -> Principal {
    staff(&[
        (MANAGE, Scope::City),
        (PUBLISH, Scope::City),
        (UPLOAD_FACTS, Scope::City),
    ])
}

/// An auditor.
pub(crate) fn viewer() -> Principal {
    staff(&[(VIEW, Scope::City)])
}

/// Somebody of a department.
pub(crate) fn edit_in(department: &str) -> Principal {
    staff(&[(
        EDIT,
        Scope::Department(DepartmentCode::new(department).unwrap()),
    )])
}

/// Signed in, without any capability.
pub(crate) fn clerk() -> Principal {
    staff(&[])
}

/// A stranger.
pub(crate) fn nobody() -> Principal {
    Principal::Anonymous
}

async fn ask(city: &City, who: &Principal, request: Request<Body>) -> Answer {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(who.clone());
    let router = PlanService.routes().into_router().with_state(city.clone());
    let response = router
        .oneshot(Request::from_parts(parts, body))
        .await
        .unwrap();
    let status = response.status();
    let location = response
        .headers()
        .get(header::LOCATION)
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer {
        status,
        text: String::from_utf8_lossy(&bytes).into_owned(),
        location,
    }
}

/// Opens a page in Japanese.
pub(crate) async fn get(city: &City, who: &Principal, path: &str) -> Answer {
    let path = path.split('#').next().unwrap();
    ask(city, who, Request::get(path).body(Body::empty()).unwrap()).await
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "%{byte:02X}").unwrap();
        all
    })
}

/// Sends a form.
pub(crate) async fn post(
    city: &City,
    who: &Principal,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")))
        .unwrap();
    ask(city, who, request).await
}

/// Uploads one file for a plan, new or known.
pub(crate) async fn upload(
    city: &City,
    who: &Principal,
    key: &str,
    name: &str,
    bytes: &[u8],
) -> Answer {
    let known = store::plan(city.db(), key).await.is_ok();
    let fields = [
        ("plan", if known { key } else { "" }),
        ("key", key),
        ("title", ""),
        ("publisher", "澄川市"),
        ("own", "own"),
    ];
    send_file(
        city,
        who,
        "/desk/plan/import",
        "files",
        name,
        bytes,
        &fields,
    )
    .await
}

/// Sends a form with one file.
pub(crate) async fn send_file(
    city: &City,
    who: &Principal,
    path: &str,
    field: &str,
    name: &str,
    bytes: &[u8],
    fields: &[(&str, &str)],
) -> Answer {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend_from_slice(
            format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    body.extend_from_slice(
        format!("--X\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").as_bytes(),
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--X--\r\n");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
        .body(Body::from(body))
        .unwrap();
    ask(city, who, request).await
}

/// Takes a sheet over without the browser.
pub(crate) async fn import_sheet(city: &City, key: &str, sheet: &str) {
    let file = NamedFile {
        name: "進捗.csv".into(),
        bytes: sheet.as_bytes().to_vec(),
    };
    let reading = read_documents(&[file], key, &ImportOptions::default()).unwrap();
    city.write(Actor::CommandLine, reading.document, |tx, document| {
        Box::pin(store::commit_import(
            tx,
            None,
            document,
            NewPlan::Own,
            "取り込み",
        ))
    })
    .await
    .unwrap();
}
