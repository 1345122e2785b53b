//! Rules of computing, told with figures of the published sheets.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use yakuba_city::YearTotal;
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear, MeasureName, Rounding, Subject};

use super::{
    BaseSource, Computed, Context, LeftOutReason, NotComputable, Parts, compute, formula_in_words,
    measures_of, trace,
};
use crate::model::formula::{
    Formula, FormulaKind, Growth, Over, Ratio, Selection, ShareOfDepartments, SurveyShare,
};
use crate::model::totals::Totals;

fn year(year: i32) -> FiscalYear {
    FiscalYear::new(year).unwrap()
}

fn select(measure: &str) -> Selection {
    Selection {
        measure: MeasureName::new(measure).unwrap(),
        departments: Vec::new(),
        channels: Vec::new(),
        subjects: Vec::new(),
    }
}

fn formula(kind: FormulaKind) -> Formula {
    Formula {
        kind,
        rounding: Rounding::HalfUp,
        places: 1,
    }
}

fn ratio(numerator: Selection, denominator: Selection) -> Ratio {
    Ratio {
        numerator,
        denominator,
        over: Over::Year,
    }
}

/// `count` facts of one each.
fn row(measure: &str, fiscal_year: i64, dimensions: [&str; 3], count: i64) -> YearTotal {
    let [department, channel, subject] = dimensions.map(ToOwned::to_owned);
    YearTotal {
        measure: measure.to_owned(),
        fiscal_year,
        department,
        channel,
        subject,
        total: count * 1000,
        count,
        maximum: (count > 0).then_some(1000),
    }
}

fn later() -> Context {
    Context::on(date(2026, 11, 21))
}

fn computed(kind: FormulaKind, of: i32, rows: Vec<YearTotal>) -> Result<Computed, NotComputable> {
    compute(&formula(kind), year(of), &Totals::new(rows), &later())
}

fn value(kind: FormulaKind, of: i32, rows: Vec<YearTotal>) -> String {
    computed(kind, of, rows).unwrap().value.to_string()
}

const NO: [&str; 3] = ["", "", ""];

#[test]
fn a_ratio_shows_its_numerator_and_denominator() {
    let kind = FormulaKind::Ratio(ratio(select("p.online"), select("p.all")));
    let rows = vec![row("p.online", 2023, NO, 719), row("p.all", 2023, NO, 868)];
    let figure = computed(kind, 2023, rows).unwrap();
    assert_eq!(figure.value.to_string(), "82.8");
    let Parts::Ratio {
        numerator,
        denominator,
        ..
    } = &figure.parts
    else {
        unreachable!()
    };
    assert_eq!(numerator.quantity.to_string(), "719");
    assert_eq!(denominator.quantity.to_string(), "868");
    assert!(!figure.unrounded.complete);
    assert!(!figure.provisional);
    // Frozen and read back, it still shows the same.
    let frozen = serde_json::to_string(&figure).unwrap();
    let thawed: Computed = serde_json::from_str(&frozen).unwrap();
    assert_eq!(thawed, figure);
    assert_eq!(trace(&thawed), trace(&figure));
}

#[test]
fn the_indicator_says_how_it_is_rounded() {
    let rows = || {
        vec![
            row("w.good", 2023, NO, 5917),
            row("w.pages", 2023, NO, 5919),
        ]
    };
    let kind = FormulaKind::Ratio(ratio(select("w.good"), select("w.pages")));
    let with = |rounding, places| {
        let formula = Formula {
            kind: kind.clone(),
            rounding,
            places,
        };
        compute(&formula, year(2023), &Totals::new(rows()), &later())
            .unwrap()
            .value
            .to_string()
    };
    assert_eq!(with(Rounding::CutOff, 1), "99.9");
    assert_eq!(with(Rounding::HalfUp, 1), "100.0");
    assert_eq!(with(Rounding::Up, 2), "99.97");
}

