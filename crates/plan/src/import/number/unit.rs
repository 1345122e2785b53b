//! The unit right after a number.

use super::{AFTER, Walker};

const UNITS: [&str; 77] = [
    "千円",
    "万円",
    "億円",
    "百万円",
    "ポイント",
    "システム",
    "時間",
    "か所",
    "カ所",
    "ヶ所",
    "ヵ所",
    "ケ所",
    "箇所",
    "施設",
    "拠点",
    "種類",
    "業務",
    "項目",
    "団体",
    "事業",
    "手続",
    "地区",
    "講座",
    "ページ",
    "世帯",
    "校区",
    "か月",
    "ヶ月",
    "カ月",
    "週間",
    "日間",
    "アカウント",
    "フォロワー",
    "ダウンロード",
    "アクセス",
    "セッション",
    "店舗",
    "路線",
    "部署",
    "室課",
    "人日",
    "人月",
    "位",
    "件",
    "人",
    "名",
    "回",
    "点",
    "分",
    "秒",
    "日",
    "台",
    "機",
    "円",
    "社",
    "校",
    "園",
    "冊",
    "本",
    "個",
    "枚",
    "戸",
    "組",
    "課",
    "倍",
    "票",
    "通",
    "便",
    "棟",
    "基",
    "式",
    "つ",
    "kWh",
    "km",
    "ha",
    "pt",
    "t",
];
const SYMBOLS: [&str; 5] = ["%", "‰", "℃", "㎡", "㎞"];
/// Words glued to a unit that are not part of it, such as 準拠 in `99%準拠`.
const VERBAL: [&str; 18] = [
    "参加", "達成", "削減", "増加", "減少", "準拠", "実施", "整備", "導入", "相当", "短縮", "設置",
    "登録", "完了", "公開", "増", "減", "の",
];

impl Walker {
    /// Whether a unit in Latin letters stands here.
    pub(super) fn latin_unit(&self, at: usize) -> bool {
        UNITS.iter().filter(|unit| unit.is_ascii()).any(|unit| {
            self.starts_with(at, unit)
                && !self
                    .folded
                    .get(at + unit.chars().count())
                    .copied()
                    .unwrap_or(' ')
                    .is_ascii_alphanumeric()
        })
    }

    /// The unit that stands here and where it ends. Known units come first; else a short run of kanji or katakana is one.
    pub(super) fn unit_at(&self, at: usize) -> Option<(String, usize)> {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.starts_with(at, symbol)) {
            return Some(((*symbol).to_owned(), at + 1));
        }
        let near = self.skip_blanks(at);
        let apart = near > at;
        let latin = self.folded.get(near).is_some_and(char::is_ascii_alphabetic);
        let length = (near..self.folded.len())
            .take_while(|at| {
                self.years[*at].is_none()
                    && is_unit_character(self.folded[*at])
                    && self.folded[*at].is_ascii_alphabetic() == latin
            })
            .count();
        let run: String = self.folded[near..near + length].iter().collect();
        let cut = AFTER
            .iter()
            .filter_map(|word| run.find(word))
            .min()
            .unwrap_or(run.len());
        let run = &run[..cut];
        let into_number = cut == run.len() && self.number_at(near + run.chars().count()).is_some();
        let known = UNITS
            .iter()
            .filter(|unit| run.starts_with(**unit))
            .max_by_key(|unit| unit.len())
            .copied();
        if apart {
            // a blank before the unit: only when nothing but the unit follows
            let unit = known.filter(|unit| *unit == run && !into_number)?;
            return Some((unit.to_owned(), near + unit.chars().count()));
        }
        let length = run.chars().count();
        match known {
            Some(unit)
                if unit.len() == run.len()
                    || into_number
                    || length > 5
                    || VERBAL
                        .iter()
                        .any(|word| run[unit.len()..].starts_with(word)) =>
            {
                Some((unit.to_owned(), near + unit.chars().count()))
            }
            _ if length == 0 || length > 5 || into_number => {
                let unit = known?;
                Some((unit.to_owned(), near + unit.chars().count()))
            }
            _ => Some((run.to_owned(), near + length)),
        }
    }
}

/// Units are written in kanji and katakana; hiragana only inside か所, つ and the like; Latin letters for physical units.
fn is_unit_character(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '\u{30a1}'..='\u{30fc}' | '々' | 'か' | 'つ' | 'の')
        || character.is_ascii_alphabetic()
}
