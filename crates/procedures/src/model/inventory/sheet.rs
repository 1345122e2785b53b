//! The inventory as a table: its headings recognised by their labels, its cells read, and the same table written out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use yakuba_kernel::{
    Channel, DepartmentCode, FiscalYear, Wareki,
    text::{fold_width, normalise_for_search},
};
use yakuba_sheets::{Cell, Grid, Table, guard};

use super::{CHANNELS, Counts, Entry, EntryProblem, Listed, Period, attachments};

/// A column of the inventory that is not a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The number.
    Number,
    /// What it is called.
    Title,
    /// The law or ordinance.
    Law,
    /// The department, by name or code.
    Department,
    /// Whether a seal is needed.
    Seal,
    /// Whether the person must come.
    Face,
    /// Whether an original on paper is needed.
    PaperOriginal,
    /// What must be attached.
    Attachments,
    /// What it costs.
    Fee,
    /// Since when it is online.
    OnlineSince,
    /// Why it is not online.
    WhyNotOnline,
    /// Why it does not count.
    Exclusion,
    /// The key of the procedure in this system.
    ProcedureKey,
    /// From when it counts.
    ListedOn,
    /// From when it exists no more.
    EndedOn,
}

/// Every column: the label it is written under, and other labels it is recognised by. Labels are compared folded.
const COLUMNS: [(Column, &str, &[&str]); 15] = [
    (
        Column::Number,
        "番号",
        &["手続番号", "台帳番号", "No", "整理番号", "通番", "number"],
    ),
    (
        Column::Title,
        "手続名",
        &[
            "手続名称",
            "手続の名称",
            "手続",
            "手続き名",
            "事務名",
            "名称",
            "title",
        ],
    ),
    (
        Column::Law,
        "根拠法令",
        &[
            "根拠",
            "法令",
            "根拠条例",
            "根拠法令等",
            "根拠法令・条例",
            "law",
        ],
    ),
    (
        Column::Department,
        "担当課",
        &[
            "所管課",
            "課",
            "部署",
            "担当部署",
            "所管",
            "課名",
            "department",
        ],
    ),
    (
        Column::Seal,
        "押印",
        &["押印の要否", "押印要否", "印鑑", "seal"],
    ),
    (
        Column::Face,
        "対面",
        &["対面の要否", "対面要否", "来庁", "来庁の要否", "face"],
    ),
    (
        Column::PaperOriginal,
        "紙の原本",
        &["原本", "原本の要否", "原本提出", "紙原本", "paper_original"],
    ),
    (
        Column::Attachments,
        "添付書類",
        &["添付", "必要書類", "attachments"],
    ),
    (Column::Fee, "手数料", &["料金", "手数料額", "fee"]),
    (
        Column::OnlineSince,
        "オンライン開始日",
        &[
            "電子化日",
            "電子申請開始日",
            "オンライン化日",
            "オンライン化年月日",
            "online_since",
        ],
    ),
    (
        Column::WhyNotOnline,
        "オンライン化できない理由",
        &[
            "オンライン化していない理由",
            "未実施の理由",
            "電子化できない理由",
            "why_not_online",
        ],
    ),
    (
        Column::Exclusion,
        "対象外の理由",
        &["対象外理由", "除外理由", "除外の理由", "exclusion"],
    ),
    (
        Column::ProcedureKey,
        "手続の記号",
        &["手続キー", "申請ページの記号", "procedure_key"],
    ),
    (
        Column::ListedOn,
        "台帳登録日",
        &["登録日", "開始日", "listed_on"],
    ),
    (Column::EndedOn, "廃止日", &["終了日", "ended_on"]),
];

