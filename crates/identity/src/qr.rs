//! QR codes as pictures.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use yakuba_ui::Html;

/// A QR code of a text as SVG: one path, so that it prints sharply and needs no file. `description` says in words what it is for. None
/// when the text is longer than a QR code can hold (some 2,300 bytes).
pub fn qr_code(text: &str, description: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Four modules of quiet zone around (ISO/IEC 18004 section 5.3.8).
            let _ = write!(path, "M{} {}h1v1h-1z", place % width + 4, place / width + 4);
        }
    }
    let side = width + 8;
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}" viewBox="0 0 {side} {side}" width="240" height="240" shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/><path d="{path}" fill="#000"/></svg>"##,
        Html::text(description),
    ))
}
