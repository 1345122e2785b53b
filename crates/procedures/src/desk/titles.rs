//! What procedures are called.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::{Sql as _, list};
use yakuba_forms::model::document::{Key, Text};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{Choice, Language};

use crate::{
    error::ProcedureError,
    model::{
        document::{OwnStage, ProcedureDocument},
        export::groups,
        inbox::StageFilter,
    },
};

/// The titles of all procedures that are or were live, as their newest version has them, and their own stages.
pub(crate) struct Titles(BTreeMap<String, Known>);

/// What is known of a procedure.
struct Known {
    title: Text,
    department: DepartmentCode,
    stages: Vec<OwnStage>,
    /// The groups of its form: each one's key and what it is called.
    groups: Vec<(Key, String)>,
}

impl Titles {
    pub(crate) async fn read(connection: &impl ConnectionTrait) -> Result<Self, ProcedureError> {
        #[derive(FromQueryResult)]
        struct Row {
            procedure_key: String,
            document: String,
        }
        let rows: Vec<Row> = connection
            .rows(
                "SELECT procedure_key, document FROM procedures_versions this WHERE number = \
                 (SELECT MAX(number) FROM procedures_versions other \
                  WHERE other.procedure_key = this.procedure_key AND other.state <> 'draft')",
                [],
            )
            .await?;
        let mut titles = BTreeMap::new();
        for row in rows {
            let document: ProcedureDocument = serde_json::from_str(&row.document)?;
            let groups = groups(&document)
                .map(|(key, label)| (key.clone(), label.to_owned()))
                .collect();
            let known = Known {
                title: document.title,
                department: document.department,
                stages: document.stages,
                groups,
            };
            titles.insert(row.procedure_key, known);
        }
        Ok(Self(titles))
    }

    /// A procedure's title; its key when it has none.
    pub(crate) fn title<'t>(&'t self, procedure: &'t str, language: Language) -> &'t str {
        self.0
            .get(procedure)
            .map_or(procedure, |known| known.title.get(language))
    }

    /// Whether a procedure is or was live.
    pub(crate) fn holds(&self, procedure: &str) -> bool {
        self.0.contains_key(procedure)
    }

    /// The groups of a procedure's form: each one's key and what it is called, in Japanese.
    pub(crate) fn groups(&self, procedure: &str) -> &[(Key, String)] {
        self.0.get(procedure).map_or(&[], |known| &known.groups)
    }

    /// All of them, to choose one.
    pub(crate) fn choices(&self, language: Language) -> Vec<Choice> {
        self.0
            .iter()
            .map(|(key, known)| Choice::new(key, known.title.get(language)))
            .collect()
    }

    /// Some of them, to choose one.
    pub(crate) fn choices_of(&self, some: &BTreeSet<String>, language: Language) -> Vec<Choice> {
        self.0
            .iter()
            .filter(|(key, _)| some.contains(*key))
            .map(|(key, known)| Choice::new(key, known.title.get(language)))
            .collect()
    }

    /// The keys of those that some departments have to do with: their own, those of which they have unfinished cases, and one that is
    /// asked for.
    pub(crate) async fn of(
        &self,
        connection: &impl ConnectionTrait,
        departments: &[DepartmentCode],
        asked: &str,
    ) -> Result<BTreeSet<String>, ProcedureError> {
        #[derive(FromQueryResult)]
        struct Row {
            procedure_key: String,
        }
        let mut keys: BTreeSet<String> = self
            .0
            .iter()
            .filter(|(key, known)| departments.contains(&known.department) || *key == asked)
            .map(|(key, _)| key.clone())
            .collect();
        if departments.is_empty() {
            return Ok(keys);
        }
        let sql = format!(
            "SELECT DISTINCT procedure_key FROM procedures_cases WHERE closed_at IS NULL AND department IN ({})",
            list(1, departments.len())
        );
        let handed_over: Vec<Row> = connection
            .rows(
                &sql,
                departments
                    .iter()
                    .map(|department| department.as_str().into()),
            )
            .await?;
        keys.extend(handed_over.into_iter().map(|row| row.procedure_key));
        Ok(keys)
    }

    /// The stages of the procedures' own, of one or of all of them, as filters of the inbox name them, each after its procedure's key.
    pub(crate) fn stages(&self, procedure: &str, language: Language) -> Vec<(String, Choice)> {
        self.0
            .iter()
            .filter(|(key, _)| procedure.is_empty() || key.as_str() == procedure)
            .flat_map(|(key, known)| {
                known.stages.iter().map(move |stage| {
                    let filter = StageFilter::Own {
                        procedure: key.clone(),
                        stage: stage.key.to_string(),
                    };
                    let title = known.title.get(language);
                    let text = format!("{title}：{}", stage.title.get(language));
                    (key.clone(), Choice::new(filter.value(), text))
                })
            })
            .collect()
    }
}
