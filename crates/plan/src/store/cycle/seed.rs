//! Tells a history that already happened, with its own people and days, through the same functions the desk uses.

use std::collections::BTreeMap;

use yakuba_city::Tx;
use yakuba_kernel::Yen;

use super::{
    ActEdit, DecisionItem, Effect, HearingOutcome, MissedTarget, NewDecision, NewExpectation,
    NewProposal, People, ReviewPlace, ReviewTexts, Stamp, TaskEdit, acts, decisions, life, notes,
    overrides, proposal_steps, proposals, reviews, tasks,
};
use crate::{
    error::PlanError,
    model::{
        cycle::{
            ActState, ActStep, LifeChange, ReviewState, ReviewStep, TaskState, TaskStep,
            file::{ActEntry, CheckVerdict, CycleFile, ProposalEntry, ReviewEntry, TaskEntry},
        },
        document::{Group, PlanDocument},
    },
    store,
};

/// Keys of initiatives by number, and of indicators by initiative and name.
struct Names {
    initiatives: BTreeMap<String, String>,
    indicators: BTreeMap<(String, String), String>,
}

impl Names {
    fn of(document: &PlanDocument) -> Self {
        let mut names = Self {
            initiatives: BTreeMap::new(),
            indicators: BTreeMap::new(),
        };
        for group in &document.groups {
            names.add(group);
        }
        names
    }

    fn add(&mut self, group: &Group) {
        for initiative in &group.initiatives {
            let key = initiative.key.clone().unwrap_or_default();
            let number = initiative.number.clone().unwrap_or_else(|| key.clone());
            for indicator in &initiative.indicators {
                self.indicators.insert(
                    (number.clone(), indicator.name.clone()),
                    indicator.key.clone().unwrap_or_default(),
                );
            }
            self.initiatives.insert(number, key);
        }
        for child in &group.groups {
            self.add(child);
        }
    }

    fn initiative(&self, number: &str) -> Result<&str, PlanError> {
        self.initiatives
            .get(number)
            .map(String::as_str)
            .ok_or_else(|| PlanError::NoSuchPart(number.to_owned()))
    }

    fn indicator(&self, number: &str, name: &str) -> Result<&str, PlanError> {
        self.indicators
            .get(&(number.to_owned(), name.to_owned()))
            .map(String::as_str)
            .ok_or_else(|| PlanError::NoSuchPart(format!("{number} {name}")))
    }
}

/// Writes everything of a file about one plan that this room keeps: versions with their reasons, notes, tasks, reviews,
/// decisions, Act records, overrides and proposals. Reviews, decisions and Act records of years with a publication become
/// public. Publishing versions of the plan, and corrected figures, are left to the caller. Nothing of it may exist before.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], [`PlanError::NoSuchPart`] and [`PlanError::NoSuchPerson`] for what the file names but the
/// city does not have, or what the single writes refuse. Then nothing is written.
pub async fn seed(tx: &Tx, plan_key: &str, file: &CycleFile) -> Result<(), PlanError> {
    let document = store::load(tx.connection(), plan_key).await?;
    let seeding = Seeding {
        tx,
        plan_id: store::plan(tx.connection(), plan_key).await?.id,
        names: Names::of(&document),
        people: People::read(tx.connection()).await?,
    };
    seeding.versions(file).await?;
    for note in &file.progress_notes {
        let stamp = seeding.stamp(&note.by, note.date)?;
        let key = seeding.names.initiative(&note.initiative)?;
        notes::write_progress_note(
            tx,
            seeding.plan_id,
            key,
            &note.department,
            note.date,
            &note.text,
            &stamp,
        )
        .await?;
    }
    for task in &file.tasks {
        seeding.task(task).await?;
    }
    for review in &file.reviews {
        seeding.review(review).await?;
    }
    seeding.decisions(file).await?;
    for act in &file.acts {
        seeding.act(act).await?;
    }
    for publication in &file.publications {
        let stamp = seeding.stamp(&publication.by, publication.date)?;
        reviews::publish_reviews(tx, seeding.plan_id, publication.fiscal_year, &stamp).await?;
    }
    for entry in &file.overrides {
        let stamp = seeding.stamp(&entry.by, entry.date)?;
        let key = seeding
            .names
            .indicator(&entry.initiative, &entry.indicator)?;
        overrides::set_override(
            tx,
            seeding.plan_id,
            key,
            entry.fiscal_year,
            entry.status,
            &entry.reason,
            &stamp,
        )
        .await?;
    }
    for proposal in &file.proposals {
        seeding.proposal(proposal).await?;
    }
    Ok(())
}

struct Seeding<'a> {
    tx: &'a Tx,
    plan_id: i64,
    names: Names,
    people: People,
}

