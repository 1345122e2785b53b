//! A browser of the rush: one connection that is kept, cookies, and how long each answer took.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// No answer takes longer than the server's own limit.
const PATIENCE: Duration = Duration::from_secs(70);

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) to: String,
    pub(super) body: String,
}

/// A resident's browser.
pub(super) struct Client {
    address: SocketAddr,
    /// Where it seems to come from.
    source: String,
    cookies: Vec<(String, String)>,
    stream: Option<TcpStream>,
    /// How long each answer took.
    pub(super) times: Vec<Duration>,
}

impl Client {
    pub(super) fn new(address: SocketAddr, source: String, cookie: (String, String)) -> Self {
        Self {
            address,
            source,
            cookies: vec![cookie],
            stream: None,
            times: Vec::new(),
        }
    }

    pub(super) async fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask("GET", path, "").await
    }

    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.ask("POST", path, &body.join("&")).await
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {}\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.source,
            cookies.join("; "),
            body.len()
        );
        let begun = Instant::now();
        let answered = tokio::time::timeout(PATIENCE, self.exchange(&head)).await;
        self.times.push(begun.elapsed());
        let answer = answered.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    async fn exchange(&mut self, request: &str) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).await?,
        };
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::with_capacity(16 * 1024);
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut status = 0;
        let (mut to, mut length) = (String::new(), 0);
        for (place, line) in head.lines().enumerate() {
            if place == 0 {
                status = line
                    .split_whitespace()
                    .nth(1)
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(broken)?;
                continue;
            }
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().map_err(|_| broken())?,
                "location" => value.clone_into(&mut to),
                "set-cookie" => self.keep(value),
                _ => {}
            }
        }
        while bytes.len() < end + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.stream = Some(stream);
        Ok(Answer {
            status,
            to,
            body: String::from_utf8_lossy(&bytes[end..]).into_owned(),
        })
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// A value as forms send it.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
