//! Forms made up at random, filled in at random: what is not asked is never shown, never missing, and never sent.

use std::fmt::Write as _;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use yakuba_forms::{Answer, Answers, Form, FormDocument, Language, model::document::Key};
use yakuba_kernel::Decimal;

const TODAY: Date = date(2026, 11, 21);
/// Questions of a form.
const MOST: usize = 9;

/// A question: of which sort, whether it may be left empty, on which page, and when it is asked.
#[derive(Debug, Clone)]
struct Question {
    sort: usize,
    optional: bool,
    page: usize,
    condition: Option<(usize, usize)>,
}

/// A form: its questions, conditions of its pages, and checks.
#[derive(Debug, Clone)]
struct Made {
    questions: Vec<Question>,
    pages: Vec<Option<(usize, usize)>>,
    checks: Vec<(usize, usize)>,
}

/// A condition over an earlier question; some of them fail for some answers, as authors' mistakes do.
fn condition(form: usize, name: &str) -> String {
    match form {
        0 => format!("{name} == 'a'"),
        1 => format!("{name} != null && {name} != 'b'"),
        2 => format!("size({name}) > 1"),
        3 => format!("{name} > 3"),
        4 => format!("10 / {name} > 2"),
        5 => format!("{name} == true"),
        6 => format!("!({name} == null)"),
        _ => format!("{name}.family == 'x' || c0 == 4"),
    }
}

fn made() -> impl Strategy<Value = Made> {
    let condition = || proptest::option::of((0..MOST, 0..8_usize));
    let question = (0..7_usize, any::<bool>(), 0..3_usize, condition()).prop_map(
        |(sort, optional, page, condition)| Question {
            sort,
            optional,
            page,
            condition,
        },
    );
    (
        proptest::collection::vec(question, 2..MOST),
        proptest::collection::vec(condition(), 3),
        proptest::collection::vec((0..MOST, 0..8_usize), 0..3),
    )
        .prop_map(|(mut questions, pages, checks)| {
            questions.sort_by_key(|question| question.page);
            Made {
                questions,
                pages,
                checks,
            }
        })
}

