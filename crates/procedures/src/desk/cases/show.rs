//! One case: what was asked and answered, what is to be done, what was done, who looked.

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::ToSpan as _;
use yakuba_city::web::{Capability, Problem};
use yakuba_forms::{
    Answers, Form,
    model::document::{Field, Key},
};
use yakuba_identity::{StaffNames, account_names, colleagues, departments};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Button, ButtonKind, Cell, CheckboxGroup, ChipLabel, Choice, Column, DateField, DescriptionList,
    Fields, Html, Language, Page, RadioGroup, Row, Select, StepNavigation, StepState, Table,
    TextArea, TextField, Words, format,
};

use super::inbox::{case_table, stage_chip, stage_key};
use crate::desk::titles::Titles;
use crate::{
    capabilities::{DECIDE, WORK},
    desk::room::Room,
    error::ProcedureError,
    model::{
        case::{Outcome, Stage, Step},
        document::TemplateUse,
    },
    store::{
        self, Definition,
        cases::{self, Case, day},
        casework, corrections,
        files::{self, UseFor},
        history::{self, What},
        keys::CaseKey,
        messages,
    },
};

/// A case opened by somebody who may.
pub(super) struct Opened {
    pub(super) case: Case,
    pub(super) definition: Definition,
    /// Every department, to hand it over to.
    pub(super) departments: Vec<(DepartmentCode, String)>,
    /// Who may be made responsible.
    pub(super) colleagues: Vec<(i64, String)>,
}

impl Opened {
    /// The questions of the form outside groups, with their labels.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&Key, &Field)> {
        self.definition
            .document
            .form
            .pages
            .iter()
            .flat_map(|page| &page.fields)
            .map(|field| (&field.key, field))
    }
}

/// The case, for who holds a capability in its department; to everybody else it does not exist.
pub(super) async fn open(room: &Room, id: i64, capability: Capability) -> Result<Opened, Problem> {
    let case = match cases::case(room.db(), id).await {
        Err(ProcedureError::NoSuchCase) => return Err(Problem::NotFound),
        found => found?,
    };
    if !room.principal.holds_in(WORK, &case.department) {
        return Err(Problem::NotFound);
    }
    room.need(capability, &case.department)?;
    let definition = store::version(room.db(), &case.procedure, case.version)
        .await?
        .ok_or(Problem::NotFound)?;
    let today = room.city.today();
    let japanese = room.language() != Language::English;
    let departments = departments(room.db())
        .await
        .map_err(ProcedureError::from)?
        .into_iter()
        .filter(|department| department.exists_on(today))
        .map(|department| {
            (
                department.code.clone(),
                department.name(japanese).to_owned(),
            )
        })
        .collect();
    let colleagues = colleagues(room.db(), &case.department, today)
        .await
        .map_err(ProcedureError::from)?;
    Ok(Opened {
        case,
        definition,
        departments,
        colleagues,
    })
}

/// Whether the checklist allows a decision: everything on it must be ticked off before an approval.
pub(super) async fn may_decide(
    room: &Room,
    opened: &Opened,
    outcome: Outcome,
) -> Result<bool, Problem> {
    if outcome == Outcome::Refused {
        return Ok(true);
    }
    let ticks = casework::ticks(room.db(), opened.case.id).await?;
    Ok(ticks.len() >= opened.definition.document.checklist.len())
}

/// Opens a case: the look is written down before anything of it is shown.
pub(super) async fn page(room: Room, Path(case): Path<i64>) -> Result<Page, Problem> {
    let opened = open(&room, case, WORK).await?;
    if opened.case.disposed_at.is_none() {
        let department = opened.case.department.as_str().to_owned();
        room.write(
            (case, room.account()?, department),
            |tx, (case, account, department)| {
                Box::pin(async move {
                    messages::mark_read(tx, *case, true).await?;
                    history::record_view(tx, *case, *account, department, "casework").await
                })
            },
        )
        .await?;
    }
    render(&room, &opened, None).await
}

/// The case after a form that was not accepted, with what was typed.
pub(super) async fn case_page(
    room: &Room,
    opened: &Opened,
    typed: Option<&Fields>,
) -> Result<Page, Problem> {
    render(room, opened, typed).await
}

#[derive(Template)]
#[template(path = "desk/case.html")]
struct Body {
    words: Words,
    steps: Html,
    facts: Html,
    /// Where its forms go.
    at: String,
    revision: i64,
    next: Vec<Button>,
    assign: Html,
    answers: Html,
    earlier: Html,
    duplicates: Html,
    merge: Html,
    checklist: Html,
    messages: Html,
    message: Html,
    templates: Vec<yakuba_ui::Link>,
    correction: Html,
    correction_open: Html,
    decision: Html,
    decide: Html,
    notes: Html,
    hand_over: Html,
    history: Html,
    views: Html,
    disposed: bool,
}

