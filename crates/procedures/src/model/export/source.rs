//! What a column can be filled from, as files name it.

use yakuba_forms::model::document::{Field, FieldKind, FormDocument, Key, Text};

use super::CoSource;
use crate::model::document::ProcedureDocument;

/// What a column tells of the case itself begins with this: `case.receipt`.
pub const CASE: &str = "case";

/// More entries of a group are not offered one by one; a file can name all that the group allows.
const ENTRIES_OFFERED: u32 = 4;

/// What a column can tell of the case itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CasePart {
    /// Its number, by which the desk knows it.
    Number,
    /// The receipt number, by which the applicant knows it.
    Receipt,
    /// The day of its receipt.
    ReceivedOn,
    /// How it came in.
    Channel,
    /// At which of the standard stages it is.
    Stage,
    /// At which of the procedure's own stages it is.
    OwnStage,
    /// How it was decided.
    Outcome,
    /// The day of the decision.
    DecidedOn,
    /// The day by which it should be decided.
    DueOn,
    /// The department that has it.
    Department,
}

impl CasePart {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Number,
        Self::Receipt,
        Self::ReceivedOn,
        Self::Channel,
        Self::Stage,
        Self::OwnStage,
        Self::Outcome,
        Self::DecidedOn,
        Self::DueOn,
        Self::Department,
    ];

    /// The name in files, after `case.`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Receipt => "receipt",
            Self::ReceivedOn => "received_on",
            Self::Channel => "channel",
            Self::Stage => "stage",
            Self::OwnStage => "own_stage",
            Self::Outcome => "outcome",
            Self::DecidedOn => "decided_on",
            Self::DueOn => "due_on",
            Self::Department => "department",
        }
    }

    fn read(from: &str) -> Option<Self> {
        let name = from.strip_prefix(CASE)?.strip_prefix('.')?;
        Self::ALL.into_iter().find(|part| part.as_str() == name)
    }

    /// As files write it: `case.receipt`.
    pub fn from(self) -> String {
        format!("{CASE}.{}", self.as_str())
    }
}

/// What a column is filled from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source<'d> {
    /// The case itself.
    Case(CasePart),
    /// The people who apply together with the applicant.
    CoApplicants(CoSource),
    /// The answer to a question, or a part of it; an empty part is the whole answer.
    Answer(&'d Field, &'static str),
    /// The answer to a question of a group, or a part of it.
    Entry {
        /// The group.
        group: &'d Field,
        /// Of which entry, from 1; none: of all.
        place: Option<usize>,
        /// The question.
        field: &'d Field,
        /// The part of its answer; empty: the whole.
        part: &'static str,
    },
    /// A value that the form works out.
    Computed(&'d Key),
}

impl<'d> Source<'d> {
    /// Reads what a file says: `applicant_name.family`, `children.2.birth_date`, `children.birth_date`, `case.receipt`,
    /// `co_applicants.name`. None when the procedure has no such thing.
    pub fn read(document: &'d ProcedureDocument, from: &str) -> Option<Self> {
        let has_question =
            |key: &str| questions(&document.form).any(|field| field.key.as_str() == key);
        if let Some(part) = CasePart::read(from)
            && !has_question(CASE)
        {
            return Some(Self::Case(part));
        }
        if let Some(rules) = &document.co_applicants
            && let Some(source) = CoSource::known(from, rules)
        {
            return Some(Self::CoApplicants(source));
        }
        let form = &document.form;
        let (key, rest) = from.split_once('.').unwrap_or((from, ""));
        let Some(field) = questions(form).find(|field| field.key.as_str() == key) else {
            return form
                .computed
                .iter()
                .find(|computed| computed.key.as_str() == from)
                .map(|computed| Self::Computed(&computed.key));
        };
        let FieldKind::Group { fields, max, .. } = &field.kind else {
            return part_of(&field.kind, rest).map(|part| Self::Answer(field, part));
        };
        if rest.is_empty() {
            return Some(Self::Answer(field, ""));
        }
        let (first, after) = rest.split_once('.').unwrap_or((rest, ""));
        let (place, rest) = match first.parse::<usize>() {
            Ok(place) => {
                let most = usize::try_from(*max).unwrap_or(usize::MAX);
                if !(1..=most).contains(&place) {
                    return None;
                }
                (Some(place), after)
            }
            Err(_) => (None, rest),
        };
        let (key, part) = rest.split_once('.').unwrap_or((rest, ""));
        let inner = fields.iter().find(|inner| inner.key.as_str() == key)?;
        Some(Self::Entry {
            group: field,
            place,
            field: inner,
            part: part_of(&inner.kind, part)?,
        })
    }

    /// The question that it is an answer to.
    pub fn field(&self) -> Option<&'d Field> {
        match self {
            Self::Answer(field, _) | Self::Entry { field, .. } => Some(field),
            Self::Case(_) | Self::CoApplicants(_) | Self::Computed(_) => None,
        }
    }

    /// Whether it can be a day.
    pub fn is_day(&self) -> bool {
        match self {
            Self::Case(part) => matches!(
                part,
                CasePart::ReceivedOn | CasePart::DecidedOn | CasePart::DueOn
            ),
            Self::CoApplicants(source) => source.part.is_day(),
            Self::Answer(field, part) | Self::Entry { field, part, .. } => match field.kind {
                FieldKind::Date { .. } => true,
                FieldKind::Slot { .. } => *part == "day",
                _ => false,
            },
            Self::Computed(_) => true,
        }
    }
}

