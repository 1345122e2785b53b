//! `yakuba procedures`.

mod files;
mod guide;
mod inventory;

use crate::{
    cli::ProceduresCommand,
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: ProceduresCommand) -> Result<Outcome, Failure> {
    match options {
        ProceduresCommand::Check(options) => files::check(&options),
        ProceduresCommand::Import(options) => files::import(place, options).await,
        ProceduresCommand::Export(options) => files::export(place, options).await,
        ProceduresCommand::List => files::list(place).await,
        ProceduresCommand::Schema => Ok(files::print_schema()),
        ProceduresCommand::Guide(options) => guide::import(place, options).await,
        ProceduresCommand::Inventory(options) => inventory::run(place, options).await,
    }
}
