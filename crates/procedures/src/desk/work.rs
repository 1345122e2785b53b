//! What waits for a member of staff, for the first page of the desk: numbers of cases, each with the inbox that lists them.

use yakuba_city::{City, CityError, DeskWork, WorkCount, web::Principal};
use yakuba_identity::departments;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Language;

use super::{
    WORDS,
    cases::{Way, address_of},
};
use crate::{
    capabilities::{DECIDE, WORK},
    error::ProcedureError,
    store::casework,
};

/// The short ways into the inbox behind which something waits.
const WAITING: [Way; 5] = [
    Way::Late,
    Way::Nobody,
    Way::Corrected,
    Way::Message,
    Way::Mine,
];

/// The cases that wait for whoever asks, in the departments for which they may work; none when none does.
///
/// # Errors
/// When they cannot be counted.
pub(crate) async fn waiting(
    city: &City,
    principal: &Principal,
    language: &str,
) -> Result<Option<DeskWork>, CityError> {
    counted(city, principal, language)
        .await
        .map_err(ProcedureError::into_city)
}

async fn counted(
    city: &City,
    principal: &Principal,
    language: &str,
) -> Result<Option<DeskWork>, ProcedureError> {
    let Some(staff) = principal.staff().filter(|_| principal.holds(WORK)) else {
        return Ok(None);
    };
    let codes: Vec<DepartmentCode> = departments(city.db())
        .await?
        .into_iter()
        .map(|department| department.code)
        .filter(|code| principal.holds_in(WORK, code))
        .collect();
    let mut ways = WAITING.to_vec();
    // The list has all their departments: its number is only right for who decides in all of them.
    if codes.iter().all(|code| principal.holds_in(DECIDE, code)) {
        ways.insert(1, Way::Checked);
    }
    let words = WORDS.words(Language::from_code(language).unwrap_or_default());
    let mut counts = Vec::new();
    for way in ways {
        let filter = way.filter(staff.account);
        let total = casework::count(city.db(), &codes, &filter, city.today()).await?;
        if total > 0 {
            counts.push(WorkCount {
                text: words.counted(way.key(), total).into_owned(),
                href: address_of(&filter, staff.account),
            });
        }
    }
    Ok((!counts.is_empty()).then(|| DeskWork {
        title: words.get("desk-menu-inbox").into_owned(),
        counts,
    }))
}
