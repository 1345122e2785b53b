//! The yearly self-reviews: the overview, one review through its states, the committee's decision, publication.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_kernel::FiscalYear;
use yakuba_ui::{
    ButtonKind, Cell, ChipLabel, Column, DescriptionList, EmptyState, Html, LinkButton,
    NotificationBanner, Page, Row, StepNavigation, StepState, Table,
};

use super::{
    home::year_in_path,
    room::Room,
    section::{Section, lines, paragraph},
};
use crate::{
    capabilities::{APPROVE, CHECK, CONFIRM, PUBLISH},
    forms::Fields,
    model::cycle::{Hand, ReviewState, ReviewStep},
    store::{
        self, PlanRecord,
        cycle::{self, People, Review, ReviewPlace, ReviewTexts, Stamp},
    },
};

/// Where a review stands, as a label.
pub(super) fn state_chip(room: &Room, review: Option<&Review>, late: bool) -> Html {
    let chip = match review {
        None => ChipLabel::new(room.t("cycle-review-state-none")).orange(),
        Some(review) => {
            let chip = if review.ready {
                ChipLabel::new(room.t("cycle-review-state-ready"))
            } else {
                ChipLabel::new(room.word("review-state", review.state.as_str()))
            };
            match review.state {
                ReviewState::Draft => chip.orange(),
                ReviewState::Submitted | ReviewState::Checked => chip.blue(),
                ReviewState::Approved | ReviewState::Published => chip.green(),
            }
        }
    };
    let mut html = Html::of(&chip);
    if late {
        html.push(&ChipLabel::new(room.t("cycle-late")).red().beside());
    }
    html
}

pub(super) async fn board(room: Room, Path(key): Path<String>) -> Result<Page, Problem> {
    let plan = room.plan(&key).await?;
    let people = People::read(room.db()).await?;
    let year = room.asked_year();
    let department = room.query.get("department").to_owned();
    let deadlines = cycle::deadlines(room.db()).await?;
    let today = room.city.today();
    let mut board = cycle::board(room.db(), plan.id, year).await?;
    board.retain(|line| department.is_empty() || line.department == department);

    let count = |wanted: Option<ReviewState>| {
        board
            .iter()
            .filter(|line| line.review.as_ref().map(|review| review.state) == wanted)
            .count()
    };
    let late = board
        .iter()
        .filter(|line| line.late(year, &deadlines, today).is_some())
        .count();
    let mut summary = Table::new(room.language(), "summary", room.t("cycle-board-summary"))
        .columns(
            std::iter::once(Column::number(room.t("cycle-review-state-none")))
                .chain(
                    ReviewState::ALL
                        .iter()
                        .map(|state| Column::number(room.word("review-state", state.as_str()))),
                )
                .chain([Column::number(room.t("cycle-late"))]),
        )
        .stacked();
    summary = summary.row(
        std::iter::once(count(None))
            .chain(ReviewState::ALL.iter().map(|state| count(Some(*state))))
            .chain([late])
            .map(|number| Cell::text(number.to_string())),
    );
    summary = summary.note(deadline_note(&room, year, &deadlines));

    let rows = board.iter().map(|line| {
        let overdue = line.late(year, &deadlines, today);
        let href = format!(
            "/desk/plan/{key}/reviews/{}/{}/{}",
            year, line.initiative_key, line.department
        );
        let title = match &line.number {
            Some(number) => format!("{number} {}", line.title),
            None => line.title.clone(),
        };
        // Without a department of the city nobody can write it: the plan's text must name one first.
        let first = if line.department.is_empty() {
            Cell::text(title)
        } else {
            Cell::link(title, href)
        };
        let department = if line.department.is_empty() {
            Cell::html(&ChipLabel::new(room.t("cycle-no-department")).orange())
        } else {
            Cell::text(room.department(&people, &line.department))
        };
        Row::new([
            first,
            department,
            Cell::html(&state_chip(&room, line.review.as_ref(), overdue.is_some())),
            overdue
                .map(|kind| room.word("overdue", kind.as_str()))
                .unwrap_or_default()
                .into(),
        ])
        .marked(overdue.is_some())
    });
    let table = Table::new(room.language(), "board", room.t("cycle-board"))
        .hide_caption()
        .columns([
            Column::text(room.t("cycle-column-initiative")),
            Column::text(room.t("cycle-column-department")),
            Column::text(room.t("cycle-column-state")).no_wrap(),
            Column::text(room.t("cycle-column-late")),
        ])
        .rows(rows)
        .row_headers()
        .filter()
        .stacked();
    let years: Vec<FiscalYear> = room.years(&plan);
    let sections = vec![
        Section::plain(&room.filter(&years, year, Some((&people, &department)))),
        Section::plain(&summary),
        Section::new("board-section", room.t("cycle-board"), &table),
    ];
    let title = room
        .words
        .with_text("cycle-board-title", "year", &room.year(year));
    let mut page = room.page(title, Some(&plan), sections).await?;
    if room.may_everywhere(APPROVE) && count(Some(ReviewState::Checked)) > 0 {
        page = page.action(&LinkButton::new(
            room.t("cycle-decide"),
            format!("/desk/plan/{key}/decisions/{year}"),
        ));
    }
    if room.may_everywhere(PUBLISH) && count(Some(ReviewState::Approved)) > 0 {
        let form = room
            .form(
                "publish",
                format!("/desk/plan/{key}/decisions/{year}/publish"),
            )
            .inline()
            .submit("cycle-publish-reviews")
            .make();
        page = page.action(&form);
    }
    Ok(page)
}

