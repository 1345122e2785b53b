//! `yakuba assets`: kinds of equipment as files, registers as tables.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use yakuba_assets::{
    AssetError,
    broker::encryption,
    model::{
        broker::{Address, Broker, Prefix},
        kind::{Kind, check as findings, schema},
    },
    simulator::{self, Target},
    store::{self, broker, simulated, table},
};
use yakuba_city::{Actor, City};
use yakuba_forms::Severity;

use super::{
    documents::{self, Document},
    read_file, say,
};
use crate::{
    cli::{
        AssetBrokerAccess, AssetBrokerCommand, AssetBrokerSet, AssetExport, AssetImport,
        AssetKindExport, AssetKindsCommand, AssetSimulate, AssetsCommand,
    },
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: AssetsCommand) -> Result<Outcome, Failure> {
    match options {
        AssetsCommand::Kinds(AssetKindsCommand::Check(options)) => {
            documents::check::<Kind>(&options.files)
        }
        AssetsCommand::Kinds(AssetKindsCommand::List) => list(place).await,
        AssetsCommand::Kinds(AssetKindsCommand::Import(options)) => {
            import_kinds(place, &options.files).await
        }
        AssetsCommand::Kinds(AssetKindsCommand::Export(options)) => {
            export_kind(place, options).await
        }
        AssetsCommand::Kinds(AssetKindsCommand::Schema) => {
            say(schema().trim_end());
            Ok(Outcome::Done)
        }
        AssetsCommand::Broker(AssetBrokerCommand::Set(options)) => set_broker(place, options).await,
        AssetsCommand::Broker(AssetBrokerCommand::Show) => show_broker(place).await,
        AssetsCommand::Broker(AssetBrokerCommand::Off) => forget_broker(place).await,
        AssetsCommand::Simulate(options) => simulate(place, options).await,
        AssetsCommand::Import(options) => import(place, options).await,
        AssetsCommand::Export(options) => export(place, options).await,
    }
}

impl Document for Kind {
    fn read(yaml: &str) -> Result<Self, impl std::fmt::Display> {
        Self::from_yaml(yaml)
    }

    fn findings(&self) -> Vec<(Severity, String)> {
        findings(self)
    }
}

async fn kind_of(city: &City, key: &str) -> Result<Kind, Failure> {
    let kinds = store::kinds(city).await?;
    Ok(kinds
        .get(key)
        .cloned()
        .ok_or_else(|| AssetError::NoSuchKind(key.to_owned()))?)
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for kind in store::kinds(&city).await?.all() {
        say(format_args!(
            "{}\t{}\t{}",
            kind.key, kind.department, kind.name.ja
        ));
    }
    Ok(Outcome::Done)
}

async fn import_kinds(place: &Place, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let kinds: Vec<Kind> = documents::read_all(files)?;
    let must = kinds
        .iter()
        .flat_map(findings)
        .filter(|(severity, _)| *severity == Severity::Must)
        .count();
    if must > 0 {
        return Err(Failure::new(format!(
            "{must} things must be mended first; nothing was brought in"
        )));
    }
    let city = place.open_existing().await?;
    let changed = city
        .write(Actor::CommandLine, kinds, |tx, kinds| {
            Box::pin(async move {
                let mut changed = 0;
                for kind in kinds {
                    store::must_know_department(tx.connection(), kind).await?;
                    changed += u32::from(store::set_kind(tx, kind).await?);
                }
                Ok::<_, AssetError>(changed)
            })
        })
        .await?;
    say(format_args!("{changed} kinds were new or changed."));
    Ok(Outcome::Done)
}

async fn export_kind(place: &Place, options: AssetKindExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let yaml = kind_of(&city, &options.kind).await?.to_yaml()?;
    write_out(options.output, yaml.as_bytes())
}

/// To a file, or to the standard output; a closed pipe is no failure.
fn write_out(output: Option<PathBuf>, bytes: &[u8]) -> Result<Outcome, Failure> {
    match output {
        Some(path) => std::fs::write(&path, bytes).map_err(|cause| Failure::file(&path, &cause))?,
        None => drop(std::io::stdout().write_all(bytes)),
    }
    Ok(Outcome::Done)
}

async fn import(place: &Place, options: AssetImport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let kind = kind_of(&city, &options.kind).await?;
    let bytes = read_file(&options.file)?;
    let lines = table::read(&kind, &bytes, &options.file.to_string_lossy())?;
    let brought = city
        .write(Actor::CommandLine, (kind, lines), |tx, (kind, lines)| {
            Box::pin(table::bring_in(tx, kind, lines, None))
        })
        .await?;
    say(format_args!(
        "{} were added, {} changed, {} stood there already.",
        brought.added, brought.changed, brought.same
    ));
    Ok(Outcome::Done)
}

