//! The header row, and which rule a kind of value follows.

use std::collections::HashMap;

use super::{
    super::{
        finding::{Finding, Rule, Severity, shortened},
        kind::Kind,
        reading::TableFile,
        standard::{Dataset, Generation, Need, header_key},
    },
    Matched, Report, rewritten, whole,
};

pub(super) fn check_header(
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
