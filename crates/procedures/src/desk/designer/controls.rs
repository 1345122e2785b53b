//! The controls of the designer's forms. Each shows what stands in the values of its name, and what is wrong with it.

use askama::Template;
use yakuba_ui::{
    CheckboxGroup, Choice, Fields, FormErrors, Html, RadioGroup, Select, TextArea, TextField, Words,
};

use super::{
    change::Move,
    values::{
        Wrong,
        condition::{self, Known, Test},
        rows,
    },
};
use crate::desk::room::Room;

/// The languages of a text: the ending of its input's name, and what it is called.
const LANGUAGES: [(&str, &str); 3] = [
    ("ja", "designer-japanese"),
    ("easy", "designer-easy"),
    ("en", "designer-english"),
];

/// Controls that show the same values.
pub(super) struct Controls<'a> {
    room: &'a Room,
    values: &'a Fields,
    errors: &'a FormErrors,
    html: Html,
}

#[derive(Template)]
#[template(
    source = r#"<fieldset class="form-row"{% if !id.is_empty() %} id="{{ id }}"{% endif %}{% if wide %} data-wide{% endif %}><legend>{{ legend }}</legend>{{ content }}</fieldset>"#,
    ext = "html"
)]
struct Row<'a> {
    id: &'a str,
    legend: &'a str,
    wide: bool,
    content: &'a Html,
}

#[derive(Template)]
#[template(
    source = r#"<section class="card rule" id="{{ id }}" aria-labelledby="{{ id }}-title"><h2 class="card__title" id="{{ id }}-title">{{ title }}</h2>{{ content }}</section>"#,
    ext = "html"
)]
struct Card<'a> {
    id: &'a str,
    title: &'a str,
    content: &'a Html,
}

#[derive(Template)]
#[template(
    source = r#"<details class="disclosure"{% if open %} open{% endif %}><summary>{{ summary }}</summary><div class="disclosure__content">{{ content }}</div></details>"#,
    ext = "html"
)]
struct Folded<'a> {
    summary: &'a str,
    open: bool,
    content: &'a Html,
}

#[derive(Template)]
#[template(
    source = r##"<button class="button" data-type="text" data-size="small" type="submit" name="action" value="{{ value }}" formaction="#{{ target }}">{{ text }}<span class="visually-hidden"> {{ about }}</span></button>"##,
    ext = "html"
)]
struct Mover<'a> {
    text: &'a str,
    about: &'a str,
    value: &'a str,
    target: &'a str,
}

/// A row of a list of inputs.
#[derive(Clone, Copy)]
pub(super) struct ListRow<'a> {
    pub(super) list: &'a str,
    pub(super) number: usize,
    /// How many rows have something in them.
    pub(super) used: usize,
}

impl ListRow<'_> {
    fn id(&self) -> String {
        format!("{}-{}", self.list, self.number)
    }
}

#[derive(Template)]
#[template(path = "designer/condition.html")]
struct ConditionBody<'a> {
    words: Words,
    name: &'a str,
    label: &'a str,
    support: &'a str,
    rows: Vec<[Html; 3]>,
    join: Html,
    answers: Vec<&'a str>,
    expression: Html,
    open: bool,
}

impl<'a> Controls<'a> {
    pub(super) fn new(room: &'a Room, values: &'a Fields, errors: &'a FormErrors) -> Self {
        Self {
            room,
            values,
            errors,
            html: Html::empty(),
        }
    }

    pub(super) fn done(self) -> Html {
        self.html
    }

    fn none(&self) -> Self {
        Self::new(self.room, self.values, self.errors)
    }

    pub(super) fn add(&mut self, content: &impl askama::filters::HtmlSafe) -> &mut Self {
        self.html.push(content);
        self
    }

    fn field(&self, name: &str, label: &str) -> TextField {
        TextField::new(self.room.language(), name, self.room.d(label))
            .value(self.values.get(name))
            .errors(self.errors)
    }

    /// One line of about so many letters, with an explanation under its label unless that is empty.
    pub(super) fn line(&mut self, name: &str, label: &str, support: &str, width: u8) -> &mut Self {
        let mut field = self.field(name, label).width(width);
        if !support.is_empty() {
            field = field.support(self.room.d(support));
        }
        self.html.push(&field);
        self
    }

    /// A whole number.
    pub(super) fn number(&mut self, name: &str, label: &str, unit: &str) -> &mut Self {
        let mut field = self.field(name, label).width(10).numeric();
        if !unit.is_empty() {
            field = field.unit(self.room.d(unit));
        }
        self.html.push(&field);
        self
    }

    /// A text in three languages. Of one row each it is a line.
    pub(super) fn text(&mut self, name: &str, label: &str, rows: u8) -> &mut Self {
        let mut inputs = Html::empty();
        for (ending, language) in LANGUAGES {
            let name = format!("{name}_{ending}");
            let label = self.room.d(language);
            let value = self.values.get(&name);
            let language = self.room.language();
            if rows == 1 {
                inputs.push(
                    &TextField::new(language, &name, label)
                        .value(value)
                        .errors(self.errors),
                );
            } else {
                inputs.push(
                    &TextArea::new(language, &name, label)
                        .value(value)
                        .rows(rows)
                        .errors(self.errors),
                );
            }
        }
        let legend = self.room.d(label);
        self.row_of("", &legend, true, &inputs)
    }

