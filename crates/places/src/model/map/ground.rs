//! The ground as tiles: Web Mercator from 0 to 1, the square of a tile, and the numbers by which the database finds what lies in one.
//!
//! Each feature has a cell: the smallest square of the tiles' grid that holds its whole box. Cells are numbered so that all cells inside
//! a tile have neighbouring numbers (Morton's order). So whatever lies in a tile is one range of numbers, and whatever is larger than
//! the tile lies in one of the few squares around it.

use geo::{Coord, Rect};

/// The finest zoom that cells are numbered at: a square of 4 centimetres.
pub const FINEST: u8 = 30;
/// The largest zoom with tiles of its own. Browsers draw larger ones from these.
pub const LONGEST: u8 = 16;
/// How many units wide a tile is (Mapbox Vector Tile 2.1, 4.1).
pub const EXTENT: i32 = 4096;
/// So many units around a tile belong to it, so that lines do not end at its edge.
pub const BUFFER: i32 = 64;

/// A place in degrees as Web Mercator, from 0 to 1: east and south from the upper left corner of the world.
pub fn projected(place: Coord) -> Coord {
    let latitude = place.y.clamp(-85.0, 85.0).to_radians();
    let y = (std::f64::consts::FRAC_PI_4 + latitude / 2.0).tan().ln() / std::f64::consts::TAU;
    Coord {
        x: (place.x / 360.0 + 0.5).clamp(0.0, 1.0),
        y: (0.5 - y).clamp(0.0, 1.0),
    }
}

/// The other way around.
pub fn in_degrees(place: Coord) -> Coord {
    let y = (0.5 - place.y) * std::f64::consts::TAU;
    Coord {
        x: (place.x - 0.5) * 360.0,
        y: (2.0 * y.exp().atan() - std::f64::consts::FRAC_PI_2).to_degrees(),
    }
}

/// The number of steps from the edge of the world at the finest zoom.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // From 0 to 2^30.
fn steps(part: f64) -> u32 {
    let count = 1_u32 << FINEST;
    ((part * f64::from(count)) as u32).min(count - 1)
}

/// The bits of two numbers in turn, those of `x` in the lower places.
fn woven(x: u32, y: u32) -> i64 {
    fn spread(number: u32) -> u64 {
        let mut bits = u64::from(number);
        for (shift, mask) in [
            (16, 0x0000_FFFF_0000_FFFF_u64),
            (8, 0x00FF_00FF_00FF_00FF),
            (4, 0x0F0F_0F0F_0F0F_0F0F),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555),
        ] {
            bits = (bits | (bits << shift)) & mask;
        }
        bits
    }
    // At most 60 bits.
    (spread(x) | (spread(y) << 1)).cast_signed()
}

/// Where a feature is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The number of the upper left corner of its square.
    pub number: i64,
    /// The zoom at which a tile is as large as its square; [`FINEST`] for points.
    pub level: u8,
    /// The smallest zoom at which it is large enough to be seen; 0 for points, which are thinned instead.
    pub from: u8,
}

impl Cell {
    /// The cell of a box in degrees.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Between 0 and 16.
    pub fn of(area: Rect) -> Self {
        let first = projected(Coord {
            x: area.min().x,
            y: area.max().y,
        });
        let last = projected(Coord {
            x: area.max().x,
            y: area.min().y,
        });
        let (x, y) = (steps(first.x), steps(first.y));
        let differs = (x ^ steps(last.x)) | (y ^ steps(last.y));
        let below = 32 - differs.leading_zeros();
        let keep = |number: u32| (number >> below) << below;
        let size = (last.x - first.x).max(last.y - first.y);
        // Seen when it is as large as a dot of the screen: a tile is 512 dots wide.
        let from = if size <= 0.0 {
            0.0
        } else {
            (1.0 / (512.0 * size)).log2().ceil()
        };
        Self {
            number: woven(keep(x), keep(y)),
            level: FINEST - u8::try_from(below).unwrap_or(FINEST).min(FINEST),
            from: from.clamp(0.0, f64::from(LONGEST)) as u8,
        }
    }
}

/// The squares of a point's grid at a zoom: at most one point in each is shown, so that a tile has at most 64 × 64.
pub fn grid_square(number: i64, zoom: u8) -> (i64, i64) {
    let below = 2 * u32::from(FINEST - (zoom + 6).min(FINEST));
    let first = (number >> below) << below;
    (first, first + (1_i64 << below) - 1)
}

/// A tile: zoom, columns from the west, rows from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    /// The zoom, from 0 to [`LONGEST`].
    pub z: u8,
    /// The column.
    pub x: u32,
    /// The row.
    pub y: u32,
}

