//! Public answers: with a mark that changes only with the content (`ETag`), readable from any web page (CORS).

use std::fmt::Write as _;

use crate::web::Problem;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

/// How long a copy may be used without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// A minute: figures of live indicators move with every fact.
    Minute,
    /// For good: a published version never changes.
    ForEver,
}

/// What a public address answers with.
#[derive(Debug)]
pub struct Answer {
    body: Vec<u8>,
    kind: &'static str,
    keeping: Keeping,
    by_language: bool,
    more: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    /// Bytes of a media type.
    pub fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            kind,
            keeping: Keeping::Minute,
            by_language: false,
            more: Vec::new(),
        }
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// [`Problem::Internal`] when the value cannot be JSON, such as a map with keys that are no text.
    pub fn json(value: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        Ok(Self::new("application/json", body))
    }

    /// The answer of a published version, which never changes.
    #[must_use]
    pub fn for_ever(mut self) -> Self {
        self.keeping = Keeping::ForEver;
        self
    }

    /// The answer differs by the reader's language.
    #[must_use]
    pub fn by_language(mut self) -> Self {
        self.by_language = true;
        self
    }

    /// One more header; left out when its value cannot be one.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.more.push((HeaderName::from_static(name), value));
        }
        self
    }

    /// The answer is a file to keep: `name` in any script, with the ending `ending`.
    #[must_use]
    pub fn file(self, name: &str, plain: &str, ending: &str) -> Self {
        let disposition = disposition(name, plain, ending);
        // The name is in the reader's language.
        self.by_language()
            .header("content-disposition", &disposition)
    }

    /// The mark of the content. Weak, because the same content may travel compressed or not.
    fn mark(&self) -> String {
        let hash = blake3::hash(&self.body).to_hex();
        format!("W/\"{}\"", &hash.as_str()[..32])
    }

    /// Whether the asker's copy is still the present one.
    pub fn is_known(&self, asked: &HeaderMap) -> bool {
        knows(asked, &self.mark())
    }

    /// The response: the content, or 304 when the asker has it already.
    pub fn respond(self, asked: &HeaderMap) -> Response {
        let mark = self.mark();
        let known = knows(asked, &mark);
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.body.into_response()
        };
        let headers = response.headers_mut();
        if known {
            headers.remove(header::CONTENT_TYPE);
        } else {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        }
        if let Ok(mark) = HeaderValue::from_str(&mark) {
            headers.insert(header::ETAG, mark);
        }
        let keeping = match self.keeping {
            Keeping::Minute => "public, max-age=60",
            Keeping::ForEver => "public, max-age=31536000, immutable",
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        if self.by_language {
            headers.append(
                header::VARY,
                HeaderValue::from_static("Accept-Language, Cookie"),
            );
        }
        for (name, value) in self.more {
            headers.insert(name, value);
        }
        response
    }
}

/// Whether a mark is among those of the copies that the asker has.
fn knows(asked: &HeaderMap, mark: &str) -> bool {
    let plain = mark.trim_start_matches("W/");
    asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == plain)
}

/// The value of `Content-Disposition` for a file: a plain name for old programs and the full one (RFC 6266, RFC 8187).
fn disposition(name: &str, plain: &str, ending: &str) -> String {
    let plain: String = plain
        .chars()
        .map(|sign| {
            if sign.is_ascii_alphanumeric() || "-_.".contains(sign) {
                sign
            } else {
                '_'
            }
        })
        .collect();
    // Signs that file systems give a meaning to, and controls, which could turn a name around.
    let name: String = name
        .chars()
        .filter(|sign| !sign.is_control())
        .map(|sign| {
            if "/\\:*?\"<>|".contains(sign) {
                '_'
            } else {
                sign
            }
        })
        .take(80)
        .collect();
    let mut value = format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''");
    for byte in format!("{name}.{ending}").bytes() {
        // attr-char of RFC 8187, 3.2.1
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(value, "%{byte:02X}");
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_in_every_script() {
        assert_eq!(
            disposition("吹田市 計画\r\n\"../x", "su/ita", "csv"),
            "attachment; filename=\"su_ita.csv\"; filename*=UTF-8''%E5%90%B9%E7%94%B0%E5%B8%82%20%E8%A8%88%E7%94%BB_.._x.csv"
        );
    }

    #[test]
    fn a_known_mark_is_recognised_in_a_list() {
        let answer = Answer::new("text/plain", "x");
        let mut headers = HeaderMap::new();
        let marks = format!("\"other\", {}", answer.mark());
        headers.insert(header::IF_NONE_MATCH, marks.parse().unwrap());
        assert!(answer.is_known(&headers));
        headers.insert(header::IF_NONE_MATCH, "\"other\"".parse().unwrap());
        assert!(!answer.is_known(&headers));
    }
}
