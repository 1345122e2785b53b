//! A published plan with every figure measured, judged and ready to be opened.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{City, Fact, Tx, sql::Sql as _, web::Principal};
use yakuba_kernel::{Decimal, DepartmentCode, FiscalYear};

use crate::{
    capabilities::VERSION_PUBLISHED,
    error::PlanError,
    model::{
        computation::{Computed, Context, NotComputable, compute, measures_of},
        difference::Change,
        document::{
            Direction, Figure, FigureKind, Group, Indicator, Initiative, PlanDocument, Reading,
        },
        formula::{Formula, FormulaKind},
        status::{Course, Override, Standing, Status, YearProgress, judge},
        totals::Totals,
    },
    store::{self, FirstPublished, PublishedFigure, PublishedPlan},
};

/// A plan as published, with what its indicators come to at this moment.
#[derive(Debug, Clone)]
pub struct MeasuredPlan {
    /// The plan as published.
    pub plan: Arc<PublishedPlan>,
    /// Today in Japan.
    pub today: Date,
    /// The newest fiscal year that is over and in which one of the measured indicators can be judged: the year the
    /// overview speaks of.
    pub judged_year: Option<FiscalYear>,
    /// The indicators that were measured, by key, in the order of the document.
    pub indicators: Indicators,
}

/// Measured indicators in the order of the document, found by their keys.
#[derive(Debug, Clone, Default)]
pub struct Indicators {
    list: Vec<MeasuredIndicator>,
    places: BTreeMap<String, usize>,
}

impl Indicators {
    /// The indicator with this key.
    pub fn get(&self, key: &str) -> Option<&MeasuredIndicator> {
        self.list.get(*self.places.get(key)?)
    }

    /// All of them in the order of the document.
    pub fn values(&self) -> impl Iterator<Item = &MeasuredIndicator> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// One indicator with its years.
#[derive(Debug, Clone)]
pub struct MeasuredIndicator {
    /// The indicator.
    pub indicator: Indicator,
    /// Whom it belongs to.
    pub owner: Owner,
    /// Every year with a target or an actual, in order.
    pub years: Vec<MeasuredYear>,
    /// Where it comes from and goes to, for judging and projecting.
    pub course: Course,
}

/// Whom an indicator belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Key of the initiative or group.
    pub key: String,
    /// Its number.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// Whether it is a group.
    pub is_group: bool,
}

impl Owner {
    /// Its page in a plan.
    pub fn href(&self, plan_key: &str) -> String {
        let room = if self.is_group {
            "groups"
        } else {
            "initiatives"
        };
        format!("/plan/{plan_key}/{room}/{}", self.key)
    }

    /// Number and title.
    pub fn shown(&self) -> String {
        match &self.number {
            Some(number) => format!("{number} {}", self.title),
            None => self.title.clone(),
        }
    }
}

/// One year of an indicator.
#[derive(Debug, Clone)]
pub struct MeasuredYear {
    /// The year.
    pub year: FiscalYear,
    /// What was planned.
    pub target: Option<Figure>,
    /// What came out.
    pub actual: Option<Actual>,
    /// How it is doing: by the rules, and by a person when one decided otherwise.
    pub standing: Standing,
}

/// What came out.
#[derive(Debug, Clone)]
pub enum Actual {
    /// A figure stated in the plan.
    Stated(Box<Figure>),
    /// A figure computed from facts.
    Computed {
        /// As of now.
        now: Box<Computed>,
        /// As it was first published, when it was.
        published: Option<Decimal>,
        /// When that was, in microseconds since 1970.
        published_at: Option<i64>,
    },
    /// A figure that should be computed but cannot be, and why.
    NotComputable(NotComputable),
}

impl MeasuredYear {
    /// The actual as a number, as of now.
    pub fn value(&self) -> Option<Decimal> {
        match self.actual.as_ref()? {
            Actual::Stated(figure) => figure.reading.value(),
            Actual::Computed { now, .. } => Some(now.value),
            Actual::NotComputable(_) => None,
        }
    }

    /// The target as a number.
    pub fn target_value(&self) -> Option<Decimal> {
        self.target.as_ref()?.reading.value()
    }

    /// The computed figure as it was published.
    pub fn published_value(&self) -> Option<Decimal> {
        match self.actual.as_ref()? {
            Actual::Computed { published, .. } => *published,
            _ => None,
        }
    }

    /// Whether the published figure has changed since.
    pub fn changed_since_publication(&self) -> bool {
        self.published_value()
            .is_some_and(|published| Some(published) != self.value())
    }
}

