//! What answers make of a form.

use std::fmt::Write as _;

use jiff::civil::{Date, date};
use yakuba_forms::model::document::Key;
use yakuba_forms::{Answer, Answers, ComputedValue, Failure, Finding, Form, FormDocument};
use yakuba_kernel::Yen;
use yakuba_ui::Language;

const TODAY: Date = date(2026, 11, 21);

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn compile(yaml: &str) -> Result<Form, Vec<Finding>> {
    let document: FormDocument = serde_saphyr::from_str(yaml).unwrap();
    Form::compile(&document)
}

fn lines(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| finding.line(Language::English))
        .collect()
}

const DOG: &str = r"
pages:
  - key: owner
    title: 飼い主
    fields:
      - { key: kind, label: 申請者, type: choice, options: [{ value: person, label: 個人 }, { value: company, label: 法人 }] }
      - { key: company, label: 法人名, type: text, show_if: 'kind == ''company''' }
      - { key: birth, label: 生年月日, type: date, latest: today, show_if: 'kind == ''person''' }
  - key: guardian
    title: 保護者
    show_if: age(birth, today) < 18
    fields:
      - { key: guardian_name, label: 保護者, type: text }
  - key: dogs
    title: 犬
    fields:
      - key: dogs
        label: 犬
        type: group
        entry: 犬
        min: 1
        max: 3
        fields:
          - { key: dog_name, label: 名前, type: text }
          - { key: vaccinated, label: 注射, type: choice, options: [{ value: done, label: 済 }, { value: not_yet, label: まだ }] }
          - { key: vaccinated_on, label: 注射の日, type: date, show_if: 'vaccinated == ''done''' }
computed:
  - { key: count, label: 頭数, value: size(dogs) }
  - { key: minor, value: 'age(birth, today) < 18' }
checks:
  - { field: vaccinated_on, holds: vaccinated_on <= today, message: 注射の日は今日までの日付にしてください。 }
fees:
  - { label: 登録手数料, amount: 3000 * count, basis: 条例第3条 }
  - { label: 注射済票, amount: '550 * size(dogs.filter(d, d.vaccinated == ''done''))', applies_if: 'dogs.exists(d, d.vaccinated == ''done'')' }
";

fn dog(vaccinated: &str, on: Option<Date>) -> Answers {
    let mut dog = Answers::new()
        .with(key("dog_name"), Answer::Text("ポチ".into()))
        .with(key("vaccinated"), Answer::Choice(key(vaccinated)));
    if let Some(on) = on {
        dog.set(key("vaccinated_on"), Answer::Date(on));
    }
    dog
}

#[test]
fn questions_open_and_close_with_the_answers() {
    let form = compile(DOG).unwrap();
    let nothing = form.evaluate(&Answers::new(), TODAY);
    assert!(nothing.is_shown("kind") && !nothing.is_shown("company") && !nothing.is_shown("birth"));
    assert!(
        !nothing.is_page_shown("guardian"),
        "nothing is asked on a guess"
    );
    assert_eq!(
        nothing
            .problems
            .iter()
            .map(yakuba_forms::FieldProblem::path)
            .collect::<Vec<_>>(),
        ["kind", "dogs"]
    );
    assert!(
        nothing.failures.is_empty(),
        "a missing answer is no mistake of the form"
    );

    let child = Answers::new()
        .with(key("kind"), Answer::Choice(key("person")))
        .with(key("birth"), Answer::Date(date(2015, 4, 2)));
    let evaluation = form.evaluate(&child, TODAY);
    assert!(evaluation.is_page_shown("guardian") && evaluation.is_required("guardian_name"));
    assert_eq!(
        evaluation.computed[&key("minor")],
        ComputedValue::Truth(true)
    );
    assert_eq!(evaluation.page_after("owner"), Some(&key("guardian")));
    assert_eq!(evaluation.page_before("dogs"), Some(&key("guardian")));

    // The date stays in the draft when the kind is changed, but counts for nothing: the page behind it closes as well.
    let mut company = child;
    company.set(key("kind"), Answer::Choice(key("company")));
    let evaluation = form.evaluate(&company, TODAY);
    assert!(!evaluation.is_shown("birth") && !evaluation.is_page_shown("guardian"));
    assert_eq!(evaluation.page_after("owner"), Some(&key("dogs")));
}

#[test]
fn fees_add_up_and_entries_are_judged_one_by_one() {
    let form = compile(DOG).unwrap();
    let mut answers = Answers::new()
        .with(key("kind"), Answer::Choice(key("company")))
        .with(key("company"), Answer::Text("株式会社みどり".into()))
        .with(key("birth"), Answer::Date(date(2015, 4, 2)))
        .with(
            key("dogs"),
            Answer::Group(vec![
                dog("done", Some(date(2026, 11, 22))),
                dog("not_yet", Some(date(2030, 1, 1))),
            ]),
        );
    let evaluation = form.evaluate(&answers, TODAY);
    assert_eq!(evaluation.total, Some(Yen::new(6_550)));
    assert_eq!(evaluation.fees.len(), 2);
    // Only the first: the second dog's date is not asked, whatever stands there.
    assert_eq!(
        evaluation
            .problems
            .iter()
            .map(yakuba_forms::FieldProblem::path)
            .collect::<Vec<_>>(),
        ["dogs.0.vaccinated_on"]
    );
    assert!(form.submit(&answers, TODAY).is_err());

    answers.entries_mut(&key("dogs"))[0].set(key("vaccinated_on"), Answer::Date(TODAY));
    let submission = form.submit(&answers, TODAY).unwrap();
    assert_eq!(submission.total, Yen::new(6_550));
    assert!(
        submission.answers.get("birth").is_none(),
        "what was not asked is not kept"
    );
    let dogs = submission.answers.entries("dogs");
    assert!(dogs[0].get("vaccinated_on").is_some() && dogs[1].get("vaccinated_on").is_none());
}

