//! Mending words that a PDF or a spreadsheet layout tore apart.
//!
//! Text taken out of laid-out documents has blanks that no one typed: where a line ended, where letters were spread, where
//! a font had a narrow letter. Japanese is written without blanks, so most can go. Each blank is judged by the characters
//! on both sides and, between Latin letters, by the words around it. Where losing a blank could change the meaning (two
//! numbers, a label and its value, two English words, the items of a list) it stays.

/// Removes the blanks that layout left inside words and between Japanese characters.
///
/// Only blanks are ever removed, and mending a mended text changes nothing. Line breaks and tabs are structure and stay;
/// to mend words torn at line ends, turn line breaks into blanks first. Blanks at the ends of lines go, and of several
/// blanks in a row at most one remains.
///
/// | Between | The blank | Example |
/// |---|---|---|
/// | Japanese and Japanese | goes | `高度な情報セキュ リティ研修` → `高度な情報セキュリティ研修` |
/// | Japanese and Latin letters | goes | `J-LIS の自治体` → `J-LISの自治体` |
/// | single Latin letters | goes | `I C T` → `ICT`, `W i - F i` → `Wi-Fi` |
/// | a word and its torn end or start | goes | `We b` → `Web`, `BOD I K ODCS` → `BODIK ODCS` |
/// | Latin words of two letters or more | stays | `AI OCR`, `Society 5.0` |
/// | Japanese and a number | stays, but for dates | `参加人数 200人`, `令和 5 年度` → `令和5年度` |
/// | after an amount that stands apart | stays | `窓口 15分 選考 662時間` |
/// | before the mark of an item (`①` `※` `【` `・` `●`) | stays | `①人数 ②割合` |
/// | a full-width blank between words | stays | `第1章　総則`, but `目　的` → `目的` |
///
/// ```
/// use yakuba_kernel::text::join_broken_words;
///
/// assert_eq!(join_broken_words("We b施設予約システム"), "Web施設予約システム");
/// assert_eq!(join_broken_words("公衆無線 L A N (W i - F i)"), "公衆無線LAN(Wi-Fi)");
/// assert_eq!(join_broken_words("AI OCR"), "AI OCR");
/// ```
pub fn join_broken_words(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut joined = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        if !is_blank(characters[at]) {
            joined.push(characters[at]);
            at += 1;
            continue;
        }
        let end = end_of_blanks(&characters, at);
        let gap = Gap {
            characters: &characters,
            start: at,
            end,
        };
        if gap.is_real() {
            joined.push(if gap.is_wide() { '\u{3000}' } else { ' ' });
        }
        at = end;
    }
    joined
}

/// What a character is to the blank beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Kanji, kana and the punctuation and symbols of full width.
    Japanese,
    /// A Latin letter of either width.
    Latin,
    /// A digit of either width.
    Digit,
    /// An opening bracket of full width.
    OpenWide,
    /// An opening bracket of half width.
    Open,
    /// A closing bracket of full width.
    CloseWide,
    /// A closing bracket of half width.
    Close,
    /// The mark at the start of an item or a note.
    Mark,
    /// A hyphen as Latin words hold it.
    Hyphen,
    /// A line break or a tab.
    Structure,
    /// Anything else, mostly half-width punctuation.
    Other,
}

fn sort(character: char) -> Sort {
    match character {
        '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            Sort::Structure
        }
        // A blank is never part of what stands beside a blank.
        '\u{3000}' => Sort::Other,
        '0'..='9' | '０'..='９' => Sort::Digit,
        'a'..='z' | 'A'..='Z' | 'ａ'..='ｚ' | 'Ａ'..='Ｚ' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' => {
            Sort::Latin
        }
        '-' | '‐' | '‑' | '－' => Sort::Hyphen,
        '(' | '[' | '{' => Sort::Open,
        ')' | ']' | '}' => Sort::Close,
        '（' | '［' | '｛' | '「' | '『' | '〔' | '〈' | '《' | '〖' | '｢' => {
            Sort::OpenWide
        }
        '）' | '］' | '｝' | '」' | '』' | '〕' | '〉' | '》' | '〗' | '｣' | '】' => {
            Sort::CloseWide
        }
        '【' | '※' | '＊' | '・' | '･' | '•' | '‣' | '◦' | '〇' | '◯' | '★' | '☆' => {
            Sort::Mark
        }
        // ① to ⓿, and geometric shapes such as ■ ● ◆ ▲.
        '\u{2460}'..='\u{24FF}' | '\u{25A0}'..='\u{25FF}' | '\u{2776}'..='\u{2793}' => Sort::Mark,
        '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}'
        // Variation selectors belong to the kanji before them.
        | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => Sort::Japanese,
        _ => Sort::Other,
    }
}

