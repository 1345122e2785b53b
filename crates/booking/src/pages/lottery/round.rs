//! One round: its times and rules, the commitment, the value that decides, the outcome, and how fair it was.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use yakuba_city::{City, web::Problem};
use yakuba_ui::{
    Cell, ChipLabel, Column, DescriptionList, Fields, NotificationBanner, Page, Table, TextField,
    Words, done as go,
};

use super::{
    HOME, Room,
    fairness::{self, Seen, Shown},
    showing,
};
use crate::{
    error::BookingError,
    model::lottery::{drand, source::Source},
    pages::{asked::Asked, words::moment},
    store::{
        Facility,
        lottery::{self, Phase, Round, RoundState},
    },
};

#[derive(Deserialize)]
pub(super) struct Asking {
    done: Option<String>,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "lottery/round.html")]
struct Body {
    words: Words,
    id: i64,
    tag: ChipLabel,
    moments: DescriptionList,
    enter: Option<String>,
    facility: (String, String),
    rules: Vec<String>,
    source: String,
    is_weak: bool,
    proof: DescriptionList,
    has_list: bool,
    has_transcript: bool,
    bring: Option<(TextField, String)>,
    secret: Option<TextField>,
    figures: Option<DescriptionList>,
    tickets: Option<Table>,
    fairness: Option<Shown>,
    fair_file: String,
}

pub(super) async fn page(
    asked: Asked,
    Path(id): Path<i64>,
    Query(query): Query<Asking>,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = room.round(id).await?;
    let problem = query
        .problem
        .as_deref()
        .map(|problem| format!("lottery-error-{problem}"));
    let notice = match problem.filter(|key| room.texts.has(key)) {
        Some(key) => Some(NotificationBanner::error(room.texts.get(&key))),
        None => room.done(query.done.as_deref()),
    };
    show(&room, &round, &found, notice).await
}

async fn show(
    room: &Room,
    round: &Round,
    found: &Facility,
    notice: Option<NotificationBanner>,
) -> Result<Response, Problem> {
    let language = room.language();
    let (db, now) = (room.asked.city().db(), room.asked.city().now());
    let phase = round.phase(now);
    let drawn_at = lottery::drawn_at(db, round.id).await?;
    let is_drawn = drawn_at.is_some();
    let mut proof = DescriptionList::new();
    if let Some(at) = round.frozen_at {
        proof = proof.text(room.t("lottery-frozen-at"), moment(language, at));
    }
    if let Some(commitment) = &round.commitment {
        proof = proof.text(room.t("lottery-commitment"), commitment);
    }
    if let Some(at) = drawn_at {
        proof = proof.text(room.t("lottery-drawn-at"), moment(language, at));
    }
    let number = round.source.drand_round();
    let can_bring = phase == Phase::Due
        && round.state == RoundState::Frozen
        && number.is_some_and(|number| drand::moment_of(number) <= now);
    let can_tell = phase == Phase::Due && matches!(round.source, Source::Shares { .. });
    let figures = if is_drawn {
        Some(figures(room, round).await?)
    } else {
        None
    };
    let body = Body {
        words: room.texts,
        id: round.id,
        tag: showing::tag(room, phase),
        moments: showing::moments(room, round),
        enter: (phase == Phase::Entering).then(|| format!("{HOME}/{}/enter", round.id)),
        facility: (
            format!("/booking/{}", found.key()),
            found.document.name.get(language).to_owned(),
        ),
        rules: showing::rules(room, round),
        source: showing::source(room, round),
        is_weak: matches!(round.source, Source::Value { .. }),
        proof,
        has_list: round.commitment.is_some(),
        has_transcript: is_drawn,
        bring: can_bring.then(|| {
            let number = number.unwrap_or(0);
            (
                TextField::new(language, "signature", room.t("lottery-signature"))
                    .support(room.t("lottery-signature-support"))
                    .max_length(200)
                    .required(),
                format!("https://api.drand.sh/{}/public/{number}", drand::CHAIN),
            )
        }),
        secret: can_tell.then(|| {
            TextField::new(language, "secret", room.t("lottery-secret"))
                .support(room.t("lottery-secret-support"))
                .max_length(200)
                .required()
        }),
        figures,
        tickets: if is_drawn {
            tickets(room, round).await?
        } else {
            None
        },
        fairness: fairness::shown(room, round, Seen::ByAll).await?,
        fair_file: format!("{HOME}/{}/fairness.csv", round.id),
    };
    let mut page = Page::public(
        room.asked.shell.clone(),
        showing::title(room, round, &found.document),
        &body,
    )
    .breadcrumb(room.asked.t("booking-title"), "/booking")
    .breadcrumb(room.t("lottery-title"), HOME);
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(page.into_response())
}

