//! What is in a file of the catalogue, whatever it came as, and what it goes out as.

use std::collections::HashSet;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value as Json, json};
use yakuba_sheets::{
    Cell, CsvCharset, CsvOptions, Limits, SheetError, Table, WriteError, unguard, write_csv,
    write_csv_rows, write_xlsx,
};

use yakuba_ui::Column;

use super::{
    check::{Against, Report, check, check_shapes},
    kind::{Kind, Standing},
    reading::TableFile,
    repair::{Mended, repair},
    shapefile::{self, ShapefileError},
    standard::header_key,
};

/// A table, with the shapes of its rows when it came as GeoJSON or as a Shapefile.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content {
    /// The headers.
    pub header: Vec<String>,
    /// The rows, each as wide as the header.
    pub rows: Vec<Vec<String>>,
    /// A GeoJSON geometry for each row; empty when the file had none.
    pub shapes: Vec<Json>,
}

/// The forms in which a table goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// CSV as the standard wants it.
    Csv,
    /// Excel.
    Xlsx,
    /// An array of objects.
    Json,
    /// A collection of features, when rows have places.
    GeoJson,
    /// Parquet, with types.
    Parquet,
}

/// No longer table goes out as Excel: such a file is made in memory, and Excel itself takes hardly more.
pub const MOST_XLSX_ROWS: i64 = 100_000;

impl Form {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Csv,
        Self::Xlsx,
        Self::Json,
        Self::GeoJson,
        Self::Parquet,
    ];

    /// The end of a file's name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::GeoJson => "geojson",
            Self::Parquet => "parquet",
        }
    }

    /// The form with an ending.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.ending() == ending)
    }

    /// Its name for readers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xlsx => "XLSX",
            Self::Json => "JSON",
            Self::GeoJson => "GeoJSON",
            Self::Parquet => "Parquet",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// Why an uploaded file cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// It is no sheet.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// It holds several tables.
    #[error("{0} sheets hold data. Save each as a file of its own and add them one by one")]
    SeveralSheets(usize),
    /// It is no Shapefile that can be read.
    #[error(transparent)]
    Shapefile(#[from] ShapefileError),
    /// A row has more cells than there are headers.
    #[error("line {0} has more cells than the header. Give every column a name, or mend the line")]
    WiderThanHeader(u32),
    /// It is no GeoJSON.
    #[error("the file is not GeoJSON: {0}. Save it as a FeatureCollection (RFC 7946) in UTF-8")]
    GeoJson(String),
    /// A feature of a GeoJSON file has a shape that cannot be read: the number of the feature, and why.
    #[error(
        "feature {0} cannot be read: {1}. Make it a point, a line, an area or a collection of one of them, longitude and latitude in this order"
    )]
    Shape(usize, &'static str),
}

/// An uploaded file, looked over.
#[derive(Debug, Clone, PartialEq)]
pub struct LookedOver {
    /// The content as it came.
    pub content: Content,
    /// What was found in it.
    pub report: Report,
    /// The content mended, with the changes; none for what has shapes.
    pub mended: Option<Mended>,
}

impl LookedOver {
    /// The content to be kept: mended or as it came.
    pub fn content(&self, is_mended: bool) -> Content {
        match &self.mended {
            Some(mended) if is_mended => Content {
                header: mended.header.clone(),
                rows: mended.rows.clone(),
                shapes: Vec::new(),
            },
            _ => self.content.clone(),
        }
    }
}

/// What is wrong with a file, whether a table or shapes. That it holds several tables is a finding here.
///
/// # Errors
/// [`ContentError`].
pub fn report_of(
    bytes: &[u8],
    file_name: &str,
    against: Against,
    limits: &Limits,
) -> Result<Report, ContentError> {
    match look_over(bytes, file_name, against, limits) {
        Ok(looked) => Ok(looked.report),
        Err(ContentError::SeveralSheets(_)) => {
            let file = TableFile::read(bytes, file_name, limits)?;
            Ok(check(&file, file_name, against))
        }
        Err(error) => Err(error),
    }
}

