//! Parts and shipping: charged beside units unless a warranty pays.

use app::api::{error::ApiError, incidents::ExtraInput, principal::Principal};
use domain::{access::Permission, id::ExtraId, incident::Extra, money::pounds, ticket::TicketEventKind};

use super::{input, refused};
use crate::{
    desk::{
        internal, new_id,
        tickets::{self, acts::Seen},
        worktime::take,
    },
    store::incidents,
};

pub(super) async fn add(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    input: &ExtraInput,
) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let none = || ApiError::Conflict("No CatS incident is ordered on this ticket.".to_owned());
    budget.standing(held.now).ok_or_else(none)?.add_extra().map_err(refused)?;
    let input::Extra { kind, what, net_pence, under_warranty } = input::extra(input)?;
    let extra = Extra { at: held.now, kind, what, net_pence, under_warranty };
    let id = ExtraId(new_id(held.now)?);
    incidents::add_extra(&held.tx, held.ticket.id, (id, &extra), (who.user, &who.name)).await.map_err(internal)?;
    let price = match under_warranty {
        true => "under warranty, no charge".to_owned(),
        false => format!("{} + VAT", pounds(net_pence)),
    };
    let detail = format!("added {}, {price}", incidents::words(kind, &extra.what).to_lowercase());
    held.add(TicketEventKind::ExtraAdded, held.now, &detail).await?;
    held.finish("incident.extra", detail, Seen::ByAll).await
}

pub(super) async fn withdraw(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    extra: ExtraId,
    reason: &str,
) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let reason = tickets::input::reason(reason)?;
    // A line of another ticket is not found.
    let order = budget.order.as_ref().ok_or(ApiError::NotFound)?;
    let line = order.extras.iter().find(|one| one.id == extra).ok_or(ApiError::NotFound)?;
    let done = incidents::withdraw_extra(&held.tx, held.ticket.id, extra, (held.now, &reason)).await;
    if done.map_err(internal)? == 0 {
        return Err(ApiError::Conflict("This line was taken back already.".to_owned()));
    }
    let words = incidents::words(line.extra.kind, &line.extra.what).to_lowercase();
    let detail = format!("took back {words}, {}: {reason}", pounds(line.extra.charged_pence()));
    held.add(TicketEventKind::ExtraAdded, held.now, &detail).await?;
    held.finish("incident.extra.withdraw", detail, Seen::ByAll).await
}