fn deadline_note(
    room: &Room,
    year: FiscalYear,
    deadlines: &[(
        crate::model::cycle::DeadlineKind,
        crate::model::cycle::Deadline,
    )],
) -> String {
    deadlines
        .iter()
        .map(|(kind, deadline)| {
            let day = room.date(&deadline.after(year).to_string());
            room.words
                .with_text(&format!("cycle-deadline-{}", kind.as_str()), "day", &day)
                .into_owned()
        })
        .collect::<Vec<_>>()
        .join(&room.t("cycle-list-comma"))
}

async fn place_of(
    room: &Room,
    (key, year, initiative, department): (String, String, String, String),
) -> Result<(PlanRecord, ReviewPlace), Problem> {
    let plan = room.plan(&key).await?;
    let place = ReviewPlace {
        plan_id: plan.id,
        initiative_key: initiative,
        department,
        fiscal_year: year_in_path(&year)?,
    };
    let people = People::read(room.db()).await?;
    if people
        .departments()
        .iter()
        .all(|known| known.code != place.department)
    {
        return Err(Problem::NotFound);
    }
    Ok((plan, place))
}

fn path_of(plan: &PlanRecord, place: &ReviewPlace) -> String {
    format!(
        "/desk/plan/{}/reviews/{}/{}/{}",
        plan.key, place.fiscal_year, place.initiative_key, place.department
    )
}

pub(super) async fn show(
    room: Room,
    Path(path): Path<(String, String, String, String)>,
) -> Result<Page, Problem> {
    let (plan, place) = place_of(&room, path).await?;
    review_page(&room, &plan, &place).await
}

