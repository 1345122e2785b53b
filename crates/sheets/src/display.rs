use calamine::Data;

/// What Excel shows for a value under a number format, as far as plan sheets use formats: percent, thousands separators,
/// decimal places, words in quotes around the number. Dates become ISO dates, because `R5.4.1` and `4/1` lose the year.
pub(crate) fn text(value: &Data, format: &str) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => unescape(text),
        Data::Int(number) => number_text(&number.to_string(), format),
        Data::Float(number) => number_text(&plain(*number), format),
        Data::Bool(true) => "TRUE".to_owned(),
        Data::Bool(false) => "FALSE".to_owned(),
        Data::Error(error) => error.to_string(),
        Data::DateTime(moment) if moment.is_duration() => {
            let minutes = moment.as_f64() * 24.0 * 60.0;
            let whole = plain(minutes.round()).parse::<i64>().unwrap_or_default();
            format!("{}:{:02}", whole / 60, whole % 60)
        }
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            if hour == 0 && minute == 0 && second == 0 {
                format!("{year:04}-{month:02}-{day:02}")
            } else if moment.as_f64() < 1.0 {
                format!("{hour}:{minute:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
            }
        }
    }
}

/// A float as the shortest decimal that means it, without the noise of binary (`0.1 + 0.2`): Excel keeps 15 digits.
fn plain(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return "0".to_owned();
    }
    let exponent = number.abs().log10().floor();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    // bounded to 0..=20 just before
    let places = (14.0 - exponent).clamp(0.0, 20.0) as usize;
    let text = format!("{number:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// `_x000D_` and the like, as Excel writes control characters.
fn unescape(text: &str) -> String {
    text.replace("_x000D_\n", "\n")
        .replace("_x000D_", "\n")
        .replace("\r\n", "\n")
}

fn number_text(plain: &str, format: &str) -> String {
    let negative = plain.starts_with('-');
    let sections: Vec<&str> = split_sections(format);
    let section = match (negative, sections.as_slice()) {
        (true, [_, second, ..]) => second,
        (false, [_, _, third, ..]) if plain == "0" => third,
        (_, [first, ..]) => first,
        (_, []) => "General",
    };
    let parts = parts(section);
    let Some(digits) = parts.digits else {
        let general = parts.before.is_empty() && parts.after.is_empty();
        return if general || section.contains("General") || section == "@" {
            format!("{}{plain}{}", parts.before, parts.after)
        } else {
            parts.before + &parts.after
        };
    };
    let own_sign = negative && sections.len() > 1;
    let magnitude = plain.trim_start_matches('-');
    let scaled = if parts.percent {
        shift_two(magnitude)
    } else {
        magnitude.to_owned()
    };
    let rounded = round(&scaled, digits.places);
    let shown = if digits.thousands {
        group(&rounded)
    } else {
        rounded
    };
    let sign = if negative && !own_sign { "-" } else { "" };
    format!("{}{sign}{shown}{}", parts.before, parts.after)
}

#[derive(Default)]
struct Parts {
    before: String,
    digits: Option<Digits>,
    after: String,
    percent: bool,
}

struct Digits {
    places: usize,
    thousands: bool,
}

fn split_sections(format: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let (mut from, mut quoted) = (0, false);
    for (at, character) in format.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => {
                sections.push(&format[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    sections.push(&format[from..]);
    sections
}

fn parts(section: &str) -> Parts {
    let mut parts = Parts::default();
    let mut pattern = String::new();
    let mut characters = section
        .replace("General", "")
        .chars()
        .collect::<Vec<_>>()
        .into_iter()
        .peekable();
    while let Some(character) = characters.next() {
        let literal: Option<String> = match character {
            '"' => Some(characters.by_ref().take_while(|c| *c != '"').collect()),
            '\\' => characters.next().map(String::from),
            '_' | '*' => {
                characters.next();
                None
            }
            '[' => {
                // colour, condition or currency: [Red], [>=100], [$¥-411]
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                inside
                    .strip_prefix('$')
                    .map(|currency| currency.split('-').next().unwrap_or_default().to_owned())
            }
            '0' | '#' | '?' | '.' | ',' => {
                pattern.push(character);
                None
            }
            '%' => {
                parts.percent = true;
                Some("%".to_owned())
            }
            '@' => None,
            other => Some(other.to_string()),
        };
        if let Some(literal) = literal {
            if pattern.is_empty() {
                parts.before.push_str(&literal);
            } else {
                parts.after.push_str(&literal);
            }
        }
    }
    if !pattern.is_empty() {
        let places = pattern.split_once('.').map_or(0, |(_, after)| {
            after
                .chars()
                .filter(|c| matches!(c, '0' | '#' | '?'))
                .count()
        });
        let thousands = pattern
            .split('.')
            .next()
            .is_some_and(|whole| whole.trim_end_matches(',').contains(','));
        parts.digits = Some(Digits { places, thousands });
    }
    parts
}

/// Moves the decimal point two places to the right.
fn shift_two(magnitude: &str) -> String {
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let mut fraction = fraction.to_owned();
    while fraction.len() < 2 {
        fraction.push('0');
    }
    let (moved, rest) = fraction.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if rest.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{rest}")
    }
}

/// Rounds half away from zero, as Excel shows numbers.
fn round(magnitude: &str, places: usize) -> String {
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let mut digits: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(places))
        .collect();
    if fraction
        .as_bytes()
        .get(places)
        .is_some_and(|next| *next >= b'5')
    {
        let mut at = digits.len();
        loop {
            if at == 0 {
                digits.insert(0, b'1');
                break;
            }
            at -= 1;
            if digits[at] == b'9' {
                digits[at] = b'0';
            } else {
                digits[at] += 1;
                break;
            }
        }
    }
    let text: String = digits.into_iter().map(char::from).collect();
    if places == 0 {
        return text;
    }
    let (whole, fraction) = text.split_at(text.len() - places);
    format!("{whole}.{fraction}")
}

fn group(number: &str) -> String {
    let (whole, fraction) = number
        .split_once('.')
        .map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{grouped}.{fraction}"),
        None => grouped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_as_in_excel() {
        for (value, format, shown) in [
            (0.5, "0%", "50%"),
            (0.828, "0.0%", "82.8%"),
            (0.9994, "0.0%", "99.9%"),
            (1000.0, "#,##0", "1,000"),
            (1_234_567.891, "#,##0.00", "1,234,567.89"),
            (-13.7, "General", "-13.7"),
            (-13.7, "#,##0.0;\"△\"#,##0.0", "△13.7"),
            (30.0, "0\"件\"", "30件"),
            (41.0, "\"延べ\"0\"人\"", "延べ41人"),
            (0.1 + 0.2, "General", "0.3"),
            (3.0, "General", "3"),
            (2.995, "0.00", "3.00"),
            (9.99, "0.0", "10.0"),
            (1200.0, "[$¥-411]#,##0", "¥1,200"),
            (5.0, "#,##0_ ", "5"),
            (0.0, "0;-0;\"-\"", "-"),
        ] {
            assert_eq!(
                text(&Data::Float(value), format),
                shown,
                "{value} as {format}"
            );
        }
    }
}
