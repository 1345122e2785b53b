//! The made-up city that is measured: what it counts, who does it, what happened, and a plan over it.
//!
//! The same number gives the same fact on every machine, so that two runs can be compared.

use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use yakuba_city::{
    Actor, City, CitySettings, Clock, Fact, JAPAN, MeasureDefinition, MeasureKind, Service,
};
use yakuba_identity::{IdentityError, NewDepartment, create_department};
use yakuba_kernel::{Channel, Decimal, DepartmentCode, FiscalYear, MeasureName, Quantity, Subject};
use yakuba_plan::{
    PlanError, measuring,
    model::{
        document::{
            Direction, FORMAT, Figure, FigureKind, Group, GroupKind, Indicator, Initiative, Number,
            Period, PlanDocument, Publisher, Reading,
        },
        formula::{
            Formula, FormulaKind, Growth, Over, Ratio, Selection, ShareOfDepartments, SurveyShare,
        },
    },
    store,
};

use crate::Outcome;

/// The plan's key.
pub(crate) const PLAN: &str = "bench";
/// The indicator that is opened down to its counts: a ratio, so two selections are counted.
pub(crate) const OPENED: &str = "Received online";
/// The year that is opened: the newest that is over.
pub(crate) const OPENED_YEAR: i32 = 2025;
/// The day that is opened.
pub(crate) const OPENED_DAY: &str = "2025-10-01";

const FIRST_YEAR: i32 = 2022;
const LAST_YEAR: i32 = 2026;
const DEPARTMENTS: u64 = 20;
const CHANNELS: [Channel; 3] = [Channel::Online, Channel::Counter, Channel::Phone];

struct Counted {
    name: &'static str,
    kind: MeasureKind,
    /// How often it happens, against the others.
    weight: u64,
    /// What it is about; empty: nothing in particular.
    subjects: &'static [&'static str],
}

const fn counted(
    name: &'static str,
    kind: MeasureKind,
    weight: u64,
    subjects: &'static [&'static str],
) -> Counted {
    Counted {
        name,
        kind,
        weight,
        subjects,
    }
}

const RECEIVED: &str = "procedure.received";
const CERTIFICATE: &str = "certificate.issued";
const PAYMENT: &str = "payment.received";
const WAIT: &str = "counter.wait_minutes";
const RESERVED: &str = "facility.reserved";
const HOURS: &str = "facility.hours_used";
const INQUIRY: &str = "inquiry.answered";
const REPORT: &str = "report.received";
const CAMERA: &str = "camera.installed";
const TRAINING: &str = "training.attended";
const ANSWER: &str = "survey.answered";
const PAPERLESS: &str = "meeting.without_paper";

static COUNTED: [Counted; 12] = [
    counted(
        RECEIVED,
        MeasureKind::Flow,
        30,
        &["moving", "child", "nursery", "tax", "water", "waste"],
    ),
    counted(CERTIFICATE, MeasureKind::Flow, 16, &[]),
    counted(PAYMENT, MeasureKind::Flow, 14, &["cash", "card", "code"]),
    counted(WAIT, MeasureKind::Extent, 10, &[]),
    counted(
        RESERVED,
        MeasureKind::Flow,
        8,
        &["hall", "gym", "library", "court", "kitchen"],
    ),
    counted(HOURS, MeasureKind::Flow, 5, &[]),
    counted(INQUIRY, MeasureKind::Flow, 6, &[]),
    counted(REPORT, MeasureKind::Flow, 3, &[]),
    counted(CAMERA, MeasureKind::Stock, 1, &[]),
    counted(TRAINING, MeasureKind::Flow, 2, &[]),
    counted(
        ANSWER,
        MeasureKind::Flow,
        4,
        &["very_good", "good", "fair", "poor"],
    ),
    counted(PAPERLESS, MeasureKind::Flow, 1, &[]),
];

/// The measures the plan's formulas need, for a query by hand.
pub(crate) fn measures() -> impl Iterator<Item = &'static str> {
    COUNTED.iter().map(|counted| counted.name)
}

/// How the city is opened: its clock stands on the last evening of the five years.
pub(crate) fn settings(directory: &std::path::Path) -> Outcome<CitySettings> {
    let evening = date(i16::try_from(LAST_YEAR + 1)?, 3, 31)
        .at(18, 0, 0, 0)
        .to_zoned(TimeZone::fixed(JAPAN))?
        .timestamp();
    Ok(CitySettings {
        clock: Clock::fixed(evening),
        ..CitySettings::in_directory(directory)
    })
}

