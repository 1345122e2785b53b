//! The figures of a preview, those in doubt or all, each to be confirmed or corrected in its place.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{Html, Pagination, SearchBox, StepNavigation, Tabs, Words};

use super::super::{
    figure_card::{FigureCard, decided},
    room::Desk,
    walk::{self, Located},
};
use super::kept::{self, Kept};
use crate::{
    error::PlanError,
    forms::Fields,
    store::{self, ImportId, ImportRecord},
};

/// Cards on one page.
const PER_PAGE: u64 = 20;

#[derive(Template)]
#[template(path = "desk/import_figures.html")]
struct Body {
    words: Words,
    steps: StepNavigation,
    tabs: Tabs,
    only_review: bool,
    search: SearchBox,
    cards: Vec<Html>,
    pagination: Pagination,
}

pub(super) async fn show(desk: Desk, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (record, kept) = kept::of_address(&desk, id).await?;
    Ok(page(&desk, &record, &kept, &desk.query, None))
}

/// A correction that was not accepted: which figure, what was typed, what to mend.
struct Refused<'form> {
    figure: usize,
    typed: &'form Fields,
    error: String,
}

fn page(
    desk: &Desk,
    record: &ImportRecord,
    kept: &Kept,
    filter: &Fields,
    refused: Option<&Refused<'_>>,
) -> Response {
    let words = desk.words;
    let only_review = filter.get("only") == "review";
    let wanted = filter.get("q");
    let open = record.state == "preview";
    let all = walk::figures(&kept.reading.document);
    let matches = |located: &Located<'_>| {
        wanted.is_empty()
            || [located.title, &located.indicator.name, &located.figure.text]
                .iter()
                .any(|text| text.contains(wanted))
            || located.number == Some(wanted)
    };
    let chosen: Vec<(usize, &Located<'_>)> = all
        .iter()
        .enumerate()
        .filter(|(_, located)| (!only_review || located.figure.needs_review()) && matches(located))
        .collect();
    let total = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    let number = filter
        .get("page")
        .parse::<u64>()
        .unwrap_or(1)
        .clamp(1, total.div_ceil(PER_PAGE).max(1));
    let skip = usize::try_from((number - 1) * PER_PAGE).unwrap_or(0);
    let action = format!("/desk/plan/import/{}/figures", record.id);
    let cards = chosen
        .into_iter()
        .skip(skip)
        .take(usize::try_from(PER_PAGE).unwrap_or(20))
        .map(|(place, located)| {
            let heading = format!("{} {}", located.number.unwrap_or_default(), located.title);
            let mut card = FigureCard::new(
                words,
                format!("figure-{place}"),
                heading.trim(),
                &located.indicator.name,
                located.figure,
            );
            let refused = refused.filter(|refused| refused.figure == place);
            if open {
                let hidden = [
                    ("figure", place.to_string()),
                    ("only", filter.get("only").to_owned()),
                    ("q", wanted.to_owned()),
                    ("page", number.to_string()),
                ];
                card = card.editable(
                    &action,
                    &hidden,
                    located.figure,
                    refused.map(|refused| refused.typed),
                );
            }
            if let Some(refused) = refused {
                card = card.error(&refused.error);
            }
            card.html()
        })
        .collect();
    let view = if only_review {
        super::View::Review
    } else {
        super::View::Figures
    };
    let query = query(filter.get("only"), wanted);
    let body = Body {
        words,
        steps: super::steps(desk, if open { 1 } else { 3 }),
        tabs: super::tabs(desk, record.id, view, kept),
        only_review,
        search: SearchBox::new(
            words.language(),
            &action,
            desk.text("desk-import-find-figure"),
        )
        .value(wanted)
        .keep("only", filter.get("only")),
        cards,
        pagination: Pagination::new(
            words.language(),
            number,
            PER_PAGE,
            total,
            format!("{action}?{query}"),
        ),
    };
    let title = desk.text(if only_review {
        "desk-import-review"
    } else {
        "desk-import-figures"
    });
    desk.page(title, &body)
        .breadcrumb(
            desk.text("desk-import-preview-title"),
            format!("/desk/plan/import/{}", record.id),
        )
        .with_errors(refused.is_some())
        .into_response()
}

fn query(only: &str, wanted: &str) -> String {
    let mut query = format!("only={only}");
    if !wanted.is_empty() {
        query.push_str("&q=");
        query.push_str(&super::super::links::encoded(wanted));
    }
    query
}

/// Confirms or corrects one figure.
pub(super) async fn correct(
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (record, mut kept) = kept::of_address(&desk, id).await?;
    let place: usize = fields
        .get("figure")
        .parse()
        .map_err(|_| Problem::NotFound)?;
    if let Err(key) = change(&mut kept, place, &fields)? {
        let refused = Refused {
            figure: place,
            typed: &fields,
            error: desk.text(key),
        };
        return Ok(page(&desk, &record, &kept, &fields, Some(&refused)));
    }
    desk.city
        .write(
            desk.principal.actor(),
            (id, place, fields.clone()),
            |tx, (id, place, fields)| {
                Box::pin(async move {
                    // Read again inside: two people may be correcting different figures.
                    let record = store::import(tx.connection(), ImportId(*id)).await?;
                    let mut kept = Kept::read(&record)?;
                    if change(&mut kept, *place, fields)?.is_err() {
                        return Err(PlanError::ChangedMeanwhile);
                    }
                    store::correct_preview(tx, ImportId(*id), &serde_json::to_string(&kept)?).await
                })
            },
        )
        .await?;
    let notice = if fields.get("action") == "correct" {
        "corrected"
    } else {
        "confirmed"
    };
    let next = next_place(&kept, place, fields.get("only") == "review");
    Ok(Redirect::to(&format!(
        "/desk/plan/import/{id}/figures?{}&page={}&done={notice}#figure-{next}",
        query(fields.get("only"), fields.get("q")),
        fields.get("page").parse::<u64>().unwrap_or(1),
    ))
    .into_response())
}

/// Changes the reading; the inner error is the key of what to mend.
fn change(
    kept: &mut Kept,
    place: usize,
    fields: &Fields,
) -> Result<Result<(), &'static str>, PlanError> {
    let (indicator, at) = walk::figure_mut(&mut kept.reading.document, place)
        .ok_or_else(|| PlanError::NoSuchPart(place.to_string()))?;
    let figure = match decided(&indicator.figures[at], fields) {
        Ok(figure) => figure,
        Err(key) => return Ok(Err(key)),
    };
    let taken = indicator.figures.iter().enumerate().any(|(other, known)| {
        other != at && known.kind == figure.kind && known.fiscal_year == figure.fiscal_year
    });
    if taken {
        return Ok(Err("desk-error-year-taken"));
    }
    indicator.figures[at] = figure;
    Ok(Ok(()))
}

/// The figure to look at next: the next in doubt, or the same one in the list of all.
fn next_place(kept: &Kept, place: usize, only_review: bool) -> usize {
    if !only_review {
        return place;
    }
    walk::figures(&kept.reading.document)
        .iter()
        .enumerate()
        .skip(place + 1)
        .find(|(_, located)| located.figure.needs_review())
        .map_or(place, |(next, _)| next)
}
