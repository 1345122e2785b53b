//! What every handler of this room starts from: who asks, in which language, forms that keep what was typed, pages in one frame.

use askama::Template;
use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{Uri, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use sea_orm::DatabaseConnection;
use yakuba_city::{
    City,
    web::{Capability, Principal, Problem},
};
use yakuba_kernel::{DepartmentCode, FiscalYear};
use yakuba_ui::{
    Button, ButtonKind, Cell, Choice, Column, DateField, Html, Language, NotificationBanner, Page,
    Select, Shell, Table, TextArea, TextField, Words, format,
};

use super::WORDS;
use crate::{
    capabilities::{APPROVE, CHECK, CONFIRM, EDIT, MANAGE, PUBLISH, VIEW},
    desk_menu::desk_menu_in,
    error::PlanError,
    store::{
        self, PlanRecord,
        cycle::{self, People, Step},
    },
};

/// Any of these lets a person see what is not published.
const LOOK: [Capability; 7] = [EDIT, CONFIRM, CHECK, APPROVE, MANAGE, PUBLISH, VIEW];

/// A request to a page of this room.
pub(super) struct Room {
    pub(super) city: City,
    pub(super) principal: Principal,
    pub(super) words: Words,
    pub(super) query: Fields,
    shell: Shell,
    path: String,
    /// What was typed into a form that was refused, and why.
    refused: Option<(Fields, String)>,
}

impl FromRequestParts<City> for Room {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, city: &City) -> Result<Self, Self::Rejection> {
        let shell = Shell::from_request_parts(parts, city).await?;
        Ok(Self {
            city: city.clone(),
            principal: Principal::from_request_parts(parts, city).await?,
            words: WORDS.words(shell.language),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
            path: parts.uri.path().to_owned(),
            shell,
            refused: None,
        })
    }
}

impl Room {
    pub(super) fn db(&self) -> &DatabaseConnection {
        self.city.db()
    }

    pub(super) fn language(&self) -> Language {
        self.shell.language
    }

    pub(super) fn t(&self, key: &str) -> String {
        self.words.get(key).into_owned()
    }

    /// The word of a state, step or verdict.
    pub(super) fn word(&self, kind: &str, word: &str) -> String {
        self.t(&format!("cycle-{kind}-{}", word.replace('_', "-")))
    }

    pub(super) fn account(&self) -> Result<i64, Problem> {
        self.principal
            .staff()
            .map(|staff| staff.account)
            .ok_or(Problem::SignInNeeded)
    }

    pub(super) fn may_look(&self) -> bool {
        LOOK.into_iter()
            .any(|capability| self.principal.holds(capability))
    }

    /// The plan with that key, for those who may see what is not published.
    pub(super) async fn plan(&self, key: &str) -> Result<PlanRecord, Problem> {
        if !self.may_look() {
            return Err(Problem::NotAllowed);
        }
        Ok(store::plan(self.db(), key).await?)
    }

    /// Whether the person holds a capability in a department, or looks after the whole plan.
    pub(super) fn may_in(&self, capability: Capability, department: &str) -> bool {
        DepartmentCode::new(department).is_ok_and(|code| self.principal.holds_in(capability, &code))
    }

    pub(super) fn may_everywhere(&self, capability: Capability) -> bool {
        self.principal.holds_everywhere(capability)
    }

    /// Whether the person may write for a department: its editors, and whoever manages the plan.
    pub(super) fn may_write(&self, department: &str) -> bool {
        self.may_in(EDIT, department) || self.may_everywhere(MANAGE)
    }

    /// Refuses who may not write for a department.
    pub(super) fn need_write(&self, department: &str) -> Result<(), Problem> {
        needed(self.may_write(department))
    }

    pub(super) fn need_everywhere(&self, capability: Capability) -> Result<(), Problem> {
        needed(self.may_everywhere(capability))
    }

