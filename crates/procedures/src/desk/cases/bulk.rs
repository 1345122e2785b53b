//! What is done to several cases at once, with what became of each.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use yakuba_city::web::Problem;
use yakuba_identity::colleagues;
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, Fields, Html, LinkButton, NotificationBanner, Row, Table,
    TextArea, TextField, Words,
};

use super::{
    inbox::{address, inbox_page},
    show::{Opened, fill_in, open},
};
use crate::{
    capabilities::{DECIDE, WORK},
    desk::{room::Room, titles::Titles},
    error::ProcedureError,
    model::{
        case::{Outcome, Step},
        document::TemplateUse,
    },
    pages::missing_in_letter,
    store::{
        cases::{self, By, Case, Decision},
        casework::{self, INBOX_PAGE},
        messages,
    },
};

/// What is done to each.
enum Deed {
    /// Somebody becomes responsible.
    Assign(i64),
    /// They go on by a step.
    Step(Step),
    /// The same message to every applicant.
    Message(String),
    /// They are approved by the same letter.
    Approve(Letter),
}

/// A letter whose blanks are filled in for each case.
struct Letter {
    title: String,
    number: String,
    sender: Vec<String>,
    text: String,
    appeal: String,
}

impl Letter {
    fn of(fields: &Fields) -> Self {
        Self {
            title: fields.get("title").to_owned(),
            number: fields.get("number").to_owned(),
            sender: fields.lines("sender"),
            text: fields.get("text").to_owned(),
            appeal: fields.get("appeal").to_owned(),
        }
    }
}

/// The cases that were ticked off, with the revision that was on the page.
fn chosen(fields: &Fields) -> Vec<(i64, i64)> {
    fields
        .all("case")
        .filter_map(|value| {
            let (case, revision) = value.split_once(':')?;
            Some((case.parse().ok()?, revision.parse().ok()?))
        })
        .take(INBOX_PAGE as usize)
        .collect()
}

/// One action over several cases. Those it is not possible for stay as they are, and the page says why.
pub(super) async fn together(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let cases = chosen(&fields);
    if cases.is_empty() {
        room.refuse_with("desk-bulk-none");
        return Ok(inbox_page(&room).await?.into_response());
    }
    let deed = match fields.get("action") {
        "mine" => Deed::Assign(room.account()?),
        "assign" => {
            let Some(to) = fields.integer("to") else {
                room.refuse_with("desk-bulk-no-colleague");
                return Ok(inbox_page(&room).await?.into_response());
            };
            Deed::Assign(to)
        }
        "check" => Deed::Step(Step::Check),
        "forward" => Deed::Step(Step::Forward),
        "deliver" => Deed::Step(Step::Deliver),
        "close" => Deed::Step(Step::Close),
        action @ ("message" | "message-template") => {
            return message_page(&room, &fields, &cases, action == "message-template", None).await;
        }
        "message-send" => {
            let text = fields.get("message").to_owned();
            if text.is_empty() {
                let wrong = Some("desk-error-empty");
                return message_page(&room, &fields, &cases, false, wrong).await;
            }
            Deed::Message(text)
        }
        action @ ("approve" | "approve-template") => {
            return approve_page(&room, &fields, &cases, action == "approve-template", None).await;
        }
        "approve-decide" => {
            let letter = Letter::of(&fields);
            if letter.title.is_empty() || letter.text.is_empty() {
                let wrong = Some("desk-error-empty");
                return approve_page(&room, &fields, &cases, false, wrong).await;
            }
            Deed::Approve(letter)
        }
        _ => return Err(Problem::NotFound),
    };
    let mut results = Vec::new();
    for (case, revision) in cases {
        let found = cases::case(room.db(), case).await?;
        room.need(WORK, &found.department)?;
        let refusal = match carry_out(&room, &found, revision, &deed).await {
            Ok(()) => None,
            Err(error) => Some(refusal(error)?),
        };
        results.push((found, refusal));
    }
    results_page(&room, &fields, &results).await
}

