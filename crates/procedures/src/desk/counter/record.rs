//! How a case was entered, as its page at the desk shows it.

use yakuba_city::web::Problem;
use yakuba_identity::account_names;
use yakuba_ui::{DescriptionList, Html};

use super::{WORDS, check::how_text};
use crate::{
    desk::room::Room,
    error::ProcedureError,
    pages,
    store::{Definition, counter, keys::CaseKey},
};

/// Who entered a case and how what it says was checked; nothing for a case that its applicant sent.
pub(in crate::desk) async fn record(
    room: &Room,
    key: &CaseKey,
    case: i64,
    definition: &Definition,
) -> Result<Html, Problem> {
    let Some((account, _, record)) = counter::record_of(room.db(), key, case).await? else {
        return Ok(Html::empty());
    };
    let words = WORDS.words(room.language());
    let names = account_names(room.db(), &[account])
        .await
        .map_err(ProcedureError::from)?;
    let mut list = DescriptionList::new().text(
        words.get("counter-record-who"),
        names.get(&account).map_or("", String::as_str),
    );
    for (name, how) in &record.verified {
        list = list.text(
            words.get(&format!("counter-attribute-{name}")),
            how_text(words, *how),
        );
    }
    if !record.on_paper.is_empty() {
        let form = pages::form(&room.city, definition)?;
        let labels: Vec<&str> = record
            .on_paper
            .iter()
            .filter_map(|path| form.field_at_path(path))
            .map(|field| field.label.get(room.language()))
            .collect();
        list = list.text(words.get("counter-on-paper"), labels.join("\n"));
    }
    if record.mandate_seen {
        list = list.text(
            words.get("counter-agent-mandate"),
            words.get("counter-record-mandate"),
        );
    }
    if record.confirmed {
        list = list.text(
            words.get("counter-record-confirmed"),
            words.get("counter-record-confirmed-tablet"),
        );
    }
    let mut html = Html::trusted(format!(
        "<h3>{}</h3>",
        Html::text(&words.get("counter-record"))
    ));
    html.push(&list);
    Ok(html)
}
