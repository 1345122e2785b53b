//! Being told by mail of new reports in a part of the city or around a place, without an account.

use askama::Template;
use axum::{
    extract::{Path, Request},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::{Actor, web::Problem};
use yakuba_kernel::Point;
use yakuba_mail::EmailAddress;
use yakuba_ui::{
    Catalogue, CheckboxGroup, Choice, DescriptionList, ErrorSummary, Fields, FormErrors, Language,
    Map, Near, Page, PlaceOffers, RadioGroup, Select, TextField, Words, done, format,
};

use super::{
    asked::{Asked, category_name, private},
    confirming::{self, Confirming},
    list::DISTANCES,
    one_click::{ended, is_one_click},
};
use crate::{
    error::ReportError,
    model::alert::{Rhythm, Wanted, Where},
    store::{
        Current,
        alerts::{self, NewAlert},
    },
};

/// The texts of alerts.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("alerts");

/// The address of the first page.
const HOME: &str = "/reports/alerts";
/// The address of the second, where everything that is chosen stands in the query.
const CONFIRM: &str = "/reports/alerts/confirm";
/// The choice of a place for the select of areas.
const AROUND: &str = "around";

/// What is wanted, in words: where, and what.
pub(crate) fn described(
    current: &Current,
    wanted: &Wanted,
    language: Language,
) -> (String, String) {
    let words = WORDS.words(language);
    let place = match &wanted.place {
        Where::City => words.get("alerts-city").into_owned(),
        Where::Area(key) => current.rules.area_name(key, language).to_owned(),
        Where::Around {
            latitude,
            longitude,
            metres,
        } => words
            .with(
                "alerts-around-place",
                &[
                    (
                        "place",
                        Point::from_millionths(*latitude, *longitude)
                            .map_or_else(|_| String::new(), |point| point.to_string())
                            .into(),
                    ),
                    (
                        "distance",
                        format::distance(f64::from(*metres), language).into(),
                    ),
                ],
            )
            .into_owned(),
    };
    let what = if wanted.categories.is_empty() {
        words.get("alerts-all-categories").into_owned()
    } else {
        let names: Vec<String> = wanted
            .categories
            .iter()
            .map(|key| category_name(current, key, language))
            .collect();
        names.join(if language == Language::English {
            ", "
        } else {
            "、"
        })
    };
    (place, what)
}

/// What an address asks for: what is wanted and how often, or what is wrong with it.
fn wanted_of(asked: &Asked, near: &Near) -> Result<(Wanted, Rhythm), FormErrors> {
    let (query, rules) = (&asked.query, &asked.current.rules);
    let mut errors = FormErrors::new();
    let place = match query.get("area") {
        "" => Some(Where::City),
        AROUND => {
            let point = near.point;
            match near.open_question() {
                Some(sentence) => errors.add("near", sentence),
                None if point.is_none() => errors.add(
                    "near",
                    WORDS.words(asked.language).get("alerts-problem-near"),
                ),
                None => {}
            }
            let metres = query
                .get("within")
                .parse()
                .ok()
                .filter(|metres| DISTANCES.contains(metres))
                .unwrap_or(DISTANCES[1]);
            point.map(|point| {
                let (latitude, longitude) = point.millionths();
                Where::Around {
                    latitude,
                    longitude,
                    metres,
                }
            })
        }
        key => rules
            .areas
            .iter()
            .find(|area| area.key.as_str() == key)
            .map(|area| Where::Area(area.key.as_str().to_owned())),
    };
    let categories: Vec<String> = query
        .all("category")
        .filter(|key| !key.is_empty())
        .filter(|key| rules.category(key).is_some())
        .map(str::to_owned)
        .collect();
    let rhythm = Rhythm::read(query.get("rhythm")).unwrap_or(Rhythm::Daily);
    match place {
        Some(place) if errors.is_empty() => Ok((Wanted::new(place, categories), rhythm)),
        Some(_) => Err(errors),
        None => {
            if errors.is_empty() {
                errors.add("area", asked.t("reports-problem-category"));
            }
            Err(errors)
        }
    }
}

/// What is wanted as an address says it.
fn query_of(wanted: &Wanted, rhythm: Rhythm) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    match &wanted.place {
        Where::City => {}
        Where::Area(key) => {
            query.append_pair("area", key);
        }
        Where::Around {
            latitude,
            longitude,
            metres,
        } => {
            let point = Point::from_millionths(*latitude, *longitude)
                .map_or_else(|_| String::new(), |point| point.to_string());
            query
                .append_pair("area", AROUND)
                .append_pair("near", &point)
                .append_pair("within", &metres.to_string());
        }
    }
    for category in &wanted.categories {
        query.append_pair("category", category);
    }
    query.append_pair("rhythm", rhythm.name());
    query.finish()
}

