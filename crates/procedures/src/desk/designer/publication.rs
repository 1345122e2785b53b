//! The end of a draft: asking for it to be put live, going live, sending it back, taking the procedure offline.

use askama::Template;
use axum::{extract::Path, response::Response};
use jiff::civil::Date;
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::StaffNames;
use yakuba_kernel::Wareki;
use yakuba_ui::{
    Button, ButtonKind, ChipLabel, DescriptionList, Fields, Html, NotificationBanner, TextArea,
    TextField, done, format,
};

use super::{Standing, href, show};
use crate::{
    capabilities::PUT_LIVE,
    desk::room::Room,
    error::ProcedureError,
    store::{
        self,
        publication::{self, Asked, LONGEST_TEXT, Request},
    },
};

#[derive(Template)]
#[template(path = "designer/publication.html")]
struct Section {
    title: String,
    lead: Vec<String>,
    request: Html,
    hindrance: String,
    href: String,
    revision: i64,
    forms: Vec<Form>,
}

struct Form {
    heading: Option<String>,
    step: &'static str,
    fields: Html,
    button: Button,
}

/// What can be done with the draft in the end, by those who put live and by those who ask them to. `hindrance` says why it cannot go live
/// as it is; `typed` is what stood in a form that was refused.
pub(super) async fn section(
    room: &Room,
    standing: &Standing,
    request: Option<&Request>,
    hindrance: String,
    typed: &Fields,
) -> Result<Html, Problem> {
    let department = &standing.document.department;
    let may_put_live = room.may_put_live(department);
    if !may_put_live && !room.may_design(department) {
        return Ok(Html::empty());
    }
    let drafted = standing.revision > 0;
    let hindrance = if drafted {
        hindrance
    } else {
        room.d("designer-no-draft")
    };
    let mut forms = Vec::new();
    let lead = if may_put_live {
        if hindrance.is_empty() {
            forms.push(live_form(room, request, typed));
        }
        if request.is_some_and(waits) {
            forms.push(back_form(room, typed));
        }
        if standing
            .versions
            .iter()
            .any(|version| version.state == "live")
        {
            forms.push(close_form(room, typed));
        }
        Vec::new()
    } else {
        if hindrance.is_empty() {
            forms.push(ask_form(room, request, typed));
        }
        let who = room.who_else_may(PUT_LIVE, department).await?;
        who.into_iter()
            .chain([room.d("designer-ask-lead")])
            .collect()
    };
    let section = Section {
        title: room.d("designer-put-live"),
        lead,
        request: match request {
            Some(request) => described(room, standing, request).await?,
            None => Html::empty(),
        },
        hindrance,
        href: href(&standing.document.key),
        revision: standing.revision,
        forms,
    };
    Ok(Html::render(&section).unwrap_or_default())
}

/// Says at the head of a long page that the end of it waits for the reader.
pub(super) fn banner(
    room: &Room,
    standing: &Standing,
    request: Option<&Request>,
) -> Option<NotificationBanner> {
    let may_put_live = room.may_put_live(&standing.document.department);
    let (text, banner): (_, fn(String) -> NotificationBanner) = match request {
        Some(request) if waits(request) && may_put_live => {
            ("designer-banner-waiting", NotificationBanner::info)
        }
        Some(request) if !waits(request) && !may_put_live => {
            ("designer-banner-sent-back", NotificationBanner::warning)
        }
        _ => return None,
    };
    Some(banner(room.d(text)).link(room.d("designer-banner-look"), "#publication"))
}

fn waits(request: &Request) -> bool {
    request.answer.is_none()
}

fn day_field(room: &Room, name: &'static str, text: &str, value: String) -> TextField {
    TextField::new(room.language(), name, room.d(text))
        .value(value)
        .support(room.d("designer-support-day"))
        .width(20)
}

/// What stood in the form, or else this.
fn value(typed: &Fields, name: &str, otherwise: impl FnOnce() -> String) -> String {
    typed.optional(name).unwrap_or_else(otherwise)
}

