//! Many rows at once.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait};

/// Rows of one statement: with two dozen columns well below the 32,766 values that SQLite takes.
const ROWS_PER_STATEMENT: usize = 1_000;

/// Adds all rows, also none.
pub(super) async fn insert_all<A: ActiveModelTrait>(db: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr> {
    for piece in rows.chunks(ROWS_PER_STATEMENT) {
        <A::Entity as EntityTrait>::insert_many(piece.to_vec()).exec_without_returning(db).await?;
    }
    Ok(())
}
