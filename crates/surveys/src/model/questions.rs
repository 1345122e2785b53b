//! Changing a survey's questions one by one, as the desk's pages do: adding, editing, moving, removing.

use yakuba_forms::model::document::{
    ChoiceOption, Expression, Field, FieldKind, FormDocument, FormPage, Key, Text, TextLimits,
};

/// The kinds of questions that the pages offer. Scales are one-of-several questions with options made for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of several.
    Choice,
    /// Any of several.
    Choices,
    /// Five steps from satisfied to dissatisfied.
    Satisfaction,
    /// Five steps from agreeing to disagreeing.
    Agreement,
    /// A number.
    Number,
    /// One line of words.
    Text,
    /// Several lines of words.
    LongText,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Choice,
        Self::Choices,
        Self::Satisfaction,
        Self::Agreement,
        Self::Number,
        Self::Text,
        Self::LongText,
    ];

    /// Its name in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Choice => "choice",
            Self::Choices => "choices",
            Self::Satisfaction => "satisfaction",
            Self::Agreement => "agreement",
            Self::Number => "number",
            Self::Text => "text",
            Self::LongText => "long-text",
        }
    }

    /// Reads the name.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kind of a question; none when the pages cannot edit it.
    pub fn of(field: &Field) -> Option<Self> {
        Some(match &field.kind {
            FieldKind::Choice { .. } => Self::Choice,
            FieldKind::Choices { .. } => Self::Choices,
            FieldKind::Number { .. } => Self::Number,
            FieldKind::Text(_) => Self::Text,
            FieldKind::LongText(_) => Self::LongText,
            _ => return None,
        })
    }
}

/// The options of the scales: value, 日本語, やさしい日本語, English.
const SATISFACTION: [(&str, &str, &str, &str); 5] = [
    ("very_satisfied", "満足", "とても いい", "Very satisfied"),
    ("satisfied", "やや満足", "いい", "Satisfied"),
    ("neutral", "ふつう", "普通（ふつう）", "Neither"),
    (
        "dissatisfied",
        "やや不満",
        "あまり よくない",
        "Dissatisfied",
    ),
    ("very_dissatisfied", "不満", "よくない", "Very dissatisfied"),
];
const AGREEMENT: [(&str, &str, &str, &str); 5] = [
    (
        "strongly_agree",
        "そう思う",
        "そう 思（おも）う",
        "Strongly agree",
    ),
    (
        "agree",
        "どちらかといえばそう思う",
        "少（すこ）し そう 思（おも）う",
        "Agree",
    ),
    ("neutral", "どちらともいえない", "わからない", "Neither"),
    (
        "disagree",
        "どちらかといえばそう思わない",
        "あまり そう 思（おも）わない",
        "Disagree",
    ),
    (
        "strongly_disagree",
        "そう思わない",
        "そう 思（おも）わない",
        "Strongly disagree",
    ),
];

/// A question as the page's form has it.
#[derive(Debug, Clone)]
pub struct QuestionForm {
    /// Its key; empty: one is made.
    pub key: String,
    /// What is asked.
    pub label: Text,
    /// Help under it.
    pub hint: Option<Text>,
    /// How it is answered.
    pub kind: Kind,
    /// The options, one per line: 日本語, then やさしい日本語 and English after `|`.
    pub options: String,
    /// The smallest number, or the fewest options.
    pub min: Option<i64>,
    /// The largest number, or the most options.
    pub max: Option<i64>,
    /// Whether it may be left empty.
    pub optional: bool,
    /// When it is asked.
    pub show_if: Option<String>,
}

/// What is wrong with a question's form: the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The key is not one, or is taken.
    Key,
    /// There are fewer than two options.
    Options,
    /// The smallest is larger than the largest, or negative where it counts options.
    Limits,
}

