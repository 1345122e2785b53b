//! How each kind of field is read.

use std::collections::BTreeSet;

use jiff::civil::Time;
use yakuba_kernel::text::{fold_width, hiragana_to_katakana};
use yakuba_kernel::{
    Address, AddressParts, CorporateNumber, Decimal, PersonName, PostalCode, Prefecture, Yen,
};

use super::{bank, dates};
use crate::answers::{Answer, Coordinates, Place, Slot, SlotSource, Typed};
use crate::message::Message;
use crate::model::document::{ChoiceOption, Field, FieldKind, Key, Text, TextFormat, TextLimits};

/// Why something cannot be read, and at which of the field's controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) part: Option<&'static str>,
    pub(crate) message: Message,
}

impl Unreadable {
    pub(super) fn new(field: &Field, id: &'static str) -> Self {
        Self {
            part: None,
            message: Message::new(id).label("label", &field.label),
        }
    }

    pub(super) fn at(mut self, part: &'static str) -> Self {
        self.part = Some(part);
        self
    }
}

/// The controls of a kind of field, by the part after the field's name; `""` is the field's name itself.
pub(crate) fn parts(kind: &FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Name => &["family", "given", "family_kana", "given_kana"],
        FieldKind::Date { .. } => &["", "era", "year", "month", "day"],
        FieldKind::Address => &[
            "postal_code",
            "prefecture",
            "city",
            "town",
            "block",
            "building",
        ],
        FieldKind::Place => &["description", "coordinates"],
        FieldKind::BankAccount => &[
            "bank_code",
            "branch_code",
            "kind",
            "number",
            "holder",
            "symbol",
            "symbol_number",
        ],
        FieldKind::File { .. } | FieldKind::Group { .. } => &[],
        _ => &[""],
    }
}

/// What was typed into one of a field's controls, without blanks around it.
pub(super) fn part<'t>(typed: &'t Typed, part: &str) -> &'t str {
    typed.get(part).map_or("", |text| text.trim())
}

/// Reads a field from what its controls held; nothing when they held nothing.
///
/// # Errors
/// What cannot be read, and what to type instead.
pub(crate) fn read_field(field: &Field, typed: &Typed) -> Result<Option<Answer>, Unreadable> {
    let text = part(typed, "");
    let wrong = |id: &'static str| Unreadable::new(field, id);
    match &field.kind {
        FieldKind::Name => read_name(field, typed),
        FieldKind::Date { .. } => dates::read(field, typed),
        FieldKind::Address => read_address(field, typed),
        FieldKind::Place => read_place(field, typed),
        FieldKind::BankAccount => bank::read(field, typed),
        FieldKind::Consent { .. } | FieldKind::Declaration { .. } => {
            Ok(Some(Answer::Flag(text == "yes")))
        }
        FieldKind::File { .. } | FieldKind::Group { .. } => Ok(None),
        _ if text.is_empty() => Ok(None),
        FieldKind::Text(limits) => read_text(field, limits, text).map(Some),
        FieldKind::LongText(limits) => {
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            read_text(field, limits, &lines).map(Some)
        }
        FieldKind::Phone => phone(text)
            .map(|text| Some(Answer::Text(text)))
            .ok_or_else(|| wrong("forms-problem-phone")),
        FieldKind::Email => email(text)
            .map(|text| Some(Answer::Text(text)))
            .ok_or_else(|| wrong("forms-problem-email")),
        FieldKind::Choice { options } => option(options, text)
            .map(|key| Some(Answer::Choice(key)))
            .ok_or_else(|| wrong("forms-problem-choose")),
        FieldKind::Choices { options, .. } => {
            let chosen: BTreeSet<&str> = text.split('\n').map(str::trim).collect();
            if chosen.iter().any(|value| option(options, value).is_none()) {
                return Err(wrong("forms-problem-choose"));
            }
            let in_order = options
                .iter()
                .filter(|option| chosen.contains(option.value.as_str()));
            Ok(Some(Answer::Choices(
                in_order.map(|option| option.value.clone()).collect(),
            )))
        }
        FieldKind::Number { places, unit, .. } => number(text, unit.as_ref())
            .ok_or_else(|| wrong("forms-problem-number"))
            .and_then(|number| {
                if number.scale() <= *places {
                    return Ok(Some(Answer::Number(number)));
                }
                let message = if *places == 0 {
                    Message::new("forms-problem-whole-number")
                } else {
                    Message::new("forms-problem-places").number("n", *places)
                };
                Err(Unreadable {
                    part: None,
                    message: message.label("label", &field.label),
                })
            }),
        FieldKind::Slot {
            facility, resource, ..
        } => read_slot(facility, resource, text)
            .map(|slot| Some(Answer::Slot(slot)))
            .ok_or_else(|| wrong("forms-problem-slot")),
        FieldKind::Yen { .. } => text
            .parse::<Yen>()
            .ok()
            .filter(|yen| yen.amount().unsigned_abs() < LARGEST)
            .map(|yen| Some(Answer::Yen(yen)))
            .ok_or_else(|| wrong("forms-problem-yen")),
    }
}

