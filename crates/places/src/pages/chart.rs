//! A file as a chart, drawn by the server: which column along, which numbers, and how rows come together stand in the address.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;
use yakuba_ui::{
    Cell, Choice, Column, EmptyState, Html, LinkButton, Page, Row, Select, Table, Words,
    charts::{BarAndTarget, Line, RowBars, Series},
    format,
};

use super::{
    dataset::kinds_of, href, href_of_file, href_of_newest, listed, numbers_of, visit::Visit,
};
use crate::{
    model::{
        chart::{About, Figures, Groups, How, MOST_FIGURES, Shape, Wanted, rows_read},
        content::{Form, names_of},
        segment::CHUNK_ROWS,
    },
    store::{
        self,
        tables::{chunk, chunks_of},
    },
};

/// A chart. Lying bars have no title of their own that is seen.
struct Drawing {
    title: Option<String>,
    chart: Html,
}

#[derive(Template)]
#[template(path = "public/chart.html")]
struct Body {
    words: Words,
    action: String,
    along: Select,
    figures: Vec<Select>,
    how: Select,
    shape: Select,
    /// What of the table is not in the chart.
    notes: Vec<String>,
    charts: Vec<Drawing>,
    empty: EmptyState,
    table: Table,
    links: Vec<LinkButton>,
}

/// What the address asks for; what it does not say is as suggested.
fn wanted(visit: &Visit, about: &About<'_>, names: &[String]) -> Wanted {
    let suggested = about.suggested();
    let place = |name: &str| names.iter().position(|known| known == name);
    let query = &visit.query;
    let Some(along) = place(query.get("along")) else {
        return suggested;
    };
    let mut figures: Vec<usize> = ["figure", "second"]
        .into_iter()
        .filter_map(|name| place(query.get(name)))
        .filter(|at| about.numbers.get(*at) == Some(&true))
        .collect();
    figures.dedup();
    // Without numbers there is nothing but to count.
    let how = match How::read(query.get("how")) {
        _ if figures.is_empty() => How::Count,
        how => how.unwrap_or_default(),
    };
    Wanted {
        along,
        figures,
        how,
        shape: Shape::read(query.get("shape")).unwrap_or_default(),
    }
}

pub(super) async fn page(
    visit: Visit,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let dataset = visit.dataset(&key).await?;
    let db = visit.city.db();
    let file = store::file(db, &key, number)
        .await?
        .ok_or(Problem::NotFound)?;
    let version = file.newest.as_ref().ok_or(Problem::NotFound)?;
    let table = store::table_of(&visit.city, version)
        .await?
        .ok_or(Problem::NotFound)?;
    let names = names_of(&version.columns);
    let kinds: Vec<_> = kinds_of(version).collect();
    let numbers = numbers_of(&visit.city, version, table).await?;
    let first = chunk(db, table, 0).await?.unwrap_or_default().rows;
    let about = About {
        header: &version.columns,
        kinds: &kinds,
        numbers: &numbers,
        rows: &first,
    };
    let wanted = wanted(&visit, &about, &names);
    let is_of_time = about.is_of_time(wanted.along);
    let mut groups = Groups::new(wanted.clone());
    let most = rows_read(version.columns.len());
    groups.add(&first);
    let chunks = i64::try_from(most.div_ceil(CHUNK_ROWS)).unwrap_or(i64::MAX);
    for piece in 1..chunks_of(version.rows).min(chunks) {
        let Some(piece) = chunk(db, table, piece).await? else {
            break;
        };
        groups.add(&piece.rows);
    }
    let figures = groups.end(is_of_time);

    let figure_name = |at: usize| {
        if wanted.how == How::Count {
            visit.t("places-chart-rows")
        } else {
            let column = wanted.figures.get(at).and_then(|at| names.get(*at));
            column.cloned().unwrap_or_default()
        }
    };
    let along = names.get(wanted.along).cloned().unwrap_or_default();
    let count = if wanted.how == How::Count {
        1
    } else {
        wanted.figures.len()
    };
    let labels: Vec<String> = figures
        .places
        .iter()
        .map(|(value, _)| {
            if value.is_empty() {
                visit.t("places-chart-blank")
            } else {
                value.clone()
            }
        })
        .collect();
    let has_any = figures
        .places
        .iter()
        .any(|(_, figures)| figures.iter().any(Option::is_some));
    let title_of = |figures: &str| {
        visit
            .words
            .with(
                &format!("places-chart-title-{}", wanted.how.name()),
                &[
                    ("along", along.clone().into()),
                    ("figures", figures.to_owned().into()),
                ],
            )
            .into_owned()
    };
    let names_of_figures: Vec<String> = (0..count).map(figure_name).collect();
    let whole_title = title_of(&listed(&names_of_figures, visit.language));
    let charts = if has_any {
        drawn(
            &visit,
            &wanted,
            &figures,
            &labels,
            &names_of_figures,
            &title_of,
        )
    } else {
        Vec::new()
    };
    let rows = labels
        .iter()
        .zip(&figures.places)
        .map(|(label, (_, told))| {
            let cells = (0..count).map(|at| match told.get(at).copied().flatten() {
                Some(figure) => Cell::text(format::decimal(figure)),
                None => Cell::text("－"),
            });
            Row::new(std::iter::once(Cell::text(label)).chain(cells))
        });
    let columns = names_of_figures.iter().map(Column::number);
    let shown = Table::new(visit.language, "figures", whole_title)
        .columns(std::iter::once(Column::text(&along)).chain(columns))
        .rows(rows)
        .row_headers();

    let choices = |select: Select, numbers_only: bool| {
        names
            .iter()
            .enumerate()
            .filter(|(at, _)| !numbers_only || numbers.get(*at) == Some(&true))
            .fold(select, |select, (_, name)| {
                select.choice(Choice::new(name, name))
            })
    };
    let chosen = |at: usize| {
        let column = wanted.figures.get(at).and_then(|at| names.get(*at));
        column.map_or("", String::as_str)
    };
    let none = Choice::new("", visit.t("places-chart-none"));
    let figure_selects = [("figure", 0), ("second", 1)]
        .into_iter()
        .take(MOST_FIGURES.min(numbers.iter().filter(|is| **is).count()))
        .map(|(name, at)| {
            let select = Select::new(
                visit.language,
                name,
                visit.t(&format!("places-chart-{name}")),
            );
            choices(select.choice(none.clone()), true).value(chosen(at))
        })
        .collect();
    let body = Body {
        words: visit.words,
        action: format!("{}/chart", href_of_file(&key, number)),
        along: choices(
            Select::new(visit.language, "along", visit.t("places-chart-along")),
            false,
        )
        .value(&along),
        figures: figure_selects,
        how: How::ALL
            .iter()
            .fold(
                Select::new(visit.language, "how", visit.t("places-chart-how")),
                |select, how| {
                    let name = how.name();
                    select.choice(Choice::new(
                        name,
                        visit.t(&format!("places-chart-how-{name}")),
                    ))
                },
            )
            .value(wanted.how.name()),
        shape: Shape::ALL
            .iter()
            .fold(
                Select::new(visit.language, "shape", visit.t("places-chart-shape")),
                |select, shape| {
                    let name = shape.name();
                    select.choice(Choice::new(
                        name,
                        visit.t(&format!("places-chart-shape-{name}")),
                    ))
                },
            )
            .value(wanted.shape.name()),
        notes: notes(&visit, version.rows, &figures, is_of_time),
        charts,
        empty: EmptyState::new(visit.t("places-chart-nothing")),
        table: shown,
        links: vec![
            LinkButton::new(
                visit.t("places-chart-whole"),
                href_of_newest(&key, number, Form::Csv),
            )
            .download(),
        ],
    };
    let title = visit
        .words
        .with_text("places-chart-of", "file", &file.title)
        .into_owned();
    Ok(Page::public(visit.shell.clone(), title, &body)
        .lead(visit.t("places-chart-lead"))
        .breadcrumb(visit.t("places-title"), "/data")
        .breadcrumb(visit.title(&dataset), href(&key))
        .into_response())
}

