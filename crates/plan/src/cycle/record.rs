//! What was published about one initiative: the department's reviews, missed targets and what follows from them, verdicts.

use yakuba_city::City;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{ChipLabel, DescriptionList, Disclosure, Html, Language};

use super::{
    section::{heading, lines_at, link, paragraph},
    wording::Wording,
};
use crate::{
    error::PlanError,
    model::cycle::ActState,
    store::{
        PlanRecord,
        cycle::{self, People, PublishedAct, PublishedReview},
    },
};

/// A missed target, why, and what is done about it.
pub(super) fn act_html(
    wording: &Wording,
    people: &People,
    plan_key: &str,
    act: &PublishedAct,
) -> Html {
    let state = match act.state {
        ActState::Open => ChipLabel::new(wording.word("act-state", "open")).orange(),
        ActState::InProgress => ChipLabel::new(wording.word("act-state", "in_progress")).blue(),
        ActState::Done => ChipLabel::new(wording.word("act-state", "done")).green(),
    };
    let unknown = wording.t("cycle-not-yet");
    let text = |text: &str| {
        if text.is_empty() {
            unknown.clone()
        } else {
            text.to_owned()
        }
    };
    let href = format!("/plan/{plan_key}/indicators/{}", act.indicator_key);
    let mut list = DescriptionList::new()
        .html(
            wording.t("cycle-column-indicator"),
            &link(&act.indicator_name, &href),
        )
        .html(wording.t("cycle-column-state"), &state)
        .text(wording.t("cycle-field-fact"), &act.fact)
        .text(wording.t("cycle-field-cause"), text(&act.cause))
        .text(
            wording.t("cycle-field-countermeasure"),
            text(&act.countermeasure),
        )
        .text(
            wording.t("cycle-field-owner"),
            text(wording.department(people, &act.owner)),
        );
    if let Some(due) = act.due {
        list = list.text(wording.t("cycle-field-due"), wording.date(&due.to_string()));
    }
    if let Some(outcome) = &act.outcome {
        list = list.text(wording.t("cycle-column-outcome"), outcome);
    }
    if let Some(year) = act.carried_to {
        list = list.text(wording.t("cycle-column-carried-to"), wording.year(year));
    }
    Html::of(&list)
}

/// What a department wrote, and the DX office's remark.
pub(super) fn review_html(wording: &Wording, review: &PublishedReview) -> Html {
    let mut html = Html::empty();
    for (label, texts) in [
        ("cycle-field-results", review.texts.results.as_slice()),
        ("cycle-field-analysis", review.texts.analysis.as_slice()),
        ("cycle-field-next", review.texts.next.as_slice()),
        ("cycle-check-text", review.check_text.as_slice()),
    ] {
        html.push(&lines_at(4, &wording.t(label), texts));
    }
    html
}

/// What was published about an initiative, a part for each year, the newest first and open. Every year shows its missed
/// targets before the review, so that what went wrong is read as easily as what went well. None when nothing was published.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn of_initiative(
    city: &City,
    plan: &PlanRecord,
    initiative: &str,
    language: Language,
) -> Result<Option<Html>, PlanError> {
    let wording = Wording::new(language);
    let acts = cycle::published_acts(city.db(), plan.id, Some(initiative)).await?;
    let reviews = cycle::published_reviews(city.db(), plan.id, Some(initiative)).await?;
    let verdicts = cycle::published_verdict(city.db(), plan.id, initiative).await?;
    let mut years: Vec<FiscalYear> = acts
        .iter()
        .map(|act| act.fiscal_year)
        .chain(reviews.iter().map(|review| review.fiscal_year))
        .chain(verdicts.iter().map(|(year, _)| *year))
        .collect();
    years.sort_unstable();
    years.dedup();
    let Some(newest) = years.last().copied() else {
        return Ok(None);
    };
    let people = People::read(city.db()).await?;
    let mut html = Html::empty();
    for year in years.into_iter().rev() {
        let mut content = Html::empty();
        for act in acts.iter().filter(|act| act.fiscal_year == year) {
            content.push(&heading(&wording.t("cycle-public-act")));
            content.push(&act_html(&wording, &people, &plan.key, act));
        }
        for review in reviews.iter().filter(|review| review.fiscal_year == year) {
            content.push(&heading(&wording.words.with_text(
                "cycle-public-review-by",
                "department",
                wording.department(&people, &review.department),
            )));
            content.push(&review_html(&wording, review));
        }
        for (_, item) in verdicts.iter().filter(|(of, _)| *of == year) {
            content.push(&heading(&wording.t("cycle-public-verdict")));
            content.push(&ChipLabel::new(wording.word("verdict", item.verdict.as_str())).blue());
            if !item.text.is_empty() {
                content.push(&paragraph(&item.text));
            }
        }
        html.push(&Disclosure::new(wording.year(year), content).open(year == newest));
    }
    Ok(Some(html))
}
