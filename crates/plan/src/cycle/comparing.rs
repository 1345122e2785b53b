//! Comparing with other cities: which indicators may be the same, and what a person said about it.

use std::collections::BTreeMap;

use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_ui::{ButtonKind, Cell, Column, EmptyState, Html, Page, Row, Table, format};

use super::{
    room::Room,
    section::{Section, bullets, link, paragraph},
};
use crate::{
    capabilities::CHECK,
    error::PlanError,
    forms::Fields,
    model::{
        comparison::{Candidate, Comparable, Counting, candidates_of_all, counting},
        formula::Formula,
    },
    pages::sentences::Names,
    store::{self, ComparableRow, Declined, Pair, cycle::People},
};

const HERE: &str = "/desk/compare";

pub(super) async fn show(room: Room) -> Result<Page, Problem> {
    page(&room).await
}

async fn page(room: &Room) -> Result<Page, Problem> {
    room.need_everywhere(CHECK)?;
    let rows = store::comparable_indicators(room.db()).await?;
    let declined = store::declined_comparisons(room.db()).await?;
    let people = People::read(room.db()).await?;
    let mut sections = vec![Section::plain(&paragraph(&room.t("cycle-compare-lead")))];
    sections.push(candidates(room, &rows, &declined).await?);
    sections.push(standing(room).await?);
    if !declined.is_empty() {
        sections.push(declined_section(room, &people, &rows, &declined));
    }
    room.page(room.t("cycle-menu-compare"), None, sections)
        .await
}

fn comparable(row: &ComparableRow) -> Comparable<'_> {
    Comparable {
        name: &row.name,
        unit: row.unit.as_deref(),
    }
}

/// What still may be the same: neither said to be, nor said not to be, nor in two comparisons already.
fn is_open(own: &ComparableRow, other: &ComparableRow, declined: &[Declined]) -> bool {
    (own.comparison_id.is_none() || other.comparison_id.is_none())
        && !declined.iter().any(|pair| {
            pair.plan_key == own.plan_key
                && pair.indicator_key == own.indicator_key
                && pair.other_plan_key == other.plan_key
                && pair.other_key == other.indicator_key
        })
}

async fn candidates(
    room: &Room,
    rows: &[ComparableRow],
    declined: &[Declined],
) -> Result<Section, Problem> {
    let names = Names::read(&room.city, room.language()).await?;
    let (own, others): (Vec<&ComparableRow>, Vec<&ComparableRow>) =
        rows.iter().partition(|row| row.own == 1);
    let own_names: Vec<Comparable<'_>> = own.iter().map(|row| comparable(row)).collect();
    let other_names: Vec<Comparable<'_>> = others.iter().map(|row| comparable(row)).collect();
    let found = candidates_of_all(&own_names, &other_names);
    let mut table = Table::new(
        room.language(),
        "candidates",
        room.t("cycle-compare-candidates"),
    )
    .hide_caption()
    .columns([
        Column::text(room.t("cycle-compare-own")),
        Column::text(room.t("cycle-compare-other")),
        Column::text(room.t("cycle-compare-why")),
        Column::text(room.t("cycle-column-action")),
    ])
    .row_headers()
    .stacked();
    let mut any = false;
    for (own, found) in own.iter().zip(&found) {
        for candidate in found {
            let other = others[candidate.index];
            if !is_open(own, other, declined) {
                continue;
            }
            any = true;
            table = table.row([
                Cell::html(&indicator(room, own)),
                Cell::html(&indicator(room, other)),
                Cell::html(&reasons(room, &names, own, other, candidate)),
                Cell::html(&decision_forms(room, own, other)),
            ]);
        }
    }
    Ok(if any {
        Section::new(
            "candidates-section",
            room.t("cycle-compare-candidates"),
            &table,
        )
    } else {
        Section::new(
            "candidates-section",
            room.t("cycle-compare-candidates"),
            &EmptyState::new(room.t("cycle-compare-no-candidates")),
        )
    })
}

