//! Where a report is, as the desk corrects it: found by address, picked on the map, or written as coordinates; and which equipment it is about.

use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};
use yakuba_city::{Equipment, web::Problem};
use yakuba_forms::{
    Answer, Answers, FieldProblem, Form, Wish,
    answers::{Coordinates, Place},
    fill_in_place, mark_places,
    model::document::{Key, Text},
};
use yakuba_kernel::Point;
use yakuba_ui::{
    Choice, ErrorSummary, Fields, FormErrors, Html, NotificationBanner, RadioGroup, TextArea,
    Words, done, format,
};

use super::{
    HOME,
    room::{Room, href},
};
use crate::{
    capabilities::WORK,
    equipment,
    error::ReportError,
    model::rules::{Category, PLACE},
    pages::asked::{plain, private},
    store::{
        Content, Report, open_of,
        steps::{self, Placing},
    },
};

/// Letters of the reason at most.
const MOST: usize = 500;
/// What says that it is about no equipment.
const NONE: &str = "none";

#[derive(Template)]
#[template(path = "desk/place.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    base: String,
    revision: i64,
    controls: Html,
    equipment: Option<RadioGroup>,
    reason: TextArea,
}

/// A report that is about to get another place.
struct Placed<'r> {
    room: &'r Room,
    found: Report,
    category: Category,
    form: std::sync::Arc<Form>,
}

impl<'r> Placed<'r> {
    async fn of(room: &'r Room, id: i64) -> Result<Self, Problem> {
        let found = room.report_to_work_on(id).await?;
        let current = &room.current;
        let gone = || ReportError::NoSuchCategory(found.category.clone());
        Ok(Self {
            category: current
                .rules
                .category(&found.category)
                .cloned()
                .ok_or_else(gone)?,
            form: current.form(&found.category, false).ok_or_else(gone)?,
            room,
            found,
        })
    }

    /// What may be near the place that is typed, with what it says about it.
    async fn offered(&self, content: &Content) -> Result<Vec<(Equipment, String)>, Problem> {
        let (city, language) = (&self.room.city, self.room.language());
        let mut all = Vec::new();
        if let Some(point) = content.point() {
            for (piece, away) in equipment::near(city, &self.category, point, language).await? {
                let note = format::distance(away, language);
                all.push((piece, note));
            }
        }
        if all
            .iter()
            .all(|(piece, _)| piece.key != self.found.equipment)
            && let Some(piece) = equipment::piece(city, &self.found.equipment, language).await?
        {
            all.insert(0, (piece, self.room.t("desk-place-now")));
        }
        Ok(all)
    }

    async fn shown(
        &self,
        content: &Content,
        typed: &Fields,
        problems: &[FieldProblem],
        looked_up: Option<&str>,
        errors: &FormErrors,
    ) -> Result<Response, Problem> {
        let (room, language) = (self.room, self.room.language());
        let mut marks = yakuba_forms::Marks::new();
        mark_places(
            &room.city,
            &self.form,
            &content.answers,
            looked_up,
            &mut marks,
        )
        .await?;
        let evaluation = self.form.evaluate(&content.answers, room.city.today());
        let offered = self.offered(content).await?;
        let chosen = match typed.optional("equipment") {
            Some(key) => key,
            None if self.found.equipment.is_empty() => NONE.to_owned(),
            None => self.found.equipment.clone(),
        };
        let is_stale = typed.has("revision") && typed.revision() != self.found.revision;
        let body = Body {
            words: room.words,
            errors: errors.summary(language),
            base: href(self.found.id),
            revision: self.found.revision,
            controls: self.form.render_page_marked(
                PLACE,
                &content.answers,
                &evaluation,
                problems,
                &marks,
                language,
            ),
            equipment: (!offered.is_empty()).then(|| {
                RadioGroup::new(language, "equipment", room.public("reports-equipment"))
                    .choices(
                        offered
                            .into_iter()
                            .map(|(piece, note)| {
                                Choice::new(piece.key.as_str(), piece.label()).support(note)
                            })
                            .chain([Choice::new(NONE, room.t("desk-place-no-equipment"))]),
                    )
                    .value(&chosen)
            }),
            reason: TextArea::new(language, "reason", room.t("desk-place-reason"))
                .support(room.t("desk-place-reason-support"))
                .rows(2)
                .value(typed.get("reason"))
                .required()
                .errors(errors),
        };
        let mut page = room
            .page_below(room.t("desk-place"), &body)
            .breadcrumb(room.title(&self.found), href(self.found.id))
            .with_errors(is_stale || !errors.is_empty() || !problems.is_empty());
        if is_stale {
            page = page
                .notice(NotificationBanner::error(room.t("desk-problem-changed")))
                .status(StatusCode::CONFLICT);
        } else if !errors.is_empty() || !problems.is_empty() {
            page = page.status(StatusCode::UNPROCESSABLE_ENTITY);
        }
        Ok(private(page))
    }

