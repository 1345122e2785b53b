//! The triage board of a disaster: what came in, by how much it hurries, and who takes it.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use yakuba_city::{Emergency, JAPAN, emergencies, emergency, web::Problem};
use yakuba_identity::{StaffNames, account_names, colleagues};
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    CheckboxGroup, ChipLabel, Choice, DescriptionList, EmptyState, ErrorSummary, Fields,
    FormErrors, Map, RadioGroup, Select, TextArea, Words, done, format,
};

use super::room::Room;
use crate::{
    error::ReportError,
    model::urgency::Urgency,
    pages::asked::{choose_area, plain, private},
    store::{
        self, Report, open_of,
        photos::{self, View},
        steps::seal_note,
        triage::{Notice, Sorting, Triage, board, is_open, sort as sort_report, tell, triage},
    },
};

/// The address of the board.
pub(super) const BOARD: &str = "/desk/reports/triage";
/// Letters of what is to be done next at most.
const MOST: usize = 500;

fn href(id: i64) -> String {
    format!("{BOARD}/{id}")
}

fn urgency_key(urgency: Urgency) -> String {
    format!("desk-urgency-{}", urgency.name().replace('_', "-"))
}

struct Card {
    href: String,
    title: String,
    at: String,
    place: String,
    text: String,
    chips: Vec<ChipLabel>,
    next: String,
    report: i64,
    revision: i64,
    urgency: Urgency,
    is_picked: bool,
}

struct Pile {
    id: &'static str,
    title: String,
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "desk/triage.html")]
struct Body {
    words: Words,
    filters: Vec<Select>,
    is_open: bool,
    /// What is done with all that are picked.
    many: Vec<Select>,
    action: String,
    has_cards: bool,
    piles: Vec<Pile>,
    others: Vec<(Urgency, String)>,
}

#[derive(Template)]
#[template(path = "desk/triage-none.html")]
struct NoneBody {
    empty: EmptyState,
}

/// The disaster whose board is asked for: by its number, else the newest open one.
async fn chosen(room: &Room) -> Result<(Vec<Emergency>, Option<Emergency>), Problem> {
    let all = emergencies(room.db()).await?;
    let one = match room.query.integer("event") {
        Some(id) => all.iter().find(|one| one.id == id),
        None => all.iter().find(|one| one.ended_at.is_none()),
    };
    Ok((all.clone(), one.cloned()))
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    shown_board(&room, &Fields::default()).await
}

