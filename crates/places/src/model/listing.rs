//! Several datasets in one table: a line for each file that stands on another site, with what is said about its dataset beside it. The columns of the
//! national list of open data (オープンデータ一覧, both generations) are read as well as short names, so that a list a city has already can be sent.

use std::collections::{BTreeMap, BTreeSet};

use yakuba_kernel::DepartmentCode;
use yakuba_sheets::{Limits, SheetError, read, unguard, write_csv_rows};
use yakuba_ui::Language;

use super::{
    document::{DatasetDocument, Licence, Rhythm, Theme, is_key},
    links::{Listed, MOST_ADDRESSES, address, called, format_of, listed_format},
    standard::header_key,
};
use crate::WORDS;

/// The longest title, in letters.
const LONGEST_TITLE: usize = 200;
/// The longest description, in letters.
const LONGEST_DESCRIPTION: usize = 5_000;
/// The longest of the other texts, in letters.
const LONGEST_TEXT: usize = 300;
/// Rows above the header at most.
const ROWS_ABOVE: usize = 5;
/// The most words by which a dataset is found.
const MOST_KEYWORDS: usize = 30;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    Key,
    Title,
    Address,
    FileTitle,
    Format,
    Description,
    Department,
    Theme,
    Keywords,
    Licence,
    Rhythm,
    Area,
    Contact,
    Phone,
    Email,
}

/// What a column says, and the headers it may have; of several that stand in one table the first of these counts.
const COLUMNS: [(Says, &[&str]); 15] = [
    (
        Says::Key,
        &["データセット_ID", "キー", "アドレスの名前", "key", "id"],
    ),
    (
        Says::Title,
        &[
            "データセット_タイトル",
            "データ名称",
            "データセット名",
            "データセット",
            "題名",
            "タイトル",
            "名称",
            "title",
            "dataset",
        ],
    ),
    (
        Says::Address,
        &[
            "ファイル_ダウンロードURL",
            "ファイル_アクセスURL",
            "URL",
            "アドレス",
            "リンク",
            "address",
            "link",
        ],
    ),
    (
        Says::FileTitle,
        &[
            "ファイル_タイトル",
            "ファイルの題名",
            "ファイル名",
            "ファイル",
            "file",
        ],
    ),
    (
        Says::Format,
        &[
            "ファイル形式",
            "ファイル_形式",
            "データ形式",
            "形式",
            "format",
        ],
    ),
    (
        Says::Description,
        &[
            "データセット_概要",
            "データ概要",
            "概要",
            "説明",
            "description",
        ],
    ),
    (
        Says::Department,
        &["部署", "担当課", "担当部署", "所管課", "department"],
    ),
    (
        Says::Theme,
        &["データセット_分類", "分類", "テーマ", "theme"],
    ),
    (
        Says::Keywords,
        &["データセット_キーワード", "キーワード", "keywords"],
    ),
    (
        Says::Licence,
        &[
            "ファイル_ライセンス",
            "ライセンス",
            "利用条件",
            "licence",
            "license",
        ],
    ),
    (
        Says::Rhythm,
        &["データセット_更新頻度", "更新頻度", "更新の頻度", "rhythm"],
    ),
    (Says::Area, &["データセット_対象地域", "対象地域", "area"]),
    (
        Says::Contact,
        &[
            "データセット_連絡先名称",
            "連絡先",
            "問い合わせ先",
            "contact",
        ],
    ),
    (
        Says::Phone,
        &["データセット_連絡先電話番号", "電話番号", "電話", "phone"],
    ),
    (
        Says::Email,
        &[
            "データセット_連絡先メールアドレス",
            "メールアドレス",
            "メール",
            "email",
        ],
    ),
];

/// Why a table is not taken as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// It holds no line.
    #[error("the list holds no line. Write a header and a line for each file")]
    Empty,
    /// No row among the first says which column is which.
    #[error("the list has no header with a title and an address, such as 題名 and アドレス")]
    NoColumns,
    /// It is too long.
    #[error("the list has more than {MOST_ADDRESSES} lines. Divide it")]
    TooMany,
    /// It cannot be read.
    #[error(transparent)]
    Sheet(#[from] SheetError),
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file.
    pub line: u32,
    cells: BTreeMap<Says, String>,
}

