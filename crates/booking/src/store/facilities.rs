//! Facilities and their units.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use yakuba_city::{
    AuditEntry, Fact, SearchEntry, Tx,
    sql::{Sql as _, list},
};
use yakuba_kernel::{DepartmentCode, FiscalYear, Quantity, Subject};

use crate::{
    capabilities::ELIGIBLE,
    error::BookingError,
    model::{
        check::{check, must},
        document::{FacilityDocument, Resource},
        state::State,
        time::{ClockTime, moment, quantum},
    },
    store::reservations::reservations_between,
};

/// A facility as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// What can be booked of it.
    pub document: Arc<FacilityDocument>,
    /// Counts the changes.
    pub revision: i64,
    /// Whether it can be booked; what is booked stays when it no longer can.
    pub is_offered: bool,
}

impl Facility {
    /// Its key.
    pub fn key(&self) -> &str {
        &self.document.key
    }

    /// The department that runs it.
    pub fn department(&self) -> &DepartmentCode {
        &self.document.department
    }
}

#[derive(FromQueryResult)]
struct Row {
    document: String,
    revision: i64,
    is_offered: i64,
}

impl TryFrom<Row> for Facility {
    type Error = BookingError;

    fn try_from(row: Row) -> Result<Self, BookingError> {
        Ok(Self {
            document: parsed(&row.document)?,
            revision: row.revision,
            is_offered: row.is_offered == 1,
        })
    }
}

/// Documents by the hash of their text: the same text is read once, whichever city or revision it belongs to, so that nothing here
/// can be out of date.
static PARSED: LazyLock<RwLock<HashMap<[u8; 32], Arc<FacilityDocument>>>> =
    LazyLock::new(RwLock::default);

/// So many documents are kept; then the keeping begins anew.
const MOST_PARSED: usize = 2_000;

fn parsed(text: &str) -> Result<Arc<FacilityDocument>, BookingError> {
    let hash = *blake3::hash(text.as_bytes()).as_bytes();
    let known = PARSED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&hash)
        .cloned();
    if let Some(document) = known {
        return Ok(document);
    }
    let document: Arc<FacilityDocument> = Arc::new(serde_json::from_str(text)?);
    let mut all = PARSED.write().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST_PARSED {
        all.clear();
    }
    all.insert(hash, Arc::clone(&document));
    Ok(document)
}

/// A facility by its key.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn facility(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Facility>, BookingError> {
    let row: Option<Row> = connection
        .row(
            "SELECT document, revision, is_offered FROM booking_facilities WHERE key = $1",
            [key.into()],
        )
        .await?;
    row.map(Facility::try_from).transpose()
}

/// The name under which a write remembers a facility.
fn remembered_as(key: &str) -> String {
    format!("booking.facility/{key}")
}

/// A facility by its key, read once in a write.
///
/// # Errors
/// As [`facility`].
pub(in crate::store) async fn facility_in(
    tx: &Tx,
    key: &str,
) -> Result<Option<Facility>, BookingError> {
    let name = remembered_as(key);
    if let Some(known) = tx.remembered::<Facility>(&name) {
        return Ok(Some(known));
    }
    let found = facility(tx.connection(), key).await?;
    if let Some(found) = &found {
        tx.remember(name, found.clone());
    }
    Ok(found)
}

/// All facilities, by kind and key.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn facilities(connection: &impl ConnectionTrait) -> Result<Vec<Facility>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            "SELECT document, revision, is_offered FROM booking_facilities ORDER BY key",
            [],
        )
        .await?;
    let mut all = rows
        .into_iter()
        .map(Facility::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|facility| facility.document.kind);
    Ok(all)
}