#[derive(Template)]
#[template(
    source = "<form method=\"post\" action=\"{{ action }}\"{% if inline %} class=\"form-row\"{% endif %}><input type=\"hidden\" name=\"revision\" value=\"{{ revision }}\">{{ fields }}<div class=\"button-row\">{{ button }}</div></form>",
    ext = "html"
)]
struct FormBody<'a> {
    action: &'a str,
    revision: i64,
    fields: Html,
    button: Button,
    inline: bool,
}

/// What every part of the page is made from.
struct Parts<'a> {
    room: &'a Room,
    opened: &'a Opened,
    typed: Option<&'a Fields>,
    at: String,
}

impl Parts<'_> {
    fn typed(&self, name: &str, otherwise: impl Into<String>) -> String {
        match self.typed {
            Some(typed) if typed.has(name) => typed.get(name).to_owned(),
            _ => otherwise.into(),
        }
    }

    fn form(&self, place: &str, fields: Html, button: Button, inline: bool) -> Html {
        let form = FormBody {
            action: &format!("{}/{place}", self.at),
            revision: self.opened.case.revision,
            fields,
            button,
            inline,
        };
        Html::render(&form).unwrap_or_default()
    }

    fn other(&self, key: &str) -> Button {
        Button::submit(self.room.t(key)).kind(ButtonKind::Other)
    }
}

async fn render(room: &Room, opened: &Opened, typed: Option<&Fields>) -> Result<Page, Problem> {
    let case = &opened.case;
    let language = room.language();
    let parts = Parts {
        room,
        opened,
        typed,
        at: format!("/desk/cases/{}", case.id),
    };
    let history = history::history(room.db(), case.id).await?;
    let views = history::views(room.db(), case.id).await?;
    let people = StaffNames::read(room.db(), history.iter().map(|entry| entry.actor.as_str()))
        .await
        .map_err(ProcedureError::from)?;
    let mut accounts: Vec<i64> = views.iter().map(|view| view.account).collect();
    accounts.extend(case.assignee);

    let mut body = Body {
        words: room.words,
        steps: Html::of(&steps(room, case)),
        facts: Html::empty(),
        at: parts.at.clone(),
        revision: case.revision,
        next: next_steps(room, case),
        assign: Html::empty(),
        answers: Html::empty(),
        earlier: Html::empty(),
        duplicates: Html::empty(),
        merge: Html::empty(),
        checklist: Html::empty(),
        messages: Html::empty(),
        message: Html::empty(),
        templates: Vec::new(),
        correction: Html::empty(),
        correction_open: Html::empty(),
        decision: Html::empty(),
        decide: Html::empty(),
        notes: Html::empty(),
        hand_over: Html::empty(),
        history: history_table(room, &history, &people),
        views: Html::empty(),
        disposed: case.disposed_at.is_some(),
    };

    let mut receipt = None;
    if !body.disposed {
        let key = super::steps::key(room, case.id).await?;
        let ticks = casework::ticks(room.db(), case.id).await?;
        let notes = casework::notes(room.db(), &key, case.id).await?;
        accounts.extend(ticks.iter().map(|tick| tick.ticked_by));
        accounts.extend(notes.iter().map(|note| note.made_by));
        let names = account_names(room.db(), &accounts)
            .await
            .map_err(ProcedureError::from)?;
        let contact = cases::contact(room.db(), &key, case.id).await?;
        receipt = Some(cases::receipt(room.db(), &key, case.id).await?.to_string());
        body.facts = Html::of(&about(room, opened, &contact, receipt.as_deref()));
        fill_answers(&parts, &key, &mut body).await?;
        fill_duplicates(&parts, &mut body).await?;
        body.checklist = checklist(&parts, &ticks, &names);
        fill_messages(&parts, &key, receipt.as_deref(), &mut body).await?;
        fill_correction(&parts, &key, receipt.as_deref(), &mut body).await?;
        fill_decision(&parts, &key, &contact, receipt.as_deref(), &mut body).await?;
        body.notes = notes_part(&parts, &notes, &names);
        body.views = views_table(room, opened, &views, &names);
        if case.stage.is_open() {
            body.hand_over = hand_over(&parts);
        }
        if !case.stage.is_final() {
            body.assign = assign(&parts);
        }
    }
    let title = opened.definition.document.title.get(language).to_owned();
    let number = room
        .words
        .with_text("desk-case-title", "number", &case.id.to_string());
    Ok(room
        .page(format!("{title}（{number}）"), &body)
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .lead(receipt.map_or_else(String::new, |receipt| {
            room.words
                .with_text("desk-case-receipt", "receipt", &receipt)
                .into_owned()
        })))
}

