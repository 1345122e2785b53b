//! One report at the desk.

use askama::Template;
use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::Response,
};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::{StaffNames, account_names, colleagues};
use yakuba_ui::{
    Choice, DescriptionList, ErrorSummary, Fields, FileUpload, FormErrors, Html, Map,
    NotificationBanner, RadioGroup, Select, TextArea, TextField, Words, format,
};

use super::room::{Room, href};
use crate::{
    capabilities::WORK,
    equipment,
    model::{
        rules::{MOST_MIB, MOST_PHOTOS, PHOTO_FILES},
        state::State,
    },
    pages::asked::{chip, private, state_key},
    store::{
        self, Filter, Report, followers, open_of,
        orders::of_report,
        photos::{self, Photo, View},
        steps::{Kind, steps},
    },
};

/// The fields that are empty unless somebody has begun to do something.
const TYPED: [&str; 7] = [
    "state",
    "sentence",
    "turn_text",
    "authority",
    "into",
    "into_near",
    "note",
];

struct Picture {
    key: String,
    address: String,
    from: String,
    is_released: bool,
    /// What was found to be painted over.
    covered: String,
}

struct Line {
    at: String,
    who: String,
    what: String,
    text: String,
    note: String,
}

struct Near {
    href: String,
    title: String,
    public_id: String,
    note: String,
}

/// The forms, for those who work on it.
struct Forms {
    place: TextField,
    text: TextArea,
    is_shown: RadioGroup,
    photos: FileUpload,
    state: RadioGroup,
    sentence: Option<Select>,
    turn_text: TextArea,
    authority: Option<Select>,
    into: TextField,
    /// The report chosen of those nearby.
    into_near: String,
    category: Select,
    department: Select,
    assigned: Select,
    note: TextArea,
    /// The folded forms that were sent and not accepted stand open.
    routes: bool,
    assigns: bool,
    adds_photos: bool,
}

#[derive(Template)]
#[template(path = "desk/show.html")]
struct Body {
    words: Words,
    errors: ErrorSummary,
    base: String,
    revision: i64,
    about: DescriptionList,
    /// What a colleague saved while this person typed something else.
    saved: Option<DescriptionList>,
    sent: Option<Html>,
    contact: Option<DescriptionList>,
    map: Option<Map>,
    pictures: Vec<Picture>,
    near: Vec<Near>,
    forms: Option<Forms>,
    lines: Vec<Line>,
}

pub(super) async fn page(room: Room, Path(id): Path<i64>) -> Result<Response, Problem> {
    let found = room.report(id).await?;
    shown(&room, &found, &FormErrors::new(), &Fields::default()).await
}

/// A picture, released or not.
pub(super) async fn photo(
    room: Room,
    Path((id, photo)): Path<(i64, String)>,
) -> Result<Response, Problem> {
    let found = room.report(id).await?;
    picture(&room, &found, &photo, View::Covered).await
}

/// A picture in one of its forms, for nobody else.
pub(super) async fn picture(
    room: &Room,
    found: &Report,
    photo: &str,
    view: View,
) -> Result<Response, Problem> {
    let (media_type, contents) = photos::contents(room.db(), room.key(), found.id, photo, view)
        .await?
        .ok_or(Problem::NotFound)?;
    Ok(private(([(header::CONTENT_TYPE, media_type)], contents)))
}

/// What is painted over in a picture, in words.
fn covered(room: &Room, photo: &Photo) -> Result<String, Problem> {
    let Some(parts) = photo.parts()? else {
        return Ok(String::new());
    };
    let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
    let key = match (count, photo.is_by_program()) {
        (0, false) => "desk-covered-none",
        (0, true) => "desk-covered-none-found",
        (_, false) => "desk-covered",
        (_, true) => "desk-covered-by-program",
    };
    Ok(room.words.counted(key, count).into_owned())
}

