//! What every map of a city has in common: where it begins, the city's outline, and what lies under it.
//!
//! Three settings of the city and a file: `base.pmtiles` in the data folder is used when it is there, else the tile server that the city
//! named, else plain ground.

use serde::Deserialize;
use serde_json::{Value, json};
use yakuba_city::{CityError, MAP_CENTRE, MAP_OUTLINE, Tx, all_settings, setting};

/// The file of the base map in the data folder.
pub(crate) const ARCHIVE: &str = "base.pmtiles";
const TILES: &str = "map.tiles";
/// The largest outline in bytes: a city's border with a point every few metres is far smaller.
const LARGEST_OUTLINE: usize = 512 * 1024;

/// Why a setting of the map cannot be used: a sentence with the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MapError {
    /// The centre is no place in Japan.
    #[error(
        "the centre must be latitude, longitude and zoom such as 34.7594,135.5168,13, in Japan, with a zoom from 4 to 19"
    )]
    Centre,
    /// The address of the tiles cannot be used.
    #[error(
        "the address of the tiles must begin with https:// and hold {{z}}, {{x}} and {{y}}, such as https://cyberjapandata.gsi.go.jp/xyz/pale/{{z}}/{{x}}/{{y}}.png"
    )]
    Tiles,
    /// Whose the tiles are is not told.
    #[error(
        "tiles need an attribution of at most 200 characters, such as 地理院タイル: give it with --attribution"
    )]
    Attribution,
    /// The outline is not what is asked for.
    #[error(
        "the outline must be GeoJSON with polygons in longitude and latitude, of at most 512 KB"
    )]
    Outline,
}

/// Where maps begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Centre {
    latitude: f64,
    longitude: f64,
    zoom: u8,
}

impl Centre {
    /// Reads `34.7594,135.5168,13`: latitude, longitude, zoom.
    ///
    /// # Errors
    /// [`MapError::Centre`].
    pub(crate) fn read(text: &str) -> Result<Self, MapError> {
        let mut parts = text.split(',').map(str::trim);
        let mut number = || parts.next().and_then(|part| part.parse::<f64>().ok());
        let (latitude, longitude) = (number(), number());
        let zoom = parts.next().and_then(|part| part.parse::<u8>().ok());
        match (latitude, longitude, zoom, parts.next()) {
            (Some(latitude), Some(longitude), Some(zoom), None)
                if is_in_japan(longitude, latitude) && (4..=19).contains(&zoom) =>
            {
                Ok(Self {
                    latitude,
                    longitude,
                    zoom,
                })
            }
            _ => Err(MapError::Centre),
        }
    }
}

impl std::fmt::Display for Centre {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{},{},{}",
            self.latitude, self.longitude, self.zoom
        )
    }
}

fn is_in_japan(longitude: f64, latitude: f64) -> bool {
    (122.0..=154.0).contains(&longitude) && (20.0..=46.0).contains(&latitude)
}

/// A server of raster tiles, and whose they are.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
pub(crate) struct TileServer {
    url: String,
    attribution: String,
    /// The largest zoom it has tiles of.
    longest: u8,
}

impl TileServer {
    /// A server whose tiles are at `url`, up to a zoom.
    ///
    /// # Errors
    /// When the address is none that a browser may be sent to, or the attribution is missing.
    pub(crate) fn new(url: &str, attribution: &str, longest: u8) -> Result<Self, MapError> {
        let attribution = attribution.trim();
        if origin_of(url).is_none()
            || !["{z}", "{x}", "{y}"].iter().all(|part| url.contains(part))
            || !(1..=22).contains(&longest)
        {
            return Err(MapError::Tiles);
        }
        if attribution.is_empty()
            || attribution.chars().count() > 200
            || attribution.chars().any(char::is_control)
        {
            return Err(MapError::Attribution);
        }
        Ok(Self {
            url: url.to_owned(),
            attribution: attribution.to_owned(),
            longest,
        })
    }

    /// The origin that browsers have to be allowed to ask, such as `https://tiles.example.jp`.
    pub(crate) fn origin(&self) -> &str {
        origin_of(&self.url).unwrap_or_default()
    }
}

/// The origin of an address, when nothing in the address could mean something else in a header or policy.
fn origin_of(url: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| url.starts_with(scheme))?;
    let path = scheme.len() + url[scheme.len()..].find('/')?;
    let authority = &url[scheme.len()..path];
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_host = !host.is_empty()
        && !host.starts_with(['-', '.'])
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let rest_is_plain = url[path..]
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"'<>;,\\`|^".contains(&byte));
    (is_host && port.parse::<u16>().is_ok() && rest_is_plain && url.len() <= 500)
        .then(|| &url[..path])
}