/// A time as its control sends it: `2026-12-01T10:00/10:30`.
fn read_slot(facility: &str, resource: &str, text: &str) -> Option<Slot> {
    let (day, times) = text.split_once('T')?;
    let (from, to) = times.split_once('/')?;
    let (from, to): (Time, Time) = (from.parse().ok()?, to.parse().ok()?);
    (from < to).then_some(Slot {
        of: SlotSource {
            facility: facility.to_owned(),
            resource: resource.to_owned(),
        },
        day: day.parse().ok()?,
        from,
        to,
    })
}

/// Numbers stay below this, so that an expression computes with them exactly.
const LARGEST: u64 = 1_000_000_000_000_000;

fn option(options: &[ChoiceOption], value: &str) -> Option<Key> {
    options
        .iter()
        .map(|option| &option.value)
        .find(|key| key.as_str() == value)
        .cloned()
}

/// The text that says how a format is written.
pub(crate) fn format_text(format: Option<TextFormat>) -> &'static str {
    match format {
        None => "forms-problem-characters",
        Some(TextFormat::Katakana) => "forms-problem-katakana",
        Some(TextFormat::Digits) => "forms-problem-digits",
        Some(TextFormat::Alphanumeric) => "forms-problem-alphanumeric",
        Some(TextFormat::CorporateNumber) => "forms-problem-corporate-number",
    }
}

/// What a text in katakana may hold: katakana of full width, its marks and blanks.
pub(crate) fn is_katakana(character: char) -> bool {
    matches!(
        character,
        'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ' | '・' | '゛' | '゜' | ' ' | '-'
    )
}

fn read_text(field: &Field, limits: &TextLimits, text: &str) -> Result<Answer, Unreadable> {
    let lines = matches!(field.kind, FieldKind::LongText(_));
    let wrong = || Unreadable::new(field, format_text(limits.format));
    let written = match limits.format {
        // As typed: characters outside the usual sets stay.
        None => text.replace('\t', " "),
        Some(TextFormat::Katakana) => hiragana_to_katakana(&fold_width(text)),
        Some(TextFormat::Digits) => fold_width(text),
        Some(TextFormat::Alphanumeric) => fold_dashes(&fold_width(text)),
        Some(TextFormat::CorporateNumber) => {
            let bare: String = fold_dashes(&fold_width(text))
                .chars()
                .filter(|character| !matches!(character, '-' | ' '))
                .collect();
            CorporateNumber::parse(&bare)
                .map_err(|_| wrong())?
                .as_str()
                .to_owned()
        }
    };
    let fits = written.chars().all(|character| {
        (!character.is_control() || lines && character == '\n')
            && match limits.format {
                None | Some(TextFormat::CorporateNumber) => true,
                Some(TextFormat::Katakana) => is_katakana(character) || lines && character == '\n',
                Some(TextFormat::Digits) => character.is_ascii_digit(),
                Some(TextFormat::Alphanumeric) => {
                    character.is_ascii_alphanumeric() || character == '-'
                }
            }
    });
    if fits {
        Ok(Answer::Text(written))
    } else {
        Err(wrong())
    }
}

/// Every hyphen, dash, minus and long vowel mark as `-`, as keyboards give any of them between digits.
pub(super) fn fold_dashes(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | '─' | '━' => '-',
            other => other,
        })
        .collect()
}