    /// The departments the person may write for.
    pub(super) fn own_departments<'p>(&self, people: &'p People) -> Vec<&'p cycle::Department> {
        people
            .departments()
            .iter()
            .filter(|department| self.may_write(&department.code))
            .collect()
    }

    /// Keeps what was typed and why it was refused, for the form to be shown again.
    /// What the person cannot mend becomes the answer itself.
    pub(super) fn refuse(&mut self, error: PlanError, typed: Fields) -> Result<(), Problem> {
        let sentence = match &error {
            PlanError::Empty(field) => {
                let label = self.t(&format!("cycle-field-{}", field.replace('_', "-")));
                self.words
                    .with_text("cycle-error-empty", "field", &label)
                    .into_owned()
            }
            PlanError::ChangedMeanwhile => self.t("cycle-error-changed"),
            PlanError::WrongState(_) => self.t("cycle-error-state"),
            PlanError::BadKey(_) => self.t("cycle-error-key"),
            _ => return Err(error.into()),
        };
        self.refused = Some((typed, sentence));
        Ok(())
    }

    /// Shows a form again with a sentence of its own.
    pub(super) fn refuse_with(&mut self, key: &str, typed: Fields) {
        self.refused = Some((typed, self.t(key)));
    }

    fn typed(&self, form: &str, name: &str) -> Option<String> {
        let (typed, _) = self.refused.as_ref()?;
        (typed.get("form") == form && typed.has(name)).then(|| typed.get(name).to_owned())
    }

    /// A page of the desk: frame, menu, the notice of the last step, the sentence of a refused form.
    pub(super) async fn page(
        &self,
        title: impl Into<String>,
        plan: Option<&PlanRecord>,
        sections: Vec<Section>,
    ) -> Result<Page, Problem> {
        let mut shell = self.shell.clone();
        let unread = match self.principal.staff() {
            Some(staff) => cycle::unread_notices(self.db(), staff.account).await?,
            None => 0,
        };
        shell.desk_menu = desk_menu_in(
            &self.principal,
            self.language(),
            plan.map(|plan| (plan.key.as_str(), plan.title.as_str())),
            &self.path,
            unread,
        );
        let mut page = Page::desk(shell, title, &Sections { sections });
        if self.path != "/desk" {
            page = page.breadcrumb(self.t("cycle-home"), "/desk");
        }
        if let Some(plan) = plan {
            page = page.breadcrumb(&plan.title, format!("/desk/plan/{}", plan.key));
        }
        let done = self.query.get("done");
        if !done.is_empty() && self.words.has(&format!("cycle-done-{done}")) {
            page = page.notice(NotificationBanner::success(
                self.t(&format!("cycle-done-{done}")),
            ));
        }
        if let Some((_, sentence)) = &self.refused {
            page = page
                .notice(NotificationBanner::error(sentence))
                .with_errors(true);
        }
        Ok(page)
    }

    /// A page for residents.
    pub(super) fn public_page(&self, title: impl Into<String>, sections: Vec<Section>) -> Page {
        Page::public(self.shell.clone(), title, &Sections { sections })
    }

    /// A form that is sent to `action`.
    pub(super) fn form(&self, name: &'static str, action: impl Into<String>) -> FormMaker<'_> {
        FormMaker {
            room: self,
            name,
            action: action.into(),
            hidden: Vec::new(),
            fields: Html::empty(),
            buttons: Html::empty(),
            inline: false,
        }
    }

    pub(super) fn date(&self, text: &str) -> String {
        text.parse().map_or_else(
            |_| text.to_owned(),
            |day| format::date(day, self.language()),
        )
    }

    pub(super) fn moment(&self, stored: i64) -> String {
        format::date_time(cycle::moment(stored), self.language())
    }

    pub(super) fn year(&self, year: FiscalYear) -> String {
        format::fiscal_year_short(year, self.language())
    }

    pub(super) fn year_of(&self, stored: i64) -> String {
        fiscal_year(stored).map_or_else(|| stored.to_string(), |year| self.year(year))
    }

    pub(super) fn yen(&self, amount: i64) -> String {
        self.words
            .with("cycle-yen", &[("n", amount.into())])
            .into_owned()
    }

    pub(super) fn department<'p>(&self, people: &'p People, code: &'p str) -> &'p str {
        people.department(code, self.language() != Language::English)
    }

    pub(super) fn person(&self, people: &People, account: Option<i64>) -> String {
        account
            .and_then(|account| people.person(account).map(str::to_owned))
            .unwrap_or_else(|| self.t("cycle-nobody"))
    }

    /// The history of something as a table.
    pub(super) fn history(&self, people: &People, steps: &[Step], kind: &str) -> Html {
        let mut table = Table::new(self.language(), "history", self.t("cycle-history"))
            .hide_caption()
            .columns([
                Column::text(self.t("cycle-column-when")).no_wrap(),
                Column::text(self.t("cycle-column-who")).no_wrap(),
                Column::text(self.t("cycle-column-step")).no_wrap(),
                Column::text(self.t("cycle-column-why")),
            ]);
        for step in steps {
            table = table.row([
                self.moment(step.made_at).into(),
                Cell::text(people.actor(&step.made_by)),
                self.word(kind, &step.step).into(),
                Cell::text(&step.text),
            ]);
        }
        Html::of(&table)
    }

    /// The years a person can look at: from the plan's first to the running one, newest first.
    pub(super) fn years(&self, plan: &PlanRecord) -> Vec<FiscalYear> {
        let running = FiscalYear::from_date(self.city.today());
        let first = plan
            .first_year
            .and_then(fiscal_year)
            .unwrap_or_else(|| running.previous());
        let mut years = Vec::new();
        let mut year = running;
        while year >= first && years.len() < 30 {
            years.push(year);
            year = year.previous();
        }
        years
    }

    /// The year asked for, or the one that is looked back on now: the last that is over.
    pub(super) fn asked_year(&self) -> FiscalYear {
        FiscalYear::read(self.query.get("year"))
            .unwrap_or_else(|| FiscalYear::from_date(self.city.today()).previous())
    }

    /// A filter by year and department, as a form that only asks.
    pub(super) fn filter(
        &self,
        years: &[FiscalYear],
        year: FiscalYear,
        people: Option<(&People, &str)>,
    ) -> Html {
        let mut fields = Html::empty();
        fields.push(
            &Select::new(self.language(), "year", self.t("cycle-field-year"))
                .choices(
                    years
                        .iter()
                        .map(|year| Choice::new(year.year().to_string(), self.year(*year))),
                )
                .value(&year.year().to_string()),
        );
        if let Some((people, department)) = people {
            fields.push(
                &Select::new(
                    self.language(),
                    "department",
                    self.t("cycle-field-department"),
                )
                .or_all()
                .choices(self.department_choices(people.departments().iter()))
                .value(department),
            );
        }
        let filter = Filter {
            action: &self.path,
            fields,
            button: Button::submit(self.t("cycle-show")).kind(ButtonKind::Other),
        };
        Html::render(&filter).unwrap_or_default()
    }

    pub(super) fn department_choices<'d>(
        &self,
        departments: impl IntoIterator<Item = &'d cycle::Department>,
    ) -> Vec<Choice> {
        let japanese = self.language() != Language::English;
        departments
            .into_iter()
            .map(|department| {
                let name = if japanese || department.name_en.is_empty() {
                    &department.name_ja
                } else {
                    &department.name_en
                };
                Choice::new(&department.code, name)
            })
            .collect()
    }
}

