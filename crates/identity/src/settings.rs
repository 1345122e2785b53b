//! How identity is set up on this machine: its address, who stands before it, which other provider may vouch for staff.

use std::net::{IpAddr, Ipv4Addr};

use webauthn_rs::prelude::Url;
use yakuba_city::web::Capability;

use crate::IdentityError;

/// Settings of the machine. What an administrator changes while the program runs is in the database.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The address at which browsers see the program, such as `https://plan.city.example.jp`, without a path.
    /// Passkeys and cookies are bound to it.
    pub public_url: Url,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The provider that may vouch for staff, if there is one.
    pub oidc: Option<OidcSettings>,
    /// The provider that may vouch for residents, such as デジタル認証アプリ, if there is one.
    pub resident_oidc: Option<ResidentOidcSettings>,
    /// Every capability of every service, for the page where roles are put together.
    pub capabilities: Vec<Capability>,
    /// The log-ins to show on the sign-in page of a demonstration: log-in name and password.
    pub demo_log_ins: Vec<(String, String)>,
}

/// A provider for sign-in by OpenID Connect.
#[derive(Clone)]
pub struct OidcSettings {
    /// Its issuer address.
    pub issuer: Url,
    /// Our id there.
    pub client_id: String,
    /// Our secret there; none for a public client (PKCE alone).
    pub client_secret: Option<String>,
    /// What the button calls it.
    pub name: String,
    /// How somebody who signs in there for the first time is matched with an account.
    pub link: OidcLink,
}

impl std::fmt::Debug for OidcSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OidcSettings")
            .field("issuer", &self.issuer.as_str())
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.as_ref().map(|_| "…"))
            .field("name", &self.name)
            .field("link", &self.link)
            .finish()
    }
}

/// A provider that vouches for residents.
#[derive(Clone)]
pub struct ResidentOidcSettings {
    /// Its issuer address. デジタル認証アプリ was seen with two spellings: take what its discovery document says.
    pub issuer: Url,
    /// Our id there.
    pub client_id: String,
    /// How we prove there who we are.
    pub proof: ClientProof,
    /// What the button calls it.
    pub name: String,
    /// How strongly residents are to prove who they are, in the provider's words (`acr_values`), such as `aal3 crl`.
    pub acr_values: Option<String>,
}

impl std::fmt::Debug for ResidentOidcSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ResidentOidcSettings")
            .field("issuer", &self.issuer.as_str())
            .field("client_id", &self.client_id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How a client proves to a provider who it is.
#[derive(Clone)]
pub enum ClientProof {
    /// By a secret both know.
    Secret(String),
    /// By an assertion signed with a private RSA key (`private_key_jwt`).
    PrivateKey {
        /// The key, as PEM (PKCS #1).
        pem: String,
        /// Its name in the key set the provider knows.
        key_id: Option<String>,
    },
}

impl std::fmt::Debug for ClientProof {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Secret(_) => "Secret(…)",
            Self::PrivateKey { .. } => "PrivateKey(…)",
        })
    }
}

/// How a new subject of the other provider is matched with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OidcLink {
    /// By the e-mail address, only if the provider says that it is verified.
    VerifiedEmail,
    /// By the log-in name in this claim, such as `preferred_username`. Only for providers where nobody can
    /// choose this claim for themselves.
    LoginName(String),
}

/// A range of addresses, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `::1` and the like.
    pub fn read(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
            None => most,
        };
        Some(Self { address, bits })
    }

    /// Whether an address is in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(own) & mask == u32::from(other) & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                u128::from(own) & mask == u128::from(other) & mask
            }
            _ => false,
        }
    }
}

impl IdentitySettings {
    /// Settings for an address, with nothing else set.
    ///
    /// # Errors
    /// When the address is not `https://…`, or `http://` on this very machine: without TLS a password could be read on the way.
    pub fn new(public_url: &str) -> Result<Self, IdentityError> {
        let wrong = |cause: &str| IdentityError::Setting {
            name: "YAKUBA_PUBLIC_URL",
            cause: format!("{cause}, but it is \"{public_url}\""),
        };
        let url = Url::parse(public_url)
            .map_err(|_| wrong("it must be an address like https://plan.city.example.jp"))?;
        if url.host_str().is_none() || url.path() != "/" || url.query().is_some() {
            return Err(wrong("it must name a host and no path"));
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(wrong(
                "it must begin with https:// (http:// only on localhost)",
            ));
        }
        Ok(Self {
            public_url: url,
            trusted_proxies: Vec::new(),
            oidc: None,
            resident_oidc: None,
            capabilities: Vec::new(),
            demo_log_ins: Vec::new(),
        })
    }

