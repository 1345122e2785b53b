//! Reporting: category → place → what is there already → text and pictures → contact → check → sent.

use askama::Template;
use axum::{
    extract::{Path, Request},
    http::header,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp};
use yakuba_city::{Actor, Equipment, web::Problem};
use yakuba_forms::{
    Answer, Evaluation, FieldProblem, Form, Marks, Outcome, Wish, fill_in_place,
    fill_in_written_place, mark_places, model::document::Key,
};
use yakuba_identity::Token;
use yakuba_kernel::{Channel, Point};
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    CheckboxGroup, ChipLabel, Choice, ErrorSummary, Fields, FormErrors, Html, Page, RadioGroup,
    TextField, Words, format,
};

use super::{
    asked::{Asked, private},
    confirming::{self, Confirming},
    href,
    sent::Sent,
    taken, which,
};
use crate::{
    equipment,
    error::ReportError,
    model::{
        rules::{Category, DETAILS, PHOTOS, PLACE},
        state::State,
    },
    store::{
        self, Content, Filter, Found, NewReport, Report,
        drafts::{self, Draft, Held, Saving, Sending},
        followers::Follower,
    },
};

/// The cookie under which a browser finds its draft again, for a day.
const COOKIE: &str = "yakuba_report";
const COOKIE_SECONDS: i64 = 24 * 60 * 60;
/// Reports within so many metres are offered to be followed instead.
const NEAR: u32 = 150;
/// A report that was forwarded longer ago says nothing about how it is there now: 90 days.
const FORWARDED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// So many of them at most.
pub(crate) const MOST_SIMILAR: u32 = 8;

pub(super) const HOME: &str = "/reports/new";

pub(super) fn goes(to: &str) -> Response {
    Redirect::to(&format!("{HOME}{to}")).into_response()
}

async fn held(asked: &Asked) -> Result<Option<Held>, Problem> {
    let Some(token) = asked.cookies.token(COOKIE) else {
        return Ok(None);
    };
    let city = asked.city();
    Ok(drafts::held(city.db(), asked.key(), &token, city.now()).await?)
}

/// A draft with its category and form.
pub(super) struct Open {
    pub(super) draft: Draft,
    pub(super) category: Category,
    form: std::sync::Arc<Form>,
}

impl Open {
    /// What this browser is writing; otherwise where to go instead.
    pub(super) async fn of(asked: &Asked) -> Result<Result<Self, Response>, Problem> {
        let draft = match held(asked).await? {
            None => return Ok(Err(goes(""))),
            Some(Held::Sent(..)) => return Ok(Err(goes("/done"))),
            Some(Held::Draft(draft)) => *draft,
        };
        let rules = &asked.current.rules;
        let category = rules
            .category(&draft.category)
            .filter(|category| !category.closed)
            .cloned();
        let (Some(category), Some(form)) = (category, asked.current.form(&draft.category, true))
        else {
            return Ok(Err(goes("")));
        };
        Ok(Ok(Self {
            draft,
            category,
            form,
        }))
    }

    /// The buttons beside the place, and what came of the one that was pressed.
    async fn marks(&self, asked: &Asked, path: Option<&str>) -> Result<Marks, Problem> {
        let mut marks = Marks::new();
        let answers = &self.draft.content.answers;
        mark_places(asked.city(), &self.form, answers, path, &mut marks).await?;
        Ok(marks)
    }

    fn evaluation(&self, asked: &Asked) -> Evaluation {
        self.form
            .evaluate(&self.draft.content.answers, asked.city().today())
    }

    pub(super) async fn save(
        &mut self,
        asked: &Asked,
        added: Vec<store::photos::SealedPhoto>,
    ) -> Result<(), Problem> {
        let saving = Saving::of(asked.key(), &self.draft, added)?;
        self.draft.revision = asked
            .city()
            .write(Actor::Public, saving, |tx, saving| {
                Box::pin(drafts::save(tx, saving))
            })
            .await
            .map_err(|error: ReportError| Problem::from(error))?;
        Ok(())
    }
}

