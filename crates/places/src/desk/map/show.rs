//! One layer at the desk: who sees it, its features, bringing in a file, and the history.

use askama::Template;
use axum::{
    extract::{Multipart, Path},
    response::{IntoResponse, Response},
};
use yakuba_city::{JAPAN, web::Problem};
use yakuba_identity::account_names;
use yakuba_ui::{
    Cell, Choice, Column, DescriptionList, ErrorSummary, Fields, FileUpload, FormErrors, Link,
    NotificationBanner, RadioGroup, Row, Table, Words, done, format,
};

use super::{
    super::{room::Room, sent::Typed},
    href,
    list::chip,
};
use crate::{
    capabilities::{EDIT, PUBLISH},
    error::PlacesError,
    model::map::{
        layer::Audience,
        package::{self, MOST_FEATURES},
    },
    store::map::{
        FeatureChange, Layer, NewFeature, feature_changes, in_box, replace_features,
        restore_feature, turn_layer,
    },
};

/// Features on one page.
const ON_A_PAGE: u32 = 50;
/// Lines of the history that are shown.
const CHANGES: u32 = 30;

struct Change {
    text: String,
    id: i64,
    /// What the button says, for those who cannot see where it stands.
    button: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/map/show.html")]
struct Body {
    words: Words,
    summary: ErrorSummary,
    href: String,
    public: Option<String>,
    revision: i64,
    may_edit: bool,
    /// Says who publishes, to whom may not.
    who_publishes: Option<String>,
    is_own: bool,
    about: DescriptionList,
    audience: RadioGroup,
    file: FileUpload,
    /// That the dataset has more rows than the layer takes.
    left_out: Option<NotificationBanner>,
    features: Option<Table>,
    next: Option<Link>,
    changes: Vec<Change>,
}

pub(super) async fn page(room: Room, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = room.layer(&key).await?;
    shown(&room, &found, &FormErrors::new()).await
}

async fn shown(room: &Room, found: &Layer, errors: &FormErrors) -> Result<Response, Problem> {
    let language = room.language();
    let key = found.key();
    let document = &found.document;
    let is_own = found.is_own();
    let may_edit = room.may_layer(EDIT, found);
    let offset: u32 = room.query.get("from").parse().unwrap_or(0);
    let some = in_box(room.db(), key, None, offset, ON_A_PAGE).await?;
    let mut rows = Vec::new();
    for row in &some.rows {
        let properties = row.properties()?;
        let name = document.name_of(&properties, language).to_owned();
        let number = row.number;
        rows.push(Row::new([
            Cell::text(number.to_string()),
            if may_edit && is_own {
                Cell::link(name, format!("{}/features/{number}", href(key)))
            } else {
                Cell::text(name)
            },
            Cell::text(document.text_of(&properties, language).replace('\n', " / ")),
        ]));
    }
    let end = u64::from(offset) + some.rows.len() as u64;
    let features = (!rows.is_empty()).then(|| {
        Table::new(language, "features", room.t("desk-map-features"))
            .columns([
                Column::text(room.t("desk-map-number")).no_wrap(),
                Column::text(room.t("desk-map-name")),
                Column::text(room.t("desk-map-told")),
            ])
            .rows(rows)
            .stacked()
            .hide_caption()
    });
    let changes = feature_changes(room.db(), key, None, CHANGES).await?;
    let accounts: Vec<i64> = changes.iter().filter_map(|change| change.account).collect();
    let names = account_names(room.db(), &accounts).await?;
    let changes = changes
        .into_iter()
        .map(|change| {
            let kept = change.after.as_ref().or(change.before.as_ref());
            let name = kept.map_or_else(String::new, |kept| {
                document.name_of(&kept.properties, language).to_owned()
            });
            let text = room
                .words
                .with(
                    &format!("desk-map-change-{}", kind_of(&change)),
                    &[
                        ("name", name.into()),
                        ("number", change.number.to_string().into()),
                    ],
                )
                .into_owned();
            let who = change.account.map_or_else(
                || room.t("desk-map-by-program"),
                |account| match names.get(&account) {
                    Some(name) => name.clone(),
                    None => room
                        .words
                        .with_text("desk-map-by-account", "number", &account.to_string())
                        .into_owned(),
                },
            );
            let at = format::date_time(JAPAN.to_datetime(change.at), language);
            Change {
                button: (may_edit && is_own).then(|| {
                    room.words
                        .with_text("desk-map-restore-of", "number", &change.number.to_string())
                        .into_owned()
                }),
                text: format!("{at} {text} ({who})"),
                id: change.id,
            }
        })
        .collect();
    let about = DescriptionList::new()
        .html(room.t("desk-map-audience"), &chip(room, found))
        .text(room.t("desk-field-key"), key)
        .text(room.t("desk-map-about"), &document.about.ja)
        .text(
            room.t("desk-map-theme"),
            room.map_words(&format!("map-theme-{}", document.theme.name())),
        )
        .text(
            room.t("desk-map-features"),
            format::number(i128::from(some.count)),
        );
    let body = Body {
        words: room.words,
        summary: errors.summary(language),
        href: href(key),
        public: (found.audience == Audience::Public).then(|| format!("/map?layer={key}")),
        revision: found.revision,
        may_edit,
        who_publishes: room
            .who_else_may(PUBLISH, &found.document.department)
            .await?,
        is_own,
        about,
        audience: Audience::ALL
            .iter()
            .fold(
                RadioGroup::new(language, "audience", room.t("desk-map-audience")),
                |group, audience| {
                    let name = audience.name();
                    group.choice(Choice::new(
                        name,
                        room.t(&format!("desk-map-audience-{name}")),
                    ))
                },
            )
            .value(found.audience.name()),
        file: FileUpload::new(language, "file", room.t("desk-map-file"))
            .support(room.t("desk-map-file-support"))
            .accept(".geojson,.json,.zip")
            .errors(errors),
        left_out: (found.left_out > 0).then(|| {
            NotificationBanner::warning(room.words.with(
                "desk-map-left-out",
                &[
                    ("most", format::number(MOST_FEATURES as u64).into()),
                    ("count", format::number(found.left_out).into()),
                ],
            ))
        }),
        features,
        next: (end < some.count)
            .then(|| Link::new(room.t("desk-map-next"), format!("{}?from={end}", href(key)))),
        changes,
    };
    Ok(room
        .map_page(document.title.in_language(language), &body)
        .with_errors(!errors.is_empty())
        .into_response())
}

/// What happened to a feature, as the texts have it: a file brings features, takes them away, and changes none.
fn kind_of(change: &FeatureChange) -> &str {
    match (change.kind.as_str(), &change.before) {
        ("imported", None) => "brought",
        ("imported", Some(_)) => "dropped",
        (kind, _) => kind,
    }
}

/// Leads back to the layer, or says there why it stays as it was.
async fn after<T>(
    mut room: Room,
    found: &Layer,
    outcome: Result<T, PlacesError>,
    word: &str,
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(done(&href(found.key()), word)),
        Err(error) => {
            let sentence = room
                .map_sentence(&error)
                .ok_or_else(|| Problem::internal(&error))?;
            room.refuse(sentence);
            shown(&room, found, &FormErrors::new()).await
        }
    }
}

