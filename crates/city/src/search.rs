//! Full-text search in Japanese over everything services put in.
//!
//! Texts and queries go through the same folding (width, case, kana); every word of the query must occur.
//! A city's plans, procedures and pages are thousands of entries, not millions: a scan of folded text
//! finds every substring, needs no dictionary, commits with the record and works on every node.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Value};
use yakuba_kernel::text::normalise_for_search;

use crate::sql::{Sql as _, escape_like};

/// Something that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchEntry {
    /// The service it belongs to.
    pub service: &'static str,
    /// Its name within the service.
    pub key: String,
    /// What is shown as the hit.
    pub title: String,
    /// What is searched beside the title.
    pub body: String,
    /// Where the hit leads.
    pub url: String,
    /// Whether residents may find it.
    pub public: bool,
}

/// A hit.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct SearchHit {
    /// The service it belongs to.
    pub service: String,
    /// Its name within the service.
    pub key: String,
    /// What is shown.
    pub title: String,
    /// The text searched, for an excerpt.
    pub body: String,
    /// Where it leads.
    pub url: String,
}

/// Entries that hold every word of the query, those with all words in the title first.
///
/// `service` narrows to one service; `public_only` hides what residents may not see; `limit` is at most 500.
///
/// # Errors
/// When the database does not answer.
pub async fn search(
    connection: &impl ConnectionTrait,
    query: &str,
    service: Option<&str>,
    public_only: bool,
    limit: u64,
) -> Result<Vec<SearchHit>, DbErr> {
    let words: Vec<String> = query
        .split(|c: char| c.is_whitespace())
        .map(normalise_for_search)
        .filter(|word| !word.is_empty())
        .take(8)
        .collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = Vec::new();
    let mut anywhere = Vec::new();
    let mut in_title = Vec::new();
    for word in &words {
        values.push(format!("%{}%", escape_like(word)).into());
        let number = values.len();
        anywhere.push(format!(r"folded LIKE ${number} ESCAPE '\'"));
        in_title.push(format!(r"folded_title LIKE ${number} ESCAPE '\'"));
    }
    let public = if public_only { " AND public = 1" } else { "" };
    let narrowed = match service {
        Some(service) => {
            values.push(service.into());
            format!(" AND service = ${}", values.len())
        }
        None => String::new(),
    };
    let sql = format!(
        "SELECT service, key, title, body, url FROM search_entries WHERE {}{public}{narrowed}
         ORDER BY CASE WHEN {} THEN 0 ELSE 1 END, service, key LIMIT {}",
        anywhere.join(" AND "),
        in_title.join(" AND "),
        limit.min(500)
    );
    connection.rows(&sql, values).await
}
