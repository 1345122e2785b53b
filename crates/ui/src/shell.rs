//! What surrounds every page: whose city, which language, who is signed in, where one can go.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::language::path_in;
use crate::{Language, NotificationBanner};

/// A place to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is called.
    pub text: String,
    /// Its address.
    pub href: String,
}

impl Link {
    /// A link called `text` to `href`.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
        }
    }
}

/// An entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// What it is called.
    pub text: String,
    /// Its address.
    pub href: String,
    /// Whether the page belongs to it.
    pub current: bool,
    /// A number beside it, e.g. how many wait for this person.
    pub count: Option<u64>,
}

impl MenuItem {
    /// An entry called `text` to `href`, not the current one.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            current: false,
            count: None,
        }
    }

    /// Says whether the page belongs to it.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    /// Shows a number beside it.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

/// Entries of the desk's side navigation under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuGroup {
    /// The heading; empty for none.
    pub title: String,
    /// The entries.
    pub items: Vec<MenuItem>,
}

impl MenuGroup {
    /// Entries under a heading.
    pub fn new(title: impl Into<String>, items: Vec<MenuItem>) -> Self {
        Self {
            title: title.into(),
            items,
        }
    }
}

/// The member of staff (or resident) whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Name as shown in the header.
    pub name: String,
    /// Department or post; empty for none.
    pub department: String,
    /// Own account, own tasks, the desk…
    pub links: Vec<Link>,
    /// Where the sign-out button posts to.
    pub sign_out_action: String,
}

/// What surrounds every page. Filled once per request, then given to [`Page`](crate::Page).
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// Name of the city in the page's language.
    pub city_name: String,
    /// Where the city's name leads; `/` by default.
    pub home_href: String,
    /// Language of the page.
    pub language: Language,
    /// Path and query of this page, for the links to it in other languages.
    pub path: String,
    /// The services, in the header.
    pub menu: Vec<MenuItem>,
    /// The side navigation of desk pages.
    pub desk_menu: Vec<MenuGroup>,
    /// Whose session it is; `None` for a stranger.
    pub signed_in: Option<SignedIn>,
    /// Where a stranger signs in; no link when `None`.
    pub sign_in_href: Option<String>,
    /// Messages on top of the page, e.g. that a change was saved.
    pub notices: Vec<NotificationBanner>,
    /// Links of the footer: about, accessibility statement, API…
    pub footer_links: Vec<Link>,
    /// Version of the program, in the footer; empty for none.
    pub version: String,
    /// A line above the header on every page, e.g. that this is a demonstration; empty for none.
    pub ribbon: String,
}

impl Shell {
    /// A shell with nothing but the city's name, language and path (path and query).
    pub fn new(city_name: impl Into<String>, language: Language, path: impl Into<String>) -> Self {
        Self {
            city_name: city_name.into(),
            home_href: "/".to_owned(),
            language,
            path: path.into(),
            ..Self::default()
        }
    }

    /// Marks the one entry of the desk's menu that this page belongs to: the one whose address is the longest beginning of the
    /// page's. The desk's first page has all others below it and is marked only for itself.
    pub fn mark_desk_menu(&mut self) {
        let here = self.path.split(['?', '#']).next().unwrap_or_default();
        let belongs = |href: &str| {
            here.strip_prefix(href)
                .is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && href != "/desk"))
        };
        let items = || self.desk_menu.iter().flat_map(|group| &group.items);
        let longest = items()
            .filter(|item| belongs(&item.href))
            .map(|item| item.href.len())
            .max();
        for item in self.desk_menu.iter_mut().flat_map(|group| &mut group.items) {
            item.current = belongs(&item.href) && Some(item.href.len()) == longest;
        }
    }

    /// Adds a message on top of the page.
    #[must_use]
    pub fn notice(mut self, notice: NotificationBanner) -> Self {
        self.notices.push(notice);
        self
    }

    /// This page in another language.
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass by reference"
    )]
    pub(crate) fn path_in(&self, language: &Language) -> String {
        path_in(&self.path, *language)
    }
}

/// The shell of a request: made once by the layer that knows the city, the session and the services, and put among the
/// request's extensions. Without such a layer (a service's own tests) it is bare.
impl<S: Sync> FromRequestParts<S> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        if let Some(shell) = parts.extensions.get::<Self>() {
            return Ok(shell.clone());
        }
        let language = Language::of_request(&parts.uri, &parts.headers);
        let path = parts
            .uri
            .path_and_query()
            .map_or("/", |path_and_query| path_and_query.as_str());
        Ok(Self::new("", language, path))
    }
}

#[cfg(test)]
mod tests {
    use super::{MenuGroup, MenuItem, Shell};
    use crate::Language;

    fn marked(path: &str) -> Vec<String> {
        let mut shell = Shell::new("", Language::Japanese, path);
        let item = |href: &str| MenuItem::new("", href);
        shell.desk_menu = vec![
            MenuGroup::new(
                "",
                vec![item("/desk"), item("/desk/plan"), item("/desk/identity")],
            ),
            MenuGroup::new(
                "plan",
                vec![item("/desk/plan/a"), item("/desk/plan/a/work")],
            ),
        ];
        shell.mark_desk_menu();
        shell
            .desk_menu
            .iter()
            .flat_map(|group| &group.items)
            .filter(|item| item.current)
            .map(|item| item.href.clone())
            .collect()
    }

    #[test]
    fn one_entry_of_the_desks_menu_is_the_current_one() {
        assert_eq!(marked("/desk"), ["/desk"]);
        assert_eq!(marked("/desk/plan?x=1"), ["/desk/plan"]);
        assert_eq!(marked("/desk/plan/a/work/3"), ["/desk/plan/a/work"]);
        assert_eq!(marked("/desk/plan/a/edit"), ["/desk/plan/a"]);
        assert_eq!(marked("/desk/planning"), [""; 0]);
        assert_eq!(marked("/desk/identity/accounts"), ["/desk/identity"]);
        assert_eq!(marked("/desk/unlisted"), [""; 0]);
    }
}
