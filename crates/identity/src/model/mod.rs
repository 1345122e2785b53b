//! The rules of identity: pure values, no database and no HTTP.

pub mod account;
pub mod back_off;
pub mod one_time_code;
pub mod password;
pub mod personnel;
pub mod receipt;
pub mod token;
