//! Pictures are decoded and encoded anew: place, time and device, thumbnails, comments and anything hung on behind are gone.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Examined, Refusal};

/// The most pixels: more than any telephone's camera gives to a picture of ordinary size, and 200 MB of memory at most.
const MOST_PIXELS: u64 = 50_000_000;
/// The longest edge in pixels.
const LONGEST_EDGE: u32 = 20_000;
/// The most memory for decoding.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// JPEG quality: letters in a photographed document stay sharp.
const QUALITY: u8 = 88;

/// The same picture, upright, with nothing but its pixels. A WebP becomes JPEG, or PNG when it is see-through, so that every office can open it.
pub(super) fn made_anew(sent: &[u8]) -> Result<Examined, Refusal> {
    let (picture, format) = decoded(sent)?;
    let is_png = format == ImageFormat::Png || picture.color().has_alpha();
    encoded(picture, is_png)
}

/// The pixels of a picture, upright, and what kind of file it was.
pub(super) fn decoded(sent: &[u8]) -> Result<(DynamicImage, ImageFormat), Refusal> {
    let mut reader = ImageReader::new(Cursor::new(sent))
        .with_guessed_format()
        .map_err(|_| Refusal::Damaged)?;
    let format = reader.format().ok_or(Refusal::Damaged)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_EDGE);
    limits.max_image_height = Some(LONGEST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
    // What the head says is checked before a single pixel is unpacked.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Refusal::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| refusal(&error))?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

/// A file of these pixels and nothing else.
pub(super) fn encoded(picture: DynamicImage, is_png: bool) -> Result<Examined, Refusal> {
    let mut content = Vec::new();
    let media_type = if is_png {
        picture
            .write_to(&mut Cursor::new(&mut content), ImageFormat::Png)
            .map_err(|_| Refusal::Damaged)?;
        "image/png"
    } else {
        // JPEG holds eight bits a colour.
        let eight_bits = match picture {
            DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => picture,
            other => DynamicImage::ImageRgb8(other.into_rgb8()),
        };
        JpegEncoder::new_with_quality(&mut content, QUALITY)
            .encode_image(&eight_bits)
            .map_err(|_| Refusal::Damaged)?;
        "image/jpeg"
    };
    Ok(Examined {
        media_type,
        content,
    })
}

fn refusal(error: &image::ImageError) -> Refusal {
    match error {
        image::ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Damaged,
    }
}
