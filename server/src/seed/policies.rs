//! A second escalation policy for the demonstration: by the rota where there is one, also to the customer's contacts.

use domain::{
    access::Role,
    escalation::{After, Counted, Policy, Step, Whom},
    id::PolicyId,
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{SeedError, fixed_id};
use crate::store::{policies, rotas, values::Made};

/// Its first layer is told at once, its second after a quarter of an hour.
const ROTA: &str = "Support on call";

pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    let rota = rotas::list(tx).await?.into_iter().find(|rota| rota.draft.name == ROTA);
    let layer = |layer: usize| match &rota {
        Some(rota) if layer < rota.draft.layers.len() => Whom::Rota { rota: rota.id, layer },
        _ => Whom::Role(Role::Engineer),
    };
    let step = |minutes: u32, counted, whom| Step { after: After { seconds: minutes * 60, counted }, whom: vec![whom] };
    let steps = vec![
        step(0, Counted::Elapsed, layer(0)),
        step(15, Counted::Elapsed, layer(1)),
        step(45, Counted::Elapsed, Whom::Role(Role::Administrator)),
        step(60, Counted::Elapsed, Whom::CustomerContacts),
    ];
    let name = "Phone systems, day and night".to_owned();
    let policy = Policy { name, version: 1, steps, reminder_s: Some(2 * 3_600) };
    let id = PolicyId(fixed_id("demo policy phone systems"));
    policies::insert(tx, id, &policy, Made::seeded(now)).await?;
    Ok(())
}
