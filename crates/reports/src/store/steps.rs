//! What happens to a report: states, routing, texts, pictures, notes. Each is a row of its history.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{AuditEntry, CityKey, Fact, Job, Measure, Tx, sql::Sql as _};
use yakuba_forms::model::document::Text;
use yakuba_kernel::{DepartmentCode, Point, Quantity, Subject, text::normalise_for_search};

use super::{
    alerts,
    photos::{self, Covering, Finder, Origin, SealedPhoto},
    report::{self, Report},
};
use crate::{
    capabilities::{CONTESTED, DAYS, HANDLED, IN_TIME, POSTED},
    error::ReportError,
    model::state::State,
};

/// The job that writes the mails about a step.
pub(crate) const TELL: &str = "reports.tell";

/// What a row of the history is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It came into a state.
    State(State),
    /// Somebody said that it is not fixed.
    Contested,
    /// Another category or department.
    Routed,
    /// Its place was corrected.
    Placed,
    /// Somebody works on it.
    Assigned,
    /// What everybody reads was written.
    Text,
    /// Pictures were released, held back or added.
    Photos,
    /// A note among staff.
    Note,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::State(_) => "state",
            Self::Contested => "contested",
            // The database knows it as one that is routed anew, and marks it.
            Self::Routed | Self::Placed => "routed",
            Self::Assigned => "assigned",
            Self::Text => "text",
            Self::Photos => "photos",
            Self::Note => "note",
        }
    }

    /// The key of the text that names it: `state-fixed`, `note`.
    pub fn key(self) -> String {
        match self {
            Self::State(state) => format!("state-{}", state.name().replace('_', "-")),
            Self::Placed => "placed".to_owned(),
            other => other.name().to_owned(),
        }
    }

    /// Whether everybody may know of it.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::State(_) | Self::Contested | Self::Placed)
    }

    fn read(name: &str, state: Option<&str>, is_of_place: bool) -> Option<Self> {
        Some(match name {
            "routed" if is_of_place => Self::Placed,
            "state" => Self::State(State::read(state?)?),
            "contested" => Self::Contested,
            "routed" => Self::Routed,
            "assigned" => Self::Assigned,
            "text" => Self::Text,
            "photos" => Self::Photos,
            "note" => Self::Note,
            _ => return None,
        })
    }
}

/// A row of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, as the audit log writes it.
    pub actor: String,
    /// What.
    pub kind: Kind,
    /// What everybody reads; perhaps empty.
    pub text: Text,
    /// What only staff read; perhaps empty.
    pub note: String,
}

fn purpose(report: i64) -> String {
    format!("reports.note/{report}")
}

/// A note sealed for a report's history.
///
/// # Errors
/// When it cannot be sealed.
pub fn seal_note(key: &CityKey, report: i64, note: &str) -> Result<Vec<u8>, ReportError> {
    Ok(key.seal(&purpose(report), note.as_bytes())?)
}

/// What [`seal_note`] sealed.
///
/// # Errors
/// When it cannot be opened.
pub fn open_note(key: &CityKey, report: i64, sealed: &[u8]) -> Result<String, ReportError> {
    let opened = key.open_sealed(&purpose(report), sealed)?;
    Ok(String::from_utf8_lossy(&opened).into_owned())
}

/// The history of a report, oldest first.
///
/// # Errors
/// When the database does not answer or a note cannot be opened.
pub async fn steps(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    report: i64,
) -> Result<Vec<Step>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        at: i64,
        actor: String,
        kind: String,
        state: Option<String>,
        is_of_place: i64,
        public_text: String,
        sealed: Option<Vec<u8>>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT id, at, actor, kind, state, is_of_place, public_text, sealed FROM reports_steps WHERE report = $1 ORDER BY id",
            [report.into()],
        )
        .await?;
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(kind) = Kind::read(&row.kind, row.state.as_deref(), row.is_of_place != 0) else {
            continue;
        };
        let note = match row.sealed {
            Some(sealed) => {
                let opened = key.open_sealed(&purpose(report), &sealed)?;
                String::from_utf8_lossy(&opened).into_owned()
            }
            None => String::new(),
        };
        steps.push(Step {
            id: row.id,
            at: Timestamp::from_microsecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH),
            actor: row.actor,
            kind,
            text: serde_json::from_str(&row.public_text)?,
            note,
        });
    }
    Ok(steps)
}

