//! Names and definitions of indicators.

use std::sync::LazyLock;

use regex::Regex;
use yakuba_kernel::FiscalYear;

use super::cell::{key, prose, take_marks, title};
use super::labels::period;
use super::number::scan;

/// An indicator's name that a column of its own gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenName {
    /// The circled digit before it.
    pub(super) circled: Option<char>,
    pub(super) name: String,
    pub(super) marks: Vec<String>,
}

/// Splits a KPI cell at ①②③ into names; a note from ※ on is handed back apart.
pub(super) fn given(raw: &str) -> (Vec<GivenName>, Option<String>) {
    let text = super::cell::without_html(raw).replace('\n', " ");
    let (text, note) = match text.find('※') {
        Some(at) if at > 0 => (text[..at].to_owned(), Some(title(&text[at..]))),
        _ => (text, None),
    };
    let mut pieces: Vec<(Option<char>, String)> = vec![(None, String::new())];
    for character in text.chars() {
        if matches!(character, '①'..='⑳') {
            pieces.push((Some(character), String::new()));
        } else if let Some(last) = pieces.last_mut() {
            last.1.push(character);
        }
    }
    let names = pieces
        .into_iter()
        .filter_map(|(circled, piece)| {
            let (name, marks) = take_marks(&title(&piece));
            (!name.is_empty()).then_some(GivenName {
                circled,
                name,
                marks,
            })
        })
        .collect();
    (names, note)
}

/// Words that end the name of a quantity.
const QUANTITIES: [&str; 17] = [
    "数",
    "率",
    "割合",
    "時間",
    "額",
    "量",
    "比率",
    "日数",
    "面積",
    "回数",
    "件数",
    "人数",
    "台数",
    "点数",
    "枚数",
    "費",
    "カバー度",
];

/// Verbs and joints after which the name of a quantity begins.
static JOINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("(?:するとともに|とともに|することで|により|までに|について|における|おいて|としては|として|される|された|する|した|では|には)").ok()
});

static PEOPLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new("^(?:.*[、。])?([^、。]{2,40}(?:職員|者|員|人材|市民|団体|ボランティア))を(?:確保|育成|養成|増|配置)").ok()
});

/// The name for figures that stand without one: the quantity the definition names right before a number of the same unit,
/// else the people it wants more of, else nothing (the initiative's title serves then).
///
/// ```text
/// システム利用登録者数1,000人を目標とします。      人    → システム利用登録者数
/// …更新するとともに全体の設置台数を899拠点に増やします。 拠点 → 設置台数
/// ```
pub(super) fn infer(definition: &str, units: &[&str]) -> Option<String> {
    let text = without_brackets(&prose(definition));
    for sentence in text.split(['。', '\n', '】']) {
        if let Some(name) = quantity_in(sentence, units) {
            return Some(name);
        }
    }
    if units.iter().any(|unit| matches!(*unit, "人" | "名")) {
        let people = PEOPLE.as_ref()?;
        return text
            .split(['。', '\n'])
            .find_map(|sentence| people.captures(sentence))
            .map(|found| found[1].to_owned());
    }
    None
}

