//! What the desk's inbox is filtered and ordered by, as it stands in an address and in a saved view.

use std::borrow::Cow;

use jiff::civil::Date;
use yakuba_ui::DateField;

use crate::model::case::Stage;

/// Which stages are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StageFilter {
    /// Cases somebody still has to do something for: everything before the end.
    #[default]
    Unfinished,
    /// Those at one standard stage, or at a stage of their procedure's own after it.
    At(Stage),
    /// Those at one of a procedure's own stages.
    Own {
        /// The procedure's key.
        procedure: String,
        /// The stage's key.
        stage: String,
    },
    /// All, closed ones as well.
    All,
}

impl StageFilter {
    /// The value in an address.
    pub fn value(&self) -> Cow<'static, str> {
        match self {
            Self::Unfinished => "".into(),
            Self::At(stage) => stage.as_str().into(),
            Self::Own { procedure, stage } => format!("{procedure}/{stage}").into(),
            Self::All => "all".into(),
        }
    }

    fn read(text: &str) -> Self {
        match (text, text.split_once('/')) {
            ("all", _) => Self::All,
            (_, Some((procedure, stage))) => Self::Own {
                procedure: procedure.to_owned(),
                stage: stage.to_owned(),
            },
            (text, None) => text.parse().map_or(Self::Unfinished, Self::At),
        }
    }
}

/// Whose cases are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AssigneeFilter {
    /// Everybody's.
    #[default]
    Any,
    /// Nobody's yet.
    Nobody,
    /// This account's.
    Account(i64),
}

/// What the desk waits for from an applicant, or has got and not looked at yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// The applicant wrote.
    Message,
    /// Corrected answers came.
    Corrected,
    /// A correction is asked for, and not answered.
    Awaited,
}

impl News {
    /// All of them, what came first.
    pub const ALL: [Self; 3] = [Self::Message, Self::Corrected, Self::Awaited];

    /// The value in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Corrected => "corrected",
            Self::Awaited => "awaited",
        }
    }
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InboxOrder {
    /// Those due first on top; without a due day last.
    #[default]
    Due,
    /// Oldest first.
    Oldest,
    /// Newest first.
    Newest,
}

impl InboxOrder {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::Due, Self::Oldest, Self::Newest];

    /// The value in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Oldest => "oldest",
            Self::Newest => "newest",
        }
    }
}

/// A filter of the inbox. What cannot be read in an address counts as not given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InboxFilter {
    /// Only this department's; empty: every department the reader may work for.
    pub department: String,
    /// Only this procedure's; empty: all.
    pub procedure: String,
    /// Which stages.
    pub stage: StageFilter,
    /// Whose.
    pub assignee: AssigneeFilter,
    /// How they came in; empty: every way.
    pub channel: String,
    /// Only those that arrived on this day or later.
    pub from: Option<Date>,
    /// Only those that arrived on this day or earlier.
    pub until: Option<Date>,
    /// Only those past the day of their decision, or of a stage of their procedure's own.
    pub late: bool,
    /// Only papers that still lack answers.
    pub gaps: bool,
    /// Only those with this news of their applicants.
    pub news: Option<News>,
    /// The order.
    pub order: InboxOrder,
}

/// The day of the three inputs of a date field; none when they are no day.
fn day_of<'v>(value: &impl Fn(&str) -> &'v str, name: &str) -> Option<Date> {
    DateField::read(
        value(&format!("{name}_year")),
        value(&format!("{name}_month")),
        value(&format!("{name}_day")),
    )
}

