//! Reading what browsers send, and showing it again.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rstest::rstest;
use yakuba_forms::answers::{AccountKind, BankAccount, Coordinates, Place};
use yakuba_forms::model::document::Key;
use yakuba_forms::{Answer, Answers, FileAnswer, Form, FormDocument, Marks, Outcome, written};
use yakuba_kernel::{Address, AddressParts, Decimal, PersonName, PostalCode, Yen};
use yakuba_ui::Language;

const TODAY: Date = date(2026, 11, 21);

/// A form with every kind of field, all optional but the declaration.
const EVERYTHING: &str = r"
pages:
  - key: one
    title: 一
    fields:
      - { key: text, label: 件名, type: text, optional: true }
      - { key: kana, label: よみ, type: text, format: katakana, optional: true }
      - { key: digits, label: 番号, type: text, format: digits, optional: true }
      - { key: code, label: 記号, type: text, format: alphanumeric, optional: true }
      - { key: corporate, label: 法人番号, type: text, format: corporate_number, optional: true }
      - { key: lines, label: 理由, type: long_text, optional: true }
      - { key: name, label: 氏名, type: name, optional: true }
      - { key: day, label: 日, type: date, optional: true }
      - { key: address, label: 住所, type: address, optional: true }
      - { key: phone, label: 電話番号, type: phone, optional: true }
      - { key: email, label: メール, type: email, optional: true }
      - { key: choice, label: 区分, type: choice, optional: true, options: [{ value: a, label: A }, { value: b, label: B }] }
      - { key: choices, label: 用途, type: choices, optional: true, options: [{ value: a, label: A }, { value: b, label: B }, { value: c, label: C }] }
      - { key: number, label: 面積, type: number, places: 2, optional: true, unit: m² }
      - { key: people, label: 人数, type: number, optional: true, unit: 人 }
      - { key: yen, label: 金額, type: yen, optional: true }
      - { key: file, label: 写真, type: file, accept: [image, pdf], max_files: 2, optional: true }
      - { key: place, label: 場所, type: place, optional: true }
      - { key: account, label: 口座, type: bank_account, optional: true }
      - { key: consent, label: 同意, type: consent, text: 調べることに同意します, optional: true }
      - { key: declaration, label: 宣誓, type: declaration, text: 事実です }
      - key: family
        label: 家族
        type: group
        entry: 家族
        max: 3
        fields:
          - { key: member, label: 氏名, type: name }
          - { key: born, label: 生年月日, type: date }
          - { key: school, label: 学校, type: text, show_if: 'age(born, today) >= 6' }
";

