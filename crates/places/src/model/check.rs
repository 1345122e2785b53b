//! Looking a file over against the national datasets and the rules of machine readability.

use std::collections::HashMap;

use serde::Serialize;
use yakuba_sheets::{Charset, Format};

use super::{
    finding::{Finding, Rule, Severity, shortened},
    kind::{Kind, Standing},
    reading::{Row, TableFile},
    standard::{
        Dataset, Generation, LookedAt, Need, READABILITY_RULES, Recognised, header_key, recognise,
    },
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
        }
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.left_out += 1;
        }
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

fn whole(severity: Severity, rule: Rule, value: &str) -> Finding {
    Finding {
        severity,
        rule,
        row: None,
        column: None,
        value: value.to_owned(),
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

fn check_header(
    file: &TableFile,
    dataset: Option<&'static Dataset>,
    columns: &[Matched],
    report: &mut Report,
) {
    let line = file.header_line;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, (header, column)) in file.header.iter().zip(columns).enumerate() {
        let in_column = |severity, rule| Finding {
            row: Some(line),
            column: Some(file.name_of(at)),
            value: shortened(header),
            ..whole(severity, rule, "")
        };
        let key = header_key(header);
        if key.is_empty() {
            let is_empty = file
                .rows
                .iter()
                .all(|row| file.cell(row, at).trim().is_empty());
            // A blank column inside the table divides it; one with values lacks its name.
            report.add(if is_empty {
                in_column(Severity::Should, Rule::Divided)
            } else {
                in_column(Severity::Must, Rule::Header)
            });
            continue;
        }
        if seen.insert(key, at).is_some() {
            report.add(in_column(Severity::Must, Rule::HeaderTwice));
        }
        if header.contains(['\n', '\r']) {
            let rule = if file.charset.is_some() {
                Rule::LineBreak
            } else {
                Rule::OneThing
            };
            report.add(in_column(Severity::Must, rule));
        }
        match column.name {
            Some(name) if name != header => report.add(Finding {
                mended: Some(name.to_owned()),
                ..in_column(Severity::Should, Rule::HeaderSpelling)
            }),
            None if dataset.is_some() => {
                report.add(in_column(Severity::Should, Rule::UnknownColumn));
            }
            None if header.trim() != header => report.add(Finding {
                mended: Some(header.trim().to_owned()),
                ..in_column(Severity::Should, Rule::Blanks)
            }),
            _ => {}
        }
    }
    let has_region = seen.keys().any(|key| {
        [
            "地方公共団体コード",
            "市区町村コード",
            "地方公共団体名",
            "市区町村名",
            "地域コード",
            "地域名",
            "住所",
            "所在地",
        ]
        .iter()
        .any(|part| key.contains(part))
    });
    if !has_region {
        report.add(whole(Severity::Should, Rule::Region, ""));
    }
    let Some(dataset) = dataset else { return };
    if dataset.generation == Generation::Recommended {
        report.add(whole(Severity::Should, Rule::Older, dataset.name));
    }
    if !dataset.is_verified {
        report.add(whole(Severity::Should, Rule::NotVerified, dataset.name));
    }
    let has = |place: usize| columns.iter().any(|column| column.place == Some(place));
    let mut fewer = Vec::new();
    for (place, column) in dataset.columns.iter().enumerate() {
        if has(place) {
            continue;
        }
        if column.need == Need::Required {
            report.add(Finding {
                column: Some(column.name.to_owned()),
                ..whole(Severity::Must, Rule::MissingColumn, column.name)
            });
        } else {
            fewer.push(column.name);
        }
    }
    if dataset.is_verified {
        if !fewer.is_empty() {
            report.add(rewritten(
                Severity::Should,
                Rule::FewerColumns,
                &shortened(&fewer.join("、")),
                "",
            ));
        }
        let places: Vec<usize> = columns.iter().filter_map(|column| column.place).collect();
        if !places.is_sorted() {
            report.add(rewritten(Severity::Should, Rule::Order, dataset.name, ""));
        }
    }
}

/// The rule that a kind's values are held to.
pub(crate) fn rule_of(kind: &Kind) -> Rule {
    match kind {
        Kind::Text => Rule::Blanks,
        Kind::Code => Rule::Code,
        Kind::Id => Rule::Id,
        Kind::Town => Rule::Town,
        Kind::Corporate => Rule::Corporate,
        Kind::Kana => Rule::Kana,
        Kind::Narrow => Rule::Narrow,
        Kind::Address => Rule::Address,
        Kind::Mail => Rule::Mail,
        Kind::Phone => Rule::Phone,
        Kind::Postal => Rule::Postal,
        Kind::Latitude | Kind::Longitude => Rule::Degrees,
        Kind::Number | Kind::Count => Rule::Numbers,
        Kind::Date => Rule::Date,
        Kind::Time => Rule::Time,
        Kind::Flag => Rule::Flag,
        Kind::YesNo => Rule::YesNo,
        Kind::Weekdays => Rule::Weekdays,
        Kind::Several => Rule::Several,
        Kind::OneOf(_) | Kind::UsuallyOneOf(_) => Rule::Choices,
    }
}

/// The columns of a row that are looked at together.
pub(crate) struct Together {
    latitude: Option<usize>,
    longitude: Option<usize>,
    /// Beginnings and endings.
    spans: Vec<(usize, usize)>,
}

impl Together {
    pub(crate) fn of(file: &TableFile, columns: &[Matched]) -> Self {
        let of_kind = |kind: &Kind| columns.iter().position(|column| column.kind == *kind);
        let named = |name: &str| {
            file.header
                .iter()
                .position(|header| header_key(header) == name)
        };
        let spans = [
            ("開始時間", "終了時間"),
            ("利用開始時間", "利用終了時間"),
            ("診療開始時間", "診療終了時間"),
            ("開始日", "終了日"),
        ];
        Self {
            latitude: of_kind(&Kind::Latitude),
            longitude: of_kind(&Kind::Longitude),
            spans: spans
                .iter()
                .filter_map(|(from, until)| Some((named(from)?, named(until)?)))
                .collect(),
        }
    }

    /// The columns of latitude and longitude when a row has them in each other's place, which is certain: no latitude is above
    /// 90, and nowhere in Japan is a longitude below 90.
    pub(crate) fn swapped(&self, file: &TableFile, row: &Row) -> Option<(usize, usize)> {
        let (latitude, longitude) = (self.latitude?, self.longitude?);
        let north = degrees(&Kind::Longitude, file.cell(row, latitude))?;
        let east = degrees(&Kind::Latitude, file.cell(row, longitude))?;
        (north > 90.0 && Area::JAPAN.holds(east, north)).then_some((latitude, longitude))
    }
}

fn degrees(kind: &Kind, value: &str) -> Option<f64> {
    match kind.judge(value) {
        Standing::Good => value.parse().ok(),
        Standing::Mendable(right) => right.parse().ok(),
        Standing::Bad => None,
    }
}

/// Whether nearly all cells of a column that no standard describes are numbers, so that the others should be, too.
fn is_of_numbers(file: &TableFile, at: usize) -> bool {
    let (mut all, mut numbers) = (0_usize, 0_usize);
    for row in &file.rows {
        let cell = file.cell(row, at).trim();
        if !cell.is_empty() {
            all += 1;
            numbers += usize::from(Kind::Number.judge(cell) == Standing::Good);
        }
    }
    all >= 5 && numbers < all && numbers * 5 >= all * 4
}

fn check_rows(file: &TableFile, columns: &[Matched], area: Area, report: &mut Report) {
    let together = Together::of(file, columns);
    let mut ids: HashMap<(usize, &str), u32> = HashMap::new();
    for row in &file.rows {
        let beyond = row
            .cells
            .iter()
            .skip(file.header.len())
            .any(|cell| !cell.trim().is_empty());
        if beyond {
            report.add(at_row(Severity::Must, Rule::Wider, row.line));
        }
        let swapped = together.swapped(file, row);
        for (at, column) in columns.iter().enumerate() {
            let cell = file.cell(row, at);
            let found = |severity, rule| Finding {
                row: Some(row.line),
                column: Some(file.name_of(at)),
                value: shortened(cell),
                ..whole(severity, rule, "")
            };
            if cell.trim().is_empty() {
                if column.need == Need::Required && !matches!(column.kind, Kind::Flag) {
                    report.add(found(Severity::Must, Rule::Required));
                } else if !cell.is_empty() {
                    report.add(Finding {
                        mended: Some(String::new()),
                        ..found(Severity::Should, Rule::Blanks)
                    });
                }
                continue;
            }
            check_text(file, cell, column, report, &found);
            if swapped.is_some_and(|(latitude, longitude)| at == latitude || at == longitude) {
                continue;
            }
            let severity = match (&column.kind, column.place) {
                (Kind::UsuallyOneOf(_) | Kind::Text, _) | (_, None) => Severity::Should,
                _ => Severity::Must,
            };
            let kind = &column.kind;
            // A day in a column that no standard knows is held to the general rule.
            let rule = match kind {
                Kind::Date if column.place.is_none() => Rule::Days,
                kind => rule_of(kind),
            };
            match kind.judge(cell) {
                Standing::Good => {
                    if *kind == Kind::Several && cell.contains(['、', '，', '/', '／', '\n']) {
                        report.add(found(Severity::Should, Rule::Several));
                    }
                }
                Standing::Mendable(right) => {
                    // A value whose blanks alone are wrong breaks the rule about blanks, whatever it is.
                    let rule = if right == cell.trim() {
                        Rule::Blanks
                    } else {
                        rule
                    };
                    report.add(Finding {
                        mended: Some(right),
                        ..found(severity, rule)
                    });
                }
                Standing::Bad => report.add(found(severity, rule)),
            }
            if *kind == Kind::Id
                && let Some(first) = ids.insert((at, cell.trim()), row.line)
            {
                // 地域コード of 地域・年齢別人口 recurs with each day of counting.
                let is_alone = header_key(&file.header[at]) != "地域コード";
                if is_alone {
                    report.add(Finding {
                        value: format!("{} ({first})", shortened(cell)),
                        ..found(severity, Rule::IdTwice)
                    });
                }
            }
        }
        check_place(file, row, &together, swapped, area, report);
        check_spans(file, row, columns, &together, report);
    }
}

/// What holds for every cell, whatever it is.
fn check_text(
    file: &TableFile,
    cell: &str,
    column: &Matched,
    report: &mut Report,
    found: &impl Fn(Severity, Rule) -> Finding,
) {
    if cell.trim_end().contains(['\n', '\r']) {
        report.add(match file.format {
            Format::Csv { .. } | Format::Tsv => found(Severity::Must, Rule::LineBreak),
            Format::Xlsx | Format::Xls => found(Severity::Should, Rule::OneThing),
        });
    }
    let trimmed = cell.trim();
    if let Some(character) = trimmed.chars().find(|c| is_of_some_machines(*c)) {
        report.add(Finding {
            value: shortened(&character.to_string()),
            ..found(Severity::Should, Rule::Characters)
        });
    }
    if matches!(trimmed, "同上" | "同左" | "〃" | "″" | "\"" | "々" | "同じ") {
        report.add(found(Severity::Must, Rule::Ditto));
    }
    if trimmed.starts_with(['=', '@']) || trimmed.starts_with("+=") {
        report.add(found(Severity::Must, Rule::Formula));
    }
    if column.kind == Kind::Text && is_spaced_out(trimmed) {
        report.add(found(Severity::Should, Rule::Blanks));
    }
}

/// Characters that look different, or like nothing, on other machines: enclosed and squared ones, Roman numerals, those of private use,
/// control characters, and the mark of what could not be read.
fn is_of_some_machines(c: char) -> bool {
    matches!(
        c,
        '\u{2160}'..='\u{217f}'
            | '\u{2460}'..='\u{24ff}'
            | '\u{3220}'..='\u{33ff}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fffd}'
            | '\u{f0000}'..='\u{10ffff}'
    ) || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// Whether every letter stands alone between blanks: `会　議　室`.
fn is_spaced_out(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split([' ', '\u{3000}'])
        .filter(|part| !part.is_empty())
        .collect();
    parts.len() >= 2
        && parts
            .iter()
            .all(|part| part.chars().count() == 1 && part.chars().all(|c| c > '\u{2fff}'))
}

fn check_place(
    file: &TableFile,
    row: &Row,
    together: &Together,
    swapped: Option<(usize, usize)>,
    area: Area,
    report: &mut Report,
) {
    let (Some(north), Some(east)) = (together.latitude, together.longitude) else {
        return;
    };
    let found = |severity, rule| Finding {
        row: Some(row.line),
        column: Some(file.name_of(north)),
        value: shortened(&format!(
            "{}, {}",
            file.cell(row, north),
            file.cell(row, east)
        )),
        ..whole(severity, rule, "")
    };
    if swapped.is_some() {
        report.add(Finding {
            mended: Some(shortened(&format!(
                "{}, {}",
                file.cell(row, east),
                file.cell(row, north)
            ))),
            ..found(Severity::Must, Rule::Swapped)
        });
        return;
    }
    let is_empty = |at| file.cell(row, at).trim().is_empty();
    if is_empty(north) != is_empty(east) {
        report.add(found(Severity::Must, Rule::Pair));
    }
    if let (Some(latitude), Some(longitude)) = (
        degrees(&Kind::Latitude, file.cell(row, north)),
        degrees(&Kind::Longitude, file.cell(row, east)),
    ) && !area.holds(latitude, longitude)
    {
        report.add(found(Severity::Must, Rule::Area));
    }
}

fn check_spans(
    file: &TableFile,
    row: &Row,
    columns: &[Matched],
    together: &Together,
    report: &mut Report,
) {
    for &(from, until) in &together.spans {
        let written = |at: usize| {
            let cell = file.cell(row, at);
            match columns[at].kind.judge(cell) {
                Standing::Good => Some(cell.to_owned()),
                Standing::Mendable(right) if !right.is_empty() => Some(right),
                _ => None,
            }
        };
        if let (Some(begins), Some(ends)) = (written(from), written(until))
            && ends < begins
        {
            report.add(Finding {
                row: Some(row.line),
                column: Some(file.name_of(until)),
                value: shortened(&format!("{begins}–{ends}")),
                ..whole(Severity::Should, Rule::Backwards, "")
            });
        }
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
