//! One facility: what there is, and a week of what is free, as a table that reads from left to right.

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::IntoResponse,
};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_ui::{DescriptionList, Language, Map, Page, Words};

use super::{
    asked::Asked,
    front::{kind_key, time_address},
    words::{amount, hours, short_day},
};
use crate::{
    model::{
        availability::FreeTime,
        document::{FacilityDocument, FeeRow, Opens, Per, Resource, Rules, Times, Who},
        rules::Window,
        taken::TakenSteps,
    },
    store::{
        Facility,
        closures::{Stage, closures},
        reservations::taken,
    },
};

#[derive(Deserialize)]
pub(super) struct Asking {
    week: Option<Date>,
}

/// One field of the week's table.
struct Field {
    /// The mark that is seen: ○, × or −.
    mark: Cow<'static, str>,
    /// What the mark means, read aloud.
    meaning: Cow<'static, str>,
    /// Where it is booked, if it can be.
    href: Option<String>,
}

struct Line {
    band: String,
    fields: Vec<Field>,
}

struct ResourceWeek {
    id: String,
    name: String,
    summary: String,
    note: String,
    href: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "pages/facility.html")]
struct Body {
    words: Words,
    details: DescriptionList,
    map: Option<Map>,
    closed: Vec<String>,
    days: Vec<String>,
    resources: Vec<ResourceWeek>,
    earlier: Option<String>,
    later: String,
    rules: Vec<String>,
    fees: Vec<(String, String)>,
    ordinance: String,
}

/// Days of a week view.
const DAYS: i64 = 7;

pub(super) async fn page(
    asked: Asked,
    Path(key): Path<String>,
    Query(query): Query<Asking>,
) -> Result<impl IntoResponse, Problem> {
    let found = asked.facility(&key).await?;
    let document = &found.document;
    let (words, language) = (asked.words, asked.language);
    let today = asked.city().today();
    let first = query.week.unwrap_or(today).max(today);
    let days: Vec<Date> = (0..DAYS)
        .filter_map(|offset| first.checked_add(offset.days()).ok())
        .collect();
    let last = days.last().copied().unwrap_or(first);
    let now = asked.city().now();
    let until = document.last_day_of_courses(first, last);
    let taken = taken(asked.city().db(), &key, first, until, now).await?;
    let marks = Marks::of(words);
    let resources = document
        .resources
        .iter()
        .map(|resource| week_of(&asked, &marks, &found, resource, &days, &taken))
        .collect();
    let address = |day: Date| format!("/booking/{key}?week={day}#week");
    let body = Body {
        words,
        details: details(&asked, document),
        map: document.position.map(|position| {
            Map::of_place(
                language,
                "facility-map",
                words.get("booking-map-place"),
                position.degrees(),
            )
        }),
        closed: closed(&asked, &found).await?,
        days: days.iter().map(|day| short_day(words, *day)).collect(),
        resources,
        earlier: first
            .checked_sub(DAYS.days())
            .ok()
            .filter(|_| first > today)
            .map(|day| address(day.max(today))),
        later: address(first.checked_add(DAYS.days()).unwrap_or(first)),
        rules: {
            let mut all = rules(words, document, &document.rules);
            all.extend(super::points::rules(&asked, document, &document.rules));
            all
        },
        fees: fees(words, language, document, today),
        ordinance: document
            .fees
            .iter()
            .filter(|table| table.from <= today)
            .max_by_key(|table| table.from)
            .and_then(|table| table.ordinance.as_ref())
            .map_or_else(String::new, |text| text.get(language).to_owned()),
    };
    let mut page = Page::public(asked.shell.clone(), document.name.get(language), &body)
        .breadcrumb(words.get("booking-title"), "/booking");
    if let Some(summary) = &document.summary {
        page = page.lead(summary.get(language));
    }
    Ok(page)
}

