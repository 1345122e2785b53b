//! Putting things in an order in which each comes after all it depends on.

use std::collections::BTreeSet;

/// For each thing, the numbers of those it needs directly.
pub(super) struct Dependencies(pub(super) Vec<BTreeSet<usize>>);

impl Dependencies {
    /// What a thing needs directly, and what those need in turn that `passes` lets through.
    pub(super) fn through(&self, thing: usize, passes: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open: Vec<usize> = self.0[thing].iter().copied().collect();
        while let Some(next) = open.pop() {
            if found.insert(next) && passes(next) {
                open.extend(&self.0[next]);
            }
        }
        found
    }
}

/// An order in which each thing comes after those it needs; otherwise in the given order.
///
/// # Errors
/// One circle of things that need each other, beginning and ending with the same.
pub(super) fn sort(needs: &Dependencies) -> Result<Vec<usize>, Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let needs = &needs.0;
    let mut state = vec![State::New; needs.len()];
    let mut order = Vec::with_capacity(needs.len());
    for start in 0..needs.len() {
        if state[start] != State::New {
            continue;
        }
        // A path of things whose needs are being looked at; on a stack of our own, since a form may chain hundreds of rules.
        let mut path = vec![(start, needs[start].iter())];
        state[start] = State::Open;
        while let Some((thing, rest)) = path.last_mut() {
            match rest.next() {
                Some(&next) if state[next] == State::New => {
                    state[next] = State::Open;
                    path.push((next, needs[next].iter()));
                }
                Some(&next) if state[next] == State::Open => {
                    let mut circle: Vec<usize> = path
                        .iter()
                        .map(|(thing, _)| *thing)
                        .skip_while(|thing| *thing != next)
                        .collect();
                    circle.push(next);
                    return Err(circle);
                }
                Some(_) => {}
                None => {
                    state[*thing] = State::Done;
                    order.push(*thing);
                    path.pop();
                }
            }
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::{Dependencies, sort};

    fn needs(list: &[&[usize]]) -> Dependencies {
        Dependencies(
            list.iter()
                .map(|needs| needs.iter().copied().collect())
                .collect(),
        )
    }

    #[test]
    fn each_comes_after_what_it_needs() {
        assert_eq!(sort(&needs(&[&[2], &[], &[1]])), Ok(vec![1, 2, 0]));
        assert_eq!(sort(&needs(&[&[], &[], &[]])), Ok(vec![0, 1, 2]));
    }

    #[test]
    fn a_circle_is_named() {
        assert_eq!(
            sort(&needs(&[&[], &[2], &[3], &[1]])),
            Err(vec![1, 2, 3, 1])
        );
        assert_eq!(sort(&needs(&[&[0]])), Err(vec![0, 0]));
    }
}
