//! Every route of every service, asked by everybody.

// Tests may panic: that is how they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    http::{Method, StatusCode},
};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, CitySettings, Clock,
    testing::test_moment,
    web::{
        Access, AskedAt, Capability, Grant, Principal, Problem, ResidentPrincipal, RouteEntry,
        Scope, StaffPrincipal, SystemPrincipal,
    },
};
use yakuba_identity::{
    AccountId, CityKey, CurrentResident, CurrentSession, Identity, IdentityError, IdentitySettings,
    LoginName, NewAccount, NewDepartment, Visitor, create_account, create_department,
    store::sessions::Method as SignedInBy,
};
use yakuba_kernel::DepartmentCode;

/// Somebody who asks, with a name for the message of a failure.
struct Asker {
    name: String,
    principal: Principal,
}

impl Asker {
    /// Whether they proved a moment ago who they are.
    fn is_fresh(&self) -> bool {
        self.name.ends_with("(confirmed)")
    }
}

fn staff(name: &str, capabilities: &[&str], fresh: bool) -> Asker {
    let grants = capabilities
        .iter()
        .map(|capability| Grant {
            capability: (*capability).to_owned(),
            scope: Scope::City,
        })
        .collect();
    Asker {
        name: format!("{name}{}", if fresh { " (confirmed)" } else { "" }),
        principal: Principal::Staff(Arc::new(StaffPrincipal {
            account: 1,
            name: name.to_owned(),
            department: None,
            grants,
            stepped_up_until: fresh.then(|| test_moment() + jiff::SignedDuration::from_mins(5)),
        })),
    }
}

fn askers() -> Vec<Asker> {
    let mut askers = vec![
        Asker {
            name: "a stranger".to_owned(),
            principal: Principal::Anonymous,
        },
        Asker {
            name: "another system".to_owned(),
            principal: Principal::System(Arc::new(SystemPrincipal {
                name: "予約システム".to_owned(),
                capabilities: vec!["facts.post".to_owned()],
                measures: Vec::new(),
            })),
        },
        Asker {
            name: "a system that may do nothing".to_owned(),
            principal: Principal::System(Arc::new(SystemPrincipal {
                name: "other".to_owned(),
                capabilities: Vec::new(),
                measures: Vec::new(),
            })),
        },
        staff("nobody's role", &[], true),
        Asker {
            name: "a resident".to_owned(),
            principal: Principal::Resident(Arc::new(ResidentPrincipal {
                id: 1,
                email_confirmed: true,
                verified: None,
            })),
        },
    ];
    for (role, capabilities) in yakuba::roles::capabilities() {
        askers.push(staff(role, capabilities, false));
        askers.push(staff(role, capabilities, true));
    }
    askers
}

/// What the guard must say, written apart from the program: none when it must let the request through.
fn refusal(access: Access, asker: &Asker) -> Option<Problem> {
    let fresh = asker.is_fresh();
    let holds = |capability: Capability| match &asker.principal {
        Principal::Staff(staff) => staff
            .grants
            .iter()
            .any(|grant| grant.capability == capability.name),
        Principal::System(system) => system
            .capabilities
            .iter()
            .any(|name| name == capability.name),
        Principal::Anonymous | Principal::Resident(_) => false,
    };
    match (access, &asker.principal) {
        (Access::Public, _)
        | (Access::SignedIn, Principal::Staff(_))
        | (Access::Resident, Principal::Resident(_)) => None,
        (Access::Resident, Principal::Anonymous | Principal::Staff(_)) => {
            Some(Problem::ResidentSignInNeeded)
        }
        (Access::SignedIn | Access::Staff(_), Principal::Anonymous | Principal::Resident(_)) => {
            Some(Problem::SignInNeeded)
        }
        (Access::System(_), Principal::Anonymous | Principal::Resident(_)) => {
            Some(Problem::TokenNeeded)
        }
        (Access::Staff(capability), Principal::Staff(_)) if holds(capability) => {
            (capability.step_up && !fresh).then_some(Problem::StepUpNeeded)
        }
        (Access::System(capability), Principal::System(_)) if holds(capability) => None,
        _ => Some(Problem::NotAllowed),
    }
}

