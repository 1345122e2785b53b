//! The controls of a part of a facility, and reading them back.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use yakuba_forms::model::document::Key;
use yakuba_ui::{
    CheckboxGroup, Choice, Fields, FormErrors, Html, Language, Select, TextArea, TextField, Words,
    format,
};

use super::shape::{Member, Shape, Word};
use crate::model::{document::DayOfYear, time::ClockTime};

/// The most items of a list that a form sends.
const MOST: usize = 300;

/// What the controls need beside the value.
pub(super) struct Form<'a> {
    pub(super) language: Language,
    pub(super) words: Words,
    pub(super) errors: &'a FormErrors,
    /// The departments to choose from, with their names.
    pub(super) departments: Vec<(String, String)>,
    /// The units to choose from, with their names.
    pub(super) units: Vec<(String, String)>,
}

/// The last name in a path that is no number.
fn named(path: &str) -> &str {
    path.rsplit('.')
        .find(|part| part.parse::<usize>().is_err())
        .unwrap_or_default()
}

impl Form<'_> {
    /// What a member is called: under its parent, by itself, or as it stands in the file.
    pub(super) fn label(&self, path: &str) -> String {
        let mut names = path
            .rsplit('.')
            .filter(|part| part.parse::<usize>().is_err());
        let name = names.next().unwrap_or_default().replace('_', "-");
        let parent = names.next().unwrap_or_default().replace('_', "-");
        for key in [
            format!("desk-set-{parent}-{name}"),
            format!("desk-set-{name}-member"),
            format!("desk-set-{name}"),
        ] {
            if self.words.has(&key) {
                return self.words.get(&key).into_owned();
            }
        }
        name
    }

    /// What a choice is called: for this member, by itself, or as it stands in the file.
    fn choice(&self, path: &str, value: &str) -> String {
        let value = value.replace('_', "-");
        let member = named(path).replace('_', "-");
        for key in [
            format!("desk-choice-{member}-{value}"),
            format!("desk-choice-{value}"),
        ] {
            if self.words.has(&key) {
                return self.words.get(&key).into_owned();
            }
        }
        let public = crate::PAGE_WORDS.words(self.language);
        for key in [format!("booking-kind-{value}"), format!("booking-{value}")] {
            if public.has(&key) {
                return public.get(&key).into_owned();
            }
        }
        value
    }

    /// The controls of a value.
    pub(super) fn controls(
        &self,
        shape: &Shape,
        value: Option<&Value>,
        path: &str,
        is_nullable: bool,
    ) -> Html {
        let label = self.label(path);
        let text = value.map(plain).unwrap_or_default();
        match shape {
            Shape::Text => self.text(value, path, &label),
            Shape::Word(_) if path == "department" => Html::of(
                &Select::new(self.language, path, label)
                    .choices(
                        self.departments
                            .iter()
                            .map(|(code, name)| Choice::new(code, name)),
                    )
                    .value(&text)
                    .errors(self.errors),
            ),
            Shape::Word(word) => {
                let field = TextField::new(self.language, path, label)
                    .value(text)
                    .errors(self.errors);
                Html::of(&match word {
                    Word::Any => field,
                    Word::Key => field.width(20).support(self.words.get("desk-set-help-key")),
                    Word::Time => field.width(6).support(self.words.get("desk-set-help-time")),
                    Word::DayOfYear => field.width(6).support(self.words.get("desk-set-help-day")),
                })
            }
            Shape::Number => Html::of(
                &TextField::new(self.language, path, label)
                    .numeric()
                    .width(8)
                    .value(text)
                    .errors(self.errors),
            ),
            Shape::Flag if is_nullable => Html::of(
                &Select::new(self.language, path, label)
                    .choices([
                        Choice::new("", self.words.get("desk-set-either")),
                        Choice::new("true", self.choice(path, "true")),
                        Choice::new("false", self.choice(path, "false")),
                    ])
                    .value(&text)
                    .errors(self.errors),
            ),
            Shape::Flag => Html::of(
                &CheckboxGroup::new(self.language, path, label)
                    .choice(Choice::new("true", self.words.get("desk-set-yes")))
                    .value(&text),
            ),
            Shape::Choice(names) => {
                let select = Select::new(self.language, path, label);
                let select = if is_nullable {
                    select.choice(Choice::new("", self.words.get("desk-set-none")))
                } else {
                    select
                };
                Html::of(
                    &select
                        .choices(
                            names
                                .iter()
                                .map(|name| Choice::new(name, self.choice(path, name))),
                        )
                        .value(&text)
                        .errors(self.errors),
                )
            }
            Shape::Record(members) => self.record(members, value, path, is_nullable),
            Shape::List(inner) => self.list(inner, value, path, &label),
            Shape::OneOf(kinds) => self.one_of(kinds, value, path, &label),
        }
    }

    fn text(&self, value: Option<&Value>, path: &str, label: &str) -> Html {
        let of = |name: &str| match value {
            Some(Value::String(text)) if name == "ja" => text.clone(),
            Some(Value::Object(texts)) => texts.get(name).map(plain).unwrap_or_default(),
            _ => String::new(),
        };
        let mut html = Html::empty();
        for (name, note) in [
            ("ja", ""),
            ("easy", "desk-set-easy"),
            ("en", "desk-set-english"),
        ] {
            let label = if note.is_empty() {
                label.to_owned()
            } else {
                format::with_note(label, self.words.get(note), self.language)
            };
            html.push(
                &TextField::new(self.language, format!("{path}.{name}"), label)
                    .value(of(name))
                    .errors(self.errors),
            );
        }
        html
    }

    fn record(
        &self,
        members: &[Member],
        value: Option<&Value>,
        path: &str,
        is_nullable: bool,
    ) -> Html {
        let mut html = Html::empty();
        let is_there = value.is_some_and(Value::is_object);
        let asks = is_nullable && !Shape::is_range(members);
        if asks {
            html.push(
                &CheckboxGroup::new(self.language, format!("{path}.__has"), self.label(path))
                    .choice(Choice::new("yes", self.words.get("desk-set-has")).chosen(is_there)),
            );
            html.push(&hidden(
                &format!("{path}.__was"),
                if is_there { "yes" } else { "" },
            ));
            if !is_there {
                return html;
            }
        }
        for member in members {
            let place = join(path, &member.name);
            if place == "format" || place == "key" {
                continue;
            }
            html.push(&self.member(member, value, &place));
        }
        html
    }

    fn member(&self, member: &Member, value: Option<&Value>, place: &str) -> Html {
        let inner = value.and_then(|value| value.get(&member.name));
        let controls = self.controls(&member.shape, inner, place, member.is_nullable);
        let is_group = match &member.shape {
            Shape::Record(_) => true,
            Shape::List(inner) => {
                !matches!(**inner, Shape::Choice(_) | Shape::Word(_) | Shape::Number)
            }
            _ => false,
        };
        if is_group {
            Html::trusted(format!(
                "<fieldset class=\"card\" id=\"{}\"><legend>{}</legend>{controls}</fieldset>",
                Html::text(place),
                Html::text(&self.label(place))
            ))
        } else {
            controls
        }
    }

    fn list(&self, inner: &Shape, value: Option<&Value>, path: &str, label: &str) -> Html {
        let items: &[Value] = value
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let known: Vec<String> = items.iter().map(plain).collect();
        match inner {
            Shape::Choice(names) => {
                return Html::of(
                    &CheckboxGroup::new(self.language, path, label)
                        .choices(names.iter().map(|name| {
                            Choice::new(name, self.choice(path, name)).chosen(known.contains(name))
                        }))
                        .inline(),
                );
            }
            Shape::Word(_) if path.ends_with("takes.units") => {
                return Html::of(
                    &CheckboxGroup::new(self.language, path, label)
                        .choices(
                            self.units.iter().map(|(key, name)| {
                                Choice::new(key, name).chosen(known.contains(key))
                            }),
                        )
                        .errors(self.errors),
                );
            }
            Shape::Word(_) | Shape::Number => {
                return Html::of(
                    &TextArea::new(self.language, path, label)
                        .support(self.words.get("desk-set-help-lines"))
                        .rows(2)
                        .value(known.join("\n"))
                        .errors(self.errors),
                );
            }
            _ => {}
        }
        if let Shape::Record(members) = inner
            && members.iter().all(|member| member.shape.is_flat())
        {
            return self.table(members, items, path, label);
        }
        let mut html = Html::empty();
        for (place, item) in items.iter().map(Some).chain([None]).enumerate() {
            let at = format!("{path}.{place}");
            let title = match item {
                Some(item) => name_of(item).unwrap_or_else(|| (place + 1).to_string()),
                None => self.words.get("desk-set-add").into_owned(),
            };
            let controls = self.controls(inner, item, &at, false);
            let what = if item.is_some() {
                Html::of(&self.what(&at))
            } else {
                Html::empty()
            };
            let _ = std::fmt::Write::write_fmt(
                &mut Sink(&mut html),
                format_args!(
                    "<details class=\"card\" id=\"{}\"{}><summary>{label} {}</summary>{controls}{what}</details>",
                    Html::text(&at),
                    if item.is_some() && items.len() < 3 {
                        " open"
                    } else {
                        ""
                    },
                    Html::text(&title),
                    label = Html::text(label),
                ),
            );
        }
        html
    }

    /// What is to become of an item.
    pub(super) fn what(&self, at: &str) -> Select {
        Select::new(
            self.language,
            format!("{at}.__do"),
            self.words.get("desk-set-do"),
        )
        .choices(
            [
                ("", "desk-set-keep"),
                ("up", "desk-set-move-up"),
                ("down", "desk-set-down"),
                ("remove", "desk-set-remove"),
            ]
            .map(|(value, text)| Choice::new(value, self.words.get(text))),
        )
    }

    /// A table of inputs: one line an item, with empty lines for more.
    fn table(&self, members: &[Member], items: &[Value], path: &str, label: &str) -> Html {
        let mut html = format!(
            "<div class=\"table-scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\" id=\"{path}\"><table class=\"table\"><thead><tr>",
            label = Html::text(label),
            path = Html::text(path),
        );
        for member in members {
            let name = self.label(&format!("{path}.0.{}", member.name));
            let _ = write!(html, "<th scope=\"col\">{}</th>", Html::text(&name));
        }
        let _ = write!(
            html,
            "<th scope=\"col\">{}</th></tr></thead><tbody>",
            Html::text(&self.words.get("desk-set-do"))
        );
        let blank = [None, None];
        for (place, item) in items.iter().map(Some).chain(blank).enumerate() {
            html.push_str("<tr>");
            for member in members {
                let at = format!("{path}.{place}.{}", member.name);
                let value = item.and_then(|item| item.get(&member.name));
                let _ = write!(
                    html,
                    "<td>{}</td>",
                    self.cell(member, value, &at, place + 1)
                );
            }
            let at = format!("{path}.{place}");
            if item.is_some() {
                let mut select = format!(
                    "<select class=\"select\" name=\"{at}.__do\" aria-label=\"{} {}\">",
                    Html::text(&self.words.get("desk-set-do")),
                    place + 1
                );
                for (value, text) in [
                    ("", "desk-set-keep"),
                    ("up", "desk-set-move-up"),
                    ("down", "desk-set-down"),
                    ("remove", "desk-set-remove"),
                ] {
                    let _ = write!(
                        select,
                        "<option value=\"{value}\">{}</option>",
                        Html::text(&self.words.get(text))
                    );
                }
                let _ = write!(html, "<td>{select}</select></td>");
            } else {
                html.push_str("<td></td>");
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></div>");
        Html::trusted(html)
    }

    fn cell(&self, member: &Member, value: Option<&Value>, at: &str, line: usize) -> Html {
        let name = format!("{} {line}", self.label(at));
        let input = |at: &str, name: &str, text: &str, width: u8| {
            let error = self.errors.get(at).unwrap_or_default();
            let invalid = if error.is_empty() {
                String::new()
            } else {
                format!(
                    " aria-invalid=\"true\" aria-describedby=\"{}-error\"",
                    Html::text(at)
                )
            };
            let told = if error.is_empty() {
                String::new()
            } else {
                format!(
                    "<span class=\"error-text\" id=\"{}-error\">{}</span>",
                    Html::text(at),
                    Html::text(error)
                )
            };
            format!(
                "<input class=\"input-text\" id=\"{at}\" name=\"{at}\" value=\"{}\" size=\"{width}\" aria-label=\"{}\"{invalid}>{told}",
                Html::text(text),
                Html::text(name),
                at = Html::text(at),
            )
        };
        match &member.shape {
            Shape::Choice(_) | Shape::Flag => {
                let (names, is_open): (Vec<String>, bool) = match &member.shape {
                    Shape::Choice(names) => (names.clone(), !member.is_required),
                    _ => (vec!["true".into(), "false".into()], true),
                };
                let chosen = value.map(plain).unwrap_or_default();
                let mut html = format!(
                    "<select class=\"select\" id=\"{at}\" name=\"{at}\" aria-label=\"{}\">",
                    Html::text(&name),
                    at = Html::text(at),
                );
                if is_open {
                    let _ = write!(
                        html,
                        "<option value=\"\">{}</option>",
                        Html::text(&self.words.get("desk-set-either"))
                    );
                }
                for option in names {
                    let _ = write!(
                        html,
                        "<option value=\"{option}\"{}>{}</option>",
                        if option == chosen { " selected" } else { "" },
                        Html::text(&self.choice(at, &option))
                    );
                }
                html.push_str("</select>");
                Html::trusted(html)
            }
            Shape::Record(members) => {
                let inputs = members.iter().map(|inner| {
                    let place = format!("{at}.{}", inner.name);
                    let text = value
                        .and_then(|value| value.get(&inner.name))
                        .map(plain)
                        .unwrap_or_default();
                    input(&place, &format!("{name} {}", self.label(&place)), &text, 5)
                });
                Html::trusted(inputs.collect::<Vec<_>>().join("〜"))
            }
            Shape::List(_) => {
                let text = value
                    .and_then(Value::as_array)
                    .map(|items| items.iter().map(plain).collect::<Vec<_>>().join(" "))
                    .unwrap_or_default();
                Html::trusted(input(at, &name, &text, 12))
            }
            _ => Html::trusted(input(at, &name, &value.map(plain).unwrap_or_default(), 10)),
        }
    }

    fn one_of(
        &self,
        kinds: &[(String, Option<Shape>)],
        value: Option<&Value>,
        path: &str,
        label: &str,
    ) -> Html {
        let chosen = kind_of(value).unwrap_or_else(|| {
            kinds
                .first()
                .map(|(name, _)| name.clone())
                .unwrap_or_default()
        });
        let mut html = Html::of(
            &Select::new(self.language, format!("{path}.__kind"), label)
                .choices(
                    kinds
                        .iter()
                        .map(|(name, _)| Choice::new(name, self.choice(path, name))),
                )
                .value(&chosen)
                .errors(self.errors),
        );
        html.push(&hidden(&format!("{path}.__was"), &chosen));
        let inner = kinds.iter().find(|(name, _)| *name == chosen);
        if let Some((name, Some(shape))) = inner {
            let value = value.and_then(|value| value.get(name));
            html.push(&self.controls(shape, value, &format!("{path}.{name}"), false));
        }
        html
    }
}

/// Writes into HTML whose texts are escaped already.
struct Sink<'a>(&'a mut Html);

