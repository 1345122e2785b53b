//! Cases of one life event: put together, taken apart, shown with one plan, and answers that begin a further application.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_forms::{Answers, model::document::Text};
use yakuba_kernel::Channel;
use yakuba_ui::{Button, ButtonKind, Choice, Html, Select, TextField, format};

use super::{
    doing::{Doing, key},
    inbox::{case_table, stage_key},
    show::{Opened, Parts},
};
use crate::{
    capabilities::WORK,
    desk::{room::Room, titles::Titles},
    error::ProcedureError,
    model::navigator::shared,
    pages::Contents,
    store::{
        self,
        cases::{self, Case, own_stages},
        counter::{self, NewEntry},
        history::{self, ViewReason},
        visits,
    },
};

/// The ways in which staff enter a further application.
const CHANNELS: [Channel; 3] = [Channel::Counter, Channel::Paper, Channel::Phone];

/// One department of the plan.
struct Stop {
    department: String,
    place: String,
    hours: String,
    phone: String,
    steps: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/event.html")]
struct Body {
    words: yakuba_ui::Words,
    cases: Html,
    /// How many belong to the event that this reader may not open.
    elsewhere: String,
    stops: Vec<Stop>,
    apart: Html,
    join: Html,
    further: Html,
}

/// The part of a case's page about its life event.
pub(super) async fn section(parts: &Parts<'_>) -> Result<Html, Problem> {
    let room = parts.room;
    let case = &parts.opened.case;
    let all = visits::together(room.db(), case.id).await?;
    let (seen, hidden): (Vec<Case>, Vec<Case>) = all
        .into_iter()
        .partition(|other| room.principal.holds_in(WORK, &other.department));
    let titles = Titles::read(room.db()).await?;
    let body = Body {
        words: room.words,
        cases: if seen.is_empty() {
            Html::empty()
        } else {
            Html::of(&case_table(room, &seen, &titles, None).await?)
        },
        elsewhere: if hidden.is_empty() {
            String::new()
        } else {
            let count = i64::try_from(hidden.len()).unwrap_or(i64::MAX);
            room.words
                .counted("desk-together-elsewhere", count)
                .into_owned()
        },
        stops: if seen.is_empty() {
            Vec::new()
        } else {
            stops(parts, &seen, &titles).await?
        },
        apart: if seen.is_empty() && hidden.is_empty() {
            Html::empty()
        } else {
            parts.form("apart", Html::empty(), parts.other("desk-apart"), false)
        },
        join: join_form(parts, &seen).await?,
        further: further_form(parts).await?,
    };
    Ok(Html::render(&body).unwrap_or_default())
}

/// Where the cases that are not ended are handled, in the order in which one walks, each with what is done there.
async fn stops(parts: &Parts<'_>, others: &[Case], titles: &Titles) -> Result<Vec<Stop>, Problem> {
    let room = parts.room;
    let language = room.language();
    let desks = visits::desks(room.db()).await?;
    let mut open: Vec<&Case> = std::iter::once(&parts.opened.case)
        .chain(others)
        .filter(|case| !case.stage.is_final())
        .collect();
    let order = |case: &Case| {
        desks
            .iter()
            .position(|desk| desk.department == case.department)
            .unwrap_or(usize::MAX)
    };
    open.sort_by_key(|case| (order(case), case.department.as_str(), case.id));
    let cloned: Vec<Case> = open.iter().map(|case| (*case).clone()).collect();
    let stages = own_stages(room.db(), &cloned).await?;
    let mut stops: Vec<(&Case, Stop)> = Vec::new();
    for case in open {
        let stage = stages.get(&case.id).map_or_else(
            || room.t(&stage_key(case.stage)),
            |own| own.title.get(language).to_owned(),
        );
        let line = format::with_note(titles.title(&case.procedure, language), stage, language);
        let known = stops
            .last_mut()
            .filter(|(last, _)| last.department == case.department);
        if let Some((_, stop)) = known {
            stop.steps.push(line);
            continue;
        }
        let desk = desks.iter().find(|desk| desk.department == case.department);
        let department = parts
            .opened
            .departments
            .iter()
            .find(|(code, _)| *code == case.department)
            .map_or_else(
                || case.department.as_str().to_owned(),
                |(_, name)| name.clone(),
            );
        stops.push((
            case,
            Stop {
                department,
                place: desk.map_or_else(String::new, |desk| desk.place.get(language).to_owned()),
                hours: desk
                    .and_then(|desk| desk.hours.as_ref())
                    .map_or_else(String::new, |hours| hours.get(language).to_owned()),
                phone: desk.map_or_else(String::new, |desk| desk.phone.clone()),
                steps: vec![line],
            },
        ));
    }
    Ok(stops.into_iter().map(|(_, stop)| stop).collect())
}

/// Chooses a case to put together with: one of the same person, or any by its number, such as a wife's or a child's.
async fn join_form(parts: &Parts<'_>, together: &[Case]) -> Result<Html, Problem> {
    let room = parts.room;
    let language = room.language();
    let titles = Titles::read(room.db()).await?;
    let choices: Vec<Choice> = cases::cases_of_same_person(room.db(), &parts.opened.case)
        .await?
        .into_iter()
        .filter(|other| room.principal.holds_in(WORK, &other.department))
        .filter(|other| together.iter().all(|known| known.id != other.id))
        .map(|other| {
            let text = room.words.with(
                "desk-join-choice",
                &[
                    ("number", other.id.to_string().into()),
                    (
                        "procedure",
                        titles.title(&other.procedure, language).to_owned().into(),
                    ),
                    ("date", format::date(other.received_on(), language).into()),
                ],
            );
            Choice::new(other.id.to_string(), text)
        })
        .collect();
    let mut fields = Html::empty();
    if !choices.is_empty() {
        fields.push(
            &Select::new(language, "with", room.t("desk-join-same"))
                .choice(Choice::new("", room.t("desk-join-none")))
                .choices(choices)
                .value(&parts.typed("with", "")),
        );
    }
    fields.push(
        &TextField::new(language, "with_number", room.t("desk-join-number"))
            .value(parts.typed("with_number", ""))
            .numeric()
            .width(10),
    );
    Ok(parts.form("together", fields, parts.other("desk-join"), true))
}

/// Begins a further application of the same event with the answers that both forms ask for.
async fn further_form(parts: &Parts<'_>) -> Result<Html, Problem> {
    let room = parts.room;
    let language = room.language();
    let choices: Vec<Choice> = store::live_on(room.db(), room.city.today())
        .await?
        .into_iter()
        .filter(|definition| {
            room.principal
                .holds_in(WORK, &definition.document.department)
        })
        .map(|definition| {
            Choice::new(
                definition.document.key.as_str(),
                definition.document.title.get(language),
            )
        })
        .collect();
    if choices.is_empty() {
        return Ok(Html::empty());
    }
    let counter = crate::desk::counter::WORDS.words(language);
    let mut fields = Html::of(
        &Select::new(language, "procedure", room.t("desk-further-procedure"))
            .ask()
            .choices(choices),
    );
    fields.push(
        &Select::new(language, "channel", room.t("desk-field-channel")).choices(CHANNELS.map(
            |channel| {
                Choice::new(
                    channel.as_str(),
                    counter.get(&format!("counter-channel-{}", channel.as_str())),
                )
            },
        )),
    );
    let button = Button::submit(room.t("desk-further")).kind(ButtonKind::Other);
    Ok(parts.form("further", fields, button, true))
}

pub(super) async fn apart(doing: Doing) -> Result<Response, Problem> {
    let input = (doing.case(), doing.revision());
    doing
        .write("parted", input, |tx, (case, revision)| {
            Box::pin(visits::part(tx, *case, *revision))
        })
        .await
}

/// What the cases of the event answer to the questions of another procedure: this case first, then the others that may be opened.
async fn known_answers(
    room: &Room,
    opened: &Opened,
    procedure: &crate::model::document::ProcedureDocument,
) -> Result<(Answers, Vec<Case>), Problem> {
    let same: Vec<_> = visits::events(room.db())
        .await?
        .into_iter()
        .flat_map(|event| event.same)
        .collect();
    let mut read = vec![opened.case.clone()];
    read.extend(
        visits::together(room.db(), opened.case.id)
            .await?
            .into_iter()
            .filter(|other| {
                other.disposed_at.is_none() && room.principal.holds_in(WORK, &other.department)
            }),
    );
    let mut answers = Answers::new();
    for case in &read {
        let definition = store::version(room.db(), &case.procedure, case.version)
            .await?
            .ok_or(Problem::NotFound)?;
        let own = key(room, case.id).await?;
        let Some(newest) = cases::answers(room.db(), &own, case.id)
            .await?
            .into_iter()
            .next()
        else {
            continue;
        };
        let given: Answers =
            serde_json::from_value(newest.answers).map_err(ProcedureError::Stored)?;
        // Under another key, so that a procedure that is applied for twice is two forms as well.
        let mut before = definition.document;
        before.key = format!("{}/before", before.key);
        let asked = shared(&[&before, procedure], &same, Text::japanese("-"));
        let known = asked.collect(&before.key, &given);
        asked.fill(&procedure.key, &known, &Answers::new(), &mut answers);
    }
    Ok((answers, read))
}

pub(super) async fn further(doing: Doing) -> Result<Response, Problem> {
    let Doing {
        room,
        opened,
        fields,
    } = &doing;
    let case = opened.case.id;
    let channel = CHANNELS
        .into_iter()
        .find(|channel| channel.as_str() == fields.get("channel"))
        .ok_or(Problem::NotFound)?;
    if fields.get("procedure").is_empty() || opened.case.disposed_at.is_some() {
        return doing.refuse("desk-error-empty").await;
    }
    let definition = store::live(room.db(), fields.get("procedure"), room.city.today())
        .await?
        .ok_or(Problem::NotFound)?;
    room.need(WORK, &definition.document.department)?;
    let (answers, read) = known_answers(room, opened, &definition.document).await?;
    let contents = Contents::with_answers(answers);
    let new = NewEntry::seal(
        room.key()?,
        room.account()?,
        definition.document.department.clone(),
        channel,
        (&definition.document.key, definition.number),
        &contents,
    )?;
    let looks: Vec<(i64, String)> = read
        .iter()
        .map(|case| (case.id, case.department.as_str().to_owned()))
        .collect();
    let draft = room
        .write(
            (new, case, room.account()?, looks),
            |tx, (new, case, account, looks)| {
                Box::pin(async move {
                    let draft = counter::begin(tx, new).await?;
                    visits::mark_like(tx, draft, *case).await?;
                    // Each case whose answers were taken was looked at.
                    for (case, department) in looks {
                        history::record_view(
                            tx,
                            *case,
                            *account,
                            department,
                            &ViewReason::Casework,
                        )
                        .await?;
                    }
                    Ok::<_, ProcedureError>(draft)
                })
            },
        )
        .await?;
    Ok(Redirect::to(&format!("/desk/cases/new/{draft}?done=further")).into_response())
}
