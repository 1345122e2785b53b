//! Reports about equipment: what stands near a place, and what was reported about what stands there.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use yakuba_city::{
    City, CityError, Equipment, Invitation, Mention, Mentions,
    web::{Principal, Problem},
};
use yakuba_kernel::Point;
use yakuba_ui::Language;

use crate::{
    WORDS,
    capabilities::{OVERSEE, WORK},
    error::ReportError,
    model::rules::Category,
    pages::asked::{category_name, state_key},
    store::{self, Filter, Report},
};

/// Equipment within so many metres of a place is offered.
const NEAR: u32 = 100;
/// So many pieces at most.
const MOST: u32 = 10;
/// Reports about one piece that are told of at most.
const MOST_TOLD: u32 = 50;

/// The reports of this service, for [`yakuba_city::Service::mentions`].
pub(crate) struct Reported;

/// What stands near a point that a report of a category can be about, the nearest first, with the metres.
///
/// # Errors
/// When the registers cannot be read.
pub(crate) async fn near(
    city: &City,
    category: &Category,
    point: Point,
    language: Language,
) -> Result<Vec<(Equipment, f64)>, Problem> {
    let Some(registers) = city.registers() else {
        return Ok(Vec::new());
    };
    if category.equipment.is_empty() {
        return Ok(Vec::new());
    }
    let kinds: Vec<String> = category.equipment.iter().map(ToString::to_string).collect();
    Ok(registers
        .near(city, &kinds, (point, NEAR), MOST, language.code())
        .await
        .map_err(ReportError::from)?)
}

/// A piece of equipment that everybody may see; none when there is no such piece.
///
/// # Errors
/// When the registers cannot be read.
pub(crate) async fn public_piece(
    city: &City,
    key: &str,
    language: Language,
) -> Result<Option<Equipment>, Problem> {
    Ok(piece(city, key, language)
        .await?
        .filter(|one| one.page.is_some()))
}

/// A piece of equipment, whoever may see it, for those who work with reports about it.
///
/// # Errors
/// When the registers cannot be read.
pub(crate) async fn piece(
    city: &City,
    key: &str,
    language: Language,
) -> Result<Option<Equipment>, Problem> {
    Ok(pieces(city, &[key.to_owned()], language)
        .await?
        .into_values()
        .next())
}

/// The pieces that there are of these, by key; empty keys name none.
///
/// # Errors
/// When the registers cannot be read.
pub(crate) async fn pieces(
    city: &City,
    keys: &[String],
    language: Language,
) -> Result<BTreeMap<String, Equipment>, Problem> {
    let mut keys: Vec<String> = keys.iter().filter(|key| !key.is_empty()).cloned().collect();
    keys.sort();
    keys.dedup();
    match city.registers() {
        Some(registers) if !keys.is_empty() => Ok(registers
            .find(city, &keys, language.code())
            .await
            .map_err(ReportError::from)?),
        _ => Ok(BTreeMap::new()),
    }
}

/// As the city tells of it.
pub(crate) fn failed(error: ReportError) -> CityError {
    match error {
        ReportError::City(error) => error,
        other => CityError::Stored {
            what: "report",
            cause: other.to_string(),
        },
    }
}

/// The page of a report that somebody may open: at the desk, or everybody's.
fn page_for(who: &Principal, report: &Report) -> Option<String> {
    let is_desk =
        who.holds_in(WORK, &report.department) || who.holds_in(OVERSEE, &report.department);
    if is_desk {
        return Some(format!("/desk/reports/{}", report.id));
    }
    report
        .is_shown
        .then(|| crate::pages::href(&report.public_id))
}

impl Mentions for Reported {
    fn invitation<'a>(
        &'a self,
        city: &'a City,
        equipment: &'a Equipment,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Option<Invitation>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let current = store::current(city).await.map_err(failed)?;
            let is_taken = current
                .rules
                .usual()
                .any(|category| category.takes(&equipment.kind));
            Ok((is_taken && equipment.page.is_some()).then(|| Invitation {
                text: WORDS
                    .words(language)
                    .get("reports-equipment-invitation")
                    .into_owned(),
                href: format!("/reports/new?equipment={}", equipment.key),
            }))
        })
    }

    fn about<'a>(
        &'a self,
        city: &'a City,
        who: &'a Principal,
        key: &'a str,
        language: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Mention>, CityError>> {
        Box::pin(async move {
            let language = Language::from_code(language).unwrap_or_default();
            let current = store::current(city).await.map_err(failed)?;
            let filter = Filter {
                equipment: Some(key.to_owned()),
                ..Filter::default()
            };
            let found = store::search(city.db(), &filter, 0, MOST_TOLD)
                .await
                .map_err(failed)?;
            let words = WORDS.words(language);
            Ok(found
                .reports
                .iter()
                .filter_map(|(report, _)| {
                    Some(Mention {
                        title: format!(
                            "{} {}",
                            category_name(&current, &report.category, language),
                            report.public_id
                        ),
                        state: words.get(&state_key(report.state)).into_owned(),
                        at: report.received_at,
                        href: page_for(who, report)?,
                    })
                })
                .collect())
        })
    }
}
