//! What the program needs to know to run mail.

use yakuba_city::{
    Actor, JobFailure, JobKind, Measure, MeasureKind, MenuItem, Migration, Service,
    web::{Capability, Routes},
};
use yakuba_kernel::MeasureName;

use crate::{MailError, sending, store};

/// Reading and deleting mails that were not sent. They may hold codes with which one signs in.
pub const READ: Capability = Capability::with_step_up("mail.read");

/// Mails handed to the mail server.
pub const SENT: Measure = Measure {
    name: MeasureName::declared("mail.sent"),
    kind: MeasureKind::Flow,
    unit: "通",
    name_ja: "送信したメール",
    name_en: "Mails sent",
};

pub(crate) const SEND: &str = "mail.send";

/// Mail to residents and staff.
#[derive(Debug, Clone, Copy, Default)]
pub struct MailService;

impl Service for MailService {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "mail_0001_start",
            include_str!("../migrations/0001_start.sql"),
        )]
    }

    fn measures(&self) -> &'static [Measure] {
        static MEASURES: [Measure; 1] = [SENT];
        &MEASURES
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[READ]
    }

    fn jobs(&self) -> Vec<JobKind> {
        vec![
            JobKind::new(SEND, |city, payload| async move {
                let Some(id) = payload["mail"].as_i64() else {
                    return Err(JobFailure("the job names no mail".to_owned()));
                };
                sending::deliver(&city, id)
                    .await
                    .map_err(|error| JobFailure::from_error(&error))
            }),
            JobKind::new("mail.clean_up", |city, _| async move {
                city.write(Actor::Program("mail.clean_up".into()), (), |tx, ()| {
                    Box::pin(store::clean_up(tx))
                })
                .await
                .map_err(|error: MailError| JobFailure::from_error(&error))
            })
            .every_day(),
        ]
    }

    fn routes(&self) -> Routes {
        crate::desk::routes()
    }

    fn menu(&self) -> Vec<MenuItem> {
        vec![MenuItem {
            url: "/desk/mail",
            label: "mail-title",
            capability: Some(READ),
        }]
    }
}