    /// The place as it stands: the words that the desk published, or else those that were sent.
    async fn stands(&self) -> Result<Content, Problem> {
        let description = if self.found.public_place.is_empty() {
            open_of(self.room.db(), self.room.key(), &self.found)
                .await?
                .map_or_else(String::new, |content| content.place().to_owned())
        } else {
            self.found.public_place.clone()
        };
        let coordinates = self.found.point.map(|point| {
            let (latitude, longitude) = point.degrees();
            Coordinates {
                latitude,
                longitude,
            }
        });
        let mut content = Content::default();
        if let Ok(key) = Key::new(PLACE) {
            let place = Place {
                description,
                coordinates,
            };
            content.answers.set(key, Answer::Place(place));
        }
        Ok(content)
    }

    /// Where its department would be by the rules, when it is where the rules put it before; otherwise it stays where somebody sent it.
    fn department_at(&self, area: &str) -> yakuba_kernel::DepartmentCode {
        if *self.category.department_in(&self.found.area) == self.found.department {
            self.category.department_in(area).clone()
        } else {
            self.found.department.clone()
        }
    }
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let placed = Placed::of(&room, id).await?;
    let content = placed.stands().await?;
    placed
        .shown(&content, &Fields::default(), &[], None, &FormErrors::new())
        .await
}

pub(super) async fn save(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let placed = Placed::of(&room, id).await?;
    let pairs: Vec<(String, String)> = fields
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut content = Content {
        answers: Answers::new(),
        ..Content::default()
    };
    let today = room.city.today();
    let read = placed
        .form
        .read_page(PLACE, &pairs, &mut content.answers, today);
    if let Some(wish) = Wish::read(fields.get("action")) {
        fill_in_place(&room.city, &placed.form, &mut content.answers, &wish).await?;
        return placed
            .shown(&content, &fields, &[], wish.shown(), &FormErrors::new())
            .await;
    }
    let mut errors = FormErrors::new();
    let reason = plain(fields.get("reason"), MOST + 1);
    if reason.is_empty() {
        errors.add("reason", room.t("desk-problem-required"));
    } else if reason.chars().count() > MOST {
        errors.add("reason", room.t("desk-problem-long"));
    }
    let offered = placed.offered(&content).await?;
    let chosen = fields.get("equipment");
    let piece = offered
        .iter()
        .map(|(piece, _)| piece)
        .find(|piece| piece.key == chosen);
    // Another piece stands where it stands; the same one may have been put on the map wrongly.
    if let Some(piece) = piece
        && piece.key != placed.found.equipment
    {
        content.put_at(piece);
    }
    let point = content.point();
    if point.is_none() && read.problems.is_empty() {
        errors.add("place.coordinates", room.t("desk-problem-point"));
    }
    let (Some(point), true, true) = (point, errors.is_empty(), read.problems.is_empty()) else {
        return placed
            .shown(&content, &fields, &read.problems, None, &errors)
            .await;
    };
    let input = placing(&placed, &content, point, piece, reason, &fields);
    let stays = room.principal.holds_in(WORK, &input.department);
    let outcome = room
        .write(input, |tx, input| Box::pin(steps::place(tx, input)))
        .await;
    match outcome {
        // It is another department's from now on.
        Ok(()) if !stays => Ok(done(HOME, "routed")),
        Ok(()) => Ok(done(&href(id), "placed")),
        Err(ReportError::ChangedMeanwhile) => {
            let placed = Placed::of(&room, id).await?;
            placed.shown(&content, &fields, &[], None, &errors).await
        }
        Err(error) => Err(error.into()),
    }
}

fn placing(
    placed: &Placed<'_>,
    content: &Content,
    point: Point,
    piece: Option<&Equipment>,
    reason: String,
    fields: &Fields,
) -> Placing {
    let area = placed.room.current.rules.area_of(point).to_owned();
    Placing {
        report: placed.found.id,
        revision: fields.revision(),
        point,
        words: plain(content.place(), 200).replace('\n', " "),
        department: placed.department_at(&area),
        area,
        equipment: piece.map_or_else(String::new, |piece| piece.key.clone()),
        reason: Text::japanese(reason),
        also: placed.category.name.ja.clone(),
    }
}
