//! The rows of a table as things on a map: what each is called, what is said about it, and where it is.

use serde_json::{Value as Json, json};

use super::{
    content::{geometry, places},
    kind::Kind,
    standard::header_key,
};

/// So many facts of a row are told.
const TOLD: usize = 5;
/// The most letters of a fact.
const LETTERS: usize = 80;

/// Which columns tell what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sights {
    places: Option<(usize, usize)>,
    name: usize,
    /// The columns that are told beside the name, with their headers.
    told: Vec<(usize, String)>,
}

/// A row as a thing on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// What it is called; may be empty.
    pub name: String,
    /// What else is said about it: header and value.
    pub facts: Vec<(String, String)>,
    /// Its GeoJSON geometry; null when nobody knows where it is.
    pub geometry: Json,
}

impl Sights {
    /// Finds the columns by their headers and by what they are.
    pub fn new(header: &[String], kinds: &[Kind]) -> Self {
        let is_text = |at: usize| matches!(kinds.get(at), None | Some(Kind::Text));
        let of = |fits: &dyn Fn(&str) -> bool| {
            (0..header.len())
                .find(|at| is_text(*at) && fits(&header_key(&header[*at]).to_lowercase()))
        };
        let name = of(&|key| matches!(key, "名称" | "名前" | "name" | "title" | "施設名" | "名"))
            .or_else(|| of(&|key| key.ends_with("名称") && !key.contains("団体")))
            .or_else(|| {
                of(&|key| key.ends_with('名') && !key.contains("団体") && !key.contains("県"))
            })
            .or_else(|| (0..header.len()).find(|at| is_text(*at)))
            .unwrap_or(0);
        let told = (0..header.len())
            .filter(|at| {
                *at != name
                    && !matches!(
                        kinds.get(*at),
                        Some(
                            Kind::Latitude
                                | Kind::Longitude
                                | Kind::Code
                                | Kind::Id
                                | Kind::Town
                                | Kind::Corporate
                                | Kind::Kana
                                | Kind::Narrow
                        )
                    )
                    && !matches!(
                        header_key(&header[*at]).as_str(),
                        "地方公共団体名"
                            | "都道府県名"
                            | "市区町村名"
                            | "緯度"
                            | "経度"
                            // Parts of an address that stands there as a whole.
                            | "所在地_都道府県"
                            | "所在地_市区町村"
                            | "所在地_町字"
                            | "所在地_番地以下"
                            | "高度の種別"
                            | "高度の値"
                    )
            })
            .map(|at| {
                let told = header[at].trim_end_matches("_連結表記");
                (at, told.to_owned())
            })
            .collect();
        Self {
            places: places(header),
            name,
            told,
        }
    }

    /// A row, with its shape when the table has shapes.
    pub fn of(&self, row: &[String], shape: Option<&Json>) -> Sight {
        Sight {
            name: row.get(self.name).map_or("", |cell| cell.trim()).to_owned(),
            facts: self
                .told
                .iter()
                .filter_map(|(at, header)| {
                    let cell = row.get(*at)?.trim();
                    let is_long = cell.chars().count() > LETTERS;
                    let mut value: String = cell.chars().take(LETTERS).collect();
                    if is_long {
                        value.push('…');
                    }
                    (!value.is_empty()).then(|| (header.clone(), value))
                })
                .take(TOLD)
                .collect(),
            geometry: geometry(self.places, row, shape),
        }
    }
}

impl Sight {
    /// The facts as one line.
    pub fn line(&self) -> String {
        self.facts
            .iter()
            .map(|(header, value)| format!("{header}：{value}"))
            .collect::<Vec<_>>()
            .join("／")
    }

    /// As a feature for our map, with the page that says more.
    pub fn feature(&self, href: &str) -> Json {
        json!({
            "type": "Feature",
            "geometry": self.geometry,
            "properties": {"name": self.name, "text": self.line(), "href": href},
        })
    }

    /// The middle of where it is, as latitude and longitude.
    pub fn middle(&self) -> Option<(f64, f64)> {
        let mut around: Option<[f64; 4]> = None;
        widen(&self.geometry["coordinates"], &mut around);
        let [west, south, east, north] = around?;
        Some((f64::midpoint(south, north), f64::midpoint(west, east)))
    }
}

/// Widens a box by all positions of coordinates.
fn widen(part: &Json, around: &mut Option<[f64; 4]>) {
    let Some(parts) = part.as_array() else { return };
    if let (Some(east), Some(north)) = (
        parts.first().and_then(Json::as_f64),
        parts.get(1).and_then(Json::as_f64),
    ) {
        let known = around.get_or_insert([east, north, east, north]);
        *known = [
            known[0].min(east),
            known[1].min(north),
            known[2].max(east),
            known[3].max(north),
        ];
    } else {
        for part in parts {
            widen(part, around);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_told_by_its_name_and_a_few_facts() {
        let header: Vec<String> = [
            "全国地方公共団体コード",
            "ID",
            "地方公共団体名",
            "名称",
            "名称_カナ",
            "住所",
            "緯度",
            "経度",
            "備考",
        ]
        .map(str::to_owned)
        .to_vec();
        let kinds: Vec<Kind> = header
            .iter()
            .map(|header| Kind::of_standard(header, ""))
            .collect();
        let row: Vec<String> = [
            "069990",
            "1",
            "澄川市",
            "北公園",
            "キタコウエン",
            "北町1",
            "34.4",
            "135.0",
            "",
        ]
        .map(str::to_owned)
        .to_vec();
        let sight = Sights::new(&header, &kinds).of(&row, None);
        assert_eq!(sight.name, "北公園");
        assert_eq!(sight.line(), "住所：北町1");
        assert_eq!(sight.middle(), Some((34.4, 135.0)));
        let shape = json!({"type": "Polygon", "coordinates": [[[135.0, 34.0], [135.2, 34.0], [135.2, 34.4], [135.0, 34.0]]]});
        let area = Sights::new(&header, &kinds).of(&row, Some(&shape));
        assert_eq!(area.middle(), Some((34.2, 135.1)));
        // A table without any place has none.
        let nowhere = Sights::new(&header[..6], &kinds[..6]).of(&row[..6], None);
        assert!(nowhere.geometry.is_null() && nowhere.middle().is_none());
        // Headers that say nothing are no failure.
        assert_eq!(Sights::new(&[], &[]).of(&[], None).name, "");
    }
}
