//! A report that came by telephone, at the counter or on paper.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::{read_moment, web::Problem};
use yakuba_forms::{Answers, Evaluation, FieldProblem};
use yakuba_kernel::Channel;
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Html, RadioGroup, Select, TextField, Words,
};

use super::room::{Room, href};
use crate::{
    model::rules::Category,
    pages::asked::{plain, private},
    store::{self, Content, NewReport, followers::Follower},
};

/// How a report comes to staff.
const CHANNELS: [Channel; 3] = [Channel::Phone, Channel::Counter, Channel::Paper];

#[derive(Template)]
#[template(path = "desk/enter.html")]
struct Body {
    words: Words,
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
    href: String,
}

fn chosen<'r>(room: &'r Room, key: &str) -> Option<&'r Category> {
    room.current
        .rules
        .offered()
        .find(|category| category.key.as_str() == key)
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let key = room.query.get("category").to_owned();
    let answers = Answers::new();
    let evaluation = room
        .current
        .form(&key, false)
        .map(|form| form.evaluate(&answers, room.city().today()));
    Ok(shown(
        &room,
        &key,
        &answers,
        evaluation.as_ref(),
        &[],
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn shown(
    room: &Room,
    key: &str,
    answers: &Answers,
    evaluation: Option<&Evaluation>,
    problems: &[FieldProblem],
    typed: &Fields,
    errors: &FormErrors,
) -> Response {
    let language = room.language();
    let category = chosen(room, key);
    let controls = match (room.current.form(key, false), evaluation, category) {
        (Some(form), Some(evaluation), Some(_)) => {
            form.render_all(answers, evaluation, problems, language)
        }
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
    let has_problems = !problems.is_empty() || !errors.is_empty();
    let mut page = room
        .page_below(room.t("desk-new"), &body)
        .with_errors(has_problems);
    if has_problems {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    private(page)
}

pub(super) async fn save(room: Room, fields: Fields) -> Result<Response, Problem> {
    let key = fields.get("category").to_owned();
    let (Some(category), Some(form)) = (chosen(&room, &key), room.current.form(&key, false)) else {
        return Err(Problem::BadRequest(room.t("desk-problem-required")));
    };
    let mut answers = Answers::new();
    let pairs: Vec<(String, String)> = fields
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let read = form.read_all(&pairs, &mut answers, room.city().today());
    let mut errors = FormErrors::new();
    let channel = CHANNELS
        .into_iter()
        .find(|channel| channel.as_str() == fields.get("channel"));
    if channel.is_none() {
        errors.add("channel", room.t("desk-problem-required"));
    }
    let now = room.city().now();
    let written = fields.get("written").trim();
    let written_at = read_moment(written, now).filter(|at| *at <= now);
    if !written.is_empty() && written_at.is_none() {
        errors.add("written", room.t("desk-problem-written"));
    }
    let mut content = Content {
        language: room.language().code().to_owned(),
        ..Content::default()
    };
    content.contact.name = plain(fields.get("name"), 100);
    content.contact.phone = plain(fields.get("phone"), 30);
    let email = match fields.get("email") {
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
    let (Some(channel), true, true) = (channel, errors.is_empty(), read.problems.is_empty()) else {
        let evaluation = Some(&read.evaluation);
        return Ok(shown(
            &room,
            &key,
            &answers,
            evaluation,
            &read.problems,
            &fields,
            &errors,
        ));
    };
    content.answers = answers;
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
    let posted = room
        .write(report, |tx, report| Box::pin(store::post(tx, report)))
        .await?;
    let body = NumberBody {
        words: room.words,
        number: posted.number.to_string(),
        href: href(posted.id),
    };
    Ok(private(
        room.page_below(room.t("desk-number-title"), &body)
            .into_response(),
    ))
}