impl Made {
    /// The form as a file. A condition reads a question before its own, so that none waits for itself.
    fn yaml(&self) -> String {
        let mut yaml = String::from("pages:\n");
        for (page, shown) in self.pages.iter().enumerate() {
            let first = self
                .questions
                .iter()
                .position(|question| question.page >= page)
                .unwrap_or(self.questions.len());
            let fields: Vec<_> = self
                .questions
                .iter()
                .enumerate()
                .filter(|(_, question)| question.page == page)
                .collect();
            // A page without a question cannot go live.
            if fields.is_empty() {
                continue;
            }
            writeln!(yaml, "  - key: p{page}\n    title: 頁").unwrap();
            if let Some((about, form)) = shown
                && first > 0
            {
                let rule = condition(*form, &format!("q{}", about % first));
                writeln!(yaml, "    show_if: \"{rule}\"").unwrap();
            }
            yaml.push_str("    fields:\n");
            for (number, question) in fields {
                let sort = match question.sort {
                    0 => "type: text",
                    1 => "type: choice, options: [{value: a, label: A}, {value: b, label: B}]",
                    2 => "type: number, min: 0, max: 9",
                    3 => "type: consent, text: はい",
                    4 => "type: declaration, text: はい",
                    5 => "type: group, entry: 人, min: 1, max: 2, fields: [{key: INNER, type: text, label: 名}, {key: DEEP, type: text, label: 歳, show_if: \\\"INNER == 'a'\\\"}]",
                    _ => "type: name",
                }
                .replace("\\\"", "\"")
                .replace("INNER", &format!("i{number}"))
                .replace("DEEP", &format!("d{number}"));
                let optional = if question.optional && !matches!(question.sort, 4 | 5) {
                    ", optional: true"
                } else {
                    ""
                };
                let shown = match question.condition {
                    Some((about, form)) if number > 0 => {
                        let rule = condition(form, &format!("q{}", about % number));
                        format!(", show_if: \"{rule}\"")
                    }
                    _ => String::new(),
                };
                writeln!(
                    yaml,
                    "      - {{key: q{number}, label: 問{number}, {sort}{optional}{shown}}}"
                )
                .unwrap();
            }
        }
        yaml.push_str("computed:\n  - {key: c0, value: '2 + 2'}\n");
        if !self.checks.is_empty() {
            yaml.push_str("checks:\n");
        }
        for (about, form) in &self.checks {
            let name = format!("q{}", about % self.questions.len());
            let rule = condition(*form, &name);
            writeln!(
                yaml,
                "  - {{field: {name}, holds: \"{rule}\", message: だめです}}"
            )
            .unwrap();
        }
        yaml
    }
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// An answer of the question's own sort, or now and then of another.
fn answer(sort: usize, number: usize, value: u8) -> Answer {
    let text = ["a", "b", "xyz"][usize::from(value) % 3];
    match sort {
        1 => Answer::Choice(key(["a", "b"][usize::from(value) % 2])),
        2 => Answer::Number(Decimal::from(value % 10)),
        3 | 4 => Answer::Flag(value.is_multiple_of(2)),
        5 => Answer::Group(vec![
            Answers::new()
                .with(key(&format!("i{number}")), Answer::Text(text.to_owned()))
                .with(
                    key(&format!("d{number}")),
                    Answer::Text("7".to_owned())
                );
            usize::from(value % 3)
        ]),
        _ => Answer::Text(text.to_owned()),
    }
}

fn filled_in(made: &Made, given: &[Option<(u8, bool)>]) -> Answers {
    let mut answers = Answers::new();
    for ((number, question), given) in made.questions.iter().enumerate().zip(given) {
        if let Some((value, other)) = given {
            let sort = if *other {
                usize::from(*value) % 7
            } else {
                question.sort
            };
            answers.set(key(&format!("q{number}")), answer(sort, number, *value));
        }
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_not_asked_is_never_shown_missing_or_sent(
        made in made(),
        given in proptest::collection::vec(proptest::option::of((any::<u8>(), proptest::bool::weighted(0.1))), MOST),
    ) {
        let yaml = made.yaml();
        let document: FormDocument = serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"));
        let form = Form::compile(&document).unwrap_or_else(|findings| panic!("{findings:?}\n{yaml}"));
        let answers = filled_in(&made, &given);
        let evaluation = form.evaluate(&answers, TODAY);

        // What must be answered is shown, on a page that is shown.
        for (path, state) in &evaluation.fields {
            prop_assert!(!state.required || state.shown, "{path} is required and hidden\n{yaml}");
        }
        for page in &document.pages {
            let shown = evaluation.is_page_shown(page.key.as_str());
            for field in &page.fields {
                prop_assert!(shown || !evaluation.is_shown(field.key.as_str()), "{} is on a hidden page\n{yaml}", field.key);
            }
        }
        for problem in &evaluation.problems {
            prop_assert!(evaluation.is_shown(&problem.path()), "{} is wrong and hidden\n{yaml}", problem.path());
            prop_assert!(evaluation.is_page_shown(problem.page.as_str()));
        }
        // No control of a question that is not asked is on the page, whatever was answered to it.
        let html = form
            .render_all(&answers, &evaluation, &evaluation.problems, Language::Japanese)
            .as_str()
            .to_owned();
        let list = form.render_answers(&answers, &evaluation, Language::Japanese, |_| None);
        for (path, state) in &evaluation.fields {
            let named = html.contains(&format!("name=\"{path}\"")) || html.contains(&format!("name=\"{path}."));
            prop_assert!(state.shown || !named, "{path} is hidden and on the page\n{yaml}");
        }
        for number in 0..made.questions.len() {
            let label = format!("問{number}<");
            prop_assert!(
                evaluation.is_shown(&format!("q{number}")) || !list.as_str().contains(&label),
                "q{number} is hidden and among the answers\n{yaml}"
            );
        }
        // What is sent holds what was asked, all of it and nothing else; sent again it is the same.
        if let Ok(sent) = form.submit(&answers, TODAY) {
            for (field, _) in sent.answers.iter() {
                prop_assert!(evaluation.is_shown(field.as_str()), "{field} was sent and hidden\n{yaml}");
            }
            for (path, state) in &evaluation.fields {
                let inside = path.contains('.');
                prop_assert!(
                    inside || !state.required || sent.answers.get(path).is_some(),
                    "{path} is required and was not sent\n{yaml}"
                );
            }
            let again = form.submit(&sent.answers, TODAY);
            prop_assert_eq!(again.map(|again| again.answers), Ok(sent.answers));
        }
    }
}
