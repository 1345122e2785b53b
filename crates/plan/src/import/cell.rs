//! The text of a cell as it was meant: without the HTML and the stray blanks that made their way into the sheet.

use yakuba_kernel::text::{fold_width, join_broken_words};

/// Tags that city web pages leave behind in exported tables. Others are kept: `<5名` is not a tag.
const TAGS: [&str; 24] = [
    "p", "ul", "ol", "li", "br", "div", "span", "b", "strong", "em", "i", "u", "a", "font",
    "table", "tbody", "tr", "td", "th", "sub", "sup", "h3", "h4", "hr",
];
/// Tags after which a new line begins.
const BREAKING: [&str; 12] = [
    "p", "ul", "ol", "li", "br", "div", "table", "tbody", "tr", "h3", "h4", "hr",
];

/// Text without HTML: tags become line breaks or nothing, entities become characters; blanks at the ends of lines go.
pub(super) fn without_html(raw: &str) -> String {
    if !raw.contains(['<', '&', '\r', '\u{a0}']) {
        return raw.trim_matches(|c: char| c.is_whitespace()).to_owned();
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['<', '&', '\r', '\u{a0}']) {
        text.push_str(&rest[..at]);
        let here = &rest[at..];
        if let Some((tag, length)) = tag(here) {
            if tag.name == "li"
                && !tag.closing
                && !rest[at + length..]
                    .trim_start()
                    .starts_with(['・', '●', '○'])
            {
                text.push_str("\n・");
            } else if BREAKING.contains(&tag.name.as_str()) {
                text.push('\n');
            }
            rest = &here[length..];
        } else if let Some((character, length)) = entity(here) {
            text.push(character);
            rest = &here[length..];
        } else {
            let mut characters = here.chars();
            match characters.next() {
                Some('\r') => text.push('\n'),
                Some('\u{a0}') => text.push(' '),
                Some(other) => text.push(other),
                None => {}
            }
            rest = characters.as_str();
        }
    }
    text.push_str(rest);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

struct Tag {
    name: String,
    closing: bool,
}

fn tag(text: &str) -> Option<(Tag, usize)> {
    let inside = text
        .strip_prefix('<')
        .filter(|inside| inside.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()))?;
    // no tag is longer; looking further would take for ever in a cell full of `<`
    let end = inside.bytes().take(400).position(|byte| byte == b'>')?;
    let inner = &inside[..end];
    let closing = inner.starts_with('/');
    let name: String = inner
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    TAGS.contains(&name.as_str())
        .then_some((Tag { name, closing }, end + 2))
}

fn entity(text: &str) -> Option<(char, usize)> {
    if !text[1..].starts_with(|c: char| c == '#' || c.is_ascii_alphabetic()) {
        return None;
    }
    let end = text.bytes().take(11).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" | "ensp" | "emsp" => ' ',
        "yen" => '¥',
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(code).filter(|character| !character.is_control())?
        }
    };
    Some((character, end + 1))
}

/// Prose as it was meant: HTML gone, an item mark after a blank opens a new line, broken words joined.
pub(super) fn prose(raw: &str) -> String {
    let text = without_html(raw);
    let mut broken = String::with_capacity(text.len());
    let mut blank = false;
    let mut inside_brackets = 0_i32;
    for character in text.chars() {
        match character {
            '（' | '(' | '「' | '[' | '［' => inside_brackets += 1,
            '）' | ')' | '」' | ']' | '］' => inside_brackets = (inside_brackets - 1).max(0),
            _ => {}
        }
        let opens = inside_brackets == 0
            && matches!(
                character,
                '・' | '※' | '【' | '■' | '●' | '○' | '◎' | '→' | '①'..='⑳'
            );
        if blank
            && opens
            && broken
                .trim_end()
                .ends_with(['。', '」', '）', ')', '\n', '】'])
                | matches!(character, '・' | '①'..='⑳')
        {
            broken.truncate(broken.trim_end().len());
            broken.push('\n');
        }
        blank = character == ' ' || character == '\u{3000}';
        broken.push(character);
    }
    let lines: Vec<String> = broken
        .lines()
        .map(|line| join_broken_words(line).trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

/// A title, name or label on one line, broken words joined.
pub(super) fn title(raw: &str) -> String {
    let text = without_html(raw).replace('\n', " ");
    join_broken_words(text.trim()).trim().to_owned()
}

/// What labels and names are compared by: half width, no blanks, brackets of one kind.
pub(super) fn key(text: &str) -> String {
    fold_width(&without_html(text))
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '〔' | '［' | '[' => '(',
            '〕' | '］' | ']' => ')',
            other => other,
        })
        .collect::<String>()
        .replace('№', "No.")
}

/// Takes marks such as 【完了】 and 【★】 out of a text: the rest and the marks without their brackets.
pub(super) fn take_marks(text: &str) -> (String, Vec<String>) {
    let (mut rest, mut marks) = (String::new(), Vec::new());
    let mut at = text;
    while let Some(open) = at.find('【') {
        let Some(close) = at[open..].find('】').map(|close| close + open) else {
            break;
        };
        rest.push_str(&at[..open]);
        marks.push(at[open + '【'.len_utf8()..close].trim().to_owned());
        at = &at[close + '】'.len_utf8()..];
    }
    rest.push_str(at);
    for star in ['★', '☆'] {
        if rest.trim_end().ends_with(star) || rest.trim_start().starts_with(star) {
            rest = rest.trim().trim_matches(star).to_owned();
            marks.push(star.to_string());
        }
    }
    (rest.trim().to_owned(), marks)
}

/// Entries of a text that is written as a list with `・`.
pub(super) fn bullets(raw: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in prose(raw).lines() {
        match line.strip_prefix('・') {
            Some(entry) => entries.push(entry.trim().to_owned()),
            None => match entries.last_mut() {
                Some(last) => {
                    last.push('\n');
                    last.push_str(line);
                }
                None => entries.push(line.to_owned()),
            },
        }
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines() {
        assert_eq!(
            without_html("<p>一つ目。</p> <p>二つ目&amp;三つ目</p>"),
            "一つ目。\n二つ目&三つ目"
        );
        assert_eq!(without_html("a<br/>b <5名 & c"), "a\nb <5名 & c");
        assert_eq!(
            without_html("<ul><li>甲</li><li>乙</li></ul>"),
            "・甲\n・乙"
        );
    }

    #[test]
    fn bullets_split_only_at_item_marks() {
        assert_eq!(
            bullets("<ul style=\"x\"> ・市・府民税を扱う。 ・次の件 "),
            ["市・府民税を扱う。", "次の件"]
        );
    }

    #[test]
    fn marks_are_taken_out() {
        assert_eq!(
            take_marks("36 【新】【完了】"),
            ("36".to_owned(), vec!["新".to_owned(), "完了".to_owned()])
        );
        assert_eq!(
            take_marks("普及率【★】"),
            ("普及率".to_owned(), vec!["★".to_owned()])
        );
    }

    #[test]
    fn keys_ignore_blanks_and_width() {
        assert_eq!(key("成果 目標 （ア ウ ト カ ム）"), "成果目標(アウトカム)");
        assert_eq!(
            (key("Ｎｏ．"), key("№")),
            ("No.".to_owned(), "No.".to_owned())
        );
    }
}
