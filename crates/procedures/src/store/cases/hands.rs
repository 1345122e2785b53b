//! Who moves a case.

use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use yakuba_city::web::Principal;
use yakuba_identity::{AccountId, roles_in};
use yakuba_kernel::DepartmentCode;

use crate::{
    capabilities::{DECIDE, WORK},
    error::ProcedureError,
    model::{
        document::{ProcedureDocument, Rule},
        way::Hands,
    },
};

/// In whose name a case is moved. The rules of its procedure are asked in the write itself.
#[derive(Debug, Clone)]
pub enum By {
    /// A member of staff.
    Staff(Principal),
    /// The program, which no rule of a procedure binds: a city that is made up, an import.
    Program,
}

impl By {
    /// What they may do in a department on a day. Roles are looked up only for a procedure that names one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hands(
        &self,
        connection: &impl ConnectionTrait,
        document: &ProcedureDocument,
        department: &DepartmentCode,
        day: Date,
    ) -> Result<Hands, ProcedureError> {
        let Self::Staff(principal) = self else {
            return Ok(Hands {
                is_program: true,
                ..Hands::default()
            });
        };
        let asks_for_roles = document
            .movers()
            .any(|(_, mover)| matches!(mover.rule(), Rule::Role(_)));
        let roles = match principal.staff().filter(|_| asks_for_roles) {
            Some(staff) => {
                let account = AccountId(staff.account);
                roles_in(connection, account, department, day).await?
            }
            None => Vec::new(),
        };
        Ok(Hands {
            works: principal.holds_in(WORK, department),
            decides: principal.holds_in(DECIDE, department),
            roles: roles.into_iter().collect(),
            is_program: false,
        })
    }
}
