//! The languages a page can be read in, and how a request chooses one.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

/// The cookie that remembers the chosen language; its values are those of [`Language::code`].
pub const LANGUAGE_COOKIE: &str = "yakuba_language";

/// A language of the pages. Its order is that of the language selector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// 日本語
    #[default]
    Japanese,
    /// やさしい日本語 (guideline of the Immigration Services Agency and the Agency for Cultural
    /// Affairs, August 2020).
    EasyJapanese,
    /// English
    English,
}

impl Language {
    /// All languages in the order of the language selector.
    pub const ALL: [Self; 3] = [Self::Japanese, Self::EasyJapanese, Self::English];

    /// The short name in cookies and in `?lang=`: `ja`, `easy`, `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::EasyJapanese => "easy",
            Self::English => "en",
        }
    }

    /// The language with this [`code`](Self::code), if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// The value for the `lang` attribute. Easy Japanese is Japanese for a screen reader.
    pub fn html_lang(self) -> &'static str {
        match self {
            Self::Japanese | Self::EasyJapanese => "ja",
            Self::English => "en",
        }
    }

    /// The name of the language in itself, as the language selector shows it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Japanese => "日本語",
            Self::EasyJapanese => "やさしい日本語",
            Self::English => "English",
        }
    }

    /// Whether the texts are Japanese, plain or easy.
    pub fn is_japanese(self) -> bool {
        self != Self::English
    }

    /// The language a request asks for: `?lang=`, then the cookie, then `Accept-Language`, then
    /// Japanese.
    pub fn of_request(uri: &Uri, headers: &HeaderMap) -> Self {
        asked_in_query(uri)
            .or_else(|| remembered_in_cookie(headers))
            .or_else(|| accepted_by_browser(headers))
            .unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of_request(&parts.uri, &parts.headers))
    }
}

/// Middleware which remembers a language chosen with `?lang=` for a year, and tells caches that
/// pages differ by language. Use it with `axum::middleware::from_fn(yakuba_ui::remember_language)`.
pub async fn remember_language(request: Request, next: Next) -> Response {
    let chosen = asked_in_query(request.uri());
    let mut response = next.run(request).await;
    if let Some(language) = chosen {
        let cookie = format!(
            "{LANGUAGE_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly",
            language.code()
        );
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        response.headers_mut().append(
            header::VARY,
            HeaderValue::from_static("Accept-Language, Cookie"),
        );
    }
    response
}

/// `path` (path and query) with `lang` set to the language, its other parameters kept.
pub(crate) fn path_in(path: &str, language: Language) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = query
        .split('&')
        .filter(|pair| !pair.is_empty() && *pair != "lang" && !pair.starts_with("lang="));
    let mut pairs: Vec<&str> = kept.collect();
    let lang = format!("lang={}", language.code());
    pairs.push(&lang);
    format!("{path}?{}", pairs.join("&"))
}

fn asked_in_query(uri: &Uri) -> Option<Language> {
    uri.query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="))
        .and_then(Language::from_code)
}

fn remembered_in_cookie(headers: &HeaderMap) -> Option<Language> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == LANGUAGE_COOKIE)
        .and_then(|(_, code)| Language::from_code(code))
}

/// The Japanese or English the browser likes best; other languages are passed over.
fn accepted_by_browser(headers: &HeaderMap) -> Option<Language> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, f32)> = None;
    for range in accepted.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let language = match tag.split('-').next() {
            Some("ja") => Language::Japanese,
            Some("en") => Language::English,
            _ => continue,
        };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        if weight > 0.0 && best.is_none_or(|(_, highest)| weight > highest) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(uri: &str, cookie: Option<&str>, accept: Option<&str>) -> Language {
        let mut headers = HeaderMap::new();
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, cookie.parse().unwrap());
        }
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        }
        Language::of_request(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn the_query_beats_the_cookie_which_beats_the_browser() {
        let cookie = Some("a=b; yakuba_language=easy");
        assert_eq!(chosen("/x?lang=en", cookie, Some("ja")), Language::English);
        assert_eq!(chosen("/x", cookie, Some("en")), Language::EasyJapanese);
        assert_eq!(
            chosen("/x", None, Some("en-GB,ja;q=0.5")),
            Language::English
        );
        assert_eq!(
            chosen("/x", None, Some("en;q=0.3, ja-JP;q=0.9")),
            Language::Japanese
        );
        assert_eq!(chosen("/x", None, Some("de, fr;q=0.5")), Language::Japanese);
        assert_eq!(chosen("/x?lang=xx", None, None), Language::Japanese);
    }

    #[test]
    fn language_links_keep_the_other_parameters() {
        assert_eq!(path_in("/plans", Language::English), "/plans?lang=en");
        assert_eq!(
            path_in("/plans?year=2023&lang=ja&sort=a", Language::EasyJapanese),
            "/plans?year=2023&sort=a&lang=easy"
        );
    }
}
