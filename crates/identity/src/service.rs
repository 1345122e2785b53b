//! What the program needs to know to run identity.

use yakuba_city::{
    Actor, JobFailure, JobKind, Measure, MeasureKind, MenuItem, Migration, Service,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;

use crate::{IdentityError, store};

/// Administering accounts, departments, roles, access tokens and the settings of identity.
pub const ADMINISTER: Capability = Capability::with_step_up("identity.administer");
/// Entering personnel changes.
pub const PERSONNEL: Capability = Capability::with_step_up("identity.personnel");
/// Reading the audit log.
pub const READ_AUDIT: Capability = Capability::with_step_up("identity.read_audit");

/// Sign-ins of staff; the subject is the method, never the person.
pub const SIGN_IN: Measure = Measure {
    name: MeasureName::declared("identity.sign_in"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "職員のログイン",
    name_en: "Sign-ins of staff",
};

/// Sign-ins of residents; the subject is the method, never the person.
pub const RESIDENT_SIGN_IN: Measure = Measure {
    name: MeasureName::declared("identity.resident_sign_in"),
    kind: MeasureKind::Flow,
    unit: "回",
    name_ja: "住民のログイン",
    name_en: "Sign-ins of residents",
};

/// Staff accounts, departments, posts, roles, sessions.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdentityService;

impl Service for IdentityService {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration::new(
                "identity_0001_start",
                include_str!("../migrations/0001_start.sql"),
            ),
            Migration::new(
                "identity_0002_residents",
                include_str!("../migrations/0002_residents.sql"),
            ),
        ]
    }

    fn measures(&self) -> &'static [Measure] {
        static MEASURES: [Measure; 2] = [SIGN_IN, RESIDENT_SIGN_IN];
        &MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[ADMINISTER, PERSONNEL, READ_AUDIT]
    }

    fn routes(&self) -> Routes {
        crate::pages::routes()
            .merge(crate::desk::routes())
            .merge(crate::residents::routes())
    }

    fn menu(&self) -> Vec<MenuItem> {
        let resident = MenuItem {
            url: "/resident",
            label: "resident-title",
            capability: None,
        };
        let desk = [
            ("/desk/identity", "identity-desk-title", ADMINISTER),
            ("/desk/identity/personnel", "identity-personnel", PERSONNEL),
            ("/desk/identity/audit", "identity-audit", READ_AUDIT),
        ]
        .map(|(url, label, capability)| MenuItem {
            url,
            label,
            capability: Some(capability),
        });
        std::iter::once(resident).chain(desk).collect()
    }

    fn jobs(&self) -> Vec<JobKind> {
        vec![
            JobKind::new("identity.clean_up", |city, _| async move {
                city.write(Actor::Program("identity.clean_up".into()), (), |tx, ()| {
                    Box::pin(async move {
                        store::sessions::clean_up(tx).await?;
                        crate::residents::store::clean_up(tx).await
                    })
                })
                .await
                .map_err(|error: IdentityError| JobFailure::from_error(&error))
            })
            .every_day(),
        ]
    }
}

/// The text that names a capability: `plan.decide_proposal` has `identity-capability-plan-decide-proposal`.
pub fn capability_key(name: &str) -> String {
    format!("identity-capability-{}", name.replace(['.', '_'], "-"))
}
