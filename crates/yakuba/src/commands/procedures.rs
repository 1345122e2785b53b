//! `yakuba procedures`.

mod inventory;

use crate::{
    cli::ProceduresCommand,
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: ProceduresCommand) -> Result<Outcome, Failure> {
    match options {
        ProceduresCommand::Inventory(options) => inventory::run(place, options).await,
    }
}
