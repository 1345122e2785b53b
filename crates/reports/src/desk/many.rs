//! Several reports at once: given to somebody, turned into a state with one sentence, their texts looked at. Each is a write of its own, and the
//! list says what came of each.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use yakuba_city::web::Problem;
use yakuba_identity::colleagues;
use yakuba_kernel::DepartmentCode;
use yakuba_ui::{
    CheckboxGroup, Choice, DescriptionList, Fields, FormErrors, Select, TextArea, TextField, Words,
};

use super::{
    HOME,
    doing::{chosen_authority, chosen_sentence, words_told},
    list,
    room::{Room, href},
};
use crate::{
    error::ReportError,
    model::state::State,
    pages::asked::{plain, private, state_key},
    store::{
        Report, open_of,
        steps::{self, Turn, Wording},
    },
};

/// Reports at once at most: those of a page.
const MOST: usize = 50;
/// Letters of a public text at most.
const MOST_LETTERS: usize = 2_000;
/// Where texts are looked at one below the other.
const TEXTS: &str = "/desk/reports/texts";
/// In a form: nobody works on it.
const NOBODY: &str = "nobody";

/// What came of one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    Done,
    Changed,
    State,
    Reason,
    Authority,
    Colleague,
    NotAllowed,
}

impl Came {
    const ALL: [Self; 7] = [
        Self::Done,
        Self::Changed,
        Self::State,
        Self::Reason,
        Self::Authority,
        Self::Colleague,
        Self::NotAllowed,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Changed => "changed",
            Self::State => "state",
            Self::Reason => "reason",
            Self::Authority => "authority",
            Self::Colleague => "colleague",
            Self::NotAllowed => "not-allowed",
        }
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|came| came.name() == name)
    }

    /// The sentence of it.
    pub(super) fn sentence(self, room: &Room) -> String {
        room.t(match self {
            Self::Done => "desk-many-done",
            Self::Changed => "desk-many-changed",
            Self::State => "desk-problem-state",
            Self::Reason => "desk-problem-reason",
            Self::Authority => "desk-problem-authority",
            Self::Colleague => "desk-problem-colleague",
            Self::NotAllowed => "desk-many-not-allowed",
        })
    }

    /// What a write came to; an error that nobody at the desk can mend stays one.
    fn of(outcome: Result<(), ReportError>) -> Result<Self, Problem> {
        match outcome {
            Ok(()) => Ok(Self::Done),
            Err(ReportError::ChangedMeanwhile) => Ok(Self::Changed),
            Err(ReportError::WrongState { .. }) => Ok(Self::State),
            Err(ReportError::NoReason) => Ok(Self::Reason),
            Err(ReportError::NoAuthority) => Ok(Self::Authority),
            Err(ReportError::NoColleague) => Ok(Self::Colleague),
            Err(error) => Err(error.into()),
        }
    }
}

/// The reports that were picked, each with the revision that was on the screen, in their order, each once.
pub(super) fn picks(fields: &Fields) -> Vec<(i64, i64)> {
    let mut seen = BTreeSet::new();
    fields
        .all("pick")
        .filter_map(|pick| {
            let (report, revision) = pick.split_once('-')?;
            Some((report.parse().ok()?, revision.parse().ok()?))
        })
        .filter(|(report, _): &(i64, i64)| seen.insert(*report))
        .take(MOST)
        .collect()
}

/// What came of each report that an address tells of.
pub(super) fn results(query: &Fields) -> Vec<(i64, Came)> {
    query
        .all("result")
        .filter_map(|result| {
            let (report, came) = result.split_once(':')?;
            Some((report.parse().ok()?, Came::read(came)?))
        })
        .take(MOST)
        .collect()
}

/// Leads to the list with what came of each.
fn told(room: &Room, results: &[(i64, Came)]) -> Response {
    let query = form_urlencoded::Serializer::new(list::query_of(room))
        .extend_pairs(
            results
                .iter()
                .map(|(report, came)| ("result", format!("{report}:{}", came.name()))),
        )
        .finish();
    Redirect::to(&format!("{HOME}?{query}")).into_response()
}

