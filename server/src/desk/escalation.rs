//! Escalation policies: what they say, who edits them, and what a fault would set off.
//!
//! Staff see them, administrators change them. A save makes a version; faults that are open keep theirs.

mod input;
mod what_if;
mod why;
mod words;

#[cfg(test)]
mod tests;

use app::api::{
    error::ApiError,
    escalation::{EscalationDesk, PolicyForm, PolicyInput, PolicyList, PolicyRow, WhatIfInput, WhatIfPage},
    principal::Principal,
};
use domain::{access::Permission, escalation::Policy, id::PolicyId, probe::FieldError, time::Timestamp};
use sea_orm::ConnectionTrait;

pub(super) use self::why::{About, of_fault};
use super::{act, internal, is_unique_violation, new_id};
use crate::{
    clock::Clock,
    store::{
        Db, audit,
        directory::{self, People},
        policies::{self, PolicyVersion},
        values::Made,
    },
};

/// Implements [`EscalationDesk`].
#[derive(Debug, Clone)]
pub struct Desk {
    db: Db,
    clock: Clock,
}

impl Desk {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    async fn rows(&self, only: Option<PolicyId>) -> Result<Vec<PolicyRow>, ApiError> {
        let (db, now) = (self.db.read(), self.clock.now());
        let found = match only {
            None => policies::current(db).await.map_err(internal)?,
            Some(id) => policies::find(db, id).await.map_err(internal)?.into_iter().collect(),
        };
        let usual = policies::usual(db).await.map_err(internal)?.map(|usual| usual.of);
        let versions = policies::versions(db).await.map_err(internal)?;
        let uses = policies::uses(db, now).await.map_err(internal)?;
        let people = directory::load(db, None).await.map_err(internal)?;
        let row = |PolicyVersion { of, policy, .. }: PolicyVersion| PolicyRow {
            id: of,
            usual: usual == Some(of),
            steps: policy.steps.iter().map(|step| words::step_row(step, &people, now)).collect(),
            reminder: words::reminder(policy.reminder_s),
            contracts: words::contracts(&uses, of, usual),
            versions: words::versions(&versions, of),
            version: policy.version,
            name: policy.name,
        };
        Ok(found.into_iter().map(row).collect())
    }

    fn page(&self, who: &Principal, policies: Vec<PolicyRow>) -> PolicyList {
        PolicyList { now: self.clock.now(), policies, may_edit: who.role.may(Permission::EditEscalation) }
    }
}

/// The policy that `input` describes as the version after `stored`, or every mistake in it.
async fn checked(
    db: &impl ConnectionTrait,
    stored: Option<&PolicyVersion>,
    input: &PolicyInput,
) -> Result<Result<Policy, Vec<FieldError>>, ApiError> {
    let people: People = directory::load(db, None).await.map_err(internal)?;
    let others = policies::current(db).await.map_err(internal)?;
    let version = stored.map_or(1, |stored| stored.policy.version + 1);
    let checked = input::check(input, version, &people.directory());
    let taken = |name: &str| {
        others.iter().any(|other| other.policy.name == name && stored.is_none_or(|stored| stored.of != other.of))
    };
    Ok(match checked {
        Ok(policy) if taken(&policy.name) => Err(vec![name_taken()]),
        Err(mut wrong) if taken(input.name.trim()) => {
            wrong.insert(0, name_taken());
            Err(wrong)
        }
        other => other,
    })
}

fn name_taken() -> FieldError {
    FieldError::new("name", "is the name of another policy already")
}

/// Who saved meanwhile, when `input` was not made from the latest version.
async fn conflict(
    db: &impl ConnectionTrait,
    stored: &PolicyVersion,
    input: &PolicyInput,
) -> Result<Option<String>, ApiError> {
    if input.version.trim().parse() == Ok(stored.policy.version) {
        return Ok(None);
    }
    let versions = policies::versions(db).await.map_err(internal)?;
    let latest = versions.iter().find(|row| row.of == stored.of && row.version == stored.policy.version);
    let by = latest.and_then(|row| row.by.clone()).unwrap_or_else(|| "Somebody else".to_owned());
    let at = latest.map(|row| format!(" at {} UTC", row.at.as_jiff().strftime("%H:%M on %a %-d %b")));
    let (version, at) = (stored.policy.version, at.unwrap_or_default());
    Ok(Some(format!("{by} saved version {version}{at} meanwhile. Nothing of yours was saved.")))
}

