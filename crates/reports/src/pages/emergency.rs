//! Reporting while a disaster goes on: one short page that is sent as one request, exactly once however often it arrives.

use askama::Template;
use axum::{
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use yakuba_city::{Actor, open_emergencies, web::Problem};
use yakuba_forms::{Answers, FieldProblem, fill_in_written_place};
use yakuba_identity::{Receipt, Token};
use yakuba_kernel::Channel;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FileUpload, FormErrors, Page, RadioGroup, TextArea, TextField,
    Words,
};

use super::{
    asked::{Asked, plain, private},
    href,
    new::done_page,
    sent::Sent,
};
use crate::{
    error::ReportError,
    model::rules::{Category, MOST_MIB, MOST_PHOTOS, PHOTO_FILES, PHOTOS, PLACE},
    store::{
        self, Content, NewReport,
        drafts::{self, Draft, Held, Saving, Sending},
        photos::SealedPhoto,
    },
};

#[derive(Template)]
#[template(path = "public/emergency.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    /// Names what is sent, so that it is taken once.
    key: String,
    category: RadioGroup,
    place: TextField,
    coordinates: TextField,
    text: TextArea,
    phone: TextField,
    photos: FileUpload,
    /// What the browser's queue says, as JSON.
    queue_words: String,
}

/// Whether this is what the queue of the browser sent.
fn wants_json(asked: &Asked) -> bool {
    asked
        .headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"))
}

fn offered(asked: &Asked) -> impl Iterator<Item = &Category> {
    asked
        .current
        .rules
        .offered()
        .filter(|category| category.disaster)
}

/// The page; without a disaster, or when nothing is offered for one, the usual way.
pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    if !is_on(&asked).await? {
        return Ok(axum::response::Redirect::to("/reports/new").into_response());
    }
    let key = Token::generate();
    shown(&asked, key.as_str(), &Fields::default(), &FormErrors::new()).await
}

/// Whether disasters are reported now.
pub(super) async fn is_on(asked: &Asked) -> Result<bool, Problem> {
    Ok(offered(asked).next().is_some() && !open_emergencies(asked.city().db()).await?.is_empty())
}

