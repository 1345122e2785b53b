//! The roles that a procedure names for its steps, beside those that the city has.

use sea_orm::ConnectionTrait;
use yakuba_forms::Severity;
use yakuba_identity::roles;

use crate::{
    capabilities::{DECIDE, WORK},
    error::ProcedureError,
    model::{
        check::{At, Found, message},
        document::{After, ProcedureDocument, Rule},
    },
};

/// What is wrong with the roles that a procedure names: the city does not have them, or whoever holds one could not take the step.
pub(crate) async fn findings(
    connection: &impl ConnectionTrait,
    document: &ProcedureDocument,
) -> Result<Vec<Found>, ProcedureError> {
    let named: Vec<(String, &str)> = document
        .movers()
        .filter_map(|(path, mover)| match mover.rule() {
            Rule::Role(role) => Some((path, role)),
            _ => None,
        })
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    // Whoever leaves the last stage before the decision decides.
    let last = document
        .stages
        .iter()
        .rposition(|stage| stage.after == After::Checked)
        .map(|number| format!("stages.{number}.leave"));
    let known = roles(connection).await?;
    let mut found = Vec::new();
    for (path, key) in named {
        let decides = path == "movers.decided" || Some(&path) == last.as_ref();
        let (text, about) = match known.iter().find(|role| role.key == key) {
            None => ("check-mover-role", key),
            Some(role) => {
                let lacks =
                    |capability: &str| !role.capabilities.iter().any(|known| known == capability);
                if lacks(WORK.name) {
                    ("check-mover-no-work", role.name_ja.as_str())
                } else if decides && lacks(DECIDE.name) {
                    ("check-mover-no-decide", role.name_ja.as_str())
                } else {
                    continue;
                }
            }
        };
        found.push(Found {
            severity: Severity::Must,
            at: At::Member(path),
            message: message(text, about),
        });
    }
    Ok(found)
}
