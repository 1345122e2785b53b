//! The roles a new city starts with. An administrator may change them afterwards.

use yakuba_assets::capabilities as assets;
use yakuba_booking::capabilities as booking;
use yakuba_city::Tx;
use yakuba_disaster::capabilities as disaster;
use yakuba_identity::{ADMINISTER, IdentityError, PERSONNEL, READ_AUDIT, Role, put_role};
use yakuba_mail::READ as READ_MAIL;
use yakuba_places::capabilities as places;
use yakuba_plan::capabilities as plan;
use yakuba_procedures::capabilities as procedures;
use yakuba_reports::capabilities as reports;
use yakuba_surveys::capabilities as surveys;

struct Start {
    key: &'static str,
    name_ja: &'static str,
    name_en: &'static str,
    capabilities: &'static [&'static str],
}

/// Least first: what each office needs for its part in plan, do, check, act, and no more.
const ROLES: [Start; 8] = [
    Start {
        key: "viewer",
        name_ja: "閲覧者",
        name_en: "Viewer",
        capabilities: &[plan::VIEW.name],
    },
    Start {
        key: "department_editor",
        name_ja: "課の担当者",
        name_en: "Department editor",
        capabilities: &[
            plan::VIEW.name,
            plan::EDIT.name,
            plan::PROPOSE.name,
            plan::RECORDS.name,
            procedures::WORK.name,
            procedures::DELIVER.name,
            procedures::INVENTORY.name,
            procedures::DESIGN.name,
            surveys::RUN.name,
            surveys::RESULTS.name,
            booking::RECEIVE.name,
            booking::QUEUE.name,
            booking::RECEPTION.name,
            booking::SET_UP.name,
            places::EDIT.name,
            reports::WORK.name,
            disaster::SHELTER.name,
            disaster::ROADS.name,
            assets::WORK.name,
        ],
    },
    Start {
        key: "department_head",
        name_ja: "課長",
        name_en: "Department head",
        capabilities: &[
            plan::VIEW.name,
            plan::EDIT.name,
            plan::CONFIRM.name,
            plan::PROPOSE.name,
            plan::RECORDS.name,
            procedures::WORK.name,
            procedures::DECIDE.name,
            procedures::DELIVER.name,
            procedures::DISPOSE.name,
            procedures::INVENTORY.name,
            procedures::DESIGN.name,
            surveys::RUN.name,
            surveys::RESULTS.name,
            surveys::RAW.name,
            booking::RECEIVE.name,
            booking::QUEUE.name,
            booking::RECEPTION.name,
            booking::SET_UP.name,
            booking::TAKE_OVER.name,
            booking::GROUPS.name,
            places::EDIT.name,
            places::PUBLISH.name,
            reports::WORK.name,
            disaster::SHELTER.name,
            disaster::ROADS.name,
            assets::WORK.name,
        ],
    },
    Start {
        key: "dx_office",
        name_ja: "デジタル推進課",
        name_en: "Digital office",
        capabilities: &[
            plan::VIEW.name,
            plan::EDIT.name,
            plan::CHECK.name,
            plan::MANAGE.name,
            plan::PUBLISH.name,
            plan::PROPOSE.name,
            plan::RECORDS.name,
            plan::UPLOAD_FACTS.name,
            procedures::OVERSEE.name,
            procedures::INVENTORY.name,
            procedures::DESIGN.name,
            procedures::PUT_LIVE.name,
            surveys::RUN.name,
            surveys::RESULTS.name,
            surveys::PUBLISH.name,
            booking::SETTINGS.name,
            places::EDIT.name,
            places::PUBLISH.name,
            reports::OVERSEE.name,
            assets::OVERSEE.name,
        ],
    },
    Start {
        key: "disaster_lead",
        name_ja: "災害対策本部",
        name_en: "Disaster headquarters",
        capabilities: &[
            disaster::LEAD.name,
            disaster::SHELTER.name,
            disaster::ROADS.name,
            reports::TRIAGE.name,
        ],
    },
    Start {
        key: "committee",
        name_ja: "推進本部",
        name_en: "Committee",
        capabilities: &[
            plan::VIEW.name,
            plan::APPROVE.name,
            plan::DECIDE_PROPOSAL.name,
        ],
    },
    Start {
        key: "auditor",
        name_ja: "監査",
        name_en: "Auditor",
        capabilities: &[
            plan::VIEW.name,
            plan::RECORDS.name,
            READ_AUDIT.name,
            procedures::OVERSEE.name,
            reports::OVERSEE.name,
            assets::OVERSEE.name,
        ],
    },
    Start {
        key: ADMINISTRATOR,
        name_ja: "管理者",
        name_en: "Administrator",
        capabilities: &[
            plan::VIEW.name,
            plan::UPLOAD_FACTS.name,
            ADMINISTER.name,
            PERSONNEL.name,
            READ_AUDIT.name,
            READ_MAIL.name,
            assets::CONNECT.name,
        ],
    },
];

/// The role of whoever looks after accounts and settings.
pub(crate) const ADMINISTRATOR: &str = "administrator";
/// The role of the office that runs the plan.
pub(crate) const DX_OFFICE: &str = "dx_office";

/// The key of each role and what it allows.
pub fn capabilities() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    ROLES.iter().map(|role| (role.key, role.capabilities))
}

/// Makes the roles.
///
/// # Errors
/// The database's.
pub(crate) async fn make(tx: &Tx) -> Result<(), IdentityError> {
    for start in &ROLES {
        let role = Role {
            key: start.key.to_owned(),
            name_ja: start.name_ja.to_owned(),
            name_en: start.name_en.to_owned(),
            capabilities: start
                .capabilities
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        };
        put_role(tx, &role).await?;
    }
    Ok(())
}