fn steps(room: &Room, case: &Case) -> StepNavigation {
    let mut navigation = StepNavigation::new(room.language());
    let way = [
        Stage::Received,
        Stage::Checked,
        Stage::Decided,
        Stage::Delivered,
        Stage::Closed,
    ];
    for stage in way {
        let state = if stage == case.stage && stage == Stage::Closed {
            StepState::Completed
        } else if stage == case.stage {
            StepState::Editing
        } else if case.stage == Stage::Withdrawn {
            StepState::Skipped
        } else if stage < case.stage {
            StepState::Completed
        } else {
            StepState::Reached
        };
        navigation = navigation.step(room.t(&stage_key(stage)), state);
    }
    navigation
}

fn next_steps(room: &Room, case: &Case) -> Vec<Button> {
    [
        (Step::Check, "check", ButtonKind::Main),
        (Step::CheckAgain, "check_again", ButtonKind::Other),
        (Step::Deliver, "deliver", ButtonKind::Main),
        (Step::Close, "close", ButtonKind::Main),
    ]
    .into_iter()
    .filter(|(step, _, _)| case.stage.after(*step).is_some())
    .map(|(_, name, kind)| {
        Button::submit(room.t(&format!("desk-step-{name}")))
            .kind(kind)
            .sends("step", name)
    })
    .collect()
}

