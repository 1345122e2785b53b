//! Values every part of Yakuba speaks in: fiscal years, eras, codes, money, exact quantities, names and addresses,
//! and the handling of Japanese text.
//!
//! This is the lowest floor of the house. Nothing here reads a file, a database, the network or the clock: a value goes
//! in, a value comes out. So everything here can be tested by rules alone, and every other crate may use it.
//!
//! A value of a type in this crate is always valid: it was checked when it was made, and reading it back from JSON,
//! YAML or the database checks it again.
//!
//! ```
//! use yakuba_kernel::{FiscalYear, MunicipalityCode};
//!
//! let year = FiscalYear::read("令和５年度末").unwrap();
//! assert_eq!(year.label(), "令和5年度（2023年度）");
//!
//! let suita: MunicipalityCode = "272051".parse().unwrap();
//! assert_eq!(suita.prefecture().name(), "大阪府");
//! ```

mod address;
mod channel;
mod corporate_number;
mod era;
mod error;
mod fiscal_year;
mod ids;
mod money;
mod municipality;
mod person;
mod point;
mod quantity;
mod rounding;
mod scalar;
pub mod text;
pub mod working_days;
mod year_text;

pub use address::{Address, AddressParts, PostalCode};
pub use channel::Channel;
pub use corporate_number::CorporateNumber;
pub use era::{Era, Wareki};
pub use error::ValueError;
pub use fiscal_year::FiscalYear;
pub use ids::{DepartmentCode, MeasureName, Subject};
pub use money::Yen;
pub use municipality::{MunicipalityCode, Prefecture};
pub use person::PersonName;
pub use point::Point;
pub use quantity::Quantity;
pub use rounding::Rounding;
pub use rust_decimal::Decimal;
pub use year_text::{YearKind, YearMention};
