//! Layers: described, shown, hidden, and kept in line with the datasets they show.

use jiff::{Timestamp, civil::Date};
use sea_orm::{ConnectionTrait, FromQueryResult};
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};

use super::features::{NewFeature, replace_features};
use crate::{
    error::PlacesError,
    model::{
        content::Content,
        map::{
            layer::{Audience, LayerDocument, Source},
            package,
        },
    },
    store::{datasets::moment, files, tables},
};

/// A layer as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What is said about it.
    pub document: LayerDocument,
    /// Who sees it.
    pub audience: Audience,
    /// Counts the changes of what is said about it.
    pub revision: i64,
    /// Counts whatever changes how it is drawn.
    pub drawn: i64,
    /// How many features it has.
    pub count: i64,
    /// How many rows of its dataset are beyond what a layer takes.
    pub left_out: i64,
    /// When it last changed.
    pub changed_at: Timestamp,
}

impl Layer {
    /// Its key.
    pub fn key(&self) -> &str {
        &self.document.key
    }

    /// Whether somebody sees it on a day: everybody, or also those who work for the city.
    pub fn is_for(&self, is_staff: bool, day: Date) -> bool {
        let is_for = match self.audience {
            Audience::Public => true,
            Audience::Departments => is_staff,
            Audience::Nobody => false,
        };
        is_for && self.document.is_valid_on(day)
    }

    /// Whether its features are its own and not those of a dataset.
    pub fn is_own(&self) -> bool {
        self.document.source == Source::Own
    }
}

#[derive(FromQueryResult)]
struct Row {
    audience: String,
    revision: i64,
    drawn: i64,
    document: String,
    changed_at: i64,
    counted: i64,
    left_out: i64,
}

impl TryFrom<Row> for Layer {
    type Error = PlacesError;

    fn try_from(row: Row) -> Result<Self, PlacesError> {
        Ok(Self {
            document: serde_json::from_str(&row.document)?,
            audience: Audience::read(&row.audience).unwrap_or_default(),
            revision: row.revision,
            drawn: row.drawn,
            count: row.counted,
            left_out: row.left_out,
            changed_at: moment(row.changed_at),
        })
    }
}

const COLUMNS: &str = "audience, revision, drawn, document, changed_at, left_out";

/// All layers, whoever sees them, in the order of the map: by theme, place and key. `count` is counted.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn layers(connection: &impl ConnectionTrait) -> Result<Vec<Layer>, PlacesError> {
    let rows: Vec<Row> = connection
        .rows(
            &format!(
                "SELECT {COLUMNS}, (SELECT COUNT(*) FROM places_features f WHERE f.layer = l.key) AS counted FROM places_layers l"
            ),
            [],
        )
        .await?;
    let mut all = rows
        .into_iter()
        .map(Layer::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|one, other| {
        let order = |layer: &Layer| {
            (
                layer.document.theme,
                layer.document.place,
                layer.key().to_owned(),
            )
        };
        order(one).cmp(&order(other))
    });
    Ok(all)
}

