//! Where the value comes from that decides a round, fixed before it, and what shows afterwards that this is the value.

use std::{fmt, str::FromStr};

use super::{choice::Unreadable, drand, from_hexadecimal, hexadecimal, sha256};

/// A secret must have at least so many bytes, so that nobody finds it by trying.
pub const SHORTEST_SECRET: usize = 16;

/// Where the value comes from. In the list as `drand CHAIN ROUND`, `shares ROUND HASH…` or `value DESCRIPTION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The value of this round of drand's network [`drand::CHAIN`].
    Drand {
        /// The number of the round.
        round: u64,
    },
    /// The secrets of which these are the hashes; when one is missing, the value of a later round of drand.
    Shares {
        /// The round that decides when a secret is missing.
        fallback: u64,
        /// The SHA-256 of each secret, in the order of the parties.
        hashes: Vec<String>,
    },
    /// A public value, described in words.
    Value {
        /// Which value, without line breaks.
        description: String,
    },
}

/// What shows the value: `drand SIGNATURE`, `shares SECRET…` or `value TEXT`; secrets and texts in hexadecimal digits of their UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The network's signature.
    Drand(String),
    /// The secrets in the order of the parties.
    Shares(Vec<String>),
    /// The public value, as it was typed in.
    Value(String),
}

/// Why a value is not the one that was fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongValue {
    /// It is of another kind than the source.
    #[error("the value is not of the kind that was fixed for this draw")]
    Kind,
    /// The signature does not hold for the round.
    #[error("the signature is not that of the network drand for this draw's round")]
    Signature,
    /// A secret does not have the hash that was given.
    #[error("a secret is not the one whose hash was given before")]
    Secret,
}

impl Source {
    /// The value as 64 hexadecimal digits, when the proof is right:
    /// for drand the SHA-256 of the signature's bytes;
    /// for secrets the SHA-256 of each secret's UTF-8 in hexadecimal digits and a line feed, one after the other;
    /// for a public value the SHA-256 of its UTF-8.
    ///
    /// # Errors
    /// [`WrongValue`].
    pub fn value(&self, proof: &Proof) -> Result<String, WrongValue> {
        let drawn =
            |round, signature: &str| drand::value(round, signature).ok_or(WrongValue::Signature);
        match (self, proof) {
            (Self::Drand { round }, Proof::Drand(signature)) => drawn(*round, signature),
            (Self::Shares { fallback, .. }, Proof::Drand(signature)) => drawn(*fallback, signature),
            (Self::Shares { hashes, .. }, Proof::Shares(secrets)) => {
                let all_fit = hashes.len() == secrets.len()
                    && hashes
                        .iter()
                        .zip(secrets)
                        .all(|(hash, secret)| fits(secret, hash));
                if !all_fit {
                    return Err(WrongValue::Secret);
                }
                let joined = secrets.iter().fold(String::new(), |mut joined, secret| {
                    joined.push_str(&hexadecimal(secret.as_bytes()));
                    joined.push('\n');
                    joined
                });
                Ok(sha256(joined))
            }
            (Self::Value { .. }, Proof::Value(text)) => Ok(sha256(text)),
            _ => Err(WrongValue::Kind),
        }
    }

    /// The round of drand that can decide, if one can.
    pub fn drand_round(&self) -> Option<u64> {
        match self {
            Self::Drand { round }
            | Self::Shares {
                fallback: round, ..
            } => Some(*round),
            Self::Value { .. } => None,
        }
    }
}

/// Whether a secret is the one of a hash.
pub fn fits(secret: &str, hash: &str) -> bool {
    secret.len() >= SHORTEST_SECRET && sha256(secret) == hash
}

/// Whether a text is the hash of something: 64 small hexadecimal digits.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && from_hexadecimal(text).is_some()
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drand { round } => write!(formatter, "drand {} {round}", drand::CHAIN),
            Self::Shares { fallback, hashes } => {
                write!(formatter, "shares {fallback} {}", hashes.join(" "))
            }
            Self::Value { description } => write!(formatter, "value {description}"),
        }
    }
}