impl Line {
    fn get(&self, says: Says) -> &str {
        self.cells.get(&says).map_or("", String::as_str)
    }

    /// The dataset's title as it stands.
    pub fn title(&self) -> &str {
        self.get(Says::Title)
    }

    /// The file's address as it stands.
    pub fn address(&self) -> &str {
        self.get(Says::Address)
    }
}

/// A table, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its lines.
    pub lines: Vec<Line>,
    /// The table from its header on as CSV, to be shown, mended and sent again; its lines are those of `lines`.
    pub text: String,
}

/// Reads a table from a file in any charset, a workbook, or what was pasted.
///
/// # Errors
/// [`ListingError`].
pub fn read_listing(bytes: &[u8], name: &str) -> Result<Listing, ListingError> {
    let book = match read(bytes, name, &Limits::default()) {
        Err(SheetError::Empty) => return Err(ListingError::Empty),
        book => book?,
    };
    let is_filled =
        |row: &&yakuba_sheets::Row| row.cells.iter().any(|cell| !cell.trim().is_empty());
    let mut rows = Vec::new();
    let mut columns = None;
    for grid in book.sheets.iter().filter(|grid| !grid.hidden) {
        let filled: Vec<&yakuba_sheets::Row> = grid.rows.iter().filter(is_filled).collect();
        let Some((at, found)) = filled
            .iter()
            .take(ROWS_ABOVE)
            .enumerate()
            .find_map(|(at, row)| Some((at, columns_of(&row.cells)?)))
        else {
            continue;
        };
        rows = filled[at..].iter().map(|row| row.cells.clone()).collect();
        columns = Some(found);
        break;
    }
    let Some(columns) = columns else {
        let is_empty = book
            .sheets
            .iter()
            .all(|grid| !grid.rows.iter().any(|row| is_filled(&row)));
        return Err(if is_empty {
            ListingError::Empty
        } else {
            ListingError::NoColumns
        });
    };
    match rows.len() {
        0 | 1 => return Err(ListingError::Empty),
        many if many > MOST_ADDRESSES + 1 => return Err(ListingError::TooMany),
        _ => {}
    }
    // A cell of several lines would make the numbers of the lines differ from those on the screen; the sign before what a spreadsheet would
    // compute is put there by what writes the text.
    let cells: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            row.iter()
                .map(|cell| cell.split_whitespace().collect::<Vec<_>>().join(" "))
                .map(|cell| unguard(&cell).to_owned())
                .collect()
        })
        .collect();
    let mut text = Vec::new();
    write_csv_rows(&mut text, &cells);
    let lines = cells
        .iter()
        .zip(1..)
        .skip(1)
        .map(|(cells, line)| Line {
            line,
            cells: columns
                .iter()
                .filter_map(|(says, at)| Some((*says, cells.get(*at)?.clone())))
                .collect(),
        })
        .collect();
    Ok(Listing {
        lines,
        text: String::from_utf8_lossy(&text).into_owned(),
    })
}

/// Which column says what; none when a title or an address is missing.
fn columns_of(header: &[String]) -> Option<BTreeMap<Says, usize>> {
    let keys: Vec<String> = header
        .iter()
        .map(|cell| header_key(cell).to_lowercase())
        .collect();
    let found: BTreeMap<Says, usize> = COLUMNS
        .iter()
        .filter_map(|(says, names)| {
            names
                .iter()
                .find_map(|name| {
                    keys.iter()
                        .position(|key| *key == header_key(name).to_lowercase())
                })
                .map(|at| (*says, at))
        })
        .collect();
    (found.contains_key(&Says::Title) && found.contains_key(&Says::Address)).then_some(found)
}

/// What holds for every line that says nothing else.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The department.
    pub department: Option<DepartmentCode>,
    /// Who answers questions.
    pub contact: String,
    /// The terms.
    pub licence: Licence,
}