/// The board, with what was picked on it.
async fn shown_board(room: &Room, typed: &Fields) -> Result<Response, Problem> {
    let language = room.language();
    let (all, one) = chosen(room).await?;
    let Some(event) = one else {
        let body = NoneBody {
            empty: EmptyState::new(room.t("desk-triage-none")),
        };
        return Ok(room
            .page(room.t("desk-triage-title"), &body)
            .into_response());
    };
    let which = room.query.get("which");
    let area = room.query.get("area");
    let me = room.principal.staff().map(|staff| staff.account);
    let mut found = board(room.db(), event.id).await?;
    found.retain(|(triage, report)| {
        (area.is_empty() || report.area == area)
            && match which {
                "unconfirmed" => triage.confirmed_at.is_none(),
                "mine" => triage.taken_by.is_some() && triage.taken_by == me,
                "nobody" => triage.taken_by.is_none(),
                _ => true,
            }
    });
    let accounts: Vec<i64> = found
        .iter()
        .filter_map(|(triage, _)| triage.taken_by)
        .collect();
    let people = account_names(room.db(), &accounts).await?;
    let departments: BTreeSet<DepartmentCode> = found
        .iter()
        .map(|(_, report)| report.department.clone())
        .collect();
    let picked: BTreeSet<i64> = picks(typed).into_iter().map(|(report, _)| report).collect();
    let mut piles: BTreeMap<Urgency, Vec<Card>> = BTreeMap::new();
    for (triage, report) in &found {
        let mut card = card(room, triage, report, &people).await?;
        card.is_picked = picked.contains(&report.id);
        piles.entry(triage.urgency).or_default().push(card);
    }
    let mut filters = vec![
        all.iter()
            .fold(
                Select::new(language, "event", room.t("desk-triage-event")),
                |select, one| {
                    let name = one.name.get(language.code());
                    select.choice(Choice::new(one.id.to_string(), name))
                },
            )
            .value(&event.id.to_string()),
        ["all", "unconfirmed", "mine", "nobody"]
            .into_iter()
            .fold(
                Select::new(language, "which", room.t("desk-triage-which")),
                |select, value| {
                    select.choice(Choice::new(value, room.t(&format!("desk-triage-{value}"))))
                },
            )
            .value(which),
    ];
    filters.extend(choose_area(
        &room.current,
        language,
        room.t("desk-triage-area"),
        area,
    ));
    let many = vec![
        Urgency::ALL
            .into_iter()
            .skip(1)
            .fold(
                Select::new(language, "urgency", room.t("desk-triage-urgency"))
                    .choice(Choice::new("", room.t("desk-triage-as-it-is"))),
                |select, urgency| {
                    select.choice(Choice::new(urgency.name(), room.t(&urgency_key(urgency))))
                },
            )
            .value(typed.get("urgency")),
        takers(room, &departments)
            .await?
            .into_iter()
            .fold(
                Select::new(language, "taken", room.t("desk-triage-taken"))
                    .choice(Choice::new("", room.t("desk-triage-as-it-is")))
                    .choice(Choice::new(NOBODY, room.t("desk-assign-nobody"))),
                |select, (account, name)| select.choice(Choice::new(account.to_string(), name)),
            )
            .value(typed.get("taken")),
    ];
    let body = Body {
        words: room.words,
        filters,
        many,
        action: address(room, event.id),
        has_cards: !found.is_empty(),
        is_open: is_open(Some(&event)),
        piles: Urgency::ALL
            .into_iter()
            .map(|urgency| {
                let cards = piles.remove(&urgency).unwrap_or_default();
                Pile {
                    id: urgency.name(),
                    title: room
                        .words
                        .with(
                            "desk-triage-count",
                            &[
                                ("name", room.t(&urgency_key(urgency)).into()),
                                ("count", format::number(cards.len() as u64).into()),
                            ],
                        )
                        .into_owned(),
                    cards,
                }
            })
            .collect(),
        others: Urgency::ALL
            .into_iter()
            .skip(1)
            .map(|urgency| (urgency, room.t(&urgency_key(urgency))))
            .collect(),
    };
    Ok(private(
        room.page(room.t("desk-triage-title"), &body)
            .into_response(),
    ))
}

/// In a form: nobody takes it.
const NOBODY: &str = "nobody";

/// Who can take reports of departments: oneself first, then the people of the departments.
async fn takers(
    room: &Room,
    departments: &BTreeSet<DepartmentCode>,
) -> Result<Vec<(i64, String)>, Problem> {
    let names = room.all_departments().await?;
    let me = room.principal.staff();
    let mut takers: Vec<(i64, String)> = me
        .map(|me| (me.account, room.t("desk-triage-take")))
        .into_iter()
        .collect();
    for code in departments {
        let department = names.get(code).map_or(code.as_str(), String::as_str);
        for (account, name) in colleagues(room.db(), code, room.city.today()).await? {
            // Somebody with posts in two departments stands there once.
            if takers.iter().all(|(known, _)| *known != account) {
                takers.push((
                    account,
                    format::with_note(name, department, room.language()),
                ));
            }
        }
    }
    Ok(takers)
}

/// The board of a disaster as it is filtered.
fn address(room: &Room, event: i64) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("event", &event.to_string())
        .extend_pairs(
            ["which", "area"]
                .map(|name| (name, room.query.get(name)))
                .into_iter()
                .filter(|(_, value)| !value.is_empty()),
        )
        .finish();
    format!("{BOARD}?{query}")
}

