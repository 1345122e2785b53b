//! Forms as browsers send them: names with values, in order, a name as often as it was sent.

use axum::{
    Form,
    extract::{FromRequest, Query, Request},
    http::Uri,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use yakuba_city::web::Problem;
use yakuba_kernel::{FiscalYear, Yen, text::without_turns};

use crate::DateField;

/// The values of a form or of an address.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

/// A text as it is kept of what a browser sent.
fn typed(value: &str) -> String {
    without_turns(value).replace("\r\n", "\n")
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|error| Problem::unreadable(error.status(), error.body_text()))?;
        Ok(Self::new(pairs))
    }
}

impl Fields {
    /// The values of pairs. Browsers end lines with CR LF; texts are kept with LF, and without signs that turn the direction of writing.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name, typed(&value)))
                .collect(),
        )
    }

    /// The values of an address's query; none when it cannot be read.
    pub fn of_query(query: &str) -> Self {
        let uri = Uri::builder()
            .path_and_query(format!("/?{query}"))
            .build()
            .unwrap_or_default();
        Query::<Vec<(String, String)>>::try_from_uri(&uri)
            .map_or_else(|_| Self::default(), |Query(pairs)| Self::new(pairs))
    }

    /// Adds a value.
    pub fn push(&mut self, name: &str, value: impl AsRef<str>) {
        self.0.push((name.to_owned(), typed(value.as_ref())));
    }

    /// Every name with its value as it was sent, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value without blanks around it; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// Whether it was sent, however empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The value; none when it is empty.
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.get(name))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    }

    /// The lines of a value that are not empty.
    pub fn lines(&self, name: &str) -> Vec<String> {
        lines(self.get(name))
    }

    /// The fields without those of some names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let kept = self.0.iter();
        Self(
            kept.filter(|(name, _)| !names.contains(&name.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// Every value sent under the name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.trim())
    }

    /// Rows of a table of inputs: the values sent under each of the names, side by side.
    pub fn rows<const N: usize>(&self, names: [&str; N]) -> Vec<[String; N]> {
        let columns = names.map(|name| self.all(name).map(str::to_owned).collect::<Vec<_>>());
        let length = columns.iter().map(Vec::len).max().unwrap_or(0);
        (0..length)
            .map(|row| {
                std::array::from_fn(|column| columns[column].get(row).cloned().unwrap_or_default())
            })
            .collect()
    }

    /// The fiscal year, however it is written; none when it is empty or no year.
    pub fn year(&self, name: &str) -> Option<FiscalYear> {
        FiscalYear::read(self.get(name))
    }

    /// A whole number in plain digits.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }

    /// A number as people type it: full-width digits and thousands separators are read.
    pub fn decimal(&self, name: &str) -> Option<Decimal> {
        let plain: String = yakuba_kernel::text::normalise_for_search(self.get(name))
            .chars()
            .filter(|letter| *letter != ',')
            .collect();
        plain.parse().ok()
    }

    /// Whole yen.
    pub fn yen(&self, name: &str) -> Option<Yen> {
        let value = self.decimal(name)?;
        let whole = i64::try_from(value).ok()?;
        (Decimal::from(whole) == value).then_some(Yen::new(whole))
    }

    /// The date of the three inputs of a date field.
    pub fn date(&self, name: &str) -> Option<Date> {
        DateField::read(
            self.get(&format!("{name}_year")),
            self.get(&format!("{name}_month")),
            self.get(&format!("{name}_day")),
        )
    }

    /// The date of a date field that may be left empty; none when nothing stands in its three inputs.
    ///
    /// # Errors
    /// When something stands there that is no day, such as the 99th: it must be told, not taken for nothing.
    pub fn optional_date(&self, name: &str) -> Result<Option<Date>, NoSuchDay> {
        let is_typed = ["year", "month", "day"]
            .iter()
            .any(|part| !self.get(&format!("{name}_{part}")).is_empty());
        if is_typed {
            self.date(name).map(Some).ok_or(NoSuchDay)
        } else {
            Ok(None)
        }
    }

    /// The revision the form was made from; zero, which no record has, when it is missing.
    pub fn revision(&self) -> i64 {
        self.integer("revision").unwrap_or(0)
    }
}

/// What was typed into a date field is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchDay;

/// After a change: another page, with the notice of that name.
pub fn done(path: &str, notice: &str) -> Response {
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    let joint = if path.contains('?') { '&' } else { '?' };
    let hash = if fragment.is_empty() { "" } else { "#" };
    Redirect::to(&format!("{path}{joint}done={notice}{hash}{fragment}")).into_response()
}

/// The lines of a text that are not empty.
pub fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
