//! Reports as Atom (RFC 4287): those that the desk has looked at, of all categories or of one.

use askama::Template;
use axum::response::Response;
use yakuba_city::{
    JAPAN,
    web::{Answer, Problem},
};

use super::{asked::Asked, href, list::filter_of};
use crate::store::{self, Filter};

/// Entries of a feed at most.
const ENTRIES: u32 = 50;

struct Entry {
    address: String,
    title: String,
    updated: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "public/feed.xml")]
struct Body {
    language: &'static str,
    title: String,
    own: String,
    home: String,
    city: String,
    updated: String,
    entries: Vec<Entry>,
}

pub(super) async fn all(asked: Asked) -> Result<Response, Problem> {
    let (filter, _) = filter_of(&asked);
    // Whatever state: a feed tells what is new.
    let filter = Filter {
        states: Vec::new(),
        ..filter
    };
    let found = store::search(asked.city().db(), &filter, 0, ENTRIES).await?;
    let base = asked.base();
    let rules = &asked.current.rules;
    let name = filter
        .category
        .as_deref()
        .and_then(|key| rules.category(key))
        .map(|category| category.name.get(asked.language));
    let query = match &filter.category {
        Some(key) => format!(
            "?{}",
            form_urlencoded::Serializer::new(String::new())
                .append_pair("category", key)
                .finish()
        ),
        None => String::new(),
    };
    let newest = found
        .reports
        .iter()
        .map(|(report, _)| report.changed_at)
        .max()
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let body = Body {
        language: asked.language.html_lang(),
        title: match name {
            Some(name) => format!("{} {name}", asked.t("reports-title")),
            None => asked.t("reports-title"),
        },
        own: format!("{base}/reports/feed.atom{query}"),
        home: format!("{base}/reports{query}"),
        city: asked.shell.city_name.clone(),
        updated: newest.to_string(),
        entries: found
            .reports
            .iter()
            .filter(|(report, _)| report.is_looked_at)
            .map(|(report, _)| Entry {
                address: format!("{base}{}", href(&report.public_id)),
                title: asked.title(report),
                updated: report.changed_at.to_string(),
                summary: format!(
                    "{} ({}) {}",
                    asked.t(&super::asked::state_key(report.state)),
                    yakuba_ui::format::date(
                        JAPAN.to_datetime(report.received_at).date(),
                        asked.language
                    ),
                    report.public_text
                ),
            })
            .collect(),
    };
    let text = body.render().map_err(|error| Problem::internal(&error))?;
    Ok(Answer::new("application/atom+xml; charset=utf-8", text)
        .by_language()
        .respond(&asked.headers))
}
