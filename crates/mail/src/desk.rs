//! The page of waiting mails.

use axum::{
    Form,
    extract::{Query, State},
    response::Redirect,
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use yakuba_city::{
    Actor, AuditEntry, City, JAPAN,
    web::{Access, Principal, Problem, Routes},
};
use yakuba_ui::{
    Button, ButtonKind, ButtonRow, ChipLabel, Density, DescriptionList, EmptyState, Html,
    NotificationBanner, Page, Shell, Words, format,
};

use crate::{
    MailError, READ, WORDS, is_set_up,
    store::{self, WaitingMail},
};

/// So many mails are listed.
const LISTED: i64 = 200;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/mail", Access::Staff(READ), list)
        .post("/desk/mail/remove", Access::Staff(READ), remove)
        .post("/desk/mail/try-again", Access::Staff(READ), try_again)
}

#[derive(Deserialize)]
struct Done {
    done: Option<String>,
}

async fn list(
    State(city): State<City>,
    principal: Principal,
    shell: Shell,
    Query(query): Query<Done>,
) -> Result<Page, Problem> {
    require(&principal)?;
    let words = WORDS.words(shell.language);
    let mails = store::all_waiting(city.db(), LISTED).await?;
    let readable = !is_set_up(&city);
    let mut body = Html::empty();
    let done = query.done.map(|done| format!("mail-done-{done}"));
    if let Some(key) = done.filter(|key| words.has(key)) {
        body.push(&NotificationBanner::success(words.get(&key)));
    }
    if readable {
        body.push(
            &NotificationBanner::warning(words.get("mail-not-sent"))
                .text(words.get("mail-not-sent-text")),
        );
    }
    if mails.is_empty() {
        body.push(&EmptyState::new(words.get("mail-none")));
    } else if readable {
        // Somebody reads what was meant for another: that is to be seen.
        let count = mails.len();
        city.write(principal.actor(), count, |tx, count| {
            Box::pin(async move {
                tx.audit(
                    AuditEntry::new("mail.read", "mail")
                        .with(serde_json::json!({ "mails": count })),
                );
                Ok::<_, MailError>(())
            })
        })
        .await?;
    }
    for mail in &mails {
        body.push(&card(&city, mail, words, &shell, readable)?);
    }
    let title = words.get("mail-title");
    Ok(
        Page::from_html(shell, Density::Desk, title, body).lead(words.get(if readable {
            "mail-lead-readable"
        } else {
            "mail-lead"
        })),
    )
}

fn card(
    city: &City,
    mail: &WaitingMail,
    words: Words,
    shell: &Shell,
    readable: bool,
) -> Result<Html, Problem> {
    let at = |moment: jiff::Timestamp| {
        format::date_time(
            moment.to_zoned(TimeZone::fixed(JAPAN)).datetime(),
            shell.language,
        )
    };
    let number = mail.id.to_string();
    let mut card = Html::trusted("<section class=\"card\">");
    let mut list = DescriptionList::new();
    if readable {
        let opened = mail.open(city.key()?)?;
        card.push(&Html::trusted("<h2 class=\"card__title\">"));
        card.push(&Html::text(&opened.subject));
        card.push(&Html::trusted("</h2><pre>"));
        card.push(&Html::text(&opened.text));
        card.push(&Html::trusted("</pre>"));
        list = list.text(words.get("mail-to"), opened.to.as_str());
    } else {
        let title = words.with_text("mail-number", "number", &number);
        card.push(&Html::trusted("<h2 class=\"card__title\">"));
        card.push(&Html::text(&title));
        card.push(&Html::trusted("</h2>"));
    }
    list = list.text(words.get("mail-written-at"), at(mail.written_at));
    if let Some(moment) = mail.useless_after {
        list = list.text(words.get("mail-useless-after"), at(moment));
    }
    let state = if mail.given_up {
        ChipLabel::new(words.get("mail-given-up")).red()
    } else if readable {
        ChipLabel::new(words.get("mail-kept")).orange()
    } else {
        ChipLabel::new(words.get("mail-waiting")).blue()
    };
    list = list.html(words.get("mail-state"), &state);
    if let Some(failure) = &mail.failure {
        let text = words.with(
            "mail-failure",
            &[
                ("reason", failure.as_str().into()),
                ("n", mail.tries.into()),
            ],
        );
        list = list.text(words.get("mail-last-try"), text);
    }
    card.push(&list);
    let mut buttons = ButtonRow::new();
    if !readable {
        buttons = buttons.button(
            &Button::submit(words.get("mail-try-again"))
                .kind(ButtonKind::Other)
                .to("/desk/mail/try-again")
                .small(),
        );
    }
    buttons = buttons.button(
        &Button::submit(words.get("mail-remove"))
            .kind(ButtonKind::Danger)
            .small(),
    );
    card.push(&Html::trusted(format!(
        "<form method=\"post\" action=\"/desk/mail/remove\"><input type=\"hidden\" name=\"id\" value=\"{number}\">"
    )));
    card.push(&buttons);
    card.push(&Html::trusted("</form></section>"));
    Ok(card)
}

/// Mails belong to no department: who looks after one department only must not read them.
fn require(principal: &Principal) -> Result<Actor, Problem> {
    if principal.holds_everywhere(READ) {
        Ok(principal.actor())
    } else {
        Err(Problem::NotAllowed)
    }
}

#[derive(Deserialize)]
struct Chosen {
    id: i64,
}

async fn remove(
    State(city): State<City>,
    principal: Principal,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect, Problem> {
    let actor = require(&principal)?;
    city.write(actor, chosen.id, |tx, id| Box::pin(store::remove(tx, *id)))
        .await?;
    Ok(Redirect::to("/desk/mail?done=removed"))
}

async fn try_again(
    State(city): State<City>,
    principal: Principal,
    Form(chosen): Form<Chosen>,
) -> Result<Redirect, Problem> {
    let actor = require(&principal)?;
    city.write(actor, chosen.id, |tx, id| {
        Box::pin(store::try_again(tx, *id))
    })
    .await?;
    Ok(Redirect::to("/desk/mail?done=again"))
}
