//! The review list of a plan: figures in doubt, confirmed or corrected one by one, or one reason at a time.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{EmptyState, Html, MenuItem, Pagination, Tabs, TextField, Words};

use super::{
    changing::change,
    figure_card::{FigureCard, decided},
    rights::Rights,
    room::{Desk, is_mendable},
    sentences, walk,
};
use crate::{
    error::PlanError,
    export::kind_word,
    forms::{Fields, done},
    model::document::{DoubtReason, Figure, FigureKind},
    store::{self, PlanRecord, ReviewItem},
};

const PER_PAGE: u64 = 10;

#[derive(Template)]
#[template(path = "desk/review.html")]
struct Body {
    words: Words,
    reasons: Tabs,
    /// Address of the bulk confirmation, for a chosen reason the person may confirm.
    all: Option<String>,
    cards: Vec<Html>,
    empty: EmptyState,
    pagination: Pagination,
}

/// A correction that was not accepted.
struct Refused<'form> {
    id: String,
    typed: &'form Fields,
    error: String,
}

pub(super) async fn show(desk: Desk, Path(key): Path<String>) -> Result<Response, Problem> {
    let plan = desk.plan(&key).await?;
    page(&desk, &plan, &desk.query, None).await
}

fn has_reason(item: &ReviewItem, reason: DoubtReason) -> bool {
    item.figure
        .doubts
        .iter()
        .any(|doubt| doubt.reason == reason)
}

/// The card's id on the page.
fn id_of(indicator: &str, figure: &Figure) -> String {
    format!(
        "{indicator}-{}-{}",
        kind_word(figure.kind),
        figure.fiscal_year.map_or(0, FiscalYear::year)
    )
    .replace('.', "_")
}

async fn page(
    desk: &Desk,
    plan: &PlanRecord,
    filter: &Fields,
    refused: Option<&Refused<'_>>,
) -> Result<Response, Problem> {
    let words = desk.words;
    let rights = desk.rights(plan).await?;
    let items = store::review_items(desk.city.db(), plan.id).await?;
    let reason: Option<DoubtReason> = sentences::read_word(filter.get("filter"));
    let chosen: Vec<&ReviewItem> = items
        .iter()
        .filter(|item| reason.is_none_or(|reason| has_reason(item, reason)))
        .collect();
    let total = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
    let number = filter
        .get("page")
        .parse::<u64>()
        .unwrap_or(1)
        .clamp(1, total.div_ceil(PER_PAGE).max(1));
    let base = format!("/desk/plan/{}/review", plan.key);
    let skip = usize::try_from((number - 1) * PER_PAGE).unwrap_or(0);
    let cards = chosen
        .into_iter()
        .skip(skip)
        .take(10)
        .map(|item| {
            let id = id_of(&item.indicator_key, &item.figure);
            let heading = format!(
                "{} {}",
                item.part_number.as_deref().unwrap_or_default(),
                item.part_title
            );
            let mut card = FigureCard::new(
                words,
                &id,
                heading.trim(),
                &item.indicator_name,
                &item.figure,
            );
            let refused = refused.filter(|refused| refused.id == id);
            if rights.may_edit(&item.part_key) {
                let hidden = [
                    ("indicator", item.indicator_key.clone()),
                    ("old_kind", kind_word(item.figure.kind).to_owned()),
                    (
                        "old_year",
                        item.figure
                            .fiscal_year
                            .map(|year| year.to_string())
                            .unwrap_or_default(),
                    ),
                    ("filter", filter.get("filter").to_owned()),
                    ("page", number.to_string()),
                ];
                card = card
                    .editable(
                        &base,
                        &hidden,
                        &item.figure,
                        refused.map(|refused| refused.typed),
                    )
                    .with_reason();
            }
            if let Some(refused) = refused {
                card = card.error(&refused.error);
            }
            card.html()
        })
        .collect();
    let body = Body {
        words,
        reasons: reasons(desk, &base, &items, reason),
        all: reason
            .filter(|_| rights.may_edit_all() && total > 1)
            .map(|reason| format!("{base}/all?filter={}", sentences::word_of(&reason))),
        cards,
        empty: EmptyState::new(desk.text("desk-review-none"))
            .text(desk.text("desk-review-none-text")),
        pagination: Pagination::new(
            words.language(),
            number,
            PER_PAGE,
            total,
            format!("{base}?filter={}", filter.get("filter")),
        ),
    };
    Ok(desk
        .page(desk.text("desk-review-title"), &body)
        .breadcrumb(&plan.title, format!("/desk/plan/{}", plan.key))
        .with_errors(refused.is_some())
        .into_response())
}

