//! The inventory at the desk: who may see and change what, the counts in one write, a table that comes in. On both databases.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::civil::date;
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service as _, each_database,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_identity::{IdentityError, IdentityService, NewDepartment, create_department};
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear};
use yakuba_procedures::{
    ProcedureService,
    capabilities::{INVENTORY, OVERSEE},
    model::inventory::{Counts, Entry, Period},
    store::inventory::{add_entry, entry, imbalances},
};

const HOME: &str = "/desk/procedures/inventory";

fn code(text: &str) -> DepartmentCode {
    DepartmentCode::new(text).unwrap()
}

fn staff(capability: Capability, scope: Scope) -> Principal {
    Principal::Staff(Arc::new(StaffPrincipal {
        account: 1,
        name: "髙橋 健太郎".to_owned(),
        department: None,
        grants: vec![Grant {
            capability: capability.name.to_owned(),
            scope,
        }],
        stepped_up_until: None,
    }))
}

fn keeper(department: &str) -> Principal {
    staff(INVENTORY, Scope::Department(code(department)))
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
    for (number, title, department) in [
        ("K-1", "犬の登録", "environment"),
        ("Z-1", "所得証明書の交付", "tax"),
    ] {
        let new = Entry::new(number, title, code(department), date(2022, 4, 1));
        city.write(Actor::CommandLine, new, |tx, new| {
            Box::pin(async move { add_entry(tx, new, &Counts::default()).await })
        })
        .await
        .unwrap();
    }
    ProcedureService
        .routes()
        .into_router()
        .with_state(city.clone())
}

async fn ask(
    router: &Router,
    who: Principal,
    path: &str,
    sent: Option<(&str, String)>,
) -> (StatusCode, String) {
    let request = Request::builder().uri(path);
    let mut request = match sent {
        Some((kind, body)) => request
            .method("POST")
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body)),
        None => request.body(Body::empty()),
    }
    .unwrap();
    request.extensions_mut().insert(who);
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

const FORM: &str = "application/x-www-form-urlencoded";

/// What a form sends.
fn form(fields: &[(&str, &str)]) -> (&'static str, String) {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    (FORM, body)
}

/// The value of a hidden field on a page.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let from = page.find(&start).unwrap_or_else(|| panic!("no {name}")) + start.len();
    page[from..].split('"').next().unwrap().to_owned()
}

each_database!(
    each_department_keeps_its_own,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let (status, page) = ask(&router, keeper("environment"), HOME, None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("犬の登録") && !page.contains("所得証明書"));
        let (_, page) = ask(&router, staff(OVERSEE, Scope::City), HOME, None).await;
        assert!(page.contains("犬の登録") && page.contains("所得証明書"));
        let (status, _) = ask(
            &router,
            staff(Capability::new("plan.view"), Scope::City),
            HOME,
            None,
        )
        .await;
        assert_eq!(status, StatusCode::FORBIDDEN);

        let foreign = format!("{HOME}/entries/Z-1");
        let own = format!("{HOME}/entries/K-1");
        let changed = |department: &str| {
            form(&[
                ("revision", "1"),
                ("title", "犬の登録と鑑札"),
                ("department", department),
                ("needs", "seal"),
                ("listed_on", "2022-04-01"),
            ])
        };
        let (status, _) = ask(&router, keeper("environment"), &foreign, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, _) = ask(
            &router,
            keeper("environment"),
            &foreign,
            Some(changed("tax")),
        )
        .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        // Neither may an own entry be pushed to another department.
        let (status, _) = ask(&router, keeper("environment"), &own, Some(changed("tax"))).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        // Who oversees may look and not change.
        let (status, _) = ask(
            &router,
            staff(OVERSEE, Scope::City),
            &own,
            Some(changed("environment")),
        )
        .await;
        assert_eq!(status, StatusCode::FORBIDDEN);

        let (status, _) = ask(
            &router,
            keeper("environment"),
            &own,
            Some(changed("environment")),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let kept = entry(city.db(), "K-1").await.unwrap().unwrap();
        assert_eq!(
            (kept.entry.title.as_str(), kept.entry.seal),
            ("犬の登録と鑑札", true)
        );
        // The same form again was made from an older revision.
        let (status, page) = ask(
            &router,
            keeper("environment"),
            &own,
            Some(changed("environment")),
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("ほかの職員が先に変更しました"));
        for path in ["", "/counts", "/next", "/indicators", "/import", "/new"] {
            let (status, page) = ask(&router, keeper("tax"), &format!("{HOME}{path}"), None).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(!page.contains("犬の登録"), "{path}");
        }
    }
);

