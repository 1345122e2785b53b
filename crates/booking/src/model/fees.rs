//! What a booking costs, line by line.

use jiff::civil::Weekday;
use yakuba_forms::model::document::{Key, Text};
use yakuba_kernel::{Yen, working_days::holiday};

use super::{
    calendar::Offered,
    document::{FacilityDocument, FeeCondition, FeeRow, FeeTable, Per, Resource, Times},
    time::Span,
};

/// What is known of a booking that its fee depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Use {
    /// How many people.
    pub people: u32,
    /// What for.
    pub purpose: Option<Key>,
    /// Whether whoever books lives in the city.
    pub is_resident: bool,
    /// Whether an admission fee is taken from the visitors.
    pub takes_admission: bool,
    /// Whether it is for business.
    pub is_commercial: bool,
    /// The kind under which the group is registered.
    pub group_kind: Option<Key>,
    /// The reductions that staff have agreed to.
    pub agreed: Vec<Key>,
}

/// One line of a fee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeLine {
    /// What it is for; none: the use itself, at the time given.
    pub name: Option<Text>,
    /// The time it is for, if it is for the use itself.
    pub span: Option<Span>,
    /// How much; below zero for a reduction.
    pub amount: Yen,
}

/// A fee.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fee {
    /// How it comes about.
    pub lines: Vec<FeeLine>,
    /// The sum of the lines, never below zero.
    pub total: Yen,
}

/// Why there is no fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoFee {
    /// No row of the table fits: the table has a gap.
    #[error("the fee table has no row for this booking. Add one, or say that it costs nothing")]
    NoRow,
    /// An amount is out of range.
    #[error("the amount is too large. Check the fee table")]
    TooLarge,
}

impl FacilityDocument {
    /// The fee table of a day of use.
    pub fn fee_table(&self, span: Span) -> Option<&FeeTable> {
        self.fees
            .iter()
            .filter(|table| table.from <= span.day())
            .max_by_key(|table| table.from)
    }

    /// What a booking costs. A resource without a fee, and a day before the first table, cost nothing.
    ///
    /// # Errors
    /// When no row fits, or an amount is out of range: nobody is told a wrong amount.
    pub fn fee(&self, resource: &Resource, span: Span, of: &Use) -> Result<Fee, NoFee> {
        let (Some(kind), Some(table)) = (&resource.fee, self.fee_table(span)) else {
            return Ok(Fee::default());
        };
        let mut lines = Vec::new();
        for (part, band) in self.parts(resource, span) {
            let row = table
                .rows
                .iter()
                .find(|row| row.fee == *kind && row.fits(part, band, of.purpose.as_ref()))
                .ok_or(NoFee::NoRow)?;
            let times = match row.per {
                Per::Use => 1,
                Per::Hour => i64::from(part.minutes().div_ceil(60)),
                Per::Person => i64::from(of.people),
            };
            lines.push(FeeLine {
                name: None,
                span: Some(part),
                amount: row.yen.checked_mul(times).ok_or(NoFee::TooLarge)?,
            });
        }
        let mut sum =
            Yen::checked_sum(lines.iter().map(|line| line.amount)).ok_or(NoFee::TooLarge)?;
        let unit = i64::from(table.rounded_down_to.max(1));
        for change in table
            .changes
            .iter()
            .filter(|change| applies(&change.when, of))
        {
            let by = i128::from(sum.amount()) * i128::from(change.percent) / 100;
            let after = (i128::from(sum.amount()) + by).max(0);
            let after = i64::try_from(after).map_err(|_| NoFee::TooLarge)? / unit * unit;
            let amount = Yen::new(after).checked_sub(sum).ok_or(NoFee::TooLarge)?;
            if amount != Yen::ZERO {
                lines.push(FeeLine {
                    name: Some(change.name.clone()),
                    span: None,
                    amount,
                });
            }
            sum = Yen::new(after);
        }
        Ok(Fee { lines, total: sum })
    }

    /// The parts of a span that are charged by themselves: each band in it, or the whole.
    fn parts<'a>(&self, resource: &'a Resource, span: Span) -> Vec<(Span, Option<&'a Key>)> {
        if let (Times::Bands(_), Offered::Times(times)) =
            (&resource.times, self.offered(resource, span.day()))
        {
            return times
                .into_iter()
                .filter(|offer| span.contains(offer.span))
                .map(|offer| (offer.span, offer.band))
                .collect();
        }
        vec![(span, None)]
    }
}

impl FeeRow {
    fn fits(&self, span: Span, band: Option<&Key>, purpose: Option<&Key>) -> bool {
        let day = span.day();
        let weekend =
            matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) || holiday(day).is_some();
        (self.band.is_none() || self.band.as_ref() == band)
            && self.season.is_none_or(|season| season.contains(day))
            && self.weekend.is_none_or(|wanted| wanted == weekend)
            && (self.purposes.is_empty()
                || purpose.is_some_and(|purpose| self.purposes.contains(purpose)))
    }
}

