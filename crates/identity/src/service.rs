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

/// Staff accounts, departments, posts, roles, sessions.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdentityService;

impl Service for IdentityService {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "identity_0001_start",
            include_str!("../migrations/0001_start.sql"),
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        static MEASURES: [Measure; 1] = [SIGN_IN];
        &MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[ADMINISTER, PERSONNEL, READ_AUDIT]
    }

    fn routes(&self) -> Routes {
        crate::pages::routes().merge(crate::desk::routes())
    }

    fn menu(&self) -> Vec<MenuItem> {
        [
            ("/desk/identity", "identity-desk-title", ADMINISTER),
            ("/desk/identity/personnel", "identity-personnel", PERSONNEL),
            ("/desk/identity/audit", "identity-audit", READ_AUDIT),
        ]
        .map(|(url, label, capability)| MenuItem {
            url,
            label,
            capability: Some(capability),
        })
        .to_vec()
    }

    fn jobs(&self) -> Vec<JobKind> {
        vec![
            JobKind::new("identity.clean_up", |city, _| async move {
                city.write(Actor::Program("identity.clean_up".into()), (), |tx, ()| {
                    Box::pin(store::sessions::clean_up(tx))
                })
                .await
                .map_err(|error: IdentityError| JobFailure::from_error(&error))
            })
            .every_day(),
        ]
    }
}
