//! Groups: registered by staff, acted for by residents with an account.

use jiff::{SignedDuration, Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_forms::model::document::Key;
use yakuba_identity::{CityKey, Receipt};
use yakuba_kernel::DepartmentCode;

use super::people::Contact;
use crate::{
    error::BookingError,
    model::{
        document::Rules,
        fees::Use,
        groups::{Act, Count, Member, Place, Standing, Turn},
    },
};

/// How long the code by which others join can be used.
pub const INVITED_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The most people who may book in a group's name.
pub const MOST_PEOPLE: usize = 30;

/// A group as it stands. Who belongs to it stays sealed until [`Group::dossier`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its place in the table, for addresses.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The key of its kind.
    pub kind: String,
    /// Where it stands and whose turn it is.
    pub place: Place,
    /// The last day on which it is registered; none: no end.
    pub until: Option<Date>,
    /// The department that looks it over.
    pub department: String,
    /// Its members, as staff have accepted them.
    pub count: Count,
    /// When it first asked.
    pub made_at: Timestamp,
    /// When something last happened.
    pub changed_at: Timestamp,
    /// Counts the changes.
    pub revision: i64,
    /// Until when others can join by the code that was given out; none: there is no code.
    pub invite_until: Option<Timestamp>,
    /// When its roster was deleted.
    pub forgotten_at: Option<Timestamp>,
    sealed: Vec<u8>,
}

/// What is known of a group beside its name. Kept sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// What the group does.
    pub about: String,
    /// Who answers for it.
    pub contact: Contact,
    /// The roster as it was last sent.
    pub sent: Vec<Member>,
    /// The roster that staff accepted.
    #[serde(default)]
    pub accepted: Vec<Member>,
    /// What was written from one to the other, oldest first.
    #[serde(default)]
    pub letters: Vec<Letter>,
}

/// A sentence from staff to the group or back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Whether staff wrote it.
    pub by_staff: bool,
    /// What it says.
    pub text: String,
    /// In microseconds since 1970.
    at: i64,
}

impl Letter {
    /// When it was written.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl std::fmt::Debug for Dossier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Personal data must not slip into a log.
        formatter.write_str("Dossier(…)")
    }
}

const PURPOSE: &str = "booking.group";
const PERSON_PURPOSE: &str = "booking.group_person";

fn seal(key: &CityKey, dossier: &Dossier) -> Result<Vec<u8>, BookingError> {
    Ok(key.seal(PURPOSE, &serde_json::to_vec(dossier)?)?)
}

/// What is left of a group when its roster is deleted: nothing of anybody.
pub(super) fn emptied(key: &CityKey) -> Result<Vec<u8>, BookingError> {
    seal(
        key,
        &Dossier {
            about: String::new(),
            contact: Contact {
                name: String::new(),
                email: None,
                phone: None,
                note: None,
                language: yakuba_ui::Language::default(),
            },
            sent: Vec::new(),
            accepted: Vec::new(),
            letters: Vec::new(),
        },
    )
}

fn invite_hash(key: &CityKey, code: &Receipt) -> String {
    key.look_up("booking.group_invite", &code.plain())
}

