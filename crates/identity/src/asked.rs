//! What every handler needs of a request, and the small parts pages are put together from.

use std::fmt::Display;

use askama::filters::HtmlSafe;
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::{
    Actor, City,
    web::{Principal, Problem, StaffPrincipal},
};
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, DateField, Html, Language, NotificationBanner, Page, Shell,
    Words,
};

use crate::{
    CurrentResident, CurrentSession, Identity, IdentityError, Visitor, WORDS, is_fresh,
    model::token::Token, visitor::Cookie,
};

/// Who asks, with what, in which language.
pub(crate) struct Asked {
    pub(crate) identity: Identity,
    pub(crate) visitor: Visitor,
    pub(crate) principal: Principal,
    pub(crate) session: Option<CurrentSession>,
    pub(crate) resident: Option<CurrentResident>,
    pub(crate) shell: Shell,
    pub(crate) words: Words,
    pub(crate) language: Language,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let identity = parts
            .extensions
            .get::<Identity>()
            .cloned()
            .ok_or_else(|| Problem::internal("the layer of identity is missing"))?;
        let Ok(shell) = Shell::from_request_parts(parts, state).await;
        let Ok(principal) = Principal::from_request_parts(parts, state).await;
        Ok(Self {
            identity,
            visitor: parts
                .extensions
                .get::<Visitor>()
                .cloned()
                .unwrap_or_default(),
            principal,
            session: parts.extensions.get::<CurrentSession>().cloned(),
            resident: parts.extensions.get::<CurrentResident>().copied(),
            words: WORDS.words(shell.language),
            language: shell.language,
            shell,
        })
    }
}

impl Asked {
    pub(crate) fn city(&self) -> &City {
        self.identity.city()
    }

    pub(crate) fn actor(&self) -> Actor {
        self.principal.actor()
    }

    pub(crate) fn staff(&self) -> Result<(&StaffPrincipal, &CurrentSession), Problem> {
        match (self.principal.staff(), &self.session) {
            (Some(staff), Some(session)) => Ok((staff, session)),
            _ => Err(Problem::SignInNeeded),
        }
    }

