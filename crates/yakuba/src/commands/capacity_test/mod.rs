//! `yakuba capacity-test`: what this machine can carry on the morning when booking opens.
//!
//! The city is copied, the copy is served on this machine, and residents rush for times through the real pages. The city itself is
//! only read. No job runs in the copy, so that no mail leaves it; the codes that residents would get by mail are read from the copy.

mod client;
mod rush;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::Request};

use tokio::{net::TcpListener, sync::watch};
use tower::ServiceExt as _;
use yakuba_booking::{model::document::FacilityDocument, store};
use yakuba_city::{Actor, City, CitySettings, DatabaseUrl, backup, sql::Sql as _};
use yakuba_identity::Identity;

use self::rush::{Plan, Report};
use super::{note, say};
use crate::{
    cli::CapacityTest,
    failure::{Failure, Outcome},
    place::Place,
    server::{self, Trust, WaitingRoom, WaitingRoomSettings},
    services,
};

/// The facility of the rush, which only the copy has.
const FACILITY: &str = "capacity-test";
const RESOURCE: &str = "time";
/// So many times a day has, from 9:00 on, half an hour each.
const TIMES: u32 = 16;
/// A page is looked at so often to tell how long it takes.
const LOOKS: u32 = 200;

pub(super) async fn run(place: &Place, options: CapacityTest) -> Result<Outcome, Failure> {
    let most = allow_connections(options.residents)?;
    if options.residents > most {
        return Err(Failure::usage(format!(
            "this process may open connections for {most} residents only. Raise the limit with `ulimit -n {}`, or ask for fewer",
            u64::from(options.residents) * 2 + 200
        )));
    }
    let copy = Copy::make(place).await?;
    let outcome = rushed(&copy, &options).await;
    copy.remove().await?;
    let report = outcome?;
    for line in report.lines() {
        say(line);
    }
    Ok(if report.is_good() {
        Outcome::Done
    } else {
        Outcome::NeedsReview
    })
}

/// For how many residents this process may open connections; the limit is raised as far as it can be.
fn allow_connections(residents: u32) -> Result<u32, Failure> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // One end for the resident, one for the server, and some for the databases.
    let wanted = u64::from(residents) * 2 + 200;
    let most = limit.maximum.unwrap_or(u64::MAX);
    if limit.current.unwrap_or(u64::MAX) < wanted {
        let raised = Rlimit {
            current: Some(wanted.min(most)),
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised)
            .map_err(|error| Failure::new(format!("the limit on open files cannot be raised: {error}. Raise it with `ulimit -n {wanted}`")))?;
    }
    Ok(u32::try_from((most.max(200) - 200) / 2).unwrap_or(u32::MAX))
}

/// A copy of a city that is thrown away.
struct Copy {
    city: City,
    folder: PathBuf,
    /// The city itself, and the schema of the copy, on PostgreSQL.
    schema: Option<(City, String)>,
}

impl Copy {
    async fn make(place: &Place) -> Result<Self, Failure> {
        let original = place.open_existing().await?;
        let name = format!("yakuba-capacity-test-{}", std::process::id());
        let folder = std::env::temp_dir().join(&name);
        private_folder(&folder)?;
        note(format_args!("Copying the city to {} …", folder.display()));
        let made = Self::fill(&original, &folder).await;
        if made.is_err() {
            remove_folder(&folder);
        }
        made
    }

    async fn fill(original: &City, folder: &std::path::Path) -> Result<Self, Failure> {
        let file = folder.join("copy.yakuba");
        backup::write(original, &file, true).await?;
        let mut settings = CitySettings::in_directory(folder.join("data"));
        let schema = format!("capacity_test_{}", std::process::id());
        let on_postgres = match original.database() {
            DatabaseUrl::Sqlite(_) => None,
            DatabaseUrl::Postgres { url, .. } => {
                settings.database = DatabaseUrl::Postgres {
                    url: url.clone(),
                    schema: schema.clone(),
                };
                Some((original.clone(), schema))
            }
        };
        backup::restore(&settings, &services::all(), &file, false).await?;
        // What was copied is not kept twice.
        std::fs::remove_file(&file).map_err(|cause| Failure::file(&file, &cause))?;
        settings.readers = 4;
        Ok(Self {
            city: City::open(settings, &services::all()).await?,
            folder: folder.to_owned(),
            schema: on_postgres,
        })
    }