impl std::fmt::Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push(&Html::trusted(text));
        Ok(())
    }
}

fn hidden(name: &str, value: &str) -> Html {
    Html::trusted(format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
        Html::text(name),
        Html::text(value)
    ))
}

/// A path with one more name.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The kind of a value that is one of several.
fn kind_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(name) => Some(name.clone()),
        Value::Object(inner) => inner.keys().next().cloned(),
        _ => None,
    }
}

/// What an item is called in its list.
pub(super) fn name_of(item: &Value) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(texts) => texts.get("ja").map(plain),
        _ => None,
    };
    item.get("name")
        .and_then(text)
        .or_else(|| item.get("ja").map(plain))
        .or_else(|| item.get("day").map(plain))
        .or_else(|| {
            let (from, to) = (item.get("from")?, item.get("to"));
            Some(match to {
                Some(to) => format!("{}–{}", plain(from), plain(to)),
                None => plain(from),
            })
        })
        .filter(|name| !name.is_empty())
}

/// What was sent of a part.
pub(super) struct Sent<'a> {
    fields: &'a Fields,
    words: Words,
    /// What must be mended, at its control.
    errors: Vec<(String, String)>,
    /// Another kind was chosen: its controls must be shown before anything is saved.
    pub(super) again: bool,
}

impl<'a> Sent<'a> {
    pub(super) fn new(fields: &'a Fields, words: Words) -> Self {
        Self {
            fields,
            words,
            errors: Vec::new(),
            again: false,
        }
    }