impl Seeding<'_> {
    fn stamp(&self, login: &str, day: jiff::civil::Date) -> Result<Stamp, PlanError> {
        Ok(Stamp::on(self.people.account(login)?, day))
    }

    async fn versions(&self, file: &CycleFile) -> Result<(), PlanError> {
        for version in &file.versions {
            let stamp = self.stamp(&version.decided_by, version.decided_on)?;
            let id = life::insert_revision(
                self.tx,
                self.plan_id,
                &version.version,
                version.fiscal_year,
                version.decided_on,
                &version.summary,
                &stamp,
            )
            .await?;
            for change in &version.changes {
                let into = match (&change.into, change.kind) {
                    (Some(number), LifeChange::Merged) => Some(self.names.initiative(number)?),
                    _ => None,
                };
                let entry = life::Entry {
                    kind: change.kind,
                    into,
                    indicator: change.indicator.as_deref(),
                    before: change.from.as_deref(),
                    after: change.to.as_deref(),
                };
                let key = self.names.initiative(&change.initiative)?;
                life::insert(
                    self.tx,
                    self.plan_id,
                    key,
                    &entry,
                    &change.reason,
                    Some(id),
                    &stamp,
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn task(&self, entry: &TaskEntry) -> Result<(), PlanError> {
        let assignee = self.people.account(&entry.assignee)?;
        // The file does not say when a task was made: a month before it was due.
        let made = entry
            .due
            .checked_sub(jiff::Span::new().months(1))
            .unwrap_or(entry.due)
            .min(self.tx.today());
        let edit = TaskEdit {
            title: entry.title.clone(),
            department: entry.department.clone(),
            assignee: Some(assignee),
            due: entry.due,
            note: entry.note.clone(),
        };
        let key = self.names.initiative(&entry.initiative)?;
        let stamp = Stamp::on(assignee, made);
        let id = tasks::make_task(self.tx, self.plan_id, key, &edit, &stamp).await?;
        let settled = Stamp::on(
            assignee,
            entry.done_on.unwrap_or(entry.due).min(self.tx.today()),
        );
        let note = entry.note.as_deref().unwrap_or_default();
        match entry.state {
            TaskState::Open => {}
            TaskState::Done => {
                tasks::step_task(self.tx, id, 1, TaskStep::Complete, note, &settled).await?;
            }
            TaskState::Dropped => {
                tasks::step_task(self.tx, id, 1, TaskStep::Drop, note, &settled).await?;
            }
        }
        Ok(())
    }

    async fn review(&self, entry: &ReviewEntry) -> Result<(), PlanError> {
        let place = ReviewPlace {
            plan_id: self.plan_id,
            initiative_key: self.names.initiative(&entry.initiative)?.to_owned(),
            department: entry.department.clone(),
            fiscal_year: entry.fiscal_year,
        };
        let texts = ReviewTexts {
            results: entry.results.clone(),
            analysis: entry.analysis.clone(),
            next: entry.next.clone(),
        };
        let written = self.stamp(&entry.written_by, entry.submitted_on)?;
        let submitted = self.stamp(&entry.submitted_by, entry.submitted_on)?;
        let id = reviews::save_review(self.tx, &place, &texts, true, None, &written).await?;
        self.step(id, ReviewStep::Submit, "", &submitted).await?;
        for returned in &entry.returned {
            let stamp = self.stamp(&returned.by, returned.date)?;
            self.step(id, ReviewStep::Return, &returned.text, &stamp)
                .await?;
            // It was handed in again on the way to its check; the file does not say on which day.
            let again = self.stamp(&entry.submitted_by, returned.date)?;
            self.step(id, ReviewStep::Submit, "", &again).await?;
        }
        if let Some(check) = &entry.check {
            let stamp = self.stamp(&check.by, check.date)?;
            let step = match check.verdict {
                CheckVerdict::Accepted => ReviewStep::Accept,
                CheckVerdict::AcceptedWithRemark => ReviewStep::AcceptWithRemark,
                CheckVerdict::Returned => ReviewStep::Return,
            };
            self.step(id, step, &check.text, &stamp).await?;
        }
        Ok(())
    }

    async fn step(
        &self,
        id: i64,
        step: ReviewStep,
        text: &str,
        stamp: &Stamp,
    ) -> Result<(), PlanError> {
        let revision = reviews::review_by_id(self.tx.connection(), id)
            .await?
            .revision;
        reviews::step_review(self.tx, id, revision, step, text, stamp).await?;
        Ok(())
    }

    async fn decisions(&self, file: &CycleFile) -> Result<(), PlanError> {
        for entry in &file.decisions {
            let stamp = self.stamp(&entry.by, entry.date)?;
            let items = entry
                .items
                .iter()
                .map(|item| {
                    Ok(DecisionItem {
                        initiative_key: self.names.initiative(&item.initiative)?.to_owned(),
                        verdict: item.verdict,
                        text: item.text.clone(),
                    })
                })
                .collect::<Result<_, PlanError>>()?;
            let checked = reviews(self.tx.connection(), self.plan_id).await?;
            let decision = NewDecision {
                fiscal_year: entry.fiscal_year,
                title: entry.title.clone(),
                text: entry.text.clone(),
                items,
                reviews: checked
                    .iter()
                    .filter(|review| {
                        review.state == ReviewState::Checked
                            && review.fiscal_year == i64::from(entry.fiscal_year.year())
                    })
                    .map(|review| (review.id, review.revision))
                    .collect(),
            };
            decisions::decide(self.tx, self.plan_id, &decision, entry.date, &stamp).await?;
        }
        Ok(())
    }

    async fn act(&self, entry: &ActEntry) -> Result<(), PlanError> {
        let assignee = self.people.account(&entry.assignee)?;
        let opened = Stamp::on(assignee, entry.opened_on);
        let missed = MissedTarget {
            indicator_key: self
                .names
                .indicator(&entry.initiative, &entry.indicator)?
                .to_owned(),
            fact: entry.fact.clone(),
        };
        let Some(id) =
            acts::open_act(self.tx, self.plan_id, entry.fiscal_year, &missed, &opened).await?
        else {
            return Ok(());
        };
        let edit = ActEdit {
            fact: entry.fact.clone(),
            cause: entry.cause.clone(),
            countermeasure: entry.countermeasure.clone(),
            owner: entry.owner.clone(),
            assignee: Some(assignee),
            due: Some(entry.due),
        };
        acts::edit_act(self.tx, id, 1, &edit, &opened).await?;
        if entry.state != ActState::Open {
            acts::step_act(self.tx, id, 2, ActStep::Begin, "", &opened).await?;
        }
        if let Some(year) = entry.carried_to {
            let key = self.names.initiative(&entry.initiative)?;
            acts::take_over(self.tx, id, key, year, &entry.countermeasure, &opened).await?;
        }
        if entry.state == ActState::Done {
            let closed = Stamp::on(assignee, entry.closed_on.unwrap_or(entry.due));
            let outcome = entry.outcome.as_deref().unwrap_or_default();
            acts::step_act(self.tx, id, 3, ActStep::Finish, outcome, &closed).await?;
        }
        Ok(())
    }

    async fn proposal(&self, entry: &ProposalEntry) -> Result<(), PlanError> {
        let new = NewProposal {
            key: Some(entry.key.clone()),
            title: entry.title.clone(),
            department: entry.department.clone(),
            purpose: entry.purpose.clone(),
            amount: Yen::new(entry.amount),
            yearly_cost: Yen::new(entry.yearly_cost),
            expectations: entry
                .expectations
                .iter()
                .map(|expectation| NewExpectation {
                    name: expectation.name.clone(),
                    unit: expectation.unit.clone(),
                    before: expectation.before,
                    expected: expectation.expected,
                })
                .collect(),
        };
        let by = self.stamp(&entry.proposed_by, entry.proposed_on)?;
        let id = proposals::propose(self.tx, &new, entry.proposed_on, &by).await?;
        let mut revision = 1;
        if let Some(hearing) = &entry.hearing {
            let outcome = HearingOutcome {
                verdict: hearing.verdict,
                amount: Some(Yen::new(hearing.amount)),
                text: hearing.text.clone(),
            };
            let stamp = self.stamp(&hearing.by, hearing.date)?;
            proposal_steps::hear_proposal(self.tx, id, revision, &outcome, hearing.date, &stamp)
                .await?;
            revision += 1;
        }
        if let Some(day) = entry.introduced_on {
            let stamp = self.stamp(&entry.proposed_by, day)?;
            proposal_steps::introduce_proposal(self.tx, id, revision, day, &stamp).await?;
            revision += 1;
        }
        if let Some(measured) = &entry.measured {
            let effects = measured
                .effects
                .iter()
                .filter_map(|effect| {
                    let place = entry
                        .expectations
                        .iter()
                        .position(|known| known.name == effect.name)?;
                    Some(Effect {
                        position: i64::try_from(place).ok()?,
                        value: effect.value,
                        text: effect.text.clone(),
                    })
                })
                .collect::<Vec<_>>();
            let stamp = self.stamp(&measured.by, measured.date)?;
            proposal_steps::measure_proposal(
                self.tx,
                id,
                revision,
                &effects,
                measured.date,
                &stamp,
            )
            .await?;
            revision += 1;
        }
        if let Some(conclusion) = &entry.conclusion {
            let stamp = self.stamp(&conclusion.by, conclusion.date)?;
            proposal_steps::conclude_proposal(
                self.tx,
                id,
                revision,
                conclusion.verdict,
                &conclusion.text,
                conclusion.date,
                &stamp,
            )
            .await?;
        }
        Ok(())
    }
}
