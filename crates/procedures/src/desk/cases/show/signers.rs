//! Who applies together with the applicant, and whether they have agreed.

use yakuba_ui::{ChipLabel, DescriptionList, Html, TextField, format};

use super::Parts;
use crate::{
    error::ProcedureError,
    model::together::{By, State},
    store::{
        cases::day,
        co_applicants::{self, Known, Of},
        keys::CaseKey,
    },
};

/// A part for each of them; empty when the applicant applies alone.
pub(super) async fn signers(parts: &Parts<'_>, key: &CaseKey) -> Result<Html, ProcedureError> {
    let case = parts.opened.case.id;
    let all = co_applicants::of(parts.room.db(), key, Of::Case(case)).await?;
    let mut shown = Html::empty();
    for (place, known) in all.iter().enumerate() {
        shown.push(&signer(parts, known, place));
    }
    Ok(shown)
}

fn signer(parts: &Parts<'_>, known: &Known, place: usize) -> Html {
    let room = parts.room;
    let language = room.language();
    let person = &known.person;
    let chip = ChipLabel::new(room.t(&format!("desk-co-state-{}", known.row.state)));
    let chip = match known.row.state {
        State::Agreed => chip.green(),
        State::Declined => chip.red(),
        State::Named | State::Asked => chip,
    };
    let mut name = Html::text(&person.name);
    if person.verified {
        name.push(
            &ChipLabel::new(room.t("desk-verified-mark"))
                .green()
                .beside(),
        );
    }
    let mut list = DescriptionList::new()
        .html(room.t("desk-co-name"), &name)
        .html(room.t("desk-co-state"), &Html::of(&chip));
    if let Some(at) = known.row.answered_at {
        let how = match known.row.by {
            By::Mail => "desk-co-by-mail",
            By::Paper => "desk-co-by-paper",
        };
        list = list.text(
            room.t("desk-co-when"),
            format!("{}　{}", format::date(day(at), language), room.t(how)),
        );
    }
    if let Some(born) = person.birth_date {
        list = list.text(
            room.t("desk-co-birth-date"),
            format::date_by_era(born, language),
        );
    }
    for (label, text) in [
        ("desk-co-address", &person.address),
        ("desk-co-mail", &person.email),
        ("desk-co-reason", &person.reason),
    ] {
        if let Some(text) = text {
            list = list.text(room.t(label), text);
        }
    }
    let mut shown = Html::of(&list);
    if known.row.state != State::Agreed && parts.opened.case.stage.is_open() {
        shown.push(&parts.form(
            &format!("co-applicants/{}/paper", place + 1),
            Html::empty(),
            parts.other("desk-co-signed"),
            true,
        ));
        let email = TextField::new(language, "email", room.t("desk-co-mail-to"))
            .support(room.t("desk-co-mail-support"))
            .value(person.email.clone().unwrap_or_default())
            .autocomplete("off")
            .width(40)
            .id(format!("co-email-{place}"));
        shown.push(&parts.form(
            &format!("co-applicants/{}/mail", place + 1),
            Html::of(&email),
            parts.other("desk-co-mail-ask"),
            false,
        ));
    }
    shown
}