/// What to say of a case that nothing was done to.
fn refusal(error: ProcedureError) -> Result<&'static str, Problem> {
    Ok(match error {
        ProcedureError::WrongState(_) => "desk-bulk-state",
        ProcedureError::NotTheirStep => "desk-bulk-not-theirs",
        ProcedureError::ChangedMeanwhile => "desk-bulk-changed",
        ProcedureError::Gaps => "desk-error-gaps",
        ProcedureError::NotAllAgreed => "desk-error-not-all-agreed",
        ProcedureError::Unprintable => "desk-bulk-unprintable",
        ProcedureError::Disposed => "desk-case-disposed",
        error => return Err(error.into()),
    })
}

async fn carry_out(
    room: &Room,
    found: &Case,
    revision: i64,
    deed: &Deed,
) -> Result<(), ProcedureError> {
    let case = found.id;
    match deed {
        Deed::Assign(to) => {
            let here = colleagues(room.db(), &found.department, room.city.today()).await?;
            let me = room.principal.staff().map(|staff| staff.account);
            if Some(*to) != me && here.iter().all(|(known, _)| known != to) {
                return Err(ProcedureError::NotTheirStep);
            }
            room.write((case, revision, *to), |tx, (case, revision, to)| {
                Box::pin(casework::assign(tx, *case, *revision, Some(*to)))
            })
            .await
        }
        Deed::Step(step) => {
            let input = (case, revision, *step, By::Staff(room.principal.clone()));
            room.write(input, |tx, (case, revision, step, by)| {
                Box::pin(async move {
                    cases::step(tx, *case, *revision, *step, by).await?;
                    Ok(())
                })
            })
            .await
        }
        Deed::Message(text) => {
            let (opened, key, receipt) = whole(room, case).await?;
            if opened.case.revision != revision {
                return Err(ProcedureError::ChangedMeanwhile);
            }
            let text = fill_in(room, &opened, text, Some(&receipt));
            room.write((key, case, text), |tx, (key, case, text)| {
                Box::pin(async move {
                    messages::send(tx, key, *case, true, text, &[]).await?;
                    Ok(())
                })
            })
            .await
        }
        Deed::Approve(letter) => {
            let (opened, key, receipt) = whole(room, case).await?;
            if !room.principal.holds_in(DECIDE, &found.department) {
                return Err(ProcedureError::NotTheirStep);
            }
            // The decision rests on the checklist, here as for one case.
            let ticks = casework::ticks(room.db(), case).await?;
            if ticks.len() < opened.definition.document.checklist.len() {
                return Err(ProcedureError::WrongState(
                    "the checklist is not ticked off",
                ));
            }
            let contact = cases::contact(room.db(), &key, case).await?;
            let fill = |text: &str| fill_in(room, &opened, text, Some(&receipt));
            let decision = Decision {
                title: fill(&letter.title),
                number: letter.number.clone(),
                addressee: contact
                    .name
                    .iter()
                    .map(|name| format!("{name} 様"))
                    .collect(),
                sender: letter.sender.clone(),
                text: fill(&letter.text),
                reason: String::new(),
                appeal: letter.appeal.clone(),
            };
            // What cannot be printed is for eyes that look at one case.
            let missing = missing_in_letter(decision.clone(), room.city.today())
                .await
                .map_err(|_| ProcedureError::WrongState("the letter cannot be printed"))?;
            if !missing.is_empty() {
                return Err(ProcedureError::Unprintable);
            }
            let by = By::Staff(room.principal.clone());
            room.write(
                (key, case, revision, decision, by),
                |tx, (key, case, revision, decision, by)| {
                    let outcome = Outcome::Approved;
                    Box::pin(cases::decide(
                        tx, key, *case, *revision, outcome, decision, by,
                    ))
                },
            )
            .await
        }
    }
}

/// A case with its key and receipt number.
async fn whole(
    room: &Room,
    case: i64,
) -> Result<(Opened, crate::store::keys::CaseKey, String), ProcedureError> {
    let opened = open(room, case, WORK)
        .await
        .map_err(|_| ProcedureError::NoSuchCase)?;
    if opened.case.disposed_at.is_some() {
        return Err(ProcedureError::Disposed);
    }
    let key = crate::store::keys::open(room.db(), room.city.key()?, case).await?;
    let receipt = cases::receipt(room.db(), &key, case).await?.to_string();
    Ok((opened, key, receipt))
}