/// A path with something in each of its places.
fn filled(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

async fn ask(
    router: &axum::Router,
    identity: &Identity,
    entry: &RouteEntry,
    asker: &Asker,
) -> (StatusCode, Option<Problem>) {
    let mut request = Request::builder()
        .method(entry.method.clone())
        .uri(filled(entry.path))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::empty())
        .unwrap();
    let extensions = request.extensions_mut();
    extensions.insert(asker.principal.clone());
    extensions.insert(AskedAt(test_moment()));
    extensions.insert(Visitor::default());
    extensions.insert(identity.clone());
    if let Principal::Staff(staff) = &asker.principal {
        extensions.insert(CurrentSession {
            id: 1,
            account: AccountId(staff.account),
            method: SignedInBy::PasswordAndCode,
            restriction: None,
        });
    }
    if let Principal::Resident(resident) = &asker.principal {
        extensions.insert(CurrentResident {
            session: 1,
            id: resident.id,
            fresh: true,
        });
    }
    let response = router.clone().oneshot(request).await.unwrap();
    (
        response.status(),
        response.extensions().get::<Problem>().cloned(),
    )
}

/// A city with one account, and who knows it. The folder goes with what it is given to.
async fn a_city(folder: &std::path::Path) -> (City, Identity) {
    let settings = CitySettings {
        clock: Clock::fixed(test_moment()),
        ..CitySettings::in_directory(folder)
    };
    let city = City::open(settings, &yakuba::services::all())
        .await
        .unwrap();
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            let account = NewAccount {
                login_name: LoginName::new("somebody")?,
                display_name: "髙橋 健太郎".to_owned(),
                kana: String::new(),
                email: None,
                password: None,
            };
            assert_eq!(create_account(tx, &account).await?, AccountId(1));
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
    let identity = Identity::with_key(
        city.clone(),
        IdentitySettings::new("http://localhost:8080").unwrap(),
        CityKey::from_bytes([7; 32]),
    )
    .unwrap();
    (city, identity)
}

