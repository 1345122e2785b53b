//! Forms and answers as HTML: every control works without JavaScript.

mod answers;
mod controls;
mod written;

pub use answers::{AnswerRow, AnswerSection, slot_text};
pub use written::written;

use std::collections::BTreeMap;

use askama::Template;
use yakuba_ui::{Button, ButtonKind, FormErrors, Html, Language, Words};

use crate::WORDS;
use crate::answers::{Answers, Slot};
use crate::form::{Evaluation, FieldProblem, Form};
use crate::look_up::LookUp;
use crate::model::document::{Field, FieldKind, FormPage, Text};

/// The largest number of choices shown as radio buttons; more become a list.
const MOST_RADIO_BUTTONS: usize = 10;

/// What the caller adds beside single questions: words, such as that a proof of identity stands behind the answer, and addresses for
/// postal codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    words: BTreeMap<String, String>,
    before: BTreeMap<String, (String, String)>,
    looks_up: bool,
    finds_places: bool,
    maps: bool,
    found: BTreeMap<String, LookUp>,
    slots: BTreeMap<String, Vec<Slot>>,
}

impl Marks {
    /// No marks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts words beside the answer at a field's path.
    pub fn add(&mut self, path: impl Into<String>, words: impl Into<String>) {
        self.words.insert(path.into(), words.into());
    }

    /// The words beside the answer at a path.
    pub fn at(&self, path: &str) -> Option<&str> {
        self.words.get(path).map(String::as_str)
    }

    /// Says with the answer at a field's path that it was answered anew: the words, and what was answered before, in a sentence.
    pub fn corrected(
        &mut self,
        path: impl Into<String>,
        words: impl Into<String>,
        before: impl Into<String>,
    ) {
        self.before
            .insert(path.into(), (words.into(), before.into()));
    }

    /// Whether no words stand beside any answer.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.before.is_empty()
    }

    /// Puts the button that fills in the address beside every postal code. Pressed, it is sent as an `action` that
    /// [`Wish::read`](crate::Wish::read) understands.
    pub fn look_up_addresses(&mut self) {
        self.looks_up = true;
    }

    /// Puts the button that finds the position of an address beside every place. Pressed, it is sent as an `action` that
    /// [`Wish::read`](crate::Wish::read) understands.
    pub fn find_places(&mut self) {
        self.finds_places = true;
    }

    /// Shows answers about places on small maps as well, with a link to a public map.
    pub fn show_places_on_maps(&mut self) {
        self.maps = true;
    }

    /// The times that can be chosen at a field's path.
    pub fn offer_slots(&mut self, path: impl Into<String>, slots: Vec<Slot>) {
        self.slots.insert(path.into(), slots);
    }

    pub(crate) fn slots(&self, path: &str) -> Option<&[Slot]> {
        self.slots.get(path).map(Vec::as_slice)
    }

    /// Says beside the postal code or the place of the field at a path what looking it up came to.
    pub fn found(&mut self, path: impl Into<String>, found: LookUp) {
        self.found.insert(path.into(), found);
    }
}

/// What a field is drawn from.
struct Drawing<'d> {
    form: &'d Form,
    evaluation: &'d Evaluation,
    problems: &'d [FieldProblem],
    marks: &'d Marks,
    words: Words,
}

impl Form {
    /// The controls of a page: the summary of what is wrong, the page's introduction and its fields, with what was answered or typed. It
    /// stands inside a `<form method="post" novalidate>` of the caller's (`enctype="multipart/form-data"` when [`FormPage`] asks for files),
    /// who also writes the heading and the buttons. Empty for a page that does not exist.
    ///
    /// `problems` are those that [`PageRead`](crate::PageRead) gave; none on the first showing.
    pub fn render_page(
        &self,
        page: &str,
        answers: &Answers,
        evaluation: &Evaluation,
        problems: &[FieldProblem],
        language: Language,
    ) -> Html {
        self.render_page_marked(page, answers, evaluation, problems, &Marks::new(), language)
    }

    /// The same with words beside some answers.
    pub fn render_page_marked(
        &self,
        page: &str,
        answers: &Answers,
        evaluation: &Evaluation,
        problems: &[FieldProblem],
        marks: &Marks,
        language: Language,
    ) -> Html {
        let drawing = Drawing {
            form: self,
            evaluation,
            problems,
            marks,
            words: WORDS.words(language),
        };
        let mut html = drawing.summary();
        if let Some(page) = self.page(page) {
            html.push(&drawing.page(page, answers));
        }
        html
    }

    /// The controls of all pages that are asked, each under its heading: for a form whose layout is one page.
    pub fn render_all(
        &self,
        answers: &Answers,
        evaluation: &Evaluation,
        problems: &[FieldProblem],
        language: Language,
    ) -> Html {
        self.render_all_marked(answers, evaluation, problems, &Marks::new(), language)
    }

    /// The same with words beside some answers.
    pub fn render_all_marked(
        &self,
        answers: &Answers,
        evaluation: &Evaluation,
        problems: &[FieldProblem],
        marks: &Marks,
        language: Language,
    ) -> Html {
        let drawing = Drawing {
            form: self,
            evaluation,
            problems,
            marks,
            words: WORDS.words(language),
        };
        let mut html = drawing.summary();
        for page in &self.document().pages {
            if evaluation.is_page_shown(page.key.as_str()) {
                html.push(&shown(&Section {
                    id: page.key.as_str(),
                    title: page.title.get(language),
                    content: drawing.page(page, answers),
                }));
            }
        }
        html
    }
}

