//! What procedures are called.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;
use yakuba_forms::model::document::Text;
use yakuba_ui::{Choice, Language};

use crate::{
    error::ProcedureError,
    model::{
        document::{OwnStage, ProcedureDocument},
        inbox::StageFilter,
    },
};

/// The titles of all procedures that are or were live, as their newest version has them, and their own stages.
pub(crate) struct Titles(BTreeMap<String, (Text, Vec<OwnStage>)>);

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
            titles.insert(row.procedure_key, (document.title, document.stages));
        }
        Ok(Self(titles))
    }

    /// A procedure's title; its key when it has none.
    pub(crate) fn title<'t>(&'t self, procedure: &'t str, language: Language) -> &'t str {
        self.0
            .get(procedure)
            .map_or(procedure, |(title, _)| title.get(language))
    }

    /// Whether a procedure is or was live.
    pub(crate) fn holds(&self, procedure: &str) -> bool {
        self.0.contains_key(procedure)
    }

    /// All of them, to choose one.
    pub(crate) fn choices(&self, language: Language) -> Vec<Choice> {
        self.0
            .iter()
            .map(|(key, (title, _))| Choice::new(key, title.get(language)))
            .collect()
    }

    /// The stages of the procedures' own, of one or of all of them, as filters of the inbox name them.
    pub(crate) fn stages(&self, procedure: &str, language: Language) -> Vec<Choice> {
        self.0
            .iter()
            .filter(|(key, _)| procedure.is_empty() || key.as_str() == procedure)
            .flat_map(|(key, (title, stages))| {
                stages.iter().map(move |stage| {
                    let filter = StageFilter::Own {
                        procedure: key.clone(),
                        stage: stage.key.to_string(),
                    };
                    let text = format!("{}：{}", title.get(language), stage.title.get(language));
                    Choice::new(filter.value(), text)
                })
            })
            .collect()
    }
}