fn live_form(room: &Room, request: Option<&Request>, typed: &Fields) -> Form {
    let today = room.city.today();
    let day = request
        .and_then(|request| request.live_from)
        .map_or(today, |wish| wish.max(today));
    let from = value(typed, "from", || day.to_string());
    Form {
        heading: None,
        step: "live",
        fields: Html::of(&day_field(room, "from", "designer-live-from", from).required()),
        button: Button::submit(room.d("designer-put-live")),
    }
}

fn close_form(room: &Room, typed: &Fields) -> Form {
    let until = value(typed, "until", || room.city.today().to_string());
    Form {
        heading: Some(room.d("designer-close")),
        step: "close",
        fields: Html::of(&day_field(room, "until", "designer-close-from", until).required()),
        button: Button::submit(room.d("designer-close")).kind(ButtonKind::Danger),
    }
}

fn back_form(room: &Room, typed: &Fields) -> Form {
    let text = TextArea::new(room.language(), "answer", room.d("designer-send-back-text"))
        .value(typed.get("answer"))
        .max_length(longest())
        .required();
    Form {
        heading: Some(room.d("designer-send-back-title")),
        step: "send-back",
        fields: Html::of(&text),
        button: Button::submit(room.d("designer-send-back")).kind(ButtonKind::Other),
    }
}

fn ask_form(room: &Room, request: Option<&Request>, typed: &Fields) -> Form {
    let standing = request.filter(|request| waits(request));
    let wish = value(typed, "wish", || {
        let wish = standing.and_then(|request| request.live_from);
        wish.map_or_else(String::new, |day| day.to_string())
    });
    let remark = value(typed, "remark", || {
        standing.map_or_else(String::new, |request| request.remark.clone())
    });
    let mut fields = Html::of(&day_field(room, "wish", "designer-request-day", wish).optional());
    fields.push(
        &TextArea::new(room.language(), "remark", room.d("designer-request-remark"))
            .support(room.d("designer-support-remark"))
            .value(remark)
            .max_length(longest())
            .optional(),
    );
    Form {
        heading: None,
        step: "ask",
        fields,
        button: Button::submit(room.d(if request.is_some() {
            "designer-ask-again"
        } else {
            "designer-ask"
        })),
    }
}

fn longest() -> u32 {
    u32::try_from(LONGEST_TEXT).unwrap_or(u32::MAX)
}

/// The mark of a draft that somebody asked for.
pub(super) fn chip(room: &Room, asked: Asked) -> ChipLabel {
    let chip = ChipLabel::new(room.d(&format!("designer-asked-{}", asked.name())));
    match asked {
        Asked::Waiting => chip.blue(),
        Asked::SentBack => chip.red(),
    }
}

/// What was asked and answered.
async fn described(
    room: &Room,
    standing: &Standing,
    request: &Request,
) -> Result<Html, ProcedureError> {
    let language = room.language();
    let actors = std::iter::once(request.asked_by.as_str())
        .chain(request.answer.as_ref().map(|answer| answer.by.as_str()));
    let names = StaffNames::read(room.db(), actors).await?;
    let person = |actor: &str| names.of(actor).unwrap_or_default().to_owned();
    let time = |at| format::date_time(JAPAN.to_datetime(at), language);
    let mut shown = Html::of(&chip(room, Asked::of(request.answer.is_some())));
    let mut list = DescriptionList::new();
    if let Some(answer) = &request.answer {
        list = list
            .text(room.d("designer-send-back-text"), &answer.text)
            .text(room.d("designer-answer-who"), person(&answer.by))
            .text(room.d("designer-answer-at"), time(answer.at));
    }
    list = list
        .text(room.d("designer-request-who"), person(&request.asked_by))
        .text(room.d("designer-request-at"), time(request.asked_at))
        .text(
            room.d("designer-request-day"),
            request.live_from.map_or_else(
                || room.d("designer-request-any-day"),
                |day| format::date(day, language),
            ),
        );
    if !request.remark.is_empty() {
        list = list.text(room.d("designer-request-remark"), &request.remark);
    }
    if request.answer.is_none() && request.revision != standing.revision {
        list = list.text(
            room.d("designer-request-since"),
            room.d("designer-request-changed"),
        );
    }
    shown.push(&list);
    Ok(shown)
}

