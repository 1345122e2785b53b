//! The headers that keep a page from running or loading anything that is not ours.

use axum::http::{HeaderName, HeaderValue, header};
use tower_http::set_header::SetResponseHeaderLayer;

/// The content security policy of every page: own files only, nothing inline, no frames.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    worker-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

type Set = SetResponseHeaderLayer<HeaderValue>;

/// What [`security_headers`] returns: six headers set one after the other.
pub type SecurityHeaders = (Set, Set, Set, Set, Set, Set);

/// A layer which sets the security headers on every response, over whatever a handler set: no
/// handler can weaken them.
///
/// ```
/// let pages: axum::Router = axum::Router::new().layer(yakuba_ui::security_headers());
/// ```
#[must_use]
pub fn security_headers() -> SecurityHeaders {
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    (
        set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        set(header::REFERRER_POLICY, "same-origin"),
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        set(
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(self), payment=(), usb=(), browsing-topics=()",
        ),
        set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        set(
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    )
}
