//! Whole procedures made in the browser's designer alone, from nothing, are the procedures that come with Yakuba as files; and no member of
//! the file is without a control.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Router, http::StatusCode};
use serde_json::Value;
use yakuba_city::{City, each_database, web::Principal};
use yakuba_identity::IdentityService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DESIGN, PUT_LIVE},
    model::document::{ProcedureDocument, schema},
    store,
};

use super::designer_desk::{ask, controls, prepare, staff};

/// Files that together have every member of the format.
const TRIED: [&str; 9] = [
    "dog-registration",
    "light-vehicle-tax-reduction",
    "bulky-waste",
    "child-allowance",
    "recruitment-exam",
    "moving-in-appointment",
    "water-works",
    "nursery-entry",
    "information-disclosure",
];

fn shipped(key: &str) -> ProcedureDocument {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../content/procedures")
        .join(format!("{key}.yaml"));
    let mut document =
        ProcedureDocument::from_yaml(&std::fs::read_to_string(path).unwrap()).unwrap();
    // The departments of the test's city.
    document.department = yakuba_kernel::DepartmentCode::new("environment").unwrap();
    document
}

fn designer() -> Principal {
    staff("environment", &[DESIGN, PUT_LIVE])
}

/// A clerk at the designer.
struct Clerk<'c> {
    city: &'c City,
    router: &'c Router,
    key: String,
}

type Typed = Vec<(String, String)>;

/// Types a text in its languages, as it stands in a file.
fn text(typed: &mut Typed, name: &str, value: &Value) {
    let mut put = |ending: &str, value: &Value| {
        if let Some(text) = value.as_str() {
            typed.push((format!("{name}_{ending}"), text.replace('\n', "\r\n")));
        }
    };
    match value {
        Value::Object(texts) => {
            for (language, text) in texts {
                put(language, text);
            }
        }
        other => put("ja", other),
    }
}