/// The words by which the channel of a count is recognised, and the one it is written under.
const CHANNEL_WORDS: [(Channel, &str, &[&str]); 4] = [
    (
        Channel::Online,
        "オンライン",
        &["電子", "オンライン", "online"],
    ),
    (
        Channel::Counter,
        "窓口",
        &["窓口", "対面", "来庁", "counter"],
    ),
    (Channel::Paper, "郵送・紙", &["郵送", "紙", "書面", "paper"]),
    (Channel::Phone, "電話", &["電話", "phone"]),
];
/// What marks a column of what this system received itself, which is written and not read.
const RECEIVED_HERE: &str = "本システム受付";

impl Column {
    /// The label it is written under.
    pub fn label(self) -> &'static str {
        COLUMNS
            .iter()
            .find(|(column, _, _)| *column == self)
            .map_or("", |(_, label, _)| label)
    }

    /// Every column, in the order in which they are written.
    pub fn all() -> impl Iterator<Item = Self> {
        COLUMNS.iter().map(|(column, _, _)| *column)
    }

    /// What an entry has in this column, as it is written and read back.
    pub fn text(self, entry: &Entry, departments: &BTreeMap<DepartmentCode, String>) -> String {
        let need = |needed: bool| if needed { "要" } else { "不要" }.to_owned();
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        match self {
            Self::Number => entry.number.clone(),
            Self::Title => entry.title.clone(),
            Self::Law => entry.law.clone(),
            Self::Department => departments
                .get(&entry.department)
                .cloned()
                .unwrap_or_else(|| entry.department.as_str().to_owned()),
            Self::Seal => need(entry.seal),
            Self::Face => need(entry.face),
            Self::PaperOriginal => need(entry.paper_original),
            Self::Attachments => entry.attachments.join("、"),
            Self::Fee => entry.fee.clone(),
            Self::OnlineSince => day(entry.online_since),
            Self::WhyNotOnline => entry.why_not_online.clone(),
            Self::Exclusion => entry.exclusion.clone(),
            Self::ProcedureKey => entry.procedure_key.clone().unwrap_or_default(),
            Self::ListedOn => day(Some(entry.listed_on)),
            Self::EndedOn => day(entry.ended_on),
        }
    }
}

/// What a heading is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heading {
    Of(Column),
    Count(FiscalYear, Channel),
    /// Written by us for reading only.
    ReadOnly,
}

/// A label without what makes no difference: blanks, width, full stops, brackets.
fn folded(label: &str) -> String {
    normalise_for_search(label)
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

fn heading(label: &str) -> Option<Heading> {
    let folded_label = folded(label);
    let folded = folded_label.as_str();
    if folded.is_empty() {
        return None;
    }
    let year = FiscalYear::find_all(label)
        .into_iter()
        .map(|mention| mention.year)
        .next();
    if let Some(year) = year {
        if folded.contains(&self::folded(RECEIVED_HERE)) {
            return Some(Heading::ReadOnly);
        }
        return CHANNEL_WORDS
            .iter()
            .find(|(_, _, words)| {
                words
                    .iter()
                    .any(|word| folded.contains(&self::folded(word)))
            })
            .map(|(channel, _, _)| Heading::Count(year, *channel));
    }
    COLUMNS
        .iter()
        .find(|(_, written, others)| {
            std::iter::once(written)
                .chain(others.iter())
                .any(|known| self::folded(known) == folded)
        })
        .map(|(column, _, _)| Heading::Of(*column))
}

/// A table of entries as it was read, before anything of it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventorySheet {
    /// Its rows.
    pub rows: Vec<SheetRow>,
    /// Headings that mean nothing here; their columns are passed over.
    pub unknown: Vec<String>,
}

/// One row of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The line in the file, from 1.
    pub line: u32,
    /// The number of the entry.
    pub number: String,
    values: BTreeMap<Column, String>,
    counts: BTreeMap<(FiscalYear, Channel), String>,
}

/// Why a file is no inventory at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnInventory {
    /// No row holds the headings of number and title.
    #[error("no row has the headings 番号 and 手続名. Put them above the columns and try again")]
    NoHeadings,
    /// Two columns have headings of the same meaning.
    #[error("two columns have headings of the same meaning. Remove one of them and try again")]
    TwoColumns,
}