fn form() -> Form {
    let document: FormDocument = serde_saphyr::from_str(EVERYTHING).unwrap();
    Form::compile(&document).unwrap()
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn pairs(sent: &[(&str, &str)]) -> Vec<(String, String)> {
    sent.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn read(sent: &[(&str, &str)]) -> Answers {
    let mut answers = Answers::new();
    form().read_page("one", &pairs(sent), &mut answers, TODAY);
    answers
}

#[rstest]
#[case("kana", "すいた ﾊﾅｺ", "スイタ ハナコ")]
#[case("digits", "１２３", "123")]
#[case("code", "Ａ−１２", "A-12")]
#[case("corporate", "7-0000-1205-0002", "7000012050002")]
#[case("phone", "（０６）６３８４ー１２３１", "06-6384-1231")]
#[case("phone", "+81 90-1234-5678", "090-1234-5678")]
#[case("phone", "09012345678", "09012345678")]
#[case("email", "ｔａｒｏ..x@example.jp ", "taro..x@example.jp")]
#[case("text", " 髙﨑𠮷葛\u{E0100}① ", "髙﨑𠮷葛\u{E0100}①")]
#[case("lines", "一\r\n二", "一\n二")]
fn texts_are_brought_into_one_spelling(
    #[case] field: &str,
    #[case] typed: &str,
    #[case] kept: &str,
) {
    assert_eq!(
        read(&[(field, typed)]).get(field),
        Some(&Answer::Text(kept.to_owned()))
    );
}

#[rstest]
#[case("kana", "漢字")]
#[case("digits", "12a")]
#[case("corporate", "7000012050003")]
#[case("phone", "12345")]
#[case("phone", "6384-1231")]
#[case("email", "taro@example")]
#[case("email", "taro@@example.jp")]
#[case("number", "1.234")]
#[case("number", "1,50")]
#[case("number", "たくさん")]
#[case("people", "1.5")]
#[case("yen", "1.5")]
#[case("choice", "z")]
#[case("choices", "z")]
#[case("day", "2026-02-30")]
#[case("day", "令和元年4月30日")]
#[case("text", "a\u{0}b")]
fn what_cannot_be_read_is_kept_and_shown_again(#[case] field: &str, #[case] typed: &str) {
    let form = form();
    let mut answers = Answers::new();
    let outcome = form.read_page("one", &pairs(&[(field, typed)]), &mut answers, TODAY);
    assert_eq!(outcome.outcome, Outcome::Problems);
    assert_eq!(outcome.problems.len(), 1, "{field}");
    assert_eq!(outcome.problems[0].path(), field);
    assert!(answers.get(field).is_none());
    for language in Language::ALL {
        let text = outcome.problems[0].message.in_language(language);
        assert!(!text.contains('⟦') && !text.contains('{'), "{text}");
        let html = form.render_page(
            "one",
            &answers,
            &outcome.evaluation,
            &outcome.problems,
            language,
        );
        assert!(html.as_str().contains("error-summary"));
        if !matches!(field, "choice" | "choices" | "text") {
            assert!(html.as_str().contains(typed), "{field}");
        }
    }
    // It survives a draft, and nobody can send the form with it.
    let draft: Answers = serde_json::from_str(&serde_json::to_string(&answers).unwrap()).unwrap();
    assert!(draft == answers);
    assert!(
        form.submit(&draft, TODAY)
            .unwrap_err()
            .iter()
            .any(|problem| problem.path() == field)
    );
}

#[rstest]
#[case(&[("day", "令和5年4月1日")])]
#[case(&[("day", "R5.4.1")])]
#[case(&[("day", "２０２３－０４－０１")])]
#[case(&[("day.year", "令和５年４月１日"), ("day.era", "reiwa")])]
#[case(&[("day.era", "reiwa"), ("day.year", "５"), ("day.month", "４月"), ("day.day", "1")])]
#[case(&[("day.era", "heisei"), ("day.year", "35"), ("day.month", "4"), ("day.day", "1")])]
#[case(&[("day.era", "western"), ("day.year", "2023"), ("day.month", "04"), ("day.day", "01")])]
#[case(&[("day.era", "showa"), ("day.year", "2023"), ("day.month", "4"), ("day.day", "1")])]
fn dates_are_read_as_people_write_them(#[case] sent: &[(&str, &str)]) {
    assert_eq!(read(sent).get("day"), Some(&Answer::Date(date(2023, 4, 1))));
}

#[rstest]
#[case(&[("day.era", "western"), ("day.year", "5"), ("day.month", "4"), ("day.day", "1")], "era")]
#[case(&[("day.era", "reiwa"), ("day.year", "5"), ("day.month", ""), ("day.day", "1")], "month")]
#[case(&[("day.era", "reiwa"), ("day.year", "1"), ("day.month", "4"), ("day.day", "1")], "day")]
#[case(&[("address.postal_code", "5648550"), ("address.prefecture", "大阪府"), ("address.city", "吹田市"), ("address.town", "")], "town")]
#[case(&[("address.postal_code", "564"), ("address.city", "吹田市")], "postal_code")]
#[case(&[("name.family", "髙橋"), ("name.given", "花子"), ("name.family_kana", "タカハシ")], "given_kana")]
#[case(&[("name.family", "髙橋"), ("name.family_kana", "takahashi")], "family_kana")]
#[case(&[("account.bank_code", "0001"), ("account.branch_code", "12")], "branch_code")]
#[case(&[("account.symbol", "20170"), ("account.symbol_number", "12345671"), ("account.holder", "スイタ")], "symbol")]
fn the_control_that_is_wrong_is_named(#[case] sent: &[(&str, &str)], #[case] part: &str) {
    let form = form();
    let mut answers = Answers::new();
    let outcome = form.read_page("one", &pairs(sent), &mut answers, TODAY);
    assert_eq!(outcome.problems[0].part, Some(part));
    // The link of the summary leads to that control.
    let html = form.render_page(
        "one",
        &answers,
        &outcome.evaluation,
        &outcome.problems,
        Language::Japanese,
    );
    let id = format!("{}-{part}", outcome.problems[0].field);
    assert!(html.as_str().contains(&format!("href=\"#{id}\"")), "{id}");
    assert!(html.as_str().contains(&format!("id=\"{id}\"")), "{id}");
}

#[test]
fn accounts_are_spelt_as_banks_do() {
    let account = |sent: &[(&str, &str)]| match read(sent).get("account") {
        Some(Answer::BankAccount(account)) => account.clone(),
        _ => panic!("no account was read"),
    };
    let ordinary = account(&[
        ("account.bank_code", "０００１"),
        ("account.branch_code", "001"),
        ("account.kind", "ordinary"),
        ("account.number", "0123456"),
        ("account.holder", "すいた　ｼﾞｮｰｼﾞ"),
    ]);
    assert_eq!(ordinary.holder, "ｽｲﾀ ｼﾞﾖ-ｼﾞ");
    // The example of ゆうちょ銀行's own explanation: 記号 10170, 番号 12345671 is branch 018, number 1234567.
    let yucho = account(&[
        ("account.symbol", "10170"),
        ("account.symbol_number", "12345671"),
        ("account.holder", "カ）ミドリ"),
    ]);
    assert_eq!(
        (
            yucho.bank_code.as_str(),
            yucho.branch_code.as_str(),
            yucho.number.as_str(),
            yucho.kind
        ),
        ("9900", "018", "1234567", AccountKind::Ordinary)
    );
    assert_eq!(yucho.holder, "ｶ)ﾐﾄﾞﾘ");
    let transfer = account(&[
        ("account.symbol", "00120-7"),
        ("account.symbol_number", "12345"),
        ("account.holder", "ｽｲﾀｼ"),
    ]);
    assert_eq!(
        (
            transfer.branch_code.as_str(),
            transfer.number.as_str(),
            transfer.kind
        ),
        ("019", "0012345", AccountKind::Current)
    );
}

#[test]
fn groups_grow_and_shrink_by_buttons() {
    let form = form();
    let mut answers = Answers::new();
    let press = |answers: &mut Answers, sent: &[(&str, &str)]| {
        form.read_page("one", &pairs(sent), answers, TODAY)
    };
    let added = press(
        &mut answers,
        &[("family.count", "0"), ("action", "add:family")],
    );
    assert_eq!(added.outcome, Outcome::Changed("family-0".to_owned()));
    assert!(
        added.problems.is_empty(),
        "nobody is blamed for a new entry"
    );
    press(
        &mut answers,
        &[
            ("family.count", "1"),
            ("family.0.member.family", "一"),
            ("family.0.member.family_kana", "イチ"),
            ("family.0.born", "2015-04-01"),
            ("action", "add:family"),
        ],
    );
    assert_eq!(answers.entries("family").len(), 2);
    let more = press(
        &mut answers,
        &[
            ("family.count", "2"),
            ("family.1.member.family", "二"),
            ("family.1.member.family_kana", "ニ"),
            ("family.1.born", "2025-04-01"),
            ("declaration", "yes"),
        ],
    );
    // The first is of school age; that question was not on the page yet.
    assert_eq!(more.outcome, Outcome::MoreQuestions);
    assert!(
        more.evaluation.is_shown("family.0.school") && !more.evaluation.is_shown("family.1.school")
    );

    let removed = press(
        &mut answers,
        &[("family.count", "2"), ("action", "remove:family:0")],
    );
    assert_eq!(removed.outcome, Outcome::Changed("family".to_owned()));
    assert_eq!(answers.entries("family").len(), 1);
    assert!(
        matches!(answers.entries("family")[0].get("member"), Some(Answer::Name(name)) if name.family() == "二")
    );
    // Nobody gets more entries than the form allows, whatever is sent.
    press(
        &mut answers,
        &[
            ("family.count", "4000000000"),
            ("family.3999999999.born", "x"),
        ],
    );
    assert_eq!(answers.entries("family").len(), 3);
}

#[test]
fn files_are_kept_until_they_are_taken_away() {
    let form = form();
    let mut answers = Answers::new();
    let file = |id: &str| FileAnswer {
        id: id.to_owned(),
        name: "写真.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: 10,
    };
    assert!(form.add_file(&mut answers, "file", file("x1")).is_ok());
    assert!(form.add_file(&mut answers, "file", file("x2")).is_ok());
    assert!(
        form.add_file(&mut answers, "file", file("x3")).is_err(),
        "two at most"
    );
    assert!(form.add_file(&mut answers, "text", file("x4")).is_err());
    form.read_page(
        "one",
        &pairs(&[("file", ""), ("text", "a")]),
        &mut answers,
        TODAY,
    );
    assert_eq!(
        answers.files().len(),
        2,
        "a page sent without new files keeps the old ones"
    );
    let read = form.read_page(
        "one",
        &pairs(&[("action", "remove_file:file:x1")]),
        &mut answers,
        TODAY,
    );
    assert_eq!(read.removed_files, [file("x1")]);
    assert_eq!(answers.files().len(), 1);
}

#[test]
fn unticked_boxes_are_answers_and_absent_controls_are_not() {
    let form = form();
    let mut answers = Answers::new();
    let ticked = [
        ("choices", ""),
        ("choices", "c"),
        ("choices", "a"),
        ("consent", ""),
        ("consent", "yes"),
    ];
    form.read_page("one", &pairs(&ticked), &mut answers, TODAY);
    assert_eq!(
        answers.get("choices"),
        Some(&Answer::Choices(vec![key("a"), key("c")]))
    );
    assert_eq!(answers.get("consent"), Some(&Answer::Flag(true)));
    form.read_page("one", &pairs(&[("text", "a")]), &mut answers, TODAY);
    assert!(answers.get("choices").is_some());
    form.read_page(
        "one",
        &pairs(&[("choices", ""), ("consent", "")]),
        &mut answers,
        TODAY,
    );
    assert!(answers.get("choices").is_none());
    assert_eq!(answers.get("consent"), Some(&Answer::Flag(false)));
}

#[test]
fn a_page_that_is_not_asked_is_not_read() {
    let document: FormDocument = serde_saphyr::from_str(
        "pages: [{ key: a, title: 甲, fields: [{ key: x, label: 一, type: text }] }, { key: b, title: 乙, show_if: \"x == 'yes'\", fields: [{ key: y, label: 二, type: text }] }]",
    )
    .unwrap();
    let form = Form::compile(&document).unwrap();
    let mut answers = Answers::new();
    let read = form.read_page("b", &pairs(&[("y", "1")]), &mut answers, TODAY);
    assert_eq!(read.outcome, Outcome::NotAsked);
    assert!(answers.is_empty());
}

#[test]
fn an_optional_question_that_comes_up_is_shown_once() {
    let document: FormDocument = serde_saphyr::from_str(
        "pages: [{ key: one, title: 甲, fields: [\
         { key: kind, label: 種類, type: choice, options: [{ value: a, label: A }, { value: b, label: B }] }, \
         { key: reason, label: 理由, type: text, optional: true, show_if: \"kind == 'b'\" }, \
         { key: dogs, label: 犬, type: group, entry: 犬, max: 3, fields: [\
         { key: name, label: 名前, type: text, optional: true }, \
         { key: breed, label: 犬種, type: text, optional: true, show_if: \"name == 'ポチ'\" }] }] }]",
    )
    .unwrap();
    let form = Form::compile(&document).unwrap();
    let mut answers = Answers::new();
    let mut press =
        |sent: &[(&str, &str)]| form.read_page("one", &pairs(sent), &mut answers, TODAY);
    let sent = [("kind", "a"), ("dogs.count", "0")];
    assert_eq!(press(&sent).outcome, Outcome::Complete);
    let more = press(&[("kind", "b"), ("dogs.count", "0")]);
    assert_eq!(more.outcome, Outcome::MoreQuestions);
    assert_eq!(more.new_questions, ["reason"]);
    // Who saw it and left it empty goes on, also after going back to the page.
    let seen = [("kind", "b"), ("reason", ""), ("dogs.count", "0")];
    assert_eq!(press(&seen).outcome, Outcome::Complete);
    assert_eq!(press(&seen).outcome, Outcome::Complete);
    let entry = [("kind", "b"), ("dogs.count", "1"), ("dogs.0.name", "ポチ")];
    let more = press(&entry);
    assert_eq!(more.new_questions, ["dogs.0.breed"]);
    assert_eq!(more.outcome, Outcome::MoreQuestions);
    // A program that sends everything at once is not asked twice.
    let mut none = Answers::new();
    let all = form.read_all(
        &pairs(&[("kind", "b"), ("reason", ""), ("dogs.count", "0")]),
        &mut none,
        TODAY,
    );
    assert_eq!(all.outcome, Outcome::Complete);
}

#[test]
fn answers_read_as_people_speak() {
    let form = form();
    let answers = read(&[
        ("name.family", "髙橋"),
        ("name.given", "花子"),
        ("name.family_kana", "たかはし"),
        ("name.given_kana", "はなこ"),
        ("day", "2023-04-01"),
        ("people", "３人"),
        ("yen", "￥1,500"),
        ("choices", "b"),
        ("consent", "yes"),
    ]);
    let evaluation = form.evaluate(&answers, TODAY);
    let rows = form
        .answer_sections(&answers, &evaluation, Language::Japanese)
        .remove(0)
        .rows;
    let text = |label: &str| {
        rows.iter()
            .find(|row| row.label == label)
            .unwrap()
            .text
            .clone()
    };
    assert_eq!(text("氏名"), "髙橋 花子（タカハシ ハナコ）");
    assert_eq!(text("日"), "令和5年4月1日（2023年）");
    assert_eq!(text("人数"), "3人");
    assert_eq!(text("金額"), "1,500円");
    assert_eq!(text("用途"), "B");
    assert_eq!(text("同意"), "はい");
    assert_eq!(text("住所"), "（未記入）");
    let html = form.render_answers(&answers, &evaluation, Language::English, |page| {
        Some(format!("/x/{page}"))
    });
    assert!(html.as_str().contains("/x/one") && !html.as_str().contains('⟦'));
}

#[test]
fn a_place_is_asked_with_a_map_and_shown_on_one_where_that_is_asked_for() {
    let form = form();
    let place = |coordinates| {
        Answers::new().with(
            key("place"),
            Answer::Place(Place {
                description: "駅前".to_owned(),
                coordinates,
            }),
        )
    };
    let evaluation = form.evaluate(&Answers::new(), TODAY);
    let asked = form.render_page("one", &Answers::new(), &evaluation, &[], Language::Japanese);
    assert!(asked.as_str().contains("place.coordinates"));
    assert_eq!(asked.as_str().matches("data-map-open").count(), 1);

    let known = place(Some(Coordinates {
        latitude: Decimal::new(347_594, 4),
        longitude: Decimal::new(1_355_168, 4),
    }));
    let unknown = place(None);
    let shown = |answers: &Answers, marks: &Marks| {
        form.render_answers_marked(
            answers,
            &form.evaluate(answers, TODAY),
            marks,
            Language::Japanese,
            |_| None,
        )
        .as_str()
        .to_owned()
    };
    let mut marks = Marks::new();
    assert!(!shown(&known, &marks).contains("data-map"));
    marks.show_places_on_maps();
    let html = shown(&known, &marks);
    assert_eq!(html.matches("data-map=").count(), 1);
    // Longitude first for the map; what stands after # is sent to nobody.
    assert!(html.contains("[135.5168,34.7594]"), "{html}");
    assert!(html.contains("https://maps.gsi.go.jp/#17/34.7594/135.5168/"));
    assert!(!shown(&unknown, &marks).contains("data-map"));
}

#[test]
fn every_reference_in_the_controls_has_its_target() {
    let form = form();
    let mut answers = Answers::new();
    form.read_page("one", &pairs(&[("family.count", "2")]), &mut answers, TODAY);
    let evaluation = form.evaluate(&answers, TODAY);
    for language in Language::ALL {
        let html = form.render_page("one", &answers, &evaluation, &evaluation.problems, language);
        let html = html.as_str();
        assert!(!html.contains('⟦'), "a text is missing in {language:?}");
        let values = |attribute: &str| -> Vec<String> {
            html.split(&format!(" {attribute}=\""))
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned)
                .collect()
        };
        let ids = values("id");
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "an id stands twice");
        let links = values("href")
            .into_iter()
            .filter_map(|link| link.strip_prefix('#').map(str::to_owned));
        let described = values("aria-describedby")
            .into_iter()
            .flat_map(|ids| ids.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for target in links.chain(values("for")).chain(described) {
            assert!(ids.contains(&target), "{target}");
        }
    }
}

fn some_text() -> impl Strategy<Value = String> {
    "[a-zあ-ん一-龥𠮷髙０-９<>&\"' ]{1,20}".prop_filter_map("blank", |text| {
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    })
}

fn kana() -> impl Strategy<Value = String> {
    "[ァ-ヴー]{1,10}"
}

fn some_name() -> impl Strategy<Value = PersonName> {
    (some_text(), some_text(), kana(), kana()).prop_filter_map(
        "name",
        |(family, given, family_kana, given_kana)| {
            PersonName::new(&family, &given, &family_kana, &given_kana).ok()
        },
    )
}

fn some_day() -> impl Strategy<Value = Date> {
    (1850_i16..=2200, 1_i8..=12, 1_i8..=31)
        .prop_filter_map("day", |(year, month, day)| Date::new(year, month, day).ok())
}

prop_compose! {
    fn everything()(
        text in some_text(), kana in kana(), digits in "[0-9]{1,10}", code in "[A-Za-z0-9][A-Za-z0-9-]{0,9}",
        lines in proptest::collection::vec(some_text(), 1..3),
        name in some_name(), day in some_day(),
        town in some_text(), postal in "[0-9]{7}",
        number in -100_000_i64..100_000, yen in -1_000_000_i64..1_000_000,
        choices in proptest::sample::subsequence(vec!["a", "b", "c"], 1..=3),
        at in (20_000_000_i64..46_000_000, 122_000_000_i64..154_000_000),
        bank in ("[0-9]{4}", "[0-9]{3}", "[0-9]{7}", "[ｱ-ﾜA-Z0-9][ｱ-ﾜA-Z0-9().-]{0,9}"),
        flag in any::<bool>(),
        family in proptest::collection::vec((some_name(), some_day()), 0..3),
    ) -> Answers {
        let postal_code = PostalCode::parse(&postal).ok();
        let address = Address::new(AddressParts {
            postal_code, prefecture: "大阪府".into(), city: "吹田市".into(), town, ..AddressParts::default()
        }).unwrap();
        let mut answers = Answers::new()
            .with(key("text"), Answer::Text(text.clone()))
            .with(key("kana"), Answer::Text(kana))
            .with(key("digits"), Answer::Text(digits))
            .with(key("code"), Answer::Text(code))
            .with(key("lines"), Answer::Text(lines.join("\n")))
            .with(key("name"), Answer::Name(name))
            .with(key("day"), Answer::Date(day))
            .with(key("address"), Answer::Address(address))
            .with(key("phone"), Answer::Text("06-1234-5678".into()))
            .with(key("email"), Answer::Text("a@example.jp".into()))
            .with(key("choice"), Answer::Choice(key("b")))
            .with(key("choices"), Answer::Choices(choices.into_iter().map(key).collect()))
            .with(key("number"), Answer::Number(Decimal::new(number, 2).normalize()))
            .with(key("people"), Answer::Number(Decimal::from(number)))
            .with(key("yen"), Answer::Yen(Yen::new(yen)))
            .with(key("place"), Answer::Place(Place {
                description: text,
                coordinates: Some(Coordinates { latitude: Decimal::new(at.0, 6).normalize(), longitude: Decimal::new(at.1, 6).normalize() }),
            }))
            .with(key("account"), Answer::BankAccount(BankAccount {
                bank_code: bank.0, branch_code: bank.1, kind: AccountKind::Savings, number: bank.2, holder: bank.3,
            }))
            .with(key("consent"), Answer::Flag(flag))
            .with(key("declaration"), Answer::Flag(true));
        if !family.is_empty() {
            let entries = family.into_iter().map(|(name, born)| {
                Answers::new().with(key("member"), Answer::Name(name)).with(key("born"), Answer::Date(born))
            });
            answers.set(key("family"), Answer::Group(entries.collect()));
        }
        answers
    }
}

/// What a browser would send for these answers.
fn sent(answers: &Answers, prefix: &str, language: Language) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (field, answer) in answers.iter() {
        let path = format!("{prefix}{field}");
        if let Answer::Group(entries) = answer {
            pairs.push((format!("{path}.count"), entries.len().to_string()));
            for (number, entry) in entries.iter().enumerate() {
                pairs.extend(sent(entry, &format!("{path}.{number}."), language));
            }
            continue;
        }
        pairs.push((path.clone(), String::new()));
        for (part, text) in written(answer, language) {
            let name = if part.is_empty() {
                path.clone()
            } else {
                format!("{path}.{part}")
            };
            if matches!(answer, Answer::Choices(_)) {
                pairs.extend(
                    text.split('\n')
                        .map(|value| (name.clone(), value.to_owned())),
                );
            } else {
                pairs.push((name, text));
            }
        }
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_shown_is_read_as_the_same(answers in everything(), english in any::<bool>()) {
        let language = if english { Language::English } else { Language::Japanese };
        let mut again = Answers::new();
        form().read_page("one", &sent(&answers, "", language), &mut again, TODAY);
        prop_assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&answers).unwrap());
    }

    #[test]
    fn saved_resumed_and_sent_loses_nothing(answers in everything()) {
        let draft: Answers = serde_json::from_str(&serde_json::to_string(&answers).unwrap()).unwrap();
        prop_assert!(draft == answers);
        let form = form();
        let mut draft = draft;
        // A child of school age needs a school before the form is whole.
        let evaluation = form.evaluate(&draft, TODAY);
        for number in 0..draft.entries("family").len() {
            if evaluation.is_shown(&format!("family.{number}.school")) {
                draft.entries_mut(&key("family"))[number].set(key("school"), Answer::Text("緑小学校".into()));
            }
        }
        let submission = form.submit(&draft, TODAY).map_err(|problems| {
            TestCaseError::fail(format!("{problems:?}"))
        })?;
        prop_assert_eq!(serde_json::to_value(&submission.answers).unwrap(), serde_json::to_value(&draft).unwrap());
    }

    #[test]
    fn anything_sent_is_read_or_refused(
        sent in proptest::collection::vec(("[a-z_.0-9:]{0,30}", any::<String>()), 0..20),
        names in proptest::collection::vec(proptest::sample::select(vec![
            "text", "kana", "day", "day.year", "day.month", "name.family", "address.city", "phone", "email", "number", "yen",
            "place.coordinates", "account.holder", "account.symbol", "family.count", "family.0.born", "action", "choices",
        ]), 0..20),
    ) {
        let mut pairs = sent;
        let values: Vec<String> = pairs.iter().map(|(_, value)| value.clone()).collect();
        for (number, name) in names.into_iter().enumerate() {
            pairs.push((name.to_owned(), values.get(number).cloned().unwrap_or_else(|| "令和5年".to_owned())));
        }
        let form = form();
        let mut answers = Answers::new();
        let read = form.read_page("one", &pairs, &mut answers, TODAY);
        for problem in &read.evaluation.problems {
            prop_assert!(read.evaluation.is_shown(&problem.path()));
        }
        let html = form.render_page("one", &answers, &read.evaluation, &read.problems, Language::Japanese);
        prop_assert!(!html.is_empty());
        // What is left of it is the same when it is sent again.
        let draft: Answers = serde_json::from_str(&serde_json::to_string(&answers).unwrap()).unwrap();
        prop_assert!(draft == answers);
    }
}
