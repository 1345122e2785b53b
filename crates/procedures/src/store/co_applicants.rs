//! People who make an application together with its applicant: of a draft that waits for them, and of the case that it became.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Value as Json, json};
use yakuba_city::{AuditEntry, Fact, Tx, sql::Sql as _};
use yakuba_forms::Answers;
use yakuba_identity::{CityKey, Token};
use yakuba_kernel::{Channel, Subject};

use crate::{
    capabilities::{CO_APPLICANT_AGREED, CO_APPLICANT_DECLINED},
    error::ProcedureError,
    model::{
        document::ProcedureDocument,
        together::{self, By, CoApplicant, State, Told},
    },
    notices::{self, CoNotice},
    store::{
        cases::{self, moment},
        history::{self, What},
        keys::CaseKey,
    },
};

/// What somebody is sealed as.
const PERSON: &str = "co-applicant";
/// So often a name may be tried on one link.
pub const TRIES: i64 = 10;

/// What a co-applicant belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// An application that is not received yet.
    Draft(i64),
    /// A case.
    Case(i64),
}

/// A co-applicant without who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The number of the row; residents never see it.
    pub id: i64,
    /// What they belong to.
    pub of: Of,
    /// Where they stand.
    pub state: State,
    /// How they agree.
    pub by: By,
    /// The account in which they see it.
    pub resident: Option<i64>,
    /// When they were asked last.
    pub asked_at: Option<Timestamp>,
    /// When they agreed or declined.
    pub answered_at: Option<Timestamp>,
    /// When they were reminded.
    pub reminded_at: Option<Timestamp>,
    /// How often a wrong name was tried on the link.
    pub tries: i64,
    bytes: Vec<u8>,
}

impl Sealed {
    /// Who it is.
    ///
    /// # Errors
    /// When the key is another application's.
    pub fn person(&self, key: &CaseKey) -> Result<CoApplicant, ProcedureError> {
        key.open_value(PERSON, &self.bytes)
    }
}

/// A co-applicant with who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The row.
    pub row: Sealed,
    /// Who it is.
    pub person: CoApplicant,
}

impl Known {
    /// Whether they agreed to what the application says now, of which `seen` is the [mark].
    pub fn has_agreed_to(&self, seen: &str) -> bool {
        self.row.state == State::Agreed && self.person.seen.as_deref() == Some(seen)
    }

    /// What other systems are told of them.
    pub fn told(&self) -> Told {
        let has_agreed = self.row.state == State::Agreed;
        Told {
            name: self.person.name.clone(),
            birth_date: self.person.birth_date,
            address: self.person.address.clone(),
            state: self.row.state,
            agreed_on: self.row.answered_at.filter(|_| has_agreed).map(cases::day),
            by: has_agreed.then_some(self.row.by),
            verified: self.person.verified,
        }
    }
}

/// Seals who somebody is.
pub(in crate::store) fn seal(
    key: &CaseKey,
    person: &CoApplicant,
) -> Result<Vec<u8>, ProcedureError> {
    key.seal_value(PERSON, person)
}

/// What the answers that co-applicants see are recognised by; empty when the procedure has no rules for them.
///
/// # Errors
/// When an answer cannot be written.
pub fn mark(
    city: &CityKey,
    document: &ProcedureDocument,
    answers: &Answers,
) -> Result<String, ProcedureError> {
    let Some(rules) = &document.co_applicants else {
        return Ok(String::new());
    };
    let text = together::seen(rules, &document.form, answers)?;
    Ok(city.look_up("what co-applicants saw", &text))
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    draft_id: Option<i64>,
    case_id: Option<i64>,
    state: String,
    way: String,
    resident: Option<i64>,
    sealed: Vec<u8>,
    tries: i64,
    asked_at: Option<i64>,
    answered_at: Option<i64>,
    reminded_at: Option<i64>,
}

const COLUMNS: &str = "id, draft_id, case_id, state, way, resident, sealed, tries, asked_at, answered_at, reminded_at";

impl TryFrom<Row> for Sealed {
    type Error = ProcedureError;