#[test]
fn nothing_counted_is_not_zero() {
    let kind = FormulaKind::Count(select("p.online"));
    assert_eq!(
        computed(kind.clone(), 2022, vec![row("p.online", 2023, NO, 5)]),
        Err(NotComputable::NoFacts {
            measure: MeasureName::new("p.online").unwrap(),
            year: year(2022)
        })
    );
    // Everything taken back: nothing stands.
    assert!(computed(kind, 2023, vec![row("p.online", 2023, NO, 0)]).is_err());
    // Counted, but none of the kind asked for: a true zero.
    let online = Selection {
        channels: vec![Channel::Online],
        ..select("p.all")
    };
    let rows = vec![row("p.all", 2023, ["", "counter", ""], 7)];
    assert_eq!(value(FormulaKind::Sum(online), 2023, rows), "0.0");
}

#[test]
fn a_whole_of_zero_gives_no_ratio() {
    let kind = FormulaKind::Ratio(ratio(
        select("p.online"),
        Selection {
            channels: vec![Channel::Phone],
            ..select("p.all")
        },
    ));
    let rows = vec![row("p.all", 2023, NO, 3)];
    assert_eq!(
        computed(kind, 2023, rows),
        Err(NotComputable::DenominatorNotPositive {
            denominator: Decimal::ZERO
        })
    );
}

#[test]
fn a_part_nobody_counted_is_zero_and_said() {
    let kind = FormulaKind::Ratio(ratio(select("p.online"), select("p.all")));
    let figure = computed(kind, 2023, vec![row("p.all", 2023, NO, 3)]).unwrap();
    assert_eq!(figure.value.to_string(), "0.0");
    assert_eq!(figure.notes[0].id, "measuring-note-numerator-without-facts");
}

#[test]
fn filters_take_only_their_facts() {
    let rows = || {
        vec![
            row("p.all", 2023, ["0210", "online", "a"], 30),
            row("p.all", 2023, ["0210", "counter", "a"], 50),
            row("p.all", 2023, ["0220", "online", "b"], 4),
        ]
    };
    let of = |selection| value(FormulaKind::Count(selection), 2023, rows());
    assert_eq!(of(select("p.all")), "84.0");
    assert_eq!(
        of(Selection {
            channels: vec![Channel::Online],
            ..select("p.all")
        }),
        "34.0"
    );
    assert_eq!(
        of(Selection {
            departments: vec![DepartmentCode::new("0210").unwrap()],
            channels: vec![Channel::Online],
            ..select("p.all")
        }),
        "30.0"
    );
    assert_eq!(
        of(Selection {
            subjects: vec![Subject::new("b").unwrap()],
            ..select("p.all")
        }),
        "4.0"
    );
}

#[test]
fn a_stock_adds_up_all_years_until_its_own() {
    // Facilities with public Wi-Fi: 33 until 令和4年度, one more in 令和5年度, one after.
    let rows = || {
        vec![
            row("w.site", 2021, NO, 20),
            row("w.site", 2022, NO, 13),
            row("w.site", 2023, NO, 1),
            row("w.site", 2024, NO, 1),
        ]
    };
    let kind = FormulaKind::Stock(select("w.site"));
    assert_eq!(value(kind.clone(), 2022, rows()), "33.0");
    assert_eq!(value(kind.clone(), 2023, rows()), "34.0");
    // A year without new facts keeps its stock.
    assert_eq!(value(kind, 2025, rows()), "35.0");
}

#[test]
fn a_mean_is_that_of_each_procedures_own_ratio() {
    // 1/3 and 2/3 and 1/7: the exact mean is 38.095…, not the ratio of the sums (4/13 = 30.8).
    let kind = FormulaKind::MeanOfRatios(Ratio {
        numerator: select("p.online"),
        denominator: Selection {
            subjects: ["a", "b", "c", "d", "e"]
                .map(|s| Subject::new(s).unwrap())
                .to_vec(),
            ..select("p.all")
        },
        over: Over::Year,
    });
    let rows = vec![
        row("p.online", 2021, ["", "", "a"], 1),
        row("p.online", 2021, ["", "", "b"], 2),
        row("p.online", 2021, ["", "", "c"], 1),
        row("p.online", 2021, ["", "", "d"], 5),
        row("p.all", 2021, ["", "", "a"], 3),
        row("p.all", 2021, ["", "", "b"], 3),
        row("p.all", 2021, ["", "", "c"], 7),
    ];
    let figure = computed(kind, 2021, rows).unwrap();
    assert_eq!(figure.value.to_string(), "38.1");
    let Parts::Mean {
        subjects, left_out, ..
    } = &figure.parts
    else {
        unreachable!()
    };
    let shown: Vec<String> = subjects
        .iter()
        .map(|s| {
            format!(
                "{} {}/{} {}",
                s.subject, s.numerator, s.denominator, s.ratio
            )
        })
        .collect();
    assert_eq!(shown, ["a 1/3 33.3", "b 2/3 66.7", "c 1/7 14.3"]);
    let reasons: Vec<_> = left_out
        .iter()
        .map(|l| (l.subject.as_str(), l.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            ("d", LeftOutReason::DenominatorZero),
            ("e", LeftOutReason::NoFacts)
        ]
    );
}

