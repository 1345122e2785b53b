//! Many reports at once, with their history: from another system, or for a demo city. Written in few large statements.

use jiff::{Timestamp, ToSpan as _};
use sea_orm::{ConnectionTrait as _, FromQueryResult, Value};
use yakuba_city::{
    CityKey, Fact, JAPAN, Tx,
    sql::{Sql as _, list, many_placeholders},
};
use yakuba_forms::model::document::Text;
use yakuba_identity::Receipt;
use yakuba_kernel::{Channel, Quantity, Subject, text::normalise_for_search};

use super::{
    posting::Content,
    report::{public_id, purpose, reference},
};
use crate::{
    capabilities::{CONTESTED, DAYS, HANDLED, IN_TIME, POSTED},
    error::ReportError,
    model::{rules::Rules, state::State},
};

/// A step of a report that is brought in.
#[derive(Debug, Clone)]
pub struct WholeStep {
    /// When.
    pub at: Timestamp,
    /// The state it came into; none: its "fixed" was contested, and it is `checked` again.
    pub state: Option<State>,
    /// What everybody reads about it.
    pub text: Text,
}

/// A report with its history.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The category's key.
    pub category: String,
    /// How it came in.
    pub channel: Channel,
    /// When it came in.
    pub received_at: Timestamp,
    /// What was sent.
    pub content: Content,
    /// What everybody reads: the place and the text; none: the desk has not looked at it.
    pub public: Option<(String, String)>,
    /// The steps after coming in, oldest first.
    pub steps: Vec<WholeStep>,
    /// The authority, when it was forwarded.
    pub authority: String,
    /// The place in the list of the report that it was merged into.
    pub merged_into: Option<usize>,
}

/// Rows of one statement.
const CHUNK: usize = 300;

async fn insert(
    tx: &Tx,
    into: &str,
    columns: usize,
    rows: Vec<Vec<Value>>,
) -> Result<(), ReportError> {
    let backend = tx.connection().get_database_backend();
    for chunk in rows.chunks(CHUNK) {
        let values: Vec<Value> = chunk.iter().flatten().cloned().collect();
        let sql = format!(
            "INSERT INTO {into} VALUES {}",
            many_placeholders(backend, chunk.len(), columns)
        );
        tx.connection().run(&sql, values).await?;
    }
    Ok(())
}

