//! Reservations for calendars, as iCalendar (RFC 5545).

use jiff::{Timestamp, tz::TimeZone};

use crate::store::reservations::Reservation;

/// Something in a calendar.
pub(crate) struct Event {
    /// What tells it from all others, and stays the same when it changes.
    pub(crate) id: String,
    /// When it was written down.
    pub(crate) stamp: Timestamp,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// Counts its changes.
    pub(crate) sequence: i64,
    pub(crate) is_cancelled: bool,
    pub(crate) title: String,
    pub(crate) address: String,
}

impl Event {
    /// A reservation, written down at a moment.
    pub(crate) fn of(found: &Reservation, title: &str, address: &str, stamp: Timestamp) -> Self {
        Self {
            id: format!("reservation-{}", found.id),
            stamp,
            from: found.span.beginning(),
            to: found.span.end(),
            sequence: found.revision,
            is_cancelled: !found.state.takes_units(),
            title: title.to_owned(),
            address: address.to_owned(),
        }
    }
}

/// A reservation, or the sessions of a course, as a calendar.
pub(crate) fn events(found: &[Reservation], title: &str, address: &str, now: Timestamp) -> String {
    let events: Vec<Event> = found
        .iter()
        .map(|one| Event::of(one, title, address, now))
        .collect();
    calendar(title, &events)
}

/// A calendar of events.
pub(crate) fn calendar(name: &str, events: &[Event]) -> String {
    let moment = |at: Timestamp| {
        at.to_zoned(TimeZone::UTC)
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string()
    };
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Yakuba//Booking//JA".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        format!("X-WR-CALNAME:{}", escaped(name)),
    ];
    for event in events {
        let status = if event.is_cancelled {
            "CANCELLED"
        } else {
            "CONFIRMED"
        };
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@yakuba", event.id),
            format!("DTSTAMP:{}", moment(event.stamp)),
            format!("DTSTART:{}", moment(event.from)),
            format!("DTEND:{}", moment(event.to)),
            format!("SEQUENCE:{}", event.sequence),
            format!("STATUS:{status}"),
            format!("SUMMARY:{}", escaped(&event.title)),
            format!("LOCATION:{}", escaped(&event.address)),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace("\r\n", "\\n")
        .replace(['\n', '\r'], "\\n")
}

/// A line with its end, broken after at most 75 bytes as RFC 5545, section 3.1 wants it, never inside a character.
fn folded(line: &str) -> String {
    let mut text = String::with_capacity(line.len() + 8);
    let mut bytes = 0;
    for letter in line.chars() {
        if bytes + letter.len_utf8() > 74 {
            text.push_str("\r\n ");
            bytes = 1;
        }
        text.push(letter);
        bytes += letter.len_utf8();
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_and_joined_again() {
        let long = "会館のとても長い名前".repeat(10);
        let folded = folded(&format!("SUMMARY:{long}"));
        assert!(folded.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(folded.replace("\r\n ", ""), format!("SUMMARY:{long}\r\n"));
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