#[test]
fn a_mean_is_rounded_once() {
    // 49.95 exactly; the mean of the rounded ratios would be 50.0 or 49.9.
    let kind = FormulaKind::MeanOfRatios(ratio(select("p.online"), select("p.all")));
    let rows = vec![
        row("p.online", 2021, ["", "", "a"], 999),
        row("p.online", 2021, ["", "", "b"], 0),
        row("p.all", 2021, ["", "", "a"], 1000),
        row("p.all", 2021, ["", "", "b"], 7),
    ];
    let figure = computed(kind, 2021, rows).unwrap();
    assert_eq!(figure.unrounded.digits.to_string(), "49.95");
    assert!(figure.unrounded.complete);
    assert_eq!(figure.value.to_string(), "50.0");
}

#[test]
fn growth_names_its_base() {
    // Meetings held online: 2,124 in 令和2年度, 2,987 in 令和5年度.
    let growth = |base_value| {
        FormulaKind::Growth(Growth {
            of: select("m.meeting"),
            over: Over::Year,
            base_year: year(2020),
            base_value,
        })
    };
    let rows = || {
        vec![
            row("m.meeting", 2020, NO, 2124),
            row("m.meeting", 2023, NO, 2987),
        ]
    };
    assert_eq!(value(growth(None), 2023, rows()), "40.6");
    assert_eq!(value(growth(None), 2020, rows()), "0.0");
    let figure = computed(growth(Some(Decimal::from(2987))), 2023, rows()).unwrap();
    assert_eq!(figure.value, Decimal::ZERO);
    assert!(matches!(
        figure.parts,
        Parts::Growth {
            base_source: BaseSource::Given,
            ..
        }
    ));
    assert_eq!(
        computed(growth(None), 2023, vec![row("m.meeting", 2023, NO, 1)]),
        Err(NotComputable::BaseMissing {
            base_year: year(2020)
        })
    );
    assert!(matches!(
        computed(growth(Some(Decimal::ZERO)), 2023, rows()),
        Err(NotComputable::BaseNotPositive { .. })
    ));
}

#[test]
fn a_maximum_is_the_largest_single_quantity() {
    let mut slow = row("q.wait", 2023, ["0210", "", ""], 3);
    slow.maximum = Some(41_500);
    let mut quick = row("q.wait", 2023, ["0220", "", ""], 3);
    quick.maximum = Some(12_000);
    let rows = vec![slow, quick];
    let kind = FormulaKind::Maximum(select("q.wait"));
    assert_eq!(value(kind, 2023, rows.clone()), "41.5");
    let kind = FormulaKind::Maximum(Selection {
        departments: vec![DepartmentCode::new("0220").unwrap()],
        ..select("q.wait")
    });
    assert_eq!(value(kind, 2023, rows), "12.0");
}

