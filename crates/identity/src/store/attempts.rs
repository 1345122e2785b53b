//! Failed sign-ins and the pauses that follow from them (see [`crate::model::back_off`]).

use jiff::Timestamp;
use sea_orm::FromQueryResult;
use yakuba_city::{CityError, Tx, sql::Sql as _};

use crate::model::back_off::{self, Allowance};

/// One counter: its keyed name and its allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) allowance: Allowance,
    /// Whether a success forgets all failures. For a counter that others share it only takes its own try back.
    pub(crate) cleared_by_success: bool,
}

/// Counts a try before it is judged, so that many at once do not slip through together.
/// Returns the seconds to wait when the try must not be judged; then nothing was counted.
pub(crate) async fn begin(tx: &Tx, buckets: &[Bucket]) -> Result<Option<u64>, CityError> {
    #[derive(FromQueryResult)]
    struct Row {
        failures: i64,
        last_at: i64,
    }
    let mut counts = Vec::with_capacity(buckets.len());
    let mut longest = None;
    for bucket in buckets {
        // The insert makes concurrent tries take turns at the row on PostgreSQL as well.
        let row: Option<Row> = tx
            .connection()
            .row(
                "INSERT INTO sign_in_attempts (bucket, failures, last_at) VALUES ($1, 0, $2)
                 ON CONFLICT (bucket) DO UPDATE SET failures = sign_in_attempts.failures
                 RETURNING failures, last_at",
                [
                    bucket.name.as_str().into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?;
        let row = row.unwrap_or(Row {
            failures: 0,
            last_at: tx.now().as_microsecond(),
        });
        let last = Timestamp::from_microsecond(row.last_at).unwrap_or(tx.now());
        longest = longest.max(back_off::wait(
            bucket.allowance,
            row.failures,
            last,
            tx.now(),
        ));
        let forgotten = tx.now().duration_since(last) >= back_off::FORGET_AFTER;
        counts.push(if forgotten { 1 } else { row.failures + 1 });
    }
    if longest.is_some() {
        return Ok(longest);
    }
    for (bucket, count) in buckets.iter().zip(counts) {
        tx.connection()
            .run(
                "UPDATE sign_in_attempts SET failures = $2, last_at = $3 WHERE bucket = $1",
                [
                    bucket.name.as_str().into(),
                    count.into(),
                    tx.now().as_microsecond().into(),
                ],
            )
            .await?;
    }
    Ok(None)
}

/// Takes a counted try back after it succeeded.
pub(crate) async fn succeeded(tx: &Tx, buckets: &[Bucket]) -> Result<(), CityError> {
    for bucket in buckets {
        let sql = if bucket.cleared_by_success {
            "DELETE FROM sign_in_attempts WHERE bucket = $1"
        } else {
            "UPDATE sign_in_attempts SET failures = failures - 1 WHERE bucket = $1 AND failures > 0"
        };
        tx.connection()
            .run(sql, [bucket.name.as_str().into()])
            .await?;
    }
    Ok(())
}
