//! What the marks of some hosts are made of; `store::board` asks for those of the whole estate.

use std::collections::{HashMap, HashSet};

use domain::{
    access::{Scope, Side},
    id::{HostId, ServiceId},
    time::Timestamp,
};
use entity::{fault, host, service};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::store::{
    board::{HostRow, OpenFault, is_quiet},
    downtimes::Downtimes,
    faults::acknowledgements,
};

/// The given hosts, as many as one page has, with their watched services and open faults. Removed ones are left out.
pub async fn marks(
    db: &impl ConnectionTrait,
    hosts: &[HostId],
    now: Timestamp,
) -> Result<HashMap<HostId, HostRow>, DbErr> {
    let ids = || hosts.iter().map(|id| id.0);
    let rows = host::Entity::find()
        .filter(host::Column::Id.is_in(ids()))
        .filter(host::Column::RemovedAt.is_null())
        .all(db)
        .await?;
    let services: Vec<(Uuid, Uuid)> = service::Entity::find()
        .select_only()
        .column(service::Column::Id)
        .column(service::Column::HostId)
        .filter(service::Column::HostId.is_in(ids()))
        .filter(service::Column::RemovedAt.is_null())
        .filter(service::Column::PausedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let open = fault::Entity::find()
        .filter(fault::Column::HostId.is_in(ids()))
        .filter(fault::Column::ClearedAt.is_null())
        .all(db)
        .await?;
    let acks = acknowledgements(db, &open.iter().map(|fault| fault.id).collect::<Vec<_>>()).await?;
    let taken: HashSet<_> = acks.into_iter().map(|ack| (ack.fault_id, ack.side.0)).collect();
    // As many customers as one page has.
    let downtimes = Downtimes::load(db, Scope::Everything, now).await?;
    let row =
        |host| HostRow { quiet: is_quiet(&downtimes, &host, now), host, services: Vec::new(), faults: Vec::new() };
    let mut marks: HashMap<_, _> = rows.into_iter().map(|host| (HostId(host.id), row(host))).collect();
    for (service, host) in services {
        if let Some(mark) = marks.get_mut(&HostId(host)) {
            mark.services.push(ServiceId(service));
        }
    }
    for fault in open {
        if let Some(mark) = marks.get_mut(&HostId(fault.host_id)) {
            mark.faults.push(OpenFault {
                number: fault.number,
                status: fault.status.0,
                flapping: fault.flapping,
                by_staff: taken.contains(&(fault.id, Side::Staff)),
                by_customer: taken.contains(&(fault.id, Side::Customer)),
                held: fault.held_until.is_some(),
                started_at: fault.started_at.into(),
            });
        }
    }
    Ok(marks)
}