#[test]
fn a_share_of_departments_names_who_did_and_who_did_not() {
    let rows = || {
        vec![
            row("c.cashless", 2023, ["a", "", ""], 2),
            row("c.cashless", 2023, ["b", "", ""], 1),
            row("c.cashless", 2023, ["old", "", ""], 1),
            row("c.cashless", 2023, ["c", "", ""], 0),
        ]
    };
    let share = |departments| {
        FormulaKind::ShareOfDepartments(ShareOfDepartments {
            of: select("c.cashless"),
            departments,
        })
    };
    assert_eq!(
        computed(share(None), 2023, rows()),
        Err(NotComputable::DepartmentsUnknown { year: year(2023) })
    );
    let codes: BTreeSet<_> = ["a", "b", "c", "d"]
        .map(|code| DepartmentCode::new(code).unwrap())
        .into();
    let context = Context {
        departments: BTreeMap::from([(year(2023), codes)]),
        ..later()
    };
    let totals = Totals::new(rows());
    let figure = compute(&formula(share(None)), year(2023), &totals, &context).unwrap();
    assert_eq!(figure.value.to_string(), "50.0");
    let Parts::Departments {
        did,
        did_not,
        outside,
        of,
    } = figure.parts
    else {
        unreachable!()
    };
    let names =
        |codes: Vec<DepartmentCode>| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(did), ["a", "b"]);
    assert_eq!(names(did_not), ["c", "d"]);
    assert_eq!(names(outside), ["old"]);
    assert_eq!(of, 4);
    assert_eq!(value(share(Some(10)), 2023, rows()), "30.0");
    assert_eq!(
        computed(share(Some(2)), 2023, rows()),
        Err(NotComputable::MoreDepartmentsThanThereAre { did: 3, of: 2 })
    );
}

#[test]
fn a_survey_share_shows_every_answer() {
    // 816 of 854 teachers said that they used the projector.
    let kind = FormulaKind::SurveyShare(SurveyShare {
        measure: MeasureName::new("s.projector").unwrap(),
        answers: vec![Subject::new("使用した").unwrap()],
    });
    let rows = vec![
        row("s.projector", 2023, ["", "", "使用した"], 816),
        row("s.projector", 2023, ["", "", "使用していない"], 38),
        row("s.projector", 2023, ["", "", ""], 9),
    ];
    let figure = computed(kind, 2023, rows).unwrap();
    assert_eq!(figure.value.to_string(), "95.6");
    let Parts::Survey {
        numerator,
        denominator,
        unanswered,
        answers,
    } = figure.parts
    else {
        unreachable!()
    };
    assert_eq!((numerator, denominator, unanswered), (816, 854, 9));
    assert_eq!(answers.len(), 2);
}

#[test]
fn a_running_year_is_provisional_and_a_coming_one_has_no_figure() {
    let rows = vec![row("p.online", 2026, NO, 12)];
    let kind = FormulaKind::Count(select("p.online"));
    assert!(
        computed(kind.clone(), 2026, rows.clone())
            .unwrap()
            .provisional
    );
    assert_eq!(
        computed(kind, 2027, rows),
        Err(NotComputable::YearInFuture { year: year(2027) })
    );
    assert_eq!(
        computed(FormulaKind::Entered, 2023, Vec::new()),
        Err(NotComputable::EnteredByHand)
    );
}

#[test]
fn sums_beyond_what_can_be_written_are_refused() {
    let mut huge = row("x.y", 2023, NO, 1);
    huge.total = i64::MAX;
    let rows = vec![huge.clone(), huge];
    assert_eq!(
        computed(FormulaKind::Sum(select("x.y")), 2023, rows),
        Err(NotComputable::TooLarge)
    );
}

#[test]
fn a_formula_is_told_in_sentences_and_names_its_measures() {
    let online = Selection {
        channels: vec![Channel::Online],
        ..select("p.all")
    };
    let formula = formula(FormulaKind::Ratio(ratio(online, select("p.all"))));
    let sentences = formula_in_words(&formula);
    assert_eq!(sentences[0].id, "measuring-formula-ratio");
    assert_eq!(sentences[1].id, "measuring-rounding-half-up");
    let json = serde_json::to_string(&sentences).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<crate::model::message::Message>>(&json).unwrap(),
        sentences
    );
    assert_eq!(measures_of([&formula]).len(), 1);
}

