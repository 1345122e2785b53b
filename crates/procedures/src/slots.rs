//! Questions for a time: which times are free, what a draft keeps, and how an application's time stands.

use jiff::civil::Date;
use yakuba_city::{Appointment, City, Slot, SlotSource, Tx, web::Problem};
use yakuba_forms::{
    Answers, FieldProblem, Form, Marks, Message, Severity,
    model::document::{Field, FieldKind, FormDocument, FormPage},
};
use yakuba_kernel::Channel;
use yakuba_ui::Language;

use crate::{
    error::ProcedureError,
    model::{
        check::{At, Found},
        document::ProcedureDocument,
    },
};

/// The question for a time of a form, with its page.
pub(crate) fn question(form: &FormDocument) -> Option<(&FormPage, &Field)> {
    form.pages.iter().find_map(|page| {
        let field = page
            .fields
            .iter()
            .find(|field| matches!(field.kind, FieldKind::Slot { .. }))?;
        Some((page, field))
    })
}

/// Under which a draft keeps a time.
pub(crate) fn mark_of(draft: i64) -> String {
    format!("drafts/{draft}")
}

/// Under which a case has its time: its page below `/desk`.
pub(crate) fn record_of(case: i64) -> String {
    format!("cases/{case}")
}

/// The case whose time stands under a record.
pub(crate) fn case_of(record: &str) -> Option<i64> {
    record.strip_prefix("cases/")?.parse().ok()
}

/// Offers the times that are free for a draft.
pub(crate) async fn offer(
    city: &City,
    form: &Form,
    draft: i64,
    marks: &mut Marks,
) -> Result<(), Problem> {
    let Some((_, field)) = question(form.document()) else {
        return Ok(());
    };
    let slots = free(city, field, &mark_of(draft)).await?;
    marks.offer_slots(field.key.as_str(), slots);
    Ok(())
}

/// Offers the times to which a case can be moved, beside the one that it has.
pub(crate) async fn offer_others(
    city: &City,
    form: &Form,
    case: i64,
    own: Option<&Slot>,
    marks: &mut Marks,
) -> Result<(), Problem> {
    let Some((_, field)) = question(form.document()) else {
        return Ok(());
    };
    let mut slots = free(city, field, &record_of(case)).await?;
    slots.extend(own.cloned());
    slots.sort();
    slots.dedup();
    marks.offer_slots(field.key.as_str(), slots);
    Ok(())
}

/// The times of a question that are free for whoever is marked so.
async fn free(city: &City, field: &Field, mark: &str) -> Result<Vec<Slot>, Problem> {
    let (Some((of, days)), Some(slots)) = (of(field), city.slots()) else {
        return Ok(Vec::new());
    };
    let until = city.today().saturating_add(jiff::Span::new().days(days));
    Ok(slots
        .free(city, &of, until, mark)
        .await
        .map_err(ProcedureError::from)?)
}

/// Gives the time of a case back, if it has not begun, and takes another in its place. Both happen or neither.
pub(crate) async fn change(
    tx: &Tx,
    case: i64,
    slot: &Slot,
    channel: Channel,
) -> Result<(), ProcedureError> {
    let slots = tx.slots().ok_or(ProcedureError::SlotTaken)?;
    let record = record_of(case);
    slots.give_back(tx, &record).await?;
    if slots.take(tx, &record, slot, &record, channel).await? {
        Ok(())
    } else {
        Err(ProcedureError::SlotTaken)
    }
}

/// What a question takes times of, and how many days ahead.
fn of(field: &Field) -> Option<(SlotSource, i64)> {
    match &field.kind {
        FieldKind::Slot {
            facility,
            resource,
            days_ahead,
        } => Some((
            SlotSource {
                facility: facility.clone(),
                resource: resource.clone(),
            },
            i64::from(*days_ahead),
        )),
        _ => None,
    }
}

/// Whether the time that was chosen is further ahead than the procedure allows.
pub(crate) fn is_too_far(form: &FormDocument, answers: &Answers, today: Date) -> bool {
    let Some((_, days)) = question(form).and_then(|(_, field)| of(field)) else {
        return false;
    };
    let last = today.saturating_add(jiff::Span::new().days(days));
    answers.slot().is_some_and(|slot| slot.day > last)
}

/// What times can be taken of in this city: `facility/resource`, and its name.
pub(crate) async fn sources(
    city: &City,
    language: Language,
) -> Result<Vec<(String, String)>, Problem> {
    let Some(slots) = city.slots() else {
        return Ok(Vec::new());
    };
    let sources = slots
        .sources(city, language.code())
        .await
        .map_err(ProcedureError::from)?;
    Ok(sources
        .into_iter()
        .map(|(of, name)| (format!("{}/{}", of.facility, of.resource), name))
        .collect())
}

/// That the time somebody chose has gone to somebody else, at its question.
pub(crate) fn gone(form: &Form, text: Message) -> Option<FieldProblem> {
    let (page, field) = question(form.document())?;
    Some(FieldProblem {
        page: page.key.clone(),
        field: field.key.clone(),
        entry: None,
        part: None,
        message: text,
    })
}

/// How the time of a case stands, for a reader.
pub(crate) async fn appointment(
    city: &City,
    case: i64,
    language: Language,
) -> Result<Option<Appointment>, ProcedureError> {
    let Some(slots) = city.slots() else {
        return Ok(None);
    };
    Ok(slots
        .appointment(city, &record_of(case), language.code())
        .await?)
}

/// What is wrong with the question for a time of a procedure: it asks for something of which no times can be taken.
pub(crate) async fn findings(
    city: &City,
    document: &ProcedureDocument,
) -> Result<Vec<Found>, ProcedureError> {
    let Some((page, field)) = question(&document.form) else {
        return Ok(Vec::new());
    };
    let known = match (of(field), city.slots()) {
        (Some((of, _)), Some(slots)) => slots
            .sources(city, Language::Japanese.code())
            .await?
            .iter()
            .any(|(source, _)| *source == of),
        _ => false,
    };
    if known {
        return Ok(Vec::new());
    }
    Ok(vec![Found {
        severity: Severity::Must,
        at: At::Form(yakuba_forms::Place {
            page: Some(page.key.clone()),
            field: Some(field.key.clone()),
            part: None,
        }),
        message: crate::model::check::message("check-slot-unknown", &field.label.ja),
    }])
}

/// Whether times can be taken of what a procedure asks a time of; so it is when it asks for none.
pub(crate) async fn is_known(
    tx: &Tx,
    document: &ProcedureDocument,
) -> Result<bool, ProcedureError> {
    let Some((_, field)) = question(&document.form) else {
        return Ok(true);
    };
    match (of(field), tx.slots()) {
        (Some((of, _)), Some(slots)) => Ok(slots.knows(tx, &of).await?),
        _ => Ok(false),
    }
}
