#![doc = include_str!("../README.md")]

mod address;
mod desk;
mod error;
mod sending;
mod service;
mod settings;
pub mod store;

pub use address::EmailAddress;
pub use error::MailError;
pub use sending::{deliver, is_set_up, set_up};
pub use service::{MailService, READ, SENT};
pub use settings::SmtpSettings;
pub use store::{Mail, enqueue};

/// The texts of the page of waiting mails.
pub static WORDS: yakuba_ui::Catalogue = yakuba_ui::catalogue!("mail");
