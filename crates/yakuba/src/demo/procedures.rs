//! The demo city's procedures: every file of `content/procedures`, live; and the navigator's files.

use jiff::civil::Date;
use yakuba_city::{Actor, City};
use yakuba_kernel::FiscalYear;
use yakuba_procedures::{
    ProcedureError,
    model::{document::ProcedureDocument, navigator::GuideFile, postal::PostalFile},
    store,
};

use crate::failure::Failure;

/// Puts every procedure live from the first day of the demo's fiscal year, so that its cases can be some months old.
pub(super) async fn make(city: &City, today: Date) -> Result<(), Failure> {
    let live_from = FiscalYear::from_date(today).start();
    let folder = super::CONTENT
        .get_dir("procedures")
        .ok_or_else(|| super::broken("procedures", "the folder is not in the program"))?;
    for file in folder.files() {
        let Some(path) = file.path().to_str() else {
            continue;
        };
        let document = ProcedureDocument::from_yaml(super::text(path)?)
            .map_err(|error| super::broken(path, &error.to_string()))?;
        city.write(
            Actor::CommandLine,
            (document, live_from),
            |tx, (document, live_from)| {
                Box::pin(async move {
                    let revision = store::save_draft(tx, document, 0).await?;
                    store::put_live(tx, &document.key, revision, *live_from).await
                })
            },
        )
        .await
        .map_err(|error: ProcedureError| super::broken(path, &error.to_string()))?;
    }
    postal_codes(city).await?;
    guide(city).await
}

/// Brings in the demo city's postal codes.
async fn postal_codes(city: &City) -> Result<(), Failure> {
    const FILE: &str = "demo/postal-codes.csv";
    let bad = |error: ProcedureError| super::broken(FILE, &error.to_string());
    let file = PostalFile::read(super::text(FILE)?.as_bytes(), FILE).map_err(bad)?;
    city.write(Actor::CommandLine, file, |tx, file| {
        Box::pin(store::postal::import(tx, file, false))
    })
    .await
    .map(|_| ())
    .map_err(bad)
}

/// Brings in the life events and the desks.
async fn guide(city: &City) -> Result<(), Failure> {
    let folder = super::CONTENT
        .get_dir("life-events")
        .ok_or_else(|| super::broken("life-events", "the folder is not in the program"))?;
    let mut read = Vec::new();
    for path in folder.files().filter_map(|file| file.path().to_str()) {
        let file = GuideFile::from_yaml(super::text(path)?)
            .map_err(|error| super::broken(path, &error.to_string()))?;
        read.push(file);
    }
    city.write(Actor::CommandLine, read, |tx, read| {
        Box::pin(async move {
            for file in read {
                store::visits::put_file(tx, file).await?;
            }
            Ok(())
        })
    })
    .await
    .map_err(|error: ProcedureError| super::broken("life-events", &error.to_string()))
}
