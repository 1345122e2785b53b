//! A browser with its cookies, and who sits before it.

use std::sync::Arc;

use yakuba_city::{
    City,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
pub(crate) use yakuba_identity::testing::{Browser, Page, encoded};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::ProcedureService;

/// A member of staff of a department.
pub(crate) fn staff(account: i64, capabilities: &[Capability], department: &str) -> Principal {
    let code = DepartmentCode::new(department).unwrap();
    Principal::Staff(Arc::new(StaffPrincipal {
        account,
        name: "澄川 花子".into(),
        department: Some(code.clone()),
        grants: capabilities
            .iter()
            .map(|capability| Grant {
                capability: capability.name.to_owned(),
                scope: Scope::Department(code.clone()),
            })
            .collect(),
        stepped_up_until: None,
    }))
}

/// The browser of somebody, for the procedures alone.
pub(crate) fn browser_of(city: &City, who: Principal) -> Browser {
    Browser::new(city, &[&ProcedureService]).of(who)
}
