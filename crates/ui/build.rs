//! Bundles `web/src` (styles on the tokens of the Digital Agency Design System, TypeScript, htmx)
//! with esbuild into `OUT_DIR` and lists the results, so that the finished binary carries them and
//! needs neither Node.js nor another host at run time.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What esbuild makes: (entry under `web/src`, name in the binary, media type, form of the script). The two of every page first; then
/// the worker behind pages that are kept for when there is no network; then those that only pages with a map load, as modules.
const BUNDLES: [(&str, &str, &str, &str); 7] = [
    ("app.css", "app.css", "text/css; charset=utf-8", "iife"),
    ("app.ts", "app.js", "text/javascript; charset=utf-8", "iife"),
    (
        "offline.ts",
        "offline.js",
        "text/javascript; charset=utf-8",
        "iife",
    ),
    ("map/map.css", "map.css", "text/css; charset=utf-8", "iife"),
    (
        "map/map.ts",
        "map.js",
        "text/javascript; charset=utf-8",
        "esm",
    ),
    (
        "map/draw.ts",
        "draw.js",
        "text/javascript; charset=utf-8",
        "esm",
    ),
    (
        "../node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs",
        "map-worker.js",
        "text/javascript; charset=utf-8",
        "esm",
    ),
];

/// Taken as they are: (file under `web/src`, media type).
const COPIES: [(&str, &str); 1] = [("favicon.svg", "image/svg+xml")];

fn main() -> Result<(), Box<dyn Error>> {
    // Relative to this package, where build scripts run: the same in every checkout, so that one
    // target directory serves several.
    let web = PathBuf::from("../../web");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", web.join("src").display());
    println!(
        "cargo::rerun-if-changed={}",
        web.join("package-lock.json").display()
    );

    // Other crates' build scripts use the same folder: whoever holds the lock on the lock file
    // installs and builds, the others wait and find the packages complete.
    let lock = fs::File::open(web.join("package-lock.json"))
        .map_err(|cause| format!("web/package-lock.json cannot be read: {cause}"))?;
    lock.lock()?;
    if !is_complete(&web) {
        install(&web)?;
    }

    let mut list = String::from("static ASSETS: &[Asset] = &[\n");
    for (entry, name, media_type, form) in BUNDLES {
        bundle(&web, entry, form, &out.join(name))?;
        list.push_str(&line(&out.join(name), name, media_type)?);
    }
    for (name, media_type) in COPIES {
        fs::copy(web.join("src").join(name), out.join(name))?;
        list.push_str(&line(&out.join(name), name, media_type)?);
    }
    list.push_str("];\n");
    fs::write(out.join("assets.rs"), list)?;
    Ok(())
}

/// Whether the packages are those of the lock file: npm writes a list of its own after it has installed them. The scripts look the same way.
fn is_complete(web: &Path) -> bool {
    let modified = |file: &str| fs::metadata(web.join(file)).and_then(|about| about.modified());
    match (
        modified("node_modules/.package-lock.json"),
        modified("package-lock.json"),
    ) {
        (Ok(installed), Ok(wanted)) => installed >= wanted,
        _ => false,
    }
}

/// `npm ci` takes exactly what the lock file names; scripts of packages are not run.
fn install(web: &Path) -> Result<(), Box<dyn Error>> {
    const MEND: &str = "The packages for styles and scripts are missing: install Node.js with npm, \
                        then run `npm ci --ignore-scripts` in the folder web/ and build again.";
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(web)
        .output()
        .map_err(|cause| format!("{MEND} (npm did not start: {cause})"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!(
        "{MEND} (npm said: {})",
        String::from_utf8_lossy(&done.stderr).trim()
    )
    .into())
}

fn bundle(web: &Path, entry: &str, form: &str, target: &Path) -> Result<(), Box<dyn Error>> {
    let done = Command::new("node")
        .arg("node_modules/esbuild/bin/esbuild")
        .arg(format!("src/{entry}"))
        .args(["--bundle", "--minify", "--charset=utf8", "--target=es2022"])
        .arg(format!("--format={form}"))
        .args(["--legal-comments=inline", "--log-level=warning"])
        .arg(format!("--outfile={}", target.display()))
        .current_dir(web)
        .output()
        .map_err(|cause| {
            format!("Node.js is needed to bundle web/src: install it and build again ({cause})")
        })?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!(
        "web/src/{entry} was not accepted by esbuild: {}",
        String::from_utf8_lossy(&done.stderr).trim()
    )
    .into())
}

/// One entry of the list: the hash in the served name lets browsers keep the file for ever.
fn line(file: &Path, name: &str, media_type: &str) -> Result<String, Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let (stem, extension) = name.rsplit_once('.').ok_or("an asset needs an extension")?;
    Ok(format!(
        "    Asset {{ name: {name:?}, url: \"/assets/{stem}.{:016x}.{extension}\", media_type: {media_type:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")) }},\n",
        fnv1a(&bytes)
    ))
}

/// FNV-1a, 64 bits: only has to differ when the content differs, nobody gains by a collision.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