/// Reads an uploaded file and looks it over.
///
/// # Errors
/// [`ContentError`].
pub fn look_over(
    bytes: &[u8],
    file_name: &str,
    against: Against,
    limits: &Limits,
) -> Result<LookedOver, ContentError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_json = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let with_shapes = if is_json {
        Some(Content::of_geojson(text, limits)?)
    } else if shapefile::is_one(bytes) {
        Some(shapefile::read(bytes, limits)?)
    } else {
        None
    };
    if let Some(content) = with_shapes {
        return Ok(LookedOver {
            report: content.report(file_name, against, limits)?,
            content,
            mended: None,
        });
    }
    let file = TableFile::read(bytes, file_name, limits)?;
    if file.further_sheets > 0 {
        return Err(ContentError::SeveralSheets(file.further_sheets + 1));
    }
    let report = check(&file, file_name, against);
    let mended = repair(&file, file_name, against);
    Ok(LookedOver {
        content: Content::of_file(&file),
        report,
        mended: Some(mended),
    })
}

impl Content {
    /// What is wrong with it as it is kept. The properties of shapes are held to the same rules as cells; nothing of what has shapes
    /// is mended by itself.
    ///
    /// # Errors
    /// [`ContentError`]: a table that is larger than `limits` allow.
    pub fn report(
        &self,
        file_name: &str,
        against: Against,
        limits: &Limits,
    ) -> Result<Report, ContentError> {
        let file = TableFile::read(&self.to_csv(), file_name, limits)?;
        let mut report = check(&file, file_name, against);
        if !self.shapes.is_empty() {
            check_shapes(&self.shapes, &mut report);
            report.mends_nothing();
        }
        Ok(report)
    }

    /// The table of a file, its cells as they stand, without the apostrophes that our own CSV puts before formulas.
    pub fn of_file(file: &TableFile) -> Self {
        let width = file
            .rows
            .iter()
            .map(|row| row.cells.len())
            .max()
            .unwrap_or(0)
            .max(file.header.len());
        let widened = |cells: &[String]| {
            let mut cells: Vec<String> =
                cells.iter().map(|cell| unguard(cell).to_owned()).collect();
            cells.resize(width, String::new());
            cells
        };
        Self {
            header: widened(&file.header),
            rows: file.rows.iter().map(|row| widened(&row.cells)).collect(),
            shapes: Vec::new(),
        }
    }

