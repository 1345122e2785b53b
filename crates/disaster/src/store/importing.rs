//! Shelters from the national dataset of places of refuge (自治体標準オープンデータセット 指定緊急避難場所一覧).

use std::collections::BTreeSet;

use yakuba_city::{EmergencyKind, Tx};
use yakuba_kernel::{Decimal, Point, text::fold_width};
use yakuba_sheets::{Limits, read};

use super::shelters::{Place, put, shelter};
use crate::error::DisasterError;

/// The columns of the kinds of disaster, as the dataset spells them.
const KINDS: [(&str, EmergencyKind); 8] = [
    ("災害種別_洪水", EmergencyKind::Flood),
    (
        "災害種別_崖崩れ、土石流及び地滑り",
        EmergencyKind::Landslide,
    ),
    ("災害種別_高潮", EmergencyKind::StormSurge),
    ("災害種別_地震", EmergencyKind::Earthquake),
    ("災害種別_津波", EmergencyKind::Tsunami),
    ("災害種別_大規模な火事", EmergencyKind::Fire),
    ("災害種別_内水氾濫", EmergencyKind::InlandFlood),
    ("災害種別_火山現象", EmergencyKind::Volcano),
];

/// Reads the shelters of a table: the rows whose place of refuge is a shelter too (指定避難所との重複); every row with `all`.
///
/// # Errors
/// [`DisasterError::Sheet`], [`DisasterError::NoColumn`], [`DisasterError::BadRow`] with the line.
pub fn places(bytes: &[u8], file_name: &str, all: bool) -> Result<Vec<Place>, DisasterError> {
    let workbook = read(bytes, file_name, &Limits::default())?;
    let rows = workbook
        .sheets
        .into_iter()
        .next()
        .map(|grid| grid.rows)
        .unwrap_or_default();
    let mut rows = rows.into_iter();
    let header: Vec<String> = rows
        .next()
        .map(|row| row.cells.iter().map(|cell| folded(cell)).collect())
        .unwrap_or_default();
    let column = |name: &'static str| {
        header
            .iter()
            .position(|cell| *cell == folded(name))
            .ok_or(DisasterError::NoColumn(name))
    };
    let [key, name, address, latitude, longitude] = [
        column("ID")?,
        column("名称")?,
        column("所在地_連結表記")?,
        column("緯度")?,
        column("経度")?,
    ];
    let english = column("名称_英字").ok();
    let capacity = column("想定収容人数").ok();
    let overlap = column("指定避難所との重複").ok();
    let kinds: Vec<(usize, EmergencyKind)> = KINDS
        .into_iter()
        .filter_map(|(name, kind)| Some((column(name).ok()?, kind)))
        .collect();
    let mut places = Vec::new();
    for row in rows {
        let cell = |at: usize| row.cells.get(at).map_or("", |cell| cell.trim());
        let bad = |column: &'static str, value: &str| DisasterError::BadRow {
            line: row.line,
            column,
            value: value.chars().take(60).collect(),
        };
        let set = |at: usize| matches!(fold_width(cell(at)).as_str(), "1" | "○" | "〇" | "有");
        if row.cells.iter().all(|cell| cell.trim().is_empty())
            || (!all && overlap.is_some_and(|at| !set(at)))
        {
            continue;
        }
        if !Place::is_key(cell(key)) {
            return Err(bad("ID", cell(key)));
        }
        if cell(name).is_empty() || cell(name).chars().count() > 100 {
            return Err(bad("名称", cell(name)));
        }
        let degrees = |at: usize, column: &'static str| {
            fold_width(cell(at))
                .parse::<Decimal>()
                .map_err(|_| bad(column, cell(at)))
        };
        let point = Point::from_degrees(degrees(latitude, "緯度")?, degrees(longitude, "経度")?)
            .map_err(|_| bad("緯度", &format!("{}, {}", cell(latitude), cell(longitude))))?;
        let capacity = match capacity.map(cell).unwrap_or_default() {
            "" => None,
            text => Some(
                fold_width(text)
                    .parse()
                    .ok()
                    .filter(|number| (1..=1_000_000).contains(number))
                    .ok_or_else(|| bad("想定収容人数", text))?,
            ),
        };
        places.push(Place {
            key: cell(key).to_owned(),
            name: cell(name).to_owned(),
            name_en: english.map(cell).unwrap_or_default().to_owned(),
            address: cell(address).chars().take(200).collect(),
            point,
            capacity,
            kinds: kinds
                .iter()
                .filter(|(at, _)| set(*at))
                .map(|(_, kind)| *kind)
                .collect(),
            equipment: BTreeSet::new(),
            is_listed: true,
        });
    }
    Ok(places)
}

fn folded(text: &str) -> String {
    fold_width(text).trim().to_owned()
}

/// Brings shelters in: how many are new or changed. What the desk wrote about their equipment, and whether they are in use, stays.
///
/// # Errors
/// When the database does not carry it out.
pub async fn bring_in(tx: &Tx, places: &[Place]) -> Result<usize, DisasterError> {
    let mut changed = 0;
    for place in places {
        let mut place = place.clone();
        if let Some(before) = shelter(tx.connection(), &place.key).await? {
            place.equipment = before.place.equipment;
            place.is_listed = before.place.is_listed;
            if place.name_en.is_empty() {
                place.name_en = before.place.name_en;
            }
        }
        changed += usize::from(put(tx, &place).await?);
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "ID,名称,所在地_連結表記,緯度,経度,災害種別_洪水,災害種別_崖崩れ、土石流及び地滑り,指定避難所との重複,想定収容人数\n\
        E1,第一小学校,中央3丁目,34.396245,135.003451,,1,1,560\n\
        E2,総合公園,南町,34.38,135.0,1,,,1820\n";

    #[test]
    fn the_national_dataset_is_read() {
        let read = places(TABLE.as_bytes(), "x.csv", false).unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].kinds, BTreeSet::from([EmergencyKind::Landslide]));
        assert_eq!((read[0].capacity, read[0].key.as_str()), (Some(560), "E1"));
        assert_eq!(places(TABLE.as_bytes(), "x.csv", true).unwrap().len(), 2);
    }

    #[test]
    fn what_cannot_be_a_shelter_is_named_with_its_line() {
        let bad = TABLE.replace("34.38,", "あ,");
        let error = places(bad.as_bytes(), "x.csv", true).unwrap_err();
        assert!(
            matches!(&error, DisasterError::BadRow { line: 3, column: "緯度", value } if value == "あ"),
            "{error}"
        );
        let error = places(b"ID,\xe5\x90\x8d\xe7\xa7\xb0\n1,a\n", "x.csv", true).unwrap_err();
        assert!(matches!(error, DisasterError::NoColumn(_)), "{error}");
        let bad = TABLE.replace("E2", "../x");
        assert!(places(bad.as_bytes(), "x.csv", true).is_err());
    }
}