fn about(
    room: &Room,
    opened: &Opened,
    contact: &cases::Contact,
    receipt: Option<&str>,
) -> DescriptionList {
    let case = &opened.case;
    let language = room.language();
    let mut list =
        DescriptionList::new().html(room.t("desk-field-stage"), &stage_chip(room, case.stage));
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
            format!("{}（{}） {}", agent.name, agent.relation, agent.phone),
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
    let mut due = Html::text(&case.due_on.map_or_else(
        || room.t("desk-due-none"),
        |due_on| format::date(due_on, language),
    ));
    if case.stage.is_open() && case.due_on.is_some_and(|due_on| due_on < room.city.today()) {
        due.push(&ChipLabel::new(room.t("desk-late")).red());
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

fn assign(parts: &Parts<'_>) -> Html {
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

/// The answers of a form as a list, for pages of the desk.
fn answers_of(opened: &Opened, answers: &serde_json::Value, language: Language) -> Html {
    let Ok(form) = Form::compile(&opened.definition.document.form) else {
        return Html::empty();
    };
    let Ok(answers) = serde_json::from_value::<Answers>(answers.clone()) else {
        return Html::empty();
    };
    // As it was on the day of the application: ages and limits do not move afterwards.
    let evaluation = form.evaluate(&answers, opened.case.received_on());
    form.render_answers(&answers, &evaluation, language, |_| None)
}

async fn fill_answers(
    parts: &Parts<'_>,
    key: &CaseKey,
    body: &mut Body,
) -> Result<(), ProcedureError> {
    let room = parts.room;
    let language = room.language();
    let given = cases::answers(room.db(), key, parts.opened.case.id).await?;
    for (place, answers) in given.iter().enumerate() {
        let shown = answers_of(parts.opened, &answers.answers, language);
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
            body.earlier
                .push(&yakuba_ui::Disclosure::new(summary, shown));
        }
    }
    for (file, about, _) in
        files::list(room.db(), key, parts.opened.case.id, UseFor::Answer).await?
    {
        body.answers.push(&Html::trusted(format!(
            "<p><a href=\"{}/files/{}\" download>{}</a></p>",
            parts.at,
            Html::text(&file),
            Html::text(&about.name)
        )));
    }
    Ok(())
}

async fn fill_duplicates(parts: &Parts<'_>, body: &mut Body) -> Result<(), Problem> {
    let room = parts.room;
    let others: Vec<Case> = cases::duplicates(room.db(), &parts.opened.case)
        .await?
        .into_iter()
        .filter(|other| room.principal.holds_in(WORK, &other.department))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let titles = Titles::read(room.db()).await?;
    body.duplicates = Html::of(&case_table(room, &others, &titles, false).await?);
    let mergeable: Vec<Choice> = others
        .iter()
        .filter(|other| other.stage.is_open() && other.merged_into.is_none())
        .map(|other| {
            Choice::new(
                other.id.to_string(),
                room.words
                    .with_text("desk-case-title", "number", &other.id.to_string()),
            )
        })
        .collect();
    if parts.opened.case.stage.is_open() && !mergeable.is_empty() {
        body.merge = parts.form(
            "merge",
            Html::of(
                &Select::new(room.language(), "into", room.t("desk-merge-into")).choices(mergeable),
            ),
            parts.other("desk-merge"),
            true,
        );
    }
    Ok(())
}

fn checklist(
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

/// A text of the town hall with its blanks filled in.
fn filled(parts: &Parts<'_>, text: &str, receipt: Option<&str>) -> String {
    let room = parts.room;
    let department = parts
        .opened
        .departments
        .iter()
        .find(|(code, _)| *code == parts.opened.case.department)
        .map_or("", |(_, name)| name.as_str());
    text.replace("{receipt}", receipt.unwrap_or_default())
        .replace(
            "{procedure}",
            parts.opened.definition.document.title.get(room.language()),
        )
        .replace("{department}", department)
        .replace("{date}", &format::date(room.city.today(), room.language()))
}

/// The template chosen in the address, for one use; the applicant's language decides its words.
fn chosen_template(
    parts: &Parts<'_>,
    uses: &[TemplateUse],
    receipt: Option<&str>,
) -> Option<(TemplateUse, String)> {
    let number: usize = parts.room.query.get("template").parse().ok()?;
    let template = parts.opened.definition.document.templates.get(number)?;
    uses.contains(&template.use_for)
        .then(|| (template.use_for, filled(parts, &template.text.ja, receipt)))
}

async fn fill_messages(
    parts: &Parts<'_>,
    key: &CaseKey,
    receipt: Option<&str>,
    body: &mut Body,
) -> Result<(), Problem> {
    let room = parts.room;
    let sent = messages::messages(room.db(), key, parts.opened.case.id).await?;
    let mut list = Html::empty();
    for message in &sent {
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
            "<article class=\"card\"><h3 class=\"card__title\">{}</h3><p class=\"support\">{} {}</p><p class=\"preserve-lines\">{}</p></article>",
            Html::text(&who),
            Html::text(&format::date(day(message.sent_at), room.language())),
            Html::text(&read),
            Html::text(&message.text)
        )));
    }
    body.messages = list;
    body.templates = parts
        .opened
        .definition
        .document
        .templates
        .iter()
        .enumerate()
        .map(|(number, template)| {
            let place = match template.use_for {
                TemplateUse::Message => "messages",
                TemplateUse::Correction => "correction",
                TemplateUse::Approval | TemplateUse::Refusal => "decision",
            };
            yakuba_ui::Link::new(
                &template.name,
                format!("{}?template={number}#{place}", parts.at),
            )
        })
        .collect();
    let text = chosen_template(parts, &[TemplateUse::Message], receipt)
        .map(|(_, text)| text)
        .unwrap_or_default();
    body.message = parts.form(
        "messages",
        Html::of(
            &TextArea::new(room.language(), "message", room.t("desk-field-message"))
                .support(room.t("desk-message-hint"))
                .value(parts.typed("message", text))
                .rows(5)
                .required(),
        ),
        parts.other("desk-send"),
        false,
    );
    Ok(())
}

async fn fill_correction(
    parts: &Parts<'_>,
    key: &CaseKey,
    receipt: Option<&str>,
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
        body.correction_open.push(&parts.form(
            "correction/take-back",
            Html::empty(),
            parts.other("desk-correction-take-back"),
            false,
        ));
        return Ok(());
    }
    let text = chosen_template(parts, &[TemplateUse::Correction], receipt)
        .map(|(_, text)| text)
        .unwrap_or_default();
    let typed: Vec<&str> = parts
        .typed
        .map(|typed| typed.all("field").collect())
        .unwrap_or_default();
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
            .value(parts.typed("correction", text))
            .rows(4)
            .required(),
    );
    let in_two_weeks = room.city.today().checked_add(14.days()).ok();
    fields.push(
        &DateField::new(language, "answer_by", room.t("desk-correction-by")).value(in_two_weeks),
    );
    body.correction = parts.form(
        "correction",
        fields,
        parts.other("desk-correction-ask"),
        false,
    );
    Ok(())
}

async fn fill_decision(
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
        if !decision.reason.is_empty() {
            list = list.text(room.t("desk-decision-reason"), &decision.reason);
        }
        body.decision = Html::of(&list);
        return Ok(());
    }
    if case.stage != Stage::Checked || !room.principal.holds_in(DECIDE, &case.department) {
        return Ok(());
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
    body.decide = parts.form(
        "decision",
        fields,
        Button::submit(room.t("desk-decide")),
        false,
    );
    Ok(())
}