#[derive(Template)]
#[template(path = "desk/bulk_results.html")]
struct ResultsBody {
    table: Html,
    back: String,
    back_text: String,
}

async fn results_page(
    room: &Room,
    fields: &Fields,
    results: &[(Case, Option<&'static str>)],
) -> Result<Response, Problem> {
    let language = room.language();
    let titles = Titles::read(room.db()).await?;
    let rows = results.iter().map(|(case, refusal)| {
        let result = match refusal {
            None => ChipLabel::new(room.t("desk-bulk-done")).green(),
            Some(_) => ChipLabel::new(room.t("desk-bulk-not-done")).red(),
        };
        let mut said = Html::of(&result);
        if let Some(key) = refusal {
            said.push(&Html::text(&format!(" {}", room.t(key))));
        }
        Row::new([
            Cell::link(case.id.to_string(), format!("/desk/cases/{}", case.id)),
            Cell::text(titles.title(&case.procedure, language)),
            Cell::html(&said),
        ])
    });
    let table = Table::new(language, "results", room.t("desk-bulk-results"))
        .hide_caption()
        .columns([
            Column::number(room.t("desk-column-number")).no_wrap(),
            Column::text(room.t("desk-field-procedure")),
            Column::text(room.t("desk-column-result")),
        ])
        .rows(rows)
        .stacked();
    let body = ResultsBody {
        table: Html::of(&table),
        back: address(fields.get("query")),
        back_text: room.t("desk-bulk-back"),
    };
    let left = results
        .iter()
        .filter(|(_, refusal)| refusal.is_some())
        .count();
    let all = results.len() - left;
    let notice = if left == 0 {
        NotificationBanner::success(room.words.counted("desk-bulk-all-done", all).into_owned())
    } else {
        NotificationBanner::warning(room.words.counted("desk-bulk-left", left).into_owned())
    };
    Ok(room
        .page(room.t("desk-bulk-results"), &body)
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .notice(notice)
        .into_response())
}

#[derive(Template)]
#[template(path = "desk/bulk.html")]
struct Body {
    words: Words,
    cases: Vec<(String, String)>,
    query: String,
    lead: String,
    templates: Html,
    take: &'static str,
    fields: Html,
    go: String,
    action: &'static str,
}

/// What the cases have in common for a page: what they are called, and the texts of their procedures for some use.
struct Common {
    cases: Vec<(String, String)>,
    templates: Vec<(String, String)>,
    is_one_procedure: bool,
}

impl Common {
    async fn read(
        room: &Room,
        chosen: &[(i64, i64)],
        use_for: TemplateUse,
    ) -> Result<Self, Problem> {
        let mut common = Self {
            cases: Vec::new(),
            templates: Vec::new(),
            is_one_procedure: true,
        };
        let mut procedures = BTreeSet::new();
        for (case, revision) in chosen {
            let opened = open(room, *case, WORK).await?;
            let document = &opened.definition.document;
            let title = document.title.get(room.language());
            common
                .cases
                .push((format!("{case}:{revision}"), format!("{case} {title}")));
            if procedures.insert(opened.case.procedure.clone()) {
                common.templates.extend(
                    document
                        .templates
                        .iter()
                        .filter(|template| template.use_for == use_for)
                        .map(|template| {
                            let name = format!("{title}：{}", template.name);
                            (name, template.text.ja.clone())
                        }),
                );
            }
        }
        common.is_one_procedure = procedures.len() == 1;
        Ok(common)
    }

    /// The select of the texts, with the one that was chosen in words.
    fn templates(&self, room: &Room, chosen: &str) -> (Html, Option<String>) {
        if self.templates.is_empty() {
            return (Html::empty(), None);
        }
        let choices = self
            .templates
            .iter()
            .enumerate()
            .map(|(number, (name, _))| Choice::new(number.to_string(), name));
        let select = yakuba_ui::Select::new(room.language(), "template", room.t("desk-templates"))
            .ask()
            .choices(choices)
            .value(chosen);
        let text = chosen
            .parse::<usize>()
            .ok()
            .and_then(|number| self.templates.get(number))
            .map(|(_, text)| text.clone());
        (Html::of(&select), text)
    }
}

fn shown(
    room: &Room,
    title: &str,
    body: &Body,
    wrong: Option<&str>,
    warning: Option<&str>,
) -> Response {
    let mut page = room
        .page(room.t(title), body)
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .with_errors(wrong.is_some());
    if let Some(key) = wrong {
        page = page.notice(NotificationBanner::error(room.t(key)));
    } else if let Some(key) = warning {
        page = page.notice(NotificationBanner::warning(room.t(key)));
    }
    page.action(&LinkButton::new(
        room.t("desk-bulk-back"),
        address(&body.query),
    ))
    .into_response()
}

async fn message_page(
    room: &Room,
    fields: &Fields,
    cases: &[(i64, i64)],
    takes: bool,
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    let common = Common::read(room, cases, TemplateUse::Message).await?;
    let (templates, template) = common.templates(room, fields.get("template"));
    let text = template
        .filter(|_| takes)
        .unwrap_or_else(|| fields.get("message").to_owned());
    let body = Body {
        words: room.words,
        cases: common.cases,
        query: fields.get("query").to_owned(),
        lead: room.t("desk-bulk-message-lead"),
        templates,
        take: "message-template",
        fields: Html::of(
            &TextArea::new(room.language(), "message", room.t("desk-field-message"))
                .support(room.t("desk-bulk-blanks"))
                .value(text)
                .rows(6)
                .required(),
        ),
        go: room.t("desk-send"),
        action: "message-send",
    };
    Ok(shown(room, "desk-bulk-message", &body, wrong, None))
}

async fn approve_page(
    room: &Room,
    fields: &Fields,
    cases: &[(i64, i64)],
    takes: bool,
    wrong: Option<&str>,
) -> Result<Response, Problem> {
    if !room.principal.holds(DECIDE) {
        return Err(Problem::NotAllowed);
    }
    let language = room.language();
    let common = Common::read(room, cases, TemplateUse::Approval).await?;
    let (templates, template) = common.templates(room, fields.get("template"));
    let text = template
        .filter(|_| takes)
        .unwrap_or_else(|| fields.get("text").to_owned());
    let value = |name: &str, otherwise: String| {
        if fields.has(name) {
            fields.get(name).to_owned()
        } else {
            otherwise
        }
    };
    // A letter is written in the town hall's language, whatever language the page is read in.
    let title = room
        .words
        .with_text("desk-decision-default-title", "procedure", "{procedure}")
        .into_owned();
    let mut inputs = Html::of(
        &TextField::new(language, "title", room.t("desk-decision-title"))
            .value(value("title", title))
            .required(),
    );
    inputs.push(
        &TextField::new(language, "number", room.t("desk-decision-number"))
            .value(value("number", String::new()))
            .optional(),
    );
    inputs.push(
        &TextArea::new(language, "sender", room.t("desk-decision-sender"))
            .value(value("sender", format!("{}長", room.shell.city_name)))
            .rows(2),
    );
    inputs.push(
        &TextArea::new(language, "text", room.t("desk-decision-text"))
            .support(room.t("desk-bulk-blanks"))
            .value(text)
            .rows(6)
            .required(),
    );
    inputs.push(
        &TextArea::new(language, "appeal", room.t("desk-decision-appeal"))
            .value(value("appeal", String::new()))
            .rows(2)
            .optional(),
    );
    let several = if common.is_one_procedure {
        None
    } else {
        Some("desk-bulk-several-procedures")
    };
    let body = Body {
        words: room.words,
        cases: common.cases,
        query: fields.get("query").to_owned(),
        lead: room.t("desk-bulk-approve-lead"),
        templates,
        take: "approve-template",
        fields: inputs,
        go: room.t("desk-bulk-approve-go"),
        action: "approve-decide",
    };
    Ok(shown(room, "desk-bulk-approve", &body, wrong, several))
}