async fn record(
    db: &impl ConnectionTrait,
    who: &Principal,
    now: Timestamp,
    action: &str,
    policy: &Policy,
) -> Result<(), ApiError> {
    let detail = format!("version {}", policy.version);
    audit::write(db, new_id(now)?, now, act(who, action, &policy.name, detail)).await.map_err(internal)
}

#[async_trait::async_trait]
impl EscalationDesk for Desk {
    async fn list(&self, who: &Principal) -> Result<PolicyList, ApiError> {
        who.require(Permission::SeeEscalation)?;
        let rows = self.rows(None).await?;
        Ok(self.page(who, rows))
    }

    async fn policy(&self, who: &Principal, id: PolicyId) -> Result<PolicyList, ApiError> {
        who.require(Permission::SeeEscalation)?;
        let rows = self.rows(Some(id)).await?;
        if rows.is_empty() { Err(ApiError::NotFound) } else { Ok(self.page(who, rows)) }
    }

    async fn form(
        &self,
        who: &Principal,
        id: Option<PolicyId>,
        input: Option<PolicyInput>,
        check: bool,
    ) -> Result<PolicyForm, ApiError> {
        who.require(Permission::EditEscalation)?;
        let db = self.db.read();
        let stored = match id {
            None => None,
            Some(id) => Some(policies::find(db, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?),
        };
        let mut input = input.unwrap_or_else(|| input::of_policy(stored.as_ref().map(|stored| &stored.policy)));
        let (mut wrong, mut conflicted) = (Vec::new(), None);
        if check {
            wrong = checked(db, stored.as_ref(), &input).await?.err().unwrap_or_default();
            if let Some(stored) = &stored {
                conflicted = conflict(db, stored, &input).await?;
                // Who has read this may save over it.
                input.version = stored.policy.version.to_string();
            }
        }
        let people = directory::load(db, None).await.map_err(internal)?;
        let choices = words::choices(&people.directory(), &input);
        Ok(PolicyForm { id, input, wrong, conflict: conflicted, choices })
    }

    async fn save(&self, who: &Principal, id: Option<PolicyId>, input: PolicyInput) -> Result<PolicyId, ApiError> {
        who.require(Permission::EditEscalation)?;
        let input = input::without_gaps(input);
        let now = self.clock.now();
        let made = Made { at: now, by: Some(who.user) };
        let tx = self.db.begin().await.map_err(internal)?;
        let stored = match id {
            None => None,
            Some(id) => Some(policies::find(&tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?),
        };
        let policy = checked(&tx, stored.as_ref(), &input).await?.map_err(ApiError::Invalid)?;
        let (of, action, saved) = match &stored {
            None => {
                let of = PolicyId(new_id(now)?);
                (of, "policy.create", policies::insert(&tx, of, &policy, made).await)
            }
            Some(stored) => {
                if let Some(words) = conflict(&tx, stored, &input).await? {
                    return Err(ApiError::Conflict(words));
                }
                (stored.of, "policy.edit", policies::publish(&tx, stored.of, &policy, made).await)
            }
        };
        match saved {
            Ok(Some(_)) => {}
            Ok(None) if stored.is_some() => {
                return Err(ApiError::Conflict("Somebody else saved this policy at the same moment.".to_owned()));
            }
            Ok(None) => return Err(ApiError::Invalid(vec![name_taken()])),
            Err(error) if is_unique_violation(&error) => return Err(ApiError::Invalid(vec![name_taken()])),
            Err(error) => return Err(internal(error)),
        }
        record(&tx, who, now, action, &policy).await?;
        tx.commit().await.map_err(internal)?;
        Ok(of)
    }

    async fn make_usual(&self, who: &Principal, id: PolicyId) -> Result<(), ApiError> {
        who.require(Permission::EditEscalation)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let stored = policies::find(&tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        if let Err(error) = policies::make_usual(&tx, id).await {
            return Err(match is_unique_violation(&error) {
                true => ApiError::Conflict("Somebody else chose the usual policy at the same moment.".to_owned()),
                false => internal(error),
            });
        }
        record(&tx, who, now, "policy.make_usual", &stored.policy).await?;
        tx.commit().await.map_err(internal)
    }

    async fn what_if(&self, who: &Principal, input: WhatIfInput) -> Result<WhatIfPage, ApiError> {
        who.require(Permission::SeeEscalation)?;
        what_if::page(self.db.read(), self.clock.now(), input).await
    }
}