#[tokio::test]
async fn every_route_lets_in_whom_it_names_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (city, identity) = a_city(folder.path()).await;
    let routes = yakuba::services::routes();
    let entries = routes.entries().to_vec();
    let application = routes.into_router().with_state(city);
    let mut wrong = Vec::new();
    for entry in &entries {
        for asker in askers() {
            let (status, problem) = ask(&application, &identity, entry, &asker).await;
            let what = format!("{} {} asked by {}", entry.method, entry.path, asker.name);
            match refusal(entry.access, &asker) {
                Some(expected) if problem.as_ref() != Some(&expected) => {
                    wrong.push(format!("{what}: {status} {problem:?}, not {expected:?}"));
                }
                // A handler may itself ask for a fresh proof, but not twice.
                None if matches!(problem, Some(Problem::StepUpNeeded)) && !asker.is_fresh() => {}
                None if matches!(
                    problem,
                    Some(
                        Problem::SignInNeeded
                            | Problem::ResidentSignInNeeded
                            | Problem::TokenNeeded
                            | Problem::StepUpNeeded
                            | Problem::Internal(_)
                    )
                ) =>
                {
                    wrong.push(format!("{what}: {status} {problem:?}"));
                }
                _ => {}
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong answers:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Nobody is shown a way that is closed to them: each role, and each capability alone, may open every entry of the menu it sees.
#[tokio::test]
async fn every_entry_of_the_menu_opens_for_whom_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (city, identity) = a_city(folder.path()).await;
    // Whoever has no department sees no report and no equipment, however much they may do.
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            let department = NewDepartment {
                code: DepartmentCode::new("roads").unwrap(),
                name_ja: "道路課".to_owned(),
                name_en: "Roads".to_owned(),
                parent: None,
                first_day: jiff::civil::date(2020, 4, 1),
                last_day: None,
                position: 1,
            };
            create_department(tx, &department).await?;
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
    let routes = yakuba::services::routes();
    let entries = routes.entries().to_vec();
    let application = routes.into_router().with_state(city);
    let mut everybody = askers();
    for service in yakuba::services::all() {
        for capability in service.capabilities() {
            everybody.push(staff(capability.name, &[capability.name], true));
        }
    }
    let mut opened = 0;
    let mut closed = Vec::new();
    for item in yakuba::services::all()
        .iter()
        .flat_map(|service| service.desk_menu())
    {
        let entry = entries
            .iter()
            .find(|entry| entry.method == Method::GET && entry.path == item.url)
            .unwrap_or_else(|| panic!("the menu leads to {}, which is no page", item.url));
        for asker in everybody
            .iter()
            .filter(|asker| item.is_for(&asker.principal))
        {
            let (status, problem) = ask(&application, &identity, entry, asker).await;
            opened += 1;
            let asks_who_it_is =
                matches!(problem, Some(Problem::StepUpNeeded)) && !asker.is_fresh();
            if problem.is_some() && !asks_who_it_is || status.is_server_error() {
                closed.push(format!(
                    "{} for {}: {status} {problem:?}",
                    item.url, asker.name
                ));
            }
        }
    }
    assert!(opened > 100, "only {opened} entries were tried");
    assert!(
        closed.is_empty(),
        "{} entries lead nowhere:\n{}",
        closed.len(),
        closed.join("\n")
    );
}

#[test]
fn every_route_needs_something_that_is_declared_once() {
    let declared: BTreeSet<&str> = yakuba::services::all()
        .iter()
        .flat_map(|service| {
            service
                .capabilities()
                .iter()
                .map(|capability| capability.name)
        })
        .collect();
    let mut seen = BTreeSet::new();
    for entry in yakuba::services::routes().entries() {
        assert!(
            seen.insert((entry.method.to_string(), entry.path)),
            "{} {} is declared twice",
            entry.method,
            entry.path
        );
        if let Access::Staff(capability) | Access::System(capability) = entry.access {
            assert!(
                declared.contains(capability.name),
                "{} needs {}, which no service declares",
                entry.path,
                capability.name
            );
        }
        if entry.path.starts_with("/desk") {
            assert_ne!(entry.access, Access::Public, "{} is for staff", entry.path);
        }
        // What everybody may change is little, and known by name.
        if entry.access == Access::Public && entry.method != Method::GET {
            let known = [
                "/login",
                "/logout",
                "/account",
                "/resident/",
                "/procedures",
                "/cases",
                "/postal-codes",
                // Addresses are looked for by POST, so that they stand in no log; nothing changes.
                "/map/find",
                "/map/near",
                "/surveys",
                "/reports/",
                "/booking/",
                // CKAN's clients ask by POST; nothing changes.
                "/api/3/action/",
                "/api/action/",
                "/confirm-email",
                "/guide",
                // Devices, each with a key of its own.
                "/api/devices/telemetry",
                // Other systems, with an access token in the form.
                "/api/open311/v2/requests.",
                "/tablet",
                // Co-applicants, each with a link of their own.
                "/together",
            ];
            assert!(
                known.iter().any(|path| entry.path.starts_with(path)),
                "{} {} can be used by anybody",
                entry.method,
                entry.path
            );
        }
    }
}

#[test]
fn every_role_is_made_of_what_services_declare() {
    let declared: BTreeSet<&str> = yakuba::services::all()
        .iter()
        .flat_map(|service| {
            service
                .capabilities()
                .iter()
                .map(|capability| capability.name)
        })
        .collect();
    for (role, capabilities) in yakuba::roles::capabilities() {
        for capability in capabilities {
            assert!(declared.contains(capability), "{role} has {capability}");
        }
    }
}

#[test]
fn every_capability_has_a_name_that_staff_can_read() {
    for language in [yakuba_ui::Language::Japanese, yakuba_ui::Language::English] {
        let words = yakuba_identity::WORDS.words(language);
        let missing: Vec<&str> = yakuba::services::all()
            .iter()
            .flat_map(|service| service.capabilities().iter())
            .map(|capability| capability.name)
            .filter(|name| !words.has(&yakuba_identity::capability_key(name)))
            .collect();
        assert!(missing.is_empty(), "{language:?}: {missing:?}");
    }
}
