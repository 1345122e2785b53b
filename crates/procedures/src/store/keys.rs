//! The data key of a case: everything people wrote is sealed under it, and it under the city key. Without the key nothing can be
//! read any more, which is how a case is disposed of.

use rand::RngCore as _;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Serialize, de::DeserializeOwned};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_identity::CityKey;
use yakuba_kernel::text::normalise_for_search;

use crate::{error::ProcedureError, model::receipt::Receipt};

/// The data key of one case or draft: XChaCha20-Poly1305, with what a text is as associated data, so that a sealed text cannot be
/// put in another's place.
#[derive(Clone)]
pub struct CaseKey {
    bytes: [u8; 32],
    cipher: CityKey,
    city: CityKey,
}

impl std::fmt::Debug for CaseKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CaseKey(…)")
    }
}

impl CaseKey {
    /// A new random key, to be sealed under the city key.
    pub fn generate(city: &CityKey) -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self::of(bytes, city)
    }

    fn of(bytes: [u8; 32], city: &CityKey) -> Self {
        Self {
            bytes,
            cipher: CityKey::from_bytes(bytes),
            city: city.clone(),
        }
    }

    /// The city key it is sealed under. Who has opened a case has it, and mails about the case are sealed under it.
    pub(crate) fn city(&self) -> &CityKey {
        &self.city
    }

    /// The key sealed under the city key for one holder, such as `case/<reference>`.
    pub(super) fn wrap(&self, holder: &str) -> Result<Vec<u8>, ProcedureError> {
        Ok(self.city.seal(&wrapping(holder), &self.bytes)?)
    }

    /// Opens what [`CaseKey::wrap`] made for the same holder.
    pub(super) fn unwrap(
        city: &CityKey,
        holder: &str,
        sealed: &[u8],
    ) -> Result<Self, ProcedureError> {
        let bytes = city.open_sealed(&wrapping(holder), sealed)?;
        let bytes = bytes
            .try_into()
            .map_err(|_| ProcedureError::StoredValue("a data key".to_owned()))?;
        Ok(Self::of(bytes, city))
    }

    /// Seals some bytes as what they are, such as `answers/1`.
    ///
    /// # Errors
    /// When they are longer than the cipher can take, which nothing kept in a database is.
    pub fn seal(&self, what: &str, plain: &[u8]) -> Result<Vec<u8>, ProcedureError> {
        Ok(self.cipher.seal(what, plain)?)
    }

    /// Opens what was sealed as the same thing.
    ///
    /// # Errors
    /// When it was sealed under another key or as something else, or was changed.
    pub fn open(&self, what: &str, sealed: &[u8]) -> Result<Vec<u8>, ProcedureError> {
        Ok(self.cipher.open_sealed(what, sealed)?)
    }

    /// Seals a value as JSON.
    ///
    /// # Errors
    /// As [`CaseKey::seal`], or when the value cannot be written as JSON.
    pub fn seal_value<T: Serialize + ?Sized>(
        &self,
        what: &str,
        value: &T,
    ) -> Result<Vec<u8>, ProcedureError> {
        self.seal(what, &serde_json::to_vec(value)?)
    }

    /// Opens what [`CaseKey::seal_value`] sealed.
    ///
    /// # Errors
    /// As [`CaseKey::open`], or when it holds another kind of value.
    pub fn open_value<T: DeserializeOwned>(
        &self,
        what: &str,
        sealed: &[u8],
    ) -> Result<T, ProcedureError> {
        Ok(serde_json::from_slice(&self.open(what, sealed)?)?)
    }
}

fn wrapping(holder: &str) -> String {
    format!("procedures.data-key/{holder}")
}

pub(super) fn holder_of_case(reference: &str) -> String {
    format!("case/{reference}")
}

/// What a receipt number is found by: a keyed hash.
pub fn reference(city: &CityKey, receipt: &Receipt) -> String {
    city.look_up("procedures.receipt", &receipt.plain())
}

/// Who somebody is, as far as an application says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Family and given name, as typed.
    pub name: Option<String>,
    /// Date of birth.
    pub birth_date: Option<jiff::civil::Date>,
    /// E-mail address.
    pub email: Option<String>,
}

/// What cases of the same person are found by: a keyed hash of name and date of birth, else of the e-mail address. None without either.
/// How the name is spaced and whether it is written in wide characters does not matter.
pub fn person(city: &CityKey, person: &Person) -> Option<String> {
    let folded = |text: &String| normalise_for_search(text);
    let name = person
        .name
        .as_ref()
        .map(folded)
        .filter(|name| !name.is_empty());
    let email = person
        .email
        .as_ref()
        .map(folded)
        .filter(|email| !email.is_empty());
    let text = match (name, person.birth_date, email) {
        (Some(name), Some(born), _) => format!("born/{born}/{name}"),
        (_, _, Some(email)) => format!("email/{email}"),
        _ => return None,
    };
    Some(city.look_up("procedures.person", &text))
}

#[derive(FromQueryResult)]
struct Row {
    reference: String,
    sealed: Option<Vec<u8>>,
}

/// The data key of a case.
///
/// # Errors
/// [`ProcedureError::NoSuchCase`]; [`ProcedureError::Disposed`] when the key was destroyed; when the city key is not the one it was
/// sealed under.
pub async fn open(
    connection: &impl ConnectionTrait,
    city: &CityKey,
    case: i64,
) -> Result<CaseKey, ProcedureError> {
    let row: Option<Row> = connection
        .row(
            "SELECT c.reference, k.sealed FROM procedures_cases c \
             LEFT JOIN procedures_case_keys k ON k.case_id = c.id WHERE c.id = $1",
            [case.into()],
        )
        .await?;
    let row = row.ok_or(ProcedureError::NoSuchCase)?;
    let sealed = row.sealed.ok_or(ProcedureError::Disposed)?;
    CaseKey::unwrap(city, &holder_of_case(&row.reference), &sealed)
}

/// Destroys the data key of a case and everything sealed under it. Stage, days, outcome and facts stay; who it was does not.
///
/// # Errors
/// [`ProcedureError::Disposed`] when that was done before; [`ProcedureError::WrongState`] when the case is not at its end.
pub async fn destroy(tx: &Tx, case: i64) -> Result<(), ProcedureError> {
    let found = super::cases::case(tx.connection(), case).await?;
    if found.disposed_at.is_some() {
        return Err(ProcedureError::Disposed);
    }
    if !found.stage.is_final() {
        return Err(ProcedureError::WrongState("the case is not closed"));
    }
    // The key first: should anything else stay behind in a copy of the database, it stays unreadable.
    for table in [
        "procedures_case_keys",
        "procedures_case_contacts",
        "procedures_case_corrections",
        "procedures_case_answers",
        "procedures_case_files",
        "procedures_case_messages",
        "procedures_case_decisions",
        "procedures_case_past_decisions",
        "procedures_case_entries",
        "procedures_case_sessions",
        "procedures_co_applicants",
    ] {
        tx.connection()
            .run(
                &format!("DELETE FROM {table} WHERE case_id = $1"),
                [case.into()],
            )
            .await?;
    }
    tx.connection()
        .run(
            "UPDATE procedures_cases SET disposed_at = $2, person = NULL, resident = NULL, revision = revision + 1 WHERE id = $1",
            [case.into(), tx.now().as_microsecond().into()],
        )
        .await?;
    super::history::note(tx, case, super::history::What::Disposed).await?;
    tx.audit(yakuba_city::AuditEntry::new(
        "procedures.dispose",
        format!("procedures/cases/{case}"),
    ));
    Ok(())
}