/// Everybody, to choose one.
pub(super) fn person_choices(people: &People) -> Vec<Choice> {
    people
        .persons()
        .map(|person| Choice::new(person.id.to_string(), &person.display_name))
        .collect()
}

fn needed(holds: bool) -> Result<(), Problem> {
    if holds {
        Ok(())
    } else {
        Err(Problem::NotAllowed)
    }
}

pub(super) fn fiscal_year(stored: i64) -> Option<FiscalYear> {
    FiscalYear::new(i32::try_from(stored).ok()?).ok()
}

/// After a change: another page, with the notice of that name.
pub(super) fn done(path: &str, notice: &str) -> Response {
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    let joint = if path.contains('?') { '&' } else { '?' };
    let hash = if fragment.is_empty() { "" } else { "#" };
    Redirect::to(&format!("{path}{joint}done={notice}{hash}{fragment}")).into_response()
}

/// A part of a page under its heading.
pub(super) struct Section {
    id: &'static str,
    heading: String,
    content: Html,
}

impl Section {
    pub(super) fn new(
        id: &'static str,
        heading: impl Into<String>,
        content: &impl askama::filters::HtmlSafe,
    ) -> Self {
        Self {
            id,
            heading: heading.into(),
            content: Html::of(content),
        }
    }

    pub(super) fn plain(content: &impl askama::filters::HtmlSafe) -> Self {
        Self::new("", "", content)
    }
}