fn applies(condition: &FeeCondition, of: &Use) -> bool {
    match condition {
        FeeCondition::NotResident => !of.is_resident,
        FeeCondition::TakesAdmission => of.takes_admission,
        FeeCondition::Commercial => of.is_commercial,
        FeeCondition::GroupKind(kinds) => of
            .group_kind
            .as_ref()
            .is_some_and(|kind| kinds.contains(kind)),
        FeeCondition::Agreed(reduction) => of.agreed.contains(reduction),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::model::document::tests::{HALL, facility};

    fn span(from: &str, to: &str) -> Span {
        Span::new(
            date(2026, 11, 21),
            from.parse().unwrap(),
            to.parse().unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn bands_are_charged_one_by_one_and_changes_follow_in_order() {
        let hall = facility(HALL);
        let whole = hall.resource("whole").unwrap();
        let mut of = Use {
            people: 100,
            is_resident: true,
            ..Use::default()
        };
        let fee = hall.fee(whole, span("9:00", "17:00"), &of).unwrap();
        assert_eq!(fee.total, Yen::new(3_000 + 4_000));
        assert_eq!(fee.lines.len(), 2);
        of.is_resident = false;
        let fee = hall.fee(whole, span("9:00", "12:00"), &of).unwrap();
        assert_eq!(fee.total, Yen::new(4_500), "half as much again");
        of.group_kind = Some(Key::new("welfare").unwrap());
        let fee = hall.fee(whole, span("9:00", "12:00"), &of).unwrap();
        assert_eq!(fee.total, Yen::ZERO);
        assert_eq!(fee.lines.len(), 3);
    }

    #[test]
    fn hours_are_counted_up_and_days_told_apart() {
        let hall = facility(HALL);
        let court = hall.resource("court").unwrap();
        let of = Use {
            is_resident: true,
            ..Use::default()
        };
        let fee = hall.fee(court, span("9:00", "10:30"), &of).unwrap();
        assert_eq!(fee.total, Yen::new(2 * 600), "Saturday");
        let tuesday = Span::new(
            date(2026, 11, 24),
            "9:00".parse().unwrap(),
            "10:30".parse().unwrap(),
        )
        .unwrap();
        assert_eq!(
            hall.fee(court, tuesday, &of).unwrap().total,
            Yen::new(2 * 400)
        );
    }

    #[test]
    fn the_ordinance_of_the_day_of_use_counts() {
        let mut hall = facility(HALL);
        let mut newer = hall.fees[0].clone();
        newer.from = date(2027, 4, 1);
        newer.rows[0].yen = Yen::new(9_999);
        hall.fees.push(newer);
        let whole = hall.resource("whole").unwrap();
        let of = Use {
            is_resident: true,
            ..Use::default()
        };
        let fee = |day| {
            let span = Span::new(day, "9:00".parse().unwrap(), "12:00".parse().unwrap()).unwrap();
            hall.fee(whole, span, &of).unwrap().total
        };
        assert_eq!(fee(date(2027, 3, 31)), Yen::new(3_000));
        assert_eq!(fee(date(2027, 4, 1)), Yen::new(9_999));
        assert_eq!(fee(date(2020, 3, 31)), Yen::ZERO, "before the first table");
    }

    #[test]
    fn a_gap_in_the_table_is_no_free_booking() {
        let mut hall = facility(HALL);
        hall.fees[0].rows.clear();
        let whole = hall.resource("whole").unwrap();
        assert_eq!(
            hall.fee(whole, span("9:00", "12:00"), &Use::default()),
            Err(NoFee::NoRow)
        );
    }

    proptest! {
        #[test]
        fn the_total_is_the_sum_of_its_lines_and_never_negative(
            yen in 0i64..100_000, first in -200i16..200, second in -200i16..200, unit in prop::sample::select(vec![1u16, 10]),
        ) {
            let mut hall = facility(HALL);
            hall.fees[0].rows[0].yen = Yen::new(yen);
            hall.fees[0].changes[0].percent = first;
            hall.fees[0].changes[1].percent = second;
            hall.fees[0].changes[1].when = FeeCondition::NotResident;
            hall.fees[0].rounded_down_to = unit;
            let whole = hall.resource("whole").unwrap();
            let fee = hall.fee(whole, span("9:00", "12:00"), &Use::default()).unwrap();
            let sum = Yen::checked_sum(fee.lines.iter().map(|line| line.amount)).unwrap();
            prop_assert_eq!(fee.total, sum);
            prop_assert!(fee.total >= Yen::ZERO);
        }
    }
}
