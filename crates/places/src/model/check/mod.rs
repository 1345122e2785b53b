//! Looking a file over against the national datasets and the rules of machine readability.

mod header;
mod rows;

use serde::Serialize;
use serde_json::Value as Json;
use yakuba_sheets::{Charset, Format};

use self::{
    header::check_header,
    rows::{check_rows, is_of_numbers},
};
pub(crate) use self::{header::rule_of, rows::Together};

use super::{
    finding::{Finding, Rule, Severity, shortened},
    kind::Kind,
    map::shape::{Patience, ShapeError, read_within},
    reading::TableFile,
    standard::{Dataset, LookedAt, Need, READABILITY_RULES, Recognised, header_key, recognise},
};

/// A rectangle of the earth in decimal degrees, edges included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The southern edge.
    pub south: f64,
    /// The western edge.
    pub west: f64,
    /// The northern edge.
    pub north: f64,
    /// The eastern edge.
    pub east: f64,
}

impl Area {
    /// All of Japan with its sea, roughly.
    pub const JAPAN: Self = Self {
        south: 20.0,
        west: 122.0,
        north: 46.0,
        east: 154.0,
    };

    /// Whether a place lies in it.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        (self.south..=self.north).contains(&latitude)
            && (self.west..=self.east).contains(&longitude)
    }
}

impl std::str::FromStr for Area {
    type Err = String;

    /// Reads `SOUTH,WEST,NORTH,EAST`.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<f64>> = text
            .split(',')
            .map(|part| {
                part.trim()
                    .parse()
                    .ok()
                    .filter(|number: &f64| number.is_finite())
            })
            .collect();
        match numbers.as_deref() {
            Some(&[south, west, north, east]) if south < north && west < east => Ok(Self {
                south,
                west,
                north,
                east,
            }),
            _ => Err(
                "write four numbers as SOUTH,WEST,NORTH,EAST, such as 34.73,135.47,34.84,135.56"
                    .to_owned(),
            ),
        }
    }
}

/// What is known beside the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Against {
    /// The dataset it is meant to be; none: it is recognised by its headers.
    pub dataset: Option<&'static Dataset>,
    /// Where its places should lie; none: in Japan.
    pub area: Option<Area>,
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The dataset it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<Compared>,
    /// How many rows of data it has.
    pub rows: usize,
    /// How many columns it has.
    pub columns: usize,
    /// What was found, at most [`MOST_FINDINGS`] things, in the order of the file.
    pub findings: Vec<Finding>,
    /// How many findings are not told for their number.
    pub left_out: usize,
    /// How many findings must be mended, told or not.
    pub must: usize,
    /// How many findings the mender would mend, told or not.
    pub mendable: usize,
    /// How many of those that must be mended the mender would leave to people, told or not.
    pub by_hand: usize,
}

/// The dataset of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Its key, such as `aed` or `legacy:aed`.
    pub key: String,
    /// Its name.
    pub name: &'static str,
    /// Its family.
    pub generation: &'static str,
    /// Whether its columns are verified.
    pub is_verified: bool,
}

/// The most findings a report tells.
pub const MOST_FINDINGS: usize = 1_000;

impl Report {
    fn add(&mut self, finding: Finding) {
        if finding.severity == Severity::Must {
            self.must += 1;
        }
        if finding.mended.is_some() {
            self.mendable += 1;
        } else if finding.severity == Severity::Must {
            self.by_hand += 1;
        }
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Leaves all mending to people.
    pub(crate) fn mends_nothing(&mut self) {
        for finding in &mut self.findings {
            finding.mended = None;
        }
        self.mendable = 0;
        self.by_hand = self.must;
    }

    /// How many findings somebody should look at, told or not.
    pub fn should(&self) -> usize {
        (self.findings.len() + self.left_out).saturating_sub(self.must)
    }

    /// Whether nothing must be mended.
    pub fn is_valid(&self) -> bool {
        self.must == 0
    }

    /// The rules of machine readability that a file alone does not show, or that are not looked at.
    pub fn not_looked_at() -> impl Iterator<Item = &'static str> {
        READABILITY_RULES
            .iter()
            .filter(|rule| rule.looked_at == LookedAt::No)
            .map(|rule| rule.id)
    }
}

