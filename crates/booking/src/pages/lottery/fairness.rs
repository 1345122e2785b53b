//! How fair a draw was: as part of a round's page and of the desk's, and as a file.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use yakuba_city::web::Problem;
use yakuba_sheets::{Cell as SheetCell, CsvCharset, CsvOptions, Table as Sheet, write_csv};
use yakuba_ui::{Cell, Column, Table};

use super::{Room, choosing::ordinal};
use crate::{
    model::lottery::fairness::{Fairness, SMALLEST, Winners, gini, hide_small},
    pages::{asked::Asked, words::when},
    store::lottery::{self, Round},
};

/// So many of the most wanted times are shown; the file has all.
const MOST_TIMES: usize = 12;
/// Those who won so often or more are counted together.
const OFTEN: u64 = 4;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Anybody: small counts are hidden.
    ByAll,
    /// Staff of the facility.
    ByStaff,
}

/// The figures as tables.
pub(crate) struct Shown {
    pub(crate) times: Option<Table>,
    pub(crate) wishes: Table,
    pub(crate) year: Option<Table>,
    pub(crate) gini: String,
    pub(crate) hides: bool,
}

fn seen(counts: &[u64], by: Seen) -> Vec<Option<u64>> {
    match by {
        Seen::ByAll => hide_small(counts),
        Seen::ByStaff => counts.iter().copied().map(Some).collect(),
    }
}

/// Winners by how often, with those who won often together.
fn year_of(figures: &Fairness) -> Vec<Winners> {
    let mut all: Vec<Winners> = Vec::new();
    for one in &figures.year {
        let wins = one.wins.min(OFTEN);
        match all.last_mut() {
            Some(last) if last.wins == wins => last.holders += one.holders,
            _ => all.push(Winners {
                wins,
                holders: one.holders,
            }),
        }
    }
    all
}

/// What a round's page shows of its draw; none before it.
pub(crate) async fn shown(room: &Room, round: &Round, by: Seen) -> Result<Option<Shown>, Problem> {
    let Some(figures) = lottery::fairness(room.asked.city().db(), round.id).await? else {
        return Ok(None);
    };
    let hidden = room.t("lottery-fair-hidden");
    let count =
        |count: Option<u64>| count.map_or_else(|| hidden.clone(), |count| count.to_string());
    let share = |count: Option<u64>, whole: u64| match count {
        Some(count) if whole > 0 => {
            let percent = (count * 200 + whole) / (whole * 2);
            room.counted("lottery-percent", i64::try_from(percent).unwrap_or(0))
        }
        _ => "－".to_owned(),
    };
    let (labels, counts) = wishes(room, &figures);
    let wishes = labels.iter().zip(seen(&counts, by)).fold(
        Table::new(room.language(), "wishes", room.t("lottery-fair-wishes")).columns([
            Column::text(room.t("lottery-fair-wish")),
            Column::number(room.t("lottery-column-entries")),
            Column::number(room.t("lottery-fair-share")),
        ]),
        |table, (label, found)| {
            table.row([
                Cell::text(label),
                Cell::text(count(found)),
                Cell::text(share(found, figures.entries)),
            ])
        },
    );
    let bins = year_of(&figures);
    let holders: Vec<u64> = bins.iter().map(|bin| bin.holders).collect();
    let of_all: u64 = holders.iter().sum();
    let enough = by == Seen::ByStaff || of_all >= SMALLEST * 4;
    let year = bins.iter().zip(seen(&holders, by)).fold(
        Table::new(room.language(), "year", room.t("lottery-fair-year")).columns([
            Column::text(room.t("lottery-fair-year-wins")),
            Column::number(room.t("lottery-fair-holders")),
            Column::number(room.t("lottery-fair-share")),
        ]),
        |table, (bin, found)| {
            let key = if bin.wins >= OFTEN {
                "lottery-fair-times-or-more"
            } else {
                "lottery-fair-times-count"
            };
            table.row([
                Cell::text(room.counted(key, i64::try_from(bin.wins).unwrap_or(0))),
                Cell::text(count(found)),
                Cell::text(share(found, of_all)),
            ])
        },
    );
    Ok(Some(Shown {
        times: times(room, &figures, by),
        wishes: wishes.row_headers().stacked(),
        year: enough.then(|| year.row_headers().stacked()),
        gini: gini(&figures.year)
            .filter(|_| enough)
            .map_or_else(String::new, |hundredths| {
                let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
                room.texts
                    .with_text("lottery-fair-gini", "gini", &text)
                    .into_owned()
            }),
        hides: by == Seen::ByAll,
    }))
}

/// The rows of which wish was granted: each choice, and none.
fn wishes(room: &Room, figures: &Fairness) -> (Vec<String>, Vec<u64>) {
    let mut labels: Vec<String> = (0..figures.wishes.len())
        .map(|place| ordinal(room, place))
        .collect();
    let mut counts = figures.wishes.clone();
    labels.push(room.t("lottery-fair-nothing"));
    counts.push(figures.nothing);
    (labels, counts)
}

