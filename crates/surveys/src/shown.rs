//! Results on a page, as a table for files and as JSON: the same for those who asked and for everybody.

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};
use yakuba_city::JAPAN;
use yakuba_kernel::Decimal;
use yakuba_sheets::{Cell as SheetCell, Table as Sheet};
use yakuba_ui::{
    Catalogue, Cell, Choice, Column, Fields, Html, Language, Row, Select, Table, Words,
    charts::RowBars, format,
};

use crate::model::{
    results::{Answered, CrossTable, Data, QuestionResult, ResultKind, Results, Side, Variable},
    tally::QuestionKind,
};
use crate::store::Survey;

/// The texts of results.
pub(crate) static WORDS: Catalogue = yakuba_ui::catalogue!("results");

/// When a survey takes answers, in words; the moment of the end is told as people say it.
pub(crate) fn times(words: Words, survey: &Survey, now: Timestamp) -> String {
    let language = words.language();
    let shown = |at: Timestamp| {
        let at = at.to_zoned(TimeZone::fixed(JAPAN)).datetime();
        if at.hour() == 0 && at.minute() == 0 {
            format::date(at.date(), language)
        } else {
            format::date_time(at, language)
        }
    };
    let closes = match survey.document.closes {
        crate::model::document::LocalTime::Day(day) => format::date(day, language),
        crate::model::document::LocalTime::Minute(at) => format::date_time(at, language),
    };
    let over = survey.closed_at.is_some() || survey.closes_at <= now;
    words
        .with(
            if over {
                "surveys-times-over"
            } else {
                "surveys-times"
            },
            &[
                ("opens", shown(survey.opens_at).into()),
                ("closes", closes.into()),
            ],
        )
        .into_owned()
}

/// What of the results was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    /// Only answers with this: a variable and the place of its answer.
    pub(crate) filter: Option<(Variable, usize)>,
    /// The sides of a cross table.
    pub(crate) cross: Option<(Variable, Variable)>,
    /// For everybody: only what may be published together.
    pub(crate) is_public: bool,
}

/// A variable's name in addresses: `age`, `devices.phone`.
fn name_of(data: &Data, variable: Variable) -> String {
    let question = &data.questions[variable.question];
    match (&question.kind, variable.option) {
        (QuestionKind::Several(options), Some(at)) => {
            format!("{}.{}", question.key, options[at].value)
        }
        _ => question.key.to_string(),
    }
}

/// The variables that can stand in a table of two.
fn open_variables(data: &Data) -> Vec<Variable> {
    data.variables()
        .into_iter()
        .filter(|variable| !data.withholds(variable.question))
        .collect()
}

fn variable(data: &Data, name: &str) -> Option<Variable> {
    open_variables(data)
        .into_iter()
        .find(|variable| name_of(data, *variable) == name)
}

impl View {
    /// Reads an address: `filter=age.s20`, `row=age&column=devices.phone`.
    pub(crate) fn read(data: &Data, query: &Fields) -> Self {
        let filter = query.get("filter");
        let filter = filter.rsplit_once('.').and_then(|(name, value)| {
            // The option of a question with several answers is itself the answer.
            if let Some(chosen) = variable(data, filter) {
                return Some((chosen, 0));
            }
            let found = variable(data, name)?;
            let at = data.answers_of(found).iter().position(
                |answer| matches!(answer, Answered::With { value: known, .. } if known == value),
            )?;
            Some((found, at))
        });
        let cross = variable(data, query.get("row"))
            .zip(variable(data, query.get("column")))
            .filter(|(row, column)| row.question != column.question);
        Self {
            filter,
            cross,
            is_public: false,
        }
    }

    /// Reads an address of published results: they are broken down by one question and by no other.
    pub(crate) fn read_public(data: &Data, query: &Fields) -> Self {
        let view = Self::read(data, query);
        let by = data.breakdown();
        let tables = data.broken_down();
        Self {
            filter: view.filter.filter(|(found, _)| Some(*found) == by),
            cross: view.cross.filter(|(row, column)| {
                (Some(*row) == by && tables.contains(&column.question))
                    || (Some(*column) == by && tables.contains(&row.question))
            }),
            is_public: true,
        }
    }

    /// The variables by which results can be filtered.
    fn filters(&self, data: &Data) -> Vec<Variable> {
        if self.is_public {
            data.breakdown().into_iter().collect()
        } else {
            open_variables(data)
        }
    }

