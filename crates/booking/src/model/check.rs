//! Looking a facility over before it can be booked: what must be mended, and what somebody should look at.

use std::collections::BTreeSet;

use yakuba_forms::{Severity, model::document::Key};
use yakuba_ui::Language;

use super::document::{FacilityDocument, Per, Resource, Takes, Times, Who};
use crate::PAGE_WORDS;

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The resource it is about; none: the facility.
    pub resource: Option<Key>,
    /// The message's key in the texts of booking.
    pub message: &'static str,
    /// What the message speaks of.
    pub about: String,
}

impl Finding {
    /// The finding as one line of text.
    pub fn line(&self, language: Language) -> String {
        let words = PAGE_WORDS.words(language);
        let text = words.with_text(self.message, "about", &self.about);
        match &self.resource {
            Some(resource) => format!("{resource}: {text}"),
            None => text.into_owned(),
        }
    }
}

/// How many findings must be mended.
pub fn must(findings: &[Finding]) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Must)
        .count()
}

/// Looks a facility over.
pub fn check(document: &FacilityDocument) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    findings.doubled(None, document.units.iter().map(|unit| &unit.key));
    findings.doubled(
        None,
        document.resources.iter().map(|resource| &resource.key),
    );
    if document.resources.is_empty() {
        findings.must(None, "booking-finding-nothing", String::new());
    }
    let step = document.step.minutes();
    for opening in &document.opening {
        let range = format!("{}–{}", opening.from, opening.to);
        if opening.from >= opening.to {
            findings.must(None, "booking-finding-backwards", range);
        } else if ![opening.from, opening.to]
            .iter()
            .all(|time| time.minutes().is_multiple_of(step))
        {
            findings.must(None, "booking-finding-off-step", range);
        }
    }
    if document
        .closed
        .weeks
        .iter()
        .any(|week| !(1..=5).contains(week))
    {
        findings.must(None, "booking-finding-weeks", String::new());
    }
    let mut used = BTreeSet::new();
    for resource in &document.resources {
        check_resource(document, resource, &mut findings);
        if let Takes::Units(units) = &resource.takes {
            used.extend(units.iter());
        }
    }
    for unit in &document.units {
        if !used.contains(&unit.key) {
            findings.should(None, "booking-finding-unit-unused", unit.name.ja.clone());
        }
    }
    check_fees(document, &mut findings);
    check_equipment(document, &mut findings);
    check_lotteries(document, &mut findings);
    check_manners(document, &mut findings);
    findings.0.sort_by_key(|finding| finding.severity);
    findings.0
}

fn check_resource(document: &FacilityDocument, resource: &Resource, findings: &mut Findings) {
    let about = Some(&resource.key);
    let step = document.step.minutes();
    match &resource.takes {
        Takes::Units(units) => {
            if units.is_empty() {
                findings.must(about, "booking-finding-takes-nothing", String::new());
            }
            findings.doubled(about, units.iter());
            for unit in units {
                if document.units.iter().all(|known| known.key != *unit) {
                    findings.must(about, "booking-finding-no-unit", unit.to_string());
                }
            }
        }
        Takes::OneOf(count) => {
            if *count == 0 || *count > 1_000 {
                findings.must(about, "booking-finding-count", count.to_string());
            }
        }
    }
    match &resource.times {
        Times::Bands(bands) => {
            findings.doubled(about, bands.iter().map(|band| &band.key));
            if bands.is_empty() {
                findings.must(about, "booking-finding-no-times", String::new());
            }
            for band in bands {
                let range = format!("{}–{}", band.from, band.to);
                findings.time(about, step, band.from.minutes(), band.to.minutes(), range);
            }
            for pair in bands.windows(2) {
                if let [first, second] = pair
                    && second.from < first.to
                {
                    findings.must(about, "booking-finding-overlap", second.name.ja.clone());
                }
            }
        }
        Times::Free(free) => {
            if free.at_least == 0
                || free.at_least > free.at_most
                || !free.at_least.is_multiple_of(step)
                || !free.at_most.is_multiple_of(step)
                || free
                    .begins_every
                    .is_some_and(|every| every == 0 || !every.is_multiple_of(step))
            {
                findings.must(
                    about,
                    "booking-finding-free",
                    format!("{}–{}", free.at_least, free.at_most),
                );
            }
        }
        Times::Sessions(sessions) => {
            let mut seen = BTreeSet::new();
            for session in sessions {
                let range = format!("{} {}–{}", session.day, session.from, session.to);
                if !seen.insert((session.day, session.from)) {
                    findings.must(about, "booking-finding-overlap", range.clone());
                }
                findings.time(
                    about,
                    step,
                    session.from.minutes(),
                    session.to.minutes(),
                    range,
                );
            }
        }
    }
    check_course(document, resource, findings);
    findings.doubled(about, resource.purposes.iter().map(|purpose| &purpose.key));
    let rules = document.rules_of(resource);
    if rules.cancelling.late_percent > 100 {
        findings.must(about, "booking-finding-percent", String::new());
    }
    if rules
        .waiting
        .is_some_and(|waiting| !(1..=168).contains(&waiting.offer_hours) || waiting.most == 0)
    {
        findings.must(about, "booking-finding-waiting", String::new());
    }
    if rules
        .groups
        .and_then(|groups| groups.residents_percent)
        .is_some_and(|percent| !(1..=100).contains(&percent))
    {
        findings.must(about, "booking-finding-groups", String::new());
    }
}

