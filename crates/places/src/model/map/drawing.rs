//! A part of the map as a drawing on paper: in scale, with signs, patterns and names as on the screen, without what lies under it.

use std::fmt::Write as _;

use geo::{Coord, Geometry, LineString, Polygon, Rect};
use yakuba_ui::{MapPattern, MapSign};

use super::ground::{LONGEST, in_degrees, projected};

/// The scales that maps are printed in: one to so many.
pub const SCALES: [u32; 8] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 200_000,
];
/// Around the equator, in metres.
const AROUND: f64 = 40_075_016.686;
/// Width of a sign and of a letter of a name, in millimetres.
const SIGN: f64 = 3.4;
const LETTER: f64 = 2.3;
/// More points than this have no names: they would cover each other.
const NAMED: usize = 150;

/// The part of the ground that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Its middle in degrees.
    pub centre: Coord,
    /// One to so many.
    pub scale: u32,
    /// Width and height on the paper, in millimetres.
    pub size: (f64, f64),
}

impl Frame {
    /// Millimetres of the paper for the whole width of the projected world.
    fn world(self) -> f64 {
        AROUND * self.centre.y.to_radians().cos() / f64::from(self.scale) * 1_000.0
    }

    /// Where a place lies on the paper, in millimetres from the upper left corner.
    fn on_paper(self, place: Coord) -> (f64, f64) {
        let (at, middle) = (projected(place), projected(self.centre));
        let world = self.world();
        (
            (at.x - middle.x) * world + self.size.0 / 2.0,
            (at.y - middle.y) * world + self.size.1 / 2.0,
        )
    }

    /// The ground that it shows, in degrees.
    pub fn area(self) -> Rect {
        let middle = projected(self.centre);
        let world = self.world();
        let corner = |x: f64, y: f64| {
            in_degrees(Coord {
                x: middle.x + x * self.size.0 / 2.0 / world,
                y: middle.y + y * self.size.1 / 2.0 / world,
            })
        };
        Rect::new(corner(-1.0, 1.0), corner(1.0, -1.0))
    }

    /// The zoom of tiles that show as much: a dot of a screen is a quarter of a millimetre, a tile 512 dots.
    pub fn zoom(self) -> u8 {
        let tiles = self.world() / (512.0 * 0.25);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // From 0 to 16.
        let zoom = tiles.log2().round().clamp(0.0, f64::from(LONGEST)) as u8;
        zoom
    }

    /// The smallest of [`SCALES`] that shows so many metres from left to right.
    pub fn scale_for(metres: f64, width: f64) -> u32 {
        SCALES
            .into_iter()
            .find(|scale| f64::from(*scale) * width / 1_000.0 >= metres)
            .unwrap_or(SCALES[SCALES.len() - 1])
    }

    /// A length in whole metres with one figure that is at most a quarter of the width: what the scale bar shows.
    fn bar(self) -> u32 {
        let most = f64::from(self.scale) * self.size.0 / 4.0 / 1_000.0;
        let mut length = 1_u32;
        for step in [
            2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000,
        ] {
            if f64::from(step) <= most {
                length = step;
            }
        }
        length
    }
}

/// How a class of a layer is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look<'a> {
    /// Its colour as `#rrggbb`.
    pub colour: &'a str,
    /// The pattern of its areas.
    pub pattern: MapPattern,
    /// The sign of its points.
    pub sign: MapSign,
    /// The size of its signs and the width of its lines as a part of the usual.
    pub factor: f32,
    /// How much of the ground its areas cover, in percent.
    pub opacity: u8,
}

/// A feature to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing<'a> {
    /// Its shape in degrees.
    pub shape: Geometry,
    /// How it is drawn.
    pub look: Look<'a>,
    /// Its name; written beside points.
    pub name: String,
}

/// Draws the things in their order, areas first and points last, over the city's border: an SVG whose unit is the millimetre.
pub fn draw(frame: Frame, outline: &[Polygon], things: &[Thing]) -> String {
    let (width, height) = frame.size;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"><defs><clipPath id="frame"><path d="M0 0h{width}v{height}h-{width}z"/></clipPath>"#
    );
    // Writing to a string cannot fail.
    for pattern in MapPattern::ALL {
        let _ = write!(
            svg,
            r##"<pattern id="{}" width="4" height="4" patternUnits="userSpaceOnUse"><path d="{}" transform="scale(0.16667)" fill="none" stroke="#333" stroke-opacity="0.6" stroke-width="1.2"/></pattern>"##,
            pattern.name(),
            pattern.strokes()
        );
    }
    let _ = write!(
        svg,
        r##"</defs><rect width="{width}" height="{height}" fill="#eceff1"/><g clip-path="url(#frame)">"##
    );
    for area in outline {
        let _ = write!(
            svg,
            r##"<path d="{}" fill="#fdfdfb" fill-rule="evenodd" stroke="#6b6480" stroke-width="0.4" stroke-dasharray="1.2 0.6"/>"##,
            rings(frame, area)
        );
    }
    for thing in things {
        areas(frame, thing, &mut svg);
    }
    for thing in things {
        lines(frame, thing, &mut svg);
    }
    let mut points = Vec::new();
    for thing in things {
        for at in points_of(&thing.shape) {
            let (x, y) = frame.on_paper(at);
            if (0.0..=width).contains(&x) && (0.0..=height).contains(&y) {
                points.push((thing, x, y));
            }
        }
    }
    for (thing, x, y) in &points {
        let size = SIGN * f64::from(thing.look.factor);
        let _ = write!(
            svg,
            r#"<g transform="translate({:.2} {:.2}) scale({:.4})">{}</g>"#,
            x - size / 2.0,
            y - size / 2.0,
            size / 24.0,
            thing.look.sign.drawing(thing.look.colour)
        );
    }
    if points.len() <= NAMED {
        names(frame, &points, &mut svg);
    }
    svg.push_str("</g>");
    furniture(frame, &mut svg);
    svg.push_str("</svg>");
    svg
}

