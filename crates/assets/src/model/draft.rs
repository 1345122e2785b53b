//! What is written about one asset, as it is typed into the form or stands in a row of a table.

use std::collections::BTreeMap;

use jiff::civil::Date;
use yakuba_kernel::{Decimal, DepartmentCode, Point, Wareki, text::fold_width};
use yakuba_mail::EmailAddress;
use yakuba_ui::Language;

use super::kind::{Field, FieldType, Kind};
use crate::WORDS;

/// The columns that every kind has, by the keys that stand in tables.
pub const COLUMNS: [&str; 8] = [
    "number",
    "name",
    "place",
    "point",
    "state",
    "department",
    "installed_on",
    "mail",
];
/// Letters of a text at most.
const MOST_LETTERS: usize = 200;
/// Letters of a number at most.
const MOST_NUMBER: usize = 40;
/// Addresses at most.
const MOST_ADDRESSES: usize = 10;

/// What is known about an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its number within its kind.
    pub number: String,
    /// What it is called.
    pub name: String,
    /// Where it is, in words.
    pub place: String,
    /// Where it is.
    pub point: Option<Point>,
    /// The department that looks after it.
    pub department: DepartmentCode,
    /// Since when it is there.
    pub installed_on: Option<Date>,
    /// Who hears of its alerts beside those of its kind.
    pub mail: Vec<String>,
    /// What its kind asks for, by key.
    pub fields: BTreeMap<String, String>,
}

/// Something that must be mended: the column, and the id of the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key of the column.
    pub column: String,
    /// The id of a text.
    pub sentence: &'static str,
}

/// A text in one line: without control signs, without signs that turn its direction.
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|sign| {
            !sign.is_control()
                && !matches!(sign, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Reads what was typed; `get` gives a column's text, empty when there is none.
///
/// # Errors
/// Everything that must be mended.
pub fn read<'t>(kind: &Kind, get: impl Fn(&str) -> &'t str) -> Result<Draft, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wrong = |column: &str, sentence: &'static str| {
        problems.push(Problem {
            column: column.to_owned(),
            sentence,
        });
    };
    let number = fold_width(&plain(get("number")));
    if number.is_empty() {
        wrong("number", "assets-problem-required");
    } else if number.chars().count() > MOST_NUMBER {
        wrong("number", "assets-problem-long");
    }
    let mut text = |column: &str, is_required: bool| {
        let text = plain(get(column));
        if text.is_empty() && is_required {
            wrong(column, "assets-problem-required");
        }
        if text.chars().count() > MOST_LETTERS {
            wrong(column, "assets-problem-long");
        }
        text
    };
    let (name, place) = (text("name", true), text("place", false));
    let point = match get("point").trim() {
        "" => None,
        typed => {
            let point = Point::read(typed).ok();
            if point.is_none() {
                wrong("point", "assets-problem-point");
            }
            point
        }
    };
    let department = match get("department").trim() {
        "" => Some(kind.department.clone()),
        typed => DepartmentCode::new(typed).ok(),
    };
    if department.is_none() {
        wrong("department", "assets-problem-department");
    }
    let installed_on = match get("installed_on").trim() {
        "" => None,
        typed => {
            let day = read_day(typed);
            if day.is_none() {
                wrong("installed_on", "assets-problem-day");
            }
            day
        }
    };
    let mail: Vec<String> = get("mail")
        .split([',', '\n', ' ', ';'])
        .map(str::trim)
        .filter(|address| !address.is_empty())
        .map(str::to_owned)
        .collect();
    if mail.len() > MOST_ADDRESSES || mail.iter().any(|one| EmailAddress::read(one).is_err()) {
        wrong("mail", "assets-problem-mail");
    }
    let mut fields = BTreeMap::new();
    for field in &kind.fields {
        let key = field.key.as_str();
        match read_field(field, &plain(get(key))) {
            Ok(Some(value)) => {
                fields.insert(key.to_owned(), value);
            }
            Ok(None) if field.required => wrong(key, "assets-problem-required"),
            Ok(None) => {}
            Err(sentence) => wrong(key, sentence),
        }
    }
    match department {
        Some(department) if problems.is_empty() => Ok(Draft {
            number,
            name,
            place,
            point,
            department,
            installed_on,
            mail,
            fields,
        }),
        _ => Err(problems),
    }
}

