//! `yakuba addresses`: the addresses that places are looked up in.

use std::{fs::File, io::BufReader};

use yakuba_addresses::{AddressError, AddressFile, import};
use yakuba_city::Actor;

use super::{file_name, say};
use crate::{
    cli::{AddressesCommand, AddressesImport},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: AddressesCommand) -> Result<Outcome, Failure> {
    match options {
        AddressesCommand::Import(options) => bring_in(place, options).await,
    }
}

async fn bring_in(place: &Place, options: AddressesImport) -> Result<Outcome, Failure> {
    let files = options
        .files
        .iter()
        .map(|path| {
            let file = File::open(path).map_err(|cause| Failure::file(path, &cause))?;
            Ok((file_name(path), BufReader::new(file)))
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let file = AddressFile::read(files)?;
    let read = format!(
        "{} addresses of {} municipalities were read; {} have no position and {} are no more",
        file.entries.len(),
        file.municipalities.len(),
        file.without_position,
        file.abolished
    );
    if options.dry_run {
        say(format_args!("{read}. Nothing was written."));
        return Ok(Outcome::Done);
    }
    let city = place.open_existing().await?;
    let imported = city
        .write(
            Actor::CommandLine,
            (file, options.anyway),
            |tx, (file, anyway)| Box::pin(import(tx, file, *anyway)),
        )
        .await
        .map_err(|error: AddressError| Failure::from(error))?;
    say(format_args!(
        "{read}. They take the place of {}.",
        imported.before
    ));
    Ok(Outcome::Done)
}