impl Group {
    /// What is known of it.
    ///
    /// # Errors
    /// When it was sealed under another city key.
    pub fn dossier(&self, key: &CityKey) -> Result<Dossier, BookingError> {
        let text = key.open_sealed(PURPOSE, &self.sealed)?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Whether it may book on a day.
    pub fn is_registered(&self, today: Date) -> bool {
        self.place.standing == Standing::Registered && self.until.is_none_or(|until| today <= until)
    }

    /// What the group is decides its fee, whatever was entered: its kind, and whether it pays as residents do.
    ///
    /// # Errors
    /// [`BookingError::GroupTooSmall`] when it is not such a group as may book what has these rules.
    pub fn shapes(&self, of: &mut Use, rules: &Rules) -> Result<(), BookingError> {
        if !self.count.may_book(rules.groups.as_ref()) {
            return Err(BookingError::GroupTooSmall);
        }
        of.is_resident = self.count.pays_as_residents(rules.groups.as_ref());
        of.group_kind = Key::new(self.kind.as_str()).ok();
        Ok(())
    }

    /// Whether staff of a department look it over.
    pub fn is_of(&self, department: &DepartmentCode) -> bool {
        self.department == department.as_str()
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    kind: String,
    state: String,
    turn: String,
    until: Option<String>,
    department: String,
    members: i64,
    residents: i64,
    made_at: i64,
    changed_at: i64,
    revision: i64,
    invite_until: Option<i64>,
    forgotten_at: Option<i64>,
    sealed: Vec<u8>,
}

impl From<Row> for Group {
    fn from(row: Row) -> Self {
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let number = |value| u32::try_from(value).unwrap_or(0);
        Self {
            id: row.id,
            name: row.name,
            kind: row.kind,
            place: Place {
                standing: Standing::read(&row.state).unwrap_or(Standing::Ended),
                turn: Turn::read(&row.turn).unwrap_or(Turn::Nobody),
            },
            until: row.until.and_then(|day| day.parse().ok()),
            department: row.department,
            count: Count {
                members: number(row.members),
                residents: number(row.residents),
                ..Count::default()
            },
            made_at: moment(row.made_at),
            changed_at: moment(row.changed_at),
            revision: row.revision,
            invite_until: row.invite_until.map(moment),
            forgotten_at: row.forgotten_at.map(moment),
            sealed: row.sealed,
        }
    }
}

const COLUMNS: &str = "g.id, g.name, g.kind, g.state, g.turn, g.until, g.department, g.members, g.residents, g.made_at, \
    g.changed_at, g.revision, g.invite_until, g.forgotten_at, g.sealed";

/// A group by its place in the table.
///
/// # Errors
/// When the database does not answer.
pub async fn group(
    connection: &impl ConnectionTrait,
    id: i64,
) -> Result<Option<Group>, BookingError> {
    let row: Option<Row> = connection
        .row(
            &format!("SELECT {COLUMNS} FROM booking_groups g WHERE g.id = $1"),
            [id.into()],
        )
        .await?;
    Ok(row.map(Group::from))
}

/// All groups: those first that wait for staff, then by name.
///
/// # Errors
/// When the database does not answer.
pub async fn groups(connection: &impl ConnectionTrait) -> Result<Vec<Group>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM booking_groups g \
                 ORDER BY CASE WHEN g.turn = 'staff' THEN 0 ELSE 1 END, g.state, g.name, g.id"
            ),
            [],
        )
        .await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

/// What somebody is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Answers for it, sends its roster and decides who else acts.
    Representative,
    /// Books in its name.
    Member,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Representative => "representative",
            Self::Member => "member",
        }
    }

    fn read(name: &str) -> Self {
        if name == "representative" {
            Self::Representative
        } else {
            Self::Member
        }
    }
}

/// The groups a resident acts for, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn groups_of(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Group>, BookingError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS} FROM booking_groups g JOIN booking_group_people p ON p.group_id = g.id \
                 WHERE p.resident = $1 ORDER BY g.name, g.id"
            ),
            [resident.into()],
        )
        .await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

/// What a resident is in a group; none when they do not act for it.
///
/// # Errors
/// When the database does not answer.
pub async fn role_in(
    connection: &impl ConnectionTrait,
    group: i64,
    resident: i64,
) -> Result<Option<Role>, BookingError> {
    let role: Option<String> = connection
        .value(
            "SELECT role FROM booking_group_people WHERE group_id = $1 AND resident = $2",
            [group.into(), resident.into()],
        )
        .await?;
    Ok(role.as_deref().map(Role::read))
}

/// Somebody who acts for a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their account.
    pub resident: i64,
    /// What they are in it.
    pub role: Role,
    /// Since when.
    pub since: Timestamp,
    sealed: Vec<u8>,
}

