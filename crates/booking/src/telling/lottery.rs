//! Mails about entries in a lottery.

use yakuba_city::Tx;
use yakuba_identity::CityKey;
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::Language;

use crate::{
    LOTTERY_WORDS, PAGE_WORDS,
    error::BookingError,
    model::{document::FacilityDocument, lottery::choice::Choice},
    pages::words::{moment, month, what, when},
    store::{
        facility,
        lottery::{Entry, EntryState, Round},
    },
};

/// What whoever entered is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was entered.
    Entered,
    /// It won.
    Won,
    /// It moved up.
    Offered,
    /// It won nothing.
    Lost,
    /// It won, but the city has taken the time.
    Blocked,
}

impl Outcome {
    /// What has become of an entry.
    pub(crate) fn of(entry: &Entry) -> Self {
        match entry.state {
            EntryState::Blocked => Self::Blocked,
            EntryState::Won | EntryState::Accepted if entry.offered => Self::Offered,
            EntryState::Won | EntryState::Accepted | EntryState::Declined | EntryState::Lapsed => {
                Self::Won
            }
            EntryState::Entered | EntryState::Withdrawn => Self::Entered,
            EntryState::Lost => Self::Lost,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Entered => "entered",
            Self::Won => "won",
            Self::Offered => "offered",
            Self::Lost => "lost",
            Self::Blocked => "blocked",
        }
    }
}

/// The times of a choice in words, each with its place.
pub(crate) fn choice_lines(
    language: Language,
    document: &FacilityDocument,
    choice: &Choice,
) -> Vec<String> {
    let words = PAGE_WORDS.words(language);
    choice
        .places()
        .iter()
        .map(|place| {
            let name = document.resource(&place.resource).map_or_else(
                || place.resource.clone(),
                |found| what(language, document, found),
            );
            format!("{name} {}", when(words, language, place.span))
        })
        .collect()
}

/// Writes to whoever entered, when they gave a mail address.
///
/// # Errors
/// When the mail cannot be sealed or the database does not answer.
pub(crate) async fn tell_outcome(
    tx: &Tx,
    key: &CityKey,
    round: &Round,
    entry: &Entry,
    outcome: Outcome,
) -> Result<(), BookingError> {
    let (number, contact) = entry.contact(key)?;
    let Some(to) = contact
        .email
        .and_then(|email| EmailAddress::read(&email).ok())
    else {
        return Ok(());
    };
    let Some(found) = facility(tx.connection(), &round.facility).await? else {
        return Ok(());
    };
    let document = &found.document;
    let language = entry.language;
    let words = LOTTERY_WORDS.words(language);
    let choice = entry.won.and_then(|won| entry.choices.get(won));
    let shown: Vec<String> = match choice {
        Some(choice) => choice_lines(language, document, choice),
        None => entry
            .choices
            .iter()
            .map(|choice| choice_lines(language, document, choice).join(" ＋ "))
            .collect(),
    };
    let until = match outcome {
        Outcome::Entered => round.moments.draws,
        _ => entry.answer_by.unwrap_or(round.moments.first_come),
    };
    let text = words.with(
        &format!("lottery-mail-{}", outcome.name()),
        &[
            ("facility", document.name.get(language).into()),
            ("month", month(language, round.month).into()),
            ("choices", shown.join("\n").into()),
            ("number", number.into()),
            ("entry", entry.number.as_str().into()),
            ("until", moment(language, until).into()),
            ("first", moment(language, round.moments.first_come).into()),
            ("place", i64::from(entry.place.unwrap_or(0)).into()),
            ("phone", document.phone.clone().unwrap_or_default().into()),
        ],
    );
    let subject = words.get(&format!("lottery-mail-{}-subject", outcome.name()));
    let mail = Mail::new(to, subject, text.trim());
    enqueue(tx, key, &mail).await?;
    Ok(())
}