    fn try_from(row: Row) -> Result<Self, ProcedureError> {
        let bad = |what: &str| ProcedureError::StoredValue(format!("a co-applicant's {what}"));
        Ok(Self {
            id: row.id,
            of: match (row.draft_id, row.case_id) {
                (Some(draft), None) => Of::Draft(draft),
                (None, Some(case)) => Of::Case(case),
                _ => return Err(bad("application")),
            },
            state: row.state.parse().map_err(|_| bad("state"))?,
            by: if row.way == By::Paper.as_str() {
                By::Paper
            } else {
                By::Mail
            },
            resident: row.resident,
            asked_at: row.asked_at.map(moment).transpose()?,
            answered_at: row.answered_at.map(moment).transpose()?,
            reminded_at: row.reminded_at.map(moment).transpose()?,
            tries: row.tries,
            bytes: row.sealed,
        })
    }
}

/// The co-applicants of a draft or a case, in the order in which they were named.
///
/// # Errors
/// When the database does not answer or the key is another application's.
pub async fn of(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    of: Of,
) -> Result<Vec<Known>, ProcedureError> {
    let (column, number) = match of {
        Of::Draft(draft) => ("draft_id", draft),
        Of::Case(case) => ("case_id", case),
    };
    let sql =
        format!("SELECT {COLUMNS} FROM procedures_co_applicants WHERE {column} = $1 ORDER BY id");
    let rows: Vec<Row> = connection.rows(&sql, [number.into()]).await?;
    rows.into_iter()
        .map(|row| {
            let row = Sealed::try_from(row)?;
            Ok(Known {
                person: row.person(key)?,
                row,
            })
        })
        .collect()
}

/// What other systems are told of the co-applicants of a case, in the order in which they were named.
///
/// # Errors
/// As [`of`].
pub async fn told(
    connection: &impl ConnectionTrait,
    key: &CaseKey,
    case: i64,
) -> Result<Vec<Told>, ProcedureError> {
    let all = of(connection, key, Of::Case(case)).await?;
    Ok(all.iter().map(Known::told).collect())
}

/// The co-applicant to whom a link was mailed, if it is still theirs.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn with_token(
    connection: &impl ConnectionTrait,
    token: &Token,
) -> Result<Option<Sealed>, ProcedureError> {
    let sql = format!("SELECT {COLUMNS} FROM procedures_co_applicants WHERE token = $1");
    let row: Option<Row> = connection.row(&sql, [token.hash().into()]).await?;
    row.map(Sealed::try_from).transpose()
}

/// The rows of those who agreed while they were signed in to an account, or were asked again since, newest first. Whoever declined has
/// none: it is not theirs.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn of_account(
    connection: &impl ConnectionTrait,
    resident: i64,
) -> Result<Vec<Sealed>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_co_applicants WHERE resident = $1 AND state IN ('agreed', 'asked') ORDER BY id DESC LIMIT 100"
    );
    let rows: Vec<Row> = connection.rows(&sql, [resident.into()]).await?;
    rows.into_iter().map(Sealed::try_from).collect()
}

/// Puts what somebody agreed to into their account, for who has opened it by their link. Done twice it is done once.
///
/// # Errors
/// [`ProcedureError::WrongState`] when they have not agreed, or it is in an account already.
pub async fn join(tx: &Tx, row: &Sealed, resident: i64) -> Result<(), ProcedureError> {
    let joined = tx
        .connection()
        .run(
            "UPDATE procedures_co_applicants SET resident = $2 WHERE id = $1 AND resident IS NULL AND state = 'agreed'",
            [row.id.into(), resident.into()],
        )
        .await?;
    if joined == 0 {
        return Err(ProcedureError::WrongState("it is in an account already"));
    }
    tx.audit(AuditEntry::new("procedures.join", record(row.of)));
    Ok(())
}

/// Counts a name on a link that was not theirs.
///
/// # Errors
/// When the database does not carry it out.
pub async fn count_try(tx: &Tx, id: i64) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "UPDATE procedures_co_applicants SET tries = tries + 1 WHERE id = $1",
            [id.into()],
        )
        .await?;
    Ok(())
}

/// Names somebody for a draft, which must be [locked](super::drafts::lock) in the same write. Whoever signed a paper that a member of staff
/// has seen has agreed to what `person.seen` stands for.
///
/// # Errors
/// When they cannot be sealed or the database does not carry it out.
pub async fn name(
    tx: &Tx,
    key: &CaseKey,
    draft: i64,
    person: &CoApplicant,
    by: By,
) -> Result<(), ProcedureError> {
    let has_signed = by == By::Paper && person.seen.is_some();
    let state = if has_signed {
        State::Agreed
    } else {
        State::Named
    };
    tx.connection()
        .run(
            "INSERT INTO procedures_co_applicants (draft_id, state, way, sealed, tries, answered_at) VALUES ($1, $2, $3, $4, 0, $5)",
            [
                draft.into(),
                state.as_str().into(),
                by.as_str().into(),
                seal(key, person)?.into(),
                has_signed.then_some(tx.now().as_microsecond()).into(),
            ],
        )
        .await?;
    Ok(())
}

