//! What the town hall writes about a reservation that is agreed to: the permit (使用許可書), the decision about a place in a course
//! (受講決定通知書), or the slip of an appointment (予約票); for residents from their reservation, for staff from the desk.

use jiff::tz::TimeZone;
use yakuba_city::{City, JAPAN, web::Problem};
use yakuba_identity::department_names;
use yakuba_pdf::{Letter, LetterPart};
use yakuba_ui::{Language, format};

use crate::{
    PAGE_WORDS,
    desk::WORDS,
    error::BookingError,
    model::{document::FacilityKind, state::State},
    pages::{
        facility::cancelling,
        words::{amount, equipment, hours, purpose, session_line, what, when_of},
    },
    store::{
        Facility,
        history::{What, history},
        reservations::{Reservation, sessions_of},
    },
};

/// Which paper a reservation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paper {
    /// 使用許可書: a place or a thing may be used.
    Permit,
    /// 受講決定通知書: somebody may come to a course or class.
    Course,
    /// 予約票: somebody is expected at a counter, a consultation or a check-up.
    Appointment,
}

impl Paper {
    /// The paper of a reservation of a kind of facility.
    pub(crate) fn of(kind: FacilityKind, found: &Reservation) -> Self {
        match kind {
            _ if found.is_course => Self::Course,
            FacilityKind::Class => Self::Course,
            FacilityKind::Counter | FacilityKind::Consultation | FacilityKind::CheckUp => {
                Self::Appointment
            }
            _ => Self::Permit,
        }
    }

    /// The end of the keys of its words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Course => "course",
            Self::Appointment => "appointment",
        }
    }
}

/// The sessions that somebody may come to, each in a line; nothing when it is no course.
async fn sessions(
    city: &City,
    place: &Facility,
    found: &Reservation,
    language: Language,
) -> Result<Vec<String>, BookingError> {
    if !found.is_course {
        return Ok(Vec::new());
    }
    let public = PAGE_WORDS.words(language);
    let resource = place.document.resource(&found.resource);
    let all = sessions_of(city.db(), found.id).await?;
    Ok(all
        .iter()
        .zip(1..)
        // What the city has called off is not among them, but the others keep their numbers.
        .filter(|(session, _)| !matches!(session.state, State::Cancelled | State::Refused))
        .map(|(session, number)| {
            let begun = resource
                .and_then(|resource| resource.course_session(session.span))
                .map_or(number, |session| session.place + 1);
            let line = session_line(public, language, begun, session.span);
            match resource.and_then(|resource| resource.session_name(session.span)) {
                Some(name) => format!("{line}　{}", name.get(language)),
                None => line,
            }
        })
        .collect())
}

