//! Where what the checker found can be mended: the page of the designer, and the control on it.

use yakuba_forms::{
    Message, MessageValue, Part, Place,
    model::document::{Field, FormPage},
};
use yakuba_ui::Fields;

use super::{
    change::Place as At,
    edit::address,
    href,
    values::{condition, page, question, rules, settings, settings::Section},
};
use crate::{
    desk::room::Room,
    model::{
        check::{At as Where, Found},
        document::ProcedureDocument,
    },
};

/// The address of the control; none when nothing in the designer mends it.
pub(super) fn way(document: &ProcedureDocument, found: &Found) -> Option<String> {
    match &found.at {
        Where::Member(path) => {
            let (section, control) = member(path)?;
            let values = settings::values(document, section);
            let control = text_control(&found.message, &values, &control).unwrap_or_else(|| {
                // Texts that may be left out have no value to be found by.
                let is_text = values.has(&format!("{control}_ja"))
                    || ["when", "fee", "other_ways"].contains(&control.as_str());
                if is_text {
                    format!("{control}_ja")
                } else {
                    control.clone()
                }
            });
            Some(format!("{}#{control}", address(&document.key, section)))
        }
        Where::Form(place) => in_form(document, place, &found.message),
    }
}

/// The page of settings and the stem of the control of a member.
fn member(path: &str) -> Option<(Section, String)> {
    let parts: Vec<&str> = path.split('.').collect();
    Some(match parts.as_slice() {
        [name @ ("processing_days" | "processing_count")] => (Section::Review, (*name).to_owned()),
        ["stages", row, name] => (Section::Review, format!("stage-{row}-{name}")),
        ["movers", name] => (Section::Review, format!("mover_{name}")),
        ["personal_data_purpose"] => (Section::Basics, "purpose".to_owned()),
        [name] => (Section::Basics, (*name).to_owned()),
        ["co_applicants", name] => {
            let control = match *name {
                "who" | "verified" => format!("co_{name}"),
                name => name.to_owned(),
            };
            (Section::Together, control)
        }
        ["guide", "needed", row] => (Section::Guide, format!("needed-{row}-text")),
        ["guide", name] => (Section::Guide, (*name).to_owned()),
        ["retention", name] => (Section::Review, format!("retention_{name}")),
        ["templates", row, name] => (Section::Templates, format!("row-{row}-{name}")),
        ["export", row, name] => (Section::Export, format!("row-{row}-{name}")),
        _ => return None,
    })
}

fn in_form(document: &ProcedureDocument, place: &Place, message: &Message) -> Option<String> {
    let base = href(&document.key);
    let form = &document.form;
    if let Some(part) = &place.part {
        let (list, row) = match part {
            Part::Computed(key) => (
                rules::Part::Computed,
                form.computed.iter().position(|rule| rule.key == *key)?,
            ),
            Part::Before(key) => (
                rules::Part::Before,
                form.before.iter().position(|rule| rule.key == *key)?,
            ),
            Part::Check(number) => (rules::Part::Checks, number.checked_sub(1)?),
            Part::Fee(number) => (rules::Part::Fees, number.checked_sub(1)?),
        };
        let values = rules::values(form, list);
        let stem = format!("row-{row}");
        let control = text_control(message, &values, &format!("{stem}-")).unwrap_or(stem);
        return Some(format!("{base}/rules?part={}#{control}", list.name()));
    }
    let Some(page) = page_of(document, place) else {
        return Some(format!("{base}#form"));
    };
    let Some((group, field)) = field_of(page, place) else {
        // A page without a question is mended by giving it one.
        if message.id() == Some("forms-finding-page-empty") {
            return Some(format!("{base}/field?page={}", page.key));
        }
        let all = condition::known(form, None);
        let values = page::values(page, &all);
        let control =
            text_control(message, &values, "").unwrap_or_else(|| setting(message, "title_ja"));
        return Some(format!("{base}/page?page={}#{control}", page.key));
    };
    let group = group.map_or("", |group| group.key.as_str());
    let all = condition::known(form, Some(group).filter(|group| !group.is_empty()));
    let values = question::values(field, &all);
    let control =
        text_control(message, &values, "").unwrap_or_else(|| setting(message, "label_ja"));
    let at = At {
        page: page.key.to_string(),
        group: group.to_owned(),
        field: field.key.to_string(),
    };
    Some(format!("{base}/field?{}#{control}", at.query()))
}

fn page_of<'d>(document: &'d ProcedureDocument, place: &Place) -> Option<&'d FormPage> {
    let key = place.page.as_ref()?;
    document.form.pages.iter().find(|page| page.key == *key)
}

/// The question on the page, with its group when it is in one.
fn field_of<'d>(page: &'d FormPage, place: &Place) -> Option<(Option<&'d Field>, &'d Field)> {
    let key = place.field.as_ref()?;
    let find = |fields: &'d [Field]| fields.iter().find(|field| field.key == *key);
    find(&page.fields).map(|field| (None, field)).or_else(|| {
        page.fields
            .iter()
            .find_map(|group| Some((Some(group), find(question::inner(group))?)))
    })
}

