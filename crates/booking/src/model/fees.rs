//! What a booking costs, line by line.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use yakuba_forms::model::document::{Key, Text};
use yakuba_kernel::{Yen, working_days::holiday};

use super::{
    calendar::Offered,
    document::{Equipment, FacilityDocument, FeeCondition, FeeRow, FeeTable, Per, Resource, Times},
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
    /// What is taken along, and how many of each.
    pub equipment: BTreeMap<Key, u32>,
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
            lines.push(FeeLine {
                name: None,
                span: Some(part),
                amount: row.amount(part, of).ok_or(NoFee::TooLarge)?,
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
        for line in self.equipment_lines(resource, span, of)? {
            sum = sum.checked_add(line.amount).ok_or(NoFee::TooLarge)?;
            lines.push(line);
        }
        Ok(Fee { lines, total: sum })
    }

    /// What the equipment taken along costs, line by line. Surcharges and reductions are of the room's fee alone.
    fn equipment_lines(
        &self,
        resource: &Resource,
        span: Span,
        of: &Use,
    ) -> Result<Vec<FeeLine>, NoFee> {
        let mut lines = Vec::new();
        for one in self.equipment_of(resource) {
            let Some(count) = of.equipment.get(&one.key).filter(|count| **count > 0) else {
                continue;
            };
            let each = self.equipment_fee(resource, one, span, of)?;
            if each == Yen::ZERO {
                continue;
            }
            let times = |text: &String| format!("{text} ×{count}");
            lines.push(FeeLine {
                name: Some(Text {
                    ja: times(&one.name.ja),
                    easy: one.name.easy.as_ref().map(times),
                    en: one.name.en.as_ref().map(times),
                }),
                span: None,
                amount: each.checked_mul(i64::from(*count)).ok_or(NoFee::TooLarge)?,
            });
        }
        Ok(lines)
    }

    /// What one of some equipment costs with a room at a time: for each band of the room, or for its hours.
    ///
    /// # Errors
    /// When no row fits, or an amount is out of range.
    pub fn equipment_fee(
        &self,
        resource: &Resource,
        equipment: &Equipment,
        span: Span,
        of: &Use,
    ) -> Result<Yen, NoFee> {
        let (Some(kind), Some(table)) = (&equipment.fee, self.fee_table(span)) else {
            return Ok(Yen::ZERO);
        };
        let mut sum = Yen::ZERO;
        for (part, band) in self.parts(resource, span) {
            let row = table
                .rows
                .iter()
                .find(|row| row.fee == *kind && row.fits(part, band, of.purpose.as_ref()))
                .ok_or(NoFee::NoRow)?;
            let amount = row.amount(part, of).ok_or(NoFee::TooLarge)?;
            sum = sum.checked_add(amount).ok_or(NoFee::TooLarge)?;
        }
        Ok(sum)
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
    /// What it comes to for a part of a booking; none when it is out of range.
    fn amount(&self, part: Span, of: &Use) -> Option<Yen> {
        let times = match self.per {
            Per::Use => 1,
            Per::Hour => i64::from(part.minutes().div_ceil(60)),
            Per::Person => i64::from(of.people),
        };
        self.yen.checked_mul(times)
    }

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
    fn equipment_costs_by_itself_and_is_neither_reduced_nor_raised() {
        let mut hall = facility(HALL);
        hall.equipment = vec![Equipment {
            key: Key::new("projector").unwrap(),
            name: Text::japanese("プロジェクター"),
            count: 3,
            with: Vec::new(),
            fee: Some(Key::new("projector").unwrap()),
        }];
        let whole = hall.resource("whole").unwrap().clone();
        let mut of = Use {
            people: 10,
            is_resident: false,
            equipment: [(Key::new("projector").unwrap(), 2)].into(),
            ..Use::default()
        };
        // Without a row it is no free projector.
        let gap = hall.fee(&whole, span("9:00", "12:00"), &of);
        assert_eq!(gap, Err(NoFee::NoRow));
        let mut row = hall.fees[0].rows[0].clone();
        row.fee = Key::new("projector").unwrap();
        row.band = None;
        row.purposes = Vec::new();
        row.per = Per::Use;
        row.yen = Yen::new(500);
        hall.fees[0].rows.push(row);
        let fee = hall.fee(&whole, span("9:00", "12:00"), &of).unwrap();
        assert_eq!(fee.total, Yen::new(4_500 + 2 * 500));
        assert_eq!(
            fee.lines.last().unwrap().name.as_ref().unwrap().ja,
            "プロジェクター ×2"
        );
        // Once for each band.
        let fee = hall.fee(&whole, span("9:00", "17:00"), &of).unwrap();
        assert_eq!(fee.total, Yen::new(10_500 + 2 * 2 * 500));
        of.equipment.clear();
        let fee = hall.fee(&whole, span("9:00", "12:00"), &of).unwrap();
        assert_eq!(fee.total, Yen::new(4_500));
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
