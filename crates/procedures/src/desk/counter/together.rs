//! Who applies together with the visitor, or signed the paper: named by staff, with whether their signature was seen.

use askama::Template;
use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::Evaluation;
use yakuba_mail::EmailAddress;
use yakuba_ui::{CheckboxGroup, Choice, Fields, FormErrors, Html, TextField, Words, done};

use super::{Open, check};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    model::{
        document::CoApplicants,
        together::{By, CoApplicant, State, needed},
    },
    store::{
        co_applicants::{self, Known, Of},
        drafts,
    },
};

struct Line {
    number: usize,
    name: String,
    /// Where they will be asked; empty: they sign.
    email: String,
    /// Whether they signed, or agreed at home to what the entry says.
    has_agreed: bool,
}

#[derive(Template)]
#[template(path = "counter/together.html")]
struct Body {
    words: Words,
    base: String,
    revision: i64,
    who: String,
    lines: Vec<Line>,
    /// How somebody more is named; none when there can be no more.
    naming: Option<Naming>,
}

/// How somebody more is named.
struct Naming {
    name: TextField,
    signed: CheckboxGroup,
    email: TextField,
}

/// The rules for others, when the answers call for them.
pub(super) fn rules<'o>(open: &'o Open, evaluation: &Evaluation) -> Option<&'o CoApplicants> {
    needed(&open.document, evaluation)
}

/// Whether staff have seen somebody's signature on paper.
pub(super) fn has_signed(known: &Known) -> bool {
    known.row.state == State::Agreed && known.row.by == By::Paper
}

/// What those who agree by mail must have agreed to: the answers as they would be received now.
pub(super) fn mark(room: &Room, open: &Open, evaluation: &Evaluation) -> Result<String, Problem> {
    let answers = open.form.asked_only(&open.contents.answers, evaluation);
    Ok(co_applicants::mark(room.key()?, &open.document, &answers)?)
}

/// Whether more must be named.
pub(super) fn lacks(rules: &CoApplicants, named: &[Known]) -> bool {
    named.len() < usize::try_from(rules.at_least).unwrap_or(usize::MAX)
}

/// Everybody who was named for an entry.
pub(super) async fn named(room: &Room, open: &Open) -> Result<Vec<Known>, Problem> {
    let of = Of::Draft(open.entry.draft.id);
    Ok(co_applicants::of(room.db(), &open.key, of).await?)
}

/// The part of the check.
pub(super) fn section(
    room: &Room,
    open: &Open,
    rules: &CoApplicants,
    named: &[Known],
    seen: &str,
) -> Html {
    let (words, language) = (room.counter_words(), room.language());
    let errors = FormErrors::new();
    let most = usize::try_from(rules.at_most).unwrap_or(usize::MAX);
    let body = Body {
        words,
        base: open.base(),
        revision: open.entry.draft.revision,
        who: rules.who.get(language).to_owned(),
        lines: (1..)
            .zip(named)
            .map(|(number, known)| Line {
                number,
                name: known.person.name.clone(),
                email: known.person.email.clone().unwrap_or_default(),
                has_agreed: has_signed(known) || known.has_agreed_to(seen),
            })
            .collect(),
        naming: (named.len() < most).then(|| Naming {
            name: TextField::new(language, "name", words.get("counter-together-name"))
                .autocomplete("off")
                .errors(&errors),
            signed: CheckboxGroup::new(language, "signed", words.get("counter-together-signature"))
                .choice(Choice::new("yes", words.get("counter-together-signed"))),
            email: TextField::new(language, "email", words.get("counter-together-email"))
                .support(words.get("counter-together-email-support"))
                .autocomplete("off")
                .errors(&errors),
        }),
    };
    Html::render(&body).unwrap_or_default()
}

/// Names somebody, notes a signature, or takes somebody out.
pub(super) async fn change(
    room: Room,
    Path(number): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let open = match Open::of(&room, number).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let check = format!("{}/check", open.base());
    let evaluation = open.evaluation(&room);
    let Some(rules) = rules(&open, &evaluation) else {
        return Ok(done(&check, "changed"));
    };
    if fields.revision() != open.entry.draft.revision {
        return check::show(&room, &open, Some("counter-changed")).await;
    }
    let all = named(&room, &open).await?;
    let (action, place) = fields
        .get("action")
        .split_once('/')
        .unwrap_or((fields.get("action"), ""));
    let known = place
        .parse::<usize>()
        .ok()
        .and_then(|place| all.get(place.checked_sub(1)?));
    let seen = mark(&room, &open, &evaluation)?;
    let email = match fields
        .optional("email")
        .map(|email| EmailAddress::read(&email))
    {
        Some(Ok(email)) => Some(email.as_str().to_owned()),
        Some(Err(_)) => {
            return check::show(&room, &open, Some("counter-together-email-wrong")).await;
        }
        None => None,
    };
    // One address is one person: two agreements from the same mailbox would be one.
    let is_taken = email.is_some()
        && all
            .iter()
            .map(|known| known.person.email.as_deref())
            .chain([open.proven.email.as_deref()])
            .any(|taken| taken == email.as_deref());
    let name: String = fields.get("name").chars().take(200).collect();
    let most = usize::try_from(rules.at_most).unwrap_or(usize::MAX);
    let (removed, person) = match (action, known) {
        ("add", _) if name.is_empty() => {
            return check::show(&room, &open, Some("counter-together-name-missing")).await;
        }
        ("add", _) if is_taken => {
            return check::show(&room, &open, Some("counter-together-email-twice")).await;
        }
        ("add", _) if all.len() < most => {
            let person = CoApplicant {
                name,
                email,
                language: "ja".to_owned(),
                seen: fields.has("signed").then_some(seen),
                ..CoApplicant::default()
            };
            (None, Some(person))
        }
        ("remove", Some(known)) => (Some(known.row.id), None),
        // In place of how they were to agree before: at home perhaps, by mail.
        ("sign", Some(known)) => {
            let person = CoApplicant {
                seen: Some(seen),
                reason: None,
                ..known.person.clone()
            };
            (Some(known.row.id), Some(person))
        }
        _ => return Ok(done(&check, "changed")),
    };
    let draft = &open.entry.draft;
    let input = (open.key.clone(), draft.id, draft.revision, removed, person);
    room.write(input, |tx, (key, draft, revision, removed, person)| {
        Box::pin(async move {
            drafts::lock(tx, *draft, *revision).await?;
            if let Some(id) = removed {
                co_applicants::remove(tx, *draft, *id).await?;
            }
            if let Some(person) = person {
                let by = if person.seen.is_none() && person.email.is_some() {
                    By::Mail
                } else {
                    By::Paper
                };
                co_applicants::name(tx, key, *draft, person, by).await?;
            }
            Ok::<_, ProcedureError>(())
        })
    })
    .await?;
    Ok(done(&check, "together"))
}
