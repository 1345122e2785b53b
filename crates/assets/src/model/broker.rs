//! A city's MQTT broker: how it is reached.

use std::fmt;

use crate::error::AssetError;

/// Why a broker cannot be used, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerProblem {
    /// Its address is written in another way.
    #[error(
        "write its address like mqtts://broker.example.jp:8883, or mqtt://localhost:1883; user and password have options of their own"
    )]
    Address,
    /// The beginning of its topics is written in another way.
    #[error("write the beginning of its topics like yakuba or city/yakuba")]
    Prefix,
    /// There is nobody to believe the certificate of.
    #[error(
        "there is no certificate to believe it by. Name the file of the authority that signed the broker's certificate (PEM)"
    )]
    NoAuthority,
    /// The authorities given are none.
    #[error("a certificate cannot be read or used: {0}")]
    BadAuthority(String),
    /// The connection could not be encrypted, such as when the certificate is somebody else's.
    #[error("the encrypted connection failed: {0}")]
    NotEncrypted(String),
    /// It could not be reached, or the connection broke.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// It does not let the user in.
    #[error("it does not let this user in: {0}")]
    NotLetIn(String),
    /// It lets the user in, but read nothing.
    #[error("the broker does not let this user read {devices} and {gateways}")]
    NotGranted {
        /// The topics of devices.
        devices: String,
        /// The topics of gateways.
        gateways: String,
    },
    /// It did not answer in time.
    #[error("it did not answer within {0} seconds")]
    Silent(u64),
    /// The program of this side failed.
    #[error("{0}")]
    Client(String),
}

impl BrokerProblem {
    /// A word for programs, which the texts of the desk are found by.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Prefix => "prefix",
            Self::NoAuthority => "no_authority",
            Self::BadAuthority(_) => "bad_authority",
            Self::NotEncrypted(_) => "not_encrypted",
            Self::Unreachable(_) => "unreachable",
            Self::NotLetIn(_) => "not_let_in",
            Self::NotGranted { .. } => "not_granted",
            Self::Silent(_) => "silent",
            Self::Client(_) => "client",
        }
    }
}

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
        let wrong = || AssetError::Broker(BrokerProblem::Address);
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
            Err(BrokerProblem::Prefix.into())
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
