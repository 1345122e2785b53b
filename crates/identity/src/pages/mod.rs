//! Signing in and one's own account.

mod account;
mod confirm;
mod login;
mod passkeys;
mod second_factors;

use yakuba_city::web::{Access, Routes};

pub(crate) use account::moment;
pub(crate) use login::{wait_text, with_wait};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/login", Access::Public, login::show)
        .post("/login", Access::Public, login::sign_in)
        .get(
            "/login/second-factor",
            Access::Public,
            login::show_second_factor,
        )
        .post(
            "/login/second-factor",
            Access::Public,
            login::send_second_factor,
        )
        .get("/login/oidc", Access::Public, login::to_provider)
        .get(
            crate::oidc::CALLBACK_PATH,
            Access::Public,
            login::from_provider,
        )
        .post("/login/passkey/begin", Access::Public, passkeys::begin)
        .post("/login/passkey/finish", Access::Public, passkeys::sign_in)
        .post("/logout", Access::Public, login::sign_out)
        .get("/account", Access::SignedIn, account::show)
        .get("/account/confirm", Access::SignedIn, confirm::show)
        .post("/account/confirm", Access::SignedIn, confirm::send)
        .get(
            "/account/confirm/oidc",
            Access::SignedIn,
            confirm::to_provider,
        )
        .post(
            "/account/confirm/passkey",
            Access::SignedIn,
            passkeys::confirm,
        )
        .get(
            "/account/password",
            Access::SignedIn,
            account::show_password,
        )
        .post(
            "/account/password",
            Access::SignedIn,
            account::change_password,
        )
        .get("/account/codes", Access::SignedIn, second_factors::show)
        .post("/account/codes", Access::SignedIn, second_factors::finish)
        .post(
            "/account/codes/remove",
            Access::SignedIn,
            second_factors::remove,
        )
        .post(
            "/account/recovery-codes",
            Access::SignedIn,
            second_factors::new_recovery_codes,
        )
        .post(
            "/account/passkeys/begin",
            Access::SignedIn,
            passkeys::begin_set_up,
        )
        .post(
            "/account/passkeys/finish",
            Access::SignedIn,
            passkeys::finish_set_up,
        )
        .post(
            "/account/passkeys/remove",
            Access::SignedIn,
            passkeys::remove,
        )
        .post(
            "/account/sessions/end",
            Access::SignedIn,
            account::end_session,
        )
        .post(
            "/account/sessions/end-others",
            Access::SignedIn,
            account::end_other_sessions,
        )
}