    /// Settings from the environment: `YAKUBA_PUBLIC_URL` (else `default_url`), `YAKUBA_TRUSTED_PROXIES` (ranges separated
    /// by commas), `YAKUBA_OIDC_ISSUER`, `YAKUBA_OIDC_CLIENT_ID`, `YAKUBA_OIDC_CLIENT_SECRET` or
    /// `YAKUBA_OIDC_CLIENT_SECRET_FILE`, `YAKUBA_OIDC_NAME`, `YAKUBA_OIDC_LINK` (`email` or `login:CLAIM`); for residents
    /// `YAKUBA_RESIDENT_OIDC_ISSUER`, `…_CLIENT_ID`, either `…_KEY_FILE` (with `…_KEY_ID`) or `…_CLIENT_SECRET` or
    /// `…_CLIENT_SECRET_FILE`, `…_NAME`, `…_ACR_VALUES`.
    ///
    /// # Errors
    /// [`IdentityError::Setting`], which names the variable.
    pub fn from_environment(default_url: &str) -> Result<Self, IdentityError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        Self::from_variables(default_url, &variable)
    }

    fn from_variables(
        default_url: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, IdentityError> {
        let mut settings = Self::new(
            variable("YAKUBA_PUBLIC_URL")
                .as_deref()
                .unwrap_or(default_url),
        )?;
        for text in variable("YAKUBA_TRUSTED_PROXIES")
            .unwrap_or_default()
            .split(',')
            .filter(|text| !text.trim().is_empty())
        {
            settings
                .trusted_proxies
                .push(Network::read(text).ok_or_else(|| IdentityError::Setting {
                    name: "YAKUBA_TRUSTED_PROXIES",
                    cause: format!(
                        "\"{text}\" is no range of addresses; write 10.0.0.0/8 or 192.0.2.7"
                    ),
                })?);
        }
        if let Some(issuer) = variable("YAKUBA_OIDC_ISSUER") {
            settings.oidc = Some(oidc(&issuer, variable)?);
        }
        if let Some(issuer) = variable("YAKUBA_RESIDENT_OIDC_ISSUER") {
            settings.resident_oidc = Some(resident_oidc(&issuer, variable)?);
        }
        Ok(settings)
    }

    /// Whether cookies are sent over TLS only.
    pub fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

fn oidc(
    issuer: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<OidcSettings, IdentityError> {
    let wrong = |name: &'static str, cause: String| IdentityError::Setting { name, cause };
    let issuer = Url::parse(issuer)
        .ok()
        .filter(may_be_asked)
        .ok_or_else(|| {
            wrong(
                "YAKUBA_OIDC_ISSUER",
                format!("it must be an https:// address, but it is \"{issuer}\""),
            )
        })?;
    let client_id = variable("YAKUBA_OIDC_CLIENT_ID").ok_or_else(|| {
        wrong(
            "YAKUBA_OIDC_CLIENT_ID",
            "it is missing; the provider's administrator knows it".to_owned(),
        )
    })?;
    let client_secret = match (
        variable("YAKUBA_OIDC_CLIENT_SECRET"),
        variable("YAKUBA_OIDC_CLIENT_SECRET_FILE"),
    ) {
        (Some(secret), _) => Some(secret),
        (None, Some(file)) => Some(
            std::fs::read_to_string(&file)
                .map_err(|cause| {
                    wrong(
                        "YAKUBA_OIDC_CLIENT_SECRET_FILE",
                        format!("the file {file} cannot be read: {cause}"),
                    )
                })?
                .trim()
                .to_owned(),
        ),
        (None, None) => None,
    };
    let link = match variable("YAKUBA_OIDC_LINK").as_deref() {
        None | Some("email") => OidcLink::VerifiedEmail,
        Some(text) => match text.strip_prefix("login:") {
            Some(claim) if !claim.is_empty() => OidcLink::LoginName(claim.to_owned()),
            _ => {
                return Err(wrong(
                    "YAKUBA_OIDC_LINK",
                    format!("write email or login:CLAIM, not \"{text}\""),
                ));
            }
        },
    };
    Ok(OidcSettings {
        name: variable("YAKUBA_OIDC_NAME")
            .unwrap_or_else(|| issuer.host_str().unwrap_or_default().to_owned()),
        issuer,
        client_id,
        client_secret,
        link,
    })
}

fn resident_oidc(
    issuer: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<ResidentOidcSettings, IdentityError> {
    let wrong = |name: &'static str, cause: String| IdentityError::Setting { name, cause };
    let file = |name: &'static str| {
        variable(name)
            .map(|file| {
                std::fs::read_to_string(&file).map_err(|cause| {
                    wrong(name, format!("the file {file} cannot be read: {cause}"))
                })
            })
            .transpose()
    };
    let issuer = Url::parse(issuer)
        .ok()
        .filter(may_be_asked)
        .ok_or_else(|| {
            wrong(
                "YAKUBA_RESIDENT_OIDC_ISSUER",
                format!("it must be an https:// address, but it is \"{issuer}\""),
            )
        })?;
    let client_id = variable("YAKUBA_RESIDENT_OIDC_CLIENT_ID").ok_or_else(|| {
        wrong(
            "YAKUBA_RESIDENT_OIDC_CLIENT_ID",
            "it is missing; the provider tells it when the city is registered".to_owned(),
        )
    })?;
    let secret = match variable("YAKUBA_RESIDENT_OIDC_CLIENT_SECRET") {
        Some(secret) => Some(secret),
        None => file("YAKUBA_RESIDENT_OIDC_CLIENT_SECRET_FILE")?.map(|text| text.trim().to_owned()),
    };
    let proof = match (file("YAKUBA_RESIDENT_OIDC_KEY_FILE")?, secret) {
        (Some(pem), _) => ClientProof::PrivateKey {
            pem,
            key_id: variable("YAKUBA_RESIDENT_OIDC_KEY_ID"),
        },
        (None, Some(secret)) => ClientProof::Secret(secret),
        (None, None) => {
            return Err(wrong(
                "YAKUBA_RESIDENT_OIDC_KEY_FILE",
                "name the file of the private key, or set YAKUBA_RESIDENT_OIDC_CLIENT_SECRET"
                    .to_owned(),
            ));
        }
    };
    Ok(ResidentOidcSettings {
        name: variable("YAKUBA_RESIDENT_OIDC_NAME")
            .unwrap_or_else(|| issuer.host_str().unwrap_or_default().to_owned()),
        acr_values: variable("YAKUBA_RESIDENT_OIDC_ACR_VALUES"),
        issuer,
        client_id,
        proof,
    })
}

/// Whether the program may talk to an address: over TLS, or on this very machine.
pub(crate) fn may_be_asked(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_this_machine(url))
}

fn is_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|address| {
                address.is_loopback() || address == IpAddr::V4(Ipv4Addr::LOCALHOST)
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_only_for_this_machine() {
        for good in [
            "https://plan.example.jp",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:80",
        ] {
            assert!(IdentitySettings::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://plan.example.jp",
            "https://plan.example.jp/x",
            "plan",
            "ftp://localhost",
        ] {
            assert!(IdentitySettings::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_of_addresses_hold_what_they_should() {
        let network = Network::read("10.1.0.0/16").unwrap();
        assert!(network.contains("10.1.255.1".parse().unwrap()));
        assert!(network.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!network.contains("10.2.0.1".parse().unwrap()));
        assert!(
            Network::read("0.0.0.0/0")
                .unwrap()
                .contains("8.8.8.8".parse().unwrap())
        );
        assert!(
            Network::read("fd00::/8")
                .unwrap()
                .contains("fd12::1".parse().unwrap())
        );
        assert!(Network::read("10.0.0.0/33").is_none() && Network::read("x").is_none());
    }

    #[test]
    fn a_provider_needs_tls_and_a_client_id() {
        let with = |pairs: &'static [(&'static str, &'static str)]| {
            IdentitySettings::from_variables("http://localhost:8080", &move |name| {
                pairs
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(
            with(&[
                ("YAKUBA_OIDC_ISSUER", "http://idp.example.jp"),
                ("YAKUBA_OIDC_CLIENT_ID", "a")
            ])
            .is_err()
        );
        assert!(with(&[("YAKUBA_OIDC_ISSUER", "https://idp.example.jp")]).is_err());
        let settings = with(&[
            ("YAKUBA_OIDC_ISSUER", "https://idp.example.jp"),
            ("YAKUBA_OIDC_CLIENT_ID", "a"),
            ("YAKUBA_OIDC_CLIENT_SECRET", "very secret"),
            ("YAKUBA_OIDC_LINK", "login:preferred_username"),
        ])
        .unwrap();
        assert!(!format!("{settings:?}").contains("very secret"));
        assert_eq!(
            settings.oidc.unwrap().link,
            OidcLink::LoginName("preferred_username".into())
        );
    }
}