/// Finds the inventory in a file's sheets: the first that has its headings.
///
/// # Errors
/// [`NotAnInventory`].
pub fn read_sheets(sheets: &[Grid]) -> Result<InventorySheet, NotAnInventory> {
    sheets
        .iter()
        .find_map(|grid| read_grid(grid).transpose())
        .unwrap_or(Err(NotAnInventory::NoHeadings))
}

fn read_grid(grid: &Grid) -> Result<Option<InventorySheet>, NotAnInventory> {
    let found = grid.rows.iter().take(20).position(|row| {
        let headings: Vec<_> = row.cells.iter().filter_map(|cell| heading(cell)).collect();
        headings.contains(&Heading::Of(Column::Number))
            && headings.contains(&Heading::Of(Column::Title))
    });
    let Some(place) = found else {
        return Ok(None);
    };
    let mut headings = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut unknown = Vec::new();
    for (column, label) in grid.rows[place].cells.iter().enumerate() {
        match heading(label) {
            Some(Heading::ReadOnly) => {}
            Some(heading) => {
                if !seen.insert(heading) {
                    return Err(NotAnInventory::TwoColumns);
                }
                headings.insert(column, heading);
            }
            None if label.trim().is_empty() => {}
            None => unknown.push(label.trim().to_owned()),
        }
    }
    let mut rows = Vec::new();
    for row in &grid.rows[place + 1..] {
        let mut values = BTreeMap::new();
        let mut counts = BTreeMap::new();
        for (column, heading) in &headings {
            let cell = row.cells.get(*column).map_or("", String::as_str);
            let text = unguard(cell.trim()).trim().to_owned();
            match heading {
                Heading::Of(column) => {
                    values.insert(*column, text);
                }
                Heading::Count(year, channel) => {
                    counts.insert((*year, *channel), text);
                }
                Heading::ReadOnly => {}
            }
        }
        let number = values.remove(&Column::Number).unwrap_or_default();
        let blank =
            number.is_empty() && values.values().chain(counts.values()).all(String::is_empty);
        if !blank {
            rows.push(SheetRow {
                line: row.line,
                number: fold_width(&number),
                values,
                counts,
            });
        }
    }
    Ok(Some(InventorySheet { rows, unknown }))
}

/// Takes away the apostrophe that [`guard`] put before a text.
fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if guard(rest) == text => rest,
        _ => text,
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowProblem {
    /// The entry could not stand.
    Entry(EntryProblem),
    /// A cell of a column cannot be read.
    Cell(Column, String),
    /// A count of a year cannot be read.
    Count(FiscalYear, Channel, String),
    /// A count of a year is less than what was counted for its months.
    LessThanMonths(FiscalYear, Channel, u64),
    /// The number stands in the file before.
    Twice,
    /// The person may not change entries of the department.
    NotYours,
}

