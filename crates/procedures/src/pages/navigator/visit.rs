//! One plan for the visit: which counters in which order, and what to bring once. To be printed.

use askama::Template;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_ui::{Page, Words};

use super::{Open, PLAN, Places, WORDS, deadline_lines};
use crate::pages::asked::{Asked, private};

struct Stop {
    id: String,
    department: String,
    place: String,
    hours: String,
    phone: String,
    steps: Vec<(String, Vec<String>)>,
}

#[derive(Template)]
#[template(path = "navigator/visit.html")]
struct Body {
    words: Words,
    stops: Vec<Stop>,
    bring: Vec<(String, String)>,
    at_home: Vec<String>,
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let open = match Open::of(&asked).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let (words, language) = (WORDS.words(asked.language), asked.language);
    let places = Places::read(&asked).await?;
    let items = open.items(&asked);
    let title = |item: &crate::model::navigator::Item<'_>| {
        item.title()
            .map_or_else(String::new, |title| title.get(language).to_owned())
    };
    let order = |code: &yakuba_kernel::DepartmentCode| {
        places
            .desks
            .iter()
            .position(|desk| desk.department == *code)
            .unwrap_or(usize::MAX)
    };
    let mut visited: Vec<_> = items
        .iter()
        .filter(|item| open.needs_a_visit(item))
        .collect();
    visited.sort_by_key(|item| order(item.department));
    let mut stops: Vec<Stop> = Vec::new();
    let mut bring: Vec<(String, Vec<String>)> = Vec::new();
    for item in &visited {
        let code = item.department.as_str();
        let task = (title(item), deadline_lines(item, words));
        if let Some(stop) = stops.iter_mut().find(|stop| stop.id == code) {
            stop.steps.push(task);
        } else {
            let desk = places.desk(item.department);
            stops.push(Stop {
                id: code.to_owned(),
                department: places.name(item.department),
                place: desk.map_or_else(String::new, |desk| desk.place.get(language).to_owned()),
                hours: desk
                    .and_then(|desk| desk.hours.as_ref())
                    .map_or_else(String::new, |hours| hours.get(language).to_owned()),
                phone: desk.map_or_else(String::new, |desk| desk.phone.clone()),
                steps: vec![task],
            });
        }
        // Each document once, however many procedures need it.
        for needed in item.needed() {
            let line = needed.get(language);
            match bring.iter_mut().find(|(known, _)| known == line) {
                Some((_, titles)) => titles.push(title(item)),
                None => bring.push((line.to_owned(), vec![title(item)])),
            }
        }
    }
    let body = Body {
        words,
        stops,
        bring: bring
            .into_iter()
            .map(|(line, titles)| (line, titles.join("、")))
            .collect(),
        at_home: items
            .iter()
            .filter(|item| !open.needs_a_visit(item))
            .map(&title)
            .collect(),
    };
    let stops = i64::try_from(body.stops.len()).unwrap_or(i64::MAX);
    Ok(private(
        Page::public(asked.shell, words.get("navigator-visit-title"), &body)
            .breadcrumb(words.get("navigator-title"), "/guide")
            .breadcrumb(words.get("navigator-plan-title"), PLAN)
            .lead(words.counted("navigator-visit-lead", stops))
            .not_for_search_engines(),
    ))
}
