//! Looking a procedure over before it goes live: its form, and what it says beside it.

use yakuba_forms::{
    Finding, Message, Place, Severity, check as check_form, check_text,
    model::document::{FieldKind, Key, Text},
};
use yakuba_ui::{Catalogue, Language};

use super::{
    case::Stage,
    document::{ProcedureDocument, Rule, TemplateUse},
    export::{CO_APPLICANTS, Source},
    way::Way,
};

/// The texts of this room.
static WORDS: Catalogue = yakuba_ui::catalogue!("check");

/// More people cannot make one application together.
const MOST_CO_APPLICANTS: u32 = 20;

/// What staff's texts may be filled in with.
const PLACEHOLDERS: [&str; 5] = ["receipt", "procedure", "department", "date", "reason"];

/// One thing found in a procedure, where it is, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether the procedure can go live with it.
    pub severity: Severity,
    /// Where it is.
    pub at: At,
    /// What it is and how to mend it.
    pub message: Message,
}

/// Where in a procedure something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// In its form.
    Form(Place),
    /// In the member of the file with this path, lists counted from 0: `guide.fee`, `export.2.from`.
    Member(String),
}

impl Found {
    /// Where and what in one line, for the command line: `export.2.from: …`.
    pub fn line(&self, language: Language) -> String {
        let text = self.message.in_language(language);
        match &self.at {
            At::Form(place) if *place == Place::default() => text.into_owned(),
            At::Form(place) => format!("{place}: {text}"),
            At::Member(path) => format!("{path}: {text}"),
        }
    }
}

impl From<Finding> for Found {
    fn from(finding: Finding) -> Self {
        Self {
            severity: finding.severity,
            at: At::Form(finding.place),
            message: finding.message,
        }
    }
}

/// Looks a procedure over. Without a finding that [must](Severity::Must) be mended it can go live.
pub fn check(document: &ProcedureDocument) -> Vec<Found> {
    let mut all: Vec<Found> = check_form(&document.form)
        .into_iter()
        .map(Found::from)
        .collect();
    let mut find = |severity, path: &str, message| {
        all.push(Found {
            severity,
            at: At::Member(path.to_owned()),
            message,
        });
    };
    for (path, text) in texts(document) {
        for (severity, message) in check_text(text) {
            find(severity, &path, message);
        }
    }
    for path in as_in_the_pattern(document) {
        find(Severity::Must, path, message("check-pattern", ""));
    }
    // Without words about fees applicants read that it is free.
    if !document.form.fees.is_empty() && document.guide.fee.is_none() {
        find(Severity::Must, "guide.fee", message("check-fee-unsaid", ""));
    }
    if document.guide.minutes == 0 {
        find(
            Severity::Should,
            "guide.minutes",
            message("check-minutes", ""),
        );
    }
    if document.retention.basis.trim().is_empty() {
        find(
            Severity::Must,
            "retention.basis",
            message("check-retention-basis", ""),
        );
    }
    for (path, severity, message) in stages(document) {
        find(severity, &path, message);
    }
    for (path, severity, message) in together(document) {
        find(severity, &path, message);
    }
    for (number, template) in document.templates.iter().enumerate() {
        let path = format!("templates.{number}.text");
        for text in languages(&template.text) {
            for unknown in placeholders(text).filter(|name| !PLACEHOLDERS.contains(name)) {
                find(
                    Severity::Should,
                    &path,
                    message("check-placeholder", unknown),
                );
            }
        }
        let is_refusal = template.use_for == TemplateUse::Refusal;
        if is_refusal && !languages(&template.text).all(|text| text.contains("{reason}")) {
            find(
                Severity::Should,
                &path,
                message("check-refusal-reason", &template.name),
            );
        }
    }
    for (number, column) in document.export.iter().enumerate() {
        let source = Source::read(document, &column.from);
        if source.is_none() {
            find(
                Severity::Must,
                &format!("export.{number}.from"),
                message("check-export-from", &column.from),
            );
        }
        let field = source.as_ref().and_then(Source::field);
        if column.verified && field.is_none_or(|field| field.prefill.is_none()) {
            find(
                Severity::Should,
                &format!("export.{number}.verified"),
                message("check-export-verified", &column.heading),
            );
        }
        if column.written.is_of_dates() && source.is_some_and(|source| !source.is_day()) {
            find(
                Severity::Should,
                &format!("export.{number}.as"),
                message("check-export-as", &column.heading),
            );
        }
        let options = field.and_then(|field| match &field.kind {
            FieldKind::Choice { options } | FieldKind::Choices { options, .. } => Some(options),
            _ => None,
        });
        if let Some(options) = options.filter(|_| !column.codes.is_empty()) {
            for option in options {
                if !column.codes.contains_key(option.value.as_str()) {
                    find(
                        Severity::Should,
                        &format!("export.{number}.codes"),
                        message("check-export-code-missing", &option.label.ja),
                    );
                }
            }
            let unknown = column.codes.keys().find(|code| {
                !code.is_empty() && options.iter().all(|option| option.value.as_str() != *code)
            });
            if let Some(unknown) = unknown {
                find(
                    Severity::Must,
                    &format!("export.{number}.codes"),
                    message("check-export-code", unknown),
                );
            }
        }
        let only = column.only_with.as_ref().map(Key::as_str);
        if only.is_some_and(|key| !is_question(document, key)) {
            find(
                Severity::Must,
                &format!("export.{number}.only_with"),
                message("check-export-only-with", only.unwrap_or_default()),
            );
        }
    }
    all.sort_by_key(|found| found.severity);
    all
}

