//! The public layers as OGC API – Features (OGC 17-069r4): landing page, conformance, collections, items with box and paging.

use axum::{
    Json,
    extract::Path,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use geo::{Coord, Rect};
use serde_json::{Value, json};
use yakuba_city::{
    City, JAPAN, setting,
    web::{Answer, Problem},
};
use yakuba_ui::Fields;

use super::base;
use crate::{
    model::map::package::written,
    store::map::{Layer, extent, feature, in_box, layers},
};

/// Where it begins.
const ROOT: &str = "/api/ogc";
/// The classes of the standard that are kept to.
const CLASSES: [&str; 2] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
];
/// Longitude and latitude in degrees of the World Geodetic System.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// Items of an answer when nobody says how many, and at most.
const ITEMS: u32 = 10;
const MOST_ITEMS: u32 = 1_000;

/// Why a request is not answered.
pub(super) enum Refused {
    /// A parameter is wrong: the standard wants status 400 and this shape.
    Parameter(String),
    /// Anything else, as everywhere.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Parameter(description) => {
                let body =
                    Json(json!({"code": "InvalidParameterValue", "description": description}));
                (StatusCode::BAD_REQUEST, body).into_response()
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// A request: the city, and the address that links begin with.
pub(super) struct Asked {
    city: City,
    headers: HeaderMap,
    query: Fields,
}

impl axum::extract::FromRequestParts<City> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        city: &City,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self {
            city: city.clone(),
            headers: parts.headers.clone(),
            query: Fields::of_query(parts.uri.query().unwrap_or_default()),
        })
    }
}

impl Asked {
    fn url(&self, path: &str) -> String {
        format!("{}{ROOT}{path}", base(&self.headers))
    }

    fn link(&self, rel: &str, path: &str, kind: &str) -> Value {
        json!({"rel": rel, "href": self.url(path), "type": kind})
    }

    /// The layers that everybody sees today.
    async fn layers(&self) -> Result<Vec<Layer>, Problem> {
        let today = self.city.today();
        let mut all = layers(self.city.db()).await?;
        all.retain(|layer| layer.is_for(false, today));
        Ok(all)
    }

    async fn layer(&self, key: &str) -> Result<Layer, Problem> {
        self.layers()
            .await?
            .into_iter()
            .find(|layer| layer.key() == key)
            .ok_or(Problem::NotFound)
    }

    /// Refuses parameters that are not described (the standard's requirement 9).
    fn knows_only(&self, names: &[&str]) -> Result<(), Refused> {
        match self
            .query
            .pairs()
            .find(|(name, _)| !names.contains(name) && *name != "f")
        {
            None => Ok(()),
            Some((name, _)) => Err(Refused::Parameter(format!(
                "there is no parameter {name:?}. Those there are: {}, f",
                names.join(", ")
            ))),
        }
    }

    fn answer(&self, value: &Value) -> Result<Response, Refused> {
        Ok(Answer::json(value)?.respond(&self.headers))
    }

    fn features(&self, value: &Value) -> Response {
        Answer::new("application/geo+json", value.to_string().into_bytes()).respond(&self.headers)
    }
}

pub(super) async fn landing(asked: Asked) -> Result<Response, Refused> {
    asked.knows_only(&[])?;
    let name = setting(asked.city.db(), "city.name")
        .await?
        .unwrap_or_default();
    asked.answer(&json!({
        "title": format!("{name}の地図"),
        "description": "市の地図のレイヤー（OGC API – Features）",
        "links": [
            asked.link("self", "", "application/json"),
            asked.link("service-desc", "/api", "application/vnd.oai.openapi+json;version=3.0"),
            asked.link("conformance", "/conformance", "application/json"),
            asked.link("data", "/collections", "application/json"),
        ],
    }))
}

pub(super) async fn conformance(asked: Asked) -> Result<Response, Refused> {
    asked.knows_only(&[])?;
    asked.answer(&json!({"conformsTo": CLASSES}))
}