/// A dataset that stands already.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Whether whoever sends the list looks after it.
    pub is_own: bool,
    /// Whether it is made from the city's records, so that no file can be added.
    pub is_made: bool,
    /// The addresses of its files that stand on other sites.
    pub addresses: BTreeSet<String>,
}

/// What the city has and whoever sends the list may do.
#[derive(Debug, Clone)]
pub struct Place {
    /// The departments for which datasets may be added, by code and by each of their names.
    pub departments: BTreeMap<String, DepartmentCode>,
    /// All datasets.
    pub standing: Vec<Standing>,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It makes a dataset.
    New,
    /// Its file comes to a dataset that an earlier line makes.
    With,
    /// Its file comes to a dataset that stands.
    Joins,
    /// Its file is there.
    Known,
    /// It has no title.
    NoTitle,
    /// It has no address of a web server.
    NoAddress,
    /// Its address stands on a line above.
    Twice,
    /// A text is too long.
    TooLong,
    /// What is to be its name in addresses cannot be one.
    BadKey,
    /// The dataset with its key belongs to another department.
    Elsewhere,
    /// Its dataset is made from the city's records.
    Made,
    /// No department, or one for which the person may not add datasets.
    Department,
    /// Nobody who answers questions.
    NoContact,
    /// Terms that are none of those under which the city publishes.
    Licence,
    /// The line that makes its dataset is refused.
    WithRefused,
}

impl Fate {
    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::With => "with",
            Self::Joins => "joins",
            Self::Known => "known",
            Self::NoTitle => "no-title",
            Self::NoAddress => "no-address",
            Self::Twice => "twice",
            Self::TooLong => "too-long",
            Self::BadKey => "bad-key",
            Self::Elsewhere => "elsewhere",
            Self::Made => "made",
            Self::Department => "department",
            Self::NoContact => "no-contact",
            Self::Licence => "licence",
            Self::WithRefused => "with-refused",
        }
    }

    /// Whether the line adds a file.
    pub const fn is_added(self) -> bool {
        matches!(self, Self::New | Self::With | Self::Joins)
    }

    /// Whether somebody must mend it.
    pub const fn is_refused(self) -> bool {
        !self.is_added() && !matches!(self, Self::Known)
    }
}

/// What was made of a cell that means nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// No description: the title stands in its place.
    Description,
    /// An unknown theme: その他.
    Theme,
    /// An unknown rhythm: 随時.
    Rhythm,
}

impl Doubt {
    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Theme => "theme",
            Self::Rhythm => "rhythm",
        }
    }
}

/// What becomes of a line, and of which dataset it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The line's number.
    pub line: u32,
    /// The dataset's title.
    pub title: String,
    /// The dataset's key; empty: it has none.
    pub key: String,
    /// The file, when it has an address.
    pub file: Option<Listed>,
    /// What becomes of it.
    pub fate: Fate,
    /// What was made of cells that mean nothing here.
    pub doubts: Vec<Doubt>,
}

/// A dataset to be made, or one that stands and gets files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its key.
    pub key: String,
    /// What is said about it; none when it stands.
    pub document: Option<DatasetDocument>,
    /// Its new files, with their lines.
    pub files: Vec<(u32, Listed)>,
}

/// What becomes of a table: of each line, and by dataset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Its lines in order.
    pub lines: Vec<Planned>,
    /// The datasets in the order of their first lines.
    pub wanted: Vec<Wanted>,
}

/// A dataset of which lines speak, while the plan is made.
#[derive(Clone)]
struct Group {
    key: String,
    title: String,
    standing: Option<usize>,
    /// Why nothing can come to it.
    refused: Option<Fate>,
}