#[derive(Template)]
#[template(path = "public/alerts.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    area: Select,
    near: TextField,
    offers: PlaceOffers,
    near_map: Map,
    within: Select,
    categories: CheckboxGroup,
    rhythm: RadioGroup,
}

/// The place that the address names; of several each is offered on the second page, since all else is chosen there.
async fn near_of(asked: &Asked) -> Result<Near, Problem> {
    Ok(Near::read(asked.city(), asked.language, &asked.query, CONFIRM).await?)
}

pub(super) async fn page(asked: Asked) -> Result<Response, Problem> {
    let near = Near::read(asked.city(), asked.language, &asked.query, HOME).await?;
    Ok(chosen(&asked, &near, &FormErrors::new()))
}

/// The first page: where, what and how often.
fn chosen(asked: &Asked, near: &Near, errors: &FormErrors) -> Response {
    let language = asked.language;
    let words = WORDS.words(language);
    let rules = &asked.current.rules;
    let query = &asked.query;
    // From the list of reports, a place comes without the choice of one.
    let area = match query.get("area") {
        "" if !query.get("near").is_empty() => AROUND,
        given => given,
    };
    let areas = rules.areas.iter().fold(
        Select::new(language, "area", words.get("alerts-where"))
            .choice(Choice::new("", words.get("alerts-city"))),
        |select, area| select.choice(Choice::new(area.key.as_str(), area.name.get(language))),
    );
    let wanted: Vec<&str> = query.all("category").collect();
    let body = Body {
        words,
        errors: errors.summary(language),
        area: areas
            .choice(Choice::new(AROUND, words.get("alerts-around")))
            .value(area)
            .errors(errors),
        near: near
            .field_called(words.get("alerts-near").into_owned())
            .errors(errors),
        offers: near.offers(),
        near_map: Map::that_picks(language, "near-map", asked.t("reports-near-map"), "near"),
        within: DISTANCES
            .into_iter()
            .fold(
                Select::new(language, "within", asked.t("reports-within")),
                |select, distance| {
                    select.choice(Choice::new(
                        distance.to_string(),
                        format::distance(f64::from(distance), language),
                    ))
                },
            )
            .value(match query.get("within") {
                "" => "1000",
                given => given,
            }),
        categories: rules
            .offered()
            .fold(
                CheckboxGroup::new(language, "category", words.get("alerts-categories"))
                    .support(words.get("alerts-categories-support")),
                |group, one| {
                    group.choice(
                        Choice::new(one.key.as_str(), one.name.get(language))
                            .chosen(wanted.contains(&one.key.as_str())),
                    )
                },
            )
            .optional(),
        rhythm: Rhythm::ALL
            .into_iter()
            .rev()
            .fold(
                RadioGroup::new(language, "rhythm", words.get("alerts-rhythm")),
                |group, rhythm| {
                    let key = format!("alerts-rhythm-{}", rhythm.name().replace('_', "-"));
                    group.choice(Choice::new(rhythm.name(), words.get(&key)))
                },
            )
            .value(
                Rhythm::read(query.get("rhythm"))
                    .unwrap_or(Rhythm::Daily)
                    .name(),
            ),
    };
    let mut page = Page::public(asked.shell.clone(), words.get("alerts-title"), &body)
        .lead(words.get("alerts-lead"))
        .breadcrumb(asked.t("reports-title"), "/reports")
        .narrow();
    if near.is_asked() {
        page = page.not_for_search_engines();
    }
    if !errors.is_empty() {
        page = page
            .with_errors(true)
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    page.into_response()
}

#[derive(Template)]
#[template(path = "public/alerts-confirm.html")]
struct ConfirmBody {
    words: Words,
    public: Words,
    errors: ErrorSummary,
    about: DescriptionList,
    back: String,
    known: Option<String>,
    field: TextField,
    is_code: bool,
    action: String,
}

/// The second page: the address, which is proved.
fn confirmed(
    asked: &Asked,
    (wanted, rhythm): &(Wanted, Rhythm),
    known: Option<&EmailAddress>,
    is_code: bool,
    typed: &str,
    errors: &FormErrors,
) -> Response {
    let words = WORDS.words(asked.language);
    let (place, what) = described(&asked.current, wanted, asked.language);
    let query = query_of(wanted, *rhythm);
    let how = format!("alerts-rhythm-{}", rhythm.name().replace('_', "-"));
    let body = ConfirmBody {
        words,
        public: asked.words,
        errors: errors.summary(asked.language),
        about: DescriptionList::new()
            .text(words.get("alerts-where"), place)
            .text(words.get("alerts-categories"), what)
            .text(words.get("alerts-rhythm"), words.get(&how)),
        back: format!("{HOME}?{query}"),
        known: known.map(|email| email.as_str().to_owned()),
        field: confirming::field(asked, is_code, typed, errors),
        is_code,
        action: format!("{CONFIRM}?{query}"),
    };
    let page = Page::public(
        asked.shell.clone(),
        words.get("alerts-confirm-title"),
        &body,
    )
    .breadcrumb(asked.t("reports-title"), "/reports")
    .breadcrumb(words.get("alerts-title"), format!("{HOME}?{query}"))
    .not_for_search_engines()
    .narrow()
    .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn confirm(asked: Asked) -> Result<Response, Problem> {
    let near = near_of(&asked).await?;
    let wanted = match wanted_of(&asked, &near) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(chosen(&asked, &near, &errors)),
    };
    let known = asked.email().await?;
    let is_code = confirming::asks_for_code(&asked) && known.is_none();
    let errors = FormErrors::new();
    Ok(confirmed(
        &asked,
        &wanted,
        known.as_ref(),
        is_code,
        "",
        &errors,
    ))
}

pub(super) async fn set_up(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let near = near_of(&asked).await?;
    let wanted = match wanted_of(&asked, &near) {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(chosen(&asked, &near, &errors)),
    };
    let known = asked.email().await?;
    let path = format!("{CONFIRM}?{}", query_of(&wanted.0, wanted.1));
    let email = match (fields.get("action"), known) {
        ("known", Some(email)) => {
            // An address that is known sends no code, which would be counted.
            asked.begin_writing().await?;
            email
        }
        _ => match confirming::step(&asked, &fields, &path).await? {
            Confirming::Proved(email) => email,
            Confirming::Go(response) => return Ok(response),
            Confirming::Again(is_code, typed, errors) => {
                return Ok(confirmed(&asked, &wanted, None, is_code, &typed, &errors));
            }
        },
    };
    let (wanted, rhythm) = wanted;
    let new = NewAlert::new(
        asked.key(),
        &email,
        asked.language.code(),
        &asked.base(),
        wanted,
        rhythm,
    )?;
    asked
        .city()
        .write(Actor::Public, new, |tx, new| {
            Box::pin(alerts::set_up(tx, new))
        })
        .await
        .map_err(|error: ReportError| Problem::from(error))?;
    Ok(done("/reports", "alerted"))
}

#[derive(Template)]
#[template(path = "public/alerts-end.html")]
struct EndBody {
    words: Words,
    wanted: Option<(String, String)>,
    action: String,
}

/// The page that a mail's link leads to. A press ends it, so that no mail program that looks at links does.
pub(super) async fn leave(asked: Asked, Path(alert): Path<String>) -> Result<Response, Problem> {
    let words = WORDS.words(asked.language);
    let wanted = alerts::by_way_out(asked.city().db(), asked.key(), &alert)
        .await?
        .map(|(_, wanted)| described(&asked.current, &wanted, asked.language));
    let body = EndBody {
        words,
        wanted,
        action: format!("{HOME}/end/{alert}"),
    };
    let page = Page::public(asked.shell.clone(), words.get("alerts-end"), &body)
        .breadcrumb(asked.t("reports-title"), "/reports")
        .not_for_search_engines()
        .narrow();
    Ok(private(page))
}

pub(super) async fn left(
    asked: Asked,
    Path(alert): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let is_one_click = is_one_click(request).await?;
    let found = alerts::by_way_out(asked.city().db(), asked.key(), &alert).await?;
    if let Some((id, _)) = found {
        asked
            .city()
            .write(Actor::Public, id, |tx, id| Box::pin(alerts::end(tx, *id)))
            .await
            .map_err(|error: ReportError| Problem::from(error))?;
    }
    Ok(ended(is_one_click, &format!("{HOME}/end/{alert}")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
