//! `yakuba postal-codes`: the table that forms fill addresses in from.

use yakuba_city::Actor;
use yakuba_procedures::{ProcedureError, model::postal::PostalFile, store::postal};

use super::{file_name, read_file, say};
use crate::{
    cli::{PostalCodesCommand, PostalCodesImport},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: PostalCodesCommand) -> Result<Outcome, Failure> {
    match options {
        PostalCodesCommand::Import(options) => import(place, options).await,
    }
}

async fn import(place: &Place, options: PostalCodesImport) -> Result<Outcome, Failure> {
    let name = file_name(&options.file);
    let file = PostalFile::read(&read_file(&options.file)?, &name)?;
    if options.dry_run {
        say(format_args!(
            "{} rows were read: {} entries. Nothing was written.",
            file.rows,
            file.areas.len()
        ));
        return Ok(Outcome::Done);
    }
    let city = place.open_existing().await?;
    let rows = file.rows;
    let imported = city
        .write(
            Actor::CommandLine,
            (file, options.anyway),
            |tx, (file, anyway)| Box::pin(postal::import(tx, file, *anyway)),
        )
        .await
        .map_err(|error: ProcedureError| Failure::from(error))?;
    say(format_args!(
        "{rows} rows were read: {} entries of {} prefectures take the place of {}.",
        imported.after, imported.prefectures, imported.before
    ));
    Ok(Outcome::Done)
}
