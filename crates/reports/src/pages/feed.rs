//! Reports as Atom (RFC 4287): those that the desk has looked at, of all categories or of one.

use axum::response::Response;
use yakuba_city::{JAPAN, web::Problem};
use yakuba_ui::{AtomEntry, AtomFeed, AtomText, format};

use super::{
    asked::{Asked, category_name},
    href,
    list::filter_of,
};
use crate::store::{self, Filter};

/// Entries of a feed at most.
const ENTRIES: u32 = 50;

/// What a feed is called: what it tells of and where, so that two of them are told apart.
pub(super) fn title(asked: &Asked, filter: &Filter) -> String {
    let rules = &asked.current.rules;
    let language = asked.language;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(
        filter
            .category
            .as_deref()
            .map(|key| category_name(&asked.current, key, language)),
    );
    parts.extend(
        filter
            .area
            .as_deref()
            .map(|key| rules.area_name(key, language).to_owned()),
    );
    parts.extend(filter.near.map(|(point, metres)| {
        super::alerts::WORDS
            .words(language)
            .with(
                "alerts-around-place",
                &[
                    ("place", point.to_string().into()),
                    (
                        "distance",
                        format::distance(f64::from(metres), language).into(),
                    ),
                ],
            )
            .into_owned()
    }));
    if !filter.words.is_empty() {
        parts.push(asked.query.get("q").to_owned());
    }
    if parts.is_empty() {
        return asked.t("reports-title");
    }
    super::alerts::WORDS
        .words(language)
        .with_text("alerts-feed-title", "what", &parts.join(" / "))
        .into_owned()
}

pub(super) async fn all(asked: Asked) -> Result<Response, Problem> {
    let (filter, near) = filter_of(&asked).await?;
    // Everything would be an answer to another question.
    if let Some(sentence) = near.open_question() {
        return Err(Problem::BadRequest(sentence));
    }
    // Whatever state: a feed tells what is new.
    let filter = Filter {
        states: Vec::new(),
        ..filter
    };
    let found = store::search(asked.city().db(), &filter, 0, ENTRIES).await?;
    let base = asked.base();
    let query = match super::list::feed_query(&asked).as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let own = format!("{base}/reports/feed.atom{query}");
    AtomFeed {
        id: own.clone(),
        title: title(&asked, &filter),
        language: asked.language,
        author: asked.shell.city_name.clone(),
        own,
        home: format!("{base}/reports{query}"),
        entries: found
            .reports
            .iter()
            .filter(|(report, _)| report.is_looked_at)
            .map(|(report, _)| {
                let address = format!("{base}{}", href(&report.public_id));
                AtomEntry {
                    id: address.clone(),
                    address,
                    title: asked.title(report),
                    updated: report.changed_at,
                    text: AtomText::Summary(format!(
                        "{} ({}) {}",
                        asked.t(&super::asked::state_key(report.state)),
                        format::date(JAPAN.to_datetime(report.received_at).date(), asked.language),
                        report.public_text
                    )),
                }
            })
            .collect(),
    }
    .respond(&asked.headers)
}