/// Saves a facility, new with revision 0, and returns its new revision. It must hold together whether or not it is offered.
///
/// # Errors
/// [`BookingError::MustBeMended`]; [`BookingError::ChangedMeanwhile`]; [`BookingError::StillBooked`] when coming reservations would
/// lose their place: units or resources would go, the step would change, or it would be closed then.
pub async fn save(
    tx: &Tx,
    document: &FacilityDocument,
    is_offered: bool,
    revision: i64,
) -> Result<i64, BookingError> {
    let findings = must(&check(document));
    if findings > 0 {
        return Err(BookingError::MustBeMended(findings));
    }
    let values = || {
        vec![
            document.key.as_str().into(),
            revision.into(),
            document.department.as_str().into(),
            serde_json::to_string(document).unwrap_or_default().into(),
            i64::from(is_offered).into(),
        ]
    };
    let before = facility(tx.connection(), &document.key).await?;
    let changed = if revision == 0 {
        tx.connection()
            .run(
                "INSERT INTO booking_facilities (key, revision, department, document, is_offered) \
                 VALUES ($1, $2 + 1, $3, $4, $5) ON CONFLICT (key) DO NOTHING",
                values(),
            )
            .await?
    } else {
        tx.connection()
            .run(
                "UPDATE booking_facilities SET revision = revision + 1, department = $3, document = $4, is_offered = $5 \
                 WHERE key = $1 AND revision = $2",
                values(),
            )
            .await?
    };
    if changed == 0 {
        return Err(BookingError::ChangedMeanwhile);
    }
    tx.forget(&remembered_as(&document.key));
    let before = before.map(|before| before.document);
    if let Some(before) = &before {
        let lost = losing_their_place(tx, before, document).await?;
        if lost > 0 {
            return Err(BookingError::StillBooked(lost));
        }
    }
    if before
        .as_ref()
        .is_some_and(|before| before.step != document.step)
    {
        let coming = coming(tx, &document.key, &[]).await?;
        if coming > 0 {
            return Err(BookingError::StillBooked(coming));
        }
    }
    put_units(tx, document).await?;
    report_eligible(tx, before.as_deref(), document, revision + 1).await?;
    tx.audit(
        AuditEntry::new("booking.save", format!("facility/{}", document.key))
            .with(json!({"revision": revision + 1, "offered": is_offered})),
    );
    index(tx, document, is_offered).await?;
    Ok(revision + 1)
}

/// Brings in a facility from a file: new, or in place of the one with its key. Returns whether anything changed.
///
/// # Errors
/// As [`save`].
pub async fn bring_in(tx: &Tx, document: &FacilityDocument) -> Result<bool, BookingError> {
    let before = facility(tx.connection(), &document.key).await?;
    let (is_offered, revision) = match &before {
        Some(before) if *before.document == *document => return Ok(false),
        Some(before) => (before.is_offered, before.revision),
        None => (true, 0),
    };
    save(tx, document, is_offered, revision).await?;
    Ok(true)
}

/// How many coming reservations could not be made any more: what they are of is gone, takes other units, or is not open then.
async fn losing_their_place(
    tx: &Tx,
    before: &FacilityDocument,
    after: &FacilityDocument,
) -> Result<u64, BookingError> {
    let mut lost = 0;
    for found in reservations_between(
        tx.connection(),
        &after.key,
        tx.today(),
        jiff::civil::Date::MAX,
    )
    .await?
    {
        if found.is_own || !matches!(found.state, State::Requested | State::Confirmed) {
            continue;
        }
        // What had no place before cannot lose it.
        let Some(old) = before.resource(&found.resource) else {
            continue;
        };
        let keeps = after.resource(&found.resource).is_some_and(|new| {
            let course = |of: &Resource| of.course_session(found.span);
            // A course that somebody has booked keeps its sessions, no fewer and no more.
            new.units() == old.units()
                && course(new) == course(old)
                && (after.offers(new, found.span) || !before.offers(old, found.span))
        });
        lost += u64::from(!keeps);
    }
    Ok(lost)
}

