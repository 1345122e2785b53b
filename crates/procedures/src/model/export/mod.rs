//! The columns of an export for a core system, filled from answers.

mod co_applicants;
mod proof;
mod source;
mod written;

use yakuba_forms::model::document::{FieldKind, Key};

pub use co_applicants::{CO_APPLICANTS, CoPart, CoSource};
pub use proof::{Proof, proof};
pub use source::{CASE, CasePart, Offered, Source, What, offered, parts};
pub use written::{Line, Shown, cell};

use crate::model::document::{ColumnForm, ExportColumn, ProcedureDocument};
use source::{of_entry, questions};

/// What a line of an export stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOf<'k> {
    /// A case.
    Case,
    /// An entry of the group with this key: a case has as many lines as it has entries.
    Entry(&'k str),
}

/// The columns that a procedure's cases are written in: its own, or else one for each question, in words, and what is usually told of
/// co-applicants.
///
/// Without a layout of its own, answers with parts (a name, an address, a bank account) get one column a part, and groups as many columns
/// as `entries` says that they have entries. When each line is an entry of a group, the columns of that group are those of one entry,
/// whatever the layout says. `heading` gives the heading of what no layout gives one.
pub fn columns(
    document: &ProcedureDocument,
    lines: LineOf<'_>,
    entries: impl Fn(&Key) -> usize,
    heading: impl Fn(&Offered) -> String,
) -> Vec<ExportColumn> {
    let column = |offered: &Offered| ExportColumn {
        heading: heading(offered),
        from: offered.from.clone(),
        written: ColumnForm::Label,
        ..ExportColumn::default()
    };
    let mut columns = if document.export.is_empty() {
        let mut columns = Vec::new();
        for offered in offered(document) {
            if offered.is_usual && !matches!(offered.what, What::Entry { .. }) {
                columns.push(column(&offered));
            }
        }
        // The entries of a group stand beside each other, one after another.
        for field in questions(&document.form) {
            if let FieldKind::Group { entry, fields, .. } = &field.kind {
                for place in 1..=entries(&field.key) {
                    columns.extend(
                        of_entry(&field.key, entry, Some(place), fields)
                            .iter()
                            .filter(|offered| offered.is_usual)
                            .map(column),
                    );
                }
            }
        }
        columns
    } else {
        document.export.clone()
    };
    if let LineOf::Entry(key) = lines {
        columns.retain(|column| match Source::read(document, &column.from) {
            Some(Source::Entry { group, .. }) => group.key.as_str() != key,
            Some(Source::Answer(field, _)) => field.key.as_str() != key,
            _ => true,
        });
        for field in questions(&document.form) {
            if let FieldKind::Group { entry, fields, .. } = &field.kind
                && field.key.as_str() == key
            {
                columns.extend(
                    of_entry(&field.key, entry, None, fields)
                        .into_iter()
                        .filter(|offered| offered.is_usual)
                        .map(|offered| match offered.what {
                            What::Entry {
                                entry, question, ..
                            } => column(&Offered {
                                what: What::EntryOfLine { entry, question },
                                ..offered
                            }),
                            _ => column(&offered),
                        }),
                );
            }
        }
    }
    columns
}

/// Whether a layout says itself what it tells of the case: then nothing stands before its columns.
pub fn tells_of_the_case(document: &ProcedureDocument, columns: &[ExportColumn]) -> bool {
    columns
        .iter()
        .any(|column| matches!(Source::read(document, &column.from), Some(Source::Case(_))))
}

