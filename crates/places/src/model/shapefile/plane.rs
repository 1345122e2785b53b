//! Positions of a Shapefile as longitude and latitude.
//!
//! JGD2000 and JGD2011 share their ellipsoid (GRS 80) and so the formulas; that the ground moved in 2011 is not undone. The plane
//! rectangular systems are those of 平成14年国土交通省告示第9号, the formulas those by which the Geospatial Information Authority of Japan
//! computes (Kawase 2011, 国土地理院時報 121).

/// How the numbers of a file are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Longitude and latitude in degrees.
    Geographic,
    /// Metres to the east and the north in one of the nineteen plane rectangular systems.
    Plane(u8),
}

/// Latitude and longitude of the systems' origins, in degrees and minutes, from the first.
const ORIGINS: [(u8, u8, u8); 19] = [
    (33, 129, 30),
    (33, 131, 0),
    (36, 132, 10),
    (33, 133, 30),
    (36, 134, 20),
    (36, 136, 0),
    (36, 137, 10),
    (36, 138, 30),
    (36, 139, 50),
    (40, 140, 50),
    (44, 140, 15),
    (44, 142, 15),
    (44, 144, 15),
    (26, 142, 0),
    (26, 127, 30),
    (26, 124, 0),
    (26, 131, 0),
    (20, 136, 0),
    (26, 154, 0),
];

/// Half of the longer axis, in metres, and the inverse flattening of GRS 80.
const AXIS: f64 = 6_378_137.0;
const INVERSE_FLATTENING: f64 = 298.257_222_101;
/// The scale at the origin.
const SCALE: f64 = 0.9999;

impl System {
    /// The system that a `.prj` file (WKT) names; none when it is another one.
    pub fn of_prj(text: &str) -> Option<Self> {
        let folded: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        let is_japanese = [
            "JGD2000",
            "JGD2011",
            "JAPANESEGEODETICDATUM2000",
            "JAPANESEGEODETICDATUM2011",
        ]
        .iter()
        .any(|name| folded.contains(name));
        // WGS 84 and JGD2011 are the same to within what a map of a city shows.
        let is_world = ["WGS84", "WGS1984"]
            .iter()
            .any(|name| folded.contains(name));
        if text.trim_start().to_ascii_uppercase().starts_with("GEOGCS")
            || text
                .trim_start()
                .to_ascii_uppercase()
                .starts_with("GEOGCRS")
        {
            return (is_japanese || is_world).then_some(Self::Geographic);
        }
        if !is_japanese {
            return None;
        }
        let name = text.split('"').nth(1)?;
        Self::of_name(name)
    }

    /// A plane system by the name of its WKT, such as `JGD_2011_Japan_Zone_9` or `JGD2000 / Japan Plane Rectangular CS IX`.
    fn of_name(name: &str) -> Option<Self> {
        const ROMAN: [&str; 19] = [
            "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII",
            "XIV", "XV", "XVI", "XVII", "XVIII", "XIX",
        ];
        let upper = name.to_ascii_uppercase();
        if !upper.contains("JAPAN") && !upper.contains("PLANE") && !upper.contains("ZONE") {
            return None;
        }
        let last = upper.split([' ', '_']).rfind(|part| !part.is_empty())?;
        let number = match last.parse::<u8>() {
            Ok(number) => number,
            Err(_) => u8::try_from(ROMAN.iter().position(|roman| *roman == last)? + 1).ok()?,
        };
        (1..=19).contains(&number).then_some(Self::Plane(number))
    }

    /// Longitude and latitude in degrees of a position; none when it is no place on the earth.
    pub fn degrees(self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (east, north) = match self {
            Self::Geographic => (x, y),
            Self::Plane(number) => {
                let origin = ORIGINS.get(usize::from(number).checked_sub(1)?)?;
                from_plane(*origin, x, y)
            }
        };
        let is_there = east.abs() <= 180.0 && north.abs() <= 90.0;
        // To a tenth of a millimetre: what the computation adds behind says nothing.
        let rounded = |degrees: f64| (degrees * 1e9).round() / 1e9;
        is_there.then(|| (rounded(east), rounded(north)))
    }
}