/// Adds the units that are new. A unit that is gone stays as a row, because old reservations name it; it must not be booked.
async fn put_units(tx: &Tx, document: &FacilityDocument) -> Result<(), BookingError> {
    #[derive(FromQueryResult)]
    struct Unit {
        id: i64,
        key: String,
    }
    let known: Vec<Unit> = tx
        .connection()
        .rows(
            "SELECT id, key FROM booking_units WHERE facility_key = $1",
            [document.key.as_str().into()],
        )
        .await?;
    let wanted = document.unit_keys();
    for key in &wanted {
        if known.iter().all(|unit| unit.key != *key) {
            tx.connection()
                .run(
                    "INSERT INTO booking_units (facility_key, key) VALUES ($1, $2)",
                    [document.key.as_str().into(), key.as_str().into()],
                )
                .await?;
        }
    }
    let gone: Vec<i64> = known
        .iter()
        .filter(|unit| !wanted.contains(&unit.key))
        .map(|unit| unit.id)
        .collect();
    if !gone.is_empty() {
        let coming = coming(tx, &document.key, &gone).await?;
        if coming > 0 {
            return Err(BookingError::StillBooked(coming));
        }
    }
    Ok(())
}

/// Reports how many people things are meant for, as far as this differs from what was reported before.
async fn report_eligible(
    tx: &Tx,
    before: Option<&FacilityDocument>,
    document: &FacilityDocument,
    revision: i64,
) -> Result<(), BookingError> {
    let mut people: BTreeMap<(&str, FiscalYear), i64> = BTreeMap::new();
    for (sign, document) in before
        .into_iter()
        .map(|before| (-1, before))
        .chain([(1, document)])
    {
        for resource in &document.resources {
            for eligible in &resource.eligible {
                *people
                    .entry((resource.key.as_str(), eligible.year))
                    .or_default() += sign * i64::from(eligible.people);
            }
        }
    }
    let mut facts = Vec::new();
    for ((resource, year), people) in people {
        if people == 0 {
            continue;
        }
        facts.push(
            Fact::one(&ELIGIBLE.name, moment(year.start(), ClockTime::default()))
                .quantity(Quantity::from_integer(people)?)
                .department(document.department.clone())
                .subject(Subject::new(format!("{}.{resource}", document.key))?)
                .idempotency_key(format!(
                    "{}/{}.{resource}/{year}/{revision}",
                    ELIGIBLE.name, document.key
                )),
        );
    }
    tx.record_all(&facts).await?;
    Ok(())
}

/// How many reservations from now on take these units, or any unit of the facility when none is named.
async fn coming(tx: &Tx, facility: &str, units: &[i64]) -> Result<u64, BookingError> {
    let mut values: Vec<sea_orm::Value> = vec![
        facility.into(),
        quantum(tx.today(), ClockTime::default()).into(),
    ];
    values.extend(units.iter().map(|unit| (*unit).into()));
    let only = if units.is_empty() {
        String::new()
    } else {
        format!(" AND t.unit_id IN ({})", list(3, units.len()))
    };
    let count: Option<i64> = tx
        .connection()
        .value(
            &format!(
                "SELECT COUNT(DISTINCT t.reservation_id) FROM booking_taken t JOIN booking_units u ON u.id = t.unit_id \
                 WHERE u.facility_key = $1 AND t.at >= $2{only}"
            ),
            values,
        )
        .await?;
    Ok(u64::try_from(count.unwrap_or(0)).unwrap_or(0))
}

async fn index(tx: &Tx, document: &FacilityDocument, is_offered: bool) -> Result<(), BookingError> {
    if !is_offered {
        tx.unindex("booking", &format!("{}/", document.key)).await?;
        return Ok(());
    }
    let body = document
        .summary
        .iter()
        .chain(document.address.iter())
        .chain(document.resources.iter().map(|resource| &resource.name))
        .chain(
            document
                .resources
                .iter()
                .flat_map(|resource| resource.purposes.iter().map(|purpose| &purpose.name)),
        )
        .map(|text| text.ja.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    tx.index(&SearchEntry {
        service: "booking",
        // The stroke keeps the key from being the beginning of another.
        key: format!("{}/", document.key),
        title: document.name.ja.clone(),
        body,
        url: format!("/booking/{}", document.key),
        public: true,
    })
    .await?;
    Ok(())
}
