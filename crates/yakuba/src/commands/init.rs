//! `yakuba init`.

use rand::Rng as _;
use serde_json::json;
use yakuba_city::{Actor, AuditEntry, Tx, setting};
use yakuba_identity::{
    FirstPassword, GrantScope, Holder, IdentityError, LoginName, NewAccount, NewGrant,
    create_account, grant_role, model::password,
};
use yakuba_kernel::MunicipalityCode;

use super::say;
use crate::{
    cli::Init,
    failure::{Failure, Outcome},
    place::Place,
    roles,
};

pub(super) async fn run(place: &Place, options: Init) -> Result<Outcome, Failure> {
    let municipality = options
        .municipality
        .as_deref()
        .map(MunicipalityCode::parse)
        .transpose()
        .map_err(|error| Failure::usage(error.to_string()))?;
    let login_name =
        LoginName::new(&options.admin).map_err(|error| Failure::usage(error.to_string()))?;
    let city = place.open().await?;
    if let Some(name) = setting(city.db(), "city.name").await? {
        return Err(Failure::new(format!(
            "{name} is in {} already. Name another place with --data, or open it with `yakuba serve`",
            city.database().shown()
        )));
    }
    // Made now, so that the first backup of the data folder has it.
    city.key()?;
    let one_time = one_time_password();
    let new_city = NewCity {
        name: options.name.clone(),
        municipality,
        hash: password::hash(one_time.clone()).await?,
        login_name,
    };
    city.write(Actor::CommandLine, new_city, |tx, new| {
        Box::pin(make(tx, new))
    })
    .await?;
    say(format_args!(
        "{} was made in {}.",
        options.name,
        city.database().shown()
    ));
    say("");
    say(format_args!("  log-in    {}", options.admin));
    say(format_args!(
        "  password  {one_time}   (shown only now, to be changed at the first log-in)"
    ));
    say("");
    say("Open it with: yakuba serve");
    Ok(Outcome::Done)
}

struct NewCity {
    name: String,
    municipality: Option<MunicipalityCode>,
    login_name: LoginName,
    hash: String,
}

async fn make(tx: &Tx, new: &NewCity) -> Result<(), IdentityError> {
    tx.set("city.name", &new.name).await?;
    if let Some(code) = &new.municipality {
        tx.set("city.municipality", code.as_str()).await?;
    }
    roles::make(tx).await?;
    let account = NewAccount {
        login_name: new.login_name.clone(),
        display_name: new.login_name.as_str().to_owned(),
        kana: String::new(),
        email: None,
        password: Some(FirstPassword {
            hash: new.hash.clone(),
            must_change: true,
        }),
    };
    let account = create_account(tx, &account).await?;
    for role in [roles::ADMINISTRATOR, roles::DX_OFFICE] {
        let grant = NewGrant {
            role: role.to_owned(),
            holder: Holder::Account(account),
            scope: GrantScope::City,
            first_day: tx.today(),
            last_day: None,
        };
        grant_role(tx, &grant).await?;
    }
    tx.audit(AuditEntry::new("city.init", "city").with(json!({ "name": new.name })));
    Ok(())
}

/// Five groups of four letters and digits that are not mistaken for each other: 100 bits.
pub(super) fn one_time_password() -> String {
    const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz3";
    let mut random = rand::rng();
    let groups: Vec<String> = (0..5)
        .map(|_| {
            (0..4)
                .map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())]))
                .collect()
        })
        .collect();
    groups.join("-")
}
