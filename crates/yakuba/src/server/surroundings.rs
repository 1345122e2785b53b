//! What surrounds every page: the city's name, the menus, who is signed in.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use yakuba_city::{City, CityError, DeskItem, MenuItem, setting, web::Principal};
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, Language, Link, MenuGroup, Shell, SignedIn, Words};

use super::problems::{self, Asked};
use crate::{
    map::{self, TileServer},
    services,
};

/// So long may a changed name of the city take to show.
const FRESH: Duration = Duration::from_secs(5);

/// The texts of the binary itself.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("yakuba");

/// What all pages of a city share.
pub(super) struct Surroundings {
    city: City,
    names: RwLock<Option<(Instant, Arc<Names>)>>,
    menu: Vec<(MenuItem, &'static Catalogue)>,
    desk_menu: Vec<(DeskItem, &'static Catalogue)>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Names {
    japanese: String,
    english: Option<String>,
    easy: Option<String>,
    departments: BTreeMap<DepartmentCode, String>,
    departments_english: BTreeMap<DepartmentCode, String>,
    is_demo: bool,
    tiles: Option<TileServer>,
}

impl Surroundings {
    pub(super) fn new(city: City) -> Self {
        Self {
            city,
            names: RwLock::new(None),
            menu: services::menu(),
            desk_menu: services::desk_menu(),
        }
    }

    async fn names(&self) -> Arc<Names> {
        let kept = self
            .names
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((at, names)) = &kept
            && at.elapsed() < FRESH
        {
            return names.clone();
        }
        let read = async {
            let db = self.city.db();
            Ok::<_, CityError>(Names {
                departments: department_names(db, true).await?,
                departments_english: department_names(db, false).await?,
                japanese: setting(db, "city.name").await?.unwrap_or_default(),
                english: setting(db, "city.name_en").await?,
                easy: setting(db, "city.name_easy").await?,
                is_demo: setting(db, "demo.state").await?.is_some(),
                tiles: map::tiles(&self.city).await?,
            })
        };
        let names = match read.await {
            Ok(names) => Arc::new(names),
            // The page itself will say that the database does not answer.
            Err(_) => return kept.map(|(_, names)| names).unwrap_or_default(),
        };
        *self.names.write().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), names.clone()));
        names
    }

    /// The tile server of the city's maps, as it was read for the newest page.
    pub(super) fn tiles(&self) -> Option<TileServer> {
        self.names
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .and_then(|(_, names)| names.tiles.clone())
    }

    fn shell(&self, names: &Names, request: &Request) -> Shell {
        let language = Language::of_request(request.uri(), request.headers());
        let name = match language {
            Language::English => names.english.as_ref(),
            Language::EasyJapanese => names.easy.as_ref(),
            Language::Japanese => None,
        };
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path_and_query| path_and_query.as_str());
        let mut shell = Shell::new(name.unwrap_or(&names.japanese), language, path);
        let here = request.uri().path();
        shell.menu = self
            .menu
            .iter()
            .map(|(item, catalogue)| entry(item, catalogue, language, here))
            .collect();
        shell.sign_in_href = Some("/login".to_owned());
        let words = Words::new(&WORDS, language);
        shell.footer_links = vec![Link::new(words.get("yakuba-footer-api"), "/api")];
        env!("CARGO_PKG_VERSION").clone_into(&mut shell.version);
        if names.is_demo {
            shell.ribbon = words.get("yakuba-demo-ribbon").into_owned();
        }
        shell
    }

    fn sign(&self, shell: &mut Shell, names: &Names, principal: &Principal) {
        if let Principal::Resident(_) = principal {
            let words = Words::new(&WORDS, shell.language);
            shell.sign_in_href = None;
            shell.signed_in = Some(SignedIn {
                name: words.get("yakuba-resident").into_owned(),
                department: String::new(),
                links: vec![
                    Link::new(words.get("yakuba-resident-cases"), "/cases"),
                    Link::new(words.get("yakuba-resident-account"), "/resident"),
                ],
                sign_out_action: "/resident/sign-out".to_owned(),
            });
        }
        let Principal::Staff(staff) = principal else {
            return;
        };
        let items: Vec<_> = self
            .desk_menu
            .iter()
            .filter(|(item, _)| item.is_for(principal))
            .map(|(item, catalogue)| {
                yakuba_ui::MenuItem::new(catalogue.words(shell.language).get(item.label), item.url)
            })
            .collect();
        if !items.is_empty() {
            shell.desk_menu = vec![MenuGroup::new("", items)];
            shell.mark_desk_menu();
        }
        let words = Words::new(&WORDS, shell.language);
        let mut links = Vec::new();
        if let Some(first) = shell
            .desk_menu
            .first()
            .and_then(|group| group.items.first())
        {
            links.push(Link::new(words.get("yakuba-desk"), first.href.clone()));
        }
        let departments = if shell.language.is_japanese() {
            &names.departments
        } else {
            &names.departments_english
        };
        shell.sign_in_href = None;
        shell.signed_in = Some(SignedIn {
            name: staff.name.clone(),
            department: staff
                .department
                .as_ref()
                .map(|code| departments.get(code).map_or(code.as_str(), String::as_str))
                .unwrap_or_default()
                .to_owned(),
            links,
            sign_out_action: "/logout".to_owned(),
        });
    }
}

fn entry(
    item: &MenuItem,
    catalogue: &'static Catalogue,
    language: Language,
    here: &str,
) -> yakuba_ui::MenuItem {
    let text = catalogue.words(language).get(item.label).into_owned();
    let belongs = here == item.url
        || (item.url != "/"
            && here
                .strip_prefix(item.url)
                .is_some_and(|rest| rest.starts_with('/')));
    yakuba_ui::MenuItem::new(text, item.url).current(belongs)
}

/// Gives every request a shell before anybody knows who asks, and shows the problems that arise until then.
pub(super) async fn of_stranger(
    State(surroundings): State<Arc<Surroundings>>,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = Asked::of(&request);
    let names = surroundings.names().await;
    let shell = surroundings.shell(&names, &request);
    request.extensions_mut().insert(shell.clone());
    let response = next.run(request).await;
    problems::render(asked, shell, response).await
}

/// Completes the shell for whoever asks, and shows the problems of the services.
pub(super) async fn of_principal(
    State(surroundings): State<Arc<Surroundings>>,
    principal: Principal,
    mut request: Request,
    next: Next,
) -> Response {
    let asked = Asked::of(&request);
    let mut shell = request
        .extensions()
        .get::<Shell>()
        .cloned()
        .unwrap_or_default();
    let names = surroundings.names().await;
    surroundings.sign(&mut shell, &names, &principal);
    request.extensions_mut().insert(shell.clone());
    let response = next.run(request).await;
    problems::render(asked, shell, response).await
}
