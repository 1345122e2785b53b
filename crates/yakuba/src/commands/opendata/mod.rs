//! `yakuba opendata`: files of open data looked over and mended, and datasets brought in.

mod mirror;

use std::{io::Write as _, path::Path};

use serde_json::json;
use yakuba_city::{Actor, City};
use yakuba_places::{
    PlacesError,
    model::{
        check::{Against, Report, check},
        content::{look_over as look_over_content, report_of},
        finding::Severity,
        links::read_list,
        package::{Package, Packed},
        reading::TableFile,
        repair::repair,
        standard::{DATASETS, Generation, dataset},
    },
    store::{self, Came, LargeFile, Made, Whole, WholeFile, bring_in},
};
use yakuba_sheets::Limits;
use yakuba_ui::Language;

use super::{file_name, note, read_file, say};
use crate::{
    cli::{
        OpendataAdd, OpendataAgainst, OpendataCheck, OpendataCommand, OpendataFetch, OpendataHosts,
        OpendataImport, OpendataLinks, OpendataMake, OpendataRepair,
    },
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: OpendataCommand) -> Result<Outcome, Failure> {
    match options {
        OpendataCommand::Check(options) => look_over(&options),
        OpendataCommand::Repair(options) => mend(&options),
        OpendataCommand::Import(options) => import(place, &options).await,
        OpendataCommand::Add(options) => add(place, options).await,
        OpendataCommand::Links(options) => links(place, &options).await,
        OpendataCommand::Fetch(options) => fetch(place, &options).await,
        OpendataCommand::Hosts(options) => hosts(place, &options).await,
        OpendataCommand::Mirror(options) => mirror::run(place, &options).await,
        OpendataCommand::Sources => sources(place).await,
        OpendataCommand::Make(options) => make(place, &options).await,
        OpendataCommand::Datasets => {
            list();
            Ok(Outcome::Done)
        }
    }
}

fn against(options: &OpendataAgainst) -> Result<Against, Failure> {
    let dataset = match &options.dataset {
        None => None,
        Some(key) => Some(dataset(key).ok_or_else(|| {
            Failure::usage(format!(
                "there is no national dataset {key:?}. See `yakuba opendata datasets`"
            ))
        })?),
    };
    Ok(Against {
        dataset,
        area: options.area,
    })
}

fn read(path: &Path) -> Result<(String, TableFile), Failure> {
    let name = file_name(path);
    let file = TableFile::read(&read_file(path)?, &name, &Limits::default())
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    Ok((name, file))
}