impl InboxFilter {
    /// Reads a filter from the values of an address; `me` is the account that `assignee=me` means.
    pub fn read<'v>(value: impl Fn(&str) -> &'v str, me: i64) -> Self {
        Self {
            department: value("department").to_owned(),
            procedure: value("procedure").to_owned(),
            stage: StageFilter::read(value("stage")),
            assignee: match value("assignee") {
                "me" => AssigneeFilter::Account(me),
                "nobody" => AssigneeFilter::Nobody,
                text => text
                    .parse()
                    .map_or(AssigneeFilter::Any, AssigneeFilter::Account),
            },
            channel: value("channel").to_owned(),
            from: day_of(&value, "from"),
            until: day_of(&value, "until"),
            late: value("late") == "1",
            gaps: value("gaps") == "1",
            news: News::ALL
                .into_iter()
                .find(|news| news.as_str() == value("news")),
            order: InboxOrder::ALL
                .into_iter()
                .find(|order| order.as_str() == value("order"))
                .unwrap_or_default(),
        }
    }

    /// The values that are not those of an unfiltered inbox, as names and values of an address. `me` is written as `me`, so that a
    /// saved view means whoever opens it.
    pub fn values(&self, me: i64) -> Vec<(&'static str, String)> {
        let mut values = Vec::new();
        let mut add = |name, value: &str| {
            if !value.is_empty() {
                values.push((name, value.to_owned()));
            }
        };
        add("department", &self.department);
        add("procedure", &self.procedure);
        add("stage", &self.stage.value());
        match self.assignee {
            AssigneeFilter::Any => {}
            AssigneeFilter::Nobody => add("assignee", "nobody"),
            AssigneeFilter::Account(account) if account == me => add("assignee", "me"),
            AssigneeFilter::Account(account) => add("assignee", &account.to_string()),
        }
        add("channel", &self.channel);
        for (names, day) in [
            (["from_year", "from_month", "from_day"], self.from),
            (["until_year", "until_month", "until_day"], self.until),
        ] {
            let Some(day) = day else { continue };
            let parts = [
                day.year().to_string(),
                day.month().to_string(),
                day.day().to_string(),
            ];
            for (name, part) in names.into_iter().zip(parts) {
                add(name, &part);
            }
        }
        add("late", if self.late { "1" } else { "" });
        add("gaps", if self.gaps { "1" } else { "" });
        add("news", self.news.map_or("", News::as_str));
        if self.order != InboxOrder::default() {
            add("order", self.order.as_str());
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stages() -> impl Strategy<Value = StageFilter> {
        prop_oneof![
            Just(StageFilter::Unfinished),
            Just(StageFilter::All),
            (0..Stage::ALL.len()).prop_map(|place| StageFilter::At(Stage::ALL[place])),
            ("[a-z-]{1,6}", "[a-z_]{1,6}")
                .prop_map(|(procedure, stage)| StageFilter::Own { procedure, stage }),
        ]
    }

    fn assignees() -> impl Strategy<Value = AssigneeFilter> {
        prop_oneof![
            Just(AssigneeFilter::Any),
            Just(AssigneeFilter::Nobody),
            (1i64..50).prop_map(AssigneeFilter::Account),
        ]
    }

    proptest! {
        #[test]
        fn a_saved_filter_is_read_back(
            department in "[a-z]{0,6}",
            procedure in "[a-z-]{0,6}",
            stage in stages(),
            assignee in assignees(),
            days in proptest::collection::vec(proptest::option::of(0i32..20_000), 2),
            late in any::<bool>(),
            gaps in any::<bool>(),
            news in 0..=News::ALL.len(),
            order in 0..InboxOrder::ALL.len(),
        ) {
            let filter = InboxFilter {
                department,
                procedure,
                stage,
                assignee,
                channel: String::new(),
                from: days[0].map(|days| jiff::civil::date(2000, 1, 1).saturating_add(jiff::Span::new().days(days))),
                until: days[1].map(|days| jiff::civil::date(2000, 1, 1).saturating_add(jiff::Span::new().days(days))),
                late,
                gaps,
                news: News::ALL.get(news).copied(),
                order: InboxOrder::ALL[order],
            };
            let values = filter.values(7);
            let read = InboxFilter::read(
                |name| values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str()),
                7,
            );
            prop_assert_eq!(read, filter);
        }
    }
}
