//! How the facilities are used, for everybody: hours, bookings, who came; by fiscal year, computed from the facts.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::Query,
    http::header,
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::Deserialize;
use yakuba_city::web::Problem;
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_sheets::{Cell as SheetCell, CsvCharset, CsvOptions, Table as Sheet, write_csv};
use yakuba_ui::{
    ButtonKind, Catalogue, Cell, Choice, Column, LinkButton, Page, Row, Select, Table, Words,
    format,
};

use super::{asked::Asked, front::kind_key};
use crate::{
    model::{
        document::{FacilityDocument, FacilityKind, Resource},
        statistics::{Counts, counts, of_facility},
    },
    store::{Facility, facilities},
};

/// The texts of this page.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("statistics");

/// So many fiscal years can be looked at.
const YEARS: usize = 6;

#[derive(Deserialize)]
pub(super) struct Asking {
    year: Option<i32>,
}

#[derive(Template)]
#[template(path = "pages/statistics.html")]
struct Body {
    words: Words,
    year: Select,
    until: Option<String>,
    tables: Vec<Table>,
}

/// A year's counts with those of the year before.
struct Reported {
    year: FiscalYear,
    counts: BTreeMap<String, Counts>,
    before: BTreeMap<String, Counts>,
    facilities: Vec<Facility>,
}

impl Reported {
    async fn read(asked: &Asked, year: Option<i32>) -> Result<Self, Problem> {
        let city = asked.city();
        let this = FiscalYear::from_date(city.today());
        let year = year
            .and_then(|year| FiscalYear::new(year).ok())
            .filter(|year| *year <= this)
            .unwrap_or(this);
        let totals = city
            .year_totals()
            .await
            .map_err(|error| Problem::internal(&error))?;
        Ok(Self {
            year,
            counts: counts(&totals, year.year()),
            before: counts(&totals, year.year() - 1),
            facilities: facilities(city.db()).await?,
        })
    }

    /// What was counted of something in a facility.
    fn of_resource(&self, document: &FacilityDocument, resource: &Resource) -> Counts {
        self.counts
            .get(&format!("{}.{}", document.key, resource.key))
            .copied()
            .unwrap_or_default()
    }

    /// What was counted of a facility but for its courses, which are counted apart: one booking of them is come to more than once.
    /// The hours are those of all.
    fn without_courses(&self, document: &FacilityDocument) -> Counts {
        document
            .resources
            .iter()
            .filter(|resource| resource.course.is_some())
            .fold(
                of_facility(&self.counts, &document.key),
                |counts, course| counts.without(self.of_resource(document, course)),
            )
    }

    fn of<'a>(
        &'a self,
        kinds: impl Fn(FacilityKind) -> bool + 'a,
    ) -> impl Iterator<Item = &'a FacilityDocument> {
        self.facilities
            .iter()
            .filter(move |facility| facility.is_offered && kinds(facility.document.kind))
            .map(|facility| &*facility.document)
    }
}

pub(super) async fn page(
    asked: Asked,
    Query(query): Query<Asking>,
) -> Result<impl IntoResponse, Problem> {
    let words = WORDS.words(asked.language);
    let language = asked.language;
    let year = Reported::read(&asked, query.year).await?;
    let this = FiscalYear::from_date(asked.city().today());
    let mut shown = Vec::new();
    let mut next = this;
    for _ in 0..YEARS {
        shown.push(Choice::new(
            next.year().to_string(),
            format::fiscal_year(next, language),
        ));
        next = next.previous();
    }
    let mut tables = vec![places(&asked, words, &year)];
    tables.extend(check_ups(&asked, words, &year));
    tables.extend(courses(&asked, words, &year));
    tables.extend(others(&asked, words, &year));
    let body = Body {
        words,
        year: Select::new(language, "year", words.get("statistics-year"))
            .choices(shown)
            .value(&year.year.year().to_string()),
        until: until(year.year, asked.city().today()).map(|day| {
            words
                .with_text("statistics-until", "day", &format::date(day, language))
                .into_owned()
        }),
        tables,
    };
    let download = LinkButton::new(
        words.get("statistics-csv"),
        format!("/booking/use/file?year={}", year.year),
    )
    .kind(ButtonKind::Other)
    .download();
    Ok(
        Page::public(asked.shell.clone(), words.get("statistics-title"), &body)
            .lead(words.get("statistics-lead"))
            .action(&download),
    )
}

/// The last day that is counted of a year that is not over.
fn until(year: FiscalYear, today: Date) -> Option<Date> {
    (year == FiscalYear::from_date(today))
        .then(|| today.yesterday().ok())
        .flatten()
}

fn percent(value: Option<Decimal>) -> String {
    value.map_or_else(
        || "－".to_owned(),
        |value| format!("{}%", format::decimal_places(value, 1)),
    )
}

