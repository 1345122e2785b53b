//! A report that comes in.

use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use yakuba_city::{Equipment, Fact, JAPAN, Tx, sql::Sql as _};
use yakuba_forms::{
    Answer, Answers,
    answers::{Coordinates, Place},
    model::document::Key,
};
use yakuba_identity::{CityKey, Receipt};
use yakuba_kernel::{Channel, Point, Subject};

use super::{
    followers::{self, Follower},
    own,
    photos::{self, Origin, SealedPhoto},
    report::{public_id, purpose, reference},
    steps::add_step,
};
use crate::{
    capabilities::POSTED,
    error::ReportError,
    model::{
        rules::{Category, PLACE, Rules, TEXT},
        state::State,
    },
};

/// Who reported, as far as they said. All of it is optional.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name.
    #[serde(default)]
    pub name: String,
    /// A telephone number.
    #[serde(default)]
    pub phone: String,
    /// A confirmed mail address, or one that staff wrote down.
    #[serde(default)]
    pub email: String,
}

impl Contact {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.phone.is_empty() && self.email.is_empty()
    }
}

/// Hides who it is.
impl std::fmt::Debug for Contact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Contact(…)")
    }
}

/// What a sender wrote.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The answers to the category's form.
    pub answers: Answers,
    /// The piece of equipment that it is about, as its register knows it: `assets/12`; empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub equipment: String,
    /// Who it was.
    #[serde(default)]
    pub contact: Contact,
    /// The language they read.
    #[serde(default)]
    pub language: String,
}

impl Content {
    /// Where it is, when they said so with coordinates.
    pub fn point(&self) -> Option<Point> {
        match self.answers.get(PLACE) {
            Some(Answer::Place(place)) => place
                .coordinates
                .and_then(|at| Point::from_degrees(at.latitude, at.longitude).ok()),
            _ => None,
        }
    }

    /// Puts it where a piece of equipment stands; words for the place that somebody wrote stay.
    pub fn put_at(&mut self, equipment: &Equipment) {
        equipment.key.clone_into(&mut self.equipment);
        let (Some(point), Ok(key)) = (equipment.point, Key::new(PLACE)) else {
            return;
        };
        let description = match self.place() {
            "" if equipment.place.is_empty() => equipment.name.clone(),
            "" => equipment.place.clone(),
            written => written.to_owned(),
        };
        let (latitude, longitude) = point.degrees();
        let place = Place {
            description,
            coordinates: Some(Coordinates {
                latitude,
                longitude,
            }),
        };
        self.answers.set(key, Answer::Place(place));
    }

    /// Where it is in words.
    pub fn place(&self) -> &str {
        match self.answers.get(PLACE) {
            Some(Answer::Place(place)) => &place.description,
            _ => "",
        }
    }

    /// What they wrote.
    pub fn text(&self) -> &str {
        match self.answers.get(TEXT) {
            Some(Answer::Text(text)) => text,
            _ => "",
        }
    }
}

/// A report about to be written. Everything that takes long is done before the write.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub(super) key: CityKey,
    pub(super) number: Receipt,
    pub(super) public_id: String,
    pub(super) category: String,
    pub(super) department: yakuba_kernel::DepartmentCode,
    pub(super) days: u32,
    pub(super) channel: Channel,
    pub(super) is_of_a_disaster: bool,
    written_at: Option<Timestamp>,
    pub(super) point: Option<Point>,
    pub(super) area: String,
    equipment: String,
    sealed: Vec<u8>,
    photos: Vec<SealedPhoto>,
    follower: Option<Follower>,
    owner: Option<String>,
}