    fn row_of(&mut self, id: &str, legend: &str, wide: bool, content: &Html) -> &mut Self {
        self.html.push(
            &Html::render(&Row {
                id,
                legend,
                wide,
                content,
            })
            .unwrap_or_default(),
        );
        self
    }

    /// Controls that belong together, under a legend.
    pub(super) fn together(&mut self, legend: &str, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let mut inner = self.none();
        fill(&mut inner);
        let content = inner.done();
        self.row_of("", legend, false, &content)
    }

    /// Controls of one row of a list, with the buttons that move it while there is something in it.
    pub(super) fn row(
        &mut self,
        row: ListRow<'_>,
        legend: &str,
        fill: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mut inner = self.none();
        fill(&mut inner);
        inner.movers(row, legend);
        let content = inner.done();
        self.row_of(&row.id(), legend, false, &content)
    }

    /// Likewise, as a card under a heading.
    pub(super) fn card(
        &mut self,
        row: ListRow<'_>,
        title: &str,
        fill: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mut inner = self.none();
        fill(&mut inner);
        inner.movers(row, title);
        self.html.push(
            &Html::render(&Card {
                id: &row.id(),
                title,
                content: &inner.done(),
            })
            .unwrap_or_default(),
        );
        self
    }

    /// The buttons that move a row or take it out. They save nothing: the form comes back as it then stands.
    fn movers(&mut self, row: ListRow<'_>, about: &str) {
        if row.number >= row.used {
            return;
        }
        let mut buttons = Html::empty();
        for step in [Move::Up, Move::Down, Move::Remove] {
            let target = match step {
                Move::Up if row.number == 0 => continue,
                Move::Down if row.number + 1 == row.used => continue,
                Move::Up => row.number - 1,
                Move::Down => row.number + 1,
                Move::Remove => row.number,
            };
            buttons.push(
                &Html::render(&Mover {
                    text: &self.room.d(&format!("designer-{}", step.name())),
                    about,
                    value: &rows::button(step, row.list, row.number),
                    target: &format!("{}-{target}", row.list),
                })
                .unwrap_or_default(),
            );
        }
        self.html.push(&Html::trusted(format!(
            "<div class=\"button-row\">{buttons}</div>"
        )));
    }

    /// How many rows of a list the form sends.
    pub(super) fn row_count(&mut self, list: &str, rows: usize) -> &mut Self {
        self.html.push(&Html::trusted(format!(
            "<input type=\"hidden\" name=\"{list}-rows\" value=\"{rows}\">"
        )));
        self
    }

    /// Controls that are seldom needed, folded away unless one of them has something in it.
    pub(super) fn folded(
        &mut self,
        summary: &str,
        open: bool,
        fill: impl FnOnce(&mut Self),
    ) -> &mut Self {
        let mut inner = self.none();
        fill(&mut inner);
        self.html.push(
            &Html::render(&Folded {
                summary: &self.room.d(summary),
                open,
                content: &inner.done(),
            })
            .unwrap_or_default(),
        );
        self
    }

    /// A row for one option: its words, then what is seldom needed.
    pub(super) fn option(
        &mut self,
        row: ListRow<'_>,
        legend: &str,
        name: &dyn Fn(&str) -> String,
        open: bool,
    ) -> &mut Self {
        let words = name("label");
        let wrong = self.errors.get(&name("value")).is_some();
        self.row(row, legend, |controls| {
            controls.words(&words);
            controls.folded("designer-option-more", open || wrong, |more| {
                more.text(&name("hint"), "designer-field-hint", 1).line(
                    &name("value"),
                    "designer-option-value",
                    "designer-support-value",
                    20,
                );
            });
        })
    }

    /// A line in each of the three languages, without a legend of their own.
    pub(super) fn words(&mut self, name: &str) -> &mut Self {
        for (ending, language) in LANGUAGES {
            self.line(&format!("{name}_{ending}"), language, "", 20);
        }
        self
    }

    /// One box to tick.
    pub(super) fn tick(&mut self, name: &str, label: &str, text: &str) -> &mut Self {
        self.html.push(
            &CheckboxGroup::new(self.room.language(), name, self.room.d(label))
                .choice(Choice::new("yes", self.room.d(text)).chosen(self.values.has(name))),
        );
        self
    }

    /// Any of several boxes.
    pub(super) fn ticks<'n>(
        &mut self,
        name: &str,
        label: &str,
        choices: impl Iterator<Item = (&'n str, String)>,
    ) -> &mut Self {
        let chosen: Vec<&str> = self.values.all(name).collect();
        self.html.push(
            &CheckboxGroup::new(self.room.language(), name, self.room.d(label))
                .choices(
                    choices.map(|(value, text)| {
                        Choice::new(value, text).chosen(chosen.contains(&value))
                    }),
                )
                .errors(self.errors),
        );
        self
    }