/// A line of the paper; what falls on the same tenth of a millimetre is one corner.
fn path(frame: Frame, line: &LineString, is_closed: bool) -> String {
    let mut text = String::new();
    let mut last = None;
    for place in &line.0 {
        let (x, y) = frame.on_paper(*place);
        #[allow(clippy::cast_possible_truncation)] // What is farther away is cut off by the frame.
        let at = ((x * 10.0).round() as i64, (y * 10.0).round() as i64);
        if last == Some(at) {
            continue;
        }
        let _ = write!(
            text,
            "{}{x:.1} {y:.1}",
            if last.is_none() { 'M' } else { 'L' }
        );
        last = Some(at);
    }
    if is_closed {
        text.push('Z');
    }
    text
}

fn rings(frame: Frame, area: &Polygon) -> String {
    std::iter::once(area.exterior())
        .chain(area.interiors())
        .map(|ring| path(frame, ring, true))
        .collect()
}

fn areas(frame: Frame, thing: &Thing, svg: &mut String) {
    let all = match &thing.shape {
        Geometry::Polygon(area) => std::slice::from_ref(area),
        Geometry::MultiPolygon(areas) => &areas.0,
        _ => return,
    };
    let d: String = all.iter().map(|area| rings(frame, area)).collect();
    let opacity = f64::from(thing.look.opacity) / 100.0;
    let _ = write!(
        svg,
        r#"<path d="{d}" fill="{}" fill-opacity="{opacity}" fill-rule="evenodd"/>"#,
        thing.look.colour
    );
    if thing.look.pattern != MapPattern::Plain {
        let _ = write!(
            svg,
            r#"<path d="{d}" fill="url(#{})" fill-rule="evenodd"/>"#,
            thing.look.pattern.name()
        );
    }
    let _ = write!(
        svg,
        r##"<path d="{d}" fill="none" stroke="#555" stroke-width="0.15"/>"##
    );
}

fn lines(frame: Frame, thing: &Thing, svg: &mut String) {
    let all = match &thing.shape {
        Geometry::LineString(line) => std::slice::from_ref(line),
        Geometry::MultiLineString(lines) => &lines.0,
        _ => return,
    };
    let d: String = all.iter().map(|line| path(frame, line, false)).collect();
    let _ = write!(
        svg,
        r#"<path d="{d}" fill="none" stroke="{}" stroke-width="{:.2}" stroke-linejoin="round"/>"#,
        thing.look.colour,
        0.6 * thing.look.factor
    );
}

fn points_of(shape: &Geometry) -> Vec<Coord> {
    match shape {
        Geometry::Point(point) => vec![point.0],
        Geometry::MultiPoint(points) => points.iter().map(|point| point.0).collect(),
        _ => Vec::new(),
    }
}

/// Names to the right of signs, as far as they do not cover each other or leave the paper.
fn names(frame: Frame, points: &[(&Thing, f64, f64)], svg: &mut String) {
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for (thing, x, y) in points {
        let letters: Vec<char> = thing.name.chars().take(24).collect();
        // Narrow letters are half as wide; a little too much room does no harm.
        let wide = letters
            .iter()
            .map(|letter| if letter.is_ascii() { 0.6 } else { 1.0 })
            .sum::<f64>()
            * LETTER;
        let left = x + SIGN / 2.0 + 0.4;
        let is_free = taken.iter().all(|(other, row, width)| {
            (row - y).abs() > LETTER * 1.2 || left > other + width || left + wide < *other
        });
        if letters.is_empty() || !is_free || left + wide > frame.size.0 {
            continue;
        }
        taken.push((left, *y, wide));
        let _ = write!(
            svg,
            r##"<text x="{left:.2}" y="{:.2}" font-family="BIZ UDPGothic, sans-serif" font-size="{LETTER}" fill="#1a1a1a" stroke="#ffffff" stroke-width="0.5" paint-order="stroke">{}</text>"##,
            y + LETTER / 3.0,
            escaped(&letters)
        );
    }
}

