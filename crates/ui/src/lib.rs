#![doc = include_str!("../README.md")]

pub mod assets;
mod atom;
pub mod charts;
pub mod components;
mod emergencies;
mod fields_sent;
pub mod format;
mod furigana;
pub mod gallery;
mod html;
mod japanese_parts;
mod language;
mod near;
mod page;
mod running_text;
mod security;
mod shell;
mod words;

pub use assets::asset_url;
pub use atom::{AtomEntry, AtomFeed, AtomText};
pub use components::*;
pub use emergencies::emergency_banners;
pub use fields_sent::{Fields, NoSuchDay, done, lines};
pub use furigana::with_readings_above;
pub use html::Html;
pub use japanese_parts::with_japanese_marked;
pub use language::{LANGUAGE_COOKIE, Language, remember_language};
pub use near::{Near, PlaceOffer, PlaceOffers};
pub use page::{Density, Page, error_page};
pub use security::{CONTENT_SECURITY_POLICY, SecurityHeaders, security_headers};
pub use shell::{Link, MenuGroup, MenuItem, Shell, SignedIn};
pub use words::{
    Catalogue, Value, Words, assert_complete, assert_used_words_exist, assert_used_words_exist_in,
};

/// The general texts: the page's frame, form controls, tables, charts, error pages. Every other
/// catalogue falls back to them.
pub static WORDS: Catalogue = catalogue!("ui");
