//! Residents: accounts of their own, apart from those of staff.
//!
//! A resident signs in by a code sent by mail, by a passkey or through an identity provider. Signing in with an address
//! nobody used before makes the account, so that nobody can find out who has one: every address gets the same page and
//! the same mail.
//!
//! [`start_email_code`] and [`check_email_code`] also serve those who want no account: the cookie of
//! [`email_cookie`] then proves for [`PROOF`] that its holder reads mail at the address ([`confirmed_email`]).

mod codes;
mod confirm_email;
mod pages;
mod provider;
mod sign_in;
pub mod store;

pub use codes::{
    CodeCheck, CodeStart, ConfirmedEmail, PROOF, TRIES, VALID, check_email_code, confirmed_email,
    email_cookie, start_email_code,
};
pub use provider::CALLBACK_PATH;
pub use sign_in::EmailSignIn;
pub use store::Method;

/// The session of a resident's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentResident {
    /// The session's number.
    pub session: i64,
    /// The account's number.
    pub id: i64,
    /// Whether they signed in within the last ten minutes.
    pub fresh: bool,
}

pub(crate) fn routes() -> yakuba_city::web::Routes {
    pages::routes().merge(confirm_email::routes())
}