/// The options of a question as lines.
pub fn option_lines(options: &[ChoiceOption]) -> String {
    options
        .iter()
        .map(|option| {
            let label = &option.label;
            let mut line = label.ja.clone();
            if label.easy.is_some() || label.en.is_some() {
                line.push_str(" | ");
                line.push_str(label.easy.as_deref().unwrap_or_default());
            }
            if let Some(english) = &label.en {
                line.push_str(" | ");
                line.push_str(english);
            }
            line
        })
        .collect::<Vec<_>>()
        .join("\n")
}

impl QuestionForm {
    /// The field, in place of `before` when it is changed. Options keep their values as long as their Japanese stays the same.
    ///
    /// # Errors
    /// What is wrong.
    pub fn read(&self, form: &FormDocument, before: Option<&Field>) -> Result<Field, Wrong> {
        let taken = |key: &str| {
            form.pages
                .iter()
                .flat_map(|page| &page.fields)
                .any(|field| field.key.as_str() == key)
                || form.computed.iter().any(|known| known.key.as_str() == key)
        };
        let key = if self.key.is_empty() {
            match before {
                Some(before) => before.key.clone(),
                None => fresh("q", taken).ok_or(Wrong::Key)?,
            }
        } else {
            let key = Key::new(self.key.as_str()).map_err(|_| Wrong::Key)?;
            if taken(key.as_str()) && before.is_none_or(|before| before.key != key) {
                return Err(Wrong::Key);
            }
            key
        };
        let mut field = before.cloned().unwrap_or_else(|| Field {
            key: key.clone(),
            label: Text::default(),
            hint: None,
            optional: false,
            show_if: None,
            purpose: None,
            prefill: None,
            kind: FieldKind::Text(TextLimits::default()),
        });
        field.kind = self.kind(before)?;
        field.key = key;
        field.label = self.label.clone();
        field.hint.clone_from(&self.hint);
        field.optional = self.optional;
        field.show_if = self.show_if.clone().map(Expression);
        Ok(field)
    }

    fn kind(&self, before: Option<&Field>) -> Result<FieldKind, Wrong> {
        let count = |limit: Option<i64>| {
            limit
                .map(|limit| u32::try_from(limit).map_err(|_| Wrong::Limits))
                .transpose()
        };
        if self.min.zip(self.max).is_some_and(|(min, max)| min > max) {
            return Err(Wrong::Limits);
        }
        let scale = |steps: &[(&str, &str, &str, &str)]| -> Result<FieldKind, Wrong> {
            let options = steps
                .iter()
                .map(|(value, ja, easy, en)| {
                    Ok(ChoiceOption {
                        value: Key::new(*value).map_err(|_| Wrong::Options)?,
                        label: Text {
                            ja: (*ja).to_owned(),
                            easy: Some((*easy).to_owned()),
                            en: Some((*en).to_owned()),
                        },
                        hint: None,
                    })
                })
                .collect::<Result<_, Wrong>>()?;
            Ok(FieldKind::Choice { options })
        };
        Ok(match self.kind {
            Kind::Choice => FieldKind::Choice {
                options: self.options(before)?,
            },
            Kind::Choices => FieldKind::Choices {
                options: self.options(before)?,
                min: count(self.min)?,
                max: count(self.max)?,
            },
            Kind::Satisfaction => scale(&SATISFACTION)?,
            Kind::Agreement => scale(&AGREEMENT)?,
            Kind::Number => match before.map(|before| &before.kind) {
                // What the page does not ask stays as it is.
                Some(FieldKind::Number { places, unit, .. }) => FieldKind::Number {
                    min: self.min,
                    max: self.max,
                    places: *places,
                    unit: unit.clone(),
                },
                _ => FieldKind::Number {
                    min: self.min,
                    max: self.max,
                    places: 0,
                    unit: None,
                },
            },
            Kind::Text | Kind::LongText => {
                let limits = match before.map(|before| &before.kind) {
                    Some(FieldKind::Text(limits) | FieldKind::LongText(limits)) => limits.clone(),
                    _ => TextLimits::default(),
                };
                if self.kind == Kind::Text {
                    FieldKind::Text(limits)
                } else {
                    FieldKind::LongText(limits)
                }
            }
        })
    }

