//! Parts of a picture that nobody shall see, faces and number plates, painted over. What was under them is gone from the new picture.

use image::{DynamicImage, GenericImage as _, GenericImageView as _, ImageFormat, Rgba};
use serde::{Deserialize, Serialize};

use super::{Examined, Refusal, images};

/// The most parts of one picture.
pub const MOST_PARTS: usize = 20;

/// A rectangle of a picture, in thousandths of its width and height, at least one wide and high and all of it inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Sides", into = "Sides")]
pub struct PicturePart {
    left: u16,
    top: u16,
    width: u16,
    height: u16,
}

/// The whole of a side.
const WHOLE: u16 = 1_000;

#[derive(Serialize, Deserialize)]
struct Sides {
    left: u16,
    top: u16,
    width: u16,
    height: u16,
}

/// Numbers that are no part of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part of a picture begins inside of it and is at least a thousandth of it wide and high")]
pub struct NoPart;

impl TryFrom<Sides> for PicturePart {
    type Error = NoPart;

    fn try_from(sides: Sides) -> Result<Self, NoPart> {
        Self::new(sides.left, sides.top, sides.width, sides.height)
    }
}

impl From<PicturePart> for Sides {
    fn from(part: PicturePart) -> Self {
        let [left, top, width, height] = part.sides();
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

impl PicturePart {
    /// A rectangle by its left and upper edge, its width and height, in thousandths of the picture. What reaches beyond the right or lower
    /// edge is cut off there.
    ///
    /// # Errors
    /// [`NoPart`] when nothing of it lies in the picture.
    pub fn new(left: u16, top: u16, width: u16, height: u16) -> Result<Self, NoPart> {
        if left >= WHOLE || top >= WHOLE || width == 0 || height == 0 {
            return Err(NoPart);
        }
        Ok(Self {
            left,
            top,
            width: width.min(WHOLE - left),
            height: height.min(WHOLE - top),
        })
    }

    /// Left and upper edge, width and height, in thousandths.
    pub fn sides(self) -> [u16; 4] {
        [self.left, self.top, self.width, self.height]
    }

    /// First and one past the last pixel of a side of so many: outwards, so that no edge of what is covered stays.
    fn pixels(begin: u16, length: u16, side: u32) -> (u32, u32) {
        let scaled = |value: u16| u64::from(value) * u64::from(side);
        let first = scaled(begin) / u64::from(WHOLE);
        let end = scaled(begin + length).div_ceil(u64::from(WHOLE));
        // Both lie within the side, which is a u32.
        let whole = |pixel: u64| u32::try_from(pixel).unwrap_or(side).min(side);
        (whole(first), whole(end))
    }
}

/// The picture with these parts painted over, each in one colour: the mean of what was there, so that it does not jump to the eye, and of
/// which nothing can be worked out. Takes up to a second of processor time: call it where it may block.
///
/// # Errors
/// When it is no picture.
pub fn covered(picture: &[u8], parts: &[PicturePart]) -> Result<Examined, Refusal> {
    let (mut picture, format) = images::decoded(picture)?;
    let (width, height) = picture.dimensions();
    for part in parts {
        let (left, right) = PicturePart::pixels(part.left, part.width, width);
        let (top, bottom) = PicturePart::pixels(part.top, part.height, height);
        let colour = mean(&picture, left..right, top..bottom);
        for y in top..bottom {
            for x in left..right {
                picture.put_pixel(x, y, colour);
            }
        }
    }
    images::encoded(picture, format == ImageFormat::Png)
}

fn mean(
    picture: &DynamicImage,
    across: std::ops::Range<u32>,
    down: std::ops::Range<u32>,
) -> Rgba<u8> {
    let (mut sums, mut count) = ([0_u64; 3], 0_u64);
    for y in down {
        for x in across.clone() {
            let Rgba([red, green, blue, _]) = picture.get_pixel(x, y);
            for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(value);
            }
            count += 1;
        }
    }
    // A mean of bytes is a byte.
    let [red, green, blue] = sums.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
    Rgba([red, green, blue, u8::MAX])
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn pixel(file: &[u8], x: u32, y: u32) -> [u8; 4] {
        images::decoded(file).unwrap().0.get_pixel(x, y).0
    }

    /// Black on the left, white on the right.
    fn halves(format: ImageFormat) -> Vec<u8> {
        let picture =
            RgbImage::from_fn(40, 20, |x, _| image::Rgb([if x < 20 { 0 } else { 255 }; 3]));
        let mut file = Vec::new();
        DynamicImage::ImageRgb8(picture)
            .write_to(&mut Cursor::new(&mut file), format)
            .unwrap();
        file
    }

    #[test]
    fn a_part_is_painted_over_and_the_rest_stays() {
        let part = PicturePart::new(250, 0, 500, 500).unwrap();
        let file = covered(&halves(ImageFormat::Png), &[part]).unwrap();
        assert_eq!(file.media_type, "image/png");
        for (x, y) in [(10, 0), (19, 9), (20, 0), (29, 9)] {
            assert_eq!(pixel(&file.content, x, y), [127, 127, 127, 255], "{x} {y}");
        }
        assert_eq!(pixel(&file.content, 9, 0), [0, 0, 0, 255]);
        assert_eq!(pixel(&file.content, 30, 0), [255, 255, 255, 255]);
        assert_eq!(pixel(&file.content, 20, 10), [255, 255, 255, 255]);
    }

    #[test]
    fn a_small_picture_keeps_its_shape() {
        let small = crate::files::smaller(&halves(ImageFormat::Png), 10).unwrap();
        assert_eq!((small.width, small.height), (10, 5));
        assert_eq!(pixel(&small.jpeg, 9, 4), [255, 255, 255, 255]);
        // What is small already stays as large as it is.
        let same = crate::files::smaller(&halves(ImageFormat::Jpeg), 100).unwrap();
        assert_eq!((same.width, same.height), (40, 20));
        assert!(crate::files::smaller(b"no picture", 10).is_err());
    }

    #[test]
    fn a_photograph_stays_a_photograph() {
        let whole = PicturePart::new(0, 0, 1_000, 1_000).unwrap();
        let file = covered(&halves(ImageFormat::Jpeg), &[whole]).unwrap();
        assert_eq!(file.media_type, "image/jpeg");
        let [red, green, blue, _] = pixel(&file.content, 0, 0);
        assert!(
            [red, green, blue]
                .iter()
                .all(|value| value.abs_diff(127) < 4)
        );
        assert_eq!(covered(b"no picture", &[whole]), Err(Refusal::Damaged));
    }

    #[test]
    fn parts_are_read_back_and_wrong_ones_refused() {
        let part = PicturePart::new(900, 0, 500, 10).unwrap();
        assert_eq!(part.sides(), [900, 0, 100, 10]);
        let text = serde_json::to_string(&part).unwrap();
        assert_eq!(serde_json::from_str::<PicturePart>(&text).unwrap(), part);
        assert!(serde_json::from_str::<PicturePart>(&text.replace("900", "1000")).is_err());
        for [left, top, width, height] in [
            [1_000, 0, 1, 1],
            [0, 1_000, 1, 1],
            [0, 0, 0, 1],
            [0, 0, 1, 0],
        ] {
            assert_eq!(PicturePart::new(left, top, width, height), Err(NoPart));
        }
    }

    proptest! {
        #[test]
        fn pixels_lie_in_the_picture_and_are_never_none(
            begin in 0_u16..1_000, length in 1_u16..=1_000, side in 1_u32..20_000,
        ) {
            let part = PicturePart::new(begin, 0, length, 1).unwrap();
            let (first, end) = PicturePart::pixels(part.left, part.width, side);
            prop_assert!(first < end && end <= side);
        }
    }
}
