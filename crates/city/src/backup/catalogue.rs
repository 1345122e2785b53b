//! The tables of a city as the database's catalogue lists them.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::{BackupError, ColumnEntry, ColumnKind};
use crate::{database::is_sqlite, facts::CHANGE_COLUMN, sql::Sql as _};

/// Tables that belong to the database and its migrations, not to the city.
const NOT_OURS: &str = "('seaql_migrations', 'migration_lock')";

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<ColumnEntry>,
    /// The primary key's columns in its order; rows are written in this order.
    pub(super) key: Vec<ColumnEntry>,
    /// The column whose values the database generates.
    pub(super) generated: Option<String>,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    table_name: String,
    column_name: String,
    data_type: String,
    /// Its place in the primary key; none outside.
    key_place: Option<i64>,
    generated: i64,
}

/// All tables, by name.
pub(super) async fn tables(connection: &impl ConnectionTrait) -> Result<Vec<Table>, BackupError> {
    let sql = if is_sqlite(connection) {
        format!(
            r"SELECT t.name AS table_name, c.name AS column_name, c.type AS data_type,
                     NULLIF(c.pk, 0) AS key_place,
                     (c.pk = 1 AND t.sql LIKE '%AUTOINCREMENT%') AS generated
              FROM sqlite_schema t JOIN pragma_table_info(t.name) c
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT IN {NOT_OURS}
              ORDER BY t.name, c.cid"
        )
    } else {
        format!(
            "SELECT CAST(t.relname AS TEXT) AS table_name, CAST(a.attname AS TEXT) AS column_name,
                    format_type(a.atttypid, NULL) AS data_type,
                    CAST(array_position(CAST(i.indkey AS SMALLINT[]), a.attnum) AS BIGINT) AS key_place,
                    CAST(CASE WHEN a.attidentity = '' THEN 0 ELSE 1 END AS BIGINT) AS generated
             FROM pg_class t
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
             LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
             WHERE t.relnamespace = CAST(current_schema() AS regnamespace) AND t.relkind IN ('r', 'p')
               AND t.relname NOT IN {NOT_OURS}
             ORDER BY t.relname, a.attnum"
        )
    };
    let rows: Vec<ColumnRow> = connection.rows(&sql, []).await?;
    let mut tables: BTreeMap<String, (Table, BTreeMap<i64, ColumnEntry>)> = BTreeMap::new();
    for row in rows {
        if (row.table_name.as_str(), row.column_name.as_str()) == CHANGE_COLUMN {
            continue;
        }
        let kind = kind_of(&row.data_type).ok_or_else(|| BackupError::ColumnType {
            table: row.table_name.clone(),
            column: row.column_name.clone(),
            found: row.data_type.clone(),
        })?;
        let (table, key) = tables.entry(row.table_name.clone()).or_insert_with(|| {
            let table = Table {
                name: row.table_name,
                columns: Vec::new(),
                key: Vec::new(),
                generated: None,
            };
            (table, BTreeMap::new())
        });
        let column = ColumnEntry {
            name: row.column_name,
            kind,
        };
        if row.generated != 0 {
            table.generated = Some(column.name.clone());
        }
        if let Some(place) = row.key_place {
            key.insert(place, column.clone());
        }
        table.columns.push(column);
    }
    Ok(tables
        .into_values()
        .map(|(mut table, key)| {
            table.key = key.into_values().collect();
            table
        })
        .collect())
}

fn kind_of(data_type: &str) -> Option<ColumnKind> {
    match data_type.to_ascii_lowercase().as_str() {
        "integer" | "bigint" => Some(ColumnKind::Integer),
        "text" | "character varying" => Some(ColumnKind::Text),
        "blob" | "bytea" => Some(ColumnKind::Bytes),
        _ => None,
    }
}

/// A name as SQL takes it literally.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The steps that were carried out, in their order.
pub(super) async fn migrations(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        version: String,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT version FROM seaql_migrations ORDER BY applied_at, version",
            [],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}

/// The number that the next generated key of a table will get.
pub(super) async fn next_id(
    connection: &impl ConnectionTrait,
    table: &Table,
) -> Result<Option<i64>, DbErr> {
    let Some(column) = &table.generated else {
        return Ok(None);
    };
    if is_sqlite(connection) {
        let last: Option<i64> = connection
            .value(
                "SELECT seq FROM sqlite_sequence WHERE name = $1",
                [table.name.clone().into()],
            )
            .await?;
        return Ok(Some(last.unwrap_or(0) + 1));
    }
    let Some(sequence) = sequence_of(connection, table, column).await? else {
        return Ok(None);
    };
    connection
        .value(
            &format!(
                "SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM {sequence}"
            ),
            [],
        )
        .await
}

/// Sees to it that no key of the backed-up city is given out again, not even that of a deleted row.
pub(super) async fn set_next_id(
    connection: &impl ConnectionTrait,
    table: &Table,
    next_id: i64,
) -> Result<(), DbErr> {
    let Some(column) = &table.generated else {
        return Ok(());
    };
    let largest: Option<i64> = connection
        .value(
            &format!(
                "SELECT COALESCE(MAX({}), 0) FROM {}",
                quoted(column),
                quoted(&table.name)
            ),
            [],
        )
        .await?;
    let next = next_id.max(largest.unwrap_or(0) + 1);
    if is_sqlite(connection) {
        connection
            .run(
                "DELETE FROM sqlite_sequence WHERE name = $1",
                [table.name.clone().into()],
            )
            .await?;
        connection
            .run(
                "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                [table.name.clone().into(), (next - 1).into()],
            )
            .await?;
    } else if let Some(sequence) = sequence_of(connection, table, column).await? {
        let _: Option<i64> = connection
            .value(
                "SELECT setval(CAST($1 AS regclass), $2, false)",
                [sequence.into(), next.into()],
            )
            .await?;
    }
    Ok(())
}

async fn sequence_of(
    connection: &impl ConnectionTrait,
    table: &Table,
    column: &str,
) -> Result<Option<String>, DbErr> {
    connection
        .value(
            "SELECT pg_get_serial_sequence($1, $2)",
            [quoted(&table.name).into(), column.into()],
        )
        .await
}
