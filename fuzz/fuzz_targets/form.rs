//! Any text as a form's YAML: it is refused, or checked, compiled and evaluated, and written out it is the same form.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use yakuba_forms::{Answers, Form, FormDocument, Language, check};

fuzz_target!(|text: &str| {
    let Ok(document) = serde_saphyr::from_str::<FormDocument>(text) else {
        return;
    };
    let written = serde_json::to_string(&document).expect("every form can be written");
    let again: FormDocument = serde_json::from_str(&written).expect("what was written is read");
    assert_eq!(again, document);
    let findings = check(&document);
    let must = findings.iter().any(|finding| finding.severity == yakuba_forms::Severity::Must);
    let Ok(form) = Form::compile(&document) else {
        assert!(must, "what does not compile has a finding that says why");
        return;
    };
    let answers = Answers::new();
    let evaluation = form.evaluate(&answers, date(2026, 11, 21));
    for problem in &evaluation.problems {
        assert!(evaluation.is_shown(&problem.path()), "nothing hidden is missing");
    }
    form.render_all(&answers, &evaluation, &evaluation.problems, Language::Japanese);
});