/// The control of a setting that a finding is about, by what the finding says.
fn setting(message: &Message, otherwise: &str) -> String {
    let id = message.id().unwrap_or_default();
    let id = id.strip_prefix("forms-finding-").unwrap_or(id);
    match id {
        "key-twice" | "key-reserved" | "page-twice" => "key",
        "options" => "option-0-label_ja",
        "max-length" => "max_length",
        "day-limit" => "earliest",
        "range" | "group-limits" => "min",
        "places" => "places",
        "accept" => "accept",
        "file-limits" => "max_mib",
        "no-purpose" => "purpose_ja",
        _ if id.starts_with("expression-") => "show_if",
        "unknown-function" | "pattern" | "unknown-name" | "before-name" | "inside-group"
        | "circle" | "later" | "unknown-option" | "fails" => "show_if",
        _ => otherwise,
    }
    .to_owned()
}

/// The control of the text that a finding is about, among those whose names begin with `stem`; none when it is about no text.
fn text_control(message: &Message, values: &Fields, stem: &str) -> Option<String> {
    let Message::Known { id, values: about } = message else {
        return None;
    };
    let said = about
        .iter()
        .find_map(|(name, value)| match (*name, value) {
            ("text" | "word", MessageValue::Text(text)) => Some(text.trim_end_matches('…')),
            _ => None,
        })
        .unwrap_or_default();
    let mut texts = values.pairs().filter(|(name, _)| name.starts_with(stem));
    let lacking = |name: &str, value: &str, ending: &str| {
        let stem = name.strip_suffix("_ja")?;
        let other = format!("{stem}_{ending}");
        (value.starts_with(said) && values.get(&other).is_empty()).then_some(other)
    };
    let holding = |(name, value): (&str, &str), endings: &[&str]| {
        (endings.iter().any(|ending| name.ends_with(ending)) && value.contains(said))
            .then(|| name.to_owned())
    };
    match *id {
        "forms-finding-easy-missing" => {
            texts.find_map(|(name, value)| lacking(name, value, "easy"))
        }
        "forms-finding-english-missing" => {
            texts.find_map(|(name, value)| lacking(name, value, "en"))
        }
        "forms-finding-text-missing" => texts
            .find(|(name, value)| name.ends_with("_ja") && value.trim().is_empty())
            .map(|(name, _)| name.to_owned()),
        "forms-finding-hard-word" => texts.find_map(|pair| holding(pair, &["_ja"])),
        "forms-finding-long-sentence" => texts.find_map(|pair| holding(pair, &["_ja", "_easy"])),
        "forms-finding-no-reading" => texts.find_map(|pair| holding(pair, &["_easy"])),
        _ => None,
    }
}

/// What the place is called.
pub(super) fn label(room: &Room, document: &ProcedureDocument, found: &Found) -> String {
    let language = room.language();
    match &found.at {
        Where::Member(path) => {
            let Some((section, control)) = member(path) else {
                return path.clone();
            };
            let section = room.d(&format!("designer-section-{}", section.name()));
            let row = path.split('.').find_map(|part| part.parse::<usize>().ok());
            let what = match (path.split('.').next(), row) {
                (Some("guide"), Some(row)) => room
                    .designer_words()
                    .counted("designer-needed-row", row as u64 + 1)
                    .into_owned(),
                (Some("templates"), Some(row)) => document
                    .templates
                    .get(row)
                    .map_or_else(String::new, |template| template.name.clone()),
                (Some("export"), Some(row)) => document
                    .export
                    .get(row)
                    .map_or_else(String::new, |column| column.heading.clone()),
                _ => room.d(&format!(
                    "designer-field-{}",
                    match control.as_str() {
                        "purpose" => "data-purpose".to_owned(),
                        control => control.replace('_', "-"),
                    }
                )),
            };
            format!("{section}：{what}")
        }
        Where::Form(place) => {
            let page = page_of(document, place);
            match (
                page,
                page.and_then(|page| field_of(page, place)),
                &place.part,
            ) {
                (_, Some((_, field)), _) => field.label.get(language).to_owned(),
                (Some(page), None, _) => page.title.get(language).to_owned(),
                (None, None, Some(part)) => {
                    let (key, number) = match part {
                        Part::Computed(key) => (
                            "computed",
                            document
                                .form
                                .computed
                                .iter()
                                .position(|rule| rule.key == *key),
                        ),
                        Part::Before(key) => (
                            "before",
                            document
                                .form
                                .before
                                .iter()
                                .position(|rule| rule.key == *key),
                        ),
                        Part::Check(number) => ("checks", number.checked_sub(1)),
                        Part::Fee(number) => ("fees", number.checked_sub(1)),
                    };
                    room.designer_words()
                        .counted(
                            &format!("designer-rule-{key}"),
                            number.unwrap_or_default() as u64 + 1,
                        )
                        .into_owned()
                }
                (None, None, None) => room.d("designer-form"),
            }
        }
    }
}
