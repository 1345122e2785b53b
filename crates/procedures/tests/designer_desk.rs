//! The designer at the desk: a procedure is made, changed on its pages and as YAML, put live and closed. On both databases.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::{ToSpan as _, civil::date};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service as _, each_database,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_identity::{IdentityError, IdentityService, NewDepartment, create_department};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DESIGN, PUT_LIVE},
    model::document::ProcedureDocument,
    store,
};

const HOME: &str = "/desk/procedures/forms";

fn staff(department: &str, capabilities: &[Capability]) -> Principal {
    let grant = |capability: &Capability| Grant {
        capability: capability.name.to_owned(),
        scope: Scope::Department(DepartmentCode::new(department).unwrap()),
    };
    Principal::Staff(Arc::new(StaffPrincipal {
        account: 1,
        name: "髙橋 健太郎".to_owned(),
        department: None,
        grants: capabilities.iter().map(grant).collect(),
        stepped_up_until: None,
    }))
}

fn designer() -> Principal {
    staff("environment", &[DESIGN, PUT_LIVE])
}

async fn prepare(city: &City) -> Router {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            for (position, department) in (0..).zip(["environment", "tax"]) {
                let new = NewDepartment {
                    code: DepartmentCode::new(department).unwrap(),
                    name_ja: format!("{department}課"),
                    name_en: department.to_owned(),
                    parent: None,
                    first_day: date(2010, 4, 1),
                    last_day: None,
                    position,
                };
                create_department(tx, &new).await?;
            }
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
    ProcedureService
        .routes()
        .into_router()
        .with_state(city.clone())
}

async fn ask(
    router: &Router,
    who: Principal,
    path: &str,
    sent: Option<&[(&str, &str)]>,
) -> (StatusCode, String) {
    let request = Request::builder().uri(format!("{HOME}{path}"));
    let mut request = match sent {
        Some(fields) => request
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(
                form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .finish(),
            )),
        None => request.body(Body::empty()),
    }
    .unwrap();
    request.extensions_mut().insert(who);
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

const NEW: &[(&str, &str)] = &[
    ("title", "犬の登録"),
    ("key", "dog-registration"),
    ("department", "environment"),
    ("from", ""),
];

async fn newest(city: &City) -> store::Definition {
    store::versions(city.db(), "dog-registration")
        .await
        .unwrap()
        .remove(0)
}