/// Asks those who put live to do so.
pub(super) async fn ask(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let Ok(wish) = wished(fields.get("wish")) else {
        return refused(room, &standing, &fields, "designer-problem-day").await;
    };
    let remark = fields.get("remark").trim().to_owned();
    if is_too_long(&remark) {
        return refused(room, &standing, &fields, "designer-problem-text-long").await;
    }
    let written = room
        .write(
            (key.clone(), fields.revision(), wish, remark),
            |tx, (key, revision, wish, remark)| {
                Box::pin(publication::ask(tx, key, *revision, *wish, remark))
            },
        )
        .await;
    ended(room, &key, &standing, &fields, written, "asked").await
}

/// The day that is wished for, none when it is left empty.
fn wished(text: &str) -> Result<Option<Date>, ()> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Wareki::read_date(text).map(Some).ok_or(())
}

fn is_too_long(text: &str) -> bool {
    text.chars().count() > LONGEST_TEXT
}

/// Sends the draft back to whoever asked.
pub(super) async fn send_back(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = may_end(&room, &key).await?;
    let answer = fields.get("answer").trim().to_owned();
    if answer.is_empty() {
        return refused(room, &standing, &fields, "designer-problem-no-answer").await;
    }
    if is_too_long(&answer) {
        return refused(room, &standing, &fields, "designer-problem-text-long").await;
    }
    let written = room
        .write((key.clone(), answer), |tx, (key, answer)| {
            Box::pin(publication::send_back(tx, key, answer))
        })
        .await;
    ended(room, &key, &standing, &fields, written, "sent-back").await
}

/// The procedure, for those who put it live.
async fn may_end(room: &Room, key: &str) -> Result<Standing, Problem> {
    let standing = room.standing(key).await?;
    if room.may_put_live(&standing.document.department) {
        Ok(standing)
    } else {
        Err(Problem::NotAllowed)
    }
}

/// Puts the draft live from a day. A form with findings that must be mended stays a draft.
pub(super) async fn put_live(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = may_end(&room, &key).await?;
    let Some(from) = Wareki::read_date(fields.get("from")) else {
        return refused(room, &standing, &fields, "designer-problem-day").await;
    };
    let written = room
        .write(
            (key.clone(), fields.revision(), from),
            |tx, (key, revision, from)| {
                Box::pin(async move {
                    store::designs::need_no_mending(tx, key).await?;
                    store::put_live(tx, key, *revision, *from).await
                })
            },
        )
        .await;
    ended(room, &key, &standing, &fields, written, "live").await
}

/// Takes the procedure offline from a day. Without a draft its newest version is closed as it is.
pub(super) async fn close(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = may_end(&room, &key).await?;
    let Some(from) = Wareki::read_date(fields.get("until")) else {
        return refused(room, &standing, &fields, "designer-problem-day").await;
    };
    let input = (standing.document.clone(), fields.revision(), from);
    let written = room
        .write(input, |tx, (document, revision, from)| {
            Box::pin(async move {
                let revision = match revision {
                    0 => store::save_draft(tx, document, 0).await?,
                    drafted => *drafted,
                };
                store::close(tx, &document.key, revision, *from).await
            })
        })
        .await;
    ended(room, &key, &standing, &fields, written, "closed").await
}

/// The page again with what was typed, and with why it was not taken.
async fn refused(
    mut room: Room,
    standing: &Standing,
    typed: &Fields,
    problem: &str,
) -> Result<Response, Problem> {
    let sentence = room.d(problem);
    room.refuse(sentence);
    show::page(&room, standing, typed).await
}

async fn ended(
    mut room: Room,
    key: &str,
    standing: &Standing,
    typed: &Fields,
    written: Result<(), ProcedureError>,
    notice: &str,
) -> Result<Response, Problem> {
    match written {
        Ok(()) => Ok(done(&href(key), notice)),
        Err(error) => match room.design_sentence(&error) {
            Some(sentence) => {
                room.refuse(sentence);
                show::page(&room, standing, typed).await
            }
            None => Err(error.into()),
        },
    }
}
