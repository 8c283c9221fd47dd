//! Rotas as rows: layers, rotations, temporary schedules, swaps. Rows keep the draft; what is read is checked again.

use std::collections::BTreeMap;

use domain::{
    id::{RotaId, UserId},
    rota::{LayerDraft, Rota, RotaDraft, RotationDraft, ShiftLength, SwapDraft},
    time::Timestamp,
};
use entity::{rota, rota_layer, rota_person, rota_rotation, rota_swap};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    bulk::insert_all,
    faults::new_id,
    values::{number, unreadable},
};

/// More rotas than there are teams.
const ROTAS_MAX: u64 = 200;
const DAYS: &str = "days";
const WEEKS: &str = "weeks";

/// A rota as an administrator edits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRota {
    pub id: RotaId,
    pub version: i64,
    pub draft: RotaDraft,
}

impl StoredRota {
    /// Ready to be asked who is on call.
    pub fn rota(&self) -> Result<Rota, DbErr> {
        self.draft.check().map_err(|wrong| {
            let told: Vec<_> = wrong.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
            unreadable("rota", told.join("; "))
        })
    }
}

/// Adds a rota. A name that is in use makes this fail on the unique key.
pub async fn insert(db: &impl ConnectionTrait, id: RotaId, draft: &RotaDraft, at: Timestamp) -> Result<(), DbErr> {
    let row = rota::ActiveModel {
        id: Set(id.0),
        name: Set(draft.name.clone()),
        zone: Set(draft.zone.clone()),
        version: Set(1),
        created_at: Set(at.into()),
        removed_at: Set(None),
    };
    rota::Entity::insert(row).exec_without_returning(db).await?;
    insert_layers(db, id, &draft.layers, at).await
}

