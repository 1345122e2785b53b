//! The table of addresses.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use yakuba_city::{
    AuditEntry, City, Tx,
    sql::{Sql as _, escape_like, many_placeholders},
};
use yakuba_kernel::Point;

use crate::{
    error::AddressError,
    model::{
        entry::{Level, Municipality},
        file::AddressFile,
        key::{Query, key, shorter},
    },
};

/// Rows of one INSERT.
const AT_ONCE: usize = 500;
/// Squares of the ground: so many millionths of a degree wide.
const CELL: i64 = 2_000;
/// More than there are squares from west to east.
const CELLS_IN_A_ROW: i64 = 1_000_000;

/// The square in which a point lies, with the next ones so many to each side: the first and last of each row.
fn cells_around(point: Point, many: i64) -> impl Iterator<Item = (i64, i64)> {
    let (latitude, longitude) = point.millionths();
    let (row, column) = (latitude.div_euclid(CELL), longitude.div_euclid(CELL));
    (row - many..=row + many).map(move |row| {
        (
            row * CELLS_IN_A_ROW + column - many,
            row * CELLS_IN_A_ROW + column + many,
        )
    })
}

fn cell(point: Point) -> i64 {
    cells_around(point, 0).next().map_or(0, |(cell, _)| cell)
}

/// What taking files in did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// How many addresses of these municipalities and kinds there were.
    pub before: i64,
    /// How many there are now.
    pub after: usize,
}

/// Takes the place of all addresses of the same municipality and the same exactness; the others stay, so that towns can come from one
/// table and houses from another. `anyway` allows that a municipality keeps less than half of what it had.
///
/// # Errors
/// [`AddressError::Fewer`] when it would; otherwise when the database does not carry it out.
pub async fn import(tx: &Tx, file: &AddressFile, anyway: bool) -> Result<Imported, AddressError> {
    let connection = tx.connection();
    for known in &file.municipalities {
        connection
            .run(
                "INSERT INTO addresses_municipalities (code, prefecture, county, city, ward) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (code) DO UPDATE SET prefecture = excluded.prefecture, county = excluded.county, city = excluded.city, ward = excluded.ward",
                [&known.code, &known.prefecture, &known.county, &known.city, &known.ward].map(|text| text.as_str().into()),
            )
            .await?;
    }
    let mut kinds: BTreeMap<(&str, Level), usize> = BTreeMap::new();
    for entry in &file.entries {
        *kinds
            .entry((entry.municipality.as_str(), entry.level))
            .or_default() += 1;
    }
    let mut before = 0;
    for ((municipality, level), after) in &kinds {
        let values = || [(*municipality).into(), level.number().into()];
        let had: i64 = connection
            .value(
                "SELECT COUNT(*) FROM addresses_entries WHERE municipality = $1 AND level = $2",
                values(),
            )
            .await?
            .unwrap_or(0);
        if !anyway && i64::try_from(*after).unwrap_or(i64::MAX).saturating_mul(2) < had {
            return Err(AddressError::Fewer {
                municipality: (*municipality).to_owned(),
                before: had,
                after: *after,
            });
        }
        before += had;
        connection
            .run(
                "DELETE FROM addresses_entries WHERE municipality = $1 AND level = $2",
                values(),
            )
            .await?;
    }
    for some in file.entries.chunks(AT_ONCE) {
        let values: Vec<Value> = some
            .iter()
            .flat_map(|entry| {
                let bare = bare_key(entry, file);
                let (latitude, longitude) = entry.point.millionths();
                let found = if entry.level == Level::Town {
                    bare.clone()
                } else {
                    String::new()
                };
                [
                    entry.municipality.as_str().into(),
                    entry.level.number().into(),
                    bare.into_bytes().into(),
                    entry.label.as_str().into(),
                    found.into(),
                    latitude.into(),
                    longitude.into(),
                    cell(entry.point).into(),
                ]
            })
            .collect();
        connection
            .run(
                &format!(
                    "INSERT INTO addresses_entries (municipality, level, key, label, found, latitude, longitude, cell) VALUES {}",
                    many_placeholders(connection.get_database_backend(), some.len(), 8)
                ),
                values,
            )
            .await?;
    }
    tx.audit(
        AuditEntry::new("addresses.import", "addresses").with(json!({
            "municipalities": file.municipalities.len(),
            "before": before,
            "after": file.entries.len(),
        })),
    );
    Ok(Imported {
        before,
        after: file.entries.len(),
    })
}

