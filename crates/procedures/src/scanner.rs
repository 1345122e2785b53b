//! The virus scanner (ClamAV) that every file a resident sends is shown to before it is kept, when the town hall has one.

use std::sync::{PoisonError, RwLock};

use yakuba_city::City;
use yakuba_forms::files::{ClamAddress, NotAnAddress, ScanError, Verdict, scan};

/// The environment variable with the scanner's address: `tcp://127.0.0.1:3310` or `unix:/run/clamav/clamd.ctl`.
pub const VARIABLE: &str = "YAKUBA_CLAMD";

/// The scanner of a city, kept in memory.
#[derive(Default)]
struct Scanner(RwLock<Option<ClamAddress>>);

/// The address in [`VARIABLE`]; none when it is not set, so that files are taken unscanned.
///
/// # Errors
/// When it is no address.
pub fn from_environment() -> Result<Option<ClamAddress>, NotAnAddress> {
    std::env::var(VARIABLE)
        .ok()
        .filter(|text| !text.is_empty())
        .map(|text| text.parse())
        .transpose()
}

/// Names the scanner of a city; none: files are taken unscanned.
pub fn set_up(city: &City, address: Option<ClamAddress>) {
    *city
        .state::<Scanner>()
        .0
        .write()
        .unwrap_or_else(PoisonError::into_inner) = address;
}

/// Whether a scanner answers. Blocks.
///
/// # Errors
/// Why it does not.
pub fn try_out(address: &ClamAddress) -> Result<(), ScanError> {
    scan(address, b"yakuba").map(drop)
}

/// The scanner of a city.
pub(crate) fn of(city: &City) -> Option<ClamAddress> {
    city.state::<Scanner>()
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Has a file scanned; the key of the text that says why it is not taken. Blocks: call it where it may.
pub(crate) fn refusal(address: &ClamAddress, contents: &[u8]) -> Option<&'static str> {
    match scan(address, contents) {
        Ok(Verdict::Clean) => None,
        Ok(Verdict::Found(virus)) => {
            tracing::warn!(virus, "a file that was sent is not taken");
            Some("applicant-scan-found")
        }
        // Without a verdict no file is taken, or a broken scanner would let everything pass.
        Err(error) => {
            tracing::error!(%error, "files cannot be taken: the virus scanner gives no verdict");
            Some("applicant-scan-impossible")
        }
    }
}
