//! Typed SQL that reads the same on SQLite and PostgreSQL.
//!
//! Parameters are written `$1`, `$2`… on both. Times are stored as microseconds since 1970 in an integer,
//! dates as `YYYY-MM-DD`, flags as 0 or 1, JSON as text: nothing a database could change on the way.

use std::fmt::Write as _;

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

/// The most values of one statement that joins others; PostgreSQL takes 65,535, SQLite 32,766.
pub(crate) const MOST_VALUES: usize = 30_000;

/// SQLite finds a numbered parameter by walking through those before it: a text of several statements has at most so many.
const MOST_NUMBERED: usize = 250;

/// Statements that change rows and do not need each other's outcome: on PostgreSQL they go to the server as one statement, so that a
/// write waits for it once and not once for each. On SQLite they go to its thread as one text and are carried out one after the other.
///
/// PostgreSQL carries them out over the same snapshot and in an order of its own: none may read what another writes, or touch the same
/// row.
#[derive(Debug, Default)]
pub struct Together(Vec<(String, Vec<Value>)>);

impl Together {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an `INSERT`, `UPDATE` or `DELETE` with parameters from `$1`.
    pub fn add(&mut self, sql: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.0.push((sql.into(), values.into_iter().collect()));
    }

    /// Whether there is nothing to carry out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Carries all of them out.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn run(self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        let backend = connection.get_database_backend();
        if backend == DbBackend::Sqlite {
            return self.one_after_the_other(connection).await;
        }
        // What nothing stands behind comes last, so that rows are locked in the order of the statements.
        if self.0.len() > 1 {
            let statement = self
                .before(connection, "SELECT 1".to_owned(), vec![])
                .await?;
            connection.execute_raw(statement).await?;
        } else {
            self.count_last(connection).await?;
        }
        Ok(())
    }

    /// SQLite: as few texts of several statements as there can be.
    async fn one_after_the_other(self, connection: &impl ConnectionTrait) -> Result<(), DbErr> {
        let mut sql = String::new();
        let mut all: Vec<Value> = Vec::new();
        let mut texts = Vec::new();
        for (step, values) in self.0 {
            // Numbered parameters are looked for from the first on, and those without a number are counted from the first statement on.
            let stands_alone = step.contains('?') || values.len() > MOST_NUMBERED;
            if !sql.is_empty() && (stands_alone || all.len() + values.len() > MOST_NUMBERED) {
                texts.push((std::mem::take(&mut sql), std::mem::take(&mut all)));
            }
            if stands_alone {
                texts.push((step, values));
                continue;
            }
            if !sql.is_empty() {
                sql.push_str("; ");
            }
            sql.push_str(&numbered_after(&step, all.len()));
            all.extend(values);
        }
        if !sql.is_empty() {
            texts.push((sql, all));
        }
        for (sql, values) in texts {
            let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
            connection.execute_raw(statement).await?;
        }
        Ok(())
    }

    /// Carries all of them out and returns how many rows the last one changed.
    ///
    /// # Errors
    /// When one of them fails.
    pub async fn count_last(mut self, connection: &impl ConnectionTrait) -> Result<u64, DbErr> {
        let Some((sql, values)) = self.0.pop() else {
            return Ok(0);
        };
        let statement = self.before(connection, sql, values).await?;
        Ok(connection.execute_raw(statement).await?.rows_affected())
    }

    /// Carries all of them out with a query, which must not read what they write, and returns its first row.
    /// On PostgreSQL the query comes first.
    ///
    /// # Errors
    /// When one of them or the query fails, or a column does not fit `T`.
    pub async fn row<T: FromQueryResult>(
        self,
        connection: &impl ConnectionTrait,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<Option<T>, DbErr> {
        let values = values.into_iter().collect();
        let statement = self.before(connection, sql.to_owned(), values).await?;
        let row = connection.query_one_raw(statement).await?;
        row.map(|row| T::from_query_result(&row, "")).transpose()
    }

    /// The statement that comes last, together with those before it where the database can, else after them.
    async fn before(
        self,
        connection: &impl ConnectionTrait,
        last: String,
        values: Vec<Value>,
    ) -> Result<Statement, DbErr> {
        let backend = connection.get_database_backend();
        let count: usize = self.0.iter().map(|(_, values)| values.len()).sum();
        if backend == DbBackend::Sqlite {
            self.one_after_the_other(connection).await?;
            return Ok(Statement::from_sql_and_values(backend, last, values));
        }
        if count + values.len() > MOST_VALUES {
            for (sql, values) in self.0 {
                connection
                    .execute_raw(Statement::from_sql_and_values(backend, sql, values))
                    .await?;
            }
            return Ok(Statement::from_sql_and_values(backend, last, values));
        }
        Ok(joined(self.0, last, values, backend))
    }
}

