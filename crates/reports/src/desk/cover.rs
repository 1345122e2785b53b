//! Painting over faces and number plates in a picture before it is published.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use yakuba_city::web::Problem;
use yakuba_forms::files::{MOST_PARTS, PicturePart};
use yakuba_kernel::{Decimal, text::fold_width};
use yakuba_ui::{ErrorSummary, Fields, FormErrors, Words, done};

use super::{
    room::{Room, href},
    show::picture,
};
use crate::{
    pages::asked::private,
    store::{
        Report,
        photos::{self, Covering, Photo, View},
        steps,
    },
};

/// The boxes of a part.
const SIDES: [&str; 4] = ["left", "top", "width", "height"];
/// Empty rows that are offered beside those in use.
const FREE_ROWS: usize = 5;

/// A row of boxes, as typed or as kept.
struct Row {
    /// The place of the row, from 1.
    number: usize,
    cells: Vec<Cell>,
    /// The rectangle in the drawing, in percent; none when nothing stands in the row or it cannot be read.
    part: Option<[String; 4]>,
    is_wrong: bool,
}

struct Cell {
    name: String,
    side: String,
    value: String,
}

#[derive(Template)]
#[template(path = "desk/cover.html")]
struct Body {
    words: Words,
    base: String,
    photo: String,
    revision: i64,
    by_program: Option<String>,
    sides: [String; 4],
    rows: Vec<Row>,
    summary: ErrorSummary,
}

/// The name of the first box of a row.
fn first_of(number: usize) -> String {
    format!("{}-{number}", SIDES[0])
}

fn counted(room: &Room, key: &str, number: usize) -> String {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    room.words.counted(key, number).into_owned()
}

/// A share of a picture in percent: `12.5`.
fn percent(thousandths: u16) -> String {
    Decimal::new(thousandths.into(), 1).normalize().to_string()
}

/// A share that was typed in percent, in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let typed: Decimal = fold_width(text).trim().parse().ok()?;
    u16::try_from((typed * Decimal::TEN).round()).ok()
}

/// What a side of a part is called.
fn side_names(room: &Room) -> [String; 4] {
    SIDES.map(|side| room.t(&format!("desk-cover-{side}")))
}

fn row(number: usize, values: [String; 4], names: &[String; 4], is_wrong: bool) -> Row {
    let part = read_row(&values).ok().flatten();
    let cells = SIDES.iter().zip(names).zip(values);
    Row {
        number,
        part: part.map(|part| part.sides().map(percent)),
        cells: cells
            .map(|((side, name), value)| Cell {
                name: format!("{side}-{number}"),
                side: name.clone(),
                value,
            })
            .collect(),
        is_wrong,
    }
}

/// The part of a row; none when nothing stands in it.
fn read_row(values: &[String; 4]) -> Result<Option<PicturePart>, ()> {
    if values.iter().all(|value| value.trim().is_empty()) {
        return Ok(None);
    }
    let [left, top, width, height] = values.each_ref().map(|value| thousandths(value).ok_or(()));
    PicturePart::new(left?, top?, width?, height?)
        .map(Some)
        .map_err(drop)
}

async fn photo_of(room: &Room, found: &Report, name: &str) -> Result<Photo, Problem> {
    photos::of_report(room.db(), found.id)
        .await?
        .into_iter()
        .find(|photo| photo.key == name)
        .ok_or(Problem::NotFound)
}

pub(super) async fn page(
    room: Room,
    Path((id, photo)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let photo = photo_of(&room, &found, &photo).await?;
    let kept = photo.parts()?.unwrap_or_default();
    let typed = kept.iter().map(|part| part.sides().map(percent)).collect();
    Ok(shown(&room, &found, &photo, typed, &FormErrors::new()))
}

fn shown(
    room: &Room,
    found: &Report,
    photo: &Photo,
    mut typed: Vec<[String; 4]>,
    errors: &FormErrors,
) -> Response {
    let used = typed.len();
    typed.resize_with((used + FREE_ROWS).min(MOST_PARTS), Default::default);
    let by_program = photo
        .is_by_program()
        .then(|| counted(room, "desk-cover-by-program", used));
    let sides = side_names(room);
    let body = Body {
        words: room.words,
        base: href(found.id),
        photo: photo.key.clone(),
        revision: found.revision,
        by_program,
        rows: typed
            .into_iter()
            .enumerate()
            .map(|(place, values)| {
                let number = place + 1;
                row(
                    number,
                    values,
                    &sides,
                    errors.get(&first_of(number)).is_some(),
                )
            })
            .collect(),
        sides: side_names(room),
        summary: errors.summary(room.language()),
    };
    let mut page = room
        .page_below(room.t("desk-cover"), &body)
        .breadcrumb(room.title(found), href(found.id));
    if !errors.is_empty() {
        page = page
            .with_errors(true)
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    private(page)
}

pub(super) async fn save(
    mut room: Room,
    Path((id, photo)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    let photo = photo_of(&room, &found, &photo).await?;
    let (mut typed, mut parts, mut errors) = (Vec::new(), Vec::new(), FormErrors::new());
    for number in 1..=MOST_PARTS {
        let values = SIDES.map(|side| fields.get(&format!("{side}-{number}")).to_owned());
        match read_row(&values) {
            Ok(None) => continue,
            Ok(Some(part)) => parts.push(part),
            // Rows move up when one between them is empty.
            Err(()) => {
                let number = typed.len() + 1;
                errors.add(
                    first_of(number),
                    counted(&room, "desk-cover-problem", number),
                );
            }
        }
        typed.push(values);
    }
    if !errors.is_empty() {
        return Ok(shown(&room, &found, &photo, typed, &errors));
    }
    let (_, original) =
        photos::contents(room.db(), room.key(), found.id, &photo.key, View::Original)
            .await?
            .ok_or(Problem::NotFound)?;
    let (key, name) = (room.key().clone(), photo.key.clone());
    let covering =
        tokio::task::spawn_blocking(move || Covering::new(&key, &name, &original, parts))
            .await
            .map_err(|error| Problem::internal(&error))??;
    let input = (found.id, fields.revision(), covering);
    let outcome = room
        .write(input, |tx, (report, revision, covering)| {
            Box::pin(steps::cover(tx, *report, *revision, covering))
        })
        .await;
    let Err(error) = outcome else {
        return Ok(done(&href(found.id), "covered"));
    };
    let Some(sentence) = room.sentence(&error) else {
        return Err(error.into());
    };
    room.refuse(sentence);
    let found = room.report(found.id).await?;
    Ok(shown(&room, &found, &photo, typed, &errors))
}

/// The picture as it was sent, for those who paint on it.
pub(super) async fn original(
    room: Room,
    Path((id, photo)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let found = room.report_to_work_on(id).await?;
    picture(&room, &found, &photo, View::Original).await
}