async fn review_page(room: &Room, plan: &PlanRecord, place: &ReviewPlace) -> Result<Page, Problem> {
    let (initiative, _) = store::part(room.db(), plan.id, &place.initiative_key).await?;
    let people = People::read(room.db()).await?;
    let review = cycle::review(room.db(), place).await?;
    let steps = match &review {
        Some(review) => cycle::steps_of_review(room.db(), review.id).await?,
        None => Vec::new(),
    };
    let path = path_of(plan, place);
    let state = review
        .as_ref()
        .map_or(ReviewState::Draft, |review| review.state);

    let navigation =
        ReviewState::ALL
            .iter()
            .fold(StepNavigation::new(room.language()), |navigation, shown| {
                let reached = match shown.place().cmp(&state.place()) {
                    std::cmp::Ordering::Less => StepState::Completed,
                    std::cmp::Ordering::Equal if state == ReviewState::Published => {
                        StepState::Completed
                    }
                    std::cmp::Ordering::Equal => StepState::Editing,
                    std::cmp::Ordering::Greater => StepState::Reached,
                };
                navigation.step(room.word("review-state", shown.as_str()), reached)
            });
    let mut sections = vec![Section::plain(&navigation)];
    let returned = steps
        .last()
        .filter(|step| matches!(step.step.as_str(), "return" | "send_back"));
    if let Some(step) = returned {
        sections.push(Section::plain(
            &NotificationBanner::warning(room.t("cycle-returned")).text(&step.text),
        ));
    }
    let about = DescriptionList::new()
        .text(
            room.t("cycle-column-department"),
            room.department(&people, &place.department),
        )
        .text(room.t("cycle-column-year"), room.year(place.fiscal_year))
        .text(
            room.t("cycle-column-targets"),
            initiative
                .indicators
                .iter()
                .map(|indicator| indicator.name.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
        );
    sections.push(Section::plain(&about));

    let texts = review
        .as_ref()
        .map(|review| review.texts.clone())
        .unwrap_or_default();
    if state == ReviewState::Draft && room.may_write(&place.department) {
        sections.push(Section::new(
            "write",
            room.t("cycle-write-review"),
            &draft_form(room, &path, review.as_ref(), &texts),
        ));
    } else {
        let mut shown = lines(&room.t("cycle-field-results"), &texts.results);
        shown.push(&lines(&room.t("cycle-field-analysis"), &texts.analysis));
        shown.push(&lines(&room.t("cycle-field-next"), &texts.next));
        if shown.is_empty() {
            shown = Html::of(&EmptyState::new(room.t("cycle-review-empty")));
        }
        sections.push(Section::new("texts", room.t("cycle-review-texts"), &shown));
    }
    if let Some(review) = &review {
        if let Some(text) = &review.check_text {
            sections.push(Section::new(
                "check-text",
                room.t("cycle-check-text"),
                &paragraph(text),
            ));
        }
        if let Some(form) = step_form(room, &path, review) {
            sections.push(Section::new("step", room.t("cycle-next-step"), &form));
        }
        sections.push(Section::new(
            "history-section",
            room.t("cycle-history"),
            &room.history(&people, &steps, "review-step"),
        ));
    }
    let title = room.words.with(
        "cycle-review-title",
        &[
            ("initiative", initiative.title.clone().into()),
            ("year", room.year(place.fiscal_year).into()),
        ],
    );
    Ok(room.page(title, Some(plan), sections).await?.breadcrumb(
        room.t("cycle-menu-reviews"),
        format!("/desk/plan/{}/reviews?year={}", plan.key, place.fiscal_year),
    ))
}

fn draft_form(room: &Room, path: &str, review: Option<&Review>, texts: &ReviewTexts) -> Html {
    let form = room
        .form("review", path)
        .hidden("revision", review.map_or(0, |review| review.revision))
        .note(&paragraph(&room.t("cycle-lines-hint")))
        .area("results", &texts.results.join("\n"), 5, true)
        .area("analysis", &texts.analysis.join("\n"), 5, false)
        .area("next", &texts.next.join("\n"), 4, false);
    form.step("cycle-ask-head", "ask", ButtonKind::Main)
        .step("cycle-save-draft", "write", ButtonKind::Other)
        .make()
}

/// The steps this person may take with a review now.
fn step_form(room: &Room, path: &str, review: &Review) -> Option<Html> {
    let mine = |step: &ReviewStep| may_step(room, *step, &review.department);
    // Approving and publishing are done for many reviews at once, on pages of their own.
    let steps: Vec<ReviewStep> = review
        .state
        .steps()
        .filter(|step| !matches!(step, ReviewStep::Approve | ReviewStep::Publish))
        .filter(mine)
        .collect();
    if steps.is_empty() {
        return None;
    }
    let mut form = room
        .form("step", format!("{path}/step"))
        .hidden("revision", review.revision)
        .area("reason", "", 3, false);
    for step in steps {
        let kind = match step {
            ReviewStep::Submit | ReviewStep::Accept => ButtonKind::Main,
            ReviewStep::Return | ReviewStep::SendBack => ButtonKind::Danger,
            _ => ButtonKind::Other,
        };
        form = form.step(
            &format!("cycle-do-{}", step.as_str().replace('_', "-")),
            step.as_str(),
            kind,
        );
    }
    Some(form.make())
}

/// Whether a step is in this person's hands.
fn may_step(room: &Room, step: ReviewStep, department: &str) -> bool {
    match step.hand() {
        Hand::Head => room.may_in(CONFIRM, department),
        Hand::Office => room.may_everywhere(CHECK),
        Hand::Committee => room.may_everywhere(APPROVE),
        Hand::Publisher => room.may_everywhere(PUBLISH),
    }
}

pub(super) async fn save(
    room: Room,
    Path(path): Path<(String, String, String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (plan, place) = place_of(&room, path).await?;
    room.need_write(&place.department)?;
    let texts = ReviewTexts {
        results: fields.lines("results"),
        analysis: fields.lines("analysis"),
        next: fields.lines("next"),
    };
    let ready = fields.get("step") == "ask";
    let revision = Some(fields.revision()).filter(|revision| *revision > 0);
    let input = (place.clone(), texts, ready, revision);
    let outcome = room
        .write(input, |tx, (place, texts, ready, revision)| {
            Box::pin(async move {
                cycle::save_review(tx, place, texts, *ready, *revision, &Stamp::of(tx)).await
            })
        })
        .await;
    room.answer(
        outcome,
        fields,
        |_| {
            (
                path_of(&plan, &place),
                if ready { "asked" } else { "saved" },
            )
        },
        async |room| review_page(room, &plan, &place).await,
    )
    .await
}

pub(super) async fn step(
    room: Room,
    Path(path): Path<(String, String, String, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (plan, place) = place_of(&room, path).await?;
    let review = cycle::review(room.db(), &place)
        .await?
        .ok_or(Problem::NotFound)?;
    let step = ReviewStep::read(fields.get("step")).ok_or(Problem::NotFound)?;
    if !may_step(&room, step, &place.department)
        || matches!(step, ReviewStep::Approve | ReviewStep::Publish)
    {
        return Err(Problem::NotAllowed);
    }
    let input = (
        review.id,
        fields.revision(),
        step,
        fields.get("reason").to_owned(),
    );
    let outcome = room
        .write(input, |tx, (id, revision, step, text)| {
            Box::pin(async move {
                cycle::step_review(tx, *id, *revision, *step, text, &Stamp::of(tx)).await
            })
        })
        .await;
    room.answer(
        outcome,
        fields,
        |_| (path_of(&plan, &place), "stepped"),
        async |room| review_page(room, &plan, &place).await,
    )
    .await
}
