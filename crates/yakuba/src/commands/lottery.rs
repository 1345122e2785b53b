//! `yakuba lottery`: draws checked by anyone, and rounds taken out.

use yakuba_booking::model::lottery::transcript::verify;

use super::{read_file, say};
use crate::{
    cli::{LotteryCommand, LotteryVerify},
    failure::{Failure, Outcome},
};

pub(super) fn run(options: &LotteryCommand) -> Result<Outcome, Failure> {
    match options {
        LotteryCommand::Verify(options) => check(options),
    }
}

/// Runs the draw of a transcript again, without a city.
fn check(options: &LotteryVerify) -> Result<Outcome, Failure> {
    let bytes = read_file(&options.file)?;
    let found = String::from_utf8(bytes)
        .map_err(|_| "it is not UTF-8".to_owned())
        .and_then(|text| verify(&text).map_err(|error| error.to_string()));
    let drawn = match found {
        Ok(drawn) => drawn,
        Err(reason) => {
            say(format_args!("This draw does not hold: {reason}."));
            return Ok(Outcome::NeedsReview);
        }
    };
    if let Some(published) = &options.commitment
        && !published.trim().eq_ignore_ascii_case(&drawn.commitment)
    {
        say(format_args!(
            "This draw does not hold: its list has the hash {}, and not the one that was published.",
            drawn.commitment
        ));
        return Ok(Outcome::NeedsReview);
    }
    let compare = if options.commitment.is_some() {
        ""
    } else {
        ". Compare this hash with the one that was published before the draw"
    };
    say(format_args!(
        "This draw holds: of {} entries for {} {}, {} won as the list with the hash {} and the value of \"{}\" decide{compare}.",
        drawn.list.entries.len(),
        drawn.list.facility,
        drawn.list.month,
        drawn.wins(),
        drawn.commitment,
        drawn.list.source,
    ));
    Ok(Outcome::Done)
}
