//! What was answered, what else came from the same person, and the checklist.

use yakuba_city::web::Problem;
use yakuba_forms::{Answers, Form, Marks};
use yakuba_ui::{
    CheckboxGroup, Choice, DescriptionList, Disclosure, Html, Language, Select, format,
};

use super::{super::inbox::case_table, Body, Opened, Parts};
use crate::{
    capabilities::WORK,
    changes::changes,
    desk::titles::Titles,
    model::proven,
    store::{
        cases::{self, Case, day},
        casework,
        files::{self, UseFor},
        keys::CaseKey,
    },
};

/// The answers of a form as a list, for pages of the desk.
fn answers_of(
    opened: &Opened,
    answers: &serde_json::Value,
    marks: &Marks,
    language: Language,
) -> Html {
    let Ok(form) = Form::compile(&opened.definition.document.form) else {
        return Html::empty();
    };
    let Ok(answers) = serde_json::from_value::<Answers>(answers.clone()) else {
        return Html::empty();
    };
    // As it was on the day of the application: ages and limits do not move afterwards.
    let evaluation = form.evaluate(&answers, opened.case.received_on());
    form.render_answers_marked(&answers, &evaluation, marks, language, |_| None)
}

pub(super) async fn fill_answers(
    parts: &Parts<'_>,
    key: &CaseKey,
    body: &mut Body,
) -> Result<(), Problem> {
    let room = parts.room;
    let language = room.language();
    let given = cases::answers(room.db(), key, parts.opened.case.id).await?;
    let contact = cases::contact(room.db(), key, parts.opened.case.id).await?;
    // What is verified now says nothing about earlier answers.
    let mut marks = proven::marks(
        &contact.verified,
        &parts.opened.definition.document.form,
        &room.t("desk-verified-mark"),
    );
    marks.show_places_on_maps();
    let form = crate::pages::form(&room.city, &parts.opened.definition)?;
    let changed = changes(&form, &given, parts.opened.case.received_on(), language)?;
    for (place, (answers, changed)) in given.iter().zip(&changed).enumerate() {
        let mut marks = if place == 0 {
            std::mem::take(&mut marks)
        } else {
            Marks::new()
        };
        for (path, change) in &changed.answers {
            let on = format::date(change.on, language);
            let words = room.words.with_text("desk-changed", "date", &on);
            let before = room
                .words
                .with_text("desk-changed-before", "before", &change.before);
            marks.corrected(path, words, before);
        }
        let mut shown = answers_of(parts.opened, &answers.answers, &marks, language);
        if !changed.gone.is_empty() {
            let list = changed
                .gone
                .iter()
                .fold(DescriptionList::new(), |list, gone| {
                    list.text(&gone.label, &gone.before)
                });
            shown.push(&Disclosure::new(
                room.t("desk-changed-gone"),
                Html::of(&list),
            ));
        }
        if place == 0 {
            body.answers = shown;
        } else {
            let summary = room.words.with(
                "desk-answers-earlier",
                &[
                    ("number", answers.number.into()),
                    ("date", format::date(day(answers.made_at), language).into()),
                ],
            );
            body.earlier.push(&Disclosure::new(summary, shown));
        }
    }
    let listed = files::list(room.db(), key, parts.opened.case.id, UseFor::Answer).await?;
    if listed.len() > 1 {
        body.answers.push(&Html::trusted(format!(
            "<p><a href=\"{}/files\" download>{}</a></p>",
            parts.at,
            Html::text(&room.t("desk-files-all"))
        )));
    }
    for (file, about, _) in listed {
        body.answers.push(&Html::trusted(format!(
            "<p><a href=\"{}/files/{}\" download>{}</a></p>",
            parts.at,
            Html::text(&file),
            Html::text(&about.name)
        )));
    }
    Ok(())
}

pub(super) async fn fill_duplicates(parts: &Parts<'_>, body: &mut Body) -> Result<(), Problem> {
    let room = parts.room;
    body.ended = super::super::pair::ended(parts).await?;
    body.ended_here = super::super::pair::ended_here(room, parts.opened.case.id).await?;
    let others: Vec<Case> = cases::duplicates(room.db(), &parts.opened.case)
        .await?
        .into_iter()
        .filter(|other| room.principal.holds_in(WORK, &other.department))
        // Those that ended in this one, or this one in, stand for themselves.
        .filter(|other| {
            other.merged_into != Some(parts.opened.case.id)
                && parts.opened.case.merged_into != Some(other.id)
        })
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let titles = Titles::read(room.db()).await?;
    body.duplicates = Html::of(&case_table(room, &others, &titles, None).await?);
    let mergeable: Vec<Choice> = others
        .iter()
        .filter(|other| parts.opened.case.may_end_in(other))
        .map(|other| {
            Choice::new(
                other.id.to_string(),
                room.words
                    .with_text("desk-case-title", "number", &other.id.to_string()),
            )
        })
        .collect();
    if !mergeable.is_empty() {
        body.merge = parts.form(
            "merge",
            Html::of(
                &Select::new(room.language(), "into", room.t("desk-merge-with")).choices(mergeable),
            ),
            parts.other("desk-merge"),
            true,
        );
    }
    Ok(())
}

pub(super) fn checklist(
    parts: &Parts<'_>,
    ticks: &[casework::Tick],
    names: &std::collections::BTreeMap<i64, String>,
) -> Html {
    let room = parts.room;
    let items = &parts.opened.definition.document.checklist;
    if items.is_empty() {
        return Html::empty();
    }
    let tick = |item: usize| {
        ticks
            .iter()
            .find(|tick| usize::try_from(tick.item) == Ok(item))
    };
    let open = parts.opened.case.stage.is_open();
    let choices = items.iter().enumerate().map(|(item, text)| {
        let choice = Choice::new(item.to_string(), text).chosen(tick(item).is_some());
        let choice = match tick(item).and_then(|tick| names.get(&tick.ticked_by)) {
            Some(name) => choice.support(
                room.words
                    .with_text("desk-ticked-by", "person", name)
                    .into_owned(),
            ),
            None => choice,
        };
        if open { choice } else { choice.disabled() }
    });
    let group = CheckboxGroup::new(room.language(), "item", room.t("desk-checklist-legend"))
        .choices(choices);
    if open {
        parts.form("ticks", Html::of(&group), parts.other("desk-tick"), false)
    } else {
        Html::of(&group)
    }
}
