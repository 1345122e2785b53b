//! Reports of a disaster: which they are, how much they hurry, and handing them over when it is over.

use jiff::{Timestamp, ToSpan as _};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{
    Actor, AuditEntry, CityKey, Emergency, Fact, Tx, emergency, open_emergencies, sql::Sql as _,
};
use yakuba_identity::{colleagues, mail_addresses};
use yakuba_kernel::{Quantity, Subject};
use yakuba_mail::{EmailAddress, Mail, enqueue};

use super::{
    posting::NewReport,
    report::{Report, report},
    rules::Current,
    steps,
};
use crate::{
    capabilities::{CONFIRMED, IN_DISASTER, MINUTES_TO_CONFIRM},
    error::ReportError,
    model::urgency::Urgency,
};

/// Reports on the board at most, the newest.
const MOST: u32 = 400;

/// What the desk makes of a report of a disaster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triage {
    /// The report's number at the desk.
    pub report: i64,
    /// The disaster.
    pub emergency: i64,
    /// How much it hurries.
    pub urgency: Urgency,
    /// When somebody made sure that it is so.
    pub confirmed_at: Option<Timestamp>,
    /// Who did, as the audit log names them.
    pub confirmed_by: Option<String>,
    /// The account that took it.
    pub taken_by: Option<i64>,
    /// What is to be done next, sealed by [`steps::seal_note`].
    pub next_step: Option<Vec<u8>>,
    /// Counts its changes.
    pub revision: i64,
}

impl Triage {
    /// What is to be done next; empty when nothing was written.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn next_step(&self, key: &CityKey) -> Result<String, ReportError> {
        match &self.next_step {
            None => Ok(String::new()),
            Some(sealed) => steps::open_note(key, self.report, sealed),
        }
    }
}

#[derive(FromQueryResult)]
struct TriageRow {
    report: i64,
    emergency: i64,
    urgency: String,
    confirmed_at: Option<i64>,
    confirmed_by: Option<String>,
    taken_by: Option<i64>,
    next_step: Option<Vec<u8>>,
    revision: i64,
}

const COLUMNS: &str =
    "report, emergency, urgency, confirmed_at, confirmed_by, taken_by, next_step, revision";

impl From<TriageRow> for Triage {
    fn from(row: TriageRow) -> Self {
        Self {
            report: row.report,
            emergency: row.emergency,
            // The database's constraint names the same urgencies.
            urgency: Urgency::read(&row.urgency).unwrap_or(Urgency::Unsorted),
            confirmed_at: row
                .confirmed_at
                .and_then(|at| Timestamp::from_microsecond(at).ok()),
            confirmed_by: row.confirmed_by,
            taken_by: row.taken_by,
            next_step: row.next_step,
            revision: row.revision,
        }
    }
}

/// Puts a report that just came in among those of the newest open disaster, when its category is one of disasters.
pub(super) async fn put_on_the_board(tx: &Tx, new: &NewReport, id: i64) -> Result<(), ReportError> {
    if !new.is_of_a_disaster {
        return Ok(());
    }
    let Some(open) = open_emergencies(tx.connection()).await?.into_iter().next() else {
        return Ok(());
    };
    tx.connection()
        .run(
            "INSERT INTO reports_in_disasters (report, emergency, urgency, revision) VALUES ($1, $2, 'unsorted', 1)",
            [id.into(), open.id.into()],
        )
        .await?;
    let fact = Fact::one(&IN_DISASTER.name, tx.now())
        .department(new.department.clone())
        .channel(new.channel)
        .subject(Subject::new(new.category.as_str())?)
        .record(format!("reports/{id}"));
    tx.record(fact).await?;
    Ok(())
}

/// What the desk makes of a report; none when it belongs to no disaster.
///
/// # Errors
/// When the database does not answer.
pub async fn triage(
    connection: &impl ConnectionTrait,
    report: i64,
) -> Result<Option<Triage>, ReportError> {
    let row: Option<TriageRow> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM reports_in_disasters WHERE report = $1"),
            [report.into()],
        )
        .await?;
    Ok(row.map(Triage::from))
}

