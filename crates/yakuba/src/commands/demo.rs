//! `yakuba demo`.

use std::net::SocketAddr;

use super::{note, say};
use crate::{
    cli::Listen,
    demo,
    failure::{Failure, Outcome},
    place::Place,
    server::{self, HostedCity, Trust},
};

pub(super) async fn run(place: &Place, options: Listen) -> Result<Outcome, Failure> {
    // The port first: when it is taken, nothing needs to be made.
    let address = SocketAddr::new(options.address, options.port);
    let listener = server::listen(address).await?;
    if !place.has_city() {
        note("Making the demo city; this takes some seconds, once …");
    }
    let city = demo::open(place).await?;
    let url = format!("http://localhost:{}", options.port);
    let log_ins = demo::log_ins()?;
    let identity = server::identity(&city, &url, |settings| {
        settings.demo_log_ins = log_ins
            .iter()
            .map(|log_in| (log_in.login.clone(), demo::PASSWORD.to_owned()))
            .collect();
    })?;
    say(format_args!(
        "The demo city is open at {url} (stop with Ctrl+C)."
    ));
    say("");
    say(format_args!(
        "  password of every log-in: {}",
        demo::PASSWORD
    ));
    for log_in in &log_ins {
        say(format_args!("  {:<12}{}", log_in.login, log_in.roles));
    }
    let hosted = HostedCity {
        hosts: Vec::new(),
        city,
        identity,
        waiting_room: None,
    };
    server::serve(listener, vec![hosted], Trust::default()).await?;
    Ok(Outcome::Done)
}
