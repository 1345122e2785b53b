//! `yakuba version`.

use super::say;
use crate::{
    failure::{Failure, Outcome},
    services,
};

#[allow(clippy::unnecessary_wraps)] // the same shape as every command
pub(super) fn run() -> Result<Outcome, Failure> {
    say(format_args!("yakuba {}", env!("CARGO_PKG_VERSION")));
    for service in services::all() {
        let steps = service.migrations();
        let newest = steps.last().map_or("no tables", |step| step.name);
        say(format_args!("{}: {newest}", service.name()));
    }
    Ok(Outcome::Done)
}