    fn wrong(&mut self, path: &str, key: &str) {
        let text = self.words.get(key).into_owned();
        self.errors.push((path.to_owned(), text));
    }

    /// Reads a value; none when nothing was entered. What cannot be read stays as it was typed, with an error.
    pub(super) fn read(
        &mut self,
        shape: &Shape,
        path: &str,
        member: (bool, bool),
    ) -> Option<Value> {
        let (is_required, is_nullable) = member;
        let typed = self.fields.get(path).to_owned();
        match shape {
            Shape::Text => {
                let of = |name: &str| self.fields.get(&format!("{path}.{name}")).to_owned();
                let (ja, easy, en) = (of("ja"), of("easy"), of("en"));
                if ja.is_empty() && (is_required || !easy.is_empty() || !en.is_empty()) {
                    self.wrong(&format!("{path}.ja"), "desk-problem-empty");
                }
                if ja.is_empty() && easy.is_empty() && en.is_empty() {
                    return None;
                }
                if easy.is_empty() && en.is_empty() {
                    return Some(Value::String(ja));
                }
                let mut texts = Map::new();
                for (name, text) in [("ja", ja), ("easy", easy), ("en", en)] {
                    if !text.is_empty() {
                        texts.insert(name.to_owned(), Value::String(text));
                    }
                }
                Some(Value::Object(texts))
            }
            Shape::Word(word) => {
                if typed.is_empty() {
                    if is_required {
                        self.wrong(path, "desk-problem-empty");
                    }
                    return None;
                }
                self.check(*word, &typed, path);
                Some(Value::String(typed))
            }
            Shape::Number => {
                if typed.is_empty() {
                    if is_required {
                        self.wrong(path, "desk-problem-empty");
                    }
                    return None;
                }
                let number = self.fields.decimal(path).and_then(|number| {
                    let whole = i64::try_from(number).ok()?;
                    (yakuba_kernel::Decimal::from(whole) == number).then_some(whole)
                });
                if let Some(number) = number {
                    return Some(number.into());
                }
                self.wrong(path, "desk-problem-number");
                Some(Value::String(typed))
            }
            Shape::Flag => match typed.as_str() {
                "true" => Some(true.into()),
                "false" => Some(false.into()),
                _ if is_nullable => None,
                _ => Some(false.into()),
            },
            Shape::Choice(names) => {
                if names.contains(&typed) {
                    return Some(Value::String(typed));
                }
                if is_required {
                    self.wrong(path, "desk-problem-empty");
                }
                None
            }
            Shape::Record(members) => self.record(members, path, is_nullable),
            Shape::List(inner) => Some(Value::Array(self.list(inner, path))),
            Shape::OneOf(kinds) => self.one_of(kinds, path),
        }
    }

