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

fn demo(file: &str) -> serde_json::Value {
    let path = repository().join("content/demo").join(file);
    let text = fs::read_to_string(&path).expect("readable file");
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The texts found under `key`, at any depth.
fn texts_under<'a>(value: &'a serde_json::Value, key: &str, found: &mut HashSet<&'a str>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, inner) in fields {
                if let (true, Some(text)) = (name == key, inner.as_str()) {
                    found.insert(text);
                }
                texts_under(inner, key, found);
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                texts_under(item, key, found);
            }
        }
        _ => {}
    }
}

fn found<'a>(value: &'a serde_json::Value, keys: &[&str]) -> HashSet<&'a str> {
    let mut all = HashSet::new();
    for key in keys {
        texts_under(value, key, &mut all);
    }
    all
}

#[test]
fn the_demo_files_agree_with_each_other() {
    let (city, measures, facts) = (demo("city.yaml"), demo("measures.yaml"), demo("facts.yaml"));
    let (plan, cycle) = (demo("plan.yaml"), demo("cycle.yaml"));

    let departments = found(&city["departments"], &["code"]);
    for file in [&measures, &facts, &cycle] {
        let used = found(file, &["department", "owner"]);
        assert!(
            used.is_subset(&departments),
            "unknown departments: {:?}",
            used.difference(&departments)
        );
    }

    let declared = found(&measures, &["name"]);
    let mut counted = found(&facts, &["measure"]);
    counted.extend(found(&plan, &["measure"]));
    // Measures of services are declared by the services.
    counted.retain(|measure| {
        !["assets.", "booking.", "plan.", "reports.", "surveys."]
            .iter()
            .any(|service| measure.starts_with(service))
    });
    assert!(
        counted.is_subset(&declared),
        "undeclared measures: {:?}",
        counted.difference(&declared)
    );

    let logins = found(&city["staff"], &["login"]);
    let people = found(
        &cycle,
        &[
            "by",
            "assignee",
            "written_by",
            "submitted_by",
            "proposed_by",
            "decided_by",
        ],
    );
    assert!(
        people.is_subset(&logins),
        "unknown people: {:?}",
        people.difference(&logins)
    );

    let department_names = found(&city["departments"], &["name"]);
    for list in ["lead_departments", "related_departments"] {
        for initiative in plan["groups"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|goal| goal["initiatives"].as_array().into_iter().flatten())
        {
            for name in initiative[list].as_array().into_iter().flatten() {
                let name = name.as_str().unwrap_or_default();
                assert!(department_names.contains(name), "unknown department {name}");
            }
        }
    }
}

#[test]
fn the_demo_plan_uses_every_kind_of_formula() {
    let path = repository().join("content/demo/plan.yaml");
    let plan = read(&path);
    let kinds: HashSet<_> = plan
        .groups
        .iter()
        .flat_map(indicators)
        .filter_map(|indicator| indicator.formula.as_ref())
        .map(|formula| std::mem::discriminant(&formula.kind))
        .collect();
    assert_eq!(kinds.len(), 10);
}