/// Brings reports in with their facts. Nobody is told.
///
/// # Errors
/// [`ReportError::NoSuchCategory`]; [`ReportError::WrongState`] for a history that the desk could not have made; the database's.
pub async fn bring_in_many(
    tx: &Tx,
    key: &CityKey,
    rules: &Rules,
    random: &mut impl rand::RngCore,
    wholes: &[Whole],
) -> Result<(), ReportError> {
    let mut rows = Vec::new();
    let mut facts = Vec::new();
    let mut ids = Vec::new();
    for whole in wholes {
        let category = rules
            .category(&whole.category)
            .ok_or_else(|| ReportError::NoSuchCategory(whole.category.clone()))?;
        let public_id = public_id(random);
        let point = whole.content.point();
        let area = point.map_or("", |point| rules.area_of(point));
        let department = category.department_in(area);
        let received = JAPAN.to_datetime(whole.received_at).date();
        let due_on = received
            .checked_add(i64::from(category.days).days())
            .unwrap_or(jiff::civil::Date::MAX);
        let fact = |measure: &yakuba_city::Measure, at| {
            Ok::<_, ReportError>(
                Fact::one(&measure.name, at)
                    .department(department.clone())
                    .channel(whole.channel)
                    .subject(Subject::new(whole.category.as_str())?),
            )
        };
        facts.push(fact(&POSTED, whole.received_at)?);
        let (mut state, mut handled_at, mut is_contested) = (State::Received, None, false);
        let mut changed_at = whole.received_at;
        for step in &whole.steps {
            let next = step.state.unwrap_or(State::Checked);
            if !state.may_become(next) {
                return Err(ReportError::WrongState {
                    from: state,
                    to: next,
                });
            }
            let (was, is) = (state.is_handled(), next.is_handled());
            // When it is handled, or was and no longer is: the same facts with the other sign.
            if was != is {
                let at = handled_at.unwrap_or(step.at);
                let day = JAPAN.to_datetime(at).date();
                let sign = if is { 1 } else { -1 };
                let days = i64::from((day - received).get_days());
                facts.push(fact(&HANDLED, at)?.quantity(Quantity::from_integer(sign)?));
                if day <= due_on {
                    facts.push(fact(&IN_TIME, at)?.quantity(Quantity::from_integer(sign)?));
                }
                if days > 0 {
                    facts.push(fact(&DAYS, at)?.quantity(Quantity::from_integer(sign * days)?));
                }
                handled_at = is.then_some(step.at);
            }
            if step.state.is_none() {
                is_contested = true;
                facts.push(fact(&CONTESTED, step.at)?);
            }
            state = next;
            changed_at = step.at;
        }
        // Merged in a second round, when the other one is there.
        let (place, text) = whole.public.clone().unwrap_or_default();
        let folded = whole.public.as_ref().map_or_else(String::new, |_| {
            normalise_for_search(&format!("{place} {text} {} {public_id}", category.name.ja))
        });
        let at = point.map(yakuba_kernel::Point::millionths);
        rows.push(vec![
            public_id.as_str().into(),
            reference(key, &Receipt::generate()).into(),
            whole.category.as_str().into(),
            department.as_str().into(),
            whole.channel.as_str().into(),
            if state == State::Merged {
                State::NoAction.name().into()
            } else {
                state.name().into()
            },
            1_i64.into(),
            i64::from(whole.public.is_some()).into(),
            whole.received_at.as_microsecond().into(),
            due_on.to_string().into(),
            changed_at.as_microsecond().into(),
            handled_at.map(Timestamp::as_microsecond).into(),
            at.map(|at| at.0).into(),
            at.map(|at| at.1).into(),
            area.into(),
            place.into(),
            text.into(),
            folded.into(),
            key.seal(&purpose(&public_id), &serde_json::to_vec(&whole.content)?)?
                .into(),
            whole.authority.as_str().into(),
            i64::from(is_contested).into(),
            1_i64.into(),
            whole.content.equipment.as_str().into(),
        ]);
        ids.push(public_id);
    }
    insert(
        tx,
        "reports_reports (public_id, reference, category, department, channel, state, is_shown, is_looked_at, received_at, due_on, \
         changed_at, handled_at, latitude, longitude, area, public_place, public_text, folded, sealed, authority, is_contested, revision, equipment)",
        23,
        rows,
    )
    .await?;
    let numbers = numbers_of(tx, &ids).await?;
    let number = |place: usize| ids.get(place).and_then(|id| numbers.get(id)).copied();
    let mut steps = Vec::new();
    for (place, whole) in wholes.iter().enumerate() {
        let id = number(place).ok_or(ReportError::NoSuchReport)?;
        let mut add = |at: Timestamp, state: Option<State>, text: &Text| {
            let kind = if state.is_some() {
                "state"
            } else {
                "contested"
            };
            let actor = match state {
                Some(State::Received) | None => "public",
                Some(_) => "staff:1",
            };
            steps.push(vec![
                id.into(),
                at.as_microsecond().into(),
                actor.into(),
                kind.into(),
                state.map(State::name).into(),
                serde_json::to_string(text)?.into(),
                at.as_microsecond().into(),
            ]);
            Ok::<_, ReportError>(())
        };
        add(whole.received_at, Some(State::Received), &Text::default())?;
        for step in &whole.steps {
            add(step.at, step.state, &step.text)?;
        }
        if let Some(into) = whole.merged_into {
            let into = number(into).ok_or(ReportError::CannotMerge)?;
            tx.connection()
                .run(
                    "UPDATE reports_reports SET state = 'merged', merged_into = $2 WHERE id = $1",
                    [id.into(), into.into()],
                )
                .await?;
        }
    }
    insert(
        tx,
        "reports_steps (report, at, actor, kind, state, public_text, told_at)",
        7,
        steps,
    )
    .await?;
    tx.record_all(&facts).await?;
    Ok(())
}

async fn numbers_of(
    tx: &Tx,
    ids: &[String],
) -> Result<std::collections::HashMap<String, i64>, ReportError> {
    #[derive(FromQueryResult)]
    struct Row {
        id: i64,
        public_id: String,
    }
    let mut numbers = std::collections::HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<Row> = tx
            .connection()
            .rows(
                &format!(
                    "SELECT id, public_id FROM reports_reports WHERE public_id IN ({})",
                    list(1, chunk.len())
                ),
                chunk.iter().map(|id| id.as_str().into()),
            )
            .await?;
        numbers.extend(rows.into_iter().map(|row| (row.public_id, row.id)));
    }
    Ok(numbers)
}
