//! What each word of the command line does.

mod audit;
mod backup;
mod debug;
mod doctor;
mod init;
mod serve;
mod version;

use std::io::Write as _;

use crate::{
    cli::{Cli, Command},
    failure::{Failure, Outcome},
    place::Place,
};

/// Carries out a command line.
///
/// # Errors
/// One sentence that says why not and how to mend it.
pub(crate) async fn run(cli: Cli) -> Result<Outcome, Failure> {
    let place = Place::new(cli.data, cli.database_url.as_deref())?;
    match cli.command {
        Command::Init(options) => init::run(&place, options).await,
        Command::Serve(options) => serve::run(&place, options).await,
        Command::Backup(options) => backup::write(&place, &options).await,
        Command::Restore(options) => backup::restore(&place, &options).await,
        Command::Audit(options) => audit::run(&place, &options).await,
        Command::Doctor => doctor::run(&place).await,
        Command::Version => version::run(),
        Command::Debug(options) => debug::run(&place, options).await,
    }
}

/// Writes a line for the user. A closed pipe (`yakuba … | head`) is no failure.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
