//! A series at the desk: its days, and giving it up from one of them on.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_kernel::Yen;
use yakuba_ui::{CheckboxGroup, Choice, DescriptionList, Fields, Select, TextArea, Words, done};

use super::{
    HOME,
    room::{Room, private},
    show::channel,
};
use crate::{
    capabilities::RECEIVE,
    model::state::Step,
    pages::{
        series::show::{Line, lines, title},
        words::{amount, long_day},
    },
    store::{
        self, Facility, groups,
        history::seal_said,
        reservations::{Reservation, kept_now, step_because, waive},
        series::{self, Series, still_to_come},
    },
    telling::tell_days_cancelled,
};

pub(super) fn routes() -> Routes {
    let receive = Access::Staff(RECEIVE);
    Routes::new()
        .get("/desk/booking/series/{series}", receive, page)
        .post("/desk/booking/series/{series}/cancel", receive, cancel)
}

/// The address of a series at the desk.
pub(super) fn href(id: i64) -> String {
    format!("{HOME}/series/{id}")
}

/// What would be given up, shown before it is.
struct Preview {
    lead: String,
    days: Vec<String>,
    because: TextArea,
    waives: Option<CheckboxGroup>,
    hidden: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "desk/series.html")]
struct Body {
    words: Words,
    at: String,
    details: DescriptionList,
    lines: Vec<Line>,
    /// What the choice of a day is called.
    cancelling: String,
    from: Option<Select>,
    preview: Option<Preview>,
}

/// A series of a facility whose reservations this person receives; to everybody else it does not exist.
async fn find(room: &Room, id: i64) -> Result<(Series, Facility), Problem> {
    let found = series::series(room.db(), id)
        .await?
        .ok_or(Problem::NotFound)?;
    let place = store::facility(room.db(), &found.facility)
        .await?
        .filter(|place| room.may(RECEIVE, place))
        .ok_or(Problem::NotFound)?;
    Ok((found, place))
}

async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (found, place) = find(&room, id).await?;
    let fields = room.query.clone();
    shown(&room, &found, &place, &fields).await
}

async fn shown(
    room: &Room,
    found: &Series,
    place: &Facility,
    fields: &Fields,
) -> Result<Response, Problem> {
    let (language, public) = (room.language(), room.public);
    let (name, when) = title(language, found, Some(place));
    let mut details = DescriptionList::new()
        .text(room.p("booking-what"), name)
        .text(room.p("booking-when"), when)
        .text(room.t("desk-channel"), channel(room, found.channel));
    if let Some(group) = found.group
        && let Some(group) = groups::group(room.db(), group).await?
    {
        details = details.text(room.t("desk-group"), &group.name);
    }
    let open = still_to_come(room.db(), found.id, room.city.now()).await?;
    let chosen: Option<Date> = fields.get("from").parse().ok();
    let later: Vec<&Reservation> = open
        .iter()
        .filter(|one| chosen.is_some_and(|from| from <= one.span.day()))
        .collect();
    let body = Body {
        words: room.words,
        at: href(found.id),
        details,
        lines: lines(room.db(), language, found.id).await?,
        cancelling: room.t(if later.is_empty() {
            "desk-series-cancel-title"
        } else {
            "desk-series-cancel-other"
        }),
        from: (!open.is_empty()).then(|| {
            Select::new(language, "from", room.t("desk-series-from"))
                .choices(open.iter().map(|one| {
                    let day = one.span.day();
                    Choice::new(day.to_string(), long_day(public, language, day))
                }))
                .value(fields.get("from"))
        }),
        preview: (!later.is_empty()).then(|| preview(room, place, &later, fields)),
    };
    Ok(private(room.page_of(place, room.t("desk-series"), &body)))
}

fn preview(room: &Room, place: &Facility, later: &[&Reservation], fields: &Fields) -> Preview {
    let (language, public) = (room.language(), room.public);
    let kept = later.iter().fold(Yen::ZERO, |sum, one| {
        let kept = kept_now(Some(&place.document), one, room.city.now());
        sum.checked_add(kept).unwrap_or(sum)
    });
    let mut hidden = vec![("from", fields.get("from").to_owned())];
    hidden.extend(later.iter().map(|one| ("shown", one.id.to_string())));
    Preview {
        lead: room
            .words
            .counted("desk-series-cancel-lead", later.len() as u64)
            .into_owned(),
        days: later
            .iter()
            .map(|one| long_day(public, language, one.span.day()))
            .collect(),
        because: TextArea::new(language, "because", room.t("desk-because"))
            .support(room.t("desk-because-support"))
            .rows(2)
            .max_length(1_000)
            .value(fields.get("because")),
        waives: (kept > Yen::ZERO).then(|| {
            let text = room
                .words
                .with_text("desk-waive", "amount", &amount(public, kept));
            CheckboxGroup::new(language, "waive", room.t("desk-waive-label"))
                .choice(Choice::new("yes", text))
        }),
        hidden,
    }
}

/// Gives up the days that were shown, in one write: what is no longer open stays as it is.
async fn cancel(mut room: Room, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let (found, place) = find(&room, id).await?;
    let shown_ids: Vec<i64> = fields
        .all("shown")
        .filter_map(|id| id.parse().ok())
        .collect();
    if shown_ids.is_empty() {
        return Err(Problem::NotFound);
    }
    let because: String = fields.get("because").chars().take(1_000).collect();
    let input = (
        id,
        shown_ids,
        because,
        fields.get("waive") == "yes",
        room.key()?.clone(),
        place.document.clone(),
    );
    let outcome = room
        .write(
            input,
            |tx, (id, shown_ids, because, waives, key, document)| {
                Box::pin(async move {
                    let said = if because.is_empty() {
                        None
                    } else {
                        Some(seal_said(key, because)?)
                    };
                    let mut given_up = Vec::new();
                    for one in still_to_come(tx.connection(), *id, tx.now()).await? {
                        if !shown_ids.contains(&one.id) {
                            continue;
                        }
                        let changed =
                            step_because(tx, one.id, Step::Cancel, said.as_deref()).await?;
                        if *waives {
                            waive(tx, one.id).await?;
                        }
                        if !changed.already {
                            given_up.push(one);
                        }
                    }
                    tell_days_cancelled(tx, key, document, &given_up, because).await?;
                    Ok(())
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(done(&href(id), "series-cancelled")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            shown(&room, &found, &place, &fields).await
        }
    }
}
