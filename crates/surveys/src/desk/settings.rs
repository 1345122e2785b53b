//! What a survey is called, who is asked, when and how many, in the browser: everything but its questions. Of one that is open only the
//! texts and the whole quota are offered.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::{Field, FieldKind, Key, Text};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Html, RadioGroup, Select, TextArea, TextField, Words,
    done,
};

use super::{
    room::{Room, href},
    texts::{LANGUAGES, part, typed_text},
};
use crate::{
    capabilities::RUN,
    model::document::{Anonymity, AnswerQuota, Audience, LocalTime, SurveyDocument},
    store::{State, Survey},
};

/// How many rows for quotas of answers stand free below those that are taken.
const FREE_ROWS: usize = 2;
const AUDIENCES: [(Audience, &str); 2] = [
    (Audience::Residents, "residents"),
    (Audience::Staff, "staff"),
];
const ANONYMITIES: [(Anonymity, &str); 2] = [
    (Anonymity::Anonymous, "anonymous"),
    (Anonymity::OnePerPerson, "one-per-person"),
];

#[derive(Template)]
#[template(path = "desk/settings.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    lead: String,
    action: String,
    revision: i64,
    texts: Vec<(String, Vec<TextArea>)>,
    controls: Html,
    quotas: Vec<(Select, TextField)>,
    quotas_lead: String,
    back: String,
}

/// The questions with one answer of several, in their order.
fn choices(document: &SurveyDocument) -> impl Iterator<Item = &Field> {
    document
        .form
        .pages
        .iter()
        .flat_map(|page| &page.fields)
        .filter(|field| matches!(field.kind, FieldKind::Choice { .. }))
}

/// What stands in the controls of a survey as it is.
fn values(document: &SurveyDocument) -> Fields {
    let mut values = Fields::default();
    let mut text = |name: &str, text: Option<&Text>| {
        for language in LANGUAGES {
            values.push(&format!("{name}_{language}"), part(text, language));
        }
    };
    text("title", Some(&document.title));
    text("summary", Some(&document.summary));
    text("thanks", document.thanks.as_ref());
    let audience = AUDIENCES.iter().find(|known| known.0 == document.audience);
    let anonymity = ANONYMITIES
        .iter()
        .find(|known| known.0 == document.anonymity);
    values.push("department", document.department.as_str());
    values.push("audience", audience.map_or("", |known| known.1));
    values.push("anonymity", anonymity.map_or("", |known| known.1));
    values.push("opens", document.opens.to_string());
    values.push("closes", document.closes.to_string());
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    values.push("quota", number(document.quota));
    values.push("small_count_below", document.small_count_below.to_string());
    values.push(
        "breakdown",
        document.breakdown.as_ref().map_or("", Key::as_str),
    );
    for (row, quota) in document.quotas.iter().enumerate() {
        let option = quota.option.as_ref().map_or("", Key::as_str);
        values.push(
            &format!("quota-{row}-answer"),
            format!("{}.{option}", quota.field),
        );
        values.push(&format!("quota-{row}-most"), quota.at_most.to_string());
    }
    values
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.survey_for(&key, RUN).await?;
    let values = values(&found.document);
    shown(&room, &found, found.revision, &values, &FormErrors::new()).await
}

