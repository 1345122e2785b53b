//! What a request tells about the browser: its address, its cookies.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
};

use crate::{IdentitySettings, model::token::Token};

/// The browser behind a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visitor {
    /// Its address; empty when it is not known.
    pub source: String,
    /// What it says it is.
    pub user_agent: String,
    /// The token of its session.
    pub session: Option<Token>,
    /// The token by which it is known as a device.
    pub device: Option<Token>,
    /// The token of what it began.
    pub step: Option<Token>,
    /// The token of its session as a resident.
    pub resident: Option<Token>,
    /// The token of a mail address it proves, or has proved, to be its user's.
    pub email: Option<Token>,
}

/// The cookies of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    Session,
    Device,
    Step,
    Resident,
    Email,
}

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-yakuba_session",
            (Self::Session, false) => "yakuba_session",
            (Self::Device, true) => "__Host-yakuba_device",
            (Self::Device, false) => "yakuba_device",
            (Self::Step, true) => "__Host-yakuba_step",
            (Self::Step, false) => "yakuba_step",
            (Self::Resident, true) => "__Host-yakuba_resident",
            (Self::Resident, false) => "yakuba_resident",
            (Self::Email, true) => "__Host-yakuba_email",
            (Self::Email, false) => "yakuba_email",
        }
    }

    /// `Set-Cookie` with a token, or without one to remove the cookie.
    pub(crate) fn set(
        self,
        settings: &IdentitySettings,
        token: Option<&Token>,
    ) -> (HeaderName, HeaderValue) {
        let secure = settings.is_secure();
        let age = match (self, token) {
            (_, None) => "; Max-Age=0",
            (Self::Device, _) => "; Max-Age=31536000",
            // The browser forgets the others when it is closed; the database knows when they end.
            _ => "",
        };
        let text = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax{}{age}",
            self.name(secure),
            token.map_or("", Token::as_str),
            if secure { "; Secure" } else { "" },
        );
        (
            header::SET_COOKIE,
            HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("")),
        )
    }
}

impl Visitor {
    /// Reads a request.
    pub(crate) fn of(
        settings: &IdentitySettings,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Self {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip());
        let cookie = |cookie: Cookie| {
            let name = cookie.name(settings.is_secure());
            headers
                .get_all(header::COOKIE)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|value| value.split(';'))
                .filter_map(|pair| pair.trim().split_once('='))
                .find(|(found, value)| *found == name && !value.is_empty())
                .map(|(_, value)| Token::received(value))
        };
        Self {
            source: peer
                .map(|peer| client_address(settings, peer, headers).to_string())
                .unwrap_or_default(),
            user_agent: headers
                .get(header::USER_AGENT)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .chars()
                .take(200)
                .collect(),
            session: cookie(Cookie::Session),
            device: cookie(Cookie::Device),
            step: cookie(Cookie::Step),
            resident: cookie(Cookie::Resident),
            email: cookie(Cookie::Email),
        }
    }

    /// Where failures are counted: an IPv6 customer usually has a whole /64.
    pub fn source_range(&self) -> String {
        match self.source.parse() {
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            _ => self.source.clone(),
        }
    }
}

/// The address of the browser: the peer's, or, when the peer is a trusted proxy, the last one in `X-Forwarded-For`
/// that is not. What stands further left in that header anybody could have written.
fn client_address(settings: &IdentitySettings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let trusted = |address: IpAddr| {
        settings
            .trusted_proxies
            .iter()
            .any(|network| network.contains(address))
    };
    let mut client = peer.to_canonical();
    if !trusted(client) {
        return client;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for text in forwarded.into_iter().rev() {
        let Ok(address) = text.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Network;

    fn client(proxies: &[&str], peer: &str, forwarded: &str) -> String {
        let mut settings = IdentitySettings::new("http://localhost").unwrap();
        settings.trusted_proxies = proxies
            .iter()
            .map(|text| Network::read(text).unwrap())
            .collect();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        client_address(&settings, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client(&[], "203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(
            client(&["10.0.0.0/8"], "203.0.113.9", "198.51.100.1"),
            "203.0.113.9"
        );
        assert_eq!(
            client(&["10.0.0.0/8"], "10.0.0.1", "198.51.100.1"),
            "198.51.100.1"
        );
        // The first entry was sent by the browser itself.
        assert_eq!(
            client(
                &["10.0.0.0/8"],
                "10.0.0.1",
                "1.1.1.1, 198.51.100.1, 10.0.0.2"
            ),
            "198.51.100.1"
        );
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", "nonsense"), "10.0.0.1");
    }

    #[test]
    fn cookies_are_bound_to_the_host_where_there_is_tls() {
        let token = Token::received("abc");
        let text = |url| {
            let (_, value) =
                Cookie::Session.set(&IdentitySettings::new(url).unwrap(), Some(&token));
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(
            text("https://plan.example.jp"),
            "__Host-yakuba_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            text("http://localhost:8080"),
            "yakuba_session=abc; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one_source() {
        let range = |source: &str| {
            Visitor {
                source: source.into(),
                ..Visitor::default()
            }
            .source_range()
        };
        assert_eq!(range("2001:db8:1:2::3"), range("2001:db8:1:2:ffff::9"));
        assert_ne!(range("2001:db8:1:2::3"), range("2001:db8:1:3::3"));
    }
}
