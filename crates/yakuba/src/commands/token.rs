//! `yakuba token`.

use yakuba_city::Actor;
use yakuba_identity::{NewToken, Token, create_token, store::tokens::TOKEN_PREFIX};
use yakuba_kernel::MeasureName;
use yakuba_plan::capabilities::POST_FACTS;

use super::say;
use crate::{
    cli::{TokenAdd, TokenCommand},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: TokenCommand) -> Result<Outcome, Failure> {
    match options {
        TokenCommand::Add(options) => add(place, options).await,
    }
}

async fn add(place: &Place, options: TokenAdd) -> Result<Outcome, Failure> {
    let measures = options
        .measures
        .iter()
        .map(|name| MeasureName::new(name.as_str()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Failure::usage(error.to_string()))?;
    let city = place.open_existing().await?;
    let new = NewToken {
        name: options.system.clone(),
        capabilities: vec![POST_FACTS.name.to_owned()],
        measures,
        last_day: options.until,
    };
    let token = Token::with_prefix(TOKEN_PREFIX);
    let text = token.as_str().to_owned();
    city.write(Actor::CommandLine, (new, token), |tx, (new, token)| {
        Box::pin(create_token(tx, new, token))
    })
    .await?;
    // Alone on the standard output, so that a script can take it.
    say(text);
    super::note(format_args!(
        "This is the access token of {}. It is shown only now; send it as: Authorization: Bearer …",
        options.system
    ));
    Ok(Outcome::Done)
}