/// A course has sessions and costs one fee; it is not drawn by lot, and nothing is taken along.
fn check_course(document: &FacilityDocument, resource: &Resource, findings: &mut Findings) {
    let about = Some(&resource.key);
    let sessions = match &resource.times {
        Times::Sessions(sessions) => sessions.as_slice(),
        Times::Bands(_) | Times::Free(_) => &[],
    };
    if resource.course.is_none() {
        if let Some(session) = sessions.iter().find(|session| session.course.is_some()) {
            findings.must(
                about,
                "booking-finding-course-unsaid",
                session.day.to_string(),
            );
        }
        return;
    }
    if !matches!(resource.times, Times::Sessions(_)) {
        findings.must(about, "booking-finding-course-times", String::new());
    }
    for session in sessions {
        let alone = sessions
            .iter()
            .filter(|other| other.course == session.course)
            .count()
            == 1;
        if alone {
            findings.should(
                about,
                "booking-finding-course-alone",
                session.day.to_string(),
            );
        }
    }
    if document.rules_of(resource).lottery.is_some() {
        findings.must(about, "booking-finding-course-lottery", String::new());
    }
    let by_the_hour = document
        .fees
        .iter()
        .flat_map(|table| &table.rows)
        .any(|row| resource.fee.as_ref() == Some(&row.fee) && row.per == Per::Hour);
    if by_the_hour {
        findings.must(about, "booking-finding-course-fee", String::new());
    }
    if document
        .equipment
        .iter()
        .any(|one| one.with.contains(&resource.key))
    {
        findings.must(about, "booking-finding-course-equipment", String::new());
    }
}

/// Equipment has keys of its own, is there, goes with what there is, and has its rows in every fee table.
fn check_equipment(document: &FacilityDocument, findings: &mut Findings) {
    let resources = document.resources.iter().map(|resource| &resource.key);
    let units = document.units.iter().map(|unit| &unit.key);
    let others: BTreeSet<&Key> = resources.clone().chain(units).collect();
    let own = document.equipment.iter().map(|one| &one.key);
    findings.doubled(None, own.clone());
    for key in own.filter(|key| others.contains(key)) {
        findings.must(None, "booking-finding-doubled", key.to_string());
    }
    for one in &document.equipment {
        if one.count == 0 || one.count > 1_000 {
            findings.must(None, "booking-finding-count", one.name.ja.clone());
        }
        for key in &one.with {
            if document.resource(key.as_str()).is_none() {
                findings.must(None, "booking-finding-equipment-with", key.to_string());
            }
        }
        if let Some(fee) = &one.fee
            && (document.fees.is_empty()
                || document
                    .fees
                    .iter()
                    .any(|table| table.rows.iter().all(|row| row.fee != *fee)))
        {
            findings.must(None, "booking-finding-no-fee", fee.to_string());
        }
    }
}

