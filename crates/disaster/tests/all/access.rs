//! Who may do what.

use axum::http::StatusCode;
use yakuba_city::{Service as _, each_database, web::Access};
use yakuba_disaster::{
    DisasterService,
    capabilities::{ALL, LEAD, ROADS, SHELTER},
};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{desk, open, set_up, shelter, stranger};

each_database!(
    every_route_of_the_desk_asks_for_its_capability,
    [&MailService, &IdentityService, &DisasterService],
    async |city| {
        set_up(&city).await;
        let id = open(&city, &mut desk(&city, &[LEAD]), "flood", "台風").await;
        let before = shelter(&city, "E0001").await;
        let mut walked = 0;
        for entry in DisasterService.routes().entries() {
            if !entry.path.starts_with("/desk/") {
                assert_eq!(entry.access, Access::Public, "{}", entry.path);
                assert_eq!(entry.method, "GET", "{}", entry.path);
                continue;
            }
            walked += 1;
            let path = entry
                .path
                .replace("{event}", &id.to_string())
                .replace("{shelter}", "E0001")
                .replace("{road}", "1");
            let fields = [("revision", "1"), ("state", "open")];
            let needed = match entry.access {
                Access::Staff(capability) => vec![capability],
                _ => ALL.to_vec(),
            };
            let others = ALL
                .into_iter()
                .filter(|one| !needed.contains(one))
                .collect::<Vec<_>>();
            let mut clerk = desk(&city, &others);
            let page = if entry.method == "GET" {
                clerk.get(&path).await
            } else {
                clerk.post(&path, &fields).await
            };
            assert_eq!(
                page.status,
                StatusCode::FORBIDDEN,
                "{} {path}",
                entry.method
            );
            let nobody = if entry.method == "GET" {
                stranger(&city).get(&path).await
            } else {
                stranger(&city).post(&path, &fields).await
            };
            assert!(
                nobody.status.is_client_error() || nobody.to.contains("sign-in"),
                "{path} {}",
                nobody.status
            );
        }
        assert_eq!(walked, 18);
        assert_eq!(shelter(&city, "E0001").await, before);
        for capability in [LEAD, SHELTER, ROADS] {
            let page = desk(&city, &[capability]).get("/desk/disaster").await;
            assert_eq!(page.status, StatusCode::OK);
        }
    }
);