/// A layer by its key, whoever sees it; `count` is 0 or the number of features when `counts`.
///
/// # Errors
/// When the database does not answer or holds what cannot be read.
pub async fn layer(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<Layer>, PlacesError> {
    // PostgreSQL takes no text with a NUL, which an address may name.
    if key.contains('\0') {
        return Ok(None);
    }
    let row: Option<Row> = connection
        .row(
            &format!(
                "SELECT {COLUMNS}, CAST(0 AS BIGINT) AS counted FROM places_layers WHERE key = $1"
            ),
            [key.into()],
        )
        .await?;
    row.map(Layer::try_from).transpose()
}

pub(super) async fn must_find(tx: &Tx, key: &str) -> Result<Layer, PlacesError> {
    layer(tx.connection(), key)
        .await?
        .ok_or_else(|| PlacesError::NoSuchLayer(key.to_owned()))
}

pub(super) fn subject_of(key: &str) -> String {
    format!("layer/{key}")
}

fn dataset_of(document: &LayerDocument) -> &str {
    match &document.source {
        Source::Own => "",
        Source::Dataset(key) => key,
    }
}

fn examined(document: &LayerDocument) -> Result<(), PlacesError> {
    document
        .problem()
        .map_or(Ok(()), |problem| Err(PlacesError::BadLayer(problem)))
}

/// Brings a layer in, or up to what is given; `features` are its own, `None` leaves them as they are. Returns whether anything changed:
/// the same twice changes nothing.
///
/// # Errors
/// [`PlacesError::BadLayer`], or when the database does not answer.
pub async fn put_layer(
    tx: &Tx,
    document: &LayerDocument,
    audience: Audience,
    features: Option<&[NewFeature]>,
) -> Result<bool, PlacesError> {
    examined(document)?;
    let before = layer(tx.connection(), &document.key).await?;
    let mut has_changed = false;
    match &before {
        None => {
            tx.connection()
                .run(
                    "INSERT INTO places_layers (key, department, audience, revision, drawn, dataset, document, changed_at) \
                     VALUES ($1, $2, $3, 1, 1, $4, $5, $6)",
                    [
                        document.key.as_str().into(),
                        document.department.as_str().into(),
                        audience.name().into(),
                        dataset_of(document).into(),
                        serde_json::to_string(document)?.into(),
                        tx.now().as_microsecond().into(),
                    ],
                )
                .await?;
            tx.audit(AuditEntry::new(
                "places.layer_create",
                subject_of(&document.key),
            ));
            has_changed = true;
        }
        Some(found) => {
            if found.document != *document {
                describe_layer(tx, document, found.revision).await?;
                has_changed = true;
            }
            if found.audience != audience {
                let revision = must_find(tx, &document.key).await?.revision;
                turn_layer(tx, &document.key, revision, audience).await?;
                has_changed = true;
            }
        }
    }
    match (&document.source, features) {
        (Source::Dataset(dataset), _) => {
            if before.is_none_or(|before| before.document.source != document.source) {
                fill(tx, document, dataset).await?;
            }
        }
        (Source::Own, Some(features)) => {
            has_changed |= replace_features(tx, &document.key, features, true).await?;
        }
        (Source::Own, None) => {}
    }
    Ok(has_changed)
}

/// Changes what is said about a layer.
///
/// # Errors
/// [`PlacesError::BadLayer`], [`PlacesError::ChangedMeanwhile`], [`PlacesError::NoSuchLayer`].
pub async fn describe_layer(
    tx: &Tx,
    document: &LayerDocument,
    revision: i64,
) -> Result<(), PlacesError> {
    examined(document)?;
    let changed = tx
        .connection()
        .run(
            "UPDATE places_layers SET department = $3, dataset = $4, document = $5, changed_at = $6, revision = revision + 1, \
               drawn = drawn + 1 WHERE key = $1 AND revision = $2",
            [
                document.key.as_str().into(),
                revision.into(),
                document.department.as_str().into(),
                dataset_of(document).into(),
                serde_json::to_string(document)?.into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::ChangedMeanwhile);
    }
    tx.audit(AuditEntry::new(
        "places.layer_describe",
        subject_of(&document.key),
    ));
    Ok(())
}

/// Shows a layer to somebody else.
///
/// # Errors
/// [`PlacesError::ChangedMeanwhile`].
pub async fn turn_layer(
    tx: &Tx,
    key: &str,
    revision: i64,
    audience: Audience,
) -> Result<(), PlacesError> {
    let changed = tx
        .connection()
        .run(
            "UPDATE places_layers SET audience = $3, changed_at = $4, revision = revision + 1, drawn = drawn + 1 \
             WHERE key = $1 AND revision = $2",
            [
                key.into(),
                revision.into(),
                audience.name().into(),
                tx.now().as_microsecond().into(),
            ],
        )
        .await?;
    if changed == 0 {
        return Err(PlacesError::ChangedMeanwhile);
    }
    let entry = AuditEntry::new("places.layer_audience", subject_of(key))
        .with(serde_json::json!({"audience": audience.name()}));
    tx.audit(entry);
    Ok(())
}

/// Brings every layer that shows a dataset in line with what is published of it now.
pub(in crate::store) async fn refresh_from_dataset(
    tx: &Tx,
    dataset: &str,
) -> Result<(), PlacesError> {
    #[derive(FromQueryResult)]
    struct Showing {
        document: String,
    }
    let showing: Vec<Showing> = tx
        .connection()
        .rows(
            "SELECT document FROM places_layers WHERE dataset = $1 AND dataset <> '' ORDER BY key",
            [dataset.into()],
        )
        .await?;
    for one in showing {
        fill(tx, &serde_json::from_str(&one.document)?, dataset).await?;
    }
    Ok(())
}

/// No layer has more features from a dataset, as none from a file.
const MOST_OF_DATASET: usize = 1_000_000;

/// Takes the rows of a published dataset's files as a layer's features. Rows whose place cannot be drawn are left out: the catalogue's
/// check tells them. A long table is read piece by piece; how many rows are left because the layer is full is kept with the layer.
async fn fill(tx: &Tx, document: &LayerDocument, dataset: &str) -> Result<(), PlacesError> {
    fill_up_to(tx, document, dataset, MOST_OF_DATASET).await
}

async fn fill_up_to(
    tx: &Tx,
    document: &LayerDocument,
    dataset: &str,
    most: usize,
) -> Result<(), PlacesError> {
    let mut all = Vec::new();
    let mut left_out: i64 = 0;
    let is_public = crate::store::dataset(tx.connection(), dataset)
        .await?
        .is_some_and(|found| found.is_public());
    if is_public {
        for file in files::files_of(tx.connection(), dataset).await? {
            let Some(version) = file.newest.filter(|version| version.has_places) else {
                continue;
            };
            let feature = |(geometry, properties)| {
                let shape = crate::model::map::shape::read(&geometry).ok()?;
                let properties = package::properties(&serde_json::Value::Object(properties))?;
                document
                    .kind
                    .takes(&shape)
                    .then(|| NewFeature::new(&shape, properties))
                    .flatten()
            };
            let Some(table) = version.table else {
                // From before there were tables: at most as much as is sent at once.
                if let Some(content) = files::contents(tx.connection(), &version).await? {
                    all.extend(content.places_of_rows().into_iter().filter_map(feature));
                }
                continue;
            };
            let mut unread = version.rows;
            for number in 0..tables::chunks_of(version.rows) {
                if all.len() >= most {
                    break;
                }
                let Some(chunk) = tables::chunk(tx.connection(), table, number).await? else {
                    break;
                };
                unread = unread.saturating_sub(i64::try_from(chunk.rows.len()).unwrap_or(i64::MAX));
                let piece = Content {
                    header: version.columns.clone(),
                    rows: chunk.rows,
                    shapes: chunk.shapes,
                };
                all.extend(piece.places_of_rows().into_iter().filter_map(feature));
            }
            left_out += unread;
        }
    }
    left_out += i64::try_from(all.len().saturating_sub(most)).unwrap_or(i64::MAX);
    all.truncate(most);
    replace_features(tx, &document.key, &all, false).await?;
    tx.connection()
        .run(
            "UPDATE places_layers SET left_out = $2 WHERE key = $1 AND left_out <> $2",
            [document.key.as_str().into(), left_out.into()],
        )
        .await?;
    Ok(())
}
