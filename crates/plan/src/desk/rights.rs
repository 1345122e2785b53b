//! Who may see and change what of an unpublished plan.

use std::collections::BTreeSet;

use yakuba_city::web::Principal;
use yakuba_kernel::DepartmentCode;

use crate::{
    capabilities::{CHECK, EDIT, MANAGE},
    desk_menu::LOOK,
    store::PartRow,
};

/// What a person may change in one plan.
pub(super) struct Rights {
    /// Structure, formulas, imports.
    pub(super) manage: bool,
    /// Texts and figures of every part.
    everything: bool,
    /// Initiatives whose leading department gave the person the right to edit.
    led: BTreeSet<String>,
}

impl Rights {
    pub(super) fn new(principal: &Principal, parts: &[PartRow]) -> Self {
        let leads = |part: &&PartRow| {
            part.lead_codes
                .iter()
                .filter_map(|code| DepartmentCode::new(code.as_str()).ok())
                .any(|code| principal.holds_in(EDIT, &code))
        };
        let manage = principal.holds_everywhere(MANAGE);
        Self {
            manage,
            everything: manage
                || principal.holds_everywhere(CHECK)
                || principal.holds_everywhere(EDIT),
            led: parts
                .iter()
                .filter(leads)
                .map(|part| part.key.clone())
                .collect(),
        }
    }

    /// Whether texts and figures of the initiative or group may be changed.
    pub(super) fn may_edit(&self, part: &str) -> bool {
        self.everything || self.led.contains(part)
    }

    /// Whether anything at all may be changed.
    pub(super) fn may_edit_all(&self) -> bool {
        self.everything
    }

    /// Whether the person may see what is not published.
    pub(super) fn may_look(principal: &Principal) -> bool {
        LOOK.into_iter()
            .any(|capability| principal.holds(capability))
    }
}