/// What becomes of each line.
pub fn plan(lines: &[Line], defaults: &Defaults, place: &Place) -> Plan {
    let mut making = Making {
        defaults,
        place,
        plan: Plan::default(),
        groups: Vec::new(),
        // A key that a later line asks for by name is not given to an earlier one.
        taken: place
            .standing
            .iter()
            .map(|one| one.key.clone())
            .chain(lines.iter().map(|line| line.get(Says::Key).to_owned()))
            .collect(),
        seen: BTreeSet::new(),
    };
    for line in lines {
        let url = address(line.address());
        let mut planned = Planned {
            line: line.line,
            title: line.title().to_owned(),
            key: line.get(Says::Key).to_owned(),
            file: url.as_ref().map(|url| Listed {
                title: match line.get(Says::FileTitle) {
                    "" => called(url),
                    said => said.to_owned(),
                },
                address: url.to_string(),
                format: listed_format(line.get(Says::Format)).unwrap_or_else(|| format_of(url)),
            }),
            fate: Fate::NoTitle,
            doubts: Vec::new(),
        };
        planned.fate = making.fate_of(line, &mut planned);
        making.plan.lines.push(planned);
    }
    making.plan
}

fn is_too_long(line: &Line) -> bool {
    line.cells.iter().any(|(says, text)| {
        let most = match says {
            Says::Title | Says::FileTitle => LONGEST_TITLE,
            Says::Description => LONGEST_DESCRIPTION,
            // An address is judged as one.
            Says::Address => usize::MAX,
            _ => LONGEST_TEXT,
        };
        text.chars().count() > most
    })
}

/// A plan in the making.
struct Making<'a> {
    defaults: &'a Defaults,
    place: &'a Place,
    plan: Plan,
    groups: Vec<Group>,
    /// The keys that datasets have or are to have.
    taken: BTreeSet<String>,
    /// The addresses of the lines before.
    seen: BTreeSet<String>,
}

impl Making<'_> {
    fn fate_of(&mut self, line: &Line, planned: &mut Planned) -> Fate {
        if planned.title.is_empty() && planned.key.is_empty() {
            return Fate::NoTitle;
        }
        let Some(file) = planned.file.clone() else {
            return Fate::NoAddress;
        };
        if is_too_long(line) {
            return Fate::TooLong;
        }
        let asked = planned.key.clone();
        if !asked.is_empty() && !is_key(&asked) {
            return Fate::BadKey;
        }
        if !self.seen.insert(file.address.clone()) {
            return Fate::Twice;
        }
        let found = self.groups.iter().find(|group| {
            if asked.is_empty() {
                group.title == planned.title
            } else {
                group.key == asked
            }
        });
        let is_first = found.is_none();
        let group = if let Some(group) = found {
            group.clone()
        } else {
            let group = self.group_of(line, &file, planned);
            self.groups.push(group.clone());
            group
        };
        planned.key.clone_from(&group.key);
        if let Some(refused) = group.refused {
            return if is_first { refused } else { Fate::WithRefused };
        }
        let standing = group.standing.and_then(|at| self.place.standing.get(at));
        if standing.is_some_and(|standing| standing.addresses.contains(&file.address)) {
            return Fate::Known;
        }
        let wanted = &mut self.plan.wanted;
        match wanted.iter_mut().find(|one| one.key == group.key) {
            Some(one) => one.files.push((line.line, file)),
            None => wanted.push(Wanted {
                key: group.key,
                document: None,
                files: vec![(line.line, file)],
            }),
        }
        match (standing.is_some(), is_first) {
            (true, _) => Fate::Joins,
            (false, true) => Fate::New,
            (false, false) => Fate::With,
        }
    }

    /// The dataset of which a line is the first to speak.
    fn group_of(&mut self, line: &Line, file: &Listed, planned: &mut Planned) -> Group {
        let asked = line.get(Says::Key);
        let standing = self.place.standing.iter().position(|one| {
            if asked.is_empty() {
                one.is_own && one.title == planned.title
            } else {
                one.key == asked
            }
        });
        let mut group = Group {
            key: asked.to_owned(),
            title: planned.title.clone(),
            standing,
            refused: None,
        };
        if let Some(found) = standing.and_then(|at| self.place.standing.get(at)) {
            group.key.clone_from(&found.key);
            // What other departments are preparing is not told.
            if found.is_own {
                group.title.clone_from(&found.title);
                planned.title.clone_from(&found.title);
            }
            group.refused = match found {
                Standing { is_own: false, .. } => Some(Fate::Elsewhere),
                Standing { is_made: true, .. } => Some(Fate::Made),
                Standing { .. } => None,
            };
            return group;
        }
        match document_of(line, planned, self.defaults, self.place) {
            Err(fate) => group.refused = Some(fate),
            Ok(mut document) => {
                if group.key.is_empty() {
                    group.key = free_key(&file.address, &self.taken);
                }
                self.taken.insert(group.key.clone());
                document.key.clone_from(&group.key);
                self.plan.wanted.push(Wanted {
                    key: group.key.clone(),
                    document: Some(document),
                    files: Vec::new(),
                });
            }
        }
        group
    }
}