/// The indicator's name, whose it is and how it is defined there.
fn indicator(room: &Room, row: &ComparableRow) -> Html {
    let mut html = link(
        &row.name,
        &format!("/plan/{}/indicators/{}", row.plan_key, row.indicator_key),
    );
    html.push(&paragraph(&row.publisher));
    if let Some(definition) = &row.definition {
        html.push(&paragraph(&room.words.with_text(
            "cycle-compare-definition",
            "text",
            definition,
        )));
    }
    html
}

fn reasons(
    room: &Room,
    names: &Names,
    own: &ComparableRow,
    other: &ComparableRow,
    candidate: &Candidate,
) -> Html {
    let unit = |row: &ComparableRow| row.unit.clone().unwrap_or_default();
    let own_formula = formula(own);
    let other_formula = formula(other);
    let way = match counting(
        (own_formula.as_ref(), own.definition.as_deref()),
        (other_formula.as_ref(), other.definition.as_deref()),
    ) {
        Counting::SameKind => room.t("cycle-compare-formula-same"),
        Counting::OtherKind => room.t("cycle-compare-formula-other"),
        Counting::Definitions(percent) => room
            .words
            .with_text("cycle-compare-definitions", "percent", &percent.to_string())
            .into_owned(),
        Counting::Unknown => room.t("cycle-compare-formula-unknown"),
    };
    bullets(&[
        names.sentence(&candidate.reason),
        room.words
            .with(
                "cycle-compare-units",
                &[("own", unit(own).into()), ("other", unit(other).into())],
            )
            .into_owned(),
        way,
    ])
}

fn formula(row: &ComparableRow) -> Option<Formula> {
    // `null` stands for "entered by hand"; a formula of a later version is not judged here.
    serde_json::from_str::<Option<Formula>>(row.formula.as_deref()?)
        .ok()
        .flatten()
}

fn decision_forms(room: &Room, own: &ComparableRow, other: &ComparableRow) -> Html {
    let form = |name, place: &str| {
        room.form(name, format!("{HERE}/{place}"))
            .hidden(
                "id",
                format!(
                    "-{}-{}-{}-{}",
                    own.plan_key, own.indicator_key, other.plan_key, other.indicator_key
                ),
            )
            .hidden("own_plan", &own.plan_key)
            .hidden("own", &own.indicator_key)
            .hidden("other_plan", &other.plan_key)
            .hidden("other", &other.indicator_key)
    };
    let mut html = form("confirm", "confirm")
        .submit("cycle-compare-confirm")
        .make();
    html.push(
        &form("decline", "decline")
            .text("reason", "", true)
            .button("cycle-compare-decline", ButtonKind::Other)
            .folded("cycle-compare-decline")
            .make(),
    );
    html
}

async fn standing(room: &Room) -> Result<Section, Problem> {
    let comparisons = store::comparisons(room.db()).await?;
    let heading = room.t("cycle-compare-standing");
    if comparisons.is_empty() {
        let empty = EmptyState::new(room.t("cycle-compare-none"));
        return Ok(Section::new("standing-section", heading, &empty));
    }
    let rows = comparisons.iter().map(|comparison| {
        let end = room
            .form("end", format!("{HERE}/end"))
            .hidden("id", comparison.id)
            .text("reason", "", true)
            .button("cycle-compare-end", ButtonKind::Danger)
            .folded("cycle-compare-end")
            .make();
        Row::new([
            Cell::link(&comparison.name, format!("/compare/{}", comparison.id)),
            Cell::text(comparison.unit.as_deref().unwrap_or_default()),
            Cell::text(format::number(comparison.members)),
            Cell::html(&end),
        ])
    });
    let table = Table::new(room.language(), "standing", &heading)
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-indicator")),
            Column::text(room.t("cycle-compare-unit")).no_wrap(),
            Column::number(room.t("cycle-compare-members")).no_wrap(),
            Column::text(room.t("cycle-column-action")),
        ])
        .rows(rows)
        .row_headers()
        .stacked();
    Ok(Section::new("standing-section", heading, &table))
}