async fn about(room: &Room, found: &Report) -> Result<DescriptionList, Problem> {
    let language = room.language();
    let words = crate::WORDS.words(language);
    let departments = room.all_departments().await?;
    let mut about = DescriptionList::new()
        .html(room.t("desk-column-state"), &chip(words, found.state))
        .text(
            room.t("desk-filter-category"),
            room.category(&found.category),
        )
        .text(
            room.t("desk-column-department"),
            departments
                .get(&found.department)
                .map_or(found.department.as_str(), String::as_str),
        )
        .text(
            room.t("desk-channel"),
            room.t(&format!("desk-channel-{}", found.channel.as_str())),
        )
        .text(
            room.t("desk-column-received"),
            format::date_time(JAPAN.to_datetime(found.received_at), language),
        );
    let mut due = format::date(found.due_on, language);
    if found.is_late_on(room.city.today()) {
        due = format::with_note(due, room.t("desk-late"), language);
    }
    about = about.text(room.t("desk-column-due"), due);
    if !found.area.is_empty() {
        let area = room.current.rules.area_name(&found.area, language);
        about = about.text(words.get("reports-area"), area);
    }
    if let Some(point) = found.point {
        about = about.text(words.get("reports-coordinates"), point.to_string());
    }
    if let Some(piece) = equipment::piece(&room.city, &found.equipment, language).await? {
        about = about.html(
            words.get("reports-equipment"),
            &Html::link(&piece.label(), &format!("/desk/{}", piece.key)),
        );
    }
    if let Some(account) = found.assigned_to {
        let names = account_names(room.db(), &[account]).await?;
        let name = names.get(&account).map_or("", String::as_str);
        about = about.text(room.t("desk-column-assigned"), name);
    }
    let orders: Vec<String> = of_report(room.db(), found.id)
        .await?
        .iter()
        .map(|(order, outcome)| {
            format!(
                "{} {}: {}",
                format::date(order.day, language),
                order.crew,
                super::orders::WORDS
                    .words(language)
                    .get(&super::orders::outcome_key(*outcome))
            )
        })
        .collect();
    if !orders.is_empty() {
        about = about.text(room.t("desk-orders"), orders.join(" / "));
    }
    let count = followers::count(room.db(), found.id).await?;
    Ok(about
        .text(
            room.t("desk-followers"),
            room.words.counted("desk-followers-count", count),
        )
        .text(room.t("desk-public-id"), &found.public_id))
}

/// Open reports of the same category nearby: what this one may be the same as.
async fn near(room: &Room, found: &Report) -> Result<Vec<Near>, Problem> {
    let Some(point) = found
        .point
        .filter(|_| found.state.may_become(State::Merged))
    else {
        return Ok(Vec::new());
    };
    let filter = Filter {
        category: Some(found.category.clone()),
        states: State::ALL
            .into_iter()
            .filter(|state| *state != State::Merged && *state != State::NoAction)
            .collect(),
        near: Some((point, 200)),
        ..Filter::default()
    };
    let words = crate::WORDS.words(room.language());
    Ok(store::search(room.db(), &filter, 0, 8)
        .await?
        .reports
        .iter()
        .filter(|(report, _)| report.id != found.id)
        .map(|(report, away)| Near {
            href: crate::pages::href(&report.public_id),
            title: room.title(report),
            public_id: report.public_id.clone(),
            note: format!(
                "{} / {} / {}",
                format::distance(away.unwrap_or(0.0), room.language()),
                words.get(&state_key(report.state)),
                format::date(
                    JAPAN.to_datetime(report.received_at).date(),
                    room.language()
                )
            ),
        })
        .collect())
}

/// What everybody reads now, for whoever typed something else meanwhile.
fn saved(room: &Room, found: &Report, typed: &Fields) -> Option<DescriptionList> {
    let is_other = typed.has("public_text")
        && (typed.get("public_text") != found.public_text
            || typed.get("public_place") != found.public_place
            || (typed.get("is_shown") != "0") != found.is_shown);
    is_other.then(|| {
        let is_shown = if found.is_shown {
            "desk-is-shown-yes"
        } else {
            "desk-is-shown-no"
        };
        DescriptionList::new()
            .text(room.t("desk-public-place"), &found.public_place)
            .text(room.t("desk-public-text"), &found.public_text)
            .text(room.t("desk-is-shown"), room.t(is_shown))
    })
}

