//! How we get in: where, and whether it works. Source: `rules` section 11.

use std::time::Duration;

use app::api::{error::ApiError, principal::Principal};
use domain::{
    access::Permission,
    contract::AccessPath,
    id::{AccessTargetId, ContractId},
    observation::Status,
    probe::{Params, ProbeKind, ProbeSpec},
    time::Timestamp,
};
use sea_orm::DbErr;

use super::{Desk, record};
use crate::{
    desk::{internal, is_unique_violation, new_id, tickets::way_in},
    probes::Prober,
    store::{
        Db,
        access::{self, AccessTarget, TARGETS_MAX},
    },
};

/// A way in that answers later than this is no help in a fault.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Standing access is tested at most this often, so that it is no burden and fresh enough to be shown.
const TEST_EVERY_S: i64 = 3_600;
/// What did not answer may be waited for: a clock goes on with the first test that is good again.
const TEST_AGAIN_S: i64 = 300;
/// Tests of one call, one after the other: at worst a little over three minutes.
const BATCH: u64 = 20;
const SSH_PORT: u16 = 22;

/// The probe of a way in, or what is wrong with its address.
fn spec(path: AccessPath, address: &str) -> Result<ProbeSpec, String> {
    let (kind, target) = match path {
        AccessPath::Http => (ProbeKind::Http, address.to_owned()),
        AccessPath::Ssh if !address.contains(':') => (ProbeKind::Tcp, format!("{address}:{SSH_PORT}")),
        AccessPath::Ssh | AccessPath::Mitel | AccessPath::Other => (ProbeKind::Tcp, address.to_owned()),
    };
    ProbeSpec::parse(kind, &target, &Params::default())
        .map_err(|wrong| wrong.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; "))
}

/// Tests standing access that is due and answers how many targets were tested. One indexed look-up when none is.
pub async fn run_due(db: &Db, prober: &Prober, now: Timestamp) -> Result<usize, DbErr> {
    let tx = db.begin().await?;
    let due = access::claim_due(&tx, now, now.plus_seconds(TEST_EVERY_S), BATCH).await?;
    tx.commit().await?;
    for target in &due {
        test(db, prober, target).await?;
    }
    Ok(due.len())
}

fn is_good(status: Status) -> bool {
    matches!(status, Status::Ok | Status::Warning)
}

async fn test(db: &Db, prober: &Prober, target: &AccessTarget) -> Result<(), DbErr> {
    let Ok(spec) = spec(target.path, &target.address) else {
        tracing::error!(access.id = %target.id, "a stored address of access cannot be probed");
        return Ok(());
    };
    let seen = prober.run(&spec, TIMEOUT).await;
    let every = if is_good(seen.status) { TEST_EVERY_S } else { TEST_AGAIN_S };
    let tx = db.begin().await?;
    access::record(&tx, target.id, &seen, seen.at.plus_seconds(every)).await?;
    let all = access::of_contract(&tx, target.contract).await?;
    tx.commit().await?;
    // What answered all the time is not what somebody waits for.
    let was_bad = target.last.as_ref().is_some_and(|last| !is_good(last.status));
    let others = all.iter().all(|one| one.last.as_ref().is_some_and(|last| is_good(last.status)));
    if is_good(seen.status) && was_bad && others {
        // The customer reads this: addresses are for staff.
        let evidence = format!("our test of the way in ({}) is good again", target.path.as_str());
        way_in::answers_again(db, target.contract, &evidence, seen.at).await?;
    }
    Ok(())
}

impl Desk {
    pub(super) async fn store_target(
        &self,
        who: &Principal,
        id: ContractId,
        path: &str,
        address: &str,
    ) -> Result<(), ApiError> {
        let stored = self.find(self.db.read(), who, id).await?;
        who.require(Permission::EditHosts)?;
        let words = AccessPath::ALL.map(AccessPath::as_str).join(", ");
        let path = AccessPath::parse(path.trim())
            .ok_or_else(|| ApiError::invalid("path", format!("must be one of {words}, not {path:?}")))?;
        let address = address.trim().to_owned();
        spec(path, &address).map_err(|said| ApiError::invalid("address", said))?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let there = access::of_contract(&tx, id).await.map_err(internal)?;
        if TARGETS_MAX <= there.len() as u64 {
            return Err(ApiError::invalid("address", format!("may be {TARGETS_MAX} at most for one contract")));
        }
        let detail = format!("{} {address}", path.as_str());
        let new = AccessTarget { id: AccessTargetId(new_id(now)?), contract: id, path, address, last: None };
        match access::insert(&tx, &new, now).await {
            Err(error) if is_unique_violation(&error) => {
                return Err(ApiError::invalid("address", "is there already"));
            }
            other => other.map_err(internal)?,
        }
        record(&tx, who, now, "contract.add_access", (stored.number, stored.agreed.customer), detail).await?;
        tx.commit().await.map_err(internal)
    }

    pub(super) async fn drop_target(&self, who: &Principal, id: AccessTargetId) -> Result<(), ApiError> {
        let (target, now) = (self.target(who, id).await?, self.clock.now());
        let tx = self.db.begin().await.map_err(internal)?;
        let stored = self.find(&tx, who, target.contract).await?;
        if access::remove(&tx, id).await.map_err(internal)? == 0 {
            return Err(ApiError::NotFound);
        }
        let detail = format!("{} {}", target.path.as_str(), target.address);
        record(&tx, who, now, "contract.remove_access", (stored.number, stored.agreed.customer), detail).await?;
        tx.commit().await.map_err(internal)
    }

    pub(super) async fn test_target(&self, who: &Principal, id: AccessTargetId) -> Result<(), ApiError> {
        let target = self.target(who, id).await?;
        test(&self.db, &self.prober, &target).await.map_err(internal)
    }

    async fn target(&self, who: &Principal, id: AccessTargetId) -> Result<AccessTarget, ApiError> {
        let found = access::find(self.db.read(), who.scope(), id).await.map_err(internal)?;
        let found = found.ok_or(ApiError::NotFound)?;
        who.require(Permission::EditHosts)?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_in_is_an_address_that_can_be_probed() {
        for (path, address, good) in [
            (AccessPath::Ssh, "pbx.example", true),
            (AccessPath::Ssh, "pbx.example:2222", true),
            (AccessPath::Mitel, "10.1.2.3:7011", true),
            (AccessPath::Mitel, "10.1.2.3", false),
            (AccessPath::Http, "https://pbx.example/", true),
            (AccessPath::Http, "pbx.example:80 80", false),
            (AccessPath::Other, "", false),
        ] {
            assert_eq!(spec(path, address).is_ok(), good, "{path:?} {address}: {:?}", spec(path, address).err());
        }
    }
}
