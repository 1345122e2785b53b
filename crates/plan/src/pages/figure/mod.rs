//! Opening a figure: value, formula and its version, the daily counts, and for those who may, the records behind them.

mod day;
mod evidence;
mod indicator;
mod outlook;
mod parts;
mod year;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use jiff::civil;
use serde::Deserialize;
use yakuba_city::{City, web::Problem};
use yakuba_kernel::{Decimal, FiscalYear, Quantity};
use yakuba_ui::{Language, Page, Words};

use super::{WORDS, plans::published, sentences::Names, view};
use crate::{
    measuring::{self, MeasuredPlan, Owner},
    model::{document::Indicator, formula::Selection},
    store::{self, PublishedPlan},
};

pub(super) use {day::day, indicator::indicator, year::year};

/// An indicator of a published plan, opened by the address of one of its pages.
pub(super) struct Opened {
    city: City,
    plan: Arc<PublishedPlan>,
    owner: Owner,
    indicator: Indicator,
    /// The year in the address, if it names one.
    year: Option<FiscalYear>,
    /// The day in the address, if it names one.
    day: Option<civil::Date>,
    names: Names,
    words: Words,
}

/// What the addresses of these pages name.
#[derive(Debug, Deserialize)]
struct Address {
    plan: String,
    indicator: String,
    year: Option<i32>,
    day: Option<civil::Date>,
}

impl FromRequestParts<City> for Opened {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Problem> {
        let Path(address) = Path::<Address>::from_request_parts(parts, city)
            .await
            .map_err(|_| Problem::NotFound)?;
        let year = address
            .year
            .map(FiscalYear::new)
            .transpose()
            .map_err(|_| Problem::NotFound)?;
        let language = Language::of_request(&parts.uri, &parts.headers);
        let (plan, names) = tokio::try_join!(published(city, &address.plan), async {
            Ok(Names::read(city, language).await?)
        })?;
        let (owner, indicator) = measuring::indicators(&plan.document)
            .find(|(_, indicator)| indicator.key.as_deref() == Some(&address.indicator))
            .map(|(owner, indicator)| (owner, indicator.clone()))
            .ok_or(Problem::NotFound)?;
        let names = names.with_subjects_of(city, [&indicator]).await?;
        Ok(Self {
            names,
            city: city.clone(),
            plan,
            owner,
            indicator,
            year,
            day: address.day,
            words: WORDS.words(language),
        })
    }
}

impl Opened {
    /// The plan with this one indicator measured.
    async fn measure(&self) -> Result<MeasuredPlan, Problem> {
        Ok(measuring::measure_only(&self.city, self.plan.clone(), &[self.key()]).await?)
    }

    fn key(&self) -> &str {
        self.indicator.key.as_deref().unwrap_or_default()
    }

    fn plan_href(&self) -> String {
        format!("/plan/{}", self.plan.document.key)
    }

    fn owner_href(&self) -> String {
        self.owner.href(&self.plan.document.key)
    }

    fn href(&self) -> String {
        format!("{}/indicators/{}", self.plan_href(), self.key())
    }

    fn year_href(&self, year: FiscalYear) -> String {
        format!("{}/{}", self.href(), year.year())
    }

    /// The page with what stands above the indicator.
    fn below_owner(&self, page: Page) -> Page {
        page.breadcrumb(self.words.get("plan-list-title"), "/plan")
            .breadcrumb(self.plan.document.title.clone(), self.plan_href())
            .breadcrumb(self.owner.shown(), self.owner_href())
    }

    /// The page with what stands above one of the indicator's figures.
    fn below_indicator(&self, page: Page) -> Page {
        self.below_owner(page)
            .breadcrumb(self.indicator.name.clone(), self.href())
    }

    /// The version of the formula.
    async fn formula_version(&self) -> Result<i64, Problem> {
        Ok(store::formula_version(self.city.db(), self.plan.record.id, self.key()).await?)
    }

    /// When the facts were last counted again, in a sentence.
    async fn recount(&self) -> Result<String, Problem> {
        Ok(match yakuba_city::last_recount(self.city.db()).await? {
            Some((at, facts, differences)) => {
                let id = if differences == 0 {
                    "plan-recount-good"
                } else {
                    "plan-recount-differences"
                };
                let at = view::moment(at.as_microsecond(), self.words.language());
                self.words
                    .with(
                        id,
                        &[
                            ("at", at.into()),
                            ("facts", facts.into()),
                            ("differences", differences.into()),
                        ],
                    )
                    .into_owned()
            }
            None => self.words.get("plan-recount-never").into_owned(),
        })
    }

    /// What a selection counts, with what it is narrowed to.
    fn selection_name(&self, selection: &Selection) -> String {
        let mut filters: Vec<String> = selection
            .departments
            .iter()
            .map(|code| self.names.department(code.as_str()))
            .collect();
        filters.extend(
            selection
                .channels
                .iter()
                .map(|channel| self.names.channel(channel.as_str())),
        );
        // The formula above names them all; many names make no heading.
        if selection.subjects.len() > SUBJECTS_NAMED {
            filters.push(
                self.words
                    .counted("plan-selection-subjects", selection.subjects.len() as u64)
                    .into_owned(),
            );
        } else {
            filters.extend(
                selection
                    .subjects
                    .iter()
                    .map(|subject| self.names.subject(subject.as_str())),
            );
        }
        let name = self.names.measure(selection.measure.as_str());
        if filters.is_empty() {
            name
        } else {
            self.words
                .with(
                    "plan-selection-filtered",
                    &[
                        ("name", name.into()),
                        ("filters", filters.join("、").into()),
                    ],
                )
                .into_owned()
        }
    }
}

/// So many subjects of a selection are named in a heading.
const SUBJECTS_NAMED: usize = 3;

fn quantity(thousandths: i64) -> Decimal {
    Quantity::from_thousandths(thousandths).map_or(Decimal::ZERO, Quantity::to_decimal)
}
