//! The rule of each kind of formula.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use rust_decimal::Decimal;
use yakuba_city::FactSums;
use yakuba_kernel::{DepartmentCode, FiscalYear, MeasureName, Quantity, Subject};

use super::parts::{
    AnswerCount, BaseSource, LeftOut, LeftOutReason, Part, Parts, SubjectRatio, WithoutSubject,
};
use super::{Context, NotComputable, Outcome};
use crate::model::formula::{
    Formula, FormulaKind, Growth, Over, Ratio, Selection, ShareOfDepartments, SurveyShare,
};
use crate::model::fraction::Fraction;
use crate::model::message::{Message, count_of};
use crate::model::totals::{Span, Totals};

pub(super) fn outcome(
    kind: &FormulaKind,
    formula: &Formula,
    year: FiscalYear,
    totals: &Totals,
    context: &Context,
) -> Result<Outcome, NotComputable> {
    match kind {
        FormulaKind::Count(selection) => {
            let of = part(sums(totals, selection, Over::Year, year)?)?;
            Ok(plain(Fraction::whole(of.facts), Parts::Count { of }))
        }
        FormulaKind::Sum(selection) => {
            let of = part(sums(totals, selection, Over::Year, year)?)?;
            Ok(plain(of.quantity.into(), Parts::Sum { of }))
        }
        FormulaKind::Stock(selection) => {
            let of = part(sums(totals, selection, Over::YearEnd, year)?)?;
            let parts = Parts::Stock {
                of,
                since: totals.first_year(selection),
                until: year.end().min(context.today),
            };
            Ok(plain(of.quantity.into(), parts))
        }
        FormulaKind::Ratio(shape) => ratio(shape, year, totals, context),
        FormulaKind::MeanOfRatios(shape) => mean_of_ratios(shape, formula, year, totals),
        FormulaKind::Growth(shape) => growth(shape, year, totals),
        FormulaKind::Maximum(selection) => {
            let found = sums(totals, selection, Over::Year, year)?;
            let quantity = found
                .maximum
                .and_then(Quantity::from_thousandths)
                .ok_or_else(|| no_facts(&selection.measure, year))?;
            let facts = found.facts;
            Ok(plain(quantity.into(), Parts::Maximum { quantity, facts }))
        }
        FormulaKind::ShareOfDepartments(shape) => {
            share_of_departments(shape, year, totals, context)
        }
        FormulaKind::SurveyShare(shape) => survey_share(shape, year, totals),
        FormulaKind::Entered => Err(NotComputable::EnteredByHand),
    }
}

fn plain(exact: Fraction, parts: Parts) -> Outcome {
    Outcome {
        exact,
        parts,
        notes: Vec::new(),
    }
}

fn no_facts(measure: &MeasureName, year: FiscalYear) -> NotComputable {
    NotComputable::NoFacts {
        measure: measure.clone(),
        year,
    }
}

fn sums(
    totals: &Totals,
    selection: &Selection,
    over: Over,
    year: FiscalYear,
) -> Result<FactSums, NotComputable> {
    totals
        .sums(selection, Span::of(over, year))
        .ok_or_else(|| no_facts(&selection.measure, year))
}

fn part(sums: FactSums) -> Result<Part, NotComputable> {
    Ok(Part {
        quantity: quantity(sums.total)?,
        facts: sums.facts,
    })
}

fn quantity(thousandths: i128) -> Result<Quantity, NotComputable> {
    i64::try_from(thousandths)
        .ok()
        .and_then(Quantity::from_thousandths)
        .ok_or(NotComputable::TooLarge)
}

/// `part / whole × 100`. Thousandths on both sides cancel.
fn percent(part: impl Into<BigInt>, whole: impl Into<BigInt>) -> Result<Fraction, NotComputable> {
    Fraction::new(part.into() * 100, whole).ok_or(NotComputable::DenominatorNotPositive {
        denominator: Decimal::ZERO,
    })
}

