//! One reservation: who, what, what it costs, what can be done, what was done, who looked.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::{StaffNames, account_names};
use yakuba_kernel::Channel;
use yakuba_ui::{
    Button, ButtonKind, Cell, CheckboxGroup, Choice, Column, DescriptionList, Fields, Html,
    LinkButton, Row, Table, TextArea, Words, format,
};

use super::{
    HOME,
    home::Came,
    href,
    room::{Room, private},
};
use crate::{
    capabilities::TAKE_OVER,
    model::{
        document::{FeeCondition, Resource, Takes},
        fees::Fee,
        state::State,
        time::{ClockTime, Span},
    },
    pages::words::{amount, equipment, hours, purpose, session_line, what, when, when_all},
    permit::Paper,
    store::{
        Facility, count_of_units,
        history::{self, Entry, Way, What},
        people::Contact,
        reservations::{Reservation, given_way_to, sessions_of},
        series::{self, Series},
    },
};

#[derive(Template)]
#[template(path = "desk/reservation.html")]
struct Body {
    words: Words,
    /// Where its forms go.
    at: String,
    details: DescriptionList,
    /// Of a course, who comes to each session.
    sessions: Option<Table>,
    contact: Option<DescriptionList>,
    lines: Vec<(String, String)>,
    total: String,
    buttons: Vec<Button>,
    because: Option<TextArea>,
    waives: Option<CheckboxGroup>,
    agreed: Option<CheckboxGroup>,
    paying: Vec<Button>,
    note: TextArea,
    moves: bool,
    /// Where it is given up together with all later ones of its series.
    later: Option<String>,
    history: Table,
    looks: Table,
    gave_way: Option<Table>,
}

/// Opens a reservation: the look is written down before anything of it is shown.
pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (found, place) = room.reservation_or_session(id).await?;
    if let Some(course) = found.course {
        return Ok(Redirect::to(&href(course)).into_response());
    }
    if !found.is_own {
        room.write(([id], room.account()?), |tx, (ids, account)| {
            Box::pin(history::record_looks(tx, ids, *account, Way::Page))
        })
        .await?;
    }
    shown(&room, &found, &place, &Fields::default()).await
}

