//! A case as it stands in the open, and how cases are found.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;
use yakuba_identity::CityKey;
use yakuba_kernel::{Channel, DepartmentCode};

use super::{bad, day, moment};
use crate::{
    error::ProcedureError,
    model::{
        case::{Outcome, Stage},
        receipt::Receipt,
        way::Stop,
    },
    store::keys,
};

/// What stands in the open about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its number inside the town hall. Residents never see it.
    pub id: i64,
    /// The procedure's key.
    pub procedure: String,
    /// The version of the procedure it was made with and keeps.
    pub version: i64,
    /// The department responsible.
    pub department: DepartmentCode,
    /// How it came in.
    pub channel: Channel,
    /// Where it stands.
    pub stage: Stage,
    /// The key of the procedure's own stage at which it is, after the standard one.
    pub own_stage: Option<String>,
    /// By when it should leave that stage, without the days a correction took.
    pub own_due_on: Option<Date>,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// When it arrived.
    pub received_at: Timestamp,
    /// By when it should be decided: the processing time, without the days a correction took, or the day to which it was extended.
    pub due_on: Option<Date>,
    /// By when it should have been decided before its time was extended; none: it was not.
    pub due_before_extension: Option<Date>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When it came to its end; retention counts from here.
    pub closed_at: Option<Timestamp>,
    /// The account responsible.
    pub assignee: Option<i64>,
    /// The resident's account it belongs to.
    pub resident: Option<i64>,
    /// What cases of the same person are found by, see [`keys::person`].
    pub person: Option<String>,
    /// The case it was put together with.
    pub merged_into: Option<i64>,
    /// When its data key was destroyed.
    pub disposed_at: Option<Timestamp>,
    /// Counts its changes, for two people who work on one case.
    pub revision: i64,
}

impl Case {
    /// Where it is on the way of its procedure.
    pub fn stop(&self) -> Stop {
        Stop {
            stage: self.stage,
            own: self.own_stage.clone(),
        }
    }

    /// Whether the day by which it should be decided is over.
    pub fn is_late(&self, today: Date) -> bool {
        self.stage.is_open() && self.due_on.is_some_and(|due_on| due_on < today)
    }

    /// Whether it should have left the procedure's own stage at which it is.
    pub fn is_late_here(&self, today: Date) -> bool {
        self.own_due_on.is_some_and(|due_on| due_on < today)
    }

    /// Whether it may be the same application as another, so that it can end in it: both are open, of one person, procedure and department.
    pub fn may_end_in(&self, other: &Self) -> bool {
        self.id != other.id
            && self.person.is_some()
            && self.person == other.person
            && self.procedure == other.procedure
            && self.department == other.department
            && self.stage.is_open()
            && other.stage.is_open()
    }

    /// The day in Japan on which it arrived.
    pub fn received_on(&self) -> Date {
        day(self.received_at)
    }
}

#[derive(FromQueryResult)]
pub(in crate::store) struct Row {
    id: i64,
    procedure_key: String,
    procedure_version: i64,
    department: String,
    channel: String,
    stage: String,
    own_stage: Option<String>,
    own_due_on: Option<String>,
    outcome: Option<String>,
    received_at: i64,
    due_on: Option<String>,
    due_before_extension: Option<String>,
    decided_at: Option<i64>,
    closed_at: Option<i64>,
    assignee: Option<i64>,
    resident: Option<i64>,
    person: Option<String>,
    merged_into: Option<i64>,
    disposed_at: Option<i64>,
    revision: i64,
}

/// The columns that [`Case`] is read from, for statements of other rooms that list cases.
pub(in crate::store) const COLUMNS: &str = "id, procedure_key, procedure_version, department, channel, stage, own_stage, own_due_on, outcome, \
     received_at, due_on, due_before_extension, \
     decided_at, closed_at, assignee, resident, person, merged_into, disposed_at, revision";

impl TryFrom<Row> for Case {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        let maybe = |at: Option<i64>| at.map(moment).transpose();
        Ok(Self {
            id: row.id,
            procedure: row.procedure_key,
            version: row.procedure_version,
            department: DepartmentCode::new(row.department).map_err(bad)?,
            channel: row.channel.parse().map_err(bad)?,
            stage: row.stage.parse().map_err(bad)?,
            own_stage: row.own_stage,
            own_due_on: row
                .own_due_on
                .map(|text| text.parse())
                .transpose()
                .map_err(bad)?,
            outcome: row
                .outcome
                .map(|text| text.parse())
                .transpose()
                .map_err(bad)?,
            received_at: moment(row.received_at)?,
            due_on: row
                .due_on
                .map(|text| text.parse())
                .transpose()
                .map_err(bad)?,
            due_before_extension: row
                .due_before_extension
                .map(|text| text.parse())
                .transpose()
                .map_err(bad)?,
            decided_at: maybe(row.decided_at)?,
            closed_at: maybe(row.closed_at)?,
            assignee: row.assignee,
            resident: row.resident,
            person: row.person,
            merged_into: row.merged_into,
            disposed_at: maybe(row.disposed_at)?,
            revision: row.revision,
        })
    }
}

/// A case by its number.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`].
pub async fn case(connection: &impl ConnectionTrait, id: i64) -> Result<Case, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_cases WHERE id = $1");
    let row: Option<Row> = connection.row(&sql, [id.into()]).await?;
    row.ok_or(ProcedureError::NoSuchCase)?.try_into()
}

/// The case with a receipt number, if there is one.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn case_with_receipt(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    receipt: &Receipt,
) -> Result<Option<Case>, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_cases WHERE reference = $1");
    let row: Option<Row> = connection
        .row(&sql, [keys::reference(city, receipt).into()])
        .await?;
    row.map(Case::try_from).transpose()
}

/// The cases of a resident's account, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn cases_of_resident(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Case>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE resident = $1 ORDER BY received_at DESC, id DESC LIMIT 500"
    );
    let rows: Vec<Row> = connection.rows(&sql, [resident.into()]).await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// Other cases of the same person with any procedure, by who they said they are or by their account, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn cases_of_same_person(
    connection: &impl ConnectionTrait,
    case: &Case,
) -> Result<Vec<Case>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE id <> $1 AND disposed_at IS NULL AND (person = $2 OR resident = $3) \
         ORDER BY received_at DESC, id DESC LIMIT 100"
    );
    let rows: Vec<Row> = connection
        .rows(
            &sql,
            [
                case.id.into(),
                case.person.clone().into(),
                case.resident.into(),
            ],
        )
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}

/// Other cases of the same person with the same procedure, newest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn duplicates(
    connection: &impl ConnectionTrait,
    case: &Case,
) -> Result<Vec<Case>, ProcedureError> {
    let Some(person) = &case.person else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_cases WHERE person = $1 AND procedure_key = $2 AND id <> $3 \
         ORDER BY received_at DESC LIMIT 100"
    );
    let rows: Vec<Row> = connection
        .rows(
            &sql,
            [
                person.as_str().into(),
                case.procedure.as_str().into(),
                case.id.into(),
            ],
        )
        .await?;
    rows.into_iter().map(Case::try_from).collect()
}
