//! How rounds and choices are told.

use yakuba_ui::{ChipLabel, DescriptionList, Language};

use super::Room;
use crate::{
    model::{
        document::FacilityDocument,
        lottery::{choice::Choice, rules::SeedRule, source::Source},
    },
    pages::words::{moment, month, what},
    store::lottery::{Phase, Round},
    telling::lottery::choice_lines,
};

/// What is drawn: the facility and, when it has a lottery of its own, the resource.
pub(crate) fn subject(language: Language, round: &Round, document: &FacilityDocument) -> String {
    round
        .scope
        .as_deref()
        .and_then(|key| document.resource(key))
        .map_or_else(
            || document.name.get(language).to_owned(),
            |resource| what(language, document, resource),
        )
}

/// What is drawn, with the month of use.
pub(crate) fn title(room: &Room, round: &Round, document: &FacilityDocument) -> String {
    room.texts
        .with(
            "lottery-round-title",
            &[
                ("facility", subject(room.language(), round, document).into()),
                ("month", month(room.language(), round.month).into()),
            ],
        )
        .into_owned()
}

/// How far a round is.
pub(crate) fn tag(room: &Room, phase: Phase) -> ChipLabel {
    let tag = ChipLabel::new(room.t(&format!("lottery-phase-{}", phase.name())));
    match phase {
        Phase::Entering => tag.green(),
        Phase::Due | Phase::Answering => tag.orange(),
        Phase::Closed => tag.blue(),
        Phase::Coming | Phase::Over => tag,
    }
}

/// The moments of a round.
pub(crate) fn moments(room: &Room, round: &Round) -> DescriptionList {
    let language = room.language();
    let all = round.moments;
    DescriptionList::new()
        .text(
            room.t("lottery-entering"),
            room.texts.with(
                "lottery-from-to",
                &[
                    ("from", moment(language, all.opens).into()),
                    ("to", moment(language, all.closes).into()),
                ],
            ),
        )
        .text(room.t("lottery-draws"), moment(language, all.draws))
        .text(
            room.t("lottery-confirm-by"),
            moment(language, all.confirm_by),
        )
        .text(
            room.t("lottery-first-come"),
            moment(language, all.first_come),
        )
}

/// The rules of a round in sentences.
pub(crate) fn rules(room: &Room, round: &Round) -> Vec<String> {
    let rules = &round.rules;
    let mut sentences = vec![
        room.counted("lottery-rule-entries", rules.entries.into()),
        room.counted("lottery-rule-wins", rules.wins.into()),
        room.counted("lottery-rule-choices", rules.choices.into()),
    ];
    if rules.together > 1 {
        sentences.push(room.counted("lottery-rule-together", rules.together.into()));
    }
    if rules.tickets.per_loss > 0 && rules.tickets.most > 1 {
        sentences.push(
            room.texts
                .with(
                    "lottery-rule-tickets",
                    &[
                        ("n", i64::from(rules.tickets.per_loss).into()),
                        ("most", i64::from(rules.tickets.most).into()),
                    ],
                )
                .into_owned(),
        );
    }
    sentences.push(room.t("lottery-rule-given-up"));
    sentences
}

/// Where the value comes from that decides, in a sentence.
pub(crate) fn source(room: &Room, round: &Round) -> String {
    let with = |key: &str, name: &'static str, text: String| {
        room.texts.with(key, &[(name, text.into())]).into_owned()
    };
    match (&round.rules.seed, &round.source) {
        (SeedRule::Parties(names), _) => with(
            "lottery-source-parties",
            "names",
            names.join(&room.t("lottery-and")),
        ),
        (_, Source::Value { description }) => {
            with("lottery-source-value", "value", description.clone())
        }
        (
            _,
            Source::Drand { round }
            | Source::Shares {
                fallback: round, ..
            },
        ) => with("lottery-source-drand", "round", round.to_string()),
    }
}

/// A choice in one line.
pub(crate) fn choice(language: Language, document: &FacilityDocument, choice: &Choice) -> String {
    choice_lines(language, document, choice).join(" ＋ ")
}
