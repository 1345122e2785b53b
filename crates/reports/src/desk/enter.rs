//! A report that came by telephone, at the counter or on paper.

use askama::Template;
use axum::{
    extract::Request,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::{JAPAN, read_moment, web::Problem};
use yakuba_forms::{
    Answers, Evaluation, FieldProblem, Form, Marks, Wish, fill_in_place, fill_in_written_place,
    mark_places,
};
use yakuba_identity::Token;
use yakuba_kernel::Channel;
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Html, RadioGroup, Select, TextField, Words, format,
};

use super::room::{Room, href};
use crate::{
    capabilities::WORK,
    error::ReportError,
    model::rules::{Category, PHOTOS, PLACE},
    pages::{
        asked::{plain, private, state_key},
        new::{MOST_SIMILAR, problem_with_photos, similar_to, too_many},
        sent::Sent,
    },
    store::{
        self, Content, NewReport,
        drafts::{self, Draft, Held, Saving, Sending},
        followers::Follower,
        photos::SealedPhoto,
    },
};

/// How a report comes to staff.
const CHANNELS: [Channel; 3] = [Channel::Phone, Channel::Counter, Channel::Paper];

/// A report nearby that may be the same.
struct Near {
    href: String,
    title: String,
    note: String,
}

#[derive(Template)]
#[template(path = "desk/enter.html")]
struct Body {
    words: Words,
    /// Names what is sent, so that it is taken once.
    key: String,
    near: Vec<Near>,
    has_photos: bool,
    errors: ErrorSummary,
    choose: Select,
    category: Option<String>,
    controls: Html,
    channel: RadioGroup,
    written: TextField,
    contact: Vec<TextField>,
}

#[derive(Template)]
#[template(path = "desk/number.html")]
struct NumberBody {
    words: Words,
    number: String,
    /// The report, when it is a matter of this person's departments.
    href: Option<String>,
}

/// What the form shows besides its controls.
#[derive(Default)]
struct Shown<'s> {
    problems: &'s [FieldProblem],
    /// What may be the same; it is asked once.
    near: Vec<Near>,
    /// Pictures were sent, and have to be chosen again.
    has_photos: bool,
    /// The button that finds an address, and what came of it.
    marks: Marks,
}

/// The button that finds the address of the place; after it was pressed, with what came of it.
async fn marks(
    room: &Room,
    form: &Form,
    answers: &Answers,
    path: Option<&str>,
) -> Result<Marks, Problem> {
    let mut marks = Marks::new();
    mark_places(&room.city, form, answers, path, &mut marks).await?;
    Ok(marks)
}

/// The name of a form as a page gave it: 256 random bits.
fn is_name(key: &str) -> bool {
    key.len() == 43
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn chosen<'r>(room: &'r Room, key: &str) -> Option<&'r Category> {
    room.current
        .rules
        .offered()
        .find(|category| category.key.as_str() == key)
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    if let Some(key) = room.query.optional("entered") {
        return number(&room, &key).await;
    }
    let key = room.query.get("category").to_owned();
    let answers = Answers::new();
    let form = room.current.form(&key, true);
    let evaluation = form
        .as_ref()
        .map(|form| form.evaluate(&answers, room.city.today()));
    let marks = match &form {
        Some(form) => marks(&room, form, &answers, None).await?,
        None => Marks::new(),
    };
    let mut typed = Fields::default();
    typed.push("key", Token::generate().as_str());
    Ok(shown(
        &room,
        &key,
        &answers,
        evaluation.as_ref(),
        &typed,
        &FormErrors::new(),
        Shown {
            marks,
            ..Shown::default()
        },
    ))
}

/// The report that was sent under a name, if it was.
async fn entered(
    room: &Room,
    token: &Token,
) -> Result<Option<(yakuba_identity::Receipt, i64)>, Problem> {
    let held = drafts::held(room.db(), room.key(), token, room.city.now()).await?;
    Ok(match held {
        Some(Held::Sent(number, report)) => Some((number, report)),
        _ => None,
    })
}

/// The number, for whoever has just sent the form.
async fn number(room: &Room, key: &str) -> Result<Response, Problem> {
    let (number, report) = entered(room, &Token::received(key))
        .await?
        .ok_or(Problem::NotFound)?;
    let found = store::report(room.db(), report)
        .await?
        .ok_or(Problem::NotFound)?;
    let body = NumberBody {
        words: room.words,
        number: number.to_string(),
        href: room.may(WORK, &found).then(|| href(found.id)),
    };
    Ok(private(
        room.page_below(room.t("desk-number-title"), &body)
            .into_response(),
    ))
}

