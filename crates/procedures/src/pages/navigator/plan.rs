//! What is to be done: every procedure that follows from the answers, across departments.

use askama::Template;
use axum::{
    extract::Query,
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{CheckboxGroup, Choice, Fields, FormErrors, Page, Words};

use super::{Done, Open, Places, WORDS, deadline_lines, shown};
use crate::{
    ProcedureError,
    model::navigator::Way,
    pages::asked::Asked,
    store::visits::{self, SavingVisit},
};

struct Row {
    id: String,
    title: String,
    guide: Option<String>,
    why: String,
    way: String,
    deadline: Vec<String>,
    bring: Vec<String>,
    department: String,
    place: String,
    phone: String,
    /// How to go on with what was begun here: address and text.
    begun: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "navigator/plan.html")]
struct Body {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    event: String,
    rows: Vec<Row>,
    choice: Option<CheckboxGroup>,
    has_visit: bool,
}

pub(super) async fn page(asked: Asked, Query(query): Query<Done>) -> Result<Response, Problem> {
    match Open::of(&asked).await? {
        Ok(open) => show(asked, &open, &FormErrors::new(), query.done.as_deref()).await,
        Err(response) => Ok(response),
    }
}

async fn show(
    asked: Asked,
    open: &Open,
    errors: &FormErrors,
    notice: Option<&str>,
) -> Result<Response, Problem> {
    let (words, language) = (WORDS.words(asked.language), asked.language);
    let places = Places::read(&asked).await?;
    let items = open.items(&asked);
    let mut rows = Vec::new();
    let mut choice = CheckboxGroup::new(language, "procedure", words.get("navigator-choose"))
        .support(words.get("navigator-choose-support"))
        .errors(errors);
    let mut can_choose = false;
    for (number, item) in items.iter().enumerate() {
        let fillable = open.can_fill_in(item);
        let mut begun = None;
        if let Some(procedure) = item.procedure.filter(|_| fillable) {
            let key = procedure.key.as_str();
            let draft = asked.draft(key).await?;
            begun = match draft {
                Some(draft) if draft.case.is_some() => Some((
                    format!("/procedures/{key}/done"),
                    words.get("navigator-sent").into_owned(),
                )),
                // The questions before the start are asked before it goes on.
                Some(_) if !procedure.form.before.is_empty() => Some((
                    format!("/procedures/{key}/start"),
                    words.get("navigator-go-on").into_owned(),
                )),
                Some(_) => Some((
                    format!("/procedures/{key}/resume"),
                    words.get("navigator-go-on").into_owned(),
                )),
                None => None,
            };
            if !matches!(&begun, Some((to, _)) if to.ends_with("/done")) {
                can_choose = true;
                let title = procedure.title.get(language);
                choice = choice.choice(Choice::new(key, title).chosen(
                    open.contents.chosen.is_empty()
                        || open.contents.chosen.iter().any(|chosen| chosen == key),
                ));
            }
        }
        let desk = places.desk(item.department);
        rows.push(Row {
            id: format!("step-{}", number + 1),
            title: item
                .title()
                .map_or_else(String::new, |title| title.get(language).to_owned()),
            guide: item
                .procedure
                .map(|procedure| format!("/procedures/{}", procedure.key)),
            why: item.step.why.get(language).to_owned(),
            way: words
                .get(match (item.step.way, fillable) {
                    (Way::Online, true) => "navigator-way-online",
                    (Way::OnlineThenCounter, true) => "navigator-way-both",
                    _ => "navigator-way-counter",
                })
                .into_owned(),
            deadline: deadline_lines(item, words),
            bring: item
                .needed()
                .map(|line| line.get(language).to_owned())
                .collect(),
            department: places.name(item.department),
            place: desk.map_or_else(String::new, |desk| desk.place.get(language).to_owned()),
            phone: desk.map_or_else(String::new, |desk| desk.phone.clone()),
            begun,
        });
    }
    let body = Body {
        words,
        errors: errors.summary(language),
        event: open.event.key.clone(),
        has_visit: items.iter().any(|item| open.needs_a_visit(item)),
        choice: can_choose.then_some(choice),
        rows,
    };
    let page = Page::public(asked.shell, words.get("navigator-plan-title"), &body)
        .breadcrumb(words.get("navigator-title"), "/guide")
        .breadcrumb(
            open.event.title.get(language),
            format!("/guide/{}", open.event.key),
        )
        .lead(words.counted("navigator-plan-lead", body_count(&items)))
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    Ok(shown(page, words, notice))
}

fn body_count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Keeps which procedures are to be filled in together.
pub(super) async fn choose(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let chosen: Vec<String> = open
        .items(&asked)
        .iter()
        .filter(|item| open.can_fill_in(item))
        .filter_map(|item| item.procedure)
        .map(|procedure| procedure.key.clone())
        .filter(|key| fields.all("procedure").any(|wanted| wanted == key))
        .collect();
    if chosen.is_empty() {
        let mut errors = FormErrors::new();
        errors.add(
            "procedure",
            WORDS.words(asked.language).get("navigator-choose-missing"),
        );
        return show(asked, &open, &errors, None).await;
    }
    open.contents.chosen = chosen;
    let saving = SavingVisit::seal(&open.key, &open.visit, &open.contents)?;
    asked
        .city()
        .write(asked.principal.actor(), saving, |tx, saving| {
            Box::pin(visits::save(tx, saving))
        })
        .await
        .map_err(|error: ProcedureError| Problem::from(error))?;
    Ok(Redirect::to("/guide/answers").into_response())
}
