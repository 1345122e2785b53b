#![doc = include_str!("../README.md")]

mod asked;
mod browser;
mod desk;
mod desk_request;
mod error;
mod identity;
mod layer;
pub mod model;
pub mod oidc;
mod pages;
mod passkeys;
mod qr;
pub mod residents;
mod service;
mod settings;
mod sign_in;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod visitor;

pub use browser::{Asker, Cookies};
pub use desk_request::DeskRequest;
pub use error::IdentityError;
pub use identity::Identity;
pub use layer::{authenticate, layer};
pub use model::{
    account::{
        AccountId, AccountState, FirstPassword, GrantScope, Holder, LoginName, NewAccount,
        NewDepartment, NewGrant,
    },
    receipt,
    receipt::Receipt,
    token::Token,
};
pub use qr::qr_code;
pub use residents::CurrentResident;
pub use service::{
    ADMINISTER, IdentityService, PERSONNEL, READ_AUDIT, RESIDENT_SIGN_IN, SIGN_IN, capability_key,
};
pub use settings::{
    ClientProof, IdentitySettings, Network, OidcLink, OidcSettings, ResidentOidcSettings,
};
pub use sign_in::{CodeOutcome, Opened, PasswordOutcome, Proof, StepUpOutcome, is_fresh};
pub use store::{
    accounts::{
        Account, StaffNames, account_names, colleagues, create_account, give_post, mail_addresses,
    },
    departments::{Department, create_department, department_names, departments},
    roles::{Role, grant_role, put_role, roles, roles_in},
    sessions::{CurrentSession, SECOND_FACTOR_SETTING, SecondFactorPolicy},
    tokens::{NewToken, create_token, systems_with},
};
pub use visitor::Visitor;
pub use yakuba_city::CityKey;

/// The texts of identity's pages.
pub static WORDS: yakuba_ui::Catalogue = yakuba_ui::catalogue!("identity");
