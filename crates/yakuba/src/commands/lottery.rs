//! `yakuba lottery`: draws checked by anyone, and rounds taken out.

use std::io::Write as _;

use yakuba_booking::{
    model::lottery::{drand, transcript::verify},
    store::lottery::{self, Round, counts},
};
use yakuba_city::{Actor, City};

use super::{read_file, say};
use crate::{
    cli::{LotteryBring, LotteryCommand, LotteryVerify},
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: LotteryCommand) -> Result<Outcome, Failure> {
    match options {
        LotteryCommand::Verify(options) => check(&options),
        LotteryCommand::List => list(place).await,
        LotteryCommand::Show(options) => show(place, options.round).await,
        LotteryCommand::Export(options) => export(place, options.round).await,
        LotteryCommand::Bring(options) => bring(place, options).await,
    }
}

async fn found(city: &City, id: i64) -> Result<Round, Failure> {
    lottery::round(city.db(), id).await?.ok_or_else(|| {
        Failure::new(format!(
            "there is no lottery {id}. See `yakuba lottery list`"
        ))
    })
}

async fn list(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    for round in lottery::rounds(city.db()).await? {
        let counts = counts(city.db(), round.id).await?;
        say(format_args!(
            "{}\t{}\t{}\t{}\t{}\t{} entries, {} won",
            round.id,
            round.month,
            round.facility,
            round.scope.as_deref().unwrap_or("*"),
            round.phase(city.now()).name(),
            counts.entries,
            counts.won,
        ));
    }
    Ok(Outcome::Done)
}

async fn show(place: &Place, id: i64) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let round = found(&city, id).await?;
    let counts = counts(city.db(), id).await?;
    say(format_args!("facility\t{}", round.facility));
    say(format_args!("month\t{}", round.month));
    say(format_args!("phase\t{}", round.phase(city.now()).name()));
    for (name, at) in [
        ("opens", round.moments.opens),
        ("closes", round.moments.closes),
        ("draws", round.moments.draws),
        ("confirm by", round.moments.confirm_by),
        ("first come", round.moments.first_come),
    ] {
        say(format_args!("{name}\t{at}"));
    }
    say(format_args!("source\t{}", round.source));
    if let Some(number) = round.source.drand_round() {
        say(format_args!(
            "value known at\t{}\nvalue at\thttps://api.drand.sh/{}/public/{number}",
            drand::moment_of(number),
            drand::CHAIN,
        ));
    }
    if let Some(commitment) = &round.commitment {
        say(format_args!("commitment\t{commitment}"));
    }
    say(format_args!(
        "entries\t{}\nwon\t{}",
        counts.entries, counts.won
    ));
    Ok(Outcome::Done)
}

/// Writes the transcript, or the frozen list while there is none, exactly as it is.
async fn export(place: &Place, id: i64) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    found(&city, id).await?;
    let transcript = lottery::transcript(city.db(), id).await?;
    let text = match transcript {
        Some(text) => Some(text),
        None => lottery::frozen_list(city.db(), id).await?,
    };
    let text = text.ok_or_else(|| {
        Failure::new("entries are still taken: there is no list yet. Try again after the closing")
    })?;
    // A closed pipe is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(Outcome::Done)
}

async fn bring(place: &Place, options: LotteryBring) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    lottery::advance(&city, options.round).await?;
    let round = found(&city, options.round).await?;
    let proof = lottery::bring(&round, &options.signature, city.now())?;
    let drawn = lottery::draw(&city, Actor::CommandLine, round.id, Some(proof)).await?;
    say(if drawn {
        "It is drawn. `yakuba lottery export` writes the transcript."
    } else {
        "It was drawn before."
    });
    Ok(Outcome::Done)
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