    fn check(&mut self, word: Word, typed: &str, path: &str) {
        let name = named(path);
        let is_date = matches!(name, "day" | "days" | "except")
            || (name == "from" && path.starts_with("fees") && !path.contains("season"));
        let problem = match word {
            Word::Key if Key::new(typed).is_err() => "desk-problem-member-key",
            Word::Time if typed.parse::<ClockTime>().is_err() => "desk-problem-time",
            Word::DayOfYear if DayOfYear::try_from(typed.to_owned()).is_err() => {
                "desk-problem-day-of-year"
            }
            Word::Any if is_date && typed.parse::<jiff::civil::Date>().is_err() => {
                "desk-problem-date"
            }
            _ => return,
        };
        self.wrong(path, problem);
    }

    fn record(&mut self, members: &[Member], path: &str, is_nullable: bool) -> Option<Value> {
        if is_nullable && !Shape::is_range(members) {
            let has = self.fields.get(&format!("{path}.__has")) == "yes";
            if !has {
                return None;
            }
            if self.fields.get(&format!("{path}.__was")) != "yes" {
                self.again = true;
                return Some(Value::Object(Map::new()));
            }
        }
        let before = std::mem::take(&mut self.errors);
        let mut record = Map::new();
        for member in members {
            let place = join(path, &member.name);
            if place == "format" || place == "key" {
                continue;
            }
            let how = (member.is_required, member.is_nullable);
            if let Some(value) = self.read(&member.shape, &place, how) {
                record.insert(member.name.clone(), value);
            }
        }
        let found = std::mem::replace(&mut self.errors, before);
        let value = Value::Object(record);
        if is_nullable && is_blank(&value) {
            return None;
        }
        self.errors.extend(found);
        Some(value)
    }

