//! What is found in a file: where, against which rule, and what to do about it.

use serde::{Serialize, Serializer};
use yakuba_ui::{Catalogue, Language};

use super::standard::READABILITY_RULES;

/// The texts of the rules.
pub static WORDS: Catalogue = yakuba_ui::catalogue!("check");

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is not what the standard asks for.
    Must,
    /// The file can be used; somebody should look at it.
    Should,
}

/// The rules that are looked at. Those that begin with `L` are rules of 行政データにおける機械可読性に関するルール under
/// their own numbers; the others follow from the description of the national datasets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// L1-01: CSV or XLSX.
    Format,
    /// L1-02: one table on one sheet.
    Sheets,
    /// L1-03: no blank row or column inside the table.
    Divided,
    /// L1-04: nothing outside the table.
    Outside,
    /// L1-05: every column has a header.
    Header,
    /// L1-06: no blanks for the look of it.
    Blanks,
    /// L1-07: one thing in one cell.
    OneThing,
    /// L1-08: no characters that only some machines have.
    Characters,
    /// L1-12: no merged cells.
    Merged,
    /// L1-13: nothing hidden.
    Hidden,
    /// L1-14: no line break inside a cell of CSV.
    LineBreak,
    /// L1-15: quotes as RFC 4180 has them.
    Quotes,
    /// L2-01: numbers without words and marks.
    Numbers,
    /// L2-02: nothing left out as "the same".
    Ditto,
    /// L2-03: no header twice.
    HeaderTwice,
    /// L2-04: choices in one spelling.
    Choices,
    /// L2-06: no formulas.
    Formula,
    /// L3-01: the header is the first row.
    FirstRow,
    /// L3-05: days written alike.
    Days,
    /// L3-06: a code or name of the place.
    Region,
    /// UTF-8.
    Charset,
    /// A byte order mark, by which Excel knows UTF-8.
    ByteOrderMark,
    /// Lines end in CR LF.
    LineEnds,
    /// The header's spelling.
    HeaderSpelling,
    /// A column that the dataset does not have.
    UnknownColumn,
    /// A required column is missing.
    MissingColumn,
    /// Other columns of the dataset are missing.
    FewerColumns,
    /// The order of columns.
    Order,
    /// The columns of this dataset are not verified.
    NotVerified,
    /// Several datasets fit.
    Ambiguous,
    /// The older generation.
    Older,
    /// A required value is missing.
    Required,
    /// A municipality's code.
    Code,
    /// A corporate number.
    Corporate,
    /// An id that two rows have.
    IdTwice,
    /// An id with other characters.
    Id,
    /// A town's id.
    Town,
    /// A reading.
    Kana,
    /// Letters of full width.
    Narrow,
    /// A web address.
    Address,
    /// A mail address.
    Mail,
    /// A telephone number.
    Phone,
    /// A postal code.
    Postal,
    /// A latitude or longitude.
    Degrees,
    /// Latitude and longitude have changed places.
    Swapped,
    /// One of latitude and longitude alone.
    Pair,
    /// A place outside the area.
    Area,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A time that ends before it begins.
    Backwards,
    /// A flag.
    Flag,
    /// 有 or 無.
    YesNo,
    /// Days of the week.
    Weekdays,
    /// Separators of lists.
    Several,
    /// Too many cells in a row.
    Wider,
    /// No row of data.
    NoRows,
    /// The border of an area crosses itself.
    Crosses,
    /// A shape that is wrong in another way.
    Shape,
}