impl NewReport {
    /// A report in a category, routed by its place and sealed.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn new(
        key: &CityKey,
        rules: &Rules,
        category: &Category,
        channel: Channel,
        content: &Content,
    ) -> Result<Self, ReportError> {
        let public_id = public_id(&mut rand::rng());
        let point = content.point();
        let area = point.map_or("", |point| rules.area_of(point));
        Ok(Self {
            number: Receipt::generate(),
            sealed: key.seal(&purpose(&public_id), &serde_json::to_vec(content)?)?,
            public_id,
            category: category.key.as_str().to_owned(),
            department: category.department_in(area).clone(),
            days: category.days,
            channel,
            is_of_a_disaster: category.disaster,
            written_at: None,
            point,
            area: area.to_owned(),
            equipment: content.equipment.clone(),
            photos: Vec::new(),
            follower: None,
            owner: None,
            key: key.clone(),
        })
    }

    /// With pictures.
    #[must_use]
    pub fn with_photos(mut self, photos: Vec<SealedPhoto>) -> Self {
        self.photos = photos;
        self
    }

    /// Written on paper earlier: that moment counts as when it came in. A moment that has not come yet does not.
    #[must_use]
    pub fn written_at(mut self, at: Timestamp) -> Self {
        self.written_at = Some(at);
        self
    }

    /// It stands in an account from then on, known by [`own::owner`].
    #[must_use]
    pub fn owned_by(mut self, owner: String) -> Self {
        self.owner = Some(owner);
        self
    }

    /// With somebody who is told what becomes of it.
    #[must_use]
    pub fn followed_by(mut self, follower: Follower) -> Self {
        self.follower = Some(follower);
        self
    }
}

/// What became of a report that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its number at the desk.
    pub id: i64,
    /// Its name in public addresses.
    pub public_id: String,
    /// The number by which its sender finds it.
    pub number: Receipt,
}

/// Takes a report.
///
/// # Errors
/// When the database does not carry it out.
pub async fn post(tx: &Tx, new: &NewReport) -> Result<Posted, ReportError> {
    let received_at = new.written_at.unwrap_or_else(|| tx.now()).min(tx.now());
    let due_on = JAPAN
        .to_datetime(received_at)
        .date()
        .checked_add(i64::from(new.days).days())
        .unwrap_or(jiff::civil::Date::MAX);
    let at = new.point.map(Point::millionths);
    let id: Option<i64> = tx
        .connection()
        .value(
            "INSERT INTO reports_reports (public_id, reference, category, department, channel, state, is_shown, is_looked_at, \
               received_at, due_on, changed_at, latitude, longitude, area, public_place, public_text, folded, sealed, authority, \
               is_contested, revision, equipment) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, 0, $7, $8, $13, $9, $10, $11, '', '', '', $12, '', 0, 1, $14) RETURNING id",
            [
                new.public_id.as_str().into(),
                reference(&new.key, &new.number).into(),
                new.category.as_str().into(),
                new.department.as_str().into(),
                new.channel.as_str().into(),
                State::Received.name().into(),
                received_at.as_microsecond().into(),
                due_on.to_string().into(),
                at.map(|at| at.0).into(),
                at.map(|at| at.1).into(),
                new.area.as_str().into(),
                new.sealed.clone().into(),
                tx.now().as_microsecond().into(),
                new.equipment.as_str().into(),
            ],
        )
        .await?;
    let id = id.ok_or(ReportError::NoSuchReport)?;
    add_step(
        tx,
        id,
        super::steps::Kind::State(State::Received),
        &yakuba_forms::model::document::Text::default(),
        None,
    )
    .await?;
    for photo in &new.photos {
        photos::add(tx, id, Origin::Report, photo).await?;
    }
    if let Some(follower) = &new.follower {
        followers::follow(tx, id, follower).await?;
    }
    if let Some(owner) = &new.owner {
        own::keep(tx, id, owner).await?;
    }
    tx.record(fact(&POSTED, new, received_at, id)?).await?;
    super::triage::put_on_the_board(tx, new, id).await?;
    Ok(Posted {
        id,
        public_id: new.public_id.clone(),
        number: new.number.clone(),
    })
}

fn fact(
    measure: &yakuba_city::Measure,
    new: &NewReport,
    at: Timestamp,
    id: i64,
) -> Result<Fact, ReportError> {
    Ok(Fact::one(&measure.name, at)
        .department(new.department.clone())
        .channel(new.channel)
        .subject(Subject::new(new.category.as_str())?)
        .record(format!("reports/{id}")))
}
