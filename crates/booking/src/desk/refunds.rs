//! What must be given back: more was paid than is owed.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use yakuba_city::web::Problem;
use yakuba_sheets::{Cell as SheetCell, CsvCharset, CsvOptions, Table as Sheet, write_csv};
use yakuba_ui::{Cell, Column, EmptyState, Fields, Html, Row, Table, Words, done};

use super::{
    HOME, href,
    room::{Room, file as csv_file, private},
};
use crate::{
    capabilities::RECEIVE,
    error::BookingError,
    pages::words::{amount, hours, short_day, what, when},
    store::{
        Facility,
        history::{Way, record_looks},
        reservations::{self, Reservation, to_give_back},
    },
};

#[derive(Template)]
#[template(path = "desk/refunds.html")]
struct Body {
    words: Words,
    table: Option<Table>,
    empty: EmptyState,
    total: String,
}

async fn found(room: &Room) -> Result<(Vec<Facility>, Vec<Reservation>), Problem> {
    let facilities = room.facilities(RECEIVE).await?;
    let keys: Vec<&str> = facilities.iter().map(Facility::key).collect();
    let all = to_give_back(room.db(), &keys).await?;
    Ok((facilities, all))
}

#[derive(Template)]
#[template(
    source = "<form method=\"post\" action=\"/desk/booking/refunds\"><button class=\"button\" data-type=\"outline\" data-size=\"small\" type=\"submit\" name=\"id\" value=\"{{ id }}\">{{ text }}<span class=\"visually-hidden\"> {{ about }}</span></button></form>",
    ext = "html"
)]
struct GivenBack<'a> {
    id: i64,
    text: String,
    about: &'a str,
}

pub(super) async fn page(room: Room) -> Result<Response, Problem> {
    let (facilities, all) = found(&room).await?;
    let (language, public) = (room.language(), room.public);
    let places: HashMap<&str, &Facility> = facilities
        .iter()
        .map(|place| (place.key(), place))
        .collect();
    let total = all.iter().fold(yakuba_kernel::Yen::ZERO, |sum, found| {
        sum.checked_add(found.to_give_back()).unwrap_or(sum)
    });
    let rows = all.iter().map(|found| {
        let about = format!(
            "{} {}",
            short_day(public, found.span.day()),
            hours(public, found.span)
        );
        let place = places.get(found.facility.as_str()).and_then(|place| {
            let resource = place.document.resource(&found.resource)?;
            Some(what(language, &place.document, resource))
        });
        let button = Html::render(&GivenBack {
            id: found.id,
            text: room.t("desk-given-back"),
            about: &about,
        });
        Row::new([
            Cell::link(&about, href(found.id)),
            Cell::text(place.unwrap_or_default()),
            Cell::text(room.p(&format!("booking-state-{}", found.state.name()))),
            Cell::text(amount(public, found.paid)),
            Cell::text(amount(public, found.to_give_back())),
            Cell::html(&button.unwrap_or_default()),
        ])
    });
    let body = Body {
        words: room.words,
        table: (!all.is_empty()).then(|| {
            Table::new(language, "refunds", room.t("desk-refunds"))
                .hide_caption()
                .columns([
                    Column::text(room.t("desk-column-when")).no_wrap(),
                    Column::text(room.t("desk-column-what")),
                    Column::text(room.t("desk-column-state")).no_wrap(),
                    Column::number(room.t("desk-paid")),
                    Column::number(room.t("desk-to-give-back")),
                    Column::text(room.t("desk-column-came")),
                ])
                .rows(rows)
                .stacked()
        }),
        empty: EmptyState::new(room.t("desk-refunds-none")),
        total: amount(public, total),
    };
    Ok(private(room.page_below(room.t("desk-refunds"), &body)))
}

/// Notes that what was paid too much has been given back.
pub(super) async fn given_back(room: Room, fields: Fields) -> Result<Response, Problem> {
    let id = fields.integer("id").ok_or(Problem::NotFound)?;
    let (found, _) = room.reservation(id).await?;
    let paid = found.owed().min(found.paid);
    room.write((id, paid), |tx, (id, paid)| {
        Box::pin(reservations::set_paid(tx, *id, *paid))
    })
    .await?;
    Ok(done(&format!("{HOME}/refunds"), "given-back"))
}

/// The list with names, for whoever transfers the money: each name in it is looked at.
pub(super) async fn file(room: Room) -> Result<Response, Problem> {
    let (facilities, all) = found(&room).await?;
    written(
        &room,
        &facilities,
        all,
        "attachment; filename=\"refunds.csv\"",
    )
    .await
}

/// Reservations with names and what is to be given back, as CSV.
pub(super) async fn written(
    room: &Room,
    facilities: &[Facility],
    all: Vec<Reservation>,
    disposition: &'static str,
) -> Result<Response, Problem> {
    let ids: Vec<i64> = all.iter().map(|found| found.id).collect();
    room.write((ids, room.account()?), |tx, (ids, account)| {
        Box::pin(record_looks(tx, ids, *account, Way::File))
    })
    .await?;
    let (language, public) = (room.language(), room.public);
    let mut sheet = Sheet {
        name: room.t("desk-refunds"),
        header: [
            "booking-number",
            "booking-what",
            "booking-when",
            "booking-name",
            "booking-your-phone",
            "booking-email",
            "booking-fee",
        ]
        .into_iter()
        .map(|key| room.p(key))
        .chain([room.t("desk-paid"), room.t("desk-to-give-back")])
        .collect(),
        rows: Vec::new(),
    };
    for found in &all {
        let (number, contact) = found
            .contact(room.key()?)?
            .ok_or(BookingError::NoSuchReservation)?;
        let place = facilities
            .iter()
            .find(|place| place.key() == found.facility)
            .and_then(|place| {
                let resource = place.document.resource(&found.resource)?;
                Some(what(language, &place.document, resource))
            });
        let yen = |yen: yakuba_kernel::Yen| SheetCell::Number(yen.amount().to_string());
        sheet.rows.push(vec![
            SheetCell::Text(number),
            SheetCell::Text(place.unwrap_or_default()),
            SheetCell::Text(when(public, language, found.span)),
            SheetCell::Text(contact.name),
            SheetCell::Text(contact.phone.unwrap_or_default()),
            SheetCell::Text(contact.email.unwrap_or_default()),
            yen(found.fee),
            yen(found.paid),
            yen(found.to_give_back()),
        ]);
    }
    let options = CsvOptions {
        charset: CsvCharset::Utf8Bom,
    };
    Ok(csv_file(
        "text/csv; charset=utf-8",
        disposition,
        write_csv(&sheet, options).bytes,
    ))
}
