//! What devices send, whichever way it comes: read within limits, before anything is kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use yakuba_city::CityKey;
use yakuba_kernel::{Decimal, Point, ValueError};

use crate::store::{key_hash, telemetry::Message};

/// Bytes of what is sent at once at most.
pub(crate) const MOST_BYTES: usize = 256 * 1024;
/// Messages of a gateway at most.
pub(crate) const MOST_MESSAGES: usize = 1_000;
/// Values of a message at most.
const MOST_VALUES: usize = 50;
/// Letters of a key at most.
const MOST_KEY: usize = 100;

/// Why something is no message of a device.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoMessage {
    /// Too much.
    #[error("at most 256 kB can be sent here; send fewer messages at once")]
    TooLarge,
    /// It is not written as one.
    #[error("this is no message of a device: {0}. See docs/assets.md")]
    Unreadable(#[from] serde_json::Error),
    /// None, or too many.
    #[error("between 1 and {MOST_MESSAGES} messages can be sent at once")]
    Count,
    /// Nobody can tell whose it is.
    #[error("a message has no key of a device. See docs/assets.md")]
    NoKey,
    /// The key is there twice.
    #[error("the key stands in the header and in the message; leave one of them out")]
    TwoKeys,
    /// Too many values, or a key that is too long.
    #[error("a message has one key and at most {MOST_VALUES} values")]
    TooMuch,
    /// A position where Japan is not.
    #[error(transparent)]
    Position(#[from] ValueError),
    /// No time, where it is needed.
    #[error(
        "the message has no time. Send `at`: over MQTT a message may come late or twice, and only its own time tells"
    )]
    NoTime,
}

impl NoMessage {
    /// A word for programs.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NoKey => "no_key",
            Self::NoTime => "no_time",
            Self::Unreadable(_)
            | Self::Count
            | Self::TwoKeys
            | Self::TooMuch
            | Self::Position(_) => "bad_message",
        }
    }
}

/// A message as it is sent. With nothing in it, it is a heartbeat.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    /// The device's key, where it is not sent beside the message.
    key: Option<String>,
    /// The device's time (RFC 3339).
    at: Option<Timestamp>,
    /// What it measured.
    #[serde(default)]
    values: BTreeMap<String, Number>,
    /// Where it is.
    position: Option<Position>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    latitude: Number,
    longitude: Number,
}

/// A number with the digits that were written, as a number or a text of JSON.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "Written")]
struct Number(Decimal);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(i64),
    Fraction(f64),
    Text(String),
}

impl TryFrom<Written> for Number {
    type Error = NoNumber;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let text = match written {
            Written::Whole(number) => return Ok(Self(number.into())),
            // The shortest digits that mean the same, which are those that were written.
            Written::Fraction(number) => number.to_string(),
            Written::Text(text) => text,
        };
        text.parse().map(Self).map_err(|_| NoNumber)
    }
}

/// A text that is no number.
#[derive(Debug, thiserror::Error)]
#[error("a value is no number, or has too many digits")]
struct NoNumber;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    messages: Vec<Sent>,
}

/// One message; its key is sent beside it, or stands in it.
pub(crate) fn one(beside: Option<&str>, body: &[u8]) -> Result<(String, Sent), NoMessage> {
    if body.len() > MOST_BYTES {
        return Err(NoMessage::TooLarge);
    }
    let mut sent: Sent = if body.is_empty() {
        Sent::default()
    } else {
        serde_json::from_slice(body)?
    };
    let key = match (beside, sent.key.take()) {
        (Some(_), Some(_)) => return Err(NoMessage::TwoKeys),
        (Some(key), None) => Some(key.to_owned()),
        (None, key) => key,
    };
    checked(key, sent)
}

/// What a gateway sends: the messages of many devices, each with its key.
pub(crate) fn many(body: &[u8]) -> Result<Vec<(String, Sent)>, NoMessage> {
    if body.len() > MOST_BYTES {
        return Err(NoMessage::TooLarge);
    }
    let batch: Batch = serde_json::from_slice(body)?;
    if batch.messages.is_empty() || batch.messages.len() > MOST_MESSAGES {
        return Err(NoMessage::Count);
    }
    batch
        .messages
        .into_iter()
        .map(|mut sent| checked(sent.key.take(), sent))
        .collect()
}

fn checked(key: Option<String>, sent: Sent) -> Result<(String, Sent), NoMessage> {
    let key = key.filter(|key| !key.is_empty()).ok_or(NoMessage::NoKey)?;
    if key.len() > MOST_KEY || sent.values.len() > MOST_VALUES {
        return Err(NoMessage::TooMuch);
    }
    Ok((key, sent))
}

impl Sent {
    /// As the store hears it.
    pub(crate) fn heard(self, city: &CityKey, secret: &str) -> Result<Message, NoMessage> {
        let point = self
            .position
            .map(|position| Point::from_degrees(position.latitude.0, position.longitude.0))
            .transpose()?;
        Ok(Message {
            hash: key_hash(city, secret),
            at: self.at,
            values: self
                .values
                .into_iter()
                .map(|(key, value)| (key, value.0))
                .collect(),
            point,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_body_breaks_the_reading(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), with_key in proptest::prelude::any::<bool>()) {
            let _ = one(with_key.then_some("abc"), &body);
            let _ = many(&body);
        }
    }

    #[test]
    fn what_is_no_message_is_refused_with_a_sentence() {
        for body in [
            "",
            "[]",
            "{}",
            "null",
            "{\"messages\": []}",
            "{\"messages\": [{}], \"x\": 1}",
            "{\"messages\": [{\"key\": \"\"}]}",
            "{\"messages\": [{\"key\": 7}]}",
            "{\"messages\": [{\"key\": \"a\", \"at\": \"yesterday\"}]}",
            "{\"messages\": [{\"key\": \"a\", \"values\": {\"heat\": \"hot\"}}]}",
            "{\"messages\": [{\"key\": \"a\", \"position\": {\"latitude\": 34}}]}",
        ] {
            assert!(many(body.as_bytes()).is_err(), "{body}");
            assert!(one(None, body.as_bytes()).is_err(), "{body}");
        }
        let deep = "[".repeat(100_000);
        assert!(one(Some("abc"), deep.as_bytes()).is_err());
        let crowd = format!(
            "{{\"messages\": [{}]}}",
            vec!["{\"key\": \"a\"}"; 1_001].join(",")
        );
        assert!(many(crowd.as_bytes()).is_err());
        assert!(many(&vec![b' '; MOST_BYTES + 1]).is_err());
        assert!(one(Some("abc"), b"").is_ok());
        assert!(one(Some("abc"), b"{\"values\": {\"heat\": 21.5}}").is_ok());
        assert!(one(None, b"{\"key\": \"abc\"}").is_ok());
        assert!(matches!(
            one(Some("abc"), b"{\"key\": \"abc\"}"),
            Err(NoMessage::TwoKeys)
        ));
    }
}