fn shown(
    room: &Room,
    key: &str,
    answers: &Answers,
    evaluation: Option<&Evaluation>,
    typed: &Fields,
    errors: &FormErrors,
    besides: Shown<'_>,
) -> Response {
    let language = room.language();
    let category = chosen(room, key);
    let controls = match (room.current.form(key, true), evaluation, category) {
        (Some(form), Some(evaluation), Some(_)) => form.render_all_marked(
            answers,
            evaluation,
            besides.problems,
            &besides.marks,
            language,
        ),
        _ => Html::empty(),
    };
    let channel = CHANNELS.into_iter().fold(
        RadioGroup::new(language, "channel", room.t("desk-channel")).inline(),
        |group, channel| {
            let name = room.t(&format!("desk-channel-{}", channel.as_str()));
            group.choice(Choice::new(channel.as_str(), name))
        },
    );
    let field = |name: &'static str| {
        TextField::new(language, name, room.t(&format!("desk-{name}")))
            .value(typed.get(name))
            .optional()
            .errors(errors)
    };
    let body = Body {
        words: room.words,
        key: typed.get("key").to_owned(),
        near: besides.near,
        has_photos: besides.has_photos,
        errors: errors.summary(language),
        choose: room
            .current
            .rules
            .offered()
            .fold(
                Select::new(language, "category", room.t("desk-enter-choose")),
                |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
            )
            .value(key),
        category: category.map(|category| category.key.as_str().to_owned()),
        controls,
        channel: channel
            .value(match typed.get("channel") {
                "" => Channel::Phone.as_str(),
                given => given,
            })
            .errors(errors),
        written: field("written")
            .support(room.t("desk-written-support"))
            .errors(errors),
        contact: vec![
            field("name"),
            field("phone"),
            field("email").support(room.t("desk-email-support")).email(),
        ],
    };
    let has_problems = !besides.problems.is_empty() || !errors.is_empty();
    let mut page = room
        .page_below(room.t("desk-new"), &body)
        .with_errors(has_problems);
    if has_problems {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    private(page)
}

/// Reports nearby that may be the same as what is written down.
async fn near(room: &Room, category: &Category, content: &Content) -> Result<Vec<Near>, Problem> {
    let Some(point) = content.point() else {
        return Ok(Vec::new());
    };
    let language = room.language();
    let filter = similar_to(category.key.as_str(), point, room.city.now());
    let found = store::search(room.db(), &filter, 0, MOST_SIMILAR).await?;
    Ok(found
        .reports
        .iter()
        // What another department keeps back is not for this one.
        .filter(|(report, _)| report.is_shown || room.may(WORK, report))
        .map(|(report, away)| Near {
            href: if room.may(WORK, report) {
                href(report.id)
            } else {
                crate::pages::href(&report.public_id)
            },
            title: format!("{} {}", room.title(report), report.public_id),
            note: format!(
                "{} / {} / {}",
                format::distance(away.unwrap_or(0.0), language),
                room.public(&state_key(report.state)),
                format::date(JAPAN.to_datetime(report.received_at).date(), language)
            ),
        })
        .collect())
}

