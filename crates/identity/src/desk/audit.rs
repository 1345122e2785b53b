//! Reading the audit log.

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
use yakuba_ui::{Cell, Column, EmptyState, Html, Pagination, Row, Table, TextField};

use crate::{
    READ_AUDIT,
    asked::{Asked, in_query},
    pages::moment,
    store::accounts::{self, StaffNames},
};

use super::require;

const PER_PAGE: u64 = 100;

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
                Cell::text(&line.action),
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
                    Column::text(words.get("identity-audit-action")).no_wrap(),
                    Column::text(words.get("identity-audit-target")),
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