async fn shown(
    room: &Room,
    found: &Survey,
    revision: i64,
    values: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let is_draft = found.state == State::Draft;
    let texts = ["title", "summary", "thanks"].map(|name| {
        let parts = LANGUAGES.map(|part| {
            let name = format!("{name}_{part}");
            TextArea::new(language, &name, room.t(&format!("desk-language-{part}")))
                .value(values.get(&name))
                .rows(3)
                .errors(errors)
        });
        (room.t(&format!("desk-text-{name}")), parts.into())
    });
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        lead: room.t(if is_draft {
            "desk-settings-lead"
        } else {
            "desk-edit-lead-open"
        }),
        action: format!("{}/settings", href(found.key())),
        revision,
        texts: texts.into(),
        controls: controls(room, found, values, errors).await?,
        quotas: if is_draft {
            quota_rows(room, &found.document, values, errors)
        } else {
            Vec::new()
        },
        quotas_lead: room.t("desk-quotas-lead"),
        back: href(found.key()),
    };
    Ok(room
        .page_of(found, room.t("desk-survey-settings"), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

async fn controls(
    room: &Room,
    found: &Survey,
    values: &Fields,
    errors: &FormErrors,
) -> Result<Html, Problem> {
    let language = room.language();
    let line = |name: &'static str, label: &str| {
        TextField::new(language, name, room.t(label))
            .value(values.get(name))
            .width(20)
            .errors(errors)
    };
    let quota = line("quota", "desk-quota-whole")
        .support(room.t("desk-quota-support"))
        .numeric()
        .optional();
    if found.state != State::Draft {
        return Ok(Html::of(&quota));
    }
    let radio = |name: &'static str, label: &str, all: [(&'static str, String); 2]| {
        all.into_iter().fold(
            RadioGroup::new(language, name, room.t(label)),
            |group, (value, text)| {
                group.choice(Choice::new(value, text).chosen(values.get(name) == value))
            },
        )
    };
    let mut controls = Html::of(
        &Select::new(language, "department", room.t("desk-column-department"))
            .choices(
                room.departments()
                    .await?
                    .iter()
                    .map(|(code, name)| Choice::new(code.as_str(), name)),
            )
            .value(values.get("department"))
            .errors(errors),
    );
    controls.push(&radio(
        "audience",
        "desk-column-audience",
        AUDIENCES.map(|(_, name)| (name, room.t(&format!("desk-audience-{name}")))),
    ));
    controls.push(&radio(
        "anonymity",
        "desk-anonymity",
        ANONYMITIES.map(|(_, name)| (name, room.t(&format!("desk-{name}")))),
    ));
    for (name, label) in [("opens", "desk-opens-at"), ("closes", "desk-extend-to")] {
        controls.push(
            &line(name, label)
                .support(room.t("desk-extend-support"))
                .required(),
        );
    }
    controls.push(&quota);
    controls.push(
        &line("small_count_below", "desk-small")
            .support(room.t("desk-setting-small-count-below"))
            .numeric()
            .required(),
    );
    controls.push(
        &Select::new(language, "breakdown", room.t("desk-breakdown"))
            .support(room.t("desk-breakdown-support"))
            .choice(Choice::new("", room.t("desk-breakdown-none")))
            .choices(
                choices(&found.document)
                    .map(|field| Choice::new(field.key.as_str(), field.label.get(language))),
            )
            .value(values.get("breakdown"))
            .errors(errors),
    );
    Ok(controls)
}

fn quota_rows(
    room: &Room,
    document: &SurveyDocument,
    values: &Fields,
    errors: &FormErrors,
) -> Vec<(Select, TextField)> {
    let language = room.language();
    let mut answers = vec![(String::new(), room.t("desk-quota-nothing"))];
    for field in choices(document) {
        let label = field.label.get(language);
        let each = room.words.with_text("desk-quota-each", "question", label);
        answers.push((format!("{}.", field.key), each.into_owned()));
        if let FieldKind::Choice { options } = &field.kind {
            answers.extend(options.iter().map(|option| {
                (
                    format!("{}.{}", field.key, option.value),
                    format!("{label}：{}", option.label.get(language)),
                )
            }));
        }
    }
    (0..taken_rows(values) + FREE_ROWS)
        .map(|row| {
            let (answer, most) = (format!("quota-{row}-answer"), format!("quota-{row}-most"));
            (
                Select::new(language, &answer, room.t("desk-quota-answer"))
                    .choices(
                        answers
                            .iter()
                            .map(|(value, label)| Choice::new(value, label)),
                    )
                    .value(values.get(&answer))
                    .errors(errors),
                TextField::new(language, &most, room.t("desk-quota-most"))
                    .value(values.get(&most))
                    .numeric()
                    .width(8)
                    .errors(errors),
            )
        })
        .collect()
}

