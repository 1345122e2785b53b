//! The inbox: a department's cases, found by filters that can be kept under a name.

use askama::Template;
use std::collections::BTreeSet;

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use yakuba_city::web::Problem;
use yakuba_identity::{account_names, colleagues};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, Cell, ChipLabel, Choice, Column, DateField, EmptyState, Fields,
    Html, Link, LinkButton, Page, Pagination, Row, Select, Table, TextField, done, format,
};

use crate::desk::titles::Titles;
use crate::{
    capabilities::{DECIDE, DELIVER, WORK},
    desk::room::Room,
    error::ProcedureError,
    model::{
        case::Stage,
        document::OwnStage,
        inbox::{AssigneeFilter, InboxFilter, InboxOrder, News, StageFilter},
        receipt::Receipt,
    },
    store::{
        cases::{self, Case},
        casework::{self, INBOX_PAGE, SavedView},
        gaps,
    },
};

#[derive(Template)]
#[template(path = "desk/inbox.html")]
struct Body {
    words: yakuba_ui::Words,
    counts: Vec<Link>,
    filter: Html,
    /// The form that finds one case by its number.
    find: Html,
    /// Ticks off every case of the page, or none.
    select_all: Option<Link>,
    views: Vec<SavedView>,
    save: Html,
    query: String,
    table: Html,
    bulk: Html,
    pages: Html,
}

pub(super) async fn list(room: Room) -> Result<Page, Problem> {
    inbox_page(&room).await
}

/// The values of a filter as an address's query.
pub(super) fn query_of(values: &[(&'static str, String)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in values {
        query.append_pair(name, value);
    }
    query.finish()
}

pub(super) fn address(query: &str) -> String {
    if query.is_empty() {
        "/desk/cases".to_owned()
    } else {
        format!("/desk/cases?{query}")
    }
}

pub(super) async fn inbox_page(room: &Room) -> Result<Page, Problem> {
    let me = room.account()?;
    let departments = room.departments(WORK).await?;
    let codes: Vec<DepartmentCode> = departments.iter().map(|(code, _)| code.clone()).collect();
    let filter = InboxFilter::read(|name| room.query.get(name), me);
    let number: u32 = room.query.get("page").parse().unwrap_or(1);
    let today = room.city.today();
    let inbox = casework::inbox(room.db(), &codes, &filter, today, number).await?;
    let titles = Titles::read(room.db()).await?;
    let query = query_of(&filter.values(me));

    let table = if inbox.cases.is_empty() {
        Html::of(&EmptyState::new(room.t("desk-inbox-empty")).text(room.t("desk-inbox-empty-text")))
    } else {
        // All of them by a link, so that no script is needed.
        let ticked: BTreeSet<i64> = inbox
            .cases
            .iter()
            .filter(|_| room.query.get("all") == "1")
            .map(|case| case.id)
            .collect();
        Html::of(&case_table(room, &inbox.cases, &titles, Some(&ticked)).await?)
    };
    let colleagues = assignees(room, &codes, filter.assignee).await?;
    let bulk = if inbox.cases.is_empty() {
        Html::empty()
    } else {
        bulk(room, &colleagues)
    };
    let listed = titles.of(room.db(), &codes, &filter.procedure).await?;
    let joint = if query.is_empty() { "" } else { "&" };
    let body = Body {
        words: room.words,
        counts: counts(room, &codes, me).await?,
        filter: filter_fields(room, &filter, &departments, (&titles, &listed), &colleagues),
        find: Html::of(
            &TextField::new(room.language(), "number", room.t("desk-find-number"))
                .support(room.t("desk-find-hint"))
                .id("find-number")
                .autocomplete("off")
                .required(),
        ),
        select_all: (!inbox.cases.is_empty()).then(|| {
            let page = if number > 1 {
                format!("&page={number}")
            } else {
                String::new()
            };
            if room.query.get("all") == "1" {
                let link = format!("/desk/cases?{query}{page}#cases");
                Link::new(room.t("desk-select-none"), link)
            } else {
                let link = format!("/desk/cases?{query}{joint}all=1{page}#cases");
                Link::new(room.t("desk-select-all"), link)
            }
        }),
        views: casework::saved_views(room.db(), me).await?,
        save: Html::of(
            &TextField::new(room.language(), "name", room.t("desk-view-name"))
                .required()
                .max_length(60),
        ),
        pages: Html::of(&Pagination::new(
            room.language(),
            u64::from(number),
            u64::from(INBOX_PAGE),
            inbox.total,
            format!("/desk/cases?{query}{joint}"),
        )),
        query,
        table,
        bulk,
    };
    let mut page = room.page(room.t("desk-menu-inbox"), &body);
    if room.principal.holds(DELIVER) {
        page = page.action(&LinkButton::new(
            room.t("desk-export"),
            "/desk/cases/export",
        ));
    }
    Ok(page)
}

/// A short way into the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Way {
    /// All that is unfinished.
    Open,
    /// That of whoever looks.
    Mine,
    /// What came in and nobody is responsible for.
    Nobody,
    /// What is past its day.
    Late,
    /// Papers that lack answers.
    Gaps,
    /// What is checked and waits for its decision.
    Checked,
    /// An applicant wrote.
    Message,
    /// Corrected answers came.
    Corrected,
    /// A correction is asked for.
    Awaited,
}

