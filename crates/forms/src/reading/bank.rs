//! Bank accounts, in the spelling of the 全銀 format.

use yakuba_kernel::text::{fold_width, hiragana_to_katakana};

use super::kinds::{Unreadable, fold_dashes, part};
use crate::answers::{AccountKind, Answer, BankAccount, Typed};
use crate::model::document::Field;

/// The longest name of a holder in the 全銀 format for transfers (総合振込, 受取人名).
const LONGEST_HOLDER: usize = 30;

/// The code of ゆうちょ銀行.
const YUCHO: &str = "9900";

pub(super) fn read(field: &Field, typed: &Typed) -> Result<Option<Answer>, Unreadable> {
    let [
        bank_code,
        branch_code,
        kind,
        number,
        holder,
        symbol,
        symbol_number,
    ] = [
        "bank_code",
        "branch_code",
        "kind",
        "number",
        "holder",
        "symbol",
        "symbol_number",
    ]
    .map(|name| part(typed, name));
    let asked = [
        bank_code,
        branch_code,
        number,
        holder,
        symbol,
        symbol_number,
    ];
    if asked.iter().all(|text| text.is_empty()) {
        return Ok(None);
    }
    let wrong = |id, at| Err(Unreadable::new(field, id).at(at));
    let digits = |text: &str, length: usize| {
        let folded = fold_width(text);
        let bare = folded.trim();
        (bare.len() == length && bare.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| bare.to_owned())
    };
    // 記号 and 番号 of ゆうちょ銀行 count only where no other account was typed.
    let by_symbol = [bank_code, branch_code, number]
        .iter()
        .all(|text| text.is_empty());
    let account = if by_symbol {
        let Some(account) = yucho(symbol, symbol_number) else {
            return if symbol.is_empty() && symbol_number.is_empty() {
                wrong("forms-problem-bank-code", "bank_code")
            } else {
                wrong("forms-problem-yucho", "symbol")
            };
        };
        account
    } else {
        let Some(bank_code) = digits(bank_code, 4) else {
            return wrong("forms-problem-bank-code", "bank_code");
        };
        let Some(branch_code) = digits(branch_code, 3) else {
            return wrong("forms-problem-branch-code", "branch_code");
        };
        let Some(kind) = AccountKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
        else {
            return wrong("forms-problem-account-kind", "kind");
        };
        let Some(number) = digits(number, 7) else {
            return wrong("forms-problem-account-number", "number");
        };
        (bank_code, branch_code, kind, number)
    };
    let Some(holder) = zengin_text(holder).filter(|holder| !holder.is_empty()) else {
        return wrong("forms-problem-holder", "holder");
    };
    if holder.chars().count() > LONGEST_HOLDER {
        return wrong("forms-problem-holder-long", "holder");
    }
    let (bank_code, branch_code, kind, number) = account;
    Ok(Some(Answer::BankAccount(BankAccount {
        bank_code,
        branch_code,
        kind,
        number,
        holder,
    })))
}

/// The account that 記号 and 番号 of ゆうちょ銀行 stand for, by the bank's published rule: 記号 1… is an ordinary account, whose branch is the
/// second and third digit and 8, and whose number is the 番号 without its last digit; 記号 0… is a current account (振替口座), whose branch
/// is the second and third digit and 9, and whose number is the 番号.
fn yucho(symbol: &str, number: &str) -> Option<(String, String, AccountKind, String)> {
    let plain = |text: &str| fold_dashes(&fold_width(text)).trim().to_owned();
    let symbol = plain(symbol);
    // A digit after a hyphen counts the reissues of the passbook and is no part of the 記号.
    let symbol = match symbol.split_once('-') {
        Some((symbol, reissue)) if reissue.trim().len() == 1 => symbol.trim().to_owned(),
        Some(_) => return None,
        None => symbol,
    };
    let number = plain(number);
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if symbol.len() != 5 || !all_digits(&symbol) || number.is_empty() || !all_digits(&number) {
        return None;
    }
    let branch = &symbol[1..3];
    match symbol.as_bytes()[0] {
        b'1' if (2..=8).contains(&number.len()) && number.ends_with('1') => Some((
            YUCHO.to_owned(),
            format!("{branch}8"),
            AccountKind::Ordinary,
            format!("{:0>7}", &number[..number.len() - 1]),
        )),
        b'0' if number.len() <= 7 => Some((
            YUCHO.to_owned(),
            format!("{branch}9"),
            AccountKind::Current,
            format!("{number:0>7}"),
        )),
        _ => None,
    }
}

/// The katakana of full width that the 全銀 format knows, each beside its half-width letters. Small kana become large ones and the long vowel
/// mark a hyphen, as banks write them.
const KANA: &str = "アｱイｲウｳエｴオｵカｶキｷクｸケｹコｺサｻシｼスｽセｾソｿタﾀチﾁツﾂテﾃトﾄナﾅニﾆヌﾇネﾈノﾉハﾊヒﾋフﾌヘﾍホﾎマﾏミﾐムﾑメﾒモﾓヤﾔユﾕヨﾖラﾗリﾘルﾙレﾚロﾛワﾜヲｦンﾝァｱィｲゥｳェｴォｵッﾂャﾔュﾕョﾖヮﾜヵｶヶｹ";
/// Kana with a voiced mark, each beside the one without.
const VOICED: &str =
    "ガカギキグクゲケゴコザサジシズスゼセゾソダタヂチヅツデテドトバハビヒブフベヘボホヴウ";
/// Kana with a semi-voiced mark, each beside the one without.
const SEMI_VOICED: &str = "パハピヒプフペヘポホ";

/// A text in the characters of the 全銀 format: half-width katakana, capital letters, digits and ` ()-./,｢｣`. None when something in it
/// has no place there, such as kanji.
pub(crate) fn zengin_text(text: &str) -> Option<String> {
    let beside = |pairs: &str, wanted: char| {
        let mut letters = pairs.chars();
        while let (Some(one), Some(other)) = (letters.next(), letters.next()) {
            if one == wanted {
                return Some(other);
            }
        }
        None
    };
    let mut written = String::with_capacity(text.len());
    for character in hiragana_to_katakana(&fold_width(text.trim())).chars() {
        if let Some(letter) = beside(KANA, character) {
            written.push(letter);
        } else if let Some(plain) = beside(VOICED, character) {
            written.push(beside(KANA, plain)?);
            written.push('ﾞ');
        } else if let Some(plain) = beside(SEMI_VOICED, character) {
            written.push(beside(KANA, plain)?);
            written.push('ﾟ');
        } else {
            written.push(match character {
                'a'..='z' => character.to_ascii_uppercase(),
                'A'..='Z' | '0'..='9' | ' ' | '(' | ')' | '-' | '.' | '/' | ',' => character,
                'ー' | '‐' | '−' | '–' | '—' | '―' => '-',
                '・' => '.',
                '「' => '｢',
                '」' => '｣',
                _ => return None,
            });
        }
    }
    Some(written)
}