async fn figures(room: &Room, round: &Round) -> Result<DescriptionList, Problem> {
    let counts = lottery::counts(room.asked.city().db(), round.id).await?;
    Ok([
        ("lottery-figure-entries", counts.entries),
        ("lottery-figure-won", counts.won),
        ("lottery-figure-accepted", counts.accepted),
        ("lottery-figure-given-up", counts.given_up),
        ("lottery-figure-offered", counts.offered),
    ]
    .into_iter()
    .fold(DescriptionList::new(), |list, (key, count)| {
        list.text(room.t(key), room.counted("lottery-entries-count", count))
    }))
}

/// Whether those who had lost before won more often.
async fn tickets(room: &Room, round: &Round) -> Result<Option<Table>, Problem> {
    let lines = lottery::wins_by_tickets(room.asked.city().db(), round.id).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let share = |part: i64, whole: i64| {
        let percent = if whole == 0 {
            0
        } else {
            (part * 100 + whole / 2) / whole
        };
        room.counted("lottery-percent", percent)
    };
    let table = Table::new(room.language(), "tickets", room.t("lottery-by-tickets")).columns([
        Column::text(room.t("lottery-column-tickets")),
        Column::number(room.t("lottery-column-entries")),
        Column::number(room.t("lottery-column-won")),
        Column::number(room.t("lottery-column-share")),
        Column::number(room.t("lottery-column-first")),
    ]);
    Ok(Some(
        lines
            .into_iter()
            .fold(table, |table, line| {
                table.row([
                    Cell::text(room.counted("lottery-tickets-count", line.tickets)),
                    Cell::text(line.entries.to_string()),
                    Cell::text(line.won.to_string()),
                    Cell::text(share(line.won, line.entries)),
                    Cell::text(line.first_choice.to_string()),
                ])
            })
            .row_headers()
            .stacked(),
    ))
}

fn address(id: i64) -> String {
    format!("{HOME}/{id}")
}

/// Draws what can be drawn now, with a value that somebody brought or without.
///
/// # Errors
/// As the store's.
pub(crate) async fn draw_with(
    city: &City,
    actor: yakuba_city::Actor,
    round: &Round,
    signature: Option<&str>,
) -> Result<bool, BookingError> {
    let proof = signature
        .map(|signature| lottery::bring(round, signature, city.now()))
        .transpose()?;
    lottery::draw(city, actor, round.id, proof).await
}

/// Anybody may bring the value: only the right one is taken.
pub(super) async fn bring(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = room.round(id).await?;
    let actor = room.asked.principal.actor();
    let outcome = draw_with(
        room.asked.city(),
        actor,
        &round,
        Some(fields.get("signature")),
    )
    .await;
    answer(&room, &round, &found, outcome.map(|_| "drawn")).await
}

/// Whoever gave a hash tells the secret; it is known by its hash. The last one sets the draw off.
pub(super) async fn secret(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, found) = room.round(id).await?;
    let actor = room.asked.principal.actor();
    let secret = fields.get("secret").trim().to_owned();
    let told: Result<(), BookingError> = room
        .asked
        .city()
        .write(actor.clone(), (id, secret), |tx, (id, secret)| {
            Box::pin(lottery::give_secret(tx, *id, secret))
        })
        .await;
    let outcome = match told {
        Ok(()) => draw_with(room.asked.city(), actor, &round, None)
            .await
            .map(|is_drawn| if is_drawn { "drawn" } else { "told" }),
        Err(error) => Err(error),
    };
    answer(&room, &round, &found, outcome).await
}

async fn answer(
    room: &Room,
    round: &Round,
    found: &Facility,
    outcome: Result<&str, BookingError>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(notice) => Ok(go(&address(round.id), notice)),
        Err(error) => {
            let notice = NotificationBanner::error(room.explain(error)?);
            show(room, round, found, Some(notice)).await
        }
    }
}

/// A text as a file that is the same to the byte whoever fetches it.
fn file(text: Option<String>, disposition: &'static str) -> Result<Response, Problem> {
    let text = text.ok_or(Problem::NotFound)?;
    let mut response = text.into_bytes().into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static(disposition),
    );
    Ok(response)
}

pub(super) async fn list(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let text = lottery::frozen_list(asked.city().db(), id).await?;
    file(text, "attachment; filename=\"lottery-list.txt\"")
}

pub(super) async fn transcript(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let text = lottery::transcript(asked.city().db(), id).await?;
    file(text, "attachment; filename=\"lottery-transcript.txt\"")
}
