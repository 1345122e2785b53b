//! A city's MQTT broker: how it is reached.

use std::fmt;

use crate::error::AssetError;

/// A host and port, encrypted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
    is_encrypted: bool,
}

impl Address {
    /// Reads `mqtts://broker.example.jp` or `mqtt://localhost:1883`. Without a port it is 8883 or 1883.
    ///
    /// # Errors
    /// [`AssetError::Broker`] that says how it is written.
    pub fn read(text: &str) -> Result<Self, AssetError> {
        let wrong = || {
            AssetError::Broker(
                "write its address like mqtts://broker.example.jp:8883, or mqtt://localhost:1883; user and password have options of their own"
                    .to_owned(),
            )
        };
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(wrong)?;
        let is_encrypted = match scheme {
            "mqtts" => true,
            "mqtt" => false,
            _ => return Err(wrong()),
        };
        let rest = rest.trim_end_matches('/');
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
            None => (rest, if is_encrypted { 8883 } else { 1883 }),
        };
        let is_host = !host.is_empty()
            && host.len() <= 253
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
        if !is_host || port == 0 {
            return Err(wrong());
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            is_encrypted,
        })
    }

    /// The host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the connection is encrypted (TLS).
    pub const fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Whether it is this machine.
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.starts_with("127.")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_encrypted { "mqtts" } else { "mqtt" };
        write!(formatter, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// What all topics of the city begin with, such as `yakuba`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// Reads one: parts of letters, digits, `-`, `_` and `.`, with `/` between.
    ///
    /// # Errors
    /// [`AssetError::Broker`].
    pub fn read(text: &str) -> Result<Self, AssetError> {
        let is_right = text.len() <= 200
            && text.split('/').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            });
        if is_right {
            Ok(Self(text.to_owned()))
        } else {
            Err(AssetError::Broker(
                "write the beginning of its topics like yakuba or city/yakuba".to_owned(),
            ))
        }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The topics of single devices.
    pub fn devices(&self) -> String {
        format!("{}/devices/+/telemetry", self.0)
    }

    /// The topics of gateways, which speak for many devices.
    pub fn gateways(&self) -> String {
        format!("{}/gateways/+/telemetry", self.0)
    }

    /// Whether a topic is a gateway's.
    pub fn is_of_a_gateway(&self, topic: &str) -> bool {
        topic
            .strip_prefix(self.0.as_str())
            .is_some_and(|rest| rest.starts_with("/gateways/"))
    }
}

/// The broker of a city.
#[derive(Clone, PartialEq, Eq)]
pub struct Broker {
    /// Where it is.
    pub address: Address,
    /// The certificates (PEM) of who signed the broker's; empty: those that the machine trusts.
    pub authorities: String,
    /// As whom Yakuba signs in; empty: as nobody.
    pub user: String,
    /// The password.
    pub password: String,
    /// What its topics begin with.
    pub prefix: Prefix,
    /// The name under which the broker keeps what comes while Yakuba is away.
    pub session: String,
}

/// Hides the password.
impl fmt::Debug for Broker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Broker")
            .field("address", &self.address)
            .field("user", &self.user)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_back() {
        for (text, whole) in [
            (
                "mqtts://Broker.example.jp",
                "mqtts://broker.example.jp:8883",
            ),
            ("mqtt://localhost:1884/", "mqtt://localhost:1884"),
        ] {
            let address = Address::read(text).unwrap();
            assert_eq!(address.to_string(), whole);
            assert_eq!(Address::read(whole).unwrap(), address);
        }
        for wrong in [
            "broker.example.jp",
            "https://broker.example.jp",
            "mqtts://",
            "mqtts://user:word@broker.example.jp",
            "mqtts://broker.example.jp:0",
            "mqtts://broker.example.jp:99999",
            "mqtts://broker.example.jp/path",
        ] {
            assert!(Address::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_cannot_listen_to_everything() {
        assert!(Prefix::read("city/yakuba").is_ok());
        for wrong in ["", "#", "+", "a//b", "/a", "a b", "$share/x"] {
            assert!(Prefix::read(wrong).is_err(), "{wrong}");
        }
        let prefix = Prefix::read("yakuba").unwrap();
        assert!(prefix.is_of_a_gateway("yakuba/gateways/g1/telemetry"));
        assert!(!prefix.is_of_a_gateway("yakuba/devices/gateways/telemetry"));
    }
}
