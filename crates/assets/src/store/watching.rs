//! Looking for devices that are silent. Noting each time that the program listens, so that nobody is called silent for its own sleep.

use sea_orm::FromQueryResult;
use yakuba_city::{Actor, City, Tx, sql::Sql as _};

use super::{
    Kinds,
    alerts::{self, Opening, SILENT, Teller},
    kinds,
};
use crate::error::AssetError;

/// A longer time between two looks is a time in which the program did not listen.
const LONGEST: i64 = 3 * 60_000_000;
/// Looks closer together than this are one: another node has looked.
const SHORTEST: i64 = 20_000_000;
/// Alerts that are opened for one kind at a look at most; the rest follows at the next.
const MOST: i64 = 1_000;

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Alerts opened.
    pub opened: usize,
    /// Alerts told to the next ones.
    pub escalated: usize,
}

/// Looks once; to be called about every minute. Several nodes may call it.
///
/// # Errors
/// The database's.
pub async fn look(city: &City, teller: &Teller) -> Result<Seen, AssetError> {
    let kinds = kinds(city).await?;
    if kinds.all().iter().all(|kind| kind.telemetry.is_none()) {
        return Ok(Seen::default());
    }
    city.write(
        Actor::Program("assets.watch".to_owned()),
        (teller.clone(), kinds),
        |tx, (teller, kinds)| {
            Box::pin(async move {
                let Some(since) = listen(tx).await? else {
                    return Ok(Seen::default());
                };
                let opened = find_silent(tx, teller, kinds, since).await?;
                let escalated = alerts::escalate(tx, teller, kinds).await?;
                Ok::<_, AssetError>(Seen { opened, escalated })
            })
        },
    )
    .await
}

/// Notes that the program listens, and tells since when without a break; none when it was noted a moment ago.
async fn listen(tx: &Tx) -> Result<Option<i64>, AssetError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        from_at: i64,
        until_at: i64,
    }
    let now = tx.now().as_microsecond();
    let last: Option<Row> = tx
        .connection()
        .row(
            "SELECT id, from_at, until_at FROM assets_listening ORDER BY until_at DESC, id DESC LIMIT 1",
            [],
        )
        .await?;
    match last {
        Some(last) if now - last.until_at < SHORTEST => Ok(None),
        Some(last) if now - last.until_at <= LONGEST => {
            // Another node that looks at the same moment waits here; then it finds that this one was first.
            let changed = tx
                .connection()
                .run(
                    "UPDATE assets_listening SET until_at = $2 WHERE id = $1 AND until_at < $2",
                    [last.id.into(), now.into()],
                )
                .await?;
            Ok((changed > 0).then_some(last.from_at))
        }
        _ => {
            tx.connection()
                .run(
                    "INSERT INTO assets_listening (from_at, until_at) VALUES ($1, $1)",
                    [now.into()],
                )
                .await?;
            Ok(Some(now))
        }
    }
}

#[derive(FromQueryResult)]
struct Silent {
    id: i64,
    number: String,
    name: String,
    department: String,
    mail: String,
}

/// Opens alerts of devices that were not heard for too long, while the program listened and they were in service.
async fn find_silent(
    tx: &Tx,
    teller: &Teller,
    kinds: &Kinds,
    listening_since: i64,
) -> Result<usize, AssetError> {
    let now = tx.now().as_microsecond();
    let mut openings = Vec::new();
    for kind in kinds.all() {
        let Some(telemetry) = &kind.telemetry else {
            continue;
        };
        let before = now - telemetry.promise().silent_after;
        if listening_since > before {
            continue;
        }
        let silent: Vec<Silent> = tx
            .connection()
            .rows(
                &format!(
                    "SELECT a.id, a.number, a.name, a.department, a.mail \
                     FROM assets_assets a JOIN assets_state s ON s.asset = a.id \
                       JOIN assets_service v ON v.asset = a.id AND v.until_at IS NULL \
                     WHERE a.kind = $1 AND a.state = 'in_service' AND (s.heard_at IS NULL OR s.heard_at < $2) AND v.from_at < $2 \
                       AND NOT EXISTS (SELECT 1 FROM assets_alerts l \
                         WHERE l.asset = a.id AND l.rule = '{SILENT}' AND l.closed_at IS NULL) \
                     ORDER BY a.id LIMIT {MOST}"
                ),
                [kind.key.as_str().into(), before.into()],
            )
            .await?;
        openings.extend(silent.into_iter().map(|found| Opening {
            asset: found.id,
            kind: kind.key.as_str().to_owned(),
            number: found.number,
            name: found.name,
            department: found.department,
            mail: found.mail,
            rule: SILENT.to_owned(),
            thousandths: None,
        }));
    }
    alerts::open(tx, teller, kinds, openings).await
}
