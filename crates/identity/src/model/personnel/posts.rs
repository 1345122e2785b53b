//! What changes do to the posts somebody holds.

use jiff::{ToSpan as _, civil::Date};
use yakuba_kernel::DepartmentCode;

use super::{Change, ChangeKind};

/// A post somebody holds for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Where.
    pub department: DepartmentCode,
    /// As what.
    pub post: String,
    /// Beside another, main post (兼務).
    pub concurrent: bool,
    /// From this day.
    pub first_day: Date,
    /// Until this day, included; none: until further notice.
    pub last_day: Option<Date>,
}

impl Held {
    /// Whether it is held on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.first_day <= day && self.last_day.is_none_or(|last| last >= day)
    }

    fn is_at(&self, change: &Change) -> bool {
        Some(&self.department) == change.department.as_ref() && self.post == change.post
    }
}

/// Somebody's time in office.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The posts in the order of their first days.
    pub posts: Vec<Held>,
    /// The last day in office, when it is known.
    pub last_day: Option<Date>,
}

impl Person {
    /// The main post on a day.
    pub fn main_post(&self, day: Date) -> Option<&Held> {
        self.posts
            .iter()
            .find(|held| !held.concurrent && held.holds_on(day))
    }
}

/// What one line changes, for the preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Somebody new.
    New,
    /// From one main post (if any) to another.
    Moved(Option<Held>),
    /// Out of office; the post held last.
    Left(Option<Held>),
    /// One more post.
    Concurrent,
    /// Nothing: it was entered before.
    Unchanged,
}

/// Carries out one person's changes of one file and returns the posts afterwards. Carrying them out again changes nothing.
pub fn apply(person: &Person, changes: &[&Change]) -> Person {
    let mut changes = changes.to_vec();
    // 兼務 comes after the 異動 of the same day, which would otherwise end it.
    changes.sort_by_key(|change| (change.day, change.kind));
    let mut person = person.clone();
    for change in &changes {
        match change.kind {
            ChangeKind::Leave => leave(&mut person, change.day),
            ChangeKind::Hire | ChangeKind::Move => {
                if change.kind == ChangeKind::Hire
                    && person.last_day.is_some_and(|last| last < change.day)
                {
                    person.last_day = None;
                }
                let kept: Vec<&Change> = changes
                    .iter()
                    .copied()
                    .filter(|other| other.kind == ChangeKind::Concurrent && other.day == change.day)
                    .collect();
                take_main_post(&mut person, change, &kept);
            }
            ChangeKind::Concurrent => add_post(&mut person, change),
        }
    }
    person.posts.sort_by(|a, b| {
        (a.first_day, a.concurrent, &a.department).cmp(&(b.first_day, b.concurrent, &b.department))
    });
    person
}

/// What one line of the file changes for a person.
pub fn difference(before: Option<&Person>, after: &Person, change: &Change) -> Difference {
    let Some(before) = before else {
        return Difference::New;
    };
    match change.kind {
        ChangeKind::Leave if before.last_day == after.last_day => Difference::Unchanged,
        ChangeKind::Leave => Difference::Left(before.main_post(change.day).cloned()),
        ChangeKind::Concurrent => {
            if before
                .posts
                .iter()
                .any(|held| held.concurrent && held.is_at(change) && held.holds_on(change.day))
            {
                Difference::Unchanged
            } else {
                Difference::Concurrent
            }
        }
        ChangeKind::Hire | ChangeKind::Move => {
            let there = before
                .main_post(change.day)
                .is_some_and(|held| held.is_at(change));
            if there {
                return Difference::Unchanged;
            }
            let day_before = change.day.saturating_sub(1.day());
            let from = before
                .main_post(change.day)
                .or_else(|| before.main_post(day_before));
            if from.is_none() && change.kind == ChangeKind::Hire {
                Difference::New
            } else {
                Difference::Moved(from.cloned())
            }
        }
    }
}

fn leave(person: &mut Person, day: Date) {
    person.last_day = Some(day);
    person.posts.retain(|held| held.first_day <= day);
    for held in &mut person.posts {
        if held.last_day.is_none_or(|last| last > day) {
            held.last_day = Some(day);
        }
    }
}

fn take_main_post(person: &mut Person, change: &Change, kept: &[&Change]) {
    let Some(department) = change.department.clone() else {
        return;
    };
    let day = change.day;
    let stays = person.main_post(day).is_some_and(|held| held.is_at(change));
    let goes_on = |held: &Held| {
        if held.concurrent {
            kept.iter().any(|other| held.is_at(other))
        } else {
            stays
        }
    };
    person
        .posts
        .retain(|held| held.first_day != day || goes_on(held));
    for held in &mut person.posts {
        if held.first_day < day && held.holds_on(day) && !goes_on(held) {
            held.last_day = Some(day.saturating_sub(1.day()));
        }
    }
    if stays {
        return;
    }
    let next = person
        .posts
        .iter()
        .filter(|held| !held.concurrent && held.first_day > day)
        .map(|held| held.first_day.saturating_sub(1.day()))
        .min();
    let last_day = match (next, person.last_day) {
        (Some(next), Some(last)) => Some(next.min(last)),
        (next, last) => next.or(last),
    };
    if last_day.is_none_or(|last| last >= day) {
        person.posts.push(Held {
            department,
            post: change.post.clone(),
            concurrent: false,
            first_day: day,
            last_day,
        });
    }
}

