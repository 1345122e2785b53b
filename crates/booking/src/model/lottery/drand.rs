//! The public random values of drand's network "quicknet": one every three seconds, signed by many parties together, of whom no
//! minority can know or change it beforehand.
//!
//! What is fixed here is what the network itself publishes about the chain; its name is the hash of all of it.

use drand_verify::{G2PubkeyRfc, Pubkey as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{from_hexadecimal, hexadecimal};

/// The hash that names the chain.
pub const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// The key with which its values are checked.
pub const PUBLIC_KEY: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
/// When its first value came, in seconds since 1970.
const GENESIS: i64 = 1_692_803_367;
/// Seconds between two values.
const PERIOD: i64 = 3;

/// The number of the first value that comes at or after a moment.
pub fn round_at(moment: Timestamp) -> u64 {
    let micros = moment.as_microsecond() - GENESIS * 1_000_000;
    let period = PERIOD * 1_000_000;
    let rounds = (micros.max(0) + period - 1) / period;
    u64::try_from(rounds).unwrap_or(0) + 1
}

/// When a value comes.
pub fn moment_of(round: u64) -> Timestamp {
    let rounds = i64::try_from(round.saturating_sub(1)).unwrap_or(i64::MAX);
    Timestamp::from_second(GENESIS.saturating_add(rounds.saturating_mul(PERIOD)))
        .unwrap_or(Timestamp::MAX)
}

/// The random value of a round, when the signature is the network's: the SHA-256 of the signature, in hexadecimal digits.
pub fn value(round: u64, signature: &str) -> Option<String> {
    let signature = from_hexadecimal(signature)?;
    let key = G2PubkeyRfc::from_variable(&from_hexadecimal(PUBLIC_KEY)?).ok()?;
    let holds = key.verify(round, b"", &signature).unwrap_or(false);
    holds.then(|| hexadecimal(&Sha256::digest(&signature)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Round 1000 as the network's documentation shows it.
    pub(crate) const ROUND_1000: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";

    #[test]
    fn the_key_and_the_clock_are_those_that_the_chain_is_named_by() {
        // As drand's chain.Info.Hash: period, genesis, key, hash of the group, and the name of the beacon.
        let mut hasher = Sha256::new();
        hasher.update(u32::try_from(PERIOD).unwrap().to_be_bytes());
        hasher.update(GENESIS.to_be_bytes());
        hasher.update(from_hexadecimal(PUBLIC_KEY).unwrap());
        hasher.update(
            from_hexadecimal("f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e")
                .unwrap(),
        );
        hasher.update("quicknet");
        assert_eq!(hexadecimal(&hasher.finalize()), CHAIN);
    }

    #[test]
    fn a_value_is_taken_only_with_the_networks_signature() {
        assert_eq!(
            value(1000, ROUND_1000).unwrap(),
            "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
        );
        assert_eq!(value(1001, ROUND_1000), None);
        let mut forged = ROUND_1000.to_owned();
        forged.replace_range(95.., "8");
        assert_eq!(value(1000, &forged), None);
        assert_eq!(value(1000, &ROUND_1000.to_uppercase()), None);
        assert_eq!(value(1000, ""), None);
    }

    #[test]
    fn rounds_and_moments_belong_together() {
        assert_eq!(moment_of(1000).to_string(), "2023-08-23T15:59:24Z");
        assert_eq!(round_at(moment_of(1000)), 1000);
        let later = moment_of(1000) + jiff::SignedDuration::from_micros(1);
        assert_eq!(round_at(later), 1001);
        assert_eq!(round_at(Timestamp::UNIX_EPOCH), 1);
    }
}