    /// The variables that can stand in the rows, and in the columns, of a table.
    fn sides(&self, data: &Data) -> (Vec<Variable>, Vec<Variable>) {
        if !self.is_public {
            return (open_variables(data), open_variables(data));
        }
        let tables = data.broken_down();
        let columns = open_variables(data)
            .into_iter()
            .filter(|found| tables.contains(&found.question))
            .collect();
        (self.filters(data), columns)
    }
}

fn hidden_mark(words: Words) -> String {
    words.get("results-hidden").into_owned()
}

fn count_text(words: Words, count: Option<u64>) -> String {
    count.map_or_else(|| hidden_mark(words), format::number)
}

fn share_text(words: Words, share: Option<Decimal>) -> String {
    share.map_or_else(
        || hidden_mark(words),
        |share| format!("{}%", format::decimal_places(share, 1)),
    )
}

/// One question on a page.
struct Block {
    id: String,
    title: String,
    answered: String,
    chart: Option<RowBars>,
    table: Option<Table>,
    numbers: String,
    note: String,
    words_href: String,
}

#[derive(Template)]
#[template(path = "results/results.html")]
struct Body {
    words: Words,
    lead: String,
    rules: String,
    action: String,
    filter: Select,
    row: Select,
    column: Select,
    filtered: String,
    cross: Option<Html>,
    /// Why there is no table where one was asked for.
    cross_note: String,
    can_filter: bool,
    can_cross: bool,
    cross_rule: String,
    blocks: Vec<Block>,
}

/// The results of a survey on a page. `words_at` gives the address where a question's own words are read; none: they are not shown.
pub(crate) fn page(
    language: Language,
    data: &Data,
    view: &View,
    action: &str,
    words_at: Option<&dyn Fn(&str) -> String>,
) -> Html {
    let words = WORDS.words(language);
    let results = view.results(data);
    let filter_name = view
        .filter
        .map(|(found, at)| filter_value(data, found, at))
        .unwrap_or_default();
    let mut filter = Select::new(language, "filter", words.get("results-filter")).or_all();
    for found in view.filters(data) {
        let answers = if found.option.is_some() {
            1
        } else {
            data.answers_of(found).len()
        };
        for at in 0..answers {
            filter = filter.choice(Choice::new(
                filter_value(data, found, at),
                filter_label(data, found, at, language),
            ));
        }
    }
    let (rows, columns) = view.sides(data);
    let can_cross = !rows.is_empty() && !columns.is_empty();
    let side = |name: &'static str, text: &str, found: Vec<Variable>, chosen: Option<Variable>| {
        let chosen = chosen.map(|found| name_of(data, found)).unwrap_or_default();
        found
            .into_iter()
            .fold(
                Select::new(language, name, words.get(text)).ask(),
                |select, found| {
                    select.choice(Choice::new(
                        name_of(data, found),
                        variable_label(data, found, language),
                    ))
                },
            )
            .value(&chosen)
    };
    let table = view.cross.and_then(|(row, column)| data.cross(row, column));
    let body = Body {
        words,
        lead: match results.answers {
            Some(answers) => words.counted("results-answers", answers).into_owned(),
            None => words
                .with(
                    "results-too-few",
                    &[("n", (i64::try_from(data.below.max(1)).unwrap_or(0)).into())],
                )
                .into_owned(),
        },
        rules: if data.below > 1 {
            words
                .with(
                    "results-rules",
                    &[("n", i64::try_from(data.below).unwrap_or(0).into())],
                )
                .into_owned()
        } else {
            String::new()
        },
        action: action.to_owned(),
        filter: filter.value(&filter_name),
        row: side("row", "results-row", rows, view.cross.map(|(row, _)| row)),
        column: side(
            "column",
            "results-column",
            columns,
            view.cross.map(|(_, column)| column),
        ),
        filtered: view
            .filter
            .map(|(found, at)| {
                words
                    .with_text(
                        "results-filtered",
                        "answer",
                        &filter_label(data, found, at, language),
                    )
                    .into_owned()
            })
            .unwrap_or_default(),
        can_filter: !view.filters(data).is_empty(),
        can_cross,
        cross_rule: cross_rule(words, data, view),
        cross_note: if view.cross.is_some() && table.as_ref().is_none_or(|table| table.withheld) {
            words.get("results-withheld").into_owned()
        } else {
            String::new()
        },
        cross: table
            .filter(|table| !table.withheld)
            .map(|table| cross_html(words, &table)),
        blocks: blocks(words, data, &results, words_at),
    };
    Html::render(&body).unwrap_or_default()
}

