//! Rotas: a month of one, swaps, and the form that makes or changes one. Hand-over mails are in `duty`.

mod form;
mod month;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use app::api::{
    error::ApiError,
    principal::Principal,
    rotas::{RotaDesk, RotaForm, RotaPage},
};
use domain::{
    access::{Permission, Scope},
    id::{RotaId, UserId},
    rota::RotaDraft,
};
use sea_orm::ConnectionTrait;

use super::{act, internal, is_unique_violation, new_id, typed::Typed};
use crate::{
    clock::Clock,
    store::{
        Db, audit, policies,
        rotas::{self, StoredRota},
        users,
    },
};

/// Implements [`RotaDesk`].
#[derive(Clone)]
pub struct Desk {
    db: Db,
    clock: Clock,
}

/// Names of staff, also of those whose accounts are switched off: they may be on a rota still.
#[derive(Debug, Clone, Default)]
struct People {
    names: BTreeMap<UserId, String>,
    /// By name; who can be put on a rota.
    active: Vec<(UserId, String)>,
}

impl People {
    async fn load(db: &impl ConnectionTrait) -> Result<Self, ApiError> {
        let all = users::list(db, Scope::Everything).await.map_err(internal)?;
        let staff = all.into_iter().filter(|person| person.role.is_staff());
        let mut people = Self::default();
        for person in staff {
            if person.disabled_at.is_none() {
                people.active.push((person.id, person.name.clone()));
            }
            people.names.insert(person.id, person.name);
        }
        Ok(people)
    }

    fn name(&self, id: UserId) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| "Somebody".to_owned())
    }
}

impl Desk {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    async fn find(&self, db: &impl ConnectionTrait, id: RotaId) -> Result<StoredRota, ApiError> {
        rotas::find(db, id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }

    /// Stores a draft over the version that was looked at, in one transaction with its audit row.
    async fn store(
        &self,
        who: &Principal,
        rota: &StoredRota,
        draft: &RotaDraft,
        (action, detail): (&str, String),
    ) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        match rotas::update(&tx, rota.id, rota.version, draft, now).await {
            Ok(0) => return Err(stale()),
            Ok(_) => {}
            Err(error) if is_unique_violation(&error) => return Err(taken(&draft.name)),
            Err(error) => return Err(internal(error)),
        }
        audit::write(&tx, new_id(now)?, now, act(who, action, &draft.name, detail)).await.map_err(internal)?;
        tx.commit().await.map_err(internal)
    }
}

fn stale() -> ApiError {
    ApiError::Conflict(
        "Somebody changed this rota since you looked at it, so nothing was saved. Look at the preview again."
            .to_owned(),
    )
}

fn taken(name: &str) -> ApiError {
    ApiError::invalid("name", format!("there is a rota called {name} already"))
}

fn proves(seen: &str, rota: &StoredRota) -> Result<(), ApiError> {
    if seen == rota.version.to_string() { Ok(()) } else { Err(stale()) }
}

#[async_trait::async_trait]
impl RotaDesk for Desk {
    async fn month(&self, who: &Principal, rota: &str, month: &str) -> Result<RotaPage, ApiError> {
        who.require(Permission::SeeRotas)?;
        month::page(self.db.read(), who, rota, month, self.clock.now()).await
    }

    async fn swap_form(&self, who: &Principal, rota: RotaId, query: &str) -> Result<RotaForm, ApiError> {
        who.require(Permission::SwapShifts)?;
        let db = self.db.read();
        let stored = self.find(db, rota).await?;
        let people = People::load(db).await?;
        form::swap_form(&stored, &people, Typed::parse(query), self.clock.now())
    }

    async fn swap(&self, who: &Principal, rota: RotaId, form: &str, seen: &str) -> Result<(), ApiError> {
        who.require(Permission::SwapShifts)?;
        let stored = self.find(self.db.read(), rota).await?;
        proves(seen, &stored)?;
        let people = People::load(self.db.read()).await?;
        let (draft, swap) = form::with_swap(&stored.draft, &people, &Typed::parse(form)).map_err(ApiError::Invalid)?;
        let detail = format!("{} from {} to {}: {}", people.name(swap.person), swap.from, swap.until, swap.why);
        self.store(who, &stored, &draft, ("rota.swap", detail)).await
    }

