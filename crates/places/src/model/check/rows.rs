//! The rows: each value, and what values of a row or a column say together.

use std::collections::HashMap;

use yakuba_sheets::Format;

use super::{
    super::{
        finding::{Finding, Rule, Severity, shortened},
        kind::{Kind, Standing},
        reading::{Row, TableFile},
        standard::{Need, header_key},
    },
    Area, Matched, Report, at_row, rule_of, whole,
};

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
pub(super) fn is_of_numbers(file: &TableFile, at: usize) -> bool {
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

pub(super) fn check_rows(file: &TableFile, columns: &[Matched], area: Area, report: &mut Report) {
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
                        first: Some(first),
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