/// Penalty points and reminders, which hold for the whole facility.
fn check_manners(document: &FacilityDocument, findings: &mut Findings) {
    let gives_points = std::iter::once(&document.rules)
        .chain(
            document
                .resources
                .iter()
                .filter_map(|resource| resource.rules.as_ref()),
        )
        .any(|rules| rules.cancelling.late_points > 0 || rules.cancelling.absence_points > 0);
    match &document.penalty {
        Some(penalty)
            if penalty.points == 0 || penalty.blocked_days == 0 || penalty.lapse_days == 0 =>
        {
            findings.must(None, "booking-finding-penalty", String::new());
        }
        Some(_) if !gives_points => {
            findings.should(None, "booking-finding-penalty-unused", String::new());
        }
        Some(_) | None => {}
    }
    if document.reminders.len() > 5 || document.reminders.iter().any(|days| *days > 90) {
        findings.must(None, "booking-finding-reminders", String::new());
    }
}

/// A round draws the resources of one set of rules together. What shares a unit must be drawn together, or one draw would give away
/// what the other has given.
fn check_lotteries(document: &FacilityDocument, findings: &mut Findings) {
    let rules = std::iter::once((None, &document.rules)).chain(
        document
            .resources
            .iter()
            .filter_map(|resource| Some((Some(&resource.key), resource.rules.as_ref()?))),
    );
    for (about, rules) in rules {
        let Some(lottery) = &rules.lottery else {
            continue;
        };
        if !lottery.is_in_order() {
            findings.must(about, "booking-finding-lottery-order", String::new());
        }
        if !lottery.is_possible() {
            findings.must(about, "booking-finding-lottery-counts", String::new());
        }
        if rules.who == Who::StaffOnly {
            findings.must(about, "booking-finding-lottery-staff", String::new());
        }
    }
    for (place, one) in document.resources.iter().enumerate() {
        for other in document.resources.iter().skip(place + 1) {
            let shares = one.units().iter().any(|unit| other.units().contains(unit));
            let (mine, theirs) = (document.rules_of(one), document.rules_of(other));
            let has_lottery = mine.lottery.is_some() || theirs.lottery.is_some();
            let drawn_together = one.rules.is_none() && other.rules.is_none();
            if shares && has_lottery && !drawn_together {
                findings.must(
                    Some(&one.key),
                    "booking-finding-lottery-shared",
                    other.name.ja.clone(),
                );
            }
        }
    }
}

fn check_fees(document: &FacilityDocument, findings: &mut Findings) {
    let mut days = BTreeSet::new();
    for table in &document.fees {
        if !days.insert(table.from) {
            findings.must(None, "booking-finding-fee-day", table.from.to_string());
        }
        for resource in &document.resources {
            let Some(fee) = &resource.fee else { continue };
            if table.rows.iter().all(|row| row.fee != *fee) {
                findings.must(
                    Some(&resource.key),
                    "booking-finding-no-fee",
                    fee.to_string(),
                );
            }
        }
    }
    if document.fees.is_empty()
        && let Some(resource) = document
            .resources
            .iter()
            .find(|resource| resource.fee.is_some())
    {
        findings.must(Some(&resource.key), "booking-finding-no-fee", String::new());
    }
}

struct Findings(Vec<Finding>);

impl Findings {
    fn must(&mut self, resource: Option<&Key>, message: &'static str, about: String) {
        self.add(Severity::Must, resource, message, about);
    }

    fn should(&mut self, resource: Option<&Key>, message: &'static str, about: String) {
        self.add(Severity::Should, resource, message, about);
    }

    fn add(
        &mut self,
        severity: Severity,
        resource: Option<&Key>,
        message: &'static str,
        about: String,
    ) {
        self.0.push(Finding {
            severity,
            resource: resource.cloned(),
            message,
            about,
        });
    }