    fn options(&self, before: Option<&Field>) -> Result<Vec<ChoiceOption>, Wrong> {
        let known: &[ChoiceOption] = match before.map(|before| &before.kind) {
            Some(FieldKind::Choice { options } | FieldKind::Choices { options, .. }) => options,
            _ => &[],
        };
        let mut options: Vec<ChoiceOption> = Vec::new();
        for line in self
            .options
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let mut parts = line.split(['|', '｜']).map(str::trim);
            let ja = parts.next().unwrap_or_default();
            if ja.is_empty() || options.iter().any(|option| option.label.ja == ja) {
                return Err(Wrong::Options);
            }
            let mut other = || {
                parts
                    .next()
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned)
            };
            let label = Text {
                ja: ja.to_owned(),
                easy: other(),
                en: other(),
            };
            let same = known.iter().find(|option| option.label.ja == ja);
            let value = match same {
                Some(option) => option.value.clone(),
                None => fresh("a", |value| {
                    known
                        .iter()
                        .chain(&options)
                        .any(|option| option.value.as_str() == value)
                })
                .ok_or(Wrong::Options)?,
            };
            options.push(ChoiceOption {
                value,
                label,
                hint: same.and_then(|option| option.hint.clone()),
            });
        }
        if options.len() < 2 {
            return Err(Wrong::Options);
        }
        Ok(options)
    }
}

/// The first of `q1`, `q2`… that is not taken.
fn fresh(letter: &str, taken: impl Fn(&str) -> bool) -> Option<Key> {
    (1..10_000)
        .map(|number| format!("{letter}{number}"))
        .find(|key| !taken(key))
        .and_then(|key| Key::new(key).ok())
}

/// Puts a question on a page: in place of the one with the key `before`, else at the end. False when there is no such place.
pub fn put(form: &mut FormDocument, page: &str, before: Option<&str>, field: Field) -> bool {
    let Some(page) = form
        .pages
        .iter_mut()
        .find(|found| found.key.as_str() == page)
    else {
        return false;
    };
    match before {
        None => page.fields.push(field),
        Some(key) => match page
            .fields
            .iter_mut()
            .find(|found| found.key.as_str() == key)
        {
            Some(found) => *found = field,
            None => return false,
        },
    }
    true
}

/// Adds a page at the end.
pub fn add_page(form: &mut FormDocument, title: Text) {
    let key = fresh("p", |key| {
        form.pages.iter().any(|page| page.key.as_str() == key)
    });
    if let Some(key) = key {
        form.pages.push(FormPage {
            key,
            title,
            intro: None,
            show_if: None,
            fields: Vec::new(),
        });
    }
}

/// What is done with a question or a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One place up; the first of a page goes to the end of the page before.
    Up,
    /// One place down; the last of a page goes to the beginning of the next.
    Down,
    /// Away.
    Remove,
}

