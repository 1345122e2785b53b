//! Conditions as rows of question, test and answer, which stand for an expression. What rows cannot say stays an expression.

use yakuba_forms::model::document::{
    ChoiceOption, Expression, Field, FieldKind, FormDocument, Text,
};
use yakuba_kernel::{Wareki, text::normalise_for_search};
use yakuba_ui::{Fields, Language};

use super::{Wrong, question::inner};

/// What a row can say about the answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Test {
    Is,
    IsNot,
    AtLeast,
    AtMost,
    More,
    Less,
    Answered,
    NotAnswered,
}

impl Test {
    pub(in super::super) const ALL: [Self; 8] = [
        Self::Is,
        Self::IsNot,
        Self::AtLeast,
        Self::AtMost,
        Self::More,
        Self::Less,
        Self::Answered,
        Self::NotAnswered,
    ];

    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is-not",
            Self::AtLeast => "at-least",
            Self::AtMost => "at-most",
            Self::More => "more",
            Self::Less => "less",
            Self::Answered => "answered",
            Self::NotAnswered => "not-answered",
        }
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|test| test.name() == name)
    }

    /// The sign between question and answer, where there is one.
    const fn sign(self) -> &'static str {
        match self {
            Self::Is | Self::NotAnswered => "==",
            Self::IsNot | Self::Answered => "!=",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::Less => "<",
        }
    }

    fn needs_answer(self) -> bool {
        !matches!(self, Self::Answered | Self::NotAnswered)
    }
}

/// What can be answered to a question that conditions may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answers {
    One(Vec<(String, Text)>),
    Several(Vec<(String, Text)>),
    Number {
        places: u32,
    },
    Date,
    Flag,
    Text,
    /// A name, an address, files: whether it is there, and no more.
    Any,
    /// A computed value: a number mostly, and as it is written else.
    Computed,
}

/// A question, or computed value, that a condition may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Known {
    pub(in super::super) key: String,
    pub(in super::super) label: Text,
    answers: Answers,
}

impl Known {
    fn of(field: &Field) -> Self {
        let options = |options: &[ChoiceOption]| {
            options
                .iter()
                .map(|option| (option.value.to_string(), option.label.clone()))
                .collect()
        };
        Self {
            key: field.key.to_string(),
            label: field.label.clone(),
            answers: match &field.kind {
                FieldKind::Choice { options: all } => Answers::One(options(all)),
                FieldKind::Choices { options: all, .. } => Answers::Several(options(all)),
                FieldKind::Number { places, .. } => Answers::Number { places: *places },
                FieldKind::Yen { .. } => Answers::Number { places: 0 },
                FieldKind::Date { .. } => Answers::Date,
                FieldKind::Consent { .. } | FieldKind::Declaration { .. } => Answers::Flag,
                FieldKind::Text(_)
                | FieldKind::LongText(_)
                | FieldKind::Phone
                | FieldKind::Email => Answers::Text,
                FieldKind::Name
                | FieldKind::Address
                | FieldKind::File { .. }
                | FieldKind::Place
                | FieldKind::Slot { .. }
                | FieldKind::BankAccount
                | FieldKind::Group { .. } => Answers::Any,
            },
        }
    }

    /// The words of the answers that can be chosen.
    pub(in super::super) fn choices(&self) -> impl Iterator<Item = &Text> {
        let options: &[(String, Text)] = match &self.answers {
            Answers::One(options) | Answers::Several(options) => options,
            _ => &[],
        };
        options.iter().map(|(_, label)| label)
    }

    /// Whether its value is a number.
    pub(in super::super) fn is_number(&self) -> bool {
        matches!(self.answers, Answers::Number { .. } | Answers::Computed)
    }

    /// Whether the answers of another question can stand beside this one's.
    fn compares_with(&self, other: &Self) -> bool {
        let plain =
            |answers: &Answers| matches!(answers, Answers::Number { .. } | Answers::Computed);
        (self.answers == Answers::Date && other.answers == Answers::Date)
            || (plain(&self.answers) && plain(&other.answers))
    }
}

/// What the conditions of a form may ask about: in a group of it also the group's own questions.
pub(in super::super) fn known(form: &FormDocument, group: Option<&str>) -> Vec<Known> {
    let fields = || form.pages.iter().flat_map(|page| &page.fields);
    let own = fields()
        .filter(|field| group == Some(field.key.as_str()))
        .flat_map(inner);
    let mut all: Vec<Known> = own.chain(fields()).map(Known::of).collect();
    all.extend(form.computed.iter().map(|computed| {
        Known {
            key: computed.key.to_string(),
            label: computed
                .label
                .clone()
                .unwrap_or_else(|| Text::japanese(computed.key.as_str())),
            answers: Answers::Computed,
        }
    }));
    all
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Row {
    pub(in super::super) question: String,
    pub(in super::super) test: Test,
    /// As people read and write it: the option's words, a number, a date, another question.
    pub(in super::super) answer: String,
}

/// Rows that hold together, or one of which must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Simple {
    pub(in super::super) any: bool,
    pub(in super::super) rows: Vec<Row>,
}