impl FormPage {
    /// Whether it asks for files, so that its `<form>` needs `enctype="multipart/form-data"`.
    pub fn asks_for_files(&self) -> bool {
        self.fields.iter().any(|field| match &field.kind {
            FieldKind::File { .. } => true,
            FieldKind::Group { fields, .. } => fields
                .iter()
                .any(|field| matches!(field.kind, FieldKind::File { .. })),
            _ => false,
        })
    }
}

/// What a template shows; nothing when it fails, which it does only without memory.
fn shown(template: &impl Template) -> Html {
    Html::render(template).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "forms/section.html")]
struct Section<'a> {
    id: &'a str,
    title: &'a str,
    content: Html,
}

#[derive(Template)]
#[template(path = "forms/intro.html")]
struct Intro<'a> {
    text: &'a str,
}

#[derive(Template)]
#[template(path = "forms/group.html")]
struct Group {
    words: Words,
    id: String,
    name: String,
    label: String,
    support: String,
    error: String,
    required: bool,
    entries: Vec<(String, String, Html)>,
    add: Option<Button>,
}

impl Drawing<'_> {
    fn language(&self) -> Language {
        self.words.language()
    }

    fn text(&self, text: Option<&Text>) -> String {
        text.map(|text| text.get(self.language()).to_owned())
            .unwrap_or_default()
    }

    fn summary(&self) -> Html {
        let mut errors = FormErrors::new();
        for problem in self.problems {
            errors.add(
                Self::target(problem),
                problem.message.in_language(self.language()),
            );
        }
        Html::of(&errors.summary(self.language()))
    }

    /// The id of the control that a problem is mended at.
    fn target(problem: &FieldProblem) -> String {
        let mut id = id_of(&problem.path());
        if let Some(part) = problem.part {
            id.push('-');
            id.push_str(part);
        }
        id
    }

    fn page(&self, page: &FormPage, answers: &Answers) -> Html {
        let mut html = Html::empty();
        if let Some(intro) = &page.intro {
            html.push(&shown(&Intro {
                text: intro.get(self.language()),
            }));
        }
        for field in &page.fields {
            let path = field.key.as_str();
            if !self.evaluation.is_shown(path) {
                continue;
            }
            match &field.kind {
                FieldKind::Group { .. } => html.push(&self.group(field, answers)),
                _ => html.push(&self.field(field, path, answers, false)),
            }
        }
        html
    }

    /// What is wrong with a field as a whole, or with one of its controls.
    fn error(&self, path: &str, part: Option<&str>) -> String {
        self.problems
            .iter()
            .find(|problem| problem.path() == path && problem.part == part)
            .map(|problem| problem.message.in_language(self.language()).into_owned())
            .unwrap_or_default()
    }

    fn group(&self, field: &Field, answers: &Answers) -> Html {
        let FieldKind::Group {
            entry,
            min,
            max,
            fields,
        } = &field.kind
        else {
            return Html::empty();
        };
        let name = field.key.as_str();
        let blank = Answers::new();
        let given = answers.entries(name);
        let least = usize::try_from(*min).unwrap_or(usize::MAX);
        let most = usize::try_from(*max).unwrap_or(usize::MAX);
        let count = given.len().max(least);
        let entry_name = entry.get(self.language());
        let entries = (0..count)
            .map(|number| {
                let mut html = Html::empty();
                for inner in fields {
                    let path = format!("{name}.{number}.{}", inner.key);
                    // An entry that nobody has begun is shown with the questions that depend on nothing.
                    let shown = if number < given.len() {
                        self.evaluation.is_shown(&path)
                    } else {
                        inner.show_if.is_none()
                    };
                    if shown {
                        let entry = given.get(number).unwrap_or(&blank);
                        html.push(&self.field(inner, &path, entry, true));
                    }
                }
                if count > least {
                    let text = self.words.with(
                        "forms-remove-entry",
                        &[
                            ("entry", entry_name.to_owned().into()),
                            ("n", (number + 1).into()),
                        ],
                    );
                    html.push(
                        &Button::submit(text)
                            .kind(ButtonKind::Other)
                            .sends("action", format!("remove:{name}:{number}"))
                            .without_validation()
                            .small(),
                    );
                }
                let heading = self.words.with(
                    "forms-entry",
                    &[
                        ("entry", entry_name.to_owned().into()),
                        ("n", (number + 1).into()),
                    ],
                );
                (format!("{name}-{number}"), heading.into_owned(), html)
            })
            .collect();
        let add = (count < most).then(|| {
            Button::submit(
                self.words
                    .with_text("forms-add-entry", "entry", entry_name)
                    .into_owned(),
            )
            .kind(ButtonKind::Other)
            .sends("action", format!("add:{name}"))
            .without_validation()
        });
        shown(&Group {
            words: self.words,
            id: name.to_owned(),
            name: name.to_owned(),
            label: field.label.get(self.language()).to_owned(),
            support: self.text(field.hint.as_ref()),
            error: self.error(name, None),
            required: *min > 0,
            entries,
            add,
        })
    }
}

/// The id of the control that is called `name`.
fn id_of(name: &str) -> String {
    name.replace('.', "-")
}
