//! What maps load from us beside their layers: settings, outline, and the base map by ranges of bytes.

use std::{io::SeekFrom, path::Path, time::UNIX_EPOCH};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::get,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _},
};
use yakuba_city::{City, web::Problem};
use yakuba_ui::CONTENT_SECURITY_POLICY;

use crate::map::{ARCHIVE, MapSettings, TileServer, outline_of};

/// So much of the base map is read and sent at a time.
const PIECE: usize = 64 * 1024;

/// Addresses under `/map/` that the script of every map asks for. Nobody needs to be signed in for any.
pub(super) fn router() -> Router<City> {
    Router::new()
        .route("/map/settings.json", get(settings))
        .route("/map/outline.geojson", get(outline))
        .route("/map/base.pmtiles", get(base))
}

async fn settings(State(city): State<City>) -> Result<Response, Problem> {
    let settings = MapSettings::of(&city).await?;
    let archive = tokio::fs::metadata(city.data_directory().join(ARCHIVE)).await;
    let sent = settings.for_the_script(archive.is_ok_and(|file| file.is_file()));
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(sent)).into_response())
}

async fn outline(State(city): State<City>) -> Result<Response, Problem> {
    let text = outline_of(&city).await?.ok_or(Problem::NotFound)?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/geo+json"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        text,
    )
        .into_response())
}

async fn base(State(city): State<City>, headers: HeaderMap) -> Result<Response, Problem> {
    send_file(&city.data_directory().join(ARCHIVE), &headers).await
}

/// Sends a file, or the one range of it that is asked for (RFC 9110, 14).
async fn send_file(path: &Path, headers: &HeaderMap) -> Result<Response, Problem> {
    let mut file = File::open(path).await.map_err(|_| Problem::NotFound)?;
    let about = file.metadata().await.map_err(|cause| unreadable(&cause))?;
    if !about.is_file() {
        return Err(Problem::NotFound);
    }
    let length = about.len();
    let changed = about
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |time| time.as_micros());
    let mark = format!("\"{length:x}-{changed:x}\"");
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if text(header::IF_NONE_MATCH).is_some_and(|known| known == mark) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, mark)]).into_response());
    }
    // A range of a file that was replaced meanwhile would not fit what the browser has of it.
    let same = text(header::IF_RANGE).is_none_or(|known| known == mark);
    let wanted = match headers.get(header::RANGE).filter(|_| same) {
        None => Wanted::All,
        Some(value) => wanted(value.to_str().unwrap_or_default(), length),
    };
    let (status, first, count) = match wanted {
        Wanted::All => (StatusCode::OK, 0, length),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Impossible => {
            return Ok((
                StatusCode::RANGE_NOT_SATISFIABLE,
                [(header::CONTENT_RANGE, format!("bytes */{length}"))],
            )
                .into_response());
        }
    };
    file.seek(SeekFrom::Start(first))
        .await
        .map_err(|cause| unreadable(&cause))?;
    let pieces = futures::stream::try_unfold((file, count), |(mut file, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let size = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
        let mut piece = vec![0; size];
        file.read_exact(&mut piece).await?;
        Ok(Some((piece, (file, left - size as u64))))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    *response.status_mut() = status;
    let set = [
        (header::CONTENT_TYPE, "application/vnd.pmtiles".to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_LENGTH, count.to_string()),
        (header::ETAG, mark),
        (header::CACHE_CONTROL, "public, max-age=3600".to_owned()),
    ];
    for (name, value) in set {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) =
            HeaderValue::from_str(&format!("bytes {first}-{}/{length}", first + count - 1))
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

fn unreadable(cause: &std::io::Error) -> Problem {
    Problem::Internal(format!("the base map cannot be read: {cause}"))
}

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    /// From the first byte to the last, both included.
    Part {
        first: u64,
        last: u64,
    },
    Impossible,
}

/// Reads a Range header. Another unit than bytes is left aside, as the standard says. Several ranges are refused: no map needs them, and
/// many small ones would cost us more than they cost whoever asks.
fn wanted(range: &str, length: u64) -> Wanted {
    let Some(set) = range.trim().strip_prefix("bytes=") else {
        return Wanted::All;
    };
    let Some((first, last)) = set.trim().split_once('-') else {
        return Wanted::Impossible;
    };
    // `parse` would take a sign.
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<u64>().ok())
            .flatten()
    };
    let end = length.checked_sub(1);
    match (first, last, end) {
        (_, _, None) | ("", "", _) => Wanted::Impossible,
        ("", suffix, Some(end)) => match number(suffix) {
            Some(count) if count > 0 => Wanted::Part {
                first: length.saturating_sub(count),
                last: end,
            },
            _ => Wanted::Impossible,
        },
        (first, last, Some(end)) => {
            let first = number(first);
            let last = if last.is_empty() {
                Some(end)
            } else {
                number(last)
            };
            match (first, last) {
                (Some(first), Some(last)) if first <= last && first <= end => Wanted::Part {
                    first,
                    last: last.min(end),
                },
                _ => Wanted::Impossible,
            }
        }
    }
}

/// The one page that may stand in a frame of another page.
const EMBEDDED: &str = "/map/embed";

/// The policy of pages whose maps take tiles from a server that the city named: that one origin more, for what scripts fetch and for
/// pictures. And of the map that other pages show in a frame: whose pages they are is up to them, but they come over TLS, or from this machine.
fn policy_with(tiles: Option<&TileServer>, is_embedded: bool) -> Option<HeaderValue> {
    let mut policy = CONTENT_SECURITY_POLICY.to_owned();
    if let Some(origin) = tiles.map(TileServer::origin) {
        policy = policy
            .replace(
                "connect-src 'self'",
                &format!("connect-src 'self' {origin}"),
            )
            .replace(
                "img-src 'self' data:",
                &format!("img-src 'self' data: {origin}"),
            );
    }
    if is_embedded {
        policy = policy.replace(
            "frame-ancestors 'none'",
            "frame-ancestors 'self' https: http://localhost:*",
        );
    }
    HeaderValue::from_str(&policy).ok()
}

