//! The inventory at the desk: the list, an entry, the counts by month, what to put online next, the indicators, tables in and out.

mod edit;
mod exchange;
mod figures;
mod grid;
mod list;

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::DefaultBodyLimit, handler::Handler};
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::department_names;
use yakuba_kernel::{Channel, DepartmentCode, FiscalYear};
use yakuba_ui::{Catalogue, Choice, MenuItem, NotificationBanner, Page, Select, Tabs, Words};

use super::room::Room;
use crate::{
    capabilities::{INVENTORY, OVERSEE},
    error::ProcedureError,
    model::inventory::Listed,
    store::inventory as store,
};

/// The texts of this room.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("inventory");

/// Where the inventory is.
const HOME: &str = "/desk/procedures/inventory";
/// The largest table that is read, in bytes.
const TABLE_BYTES: usize = 11 << 20;

pub(super) fn routes() -> Routes {
    // Looking is for those who keep the inventory and those who oversee: the handlers check which departments.
    let look = Access::SignedIn;
    let keep = Access::Staff(INVENTORY);
    Routes::new()
        .get("/desk/procedures/inventory", look, list::show)
        .get("/desk/procedures/inventory/next", look, figures::next)
        .get(
            "/desk/procedures/inventory/indicators",
            look,
            figures::indicators_page,
        )
        .get(
            "/desk/procedures/inventory/export/{format}",
            look,
            exchange::export,
        )
        .get("/desk/procedures/inventory/new", keep, edit::new)
        .post("/desk/procedures/inventory/new", keep, edit::create)
        .get(
            "/desk/procedures/inventory/entries/{number}",
            look,
            edit::show,
        )
        .post(
            "/desk/procedures/inventory/entries/{number}",
            keep,
            edit::save,
        )
        .get("/desk/procedures/inventory/counts", look, grid::show)
        .post("/desk/procedures/inventory/counts", keep, grid::save)
        .get("/desk/procedures/inventory/import", keep, exchange::form)
        .post(
            "/desk/procedures/inventory/import",
            keep,
            exchange::preview.layer(DefaultBodyLimit::max(TABLE_BYTES)),
        )
        .post(
            "/desk/procedures/inventory/import/commit",
            keep,
            exchange::commit,
        )
}

impl Room {
    /// A text of the inventory.
    fn i(&self, key: &str) -> String {
        WORDS.words(self.language()).get(key).into_owned()
    }

    fn inventory_words(&self) -> Words {
        WORDS.words(self.language())
    }

    fn may_keep(&self, department: &DepartmentCode) -> bool {
        self.principal.holds_in(INVENTORY, department)
    }

    fn may_see(&self, department: &DepartmentCode) -> bool {
        self.may_keep(department) || self.principal.holds_in(OVERSEE, department)
    }

    /// Refuses those who may see no inventory at all.
    fn need_look(&self) -> Result<(), Problem> {
        if self.principal.holds(INVENTORY) || self.principal.holds(OVERSEE) {
            Ok(())
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The names of all departments.
    async fn names(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        Ok(department_names(self.db(), self.language().is_japanese()).await?)
    }

    /// The entries that the person may see; of one department when the address names it.
    async fn entries(&self, department: Option<&DepartmentCode>) -> Result<Vec<Listed>, Problem> {
        self.need_look()?;
        let mut entries = store::entries(self.db(), department).await?;
        entries.retain(|listed| self.may_see(&listed.entry.department));
        Ok(entries)
    }

    /// The department that the address names.
    fn department_asked(&self) -> Option<DepartmentCode> {
        DepartmentCode::new(self.query.get("department")).ok()
    }

    /// The fiscal year that the address names, or the present one.
    fn year_asked(&self) -> FiscalYear {
        self.query
            .year("year")
            .unwrap_or_else(|| FiscalYear::from_date(self.city.today()))
    }

    /// A choice of the departments that hold entries and that the person may see.
    fn department_choice(
        &self,
        names: &BTreeMap<DepartmentCode, String>,
        entries: &[Listed],
        chosen: Option<&DepartmentCode>,
    ) -> Select {
        let mut codes: Vec<&DepartmentCode> = entries
            .iter()
            .map(|listed| &listed.entry.department)
            .chain(names.keys().filter(|code| self.may_keep(code)))
            .collect();
        codes.sort_unstable();
        codes.dedup();
        let choices = codes.into_iter().map(|code| {
            let name = names.get(code).map_or(code.as_str(), String::as_str);
            Choice::new(code.as_str(), name)
        });
        Select::new(
            self.language(),
            "department",
            self.i("inventory-field-department"),
        )
        .choices(choices)
        .value(chosen.map_or("", DepartmentCode::as_str))
    }

    /// A choice of fiscal years around today.
    fn year_choice(&self, chosen: FiscalYear) -> Select {
        let present = FiscalYear::from_date(self.city.today());
        let years = (0..6).filter_map(|back| present.checked_add(-back));
        Select::new(self.language(), "year", self.i("inventory-year"))
            .choices(years.map(|year| {
                Choice::new(
                    year.year().to_string(),
                    yakuba_ui::format::fiscal_year(year, self.language()),
                )
            }))
            .value(&chosen.year().to_string())
    }

    fn channel_name(&self, channel: Channel) -> String {
        self.i(&format!("inventory-channel-{channel}"))
    }

    /// A page of the inventory with its tabs and notices.
    fn inventory_page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        let page = self.page(title, body);
        let key = format!("inventory-done-{}", self.query.get("done"));
        let words = self.inventory_words();
        if words.has(&key) {
            page.notice(NotificationBanner::success(words.get(&key)))
        } else {
            page
        }
    }

    fn inventory_tabs(&self, current: &str) -> Tabs {
        let mut items = vec![
            ("inventory-tab-list", HOME.to_owned()),
            ("inventory-tab-counts", format!("{HOME}/counts")),
            ("inventory-tab-next", format!("{HOME}/next")),
            ("inventory-tab-indicators", format!("{HOME}/indicators")),
        ];
        if self.principal.holds(INVENTORY) {
            items.push(("inventory-tab-import", format!("{HOME}/import")));
        }
        let items = items
            .into_iter()
            .map(|(key, href)| MenuItem::new(self.i(key), href).current(key == current))
            .collect();
        Tabs::new(self.i("inventory-title"), items)
    }

    /// What a failure means, when the person can mend it.
    fn inventory_sentence(&self, error: &ProcedureError) -> Option<String> {
        match error {
            ProcedureError::Inventory(problem) => Some(self.i(problem.place().1)),
            ProcedureError::ChangedMeanwhile => Some(self.i("inventory-changed-meanwhile")),
            _ => None,
        }
    }
}

/// What an address may hold: percent-encoded.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn entry_href(number: &str) -> String {
    format!("{HOME}/entries/{}", encoded(number))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