fn add_post(person: &mut Person, change: &Change) {
    let Some(department) = change.department.clone() else {
        return;
    };
    let there = person.posts.iter().any(|held| {
        held.is_at(change) && (held.holds_on(change.day) || held.first_day == change.day)
    });
    if there || person.last_day.is_some_and(|last| last < change.day) {
        return;
    }
    person.posts.push(Held {
        department,
        post: change.post.clone(),
        concurrent: true,
        first_day: change.day,
        last_day: person.last_day,
    });
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn change(kind: ChangeKind, day: Date, department: &str, post: &str) -> Change {
        Change {
            line: 1,
            login_name: "t1".into(),
            name: "佐藤 花".into(),
            kana: String::new(),
            department: Some(DepartmentCode::new(department).unwrap()),
            post: post.into(),
            day,
            kind,
        }
    }

    fn any_change() -> impl Strategy<Value = Change> {
        let kinds = prop_oneof![
            Just(ChangeKind::Leave),
            Just(ChangeKind::Hire),
            Just(ChangeKind::Move),
            Just(ChangeKind::Concurrent)
        ];
        (kinds, 0i64..900, 0u8..4, 0u8..2).prop_map(|(kind, days, department, post)| {
            change(
                kind,
                date(2024, 4, 1).saturating_add(days.days()),
                &format!("d{department}"),
                if post == 0 { "係長" } else { "課長" },
            )
        })
    }

    proptest! {
        #[test]
        fn nobody_has_two_main_posts_on_a_day_or_a_post_after_leaving(
            changes in proptest::collection::vec(any_change(), 0..8), days in proptest::collection::vec(0i64..1_000, 20),
        ) {
            let mut person = Person::default();
            for change in &changes {
                person = apply(&person, &[change]);
                for held in &person.posts {
                    prop_assert!(held.last_day.is_none_or(|last| last >= held.first_day));
                }
            }
            for days in days {
                let day = date(2024, 4, 1).saturating_add(days.days());
                let main = person.posts.iter().filter(|held| !held.concurrent && held.holds_on(day)).count();
                prop_assert!(main <= 1, "{day}: {:?}", person.posts);
                if person.last_day.is_some_and(|last| last < day) {
                    prop_assert_eq!(person.posts.iter().filter(|held| held.holds_on(day)).count(), 0);
                }
            }
        }

        #[test]
        fn a_file_entered_twice_is_entered_once(
            before in proptest::collection::vec(any_change(), 0..4), one in any_change(), other in any_change(),
        ) {
            let mut person = Person::default();
            for change in &before {
                person = apply(&person, &[change]);
            }
            // Two lines for one person on one day with different main posts are refused before they get here.
            prop_assume!(one.day != other.day);
            // And so are changes of somebody who has left.
            prop_assume!(person.last_day.is_none());
            let file = [&one, &other];
            let once = apply(&person, &file);
            let twice = apply(&once, &file);
            prop_assert_eq!(&once.last_day, &twice.last_day);
            let mains = |person: &Person| person.posts.iter().filter(|held| !held.concurrent).cloned().collect::<Vec<_>>();
            prop_assert_eq!(mains(&once), mains(&twice));
        }
    }

    #[test]
    fn the_april_transfer_ends_the_old_post_the_day_before() {
        let hired = apply(
            &Person::default(),
            &[&change(ChangeKind::Hire, date(2020, 4, 1), "tax", "係員")],
        );
        let doubled = apply(
            &hired,
            &[&change(
                ChangeKind::Concurrent,
                date(2021, 4, 1),
                "dx",
                "主任",
            )],
        );
        let file = [
            change(ChangeKind::Concurrent, date(2027, 4, 1), "hall", "係長"),
            change(ChangeKind::Move, date(2027, 4, 1), "dx", "係長"),
        ];
        let after = apply(&doubled, &[&file[0], &file[1]]);
        assert_eq!(
            after
                .main_post(date(2027, 3, 31))
                .unwrap()
                .department
                .as_str(),
            "tax"
        );
        assert_eq!(
            after
                .main_post(date(2027, 4, 1))
                .unwrap()
                .department
                .as_str(),
            "dx"
        );
        let on = |day| after.posts.iter().filter(|held| held.holds_on(day)).count();
        assert_eq!((on(date(2027, 3, 31)), on(date(2027, 4, 1))), (2, 2));
        assert_eq!(
            difference(Some(&doubled), &after, &file[1]),
            Difference::Moved(doubled.main_post(date(2027, 4, 1)).cloned())
        );
        assert_eq!(
            difference(Some(&after), &after, &file[1]),
            Difference::Unchanged
        );
    }

    #[test]
    fn who_retires_in_march_may_be_hired_again_in_april() {
        let file = [
            change(ChangeKind::Leave, date(2027, 3, 31), "tax", "課長"),
            change(ChangeKind::Hire, date(2027, 4, 1), "tax", "係員"),
        ];
        let before = apply(
            &Person::default(),
            &[&change(ChangeKind::Hire, date(1990, 4, 1), "tax", "課長")],
        );
        let after = apply(&before, &[&file[1], &file[0]]);
        assert_eq!(after.last_day, None);
        assert_eq!(after.main_post(date(2027, 3, 31)).unwrap().post, "課長");
        assert_eq!(after.main_post(date(2027, 4, 1)).unwrap().post, "係員");
        assert_eq!(apply(&after, &[&file[0], &file[1]]), after);
    }
}
