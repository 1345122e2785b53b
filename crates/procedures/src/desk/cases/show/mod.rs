//! One case: what was asked and answered, what is to be done, what was done, who looked.

mod about;
mod answers;
mod decision;
mod exchange;
mod file;
mod records;
mod signers;
mod way;

use askama::Template;
use axum::extract::Path;
use yakuba_city::web::{Capability, Problem};
use yakuba_forms::model::document::{Field, FieldKind, Key};
use yakuba_identity::{StaffNames, account_names, colleagues, departments};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, Fields, Html, Language, NotificationBanner, Page, Words, format,
};

use crate::{
    capabilities::WORK,
    desk::room::Room,
    error::ProcedureError,
    model::{
        case::Outcome,
        document::TemplateUse,
        way::{Hands, Way},
    },
    slots,
    store::{
        self, Definition,
        cases::{self, By, Case},
        casework, corrections,
        extending::is_extendable,
        gaps,
        history::{self, ViewReason},
        messages,
    },
};

use about::{about, assign, hand_over};
use answers::{checklist, fill_answers, fill_duplicates};
use decision::fill_decision;
pub(super) use decision::{letter_fields, outcomes};
pub(super) use exchange::fill_in;
use exchange::{fill_correction, fill_messages};
pub(super) use file::{all_files, file};
use records::{history_table, notes_part, views_table};
pub(super) use way::may_mend;
use way::{RoleNames, Steps, steps};

/// A case opened by somebody who may.
pub(super) struct Opened {
    pub(super) case: Case,
    pub(super) definition: Definition,
    /// What the person may do with the department's cases.
    pub(super) hands: Hands,
    /// What the roles are called that its procedure names.
    pub(super) role_names: RoleNames,
    /// Every department, to hand it over to.
    pub(super) departments: Vec<(DepartmentCode, String)>,
    /// Who may be made responsible.
    pub(super) colleagues: Vec<(i64, String)>,
}

impl Opened {
    /// A page below the case. `refusal` names the text that says why a form was not taken.
    pub(super) fn page_below(
        &self,
        room: &Room,
        title: impl Into<String>,
        body: &impl Template,
        refusal: Option<&str>,
    ) -> Page {
        let procedure = self.definition.document.title.get(room.language());
        let page = room
            .page(title, body)
            .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
            .breadcrumb(procedure, format!("/desk/cases/{}", self.case.id))
            .with_errors(refusal.is_some());
        match refusal {
            Some(key) => page.notice(NotificationBanner::error(room.t(key))),
            None => page,
        }
    }

    /// The way of the case through the stages.
    pub(super) fn way(&self) -> Way<'_> {
        Way::new(&self.definition.document, self.case.outcome)
    }

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

    /// What the question at a path is called, in a group with the number of the entry.
    pub(super) fn label(&self, path: &str, language: Language) -> String {
        let mut way = path.split('.');
        let top = way.next().unwrap_or_default();
        let (number, inner) = (way.next().and_then(|n| n.parse::<u32>().ok()), way.next());
        let field = self.fields().find(|(key, _)| key.as_str() == top);
        let field = match (field, inner) {
            (
                Some((
                    _,
                    Field {
                        kind: FieldKind::Group { fields, .. },
                        ..
                    },
                )),
                Some(inner),
            ) => fields.iter().find(|field| field.key.as_str() == inner),
            (field, _) => field.map(|(_, field)| field),
        };
        let label = field.map_or(path, |field| field.label.get(language));
        match number {
            Some(number) => format::with_note(label, number + 1, language),
            None => label.to_owned(),
        }
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
    let hands = By::Staff(room.principal.clone())
        .hands(room.db(), &definition.document, &case.department, today)
        .await?;
    let role_names = RoleNames::read(room, &definition.document).await?;
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
        hands,
        role_names,
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
                    corrections::mark_seen(tx, *case).await?;
                    history::record_view(tx, *case, *account, department, &ViewReason::Casework)
                        .await
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
    /// Which steps others take.
    others: Vec<String>,
    assign: Html,
    entered: Html,
    answers: Html,
    earlier: Html,
    together: Html,
    /// Who applies together with the applicant.
    signers: Html,
    duplicates: Html,
    merge: Html,
    /// Where a case goes on that ended in another.
    ended: Html,
    /// The cases that ended in this one.
    ended_here: Html,
    checklist: Html,
    messages: Html,
    message: Html,
    correction: Html,
    correction_open: Html,
    decision: Html,
    decide: Html,
    notes: Html,
    hand_over: Html,
    history: Html,
    views: Html,
    disposed: bool,
    can_withdraw: bool,
    can_extend: bool,
    /// What a paper left unanswered, as labels, while it can be put right.
    gaps: Vec<String>,
}