impl Person {
    /// What the others of the group know them by.
    ///
    /// # Errors
    /// When it was sealed under another city key.
    pub fn name(&self, key: &CityKey) -> Result<String, BookingError> {
        let text = key.open_sealed(PERSON_PURPOSE, &self.sealed)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Who acts for a group: the representative first.
///
/// # Errors
/// When the database does not answer.
pub async fn people(
    connection: &impl ConnectionTrait,
    group: i64,
) -> Result<Vec<Person>, BookingError> {
    #[derive(FromQueryResult)]
    struct Found {
        resident: i64,
        role: String,
        since: i64,
        sealed: Vec<u8>,
    }
    let rows: Vec<Found> = connection
        .rows(
            "SELECT resident, role, since, sealed FROM booking_group_people WHERE group_id = $1 \
             ORDER BY CASE WHEN role = 'representative' THEN 0 ELSE 1 END, since, resident",
            [group.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Person {
            resident: row.resident,
            role: Role::read(&row.role),
            since: Timestamp::from_microsecond(row.since).unwrap_or(Timestamp::UNIX_EPOCH),
            sealed: row.sealed,
        })
        .collect())
}

/// What a group sends of itself.
#[derive(Clone)]
pub struct Sent {
    /// Its name.
    pub name: String,
    /// The key of its kind.
    pub kind: String,
    /// What it does.
    pub about: String,
    /// Who answers for it.
    pub contact: Contact,
    /// Its members.
    pub members: Vec<Member>,
}

/// A group that asks to be registered.
#[derive(Clone)]
pub struct NewGroup {
    /// What it sends.
    pub sent: Sent,
    /// The department that looks it over.
    pub department: DepartmentCode,
    /// The account of whoever answers for it; none when staff enter it from paper: whoever joins first answers for it.
    pub resident: Option<i64>,
    /// Sent twice with the same mark it is one group.
    pub request: String,
}

/// Takes the application of a new group and returns its place in the table.
///
/// # Errors
/// When it cannot be sealed or the database does not answer.
pub async fn apply(tx: &Tx, key: &CityKey, new: &NewGroup) -> Result<i64, BookingError> {
    let dossier = Dossier {
        about: new.sent.about.clone(),
        contact: new.sent.contact.clone(),
        sent: new.sent.members.clone(),
        accepted: Vec::new(),
        letters: Vec::new(),
    };
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO booking_groups (name, kind, state, turn, department, sealed, request, revision, made_at, changed_at) \
             VALUES ($1, $2, 'waiting', 'staff', $3, $4, $5, 1, $6, $6) ON CONFLICT (request) DO NOTHING RETURNING id",
            [
                new.sent.name.as_str().into(),
                new.sent.kind.as_str().into(),
                new.department.as_str().into(),
                seal(key, &dossier)?.into(),
                new.request.as_str().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let Some(id) = id else {
        let before: Option<i64> = tx
            .connection()
            .value(
                "SELECT id FROM booking_groups WHERE request = $1",
                [new.request.as_str().into()],
            )
            .await?;
        return before.ok_or(BookingError::NoSuchGroup);
    };
    if let Some(resident) = new.resident {
        let name = &new.sent.contact.name;
        put_person(tx, key, id, resident, Role::Representative, name).await?;
    }
    tx.audit(AuditEntry::new(
        "booking.group_apply",
        format!("group/{id}"),
    ));
    Ok(id)
}

async fn put_person(
    tx: &Tx,
    key: &CityKey,
    group: i64,
    resident: i64,
    role: Role,
    name: &str,
) -> Result<bool, BookingError> {
    let written = tx
        .connection()
        .run(
            "INSERT INTO booking_group_people (group_id, resident, role, sealed, since) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
            [
                group.into(),
                resident.into(),
                role.name().into(),
                key.seal(PERSON_PURPOSE, name.as_bytes())?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    Ok(written == 1)
}

/// What staff do with a group, or the group with itself.
#[derive(Clone)]
pub enum Review {
    /// It sends its roster anew, with an answer perhaps.
    Send(Sent, Option<String>),
    /// Staff ask about it.
    AskBack(String),
    /// Staff register it under a kind until a day.
    Register {
        /// The key of the kind.
        kind: String,
        /// The last day; none: no end.
        until: Option<Date>,
    },
    /// Staff do not accept what was sent, for this reason.
    Decline(String),
    /// It ends, for this reason.
    End(String),
}

impl Review {
    fn act(&self) -> Act {
        match self {
            Self::Send(..) => Act::Send,
            Self::AskBack(_) => Act::AskBack,
            Self::Register { .. } => Act::Register,
            Self::Decline(_) => Act::Decline,
            Self::End(_) => Act::End,
        }
    }
}

/// Does something with a group as it stood at a revision, and returns it as it stands now.
///
/// # Errors
/// [`BookingError::NoSuchGroup`]; [`BookingError::ChangedMeanwhile`]; [`BookingError::WrongState`].
pub async fn review(
    tx: &Tx,
    key: &CityKey,
    id: i64,
    revision: i64,
    review: &Review,
) -> Result<Group, BookingError> {
    let before = group(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchGroup)?;
    if before.revision != revision {
        return Err(BookingError::ChangedMeanwhile);
    }
    let place = before
        .place
        .after(review.act())
        .ok_or(BookingError::WrongState)?;
    let mut dossier = before.dossier(key)?;
    let (mut name, mut kind, mut until) = (before.name, before.kind, before.until);
    let mut write = |by_staff: bool, text: &str| {
        if !text.is_empty() {
            dossier.letters.push(Letter {
                by_staff,
                text: text.to_owned(),
                at: tx.now().as_microsecond(),
            });
        }
    };
    match review {
        Review::Send(sent, answer) => {
            write(false, answer.as_deref().unwrap_or_default());
            name.clone_from(&sent.name);
            kind.clone_from(&sent.kind);
            dossier.about.clone_from(&sent.about);
            dossier.contact = sent.contact.clone();
            dossier.sent.clone_from(&sent.members);
        }
        Review::AskBack(text) | Review::Decline(text) => write(true, text),
        Review::End(text) => write(matches!(tx.actor(), yakuba_city::Actor::Staff(_)), text),
        Review::Register {
            kind: agreed,
            until: last,
        } => {
            kind.clone_from(agreed);
            until = *last;
            dossier.accepted.clone_from(&dossier.sent);
        }
    }
    // What staff did not accept does not stay as if it were to come.
    if matches!(review, Review::Decline(_)) && place.standing == Standing::Registered {
        dossier.sent.clone_from(&dossier.accepted);
    }
    let count = Count::of(&dossier.accepted);
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_groups SET name = $3, kind = $4, state = $5, turn = $6, until = $7, members = $8, residents = $9, \
               sealed = $10, changed_at = $11, revision = revision + 1 WHERE id = $1 AND revision = $2",
            [
                id.into(),
                revision.into(),
                name.into(),
                kind.into(),
                place.standing.name().into(),
                place.turn.name().into(),
                until.map(|day| day.to_string()).into(),
                i64::from(count.members).into(),
                i64::from(count.residents).into(),
                seal(key, &dossier)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(BookingError::ChangedMeanwhile);
    }
    if place.standing == Standing::Ended {
        close_invite(tx, id).await?;
    }
    tx.audit(
        AuditEntry::new("booking.group_step", format!("group/{id}"))
            .with(json!({"to": place.standing.name(), "turn": place.turn.name()})),
    );
    group(tx.connection(), id)
        .await?
        .ok_or(BookingError::NoSuchGroup)
}

/// Makes the code by which others join, in place of the one before.
///
/// # Errors
/// [`BookingError::WrongState`] when the group has ended.
pub async fn invite(tx: &Tx, key: &CityKey, id: i64) -> Result<Receipt, BookingError> {
    let code = Receipt::generate();
    let until = tx
        .now()
        .saturating_add(INVITED_FOR)
        .unwrap_or(Timestamp::MAX);
    let changed = tx
        .connection()
        .run(
            "UPDATE booking_groups SET invite_hash = $2, invite_until = $3 WHERE id = $1 AND state <> 'ended'",
            [
                id.into(),
                invite_hash(key, &code).into(),
                until.as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(BookingError::WrongState);
    }
    tx.audit(AuditEntry::new(
        "booking.group_invite",
        format!("group/{id}"),
    ));
    Ok(code)
}

/// Makes the code by which others join useless.
///
/// # Errors
/// When the database does not answer.
pub async fn close_invite(tx: &Tx, id: i64) -> Result<(), BookingError> {
    tx.connection()
        .run(
            "UPDATE booking_groups SET invite_hash = NULL, invite_until = NULL WHERE id = $1",
            [id.into()],
        )
        .await?;
    Ok(())
}

/// Lets a resident act for the group whose code they have, and returns it. Joining twice is the same as once.
///
/// # Errors
/// [`BookingError::NoSuchGroup`] when the code is wrong, replaced or over; [`BookingError::LimitReached`].
pub async fn join(
    tx: &Tx,
    key: &CityKey,
    resident: i64,
    code: &Receipt,
    name: &str,
) -> Result<i64, BookingError> {
    let id: Option<i64> = tx
        .connection()
        .value(
            "SELECT id FROM booking_groups WHERE invite_hash = $1 AND invite_until > $2 AND state <> 'ended'",
            [
                invite_hash(key, code).into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    let id = id.ok_or(BookingError::NoSuchGroup)?;
    let acting = people(tx.connection(), id).await?;
    if acting.len() >= MOST_PEOPLE {
        return Err(BookingError::LimitReached(
            u32::try_from(MOST_PEOPLE).unwrap_or(u32::MAX),
        ));
    }
    let role = if acting.is_empty() {
        Role::Representative
    } else {
        Role::Member
    };
    if put_person(tx, key, id, resident, role, name).await? {
        tx.audit(AuditEntry::new("booking.group_join", format!("group/{id}")));
    }
    Ok(id)
}

/// Ends that somebody acts for a group. The representative stays: it passes on to somebody else first.
///
/// # Errors
/// [`BookingError::WrongState`] for the representative.
pub async fn leave(tx: &Tx, id: i64, resident: i64) -> Result<(), BookingError> {
    let gone = tx
        .connection()
        .run(
            "DELETE FROM booking_group_people WHERE group_id = $1 AND resident = $2 AND role = 'member'",
            [id.into(), resident.into()],
        )
        .await?;
    if gone == 0 {
        return match role_in(tx.connection(), id, resident).await? {
            None => Ok(()),
            Some(_) => Err(BookingError::WrongState),
        };
    }
    tx.audit(AuditEntry::new(
        "booking.group_leave",
        format!("group/{id}"),
    ));
    Ok(())
}

/// Makes somebody who acts for the group its representative in place of another.
///
/// # Errors
/// [`BookingError::WrongState`] when they do not act for it.
pub async fn pass_on(tx: &Tx, id: i64, from: i64, to: i64) -> Result<(), BookingError> {
    let set = async |resident: i64, before: Role, after: Role| {
        tx.connection()
            .run(
                "UPDATE booking_group_people SET role = $4 WHERE group_id = $1 AND resident = $2 AND role = $3",
                [
                    id.into(),
                    resident.into(),
                    before.name().into(),
                    after.name().into(),
                ],
            )
            .await
    };
    let first = set(from, Role::Representative, Role::Member).await?;
    let second = set(to, Role::Member, Role::Representative).await?;
    if first != 1 || second != 1 {
        return Err(BookingError::WrongState);
    }
    tx.audit(AuditEntry::new(
        "booking.group_pass_on",
        format!("group/{id}"),
    ));
    Ok(())
}

/// Lets go of a deleted account. Where it was the representative, whoever has acted for the group longest takes its place.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_resident(tx: &Tx, resident: i64) -> Result<(), BookingError> {
    let theirs = groups_of(tx.connection(), resident).await?;
    for group in theirs {
        let was = role_in(tx.connection(), group.id, resident).await?;
        tx.connection()
            .run(
                "DELETE FROM booking_group_people WHERE group_id = $1 AND resident = $2",
                [group.id.into(), resident.into()],
            )
            .await?;
        if was == Some(Role::Representative)
            && let Some(next) = people(tx.connection(), group.id).await?.first()
        {
            tx.connection()
                .run(
                    "UPDATE booking_group_people SET role = 'representative' WHERE group_id = $1 AND resident = $2",
                    [group.id.into(), next.resident.into()],
                )
                .await?;
        }
    }
    tx.connection()
        .run(
            "UPDATE booking_reservations SET resident = NULL WHERE resident = $1",
            [resident.into()],
        )
        .await?;
    tx.connection()
        .run(
            "UPDATE booking_series SET resident = NULL WHERE resident = $1",
            [resident.into()],
        )
        .await?;
    tx.connection()
        .run(
            "DELETE FROM booking_feeds WHERE owner = $1",
            [format!("resident/{resident}").into()],
        )
        .await?;
    Ok(())
}
