//! A draw of many entries, beside hashing their tickets and sorting them, which no way of drawing can do without.

use std::fmt::Write as _;

use yakuba_booking::model::lottery::{
    draw::{draw, ticket_hash},
    list::FrozenList,
    sha256,
};

use crate::{Outcome, report::Line, timing::in_turn};

/// Rooms that can be won.
const ROOMS: usize = 100;
/// The times of a day, as lists write them.
const TIMES: [&str; 4] = ["0900-1200", "1200-1500", "1500-1800", "1800-2100"];

/// Draws among so many entries, each with three choices and one to three tickets.
pub(crate) async fn measure(entries: usize, runs: usize) -> Outcome<Line> {
    let list = list(entries)?;
    let seed = sha256("bench");
    let [ours, by_hand] = in_turn(1, runs, async |which| {
        if which == 0 {
            std::hint::black_box(draw(&list, &seed));
        } else {
            std::hint::black_box(hashed_and_sorted(&list, &seed));
        }
        Ok(())
    })
    .await?;
    Ok(Line {
        what: format!("a draw of {entries} entries"),
        times: ours,
        by_hand: Some(by_hand),
    })
}

fn list(entries: usize) -> Outcome<FrozenList> {
    let mut text = String::from(
        "yakuba-lottery-list/1\nround hall * 2027-02\ndraw 2026-11-12T01:00:00Z\nsource drand 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971 1000\nwins 1\nstep 30\n",
    );
    let mut rooms: Vec<String> = (0..ROOMS).map(|room| format!("room_{room}")).collect();
    rooms.sort();
    for room in &rooms {
        writeln!(text, "resource {room} 0 0 all {room}")?;
    }
    for entry in 0..entries {
        write!(text, "entry {entry:010} {} {}", entry % 3 + 1, entry + 1)?;
        for choice in 0..3 {
            // Far apart, and never twice in an entry.
            let wanted = entry * 7 + choice * 1_009;
            let room = &rooms[wanted % ROOMS];
            let day = wanted / ROOMS % 28 + 1;
            let time = TIMES[wanted / 3 % TIMES.len()];
            write!(text, " {room}/2027-02-{day:02}/{time}")?;
        }
        text.push('\n');
    }
    Ok(FrozenList::read(&text)?)
}

fn hashed_and_sorted(list: &FrozenList, seed: &str) -> Vec<([u8; 32], usize)> {
    let mut places: Vec<([u8; 32], usize)> = list
        .entries
        .iter()
        .enumerate()
        .map(|(place, entry)| {
            let number = entry.number.to_string();
            let smallest = (1..=entry.tickets)
                .map(|ticket| ticket_hash(seed, &number, ticket))
                .min()
                .unwrap_or_default();
            (smallest, place)
        })
        .collect();
    places.sort_unstable();
    places
}
