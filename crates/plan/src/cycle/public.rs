//! What residents see of the circle: self-reviews, decisions, missed targets and what follows from them.

use axum::extract::Path;
use yakuba_city::{Actor, City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, ChipLabel, Column, DescriptionList, Disclosure, EmptyState, Html, Language, Page, Row,
    Table,
};

use super::{
    WORDS,
    changes::{revision_heading, revision_html},
    reviews::decision_html,
    room::{Room, Section, lines, paragraph},
};
use crate::{
    error::PlanError,
    measuring,
    model::{cycle::ActState, status::Status},
    pages::view,
    store::{
        self, PlanRecord,
        cycle::{self, MissedTarget, People, PublishedAct, Stamp},
    },
};

/// The targets of a published plan that were missed in a year that is over, each with target and actual in words.
/// None when the plan was never published or the year still runs.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], or when the database does not answer.
pub async fn missed_targets(
    city: &City,
    plan_key: &str,
    year: FiscalYear,
    language: Language,
) -> Result<Vec<MissedTarget>, PlanError> {
    let Some(plan) = store::published(city, plan_key).await? else {
        return Ok(Vec::new());
    };
    if year.end() >= city.today() {
        return Ok(Vec::new());
    }
    let (words, pages) = (WORDS.words(language), crate::pages::WORDS.words(language));
    let measured = measuring::measure(city, plan).await?;
    Ok(measured
        .indicators
        .values()
        .filter_map(|indicator| {
            let of_year = indicator.year(year)?;
            let missed = of_year.target.is_some() && of_year.standing.status() == Status::Behind;
            missed.then(|| MissedTarget {
                indicator_key: indicator.key().to_owned(),
                fact: words
                    .with(
                        "cycle-missed-fact",
                        &[
                            ("target", view::target(of_year, indicator, pages).into()),
                            ("actual", view::actual(of_year, indicator, pages).into()),
                        ],
                    )
                    .into_owned(),
            })
        })
        .collect())
}

/// What belongs to publishing the results of a year: every missed target gets its Act record, and the approved reviews of
/// the year become public. Doing it again changes nothing.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], or when the database does not answer.
pub(crate) async fn settle_year(
    city: &City,
    actor: Actor,
    plan: &PlanRecord,
    year: FiscalYear,
    language: Language,
) -> Result<(), PlanError> {
    let missed = missed_targets(city, &plan.key, year, language).await?;
    let id = plan.id;
    city.write(actor, missed, move |tx, missed| {
        Box::pin(async move {
            let stamp = Stamp::of(tx);
            cycle::open_acts(tx, id, year, missed, &stamp).await?;
            cycle::publish_reviews(tx, id, year, &stamp).await?;
            Ok(())
        })
    })
    .await
}

fn act_html(room: &Room, people: &People, plan_key: &str, act: &PublishedAct) -> Html {
    let state = match act.state {
        ActState::Open => ChipLabel::new(room.word("act-state", "open")).orange(),
        ActState::InProgress => ChipLabel::new(room.word("act-state", "in_progress")).blue(),
        ActState::Done => ChipLabel::new(room.word("act-state", "done")).green(),
    };
    let unknown = room.t("cycle-not-yet");
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
            room.t("cycle-column-indicator"),
            &link(&act.indicator_name, &href),
        )
        .html(room.t("cycle-column-state"), &state)
        .text(room.t("cycle-field-fact"), &act.fact)
        .text(room.t("cycle-field-cause"), text(&act.cause))
        .text(
            room.t("cycle-field-countermeasure"),
            text(&act.countermeasure),
        )
        .text(
            room.t("cycle-field-owner"),
            text(room.department(people, &act.owner)),
        );
    if let Some(due) = act.due {
        list = list.text(room.t("cycle-field-due"), room.date(&due.to_string()));
    }
    if let Some(outcome) = &act.outcome {
        list = list.text(room.t("cycle-column-outcome"), outcome);
    }
    if let Some(year) = act.carried_to {
        list = list.text(room.t("cycle-column-carried-to"), room.year(year));
    }
    Html::of(&list)
}

