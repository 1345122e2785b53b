//! One group: where it stands, what it has booked, who acts for it.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use yakuba_city::web::Problem;
use yakuba_ui::{DescriptionList, Fields, NotificationBanner, TextArea, Words, done, format};

use super::{HOME, Room, kind, standing};
use crate::{
    error::BookingError,
    model::groups::{Standing, Turn},
    pages::{
        asked::{Asked, private},
        points,
        words::{moment, what, when, when_of},
    },
    store::{
        facility,
        groups::{self, Group, Review, Role},
        people::Holder,
        reservations::of_group,
    },
};

struct Reserved {
    id: i64,
    title: String,
    when: String,
    state: String,
}

struct Acting {
    resident: i64,
    name: String,
    role: String,
    /// Whether whoever looks can remove them, and pass the group on to them.
    can_change: bool,
    is_me: bool,
}

struct Written {
    who: String,
    when: String,
    text: String,
}

#[derive(Template)]
#[template(path = "groups/show.html")]
struct Body {
    texts: Words,
    words: Words,
    id: i64,
    details: DescriptionList,
    /// What penalty points the group has.
    standing: Vec<String>,
    letters: Vec<Written>,
    coming: Vec<Reserved>,
    past: Vec<Reserved>,
    people: Vec<Acting>,
    is_representative: bool,
    has_ended: bool,
    /// What the button to the roster says.
    roster: String,
    code: Option<(String, String)>,
    invite_until: Option<String>,
    reason: TextArea,
    revision: i64,
}

pub(super) async fn page(
    asked: Asked,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let (group, role) = room.group(id).await?;
    let query = Fields::of_query(&query.unwrap_or_default());
    shown(&room, &group, role, None, None, query.get("done")).await
}

async fn shown(
    room: &Room,
    group: &Group,
    role: Role,
    code: Option<String>,
    problem: Option<String>,
    done: &str,
) -> Result<Response, Problem> {
    let (texts, words, language) = (room.texts, room.asked.words, room.asked.language);
    let city = room.asked.city();
    let dossier = group.dossier(room.asked.key())?;
    let mut details = DescriptionList::new()
        .text(
            texts.get("groups-state"),
            standing(texts, group, city.today()),
        )
        .text(texts.get("groups-kind"), kind(texts, &group.kind));
    if let Some(until) = group.until {
        details = details.text(texts.get("groups-until"), format::date(until, language));
    }
    if group.count.members > 0 {
        details = details.text(
            texts.get("groups-members"),
            texts.with(
                "groups-count",
                &[
                    ("members", i64::from(group.count.members).into()),
                    ("residents", i64::from(group.count.residents).into()),
                ],
            ),
        );
    }
    details = details.text(texts.get("groups-contact"), &dossier.contact.name);
    let (mut coming, mut past) = (Vec::new(), Vec::new());
    for found in of_group(city.db(), group.id).await? {
        let place = facility(city.db(), &found.facility).await?;
        let resource = place
            .as_ref()
            .and_then(|place| Some((place, place.document.resource(&found.resource)?)));
        let (title, when, last) = match resource {
            Some((place, resource)) => (
                what(language, &place.document, resource),
                when_of(words, language, resource, found.span),
                resource.spans_from(found.span).last().copied(),
            ),
            None => (String::new(), when(words, language, found.span), None),
        };
        let item = Reserved {
            id: found.id,
            title,
            when,
            state: room
                .asked
                .t(&format!("booking-state-{}", found.state.name())),
        };
        if found.state.is_open() && last.unwrap_or(found.span).end() > city.now() {
            coming.insert(0, item);
        } else {
            past.push(item);
        }
    }
    let is_representative = role == Role::Representative;
    let mut people = Vec::new();
    for person in groups::people(city.db(), group.id).await? {
        people.push(Acting {
            resident: person.resident,
            name: person.name(room.asked.key())?,
            role: room.t(match person.role {
                Role::Representative => "groups-role-representative",
                Role::Member => "groups-role-member",
            }),
            can_change: is_representative && person.role == Role::Member,
            is_me: person.resident == room.me,
        });
    }
    let letters = dossier
        .letters
        .iter()
        .rev()
        .map(|letter| Written {
            who: room.t(if letter.by_staff {
                "groups-by-staff"
            } else {
                "groups-by-group"
            }),
            when: moment(language, letter.at()),
            text: letter.text.clone(),
        })
        .collect();
    let until = group
        .invite_until
        .filter(|until| *until > city.now())
        .map(|until| moment(language, until));
    let roster = match (group.place.standing, group.place.turn) {
        (_, Turn::Group) => "groups-to-roster-answer",
        (Standing::Registered, _) => "groups-to-roster-renew",
        _ => "groups-to-roster-mend",
    };
    let holder = Holder::Group(group.id).hash(room.asked.key());
    let body = Body {
        texts,
        words,
        standing: points::standing(&room.asked, &holder).await?,
        id: group.id,
        details,
        letters,
        coming,
        past,
        people,
        is_representative,
        has_ended: group.place.standing == Standing::Ended,
        roster: room.t(roster),
        code: code.zip(until.clone()),
        invite_until: until,
        reason: TextArea::new(language, "reason", texts.get("groups-end-reason"))
            .rows(2)
            .max_length(500)
            .optional(),
        revision: group.revision,
    };
    let mut page = room
        .page(group.name.as_str(), &body, done)
        .breadcrumb(texts.get("groups-title"), HOME);
    if group.place.turn == Turn::Group && is_representative {
        page = page.notice(NotificationBanner::warning(room.t("groups-asked-notice")));
    }
    if let Some(problem) = problem {
        page = page.notice(NotificationBanner::error(problem));
    }
    Ok(private(page))
}