    /// Refuses without a proof of the last minutes: a session left open must not be enough to change how one signs in.
    pub(crate) fn require_fresh(&self) -> Result<(), Problem> {
        let (staff, _) = self.staff()?;
        if is_fresh(staff, self.city().now()) {
            Ok(())
        } else {
            Err(Problem::StepUpNeeded)
        }
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    #[allow(clippy::unused_self)] // reads like the other parts of a page
    pub(crate) fn content(&self) -> Content {
        Content(Html::empty())
    }

    /// A notice after something was done, from `?done=…`.
    pub(crate) fn done(&self, done: Option<&str>) -> Option<NotificationBanner> {
        let key = format!("identity-done-{}", done?);
        self.words
            .has(&key)
            .then(|| NotificationBanner::success(self.words.get(&key)))
    }

    /// What a person reads about an error of theirs; none for one that is not theirs.
    pub(crate) fn explain(&self, error: &IdentityError) -> Option<String> {
        Some(match error {
            IdentityError::PasswordLength { minimum, .. } => self
                .words
                .counted(
                    "identity-error-password-length",
                    i64::try_from(*minimum).unwrap_or(0),
                )
                .into_owned(),
            IdentityError::PasswordEasy => self.text("identity-error-password-easy"),
            IdentityError::LoginName(_) => self.text("identity-error-login-name"),
            IdentityError::Text { what } => self
                .words
                .with_text("identity-error-text", "what", what)
                .into_owned(),
            IdentityError::Exists { name, .. } => self
                .words
                .with_text("identity-error-exists", "name", name)
                .into_owned(),
            IdentityError::Unknown { what, name } => self
                .words
                .with(
                    "identity-error-unknown",
                    &[("what", (*what).into()), ("name", name.as_str().into())],
                )
                .into_owned(),
            IdentityError::DepartmentCircle(_) => self.text("identity-error-circle"),
            IdentityError::Days => self.text("identity-error-days"),
            IdentityError::LastAdministrator => self.text("identity-error-last-administrator"),
            IdentityError::Expired => self.text("identity-error-expired"),
            IdentityError::Passkey(_) => self.text("identity-error-passkey"),
            IdentityError::Provider(_) => self.text("identity-error-provider"),
            IdentityError::Mail(yakuba_mail::MailError::Address) => {
                self.text("resident-error-email")
            }
            IdentityError::Personnel(error) => match error {
                crate::model::personnel::PersonnelError::Sheet(error) => {
                    error.sentence(self.language)
                }
                crate::model::personnel::PersonnelError::NoHeader => {
                    self.text("identity-error-personnel-header")
                }
                crate::model::personnel::PersonnelError::Problems(_) => {
                    self.text("identity-error-personnel-problems")
                }
                crate::model::personnel::PersonnelError::Stale => {
                    self.text("identity-error-personnel-stale")
                }
                crate::model::personnel::PersonnelError::Committed => {
                    self.text("identity-error-personnel-committed")
                }
            },
            IdentityError::City(_)
            | IdentityError::Mail(_)
            | IdentityError::Key(_)
            | IdentityError::Setting { .. }
            | IdentityError::Hashing => return None,
        })
    }

    /// The page again with what was wrong, or the problem that is not the person's.
    pub(crate) fn or_problem(&self, error: IdentityError) -> Result<String, Problem> {
        match self.explain(&error) {
            Some(text) => Ok(text),
            None => Err(error.into()),
        }
    }

    /// A page in a narrow column: signing in and one's own account.
    pub(crate) fn narrow(self, title: &str, content: Content) -> Page {
        Page::from_html(self.shell, yakuba_ui::Density::Public, title, content.0)
            .narrow()
            .not_for_search_engines()
    }

    /// A page of the desk.
    pub(crate) fn desk(self, title: &str, content: Content) -> Page {
        let home = self.words.get("identity-desk-title").into_owned();
        Page::from_html(self.shell, yakuba_ui::Density::Desk, title, content.0)
            .breadcrumb(home, "/desk/identity")
    }
}

/// Goes to an address with cookies set.
pub(crate) fn go_with(
    identity: &Identity,
    address: &str,
    cookies: &[(Cookie, Option<&Token>)],
) -> Response {
    let mut response = Redirect::to(address).into_response();
    set_cookies(&mut response, identity, cookies);
    response
}

pub(crate) fn set_cookies(
    response: &mut Response,
    identity: &Identity,
    cookies: &[(Cookie, Option<&Token>)],
) {
    for (cookie, token) in cookies {
        let (name, value) = cookie.set(identity.settings(), *token);
        response.headers_mut().append(name, value);
    }
    // Neither the browser nor a proxy may keep an answer with tokens or secrets.
    response.headers_mut().insert(
        axum::http::header::CACHE_CONTROL,
        axum::http::HeaderValue::from_static("no-store"),
    );
}

/// Where staff go after signing in: a path of ours, never another host.
pub(crate) fn safe_next(next: Option<&str>) -> String {
    safe_next_or(next, "/account")
}

/// Where somebody goes after signing in: a path of ours, else `home`.
pub(crate) fn safe_next_or(next: Option<&str>, home: &str) -> String {
    let next = next.unwrap_or_default();
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t'])
        && next.is_ascii()
        && !next.starts_with("/login")
        && !next.starts_with("/logout")
        && !next.starts_with("/resident/")
        && next.len() <= 1_000;
    if ours {
        next.to_owned()
    } else {
        home.to_owned()
    }
}

/// A text for the query part of an address.
pub(crate) fn in_query(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// What a form sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        axum::Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map(|axum::Form(fields)| Self(fields))
            .map_err(|rejection| Problem::unreadable(rejection.status(), rejection.body_text()))
    }
}

impl Fields {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn some(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect()
    }

    pub(crate) fn number(&self, name: &str) -> Result<i64, Problem> {
        self.get(name).trim().parse().map_err(|_| Problem::NotFound)
    }

