//! The designer at the desk: procedures and their forms, the same thing as their YAML, and the schema of that.

mod change;
mod controls;
mod edit;
mod list;
mod mend;
mod preview;
mod publication;
mod show;
mod values;

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::DefaultBodyLimit, handler::Handler, http::HeaderMap, response::Response};
use yakuba_city::web::{Access, Answer, Problem, Routes};
use yakuba_identity::department_names;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Catalogue, NotificationBanner, Page, Words};

use super::room::Room;
use crate::{
    capabilities::{DESIGN, PUT_LIVE},
    error::ProcedureError,
    model::document::{ProcedureDocument, schema},
    store::{self, Definition, publication::Asked},
};

pub(crate) use values::changed_by_visits;

/// The texts of this room.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("designer");

/// Where the designer is.
const HOME: &str = "/desk/procedures/forms";
/// The largest file, in bytes.
const FILE_BYTES: usize = 1 << 20;

pub(super) fn routes() -> Routes {
    // Looking is for those who design and those who put live: the handlers check the department.
    let look = Access::SignedIn;
    let design = Access::Staff(DESIGN);
    let live = Access::Staff(PUT_LIVE);
    Routes::new()
        .get("/api/procedures/schema.json", Access::Public, show_schema)
        .get("/desk/procedures/forms", look, list::show)
        .post("/desk/procedures/forms/new", design, list::create)
        .post(
            "/desk/procedures/forms/upload",
            design,
            list::upload.layer(DefaultBodyLimit::max(FILE_BYTES)),
        )
        .get("/desk/procedures/forms/{key}", look, show::show)
        .get("/desk/procedures/forms/{key}/preview", look, preview::show)
        .post(
            "/desk/procedures/forms/{key}/preview",
            look,
            preview::answer,
        )
        .get(
            "/desk/procedures/forms/{key}/versions/{number}",
            look,
            show::version,
        )
        .get(
            "/desk/procedures/forms/{key}/versions/{number}/yaml",
            look,
            show::download,
        )
        .post("/desk/procedures/forms/{key}/ask", design, publication::ask)
        .post(
            "/desk/procedures/forms/{key}/send-back",
            live,
            publication::send_back,
        )
        .post(
            "/desk/procedures/forms/{key}/live",
            live,
            publication::put_live,
        )
        .post(
            "/desk/procedures/forms/{key}/close",
            live,
            publication::close,
        )
        .get("/desk/procedures/forms/{key}/yaml", design, edit::yaml)
        .post("/desk/procedures/forms/{key}/yaml", design, edit::save_yaml)
        .get(
            "/desk/procedures/forms/{key}/settings/{section}",
            design,
            edit::settings,
        )
        .post(
            "/desk/procedures/forms/{key}/settings/{section}",
            design,
            edit::save_settings,
        )
        .get("/desk/procedures/forms/{key}/page", design, edit::page)
        .post("/desk/procedures/forms/{key}/page", design, edit::save_page)
        .get("/desk/procedures/forms/{key}/field", design, edit::field)
        .post(
            "/desk/procedures/forms/{key}/field",
            design,
            edit::save_field,
        )
        .get("/desk/procedures/forms/{key}/rules", design, edit::rules)
        .post(
            "/desk/procedures/forms/{key}/rules",
            design,
            edit::save_rules,
        )
        .post(
            "/desk/procedures/forms/{key}/arrange",
            design,
            edit::arrange,
        )
}

async fn show_schema(asked: HeaderMap) -> Response {
    Answer::new("application/schema+json", schema()).respond(&asked)
}

/// A procedure as its designers have it before them: its draft, or what would become one.
struct Standing {
    document: ProcedureDocument,
    /// The revision of the draft; 0 without one.
    revision: i64,
    versions: Vec<Definition>,
}

impl Room {
    /// A text of the designer.
    fn d(&self, key: &str) -> String {
        WORDS.words(self.language()).get(key).into_owned()
    }

    fn designer_words(&self) -> Words {
        WORDS.words(self.language())
    }

    fn may_design(&self, department: &DepartmentCode) -> bool {
        self.principal.holds_in(DESIGN, department)
    }

