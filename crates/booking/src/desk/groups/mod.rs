//! Looking groups over: the list of a person's departments, and one group with its roster.

mod paper;

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::{IntoResponse as _, Response},
};
use jiff::civil::{Date, date};
use yakuba_city::{
    AuditEntry,
    web::{Access, Problem, Routes},
};
use yakuba_kernel::{DepartmentCode, FiscalYear};
use yakuba_mail::{EmailAddress, Mail, enqueue};
use yakuba_ui::{
    Cell, Choice, Column, DateField, DescriptionList, EmptyState, Fields, FormErrors, Html,
    NotificationBanner, Order, Page, Row, Select, Table, TextArea, Words, done, format,
};

use crate::{
    capabilities::GROUPS,
    error::BookingError,
    model::{
        document::FeeCondition,
        groups::{Act, Count, KINDS, Standing, Turn},
    },
    pages::{
        asked::{Asked, private},
        groups::{WORDS, kind, standing},
        words::moment,
    },
    store::{
        facilities,
        groups::{self, Dossier, Group, Review},
        people::Contact,
    },
};

const HOME: &str = "/desk/booking/groups";

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(HOME, Access::Staff(GROUPS), list)
        .get(
            "/desk/booking/groups/new",
            Access::Staff(GROUPS),
            paper::new_page,
        )
        .post(
            "/desk/booking/groups/new",
            Access::Staff(GROUPS),
            paper::enter,
        )
        .get(
            "/desk/booking/groups/{group}/roster",
            Access::Staff(GROUPS),
            paper::page,
        )
        .post(
            "/desk/booking/groups/{group}/roster",
            Access::Staff(GROUPS),
            paper::send,
        )
        .get("/desk/booking/groups/{group}", Access::Staff(GROUPS), show)
        .post(
            "/desk/booking/groups/{group}",
            Access::Staff(GROUPS),
            carry_out,
        )
        .post(
            "/desk/booking/groups/{group}/invite",
            Access::Staff(GROUPS),
            invite,
        )
}

struct Room {
    asked: Asked,
    texts: Words,
}

impl Room {
    fn new(asked: Asked) -> Self {
        Self {
            texts: WORDS.words(asked.language),
            asked,
        }
    }

    fn t(&self, key: &str) -> String {
        self.texts.get(key).into_owned()
    }

    fn may(&self, group: &Group) -> bool {
        DepartmentCode::new(group.department.as_str())
            .is_ok_and(|department| self.asked.principal.holds_in(GROUPS, &department))
    }

    /// A group that this person looks over; to everybody else it does not exist.
    async fn group(&self, id: i64) -> Result<Group, Problem> {
        groups::group(self.asked.city().db(), id)
            .await?
            .filter(|group| self.may(group))
            .ok_or(Problem::NotFound)
    }

    fn page(&self, title: impl Into<String>, body: &impl Template, done: &str) -> Page {
        let mut page = Page::desk(self.asked.shell.clone(), title, body)
            .breadcrumb(self.asked.t("booking-desk-home"), "/desk");
        let key = format!("groups-desk-done-{done}");
        if !done.is_empty() && self.texts.has(&key) {
            page = page.notice(NotificationBanner::success(self.t(&key)));
        }
        page
    }
}

#[derive(Template)]
#[template(path = "groups/desk_list.html")]
struct List {
    texts: Words,
    filter: Html,
    table: Html,
}