/// Which tables are published, and why no others.
fn cross_rule(words: Words, data: &Data, view: &View) -> String {
    match data.breakdown() {
        Some(by) => words
            .with_text(
                if view.is_public {
                    "results-cross-public"
                } else {
                    "results-cross-desk"
                },
                "question",
                &variable_label(data, by, words.language()),
            )
            .into_owned(),
        None if view.is_public => String::new(),
        None => words.get("results-cross-desk-none").into_owned(),
    }
}

fn filter_value(data: &Data, found: Variable, at: usize) -> String {
    let name = name_of(data, found);
    match data.answers_of(found).get(at) {
        Some(Answered::With { value, .. }) => format!("{name}.{value}"),
        _ => name,
    }
}

fn filter_label(data: &Data, found: Variable, at: usize, language: Language) -> String {
    let label = variable_label(data, found, language);
    match data.answers_of(found).get(at) {
        Some(Answered::With { label: answer, .. }) => {
            format!("{label}：{}", answer.get(language))
        }
        _ => label,
    }
}

fn variable_label(data: &Data, found: Variable, language: Language) -> String {
    let question = &data.questions[found.question];
    let label = question.label.get(language);
    match (&question.kind, found.option) {
        (QuestionKind::Several(options), Some(at)) => {
            format!("{label}：{}", options[at].label.get(language))
        }
        _ => label.to_owned(),
    }
}

fn blocks(
    words: Words,
    data: &Data,
    results: &Results,
    words_at: Option<&dyn Fn(&str) -> String>,
) -> Vec<Block> {
    let language = words.language();
    if results.answers.is_none() {
        return Vec::new();
    }
    let mut blocks = Vec::new();
    for question in &data.questions {
        if let QuestionKind::Words = question.kind {
            if let Some(at) = words_at {
                blocks.push(Block {
                    id: question.key.to_string(),
                    title: question.label.get(language).to_owned(),
                    answered: String::new(),
                    chart: None,
                    table: None,
                    numbers: String::new(),
                    note: String::new(),
                    words_href: at(question.key.as_str()),
                });
            }
            continue;
        }
        if let Some(result) = results
            .questions
            .iter()
            .find(|result| result.key == question.key.as_str())
        {
            blocks.push(block(words, result));
        }
    }
    blocks
}

fn block(words: Words, result: &QuestionResult) -> Block {
    let language = words.language();
    let title = result.label.get(language).to_owned();
    if result.withheld {
        return Block {
            id: result.key.clone(),
            title,
            answered: String::new(),
            chart: None,
            table: None,
            numbers: String::new(),
            note: words.get("results-withheld").into_owned(),
            words_href: String::new(),
        };
    }
    let highest = result
        .counts
        .iter()
        .filter_map(|count| count.count)
        .max()
        .unwrap_or(0);
    let whole = result.answered.unwrap_or(highest);
    let chart = result.counts.iter().fold(
        RowBars::new(
            language,
            format!("chart-{}", result.key),
            &title,
            Decimal::from(whole),
        ),
        |chart, count| {
            let text = match (count.count, count.share) {
                (Some(number), Some(share)) => format::with_note(
                    format_args!("{}%", format::decimal_places(share, 1)),
                    format::number(number),
                    language,
                ),
                (Some(number), None) => format::number(number),
                (None, _) => hidden_mark(words),
            };
            chart.row(
                count.label.get(language),
                count.count.map(Decimal::from),
                text,
            )
        },
    );
    let table = Table::new(
        language,
        format!("table-{}", result.key),
        words.with_text("results-table", "question", &title),
    )
    .columns([
        Column::text(words.get(if result.kind == ResultKind::Number {
            "results-range"
        } else {
            "results-answer"
        })),
        Column::number(words.get("results-people")),
        Column::number(words.get("results-share")),
    ])
    .rows(result.counts.iter().map(|count| {
        Row::new([
            Cell::text(count.label.get(language)),
            Cell::text(count_text(words, count.count)),
            Cell::text(share_text(words, count.share)),
        ])
    }))
    .row_headers()
    .note(if result.kind == ResultKind::Several {
        words.get("results-several").into_owned()
    } else {
        String::new()
    });
    Block {
        id: result.key.clone(),
        title,
        answered: result.answered.map_or_else(
            || words.get("results-answered-hidden").into_owned(),
            |answered| words.counted("results-answered", answered).into_owned(),
        ),
        chart: Some(chart),
        table: Some(table),
        numbers: result
            .numbers
            .as_ref()
            .map(|numbers| {
                let unit = numbers.unit.as_ref().map_or("", |unit| unit.get(language));
                words
                    .with(
                        "results-numbers",
                        &[
                            (
                                "mean",
                                format::with_unit(numbers.mean, unit, language).into(),
                            ),
                            (
                                "median",
                                format::with_unit(numbers.median, unit, language).into(),
                            ),
                        ],
                    )
                    .into_owned()
            })
            .unwrap_or_default(),
        note: String::new(),
        words_href: String::new(),
    }
}

