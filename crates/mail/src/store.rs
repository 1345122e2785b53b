//! Waiting mails.

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use yakuba_city::{AuditEntry, CityError, CityKey, Fact, Job, Tx, dead_jobs, sql::Sql as _};
use yakuba_kernel::Channel;

use crate::{EmailAddress, MailError, SENT, service::SEND};

/// Mails that could not be sent are kept so long.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

const PURPOSE: &str = "a waiting mail";

/// A mail to one person, in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: EmailAddress,
    /// The subject.
    pub subject: String,
    /// The text, in lines that end with `\n`.
    pub text: String,
    /// Not to be sent after this moment; none: whenever it succeeds.
    pub useless_after: Option<Timestamp>,
    /// For mails of a kind that was asked for and comes again: the address at which that is ended by one POST, without a page between.
    pub way_out: Option<String>,
}

impl Mail {
    /// A mail that is to arrive, however late.
    pub fn new(to: EmailAddress, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            to,
            subject: subject.into(),
            text: text.into(),
            useless_after: None,
            way_out: None,
        }
    }

    /// The same, with the address at which such mails are ended by one POST: mail programs show it as a button (RFC 8058).
    #[must_use]
    pub fn with_way_out(mut self, address: impl Into<String>) -> Self {
        self.way_out = Some(address.into());
        self
    }

    /// The same, to be thrown away when it was not sent by then.
    #[must_use]
    pub fn until(mut self, moment: Timestamp) -> Self {
        self.useless_after = Some(moment);
        self
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) to: EmailAddress,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// Mails of earlier programs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) way_out: Option<String>,
}

/// Writes a mail that is sent after the commit, sealed with the city's key. Returns its number.
///
/// # Errors
/// The database's.
pub async fn enqueue(tx: &Tx, key: &CityKey, mail: &Mail) -> Result<i64, MailError> {
    let letter = Letter {
        to: mail.to.clone(),
        // A line break in a subject would begin another header.
        subject: mail.subject.replace(['\r', '\n'], " "),
        text: mail.text.clone(),
        way_out: mail.way_out.clone(),
    };
    let letter = serde_json::to_vec(&letter).map_err(|error| MailError::Form(error.to_string()))?;
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO mails (sealed, state, written_at, useless_after, tries)
             VALUES ($1, 'waiting', $2, $3, 0) RETURNING id",
            [
                key.seal(PURPOSE, &letter)?.into(),
                tx.now().as_microsecond().into(),
                mail.useless_after.map(Timestamp::as_microsecond).into(),
            ],
        )
        .await?;
    let id = id.unwrap_or_default();
    send_later(tx, id).await?;
    Ok(id)
}

async fn send_later(tx: &Tx, id: i64) -> Result<(), CityError> {
    tx.enqueue(Job {
        name: SEND,
        payload: serde_json::json!({ "mail": id }),
        not_before: None,
        deduplicate: None,
    })
    .await
}

/// A mail that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMail {
    /// Its number.
    pub id: i64,
    /// When it was written.
    pub written_at: Timestamp,
    /// After which moment it is thrown away.
    pub useless_after: Option<Timestamp>,
    /// How often it was tried.
    pub tries: i64,
    /// Why the last try failed: a number or a few words, never an address.
    pub failure: Option<String>,
    /// Whether nobody tries any more.
    pub given_up: bool,
    sealed: Vec<u8>,
}

impl WaitingMail {
    /// What it says.
    ///
    /// # Errors
    /// [`MailError::Key`] when it was sealed with another key.
    pub fn open(&self, key: &CityKey) -> Result<Mail, MailError> {
        let opened = key.open_sealed(PURPOSE, &self.sealed)?;
        let letter: Letter =
            serde_json::from_slice(&opened).map_err(|error| MailError::Form(error.to_string()))?;
        Ok(Mail {
            to: letter.to,
            subject: letter.subject,
            text: letter.text,
            useless_after: self.useless_after,
            way_out: letter.way_out,
        })
    }
}

#[derive(FromQueryResult)]
struct MailRow {
    id: i64,
    sealed: Vec<u8>,
    state: String,
    written_at: i64,
    useless_after: Option<i64>,
    tries: i64,
    failure: Option<String>,
}

