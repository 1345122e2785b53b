//! `yakuba opendata mirror`: the published catalogue as a folder that any web server can serve while the program is down.
//!
//! The pages are asked of the program itself, so that they are those that readers know, and the links in them hold.

use std::{
    collections::{BTreeSet, VecDeque},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Request},
    http::{StatusCode, header},
};
use tower::ServiceExt as _;
use yakuba_city::City;

use crate::{
    cli::OpendataMirror,
    commands::say,
    failure::{Failure, Outcome},
    place::Place,
    server,
};

/// What makes a folder a mirror, which may be replaced.
const MARK: &str = ".yakuba-mirror";
/// Where it begins. The actions are those of CKAN's that take no parameters: a folder cannot answer others.
const BEGIN: [&str; 12] = [
    "/data",
    "/data/feed.atom",
    "/data/catalog.jsonld",
    "/data/catalog.ttl",
    "/data.json",
    "/api/3/action/package_list",
    "/api/3/action/current_package_list_with_resources",
    "/api/3/action/organization_list",
    "/api/3/action/group_list",
    "/api/3/action/tag_list",
    "/api/3/action/license_list",
    "/api/3/action/status_show",
];
/// No answer is larger: the largest file as Excel or JSON.
const MOST_BYTES: usize = 512 << 20;

pub(super) async fn run(place: &Place, options: &OpendataMirror) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let written = write(&city, &options.folder, &options.host).await?;
    say(format_args!(
        "{}: {} files, {} bytes.",
        options.folder.display(),
        written.files,
        written.bytes
    ));
    Ok(Outcome::Done)
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Written {
    files: usize,
    bytes: u64,
}

/// Writes the mirror beside the folder and puts it in its place at the end, so that a reader never meets a half.
async fn write(city: &City, folder: &Path, host: &str) -> Result<Written, Failure> {
    let is_replaceable = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none() || folder.join(MARK).exists(),
        Err(_) => !folder.exists(),
    };
    if !is_replaceable {
        return Err(Failure::new(format!(
            "{} is no mirror and not empty. Name a new folder",
            folder.display()
        )));
    }
    let fresh = beside(folder, "new");
    remove(&fresh)?;
    make(&fresh)?;
    put(&fresh, MARK, b"")?;
    let identity = server::identity(city, &format!("https://{host}"), |_| {})?;
    let router = server::application(city.clone(), identity, Arc::default(), &[])?;
    let written = crawl(&router, &fresh, host).await?;
    let old = beside(folder, "old");
    remove(&old)?;
    if folder.exists() {
        std::fs::rename(folder, &old).map_err(|cause| Failure::file(folder, &cause))?;
    }
    std::fs::rename(&fresh, folder).map_err(|cause| Failure::file(folder, &cause))?;
    remove(&old)?;
    Ok(written)
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn remove(folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file(folder, &cause))
        }
        _ => Ok(()),
    }
}

fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|cause| Failure::file(folder, &cause))
}

fn put(root: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = root.join(name);
    if let Some(folder) = path.parent() {
        make(folder)?;
    }
    std::fs::write(&path, bytes).map_err(|cause| Failure::file(&path, &cause))
}

async fn crawl(router: &Router, root: &Path, host: &str) -> Result<Written, Failure> {
    let mut waiting: VecDeque<String> = BEGIN.iter().map(|address| (*address).to_owned()).collect();
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut written = Written::default();
    while let Some(address) = waiting.pop_front() {
        let (is_page, bytes) = ask(router, &address, host).await?;
        let bytes = if is_page {
            let page = turned(&String::from_utf8_lossy(&bytes));
            for link in links(&page) {
                let link = asked(&link);
                if known.insert(link.clone()) {
                    waiting.push_back(link);
                }
            }
            page.into_bytes()
        } else {
            bytes
        };
        put(root, &name_of(&address, is_page), &bytes)?;
        written.files += 1;
        written.bytes += bytes.len() as u64;
    }
    Ok(written)
}

/// Asks the program for an address. It says that it fetches ahead, so that nothing is counted as read.
async fn ask(router: &Router, address: &str, host: &str) -> Result<(bool, Vec<u8>), Failure> {
    let failed = |cause: &dyn std::fmt::Display| {
        Failure::new(format!("{address} cannot be mirrored: {cause}"))
    };
    let mut request = Request::get(address)
        .header(header::HOST, host)
        .header("sec-purpose", "prefetch")
        .body(Body::empty())
        .map_err(|error| failed(&error))?;
    request.extensions_mut().insert(yakuba_places::Mirrored);
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 0))));
    let response = match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if response.status() != StatusCode::OK {
        return Err(failed(&response.status()));
    }
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let bytes = to_bytes(response.into_body(), MOST_BYTES)
        .await
        .map_err(|error| failed(&error))?;
    Ok((is_page, bytes.to_vec()))
}

/// Where the further pages of the list stand: a folder cannot tell queries apart, and no dataset's key begins with a hyphen.
const FURTHER: &str = "/data/-";

