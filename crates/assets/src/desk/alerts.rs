//! The alerts of the departments: the open ones to be taken up, and those that have ended.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::StaffNames;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{ChipLabel, EmptyState, Fields, FormErrors, TextField, Words, done};

use super::{
    broker::told_problem,
    doing::typed,
    room::{Room, href},
    show::at,
};
use crate::{
    error::AssetError,
    store::{
        alerts::{Alert, acknowledge as take_up, alert as find, alerts, rule_text},
        broker::listening,
    },
};

/// As many as the list shows are taken up at once.
const MOST_AT_ONCE: usize = 500;
/// The address of the list.
pub(super) const HERE: &str = "/desk/assets/alerts";

struct Item {
    id: i64,
    href: String,
    title: String,
    kind: String,
    what: String,
    chip: Option<ChipLabel>,
    times: String,
    note: String,
    /// The field for a note, when it can be taken up.
    take_up: Option<TextField>,
}

#[derive(Template)]
#[template(path = "desk/alerts.html")]
struct Body {
    words: Words,
    open: Vec<Item>,
    ended: Vec<Item>,
    /// Several can be taken up at once.
    takes_many: bool,
    broker: Vec<String>,
    empty: EmptyState,
}

fn item(room: &Room, alert: &Alert, names: &StaffNames) -> Item {
    let language = room.language();
    let time = |key: &str, moment: i64| {
        room.words
            .with_text(key, "at", &at(room, moment))
            .into_owned()
    };
    let mut times = vec![time("desk-alert-opened", alert.opened_at)];
    times.extend(
        alert
            .escalated_at
            .map(|moment| time("desk-alert-escalated", moment)),
    );
    times.extend(alert.acknowledged_at.map(|moment| {
        match names.of(&alert.acknowledged_by) {
            Some(name) => room
                .words
                .with(
                    "desk-alert-acknowledged-by",
                    &[
                        ("at", at(room, moment).into()),
                        ("name", name.to_owned().into()),
                    ],
                )
                .into_owned(),
            None => time("desk-alert-acknowledged", moment),
        }
    }));
    times.extend(
        alert
            .closed_at
            .map(|moment| time("desk-alert-closed", moment)),
    );
    let may =
        DepartmentCode::new(alert.department.as_str()).is_ok_and(|code| room.may_work_in(&code));
    let kind = room.kinds.get(&alert.kind);
    let mut what = rule_text(kind, &alert.rule, language);
    if let (Some(value), Some(rule)) =
        (alert.value(), kind.and_then(|kind| kind.value(&alert.rule)))
    {
        what = format!("{what} ({} {value} {})", rule.name.get(language), rule.unit);
    }
    Item {
        id: alert.id,
        href: href(alert.asset),
        title: format!("{} {}", alert.number, alert.name),
        kind: room.kind_name(&alert.kind),
        what,
        chip: alert.closed_at.is_none().then(|| {
            if alert.acknowledged_at.is_some() {
                ChipLabel::new(room.t("desk-alert-taken")).blue()
            } else if alert.escalated_at.is_some() {
                ChipLabel::new(room.t("desk-alert-late")).red()
            } else {
                ChipLabel::new(room.t("desk-alert-new")).orange()
            }
        }),
        times: times.join(" / "),
        note: alert.note.clone(),
        take_up: (may && alert.closed_at.is_none() && alert.acknowledged_at.is_none()).then(|| {
            TextField::new(language, "note", room.t("desk-alert-note"))
                .id(format!("note-{}", alert.id))
                .optional()
        }),
    }
}

/// How listening to the city's MQTT broker goes; nothing when it has none.
async fn broker(room: &Room) -> Result<Vec<String>, Problem> {
    let Some(now) = listening(room.db()).await? else {
        return Ok(Vec::new());
    };
    let is_held = now.until_at >= room.city.now().as_microsecond();
    let mut lines = vec![match now.connected_at.filter(|_| is_held) {
        Some(since) => room
            .words
            .with(
                "desk-broker-on",
                &[
                    ("at", at(room, since).into()),
                    ("kept", now.kept.into()),
                    ("refused", now.refused.into()),
                ],
            )
            .into_owned(),
        None => room.t("desk-broker-off"),
    }];
    if let Some(moment) = now.problem_at {
        lines.push(
            room.words
                .with(
                    "desk-broker-problem",
                    &[
                        ("at", at(room, moment).into()),
                        ("problem", told_problem(room.words, &now.problem).into()),
                    ],
                )
                .into_owned(),
        );
    }
    Ok(lines)
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let seen: Vec<DepartmentCode> = room.departments().await?.into_keys().collect();
    let open = alerts(room.db(), &seen, true).await?;
    let mut ended = alerts(room.db(), &seen, false).await?;
    ended.truncate(50);
    let actors = open
        .iter()
        .chain(&ended)
        .map(|alert| alert.acknowledged_by.as_str());
    let names = StaffNames::read(room.db(), actors).await?;
    let items = |alerts: &[Alert]| {
        alerts
            .iter()
            .map(|alert| item(&room, alert, &names))
            .collect::<Vec<_>>()
    };
    let (open, ended) = (items(&open), items(&ended));
    let broker = broker(&room).await?;
    let body = Body {
        words: room.words,
        takes_many: open.iter().filter(|item| item.take_up.is_some()).count() > 1,
        open,
        ended,
        broker,
        empty: EmptyState::new(room.t("desk-alerts-none")),
    };
    Ok(room
        .page_below(room.t("desk-alerts"), &body)
        .into_response())
}

pub(super) async fn acknowledge(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = find(room.db(), id).await?.ok_or(Problem::NotFound)?;
    room.asset_to_work_on(found.asset).await?;
    let mut errors = FormErrors::new();
    let note = typed(&room, &fields, "note", &mut errors);
    if !errors.is_empty() {
        return Err(Problem::BadRequest(room.t("desk-problem-long")));
    }
    let is_taken = room
        .write((id, note), |tx, (id, note)| {
            Box::pin(take_up(tx, *id, note))
        })
        .await?;
    Ok(done(HERE, if is_taken { "taken" } else { "taken-before" }))
}

/// Takes up all that were ticked; those that somebody else was faster with stay theirs.
pub(super) async fn acknowledge_many(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let ids: BTreeSet<i64> = fields
        .all("alert")
        .filter_map(|id| id.parse().ok())
        .take(MOST_AT_ONCE)
        .collect();
    for id in &ids {
        let found = find(room.db(), *id).await?.ok_or(Problem::NotFound)?;
        room.asset_to_work_on(found.asset).await?;
    }
    if ids.is_empty() {
        room.refuse_with("desk-problem-alerts");
        let mut again = page(room).await?;
        *again.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(again);
    }
    let taken = room
        .write(ids, |tx, ids| {
            Box::pin(async move {
                let mut taken = 0;
                for id in ids {
                    taken += usize::from(take_up(tx, *id, "").await?);
                }
                Ok::<_, AssetError>(taken)
            })
        })
        .await?;
    Ok(done(HERE, if taken > 0 { "taken" } else { "taken-before" }))
}
