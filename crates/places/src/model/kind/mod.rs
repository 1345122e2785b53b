//! What a value of a column is: whether it stands as the standard wants it, and what it would be if it were written rightly.

mod values;

use unicode_normalization::UnicodeNormalization as _;
use yakuba_kernel::{
    CorporateNumber, MunicipalityCode, PostalCode,
    text::{fold_width, hiragana_to_katakana},
};

use self::values::{
    all_digits, dashes, date, degrees, half_kana, is_address, is_kana_text, is_mail, number, phone,
    time, weekdays,
};

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// 全国地方公共団体コード: six digits with a check digit.
    Code,
    /// A number or name that nothing else in the file has.
    Id,
    /// 町字ID: seven digits.
    Town,
    /// 法人番号: thirteen digits with a check digit.
    Corporate,
    /// A reading in full-width katakana.
    Kana,
    /// Letters and digits of half width, such as an English name.
    Narrow,
    /// A web address.
    Address,
    /// A mail address.
    Mail,
    /// A telephone number.
    Phone,
    /// Seven digits of a postal code.
    Postal,
    /// Degrees north.
    Latitude,
    /// Degrees east.
    Longitude,
    /// A decimal number.
    Number,
    /// A whole number from 0.
    Count,
    /// `YYYY-MM-DD`.
    Date,
    /// `hh:mm`.
    Time,
    /// `1` or nothing.
    Flag,
    /// 有 or 無.
    YesNo,
    /// Days of the week without separators, Monday first.
    Weekdays,
    /// Several values with `;` between them.
    Several,
    /// One of these.
    OneOf(Vec<&'static str>),
    /// One of these by the older generation, which the newer one may have changed.
    UsuallyOneOf(Vec<&'static str>),
}

/// How a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Good,
    /// It can only mean this, which is as it should be.
    Mendable(String),
    /// It is not what it should be, and only a person knows what it should be.
    Bad,
}

/// The columns whose values are lists; the books say so only for some.
const LISTS: [&str; 8] = [
    "データセット_キーワード",
    "診療曜日",
    "診療科目",
    "実施サービス",
    "キーワード",
    "タグ",
    "アレルゲン品目",
    "対象となる町会・自治会",
];

