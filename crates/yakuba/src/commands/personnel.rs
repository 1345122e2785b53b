//! `yakuba personnel`.

use yakuba_city::Actor;
use yakuba_identity::{
    IdentityError,
    model::personnel::read,
    store::personnel::{Preview, commit, preview},
};

use super::{file_name, read_file, say};
use crate::{
    cli::{PersonnelCommand, PersonnelImport},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: PersonnelCommand) -> Result<Outcome, Failure> {
    match options {
        PersonnelCommand::Import(options) => import(place, options).await,
    }
}

async fn import(place: &Place, options: PersonnelImport) -> Result<Outcome, Failure> {
    let bytes = read_file(&options.file)?;
    let file = read(&bytes, &file_name(&options.file))
        .map_err(|error| Failure::new(format!("{}: {error}", options.file.display())))?;
    let city = place.open_existing().await?;
    let seen = preview(city.db(), &file).await?;
    show(&seen);
    if seen.obstacles() > 0 {
        return Err(Failure::new(format!(
            "{} lines cannot be carried out, so none was. Mend them in the file and import it again",
            seen.obstacles()
        )));
    }
    if options.dry_run {
        say("Nothing was written.");
        return Ok(outcome(&seen));
    }
    let seen = city
        .write(
            Actor::CommandLine,
            (file, seen.fingerprint),
            |tx, (file, fingerprint)| {
                Box::pin(async move {
                    let done = commit(tx, file, Some(fingerprint)).await?;
                    Ok::<_, IdentityError>(done)
                })
            },
        )
        .await?;
    say(format_args!(
        "{} changes were entered.",
        seen.changing_lines()
    ));
    Ok(outcome(&seen))
}

fn outcome(seen: &Preview) -> Outcome {
    if seen.problems.is_empty() {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    }
}

fn show(seen: &Preview) {
    for (change, difference) in &seen.lines {
        say(format_args!(
            "{}  {}  {}  {difference:?}",
            change.day, change.login_name, change.post
        ));
    }
    for problem in &seen.problems {
        say(format_args!(
            "line {}: {:?} {}",
            problem.line, problem.kind, problem.text
        ));
    }
}