    /// The features of a GeoJSON file as rows: a column for each property, in the order in which they first occur, and
    /// 緯度 and 経度 for points that have none.
    pub(crate) fn of_geojson(bytes: &[u8], limits: &Limits) -> Result<Self, ContentError> {
        let wrong = |cause: &str| ContentError::GeoJson(cause.to_owned());
        if bytes.len() as u64 > limits.file_bytes {
            return Err(SheetError::FileTooLarge {
                bytes: bytes.len() as u64,
                limit: limits.file_bytes,
            }
            .into());
        }
        let whole: Json = serde_json::from_slice(bytes)
            .map_err(|error| ContentError::GeoJson(error.to_string()))?;
        let features = match whole["type"].as_str() {
            Some("FeatureCollection") => whole["features"]
                .as_array()
                .ok_or_else(|| wrong("no features"))?,
            _ => return Err(wrong("no FeatureCollection")),
        };
        if features.len() > limits.rows {
            return Err(SheetError::TooManyRows {
                sheet: None,
                limit: limits.rows,
            }
            .into());
        }
        let mut content = Self::default();
        let mut objects: Vec<&Map<String, Json>> = Vec::with_capacity(features.len());
        let empty = Map::new();
        let ordered = property_names(bytes);
        let mut places: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
        for (at, feature) in features.iter().enumerate() {
            let properties = feature["properties"].as_object().unwrap_or(&empty);
            let first = if at == 0 { ordered.as_slice() } else { &[] };
            for name in first.iter().chain(properties.keys()) {
                if !places.contains_key(name.as_str()) {
                    places.insert(name, content.header.len());
                    content.header.push(name.clone());
                    if content.header.len() > limits.columns {
                        return Err(SheetError::TooManyColumns {
                            sheet: None,
                            row: 1,
                            columns: content.header.len(),
                            limit: limits.columns,
                        }
                        .into());
                    }
                }
            }
            objects.push(properties);
            content.shapes.push(
                shape(&feature["geometry"]).map_err(|cause| ContentError::Shape(at + 1, cause))?,
            );
        }
        if content.header.len().saturating_mul(features.len()) > limits.cells {
            return Err(SheetError::TooManyCells {
                limit: limits.cells,
            }
            .into());
        }
        for properties in objects {
            let mut row = vec![String::new(); content.header.len()];
            for (name, value) in properties {
                let cell = match value {
                    Json::Null => String::new(),
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
                if cell.len() > limits.cell_bytes {
                    return Err(wrong("a property is too long"));
                }
                if let Some(place) = places.get(name.as_str()) {
                    row[*place] = cell;
                }
            }
            content.rows.push(row);
        }
        content.add_places();
        Ok(content)
    }

    /// Adds 緯度 and 経度 for shapes that are points when no columns tell them.
    pub(super) fn add_places(&mut self) {
        let is_of_points = self.shapes.iter().any(|shape| shape["type"] == "Point");
        if is_of_points && self.places().is_none() {
            self.header.extend(["緯度".to_owned(), "経度".to_owned()]);
            for (row, shape) in self.rows.iter_mut().zip(&self.shapes) {
                let at = |place: usize| match &shape["coordinates"][place] {
                    Json::Number(number) if shape["type"] == "Point" => number.to_string(),
                    _ => String::new(),
                };
                row.extend([at(1), at(0)]);
            }
        }
    }

    /// The columns as a page shows them: short values stay on one line, long texts are broken.
    pub(crate) fn columns_shown(&self) -> Vec<Column> {
        columns_shown(&self.header, &self.rows)
    }

    /// The columns of latitude and longitude.
    fn places(&self) -> Option<(usize, usize)> {
        places(&self.header)
    }

    /// Whether it can go out as GeoJSON: something in it has a place.
    pub fn has_places(&self) -> bool {
        self.shapes.iter().any(|shape| !shape.is_null())
            || (self.shapes.is_empty() && has_places(self.places(), &self.rows))
    }

    fn table(&self, name: &str) -> Table {
        Table {
            name: name.to_owned(),
            header: self.header.clone(),
            rows: self
                .rows
                .iter()
                .map(|row| row.iter().cloned().map(Cell::Verbatim).collect())
                .collect(),
        }
    }

    /// As CSV: UTF-8 with a byte order mark, CR LF, formulas made harmless.
    pub fn to_csv(&self) -> Vec<u8> {
        let options = CsvOptions {
            charset: CsvCharset::Utf8Bom,
        };
        write_csv(&self.table(""), options).bytes
    }

    /// As an Excel file, every cell a text: codes keep their zeros.
    ///
    /// # Errors
    /// More rows or columns than Excel has.
    pub fn to_xlsx(&self, name: &str) -> Result<Vec<u8>, WriteError> {
        write_xlsx(&self.table(name))
    }

    /// A name for each column that nothing else has: see [`names_of`].
    pub fn names(&self) -> Vec<String> {
        names_of(&self.header)
    }

    /// A row as an object by the names of [`Content::names`].
    pub fn object(names: &[String], row: &[String]) -> Map<String, Json> {
        names
            .iter()
            .zip(row)
            .map(|(name, cell)| (name.clone(), Json::String(cell.clone())))
            .collect()
    }

    /// As an array of objects.
    pub fn to_json(&self) -> Vec<u8> {
        self.whole(Form::Json)
    }

    /// As GeoJSON; none when no column tells a place. Rows without a readable place have no geometry.
    pub fn to_geojson(&self) -> Option<Vec<u8>> {
        self.has_places().then(|| self.whole(Form::GeoJson))
    }

    fn whole(&self, form: Form) -> Vec<u8> {
        let mut pieces = Pieces::new(form, &self.header);
        let mut bytes = pieces.begin();
        bytes.extend(pieces.rows(&self.rows, &self.shapes));
        bytes.extend(pieces.end());
        bytes
    }

    /// The rows with a readable place: a GeoJSON geometry each, and the row as an object.
    pub fn places_of_rows(&self) -> Vec<(Json, Map<String, Json>)> {
        let places = self.places();
        let names = self.names();
        self.rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| {
                let geometry = geometry(places, row, self.shapes.get(at));
                (!geometry.is_null()).then(|| (geometry, Self::object(&names, row)))
            })
            .collect()
    }