/// Writes a row of the history and returns its number.
pub(super) async fn add_step(
    tx: &Tx,
    report: i64,
    kind: Kind,
    text: &Text,
    sealed: Option<&[u8]>,
) -> Result<i64, ReportError> {
    let state = match kind {
        Kind::State(state) => Some(state.name()),
        _ => None,
    };
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO reports_steps (report, at, actor, kind, state, public_text, sealed, is_of_place) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            [
                report.into(),
                tx.now().as_microsecond().into(),
                tx.actor().to_string().into(),
                kind.name().into(),
                state.into(),
                serde_json::to_string(text)?.into(),
                sealed.map(<[u8]>::to_vec).into(),
                i64::from(kind == Kind::Placed).into(),
            ],
        )
        .await?;
    id.ok_or(ReportError::NoSuchReport)
}

/// Has everybody who follows told of a step, after the commit.
async fn tell(tx: &Tx, step: i64) -> Result<(), ReportError> {
    tx.enqueue(Job {
        name: TELL,
        payload: json!({ "step": step }),
        not_before: None,
        deduplicate: None,
    })
    .await?;
    Ok(())
}

/// The report, when it is as the caller saw it.
async fn as_seen(tx: &Tx, id: i64, revision: i64) -> Result<Report, ReportError> {
    let found = report::report(tx.connection(), id)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    // Taken first, so that of two that change it at once the second sees what the first did.
    let taken = tx
        .connection()
        .run(
            "UPDATE reports_reports SET revision = revision + 1, changed_at = $3 WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if taken == 0 || found.revision != revision {
        return Err(ReportError::ChangedMeanwhile);
    }
    Ok(found)
}

fn fact(measure: &Measure, report: &Report, at: Timestamp) -> Result<Fact, ReportError> {
    Ok(Fact::one(&measure.name, at)
        .department(report.department.clone())
        .channel(report.channel)
        .subject(Subject::new(report.category.as_str())?)
        .record(format!("reports/{}", report.id)))
}

pub(super) fn taken_back(fact: Fact) -> Fact {
    let quantity = fact.quantity.negated();
    fact.quantity(quantity)
}

/// The facts of a report that is handled.
fn facts_of_handling(report: &Report, at: Timestamp) -> Result<Vec<Fact>, ReportError> {
    let handled = Report {
        handled_at: Some(at),
        ..report.clone()
    };
    let days = handled.days_to_handle().unwrap_or(0);
    let mut facts = vec![fact(&HANDLED, report, at)?];
    if yakuba_city::JAPAN.to_datetime(at).date() <= report.due_on {
        facts.push(fact(&IN_TIME, report, at)?);
    }
    if days > 0 {
        facts.push(fact(&DAYS, report, at)?.quantity(Quantity::from_integer(days)?));
    }
    Ok(facts)
}

/// A report that the desk turns into another state.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The report.
    pub report: i64,
    /// The revision that was seen.
    pub revision: i64,
    /// The new state.
    pub state: State,
    /// What everybody reads about it.
    pub text: Text,
    /// For `forwarded`: the authority's key.
    pub authority: String,
    /// For `merged`: the public name of the report where the work goes on.
    pub into: String,
}

/// Turns a report into another state, writes the facts and has its followers told.
///
/// # Errors
/// [`ReportError::WrongState`], [`ReportError::NoReason`], [`ReportError::NoAuthority`], [`ReportError::CannotMerge`],
/// [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn turn(tx: &Tx, turn: &Turn) -> Result<(), ReportError> {
    let found = as_seen(tx, turn.report, turn.revision).await?;
    if !found.state.may_become(turn.state) {
        return Err(ReportError::WrongState {
            from: found.state,
            to: turn.state,
        });
    }
    if turn.state == State::NoAction && turn.text.is_empty() {
        return Err(ReportError::NoReason);
    }
    if turn.state == State::Forwarded && turn.authority.is_empty() {
        return Err(ReportError::NoAuthority);
    }
    let into = if turn.state == State::Merged {
        Some(merging_into(tx, &found, &turn.into).await?)
    } else {
        None
    };
    let now = tx.now();
    let handled_at = match (turn.state.is_handled(), found.handled_at) {
        (true, Some(before)) => Some(before),
        (true, None) => Some(now),
        (false, _) => None,
    };
    let authority = if turn.state == State::Forwarded {
        turn.authority.as_str()
    } else {
        ""
    };
    tx.connection()
        .run(
            "UPDATE reports_reports SET state = $2, handled_at = $3, merged_into = $4, authority = $5 WHERE id = $1",
            [
                found.id.into(),
                turn.state.name().into(),
                handled_at.map(Timestamp::as_microsecond).into(),
                into.into(),
                authority.into(),
            ],
        )
        .await?;
    match (found.handled_at, handled_at) {
        (None, Some(at)) => {
            tx.record_all(&facts_of_handling(&found, at)?).await?;
        }
        (Some(at), None) => {
            let facts: Vec<Fact> = facts_of_handling(&found, at)?
                .into_iter()
                .map(taken_back)
                .collect();
            tx.record_all(&facts).await?;
        }
        _ => {}
    }
    let step = add_step(tx, found.id, Kind::State(turn.state), &turn.text, None).await?;
    tell(tx, step).await?;
    tx.audit(
        AuditEntry::new("reports.turn", format!("reports/{}", found.id))
            .with(json!({ "from": found.state.name(), "to": turn.state.name() })),
    );
    Ok(())
}