/// The closures to come, in sentences.
async fn closed(asked: &Asked, found: &Facility) -> Result<Vec<String>, Problem> {
    let (words, language) = (asked.words, asked.language);
    let coming = closures(asked.city().db(), found.key(), asked.city().today()).await?;
    Ok(coming
        .iter()
        .filter(|closure| closure.stage != Stage::Reopened)
        .map(|closure| {
            let (first, last) = (
                short_day(words, closure.first),
                short_day(words, closure.last),
            );
            let mut days = if closure.first == closure.last {
                first
            } else {
                format!("{first}〜{last}")
            };
            let resource = closure
                .resource
                .as_deref()
                .and_then(|key| found.document.resource(key));
            if let Some(resource) = resource {
                days = format!("{days} {}", resource.name.get(language));
            }
            words
                .with(
                    "booking-closed-days",
                    &[
                        ("days", days.into()),
                        ("reason", closure.reason.as_str().into()),
                    ],
                )
                .into_owned()
        })
        .collect())
}

fn details(asked: &Asked, document: &FacilityDocument) -> DescriptionList {
    let (words, language) = (asked.words, asked.language);
    let mut details = DescriptionList::new().text(
        words.get("booking-kind"),
        words.get(&kind_key(document.kind)),
    );
    if let Some(address) = &document.address {
        details = details.text(words.get("booking-address"), address.get(language));
    }
    if let Some(phone) = &document.phone {
        details = details.text(words.get("booking-phone"), phone);
    }
    if let Some(access) = &document.access {
        details = details.text(words.get("booking-access"), access.get(language));
    }
    details
}

/// A mark and what it means.
type Mark = (Cow<'static, str>, Cow<'static, str>);

/// The marks of the week's table, looked up once for all of its fields: a big facility has thousands.
struct Marks {
    closed: Mark,
    not_now: Mark,
    taken: Mark,
    free: Mark,
}

impl Marks {
    fn of(words: Words) -> Self {
        let mark = |mark: &str, meaning: &str| (words.get(mark), words.get(meaning));
        Self {
            closed: mark("booking-mark-closed", "booking-meaning-closed"),
            not_now: mark("booking-mark-not-now", "booking-meaning-not-now"),
            taken: mark("booking-mark-taken", "booking-meaning-taken"),
            free: mark("booking-mark-free", "booking-meaning-free"),
        }
    }
}