fn collection(asked: &Asked, layer: &Layer, area: Option<Rect>) -> Value {
    let document = &layer.document;
    let path = format!("/collections/{}", layer.key());
    let mut described = json!({
        "id": layer.key(),
        "title": document.title.ja,
        "description": document.about.ja,
        "attribution": document.attribution.ja,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            asked.link("self", &path, "application/json"),
            asked.link("items", &format!("{path}/items"), "application/geo+json"),
        ],
    });
    if let Some(area) = area {
        let (min, max) = (area.min(), area.max());
        described["extent"] =
            json!({"spatial": {"bbox": [[min.x, min.y, max.x, max.y]], "crs": CRS84}});
    }
    described
}

pub(super) async fn collections(asked: Asked) -> Result<Response, Refused> {
    asked.knows_only(&[])?;
    let mut described = Vec::new();
    for layer in asked.layers().await? {
        let area = extent(asked.city.db(), layer.key()).await?;
        described.push(collection(&asked, &layer, area));
    }
    asked.answer(&json!({
        "links": [asked.link("self", "/collections", "application/json")],
        "collections": described,
    }))
}

pub(super) async fn one_collection(
    Path(key): Path<String>,
    asked: Asked,
) -> Result<Response, Refused> {
    asked.knows_only(&[])?;
    let layer = asked.layer(&key).await?;
    let area = extent(asked.city.db(), &key).await?;
    asked.answer(&collection(&asked, &layer, area))
}

/// A box as four numbers, or six with heights, which say nothing here.
fn box_of(text: &str) -> Result<Rect, Refused> {
    let wrong = || {
        Refused::Parameter(
            "bbox must be west,south,east,north in degrees, such as 134.9,34.3,135.1,34.5"
                .to_owned(),
        )
    };
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| {
            part.trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
        })
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    let [west, south, east, north] = match numbers.as_slice() {
        [west, south, east, north] | [west, south, _, east, north, _] => {
            [*west, *south, *east, *north]
        }
        _ => return Err(wrong()),
    };
    let is_box = west <= east
        && south <= north
        && [west, east].iter().all(|number| number.abs() <= 180.0)
        && [south, north].iter().all(|number| number.abs() <= 90.0);
    if !is_box {
        return Err(wrong());
    }
    Ok(Rect::new(
        Coord { x: west, y: south },
        Coord { x: east, y: north },
    ))
}

fn whole_number(query: &Fields, name: &str, default: u32) -> Result<u32, Refused> {
    match query.get(name) {
        "" => Ok(default),
        text => text.parse().map_err(|_| {
            Refused::Parameter(format!(
                "{name} must be a whole number from 0, such as {default}"
            ))
        }),
    }
}

