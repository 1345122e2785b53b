//! One stop, on the crew's telephone: where, what, pictures, and what became of it.

use askama::Template;
use axum::{
    extract::{Path, Request},
    http::StatusCode,
    response::Response,
};
use yakuba_city::{Errand, web::Problem};
use yakuba_forms::model::document::Text;
use yakuba_ui::{
    ChipLabel, Choice, DescriptionList, ErrorSummary, FileUpload, FormErrors, Html, Map,
    RadioGroup, Select, TextArea, Words, done, format,
};

use super::{
    super::room::{Room, href as report_href},
    href, may_do_errands, name, order_to_work_on, outcome_key, page_below,
    show::{chip, title},
    t, words,
};
use crate::{
    error::ReportError,
    model::{
        rules::{MOST_MIB, MOST_PHOTOS, PHOTO_FILES},
        state::State,
    },
    pages::{
        asked::{plain, private},
        sent::Sent,
    },
    store::{
        Report, open_of,
        orders::{self, Mark, Outcome, Stop, Work, WorkOrder},
        photos,
        steps::seal_note,
    },
};

/// Letters of what a crew says at most.
const MOST: usize = 500;

struct Form {
    outcome: RadioGroup,
    sentence: Option<Select>,
    text: TextArea,
    photos: Option<FileUpload>,
}

#[derive(Template)]
#[template(path = "desk/orders/stop.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    outcome: ChipLabel,
    about: DescriptionList,
    text: String,
    sent: Option<Html>,
    bring: String,
    pictures: Vec<String>,
    map: Option<Map>,
    form: Option<Form>,
    revision: i64,
    action: String,
    /// The record of what is done here, with what that link is called.
    record: Option<(String, String)>,
    back: String,
    next: Option<(String, String)>,
}

/// The stop among all of its order.
fn among(stops: &[Stop], id: i64) -> Result<(usize, &Stop), Problem> {
    stops
        .iter()
        .enumerate()
        .find(|(_, stop)| stop.id == id)
        .ok_or(Problem::NotFound)
}

pub(super) async fn page(
    room: Room,
    Path((id, stop)): Path<(i64, i64)>,
) -> Result<Response, Problem> {
    let found = order_to_work_on(&room, id).await?;
    shown(&room, &found, stop, "", &FormErrors::new()).await
}