/// The key of an entry without its ward, which people may leave out.
fn bare_key(entry: &crate::model::entry::Entry, file: &AddressFile) -> String {
    let ward = file
        .municipalities
        .iter()
        .find(|known| known.code == entry.municipality)
        .map_or("", |known| known.ward.as_str());
    key(entry.label.strip_prefix(ward).unwrap_or(&entry.label))
}

/// How many addresses there are of each exactness: towns, blocks, houses.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(connection: &impl ConnectionTrait) -> Result<[i64; 3], AddressError> {
    #[derive(FromQueryResult)]
    struct Row {
        level: i64,
        count: i64,
    }
    let rows: Vec<Row> = connection
        .rows(
            "SELECT level, COUNT(*) AS count FROM addresses_entries GROUP BY level",
            [],
        )
        .await?;
    Ok(Level::ALL.map(|level| {
        rows.iter()
            .find(|row| row.level == level.number())
            .map_or(0, |row| row.count)
    }))
}

/// Whether there are addresses to be found.
///
/// # Errors
/// When the database does not answer.
pub async fn is_known(city: &City) -> Result<bool, AddressError> {
    Ok(city.runs("addresses") && !municipalities(city.db()).await?.is_empty())
}

/// How an address that was found answers what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is what was asked.
    Exact,
    /// It begins with what was asked, or has it in its name: one of several that may be meant.
    Within,
    /// It is the beginning of what was asked: the rest is not known here.
    Part,
}

/// An address that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// As people read it, without prefecture; with the city where several are known.
    pub label: String,
    /// How exact it is.
    pub level: Level,
    /// Where.
    pub point: Point,
    /// How it answers what was asked.
    pub fit: Fit,
}

#[derive(FromQueryResult)]
struct Row {
    municipality: String,
    level: i64,
    key: Vec<u8>,
    label: String,
    latitude: i64,
    longitude: i64,
}

const COLUMNS: &str = "municipality, level, key, label, latitude, longitude";

impl Row {
    fn point(&self) -> Option<Point> {
        Point::from_millionths(self.latitude, self.longitude).ok()
    }

    fn label(&self, municipalities: &[Municipality]) -> String {
        let city = municipalities
            .iter()
            .filter(|_| {
                municipalities
                    .iter()
                    .any(|one| one.city != municipalities[0].city)
            })
            .find(|known| known.code == self.municipality)
            .map_or("", |known| known.city.as_str());
        format!("{city}{}", self.label)
    }
}

async fn municipalities(
    connection: &impl ConnectionTrait,
) -> Result<Vec<Municipality>, AddressError> {
    #[derive(FromQueryResult)]
    struct Known {
        code: String,
        prefecture: String,
        county: String,
        city: String,
        ward: String,
    }
    let rows: Vec<Known> = connection
        .rows(
            "SELECT code, prefecture, county, city, ward FROM addresses_municipalities ORDER BY code",
            [],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Municipality {
            code: row.code,
            prefecture: row.prefecture,
            county: row.county,
            city: row.city,
            ward: row.ward,
        })
        .collect())
}

/// Where a range of keys with the same beginning ends. After a figure only a hyphen goes on with the same address: 1-3 belongs to 1, 10 does not.
fn end_of(key: &str) -> Vec<u8> {
    let mut end = key.as_bytes().to_vec();
    end.push(if key.ends_with(|sign: char| sign.is_ascii_digit()) {
        b'-' + 1
    } else {
        u8::MAX
    });
    end
}

/// The addresses that somebody may mean, at most `most`: the one that was asked first, then those that begin with it from towns to
/// houses in the order of their numbers. When there is none, the longest beginning of what was asked that is an address, then
/// towns that have it in their names.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    connection: &impl ConnectionTrait,
    text: &str,
    most: usize,
) -> Result<Vec<Hit>, AddressError> {
    let municipalities = municipalities(connection).await?;
    if municipalities.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::read(text, &municipalities);
    let mut found: Vec<Hit> = Vec::new();
    let hit = |row: Row, fit: Fit| {
        Some(Hit {
            label: row.label(&municipalities),
            level: Level::of_number(row.level)?,
            point: row.point()?,
            fit,
        })
    };
    for key in &query.keys {
        for level in Level::ALL {
            let left = most.saturating_sub(found.len());
            if left == 0 {
                break;
            }
            let rows: Vec<Row> = connection
                .rows(
                    &format!(
                        "SELECT {COLUMNS} FROM addresses_entries WHERE level = $1 AND key >= $2 AND key < $3 ORDER BY level, key LIMIT {left}"
                    ),
                    [level.number().into(), key.as_bytes().to_vec().into(), end_of(key).into()],
                )
                .await?;
            found.extend(rows.into_iter().filter_map(|row| {
                let is_it = row.key == key.as_bytes();
                hit(row, if is_it { Fit::Exact } else { Fit::Within })
            }));
        }
        if !found.is_empty() {
            found.sort_by_key(|hit| hit.fit != Fit::Exact);
            return Ok(found);
        }
    }
    for key in &query.keys {
        for shorter in shorter(key) {
            let rows: Vec<Row> = connection
                .rows(
                    &format!(
                        "SELECT {COLUMNS} FROM addresses_entries WHERE level IN (1, 2, 3) AND key = $1 ORDER BY level, municipality LIMIT {most}"
                    ),
                    [shorter.as_bytes().to_vec().into()],
                )
                .await?;
            if !rows.is_empty() {
                return Ok(rows
                    .into_iter()
                    .filter_map(|row| hit(row, Fit::Part))
                    .collect());
            }
        }
    }
    for key in &query.keys {
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT {COLUMNS} FROM addresses_entries WHERE level = 1 AND found LIKE $1 ESCAPE '\\' ORDER BY key LIMIT {most}"
                ),
                [format!("%{}%", escape_like(key)).into()],
            )
            .await?;
        if !rows.is_empty() {
            return Ok(rows
                .into_iter()
                .filter_map(|row| hit(row, Fit::Within))
                .collect());
        }
    }
    Ok(found)
}