pub(super) async fn audience(
    room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.layer_for(&key, PUBLISH).await?;
    let audience = Audience::read(typed.get("audience"))
        .ok_or_else(|| Problem::BadRequest(room.t("desk-problem-required")))?;
    let outcome = room
        .write(
            (key, typed.revision(), audience),
            |tx, (key, revision, audience)| Box::pin(turn_layer(tx, key, *revision, *audience)),
        )
        .await;
    after(room, &found, outcome, "saved").await
}

pub(super) async fn import(
    room: Room,
    Path(key): Path<String>,
    multipart: Multipart,
) -> Result<Response, Problem> {
    let found = room.layer_for(&key, EDIT).await?;
    if !found.is_own() {
        return Err(Problem::NotAllowed);
    }
    let sent = Typed::read(multipart).await?;
    let mut errors = FormErrors::new();
    if let Some(sentence) = sent.missing() {
        errors.add("file", room.t(sentence));
        return shown(&room, &found, &errors).await;
    }
    let read = match package::features(&sent.bytes, &found.document) {
        Ok(read) => read,
        Err(error) => {
            errors.add("file", room.map_sentence(&error.into()).unwrap_or_default());
            return shown(&room, &found, &errors).await;
        }
    };
    let new: Vec<NewFeature> = read
        .into_iter()
        .filter_map(|feature| NewFeature::new(&feature.shape, feature.properties))
        .collect();
    let outcome = room
        .write((key, new), |tx, (key, new)| {
            Box::pin(replace_features(tx, key, new, true))
        })
        .await;
    after(room, &found, outcome, "map-imported").await
}

pub(super) async fn restore(
    room: Room,
    Path(key): Path<String>,
    typed: Fields,
) -> Result<Response, Problem> {
    let found = room.layer_for(&key, EDIT).await?;
    let change = typed.integer("change").ok_or(Problem::NotFound)?;
    let outcome = room
        .write((key, change), |tx, (key, change)| {
            Box::pin(restore_feature(tx, key, *change))
        })
        .await;
    after(room, &found, outcome, "map-restored").await
}