/// The reports that were picked on the board, each with the revision that was on the screen.
fn picks(fields: &Fields) -> Vec<(i64, i64)> {
    fields
        .all("pick")
        .filter_map(|pick| {
            let (report, revision) = pick.split_once('-')?;
            Some((report.parse().ok()?, revision.parse().ok()?))
        })
        .collect()
}

/// What whoever is given reports is told.
fn notice(room: &Room, count: usize, path: &str) -> Notice {
    // An account has no language of its own; the desk's is Japanese.
    let words = super::room::WORDS.words(yakuba_ui::Language::Japanese);
    let by = room.principal.staff().map_or("", |staff| &staff.name);
    let base = room.identity.settings().public_url.as_str();
    let values = [
        ("by", by.to_owned().into()),
        ("count", format::number(count as u64).into()),
        (
            "url",
            format!("{}{path}", base.trim_end_matches('/')).into(),
        ),
    ];
    Notice {
        subject: words.with("desk-triage-mail-subject", &values).into_owned(),
        text: words.with("desk-triage-mail-text", &values).into_owned(),
    }
}

/// Sorts all reports that were picked on the board, or none of them.
pub(super) async fn sort_many(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let event = chosen(&room).await?.1.ok_or(Problem::NotFound)?;
    let picked = picks(&fields);
    let urgency = Urgency::read(fields.get("urgency"));
    let taken_by = match fields.get("taken") {
        "" => None,
        NOBODY => Some(None),
        account => Some(account.parse().ok()),
    };
    let problem = match (picked.is_empty(), urgency.is_none() && taken_by.is_none()) {
        (true, _) => Some("desk-triage-none-picked"),
        (_, true) => Some("desk-triage-nothing-chosen"),
        _ => None,
    };
    if let Some(problem) = problem {
        room.refuse_with(problem);
        return shown_board(&room, &fields).await;
    }
    let sortings: Vec<Sorting> = picked
        .into_iter()
        .map(|(report, revision)| Sorting {
            report,
            revision,
            urgency,
            confirmed: None,
            taken_by,
            next_step: None,
        })
        .collect();
    let path = match sortings.as_slice() {
        [one] => super::room::href(one.report),
        _ => format!("{}?which=mine", super::HOME),
    };
    let notice = notice(&room, sortings.len(), &path);
    let outcome = room
        .write(
            (room.key().clone(), sortings, notice),
            |tx, (key, sortings, notice)| {
                Box::pin(async move {
                    let mut told = None;
                    for sorting in sortings {
                        told = sort_report(tx, sorting).await?.or(told);
                    }
                    // All of them went to the same person.
                    if let Some(account) = told {
                        tell(tx, key, account, notice).await?;
                    }
                    Ok(())
                })
            },
        )
        .await;
    match outcome {
        Ok(()) => Ok(done(&address(&room, event.id), "sorted")),
        Err(error) => {
            let Some(sentence) = room.sentence(&error) else {
                return Err(error.into());
            };
            room.refuse(sentence);
            shown_board(&room, &fields).await
        }
    }
}

/// How a report stands: confirmed or not, and who took it.
fn chips(room: &Room, triage: &Triage, people: &BTreeMap<i64, String>) -> Vec<ChipLabel> {
    let mut chips = vec![match triage.confirmed_at {
        Some(_) => ChipLabel::new(room.t("desk-triage-confirmed")).green(),
        None => ChipLabel::new(room.t("desk-triage-not-confirmed")).orange(),
    }];
    if let Some(name) = triage.taken_by.and_then(|account| people.get(&account)) {
        let words = room.words.with_text("desk-triage-taken-by", "name", name);
        chips.push(ChipLabel::new(words).blue().beside());
    }
    chips
}

async fn card(
    room: &Room,
    triage: &Triage,
    report: &Report,
    people: &BTreeMap<i64, String>,
) -> Result<Card, Problem> {
    let content = open_of(room.db(), room.key(), report).await?;
    let (place, text) = content.map_or_else(Default::default, |content| {
        (content.place().to_owned(), content.text().to_owned())
    });
    Ok(Card {
        href: href(report.id),
        title: room.category(&report.category),
        at: format::date_time(JAPAN.to_datetime(report.received_at), room.language()),
        place: [
            place.as_str(),
            room.current.rules.area_name(&report.area, room.language()),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" / "),
        text: text.chars().take(140).collect(),
        chips: chips(room, triage, people),
        next: triage.next_step(room.key())?,
        report: report.id,
        revision: triage.revision,
        urgency: triage.urgency,
        is_picked: false,
    })
}

