//! Deciding a case, and mending a wrong decision: what was written is shown as the applicant will read it, with who is told and how, before
//! it is final.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    DescriptionList, Fields, Html, NotificationBanner, RadioGroup, TextArea, Words, done, format,
};

use super::{
    doing::{Doing, key},
    show::{Opened, letter_fields, may_decide, may_mend, outcomes},
};
use crate::{
    capabilities::{DECIDE, WORK},
    desk::room::Room,
    error::ProcedureError,
    model::{case::Outcome, document::TemplateUse},
    pages::{missing_in_letter, print_decision},
    store::{
        cases::{self, By, Correcting, Decision},
        co_applicants::{self, Of},
        gaps,
    },
};

/// What is done with the decision of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// It is made.
    Decide,
    /// Another one takes its place.
    Correct,
    /// It is taken back.
    Revoke,
}

impl Deed {
    const fn name(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::Correct => "correct",
            Self::Revoke => "revoke",
        }
    }

    /// Where its form goes.
    fn at(self, case: i64) -> String {
        match self {
            Self::Decide => format!("/desk/cases/{case}/decision"),
            Self::Correct | Self::Revoke => {
                format!("/desk/cases/{case}/decision/{}", self.name())
            }
        }
    }
}

/// The letter that was typed.
fn decision_of(fields: &Fields) -> Decision {
    let reason = fields.get("reason");
    Decision {
        title: fields.get("title").to_owned(),
        number: fields.get("number").to_owned(),
        addressee: fields.lines("addressee"),
        sender: fields.lines("sender"),
        // The templates of refusals leave a place for the reason, those of corrections one for why.
        text: fields
            .get("text")
            .replace("{reason}", reason)
            .replace("{because}", fields.get("because")),
        reason: reason.to_owned(),
        appeal: fields.get("appeal").to_owned(),
    }
}

/// Why what was typed cannot be decided; what only the write can know, such as a change meanwhile, it says itself.
async fn objection(
    room: &Room,
    opened: &Opened,
    deed: Deed,
    outcome: Outcome,
    decision: &Decision,
    fields: &Fields,
) -> Result<Option<&'static str>, Problem> {
    if decision.title.is_empty() || decision.text.is_empty() {
        return Ok(Some("desk-error-empty"));
    }
    if deed != Deed::Decide && fields.get("because").is_empty() {
        return Ok(Some("desk-error-because"));
    }
    // Administrative Complaint Review Act Art. 82. That a decision is no disposition is for whoever decides to say.
    let is_against = deed == Deed::Revoke || outcome.needs_reason();
    if is_against && !decision.tells_of_remedy() && fields.get("no_remedy") != "1" {
        return Ok(Some("desk-error-appeal"));
    }
    if deed == Deed::Revoke {
        return Ok(None);
    }
    if outcome.needs_reason() && decision.reason.trim().is_empty() {
        return Ok(Some("desk-error-reason"));
    }
    // The decision rests on the checklist: nothing on it may be left open for an approval. A correction that decides the same rests on what
    // was checked then.
    let is_anew = deed == Deed::Decide || opened.case.outcome != Some(outcome);
    if is_anew && !may_decide(room, opened, outcome).await? {
        return Ok(Some("desk-error-checklist"));
    }
    let (db, case) = (room.db(), opened.case.id);
    if !gaps::allow(db, case, outcome, room.city.today()).await? {
        return Ok(Some("desk-error-gaps"));
    }
    if outcome != Outcome::Refused && !co_applicants::all_agreed(db, case).await? {
        return Ok(Some("desk-error-not-all-agreed"));
    }
    Ok(None)
}

#[derive(Template)]
#[template(path = "desk/decision_check.html")]
struct CheckBody {
    words: Words,
    at: String,
    text: String,
    what: DescriptionList,
    warning: Option<NotificationBanner>,
    letter: DescriptionList,
    decision: Decision,
    reason: Option<String>,
    /// Everything that was typed, to be sent again.
    sent: Vec<(String, String)>,
    go: String,
    /// What cannot be undone, in a sentence.
    last: String,
}