/// The page; with what was wrong and what was typed, when a form was not accepted.
pub(super) async fn shown(
    room: &Room,
    found: &Report,
    errors: &FormErrors,
    typed: &Fields,
) -> Result<Response, Problem> {
    let language = room.language();
    // What is sent next overwrites what stands here: whoever sends it must have been told of it.
    let is_stale = typed.has("revision") && typed.revision() != found.revision;
    let works = room.may(WORK, found);
    let base = href(found.id);
    let content = open_of(room.db(), room.key(), found).await?;
    let sent = content.as_ref().and_then(|content| {
        let form = room.current.form(&found.category, false)?;
        let evaluation = form.evaluate(&content.answers, room.city.today());
        Some(form.render_answers(&content.answers, &evaluation, language, |_| None))
    });
    // Who it was is for those who work on it.
    let contact = content
        .as_ref()
        .map(|content| &content.contact)
        .filter(|contact| works && !contact.is_empty())
        .map(|contact| {
            [
                ("desk-name", &contact.name),
                ("desk-phone", &contact.phone),
                ("desk-email", &contact.email),
            ]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .fold(DescriptionList::new(), |list, (key, value)| {
                list.text(room.t(key), value)
            })
        });
    let mut pictures = Vec::new();
    for photo in photos::of_report(room.db(), found.id).await? {
        pictures.push(Picture {
            address: format!("{base}/photos/{}", photo.key),
            from: room.t(&format!("desk-photo-from-{}", photo.origin)),
            is_released: if typed.has("public_text") {
                typed.all("released").any(|key| key == photo.key)
            } else {
                photo.is_released != 0
            },
            covered: covered(room, &photo)?,
            key: photo.key,
        });
    }
    let history = steps(room.db(), room.key(), found.id).await?;
    let names = StaffNames::read(room.db(), history.iter().map(|step| step.actor.as_str())).await?;
    let lines = history
        .iter()
        .rev()
        .map(|step| Line {
            at: format::date_time(JAPAN.to_datetime(step.at), language),
            who: names.of(&step.actor).unwrap_or_default().to_owned(),
            what: match step.kind {
                Kind::State(state) => room.public(&state_key(state)),
                Kind::Contested => room.public("reports-step-contested"),
                Kind::Placed => room.public("reports-step-placed"),
                other => room.t(&format!("desk-step-{}", other.key())),
            },
            text: step.text.get(language).to_owned(),
            note: if works {
                step.note.clone()
            } else {
                String::new()
            },
        })
        .collect();
    let forms = if works {
        Some(forms(room, found, content.as_ref(), errors, typed).await?)
    } else {
        None
    };
    let body = Body {
        words: room.words,
        errors: errors.summary(language),
        revision: found.revision,
        saved: is_stale.then(|| saved(room, found, typed)).flatten(),
        about: about(room, found).await?,
        sent,
        contact,
        map: found.point.map(|point| {
            Map::of_place(
                language,
                "report-map",
                room.public("reports-map-place"),
                point.degrees(),
            )
        }),
        pictures,
        near: if works {
            near(room, found).await?
        } else {
            Vec::new()
        },
        forms,
        lines,
        base,
    };
    let title = room.title(found);
    let mut page = room.page_below(title, &body);
    if is_stale {
        page = page
            .notice(NotificationBanner::error(room.t("desk-problem-changed")))
            .with_errors(true)
            .status(StatusCode::CONFLICT);
    }
    if !errors.is_empty() {
        page = page
            .with_errors(true)
            .status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    if found.is_shown {
        let public = crate::pages::href(&found.public_id);
        page = page.action(&yakuba_ui::LinkButton::new(
            room.t("desk-see-public"),
            public,
        ));
    }
    Ok(private(page))
}

/// The place and the text that stand in the form: before the desk has looked at them, what was sent, to be mended.
fn wording<'r>(found: &'r Report, content: Option<&'r store::Content>) -> (&'r str, &'r str) {
    if found.is_looked_at {
        (&found.public_place, &found.public_text)
    } else {
        content.map_or(("", ""), |content| (content.place(), content.text()))
    }
}

/// What else was typed on the page when one thing was done: none when nothing was. `own` are the names that were for what was done.
pub(super) async fn typed_besides(
    room: &Room,
    found: &Report,
    typed: &Fields,
    own: &[&str],
) -> Result<Option<Fields>, Problem> {
    let rest = typed.without(own).without(&["revision"]);
    let is_typed = TYPED.iter().any(|name| !rest.get(name).trim().is_empty());
    if is_typed {
        return Ok(Some(rest));
    }
    if !rest.has("public_text") {
        return Ok(None);
    }
    let content = open_of(room.db(), room.key(), found).await?;
    let (place, text) = wording(found, content.as_ref());
    let is_other = |name: &str, stands: &str| !rest.get(name).lines().eq(stands.lines());
    let is_reworded = is_other("public_place", place) || is_other("public_text", text);
    Ok(is_reworded.then_some(rest))
}

