//! Reading a personnel file (CSV in any Japanese charset, TSV or XLSX) by the labels of its columns.

use serde::{Deserialize, Serialize};
use yakuba_kernel::{DepartmentCode, Wareki};
use yakuba_sheets::{Limits, SheetError, Workbook};

use super::{Change, ChangeKind};
use crate::model::account::LoginName;

/// The columns of the file, in the order of the sample. 職員番号 (or ログイン名), 発令日 and 区分 are needed;
/// 部署コード and 職 except for 退職; 氏名 for 採用.
pub const COLUMNS: [&str; 7] = [
    "職員番号",
    "氏名",
    "フリガナ",
    "部署コード",
    "職",
    "発令日",
    "区分",
];

/// Why a whole file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PersonnelError {
    /// It is no sheet, or hostile.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// No row has the labels.
    #[error(
        "no row holds the column labels 職員番号, 部署コード, 職, 発令日 and 区分. Compare the file with the sample"
    )]
    NoHeader,
    /// Lines cannot be understood or do not fit the city.
    #[error("{0} lines have problems; nothing was changed. Correct the file and upload it again")]
    Problems(usize),
    /// Something changed between preview and commit.
    #[error("the accounts have changed since the preview. Look at the differences again")]
    Stale,
    /// The file was committed before.
    #[error("this file was committed before")]
    Committed,
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProblem {
    /// The line in the file.
    pub line: u32,
    /// What is wrong.
    pub kind: ProblemKind,
    /// The cell's text.
    pub text: String,
}

/// The kinds of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The staff number is missing or has other signs than letters and digits.
    LoginName,
    /// The name is missing for somebody new.
    Name,
    /// The day cannot be read.
    Day,
    /// The kind of change is not one of the four.
    Kind,
    /// The department is missing or has blanks.
    Department,
    /// There is no department with this code on the day.
    UnknownDepartment,
    /// The post is missing.
    Post,
    /// There is no account with this staff number.
    UnknownAccount,
    /// The person has left before the day.
    LeftBefore,
    /// Two lines give the same person two main posts on the same day.
    TwoMainPosts,
    /// The name differs from the account's: perhaps the number is wrong. Only a warning.
    NameDiffers,
}

impl ProblemKind {
    /// The id of the message that explains it.
    pub const fn message(self) -> &'static str {
        match self {
            Self::LoginName => "identity-personnel-problem-login-name",
            Self::Name => "identity-personnel-problem-name",
            Self::Day => "identity-personnel-problem-day",
            Self::Kind => "identity-personnel-problem-kind",
            Self::Department => "identity-personnel-problem-department",
            Self::UnknownDepartment => "identity-personnel-problem-unknown-department",
            Self::Post => "identity-personnel-problem-post",
            Self::UnknownAccount => "identity-personnel-problem-unknown-account",
            Self::LeftBefore => "identity-personnel-problem-left-before",
            Self::TwoMainPosts => "identity-personnel-problem-two-main-posts",
            Self::NameDiffers => "identity-personnel-problem-name-differs",
        }
    }

    /// Whether the file can be committed all the same.
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::NameDiffers)
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonnelFile {
    /// The lines that were understood.
    pub changes: Vec<Change>,
    /// What was not.
    pub problems: Vec<LineProblem>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    LoginName,
    Name,
    FamilyName,
    GivenName,
    Kana,
    FamilyKana,
    GivenKana,
    Department,
    Post,
    Day,
    Kind,
}

fn column(label: &str) -> Option<Column> {
    let label: String = label
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    match label.to_ascii_lowercase().as_str() {
        "職員番号" | "ログイン名" | "職員コード" | "login" | "login_name" => {
            Some(Column::LoginName)
        }
        "氏名" | "名前" | "name" => Some(Column::Name),
        "氏" | "姓" | "family" => Some(Column::FamilyName),
        "名" | "given" => Some(Column::GivenName),
        "フリガナ（氏）" | "フリガナ（姓）" | "family_kana" => {
            Some(Column::FamilyKana)
        }
        "フリガナ（名）" | "given_kana" => Some(Column::GivenKana),
        "フリガナ" | "ふりがな" | "カナ" | "カナ氏名" | "kana" => Some(Column::Kana),
        "部署コード" | "所属コード" | "department" => Some(Column::Department),
        "職" | "職名" | "役職" | "post" => Some(Column::Post),
        "発令日" | "発令年月日" | "effective_on" | "day" | "date" => Some(Column::Day),
        "区分" | "発令区分" | "異動区分" | "change" | "kind" => Some(Column::Kind),
        _ => None,
    }
}

/// Reads a personnel file.
///
/// # Errors
/// [`PersonnelError::Sheet`] or [`PersonnelError::NoHeader`]; problems of single lines are in the result.
pub fn read(bytes: &[u8], file_name: &str) -> Result<PersonnelFile, PersonnelError> {
    let book = yakuba_sheets::read(bytes, file_name, &Limits::default())?;
    from_book(&book).ok_or(PersonnelError::NoHeader)
}