/// A telephone number in Japan: 10 or 11 digits from 0, with the hyphens that were typed.
fn phone(text: &str) -> Option<String> {
    let folded = fold_dashes(&fold_width(text));
    let folded = match folded.trim().strip_prefix("+81") {
        Some(rest) => {
            let rest = rest.trim_start_matches(['-', ' ']);
            format!("0{}", rest.strip_prefix("(0)").unwrap_or(rest))
        }
        None => folded,
    };
    let mut number = String::with_capacity(folded.len());
    for character in folded.chars() {
        match character {
            '0'..='9' => number.push(character),
            '-' | '(' | ')' | ' ' | '.' => {
                if !number.is_empty() && !number.ends_with('-') {
                    number.push('-');
                }
            }
            _ => return None,
        }
    }
    // A number that was parted with blanks is parted with hyphens now.
    let number = number.trim_end_matches('-').to_owned();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (number.starts_with('0') && (10..=11).contains(&digits)).then_some(number)
}

/// An e-mail address that can be sent to. Lenient before the `@`: mobile carriers have given out addresses that the standard forbids.
fn email(text: &str) -> Option<String> {
    let address = fold_width(text).trim().to_owned();
    let (local, domain) = address.split_once('@')?;
    let local_fits = (1..=64).contains(&local.len())
        && local.bytes().all(|byte| {
            byte.is_ascii_graphic()
                && !matches!(
                    byte,
                    b'@' | b'<'
                        | b'>'
                        | b'"'
                        | b'('
                        | b')'
                        | b','
                        | b';'
                        | b':'
                        | b'\\'
                        | b'['
                        | b']'
                )
        });
    let labels: Vec<&str> = domain.split('.').collect();
    let domain_fits = labels.len() >= 2
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
        && labels
            .last()
            .is_some_and(|last| last.len() >= 2 && !last.bytes().all(|byte| byte.is_ascii_digit()));
    (local_fits && domain_fits && address.len() <= 254).then_some(address)
}

fn number(text: &str, unit: Option<&Text>) -> Option<Decimal> {
    let folded = fold_width(text);
    let mut bare = folded.trim();
    if let Some(unit) = unit {
        let units = [Some(&unit.ja), unit.easy.as_ref(), unit.en.as_ref()];
        for unit in units.into_iter().flatten() {
            let unit = fold_width(unit);
            if !unit.is_empty()
                && let Some(rest) = bare.strip_suffix(unit.as_str())
            {
                bare = rest.trim_end();
            }
        }
    }
    let (negative, digits) = match bare.strip_prefix(['-', '−', '△', '▲', 'ー']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, bare),
    };
    let plain = without_commas(digits)?;
    let well_formed = plain
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && plain.bytes().filter(|byte| *byte == b'.').count() <= 1
        && plain.starts_with(|first: char| first.is_ascii_digit())
        && plain.ends_with(|last: char| last.is_ascii_digit())
        && plain.len() <= 25;
    if !well_formed {
        return None;
    }
    let number: Decimal = plain.parse().ok()?;
    let number = if negative { -number } else { number }.normalize();
    (number.abs() < Decimal::from(LARGEST)).then_some(number)
}