/// The controls with which several are changed.
pub(super) struct Controls {
    pub(super) account: Select,
    pub(super) state: Select,
    pub(super) sentence: Option<Select>,
    pub(super) text: TextArea,
    pub(super) authority: Option<Select>,
}

/// The controls, with what was typed.
pub(super) async fn controls(
    room: &Room,
    departments: &BTreeSet<DepartmentCode>,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Controls, Problem> {
    let (language, rules) = (room.language(), &room.current.rules);
    let mut account = Select::new(language, "account", room.t("desk-assign-to"))
        .choice(Choice::new("", room.t("desk-many-as-it-is")));
    let me = room.principal.staff().map(|me| me.account);
    if let Some(me) = me {
        account = account.choice(Choice::new(me.to_string(), room.t("desk-many-me")));
    }
    account = account.choice(Choice::new(NOBODY, room.t("desk-assign-nobody")));
    let mut seen: BTreeSet<i64> = me.into_iter().collect();
    for code in departments {
        for (colleague, name) in colleagues(room.db(), code, room.city.today()).await? {
            if seen.insert(colleague) {
                account = account.choice(Choice::new(colleague.to_string(), name));
            }
        }
    }
    let state = offered().into_iter().fold(
        Select::new(language, "state", room.t("desk-turn-state"))
            .choice(Choice::new("", room.t("desk-many-as-it-is"))),
        |select, state| select.choice(Choice::new(state.name(), room.public(&state_key(state)))),
    );
    let mut sentence = Select::new(language, "sentence", room.t("desk-turn-sentence"))
        .choice(Choice::new("", room.t("desk-turn-own")));
    let mut has_sentences = false;
    for (place, one) in rules.sentences.iter().enumerate() {
        if let Some(state) = State::read(&one.state).filter(|state| offered().contains(state)) {
            has_sentences = true;
            let text = format!(
                "{}：{}",
                room.public(&state_key(state)),
                one.text.get(language)
            );
            sentence = sentence.choice(Choice::new(place.to_string(), text));
        }
    }
    let authority = (!rules.authorities.is_empty()).then(|| {
        rules
            .authorities
            .iter()
            .fold(
                Select::new(language, "authority", room.t("desk-turn-authority"))
                    .choice(Choice::new("", "")),
                |select, one| select.choice(Choice::new(one.key.as_str(), one.name.get(language))),
            )
            .value(typed.get("authority"))
            .optional()
    });
    Ok(Controls {
        account: account.value(typed.get("account")),
        state: state.value(typed.get("state")),
        sentence: has_sentences.then(|| {
            sentence
                .value(typed.get("sentence"))
                .optional()
                .errors(errors)
        }),
        text: TextArea::new(language, "turn_text", room.t("desk-turn-text"))
            .support(room.t("desk-turn-text-support"))
            .rows(2)
            .value(typed.get("turn_text"))
            .optional()
            .errors(errors),
        authority,
    })
}

/// The states into which several are turned at once. Merging needs a report of its own for each.
fn offered() -> Vec<State> {
    State::ALL
        .into_iter()
        .filter(|state| !matches!(state, State::Received | State::Merged))
        .collect()
}

/// Gives the picked reports to somebody, turns them into a state, or leads to their texts.
pub(super) async fn save(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let picked = picks(&fields);
    if picked.is_empty() {
        room.refuse_with("desk-triage-none-picked");
        return list::shown(&room, &fields, &FormErrors::new()).await;
    }
    if fields.get("action") == "texts" {
        let query = form_urlencoded::Serializer::new(list::query_of(&room))
            .extend_pairs(
                picked
                    .iter()
                    .map(|(report, _)| ("pick", report.to_string())),
            )
            .finish();
        return Ok(Redirect::to(&format!("{TEXTS}?{query}")).into_response());
    }
    let to = Give::read(fields.get("account"));
    let state = State::read(fields.get("state")).filter(|state| offered().contains(state));
    if to == Give::AsItIs && state.is_none() {
        room.refuse_with("desk-many-nothing-chosen");
        return list::shown(&room, &fields, &FormErrors::new()).await;
    }
    let mut errors = FormErrors::new();
    let own = plain(fields.get("turn_text"), MOST_LETTERS + 1);
    if own.chars().count() > MOST_LETTERS {
        errors.add("turn_text", room.t("desk-problem-long"));
    }
    let rules = &room.current.rules;
    let sentence = chosen_sentence(rules, &fields);
    // Whoever reads it would read nothing, or that what is planned is done.
    if own.is_empty()
        && let (Some(sentence), Some(state)) = (sentence, state)
        && sentence.state != state.name()
    {
        errors.add("sentence", room.t("desk-problem-sentence"));
    }
    if !errors.is_empty() {
        return list::shown(&room, &fields, &errors).await;
    }
    let text = words_told(own, sentence);
    let authority = chosen_authority(rules, &fields);
    let mut all = Vec::new();
    for (id, revision) in picked {
        let change = Change {
            id,
            revision,
            to,
            turn: state.map(|state| Turn {
                report: id,
                // After it was given to somebody.
                revision: revision + i64::from(to != Give::AsItIs),
                state,
                text: text.clone(),
                authority: authority.clone(),
                into: String::new(),
            }),
        };
        all.push((id, change_one(&room, change).await?));
    }
    Ok(told(&room, &all))
}

/// To whom several are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Give {
    AsItIs,
    Nobody,
    To(i64),
}

