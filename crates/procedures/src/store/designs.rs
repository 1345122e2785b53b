//! Procedures as their designers see them: all of them with their drafts, and a file brought in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{Tx, sql::Sql as _};
use yakuba_forms::{Severity, model::document::Text};
use yakuba_kernel::DepartmentCode;

use super::{
    definitions::{draft, put_live, save_draft, versions},
    publication::{Asked, requests},
};
use crate::{
    error::ProcedureError,
    model::{check::check, document::ProcedureDocument},
    movers, slots,
};

/// A procedure with the state of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Design {
    /// Its key.
    pub key: String,
    /// What its newest version is called.
    pub title: Text,
    /// The department that handles it.
    pub department: DepartmentCode,
    /// Whether a draft is being worked on.
    pub drafted: bool,
    /// How the draft stands when somebody asked for it to be put live.
    pub asked: Option<Asked>,
    /// The version that holds on the day asked for, with the day it went live.
    pub live: Option<(i64, Date)>,
    /// The version that goes live after that day, with its day.
    pub coming: Option<(i64, Date)>,
}

/// All procedures in the order of their keys, as they stand on a day.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn designs(
    connection: &impl ConnectionTrait,
    day: Date,
) -> Result<Vec<Design>, ProcedureError> {
    #[derive(FromQueryResult)]
    struct Row {
        procedure_key: String,
        number: i64,
        state: String,
        live_from: Option<String>,
        document: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT procedure_key, number, state, live_from, document FROM procedures_versions \
             ORDER BY procedure_key, number",
            [],
        )
        .await?;
    let mut designs: BTreeMap<String, Design> = BTreeMap::new();
    // Of the versions that began by the day the latest holds, and it holds nothing when it is a closed one.
    let mut holding: BTreeMap<String, Date> = BTreeMap::new();
    for row in rows {
        let document: ProcedureDocument = serde_json::from_str(&row.document)?;
        let design = designs
            .entry(row.procedure_key.clone())
            .or_insert_with(|| Design {
                key: row.procedure_key.clone(),
                title: Text::default(),
                department: document.department.clone(),
                drafted: false,
                asked: None,
                live: None,
                coming: None,
            });
        design.title = document.title;
        design.department = document.department;
        let from: Option<Date> = row.live_from.and_then(|day| day.parse().ok());
        let Some(from) = from else {
            design.drafted = true;
            continue;
        };
        let version = (row.state == "live").then_some((row.number, from));
        if from > day {
            if design.coming.is_none_or(|(_, first)| from < first) {
                design.coming = version;
            }
        } else if holding
            .get(&row.procedure_key)
            .is_none_or(|held| *held <= from)
        {
            holding.insert(row.procedure_key.clone(), from);
            design.live = version;
        }
    }
    for (key, _, asked) in requests(connection).await? {
        if let Some(design) = designs.get_mut(&key) {
            design.asked = Some(asked);
        }
    }
    Ok(designs.into_values().collect())
}

/// What bringing in a file did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// The newest version says the same already.
    Unchanged,
    /// The draft is now what the file says.
    Drafted,
    /// It is live from the day asked for.
    PutLive,
}

/// Brings a procedure in from a file: as the draft, and live from a day when one is given. The same file twice changes nothing.
///
/// # Errors
/// [`ProcedureError::MustBeMended`] when it should go live and it has findings that must be mended; as [`save_draft`] and
/// [`put_live`].
pub async fn bring_in(
    tx: &Tx,
    document: &ProcedureDocument,
    live_from: Option<Date>,
) -> Result<Brought, ProcedureError> {
    let connection = tx.connection();
    let standing = draft(connection, &document.key).await?;
    let newest = versions(connection, &document.key)
        .await?
        .into_iter()
        .next();
    let drafted = standing
        .as_ref()
        .is_some_and(|draft| draft.document == *document);
    let revision = match &standing {
        Some(draft) if drafted => draft.revision,
        Some(draft) => save_draft(tx, document, draft.revision).await?,
        None if newest
            .as_ref()
            .is_some_and(|newest| newest.document == *document && newest.state == "live") =>
        {
            return Ok(Brought::Unchanged);
        }
        None => save_draft(tx, document, 0).await?,
    };
    let Some(day) = live_from else {
        return Ok(if drafted {
            Brought::Unchanged
        } else {
            Brought::Drafted
        });
    };
    look_over(tx, document).await?;
    put_live(tx, &document.key, revision, day).await?;
    Ok(Brought::PutLive)
}

/// Refuses a draft that has findings that must be mended.
///
/// # Errors
/// [`ProcedureError::MustBeMended`].
pub async fn need_no_mending(tx: &Tx, key: &str) -> Result<(), ProcedureError> {
    match draft(tx.connection(), key).await? {
        Some(draft) => look_over(tx, &draft.document).await,
        None => Ok(()),
    }
}

async fn look_over(tx: &Tx, document: &ProcedureDocument) -> Result<(), ProcedureError> {
    let must = check(document)
        .iter()
        .filter(|finding| finding.severity == Severity::Must)
        .count()
        + usize::from(!slots::is_known(tx, document).await?)
        + movers::findings(tx.connection(), document).await?.len();
    if must > 0 {
        Err(ProcedureError::MustBeMended(must))
    } else {
        Ok(())
    }
}