/// Makes a rota that is still at `version` what `draft` says. 0: it is not, or it was removed.
pub async fn update(
    db: &impl ConnectionTrait,
    id: RotaId,
    version: i64,
    draft: &RotaDraft,
    at: Timestamp,
) -> Result<u64, DbErr> {
    let done = rota::Entity::update_many()
        .col_expr(rota::Column::Name, Expr::value(draft.name.as_str()))
        .col_expr(rota::Column::Zone, Expr::value(draft.zone.as_str()))
        .col_expr(rota::Column::Version, Expr::col(rota::Column::Version).add(1))
        .filter(rota::Column::Id.eq(id.0))
        .filter(rota::Column::Version.eq(version))
        .filter(rota::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    if done.rows_affected == 1 {
        // Everything below a layer goes with it.
        rota_layer::Entity::delete_many().filter(rota_layer::Column::RotaId.eq(id.0)).exec(db).await?;
        insert_layers(db, id, &draft.layers, at).await?;
    }
    Ok(done.rows_affected)
}

/// Its rows stay, its name is free again. 0: it is not at `version`, or it was removed already.
pub async fn remove(db: &impl ConnectionTrait, id: RotaId, version: i64, at: Timestamp) -> Result<u64, DbErr> {
    let done = rota::Entity::update_many()
        .col_expr(rota::Column::RemovedAt, Expr::value(at.as_micros()))
        .filter(rota::Column::Id.eq(id.0))
        .filter(rota::Column::Version.eq(version))
        .filter(rota::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

async fn insert_layers(
    db: &impl ConnectionTrait,
    rota: RotaId,
    layers: &[LayerDraft],
    at: Timestamp,
) -> Result<(), DbErr> {
    let (mut layer_rows, mut rotations, mut people, mut swaps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (layer, place) in layers.iter().zip(0..) {
        let id = new_id(at)?;
        let name = Set(layer.name.clone());
        layer_rows.push(rota_layer::ActiveModel { id: Set(id), rota_id: Set(rota.0), place: Set(place), name });
        for (list, temporary) in [(&layer.rotations, false), (&layer.temporary, true)] {
            for (draft, place) in list.iter().zip(0..) {
                let rotation = new_id(at)?;
                rotations.push(rotation_row(draft, rotation, id, temporary, place));
                people.extend(draft.people.iter().zip(0..).map(|(person, place)| rota_person::ActiveModel {
                    rotation_id: Set(rotation),
                    place: Set(place),
                    user_id: Set(person.0),
                }));
            }
        }
        swaps.extend(layer.swaps.iter().zip(0..).map(|(swap, place)| rota_swap::ActiveModel {
            layer_id: Set(id),
            place: Set(place),
            from_local: Set(swap.from.clone()),
            until_local: Set(swap.until.clone()),
            user_id: Set(swap.person.0),
            why: Set(swap.why.clone()),
        }));
    }
    insert_all(db, layer_rows).await?;
    insert_all(db, rotations).await?;
    insert_all(db, people).await?;
    insert_all(db, swaps).await
}

fn rotation_row(
    draft: &RotationDraft,
    id: Uuid,
    layer: Uuid,
    temporary: bool,
    place: i64,
) -> rota_rotation::ActiveModel {
    let (unit, count) = match draft.shift {
        ShiftLength::Days(days) => (DAYS, days),
        ShiftLength::Weeks(weeks) => (WEEKS, weeks),
    };
    rota_rotation::ActiveModel {
        id: Set(id),
        layer_id: Set(layer),
        temporary: Set(temporary),
        place: Set(place),
        shift_unit: Set(unit.to_owned()),
        shift_count: Set(count.into()),
        weekday: Set(draft.weekday.clone()),
        hand_over: Set(draft.hand_over.clone()),
        starts_on: Set(draft.starts_on.clone()),
        ends_on: Set(draft.ends_on.clone()),
    }
}

pub async fn find(db: &impl ConnectionTrait, id: RotaId) -> Result<Option<StoredRota>, DbErr> {
    let rows = rota::Entity::find_by_id(id.0).filter(rota::Column::RemovedAt.is_null()).all(db).await?;
    Ok(with_layers(db, rows).await?.pop())
}

/// All rotas by name, 200 at most.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<StoredRota>, DbErr> {
    let rows = rota::Entity::find()
        .filter(rota::Column::RemovedAt.is_null())
        .order_by_asc(rota::Column::Name)
        .limit(ROTAS_MAX)
        .all(db)
        .await?;
    with_layers(db, rows).await
}

/// A fixed number of queries for any number of rotas.
async fn with_layers(db: &impl ConnectionTrait, rotas: Vec<rota::Model>) -> Result<Vec<StoredRota>, DbErr> {
    let ids: Vec<_> = rotas.iter().map(|rota| rota.id).collect();
    let layers = rota_layer::Entity::find()
        .filter(rota_layer::Column::RotaId.is_in(ids.iter().copied()))
        .order_by_asc(rota_layer::Column::Place)
        .all(db)
        .await?;
    let mut people: BTreeMap<Uuid, Vec<UserId>> = BTreeMap::new();
    let rows = rota_person::Entity::find()
        .filter(rota_person::Column::RotationId.in_subquery(rotation_ids(&ids)))
        .order_by_asc(rota_person::Column::Place);
    for row in rows.all(db).await? {
        people.entry(row.rotation_id).or_default().push(UserId(row.user_id));
    }
    let mut drafts: BTreeMap<Uuid, LayerDraft> = BTreeMap::new();
    let rows = rota_rotation::Entity::find()
        .filter(rota_rotation::Column::LayerId.in_subquery(layer_ids(&ids)))
        .order_by_asc(rota_rotation::Column::Place);
    for row in rows.all(db).await? {
        let layer = drafts.entry(row.layer_id).or_default();
        let list = if row.temporary { &mut layer.temporary } else { &mut layer.rotations };
        list.push(rotation(people.remove(&row.id).unwrap_or_default(), row)?);
    }
    let rows = rota_swap::Entity::find()
        .filter(rota_swap::Column::LayerId.in_subquery(layer_ids(&ids)))
        .order_by_asc(rota_swap::Column::Place);
    for row in rows.all(db).await? {
        let (person, why) = (UserId(row.user_id), row.why);
        let swap = SwapDraft { from: row.from_local, until: row.until_local, person, why };
        drafts.entry(row.layer_id).or_default().swaps.push(swap);
    }
    let mut by_rota: BTreeMap<Uuid, Vec<LayerDraft>> = BTreeMap::new();
    for row in layers {
        let draft = drafts.remove(&row.id).unwrap_or_default();
        by_rota.entry(row.rota_id).or_default().push(LayerDraft { name: row.name, ..draft });
    }
    let with_layers = |row: rota::Model| {
        let layers = by_rota.remove(&row.id).unwrap_or_default();
        let draft = RotaDraft { name: row.name, zone: row.zone, layers };
        StoredRota { id: RotaId(row.id), version: row.version, draft }
    };
    Ok(rotas.into_iter().map(with_layers).collect())
}

fn layer_ids(rotas: &[Uuid]) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(rota_layer::Column::Id)
        .from(rota_layer::Entity)
        .and_where(rota_layer::Column::RotaId.is_in(rotas.iter().copied()));
    query
}

fn rotation_ids(rotas: &[Uuid]) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(rota_rotation::Column::Id)
        .from(rota_rotation::Entity)
        .and_where(rota_rotation::Column::LayerId.in_subquery(layer_ids(rotas)));
    query
}

fn rotation(people: Vec<UserId>, row: rota_rotation::Model) -> Result<RotationDraft, DbErr> {
    let count = number("rota_rotation.shift_count", row.shift_count)?;
    let shift = match row.shift_unit.as_str() {
        DAYS => ShiftLength::Days(count),
        WEEKS => ShiftLength::Weeks(count),
        other => return Err(unreadable("rota_rotation.shift_unit", format!("{other:?}"))),
    };
    let (weekday, hand_over, starts_on, ends_on) = (row.weekday, row.hand_over, row.starts_on, row.ends_on);
    Ok(RotationDraft { people, shift, weekday, hand_over, starts_on, ends_on })
}

#[cfg(test)]
mod tests;