fn look_over(options: &OpendataCheck) -> Result<Outcome, Failure> {
    let against = against(&options.against)?;
    let mut reports = Vec::new();
    for path in &options.files {
        let report = report_of(
            &read_file(path)?,
            &file_name(path),
            against,
            &Limits::default(),
        )
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        reports.push((path, report));
    }
    if options.json {
        let files: Vec<_> = reports
            .iter()
            .map(|(path, report)| json!({"file": path.display().to_string(), "report": report}))
            .collect();
        let not_looked_at: Vec<_> = Report::not_looked_at().collect();
        say(json!({"files": files, "rules_not_looked_at": not_looked_at}));
    } else {
        for (path, report) in &reports {
            tell(path, report);
        }
        let rules: Vec<&str> = Report::not_looked_at().collect();
        note(format_args!(
            "Not looked at, because a file alone does not show it: {}.",
            rules.join(", ")
        ));
    }
    Ok(if reports.iter().all(|(_, report)| report.is_valid()) {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

fn tell(path: &Path, report: &Report) {
    for finding in &report.findings {
        say(format_args!(
            "{}: {}: {}",
            path.display(),
            match finding.severity {
                Severity::Must => "must",
                Severity::Should => "should",
            },
            finding.line(Language::English)
        ));
    }
    if report.left_out > 0 {
        say(format_args!(
            "{}: {} more findings are not told",
            path.display(),
            report.left_out
        ));
    }
    say(format_args!(
        "{}: {}; {} rows, {} columns; {} things must be mended, {} findings can be mended by `yakuba opendata repair`.",
        path.display(),
        described(report),
        report.rows,
        report.columns,
        report.must,
        report.mendable,
    ));
}

fn described(report: &Report) -> String {
    match &report.dataset {
        Some(found) => format!("{} ({}, {})", found.name, found.key, found.generation),
        None => "no national dataset, checked by the general rules".to_owned(),
    }
}

fn mend(options: &OpendataRepair) -> Result<Outcome, Failure> {
    let against = against(&options.against)?;
    let (name, file) = read(&options.file)?;
    if file.further_sheets > 0 {
        return Err(Failure::new(format!(
            "{}: {} sheets hold data. Save each as a file of its own and repair them one by one",
            options.file.display(),
            file.further_sheets + 1
        )));
    }
    let mended = repair(&file, &name, against);
    let bytes = mended.to_csv();
    let out = file_name(&options.output);
    let written = TableFile::read(&bytes, &out, &Limits::default())
        .map_err(|error| Failure::new(error.to_string()))?;
    std::fs::File::create_new(&options.output)
        .and_then(|mut file| file.write_all(&bytes))
        .map_err(|cause| Failure::file(&options.output, &cause))?;
    let left = check(&written, &name, against);
    if options.json {
        say(json!({"changes": mended.changes, "left": left}));
    } else {
        for change in &mended.changes {
            let row = change
                .row
                .map_or_else(String::new, |row| format!("row {row}: "));
            let column = change
                .column
                .as_ref()
                .map_or_else(String::new, |column| format!("{column}: "));
            say(format_args!(
                "{row}{column}\"{}\" → \"{}\" [{}]",
                change.from,
                change.to,
                change.rule.id()
            ));
        }
        say(format_args!(
            "{}: {} changes. What a person must mend:",
            options.output.display(),
            mended.changes.len()
        ));
        tell(&options.output, &left);
    }
    Ok(if left.is_valid() {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

/// A dataset of a list with its files, read by `read` and checked.
pub(crate) fn whole_of(
    packed: &Packed,
    read: impl Fn(&str) -> Result<Vec<u8>, Failure>,
    is_public: bool,
) -> Result<Whole, Failure> {
    let against = Against {
        dataset: packed.dataset.national.as_deref().and_then(dataset),
        area: None,
    };
    let mut files = Vec::new();
    for file in &packed.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let looked = look_over_content(&read(&file.path)?, name, against, &Limits::default())
            .map_err(|error| Failure::new(format!("{}: {error}", file.path)))?;
        files.push(WholeFile {
            title: file.title.clone(),
            content: looked.content,
            report: looked.report,
            note: file.note.clone(),
            dictionary: file.columns.clone(),
        });
    }
    Ok(Whole {
        document: packed.dataset.clone(),
        files,
        links: packed
            .links
            .iter()
            .filter_map(|link| Some((link.listed()?, link.copy)))
            .collect(),
        is_public,
        source: packed.source.clone(),
    })
}

/// What datasets can be made from, one on a line: key, title, national dataset.
async fn sources(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for source in store::sources(&city).await? {
        say(format_args!(
            "{}\t{}\t{}",
            source.key,
            source.title[0],
            source.national.unwrap_or("-")
        ));
    }
    Ok(Outcome::Done)
}

async fn make(place: &Place, options: &OpendataMake) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let made = if options.datasets.is_empty() {
        store::make_all(&city, &Actor::CommandLine).await?
    } else {
        let mut made = Vec::new();
        for key in &options.datasets {
            let outcome = store::make(&city, Actor::CommandLine, key).await;
            made.push(Made {
                key: key.clone(),
                outcome,
            });
        }
        made
    };
    let mut outcome = Outcome::Done;
    for Made { key, outcome: is } in made {
        match is {
            Ok(true) => say(format_args!("{key}: a new version")),
            Ok(false) => say(format_args!("{key}: as it was")),
            Err(error) => {
                say(format_args!("{key}: {error}"));
                outcome = Outcome::NeedsReview;
            }
        }
    }
    Ok(outcome)
}

async fn import(place: &Place, options: &OpendataImport) -> Result<Outcome, Failure> {
    let text = String::from_utf8(read_file(&options.file)?)
        .map_err(|_| Failure::new(format!("{}: it is not UTF-8", options.file.display())))?;
    let package = Package::from_yaml(&text)
        .map_err(|error| Failure::new(format!("{}: {error}", options.file.display())))?;
    let folder = options.file.parent().unwrap_or_else(|| Path::new(""));
    // All are read before the first is written, so that a broken file stops everything.
    let wholes: Vec<Whole> = package
        .datasets
        .iter()
        .map(|packed| {
            whole_of(
                packed,
                |path| read_file(&folder.join(path)),
                options.publish,
            )
        })
        .collect::<Result<_, _>>()?;
    let city = place.open_existing().await?;
    let brought = city
        .write(Actor::CommandLine, wholes, |tx, wholes| {
            Box::pin(async move {
                let mut brought = Vec::new();
                for whole in wholes {
                    let must: usize = whole.files.iter().map(|file| file.report.must).sum();
                    brought.push((whole.document.key.clone(), bring_in(tx, whole).await?, must));
                }
                Ok::<_, PlacesError>(brought)
            })
        })
        .await?;
    for packed in &package.datasets {
        if packed.source.is_empty() {
            continue;
        }
        let key = &packed.dataset.key;
        if options.publish {
            store::make_and_publish(&city, Actor::CommandLine, key).await?;
        } else {
            store::make(&city, Actor::CommandLine, key).await?;
        }
    }
    let mut outcome = Outcome::Done;
    for packed in package
        .datasets
        .iter()
        .filter(|packed| packed.links.iter().any(|link| link.copy))
    {
        let key = &packed.dataset.key;
        if fetched(&city, std::slice::from_ref(key)).await? != Outcome::Done {
            outcome = Outcome::NeedsReview;
        }
        if options.publish {
            store::publish_draft(&city, Actor::CommandLine, key).await?;
        }
    }
    for (key, has_changed, must) in brought {
        say(format_args!(
            "{key}: {}{}",
            if has_changed {
                "brought in"
            } else {
                "as it was"
            },
            if must > 0 {
                format!("; {must} things must be mended")
            } else {
                String::new()
            }
        ));
        if must > 0 {
            outcome = Outcome::NeedsReview;
        }
    }
    Ok(outcome)
}

async fn add(place: &Place, options: OpendataAdd) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let path = &options.path;
    let opened = std::fs::File::open(path).map_err(|cause| Failure::file(path, &cause))?;
    let name = file_name(path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let new = LargeFile {
        dataset: options.dataset.clone(),
        file: options.file,
        title: options.title.unwrap_or_else(|| stem.into_owned()),
        note: options.note,
        name,
    };
    let (file, version) = store::take_large(&city, Actor::CommandLine, opened, new)
        .await
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    say(match version {
        Some(version) => format!("{}: file {file}, version {version}", options.dataset),
        None => format!("{}: file {file} as it was", options.dataset),
    });
    Ok(Outcome::Done)
}

async fn links(place: &Place, options: &OpendataLinks) -> Result<Outcome, Failure> {
    let listed = read_list(&read_file(&options.list)?)
        .map_err(|error| Failure::new(format!("{}: {error}", options.list.display())))?;
    let city = place.open_existing().await?;
    let is_copied = options.copy;
    let count = city
        .write(
            Actor::CommandLine,
            (options.dataset.clone(), listed),
            move |tx, (dataset, listed)| Box::pin(store::add_links(tx, dataset, listed, is_copied)),
        )
        .await?;
    say(format_args!("{}: {count} files", options.dataset));
    if is_copied {
        return fetched(&city, std::slice::from_ref(&options.dataset)).await;
    }
    Ok(Outcome::Done)
}

async fn fetch(place: &Place, options: &OpendataFetch) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    fetched(&city, &options.datasets).await
}

/// Fetches the files of some datasets, or of all.
async fn fetched(city: &City, datasets: &[String]) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    for ((dataset, file), link) in store::links(city.db(), None).await? {
        if !link.is_copied() || (!datasets.is_empty() && !datasets.contains(&dataset)) {
            continue;
        }
        let what = match store::fetch_file(city, &dataset, file).await? {
            Came::New(version) => format!("version {version}"),
            Came::Same => "as it was".to_owned(),
            Came::Gone => continue,
            Came::Not(refused, _) => {
                outcome = Outcome::NeedsReview;
                refused.to_string()
            }
        };
        say(format_args!(
            "{dataset}: file {file}: {what} ({})",
            link.address
        ));
    }
    Ok(outcome)
}

async fn hosts(place: &Place, options: &OpendataHosts) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let mut hosts = store::own_hosts(&city).await?;
    if !options.allow.is_empty() || !options.forbid.is_empty() {
        for host in &options.allow {
            if host.is_empty() || host.contains([',', '/', ' ', '@']) {
                return Err(Failure::usage(format!(
                    "{host:?} is no name of a server. Write it like gis.city.midori.lg.jp"
                )));
            }
            hosts.insert(host.to_ascii_lowercase());
        }
        for host in &options.forbid {
            hosts.remove(&host.to_ascii_lowercase());
        }
        city.write(Actor::CommandLine, hosts.clone(), |tx, hosts| {
            Box::pin(store::set_own_hosts(tx, hosts))
        })
        .await?;
    }
    for host in hosts {
        say(host);
    }
    Ok(Outcome::Done)
}

fn list() {
    for dataset in DATASETS.iter() {
        say(format_args!(
            "{}\t{} {}\t{} columns{}{}",
            dataset.key(),
            dataset.number,
            dataset.name,
            dataset.columns.len(),
            match dataset.generation {
                Generation::Standard => "",
                Generation::Recommended => ", older generation",
            },
            if dataset.is_verified {
                ""
            } else {
                ", order and completeness not verified"
            },
        ));
    }
}