fn answered_label(words: Words, answer: &Answered) -> String {
    match answer {
        Answered::With { label, .. } => label.get(words.language()).to_owned(),
        Answered::Chosen => words.get("results-chosen").into_owned(),
        Answered::NotChosen => words.get("results-not-chosen").into_owned(),
        Answered::Nothing => words.get("results-nothing").into_owned(),
    }
}

fn side_label(side: &Side, language: Language) -> String {
    match &side.option {
        Some(option) => format!("{}：{}", side.label.get(language), option.get(language)),
        None => side.label.get(language).to_owned(),
    }
}

/// The counts, the shares of the rows and the shares of the columns.
fn cross_html(words: Words, table: &CrossTable) -> Html {
    let language = words.language();
    let heading = format!(
        "{} × {}",
        side_label(&table.row, language),
        side_label(&table.column, language)
    );
    let make = |id: &str, text: &str, totals: bool, cell: &dyn Fn(usize, usize) -> String| {
        let mut columns = vec![Column::text(side_label(&table.row, language))];
        columns.extend(
            table
                .column
                .answers
                .iter()
                .map(|answer| Column::number(answered_label(words, answer))),
        );
        if totals {
            columns.push(Column::number(words.get("results-total")));
        }
        let mut rows: Vec<Row> = table
            .row
            .answers
            .iter()
            .enumerate()
            .map(|(row, answer)| {
                let mut cells = vec![Cell::text(answered_label(words, answer))];
                cells.extend(
                    (0..table.column.answers.len()).map(|column| Cell::text(cell(row, column))),
                );
                if totals {
                    cells.push(Cell::text(count_text(words, table.row.totals[row])));
                }
                Row::new(cells)
            })
            .collect();
        if totals {
            let mut cells = vec![Cell::text(words.get("results-total"))];
            cells.extend(
                table
                    .column
                    .totals
                    .iter()
                    .map(|total| Cell::text(count_text(words, *total))),
            );
            cells.push(Cell::text(format::number(table.total)));
            rows.push(Row::new(cells).marked(true));
        }
        Table::new(
            language,
            id,
            format::with_note(&heading, words.get(text), language),
        )
        .columns(columns)
        .rows(rows)
        .row_headers()
    };
    let mut html = Html::of(&make(
        "cross-counts",
        "results-people",
        true,
        &|row, column| count_text(words, table.counts[row][column]),
    ));
    html.push(&make(
        "cross-rows",
        "results-row-share",
        false,
        &|row, column| share_text(words, table.row_share(row, column)),
    ));
    html.push(&make(
        "cross-columns",
        "results-column-share",
        false,
        &|row, column| share_text(words, table.column_share(row, column)),
    ));
    html
}

impl View {
    /// The results with the filter applied. A filter is a row of the tables of two questions, so it tells nothing that they do not.
    pub(crate) fn results(&self, data: &Data) -> Results {
        let Some((by, at)) = self.filter else {
            return data.results();
        };
        let mut results = data.filtered(by, at);
        if self.is_public {
            let tables = data.broken_down();
            let open: Vec<&str> = tables
                .iter()
                .map(|at| data.questions[*at].key.as_str())
                .collect();
            for question in &mut results.questions {
                if !open.contains(&question.key.as_str()) {
                    question.withhold();
                }
            }
        }
        results
    }
}

/// Results as a table for files, small counts hidden: of everybody, of those with one answer (`age.s20`), or of two questions. None
/// when the names are not those of questions and answers that may be shown.
pub fn results_table(
    language: Language,
    data: &Data,
    filter: &str,
    cross: Option<(&str, &str)>,
) -> Option<Sheet> {
    let mut query = Fields::default();
    query.push("filter", filter);
    if let Some((row, column)) = cross {
        query.push("row", row);
        query.push("column", column);
    }
    let view = View::read(data, &query);
    let found =
        (filter.is_empty() || view.filter.is_some()) && (cross.is_none() || view.cross.is_some());
    found.then(|| sheet(language, data, &view))
}