/// The page on which it is looked at before it is final.
async fn check_page(
    room: &Room,
    opened: &Opened,
    deed: Deed,
    outcome: Outcome,
    decision: Decision,
    fields: &Fields,
) -> Result<Response, Problem> {
    let case = &opened.case;
    let mut what = DescriptionList::new().text(
        room.t("desk-check-deed"),
        room.t(&format!("desk-check-deed-{}", deed.name())),
    );
    if deed != Deed::Revoke {
        what = what.text(
            room.t("desk-field-outcome"),
            room.t(&format!("desk-outcome-{outcome}")),
        );
    }
    if deed != Deed::Decide {
        what = what.text(room.t("desk-mend-because"), fields.get("because"));
    }
    let name = deed.name();
    let texts = Look {
        at: deed.at(case.id),
        title: "desk-check",
        text: "desk-check-text",
        told: "desk-check-told-mail",
        go: &format!("desk-check-go-{name}"),
        last: &format!("desk-check-last-{name}"),
    };
    look(room, opened, texts, what, decision, fields).await
}

/// The texts of a page on which a letter is looked at, and where its form goes.
pub(super) struct Look<'t> {
    pub(super) at: String,
    pub(super) title: &'t str,
    /// That nothing has happened yet.
    pub(super) text: &'t str,
    /// How the applicant is told who has an address.
    pub(super) told: &'t str,
    pub(super) go: &'t str,
    /// What cannot be undone.
    pub(super) last: &'t str,
}

/// A letter as it will be, with what it is about and who is told, before it goes out.
pub(super) async fn look(
    room: &Room,
    opened: &Opened,
    texts: Look<'_>,
    what: DescriptionList,
    decision: Decision,
    fields: &Fields,
) -> Result<Response, Problem> {
    let case = &opened.case;
    let key = key(room, case.id).await?;
    let contact = cases::contact(room.db(), &key, case.id).await?;
    let what = what.text(
        room.t("desk-check-told"),
        match contact.email.as_deref().filter(|_| !contact.no_mail) {
            Some(email) => room
                .words
                .with_text(texts.told, "email", email)
                .into_owned(),
            None => room.t("desk-check-told-no-mail"),
        },
    );
    let together = co_applicants::of(room.db(), &key, Of::Case(case.id)).await?;
    let what = if together.is_empty() {
        what
    } else {
        let names: Vec<String> = together
            .into_iter()
            .map(|known| known.person.name)
            .collect();
        what.text(room.t("desk-check-told-together"), names.join("、"))
    };
    let missing = missing_in_letter(decision.clone(), room.city.today()).await?;
    let warning = (!missing.is_empty()).then(|| {
        let signs: Vec<String> = missing
            .iter()
            .map(|sign| format!("{sign}（U+{:04X}）", u32::from(*sign)))
            .collect();
        NotificationBanner::warning(room.t("desk-check-missing")).text(
            room.words
                .with_text("desk-check-missing-text", "signs", &signs.join("、"))
                .into_owned(),
        )
    });
    let letter = DescriptionList::new()
        .text(room.t("desk-decision-title"), &decision.title)
        .text(room.t("desk-decision-number"), &decision.number)
        .text(
            room.t("desk-decision-addressee"),
            decision.addressee.join("\n"),
        )
        .text(room.t("desk-decision-sender"), decision.sender.join("\n"));
    let body = CheckBody {
        words: room.words,
        at: texts.at,
        text: room.t(texts.text),
        what,
        warning,
        letter,
        reason: decision.reason_apart().map(str::to_owned),
        decision,
        sent: fields
            .pairs()
            .filter(|(name, _)| *name != "action")
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        go: room.t(texts.go),
        last: room.t(texts.last),
    };
    Ok(opened
        .page_below(room, room.t(texts.title), &body, None)
        .into_response())
}

/// The letter as it will be, for whoever wants to read it before; nothing is changed.
pub(super) async fn preview(room: &Room, decision: Decision) -> Result<Response, Problem> {
    let name = room.t("desk-decision-letter-file");
    print_decision(decision, room.city.today(), &name).await
}

