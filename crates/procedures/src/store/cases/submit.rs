//! Receiving an application.

use serde_json::json;
use yakuba_city::{
    AuditEntry, Fact, Slot, Tx,
    sql::{Sql as _, Together},
};

use super::{CASE_RECEIVED, SealedCase, day, new::PlainPart, receipt, subject};
use crate::{
    capabilities::RECEIVED,
    error::ProcedureError,
    model::receipt::Receipt,
    slots,
    store::{
        drafts,
        files::{self, UseFor},
        history::{self, What},
        inventory, keys,
    },
};

/// A received application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The case.
    pub case: i64,
    /// Its receipt number. It may be shown only after the write was acknowledged.
    pub receipt: Receipt,
    /// Whether it had been received before.
    pub repeated: bool,
}

/// Receives an application: case, key, answers, files, history, fact, event and audit line commit together, and its draft ends.
/// The same submission received again gives the case and the receipt number of the first time.
///
/// # Errors
/// [`ProcedureError::SlotTaken`] when the time that was chosen is no longer free; when the database does not carry it out. Then
/// nothing was received.
pub async fn submit(tx: &Tx, new: &SealedCase) -> Result<Submitted, ProcedureError> {
    let connection = tx.connection();
    let plain = &new.plain;
    let received_at = plain.received_at.unwrap_or(tx.now());
    let due_on = plain.processing.map(|time| time.ends(day(received_at)));
    // The row of the case and what holds the inventory's entry still until it is committed, in one statement.
    let holds = inventory::holding_links(connection, "procedure_key");
    let made: Option<i64> = connection
        .value(
            &format!(
                "INSERT INTO procedures_cases (reference, submission, procedure_key, procedure_version, department, channel, stage, \
                   received_at, due_on, resident, person, revision) \
                 VALUES ($1, $2, $3, $4, $5, $6, 'received', $7, $8, $9, $10, 1) \
                 ON CONFLICT (submission) DO NOTHING RETURNING id{holds}"
            ),
            [
                new.reference.as_str().into(),
                plain.submission.as_str().into(),
                plain.procedure.as_str().into(),
                plain.version.into(),
                plain.department.as_str().into(),
                plain.channel.as_str().into(),
                received_at.as_microsecond().into(),
                due_on.map(|due_on| due_on.to_string()).into(),
                plain.resident.into(),
                new.person.clone().into(),
            ],
        )
        .await?;
    let Some(case) = made else {
        return repeated(tx, new).await;
    };
    if let Some(slot) = &plain.slot {
        take(tx, case, slot, plain).await?;
    }
    add_parts(tx, case, new).await?;
    inventory::record_received(
        tx,
        Fact::one(&RECEIVED.name, received_at)
            .department(plain.department.clone())
            .channel(plain.channel)
            .subject(subject(&plain.procedure)?)
            .record(format!("procedures_cases/{case}")),
    )
    .await?;
    tx.emit(CASE_RECEIVED, json!({ "case": case })).await?;
    tx.audit(AuditEntry::new(
        "procedures.receive",
        format!("procedures/cases/{case}"),
    ));
    Ok(Submitted {
        case,
        receipt: new.receipt.clone(),
        repeated: false,
    })
}

/// Takes the time that was chosen, in the name of the case.
async fn take(tx: &Tx, case: i64, slot: &Slot, plain: &PlainPart) -> Result<(), ProcedureError> {
    let slots = tx.slots().ok_or(ProcedureError::SlotTaken)?;
    let mark = slots::mark_of(plain.draft.unwrap_or_default());
    let is_taken = slots
        .take(tx, &mark, slot, &slots::record_of(case), plain.channel)
        .await?;
    if is_taken {
        Ok(())
    } else {
        Err(ProcedureError::SlotTaken)
    }
}

/// Adds the rows of a case beside its own, all at once, and ends its draft.
async fn add_parts(tx: &Tx, case: i64, new: &SealedCase) -> Result<(), ProcedureError> {
    let mut together = Together::new();
    together.add(
        "INSERT INTO procedures_case_keys (case_id, sealed) VALUES ($1, $2)",
        [case.into(), new.key.clone().into()],
    );
    together.add(
        "INSERT INTO procedures_case_contacts (case_id, receipt, contact) VALUES ($1, $2, $3)",
        [
            case.into(),
            new.sealed_receipt.clone().into(),
            new.contact.clone().into(),
        ],
    );
    together.add(
        "INSERT INTO procedures_case_answers (case_id, number, sealed, made_at, made_by) VALUES ($1, 1, $2, $3, $4)",
        [
            case.into(),
            new.answers.clone().into(),
            tx.now().as_microsecond().into(),
            tx.actor().to_string().into(),
        ],
    );
    for file in &new.files {
        files::add_with(tx, case, UseFor::Answer, file, &mut together);
    }
    history::note_with(tx, case, &What::Received, &mut together)?;
    for (id, sealed) in &new.co_applicants {
        together.add(
            "UPDATE procedures_co_applicants SET draft_id = NULL, case_id = $2, sealed = $3 WHERE id = $1",
            [(*id).into(), case.into(), sealed.clone().into()],
        );
    }
    if let Some(draft) = new.plain.draft {
        return drafts::end_with(tx, draft, case, together).await;
    }
    together.run(tx.connection()).await?;
    Ok(())
}

async fn repeated(tx: &Tx, new: &SealedCase) -> Result<Submitted, ProcedureError> {
    let case: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM procedures_cases WHERE submission = $1",
            [new.plain.submission.as_str().into()],
        )
        .await?;
    let case = case.ok_or(ProcedureError::NoSuchCase)?;
    let key = keys::open(tx.connection(), &new.city, case).await?;
    Ok(Submitted {
        case,
        receipt: receipt(tx.connection(), &key, case).await?,
        repeated: true,
    })
}