/// A file's column and what the standard says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matched {
    /// What its values are, if something is known.
    pub(crate) kind: Kind,
    /// How much it is wanted.
    pub(crate) need: Need,
    /// Its place in the dataset.
    pub(crate) place: Option<usize>,
    /// The header as the dataset writes it.
    pub(crate) name: Option<&'static str>,
}

/// The columns of a file, matched with a dataset. A header that stands twice is matched once.
pub(crate) fn matched(file: &TableFile, dataset: Option<&'static Dataset>) -> Vec<Matched> {
    let mut taken = Vec::new();
    file.header
        .iter()
        .enumerate()
        .map(|(at, header)| {
            let place = dataset
                .and_then(|dataset| dataset.place_of(header))
                .filter(|place| !taken.contains(place));
            taken.extend(place);
            match place.and_then(|place| Some((place, dataset?.columns.get(place)?))) {
                Some((place, column)) => Matched {
                    kind: column.kind.clone(),
                    need: column.need,
                    place: Some(place),
                    name: Some(column.name),
                },
                None => Matched {
                    kind: match Kind::of_standard(&header_key(header), "") {
                        Kind::Text if is_of_numbers(file, at) => Kind::Number,
                        kind => kind,
                    },
                    need: Need::Free,
                    place: None,
                    name: None,
                },
            }
        })
        .collect()
}

/// The dataset to compare with: the one asked for, or the one the headers tell.
pub fn dataset_of(file: &TableFile, file_name: &str, against: Against) -> Recognised {
    match against.dataset {
        Some(dataset) => Recognised::As(dataset),
        None => recognise(&file.header, file_name),
    }
}

/// Looks a file over.
pub fn check(file: &TableFile, file_name: &str, against: Against) -> Report {
    let recognised = dataset_of(file, file_name, against);
    let dataset = match &recognised {
        Recognised::As(dataset) => Some(*dataset),
        _ => None,
    };
    let mut report = Report {
        dataset: dataset.map(|dataset| Compared {
            key: dataset.key(),
            name: dataset.name,
            generation: dataset.generation.name(),
            is_verified: dataset.is_verified,
        }),
        rows: file.rows.len(),
        columns: file.header.len(),
        findings: Vec::new(),
        left_out: 0,
        must: 0,
        mendable: 0,
        by_hand: 0,
    };
    let columns = matched(file, dataset);
    check_file(file, &mut report);
    if let Recognised::OneOf(several) = &recognised {
        let names: Vec<String> = several.iter().map(|dataset| dataset.key()).collect();
        report.add(whole(Severity::Should, Rule::Ambiguous, &names.join(", ")));
    }
    check_header(file, dataset, &columns, &mut report);
    check_rows(
        file,
        &columns,
        against.area.unwrap_or(Area::JAPAN),
        &mut report,
    );
    report
}

/// Adds what is wrong with the shapes of rows. The row is that of the table below its header, as everywhere.
pub(crate) fn check_shapes(shapes: &[Json], report: &mut Report) {
    let mut patience = Patience::OF_FILE;
    for (at, shape) in shapes.iter().enumerate() {
        // A row without a shape is none that is wrong.
        if shape.is_null() {
            continue;
        }
        let Err(wrong) = read_within(shape, &mut patience) else {
            continue;
        };
        let (severity, rule, value) = match wrong {
            ShapeError::Crosses(at) => (Severity::Must, Rule::Crosses, at),
            ShapeError::Outside => (Severity::Should, Rule::Area, first_place(shape)),
            ShapeError::TooLarge => (Severity::Should, Rule::Shape, String::new()),
            ShapeError::Kind
            | ShapeError::Position
            | ShapeError::TooFew
            | ShapeError::Invalid(_) => (Severity::Must, Rule::Shape, String::new()),
        };
        report.add(Finding {
            severity,
            rule,
            row: u32::try_from(at + 2).ok(),
            column: None,
            value,
            first: None,
            mended: None,
        });
    }
}