/// The address nearest to a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// As people read it.
    pub label: String,
    /// How exact it is.
    pub level: Level,
    /// How far it is, in metres.
    pub metres: f64,
}

/// So far an address still says where a point is, in metres, with the squares to each side that hold all within.
const REACH: [(Level, f64, i64); 3] = [
    (Level::House, 60.0, 1),
    (Level::Block, 150.0, 1),
    (Level::Town, 3_000.0, 20),
];

/// The address nearest to a point: a house within 60 metres, else a block within 150, else a town within 3 kilometres.
///
/// # Errors
/// When the database does not answer.
pub async fn nearest(
    connection: &impl ConnectionTrait,
    point: Point,
) -> Result<Option<Near>, AddressError> {
    for (level, reach, many) in REACH {
        let mut values: Vec<Value> = vec![level.number().into()];
        let ranges: Vec<String> = cells_around(point, many)
            .map(|(first, last)| {
                values.extend([first.into(), last.into()]);
                format!("cell BETWEEN ${} AND ${}", values.len() - 1, values.len())
            })
            .collect();
        let rows: Vec<Row> = connection
            .rows(
                &format!(
                    "SELECT {COLUMNS} FROM addresses_entries WHERE level = $1 AND ({})",
                    ranges.join(" OR ")
                ),
                values,
            )
            .await?;
        let nearest = rows
            .into_iter()
            .filter_map(|row| Some((row.point()?.metres_to(point), row)))
            .filter(|(metres, _)| *metres <= reach)
            .min_by(|(one, a), (other, b)| one.total_cmp(other).then_with(|| a.key.cmp(&b.key)));
        if let Some((metres, row)) = nearest {
            return Ok(Some(Near {
                label: row.label(&municipalities(connection).await?),
                level,
                metres,
            }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use yakuba_city::{
        Actor, City,
        testing::{on_postgres, on_sqlite},
    };

    use super::*;
    use crate::AddressService;

    const TABLE: &str = "都道府県名,市区町村名,町字,番地以下,緯度,経度\n\
        大阪府,吹田市,泉町一丁目,,34.7594,135.5168\n\
        大阪府,吹田市,泉町一丁目,3,34.7595,135.5169\n\
        大阪府,吹田市,泉町一丁目,3-2,34.75951,135.5169\n\
        大阪府,吹田市,泉町一丁目,3-10,34.75952,135.5169\n\
        大阪府,吹田市,泉町一丁目,3-40,34.75955,135.51695\n\
        大阪府,吹田市,泉町一丁目,30,34.7610,135.5190\n\
        大阪府,吹田市,泉町十丁目,,34.7700,135.5300\n\
        大阪府,吹田市,上の川町,,34.7800,135.5400\n";

    async fn filled(city: &City, text: &str, anyway: bool) -> Result<Imported, AddressError> {
        let file = AddressFile::read(vec![(
            "a.csv".to_owned(),
            Cursor::new(text.as_bytes().to_vec()),
        )])?;
        city.write(Actor::CommandLine, (file, anyway), |tx, (file, anyway)| {
            Box::pin(import(tx, file, *anyway))
        })
        .await
    }

    async fn labels(city: &City, text: &str) -> Vec<(String, Fit)> {
        find(city.db(), text, 5)
            .await
            .unwrap()
            .into_iter()
            .map(|hit| (hit.label, hit.fit))
            .collect()
    }

    async fn people_find_addresses(city: City) {
        assert!(find(city.db(), "泉町1-3-40", 5).await.unwrap().is_empty());
        assert_eq!(filled(&city, TABLE, false).await.unwrap().after, 8);
        for text in [
            "大阪府吹田市泉町1丁目3番40号",
            "泉町一の三の四十",
            "泉町１－３－４０ ",
        ] {
            let found = labels(&city, text).await;
            assert_eq!(found, [("泉町一丁目3-40".to_owned(), Fit::Exact)], "{text}");
        }
        // The address itself, then what is inside it in the order of its numbers; 30 is not inside 3.
        let found = labels(&city, "泉町1-3").await;
        let names: Vec<&str> = found.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(
            names,
            [
                "泉町一丁目3",
                "泉町一丁目3-2",
                "泉町一丁目3-10",
                "泉町一丁目3-40"
            ]
        );
        assert_eq!(found[0].1, Fit::Exact);
        assert_eq!(found[1].1, Fit::Within);
        let found = labels(&city, "泉").await;
        assert_eq!(found[0], ("泉町一丁目".to_owned(), Fit::Within));
        assert_eq!(found[1], ("泉町十丁目".to_owned(), Fit::Within));
        // Of a house that is not known its block is told, and that it is only that.
        let found = labels(&city, "泉町1丁目3番99号 市民会館").await;
        assert_eq!(found, [("泉町一丁目3".to_owned(), Fit::Part)]);
        assert_eq!(
            labels(&city, "川町").await,
            [("上の川町".to_owned(), Fit::Within)]
        );
        assert!(labels(&city, "どこでもない町%_").await.is_empty());
        assert!(labels(&city, "").await.is_empty());

        let near = |text: &'static str| {
            let city = city.clone();
            async move {
                nearest(city.db(), Point::read(text).unwrap())
                    .await
                    .unwrap()
                    .map(|near| (near.label, near.level))
            }
        };
        assert_eq!(
            near("34.75956, 135.51695").await,
            Some(("泉町一丁目3-40".to_owned(), Level::House))
        );
        assert_eq!(
            near("34.7610, 135.5195").await,
            Some(("泉町一丁目30".to_owned(), Level::Block))
        );
        assert_eq!(
            near("34.7720, 135.5320").await,
            Some(("泉町十丁目".to_owned(), Level::Town))
        );
        assert_eq!(near("35.5, 136.5").await, None);

        // The same again changes nothing; less than half is refused, and nothing is lost.
        let again = filled(&city, TABLE, false).await.unwrap();
        assert_eq!((again.before, again.after), (8, 8));
        let few = "都道府県名,市区町村名,町字,番地以下,緯度,経度\n大阪府,吹田市,北町,,34.7,135.5\n";
        assert!(matches!(
            filled(&city, few, false).await,
            Err(AddressError::Fewer { .. })
        ));
        assert_eq!(counts(city.db()).await.unwrap(), [3, 2, 3]);
        filled(&city, few, true).await.unwrap();
        assert_eq!(counts(city.db()).await.unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn people_find_addresses_on_sqlite() {
        on_sqlite(&[&AddressService], async |city| {
            people_find_addresses(city.clone()).await;
        })
        .await;
    }

    #[tokio::test]
    async fn people_find_addresses_on_postgres() {
        on_postgres(&[&AddressService], async |city| {
            people_find_addresses(city.clone()).await;
        })
        .await;
    }

    #[tokio::test]
    async fn looking_up_is_by_index() {
        on_sqlite(&[&AddressService], async |city| {
            #[derive(FromQueryResult)]
            struct Plan {
                detail: String,
            }
            for (sql, index) in [
                (
                    "SELECT label FROM addresses_entries WHERE level = 1 AND key >= X'00' AND key < X'01' ORDER BY level, key LIMIT 5",
                    "addresses_entries_key",
                ),
                (
                    "SELECT label FROM addresses_entries WHERE level IN (1, 2, 3) AND key = X'00' ORDER BY level, municipality LIMIT 5",
                    "addresses_entries_key",
                ),
                (
                    "SELECT label FROM addresses_entries WHERE level = 1 AND (cell BETWEEN 1 AND 2 OR cell BETWEEN 5 AND 6)",
                    "addresses_entries_cell",
                ),
            ] {
                let lines: Vec<Plan> = city
                    .db()
                    .rows(&format!("EXPLAIN QUERY PLAN {sql}"), [])
                    .await
                    .unwrap();
                let lines: Vec<String> = lines.into_iter().map(|line| line.detail).collect();
                assert!(lines.iter().any(|line| line.contains(index)), "{lines:?}");
            }
        })
        .await;
    }
}