async fn forms(
    room: &Room,
    found: &Report,
    content: Option<&store::Content>,
    errors: &FormErrors,
    typed: &Fields,
) -> Result<Forms, Problem> {
    let (language, rules) = (room.language(), &room.current.rules);
    let given = |name: &str, stands: &str| {
        if typed.has(name) {
            typed.get(name).to_owned()
        } else {
            stands.to_owned()
        }
    };
    let departments = room.all_departments().await?;
    let (place, text) = wording(found, content);
    let next: Vec<State> = found.state.next().collect();
    let state = next.iter().fold(
        RadioGroup::new(language, "state", room.t("desk-turn-state")).inline(),
        |group, state| group.choice(Choice::new(state.name(), room.public(&state_key(*state)))),
    );
    let mut sentences = Select::new(language, "sentence", room.t("desk-turn-sentence"))
        .choice(Choice::new("", room.t("desk-turn-own")));
    let mut has_sentences = false;
    for (place, sentence) in rules.sentences.iter().enumerate() {
        let goes_with = State::read(&sentence.state).filter(|state| next.contains(state));
        if let Some(state) = goes_with {
            has_sentences = true;
            let text = format!(
                "{}：{}",
                room.public(&state_key(state)),
                sentence.text.get(language)
            );
            sentences = sentences.choice(Choice::new(place.to_string(), text));
        }
    }
    let authority =
        (!rules.authorities.is_empty() && next.contains(&State::Forwarded)).then(|| {
            rules
                .authorities
                .iter()
                .fold(
                    Select::new(language, "authority", room.t("desk-turn-authority"))
                        .choice(Choice::new("", "")),
                    |select, one| {
                        select.choice(Choice::new(one.key.as_str(), one.name.get(language)))
                    },
                )
                .value(typed.get("authority"))
                .optional()
                .errors(errors)
        });
    let colleagues = colleagues(room.db(), &found.department, room.city.today()).await?;
    Ok(Forms {
        place: TextField::new(language, "public_place", room.t("desk-public-place"))
            .value(given("public_place", place))
            .optional()
            .errors(errors),
        text: TextArea::new(language, "public_text", room.t("desk-public-text"))
            .rows(5)
            .value(given("public_text", text))
            .optional()
            .errors(errors),
        is_shown: RadioGroup::new(language, "is_shown", room.t("desk-is-shown"))
            .inline()
            .choice(Choice::new("1", room.t("desk-is-shown-yes")))
            .choice(Choice::new("0", room.t("desk-is-shown-no")))
            .value(&given("is_shown", if found.is_shown { "1" } else { "0" })),
        photos: FileUpload::new(language, "photos", room.t("desk-photo-add"))
            .accept(PHOTO_FILES)
            .max_size(&format!("{MOST_MIB}MB"))
            .max_files(MOST_PHOTOS)
            .optional()
            .errors(errors),
        state: state.value(typed.get("state")).errors(errors),
        sentence: has_sentences.then(|| {
            sentences
                .optional()
                .value(typed.get("sentence"))
                .errors(errors)
        }),
        turn_text: TextArea::new(language, "turn_text", room.t("desk-turn-text"))
            .support(room.t("desk-turn-text-support"))
            .rows(3)
            .value(typed.get("turn_text"))
            .optional()
            .errors(errors),
        authority,
        into_near: typed.get("into_near").to_owned(),
        into: TextField::new(language, "into", room.t("desk-turn-into"))
            .support(room.t("desk-turn-into-support"))
            .value(typed.get("into"))
            .optional()
            .errors(errors),
        category: rules
            .categories
            .iter()
            .fold(
                Select::new(language, "category", room.t("desk-route-category")),
                |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
            )
            .value(&given("category", &found.category)),
        department: departments
            .iter()
            .fold(
                Select::new(language, "department", room.t("desk-route-department"))
                    .choice(Choice::new("", room.t("desk-route-by-category"))),
                |select, (code, name)| select.choice(Choice::new(code.as_str(), name)),
            )
            .value(&given("department", found.department.as_str()))
            .errors(errors),
        assigned: colleagues
            .iter()
            .fold(
                Select::new(language, "account", room.t("desk-assign-to"))
                    .choice(Choice::new("", room.t("desk-assign-nobody"))),
                |select, (account, name)| select.choice(Choice::new(account.to_string(), name)),
            )
            .value(&given(
                "account",
                &found
                    .assigned_to
                    .map_or_else(String::new, |account| account.to_string()),
            )),
        note: TextArea::new(language, "note", room.t("desk-note"))
            .rows(3)
            .value(typed.get("note"))
            .errors(errors),
        routes: typed.has("category")
            && (typed.get("category") != found.category
                || typed.get("department") != found.department.as_str()),
        assigns: typed.has("account") && typed.integer("account") != found.assigned_to,
        adds_photos: errors.get("photos").is_some(),
    })
}