/// `WITH step_0 AS (…), step_1 AS (…) …`: every step is carried out, whether the last statement reads it or not. PostgreSQL begins with
/// the last statement and goes through the steps from the end, so they stand the other way around.
fn joined(
    steps: Vec<(String, Vec<Value>)>,
    last: String,
    values: Vec<Value>,
    backend: DbBackend,
) -> Statement {
    if steps.is_empty() {
        return Statement::from_sql_and_values(backend, last, values);
    }
    let mut sql = String::from("WITH ");
    let mut all = Vec::new();
    for (number, (step, values)) in steps.into_iter().rev().enumerate() {
        let comma = if number > 0 { ", " } else { "" };
        let step = numbered_after(&step, all.len());
        // Writing to a string cannot fail.
        let _ = write!(sql, "{comma}step_{number} AS ({step})");
        all.extend(values);
    }
    sql.push(' ');
    sql.push_str(&numbered_after(&last, all.len()));
    all.extend(values);
    Statement::from_sql_and_values(backend, sql, all)
}

/// A statement whose parameters `$1`, `$2`… become `$first + 1`, `$first + 2`…
fn numbered_after(sql: &str, first: usize) -> String {
    let mut parts = sql.split('$');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        numbered.push('$');
        match number.parse::<usize>() {
            Ok(number) => numbered.push_str(&(number + first).to_string()),
            Err(_) => numbered.push_str(number),
        }
        numbered.push_str(rest);
    }
    numbered
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_become_one_with_parameters_of_their_own() {
        let steps = vec![
            (
                "INSERT INTO a (x, y) VALUES ($1, $2)".to_owned(),
                vec![Value::from(1_i64), Value::from(2_i64)],
            ),
            ("DELETE FROM b".to_owned(), vec![]),
            (
                "DELETE FROM c WHERE x = $1 OR y = $1".to_owned(),
                vec![Value::from(3_i64)],
            ),
        ];
        let whole = joined(
            steps,
            "UPDATE d SET x = $2 WHERE y = $1".to_owned(),
            vec![Value::from(4_i64), Value::from(5_i64)],
            DbBackend::Postgres,
        );
        assert_eq!(
            whole.sql,
            "WITH step_0 AS (DELETE FROM c WHERE x = $1 OR y = $1), step_1 AS (DELETE FROM b), \
             step_2 AS (INSERT INTO a (x, y) VALUES ($2, $3)) UPDATE d SET x = $5 WHERE y = $4"
        );
        let values = whole.values.map(|values| values.0).unwrap_or_default();
        let given = [3_i64, 1, 2, 4, 5].map(Value::from).to_vec();
        assert_eq!(values, given);
    }

    #[test]
    fn a_statement_by_itself_stays_as_it_is() {
        let alone = joined(
            vec![],
            "DELETE FROM a WHERE x = $1".to_owned(),
            vec![1_i64.into()],
            DbBackend::Postgres,
        );
        assert_eq!(alone.sql, "DELETE FROM a WHERE x = $1");
    }
}