    async fn remove(self) -> Result<(), Failure> {
        drop(self.city);
        if let Some((original, schema)) = self.schema {
            original
                .db()
                .run(&format!("DROP SCHEMA {schema} CASCADE"), [])
                .await?;
        }
        remove_folder(&self.folder);
        Ok(())
    }
}

/// A new folder that nobody else may read.
fn private_folder(folder: &std::path::Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|cause| Failure::file(folder, &cause))
}

fn remove_folder(folder: &std::path::Path) {
    if let Err(cause) = std::fs::remove_dir_all(folder) {
        note(format_args!(
            "{} could not be removed: {cause}. Remove it by hand: it holds a copy of the city",
            folder.display()
        ));
    }
}

/// How many windows have each time, so that there are at least so many places.
fn windows(units: u32) -> u32 {
    units.div_ceil(TIMES).max(1)
}

/// The facility that everybody wants: one day, so many places.
fn facility(units: u32, day: jiff::civil::Date) -> Result<FacilityDocument, Failure> {
    let sessions: Vec<String> = (0..TIMES)
        .map(|time| {
            let clock = |minutes: u32| format!("{:02}:{:02}", 9 + minutes / 60, minutes % 60);
            format!(
                "{{day: {day}, from: \"{}\", to: \"{}\"}}",
                clock(time * 30),
                clock(time * 30 + 30)
            )
        })
        .collect();
    let text = format!(
        "format: yakuba-facility/1\nkey: {FACILITY}\nname: {{ja: 負荷試験, easy: 負荷試験, en: Capacity test}}\nkind: class\ndepartment: test\n\
         step: 30\nopening:\n  - {{from: \"09:00\", to: \"17:00\"}}\nrules:\n  who: anyone\n  way: instant\n  opens: {{days_before: {{days: 30, at: \"00:00\"}}}}\n\
         resources:\n  - key: {RESOURCE}\n    name: {{ja: 時間, easy: 時間, en: Time}}\n    takes: {{one_of: {}}}\n    times: {{sessions: [{}]}}\n",
        windows(units),
        sessions.join(", ")
    );
    Ok(FacilityDocument::from_yaml(&text)?)
}