pub(super) async fn items(Path(key): Path<String>, asked: Asked) -> Result<Response, Refused> {
    // Features have no time of their own, so that any time holds for all of them (the standard's 7.15.4).
    asked.knows_only(&["bbox", "limit", "offset", "datetime"])?;
    let query = &asked.query;
    let area = match query.get("bbox") {
        "" => None,
        text => Some(box_of(text)?),
    };
    let limit = whole_number(query, "limit", ITEMS)?;
    if limit == 0 {
        return Err(Refused::Parameter("limit must be 1 or more".to_owned()));
    }
    let limit = limit.min(MOST_ITEMS);
    let offset = whole_number(query, "offset", 0)?;
    asked.layer(&key).await?;
    let found = in_box(asked.city.db(), &key, area, offset, limit).await?;
    let features = found
        .rows
        .iter()
        .map(|row| Ok(written(row.number, &row.geometry()?, &row.properties()?)))
        .collect::<Result<Vec<_>, Problem>>()?;
    let path = format!("/collections/{key}/items");
    let page = |offset: u32| -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("limit", &limit.to_string())
            .append_pair("offset", &offset.to_string());
        for name in ["bbox", "datetime"] {
            if asked.query.has(name) {
                query.append_pair(name, asked.query.get(name));
            }
        }
        format!("{path}?{}", query.finish())
    };
    let mut links = vec![
        asked.link("self", &page(offset), "application/geo+json"),
        asked.link(
            "collection",
            &format!("/collections/{key}"),
            "application/json",
        ),
    ];
    let end = u64::from(offset) + found.rows.len() as u64;
    if end < found.count && !found.rows.is_empty() {
        links.push(asked.link(
            "next",
            &page(offset.saturating_add(limit)),
            "application/geo+json",
        ));
    }
    if offset > 0 {
        links.push(asked.link(
            "prev",
            &page(offset.saturating_sub(limit)),
            "application/geo+json",
        ));
    }
    Ok(asked.features(&json!({
        "type": "FeatureCollection",
        "links": links,
        // To the minute, so that a copy stays good as long as it may be kept.
        "timeStamp": JAPAN
            .to_datetime(asked.city.now())
            .strftime("%Y-%m-%dT%H:%M:00+09:00")
            .to_string(),
        "numberMatched": found.count,
        "numberReturned": features.len(),
        "features": features,
    })))
}

pub(super) async fn item(
    Path((key, number)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refused> {
    asked.knows_only(&[])?;
    asked.layer(&key).await?;
    let number = number
        .parse()
        .map_err(|_| Refused::Problem(Problem::NotFound))?;
    let row = feature(asked.city.db(), &key, number)
        .await?
        .ok_or(Refused::Problem(Problem::NotFound))?;
    let mut whole = written(row.number, &row.geometry()?, &row.properties()?);
    whole["links"] = json!([
        asked.link(
            "self",
            &format!("/collections/{key}/items/{number}"),
            "application/geo+json"
        ),
        asked.link(
            "collection",
            &format!("/collections/{key}"),
            "application/json"
        ),
    ]);
    Ok(asked.features(&whole))
}

/// The description of the interface.
pub(super) async fn description(asked: Asked) -> Result<Response, Refused> {
    let parameter = |name: &str, place: &str, schema: Value| json!({"name": name, "in": place, "required": place == "path", "schema": schema});
    let collection = || parameter("collectionId", "path", json!({"type": "string"}));
    let operation = |id: &str, kind: &str, parameters: Vec<Value>| {
        json!({"get": {
            "operationId": id,
            "parameters": parameters,
            "responses": {"200": {"description": "OK", "content": {kind: {"schema": {"type": "object"}}}}},
        }})
    };
    let json_kind = "application/json";
    let geo_kind = "application/geo+json";
    let whole = json!({
        "openapi": "3.0.3",
        "info": {"title": "OGC API – Features", "version": env!("CARGO_PKG_VERSION")},
        "servers": [{"url": asked.url("")}],
        "paths": {
            "/": operation("getLandingPage", json_kind, vec![]),
            "/conformance": operation("getConformance", json_kind, vec![]),
            "/collections": operation("getCollections", json_kind, vec![]),
            "/collections/{collectionId}": operation("describeCollection", json_kind, vec![collection()]),
            "/collections/{collectionId}/items": operation("getFeatures", geo_kind, vec![
                collection(),
                parameter("bbox", "query", json!({"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6})),
                parameter("limit", "query", json!({"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": ITEMS})),
                parameter("offset", "query", json!({"type": "integer", "minimum": 0, "default": 0})),
                parameter("datetime", "query", json!({"type": "string"})),
            ]),
            "/collections/{collectionId}/items/{featureId}": operation("getFeature", geo_kind, vec![
                collection(),
                parameter("featureId", "path", json!({"type": "string"})),
            ]),
        },
    });
    Ok(Answer::new(
        "application/vnd.oai.openapi+json;version=3.0",
        whole.to_string().into_bytes(),
    )
    .respond(&asked.headers))
}