each_database!(
    a_procedure_is_made_changed_and_put_live,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let dog = "/dog-registration";
        let (status, _) = ask(&router, designer(), "/new", Some(NEW)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, page) = ask(&router, designer(), "/new", Some(NEW)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("この記号はすでに使われています"));

        // A question is added, then moved up over the page's border.
        let question = [
            ("revision", "1"),
            ("key", "dog_kind"),
            ("kind", "choice"),
            ("label_ja", "犬の種類"),
            ("label_en", "Kind of dog"),
            (
                "settings",
                "options: [{value: small, label: 小型}, {value: large, label: 大型}]",
            ),
        ];
        let path = format!("{dog}/field?page=request&field=");
        let (status, _) = ask(&router, designer(), &path, Some(&question)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, page) = ask(&router, designer(), &path, Some(&question)).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "an older revision"
        );
        assert!(page.contains("ほかの職員が先に変更しました"));
        let mut broken = question;
        broken[0].1 = "2";
        broken[5].1 = "options: 3";
        let (status, page) = ask(&router, designer(), &path, Some(&broken)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("設定が読み取れません"));
        for (revision, step) in [("2", "up"), ("3", "up")] {
            let fields = [
                ("revision", revision),
                ("page", "request"),
                ("field", "dog_kind"),
                ("step", step),
            ];
            let (status, _) = ask(
                &router,
                designer(),
                &format!("{dog}/arrange"),
                Some(&fields),
            )
            .await;
            assert_eq!(status, StatusCode::SEE_OTHER);
        }
        let draft = newest(&city).await;
        let fields: Vec<_> = draft.document.form.pages[0]
            .fields
            .iter()
            .map(|field| field.key.as_str())
            .collect();
        assert_eq!(fields.last(), Some(&"dog_kind"));

        // A condition over a question that does not exist keeps it from going live.
        let page_form = [
            ("revision", "4"),
            ("key", "request"),
            ("title_ja", "内容"),
            ("show_if", "no_such_question == 1"),
        ];
        let (status, _) = ask(
            &router,
            designer(),
            &format!("{dog}/page?page=request"),
            Some(&page_form),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let today = city.today().to_string();
        let live = [("revision", "5"), ("from", today.as_str())];
        let (status, page) = ask(&router, designer(), &format!("{dog}/live"), Some(&live)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("要修正"));
        assert_eq!(newest(&city).await.state, "draft");

        // Mended as YAML, which is the same thing.
        let mut document = newest(&city).await.document;
        document.form.pages[1].show_if = None;
        let yaml = document.to_yaml().unwrap();
        let fields = [("revision", "5"), ("yaml", yaml.as_str())];
        let (status, _) = ask(&router, designer(), &format!("{dog}/yaml"), Some(&fields)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(newest(&city).await.document, document);
        let (status, page) = ask(&router, designer(), &format!("{dog}/preview"), None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("犬の種類") && page.contains("大型"));

        let live = [("revision", "6"), ("from", today.as_str())];
        let (status, _) = ask(
            &router,
            staff("environment", &[DESIGN]),
            &format!("{dog}/live"),
            Some(&live),
        )
        .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = ask(&router, designer(), &format!("{dog}/live"), Some(&live)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(newest(&city).await.state, "live");

        // A change after that is a draft of its own, with its difference.
        let texts = [
            ("revision", "0"),
            ("title_ja", "犬の登録と鑑札"),
            ("summary_ja", "犬を飼い始めたときの登録です。"),
            ("who_ja", "犬を飼い始めた方"),
            ("afterwards_ja", "鑑札を郵送します。"),
            ("purpose_ja", "登録原簿を作るため"),
        ];
        let (status, _) = ask(&router, designer(), &format!("{dog}/texts"), Some(&texts)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, page) = ask(&router, designer(), &format!("{dog}/versions/2"), None).await;
        assert!(
            page.contains("+ title: 犬の登録と鑑札") && page.contains("- title: 犬の登録"),
            "{page}"
        );
        let (_, yaml) = ask(&router, designer(), &format!("{dog}/versions/2/yaml"), None).await;
        assert_eq!(
            ProcedureDocument::from_yaml(&yaml).unwrap(),
            newest(&city).await.document
        );

        let later = (city.today() + 30.days()).to_string();
        let close = [("revision", "1"), ("until", later.as_str())];
        let (status, _) = ask(&router, designer(), &format!("{dog}/close"), Some(&close)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(newest(&city).await.state, "closed");
    }
);

each_database!(
    another_departments_forms_are_not_there,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let foreign = || staff("tax", &[DESIGN, PUT_LIVE]);
        let fields: &[(&str, &str)] = &[("revision", "1"), ("page", "request"), ("step", "remove")];
        for path in [
            "",
            "/preview",
            "/versions/1",
            "/versions/1/yaml",
            "/yaml",
            "/texts",
            "/page",
            "/rules",
        ] {
            let (status, _) = ask(
                &router,
                foreign(),
                &format!("/dog-registration{path}"),
                None,
            )
            .await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in [
            "/arrange",
            "/live",
            "/close",
            "/yaml",
            "/texts",
            "/page?page=request",
            "/rules",
        ] {
            let (status, _) = ask(
                &router,
                foreign(),
                &format!("/dog-registration{path}"),
                Some(fields),
            )
            .await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
        let (status, page) = ask(&router, foreign(), "", None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("犬の登録"));
        // Neither may a procedure be made for a department that is not one's own.
        let (status, _) = ask(
            &router,
            staff("tax", &[DESIGN]),
            "/new",
            Some(&[
                ("title", "税"),
                ("key", "tax-thing"),
                ("department", "environment"),
                ("from", ""),
            ]),
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let copied = ask(
            &router,
            foreign(),
            "/new",
            Some(&[
                ("title", "税"),
                ("key", "tax-thing"),
                ("department", "tax"),
                ("from", "dog-registration"),
            ]),
        )
        .await;
        assert_eq!(copied.0, StatusCode::NOT_FOUND);
    }
);