#[derive(Template)]
#[template(
    source = "<form method=\"post\" action=\"{{ action }}\"{% if inline %} class=\"form-row\"{% endif %}><input type=\"hidden\" name=\"revision\" value=\"{{ revision }}\">{{ fields }}<div class=\"button-row\">{{ button }}</div>{{ templates }}</form>",
    ext = "html"
)]
struct FormBody<'a> {
    action: &'a str,
    revision: i64,
    fields: Html,
    button: Button,
    inline: bool,
    templates: Html,
}

#[derive(Template)]
#[template(
    source = "<form method=\"post\" action=\"{{ action }}\" enctype=\"multipart/form-data\"><input type=\"hidden\" name=\"revision\" value=\"{{ revision }}\">{{ fields }}<div class=\"button-row\">{{ button }}</div></form>",
    ext = "html"
)]
struct FileFormBody<'a> {
    action: &'a str,
    revision: i64,
    fields: Html,
    button: Button,
}

/// What every part of the page is made from.
pub(super) struct Parts<'a> {
    pub(super) room: &'a Room,
    pub(super) opened: &'a Opened,
    typed: Option<&'a Fields>,
    at: String,
    /// The questions of a paper that still lack an answer, by path.
    gaps: Vec<String>,
}

impl Parts<'_> {
    pub(super) fn typed(&self, name: &str, otherwise: impl Into<String>) -> String {
        match self.typed {
            Some(typed) if typed.has(name) => typed.get(name).to_owned(),
            _ => otherwise.into(),
        }
    }

    pub(super) fn form(&self, place: &str, fields: Html, button: Button, inline: bool) -> Html {
        let form = FormBody {
            action: &format!("{}/{place}", self.at),
            revision: self.opened.case.revision,
            fields,
            button,
            inline,
            templates: Html::empty(),
        };
        Html::render(&form).unwrap_or_default()
    }

    /// A form with a button for each text that staff may start from. A button gives back what was typed with the text beneath it, at
    /// the section of that name. They stand behind the form's own button, which the return key presses.
    pub(super) fn form_with_templates(
        &self,
        (place, section): (&str, &str),
        uses: &[TemplateUse],
        fields: Html,
        button: Button,
    ) -> Html {
        let action = format!("{}/{place}", self.at);
        let mut row = ButtonRow::new();
        let mut is_empty = true;
        let known = self.opened.definition.document.templates.iter();
        for (number, template) in known.enumerate() {
            if uses.contains(&template.use_for) {
                is_empty = false;
                row = row.button(
                    &Button::submit(&template.name)
                        .kind(ButtonKind::Other)
                        .small()
                        .sends("template", number.to_string())
                        .to(format!("{action}#{section}"))
                        .without_validation(),
                );
            }
        }
        let mut templates = Html::empty();
        if !is_empty {
            templates.push(&Html::trusted(format!(
                "<p class=\"support\">{} {}</p>",
                Html::text(&self.room.t("desk-templates")),
                Html::text(&self.room.t("desk-templates-text"))
            )));
            templates.push(&row);
        }
        let form = FormBody {
            action: &action,
            revision: self.opened.case.revision,
            fields,
            button,
            inline: false,
            templates,
        };
        Html::render(&form).unwrap_or_default()
    }

    /// The address of the case's page.
    pub(super) fn at(&self) -> &str {
        &self.at
    }

    /// A form that sends a file along.
    pub(super) fn form_with_files(&self, place: &str, fields: Html, button: Button) -> Html {
        let form = FileFormBody {
            action: &format!("{}/{place}", self.at),
            revision: self.opened.case.revision,
            fields,
            button,
        };
        Html::render(&form).unwrap_or_default()
    }

    /// What the question at a path is called.
    fn label(&self, path: &str) -> String {
        self.opened.label(path, self.room.language())
    }

    pub(super) fn other(&self, key: &str) -> Button {
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
        gaps: gaps::of_case(room.db(), case.id).await?,
    };
    let history = history::history(room.db(), case.id).await?;
    let views = history::views(room.db(), case.id).await?;
    let people = StaffNames::read(room.db(), history.iter().map(|entry| entry.actor.as_str()))
        .await
        .map_err(ProcedureError::from)?;
    let mut accounts: Vec<i64> = views.iter().map(|view| view.account).collect();
    accounts.extend(case.assignee);

    let next = Steps::read(room, opened);
    let mut body = Body {
        words: room.words,
        steps: Html::of(&steps(room, opened)),
        facts: Html::empty(),
        at: parts.at.clone(),
        revision: case.revision,
        next: next.buttons,
        others: next.others,
        assign: Html::empty(),
        entered: Html::empty(),
        answers: Html::empty(),
        earlier: Html::empty(),
        together: Html::empty(),
        signers: Html::empty(),
        duplicates: Html::empty(),
        merge: Html::empty(),
        ended: Html::empty(),
        ended_here: Html::empty(),
        checklist: Html::empty(),
        messages: Html::empty(),
        message: Html::empty(),
        correction: Html::empty(),
        correction_open: Html::empty(),
        decision: Html::empty(),
        decide: Html::empty(),
        notes: Html::empty(),
        hand_over: Html::empty(),
        history: history_table(room, opened, &history, &people),
        views: Html::empty(),
        disposed: case.disposed_at.is_some(),
        can_withdraw: case.stage.is_open(),
        can_extend: is_extendable(case),
        gaps: Vec::new(),
    };

    let mut receipt = None;
    if !body.disposed {
        let key = super::doing::key(room, case.id).await?;
        let ticks = casework::ticks(room.db(), case.id).await?;
        let notes = casework::notes(room.db(), &key, case.id).await?;
        accounts.extend(ticks.iter().map(|tick| tick.ticked_by));
        accounts.extend(notes.iter().map(|note| note.made_by));
        let names = account_names(room.db(), &accounts)
            .await
            .map_err(ProcedureError::from)?;
        let contact = cases::contact(room.db(), &key, case.id).await?;
        receipt = Some(cases::receipt(room.db(), &key, case.id).await?.to_string());
        let appointment = slots::appointment(&room.city, case.id, language).await?;
        body.facts = Html::of(&about(
            room,
            opened,
            &contact,
            receipt.as_deref(),
            appointment.as_ref(),
        ));
        body.entered =
            crate::desk::counter::record(room, &key, case.id, &opened.definition).await?;
        if case.stage.is_open() {
            body.gaps = parts.gaps.iter().map(|path| parts.label(path)).collect();
        }
        fill_answers(&parts, &key, &mut body).await?;
        body.together = super::event::section(&parts).await?;
        body.signers = signers::signers(&parts, &key).await?;
        fill_duplicates(&parts, &mut body).await?;
        body.checklist = checklist(&parts, &ticks, &names);
        fill_messages(&parts, &key, &mut body).await?;
        fill_correction(&parts, &key, &mut body).await?;
        fill_decision(&parts, &key, &contact, &mut body).await?;
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
        .page(format::with_note(&title, number, language), &body)
        .breadcrumb(room.t("desk-menu-inbox"), "/desk/cases")
        .lead(receipt.map_or_else(String::new, |receipt| {
            room.words
                .with_text("desk-case-receipt", "receipt", &receipt)
                .into_owned()
        })))
}