/// The reservation, with what was typed into a form that was not accepted.
pub(super) async fn shown(
    room: &Room,
    found: &Reservation,
    place: &Facility,
    typed: &Fields,
) -> Result<Response, Problem> {
    let language = room.language();
    let opened = found.contact(room.key()?)?;
    let resource = place.document.resource(&found.resource);
    let entries = history::history(room.db(), found.id).await?;
    let people = StaffNames::read(room.db(), entries.iter().map(|entry| entry.actor.as_str()))
        .await
        .map_err(crate::BookingError::from)?;
    let looks = history::looks(room.db(), found.id).await?;
    let accounts: Vec<i64> = looks.iter().map(|look| look.account).collect();
    let names = account_names(room.db(), &accounts)
        .await
        .map_err(crate::BookingError::from)?;
    let fee = resource
        .and_then(|resource| place.document.fee(resource, found.span, &found.of()).ok())
        .filter(|fee| fee.total == found.fee);
    let is_open = matches!(found.state, State::Requested | State::Confirmed);
    let may_end = !found.is_own || room.may(TAKE_OVER, place);
    let gave_way = if found.is_own && !found.is_closure {
        given_way_to(room.db(), found.id).await?
    } else {
        Vec::new()
    };
    let places = [(place.key(), place)].into();
    let kept = crate::store::reservations::kept_now(Some(&place.document), found, room.city.now());
    let is_before = room.city.now() < found.span.beginning();
    let units = match resource.map(|resource| (&resource.takes, resource.units().len())) {
        Some((Takes::OneOf(_), all)) if found.is_own && is_open => {
            Some((count_of_units(room.db(), found.id).await?, all))
        }
        _ => None,
    };
    let series = series::of_reservation(room.db(), found.id).await?;
    let sessions = if found.is_course {
        sessions_of(room.db(), found.id).await?
    } else {
        Vec::new()
    };
    let spans: Vec<Span> = sessions.iter().map(|session| session.span).collect();
    let time = when_all(room.public, language, &spans)
        .unwrap_or_else(|| when(room.public, language, found.span));
    let body = Body {
        words: room.words,
        at: href(found.id),
        details: details(
            room,
            found,
            place,
            resource,
            &Known {
                opened: opened.as_ref(),
                series: series.as_ref(),
                units,
                time: &time,
            },
        ),
        sessions: (!sessions.is_empty()).then(|| sessions_table(room, &sessions)),
        contact: opened
            .as_ref()
            .map(|(_, contact)| contact_list(room, contact)),
        lines: fee
            .as_ref()
            .map_or_else(Vec::new, |fee| fee_lines(room, fee)),
        total: amount(room.public, found.fee),
        buttons: if may_end && !found.is_closure {
            buttons(room, found)
        } else {
            Vec::new()
        },
        because: (is_open && may_end && !found.is_own).then(|| {
            TextArea::new(language, "because", room.t("desk-because"))
                .support(room.t(if found.record.is_some() {
                    "desk-because-record"
                } else {
                    "desk-because-support"
                }))
                .rows(2)
                .max_length(1_000)
                .value(typed.get("because"))
        }),
        waives: (is_open && !found.is_own && is_before && kept.amount() > 0).then(|| {
            let text = room
                .words
                .with_text("desk-waive", "amount", &amount(room.public, kept));
            CheckboxGroup::new(language, "waive", room.t("desk-waive-label"))
                .choice(Choice::new("yes", text))
        }),
        agreed: agreed(room, found, place),
        paying: paying(room, found),
        note: TextArea::new(language, "note", room.t("desk-note"))
            .support(room.t("desk-note-support"))
            .rows(2)
            .max_length(1_000)
            .value(typed.get("note")),
        moves: is_open && !found.is_own && !found.is_course && is_before,
        later: series.filter(|_| is_open && is_before).map(|series| {
            let day = found.span.day();
            format!("{}?from={day}", super::series::href(series.id))
        }),
        history: history_table(room, &entries, &people, place)?,
        looks: looks_table(room, &looks, &names),
        gave_way: (!gave_way.is_empty())
            .then(|| super::home::list(room, "gave-way", "desk-gave-way", &gave_way, &places)),
    };
    let title = if found.is_closure {
        room.t("desk-closed")
    } else if found.is_own {
        room.t("desk-own")
    } else {
        room.t("desk-reservation")
    };
    let mut page = room.page_of(place, title, &body).lead(time);
    let has_permit = !found.is_own && found.record.is_none();
    if matches!(found.state, State::Confirmed | State::Attended) && has_permit {
        page = page.action(
            &LinkButton::new(
                room.t(&format!(
                    "desk-{}-download",
                    Paper::of(place.document.kind, found).name()
                )),
                format!("{}/permit", href(found.id)),
            )
            .kind(ButtonKind::Other)
            .download(),
        );
    }
    Ok(private(page))
}

fn moment(room: &Room, at: Timestamp) -> String {
    format::date_time(
        at.to_zoned(TimeZone::fixed(JAPAN)).datetime(),
        room.language(),
    )
}

/// What is known of a reservation beside its row.
struct Known<'a> {
    opened: Option<&'a (String, Contact)>,
    series: Option<&'a Series>,
    /// How many of what is alike the city takes, and of how many.
    units: Option<(i64, usize)>,
    /// When it is.
    time: &'a str,
}