impl MeasuredIndicator {
    /// One year.
    pub fn year(&self, year: FiscalYear) -> Option<&MeasuredYear> {
        self.years.iter().find(|measured| measured.year == year)
    }

    /// The baselines.
    pub fn baselines(&self) -> impl Iterator<Item = &Figure> {
        self.indicator
            .figures
            .iter()
            .filter(|figure| figure.kind == FigureKind::Baseline)
    }

    /// The key.
    pub fn key(&self) -> &str {
        self.indicator.key.as_deref().unwrap_or_default()
    }
}

impl MeasuredPlan {
    /// The fiscal year that is running today.
    pub fn running_year(&self) -> FiscalYear {
        FiscalYear::from_date(self.today)
    }

    /// The page of an indicator.
    pub fn indicator_href(&self, indicator: &MeasuredIndicator) -> String {
        format!(
            "/plan/{}/indicators/{}",
            self.plan.document.key,
            indicator.key()
        )
    }

    /// The page of one figure.
    pub fn year_href(&self, indicator: &MeasuredIndicator, year: FiscalYear) -> String {
        format!("{}/{}", self.indicator_href(indicator), year.year())
    }

    /// The page of an initiative or group.
    pub fn owner_href(&self, owner: &Owner) -> String {
        owner.href(&self.plan.document.key)
    }
}

/// The initiatives of a plan in the order of the document, each with the groups above it from the top.
pub fn initiatives(document: &PlanDocument) -> impl Iterator<Item = (Vec<&Group>, &Initiative)> {
    fn collect<'plan>(
        groups: &'plan [Group],
        path: &[&'plan Group],
        list: &mut Vec<(Vec<&'plan Group>, &'plan Initiative)>,
    ) {
        for group in groups {
            let path: Vec<&Group> = path.iter().copied().chain([group]).collect();
            list.extend(
                group
                    .initiatives
                    .iter()
                    .map(|initiative| (path.clone(), initiative)),
            );
            collect(&group.groups, &path, list);
        }
    }
    let mut list = Vec::new();
    collect(&document.groups, &[], &mut list);
    list.into_iter()
}

/// The indicators of a plan in the order of the document, each with whom it belongs to.
pub fn indicators(document: &PlanDocument) -> impl Iterator<Item = (Owner, &Indicator)> {
    fn collect<'plan>(groups: &'plan [Group], list: &mut Vec<(Owner, &'plan Indicator)>) {
        for group in groups {
            let owner = Owner {
                key: group.key.clone().unwrap_or_default(),
                number: group.number.clone(),
                title: group.title.clone(),
                is_group: true,
            };
            list.extend(
                group
                    .indicators
                    .iter()
                    .map(|indicator| (owner.clone(), indicator)),
            );
            for initiative in &group.initiatives {
                let owner = Owner {
                    key: initiative.key.clone().unwrap_or_default(),
                    number: initiative.number.clone(),
                    title: initiative.title.clone(),
                    is_group: false,
                };
                list.extend(
                    initiative
                        .indicators
                        .iter()
                        .map(|indicator| (owner.clone(), indicator)),
                );
            }
            collect(&group.groups, list);
        }
    }
    let mut list = Vec::new();
    collect(&document.groups, &mut list);
    list.into_iter()
}

/// Measures all indicators of a published plan as of now.
///
/// # Errors
/// When the database does not answer.
pub async fn measure(city: &City, plan: Arc<PublishedPlan>) -> Result<MeasuredPlan, PlanError> {
    measure_where(city, plan, |_| true).await
}

/// As [`measure`], but only the indicators with these keys: what the page of a few figures needs.
///
/// # Errors
/// When the database does not answer.
pub async fn measure_only(
    city: &City,
    plan: Arc<PublishedPlan>,
    keys: &[&str],
) -> Result<MeasuredPlan, PlanError> {
    let wanted = |indicator: &Indicator| {
        indicator
            .key
            .as_deref()
            .is_some_and(|key| keys.contains(&key))
    };
    measure_where(city, plan, wanted).await
}