fn hours(minutes: i64) -> String {
    format::number((minutes + 30) / 60)
}

/// The change of a share against the year before, in points; nothing without both.
fn change(words: Words, now: Counts, before: Counts) -> String {
    match (now.used_percent(), before.used_percent()) {
        (Some(now), Some(before)) => {
            let points = now - before;
            let sign = if points > Decimal::ZERO { "+" } else { "" };
            words
                .with_text(
                    "statistics-points",
                    "n",
                    &format!("{sign}{}", format::decimal_places(points, 1)),
                )
                .into_owned()
        }
        _ => "－".to_owned(),
    }
}

fn places(asked: &Asked, words: Words, year: &Reported) -> Table {
    let language = asked.language;
    let mut rows = Vec::new();
    let (mut all, mut all_before) = (Counts::default(), Counts::default());
    let cells = |title: Cell, now: Counts, before: Counts| {
        vec![
            title,
            Cell::text(hours(now.minutes_open)),
            Cell::text(hours(now.minutes_used)),
            Cell::text(percent(now.used_percent())),
            Cell::text(change(words, now, before)),
            Cell::text(format::number(now.made)),
            Cell::text(percent(now.online_percent())),
            Cell::text(format::number(now.cancelled)),
            Cell::text(format::number(now.absent)),
        ]
    };
    for kind in FacilityKind::ALL.into_iter().filter(|kind| kind.is_place()) {
        let (mut of_kind, mut of_kind_before, mut inside) =
            (Counts::default(), Counts::default(), Vec::new());
        for document in year.of(|other| other == kind) {
            let now = year.without_courses(document);
            let before = of_facility(&year.before, &document.key);
            of_kind = of_kind.and(now);
            of_kind_before = of_kind_before.and(before);
            let link = Cell::link(
                document.name.get(language),
                format!("/booking/{}", document.key),
            );
            inside.push(Row::new(cells(link, now, before)));
        }
        if inside.is_empty() {
            continue;
        }
        all = all.and(of_kind);
        all_before = all_before.and(of_kind_before);
        rows.push(
            Row::new(cells(
                Cell::text(asked.t(&kind_key(kind))),
                of_kind,
                of_kind_before,
            ))
            .marked(true),
        );
        rows.extend(inside);
    }
    rows.push(
        Row::new(cells(
            Cell::text(words.get("statistics-all")),
            all,
            all_before,
        ))
        .marked(true),
    );
    Table::new(language, "places", words.get("statistics-places"))
        .columns([
            Column::text(words.get("statistics-facility")),
            Column::number(words.get("statistics-hours-open")),
            Column::number(words.get("statistics-hours-used")),
            Column::number(words.get("statistics-share")),
            Column::number(words.get("statistics-change")),
            Column::number(words.get("statistics-made")),
            Column::number(words.get("statistics-online")),
            Column::number(words.get("statistics-cancelled")),
            Column::number(words.get("statistics-absent")),
        ])
        .rows(rows)
        .row_headers()
        .stacked()
}