/// One link per reason, with how many figures have it.
fn reasons(desk: &Desk, base: &str, items: &[ReviewItem], chosen: Option<DoubtReason>) -> Tabs {
    let mut counts: BTreeMap<DoubtReason, u64> = BTreeMap::new();
    for item in items {
        let mut seen: Vec<DoubtReason> = item
            .figure
            .doubts
            .iter()
            .map(|doubt| doubt.reason)
            .collect();
        seen.sort_unstable();
        seen.dedup();
        for reason in seen {
            *counts.entry(reason).or_default() += 1;
        }
    }
    let all = MenuItem::new(desk.text("ui-all"), base)
        .current(chosen.is_none())
        .count(u64::try_from(items.len()).unwrap_or(u64::MAX));
    let each = counts.into_iter().map(|(reason, count)| {
        let name = desk.words.get(&format!(
            "desk-doubt-short-{}",
            sentences::word_of(&reason).replace('_', "-")
        ));
        MenuItem::new(
            name,
            format!("{base}?filter={}", sentences::word_of(&reason)),
        )
        .current(chosen == Some(reason))
        .count(count)
    });
    Tabs::new(
        desk.text("desk-review-reasons"),
        std::iter::once(all).chain(each).collect(),
    )
}

/// Confirms or corrects one figure.
pub(super) async fn decide(
    desk: Desk,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = desk.plan(&key).await?;
    let rights = desk.rights(&plan).await?;
    let kind: FigureKind = sentences::read_word(fields.get("old_kind")).ok_or(Problem::NotFound)?;
    let year = fields.year("old_year");
    let indicator = fields.get("indicator").to_owned();
    let items = store::review_items(desk.city.db(), plan.id).await?;
    let same = |item: &&ReviewItem| {
        item.indicator_key == indicator
            && item.figure.kind == kind
            && item.figure.fiscal_year == year
    };
    let Some(item) = items.iter().find(same) else {
        // Somebody else was quicker: the list shows what is left.
        return Ok(done(&back(&key, &fields), "already-decided"));
    };
    if !rights.may_edit(&item.part_key) {
        return Err(Problem::NotAllowed);
    }
    let refuse = |error: String| Refused {
        id: id_of(&indicator, &item.figure),
        typed: &fields,
        error,
    };
    let figure = match decided(&item.figure, &fields) {
        Ok(figure) => figure,
        Err(sentence) => {
            return page(&desk, &plan, &fields, Some(&refuse(desk.text(sentence)))).await;
        }
    };
    let reason = fields
        .optional("reason")
        .unwrap_or_else(|| desk.text("desk-reason-confirmed"));
    let (seen, indicator_key) = (item.figure.clone(), indicator.clone());
    let outcome = change(&desk, &key, &reason, move |document| {
        let indicator = walk::indicator_mut(document, &indicator_key)
            .ok_or_else(|| PlanError::NoSuchPart(indicator_key.clone()))?;
        let known = indicator
            .figures
            .iter_mut()
            .find(|known| known.kind == kind && known.fiscal_year == year);
        match known {
            Some(known) if *known == seen => *known = figure.clone(),
            _ => return Err(PlanError::ChangedMeanwhile),
        }
        Ok(())
    })
    .await;
    match outcome {
        Ok(_) => Ok(done(
            &back(&key, &fields),
            if fields.get("action") == "correct" {
                "corrected"
            } else {
                "confirmed"
            },
        )),
        Err(error) if is_mendable(&error) => {
            page(&desk, &plan, &fields, Some(&refuse(desk.sentence(&error)))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The list again, where the next figure has taken the place of the decided one.
fn back(plan: &str, fields: &Fields) -> String {
    let page: u64 = fields.get("page").parse().unwrap_or(1);
    let filter: Option<DoubtReason> = sentences::read_word(fields.get("filter"));
    let filter = filter
        .map(|reason| sentences::word_of(&reason))
        .unwrap_or_default();
    format!("/desk/plan/{plan}/review?filter={filter}&page={page}")
}

#[derive(Template)]
#[template(path = "desk/review_all.html")]
struct AllBody {
    words: Words,
    action: String,
    filter: String,
    sentence: String,
    figures: Vec<String>,
    more: usize,
    reason: TextField,
    back: String,
}

/// Figures listed on the confirmation page.
const LISTED: usize = 100;

/// Asks before every figure with one reason is confirmed.
pub(super) async fn ask_all(desk: Desk, Path(key): Path<String>) -> Result<Response, Problem> {
    let plan = desk.plan(&key).await?;
    if !desk.rights(&plan).await?.may_edit_all() {
        return Err(Problem::NotAllowed);
    }
    let reason: DoubtReason =
        sentences::read_word(desk.query.get("filter")).ok_or(Problem::NotFound)?;
    let items = store::review_items(desk.city.db(), plan.id).await?;
    let chosen: Vec<&ReviewItem> = items
        .iter()
        .filter(|item| has_reason(item, reason))
        .collect();
    if chosen.is_empty() {
        return Ok(Redirect::to(&format!("/desk/plan/{key}/review")).into_response());
    }
    let words = desk.words;
    let body = AllBody {
        words,
        action: format!("/desk/plan/{key}/review/all"),
        filter: sentences::word_of(&reason),
        sentence: sentences::doubt_reason(&words, reason),
        figures: chosen
            .iter()
            .take(LISTED)
            .map(|item| {
                let place =
                    sentences::year_and_kind(&words, item.figure.fiscal_year, item.figure.kind);
                format!(
                    "{}　{}　{place}：{}（{}）",
                    item.part_title,
                    item.indicator_name,
                    sentences::reading(&words, &item.figure.reading),
                    item.figure.text
                )
            })
            .collect(),
        more: chosen.len().saturating_sub(LISTED),
        reason: TextField::new(words.language(), "reason", desk.text("desk-reason"))
            .value(desk.text("desk-reason-confirmed")),
        back: format!(
            "/desk/plan/{key}/review?filter={}",
            sentences::word_of(&reason)
        ),
    };
    let title = words
        .counted(
            "desk-review-all-title",
            u64::try_from(chosen.len()).unwrap_or(u64::MAX),
        )
        .into_owned();
    Ok(desk
        .page(title, &body)
        .breadcrumb(&plan.title, format!("/desk/plan/{key}"))
        .breadcrumb(
            desk.text("desk-review-title"),
            format!("/desk/plan/{key}/review"),
        )
        .into_response())
}

/// Takes one kind of doubt away from every figure that has it; other doubts stay.
pub(super) async fn confirm_all(
    desk: Desk,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = desk.plan(&key).await?;
    let rights: Rights = desk.rights(&plan).await?;
    if !rights.may_edit_all() {
        return Err(Problem::NotAllowed);
    }
    let reason: DoubtReason =
        sentences::read_word(fields.get("filter")).ok_or(Problem::NotFound)?;
    let why = fields
        .optional("reason")
        .unwrap_or_else(|| desk.text("desk-reason-confirmed"));
    change(&desk, &key, &why, move |document| {
        walk::each_figure_mut(document, &mut |figure| {
            figure.doubts.retain(|doubt| doubt.reason != reason);
            if figure.doubts.is_empty() {
                figure.confidence = 100;
            }
        });
        Ok(())
    })
    .await?;
    Ok(done(&format!("/desk/plan/{key}/review"), "confirmed-all"))
}