impl Kind {
    /// Its name in texts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Id => "id",
            Self::Town => "town",
            Self::Corporate => "corporate",
            Self::Kana => "kana",
            Self::Narrow => "narrow",
            Self::Address => "address",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Postal => "postal",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::Number => "number",
            Self::Count => "count",
            Self::Date => "date",
            Self::Time => "time",
            Self::Flag => "flag",
            Self::YesNo => "yes-no",
            Self::Weekdays => "weekdays",
            Self::Several => "several",
            Self::OneOf(_) | Self::UsuallyOneOf(_) => "choice",
        }
    }

    /// The kind of a standard dataset's column.
    pub(crate) fn of_standard(name: &str, described: &str) -> Self {
        Self::by_name(name).unwrap_or_else(|| match described {
            "string(半角数字6)" => Self::Code,
            "string(半角英数字)" => Self::Narrow,
            "string(全角カナ)" => Self::Kana,
            "URI" => Self::Address,
            "hh:mm" => Self::Time,
            "YYYY-MM-DD" => Self::Date,
            "string(半角数字7)" => Self::Postal,
            "integer" => Self::Count,
            "string(13)" => Self::Corporate,
            "flag 1/empty" => Self::Flag,
            "number" => Self::Number,
            "string 月火水木金土日" => Self::Weekdays,
            "enum 有|無" => Self::YesNo,
            "enum 階数|標高|地表高" => Self::OneOf(vec!["階数", "標高", "地表高"]),
            _ => Self::Text,
        })
    }

    /// The kind of a column of the older generation.
    pub(crate) fn of_recommended(name: &str, described: &str, choices: &'static str) -> Self {
        match choices {
            "1;" => return Self::Flag,
            "有;無" => return Self::YesNo,
            "" => {}
            list => return Self::UsuallyOneOf(list.split(';').collect()),
        }
        Self::by_name(name).unwrap_or(match described {
            "Number" => Self::Number,
            "Time" => Self::Time,
            "URL" => Self::Address,
            "Date" => Self::Date,
            _ => Self::Text,
        })
    }

    /// What a column's name says by itself.
    fn by_name(name: &str) -> Option<Self> {
        // Datasets of the books B and C put their own name before each column.
        let bare = match name.rsplit_once('_') {
            Some((prefix, last)) if prefix == "教育機関" || prefix == "投票所" => last,
            _ => name,
        };
        let is_code = [
            "全国地方公共団体コード",
            "都道府県コード又は市区町村コード",
            "市区町村コード",
        ]
        .iter()
        .any(|ending| bare.ends_with(ending));
        if is_code {
            return Some(Self::Code);
        }
        if LISTS.contains(&bare) {
            return Some(Self::Several);
        }
        Some(match bare {
            "ID" | "NO" | "データセット_ID" | "地域コード" | "支援制度ID" => {
                Self::Id
            }
            "町字ID" => Self::Town,
            "緯度" => Self::Latitude,
            "経度" => Self::Longitude,
            "標高" | "高度の値" => Self::Number,
            "法人番号" => Self::Corporate,
            "利用可能曜日" => Self::Weekdays,
            _ if bare.ends_with("_カナ") || bare.ends_with("（カナ）") => Self::Kana,
            _ if bare.ends_with("開始時間") || bare.ends_with("終了時間") => Self::Time,
            _ if bare.ends_with("郵便番号") => Self::Postal,
            _ if bare.ends_with("電話番号") || bare == "FAX番号" => Self::Phone,
            _ if bare.ends_with("メールアドレス") => Self::Mail,
            _ if bare.ends_with("URL") || bare == "画像" => Self::Address,
            _ if bare.ends_with("有無") => Self::YesNo,
            _ if bare.ends_with("年月日")
                || bare.ends_with("公開日")
                || bare.ends_with("最終更新日") =>
            {
                Self::Date
            }
            _ => return None,
        })
    }

    /// How a value that is not empty stands.
    pub fn judge(&self, value: &str) -> Standing {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return Standing::Mendable(String::new());
        }
        let right = self.written(trimmed);
        match right {
            Some(right) if right == value => Standing::Good,
            Some(right) => Standing::Mendable(right),
            None => Standing::Bad,
        }
    }

    /// The value as it should be written; none when that is not certain. The value is not empty and has no blanks around it.
    fn written(&self, value: &str) -> Option<String> {
        let narrow = || fold_width(value);
        match self {
            Self::Text => Some(value.to_owned()),
            Self::Code => MunicipalityCode::read_mended(value).map(|code| code.as_str().to_owned()),
            Self::Id | Self::Narrow => {
                let narrow = narrow();
                (narrow.is_ascii() && !narrow.contains(|c: char| c.is_ascii_control()))
                    .then_some(narrow)
            }
            Self::Town => {
                let digits: String = dashes(&narrow()).chars().filter(|c| *c != '-').collect();
                (digits.len() == 7 && all_digits(&digits)).then_some(digits)
            }
            Self::Corporate => CorporateNumber::parse(&dashes(&narrow()).replace('-', ""))
                .ok()
                .map(|number| number.as_str().to_owned()),
            Self::Kana => {
                let kana = hiragana_to_katakana(&half_kana(value));
                kana.chars().all(is_kana_text).then_some(kana)
            }
            Self::Address => is_address(value).then(|| value.to_owned()),
            Self::Mail => {
                let narrow = narrow();
                is_mail(&narrow).then_some(narrow)
            }
            Self::Phone => phone(&narrow()),
            Self::Postal => PostalCode::parse(value)
                .ok()
                .map(|code| code.digits().to_owned()),
            Self::Latitude => degrees(value, 90.0, 'N'),
            Self::Longitude => degrees(value, 180.0, 'E'),
            Self::Number => number(&narrow()),
            Self::Count => number(&narrow()).filter(|text| all_digits(text)),
            Self::Date => date(value),
            Self::Time => time(&narrow()),
            Self::Flag => match narrow().as_str() {
                "1" | "1.0" | "○" | "〇" | "◯" | "TRUE" | "true" => Some("1".to_owned()),
                "0" | "0.0" | "×" | "FALSE" | "false" => Some(String::new()),
                _ => None,
            },
            Self::YesNo => match value {
                "有" | "有り" | "あり" => Some("有".to_owned()),
                "無" | "無し" | "なし" => Some("無".to_owned()),
                _ => None,
            },
            Self::Weekdays => weekdays(&narrow()),
            Self::Several => Some(value.replace('；', ";")),
            Self::OneOf(choices) | Self::UsuallyOneOf(choices) => {
                let key = |text: &str| {
                    text.nfkc()
                        .filter(|c| !c.is_whitespace())
                        .collect::<String>()
                };
                choices
                    .iter()
                    .find(|choice| key(choice) == key(value))
                    .map(|choice| (*choice).to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;
    use yakuba_kernel::Wareki;

    use super::{values::EXCEL_ZERO, *};

    fn all_kinds() -> Vec<Kind> {
        vec![
            Kind::Text,
            Kind::Code,
            Kind::Id,
            Kind::Town,
            Kind::Corporate,
            Kind::Kana,
            Kind::Narrow,
            Kind::Address,
            Kind::Mail,
            Kind::Phone,
            Kind::Postal,
            Kind::Latitude,
            Kind::Longitude,
            Kind::Number,
            Kind::Count,
            Kind::Date,
            Kind::Time,
            Kind::Flag,
            Kind::YesNo,
            Kind::Weekdays,
            Kind::Several,
            Kind::OneOf(vec!["階数", "標高", "地表高"]),
            Kind::UsuallyOneOf(vec!["病院", "有床診療所"]),
        ]
    }

    #[test]
    fn values_as_files_have_them() {
        let mended = |to: &str| Standing::Mendable(to.to_owned());
        for (kind, value, standing) in [
            (Kind::Code, "272051", Standing::Good),
            (Kind::Code, "272052", Standing::Bad),
            (Kind::Code, "２７２０５１", mended("272051")),
            (Kind::Code, "92011", mended("092011")),
            (Kind::Code, "27205", Standing::Bad),
            (Kind::Town, "0008-001", mended("0008001")),
            (Kind::Corporate, "6000020272051", Standing::Good),
            (Kind::Corporate, "6000020272052", Standing::Bad),
            (Kind::Kana, "スイタシ", Standing::Good),
            (Kind::Kana, "ｽｲﾀｼﾊﾞﾝﾊﾟｸ", mended("スイタシバンパク")),
            (Kind::Kana, "すいた", mended("スイタ")),
            (Kind::Kana, "吹田", Standing::Bad),
            (Kind::Date, "2026-04-01", Standing::Good),
            (Kind::Date, "R8.4.1", mended("2026-04-01")),
            (Kind::Date, "令和８年４月１日", mended("2026-04-01")),
            (Kind::Date, "2026/4/1", mended("2026-04-01")),
            (Kind::Date, "46113", mended("2026-04-01")),
            (Kind::Date, "2026-02-30", Standing::Bad),
            (Kind::Date, "4月1日", Standing::Bad),
            (Kind::Date, "2026-04-01 00:00:00", mended("2026-04-01")),
            (Kind::Time, "09:00", Standing::Good),
            (Kind::Time, "9:00", mended("09:00")),
            (Kind::Time, "９時３０分", mended("09:30")),
            (Kind::Time, "午後5時半", mended("17:30")),
            (Kind::Time, "0.375", mended("09:00")),
            (Kind::Time, "25:00", Standing::Bad),
            (Kind::Time, "午後12時", Standing::Bad),
            (Kind::Flag, "1", Standing::Good),
            (Kind::Flag, "○", mended("1")),
            (Kind::Flag, "〇", mended("1")),
            (Kind::Flag, "△", Standing::Bad),
            (Kind::YesNo, "あり", mended("有")),
            (Kind::YesNo, "○", Standing::Bad),
            (Kind::Phone, "(06)6384-1231", Standing::Good),
            (Kind::Phone, "06-6384-1231", mended("(06)6384-1231")),
            (
                Kind::Phone,
                "０６－６３８４－１２３１",
                mended("(06)6384-1231"),
            ),
            (Kind::Phone, "0663841231", Standing::Bad),
            (Kind::Phone, "0120-999-999", Standing::Good),
            (Kind::Phone, "090-1234-5678", Standing::Good),
            (Kind::Phone, "6-6384-1231", Standing::Bad),
            (Kind::Postal, "564-8550", mended("5648550")),
            (Kind::Postal, "〒564-8550", mended("5648550")),
            (Kind::Postal, "600000", Standing::Bad),
            (Kind::Latitude, "34.759468", Standing::Good),
            (Kind::Latitude, "135.516", Standing::Bad),
            (Kind::Latitude, "34度45分34.5秒", mended("34.759583")),
            (Kind::Latitude, "北緯34°45′34.5″", mended("34.759583")),
            (Kind::Longitude, "135.516", Standing::Good),
            (Kind::Longitude, "1355160", Standing::Bad),
            (Kind::Number, "1,234", mended("1234")),
            (Kind::Number, "12,34", Standing::Bad),
            (Kind::Number, "約30", Standing::Bad),
            (Kind::Count, "-1", Standing::Bad),
            (Kind::Count, "３", mended("3")),
            (Kind::Weekdays, "月火水木金", Standing::Good),
            (Kind::Weekdays, "月～金", mended("月火水木金")),
            (Kind::Weekdays, "土・日曜日", mended("土日")),
            (Kind::Weekdays, "日月", mended("月日")),
            (Kind::Weekdays, "祝日以外", Standing::Bad),
            (Kind::Weekdays, "金～月", Standing::Bad),
            (Kind::Several, "内科；外科", mended("内科;外科")),
            (Kind::Mail, "a@example.jp", Standing::Good),
            (Kind::Mail, "a＠example.jp", mended("a@example.jp")),
            (Kind::Mail, "a@b@example.jp", Standing::Bad),
            (Kind::Address, "https://example.jp/a", Standing::Good),
            (Kind::Address, "javascript:alert(1)", Standing::Bad),
            (Kind::Address, "https://例え.jp/\" onclick=", Standing::Bad),
            (Kind::OneOf(vec!["階数", "標高"]), "標高 ", mended("標高")),
            (Kind::OneOf(vec!["階数", "標高"]), "高さ", Standing::Bad),
            (Kind::Text, " 中央公民館　", mended("中央公民館")),
        ] {
            assert_eq!(kind.judge(value), standing, "{kind:?} {value}");
        }
    }

    #[test]
    fn excel_counts_days_as_we_do() {
        assert_eq!(date("45000"), Some("2023-03-15".to_owned()));
        assert_eq!(date("20000"), Some("1954-10-03".to_owned()));
        assert_eq!(date("19999"), None);
    }

    proptest! {
        /// What was mended is as it should be: mending again changes nothing.
        #[test]
        fn mended_is_good(value in "\\PC{0,40}|[0-9０-９,.年月日時分:/ー-]{1,16}|[月火水木金土日・~～、]{1,12}|[\\u{ff61}-\\u{ff9f}ぁ-ゖ]{1,10}") {
            for kind in all_kinds() {
                if let Standing::Mendable(right) = kind.judge(&value)
                    && !right.is_empty()
                {
                    prop_assert_eq!(kind.judge(&right), Standing::Good, "{:?} {:?} {:?}", kind, value, right);
                }
            }
        }

        #[test]
        fn every_day_is_read_from_every_way_of_writing_it(days in 0_i64..60_000) {
            let day = EXCEL_ZERO.checked_add((days + 20_000).days()).unwrap();
            let iso = day.to_string();
            prop_assert_eq!(Kind::Date.judge(&iso), Standing::Good);
            prop_assert_eq!(date(&Wareki::write_date(day)), Some(iso.clone()));
            if days <= 40_000 {
                prop_assert_eq!(date(&(days + 20_000).to_string()), Some(iso));
            }
        }

        #[test]
        fn every_minute_is_read_from_excels_part_of_a_day(minute in 0_u16..1_440) {
            let shown = format!("{:02}:{:02}", minute / 60, minute % 60);
            prop_assert_eq!(Kind::Time.judge(&shown), Standing::Good);
            let part = f64::from(minute) / 1_440.0;
            if minute > 0 {
                prop_assert_eq!(time(&format!("{part}")), Some(shown));
            }
        }
    }
}
