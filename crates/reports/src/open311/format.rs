//! JSON or XML: the same values written in both.

use axum::{
    http::{StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

impl Format {
    /// As the ending of the address says.
    pub(super) fn of(uri: &Uri) -> Self {
        if uri.path().rsplit('.').next() == Some("xml") {
            Self::Xml
        } else {
            Self::Json
        }
    }

    /// An answer: `root` is the outermost element of the XML; JSON has none.
    pub(super) fn answer(self, status: StatusCode, root: &str, value: &Value) -> Response {
        match self {
            Self::Json => (
                status,
                [(header::CONTENT_TYPE, "application/json; charset=utf-8")],
                value.to_string(),
            )
                .into_response(),
            Self::Xml => {
                let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
                element(&mut text, root, value);
                (
                    status,
                    [(header::CONTENT_TYPE, "text/xml; charset=utf-8")],
                    text,
                )
                    .into_response()
            }
        }
    }

    /// A refusal as GeoReport v2 writes it.
    pub(super) fn refusal(self, refusal: &Refusal) -> Response {
        let code = refusal.status.as_u16();
        let errors = json!([{ "code": code.to_string(), "description": refusal.description }]);
        self.answer(refusal.status, "errors", &errors)
    }
}

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub(super) status: StatusCode,
    pub(super) description: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, description: impl Into<String>) -> Self {
        Self {
            status,
            description: description.into(),
        }
    }

    pub(super) fn bad(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, description)
    }
}

/// What one of several is called, by the name of all.
fn one_of(name: &str) -> &str {
    match name {
        "service_requests" => "request",
        "services" => "service",
        "errors" => "error",
        "attributes" => "attribute",
        "values" => "value",
        "endpoints" => "endpoint",
        "formats" => "format",
        _ => "item",
    }
}

fn element(text: &mut String, name: &str, value: &Value) {
    text.push('<');
    text.push_str(name);
    text.push('>');
    match value {
        Value::Array(items) => {
            for item in items {
                element(text, one_of(name), item);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                element(text, member, value);
            }
        }
        Value::Null => {}
        Value::String(written) => escaped(text, written),
        other => text.push_str(&other.to_string()),
    }
    text.push_str("</");
    text.push_str(name);
    text.push('>');
}

/// A text within XML 1.0: what could end it is escaped, what XML cannot hold is left out.
fn escaped(out: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' => out.push(sign),
            '\u{FFFE}' | '\u{FFFF}' => {}
            _ if sign.is_control() => {}
            _ => out.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_out_of_the_xml() {
        let value = json!([{ "description": "</description><x a='\"'>&\u{0}\u{1b}]]>\u{FFFF}", "lat": 34.5, "media_url": null }]);
        let mut text = String::new();
        element(&mut text, "service_requests", &value);
        assert_eq!(
            text,
            "<service_requests><request><description>&lt;/description&gt;&lt;x a=&apos;&quot;&apos;&gt;&amp;]]&gt;</description>\
             <lat>34.5</lat><media_url></media_url></request></service_requests>"
        );
    }
}