impl Way {
    /// The key of its text with the number.
    pub(in crate::desk) const fn key(self) -> &'static str {
        match self {
            Self::Open => "desk-count-open",
            Self::Mine => "desk-count-mine",
            Self::Nobody => "desk-count-nobody",
            Self::Late => "desk-count-late",
            Self::Gaps => "desk-count-gaps",
            Self::Checked => "desk-count-checked",
            Self::Message => "desk-count-message",
            Self::Corrected => "desk-count-corrected",
            Self::Awaited => "desk-count-awaited",
        }
    }

    /// What it leads to; `me` is the account that looks.
    pub(in crate::desk) fn filter(self, me: i64) -> InboxFilter {
        let mut filter = InboxFilter::default();
        match self {
            Self::Open => {}
            Self::Mine => filter.assignee = AssigneeFilter::Account(me),
            Self::Nobody => {
                filter.assignee = AssigneeFilter::Nobody;
                filter.stage = StageFilter::At(Stage::Received);
            }
            Self::Late => filter.late = true,
            Self::Gaps => filter.gaps = true,
            Self::Checked => filter.stage = StageFilter::At(Stage::Checked),
            Self::Message => {
                // One can write after the decision too.
                filter.stage = StageFilter::All;
                filter.news = Some(News::Message);
            }
            Self::Corrected => filter.news = Some(News::Corrected),
            Self::Awaited => filter.news = Some(News::Awaited),
        }
        filter
    }
}

/// The address of the inbox with a filter; `me` is the account that looks.
pub(in crate::desk) fn address_of(filter: &InboxFilter, me: i64) -> String {
    address(&query_of(&filter.values(me)))
}

/// The short ways into the inbox, each with how many it holds.
async fn counts(room: &Room, codes: &[DepartmentCode], me: i64) -> Result<Vec<Link>, Problem> {
    let mut links = Vec::new();
    for way in [
        Way::Open,
        Way::Mine,
        Way::Nobody,
        Way::Late,
        Way::Gaps,
        Way::Message,
        Way::Corrected,
        Way::Awaited,
    ] {
        let filter = way.filter(me);
        let total = casework::count(room.db(), codes, &filter, room.city.today()).await?;
        links.push(Link::new(
            room.words.counted(way.key(), total).into_owned(),
            address_of(&filter, me),
        ));
    }
    Ok(links)
}

/// Who can be responsible for cases of some departments, by name, without the reader; and who is asked for, though they have left.
async fn assignees(
    room: &Room,
    departments: &[DepartmentCode],
    asked: AssigneeFilter,
) -> Result<Vec<(i64, String)>, Problem> {
    let me = room.account()?;
    let today = room.city.today();
    let mut found: Vec<(i64, String)> = Vec::new();
    for department in departments {
        let here = colleagues(room.db(), department, today)
            .await
            .map_err(ProcedureError::from)?;
        for (account, name) in here {
            if account != me && found.iter().all(|(known, _)| *known != account) {
                found.push((account, name));
            }
        }
    }
    if let AssigneeFilter::Account(account) = asked
        && account != me
        && found.iter().all(|(known, _)| *known != account)
    {
        let names = account_names(room.db(), &[account])
            .await
            .map_err(ProcedureError::from)?;
        found.extend(names);
    }
    Ok(found)
}