/// How many rows of quotas have something in them or before something.
fn taken_rows(values: &Fields) -> usize {
    values
        .pairs()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, _)| {
            let rest = name.strip_prefix("quota-")?;
            rest.split_once('-')?.0.parse::<usize>().ok()
        })
        .max()
        .map_or(0, |last| last.min(MOST_ROWS) + 1)
}

/// More rows than this are not read.
const MOST_ROWS: usize = 200;

/// The survey as it was typed; what cannot be read is added to the errors.
fn read(room: &Room, found: &Survey, fields: &Fields, errors: &mut FormErrors) -> SurveyDocument {
    let mut document = found.document.clone();
    for (name, place) in [
        ("title", &mut document.title),
        ("summary", &mut document.summary),
    ] {
        match typed_text(fields, name) {
            Some(text) => *place = text,
            None => errors.add(format!("{name}_ja"), room.t("desk-problem-empty")),
        }
    }
    document.thanks = typed_text(fields, "thanks");
    document.quota = number(room, fields, "quota", errors);
    if found.state != State::Draft {
        return document;
    }
    document.small_count_below =
        number(room, fields, "small_count_below", errors).unwrap_or_default();
    document.quotas.clear();
    for row in 0..taken_rows(fields) {
        let (answer, most) = (format!("quota-{row}-answer"), format!("quota-{row}-most"));
        match (fields.get(&answer).split_once('.'), fields.get(&most)) {
            (None, "") => {}
            (None, _) => errors.add(answer, room.t("desk-problem-quota-answer")),
            (Some(_), "") => errors.add(most, room.t("desk-problem-number")),
            (Some((field, option)), _) => {
                let at_most = number(room, fields, &most, errors);
                if let (Ok(field), Some(at_most)) = (Key::new(field), at_most) {
                    document.quotas.push(AnswerQuota {
                        field,
                        option: Key::new(option).ok(),
                        at_most,
                    });
                }
            }
        }
    }
    match DepartmentCode::new(fields.get("department")) {
        Ok(department) if room.principal.holds_in(RUN, &department) => {
            document.department = department;
        }
        _ => errors.add("department", room.t("desk-problem-department")),
    }
    let chosen = |name: &str, value: &str| fields.get(name) == value;
    if let Some((audience, _)) = AUDIENCES.iter().find(|known| chosen("audience", known.1)) {
        document.audience = *audience;
    }
    if let Some((anonymity, _)) = ANONYMITIES
        .iter()
        .find(|known| chosen("anonymity", known.1))
    {
        document.anonymity = *anonymity;
    }
    for (name, time) in [
        ("opens", &mut document.opens),
        ("closes", &mut document.closes),
    ] {
        match LocalTime::read(fields.get(name)) {
            Ok(read) => *time = read,
            Err(_) => errors.add(name, room.t("desk-problem-time")),
        }
    }
    if document.closes.end() <= document.opens.beginning() {
        errors.add("closes", room.t("desk-problem-order"));
    }
    document.breakdown = Key::new(fields.get("breakdown")).ok();
    document
}

/// A number from 0; none when nothing stands there.
fn number(room: &Room, fields: &Fields, name: &str, errors: &mut FormErrors) -> Option<u32> {
    fields.optional(name)?;
    let number = fields
        .integer(name)
        .and_then(|number| number.try_into().ok());
    if number.is_none() {
        errors.add(name, room.t("desk-problem-number"));
    }
    number
}

pub(super) async fn save(
    mut room: Room,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.survey_for(&key, RUN).await?;
    let mut errors = FormErrors::new();
    let document = read(&room, &found, &fields, &mut errors);
    if errors.is_empty() {
        let saved = room.save(&found, document, fields.revision()).await;
        match saved {
            Ok(_) => return Ok(done(&href(&key), "saved")),
            Err(error) => match room.sentence(&error) {
                Some(sentence) => room.refuse(sentence),
                None => return Err(error.into()),
            },
        }
    }
    shown(&room, &found, fields.revision(), &fields, &errors).await
}