/// The questions of a form, those of groups aside.
pub(super) fn questions(form: &FormDocument) -> impl Iterator<Item = &Field> {
    form.pages.iter().flat_map(|page| &page.fields)
}

fn part_of(kind: &FieldKind, part: &str) -> Option<&'static str> {
    if part.is_empty() {
        return Some("");
    }
    parts(kind).iter().copied().find(|known| *known == part)
}

/// The parts of an answer of a kind, as columns name them after the question's key: `family` of a name. Most kinds have none.
pub fn parts(kind: &FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::Name => &["family", "given", "family_kana", "given_kana"],
        FieldKind::BankAccount => &["bank_code", "branch_code", "kind", "number", "holder"],
        FieldKind::Address => &[
            "postal_code",
            "prefecture",
            "city",
            "town",
            "block",
            "building",
        ],
        FieldKind::Place => &["description", "latitude", "longitude"],
        FieldKind::Slot { .. } => &["day", "from", "to"],
        _ => &[],
    }
}

/// The parts of an answer that get a column each, unless somebody chooses columns by hand; one empty part: the answer is written whole.
fn usual_parts(kind: &FieldKind) -> &'static [&'static str] {
    match kind {
        // A place is written whole: its words and its coordinates.
        FieldKind::Place => &[""],
        kind => match parts(kind) {
            [] => &[""],
            parts => parts,
        },
    }
}

/// Something that a column can be filled from, to choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// As files name it: `applicant_name.family`.
    pub from: String,
    /// What it is.
    pub what: What,
    /// The part of the answer, where it has parts: `family`; else empty.
    pub part: &'static str,
    /// Whether a layout has a column of it unless it is made by hand.
    pub is_usual: bool,
}

/// What a column can be filled from, for the heading it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Something of the case itself.
    Case(CasePart),
    /// The answer to a question, or a computed value, that is called so.
    Question(Text),
    /// The answer to a question in entries of a group.
    Entry {
        /// What an entry is called.
        entry: Text,
        /// Which, from 1; none: all.
        place: Option<usize>,
        /// What the question is called.
        question: Text,
    },
    /// The answer to a question in the entry of a group that a line stands for.
    EntryOfLine {
        /// What an entry is called.
        entry: Text,
        /// What the question is called.
        question: Text,
    },
    /// What is told of co-applicants.
    CoApplicants {
        /// What they are called.
        who: Text,
        /// Which, from 1; none: all.
        place: Option<usize>,
    },
}

/// Everything that a column of the export can be filled from; of the entries of a group the first few one by one.
pub fn offered(document: &ProcedureDocument) -> Vec<Offered> {
    let case = CasePart::ALL.map(|part| Offered {
        from: part.from(),
        what: What::Case(part),
        part: "",
        is_usual: false,
    });
    let questions = questions(&document.form).flat_map(|field| match &field.kind {
        FieldKind::Group {
            entry, max, fields, ..
        } => {
            let few = usize::try_from(ENTRIES_OFFERED.min(*max)).unwrap_or_default();
            std::iter::once(None)
                .chain((1..=few).map(Some))
                .flat_map(|place| of_entry(&field.key, entry, place, fields))
                .collect()
        }
        _ => of_question(field),
    });
    let computed = document.form.computed.iter().map(|computed| Offered {
        from: computed.key.to_string(),
        what: What::Question(
            computed
                .label
                .clone()
                .unwrap_or_else(|| Text::japanese(computed.key.as_str())),
        ),
        part: "",
        is_usual: computed.label.is_some(),
    });
    let together = document.co_applicants.iter().flat_map(|rules| {
        CoSource::all(rules).into_iter().map(|source| Offered {
            from: source.from(),
            what: What::CoApplicants {
                who: rules.who.clone(),
                place: source.place,
            },
            part: source.part.as_str(),
            is_usual: source.place.is_none() && source.part.is_usual(),
        })
    });
    case.into_iter()
        .chain(questions)
        .chain(computed)
        .chain(together)
        .collect()
}

fn of_question(field: &Field) -> Vec<Offered> {
    let usual = usual_parts(&field.kind);
    // That they were ticked is known of every case.
    let is_ticked = matches!(
        field.kind,
        FieldKind::Consent { .. } | FieldKind::Declaration { .. }
    );
    std::iter::once("")
        .chain(parts(&field.kind).iter().copied())
        .map(|part| Offered {
            from: named(field.key.as_str(), part),
            what: What::Question(field.label.clone()),
            part,
            is_usual: usual.contains(&part) && !is_ticked,
        })
        .collect()
}

/// What can be told of one entry of a group, or of all of them.
pub(super) fn of_entry(
    group: &Key,
    entry: &Text,
    place: Option<usize>,
    fields: &[Field],
) -> Vec<Offered> {
    let group = match place {
        Some(place) => format!("{group}.{place}"),
        None => group.to_string(),
    };
    fields
        .iter()
        .flat_map(|field| {
            let usual = usual_parts(&field.kind);
            std::iter::once("")
                .chain(parts(&field.kind).iter().copied())
                .map(|part| Offered {
                    from: format!("{group}.{}", named(field.key.as_str(), part)),
                    what: What::Entry {
                        entry: entry.clone(),
                        place,
                        question: field.label.clone(),
                    },
                    part,
                    is_usual: usual.contains(&part),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn named(key: &str, part: &str) -> String {
    if part.is_empty() {
        key.to_owned()
    } else {
        format!("{key}.{part}")
    }
}