async fn shown(
    room: &Room,
    found: &WorkOrder,
    id: i64,
    typed: &str,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let stops = orders::stops(room.db(), found.id).await?;
    let errands = super::errands(room, &stops).await?;
    let (place, stop) = among(&stops, id)?;
    let base = href(found.id);
    let next = stops
        .iter()
        .enumerate()
        .skip(place + 1)
        .find(|(_, stop)| stop.outcome == Outcome::Waiting)
        .map(|(place, stop)| {
            (
                format!("{base}/stops/{}", stop.id),
                format!("{}. {}", place + 1, name(room, &errands, stop)),
            )
        });
    let heading = format!("{}. {}", place + 1, name(room, &errands, stop));
    let mut body = match &stop.work {
        Work::Report(report) => report_body(room, found, stop, report, typed, errors).await?,
        Work::Errand { key, .. } => errand_body(room, found, stop, errands.get(key), typed, errors),
    };
    body.next = next;
    let mut page = page_below(room, heading, &body).breadcrumb(title(room, found), base);
    if !errors.is_empty() {
        page = page
            .with_errors(true)
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

/// What is the same of every stop.
fn plain_body(room: &Room, found: &WorkOrder, stop: &Stop, errors: &FormErrors) -> Body {
    let base = href(found.id);
    Body {
        words: words(room),
        errors: errors.summary(room.language()),
        outcome: chip(words(room), stop.outcome),
        about: DescriptionList::new(),
        text: String::new(),
        sent: None,
        bring: found.bring.clone(),
        pictures: Vec::new(),
        map: stop.point().map(|point| {
            Map::of_place(
                room.language(),
                "stop-map",
                room.public("reports-map-place"),
                point.degrees(),
            )
        }),
        form: None,
        revision: stop.revision,
        action: format!("{base}/stops/{}", stop.id),
        record: None,
        back: format!("{base}#stops"),
        next: None,
    }
}

/// Something that is done for another service.
fn errand_body(
    room: &Room,
    found: &WorkOrder,
    stop: &Stop,
    errand: Option<&Errand>,
    typed: &str,
    errors: &FormErrors,
) -> Body {
    let mut about = DescriptionList::new();
    if let Some(errand) = errand {
        if !errand.place.is_empty() {
            about = about.text(room.public("reports-place"), &errand.place);
        }
        for (name, value) in &errand.about {
            about = about.text(name, value);
        }
        if let Some(due) = errand.due_on {
            about = about.text(
                t(room, "order-errand-until"),
                format::date(due, room.language()),
            );
        }
    }
    if let Some(point) = stop.point() {
        about = about.text(room.public("reports-coordinates"), point.to_string());
    }
    // Once it belongs to somebody else, it is theirs to do.
    let is_ours = errand.is_some_and(|errand| errand.department == found.department)
        && may_do_errands(room, &found.department);
    Body {
        about,
        form: (is_ours && stop.outcome != Outcome::Done).then(|| form(room, stop, typed, errors)),
        record: errand.map(|errand| {
            (
                format!("/desk/{}", errand.key),
                t(room, "order-errand-record"),
            )
        }),
        ..plain_body(room, found, stop, errors)
    }
}

async fn report_body(
    room: &Room,
    found: &WorkOrder,
    stop: &Stop,
    report: &Report,
    typed: &str,
    errors: &FormErrors,
) -> Result<Body, Problem> {
    let language = room.language();
    let content = open_of(room.db(), room.key(), report).await?;
    let sent = content.as_ref().and_then(|content| {
        let form = room.current.form(&report.category, false)?;
        let evaluation = form.evaluate(&content.answers, room.city.today());
        Some(form.render_answers(&content.answers, &evaluation, language, |_| None))
    });
    let mut about = DescriptionList::new();
    // What was sent says where, as long as it is kept.
    if sent.is_none() && !report.public_place.is_empty() {
        about = about.text(room.public("reports-place"), &report.public_place);
    }
    if let (None, Some(point)) = (&sent, report.point) {
        about = about.text(room.public("reports-coordinates"), point.to_string());
    }
    about = about
        .text(
            room.t("desk-column-due"),
            format::date(report.due_on, language),
        )
        .text(room.t("desk-public-id"), &report.public_id);
    let pictures = photos::of_report(room.db(), report.id)
        .await?
        .iter()
        .map(|photo| format!("{}/photos/{}", report_href(report.id), photo.key))
        .collect();
    // Once the report belongs to somebody else, its work is theirs.
    let is_ours = report.department == found.department;
    Ok(Body {
        about,
        text: report.public_text.clone(),
        sent,
        pictures,
        form: (is_ours && stop.outcome != Outcome::Done).then(|| form(room, stop, typed, errors)),
        record: Some((report_href(report.id), t(room, "order-report"))),
        ..plain_body(room, found, stop, errors)
    })
}

fn form(room: &Room, stop: &Stop, typed: &str, errors: &FormErrors) -> Form {
    let language = room.language();
    let is_report = stop.report().is_some();
    // What is said of an errand is not public, and what becomes of it is not what becomes of a report.
    let of = |key: &str| {
        let own = format!("{key}-errand");
        t(room, if is_report { key } else { &own })
    };
    let rules = &room.current.rules;
    let mut sentences = Select::new(language, "sentence", t(room, "order-sentence"))
        .choice(Choice::new("", room.t("desk-turn-own")));
    let mut has_sentences = false;
    for (place, sentence) in rules.sentences.iter().enumerate() {
        if sentence.state == State::Fixed.name() {
            has_sentences = true;
            let text = sentence.text.get(language);
            sentences = sentences.choice(Choice::new(place.to_string(), text));
        }
    }
    Form {
        outcome: [Outcome::Done, Outcome::NotDone]
            .into_iter()
            .fold(
                RadioGroup::new(language, "outcome", t(room, "order-mark")),
                |group, outcome| {
                    let key = outcome_key(outcome);
                    group.choice(
                        Choice::new(outcome.name(), t(room, &key))
                            .support(of(&format!("{key}-support"))),
                    )
                },
            )
            .required()
            .errors(errors),
        sentence: (has_sentences && is_report).then(|| sentences.optional()),
        text: TextArea::new(language, "text", t(room, "order-text"))
            .support(of("order-text-support"))
            .rows(3)
            .value(typed)
            .optional()
            .errors(errors),
        photos: is_report.then(|| {
            FileUpload::new(language, "photos", t(room, "order-photos"))
                .support(t(room, "order-photos-support"))
                .accept(PHOTO_FILES)
                .max_size(&format!("{MOST_MIB}MB"))
                .max_files(MOST_PHOTOS)
                .optional()
                .errors(errors)
        }),
    }
}

pub(super) async fn mark(
    mut room: Room,
    Path((id, stop)): Path<(i64, i64)>,
    request: Request,
) -> Result<Response, Problem> {
    let found = order_to_work_on(&room, id).await?;
    let stops = orders::stops(room.db(), found.id).await?;
    let (_, at) = among(&stops, stop)?;
    let report = match &at.work {
        Work::Report(report) if report.department == found.department => Some(report.id),
        Work::Errand { .. } if may_do_errands(&room, &found.department) => None,
        Work::Errand { .. } => return Err(Problem::NotAllowed),
        Work::Report(_) => return Err(Problem::NotFound),
    };
    let mut sent = Sent::read(request).await?;
    let mut errors = FormErrors::new();
    let is_done = match sent.fields.get("outcome") {
        "done" => Some(true),
        "not_done" => Some(false),
        _ => {
            errors.add("outcome", room.t("desk-problem-required"));
            None
        }
    };
    let text = plain(sent.fields.get("text"), MOST + 1);
    if text.chars().count() > MOST {
        errors.add("text", room.t("desk-problem-long"));
    } else if is_done == Some(false) && text.is_empty() {
        errors.add("text", t(&room, "order-problem-why"));
    }
    let mut photos = Vec::new();
    if errors.is_empty() && report.is_some() {
        for photo in sent.photos(&room.city, room.key()).await? {
            match photo {
                Ok(taken) => photos.push(taken.sealed),
                Err(message) => {
                    errors.add("photos", message.in_language(room.language()).into_owned());
                }
            }
        }
        if photos.len() > MOST_PHOTOS as usize {
            errors.add("photos", room.public("reports-problem-photos"));
        }
    }
    let (Some(is_done), true) = (is_done, errors.is_empty()) else {
        return shown(&room, &found, stop, &text, &errors).await;
    };
    let sentence = sent
        .fields
        .get("sentence")
        .parse::<usize>()
        .ok()
        .and_then(|place| room.current.rules.sentences.get(place))
        .filter(|sentence| sentence.state == State::Fixed.name() && report.is_some());
    let note = match report {
        Some(report) if !is_done => Some(seal_note(room.key(), report, &text)?),
        _ => None,
    };
    let input = Mark {
        order: found.id,
        stop,
        revision: sent.fields.revision(),
        is_done,
        text: match sentence {
            _ if !text.is_empty() => Text::japanese(text.clone()),
            Some(sentence) => sentence.text.clone(),
            None => Text::default(),
        },
        note,
        photos,
    };
    let outcome = room
        .write(input, |tx, input| Box::pin(orders::mark(tx, input)))
        .await;
    match outcome {
        Ok(()) => Ok(done(&href(found.id), "order-marked")),
        Err(
            error @ (ReportError::ChangedMeanwhile
            | ReportError::WrongState { .. }
            | ReportError::NoSuchErrand),
        ) => {
            let sentence = room.sentence(&error).unwrap_or_default();
            room.refuse(sentence);
            shown(&room, &found, stop, &text, &FormErrors::new()).await
        }
        Err(error) => Err(error.into()),
    }
}
