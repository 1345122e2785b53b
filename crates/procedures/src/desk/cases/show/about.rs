//! What a case is about, where it stands, who is responsible.

use yakuba_city::Appointment;
use yakuba_forms::slot_text;
use yakuba_ui::{ChipLabel, Choice, DescriptionList, Html, Select, format};

use super::{super::inbox::stage_chip, Opened, Parts};
use crate::{desk::room::Room, store::cases};

pub(super) fn about(
    room: &Room,
    opened: &Opened,
    contact: &cases::Contact,
    receipt: Option<&str>,
    appointment: Option<&Appointment>,
) -> DescriptionList {
    let case = &opened.case;
    let language = room.language();
    let today = room.city.today();
    let own = case
        .own_stage
        .as_deref()
        .and_then(|key| opened.way().stage(key));
    let mut list = DescriptionList::new().html(
        room.t("desk-field-stage"),
        &stage_chip(room, case.stage, own),
    );
    if let Some(day) = case.own_due_on {
        let mut due = Html::text(&format::date(day, language));
        if case.is_late_here(today) {
            due.push(&ChipLabel::new(room.t("desk-late-here")).red().beside());
        }
        list = list.html(room.t("desk-field-own-due"), &due);
    }
    if let Some(outcome) = case.outcome {
        list = list.text(
            room.t("desk-field-outcome"),
            room.t(&format!("desk-outcome-{outcome}")),
        );
    }
    if let Some(receipt) = receipt {
        list = list.text(room.t("desk-field-receipt"), receipt);
    }
    if let Some(name) = &contact.name {
        list = list.text(room.t("desk-field-applicant"), name);
    }
    if let Some(agent) = &contact.agent {
        list = list.text(
            room.t("desk-field-agent"),
            format!(
                "{} {}",
                format::with_note(&agent.name, &agent.relation, room.language()),
                agent.phone
            ),
        );
    }
    list = list.text(
        room.t("desk-field-verified"),
        if contact.verified.is_empty() {
            room.t("desk-verified-no")
        } else {
            contact
                .verified
                .iter()
                .map(|attribute| room.t(&format!("desk-verified-{}", attribute.replace('_', "-"))))
                .collect::<Vec<_>>()
                .join("、")
        },
    );
    list = list.text(
        room.t("desk-field-mail"),
        match &contact.email {
            None => room.t("desk-mail-none"),
            Some(_) if contact.no_mail => room.t("desk-mail-off"),
            Some(email) => email.clone(),
        },
    );
    if let Some(found) = appointment {
        let time = slot_text(&found.slot, language);
        let text = if found.is_off {
            room.words
                .with_text("desk-appointment-off", "time", &time)
                .into_owned()
        } else {
            time
        };
        // Whoever does not receive reservations is told so there.
        let link = format!(
            "{} <a href=\"{}\">{}</a>",
            Html::text(&text),
            Html::text(&found.desk),
            Html::text(&found.name)
        );
        list = list.html(room.t("desk-field-appointment"), &Html::trusted(link));
    }
    let mut due = Html::text(&case.due_on.map_or_else(
        || room.t("desk-due-none"),
        |due_on| format::date(due_on, language),
    ));
    if let Some(first) = case.due_before_extension {
        let first = format::date(first, language);
        due.push(&Html::text(&room.words.with_text(
            "desk-due-extended",
            "day",
            &first,
        )));
    }
    if case.is_late(today) {
        due.push(&ChipLabel::new(room.t("desk-late")).red().beside());
    }
    list.text(
        room.t("desk-column-received"),
        format::date(case.received_on(), language),
    )
    .html(room.t("desk-column-due"), &due)
    .text(
        room.t("desk-field-channel"),
        room.t(&format!("desk-channel-{}", case.channel.as_str())),
    )
    .text(
        room.t("desk-field-department"),
        opened
            .departments
            .iter()
            .find(|(code, _)| *code == case.department)
            .map_or(case.department.as_str(), |(_, name)| name.as_str()),
    )
}

pub(super) fn assign(parts: &Parts<'_>) -> Html {
    let room = parts.room;
    let case = &parts.opened.case;
    let mut choices = vec![Choice::new("", room.t("desk-assignee-nobody"))];
    choices.extend(
        parts
            .opened
            .colleagues
            .iter()
            .map(|(account, name)| Choice::new(account.to_string(), name)),
    );
    if let Ok(me) = room.account()
        && !parts
            .opened
            .colleagues
            .iter()
            .any(|(known, _)| *known == me)
    {
        choices.push(Choice::new("me", room.t("desk-assignee-me")));
    }
    let value = case.assignee.map(|account| account.to_string());
    parts.form(
        "assign",
        Html::of(
            &Select::new(room.language(), "assignee", room.t("desk-field-assignee"))
                .choices(choices)
                .value(value.as_deref().unwrap_or_default()),
        ),
        parts.other("desk-assign"),
        true,
    )
}

pub(super) fn hand_over(parts: &Parts<'_>) -> Html {
    let room = parts.room;
    let choices = parts
        .opened
        .departments
        .iter()
        .filter(|(code, _)| *code != parts.opened.case.department)
        .map(|(code, name)| Choice::new(code.as_str(), name));
    parts.form(
        "hand-over",
        Html::of(
            &Select::new(room.language(), "department", room.t("desk-hand-over-to"))
                .ask()
                .choices(choices),
        ),
        parts.other("desk-hand-over"),
        true,
    )
}