/// `east` and `north` in metres from an origin.
#[allow(clippy::many_single_char_names, clippy::similar_names)] // As in the paper.
fn from_plane((latitude, degrees, minutes): (u8, u8, u8), east: f64, north: f64) -> (f64, f64) {
    let n = 1.0 / (2.0 * INVERSE_FLATTENING - 1.0);
    let (n2, n3, n4, n5, n6) = (n.powi(2), n.powi(3), n.powi(4), n.powi(5), n.powi(6));
    let latitude = f64::from(latitude).to_radians();
    let longitude = (f64::from(degrees) + f64::from(minutes) / 60.0).to_radians();
    let unit = SCALE * AXIS / (1.0 + n);
    let a0 = 1.0 + n2 / 4.0 + n4 / 64.0;
    let a = [
        -3.0 / 2.0 * (n - n3 / 8.0 - n5 / 64.0),
        15.0 / 16.0 * (n2 - n4 / 4.0),
        -35.0 / 48.0 * (n3 - 5.0 / 16.0 * n5),
        315.0 / 512.0 * n4,
        -693.0 / 1280.0 * n5,
    ];
    let beta = [
        n / 2.0 - 2.0 / 3.0 * n2 + 37.0 / 96.0 * n3 - n4 / 360.0 - 81.0 / 512.0 * n5,
        n2 / 48.0 + n3 / 15.0 - 437.0 / 1440.0 * n4 + 46.0 / 105.0 * n5,
        17.0 / 480.0 * n3 - 37.0 / 840.0 * n4 - 209.0 / 4480.0 * n5,
        4397.0 / 161_280.0 * n4 - 11.0 / 504.0 * n5,
        4583.0 / 161_280.0 * n5,
    ];
    let delta = [
        2.0 * n - 2.0 / 3.0 * n2 - 2.0 * n3 + 116.0 / 45.0 * n4 + 26.0 / 45.0 * n5
            - 2854.0 / 675.0 * n6,
        7.0 / 3.0 * n2 - 8.0 / 5.0 * n3 - 227.0 / 45.0 * n4
            + 2704.0 / 315.0 * n5
            + 2323.0 / 945.0 * n6,
        56.0 / 15.0 * n3 - 136.0 / 35.0 * n4 - 1262.0 / 105.0 * n5 + 73_814.0 / 2835.0 * n6,
        4279.0 / 630.0 * n4 - 332.0 / 35.0 * n5 - 399_572.0 / 14_175.0 * n6,
        4174.0 / 315.0 * n5 - 144_838.0 / 6237.0 * n6,
        601_676.0 / 22_275.0 * n6,
    ];
    let twice = |place: usize| 2.0 * f64::from(u8::try_from(place).unwrap_or(0) + 1);
    let meridian = unit
        * (a0 * latitude
            + a.iter()
                .enumerate()
                .map(|(j, a)| a * (twice(j) * latitude).sin())
                .sum::<f64>());
    let xi = (north + meridian) / (unit * a0);
    let eta = east / (unit * a0);
    let xi_sphere = xi
        - beta
            .iter()
            .enumerate()
            .map(|(j, b)| b * (twice(j) * xi).sin() * (twice(j) * eta).cosh())
            .sum::<f64>();
    let eta_sphere = eta
        - beta
            .iter()
            .enumerate()
            .map(|(j, b)| b * (twice(j) * xi).cos() * (twice(j) * eta).sinh())
            .sum::<f64>();
    let chi = (xi_sphere.sin() / eta_sphere.cosh()).asin();
    let north = chi
        + delta
            .iter()
            .enumerate()
            .map(|(j, d)| d * (twice(j) * chi).sin())
            .sum::<f64>();
    let east = longitude + (eta_sphere.sinh() / xi_sphere.cos()).atan();
    (east.to_degrees(), north.to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_known_by_their_names() {
        for (prj, system) in [
            (
                "GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\",SPHEROID[\"GRS_1980\",6378137.0,298.257222101]]]",
                Some(System::Geographic),
            ),
            (
                "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\"]]",
                Some(System::Geographic),
            ),
            (
                "PROJCS[\"JGD_2011_Japan_Zone_9\",GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\"]]]",
                Some(System::Plane(9)),
            ),
            (
                "PROJCS[\"JGD2000 / Japan Plane Rectangular CS XIX\",GEOGCS[\"JGD2000\"]]",
                Some(System::Plane(19)),
            ),
            // Tokyo Datum lies some 400 metres away.
            ("GEOGCS[\"GCS_Tokyo\",DATUM[\"D_Tokyo\"]]", None),
            ("PROJCS[\"Japan_Zone_9\",GEOGCS[\"GCS_Tokyo\"]]", None),
            (
                "PROJCS[\"WGS_1984_UTM_Zone_54N\",GEOGCS[\"GCS_WGS_1984\"]]",
                None,
            ),
            (
                "PROJCS[\"JGD_2011_UTM_Zone_54N\",GEOGCS[\"GCS_JGD_2011\"]]",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(System::of_prj(prj), system, "{prj}");
        }
    }

    #[test]
    fn all_systems_are_as_another_program_computes_them() {
        // PROJ 9 for 12,345.6 m to the east and 65,432.1 m to the south, EPSG:6669 to 6687 to EPSG:6668.
        let by_proj = [
            (129.631_250_978, 32.409_858_597),
            (131.131_250_978, 32.409_858_597),
            (132.302_599_578, 35.410_139_354),
            (133.631_250_978, 32.409_858_597),
            (134.469_266_245, 35.410_139_354),
            (136.135_932_911, 35.410_139_354),
            (137.302_599_578, 35.410_139_354),
            (138.635_932_911, 35.410_139_354),
            (139.969_266_245, 35.410_139_354),
            (140.976_695_119, 39.410_528_197),
            (140.402_438_563, 43.410_926_135),
            (142.402_438_563, 43.410_926_135),
            (144.402_438_563, 43.410_926_135),
            (142.122_715_88, 25.409_259_304),
            (127.622_715_88, 25.409_259_304),
            (124.122_715_88, 25.409_259_304),
            (131.122_715_88, 25.409_259_304),
            (136.117_552_793, 19.408_830_346),
            (154.122_715_88, 25.409_259_304),
        ];
        for (number, (east, north)) in (1..=19).zip(by_proj) {
            let found = System::Plane(number).degrees(12_345.6, -65_432.1).unwrap();
            let is_near = (found.0 - east).abs() < 2e-9 && (found.1 - north).abs() < 2e-9;
            assert!(is_near, "system {number}: {found:?}");
        }
        assert_eq!(System::Plane(20).degrees(0.0, 0.0), None);
        assert_eq!(System::Plane(0).degrees(0.0, 0.0), None);
        assert_eq!(System::Geographic.degrees(f64::NAN, 0.0), None);
    }
}
