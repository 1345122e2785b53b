//! The decision, or the form for it.

use yakuba_city::web::Problem;
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, CheckboxGroup, Choice, DescriptionList, Disclosure, Html,
    LinkButton, RadioGroup, TextArea, TextField, format,
};

use super::{
    Body, Parts,
    way::{may_decide_now, may_mend},
};
use crate::{
    desk::room::Room,
    model::{case::Outcome, document::TemplateUse},
    store::{
        cases::{self, Decision, day},
        gaps,
        keys::CaseKey,
    },
};

pub(super) async fn fill_decision(
    parts: &Parts<'_>,
    key: &CaseKey,
    contact: &cases::Contact,
    body: &mut Body,
) -> Result<(), Problem> {
    let room = parts.room;
    let language = room.language();
    let case = &parts.opened.case;
    if let Some((decision, made_at)) = cases::decision(room.db(), key, case.id).await? {
        let mut list = DescriptionList::new()
            .text(
                room.t("desk-column-decided-on"),
                format::date(day(made_at), language),
            )
            .text(room.t("desk-decision-title"), &decision.title)
            .text(room.t("desk-decision-text"), &decision.text);
        if let Some(reason) = decision.reason_apart() {
            list = list.text(room.t("desk-decision-reason"), reason);
        }
        if !decision.appeal.is_empty() {
            list = list.text(room.t("desk-decision-appeal"), &decision.appeal);
        }
        body.decision = Html::of(&list);
        let mut ways = ButtonRow::new().button(&LinkButton::new(
            room.t("desk-decision-letter"),
            format!("{}/letter", parts.at),
        ));
        if may_mend(parts.opened) {
            for (text, path) in [
                ("desk-mend-correct", "correct"),
                ("desk-mend-revoke", "revoke"),
            ] {
                ways = ways.button(&LinkButton::new(
                    room.t(text),
                    format!("{}/decision/{path}", parts.at),
                ));
            }
        }
        body.decision.push(&ways);
        body.decision
            .push(&super::super::hand_out::section(parts, key).await?);
        body.decision.push(&past(parts, key).await?);
        return Ok(());
    }
    body.decision = past(parts, key).await?;
    if !may_decide_now(parts.opened) {
        return Ok(());
    }
    if !parts.gaps.is_empty() {
        let refusal = gaps::allow(room.db(), case.id, Outcome::Refused, room.city.today()).await?;
        let key = if refusal {
            "desk-gaps-refusal"
        } else {
            "desk-gaps-no-decision"
        };
        body.decision.push(&Html::trusted(format!(
            "<p>{}</p>",
            Html::text(&room.t(key))
        )));
        if !refusal {
            return Ok(());
        }
    }
    let title = room.words.with_text(
        "desk-decision-default-title",
        "procedure",
        &parts.opened.definition.document.title.ja,
    );
    let outcome = parts.typed("outcome", "approved");
    let mut fields = Html::of(
        &RadioGroup::new(language, "outcome", room.t("desk-field-outcome"))
            .inline()
            .choices(outcomes(room, &outcome)),
    );
    let start = Decision {
        title: title.into_owned(),
        number: String::new(),
        addressee: contact
            .name
            .iter()
            .map(|name| format!("{name} 様"))
            .collect(),
        sender: vec![format!("{}長", room.shell.city_name)],
        text: String::new(),
        reason: String::new(),
        appeal: String::new(),
    };
    fields.push(&letter_fields(room, &start, true, |name, otherwise| {
        parts.typed(name, otherwise)
    }));
    fields.push(
        &Button::submit(room.t("desk-decision-preview"))
            .kind(ButtonKind::Other)
            .sends("action", "preview"),
    );
    body.decide = parts.form_with_templates(
        ("decision", "decision"),
        &[TemplateUse::Approval, TemplateUse::Refusal],
        fields,
        Button::submit(room.t("desk-check-next")).sends("action", "check"),
    );
    Ok(())
}

/// The kinds of decision to choose from.
pub(in crate::desk::cases) fn outcomes(room: &Room, chosen: &str) -> [Choice; 3] {
    Outcome::ALL.map(|known| {
        Choice::new(known.as_str(), room.t(&format!("desk-outcome-{known}")))
            .chosen(known.as_str() == chosen)
    })
}

/// The fields of a letter, starting from one; `value` gives what was typed in place of what a field starts from.
pub(in crate::desk::cases) fn letter_fields(
    room: &Room,
    start: &Decision,
    with_reason: bool,
    value: impl Fn(&str, String) -> String,
) -> Html {
    let language = room.language();
    let mut fields = Html::of(
        &TextField::new(language, "title", room.t("desk-decision-title"))
            .value(value("title", start.title.clone()))
            .required(),
    );
    fields.push(
        &TextField::new(language, "number", room.t("desk-decision-number"))
            .value(value("number", start.number.clone()))
            .optional(),
    );
    for (name, lines) in [("addressee", &start.addressee), ("sender", &start.sender)] {
        fields.push(
            &TextArea::new(language, name, room.t(&format!("desk-decision-{name}")))
                .value(value(name, lines.join("\n")))
                .rows(2),
        );
    }
    fields.push(
        &TextArea::new(language, "text", room.t("desk-decision-text"))
            .value(value("text", start.text.clone()))
            .rows(6)
            .required(),
    );
    if with_reason {
        fields.push(
            &TextArea::new(language, "reason", room.t("desk-decision-reason"))
                .support(room.t("desk-decision-reason-hint"))
                .value(value("reason", start.reason.clone()))
                .rows(3)
                .optional(),
        );
    }
    fields.push(
        &TextArea::new(language, "appeal", room.t("desk-decision-appeal"))
            .support(room.t("desk-decision-appeal-hint"))
            .value(value("appeal", start.appeal.clone()))
            .rows(3)
            .optional(),
    );
    fields.push(
        &CheckboxGroup::new(language, "no_remedy", room.t("desk-decision-remedy"))
            .choices([Choice::new("1", room.t("desk-decision-no-remedy"))
                .chosen(value("no_remedy", String::new()) == "1")]),
    );
    fields
}

/// The decisions of a case that are in force no more, with their letters.
async fn past(parts: &Parts<'_>, key: &CaseKey) -> Result<Html, Problem> {
    let room = parts.room;
    let language = room.language();
    let mut shown = Html::empty();
    for past in cases::past_decisions(room.db(), key, parts.opened.case.id).await? {
        let mut list = DescriptionList::new()
            .text(
                room.t("desk-column-decided-on"),
                format::date(day(past.made_at), language),
            )
            .text(
                room.t("desk-field-outcome"),
                room.t(&format!("desk-outcome-{}", past.outcome)),
            )
            .text(room.t("desk-decision-title"), &past.decision.title)
            .text(
                room.t(&format!("desk-past-{}-on", past.ended.as_str())),
                format::date(day(past.ended_at), language),
            )
            .text(room.t("desk-mend-because"), &past.because);
        let letter = |name: &str, text: &str| {
            Html::trusted(format!(
                "<a href=\"{}/letter?{name}={}\">{}</a>",
                parts.at,
                past.number,
                Html::text(&room.t(text))
            ))
        };
        list = list.html(
            room.t("desk-decision-letter"),
            &letter("past", "desk-past-letter"),
        );
        if past.notice.is_some() {
            list = list.html(
                room.t("desk-past-notice"),
                &letter("notice", "desk-past-letter"),
            );
        }
        shown.push(&Disclosure::new(
            room.t(&format!("desk-past-{}", past.ended.as_str())),
            Html::of(&list),
        ));
    }
    Ok(shown)
}
