//! Where a photo says that it was taken: the position in its hidden data (Exif), before that is thrown away.

use std::io::Cursor;

use exif::{In, Rational, Reader, Tag, Value};
use yakuba_kernel::Point;

/// The place where a picture was taken; none when it does not say so, or says what cannot be in Japan. `picture` is the whole file: JPEG, PNG
/// or WebP, from a stranger.
pub fn taken_at(picture: &[u8]) -> Option<Point> {
    let hidden = Reader::new()
        .read_from_container(&mut Cursor::new(picture))
        .ok()?;
    let degrees = |tag, reference, minus: u8| {
        let Value::Rational(parts) = &hidden.get_field(tag, In::PRIMARY)?.value else {
            return None;
        };
        let Value::Ascii(letters) = &hidden.get_field(reference, In::PRIMARY)?.value else {
            return None;
        };
        let sign = letters.first()?.first()?.to_ascii_uppercase();
        let millionths = millionths(parts)?;
        Some(if sign == minus {
            -millionths
        } else {
            millionths
        })
    };
    let latitude = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let longitude = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    Point::from_millionths(latitude, longitude).ok()
}

/// Degrees, minutes and seconds as whole millionths of a degree, rounded.
fn millionths(parts: &[Rational]) -> Option<i64> {
    let mut sum = 0_i128;
    for (part, per) in parts.iter().zip([1_i128, 60, 3_600]) {
        if part.denom == 0 {
            return None;
        }
        let divisor = i128::from(part.denom) * per;
        // Twice as much and half added: rounded, not cut.
        sum += (i128::from(part.num) * 2_000_000 + divisor) / (2 * divisor);
    }
    (!parts.is_empty())
        .then(|| i64::try_from(sum).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rational(num: u32, denom: u32) -> Rational {
        Rational { num, denom }
    }

    #[test]
    fn degrees_are_whole_millionths() {
        let parts = [rational(34, 1), rational(24, 1), rational(3_600, 100)];
        assert_eq!(millionths(&parts), Some(34_410_000));
        assert_eq!(millionths(&[rational(345, 10)]), Some(34_500_000));
        for wrong in [vec![], vec![rational(1, 0)]] {
            assert_eq!(millionths(&wrong), None);
        }
        let most = [rational(u32::MAX, 1); 3];
        assert!(millionths(&most).is_some());
    }

    proptest! {
        #[test]
        fn no_file_breaks_the_reading(
            head in proptest::sample::select(vec![
                b"\xFF\xD8\xFF\xE1\x00\x40Exif\0\0II*\0\x08\0\0\0".to_vec(),
                b"\x89PNG\r\n\x1A\n\0\0\0\x20eXIfMM\0*\0\0\0\x08".to_vec(),
                b"RIFF\xFF\xFF\xFF\x7FWEBPEXIF\x20\0\0\0II*\0\x08\0\0\0".to_vec(),
                Vec::new(),
            ]),
            rest in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let mut file = head;
            file.extend(rest);
            let _ = taken_at(&file);
        }
    }
}
