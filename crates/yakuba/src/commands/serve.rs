//! `yakuba serve`.

use std::{net::SocketAddr, path::PathBuf};

use super::say;
use crate::{
    cli::Serve,
    failure::{Failure, Outcome},
    place::Place,
    server::{self, HostedCity, Trust},
};

pub(super) async fn run(place: &Place, options: Serve) -> Result<Outcome, Failure> {
    let mut cities = Vec::new();
    if options.cities.is_empty() || place.has_city() {
        cities.push(HostedCity {
            hosts: options.hosts.clone(),
            city: place.open_for_serving().await?,
        });
    }
    for further in &options.cities {
        let (host, at) = further.split_once('=').ok_or_else(|| {
            Failure::usage(format!(
                "--city needs NAME=PLACE, such as www.city.midori.lg.jp=/srv/midori, not \"{further}\""
            ))
        })?;
        let place = if at.contains("://") || at.starts_with("sqlite:") {
            Place::new(place.settings.data_directory.clone(), Some(at))?
        } else {
            Place::new(PathBuf::from(at), None)?
        };
        cities.push(HostedCity {
            hosts: vec![host.to_owned()],
            city: place.open_for_serving().await?,
        });
    }
    let trust = Trust {
        proxies: options.trusted_proxies,
        metrics_from: options.metrics_from,
    };
    let address = SocketAddr::new(options.listen.address, options.listen.port);
    let listener = server::listen(address).await?;
    let bound = listener.local_addr().unwrap_or(address);
    say(format_args!("Open at http://{bound} (stop with Ctrl+C)"));
    server::serve(listener, cities, trust).await?;
    Ok(Outcome::Done)
}