/// Types a plain value.
fn plain(typed: &mut Typed, name: &str, value: &Value) {
    let shown = match value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    typed.push((name.to_owned(), shown));
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

impl Clerk<'_> {
    async fn newest(&self) -> store::Definition {
        let mut versions = store::versions(self.city.db(), &self.key).await.unwrap();
        versions.remove(0)
    }

    /// Opens a form, types over what stands there, and saves. Everything typed must be a control of the form.
    async fn fill(&self, path: &str, typed: &Typed) {
        let path = format!("/{}{path}", self.key);
        let (status, page) = ask(self.router, designer(), &path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let mut shown = page.clone();
        // Rows are asked for until there are enough of them.
        for _ in 0..40 {
            let names = names_of(&shown);
            let missing = |name: &String| !names.contains(name);
            if !typed.iter().map(|(name, _)| name).any(missing) {
                break;
            }
            let mut sent = merged(&shown, typed);
            sent.push(("action".to_owned(), "more".to_owned()));
            let (status, again) = self.send(&path, &sent).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            shown = again;
        }
        let names = names_of(&shown);
        for (name, _) in typed {
            assert!(names.contains(name), "{path} has no control {name}");
        }
        let (status, page) = self.send(&path, &merged(&shown, typed)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {page}");
    }

    async fn send(&self, path: &str, sent: &Typed) -> (StatusCode, String) {
        let sent: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        ask(self.router, designer(), path, Some(&sent)).await
    }

    async fn arrange(&self, page: &str, group: &str, field: &str) {
        let revision = self.newest().await.revision.to_string();
        let sent: Typed = [
            ("revision", revision.as_str()),
            ("page", page),
            ("group", group),
            ("field", field),
            ("step", "remove"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let (status, _) = self.send(&format!("/{}/arrange", self.key), &sent).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
    }

    async fn fields(&self, page: &str, group: &str, fields: &[Value]) {
        for field in fields {
            let mut typed = Typed::new();
            for name in ["label", "hint", "purpose", "entry", "text", "unit"] {
                text(&mut typed, name, &field[name]);
            }
            if let Some(facility) = field["facility"].as_str() {
                let resource = field["resource"].as_str().unwrap();
                typed.push(("slot_of".to_owned(), format!("{facility}/{resource}")));
            }
            for name in [
                "max_length",
                "min",
                "max",
                "places",
                "max_mib",
                "max_files",
                "days_ahead",
            ] {
                plain(&mut typed, name, &field[name]);
            }
            plain(&mut typed, "key", &field["key"]);
            plain(&mut typed, "show_if-expression", &field["show_if"]);
            for name in ["prefill", "format"] {
                let chosen = field[name].as_str().map(|name| name.replace('_', "-"));
                plain(&mut typed, name, &chosen.into());
            }
            for name in ["earliest", "latest"] {
                plain(&mut typed, name, &field[name]);
            }
            for accept in list(field, "accept") {
                plain(&mut typed, "accept", accept);
            }
            if field["optional"] == true {
                typed.push(("optional".to_owned(), "yes".to_owned()));
            }
            for (row, option) in list(field, "options").iter().enumerate() {
                let name = |part: &str| format!("option-{row}-{part}");
                plain(&mut typed, &name("value"), &option["value"]);
                text(&mut typed, &name("label"), &option["label"]);
                text(&mut typed, &name("hint"), &option["hint"]);
            }
            let kind = field["type"].as_str().unwrap();
            let group_part = if group.is_empty() {
                String::new()
            } else {
                format!("&group={group}")
            };
            let path = format!("/field?page={page}{group_part}&field=&kind={kind}");
            self.fill(&path, &typed).await;
            if kind == "group" {
                let key = field["key"].as_str().unwrap();
                Box::pin(self.fields(page, key, list(field, "fields"))).await;
            }
        }
    }

    async fn rules(&self, form: &Value) {
        let mut before = Typed::new();
        for (row, rule) in list(form, "before").iter().enumerate() {
            plain(&mut before, &format!("row-{row}-key"), &rule["key"]);
            text(
                &mut before,
                &format!("row-{row}-question"),
                &rule["question"],
            );
            for (number, option) in list(rule, "options").iter().enumerate() {
                let name = |part: &str| format!("row-{row}-option-{number}-{part}");
                plain(&mut before, &name("value"), &option["value"]);
                text(&mut before, &name("label"), &option["label"]);
                text(&mut before, &name("stop"), &option["stop"]);
            }
        }
        let mut computed = Typed::new();
        for (row, rule) in list(form, "computed").iter().enumerate() {
            plain(&mut computed, &format!("row-{row}-key"), &rule["key"]);
            text(&mut computed, &format!("row-{row}-label"), &rule["label"]);
            plain(&mut computed, &format!("row-{row}-value"), &rule["value"]);
        }
        let mut checks = Typed::new();
        for (row, rule) in list(form, "checks").iter().enumerate() {
            plain(&mut checks, &format!("row-{row}-field"), &rule["field"]);
            plain(
                &mut checks,
                &format!("row-{row}-holds-expression"),
                &rule["holds"],
            );
            text(&mut checks, &format!("row-{row}-message"), &rule["message"]);
        }
        let mut fees = Typed::new();
        for (row, rule) in list(form, "fees").iter().enumerate() {
            text(&mut fees, &format!("row-{row}-label"), &rule["label"]);
            plain(&mut fees, &format!("row-{row}-amount"), &rule["amount"]);
            plain(
                &mut fees,
                &format!("row-{row}-applies-expression"),
                &rule["applies_if"],
            );
            plain(&mut fees, &format!("row-{row}-basis"), &rule["basis"]);
        }
        for (part, typed) in [
            ("before", before),
            ("computed", computed),
            ("checks", checks),
            ("fees", fees),
        ] {
            self.fill(&format!("/rules?part={part}"), &typed).await;
        }
    }

    async fn settings(&self, file: &Value) {
        let hyphened = |value: &Value| {
            let text = value.as_str().map(|text| text.replace('_', "-"));
            Value::from(text)
        };
        let mut basics = Typed::new();
        text(&mut basics, "title", &file["title"]);
        text(&mut basics, "summary", &file["summary"]);
        text(&mut basics, "purpose", &file["personal_data_purpose"]);
        plain(&mut basics, "department", &file["department"]);
        for name in ["category", "proof", "agent"] {
            plain(&mut basics, name, &hyphened(&file[name]));
        }
        plain(&mut basics, "layout", &file["form"]["layout"]);
        for event in list(file, "life_events") {
            plain(&mut basics, "life_events", &hyphened(event));
        }
        let law: Vec<&str> = list(file, "law").iter().filter_map(Value::as_str).collect();
        basics.push(("law".to_owned(), law.join("\r\n")));
        let mut together = Typed::new();
        if let rules @ Value::Object(_) = &file["co_applicants"] {
            together.push(("together".to_owned(), "yes".to_owned()));
            text(&mut together, "co_who", &rules["who"]);
            text(&mut together, "declares", &rules["declares"]);
            for name in ["at_least", "at_most", "days"] {
                plain(&mut together, name, &rules[name]);
            }
            plain(&mut together, "needed_if", &rules["needed_if"]);
            for name in ["sees", "asks"] {
                for value in list(rules, name) {
                    let value = if name == "asks" {
                        hyphened(value)
                    } else {
                        value.clone()
                    };
                    plain(&mut together, name, &value);
                }
            }
            if rules["verified"] == true {
                together.push(("co_verified".to_owned(), "yes".to_owned()));
            }
        }
        let mut guide = Typed::new();
        for name in ["who", "when", "fee", "afterwards", "other_ways"] {
            text(&mut guide, name, &file["guide"][name]);
        }
        for (row, line) in list(&file["guide"], "needed").iter().enumerate() {
            text(&mut guide, &format!("needed-{row}-text"), line);
        }
        plain(&mut guide, "minutes", &file["guide"]["minutes"]);
        // This city has no life events whose statements could be chosen.
        plain(
            &mut guide,
            "navigator-expression",
            &file["guide"]["navigator"],
        );
        let mut review = Typed::new();
        plain(&mut review, "processing_days", &file["processing_days"]);
        plain(&mut review, "processing_count", &file["processing_count"]);
        for (row, stage) in list(file, "stages").iter().enumerate() {
            let name = |part: &str| format!("stage-{row}-{part}");
            text(&mut review, &name("title"), &stage["title"]);
            for part in ["after", "days", "enter", "leave", "key"] {
                plain(&mut review, &name(part), &stage[part]);
            }
            if stage["shown"] == false {
                review.push((name("hidden"), "yes".to_owned()));
            }
        }
        for step in ["checked", "decided", "delivered", "closed"] {
            plain(&mut review, &format!("mover_{step}"), &file["movers"][step]);
        }
        for (row, line) in list(file, "checklist").iter().enumerate() {
            plain(&mut review, &format!("check-{row}-text"), line);
        }
        plain(&mut review, "retention_years", &file["retention"]["years"]);
        plain(&mut review, "retention_basis", &file["retention"]["basis"]);
        let mut templates = Typed::new();
        for (row, template) in list(file, "templates").iter().enumerate() {
            plain(
                &mut templates,
                &format!("row-{row}-use_for"),
                &template["use_for"],
            );
            plain(
                &mut templates,
                &format!("row-{row}-name"),
                &template["name"],
            );
            text(
                &mut templates,
                &format!("row-{row}-text"),
                &template["text"],
            );
        }
        let mut export = Typed::new();
        for (row, column) in list(file, "export").iter().enumerate() {
            let codes: Vec<String> = column["codes"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(value, code)| format!("{value}={}", code.as_str().unwrap()))
                .collect();
            export.push((format!("row-{row}-codes"), codes.join("\r\n")));
            for name in ["heading", "from", "as", "only_with"] {
                plain(&mut export, &format!("row-{row}-{name}"), &column[name]);
            }
            if column["verified"] == true {
                export.push((format!("row-{row}-verified"), "yes".to_owned()));
            }
        }
        for (section, typed) in [
            ("basics", basics),
            ("together", together),
            ("guide", guide),
            ("review", review),
            ("templates", templates),
            ("export", export),
        ] {
            self.fill(&format!("/settings/{section}"), &typed).await;
        }
    }
}

/// The names of everything that can be typed, chosen or ticked in a page's form.
fn names_of(page: &str) -> BTreeSet<String> {
    let form = page.split("data-warn-unsaved>").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    form.split(" name=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

/// What the browser sends when this is typed over what the page shows.
fn merged(page: &str, typed: &Typed) -> Typed {
    let mut sent: Typed = controls(page)
        .into_iter()
        .filter(|(name, _)| typed.iter().all(|(known, _)| known != name))
        .collect();
    sent.extend(typed.iter().cloned());
    sent
}

/// Makes a procedure as somebody would who never saw a file.
async fn make(city: &City, router: &Router, wanted: &ProcedureDocument) -> ProcedureDocument {
    let clerk = Clerk {
        city,
        router,
        key: wanted.key.clone(),
    };
    let file = serde_json::to_value(wanted).unwrap();
    let new = [
        ("title", wanted.title.ja.as_str()),
        ("key", wanted.key.as_str()),
        ("department", "environment"),
        ("from", ""),
    ];
    let (status, page) = ask(router, designer(), "/new", Some(&new)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    // Nothing of the pattern stays.
    for page in clerk.newest().await.document.form.pages {
        clerk.arrange(page.key.as_str(), "", "").await;
    }
    for page in list(&file["form"], "pages") {
        let mut typed = Typed::new();
        plain(&mut typed, "key", &page["key"]);
        text(&mut typed, "title", &page["title"]);
        text(&mut typed, "intro", &page["intro"]);
        plain(&mut typed, "show_if-expression", &page["show_if"]);
        clerk.fill("/page", &typed).await;
        let key = page["key"].as_str().unwrap();
        clerk.fields(key, "", list(page, "fields")).await;
    }
    clerk.rules(&file["form"]).await;
    clerk.settings(&file).await;
    clerk.newest().await.document
}

each_database!(
    a_procedure_made_in_the_browser_alone_is_the_one_in_the_file,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        for key in TRIED {
            let wanted = shipped(key);
            let made = make(&city, &router, &wanted).await;
            // Compared as files, which is what goes to another city.
            assert_eq!(made.to_yaml().unwrap(), wanted.to_yaml().unwrap());
            assert_eq!(made, wanted);
        }
    }
);

/// The members of the format, each as the name of its type and its own: `Guide.who`.
fn members() -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let mut found = BTreeSet::new();
    let mut walk = vec![("ProcedureDocument".to_owned(), &schema)];
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        walk.push((name.clone(), definition));
    }
    while let Some((name, part)) = walk.pop() {
        if let Some(properties) = part["properties"].as_object() {
            found.extend(properties.keys().map(|member| format!("{name}.{member}")));
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            for part in list(part, choice) {
                walk.push((name.clone(), part));
            }
        }
    }
    found
}

/// The controls by which a member is changed: the page, and the name of the control.
fn control_of(member: &str) -> Option<(&'static str, &'static str)> {
    let of: BTreeMap<&str, (&str, &str)> = [
        ("ProcedureDocument.title", ("settings/basics", "title_ja")),
        (
            "ProcedureDocument.summary",
            ("settings/basics", "summary_ja"),
        ),
        (
            "ProcedureDocument.department",
            ("settings/basics", "department"),
        ),
        (
            "ProcedureDocument.category",
            ("settings/basics", "category"),
        ),
        (
            "ProcedureDocument.life_events",
            ("settings/basics", "life_events"),
        ),
        ("ProcedureDocument.law", ("settings/basics", "law")),
        ("ProcedureDocument.proof", ("settings/basics", "proof")),
        ("ProcedureDocument.agent", ("settings/basics", "agent")),
        (
            "ProcedureDocument.personal_data_purpose",
            ("settings/basics", "purpose_ja"),
        ),
        ("FormDocument.layout", ("settings/basics", "layout")),
        ("TextLanguages.ja", ("settings/basics", "title_ja")),
        ("TextLanguages.easy", ("settings/basics", "title_easy")),
        ("TextLanguages.en", ("settings/basics", "title_en")),
        (
            "ProcedureDocument.co_applicants",
            ("settings/together", "together"),
        ),
        ("CoApplicants.who", ("settings/together", "co_who_ja")),
        ("CoApplicants.at_least", ("settings/together", "at_least")),
        ("CoApplicants.at_most", ("settings/together", "at_most")),
        ("CoApplicants.needed_if", ("settings/together", "needed_if")),
        ("CoApplicants.days", ("settings/together", "days")),
        ("CoApplicants.sees", ("settings/together", "sees")),
        (
            "CoApplicants.declares",
            ("settings/together", "declares_ja"),
        ),
        ("CoApplicants.asks", ("settings/together", "asks")),
        (
            "CoApplicants.verified",
            ("settings/together", "co_verified"),
        ),
        ("ProcedureDocument.guide", ("settings/guide", "who_ja")),
        ("Guide.who", ("settings/guide", "who_ja")),
        ("Guide.when", ("settings/guide", "when_ja")),
        ("Guide.needed", ("settings/guide", "needed-0-text_ja")),
        ("Guide.fee", ("settings/guide", "fee_ja")),
        ("Guide.afterwards", ("settings/guide", "afterwards_ja")),
        ("Guide.other_ways", ("settings/guide", "other_ways_ja")),
        ("Guide.minutes", ("settings/guide", "minutes")),
        ("Guide.navigator", ("settings/guide", "navigator")),
        (
            "ProcedureDocument.processing_days",
            ("settings/review", "processing_days"),
        ),
        (
            "ProcedureDocument.processing_count",
            ("settings/review", "processing_count"),
        ),
        (
            "ProcedureDocument.stages",
            ("settings/review", "stage-0-title_ja"),
        ),
        ("OwnStage.key", ("settings/review", "stage-0-key")),
        ("OwnStage.after", ("settings/review", "stage-0-after")),
        ("OwnStage.title", ("settings/review", "stage-0-title_ja")),
        ("OwnStage.shown", ("settings/review", "stage-0-hidden")),
        ("OwnStage.days", ("settings/review", "stage-0-days")),
        ("OwnStage.enter", ("settings/review", "stage-0-enter")),
        ("OwnStage.leave", ("settings/review", "stage-0-leave")),
        (
            "ProcedureDocument.movers",
            ("settings/review", "mover_checked"),
        ),
        ("Movers.checked", ("settings/review", "mover_checked")),
        ("Movers.decided", ("settings/review", "mover_decided")),
        ("Movers.delivered", ("settings/review", "mover_delivered")),
        ("Movers.closed", ("settings/review", "mover_closed")),
        (
            "ProcedureDocument.checklist",
            ("settings/review", "check-0-text"),
        ),
        (
            "ProcedureDocument.retention",
            ("settings/review", "retention_years"),
        ),
        ("Retention.years", ("settings/review", "retention_years")),
        ("Retention.basis", ("settings/review", "retention_basis")),
        (
            "ProcedureDocument.templates",
            ("settings/templates", "row-0-name"),
        ),
        (
            "MessageTemplate.use_for",
            ("settings/templates", "row-0-use_for"),
        ),
        ("MessageTemplate.name", ("settings/templates", "row-0-name")),
        (
            "MessageTemplate.text",
            ("settings/templates", "row-0-text_ja"),
        ),
        (
            "ProcedureDocument.export",
            ("settings/export", "row-0-heading"),
        ),
        ("ExportColumn.heading", ("settings/export", "row-0-heading")),
        ("ExportColumn.from", ("settings/export", "row-0-from")),
        ("ExportColumn.as", ("settings/export", "row-0-as")),
        ("ExportColumn.codes", ("settings/export", "row-0-codes")),
        (
            "ExportColumn.only_with",
            ("settings/export", "row-0-only_with"),
        ),
        (
            "ExportColumn.verified",
            ("settings/export", "row-0-verified"),
        ),
        ("ProcedureDocument.form", ("page", "title_ja")),
        ("FormDocument.pages", ("page", "title_ja")),
        ("FormPage.key", ("page", "key")),
        ("FormPage.title", ("page", "title_ja")),
        ("FormPage.intro", ("page", "intro_ja")),
        ("FormPage.show_if", ("page", "show_if-question")),
        (
            "FormPage.fields",
            ("field?page=request&kind=text", "label_ja"),
        ),
        (
            "FormDocument.before",
            ("rules?part=before", "row-0-question_ja"),
        ),
        ("Eligibility.key", ("rules?part=before", "row-0-key")),
        (
            "Eligibility.question",
            ("rules?part=before", "row-0-question_ja"),
        ),
        (
            "Eligibility.options",
            ("rules?part=before", "row-0-option-0-label_ja"),
        ),
        (
            "EligibilityOption.value",
            ("rules?part=before", "row-0-option-0-value"),
        ),
        (
            "EligibilityOption.label",
            ("rules?part=before", "row-0-option-0-label_ja"),
        ),
        (
            "EligibilityOption.stop",
            ("rules?part=before", "row-0-option-0-stop_ja"),
        ),
        (
            "FormDocument.computed",
            ("rules?part=computed", "row-0-value"),
        ),
        ("Computed.key", ("rules?part=computed", "row-0-key")),
        ("Computed.label", ("rules?part=computed", "row-0-label_ja")),
        ("Computed.value", ("rules?part=computed", "row-0-value")),
        (
            "FormDocument.checks",
            ("rules?part=checks", "row-0-message_ja"),
        ),
        ("Check.field", ("rules?part=checks", "row-0-field")),
        ("Check.holds", ("rules?part=checks", "row-0-holds-question")),
        ("Check.message", ("rules?part=checks", "row-0-message_ja")),
        ("FormDocument.fees", ("rules?part=fees", "row-0-price")),
        ("Fee.label", ("rules?part=fees", "row-0-label_ja")),
        ("Fee.amount", ("rules?part=fees", "row-0-price")),
        (
            "Fee.applies_if",
            ("rules?part=fees", "row-0-applies-question"),
        ),
        ("Fee.basis", ("rules?part=fees", "row-0-basis")),
        ("Field.key", ("field?page=request&kind=text", "key")),
        ("Field.label", ("field?page=request&kind=text", "label_ja")),
        ("Field.hint", ("field?page=request&kind=text", "hint_ja")),
        (
            "Field.optional",
            ("field?page=request&kind=text", "optional"),
        ),
        (
            "Field.show_if",
            ("field?page=request&kind=text", "show_if-question"),
        ),
        (
            "Field.purpose",
            ("field?page=request&kind=text", "purpose_ja"),
        ),
        ("Field.prefill", ("field?page=request&kind=text", "prefill")),
        (
            "TextLimits.max_length",
            ("field?page=request&kind=long_text", "max_length"),
        ),
        (
            "TextLimits.format",
            ("field?page=request&kind=text", "format"),
        ),
        (
            "Field.earliest",
            ("field?page=request&kind=date", "earliest"),
        ),
        ("Field.latest", ("field?page=request&kind=date", "latest")),
        (
            "Field.options",
            ("field?page=request&kind=choice", "option-0-label_ja"),
        ),
        ("Field.min", ("field?page=request&kind=number", "min")),
        ("Field.max", ("field?page=request&kind=number", "max")),
        ("Field.places", ("field?page=request&kind=number", "places")),
        ("Field.unit", ("field?page=request&kind=number", "unit_ja")),
        ("Field.accept", ("field?page=request&kind=file", "accept")),
        ("Field.max_mib", ("field?page=request&kind=file", "max_mib")),
        (
            "Field.max_files",
            ("field?page=request&kind=file", "max_files"),
        ),
        (
            "Field.facility",
            ("field?page=request&kind=slot", "slot_of"),
        ),
        (
            "Field.resource",
            ("field?page=request&kind=slot", "slot_of"),
        ),
        (
            "Field.days_ahead",
            ("field?page=request&kind=slot", "days_ahead"),
        ),
        ("Field.entry", ("field?page=request&kind=group", "entry_ja")),
        ("Field.text", ("field?page=request&kind=consent", "text_ja")),
        (
            "ChoiceOption.value",
            ("field?page=request&kind=choice", "option-0-value"),
        ),
        (
            "ChoiceOption.label",
            ("field?page=request&kind=choice", "option-0-label_ja"),
        ),
        (
            "ChoiceOption.hint",
            ("field?page=request&kind=choice", "option-0-hint_ja"),
        ),
    ]
    .into();
    of.get(member).copied()
}

/// Members that no control sets: chosen on the way to one (the kind of a question, the questions of a group), given once (the lasting key),
/// or always the same (the format).
const ELSEWHERE: [&str; 4] = [
    "ProcedureDocument.format",
    "ProcedureDocument.key",
    "Field.type",
    "Field.fields",
];

each_database!(
    every_member_of_the_format_has_a_control,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let new = [
            ("title", "犬の登録"),
            ("key", "dog-registration"),
            ("department", "environment"),
            ("from", ""),
        ];
        ask(&router, designer(), "/new", Some(&new)).await;
        let members = members();
        assert!(members.len() > 80, "{members:?}");
        let mut pages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for member in members {
            if ELSEWHERE.contains(&member.as_str()) {
                continue;
            }
            let (page, control) = control_of(&member)
                .unwrap_or_else(|| panic!("{member} has no control in the designer"));
            if !pages.contains_key(page) {
                let path = format!("/dog-registration/{page}");
                let (status, html) = ask(&router, designer(), &path, None).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                pages.insert(page, names_of(&html));
            }
            assert!(
                pages[page].contains(control),
                "{member}: {page} has no control {control}"
            );
        }
    }
);

/// What of the format the tried files use, so that the comparison says something about every member.
#[test]
fn the_tried_files_use_every_member() {
    fn walk(value: &Value, used: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    used.insert(name.clone());
                    walk(value, used);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, used)),
            _ => {}
        }
    }
    let mut used = BTreeSet::new();
    for key in TRIED {
        walk(&serde_json::to_value(shipped(key)).unwrap(), &mut used);
    }
    let unused: Vec<String> = members()
        .into_iter()
        .filter(|member| !used.contains(member.rsplit('.').next().unwrap()))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
