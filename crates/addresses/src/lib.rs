#![doc = include_str!("../README.md")]

mod error;
pub mod model;
mod service;
pub mod store;

pub use error::{AddressError, FileProblem};
pub use model::{entry::Level, file::AddressFile};
pub use service::AddressService;
pub use store::{Fit, Hit, Near, find, import, is_known, nearest};
