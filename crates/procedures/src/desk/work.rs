//! What waits for a member of staff, for the first page of the desk: numbers of cases, each with the inbox that lists them, and of drafts
//! of forms that somebody asked to be put live.

use yakuba_city::{City, CityError, DeskWork, WorkCount, web::Principal};
use yakuba_identity::departments;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Language;

use super::{
    WORDS,
    cases::{Way, address_of},
    designer,
};
use crate::{
    capabilities::{DECIDE, DESIGN, PUT_LIVE, WORK},
    error::ProcedureError,
    store::{
        casework,
        publication::{self, Asked},
    },
};

/// The short ways into the inbox behind which something waits.
const WAITING: [Way; 5] = [
    Way::Late,
    Way::Nobody,
    Way::Corrected,
    Way::Message,
    Way::Mine,
];

/// The cases and drafts that wait for whoever asks, in the departments for which they may do something about them.
///
/// # Errors
/// When they cannot be counted.
pub(crate) async fn waiting(
    city: &City,
    principal: &Principal,
    language: &str,
) -> Result<Vec<DeskWork>, CityError> {
    let language = Language::from_code(language).unwrap_or_default();
    let find = async || {
        let mut work = cases(city, principal, language).await?;
        work.extend(drafts(city, principal, language).await?);
        Ok(work)
    };
    find().await.map_err(ProcedureError::into_city)
}

async fn cases(
    city: &City,
    principal: &Principal,
    language: Language,
) -> Result<Vec<DeskWork>, ProcedureError> {
    let Some(staff) = principal.staff().filter(|_| principal.holds(WORK)) else {
        return Ok(Vec::new());
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
    let words = WORDS.words(language);
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
    Ok(DeskWork::of(words.get("desk-menu-inbox"), counts))
}

/// Drafts that wait for those who put live, and drafts that were sent back to those who only design.
async fn drafts(
    city: &City,
    principal: &Principal,
    language: Language,
) -> Result<Vec<DeskWork>, ProcedureError> {
    if !principal.holds(DESIGN) && !principal.holds(PUT_LIVE) {
        return Ok(Vec::new());
    }
    let requests = publication::requests(city.db()).await?;
    let words = designer::WORDS.words(language);
    let mut counts = Vec::new();
    for asked in Asked::ALL {
        let waits = |department: &DepartmentCode| {
            let may_put_live = principal.holds_in(PUT_LIVE, department);
            match asked {
                Asked::Waiting => may_put_live,
                Asked::SentBack => !may_put_live && principal.holds_in(DESIGN, department),
            }
        };
        let total = requests
            .iter()
            .filter(|(_, department, stands)| *stands == asked && waits(department))
            .count();
        if total > 0 {
            counts.push(WorkCount {
                text: words
                    .counted(&format!("designer-work-{}", asked.name()), total as u64)
                    .into_owned(),
                href: designer::list_of(asked),
            });
        }
    }
    Ok(DeskWork::of(words.get("designer-title"), counts))
}