fn escaped(letters: &[char]) -> String {
    let mut text = String::new();
    for letter in letters {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            control if control.is_control() => text.push(' '),
            other => text.push(*other),
        }
    }
    text
}

/// Border, north and scale bar.
fn furniture(frame: Frame, svg: &mut String) {
    let (width, height) = frame.size;
    let bar = frame.bar();
    let long = f64::from(bar) * 1_000.0 / f64::from(frame.scale);
    let said = if bar >= 1_000 {
        format!("{} km", bar / 1_000)
    } else {
        format!("{bar} m")
    };
    let (x, y) = (4.0, height - 4.0);
    let _ = write!(
        svg,
        r##"<path d="M{x} {}h{:.2}v6.6H{x}z" fill="#ffffff" fill-opacity="0.85"/><path d="M{:.2} {:.2}v1.5h{long:.2}v-1.5" fill="none" stroke="#1a1a1a" stroke-width="0.4"/><text x="{:.2}" y="{:.2}" font-family="BIZ UDPGothic, sans-serif" font-size="2.8" fill="#1a1a1a">{said}</text>"##,
        y - 6.6,
        long + 4.0,
        x + 2.0,
        y - 2.7,
        x + 2.6,
        y - 3.0
    );
    let _ = write!(
        svg,
        r##"<path d="M{0:.2} 8l-2.4 6h4.8z" fill="#1a1a1a"/><text x="{0:.2}" y="7" font-family="BIZ UDPGothic, sans-serif" font-size="3.4" text-anchor="middle" fill="#1a1a1a" stroke="#ffffff" stroke-width="0.5" paint-order="stroke">N</text><rect x="0.15" y="0.15" width="{1}" height="{2}" fill="none" stroke="#4d5663" stroke-width="0.3"/>"##,
        width - 6.0,
        width - 0.3,
        height - 0.3
    );
}

#[cfg(test)]
mod tests {
    use geo::{LineString, Point};

    use super::*;

    const LOOK: Look = Look {
        colour: "#ffb7b7",
        pattern: MapPattern::Cross,
        sign: MapSign::Star,
        factor: 1.0,
        opacity: 70,
    };

    fn frame() -> Frame {
        Frame {
            centre: Coord { x: 135.0, y: 34.4 },
            scale: 10_000,
            size: (200.0, 160.0),
        }
    }

    #[test]
    fn a_kilometre_of_the_ground_is_ten_centimetres_of_the_paper() {
        let frame = frame();
        let kilometre = 1_000.0 / (AROUND / 360.0 * 34.4_f64.to_radians().cos());
        let (x, y) = frame.on_paper(Coord {
            x: 135.0 + kilometre,
            y: 34.4,
        });
        assert!(
            (x - 200.0).abs() < 0.1 && (y - 80.0).abs() < 0.01,
            "{x} {y}"
        );
        let area = frame.area();
        assert!((area.width() - 2.0 * kilometre).abs() < 1e-4);
        assert_eq!(frame.bar(), 500);
    }

    #[test]
    fn the_scale_follows_from_what_is_to_be_seen() {
        assert_eq!(Frame::scale_for(150.0, 200.0), 1_000);
        assert_eq!(Frame::scale_for(2_100.0, 200.0), 25_000);
        assert_eq!(Frame::scale_for(1e9, 200.0), 200_000);
        for scale in SCALES {
            let frame = Frame { scale, ..frame() };
            assert!((8..=LONGEST).contains(&frame.zoom()), "{scale}");
        }
    }

    #[test]
    fn areas_lines_points_and_names_are_drawn_and_nothing_of_a_name_is_markup() {
        let square = Polygon::new(
            LineString::from(vec![
                (134.999, 34.399),
                (135.001, 34.399),
                (135.001, 34.401),
                (134.999, 34.401),
                (134.999, 34.399),
            ]),
            Vec::new(),
        );
        let things = [
            Thing {
                shape: Geometry::Point(Point::new(135.0, 34.4)),
                look: LOOK,
                name: "<script>&".to_owned(),
            },
            Thing {
                shape: Geometry::Polygon(square),
                look: LOOK,
                name: String::new(),
            },
            // Out of the frame.
            Thing {
                shape: Geometry::Point(Point::new(136.0, 34.4)),
                look: LOOK,
                name: "遠い".to_owned(),
            },
        ];
        let svg = draw(frame(), &[], &things);
        assert!(svg.contains("url(#cross)") && svg.contains(r#"fill-opacity="0.7""#));
        assert!(svg.contains("&lt;script&gt;&amp;") && !svg.contains("<script"));
        assert!(!svg.contains("遠い") && svg.contains(">500 m<"));
        // Areas lie under signs, whatever their order.
        assert!(svg.find("fill-opacity=\"0.7\"").unwrap() < svg.find("M12 1l3 8").unwrap());
    }
}
