//! Feeds as Atom (RFC 4287).

use std::io;

use axum::{http::HeaderMap, response::Response};
use jiff::Timestamp;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use yakuba_city::web::{Answer, Problem};

use crate::Language;

/// What is new of something, for readers of feeds.
#[derive(Clone, Debug)]
pub struct AtomFeed {
    /// Names the feed for ever; the address it is read at when there is nothing better.
    pub id: String,
    /// What the feed is called.
    pub title: String,
    /// The language of its texts.
    pub language: Language,
    /// Who writes it: the city.
    pub author: String,
    /// The whole address it is read at.
    pub own: String,
    /// The whole address of the page it tells of.
    pub home: String,
    /// What is new, the newest first.
    pub entries: Vec<AtomEntry>,
}

/// One thing that is new.
#[derive(Clone, Debug)]
pub struct AtomEntry {
    /// Names the entry for ever.
    pub id: String,
    /// The whole address of its page.
    pub address: String,
    /// What it is called.
    pub title: String,
    /// When it changed last. The feed is as new as its newest entry.
    pub updated: Timestamp,
    /// What is new of it.
    pub text: AtomText,
}

/// What an entry says.
#[derive(Clone, Debug)]
pub enum AtomText {
    /// A line or two about a page that says more.
    Summary(String),
    /// All there is to say, of something that is published once and does not change.
    Whole(String),
}

impl AtomFeed {
    /// The answer to a request for the feed, which may be kept for a minute.
    ///
    /// # Errors
    /// [`Problem::Internal`] when it cannot be written, which no text brings about.
    pub fn respond(&self, headers: &HeaderMap) -> Result<Response, Problem> {
        let body = self.write().map_err(|error| Problem::internal(&error))?;
        Ok(Answer::new("application/atom+xml; charset=utf-8", body)
            .by_language()
            .respond(headers))
    }

    fn write(&self) -> io::Result<Vec<u8>> {
        let updated = self
            .entries
            .iter()
            .map(|entry| entry.updated)
            .max()
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer
            .create_element("feed")
            .with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
            .with_attribute(("xml:lang", self.language.html_lang()))
            .write_inner_content(|writer| {
                text(writer, "id", &self.id)?;
                text(writer, "title", &self.title)?;
                text(writer, "updated", &updated.to_string())?;
                writer
                    .create_element("author")
                    .write_inner_content(|writer| text(writer, "name", &self.author))?;
                link(writer, "self", "application/atom+xml", &self.own)?;
                link(writer, "alternate", "text/html", &self.home)?;
                for entry in &self.entries {
                    writer
                        .create_element("entry")
                        .write_inner_content(|writer| entry.write(writer))?;
                }
                Ok(())
            })?;
        Ok(writer.into_inner())
    }
}

impl AtomEntry {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let updated = self.updated.to_string();
        text(writer, "id", &self.id)?;
        text(writer, "title", &self.title)?;
        if matches!(self.text, AtomText::Whole(_)) {
            text(writer, "published", &updated)?;
        }
        text(writer, "updated", &updated)?;
        link(writer, "alternate", "text/html", &self.address)?;
        match &self.text {
            AtomText::Summary(summary) => text(writer, "summary", summary),
            AtomText::Whole(content) => text(writer, "content", content),
        }
    }
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, content: &str) -> io::Result<()> {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&printable(content)))?;
    Ok(())
}

fn link(writer: &mut Writer<Vec<u8>>, relation: &str, kind: &str, address: &str) -> io::Result<()> {
    writer
        .create_element("link")
        .with_attribute(("rel", relation))
        .with_attribute(("type", kind))
        .with_attribute(("href", printable(address).as_str()))
        .write_empty()?;
    Ok(())
}

/// A text without the signs that XML 1.0 (2.2, Char) cannot hold, however they are escaped.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|sign| {
            (!sign.is_control() || matches!(sign, '\t' | '\n' | '\r'))
                && !matches!(sign, '\u{fffe}' | '\u{ffff}')
        })
        .collect()
}
