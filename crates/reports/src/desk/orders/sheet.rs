//! The work order on paper: the way, and each stop with place, text, photo and room to write.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use yakuba_city::{Errand, web::Problem};
use yakuba_forms::files::{SmallPicture, smaller};
use yakuba_kernel::Point;
use yakuba_pdf::{Letter, LetterPart};
use yakuba_ui::format;

use super::{super::room::Room, name, order_to_work_on, show::metres, sketch::drawing, t, words};
use crate::{
    pages::asked::private,
    store::{
        Report, open_of,
        orders::{self, Work},
        photos::{self, View},
    },
};

/// Pixels of a printed photo on its longer side: about 200 to the inch on 80 millimetres.
const LONGEST: u32 = 640;
/// Millimetres of a printed photo.
const PHOTO: u8 = 80;

pub(super) async fn file(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = order_to_work_on(&room, id).await?;
    let language = room.language();
    let stops = orders::stops(room.db(), found.id).await?;
    let errands = super::errands(&room, &stops).await?;
    let departments = room.all_departments().await?;
    let mut rows = vec![(
        t(&room, "order-column-stops"),
        format::number(stops.len() as u64),
    )];
    rows.push((
        t(&room, "order-length"),
        format::distance(metres(&found, &stops), language),
    ));
    if let Some(start) = found.start {
        rows.push((t(&room, "order-start"), start.to_string()));
    }
    if !found.bring.is_empty() {
        rows.push((t(&room, "order-bring"), found.bring.clone()));
    }
    let mut parts = vec![LetterPart::Details { rows }];
    if let Some(svg) = drawing(&found, &stops) {
        parts.push(LetterPart::Drawing {
            svg,
            description: t(&room, "order-drawing"),
            millimetres: 170,
        });
    }
    for (number, stop) in (1_usize..).zip(&stops) {
        parts.push(LetterPart::Heading {
            text: format!("{number}. {}", name(&room, &errands, stop)),
        });
        match &stop.work {
            Work::Report(report) => add_report(&room, report, &mut parts).await?,
            Work::Errand { key, point } => {
                parts.push(errand_details(&room, errands.get(key), *point));
            }
        }
    }
    let letter = Letter {
        language: if language.is_japanese() { "ja" } else { "en" }.to_owned(),
        title: words(&room)
            .with_text(
                "order-sheet-title",
                "day",
                &format::date(found.day, language),
            )
            .into_owned(),
        number: String::new(),
        date: room.city.today(),
        date_text: String::new(),
        addressee: vec![found.crew.clone()],
        sender: departments
            .get(&found.department)
            .cloned()
            .into_iter()
            .collect(),
        parts,
        footer: t(&room, "order-sheet-footer"),
    };
    // Setting a page takes a moment of pure computing, which would hold up other requests.
    let printed = tokio::task::spawn_blocking(move || yakuba_pdf::letter(&letter))
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))?;
    Ok(private(
        (
            [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (
                    header::CONTENT_DISPOSITION,
                    format!(
                        "attachment; filename=\"work-order-{}-{}.pdf\"",
                        found.day, found.id
                    ),
                ),
            ],
            printed.bytes,
        )
            .into_response(),
    ))
}

/// What the crew needs to know of an errand, with room to write.
fn errand_details(room: &Room, errand: Option<&Errand>, point: Option<Point>) -> LetterPart {
    let mut rows = Vec::new();
    if let Some(errand) = errand {
        rows.push((room.public("reports-place"), errand.place.clone()));
        rows.extend(errand.about.iter().cloned());
        if let Some(due) = errand.due_on {
            let day = format::date(due, room.language());
            rows.push((t(room, "order-errand-until"), day));
        }
    }
    if let Some(point) = point {
        rows.push((room.public("reports-coordinates"), point.to_string()));
    }
    rows.retain(|(_, value)| !value.is_empty());
    rows.push((t(room, "order-mark"), t(room, "order-sheet-boxes")));
    LetterPart::Details { rows }
}

async fn add_report(
    room: &Room,
    report: &Report,
    parts: &mut Vec<LetterPart>,
) -> Result<(), Problem> {
    let language = room.language();
    let content = open_of(room.db(), room.key(), report).await?;
    let text = match &content {
        // What the desk wrote is shorter and has been looked at.
        _ if report.is_looked_at && !report.public_text.is_empty() => report.public_text.clone(),
        Some(content) => content.text().to_owned(),
        None => String::new(),
    };
    let place = match &content {
        _ if !report.public_place.is_empty() => report.public_place.clone(),
        Some(content) => content.place().to_owned(),
        None => String::new(),
    };
    let mut rows = vec![(room.public("reports-place"), place)];
    if let Some(point) = report.point {
        rows.push((room.public("reports-coordinates"), point.to_string()));
    }
    rows.push((t(room, "order-what"), text));
    rows.push((
        room.t("desk-column-due"),
        format::date(report.due_on, language),
    ));
    rows.push((room.t("desk-public-id"), report.public_id.clone()));
    rows.retain(|(_, value)| !value.is_empty());
    // Room to write by hand.
    rows.push((t(room, "order-mark"), t(room, "order-sheet-boxes")));
    parts.push(LetterPart::Details { rows });
    let photos = photos::of_report(room.db(), report.id).await?;
    if let Some(photo) = photos.first() {
        let opened =
            photos::contents(room.db(), room.key(), report.id, &photo.key, View::Covered).await?;
        if let Some((_, contents)) = opened {
            let small = tokio::task::spawn_blocking(move || smaller(&contents, LONGEST))
                .await
                .map_err(|error| Problem::internal(&error))?;
            // A sheet without a photo is better than no sheet.
            if let Ok(small) = small {
                parts.push(LetterPart::Drawing {
                    svg: as_svg(&small),
                    description: t(room, "order-photo"),
                    millimetres: PHOTO,
                });
            }
        }
    }
    Ok(())
}

/// A photo as an SVG, which is what the press takes.
fn as_svg(small: &SmallPicture) -> String {
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{0}" height="{1}" viewBox="0 0 {0} {1}"><image width="{0}" height="{1}" xlink:href="data:image/jpeg;base64,{2}"/></svg>"#,
        small.width,
        small.height,
        STANDARD.encode(&small.jpeg)
    )
}