fn declined_section(
    room: &Room,
    people: &People,
    rows: &[ComparableRow],
    declined: &[Declined],
) -> Section {
    let known: BTreeMap<(&str, &str), &ComparableRow> = rows
        .iter()
        .map(|row| ((row.plan_key.as_str(), row.indicator_key.as_str()), row))
        .collect();
    let shown = |plan: &str, key: &str| match known.get(&(plan, key)) {
        Some(row) => indicator(room, row),
        None => Html::text(key),
    };
    let table_rows = declined.iter().map(|pair| {
        let back = room
            .form("reconsider", format!("{HERE}/reconsider"))
            .hidden("own_plan", &pair.plan_key)
            .hidden("own", &pair.indicator_key)
            .hidden("other_plan", &pair.other_plan_key)
            .hidden("other", &pair.other_key)
            .button("cycle-compare-reconsider", ButtonKind::Other)
            .make();
        Row::new([
            Cell::html(&shown(&pair.plan_key, &pair.indicator_key)),
            Cell::html(&shown(&pair.other_plan_key, &pair.other_key)),
            Cell::text(&pair.reason),
            Cell::text(people.actor(&pair.made_by)),
            Cell::text(room.moment(pair.made_at)),
            Cell::html(&back),
        ])
    });
    let heading = room.t("cycle-compare-declined");
    let table = Table::new(room.language(), "declined", &heading)
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-compare-own")),
            Column::text(room.t("cycle-compare-other")),
            Column::text(room.t("cycle-column-why")),
            Column::text(room.t("cycle-column-who")).no_wrap(),
            Column::text(room.t("cycle-column-when")).no_wrap(),
            Column::text(room.t("cycle-column-action")),
        ])
        .rows(table_rows)
        .row_headers()
        .stacked();
    Section::new("declined-section", heading, &table)
}

fn pair_of(fields: &Fields) -> Pair {
    let text = |name: &str| fields.get(name).to_owned();
    Pair {
        own: (text("own_plan"), text("own")),
        other: (text("other_plan"), text("other")),
    }
}

async fn answer<T>(
    room: Room,
    fields: Fields,
    outcome: Result<T, PlanError>,
    notice: &'static str,
) -> Result<Response, Problem> {
    room.answer(
        outcome,
        fields,
        |_| (HERE.to_owned(), notice),
        async |room| page(room).await,
    )
    .await
}

pub(super) async fn confirm(room: Room, fields: Fields) -> Result<Response, Problem> {
    room.need_everywhere(CHECK)?;
    let outcome = room
        .write(pair_of(&fields), |tx, pair| {
            Box::pin(store::confirm_comparison(tx, pair))
        })
        .await;
    answer(room, fields, outcome, "compared").await
}

pub(super) async fn decline(room: Room, fields: Fields) -> Result<Response, Problem> {
    room.need_everywhere(CHECK)?;
    let input = (pair_of(&fields), fields.get("reason").to_owned());
    let outcome = room
        .write(input, |tx, (pair, reason)| {
            Box::pin(store::decline_comparison(tx, pair, reason))
        })
        .await;
    answer(room, fields, outcome, "compare-declined").await
}

pub(super) async fn reconsider(room: Room, fields: Fields) -> Result<Response, Problem> {
    room.need_everywhere(CHECK)?;
    let outcome = room
        .write(pair_of(&fields), |tx, pair| {
            Box::pin(store::reconsider_comparison(tx, pair))
        })
        .await;
    answer(room, fields, outcome, "compare-reconsidered").await
}

pub(super) async fn end(room: Room, fields: Fields) -> Result<Response, Problem> {
    room.need_everywhere(CHECK)?;
    let id = fields.integer("id").ok_or(Problem::NotFound)?;
    let outcome = room
        .write((id, fields.get("reason").to_owned()), |tx, (id, reason)| {
            Box::pin(store::end_comparison(tx, *id, reason))
        })
        .await;
    answer(room, fields, outcome, "compare-ended").await
}