impl FromStr for Source {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let (kind, rest) = text.split_once(' ').ok_or(Unreadable)?;
        let number = |text: &str| {
            text.parse()
                .ok()
                .filter(|round| *round > 0)
                .ok_or(Unreadable)
        };
        match kind {
            "drand" => match rest.split_once(' ') {
                // Another chain could have any key.
                Some((drand::CHAIN, round)) => Ok(Self::Drand {
                    round: number(round)?,
                }),
                _ => Err(Unreadable),
            },
            "shares" => {
                let mut parts = rest.split(' ');
                let fallback = number(parts.next().unwrap_or_default())?;
                let hashes: Vec<String> = parts.map(str::to_owned).collect();
                if hashes.is_empty() || !hashes.iter().all(|hash| is_hash(hash)) {
                    return Err(Unreadable);
                }
                Ok(Self::Shares { fallback, hashes })
            }
            "value" if !rest.trim().is_empty() && !rest.contains(['\n', '\r']) => Ok(Self::Value {
                description: rest.to_owned(),
            }),
            _ => Err(Unreadable),
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drand(signature) => write!(formatter, "drand {signature}"),
            Self::Shares(secrets) => {
                formatter.write_str("shares")?;
                secrets
                    .iter()
                    .try_for_each(|secret| write!(formatter, " {}", hexadecimal(secret.as_bytes())))
            }
            Self::Value(text) => write!(formatter, "value {}", hexadecimal(text.as_bytes())),
        }
    }
}

impl FromStr for Proof {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let (kind, rest) = text.split_once(' ').ok_or(Unreadable)?;
        let words = |digits: &str| {
            from_hexadecimal(digits)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .ok_or(Unreadable)
        };
        match kind {
            "drand" if from_hexadecimal(rest).is_some_and(|bytes| !bytes.is_empty()) => {
                Ok(Self::Drand(rest.to_owned()))
            }
            "shares" => rest
                .split(' ')
                .map(words)
                .collect::<Result<_, _>>()
                .map(Self::Shares),
            "value" => Ok(Self::Value(words(rest)?)),
            _ => Err(Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lottery::drand::tests::ROUND_1000;

    #[test]
    fn each_source_takes_its_own_proof_only() {
        let secrets = ["監査委員の秘密のことば", "a secret of sixteen"].map(str::to_owned);
        let shares = Source::Shares {
            fallback: 1000,
            hashes: secrets.iter().map(sha256).collect(),
        };
        let drand = Source::Drand { round: 1000 };
        let named = Source::Value {
            description: "2027年1月4日の大引けの日経平均株価".to_owned(),
        };
        let proofs = [
            Proof::Shares(secrets.to_vec()),
            Proof::Drand(ROUND_1000.to_owned()),
            Proof::Value("39,894.54".to_owned()),
        ];
        let works = |source: &Source| proofs.each_ref().map(|proof| source.value(proof).is_ok());
        assert_eq!(works(&shares), [true, true, false]);
        assert_eq!(works(&drand), [false, true, false]);
        assert_eq!(works(&named), [false, false, true]);
        // Neither fewer secrets, nor others, nor another order.
        let [first, second] = secrets;
        for wrong in [
            vec![first.clone()],
            vec![second.clone(), first.clone()],
            vec![first.clone(), "another secret here".to_owned()],
        ] {
            assert_eq!(shares.value(&Proof::Shares(wrong)), Err(WrongValue::Secret));
        }
        assert!(!fits("short", &sha256("short")));
        for source in [shares, drand, named] {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
        for proof in proofs {
            assert_eq!(proof.to_string().parse(), Ok(proof));
        }
        for wrong in [
            "",
            "drand",
            "drand abc 1",
            "shares 1",
            "shares 1 xyz",
            "value ",
            "dice 6",
        ] {
            assert!(wrong.parse::<Source>().is_err(), "{wrong}");
        }
    }
}
