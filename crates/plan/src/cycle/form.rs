//! Forms whose fields keep what was typed when it was refused.

use askama::Template;
use jiff::civil::Date;
use yakuba_ui::{Button, ButtonKind, Choice, DateField, Html, Select, TextArea, TextField};

use super::room::Room;
use crate::model::cycle::Deadline;

/// Builds a form whose fields keep what was typed when it was refused.
pub(super) struct FormMaker<'a> {
    room: &'a Room,
    name: &'static str,
    action: String,
    hidden: Vec<(String, String)>,
    fields: Html,
    buttons: Html,
    inline: bool,
    /// What opens the form, when it is folded away.
    summary: String,
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
    summary: &'a str,
    open: bool,
}

#[derive(Template)]
#[template(
    source = r#"<fieldset class="form-row"><legend>{{ legend }}</legend>{{ fields }}</fieldset>"#,
    ext = "html"
)]
struct Together<'a> {
    legend: &'a str,
    fields: &'a Html,
}

impl<'a> FormMaker<'a> {
    pub(super) fn new(room: &'a Room, name: &'static str, action: String) -> Self {
        Self {
            room,
            name,
            action,
            hidden: Vec::new(),
            fields: Html::empty(),
            buttons: Html::empty(),
            inline: false,
            summary: String::new(),
        }
    }

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

    /// What was typed into this form: another of the same name belongs to another thing.
    fn typed(&self, name: &str) -> Option<String> {
        let of_this = self
            .hidden
            .iter()
            .find(|(name, _)| name == "id")
            .is_none_or(|(_, id)| self.room.typed(self.name, "id").as_ref() == Some(id));
        self.room.typed(self.name, name).filter(|_| of_this)
    }

    fn value(&self, name: &str, otherwise: &str) -> String {
        self.typed(name).unwrap_or_else(|| otherwise.to_owned())
    }

    pub(super) fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// Folds the form away behind a word, as what is seldom done in the row of a table. It stands open after it was refused.
    pub(super) fn folded(mut self, key: &str) -> Self {
        self.summary = self.room.t(key);
        self
    }

    /// Fields that belong together, side by side under a legend.
    pub(super) fn together(mut self, legend: &str, fill: impl FnOnce(Self) -> Self) -> Self {
        let before = std::mem::replace(&mut self.fields, Html::empty());
        let mut filled = fill(self);
        let fields = std::mem::replace(&mut filled.fields, before);
        filled.fields.push(
            &Html::render(&Together {
                legend,
                fields: &fields,
            })
            .unwrap_or_default(),
        );
        filled
    }

    // Callers hand over numbers, words and references alike.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn hidden(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let value = value.to_string();
        // The thing a form is about is never what another form of that name was about.
        let value = if name == "id" {
            value
        } else {
            self.value(name, &value)
        };
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
        let typed = ["year", "month", "day"].map(|part| self.typed(&format!("{name}_{part}")));
        let field = match typed {
            [Some(year), Some(month), Some(day)] => field.typed(&year, &month, &day),
            _ => field.value(value),
        };
        self.fields.push(&field);
        self
    }

    /// A day of every year: month and day chosen from lists, sent as `<name>_month` and `<name>_day`.
    pub(super) fn day_of_year(self, name: &str, value: Deadline) -> Self {
        let language = self.room.language();
        let choices = |numbers: std::ops::RangeInclusive<i8>, key: &str| -> Vec<Choice> {
            numbers
                .map(|number| Choice::new(number.to_string(), self.room.words.counted(key, number)))
                .collect()
        };
        let list = |part: &str, choices: Vec<Choice>, value: i8| {
            let name = format!("{name}_{part}");
            Select::new(language, &name, self.room.t(&format!("ui-{part}")))
                .id(self.id(&name))
                .choices(choices)
                .value(&self.value(&name, &value.to_string()))
        };
        let month = list("month", choices(1..=12, "cycle-month"), value.month());
        let day = list("day", choices(1..=31, "cycle-day"), value.day());
        let legend = self.label(name);
        self.together(&legend, |mut form| {
            form.fields.push(&month);
            form.fields.push(&day);
            form
        })
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

    /// A button of another kind than the main one.
    pub(super) fn button(mut self, key: &str, kind: ButtonKind) -> Self {
        self.buttons
            .push(&Button::submit(self.room.t(key)).kind(kind));
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
        let open = self.typed("form").is_some();
        Html::render(&FormBody {
            name: self.name,
            action: &self.action,
            hidden: &self.hidden,
            fields: &self.fields,
            buttons: &self.buttons,
            inline: self.inline,
            summary: &self.summary,
            open,
        })
        .unwrap_or_default()
    }
}
