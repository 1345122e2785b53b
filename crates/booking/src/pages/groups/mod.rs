//! Groups: registering one, its page, and who acts for it.

pub(crate) mod form;
mod show;

use askama::Template;
use axum::response::Response;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::Receipt;
use yakuba_ui::{Catalogue, ErrorSummary, Fields, FormErrors, Page, TextField, Words, done};

use super::asked::{Asked, private};
use crate::{
    error::BookingError,
    model::groups::{Standing, Turn},
    store::groups::{self, Group, Role, groups_of, role_in},
};

/// The texts about groups, for residents and staff.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("groups");

/// Where a resident's groups are.
pub(super) const HOME: &str = "/booking/groups";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/booking/groups", Access::Resident, page)
        .post("/booking/groups/join", Access::Resident, join)
        .get("/booking/groups/new", Access::Resident, form::new_page)
        .post("/booking/groups/new", Access::Resident, form::apply)
        .get("/booking/groups/{group}", Access::Resident, show::page)
        .get(
            "/booking/groups/{group}/roster",
            Access::Resident,
            form::page,
        )
        .post(
            "/booking/groups/{group}/roster",
            Access::Resident,
            form::send,
        )
        .post(
            "/booking/groups/{group}/invite",
            Access::Resident,
            show::invite,
        )
        .post(
            "/booking/groups/{group}/people",
            Access::Resident,
            show::people,
        )
        .post("/booking/groups/{group}/end", Access::Resident, show::end)
}

/// Who asks, with the texts about groups.
pub(super) struct Room {
    pub(super) asked: Asked,
    pub(super) texts: Words,
    /// The account of whoever asks.
    pub(super) me: i64,
}

impl Room {
    pub(super) fn new(asked: Asked) -> Result<Self, Problem> {
        let me = asked
            .principal
            .resident()
            .map(|resident| resident.id)
            .ok_or(Problem::ResidentSignInNeeded)?;
        Ok(Self {
            texts: WORDS.words(asked.language),
            asked,
            me,
        })
    }

    pub(super) fn t(&self, key: &str) -> String {
        self.texts.get(key).into_owned()
    }

    /// A group this account acts for; to everybody else it does not exist.
    pub(super) async fn group(&self, id: i64) -> Result<(Group, Role), Problem> {
        let connection = self.asked.city().db();
        let role = role_in(connection, id, self.me).await?;
        let group = groups::group(connection, id).await?;
        group.zip(role).ok_or(Problem::NotFound)
    }

    /// The same, for whoever answers for it.
    pub(super) async fn own_group(&self, id: i64) -> Result<Group, Problem> {
        match self.group(id).await? {
            (group, Role::Representative) => Ok(group),
            (_, Role::Member) => Err(Problem::NotAllowed),
        }
    }

    /// A page of this room with the notice of the last step.
    pub(super) fn page(&self, title: impl Into<String>, body: &impl Template, done: &str) -> Page {
        let mut page = Page::public(self.asked.shell.clone(), title, body)
            .breadcrumb(self.asked.words.get("booking-title"), "/booking")
            .narrow()
            .not_for_search_engines();
        let key = format!("groups-done-{done}");
        if !done.is_empty() && self.texts.has(&key) {
            page = page.notice(yakuba_ui::NotificationBanner::success(self.t(&key)));
        }
        page
    }

    /// What a person reads about a failure that is theirs to mend; the problem otherwise.
    pub(super) fn explain(&self, error: BookingError) -> Result<String, Problem> {
        Ok(match error {
            BookingError::NoSuchGroup => self.t("groups-error-code"),
            BookingError::ChangedMeanwhile => self.t("groups-error-changed"),
            BookingError::WrongState => self.t("groups-error-state"),
            BookingError::LimitReached(_) => self.t("groups-error-people"),
            other => return self.asked.explain(other),
        })
    }
}

/// Where a group stands, in words.
pub(crate) fn standing(texts: Words, group: &Group, today: jiff::civil::Date) -> String {
    let key = match (group.place.standing, group.place.turn) {
        (Standing::Waiting, Turn::Group) => "groups-state-asked",
        (Standing::Waiting, _) => "groups-state-waiting",
        (Standing::Registered, _) if !group.is_registered(today) => "groups-state-over",
        (Standing::Registered, Turn::Group) => "groups-state-registered-asked",
        (Standing::Registered, Turn::Staff) => "groups-state-registered-sent",
        (Standing::Registered, Turn::Nobody) => "groups-state-registered",
        (Standing::Ended, _) => "groups-state-ended",
    };
    texts.get(key).into_owned()
}

/// What a kind is called; its key where a city has kinds of its own.
pub(crate) fn kind(texts: Words, key: &str) -> String {
    let text = format!("groups-kind-{key}");
    if texts.has(&text) {
        texts.get(&text).into_owned()
    } else {
        key.to_owned()
    }
}

struct Item {
    id: i64,
    name: String,
    state: String,
}

#[derive(Template)]
#[template(path = "groups/list.html")]
struct Body {
    texts: Words,
    errors: ErrorSummary,
    items: Vec<Item>,
    code: TextField,
    name: TextField,
}

async fn page(
    asked: Asked,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let query = Fields::of_query(&query.unwrap_or_default());
    list(
        &room,
        &Fields::default(),
        &FormErrors::new(),
        query.get("done"),
    )
    .await
}

async fn list(
    room: &Room,
    fields: &Fields,
    errors: &FormErrors,
    done: &str,
) -> Result<Response, Problem> {
    let (texts, language) = (room.texts, room.asked.language);
    let today = room.asked.city().today();
    let items = groups_of(room.asked.city().db(), room.me)
        .await?
        .iter()
        .map(|group| Item {
            id: group.id,
            name: group.name.clone(),
            state: standing(texts, group, today),
        })
        .collect();
    let body = Body {
        texts,
        errors: errors.summary(language),
        items,
        code: TextField::new(language, "code", texts.get("groups-code"))
            .support(texts.get("groups-code-support"))
            .width(24)
            .required()
            .value(fields.get("code"))
            .errors(errors),
        name: TextField::new(language, "name", texts.get("groups-your-name"))
            .support(texts.get("groups-your-name-support"))
            .autocomplete("name")
            .max_length(100)
            .required()
            .value(fields.get("name"))
            .errors(errors),
    };
    let page = room
        .page(texts.get("groups-title"), &body, done)
        .lead(texts.get("groups-lead"))
        .with_errors(!errors.is_empty());
    Ok(private(page))
}

/// Joins the group whose code somebody was given.
async fn join(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let mut errors = FormErrors::new();
    let name: String = fields.get("name").chars().take(100).collect();
    if name.is_empty() {
        errors.add("name", room.asked.t("booking-error-required"));
    }
    let code = fields.get("code").parse::<Receipt>();
    match (code, errors.is_empty()) {
        (Ok(code), true) => {
            let input = (room.asked.key().clone(), room.me, code, name);
            let outcome: Result<i64, BookingError> = room
                .asked
                .city()
                .write(
                    room.asked.principal.actor(),
                    input,
                    |tx, (key, me, code, name)| Box::pin(groups::join(tx, key, *me, code, name)),
                )
                .await;
            match outcome {
                Ok(id) => return Ok(done(&format!("{HOME}/{id}"), "joined")),
                Err(error) => errors.add("code", room.explain(error)?),
            }
        }
        (Err(_), _) => errors.add("code", room.t("groups-error-code")),
        (Ok(_), false) => {}
    }
    list(&room, &fields, &errors, "").await
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