/// The digits without commas; none when a comma does not part thousands (`1,50`).
fn without_commas(digits: &str) -> Option<String> {
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut groups = whole.split([',', '、']);
    let first = groups.next()?;
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.is_empty() || first.len() > 3 {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

fn read_name(field: &Field, typed: &Typed) -> Result<Option<Answer>, Unreadable> {
    let [family, given, family_kana, given_kana] =
        ["family", "given", "family_kana", "given_kana"].map(|name| part(typed, name));
    if [family, given, family_kana, given_kana]
        .iter()
        .all(|text| text.is_empty())
    {
        return Ok(None);
    }
    let wrong = |id| Unreadable::new(field, id);
    if family.is_empty() && given.is_empty() {
        return Err(wrong("forms-problem-name").at("family"));
    }
    let readings = [
        (family, family_kana, "family_kana"),
        (given, given_kana, "given_kana"),
    ];
    for (name, kana, at) in readings {
        if !name.is_empty() && kana.is_empty() {
            return Err(wrong("forms-problem-name-kana-missing").at(at));
        }
        if PersonName::new("名", "", kana, "").is_err() {
            return Err(wrong("forms-problem-name-kana").at(at));
        }
    }
    for (name, at) in [(family, "family"), (given, "given")] {
        if !name.is_empty() && PersonName::new(name, "", "", "").is_err() {
            return Err(wrong("forms-problem-name-characters").at(at));
        }
    }
    PersonName::new(family, given, family_kana, given_kana)
        .map(|name| Some(Answer::Name(name)))
        .map_err(|_| wrong("forms-problem-name").at("family"))
}

fn read_address(field: &Field, typed: &Typed) -> Result<Option<Answer>, Unreadable> {
    let [postal_code, mut prefecture, mut city, town, block, building] = [
        "postal_code",
        "prefecture",
        "city",
        "town",
        "block",
        "building",
    ]
    .map(|name| part(typed, name));
    // The list of prefectures may stand on the city's own before anybody typed anything.
    if [postal_code, city, town, block, building]
        .iter()
        .all(|text| text.is_empty())
    {
        return Ok(None);
    }
    let wrong = |id, at| Err(Unreadable::new(field, id).at(at));
    if prefecture.is_empty()
        && let Some(found) = Prefecture::all().find(|found| city.starts_with(found.name()))
    {
        prefecture = found.name();
        city = city[found.name().len()..].trim_start();
    }
    if postal_code.is_empty() {
        return wrong("forms-problem-postal-missing", "postal_code");
    }
    let Ok(postal_code) = PostalCode::parse(postal_code) else {
        return wrong("forms-problem-postal", "postal_code");
    };
    if Prefecture::all().all(|known| known.name() != prefecture) {
        return wrong("forms-problem-prefecture", "prefecture");
    }
    if city.is_empty() {
        return wrong("forms-problem-city", "city");
    }
    if town.is_empty() {
        return wrong("forms-problem-town", "town");
    }
    let address = Address::new(AddressParts {
        postal_code: Some(postal_code),
        municipality: None,
        prefecture: prefecture.to_owned(),
        city: city.to_owned(),
        town: town.to_owned(),
        block: block.to_owned(),
        building: building.to_owned(),
    });
    match address {
        Ok(address) => Ok(Some(Answer::Address(address))),
        Err(_) => wrong("forms-problem-address", "town"),
    }
}

fn read_place(field: &Field, typed: &Typed) -> Result<Option<Answer>, Unreadable> {
    let description = part(typed, "description");
    let coordinates = part(typed, "coordinates");
    if description.is_empty() && coordinates.is_empty() {
        return Ok(None);
    }
    let wrong = |id, at| Err(Unreadable::new(field, id).at(at));
    if description.chars().count() > 400 || description.chars().any(char::is_control) {
        return wrong("forms-problem-place", "description");
    }
    let coordinates = if coordinates.is_empty() {
        None
    } else {
        let Some(read) = read_coordinates(coordinates) else {
            return wrong("forms-problem-coordinates", "coordinates");
        };
        Some(read)
    };
    Ok(Some(Answer::Place(Place {
        description: description.to_owned(),
        coordinates,
    })))
}

/// `34.7594, 135.5168`: latitude first, as map services copy it.
fn read_coordinates(text: &str) -> Option<Coordinates> {
    let folded = fold_width(text).replace(['、', ' '], ",");
    let mut numbers = folded
        .split(',')
        .filter(|number| !number.is_empty())
        .map(|number| {
            number
                .parse::<Decimal>()
                .ok()
                .filter(|number| number.scale() <= 20)
        });
    let (latitude, longitude) = (numbers.next()??, numbers.next()??);
    let within = |number: Decimal, low: i64, high: i64| {
        number >= Decimal::from(low) && number <= Decimal::from(high)
    };
    (numbers.next().is_none() && within(latitude, 20, 46) && within(longitude, 122, 154)).then(
        || Coordinates {
            latitude: latitude.round_dp(6).normalize(),
            longitude: longitude.round_dp(6).normalize(),
        },
    )
}
