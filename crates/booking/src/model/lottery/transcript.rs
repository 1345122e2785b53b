//! The transcript of a draw: the list, the commitment to it, the value with its proof, and what follows; and looking one over.

use std::fmt::Write as _;

use super::{
    draw::{Outcome, Placed, draw},
    hexadecimal,
    list::{BadList, FrozenList, seed},
    sha256,
    source::{Proof, WrongValue},
};

/// The first line of a transcript.
pub const TRANSCRIPT_FORMAT: &str = "yakuba-lottery-transcript/1";

/// A draw that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The list.
    pub list: FrozenList,
    /// The SHA-256 of the list's text.
    pub commitment: String,
    /// The seed.
    pub seed: String,
    /// Who came when and got what.
    pub places: Vec<Placed>,
    /// The transcript.
    pub transcript: String,
}

impl Drawn {
    /// How many entries won.
    pub fn wins(&self) -> usize {
        let won = |placed: &&Placed| matches!(placed.outcome, Outcome::Won(_));
        self.places.iter().filter(won).count()
    }
}

/// Why a transcript does not hold, or a draw cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It is no transcript.
    #[error("this is no transcript of a lottery: line {0} is not what it must be")]
    NoTranscript(usize),
    /// The list is none.
    #[error(transparent)]
    List(#[from] BadList),
    /// The list is not the one that was committed to.
    #[error("the list of entries is not the one whose hash was published before the draw")]
    Commitment,
    /// The value is not the one that was fixed.
    #[error(transparent)]
    Value(#[from] WrongValue),
    /// The seed does not follow.
    #[error("the seed does not follow from the list and the value")]
    Seed,
    /// A line of the outcome does not follow.
    #[error("line {0} of the transcript does not follow from the list and the seed")]
    Outcome(usize),
}

/// Runs a draw: list and proof in, everything else out.
///
/// # Errors
/// [`Broken::List`] and [`Broken::Value`].
pub fn run(list: &str, proof: &Proof) -> Result<Drawn, Broken> {
    let parsed = FrozenList::read(list)?;
    let commitment = sha256(list);
    let value = parsed.source.value(proof)?;
    let seed = seed(&commitment, &value);
    let places = draw(&parsed, &seed);
    let mut text = String::with_capacity(list.len() + places.len() * 110 + 500);
    // Writing into a string does not fail.
    let _ = write!(
        text,
        "{TRANSCRIPT_FORMAT}\ncommitment {commitment}\nproof {proof}\nseed {seed}\nlist {}\n{list}order {}\n",
        list.lines().count(),
        places.len(),
    );
    for (place, placed) in (1..).zip(&places) {
        let Some(entry) = parsed.entries.get(placed.entry) else {
            continue;
        };
        let _ = write!(
            text,
            "{place} {} {} {} ",
            entry.number,
            placed.ticket,
            hexadecimal(&placed.hash)
        );
        let _ = match placed.outcome {
            Outcome::Won(choice) => writeln!(text, "won {}", choice + 1),
            Outcome::Full => writeln!(text, "full"),
            Outcome::Limit => writeln!(text, "limit"),
        };
    }
    text.push_str("end\n");
    Ok(Drawn {
        list: parsed,
        commitment,
        seed,
        places,
        transcript: text,
    })
}

/// Looks a transcript over: everything in it is computed again from its list and its proof, and must be the same to the byte.
///
/// # Errors
/// [`Broken`]: what does not hold.
pub fn verify(transcript: &str) -> Result<Drawn, Broken> {
    let mut rest = transcript;
    let mut next = |place: usize, name: &str| {
        let (line, others) = rest.split_once('\n').ok_or(Broken::NoTranscript(place))?;
        rest = others;
        line.strip_prefix(name).ok_or(Broken::NoTranscript(place))
    };
    if !next(1, TRANSCRIPT_FORMAT)?.is_empty() {
        return Err(Broken::NoTranscript(1));
    }
    let commitment = next(2, "commitment ")?;
    let proof: Proof = next(3, "proof ")?
        .parse()
        .map_err(|_| Broken::NoTranscript(3))?;
    let seed = next(4, "seed ")?;
    let count: usize = next(5, "list ")?
        .parse()
        .map_err(|_| Broken::NoTranscript(5))?;
    let list_end = rest
        .match_indices('\n')
        .map(|(place, _)| place + 1)
        .nth(count.checked_sub(1).ok_or(Broken::NoTranscript(5))?)
        .ok_or(Broken::NoTranscript(5))?;
    let list = rest.get(..list_end).ok_or(Broken::NoTranscript(5))?;
    if sha256(list) != commitment {
        return Err(Broken::Commitment);
    }
    let drawn = run(list, &proof)?;
    if drawn.seed != seed {
        return Err(Broken::Seed);
    }
    if drawn.transcript != transcript {
        let line = drawn
            .transcript
            .split('\n')
            .zip(transcript.split('\n'))
            .position(|(right, wrong)| right != wrong);
        let shorter = drawn
            .transcript
            .lines()
            .count()
            .min(transcript.lines().count());
        return Err(Broken::Outcome(line.unwrap_or(shorter) + 1));
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::lottery::{drand::tests::ROUND_1000, list::tests::LIST};

    fn drawn() -> Drawn {
        run(LIST, &Proof::Drand(ROUND_1000.to_owned())).unwrap()
    }

    /// Written down once: another program that follows `docs/lottery.md` must come to the same.
    #[test]
    fn the_example_of_the_documentation_holds() {
        let drawn = drawn();
        assert_eq!(verify(&drawn.transcript).unwrap(), drawn);
        let documented = include_str!("../../../../../docs/lottery-example.txt");
        assert_eq!(drawn.transcript, documented);
        assert_eq!(drawn.wins(), 2);
    }

    #[test]
    fn what_does_not_hold_is_named() {
        let text = drawn().transcript;
        let with = |right: &str, wrong: &str| {
            assert!(text.contains(right), "{right}");
            verify(&text.replacen(right, wrong, 1)).unwrap_err()
        };
        assert_eq!(with("00000000B2 3 2", "00000000B2 9 2"), Broken::Commitment);
        assert_eq!(
            with("proof drand b4", "proof drand b5"),
            Broken::Value(WrongValue::Signature)
        );
        assert_eq!(with("\n1 ", "\n2 "), Broken::Outcome(22));
        assert_eq!(with("limit", "won 1"), with("limit", "full"));
        assert!(matches!(with("limit", "full"), Broken::Outcome(_)));
        assert_eq!(with("end\n", ""), Broken::Outcome(26));
        assert_eq!(verify(""), Err(Broken::NoTranscript(1)));
        // A list that was changed together with its hash: then the seed is another one.
        let forged = LIST.replace("00000000B2 3 2", "00000000B2 9 2");
        let all = text
            .replace(LIST, &forged)
            .replace(&sha256(LIST), &sha256(&forged));
        assert_eq!(verify(&all), Err(Broken::Seed));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        /// Whichever byte is changed, removed or added: it no longer holds.
        #[test]
        fn no_byte_can_be_changed(place in any::<prop::sample::Index>(), by in 1..=255_u8, way in 0..3_u8) {
            let right = drawn().transcript.into_bytes();
            let at = place.index(right.len());
            let mut wrong = right.clone();
            match way {
                0 => wrong[at] ^= by,
                1 => {
                    wrong.remove(at);
                }
                _ => wrong.insert(at, by),
            }
            // Two neighbours that are the same: nothing was changed.
            prop_assume!(wrong != right);
            let holds = String::from_utf8(wrong).is_ok_and(|text| verify(&text).is_ok());
            prop_assert!(!holds);
        }
    }
}
