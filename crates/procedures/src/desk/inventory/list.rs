//! The list of the inventory with its filters.

use askama::Template;
use jiff::civil::Date;
use yakuba_city::web::Problem;
use yakuba_kernel::{FiscalYear, text::normalise_for_search};
use yakuba_ui::{
    Cell, ChipLabel, Choice, Column, EmptyState, LinkButton, Page, Pagination, Row, Select, Table,
    Tabs, TextField, Words, format,
};

use super::{HOME, encoded, entry_href};
use crate::{capabilities::INVENTORY, desk::room::Room, model::inventory::Listed};

const PER_PAGE: usize = 50;
/// The states an entry can be looked for by.
const STATES: [&str; 4] = ["online", "not-online", "excluded", "ended"];

#[derive(Template)]
#[template(path = "inventory/list.html")]
struct Body {
    words: Words,
    tabs: Tabs,
    department: Select,
    state: Select,
    text: TextField,
    table: Option<Table>,
    empty: EmptyState,
    pagination: Pagination,
    csv: String,
    xlsx: String,
}

pub(super) async fn show(room: Room) -> Result<Page, Problem> {
    let (language, today) = (room.language(), room.city.today());
    let names = room.names().await?;
    let all = room.entries(None).await?;
    let department = room.department_asked();
    let state = room.query.get("state");
    let asked = normalise_for_search(room.query.get("q"));
    let found: Vec<&Listed> = all
        .iter()
        .filter(|listed| {
            let entry = &listed.entry;
            department
                .as_ref()
                .is_none_or(|code| entry.department == *code)
                && (!STATES.contains(&state) || state_of(listed, today) == state)
                && (asked.is_empty()
                    || normalise_for_search(&format!(
                        "{} {} {}",
                        entry.number, entry.title, entry.law
                    ))
                    .contains(&asked))
        })
        .collect();
    let page: u64 = room.query.get("page").parse().unwrap_or(1).max(1);
    let first = usize::try_from(page - 1)
        .unwrap_or(usize::MAX)
        .saturating_mul(PER_PAGE);
    let last_year = FiscalYear::from_date(today).previous();
    let rows = found.iter().skip(first).take(PER_PAGE).map(|listed| {
        let entry = &listed.entry;
        let state = state_of(listed, today);
        let chip = ChipLabel::new(room.i(&format!("inventory-state-{state}")));
        let chip = match state {
            "online" => chip.green(),
            "not-online" => chip.orange(),
            _ => chip,
        };
        let needs: Vec<String> = [
            (entry.face, "inventory-hindrance-face"),
            (entry.paper_original, "inventory-hindrance-original"),
            (entry.seal, "inventory-hindrance-seal"),
        ]
        .into_iter()
        .filter(|&(needed, _)| needed)
        .map(|(_, key)| room.i(key))
        .collect();
        Row::new([
            Cell::link(&entry.title, entry_href(&entry.number)),
            Cell::text(&entry.number),
            Cell::text(
                names
                    .get(&entry.department)
                    .map_or(entry.department.as_str(), String::as_str),
            ),
            Cell::html(&chip),
            Cell::text(needs.join(" / ")),
            Cell::text(
                listed
                    .all_applications(last_year)
                    .map_or_else(|| "－".to_owned(), format::number),
            ),
        ])
    });
    let filter = format!(
        "department={}&state={}&q={}",
        department.as_ref().map_or("", |code| code.as_str()),
        encoded(state),
        encoded(room.query.get("q"))
    );
    let table = (!found.is_empty()).then(|| {
        Table::new(language, "inventory", room.i("inventory-title"))
            .columns([
                Column::text(room.i("inventory-field-title")),
                Column::text(room.i("inventory-field-number")).no_wrap(),
                Column::text(room.i("inventory-field-department")).no_wrap(),
                Column::text(room.i("inventory-state")).no_wrap(),
                Column::text(room.i("inventory-needs")),
                Column::number(
                    room.inventory_words()
                        .with_text(
                            "inventory-applications-of",
                            "year",
                            &format::fiscal_year_short(last_year, language),
                        )
                        .into_owned(),
                ),
            ])
            .rows(rows)
            .row_headers()
            .hide_caption()
            .stacked()
    });
    let body = Body {
        words: room.inventory_words(),
        tabs: room.inventory_tabs("inventory-tab-list"),
        department: room
            .department_choice(&names, &all, department.as_ref())
            .or_all(),
        state: Select::new(language, "state", room.i("inventory-state"))
            .choices(
                STATES.map(|state| Choice::new(state, room.i(&format!("inventory-state-{state}")))),
            )
            .or_all()
            .value(state),
        text: TextField::new(language, "q", room.i("inventory-search"))
            .value(room.query.get("q"))
            .width(20),
        empty: EmptyState::new(room.i("inventory-none")).text(room.i("inventory-none-text")),
        pagination: Pagination::new(
            language,
            page,
            PER_PAGE as u64,
            found.len() as u64,
            format!("{HOME}?{filter}"),
        ),
        table,
        csv: format!("{HOME}/export/csv?{filter}"),
        xlsx: format!("{HOME}/export/xlsx?{filter}"),
    };
    let page = room.inventory_page(room.i("inventory-title"), &body);
    Ok(if room.principal.holds(INVENTORY) {
        page.action(&LinkButton::new(
            room.i("inventory-add"),
            format!("{HOME}/new"),
        ))
    } else {
        page
    })
}

/// How an entry stands on a day.
pub(super) fn state_of(listed: &Listed, today: Date) -> &'static str {
    let entry = &listed.entry;
    if !entry.exists_on(today) {
        "ended"
    } else if !entry.exclusion.is_empty() {
        "excluded"
    } else if entry.online_on(today) {
        "online"
    } else {
        "not-online"
    }
}
