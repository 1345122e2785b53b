//! Adding an asset, and changing what is written about one.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Cell, Choice, Column, ErrorSummary, Fields, FormErrors, Html, Map, RadioGroup, Row, Select,
    Table, TextField, Words, done,
};

use super::room::{Room, href};
use crate::{
    error::AssetError,
    model::{
        draft::{self, Draft},
        kind::{Field, FieldType, Kind},
    },
    store::{self, Asset, Change},
};

#[derive(Template)]
#[template(path = "desk/edit.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    choose: Option<Select>,
    action: String,
    kind: String,
    revision: i64,
    controls: Html,
    is_new: bool,
    /// What a colleague changed meanwhile, with the choice what is to stand.
    conflict: Option<(Table, RadioGroup)>,
}

/// What a saved form is checked against.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// The revision that this person has seen.
    revision: i64,
    /// A colleague was first: what is to stand must be chosen.
    must_decide: bool,
}

/// What stands in the form: typed, or the asset as it is.
type Standing = BTreeMap<String, String>;

fn standing_of(asset: &Asset) -> Standing {
    let mut standing: Standing = asset.fields.clone();
    for (key, text) in [
        ("number", asset.number.clone()),
        ("name", asset.name.clone()),
        ("place", asset.place.clone()),
        (
            "point",
            asset
                .point
                .map_or_else(String::new, |point| point.to_string()),
        ),
        ("department", asset.department.to_string()),
        (
            "installed_on",
            asset
                .installed_on
                .map_or_else(String::new, |day| day.to_string()),
        ),
        ("mail", asset.mail.join(", ")),
    ] {
        standing.insert(key.to_owned(), text);
    }
    standing
}

fn standing_in(fields: &Fields) -> Standing {
    fields
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

/// The kinds that this person may add to: those of their departments, or any when they work everywhere.
fn kinds_of<'r>(room: &'r Room, departments: &BTreeMap<DepartmentCode, String>) -> Vec<&'r Kind> {
    room.kinds
        .all()
        .iter()
        .filter(|kind| departments.contains_key(&kind.department))
        .collect()
}

pub(super) async fn new(room: Room) -> Result<Response, Problem> {
    let departments = room.departments_to_work_in().await?;
    let kinds = kinds_of(&room, &departments);
    let key = match room.query.get("kind") {
        "" => kinds.first().map_or("", |kind| kind.key.as_str()),
        key => key,
    };
    let Some(kind) = kinds.iter().find(|kind| kind.key.as_str() == key) else {
        return Err(Problem::NotFound);
    };
    Ok(shown(
        &room,
        kind,
        None,
        &departments,
        &Standing::new(),
        &FormErrors::new(),
        Seen::default(),
    ))
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let departments = room.departments_to_work_in().await?;
    let kind = room.kind(&found.kind)?;
    let standing = standing_of(&found);
    Ok(shown(
        &room,
        kind,
        Some(&found),
        &departments,
        &standing,
        &FormErrors::new(),
        Seen {
            revision: found.revision,
            must_decide: false,
        },
    ))
}

fn field_control(room: &Room, field: &Field, value: &str, errors: &FormErrors) -> Html {
    let language = room.language();
    let (key, name) = (field.key.as_str(), field.name.get(language));
    let select = |choices: Vec<Choice>| {
        let select = choices
            .into_iter()
            .fold(Select::new(language, key, name).ask(), Select::choice)
            .value(value)
            .errors(errors);
        Html::of(&if field.required {
            select.required()
        } else {
            select.optional()
        })
    };
    match field.holds {
        FieldType::Choice => select(
            field
                .options
                .iter()
                .map(|option| Choice::new(option.value.as_str(), option.label.get(language)))
                .collect(),
        ),
        FieldType::Flag => select(vec![
            Choice::new("yes", room.public("assets-yes")),
            Choice::new("no", room.public("assets-no")),
        ]),
        FieldType::Text | FieldType::Number | FieldType::Date => {
            let mut control = TextField::new(language, key, name)
                .value(value)
                .errors(errors);
            if field.holds == FieldType::Number {
                control = control.decimal().width(20);
                if !field.unit.is_empty() {
                    control = control.unit(&field.unit);
                }
            }
            if field.holds == FieldType::Date {
                control = control.support(room.t("desk-day-support")).width(20);
            }
            Html::of(&if field.required {
                control.required()
            } else {
                control.optional()
            })
        }
    }
}

