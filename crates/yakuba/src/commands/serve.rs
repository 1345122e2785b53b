//! `yakuba serve`.

use std::{net::SocketAddr, path::PathBuf};

use yakuba_identity::IdentitySettings;

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
        let city = place.open_for_serving().await?;
        let url = match options.hosts.first() {
            Some(host) => format!("https://{host}"),
            None => format!("http://localhost:{}", options.listen.port),
        };
        cities.push(HostedCity {
            hosts: options.hosts.clone(),
            identity: server::identity(&city, &url, |_| {})?,
            city,
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
        let city = place.open_for_serving().await?;
        let own = IdentitySettings::new(&format!("https://{host}"))?;
        cities.push(HostedCity {
            hosts: vec![host.to_owned()],
            // The address in the environment is that of the first city.
            identity: server::identity(&city, own.public_url.as_str(), |settings| {
                settings.public_url = own.public_url.clone();
            })?,
            city,
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
