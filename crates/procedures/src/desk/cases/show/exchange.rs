//! Messages and requests for correction.

use jiff::ToSpan as _;
use yakuba_city::web::Problem;
use yakuba_ui::{
    ButtonRow, CheckboxGroup, Choice, DateField, DescriptionList, Html, LinkButton, TextArea,
    format,
};

use super::{Body, Opened, Parts};
use crate::{
    desk::room::Room,
    model::document::TemplateUse,
    store::{
        cases::day,
        corrections,
        files::{self, UseFor},
        keys::CaseKey,
        messages,
    },
};

/// A text of the town hall with its blanks filled in.
pub(in crate::desk::cases) fn fill_in(
    room: &Room,
    opened: &Opened,
    text: &str,
    receipt: Option<&str>,
) -> String {
    let department = opened
        .departments
        .iter()
        .find(|(code, _)| *code == opened.case.department)
        .map_or("", |(_, name)| name.as_str());
    text.replace("{receipt}", receipt.unwrap_or_default())
        .replace(
            "{procedure}",
            opened.definition.document.title.get(room.language()),
        )
        .replace("{department}", department)
        .replace("{date}", &format::date(room.city.today(), room.language()))
}

pub(super) async fn fill_messages(
    parts: &Parts<'_>,
    key: &CaseKey,
    body: &mut Body,
) -> Result<(), Problem> {
    let room = parts.room;
    let sent = messages::messages(room.db(), key, parts.opened.case.id).await?;
    let about = files::list(room.db(), key, parts.opened.case.id, UseFor::Message).await?;
    let mut list = Html::empty();
    for message in &sent {
        let mut links = Html::empty();
        for (file, about, _) in about
            .iter()
            .filter(|(file, ..)| message.files.contains(file))
        {
            links.push(&Html::trusted(format!(
                "<p><a href=\"{}/files/{}\" download>{}</a></p>",
                parts.at,
                Html::text(file),
                Html::text(&about.name)
            )));
        }
        let who = room.t(if message.from_desk {
            "desk-message-from-desk"
        } else {
            "desk-message-from-applicant"
        });
        let read = match (message.from_desk, message.read_at) {
            (true, Some(at)) => room
                .words
                .with_text(
                    "desk-message-read",
                    "date",
                    &format::date(day(at), room.language()),
                )
                .into_owned(),
            (true, None) => room.t("desk-message-unread"),
            (false, _) => String::new(),
        };
        list.push(&Html::trusted(format!(
            "<article class=\"card\"><h3 class=\"card__title\">{}</h3><p class=\"support\">{} {}</p><p class=\"keep-lines\">{}</p>{links}</article>",
            Html::text(&who),
            Html::text(&format::date(day(message.sent_at), room.language())),
            Html::text(&read),
            Html::text(&message.text)
        )));
    }
    body.messages = list;
    body.message = parts.form_with_templates(
        ("messages", "messages"),
        &[TemplateUse::Message],
        Html::of(
            &TextArea::new(room.language(), "message", room.t("desk-field-message"))
                .support(room.t("desk-message-hint"))
                .value(parts.typed("message", ""))
                .rows(5)
                .required(),
        ),
        parts.other("desk-send"),
    );
    Ok(())
}

/// The sentence that asks for what a paper left unanswered; nothing when it left nothing.
fn gaps_in_words(parts: &Parts<'_>) -> String {
    if parts.gaps.is_empty() {
        return String::new();
    }
    let labels = parts
        .gaps
        .iter()
        .map(|path| format!("・{}", parts.label(path)));
    std::iter::once(parts.room.t("desk-gaps-correction"))
        .chain(labels)
        .collect::<Vec<_>>()
        .join("\n")
}

pub(super) async fn fill_correction(
    parts: &Parts<'_>,
    key: &CaseKey,
    body: &mut Body,
) -> Result<(), Problem> {
    let room = parts.room;
    let language = room.language();
    let asked = corrections::corrections(room.db(), key, parts.opened.case.id).await?;
    let label = |field: &str| {
        parts
            .opened
            .fields()
            .find(|(known, _)| known.as_str() == field)
            .map_or_else(
                || field.to_owned(),
                |(_, field)| field.label.get(language).to_owned(),
            )
    };
    for correction in &asked {
        let list = DescriptionList::new()
            .text(
                room.t("desk-correction-asked"),
                format::date(day(correction.asked_at), language),
            )
            .text(
                room.t("desk-correction-fields"),
                correction
                    .fields
                    .iter()
                    .map(|field| label(field))
                    .collect::<Vec<_>>()
                    .join("、"),
            )
            .text(room.t("desk-field-correction"), &correction.text)
            .text(
                room.t("desk-correction-state"),
                room.t(match (correction.ended_at, correction.answers) {
                    (None, _) => "desk-correction-waiting",
                    (Some(_), Some(_)) => "desk-correction-answered",
                    (Some(_), None) => "desk-correction-ended",
                }),
            );
        body.correction_open.push(&list);
    }
    if !parts.opened.case.stage.is_open() {
        return Ok(());
    }
    if asked.iter().any(|correction| correction.ended_at.is_none()) {
        body.correction_open
            .push(&ButtonRow::new().button(&LinkButton::new(
                room.t("desk-behalf-correction"),
                format!("{}/correction/answer", parts.at),
            )));
        body.correction_open.push(&parts.form(
            "correction/take-back",
            Html::empty(),
            parts.other("desk-correction-take-back"),
            false,
        ));
        return Ok(());
    }
    // What a paper left unanswered is what is asked for, until somebody chooses otherwise.
    let typed: Vec<&str> = match parts.typed {
        Some(typed) if typed.has("correction") => typed.all("field").collect(),
        _ => parts
            .gaps
            .iter()
            .filter_map(|path| path.split('.').next())
            .collect(),
    };
    let mut fields = Html::of(
        &CheckboxGroup::new(language, "field", room.t("desk-correction-which")).choices(
            parts.opened.fields().map(|(key, field)| {
                Choice::new(key.as_str(), field.label.get(language))
                    .chosen(typed.contains(&key.as_str()))
            }),
        ),
    );
    fields.push(
        &TextArea::new(language, "correction", room.t("desk-field-correction"))
            .value(parts.typed("correction", gaps_in_words(parts)))
            .rows(4)
            .required(),
    );
    let in_two_weeks = room.city.today().checked_add(14.days()).ok();
    let answer_by =
        DateField::new(language, "answer_by", room.t("desk-correction-by")).value(in_two_weeks);
    fields.push(&match parts.typed {
        Some(typed) => answer_by.sent(typed),
        None => answer_by,
    });
    body.correction = parts.form_with_templates(
        ("correction", "correction"),
        &[TemplateUse::Correction],
        fields,
        parts.other("desk-correction-ask"),
    );
    Ok(())
}
