//! The committee's decision about the checked reviews of a year, and their publication.

use std::collections::BTreeSet;

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, Html, Page, Row, Select, Table, TextField,
};

use super::{
    home::year_in_path,
    room::Room,
    section::{Section, lines, paragraph},
};
use crate::{
    capabilities::{APPROVE, PUBLISH},
    forms::{Fields, done},
    model::cycle::{ReviewState, Verdict},
    store::{
        self, PlanRecord,
        cycle::{self, DecisionItem, NewDecision, People, Stamp},
    },
};

pub(super) async fn show(
    room: Room,
    Path((key, year)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    decision_page(&room, &plan, year_in_path(&year)?).await
}

async fn decision_page(room: &Room, plan: &PlanRecord, year: FiscalYear) -> Result<Page, Problem> {
    room.need_everywhere(APPROVE)?;
    let people = People::read(room.db()).await?;
    let mut board = cycle::board(room.db(), plan.id, year).await?;
    board.retain(|line| {
        line.review
            .as_ref()
            .is_some_and(|review| review.state == ReviewState::Checked)
    });
    let decided = cycle::decisions(room.db(), plan.id).await?;
    let has_verdict = |initiative: &str| {
        decided
            .iter()
            .filter(|decision| decision.fiscal_year == year)
            .any(|decision| {
                decision
                    .items
                    .iter()
                    .any(|item| item.initiative_key == initiative)
            })
    };
    let mut sections = Vec::new();
    if board.is_empty() {
        sections.push(Section::plain(&EmptyState::new(
            room.t("cycle-nothing-to-decide"),
        )));
    } else {
        let mut form = room
            .form(
                "decision",
                format!("/desk/plan/{}/decisions/{year}", plan.key),
            )
            .text(
                "title",
                &room
                    .words
                    .with_text("cycle-decision-default", "year", &room.year(year)),
                true,
            )
            .area("text", "", 3, false);
        let mut verdicts = BTreeSet::new();
        let mut rows = Vec::new();
        for line in &board {
            let Some(review) = &line.review else { continue };
            let mut shown = lines(&room.t("cycle-field-results"), &review.texts.results);
            shown.push(&lines(
                &room.t("cycle-field-analysis"),
                &review.texts.analysis,
            ));
            if let Some(text) = &review.check_text {
                shown.push(&lines(
                    &room.t("cycle-check-text"),
                    std::slice::from_ref(text),
                ));
            }
            let take = Select::new(
                room.language(),
                format!("approve-{}", review.id),
                room.t("cycle-field-approve"),
            )
            .choice(
                Choice::new(format!("{}", review.revision), room.t("cycle-approve-yes"))
                    .chosen(true),
            )
            .choice(Choice::new("", room.t("cycle-approve-later")));
            let mut verdict = Html::of(&take);
            // One verdict for an initiative, however many departments wrote about it.
            if !has_verdict(&line.initiative_key) && verdicts.insert(line.initiative_key.clone()) {
                verdict.push(
                    &Select::new(
                        room.language(),
                        format!("verdict-{}", line.initiative_key),
                        room.t("cycle-field-verdict"),
                    )
                    .choice(Choice::new("", room.t("cycle-verdict-none")))
                    .choices(Verdict::ALL.iter().map(|verdict| {
                        Choice::new(verdict.as_str(), room.word("verdict", verdict.as_str()))
                    }))
                    .value(Verdict::Continue.as_str()),
                );
                verdict.push(
                    &TextField::new(
                        room.language(),
                        format!("words-{}", line.initiative_key),
                        room.t("cycle-field-words"),
                    )
                    .optional(),
                );
            }
            rows.push(Row::new([
                Cell::text(&line.title),
                Cell::text(room.department(&people, &line.department)),
                Cell::html(&shown),
                Cell::html(&verdict),
            ]));
        }
        let table = Table::new(room.language(), "to-decide", room.t("cycle-to-decide"))
            .columns([
                Column::text(room.t("cycle-column-initiative")),
                Column::text(room.t("cycle-column-department")),
                Column::text(room.t("cycle-review-texts")),
                Column::text(room.t("cycle-field-verdict")),
            ])
            .rows(rows)
            .row_headers()
            .stacked();
        form = form.note(&table).submit("cycle-decide");
        sections.push(Section::plain(&form.make()));
    }
    for decision in decided
        .iter()
        .filter(|decision| decision.fiscal_year == year)
    {
        sections.push(Section::new(
            "",
            &decision.title,
            &decision_html(room, plan, decision).await?,
        ));
    }
    let title = room
        .words
        .with_text("cycle-decision-title", "year", &room.year(year));
    Ok(room.page(title, Some(plan), sections).await?.breadcrumb(
        room.t("cycle-menu-reviews"),
        format!("/desk/plan/{}/reviews?year={year}", plan.key),
    ))
}

/// A decision as shown at the desk and to residents.
pub(super) async fn decision_html(
    room: &Room,
    plan: &PlanRecord,
    decision: &cycle::Decision,
) -> Result<Html, Problem> {
    let parts = store::parts(room.db(), plan.id).await?;
    let mut html = paragraph(&room.words.with_text(
        "cycle-decided-on",
        "day",
        &room.date(&decision.decided_on),
    ));
    html.push(&paragraph(&decision.text));
    if !decision.items.is_empty() {
        let rows = decision.items.iter().map(|item| {
            let title = parts
                .iter()
                .find(|part| part.key == item.initiative_key)
                .map_or(item.initiative_key.as_str(), |part| part.title.as_str());
            Row::new([
                Cell::link(
                    title,
                    format!("/plan/{}/initiatives/{}", plan.key, item.initiative_key),
                ),
                Cell::html(&ChipLabel::new(room.word("verdict", item.verdict.as_str())).blue()),
                Cell::text(&item.text),
            ])
        });
        html.push(
            &Table::new(
                room.language(),
                format!("decision-{}", decision.id),
                &decision.title,
            )
            .hide_caption()
            .columns([
                Column::text(room.t("cycle-column-initiative")),
                Column::text(room.t("cycle-field-verdict")).no_wrap(),
                Column::text(room.t("cycle-column-text")),
            ])
            .rows(rows)
            .row_headers()
            .stacked(),
        );
    }
    Ok(html)
}

pub(super) async fn decide(
    mut room: Room,
    Path((key, year)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(APPROVE)?;
    let year = year_in_path(&year)?;
    let board = cycle::board(room.db(), plan.id, year).await?;
    let mut decision = NewDecision {
        fiscal_year: year,
        title: fields.get("title").to_owned(),
        text: fields.get("text").to_owned(),
        items: Vec::new(),
        reviews: Vec::new(),
    };
    for line in &board {
        let Some(review) = &line.review else { continue };
        let Some(revision) = fields.integer(&format!("approve-{}", review.id)) else {
            continue;
        };
        decision.reviews.push((review.id, revision));
        let verdict = Verdict::read(fields.get(&format!("verdict-{}", line.initiative_key)));
        if let Some(verdict) = verdict.filter(|_| {
            decision
                .items
                .iter()
                .all(|item| item.initiative_key != line.initiative_key)
        }) {
            decision.items.push(DecisionItem {
                initiative_key: line.initiative_key.clone(),
                verdict,
                text: fields
                    .get(&format!("words-{}", line.initiative_key))
                    .to_owned(),
            });
        }
    }
    if decision.reviews.is_empty() {
        room.refuse_with("cycle-error-nothing-chosen", fields);
        return Ok(decision_page(&room, &plan, year).await?.into_response());
    }
    let id = plan.id;
    let outcome = room
        .write(decision, move |tx, decision| {
            Box::pin(
                async move { cycle::decide(tx, id, decision, tx.today(), &Stamp::of(tx)).await },
            )
        })
        .await;
    room.answer(
        outcome,
        fields,
        |_| (format!("/desk/plan/{key}/reviews?year={year}"), "decided"),
        async |room| decision_page(room, &plan, year).await,
    )
    .await
}

pub(super) async fn publish(
    room: Room,
    Path((key, year)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let plan = room.plan(&key).await?;
    room.need_everywhere(PUBLISH)?;
    let year = year_in_path(&year)?;
    super::settle_year(
        &room.city,
        room.principal.actor(),
        &plan,
        year,
        room.language(),
    )
    .await?;
    Ok(done(
        &format!("/desk/plan/{key}/reviews?year={year}"),
        "published",
    ))
}