fn shown(
    room: &Room,
    kind: &Kind,
    found: Option<&Asset>,
    departments: &BTreeMap<DepartmentCode, String>,
    standing: &Standing,
    errors: &FormErrors,
    seen: Seen,
) -> Response {
    let language = room.language();
    let value = |key: &str| standing.get(key).map_or("", String::as_str);
    let text = |key: &'static str| {
        TextField::new(
            language,
            key,
            room.public(&format!("assets-column-{}", key.replace('_', "-"))),
        )
        .value(value(key))
        .errors(errors)
    };
    let mut controls = Html::of(&text("number").required().width(20));
    controls.push(&text("name").required());
    controls.push(&text("place").optional());
    controls.push(
        &text("point")
            .support(room.t("desk-point-support"))
            .optional(),
    );
    controls.push(&Map::that_picks(
        language,
        "point-map",
        room.t("desk-point-map"),
        "point",
    ));
    let department = departments
        .iter()
        .fold(
            Select::new(language, "department", room.t("desk-column-department")),
            |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
        )
        .value(match value("department") {
            "" => kind.department.as_str(),
            given => given,
        })
        .errors(errors);
    controls.push(&department);
    controls.push(
        &text("installed_on")
            .support(room.t("desk-day-support"))
            .optional()
            .width(20),
    );
    for field in &kind.fields {
        controls.push(&field_control(
            room,
            field,
            value(field.key.as_str()),
            errors,
        ));
    }
    if kind.telemetry.is_some() {
        controls.push(&text("mail").support(room.t("desk-mail-support")).optional());
    }
    let choose = found.is_none().then(|| {
        kinds_of(room, departments)
            .into_iter()
            .fold(
                Select::new(language, "kind", room.t("desk-column-kind")).id("choose-kind"),
                |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
            )
            .value(kind.key.as_str())
    });
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        choose,
        action: found.map_or_else(
            || "/desk/assets/new".to_owned(),
            |asset| format!("{}/edit", href(asset.id)),
        ),
        kind: kind.key.as_str().to_owned(),
        revision: seen.revision,
        conflict: found
            .filter(|_| seen.must_decide)
            .map(|asset| conflict(room, kind, asset, departments, standing, errors)),
        controls,
        is_new: found.is_none(),
    };
    let title = found.map_or_else(
        || room.t("desk-new"),
        |asset| format!("{} {}", asset.number, asset.name),
    );
    let mut page = room
        .page_below(title, &body)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    page.into_response()
}

/// What was typed; what is wrong with it goes to `errors`.
fn read(
    room: &Room,
    kind: &Kind,
    departments: &BTreeMap<DepartmentCode, String>,
    standing: &Standing,
    errors: &mut FormErrors,
) -> Option<Draft> {
    let draft = match draft::read(kind, |key| standing.get(key).map_or("", String::as_str)) {
        Ok(draft) => draft,
        Err(problems) => {
            for problem in problems {
                errors.add(problem.column, room.public(problem.sentence));
            }
            return None;
        }
    };
    // Nobody gives an asset to a department in which they do not work.
    if !departments.contains_key(&draft.department) {
        errors.add("department", room.public("assets-problem-department"));
    }
    errors.is_empty().then_some(draft)
}

/// A failure that belongs to the form.
fn told(room: &mut Room, error: AssetError, errors: &mut FormErrors) -> Result<(), Problem> {
    let sentence = room.sentence(&error).ok_or_else(|| Problem::from(error))?;
    if sentence == room.t("desk-problem-number") {
        errors.add("number", sentence);
    } else {
        room.refuse(&sentence);
        errors.add("revision", sentence);
    }
    Ok(())
}

pub(super) async fn add(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let departments = room.departments_to_work_in().await?;
    let Some(kind) = kinds_of(&room, &departments)
        .into_iter()
        .find(|kind| kind.key.as_str() == fields.get("kind"))
        .cloned()
    else {
        return Err(Problem::NotFound);
    };
    let standing = standing_in(&fields);
    let mut errors = FormErrors::new();
    let Some(draft) = read(&room, &kind, &departments, &standing, &mut errors) else {
        let seen = Seen::default();
        return Ok(shown(
            &room,
            &kind,
            None,
            &departments,
            &standing,
            &errors,
            seen,
        ));
    };
    let outcome = room
        .write((kind.clone(), draft), |tx, (kind, draft)| {
            Box::pin(store::add(tx, kind, draft))
        })
        .await;
    match outcome {
        Ok(id) => Ok(done(&href(id), "added")),
        Err(error) => {
            told(&mut room, error, &mut errors)?;
            Ok(shown(
                &room,
                &kind,
                None,
                &departments,
                &standing,
                &errors,
                Seen::default(),
            ))
        }
    }
}