async fn measure_where(
    city: &City,
    plan: Arc<PublishedPlan>,
    wanted: impl Fn(&Indicator) -> bool,
) -> Result<MeasuredPlan, PlanError> {
    let published: BTreeMap<(&str, i64), &FirstPublished> = plan
        .first_published
        .iter()
        .map(|figure| ((figure.indicator_key.as_str(), figure.fiscal_year), figure))
        .collect();
    let overrides = overrides(city.db(), plan.record.id).await?;
    let totals = Totals::from(city.year_totals().await?);
    let owned: Vec<(Owner, &Indicator)> = indicators(&plan.document)
        .filter(|(_, indicator)| wanted(indicator))
        .collect();
    let measuring = Measuring {
        document: &plan.document,
        context: context(city.db(), city.today(), &plan.document, &owned).await?,
        totals,
        published,
        overrides,
    };
    let indicators = measuring.all(owned);
    let running = FiscalYear::from_date(city.today());
    let judged_year = indicators
        .list
        .iter()
        .flat_map(|indicator| &indicator.years)
        .filter(|year| year.year < running && year.standing.status() != Status::CannotBeJudged)
        .map(|year| year.year)
        .max();
    Ok(MeasuredPlan {
        today: city.today(),
        judged_year,
        indicators,
        plan: plan.clone(),
    })
}

/// All that indicators of a plan are measured from.
struct Measuring<'plan> {
    document: &'plan PlanDocument,
    context: Context,
    totals: Totals,
    /// The computed figures as they were first published.
    published: BTreeMap<(&'plan str, i64), &'plan FirstPublished>,
    /// What people decided otherwise.
    overrides: BTreeMap<(String, i64), Override>,
}

impl Measuring<'_> {
    fn all(&self, owned: Vec<(Owner, &Indicator)>) -> Indicators {
        let mut indicators = Indicators::default();
        for (owner, indicator) in owned {
            let measured = self.indicator(owner, indicator);
            indicators
                .places
                .insert(measured.key().to_owned(), indicators.list.len());
            indicators.list.push(measured);
        }
        indicators
    }

    fn indicator(&self, owner: Owner, indicator: &Indicator) -> MeasuredIndicator {
        let key = indicator.key.as_deref().unwrap_or_default();
        let running = FiscalYear::from_date(self.context.today);
        let mut years: BTreeSet<FiscalYear> = indicator
            .figures
            .iter()
            .filter(|figure| figure.kind != FigureKind::Baseline)
            .filter_map(|figure| figure.fiscal_year)
            .collect();
        let live = indicator
            .formula
            .as_ref()
            .filter(|formula| formula.kind != FormulaKind::Entered);
        if live.is_some()
            && let Some(period) = self.document.period
        {
            years.extend(
                period
                    .from
                    .through(period.to)
                    .filter(|year| *year <= running),
            );
        }
        let mut course = Course::of(indicator);
        let mut actuals: BTreeMap<FiscalYear, Actual> = BTreeMap::new();
        for year in &years {
            let figure = |kind| {
                indicator
                    .figures
                    .iter()
                    .find(|figure| figure.kind == kind && figure.fiscal_year == Some(*year))
            };
            let stated = figure(FigureKind::Actual)
                .filter(|figure| !matches!(figure.reading, Reading::Empty));
            let actual = match (stated, live) {
                // What the plan states itself holds; the facts may begin later than the plan.
                (Some(stated), _) => Some(Actual::Stated(Box::new(stated.clone()))),
                (None, Some(formula)) if *year <= running => {
                    Some(match compute(formula, *year, &self.totals, &self.context) {
                        Ok(now) => {
                            course = course.with_actual(*year, now.value);
                            let frozen = self.published.get(&(key, i64::from(year.year())));
                            Actual::Computed {
                                now: Box::new(now),
                                published: frozen.and_then(|frozen| frozen.value.parse().ok()),
                                published_at: frozen.map(|frozen| frozen.published_at),
                            }
                        }
                        Err(reason) => Actual::NotComputable(reason),
                    })
                }
                _ => {
                    figure(FigureKind::Actual).map(|empty| Actual::Stated(Box::new(empty.clone())))
                }
            };
            if let Some(actual) = actual {
                actuals.insert(*year, actual);
            }
        }
        let accumulates = live.is_some_and(|formula| {
            matches!(formula.kind, FormulaKind::Count(_) | FormulaKind::Sum(_))
        });
        let years = years
            .into_iter()
            .map(|year| MeasuredYear {
                year,
                target: indicator
                    .figures
                    .iter()
                    .find(|figure| {
                        figure.kind == FigureKind::Target && figure.fiscal_year == Some(year)
                    })
                    .cloned(),
                actual: actuals.remove(&year),
                standing: Standing {
                    computed: judge(
                        &course,
                        year,
                        YearProgress::of(year, self.context.today, accumulates),
                    ),
                    overridden: self
                        .overrides
                        .get(&(key.to_owned(), i64::from(year.year())))
                        .cloned(),
                },
            })
            .collect();
        MeasuredIndicator {
            indicator: indicator.clone(),
            owner,
            years,
            course,
        }
    }
}

