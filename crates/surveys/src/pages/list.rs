//! The list of surveys.

use askama::Template;
use axum::response::IntoResponse;
use jiff::Timestamp;
use yakuba_city::web::{Principal, Problem};
use yakuba_ui::{Page, Words};

use super::asked::Asked;
use crate::{
    model::document::Audience,
    shown::times,
    store::{Survey, surveys},
};

struct Item {
    href: String,
    title: String,
    summary: String,
    note: String,
}

struct Group {
    id: &'static str,
    title: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "answer/list.html")]
struct Body {
    words: Words,
    groups: Vec<Group>,
}

pub(super) async fn page(asked: Asked) -> Result<impl IntoResponse, Problem> {
    let now = asked.city().now();
    let is_staff = matches!(asked.principal, Principal::Staff(_));
    let mut found = surveys(asked.city().db()).await?;
    found.retain(|survey| is_staff || survey.document.audience == Audience::Residents);
    // What closes first is most urgent.
    found.reverse();
    let group = |id, text: &str, wanted: &dyn Fn(&Survey) -> bool| Group {
        id,
        title: asked.t(text),
        items: found
            .iter()
            .filter(|survey| wanted(survey))
            .map(|survey| item(&asked, survey, now))
            .collect(),
    };
    let open = |audience| {
        move |survey: &Survey| survey.document.audience == audience && survey.is_open_at(now)
    };
    let mut groups = vec![
        group("open", "surveys-list-open", &open(Audience::Residents)),
        group("staff", "surveys-list-staff", &open(Audience::Staff)),
        group("coming", "surveys-list-coming", &|survey| {
            survey.is_coming_at(now)
        }),
        group("results", "surveys-list-results", &|survey| {
            survey.published_at.is_some()
        }),
    ];
    groups.retain(|group| !group.items.is_empty());
    let body = Body {
        words: asked.words,
        groups,
    };
    Ok(
        Page::public(asked.shell, asked.words.get("surveys-list-title"), &body)
            .lead(asked.words.get("surveys-list-lead")),
    )
}

fn item(asked: &Asked, survey: &Survey, now: Timestamp) -> Item {
    let is_over = survey.published_at.is_some();
    Item {
        href: format!(
            "/surveys/{}{}",
            survey.key(),
            if is_over { "/results" } else { "" }
        ),
        title: survey.document.title.get(asked.language).to_owned(),
        summary: survey.document.summary.get(asked.language).to_owned(),
        note: times(asked.words, survey, now),
    }
}