pub(super) async fn decide(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let doing = Doing::open(room, case, fields, DECIDE).await?;
    if doing.wants_template() {
        let uses = [TemplateUse::Approval, TemplateUse::Refusal];
        // Large: the whole case with its procedure.
        return Box::pin(doing.with_template("text", &uses)).await;
    }
    let action = doing.fields.get("action").to_owned();
    if action == "edit" {
        return doing.again().await;
    }
    let Ok(outcome) = doing.fields.get("outcome").parse::<Outcome>() else {
        return doing.refuse("desk-error-outcome").await;
    };
    let decision = decision_of(&doing.fields);
    if action == "preview" && !decision.title.is_empty() && !decision.text.is_empty() {
        return preview(&doing.room, decision).await;
    }
    let objection = objection(
        &doing.room,
        &doing.opened,
        Deed::Decide,
        outcome,
        &decision,
        &doing.fields,
    )
    .await?;
    if let Some(key) = objection {
        return doing.refuse(key).await;
    }
    if action != "decide" {
        let Doing {
            room,
            opened,
            fields,
        } = &doing;
        return check_page(room, opened, Deed::Decide, outcome, decision, fields).await;
    }
    let input = (
        doing.key().await?,
        case,
        doing.revision(),
        outcome,
        decision,
        doing.by(),
    );
    // Large: the whole case with its procedure.
    Box::pin(doing.write(
        "decided",
        input,
        |tx, (key, case, revision, outcome, decision, by)| {
            Box::pin(cases::decide(
                tx, key, *case, *revision, *outcome, decision, by,
            ))
        },
    ))
    .await
}

#[derive(Template)]
#[template(path = "desk/mend.html")]
pub(super) struct MendBody {
    pub(super) words: Words,
    pub(super) at: String,
    pub(super) revision: i64,
    pub(super) lead: String,
    pub(super) fields: Html,
}

/// A decided case, for who may mend its decision, with the decision.
async fn mendable(
    room: &Room,
    case: i64,
) -> Result<(Opened, Decision, jiff::civil::Date), Problem> {
    let opened = super::show::open(room, case, DECIDE).await?;
    if opened.case.disposed_at.is_some() || !may_mend(&opened) {
        return Err(Problem::NotFound);
    }
    let key = key(room, case).await?;
    let (decision, made_at) = cases::decision(room.db(), &key, case)
        .await?
        .ok_or(Problem::NotFound)?;
    Ok((opened, decision, cases::day(made_at)))
}

/// What the form starts from: the letter before, in words that say what becomes of it.
fn start(room: &Room, deed: Deed, before: &Decision, day: jiff::civil::Date) -> Decision {
    let words = |key: &str| {
        room.words
            .with(
                &format!("desk-mend-{key}-{}", deed.name()),
                &[
                    ("title", before.title.as_str().into()),
                    (
                        "date",
                        format::date(day, yakuba_ui::Language::Japanese).into(),
                    ),
                    ("number", before.number.as_str().into()),
                    ("text", before.text.as_str().into()),
                ],
            )
            .into_owned()
    };
    Decision {
        title: words("title"),
        number: String::new(),
        text: words("text"),
        reason: match deed {
            Deed::Correct => before.reason.clone(),
            Deed::Decide | Deed::Revoke => String::new(),
        },
        ..before.clone()
    }
}

async fn mend_page(
    room: &Room,
    deed: Deed,
    case: i64,
    typed: Option<&Fields>,
    refusal: Option<&str>,
) -> Result<Response, Problem> {
    let (opened, before, day) = mendable(room, case).await?;
    let language = room.language();
    let value = |name: &str, otherwise: String| match typed {
        Some(typed) if typed.has(name) => typed.get(name).to_owned(),
        _ => otherwise,
    };
    let mut fields = Html::of(
        &TextArea::new(language, "because", room.t("desk-mend-because"))
            .support(room.t("desk-mend-because-hint"))
            .value(value("because", String::new()))
            .rows(3)
            .required(),
    );
    if deed == Deed::Correct {
        let now = opened.case.outcome.map_or("", Outcome::as_str);
        let chosen = value("outcome", now.to_owned());
        fields.push(
            &RadioGroup::new(language, "outcome", room.t("desk-mend-outcome"))
                .inline()
                .choices(outcomes(room, &chosen)),
        );
    }
    let start = start(room, deed, &before, day);
    fields.push(&letter_fields(room, &start, deed != Deed::Revoke, value));
    let body = MendBody {
        words: room.words,
        at: deed.at(case),
        revision: opened.case.revision,
        lead: room.t(&format!("desk-mend-lead-{}", deed.name())),
        fields,
    };
    let title = room.t(&format!("desk-mend-{}", deed.name()));
    Ok(opened
        .page_below(room, title, &body, refusal)
        .into_response())
}

