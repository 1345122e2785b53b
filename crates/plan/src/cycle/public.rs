//! What residents see of the circle: self-reviews, decisions, missed targets and what follows from them.

use axum::extract::Path;
use yakuba_city::{Actor, City, web::Problem};
use yakuba_kernel::FiscalYear;
use yakuba_ui::{Cell, Column, Disclosure, EmptyState, Html, Language, Page, Row, Table};

use super::{
    WORDS,
    changes::{revision_heading, revision_html},
    decisions::decision_html,
    record::{act_html, review_html},
    room::Room,
    section::{Section, heading, paragraph},
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
                let shown = review_html(&room, review);
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