fn from_book(book: &Workbook) -> Option<PersonnelFile> {
    for sheet in &book.sheets {
        let header = sheet.rows.iter().position(|row| {
            let found: Vec<Column> = row.cells.iter().filter_map(|cell| column(cell)).collect();
            [
                Column::LoginName,
                Column::Department,
                Column::Post,
                Column::Day,
                Column::Kind,
            ]
            .iter()
            .all(|needed| found.contains(needed))
        });
        let Some(header) = header else { continue };
        let columns: Vec<Option<Column>> = sheet.rows[header]
            .cells
            .iter()
            .map(|cell| column(cell))
            .collect();
        let mut file = PersonnelFile::default();
        for row in &sheet.rows[header + 1..] {
            let cell = |wanted| {
                columns
                    .iter()
                    .position(|column| *column == Some(wanted))
                    .and_then(|place| row.cells.get(place))
                    .map_or("", |text| text.trim())
            };
            if row.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            read_line(&mut file, row.line, &cell);
        }
        return Some(file);
    }
    None
}

fn read_line<'a>(file: &mut PersonnelFile, line: u32, cell: &dyn Fn(Column) -> &'a str) {
    let before = file.problems.len();
    let mut problem = |kind, text: &str| {
        file.problems.push(LineProblem {
            line,
            kind,
            text: text.chars().take(80).collect(),
        });
    };
    let login_name = LoginName::new(cell(Column::LoginName));
    if login_name.is_err() {
        problem(ProblemKind::LoginName, cell(Column::LoginName));
    }
    let day = Wareki::read_date(cell(Column::Day));
    if day.is_none() {
        problem(ProblemKind::Day, cell(Column::Day));
    }
    let kind = ChangeKind::read(cell(Column::Kind));
    if kind.is_none() {
        problem(ProblemKind::Kind, cell(Column::Kind));
    }
    let leaves = kind == Some(ChangeKind::Leave);
    let department = DepartmentCode::new(cell(Column::Department)).ok();
    if department.is_none() && !leaves {
        problem(ProblemKind::Department, cell(Column::Department));
    }
    if cell(Column::Post).is_empty() && !leaves {
        problem(ProblemKind::Post, "");
    }
    if file.problems.len() > before {
        return;
    }
    if let (Ok(login_name), Some(day), Some(kind)) = (login_name, day, kind) {
        file.changes.push(Change {
            line,
            login_name: login_name.as_str().to_owned(),
            name: whole(cell, [Column::Name, Column::FamilyName, Column::GivenName]),
            kana: whole(cell, [Column::Kana, Column::FamilyKana, Column::GivenKana]),
            department,
            post: cell(Column::Post).to_owned(),
            day,
            kind,
        });
    }
}

/// A name in one cell, or in two.
fn whole<'a>(cell: &dyn Fn(Column) -> &'a str, columns: [Column; 3]) -> String {
    columns
        .into_iter()
        .map(cell)
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const FILE: &str = "令和9年4月1日付け人事異動\n\n職員番号,氏名,フリガナ,部署コード,職,発令日,区分\n\
        T001,佐藤 花,サトウ ハナ,0210,課長,令和9年4月1日,異動\n\
        Ｔ００２,鈴木 一,スズキ ハジメ,0310,係員,2027/4/1,採用\n\
        T003,,,,,R9.3.31,退職\n\
        T001,佐藤 花,サトウ ハナ,0310,主査,2027-04-01,兼務\n\
        ,だれか,,0310,係員,2027-04-01,異動\n\
        T005,誤り,,0310,係員,2027-13-01,栄転\n";

    #[test]
    fn lines_are_read_by_labels_and_problems_are_kept_apart() {
        let file = read(FILE.as_bytes(), "異動.csv").unwrap();
        assert_eq!(file.changes.len(), 4);
        assert_eq!(file.changes[1].login_name, "t002");
        assert_eq!(file.changes[0].day, date(2027, 4, 1));
        assert_eq!(
            (file.changes[2].day, file.changes[2].kind),
            (date(2027, 3, 31), ChangeKind::Leave)
        );
        let problems: Vec<_> = file
            .problems
            .iter()
            .map(|problem| (problem.line, problem.kind))
            .collect();
        assert_eq!(
            problems,
            [
                (8, ProblemKind::LoginName),
                (9, ProblemKind::Day),
                (9, ProblemKind::Kind)
            ]
        );
    }

    #[test]
    fn a_file_without_the_labels_is_refused() {
        assert!(matches!(
            read("a,b\n1,2\n".as_bytes(), "x.csv"),
            Err(PersonnelError::NoHeader)
        ));
        assert!(matches!(
            read(b"%PDF-1.7", "x.csv"),
            Err(PersonnelError::Sheet(_))
        ));
    }
}