/// The first position of a shape, latitude first.
fn first_place(shape: &Json) -> String {
    let mut part = &shape["coordinates"];
    while part[0].is_array() {
        part = &part[0];
    }
    format!("{}, {}", part[1], part[0])
}

fn whole(severity: Severity, rule: Rule, value: &str) -> Finding {
    Finding {
        severity,
        rule,
        row: None,
        column: None,
        value: value.to_owned(),
        first: None,
        mended: None,
    }
}

/// A finding about the whole file that writing it anew mends.
fn rewritten(severity: Severity, rule: Rule, value: &str, mended: &str) -> Finding {
    Finding {
        mended: Some(mended.to_owned()),
        ..whole(severity, rule, value)
    }
}

fn at_row(severity: Severity, rule: Rule, row: u32) -> Finding {
    Finding {
        row: Some(row),
        ..whole(severity, rule, "")
    }
}

fn check_file(file: &TableFile, report: &mut Report) {
    match file.format {
        Format::Xlsx | Format::Csv { delimiter: ',' } => {}
        Format::Csv { delimiter } => report.add(rewritten(
            Severity::Must,
            Rule::Format,
            &format!("CSV {delimiter:?}"),
            "CSV",
        )),
        Format::Tsv => report.add(rewritten(Severity::Must, Rule::Format, "TSV", "CSV")),
        Format::Xls => report.add(rewritten(Severity::Must, Rule::Format, "XLS", "CSV")),
    }
    match file.charset {
        None | Some(Charset::Utf8Bom) => {}
        Some(Charset::Utf8) => report.add(rewritten(
            Severity::Should,
            Rule::ByteOrderMark,
            "UTF-8",
            "UTF-8 (BOM)",
        )),
        Some(other) => report.add(rewritten(
            Severity::Must,
            Rule::Charset,
            other.name(),
            "UTF-8 (BOM)",
        )),
    }
    if file.has_bare_line_feed {
        report.add(rewritten(Severity::Should, Rule::LineEnds, "LF", "CR LF"));
    }
    if let Some(line) = file.broken_quote {
        report.add(at_row(Severity::Must, Rule::Quotes, line));
    }
    if file.further_sheets > 0 {
        report.add(whole(
            Severity::Must,
            Rule::Sheets,
            &(file.further_sheets + 1).to_string(),
        ));
    }
    if file.has_hidden_sheet {
        report.add(whole(Severity::Should, Rule::Hidden, ""));
    }
    for row in &file.merges {
        report.add(at_row(Severity::Should, Rule::Merged, *row));
    }
    if file.header_line > 1 {
        report.add(Finding {
            mended: Some(String::new()),
            ..at_row(Severity::Must, Rule::FirstRow, file.header_line)
        });
    }
    for (line, text) in &file.lines_above {
        report.add(Finding {
            value: shortened(text),
            mended: Some(String::new()),
            ..at_row(Severity::Should, Rule::Outside, *line)
        });
    }
    for line in &file.blank_lines {
        report.add(Finding {
            mended: Some(String::new()),
            ..at_row(Severity::Should, Rule::Divided, *line)
        });
    }
    if file.rows.is_empty() {
        report.add(whole(Severity::Should, Rule::NoRows, ""));
    }
}

#[cfg(test)]
mod tests {
    use yakuba_sheets::Limits;

    use super::*;

    fn report(text: &str) -> Report {
        let file = TableFile::read(text.as_bytes(), "a.csv", &Limits::default()).unwrap();
        check(&file, "a.csv", Against::default())
    }