/// The report that another is merged into; what was merged into that other one comes along.
async fn merging_into(tx: &Tx, found: &Report, into: &str) -> Result<i64, ReportError> {
    let target = report::by_public_id(tx.connection(), &into.trim().to_lowercase())
        .await?
        .filter(|target| target.id != found.id && target.state != State::Merged)
        .ok_or(ReportError::CannotMerge)?;
    // Held, so that it is not merged itself at the same moment.
    tx.connection()
        .run(
            "UPDATE reports_reports SET revision = revision WHERE id = $1",
            [target.id.into()],
        )
        .await?;
    let still: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM reports_reports WHERE id = $1 AND state <> 'merged'",
            [target.id.into()],
        )
        .await?;
    if still.is_none() {
        return Err(ReportError::CannotMerge);
    }
    tx.connection()
        .run(
            "UPDATE reports_reports SET merged_into = $2 WHERE merged_into = $1",
            [found.id.into(), target.id.into()],
        )
        .await?;
    Ok(target.id)
}

/// A report sent to another category or department.
#[derive(Debug, Clone)]
pub struct Routing {
    /// The report.
    pub report: i64,
    /// The revision that was seen.
    pub revision: i64,
    /// The category from now on.
    pub category: String,
    /// The department from now on.
    pub department: DepartmentCode,
    /// The category's days.
    pub days: u32,
}

/// Routes a report anew. What was counted for the old category and department is counted for the new ones.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn route(tx: &Tx, routing: &Routing) -> Result<(), ReportError> {
    use jiff::ToSpan as _;
    let found = as_seen(tx, routing.report, routing.revision).await?;
    let received = yakuba_city::JAPAN.to_datetime(found.received_at).date();
    let due_on = if routing.category == found.category {
        found.due_on
    } else {
        received
            .checked_add(i64::from(routing.days).days())
            .unwrap_or(found.due_on)
    };
    let moved = Report {
        category: routing.category.clone(),
        department: routing.department.clone(),
        due_on,
        ..found.clone()
    };
    // Whoever worked on it may not in the new department.
    tx.connection()
        .run(
            "UPDATE reports_reports SET category = $2, department = $3, due_on = $4, \
               assigned_to = CASE WHEN department = $3 THEN assigned_to ELSE NULL END WHERE id = $1",
            [
                found.id.into(),
                moved.category.as_str().into(),
                moved.department.as_str().into(),
                due_on.to_string().into(),
            ],
        )
        .await?;
    count_anew(tx, &found, &moved).await?;
    add_step(tx, found.id, Kind::Routed, &Text::default(), None).await?;
    tx.audit(
        AuditEntry::new("reports.route", format!("reports/{}", found.id)).with(json!({
            "category": moved.category,
            "department": moved.department.as_str(),
        })),
    );
    Ok(())
}