fn quoted(text: &str) -> Option<String> {
    (!text.contains(['\'', '\\', '\n'])).then(|| format!("'{text}'"))
}

fn unquoted(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    (!inside.contains(['\'', '\\'])).then_some(inside)
}

fn same(left: &str, right: &str) -> bool {
    normalise_for_search(left) == normalise_for_search(right)
}

/// How an answer is written in an expression; none when it is no answer to the question.
fn operand(question: &Known, typed: &str, all: &[Known]) -> Option<String> {
    let other = || {
        all.iter()
            .filter(|other| other.key != question.key && question.compares_with(other))
            .find(|other| same(&other.label.ja, typed) || other.key == typed)
            .map(|other| other.key.clone())
    };
    let plain: String = normalise_for_search(typed)
        .chars()
        .filter(|letter| *letter != ',')
        .collect();
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
        [whole, rest]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match &question.answers {
        Answers::One(options) | Answers::Several(options) => options
            .iter()
            .find(|(_, label)| same(&label.ja, typed))
            .or_else(|| options.iter().find(|(value, _)| value == typed))
            .and_then(|(value, _)| quoted(value)),
        Answers::Number { places } if is_number(&plain) => {
            if *places > 0 && !plain.contains('.') {
                Some(format!("{plain}.0"))
            } else if *places == 0 && plain.contains('.') {
                None
            } else {
                Some(plain)
            }
        }
        Answers::Computed if is_number(&plain) => Some(plain),
        Answers::Number { .. } | Answers::Computed => other(),
        Answers::Date if ["今日", "today"].contains(&typed) => Some("today".to_owned()),
        Answers::Date => Wareki::read_date(typed)
            .map(|day| format!("'{day}'"))
            .or_else(other),
        Answers::Flag => match normalise_for_search(typed).as_str() {
            "はい" | "yes" | "true" => Some("true".to_owned()),
            "いいえ" | "no" | "false" => Some("false".to_owned()),
            _ => None,
        },
        Answers::Text => quoted(typed),
        Answers::Any => None,
    }
}

/// How the operand of an expression reads as an answer.
fn answer(question: &Known, operand: &str, all: &[Known]) -> Option<String> {
    let other = || {
        all.iter()
            .find(|other| other.key == operand && question.compares_with(other))
            .map(|other| other.label.ja.clone())
    };
    match &question.answers {
        Answers::One(options) | Answers::Several(options) => {
            let value = unquoted(operand)?;
            options
                .iter()
                .find(|(known, _)| known == value)
                .map(|(_, label)| label.ja.clone())
        }
        Answers::Number { places } if *places > 0 && !operand.starts_with(char::is_alphabetic) => {
            Some(operand.strip_suffix(".0").unwrap_or(operand).to_owned())
        }
        Answers::Number { .. } | Answers::Computed
            if !operand.starts_with(|first: char| first.is_alphabetic() || first == '\'') =>
        {
            Some(operand.to_owned())
        }
        Answers::Number { .. } | Answers::Computed => other(),
        Answers::Date if operand == "today" => Some("今日".to_owned()),
        Answers::Date => unquoted(operand).map(str::to_owned).or_else(other),
        Answers::Flag => match operand {
            "true" => Some("はい".to_owned()),
            "false" => Some("いいえ".to_owned()),
            _ => None,
        },
        Answers::Text => unquoted(operand).map(str::to_owned),
        Answers::Any => None,
    }
}

impl Row {
    fn expression(&self, all: &[Known]) -> Option<String> {
        let question = all.iter().find(|known| known.key == self.question)?;
        let (key, sign) = (&question.key, self.test.sign());
        if !self.test.needs_answer() {
            return Some(format!("{key} {sign} null"));
        }
        let operand = operand(question, &self.answer, all)?;
        let several = matches!(question.answers, Answers::Several(_));
        match self.test {
            // Of several answers, one is among them or not.
            Test::Is if several => Some(format!("{operand} in {key}")),
            Test::IsNot if several => Some(format!("!({operand} in {key})")),
            Test::Is | Test::IsNot => Some(format!("{key} {sign} {operand}")),
            _ => matches!(
                question.answers,
                Answers::Number { .. } | Answers::Date | Answers::Computed
            )
            .then(|| format!("{key} {sign} {operand}")),
        }
    }

