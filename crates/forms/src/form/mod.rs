//! A form that is ready to be asked: its rules compiled and put in order.

mod compile;
mod evaluate;
mod order;
mod submit;
mod validate;

use std::collections::BTreeMap;

use cel::Context;

pub use evaluate::{ComputedValue, Evaluation, Fee, FieldProblem, FieldState, RuleFailure};
pub use submit::Submission;

pub(crate) use evaluate::must_be_answered;
pub(crate) use validate::longest;

use crate::finding::{Part, Place};
use crate::model::document::{Field, FieldKind, FormDocument, FormPage, Key};
use crate::rules::Rule;

/// A form that is ready to be asked. Made once per version by [`Form::compile`] and shared between requests.
pub struct Form {
    document: FormDocument,
    scope: Context<'static, 'static>,
    pages: Vec<PageRules>,
    computed: Vec<Rule>,
    checks: Vec<CheckRules>,
    fees: Vec<FeeRules>,
    /// What is worked out when: each after all it depends on.
    order: Vec<Step>,
    /// Where each field stands.
    places: BTreeMap<Key, FieldPlace>,
}

struct PageRules {
    show: Option<Rule>,
    fields: Vec<FieldRules>,
}

struct FieldRules {
    show: Option<Rule>,
    /// The rules of a group's own fields, and the order in which they are worked out.
    inner: Vec<FieldRules>,
    inner_order: Vec<usize>,
}

struct CheckRules {
    holds: Rule,
    place: FieldPlace,
}

struct FeeRules {
    amount: Rule,
    applies: Option<Rule>,
}

/// One step of the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Page(usize),
    Field(usize, usize),
    Computed(usize),
}

/// Where a field stands: its page, its place there, and its place in the group when it is one of a group's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FieldPlace {
    page: usize,
    field: usize,
    inner: Option<usize>,
}

impl Form {
    /// The form as it was written.
    pub fn document(&self) -> &FormDocument {
        &self.document
    }

    /// A page by its key.
    pub fn page(&self, key: &str) -> Option<&FormPage> {
        self.document
            .pages
            .iter()
            .find(|page| page.key.as_str() == key)
    }

    /// A field by its key, one of a group's as well.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.places.get(key).map(|place| self.field_at(*place))
    }

    /// The field that `path` names: `birth`, or `children.0.birth` in a group.
    pub fn field_at_path(&self, path: &str) -> Option<&Field> {
        let mut parts = path.split('.');
        let field = parts.next()?;
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => self
                .places
                .get(field)
                .filter(|place| place.inner.is_none())
                .map(|place| self.field_at(*place)),
            (Some(entry), Some(inner), None) => {
                entry.parse::<u32>().ok()?;
                let place = self.places.get(inner)?;
                let group = self.places.get(field)?;
                (place.inner.is_some() && (place.page, place.field) == (group.page, group.field))
                    .then(|| self.field_at(*place))
            }
            _ => None,
        }
    }

    /// Every rule with its place.
    pub(crate) fn rules(&self) -> Vec<(Place, &Rule)> {
        let mut rules = Vec::new();
        for (page, page_rules) in self.document.pages.iter().zip(&self.pages) {
            rules.extend(
                page_rules
                    .show
                    .iter()
                    .map(|rule| (Place::page(&page.key), rule)),
            );
            for (field, field_rules) in page.fields.iter().zip(&page_rules.fields) {
                let place = Place::field(&page.key, &field.key);
                rules.extend(field_rules.show.iter().map(|rule| (place.clone(), rule)));
                if let FieldKind::Group { fields, .. } = &field.kind {
                    for (inner, inner_rules) in fields.iter().zip(&field_rules.inner) {
                        let place = Place::field(&page.key, &inner.key);
                        rules.extend(inner_rules.show.iter().map(|rule| (place.clone(), rule)));
                    }
                }
            }
        }
        for (computed, rule) in self.document.computed.iter().zip(&self.computed) {
            rules.push((Place::part(Part::Computed(computed.key.clone())), rule));
        }
        for (number, check) in self.checks.iter().enumerate() {
            rules.push((Place::part(Part::Check(number + 1)), &check.holds));
        }
        for (number, fee) in self.fees.iter().enumerate() {
            let place = Place::part(Part::Fee(number + 1));
            rules.push((place.clone(), &fee.amount));
            rules.extend(fee.applies.iter().map(|rule| (place.clone(), rule)));
        }
        rules
    }

    fn field_at(&self, place: FieldPlace) -> &Field {
        let field = &self.document.pages[place.page].fields[place.field];
        match (&field.kind, place.inner) {
            (FieldKind::Group { fields, .. }, Some(inner)) => &fields[inner],
            _ => field,
        }
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Form")
            .field("document", &self.document)
            .finish_non_exhaustive()
    }
}