impl From<MailRow> for WaitingMail {
    fn from(row: MailRow) -> Self {
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            id: row.id,
            written_at: moment(row.written_at),
            useless_after: row.useless_after.map(moment),
            tries: row.tries,
            failure: row.failure,
            given_up: row.state == "refused",
            sealed: row.sealed,
        }
    }
}

/// One waiting mail.
///
/// # Errors
/// The database's.
pub async fn waiting(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<WaitingMail>, MailError> {
    let row: Option<MailRow> = connection
        .row(
            "SELECT id, sealed, state, written_at, useless_after, tries, failure FROM mails WHERE id = $1",
            [id.into()],
        )
        .await?;
    Ok(row.map(WaitingMail::from))
}

/// The mails that wait, the newest first, at most `most`.
///
/// # Errors
/// The database's.
pub async fn all_waiting(
    connection: &impl ConnectionTrait,
    most: i64,
) -> Result<Vec<WaitingMail>, MailError> {
    let rows: Vec<MailRow> = connection
        .rows(
            "SELECT id, sealed, state, written_at, useless_after, tries, failure FROM mails
             ORDER BY written_at DESC, id DESC LIMIT $1",
            [most.into()],
        )
        .await?;
    let given_up: Vec<i64> = dead_jobs(connection)
        .await?
        .into_iter()
        .filter(|job| job.name == SEND)
        .filter_map(|job| {
            serde_json::from_str::<serde_json::Value>(&job.payload).ok()?["mail"].as_i64()
        })
        .collect();
    Ok(rows
        .into_iter()
        .map(WaitingMail::from)
        .map(|mut mail| {
            mail.given_up |= given_up.contains(&mail.id);
            mail
        })
        .collect())
}

/// Notes that a mail was delivered: nothing of it stays but a count.
pub(crate) async fn delivered(tx: &Tx, id: i64) -> Result<(), MailError> {
    if remove_row(tx, id).await? {
        tx.record(Fact::one(&SENT.name, tx.now()).channel(Channel::Online))
            .await?;
    }
    Ok(())
}

/// Notes that a try failed; `for_good` when another would fail as well.
pub(crate) async fn failed(
    tx: &Tx,
    id: i64,
    failure: &str,
    for_good: bool,
) -> Result<(), MailError> {
    tx.connection()
        .run(
            "UPDATE mails SET tries = tries + 1, last_tried_at = $2, failure = $3, state = $4 WHERE id = $1",
            [
                id.into(),
                tx.now().as_microsecond().into(),
                failure.into(),
                if for_good { "refused" } else { "waiting" }.into(),
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn remove_row(tx: &Tx, id: i64) -> Result<bool, MailError> {
    let removed = tx
        .connection()
        .run("DELETE FROM mails WHERE id = $1", [id.into()])
        .await?;
    Ok(removed == 1)
}

/// Deletes a waiting mail unsent.
///
/// # Errors
/// The database's.
pub async fn remove(tx: &Tx, id: i64) -> Result<(), MailError> {
    if remove_row(tx, id).await? {
        tx.audit(AuditEntry::new("mail.remove", format!("mail/{id}")));
    }
    Ok(())
}

/// Has a mail tried again, from the beginning.
///
/// # Errors
/// The database's.
pub async fn try_again(tx: &Tx, id: i64) -> Result<(), MailError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE mails SET state = 'waiting' WHERE id = $1",
            [id.into()],
        )
        .await?;
    if changed == 1 {
        send_later(tx, id).await?;
        tx.audit(AuditEntry::new("mail.try_again", format!("mail/{id}")));
    }
    Ok(())
}

/// Deletes what would come too late and what nobody sent for [`KEPT`].
pub(crate) async fn clean_up(tx: &Tx) -> Result<(), MailError> {
    tx.connection()
        .run(
            "DELETE FROM mails WHERE useless_after < $1 OR written_at < $2",
            [
                tx.now().as_microsecond().into(),
                (tx.now() - KEPT).as_microsecond().into(),
            ],
        )
        .await?;
    Ok(())
}
