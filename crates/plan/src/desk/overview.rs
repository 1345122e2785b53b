//! One plan at the desk: its structure, what changed since the last publication, history and imports.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use sea_orm::FromQueryResult;
use yakuba_city::{sql::Sql as _, web::Problem};
use yakuba_ui::{
    Cell, ChipLabel, Column, DescriptionList, Html, LinkButton, Pagination, Row, Table, Words,
    format,
};

use super::{import::differences, plans::state_chip, rights::Rights, room::Desk, sentences, walk};
use crate::{
    capabilities::PUBLISH,
    model::{
        difference::compare,
        document::{Group, Initiative, LifeStage, PlanDocument},
    },
    store::{self, PlanRecord},
};

/// Lines of the history shown.
const HISTORY: u64 = 40;

#[derive(Template)]
#[template(path = "desk/plan.html")]
struct Body {
    words: Words,
    base: String,
    state: ChipLabel,
    facts: DescriptionList,
    manage: bool,
    structure: Html,
    empty: bool,
    changes: usize,
    never_published: bool,
    differences: Html,
    parts: Pagination,
    history: Table,
    imports: Option<Table>,
    exports: Vec<(String, String)>,
}

pub(super) async fn show(desk: Desk, Path(key): Path<String>) -> Result<Response, Problem> {
    let plan = desk.plan(&key).await?;
    let rights = desk.rights(&plan).await?;
    let words = desk.words;
    let document = store::load(desk.city.db(), &key).await?;
    let published = store::published(&desk.city, &key).await?;
    let changes = published
        .as_ref()
        .map(|before| compare(&before.document, &document))
        .unwrap_or_default();
    let (shown, parts) = differences(words, &changes, desk.page_number());
    let base = format!("/desk/plan/{key}");
    let body = Body {
        words,
        state: state_chip(&words, &plan),
        facts: facts(&desk, &plan, &document),
        manage: rights.manage,
        structure: structure(&words, &base, &rights, &document.groups),
        empty: document.groups.is_empty(),
        changes: changes.len(),
        never_published: published.is_none(),
        differences: shown,
        parts: Pagination::new(
            words.language(),
            desk.page_number(),
            super::import::PER_PAGE as u64,
            parts,
            &base,
        ),
        history: history(&desk, &key).await?,
        imports: imports(&desk, &key).await?,
        exports: ["csv", "xlsx", "json", "yaml"]
            .map(|format| (format.to_uppercase(), format!("{base}/export/{format}")))
            .into(),
        base: base.clone(),
    };
    let mut page = desk.page(&plan.title, &body);
    if plan.reviews > 0 {
        let text = words.counted("desk-plan-to-review", plan.reviews);
        page = page.action(&LinkButton::new(text, format!("{base}/review")));
    }
    if rights.manage {
        page = page.action(&LinkButton::new(
            desk.text("desk-import-title"),
            format!("/desk/plan/import?plan={key}"),
        ));
    }
    if desk.principal.holds_everywhere(PUBLISH) {
        page = page.action(&LinkButton::new(
            desk.text("desk-publish"),
            format!("{base}/publish"),
        ));
    }
    Ok(page.into_response())
}

fn facts(desk: &Desk, plan: &PlanRecord, document: &PlanDocument) -> DescriptionList {
    let words = desk.words;
    let counts = walk::counts(&document.groups);
    let number = |count: usize| format::number(i64::try_from(count).unwrap_or(i64::MAX));
    let period = document.period.map(|period| {
        words
            .with(
                "desk-span",
                &[
                    ("from", period.from.wareki().into()),
                    ("to", period.to.wareki().into()),
                ],
            )
            .into_owned()
    });
    DescriptionList::new()
        .text(desk.text("desk-plan-key"), &plan.key)
        .text(desk.text("desk-plan-publisher"), &plan.publisher)
        .text(desk.text("desk-plan-period"), period.unwrap_or_default())
        .text(
            desk.text("desk-plan-version"),
            document.version.as_deref().unwrap_or_default(),
        )
        .text(
            desk.text("desk-counts"),
            words.with(
                "desk-counts-line",
                &[
                    ("initiatives", number(counts.initiatives).into()),
                    ("indicators", number(counts.indicators).into()),
                    ("figures", number(counts.figures).into()),
                    ("doubted", number(counts.doubted).into()),
                ],
            ),
        )
}

#[derive(Template)]
#[template(path = "desk/plan_group.html")]
struct GroupBody<'plan> {
    words: Words,
    base: &'plan str,
    manage: bool,
    kind: String,
    group: &'plan Group,
    key: &'plan str,
    initiatives: Vec<InitiativeLine<'plan>>,
    below: Vec<Html>,
}

struct InitiativeLine<'plan> {
    key: &'plan str,
    initiative: &'plan Initiative,
    stage: Option<ChipLabel>,
    leads: String,
    indicators: String,
    doubted: usize,
    may_edit: bool,
}

fn structure(words: &Words, base: &str, rights: &Rights, groups: &[Group]) -> Html {
    let mut html = Html::empty();
    for group in groups {
        html.push(&group_html(words, base, rights, group));
    }
    html
}

