//! What a computed figure is made of.

use yakuba_kernel::Decimal;
use yakuba_ui::{Cell, Column, Language, Table, Words, charts::Share, format};

use crate::{
    measuring::MeasuredYear,
    model::computation::{Computed, Parts},
    pages::{sentences::Names, view},
};

/// A shown ratio always shows numerator and denominator.
pub(super) fn share(
    computed: &Computed,
    year: &MeasuredYear,
    unit: Option<&str>,
    language: Language,
) -> Option<Share> {
    let shown = view::amount(computed.value, unit, language);
    let share = match &computed.parts {
        Parts::Ratio {
            numerator,
            denominator,
            ..
        } => Share::new(
            language,
            numerator.quantity.to_decimal(),
            denominator.quantity.to_decimal(),
            "",
            shown,
        ),
        Parts::Departments { did, of, .. } => Share::new(
            language,
            Decimal::from(did.len()),
            Decimal::from(*of),
            "",
            shown,
        ),
        Parts::Survey {
            numerator,
            denominator,
            ..
        } => Share::new(
            language,
            Decimal::from(*numerator),
            Decimal::from(*denominator),
            "",
            shown,
        ),
        _ => return None,
    };
    Some(match year.target_value() {
        Some(target) => share.target(target),
        None => share,
    })
}

/// The single ratios of a mean, the departments of a share, the answers of a survey.
pub(super) fn parts_table(computed: &Computed, names: &Names, words: Words) -> Option<Table> {
    let language = words.language();
    let table = |id: &'static str, columns: Vec<Column>| {
        Table::new(language, "parts", words.get(id))
            .columns(columns)
            .row_headers()
    };
    match &computed.parts {
        Parts::Mean { subjects, .. } => {
            let mut table = table(
                "plan-parts-subjects",
                vec![
                    Column::text(words.get("plan-column-subject")),
                    Column::number(words.get("plan-column-numerator")),
                    Column::number(words.get("plan-column-denominator")),
                    Column::number(words.get("plan-column-ratio")),
                ],
            );
            for subject in subjects {
                table = table.row([
                    Cell::text(subject.subject.as_str()),
                    Cell::text(format::decimal(subject.numerator.to_decimal())),
                    Cell::text(format::decimal(subject.denominator.to_decimal())),
                    Cell::text(format::with_unit(subject.ratio, "%", language)),
                ]);
            }
            Some(table)
        }
        Parts::Departments { did, did_not, .. } => {
            let mut table = table(
                "plan-parts-departments",
                vec![
                    Column::text(words.get("plan-column-department")),
                    Column::text(words.get("plan-column-done")),
                ],
            );
            for (departments, word) in [(did, "plan-done"), (did_not, "plan-not-done")] {
                for department in departments {
                    table = table.row([
                        Cell::text(names.department(department.as_str())),
                        Cell::text(words.get(word)),
                    ]);
                }
            }
            Some(table)
        }
        Parts::Survey { answers, .. } => {
            let mut table = table(
                "plan-parts-answers",
                vec![
                    Column::text(words.get("plan-column-answer")),
                    Column::number(words.get("plan-column-facts")),
                    Column::text(words.get("plan-column-counts")),
                ],
            );
            for answer in answers {
                let counts = if answer.counts {
                    "plan-counts-yes"
                } else {
                    "plan-counts-no"
                };
                table = table.row([
                    Cell::text(answer.answer.as_str()),
                    Cell::text(format::number(answer.facts)),
                    Cell::text(words.get(counts)),
                ]);
            }
            Some(table)
        }
        _ => None,
    }
}