    /// What must be mended, at its control.
    pub(super) fn errors(&self) -> FormErrors {
        let mut errors = FormErrors::new();
        for (name, text) in &self.errors {
            errors.add(name, text);
        }
        errors
    }

    fn list(&mut self, inner: &Shape, path: &str) -> Vec<Value> {
        match inner {
            Shape::Choice(names) => {
                return names
                    .iter()
                    .filter(|name| self.fields.all(path).any(|sent| sent == name.as_str()))
                    .map(|name| Value::String(name.clone()))
                    .collect();
            }
            Shape::Word(_) | Shape::Number => {
                let all: Vec<String> = self
                    .fields
                    .all(path)
                    .flat_map(|text| text.split([' ', '　', ',', '、', '\n']))
                    .map(str::trim)
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned)
                    .collect();
                return all
                    .into_iter()
                    .map(|text| match inner {
                        Shape::Number => {
                            if let Ok(number) = text.parse::<i64>() {
                                number.into()
                            } else {
                                self.wrong(path, "desk-problem-number");
                                Value::String(text)
                            }
                        }
                        Shape::Word(word) => {
                            self.check(*word, &text, path);
                            Value::String(text)
                        }
                        _ => Value::Null,
                    })
                    .collect();
            }
            _ => {}
        }
        let mut items: Vec<(Value, String)> = Vec::new();
        for place in 0..MOST {
            let at = format!("{path}.{place}");
            let beginning = format!("{at}.");
            if !self
                .fields
                .pairs()
                .any(|(name, _)| name.starts_with(&beginning))
            {
                break;
            }
            let before = std::mem::take(&mut self.errors);
            let again = self.again;
            let item = self.read(inner, &at, (false, false));
            let found = std::mem::replace(&mut self.errors, before);
            let what = self.fields.get(&format!("{at}.__do")).to_owned();
            match item {
                Some(item) if !is_blank(&item) && what != "remove" => {
                    self.errors.extend(found);
                    items.push((item, what));
                }
                _ => self.again = again,
            }
        }
        let mut place = 0;
        while place < items.len() {
            let what = std::mem::take(&mut items[place].1);
            if what == "up" && place > 0 {
                items.swap(place, place - 1);
            } else if what == "down" && place + 1 < items.len() {
                items.swap(place, place + 1);
            }
            place += 1;
        }
        items.into_iter().map(|(item, _)| item).collect()
    }

    fn one_of(&mut self, kinds: &[(String, Option<Shape>)], path: &str) -> Option<Value> {
        let chosen = self.fields.get(&format!("{path}.__kind")).to_owned();
        let was = self.fields.get(&format!("{path}.__was")).to_owned();
        let (name, inner) = kinds.iter().find(|(name, _)| *name == chosen)?;
        let Some(shape) = inner else {
            return Some(Value::String(name.clone()));
        };
        let mut one = Map::new();
        if chosen != was {
            self.again = true;
            one.insert(name.clone(), Value::Null);
            return Some(Value::Object(one));
        }
        let value = self
            .read(shape, &format!("{path}.{name}"), (true, false))
            .unwrap_or(Value::Null);
        one.insert(name.clone(), value);
        Some(Value::Object(one))
    }
}

/// Whether nothing was entered: choices that always have a value do not count.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty(),
        Value::Number(_) => false,
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(members) => members.iter().all(|(name, value)| {
            is_blank(value) || matches!(name.as_str(), "per" | "when" | "takes" | "times" | "kind")
        }),
    }
}
