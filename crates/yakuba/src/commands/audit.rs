//! `yakuba audit`.

use super::say;
use crate::{
    cli::Audit,
    failure::{Failure, Outcome},
    place::Place,
};

pub(super) async fn run(place: &Place, options: &Audit) -> Result<Outcome, Failure> {
    match options {
        Audit::Verify => verify(place).await,
    }
}

async fn verify(place: &Place) -> Result<Outcome, Failure> {
    let city = place.open_existing().await?;
    let report = yakuba_city::verify_audit(city.db()).await?;
    match report.broken {
        None => {
            say(format_args!(
                "{} lines, none changed or missing",
                report.lines
            ));
            say(format_args!("head {}", report.head));
            Ok(Outcome::Done)
        }
        Some((line, reason)) => {
            say(format_args!("line {line}: {reason}"));
            say(
                "The lines before it are sound. Keep this database as it is and compare with a backup.",
            );
            Ok(Outcome::NeedsReview)
        }
    }
}