/// What of the table is not in the chart, in sentences.
fn notes(visit: &Visit, rows: i64, figures: &Figures, is_of_time: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if i64::try_from(figures.read).unwrap_or(i64::MAX) < rows {
        notes.push(
            visit
                .words
                .with(
                    "places-chart-part",
                    &[
                        ("rows", format::number(rows).into()),
                        ("read", format::number(figures.read as u64).into()),
                    ],
                )
                .into_owned(),
        );
    }
    let shown = figures.places.len();
    if shown < figures.all {
        let key = if is_of_time {
            "places-chart-newest"
        } else {
            "places-chart-some"
        };
        notes.push(
            visit
                .words
                .with(
                    key,
                    &[
                        ("all", format::number(figures.all as u64).into()),
                        ("shown", format::number(shown as u64).into()),
                    ],
                )
                .into_owned(),
        );
    }
    notes
}

fn drawn(
    visit: &Visit,
    wanted: &Wanted,
    figures: &Figures,
    labels: &[String],
    names: &[String],
    title_of: &impl Fn(&str) -> String,
) -> Vec<Drawing> {
    let values = |at: usize| {
        figures
            .places
            .iter()
            .map(move |(_, figures)| figures.get(at).copied().flatten())
    };
    let series = |at: usize| Series::new(&names[at]).plain(values(at));
    let charts = 0..names.len();
    match wanted.shape {
        Shape::Rows => charts
            .map(|at| {
                let largest = values(at).flatten().max().unwrap_or_default();
                let title = title_of(&names[at]);
                let chart = labels.iter().zip(values(at)).fold(
                    RowBars::new(visit.language, format!("chart-{at}"), title, largest),
                    |chart, (label, figure)| {
                        let text = figure.map_or_else(|| "－".to_owned(), format::decimal);
                        chart.row(label, figure, text)
                    },
                );
                Drawing {
                    title: Some(title_of(&names[at])),
                    chart: Html::of(&chart),
                }
            })
            .collect(),
        Shape::Columns => {
            let title = title_of(&listed(names, visit.language));
            let mut chart = BarAndTarget::new(visit.language, "chart", title, "", series(0));
            if names.len() > 1 {
                chart = chart.beside(series(1));
            }
            vec![Drawing {
                title: None,
                chart: Html::of(&chart.labels(labels.iter().cloned())),
            }]
        }
        Shape::Line => charts
            .map(|at| {
                let mut chart = Line::new(
                    visit.language,
                    format!("chart-{at}"),
                    title_of(&names[at]),
                    "",
                    series(at),
                );
                // Counts and sums are read by their height.
                if wanted.how != How::Mean {
                    chart = chart.from_zero();
                }
                Drawing {
                    title: None,
                    chart: Html::of(&chart.labels(labels.iter().cloned())),
                }
            })
            .collect(),
    }
}
