//! Whom the server believes: proxies in front of it, and who may read its measurements.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use axum::http::HeaderMap;

/// A range of addresses: `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The text is no address and no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no address and no network; write 10.0.0.1 or 10.0.0.0/8")]
pub struct NotANetwork(String);

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            "" => longest,
            digits => digits.parse().map_err(|_| wrong())?,
        };
        if prefix > longest {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

impl Network {
    /// Whether an address lies in the network.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                let bits = |address: std::net::Ipv4Addr| address.to_bits().checked_shr(shift);
                bits(network) == bits(address)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                let bits = |address: std::net::Ipv6Addr| address.to_bits().checked_shr(shift);
                bits(network) == bits(address)
            }
            _ => false,
        }
    }
}

/// Whom the server believes.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Proxies whose X-Forwarded-For is believed.
    pub proxies: Vec<Network>,
    /// Who may read /metrics, beside this machine.
    pub metrics_from: Vec<Network>,
}

impl Trust {
    /// Where a request really comes from: the last address in X-Forwarded-For that is no proxy of ours.
    ///
    /// Addresses before it could be made up by the sender, so they are never looked at.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        let trusted = |address: IpAddr| self.proxies.iter().any(|proxy| proxy.contains(address));
        let mut client = peer;
        if !trusted(peer.ip()) {
            return client;
        }
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        for text in forwarded.into_iter().rev() {
            let Ok(address) = text.parse::<IpAddr>() else {
                break;
            };
            client = SocketAddr::new(address, 0);
            if !trusted(address) {
                break;
            }
        }
        client
    }

    /// Whether the measurements may be read from an address.
    pub fn may_read_metrics(&self, client: IpAddr) -> bool {
        client.to_canonical().is_loopback()
            || self
                .metrics_from
                .iter()
                .any(|network| network.contains(client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_contains_what_shares_its_first_bits() {
        assert!(network("10.0.0.0/8").contains("10.255.0.1".parse().unwrap()));
        assert!(!network("10.0.0.0/8").contains("11.0.0.1".parse().unwrap()));
        assert!(network("0.0.0.0/0").contains("203.0.113.9".parse().unwrap()));
        assert!(!network("0.0.0.0/0").contains("::1".parse().unwrap()));
        assert!(network("192.0.2.7").contains("::ffff:192.0.2.7".parse().unwrap()));
        assert!(network("2001:db8::/32").contains("2001:db8:1::1".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("town hall".parse::<Network>().is_err());
    }

    #[test]
    fn only_a_trusted_proxy_may_say_who_asks() {
        let trust = Trust {
            proxies: vec![network("10.0.0.0/8")],
            metrics_from: Vec::new(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "1.2.3.4, 203.0.113.9, 10.0.0.2".parse().unwrap(),
        );
        let proxy: SocketAddr = "10.0.0.1:4000".parse().unwrap();
        let stranger: SocketAddr = "198.51.100.5:4000".parse().unwrap();
        assert_eq!(
            trust.client(proxy, &headers).ip().to_string(),
            "203.0.113.9"
        );
        assert_eq!(trust.client(stranger, &headers), stranger);
        assert_eq!(trust.client(proxy, &HeaderMap::new()), proxy);
    }
}
