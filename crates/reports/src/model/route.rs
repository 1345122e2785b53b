//! The order in which a crew visits places: proposed over straight distances, never longer than the order given.

use yakuba_kernel::Point;

/// Metres that make a way shorter. Less is nothing that anybody walks, and could be an error of rounding that never ends.
const LEAST: f64 = 0.01;

/// The metres of a way over places in an order; with a start, from there and back.
///
/// Places that are not in `order` are left out.
pub fn length(start: Option<Point>, places: &[Point], order: &[usize]) -> f64 {
    let visited: Vec<Point> = start
        .into_iter()
        .chain(order.iter().filter_map(|place| places.get(*place).copied()))
        .chain(start)
        .collect();
    visited.windows(2).map(|leg| leg[0].metres_to(leg[1])).sum()
}

/// A short way over all places: their numbers in the order in which to visit them, each once. Not always the shortest, and never
/// longer than the order in which they are given: from that order and from always going to the nearest place next, parts of the way are
/// turned round while that makes it shorter (2-opt), and the shorter one is taken.
///
/// With a start the way comes back there; without, it may begin and end anywhere. Takes time with the third power of the number of
/// places: a hundred take some milliseconds.
pub fn propose(start: Option<Point>, places: &[Point]) -> Vec<usize> {
    let given: Vec<usize> = (0..places.len()).collect();
    // Of two that are as long, the one that goes from near to near is easier to understand.
    let improved = [nearest(start, places), given.clone()]
        .into_iter()
        .map(|order| turned(start, places, order));
    let mut best = given;
    let mut least = length(start, places, &best);
    for order in improved {
        let metres = length(start, places, &order);
        // What is as long is no reason to change anything.
        if metres + LEAST < least {
            (best, least) = (order, metres);
        }
    }
    best
}

/// Always to the nearest place that is left.
fn nearest(start: Option<Point>, places: &[Point]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..places.len()).collect();
    let mut order = Vec::with_capacity(left.len());
    let mut at = start.or_else(|| places.first().copied());
    while let Some(from) = at {
        let next = left
            .iter()
            .enumerate()
            .filter_map(|(spot, place)| Some((spot, places.get(*place)?.metres_to(from))))
            .min_by(|one, other| one.1.total_cmp(&other.1));
        at = next.and_then(|(spot, _)| {
            let place = left.remove(spot);
            order.push(place);
            places.get(place).copied()
        });
    }
    order
}

/// Turns parts of the way round while that makes it shorter.
fn turned(start: Option<Point>, places: &[Point], mut order: Vec<usize>) -> Vec<usize> {
    /// A way that still gets shorter after so many rounds is good enough.
    const ROUNDS: usize = 200;
    let count = order.len();
    let point = |order: &[usize], spot: usize| {
        order
            .get(spot)
            .and_then(|place| places.get(*place))
            .copied()
    };
    let metres = |one: Option<Point>, other: Option<Point>| match (one, other) {
        (Some(one), Some(other)) => one.metres_to(other),
        _ => 0.0,
    };
    for _ in 0..ROUNDS {
        let mut is_shorter = false;
        for first in 0..count {
            for last in first + 1..count {
                // Only the legs into the part and out of it change.
                let before = match first.checked_sub(1) {
                    Some(spot) => point(&order, spot),
                    None => start,
                };
                let after = if last + 1 < count {
                    point(&order, last + 1)
                } else {
                    start
                };
                let (from, to) = (point(&order, first), point(&order, last));
                let is = metres(before, from) + metres(to, after);
                let turned = metres(before, to) + metres(from, after);
                if turned + LEAST < is {
                    order[first..=last].reverse();
                    is_shorter = true;
                }
            }
        }
        if !is_shorter {
            break;
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(latitude: i64, longitude: i64) -> Point {
        Point::from_millionths(34_000_000 + latitude, 135_000_000 + longitude).unwrap()
    }

    #[test]
    fn places_on_a_road_are_visited_one_after_the_other() {
        let road: Vec<Point> = [3, 0, 4, 1, 2].map(|step| point(0, step * 1_000)).to_vec();
        let order = propose(Some(point(0, -1_000)), &road);
        let there: Vec<Point> = order.iter().map(|place| road[*place]).collect();
        let sorted = there.is_sorted() || there.iter().rev().is_sorted();
        assert!(sorted, "{order:?}");
        // Without a start it is one way, and the other end is as good a beginning.
        let order = propose(None, &road);
        let ends = [order[0], order[4]];
        assert!(ends == [1, 2] || ends == [2, 1], "{order:?}");
    }

    #[test]
    fn a_crossing_is_undone() {
        let square = [
            point(0, 0),
            point(1_000, 1_000),
            point(0, 1_000),
            point(1_000, 0),
        ];
        let order = propose(None, &square);
        assert!(length(None, &square, &order) < length(None, &square, &[0, 1, 2, 3]));
        assert!(propose(None, &[]).is_empty());
        assert_eq!(propose(Some(point(0, 0)), &square[..1]), [0]);
    }

    proptest! {
        #[test]
        fn every_place_is_visited_once_and_the_way_is_never_longer_than_the_given_one(
            places in proptest::collection::vec((0..200_000_i64, 0..200_000_i64), 0..24),
            start in proptest::option::of((0..200_000_i64, 0..200_000_i64)),
        ) {
            let places: Vec<Point> = places.into_iter().map(|(a, b)| point(a, b)).collect();
            let start = start.map(|(a, b)| point(a, b));
            let order = propose(start, &places);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            let given: Vec<usize> = (0..places.len()).collect();
            prop_assert_eq!(&sorted, &given);
            prop_assert!(length(start, &places, &order) <= length(start, &places, &given));
            // Asked again about what was proposed, nothing changes for the worse.
            let again: Vec<Point> = order.iter().map(|place| places[*place]).collect();
            let second = propose(start, &again);
            prop_assert!(length(start, &again, &second) <= length(start, &places, &order) + 0.001);
        }
    }
}