/// Widens the policy of every page of a city that named a tile server, and of the map for other pages.
pub(super) async fn allow_tiles(
    State(surroundings): State<std::sync::Arc<super::surroundings::Surroundings>>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let is_embedded = request.uri().path() == EMBEDDED;
    let mut response = next.run(request).await;
    let tiles = surroundings.tiles();
    if (is_embedded || tiles.is_some())
        && let Some(policy) = policy_with(tiles.as_ref(), is_embedded)
    {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[test]
    fn one_range_is_read_as_the_standard_says() {
        let part = |first, last| Wanted::Part { first, last };
        for (range, expected) in [
            ("bytes=0-99", part(0, 99)),
            ("bytes=10-10", part(10, 10)),
            ("bytes=990-", part(990, 999)),
            ("bytes=990-5000", part(990, 999)),
            ("bytes=-10", part(990, 999)),
            ("bytes=-5000", part(0, 999)),
            ("bytes=0-18446744073709551615", part(0, 999)),
            ("items=0-1", Wanted::All),
            ("", Wanted::All),
        ] {
            assert_eq!(wanted(range, 1000), expected, "{range}");
        }
    }

    #[test]
    fn hostile_ranges_are_refused() {
        for range in [
            "bytes=",
            "bytes=-",
            "bytes=-0",
            "bytes=1000-",
            "bytes=5-4",
            "bytes=+1-2",
            "bytes=--5",
            "bytes=0x0-0x9",
            "bytes=0-1,2-3",
            "bytes=0-0,0-0,0-0,0-0",
            "bytes=18446744073709551616-",
            "bytes=0-18446744073709551616",
            "bytes=1-2-3",
            "bytes= 1 - 2",
        ] {
            assert_eq!(wanted(range, 1000), Wanted::Impossible, "{range}");
        }
        assert_eq!(wanted("bytes=0-0", 0), Wanted::Impossible);
        assert_eq!(wanted("bytes=-1", 0), Wanted::Impossible);
    }

    async fn ask(
        path: &Path,
        headers: &[(header::HeaderName, &str)],
    ) -> (StatusCode, HeaderMap, Vec<u8>) {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()))
            .collect();
        let response = send_file(path, &headers).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 10_000_000).await.unwrap().to_vec();
        (parts.status, parts.headers, body)
    }

    #[tokio::test]
    async fn a_file_is_sent_by_ranges() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ARCHIVE);
        let bytes: Vec<u8> = (0..300_000_u32)
            .map(|number| (number % 251) as u8)
            .collect();
        std::fs::write(&path, &bytes).unwrap();

        let (status, headers, body) = ask(&path, &[]).await;
        assert_eq!((status, body), (StatusCode::OK, bytes.clone()));
        assert_eq!(headers[header::ACCEPT_RANGES], "bytes");
        let mark = headers[header::ETAG].to_str().unwrap().to_owned();

        let (status, headers, body) = ask(&path, &[(header::RANGE, "bytes=70000-210000")]).await;
        assert_eq!(status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(headers[header::CONTENT_RANGE], "bytes 70000-210000/300000");
        assert_eq!(headers[header::CONTENT_LENGTH], "140001");
        assert_eq!(body, bytes[70_000..=210_000]);

        let (status, headers, body) = ask(&path, &[(header::RANGE, "bytes=300000-")]).await;
        assert_eq!(status, StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(headers[header::CONTENT_RANGE], "bytes */300000");
        assert!(body.is_empty());

        let (status, _, body) = ask(&path, &[(header::IF_NONE_MATCH, &mark)]).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));

        // A part of the file as it was is not completed with a part of the file as it is.
        let range = (header::RANGE, "bytes=0-9");
        let (status, _, _) = ask(&path, &[range.clone(), (header::IF_RANGE, &mark)]).await;
        assert_eq!(status, StatusCode::PARTIAL_CONTENT);
        let (status, _, body) = ask(&path, &[range, (header::IF_RANGE, "\"other\"")]).await;
        assert_eq!((status, body.len()), (StatusCode::OK, bytes.len()));
    }

    #[tokio::test]
    async fn what_is_no_file_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ARCHIVE);
        assert!(send_file(&path, &HeaderMap::new()).await.is_err());
        std::fs::create_dir(&path).unwrap();
        assert!(send_file(&path, &HeaderMap::new()).await.is_err());
    }

    #[test]
    fn the_policy_opens_for_one_origin_and_nothing_else() {
        let server =
            TileServer::new("https://tiles.example.jp/{z}/{x}/{y}.png", "見本", 18).unwrap();
        let policy = policy_with(Some(&server), false).unwrap();
        let policy = policy.to_str().unwrap();
        let changed: Vec<&str> = policy
            .split("; ")
            .filter(|part| !CONTENT_SECURITY_POLICY.contains(part))
            .map(str::trim)
            .collect();
        assert_eq!(
            changed,
            [
                "img-src 'self' data: https://tiles.example.jp",
                "connect-src 'self' https://tiles.example.jp",
            ]
        );
    }

    #[test]
    fn only_the_map_for_other_pages_may_stand_in_a_frame() {
        let policy = policy_with(None, true).unwrap();
        let policy = policy.to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'self' https:"), "{policy}");
        assert!(CONTENT_SECURITY_POLICY.contains("frame-ancestors 'none'"));
        assert_eq!(
            policy.split("; ").count(),
            CONTENT_SECURITY_POLICY.split("; ").count()
        );
    }
}