fn ratio(
    shape: &Ratio,
    year: FiscalYear,
    totals: &Totals,
    context: &Context,
) -> Result<Outcome, NotComputable> {
    let denominator = part(sums(totals, &shape.denominator, shape.over, year)?)?;
    if denominator.quantity <= Quantity::ZERO {
        return Err(NotComputable::DenominatorNotPositive {
            denominator: denominator.quantity.to_decimal(),
        });
    }
    let mut notes = Vec::new();
    // The whole was counted, so that a part of which nothing was recorded is a true zero; it is said all the same.
    let found = totals.sums(&shape.numerator, Span::of(shape.over, year));
    if found.is_none() {
        notes.push(
            Message::new("measuring-note-numerator-without-facts")
                .with("measure", shape.numerator.measure.clone()),
        );
    }
    let numerator = part(found.unwrap_or_default())?;
    if numerator.quantity > denominator.quantity {
        notes.push(Message::new("measuring-note-over-hundred"));
    }
    Ok(Outcome {
        exact: percent(
            numerator.quantity.thousandths(),
            denominator.quantity.thousandths(),
        )?,
        parts: Parts::Ratio {
            numerator,
            denominator,
            until: (shape.over == Over::YearEnd).then(|| year.end().min(context.today)),
        },
        notes,
    })
}

#[derive(Clone, Copy, Default)]
struct Pair {
    numerator: i128,
    denominator: i128,
    seen: bool,
}

fn mean_of_ratios(
    shape: &Ratio,
    formula: &Formula,
    year: FiscalYear,
    totals: &Totals,
) -> Result<Outcome, NotComputable> {
    let span = Span::of(shape.over, year);
    sums(totals, &shape.denominator, shape.over, year)?;
    let mut pairs: BTreeMap<&str, Pair> = BTreeMap::new();
    // Subjects the formula names are listed even when nothing was counted for them.
    for subject in &shape.denominator.subjects {
        pairs.entry(subject.as_str()).or_default();
    }
    for row in totals.rows(&shape.numerator, span) {
        let pair = pairs.entry(&row.subject).or_default();
        pair.numerator += i128::from(row.total);
        pair.seen |= row.count > 0;
    }
    for row in totals.rows(&shape.denominator, span) {
        let pair = pairs.entry(&row.subject).or_default();
        pair.denominator += i128::from(row.total);
        pair.seen |= row.count > 0;
    }

    let mut subjects = Vec::new();
    let mut left_out = Vec::new();
    let mut without_subject = None;
    // Ratios with the same denominator are added first: the common denominator of all stays as small as it can.
    let mut by_denominator: BTreeMap<i128, i128> = BTreeMap::new();
    for (name, pair) in pairs {
        let (numerator, denominator) = (quantity(pair.numerator)?, quantity(pair.denominator)?);
        let Ok(subject) = Subject::new(name) else {
            if !(numerator.is_zero() && denominator.is_zero()) {
                without_subject = Some(WithoutSubject {
                    numerator,
                    denominator,
                });
            }
            continue;
        };
        if pair.denominator > 0 {
            *by_denominator.entry(pair.denominator).or_default() += pair.numerator;
            let ratio = percent(pair.numerator, pair.denominator)?
                .round(formula.rounding, formula.places)
                .ok_or(NotComputable::TooLarge)?;
            subjects.push(SubjectRatio {
                subject,
                numerator,
                denominator,
                ratio,
            });
        } else {
            let reason = match pair.denominator {
                0 if !pair.seen => LeftOutReason::NoFacts,
                0 => LeftOutReason::DenominatorZero,
                _ => LeftOutReason::DenominatorNegative,
            };
            left_out.push(LeftOut {
                subject,
                numerator,
                denominator,
                reason,
            });
        }
    }
    let mut sum = Fraction::zero();
    for (denominator, numerator) in by_denominator {
        sum = &sum + &percent(numerator, denominator)?;
    }
    let exact = sum
        .checked_div(&Fraction::whole(subjects.len()))
        .ok_or(NotComputable::NoSubjects)?;
    let mut notes = Vec::new();
    if !left_out.is_empty() {
        notes.push(
            Message::new("measuring-note-subjects-left-out").with("n", count_of(left_out.len())),
        );
    }
    if without_subject.is_some() {
        notes.push(Message::new("measuring-note-without-subject"));
    }
    Ok(Outcome {
        exact,
        parts: Parts::Mean {
            subjects,
            left_out,
            without_subject,
        },
        notes,
    })
}