    /// A day of three texts: none when all are empty, an error when they are no day.
    pub(crate) fn day(&self, name: &str) -> Result<Option<jiff::civil::Date>, IdentityError> {
        let part = |part: &str| self.get(&format!("{name}_{part}")).to_owned();
        let (year, month, day) = (part("year"), part("month"), part("day"));
        if [&year, &month, &day]
            .iter()
            .all(|text| text.trim().is_empty())
        {
            return Ok(None);
        }
        DateField::read(&year, &month, &day)
            .map(Some)
            .ok_or(IdentityError::Days)
    }
}

/// The inside of a page, put together from components.
pub(crate) struct Content(Html);

impl Content {
    pub(crate) fn into_html(self) -> Html {
        self.0
    }

    pub(crate) fn add(&mut self, part: &impl HtmlSafe) -> &mut Self {
        self.0.push(part);
        self
    }

    pub(crate) fn paragraph(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("p", "", text)
    }

    pub(crate) fn heading(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.element("h2", "", text)
    }

    pub(crate) fn element(
        &mut self,
        name: &str,
        attributes: &str,
        text: impl AsRef<str>,
    ) -> &mut Self {
        let text = Html::text(text.as_ref());
        self.markup(format!("<{name}{attributes}>{text}</{name}>"))
    }

    /// Markup whose texts are escaped.
    pub(crate) fn markup(&mut self, markup: impl Display) -> &mut Self {
        self.0.push(&Html::trusted(markup.to_string()));
        self
    }

    pub(crate) fn error(&mut self, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.add(&NotificationBanner::error(text));
        }
        self
    }

    /// A form that is posted.
    pub(crate) fn form(
        &mut self,
        action: &str,
        hidden: &[(&str, &str)],
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.markup(format!(
            r#"<form method="post" action="{}">"#,
            Html::text(action)
        ));
        self.hidden(hidden);
        inside(self);
        self.markup("</form>")
    }

    pub(crate) fn hidden(&mut self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            self.markup(format!(
                r#"<input type="hidden" name="{}" value="{}">"#,
                Html::text(name),
                Html::text(value)
            ));
        }
    }

    pub(crate) fn submit(&mut self, text: impl Into<String>) -> &mut Self {
        self.add(&ButtonRow::new().button(&Button::submit(text)))
    }

    /// One small button in a form of its own, as for a row of a table.
    pub(crate) fn small_form(
        action: &str,
        hidden: &[(&str, &str)],
        text: &str,
        kind: ButtonKind,
    ) -> Html {
        let mut content = Self(Html::empty());
        content.form(action, hidden, |form| {
            form.add(&Button::submit(text).kind(kind).small());
        });
        content.0
    }

    /// A part that only shows where the browser knows passkeys.
    pub(crate) fn passkey(&mut self, words: &Words, action: &Passkey<'_>) -> &mut Self {
        self.markup(format!(
            r#"<div data-passkey="{}" data-begin="{}" data-finish="{}" data-next="{}" data-failed="{}" hidden>"#,
            action.kind,
            Html::text(action.begin),
            Html::text(action.finish),
            Html::text(action.next),
            Html::text(&words.get("identity-error-passkey")),
        ));
        if let Some(field) = &action.field {
            self.add(field);
        }
        self.markup(format!(
            r#"<div class="button-row"><button class="button" type="button" data-type="outline">{}</button></div><p role="alert"></p></div>"#,
            Html::text(action.button)
        ))
    }
}

/// What a passkey button does.
pub(crate) struct Passkey<'a> {
    /// `use` or `add`.
    pub(crate) kind: &'static str,
    pub(crate) begin: &'a str,
    pub(crate) finish: &'a str,
    pub(crate) next: &'a str,
    pub(crate) button: &'a str,
    pub(crate) field: Option<Html>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_led_to_another_host() {
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
            "/login?next=/login",
            "/a\r\nSet-Cookie: x",
        ] {
            assert_eq!(safe_next(Some(bad)), "/account", "{bad}");
        }
        assert_eq!(safe_next(Some("/desk?a=1&b=2")), "/desk?a=1&b=2");
        assert_eq!(in_query("/desk?a=1&b=あ"), "/desk%3Fa%3D1%26b%3D%E3%81%82");
    }
}