pub(super) async fn save(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.asset_to_work_on(id).await?;
    let departments = room.departments_to_work_in().await?;
    let kind = room.kind(&found.kind)?.clone();
    let standing = standing_in(&fields);
    // Not the revision of now: nobody saves over what they have not seen.
    let mut seen = Seen {
        revision: fields.revision(),
        must_decide: fields.has("must_decide"),
    };
    let mut errors = FormErrors::new();
    let decision = fields.get("decision");
    if decision == "theirs" {
        return Ok(done(&format!("{}/edit", href(found.id)), "kept"));
    }
    if seen.must_decide && decision != "own" {
        errors.add("decision", room.t("desk-problem-decision"));
    }
    let Some(draft) = read(&room, &kind, &departments, &standing, &mut errors) else {
        return Ok(shown(
            &room,
            &kind,
            Some(&found),
            &departments,
            &standing,
            &errors,
            seen,
        ));
    };
    let input = Change {
        asset: found.id,
        revision: seen.revision,
        draft,
    };
    let outcome = room
        .write((kind.clone(), input), |tx, (kind, input)| {
            Box::pin(store::change(tx, kind, input))
        })
        .await;
    let Err(error) = outcome else {
        return Ok(done(&href(found.id), "changed"));
    };
    let found = room.asset(found.id).await?;
    if matches!(error, AssetError::ChangedMeanwhile) {
        errors.add("decision", room.t("desk-problem-changed"));
        seen = Seen {
            revision: found.revision,
            must_decide: true,
        };
    } else {
        told(&mut room, error, &mut errors)?;
    }
    Ok(shown(
        &room,
        &kind,
        Some(&found),
        &departments,
        &standing,
        &errors,
        seen,
    ))
}

/// What stands now beside what was typed, where they differ, and the choice between them.
fn conflict(
    room: &Room,
    kind: &Kind,
    found: &Asset,
    departments: &BTreeMap<DepartmentCode, String>,
    typed: &Standing,
    errors: &FormErrors,
) -> (Table, RadioGroup) {
    let language = room.language();
    let stands = standing_of(found);
    let named = |key: &str, value: &str| {
        match (key, DepartmentCode::new(value)) {
            ("department", Ok(code)) => departments.get(&code).cloned(),
            _ => kind
                .fields
                .iter()
                .find(|field| field.key.as_str() == key)
                .map(|field| field.shown(value, language)),
        }
        .unwrap_or_else(|| value.to_owned())
    };
    let own = [
        "number",
        "name",
        "place",
        "point",
        "department",
        "installed_on",
    ]
    .into_iter()
    .map(|key| {
        let label = room.public(&format!("assets-column-{}", key.replace('_', "-")));
        (key, label)
    });
    let others = kind
        .fields
        .iter()
        .map(|field| (field.key.as_str(), field.name.get(language).to_owned()));
    let mail = kind
        .telemetry
        .is_some()
        .then(|| ("mail", room.public("assets-column-mail")));
    let rows = own.chain(others).chain(mail).filter_map(|(key, label)| {
        let value = |standing: &Standing| standing.get(key).cloned().unwrap_or_default();
        let (now, typed) = (value(&stands), value(typed));
        (now != typed).then(|| {
            Row::new([
                Cell::text(label),
                Cell::text(named(key, &now)),
                Cell::text(named(key, &typed)),
            ])
        })
    });
    let table = Table::new(language, "differences", room.t("desk-differences"))
        .columns([
            Column::text(room.t("desk-differences-field")),
            Column::text(room.t("desk-differences-now")),
            Column::text(room.t("desk-differences-typed")),
        ])
        .rows(rows)
        .row_headers();
    let choice = RadioGroup::new(language, "decision", room.t("desk-decision"))
        .choice(Choice::new("own", room.t("desk-decision-own")))
        .choice(Choice::new("theirs", room.t("desk-decision-theirs")))
        .required()
        .errors(errors);
    (table, choice)
}
