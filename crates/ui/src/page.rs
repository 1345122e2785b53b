//! A whole page: a body made by any crate's template inside the [`Shell`].

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::{
    Fields, Html, Language, Link, NotificationBanner, Shell, Words, with_japanese_marked,
    with_readings_above,
};

/// Tells the worker of the reader's browser that it may keep the page.
const KEEPS_COPY: HeaderName = HeaderName::from_static("x-keeps-copy");

/// How much fits on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// For residents: 16 px and more, roomy.
    Public,
    /// For staff at work: 14–16 px, side navigation, dense tables.
    Desk,
}

/// A page, ready to answer with.
///
/// ```
/// use askama::Template;
/// use yakuba_ui::{Language, Page, Shell};
///
/// #[derive(Template)]
/// #[template(source = "<p>{{ text }}</p>", ext = "html")]
/// struct Body<'a> { text: &'a str }
///
/// let shell = Shell::new("みどり市", Language::Japanese, "/plans");
/// let page = Page::public(shell, "計画の一覧", &Body { text: "3件" })
///     .breadcrumb("ホーム", "/");
/// assert!(page.to_html().contains("<title>計画の一覧｜みどり市</title>"));
/// ```
#[derive(Clone, Debug)]
pub struct Page {
    shell: Shell,
    density: Density,
    title: String,
    heading: Option<String>,
    lead: String,
    description: String,
    breadcrumbs: Vec<Link>,
    actions: Html,
    body: Html,
    status: StatusCode,
    feed: Option<Link>,
    has_errors: bool,
    for_search_engines: bool,
    narrow: bool,
    refresh: Option<u16>,
    kept: &'static [&'static str],
}

impl Page {
    /// A page for residents. `title` is both the main heading and the first part of the window's
    /// title. When the body does not render, the page is the error page of status 500.
    pub fn public(shell: Shell, title: impl Into<String>, body: &impl Template) -> Self {
        Self::new(shell, Density::Public, title, body)
    }

    /// A page for staff, with the shell's side navigation.
    pub fn desk(shell: Shell, title: impl Into<String>, body: &impl Template) -> Self {
        Self::new(shell, Density::Desk, title, body)
    }

    /// A page whose body is already HTML.
    pub fn from_html(shell: Shell, density: Density, title: impl Into<String>, body: Html) -> Self {
        let title = title.into();
        Self {
            for_search_engines: density == Density::Public,
            shell,
            density,
            heading: Some(title.clone()),
            title,
            lead: String::new(),
            description: String::new(),
            breadcrumbs: Vec::new(),
            actions: Html::empty(),
            body,
            status: StatusCode::OK,
            feed: None,
            has_errors: false,
            narrow: false,
            refresh: None,
            kept: &[],
        }
    }

    fn new(shell: Shell, density: Density, title: impl Into<String>, body: &impl Template) -> Self {
        match Html::render(body) {
            Ok(body) => Self::from_html(shell, density, title, body),
            Err(_) => error_page(
                shell,
                StatusCode::INTERNAL_SERVER_ERROR,
                "ui-template-failed",
                "",
            ),
        }
    }

    /// A page above this one, from the top down.
    #[must_use]
    pub fn breadcrumb(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.breadcrumbs.push(Link::new(text, href));
        self
    }

    /// A main heading other than the title.
    #[must_use]
    pub fn heading(mut self, heading: impl Into<String>) -> Self {
        self.heading = Some(heading.into());
        self
    }

    /// No main heading from here: the body has its own `<h1>`.
    #[must_use]
    pub fn without_heading(mut self) -> Self {
        self.heading = None;
        self
    }

    /// One or two sentences under the main heading.
    #[must_use]
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// What search engines and link previews say about the page.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Buttons beside the main heading, e.g. edit or download.
    #[must_use]
    pub fn action(mut self, action: &impl askama::filters::HtmlSafe) -> Self {
        self.actions.push(action);
        self
    }

    /// A message on top of the page.
    #[must_use]
    pub fn notice(mut self, notice: NotificationBanner) -> Self {
        self.shell.notices.push(notice);
        self
    }

    /// What became of the last step, on top of a page of the desk: `done` in the address names a text `desk-done-…` of the service, if there
    /// is such a text; `refused` says why a form was not taken.
    #[must_use]
    pub fn outcome(mut self, words: Words, query: &Fields, refused: Option<&str>) -> Self {
        let done = query.get("done");
        let key = format!("desk-done-{done}");
        if !done.is_empty() && words.has(&key) {
            self = self.notice(NotificationBanner::success(words.get(&key)));
        }
        match refused {
            Some(sentence) => self
                .notice(NotificationBanner::error(sentence))
                .with_errors(true),
            None => self,
        }
    }