#[derive(Template)]
#[template(path = "public/choose.html")]
struct ChooseBody {
    words: Words,
    errors: ErrorSummary,
    choices: RadioGroup,
    urgent: Vec<(String, String)>,
    /// What stands there that it is about, when it was begun on its page.
    equipment: Option<Equipment>,
    is_empty: bool,
}

/// Asks for the category.
pub(super) async fn choose(asked: Asked) -> Result<Response, Problem> {
    let chosen = asked.query.get("category").to_owned();
    let about =
        equipment::public_piece(asked.city(), asked.query.get("equipment"), asked.language).await?;
    // While a disaster goes on, the shortest way is the first; whoever comes from a street light wants to tell of it.
    if chosen.is_empty()
        && about.is_none()
        && !asked.query.has("usual")
        && super::emergency::is_on(&asked).await?
    {
        return Ok(Redirect::to("/reports/emergency").into_response());
    }
    Ok(choosing(&asked, &chosen, about, &FormErrors::new()))
}

fn choosing(
    asked: &Asked,
    chosen: &str,
    equipment: Option<Equipment>,
    errors: &FormErrors,
) -> Response {
    let (language, rules) = (asked.language, &asked.current.rules);
    let kind = equipment.as_ref().map(|piece| piece.kind.as_str());
    let offered: Vec<&Category> = rules
        .usual()
        .filter(|category| kind.is_none_or(|kind| category.takes(kind)))
        .collect();
    let only = match offered.as_slice() {
        [one] => one.key.as_str(),
        _ => "",
    };
    let choices = offered.iter().map(|category| {
        let choice = Choice::new(category.key.as_str(), category.name.get(language));
        match &category.hint {
            Some(hint) => choice.support(hint.get(language)),
            None => choice,
        }
    });
    let body = ChooseBody {
        words: asked.words,
        errors: errors.summary(language),
        choices: RadioGroup::new(language, "category", asked.t("reports-choose-category"))
            .choices(choices)
            .value(if chosen.is_empty() { only } else { chosen })
            .required()
            .errors(errors),
        urgent: offered
            .iter()
            .filter_map(|category| {
                let urgent = category.urgent.as_ref()?;
                Some((
                    category.name.get(language).to_owned(),
                    urgent.get(language).to_owned(),
                ))
            })
            .collect(),
        is_empty: offered.is_empty(),
        equipment,
    };
    Page::public(asked.shell.clone(), asked.t("reports-new-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .narrow()
        .with_errors(!errors.is_empty())
        .into_response()
}

/// Begins a report, or gives one that is being written another category.
pub(super) async fn start(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let rules = &asked.current.rules;
    let chosen = fields.get("category");
    let about =
        equipment::public_piece(asked.city(), fields.get("equipment"), asked.language).await?;
    let category = rules.usual().find(|one| {
        one.key.as_str() == chosen && about.as_ref().is_none_or(|piece| one.takes(&piece.kind))
    });
    let Some(category) = category else {
        let mut errors = FormErrors::new();
        errors.add("category", asked.t("reports-problem-category"));
        return Ok(choosing(&asked, "", about, &errors));
    };
    asked.begin_writing().await?;
    let mut content = match held(&asked).await? {
        // The place is the same, whatever is there.
        Some(Held::Draft(draft)) if about.is_none() => {
            let mut content = Content {
                language: asked.language.code().to_owned(),
                ..Content::default()
            };
            if let (Some(place), Ok(key)) = (draft.content.answers.get(PLACE), Key::new(PLACE)) {
                content.answers.set(key, place.clone());
            }
            content
        }
        _ => Content {
            language: asked.language.code().to_owned(),
            ..Content::default()
        },
    };
    if let Some(piece) = &about {
        content.put_at(piece);
    }
    let token = Token::generate();
    let saving = Saving::new(asked.key(), &token, category.key.as_str(), &content)?;
    asked
        .city()
        .write(Actor::Public, saving, |tx, saving| {
            Box::pin(drafts::save(tx, saving))
        })
        .await
        .map_err(|error: ReportError| Problem::from(error))?;
    // Where a piece of equipment stands is known.
    let mut response = goes(if about.is_some() && content.point().is_some() {
        "/similar"
    } else {
        "/place"
    });
    asked
        .cookies
        .set(&mut response, COOKIE, Some(&token), Some(COOKIE_SECONDS));
    Ok(response)
}

#[derive(Template)]
#[template(path = "public/step.html")]
struct StepBody {
    words: Words,
    place: String,
    action: String,
    files: bool,
    controls: Html,
    back: String,
    urgent: String,
}

fn step(
    asked: &Asked,
    open: &Open,
    page: &str,
    evaluation: &Evaluation,
    problems: &[FieldProblem],
    marks: &Marks,
) -> Response {
    let language = asked.language;
    let is_place = page == PLACE;
    let title = open
        .form
        .page(page)
        .map_or("", |page| page.title.get(language));
    let urgent = open.category.urgent.as_ref().filter(|_| is_place);
    let body = StepBody {
        words: asked.words,
        place: place_in_line(asked, if is_place { 2 } else { 3 }),
        action: format!("{HOME}/{page}"),
        files: !is_place,
        controls: open.form.render_page_marked(
            page,
            &open.draft.content.answers,
            evaluation,
            problems,
            marks,
            language,
        ),
        back: format!(
            "{HOME}{}",
            if is_place {
                format!("?category={}", open.category.key)
            } else {
                "/place".to_owned()
            }
        ),
        urgent: urgent.map_or_else(String::new, |text| text.get(language).to_owned()),
    };
    let page = Page::public(asked.shell.clone(), title, &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .breadcrumb(open.category.name.get(language), HOME)
        .not_for_search_engines()
        .narrow()
        .with_errors(!problems.is_empty());
    private(page)
}

/// Which of the five pages this is.
fn place_in_line(asked: &Asked, n: i64) -> String {
    asked
        .words
        .with("reports-page-of", &[("n", n.into()), ("of", 5_i64.into())])
        .into_owned()
}

pub(super) async fn place(asked: Asked) -> Result<Response, Problem> {
    shown(asked, PLACE).await
}

pub(super) async fn details(asked: Asked) -> Result<Response, Problem> {
    shown(asked, DETAILS).await
}

async fn shown(asked: Asked, page: &str) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let marks = open.marks(&asked, None).await?;
    Ok(step(
        &asked,
        &open,
        page,
        &open.evaluation(&asked),
        &[],
        &marks,
    ))
}

pub(super) async fn answer_place(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let pairs: Vec<(String, String)> = fields
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let form = open.form.clone();
    let today = asked.city().today();
    let before = open.draft.content.point();
    let place_before = match open.draft.content.answers.get(PLACE) {
        Some(Answer::Place(place)) => Some(place.clone()),
        _ => None,
    };
    let read = form.read_page(PLACE, &pairs, &mut open.draft.content.answers, today);
    if let Some(wish) = Wish::read(fields.get("action")) {
        let answers = &mut open.draft.content.answers;
        fill_in_place(asked.city(), &form, answers, &wish).await?;
        open.save(&asked, Vec::new()).await?;
        let marks = open.marks(&asked, wish.shown()).await?;
        let evaluation = open.evaluation(&asked);
        return Ok(step(&asked, &open, PLACE, &evaluation, &[], &marks));
    }
    let answers = &mut open.draft.content.answers;
    fill_in_written_place(asked.city(), &form, answers, PLACE, place_before.as_ref()).await?;
    if open.draft.content.point() != before {
        // What stands there is something else.
        open.draft.content.equipment.clear();
    }
    open.save(&asked, Vec::new()).await?;
    let marks = open.marks(&asked, None).await?;
    Ok(match read.outcome {
        Outcome::Problems => step(
            &asked,
            &open,
            PLACE,
            &read.evaluation,
            &read.problems,
            &marks,
        ),
        _ if which::is_offered(&asked, &open).await? => goes("/equipment"),
        _ => goes("/similar"),
    })
}

struct Similar {
    href: String,
    title: String,
    chip: ChipLabel,
    note: String,
    text: String,
}

#[derive(Template)]
#[template(path = "public/similar.html")]
struct SimilarBody {
    words: Words,
    items: Vec<Similar>,
}

/// What a report of a category at a point may be the same as: open ones, and those forwarded of late, since nobody in the city
/// hears of it when another authority is done.
pub(crate) fn similar_to(category: &str, point: Point, now: Timestamp) -> Filter {
    Filter {
        category: Some(category.to_owned()),
        states: State::ALL
            .into_iter()
            .filter(|state| !state.is_handled() || *state == State::Forwarded)
            .collect(),
        open_or_handled_from: Some((now - FORWARDED).as_microsecond()),
        near: Some((point, NEAR)),
        ..Filter::default()
    }
}

/// Reports near the place of a draft that may be the same.
async fn similar_ones(asked: &Asked, open: &Open) -> Result<Found, Problem> {
    let Some(point) = open.draft.content.point() else {
        return Ok(Found::default());
    };
    let filter = Filter {
        shown: true,
        ..similar_to(&open.draft.category, point, asked.city().now())
    };
    Ok(store::search(asked.city().db(), &filter, 0, MOST_SIMILAR).await?)
}

/// Whether there are reports nearby that may be the same.
pub(super) async fn has_similar(asked: &Asked, open: &Open) -> Result<bool, Problem> {
    Ok(!similar_ones(asked, open).await?.reports.is_empty())
}

/// Offers open reports nearby, before anything is written: to follow one is enough.
pub(super) async fn similar(asked: Asked) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let found = similar_ones(&asked, &open).await?;
    if found.reports.is_empty() {
        return Ok(goes("/details"));
    }
    let items = found
        .reports
        .iter()
        .map(|(report, away)| Similar {
            href: href(&report.public_id),
            title: asked.title(report),
            chip: asked.chip(report.state),
            note: format!(
                "{} / {}",
                if !report.equipment.is_empty() && report.equipment == open.draft.content.equipment
                {
                    asked.t("reports-equipment-same")
                } else {
                    format::distance(away.unwrap_or(0.0), asked.language)
                },
                asked
                    .words
                    .with_text("reports-received-on", "day", &asked.day(report.received_at))
            ),
            text: report.public_text.chars().take(120).collect(),
        })
        .collect();
    let body = SimilarBody {
        words: asked.words,
        items,
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-similar-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow();
    Ok(private(page))
}

pub(super) async fn answer_details(asked: Asked, request: Request) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut sent = Sent::read(request).await?;
    let form = open.form.clone();
    let today = asked.city().today();
    let read = form.read_page(
        DETAILS,
        &sent.pairs(),
        &mut open.draft.content.answers,
        today,
    );
    let (mut evaluation, mut problems, mut outcome) =
        (read.evaluation, read.problems, read.outcome);
    let photos = sent.photos(asked.city(), asked.key()).await?;
    let mut added = Vec::new();
    let mut taken_at = None;
    if !photos.is_empty() {
        asked.begin_writing().await?;
        let mut refused = Vec::new();
        for photo in photos {
            match photo {
                Ok(taken) => {
                    let answers = &mut open.draft.content.answers;
                    match form.add_file(answers, PHOTOS, taken.answer) {
                        Ok(()) => {
                            added.push(taken.sealed);
                            taken_at = taken_at.or(taken.origin);
                        }
                        Err(_) => refused.push(too_many()),
                    }
                }
                Err(message) => refused.push(message),
            }
        }
        evaluation = form.evaluate(&open.draft.content.answers, today);
        if matches!(outcome, Outcome::Problems | Outcome::Complete) {
            problems = evaluation.problems_on(DETAILS).cloned().collect();
            for message in refused {
                problems.extend(problem_with_photos(message));
            }
            outcome = if !problems.is_empty() {
                Outcome::Problems
            } else if read.new_questions.is_empty() {
                Outcome::Complete
            } else {
                Outcome::MoreQuestions
            };
        }
    }
    open.save(&asked, added).await?;
    // A place that was chosen is not asked for again.
    if let Some(point) = taken_at
        && open.draft.content.point().is_none()
    {
        let is_over =
            matches!(outcome, Outcome::Complete | Outcome::NotAsked) && !read_again(&sent.fields);
        let next = if is_over { "/contact" } else { "/details" };
        return Ok(taken::offer(&asked, &open, point, next));
    }
    Ok(match outcome {
        Outcome::Problems => step(
            &asked,
            &open,
            DETAILS,
            &evaluation,
            &problems,
            &Marks::new(),
        ),
        Outcome::Changed(id) => goes(&format!("/details#{id}")),
        Outcome::MoreQuestions => goes("/details"),
        Outcome::Complete | Outcome::NotAsked => goes(if read_again(&sent.fields) {
            "/details"
        } else {
            "/contact"
        }),
    })
}

/// The button that keeps the pictures and stays on the page.
fn read_again(fields: &Fields) -> bool {
    fields.get("action") == "again"
}

/// More pictures than are taken.
pub(crate) fn too_many() -> yakuba_forms::Message {
    yakuba_forms::Message::Own(crate::model::rules::text_of("reports-problem-photos"))
}

/// What is wrong with pictures, at their field.
pub(crate) fn problem_with_photos(message: yakuba_forms::Message) -> Option<FieldProblem> {
    Some(FieldProblem {
        page: Key::new(DETAILS).ok()?,
        field: Key::new(PHOTOS).ok()?,
        entry: None,
        part: None,
        message,
    })
}

#[derive(Template)]
#[template(path = "public/contact.html")]
struct ContactBody {
    words: Words,
    place: String,
    errors: ErrorSummary,
    known: Option<String>,
    field: TextField,
    is_code: bool,
}

fn contact_page(
    asked: &Asked,
    known: Option<&EmailAddress>,
    is_code: bool,
    typed: &str,
    errors: &FormErrors,
) -> Response {
    let body = ContactBody {
        words: asked.words,
        place: place_in_line(asked, 4),
        errors: errors.summary(asked.language),
        known: known.map(|email| email.as_str().to_owned()),
        field: confirming::field(asked, is_code, typed, errors),
        is_code,
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-contact-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow()
        .with_errors(!errors.is_empty());
    private(page)
}

/// Asks whether and where the sender wants to hear of it.
pub(super) async fn contact(asked: Asked) -> Result<Response, Problem> {
    if let Err(elsewhere) = Open::of(&asked).await? {
        return Ok(elsewhere);
    }
    let known = asked.email().await?;
    let is_code = confirming::asks_for_code(&asked) && known.is_none();
    Ok(contact_page(
        &asked,
        known.as_ref(),
        is_code,
        "",
        &FormErrors::new(),
    ))
}

pub(super) async fn answer_contact(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let known = asked.email().await?;
    let email = match fields.get("action") {
        "none" => None,
        "known" if known.is_some() => known,
        _ => match confirming::step(&asked, &fields, "/reports/new/contact").await? {
            Confirming::Proved(email) => Some(email),
            Confirming::Go(response) => return Ok(response),
            Confirming::Again(is_code, typed, errors) => {
                return Ok(contact_page(&asked, None, is_code, &typed, &errors));
            }
        },
    };
    open.draft.content.contact.email =
        email.map_or_else(String::new, |email| email.as_str().to_owned());
    open.save(&asked, Vec::new()).await?;
    Ok(goes("/check"))
}

struct Picture {
    address: String,
    name: String,
}

#[derive(Template)]
#[template(path = "public/check.html")]
struct CheckBody {
    words: Words,
    place: String,
    category: String,
    equipment: Option<String>,
    answers: Html,
    photos: Vec<Picture>,
    contact: String,
    /// Whoever is signed in may find it in the account again.
    own: Option<CheckboxGroup>,
    revision: i64,
}

/// Shows everything once more.
pub(super) async fn check(asked: Asked) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let evaluation = open.evaluation(&asked);
    if let Some(page) = evaluation.first_open_page() {
        return Ok(goes(&format!("/{page}")));
    }
    let content = &open.draft.content;
    let body = CheckBody {
        words: asked.words,
        place: place_in_line(&asked, 5),
        category: open.category.name.get(asked.language).to_owned(),
        equipment: equipment::public_piece(asked.city(), &content.equipment, asked.language)
            .await?
            .map(|piece| piece.label()),
        answers: open
            .form
            .render_answers(&content.answers, &evaluation, asked.language, |page| {
                Some(format!("{HOME}/{page}"))
            }),
        photos: content
            .answers
            .files()
            .into_iter()
            .map(|file| Picture {
                address: format!("{HOME}/photos/{}", file.id),
                name: file.name.clone(),
            })
            .collect(),
        contact: content.contact.email.clone(),
        own: asked.principal.resident().map(|_| {
            CheckboxGroup::new(asked.language, "own", asked.t("reports-own"))
                .support(asked.t("reports-own-support"))
                .choice(Choice::new("1", asked.t("reports-own-keep")).chosen(true))
                .optional()
        }),
        revision: open.draft.revision,
    };
    let mut page = Page::public(asked.shell.clone(), asked.t("reports-check-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow();
    if let Some(notice) = asked.notice() {
        page = page.notice(notice);
    }
    Ok(private(page))
}

/// A picture of the draft, for its writer alone.
pub(super) async fn photo(asked: Asked, Path(photo): Path<String>) -> Result<Response, Problem> {
    let Some(Held::Draft(draft)) = held(&asked).await? else {
        return Err(Problem::NotFound);
    };
    let (media_type, contents) = drafts::photo(asked.city().db(), asked.key(), &draft, &photo)
        .await?
        .ok_or(Problem::NotFound)?;
    Ok(private(([(header::CONTENT_TYPE, media_type)], contents)))
}

/// Sends the report. A second press leads to the same last page.
pub(super) async fn send(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(elsewhere) => return Ok(elsewhere),
    };
    // What is sent must be what was shown.
    if fields.revision() != open.draft.revision {
        return Ok(goes("/check?done=changed"));
    }
    if open.evaluation(&asked).first_open_page().is_some() {
        return Ok(goes("/check"));
    }
    asked.begin_writing().await?;
    let content = &open.draft.content;
    let mut report = NewReport::new(
        asked.key(),
        &asked.current.rules,
        &open.category,
        Channel::Online,
        content,
    )?;
    if let Ok(email) = EmailAddress::read(&content.contact.email) {
        report = report.followed_by(Follower::new(
            asked.key(),
            &email,
            asked.language.code(),
            &asked.base(),
        )?);
    }
    if fields.get("own") == "1"
        && let Some(resident) = asked.principal.resident()
    {
        report = report.owned_by(store::own::owner(asked.key(), resident.id));
    }
    let sending = Sending::new(asked.key(), &open.draft, report)?;
    // Whoever it is, the public writes it: no account that anybody could read stands beside a report.
    let sent = asked
        .city()
        .write(Actor::Public, sending, |tx, sending| {
            Box::pin(drafts::send(tx, sending))
        })
        .await;
    match sent {
        Ok(_) => Ok(goes("/done")),
        Err(ReportError::ChangedMeanwhile) => Ok(match held(&asked).await? {
            Some(Held::Sent(..)) => goes("/done"),
            _ => goes("/check?done=changed"),
        }),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "public/done.html")]
struct DoneBody {
    words: Words,
    number: String,
    href: String,
    is_told: bool,
}

/// The number, once.
pub(super) async fn done(asked: Asked) -> Result<Response, Problem> {
    let Some(Held::Sent(number, report)) = held(&asked).await? else {
        return Ok(goes(""));
    };
    let found = store::report(asked.city().db(), report)
        .await?
        .ok_or(Problem::NotFound)?;
    let is_told = store::followers::count(asked.city().db(), report).await? > 0;
    Ok(done_page(&asked, &number.to_string(), &found, is_told))
}

/// The page with the number of a report that was just taken.
pub(super) fn done_page(asked: &Asked, number: &str, found: &Report, is_told: bool) -> Response {
    let body = DoneBody {
        words: asked.words,
        number: number.to_owned(),
        href: href(&found.public_id),
        is_told,
    };
    let page = Page::public(asked.shell.clone(), asked.t("reports-sent-title"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow();
    private(page)
}