fn filter_fields(
    room: &Room,
    filter: &InboxFilter,
    departments: &[(DepartmentCode, String)],
    (titles, listed): (&Titles, &BTreeSet<String>),
    assignees: &[(i64, String)],
) -> Html {
    let language = room.language();
    let mut fields = Html::empty();
    if departments.len() > 1 {
        fields.push(
            &Select::new(language, "department", room.t("desk-field-department"))
                .or_all()
                .choices(
                    departments
                        .iter()
                        .map(|(code, name)| Choice::new(code.as_str(), name)),
                )
                .value(&filter.department),
        );
    }
    fields.push(
        &Select::new(language, "procedure", room.t("desk-field-procedure"))
            .or_all()
            .choices(titles.choices_of(listed, language))
            .value(&filter.procedure),
    );
    let stages = std::iter::once(Choice::new("", room.t("desk-stage-unfinished")))
        .chain(
            Stage::ALL
                .into_iter()
                .map(|stage| Choice::new(stage.as_str(), room.t(&stage_key(stage)))),
        )
        .chain(
            titles
                .stages(&filter.procedure, language)
                .into_iter()
                .filter(|(procedure, _)| listed.contains(procedure))
                .map(|(_, choice)| choice),
        )
        .chain([Choice::new("all", room.t("desk-stage-all"))]);
    fields.push(
        &Select::new(language, "stage", room.t("desk-field-stage"))
            .choices(stages)
            .value(&filter.stage.value()),
    );
    fields.push(
        &Select::new(language, "assignee", room.t("desk-field-assignee"))
            .or_all()
            .choice(Choice::new("me", room.t("desk-assignee-me")))
            .choice(Choice::new("nobody", room.t("desk-assignee-nobody")))
            .choices(
                assignees
                    .iter()
                    .map(|(account, name)| Choice::new(account.to_string(), name)),
            )
            .value(&match filter.assignee {
                AssigneeFilter::Any => String::new(),
                AssigneeFilter::Nobody => "nobody".to_owned(),
                AssigneeFilter::Account(account)
                    if assignees.iter().any(|(known, _)| *known == account) =>
                {
                    account.to_string()
                }
                AssigneeFilter::Account(_) => "me".to_owned(),
            }),
    );
    fields.push(
        &Select::new(language, "channel", room.t("desk-field-channel"))
            .or_all()
            .choices(
                ["online", "counter", "paper", "phone"].map(|channel| {
                    Choice::new(channel, room.t(&format!("desk-channel-{channel}")))
                }),
            )
            .value(&filter.channel),
    );
    for (name, day) in [("from", filter.from), ("until", filter.until)] {
        fields.push(
            &DateField::new(language, name, room.t(&format!("desk-received-{name}")))
                .value(day)
                .optional(),
        );
    }
    fields.push(
        &Select::new(language, "late", room.t("desk-field-late"))
            .or_all()
            .choice(Choice::new("1", room.t("desk-late-only")))
            .value(if filter.late { "1" } else { "" }),
    );
    fields.push(
        &Select::new(language, "gaps", room.t("desk-field-gaps"))
            .or_all()
            .choice(Choice::new("1", room.t("desk-gaps-only")))
            .value(if filter.gaps { "1" } else { "" }),
    );
    fields.push(
        &Select::new(language, "news", room.t("desk-field-news"))
            .or_all()
            .choices(News::ALL.map(|news| Choice::new(news.as_str(), room.t(&news_key(news)))))
            .value(filter.news.map_or("", News::as_str)),
    );
    fields.push(
        &Select::new(language, "order", room.t("desk-field-order"))
            .choices(InboxOrder::ALL.map(|order| {
                Choice::new(
                    order.as_str(),
                    room.t(&format!("desk-order-{}", order.as_str())),
                )
            }))
            .value(filter.order.as_str()),
    );
    fields
}