/// Opens the city with all services.
pub(crate) async fn open(directory: &std::path::Path) -> Outcome<City> {
    let services: Vec<&'static dyn Service> = yakuba::services::all();
    Ok(City::open(settings(directory)?, &services).await?)
}

/// Makes the city's departments and measures, unless they are there.
pub(crate) async fn found(city: &City) -> Outcome<()> {
    city.key()?;
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            tx.set("city.name", "計測市").await?;
            for counted in &COUNTED {
                let measure = MeasureDefinition {
                    name: MeasureName::declared(counted.name),
                    kind: counted.kind,
                    unit: "件".to_owned(),
                    name_ja: counted.name.to_owned(),
                    name_en: counted.name.to_owned(),
                };
                tx.register_measure(&measure).await?;
            }
            for number in 0..DEPARTMENTS {
                let Ok(code) = DepartmentCode::new(department(number)) else {
                    continue;
                };
                let new = NewDepartment {
                    name_ja: format!("第{}課", number + 1),
                    name_en: format!("Section {}", number + 1),
                    code,
                    parent: None,
                    first_day: date(2020, 4, 1),
                    last_day: None,
                    position: i64::try_from(number).unwrap_or_default(),
                };
                create_department(tx, &new).await?;
            }
            Ok::<_, IdentityError>(())
        })
    })
    .await?;
    Ok(())
}

fn department(number: u64) -> String {
    format!("section-{number:02}")
}

/// Spreads the bits of a number so that neighbours have nothing in common (SplitMix64).
const fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Everything of a fact that can be made once.
pub(crate) struct Story {
    measures: Vec<(MeasureName, &'static Counted, Vec<Subject>)>,
    departments: Vec<DepartmentCode>,
    opening: Timestamp,
    seconds: u64,
    facts: u64,
}

impl Story {
    /// A story of so many facts, evenly over the five years and in the order of time, as they come in real life.
    pub(crate) fn of(facts: u64) -> Outcome<Self> {
        let midnight = |year| {
            date(year, 4, 1)
                .at(0, 0, 0, 0)
                .to_zoned(TimeZone::fixed(JAPAN))
                .map(|moment| moment.timestamp())
        };
        // The last day ends with the city's evening.
        let opening = midnight(i16::try_from(FIRST_YEAR)?)?;
        let end = midnight(i16::try_from(LAST_YEAR + 1)?)? - SignedDuration::from_hours(6);
        let mut measures = Vec::new();
        for counted in &COUNTED {
            let subjects = counted
                .subjects
                .iter()
                .map(|subject| Subject::new(*subject))
                .collect::<Result<Vec<_>, _>>()?;
            measures.push((MeasureName::declared(counted.name), counted, subjects));
        }
        Ok(Self {
            measures,
            departments: (0..DEPARTMENTS)
                .map(|number| DepartmentCode::new(department(number)))
                .collect::<Result<_, _>>()?,
            opening,
            seconds: u64::try_from(end.as_second() - opening.as_second())?,
            facts,
        })
    }