    fn read(text: &str, all: &[Known]) -> Option<Self> {
        let find = |key: &str| all.iter().find(|known| known.key == key);
        let has = |text: &str, test: Test| {
            let (operand, key) = text.split_once(" in ")?;
            let question = find(key)?;
            Some(Self {
                question: key.to_owned(),
                test,
                answer: answer(question, operand, all)?,
            })
        };
        if let Some(inside) = text
            .strip_prefix("!(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return has(inside, Test::IsNot);
        }
        if let Some(row) = has(text, Test::Is) {
            return Some(row);
        }
        let mut words = text.splitn(3, ' ');
        let (key, sign, operand) = (words.next()?, words.next()?, words.next()?);
        let question = find(key)?;
        let absent = operand == "null";
        let said = Test::ALL
            .into_iter()
            .find(|test| test.sign() == sign && test.needs_answer() != absent)?;
        Some(Self {
            question: key.to_owned(),
            test: said,
            answer: if absent {
                String::new()
            } else {
                answer(question, operand, all)?
            },
        })
    }
}

impl Simple {
    /// The expression as rows; none when rows cannot say exactly the same.
    pub(in super::super) fn read(expression: &Expression, all: &[Known]) -> Option<Self> {
        let text = expression.0.as_str();
        let any = text.contains(" || ");
        let rows = text
            .split(if any { " || " } else { " && " })
            .map(|part| Row::read(part, all))
            .collect::<Option<Vec<_>>>()?;
        let simple = Self { any, rows };
        (simple.expression(all).ok()?.as_ref() == Some(expression)).then_some(simple)
    }

    /// The rows as an expression, none of them: none. The number of the row that says nothing sensible, if one does.
    fn expression(&self, all: &[Known]) -> Result<Option<Expression>, usize> {
        let mut parts = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            parts.push(row.expression(all).ok_or(number)?);
        }
        let joint = if self.any { " || " } else { " && " };
        Ok((!parts.is_empty()).then(|| Expression(parts.join(joint))))
    }

    /// In words: 「どの登録ですか」が「新規」. `word` gives the words of a test.
    pub(in super::super) fn sentence(
        &self,
        all: &[Known],
        language: Language,
        joint: &str,
        word: impl Fn(Test, &str, &str) -> String,
    ) -> String {
        self.rows
            .iter()
            .map(|row| {
                let label = all
                    .iter()
                    .find(|known| known.key == row.question)
                    .map_or(row.question.as_str(), |known| known.label.get(language));
                word(row.test, label, &row.answer)
            })
            .collect::<Vec<_>>()
            .join(joint)
    }
}

/// Writes a condition: as rows where rows can say it, else as the expression.
pub(super) fn put(values: &mut Fields, name: &str, expression: Option<&Expression>, all: &[Known]) {
    let Some(expression) = expression else { return };
    match Simple::read(expression, all) {
        Some(simple) => {
            values.push(
                &format!("{name}-join"),
                if simple.any { "any" } else { "all" },
            );
            for row in simple.rows {
                values.push(&format!("{name}-question"), row.question);
                values.push(&format!("{name}-test"), row.test.name());
                values.push(&format!("{name}-answer"), row.answer);
            }
        }
        None => values.push(&format!("{name}-expression"), &expression.0),
    }
}

/// The rows that were sent, without those where no question was chosen.
pub(in super::super) fn rows(values: &Fields, name: &str) -> Vec<[String; 3]> {
    let names = ["question", "test", "answer"].map(|part| format!("{name}-{part}"));
    values.rows([names[0].as_str(), names[1].as_str(), names[2].as_str()])
}