#[derive(Template)]
#[template(path = "cycle/sections.html")]
struct Sections {
    sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "cycle/filter.html")]
struct Filter<'a> {
    action: &'a str,
    fields: Html,
    button: Button,
}

#[derive(Template)]
#[template(path = "cycle/lines.html")]
struct Lines<'a> {
    heading: &'a str,
    lines: &'a [String],
}

/// A list of lines under a small heading; nothing when there are none.
pub(super) fn lines(heading: &str, lines: &[String]) -> Html {
    if lines.is_empty() {
        return Html::empty();
    }
    Html::render(&Lines { heading, lines }).unwrap_or_default()
}

/// A paragraph that keeps its line breaks.
pub(super) fn paragraph(text: &str) -> Html {
    Html::trusted(format!("<p class=\"lines\">{}</p>", Html::text(text)))
}

/// Builds a form whose fields keep what was typed when it was refused.
pub(super) struct FormMaker<'a> {
    room: &'a Room,
    name: &'static str,
    action: String,
    hidden: Vec<(String, String)>,
    fields: Html,
    buttons: Html,
    inline: bool,
}

#[derive(Template)]
#[template(path = "cycle/form.html")]
struct FormBody<'a> {
    name: &'a str,
    action: &'a str,
    hidden: &'a [(String, String)],
    fields: &'a Html,
    buttons: &'a Html,
    inline: bool,
}