    /// The hash of everything in it, in hexadecimal.
    pub fn hash(&self) -> String {
        let mut hash = ContentHash::begin(&self.header);
        hash.rows(&self.rows);
        hash.end(&self.shapes)
    }

    /// Reads contents as they were kept before tables were kept in pieces: an object of header, rows and shapes.
    ///
    /// # Errors
    /// When it is something else.
    pub fn read(kept: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct Kept {
            header: Vec<String>,
            rows: Vec<Vec<String>>,
            shapes: Vec<Json>,
        }
        let Kept {
            header,
            rows,
            shapes,
        } = serde_json::from_slice(kept)?;
        Ok(Self {
            header,
            rows,
            shapes,
        })
    }
}

/// The columns of a table as a page shows them, by its first rows.
pub(crate) fn columns_shown(header: &[String], rows: &[Vec<String>]) -> Vec<Column> {
    const SHORT: usize = 20;
    header
        .iter()
        .enumerate()
        .map(|(at, header)| {
            let is_short = rows
                .iter()
                .take(100)
                .filter_map(|row| row.get(at))
                .all(|cell| cell.chars().count() <= SHORT);
            let column = Column::text(header);
            if is_short { column.no_wrap() } else { column }
        })
        .collect()
}

/// A name for each column that nothing else has: the header; where a header stands twice or is missing, `#` and the column's number.
pub fn names_of(header: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (at, header) in header.iter().enumerate() {
        let name = if header.is_empty() || names.contains(header) {
            format!("#{}", at + 1)
        } else {
            header.clone()
        };
        names.push(name);
    }
    names
}

/// The geometry of a row: its shape, or the point that its columns tell; null when there is neither.
pub(crate) fn geometry(
    places: Option<(usize, usize)>,
    row: &[String],
    shape: Option<&Json>,
) -> Json {
    match (shape, places) {
        (Some(shape), _) => shape.clone(),
        (None, Some((latitude, longitude))) => point(row, latitude, longitude),
        (None, None) => Json::Null,
    }
}

/// The columns of latitude and longitude.
pub(crate) fn places(header: &[String]) -> Option<(usize, usize)> {
    let of = |kind: &Kind| {
        header
            .iter()
            .position(|header| Kind::of_standard(&header_key(header), "") == *kind)
    };
    Some((of(&Kind::Latitude)?, of(&Kind::Longitude)?))
}

/// Whether one of the rows tells a place in the columns of latitude and longitude.
pub(crate) fn has_places(places: Option<(usize, usize)>, rows: &[Vec<String>]) -> bool {
    places.is_some_and(|(latitude, longitude)| {
        rows.iter()
            .any(|row| !point(row, latitude, longitude).is_null())
    })
}

/// The names of the properties of a GeoJSON file in the order in which they first stand there, which a map of them does not keep. None
/// of a file that is none: what is wrong with it is told by whoever reads it.
fn property_names(bytes: &[u8]) -> Vec<String> {
    serde_json::from_slice::<NamesOfFile>(bytes)
        .map(|file| file.features.0)
        .unwrap_or_default()
}

#[derive(Deserialize)]
struct NamesOfFile {
    features: Names,
}

#[derive(Deserialize)]
struct NamesOfFeature {
    #[serde(default)]
    properties: Option<Keys>,
}

/// The names of all features.
struct Names(Vec<String>);

/// The names of one feature.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Names;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("features")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<Names, A::Error> {
                let (mut names, mut known) = (Vec::new(), HashSet::new());
                while let Some(feature) = features.next_element::<NamesOfFeature>()? {
                    for name in feature.properties.map_or_else(Vec::new, |keys| keys.0) {
                        if known.insert(name.clone()) {
                            names.push(name);
                        }
                    }
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_seq(All)
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Keys;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("properties")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Keys, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) =
                    properties.next_entry::<String, IgnoredAny>()?
                {
                    names.push(name);
                }
                Ok(Keys(names))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// A table written in a form piece by piece, so that a long one is never held as a whole. Excel's form cannot be; [`super::parquet`] is written by itself.
