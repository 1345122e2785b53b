//! What is said about a dataset: the document that the desk edits, that files hold, and that catalogues show.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::Language;

/// A dataset of the city, without its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetDocument {
    /// Its name in addresses: letters a–z, digits, hyphens and low lines.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// What it is called in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title_en: String,
    /// What is in it, in a few sentences.
    pub description: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description_en: String,
    /// The department that looks after it.
    pub department: DepartmentCode,
    /// What it is about.
    pub theme: Theme,
    /// Words by which it should be found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Under which terms it may be used.
    #[serde(default)]
    pub licence: Licence,
    /// How often it is renewed.
    #[serde(default)]
    pub rhythm: Rhythm,
    /// The area that it covers, by name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub area: String,
    /// The first day that it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day that it covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Who answers questions: a section, never a person.
    pub contact: String,
    /// Its telephone number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Its mail address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// The national dataset that it is, as in [`crate::model::standard::Dataset::key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national: Option<String>,
}

impl DatasetDocument {
    /// What everybody may search: everything said about it.
    pub fn text(&self) -> String {
        [
            self.title.as_str(),
            &self.title_en,
            &self.description,
            &self.description_en,
            &self.keywords.join(" "),
        ]
        .join(" ")
    }
}

/// Whether a text can be a key: 1 to 60 letters a–z, digits, hyphens and low lines, beginning with a letter or digit.
pub fn is_key(text: &str) -> bool {
    (1..=60).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
        // Addresses of the catalogue itself.
        && !matches!(text, "new" | "feed" | "catalog" | "sources")
}

macro_rules! list {
    ($(#[$doc:meta])* $name:ident, $default:ident { $($(#[$item_doc:meta])* $item:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$item_doc])* #[serde(rename = $text)] $item,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$item),+];

            /// Its name in files and addresses.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$item => $text,)+
                }
            }

            /// The one with a name.
            pub fn read(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.name() == name)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
}

pub(super) use list;

list! {
    /// What a dataset is about: the 分類 of the national list of open data.
    Theme, Other {
        /// 国土・気象
        Land = "land",
        /// 人口・世帯
        Population = "population",
        /// 労働・賃金
        Labour = "labour",
        /// 農林水産業
        Farming = "farming",
        /// 鉱工業
        Industry = "industry",
        /// 商業・サービス業
        Trade = "trade",
        /// 企業・家計・経済
        Economy = "economy",
        /// 住宅・土地・建設
        Housing = "housing",
        /// エネルギー・水
        Energy = "energy",
        /// 運輸・観光
        Transport = "transport",
        /// 情報通信・科学技術
        Technology = "technology",
        /// 教育・文化・スポーツ・生活
        Education = "education",
        /// 行財政
        Finance = "finance",
        /// 司法・安全・環境
        Safety = "safety",
        /// 社会保障・衛生
        Welfare = "welfare",
        /// 国際
        International = "international",
        /// その他
        Other = "other",
    }
}

list! {
    /// How often a dataset is renewed.
    Rhythm, Irregular {
        /// When something changes.
        Irregular = "irregular",
        /// Each day.
        Daily = "daily",
        /// Each week.
        Weekly = "weekly",
        /// Each month.
        Monthly = "monthly",
        /// Four times a year.
        Quarterly = "quarterly",
        /// Each year.
        Yearly = "yearly",
        /// Never again.
        Never = "never",
    }
}

list! {
    /// The terms under which data may be used. All of them are open.
    Licence, CcBy {
        /// Creative Commons Attribution 4.0.
        CcBy = "CC-BY-4.0",
        /// 公共データ利用規約（第1.0版）.
        Pdl = "PDL-1.0",
        /// Creative Commons Zero 1.0.
        CcZero = "CC0-1.0",
    }
}

impl Licence {
    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CcBy => "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）",
            Self::Pdl => "公共データ利用規約（第1.0版）（PDL1.0）",
            Self::CcZero => "クリエイティブ・コモンズ CC0 1.0",
        }
    }

    /// Its title in a language.
    pub const fn title_in(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::CcBy, Language::English) => {
                "Creative Commons Attribution 4.0 International (CC BY 4.0)"
            }
            (Self::Pdl, Language::English) => "Public Data License (Version 1.0) (PDL1.0)",
            (Self::CcZero, Language::English) => "Creative Commons CC0 1.0 Universal",
            _ => self.title(),
        }
    }

    /// Where its text is.
    pub const fn url(self) -> &'static str {
        match self {
            Self::CcBy => "https://creativecommons.org/licenses/by/4.0/deed.ja",
            Self::Pdl => "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
            Self::CcZero => "https://creativecommons.org/publicdomain/zero/1.0/deed.ja",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_addresses_hold() {
        for good in ["aed", "272051_aed", "a-1", "0"] {
            assert!(is_key(good), "{good}");
        }
        for bad in [
            "",
            "A",
            "-a",
            "a b",
            "あ",
            "new",
            "feed",
            "sources",
            &"a".repeat(61),
            "a/b",
            "../a",
        ] {
            assert!(!is_key(bad), "{bad}");
        }
    }
}