fn details(
    room: &Room,
    found: &Reservation,
    place: &Facility,
    resource: Option<&Resource>,
    known: &Known<'_>,
) -> DescriptionList {
    let (public, language) = (room.public, room.language());
    let mut list = DescriptionList::new();
    if let Some((number, _)) = known.opened {
        list = list.text(room.p("booking-number"), number);
    }
    list = list
        .text(
            room.p("booking-state"),
            room.p(&format!("booking-state-{}", found.state.name())),
        )
        .text(room.p("booking-when"), known.time)
        .text(
            room.p("booking-what"),
            resource.map_or_else(
                || place.document.name.get(language).to_owned(),
                |resource| what(language, &place.document, resource),
            ),
        );
    if found.is_own {
        list = list.text(room.t("desk-own-title"), &found.title);
        if let Some((count, of)) = known.units {
            list = list.text(
                room.t("desk-official-how-many"),
                room.words.with(
                    "desk-official-of",
                    &[
                        ("n", count.into()),
                        ("of", i64::try_from(of).unwrap_or(0).into()),
                    ],
                ),
            );
        }
    } else {
        if let Some(resource) = resource.filter(|_| !found.purpose.is_empty()) {
            list = list.text(
                room.p("booking-purpose"),
                purpose(language, resource, &found.purpose),
            );
        }
        list = if let Some(record) = &found.record {
            // Who it is for stands with the record.
            list.html(
                room.t("desk-record"),
                &link(&record_name(room, record), &format!("/desk/{record}")),
            )
        } else {
            let lives = if found.of().is_resident {
                "booking-lives-here"
            } else {
                "booking-lives-elsewhere"
            };
            list.text(
                room.p("booking-people"),
                public.counted("booking-people-count", found.people),
            )
            .text(room.p("booking-lives"), room.p(lives))
        };
        list = list
            .text(room.t("desk-channel"), channel(room, found.channel))
            .text(room.p("booking-fee"), amount(public, found.fee));
        if let Some(along) = equipment(language, &place.document, &found.of()) {
            list = list.text(room.p("booking-equipment"), along);
        }
        if found.kept_fee.amount() > 0 {
            list = list.text(room.p("booking-kept-fee"), amount(public, found.kept_fee));
        }
        if found.fee.amount() > 0 || found.paid.amount() > 0 {
            list = list.text(
                room.t("desk-paid"),
                if found.paid.amount() > 0 {
                    amount(public, found.paid)
                } else {
                    room.t("desk-paid-nothing")
                },
            );
        }
        if found.to_give_back().amount() > 0 {
            list = list.text(
                room.t("desk-to-give-back"),
                amount(public, found.to_give_back()),
            );
        }
    }
    list = list.text(room.t("desk-made-at"), moment(room, found.made_at));
    if let Some(series) = known.series {
        let (_, when) = crate::pages::series::show::title(language, series, Some(place));
        list = list.html(
            room.t("desk-series"),
            &link(&when, &super::series::href(series.id)),
        );
    }
    if let Some(own) = found.displaced_by {
        list = list.html(
            room.t("desk-gave-way-to"),
            &link(&room.t("desk-own"), &href(own)),
        );
    }
    if let Some(closure) = found.closure {
        list = list.html(
            room.t("desk-closure"),
            &link(
                &room.t("desk-closure-show"),
                &format!("{HOME}/closures/{closure}"),
            ),
        );
    }
    list
}

/// What the record of another service is called: by its number, the last part of its path.
pub(super) fn record_name(room: &Room, record: &str) -> String {
    let number = record.rsplit('/').next().unwrap_or_default();
    room.words
        .with_text("desk-record-number", "number", number)
        .into_owned()
}

fn link(text: &str, href: &str) -> Html {
    Html::trusted(format!(
        "<a href=\"{}\">{}</a>",
        Html::text(href),
        Html::text(text)
    ))
}

/// How it came in, in words.
pub(super) fn channel(room: &Room, channel: Channel) -> String {
    room.t(match channel {
        Channel::Online => "desk-channel-online",
        Channel::Counter => "desk-channel-counter",
        Channel::Phone => "desk-channel-phone",
        Channel::Paper | Channel::System | Channel::Unknown => "desk-channel-other",
    })
}

fn contact_list(room: &Room, contact: &Contact) -> DescriptionList {
    let mut list = DescriptionList::new().text(room.p("booking-name"), &contact.name);
    for (label, text) in [
        ("booking-your-phone", &contact.phone),
        ("booking-email", &contact.email),
        ("booking-note", &contact.note),
    ] {
        if let Some(text) = text {
            list = list.text(room.p(label), text);
        }
    }
    list
}

/// The lines of a fee with their amounts.
pub(super) fn fee_lines(room: &Room, fee: &Fee) -> Vec<(String, String)> {
    fee.lines
        .iter()
        .map(|line| {
            let name = match (&line.name, line.span) {
                (Some(name), _) => name.get(room.language()).to_owned(),
                (None, Some(span)) => hours(room.public, span),
                (None, None) => String::new(),
            };
            (name, amount(room.public, line.amount))
        })
        .collect()
}