/// What a line says about its dataset, without the key.
fn document_of(
    line: &Line,
    planned: &mut Planned,
    defaults: &Defaults,
    place: &Place,
) -> Result<DatasetDocument, Fate> {
    if planned.title.is_empty() {
        return Err(Fate::NoTitle);
    }
    let department = match line.get(Says::Department) {
        "" => defaults.department.clone(),
        said => place
            .departments
            .get(&header_key(said).to_lowercase())
            .cloned(),
    }
    .ok_or(Fate::Department)?;
    let licence = match line.get(Says::Licence) {
        "" => defaults.licence,
        said => licence_of(said).ok_or(Fate::Licence)?,
    };
    let or = |said: &str, default: &str| if said.is_empty() { default } else { said }.to_owned();
    let contact = or(line.get(Says::Contact), &defaults.contact);
    if contact.is_empty() {
        return Err(Fate::NoContact);
    }
    let mut doubt = |doubt: Doubt| planned.doubts.push(doubt);
    let description = line.get(Says::Description);
    if description.is_empty() {
        doubt(Doubt::Description);
    }
    let theme = match line.get(Says::Theme) {
        "" => Theme::default(),
        said => theme_of(said).unwrap_or_else(|| {
            doubt(Doubt::Theme);
            Theme::default()
        }),
    };
    let rhythm = match line.get(Says::Rhythm) {
        "" => Rhythm::default(),
        said => rhythm_of(said).unwrap_or_else(|| {
            doubt(Doubt::Rhythm);
            Rhythm::default()
        }),
    };
    Ok(DatasetDocument {
        key: String::new(),
        title: planned.title.clone(),
        title_en: String::new(),
        description: or(description, &planned.title),
        description_en: String::new(),
        department,
        theme,
        keywords: line
            .get(Says::Keywords)
            .split(['、', ',', '，', ';', '；'])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .take(MOST_KEYWORDS)
            .map(str::to_owned)
            .collect(),
        licence,
        rhythm,
        area: line.get(Says::Area).to_owned(),
        from: None,
        until: None,
        contact,
        phone: line.get(Says::Phone).to_owned(),
        email: line.get(Says::Email).to_owned(),
        national: None,
    })
}

/// Terms as lists write them; what only looks like one of them, such as a licence without commercial use, is none.
fn licence_of(said: &str) -> Option<Licence> {
    let plain: String = header_key(said)
        .to_uppercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '.')
        .collect();
    match plain.trim_end_matches("国際").trim_end_matches("JA") {
        "CCBY"
        | "CCBY4.0"
        | "クリエイティブ・コモンズ表示4.0"
        | "クリエイティブコモンズ表示4.0" => Some(Licence::CcBy),
        "PDL"
        | "PDL1.0"
        | "公共データ利用規約"
        | "公共データ利用規約第1.0版"
        | "公共データ利用規約第1.0版PDL1.0" => Some(Licence::Pdl),
        "CC0" | "CC01.0" | "CCZERO" => Some(Licence::CcZero),
        _ => Licence::ALL
            .iter()
            .copied()
            .find(|licence| said.trim() == licence.title() || said.trim() == licence.url()),
    }
}

/// The item whose name, or whose text in some language, was written.
fn named<T: Copy>(
    all: &[T],
    name: impl Fn(T) -> &'static str,
    group: &str,
    said: &str,
) -> Option<T> {
    let said = header_key(said).to_lowercase();
    all.iter().copied().find(|item| {
        name(*item) == said
            || Language::ALL.iter().any(|language| {
                let text = WORDS
                    .words(*language)
                    .get(&format!("places-{group}-{}", name(*item)));
                header_key(&text).to_lowercase() == said
            })
    })
}

