//! Who gives way when the city takes some of what is alike: seven of twelve projectors.
//!
//! In the order in which they were booked, each reservation keeps its time as long as there is room for it beside what the city takes; the
//! unit it has can change, for units that are alike are the same to whoever booked one. What there is no room for gives way.

use std::collections::BTreeMap;

/// What has units for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupant {
    /// The reservation.
    pub reservation: i64,
    /// The units it has.
    pub units: Vec<i64>,
    /// The first step of time in which it has them.
    pub first: i64,
    /// The last step.
    pub last: i64,
    /// Whether another unit is as good: it has one, and asked for any that is alike.
    pub can_change_unit: bool,
    /// Whether it can be cancelled at all: what is used already and what is closed cannot.
    pub can_give_way: bool,
}

/// How the city gets what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// The units for the city.
    pub units: Vec<i64>,
    /// The reservations that get another unit, with the unit.
    pub changed: Vec<(i64, i64)>,
    /// The reservations that give way, in the order in which they were booked.
    pub gives_way: Vec<i64>,
}

/// What is taken of a unit: from which step to which.
type Taken = BTreeMap<i64, Vec<(i64, i64)>>;

/// The units for the city, and the reservations that get another unit, with the unit.
type Placed = (Vec<i64>, Vec<(i64, i64)>);

fn is_free(taken: &Taken, unit: i64, first: i64, last: i64) -> bool {
    taken.get(&unit).is_none_or(|spans| {
        spans
            .iter()
            .all(|(begins, ends)| *ends < first || last < *begins)
    })
}

/// Puts everybody who stays somewhere, and the city on `count` units from `first` to `last`; none when there is no room for all.
fn place(
    units: &[i64],
    staying: &[&Occupant],
    (first, last): (i64, i64),
    count: usize,
) -> Option<Placed> {
    let mut taken = Taken::new();
    for fixed in staying.iter().filter(|one| !one.can_change_unit) {
        for unit in &fixed.units {
            taken
                .entry(*unit)
                .or_default()
                .push((fixed.first, fixed.last));
        }
    }
    let mut moving: Vec<&&Occupant> = staying.iter().filter(|one| one.can_change_unit).collect();
    moving.sort_by_key(|one| (one.first, one.reservation));
    // From the left to the right, so that whoever begins finds a unit if so many do not overlap.
    let (mut theirs, mut changed) = (Vec::new(), Vec::new());
    let mut next = moving.into_iter().peekable();
    loop {
        let begins = next.peek().map(|one| one.first);
        if theirs.is_empty() && begins.is_none_or(|begins| begins > first) {
            // Rather those that nobody has in that time.
            let mut free: Vec<i64> = units
                .iter()
                .copied()
                .filter(|unit| is_free(&taken, *unit, first, last))
                .collect();
            free.sort_by_key(|unit| {
                let wanted = staying
                    .iter()
                    .filter(|one| one.units.contains(unit))
                    .filter(|one| one.first <= last && first <= one.last)
                    .count();
                (wanted, *unit)
            });
            if free.len() < count {
                return None;
            }
            free.truncate(count);
            for unit in &free {
                taken.entry(*unit).or_default().push((first, last));
            }
            free.sort_unstable();
            theirs = free;
        }
        let Some(one) = next.next() else { break };
        let own = one.units.first().copied();
        let unit = own
            .into_iter()
            .chain(units.iter().copied())
            .find(|unit| is_free(&taken, *unit, one.first, one.last))?;
        taken.entry(unit).or_default().push((one.first, one.last));
        if Some(unit) != own {
            changed.push((one.reservation, unit));
        }
    }
    Some((theirs, changed))
}

