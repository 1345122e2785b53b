//! Fetching files from other web servers. Addresses come from people: nothing in the program's own network is asked for, whatever a name
//! resolves to and wherever an answer leads, unless the operator has named the host.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{ETAG, IF_NONE_MATCH, LOCATION},
    redirect::Policy,
};

use crate::model::links;

/// How long a file may take to come.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long a server may take to be reached.
const TO_REACH: Duration = Duration::from_secs(10);
/// So often an answer may lead elsewhere.
const MOST_TURNS: usize = 5;

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// It is no address of a web server.
    #[error(
        "the address does not begin with https:// or http://, or it leads to one that does not"
    )]
    Address,
    /// It leads into the program's own network.
    #[error(
        "the address leads to a server that is not on the public internet. The operator can allow it (`yakuba opendata hosts`)"
    )]
    Private,
    /// Nobody answered.
    #[error("the server cannot be reached")]
    Unreachable,
    /// It took too long.
    #[error("the file did not come within {} seconds", PATIENCE.as_secs())]
    TooSlow,
    /// The server answered with something else.
    #[error("the server answered with the status {0}")]
    Status(u16),
    /// The answers led on and on.
    #[error("the address leads on to other addresses without end")]
    Turns,
    /// The file is too large.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// It is a page and no file.
    #[error("a web page came and no file. Use the address of the file itself")]
    Page,
}

impl FetchError {
    /// Its name in texts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Private => "private",
            Self::Unreachable => "unreachable",
            Self::TooSlow => "slow",
            Self::Status(_) => "status",
            Self::Turns => "turns",
            Self::TooLarge(_) => "large",
            Self::Page => "page",
        }
    }

    /// Whether it may come when it is tried again soon.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable | Self::TooSlow => true,
            Self::Status(status) => *status >= 500 || *status == 408 || *status == 429,
            Self::Address | Self::Private | Self::Turns | Self::TooLarge(_) | Self::Page => false,
        }
    }
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fetched {
    /// The other server says that it is what it was.
    Same,
    /// A file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// The last step of its address, for messages.
        name: String,
        /// By what the other server knows it again; empty: it does not say.
        tag: String,
    },
}

/// Whether an address is one of the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [one, two, three, _] = address.octets();
    !(address.is_unspecified()
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || one == 0
        || one >= 240
        // Between providers and their customers, for protocols, for measurements (RFC 6598, 6890, 2544).
        || (one == 100 && two & 0xc0 == 64)
        || (one == 192 && two == 0 && three == 0)
        || (one == 198 && two & 0xfe == 18))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let part = address.segments();
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match part {
        // Translated addresses are as public as what they stand for (RFC 6052, 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => inner(high, low),
        // Teredo, documentation, and everything outside of what is given out to networks.
        [0x2001, 0 | 0xdb8, ..] => false,
        _ => part[0] & 0xe000 == 0x2000,
    }
}

/// The name of a host leads into a network that is not public.
#[derive(Debug, thiserror::Error)]
#[error("not on the public internet")]
struct NotPublic;

/// Finds the addresses of names and tells those only that may be asked, so that nothing can change between looking and asking.
#[derive(Debug, Clone)]
struct Careful {
    allowed: Arc<BTreeSet<String>>,
}

impl Resolve for Careful {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !allowed.contains(name.as_str())
                && found.iter().any(|address| !is_public(address.ip()))
            {
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn client(allowed: &Arc<BTreeSet<String>>) -> Option<Client> {
    // A proxy would resolve names by itself.
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .connect_timeout(TO_REACH)
        .timeout(PATIENCE)
        .user_agent(concat!("yakuba/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Careful {
            allowed: Arc::clone(allowed),
        }))
        .build()
        .ok()
}

/// Whether the host of an address may be asked, as far as the address itself tells: names are looked at when they are resolved.
fn may_ask(url: &Url, allowed: &BTreeSet<String>) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    allowed.contains(bare) || bare.parse().is_ok_and(is_public) || bare.parse::<IpAddr>().is_err()
}

fn why(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<NotPublic>() {
            return FetchError::Private;
        }
        cause = one.source();
    }
    if error.is_timeout() {
        FetchError::TooSlow
    } else {
        FetchError::Unreachable
    }
}

/// Fetches a file of at most so many bytes. `tag` is by what the other server knew it the last time; `allowed` are hosts that may be asked
/// although they are not on the public internet.
///
/// # Errors
/// [`FetchError`].
pub(crate) async fn fetch(
    address: &str,
    tag: &str,
    allowed: BTreeSet<String>,
    most: u64,
) -> Result<Fetched, FetchError> {
    let allowed = Arc::new(allowed);
    let client = client(&allowed).ok_or(FetchError::Unreachable)?;
    let mut url = links::address(address).ok_or(FetchError::Address)?;
    for _ in 0..=MOST_TURNS {
        if !may_ask(&url, &allowed) {
            return Err(FetchError::Private);
        }
        let mut request = client.get(url.clone());
        if !tag.is_empty() {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let answer = request.send().await.map_err(|error| why(&error))?;
        let status = answer.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Same);
        }
        if status.is_redirection() {
            let next = answer
                .headers()
                .get(LOCATION)
                .and_then(|next| next.to_str().ok())
                .and_then(|next| url.join(next).ok())
                .ok_or(FetchError::Address)?;
            url = links::address(next.as_str()).ok_or(FetchError::Address)?;
            continue;
        }
        if !status.is_success() {
            return Err(FetchError::Status(status.as_u16()));
        }
        return read(answer, &url, most).await;
    }
    Err(FetchError::Turns)
}

async fn read(mut answer: Response, url: &Url, most: u64) -> Result<Fetched, FetchError> {
    if answer.content_length().is_some_and(|length| length > most) {
        return Err(FetchError::TooLarge(most));
    }
    let tag = answer
        .headers()
        .get(ETAG)
        .and_then(|tag| tag.to_str().ok())
        .filter(|tag| tag.len() <= 200)
        .unwrap_or_default()
        .to_owned();
    let mut bytes = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| why(&error))? {
        if (bytes.len() + part.len()) as u64 > most {
            return Err(FetchError::TooLarge(most));
        }
        bytes.extend_from_slice(&part);
    }
    let begin: String = String::from_utf8_lossy(&bytes[..bytes.len().min(200)])
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    if begin.starts_with("<!doctype html") || begin.starts_with("<html") {
        return Err(FetchError::Page);
    }
    let name = url
        .path_segments()
        .and_then(|mut steps| steps.next_back())
        .unwrap_or_default()
        .to_owned();
    Ok(Fetched::File { bytes, name, tag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "8.8.8.8",
            "203.104.1.1",
            "2606:4700::1111",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn nothing_inside_is_asked() {
        for address in [
            "http://127.0.0.1:1/",
            "http://[::1]:1/",
            "http://localhost:1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::ffff:169.254.169.254]/latest/meta-data",
        ] {
            assert_eq!(
                fetch(address, "", BTreeSet::new(), 1).await,
                Err(FetchError::Private),
                "{address}"
            );
        }
        for address in [
            "file:///etc/passwd",
            "ftp://a.example.jp/",
            "https://a:b@example.jp/",
        ] {
            assert_eq!(
                fetch(address, "", BTreeSet::new(), 1).await,
                Err(FetchError::Address),
                "{address}"
            );
        }
    }
}