/// The groups of a form: each one's key and what it is called.
pub fn groups(document: &ProcedureDocument) -> impl Iterator<Item = (&Key, &str)> {
    questions(&document.form)
        .filter(|field| matches!(field.kind, FieldKind::Group { .. }))
        .map(|field| (&field.key, field.label.ja.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yakuba_forms::{Answers, ComputedValue};

    use super::*;
    use crate::model::together::{By, State, Told};

    const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: plain
title: 申請
summary: 申請です。
department: tax
category: tax
guide: {who: どなたでも, afterwards: 郵送します。, minutes: 5}
co_applicants: {who: 共有者, at_most: 3, declares: 一緒に申請します。, asks: [name, birth_date]}
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 審査のため
form:
  pages:
    - key: one
      title: 内容
      fields:
        - {key: who, type: name, label: 氏名, prefill: name}
        - {key: sex, type: choice, label: 性別, options: [{value: female, label: メス}, {value: male, label: オス}]}
        - {key: wants, type: choices, label: 希望, options: [{value: a, label: 甲}, {value: b, label: 乙}]}
        - {key: born, type: date, label: 生年月日}
        - {key: agrees, type: consent, label: 同意, text: 同意します}
        - {key: time, type: slot, label: 来庁, facility: hall, resource: window}
        - {key: spot, type: place, label: 場所}
        - {key: account, type: bank_account, label: 口座}
        - key: children
          type: group
          label: 子ども
          entry: 子ども
          max: 3
          fields:
            - {key: name, type: name, label: 氏名}
            - {key: born, type: date, label: 生年月日, optional: true}
            - {key: likes, type: choices, label: 好み, optional: true, options: [{value: a, label: 甲}, {value: b, label: 乙}]}
  computed:
    - {key: total, label: 合計, value: '1'}
    - {key: inner, value: '1'}
";

    fn document() -> ProcedureDocument {
        ProcedureDocument::from_yaml(PROCEDURE).unwrap()
    }

    fn answers() -> Answers {
        let name = |family: &str, given: &str| json!({"type": "name", "value": {"family": family, "given": given, "family_kana": "", "given_kana": ""}});
        serde_json::from_value(json!({"answers": {
            "who": name("髙橋", "花子"),
            "sex": {"type": "choice", "value": "male"},
            "wants": {"type": "choices", "value": ["a", "b"]},
            "born": {"type": "date", "value": "2019-05-01"},
            "agrees": {"type": "flag", "value": true},
            "account": {"type": "bank_account", "value": {"bank_code": "0001", "branch_code": "002", "kind": "ordinary", "number": "1234567", "holder": "タカハシ"}},
            "spot": {"type": "place", "value": {"description": "公園", "coordinates": {"latitude": "35.5", "longitude": "139.25"}}},
            "children": {"type": "group", "value": [
                {"answers": {"name": name("髙橋", "一"), "likes": {"type": "choices", "value": ["a", "b"]}}},
                {"answers": {"name": name("髙橋", "二"), "born": {"type": "date", "value": "2020-01-31"}}},
            ]},
        }}))
        .unwrap()
    }

    fn people() -> Vec<Told> {
        let agreed = Told {
            name: "山田 太郎".to_owned(),
            birth_date: Some(jiff::civil::date(1990, 1, 31)),
            address: None,
            state: State::Agreed,
            agreed_on: Some(jiff::civil::date(2026, 4, 2)),
            by: Some(By::Paper),
            verified: false,
        };
        let asked = Told {
            name: "佐藤 次郎".to_owned(),
            birth_date: None,
            state: State::Asked,
            agreed_on: None,
            by: None,
            ..agreed.clone()
        };
        vec![agreed, asked]
    }

    /// One cell, of a column as a file writes it.
    fn written(column: &serde_json::Value, people: &[Told], entry: Option<usize>) -> String {
        let mut column = column.clone();
        column["heading"] = "列".into();
        let column: ExportColumn = serde_json::from_value(column).unwrap();
        let document = document();
        let source = Source::read(&document, &column.from);
        assert!(source.is_some(), "{column:?}");
        let case = [(
            CasePart::Channel,
            Shown {
                value: "online".to_owned(),
                label: "オンライン".to_owned(),
            },
        )];
        let computed = [(
            Key::new("total").unwrap(),
            ComputedValue::Text("2019-04-30".to_owned()),
        )];
        let line = Line {
            answers: &answers(),
            computed: &computed.into(),
            people,
            case: &case.into(),
            entry,
            words: &|kind, value| format!("{kind} {value}"),
            proof: &|field| format!("{field}?"),
        };
        cell(&column, source.as_ref(), &line)
    }

    #[test]
    fn values_are_written_as_the_column_asks() {
        let cases = [
            (json!({"from": "sex"}), "male"),
            (json!({"from": "sex", "as": "label"}), "オス"),
            (json!({"from": "sex", "codes": {"male": "1"}}), "1"),
            (json!({"from": "sex", "codes": {"female": "2"}}), "male"),
            (json!({"from": "wants"}), "a;b"),
            (json!({"from": "wants", "as": "label"}), "甲;乙"),
            (
                json!({"from": "wants", "codes": {"a": "01", "b": "02"}}),
                "01;02",
            ),
            (json!({"from": "born"}), "2019-05-01"),
            (json!({"from": "born", "as": "yyyymmdd"}), "20190501"),
            (json!({"from": "born", "as": "yyyy/mm/dd"}), "2019/05/01"),
            (json!({"from": "born", "as": "era"}), "令和元年5月1日"),
            (json!({"from": "total", "as": "era"}), "平成31年4月30日"),
            (json!({"from": "agrees"}), "1"),
            (json!({"from": "agrees", "as": "label"}), "flag 1"),
            (json!({"from": "who"}), "髙橋 花子"),
            (json!({"from": "who.family"}), "髙橋"),
            (json!({"from": "who", "verified": true}), "who?"),
            (json!({"from": "time", "verified": true}), ""),
            (json!({"from": "time"}), ""),
            (json!({"from": "time", "codes": {"": "9"}}), "9"),
            (json!({"from": "spot"}), "公園 (35.5, 139.25)"),
            (json!({"from": "spot.latitude"}), "35.5"),
            (
                json!({"from": "account.kind", "as": "label"}),
                "account ordinary",
            ),
            (json!({"from": "account.number"}), "1234567"),
            (json!({"from": "case.channel"}), "online"),
            (json!({"from": "case.channel", "as": "label"}), "オンライン"),
            (json!({"from": "sex", "only_with": "time"}), ""),
        ];
        for (column, expected) in cases {
            assert_eq!(written(&column, &[], None), expected, "{column}");
        }
    }

    #[test]
    fn entries_of_a_group_stand_in_one_column_or_in_one_each() {
        let cases = [
            ("children.name", None, "髙橋 一;髙橋 二"),
            ("children.name.given", None, "一;二"),
            ("children.born", None, ";2020-01-31"),
            ("children.likes", None, "a,b;"),
            ("children.2.born", None, "2020-01-31"),
            ("children.1.born", None, ""),
            ("children.3.name", None, ""),
            ("children.name.given", Some(2), "二"),
            ("children.2.name.given", Some(1), "二"),
        ];
        for (from, entry, expected) in cases {
            let column = json!({"from": from});
            assert_eq!(written(&column, &[], entry), expected, "{from} {entry:?}");
        }
        let document = document();
        for from in [
            "children.0.name",
            "children.4.name",
            "children.2",
            "children.age",
            "children.name.middle",
            "case",
            "case.secret",
            "sex.label",
            "gone",
            "total.x",
        ] {
            assert!(Source::read(&document, from).is_none(), "{from}");
        }
    }

    #[test]
    fn columns_tell_of_all_co_applicants_or_of_one() {
        let told = |from: &str, people: &[Told]| written(&json!({"from": from}), people, None);
        let both = people();
        for (from, expected) in [
            ("co_applicants.name", "山田 太郎;佐藤 次郎"),
            ("co_applicants.birth_date", "1990-01-31;"),
            ("co_applicants.state", "agreed;asked"),
            ("co_applicants.agreed_on", "2026-04-02;"),
            ("co_applicants.2.name", "佐藤 次郎"),
            ("co_applicants.3.name", ""),
            ("co_applicants.1.by", "paper"),
        ] {
            assert_eq!(told(from, &both), expected, "{from}");
            assert_eq!(told(from, &[]), "", "nobody else applies");
        }
        assert_eq!(told("co_applicants.birth_date", &both[1..]), "");
        let label = json!({"from": "co_applicants.state", "as": "label"});
        assert_eq!(
            written(&label, &both, None),
            "agreement agreed;agreement asked"
        );
        let document = document();
        for source in CoSource::all(document.co_applicants.as_ref().unwrap()) {
            assert_eq!(
                Source::read(&document, &source.from()),
                Some(Source::CoApplicants(source))
            );
        }
        for from in [
            "co_applicants",
            "co_applicants.address",
            "co_applicants.verified",
            "co_applicants.0.name",
            "co_applicants.4.name",
            "co_applicants.email",
        ] {
            assert!(Source::read(&document, from).is_none(), "{from}");
        }
    }

    #[test]
    fn without_a_layout_every_answer_has_a_column_and_every_entry() {
        let froms = |document: &ProcedureDocument, lines| -> Vec<String> {
            columns(document, lines, |_| 2, |offered| offered.from.clone())
                .into_iter()
                .inspect(|column| assert!(Source::read(document, &column.from).is_some()))
                .map(|column| column.from)
                .collect()
        };
        let mut document = document();
        let all = froms(&document, LineOf::Case);
        for (from, there) in [
            ("who.family", true),
            ("who", false),
            ("sex", true),
            ("spot", true),
            ("spot.latitude", false),
            ("agrees", false),
            ("total", true),
            ("inner", false),
            ("co_applicants.name", true),
            ("co_applicants.1.name", false),
            ("children.1.name.family", true),
            ("children.2.born", true),
            ("children.3.born", false),
            ("children", false),
            ("children.born", false),
        ] {
            assert_eq!(
                all.iter().any(|known| known == from),
                there,
                "{from}: {all:?}"
            );
        }
        let entries = froms(&document, LineOf::Entry("children"));
        assert!(entries.contains(&"children.born".to_owned()), "{entries:?}");
        assert!(!entries.iter().any(|from| from.starts_with("children.1")));
        assert!(
            entries.contains(&"who.family".to_owned()),
            "it says whose they are"
        );

        document.export = serde_json::from_value(json!([
            {"heading": "番号", "from": "case.number"},
            {"heading": "子1", "from": "children.1.name"},
            {"heading": "性別", "from": "sex"},
        ]))
        .unwrap();
        assert_eq!(
            froms(&document, LineOf::Case),
            ["case.number", "children.1.name", "sex"]
        );
        let entries = froms(&document, LineOf::Entry("children"));
        assert_eq!(entries[..2], ["case.number", "sex"]);
        assert!(entries.contains(&"children.name.family".to_owned()));
        assert!(tells_of_the_case(&document, &document.export));
        assert!(!tells_of_the_case(&document, &document.export[1..]));
    }
}
