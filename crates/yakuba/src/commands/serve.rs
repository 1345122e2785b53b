//! `yakuba serve`.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde::Deserialize;
use yakuba_city::{Actor, City, CityError, JAPAN, KEY_VARIABLE, setting};
use yakuba_identity::{Identity, IdentitySettings};
use yakuba_places::PUBLIC_URL;

use super::{read_file, say};
use crate::{
    cli::{Serve, WaitingOptions},
    failure::{Failure, Outcome},
    place::Place,
    server::{self, HostedCity, Trust, WaitingRoom, WaitingRoomSettings},
};

/// The file of `--cities`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CitiesFile {
    cities: Vec<FurtherCity>,
}

/// A city beside the one in `--data`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct FurtherCity {
    /// Its host names; the first one is its address.
    hosts: Vec<String>,
    /// Its data folder.
    data: PathBuf,
    /// Its database, when it is not the file in the data folder.
    database_url: Option<String>,
}

pub(super) async fn run(place: &Place, options: Serve) -> Result<Outcome, Failure> {
    let further = further_cities(&options)?;
    let mut cities = Vec::new();
    if further.is_empty() || place.has_city() {
        let city = place.open_for_serving().await?;
        let url = match options.hosts.first() {
            Some(host) => format!("https://{host}"),
            None => format!("http://localhost:{}", options.listen.port),
        };
        let identity = server::identity(&city, &url, |_| {})?;
        keep_address(&city, &identity).await?;
        cities.push(HostedCity {
            hosts: options.hosts.clone(),
            waiting_room: waiting_room(&options.waiting_room, &city, &identity).await?,
            identity,
            city,
        });
    }
    for further in further {
        cities.push(open(further, &options.waiting_room).await?);
    }
    if let [_, _, ..] = &cities[..]
        && std::env::var_os(KEY_VARIABLE).is_some()
    {
        return Err(Failure::usage(format!(
            "{KEY_VARIABLE} would give one key to {} cities. Put each city's key into its own data folder (city.key) and unset the variable",
            cities.len()
        )));
    }
    if let Some(shown) = twice(&cities) {
        return Err(Failure::usage(format!(
            "two cities are in {shown}. Give each its own data folder, and on PostgreSQL its own schema"
        )));
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

/// The cities of `--city` and `--cities`.
fn further_cities(options: &Serve) -> Result<Vec<FurtherCity>, Failure> {
    let mut further = Vec::new();
    for text in &options.cities {
        let (host, data) = text
            .split_once('=')
            .filter(|(_, data)| !data.contains("://"))
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--city needs NAME=DIR, such as www.city.midori.lg.jp=/srv/midori, not \"{text}\". A city on PostgreSQL goes into the file of --cities"
                ))
            })?;
        further.push(FurtherCity {
            hosts: vec![host.to_owned()],
            data: PathBuf::from(data),
            database_url: None,
        });
    }
    if let Some(path) = &options.cities_file {
        further.extend(listed(path, &read_file(path)?)?);
    }
    Ok(further)
}