impl SheetRow {
    /// The entry as the row wants it: what stands, changed by what the row says. A column that is not in the file changes
    /// nothing; an empty cell of a count changes nothing, an empty cell elsewhere takes away what stood there.
    ///
    /// # Errors
    /// Everything that is wrong with the row.
    pub fn apply(
        &self,
        standing: Option<&Listed>,
        departments: &BTreeMap<DepartmentCode, String>,
        today: Date,
    ) -> Result<(Entry, Counts), Vec<RowProblem>> {
        let mut problems = Vec::new();
        let department = self.department(standing, departments);
        let Some(department) = department else {
            return Err(vec![RowProblem::Entry(EntryProblem::Department)]);
        };
        let (mut entry, mut counts) = standing.map_or_else(
            || {
                let new = Entry::new(&self.number, "", department.clone(), today);
                (new, Counts::default())
            },
            |listed| (listed.entry.clone(), listed.counts.clone()),
        );
        entry.department = department;
        for (column, text) in &self.values {
            if let Err(problem) = read_cell(&mut entry, *column, text, today) {
                problems.push(problem);
            }
        }
        for ((year, channel), text) in &self.counts {
            if text.is_empty() {
                continue;
            }
            let Some(total) = read_count(text) else {
                problems.push(RowProblem::Count(*year, *channel, text.clone()));
                continue;
            };
            let of_months = counts.of_months(*year, *channel);
            let Some(rest) = u64::from(total).checked_sub(of_months) else {
                problems.push(RowProblem::LessThanMonths(*year, *channel, of_months));
                continue;
            };
            // Months that add up to the year leave nothing undivided, which is not a zero of its own.
            let whole_in_months = rest == 0 && counts.of_year(*year, *channel).is_some();
            let undivided = Period::undivided(*year);
            if whole_in_months && counts.get(undivided, *channel).is_none() {
                continue;
            }
            counts.set(undivided, *channel, u32::try_from(rest).ok());
        }
        problems.extend(entry.problems(today).into_iter().map(RowProblem::Entry));
        if problems.is_empty() {
            Ok((entry, counts))
        } else {
            Err(problems)
        }
    }

    fn department(
        &self,
        standing: Option<&Listed>,
        departments: &BTreeMap<DepartmentCode, String>,
    ) -> Option<DepartmentCode> {
        let text = self
            .values
            .get(&Column::Department)
            .filter(|text| !text.is_empty());
        let Some(text) = text else {
            return standing.map(|listed| listed.entry.department.clone());
        };
        let folded = normalise_for_search(text);
        departments
            .iter()
            .find(|(code, name)| code.as_str() == text || normalise_for_search(name) == folded)
            .map(|(code, _)| code.clone())
    }
}

