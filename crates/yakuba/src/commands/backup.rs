//! `yakuba backup` and `yakuba restore`.

use yakuba_city::backup::{self, KEY_FILE, KeyState};

use super::say;
use crate::{
    cli::{Backup, Restore},
    failure::{Failure, Outcome},
    place::Place,
    services,
};

pub(super) async fn write(place: &Place, options: &Backup) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let manifest = backup::write(&city, &options.file, options.include_key).await?;
    say(format_args!(
        "{}: {} tables, {} rows, as of {}",
        options.file.display(),
        manifest.tables.len(),
        manifest.rows(),
        manifest.created_at
    ));
    if manifest.key_included {
        say("The city's key is in the file: whoever has the file can read everything in it.");
    } else if manifest.key_fingerprint.is_some() {
        say(format_args!(
            "The city's key is not in the file: keep a copy of {} in another place.",
            city.data_directory().join(KEY_FILE).display()
        ));
    }
    Ok(Outcome::Done)
}

pub(super) async fn restore(place: &Place, options: &Restore) -> Result<Outcome, Failure> {
    let _alone = place.lock(true)?;
    let restored = backup::restore(
        &place.settings,
        &services::all(),
        &options.file,
        options.replace,
    )
    .await?;
    say(format_args!(
        "{}: {} tables, {} rows, as of {}",
        place.settings.database.shown(),
        restored.manifest.tables.len(),
        restored.manifest.rows(),
        restored.manifest.created_at
    ));
    if let Some(former) = &restored.former {
        say(format_args!("The former city was kept as {former}."));
    }
    let mut outcome = Outcome::Done;
    match restored.audit.broken {
        None => say(format_args!(
            "Audit log: {} lines, none changed or missing.",
            restored.audit.lines
        )),
        Some((line, reason)) => {
            outcome = Outcome::NeedsReview;
            say(format_args!(
                "Audit log: line {line}: {reason}. It was so in the backup already."
            ));
        }
    }
    if restored.recount.differences.is_empty() {
        say(format_args!(
            "Facts: {} counted again, no difference.",
            restored.recount.facts
        ));
    } else {
        outcome = Outcome::NeedsReview;
        say(format_args!(
            "Facts: {} sums differ from the facts below them; `yakuba plan recount` lists them.",
            restored.recount.differences.len()
        ));
    }
    let key = place.settings.data_directory.join(KEY_FILE);
    match restored.key {
        KeyState::NotNeeded | KeyState::Present => {}
        KeyState::Restored => say(format_args!(
            "The city's key was restored to {}.",
            key.display()
        )),
        KeyState::Missing => {
            outcome = Outcome::NeedsReview;
            say(format_args!(
                "The city's key is missing: put the copy you kept at {}.",
                key.display()
            ));
        }
        KeyState::Different => {
            outcome = Outcome::NeedsReview;
            say(format_args!(
                "{} is the key of another city: put the copy you kept there, or encrypted columns stay closed.",
                key.display()
            ));
        }
    }
    Ok(outcome)
}