    /// One of several, or none of them in the words of `none`.
    pub(super) fn select(
        &mut self,
        name: &str,
        label: &str,
        none: &str,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> &mut Self {
        self.html.push(
            &Select::new(self.room.language(), name, self.room.d(label))
                .choice(Choice::new("", self.room.d(none)))
                .choices(
                    choices
                        .into_iter()
                        .map(|(value, text)| Choice::new(value, text)),
                )
                .value(self.values.get(name))
                .errors(self.errors),
        );
        self
    }

    /// One of a few, each with what it means.
    pub(super) fn radios(
        &mut self,
        name: &str,
        label: &str,
        choices: impl IntoIterator<Item = Choice>,
    ) -> &mut Self {
        self.html.push(
            &RadioGroup::new(self.room.language(), name, self.room.d(label))
                .choices(choices)
                .value(self.values.get(name))
                .errors(self.errors),
        );
        self
    }

    /// Several lines of one text.
    pub(super) fn lines(&mut self, name: &str, label: &str, support: &str, rows: u8) -> &mut Self {
        self.html.push(
            &TextArea::new(self.room.language(), name, self.room.d(label))
                .support(self.room.d(support))
                .value(self.values.get(name))
                .rows(rows)
                .errors(self.errors),
        );
        self
    }

    /// A heading with a sentence under it.
    pub(super) fn heading(&mut self, id: &str, text: &str, lead: &str) -> &mut Self {
        self.html.push(&Html::trusted(format!(
            "<h2 id=\"{id}\">{}</h2><p>{}</p>",
            Html::text(&self.room.d(text)),
            Html::text(&self.room.d(lead))
        )));
        self
    }

    /// One of several.
    pub(super) fn select_of(
        &mut self,
        name: &str,
        label: &str,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> &mut Self {
        self.html.push(
            &Select::new(self.room.language(), name, self.room.d(label))
                .choices(
                    choices
                        .into_iter()
                        .map(|(value, text)| Choice::new(value, text)),
                )
                .value(self.values.get(name))
                .errors(self.errors),
        );
        self
    }

    /// A condition as rows, with the expression folded away under them.
    pub(super) fn condition(
        &mut self,
        name: &str,
        label: &str,
        support: &str,
        all: &[Known],
    ) -> &mut Self {
        let (room, language) = (self.room, self.room.language());
        let mut sent: Vec<[String; 3]> = condition::rows(self.values, name)
            .into_iter()
            .filter(|[question, _, _]| !question.is_empty())
            .collect();
        sent.push(Default::default());
        let rows = sent.iter().enumerate().map(|(number, row)| {
            let id = |part: &str| format!("{name}-{part}-{number}");
            let question = Select::new(
                language,
                format!("{name}-question"),
                room.d("designer-condition-question"),
            )
            .id(id("question"))
            .choice(Choice::new("", room.d("designer-condition-none")))
            .choices(
                all.iter()
                    .map(|known| Choice::new(&known.key, known.label.get(language))),
            )
            .value(&row[0]);
            let test = Select::new(
                language,
                format!("{name}-test"),
                room.d("designer-condition-test"),
            )
            .id(id("test"))
            .choices(Test::ALL.map(|test| {
                Choice::new(
                    test.name(),
                    room.d(&format!("designer-test-{}", test.name())),
                )
            }))
            .value(&row[1]);
            let mut answer = TextField::new(
                language,
                format!("{name}-answer"),
                room.d("designer-condition-answer"),
            )
            .id(id("answer"))
            .proposals(format!("{name}-answers"))
            .width(20)
            .value(&row[2]);
            if let Some(wrong) = self.errors.get(&id("answer")) {
                answer = answer.error(wrong);
            }
            [Html::of(&question), Html::of(&test), Html::of(&answer)]
        });
        let rows: Vec<[Html; 3]> = rows.collect();
        let join = Select::new(
            language,
            format!("{name}-join"),
            room.d("designer-condition-join"),
        )
        .choices(
            ["all", "any"]
                .map(|join| Choice::new(join, room.d(&format!("designer-condition-{join}")))),
        )
        .value(self.values.get(&format!("{name}-join")));
        let expression = format!("{name}-expression");
        let mut answers: Vec<&str> = Vec::new();
        for text in all.iter().flat_map(Known::choices) {
            if !answers.contains(&text.ja.as_str()) {
                answers.push(&text.ja);
            }
        }
        let body = ConditionBody {
            words: room.designer_words(),
            name,
            label: &room.d(label),
            support: &room.d(support),
            join: Html::of(&join),
            answers,
            open: !self.values.get(&expression).is_empty()
                || self.errors.get(&expression).is_some(),
            expression: Html::of(
                &self
                    .field(&expression, "designer-condition-expression")
                    .support(room.d("designer-support-condition")),
            ),
            rows,
        };
        self.html.push(&Html::render(&body).unwrap_or_default());
        self
    }
}

/// Says at their places what is wrong.
pub(super) fn report(room: &Room, wrong: Vec<Wrong>, errors: &mut FormErrors) {
    for Wrong { at, text, about } in wrong {
        let sentence = room.designer_words().with_text(text, "about", &about);
        errors.add(at, sentence);
    }
}