#[derive(Debug, Clone)]
pub struct Pieces {
    form: Form,
    header: Vec<String>,
    names: Vec<String>,
    places: Option<(usize, usize)>,
    has_rows: bool,
}

impl Pieces {
    /// A table with these headers.
    pub fn new(form: Form, header: &[String]) -> Self {
        Self {
            form,
            header: header.to_vec(),
            names: names_of(header),
            places: places(header),
            has_rows: false,
        }
    }

    /// What comes before the rows.
    pub fn begin(&self) -> Vec<u8> {
        match self.form {
            Form::Csv => csv_rows(Some(&self.header), &[]),
            Form::Json => b"[".to_vec(),
            Form::GeoJson => b"{\"features\":[".to_vec(),
            Form::Xlsx | Form::Parquet => Vec::new(),
        }
    }

    /// Some rows, with a geometry for each when the table has shapes.
    pub fn rows(&mut self, rows: &[Vec<String>], shapes: &[Json]) -> Vec<u8> {
        if self.form == Form::Csv {
            return csv_rows(None, rows);
        }
        let mut text = String::new();
        for (at, row) in rows.iter().enumerate() {
            let object = Content::object(&self.names, row);
            let one = match self.form {
                Form::GeoJson => {
                    let geometry = geometry(self.places, row, shapes.get(at));
                    json!({"type": "Feature", "geometry": geometry, "properties": object})
                }
                _ => Json::Object(object),
            };
            if self.has_rows {
                text.push(',');
            }
            self.has_rows = true;
            text.push_str(&one.to_string());
        }
        text.into_bytes()
    }

    /// What comes after the rows.
    pub fn end(&self) -> Vec<u8> {
        match self.form {
            Form::Json => b"]".to_vec(),
            Form::GeoJson => b"],\"type\":\"FeatureCollection\"}".to_vec(),
            Form::Csv | Form::Xlsx | Form::Parquet => Vec::new(),
        }
    }
}

/// Rows as CSV, below their header or without one: UTF-8, with a byte order mark before the header.
pub fn csv_rows(header: Option<&[String]>, rows: &[Vec<String>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(header) = header {
        let table = Table {
            header: header.to_vec(),
            ..Table::default()
        };
        let options = CsvOptions {
            charset: CsvCharset::Utf8Bom,
        };
        bytes = write_csv(&table, options).bytes;
    }
    write_csv_rows(&mut bytes, rows);
    bytes
}

/// The hash of a table, taken while its rows go by: that of the JSON text of header, rows and shapes.
#[derive(Debug, Clone, Default)]
pub struct ContentHash {
    hasher: blake3::Hasher,
    has_rows: bool,
}

impl ContentHash {
    /// Begins with the headers.
    pub fn begin(header: &[String]) -> Self {
        let mut hash = Self::default();
        hash.hasher.update(b"{\"header\":");
        hash.json(header);
        hash.hasher.update(b",\"rows\":[");
        hash
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        // Texts and JSON are always JSON.
        self.hasher
            .update(&serde_json::to_vec(value).unwrap_or_default());
    }

    /// Goes on with rows.
    pub fn rows(&mut self, rows: &[Vec<String>]) {
        for row in rows {
            if self.has_rows {
                self.hasher.update(b",");
            }
            self.has_rows = true;
            self.json(row);
        }
    }

    /// Ends with the shapes, and tells the hash in hexadecimal.
    pub fn end(mut self, shapes: &[Json]) -> String {
        self.hasher.update(b"],\"shapes\":");
        self.json(shapes);
        self.hasher.update(b"}");
        self.hasher.finalize().to_hex().to_string()
    }
}

fn point(row: &[String], latitude: usize, longitude: usize) -> Json {
    let degrees = |kind: Kind, at: usize| -> Option<f64> {
        match kind.judge(row.get(at)?) {
            Standing::Good => row.get(at)?.parse().ok(),
            Standing::Mendable(right) => right.parse().ok(),
            Standing::Bad => None,
        }
    };
    match (
        degrees(Kind::Latitude, latitude),
        degrees(Kind::Longitude, longitude),
    ) {
        (Some(north), Some(east)) => json!({"type": "Point", "coordinates": [east, north]}),
        _ => Json::Null,
    }
}

/// The most points of one shape.
const MOST_POINTS: usize = 200_000;

/// A geometry of RFC 7946 whose coordinates are finite numbers on the earth, without anything else in it.
fn shape(geometry: &Json) -> Result<Json, &'static str> {
    if geometry.is_null() {
        return Ok(Json::Null);
    }
    let depth = match geometry["type"].as_str() {
        Some("Point") => 0,
        Some("MultiPoint" | "LineString") => 1,
        Some("MultiLineString" | "Polygon") => 2,
        Some("MultiPolygon") => 3,
        _ => return Err("a geometry of an unknown type"),
    };
    let mut points = 0;
    let coordinates = &geometry["coordinates"];
    positions(coordinates, depth, &mut points)?;
    Ok(json!({"type": geometry["type"], "coordinates": coordinates}))
}

