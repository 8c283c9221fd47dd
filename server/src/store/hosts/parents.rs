//! What hosts depend on: a graph without loops.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use domain::id::HostId;
use entity::{host, host_parent};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::{Named, ids, named};

/// Parents of one host; a machine behind more ways than this is a mistake.
pub const PARENTS_MAX: usize = 20;
/// Longest chain of hosts, each behind the next. Also the most queries of one walk.
const DEPTH_MAX: usize = 64;
/// Hosts looked at in one walk.
const VISITED_MAX: usize = 10_000;

/// Names of the hosts that a host depends on, in order.
pub async fn parents(db: &impl ConnectionTrait, id: HostId) -> Result<Vec<(HostId, String)>, DbErr> {
    let parent = host::Entity::belongs_to(host_parent::Entity).from(host::Column::Id).to(host_parent::Column::ParentId);
    let query = host::Entity::find()
        .join(JoinType::InnerJoin, parent.into())
        .filter(host_parent::Column::HostId.eq(id.0))
        .order_by_asc(host::Column::Name);
    named(query).all(db).await.map(ids)
}

/// Makes exactly these the parents of a host. Ask [`find_loop`] first, in the same transaction.
pub async fn set_parents(db: &impl ConnectionTrait, id: HostId, parents: &[HostId]) -> Result<(), DbErr> {
    host_parent::Entity::delete_many().filter(host_parent::Column::HostId.eq(id.0)).exec(db).await?;
    if parents.is_empty() {
        return Ok(());
    }
    let rows = parents.iter().map(|parent| host_parent::ActiveModel { host_id: Set(id.0), parent_id: Set(parent.0) });
    host_parent::Entity::insert_many(rows).exec_without_returning(db).await.map(drop)
}

/// Takes a host out of the graph: it depends on none, and none depends on it.
pub async fn forget_parents(db: &impl ConnectionTrait, id: HostId) -> Result<(), DbErr> {
    use host_parent::Column;
    host_parent::Entity::delete_many()
        .filter(Column::HostId.eq(id.0).or(Column::ParentId.eq(id.0)))
        .exec(db)
        .await
        .map(drop)
}

/// Why hosts cannot be the parents of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loop {
    /// Names from the host over one of its would-be parents back to itself.
    Found(Vec<String>),
    /// The walk was given up: nothing is that deep.
    TooDeep,
}

/// Whether `parents` would make `id` depend on itself. Walks up at most 64 hosts, with one query for each step.
pub async fn find_loop(db: &impl ConnectionTrait, id: HostId, parents: &[HostId]) -> Result<Option<Loop>, DbErr> {
    // For each host met: the host below it on the way down to `id`.
    let mut below: HashMap<Uuid, Uuid> = parents.iter().map(|parent| (parent.0, id.0)).collect();
    if below.contains_key(&id.0) {
        return Ok(Some(Loop::Found(names_of(db, &[id.0, id.0]).await?)));
    }
    let mut level: HashSet<Uuid> = below.keys().copied().collect();
    for _ in 0..DEPTH_MAX {
        if level.is_empty() {
            return Ok(None);
        }
        if VISITED_MAX < below.len() {
            return Ok(Some(Loop::TooDeep));
        }
        let edges =
            host_parent::Entity::find().filter(host_parent::Column::HostId.is_in(level.drain())).all(db).await?;
        for edge in edges {
            if edge.parent_id == id.0 {
                let mut way = way_down(&below, edge.host_id, id.0);
                way.reverse();
                way.push(id.0);
                return Ok(Some(Loop::Found(names_of(db, &way).await?)));
            }
            if let Entry::Vacant(place) = below.entry(edge.parent_id) {
                place.insert(edge.host_id);
                level.insert(edge.parent_id);
            }
        }
    }
    Ok(Some(Loop::TooDeep))
}

/// Ids from `top` down to `bottom`, both included.
fn way_down(below: &HashMap<Uuid, Uuid>, top: Uuid, bottom: Uuid) -> Vec<Uuid> {
    let steps = std::iter::successors(Some(top), |at| below.get(at).copied().filter(|_| *at != bottom));
    steps.take(DEPTH_MAX + 1).collect()
}

async fn names_of(db: &impl ConnectionTrait, way: &[Uuid]) -> Result<Vec<String>, DbErr> {
    let rows: Vec<Named> =
        named(host::Entity::find().filter(host::Column::Id.is_in(way.iter().copied()))).all(db).await?;
    let names: HashMap<Uuid, String> = rows.into_iter().map(|row| (row.id, row.name)).collect();
    Ok(way.iter().map(|id| names.get(id).cloned().unwrap_or_else(|| "a removed host".to_owned())).collect())
}
