//! The demo city's inventory of procedures: brought in from a table, as a city would.

use yakuba_city::{Actor, City};
use yakuba_procedures::{
    model::inventory::sheet::read_sheets,
    store::inventory::{commit_import, preview_import},
};
use yakuba_sheets::{Limits, read};

use crate::failure::Failure;

const FILE: &str = "demo/inventory.csv";

/// Brings `content/demo/inventory.csv` in.
pub(super) async fn make(city: &City) -> Result<(), Failure> {
    let broken = |cause: String| super::broken(FILE, &cause);
    let book = read(super::text(FILE)?.as_bytes(), FILE, &Limits::default())
        .map_err(|error| broken(error.to_string()))?;
    let sheet = read_sheets(&book.sheets).map_err(|error| broken(error.to_string()))?;
    let preview = preview_import(city.db(), &sheet, city.today(), |_| true).await?;
    if let Some(note) = preview.notes.first() {
        return Err(broken(format!("line {}: {:?}", note.line, note.problems)));
    }
    city.write(
        Actor::CommandLine,
        preview.differences,
        |tx, differences| Box::pin(async move { commit_import(tx, differences).await }),
    )
    .await?;
    Ok(())
}
