//! Choosing a life event and answering its questions.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use yakuba_city::web::Problem;
use yakuba_forms::{Answer, Answers};
use yakuba_identity::Token;
use yakuba_ui::{CheckboxGroup, Choice, DateField, ErrorSummary, Fields, FormErrors, Page, Words};

use super::{Done, PLAN, WORDS, of_browser, shown, to_plan};
use crate::{
    ProcedureError,
    model::navigator::{LifeEventDocument, QuestionKind},
    pages::asked::{Asked, Cookie, private},
    store::visits::{self, NewVisit, SavingVisit},
};

struct Item {
    href: String,
    title: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "navigator/list.html")]
struct ListBody {
    words: Words,
    has_plan: bool,
    items: Vec<Item>,
}

pub(super) async fn list(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    let (words, language) = (WORDS.words(asked.language), asked.language);
    let body = ListBody {
        words,
        has_plan: of_browser(&asked).await?.is_some(),
        items: visits::events(asked.city().db())
            .await?
            .into_iter()
            .map(|event| Item {
                href: format!("/guide/{}", event.key),
                title: event.title.get(language).to_owned(),
                summary: event.summary.get(language).to_owned(),
            })
            .collect(),
    };
    let page = Page::public(asked.shell, words.get("navigator-title"), &body)
        .lead(words.get("navigator-lead"));
    Ok(shown(page, words, query.done.as_deref()))
}

#[derive(Template)]
#[template(path = "navigator/questions.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    days: Vec<DateField>,
    ticks: Option<CheckboxGroup>,
}

async fn event(asked: &Asked, key: &str) -> Result<LifeEventDocument, Problem> {
    visits::event(asked.city().db(), key)
        .await?
        .ok_or(Problem::NotFound)
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let event = event(&asked, &key).await?;
    let before = match of_browser(&asked).await? {
        Some(visit) if visit.event == key => visit.contents(&visit.key(asked.key())?)?.answers,
        _ => Answers::new(),
    };
    Ok(show(
        asked,
        &event,
        &before,
        &Fields::default(),
        &FormErrors::new(),
    ))
}

fn show(
    asked: Asked,
    event: &LifeEventDocument,
    answers: &Answers,
    typed: &Fields,
    errors: &FormErrors,
) -> Response {
    let (words, language) = (WORDS.words(asked.language), asked.language);
    let of_kind = |kind: QuestionKind| {
        event
            .questions
            .iter()
            .filter(move |question| question.kind == kind)
    };
    let days = of_kind(QuestionKind::Date)
        .map(|question| {
            let name = question.key.as_str();
            let field = DateField::new(language, name, question.label.get(language))
                .optional()
                .support(format!(
                    "{} {}",
                    words.get("navigator-day-example"),
                    question.hint.as_ref().map_or("", |hint| hint.get(language)),
                ))
                .errors(errors);
            if typed.has(&format!("{name}_year")) {
                let part = |part: &str| typed.get(&format!("{name}_{part}")).to_owned();
                field.typed(&part("year"), &part("month"), &part("day"))
            } else {
                field.value(match answers.get(name) {
                    Some(Answer::Date(day)) => Some(*day),
                    _ => None,
                })
            }
        })
        .collect();
    let ticks = of_kind(QuestionKind::YesNo).next().is_some().then(|| {
        of_kind(QuestionKind::YesNo).fold(
            CheckboxGroup::new(language, "yes", words.get("navigator-which"))
                .support(words.get("navigator-which-support")),
            |group, question| {
                let name = question.key.as_str();
                let chosen = if typed.has("yes") {
                    typed.all("yes").any(|ticked| ticked == name)
                } else {
                    answers.get(name) == Some(&Answer::Flag(true))
                };
                group.choice(
                    Choice::new(name, question.label.get(language))
                        .support(question.hint.as_ref().map_or("", |hint| hint.get(language)))
                        .chosen(chosen),
                )
            },
        )
    });
    let body = Body {
        words,
        errors: errors.summary(language),
        action: format!("/guide/{}", event.key),
        days,
        ticks,
    };
    private(
        Page::public(asked.shell, event.title.get(language), &body)
            .breadcrumb(words.get("navigator-title"), "/guide")
            .lead(words.get("navigator-questions-lead"))
            .narrow()
            .with_errors(!errors.is_empty()),
    )
}

pub(super) async fn answer(
    asked: Asked,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let event = event(&asked, &key).await?;
    let words = WORDS.words(asked.language);
    let mut answers = Answers::new();
    let mut errors = FormErrors::new();
    for question in &event.questions {
        let name = question.key.as_str();
        match question.kind {
            QuestionKind::YesNo => {
                let ticked = fields.all("yes").any(|ticked| ticked == name);
                answers.set(question.key.clone(), Answer::Flag(ticked));
            }
            QuestionKind::Date => match fields.optional_date(name) {
                Ok(Some(day)) => answers.set(question.key.clone(), Answer::Date(day)),
                Ok(None) => {}
                Err(_) => errors.add(name, words.get("navigator-day-wrong")),
            },
        }
    }
    if !errors.is_empty() {
        return Ok(show(asked, &event, &answers, &fields, &errors));
    }
    let actor = asked.principal.actor();
    if let Some(visit) = of_browser(&asked).await?
        && visit.event == key
    {
        let own = visit.key(asked.key())?;
        let mut contents = visit.contents(&own)?;
        contents.answers = answers;
        let saving = SavingVisit::seal(&own, &visit, &contents)?;
        asked
            .city()
            .write(actor, saving, |tx, saving| {
                Box::pin(visits::save(tx, saving))
            })
            .await
            .map_err(|error: ProcedureError| Problem::from(error))?;
        return Ok(to_plan());
    }
    let token = Token::generate();
    let new = NewVisit::seal(asked.key(), &token, &key, answers)?;
    asked
        .city()
        .write(actor, new, |tx, new| Box::pin(visits::begin(tx, new)))
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(asked.go(PLAN, Cookie::Visit, Some(&token)))
}