fn link(text: &str, href: &str) -> Html {
    Html::trusted(format!(
        "<a href=\"{}\">{}</a>",
        Html::text(href),
        Html::text(text)
    ))
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = store::plan(room.db(), &key).await?;
    if plan.version.is_none() {
        return Err(Problem::NotFound);
    }
    let people = People::read(room.db()).await?;
    let acts = cycle::published_acts(room.db(), plan.id, None).await?;
    let decisions = cycle::published_decisions(room.db(), plan.id).await?;
    let reviews = cycle::published_reviews(room.db(), plan.id, None).await?;
    let revisions = cycle::revisions(room.db(), plan.id).await?;
    let parts = store::parts(room.db(), plan.id).await?;
    let title_of = |initiative: &str| {
        parts
            .iter()
            .find(|part| part.key == initiative)
            .map_or_else(|| initiative.to_owned(), |part| part.title.clone())
    };
    let mut years: Vec<FiscalYear> = acts
        .iter()
        .map(|act| act.fiscal_year)
        .chain(decisions.iter().map(|decision| decision.fiscal_year))
        .chain(reviews.iter().map(|review| review.fiscal_year))
        .collect();
    years.sort_unstable();
    years.dedup();
    years.reverse();

    let mut sections = vec![Section::plain(&paragraph(&room.t("cycle-public-lead")))];
    if years.is_empty() {
        sections.push(Section::plain(&EmptyState::new(
            room.t("cycle-public-empty"),
        )));
    } else {
        sections.push(Section::plain(&summary(&room, &years, &acts, &reviews)));
    }
    for year in years {
        let mut content = Html::empty();
        for decision in decisions
            .iter()
            .filter(|decision| decision.fiscal_year == year)
        {
            content.push(&heading(&decision.title));
            content.push(&decision_html(&room, &plan, decision).await?);
        }
        let missed: Vec<&PublishedAct> =
            acts.iter().filter(|act| act.fiscal_year == year).collect();
        if !missed.is_empty() {
            content.push(&heading(&room.t("cycle-public-acts")));
            for act in missed {
                content.push(&act_html(&room, &people, &key, act));
            }
        }
        let of_year: Vec<_> = reviews
            .iter()
            .filter(|review| review.fiscal_year == year)
            .collect();
        if !of_year.is_empty() {
            content.push(&heading(&room.t("cycle-public-reviews")));
            for review in of_year {
                let mut shown = lines(&room.t("cycle-field-results"), &review.texts.results);
                shown.push(&lines(
                    &room.t("cycle-field-analysis"),
                    &review.texts.analysis,
                ));
                shown.push(&lines(&room.t("cycle-field-next"), &review.texts.next));
                if let Some(text) = &review.check_text {
                    shown.push(&lines(
                        &room.t("cycle-check-text"),
                        std::slice::from_ref(text),
                    ));
                }
                let title = room.words.with(
                    "cycle-public-review",
                    &[
                        ("title", title_of(&review.initiative_key).into()),
                        (
                            "department",
                            room.department(&people, &review.department)
                                .to_owned()
                                .into(),
                        ),
                    ],
                );
                content.push(&Disclosure::new(title, shown));
            }
        }
        sections.push(Section::new(
            "",
            room.words
                .with_text("cycle-public-year", "year", &room.year(year)),
            &content,
        ));
    }
    for revision in &revisions {
        sections.push(Section::new(
            "",
            revision_heading(&room, revision),
            &revision_html(&room, revision),
        ));
    }
    Ok(room
        .public_page(room.t("cycle-public-title"), sections)
        .breadcrumb(plan.title.clone(), format!("/plan/{key}")))
}

fn heading(text: &str) -> Html {
    Html::trusted(format!("<h3>{}</h3>", Html::text(text)))
}

/// How many reviews were made and how many missed targets are being worked on, by year.
fn summary(
    room: &Room,
    years: &[FiscalYear],
    acts: &[PublishedAct],
    reviews: &[cycle::PublishedReview],
) -> Table {
    let rows = years.iter().map(|year| {
        let of_year = || acts.iter().filter(|act| act.fiscal_year == *year);
        let finished = of_year().filter(|act| act.state == ActState::Done).count();
        Row::new([
            room.year(*year).into(),
            Cell::text(
                reviews
                    .iter()
                    .filter(|review| review.fiscal_year == *year)
                    .count()
                    .to_string(),
            ),
            Cell::text(of_year().count().to_string()),
            Cell::text(finished.to_string()),
        ])
    });
    Table::new(
        room.language(),
        "cycle-summary",
        room.t("cycle-public-summary"),
    )
    .columns([
        Column::text(room.t("cycle-column-year")).no_wrap(),
        Column::number(room.t("cycle-public-column-reviews")),
        Column::number(room.t("cycle-public-column-missed")),
        Column::number(room.t("cycle-public-column-done")),
    ])
    .rows(rows)
    .row_headers()
    .stacked()
}
