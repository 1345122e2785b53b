//! Anything a browser may send to a form with every kind of field: what is read is kept by a draft, shown, and read again as the same.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use yakuba_forms::{Answer, Answers, Form, FormDocument, Language, written};

thread_local! {
    static FORM: Form = {
        let document: FormDocument =
            serde_saphyr::from_str(include_str!("../seeds/form/everything")).expect("the form is read");
        Form::compile(&document).expect("the form compiles")
    };
}

// Lines of `name=value`.
fuzz_target!(|text: &str| FORM.with(|form| try_out(form, text)));

fn try_out(form: &Form, text: &str) {
    let sent: Vec<(String, String)> = text
        .split('\n')
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let today = date(2026, 11, 21);
    let mut answers = Answers::new();
    let read = form.read_page("one", &sent, &mut answers, today);
    for problem in &read.evaluation.problems {
        assert!(read.evaluation.is_shown(&problem.path()), "nothing hidden is missing");
    }
    let draft = serde_json::to_string(&answers).expect("answers can be kept");
    let resumed: Answers = serde_json::from_str(&draft).expect("what was kept is read");
    assert!(resumed == answers, "a draft loses nothing");
    form.render_page("one", &answers, &read.evaluation, &read.problems, Language::English);

    let mut shown = Vec::new();
    for (field, answer) in answers.iter() {
        if matches!(answer, Answer::Group(_)) {
            continue;
        }
        for (part, text) in written(answer, Language::Japanese) {
            let name = if part.is_empty() { field.to_string() } else { format!("{field}.{part}") };
            for value in text.split(if matches!(answer, Answer::Choices(_)) { '\n' } else { '\0' }) {
                shown.push((name.clone(), value.to_owned()));
            }
        }
    }
    let mut again = Answers::new();
    form.read_page("one", &shown, &mut again, today);
    for (field, answer) in answers.iter() {
        if !matches!(answer, Answer::Group(_) | Answer::Flag(false)) {
            assert!(again.get(field.as_str()) == Some(answer), "{field} is read again as the same");
        }
    }
}