impl FormMaker<'_> {
    fn id(&self, name: &str) -> String {
        // Forms for several things stand on one page: the number of the thing keeps their ids apart.
        let thing = self
            .hidden
            .iter()
            .find(|(name, _)| name == "id")
            .map_or("", |(_, value)| value);
        format!("{}{thing}-{name}", self.name)
    }

    fn label(&self, name: &str) -> String {
        let stem = name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '-');
        self.room
            .t(&format!("cycle-field-{}", stem.replace('_', "-")))
    }

    fn value(&self, name: &str, otherwise: &str) -> String {
        self.room
            .typed(self.name, name)
            .unwrap_or_else(|| otherwise.to_owned())
    }

    pub(super) fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    // Callers hand over numbers, words and references alike.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn hidden(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let value = self.value(name, &value.to_string());
        self.hidden.push((name.to_owned(), value));
        self
    }

    pub(super) fn text(mut self, name: &str, value: &str, required: bool) -> Self {
        let field = TextField::new(self.room.language(), name, self.label(name))
            .id(self.id(name))
            .value(self.value(name, value));
        let field = if required {
            field.required()
        } else {
            field.optional()
        };
        self.fields.push(&field);
        self
    }

    pub(super) fn number(mut self, name: &str, value: &str, unit: &str) -> Self {
        let field = TextField::new(self.room.language(), name, self.label(name))
            .id(self.id(name))
            .value(self.value(name, value))
            .decimal()
            .unit(unit)
            .width(20);
        self.fields.push(&field);
        self
    }

    pub(super) fn area(mut self, name: &str, value: &str, rows: u8, required: bool) -> Self {
        let field = TextArea::new(self.room.language(), name, self.label(name))
            .id(self.id(name))
            .value(self.value(name, value))
            .rows(rows);
        let field = if required {
            field.required()
        } else {
            field.optional()
        };
        self.fields.push(&field);
        self
    }

    pub(super) fn date(mut self, name: &str, value: Option<Date>) -> Self {
        let field = DateField::new(self.room.language(), name, self.label(name)).id(self.id(name));
        let typed = ["year", "month", "day"]
            .map(|part| self.room.typed(self.name, &format!("{name}_{part}")));
        let field = match typed {
            [Some(year), Some(month), Some(day)] => field.typed(&year, &month, &day),
            _ => field.value(value),
        };
        self.fields.push(&field);
        self
    }

    pub(super) fn select(
        mut self,
        name: &str,
        choices: Vec<Choice>,
        value: &str,
        empty: bool,
    ) -> Self {
        let field = Select::new(self.room.language(), name, self.label(name)).id(self.id(name));
        let field = if empty { field.ask() } else { field };
        self.fields
            .push(&field.choices(choices).value(&self.value(name, value)));
        self
    }

    pub(super) fn note(mut self, content: &impl askama::filters::HtmlSafe) -> Self {
        self.fields.push(content);
        self
    }

    pub(super) fn submit(mut self, key: &str) -> Self {
        self.buttons.push(&Button::submit(self.room.t(key)));
        self
    }

    /// A button that sends a step.
    pub(super) fn step(mut self, key: &str, step: &str, kind: ButtonKind) -> Self {
        self.buttons.push(
            &Button::submit(self.room.t(key))
                .sends("step", step)
                .kind(kind)
                .without_validation(),
        );
        self
    }

    pub(super) fn make(self) -> Html {
        Html::render(&FormBody {
            name: self.name,
            action: &self.action,
            hidden: &self.hidden,
            fields: &self.fields,
            buttons: &self.buttons,
            inline: self.inline,
        })
        .unwrap_or_default()
    }
}

/// The values of a form or of an address.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|error| Problem::BadRequest(error.body_text()))?;
        Ok(Self::new(pairs))
    }
}

impl Fields {
    // Browsers end lines with CR LF; texts are kept with LF.
    fn new(pairs: Vec<(String, String)>) -> Self {
        let kept = pairs
            .into_iter()
            .map(|(name, value)| (name, value.replace("\r\n", "\n")));
        Self(kept.collect())
    }

    fn of_query(query: &str) -> Self {
        let uri = Uri::builder()
            .path_and_query(format!("/?{query}"))
            .build()
            .unwrap_or_default();
        Query::<Vec<(String, String)>>::try_from_uri(&uri)
            .map_or_else(|_| Self::default(), |Query(pairs)| Self::new(pairs))
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The value without blanks around it; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.trim())
    }

    pub(super) fn optional(&self, name: &str) -> Option<String> {
        Some(self.get(name).to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        self.get(name).lines().map(str::to_owned).collect()
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }

    /// A number as people type it: full-width digits and thousands separators are read.
    pub(super) fn decimal(&self, name: &str) -> Option<Decimal> {
        let plain: String = yakuba_kernel::text::normalise_for_search(self.get(name))
            .chars()
            .filter(|letter| *letter != ',')
            .collect();
        plain.parse().ok()
    }

    /// Whole yen.
    pub(super) fn yen(&self, name: &str) -> Option<yakuba_kernel::Yen> {
        let value = self.decimal(name)?;
        let whole = i64::try_from(value).ok()?;
        (Decimal::from(whole) == value).then_some(yakuba_kernel::Yen::new(whole))
    }

    pub(super) fn date(&self, name: &str) -> Option<Date> {
        DateField::read(
            self.get(&format!("{name}_year")),
            self.get(&format!("{name}_month")),
            self.get(&format!("{name}_day")),
        )
    }

    pub(super) fn year(&self, name: &str) -> Option<FiscalYear> {
        FiscalYear::read(self.get(name))
    }

    /// The revision the form was made from; zero, which no record has, when it is missing.
    pub(super) fn revision(&self) -> i64 {
        self.integer("revision").unwrap_or(0)
    }
}