/// Counts for another category or department what was counted for the old one.
async fn count_anew(tx: &Tx, found: &Report, moved: &Report) -> Result<(), ReportError> {
    let mut facts = vec![
        taken_back(fact(&POSTED, found, found.received_at)?),
        fact(&POSTED, moved, found.received_at)?,
    ];
    if let Some(at) = found.handled_at {
        facts.extend(facts_of_handling(found, at)?.into_iter().map(taken_back));
        facts.extend(facts_of_handling(moved, at)?);
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// A place that the desk corrects.
#[derive(Debug, Clone)]
pub struct Placing {
    /// The report.
    pub report: i64,
    /// The revision that was seen.
    pub revision: i64,
    /// Where it is.
    pub point: Point,
    /// Where it is in words, for everybody.
    pub words: String,
    /// The key of the area that holds the point; empty: none.
    pub area: String,
    /// The department from now on.
    pub department: DepartmentCode,
    /// The piece of equipment that it is about; empty: none.
    pub equipment: String,
    /// Why, for everybody.
    pub reason: Text,
    /// What else a search finds it by, such as the category's name.
    pub also: String,
}

/// Puts a report where it really is, routes it anew where that is another department's, and has its followers told.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn place(tx: &Tx, placing: &Placing) -> Result<(), ReportError> {
    let found = as_seen(tx, placing.report, placing.revision).await?;
    let moved = Report {
        department: placing.department.clone(),
        ..found.clone()
    };
    let (latitude, longitude) = placing.point.millionths();
    let folded = if found.is_looked_at {
        normalise_for_search(&format!(
            "{} {} {} {}",
            placing.words, found.public_text, placing.also, found.public_id
        ))
    } else {
        String::new()
    };
    // Whoever worked on it may not in the new department.
    tx.connection()
        .run(
            "UPDATE reports_reports SET latitude = $2, longitude = $3, area = $4, public_place = $5, equipment = $6, folded = $7, \
               assigned_to = CASE WHEN department = $8 THEN assigned_to ELSE NULL END, department = $8 WHERE id = $1",
            [
                found.id.into(),
                latitude.into(),
                longitude.into(),
                placing.area.as_str().into(),
                placing.words.as_str().into(),
                placing.equipment.as_str().into(),
                folded.into(),
                placing.department.as_str().into(),
            ],
        )
        .await?;
    if moved.department != found.department {
        count_anew(tx, &found, &moved).await?;
    }
    let step = add_step(tx, found.id, Kind::Placed, &placing.reason, None).await?;
    tell(tx, step).await?;
    tx.audit(
        AuditEntry::new("reports.place", format!("reports/{}", found.id))
            .with(json!({ "area": placing.area, "department": placing.department.as_str() })),
    );
    Ok(())
}

/// What everybody reads of a report, as the desk wrote it.
#[derive(Debug, Clone)]
pub struct Wording {
    /// The report.
    pub report: i64,
    /// The revision that was seen.
    pub revision: i64,
    /// Where it is.
    pub place: String,
    /// What was reported.
    pub text: String,
    /// Whether everybody sees that there is such a report.
    pub is_shown: bool,
    /// What else a search finds it by, such as the category's name.
    pub also: String,
}

/// Writes what everybody reads. A report that nobody had looked at is checked thereby.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn word(tx: &Tx, wording: &Wording) -> Result<(), ReportError> {
    let found = as_seen(tx, wording.report, wording.revision).await?;
    let folded = normalise_for_search(&format!(
        "{} {} {} {}",
        wording.place, wording.text, wording.also, found.public_id
    ));
    tx.connection()
        .run(
            "UPDATE reports_reports SET public_place = $2, public_text = $3, is_shown = $4, is_looked_at = 1, folded = $5 WHERE id = $1",
            [
                found.id.into(),
                wording.place.as_str().into(),
                wording.text.as_str().into(),
                i64::from(wording.is_shown).into(),
                folded.into(),
            ],
        )
        .await?;
    add_step(tx, found.id, Kind::Text, &Text::default(), None).await?;
    if wording.is_shown && !(found.is_shown && found.is_looked_at) {
        alerts::publish(tx, found.id).await?;
    }
    if found.state == State::Received {
        tx.connection()
            .run(
                "UPDATE reports_reports SET state = 'checked' WHERE id = $1",
                [found.id.into()],
            )
            .await?;
        let step = add_step(
            tx,
            found.id,
            Kind::State(State::Checked),
            &Text::default(),
            None,
        )
        .await?;
        tell(tx, step).await?;
    }
    tx.audit(
        AuditEntry::new("reports.word", format!("reports/{}", found.id))
            .with(json!({ "shown": wording.is_shown })),
    );
    Ok(())
}

/// Releases the named pictures of a report and holds the others back.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn release(
    tx: &Tx,
    report: i64,
    revision: i64,
    released: &[String],
) -> Result<(), ReportError> {
    let found = as_seen(tx, report, revision).await?;
    for photo in photos::of_report(tx.connection(), found.id).await? {
        tx.connection()
            .run(
                "UPDATE reports_photos SET is_released = $3 WHERE report = $1 AND key = $2",
                [
                    found.id.into(),
                    photo.key.as_str().into(),
                    i64::from(released.contains(&photo.key)).into(),
                ],
            )
            .await?;
    }
    add_step(tx, found.id, Kind::Photos, &Text::default(), None).await?;
    tx.audit(
        AuditEntry::new("reports.photos", format!("reports/{}", found.id))
            .with(json!({ "released": released.len() })),
    );
    Ok(())
}

/// Adds pictures of the desk's own, not released.
///
/// # Errors
/// [`ReportError::NoSuchReport`] or the database's.
pub async fn add_photos(tx: &Tx, report: i64, new: &[SealedPhoto]) -> Result<(), ReportError> {
    for photo in new {
        photos::add(tx, report, Origin::Desk, photo).await?;
    }
    add_step(tx, report, Kind::Photos, &Text::default(), None).await?;
    tx.audit(AuditEntry::new(
        "reports.photos",
        format!("reports/{report}"),
    ));
    Ok(())
}

