//! Reading the audit log.

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::Query,
    response::{IntoResponse, Response},
};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use serde::Deserialize;
use yakuba_city::{
    AuditRecord, JAPAN,
    sql::{Sql as _, escape_like},
    web::Problem,
};
use yakuba_ui::{
    Catalogue, Cell, Column, EmptyState, Html, Language, Pagination, Row, Table, TextField,
};

use crate::{
    READ_AUDIT,
    asked::{Asked, in_query},
    pages::moment,
    store::accounts::{self, StaffNames},
};

use super::require;

const PER_PAGE: u64 = 100;

/// What was done, in a sentence for each action of every service.
static ACTIONS: Catalogue = yakuba_ui::catalogue!("audit");

/// The key of an action's sentence: `plan.task.make` has `audit-plan-task-make`.
fn action_key(action: &str) -> String {
    format!("audit-{}", action.replace(['.', '_'], "-"))
}

#[derive(Template)]
#[template(
    source = r#"<div>{% if !sentence.is_empty() %}{{ sentence }}<br>{% endif %}<code class="fine-print">{{ name }}</code></div>"#,
    ext = "html"
)]
struct Action<'a> {
    sentence: &'a str,
    name: &'a str,
}

/// An action in words with its name beside it; its name alone when a service that is gone wrote it.
fn action(name: &str, language: Language) -> Html {
    let (words, key) = (ACTIONS.words(language), action_key(name));
    let sentence = if words.has(&key) {
        words.get(&key)
    } else {
        Cow::default()
    };
    Html::render(&Action {
        sentence: &sentence,
        name,
    })
    .unwrap_or_default()
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Filter {
    target: String,
    actor: String,
    from: String,
    until: String,
    page: Option<u64>,
}

/// The first moment of a day in Japan, in microseconds since 1970.
fn begin(day: Date) -> i64 {
    day.to_zoned(TimeZone::fixed(JAPAN))
        .map_or(0, |at| at.timestamp().as_microsecond())
}

pub(crate) async fn show(asked: Asked, Query(filter): Query<Filter>) -> Result<Response, Problem> {
    require(&asked, READ_AUDIT)?;
    let (words, language) = (asked.words, asked.language);
    let db = asked.city().db();
    let typed = filter.actor.trim();
    let actor = if typed.is_empty() || typed.contains(':') {
        typed.to_owned()
    } else {
        accounts::account_by_login(db, &typed.to_lowercase())
            .await?
            .map_or_else(
                || typed.to_owned(),
                |account| format!("staff:{}", account.id),
            )
    };
    let day = |text: &str| yakuba_kernel::Wareki::read_date(text);
    let from = day(&filter.from).map_or(0, begin);
    let until = day(&filter.until)
        .and_then(|day| day.checked_add(1.day()).ok())
        .map_or(i64::MAX, begin);
    let pattern = format!("{}%", escape_like(filter.target.trim()));
    let conditions =
        r"target LIKE $1 ESCAPE '\' AND ($2 = '' OR actor = $2) AND at >= $3 AND at < $4";
    let values = || -> [sea_orm::Value; 4] {
        [
            pattern.clone().into(),
            actor.clone().into(),
            from.into(),
            until.into(),
        ]
    };
    let total: Option<i64> = db
        .value(
            &format!("SELECT COUNT(*) FROM audit_log WHERE {conditions}"),
            values(),
        )
        .await?;
    let total = u64::try_from(total.unwrap_or(0)).unwrap_or(0);
    let page = filter
        .page
        .unwrap_or(1)
        .clamp(1, total.div_ceil(PER_PAGE).max(1));
    let offset = (page - 1) * PER_PAGE;
    let lines: Vec<AuditRecord> = db
        .rows(
            &format!(
                "SELECT number, at, actor, action, target, detail, previous_hash, hash FROM audit_log
                 WHERE {conditions} ORDER BY number DESC LIMIT {PER_PAGE} OFFSET {offset}"
            ),
            values(),
        )
        .await?;
    let names = StaffNames::read(db, lines.iter().map(|line| line.actor.as_str())).await?;
    let mut content = asked.content();
    let field = |name: &'static str, key: &str, value: &str| {
        TextField::new(language, name, words.get(key)).value(value)
    };
    content.markup(r#"<form class="form-row" method="get" action="/desk/identity/audit">"#);
    content.add(&field("target", "identity-audit-target", &filter.target));
    content.add(
        &field("actor", "identity-audit-actor", &filter.actor)
            .support(words.get("identity-audit-actor-support")),
    );
    content.add(&field("from", "identity-audit-from", &filter.from));
    content.add(&field("until", "identity-audit-until", &filter.until));
    content.submit(words.get("ui-search"));
    content.markup("</form>");
    if lines.is_empty() {
        content.add(&EmptyState::new(words.get("identity-audit-none")));
    } else {
        let rows = lines.iter().map(|line| {
            Row::new([
                Cell::text(line.number.to_string()),
                Cell::text(moment(line.at, &asked)),
                Cell::text(match (names.of(&line.actor), line.actor.as_str()) {
                    (Some(name), _) => name.to_owned(),
                    (None, "public") => words.get("identity-audit-public").into_owned(),
                    (None, "command_line") => words.get("identity-audit-command-line").into_owned(),
                    (None, actor) => actor.to_owned(),
                }),
                Cell::html(&action(&line.action, language)),
                Cell::text(&line.target),
                Cell::html(&Html::text(&line.detail)),
            ])
        });
        content.add(
            &Table::new(language, "audit", words.get("identity-audit"))
                .columns([
                    Column::number(words.get("identity-audit-number")),
                    Column::text(words.get("identity-audit-at")).no_wrap(),
                    Column::text(words.get("identity-audit-actor")).no_wrap(),
                    Column::text(words.get("identity-audit-action")),
                    Column::text(words.get("identity-audit-target-column")),
                    Column::text(words.get("identity-audit-detail")),
                ])
                .rows(rows)
                .stacked()
                .hide_caption(),
        );
        let address = format!(
            "/desk/identity/audit?target={}&actor={}&from={}&until={}",
            in_query(&filter.target),
            in_query(&filter.actor),
            in_query(&filter.from),
            in_query(&filter.until)
        );
        content.add(&Pagination::new(language, page, PER_PAGE, total, address));
    }
    let title = words.get("identity-audit");
    Ok(asked.desk(&title, content).into_response())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// What looks like the name of an action of a service: `plan.task.make`.
    fn is_action(literal: &str) -> bool {
        literal.split('.').count() >= 2
            && literal.split('.').all(|part| {
                !part.is_empty()
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            })
    }

    /// The string literals of a source.
    fn literals(source: &str) -> impl Iterator<Item = &str> {
        source.split('"').skip(1).step_by(2)
    }

    /// The actions that a source of a service writes into the audit log. Where an entry is made from a variable, every
    /// literal of the file that begins as the service's actions do may be one.
    fn actions_of(service: &str, source: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for entry in source.split("AuditEntry::new(").skip(1) {
            if let Some(literal) = entry.trim_start().strip_prefix('"') {
                let name = literal.split('"').next().unwrap_or_default();
                found.insert(name.to_owned());
                continue;
            }
            let own: Vec<_> = literals(source)
                .filter(|literal| is_action(literal))
                .filter(|literal| literal.split('.').next() == Some(service))
                .map(str::to_owned)
                .collect();
            assert!(
                !own.is_empty(),
                "{service}: an action that no test can find"
            );
            found.extend(own);
        }
        found
    }

    fn sources(folder: &Path, into: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let source = fs::read_to_string(&path).unwrap();
                let code = source.split("#[cfg(test)]").next().unwrap_or_default();
                into.push(code.to_owned());
            }
        }
    }

    /// The actions of every service of the program.
    fn all_actions() -> BTreeSet<String> {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut actions = BTreeSet::new();
        for entry in fs::read_dir(crates).unwrap() {
            let entry = entry.unwrap();
            let service = entry.file_name().into_string().unwrap();
            let folder = entry.path().join("src");
            // The floor of the audit log itself has examples only.
            if !folder.is_dir() || ["city", "bench"].contains(&service.as_str()) {
                continue;
            }
            let mut code = Vec::new();
            sources(&folder, &mut code);
            actions.extend(code.iter().flat_map(|source| actions_of(&service, source)));
        }
        actions
    }

    #[test]
    fn every_action_of_every_service_has_a_sentence_and_no_sentence_is_left_over() {
        let actions = all_actions();
        for known in [
            "plan.publish",
            "identity.sign_in",
            "surveys.withdraw",
            "city.init",
        ] {
            assert!(
                actions.contains(known),
                "{known} was not found: {actions:?}"
            );
        }
        let words = ACTIONS.words(Language::Japanese);
        let missing: Vec<_> = actions
            .iter()
            .filter(|action| !words.has(&action_key(action)))
            .collect();
        assert!(missing.is_empty(), "locales/*/audit.ftl lacks {missing:?}");
        let wanted: BTreeSet<String> = actions.iter().map(|action| action_key(action)).collect();
        let left_over: Vec<&str> = include_str!("../../locales/ja/audit.ftl")
            .lines()
            .filter(|line| line.starts_with("audit-"))
            .filter_map(|line| line.split(' ').next())
            .filter(|key| !wanted.contains(*key))
            .collect();
        assert!(left_over.is_empty(), "nothing does {left_over:?}");
    }

    #[test]
    fn sentences_are_there_in_every_language() {
        yakuba_ui::assert_complete(&ACTIONS);
    }

    #[test]
    fn an_action_is_shown_in_words_with_its_name_and_an_unknown_one_by_its_name() {
        assert_eq!(
            action("plan.publish", Language::Japanese).as_str(),
            r#"<div>計画を公表しました<br><code class="fine-print">plan.publish</code></div>"#
        );
        assert_eq!(
            action("gone.<b>", Language::English).as_str(),
            r#"<div><code class="fine-print">gone.&#60;b&#62;</code></div>"#
        );
    }
}
