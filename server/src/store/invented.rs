//! History that never happened, for the demonstration: written straight into the tables, so that nobody is mailed.

use domain::{
    fault::FaultEventKind,
    id::{CustomerId, FaultId, HostId, ServiceId},
    notice::headline,
    observation::Status,
    service::ServiceState,
    time::Timestamp,
};
use entity::{columns::Word, fault};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait};

use super::{
    counters::{self, Counter},
    faults::{NewEvent, add_event, new_id},
    states::{self, NewTransition},
};

/// A service with an invented past.
#[derive(Debug, Clone)]
pub struct Watched<'a> {
    pub customer: CustomerId,
    pub host: HostId,
    pub service: ServiceId,
    pub service_name: &'a str,
}

/// Since when the service has been watched, and faults it had, oldest first: start, end, status, what was seen.
pub async fn past(
    db: &impl ConnectionTrait,
    of: &Watched<'_>,
    since: Timestamp,
    faults: &[(Timestamp, Timestamp, Status, &str)],
) -> Result<(), DbErr> {
    let mut seq = 1;
    put(db, of, seq, since, Status::Ok, "First observation", None).await?;
    for (from, until, status, detail) in faults {
        let number = add_fault(db, of, *from, *until, *status, detail).await?;
        put(db, of, seq + 1, *from, *status, detail, Some(number)).await?;
        put(db, of, seq + 2, *until, Status::Ok, "Answers again", Some(number)).await?;
        seq += 2;
    }
    Ok(())
}

async fn put(
    db: &impl ConnectionTrait,
    of: &Watched<'_>,
    seq: i64,
    at: Timestamp,
    status: Status,
    detail: &str,
    fault: Option<i64>,
) -> Result<(), DbErr> {
    let state = match status {
        Status::Ok => ServiceState::Ok { since: at },
        _ => ServiceState::Hard { status, first_bad_at: at, differing: 0 },
    };
    let new = NewTransition {
        service: of.service,
        host: of.host,
        seq,
        at,
        status,
        hard: true,
        watch: state.into(),
        detail: detail.to_owned(),
    };
    states::store(db, &new, fault).await
}

async fn add_fault(
    db: &impl ConnectionTrait,
    of: &Watched<'_>,
    from: Timestamp,
    until: Timestamp,
    status: Status,
    detail: &str,
) -> Result<i64, DbErr> {
    let number = counters::take(db, Counter::Fault, 1).await?;
    let row = fault::Model {
        id: new_id(from)?,
        number,
        service_id: of.service.0,
        host_id: of.host.0,
        customer_id: of.customer.0,
        status: Word(status),
        headline: headline(of.service_name, status),
        detail: detail.to_owned(),
        changes: 0,
        flapping: false,
        started_at: from.into(),
        confirmed_at: from.into(),
        cleared_at: Some(until.into()),
        customer_told_at: None,
        held_until: None,
        held_status: None,
    };
    let id = FaultId(row.id);
    let row: fault::ActiveModel = row.into();
    fault::Entity::insert(row.reset_all()).exec_without_returning(db).await?;
    let event =
        |at, kind, status, detail| NewEvent { fault: id, at, kind, side: None, by: None, status: Some(status), detail };
    add_event(db, event(from, FaultEventKind::Opened, status, detail)).await?;
    add_event(db, event(until, FaultEventKind::Cleared, Status::Ok, "Answers again")).await?;
    Ok(number)
}