impl Rule {
    /// The name by which documents and programs know it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Format => "L1-01",
            Self::Sheets => "L1-02",
            Self::Divided => "L1-03",
            Self::Outside => "L1-04",
            Self::Header => "L1-05",
            Self::Blanks => "L1-06",
            Self::OneThing => "L1-07",
            Self::Characters => "L1-08",
            Self::Merged => "L1-12",
            Self::Hidden => "L1-13",
            Self::LineBreak => "L1-14",
            Self::Quotes => "L1-15",
            Self::Numbers => "L2-01",
            Self::Ditto => "L2-02",
            Self::HeaderTwice => "L2-03",
            Self::Choices => "L2-04",
            Self::Formula => "L2-06",
            Self::FirstRow => "L3-01",
            Self::Days => "L3-05",
            Self::Region => "L3-06",
            Self::Charset => "charset",
            Self::ByteOrderMark => "byte-order-mark",
            Self::LineEnds => "line-ends",
            Self::HeaderSpelling => "header-spelling",
            Self::UnknownColumn => "unknown-column",
            Self::MissingColumn => "missing-column",
            Self::FewerColumns => "fewer-columns",
            Self::Order => "order",
            Self::NotVerified => "not-verified",
            Self::Ambiguous => "ambiguous",
            Self::Older => "older",
            Self::Required => "required",
            Self::Code => "code",
            Self::Corporate => "corporate-number",
            Self::IdTwice => "id-twice",
            Self::Id => "id",
            Self::Town => "town-id",
            Self::Kana => "kana",
            Self::Narrow => "half-width",
            Self::Address => "address",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Postal => "postal-code",
            Self::Degrees => "degrees",
            Self::Swapped => "swapped",
            Self::Pair => "pair",
            Self::Area => "area",
            Self::Date => "date",
            Self::Time => "time",
            Self::Backwards => "backwards",
            Self::Flag => "flag",
            Self::YesNo => "yes-no",
            Self::Weekdays => "weekdays",
            Self::Several => "several",
            Self::Wider => "wider",
            Self::NoRows => "no-rows",
            Self::Crosses => "crosses",
            Self::Shape => "shape",
        }
    }

    /// What it is about, in a few words: the official rules' own names, and ours.
    pub fn name(self, language: Language) -> String {
        let id = self.id();
        match READABILITY_RULES.iter().find(|rule| rule.id == id) {
            Some(rule) => format!("{id} {}", rule.name),
            None => WORDS
                .words(language)
                .get(&format!("check-name-{id}"))
                .into_owned(),
        }
    }

    /// Every rule.
    pub const ALL: [Self; 58] = [
        Self::Format,
        Self::Sheets,
        Self::Divided,
        Self::Outside,
        Self::Header,
        Self::Blanks,
        Self::OneThing,
        Self::Characters,
        Self::Merged,
        Self::Hidden,
        Self::LineBreak,
        Self::Quotes,
        Self::Numbers,
        Self::Ditto,
        Self::HeaderTwice,
        Self::Choices,
        Self::Formula,
        Self::FirstRow,
        Self::Days,
        Self::Region,
        Self::Charset,
        Self::ByteOrderMark,
        Self::LineEnds,
        Self::HeaderSpelling,
        Self::UnknownColumn,
        Self::MissingColumn,
        Self::FewerColumns,
        Self::Order,
        Self::NotVerified,
        Self::Ambiguous,
        Self::Older,
        Self::Required,
        Self::Code,
        Self::Corporate,
        Self::IdTwice,
        Self::Id,
        Self::Town,
        Self::Kana,
        Self::Narrow,
        Self::Address,
        Self::Mail,
        Self::Phone,
        Self::Postal,
        Self::Degrees,
        Self::Swapped,
        Self::Pair,
        Self::Area,
        Self::Date,
        Self::Time,
        Self::Backwards,
        Self::Flag,
        Self::YesNo,
        Self::Weekdays,
        Self::Several,
        Self::Wider,
        Self::NoRows,
        Self::Crosses,
        Self::Shape,
    ];
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The rule.
    pub rule: Rule,
    /// The line of the file or row of the sheet, from 1; none: the whole file or column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The column's header, or its number when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The value, shortened, or what the sentence speaks of.
    pub value: String,
    /// The row before that has the same, when two rows have what only one may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// What the mender would write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<String>,
}

impl Finding {
    /// What is wrong and how to mend it, in one sentence or two.
    pub fn sentence(&self, language: Language) -> String {
        WORDS
            .words(language)
            .with(
                &format!("check-{}", self.rule.id()),
                &[
                    ("value", self.value.clone().into()),
                    ("first", self.first.unwrap_or(0).to_string().into()),
                ],
            )
            .into_owned()
    }

    /// Where and what in one line.
    pub fn line(&self, language: Language) -> String {
        let words = WORDS.words(language);
        let mut line = String::new();
        if let Some(row) = self.row {
            line.push_str(&words.with_text("check-at-row", "n", &row.to_string()));
            line.push_str(": ");
        }
        if let Some(column) = &self.column {
            line.push_str(column);
            line.push_str(": ");
        }
        line.push_str(&self.sentence(language));
        if let Some(mended) = &self.mended {
            line.push(' ');
            if mended.is_empty() {
                line.push_str(&words.get("check-would-go"));
            } else {
                line.push_str(&words.with_text("check-would-be", "value", mended));
            }
        }
        line.push_str(" [");
        line.push_str(self.rule.id());
        line.push(']');
        line
    }
}

/// A value as findings show it: at most 60 characters, on one line.
pub(crate) fn shortened(value: &str) -> String {
    let mut shown: String = value
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if value.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_sentence_in_every_language() {
        yakuba_ui::assert_complete(&WORDS);
        let mut ids = std::collections::BTreeSet::new();
        for rule in Rule::ALL {
            ids.insert(rule.id());
            assert!(
                WORDS
                    .words(Language::Japanese)
                    .has(&format!("check-{}", rule.id())),
                "{}",
                rule.id()
            );
            let name = rule.name(Language::Japanese);
            assert!(!name.contains('⟦'), "{name}");
        }
        assert_eq!(ids.len(), Rule::ALL.len());
    }

    #[test]
    fn every_official_number_is_one_of_the_list_that_is_looked_at() {
        use crate::model::standard::{LookedAt, READABILITY_RULES};
        let ours: std::collections::BTreeSet<&str> = Rule::ALL
            .iter()
            .map(|rule| rule.id())
            .filter(|id| id.starts_with('L'))
            .collect();
        let looked: std::collections::BTreeSet<&str> = READABILITY_RULES
            .iter()
            .filter(|rule| rule.looked_at != LookedAt::No)
            .map(|rule| rule.id)
            .collect();
        assert_eq!(ours, looked);
    }
}