    fn rules(text: &str) -> Vec<(&'static str, Option<u32>)> {
        report(text)
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Must)
            .map(|finding| (finding.rule.id(), finding.row))
            .collect()
    }

    const TOILETS: &str = "\u{feff}全国地方公共団体コード,ID,地方公共団体名,名称,名称_カナ,名称_英語,所在地_全国地方公共団体コード,町字ID,所在地_連結表記,所在地_都道府県,所在地_市区町村,所在地_町字,所在地_番地以下,建物名等(方書),設置位置,緯度,経度,高度の種別,高度の値,男性トイレ総数,男性トイレ数（小便器）,男性トイレ数（和式）,男性トイレ数（洋式）,女性トイレ総数,女性トイレ数（和式）,女性トイレ数（洋式）,男女共用トイレ総数,男女共用トイレ数（和式）,男女共用トイレ数（洋式）,バリアフリートイレ数,車椅子使用者用トイレ有無,乳幼児用設備設置トイレ有無,オストメイト設置トイレ有無,利用開始時間,利用終了時間,利用可能時間特記事項,画像,画像_ライセンス,備考\r\n";

    fn toilet(id: &str, code: &str, north: &str, east: &str, from: &str) -> String {
        format!(
            "{code},{id},吹田市,中央公園,チュウオウコウエン,,272051,,大阪府吹田市泉町1-3-40,大阪府,吹田市,泉町,1-3-40,,公園の入口,{north},{east},,,2,1,0,1,2,1,1,0,0,0,1,有,有,無,{from},18:00,,,,\r\n"
        )
    }

    #[test]
    fn a_file_as_the_standard_wants_it_has_nothing_to_mend() {
        let text = format!(
            "{TOILETS}{}",
            toilet("T01", "272051", "34.759468", "135.516858", "08:00")
        );
        let report = report(&text);
        assert_eq!(report.findings, []);
        assert_eq!(report.dataset.unwrap().key, "public_toilet");
    }

    #[test]
    fn every_wrong_value_is_told_with_its_row_and_rule() {
        let text = format!(
            "{TOILETS}{}{}{}{}{}{}",
            toilet("T01", "272052", "34.759468", "135.516858", "08:00"),
            toilet("T01", "272051", "34.759468", "", "08:00"),
            toilet("T02", "272051", "135.516858", "34.759468", "8:00"),
            toilet("T03", "272051", "1.5", "1.5", "19:00"),
            toilet("T 04", "272051", "", "", "朝"),
            toilet("", "", "", "", "").replace("公園の入口", ""),
        );
        assert_eq!(
            rules(&text),
            [
                ("code", Some(2)),
                ("id-twice", Some(3)),
                ("pair", Some(3)),
                ("time", Some(4)),
                ("swapped", Some(4)),
                ("area", Some(5)),
                ("time", Some(6)),
                ("required", Some(7)),
            ]
        );
    }

    #[test]
    fn what_a_file_is_made_of_is_told() {
        let text = "一覧\n\nNO,名称,名称_カナ,住所,設置位置,電話番号,電話番号,\n1,会　館,ｶｲｶﾝ,吹田市①,同上,=1+1,,x,y\n";
        let report = report(text);
        assert_eq!(report.dataset.clone().unwrap().key, "legacy:aed");
        let found: Vec<&str> = report
            .findings
            .iter()
            .map(|finding| finding.rule.id())
            .collect();
        for rule in [
            "byte-order-mark",
            "line-ends",
            "L3-01",
            "L1-04",
            "L2-03",
            "L1-08",
            "L2-02",
            "L2-06",
            "L1-06",
            "kana",
            "wider",
            "older",
        ] {
            assert!(found.contains(&rule), "{rule} not in {found:?}");
        }
        assert!(!report.is_valid());
    }

    #[test]
    fn findings_are_counted_beyond_the_limit() {
        let mut text = TOILETS.to_owned();
        for n in 0..2_000 {
            text.push_str(&toilet(&n.to_string(), "1", "", "", ""));
        }
        let report = report(&text);
        assert_eq!((report.findings.len(), report.must), (MOST_FINDINGS, 2_000));
        assert_eq!(report.left_out, 1_000);
    }

    #[test]
    fn numbers_of_unknown_columns_are_recognised_by_their_fellows() {
        let report = report(
            "\u{feff}市区町村名,数\r\n吹田市,1\r\n吹田市,2\r\n吹田市,3\r\n吹田市,4\r\n吹田市,\"1,200\"\r\n",
        );
        assert_eq!(report.findings.len(), 1);
        assert_eq!(report.findings[0].mended.as_deref(), Some("1200"));
    }
}