impl Step {
    /// Reads its name.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "up" => Some(Self::Up),
            "down" => Some(Self::Down),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

/// Moves or removes a question, or a page when no question is named. False when that is not possible.
pub fn arrange(form: &mut FormDocument, page: &str, field: Option<&str>, step: Step) -> bool {
    let Some(at) = form
        .pages
        .iter()
        .position(|found| found.key.as_str() == page)
    else {
        return false;
    };
    let Some(field) = field else {
        return shift(&mut form.pages, at, step);
    };
    let fields = &mut form.pages[at].fields;
    let Some(place) = fields.iter().position(|found| found.key.as_str() == field) else {
        return false;
    };
    let is_last = place + 1 == fields.len();
    match step {
        Step::Up if place == 0 && at > 0 => {
            let moved = form.pages[at].fields.remove(0);
            form.pages[at - 1].fields.push(moved);
            true
        }
        Step::Down if is_last && at + 1 < form.pages.len() => {
            let moved = form.pages[at].fields.remove(place);
            form.pages[at + 1].fields.insert(0, moved);
            true
        }
        _ => shift(&mut form.pages[at].fields, place, step),
    }
}

fn shift<T>(list: &mut Vec<T>, place: usize, step: Step) -> bool {
    match step {
        Step::Up if place > 0 => list.swap(place, place - 1),
        Step::Down if place + 1 < list.len() => list.swap(place, place + 1),
        Step::Remove => {
            list.remove(place);
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::{SurveyDocument, tests::SMALL};

    fn form() -> FormDocument {
        SurveyDocument::from_yaml(SMALL).unwrap().form
    }

    fn question(kind: Kind, options: &str) -> QuestionForm {
        QuestionForm {
            key: String::new(),
            label: Text::japanese("質問"),
            hint: None,
            kind,
            options: options.to_owned(),
            min: None,
            max: None,
            optional: false,
            show_if: None,
        }
    }

    #[test]
    fn a_question_goes_through_its_form_unchanged() {
        let form = form();
        for field in &form.pages[0].fields {
            let (options, min, max) = match &field.kind {
                FieldKind::Choice { options } => (option_lines(options), None, None),
                FieldKind::Number { min, max, .. } => (String::new(), *min, *max),
                _ => panic!("no such question in the small survey"),
            };
            let sent = QuestionForm {
                key: field.key.to_string(),
                label: field.label.clone(),
                hint: None,
                kind: Kind::of(field).unwrap(),
                options,
                min,
                max,
                optional: field.optional,
                show_if: None,
            };
            assert_eq!(sent.read(&form, Some(field)).as_ref(), Ok(field));
        }
    }

    #[test]
    fn options_keep_their_values_and_get_new_ones() {
        let form = form();
        let age = &form.pages[0].fields[0];
        let sent = question(Kind::Choice, "年配\n子ども | 子（こ）ども | Children\n若い");
        let FieldKind::Choice { options } = sent.read(&form, Some(age)).unwrap().kind else {
            panic!("a choice");
        };
        let values: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
        assert_eq!(values, ["old", "a1", "young"]);
        assert_eq!(options[1].label.en.as_deref(), Some("Children"));
        assert_eq!(
            option_lines(&options).lines().nth(1),
            Some("子ども | 子（こ）ども | Children")
        );
        assert_eq!(
            question(Kind::Choice, "一つ").read(&form, None),
            Err(Wrong::Options)
        );
        assert_eq!(
            question(Kind::Choice, "同じ\n同じ").read(&form, None),
            Err(Wrong::Options)
        );
        let taken = QuestionForm {
            key: "age".to_owned(),
            ..question(Kind::Text, "")
        };
        assert_eq!(taken.read(&form, None), Err(Wrong::Key));
    }

    #[test]
    fn questions_and_pages_are_added_moved_and_removed() {
        let mut form = form();
        let scale = question(Kind::Satisfaction, "").read(&form, None).unwrap();
        assert_eq!(scale.key.as_str(), "q1");
        add_page(&mut form, Text::japanese("次"));
        assert_eq!(form.pages[1].key.as_str(), "p1");
        assert!(put(&mut form, "p1", None, scale));
        assert!(arrange(&mut form, "p1", Some("q1"), Step::Up));
        assert_eq!(form.pages[0].fields.len(), 3);
        assert!(arrange(&mut form, "one", Some("q1"), Step::Up));
        assert_eq!(form.pages[0].fields[1].key.as_str(), "q1");
        assert!(arrange(&mut form, "one", Some("q1"), Step::Remove));
        assert!(arrange(&mut form, "p1", None, Step::Remove));
        assert_eq!(form, self::form());
    }
}