async fn list(asked: Asked, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let query = Fields::of_query(&query.unwrap_or_default());
    let (texts, language) = (room.texts, room.asked.language);
    let today = room.asked.city().today();
    let chosen = query.get("state");
    let all: Vec<Group> = groups::groups(room.asked.city().db())
        .await?
        .into_iter()
        .filter(|group| room.may(group))
        .collect();
    let waiting = all
        .iter()
        .filter(|group| group.place.turn == Turn::Staff)
        .count();
    let filter = Html::of(&yakuba_ui::Tabs::new(
        room.t("groups-desk-title"),
        [
            ("", "groups-desk-open"),
            ("registered", "groups-desk-registered"),
            ("ended", "groups-desk-ended"),
        ]
        .map(|(state, text)| {
            let item = yakuba_ui::MenuItem::new(room.t(text), format!("{HOME}?state={state}"));
            item.current(state == chosen)
        })
        .to_vec(),
    ));
    let shown: Vec<&Group> = all
        .iter()
        .filter(|group| match chosen {
            "registered" => group.place.standing == Standing::Registered,
            "ended" => group.place.standing == Standing::Ended,
            _ => group.place.turn != Turn::Nobody && group.place.standing != Standing::Ended,
        })
        .collect();
    let table = if shown.is_empty() {
        Html::of(&EmptyState::new(room.t("groups-desk-none")))
    } else {
        let rows = shown.into_iter().map(|group| {
            Row::new([
                Cell::link(&group.name, format!("{HOME}/{}", group.id)),
                Cell::text(kind(texts, &group.kind)),
                Cell::text(standing(texts, group, today)),
                Cell::text(
                    group
                        .until
                        .map(|until| format::date(until, language))
                        .unwrap_or_default(),
                ),
                Cell::text(moment(language, group.changed_at)),
            ])
            .marked(group.place.turn == Turn::Staff)
        });
        Html::of(
            &Table::new(language, "groups", texts.get("groups-desk-title"))
                .columns([
                    Column::text(texts.get("groups-name")),
                    Column::text(texts.get("groups-kind")),
                    Column::text(texts.get("groups-state")),
                    Column::text(texts.get("groups-until")),
                    Column::text(texts.get("groups-desk-changed")).sort("", None::<Order>),
                ])
                .rows(rows)
                .row_headers()
                .stacked()
                .hide_caption(),
        )
    };
    let page = room
        .page(
            texts.get("groups-desk-title"),
            &List {
                texts,
                filter,
                table,
            },
            query.get("done"),
        )
        .lead(texts.counted("groups-desk-waiting", i64::try_from(waiting).unwrap_or(0)));
    Ok(page.into_response())
}

struct Written {
    who: String,
    when: String,
    text: String,
}

#[derive(Template)]
#[template(path = "groups/desk_show.html")]
struct Body {
    texts: Words,
    id: i64,
    revision: i64,
    details: DescriptionList,
    /// Nothing when the roster is deleted.
    roster: Option<(String, Html)>,
    letters: Vec<Written>,
    has_ended: bool,
    can_decline: bool,
    kind: Select,
    until: DateField,
    register: String,
    text: TextArea,
    code: Option<(String, String)>,
    has_people: bool,
}

async fn show(
    asked: Asked,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let group = room.group(id).await?;
    let query = Fields::of_query(&query.unwrap_or_default());
    // Whoever opens a roster is noted.
    room.asked
        .city()
        .write(room.asked.principal.actor(), id, |tx, id| {
            Box::pin(async move {
                tx.audit(AuditEntry::new("booking.group_look", format!("group/{id}")));
                Ok::<(), BookingError>(())
            })
        })
        .await?;
    let none = Fields::default();
    let done = query.get("done");
    shown(&room, &group, &none, &FormErrors::new(), done, None).await
}

/// Makes a code for a group, and shows it, this once. Whoever joins first a group that staff entered from paper answers for it.
async fn invite(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let room = Room::new(asked);
    room.group(id).await?;
    let outcome = room
        .asked
        .city()
        .write(
            room.asked.principal.actor(),
            (room.asked.key().clone(), id),
            |tx, (key, id)| Box::pin(groups::invite(tx, key, *id)),
        )
        .await;
    let mut errors = FormErrors::new();
    let code = match outcome {
        Ok(code) => Some(code.to_string()),
        Err(BookingError::WrongState) => {
            errors.add("", room.t("groups-error-state"));
            None
        }
        Err(error) => return Err(error.into()),
    };
    let group = room.group(id).await?;
    shown(&room, &group, &Fields::default(), &errors, "", code).await
}

/// The kinds a group can have: those that come with Yakuba, and those that fee tables name.
async fn kinds(room: &Room) -> Result<Vec<String>, Problem> {
    let mut kinds: Vec<String> = KINDS.map(str::to_owned).to_vec();
    for facility in facilities(room.asked.city().db()).await? {
        for change in facility
            .document
            .fees
            .iter()
            .flat_map(|table| &table.changes)
        {
            if let FeeCondition::GroupKind(keys) = &change.when {
                for key in keys {
                    if !kinds.iter().any(|known| known == key.as_str()) {
                        kinds.push(key.to_string());
                    }
                }
            }
        }
    }
    Ok(kinds)
}

