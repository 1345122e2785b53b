//! Rules of judging, told with figures of the published sheets.

use jiff::civil::date;
use proptest::prelude::*;
use rust_decimal::Decimal;
use yakuba_kernel::FiscalYear;

use super::{
    Course, DirectionSource, Judgement, Override, Standing, Status, Unjudged, YearProgress, judge,
};
use crate::model::document::{Direction, Number, Reading};

fn year(year: i32) -> FiscalYear {
    FiscalYear::new(year).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn number(text: &str) -> Reading {
    Reading::Number(Number {
        value: decimal(text),
        unit: None,
        qualifiers: Vec::new(),
    })
}

fn course(
    direction: Option<Direction>,
    baseline: Option<&str>,
    targets: &[(i32, &str)],
    actuals: &[(i32, &str)],
) -> Course {
    let readings = |figures: &[(i32, &str)]| {
        figures
            .iter()
            .map(|(of, text)| (year(*of), number(text)))
            .collect()
    };
    Course {
        direction,
        baseline: baseline.map(|value| (None, decimal(value))),
        targets: readings(targets),
        actuals: readings(actuals),
    }
}

fn over(course: &Course, of: i32) -> Judgement {
    judge(course, year(of), YearProgress::Over)
}

#[test]
fn a_year_with_its_own_target_is_met_or_missed() {
    let digitised = course(
        Some(Direction::More),
        None,
        &[(2022, "45"), (2023, "100")],
        &[(2022, "64.9"), (2023, "82.8")],
    );
    assert_eq!(over(&digitised, 2022).status, Status::Achieved);
    assert_eq!(over(&digitised, 2023).status, Status::Behind);
    // Missed by a hair is missed: 2,987 of 3,000 meetings.
    let meetings = course(
        Some(Direction::More),
        None,
        &[(2023, "3000")],
        &[(2023, "2987")],
    );
    assert_eq!(over(&meetings, 2023).status, Status::Behind);
}

#[test]
fn a_target_ahead_is_judged_by_the_straight_line_to_it() {
    // Hours saved by RPA: baseline 0, target 1,000 in 令和7年度. The undated baseline counts for 令和2年度.
    let hours = course(
        Some(Direction::More),
        Some("0"),
        &[(2025, "1000")],
        &[(2021, "1338"), (2022, "552"), (2023, "764")],
    );
    assert_eq!(over(&hours, 2021).status, Status::OnTrack);
    let in_2022 = over(&hours, 2022);
    assert_eq!(in_2022.status, Status::OnTrack);
    assert_eq!(in_2022.expected, Some(decimal("400.0")));
    assert_eq!(over(&hours, 2023).status, Status::OnTrack);
    // Procedures online: 5 → 16; 9 in 令和5年度, where the line stands at 11.6.
    let procedures = course(
        Some(Direction::More),
        Some("5"),
        &[(2025, "16")],
        &[(2021, "8"), (2022, "9"), (2023, "9")],
    );
    let judged = over(&procedures, 2023);
    assert_eq!(judged.status, Status::Behind);
    assert_eq!(judged.expected, Some(decimal("11.6")));
    assert_eq!(over(&procedures, 2022).status, Status::OnTrack);
}

#[test]
fn a_passed_target_still_holds() {
    let data = course(
        Some(Direction::More),
        None,
        &[(2023, "10")],
        &[(2023, "7"), (2024, "7"), (2025, "11")],
    );
    assert_eq!(over(&data, 2024).status, Status::Behind);
    assert_eq!(over(&data, 2025).status, Status::Achieved);
}

#[test]
fn keeping_means_the_same_within_rounding() {
    let keep = |target, actual| {
        let course = course(
            Some(Direction::Keep),
            None,
            &[(2023, target)],
            &[(2023, actual)],
        );
        over(&course, 2023).status
    };
    assert_eq!(keep("99.9", "99.9"), Status::Achieved);
    assert_eq!(keep("100", "99.6"), Status::Achieved);
    assert_eq!(keep("100.0", "99.6"), Status::Behind);
    assert_eq!(keep("100", "101"), Status::Behind);
}

#[test]
fn a_ceiling_is_kept_or_broken() {
    let wait = |actual| {
        let course = course(
            Some(Direction::AtMost),
            None,
            &[(2023, "15")],
            &[(2023, actual)],
        );
        over(&course, 2023).status
    };
    assert_eq!(wait("15"), Status::Achieved);
    assert_eq!(wait("15.1"), Status::Behind);
}

#[test]
fn having_no_number_is_told_apart() {
    let with = |actual, target| {
        let mut course = course(Some(Direction::More), None, &[], &[]);
        course.actuals.insert(year(2023), actual);
        course.targets.insert(year(2023), target);
        over(&course, 2023).unjudged
    };
    let target = || number("1");
    for (reading, reason) in [
        (Reading::Dash, Unjudged::ActualDash),
        (Reading::NotCarriedOut, Unjudged::ActualNotCarriedOut),
        (Reading::NoFigure, Unjudged::ActualNoFigure),
        (Reading::Words, Unjudged::ActualWords),
        (Reading::Missing, Unjudged::ActualMissing),
        (Reading::Empty, Unjudged::NoActual),
    ] {
        assert_eq!(with(reading, target()), Some(reason));
    }
    for (reading, reason) in [
        (Reading::Words, Unjudged::TargetWords),
        (Reading::Missing, Unjudged::TargetMissing),
        (Reading::NoFigure, Unjudged::TargetNoFigure),
        (Reading::Dash, Unjudged::NoTarget),
        (Reading::Empty, Unjudged::NoTarget),
    ] {
        assert_eq!(with(number("1"), reading), Some(reason));
    }
}

#[test]
fn a_direction_is_read_from_the_plan_or_not_at_all() {
    let found = |course: &Course| course.found_direction().map(|f| (f.direction, f.source));
    let rising = course(None, None, &[(2022, "45"), (2023, "100")], &[]);
    assert_eq!(
        found(&rising),
        Some((Direction::More, DirectionSource::Targets))
    );
    let below = course(None, Some("30"), &[(2023, "20")], &[]);
    assert_eq!(
        found(&below),
        Some((Direction::Fewer, DirectionSource::BaselineAndTarget))
    );
    let mut within = course(None, None, &[], &[]);
    within.targets.insert(
        year(2023),
        Reading::Number(Number {
            value: decimal("15"),
            unit: Some("分".into()),
            qualifiers: vec!["以内".into()],
        }),
    );
    assert_eq!(
        found(&within),
        Some((Direction::AtMost, DirectionSource::Qualifier))
    );
    let lonely = course(None, None, &[(2023, "20")], &[(2022, "1"), (2023, "30")]);
    assert_eq!(
        over(&lonely, 2023).unjudged,
        Some(Unjudged::DirectionUnknown)
    );
}

#[test]
fn the_first_figure_of_all_is_not_compared_with_itself() {
    let fresh = course(
        Some(Direction::More),
        None,
        &[(2025, "100")],
        &[(2022, "10"), (2023, "40")],
    );
    assert_eq!(over(&fresh, 2022).unjudged, Some(Unjudged::NoStart));
    assert_eq!(over(&fresh, 2023).status, Status::OnTrack);
}

#[test]
fn a_running_year_expects_only_its_share() {
    let visits = |actual| {
        course(
            Some(Direction::More),
            None,
            &[(2026, "1000")],
            &[(2026, actual)],
        )
    };
    // 21 November: 235 of 365 days.
    let today = date(2026, 11, 21);
    let counting = YearProgress::of(year(2026), today, true);
    assert_eq!(
        counting,
        YearProgress::Running {
            days_gone: 235,
            days: 365,
            accumulates: true
        }
    );
    let status = |actual, progress| judge(&visits(actual), year(2026), progress).status;
    assert_eq!(status("620", counting), Status::OnTrack);
    assert_eq!(status("500", counting), Status::Behind);
    // A rate does not grow from zero: it is compared with the target itself.
    let rate = YearProgress::of(year(2026), today, false);
    assert_eq!(status("620", rate), Status::Behind);
    assert_eq!(
        YearProgress::of(year(2025), today, true),
        YearProgress::Over
    );
    // Complaints, a ceiling of 1,000 for the year: 900 in November are too many, though still below it.
    let complaints = Course {
        direction: Some(Direction::AtMost),
        ..visits("900")
    };
    assert_eq!(
        judge(&complaints, year(2026), counting).status,
        Status::Behind
    );
}

#[test]
fn a_person_may_decide_otherwise_and_both_are_shown() {
    let computed = over(
        &course(
            Some(Direction::More),
            None,
            &[(2023, "100")],
            &[(2023, "82.8")],
        ),
        2023,
    );
    let standing = Standing {
        computed: computed.clone(),
        overridden: Some(Override {
            status: Status::OnTrack,
            reason: "対象を広げたため".into(),
            by: "情報政策室長".into(),
            at: "2024-05-31T15:30:00Z".parse().unwrap(),
        }),
    };
    assert_eq!(standing.status(), Status::OnTrack);
    assert!(standing.differs());
    let ids: Vec<_> = standing
        .explanation()
        .into_iter()
        .map(|message| message.id)
        .collect();
    assert_eq!(
        ids,
        [
            "measuring-overridden",
            "measuring-overridden-computed",
            "measuring-judged-more-missed"
        ]
    );
    let alone = Standing {
        computed,
        overridden: None,
    };
    assert_eq!(alone.status(), Status::Behind);
    assert!(!alone.differs());
}

fn rank(status: Status) -> Option<u8> {
    match status {
        Status::Achieved => Some(2),
        Status::OnTrack => Some(1),
        Status::Behind => Some(0),
        Status::CannotBeJudged => None,
    }
}

fn any_progress() -> impl Strategy<Value = YearProgress> {
    prop_oneof![
        Just(YearProgress::Over),
        (1..=365_u32, any::<bool>()).prop_map(|(days_gone, accumulates)| YearProgress::Running {
            days_gone,
            days: 365,
            accumulates
        }),
    ]
}

fn any_value() -> impl Strategy<Value = Decimal> {
    (-5000..5000_i64, 0..2_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale))
}

