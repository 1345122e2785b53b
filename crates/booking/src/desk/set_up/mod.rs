//! Setting facilities up in the browser: the list, one facility with its parts, and the same as YAML.

mod edit;
mod form;
mod list;
mod shape;
mod show;

use std::collections::BTreeMap;

use axum::{extract::DefaultBodyLimit, handler::Handler as _};
use yakuba_city::web::{Access, Problem, Routes};
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;

use super::room::Room;
use crate::{capabilities::SET_UP, error::BookingError, model::check::Finding};

/// Where facilities are set up.
const SET_UP_HOME: &str = "/desk/booking/set-up";
/// The largest file, in bytes.
const FILE_BYTES: usize = 1 << 20;

pub(super) fn routes() -> Routes {
    let set_up = Access::Staff(SET_UP);
    Routes::new()
        .get(SET_UP_HOME, set_up, list::page)
        .post("/desk/booking/set-up/new", set_up, list::new)
        .post(
            "/desk/booking/set-up/upload",
            set_up,
            list::upload.layer(DefaultBodyLimit::max(FILE_BYTES)),
        )
        .get("/desk/booking/set-up/{facility}", set_up, show::page)
        .post("/desk/booking/set-up/{facility}/offer", set_up, show::offer)
        .get("/desk/booking/set-up/{facility}/file", set_up, show::file)
        .get("/desk/booking/set-up/{facility}/yaml", set_up, edit::yaml)
        .post(
            "/desk/booking/set-up/{facility}/yaml",
            set_up,
            edit::save_yaml,
        )
        .get("/desk/booking/set-up/{facility}/part", set_up, edit::part)
        .post(
            "/desk/booking/set-up/{facility}/part",
            set_up,
            edit::save_part,
        )
}

/// The address of a facility where it is set up.
fn href(key: &str) -> String {
    format!("{SET_UP_HOME}/{key}")
}

/// The address of a part of it.
fn part_href(key: &str, at: &str) -> String {
    format!("{}/part?at={at}", href(key))
}

impl Room {
    /// The departments, with their names, whose facilities the person sets up.
    async fn set_up_departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        let mut names = department_names(self.db(), self.language().is_japanese())
            .await
            .map_err(BookingError::from)?;
        names.retain(|code, _| self.principal.holds_in(SET_UP, code));
        Ok(names)
    }
}

/// Where a finding can be mended: the part of the facility, and the control on its page.
fn way(document: &crate::model::document::FacilityDocument, finding: &Finding) -> (String, String) {
    let message = finding.message;
    if let Some(resource) = &finding.resource {
        let place = document
            .resources
            .iter()
            .position(|known| known.key == *resource)
            .unwrap_or(0);
        let at = format!("resources.{place}");
        let member = match message {
            "booking-finding-takes-nothing"
            | "booking-finding-no-unit"
            | "booking-finding-count" => "takes.__kind",
            "booking-finding-no-fee" => "fee",
            "booking-finding-no-times"
            | "booking-finding-overlap"
            | "booking-finding-free"
            | "booking-finding-backwards"
            | "booking-finding-off-step" => "times.__kind",
            "booking-finding-doubled" => "key",
            _ if document
                .resources
                .get(place)
                .is_some_and(|resource| resource.rules.is_none()) =>
            {
                return ("rules".to_owned(), "rules".to_owned());
            }
            _ => "rules",
        };
        return (at.clone(), format!("{at}.{member}"));
    }
    let at = match message {
        "booking-finding-weeks" => "closed",
        "booking-finding-unit-unused" | "booking-finding-doubled" => "units",
        "booking-finding-equipment-with" | "booking-finding-count" | "booking-finding-no-fee" => {
            "equipment"
        }
        "booking-finding-backwards" | "booking-finding-off-step" => "opening",
        "booking-finding-fee-day" => "fees.0",
        "booking-finding-nothing" => "resources.0",
        _ => "rules",
    };
    (at.to_owned(), at.to_owned())
}