/// Results as a table for CSV and XLSX: one line for each answer.
pub(crate) fn sheet(language: Language, data: &Data, view: &View) -> Sheet {
    let words = WORDS.words(language);
    if let Some((row, column)) = view.cross
        && let Some(table) = data.cross(row, column)
    {
        return cross_sheet(words, &table);
    }
    let results = view.results(data);
    let number = |number: Option<String>| {
        number.map_or_else(|| SheetCell::Text(hidden_mark(words)), SheetCell::Number)
    };
    let header = [
        "results-sheet-key",
        "results-sheet-question",
        "results-answer",
        "results-people",
        "results-sheet-share",
        "results-sheet-answered",
        "results-sheet-mean",
        "results-sheet-median",
    ];
    let mut rows = Vec::new();
    for question in &results.questions {
        for count in &question.counts {
            rows.push(vec![
                SheetCell::Text(format!("{}.{}", question.key, count.value)),
                SheetCell::Text(question.label.get(language).to_owned()),
                SheetCell::Text(count.label.get(language).to_owned()),
                number(count.count.map(|count| count.to_string())),
                number(count.share.map(|share| share.to_string())),
                number(question.answered.map(|answered| answered.to_string())),
                question
                    .numbers
                    .as_ref()
                    .map_or(SheetCell::Empty, |numbers| {
                        SheetCell::Number(numbers.mean.to_string())
                    }),
                question
                    .numbers
                    .as_ref()
                    .map_or(SheetCell::Empty, |numbers| {
                        SheetCell::Number(numbers.median.to_string())
                    }),
            ]);
        }
    }
    Sheet {
        name: words.get("results-sheet").into_owned(),
        header: header
            .iter()
            .map(|text| words.get(text).into_owned())
            .collect(),
        rows,
    }
}

fn cross_sheet(words: Words, table: &CrossTable) -> Sheet {
    let language = words.language();
    let number = |count: Option<u64>| {
        count.map_or_else(
            || SheetCell::Text(hidden_mark(words)),
            |count| SheetCell::Number(count.to_string()),
        )
    };
    let mut header = vec![format!(
        "{} × {}",
        side_label(&table.row, language),
        side_label(&table.column, language)
    )];
    header.extend(
        table
            .column
            .answers
            .iter()
            .map(|answer| answered_label(words, answer)),
    );
    header.push(words.get("results-total").into_owned());
    let mut rows = Vec::new();
    if !table.withheld {
        for (row, answer) in table.row.answers.iter().enumerate() {
            let mut cells = vec![SheetCell::Text(answered_label(words, answer))];
            cells.extend(table.counts[row].iter().map(|count| number(*count)));
            cells.push(number(table.row.totals[row]));
            rows.push(cells);
        }
        let mut cells = vec![SheetCell::Text(words.get("results-total").into_owned())];
        cells.extend(table.column.totals.iter().map(|count| number(*count)));
        cells.push(number(Some(table.total)));
        rows.push(cells);
    }
    Sheet {
        name: words.get("results-sheet").into_owned(),
        header,
        rows,
    }
}

/// The answers one by one: each question a column, what is hidden in the results hidden here, too.
pub(crate) fn raw_sheet(language: Language, data: &Data) -> Sheet {
    use crate::model::results::Single;
    let words = WORDS.words(language);
    let counted: Vec<usize> = (0..data.questions.len())
        .filter(|at| !matches!(data.questions[*at].kind, QuestionKind::Words))
        .collect();
    let answers: Vec<Vec<Answered>> = (0..data.questions.len())
        .map(|question| {
            data.answers_of(Variable {
                question,
                option: None,
            })
        })
        .collect();
    let rows = data
        .single_answers()
        .into_iter()
        .map(|row| {
            counted
                .iter()
                .map(|at| match &row[*at] {
                    None => SheetCell::Text(hidden_mark(words)),
                    Some(Single::Nothing) => SheetCell::Empty,
                    Some(Single::Options(places)) => SheetCell::Text(
                        places
                            .iter()
                            .filter_map(|place| answers[*at].get(*place))
                            .map(|answer| answered_label(words, answer))
                            .collect::<Vec<_>>()
                            .join("; "),
                    ),
                })
                .collect()
        })
        .collect();
    Sheet {
        name: words.get("results-sheet").into_owned(),
        header: counted
            .iter()
            .map(|at| data.questions[*at].label.get(language).to_owned())
            .collect(),
        rows,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_text_is_there_in_every_language() {
        yakuba_ui::assert_complete(&super::WORDS);
    }
}
