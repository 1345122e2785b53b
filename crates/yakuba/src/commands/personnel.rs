//! `yakuba personnel`.

use yakuba_city::Actor;
use yakuba_identity::{
    IdentityError, WORDS,
    model::personnel::{Change, Difference, Held, read},
    store::personnel::{Preview, commit, preview},
};
use yakuba_ui::Language;

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
            "{}  {}  {}",
            change.day,
            change.login_name,
            in_words(change, difference)
        ));
    }
    let words = WORDS.words(Language::English);
    for problem in &seen.problems {
        say(format_args!(
            "line {}: {}: {}",
            problem.line,
            words.get(problem.kind.message()),
            problem.text
        ));
    }
}

/// What becomes of somebody: from where to where.
fn in_words(change: &Change, difference: &Difference) -> String {
    let department = change.department.as_ref().map_or("", |code| code.as_str());
    let to = format!("{department} {}", change.post);
    let place = |held: &Held| format!("{} {}", held.department, held.post);
    match difference {
        Difference::New => format!("new: {to}"),
        Difference::Moved(None) => format!("first post: {to}"),
        Difference::Moved(Some(from)) => format!("{} → {to}", place(from)),
        Difference::Left(None) => "leaves".to_owned(),
        Difference::Left(Some(from)) => format!("leaves: {}", place(from)),
        Difference::Concurrent => format!("also: {to}"),
        Difference::Unchanged => format!("entered before: {to}"),
    }
}
