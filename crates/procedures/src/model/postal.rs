//! Japan Post's published table of postal codes: `KEN_ALL.CSV` (CP932) and `utf_ken_all.csv` (UTF-8), 15 columns and no heading.
//!
//! The shape is described at <https://www.post.japanpost.jp/zipcode/dl/readme.html> and, for the UTF-8 file of June 2023,
//! <https://www.post.japanpost.jp/zipcode/dl/utf-readme.html>, where Japan Post also says that it claims no copyright on this data.

use std::collections::BTreeSet;

use yakuba_forms::Area;
use yakuba_kernel::{PostalCode, Prefecture};
use yakuba_sheets::Limits;

use crate::error::ProcedureError;

/// The columns of a row.
const COLUMNS: usize = 15;
/// The seven digits.
const CODE: usize = 2;
const PREFECTURE: usize = 6;
const CITY: usize = 7;
const TOWN: usize = 8;
/// 更新の表示: 2 means that the code was given up.
const CHANGE: usize = 13;

/// The whole country has some 125,000 rows; the bounds leave room for twice as many.
const LIMITS: Limits = Limits {
    file_bytes: 64 << 20,
    unpacked_bytes: 64 << 20,
    ratio: 1,
    parts: 1,
    sheets: 1,
    rows: 300_000,
    columns: 30,
    cells: 5_000_000,
    cell_bytes: 10_000,
};

/// What a file holds: each code with what it stands for, in order and without repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalFile {
    /// The areas of every code, as seven digits.
    pub areas: Vec<(String, Area)>,
    /// The rows of the file.
    pub rows: usize,
}

