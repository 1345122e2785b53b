//! The rows of a booking written by hand: plain INSERTs into the same tables of a city of its own, in one transaction.

use std::{
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
};

use sea_orm::sqlx::{self, Connection as _};

use crate::{Outcome, connections::Connections};

/// A plain writer of the rows of bookings.
pub(crate) struct Bare {
    connections: Connections,
    next: AtomicI64,
}

/// The steps of a booking of three hours.
const STEPS: i64 = 6;

macro_rules! write_rows {
    ($transaction:expr, $number:expr) => {{
        let number: i64 = $number;
        let transaction = &mut *$transaction;
        let at = 1_790_000_000_000_000_i64 + number;
        let sealed = vec![7_u8; 220];
        let reservation: i64 = sqlx::query_scalar(
            "INSERT INTO booking_reservations (number_hash, facility_key, resource_key, day, from_minute, to_minute, state, kind,
               channel, holder, purpose, people, fee, kept_fee, sealed, revision, made_at, changed_at)
             VALUES ($1, 'hall-0', 'room_0', '2026-11-28', 540, 720, 'confirmed', 'booking', 'online', $2, '', 4, 0, 0, $3, 1, $4, $4)
             RETURNING id",
        )
        .bind(format!("{number:064x}"))
        .bind(format!("{number:064x}"))
        .bind(sealed)
        .bind(at)
        .fetch_one(&mut *transaction)
        .await?;
        let mut taken = String::from("INSERT INTO booking_taken (unit_id, at, reservation_id) VALUES ");
        for step in 0..STEPS {
            if step > 0 {
                taken.push(',');
            }
            taken.push_str(&format!("(1, {}, {reservation})", number * STEPS + step));
        }
        sqlx::query(sqlx::AssertSqlSafe(taken)).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO facts (measure, at, day, fiscal_year, department, channel, subject, quantity, sign, corrects, source,
               record, idempotency_key, recorded_at)
             VALUES ('booking.reservations', $1, '2026-11-21', 2026, 'sports', 'online', 'hall-0.room_0', 1000, 1, NULL,
               'public', $2, $3, $1)",
        )
        .bind(at)
        .bind(format!("booking_reservations/{reservation}"))
        .bind(format!("booking.reservations/{reservation}"))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO audit_log (number, at, actor, action, target, detail, previous_hash, hash)
             VALUES ($1, $2, 'public', 'booking.book', $3, '', $4, $5)",
        )
        .bind(number)
        .bind(at)
        .bind(format!("reservation/{reservation}"))
        .bind(format!("{:064x}", number - 1))
        .bind(format!("{number:064x}"))
        .execute(&mut *transaction)
        .await?;
    }};
}

impl Bare {
    /// Over a city's tables.
    pub(crate) async fn new(directory: &Path, postgres: Option<(&str, &str)>) -> Outcome<Self> {
        let connections = match postgres {
            None => Connections::on_sqlite(&directory.join("yakuba.sqlite")).await?,
            Some((url, schema)) => Connections::on_postgres(url, schema).await?,
        };
        Ok(Self {
            connections,
            next: AtomicI64::new(1_000_000),
        })
    }

    /// Writes the rows of one booking, durable when this returns.
    // A benchmark by hand does not go through the write door.
    #[allow(clippy::disallowed_methods)]
    pub(crate) async fn write(&self) -> Outcome<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match &self.connections {
            Connections::Sqlite(connection) => {
                let mut connection = connection.lock().await;
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
                write_rows!(transaction, number);
                transaction.commit().await?;
            }
            Connections::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                write_rows!(transaction, number);
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}