    fn doubled<'a>(&mut self, resource: Option<&Key>, keys: impl Iterator<Item = &'a Key>) {
        let mut seen = BTreeSet::new();
        for key in keys {
            if !seen.insert(key) {
                self.must(resource, "booking-finding-doubled", key.to_string());
            }
        }
    }

    fn time(&mut self, resource: Option<&Key>, step: u16, from: u16, to: u16, range: String) {
        if from >= to {
            self.must(resource, "booking-finding-backwards", range);
        } else if !from.is_multiple_of(step) || !to.is_multiple_of(step) {
            self.must(resource, "booking-finding-off-step", range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yakuba_forms::model::document::Text;

    use crate::model::document::{
        Equipment,
        tests::{HALL, facility},
    };

    #[test]
    fn equipment_must_be_there_and_have_a_key_of_its_own() {
        let mut hall = facility(HALL);
        hall.equipment = vec![Equipment {
            key: Key::new("whole").unwrap(),
            name: Text::japanese("演台"),
            count: 0,
            with: vec![Key::new("attic").unwrap()],
            fee: Some(Key::new("lectern").unwrap()),
        }];
        let found: BTreeSet<&str> = check(&hall)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Must)
            .map(|finding| finding.message)
            .collect();
        assert_eq!(
            found,
            BTreeSet::from([
                "booking-finding-count",
                "booking-finding-doubled",
                "booking-finding-equipment-with",
                "booking-finding-no-fee",
            ])
        );
    }

    #[test]
    fn a_good_facility_has_no_findings() {
        assert_eq!(check(&facility(HALL)), []);
    }

    #[test]
    fn each_mistake_is_found() {
        for (right, wrong, message) in [
            (
                "takes: {units: [a, b]}",
                "takes: {units: [a, z]}",
                "booking-finding-no-unit",
            ),
            (
                "takes: {units: [a, b]}",
                "takes: {units: []}",
                "booking-finding-takes-nothing",
            ),
            (
                "takes: {one_of: 3}",
                "takes: {one_of: 0}",
                "booking-finding-count",
            ),
            ("at_least: 60", "at_least: 45", "booking-finding-free"),
            ("at_most: 120", "at_most: 30", "booking-finding-free"),
            (
                "from: \"13:00\"",
                "from: \"11:30\"",
                "booking-finding-overlap",
            ),
            (
                "from: \"13:00\"",
                "from: \"13:10\"",
                "booking-finding-off-step",
            ),
            (
                "to: \"12:00\"}\n        - {key: aft",
                "to: \"09:00\"}\n        - {key: aft",
                "booking-finding-backwards",
            ),
            ("fee: court\n", "fee: curt\n", "booking-finding-no-fee"),
            (
                "late_percent: 50",
                "late_percent: 150",
                "booking-finding-percent",
            ),
            (
                "  way: instant\n",
                "  way: instant\n  waiting: {offer_hours: 0}\n",
                "booking-finding-waiting",
            ),
            (
                "  way: instant\n",
                "  way: instant\n  groups: {residents_percent: 0}\n",
                "booking-finding-groups",
            ),
            (
                "resources:\n",
                "reminders: [91]\nresources:\n",
                "booking-finding-reminders",
            ),
            (
                "resources:\n",
                "penalty: {points: 0, blocked_days: 30, lapse_days: 365}\nresources:\n",
                "booking-finding-penalty",
            ),
            ("{key: b, name", "{key: a, name", "booking-finding-doubled"),
            (
                "weekdays: [mon]\n",
                "weekdays: [mon]\n  weeks: [6]\n",
                "booking-finding-weeks",
            ),
        ] {
            assert!(HALL.contains(right), "{right}");
            let findings = check(&facility(&HALL.replacen(right, wrong, 1)));
            assert!(
                findings
                    .iter()
                    .any(|finding| finding.message == message && finding.severity == Severity::Must),
                "{wrong}: {findings:?}"
            );
        }
    }
}