/// A page whose links to further pages of the list lead to folders.
fn turned(page: &str) -> String {
    page.replace("\"/data?&amp;page=", &format!("\"{FURTHER}"))
        .replace("\"/data?&#38;page=", &format!("\"{FURTHER}"))
        .replace("\"/data?page=", &format!("\"{FURTHER}"))
}

/// The address under which the program has what a mirror's address names.
fn asked(link: &str) -> String {
    match link.strip_prefix(FURTHER) {
        Some(number) => format!("/data?page={number}"),
        None => link.to_owned(),
    }
}

/// The addresses of a page that belong to the mirror: those of the catalogue, and what pages are made of.
fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    for attribute in ["href=\"", "src=\""] {
        for part in page.split(attribute).skip(1) {
            let Some((address, _)) = part.split_once('"') else {
                continue;
            };
            let address = address.split('#').next().unwrap_or_default();
            let belongs = (address.starts_with("/data/") || address.starts_with("/assets/"))
                && !address.contains(['?', '&', '\\'])
                && !address.split('/').any(|step| step == "..");
            if belongs {
                links.push(address.to_owned());
            }
        }
    }
    links
}

/// The file of an address, from the mirror's root.
fn name_of(address: &str, is_page: bool) -> String {
    let path = match address.strip_prefix("/data?page=") {
        Some(number) => format!("{FURTHER}{number}"),
        None => address.to_owned(),
    };
    let path = path.trim_start_matches('/');
    if is_page {
        format!("{path}/index.html")
    } else {
        path.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use yakuba_city::{Actor, CitySettings, Clock, testing::test_moment, year_totals};
    use yakuba_kernel::MeasureName;
    use yakuba_places::{model::package::Package, store};

    use super::*;
    use crate::{commands::opendata::whole_of, services};

    #[test]
    fn only_what_belongs_to_it_is_followed() {
        let page = turned(
            "<a href=\"/data/aed\"> <a href=\"/plan\"> <a href=\"/data?&amp;page=2\"> <link href=\"/assets/app.css?v=1\"> \
             <script src=\"/assets/app.js\"> <a href=\"/data/../desk\"> <a href=\"/data/aed#x\"> <a href=\"https://e.jp/data/\">",
        );
        assert_eq!(
            links(&page),
            ["/data/aed", "/data/-2", "/data/aed", "/assets/app.js"]
        );
        assert_eq!(asked("/data/-2"), "/data?page=2");
        assert_eq!(name_of("/data?page=2", true), "data/-2/index.html");
        assert_eq!(name_of("/data/aed", true), "data/aed/index.html");
        assert_eq!(name_of("/data.json", false), "data.json");
    }

    #[tokio::test]
    async fn the_mirror_has_every_file_and_counts_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let settings = CitySettings {
            clock: Clock::fixed(test_moment()),
            ..CitySettings::in_directory(directory.path().join("city"))
        };
        let city = City::open(settings, &services::all()).await.unwrap();
        let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content/opendata");
        let list = std::fs::read_to_string(content.join("catalogue.yaml")).unwrap();
        for packed in Package::from_yaml(&list).unwrap().datasets.iter().take(3) {
            let read = |path: &str| Ok(std::fs::read(content.join(path)).unwrap());
            let whole = whole_of(packed, read, true).unwrap();
            city.write(Actor::CommandLine, whole, |tx, whole| {
                Box::pin(store::bring_in(tx, whole))
            })
            .await
            .unwrap();
        }
        let folder = directory.path().join("mirror");
        let first = write(&city, &folder, "www.example.jp").await.unwrap();
        let csv = std::fs::read(folder.join("data/aed/files/1/latest.csv")).unwrap();
        assert_eq!(csv, std::fs::read(content.join("069990_aed.csv")).unwrap());
        for name in [
            "data/index.html",
            "data/aed/index.html",
            "data.json",
            "data/aed/files/1/latest.geojson",
            "data/aed/files/1/v1.csv",
            "data/aed/feed.atom",
        ] {
            assert!(folder.join(name).is_file(), "{name}");
        }
        let linked = std::fs::read_to_string(folder.join("data/catalog.jsonld")).unwrap();
        assert!(linked.contains("https://www.example.jp/data/aed/files/1/latest.csv"));
        // It says what it is, and has nothing that needs the program.
        for name in ["data/index.html", "data/aed/index.html"] {
            let page = std::fs::read_to_string(folder.join(name)).unwrap();
            assert!(page.contains("作った写しです"), "{name}");
            assert!(!page.contains("action=\"/data\""), "{name}");
            assert!(!page.contains("/chart\""), "{name}");
        }
        // Styles and script came along.
        assert!(folder.join("assets").is_dir());
        let views = year_totals(
            city.db(),
            &[
                MeasureName::declared("places.views"),
                MeasureName::declared("places.downloads"),
            ],
        )
        .await
        .unwrap();
        assert_eq!(views, []);
        // Again in its place; never over something else.
        assert_eq!(
            write(&city, &folder, "www.example.jp").await.unwrap(),
            first
        );
        assert!(!beside(&folder, "old").exists() && !beside(&folder, "new").exists());
        let other = directory.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("letter.txt"), "x").unwrap();
        assert!(write(&city, &other, "www.example.jp").await.is_err());
        assert!(other.join("letter.txt").exists());
    }
}
