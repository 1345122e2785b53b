//! What each word of the command line does.

mod account;
mod addresses;
mod assets;
mod audit;
mod backup;
mod booking;
mod capacity_test;
mod debug;
mod demo;
mod disaster;
mod doctor;
mod documents;
mod facts;
mod init;
mod lottery;
pub(crate) mod map;
mod measure;
pub(crate) mod opendata;
mod personnel;
mod plan;
mod postal_codes;
mod procedures;
mod reports;
mod serve;
mod surveys;
mod token;
mod version;

use std::{io::Write as _, path::Path};

use yakuba_city::{Actor, City};
use yakuba_plan::{measuring::publish_in, model::difference::Change};

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
        Command::Demo(options) => demo::run(&place, options).await,
        Command::Init(options) => init::run(&place, options).await,
        Command::Serve(options) => serve::run(&place, options).await,
        Command::Plan(options) => plan::run(&place, options).await,
        Command::Procedures(options) => procedures::run(&place, options).await,
        Command::PostalCodes(options) => postal_codes::run(&place, options).await,
        Command::Addresses(options) => addresses::run(&place, options).await,
        Command::Surveys(options) => surveys::run(&place, options).await,
        Command::Booking(options) => booking::run(&place, options).await,
        Command::Lottery(options) => lottery::run(&place, options).await,
        Command::Map(options) => map::run(&place, options).await,
        Command::CapacityTest(options) => capacity_test::run(&place, options).await,
        Command::Opendata(options) => opendata::run(&place, options).await,
        Command::Reports(options) => reports::run(&place, options).await,
        Command::Disaster(options) => disaster::run(&place, options).await,
        Command::Assets(options) => assets::run(&place, options).await,
        Command::Facts(options) => facts::run(&place, options).await,
        Command::Measure(options) => measure::run(&place, options).await,
        Command::Token(options) => token::run(&place, options).await,
        Command::Account(options) => account::run(&place, options).await,
        Command::Personnel(options) => personnel::run(&place, options).await,
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

/// Writes a remark for the user beside the result: to standard error, so that results can be piped.
pub(crate) fn note(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Reads a file that the user named.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|cause| Failure::file(path, &cause))
}

/// The name of a file without its folder.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Publishes the working state of a plan with its figures as they are now.
///
/// # Errors
/// When there is no such plan, or nothing changed since the newest version.
pub(crate) async fn publish_plan(
    city: &City,
    actor: Actor,
    key: &str,
    reason: &str,
) -> Result<(i64, Vec<Change>), Failure> {
    let input = (key.to_owned(), reason.to_owned());
    let published = city
        .write(actor, input, |tx, (key, reason)| {
            Box::pin(publish_in(tx, key, reason))
        })
        .await?;
    Ok(published)
}