/// The last day that is proposed: the end of the next fiscal year.
fn proposed_end(today: Date) -> Date {
    let year = FiscalYear::from_date(today).next();
    date(i16::try_from(year.year() + 1).unwrap_or(9_999), 3, 31)
}

fn roster_table(room: &Room, dossier: &Dossier) -> Html {
    let texts = room.texts;
    let rows = dossier.sent.iter().enumerate().map(|(place, member)| {
        let is_new = !dossier.accepted.is_empty() && !dossier.accepted.contains(member);
        Row::new([
            Cell::text((place + 1).to_string()),
            Cell::text(&member.name),
            Cell::text(texts.get(&format!("groups-lives-{}", member.lives.name()))),
            Cell::text(texts.get(&format!("groups-age-{}", member.age.name()))),
            Cell::text(if is_new {
                room.t("groups-desk-new")
            } else {
                String::new()
            }),
        ])
        .marked(is_new)
    });
    Html::of(
        &Table::new(room.asked.language, "members", texts.get("groups-roster"))
            .columns([
                Column::number("#"),
                Column::text(texts.get("groups-member")),
                Column::text(texts.get("groups-lives")),
                Column::text(texts.get("groups-age")),
                Column::text(texts.get("groups-desk-difference")),
            ])
            .rows(rows)
            .stacked()
            .hide_caption(),
    )
}

async fn shown(
    room: &Room,
    group: &Group,
    fields: &Fields,
    errors: &FormErrors,
    done: &str,
    code: Option<String>,
) -> Result<Response, Problem> {
    let (texts, language) = (room.texts, room.asked.language);
    let today = room.asked.city().today();
    let dossier = group.dossier(room.asked.key())?;
    let count = Count::of(&dossier.sent);
    let mut details = DescriptionList::new()
        .text(texts.get("groups-state"), standing(texts, group, today))
        .text(texts.get("groups-kind"), kind(texts, &group.kind));
    details = match group.forgotten_at {
        Some(at) => details.text(texts.get("groups-roster"), {
            texts.with_text("groups-desk-forgotten", "day", &moment(language, at))
        }),
        None => details
            .text(texts.get("groups-about"), &dossier.about)
            .text(texts.get("groups-contact"), &dossier.contact.name),
    };
    for (label, value) in [
        ("groups-phone", &dossier.contact.phone),
        ("groups-email", &dossier.contact.email),
    ] {
        if let Some(value) = value {
            details = details.text(texts.get(label), value);
        }
    }
    if let Some(until) = group.until {
        details = details.text(texts.get("groups-until"), format::date(until, language));
    }
    let chosen = fields
        .optional("kind")
        .unwrap_or_else(|| group.kind.clone());
    let until = group
        .invite_until
        .map(|until| moment(language, until))
        .unwrap_or_default();
    let people = groups::people(room.asked.city().db(), group.id).await?;
    let body = Body {
        texts,
        code: code.map(|code| (code, until)),
        has_people: !people.is_empty(),
        id: group.id,
        revision: group.revision,
        details,
        roster: group.forgotten_at.is_none().then(|| {
            let counts = texts.with(
                "groups-desk-counts",
                &[
                    ("members", i64::from(count.members).into()),
                    ("residents", i64::from(count.residents).into()),
                    ("children", i64::from(count.children).into()),
                    ("seniors", i64::from(count.seniors).into()),
                ],
            );
            (counts.into_owned(), roster_table(room, &dossier))
        }),
        letters: dossier
            .letters
            .iter()
            .rev()
            .map(|letter| Written {
                who: room.t(if letter.by_staff {
                    "groups-by-staff"
                } else {
                    "groups-by-group"
                }),
                when: moment(language, letter.at()),
                text: letter.text.clone(),
            })
            .collect(),
        has_ended: group.place.standing == Standing::Ended,
        can_decline: group.place.after(Act::Decline).is_some(),
        kind: Select::new(language, "kind", texts.get("groups-kind"))
            .choices(
                kinds(room)
                    .await?
                    .into_iter()
                    .map(|key| Choice::new(key.as_str(), kind(texts, &key))),
            )
            .value(&chosen)
            .required()
            .errors(errors),
        until: DateField::new(language, "until", texts.get("groups-until"))
            .value(Some(proposed_end(today)))
            .sent(fields)
            .required()
            .errors(errors),
        register: room.t(if group.place.standing == Standing::Registered {
            "groups-desk-renew"
        } else {
            "groups-desk-register"
        }),
        text: TextArea::new(language, "text", texts.get("groups-desk-text"))
            .support(texts.get("groups-desk-text-support"))
            .rows(4)
            .max_length(1_000)
            .value(fields.get("text"))
            .errors(errors),
    };
    let page = room
        .page(group.name.as_str(), &body, done)
        .breadcrumb(texts.get("groups-desk-title"), HOME)
        .with_errors(!errors.is_empty());
    let page = match errors.get("") {
        Some(problem) => page.notice(NotificationBanner::error(problem)),
        None => page,
    };
    Ok(private(page))
}

