//! Where an entry begins: one's own drafts, the code of somebody who filled in at home, the procedures one may enter.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_identity::department_names;
use yakuba_kernel::{Channel, text::normalise_for_search};
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, Cell, Column, Fields, FormErrors, Html, Page, Row, SearchBox,
    Table, TextField, Words, format,
};

use super::{START, channel_text, counter_page};
use crate::{
    capabilities::WORK,
    desk::{room::Room, titles::Titles},
    error::ProcedureError,
    model::visit::ShortCode,
    pages::Contents,
    store::{
        Definition,
        counter::{self, NewEntry, TakeOver},
        live, live_on,
    },
};

/// How applications that staff enter come in.
const CHANNELS: [Channel; 3] = [Channel::Counter, Channel::Paper, Channel::Phone];

struct Item {
    key: String,
    title: String,
    summary: String,
    buttons: ButtonRow,
}

struct Group {
    id: String,
    department: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "counter/start.html")]
struct Body {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    own: Html,
    code: TextField,
    search: SearchBox,
    groups: Vec<Group>,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    show(&room, &FormErrors::new(), "").await
}

async fn show(room: &Room, errors: &FormErrors, typed: &str) -> Result<Response, Problem> {
    let (words, language) = (room.counter_words(), room.language());
    let searched = room.query.get("q");
    let body = Body {
        words,
        errors: errors.summary(language),
        own: own(room).await?,
        code: TextField::new(language, "code", words.get("counter-code"))
            .support(words.get("counter-code-support"))
            .value(typed)
            .width(12)
            .errors(errors),
        search: SearchBox::new(language, START, words.get("counter-search")).value(searched),
        groups: groups(room, searched).await?,
    };
    let page: Page = counter_page(room, words.get("counter-title"), &body)
        .lead(words.get("counter-lead"))
        .with_errors(!errors.is_empty());
    Ok(page.into_response())
}

/// What this person has begun and not sent.
async fn own(room: &Room) -> Result<Html, Problem> {
    let begun = counter::begun_by(room.db(), room.account()?, room.city.now()).await?;
    if begun.is_empty() {
        return Ok(Html::empty());
    }
    let titles = Titles::read(room.db()).await?;
    let (words, language) = (room.counter_words(), room.language());
    let rows = begun.iter().map(|line| {
        let channel = line.channel.parse().unwrap_or(Channel::Unknown);
        Row::new([
            Cell::link(
                titles.title(&line.procedure, language),
                format!("{START}/{}", line.draft),
            ),
            Cell::text(channel_text(words, channel)),
            Cell::text(format::date_time(
                line.changed_at
                    .to_zoned(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN))
                    .datetime(),
                language,
            )),
        ])
    });
    Ok(Html::of(
        &Table::new(language, "own", words.get("counter-own"))
            .hide_caption()
            .columns([
                Column::text(words.get("counter-column-procedure")),
                Column::text(words.get("counter-column-channel")).no_wrap(),
                Column::text(words.get("counter-column-saved")).no_wrap(),
            ])
            .rows(rows)
            .stacked(),
    ))
}

/// The live procedures of the departments this person works for, the own department's first.
async fn groups(room: &Room, searched: &str) -> Result<Vec<Group>, Problem> {
    let (words, language) = (room.counter_words(), room.language());
    let names = department_names(room.db(), language.is_japanese())
        .await
        .map_err(ProcedureError::from)?;
    let own = room.own_department().cloned();
    let asked: Vec<String> = searched
        .split_whitespace()
        .map(normalise_for_search)
        .collect();
    let mut groups: Vec<(bool, Group)> = Vec::new();
    for Definition { document, .. } in live_on(room.db(), room.city.today()).await? {
        if !room.principal.holds_in(WORK, &document.department) {
            continue;
        }
        let title = document.title.get(language).to_owned();
        let text = normalise_for_search(&format!("{} {title} {}", document.title.ja, document.key));
        if !asked.iter().all(|word| text.contains(word)) {
            continue;
        }
        let buttons = CHANNELS.into_iter().fold(ButtonRow::new(), |row, channel| {
            row.button(
                &Button::submit(channel_text(words, channel))
                    .kind(ButtonKind::Other)
                    .sends("channel", channel.as_str())
                    .small(),
            )
        });
        let code = document.department.as_str();
        let item = Item {
            key: document.key.clone(),
            title,
            summary: document.summary.get(language).to_owned(),
            buttons,
        };
        match groups.iter_mut().find(|(_, group)| group.id == code) {
            Some((_, group)) => group.items.push(item),
            None => groups.push((
                own.as_ref() == Some(&document.department),
                Group {
                    id: code.to_owned(),
                    department: names
                        .get(&document.department)
                        .map_or_else(|| code.to_owned(), Clone::clone),
                    items: vec![item],
                },
            )),
        }
    }
    groups.sort_by_key(|(own, _)| !own);
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

pub(super) async fn begin(room: Room, fields: Fields) -> Result<Response, Problem> {
    let channel = CHANNELS
        .into_iter()
        .find(|channel| channel.as_str() == fields.get("channel"))
        .ok_or(Problem::NotFound)?;
    let definition = live(room.db(), fields.get("procedure"), room.city.today())
        .await?
        .ok_or(Problem::NotFound)?;
    room.need(WORK, &definition.document.department)?;
    let new = NewEntry::seal(
        room.key()?,
        room.account()?,
        definition.document.department.clone(),
        channel,
        (&definition.document.key, definition.number),
        &Contents::default(),
    )?;
    let draft = room
        .write(new, |tx, new| Box::pin(counter::begin(tx, new)))
        .await?;
    Ok(Redirect::to(&format!("{START}/{draft}")).into_response())
}

pub(super) async fn take_over(room: Room, fields: Fields) -> Result<Response, Problem> {
    let words = room.counter_words();
    let typed = fields.get("code");
    let mut errors = FormErrors::new();
    let Ok(code) = typed.parse::<ShortCode>() else {
        errors.add("code", words.get("counter-code-mistyped"));
        return show(&room, &errors, typed).await;
    };
    let found = counter::pre_application(room.db(), room.key()?, &code, room.city.now()).await?;
    let Some(draft) = found else {
        errors.add("code", words.get("counter-code-unknown"));
        return show(&room, &errors, typed).await;
    };
    if draft.agree_by.is_some() {
        errors.add("code", words.get("counter-code-waits"));
        return show(&room, &errors, typed).await;
    }
    let definition = crate::store::version(room.db(), &draft.procedure, draft.version)
        .await?
        .ok_or(Problem::NotFound)?;
    let department = definition.document.department;
    if !room.principal.holds_in(WORK, &department) {
        let names = department_names(room.db(), room.language().is_japanese())
            .await
            .map_err(ProcedureError::from)?;
        let name = names
            .get(&department)
            .map_or(department.as_str(), String::as_str);
        errors.add(
            "code",
            words.with_text("counter-code-elsewhere", "department", name),
        );
        return show(&room, &errors, typed).await;
    }
    let input = TakeOver::seal(room.key()?, &code, &draft, room.account()?, department)?;
    let outcome = room
        .write(input, |tx, input| Box::pin(counter::take_over(tx, input)))
        .await;
    match outcome {
        Ok(draft) => Ok(yakuba_ui::done(&format!("{START}/{draft}"), "taken-over")),
        Err(ProcedureError::NoSuchDraft) => {
            errors.add("code", words.get("counter-code-unknown"));
            show(&room, &errors, typed).await
        }
        Err(error) => Err(error.into()),
    }
}
