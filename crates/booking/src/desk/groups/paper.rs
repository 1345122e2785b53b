//! What a group sends on paper: staff enter it, and register the group in the same step or leave it for review.

use std::collections::BTreeMap;

use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::{AuditEntry, web::Problem};
use yakuba_kernel::DepartmentCode;
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::{Choice, DateField, Fields, FormErrors, RadioGroup, TextField, done};

use super::{HOME, Room, kinds, mail_to, proposed_end};
use crate::{
    capabilities::GROUPS,
    error::BookingError,
    pages::{
        asked::{Asked, private},
        controls::{chosen_language, mail_language},
        groups::form::{Desk, Frame, body, filled_in, read},
    },
    store::{
        facilities,
        groups::{self, Group, NewGroup, Review, Sent},
    },
};

pub(super) async fn new_page(asked: Asked) -> Result<Response, Problem> {
    let room = Room::new(asked);
    show(&room, None, &Fields::default(), &FormErrors::new()).await
}

pub(super) async fn page(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let group = room.group(id).await?;
    // Whoever opens a roster is noted.
    room.asked
        .city()
        .write(room.asked.principal.actor(), id, |tx, id| {
            Box::pin(async move {
                tx.audit(AuditEntry::new("booking.group_look", format!("group/{id}")));
                Ok::<(), BookingError>(())
            })
        })
        .await?;
    let fields = filled_in(room.asked.key(), &group)?;
    show(&room, Some(&group), &fields, &FormErrors::new()).await
}

/// The facilities whose groups this person looks over, with their departments.
async fn places(room: &Room) -> Result<BTreeMap<String, (String, DepartmentCode)>, Problem> {
    Ok(facilities(room.asked.city().db())
        .await?
        .into_iter()
        .filter(|facility| room.asked.principal.holds_in(GROUPS, facility.department()))
        .map(|facility| {
            let name = facility.document.name.get(room.asked.language).to_owned();
            (
                facility.key().to_owned(),
                (name, facility.department().clone()),
            )
        })
        .collect())
}

async fn show(
    room: &Room,
    group: Option<&Group>,
    fields: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let (texts, language) = (room.texts, room.asked.language);
    let places = match group {
        Some(_) => None,
        None => Some(
            places(room)
                .await?
                .into_iter()
                .map(|(key, (name, _))| (key, name))
                .collect(),
        ),
    };
    let desk = Desk {
        email: TextField::new(language, "email", texts.get("groups-email"))
            .support(texts.get("groups-desk-email-support"))
            .email()
            .max_length(254)
            .optional()
            .value(fields.get("email"))
            .errors(errors),
        mails_in: mail_language(language, fields),
        then: RadioGroup::new(language, "then", texts.get("groups-desk-then"))
            .choices([
                Choice::new("register", texts.get("groups-desk-then-register")),
                Choice::new("wait", texts.get("groups-desk-then-wait")),
            ])
            .value(match fields.get("then") {
                "" => "wait",
                chosen => chosen,
            })
            .required()
            .errors(errors),
        until: DateField::new(language, "until", texts.get("groups-until"))
            .support(texts.get("groups-desk-until-support"))
            .value(Some(proposed_end(room.asked.city().today())))
            .sent(fields)
            .errors(errors),
    };
    let at = group.map_or_else(|| HOME.to_owned(), |group| format!("{HOME}/{}", group.id));
    let frame = Frame {
        action: if group.is_some() {
            format!("{at}/roster")
        } else {
            format!("{HOME}/new")
        },
        back: at.clone(),
        revision: group.map_or(0, |group| group.revision),
        places,
        kinds: kinds(room).await?,
        answers: false,
        desk: Some(desk),
    };
    let body = body(&room.asked, frame, fields, errors);
    let title = if group.is_some() {
        "groups-desk-roster-title"
    } else {
        "groups-desk-new-title"
    };
    let mut page = room
        .page(texts.get(title), &body, "")
        .breadcrumb(texts.get("groups-desk-title"), HOME)
        .lead(texts.get("groups-desk-paper-lead"))
        .with_errors(!errors.is_empty());
    if let Some(group) = group {
        page = page.breadcrumb(group.name.as_str(), at);
    }
    Ok(private(page))
}