/// What staff do, and the mail that tells the group that there is something to see.
async fn carry_out(asked: Asked, Path(id): Path<i64>, fields: Fields) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let group = room.group(id).await?;
    let mut errors = FormErrors::new();
    let text: String = fields.get("text").chars().take(1_000).collect();
    if fields.get("do") != "register" && text.is_empty() {
        errors.add("text", room.asked.t("booking-error-required"));
    }
    let (review, news) = match fields.get("do") {
        "register" => {
            let until = fields.date("until");
            if until.is_none_or(|until| until < room.asked.city().today()) {
                errors.add("until", room.t("groups-desk-error-until"));
            }
            let kind = fields.get("kind").to_owned();
            if !kinds(&room).await?.contains(&kind) {
                errors.add("kind", room.asked.t("booking-error-required"));
            }
            (Review::Register { kind, until }, "registered")
        }
        "ask" => (Review::AskBack(text), "asked"),
        "decline" => (Review::Decline(text), "declined"),
        "end" => (Review::End(text), "ended"),
        _ => return Err(Problem::BadRequest(room.t("groups-error-state"))),
    };
    if errors.is_empty() {
        let mail = mail(&room, &group, news)?;
        let input = (
            room.asked.key().clone(),
            id,
            fields.revision(),
            review,
            mail,
        );
        let outcome: Result<(), BookingError> = room
            .asked
            .city()
            .write(
                room.asked.principal.actor(),
                input,
                |tx, (key, id, revision, review, mail)| {
                    Box::pin(async move {
                        groups::review(tx, key, *id, *revision, review).await?;
                        if let Some(mail) = mail {
                            enqueue(tx, key, mail).await.map_err(BookingError::from)?;
                        }
                        Ok(())
                    })
                },
            )
            .await;
        match outcome {
            Ok(()) => return Ok(done(&format!("{HOME}/{id}"), news)),
            Err(BookingError::ChangedMeanwhile) => {
                errors.add("", room.t("groups-error-changed"));
            }
            Err(BookingError::WrongState) => errors.add("", room.t("groups-error-state")),
            Err(error) => return Err(error.into()),
        }
    }
    let group = room.group(id).await?;
    shown(&room, &group, &fields, &errors, "", None).await
}

/// The mail to a group that staff have done something with.
fn mail(room: &Room, group: &Group, news: &str) -> Result<Option<Mail>, Problem> {
    let dossier = group.dossier(room.asked.key())?;
    Ok(mail_to(&dossier.contact, &group.name, news))
}

/// The mail says that something happened and where to see it, and nothing of what was written.
fn mail_to(contact: &Contact, name: &str, news: &str) -> Option<Mail> {
    let address = contact.email.as_deref()?;
    let to = EmailAddress::read(address).ok()?;
    let texts = WORDS.words(contact.language);
    Some(Mail::new(
        to,
        texts.get(&format!("groups-mail-{news}-subject")),
        texts.with_text(&format!("groups-mail-{news}"), "name", name),
    ))
}