/// The last characters of what stands before a number in a date: an era (令和, 平成, 明治, 大正), 年 and 月.
const DATE_HEADS: [char; 6] = ['和', '成', '治', '正', '年', '月'];

fn is_part_of_number(character: char) -> bool {
    sort(character) == Sort::Digit || matches!(character, '.' | ',' | '．' | '，')
}

const fn is_opening(sort: Sort) -> bool {
    matches!(sort, Sort::Open | Sort::OpenWide)
}

const fn is_closing(sort: Sort) -> bool {
    matches!(sort, Sort::Close | Sort::CloseWide)
}

/// A run of blanks between two characters.
struct Gap<'text> {
    characters: &'text [char],
    start: usize,
    end: usize,
}

impl Gap<'_> {
    /// Whether someone meant this blank.
    fn is_real(&self) -> bool {
        let (Some(before), Some(after)) = (self.before(), self.after()) else {
            return false;
        };
        let (left, right) = (sort(before), sort(after));
        match (left, right) {
            _ if left == Sort::Structure || right == Sort::Structure => false,
            (_, Sort::Mark) => true,
            (Sort::Mark, _) => {
                self.mark_opens_item() || !matches!(right, Sort::Japanese | Sort::Latin)
            }
            _ if is_opening(left) || is_closing(right) || right == Sort::OpenWide => false,
            (Sort::Japanese | Sort::CloseWide | Sort::Close, Sort::Japanese)
            | (Sort::Japanese | Sort::CloseWide, Sort::Open) => {
                self.is_wide() && !self.is_between_single_characters() || self.follows_amount()
            }
            (Sort::Japanese, Sort::Latin) => self.is_wide() || self.follows_amount(),
            (Sort::Latin, Sort::Japanese) => self.is_wide(),
            (Sort::Japanese, Sort::Digit) => !self.is_inside_date(),
            (Sort::Digit, Sort::Japanese) => {
                !matches!(after, '年' | '月' | '日') || self.number_starts_line()
            }
            (Sort::Digit, Sort::Other) => !matches!(after, '%' | '℃'),
            (Sort::Latin, Sort::Latin) => !self.tears_latin_word(),
            (Sort::Latin, Sort::Digit) => !self.follows_era_letter(),
            (Sort::Latin, Sort::Open) => self.word_before(self.start).len() > 1,
            (Sort::Latin, Sort::Hyphen) => !self.hyphen_after_belongs(),
            (Sort::Hyphen, Sort::Latin) => !self.hyphen_before_belongs(),
            _ => true,
        }
    }

    fn before(&self) -> Option<char> {
        self.at(self.start.checked_sub(1)?)
    }

    fn after(&self) -> Option<char> {
        self.at(self.end)
    }

    fn at(&self, place: usize) -> Option<char> {
        self.characters.get(place).copied()
    }

    fn sort_at(&self, place: usize) -> Option<Sort> {
        self.at(place).map(sort)
    }

    /// A full-width blank is typed by a person, to set words apart or to spread the letters of a heading.
    fn is_wide(&self) -> bool {
        self.characters[self.start..self.end].contains(&'\u{3000}')
    }

    /// `目　的`: one Japanese character alone on each side, a heading spread out.
    fn is_between_single_characters(&self) -> bool {
        let alone = |place: usize| {
            let joined_left = place
                .checked_sub(1)
                .and_then(|left| self.at(left))
                .is_some_and(|c| !is_blank(c) && !is_break(c));
            let joined_right = self
                .at(place + 1)
                .is_some_and(|c| !is_blank(c) && !is_break(c));
            !joined_left && !joined_right
        };
        alone(self.start - 1) && alone(self.end)
    }

    /// `・` inside a list of words is no mark of an item; at the start of a word it is.
    fn mark_opens_item(&self) -> bool {
        let mark = self.start - 1;
        !matches!(self.at(mark), Some('・' | '･'))
            || mark
                .checked_sub(1)
                .and_then(|c| self.at(c))
                .is_none_or(|c| is_blank(c) || is_break(c))
    }

    /// `窓口 15分 選考 662時間`: the blank after an amount that stands apart, a number with a unit of at most three
    /// characters. What follows is another label, not more of the word.
    fn follows_amount(&self) -> bool {
        let mut unit = self.start;
        while unit > 0 && sort(self.characters[unit - 1]) == Sort::Japanese {
            unit -= 1;
        }
        let mut number = unit;
        while number > 0 && is_part_of_number(self.characters[number - 1]) {
            number -= 1;
        }
        if !(1..=3).contains(&(self.start - unit)) || number == unit {
            return false;
        }
        let place_before = start_of_blanks(self.characters, number);
        let before = place_before.checked_sub(1).and_then(|place| self.at(place));
        // `令和 5年 度`, `5年 6月 末`: parts of a date, set apart or not.
        let is_date = matches!(self.characters[unit], '年' | '月' | '日')
            && (self.after() == Some('度')
                || before.is_some_and(|c| sort(c) == Sort::Latin || DATE_HEADS.contains(&c)));
        let stands_apart = place_before < number
            || before.is_none_or(|c| {
                matches!(c, '：' | '，') || !matches!(sort(c), Sort::Japanese | Sort::Latin)
            });
        stands_apart && !is_date
    }

    /// `令和 5`, `5年 6月`, `6月 1日`.
    fn is_inside_date(&self) -> bool {
        let unit = self
            .at(self.word_after(self.end).end)
            .filter(|c| !is_blank(*c))
            .or_else(|| {
                let end = self.word_after(self.end).end;
                self.at(end_of_blanks(self.characters, end))
            });
        match self.before() {
            Some('年') => unit == Some('月'),
            Some('月') => unit == Some('日'),
            Some(era) if DATE_HEADS.contains(&era) => matches!(unit, Some('年' | '(' | '（')),
            _ => false,
        }
    }

    /// `1 日程の調整`: the number of a heading, not a date.
    fn number_starts_line(&self) -> bool {
        let number = self.word_before(self.start);
        number.start == 0 || self.at(number.start - 1).is_some_and(is_break)
    }

    /// `R 5年度`: the letter of an era set apart from its year.
    fn follows_era_letter(&self) -> bool {
        let letter = self.word_before(self.start);
        let number = self.word_after(self.end);
        let is_era =
            letter.len() == 1 && matches!(self.at(letter.start), Some('M' | 'T' | 'S' | 'H' | 'R'));
        let unit = self.at(end_of_blanks(self.characters, number.end));
        is_era
            && number.len() <= 2
            && unit == Some('年')
            && self.latin_word_before(letter.start).is_none()
    }

    /// `i -` of `W i - F i`, and `Wi -` of `Wi -Fi`.
    fn hyphen_after_belongs(&self) -> bool {
        if self.sort_at(self.end + 1) == Some(Sort::Latin) {
            return true;
        }
        let after_hyphen = end_of_blanks(self.characters, self.end + 1);
        self.is_single(&self.word_before(self.start))
            && self.is_single(&self.word_after(after_hyphen))
    }

    /// `- F` of `W i - F i`, and `ICT- B` of `ICT- BCP`.
    fn hyphen_before_belongs(&self) -> bool {
        let hyphen = self.start - 1;
        let before_hyphen = start_of_blanks(self.characters, hyphen);
        let left = self.word_before(before_hyphen);
        if before_hyphen == hyphen {
            return !left.is_empty();
        }
        self.is_single(&left) && self.is_single(&self.word_after(self.end))
    }

    /// Whether the blank between two Latin words tears one word apart.
    fn tears_latin_word(&self) -> bool {
        let left = self.word_before(self.start);
        let right = self.word_after(self.end);
        match (self.is_single(&left), self.is_single(&right)) {
            (true, true) => true,
            (false, false) => false,
            (true, false) => self.is_torn_start(&left, &right),
            (false, true) => self.is_torn_end(&left, &right),
        }
    }

    /// `I` of `I CT`, `W` of `W eb`; but not `A` of `A city`, nor the end of a whole word spread out (`A I` of `A I OCR`).
    fn is_torn_start(&self, letter: &Word, rest: &Word) -> bool {
        if self.latin_word_before(letter.start).is_some() {
            return false;
        }
        let first = self.characters[letter.start];
        let capitals = self.all(rest, char::is_uppercase);
        let small = self.all(rest, char::is_lowercase);
        first.is_uppercase() && (capitals || small && !matches!(first, 'A' | 'I' | 'Ａ' | 'Ｉ'))
    }

    /// `b` of `We b`, `I K` of `BOD I K`; but not `a` of `Build a city`, `B` of `Plan B`, `X` of `JIS X 8341`.
    fn is_torn_end(&self, word: &Word, letter: &Word) -> bool {
        let mut tail = vec![self.characters[letter.start]];
        let mut next = self.latin_word_after(letter.end);
        while let Some(single) = next.as_ref().filter(|word| self.is_single(word)) {
            tail.push(self.characters[single.start]);
            next = self.latin_word_after(single.end);
        }
        let followed_by_word = next.is_some();
        if tail[0].is_lowercase() {
            let article = tail.len() == 1 && matches!(tail[0], 'a' | 'ａ') && followed_by_word;
            return !article && self.characters[word.end - 1].is_lowercase();
        }
        let followed_by_number = {
            let end_of_tail = (0..tail.len()).fold(self.end, |place, _| {
                end_of_blanks(self.characters, place + 1)
            });
            self.sort_at(end_of_tail) == Some(Sort::Digit)
        };
        self.all(word, char::is_uppercase)
            && tail.iter().all(|c| c.is_uppercase())
            && !followed_by_number
            && (tail.len() > 1 || !followed_by_word)
    }

    /// The Latin letters and digits that end at `end`.
    fn word_before(&self, end: usize) -> Word {
        let mut start = end;
        while start > 0 && matches!(sort(self.characters[start - 1]), Sort::Latin | Sort::Digit) {
            start -= 1;
        }
        Word { start, end }
    }

    /// The Latin letters and digits that start at `start`.
    fn word_after(&self, start: usize) -> Word {
        let mut end = start;
        while matches!(self.sort_at(end), Some(Sort::Latin | Sort::Digit)) {
            end += 1;
        }
        Word { start, end }
    }

    /// The Latin word that only blanks set apart from `place`, on its left.
    fn latin_word_before(&self, place: usize) -> Option<Word> {
        let end = start_of_blanks(self.characters, place);
        (end < place && end > 0 && sort(self.characters[end - 1]) == Sort::Latin)
            .then(|| self.word_before(end))
    }

    /// The Latin word that only blanks set apart from `place`, on its right.
    fn latin_word_after(&self, place: usize) -> Option<Word> {
        let start = end_of_blanks(self.characters, place);
        (start > place && self.sort_at(start) == Some(Sort::Latin)).then(|| self.word_after(start))
    }

    fn is_single(&self, word: &Word) -> bool {
        word.len() == 1 && self.sort_at(word.start) == Some(Sort::Latin)
    }

    fn all(&self, word: &Word, rule: fn(char) -> bool) -> bool {
        self.characters[word.start..word.end]
            .iter()
            .all(|c| rule(*c))
    }
}