/// Makes the code by which others join and shows it, this once.
pub(super) async fn invite(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    room.own_group(id).await?;
    let outcome = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (room.asked.key().clone(), id),
            |tx, (key, id)| Box::pin(groups::invite(tx, key, *id)),
        )
        .await;
    let (code, problem) = match outcome {
        Ok(code) => (Some(code.to_string()), None),
        Err(error) => (None, Some(room.explain(error)?)),
    };
    let (group, role) = room.group(id).await?;
    shown(&room, &group, role, code, problem, "").await
}

/// Who acts for the group: the representative removes somebody or passes the group on; everybody else may leave.
pub(super) async fn people(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let (group, role) = room.group(id).await?;
    let resident = fields.integer("resident").unwrap_or(0);
    let passes_on = fields.get("do") == "pass-on";
    let is_leaving = resident == room.me && !passes_on;
    if role != Role::Representative && !is_leaving {
        return Err(Problem::NotAllowed);
    }
    let outcome: Result<(), BookingError> = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (id, room.me, resident, passes_on),
            |tx, (id, me, resident, passes_on)| {
                Box::pin(async move {
                    if *passes_on {
                        groups::pass_on(tx, *id, *me, *resident).await
                    } else {
                        groups::leave(tx, *id, *resident).await
                    }
                })
            },
        )
        .await;
    match outcome {
        Ok(()) if is_leaving => Ok(done(HOME, "left")),
        Ok(()) => Ok(done(&format!("{HOME}/{id}"), "people")),
        Err(error) => {
            let problem = room.explain(error)?;
            shown(&room, &group, role, None, Some(problem), "").await
        }
    }
}

/// Ends the group; what it has booked stays and can be cancelled.
pub(super) async fn end(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked)?;
    let group = room.own_group(id).await?;
    let reason: String = fields.get("reason").chars().take(500).collect();
    let outcome = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (
                room.asked.key().clone(),
                id,
                fields.revision(),
                Review::End(reason),
            ),
            |tx, (key, id, revision, review)| {
                Box::pin(groups::review(tx, key, *id, *revision, review))
            },
        )
        .await;
    match outcome {
        Ok(_) => Ok(done(&format!("{HOME}/{id}"), "ended")),
        Err(error) => {
            let problem = room.explain(error)?;
            shown(&room, &group, Role::Representative, None, Some(problem), "").await
        }
    }
}