    /// The status of the answer; 200 by default.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The Atom feed of what this page shows.
    #[must_use]
    pub fn feed(mut self, title: impl Into<String>, href: impl Into<String>) -> Self {
        self.feed = Some(Link::new(title, href));
        self
    }

    /// Says in the window's title that the form was not accepted, and answers with status 422.
    #[must_use]
    pub fn with_errors(mut self, has_errors: bool) -> Self {
        self.has_errors = has_errors;
        if has_errors {
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        self
    }

    /// Keeps search engines away from a public page.
    #[must_use]
    pub fn not_for_search_engines(mut self) -> Self {
        self.for_search_engines = false;
        self
    }

    /// A narrow column in the middle: forms of a few fields, sign-in.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// Where no script runs the browser loads the page again every so many seconds: for pages that show what happens now. With
    /// the script an element with `data-live` keeps them fresh.
    #[must_use]
    pub fn refreshes(mut self, seconds: u16) -> Self {
        self.refresh = Some(seconds);
        self
    }

    /// The page, and what else is below these addresses and says so, may be kept on the reader's device and shown from there when there
    /// is no network, with the time of the copy. For pages that are the same for everybody; whoever is signed in gets one that is not kept.
    #[must_use]
    pub fn kept_on_the_device(mut self, below: &'static [&'static str]) -> Self {
        self.kept = below;
        self
    }

    /// What is kept, below which addresses; none when nothing is.
    fn kept(&self) -> Option<String> {
        let is_kept = !self.kept.is_empty()
            && self.status == StatusCode::OK
            && self.shell.signed_in.is_none();
        is_kept.then(|| self.kept.join(" "))
    }

    /// What a copy says on top.
    fn copy_notice(&self) -> NotificationBanner {
        let words = Words::general(self.shell.language);
        NotificationBanner::warning(words.get("ui-copy-title"))
            .text(words.get("ui-copy-text"))
            .link(words.get("ui-copy-again"), &self.shell.path)
    }

    /// The whole document.
    pub fn to_html(&self) -> String {
        let document = Document {
            words: Words::general(self.shell.language),
            shell: &self.shell,
            page: self,
        };
        let html = document.render().unwrap_or_default();
        match self.shell.language {
            Language::EasyJapanese => with_readings_above(&html),
            Language::Japanese => html,
            Language::English => with_japanese_marked(&html),
        }
    }

    fn window_title(&self) -> String {
        let mark = if self.has_errors {
            Words::general(self.shell.language).get("ui-title-error")
        } else {
            "".into()
        };
        format!("{mark}{}｜{}", self.title, self.shell.city_name)
    }

    fn is_desk(&self) -> bool {
        self.density == Density::Desk
    }

    fn has_side_menu(&self) -> bool {
        self.is_desk() && !self.shell.desk_menu.is_empty()
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let html = self.to_html();
        let is_kept = self.kept().is_some();
        let mut response = (
            self.status,
            [
                (
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("text/html; charset=utf-8"),
                ),
                (
                    header::CONTENT_LANGUAGE,
                    HeaderValue::from_static(self.shell.language.html_lang()),
                ),
            ],
            html,
        )
            .into_response();
        if is_kept {
            response
                .headers_mut()
                .insert(KEEPS_COPY, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The page for a request that failed: what happened, what to do, and the `reference` under which
/// the log has the cause (empty for none). `code` is the error's id; when the general texts have
/// `<code>` it is shown, else the text of the status.
pub fn error_page(shell: Shell, status: StatusCode, code: &str, reference: &str) -> Page {
    let words = Words::general(shell.language);
    let kind = match status.as_u16() {
        401 => "401",
        403 => "403",
        404 | 410 => "404",
        405 => "405",
        409 | 412 => "409",
        413 => "413",
        429 => "429",
        503 => "503",
        400..=499 => "400",
        _ => "500",
    };
    let home_href = shell.home_href.clone();
    let body = ErrorBody {
        words,
        status: status.as_u16(),
        what: if words.has(code) {
            words.get(code)
        } else {
            words.get(&format!("ui-error-{kind}-what"))
        },
        mend: words.get(&format!("ui-error-{kind}-mend")),
        code,
        reference,
        home_href: &home_href,
        sign_in_href: shell.sign_in_href.as_deref().filter(|_| kind == "401"),
    };
    let title = words.get(&format!("ui-error-{kind}-title"));
    let body = Html::render(&body).unwrap_or_default();
    Page::from_html(shell, Density::Public, title, body)
        .status(status)
        .not_for_search_engines()
        .narrow()
}

#[derive(Template)]
#[template(path = "page.html")]
struct Document<'a> {
    words: Words,
    shell: &'a Shell,
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorBody<'a> {
    words: Words,
    status: u16,
    what: std::borrow::Cow<'static, str>,
    mend: std::borrow::Cow<'static, str>,
    code: &'a str,
    reference: &'a str,
    home_href: &'a str,
    sign_in_href: Option<&'a str>,
}
