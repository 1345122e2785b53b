//! `yakuba facts`.

use serde_json::json;
use yakuba_city::{Actor, AuditEntry, CityError, Fact, FileHash};
use yakuba_plan::model::fact_file::read_facts;

use super::{file_name, read_file, say};
use crate::{
    cli::{FactsCommand, FactsImport},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: FactsCommand) -> Result<Outcome, Failure> {
    match options {
        FactsCommand::Import(options) => import(place, options).await,
    }
}

async fn import(place: &Place, options: FactsImport) -> Result<Outcome, Failure> {
    let bytes = read_file(&options.file)?;
    let name = file_name(&options.file);
    let mut facts = read_facts(&bytes, &name)
        .map_err(|error| Failure::new(format!("{}: {error}", options.file.display())))?;
    give_keys(&mut facts, &bytes);
    let count = facts.len();
    if options.dry_run {
        say(format_args!(
            "{count} facts were read; nothing was written."
        ));
        return Ok(Outcome::Done);
    }
    let city = place.open().await?;
    let source = options.source;
    let actor = source.map_or(Actor::CommandLine, Actor::System);
    let new = city
        .write(actor, (facts, name), |tx, (facts, name)| {
            Box::pin(async move {
                let new = tx.record_all(facts).await?;
                tx.audit(
                    AuditEntry::new("facts.import", format!("file/{name}"))
                        .with(json!({ "facts": facts.len(), "new": new })),
                );
                Ok::<_, CityError>(new)
            })
        })
        .await?;
    say(format_args!("{count} facts were read, {new} of them new."));
    Ok(Outcome::Done)
}

/// Facts without a key get one from the file's contents and their place in it: the same file twice counts once.
fn give_keys(facts: &mut [Fact], bytes: &[u8]) {
    let hash = FileHash::of(bytes);
    for (place, fact) in facts.iter_mut().enumerate() {
        if fact.idempotency_key.is_none() {
            fact.idempotency_key = Some(format!("file-{}-{place}", &hash.as_str()[..16]));
        }
    }
}
