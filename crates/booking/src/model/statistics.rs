//! What the facts of a fiscal year say about each facility: hours, bookings, cancellations, who came.

use std::collections::BTreeMap;

use yakuba_city::YearTotals;
use yakuba_kernel::{Channel, Decimal, Rounding};

use crate::capabilities::{
    ABSENCES, ATTENDANCES, CANCELLATIONS, ELIGIBLE, MINUTES_OFFICIAL, MINUTES_OPEN, MINUTES_USED,
    RESERVATIONS,
};

/// What was counted of a facility, or of something in it, in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Minutes in which units could be booked.
    pub minutes_open: i64,
    /// Minutes for which residents used them.
    pub minutes_used: i64,
    /// Minutes for which the city used them itself.
    pub minutes_official: i64,
    /// Reservations made.
    pub made: i64,
    /// Those of them made over the web.
    pub made_online: i64,
    /// Reservations given up.
    pub cancelled: i64,
    /// Reservations somebody came to, as far as it was marked.
    pub attended: i64,
    /// Reservations nobody came to.
    pub absent: i64,
    /// How many people it was meant for; 0 when that is not kept.
    pub eligible: i64,
}

impl Counts {
    /// The two added up.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            minutes_open: self.minutes_open + other.minutes_open,
            minutes_used: self.minutes_used + other.minutes_used,
            minutes_official: self.minutes_official + other.minutes_official,
            made: self.made + other.made,
            made_online: self.made_online + other.made_online,
            cancelled: self.cancelled + other.cancelled,
            attended: self.attended + other.attended,
            absent: self.absent + other.absent,
            eligible: self.eligible + other.eligible,
        }
    }

    /// The one without the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self {
            minutes_open: self.minutes_open - other.minutes_open,
            minutes_used: self.minutes_used - other.minutes_used,
            minutes_official: self.minutes_official - other.minutes_official,
            made: self.made - other.made,
            made_online: self.made_online - other.made_online,
            cancelled: self.cancelled - other.cancelled,
            attended: self.attended - other.attended,
            absent: self.absent - other.absent,
            eligible: self.eligible - other.eligible,
        }
    }

    /// The share of the time that residents used (稼働率), in hundredths with one place; none when it was never open.
    pub fn used_percent(self) -> Option<Decimal> {
        percent(self.minutes_used, self.minutes_open)
    }

    /// The share of the reservations made over the web, in hundredths with one place.
    pub fn online_percent(self) -> Option<Decimal> {
        percent(self.made_online, self.made)
    }

    /// The share of those it is meant for that came (受診率), in hundredths with one place.
    pub fn attended_percent(self) -> Option<Decimal> {
        percent(self.attended, self.eligible)
    }
}

fn percent(part: i64, whole: i64) -> Option<Decimal> {
    (whole > 0).then(|| {
        Rounding::HalfUp.apply(
            Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole),
            1,
        )
    })
}

/// What was counted in a year, by the subjects of the facts: `facility` for hours, `facility.resource` for all else.
pub fn counts(totals: &YearTotals, year: i32) -> BTreeMap<String, Counts> {
    type Put = fn(&mut Counts) -> &mut i64;
    let year = i64::from(year);
    let mut all: BTreeMap<String, Counts> = BTreeMap::new();
    let measures: [(&yakuba_city::Measure, Put); 8] = [
        (&MINUTES_OPEN, |counts| &mut counts.minutes_open),
        (&MINUTES_USED, |counts| &mut counts.minutes_used),
        (&MINUTES_OFFICIAL, |counts| &mut counts.minutes_official),
        (&RESERVATIONS, |counts| &mut counts.made),
        (&CANCELLATIONS, |counts| &mut counts.cancelled),
        (&ATTENDANCES, |counts| &mut counts.attended),
        (&ABSENCES, |counts| &mut counts.absent),
        (&ELIGIBLE, |counts| &mut counts.eligible),
    ];
    for (measure, put) in measures {
        for row in totals.rows(measure.name.as_str(), year..=year) {
            let counts = all.entry(row.subject.clone()).or_default();
            *put(counts) += row.total / 1_000;
            if measure.name == RESERVATIONS.name && row.channel == Channel::Online.as_str() {
                counts.made_online += row.total / 1_000;
            }
        }
    }
    all
}

/// What was counted of a facility with all that can be booked of it.
pub fn of_facility(counts: &BTreeMap<String, Counts>, facility: &str) -> Counts {
    let inside = format!("{facility}.");
    counts
        .range(facility.to_owned()..)
        .take_while(|(subject, _)| subject.starts_with(facility))
        .filter(|(subject, _)| *subject == facility || subject.starts_with(&inside))
        .fold(Counts::default(), |sum, (_, counts)| sum.and(*counts))
}

#[cfg(test)]
mod tests {
    use yakuba_city::YearTotal;

    use super::*;

    fn row(measure: &str, channel: &str, subject: &str, total: i64) -> YearTotal {
        YearTotal {
            measure: measure.to_owned(),
            fiscal_year: 2026,
            department: String::new(),
            channel: channel.to_owned(),
            subject: subject.to_owned(),
            total: total * 1_000,
            count: 1,
            maximum: None,
        }
    }

    #[test]
    fn a_facility_is_added_up_and_its_neighbour_is_not() {
        let totals: YearTotals = [
            row("booking.minutes_open", "", "hall", 600),
            row("booking.minutes_used", "", "hall", 200),
            row("booking.reservations", "online", "hall.a", 3),
            row("booking.reservations", "phone", "hall.a", 1),
            row("booking.reservations", "phone", "hall.b", 2),
            row("booking.reservations", "online", "hall-east.a", 9),
            row("booking.cancellations", "phone", "hall.b", 1),
        ]
        .into_iter()
        .collect();
        let all = counts(&totals, 2026);
        let hall = of_facility(&all, "hall");
        assert_eq!((hall.made, hall.made_online, hall.cancelled), (6, 3, 1));
        assert_eq!(
            hall.used_percent().map(|share| share.to_string()),
            Some("33.3".to_owned())
        );
        assert_eq!(
            hall.online_percent().map(|share| share.to_string()),
            Some("50".to_owned())
        );
        assert_eq!(hall.attended_percent(), None);
        assert_eq!(of_facility(&all, "hall-east").made, 9);
        assert!(counts(&totals, 2025).is_empty());
    }
}
