//! One report, as everybody sees it: what the desk has looked at and released, and what became of it.

use askama::Template;
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_ui::{DescriptionList, Html, Map, Page, Words, format};

use super::{asked::Asked, href};
use crate::{
    equipment,
    model::state::State,
    store::{
        self, Report,
        photos::{self, View},
        steps::{Kind, Step, steps},
    },
};

struct Line {
    at: String,
    what: String,
    text: String,
}

#[derive(Template)]
#[template(path = "public/show.html")]
struct Body {
    words: Words,
    about: DescriptionList,
    text: Option<String>,
    photos: Vec<String>,
    photos_wait: bool,
    is_open: bool,
    map: Option<Map>,
    lines: Vec<Line>,
    merged: Option<(String, String)>,
    merged_here: i64,
    follow: Option<String>,
    contest: Option<String>,
}

pub(super) async fn page(asked: Asked, Path(public_id): Path<String>) -> Result<Response, Problem> {
    let found = asked.report(&public_id).await?;
    let (language, city) = (asked.language, asked.city());
    let rules = &asked.current.rules;
    let mut about = DescriptionList::new()
        .html(asked.t("reports-state"), &asked.chip(found.state))
        .text(asked.t("reports-category"), asked.category(&found))
        .text(asked.t("reports-received"), asked.day(found.received_at));
    let place = [
        found.public_place.as_str(),
        rules.area_name(&found.area, language),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(" / ");
    if !place.is_empty() {
        about = about.text(asked.t("reports-place"), place);
    }
    if let Some(piece) = equipment::public_piece(asked.city(), &found.equipment, language).await?
        && let Some(page) = &piece.page
    {
        about = about.html(
            asked.t("reports-equipment"),
            &Html::link(&piece.label(), page),
        );
    }
    if let Some(point) = found.point {
        about = about.text(asked.t("reports-coordinates"), point.to_string());
    }
    if let Some(authority) = rules.authority(&found.authority) {
        let mut name = authority.name.get(language).to_owned();
        if let Some(contact) = &authority.contact {
            name = format!("{name} {}", contact.get(language));
        }
        about = about.text(asked.t("reports-authority"), name);
    }
    if !found.state.is_handled() {
        about = about.text(asked.t("reports-due"), format::date(found.due_on, language));
    }
    let all_photos = photos::of_report(city.db(), found.id).await?;
    let released: Vec<String> = all_photos
        .iter()
        .filter(|photo| photo.is_released != 0)
        .map(|photo| format!("{}/photos/{}", href(&found.public_id), photo.key))
        .collect();
    let merged = match found.merged_into {
        Some(into) => store::report(city.db(), into)
            .await?
            .filter(|report| report.is_shown)
            .map(|report| (href(&report.public_id), asked.title(&report))),
        None => None,
    };
    let lines = steps(city.db(), asked.key(), found.id)
        .await?
        .iter()
        .filter(|step| step.kind.is_public())
        .map(|step| line(&asked, step))
        .collect();
    let body = Body {
        words: asked.words,
        text: found.is_looked_at.then(|| found.public_text.clone()),
        is_open: !found.state.is_handled(),
        photos_wait: released.is_empty()
            && !found.is_looked_at
            && !found.state.is_handled()
            && all_photos.iter().any(|photo| photo.origin == "report"),
        photos: released,
        map: found.point.map(|point| {
            Map::of_place(
                language,
                "report-map",
                asked.t("reports-map-place"),
                point.degrees(),
            )
        }),
        lines,
        merged,
        merged_here: merged_into(&asked, &found).await?,
        follow: (!found.state.is_handled() || found.state == State::Forwarded)
            .then(|| format!("{}/follow", href(&found.public_id))),
        contest: (found.state == State::Fixed && !found.is_contested)
            .then(|| format!("{}/contest", href(&found.public_id))),
        about,
    };
    let mut page = Page::public(asked.shell.clone(), asked.title(&found), &body)
        .breadcrumb(asked.t("reports-title"), "/reports");
    if let Some(notice) = asked.notice() {
        page = page.notice(notice);
    }
    Ok(page.into_response())
}

async fn merged_into(asked: &Asked, found: &Report) -> Result<i64, Problem> {
    use yakuba_city::sql::Sql as _;
    let count: Option<i64> = asked
        .city()
        .db()
        .value(
            "SELECT COUNT(*) FROM reports_reports WHERE merged_into = $1",
            [found.id.into()],
        )
        .await?;
    Ok(count.unwrap_or(0))
}

fn line(asked: &Asked, step: &Step) -> Line {
    let key = match step.kind {
        Kind::State(state) => super::asked::state_key(state),
        Kind::Placed => "reports-step-placed".to_owned(),
        _ => "reports-step-contested".to_owned(),
    };
    Line {
        at: format::date_time(JAPAN.to_datetime(step.at), asked.language),
        what: asked.t(&key),
        text: step.text.get(asked.language).to_owned(),
    }
}

/// A picture that the desk released.
pub(super) async fn photo(
    asked: Asked,
    Path((public_id, photo)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = asked.report(&public_id).await?;
    let (media_type, contents) = photos::contents(
        asked.city().db(),
        asked.key(),
        found.id,
        &photo,
        View::Released,
    )
    .await?
    .ok_or(Problem::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, media_type.as_str()),
        // The desk may hold it back again.
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((headers, contents).into_response())
}