/// Keeps what staff paint over in a picture.
///
/// # Errors
/// [`ReportError::NoSuchReport`], [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn cover(
    tx: &Tx,
    report: i64,
    revision: i64,
    covering: &Covering,
) -> Result<(), ReportError> {
    let found = as_seen(tx, report, revision).await?;
    photos::cover(tx, found.id, covering, Finder::Staff).await?;
    add_step(tx, found.id, Kind::Photos, &Text::default(), None).await?;
    tx.audit(
        AuditEntry::new("reports.cover", format!("reports/{}", found.id))
            .with(json!({ "parts": covering.count() })),
    );
    Ok(())
}

/// Writes a sealed note among staff.
///
/// # Errors
/// The database's.
pub async fn note(tx: &Tx, report: i64, sealed: &[u8]) -> Result<(), ReportError> {
    keep_note(tx, report, sealed).await?;
    tx.audit(AuditEntry::new("reports.note", format!("reports/{report}")));
    Ok(())
}

/// A note in the history, as part of something larger that is audited.
pub(super) async fn keep_note(tx: &Tx, report: i64, sealed: &[u8]) -> Result<(), ReportError> {
    add_step(tx, report, Kind::Note, &Text::default(), Some(sealed)).await?;
    Ok(())
}

/// Gives a report to somebody of the department, or to nobody.
///
/// # Errors
/// [`ReportError::ChangedMeanwhile`] or the database's.
pub async fn assign(
    tx: &Tx,
    report: i64,
    revision: i64,
    to: Option<i64>,
) -> Result<(), ReportError> {
    let found = as_seen(tx, report, revision).await?;
    tx.connection()
        .run(
            "UPDATE reports_reports SET assigned_to = $2 WHERE id = $1",
            [found.id.into(), to.into()],
        )
        .await?;
    add_step(tx, found.id, Kind::Assigned, &Text::default(), None).await?;
    tx.audit(AuditEntry::new(
        "reports.assign",
        format!("reports/{}", found.id),
    ));
    Ok(())
}

/// A word of the sender that what is called fixed is not.
#[derive(Debug, Clone)]
pub struct Contest {
    /// The report.
    pub report: i64,
    /// What they wrote, by [`seal_note`].
    pub sealed: Vec<u8>,
    /// A picture.
    pub photo: Option<SealedPhoto>,
}

/// Takes a report up again that is called fixed, once.
///
/// # Errors
/// [`ReportError::CannotContest`] or the database's.
pub async fn contest(tx: &Tx, contest: &Contest) -> Result<(), ReportError> {
    let found = report::report(tx.connection(), contest.report)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    let taken = tx
        .connection()
        .run(
            "UPDATE reports_reports SET state = 'checked', handled_at = NULL, is_contested = 1, revision = revision + 1, changed_at = $2 \
             WHERE id = $1 AND state = 'fixed' AND is_contested = 0",
            [
                contest.report.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let (1, Some(at)) = (taken, found.handled_at) else {
        return Err(ReportError::CannotContest);
    };
    let mut facts: Vec<Fact> = facts_of_handling(&found, at)?
        .into_iter()
        .map(taken_back)
        .collect();
    facts.push(fact(&CONTESTED, &found, tx.now())?);
    tx.record_all(&facts).await?;
    if let Some(photo) = &contest.photo {
        photos::add(tx, found.id, Origin::Contest, photo).await?;
    }
    let step = add_step(
        tx,
        found.id,
        Kind::Contested,
        &Text::default(),
        Some(&contest.sealed),
    )
    .await?;
    tell(tx, step).await
}

/// The report and kind of a step of which nobody was told yet; it counts as told from then on.
pub(crate) async fn take_untold(
    tx: &Tx,
    step: i64,
) -> Result<Option<(i64, Kind, Text)>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        report: i64,
        kind: String,
        state: Option<String>,
        is_of_place: i64,
        public_text: String,
    }
    let row: Option<Row> = tx
        .connection()
        .row(
            "UPDATE reports_steps SET told_at = $2 WHERE id = $1 AND told_at IS NULL RETURNING report, kind, state, is_of_place, public_text",
            [step.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let text = serde_json::from_str(&row.public_text)?;
    Ok(
        Kind::read(&row.kind, row.state.as_deref(), row.is_of_place != 0)
            .map(|kind| (row.report, kind, text)),
    )
}