/// The sessions of a course with what has become of each, and who comes.
fn sessions_table(room: &Room, sessions: &[Reservation]) -> Table {
    let rows = sessions.iter().enumerate().map(|(place, session)| {
        let line = session_line(room.public, room.language(), place + 1, session.span);
        let came = Html::render(&Came {
            words: room.words,
            action: format!("{}/step", href(session.id)),
            from: "course",
            about: &line,
            state: session.state,
        })
        .unwrap_or_default();
        Row::new([
            Cell::text(&line),
            Cell::text(room.p(&format!("booking-state-{}", session.state.name()))),
            Cell::html(&came),
        ])
    });
    Table::new(
        room.language(),
        "sessions",
        room.p("booking-course-sessions"),
    )
    .hide_caption()
    .columns([
        Column::text(room.t("desk-column-when")),
        Column::text(room.t("desk-column-state")).no_wrap(),
        Column::text(room.t("desk-column-came")),
    ])
    .rows(rows)
    .row_headers()
    .stacked()
}

fn buttons(room: &Room, found: &Reservation) -> Vec<Button> {
    let button = |text: &str, step: &str, kind: ButtonKind| {
        Button::submit(room.t(text)).sends("step", step).kind(kind)
    };
    let is_before = room.city.now() < found.span.beginning();
    let mut all = Vec::new();
    match found.state {
        State::Requested => {
            all.push(button("desk-step-approve", "approve", ButtonKind::Main));
            all.push(button("desk-step-refuse", "refuse", ButtonKind::Danger));
        }
        // Who comes is noted for each session of a course.
        State::Confirmed if !found.is_own && !found.is_course => {
            all.push(button("desk-step-check-in", "check_in", ButtonKind::Main));
            all.push(button("desk-step-absent", "absent", ButtonKind::Other));
        }
        State::Attended | State::Absent => {
            all.push(button(
                "desk-step-take-back",
                "take_back",
                ButtonKind::Other,
            ));
        }
        _ => {}
    }
    if matches!(found.state, State::Requested | State::Confirmed) && is_before {
        all.push(button("desk-step-cancel", "cancel", ButtonKind::Danger));
    }
    all
}

/// The reductions that staff can agree to, of the table of the day of use.
pub(super) fn reductions(
    place: &Facility,
    span: Span,
) -> Vec<(String, &yakuba_forms::model::document::Text)> {
    place
        .document
        .fee_table(span)
        .map(|table| {
            table
                .changes
                .iter()
                .filter_map(|change| match &change.when {
                    FeeCondition::Agreed(key) => Some((key.to_string(), &change.name)),
                    _ => None,
                })
                .collect()
        })
        .unwrap_or_default()
}

fn agreed(room: &Room, found: &Reservation, place: &Facility) -> Option<CheckboxGroup> {
    let possible = reductions(place, found.span);
    let can = matches!(
        found.state,
        State::Requested | State::Confirmed | State::Attended
    );
    if possible.is_empty() || found.is_own || !can {
        return None;
    }
    let of = found.of();
    Some(
        CheckboxGroup::new(room.language(), "agreed", room.t("desk-agreed")).choices(
            possible.iter().map(|(key, name)| {
                Choice::new(key, name.get(room.language()))
                    .chosen(of.agreed.iter().any(|agreed| agreed.as_str() == key))
            }),
        ),
    )
}

fn paying(room: &Room, found: &Reservation) -> Vec<Button> {
    if found.is_own {
        return Vec::new();
    }
    let public = room.public;
    let owed = found.owed();
    let button = |text: String, value: &str| {
        Button::submit(text)
            .sends("paid", value)
            .kind(ButtonKind::Other)
    };
    let with = |key: &str, yen| {
        room.words
            .with_text(key, "amount", &amount(public, yen))
            .into_owned()
    };
    let mut all = Vec::new();
    if found.paid < owed {
        all.push(button(with("desk-pay", owed), "all"));
    }
    if found.to_give_back().amount() > 0 {
        all.push(button(with("desk-give-back", found.to_give_back()), "back"));
    }
    if found.paid.amount() > 0 && found.state.takes_units() {
        all.push(button(room.t("desk-unpay"), "none"));
    }
    all
}

