//! Notes, what happened, and who looked.

use yakuba_identity::StaffNames;
use yakuba_kernel::Channel;
use yakuba_ui::{Cell, Column, Html, Row, Table, TextArea, format};

use super::{super::inbox::stage_key, Opened, Parts, way::title};
use crate::{
    desk::room::Room,
    model::way::Stop,
    store::{
        cases::day,
        casework,
        history::{self, What},
    },
};

pub(super) fn notes_part(
    parts: &Parts<'_>,
    notes: &[casework::Note],
    names: &std::collections::BTreeMap<i64, String>,
) -> Html {
    let room = parts.room;
    let mut html = Html::empty();
    for note in notes {
        html.push(&Html::trusted(format!(
            "<p class=\"support\">{} {}</p><p class=\"keep-lines\">{}</p>",
            Html::text(&format::date(day(note.made_at), room.language())),
            Html::text(names.get(&note.made_by).map_or("", String::as_str)),
            Html::text(&note.text)
        )));
    }
    html.push(
        &parts.form(
            "notes",
            Html::of(
                &TextArea::new(room.language(), "note", room.t("desk-field-note"))
                    .value(parts.typed("note", ""))
                    .rows(2)
                    .required(),
            ),
            parts.other("desk-note-add"),
            false,
        ),
    );
    html
}

/// By which way something reached the town hall.
fn by_way(room: &Room, channel: Channel) -> String {
    room.t(&format!("desk-channel-{}", channel.as_str()))
}

/// That staff entered what the applicant answered, and which documents they have on paper.
fn entered(room: &Room, opened: &Opened, channel: Channel, on_paper: &[String]) -> String {
    let channel = by_way(room, channel);
    let labels: Vec<String> = on_paper
        .iter()
        .map(|path| opened.label(path, room.language()))
        .collect();
    if labels.is_empty() {
        return room
            .words
            .with_text("desk-history-correction-entered", "channel", &channel)
            .into_owned();
    }
    room.words
        .with(
            "desk-history-correction-entered-paper",
            &[
                ("channel", channel.into()),
                ("documents", labels.join("、").into()),
            ],
        )
        .into_owned()
}

pub(super) fn history_table(
    room: &Room,
    opened: &Opened,
    entries: &[history::Entry],
    people: &StaffNames,
) -> Html {
    let rows = entries.iter().rev().map(|entry| {
        let what = match &entry.what {
            What::Received => room.t("desk-history-received"),
            What::Stage { to, .. } => room
                .words
                .with_text("desk-history-stage", "stage", &room.t(&stage_key(*to)))
                .into_owned(),
            What::OwnStage { stage, own, back } => {
                let to = Stop {
                    stage: *stage,
                    own: own.clone(),
                };
                let text = if *back {
                    "desk-history-back"
                } else {
                    "desk-history-stage"
                };
                room.words
                    .with_text(text, "stage", &title(room, opened, &to))
                    .into_owned()
            }
            What::Decided { outcome } => room.t(&format!("desk-outcome-{outcome}")),
            What::CorrectionAsked { .. } => room.t("desk-history-correction-asked"),
            What::Corrected { channel: None, .. } => room.t("desk-history-corrected"),
            What::Corrected {
                channel: Some(channel),
                on_paper,
                ..
            } => entered(room, opened, *channel, on_paper),
            What::DecisionCorrected { outcome, .. } => room
                .words
                .with_text(
                    "desk-history-decision-corrected",
                    "outcome",
                    &room.t(&format!("desk-outcome-{outcome}")),
                )
                .into_owned(),
            What::DecisionRevoked { .. } => room.t("desk-history-decision-revoked"),
            What::WithdrawalEntered { channel } => room
                .words
                .with_text(
                    "desk-history-withdrawal-entered",
                    "channel",
                    &by_way(room, *channel),
                )
                .into_owned(),
            What::CoApplicantAgreed => room.t("desk-history-co-agreed"),
            What::CoApplicantDeclined => room.t("desk-history-co-declined"),
            What::CoApplicantAskedAgain => room.t("desk-history-co-asked-again"),
            What::CorrectionEnded { .. } => room.t("desk-history-correction-ended"),
            What::AnswersEntered { .. } => room.t("desk-history-answers-entered"),
            What::Message { from_desk: true } => room.t("desk-history-message-sent"),
            What::Message { from_desk: false } => room.t("desk-history-message-received"),
            What::Assigned => room.t("desk-history-assigned"),
            What::Extended { from, until } => room
                .words
                .with(
                    "desk-history-extended",
                    &[
                        ("from", format::date(*from, room.language()).into()),
                        ("until", format::date(*until, room.language()).into()),
                    ],
                )
                .into_owned(),
            What::FileHandedOut => room.t("desk-history-handed-out"),
            What::FileTakenBack => room.t("desk-history-hand-out-back"),
            What::MergedHere { from } => room
                .words
                .with_text("desk-history-merged-here", "number", &from.to_string())
                .into_owned(),
            What::MergeUndone { with } => room
                .words
                .with_text("desk-history-merge-undone", "number", &with.to_string())
                .into_owned(),
            What::Merged { into, .. } => room
                .words
                .with_text("desk-history-merged", "number", &into.to_string())
                .into_owned(),
            What::Joined { with } => room
                .words
                .with_text("desk-history-joined", "number", &with.to_string())
                .into_owned(),
            What::Parted => room.t("desk-history-parted"),
            What::HandedOver { .. } => room.t("desk-history-handed-over"),
            What::Disposed => room.t("desk-history-disposed"),
        };
        let who = people
            .of(&entry.actor)
            .map_or_else(|| room.t("desk-history-applicant"), str::to_owned);
        Row::new([
            Cell::text(format::date(day(entry.at), room.language())),
            Cell::text(what),
            Cell::text(who),
        ])
    });
    Html::of(
        &Table::new(room.language(), "history", room.t("desk-history"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-column-day")).no_wrap(),
                Column::text(room.t("desk-column-what")),
                Column::text(room.t("desk-column-who")),
            ])
            .rows(rows)
            .stacked(),
    )
}

pub(super) fn views_table(
    room: &Room,
    opened: &Opened,
    views: &[history::View],
    names: &std::collections::BTreeMap<i64, String>,
) -> Html {
    let rows = views.iter().take(100).map(|view| {
        let department = opened
            .departments
            .iter()
            .find(|(code, _)| code.as_str() == view.department)
            .map_or(view.department.as_str(), |(_, name)| name.as_str());
        Row::new([
            Cell::text(format::date_time(
                view.at
                    .to_zoned(jiff::tz::TimeZone::fixed(yakuba_city::JAPAN))
                    .datetime(),
                room.language(),
            )),
            Cell::text(department),
            Cell::text(names.get(&view.account).map_or("", String::as_str)),
            Cell::text(view.reason.text(room.words, "desk-view-reason")),
        ])
    });
    Html::of(
        &Table::new(room.language(), "views", room.t("desk-viewed"))
            .hide_caption()
            .columns([
                Column::text(room.t("desk-column-day")).no_wrap(),
                Column::text(room.t("desk-field-department")),
                Column::text(room.t("desk-column-who")),
                Column::text(room.t("desk-column-why")),
            ])
            .rows(rows)
            .stacked(),
    )
}
