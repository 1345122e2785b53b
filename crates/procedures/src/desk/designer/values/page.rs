//! One page of a form, without its questions.

use yakuba_forms::model::document::{FormPage, Key};
use yakuba_ui::Fields;

use super::{
    Wrong,
    condition::{self, Known},
    needed_text, optional_text, put_text,
    question::same,
};

/// Writes a page.
pub(in super::super) fn values(page: &FormPage, all: &[Known]) -> Fields {
    let mut values = Fields::default();
    values.push("key", page.key.as_str());
    put_text(&mut values, "title", Some(&page.title));
    put_text(&mut values, "intro", page.intro.as_ref());
    condition::put(&mut values, "show_if", page.show_if.as_ref(), all);
    values
}

/// Reads a page, which keeps the questions it has. `free` is the key of a new one that names none.
pub(in super::super) fn read(
    sent: &Fields,
    standing: Option<&FormPage>,
    free: Option<Key>,
    all: &[Known],
) -> Result<FormPage, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let key = match sent.get("key") {
        "" => standing.map(|page| page.key.clone()).or(free),
        typed => Key::new(typed).ok(),
    };
    if key.is_none() {
        wrong.push(Wrong::new("key", "designer-problem-part-key"));
    }
    let title = needed_text(sent, "title", &mut wrong);
    let intro = optional_text(sent, "intro", &mut wrong);
    let show_if = condition::read(sent, "show_if", all, &mut wrong);
    let (Some(key), true) = (key, wrong.is_empty()) else {
        return Err(wrong);
    };
    let page = FormPage {
        key,
        title,
        intro,
        show_if,
        fields: standing.map(|page| page.fields.clone()).unwrap_or_default(),
    };
    Ok(match standing {
        Some(standing) if same(&values(&page, all), &values(standing, all)) => standing.clone(),
        _ => page,
    })
}
