//! What was done with a reservation, and who saw whom it is for.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde::{Deserialize, Serialize};
use yakuba_city::{
    Tx,
    sql::{Sql as _, list, placeholders},
};
use yakuba_identity::CityKey;
use yakuba_kernel::Yen;

use crate::error::BookingError;

/// Something that was done with a reservation; nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// It was made.
    Booked,
    /// It went from one state to another.
    Step {
        /// The state before.
        from: String,
        /// The state since then.
        to: String,
    },
    /// It went to another time or resource.
    Moved {
        /// The resource before.
        resource: String,
        /// The day before.
        #[serde(with = "day_text")]
        day: Date,
        /// The beginning before, in minutes since midnight.
        from: u16,
        /// The end before.
        to: u16,
    },
    /// Reductions of the fee were agreed to, or no longer.
    Agreed {
        /// The fee before.
        from: i64,
        /// The fee since then.
        to: i64,
    },
    /// It was noted what has been paid and not given back.
    Paid {
        /// The amount before.
        from: i64,
        /// The amount since then.
        to: i64,
    },
    /// It had to give way to the city's own use.
    Displaced {
        /// The city's own reservation.
        by: i64,
    },
    /// It had to give way because the facility closes.
    Closed {
        /// The closure.
        closure: i64,
    },
    /// Staff noted something, which is sealed.
    Note,
}

mod day_text {
    use jiff::civil::Date;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
    pub(super) fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl What {
    /// A change of the fee by an agreement.
    pub fn agreed(from: Yen, to: Yen) -> Self {
        Self::Agreed {
            from: from.amount(),
            to: to.amount(),
        }
    }

    /// A change of what is paid.
    pub fn paid(from: Yen, to: Yen) -> Self {
        Self::Paid {
            from: from.amount(),
            to: to.amount(),
        }
    }
}

/// An entry of a reservation's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who, as the audit log writes it: `public`, `staff:12`, `program:…`.
    pub actor: String,
    /// What.
    pub what: What,
    sealed: Option<Vec<u8>>,
}

const PURPOSE: &str = "booking.history";

impl Entry {
    /// What was said: the reason that was given, or the note.
    ///
    /// # Errors
    /// When it was sealed under another city key.
    pub fn said(&self, key: &CityKey) -> Result<Option<String>, BookingError> {
        self.sealed
            .as_deref()
            .map(|sealed| {
                let text = key.open_sealed(PURPOSE, sealed)?;
                Ok(String::from_utf8_lossy(&text).into_owned())
            })
            .transpose()
    }
}

/// Seals what is said with an entry.
///
/// # Errors
/// When it cannot be sealed.
pub fn seal_said(key: &CityKey, text: &str) -> Result<Vec<u8>, BookingError> {
    Ok(key.seal(PURPOSE, text.as_bytes())?)
}

/// Adds to the history of a reservation, by the actor of the write, at its end.
///
/// # Errors
/// When it cannot be written down.
pub fn note(
    tx: &Tx,
    reservation: i64,
    what: &What,
    said: Option<&[u8]>,
) -> Result<(), BookingError> {
    tx.insert_at_the_end(
        "INSERT INTO booking_history (reservation_id, at, actor, detail, sealed) VALUES",
        vec![
            reservation.into(),
            tx.now().as_microsecond().into(),
            tx.actor().to_string().into(),
            serde_json::to_string(what)?.into(),
            said.map(<[u8]>::to_vec).into(),
        ],
    );
    Ok(())
}

/// The history of a reservation, oldest first.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn history(
    connection: &impl ConnectionTrait,
    reservation: i64,
) -> Result<Vec<Entry>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        actor: String,
        detail: String,
        sealed: Option<Vec<u8>>,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT at, actor, detail, sealed FROM booking_history WHERE reservation_id = $1 ORDER BY id",
            [reservation.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Entry {
                at: moment(row.at),
                actor: row.actor,
                what: serde_json::from_str(&row.detail)?,
                sealed: row.sealed,
            })
        })
        .collect()
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// How somebody came to see whom a reservation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Its page was opened.
    Page,
    /// It stood in a list.
    List,
    /// It was written to a file.
    File,
    /// The permit was printed.
    Permit,
}

impl Way {
    /// All ways.
    pub const ALL: [Self; 4] = [Self::Page, Self::List, Self::File, Self::Permit];

    /// The name in the database and in message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::List => "list",
            Self::File => "file",
            Self::Permit => "permit",
        }
    }
}

/// Records that a member of staff sees whom reservations are for. A list that is looked at again on the same day is one look.
///
/// # Errors
/// When the database does not carry it out; then nothing may be shown.
pub async fn record_looks(
    tx: &Tx,
    reservations: &[i64],
    account: i64,
    way: Way,
) -> Result<(), BookingError> {
    let known = if way == Way::List {
        looked_today(tx.connection(), reservations, account, tx.today()).await?
    } else {
        BTreeSet::new()
    };
    let new: Vec<i64> = reservations
        .iter()
        .copied()
        .filter(|id| !known.contains(id))
        .collect();
    for part in new.chunks(500) {
        let values: Vec<Value> = part
            .iter()
            .flat_map(|id| {
                [
                    (*id).into(),
                    tx.now().as_microsecond().into(),
                    tx.today().to_string().into(),
                    account.into(),
                    way.name().into(),
                ]
            })
            .collect();
        tx.connection()
            .run(
                &format!(
                    "INSERT INTO booking_looks (reservation_id, at, day, account, way) VALUES {}",
                    placeholders(part.len(), 5)
                ),
                values,
            )
            .await?;
    }
    Ok(())
}

/// Which of the reservations somebody has seen in a list on a day.
///
/// # Errors
/// When the database does not answer.
pub async fn looked_today(
    connection: &impl ConnectionTrait,
    reservations: &[i64],
    account: i64,
    today: Date,
) -> Result<BTreeSet<i64>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        reservation_id: i64,
    }
    let mut known = BTreeSet::new();
    for part in reservations.chunks(500) {
        let mut values: Vec<Value> = vec![account.into(), today.to_string().into()];
        values.extend(part.iter().map(|id| (*id).into()));
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT DISTINCT reservation_id FROM booking_looks \
                     WHERE account = $1 AND day = $2 AND way = 'list' AND reservation_id IN ({})",
                    list(3, part.len())
                ),
                values,
            )
            .await?;
        known.extend(rows.into_iter().map(|row| row.reservation_id));
    }
    Ok(known)
}

/// A look at whom a reservation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// The account that looked.
    pub account: i64,
    /// How.
    pub way: Way,
}

/// The newest 100 looks at whom a reservation is for, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn looks(
    connection: &impl ConnectionTrait,
    reservation: i64,
) -> Result<Vec<Look>, BookingError> {
    #[derive(FromQueryResult)]
    struct Row {
        at: i64,
        account: i64,
        way: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT at, account, way FROM booking_looks WHERE reservation_id = $1 ORDER BY id DESC LIMIT 100",
            [reservation.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Look {
            at: moment(row.at),
            account: row.account,
            way: Way::ALL
                .into_iter()
                .find(|way| way.name() == row.way)
                .unwrap_or(Way::Page),
        })
        .collect())
}