async fn rushed(copy: &Copy, options: &CapacityTest) -> Result<Report, Failure> {
    let city = &copy.city;
    let day = city
        .today()
        .tomorrow()
        .map_err(|error| Failure::new(error.to_string()))?;
    city.write(
        Actor::CommandLine,
        facility(options.units, day)?,
        |tx, document| Box::pin(store::bring_in(tx, document)),
    )
    .await?;
    let listener = server::listen(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener
        .local_addr()
        .map_err(|cause| Failure::new(cause.to_string()))?;
    // Passkeys are bound to a name; an address is none.
    let url = format!("http://localhost:{}", address.port());
    let own = yakuba_identity::IdentitySettings::new(&url)?;
    let identity = server::identity(city, &url, |settings| {
        settings.public_url = own.public_url.clone();
        settings.oidc = None;
        // Every resident has an address of their own behind this machine.
        settings.trusted_proxies = yakuba_identity::Network::read("127.0.0.0/8")
            .into_iter()
            .collect();
    })?;
    note(format_args!(
        "{} residents confirm their mail addresses …",
        options.residents
    ));
    let residents = rush::residents(city, &identity, options.residents).await?;
    let waiting = beside_the_page(city, &identity, day).await?;
    let (stop, server) = serve(listener, city.clone(), identity)?;
    note(format_args!(
        "The rush for {} places begins …",
        windows(options.units) * TIMES
    ));
    let plan = Plan {
        address,
        facility: FACILITY,
        resource: RESOURCE,
        day,
        within: Duration::from_secs(u64::from(options.seconds)),
    };
    let mut report = rush::run(&plan, residents).await;
    let _ = stop.send(true);
    let _ = tokio::time::timeout(Duration::from_secs(10), server).await;
    rush::recount(city, FACILITY, windows(options.units), &mut report).await?;
    report.waiting = Some(waiting);
    Ok(report)
}

/// How long the waiting room's page takes, and how long the page before which people wait, without the network.
async fn beside_the_page(
    city: &City,
    identity: &Identity,
    day: jiff::civil::Date,
) -> Result<(Duration, Duration), Failure> {
    let settings = WaitingRoomSettings {
        at_once: 1,
        reserved: 0,
        paths: vec!["/booking".to_owned()],
        opens: None,
        lapse: jiff::SignedDuration::from_mins(10),
    };
    let room = WaitingRoom::new(
        settings,
        city.key()?.clone(),
        city.clock().clone(),
        false,
        String::new(),
    );
    let open = server::application(city.clone(), identity.clone(), Arc::default(), &[])?;
    let full = server::application_with(
        city.clone(),
        identity.clone(),
        Arc::default(),
        &[],
        Some(Arc::new(room)),
    )?;
    let path = format!("/booking/{FACILITY}/{RESOURCE}?day={day}");
    // The first one takes the only place.
    looked_at(&full, &path).await?;
    let mut taken = [Duration::ZERO; 2];
    for (application, time) in [&full, &open].into_iter().zip(&mut taken) {
        let begun = Instant::now();
        for _ in 0..LOOKS {
            looked_at(application, &path).await?;
        }
        *time = begun.elapsed() / LOOKS;
    }
    Ok(taken.into())
}

async fn looked_at(application: &Router, path: &str) -> Result<(), Failure> {
    let request = Request::builder()
        .uri(path)
        .body(Body::empty())
        .map_err(|error| Failure::new(error.to_string()))?;
    let response = match application.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .map(|_| ())
        .map_err(|error| Failure::new(error.to_string()))
}

type Served = tokio::task::JoinHandle<std::io::Result<()>>;

/// Serves the copy until told to stop. No job runs.
fn serve(
    listener: TcpListener,
    city: City,
    identity: Identity,
) -> Result<(watch::Sender<bool>, Served), Failure> {
    let trust = Trust {
        proxies: "127.0.0.0/8".parse().into_iter().collect(),
        metrics_from: Vec::new(),
    };
    let application = server::application(city, identity, Arc::new(trust), &[])?;
    let (stop, mut stopping) = watch::channel(false);
    let served = axum::serve(
        listener,
        application.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    Ok((stop, tokio::spawn(served.into_future())))
}

#[cfg(test)]
mod tests {
    use yakuba_booking::model::check::{check, must};

    use super::*;

    #[test]
    fn the_facility_has_as_many_places_as_were_asked_for() {
        for (units, places) in [(1, 16), (500, 512), (512, 512), (10_000, 10_000)] {
            let document = facility(units, jiff::civil::date(2026, 12, 1)).unwrap();
            assert_eq!(must(&check(&document)), 0);
            assert_eq!(windows(units) * TIMES, places);
        }
    }

    /// Small, but the whole way: copied, served, rushed for, recounted, removed.
    #[test]
    fn more_residents_than_places_take_every_place_once() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let place = Place::new(folder.path().to_owned(), None).unwrap();
            drop(place.open().await.unwrap());
            let copy = Copy::make(&place).await.unwrap();
            let temporary = copy.folder.clone();
            let options = CapacityTest {
                residents: 24,
                units: 16,
                seconds: 60,
            };
            let report = rushed(&copy, &options).await.unwrap();
            copy.remove().await.unwrap();
            assert!(report.is_good(), "{:?}", report.lines());
            assert_eq!((report.booked, report.full), (16, 8));
            assert_eq!((report.doubles, report.lost), (0, 0));
            assert!(!temporary.exists());
            // The city itself has neither the facility nor anybody who booked it.
            let city = place.open().await.unwrap();
            let count: Option<i64> = city
                .db()
                .value(
                    "SELECT (SELECT COUNT(*) FROM booking_facilities) + (SELECT COUNT(*) FROM booking_reservations) + (SELECT COUNT(*) FROM mails)",
                    [],
                )
                .await
                .unwrap();
            assert_eq!(count, Some(0));
        });
    }
}