/// What is wrong with the procedure's own stages and with who may move its cases. Whether the city has the roles is looked up elsewhere.
fn stages(document: &ProcedureDocument) -> Vec<(String, Severity, Message)> {
    let mut found = Vec::new();
    let mut find = |path: String, severity, key, about: &str| {
        found.push((path, severity, message(key, about)));
    };
    for (number, stage) in document.stages.iter().enumerate() {
        let key = stage.key.as_str();
        let path = format!("stages.{number}.key");
        if document.stages[..number]
            .iter()
            .any(|other| other.key == stage.key)
        {
            find(path, Severity::Must, "check-stage-twice", key);
        } else if key.parse::<Stage>().is_ok() {
            find(path, Severity::Must, "check-stage-standard", key);
        }
        if stage.title.ja.trim().is_empty() {
            let path = format!("stages.{number}.title");
            find(path, Severity::Must, "check-stage-untitled", key);
        }
    }
    for (path, mover) in document.movers() {
        if mover.rule() == Rule::Unknown {
            find(path, Severity::Must, "check-mover-unknown", &mover.0);
        }
    }
    // Somebody may hold two roles; but where nobody does, the case stays where it is.
    let way = Way::new(document, None);
    for stop in way.stops() {
        let place = document
            .stages
            .iter()
            .position(|stage| Some(stage.key.as_str()) == stop.own.as_deref());
        if let (Some(number), true) = (place, way.needs_two_roles(&stop)) {
            find(
                format!("stages.{number}.leave"),
                Severity::Should,
                "check-mover-two-roles",
                &document.stages[number].title.ja,
            );
        }
    }
    let before_decision = document
        .stages
        .iter()
        .filter(|stage| !Stage::from(stage.after).is_decided())
        .filter_map(|stage| stage.days)
        .fold(0u32, u32::saturating_add);
    if document.processing_days.is_none() && !document.processing_count.is_usual() {
        find(
            "processing_count".to_owned(),
            Severity::Should,
            "check-count-without-days",
            "",
        );
    }
    if document
        .processing()
        .is_some_and(|time| time.working_days_about() < before_decision)
    {
        find(
            "processing_days".to_owned(),
            Severity::Should,
            "check-stage-days",
            &before_decision.to_string(),
        );
    }
    found
}

/// What is wrong with the rules for several people who apply together.
fn together(document: &ProcedureDocument) -> Vec<(String, Severity, Message)> {
    let Some(rules) = &document.co_applicants else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut find = |member: &str, severity, key, about: &str| {
        found.push((
            format!("co_applicants.{member}"),
            severity,
            message(key, about),
        ));
    };
    if !(1..=MOST_CO_APPLICANTS).contains(&rules.at_most) {
        find("at_most", Severity::Must, "check-together-most", "");
    } else if rules.at_least > rules.at_most {
        find("at_least", Severity::Must, "check-together-least", "");
    }
    if !(1..=60).contains(&rules.days) {
        find("days", Severity::Must, "check-together-days", "");
    }
    let form = &document.form;
    if let Some(key) = &rules.needed_if
        && form.computed.iter().all(|computed| computed.key != *key)
    {
        find(
            "needed_if",
            Severity::Must,
            "check-together-needed-if",
            key.as_str(),
        );
    }
    for key in &rules.sees {
        let is_page = form.pages.iter().any(|page| page.key == *key);
        if !is_page && !is_question(document, key.as_str()) {
            find("sees", Severity::Must, "check-together-sees", key.as_str());
        }
    }
    // What columns of the export say of co-applicants would be read as this question's.
    let computed = form.computed.iter().map(|computed| computed.key.as_str());
    if is_question(document, CO_APPLICANTS) || computed.into_iter().any(|key| key == CO_APPLICANTS)
    {
        find(
            "who",
            Severity::Must,
            "check-together-reserved",
            CO_APPLICANTS,
        );
    }
    // A time is kept for minutes, not for the days in which others agree.
    let slot = form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .find(|field| matches!(field.kind, FieldKind::Slot { .. }));
    if let Some(field) = slot {
        find(
            "days",
            Severity::Must,
            "check-together-slot",
            &field.label.ja,
        );
    }
    found
}

