//! The address of a postal code: for the button in forms, and for the script that fills it in on the spot.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use serde::Serialize;
use yakuba_city::{
    City,
    web::{Principal, Problem},
};
use yakuba_forms::{Answers, Form, LookUp, Marks, Wish, fill_in_place, mark_places};
use yakuba_kernel::PostalCode;
use yakuba_ui::Fields;

use super::asked::{Asked, private};
use crate::store::postal;

/// So many codes one address on the network may look up in a minute; nobody types faster.
const PER_MINUTE: u32 = 30;
/// More addresses than this are not remembered at once: those whose minute is over are forgotten first.
const REMEMBERED: usize = 10_000;

/// Who looked up how many codes since when, on this node.
#[derive(Default)]
struct Asking(Mutex<HashMap<String, (Timestamp, u32)>>);

impl Asking {
    /// Counts one more; the seconds to wait when it is too many.
    fn count(&self, source: &str, now: Timestamp) -> Result<(), u64> {
        let mut asking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = |since: Timestamp| now.as_second().saturating_sub(since.as_second());
        if asking.len() >= REMEMBERED {
            asking.retain(|_, (since, _)| passed(*since) < 60);
        }
        let (since, count) = asking.entry(source.to_owned()).or_insert((now, 0));
        if passed(*since) >= 60 {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        if *count > PER_MINUTE {
            return Err(u64::try_from(60 - passed(*since)).unwrap_or(60).max(1));
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Found {
    said: String,
    areas: Vec<FoundArea>,
}

#[derive(Serialize)]
struct FoundArea {
    prefecture: String,
    city: String,
    town: String,
    line: String,
}

/// Says what a postal code stands for. It comes in the body, so that it stands in no address and no log.
pub(super) async fn answer(asked: Asked, fields: Fields) -> Result<Response, Problem> {
    // A whole town hall may share one address.
    if !matches!(asked.principal, Principal::Staff(_)) {
        asked
            .city()
            .state::<Asking>()
            .count(&asked.visitor.source, asked.city().now())
            .map_err(Problem::TooMany)?;
    }
    let code = PostalCode::parse(fields.get("code")).ok();
    let areas = match &code {
        Some(code) => postal::areas(asked.city().db(), code).await?,
        None => Vec::new(),
    };
    let found = Found {
        areas: areas
            .iter()
            .map(|area| FoundArea {
                prefecture: area.prefecture.clone(),
                city: area.city.clone(),
                town: area.town.clone(),
                line: area.line(),
            })
            .collect(),
        said: LookUp::of(code.as_ref(), areas).sentence(asked.language),
    };
    Ok(private(Json(found).into_response()))
}

/// Fills in what a button beside a postal code asks for: the one area of the code, or the area chosen if it is one of the code's. Beside a
/// place: the address written in full, or the one chosen.
pub(crate) async fn carry_out(
    city: &City,
    form: &Form,
    answers: &mut Answers,
    wish: &Wish,
) -> Result<(), Problem> {
    if wish.is_of_place() {
        return Ok(fill_in_place(city, form, answers, wish).await?);
    }
    let Some(code) = form.postal_code(answers, wish.path()) else {
        return Ok(());
    };
    let areas = postal::areas(city.db(), &code).await?;
    let area = match wish {
        Wish::LookUp(_) if areas.len() == 1 => areas.first(),
        Wish::Choose(_, chosen) => areas.iter().find(|area| *area == chosen),
        _ => None,
    };
    if let Some(area) = area {
        form.fill_in_area(answers, wish.path(), area);
    }
    Ok(())
}

/// Where the page of a form goes on after a wish, as a path with query and place.
pub(crate) fn back_to(page: &str, to_check: bool, wish: &Wish) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if to_check {
        query.append_pair("back", "check");
    }
    if let Some(path) = wish.shown() {
        query.append_pair("look_up", path);
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!(
        "{page}{mark}{query}#{}-{}",
        wish.path().replace('.', "-"),
        if wish.is_of_place() {
            "description"
        } else {
            "postal_code"
        }
    )
}

/// Puts the buttons beside the postal codes and the places of a form, as far as there are tables of them; and what came of looking up the
/// one at a path.
pub(crate) async fn mark(
    city: &City,
    form: &Form,
    answers: &Answers,
    path: Option<&str>,
    marks: &mut Marks,
) -> Result<(), Problem> {
    mark_places(city, form, answers, path, marks).await?;
    if !postal::is_filled(city.db()).await? {
        return Ok(());
    }
    marks.look_up_addresses();
    if let Some(path) = path.filter(|path| form.asks_for_address(path)) {
        let code = form.postal_code(answers, path);
        let areas = match &code {
            Some(code) => postal::areas(city.db(), code).await?,
            None => Vec::new(),
        };
        marks.found(path, LookUp::of(code.as_ref(), areas));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Asking, PER_MINUTE, back_to};
    use jiff::{SignedDuration, Timestamp};
    use yakuba_forms::Wish;

    #[test]
    fn each_address_has_its_own_count_that_begins_anew_after_a_minute() {
        let asking = Asking::default();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for _ in 0..PER_MINUTE {
            assert_eq!(asking.count("192.0.2.1", now), Ok(()));
        }
        let later = now + SignedDuration::from_secs(20);
        assert_eq!(asking.count("192.0.2.1", later), Err(40));
        assert_eq!(asking.count("192.0.2.2", later), Ok(()));
        assert_eq!(
            asking.count("192.0.2.1", now + SignedDuration::from_secs(60)),
            Ok(())
        );
    }

    #[test]
    fn the_way_back_names_the_question_and_nothing_of_the_answer() {
        assert_eq!(
            back_to("/x", true, &Wish::LookUp("children.0.home".to_owned())),
            "/x?back=check&look_up=children.0.home#children-0-home-postal_code"
        );
        assert_eq!(
            back_to("/x", false, &Wish::FindPlace("place".to_owned())),
            "/x?look_up=place#place-description"
        );
    }
}
