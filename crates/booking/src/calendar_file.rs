//! Reservations for calendars, as iCalendar (RFC 5545).

use jiff::{Timestamp, tz::TimeZone};

use crate::store::reservations::Reservation;

/// One reservation as a calendar of one event.
pub(crate) fn event(found: &Reservation, title: &str, address: &str, now: Timestamp) -> String {
    let moment = |at: Timestamp| {
        at.to_zoned(TimeZone::UTC)
            .strftime("%Y%m%dT%H%M%SZ")
            .to_string()
    };
    let status = if found.state.takes_units() {
        "CONFIRMED"
    } else {
        "CANCELLED"
    };
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Yakuba//Booking//JA".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:reservation-{}@yakuba", found.id),
        format!("DTSTAMP:{}", moment(now)),
        format!("DTSTART:{}", moment(found.span.beginning())),
        format!("DTEND:{}", moment(found.span.end())),
        format!("SEQUENCE:{}", found.revision),
        format!("STATUS:{status}"),
        format!("SUMMARY:{}", escaped(title)),
        format!("LOCATION:{}", escaped(address)),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
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