async fn shown(
    asked: &Asked,
    key: &str,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = asked.language;
    let field = |name: &'static str, label: &str| {
        TextField::new(language, name, asked.t(label))
            .value(typed.get(name))
            .errors(errors)
    };
    let body = Body {
        words: asked.words,
        errors: errors.summary(language),
        key: key.to_owned(),
        category: offered(asked)
            .fold(
                RadioGroup::new(language, "category", asked.t("reports-choose-category")),
                |group, one| group.choice(Choice::new(one.key.as_str(), one.name.get(language))),
            )
            .value(typed.get("category"))
            .required()
            .errors(errors),
        place: field("place.description", "reports-field-place")
            .support(asked.t("reports-emergency-place"))
            .required(),
        coordinates: field("place.coordinates", "reports-emergency-position").optional(),
        text: TextArea::new(language, "text", asked.t("reports-field-text"))
            .value(typed.get("text"))
            .rows(3)
            .required()
            .errors(errors),
        phone: field("phone", "reports-emergency-phone")
            .support(asked.t("reports-emergency-phone-hint"))
            .autocomplete("tel")
            .optional(),
        photos: FileUpload::new(language, PHOTOS, asked.t("reports-field-photos"))
            .accept(PHOTO_FILES)
            .max_size(&format!("{MOST_MIB}MB"))
            .max_files(MOST_PHOTOS)
            .optional()
            .errors(errors),
        queue_words: queue_words(asked),
    };
    let shell = super::with_banners(asked).await?;
    let mut page = Page::public(shell, asked.t("reports-emergency-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow()
        .kept_on_the_device(&["/reports/emergency"])
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

/// What the queue of the browser says of a report.
fn queue_words(asked: &Asked) -> String {
    json!({
        "kept": asked.t("reports-queue-kept"),
        "waiting": asked.t("reports-queue-waiting"),
        "sent": asked.t("reports-queue-sent"),
        "refused": asked.t("reports-queue-refused"),
        "delete": asked.t("reports-queue-delete"),
        "send": asked.t("reports-queue-send"),
        "see": asked.t("reports-sent-see"),
        "full": asked.t("reports-queue-full"),
    })
    .to_string()
}

/// What was sent under this name before.
async fn sent_before(asked: &Asked, token: &Token) -> Result<Option<(Receipt, i64)>, Problem> {
    let city = asked.city();
    let held = drafts::held(city.db(), asked.key(), token, city.now()).await?;
    Ok(match held {
        Some(Held::Sent(number, report)) => Some((number, report)),
        _ => None,
    })
}

pub(super) async fn send(asked: Asked, request: Request) -> Result<Response, Problem> {
    let mut sent = Sent::read(request).await?;
    let key = sent.fields.get("key");
    // 256 bits, by us or by the browser's queue: nobody guesses under what name somebody else sent something.
    let is_key = key.len() == 43
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_key {
        return Err(Problem::BadRequest(asked.t("reports-emergency-reload")));
    }
    let token = Token::received(key);
    if let Some((number, report)) = sent_before(&asked, &token).await? {
        return done(&asked, &number, report).await;
    }
    asked.begin_writing().await?;
    let mut errors = FormErrors::new();
    let category = offered(&asked)
        .find(|one| one.key.as_str() == sent.fields.get("category"))
        .cloned();
    let form = category
        .as_ref()
        .and_then(|category| asked.current.form(category.key.as_str(), true));
    let (Some(category), Some(form)) = (category, form) else {
        errors.add("category", asked.t("reports-problem-category"));
        return refused(&asked, &sent.fields, &errors).await;
    };
    let mut answers = Answers::new();
    let read = form.read_all(&sent.pairs(), &mut answers, asked.city().today());
    for problem in &read.problems {
        errors.add(
            name_of(problem),
            problem.message.in_language(asked.language),
        );
    }
    let mut photos: Vec<SealedPhoto> = Vec::new();
    for photo in sent.photos(asked.city(), asked.key()).await? {
        match photo {
            Ok(picture) => match form.add_file(&mut answers, PHOTOS, picture.answer) {
                Ok(()) => photos.push(picture.sealed),
                Err(_) => errors.add(PHOTOS, asked.t("reports-problem-photos")),
            },
            Err(message) => errors.add(PHOTOS, message.in_language(asked.language)),
        }
    }
    let mut content = Content {
        answers,
        language: asked.language.code().to_owned(),
        ..Content::default()
    };
    content.contact.phone = plain(sent.fields.get("phone"), 30);
    if content.place().is_empty() && content.point().is_none() {
        errors.add("place.description", asked.t("reports-emergency-no-place"));
    }
    if !errors.is_empty() {
        return refused(&asked, &sent.fields, &errors).await;
    }
    fill_in_written_place(asked.city(), &form, &mut content.answers, PLACE, None).await?;
    let report = NewReport::new(
        asked.key(),
        &asked.current.rules,
        &category,
        Channel::Online,
        &content,
    )?;
    let mut draft = Draft {
        token: token.hash(),
        category: category.key.as_str().to_owned(),
        content,
        revision: 0,
    };
    let saving = Saving::of(asked.key(), &draft, photos)?;
    draft.revision = 1;
    let sending = Sending::new(asked.key(), &draft, report)?.kept_for(drafts::QUEUED);
    let outcome = asked
        .city()
        .write(Actor::Public, (saving, sending), |tx, (saving, sending)| {
            Box::pin(async move {
                drafts::save(tx, saving).await?;
                drafts::send(tx, sending).await
            })
        })
        .await;
    match sent_before(&asked, &token).await? {
        // Also when the same was sent twice at once and the other one was taken.
        Some((number, report)) => done(&asked, &number, report).await,
        None => Err(outcome
            .err()
            .unwrap_or(ReportError::ChangedMeanwhile)
            .into()),
    }
}

/// The control that a problem is about.
fn name_of(problem: &FieldProblem) -> String {
    match problem.field.as_str() {
        "place" => format!("place.{}", problem.part.unwrap_or("description")),
        name => name.to_owned(),
    }
}

async fn refused(asked: &Asked, typed: &Fields, errors: &FormErrors) -> Result<Response, Problem> {
    if wants_json(asked) {
        let sentences: Vec<&str> = [
            "category",
            "place.description",
            "place.coordinates",
            "text",
            PHOTOS,
        ]
        .into_iter()
        .filter_map(|name| errors.get(name))
        .collect();
        let body = json!({ "errors": sentences }).to_string();
        let kind = [(header::CONTENT_TYPE, "application/json")];
        return Ok(private((StatusCode::UNPROCESSABLE_ENTITY, kind, body)));
    }
    // What was refused was not kept; it may be sent under the same name.
    shown(asked, typed.get("key"), typed, errors).await
}

async fn done(asked: &Asked, number: &Receipt, report: i64) -> Result<Response, Problem> {
    let found = store::report(asked.city().db(), report)
        .await?
        .ok_or(Problem::NotFound)?;
    if wants_json(asked) {
        let body = json!({ "number": number.to_string(), "href": href(&found.public_id) });
        let kind = [(header::CONTENT_TYPE, "application/json")];
        return Ok(private((kind, body.to_string())));
    }
    Ok(done_page(asked, &number.to_string(), &found, false))
}
