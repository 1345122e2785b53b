//! Settings of the city that can change while it runs: its name, its texts, its contact.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::sql::Sql as _;

/// The setting that says where maps begin: latitude, longitude and zoom with commas between.
pub const MAP_CENTRE: &str = "map.centre";
/// The setting with the city's border: a GeoJSON feature of polygons; empty or missing without one.
pub const MAP_OUTLINE: &str = "map.outline";

/// The value of a setting, if it was ever set.
///
/// # Errors
/// When the database does not answer.
pub async fn setting(
    connection: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<String>, DbErr> {
    connection
        .value("SELECT value FROM settings WHERE name = $1", [name.into()])
        .await
}

/// All settings in the order of their names.
///
/// # Errors
/// When the database does not answer.
pub async fn all_settings(
    connection: &impl ConnectionTrait,
) -> Result<Vec<(String, String)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
        value: String,
    }
    let rows: Vec<Row> = connection
        .rows("SELECT name, value FROM settings ORDER BY name", [])
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.value)).collect())
}
