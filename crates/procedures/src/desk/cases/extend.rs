//! More time for a case, with a notice to its applicant that is looked at before it goes out.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use jiff::civil::Date;
use yakuba_city::{random_name, web::Problem};
use yakuba_ui::{DateField, DescriptionList, Fields, Html, TextArea, TextField, done, format};

use super::{
    decision::{Look, MendBody, look, preview},
    doing::key,
    show::{Opened, open},
};
use crate::{
    capabilities::WORK,
    desk::room::Room,
    error::ProcedureError,
    pages::letter_bytes,
    store::{
        cases::{self, Decision},
        extending::{extend, is_extendable},
        files::{About, File, SealedFile},
    },
};

/// A case whose time can be extended, with the day by which it is to be decided.
async fn extendable(room: &Room, case: i64) -> Result<(Opened, Date), Problem> {
    let opened = open(room, case, WORK).await?;
    match opened.case.due_on {
        Some(due_on) if opened.case.disposed_at.is_none() && is_extendable(&opened.case) => {
            Ok((opened, due_on))
        }
        _ => Err(Problem::NotFound),
    }
}

/// The notice that was typed, with the days filled in.
fn notice(
    room: &Room,
    opened: &Opened,
    due_on: Date,
    until: Option<Date>,
    fields: &Fields,
) -> Decision {
    let japanese = yakuba_ui::Language::Japanese;
    let day = |day: Date| format::date(day, japanese);
    Decision {
        title: fields.get("title").to_owned(),
        number: fields.get("number").to_owned(),
        addressee: fields.lines("addressee"),
        sender: fields.lines("sender"),
        text: fields
            .get("text")
            .replace("{received}", &day(opened.case.received_on()))
            .replace("{procedure}", &opened.definition.document.title.ja)
            .replace("{from}", &day(due_on))
            .replace(
                "{until}",
                &until.map_or_else(|| room.t("desk-extend-no-day"), day),
            ),
        reason: fields.get("reason").to_owned(),
        appeal: String::new(),
    }
}

async fn show(
    room: &Room,
    opened: &Opened,
    due_on: Date,
    typed: Option<&Fields>,
    refusal: Option<&str>,
) -> Result<Response, Problem> {
    let language = room.language();
    let case = opened.case.id;
    let contact = cases::contact(room.db(), &key(room, case).await?, case).await?;
    let value = |name: &str, otherwise: String| match typed {
        Some(typed) if typed.has(name) => typed.get(name).to_owned(),
        _ => otherwise,
    };
    // Placeholders stay as they are: the days are filled in when they are known.
    let text = room
        .words
        .with(
            "desk-extend-text",
            &["received", "procedure", "from", "until"]
                .map(|name| (name, format!("{{{name}}}").into())),
        )
        .into_owned();
    let mut fields = Html::of(
        &DateField::new(language, "until", room.t("desk-extend-until"))
            .support(room.words.with_text(
                "desk-extend-until-hint",
                "day",
                &format::date(due_on, language),
            ))
            .typed(
                &value("until_year", String::new()),
                &value("until_month", String::new()),
                &value("until_day", String::new()),
            )
            .required(),
    );
    fields.push(
        &TextArea::new(language, "reason", room.t("desk-extend-reason"))
            .support(room.t("desk-extend-reason-hint"))
            .value(value("reason", String::new()))
            .rows(3)
            .required(),
    );
    fields.push(
        &TextField::new(language, "title", room.t("desk-decision-title"))
            .value(value("title", room.t("desk-extend-title")))
            .required(),
    );
    fields.push(
        &TextField::new(language, "number", room.t("desk-decision-number"))
            .value(value("number", String::new()))
            .optional(),
    );
    let addressee = contact
        .name
        .map_or_else(String::new, |name| format!("{name} 様"));
    for (name, lines) in [
        ("addressee", addressee),
        ("sender", format!("{}長", room.shell.city_name)),
    ] {
        fields.push(
            &TextArea::new(language, name, room.t(&format!("desk-decision-{name}")))
                .value(value(name, lines))
                .rows(2),
        );
    }
    fields.push(
        &TextArea::new(language, "text", room.t("desk-decision-text"))
            .support(room.t("desk-extend-text-hint"))
            .value(value("text", text))
            .rows(5)
            .required(),
    );
    let at = format!("/desk/cases/{case}");
    let body = MendBody {
        words: room.words,
        at: format!("{at}/extend"),
        revision: opened.case.revision,
        lead: room.t("desk-extend-lead"),
        fields,
    };
    Ok(opened
        .page_below(room, room.t("desk-extend"), &body, refusal)
        .into_response())
}

pub(super) async fn page(room: Room, Path(case): Path<i64>) -> Result<Response, Problem> {
    let (opened, due_on) = extendable(&room, case).await?;
    show(&room, &opened, due_on, None, None).await
}

pub(super) async fn extended(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (opened, due_on) = extendable(&room, case).await?;
    let again = async |key: Option<&str>| show(&room, &opened, due_on, Some(&fields), key).await;
    let until = fields.date("until");
    let letter = notice(&room, &opened, due_on, until, &fields);
    match fields.get("action") {
        "edit" => return again(None).await,
        "preview" if !letter.title.is_empty() => return preview(&room, letter).await,
        _ => {}
    }
    let first = opened.case.due_before_extension.unwrap_or(due_on);
    let Some(until) = until.filter(|until| *until > first && *until >= room.city.today()) else {
        return again(Some("desk-error-extend-day")).await;
    };
    if letter.reason.is_empty() {
        return again(Some("desk-error-extend-reason")).await;
    }
    if letter.title.is_empty() || letter.text.is_empty() {
        return again(Some("desk-error-empty")).await;
    }
    let at = format!("/desk/cases/{case}");
    let language = room.language();
    if fields.get("action") != "decide" {
        let what = DescriptionList::new()
            .text(room.t("desk-extend-from"), format::date(due_on, language))
            .text(room.t("desk-extend-until"), format::date(until, language))
            .text(room.t("desk-extend-reason"), &letter.reason);
        let texts = Look {
            at: format!("{at}/extend"),
            title: "desk-extend-check",
            text: "desk-extend-check-text",
            told: "desk-extend-told",
            go: "desk-extend-go",
            last: "desk-extend-last",
        };
        return look(&room, &opened, texts, what, letter, &fields).await;
    }
    let key = key(&room, case).await?;
    let text = letter.paragraphs();
    let file = File {
        key: random_name(),
        about: About {
            name: format!("{}.pdf", room.t("desk-extend-file")),
            media_type: "application/pdf".to_owned(),
        },
        contents: letter_bytes(letter, room.city.today()).await?,
    };
    let file = SealedFile::seal(&key, &file)?;
    let input = (key, case, fields.revision(), until, text, file);
    let outcome = room
        .write(input, |tx, (key, case, revision, until, text, file)| {
            Box::pin(extend(tx, key, *case, *revision, *until, text, file))
        })
        .await;
    match outcome {
        Ok(()) => Ok(done(&at, "extended")),
        Err(ProcedureError::ChangedMeanwhile | ProcedureError::WrongState(_)) => {
            again(Some("desk-error-changed")).await
        }
        Err(error) => Err(error.into()),
    }
}