fn positions(part: &Json, depth: u8, points: &mut usize) -> Result<(), &'static str> {
    let parts = part.as_array().ok_or("coordinates that are no list")?;
    if depth > 0 {
        return parts
            .iter()
            .try_for_each(|part| positions(part, depth - 1, points));
    }
    *points += 1;
    if *points > MOST_POINTS {
        return Err("a shape with too many points");
    }
    let numbers: Option<Vec<f64>> = parts.iter().map(Json::as_f64).collect();
    match numbers.as_deref() {
        Some([east, north] | [east, north, _]) if east.abs() <= 180.0 && north.abs() <= 90.0 => {
            Ok(())
        }
        _ => Err("coordinates that are not longitude and latitude in degrees"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn looked_over(bytes: &[u8], name: &str) -> Result<LookedOver, ContentError> {
        look_over(bytes, name, Against::default(), &Limits::default())
    }

    #[test]
    fn features_become_rows_and_features_again() {
        let geojson = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"Point","coordinates":[139.7,38.9]},"properties":{"名称":"公園","数":3}},
            {"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[139,38],[140,38],[140,39],[139,38]]],"evil":"<script>"},"properties":{"備考":"=1+1"}}]}"#;
        let found = looked_over(geojson.as_bytes(), "a.geojson").unwrap();
        assert_eq!(found.content.header, ["名称", "数", "備考", "緯度", "経度"]);
        assert_eq!(found.content.rows[0], ["公園", "3", "", "38.9", "139.7"]);
        let crosses = geojson.replace(
            "[[[139,38],[140,38],[140,39],[139,38]]]",
            "[[[139,38],[140,39],[140,38],[139,39],[139,38]]]",
        );
        let report = looked_over(crosses.as_bytes(), "a.geojson").unwrap().report;
        let finding = report
            .findings
            .iter()
            .find(|found| found.rule.id() == "crosses")
            .unwrap();
        // In the middle of the bow tie; the header is the first row.
        assert_eq!(
            (finding.row, finding.value.as_str()),
            (Some(3), "38.500000, 139.500000")
        );
        assert!(!report.is_valid());
        let is_shape = |id: &str| matches!(id, "crosses" | "shape");
        assert!(
            !found
                .report
                .findings
                .iter()
                .any(|found| is_shape(found.rule.id()))
        );
        let out = String::from_utf8(found.content.to_geojson().unwrap()).unwrap();
        assert!(out.contains("Polygon") && !out.contains("evil"), "{out}");
        assert!(
            String::from_utf8(found.content.to_csv())
                .unwrap()
                .contains("'=1+1")
        );
        let kept = json!({"header": found.content.header, "rows": found.content.rows, "shapes": found.content.shapes});
        assert_eq!(
            Content::read(kept.to_string().as_bytes()).unwrap(),
            found.content
        );
        // Contents from before tables were kept in pieces have the same hash.
        assert_eq!(
            found.content.hash(),
            blake3::hash(kept.to_string().as_bytes()).to_hex().as_str()
        );
    }

    #[test]
    fn properties_stay_in_the_order_of_the_file() {
        let geojson = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":null,"properties":null},
            {"type":"Feature","geometry":{"type":"Point","coordinates":[139.7,38.9]},"properties":{"学区":"中央","児童数":320,"区分":"小学校"}},
            {"type":"Feature","properties":{"備考":{"z":1,"a":[2]},"学区":"東"},"geometry":{"type":"Point","coordinates":[139.8,38.9]}}]}"#;
        let found = looked_over(geojson.as_bytes(), "a.geojson").unwrap();
        assert_eq!(
            found.content.header,
            ["学区", "児童数", "区分", "備考", "緯度", "経度"]
        );
        assert_eq!(found.content.rows[1][..3], ["中央", "320", "小学校"]);
        assert_eq!(found.content.rows[2][0], "東");
    }

    #[test]
    fn nothing_of_what_has_shapes_is_said_to_be_mended() {
        let geojson = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","geometry":{"type":"Point","coordinates":[139.7,38.9]},"properties":{"名称":"会　館","電話番号":"０３"}}]}"#;
        let found = looked_over(geojson.as_bytes(), "a.geojson").unwrap();
        let report = found.report;
        assert!(found.mended.is_none() && !report.findings.is_empty());
        assert_eq!((report.mendable, report.by_hand), (0, report.must));
        assert!(report.findings.iter().all(|one| one.mended.is_none()));
        assert_eq!(report.should() + report.must, report.findings.len());
    }

    #[test]
    fn hostile_shapes_are_refused() {
        for bad in [
            r#"{"type":"Point","coordinates":[1,2]}"#,
            r#"{"type":"FeatureCollection"}"#,
            r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":[200,2]}}]}"#,
            r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":"x"}}]}"#,
            r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"GeometryCollection"}}]}"#,
            "{",
        ] {
            assert!(
                matches!(
                    looked_over(bad.as_bytes(), "a"),
                    Err(ContentError::GeoJson(_) | ContentError::Shape(1, _))
                ),
                "{bad}"
            );
        }
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(looked_over(deep.as_bytes(), "a").is_err());
    }

    #[test]
    fn rows_with_places_are_points() {
        let found = looked_over(
            "名称,緯度,経度\n公園,38.9,139.7\n山,,\n川,x,y\n".as_bytes(),
            "a.csv",
        )
        .unwrap();
        let out: Json = serde_json::from_slice(&found.content.to_geojson().unwrap()).unwrap();
        assert_eq!(
            out["features"][0]["geometry"]["coordinates"],
            json!([139.7, 38.9])
        );
        assert_eq!(out["features"][1]["geometry"], Json::Null);
        assert_eq!(out["features"][2]["geometry"], Json::Null);
        // Headers alone are no places.
        for text in ["名称\n公園\n", "名称,緯度,経度\n公園,,\n川,x,y\n"] {
            let none = looked_over(text.as_bytes(), "a.csv").unwrap();
            assert!(!none.content.has_places());
            assert_eq!(none.content.to_geojson(), None);
        }
    }

    proptest! {
        #[test]
        fn every_table_goes_out_in_every_form(
            header in prop::collection::vec("\\PC{0,6}", 1..5),
            rows in prop::collection::vec(prop::collection::vec("\\PC{0,8}", 5), 0..5),
        ) {
            let width = header.len();
            let content = Content {
                rows: rows.into_iter().map(|mut row| { row.truncate(width); row }).collect(),
                header,
                shapes: Vec::new(),
            };
            let json: Json = serde_json::from_slice(&content.to_json()).unwrap();
            let objects = json.as_array().unwrap();
            prop_assert_eq!(objects.len(), content.rows.len());
            // No cell is lost under a name that stands twice.
            prop_assert!(objects.iter().all(|object| object.as_object().unwrap().len() == width));
            let mut csv = csv_rows(Some(&content.header), &[]);
            csv.extend(csv_rows(None, &content.rows));
            prop_assert_eq!(csv, content.to_csv());
        }
    }
}