/// Prints the permit of a reservation that is agreed to.
///
/// # Errors
/// [`Problem::NotFound`] for one that is not agreed to, or is the city's own.
pub(crate) async fn permit(
    city: &City,
    city_name: &str,
    found: &Reservation,
    place: &Facility,
) -> Result<Vec<u8>, Problem> {
    let is_agreed = matches!(found.state, State::Confirmed | State::Attended);
    let key = city.key().map_err(BookingError::from)?;
    let (number, contact) = found
        .contact(key)?
        .filter(|_| is_agreed && !found.is_own)
        .ok_or(Problem::NotFound)?;
    // A permit is written in the town hall's language, whatever language the pages are read in.
    let language = Language::Japanese;
    let (words, public) = (WORDS.words(language), PAGE_WORDS.words(language));
    let document = &place.document;
    let resource = document
        .resource(&found.resource)
        .ok_or(Problem::NotFound)?;
    // The day on which it was agreed to, so that the same permit is the same file on any day.
    let agreed_at = history(city.db(), found.id)
        .await?
        .iter()
        .rev()
        .find(|entry| match &entry.what {
            What::Booked | What::Moved { .. } | What::Agreed { .. } => true,
            What::Step { from, to } => {
                from == State::Requested.name() && to == State::Confirmed.name()
            }
            _ => false,
        })
        .map_or(found.made_at, |entry| entry.at);
    let day = agreed_at.to_zoned(TimeZone::fixed(JAPAN)).date();
    let paper = Paper::of(document.kind, found);
    let mut rows = vec![
        (public.get("booking-number").into_owned(), number),
        (
            match paper {
                Paper::Permit => public.get("booking-what"),
                Paper::Course => words.get("desk-course-what"),
                Paper::Appointment => words.get("desk-appointment-what"),
            }
            .into_owned(),
            what(language, document, resource),
        ),
        (
            public.get("booking-when").into_owned(),
            when_of(public, language, resource, found.span),
        ),
    ];
    if let Some(address) = &document.address {
        rows.push((
            public.get("booking-address").into_owned(),
            address.get(language).to_owned(),
        ));
    }
    if !found.purpose.is_empty() {
        rows.push((
            public.get("booking-purpose").into_owned(),
            purpose(language, resource, &found.purpose),
        ));
    }
    if let Some(along) = equipment(language, document, &found.of()) {
        rows.push((public.get("booking-equipment").into_owned(), along));
    }
    // One person comes to an appointment, and where there are no fees nobody asks for one.
    if paper != Paper::Appointment || found.people > 1 {
        rows.push((
            public.get("booking-people").into_owned(),
            public
                .counted("booking-people-count", found.people)
                .into_owned(),
        ));
    }
    if paper != Paper::Appointment || !document.fees.is_empty() {
        rows.push((
            match paper {
                Paper::Course => words.get("desk-course-fee"),
                Paper::Permit | Paper::Appointment => public.get("booking-fee"),
            }
            .into_owned(),
            amount(public, found.fee),
        ));
    }
    let fee = document
        .fee(resource, found.span, &found.of())
        .ok()
        .filter(|fee| fee.total == found.fee && fee.lines.len() > 1);
    for line in fee.iter().flat_map(|fee| &fee.lines) {
        let name = match (&line.name, line.span) {
            (Some(name), _) => name.get(language).to_owned(),
            (None, Some(span)) => hours(public, span),
            (None, None) => continue,
        };
        rows.push((format!("　{name}"), amount(public, line.amount)));
    }
    let paragraph = |text: String| LetterPart::Paragraph { text };
    let say = |what: &str| words.get(&format!("desk-{}-{what}", paper.name()));
    let mut parts = vec![
        paragraph(say("text").into_owned()),
        LetterPart::Details { rows },
    ];
    let sessions = sessions(city, place, found, language).await?;
    if !sessions.is_empty() {
        parts.push(LetterPart::Heading {
            text: words.get("desk-course-dates").into_owned(),
        });
        parts.extend(sessions.into_iter().map(paragraph));
    }
    parts.push(LetterPart::Heading {
        text: say("conditions").into_owned(),
    });
    let conditions = document
        .access
        .iter()
        .chain(&document.conditions)
        .map(|text| text.get(language).to_owned())
        .chain(cancelling(public, document, document.rules_of(resource)));
    parts.extend(
        conditions
            .enumerate()
            .map(|(place, text)| paragraph(format!("{}　{text}", place + 1))),
    );
    let ordinance = document
        .fee_table(found.span)
        .and_then(|table| table.ordinance.as_ref());
    if let Some(ordinance) = ordinance {
        parts.push(paragraph(
            words
                .with_text(
                    &format!("desk-{}-ordinance", paper.name()),
                    "ordinance",
                    ordinance.get(language),
                )
                .into_owned(),
        ));
    }
    let departments = department_names(city.db(), true)
        .await
        .map_err(BookingError::from)?;
    let mut sender = vec![city_name.to_owned()];
    sender.extend(departments.get(place.department()).cloned());
    let letter = Letter {
        language: "ja".to_owned(),
        title: say("title").into_owned(),
        number: words
            .with_text("desk-permit-document", "number", &found.id.to_string())
            .into_owned(),
        date: day,
        date_text: format::date_by_era(day, language),
        addressee: vec![
            words
                .with_text("desk-permit-dear", "name", &contact.name)
                .into_owned(),
        ],
        sender,
        parts,
        footer: document.phone.clone().unwrap_or_default(),
    };
    // Setting a page takes a moment of pure computing, which would hold up other requests.
    let printed = tokio::task::spawn_blocking(move || yakuba_pdf::letter(&letter))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    Ok(printed.bytes)
}