fn week_of(
    asked: &Asked,
    marks: &Marks,
    found: &Facility,
    resource: &Resource,
    days: &[Date],
    taken: &TakenSteps,
) -> ResourceWeek {
    let (words, language) = (asked.words, asked.language);
    let document = &found.document;
    let now = asked.city().now();
    let field = |day: Date, times: &[&FreeTime<'_>]| {
        let bookable: Vec<&FreeTime<'_>> = times
            .iter()
            .copied()
            .filter(|time| document.window(resource, time.span, now) == Window::Open)
            .collect();
        let free: Vec<&FreeTime<'_>> = bookable
            .iter()
            .copied()
            .filter(|time| time.left > 0)
            .collect();
        let (mut mark, mut meaning) = match (times.is_empty(), bookable.is_empty(), free.len()) {
            (true, ..) => &marks.closed,
            (false, true, _) => &marks.not_now,
            (false, false, 0) => &marks.taken,
            (false, false, _) => &marks.free,
        }
        .clone();
        let places: u32 = free.iter().map(|time| time.left).sum();
        if !free.is_empty() && !matches!(resource.times, Times::Bands(_)) {
            let n = if matches!(resource.times, Times::Sessions(_)) {
                i64::from(places)
            } else {
                i64::try_from(free.len()).unwrap_or(0)
            };
            mark = format!("{mark}{n}").into();
            meaning = words.counted("booking-meaning-left", n);
        }
        let href = (!free.is_empty()).then(|| match free.as_slice() {
            [only] => time_address(found.key(), resource, day, only.span.from()),
            _ => format!("/booking/{}/{}?day={day}", found.key(), resource.key),
        });
        Field {
            mark,
            meaning,
            href,
        }
    };
    let times: Vec<(Date, Vec<FreeTime<'_>>)> = days
        .iter()
        .map(|day| (*day, document.times_of_day(resource, *day, taken)))
        .collect();
    let fields = |is_in_line: &dyn Fn(&FreeTime<'_>) -> bool| {
        times
            .iter()
            .map(|(day, times)| {
                let times: Vec<&FreeTime<'_>> =
                    times.iter().filter(|time| is_in_line(time)).collect();
                field(*day, &times)
            })
            .collect()
    };
    let lines = match &resource.times {
        Times::Bands(bands) => bands
            .iter()
            .map(|band| Line {
                band: format!("{} {}–{}", band.name.get(language), band.from, band.to),
                fields: fields(&|time| time.span.from() == band.from),
            })
            .collect(),
        Times::Free(_) | Times::Sessions(_) => vec![Line {
            band: asked.t("booking-times"),
            fields: fields(&|_| true),
        }],
    };
    let mut note = Vec::new();
    if let Some(most) = resource.capacity {
        note.push(
            words
                .with("booking-holds", &[("n", i64::from(most).into())])
                .into_owned(),
        );
    }
    if !resource.purposes.is_empty() {
        let names: Vec<&str> = resource
            .purposes
            .iter()
            .map(|purpose| purpose.name.get(language))
            .collect();
        note.push(names.join(&words.get("booking-and")));
    }
    let next = resource
        .beginnings()
        .into_iter()
        .find(|span| span.day() >= asked.city().today());
    if let Some(next) = next {
        let day = short_day(words, next.day());
        note.push(
            words
                .with_text(
                    if resource.course.is_some() {
                        "booking-next-course"
                    } else {
                        "booking-next-session"
                    },
                    "day",
                    &day,
                )
                .into_owned(),
        );
    }
    ResourceWeek {
        id: format!("resource-{}", resource.key),
        name: resource.name.get(language).to_owned(),
        summary: resource
            .summary
            .as_ref()
            .map_or_else(String::new, |text| text.get(language).to_owned()),
        note: note.join(" ／ "),
        href: format!("/booking/{}/{}", found.key(), resource.key),
        lines,
    }
}

/// The rules in sentences.
pub(super) fn rules(words: Words, document: &FacilityDocument, rules: &Rules) -> Vec<String> {
    let with = |key: &str, n: i64| words.with(key, &[("n", n.into())]).into_owned();
    let mut sentences = vec![
        words
            .get(match rules.who {
                Who::Anyone => "booking-rule-anyone",
                Who::Residents => "booking-rule-residents",
                Who::Groups => "booking-rule-groups",
                Who::StaffOnly => "booking-rule-staff",
            })
            .into_owned(),
        match rules.opens {
            _ if rules.lottery.is_some() => words.get("booking-rule-lottery").into_owned(),
            Opens::DaysBefore { days, at } => words
                .with(
                    "booking-rule-days-before",
                    &[("n", i64::from(days).into()), ("at", at.to_string().into())],
                )
                .into_owned(),
            Opens::MonthsBefore { months, day, at } => words
                .with(
                    "booking-rule-months-before",
                    &[
                        ("n", i64::from(months).into()),
                        ("day", i64::from(day).into()),
                        ("at", at.to_string().into()),
                    ],
                )
                .into_owned(),
        },
    ];
    if rules.closes_days_before > 0 {
        sentences.push(with(
            "booking-rule-closes",
            i64::from(rules.closes_days_before),
        ));
    }
    if let Some(groups) = &rules.groups {
        for (key, least) in [
            (
                "booking-rule-group-members",
                groups.members_at_least.map(i64::from),
            ),
            (
                "booking-rule-group-residents",
                groups.residents_percent.map(i64::from),
            ),
        ] {
            if let Some(least) = least {
                sentences.push(with(key, least));
            }
        }
    }
    if rules.waiting.is_some() {
        sentences.push(words.get("booking-rule-waiting").into_owned());
    }
    for (key, most) in [
        ("booking-rule-day", rules.most_on_a_day),
        ("booking-rule-month", rules.most_in_a_month),
        ("booking-rule-at-once", rules.most_at_once),
    ] {
        if let Some(most) = most {
            sentences.push(with(key, i64::from(most)));
        }
    }
    sentences.extend(cancelling(words, document, rules));
    sentences
}

/// How a booking can be given up, in sentences.
pub(crate) fn cancelling(words: Words, document: &FacilityDocument, rules: &Rules) -> Vec<String> {
    let cancelling = &rules.cancelling;
    // Where nothing ever costs anything, the place for somebody else is what counts.
    if document.fees.is_empty() {
        return vec![words.get("booking-rule-cancel-please").into_owned()];
    }
    if cancelling.late_percent == 0 {
        return vec![words.get("booking-rule-cancel-free").into_owned()];
    }
    vec![
        words
            .with(
                "booking-rule-cancel",
                &[
                    ("n", i64::from(cancelling.free_days_before).into()),
                    ("percent", i64::from(cancelling.late_percent).into()),
                ],
            )
            .into_owned(),
    ]
}

fn fees(
    words: Words,
    language: Language,
    document: &FacilityDocument,
    today: Date,
) -> Vec<(String, String)> {
    let Some(table) = document
        .fees
        .iter()
        .filter(|table| table.from <= today)
        .max_by_key(|table| table.from)
    else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for row in &table.rows {
        let names: Vec<&str> = document
            .resources
            .iter()
            .filter(|resource| resource.fee.as_ref() == Some(&row.fee))
            .map(|resource| resource.name.get(language))
            .collect();
        if names.is_empty() {
            continue;
        }
        lines.push((
            format!(
                "{}{}",
                names.join(&words.get("booking-and")),
                condition(words, language, document, row)
            ),
            words
                .with_text(
                    match row.per {
                        Per::Use => "booking-per-use",
                        Per::Hour => "booking-per-hour",
                        Per::Person => "booking-per-person",
                    },
                    "amount",
                    &amount(words, row.yen),
                )
                .into_owned(),
        ));
    }
    for change in &table.changes {
        lines.push((
            change.name.get(language).to_owned(),
            words
                .with(
                    if change.percent < 0 {
                        "booking-fee-less"
                    } else {
                        "booking-fee-more"
                    },
                    &[("percent", i64::from(change.percent.unsigned_abs()).into())],
                )
                .into_owned(),
        ));
    }
    lines
}

/// When a row of the fee table applies, in brackets.
fn condition(
    words: Words,
    language: Language,
    document: &FacilityDocument,
    row: &FeeRow,
) -> String {
    let mut parts = Vec::new();
    if let Some(band) = &row.band {
        let name = document.resources.iter().find_map(|resource| {
            let Times::Bands(bands) = &resource.times else {
                return None;
            };
            bands.iter().find(|known| known.key == *band)
        });
        if let Some(band) = name {
            parts.push(band.name.get(language).to_owned());
        }
    }
    if let Some(weekend) = row.weekend {
        let key = if weekend {
            "booking-fee-weekend"
        } else {
            "booking-fee-weekday"
        };
        parts.push(words.get(key).into_owned());
    }
    if parts.is_empty() {
        String::new()
    } else {
        words
            .with_text(
                "booking-in-brackets",
                "text",
                &parts.join(&words.get("booking-and")),
            )
            .into_owned()
    }
}

/// A time in words, for the link that books it.
pub(super) fn time_text(words: Words, language: Language, time: &FreeTime<'_>) -> String {
    match time.name {
        Some(name) => format!("{} {}", name.get(language), hours(words, time.span)),
        None => hours(words, time.span),
    }
}
