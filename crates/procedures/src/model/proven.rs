//! What is proved of a person who applies, and which answers it stands behind.
//!
//! Nothing about it is kept with a draft or believed from a browser: an answer is verified when it says the same as what is
//! proved at the moment somebody looks. So a changed answer is not verified any more, and one that was put right again is.

use yakuba_city::web::VerifiedPerson;
use yakuba_forms::{
    Answer, Answers, Evaluation, Marks, Typed,
    model::document::{Field, FieldKind, FormDocument, Prefill},
    written,
};
use yakuba_kernel::{PersonName, Prefecture, text::fold_width};
use yakuba_ui::Language;

/// What is proved of the person who applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proven {
    /// Who they are, when an identity provider vouched for it.
    pub person: Option<VerifiedPerson>,
    /// An e-mail address that they read.
    pub email: Option<String>,
}

/// Every attribute that can be proved.
pub const ATTRIBUTES: [Prefill; 4] = [
    Prefill::Name,
    Prefill::Address,
    Prefill::BirthDate,
    Prefill::Email,
];

/// An attribute's name in the records of a case.
pub const fn name(attribute: Prefill) -> &'static str {
    match attribute {
        Prefill::Name => "name",
        Prefill::Address => "address",
        Prefill::BirthDate => "birth_date",
        Prefill::Email => "email",
    }
}

/// What a field is filled in with.
#[derive(Debug, Clone, PartialEq)]
pub enum Filling {
    /// A whole answer.
    Answer(Answer),
    /// A part of one, as its controls show it: a name without its reading, an address without its postal code.
    Part(Typed),
}

impl Proven {
    /// What a field of a form is filled in with, if it asks for something that is proved.
    pub fn filling(&self, field: &Field) -> Option<Filling> {
        let text = |text: &str| Filling::Answer(Answer::Text(text.to_owned()));
        match (field.prefill?, &field.kind) {
            (Prefill::Email, FieldKind::Email | FieldKind::Text(_)) => {
                self.email.as_deref().map(text)
            }
            (Prefill::Name, FieldKind::Text(_)) => {
                self.person.as_ref().map(|person| text(&person.name.full()))
            }
            (Prefill::Name, FieldKind::Name) => {
                let name = &self.person.as_ref()?.name;
                if name.full_kana().is_empty() {
                    Some(Filling::Part(parts([
                        ("family", name.family()),
                        ("given", name.given()),
                    ])))
                } else {
                    Some(Filling::Answer(Answer::Name(name.clone())))
                }
            }
            (Prefill::Address, FieldKind::Text(_) | FieldKind::LongText(_)) => {
                self.person.as_ref().map(|person| text(&person.address))
            }
            (Prefill::Address, FieldKind::Address) => {
                Some(Filling::Part(address(&self.person.as_ref()?.address)))
            }
            (Prefill::BirthDate, FieldKind::Date { .. }) => Some(Filling::Answer(Answer::Date(
                self.person.as_ref()?.birth_date,
            ))),
            _ => None,
        }
    }

    /// Whether what stands in a field is what is proved. How it is spaced, and whether in wide characters, does not matter; a name's
    /// reading and a postal code are not proved and may be anything.
    pub fn stands_behind(&self, field: &Field, answers: &Answers) -> bool {
        let key = field.key.as_str();
        let given = match (answers.typed(key), answers.get(key)) {
            (Some(typed), _) => typed.clone(),
            // Dates are compared as days: their controls show them by era.
            (None, Some(Answer::Date(day))) => {
                return field.prefill == Some(Prefill::BirthDate)
                    && self
                        .person
                        .as_ref()
                        .is_some_and(|person| person.birth_date == *day);
            }
            (None, Some(answer)) => written(answer, Language::Japanese),
            (None, None) => return false,
        };
        let joined = |names: &[&str]| {
            let text: String = names
                .iter()
                .filter_map(|name| given.get(*name))
                .map(String::as_str)
                .collect();
            folded(&text)
        };
        let person = self.person.as_ref();
        let same = |text: String, proved: Option<String>| !text.is_empty() && Some(text) == proved;
        match field.prefill {
            Some(Prefill::Name) => same(
                joined(&["", "family", "given"]),
                person.map(|person| folded(&person.name.full())),
            ),
            Some(Prefill::Address) => same(
                joined(&["", "prefecture", "city", "town", "block", "building"]),
                person.map(|person| folded(&person.address)),
            ),
            Some(Prefill::Email) => same(joined(&[""]), self.email.as_deref().map(folded)),
            Some(Prefill::BirthDate) | None => false,
        }
    }