async fn mend(room: Room, deed: Deed, case: i64, fields: Fields) -> Result<Response, Problem> {
    let (opened, ..) = mendable(&room, case).await?;
    let again = async |key: Option<&str>| mend_page(&room, deed, case, Some(&fields), key).await;
    let action = fields.get("action");
    if action == "edit" {
        return again(None).await;
    }
    let outcome = match (deed, opened.case.outcome) {
        (Deed::Revoke, Some(outcome)) => Ok(outcome),
        _ => fields.get("outcome").parse::<Outcome>(),
    };
    let Ok(outcome) = outcome else {
        return again(Some("desk-error-outcome")).await;
    };
    let mut decision = decision_of(&fields);
    let because = fields.get("because").to_owned();
    // Why is always told, wherever the text has a place for it.
    if !decision.text.contains(&because) {
        let told = room
            .words
            .with_text("desk-mend-because-told", "because", &because);
        decision.text = format!("{}\n\n{told}", decision.text);
    }
    if action == "preview" && !decision.title.is_empty() {
        return preview(&room, decision).await;
    }
    if let Some(key) = objection(&room, &opened, deed, outcome, &decision, &fields).await? {
        return again(Some(key)).await;
    }
    if action != "decide" {
        return check_page(&room, &opened, deed, outcome, decision, &fields).await;
    }
    let input = (
        key(&room, case).await?,
        case,
        fields.revision(),
        Correcting {
            outcome,
            decision,
            because,
        },
        deed == Deed::Revoke,
        By::Staff(room.principal.clone()),
    );
    let outcome = room
        .write(input, |tx, (key, case, revision, input, revokes, by)| {
            Box::pin(async move {
                if *revokes {
                    let (notice, because) = (&input.decision, &input.because);
                    cases::revoke_decision(tx, key, *case, *revision, notice, because, by).await
                } else {
                    cases::correct_decision(tx, key, *case, *revision, input, by).await
                }
            })
        })
        .await;
    let refusal = match outcome {
        Ok(()) => {
            let said = match deed {
                Deed::Revoke => "decision-revoked",
                Deed::Correct | Deed::Decide => "decision-corrected",
            };
            return Ok(done(&format!("/desk/cases/{case}"), said));
        }
        Err(ProcedureError::ChangedMeanwhile) => "desk-error-changed",
        Err(ProcedureError::WrongState(_)) => "desk-error-mend-state",
        Err(ProcedureError::ReasonMissing) => "desk-error-reason",
        Err(ProcedureError::NotTheirStep) => "desk-error-not-theirs",
        Err(error) => return Err(error.into()),
    };
    again(Some(refusal)).await
}

pub(super) async fn correct_page(room: Room, Path(case): Path<i64>) -> Result<Response, Problem> {
    mend_page(&room, Deed::Correct, case, None, None).await
}

pub(super) async fn correct(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    Box::pin(mend(room, Deed::Correct, case, fields)).await
}

pub(super) async fn revoke_page(room: Room, Path(case): Path<i64>) -> Result<Response, Problem> {
    mend_page(&room, Deed::Revoke, case, None, None).await
}

pub(super) async fn revoke(
    room: Room,
    Path(case): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    Box::pin(mend(room, Deed::Revoke, case, fields)).await
}

/// The letter of the decision, as the applicant has it; with `past` that of an earlier one, with `notice` what was told of its revocation.
pub(super) async fn letter(room: Room, Path(case): Path<i64>) -> Result<Response, Problem> {
    super::show::open(&room, case, WORK).await?;
    let key = key(&room, case).await?;
    let (decision, made_at) = cases::letter(
        room.db(),
        &key,
        case,
        room.query.integer("past"),
        room.query.integer("notice"),
    )
    .await?
    .ok_or(Problem::NotFound)?;
    let name = room.t("desk-decision-letter-file");
    print_decision(decision, cases::day(made_at), &name).await
}