fn group_html(words: &Words, base: &str, rights: &Rights, group: &Group) -> Html {
    let initiatives = group
        .initiatives
        .iter()
        .map(|initiative| {
            let key = initiative.key.as_deref().unwrap_or_default();
            InitiativeLine {
                key,
                stage: (initiative.stage != LifeStage::Running)
                    .then(|| ChipLabel::new(sentences::stage(words, initiative.stage)).blue()),
                leads: initiative.lead_departments.join("、"),
                indicators: words
                    .counted(
                        "desk-n-indicators",
                        u64::try_from(initiative.indicators.len()).unwrap_or(0),
                    )
                    .into_owned(),
                doubted: initiative
                    .indicators
                    .iter()
                    .flat_map(|indicator| &indicator.figures)
                    .filter(|figure| figure.needs_review())
                    .count(),
                may_edit: rights.may_edit(key),
                initiative,
            }
        })
        .collect();
    let body = GroupBody {
        words: *words,
        base,
        manage: rights.manage,
        kind: sentences::group_kind(words, group.kind),
        key: group.key.as_deref().unwrap_or_default(),
        group,
        initiatives,
        below: group
            .groups
            .iter()
            .map(|below| group_html(words, base, rights, below))
            .collect(),
    };
    Html::render(&body).unwrap_or_default()
}

#[derive(FromQueryResult)]
struct Line {
    at: i64,
    actor: String,
    action: String,
    target: String,
    detail: String,
}

/// Who changed what in the plan when, the newest first.
async fn history(desk: &Desk, key: &str) -> Result<Table, Problem> {
    let words = desk.words;
    let lines: Vec<Line> = desk
        .city
        .db()
        .rows(
            r"SELECT at, actor, action, target, detail FROM audit_log
              WHERE target = $1 OR target LIKE $2 ESCAPE '\' ORDER BY number DESC LIMIT $3",
            [
                format!("plan/{key}").into(),
                format!("plan/{}/%", yakuba_city::sql::escape_like(key)).into(),
                i64::try_from(HISTORY).unwrap_or(40).into(),
            ],
        )
        .await?;
    let names = super::people::names(desk, lines.iter().map(|line| line.actor.as_str())).await?;
    let rows = lines.iter().map(|line| {
        let detail: serde_json::Value = serde_json::from_str(&line.detail).unwrap_or_default();
        let reason = detail
            .get("reason")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        let part = line
            .target
            .strip_prefix(&format!("plan/{key}/"))
            .unwrap_or_default();
        let action_key = format!("desk-action-{}", line.action.replace(['.', '_'], "-"));
        let action = if words.has(&action_key) {
            words.get(&action_key).into_owned()
        } else {
            line.action.clone()
        };
        Row::new([
            Cell::text(sentences::moment(&words, line.at)),
            Cell::text(
                names
                    .get(&line.actor)
                    .cloned()
                    .unwrap_or_else(|| line.actor.clone()),
            ),
            Cell::text(action),
            Cell::text(part),
            Cell::text(reason),
        ])
    });
    Ok(
        Table::new(words.language(), "history", desk.text("desk-history"))
            .columns([
                Column::text(desk.text("desk-history-when")).no_wrap(),
                Column::text(desk.text("desk-history-who")),
                Column::text(desk.text("desk-history-what")),
                Column::text(desk.text("desk-history-where")),
                Column::text(desk.text("desk-reason")),
            ])
            .rows(rows)
            .stacked()
            .hide_caption(),
    )
}

async fn imports(desk: &Desk, key: &str) -> Result<Option<Table>, Problem> {
    let words = desk.words;
    let imports = store::imports(desk.city.db(), key).await?;
    if imports.is_empty() {
        return Ok(None);
    }
    let names =
        super::people::names(desk, imports.iter().map(|import| import.made_by.as_str())).await?;
    let rows = imports.iter().map(|import| {
        let files: Vec<serde_json::Value> = serde_json::from_str(&import.files).unwrap_or_default();
        let files: Vec<&str> = files
            .iter()
            .filter_map(|file| file.get("name").and_then(serde_json::Value::as_str))
            .collect();
        Row::new([
            Cell::link(
                sentences::moment(&words, import.made_at),
                format!("/desk/plan/import/{}", import.id),
            ),
            Cell::text(words.get(&format!("desk-import-state-{}", import.state))),
            Cell::text(files.join("、")),
            Cell::text(
                names
                    .get(&import.made_by)
                    .cloned()
                    .unwrap_or_else(|| import.made_by.clone()),
            ),
        ])
    });
    let table = Table::new(words.language(), "imports", desk.text("desk-imports"))
        .columns([
            Column::text(desk.text("desk-history-when")),
            Column::text(desk.text("desk-plan-state")),
            Column::text(desk.text("desk-import-file")),
            Column::text(desk.text("desk-history-who")),
        ])
        .rows(rows)
        .stacked()
        .hide_caption();
    Ok(Some(table))
}