/// The texts beside the form that applicants read, with their paths.
fn texts(document: &ProcedureDocument) -> Vec<(String, &Text)> {
    let guide = &document.guide;
    let mut texts = vec![
        ("title".to_owned(), &document.title),
        ("summary".to_owned(), &document.summary),
        (
            "personal_data_purpose".to_owned(),
            &document.personal_data_purpose,
        ),
        ("guide.who".to_owned(), &guide.who),
        ("guide.afterwards".to_owned(), &guide.afterwards),
    ];
    for (path, text) in [
        ("guide.when", &guide.when),
        ("guide.fee", &guide.fee),
        ("guide.other_ways", &guide.other_ways),
    ] {
        texts.extend(text.iter().map(|text| (path.to_owned(), text)));
    }
    for (number, stage) in document.stages.iter().enumerate() {
        if stage.shown {
            texts.push((format!("stages.{number}.title"), &stage.title));
        }
    }
    if let Some(rules) = &document.co_applicants {
        texts.push(("co_applicants.who".to_owned(), &rules.who));
        texts.push(("co_applicants.declares".to_owned(), &rules.declares));
    }
    for (number, line) in guide.needed.iter().enumerate() {
        texts.push((format!("guide.needed.{number}"), line));
    }
    texts
}

/// The members that still say what to write there, as in the pattern for new procedures: residents would read it.
fn as_in_the_pattern(document: &ProcedureDocument) -> Vec<&'static str> {
    let Ok(pattern) = ProcedureDocument::pattern() else {
        return Vec::new();
    };
    let said = |document: &ProcedureDocument| {
        [
            ("summary", document.summary.ja.clone()),
            ("guide.who", document.guide.who.ja.clone()),
            ("guide.afterwards", document.guide.afterwards.ja.clone()),
        ]
    };
    said(document)
        .into_iter()
        .zip(said(&pattern))
        .filter(|(own, given)| own == given)
        .map(|((path, _), _)| path)
        .collect()
}

/// A text in the languages in which it is written.
fn languages(text: &Text) -> impl Iterator<Item = &str> {
    std::iter::once(text.ja.as_str())
        .chain(text.easy.as_deref())
        .chain(text.en.as_deref())
}

/// The names in braces of a text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        name.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            .then_some(name)
    })
}

fn is_question(document: &ProcedureDocument, key: &str) -> bool {
    let mut fields = document.form.pages.iter().flat_map(|page| &page.fields);
    fields.any(|field| field.key.as_str() == key)
}

/// A text of this room about something, in every language.
pub(crate) fn message(key: &str, about: &str) -> Message {
    let text = |language| {
        WORDS
            .words(language)
            .with_text(key, "about", about)
            .into_owned()
    };
    Message::Own(Text {
        ja: text(Language::Japanese),
        easy: None,
        en: Some(text(Language::English)),
    })
}

#[cfg(test)]
mod tests {
    // Tests may panic: that is how they fail.
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::document::{Mover, OwnStage};

    const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: certificate
title: {ja: 証明書の請求, easy: 証明書（しょうめいしょ）, en: Certificate}
summary: {ja: 請求します。, easy: もらいます。, en: Request it.}
department: tax
category: tax
guide:
  who: {ja: どなたでも, easy: だれでも, en: Anybody}
  fee: {ja: 300円, easy: 300円（えん）, en: 300 yen}
  afterwards: {ja: 郵送します。, easy: 送（おく）ります。, en: By post}
  minutes: 5
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: {ja: 発行のため, easy: 使（つか）います。, en: To issue it}
templates:
  - {use_for: refusal, name: 不交付, text: '理由：{reason} {department}'}
export:
  - {heading: 氏, from: name.family}
  - {heading: 金額, from: total, only_with: name}
  - {heading: 確認済み, from: name, verified: true}
form:
  pages:
    - key: one
      title: {ja: 内容, easy: 内容（ないよう）, en: What}
      fields:
        - {key: name, type: name, label: {ja: 名前, easy: 名前（なまえ）, en: Name}, prefill: name, purpose: {ja: 確認, easy: 確（たし）かめます, en: To check}}
  computed:
    - {key: total, value: '300'}
  fees:
    - {label: {ja: 手数料, easy: お金（かね）, en: Fee}, amount: total}
";

    fn procedure() -> ProcedureDocument {
        ProcedureDocument::from_yaml(PROCEDURE).unwrap()
    }

