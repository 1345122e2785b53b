//! What is done with a proposal: made, changed, heard, introduced, measured, concluded.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use yakuba_city::web::Problem;

use super::{
    proposal_forms::proposal_of,
    proposals::{new_page, proposal_page},
    room::Room,
};
use crate::{
    capabilities::{DECIDE_PROPOSAL, PROPOSE},
    error::PlanError,
    forms::Fields,
    model::cycle::{Conclusion, HearingVerdict, ProposalStep},
    store::cycle::{self, Effect, HearingOutcome, Stamp},
};

pub(super) async fn create(room: Room, fields: Fields) -> Result<Response, Problem> {
    if !room.may_in(PROPOSE, fields.get("department")) {
        return Err(Problem::NotAllowed);
    }
    let outcome = match proposal_of(&fields) {
        Ok(new) => {
            room.write(new, |tx, new| {
                Box::pin(async move { cycle::propose(tx, new, tx.today(), &Stamp::of(tx)).await })
            })
            .await
        }
        Err(error) => Err(error),
    };
    let then = |id| (format!("/desk/proposals/{id}"), "saved");
    room.answer(outcome, fields, then, async |room| new_page(room).await)
        .await
}

async fn answer(
    room: Room,
    id: i64,
    fields: Fields,
    outcome: Result<(), PlanError>,
) -> Result<Response, Problem> {
    room.answer(
        outcome,
        fields,
        |()| (format!("/desk/proposals/{id}"), "saved"),
        async |room| proposal_page(room, id).await,
    )
    .await
}

pub(super) async fn advance(
    mut room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    let proposal = cycle::proposal(room.db(), id).await?;
    if !room.may_in(PROPOSE, &proposal.department) {
        return Err(Problem::NotAllowed);
    }
    let revision = fields.revision();
    let outcome = match ProposalStep::read(fields.get("step")).ok_or(Problem::NotFound)? {
        ProposalStep::Change => match proposal_of(&fields) {
            Ok(new) if !room.may_in(PROPOSE, &new.department) => return Err(Problem::NotAllowed),
            Ok(new) => {
                room.write(new, move |tx, new| {
                    Box::pin(async move {
                        cycle::change_proposal(tx, id, revision, new, &Stamp::of(tx)).await
                    })
                })
                .await
            }
            Err(error) => Err(error),
        },
        ProposalStep::Withdraw => {
            room.write(fields.get("reason").to_owned(), move |tx, reason| {
                Box::pin(async move {
                    cycle::withdraw_proposal(tx, id, revision, reason, &Stamp::of(tx)).await
                })
            })
            .await
        }
        ProposalStep::Introduce => match fields.date("introduced_on") {
            Some(day) => {
                room.write(day, move |tx, day| {
                    Box::pin(async move {
                        cycle::introduce_proposal(tx, id, revision, *day, &Stamp::of(tx)).await
                    })
                })
                .await
            }
            None => Err(PlanError::Empty("introduced_on")),
        },
        ProposalStep::Measure => {
            let expectations = cycle::expectations(room.db(), id).await?;
            let effects: Vec<Effect> = expectations
                .iter()
                .filter_map(|expectation| {
                    Some(Effect {
                        position: expectation.position,
                        value: fields.decimal(&format!("effect_value-{}", expectation.position))?,
                        text: fields
                            .get(&format!("effect_text-{}", expectation.position))
                            .to_owned(),
                    })
                })
                .collect();
            match fields.date("measured_on") {
                Some(day) => {
                    room.write(effects, move |tx, effects| {
                        Box::pin(async move {
                            cycle::measure_proposal(tx, id, revision, effects, day, &Stamp::of(tx))
                                .await
                        })
                    })
                    .await
                }
                None => Err(PlanError::Empty("measured_on")),
            }
        }
        _ => return Err(Problem::NotFound),
    };
    if let Err(PlanError::Empty("value")) = &outcome {
        room.refuse_with("cycle-error-value", fields);
        return Ok(proposal_page(&room, id).await?.into_response());
    }
    answer(room, id, fields, outcome).await
}

pub(super) async fn hear(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    room.need_everywhere(DECIDE_PROPOSAL)?;
    let (verdict, day) = (
        HearingVerdict::read(fields.get("verdict")),
        fields.date("heard_on"),
    );
    let outcome = match (verdict, day) {
        (None, _) => Err(PlanError::Empty("verdict")),
        (_, None) => Err(PlanError::Empty("heard_on")),
        (Some(verdict), Some(day)) => {
            let hearing = HearingOutcome {
                verdict,
                amount: fields.yen("reduced_amount"),
                text: fields.get("text").to_owned(),
            };
            let revision = fields.revision();
            room.write(hearing, move |tx, hearing| {
                Box::pin(async move {
                    cycle::hear_proposal(tx, id, revision, hearing, day, &Stamp::of(tx)).await
                })
            })
            .await
        }
    };
    let outcome = outcome.map_err(|error| match error {
        PlanError::Empty("amount") => PlanError::Empty("reduced_amount"),
        other => other,
    });
    answer(room, id, fields, outcome).await
}

pub(super) async fn conclude(
    room: Room,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Problem> {
    room.need_everywhere(DECIDE_PROPOSAL)?;
    let outcome = match Conclusion::read(fields.get("conclusion")) {
        None => Err(PlanError::Empty("conclusion")),
        Some(conclusion) => {
            let revision = fields.revision();
            room.write(fields.get("text").to_owned(), move |tx, text| {
                Box::pin(async move {
                    cycle::conclude_proposal(
                        tx,
                        id,
                        revision,
                        conclusion,
                        text,
                        tx.today(),
                        &Stamp::of(tx),
                    )
                    .await
                })
            })
            .await
        }
    };
    answer(room, id, fields, outcome).await
}