impl PostalFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ProcedureError::PostalCodes`] with the line, when it is not of this shape.
    pub fn read(bytes: &[u8], name: &str) -> Result<Self, ProcedureError> {
        let bad = |text: String| ProcedureError::PostalCodes(text);
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(bad(
                "the file is packed (ZIP). Unpack it and name the CSV file in it".to_owned(),
            ));
        }
        let book =
            yakuba_sheets::read(bytes, name, &LIMITS).map_err(|error| bad(error.to_string()))?;
        let rows = book.sheets.into_iter().flat_map(|sheet| sheet.rows);
        let mut found = Self {
            areas: Vec::new(),
            rows: 0,
        };
        let mut known = BTreeSet::new();
        // A town whose remark in brackets goes on in the next row.
        let mut open: Option<(String, Area)> = None;
        for row in rows {
            let cells: Vec<&str> = row.cells.iter().map(|cell| cell.trim()).collect();
            if cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            found.rows += 1;
            let at = |problem: &str| bad(format!("line {}: {problem}", row.line));
            if cells.len() != COLUMNS {
                return Err(at(&format!(
                    "{} columns instead of {COLUMNS}. Take KEN_ALL.CSV or utf_ken_all.csv as Japan Post publishes it",
                    cells.len()
                )));
            }
            let code = PostalCode::parse(cells[CODE])
                .map_err(|error| at(&error.to_string()))?
                .digits()
                .to_owned();
            if Prefecture::all().all(|known| known.name() != cells[PREFECTURE]) {
                return Err(at("the seventh column is not a prefecture"));
            }
            if cells[CITY].is_empty() {
                return Err(at("the eighth column, the municipality, is empty"));
            }
            if cells[CHANGE] == "2" {
                continue;
            }
            let area = match open.take() {
                Some((open_code, mut area))
                    if open_code == code
                        && area.prefecture == cells[PREFECTURE]
                        && area.city == cells[CITY] =>
                {
                    area.town.push_str(cells[TOWN]);
                    area
                }
                Some((open_code, _)) => {
                    return Err(at(&format!(
                        "the town of {open_code} before it is cut off in the middle of a remark in brackets. Get the file again"
                    )));
                }
                None => Area {
                    prefecture: cells[PREFECTURE].to_owned(),
                    city: cells[CITY].to_owned(),
                    town: cells[TOWN].to_owned(),
                },
            };
            if is_open(&area.town) {
                open = Some((code, area));
                continue;
            }
            let area = Area {
                town: town(&area.town),
                ..area
            };
            if known.insert((code.clone(), area.clone())) {
                found.areas.push((code, area));
            }
        }
        if open.is_some() {
            return Err(bad(
                "the last town is cut off in the middle of a remark in brackets. Get the file again".to_owned(),
            ));
        }
        if found.areas.is_empty() {
            return Err(bad("the file holds no postal codes".to_owned()));
        }
        Ok(found)
    }
}

/// Whether a remark in brackets has not ended.
fn is_open(town: &str) -> bool {
    let count = |marks: [char; 2]| town.chars().filter(|letter| marks.contains(letter)).count();
    count(['（', '(']) > count(['）', ')'])
}

/// The town as people write it in their address: without remarks that are about the code and not about the place.
fn town(published: &str) -> String {
    let mut depth = 0_u32;
    let mut text: String = published
        .chars()
        .filter(|letter| match letter {
            '（' | '(' => {
                depth += 1;
                false
            }
            '）' | ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect();
    // 以下に掲載がない場合; ○○の次に番地がくる場合 (also 〜の次に１〜２０番地がくる場合): no town is meant.
    if text == "以下に掲載がない場合" || (text.contains("の次に") && text.ends_with("場合"))
    {
        return String::new();
    }
    // ○○村一円: the whole village. 一円 alone is a town of 多賀町.
    if text.ends_with("一円") && text != "一円" {
        return String::new();
    }
    // 種市第１５地割〜第２１地割: several 地割 under one code; which of them is the reader's is theirs to write.
    if let Some(place) = text.find("地割") {
        let before =
            text[..place].trim_end_matches(|letter: char| letter.is_numeric() || letter == '第');
        text.truncate(before.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{PostalFile, town};

    fn row(code: &str, prefecture: &str, city: &str, town: &str, change: &str) -> String {
        format!(
            "27205,\"564  \",\"{code}\",\"ｵｵｻｶﾌ\",\"ｽｲﾀｼ\",\"ﾏﾁ\",\"{prefecture}\",\"{city}\",\"{town}\",0,0,0,0,{change},0\r\n"
        )
    }

    #[test]
    fn towns_lose_what_is_not_part_of_an_address() {
        for (published, expected) in [
            ("泉町", "泉町"),
            ("以下に掲載がない場合", ""),
            ("境町の次に番地がくる場合", ""),
            ("高山村の次に１〜３３番地がくる場合", ""),
            ("青ヶ島村一円", ""),
            ("一円", "一円"),
            ("大通西（１〜１９丁目）", "大通西"),
            ("霞が関霞が関ビル（地階・階層不明）", "霞が関霞が関ビル"),
            ("種市第１５地割〜第２１地割（鹿糠、小路合）", "種市"),
            (
                "葛巻（第４０地割「５７番地１２５、１７６を除く」〜第４５地割）",
                "葛巻",
            ),
        ] {
            assert_eq!(town(published), expected, "{published}");
        }
    }

    #[test]
    fn rows_that_go_on_are_put_together_and_given_up_codes_are_left_out() {
        let text = [
            row(
                "9790622",
                "福島県",
                "双葉郡富岡町",
                "毛萱（前川原２３２〜２４４、３１１、３１２、３３７〜８６２番地",
                "0",
            ),
            row(
                "9790622",
                "福島県",
                "双葉郡富岡町",
                "〔東京電力福島第二原子力発電所構内〕）",
                "0",
            ),
            row(
                "4980000",
                "三重県",
                "桑名郡木曽岬町",
                "以下に掲載がない場合",
                "0",
            ),
            row("4980000", "愛知県", "弥富市", "以下に掲載がない場合", "0"),
            row("5640000", "大阪府", "吹田市", "なくなった町", "2"),
            row(
                "0640820",
                "北海道",
                "札幌市中央区",
                "大通西（２０〜２８丁目）",
                "0",
            ),
            row(
                "0640820",
                "北海道",
                "札幌市中央区",
                "大通西（２９丁目）",
                "0",
            ),
        ]
        .concat();
        let file = PostalFile::read(text.as_bytes(), "utf_ken_all.csv").unwrap();
        let lines: Vec<String> = file
            .areas
            .iter()
            .map(|(code, area)| format!("{code} {}", area.line()))
            .collect();
        assert_eq!(
            lines,
            [
                "9790622 福島県双葉郡富岡町毛萱",
                "4980000 三重県桑名郡木曽岬町",
                "4980000 愛知県弥富市",
                "0640820 北海道札幌市中央区大通西",
            ]
        );
        assert_eq!(file.rows, 7);
        // The older file is the same in CP932, where the wave dash is read as the full-width tilde.
        let text = text.replace('〜', "～");
        let (cp932, _, unheld) = encoding_rs::SHIFT_JIS.encode(&text);
        assert!(!unheld);
        assert_eq!(PostalFile::read(&cp932, "KEN_ALL.CSV").unwrap(), file);
    }

    #[test]
    fn what_is_no_table_of_postal_codes_is_refused_with_its_line() {
        for (text, part) in [
            ("a,b,c\n".to_owned(), "line 1: 3 columns"),
            (row("12", "大阪府", "吹田市", "泉町", "0"), "line 1"),
            (row("5640000", "大坂", "吹田市", "泉町", "0"), "prefecture"),
            (row("5640000", "大阪府", "", "泉町", "0"), "municipality"),
            (
                row("5640000", "大阪府", "吹田市", "泉町（１", "0"),
                "cut off",
            ),
            (
                row("5640000", "大阪府", "吹田市", "泉町", "2"),
                "no postal codes",
            ),
        ] {
            let error = PostalFile::read(text.as_bytes(), "x.csv").unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
        let packed = PostalFile::read(b"PK\x03\x04rest", "ken_all.zip").unwrap_err();
        assert!(packed.to_string().contains("Unpack"), "{packed}");
    }
}
