//! Every plan file that comes with Yakuba is a plan document, says each figure once, and stays in its own years.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use yakuba_plan::model::document::{FORMAT, Group, Indicator, PlanDocument};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn plan_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(repository().join("content/plans"))
        .expect("content/plans is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    let demo = repository().join("content/demo/plan.yaml");
    if demo.exists() {
        files.push(demo);
    }
    files.sort();
    files
}

fn read(path: &Path) -> PlanDocument {
    let text = fs::read_to_string(path).expect("readable file");
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn indicators(group: &Group) -> Vec<&Indicator> {
    let mut all: Vec<&Indicator> = group.indicators.iter().collect();
    all.extend(
        group
            .initiatives
            .iter()
            .flat_map(|initiative| &initiative.indicators),
    );
    all.extend(group.groups.iter().flat_map(indicators));
    all
}

#[test]
fn every_plan_file_is_a_plan_document() {
    let files = plan_files();
    assert!(!files.is_empty());
    let mut keys = HashSet::new();
    for path in files {
        let plan = read(&path);
        assert_eq!(plan.format, FORMAT, "{}", path.display());
        assert!(
            keys.insert(plan.key.clone()),
            "{} is the key of two plans",
            plan.key
        );
        if path
            .parent()
            .is_some_and(|folder| folder.ends_with("plans"))
        {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            assert_eq!(
                stem,
                Some(plan.key.as_str()),
                "the file is named after the key"
            );
        }
        if let Some(period) = plan.period {
            assert!(period.from <= period.to, "{}", path.display());
        }
    }
}

#[test]
fn every_figure_is_said_once_per_year_and_kind() {
    for path in plan_files() {
        let plan = read(&path);
        for indicator in plan.groups.iter().flat_map(indicators) {
            let mut seen = HashSet::new();
            for figure in &indicator.figures {
                assert!(
                    seen.insert((figure.fiscal_year, figure.kind)),
                    "{}: {} has two figures of {:?} {:?}",
                    path.display(),
                    indicator.name,
                    figure.fiscal_year,
                    figure.kind
                );
            }
        }
    }
}

#[test]
fn a_plan_written_out_reads_back_the_same() {
    for path in plan_files() {
        let plan = read(&path);
        let written = serde_saphyr::to_string(&plan).expect("a plan can be written");
        let again: PlanDocument = serde_saphyr::from_str(&written)
            .unwrap_or_else(|error| panic!("{} written out: {error}", path.display()));
        assert_eq!(plan, again, "{}", path.display());
    }
}
