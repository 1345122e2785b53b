//! Which rows of which files are addresses, and where they lie.
//!
//! Columns are recognised by their headings, in any order. Of the address base registry these tables are taken, each with the table of
//! positions that belongs to it (`_pos`): 町字 (`mt_town`), 住居表示-街区 (`mt_rsdtdsp_blk`), 住居表示-住居 (`mt_rsdtdsp_rsdt`) and 地番
//! (`mt_parcel`). Their headings were seen in programs that read them, not in the Digital Agency's own description: see
//! `docs/maps.md`. Any other table is taken when it has latitude and longitude and an address in one column or in parts, such as the
//! 位置参照情報 of the Ministry of Land.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{Read, Seek},
};

use yakuba_kernel::{Decimal, MunicipalityCode, Point, text::fold_width};
use yakuba_sheets::{Limits, SheetError, TextRows};

use super::{
    entry::{Entry, Level, Municipality},
    key::key,
};
use crate::error::{AddressError, FileProblem};

/// A large city has some million addresses.
const LIMITS: Limits = Limits {
    file_bytes: 1 << 30,
    unpacked_bytes: 1 << 30,
    ratio: 1,
    parts: 1,
    sheets: 1,
    rows: 3_000_000,
    columns: 200,
    cells: 150_000_000,
    cell_bytes: 10_000,
};

/// A column that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Code,
    Town,
    Block,
    House,
    HouseBranch,
    Parcel,
    Prefecture,
    County,
    City,
    Ward,
    Oaza,
    Chome,
    Koaza,
    BlockNumber,
    HouseNumber,
    HouseNumberBranch,
    ParcelNumber,
    ParcelBranch,
    ParcelTwig,
    Latitude,
    Longitude,
    System,
    Abolished,
    Whole,
    Numbers,
}

/// The headings of each column, folded in width and case: those of the registry first, then what other tables call it.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Code,
        &[
            "lg_code",
            "全国地方公共団体コード",
            "所在地_全国地方公共団体コード",
            "市区町村コード",
        ],
    ),
    (Column::Town, &["machiaza_id", "町字id"]),
    (Column::Block, &["blk_id", "街区id"]),
    (Column::House, &["rsdt_id", "住居id"]),
    (Column::HouseBranch, &["rsdt2_id", "住居2id"]),
    (Column::Parcel, &["prc_id", "地番id"]),
    (
        Column::Prefecture,
        &["pref", "都道府県名", "都道府県", "所在地_都道府県"],
    ),
    (Column::County, &["county", "郡名"]),
    (
        Column::City,
        &["city", "市区町村名", "市区町村", "所在地_市区町村"],
    ),
    (Column::Ward, &["ward", "政令市区名"]),
    (
        Column::Oaza,
        &[
            "oaza_cho",
            "大字・町名",
            "大字・丁目名",
            "大字町丁目名",
            "町字",
            "所在地_町字",
        ],
    ),
    (Column::Chome, &["chome", "丁目名"]),
    (Column::Koaza, &["koaza", "小字名", "小字・通称名"]),
    (
        Column::BlockNumber,
        &["blk_num", "街区符号", "街区符号・地番"],
    ),
    (Column::HouseNumber, &["rsdt_num", "住居番号"]),
    (Column::HouseNumberBranch, &["rsdt_num2", "住居番号2"]),
    (Column::ParcelNumber, &["prc_num1", "地番1"]),
    (Column::ParcelBranch, &["prc_num2", "地番2"]),
    (Column::ParcelTwig, &["prc_num3", "地番3"]),
    (
        Column::Latitude,
        &["rep_lat", "代表点_緯度", "緯度", "latitude", "lat"],
    ),
    (
        Column::Longitude,
        &["rep_lon", "代表点_経度", "経度", "longitude", "lon", "lng"],
    ),
    (Column::System, &["rep_srid", "代表点_座標参照系"]),
    (Column::Abolished, &["ablt_date", "廃止日"]),
    (
        Column::Whole,
        &["住所", "所在地", "所在地_連結表記", "住所表記", "address"],
    ),
    (Column::Numbers, &["番地以下", "所在地_番地以下", "番地"]),
];