    async fn unswap(
        &self,
        who: &Principal,
        rota: RotaId,
        version: i64,
        layer: usize,
        place: usize,
    ) -> Result<(), ApiError> {
        who.require(Permission::SwapShifts)?;
        let stored = self.find(self.db.read(), rota).await?;
        proves(&version.to_string(), &stored)?;
        let mut draft = stored.draft.clone();
        let swaps = &mut draft.layers.get_mut(layer).ok_or(ApiError::NotFound)?.swaps;
        if swaps.len() <= place {
            return Err(ApiError::NotFound);
        }
        let swap = swaps.remove(place);
        self.store(who, &stored, &draft, ("rota.unswap", format!("{} to {}", swap.from, swap.until))).await
    }

    async fn form(&self, who: &Principal, rota: &str, query: &str) -> Result<RotaForm, ApiError> {
        who.require(Permission::EditRotas)?;
        let db = self.db.read();
        let stored = match rota {
            "" => None,
            id => Some(self.find(db, id.parse().map_err(|_| ApiError::NotFound)?).await?),
        };
        let people = People::load(db).await?;
        Ok(form::edit_form(stored.as_ref(), &people, Typed::parse(query), self.clock.now()))
    }

    async fn save(&self, who: &Principal, rota: &str, form: &str, seen: &str) -> Result<(), ApiError> {
        who.require(Permission::EditRotas)?;
        let people = People::load(self.db.read()).await?;
        let typed = Typed::parse(form);
        if rota.is_empty() {
            let (draft, _) = form::read(None, &people, &typed);
            form::check(&draft, &people, None).map_err(ApiError::Invalid)?;
            return self.make(who, &draft).await;
        }
        let stored = self.find(self.db.read(), rota.parse().map_err(|_| ApiError::NotFound)?).await?;
        proves(seen, &stored)?;
        let (draft, _) = form::read(Some(&stored.draft), &people, &typed);
        form::check(&draft, &people, Some(&stored.draft)).map_err(ApiError::Invalid)?;
        self.store(who, &stored, &draft, ("rota.edit", format!("{} layers", draft.layers.len()))).await
    }

    async fn remove(&self, who: &Principal, rota: RotaId, version: i64) -> Result<(), ApiError> {
        who.require(Permission::EditRotas)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let stored = self.find(&tx, rota).await?;
        let naming = policies::current(&tx).await.map_err(internal)?;
        let naming = naming.into_iter().filter(|version| version.policy.names_rota(rota));
        let naming: Vec<_> = naming.map(|version| version.policy.name).collect();
        if !naming.is_empty() {
            return Err(ApiError::Conflict(format!(
                "{} cannot be removed: these policies call whoever is on call in it: {}. Change them first.",
                stored.draft.name,
                naming.join(", ")
            )));
        }
        if rotas::remove(&tx, rota, version, now).await.map_err(internal)? == 0 {
            return Err(stale());
        }
        audit::write(&tx, new_id(now)?, now, act(who, "rota.remove", &stored.draft.name, ""))
            .await
            .map_err(internal)?;
        tx.commit().await.map_err(internal)
    }
}

impl Desk {
    async fn make(&self, who: &Principal, draft: &RotaDraft) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        match rotas::insert(&tx, RotaId(new_id(now)?), draft, now).await {
            Ok(()) => {}
            Err(error) if is_unique_violation(&error) => return Err(taken(&draft.name)),
            Err(error) => return Err(internal(error)),
        }
        audit::write(&tx, new_id(now)?, now, act(who, "rota.create", &draft.name, "")).await.map_err(internal)?;
        tx.commit().await.map_err(internal)
    }
}
