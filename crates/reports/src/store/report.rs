//! One report.

use jiff::{Timestamp, civil::Date};
use rand::Rng as _;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{CityKey, JAPAN, sql::Sql as _};
use yakuba_identity::{Receipt, receipt::ALPHABET};
use yakuba_kernel::{Channel, DepartmentCode, Point};

use super::posting::Content;
use crate::{
    error::ReportError,
    model::{state::State, statistics::Handled},
};

/// A report, without what is sealed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its number at the desk.
    pub id: i64,
    /// Its name in public addresses.
    pub public_id: String,
    /// The category's key.
    pub category: String,
    /// Whose work it is.
    pub department: DepartmentCode,
    /// How it came in.
    pub channel: Channel,
    /// How far it is.
    pub state: State,
    /// Whether everybody can see that there is such a report.
    pub is_shown: bool,
    /// Whether the desk has looked at the text for the public.
    pub is_looked_at: bool,
    /// When it came in.
    pub received_at: Timestamp,
    /// The last day on which it is handled in time.
    pub due_on: Date,
    /// When something last happened to it.
    pub changed_at: Timestamp,
    /// When it was answered for good.
    pub handled_at: Option<Timestamp>,
    /// Where it is.
    pub point: Option<Point>,
    /// The key of the area; empty outside of all.
    pub area: String,
    /// Where it is in words, as everybody reads it.
    pub public_place: String,
    /// What was reported, as everybody reads it.
    pub public_text: String,
    /// The report that it is the same as.
    pub merged_into: Option<i64>,
    /// The key of the authority it was forwarded to; empty: none.
    pub authority: String,
    /// Who works on it.
    pub assigned_to: Option<i64>,
    /// Whether its "fixed" was contested.
    pub is_contested: bool,
    /// The piece of equipment that it is about, as its register knows it: `assets/12`; empty: none.
    pub equipment: String,
    /// Counts its changes.
    pub revision: i64,
}

impl Report {
    /// Whole days from coming in to being handled.
    pub fn days_to_handle(&self) -> Option<i64> {
        let day = |at: Timestamp| JAPAN.to_datetime(at).date();
        self.handled_at
            .map(|handled| i64::from((day(handled) - day(self.received_at)).get_days()))
    }

    /// Whether it is open on a day after the last one on which it would be in time.
    pub fn is_late_on(&self, today: Date) -> bool {
        !self.state.is_handled() && today > self.due_on
    }

    /// As statistics see it.
    pub fn for_statistics(&self, today: Date) -> Handled {
        Handled {
            days: self.days_to_handle(),
            is_late: self.is_late_on(today),
        }
    }
}

/// The columns that [`ReportRow`] reads.
pub(super) const COLUMNS: &str = "id, public_id, category, department, channel, state, is_shown, is_looked_at, received_at, due_on, \
     changed_at, handled_at, latitude, longitude, area, public_place, public_text, merged_into, authority, assigned_to, is_contested, equipment, revision";