/// The buttons for what is done to several cases.
fn bulk(room: &Room, colleagues: &[(i64, String)]) -> Html {
    let button = |key: &str, action: &str| {
        Button::submit(room.t(key))
            .kind(ButtonKind::Other)
            .sends("action", action)
    };
    let mut row = ButtonRow::new();
    for (action, key) in [
        ("mine", "desk-bulk-mine"),
        ("message", "desk-bulk-message"),
        ("check", "desk-bulk-check"),
        ("forward", "desk-bulk-forward"),
    ] {
        row = row.button(&button(key, action));
    }
    if room.principal.holds(DECIDE) {
        row = row.button(&button("desk-bulk-approve", "approve"));
    }
    row = row
        .button(&button("desk-bulk-deliver", "deliver"))
        .button(&button("desk-bulk-close", "close"));
    let mut shown = Html::of(&row);
    if !colleagues.is_empty() {
        let select = Select::new(room.language(), "to", room.t("desk-bulk-colleague"))
            .ask()
            .choices(
                colleagues
                    .iter()
                    .map(|(account, name)| Choice::new(account.to_string(), name)),
            );
        let mut fields = Html::of(&select);
        fields.push(&ButtonRow::new().button(&button("desk-bulk-assign", "assign")));
        shown.push(&Html::trusted(format!(
            "<div class=\"form-row\">{fields}</div>"
        )));
    }
    shown
}

fn news_key(news: News) -> String {
    format!("desk-news-{}", news.as_str())
}

pub(super) fn stage_key(stage: Stage) -> String {
    format!("desk-stage-{stage}")
}

/// Where a case stands, as a label whose colour repeats what it says: the procedure's own stage, or the standard one.
pub(super) fn stage_chip(room: &Room, stage: Stage, own: Option<&OwnStage>) -> ChipLabel {
    let label = ChipLabel::new(own.map_or_else(
        || room.t(&stage_key(stage)),
        |own| own.title.get(room.language()).to_owned(),
    ));
    match stage {
        Stage::Received => label.orange(),
        Stage::Checked => label.blue(),
        Stage::Decided | Stage::Delivered => label.green(),
        Stage::Closed | Stage::Withdrawn => label,
    }
}