/// The columns by which a table and its table of positions name the same place.
const IDS: [Column; 6] = [
    Column::Code,
    Column::Town,
    Column::Block,
    Column::House,
    Column::HouseBranch,
    Column::Parcel,
];

/// Coordinate systems that are longitude and latitude of today: JGD2011, JGD2011 with heights, JGD2000 and WGS 84.
const SYSTEMS: [&str; 5] = ["", "6668", "6697", "4612", "4326"];

/// What files hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressFile {
    /// The municipalities, each once.
    pub municipalities: Vec<Municipality>,
    /// The addresses, each once.
    pub entries: Vec<Entry>,
    /// Rows of addresses that have no position.
    pub without_position: usize,
    /// Rows of addresses that are no more.
    pub abolished: usize,
}

/// A table as it is read.
struct Table<R> {
    name: String,
    rows: TextRows<R>,
    columns: BTreeMap<Column, usize>,
    count: usize,
}

impl<R: Read + Seek> Table<R> {
    fn open(name: &str, file: R) -> Result<Self, AddressError> {
        let bad = |error: SheetError| AddressError::File {
            file: name.to_owned(),
            cause: error.into(),
        };
        let mut rows = TextRows::new(file, name, LIMITS).map_err(bad)?;
        let first = rows.next_row().map_err(bad)?.unwrap_or_default();
        let mut columns = BTreeMap::new();
        for (at, cell) in first.cells.iter().enumerate() {
            let heading = fold_width(cell.trim()).to_lowercase();
            for (column, names) in HEADINGS {
                if names.contains(&heading.as_str()) {
                    columns.entry(*column).or_insert(at);
                }
            }
        }
        Ok(Self {
            name: name.to_owned(),
            rows,
            columns,
            count: first.cells.len(),
        })
    }

    fn has(&self, column: Column) -> bool {
        self.columns.contains_key(&column)
    }

    /// A table of the registry that says where things are and not what they are called.
    fn is_positions(&self) -> bool {
        self.has(Column::Town) && self.has(Column::Latitude) && !self.has(Column::Oaza)
    }

    fn is_addresses(&self) -> bool {
        let is_registry = self.has(Column::Town) && self.has(Column::Oaza);
        let is_other = self.has(Column::Latitude)
            && self.has(Column::Longitude)
            && (self.has(Column::Whole) || self.has(Column::Oaza));
        is_registry || is_other
    }

    fn bad(&self, cause: impl Into<FileProblem>) -> AddressError {
        AddressError::File {
            file: self.name.clone(),
            cause: cause.into(),
        }
    }

    fn next(&mut self) -> Result<Option<Line>, AddressError> {
        loop {
            let row = match self.rows.next_row() {
                Ok(row) => row,
                Err(error) => return Err(self.bad(error)),
            };
            let Some(row) = row else { return Ok(None) };
            if row.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if row.cells.len() > self.count {
                return Err(self.bad(FileProblem::Wider(row.line)));
            }
            return Ok(Some(Line {
                number: row.line,
                cells: row.cells,
            }));
        }
    }