fn built(
    direction: Direction,
    baseline: Option<Decimal>,
    first: Decimal,
    actual: Decimal,
    target: (i32, Decimal),
) -> Course {
    Course {
        direction: Some(direction),
        baseline: baseline.map(|value| (None, value)),
        ..Course::default()
    }
    .with_actual(year(2021), first)
    .with_actual(year(2023), actual)
    .with_target(year(target.0), target.1)
}

impl Course {
    fn with_target(mut self, of: FiscalYear, value: Decimal) -> Self {
        self.targets.insert(of, number(&value.to_string()));
        self
    }
}

proptest! {
    #[test]
    fn a_better_actual_is_never_judged_worse(
        direction in prop::sample::select(vec![Direction::More, Direction::Fewer, Direction::AtMost, Direction::Keep]),
        baseline in prop::option::of(any_value()), first in any_value(), target in any_value(), target_year in 2022..2027,
        one in any_value(), other in any_value(), progress in any_progress(),
    ) {
        let (one, other) = (one.round_dp(0), other.round_dp(0));
        let better = match direction {
            Direction::More => one.max(other),
            Direction::Fewer | Direction::AtMost => one.min(other),
            Direction::Keep => if (one - target).abs() <= (other - target).abs() { one } else { other },
        };
        let worse = if better == one { other } else { one };
        let status = |actual| judge(&built(direction, baseline, first, actual, (target_year, target)), year(2023), progress).status;
        let (better, worse) = (rank(status(better)), rank(status(worse)));
        prop_assert_eq!(better.is_some(), worse.is_some());
        prop_assert!(better >= worse);
    }

    #[test]
    fn fewer_is_more_upside_down(
        baseline in prop::option::of(any_value()), first in any_value(), target in any_value(), target_year in 2022..2027,
        actual in any_value(), days in prop::option::of(1..=365_u32),
    ) {
        let progress = days.map_or(YearProgress::Over, |days_gone| YearProgress::Running { days_gone, days: 365, accumulates: false });
        let status = |direction, sign: Decimal| {
            let course = built(direction, baseline.map(|b| b * sign), first * sign, actual * sign, (target_year, target * sign));
            judge(&course, year(2023), progress).status
        };
        let more = status(Direction::More, Decimal::ONE);
        prop_assert_eq!(more, status(Direction::Fewer, Decimal::NEGATIVE_ONE));
        prop_assert_eq!(more, status(Direction::AtMost, Decimal::NEGATIVE_ONE));
    }

    #[test]
    fn what_meets_its_target_is_never_behind(
        baseline in prop::option::of(any_value()), first in any_value(), target in any_value(), target_year in 2022..2027,
        above in 0..500_i64, days in prop::option::of(1..=365_u32),
    ) {
        let progress = days.map_or(YearProgress::Over, |days_gone| YearProgress::Running { days_gone, days: 365, accumulates: true });
        let actual = target + Decimal::from(above);
        let judged = judge(&built(Direction::More, baseline, first, actual, (target_year, target)), year(2023), progress);
        prop_assert!(matches!(judged.status, Status::Achieved | Status::OnTrack));
    }

    #[test]
    fn every_judgement_explains_itself(
        baseline in prop::option::of(any_value()), first in any_value(), target in any_value(), target_year in 2022..2027,
        actual in any_value(), progress in any_progress(),
    ) {
        let judged = judge(&built(Direction::More, baseline, first, actual, (target_year, target)), year(2023), progress);
        prop_assert!(!judged.explanation.is_empty());
        prop_assert_eq!(judged.unjudged.is_some(), judged.status == Status::CannotBeJudged);
        let json = serde_json::to_string(&judged).unwrap();
        prop_assert_eq!(serde_json::from_str::<Judgement>(&json).unwrap(), judged);
    }
}