fn quantity_in(sentence: &str, units: &[&str]) -> Option<String> {
    let scanned = scan(sentence);
    for found in &scanned.found {
        if !found
            .unit
            .as_deref()
            .is_some_and(|unit| units.contains(&unit))
        {
            continue;
        }
        let lead: String = found.lead.concat();
        let lead = lead
            .rsplit(['、', '。', '：', ':', '・', '「'])
            .next()
            .unwrap_or_default();
        let lead = lead.trim_end_matches(['を', 'は', 'が', 'で', 'の', 'に']);
        let after_joint = JOINT
            .as_ref()
            .and_then(|joint| joint.find_iter(lead).last().map(|hit| &lead[hit.end()..]))
            .unwrap_or(lead);
        let name = ["全体の", "年間の", "市の", "本市の"]
            .iter()
            .find_map(|prefix| after_joint.strip_prefix(prefix))
            .unwrap_or(after_joint);
        let name = without_year(name).0;
        if name.chars().count() >= 3 && QUANTITIES.iter().any(|ending| name.ends_with(ending)) {
            return Some(name);
        }
    }
    None
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    text.chars()
        .filter(|character| match character {
            '（' | '(' | '[' | '［' | '〔' => {
                depth += 1;
                false
            }
            '）' | ')' | ']' | '］' | '〕' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// A name without the year before it (`R3投稿件数`), and that year.
pub(super) fn without_year(name: &str) -> (String, Option<FiscalYear>) {
    match FiscalYear::find_all(name).first() {
        Some(mention) if mention.range.start == 0 && mention.range.end < name.len() => {
            let rest = name[mention.range.end..].trim_start_matches(['末', 'の', ' ', '：', ':']);
            if rest.is_empty() {
                (name.to_owned(), None)
            } else {
                (rest.to_owned(), Some(mention.year))
            }
        }
        _ => (name.to_owned(), None),
    }
}

/// The part of an initiative's definition that speaks of one indicator: the sections 【令和4年度～令和5年度】 that cover its
/// years, and of several the one that shares words with its name.
pub(super) fn definition(measure: &str, name: &str, years: &[FiscalYear]) -> Option<String> {
    if measure.trim().is_empty() {
        return None;
    }
    let mut sections: Vec<(Option<(FiscalYear, FiscalYear)>, String)> = Vec::new();
    for piece in measure
        .split_inclusive('\n')
        .flat_map(|line| split_before(line, '【'))
    {
        match piece
            .strip_prefix('【')
            .and_then(|inner| inner.split_once('】'))
            .and_then(|(head, _)| period(head))
        {
            Some(span) => sections.push((Some(span), piece.to_owned())),
            None => match sections.last_mut() {
                Some((_, text)) => text.push_str(piece),
                None => sections.push((None, piece.to_owned())),
            },
        }
    }
    let fits = |span: &Option<(FiscalYear, FiscalYear)>| match span {
        Some((first, last)) => {
            years.is_empty() || years.iter().any(|year| first <= year && year <= last)
        }
        None => true,
    };
    let fitting: Vec<&str> = sections
        .iter()
        .filter(|(span, _)| fits(span))
        .map(|(_, text)| text.trim())
        .collect();
    let related: Vec<&str> = fitting
        .iter()
        .copied()
        .filter(|text| shared_run(&key(text), &key(name)) >= 2)
        .collect();
    let chosen = if related.is_empty() { fitting } else { related };
    (!chosen.is_empty()).then(|| chosen.join("\n"))
}

fn split_before(text: &str, mark: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, _) in text.match_indices(mark).filter(|(at, _)| *at > 0) {
        pieces.push(&text[from..at]);
        from = at;
    }
    pieces.push(&text[from..]);
    pieces
}

/// How many characters the longest run has that both texts share.
pub(super) fn shared_run(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut best = 0;
    let mut previous = vec![0_usize; other.len() + 1];
    for left in &one {
        let mut row = vec![0_usize; other.len() + 1];
        for (index, right) in other.iter().enumerate() {
            if left == right {
                row[index + 1] = previous[index] + 1;
                best = best.max(row[index + 1]);
            }
        }
        previous = row;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_names_the_quantity() {
        assert_eq!(
            infer("アプリ利用登録者数1,000人を目標とします。", &["人"]).as_deref(),
            Some("アプリ利用登録者数")
        );
        assert_eq!(
            infer(
                "既設の機器（I o T）を更新するとともに全体の設置台数を899拠点に増やします。",
                &["拠点"]
            )
            .as_deref(),
            Some("設置台数")
        );
        assert_eq!(
            infer(
                "当初は、台帳で作成する文書の電子化率 [※] 70%を目指します。",
                &["%"]
            )
            .as_deref(),
            Some("文書の電子化率")
        );
        assert_eq!(
            infer(
                "操縦資格を持った職員を確保します。[平成30年度(2月末現在)2人]",
                &["人"]
            )
            .as_deref(),
            Some("操縦資格を持った職員")
        );
        assert_eq!(
            infer(
                "導入前と比較して、令和5年度までに年間6,060時間削減します。",
                &["時間"]
            ),
            None
        );
    }

    #[test]
    fn circled_names() {
        let (names, note) = given("①電子入札の数 ②研修の履修 人数 ※②はR6から除く。");
        assert_eq!(
            names
                .iter()
                .map(|name| (name.circled, name.name.as_str()))
                .collect::<Vec<_>>(),
            [(Some('①'), "電子入札の数"), (Some('②'), "研修の履修人数")]
        );
        assert_eq!(note.as_deref(), Some("※②はR6から除く。"));
    }

    #[test]
    fn definitions_by_period() {
        let measure = "【令和元年度～令和3年度】利用率50%を目標とします。\n【令和4年度～令和5年度】電子化率100%を目標とします。";
        let year = FiscalYear::new(2022).unwrap();
        assert_eq!(
            definition(measure, "電子化率", &[year]).as_deref(),
            Some("【令和4年度～令和5年度】電子化率100%を目標とします。")
        );
    }
}
