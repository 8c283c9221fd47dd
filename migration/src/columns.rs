//! Column shapes that every table uses: ids are UUIDs, instants are microseconds as BIGINT.

use sea_orm_migration::prelude::*;

/// A table with its primary key `id`.
pub(crate) fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(Alias::new(name)).col(ColumnDef::new(Alias::new("id")).uuid().not_null().primary_key()).take()
}

pub(crate) fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).uuid().not_null().take()
}

pub(crate) fn id_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).uuid().null().take()
}

pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).text().not_null().take()
}

pub(crate) fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).text().null().take()
}

/// An instant, a count or a number for people.
pub(crate) fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).big_integer().not_null().take()
}

pub(crate) fn number_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).big_integer().null().take()
}

pub(crate) fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).boolean().not_null().take()
}

pub(crate) fn blob(name: &'static str) -> ColumnDef {
    ColumnDef::new(Alias::new(name)).binary().not_null().take()
}

/// `from` points at `to(id)`; the row goes when its owner goes.
pub(crate) fn owned_by(table: &'static str, from: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{from}"))
        .from(Alias::new(table), Alias::new(from))
        .to(Alias::new(to), Alias::new("id"))
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}

/// `from` points at `to(id)`, which cannot go while it does. Checked at the end of a statement, so that a common owner
/// can go with both.
pub(crate) fn refers_to(table: &'static str, from: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{from}"))
        .from(Alias::new(table), Alias::new(from))
        .to(Alias::new(to), Alias::new("id"))
        .on_delete(ForeignKeyAction::NoAction)
        .take()
}

/// A table without an `id`: its key is made of `columns`.
pub(crate) fn keyed(name: &'static str, columns: &[&'static str]) -> TableCreateStatement {
    let mut key = Index::create();
    for column in columns {
        key.col(Alias::new(*column));
    }
    Table::create().table(Alias::new(name)).primary_key(&mut key).take()
}

pub(crate) async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(format!("ix_{table}_{}", columns.join("_"))).table(Alias::new(table));
    for column in columns {
        index.col(Alias::new(*column));
    }
    manager.create_index(index.take()).await
}

pub(crate) async fn unique(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(format!("ux_{table}_{}", columns.join("_"))).table(Alias::new(table)).unique();
    for column in columns {
        index.col(Alias::new(*column));
    }
    manager.create_index(index.take()).await
}

/// An index over some rows only; both databases know the same words for it.
pub(crate) async fn raw(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(statement).await.map(drop)
}

/// Drops tables in the order given.
pub(crate) async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(Alias::new(*table)).take()).await?;
    }
    Ok(())
}