#[derive(FromQueryResult)]
pub(super) struct ReportRow {
    id: i64,
    public_id: String,
    category: String,
    department: String,
    channel: String,
    state: String,
    is_shown: i64,
    is_looked_at: i64,
    received_at: i64,
    due_on: String,
    changed_at: i64,
    handled_at: Option<i64>,
    latitude: Option<i64>,
    longitude: Option<i64>,
    area: String,
    public_place: String,
    public_text: String,
    merged_into: Option<i64>,
    authority: String,
    assigned_to: Option<i64>,
    is_contested: i64,
    equipment: String,
    revision: i64,
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl TryFrom<ReportRow> for Report {
    type Error = ReportError;

    fn try_from(row: ReportRow) -> Result<Self, ReportError> {
        let point = match (row.latitude, row.longitude) {
            (Some(latitude), Some(longitude)) => Some(Point::from_millionths(latitude, longitude)?),
            _ => None,
        };
        Ok(Self {
            id: row.id,
            public_id: row.public_id,
            category: row.category,
            department: DepartmentCode::new(row.department)?,
            channel: row.channel.parse()?,
            // The database's constraint names the same states.
            state: State::read(&row.state).unwrap_or(State::Received),
            is_shown: row.is_shown != 0,
            is_looked_at: row.is_looked_at != 0,
            received_at: moment(row.received_at),
            due_on: row.due_on.parse().unwrap_or(Date::MAX),
            changed_at: moment(row.changed_at),
            handled_at: row.handled_at.map(moment),
            point,
            area: row.area,
            public_place: row.public_place,
            public_text: row.public_text,
            merged_into: row.merged_into,
            authority: row.authority,
            assigned_to: row.assigned_to,
            is_contested: row.is_contested != 0,
            equipment: row.equipment,
            revision: row.revision,
        })
    }
}

async fn one(
    connection: &impl ConnectionTrait,
    column: &str,
    value: sea_orm::Value,
) -> Result<Option<Report>, ReportError> {
    let row: Option<ReportRow> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM reports_reports WHERE {column} = $1"),
            [value],
        )
        .await?;
    row.map(Report::try_from).transpose()
}

/// A report by its number at the desk.
///
/// # Errors
/// When the database does not answer.
pub async fn report(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Report>, ReportError> {
    one(connection, "id", id.into()).await
}

/// The reports among these numbers.
pub(super) async fn among(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<Vec<Report>, ReportError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows: Vec<ReportRow> = connection
            .rows(
                &format!(
                    "SELECT {COLUMNS} FROM reports_reports WHERE id IN ({})",
                    yakuba_city::sql::list(1, chunk.len())
                ),
                chunk.iter().map(|id| (*id).into()),
            )
            .await?;
        for row in rows {
            found.push(Report::try_from(row)?);
        }
    }
    Ok(found)
}

/// Whether a text from an address can be the name of a report or picture. PostgreSQL does not even compare others.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A report by its name in public addresses.
///
/// # Errors
/// When the database does not answer.
pub async fn by_public_id(
    connection: &impl ConnectionTrait,
    public_id: &str,
) -> Result<Option<Report>, ReportError> {
    if !is_name(public_id) {
        return Ok(None);
    }
    one(connection, "public_id", public_id.into()).await
}

/// A report by the number that its sender has.
///
/// # Errors
/// When the database does not answer.
pub async fn by_number(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    number: &Receipt,
) -> Result<Option<Report>, ReportError> {
    one(connection, "reference", reference(key, number).into()).await
}

/// What a sender's number is found by: a keyed hash.
pub(super) fn reference(key: &CityKey, number: &Receipt) -> String {
    key.look_up("reports.number", &number.plain())
}

/// A new name for public addresses: 50 random bits, so that nobody counts the city's reports or tries them out.
pub fn public_id(random: &mut impl rand::RngCore) -> String {
    (0..10)
        .map(|_| char::from(ALPHABET[random.random_range(0..32_usize)]).to_ascii_lowercase())
        .collect()
}

/// What the sender wrote; none when it is no longer kept.
///
/// # Errors
/// When the database does not answer or it cannot be opened.
pub async fn open_of(
    connection: &impl ConnectionTrait,
    key: &CityKey,
    report: &Report,
) -> Result<Option<Content>, ReportError> {
    let sealed: Option<Option<Vec<u8>>> = connection
        .value(
            "SELECT sealed FROM reports_reports WHERE id = $1",
            [report.id.into()],
        )
        .await?;
    sealed
        .flatten()
        .map(|sealed| {
            let opened = key.open_sealed(&purpose(&report.public_id), &sealed)?;
            Ok(serde_json::from_slice(&opened)?)
        })
        .transpose()
}

/// What the content of a report is sealed as.
pub(super) fn purpose(public_id: &str) -> String {
    format!("reports.report/{public_id}")
}
