//! Hand-overs that people were mailed about.

use domain::{
    id::{RotaId, UserId},
    rota::HandOver,
    time::Timestamp,
};
use entity::{columns::Micros, hand_over};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::values::stored;

/// Takes the mail about a hand-over to one person. False: it was taken before.
pub async fn claim(
    db: &impl ConnectionTrait,
    rota: RotaId,
    hand_over: &HandOver,
    user: UserId,
    now: Timestamp,
) -> Result<bool, DbErr> {
    use hand_over::{ActiveModel, Column, Entity};
    let row = ActiveModel {
        rota_id: Set(rota.0),
        layer: Set(stored("hand_over.layer", hand_over.layer)?),
        at: Set(hand_over.at.into()),
        user_id: Set(user.0),
        mailed_at: Set(now.into()),
    };
    let added = Entity::insert_many([row])
        .on_conflict(
            OnConflict::columns([Column::RotaId, Column::Layer, Column::At, Column::UserId]).do_nothing().to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(added == 1)
}

/// Who was mailed about hand-overs at or after `from`, as (rota, layer, at, person).
pub async fn mailed_since(
    db: &impl ConnectionTrait,
    from: Timestamp,
) -> Result<Vec<(RotaId, usize, Timestamp, UserId)>, DbErr> {
    let rows = hand_over::Entity::find().filter(hand_over::Column::At.gte(Micros::from(from))).all(db).await?;
    let read = |row: hand_over::Model| {
        let layer = usize::try_from(row.layer).unwrap_or(usize::MAX);
        (RotaId(row.rota_id), layer, row.at.into(), UserId(row.user_id))
    };
    Ok(rows.into_iter().map(read).collect())
}
