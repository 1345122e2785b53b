//! `yakuba procedures guide`: the files of the life-event navigator.

use yakuba_city::Actor;
use yakuba_procedures::{ProcedureError, model::navigator::GuideFile, store::visits::put_file};

use super::super::{read_file, say};
use crate::{
    cli::GuideFiles,
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn import(place: &Place, options: GuideFiles) -> Result<Outcome, Failure> {
    // All are read before the first is written, so that a broken file stops everything.
    let mut files = Vec::new();
    for path in &options.files {
        let at_file = |error: String| Failure::new(format!("{}: {error}", path.display()));
        let text = String::from_utf8(read_file(path)?)
            .map_err(|_| at_file("it is not UTF-8. Save it as UTF-8 and try again".to_owned()))?;
        files.push(GuideFile::from_yaml(&text).map_err(|error| at_file(error.to_string()))?);
    }
    let all = files.len();
    let city = place.open_existing().await?;
    let changed = city
        .write(Actor::CommandLine, files, |tx, files| {
            Box::pin(async move {
                let mut changed = 0;
                for file in files {
                    if put_file(tx, file).await? {
                        changed += 1;
                    }
                }
                Ok::<u32, ProcedureError>(changed)
            })
        })
        .await?;
    say(format_args!(
        "{all} files were read; {changed} of them changed something."
    ));
    Ok(Outcome::Done)
}
