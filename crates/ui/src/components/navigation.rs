use askama::Template;

use crate::html::html_safe;
use crate::{Language, MenuItem, Words};

/// Views of the same thing, as links side by side.
#[derive(Clone, Debug, Template)]
#[template(path = "components/tabs.html")]
pub struct Tabs {
    label: String,
    items: Vec<MenuItem>,
}

impl Tabs {
    /// Tabs with a label that is read aloud.
    pub fn new(label: impl Into<String>, items: Vec<MenuItem>) -> Self {
        Self {
            label: label.into(),
            items,
        }
    }
}

/// How far a step of a procedure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Done.
    Completed,
    /// The one on this page.
    Editing,
    /// Filled in, with errors.
    Error,
    /// Passed over.
    Skipped,
    /// Still to do.
    Reached,
}

impl StepState {
    fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Editing => "editing",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::Reached => "reached",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Completed => "ui-step-completed",
            Self::Editing => "ui-step-editing",
            Self::Error => "ui-step-error",
            Self::Skipped => "ui-step-skipped",
            Self::Reached => "ui-step-reached",
        }
    }
}

/// A step of a procedure.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is called.
    pub text: String,
    /// How far it is.
    pub state: StepState,
    /// Where it can be opened; `None` when it cannot yet.
    pub href: Option<String>,
}

/// The steps of a procedure that goes over several pages.
#[derive(Clone, Template)]
#[template(path = "components/step_navigation.html")]
pub struct StepNavigation {
    words: Words,
    steps: Vec<Step>,
}

impl StepNavigation {
    /// A procedure without steps.
    pub fn new(language: Language) -> Self {
        Self {
            words: Words::general(language),
            steps: Vec::new(),
        }
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, text: impl Into<String>, state: StepState) -> Self {
        self.steps.push(Step {
            text: text.into(),
            state,
            href: None,
        });
        self
    }

    /// Adds a step that can be opened.
    #[must_use]
    pub fn link(
        mut self,
        text: impl Into<String>,
        state: StepState,
        href: impl Into<String>,
    ) -> Self {
        self.steps.push(Step {
            text: text.into(),
            state,
            href: Some(href.into()),
        });
        self
    }
}

/// Links to the other pages of a long list. Shows only the count when there is one page.
#[derive(Clone, Template)]
#[template(path = "components/pagination.html")]
pub struct Pagination {
    words: Words,
    page: u64,
    per_page: u64,
    total: u64,
    href: String,
}

impl Pagination {
    /// Page `page` (from 1) of a list of `total` entries, `per_page` on each. `href` is the
    /// address without the page, e.g. `/plans?year=2023`; `page=` is added to it.
    pub fn new(
        language: Language,
        page: u64,
        per_page: u64,
        total: u64,
        href: impl Into<String>,
    ) -> Self {
        let per_page = per_page.max(1);
        Self {
            words: Words::general(language),
            page: page.clamp(1, total.div_ceil(per_page).max(1)),
            per_page,
            total,
            href: href.into(),
        }
    }

    fn pages(&self) -> u64 {
        self.total.div_ceil(self.per_page).max(1)
    }

    fn first_entry(&self) -> u64 {
        ((self.page - 1) * self.per_page + 1).min(self.total)
    }

    fn last_entry(&self) -> u64 {
        (self.page * self.per_page).min(self.total)
    }

    /// Pages to link: the first, the last and those around the current one; `None` is a gap.
    fn shown(&self) -> Vec<Option<u64>> {
        let mut shown = Vec::new();
        let mut last = 0;
        for page in 1..=self.pages() {
            let near = page.abs_diff(self.page) <= 2;
            if page == 1 || page == self.pages() || near {
                if page > last + 1 {
                    shown.push(None);
                }
                shown.push(Some(page));
                last = page;
            }
        }
        shown
    }

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass by reference"
    )]
    fn href_of(&self, page: &u64) -> String {
        let joint = if self.href.contains('?') { '&' } else { '?' };
        format!("{}{joint}page={page}", self.href)
    }

    fn range(&self) -> std::borrow::Cow<'static, str> {
        self.words.with(
            "ui-page-of",
            &[
                ("total", self.total.into()),
                ("first", self.first_entry().into()),
                ("last", self.last_entry().into()),
            ],
        )
    }
}

html_safe!(Tabs, StepNavigation, Pagination);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pagination_shows_ends_and_neighbours() {
        let middle = Pagination::new(Language::Japanese, 10, 20, 400, "/x");
        assert_eq!(
            middle.shown(),
            [
                Some(1),
                None,
                Some(8),
                Some(9),
                Some(10),
                Some(11),
                Some(12),
                None,
                Some(20)
            ]
        );
        assert_eq!(middle.range(), "400件中 181～200件");
        assert_eq!(middle.href_of(&3), "/x?page=3");
    }

    #[test]
    fn a_page_beyond_the_end_is_the_last_one() {
        assert_eq!(
            Pagination::new(Language::Japanese, 99, 20, 30, "/x").page,
            2
        );
        assert_eq!(
            Pagination::new(Language::Japanese, 0, 20, 0, "/x").shown(),
            [Some(1)]
        );
    }
}
