//! The decision, or the form for it.

use yakuba_city::web::Problem;
use yakuba_ui::{
    Button, ButtonKind, CheckboxGroup, Choice, DescriptionList, Html, LinkButton, RadioGroup,
    TextArea, TextField, format,
};

use super::{Body, Parts, exchange::chosen_template, way::may_decide_now};
use crate::{
    model::{case::Outcome, document::TemplateUse},
    store::{
        cases::{self, day},
        gaps,
        keys::CaseKey,
    },
};

pub(super) async fn fill_decision(
    parts: &Parts<'_>,
    key: &CaseKey,
    contact: &cases::Contact,
    receipt: Option<&str>,
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
        body.decision.push(&LinkButton::new(
            room.t("desk-decision-letter"),
            format!("/desk/cases/{}/letter", case.id),
        ));
        return Ok(());
    }
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
        body.decision = Html::trusted(format!("<p>{}</p>", Html::text(&room.t(key))));
        if !refusal {
            return Ok(());
        }
    }
    let title = room.words.with_text(
        "desk-decision-default-title",
        "procedure",
        &parts.opened.definition.document.title.ja,
    );
    let chosen = chosen_template(
        parts,
        &[TemplateUse::Approval, TemplateUse::Refusal],
        receipt,
    );
    let refusal = matches!(chosen, Some((TemplateUse::Refusal, _)));
    let outcome = parts.typed("outcome", if refusal { "refused" } else { "approved" });
    let mut fields = Html::of(
        &RadioGroup::new(language, "outcome", room.t("desk-field-outcome"))
            .inline()
            .choices(Outcome::ALL.map(|known| {
                Choice::new(known.as_str(), room.t(&format!("desk-outcome-{known}")))
                    .chosen(known.as_str() == outcome)
            })),
    );
    let addressee = contact
        .name
        .as_ref()
        .map(|name| format!("{name} 様"))
        .unwrap_or_default();
    fields.push(
        &TextField::new(language, "title", room.t("desk-decision-title"))
            .value(parts.typed("title", title))
            .required(),
    );
    fields.push(
        &TextField::new(language, "number", room.t("desk-decision-number"))
            .value(parts.typed("number", ""))
            .optional(),
    );
    fields.push(
        &TextArea::new(language, "addressee", room.t("desk-decision-addressee"))
            .value(parts.typed("addressee", addressee))
            .rows(2),
    );
    fields.push(
        &TextArea::new(language, "sender", room.t("desk-decision-sender"))
            .value(parts.typed("sender", format!("{}長", room.shell.city_name)))
            .rows(2),
    );
    fields.push(
        &TextArea::new(language, "text", room.t("desk-decision-text"))
            .value(parts.typed("text", chosen.map(|(_, text)| text).unwrap_or_default()))
            .rows(6)
            .required(),
    );
    fields.push(
        &TextArea::new(language, "reason", room.t("desk-decision-reason"))
            .support(room.t("desk-decision-reason-hint"))
            .value(parts.typed("reason", ""))
            .rows(3)
            .optional(),
    );
    fields.push(
        &TextArea::new(language, "appeal", room.t("desk-decision-appeal"))
            .support(room.t("desk-decision-appeal-hint"))
            .value(parts.typed("appeal", ""))
            .rows(3)
            .optional(),
    );
    fields.push(
        &CheckboxGroup::new(language, "no_remedy", room.t("desk-decision-remedy"))
            .choices([Choice::new("1", room.t("desk-decision-no-remedy"))
                .chosen(parts.typed("no_remedy", "") == "1")]),
    );
    // Before the button that decides, so that the return key of a field looks first.
    fields.push(
        &Button::submit(room.t("desk-decision-preview"))
            .kind(ButtonKind::Other)
            .sends("action", "preview"),
    );
    body.decide = parts.form(
        "decision",
        fields,
        Button::submit(room.t("desk-decide")),
        false,
    );
    Ok(())
}