async fn export(place: &Place, options: AssetExport) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let kind = kind_of(&city, &options.kind).await?;
    let register = table::table(&city, &kind, None).await?;
    let is_xlsx = options
        .output
        .as_ref()
        .and_then(|path| path.extension())
        .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_xlsx {
        table::xlsx(&register)?
    } else {
        table::csv(&register)
    };
    write_out(options.output, &bytes)
}

/// A text file, without the end of its last line.
fn text_of(path: Option<&Path>) -> Result<String, Failure> {
    let Some(path) = path else {
        return Ok(String::new());
    };
    let bytes = read_file(path)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// A broker as the command line describes it, reached under the name `session`.
fn described(
    address: Address,
    access: &AssetBrokerAccess,
    session: String,
) -> Result<Broker, Failure> {
    let broker = Broker {
        authorities: text_of(access.ca.as_deref())?,
        user: access.user.clone().unwrap_or_default(),
        password: text_of(access.password_file.as_deref())?,
        prefix: Prefix::read(&access.prefix)?,
        session,
        address,
    };
    if broker.address.is_encrypted() {
        encryption(&broker.authorities).map_err(AssetError::from)?;
    }
    Ok(broker)
}

async fn set_broker(place: &Place, options: AssetBrokerSet) -> Result<Outcome, Failure> {
    let address = Address::read(&options.address)?;
    if !address.is_encrypted() && !address.is_here() && !options.plain {
        return Err(Failure::usage(
            "keys of devices would travel unencrypted. Use mqtts://, or add --plain when the network is closed",
        ));
    }
    let session = format!("yakuba-{:016x}", rand::random::<u64>());
    let broker = described(address, &options.access, session)?;
    let city = place.open_existing().await?;
    let key = city.key()?.clone();
    let shown = broker.address.to_string();
    city.write(Actor::CommandLine, (key, broker), |tx, (key, broker)| {
        Box::pin(broker::set_broker(tx, key, broker))
    })
    .await?;
    say(format_args!(
        "The city listens to {shown}. See how it goes with `yakuba assets broker show`."
    ));
    Ok(Outcome::Done)
}

async fn show_broker(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let Some((known, _)) = broker::broker(city.db(), city.key()?).await? else {
        say("No broker is set.");
        return Ok(Outcome::Done);
    };
    say(format_args!(
        "{}\ttopics {} and {}",
        known.address,
        known.prefix.devices(),
        known.prefix.gateways()
    ));
    let moment = |at: i64| {
        Timestamp::from_microsecond(at).map_or_else(|_| String::new(), |at| at.to_string())
    };
    match broker::listening(city.db()).await? {
        None => say("Nobody has listened yet: start the server."),
        Some(now) => {
            let is_held = now.until_at >= city.now().as_microsecond();
            match now.connected_at.filter(|_| is_held) {
                Some(since) => say(format_args!("connected since {}", moment(since))),
                None => say("not connected"),
            }
            say(format_args!(
                "{} messages kept, {} refused, the last at {}",
                now.kept,
                now.refused,
                now.heard_at.map_or_else(|| "-".to_owned(), moment)
            ));
            if let Some(at) = now.problem_at {
                say(format_args!(
                    "last problem at {}: {}",
                    moment(at),
                    now.problem
                ));
            }
        }
    }
    Ok(Outcome::Done)
}

async fn forget_broker(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let had = city
        .write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(broker::forget_broker(tx))
        })
        .await?;
    say(if had {
        "The city listens to no broker any more."
    } else {
        "No broker was set."
    });
    Ok(Outcome::Done)
}

async fn simulate(place: &Place, options: AssetSimulate) -> Result<Outcome, Failure> {
    let target = if options.to.starts_with("http://") || options.to.starts_with("https://") {
        Target::Http(options.to.clone())
    } else {
        let session = format!("yakuba-simulator-{:016x}", rand::random::<u64>());
        let address = Address::read(&options.to)?;
        Target::Mqtt(Box::new(described(address, &options.access, session)?))
    };
    let city = place.open_existing().await?;
    let kind = kind_of(&city, &options.kind).await?;
    let count = options.devices as usize;
    let devices = city
        .write(
            Actor::CommandLine,
            (city.key()?.clone(), kind.clone()),
            move |tx, (key, kind)| Box::pin(simulated::put_into_service(tx, key, kind, count)),
        )
        .await?;
    say(format_args!(
        "{count} devices report to {} for {} minutes; Ctrl+C ends it before.",
        options.to, options.minutes
    ));
    let time = Duration::from_mins(u64::from(options.minutes));
    let silent = options.silent as usize;
    let answers = tokio::select! {
        answers = simulator::simulate(&city, &kind, &devices, &target, time, silent, options.seed) => Some(answers),
        _ = tokio::signal::ctrl_c() => None,
    };
    city.write(Actor::CommandLine, kind, move |tx, kind| {
        Box::pin(simulated::put_out_of_service(tx, kind, count))
    })
    .await?;
    for (word, messages) in answers.transpose()?.unwrap_or_default() {
        say(format_args!("{messages}\t{word}"));
    }
    Ok(Outcome::Done)
}
