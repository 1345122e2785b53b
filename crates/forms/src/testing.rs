//! Looking over the texts of shipped content, for the tests of the services that ship it, and a virus scanner to try files on.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread::JoinHandle,
};

use serde_json::Value;
use yakuba_kernel::text::kanji_without_reading;

use crate::files::ClamAddress;

/// Collects into `missing` what a document's texts lack under a value: a language, a reading of kanji, or, for the members named in
/// `texts`, everything but the Japanese.
pub fn missing_languages(path: &str, value: &Value, texts: &[&str], missing: &mut Vec<String>) {
    match value {
        Value::Object(members) if members.contains_key("ja") => {
            for language in ["ja", "easy", "en"] {
                let written = members.get(language).and_then(Value::as_str);
                if written.is_none_or(|text| text.trim().is_empty()) {
                    missing.push(format!("{path}: no {language}"));
                }
            }
            let easy = members.get("easy").and_then(Value::as_str).unwrap_or("");
            // Stricter than what [`check`](crate::check()) asks of a city's own forms: what comes with the program is an example.
            for word in kanji_without_reading(easy) {
                missing.push(format!("{path}: no reading for {word} in {easy:?}"));
            }
            let english = members.get("en").and_then(Value::as_str).unwrap_or("");
            if english.chars().any(|letter| matches!(letter, 'ぁ'..='ん')) {
                missing.push(format!("{path}: the English is Japanese"));
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}/{name}");
                if texts.contains(&name.as_str()) && value.is_string() {
                    missing.push(format!("{path}: Japanese only"));
                }
                missing_languages(&path, value, texts, missing);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                let path = format!("{path}/{number}");
                if path.contains("/needed/") && item.is_string() {
                    missing.push(format!("{path}: Japanese only"));
                }
                missing_languages(&path, item, texts, missing);
            }
        }
        _ => {}
    }
}

/// A scanner as ClamAV's daemon speaks, on a free port: it finds the EICAR test file in what is sent, and answers so many times.
/// The thread ends after that, with what was sent.
///
/// # Panics
/// When it is spoken to otherwise.
pub fn virus_scanner(times: usize) -> (ClamAddress, JoinHandle<Vec<Vec<u8>>>) {
    virus_scanner_saying(times, |contents| {
        let is_found = contents
            .windows(29)
            .any(|part| part == b"EICAR-STANDARD-ANTIVIRUS-TEST");
        if is_found {
            b"stream: Eicar-Test-Signature FOUND\0"
        } else {
            b"stream: OK\0"
        }
    })
}

/// As [`virus_scanner`], with answers of its own to what is sent.
///
/// # Panics
/// When it is spoken to otherwise.
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
pub fn virus_scanner_saying(
    times: usize,
    answer: impl Fn(&[u8]) -> &'static [u8] + Send + 'static,
) -> (ClamAddress, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let thread = std::thread::spawn(move || {
        (0..times)
            .map(|_| {
                let (mut stream, _) = listener.accept().unwrap();
                let contents = received(&mut stream);
                stream.write_all(answer(&contents)).unwrap();
                contents
            })
            .collect()
    });
    (address, thread)
}

/// What is sent to a scanner in one connection.
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
fn received(stream: &mut TcpStream) -> Vec<u8> {
    let mut command = [0; 10];
    stream.read_exact(&mut command).unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut contents = Vec::new();
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap();
        if length == 0 {
            return contents;
        }
        let mut chunk = vec![0; length];
        stream.read_exact(&mut chunk).unwrap();
        contents.extend(chunk);
    }
}