/// The reports of a disaster that are not answered for good, oldest first within each urgency.
///
/// # Errors
/// When the database does not answer.
pub async fn board(
    connection: &impl ConnectionTrait,
    emergency: i64,
) -> Result<Vec<(Triage, Report)>, ReportError> {
    let rows: Vec<TriageRow> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM reports_in_disasters WHERE emergency = $1 AND EXISTS \
                   (SELECT 1 FROM reports_reports WHERE id = report AND handled_at IS NULL) ORDER BY report DESC LIMIT {MOST}"
            ),
            [emergency.into()],
        )
        .await?;
    let mut board = Vec::new();
    for row in rows.into_iter().rev() {
        if let Some(found) = report(connection, row.report).await? {
            board.push((Triage::from(row), found));
        }
    }
    Ok(board)
}

/// What the desk decided about a report.
#[derive(Debug, Clone)]
pub struct Sorting {
    /// The report's number at the desk.
    pub report: i64,
    /// What was on the screen.
    pub revision: i64,
    /// How much it hurries; none: as it was.
    pub urgency: Option<Urgency>,
    /// Whether somebody made sure that it is so; none: as it was.
    pub confirmed: Option<bool>,
    /// Who takes it, whoever sorts it or somebody of its department; none: as it was.
    pub taken_by: Option<Option<i64>>,
    /// What is to be done next, sealed; none: as it was.
    pub next_step: Option<Vec<u8>>,
}

/// Sorts a report of an open disaster. Returns who has it from now on, when that is somebody else than before.
///
/// # Errors
/// [`ReportError::NoSuchReport`], [`ReportError::DisasterOver`], [`ReportError::ChangedMeanwhile`] when somebody else sorted it in between,
/// [`ReportError::NoColleague`].
pub async fn sort(tx: &Tx, sorting: &Sorting) -> Result<Option<i64>, ReportError> {
    let before = triage(tx.connection(), sorting.report)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    if !is_open(emergency(tx.connection(), before.emergency).await?.as_ref()) {
        return Err(ReportError::DisasterOver);
    }
    let urgency = sorting.urgency.unwrap_or(before.urgency);
    let taken_by = sorting.taken_by.unwrap_or(before.taken_by);
    let was = before.confirmed_at.is_some();
    let is_confirmed = sorting.confirmed.unwrap_or(was);
    let (confirmed_at, confirmed_by) = match (was, is_confirmed) {
        (_, false) => (None, None),
        (true, true) => (before.confirmed_at, before.confirmed_by.clone()),
        (false, true) => (Some(tx.now()), Some(tx.actor().to_string())),
    };
    let changed = tx
        .connection()
        .run(
            "UPDATE reports_in_disasters SET urgency = $3, confirmed_at = $4, confirmed_by = $5, taken_by = $6, next_step = $7, \
               revision = revision + 1 WHERE report = $1 AND revision = $2",
            [
                sorting.report.into(),
                sorting.revision.into(),
                urgency.name().into(),
                confirmed_at.map(Timestamp::as_microsecond).into(),
                confirmed_by.into(),
                taken_by.into(),
                sorting
                    .next_step
                    .clone()
                    .or_else(|| before.next_step.clone())
                    .into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ReportError::ChangedMeanwhile);
    }
    if let Some(sealed) = &sorting.next_step
        && before.next_step.as_ref() != Some(sealed)
    {
        // The history keeps what was planned when.
        steps::keep_note(tx, sorting.report, sealed).await?;
    }
    if !was && is_confirmed {
        record_confirming(tx, sorting.report).await?;
    }
    tx.audit(
        AuditEntry::new("reports.triage", format!("reports/{}", sorting.report))
            .with(json!({ "urgency": urgency.name(), "confirmed": is_confirmed })),
    );
    if taken_by == before.taken_by {
        return Ok(None);
    }
    give(tx, sorting.report, before.taken_by, taken_by).await?;
    Ok(taken_by)
}