/// The outline of the city, brought down to its areas: nothing else in the file is kept.
///
/// # Errors
/// [`MapError::Outline`].
pub(crate) fn outline(text: &str) -> Result<String, MapError> {
    if text.len() > LARGEST_OUTLINE {
        return Err(MapError::Outline);
    }
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| MapError::Outline)?;
    let mut polygons = Vec::new();
    areas(&value, &mut polygons).ok_or(MapError::Outline)?;
    if polygons.is_empty() {
        return Err(MapError::Outline);
    }
    Ok(json!({
        "type": "Feature",
        "properties": {},
        "geometry": { "type": "MultiPolygon", "coordinates": polygons },
    })
    .to_string())
}

/// Collects the polygons of a GeoJSON object; none when it holds anything that is not one.
fn areas(value: &Value, found: &mut Vec<Value>) -> Option<()> {
    match value.get("type")?.as_str()? {
        "FeatureCollection" => value
            .get("features")?
            .as_array()?
            .iter()
            .try_for_each(|feature| {
                // A collection holds features, and features hold shapes: nothing is nested deeper.
                (feature.get("type")?.as_str()? == "Feature")
                    .then(|| areas(feature.get("geometry")?, found))?
            }),
        "Feature" => {
            let geometry = value.get("geometry")?;
            matches!(geometry.get("type")?.as_str()?, "Polygon" | "MultiPolygon")
                .then(|| areas(geometry, found))?
        }
        "Polygon" => {
            found.push(polygon(value.get("coordinates")?)?);
            Some(())
        }
        "MultiPolygon" => {
            for coordinates in value.get("coordinates")?.as_array()? {
                found.push(polygon(coordinates)?);
            }
            Some(())
        }
        _ => None,
    }
}

/// Rings of at least four positions in Japan, each closed (RFC 7946, 3.1.6); heights are left out.
fn polygon(coordinates: &Value) -> Option<Value> {
    let mut rings = Vec::new();
    for ring in coordinates.as_array()? {
        let mut positions = Vec::new();
        for position in ring.as_array()? {
            let (longitude, latitude) = (position.get(0)?.as_f64()?, position.get(1)?.as_f64()?);
            if !is_in_japan(longitude, latitude) {
                return None;
            }
            positions.push(json!([longitude, latitude]));
        }
        if positions.len() < 4 || positions.first() != positions.last() {
            return None;
        }
        rings.push(Value::Array(positions));
    }
    (!rings.is_empty()).then_some(Value::Array(rings))
}

/// What happens to the tile server.
#[derive(Debug, Clone, Default)]
pub(crate) enum TilesChange {
    /// It stays as it is.
    #[default]
    Stay,
    /// This one is used from now on.
    Use(TileServer),
    /// None is used any more.
    End,
}

/// What a command changes; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    /// Where maps begin.
    pub(crate) centre: Option<Centre>,
    /// What happens to the tile server.
    pub(crate) tiles: TilesChange,
    /// The outline, as [`outline`] gave it.
    pub(crate) outline: Option<String>,
}

impl Change {
    /// Writes the change.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn write(&self, tx: &Tx) -> Result<(), CityError> {
        if let Some(centre) = &self.centre {
            tx.set(MAP_CENTRE, &centre.to_string()).await?;
        }
        match &self.tiles {
            TilesChange::Stay => {}
            TilesChange::Use(tiles) => tx.set(TILES, &json!(tiles).to_string()).await?,
            TilesChange::End => tx.set(TILES, "").await?,
        }
        if let Some(outline) = &self.outline {
            tx.set(MAP_OUTLINE, outline).await?;
        }
        Ok(())
    }
}

/// The settings as they are kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MapSettings {
    /// Where maps begin.
    pub(crate) centre: Option<Centre>,
    /// The tile server.
    pub(crate) tiles: Option<TileServer>,
    /// Whether the city has an outline.
    pub(crate) has_outline: bool,
}

impl MapSettings {
    /// Reads them. What cannot be understood counts as not set.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn of(city: &yakuba_city::City) -> Result<Self, CityError> {
        let mut settings = Self::default();
        for (name, value) in all_settings(city.db()).await? {
            match name.as_str() {
                MAP_CENTRE => settings.centre = Centre::read(&value).ok(),
                TILES => settings.tiles = tiles_of(&value),
                MAP_OUTLINE => settings.has_outline = !value.is_empty(),
                _ => {}
            }
        }
        Ok(settings)
    }

    /// What the script of the maps reads; `has_archive` tells whether the base map is in the data folder.
    pub(crate) fn for_the_script(&self, has_archive: bool) -> Value {
        let mut sent = serde_json::Map::new();
        if let Some(centre) = &self.centre {
            sent.insert(
                "centre".to_owned(),
                json!([centre.longitude, centre.latitude]),
            );
            sent.insert("zoom".to_owned(), json!(centre.zoom));
        }
        if self.has_outline {
            sent.insert("outline".to_owned(), json!("/map/outline.geojson"));
        }
        if has_archive {
            sent.insert("archive".to_owned(), json!(format!("/map/{ARCHIVE}")));
        } else if let Some(tiles) = &self.tiles {
            sent.insert("tiles".to_owned(), json!(tiles));
        }
        Value::Object(sent)
    }
}