    /// The paths of the fields whose answers are proved. Fields in repeating groups are about others and never are.
    pub fn fields<'f>(&self, form: &'f FormDocument, answers: &Answers) -> Vec<&'f str> {
        form.pages
            .iter()
            .flat_map(|page| &page.fields)
            .filter(|field| self.stands_behind(field, answers))
            .map(|field| field.key.as_str())
            .collect()
    }

    /// The attributes behind which the proof stands in everything that is asked: what [`name`] calls them.
    pub fn attributes(
        &self,
        form: &FormDocument,
        answers: &Answers,
        evaluation: &Evaluation,
    ) -> Vec<String> {
        ATTRIBUTES
            .into_iter()
            .filter(|attribute| {
                let mut asked = fields_for(form, *attribute)
                    .filter(|field| evaluation.is_shown(field.key.as_str()))
                    .peekable();
                asked.peek().is_some() && asked.all(|field| self.stands_behind(field, answers))
            })
            .map(|attribute| name(attribute).to_owned())
            .collect()
    }
}

/// What stands among the verified attributes of a case when the agent is who they say.
pub const AGENT_NAME: &str = "agent_name";

/// Whether a name as typed is a proved one, however it is spaced.
pub fn same_name(typed: &str, proved: &PersonName) -> bool {
    folded(typed) == folded(&proved.full())
}

fn fields_for(form: &FormDocument, attribute: Prefill) -> impl Iterator<Item = &Field> {
    form.pages
        .iter()
        .flat_map(|page| &page.fields)
        .filter(move |field| field.prefill == Some(attribute))
}

/// A word beside the answers of the attributes that were verified when a case was sent.
pub fn marks(verified: &[String], form: &FormDocument, word: &str) -> Marks {
    let mut marks = Marks::new();
    for attribute in ATTRIBUTES {
        if verified.iter().any(|known| known == name(attribute)) {
            for field in fields_for(form, attribute) {
                marks.add(field.key.as_str(), word);
            }
        }
    }
    marks
}

/// The attributes that are still verified after answers were given anew: those whose answers say the same as before.
pub fn still_verified(
    verified: &[String],
    form: &FormDocument,
    before: &Answers,
    after: &Answers,
) -> Vec<String> {
    verified
        .iter()
        .filter(|known| {
            ATTRIBUTES
                .into_iter()
                .find(|attribute| name(*attribute) == known.as_str())
                .is_none_or(|attribute| {
                    fields_for(form, attribute).all(|field| {
                        let key = field.key.as_str();
                        match (before.get(key), after.get(key)) {
                            // The reading was never vouched for.
                            (Some(Answer::Name(before)), Some(Answer::Name(after))) => {
                                folded(&before.full()) == folded(&after.full())
                            }
                            (before, after) => before == after,
                        }
                    })
                })
        })
        .cloned()
        .collect()
}

fn parts<const N: usize>(parts: [(&str, &str); N]) -> Typed {
    parts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(part, text)| (part.to_owned(), text.to_owned()))
        .collect()
}

/// A text without blanks, its width and its kinds of hyphen folded.
fn folded(text: &str) -> String {
    fold_width(text)
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            other => other,
        })
        .collect()
}

/// An address in one line, in the parts that a form asks for. Where a part ends is guessed, and the person can move it; put together
/// again the parts are the same text.
fn address(line: &str) -> Typed {
    let line = line.trim();
    let prefecture = Prefecture::all()
        .map(Prefecture::name)
        .find(|name| line.starts_with(name))
        .unwrap_or_default();
    let rest = line[prefecture.len()..].trim_start();
    let (city, rest) = rest.split_at(end_of_city(rest));
    let (street, building) = rest
        .trim_start()
        .split_once(char::is_whitespace)
        .unwrap_or((rest.trim_start(), ""));
    let number = start_of_block(street);
    parts([
        ("prefecture", prefecture),
        ("city", city),
        ("town", &street[..number]),
        ("block", &street[number..]),
        ("building", building.trim()),
    ])
}