/// Reads a condition.
pub(super) fn read(
    values: &Fields,
    name: &str,
    all: &[Known],
    wrong: &mut Vec<Wrong>,
) -> Option<Expression> {
    let written = values.optional(&format!("{name}-expression"));
    let sent = rows(values, name);
    let mut simple = Simple {
        any: values.get(&format!("{name}-join")) == "any",
        rows: Vec::new(),
    };
    for [question, test, answer] in sent.iter().filter(|[question, _, _]| !question.is_empty()) {
        simple.rows.push(Row {
            question: question.clone(),
            test: Test::read(test).unwrap_or(Test::Is),
            answer: answer.clone(),
        });
    }
    match (written, simple.expression(all)) {
        (Some(_), Ok(Some(_)) | Err(_)) => {
            wrong.push(Wrong::new(
                format!("{name}-expression"),
                "designer-problem-condition-twice",
            ));
            None
        }
        (Some(expression), Ok(None)) => Some(Expression(expression)),
        (None, Ok(expression)) => expression,
        (None, Err(number)) => {
            wrong.push(Wrong::about(
                format!("{name}-answer-{number}"),
                "designer-problem-condition",
                simple
                    .rows
                    .get(number)
                    .map_or("", |row| row.answer.as_str()),
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn form() -> FormDocument {
        serde_saphyr::from_str(
            r"
pages:
  - key: one
    title: 一
    fields:
      - { key: kind, label: 申請の種類, type: choice, options: [{value: new, label: 新規}, {value: change, label: 変更}] }
      - { key: services, label: 使うもの, type: choices, options: [{value: meals, label: 食事}, {value: button, label: 'ボタン'}] }
      - { key: count, label: 通数, type: number }
      - { key: width, label: 幅, type: number, places: 1 }
      - { key: from_day, label: 開始日, type: date }
      - { key: to_day, label: 終了日, type: date }
      - { key: name, label: 氏名, type: name }
",
        )
        .unwrap()
    }

    #[test]
    fn rows_and_expressions_say_the_same() {
        let all = known(&form(), None);
        for (text, answers) in [
            ("kind == 'new'", vec!["新規"]),
            ("kind != 'change'", vec!["変更"]),
            ("kind == 'new' || kind == 'change'", vec!["新規", "変更"]),
            ("'meals' in services && count >= 3", vec!["食事", "3"]),
            ("!('button' in services)", vec!["ボタン"]),
            ("width >= 1.5", vec!["1.5"]),
            ("width < 2.0", vec!["2"]),
            ("from_day <= to_day", vec!["終了日"]),
            ("from_day > today", vec!["今日"]),
            ("from_day >= '2026-04-01'", vec!["2026-04-01"]),
            ("name != null", vec![""]),
        ] {
            let expression = Expression(text.to_owned());
            let simple = Simple::read(&expression, &all).unwrap();
            let shown: Vec<_> = simple.rows.iter().map(|row| row.answer.as_str()).collect();
            assert_eq!(shown, answers, "{text}");
            let mut values = Fields::default();
            put(&mut values, "show_if", Some(&expression), &all);
            let mut wrong = Vec::new();
            assert_eq!(
                read(&values, "show_if", &all, &mut wrong).as_ref(),
                Some(&expression)
            );
            assert_eq!(wrong, []);
        }
    }

    #[test]
    fn what_rows_cannot_say_stays_an_expression() {
        let all = known(&form(), None);
        for text in [
            "kind == \"new\"",
            "kind=='new'",
            "kind == 'gone'",
            "kind == 'new' && count > 1 || count == 0",
            "size(services) > 1",
            "name.family == '佐藤'",
            "count > 1.5",
        ] {
            let expression = Expression(text.to_owned());
            assert_eq!(Simple::read(&expression, &all), None, "{text}");
            let mut values = Fields::default();
            put(&mut values, "show_if", Some(&expression), &all);
            assert_eq!(values.get("show_if-expression"), text);
        }
    }

    #[test]
    fn answers_are_read_as_people_type_them_and_others_are_refused() {
        let all = known(&form(), None);
        let ask = |question: &str, test: &str, answer: &str| {
            let values = Fields::new(vec![
                ("c-question".to_owned(), question.to_owned()),
                ("c-test".to_owned(), test.to_owned()),
                ("c-answer".to_owned(), answer.to_owned()),
            ]);
            let mut wrong = Vec::new();
            let read = read(&values, "c", &all, &mut wrong);
            (read.map(|expression| expression.0), wrong.len())
        };
        let said = |text: &str| (Some(text.to_owned()), 0);
        assert_eq!(ask("kind", "is", "新規"), said("kind == 'new'"));
        assert_eq!(
            ask("count", "at-least", "１，０００"),
            said("count >= 1000")
        );
        assert_eq!(ask("width", "at-most", "2"), said("width <= 2.0"));
        assert_eq!(
            ask("from_day", "at-least", "令和8年4月1日"),
            said("from_day >= '2026-04-01'")
        );
        assert_eq!(
            ask("services", "is-not", "ボタン"),
            said("!('button' in services)")
        );
        assert_eq!(ask("name", "answered", ""), said("name != null"));
        assert_eq!(ask("", "is", "新規"), (None, 0));
        for (question, test, answer) in [
            ("kind", "is", "廃止"),
            ("kind", "at-least", "新規"),
            ("services", "at-least", "食事"),
            ("count", "is", "たくさん"),
            ("count", "is", "1.5"),
            ("name", "is", "佐藤"),
            ("gone", "is", "1"),
        ] {
            assert_eq!(
                ask(question, test, answer),
                (None, 1),
                "{question} {test} {answer}"
            );
        }
    }

    #[test]
    fn rows_and_an_expression_at_once_are_refused() {
        let all = known(&form(), None);
        let values = Fields::new(vec![
            ("c-question".to_owned(), "kind".to_owned()),
            ("c-test".to_owned(), "is".to_owned()),
            ("c-answer".to_owned(), "新規".to_owned()),
            ("c-expression".to_owned(), "count > 1".to_owned()),
        ]);
        let mut wrong = Vec::new();
        assert_eq!(read(&values, "c", &all, &mut wrong), None);
        assert_eq!(wrong[0].text, "designer-problem-condition-twice");
    }
}
