//! What waits for a member of staff, for the first page of the desk: numbers of reports, each with the list of them.

use yakuba_city::{City, CityError, DeskWork, WorkCount, web::Principal};
use yakuba_identity::departments;
use yakuba_ui::Language;

use crate::{
    DESK_WORDS,
    capabilities::WORK,
    equipment::failed,
    model::state::State,
    store::{self, Filter},
};

/// The reports that wait for whoever asks, in the departments for which they may work; nothing when none does.
///
/// # Errors
/// When they cannot be counted.
pub(crate) async fn waiting(
    city: &City,
    principal: &Principal,
    language: &str,
) -> Result<Vec<DeskWork>, CityError> {
    let Some(staff) = principal.staff().filter(|_| principal.holds(WORK)) else {
        return Ok(Vec::new());
    };
    let codes = departments(city.db())
        .await
        .map_err(|error| failed(error.into()))?
        .into_iter()
        .map(|department| department.code)
        .filter(|code| principal.holds_in(WORK, code))
        .collect();
    let open = Filter {
        departments: Some(codes),
        states: State::that_are_handled(false),
        ..Filter::default()
    };
    let late = Filter {
        late_on: Some(city.today()),
        ..open.clone()
    };
    let mine = Filter {
        assigned_to: Some(staff.account),
        ..open.clone()
    };
    let words = DESK_WORDS.words(Language::from_code(language).unwrap_or_default());
    let mut counts = Vec::new();
    for (key, filter, query) in [
        ("desk-work-late", late, "?which=late"),
        ("desk-work-mine", mine, "?which=mine"),
        ("desk-work-open", open, ""),
    ] {
        let found = store::search(city.db(), &filter, 0, 1)
            .await
            .map_err(failed)?;
        if found.total > 0 {
            counts.push(WorkCount {
                text: words.counted(key, found.total).into_owned(),
                href: format!("/desk/reports{query}"),
            });
        }
    }
    Ok(DeskWork::of(words.get("desk-title"), counts))
}