fn history_table(
    room: &Room,
    entries: &[Entry],
    people: &StaffNames,
    place: &Facility,
) -> Result<Table, Problem> {
    let mut rows = Vec::new();
    for entry in entries.iter().rev() {
        let who = people.of(&entry.actor).map_or_else(
            || {
                room.t(
                    if entry.actor.starts_with("program") || entry.actor == "command_line" {
                        "desk-by-program"
                    } else {
                        "desk-by-holder"
                    },
                )
            },
            str::to_owned,
        );
        let said = entry.said(room.key()?)?.unwrap_or_default();
        let mut what = happened(room, &entry.what, place);
        if !said.is_empty() {
            what = format!("{what}：{said}");
        }
        rows.push(Row::new([
            Cell::text(moment(room, entry.at)),
            Cell::text(what),
            Cell::text(who),
        ]));
    }
    Ok(
        Table::new(room.language(), "history", room.t("desk-history"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-column-at")).no_wrap(),
                Column::text(room.t("desk-column-happened")),
                Column::text(room.t("desk-column-by")),
            ])
            .rows(rows)
            .stacked(),
    )
}

fn happened(room: &Room, what: &What, place: &Facility) -> String {
    let yen = |yen: i64| amount(room.public, yakuba_kernel::Yen::new(yen));
    match what {
        What::Booked => room.t("desk-happened-booked"),
        What::Step { to, .. } => room
            .words
            .with_text(
                "desk-happened-step",
                "state",
                &room.p(&format!("booking-state-{to}")),
            )
            .into_owned(),
        What::Moved {
            resource,
            day,
            from,
            to,
        } => {
            let name = place
                .document
                .resource(resource)
                .map_or("", |resource| resource.name.get(room.language()));
            let time = |minutes| ClockTime::from_minutes(minutes).unwrap_or_default();
            let span = Span::new(*day, time(*from), time(*to));
            let before =
                span.map_or_else(String::new, |span| when(room.public, room.language(), span));
            room.words
                .with_text("desk-happened-moved", "before", &format!("{name} {before}"))
                .into_owned()
        }
        What::Agreed { from, to } => room
            .words
            .with(
                "desk-happened-agreed",
                &[("from", yen(*from).into()), ("to", yen(*to).into())],
            )
            .into_owned(),
        What::Paid { from, to } => room
            .words
            .with(
                "desk-happened-paid",
                &[("from", yen(*from).into()), ("to", yen(*to).into())],
            )
            .into_owned(),
        What::Displaced { .. } => room.t("desk-happened-displaced"),
        What::Closed { .. } => room.t("desk-happened-closed"),
        What::Note => room.t("desk-happened-note"),
    }
}

fn looks_table(
    room: &Room,
    looks: &[history::Look],
    names: &std::collections::BTreeMap<i64, String>,
) -> Table {
    let rows = looks.iter().map(|look| {
        Row::new([
            Cell::text(moment(room, look.at)),
            Cell::text(names.get(&look.account).map_or("", String::as_str)),
            Cell::text(room.t(&format!("desk-look-{}", look.way.name()))),
        ])
    });
    Table::new(room.language(), "looks", room.t("desk-looks"))
        .hide_caption()
        .columns([
            Column::text(room.t("desk-column-at")).no_wrap(),
            Column::text(room.t("desk-column-by")),
            Column::text(room.t("desk-column-way")),
        ])
        .rows(rows)
        .stacked()
}

/// The permit as PDF: a look like any other.
pub(super) async fn permit(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (found, place) = room.reservation(id).await?;
    let bytes = crate::permit::permit(&room.city, &room.shell.city_name, &found, &place).await?;
    room.write(([id], room.account()?), |tx, (ids, account)| {
        Box::pin(history::record_looks(tx, ids, *account, Way::Permit))
    })
    .await?;
    Ok(super::room::file(
        "application/pdf",
        "inline; filename=\"permit.pdf\"",
        bytes,
    ))
}