/// A table of cases. Nothing of what people wrote is in it: that is opened case by case. With `ticked` they can be chosen, and these are.
pub(super) async fn case_table(
    room: &Room,
    cases: &[Case],
    titles: &Titles,
    ticked: Option<&BTreeSet<i64>>,
) -> Result<Table, Problem> {
    let today = room.city.today();
    let numbers: Vec<i64> = cases.iter().map(|case| case.id).collect();
    let with_gaps = gaps::among(room.db(), &numbers).await?;
    let news = casework::news_among(room.db(), &numbers).await?;
    let own = cases::own_stages(room.db(), cases).await?;
    let accounts: Vec<i64> = cases.iter().filter_map(|case| case.assignee).collect();
    let names = account_names(room.db(), &accounts)
        .await
        .map_err(ProcedureError::from)?;
    let mut columns = Vec::new();
    if ticked.is_some() {
        columns.push(Column::text(room.t("desk-column-choose")).no_wrap());
    }
    columns.extend([
        Column::number(room.t("desk-column-number")).no_wrap(),
        Column::text(room.t("desk-field-procedure")),
        Column::text(room.t("desk-field-stage")).no_wrap(),
        Column::text(room.t("desk-column-received")).no_wrap(),
        Column::text(room.t("desk-column-due")).no_wrap(),
        Column::text(room.t("desk-field-assignee")).no_wrap(),
        Column::text(room.t("desk-field-channel")).no_wrap(),
    ]);
    let rows = cases.iter().map(|case| {
        let late = case.is_late(today);
        let mut due = Html::text(
            &case
                .due_on
                .map(|due_on| format::date(due_on, room.language()))
                .unwrap_or_default(),
        );
        if late {
            due.push(&ChipLabel::new(room.t("desk-late")).red().beside());
        }
        let mut stage = Html::of(&stage_chip(room, case.stage, own.get(&case.id)));
        if case.is_late_here(today) {
            stage.push(&ChipLabel::new(room.t("desk-late-here")).red().beside());
        }
        if with_gaps.contains(&case.id) {
            stage.push(&ChipLabel::new(room.t("desk-gaps-mark")).red().beside());
        }
        for kind in News::ALL {
            if news.contains(&(case.id, kind)) {
                let mark = ChipLabel::new(room.t(&news_key(kind)));
                let mark = match kind {
                    News::Message | News::Corrected => mark.blue(),
                    News::Awaited => mark,
                };
                stage.push(&mark.beside());
            }
        }
        let mut cells = Vec::new();
        if let Some(ticked) = ticked {
            let label = room
                .words
                .with_text("desk-choose-case", "number", &case.id.to_string());
            cells.push(Cell::html(&Html::trusted(format!(
                "<input type=\"checkbox\" name=\"case\" value=\"{}:{}\" aria-label=\"{}\"{}>",
                case.id,
                case.revision,
                Html::text(&label),
                if ticked.contains(&case.id) {
                    " checked"
                } else {
                    ""
                }
            ))));
        }
        cells.extend([
            Cell::link(case.id.to_string(), format!("/desk/cases/{}", case.id)),
            Cell::link(
                titles.title(&case.procedure, room.language()),
                format!("/desk/cases/{}", case.id),
            ),
            Cell::html(&stage),
            Cell::text(format::date(case.received_on(), room.language())),
            Cell::html(&due),
            Cell::text(
                case.assignee
                    .and_then(|account| names.get(&account))
                    .map_or_else(|| room.t("desk-assignee-nobody"), Clone::clone),
            ),
            Cell::text(room.t(&format!("desk-channel-{}", case.channel.as_str()))),
        ]);
        Row::new(cells).marked(late || case.is_late_here(today))
    });
    Ok(
        Table::new(room.language(), "cases", room.t("desk-menu-inbox"))
            .hide_caption()
            .columns(columns)
            .rows(rows)
            .stacked(),
    )
}

/// Goes to the case with a receipt number or with the number that it has at the desk. A receipt number opens a case for whoever has it, so
/// that it stands in no address.
pub(super) async fn find(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let typed = yakuba_kernel::text::fold_width(fields.get("number"));
    let found = match (typed.parse::<Receipt>(), typed.trim().parse::<i64>()) {
        (Ok(receipt), _) => cases::case_with_receipt(room.db(), room.key()?, &receipt).await?,
        (Err(_), Ok(number)) => match cases::case(room.db(), number).await {
            Err(ProcedureError::NoSuchCase) => None,
            found => Some(found?),
        },
        (Err(_), Err(_)) => None,
    };
    let found = found.filter(|case| room.principal.holds_in(WORK, &case.department));
    let Some(case) = found else {
        room.refuse_with("desk-find-none");
        return Ok(inbox_page(&room).await?.into_response());
    };
    Ok(Redirect::to(&format!("/desk/cases/{}", case.id)).into_response())
}

pub(super) async fn save_view(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let me = room.account()?;
    let name: String = fields.get("name").chars().take(60).collect();
    if name.is_empty() {
        room.refuse_with("desk-view-unnamed");
        return Ok(inbox_page(&room).await?.into_response());
    }
    // Read and written anew, so that only what a filter can say is kept.
    let sent = Fields::of_query(fields.get("query"));
    let query = query_of(&InboxFilter::read(|name| sent.get(name), me).values(me));
    let back = address(&query);
    room.write((me, name, query), |tx, (me, name, query)| {
        Box::pin(casework::save_view(tx, *me, name, query))
    })
    .await?;
    Ok(done(&back, "view-saved"))
}

pub(super) async fn remove_view(room: Room, Path(view): Path<i64>) -> Result<Response, Problem> {
    let me = room.account()?;
    room.write((me, view), |tx, (me, view)| {
        Box::pin(casework::remove_view(tx, *me, *view))
    })
    .await?;
    Ok(done("/desk/cases", "view-removed"))
}