/// Gives a report to whoever sorts it or to somebody of its department, in whose inbox it then is, too.
async fn give(tx: &Tx, id: i64, from: Option<i64>, to: Option<i64>) -> Result<(), ReportError> {
    let found = report(tx.connection(), id)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    let people = colleagues(tx.connection(), &found.department, tx.today()).await?;
    let is_colleague = |account: i64| people.iter().any(|(known, _)| *known == account);
    let assigned_to = match to {
        Some(account) if is_colleague(account) => Some(account),
        // Whoever sorts the reports of a disaster may belong to another department.
        Some(account) if *tx.actor() == Actor::Staff(account) => found.assigned_to,
        Some(_) => return Err(ReportError::NoColleague),
        None => found.assigned_to.filter(|account| Some(*account) != from),
    };
    if assigned_to != found.assigned_to {
        steps::assign(tx, id, found.revision, assigned_to).await?;
    }
    tx.audit(
        AuditEntry::new("reports.triage_give", format!("reports/{id}")).with(json!({ "to": to })),
    );
    Ok(())
}

/// What somebody is told who was given reports: without a word of what is in them.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The subject of the mail.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Tells somebody that they were given reports, when they have a mail address and did not take them themselves.
///
/// # Errors
/// The database's.
pub async fn tell(
    tx: &Tx,
    key: &CityKey,
    account: i64,
    notice: &Notice,
) -> Result<(), ReportError> {
    if *tx.actor() == Actor::Staff(account) {
        return Ok(());
    }
    let address = mail_addresses(tx.connection(), &[account])
        .await?
        .remove(&account)
        // One that no mail can be sent to is the administrator's to mend.
        .and_then(|text| EmailAddress::read(&text).ok());
    if let Some(address) = address {
        let mail = Mail::new(address, &notice.subject, &notice.text);
        enqueue(tx, key, &mail).await?;
    }
    Ok(())
}

/// Whether a disaster goes on.
pub fn is_open(emergency: Option<&Emergency>) -> bool {
    emergency.is_some_and(|one| one.ended_at.is_none())
}

/// Counts a report that was confirmed, once, with the minutes that it took.
async fn record_confirming(tx: &Tx, id: i64) -> Result<(), ReportError> {
    let found = report(tx.connection(), id)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    let minutes = tx.now().duration_since(found.received_at).as_mins().max(0);
    for (measure, quantity) in [(&CONFIRMED, 1), (&MINUTES_TO_CONFIRM, minutes)] {
        let fact = Fact::one(&measure.name, tx.now())
            .quantity(Quantity::from_integer(quantity)?)
            .department(found.department.clone())
            .channel(found.channel)
            .subject(Subject::new(found.category.as_str())?)
            .record(format!("reports/{id}"))
            .idempotency_key(format!("{}/{id}", measure.name));
        tx.record(fact).await?;
    }
    Ok(())
}

/// A disaster is over: what is open goes on as any other report does, in the days of its category from today.
///
/// # Errors
/// When the database does not carry it out.
pub async fn hand_over(tx: &Tx, current: &Current, emergency: i64) -> Result<(), ReportError> {
    for (_, found) in board(tx.connection(), emergency).await? {
        let days = current
            .rules
            .category(&found.category)
            .map_or(14, |category| category.days);
        let due_on = tx
            .today()
            .checked_add(i64::from(days).days())
            .unwrap_or(jiff::civil::Date::MAX);
        tx.connection()
            .run(
                "UPDATE reports_reports SET due_on = $2 WHERE id = $1 AND handled_at IS NULL",
                [found.id.into(), due_on.to_string().into()],
            )
            .await?;
    }
    Ok(())
}
