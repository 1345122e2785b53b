//! The log: to standard error, for people or as JSON.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt};

/// Each request, and what goes wrong.
pub(crate) const REQUESTS: &str = "info,sqlx=warn,sea_orm_migration=warn";
/// Only what goes wrong: for commands that send thousands of requests themselves.
pub(crate) const TROUBLE: &str = "warn";

/// Starts the log. `YAKUBA_LOG` filters it (`info`, `yakuba_plan=debug`…), otherwise `filter` does; `YAKUBA_LOG_FORMAT=json` makes it
/// JSON.
pub(crate) fn start(filter: &str) {
    let filter = EnvFilter::try_from_env("YAKUBA_LOG").unwrap_or_else(|_| EnvFilter::new(filter));
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false);
    let json = std::env::var("YAKUBA_LOG_FORMAT").is_ok_and(|format| format == "json");
    // A second start in one process, as in tests, keeps the first log.
    let _ = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder
            .compact()
            .with_ansi(std::io::stderr().is_terminal())
            .try_init()
    };
}
