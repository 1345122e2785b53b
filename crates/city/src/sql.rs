//! Typed SQL that reads the same on SQLite and PostgreSQL.
//!
//! Parameters are written `$1`, `$2`… on both. Times are stored as microseconds since 1970 in an integer,
//! dates as `YYYY-MM-DD`, flags as 0 or 1, JSON as text: nothing a database could change on the way.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Statement, TryGetable, Value,
};

/// Short forms for statements on any connection.
pub trait Sql: ConnectionTrait {
    /// All rows, each read into `T`.
    ///
    /// # Errors
    /// When the statement fails or a column does not fit `T`.
    fn rows<T: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<Vec<T>, DbErr>> + Send {
        let statement = self.statement(sql, values);
        async move {
            let rows: Vec<QueryResult> = self.query_all_raw(statement).await?;
            rows.iter()
                .map(|row| T::from_query_result(row, ""))
                .collect()
        }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// When the statement fails or a column does not fit `T`.
    fn row<T: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<Option<T>, DbErr>> + Send {
        let statement = self.statement(sql, values);
        async move {
            let row = self.query_one_raw(statement).await?;
            row.map(|row| T::from_query_result(&row, "")).transpose()
        }
    }

    /// The first column of the first row, if there is one.
    ///
    /// # Errors
    /// When the statement fails or the column does not fit `T`.
    fn value<T: TryGetable>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<Option<T>, DbErr>> + Send {
        let statement = self.statement(sql, values);
        async move {
            let row = self.query_one_raw(statement).await?;
            row.map(|row| row.try_get_by_index::<T>(0)).transpose()
        }
    }

    /// Carries out a statement and returns how many rows it changed.
    ///
    /// # Errors
    /// When the statement fails.
    fn run(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> impl Future<Output = Result<u64, DbErr>> + Send {
        let statement = self.statement(sql, values);
        async move { Ok(self.execute_raw(statement).await?.rows_affected()) }
    }

    /// Builds a statement for this connection's database.
    fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.get_database_backend(), sql, values)
    }
}

impl<C: ConnectionTrait + Sync> Sql for C {}

/// `($1, $2), ($3, $4)…`: the placeholders of a statement that inserts a few rows at once; for many see
/// [`many_placeholders`].
pub fn placeholders(rows: usize, columns: usize) -> String {
    placeholders_and(DbBackend::Postgres, rows, columns, "")
}

/// As [`placeholders`], for thousands of values: on SQLite `(?, ?), (?, ?)…`.
///
/// SQLite finds a numbered parameter by walking through all before it, so that thousands would cost their square.
pub fn many_placeholders(backend: DbBackend, rows: usize, columns: usize) -> String {
    placeholders_and(backend, rows, columns, "")
}

/// As [`many_placeholders`], each row ending with `end`: an expression that the database evaluates, with its comma before it.
pub(crate) fn placeholders_and(
    backend: DbBackend,
    rows: usize,
    columns: usize,
    end: &str,
) -> String {
    let mut text = String::with_capacity(rows * (columns * 6 + end.len() + 4));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                text.push_str(", ");
            }
            if backend == DbBackend::Sqlite {
                text.push('?');
            } else {
                text.push('$');
                text.push_str(&(row * columns + column + 1).to_string());
            }
        }
        text.push_str(end);
        text.push(')');
    }
    text
}

/// `$3, $4, $5`: placeholders for a list of `count` values after `first - 1` others.
pub fn list(first: usize, count: usize) -> String {
    (first..first + count)
        .map(|number| format!("${number}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Escapes a text for `LIKE … ESCAPE '\'`.
pub fn escape_like(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_")
}

/// Whether an error is a violated UNIQUE constraint: something exists already.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
    )
}

/// Whether an error is a violated foreign key: something it refers to does not exist.
pub fn is_foreign_key_violation(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_))
    )
}