fn growth(shape: &Growth, year: FiscalYear, totals: &Totals) -> Result<Outcome, NotComputable> {
    let current = part(sums(totals, &shape.of, shape.over, year)?)?;
    let (base, base_source) = if let Some(given) = shape.base_value {
        (given, BaseSource::Given)
    } else {
        let found = totals
            .sums(&shape.of, Span::of(shape.over, shape.base_year))
            .ok_or(NotComputable::BaseMissing {
                base_year: shape.base_year,
            })?;
        (part(found)?.quantity.to_decimal(), BaseSource::Facts)
    };
    if base <= Decimal::ZERO {
        return Err(NotComputable::BaseNotPositive {
            base_year: shape.base_year,
            base,
        });
    }
    let base_exact = Fraction::from(base);
    let change = &Fraction::from(current.quantity) - &base_exact;
    let exact = (&change * &Fraction::whole(100))
        .checked_div(&base_exact)
        .ok_or(NotComputable::TooLarge)?;
    Ok(plain(
        exact,
        Parts::Growth {
            base_year: shape.base_year,
            base,
            base_source,
            current,
        },
    ))
}

fn share_of_departments(
    shape: &ShareOfDepartments,
    year: FiscalYear,
    totals: &Totals,
    context: &Context,
) -> Result<Outcome, NotComputable> {
    sums(totals, &shape.of, Over::Year, year)?;
    let mut facts: BTreeMap<&str, i64> = BTreeMap::new();
    for row in totals.rows(&shape.of, Span::of(Over::Year, year)) {
        *facts.entry(&row.department).or_default() += row.count;
    }
    let mut did: BTreeSet<DepartmentCode> = facts
        .into_iter()
        .filter(|(_, facts)| *facts > 0)
        .filter_map(|(code, _)| DepartmentCode::new(code).ok())
        .collect();
    let mut did_not = Vec::new();
    let mut outside = Vec::new();
    let of = if let Some(stated) = shape.departments {
        stated
    } else {
        let all: BTreeSet<&DepartmentCode> = context
            .departments
            .get(&year)
            .ok_or(NotComputable::DepartmentsUnknown { year })?
            .iter()
            .filter(|code| shape.of.departments.is_empty() || shape.of.departments.contains(code))
            .collect();
        did_not.extend(
            all.iter()
                .filter(|code| !did.contains(**code))
                .map(|code| (*code).clone()),
        );
        outside.extend(did.iter().filter(|code| !all.contains(code)).cloned());
        did.retain(|code| all.contains(code));
        u32::try_from(all.len()).map_err(|_| NotComputable::TooLarge)?
    };
    let number = u32::try_from(did.len()).map_err(|_| NotComputable::TooLarge)?;
    if of == 0 {
        return Err(NotComputable::DenominatorNotPositive {
            denominator: Decimal::ZERO,
        });
    }
    if number > of {
        return Err(NotComputable::MoreDepartmentsThanThereAre { did: number, of });
    }
    let notes = if outside.is_empty() {
        Vec::new()
    } else {
        vec![Message::new("measuring-note-departments-outside").with("n", count_of(outside.len()))]
    };
    Ok(Outcome {
        exact: percent(number, of)?,
        parts: Parts::Departments {
            did: did.into_iter().collect(),
            did_not,
            outside,
            of,
        },
        notes,
    })
}

fn survey_share(
    shape: &SurveyShare,
    year: FiscalYear,
    totals: &Totals,
) -> Result<Outcome, NotComputable> {
    let everything = Selection::all(shape.measure.clone());
    sums(totals, &everything, Over::Year, year)?;
    let mut facts: BTreeMap<&str, i64> = shape
        .answers
        .iter()
        .map(|answer| (answer.as_str(), 0))
        .collect();
    for row in totals.rows(&everything, Span::of(Over::Year, year)) {
        *facts.entry(&row.subject).or_default() += row.count;
    }
    let (mut numerator, mut denominator, mut unanswered) = (0_i64, 0_i64, 0_i64);
    let mut answers = Vec::new();
    for (name, facts) in facts {
        let Ok(answer) = Subject::new(name) else {
            unanswered += facts;
            continue;
        };
        let counts = shape.answers.contains(&answer);
        denominator += facts;
        if counts {
            numerator += facts;
        }
        answers.push(AnswerCount {
            answer,
            facts,
            counts,
        });
    }
    if denominator <= 0 {
        return Err(NotComputable::DenominatorNotPositive {
            denominator: denominator.into(),
        });
    }
    let notes = if unanswered == 0 {
        Vec::new()
    } else {
        vec![Message::new("measuring-note-unanswered").with("n", unanswered)]
    };
    Ok(Outcome {
        exact: percent(numerator, denominator)?,
        parts: Parts::Survey {
            answers,
            numerator,
            denominator,
            unanswered,
        },
        notes,
    })
}