/// A run of Latin letters and digits, by its places among the characters.
struct Word {
    start: usize,
    end: usize,
}

impl Word {
    const fn len(&self) -> usize {
        self.end - self.start
    }

    const fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() && !is_break(character)
}

fn is_break(character: char) -> bool {
    sort(character) == Sort::Structure
}

fn end_of_blanks(characters: &[char], mut place: usize) -> usize {
    while characters.get(place).copied().is_some_and(is_blank) {
        place += 1;
    }
    place
}

fn start_of_blanks(characters: &[char], mut place: usize) -> usize {
    while place > 0 && is_blank(characters[place - 1]) {
        place -= 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::join_broken_words;

    #[track_caller]
    fn mends(torn: &str, whole: &str) {
        assert_eq!(join_broken_words(torn), whole);
    }

    #[track_caller]
    fn stays(text: &str) {
        mends(text, text);
    }

    #[test]
    fn japanese_is_written_without_blanks() {
        mends("（ア ウ ト カ ム）", "（アウトカム）");
        mends("評価指標 （定量的）", "評価指標（定量的）");
        mends("コード決済を 利用可能な歳入", "コード決済を利用可能な歳入");
        mends("した。 令和", "した。令和");
        mends("  前後の 空白 ", "前後の空白");
    }

    #[test]
    fn latin_words_torn_apart_become_whole() {
        mends("We b施設予約システム", "Web施設予約システム");
        mends("公衆無線 L A N (W i - F i)", "公衆無線LAN(Wi-Fi)");
        mends("市民を守る I C T", "市民を守るICT");
        mends("I o T）機器の", "IoT）機器の");
        mends(
            "オープンデータカタログサイトBOD I K ODCSに",
            "オープンデータカタログサイトBODIK ODCSに",
        );
        mends("ICT- BCPの策定", "ICT-BCPの策定");
        mends("W eb会議", "Web会議");
        mends("I CT推進", "ICT推進");
        mends("RP Aの導入", "RPAの導入");
        mends("Ｗ ｉ － Ｆ ｉ", "Ｗｉ－Ｆｉ");
    }

    #[test]
    fn blanks_between_japanese_and_latin_words_go() {
        mends("J-LIS の自治体", "J-LISの自治体");
        mends("ICT-BCPに よる重要システム", "ICT-BCPによる重要システム");
        mends("行政 DX 推進", "行政DX推進");
    }

    #[test]
    fn blanks_between_latin_words_stay() {
        for text in [
            "AI OCR",
            "Fit Gap",
            "Society 5.0",
            "JIS X 8341",
            "Plan B",
            "Build a city",
            "Robotic Process Automation",
            "LAN (Wi-Fi)",
        ] {
            stays(text);
        }
    }

    #[test]
    fn items_stay_apart() {
        mends(
            "①研修履修人数 ②情報部門職員の 高度な情報セキュ リティ研修の履修 人数",
            "①研修履修人数 ②情報部門職員の高度な情報セキュリティ研修の履修人数",
        );
        stays("達成しました。 ※令和5年度は対象外");
        stays("目標とします。 【令和4年度】");
        stays("業務効率化した。 ・AI音声文字起こし");
        stays("■ 見出し ● 項目");
        mends("市民・ 事業者", "市民・事業者");
    }

    #[test]
    fn a_label_and_its_number_stay_apart() {
        for text in [
            "参加人数 200人",
            "窓口 15件",
            "申込み 30.7%",
            "1 行政事務における生産性の向上",
            "3 日程の調整",
            "10 20 30",
        ] {
            stays(text);
        }
        mends("整備率 100 %", "整備率 100%");
    }

    #[test]
    fn several_labels_with_their_amounts_stay_apart() {
        for text in [
            "窓口 15分 選考 662時間",
            "閲覧者数 436,942人 登録者数 82,759人",
            "基礎研修:38人 DX推進研修:4人",
            "R7年度 2,600件 R8年度 3,100件",
        ] {
            stays(text);
        }
        mends(
            "導入室課 49% コード決済を 利用可能な歳入 80種類",
            "導入室課 49% コード決済を利用可能な歳入 80種類",
        );
        mends("約20人 以上が参加", "約20人以上が参加");
    }

    #[test]
    fn dates_are_whole() {
        mends("令和 5 年度", "令和5年度");
        mends("令和 3(2021)年 6 月", "令和3(2021)年6月");
        mends("R 5 年度", "R5年度");
        mends("計画を令和5 年度としている", "計画を令和5年度としている");
        mends("令和5年 度", "令和5年度");
        mends("令和元年度 (2019年度)", "令和元年度(2019年度)");
    }

    #[test]
    fn a_full_width_blank_is_meant_unless_it_spreads_a_heading() {
        stays("第１章　総則");
        mends("目　的", "目的");
        mends("年　 度", "年度");
    }

    #[test]
    fn lines_stay_lines() {
        mends("目 的 \n 効 果\t備 考", "目的\n効果\t備考");
    }

    /// Texts made of the pieces that matter, so that rules meet each other.
    fn torn_text() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            " ", " ", " ", "　", "\n", "\t", "A", "b", "I", "C", "e", "a", "We", "AI", "OCR",
            "Plan", "-", "－", "(", ")", "（", "）", "・", "※", "①", "【", "】", "5", "12", "年",
            "月", "日", "度", "和", "市", "ア", "ー", "分", "：", ",", "。", "、", "%", ".", "R",
            "/", "Ｗ",
        ]);
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn mending_twice_changes_nothing(text in torn_text()) {
            let once = join_broken_words(&text);
            prop_assert_eq!(join_broken_words(&once), once);
        }

        #[test]
        fn only_blanks_are_removed(text in prop_oneof![torn_text(), any::<String>()]) {
            let kept = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(kept(&join_broken_words(&text)), kept(&text));
        }

        #[test]
        fn line_breaks_and_tabs_stay(text in torn_text()) {
            let structure = |text: &str| text.chars().filter(|c| matches!(c, '\n' | '\t')).collect::<String>();
            prop_assert_eq!(structure(&join_broken_words(&text)), structure(&text));
        }
    }
}