fn read_cell(entry: &mut Entry, column: Column, text: &str, today: Date) -> Result<(), RowProblem> {
    let wrong = || RowProblem::Cell(column, text.to_owned());
    match column {
        Column::Number | Column::Department => {}
        Column::Title => entry.title = one_line(text),
        Column::Law => entry.law = one_line(text),
        Column::Seal => entry.seal = read_need(text).ok_or_else(wrong)?,
        Column::Face => entry.face = read_need(text).ok_or_else(wrong)?,
        Column::PaperOriginal => entry.paper_original = read_need(text).ok_or_else(wrong)?,
        Column::Attachments => entry.attachments = attachments(text),
        Column::Fee => entry.fee = one_line(text),
        Column::OnlineSince => entry.online_since = read_day(text).ok_or_else(wrong)?,
        Column::WhyNotOnline => entry.why_not_online = one_line(text),
        Column::Exclusion => entry.exclusion = one_line(text),
        Column::ProcedureKey => {
            entry.procedure_key = Some(text.to_owned()).filter(|key| !key.is_empty());
        }
        Column::ListedOn => {
            if let Some(day) = read_day(text).ok_or_else(wrong)? {
                entry.listed_on = day;
            } else if text.is_empty() && entry.listed_on > today {
                entry.listed_on = today;
            }
        }
        Column::EndedOn => entry.ended_on = read_day(text).ok_or_else(wrong)?,
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether something is needed, in the words of such tables; none when the word is none of them.
fn read_need(text: &str) -> Option<bool> {
    match fold_width(text).to_lowercase().as_str() {
        "要" | "必要" | "有" | "あり" | "有り" | "○" | "〇" | "◯" | "はい" | "1" | "yes"
        | "true" => Some(true),
        "" | "不要" | "無" | "なし" | "無し" | "×" | "-" | "ー" | "いいえ" | "0" | "no"
        | "false" => Some(false),
        _ => None,
    }
}

/// A day, or the first day of a fiscal year; nothing for an empty cell; none when it cannot be read.
#[allow(clippy::option_option)] // read or not, and then given or not
fn read_day(text: &str) -> Option<Option<Date>> {
    if matches!(text, "" | "-" | "－" | "―" | "未実施") {
        return Some(None);
    }
    Wareki::read_date(text)
        .or_else(|| FiscalYear::read(text).map(FiscalYear::start))
        .map(Some)
}

/// A count as people write it: `1,234`, `1234件`, digits of either width.
pub fn read_count(text: &str) -> Option<u32> {
    let folded = fold_width(text);
    let digits: String = folded
        .trim()
        .trim_end_matches('件')
        .chars()
        .filter(|letter| *letter != ',' && !letter.is_whitespace())
        .collect();
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// The inventory as a table, with a column for each year and channel in which anything was counted.
/// What this system received itself stands in columns of its own.
pub fn table(entries: &[&Listed], departments: &BTreeMap<DepartmentCode, String>) -> Table {
    let years: BTreeSet<FiscalYear> = entries
        .iter()
        .flat_map(|listed| {
            let received = listed
                .received
                .iter()
                .map(|received| FiscalYear::from_date(received.day));
            listed.counts.years().chain(received)
        })
        .collect();
    let mut header: Vec<String> = COLUMNS
        .iter()
        .map(|(_, label, _)| (*label).to_owned())
        .collect();
    for year in &years {
        for (_, word, _) in &CHANNEL_WORDS {
            header.push(format!("{} {word}", year.wareki()));
        }
        header.push(format!("{} {RECEIVED_HERE}", year.wareki()));
    }
    let rows = entries
        .iter()
        .map(|listed| row(listed, &years, departments))
        .collect();
    Table {
        name: "手続の台帳".to_owned(),
        header,
        rows,
    }
}

fn row(
    listed: &Listed,
    years: &BTreeSet<FiscalYear>,
    departments: &BTreeMap<DepartmentCode, String>,
) -> Vec<Cell> {
    let entry = &listed.entry;
    let count = |count: Option<u64>| count.map_or(Cell::Empty, |n| Cell::Number(n.to_string()));
    let mut cells: Vec<Cell> = COLUMNS
        .iter()
        .map(|(column, _, _)| Cell::Text(column.text(entry, departments)))
        .collect();
    for year in years {
        for channel in CHANNELS {
            cells.push(count(listed.counts.of_year(*year, channel)));
        }
        let here: u64 = CHANNELS
            .into_iter()
            .map(|channel| listed.received_in(*year, channel))
            .sum();
        cells.push(count(Some(here).filter(|here| *here > 0)));
    }
    cells
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use yakuba_sheets::{CsvOptions, Limits, read, write_csv};

    use super::super::tests::{entry, year};
    use super::*;

    fn departments() -> BTreeMap<DepartmentCode, String> {
        BTreeMap::from([
            (
                DepartmentCode::new("environment").unwrap(),
                "環境課".to_owned(),
            ),
            (DepartmentCode::new("tax").unwrap(), "税務課".to_owned()),
        ])
    }

    fn sheet(text: &str) -> InventorySheet {
        read_sheets(
            &read(text.as_bytes(), "a.csv", &Limits::default())
                .unwrap()
                .sheets,
        )
        .unwrap()
    }

    const TODAY: Date = date(2026, 11, 21);

    #[test]
    fn labels_are_recognised_however_they_are_written() {
        let read = sheet(
            "手続の棚卸,,,,,,,\nＮｏ．,備考,手続き名,所管課,押印の要否,オンライン化年月日,R7年度 窓口件数,令和７年度郵送\nK-1,,犬の登録,環境課,○,令和4年度,\"1,200件\",\n",
        );
        assert_eq!(read.unknown, ["備考"]);
        let (entry, counts) = read.rows[0].apply(None, &departments(), TODAY).unwrap();
        assert_eq!(entry.title, "犬の登録");
        assert_eq!(entry.department.as_str(), "environment");
        assert!(entry.seal);
        assert_eq!(entry.online_since, Some(date(2022, 4, 1)));
        assert_eq!(counts.of_year(year(2025), Channel::Counter), Some(1200));
        assert_eq!(counts.of_year(year(2025), Channel::Paper), None);
        assert_eq!(read_sheets(&[]).unwrap_err(), NotAnInventory::NoHeadings);
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        let read = sheet(
            "番号,手続名,担当課,押印,令和7年度 窓口\nK-1,犬の登録,環境課,たぶん,やく百\nK-2,届,水道課,,\n",
        );
        assert_eq!(
            read.rows[0].apply(None, &departments(), TODAY),
            Err(vec![
                RowProblem::Cell(Column::Seal, "たぶん".to_owned()),
                RowProblem::Count(year(2025), Channel::Counter, "やく百".to_owned()),
            ])
        );
        assert_eq!(
            read.rows[1].apply(None, &departments(), TODAY),
            Err(vec![RowProblem::Entry(EntryProblem::Department)])
        );
    }

    #[test]
    fn a_year_keeps_its_months_and_takes_only_the_rest() {
        let mut listed = Listed {
            entry: entry("K-1"),
            revision: 1,
            counts: Counts::default(),
            received: Vec::new(),
        };
        let may = Period::of_month(year(2025), 5).unwrap();
        listed.counts.set(may, Channel::Counter, Some(30));
        let row = |text: &str| {
            sheet(&format!(
                "番号,手続名,令和7年度 窓口\nK-1,犬の登録,{text}\n"
            ))
            .rows
            .remove(0)
        };
        let (_, counts) = row("100")
            .apply(Some(&listed), &departments(), TODAY)
            .unwrap();
        assert_eq!(
            counts.get(Period::undivided(year(2025)), Channel::Counter),
            Some(70)
        );
        let (_, counts) = row("30")
            .apply(Some(&listed), &departments(), TODAY)
            .unwrap();
        assert_eq!(counts, listed.counts);
        assert_eq!(
            row("29").apply(Some(&listed), &departments(), TODAY),
            Err(vec![RowProblem::LessThanMonths(
                year(2025),
                Channel::Counter,
                30
            )])
        );
    }

    #[test]
    fn what_is_written_is_read_back_and_formulas_are_harmless() {
        let mut it = entry("K-1");
        it.title = "=HYPERLINK(\"http://evil\")".to_owned();
        it.law = "'狂犬病予防法".to_owned();
        it.attachments = vec!["注射済証".to_owned(), "-写真".to_owned()];
        it.fee = "+300円".to_owned();
        it.why_not_online = "@紙".to_owned();
        it.exclusion = "法令".to_owned();
        it.ended_on = Some(date(2026, 3, 31));
        let mut counts = Counts::default();
        counts.set(Period::undivided(year(2025)), Channel::Counter, Some(0));
        counts.set(
            Period::of_month(year(2025), 1).unwrap(),
            Channel::Phone,
            Some(4),
        );
        let listed = Listed {
            entry: it,
            revision: 1,
            counts,
            received: Vec::new(),
        };
        let bytes = write_csv(&table(&[&listed], &departments()), CsvOptions::default()).bytes;
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("'=HYPERLINK"), "{text}");
        let read = sheet(&text);
        assert_eq!(read.unknown, Vec::<String>::new());
        let again = read.rows[0]
            .apply(Some(&listed), &departments(), TODAY)
            .unwrap();
        assert_eq!(again, (listed.entry.clone(), listed.counts.clone()));
        // And into an empty inventory: months cannot come out of a year's sum, everything else does.
        let (entry, counts) = read.rows[0].apply(None, &departments(), TODAY).unwrap();
        assert_eq!(entry, listed.entry);
        assert_eq!(counts.of_year(year(2025), Channel::Phone), Some(4));
    }
}