/// A day as `2026-11-22`, `2026/11/22` or `令和8年11月22日`, in any width.
pub fn read_day(text: &str) -> Option<Date> {
    let is_near = |day: &Date| (1868..=2200).contains(&day.year());
    if let Some(day) = Wareki::read_date(text.trim()).filter(is_near) {
        return Some(day);
    }
    let folded = fold_width(text.trim()).replace(['/', '.'], "-");
    let mut parts = folded.split('-').map(str::trim);
    let day = Date::new(
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    )
    .ok()?;
    (parts.next().is_none() && is_near(&day)).then_some(day)
}

/// The value of a field as it is kept; none when nothing was typed.
fn read_field(field: &Field, text: &str) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().count() > MOST_LETTERS {
        return Err("assets-problem-long");
    }
    let folded = fold_width(text);
    match field.holds {
        FieldType::Text => Ok(Some(text.to_owned())),
        FieldType::Number => folded
            .replace(',', "")
            .parse::<Decimal>()
            .map(|number| Some(number.normalize().to_string()))
            .map_err(|_| "assets-problem-number"),
        FieldType::Date => read_day(text)
            .map(|day| Some(day.to_string()))
            .ok_or("assets-problem-day"),
        FieldType::Flag => {
            let said = |key| {
                [
                    Language::Japanese,
                    Language::EasyJapanese,
                    Language::English,
                ]
                .into_iter()
                .any(|language| WORDS.words(language).get(key).eq_ignore_ascii_case(text))
            };
            if said("assets-yes")
                || ["yes", "1", "○", "true"].contains(&folded.to_ascii_lowercase().as_str())
            {
                Ok(Some("yes".to_owned()))
            } else if said("assets-no")
                || ["no", "0", "×", "false"].contains(&folded.to_ascii_lowercase().as_str())
            {
                Ok(Some("no".to_owned()))
            } else {
                Err("assets-problem-flag")
            }
        }
        FieldType::Choice => field
            .options
            .iter()
            .find(|option| {
                let label = &option.label;
                option.value.as_str() == folded
                    || label.ja == text
                    || label.en.as_deref() == Some(text)
                    || label.easy.as_deref() == Some(text)
            })
            .map(|option| Some(option.value.as_str().to_owned()))
            .ok_or("assets-problem-choice"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind::tests::camera;

    fn typed(rows: &[(&str, &'static str)]) -> Result<Draft, Vec<Problem>> {
        let rows: BTreeMap<String, &'static str> = rows
            .iter()
            .map(|(key, text)| ((*key).to_owned(), *text))
            .collect();
        read(&camera(), |key| rows.get(key).copied().unwrap_or(""))
    }

    #[test]
    fn a_row_is_read_as_people_type_it() {
        let draft = typed(&[
            ("number", "Ｃ-００１"),
            ("name", "駅前　"),
            ("point", "３４.４, １３５"),
            ("installed_on", "2024/4/1"),
            ("pole", "12番"),
            ("height", "１,２００.50"),
            ("mount", "壁"),
            ("bought", "２０２４-０３-３１"),
            ("night", "はい"),
            ("mail", "a@example.jp, b@example.jp"),
        ])
        .unwrap();
        assert_eq!(draft.number, "C-001");
        assert_eq!(draft.department.as_str(), "crisis");
        assert_eq!(draft.installed_on, Some(jiff::civil::date(2024, 4, 1)));
        assert_eq!(
            draft.point,
            Some(Point::from_millionths(34_400_000, 135_000_000).unwrap())
        );
        let expected = [
            ("bought", "2024-03-31"),
            ("height", "1200.5"),
            ("mount", "wall"),
            ("night", "yes"),
            ("pole", "12番"),
        ];
        assert!(
            draft
                .fields
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .eq(expected)
        );
        assert_eq!(draft.mail.len(), 2);
    }

    #[test]
    fn every_mistake_is_told_with_its_column() {
        let problems = typed(&[
            ("number", ""),
            ("name", "\u{202E}"),
            ("point", "0, 0"),
            ("installed_on", "2024-02-30"),
            ("department", "not a code!"),
            ("height", "=1+1"),
            ("mount", "ceiling"),
            ("bought", "yesterday"),
            ("night", "perhaps"),
            ("mail", "nobody"),
        ])
        .unwrap_err();
        let columns: Vec<&str> = problems
            .iter()
            .map(|problem| problem.column.as_str())
            .collect();
        assert_eq!(
            columns,
            [
                "number",
                "name",
                "point",
                "department",
                "installed_on",
                "mail",
                "pole",
                "height",
                "mount",
                "bought",
                "night"
            ]
        );
        assert!(
            problems
                .iter()
                .all(|problem| WORDS.words(Language::Japanese).has(problem.sentence))
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reading(text in "\\PC{0,80}") {
            let _ = read(&camera(), |_| text.as_str());
            let _ = read_day(&text);
        }
    }
}