/// What stands on the paper, and until when the group is registered by entering it; none: it waits for review.
async fn entered(
    room: &Room,
    fields: &Fields,
    errors: &mut FormErrors,
) -> Result<(Sent, Option<Date>), Problem> {
    let email = fields.optional("email");
    if let Some(email) = &email
        && EmailAddress::read(email).is_err()
    {
        errors.add("email", room.t("groups-desk-error-email"));
    }
    let reached = (email, chosen_language(fields));
    let sent = read(&room.asked, &kinds(room).await?, fields, reached, errors);
    let until = fields
        .date("until")
        .filter(|_| fields.get("then") == "register");
    let today = room.asked.city().today();
    if fields.get("then") == "register" && until.is_none_or(|until| until < today) {
        errors.add("until", room.t("groups-desk-error-until"));
    }
    Ok((sent, until))
}

/// The mail to a group that is registered by entering it.
fn news(sent: &Sent, until: Option<Date>) -> Option<Mail> {
    until.and_then(|_| mail_to(&sent.contact, &sent.name, "registered"))
}

fn notice(until: Option<Date>) -> &'static str {
    if until.is_some() {
        "entered-registered"
    } else {
        "entered"
    }
}

/// Takes a new group in.
pub(super) async fn enter(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked);
    if fields.has("more") {
        return show(&room, None, &fields, &FormErrors::new()).await;
    }
    let mut errors = FormErrors::new();
    let (sent, until) = entered(&room, &fields, &mut errors).await?;
    let place = places(&room).await?.remove(fields.get("place"));
    if place.is_none() {
        errors.add("place", room.asked.t("booking-error-required"));
    }
    let (Some((_, department)), true) = (place, errors.is_empty()) else {
        return show(&room, None, &fields, &errors).await;
    };
    let mail = news(&sent, until);
    let request: String = fields.get("request").chars().take(40).collect();
    let new = NewGroup {
        sent,
        department,
        // Whoever joins first by the code answers for it.
        resident: None,
        request: format!("desk/{request}"),
    };
    let input = (room.asked.key().clone(), new, until, mail);
    let id = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            input,
            |tx, (key, new, until, mail)| {
                Box::pin(async move {
                    let id = groups::apply(tx, key, new).await?;
                    let found = groups::group(tx.connection(), id)
                        .await?
                        .ok_or(BookingError::NoSuchGroup)?;
                    // Sent twice it is registered once.
                    if until.is_some() && found.revision == 1 {
                        register(tx, key, &found, *until, mail.as_ref()).await?;
                    }
                    Ok::<i64, BookingError>(id)
                })
            },
        )
        .await?;
    Ok(done(&format!("{HOME}/{id}"), notice(until)))
}

async fn register(
    tx: &yakuba_city::Tx,
    key: &yakuba_identity::CityKey,
    found: &Group,
    until: Option<Date>,
    mail: Option<&Mail>,
) -> Result<(), BookingError> {
    let review = Review::Register {
        kind: found.kind.clone(),
        until,
    };
    groups::review(tx, key, found.id, found.revision, &review).await?;
    if let Some(mail) = mail {
        enqueue(tx, key, mail).await?;
    }
    Ok(())
}

/// Takes the roster of a known group anew.
pub(super) async fn send(
    asked: Asked,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let group = room.group(id).await?;
    if fields.has("more") {
        return show(&room, Some(&group), &fields, &FormErrors::new()).await;
    }
    let mut errors = FormErrors::new();
    let (sent, until) = entered(&room, &fields, &mut errors).await?;
    if errors.is_empty() {
        let mail = news(&sent, until);
        let input = (
            room.asked.key().clone(),
            id,
            fields.revision(),
            Review::Send(sent, None),
            until,
            mail,
        );
        let outcome: Result<(), BookingError> = room
            .asked
            .city()
            .write(
                room.asked.principal.actor(),
                input,
                |tx, (key, id, revision, review, until, mail)| {
                    Box::pin(async move {
                        let found = groups::review(tx, key, *id, *revision, review).await?;
                        if until.is_some() {
                            register(tx, key, &found, *until, mail.as_ref()).await?;
                        }
                        Ok(())
                    })
                },
            )
            .await;
        match outcome {
            Ok(()) => return Ok(done(&format!("{HOME}/{id}"), notice(until))),
            Err(BookingError::ChangedMeanwhile) => {
                errors.add("", room.t("groups-error-changed"));
            }
            Err(BookingError::WrongState) => errors.add("", room.t("groups-error-state")),
            Err(error) => return Err(error.into()),
        }
    }
    show(&room, Some(&group), &fields, &errors).await
}