/// Reads the file of `--cities`; folders in it are relative to it.
fn listed(path: &Path, bytes: &[u8]) -> Result<Vec<FurtherCity>, Failure> {
    let unusable = |cause: &str| {
        Failure::usage(format!(
            "the file {} cannot be used: {cause}. `yakuba serve --help` shows its form",
            path.display()
        ))
    };
    let text = std::str::from_utf8(bytes).map_err(|_| unusable("it is not UTF-8"))?;
    let file: CitiesFile =
        serde_saphyr::from_str(text).map_err(|error| unusable(&error.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    file.cities
        .into_iter()
        .map(|city| {
            if city.hosts.is_empty() {
                return Err(unusable("a city in it has no host name"));
            }
            Ok(FurtherCity {
                data: folder.join(&city.data),
                ..city
            })
        })
        .collect()
}

/// Opens a city that must have been made before: a folder mistyped must not become a new one.
async fn open(further: FurtherCity, waiting: &WaitingOptions) -> Result<HostedCity, Failure> {
    let place = Place::new(further.data, further.database_url.as_deref())?;
    let missing = || {
        Failure::new(format!(
            "there is no city in {}. Make it with `yakuba init` first, or correct its place",
            place.settings.database.shown()
        ))
    };
    if !place.has_city() {
        return Err(missing());
    }
    let city = place.open_for_serving().await?;
    setting(city.db(), "city.name").await?.ok_or_else(missing)?;
    // The address and the sign-in provider in the environment belong to the city in --data.
    let own = IdentitySettings::new(&format!(
        "https://{}",
        further.hosts.first().map_or("", String::as_str)
    ))?;
    let identity = server::identity(&city, own.public_url.as_str(), |settings| {
        settings.public_url = own.public_url.clone();
        settings.oidc = None;
    })?;
    keep_address(&city, &identity).await?;
    Ok(HostedCity {
        hosts: further.hosts,
        waiting_room: waiting_room(waiting, &city, &identity).await?,
        city,
        identity,
    })
}

/// Keeps the address under which a city is reached, for what is written when nobody asks, such as the list of open data. A program that
/// is reached from its own machine only tells nothing.
async fn keep_address(city: &City, identity: &Identity) -> Result<(), Failure> {
    let url = &identity.settings().public_url;
    let is_near = matches!(
        url.host_str(),
        None | Some("localhost" | "127.0.0.1" | "[::1]")
    );
    if is_near || setting(city.db(), PUBLIC_URL).await?.as_deref() == Some(url.as_str()) {
        return Ok(());
    }
    let actor = Actor::Program("serve".to_owned());
    city.write(actor, url.to_string(), |tx, url| {
        Box::pin(async move {
            tx.set(PUBLIC_URL, url).await?;
            Ok::<_, CityError>(())
        })
    })
    .await?;
    Ok(())
}

/// The waiting room of a city, as the command line says.
async fn waiting_room(
    options: &WaitingOptions,
    city: &City,
    identity: &Identity,
) -> Result<Option<Arc<WaitingRoom>>, Failure> {
    let Some(at_once) = options.at_once.filter(|at_once| *at_once > 0) else {
        return Ok(None);
    };
    let opens = match &options.opens {
        Some(text) => Some(moment_of(text)?),
        None => None,
    };
    let settings = WaitingRoomSettings {
        at_once,
        reserved: options.reserved,
        paths: options.paths.clone(),
        opens,
        lapse: SignedDuration::from_mins(i64::from(options.minutes)),
    };
    Ok(Some(Arc::new(WaitingRoom::new(
        settings,
        city.key()?.clone(),
        city.clock().clone(),
        identity.settings().is_secure(),
        setting(city.db(), "city.name").await?.unwrap_or_default(),
    ))))
}

/// A moment of local time, such as `2026-12-01T09:00`.
fn moment_of(text: &str) -> Result<Timestamp, Failure> {
    text.parse::<DateTime>()
        .ok()
        .and_then(|time| time.to_zoned(TimeZone::fixed(JAPAN)).ok())
        .map(|zoned| zoned.timestamp())
        .ok_or_else(|| {
            Failure::usage(format!(
                "\"{text}\" is no moment; write it like 2026-12-01T09:00"
            ))
        })
}

/// A database that two cities have.
fn twice(cities: &[HostedCity]) -> Option<String> {
    let mut seen = std::collections::BTreeSet::new();
    cities
        .iter()
        .map(|hosted| hosted.city.database().shown())
        .find(|shown| !seen.insert(shown.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_is_a_moment_of_local_time() {
        assert_eq!(
            moment_of("2026-12-01T09:00").unwrap().to_string(),
            "2026-12-01T00:00:00Z"
        );
        for wrong in ["9:00", "tomorrow", ""] {
            assert!(moment_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_file_of_cities_is_read_as_the_help_shows_it() {
        let text = "cities:\n  - hosts: [www.city.midori.lg.jp, midori.lg.jp]   # the first one is its address\n    data: /srv/midori\n  - hosts: [dx.town.kita.lg.jp]\n    data: kita\n    database_url: postgres://yakuba@db/cities?schema=kita\n";
        let cities = listed(Path::new("/etc/yakuba/cities.yaml"), text.as_bytes()).unwrap();
        assert_eq!(cities[0].hosts, ["www.city.midori.lg.jp", "midori.lg.jp"]);
        assert_eq!(cities[0].data, Path::new("/srv/midori"));
        assert_eq!(cities[1].data, Path::new("/etc/yakuba/kita"));
        assert!(cities[1].database_url.as_ref().unwrap().ends_with("kita"));
        for (wrong, why) in [
            ("cities:\n  - hosts: []\n    data: x\n", "no host name"),
            ("cities:\n  - hosts: [a]\n    dta: x\n", "dta"),
        ] {
            let error = listed(Path::new("c.yaml"), wrong.as_bytes()).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}