fn theme_of(said: &str) -> Option<Theme> {
    named(Theme::ALL, Theme::name, "theme", said)
}

fn rhythm_of(said: &str) -> Option<Rhythm> {
    Some(match header_key(said).as_str() {
        "日次" | "1日ごと" => Rhythm::Daily,
        "週次" | "週1回" => Rhythm::Weekly,
        "月次" | "月1回" | "1か月ごと" => Rhythm::Monthly,
        "四半期" | "四半期ごと" => Rhythm::Quarterly,
        "年次" | "年1回" | "毎年度" | "1年ごと" => Rhythm::Yearly,
        "不定期" | "適宜" => Rhythm::Irregular,
        _ => return named(Rhythm::ALL, Rhythm::name, "rhythm", said),
    })
}

/// A key from the name of a file, that nothing has yet.
fn free_key(url: &str, taken: &BTreeSet<String>) -> String {
    let name = address(url).map(|url| called(&url)).unwrap_or_default();
    let mut key = String::new();
    for c in name.to_lowercase().chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('-') {
            key.push('-');
        }
    }
    let mut key: String = key.trim_matches(['-', '_']).chars().take(50).collect();
    if !key.contains(|c: char| c.is_ascii_lowercase()) || !is_key(&key) {
        "data".clone_into(&mut key);
    }
    if !taken.contains(&key) {
        return key;
    }
    // One of as many numbers as there are keys is free.
    (2..taken.len() + 3)
        .map(|number| format!("{key}-{number}"))
        .find(|key| !taken.contains(key))
        .unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place {
            departments: [
                ("parks", "parks"),
                ("公園課", "parks"),
                ("health", "health"),
            ]
            .into_iter()
            .map(|(name, code)| (name.to_owned(), DepartmentCode::new(code).unwrap()))
            .collect(),
            standing: Vec::new(),
        }
    }

    fn planned(text: &str, place: &Place) -> Plan {
        let defaults = Defaults {
            department: DepartmentCode::new("health").ok(),
            contact: "健康課".to_owned(),
            licence: Licence::CcBy,
        };
        let listing = read_listing(text.as_bytes(), "list.csv").unwrap();
        plan(&listing.lines, &defaults, place)
    }

    fn fates(plan: &Plan) -> Vec<(&str, Fate)> {
        plan.lines
            .iter()
            .map(|line| (line.key.as_str(), line.fate))
            .collect()
    }

    #[test]
    fn lines_become_datasets_with_their_files() {
        let text = "題名,ＵＲＬ,形式,説明,部署,分類,ライセンス,更新頻度\n\
            病院,https://a.example.jp/Hospital%20List.csv,,市内の病院,公園課,社会保障・衛生,CC BY 4.0,年次\n\
            病院,https://a.example.jp/hospital.pdf,,,,,,\n\
            薬局,https://a.example.jp/%E8%96%AC.xlsx,,,,薬,,ときどき\n";
        let found = planned(text, &place());
        assert_eq!(
            fates(&found),
            [
                ("hospital-list", Fate::New),
                ("hospital-list", Fate::With),
                ("data", Fate::New)
            ]
        );
        let document = found.wanted[0].document.as_ref().unwrap();
        assert_eq!(document.department.as_str(), "parks");
        assert_eq!(document.theme, Theme::Welfare);
        assert_eq!(document.rhythm, Rhythm::Yearly);
        assert_eq!(document.contact, "健康課");
        assert_eq!(found.wanted[0].files.len(), 2);
        assert_eq!(found.wanted[0].files[1].1.format, "PDF");
        assert_eq!(
            found.lines[2].doubts,
            [Doubt::Description, Doubt::Theme, Doubt::Rhythm]
        );
        assert_eq!(
            found.wanted[1].document.as_ref().unwrap().description,
            "薬局"
        );
    }

    #[test]
    fn the_national_list_of_open_data_is_read() {
        let text = "全国地方公共団体コード,データセット_ID,データセット_タイトル,データセット_概要,データセット_URL,データセット_連絡先名称,ファイル_タイトル,ファイル_アクセスURL,ファイル_ダウンロードURL,ファイル形式,ファイル_ライセンス\n\
            069990,aed,AED,場所,https://a.example.jp/d,救急課,一覧,https://a.example.jp/d#1,https://a.example.jp/aed.csv,CSV,CC BY 4.0\n";
        let found = planned(text, &place());
        assert_eq!(fates(&found), [("aed", Fate::New)]);
        let (_, file) = &found.wanted[0].files[0];
        assert_eq!(
            (file.title.as_str(), file.address.as_str()),
            ("一覧", "https://a.example.jp/aed.csv")
        );
    }

    #[test]
    fn what_cannot_come_is_said_line_by_line() {
        let mut place = place();
        let standing = |key: &str, title: &str, is_own, is_made| Standing {
            key: key.to_owned(),
            title: title.to_owned(),
            is_own,
            is_made,
            addresses: ["https://a.example.jp/old.csv".to_owned()].into(),
        };
        place.standing = vec![
            standing("old", "前からのもの", true, false),
            standing("theirs", "よその課", false, false),
            standing("made", "自動", true, true),
        ];
        let text = "キー,題名,アドレス,部署,ライセンス\n\
            ,,https://a.example.jp/1.csv,,\n\
            ,二,javascript:alert(1),,\n\
            ,三,https://a.example.jp/3.csv,土木課,\n\
            ,四,https://a.example.jp/4.csv,,CC BY-NC 4.0\n\
            A/..,五,https://a.example.jp/5.csv,,\n\
            theirs,六,https://a.example.jp/6.csv,,\n\
            made,七,https://a.example.jp/7.csv,,\n\
            ,前からのもの,https://a.example.jp/old.csv,,\n\
            ,前からのもの,https://a.example.jp/theirs.csv,,\n\
            ,十,https://a.example.jp/theirs.csv#x,,\n\
            ,三,https://a.example.jp/33.csv,parks,\n\
            ,よその課,https://a.example.jp/theirs.xlsx,,\n";
        let found = planned(text, &place);
        let fates: Vec<Fate> = found.lines.iter().map(|line| line.fate).collect();
        assert_eq!(
            fates,
            [
                Fate::NoTitle,
                Fate::NoAddress,
                Fate::Department,
                Fate::Licence,
                Fate::BadKey,
                Fate::Elsewhere,
                Fate::Made,
                Fate::Known,
                Fate::Joins,
                Fate::Twice,
                Fate::WithRefused,
                Fate::New,
            ]
        );
        let keys: Vec<&str> = found.wanted.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["old", "theirs-2"]);
        assert!(found.wanted[0].document.is_none());
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let refused = |text: &str| read_listing(text.as_bytes(), "list.csv").unwrap_err();
        assert!(matches!(refused(""), ListingError::Empty));
        assert!(matches!(refused("題名,アドレス\n"), ListingError::Empty));
        assert!(matches!(
            refused("https://a.example.jp/1.csv\nhttps://a.example.jp/2.csv"),
            ListingError::NoColumns
        ));
        let many: Vec<String> = (0..=MOST_ADDRESSES)
            .map(|at| format!("表,https://a.example.jp/{at}"))
            .collect();
        assert!(matches!(
            refused(&format!("題名,アドレス\n{}", many.join("\n"))),
            ListingError::TooMany
        ));
    }

    #[test]
    fn what_was_pasted_from_a_spreadsheet_is_read_again_as_shown() {
        let pasted = "一覧\n\n題名\tアドレス\n\"木\n の表\"\thttps://a.example.jp/1.csv\n";
        let first = read_listing(pasted.as_bytes(), "list.csv").unwrap();
        assert_eq!(first.lines[0].title(), "木 の表");
        let again = read_listing(first.text.as_bytes(), "list.csv").unwrap();
        assert_eq!(again, first);
    }
}