fn formulas<'plan>(owned: &[(Owner, &'plan Indicator)]) -> impl Iterator<Item = &'plan Formula> {
    owned
        .iter()
        .filter_map(|(_, indicator)| indicator.formula.as_ref())
}

/// Which departments there were at the end of each year, asked only when a formula speaks of departments.
async fn context(
    connection: &impl ConnectionTrait,
    today: Date,
    document: &PlanDocument,
    owned: &[(Owner, &Indicator)],
) -> Result<Context, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        code: String,
        first_day: String,
        last_day: Option<String>,
    }
    let mut context = Context::on(today);
    let asked =
        formulas(owned).any(|formula| matches!(formula.kind, FormulaKind::ShareOfDepartments(_)));
    let (true, Some(period)) = (asked, document.period) else {
        return Ok(context);
    };
    // Departments at the bottom of the tree do the work; those above only hold them together.
    let rows: Vec<Row> = connection
        .rows(
            "SELECT code, first_day, last_day FROM departments d
             WHERE NOT EXISTS (SELECT 1 FROM departments c WHERE c.parent = d.code)",
            [],
        )
        .await?;
    for year in period.from.through(period.to) {
        let day = year.end().min(today).to_string();
        let active = rows
            .iter()
            .filter(|row| {
                row.first_day <= day && row.last_day.as_ref().is_none_or(|last| *last >= day)
            })
            .filter_map(|row| DepartmentCode::new(row.code.clone()).ok())
            .collect();
        context.departments.insert(year, active);
    }
    Ok(context)
}

/// Judgements of people by indicator and year.
async fn overrides(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<BTreeMap<(String, i64), Override>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        indicator_key: String,
        fiscal_year: i64,
        status: String,
        reason: String,
        made_by: String,
        made_at: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT indicator_key, fiscal_year, status, reason, made_by, made_at FROM plan_overrides WHERE plan_id = $1",
            [plan_id.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let status = Status::ALL
                .into_iter()
                .find(|status| status.as_str() == row.status)?;
            let at = Timestamp::from_microsecond(row.made_at).ok()?;
            Some((
                (row.indicator_key, row.fiscal_year),
                Override {
                    status,
                    reason: row.reason,
                    by: row.made_by,
                    at,
                },
            ))
        })
        .collect())
}

/// Publishes the working state of a plan as a new version, its computed figures frozen as they are now.
/// Returns the version's number and what changed.
///
/// # Errors
/// [`PlanError::NoSuchPlan`] or the database's.
pub async fn publish(
    city: &City,
    principal: &Principal,
    key: &str,
    reason: &str,
) -> Result<(i64, Vec<Change>), PlanError> {
    let input = (key.to_owned(), reason.to_owned());
    city.write(principal.actor(), input, |tx, (key, reason)| {
        Box::pin(publish_in(tx, key, reason))
    })
    .await
}

/// As [`publish`], inside a running write.
///
/// # Errors
/// As [`publish`].
pub async fn publish_in(tx: &Tx, key: &str, reason: &str) -> Result<(i64, Vec<Change>), PlanError> {
    let document = store::load(tx.connection(), key).await?;
    let owned: Vec<(Owner, &Indicator)> = indicators(&document).collect();
    // Inside the write: with the facts that it has recorded itself.
    let totals = tx.year_totals(&measures_of(formulas(&owned))).await?;
    let measuring = Measuring {
        document: &document,
        context: context(tx.connection(), tx.today(), &document, &owned).await?,
        totals: Totals::new(totals),
        published: BTreeMap::new(),
        overrides: BTreeMap::new(),
    };
    let measured = measuring.all(owned);
    let mut figures = Vec::new();
    let record = store::plan(tx.connection(), key).await?;
    for indicator in measured.values() {
        let version = store::formula_version(tx.connection(), record.id, indicator.key()).await?;
        for year in &indicator.years {
            if let Some(Actual::Computed { now, .. }) = &year.actual {
                figures.push(PublishedFigure {
                    indicator_key: indicator.key().to_owned(),
                    fiscal_year: i64::from(year.year.year()),
                    formula_version: version,
                    value: now.value.to_string(),
                    parts: serde_json::to_string(&now.parts)?,
                });
            }
        }
    }
    tx.record(Fact::one(&VERSION_PUBLISHED.name, tx.now()))
        .await?;
    store::publish(tx, key, reason, &figures).await
}

/// Which way is good, as the plan states it or its figures show it.
pub fn direction(indicator: &MeasuredIndicator) -> Option<Direction> {
    indicator
        .course
        .found_direction()
        .map(|found| found.direction)
}