    fn text<'l>(&self, line: &'l Line, column: Column) -> &'l str {
        self.columns
            .get(&column)
            .and_then(|at| line.cells.get(*at))
            .map_or("", |cell| cell.trim())
    }

    fn id(&self, line: &Line) -> String {
        IDS.map(|column| self.text(line, column)).join("/")
    }

    /// Where a row lies; none when it does not say.
    fn point(&self, line: &Line) -> Result<Option<Point>, AddressError> {
        let system = self.text(line, Column::System).to_ascii_uppercase();
        if !SYSTEMS.contains(&system.trim_start_matches("EPSG:")) {
            return Err(self.bad(FileProblem::System {
                line: line.number,
                system,
            }));
        }
        let (latitude, longitude) = (
            self.text(line, Column::Latitude),
            self.text(line, Column::Longitude),
        );
        if latitude.is_empty() || longitude.is_empty() {
            return Ok(None);
        }
        let number = |text: &str| fold_width(text).parse::<Decimal>().ok();
        number(latitude)
            .zip(number(longitude))
            .and_then(|(latitude, longitude)| Point::from_degrees(latitude, longitude).ok())
            .map(Some)
            .ok_or_else(|| {
                self.bad(FileProblem::Position {
                    line: line.number,
                    latitude: latitude.to_owned(),
                    longitude: longitude.to_owned(),
                })
            })
    }
}

struct Line {
    number: u32,
    cells: Vec<String>,
}

impl AddressFile {
    /// Reads files together, in any order: CSV or TSV in any Japanese charset.
    ///
    /// # Errors
    /// [`AddressError::File`] when a file is none of those that are known or a row of it makes no sense, with its line;
    /// [`AddressError::Empty`] when there is no address with a position.
    pub fn read<R: Read + Seek>(files: Vec<(String, R)>) -> Result<Self, AddressError> {
        let mut positions: HashMap<String, Point> = HashMap::new();
        let mut tables = Vec::new();
        for (name, file) in files {
            let mut table = Table::open(&name, file)?;
            if table.is_positions() {
                while let Some(line) = table.next()? {
                    if let Some(point) = table.point(&line)? {
                        positions.entry(table.id(&line)).or_insert(point);
                    }
                }
            } else if table.is_addresses() {
                tables.push(table);
            } else {
                return Err(AddressError::File {
                    file: name,
                    cause: FileProblem::Headings,
                });
            }
        }
        let mut found = Self::default();
        let mut known = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for table in &mut tables {
            found.take(table, &positions, &mut known, &mut seen)?;
        }
        found.municipalities = known.into_values().collect();
        if found.entries.is_empty() {
            return Err(AddressError::Empty);
        }
        Ok(found)
    }

    fn take<R: Read + Seek>(
        &mut self,
        table: &mut Table<R>,
        positions: &HashMap<String, Point>,
        known: &mut BTreeMap<String, Municipality>,
        seen: &mut BTreeSet<(String, Level, String)>,
    ) -> Result<(), AddressError> {
        while let Some(line) = table.next()? {
            if !table.text(&line, Column::Abolished).is_empty() {
                self.abolished += 1;
                continue;
            }
            let Some((municipality, level, label)) = named(table, &line) else {
                continue;
            };
            let own = if table.has(Column::Latitude) {
                table.point(&line)?
            } else {
                None
            };
            let Some(point) = own.or_else(|| positions.get(&table.id(&line)).copied()) else {
                self.without_position += 1;
                continue;
            };
            let code = municipality.code.clone();
            // What one table does not say of a municipality another may.
            let standing = known
                .entry(code.clone())
                .or_insert_with(|| municipality.clone());
            for (one, other) in [
                (&mut standing.county, municipality.county),
                (&mut standing.ward, municipality.ward),
                (&mut standing.city, municipality.city),
                (&mut standing.prefecture, municipality.prefecture),
            ] {
                if one.is_empty() {
                    *one = other;
                }
            }
            if seen.insert((code.clone(), level, key(&label))) {
                self.entries.push(Entry {
                    municipality: code,
                    level,
                    label,
                    point,
                });
            }
        }
        Ok(())
    }
}