fn times(room: &Room, figures: &Fairness, by: Seen) -> Option<Table> {
    let most_wanted: Vec<_> = figures
        .times
        .iter()
        .filter(|time| by == Seen::ByStaff || time.entries >= SMALLEST)
        .take(MOST_TIMES)
        .collect();
    if most_wanted.is_empty() {
        return None;
    }
    let table = Table::new(room.language(), "odds", room.t("lottery-fair-times")).columns([
        Column::text(room.t("lottery-fair-time")),
        Column::number(room.t("lottery-column-entries")),
        Column::number(room.t("lottery-fair-places")),
        Column::number(room.t("lottery-fair-odds")),
        Column::number(room.t("lottery-column-won")),
    ]);
    Some(
        most_wanted
            .into_iter()
            .fold(table, |table, time| {
                let odds = time.tenths().map_or_else(
                    || "－".to_owned(),
                    |tenths| {
                        let text = format!("{}.{}", tenths / 10, tenths % 10);
                        room.texts
                            .with_text("lottery-fair-odds-value", "n", &text)
                            .into_owned()
                    },
                );
                table.row([
                    Cell::text(when(room.asked.words, room.language(), time.span)),
                    Cell::text(time.entries.to_string()),
                    Cell::text(time.places.to_string()),
                    Cell::text(odds),
                    Cell::text(time.won.to_string()),
                ])
            })
            .row_headers()
            .stacked(),
    )
}

/// The figures as a file: one row for each.
pub(crate) async fn file(room: &Room, round: &Round, by: Seen) -> Result<Response, Problem> {
    const COLUMNS: [&str; 9] = [
        "figure", "day", "from", "to", "of", "entries", "places", "won", "count",
    ];
    let figures = lottery::fairness(room.asked.city().db(), round.id)
        .await?
        .ok_or(Problem::NotFound)?;
    let number = |count: u64| SheetCell::Number(count.to_string());
    let counted = |count: Option<u64>| count.map_or(SheetCell::Empty, number);
    let text = |text: String| SheetCell::Text(text);
    let mut rows = Vec::new();
    for time in &figures.times {
        if by == Seen::ByAll && time.entries < SMALLEST {
            continue;
        }
        rows.push(vec![
            text("time".to_owned()),
            text(time.span.day().to_string()),
            text(time.span.from().to_string()),
            text(time.span.to().to_string()),
            SheetCell::Empty,
            number(time.entries),
            number(time.places),
            number(time.won),
            SheetCell::Empty,
        ]);
    }
    let mut counts = |figure: &str, of: Vec<String>, found: Vec<Option<u64>>| {
        for (of, found) in of.into_iter().zip(found) {
            let mut row = vec![text(figure.to_owned())];
            row.extend([SheetCell::Empty, SheetCell::Empty, SheetCell::Empty]);
            row.push(text(of));
            row.extend([SheetCell::Empty, SheetCell::Empty, SheetCell::Empty]);
            row.push(counted(found));
            rows.push(row);
        }
    };
    let mut granted: Vec<u64> = figures.wishes.clone();
    granted.push(figures.nothing);
    let choices = (1..=figures.wishes.len())
        .map(|place| place.to_string())
        .chain(["none".to_owned()])
        .collect();
    counts("wish_granted", choices, seen(&granted, by));
    let bins = year_of(&figures);
    let holders: Vec<u64> = bins.iter().map(|bin| bin.holders).collect();
    if by == Seen::ByStaff || holders.iter().sum::<u64>() >= SMALLEST * 4 {
        let wins = bins
            .iter()
            .map(|bin| {
                let more = if bin.wins >= OFTEN { "+" } else { "" };
                format!("{}{more}", bin.wins)
            })
            .collect();
        counts("wins_in_a_year", wins, seen(&holders, by));
        if let Some(hundredths) = gini(&figures.year) {
            rows.push(
                [text("gini".to_owned())]
                    .into_iter()
                    .chain((0..7).map(|_| SheetCell::Empty))
                    .chain([SheetCell::Number(format!(
                        "{}.{:02}",
                        hundredths / 100,
                        hundredths % 100
                    ))])
                    .collect(),
            );
        }
    }
    let table = Sheet {
        name: "fairness".to_owned(),
        header: COLUMNS.map(str::to_owned).to_vec(),
        rows,
    };
    let charset = CsvCharset::Utf8Bom;
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!(
                    "attachment; filename=\"lottery-{}-fairness.csv\"",
                    round.month
                ),
            ),
        ],
        write_csv(&table, CsvOptions { charset }).bytes,
    )
        .into_response())
}

pub(super) async fn public_file(asked: Asked, Path(id): Path<i64>) -> Result<Response, Problem> {
    let room = Room::new(asked);
    let (round, _) = room.round(id).await?;
    file(&room, &round, Seen::ByAll).await
}
