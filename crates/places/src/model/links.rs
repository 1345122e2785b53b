//! Lists of addresses at which files stand: read from lines or from a table.

use std::io::Cursor;

use reqwest::Url;
use yakuba_sheets::{Limits, SheetError, TextRows};

/// The most addresses of one list.
pub const MOST_ADDRESSES: usize = 200;
/// The longest address.
const LONGEST: usize = 2_000;
/// The longest title, in letters.
const LONGEST_TITLE: usize = 200;
/// What a cell must be to tell the kind of a file.
const FORMATS: [&str; 14] = [
    "CSV", "TSV", "XLSX", "XLS", "JSON", "GEOJSON", "ZIP", "SHP", "KML", "PDF", "XML", "TXT",
    "HTML", "PARQUET",
];

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the file is called.
    pub title: String,
    /// Where it stands.
    pub address: String,
    /// What kind of file it is, such as `CSV`; empty: nobody knows.
    pub format: String,
}

/// Why a list is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It holds nothing.
    #[error("the list holds no address. Write one on each line")]
    Empty,
    /// It is too long.
    #[error("the list has more than {MOST_ADDRESSES} addresses. Divide it")]
    TooMany,
    /// A line has no address.
    #[error("line {0} has no address that begins with https:// or http://")]
    NoAddress(u32),
    /// An address stands twice.
    #[error("line {0} has an address that stands above already")]
    Twice(u32),
    /// It is no text.
    #[error(transparent)]
    Sheet(#[from] SheetError),
}

/// Reads a list: on each line a title, an address and the kind of file, or the address alone; commas or tabs stand between. A first line
/// without an address is that of the headers.
///
/// # Errors
/// [`ListError`].
pub fn read_list(bytes: &[u8]) -> Result<Vec<Listed>, ListError> {
    let mut rows = match TextRows::new(Cursor::new(bytes), "list.csv", Limits::default()) {
        Err(SheetError::Empty) => return Err(ListError::Empty),
        rows => rows?,
    };
    let mut listed: Vec<Listed> = Vec::new();
    let mut is_first = true;
    while let Some(row) = rows.next_row()? {
        let cells: Vec<&str> = row
            .cells
            .iter()
            .flat_map(|cell| cell.split('\t'))
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect();
        if cells.is_empty() {
            continue;
        }
        let found = cells.iter().find_map(|cell| address(cell));
        let was_first = std::mem::take(&mut is_first);
        let Some(url) = found else {
            let is_header = was_first && !cells.iter().any(|cell| cell.contains("://"));
            if is_header && cells.len() > 1 {
                continue;
            }
            return Err(ListError::NoAddress(row.line));
        };
        let said = |cell: &&&str| !cell.contains("://");
        let format = cells
            .iter()
            .filter(said)
            .find_map(|cell| listed_format(cell))
            .unwrap_or_else(|| format_of(&url));
        let title = cells
            .iter()
            .filter(said)
            .find(|cell| listed_format(cell).is_none())
            .map_or_else(|| called(&url), |cell| (*cell).to_owned());
        if listed.iter().any(|one| one.address == url.as_str()) {
            return Err(ListError::Twice(row.line));
        }
        if listed.len() == MOST_ADDRESSES {
            return Err(ListError::TooMany);
        }
        listed.push(Listed {
            title: title.chars().take(LONGEST_TITLE).collect(),
            address: url.into(),
            format,
        });
    }
    if listed.is_empty() {
        return Err(ListError::Empty);
    }
    Ok(listed)
}

/// An address of a web server, without anybody's name and password in it.
pub fn address(text: &str) -> Option<Url> {
    if text.len() > LONGEST {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    // The last are signs that catalogues cannot hold in an address.
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && !url.as_str().contains(['|', '^', '`', '{', '}', '\\', '\'']);
    url.set_fragment(None);
    (is_web && is_bare).then_some(url)
}

/// The last step of an address, as readers write it.
fn last_step(url: &Url) -> String {
    let step = url
        .path_segments()
        .and_then(|mut steps| steps.next_back())
        .unwrap_or_default();
    // A plus is no blank here.
    form_urlencoded::parse(step.replace('+', "%2B").as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// The kind of file that a cell names, such as `CSV`.
pub(super) fn listed_format(cell: &str) -> Option<String> {
    FORMATS
        .iter()
        .find(|format| format.eq_ignore_ascii_case(cell))
        .map(|format| (*format).to_owned())
}

/// The kind of file that an address ends in; empty: nobody knows.
pub(super) fn format_of(url: &Url) -> String {
    let step = last_step(url);
    let ending = step.rsplit_once('.').map_or("", |(_, ending)| ending);
    listed_format(ending).unwrap_or_default()
}

/// What a file is called that has no title: its name without the ending, or its site.
pub(super) fn called(url: &Url) -> String {
    let step = last_step(url);
    let name = step
        .rsplit_once('.')
        .map_or(step.as_str(), |(name, _)| name);
    if name.is_empty() {
        url.host_str().unwrap_or_default().to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String, String)>, String> {
        read_list(text.as_bytes())
            .map(|listed| {
                listed
                    .into_iter()
                    .map(|one| (one.title, one.address, one.format))
                    .collect()
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn lines_and_tables_are_read() {
        let told = |title: &str, address: &str, format: &str| {
            (title.to_owned(), address.to_owned(), format.to_owned())
        };
        assert_eq!(
            read("https://a.example.jp/data/%E7%97%85%E9%99%A2.csv\n\nhttps://a.example.jp/"),
            Ok(vec![
                told(
                    "病院",
                    "https://a.example.jp/data/%E7%97%85%E9%99%A2.csv",
                    "CSV"
                ),
                told("a.example.jp", "https://a.example.jp/", ""),
            ])
        );
        assert_eq!(
            read(
                "題名,アドレス,形式\n病院,https://a.example.jp/1,xlsx\n\"薬局, 市内\",http://a.example.jp/2.pdf,"
            ),
            Ok(vec![
                told("病院", "https://a.example.jp/1", "XLSX"),
                told("薬局, 市内", "http://a.example.jp/2.pdf", "PDF"),
            ])
        );
    }

    #[test]
    fn what_is_no_address_is_said_by_its_line() {
        let error = |text: &str| read(text).unwrap_err();
        assert!(error("").contains("no address"));
        assert!(error("https://a.example.jp/1\nftp://a.example.jp/2").contains("line 2"));
        assert!(error("file:///etc/passwd").contains("line 1"));
        assert!(error("javascript:alert(1)").contains("line 1"));
        assert!(error("https://user:word@a.example.jp/").contains("line 1"));
        assert!(error("https://a.example.jp/1\nhttps://a.example.jp/1#x").contains("line 2"));
        let many: Vec<String> = (0..=MOST_ADDRESSES)
            .map(|at| format!("https://a.example.jp/{at}"))
            .collect();
        assert!(error(&many.join("\n")).contains("Divide"));
    }
}