/// Whose a row is, how exact, and how it is called; none when it names no town.
fn named<R: Read + Seek>(table: &Table<R>, line: &Line) -> Option<(Municipality, Level, String)> {
    let text = |column| table.text(line, column);
    let code = text(Column::Code);
    let mut municipality = Municipality {
        code: code.to_owned(),
        prefecture: text(Column::Prefecture).to_owned(),
        county: text(Column::County).to_owned(),
        city: text(Column::City).to_owned(),
        ward: text(Column::Ward).to_owned(),
    };
    if municipality.prefecture.is_empty()
        && let Ok(code) = MunicipalityCode::parse(code)
    {
        code.prefecture()
            .name()
            .clone_into(&mut municipality.prefecture);
    }
    if municipality.code.is_empty() {
        municipality.code = format!("{}{}", municipality.prefecture, municipality.city);
    }
    let whole = text(Column::Whole);
    if !table.has(Column::Oaza) || (text(Column::Oaza).is_empty() && !whole.is_empty()) {
        let mut label = whole;
        for part in [
            &municipality.prefecture,
            &municipality.county,
            &municipality.city,
            &municipality.ward,
        ] {
            label = label
                .strip_prefix(part.as_str())
                .unwrap_or(label)
                .trim_start();
        }
        return (!label.is_empty()).then(|| (municipality, level_of(label), label.to_owned()));
    }
    let town = [Column::Oaza, Column::Chome, Column::Koaza]
        .map(text)
        .concat();
    if town.is_empty() {
        return None;
    }
    let parcel = [
        Column::ParcelNumber,
        Column::ParcelBranch,
        Column::ParcelTwig,
    ];
    let house = [Column::HouseNumber, Column::HouseNumberBranch];
    let joined = |columns: &[Column]| {
        columns
            .iter()
            .map(|column| text(*column))
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-")
    };
    let (block, house, parcel, rest) = (
        text(Column::BlockNumber),
        joined(&house),
        joined(&parcel),
        text(Column::Numbers),
    );
    let (level, label) = if !house.is_empty() {
        (Level::House, format!("{town}{block}-{house}"))
    } else if !parcel.is_empty() {
        let is_branch = parcel.contains('-');
        (
            if is_branch {
                Level::House
            } else {
                Level::Block
            },
            if is_branch {
                format!("{town}{parcel}")
            } else {
                format!("{town}{parcel}番地")
            },
        )
    } else if !block.is_empty() {
        let mark = if block.ends_with(|sign: char| sign.is_ascii_digit()) {
            "番"
        } else {
            ""
        };
        (Level::Block, format!("{town}{block}{mark}"))
    } else if rest.is_empty() {
        (Level::Town, town)
    } else {
        let numbers = key(rest).split('-').count();
        (Level::of_numbers(numbers), format!("{town}{rest}"))
    };
    // A designated city has the same town in several wards.
    let label = if municipality.ward.is_empty() {
        label
    } else {
        format!("{}{label}", municipality.ward)
    };
    Some((municipality, level, label))
}