impl Give {
    fn read(text: &str) -> Self {
        match (text, text.parse()) {
            (NOBODY, _) => Self::Nobody,
            (_, Ok(account)) => Self::To(account),
            _ => Self::AsItIs,
        }
    }
}

/// What is changed about one of several.
#[derive(Clone)]
struct Change {
    id: i64,
    revision: i64,
    to: Give,
    turn: Option<Turn>,
}

/// The report, when this person works on it.
async fn own(room: &Room, id: i64) -> Result<Option<Report>, Problem> {
    match room.report_to_work_on(id).await {
        Ok(found) => Ok(Some(found)),
        Err(Problem::NotFound | Problem::NotAllowed) => Ok(None),
        Err(problem) => Err(problem),
    }
}

async fn change_one(room: &Room, change: Change) -> Result<Came, Problem> {
    let Some(found) = own(room, change.id).await? else {
        return Ok(Came::NotAllowed);
    };
    if let Give::To(account) = change.to {
        let people = colleagues(room.db(), &found.department, room.city.today()).await?;
        if people.iter().all(|(known, _)| *known != account) {
            return Ok(Came::Colleague);
        }
    }
    Came::of(
        room.write(change, |tx, change| {
            Box::pin(async move {
                let to = match change.to {
                    Give::AsItIs => None,
                    Give::Nobody => Some(None),
                    Give::To(account) => Some(Some(account)),
                };
                if let Some(to) = to {
                    steps::assign(tx, change.id, change.revision, to).await?;
                }
                match &change.turn {
                    Some(turn) => steps::turn(tx, turn).await,
                    None => Ok(()),
                }
            })
        })
        .await,
    )
}

/// A report whose text is looked at.
struct One {
    id: i64,
    revision: i64,
    href: String,
    title: String,
    /// What was sent, while it is kept.
    sent: Option<DescriptionList>,
    place: TextField,
    text: TextArea,
    confirmed: CheckboxGroup,
}

#[derive(Template)]
#[template(path = "desk/texts.html")]
struct TextsBody {
    words: Words,
    errors: yakuba_ui::ErrorSummary,
    action: String,
    ones: Vec<One>,
}

pub(super) async fn texts(room: Room) -> Result<Response, Problem> {
    texts_shown(&room, &Fields::default(), &FormErrors::new()).await
}