/// Makes room for the city on `count` of the units from one step to another, both included. `occupants` are in the order in which they
/// were booked. None when there is none even if everybody gives way who can.
pub fn make_room(
    units: &[i64],
    occupants: &[Occupant],
    (first, last): (i64, i64),
    count: usize,
) -> Option<Room> {
    let in_the_way = |one: &Occupant| one.can_give_way && one.first <= last && first <= one.last;
    let mut staying: Vec<&Occupant> = occupants.iter().filter(|one| !in_the_way(one)).collect();
    let mut found = place(units, &staying, (first, last), count)?;
    let mut gives_way = Vec::new();
    for one in occupants.iter().filter(|one| in_the_way(one)) {
        staying.push(one);
        if let Some(placed) = place(units, &staying, (first, last), count) {
            found = placed;
        } else {
            staying.pop();
            gives_way.push(one.reservation);
        }
    }
    let (units, changed) = found;
    Some(Room {
        units,
        changed,
        gives_way,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn booked(reservation: i64, unit: i64, first: i64, last: i64) -> Occupant {
        Occupant {
            reservation,
            units: vec![unit],
            first,
            last,
            can_change_unit: true,
            can_give_way: true,
        }
    }

    #[test]
    fn free_units_are_taken_first_and_the_latest_booked_gives_way() {
        let all = [booked(1, 11, 0, 9), booked(2, 12, 0, 9)];
        let room = make_room(&[11, 12, 13], &all, (0, 9), 1).unwrap();
        assert_eq!((room.units, room.gives_way), (vec![13], vec![]));
        let room = make_room(&[11, 12, 13], &all, (0, 9), 2).unwrap();
        assert_eq!((room.units, room.gives_way), (vec![12, 13], vec![2]));
        let room = make_room(&[11, 12, 13], &all, (0, 9), 3).unwrap();
        assert_eq!(room.gives_way, [1, 2]);
        assert_eq!(make_room(&[11, 12, 13], &all, (0, 9), 4), None);
    }

    #[test]
    fn nobody_gives_way_who_can_have_another_unit() {
        // Each unit is taken for half of the time: both halves fit on one.
        let all = [booked(1, 11, 0, 4), booked(2, 12, 5, 9)];
        let room = make_room(&[11, 12], &all, (0, 9), 1).unwrap();
        assert!(room.gives_way.is_empty());
        assert_eq!(room.changed.len(), 1);
        assert_eq!(room.units.len(), 1);
    }

    #[test]
    fn what_is_used_or_closed_stays_where_it_is() {
        let fixed = Occupant {
            can_change_unit: false,
            can_give_way: false,
            ..booked(1, 11, 0, 9)
        };
        let room = make_room(&[11, 12], &[fixed.clone(), booked(2, 12, 3, 4)], (0, 9), 1).unwrap();
        assert_eq!((room.units, room.gives_way), (vec![12], vec![2]));
        assert_eq!(make_room(&[11, 12], &[fixed], (0, 9), 2), None);
    }

    fn occupants() -> impl Strategy<Value = Vec<Occupant>> {
        // Booked one after the other, each on the first unit that was free then.
        proptest::collection::vec((0i64..20, 0i64..6, 0u8..10), 0..12).prop_map(|all| {
            let (mut taken, mut occupants) = (Taken::new(), Vec::new());
            for (reservation, (first, length, kind)) in (1i64..).zip(all) {
                let last = first + length;
                let unit = (1..=4).find(|unit| is_free(&taken, *unit, first, last));
                let Some(unit) = unit else { continue };
                taken.entry(unit).or_default().push((first, last));
                occupants.push(Occupant {
                    can_change_unit: kind > 0,
                    can_give_way: kind > 0,
                    ..booked(reservation, unit, first, last)
                });
            }
            occupants
        })
    }

    proptest! {
        #[test]
        fn nobody_shares_a_unit_and_nobody_gives_way_for_nothing(
            all in occupants(), first in 0i64..20, length in 0i64..8, count in 1usize..5
        ) {
            let (units, last) = ([1, 2, 3, 4], first + length);
            let Some(room) = make_room(&units, &all, (first, last), count) else {
                // Only what cannot give way is left then.
                let fixed: Vec<&Occupant> = all
                    .iter()
                    .filter(|one| !one.can_give_way || one.last < first || last < one.first)
                    .collect();
                prop_assert!(place(&units, &fixed, (first, last), count).is_none());
                return Ok(());
            };
            prop_assert_eq!(room.units.len(), count);
            let mut taken = Taken::new();
            for unit in &room.units {
                taken.entry(*unit).or_default().push((first, last));
            }
            for one in all.iter().filter(|one| !room.gives_way.contains(&one.reservation)) {
                let changed = room.changed.iter().find(|(id, _)| *id == one.reservation);
                let unit = changed.map_or(one.units[0], |(_, unit)| *unit);
                prop_assert!(is_free(&taken, unit, one.first, one.last), "two on {unit}");
                taken.entry(unit).or_default().push((one.first, one.last));
            }
            for gone in &room.gives_way {
                let one = all.iter().find(|one| one.reservation == *gone).unwrap();
                prop_assert!(one.can_give_way && one.first <= last && first <= one.last);
                // There is no room for it beside those who were earlier and stay.
                let earlier: Vec<&Occupant> = all
                    .iter()
                    .filter(|other| other.reservation <= *gone || !other.can_give_way || other.last < first || last < other.first)
                    .filter(|other| other.reservation == *gone || !room.gives_way.contains(&other.reservation))
                    .collect();
                prop_assert!(place(&units, &earlier, (first, last), count).is_none());
            }
        }
    }
}
