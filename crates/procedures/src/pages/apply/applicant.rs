//! Who applies: the person, or somebody for them (代理人).

use askama::Template;
use axum::{
    extract::{Path, Request},
    response::{IntoResponse as _, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_forms::model::document::FileType;
use yakuba_ui::{Choice, ErrorSummary, FileUpload, FormErrors, Page, RadioGroup, TextField, Words};

use super::{Applicant, Open, Sent};
use crate::{
    model::document::Agent,
    pages::asked::{Asked, private},
    store::cases::{AgentContact, Mandate},
};

#[derive(Template)]
#[template(path = "applicant/applicant.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    action: String,
    who: RadioGroup,
    name: TextField,
    relation: TextField,
    phone: TextField,
    mandate: Option<FileUpload>,
    has_mandate: Option<String>,
}

pub(super) async fn page(asked: Asked, Path(key): Path<String>) -> Result<Response, Problem> {
    let open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    if !open.asks_who_applies() {
        return Ok(Redirect::to(&open.next(&asked)).into_response());
    }
    let (who, agent) = match &open.contents.applicant {
        None => ("", None),
        Some(Applicant::Person) => ("person", None),
        Some(Applicant::Agent(agent)) => ("agent", Some(agent.clone())),
    };
    // Whoever applies for somebody else is the one who is signed in.
    let agent = agent.unwrap_or_else(|| AgentContact {
        name: open
            .proven
            .person
            .as_ref()
            .map_or_else(String::new, |person| person.name.full()),
        ..AgentContact::default()
    });
    Ok(show(asked, &open, who, &agent, &FormErrors::new()))
}

fn show(
    asked: Asked,
    open: &Open,
    who: &str,
    agent: &AgentContact,
    errors: &FormErrors,
) -> Response {
    let (words, language) = (asked.words, asked.language);
    let body = Body {
        words,
        errors: errors.summary(language),
        action: format!("{}/applicant", open.base()),
        who: RadioGroup::new(language, "who", words.get("applicant-who"))
            .choice(Choice::new("person", words.get("applicant-who-person")))
            .choice(
                Choice::new("agent", words.get("applicant-who-agent")).support(words.get(
                    if open.document.agent == Agent::Family {
                        "applicant-agent-family"
                    } else {
                        "applicant-agent-with-mandate"
                    },
                )),
            )
            .value(who)
            .required()
            .errors(errors),
        name: TextField::new(language, "agent_name", words.get("applicant-agent-name"))
            .value(agent.name.as_str())
            .autocomplete("name")
            .errors(errors),
        relation: TextField::new(
            language,
            "agent_relation",
            words.get("applicant-agent-relation"),
        )
        .support(words.get("applicant-agent-relation-support"))
        .value(agent.relation.as_str())
        .errors(errors),
        phone: TextField::new(language, "agent_phone", words.get("applicant-agent-phone"))
            .value(agent.phone.as_str())
            .autocomplete("tel")
            .errors(errors),
        mandate: (open.document.agent == Agent::WithMandate).then(|| {
            FileUpload::new(language, "mandate", words.get("applicant-mandate"))
                .support(words.get("applicant-mandate-support"))
                .accept(".jpg,.jpeg,.png,.webp,.pdf")
                .errors(errors)
        }),
        has_mandate: agent.mandate.as_ref().map(|mandate| mandate.name.clone()),
    };
    let page = Page::public(asked.shell, words.get("applicant-who-title"), &body)
        .breadcrumb(open.document.title.get(language), open.base())
        .narrow()
        .not_for_search_engines()
        .with_errors(!errors.is_empty());
    private(page)
}

pub(super) async fn answer(
    asked: Asked,
    Path(key): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let mut open = match Open::of(&asked, &key).await? {
        Ok(open) => open,
        Err(response) => return Ok(response),
    };
    let mut sent = Sent::read(request).await?;
    let who = sent.get("who").to_owned();
    let mut errors = FormErrors::new();
    if who == "person" {
        open.contents.applicant = Some(Applicant::Person);
        open.save(&asked, &[]).await?;
        return Ok(Redirect::to(&open.next(&asked)).into_response());
    }
    let short = |name: &str| sent.get(name).chars().take(200).collect::<String>();
    let mut agent = AgentContact {
        name: short("agent_name"),
        relation: short("agent_relation"),
        phone: short("agent_phone"),
        mandate: match &open.contents.applicant {
            Some(Applicant::Agent(earlier)) => earlier.mandate.clone(),
            _ => None,
        },
    };
    if who != "agent" {
        errors.add("who", asked.text("applicant-who-choose"));
        return Ok(show(asked, &open, &who, &agent, &errors));
    }
    for (value, field, text) in [
        (&agent.name, "agent_name", "applicant-agent-name-missing"),
        (
            &agent.relation,
            "agent_relation",
            "applicant-agent-relation-missing",
        ),
        (&agent.phone, "agent_phone", "applicant-agent-phone-missing"),
    ] {
        if value.is_empty() {
            errors.add(field, asked.text(text));
        }
    }
    let mut added = Vec::new();
    if open.document.agent == Agent::WithMandate {
        match sent
            .take_one("mandate", &[FileType::Image, FileType::Pdf])
            .await?
        {
            Some(Ok(file)) => {
                agent.mandate = Some(Mandate {
                    key: file.key.clone(),
                    name: file.about.name.clone(),
                });
                added.push(file);
            }
            Some(Err(message)) => errors.add("mandate", message.in_language(asked.language)),
            None if agent.mandate.is_none() => {
                errors.add("mandate", asked.text("applicant-mandate-missing"));
            }
            None => {}
        }
    }
    if !errors.is_empty() {
        // A file that came with a wrong answer must not be sent again.
        if !added.is_empty() {
            open.contents.applicant = Some(Applicant::Agent(agent.clone()));
            open.save(&asked, &added).await?;
        }
        return Ok(show(asked, &open, &who, &agent, &errors));
    }
    open.contents.applicant = Some(Applicant::Agent(agent));
    open.save(&asked, &added).await?;
    Ok(Redirect::to(&open.next(&asked)).into_response())
}
