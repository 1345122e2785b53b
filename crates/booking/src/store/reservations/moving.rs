//! Moving a reservation to another time or resource of its facility: new units are taken and old ones given back in one write.

use serde_json::json;
use yakuba_city::{AuditEntry, Tx, sql::Sql as _};
use yakuba_kernel::{Channel, Yen};

use super::{
    booking::{Wish, bookable, within_limits},
    reading::Terms,
    steps::{locked, release, tell_record},
};
use crate::{
    error::BookingError,
    model::{
        document::{Way, Who},
        state::State,
        time::Span,
    },
    store::{
        facilities::facility,
        groups::group,
        history::{self, What},
        lottery,
        taking::{take, take_along},
        waiting::offer_free,
    },
};

/// Where a reservation is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The resource, of the same facility.
    pub resource: String,
    /// When.
    pub span: Span,
    /// Who moves it: online it must be within the rules for residents, staff may do it until it begins.
    pub channel: Channel,
}

/// What moving did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Whether it was there before.
    pub already: bool,
    /// What it costs now.
    pub fee: Yen,
    /// Its state now: what needs agreement needs it anew when residents move it.
    pub state: State,
}

/// Moves a reservation. Doing it twice is the same as once, and when the new time cannot be had, the old one stays.
///
/// # Errors
/// [`BookingError::Taken`], then the whole write must be given up; [`BookingError::WrongState`]; [`BookingError::TooLate`] when it
/// has begun, or can no longer be changed without a fee; and everything that speaks against booking the new time.
pub async fn move_to(tx: &Tx, id: i64, target: &Target) -> Result<Moved, BookingError> {
    let found = locked(tx, id).await?;
    if !matches!(found.state, State::Requested | State::Confirmed)
        || found.is_own
        || found.is_course
        || found.course.is_some()
    {
        return Err(BookingError::WrongState);
    }
    if found.resource == target.resource && found.span == target.span {
        return Ok(Moved {
            already: true,
            fee: found.fee,
            state: found.state,
        });
    }
    let is_online = target.channel == Channel::Online;
    let now = tx.now();
    let before = facility(tx.connection(), &found.facility)
        .await?
        .ok_or_else(|| BookingError::NoSuchResource(found.facility.clone()))?
        .document;
    if is_online {
        let may_until = before
            .resource(&found.resource)
            .map(|resource| before.rules_of(resource).free_to_cancel_until(found.span));
        if may_until.is_none_or(|until| now >= until) {
            return Err(BookingError::TooLate);
        }
    }
    if now >= found.span.beginning() || now >= target.span.beginning() {
        return Err(BookingError::TooLate);
    }
    let mut wish = Wish {
        facility: found.facility.clone(),
        resource: target.resource.clone(),
        span: target.span,
        of: found.of(),
    };
    let (document, resource) = bookable(tx, &wish, target.channel).await?;
    // A course is one booking of many times: it is given up and another one booked.
    if resource.course.is_some() {
        return Err(BookingError::NotOffered);
    }
    let rules = document.rules_of(&resource);
    match rules.who {
        Who::Anyone => {}
        _ if !is_online => {}
        Who::Residents if found.resident.is_some() => {}
        Who::Groups if found.group.is_some() => {}
        Who::Residents => return Err(BookingError::NotAllowed("residents")),
        Who::Groups => return Err(BookingError::NotAllowed("registered groups")),
        Who::StaffOnly => return Err(BookingError::NotAllowed("staff")),
    }
    if let Some(id) = found.group {
        let group = group(tx.connection(), id)
            .await?
            .ok_or(BookingError::NotAllowed("registered groups"))?;
        group.shapes(&mut wish.of, rules)?;
    }
    within_limits(tx, &document, &resource, target.span, &found.holder, id).await?;
    let fee = document.fee(&resource, target.span, &wish.of)?.total;
    let state = match (rules.way, found.state) {
        (Way::Approval, _) if is_online => State::Requested,
        // A request that staff move stays one; they agree by a step of its own.
        (_, state) => state,
    };
    release(tx, id).await?;
    tx.connection()
        .run(
            "UPDATE booking_reservations SET resource_key = $2, day = $3, from_minute = $4, to_minute = $5, fee = $6, state = $7, terms = $8 \
             WHERE id = $1",
            [
                id.into(),
                target.resource.as_str().into(),
                target.span.day().to_string().into(),
                i64::from(target.span.from().minutes()).into(),
                i64::from(target.span.to().minutes()).into(),
                fee.amount().into(),
                state.name().into(),
                serde_json::to_string(&Terms::of(&wish.of))?.into(),
            ],
        )
        .await?;
    take(tx, &document, &resource, target.span, id).await?;
    take_along(
        tx,
        &document,
        &resource,
        &wish.of.equipment,
        target.span,
        id,
    )
    .await?;
    // What it leaves is for those who wait.
    offer_free(tx, &document, found.span.day()).await?;
    // What it had before is given up like any other time.
    lottery::passed_on(tx, &before, &found).await?;
    let what = What::Moved {
        resource: found.resource.clone(),
        day: found.span.day(),
        from: found.span.from().minutes(),
        to: found.span.to().minutes(),
    };
    history::note(tx, id, &what, None)?;
    tell_record(tx, &found).await?;
    tx.audit(
        AuditEntry::new("booking.move", format!("reservation/{id}")).with(json!({
            "from": format!("{} {}", found.resource, found.span),
            "to": format!("{} {}", target.resource, target.span),
        })),
    );
    Ok(Moved {
        already: false,
        fee,
        state,
    })
}