    fn paths(document: &ProcedureDocument, severity: Severity) -> Vec<String> {
        check(document)
            .into_iter()
            .filter(|found| found.severity == severity)
            .map(|found| match found.at {
                At::Form(place) => place.to_string(),
                At::Member(path) => path,
            })
            .collect()
    }

    #[test]
    fn a_whole_procedure_has_no_finding() {
        assert_eq!(check(&procedure()), []);
    }

    #[test]
    fn what_only_says_what_to_write_does_not_go_live() {
        let mut document = ProcedureDocument::pattern().unwrap();
        let must = |document: &ProcedureDocument| paths(document, Severity::Must);
        assert_eq!(
            must(&document),
            ["summary", "guide.who", "guide.afterwards"]
        );
        document.summary = Text::japanese("犬を登録します。");
        document.guide.who = Text::japanese("犬の飼い主");
        document.guide.afterwards = Text::japanese("鑑札をお送りします。");
        assert_eq!(must(&document), [""; 0]);
    }

    #[test]
    fn what_is_wrong_beside_the_form_is_found_at_its_member() {
        let mut document = procedure();
        document.guide.fee = None;
        document.retention.basis = " ".to_owned();
        document.export[0].from = "name.middle".to_owned();
        document.export[1].from = "gone".to_owned();
        document.export[1].only_with = Key::new("gone").ok();
        assert_eq!(
            paths(&document, Severity::Must),
            [
                "guide.fee",
                "retention.basis",
                "export.0.from",
                "export.1.from",
                "export.1.only_with"
            ]
        );
        let mut document = procedure();
        document.templates[0].text = Text::japanese("{receit}は認めません。");
        document.guide.minutes = 0;
        document.guide.who.en = None;
        assert_eq!(
            paths(&document, Severity::Should),
            [
                "guide.who",
                "guide.minutes",
                "templates.0.text",
                "templates.0.text"
            ]
        );
        let line = check(&document)[0].line(Language::English);
        assert!(line.starts_with("guide.who: "), "{line}");
    }

    #[test]
    fn stages_and_movers_that_cannot_work_are_found() {
        let mut document = procedure();
        let stages = r"
- {key: approval, after: checked, title: {ja: 課長決裁, easy: 課長（かちょう）, en: Approval}, days: 2, leave: department_head}
- {key: board, after: checked, title: {ja: 審査会, easy: 話（はな）し合（あ）い, en: Committee}, days: 4, enter: committee, leave: procedures.oversee}
- {key: approval, after: decided, title: 検査, shown: false}
- {key: decided, after: decided, title: 検査, shown: false}
";
        document.stages = serde_saphyr::from_str(stages).unwrap();
        document.movers.closed = Some(Mover("procedures.everything".to_owned()));
        document.processing_days = Some(5);
        assert_eq!(
            paths(&document, Severity::Must),
            [
                "stages.2.key",
                "stages.3.key",
                "stages.1.leave",
                "movers.closed"
            ]
        );
        assert_eq!(
            paths(&document, Severity::Should),
            ["stages.0.leave", "processing_days"],
            "two roles for one step, and more days than there are; what is not shown needs no plain words"
        );
        let after = "- {key: late, after: closed, title: 検査}";
        let unreachable: Result<Vec<OwnStage>, _> = serde_saphyr::from_str(after);
        assert!(unreachable.is_err(), "nothing comes after the end");
    }

    #[test]
    fn rules_for_several_applicants_that_cannot_work_are_found() {
        let mut document = procedure();
        let rules = r"
who: {ja: もう一人の保護者, easy: もう一人（ひとり）, en: The other parent}
at_least: 3
at_most: 2
needed_if: nothing
days: 90
sees: [one, name, gone]
declares: {ja: 一緒に申請します。, easy: 一緒（いっしょ）に します。, en: I apply as well.}
asks: [name, address]
";
        document.co_applicants = Some(serde_saphyr::from_str(rules).unwrap());
        document.export[0].from = "co_applicants.address".to_owned();
        document.export[1].from = "co_applicants.birth_date".to_owned();
        assert_eq!(
            paths(&document, Severity::Must),
            [
                "co_applicants.at_least",
                "co_applicants.days",
                "co_applicants.needed_if",
                "co_applicants.sees",
                "export.1.from"
            ],
            "they are asked for their address, and not for their date of birth"
        );
        document.form.pages[0].fields[0].key = Key::new("co_applicants").unwrap();
        assert!(paths(&document, Severity::Must).contains(&"co_applicants.who".to_owned()));
        let rules = document.co_applicants.as_mut().unwrap();
        rules.at_most = 0;
        rules.declares.ja = " ".to_owned();
        let found = paths(&document, Severity::Must);
        assert_eq!(
            found[..2],
            ["co_applicants.declares", "co_applicants.at_most"]
        );
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        yakuba_ui::assert_complete(&WORDS);
    }
}
