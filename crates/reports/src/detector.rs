//! A program of the city's own that finds faces and number plates in pictures, where there is one.
//!
//! It is started once for each picture, without a shell and with nothing of our environment, reads the picture from its standard input and
//! writes what it found to its standard output: `[{"left": 0.25, "top": 0.1, "width": 0.2, "height": 0.3}]`, in shares of the picture's
//! width and height. Nothing found is `[]`; any exit code but 0 is a failure, and it is tried again later.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};
use yakuba_city::City;
use yakuba_forms::files::{MOST_PARTS, PicturePart};

/// The environment variable with the program's path.
pub const VARIABLE: &str = "YAKUBA_PICTURE_DETECTOR";

/// How long it may take for one picture.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest answer that makes sense.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// The detector of a city, kept in memory.
#[derive(Default)]
struct Detector(RwLock<Option<PathBuf>>);

/// The path in [`VARIABLE`]; none when it is not set, so that staff alone look for faces.
pub fn from_environment() -> Option<PathBuf> {
    std::env::var_os(VARIABLE)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
}

/// Names the detector of a city; none: staff alone look.
pub fn set_up(city: &City, program: Option<PathBuf>) {
    *city
        .state::<Detector>()
        .0
        .write()
        .unwrap_or_else(PoisonError::into_inner) = program;
}

/// The detector of a city.
pub(crate) fn of(city: &City) -> Option<PathBuf> {
    city.state::<Detector>()
        .0
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Why a detector did not say what it found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectorError {
    /// It could not be started, or broke off.
    #[error(
        "the program in {VARIABLE} could not be run: {0}. Check its path and that it may be executed"
    )]
    Run(#[from] std::io::Error),
    /// It took too long.
    #[error("the program in {VARIABLE} took longer than {} seconds and was stopped", PATIENCE.as_secs())]
    Patience,
    /// It failed.
    #[error("the program in {VARIABLE} failed ({0})")]
    Failed(std::process::ExitStatus),
    /// Its answer is not what was asked for.
    #[error(
        "the answer of the program in {VARIABLE} cannot be read: {0}. It must be a list of left, top, width and height, each from 0 to 1"
    )]
    Answer(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Found {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    /// What it is, for people who read the answer.
    #[serde(default, rename = "kind")]
    _kind: Option<String>,
}

impl Found {
    fn part(&self) -> Option<PicturePart> {
        let thousandths = |share: f64| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 1000
            (0.0..=1.0)
                .contains(&share)
                .then(|| (share * 1_000.0).round() as u16)
        };
        PicturePart::new(
            thousandths(self.left)?,
            thousandths(self.top)?,
            thousandths(self.width)?,
            thousandths(self.height)?,
        )
        .ok()
    }
}

/// What the program finds in a picture.
///
/// # Errors
/// [`DetectorError`]; then nothing is known of the picture.
pub async fn find(program: &Path, picture: Vec<u8>) -> Result<Vec<PicturePart>, DetectorError> {
    let answer = tokio::time::timeout(PATIENCE, ask(program, picture))
        .await
        .map_err(|_| DetectorError::Patience)??;
    let found: Vec<Found> = serde_json::from_slice(&answer)
        .map_err(|error| DetectorError::Answer(error.to_string()))?;
    if found.len() > MOST_PARTS {
        return Err(DetectorError::Answer(format!(
            "{} parts, at most {MOST_PARTS} are taken",
            found.len()
        )));
    }
    found
        .iter()
        .map(|one| {
            one.part().ok_or_else(|| {
                DetectorError::Answer("a part lies outside of the picture".to_owned())
            })
        })
        .collect()
}

/// Whether the program can be run and answers as it should, on a picture of one pixel.
///
/// # Errors
/// [`DetectorError`].
pub async fn try_out(program: &Path) -> Result<(), DetectorError> {
    find(program, include_bytes!("one_pixel.png").to_vec())
        .await
        .map(drop)
}

async fn ask(program: &Path, picture: Vec<u8>) -> Result<Vec<u8>, DetectorError> {
    let mut child = Command::new(program)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // When it takes too long it goes with the future.
        .kill_on_drop(true)
        .spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let write = async move {
        if let Some(mut input) = input {
            // One that has seen enough may close its end before everything is written.
            let _ = input.write_all(&picture).await;
        }
    };
    let read = async move {
        let mut answer = Vec::new();
        if let Some(output) = output {
            output.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
        }
        Ok::<_, std::io::Error>(answer)
    };
    let ((), answer) = tokio::join!(write, read);
    let answer = answer?;
    let status = child.wait().await?;
    if !status.success() {
        return Err(DetectorError::Failed(status));
    }
    Ok(answer)
}
