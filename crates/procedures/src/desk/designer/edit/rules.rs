//! What holds before, across and after the questions: one list of rules at a time, each rule with controls of its own.

use axum::{extract::Path, response::Response};
use yakuba_city::web::Problem;
use yakuba_ui::{Fields, FormErrors, Html, MenuItem, Tabs, done};

use super::{
    super::{
        Standing,
        controls::{Controls, ListRow, report},
        href,
        values::{
            condition::{self, Known},
            rows,
            rules::{self as lists, Part},
        },
    },
    Sheet, keep, sheet,
};
use crate::desk::room::Room;

/// Empty answers under a question before the start.
const SPARE_OPTIONS: usize = 2;

/// The list that the address asks for.
fn part(room: &Room) -> Result<Part, Problem> {
    match room.query.get("part") {
        "" => Ok(Part::Checks),
        name => Part::read(name).ok_or(Problem::NotFound),
    }
}

pub(in crate::desk::designer) async fn rules(
    room: Room,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let part = part(&room)?;
    let values = lists::values(&standing.document.form, part);
    Ok(rules_sheet(
        &room,
        &standing,
        part,
        &values,
        &FormErrors::new(),
    ))
}

fn rules_sheet(
    room: &Room,
    standing: &Standing,
    part: Part,
    values: &Fields,
    errors: &FormErrors,
) -> Response {
    let form = &standing.document.form;
    let base = href(&standing.document.key);
    let all = condition::known(form, None);
    let tabs = Part::ALL
        .into_iter()
        .map(|known| MenuItem {
            text: room.d(&format!("designer-part-{}", known.name())),
            href: format!("{base}/rules?part={}", known.name()),
            current: known == part,
            count: u64::try_from(known.count(form)).ok(),
        })
        .collect();
    let used = rows::used(values, "row");
    let shown = used + 1;
    let mut controls = Controls::new(room, values, errors);
    controls.row_count("row", shown);
    for row in 0..shown {
        let title = if row < used {
            room.designer_words()
                .counted(&format!("designer-rule-{}", part.name()), row as u64 + 1)
                .into_owned()
        } else {
            room.d("designer-rule-new")
        };
        let name = |part: &str| format!("row-{row}-{part}");
        let at = ListRow {
            list: "row",
            number: row,
            used,
        };
        controls.card(at, &title, |card| match part {
            Part::Before => before(room, values, card, &name),
            Part::Computed => {
                card.text(&name("label"), "designer-computed-label", 1)
                    .line(
                        &name("value"),
                        "designer-computed-value",
                        "designer-support-computed",
                        40,
                    )
                    .line(&name("key"), "designer-field-key", "", 20);
            }
            Part::Checks => check(card, &name, &all, room),
            Part::Fees => fee(room, values, card, &name, &all),
        });
    }
    let tabs = Html::of(&Tabs::new(room.d("designer-edit-rules"), tabs));
    sheet(
        room,
        standing,
        Sheet {
            title: room.d("designer-edit-rules"),
            lead: room.d(&format!("designer-about-{}", part.name())),
            above: tabs,
            action: format!("{base}/rules?part={}", part.name()),
            controls: controls.done(),
            more: true,
            keys: true,
            ..Sheet::of(values)
        },
        errors,
    )
}

fn before(room: &Room, values: &Fields, card: &mut Controls<'_>, name: &dyn Fn(&str) -> String) {
    let list = name("option");
    let used = rows::used(values, &list);
    let shown = used + SPARE_OPTIONS;
    card.text(&name("question"), "designer-before-question", 1)
        .row_count(&list, shown);
    for row in 0..shown {
        let part = |part: &str| format!("{list}-{row}-{part}");
        let legend = room
            .designer_words()
            .counted("designer-before-answer", row as u64 + 1)
            .into_owned();
        let stops = !values.get(&part("stop_ja")).is_empty();
        let at = ListRow {
            list: &list,
            number: row,
            used,
        };
        card.row(at, &legend, |answer| {
            answer.words(&part("label"));
            answer.folded("designer-before-stop", stops, |stop| {
                stop.text(&part("stop"), "designer-before-stop-text", 2)
                    .line(&part("value"), "designer-option-value", "", 20);
            });
        });
    }
    card.folded("designer-more", false, |more| {
        more.line(&name("key"), "designer-field-key", "", 20);
    });
}

fn check(card: &mut Controls<'_>, name: &dyn Fn(&str) -> String, all: &[Known], room: &Room) {
    card.condition(
        &name("holds"),
        "designer-check-holds",
        "designer-support-holds",
        all,
    )
    .text(&name("message"), "designer-check-message", 2)
    .select(
        &name("field"),
        "designer-check-field",
        "designer-check-field-first",
        all.iter().map(|known| {
            (
                known.key.clone(),
                known.label.get(room.language()).to_owned(),
            )
        }),
    );
}

fn fee(
    room: &Room,
    values: &Fields,
    card: &mut Controls<'_>,
    name: &dyn Fn(&str) -> String,
    all: &[Known],
) {
    let legend = room.d("designer-fee-amount");
    let written = !values.get(&name("amount")).is_empty();
    card.text(&name("label"), "designer-fee-label", 1)
        .together(&legend, |amount| {
            amount
                .number(&name("price"), "designer-fee-price", "designer-yen")
                .select(
                    &name("times"),
                    "designer-fee-times",
                    "designer-fee-once",
                    all.iter().filter(|known| known.is_number()).map(|known| {
                        (
                            known.key.clone(),
                            known.label.get(room.language()).to_owned(),
                        )
                    }),
                )
                .folded("designer-condition-write", written, |more| {
                    more.line(&name("amount"), "designer-fee-expression", "", 40);
                });
        })
        .condition(
            &name("applies"),
            "designer-fee-applies",
            "designer-support-applies",
            all,
        )
        .line(&name("basis"), "designer-fee-basis", "", 40);
}

pub(in crate::desk::designer) async fn save_rules(
    room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let standing = room.draft_of(&key).await?;
    let part = part(&room)?;
    let mut errors = FormErrors::new();
    if let Some(fields) = rows::rearranged(&fields) {
        return Ok(rules_sheet(&room, &standing, part, &fields, &errors));
    }
    let mut document = standing.document.clone();
    if let Err(wrong) = lists::read(&fields, part, &mut document.form) {
        report(&room, wrong, &mut errors);
    }
    keep(&room, document, &fields, &mut errors).await?;
    if errors.is_empty() {
        return Ok(done(
            &format!("{}/rules?part={}", href(&key), part.name()),
            "saved",
        ));
    }
    Ok(rules_sheet(&room, &standing, part, &fields, &errors))
}