/// Takes somebody out of a draft, which must be locked in the same write. Their link opens nothing any more.
///
/// # Errors
/// When the database does not carry it out.
pub async fn remove(tx: &Tx, draft: i64, id: i64) -> Result<(), ProcedureError> {
    tx.connection()
        .run(
            "DELETE FROM procedures_co_applicants WHERE id = $1 AND draft_id = $2",
            [id.into(), draft.into()],
        )
        .await?;
    Ok(())
}

/// Asks somebody to agree: mails them a link of their own, whatever they had answered before. A link that they have goes on opening their
/// page unless `base` gives them a new one; its address begins with it.
///
/// # Errors
/// When they cannot be sealed or the mail cannot be written.
pub async fn ask(
    tx: &Tx,
    key: &CaseKey,
    known: &Known,
    base: Option<&str>,
    notice: CoNotice<'_>,
) -> Result<(), ProcedureError> {
    let mut person = known.person.clone();
    person.reason = None;
    person.seen = None;
    person.again |= known.row.state == State::Agreed;
    let token = base.map(|base| {
        let token = Token::generate();
        person.link = Some(format!("{base}{}", token.as_str()));
        token.hash()
    });
    let sealed = seal(key, &person)?;
    tx.connection()
        .run(
            "UPDATE procedures_co_applicants SET state = 'asked', sealed = $2, token = COALESCE($3, token), tries = 0, asked_at = $4, \
               answered_at = NULL, reminded_at = NULL WHERE id = $1",
            [
                known.row.id.into(),
                sealed.into(),
                token.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    tx.audit(AuditEntry::new(
        "procedures.co_applicant_ask",
        record(known.row.of),
    ));
    notices::tell_co_applicant(tx, key.city(), &person, notice).await
}

/// What audit lines name.
fn record(of: Of) -> String {
    match of {
        Of::Draft(draft) => format!("procedures/drafts/{draft}"),
        Of::Case(case) => format!("procedures/cases/{case}"),
    }
}

/// An answer of a co-applicant.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who answers, as they stood.
    pub row: Sealed,
    /// Who they are and, when they agree, what they have seen; when they decline, perhaps why.
    pub person: CoApplicant,
    /// Whether they agree.
    pub agrees: bool,
    /// How.
    pub by: By,
    /// The account in which they will see it.
    pub resident: Option<i64>,
    /// The procedure's key, for the fact.
    pub procedure: String,
}

/// Takes an answer: row, fact and audit line. The draft or case must be locked in the same write. Given twice it counts once.
///
/// # Errors
/// [`ProcedureError::ChangedMeanwhile`] when they were taken out or asked anew meanwhile.
pub async fn answer(tx: &Tx, key: &CaseKey, input: &Answer) -> Result<(), ProcedureError> {
    let state = if input.agrees {
        State::Agreed
    } else {
        State::Declined
    };
    let changed = tx
        .connection()
        .run(
            // What somebody declined is not kept in their account.
            "UPDATE procedures_co_applicants SET state = $2, way = $3, sealed = $4, answered_at = $6, \
               resident = CASE WHEN $9 = 1 THEN COALESCE($5, resident) END \
             WHERE id = $1 AND state = $7 AND COALESCE(asked_at, 0) = $8",
            [
                input.row.id.into(),
                state.as_str().into(),
                input.by.as_str().into(),
                seal(key, &input.person)?.into(),
                input.resident.into(),
                tx.now().as_microsecond().into(),
                input.row.state.as_str().into(),
                input
                    .row
                    .asked_at
                    .map_or(0, Timestamp::as_microsecond)
                    .into(),
                i64::from(input.agrees).into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(ProcedureError::ChangedMeanwhile);
    }
    note_answer(
        tx,
        input.row.of,
        input.row.id,
        &input.procedure,
        input.agrees,
        input.by,
    )
    .await
}

/// The audit line, the fact and, of a case, the history of an answer.
async fn note_answer(
    tx: &Tx,
    of: Of,
    id: i64,
    procedure: &str,
    agrees: bool,
    by: By,
) -> Result<(), ProcedureError> {
    let (measure, action, what) = if agrees {
        (
            &CO_APPLICANT_AGREED,
            "procedures.co_applicant_agree",
            What::CoApplicantAgreed,
        )
    } else {
        (
            &CO_APPLICANT_DECLINED,
            "procedures.co_applicant_decline",
            What::CoApplicantDeclined,
        )
    };
    tx.audit(AuditEntry::new(action, record(of)).with(json!({"by": by.as_str()})));
    let channel = match by {
        By::Mail => Channel::Online,
        By::Paper => Channel::Paper,
    };
    let subject =
        Subject::new(procedure).map_err(|error| ProcedureError::StoredValue(error.to_string()))?;
    tx.record(
        Fact::one(&measure.name, tx.now())
            .channel(channel)
            .subject(subject)
            .record(format!("procedures_co_applicants/{id}")),
    )
    .await?;
    if let Of::Case(case) = of {
        history::note(tx, case, what).await?;
    }
    Ok(())
}

/// Notes the signature of somebody with whom an entry of staff was received just now.
///
/// # Errors
/// When the database does not carry it out.
pub async fn note_signature(tx: &Tx, case: i64, id: i64) -> Result<(), ProcedureError> {
    let found = cases::case(tx.connection(), case).await?;
    note_answer(tx, Of::Case(case), id, &found.procedure, true, By::Paper).await
}

/// Notes that somebody is reminded, and tells whether they are still to be: they may have answered, or been reminded of by another node.
///
/// # Errors
/// When the database does not carry it out.
pub async fn note_reminder(tx: &Tx, row: &Sealed) -> Result<bool, ProcedureError> {
    let noted = tx
        .connection()
        .run(
            "UPDATE procedures_co_applicants SET reminded_at = $2 WHERE id = $1 AND state = 'asked' AND reminded_at IS NULL",
            [row.id.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    Ok(noted > 0)
}

/// Those whom cases that are not decided ask, and who were not reminded yet.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn asked_of_cases(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Sealed>, ProcedureError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM procedures_co_applicants WHERE state = 'asked' AND reminded_at IS NULL \
         AND case_id IN (SELECT id FROM procedures_cases WHERE stage IN ('received', 'checked')) ORDER BY id"
    );
    let rows: Vec<Row> = connection.rows(&sql, []).await?;
    rows.into_iter().map(Sealed::try_from).collect()
}

/// Asks those again who saw what is answered otherwise now: to be called when a case gets new answers.
///
/// # Errors
/// When the database does not carry it out.
pub(in crate::store) async fn ask_again(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    answers: &Json,
) -> Result<(), ProcedureError> {
    let all = of(tx.connection(), key, Of::Case(case)).await?;
    if all.is_empty() {
        return Ok(());
    }
    let found = cases::case(tx.connection(), case).await?;
    let document = cases::document_of(tx.connection(), &found).await?;
    let seen = mark(
        key.city(),
        &document,
        &serde_json::from_value(answers.clone())?,
    )?;
    for known in all.iter().filter(|known| known.row.state == State::Agreed) {
        if !known.has_agreed_to(&seen) {
            ask(tx, key, known, None, CoNotice::Changed(&document.title)).await?;
            history::note(tx, case, What::CoApplicantAskedAgain).await?;
        }
    }
    Ok(())
}

/// Notes that somebody signed a paper that a member of staff has seen: they agree to the case as it stands.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`] when the case has no such co-applicant; [`ProcedureError::WrongState`] when they have agreed, or the case is
/// decided; [`ProcedureError::ChangedMeanwhile`].
pub async fn sign_on_paper(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    place: usize,
) -> Result<(), ProcedureError> {
    cases::lock(tx, case, revision).await?;
    let found = cases::case(tx.connection(), case).await?;
    let known = of(tx.connection(), key, Of::Case(case))
        .await?
        .into_iter()
        .nth(place)
        .ok_or(ProcedureError::NoSuchCase)?;
    if known.row.state == State::Agreed || !found.stage.is_open() {
        return Err(ProcedureError::WrongState(
            "this person has agreed, or the case is decided",
        ));
    }
    let document = cases::document_of(tx.connection(), &found).await?;
    let answers = cases::answers(tx.connection(), key, case).await?;
    let newest = answers.into_iter().next().ok_or(ProcedureError::Disposed)?;
    let mut person = known.person;
    person.reason = None;
    person.seen = Some(mark(
        key.city(),
        &document,
        &serde_json::from_value(newest.answers)?,
    )?);
    let signed = Answer {
        row: known.row,
        person,
        agrees: true,
        by: By::Paper,
        resident: None,
        procedure: found.procedure,
    };
    answer(tx, key, &signed).await
}

/// Asks somebody by mail whom staff named, or whom another mail did not reach: at an address that they told staff. A link that was mailed to
/// another address opens nothing any more; `base` is what links begin with.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`] when the case has no such co-applicant; [`ProcedureError::WrongState`] when they have agreed, or the case is
/// decided; [`ProcedureError::AddressTaken`] when it is the applicant's address or another co-applicant's;
/// [`ProcedureError::ChangedMeanwhile`].
pub async fn ask_by_mail(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    revision: i64,
    place: usize,
    email: &str,
    base: &str,
) -> Result<(), ProcedureError> {
    cases::lock(tx, case, revision).await?;
    let found = cases::case(tx.connection(), case).await?;
    let mut all = of(tx.connection(), key, Of::Case(case)).await?;
    if place >= all.len() {
        return Err(ProcedureError::NoSuchCase);
    }
    let mut known = all.swap_remove(place);
    if known.row.state == State::Agreed || !found.stage.is_open() {
        return Err(ProcedureError::WrongState(
            "this person has agreed, or the case is decided",
        ));
    }
    let applicant = cases::contact(tx.connection(), key, case).await?.email;
    // One address is one person: two agreements from the same mailbox would be one.
    if all
        .iter()
        .map(|other| other.person.email.as_deref())
        .chain([applicant.as_deref()])
        .any(|taken| taken == Some(email))
    {
        return Err(ProcedureError::AddressTaken);
    }
    if known.person.email.as_deref() != Some(email) {
        known.person.email = Some(email.to_owned());
        known.person.link = None;
    }
    let document = cases::document_of(tx.connection(), &found).await?;
    let base = known.person.link.is_none().then_some(base);
    ask(tx, key, &known, base, CoNotice::AtCounter(&document.title)).await
}

/// Asks those by mail who were named at the counter with an address and have not agreed to what was received just now, also when they
/// agreed at home to what it said before.
///
/// # Errors
/// When a mail cannot be written.
pub async fn ask_after_entry(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    asking: &[i64],
    base: &str,
) -> Result<(), ProcedureError> {
    if asking.is_empty() {
        return Ok(());
    }
    let found = cases::case(tx.connection(), case).await?;
    let document = cases::document_of(tx.connection(), &found).await?;
    for known in of(tx.connection(), key, Of::Case(case)).await? {
        if asking.contains(&known.row.id) {
            let notice = if known.row.state == State::Agreed {
                CoNotice::Changed(&document.title)
            } else {
                CoNotice::AtCounter(&document.title)
            };
            let base = known.person.link.is_none().then_some(base);
            ask(tx, key, &known, base, notice).await?;
        }
    }
    Ok(())
}

/// Whether everybody has agreed to a case as it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn all_agreed(
    connection: &impl ConnectionTrait,
    case: i64,
) -> Result<bool, ProcedureError> {
    let open: Option<i64> = connection
        .value(
            "SELECT COUNT(*) FROM procedures_co_applicants WHERE case_id = $1 AND state <> 'agreed'",
            [case.into()],
        )
        .await?;
    Ok(open.unwrap_or(0) == 0)
}

/// Tells everybody who agreed to a case, or was asked to, of something about it.
///
/// # Errors
/// When a mail cannot be written.
pub async fn tell_all(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    notice: CoNotice<'_>,
) -> Result<(), ProcedureError> {
    for known in of(tx.connection(), key, Of::Case(case)).await? {
        notices::tell_co_applicant(tx, key.city(), &known.person, notice).await?;
    }
    Ok(())
}

/// Tells those of something about a decision who see its letter: see [`sees_decision`].
///
/// # Errors
/// When a mail cannot be written.
pub async fn tell_who_see_decision(
    tx: &Tx,
    key: &CaseKey,
    case: i64,
    document: &ProcedureDocument,
    notice: CoNotice<'_>,
) -> Result<(), ProcedureError> {
    for known in of(tx.connection(), key, Of::Case(case)).await? {
        if sees_decision(document, known.row.state) {
            notices::tell_co_applicant(tx, key.city(), &known.person, notice).await?;
        }
    }
    Ok(())
}

/// Whether a co-applicant reads the letter of a decision and what is handed over with it. The letter says what the answers say: it is for
/// those who see them all, and agreed.
pub fn sees_decision(document: &ProcedureDocument, state: State) -> bool {
    state == State::Agreed
        && document
            .co_applicants
            .as_ref()
            .is_some_and(|rules| rules.sees.is_empty())
}
