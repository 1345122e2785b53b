//! What every handler needs of a request.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use yakuba_city::{
    City, CityKey, JAPAN,
    web::{Principal, Problem},
};
use yakuba_identity::{
    Asker, Cookies, Identity, Visitor,
    residents::{self, confirmed_email},
};
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    ChipLabel, Choice, Fields, Language, NotificationBanner, Select, Shell, Words, format,
};

use crate::{
    WORDS,
    error::ReportError,
    model::state::State,
    store::{self, Current, Report},
};

/// What is counted against where it comes from: reports begun and sent, pictures and words sent, numbers tried.
const WRITE: &str = "reports.write";
/// Numbers tried.
const LOOK_UP: &str = "reports.look_up";

/// Who asks, in which language, with which cookies.
pub(crate) struct Asked {
    pub(crate) identity: Identity,
    pub(crate) visitor: Visitor,
    pub(crate) principal: Principal,
    pub(crate) shell: Shell,
    pub(crate) words: Words,
    pub(crate) language: Language,
    pub(crate) query: Fields,
    pub(crate) headers: HeaderMap,
    pub(crate) cookies: Cookies,
    pub(crate) current: Arc<Current>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker {
            identity,
            visitor,
            principal,
            shell,
            cookies,
        } = Asker::from_request_parts(parts, state).await?;
        let current = store::current(identity.city()).await?;
        Ok(Self {
            identity,
            visitor,
            principal,
            words: WORDS.words(shell.language),
            language: shell.language,
            shell,
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            cookies,
            current,
        })
    }
}

impl Asked {
    pub(crate) fn city(&self) -> &City {
        self.identity.city()
    }

    pub(crate) fn key(&self) -> &CityKey {
        self.identity.key()
    }

    /// A text.
    pub(crate) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// The city's address, for links in mails and feeds.
    pub(crate) fn base(&self) -> String {
        let url = self.identity.settings().public_url.as_str();
        url.trim_end_matches('/').to_owned()
    }

    /// A report that everybody may see.
    pub(crate) async fn report(&self, public_id: &str) -> Result<Report, Problem> {
        store::by_public_id(self.city().db(), public_id)
            .await?
            .filter(|report| report.is_shown)
            .ok_or(Problem::NotFound)
    }

    /// Counts something that strangers write against where it comes from, so that nobody floods the desk.
    pub(crate) async fn begin_writing(&self) -> Result<(), Problem> {
        self.begin(WRITE).await
    }

    /// Counts a look-up by number, before it is judged.
    pub(crate) async fn begin_looking_up(&self) -> Result<(), Problem> {
        self.begin(LOOK_UP).await
    }

    async fn begin(&self, what: &'static str) -> Result<(), Problem> {
        let wait = self
            .identity
            .begin_try(&self.visitor, what)
            .await
            .map_err(ReportError::from)?;
        wait.map_or(Ok(()), |seconds| Err(Problem::TooMany(seconds)))
    }

    /// The number was right: the look-up is not counted.
    pub(crate) async fn found_it(&self) -> Result<(), Problem> {
        self.identity
            .try_succeeded(&self.visitor, LOOK_UP)
            .await
            .map_err(ReportError::from)?;
        Ok(())
    }

    /// The address at which whoever asks reads mail: the account's, or one proved with a code.
    pub(crate) async fn email(&self) -> Result<Option<EmailAddress>, Problem> {
        if let Some(resident) = self.principal.resident() {
            let account = residents::store::resident(self.city().db(), self.key(), resident.id)
                .await
                .map_err(ReportError::from)?;
            return Ok(account.and_then(|account| account.email));
        }
        let Some(token) = &self.visitor.email else {
            return Ok(None);
        };
        Ok(confirmed_email(&self.identity, token)
            .await
            .map_err(ReportError::from)?
            .map(|confirmed| confirmed.email))
    }

    /// The name of a report's category.
    pub(crate) fn category(&self, report: &Report) -> String {
        category_name(&self.current, &report.category, self.language)
    }

    /// What everybody calls a report: its category, and its place once the desk has looked at it.
    pub(crate) fn title(&self, report: &Report) -> String {
        title(&self.current, report, self.language)
    }

    /// A day, in words.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        format::date(JAPAN.to_datetime(at).date(), self.language)
    }

    /// A state, as a label.
    pub(crate) fn chip(&self, state: State) -> ChipLabel {
        chip(self.words, state)
    }

    /// A notice after something was done, from `?done=…`.
    pub(crate) fn notice(&self) -> Option<NotificationBanner> {
        let key = format!("reports-done-{}", self.query.get("done"));
        self.words
            .has(&key)
            .then(|| NotificationBanner::success(self.words.get(&key)))
    }
}

/// Offers the areas of the rules, all of them first; none when there are none.
pub(crate) fn choose_area(
    current: &Current,
    language: Language,
    label: String,
    chosen: &str,
) -> Option<Select> {
    let areas = &current.rules.areas;
    (!areas.is_empty()).then(|| {
        areas
            .iter()
            .fold(
                Select::new(language, "area", label).or_all(),
                |select, area| {
                    select.choice(Choice::new(area.key.as_str(), area.name.get(language)))
                },
            )
            .value(chosen)
    })
}

/// The name of a category; its key when it is gone.
pub(crate) fn category_name(current: &Current, key: &str, language: Language) -> String {
    current
        .rules
        .category(key)
        .map_or(key, |category| category.name.get(language))
        .to_owned()
}

/// What everybody calls a report.
pub(crate) fn title(current: &Current, report: &Report, language: Language) -> String {
    let category = category_name(current, &report.category, language);
    if report.public_place.is_empty() {
        return category;
    }
    format::with_note(category, &report.public_place, language)
}

/// The key of a state's name.
pub(crate) fn state_key(state: State) -> String {
    format!("reports-state-{}", state.name().replace('_', "-"))
}

/// A state, as a label.
pub(crate) fn chip(words: Words, state: State) -> ChipLabel {
    let label = ChipLabel::new(words.get(&state_key(state)));
    match state {
        State::Received => label.orange(),
        State::Checked | State::Planned => label.blue(),
        State::Fixed => label.green(),
        State::NoAction | State::Forwarded | State::Merged => label,
    }
}

/// Nobody else may keep what is on the page: not the browser for the next person, not a proxy.
pub(crate) fn private(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A text without control signs, in at most so many letters: from strangers, to be kept.
pub(crate) fn plain(text: &str, most: usize) -> String {
    text.chars()
        .filter(|sign| {
            (!sign.is_control() || matches!(sign, '\n' | '\t'))
                && !matches!(sign, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
        })
        .take(most)
        .collect::<String>()
        .trim()
        .to_owned()
}