/// How exact an address in one line is: how many figures end it, without that of its 丁目.
fn level_of(label: &str) -> Level {
    let key = key(label);
    let figures = key
        .rsplit('-')
        .take_while(|part| part.chars().all(|sign| sign.is_ascii_digit()))
        .count();
    // The first of them stands behind the town's name.
    let first = key
        .rsplit('-')
        .nth(figures)
        .is_some_and(|part| part.ends_with(|sign: char| sign.is_ascii_digit()));
    let chome = usize::from(label.contains("丁目"));
    Level::of_numbers((figures + usize::from(first)).saturating_sub(chome))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const TOWN: &str = "lg_code,machiaza_id,machiaza_type,pref,county,city,ward,oaza_cho,chome,koaza,ablt_date\n\
        272051,0001001,2,大阪府,,吹田市,,泉町,一丁目,,\n\
        272051,0001002,2,大阪府,,吹田市,,泉町,二丁目,,2001-01-01\n\
        272051,0002000,1,大阪府,,吹田市,,山田,,,\n";
    const TOWN_POSITIONS: &str = "lg_code,machiaza_id,rsdt_addr_flg,rep_lon,rep_lat,rep_srid\n\
        272051,0001001,1,135.5168,34.7594,EPSG:6668\n";
    const HOUSES: &str = "lg_code,machiaza_id,blk_id,rsdt_id,rsdt2_id,city,ward,oaza_cho,chome,koaza,blk_num,rsdt_num,rsdt_num2,ablt_date\n\
        272051,0001001,003,040,,吹田市,,泉町,一丁目,,3,40,,\n\
        272051,0001001,003,041,001,吹田市,,泉町,一丁目,,3,41,1,\n";
    const HOUSE_POSITIONS: &str = "lg_code,machiaza_id,blk_id,rsdt_id,rsdt2_id,rep_lon,rep_lat\n\
        272051,0001001,003,040,,135.5169,34.7595\n\
        272051,0001001,003,041,001,135.5170,34.7596\n";

    fn read(files: &[(&str, &str)]) -> Result<AddressFile, AddressError> {
        AddressFile::read(
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), Cursor::new(text.as_bytes().to_vec())))
                .collect(),
        )
    }

    #[test]
    fn tables_of_the_registry_are_put_together_with_their_positions() {
        let file = read(&[
            ("mt_town_pos.csv", TOWN_POSITIONS),
            ("mt_rsdtdsp_rsdt.csv", HOUSES),
            ("mt_town.csv", TOWN),
            ("mt_rsdtdsp_rsdt_pos.csv", HOUSE_POSITIONS),
        ])
        .unwrap();
        let mut labels: Vec<(&str, Level)> = file
            .entries
            .iter()
            .map(|entry| (entry.label.as_str(), entry.level))
            .collect();
        labels.sort_unstable();
        assert_eq!(
            labels,
            [
                ("泉町一丁目", Level::Town),
                ("泉町一丁目3-40", Level::House),
                ("泉町一丁目3-41-1", Level::House),
            ]
        );
        assert_eq!((file.abolished, file.without_position), (1, 1));
        assert_eq!(file.municipalities.len(), 1);
        assert_eq!(file.municipalities[0].prefecture, "大阪府");
    }

    #[test]
    fn any_table_with_addresses_and_positions_is_taken() {
        for (text, expected) in [
            (
                "名称,所在地_連結表記,緯度,経度\n市民会館,泉町1丁目3番40号,34.7595,135.5169\n",
                vec![("泉町1丁目3番40号", Level::House)],
            ),
            (
                "都道府県名,市区町村名,住所,緯度,経度\n大阪府,吹田市,大阪府吹田市泉町1丁目3番,34.7595,135.5169\n",
                vec![("泉町1丁目3番", Level::Block)],
            ),
            (
                "都道府県名,市区町村名,大字・丁目名,小字・通称名,街区符号・地番,座標系番号,Ｘ座標,Ｙ座標,緯度,経度\n大阪府,吹田市,泉町一丁目,,3,6,1,1,34.7595,135.5169\n",
                vec![("泉町一丁目3番", Level::Block)],
            ),
            (
                "町字,番地以下,緯度,経度\n北町,,34.7595,135.5169\n北町,3-40,34.7595,135.5170\n",
                vec![("北町", Level::Town), ("北町3-40", Level::House)],
            ),
        ] {
            let file = read(&[("a.csv", text)]).unwrap();
            let found: Vec<(&str, Level)> = file
                .entries
                .iter()
                .map(|entry| (entry.label.as_str(), entry.level))
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_line() {
        for (text, part) in [
            ("a,b\n1,2\n", "first row"),
            ("住所,緯度,経度\n北町1,135.5,34.7\n", "line 2"),
            ("住所,緯度,経度\n北町1,34.7,135.5,x\n", "line 2"),
            ("住所,緯度,経度\n北町1,,\n", "no address with a position"),
            (
                "lg_code,machiaza_id,oaza_cho,rep_lat,rep_lon,rep_srid\n272051,1,北町,34.7,135.5,EPSG:4301\n",
                "EPSG:4301",
            ),
        ] {
            let error = read(&[("a.csv", text)]).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