/// Places with 市, 町, 村 or 郡 inside their names, which would be taken for an end.
const NAMES_WITH_ENDINGS: [&str; 19] = [
    "四日市市",
    "廿日市市",
    "野々市市",
    "八日市場市",
    "市川市",
    "市原市",
    "町田市",
    "十日町市",
    "大町市",
    "東村山市",
    "武蔵村山市",
    "村山市",
    "村上市",
    "大村市",
    "羽村市",
    "玉村町",
    "大和郡山市",
    "小郡市",
    "蒲郡市",
];

/// Where the municipality ends: 市 with the ward of a designated city, 区, 町 or 村 with its 郡.
fn end_of_city(text: &str) -> usize {
    let known = NAMES_WITH_ENDINGS
        .into_iter()
        .find(|name| text.starts_with(name));
    if let Some(name) = known {
        return name.len();
    }
    let end_of = |text: &str, endings: &[char], least: usize| {
        text.char_indices()
            .skip(least)
            .find(|(_, character)| endings.contains(character))
            .map(|(at, character)| at + character.len_utf8())
    };
    // 郡 belongs to a town or village only when one follows within a few characters (郡山市 does not).
    if let Some(county) = end_of(text, &['郡'], 1).filter(|end| *end <= 15)
        && let Some(town) = end_of(&text[county..], &['町', '村'], 1).filter(|end| *end <= 21)
    {
        return county + town;
    }
    let Some(city) = end_of(text, &['市', '区', '町', '村'], 1) else {
        return 0;
    };
    if text[..city].ends_with('市')
        && let Some(ward) = end_of(&text[city..], &['区'], 1).filter(|end| *end <= 15)
        && !text[city..city + ward].contains(|c: char| "町丁目".contains(c) || is_digit(c))
    {
        return city + ward;
    }
    city
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || ('０'..='９').contains(&character)
}

/// Where 番地 begins: after 丁目, otherwise at the first digit.
fn start_of_block(street: &str) -> usize {
    if let Some(at) = street.find("丁目") {
        return at + "丁目".len();
    }
    street.find(is_digit).unwrap_or(street.len())
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::date};
    use yakuba_forms::{Form, model::document::Key};
    use yakuba_kernel::{Address, AddressParts, PostalCode};

    use super::*;

    const FORM: &str = r"
pages:
  - key: you
    title: あなた
    fields:
      - { key: name, type: name, label: 氏名, prefill: name }
      - { key: home, type: address, label: 住所, prefill: address }
      - { key: born, type: date, label: 生年月日, prefill: birth_date }
      - { key: email, type: email, label: メール, prefill: email, optional: true }