#[test]
fn an_expression_that_fails_lets_nothing_through() {
    let form = compile(
        r"
pages:
  - key: one
    title: 一
    fields:
      - { key: count, label: 数, type: number }
      - { key: name, label: 名, type: text }
      - { key: more, label: 追加, type: text, show_if: name > count }
checks:
  - { field: count, holds: 10 / count > 0, message: 数を確かめてください。 }
fees:
  - { label: 手数料, amount: 100 / count }
",
    )
    .unwrap();
    let answers = Answers::new()
        .with(key("count"), Answer::Number(0.into()))
        .with(key("name"), Answer::Text("山".into()));
    let evaluation = form.evaluate(&answers, TODAY);
    assert!(!evaluation.is_shown("more"));
    assert_eq!(
        evaluation.total, None,
        "nobody is told a sum that may be wrong"
    );
    let failures: Vec<_> = evaluation
        .failures
        .iter()
        .map(|failure| (failure.place.to_string(), failure.failure))
        .collect();
    assert_eq!(
        failures,
        [
            ("one/more".to_owned(), Failure::DoesNotFit),
            ("checks/1".to_owned(), Failure::DivisionByZero),
            ("fees/1".to_owned(), Failure::DivisionByZero),
        ]
    );
    assert!(form.submit(&answers, TODAY).is_err());
}

#[test]
fn limits_of_a_date_move_with_the_day() {
    let form = compile(
        "pages: [{ key: one, title: 一, fields: [{ key: day, label: 利用日, type: date, earliest: '+3', latest: '+30' }] }]",
    )
    .unwrap();
    let problem = |day: Date| {
        let answers = Answers::new().with(key("day"), Answer::Date(day));
        let evaluation = form.evaluate(&answers, TODAY);
        evaluation
            .problems
            .first()
            .map(|problem| problem.message.in_language(Language::Japanese).into_owned())
    };
    assert_eq!(problem(date(2026, 11, 24)), None);
    assert_eq!(problem(date(2026, 12, 21)), None);
    assert_eq!(
        problem(date(2026, 11, 23)).unwrap(),
        "利用日は令和8年11月24日（2026年）以後の日付を入力してください。"
    );
    assert!(problem(date(2026, 12, 22)).is_some());
}

#[test]
fn what_cannot_work_is_found_with_its_place() {
    let broken = compile(
        r"
pages:
  - key: one
    title: 一
    show_if: later == 'a'
    fields:
      - { key: a, label: あ, type: text, show_if: b == 'x' }
      - { key: b, label: い, type: text, show_if: a == 'x' }
      - { key: c, label: う, type: text, show_if: typo == 'x' }
      - { key: c, label: え, type: text, show_if: sise(a) > 1 }
      - { key: today, label: お, type: text, show_if: a === 1 }
  - key: two
    title: 二
    fields:
      - { key: later, label: か, type: text }
computed: [{ key: d, value: d + 1 }]
checks: [{ field: nobody, holds: 'true', message: m }]
",
    )
    .unwrap_err();
    let lines = lines(&broken);
    let found = |start: &str, part: &str| {
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with(start) && line.contains(part)),
            "{start} … {part}: {lines:#?}"
        );
    };
    found("one/c: ", "“typo”");
    found("one/c: ", "“sise”");
    found("one/c: ", "“c” is used at one/c");
    found("one/today: ", "another meaning");
    found("one/today: ", "cannot be read");
    found("checks/1: ", "“nobody”");
    found("one/a: ", "wait for each other");
}

#[test]
fn a_condition_cannot_wait_for_a_later_page() {
    let broken = compile(
        r"
pages:
  - { key: one, title: 一, fields: [{ key: a, label: あ, type: text, show_if: twice == 2 }] }
  - { key: two, title: 二, fields: [{ key: b, label: い, type: number }] }
computed: [{ key: twice, value: b * 2 }]
",
    )
    .unwrap_err();
    assert_eq!(
        lines(&broken),
        ["one/a: The condition uses “b”, which is asked later. Move “b” to an earlier page."]
    );
}

#[test]
fn values_built_from_each_other_cannot_grow_without_end() {
    let mut yaml = String::from(
        "pages: [{ key: one, title: 一, fields: [{ key: a, label: あ, type: text }] }]\ncomputed:\n  - { key: c0, value: a + a }\n",
    );
    for number in 1..100 {
        writeln!(
            yaml,
            "  - {{ key: c{number}, value: c{0} + c{0} }}",
            number - 1
        )
        .unwrap();
    }
    let form = compile(&yaml).unwrap();
    let answers = Answers::new().with(key("a"), Answer::Text("あ".repeat(200)));
    let evaluation = form.evaluate(&answers, TODAY);
    assert!(
        evaluation
            .failures
            .iter()
            .any(|failure| failure.failure == Failure::TooLarge)
    );
    assert!(evaluation.computed.len() < 10);
}
