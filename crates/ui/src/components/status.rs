use askama::Template;

use crate::html::html_safe;
use crate::{Html, Language, Words};

/// How an indicator or an initiative is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 達成
    Achieved,
    /// 順調
    OnTrack,
    /// 遅れ
    Behind,
    /// 判定できない
    CannotBeJudged,
    /// 要確認
    Review,
    /// 終了 (completed, merged or suspended)
    Ended,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Achieved => "achieved",
            Self::OnTrack => "on-track",
            Self::Behind => "behind",
            Self::CannotBeJudged => "cannot-judge",
            Self::Review => "review",
            Self::Ended => "ended",
        }
    }

    /// The name in a language.
    pub fn text(self, language: Language) -> std::borrow::Cow<'static, str> {
        Words::general(language).get(&format!("ui-status-{}", self.name()))
    }
}

/// A status as icon and text: never by colour alone.
#[derive(Clone, Debug, Template)]
#[template(path = "components/status_badge.html")]
pub struct StatusBadge {
    status: Status,
    text: String,
}

impl StatusBadge {
    /// The badge of a status in a language.
    pub fn new(language: Language, status: Status) -> Self {
        Self {
            status,
            text: status.text(language).into_owned(),
        }
    }

    /// Another text beside the icon.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}

/// A short label: 公開, 下書き, 新規…
#[derive(Clone, Debug, Template)]
#[template(
    source = r#"<span class="chip-label" data-color="{{ color }}"{% if beside %} data-beside{% endif %}>{{ text }}</span>"#,
    ext = "html"
)]
pub struct ChipLabel {
    text: String,
    color: &'static str,
    beside: bool,
}

impl ChipLabel {
    /// A grey label.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            color: "gray",
            beside: false,
        }
    }

    /// Stands a little apart from the date, number or label before it.
    #[must_use]
    pub fn beside(mut self) -> Self {
        self.beside = true;
        self
    }

    /// A blue label.
    #[must_use]
    pub fn blue(mut self) -> Self {
        self.color = "blue";
        self
    }

    /// A green label.
    #[must_use]
    pub fn green(mut self) -> Self {
        self.color = "green";
        self
    }

    /// An orange label.
    #[must_use]
    pub fn orange(mut self) -> Self {
        self.color = "orange";
        self
    }

    /// A red label.
    #[must_use]
    pub fn red(mut self) -> Self {
        self.color = "red";
        self
    }
}

/// Names and what they stand for.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "components/description_list.html")]
pub struct DescriptionList {
    items: Vec<(String, Html)>,
}

impl DescriptionList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name and a text. Line breaks are kept.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, text: impl AsRef<str>) -> Self {
        self.items.push((name.into(), Html::text(text.as_ref())));
        self
    }

    /// Adds a name and a component or other HTML.
    #[must_use]
    pub fn html(
        mut self,
        name: impl Into<String>,
        content: &impl askama::filters::HtmlSafe,
    ) -> Self {
        self.items.push((name.into(), Html::of(content)));
        self
    }
}

html_safe!(StatusBadge, ChipLabel, DescriptionList);