pub(super) async fn save(room: Room, request: Request) -> Result<Response, Problem> {
    let mut sent = Sent::read(request).await?;
    let name = sent.fields.get("key").to_owned();
    let token = Token::received(&name);
    let done = || Redirect::to(&format!("/desk/reports/new?entered={name}")).into_response();
    // The same form once more: a second press, or the page loaded again.
    if entered(&room, &token).await?.is_some() {
        // Whoever went back and wrote something else must not believe that it was taken.
        return Ok(Redirect::to(&format!(
            "/desk/reports/new?entered={name}&done=entered-before"
        ))
        .into_response());
    }
    let key = sent.fields.get("category").to_owned();
    let (Some(category), Some(form)) = (chosen(&room, &key), room.current.form(&key, true)) else {
        return Err(Problem::BadRequest(room.t("desk-problem-required")));
    };
    if !is_name(&name) {
        return Err(Problem::BadRequest(room.t("desk-problem-reload")));
    }
    let mut answers = Answers::new();
    let mut read = form.read_all(&sent.pairs(), &mut answers, room.city.today());
    let mut errors = FormErrors::new();
    if let Some(wish) = Wish::read(sent.fields.get("action")) {
        fill_in_place(&room.city, &form, &mut answers, &wish).await?;
        let besides = Shown {
            has_photos: !sent.photos(&room.city, room.key()).await?.is_empty(),
            marks: marks(&room, &form, &answers, wish.shown()).await?,
            ..Shown::default()
        };
        let evaluation = form.evaluate(&answers, room.city.today());
        return Ok(shown(
            &room,
            &key,
            &answers,
            Some(&evaluation),
            &sent.fields,
            &errors,
            besides,
        ));
    }
    fill_in_written_place(&room.city, &form, &mut answers, PLACE, None).await?;
    let mut photos: Vec<SealedPhoto> = Vec::new();
    let given = sent.photos(&room.city, room.key()).await?;
    let has_photos = !given.is_empty();
    for photo in given {
        let refused = match photo {
            Ok(picture) => match form.add_file(&mut answers, PHOTOS, picture.answer) {
                Ok(()) => {
                    photos.push(picture.sealed);
                    continue;
                }
                Err(_) => too_many(),
            },
            Err(message) => message,
        };
        read.problems.extend(problem_with_photos(refused));
    }
    let channel = CHANNELS
        .into_iter()
        .find(|channel| channel.as_str() == sent.fields.get("channel"));
    if channel.is_none() {
        errors.add("channel", room.t("desk-problem-required"));
    }
    let now = room.city.now();
    let written = sent.fields.get("written");
    let written_at = read_moment(written, now).filter(|at| *at <= now);
    if !written.is_empty() && written_at.is_none() {
        errors.add("written", room.t("desk-problem-written"));
    }
    let mut content = Content {
        language: room.language().code().to_owned(),
        ..Content::default()
    };
    content.contact.name = plain(sent.fields.get("name"), 100);
    content.contact.phone = plain(sent.fields.get("phone"), 30);
    let email = match sent.fields.get("email") {
        "" => None,
        typed => {
            let read = EmailAddress::read(typed).ok();
            if read.is_none() {
                errors.add("email", room.t("desk-problem-email"));
            }
            read
        }
    };
    if let Some(email) = &email {
        content.contact.email = email.as_str().to_owned();
    }
    content.answers = answers;
    let is_right = errors.is_empty() && read.problems.is_empty();
    let near = if is_right && !sent.fields.has("despite") {
        near(&room, category, &content).await?
    } else {
        Vec::new()
    };
    let (Some(channel), true, true) = (channel, is_right, near.is_empty()) else {
        // Pictures that come again are chosen again: nothing is kept before it is taken.
        let mut without = content.answers.clone();
        without.remove(PHOTOS);
        let marks = marks(&room, &form, &without, None).await?;
        return Ok(shown(
            &room,
            &key,
            &without,
            Some(&form.evaluate(&without, room.city.today())),
            &sent.fields,
            &errors,
            Shown {
                problems: &read.problems,
                near,
                has_photos,
                marks,
            },
        ));
    };
    let mut report = NewReport::new(room.key(), &room.current.rules, category, channel, &content)?;
    if let Some(at) = written_at {
        report = report.written_at(at);
    }
    if let Some(email) = &email {
        let base = room.identity.settings().public_url.as_str();
        report = report.followed_by(Follower::new(
            room.key(),
            email,
            room.language().code(),
            base,
        )?);
    }
    let mut draft = Draft {
        token: token.hash(),
        category: key,
        content,
        revision: 0,
    };
    let saving = Saving::of(room.key(), &draft, photos)?;
    draft.revision = 1;
    let sending = Sending::new(room.key(), &draft, report)?;
    let outcome = room
        .write((saving, sending), |tx, (saving, sending)| {
            Box::pin(async move {
                drafts::save(tx, saving).await?;
                drafts::send(tx, sending).await
            })
        })
        .await;
    // Also when the same was sent twice at once and the other one was taken.
    if entered(&room, &token).await?.is_some() {
        return Ok(done());
    }
    Err(outcome
        .err()
        .unwrap_or(ReportError::ChangedMeanwhile)
        .into())
}
