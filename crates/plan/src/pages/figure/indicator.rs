//! The page of an indicator: all its years.

use askama::Template;
use axum::response::IntoResponse;
use yakuba_city::web::Problem;
use yakuba_ui::{ChipLabel, DescriptionList, Page, Shell, Table, Words, charts::BarAndTarget};

use super::{
    Opened,
    outlook::{ProjectionView, projection, quality},
};
use crate::{
    measuring,
    model::{computation::formula_in_words, formula::FormulaKind},
    pages::{initiatives, view},
    store,
};

#[derive(Template)]
#[template(path = "plan/indicator.html")]
struct IndicatorBody {
    words: Words,
    owner: (String, String),
    facts: DescriptionList,
    chart: Option<BarAndTarget>,
    table: Table,
    formula: Vec<String>,
    formula_version: i64,
    is_live: bool,
    recount: String,
    projection: Option<ProjectionView>,
    quality: ChipLabel,
    quality_reasons: Vec<String>,
    comparison: Option<i64>,
}

pub(in crate::pages) async fn indicator(
    opened: Opened,
    shell: Shell,
) -> Result<impl IntoResponse, Problem> {
    let plan = opened.measure().await?;
    let measured = plan.indicators.get(opened.key()).ok_or(Problem::NotFound)?;
    let Opened {
        city,
        indicator,
        names,
        words,
        ..
    } = &opened;
    let words = *words;
    let mut facts = DescriptionList::new();
    if let Some(definition) = &indicator.definition {
        facts = facts.text(words.get("plan-definition"), definition);
    }
    if let Some(unit) = &indicator.unit {
        facts = facts.text(words.get("plan-unit"), unit);
    }
    if let Some(direction) = measuring::direction(measured) {
        facts = facts.text(
            words.get("plan-direction"),
            view::direction(direction, words),
        );
    }
    let live = indicator
        .formula
        .as_ref()
        .filter(|formula| formula.kind != FormulaKind::Entered);
    facts = facts.text(
        words.get("plan-source-of-figures"),
        words.get(if live.is_some() {
            "plan-source-facts"
        } else {
            "plan-source-document"
        }),
    );
    let (quality, quality_reasons) = quality(city, measured, &plan, names).await?;
    let body = IndicatorBody {
        projection: projection(measured, &plan, names, words),
        quality,
        quality_reasons,
        comparison: store::comparison_of(city.db(), plan.plan.record.id, opened.key()).await?,
        words,
        owner: (opened.owner.shown(), opened.owner_href()),
        facts,
        chart: initiatives::chart(measured, words),
        table: initiatives::table(&plan, measured, words),
        formula: live
            .map(|formula| names.sentences(&formula_in_words(formula)))
            .unwrap_or_default(),
        formula_version: opened.formula_version().await?,
        is_live: live.is_some(),
        recount: opened.recount().await?,
    };
    Ok(opened.below_owner(Page::public(shell, indicator.name.clone(), &body)))
}
