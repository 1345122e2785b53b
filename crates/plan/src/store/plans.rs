//! Which plans there are, and what in them waits for a person.

use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::sql::Sql as _;

use crate::{error::PlanError, model::document::Figure};

/// A plan as listed.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct PlanRecord {
    /// Its number in the database.
    pub id: i64,
    /// Its key in addresses.
    pub key: String,
    /// 1 for the city's own plan, 0 for a neighbour's.
    pub own: i64,
    /// Its title.
    pub title: String,
    /// Who publishes it.
    pub publisher: String,
    /// The publisher's municipality code.
    pub municipality: Option<String>,
    /// First fiscal year.
    pub first_year: Option<i64>,
    /// Last fiscal year.
    pub last_year: Option<i64>,
    /// When it was last changed, in microseconds since 1970.
    pub changed_at: i64,
    /// The number of its newest published version.
    pub version: Option<i64>,
    /// When that was published, in microseconds since 1970.
    pub published_at: Option<i64>,
    /// How many figures wait for review.
    pub reviews: i64,
}

impl PlanRecord {
    /// Whether it is the city's own plan.
    pub fn is_own(&self) -> bool {
        self.own == 1
    }
}

const PLANS: &str = "SELECT p.id, p.key, p.own, p.title, p.publisher, p.municipality, p.first_year, p.last_year, p.changed_at,
       v.number AS version, v.published_at,
       (SELECT COUNT(*) FROM plan_figures f WHERE f.plan_id = p.id AND f.review = 1) AS reviews
     FROM plans p
     LEFT JOIN plan_versions v ON v.plan_id = p.id
       AND v.number = (SELECT MAX(number) FROM plan_versions w WHERE w.plan_id = p.id)";

/// All plans, the city's own first.
///
/// # Errors
/// When the database does not answer.
pub async fn plans(connection: &impl ConnectionTrait) -> Result<Vec<PlanRecord>, PlanError> {
    Ok(connection
        .rows(&format!("{PLANS} ORDER BY p.own DESC, p.key"), [])
        .await?)
}

/// One plan by its key.
///
/// # Errors
/// [`PlanError::NoSuchPlan`], or when the database does not answer.
pub async fn plan(connection: &impl ConnectionTrait, key: &str) -> Result<PlanRecord, PlanError> {
    connection
        .row(&format!("{PLANS} WHERE p.key = $1"), [key.into()])
        .await?
        .ok_or_else(|| PlanError::NoSuchPlan(key.to_owned()))
}

/// A figure that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewItem {
    /// The initiative's or group's key.
    pub part_key: String,
    /// Its number in the document.
    pub part_number: Option<String>,
    /// Its title.
    pub part_title: String,
    /// The indicator's key.
    pub indicator_key: String,
    /// The indicator's name.
    pub indicator_name: String,
    /// The figure with its doubts.
    pub figure: Figure,
}

/// The figures of a plan that wait for review, in the order of the document.
///
/// # Errors
/// When the database does not answer or a figure cannot be read back.
pub async fn review_items(
    connection: &impl ConnectionTrait,
    plan_id: i64,
) -> Result<Vec<ReviewItem>, PlanError> {
    #[derive(FromQueryResult)]
    struct Row {
        part_key: String,
        part_number: Option<String>,
        part_title: String,
        indicator_key: String,
        indicator_name: String,
        body: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT COALESCE(i.initiative_key, i.group_key) AS part_key,
                    COALESCE(n.number, g.number) AS part_number, COALESCE(n.title, g.title) AS part_title,
                    i.key AS indicator_key, i.name AS indicator_name, f.body
             FROM plan_figures f
             JOIN plan_indicators i ON i.plan_id = f.plan_id AND i.key = f.indicator_key
             LEFT JOIN plan_initiatives n ON n.plan_id = i.plan_id AND n.key = i.initiative_key
             LEFT JOIN plan_groups g ON g.plan_id = i.plan_id AND g.key = i.group_key
             WHERE f.plan_id = $1 AND f.review = 1
             ORDER BY COALESCE(n.position, g.position), i.position, f.position",
            [plan_id.into()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ReviewItem {
                part_key: row.part_key,
                part_number: row.part_number,
                part_title: row.part_title,
                indicator_key: row.indicator_key,
                indicator_name: row.indicator_name,
                figure: serde_json::from_str(&row.body)?,
            })
        })
        .collect()
}
