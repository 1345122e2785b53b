//! Copies the embedded fonts from the npm font packages to OUT_DIR, so that the
//! finished binary carries them and needs nothing at run time.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Path below the npm packages, and the short name under which the crate includes it.
const FONTS: [(&str, &str); 4] = [
    (
        "biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf",
        "regular.ttf",
    ),
    ("biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf", "bold.ttf"),
    (
        "biz-udgothic/400Regular/BIZUDGothic_400Regular.ttf",
        "marks.ttf",
    ),
    (
        "noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf",
        "rare.ttf",
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    // Relative to this package, where build scripts run: the same in every checkout, so that one
    // target directory serves several.
    let web = PathBuf::from("../../web");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let packages = web.join("node_modules/@expo-google-fonts");
    println!("cargo::rerun-if-changed=build.rs");

    // Other crates' build scripts may install the same packages at the same moment: whoever holds
    // the lock on the lock file installs, the others wait and find the work done.
    let lock = fs::File::open(web.join("package-lock.json"))
        .map_err(|cause| format!("web/package-lock.json cannot be read: {cause}"))?;
    lock.lock()?;
    if !is_complete(&packages) {
        install(&web)?;
    }
    for (source, name) in FONTS {
        let source = packages.join(source);
        println!("cargo::rerun-if-changed={}", source.display());
        fs::copy(&source, out.join(name))
            .map_err(|cause| format!("{} cannot be copied: {cause}", source.display()))?;
    }
    Ok(())
}

fn is_complete(packages: &Path) -> bool {
    FONTS
        .iter()
        .all(|(source, _)| packages.join(source).is_file())
}

/// `npm ci` takes exactly what the lock file names; scripts of packages are not run.
fn install(web: &Path) -> Result<(), Box<dyn Error>> {
    const MEND: &str = "The Japanese fonts for PDF documents are missing: install Node.js with npm, \
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
