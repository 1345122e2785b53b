//! The map for a page of somebody else: nothing but the map, whose it is, and the way to the list.

use askama::Template;
use axum::response::{Html, IntoResponse as _, Response};
use yakuba_city::{
    setting,
    web::{Principal, Problem},
};
use yakuba_ui::{Language, Map, Words};

use super::{
    super::visit::Visit,
    WORDS, asked_for, drawn,
    page::{bare, begins},
    seen,
};

#[derive(Template)]
#[template(path = "public/embed.html")]
struct Body {
    words: Words,
    language: Language,
    city: String,
    map: Map,
    whole: String,
}

/// What the address of a part of the map says, to be said again: layers, place and language.
pub(super) fn said(visit: &Visit) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for key in visit.query.all("layer") {
        query.append_pair("layer", key);
    }
    for step in visit.query.all("step") {
        query.append_pair("step", step);
    }
    let at = visit.query.get("at");
    if begins(at).is_some() {
        query.append_pair("at", at);
    }
    query.append_pair("lang", visit.language.code());
    query.finish()
}

pub(super) async fn page(visit: Visit) -> Result<Response, Problem> {
    let language = visit.language;
    let words = WORDS.words(language);
    // On a page of somebody else nobody is signed in: what staff see stays here.
    let all = seen(&visit.city, &Principal::Anonymous).await?;
    let asked = asked_for(&visit.query, &all);
    let said = said(&visit);
    let mut map = bare(&visit, &format!("/map/list?{said}"));
    for layer in &all {
        let is_on = match &asked {
            Some(asked) => asked.iter().any(|key| key == layer.key()),
            None => layer.document.is_on,
        };
        // What the embedding page did not choose is not there to be switched on.
        if is_on {
            map = map.layer(drawn(&words, layer, true));
        }
    }
    visit.count_map().await?;
    let body = Body {
        words,
        language,
        city: setting(visit.city.db(), "city.name")
            .await?
            .unwrap_or_default(),
        map,
        whole: format!("/map?{said}"),
    };
    let html = body.render().map_err(|error| Problem::internal(&error))?;
    Ok(Html(html).into_response())
}
