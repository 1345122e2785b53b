//! A text spread out into plain characters that remember where they came from.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// A character in its plain form (`５` → `5`, `㋿` → `令` and `和`), and the bytes it came from.
struct Plain {
    character: char,
    range: Range<usize>,
}

/// A text in its plain form, read by place.
pub(super) struct PlainText(Vec<Plain>);

impl PlainText {
    pub(super) fn new(text: &str) -> Self {
        let plain = text.char_indices().flat_map(|(start, original)| {
            let range = start..start + original.len_utf8();
            std::iter::once(original)
                .nfkc()
                .map(move |character| Plain {
                    character,
                    range: range.clone(),
                })
        });
        Self(plain.collect())
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The character at a place.
    pub(super) fn at(&self, place: usize) -> Option<char> {
        self.0.get(place).map(|plain| plain.character)
    }

    /// The character before a place.
    pub(super) fn before(&self, place: usize) -> Option<char> {
        self.at(place.checked_sub(1)?)
    }

    /// The bytes of the original text from one place up to another.
    pub(super) fn bytes(&self, places: Range<usize>) -> Range<usize> {
        let start = self
            .0
            .get(places.start)
            .map_or(0, |plain| plain.range.start);
        let end = places
            .end
            .checked_sub(1)
            .and_then(|last| self.0.get(last))
            .map_or(start, |plain| plain.range.end);
        start..end
    }

    /// The place after `word`, when it stands at `place`. Blanks inside the word do not matter (`令 和`).
    pub(super) fn word(&self, mut place: usize, word: &str) -> Option<usize> {
        for (index, character) in word.chars().enumerate() {
            if index > 0 {
                place = self.skip_blanks(place);
            }
            if self.at(place) != Some(character) {
                return None;
            }
            place += 1;
        }
        Some(place)
    }

    /// The place after one of `characters`.
    pub(super) fn one_of(&self, place: usize, characters: &[char]) -> Option<usize> {
        characters.contains(&self.at(place)?).then_some(place + 1)
    }

    /// The place of the next character that is no blank. A tab parts the cells of a table and is never skipped.
    pub(super) fn skip_blanks(&self, mut place: usize) -> usize {
        while self
            .at(place)
            .is_some_and(|c| c.is_whitespace() && c != '\t')
        {
            place += 1;
        }
        place
    }

    /// All that follows a place, without blanks.
    pub(super) fn rest(&self, place: usize) -> String {
        self.0
            .iter()
            .skip(place)
            .map(|plain| plain.character)
            .filter(|c| !c.is_whitespace())
            .collect()
    }

    /// A number of one to `most` digits, or in kanji (`五`, `三十一`, `二〇二三`), and the place after it.
    pub(super) fn number(&self, place: usize, most: usize) -> Option<(usize, i32)> {
        self.digits(place, most)
            .or_else(|| self.kanji_number(place, most))
    }

    fn digits(&self, place: usize, most: usize) -> Option<(usize, i32)> {
        let mut end = place;
        let mut number = 0;
        while let Some(digit) = self.at(end).and_then(|c| c.to_digit(10)) {
            number = number * 10 + i32::try_from(digit).ok()?;
            end += 1;
            if end - place > most {
                return None;
            }
        }
        (end > place).then_some((end, number))
    }

    /// Digits one after another (`二〇二三`), or with 十 and 百 (`三十一`).
    fn kanji_number(&self, place: usize, most: usize) -> Option<(usize, i32)> {
        let mut end = place;
        let mut total = 0;
        let mut current = None;
        let mut counted_in_tens = false;
        while let Some(character) = self.at(end) {
            if let Some(digit) = kanji_digit(character) {
                if current.is_some() && counted_in_tens {
                    return None;
                }
                current = Some(current.unwrap_or(0) * 10 + digit);
            } else if let Some(unit) = match character {
                '十' => Some(10),
                '百' => Some(100),
                _ => None,
            } {
                counted_in_tens = true;
                total += current.take().unwrap_or(1) * unit;
            } else {
                break;
            }
            end += 1;
            if end - place > most.max(4) {
                return None;
            }
        }
        let number = total + current.unwrap_or(0);
        (end > place && (counted_in_tens || end - place <= most)).then_some((end, number))
    }
}

fn kanji_digit(character: char) -> Option<i32> {
    "〇一二三四五六七八九"
        .chars()
        .zip(0..)
        .find_map(|(kanji, digit)| (kanji == character).then_some(digit))
        .or((character == '零').then_some(0))
}