/// The tile server in a setting. It is examined again: a database may have been filled by other means.
pub(crate) fn tiles_of(value: &str) -> Option<TileServer> {
    let kept: TileServer = serde_json::from_str(value).ok()?;
    TileServer::new(&kept.url, &kept.attribution, kept.longest).ok()
}

/// The tile server of a city.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn tiles(city: &yakuba_city::City) -> Result<Option<TileServer>, CityError> {
    Ok(setting(city.db(), TILES)
        .await?
        .and_then(|value| tiles_of(&value)))
}

/// The outline of a city as GeoJSON.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn outline_of(city: &yakuba_city::City) -> Result<Option<String>, CityError> {
    Ok(setting(city.db(), MAP_OUTLINE)
        .await?
        .filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GSI: &str = "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png";

    #[test]
    fn a_tile_server_is_one_origin_and_says_whose_it_is() {
        let server = TileServer::new(GSI, "地理院タイル", 18).unwrap();
        assert_eq!(server.origin(), "https://cyberjapandata.gsi.go.jp");
        let port = TileServer::new("http://10.1.2.3:8080/{z}/{x}/{y}", "市", 18).unwrap();
        assert_eq!(port.origin(), "http://10.1.2.3:8080");
        assert_eq!(TileServer::new(GSI, " ", 18), Err(MapError::Attribution));
        for hostile in [
            "https://a.example; script-src *//{z}/{x}/{y}",
            "https://a.example 'unsafe-inline'/{z}/{x}/{y}",
            "https://*/{z}/{x}/{y}",
            "https://user@a.example/{z}/{x}/{y}",
            "https://a.example:port/{z}/{x}/{y}",
            "https:///{z}/{x}/{y}",
            "https://a.example/{z}/{x}/{y}\nx: y",
            "https://a.example/{z}/{x}/{y};script-src",
            "javascript:alert(1)/{z}/{x}/{y}",
            "//a.example/{z}/{x}/{y}",
            "https://a.example/{z}/{x}",
            "https://あ.example/{z}/{x}/{y}",
        ] {
            assert_eq!(
                TileServer::new(hostile, "市", 18),
                Err(MapError::Tiles),
                "{hostile}"
            );
        }
    }

    #[test]
    fn what_a_database_holds_is_examined_again() {
        let server = TileServer::new(GSI, "地理院タイル", 18).unwrap();
        assert_eq!(tiles_of(&json!(server).to_string()), Some(server));
        assert_eq!(
            tiles_of(r#"{"url":"https://a b/{z}/{x}/{y}","attribution":"x","longest":3}"#),
            None
        );
        assert_eq!(tiles_of(""), None);
    }

    #[test]
    fn the_centre_is_a_place_in_japan() {
        let centre = Centre::read("34.7594, 135.5168, 13").unwrap();
        assert_eq!(Centre::read(&centre.to_string()), Ok(centre));
        for wrong in [
            "",
            "34,135",
            "135,34,13",
            "34,135,25",
            "NaN,135,13",
            "34,135,13,1",
        ] {
            assert_eq!(Centre::read(wrong), Err(MapError::Centre), "{wrong}");
        }
    }

    #[test]
    fn an_outline_is_brought_down_to_its_areas() {
        let ring = "[[135.0,34.0],[135.1,34.0],[135.1,34.1,12.5],[135.0,34.0]]";
        let collection = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"secret":1}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}"#
        );
        let kept = outline(&collection).unwrap();
        assert!(!kept.contains("secret") && !kept.contains("12.5"), "{kept}");
        assert_eq!(outline(&kept), Ok(kept.clone()));
        for wrong in [
            "{",
            "[]",
            r#"{"type":"Point","coordinates":[135,34]}"#,
            r#"{"type":"FeatureCollection","features":[]}"#,
            // Latitude first, not closed, too short.
            r#"{"type":"Polygon","coordinates":[[[34,135],[34,136],[35,136],[34,135]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[135,34],[136,34],[136,35],[135,35]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[135,34],[136,34],[135,34]]]}"#,
            r#"{"type":"Polygon","coordinates":[]}"#,
        ] {
            assert_eq!(outline(wrong), Err(MapError::Outline), "{wrong}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(outline(&deep), Err(MapError::Outline));
        let large = " ".repeat(LARGEST_OUTLINE + 1);
        assert_eq!(outline(&large), Err(MapError::Outline));
    }
}
