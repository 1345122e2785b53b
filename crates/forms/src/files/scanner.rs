//! The virus scanner (ClamAV) that every file a stranger sends is shown to before it is kept, when the town hall has one.

use std::sync::{PoisonError, RwLock};

use super::{ClamAddress, Examined, NotAnAddress, Refusal, ScanError, Verdict, examine, scan};
use crate::model::document::FileType;
use yakuba_city::City;

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

/// The scanner of a city; none when it has none.
pub fn of(city: &City) -> Option<ClamAddress> {
    city.state::<Scanner>()
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// The same as [`examine`], and the file is shown to the scanner, when there is one. Blocks until the verdict is there: call it where it may.
///
/// # Errors
/// Why the file cannot be taken: without a verdict none is, or a broken scanner would let everything pass.
pub fn examine_with(
    scanner: Option<&ClamAddress>,
    sent: &[u8],
    accept: &[FileType],
    max_mib: u32,
) -> Result<Examined, Refusal> {
    let examined = examine(sent, accept, max_mib)?;
    match scanner.map(|address| scan(address, sent)) {
        None | Some(Ok(Verdict::Clean)) => Ok(examined),
        Some(Ok(Verdict::Found(virus))) => {
            tracing::warn!(virus, "a file that was sent is not taken");
            Err(Refusal::Virus)
        }
        Some(Err(error)) => {
            tracing::error!(%error, "files cannot be taken: the virus scanner gives no verdict");
            Err(Refusal::NotScanned)
        }
    }
}
