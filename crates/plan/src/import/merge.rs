//! Putting initiatives into the tree of groups, and joining what several tables or files say about the same thing.

use super::cell::key;
use super::figures::{confidence, doubt_about};
use crate::model::document::{
    DoubtReason, Figure, Group, GroupKind, Indicator, Initiative, PlanDocument, Reading,
};

/// An empty group.
pub(super) fn group(kind: GroupKind, number: Option<String>, title: &str) -> Group {
    Group {
        key: None,
        kind,
        number,
        title: title.to_owned(),
        text: None,
        aim: None,
        texts: Vec::new(),
        indicators: Vec::new(),
        groups: Vec::new(),
        initiatives: Vec::new(),
    }
}

/// Puts an initiative below the groups of a path, which are made when they are new.
pub(super) fn place(groups: &mut Vec<Group>, path: &[(GroupKind, String)], initiative: Initiative) {
    let Some(((kind, title), rest)) = path.split_first() else {
        // no level above is named: one group without a title holds such initiatives
        let index = groups
            .iter()
            .position(|group| group.title.is_empty())
            .unwrap_or_else(|| {
                groups.push(group(GroupKind::Theme, None, ""));
                groups.len() - 1
            });
        add_initiative(&mut groups[index].initiatives, initiative);
        return;
    };
    let index = groups
        .iter()
        .position(|group| group.kind == *kind && key(&group.title) == key(title))
        .unwrap_or_else(|| {
            groups.push(group(*kind, None, title));
            groups.len() - 1
        });
    if rest.is_empty() {
        add_initiative(&mut groups[index].initiatives, initiative);
    } else {
        place(&mut groups[index].groups, rest, initiative);
    }
}

/// Joins two trees of groups.
pub(super) fn groups(mut into: Vec<Group>, from: Vec<Group>) -> Vec<Group> {
    for group in from {
        let twin = into.iter_mut().find(|other| {
            other.kind == group.kind
                && key(&other.title) == key(&group.title)
                && (other.number == group.number
                    || group.number.is_none()
                    || other.number.is_none())
        });
        match twin {
            Some(twin) => {
                twin.number = twin.number.take().or(group.number);
                twin.text = twin.text.take().or(group.text);
                twin.aim = twin.aim.take().or(group.aim);
                for text in group.texts {
                    if !twin.texts.contains(&text) {
                        twin.texts.push(text);
                    }
                }
                indicators(&mut twin.indicators, group.indicators);
                twin.groups = groups(std::mem::take(&mut twin.groups), group.groups);
                for initiative in group.initiatives {
                    add_initiative(&mut twin.initiatives, initiative);
                }
            }
            None => into.push(group),
        }
    }
    into
}

/// Adds an initiative, joining it with the one of the same number and title.
fn add_initiative(initiatives: &mut Vec<Initiative>, initiative: Initiative) {
    // without numbers only the very same title is the same initiative: comparing keys of thousands of rows takes too long
    let same = |other: &&mut Initiative| {
        other.number == initiative.number
            && (other.title == initiative.title
                || initiative.number.is_some() && key(&other.title) == key(&initiative.title))
    };
    let twin = initiatives.iter_mut().find(same);
    let Some(twin) = twin else {
        initiatives.push(initiative);
        return;
    };
    for (field, new) in [
        (&mut twin.summary, initiative.summary),
        (&mut twin.purpose, initiative.purpose),
        (&mut twin.outcome, initiative.outcome),
        (&mut twin.measure_text, initiative.measure_text),
    ] {
        if let Some(text) = new.filter(|text| field.as_ref() != Some(text)) {
            match field {
                Some(before) => twin.texts.push(crate::model::document::LabelledText {
                    label: String::new(),
                    text: std::mem::replace(before, text),
                }),
                None => *field = Some(text),
            }
        }
    }
    if !initiative.stage.is_running() {
        twin.stage = initiative.stage;
    }
    extend_new(&mut twin.marks, initiative.marks);
    extend_new(&mut twin.schedule, initiative.schedule);
    extend_new(&mut twin.lead_departments, initiative.lead_departments);
    extend_new(
        &mut twin.related_departments,
        initiative.related_departments,
    );
    extend_new(&mut twin.projects, initiative.projects);
    extend_new(&mut twin.remarks, initiative.remarks);
    extend_new(&mut twin.notes, initiative.notes);
    extend_new(&mut twin.texts, initiative.texts);
    indicators(&mut twin.indicators, initiative.indicators);
}

fn extend_new<T: PartialEq>(into: &mut Vec<T>, from: Vec<T>) {
    for item in from {
        if !into.contains(&item) {
            into.push(item);
        }
    }
}

/// Joins indicators of the same name.
fn indicators(into: &mut Vec<Indicator>, from: Vec<Indicator>) {
    for indicator in from {
        match into
            .iter_mut()
            .find(|other| key(&other.name) == key(&indicator.name))
        {
            Some(twin) => {
                twin.definition = twin.definition.take().or(indicator.definition);
                twin.unit = twin.unit.take().or(indicator.unit);
                twin.direction = twin.direction.or(indicator.direction);
                extend_new(&mut twin.marks, indicator.marks);
                for figure in indicator.figures {
                    add_figure(twin, figure);
                }
            }
            None => into.push(indicator),
        }
    }
}

/// Adds a figure. A year and kind that has one keeps it, unless it was empty; a different number is doubted.
pub(super) fn add_figure(indicator: &mut Indicator, figure: Figure) {
    let twin = indicator
        .figures
        .iter_mut()
        .find(|other| other.kind == figure.kind && other.fiscal_year == figure.fiscal_year);
    let Some(twin) = twin else {
        indicator.figures.push(figure);
        return;
    };
    if twin.reading == Reading::Empty {
        *twin = figure;
    } else if same(&twin.reading, &figure.reading) {
        // a sheet that everybody sees says what the hidden one said
        if is_hidden(twin) && !is_hidden(&figure) {
            *twin = figure;
        }
    } else if figure.reading != Reading::Empty {
        twin.doubts
            .push(doubt_about(DoubtReason::SaidTwiceDifferently, &figure.text));
        twin.confidence = confidence(&twin.doubts);
    }
}

/// Whether a figure was read from a sheet that is hidden in Excel.
fn is_hidden(figure: &Figure) -> bool {
    figure
        .doubts
        .iter()
        .any(|doubt| doubt.reason == DoubtReason::HiddenSheet)
}

/// Whether two readings say the same, whatever words stand beside them.
fn same(one: &Reading, other: &Reading) -> bool {
    match (one, other) {
        (Reading::Number(one), Reading::Number(other)) => {
            one.value == other.value && one.unit == other.unit
        }
        _ => one == other,
    }
}

/// Joins a plan file into what was read before.
pub(super) fn documents(before: PlanDocument, file: PlanDocument) -> PlanDocument {
    let mut joined = file;
    joined.groups = groups(before.groups, joined.groups);
    let mut statements = before.statements;
    extend_new(&mut statements, joined.statements);
    joined.statements = statements;
    joined
}