    fn may_put_live(&self, department: &DepartmentCode) -> bool {
        self.principal.holds_in(PUT_LIVE, department)
    }

    fn may_see_design(&self, department: &DepartmentCode) -> bool {
        self.may_design(department) || self.may_put_live(department)
    }

    async fn standing(&self, key: &str) -> Result<Standing, Problem> {
        if !self.principal.holds(DESIGN) && !self.principal.holds(PUT_LIVE) {
            return Err(Problem::NotAllowed);
        }
        let versions = store::versions(self.db(), key).await?;
        let newest = versions
            .first()
            .filter(|newest| self.may_see_design(&newest.document.department))
            .ok_or(Problem::NotFound)?;
        Ok(Standing {
            document: newest.document.clone(),
            revision: if newest.state == "draft" {
                newest.revision
            } else {
                0
            },
            versions,
        })
    }

    /// As [`Room::standing`], for those who may change it.
    async fn draft_of(&self, key: &str) -> Result<Standing, Problem> {
        let standing = self.standing(key).await?;
        if self.may_design(&standing.document.department) {
            Ok(standing)
        } else {
            Err(Problem::NotAllowed)
        }
    }

    /// The departments for which the person may design.
    async fn design_departments(&self) -> Result<BTreeMap<DepartmentCode, String>, Problem> {
        let mut names = department_names(self.db(), self.language().is_japanese()).await?;
        names.retain(|code, _| self.may_design(code));
        Ok(names)
    }

    /// Saves the draft. The inner failure is a sentence that the person can do something about.
    async fn save_design(
        &self,
        document: ProcedureDocument,
        revision: i64,
    ) -> Result<Result<(), String>, Problem> {
        if !self
            .design_departments()
            .await?
            .contains_key(&document.department)
        {
            return Ok(Err(self.d("designer-problem-department")));
        }
        let saved = self
            .write((document, revision), |tx, (document, revision)| {
                Box::pin(store::save_draft(tx, document, *revision))
            })
            .await;
        match saved {
            Ok(_) => Ok(Ok(())),
            Err(error) => match self.design_sentence(&error) {
                Some(sentence) => Ok(Err(sentence)),
                None => Err(error.into()),
            },
        }
    }

    /// What a failure means, when the person can mend it.
    fn design_sentence(&self, error: &ProcedureError) -> Option<String> {
        let words = self.designer_words();
        match error {
            ProcedureError::ChangedMeanwhile | ProcedureError::WrongState(_) => {
                Some(self.d("designer-problem-changed"))
            }
            ProcedureError::BadKey(_) => Some(self.d("designer-problem-key")),
            ProcedureError::BadFile(cause) => Some(
                words
                    .with_text("designer-problem-yaml", "cause", cause)
                    .into_owned(),
            ),
            ProcedureError::BadYaml {
                line,
                column,
                summary,
                ..
            } => Some(
                words
                    .with(
                        "designer-problem-yaml-at",
                        &[
                            ("line", (*line).into()),
                            ("column", (*column).into()),
                            ("cause", summary.as_str().into()),
                        ],
                    )
                    .into_owned(),
            ),
            ProcedureError::LiveTooEarly(_) => Some(self.d("designer-problem-too-early")),
            ProcedureError::LiveTwice(_) => Some(self.d("designer-problem-live-twice")),
            ProcedureError::MustBeMended(count) => Some(
                words
                    .counted("designer-problem-must", *count as u64)
                    .into_owned(),
            ),
            _ => None,
        }
    }

    /// A page of the designer with the notice of the last step.
    fn designer_page(&self, title: impl Into<String>, body: &impl Template) -> Page {
        let page = self.page(title, body);
        let key = format!("designer-done-{}", self.query.get("done"));
        let words = self.designer_words();
        if words.has(&key) {
            page.notice(NotificationBanner::success(words.get(&key)))
        } else {
            page
        }
    }
}

/// The address of the list with only the drafts that stand so.
pub(super) fn list_of(asked: Asked) -> String {
    format!("{HOME}?asked={}", asked.name())
}

/// The address of a procedure in the designer.
fn href(key: &str) -> String {
    format!("{HOME}/{key}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_both_languages() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