#[derive(Template)]
#[template(path = "desk/triage-one.html")]
struct OneBody {
    words: Words,
    errors: ErrorSummary,
    chips: Vec<ChipLabel>,
    about: DescriptionList,
    map: Option<Map>,
    pictures: Vec<String>,
    is_open: bool,
    base: String,
    revision: i64,
    urgency: RadioGroup,
    confirmed: CheckboxGroup,
    taken: Select,
    next: TextArea,
    /// The page of the report, for those who may see it.
    history: Option<String>,
}

/// A report that belongs to a disaster.
async fn found(room: &Room, id: i64) -> Result<(Triage, Report), Problem> {
    let sorted = triage(room.db(), id)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    let report = store::report(room.db(), id)
        .await?
        .ok_or(ReportError::NoSuchReport)?;
    Ok((sorted, report))
}

pub(super) async fn one(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let (sorted, report) = found(&room, id).await?;
    shown(&room, &sorted, &report, None, &FormErrors::new()).await
}

async fn shown(
    room: &Room,
    sorted: &Triage,
    report: &Report,
    typed: Option<&Fields>,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    let event = emergency(room.db(), sorted.emergency).await?;
    let people = account_names(room.db(), &sorted.taken_by.into_iter().collect::<Vec<_>>()).await?;
    let time = |at| format::date_time(JAPAN.to_datetime(at), language);
    let mut about = DescriptionList::new()
        .text(room.t("desk-column-received"), time(report.received_at))
        .text(
            room.t("desk-triage-area"),
            room.current.rules.area_name(&report.area, language),
        );
    if let Some(content) = open_of(room.db(), room.key(), report).await? {
        about = about
            .text(room.public("reports-place"), content.place())
            .text(room.t("desk-sent"), content.text());
        if !content.contact.phone.is_empty() {
            about = about.text(room.t("desk-phone"), &content.contact.phone);
        }
    }
    if let Some(at) = sorted.confirmed_at {
        let names = StaffNames::read(room.db(), sorted.confirmed_by.as_deref()).await?;
        let by = sorted.confirmed_by.as_deref().and_then(|by| names.of(by));
        let words = room.words.with(
            "desk-triage-confirmed-at",
            &[
                ("at", time(at).into()),
                ("by", by.unwrap_or_default().to_owned().into()),
            ],
        );
        about = about.text(room.t("desk-triage-confirmed"), words);
    }
    // Whoever sorts the reports of a disaster need not belong to the department that will handle this one.
    let history = match room.report(report.id).await {
        Ok(_) => Some(super::room::href(report.id)),
        Err(Problem::NotFound) => None,
        Err(problem) => return Err(problem),
    };
    let base = href(report.id);
    let pictures = photos::of_report(room.db(), report.id)
        .await?
        .into_iter()
        .map(|photo| format!("{base}/photos/{}", photo.key))
        .collect();
    let given = |name: &str, now: String| typed.map_or(now, |fields| fields.get(name).to_owned());
    let is_confirmed = given(
        "confirmed",
        i64::from(sorted.confirmed_at.is_some()).to_string(),
    );
    let mut takers = takers(room, &BTreeSet::from([report.department.clone()])).await?;
    // Whoever has it stands there, also when they belong to another department.
    for (account, name) in &people {
        if takers.iter().all(|(known, _)| known != account) {
            takers.push((*account, name.clone()));
        }
    }
    let taken = given(
        "taken",
        sorted
            .taken_by
            .map_or_else(|| NOBODY.to_owned(), |account| account.to_string()),
    );
    let body = OneBody {
        words: room.words,
        errors: errors.summary(language),
        chips: chips(room, sorted, &people),
        about,
        map: report.point.map(|point| {
            Map::of_place(
                language,
                "report-map",
                room.public("reports-map-place"),
                point.degrees(),
            )
        }),
        pictures,
        is_open: is_open(event.as_ref()),
        revision: sorted.revision,
        urgency: Urgency::ALL
            .into_iter()
            .fold(
                RadioGroup::new(language, "urgency", room.t("desk-triage-urgency")).inline(),
                |group, urgency| {
                    group.choice(Choice::new(urgency.name(), room.t(&urgency_key(urgency))))
                },
            )
            .value(&given("urgency", sorted.urgency.name().to_owned()))
            .required()
            .errors(errors),
        confirmed: CheckboxGroup::new(language, "confirmed", room.t("desk-triage-confirmed"))
            .choice(Choice::new("1", room.t("desk-triage-confirm")).chosen(is_confirmed == "1"))
            .optional(),
        taken: takers
            .into_iter()
            .fold(
                Select::new(language, "taken", room.t("desk-triage-taken"))
                    .support(room.t("desk-triage-taken-support"))
                    .choice(Choice::new(NOBODY, room.t("desk-assign-nobody"))),
                |select, (account, name)| select.choice(Choice::new(account.to_string(), name)),
            )
            .value(&taken),
        next: TextArea::new(language, "next", room.t("desk-triage-next"))
            .support(room.t("desk-triage-next-support"))
            .value(given("next", sorted.next_step(room.key())?))
            .rows(3)
            .optional()
            .errors(errors),
        history,
        base,
    };
    let mut page = room
        .page(room.category(&report.category), &body)
        .breadcrumb(room.t("desk-triage-title"), BOARD)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

/// Sorts a report: from its page with everything, from the board with the urgency alone.
pub(super) async fn sort(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let (before, report) = found(&room, id).await?;
    let mut errors = FormErrors::new();
    let Some(urgency) = Urgency::read(fields.get("urgency")) else {
        errors.add("urgency", room.t("desk-problem-required"));
        return shown(&room, &before, &report, Some(&fields), &errors).await;
    };
    let is_whole = fields.has("next");
    let next = plain(fields.get("next"), MOST + 1);
    if next.chars().count() > MOST {
        errors.add("next", room.t("desk-problem-long"));
        return shown(&room, &before, &report, Some(&fields), &errors).await;
    }
    let taken_by = match fields.get("taken") {
        NOBODY => Some(None),
        account => account.parse().ok().map(Some),
    };
    let is_new = is_whole && next != before.next_step(room.key())?;
    let sorting = Sorting {
        report: id,
        revision: fields.revision(),
        urgency: Some(urgency),
        confirmed: is_whole.then(|| fields.get("confirmed") == "1"),
        taken_by,
        next_step: if is_new {
            Some(seal_note(room.key(), id, &next)?)
        } else {
            None
        },
    };
    let notice = notice(&room, 1, &super::room::href(id));
    let outcome = room
        .write(
            (room.key().clone(), sorting, notice),
            |tx, (key, sorting, notice)| {
                Box::pin(async move {
                    match sort_report(tx, sorting).await? {
                        Some(account) => tell(tx, key, account, notice).await,
                        None => Ok(()),
                    }
                })
            },
        )
        .await;
    if let Err(error) = outcome {
        let Some(sentence) = room.sentence(&error) else {
            return Err(error.into());
        };
        room.refuse(sentence);
        let (now, report) = found(&room, id).await?;
        return shown(&room, &now, &report, None, &FormErrors::new()).await;
    }
    Ok(done(
        &format!("{BOARD}?event={}", before.emergency),
        "sorted",
    ))
}

/// A picture of a report of a disaster.
pub(super) async fn photo(
    room: Room,
    Path((id, photo)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let (_, report) = found(&room, id).await?;
    let (media_type, contents) =
        photos::contents(room.db(), room.key(), report.id, &photo, View::Original)
            .await?
            .ok_or(Problem::NotFound)?;
    Ok(private(([(header::CONTENT_TYPE, media_type)], contents)))
}
