//! What a procedure is and what it needs, before anybody begins.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_ui::{DescriptionList, Html, Language, Link, Page, Words};

use super::{
    asked::{Asked, private},
    list::category_name,
};
use crate::model::{
    document::{Agent, ProcedureDocument},
    processing::DayCount,
};

/// A list of lines.
#[derive(Template)]
#[template(
    source = r#"<ul>{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ul>"#,
    ext = "html"
)]
struct Lines<'a> {
    lines: Vec<&'a str>,
}

#[derive(Template)]
#[template(path = "applicant/guide.html")]
struct Body {
    words: Words,
    details: DescriptionList,
    purpose: String,
    base: String,
    kept: Option<String>,
    /// Whether what is kept goes into the account when the person goes on.
    is_taken_over: bool,
    is_sent: bool,
    /// Why one cannot begin yet: the text, and where to do something about it.
    proof: Option<(String, Option<Link>)>,
    /// Whether signing in would fill in a part.
    sign_in: Option<Link>,
    is_signed_in: bool,
}

/// What somebody who cannot be told who they are does first: signing in, then letting a provider vouch for them. Without a provider
/// only the counter is left.
pub(super) fn way_to_proof(asked: &Asked, next: &str) -> (String, Option<Link>) {
    let words = asked.words;
    let provider = asked.identity.settings().resident_oidc.as_ref();
    match (provider, asked.resident()) {
        (None, _) => (asked.text("applicant-guide-verified"), None),
        (Some(provider), signed_in) => {
            let text = match signed_in {
                None => "applicant-guide-verify-sign-in",
                Some(_) => "applicant-guide-verify",
            };
            let link = Link::new(
                words.with_text("applicant-guide-verify-with", "name", &provider.name),
                format!("/resident/sign-in/provider?next={next}"),
            );
            (
                words.with_text(text, "name", &provider.name).into_owned(),
                Some(link),
            )
        }
    }
}

/// The guide as labels with texts.
pub(crate) fn details(
    document: &ProcedureDocument,
    department: &str,
    language: Language,
) -> DescriptionList {
    let words = super::WORDS.words(language);
    let guide = &document.guide;
    let mut list =
        DescriptionList::new().text(words.get("applicant-guide-who"), guide.who.get(language));
    if let Some(when) = &guide.when {
        list = list.text(words.get("applicant-guide-when"), when.get(language));
    }
    if !guide.needed.is_empty() {
        let lines = guide.needed.iter().map(|line| line.get(language)).collect();
        let lines = Html::render(&Lines { lines }).unwrap_or_default();
        list = list.html(words.get("applicant-guide-needed"), &lines);
    }
    list = list.text(
        words.get("applicant-guide-fee"),
        guide.fee.as_ref().map_or_else(
            || words.get("applicant-guide-free"),
            |fee| fee.get(language).to_owned().into(),
        ),
    );
    list = list.text(
        words.get("applicant-guide-minutes"),
        words.counted("applicant-guide-about-minutes", i64::from(guide.minutes)),
    );
    if let Some(time) = document.processing() {
        let text = match time.count {
            DayCount::WorkingDays => "applicant-guide-working-days",
            DayCount::CalendarDays => "applicant-guide-calendar-days",
        };
        list = list.text(
            words.get("applicant-guide-days"),
            words.counted(text, i64::from(time.days)),
        );
    }
    list = list.text(
        words.get("applicant-guide-afterwards"),
        guide.afterwards.get(language),
    );
    list = list.text(
        words.get("applicant-guide-agent"),
        words.get(match document.agent {
            Agent::NotAllowed => "applicant-agent-not-allowed",
            Agent::Family => "applicant-agent-family",
            Agent::WithMandate => "applicant-agent-with-mandate",
        }),
    );
    if let Some(rules) = &document.co_applicants {
        list = list.text(
            words.get("applicant-guide-together"),
            words.with_text(
                "applicant-guide-together-text",
                "who",
                rules.who.get(language),
            ),
        );
    }
    if let Some(ways) = &guide.other_ways {
        list = list.text(words.get("applicant-guide-other-ways"), ways.get(language));
    }
    if !document.law.is_empty() {
        list = list.text(words.get("applicant-guide-law"), document.law.join("\n"));
    }
    list.text(words.get("applicant-guide-department"), department)
}

/// The department's name in the reader's language.
pub(super) async fn department(
    asked: &Asked,
    code: &yakuba_kernel::DepartmentCode,
) -> Result<String, Problem> {
    let names = department_names(asked.city().db(), asked.language.is_japanese()).await?;
    Ok(names
        .get(code)
        .map_or_else(|| code.as_str().to_owned(), Clone::clone))
}

#[derive(serde::Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Done>,
) -> Result<Response, Problem> {
    let document = asked.procedure(&key).await?.document;
    let department = department(&asked, &document.department).await?;
    let (words, language) = (asked.words, asked.language);
    let draft = asked.draft(&key).await?;
    let proven = asked.proven().await?;
    let may_begin = super::apply::may_begin(&document, &proven);
    let body = Body {
        words,
        details: details(&document, &department, language),
        purpose: document.personal_data_purpose.get(language).to_owned(),
        base: format!("/procedures/{key}"),
        kept: draft
            .as_ref()
            .filter(|draft| draft.case.is_none())
            .map(|draft| {
                words
                    .with_text(
                        match draft.resident {
                            Some(_) => "applicant-own-draft-kept",
                            None => "applicant-guide-kept-until",
                        },
                        "day",
                        &super::case::day(draft.expires_at, language),
                    )
                    .into_owned()
            }),
        is_taken_over: draft.as_ref().is_some_and(|draft| {
            draft.case.is_none() && draft.resident.is_none() && asked.resident().is_some()
        }),
        is_sent: draft.is_some_and(|draft| draft.case.is_some()),
        proof: (!may_begin).then(|| way_to_proof(&asked, &format!("/procedures/{key}"))),
        sign_in: asked.resident().is_none().then(|| {
            Link::new(
                words.get("applicant-guide-sign-in"),
                format!("/resident/sign-in?next=/procedures/{key}"),
            )
        }),
        is_signed_in: asked.resident().is_some(),
    };
    let notice = asked.done(query.done.as_deref());
    let summary = document.summary.get(language).to_owned();
    let mut page = Page::public(asked.shell, document.title.get(language), &body)
        .breadcrumb(words.get("applicant-list-title"), "/procedures")
        .breadcrumb(category_name(document.category, words), "/procedures")
        .lead(summary.clone())
        .description(summary);
    if let Some(notice) = notice {
        page = page.notice(notice);
    }
    Ok(private(page))
}
