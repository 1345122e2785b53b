//! `yakuba account`.

use yakuba_city::Actor;
use yakuba_identity::{
    AccountState, IdentityError,
    model::password,
    store::{accounts::account_by_login, credentials, sessions},
};

use super::{init::one_time_password, note, say};
use crate::{
    cli::{AccountCommand, AccountReset},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: AccountCommand) -> Result<Outcome, Failure> {
    match options {
        AccountCommand::Reset(options) => reset(place, options).await,
    }
}

async fn reset(place: &Place, options: AccountReset) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let login = options.login;
    let Some(account) = account_by_login(city.db(), &login).await? else {
        return Err(Failure::new(format!(
            "there is no account with the log-in name {login}. In the browser they are listed under 職員と権限 → アカウント"
        )));
    };
    let one_time = one_time_password();
    let hash = password::hash(one_time.clone()).await?;
    city.write(
        Actor::CommandLine,
        (account.id, hash),
        |tx, (account, hash)| {
            Box::pin(async move {
                credentials::set_password(tx, *account, hash, true).await?;
                credentials::remove_second_factors(tx, *account).await?;
                sessions::end_sessions(tx, *account, None).await?;
                Ok::<_, IdentityError>(())
            })
        },
    )
    .await?;
    say(format_args!("  log-in    {login}"));
    say(format_args!(
        "  password  {one_time}   (shown only now, to be changed at the first log-in)"
    ));
    if account.state == AccountState::Suspended {
        note(
            "The account is suspended and stays so: an administrator lets it go on, in the browser.",
        );
    }
    Ok(Outcome::Done)
}