impl Tile {
    /// A tile, if there is one.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= LONGEST && x < 1 << z && y < 1 << z).then_some(Self { z, x, y })
    }

    /// The tile of a zoom with a place in degrees in it.
    pub fn with(place: Coord, z: u8) -> Self {
        let at = projected(place);
        let z = z.min(LONGEST);
        Self {
            z,
            x: steps(at.x) >> (FINEST - z),
            y: steps(at.y) >> (FINEST - z),
        }
    }

    /// The first and the last number of the cells in it.
    pub fn numbers(self) -> (i64, i64) {
        let below = FINEST - self.z;
        let first = woven(self.x << below, self.y << below);
        (first, first + (1_i64 << (2 * u32::from(below))) - 1)
    }

    /// The numbers of the larger squares that hold it, with their zooms.
    pub fn around(self) -> impl Iterator<Item = (u8, i64)> {
        (0..self.z).map(move |z| {
            let up = self.z - z;
            let below = FINEST - z;
            (z, woven((self.x >> up) << below, (self.y >> up) << below))
        })
    }

    /// A place in degrees in the tile's units: (0, 0) is its upper left corner.
    pub fn units(self, place: Coord) -> Coord {
        let at = projected(place);
        let scale = f64::from(1_u32 << self.z);
        Coord {
            x: (at.x * scale - f64::from(self.x)) * f64::from(EXTENT),
            y: (at.y * scale - f64::from(self.y)) * f64::from(EXTENT),
        }
    }

    /// The tile in degrees, with its buffer.
    pub fn area(self) -> Rect {
        let scale = f64::from(1_u32 << self.z);
        let margin = f64::from(BUFFER) / f64::from(EXTENT);
        let corner = |x: f64, y: f64| {
            in_degrees(Coord {
                x: x / scale,
                y: y / scale,
            })
        };
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        Rect::new(
            corner(x - margin, y - margin),
            corner(x + 1.0 + margin, y + 1.0 + margin),
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> impl Strategy<Value = Coord> {
        (122.0..154.0, 20.0..46.0).prop_map(|(x, y)| Coord { x, y })
    }

    proptest! {
        #[test]
        fn a_place_is_projected_and_comes_back(place in place()) {
            let back = in_degrees(projected(place));
            prop_assert!((back.x - place.x).abs() < 1e-9 && (back.y - place.y).abs() < 1e-9);
        }

        #[test]
        fn a_point_is_numbered_in_its_tile_and_in_no_other(place in place(), z in 0..=LONGEST) {
            let cell = Cell::of(Rect::new(place, place));
            prop_assert_eq!(cell.level, FINEST);
            let tile = Tile::with(place, z);
            let (first, last) = tile.numbers();
            prop_assert!((first..=last).contains(&cell.number));
            for (x, y) in [(1, 0), (0, 1)] {
                if let Some(other) = Tile::new(z, tile.x + x, tile.y + y) {
                    let (first, last) = other.numbers();
                    prop_assert!(!(first..=last).contains(&cell.number));
                }
            }
            let units = tile.units(place);
            prop_assert!((-0.01..=4096.01).contains(&units.x) && (-0.01..=4096.01).contains(&units.y));
        }

        #[test]
        fn a_box_is_found_from_every_tile_that_it_touches(a in place(), b in place(), z in 0..=LONGEST) {
            let area = Rect::new(a, b);
            let cell = Cell::of(area);
            for corner in [area.min(), area.max(), area.center()] {
                let tile = Tile::with(corner, z);
                let (first, last) = tile.numbers();
                let inside = cell.level >= z && (first..=last).contains(&cell.number);
                let around = tile.around().any(|(level, number)| level == cell.level && number == cell.number);
                prop_assert!(inside || around, "{cell:?} {tile:?}");
            }
        }

        #[test]
        fn a_grid_square_holds_its_point(place in place(), z in 0..=LONGEST) {
            let cell = Cell::of(Rect::new(place, place));
            let (first, last) = grid_square(cell.number, z);
            prop_assert!((first..=last).contains(&cell.number));
            let (from, to) = Tile::with(place, z).numbers();
            prop_assert!(from <= first && last <= to);
        }
    }

    #[test]
    fn tiles_end_with_the_world() {
        assert!(Tile::new(0, 0, 0).is_some());
        assert!(Tile::new(LONGEST, (1 << LONGEST) - 1, 0).is_some());
        for (z, x, y) in [
            (0, 1, 0),
            (3, 0, 8),
            (LONGEST + 1, 0, 0),
            (255, 0, 0),
            (5, u32::MAX, 0),
        ] {
            assert_eq!(Tile::new(z, x, y), None);
        }
    }

    #[test]
    fn what_is_small_is_seen_from_near_only() {
        let at = |size: f64| {
            let place = Coord { x: 135.0, y: 34.0 };
            Cell::of(Rect::new(
                place,
                Coord {
                    x: 135.0 + size,
                    y: 34.0,
                },
            ))
            .from
        };
        assert_eq!(at(0.0), 0);
        assert!(at(0.001) > at(0.01) && at(0.01) > at(0.1));
        assert_eq!(at(1e-7), LONGEST);
    }
}