async fn texts_shown(
    room: &Room,
    typed: &Fields,
    errors: &FormErrors,
) -> Result<Response, Problem> {
    let language = room.language();
    room.departments().await?;
    let mut ones = Vec::new();
    let mut ids: Vec<i64> = room
        .query
        .all("pick")
        .filter_map(|pick| pick.parse().ok())
        .take(MOST)
        .collect();
    ids.dedup();
    for id in ids {
        let Some(found) = own(room, id).await? else {
            continue;
        };
        let content = open_of(room.db(), room.key(), &found).await?;
        let sent = content.map(|content| (content.place().to_owned(), content.text().to_owned()));
        let (place, text) = match (&sent, found.is_looked_at) {
            (Some((place, text)), false) => (place.clone(), text.clone()),
            _ => (found.public_place.clone(), found.public_text.clone()),
        };
        let given = |name: &str, stands: String| {
            if typed.has(name) {
                typed.get(name).to_owned()
            } else {
                stands
            }
        };
        let (place_name, text_name, confirmed_name) = names(id);
        ones.push(One {
            id,
            revision: found.revision,
            href: href(id),
            title: format!("{} {}", room.category(&found.category), found.public_id),
            sent: sent.map(|(place, text)| {
                DescriptionList::new()
                    .text(room.public("reports-place"), place)
                    .text(room.t("desk-sent"), text)
            }),
            place: TextField::new(language, &place_name, room.t("desk-public-place"))
                .value(given(&place_name, place))
                .optional(),
            text: TextArea::new(language, &text_name, room.t("desk-public-text"))
                .rows(4)
                .value(given(&text_name, text))
                .optional()
                .errors(errors),
            confirmed: CheckboxGroup::new(language, &confirmed_name, room.t("desk-texts-confirm"))
                .choice(
                    Choice::new("1", room.t("desk-texts-confirmed"))
                        .chosen(typed.get(&confirmed_name) == "1"),
                )
                .optional(),
        });
    }
    let query = form_urlencoded::Serializer::new(list::query_of(room))
        .extend_pairs(ones.iter().map(|one| ("pick", one.id.to_string())))
        .finish();
    let body = TextsBody {
        words: room.words,
        errors: errors.summary(language),
        action: format!("{TEXTS}?{query}"),
        ones,
    };
    let mut page = room
        .page_below(room.t("desk-texts"), &body)
        .with_errors(!errors.is_empty());
    if !errors.is_empty() {
        page = page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok(private(page))
}

/// The names of the boxes of a report.
fn names(id: i64) -> (String, String, String) {
    (
        format!("place_{id}"),
        format!("text_{id}"),
        format!("confirmed_{id}"),
    )
}

/// Publishes the texts that are marked as looked at; the others stay.
pub(super) async fn save_texts(mut room: Room, fields: Fields) -> Result<Response, Problem> {
    let marked: Vec<(i64, i64)> = picks(&fields)
        .into_iter()
        .filter(|(id, _)| fields.get(&names(*id).2) == "1")
        .collect();
    if marked.is_empty() {
        room.refuse_with("desk-texts-none");
        return texts_shown(&room, &fields, &FormErrors::new()).await;
    }
    let mut errors = FormErrors::new();
    for (id, _) in &marked {
        let (_, text, _) = names(*id);
        if fields.get(&text).chars().count() > MOST_LETTERS {
            errors.add(text, room.t("desk-problem-long"));
        }
    }
    if !errors.is_empty() {
        return texts_shown(&room, &fields, &errors).await;
    }
    let mut all = Vec::new();
    for (id, revision) in marked {
        let Some(found) = own(&room, id).await? else {
            all.push((id, Came::NotAllowed));
            continue;
        };
        let (place, text, _) = names(id);
        let category = room.current.rules.category(&found.category);
        let wording = Wording {
            report: id,
            revision,
            place: plain(fields.get(&place), MOST_LETTERS).replace('\n', " "),
            text: plain(fields.get(&text), MOST_LETTERS),
            // Whether everybody sees that there is such a report was decided elsewhere.
            is_shown: found.is_shown,
            also: category.map_or_else(String::new, |category| category.name.ja.clone()),
        };
        let outcome = room
            .write(wording, |tx, wording| Box::pin(steps::word(tx, wording)))
            .await;
        all.push((id, Came::of(outcome)?));
    }
    Ok(told(&room, &all))
}