#[test]
fn an_overview_of_thirty_indicators_and_six_years_is_quick() {
    let mut rows = Vec::new();
    for of in 2021..2027 {
        for department in 0..40 {
            for subject in 0..42 {
                let names = [format!("d{department}"), format!("s{subject}")];
                let dimensions = [names[0].as_str(), "online", names[1].as_str()];
                rows.push(row("p.all", of, dimensions, 5 + subject));
            }
        }
    }
    assert!(rows.len() > 10_000);
    let totals = Totals::new(rows);
    let kinds = [
        FormulaKind::Count(select("p.all")),
        FormulaKind::Ratio(ratio(
            Selection {
                channels: vec![Channel::Online],
                ..select("p.all")
            },
            select("p.all"),
        )),
        FormulaKind::MeanOfRatios(ratio(select("p.all"), select("p.all"))),
    ];
    for _ in 0..10 {
        for kind in &kinds {
            for of in 2021..2027 {
                compute(&formula(kind.clone()), year(of), &totals, &later()).unwrap();
            }
        }
    }
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(Rounding::ALL.to_vec())
}

proptest! {
    #[test]
    fn splitting_the_facts_over_departments_and_channels_changes_nothing(
        pieces in prop::collection::vec((0..4_usize, 0..3_usize, 0..3_usize, 1..500_i64, 0..500_i64), 1..30),
        rounding in any_rounding(),
        places in 0..4_u32,
    ) {
        let departments = ["", "a", "b", "c"];
        let channels = ["online", "counter", ""];
        let subjects = ["x", "y", "z"];
        let mut split = Vec::new();
        let mut whole: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for (department, channel, subject, all, online) in pieces {
            let dimensions = [departments[department], channels[channel], subjects[subject]];
            split.push(row("p.all", 2023, dimensions, all));
            split.push(row("p.online", 2023, dimensions, online));
            let sums = whole.entry(subjects[subject]).or_default();
            sums.0 += all;
            sums.1 += online;
        }
        let merged: Vec<YearTotal> = whole
            .into_iter()
            .flat_map(|(subject, (all, online))| {
                [row("p.all", 2023, ["", "", subject], all), row("p.online", 2023, ["", "", subject], online)]
            })
            .collect();
        let (split, merged) = (Totals::new(split), Totals::new(merged));
        for kind in [
            FormulaKind::Count(select("p.all")),
            FormulaKind::Sum(select("p.all")),
            FormulaKind::Stock(select("p.all")),
            FormulaKind::Ratio(ratio(select("p.online"), select("p.all"))),
            FormulaKind::MeanOfRatios(ratio(select("p.online"), select("p.all"))),
        ] {
            let formula = Formula { kind, rounding, places };
            prop_assert_eq!(
                compute(&formula, year(2023), &split, &later()),
                compute(&formula, year(2023), &merged, &later())
            );
        }
    }

    #[test]
    fn a_ratio_never_comes_without_its_denominator(
        part in -50..500_i64, all in -50..500_i64, rounding in any_rounding(), places in 0..7_u32,
    ) {
        let mut whole = row("p.all", 2023, NO, 1);
        whole.total = all * 1000;
        let mut online = row("p.online", 2023, NO, 1);
        online.total = part * 1000;
        let formula = Formula {
            kind: FormulaKind::Ratio(ratio(select("p.online"), select("p.all"))),
            rounding,
            places,
        };
        match compute(&formula, year(2023), &Totals::new([whole, online]), &later()) {
            Ok(Computed { parts: Parts::Ratio { numerator, denominator, .. }, value, .. }) => {
                prop_assert!(all > 0);
                prop_assert_eq!(denominator.quantity.thousandths(), all * 1000);
                prop_assert_eq!(numerator.quantity.thousandths(), part * 1000);
                prop_assert_eq!(value.scale(), places);
                let back = value * Decimal::from(all) / Decimal::ONE_HUNDRED;
                prop_assert!((back - Decimal::from(part)).abs() <= Decimal::new(1, places) * Decimal::from(all));
            }
            Ok(other) => prop_assert!(false, "{other:?}"),
            Err(reason) => {
                prop_assert!(all <= 0);
                let expected = NotComputable::DenominatorNotPositive { denominator: all.into() };
                prop_assert_eq!(reason, expected);
            }
        }
    }
}