fn notes_part(
    parts: &Parts<'_>,
    notes: &[casework::Note],
    names: &std::collections::BTreeMap<i64, String>,
) -> Html {
    let room = parts.room;
    let mut html = Html::empty();
    for note in notes {
        html.push(&Html::trusted(format!(
            "<p class=\"support\">{} {}</p><p class=\"preserve-lines\">{}</p>",
            Html::text(&format::date(day(note.made_at), room.language())),
            Html::text(names.get(&note.made_by).map_or("", String::as_str)),
            Html::text(&note.text)
        )));
    }
    html.push(
        &parts.form(
            "notes",
            Html::of(
                &TextArea::new(room.language(), "note", room.t("desk-field-note"))
                    .value(parts.typed("note", ""))
                    .rows(2)
                    .required(),
            ),
            parts.other("desk-note-add"),
            false,
        ),
    );
    html
}

fn hand_over(parts: &Parts<'_>) -> Html {
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

fn history_table(room: &Room, entries: &[history::Entry], people: &StaffNames) -> Html {
    let rows = entries.iter().rev().map(|entry| {
        let what = match &entry.what {
            What::Received => room.t("desk-history-received"),
            What::Stage { to, .. } => room
                .words
                .with_text("desk-history-stage", "stage", &room.t(&stage_key(*to)))
                .into_owned(),
            What::Decided { outcome } => room.t(&format!("desk-outcome-{outcome}")),
            What::CorrectionAsked { .. } => room.t("desk-history-correction-asked"),
            What::Corrected { .. } => room.t("desk-history-corrected"),
            What::CorrectionEnded { .. } => room.t("desk-history-correction-ended"),
            What::AnswersEntered { .. } => room.t("desk-history-answers-entered"),
            What::Message { from_desk: true } => room.t("desk-history-message-sent"),
            What::Message { from_desk: false } => room.t("desk-history-message-received"),
            What::Assigned => room.t("desk-history-assigned"),
            What::Merged { into } => room
                .words
                .with_text("desk-history-merged", "number", &into.to_string())
                .into_owned(),
            What::HandedOver { .. } => room.t("desk-history-handed-over"),
            What::Disposed => room.t("desk-history-disposed"),
        };
        let who = people
            .of(&entry.actor)
            .map_or_else(|| room.t("desk-history-applicant"), str::to_owned);
        Row::new([
            Cell::text(format::date(day(entry.at), room.language())),
            Cell::text(what),
            Cell::text(who),
        ])
    });
    Html::of(
        &Table::new(room.language(), "history", room.t("desk-history"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-column-day")).no_wrap(),
                Column::text(room.t("desk-column-what")),
                Column::text(room.t("desk-column-who")),
            ])
            .rows(rows)
            .stacked(),
    )
}

fn views_table(
    room: &Room,
    opened: &Opened,
    views: &[history::View],
    names: &std::collections::BTreeMap<i64, String>,
) -> Html {
    let rows = views.iter().take(100).map(|view| {
        let department = opened
            .departments
            .iter()
            .find(|(code, _)| code.as_str() == view.department)
            .map_or(view.department.as_str(), |(_, name)| name.as_str());
        Row::new([
            Cell::text(format::date_time(
                view.at
                    .to_zoned(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN))
                    .datetime(),
                room.language(),
            )),
            Cell::text(department),
            Cell::text(names.get(&view.account).map_or("", String::as_str)),
            Cell::text(room.t(&format!("desk-view-reason-{}", view.reason))),
        ])
    });
    Html::of(
        &Table::new(room.language(), "views", room.t("desk-viewed"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-column-day")).no_wrap(),
                Column::text(room.t("desk-field-department")),
                Column::text(room.t("desk-column-who")),
                Column::text(room.t("desk-column-why")),
            ])
            .rows(rows)
            .stacked(),
    )
}

/// A file of the case, always saved and never shown by the browser.
pub(super) async fn file(
    room: Room,
    Path((case, file)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    open(&room, case, WORK).await?;
    let key = super::steps::key(&room, case).await?;
    let found = files::file(room.db(), &key, case, &file)
        .await?
        .ok_or(Problem::NotFound)?;
    let name = percent_encoded(&found.about.name);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"))
        .map_err(|error| Problem::internal(&error))?;
    let media_type = HeaderValue::from_str(&found.about.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    Ok((
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
        found.contents,
    )
        .into_response())
}

/// A file name as RFC 8187 writes it.
pub(super) fn percent_encoded(name: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