";

    fn proven() -> Proven {
        Proven {
            person: Some(VerifiedPerson {
                name: PersonName::new("山田", "太郎", "", "").unwrap(),
                address: "東京都千代田区霞が関一丁目3番1号 第1合同庁舎".to_owned(),
                birth_date: date(1990, 1, 31),
                verified_at: Timestamp::UNIX_EPOCH,
                issuer: "https://issuer.example".to_owned(),
            }),
            email: Some("taro@example.jp".to_owned()),
        }
    }

    fn key(text: &str) -> Key {
        Key::new(text).unwrap()
    }

    fn name(family: &str, given: &str) -> Answer {
        Answer::Name(PersonName::new(family, given, "ヤマダ", "タロウ").unwrap())
    }

    fn home(block: &str) -> Answer {
        Answer::Address(
            Address::new(AddressParts {
                postal_code: PostalCode::parse("100-0013").ok(),
                prefecture: "東京都".into(),
                city: "千代田区".into(),
                town: "霞が関一丁目".into(),
                block: block.into(),
                building: "第１合同庁舎".into(),
                ..AddressParts::default()
            })
            .unwrap(),
        )
    }

    fn answers() -> Answers {
        Answers::new()
            .with(key("name"), name("山田", "太郎"))
            .with(key("home"), home("３番１号"))
            .with(key("born"), Answer::Date(date(1990, 1, 31)))
            .with(key("email"), Answer::Text("taro@example.jp".into()))
    }

    fn verified(proven: &Proven, answers: &Answers) -> Vec<String> {
        let form = form();
        let evaluation = form.evaluate(answers, date(2026, 11, 21));
        proven.attributes(form.document(), answers, &evaluation)
    }

    fn form() -> Form {
        Form::compile(&serde_saphyr::from_str(FORM).unwrap()).unwrap()
    }

    #[test]
    fn what_is_filled_in_is_verified_and_what_is_changed_is_not() {
        let proven = proven();
        let form = form();
        let mut filled = Answers::new();
        for field in &form.document().pages[0].fields {
            match proven.filling(field).unwrap() {
                Filling::Answer(answer) => filled.set(field.key.clone(), answer),
                Filling::Part(typed) => filled.set_typed(field.key.clone(), typed),
            }
        }
        assert_eq!(
            proven.fields(form.document(), &filled),
            ["name", "home", "born", "email"]
        );
        let all = ["name", "address", "birth_date", "email"];
        assert_eq!(verified(&proven, &answers()), all);
        for (field, changed, left) in [
            ("name", name("山田", "次郎"), 3),
            ("home", home("3番2号"), 3),
            ("born", Answer::Date(date(1990, 2, 1)), 3),
            ("email", Answer::Text("jiro@example.jp".into()), 3),
            // Where the name is parted says nothing about who it is.
            ("name", name("山", "田 太郎"), 4),
        ] {
            let changed = answers().with(key(field), changed);
            assert_eq!(verified(&proven, &changed).len(), left, "{field}");
        }
        assert!(verified(&Proven::default(), &answers()).is_empty());
        assert!(verified(&proven, &Answers::new()).is_empty());
    }

    #[test]
    fn answers_given_anew_keep_only_what_they_do_not_change() {
        let known: Vec<String> = ["name", "address", "agent_name"].map(str::to_owned).into();
        let form = form();
        let still = |after: &Answers| still_verified(&known, form.document(), &answers(), after);
        assert_eq!(still(&answers()), known);
        let moved = answers().with(key("home"), home("9"));
        assert_eq!(still(&moved), ["name", "agent_name"]);
        let mut without = answers();
        without.remove("name");
        assert_eq!(still(&without), ["address", "agent_name"]);
    }

    #[test]
    fn an_address_comes_apart_where_people_part_it_and_is_the_same_together() {
        for (line, expected) in [
            (
                "東京都千代田区霞が関一丁目3番1号",
                ["東京都", "千代田区", "霞が関一丁目", "3番1号", ""],
            ),
            (
                "大阪府吹田市泉町1-3-40 市役所 2階",
                ["大阪府", "吹田市", "泉町", "1-3-40", "市役所 2階"],
            ),
            (
                "神奈川県横浜市中区本町６丁目５０番地の１０",
                ["神奈川県", "横浜市中区", "本町６丁目", "５０番地の１０", ""],
            ),
            (
                "大阪府三島郡島本町桜井2-1-1",
                ["大阪府", "三島郡島本町", "桜井", "2-1-1", ""],
            ),
            (
                "三重県四日市市諏訪町1番5号",
                ["三重県", "四日市市", "諏訪町", "1番5号", ""],
            ),
            (
                "福島県郡山市朝日1-23-7",
                ["福島県", "郡山市", "朝日", "1-23-7", ""],
            ),
            (
                "長野県大町市大町3887",
                ["長野県", "大町市", "大町", "3887", ""],
            ),
            ("どこか", ["", "", "どこか", "", ""]),
        ] {
            let typed = address(line);
            let part = |name: &str| typed.get(name).cloned().unwrap_or_default();
            let names = ["prefecture", "city", "town", "block", "building"];
            assert_eq!(names.map(part), expected, "{line}");
            assert_eq!(folded(&names.map(part).concat()), folded(line));
        }
    }
}