    /// The fact of a number.
    pub(crate) fn fact(&self, number: u64) -> Outcome<Fact> {
        let dice = mixed(number);
        let second = u128::from(number) * u128::from(self.seconds) / u128::from(self.facts.max(1));
        let at = self.opening + SignedDuration::from_secs(i64::try_from(second)?);
        let mut place = dice % 100;
        let (measure, counted, subjects) = self
            .measures
            .iter()
            .find(|(_, counted, _)| {
                let found = place < counted.weight;
                place = place.saturating_sub(counted.weight);
                found
            })
            .ok_or("the weights of the measures do not come to 100")?;
        let pick = |shift: u32, of: usize| usize::try_from((dice >> shift) % of as u64);
        let quantity = match counted.kind {
            MeasureKind::Extent => Quantity::from_integer(i64::try_from((dice >> 40) % 90)?)?,
            MeasureKind::Flow if counted.name == HOURS => {
                // Half hours.
                Quantity::from_thousandths(i64::try_from((dice >> 40) % 8 + 1)? * 500)
                    .unwrap_or(Quantity::ONE)
            }
            MeasureKind::Flow | MeasureKind::Stock => Quantity::ONE,
        };
        let mut fact = Fact::one(measure, at)
            .quantity(quantity)
            .department(self.departments[pick(8, self.departments.len())?].clone())
            .channel(CHANNELS[pick(16, CHANNELS.len())?])
            .record(format!("record/{number}"));
        if !subjects.is_empty() {
            fact = fact.subject(subjects[pick(24, subjects.len())?].clone());
        }
        Ok(fact)
    }
}

/// Stores the plan and publishes it, unless it is published.
pub(crate) async fn publish(city: &City) -> Outcome<()> {
    if let Ok(Some(_)) = store::published(city, PLAN).await {
        return Ok(());
    }
    city.write(Actor::CommandLine, plan()?, |tx, plan| {
        Box::pin(async move {
            store::commit_import(tx, None, plan, store::NewPlan::Own, "made up").await?;
            measuring::publish_in(tx, PLAN, "made up").await?;
            Ok::<_, PlanError>(())
        })
    })
    .await?;
    Ok(())
}

fn all(measure: &'static str) -> Selection {
    Selection {
        measure: MeasureName::declared(measure),
        departments: Vec::new(),
        channels: Vec::new(),
        subjects: Vec::new(),
    }
}

fn online(measure: &'static str) -> Selection {
    Selection {
        channels: vec![Channel::Online],
        ..all(measure)
    }
}

fn about(measure: &'static str, subjects: &[&str]) -> Outcome<Selection> {
    Ok(Selection {
        subjects: subjects
            .iter()
            .map(|subject| Subject::new(*subject))
            .collect::<Result<_, _>>()?,
        ..all(measure)
    })
}

/// Thirty indicators, three of each kind of formula.
fn formulas() -> Outcome<Vec<(&'static str, FormulaKind)>> {
    let ratio = |numerator, denominator| Ratio {
        numerator,
        denominator,
        over: Over::Year,
    };
    let base_year = FiscalYear::new(FIRST_YEAR)?;
    let growth = |of, over, base_value| Growth {
        of,
        over,
        base_year,
        base_value,
    };
    let share = |of, departments| ShareOfDepartments { of, departments };
    let survey = |answers: &[&str]| -> Outcome<SurveyShare> {
        Ok(SurveyShare {
            measure: MeasureName::declared(ANSWER),
            answers: about(ANSWER, answers)?.subjects,
        })
    };
    Ok(vec![
        ("Applications", FormulaKind::Count(all(RECEIVED))),
        ("Inquiries online", FormulaKind::Count(online(INQUIRY))),
        ("Road reports", FormulaKind::Count(all(REPORT))),
        ("Certificates", FormulaKind::Sum(all(CERTIFICATE))),
        ("Hours used", FormulaKind::Sum(all(HOURS))),
        (
            "Courts reserved",
            FormulaKind::Sum(about(RESERVED, &["court", "gym"])?),
        ),
        ("Cameras", FormulaKind::Stock(all(CAMERA))),
        ("Staff trained so far", FormulaKind::Stock(all(TRAINING))),
        ("Reports so far", FormulaKind::Stock(online(REPORT))),
        (
            OPENED,
            FormulaKind::Ratio(ratio(online(RECEIVED), all(RECEIVED))),
        ),
        (
            "Paid without cash",
            FormulaKind::Ratio(ratio(about(PAYMENT, &["card", "code"])?, all(PAYMENT))),
        ),
        (
            "Reserved online, ever",
            FormulaKind::Ratio(Ratio {
                over: Over::YearEnd,
                ..ratio(online(RESERVED), all(RESERVED))
            }),
        ),
        (
            "Mean over procedures",
            FormulaKind::MeanOfRatios(ratio(online(RECEIVED), all(RECEIVED))),
        ),
        (
            "Mean over facilities",
            FormulaKind::MeanOfRatios(ratio(online(RESERVED), all(RESERVED))),
        ),
        (
            "Mean over payments",
            FormulaKind::MeanOfRatios(ratio(online(PAYMENT), all(PAYMENT))),
        ),
        (
            "Growth of reservations",
            FormulaKind::Growth(growth(all(RESERVED), Over::Year, None)),
        ),
        (
            "Growth of inquiries",
            FormulaKind::Growth(growth(online(INQUIRY), Over::Year, None)),
        ),
        (
            "Growth of cameras",
            FormulaKind::Growth(growth(all(CAMERA), Over::YearEnd, Some(Decimal::from(10)))),
        ),
        ("Longest wait", FormulaKind::Maximum(all(WAIT))),
        (
            "Longest wait on the phone",
            FormulaKind::Maximum(Selection {
                channels: vec![Channel::Phone],
                ..all(WAIT)
            }),
        ),
        ("Longest use", FormulaKind::Maximum(all(HOURS))),
        (
            "Sections without paper",
            FormulaKind::ShareOfDepartments(share(all(PAPERLESS), None)),
        ),
        (
            "Sections with training",
            FormulaKind::ShareOfDepartments(share(all(TRAINING), None)),
        ),
        (
            "Sections online",
            FormulaKind::ShareOfDepartments(share(online(RECEIVED), Some(25))),
        ),
        (
            "Content",
            FormulaKind::SurveyShare(survey(&["very_good", "good"])?),
        ),
        (
            "Very content",
            FormulaKind::SurveyShare(survey(&["very_good"])?),
        ),
        ("Not content", FormulaKind::SurveyShare(survey(&["poor"])?)),
        ("Entered by hand 1", FormulaKind::Entered),
        ("Entered by hand 2", FormulaKind::Entered),
        ("Entered by hand 3", FormulaKind::Entered),
    ])
}

fn plan() -> Outcome<PlanDocument> {
    let mut indicators = Vec::new();
    for (name, kind) in formulas()? {
        indicators.push(indicator(name, kind)?);
    }
    let mut initiatives = indicators
        .chunks(2)
        .zip(1..)
        .map(|(indicators, number)| Initiative {
            number: Some(number.to_string()),
            title: format!("取組{number}"),
            summary: Some("計測のための架空の取組です。".to_owned()),
            indicators: indicators.to_vec(),
            ..Initiative::default()
        });
    let groups = (1..=5)
        .map(|number| Group {
            key: None,
            kind: GroupKind::Goal,
            number: Some(number.to_string()),
            title: format!("基本目標{number}"),
            text: Some("計測のための架空の目標です。".to_owned()),
            aim: None,
            texts: Vec::new(),
            indicators: Vec::new(),
            groups: Vec::new(),
            initiatives: initiatives.by_ref().take(3).collect(),
        })
        .collect();
    Ok(PlanDocument {
        format: FORMAT.to_owned(),
        key: PLAN.to_owned(),
        title: "計測市デジタル推進計画".to_owned(),
        publisher: Publisher {
            name: "計測市".to_owned(),
            municipality: None,
        },
        period: Some(Period {
            from: FiscalYear::new(FIRST_YEAR)?,
            to: FiscalYear::new(LAST_YEAR)?,
        }),
        version: None,
        summary: Some("計測のための架空の計画です。".to_owned()),
        source: None,
        statements: Vec::new(),
        groups,
    })
}

fn indicator(name: &str, kind: FormulaKind) -> Outcome<Indicator> {
    let by_hand = kind == FormulaKind::Entered;
    let figure = |kind, year, value: i64| -> Outcome<Figure> {
        Ok(Figure {
            fiscal_year: Some(FiscalYear::new(year)?),
            kind,
            reading: Reading::Number(Number {
                value: Decimal::from(value),
                unit: Some("件".to_owned()),
                qualifiers: Vec::new(),
            }),
            text: format!("{value}件"),
            confidence: 100,
            doubts: Vec::new(),
            evidence: Vec::new(),
            source: None,
        })
    };
    let mut figures = Vec::new();
    for year in FIRST_YEAR..=LAST_YEAR {
        figures.push(figure(FigureKind::Target, year, 30)?);
        if by_hand && year < LAST_YEAR {
            figures.push(figure(FigureKind::Actual, year, 29)?);
        }
    }
    Ok(Indicator {
        name: name.to_owned(),
        unit: Some("件".to_owned()),
        direction: Some(Direction::More),
        formula: Some(Formula {
            kind,
            rounding: yakuba_kernel::Rounding::HalfUp,
            places: 1,
        }),
        figures,
        ..Indicator::default()
    })
}