fn check_ups(asked: &Asked, words: Words, year: &Reported) -> Option<Table> {
    let language = asked.language;
    let rows: Vec<Row> = year
        .of(|kind| kind == FacilityKind::CheckUp)
        .flat_map(|document| {
            document
                .resources
                .iter()
                .map(move |resource| (document, resource))
        })
        .map(|(document, resource)| {
            let now = year.of_resource(document, resource);
            Row::new([
                Cell::link(
                    resource.name.get(language),
                    format!("/booking/{}/{}", document.key, resource.key),
                ),
                Cell::text(if now.eligible > 0 {
                    format::number(now.eligible)
                } else {
                    "－".to_owned()
                }),
                Cell::text(format::number(now.made - now.cancelled)),
                Cell::text(format::number(now.attended)),
                Cell::text(percent(now.attended_percent())),
            ])
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Table::new(language, "check-ups", words.get("statistics-check-ups"))
            .columns([
                Column::text(words.get("statistics-check-up")),
                Column::number(words.get("statistics-eligible")),
                Column::number(words.get("statistics-booked")),
                Column::number(words.get("statistics-came")),
                Column::number(words.get("statistics-came-share")),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
    })
}

/// Courses: a place in one is booked once, and who comes is counted at each of its sessions.
fn courses(asked: &Asked, words: Words, year: &Reported) -> Option<Table> {
    let language = asked.language;
    let rows = year
        .of(|kind| kind != FacilityKind::CheckUp)
        .flat_map(|document| {
            document
                .resources
                .iter()
                .filter(|resource| resource.course.is_some())
                .map(move |resource| (document, resource))
        })
        .map(|(document, resource)| {
            let address = format!("/booking/{}/{}", document.key, resource.key);
            let link = Cell::link(resource.name.get(language), address);
            attendance_row(link, year.of_resource(document, resource))
        });
    let texts = [
        "statistics-courses",
        "statistics-course",
        "statistics-places-given",
        "statistics-came-sessions",
        "statistics-absent-sessions",
    ];
    attendance(words, "courses", texts, rows.collect())
}

/// Counters, classes, consultations and loans: what was booked, and who came.
fn others(asked: &Asked, words: Words, year: &Reported) -> Option<Table> {
    let language = asked.language;
    let rows = year
        .of(|kind| !kind.is_place() && kind != FacilityKind::CheckUp)
        .filter(|document| {
            document
                .resources
                .iter()
                .any(|resource| resource.course.is_none())
        })
        .map(|document| {
            let address = format!("/booking/{}", document.key);
            let link = Cell::link(document.name.get(language), address);
            attendance_row(link, year.without_courses(document))
        });
    let texts = [
        "statistics-others",
        "statistics-what",
        "statistics-made",
        "statistics-came",
        "statistics-absent",
    ];
    attendance(words, "others", texts, rows.collect())
}

fn attendance_row(link: Cell, now: Counts) -> Row {
    Row::new([
        link,
        Cell::text(format::number(now.made)),
        Cell::text(percent(now.online_percent())),
        Cell::text(format::number(now.cancelled)),
        Cell::text(format::number(now.attended)),
        Cell::text(format::number(now.absent)),
    ])
}

/// What was booked and who came; none without a row. The texts: what the table is about, what is booked, how many were made, came and
/// stayed away.
fn attendance(
    words: Words,
    id: &'static str,
    [caption, what, made, came, absent]: [&'static str; 5],
    rows: Vec<Row>,
) -> Option<Table> {
    (!rows.is_empty()).then(|| {
        Table::new(words.language(), id, words.get(caption))
            .columns([
                Column::text(words.get(what)),
                Column::number(words.get(made)),
                Column::number(words.get("statistics-online")),
                Column::number(words.get("statistics-cancelled")),
                Column::number(words.get(came)),
                Column::number(words.get(absent)),
            ])
            .rows(rows)
            .row_headers()
            .stacked()
    })
}

/// The same as a file: one row for each facility and each thing in it, with the counts as they are.
pub(super) async fn file(asked: Asked, Query(query): Query<Asking>) -> Result<Response, Problem> {
    const COLUMNS: [&str; 15] = [
        "year",
        "kind",
        "facility",
        "facility_name",
        "resource",
        "resource_name",
        "minutes_open",
        "minutes_used",
        "minutes_official",
        "made",
        "made_online",
        "cancelled",
        "attended",
        "absent",
        "attendance_counted_by",
    ];
    let year = Reported::read(&asked, query.year).await?;
    let mut rows = Vec::new();
    for document in year.of(|_| true) {
        let whole = std::iter::once((None, &document.name));
        let parts = document
            .resources
            .iter()
            .map(|resource| (Some(resource), &resource.name));
        for (resource, name) in whole.chain(parts) {
            let now = match resource {
                None => of_facility(&year.counts, &document.key),
                Some(resource) => year.of_resource(document, resource),
            };
            // Who comes to a course is counted at each session.
            let by_session = match resource {
                None => document
                    .resources
                    .iter()
                    .any(|resource| resource.course.is_some()),
                Some(resource) => resource.course.is_some(),
            };
            let mut row = vec![
                SheetCell::Number(year.year.to_string()),
                SheetCell::Text(document.kind.name().to_owned()),
                SheetCell::Text(document.key.clone()),
                SheetCell::Text(document.name.ja.clone()),
            ];
            if let Some(resource) = resource {
                row.push(SheetCell::Text(resource.key.to_string()));
                row.push(SheetCell::Text(name.ja.clone()));
                // Hours are counted by facility.
                row.extend([SheetCell::Empty, SheetCell::Empty, SheetCell::Empty]);
            } else {
                row.extend([SheetCell::Empty, SheetCell::Empty]);
                row.extend(
                    [now.minutes_open, now.minutes_used, now.minutes_official]
                        .map(|minutes| SheetCell::Number(minutes.to_string())),
                );
            }
            row.extend(
                [
                    now.made,
                    now.made_online,
                    now.cancelled,
                    now.attended,
                    now.absent,
                ]
                .map(|count| SheetCell::Number(count.to_string())),
            );
            let counted = if by_session { "session" } else { "booking" };
            row.push(SheetCell::Text(counted.to_owned()));
            rows.push(row);
        }
    }
    let table = Sheet {
        name: "use".to_owned(),
        header: COLUMNS.map(str::to_owned).to_vec(),
        rows,
    };
    let charset = CsvCharset::Utf8Bom;
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"facility-use-{}.csv\"", year.year),
            ),
        ],
        write_csv(&table, CsvOptions { charset }).bytes,
    )
        .into_response())
}