each_database!(
    a_whole_grid_is_saved_at_once_or_not_at_all,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let path = format!("{HOME}/counts?department=environment&year=2026");
        let (status, page) = ask(&router, keeper("environment"), &path, None).await;
        assert_eq!(status, StatusCode::OK);
        let state = hidden(&page, "state");
        let send = |state: &str, july: &str| {
            form(&[
                ("department", "environment"),
                ("year", "2026"),
                ("state", state),
                ("n:K-1:2026-06:counter", "１，２００"),
                ("n:K-1:2026-07:counter", july),
                ("n:Z-1:2026-07:counter", "5"),
            ])
        };
        let post = format!("{HOME}/counts");
        let (status, page) = ask(
            &router,
            keeper("environment"),
            &post,
            Some(send(&state, "多数")),
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("多数"), "what was typed is kept");
        let year = FiscalYear::new(2026).unwrap();
        let counted = async |number: &str| {
            let listed = entry(city.db(), number).await.unwrap().unwrap();
            listed.counts.of_year(year, Channel::Counter)
        };
        assert_eq!(counted("K-1").await, None);
        let (status, _) = ask(&router, keeper("tax"), &post, Some(send(&state, "3"))).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = ask(
            &router,
            keeper("environment"),
            &post,
            Some(send(&state, "3")),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(counted("K-1").await, Some(1203));
        assert_eq!(counted("Z-1").await, None, "another department's");
        let (status, _) = ask(
            &router,
            keeper("environment"),
            &post,
            Some(send(&state, "9")),
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let listed = entry(city.db(), "K-1").await.unwrap().unwrap();
        let july = Period::of_month(year, 7).unwrap();
        assert_eq!(listed.counts.get(july, Channel::Counter), Some(3));
        assert!(imbalances(city.db()).await.unwrap().is_empty());
    }
);

each_database!(
    a_table_is_shown_before_it_comes_in,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let table = "番号,手続名,担当課,手数料\nK-1,犬の登録,environment課,=3000\nK-9,新しい届,environment課,無料\nZ-1,税,tax課,\n";
        let upload = || {
            let body = format!(
                "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{table}\r\n--B--\r\n"
            );
            ("multipart/form-data; boundary=B", body)
        };
        let import = format!("{HOME}/import");
        let (status, page) = ask(&router, keeper("environment"), &import, Some(upload())).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("この課の手続は変更できません"));
        assert!(entry(city.db(), "K-9").await.unwrap().is_none());
        let (hash, fingerprint) = (hidden(&page, "hash"), hidden(&page, "fingerprint"));
        let commit = |fingerprint: &str| {
            form(&[
                ("hash", &hash),
                ("name", "a.csv"),
                ("fingerprint", fingerprint),
            ])
        };
        let path = format!("{HOME}/import/commit");
        let (status, _) = ask(&router, keeper("environment"), &path, Some(commit("other"))).await;
        assert_eq!(status, StatusCode::OK, "shown again");
        assert!(entry(city.db(), "K-9").await.unwrap().is_none());
        let (status, _) = ask(
            &router,
            keeper("environment"),
            &path,
            Some(commit(&fingerprint)),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(entry(city.db(), "K-9").await.unwrap().is_some());
        let tax = entry(city.db(), "Z-1").await.unwrap().unwrap();
        assert_eq!(tax.entry.title, "所得証明書の交付");
        let (_, page) = ask(&router, keeper("environment"), &import, Some(upload())).await;
        assert!(page.contains("変わるところはありません"));
        let (status, csv) = ask(
            &router,
            keeper("environment"),
            &format!("{HOME}/export/csv"),
            None,
        )
        .await;
        assert_eq!(status, StatusCode::OK);
        assert!(csv.contains("'=3000") && !csv.contains("所得証明書"));
        let (status, _) = ask(
            &router,
            keeper("environment"),
            &format!("{HOME}/export/xlsx"),
            None,
        )
        .await;
        assert_eq!(status, StatusCode::OK);
    }
);
