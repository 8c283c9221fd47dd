//! What covers a host at an instant: the contract that is asked, the level it gives, and the decision with its reason.

use std::collections::HashMap;

use domain::{
    access::Scope,
    calendar::Cover,
    clock::Terms,
    contract::{ContractState, CoverDecision, CoverQuestion, IncidentStanding, Prices},
    cover::CoverLevel,
    escalation::{EscalationTerms, Policy},
    id::{CustomerId, HostId, PolicyVersionId, SiteId},
    level::{Hours, LevelTerms, TicketTerms},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    calendars::{self, InForce, TermsRef},
    contracts::{self, StoredContract},
    equipment::{self, Piece},
    escalations::HoursRef,
    levels::{self, Level},
    policies::{self, PolicyVersion},
    price_lists::{self, PriceListVersion},
    values::unreadable,
};

/// Everything that is promised in general at one instant: loaded once for any number of faults.
#[derive(Debug, Clone)]
pub struct Promises {
    calendars: InForce,
    levels: Vec<Level>,
    prices: PriceListVersion,
    policies: Vec<PolicyVersion>,
    usual: Option<PolicyVersion>,
}

impl Promises {
    pub async fn load(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let prices = price_lists::latest(db).await?.ok_or_else(|| unreadable("price_list", "there is none"))?;
        Ok(Self {
            calendars: calendars::in_force(db).await?,
            levels: levels::current(db).await?,
            prices,
            policies: policies::current(db).await?,
            usual: policies::usual(db).await?,
        })
    }

    /// What offers cost today.
    pub fn prices(&self) -> Prices {
        self.prices.prices
    }

    /// The latest version of the level of which there is only one.
    fn seeded(&self, cover: CoverLevel) -> Result<&LevelTerms, DbErr> {
        let found = self.levels.iter().find(|level| level.terms.level == cover);
        found.map(|level| &level.terms).ok_or_else(|| unreadable("cover_level.cover", cover.as_str()))
    }

    /// What new tickets under a contract are promised: its level in the latest version.
    fn level_of(&self, contract: &StoredContract) -> Result<&LevelTerms, DbErr> {
        let found = self.levels.iter().find(|level| level.id == contract.agreed.level);
        found.map(|level| &level.terms).ok_or_else(|| unreadable("contract.level_id", contract.agreed.level))
    }

    fn hours(&self, hours: &Hours) -> Result<HoursRef, DbErr> {
        match hours {
            Hours::Always => Ok(HoursRef::Always),
            Hours::Inside(key) => {
                let version = self.calendars.versions.get(key);
                version.map(|(id, _)| HoursRef::Inside(*id)).ok_or_else(|| unreadable("level_version.hours", key))
            }
        }
    }

    /// The policy of a contract, or the usual one. None: no policy was ever made.
    fn policy(&self, contract: Option<&StoredContract>) -> Option<&PolicyVersion> {
        let named = contract.and_then(|one| one.agreed.policy);
        named.and_then(|id| self.policies.iter().find(|policy| policy.of == id)).or(self.usual.as_ref())
    }
}

/// What covers one host.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The one that is asked first; also one that ended or has not begun, which is then the reason.
    pub contract: Option<StoredContract>,
    /// What the contract gives now; "none" unless it is in force.
    pub level: LevelTerms,
    /// Whose target starts the response clock: Cat4 may have the one of Cat2.
    pub response: LevelTerms,
    /// The piece that the host is.
    pub piece: Option<Piece>,
    pub decision: CoverDecision,
    prices: PriceListVersion,
}

/// What a fault's escalation is opened with.
#[derive(Debug, Clone)]
pub struct Paging {
    pub policy: PolicyVersionId,
    pub cover: HoursRef,
    pub paging: Option<HoursRef>,
    pub terms: EscalationTerms,
}

/// What covers `host` at `at`, for something first seen at `first_seen_at`.
pub async fn of_host(
    db: &impl ConnectionTrait,
    promises: &Promises,
    host: HostId,
    first_seen_at: Timestamp,
    at: Timestamp,
) -> Result<Standing, DbErr> {
    let contract = contracts::of_host(db, Scope::Everything, host, at).await?.into_iter().next();
    let piece = equipment::of_host(db, Scope::Everything, host).await?;
    let question = CoverQuestion {
        contract: contract.as_ref().map(|one| &one.contract),
        equipment: piece.as_ref().map(|piece| &piece.equipment),
        first_seen_at,
        agreed: false,
        incident: IncidentStanding::NotAccepted,
        training_unmet: None,
        at,
    };
    let decision = question.decide(promises.prices.prices);
    let (level, response) = levels_of(promises, contract.as_ref(), at)?;
    Ok(Standing {
        level: level.clone(),
        response: response.clone(),
        contract,
        piece,
        decision,
        prices: promises.prices,
    })
}

/// What covers a piece that is no watched host at `at`, for something first seen at `first_seen_at`.
pub async fn of_piece(
    db: &impl ConnectionTrait,
    promises: &Promises,
    piece: Piece,
    first_seen_at: Timestamp,
    at: Timestamp,
) -> Result<Standing, DbErr> {
    let contract = contracts::of_place(db, piece.customer, piece.site, at).await?.into_iter().next();
    let question = CoverQuestion {
        contract: contract.as_ref().map(|one| &one.contract),
        equipment: Some(&piece.equipment),
        first_seen_at,
        agreed: false,
        incident: IncidentStanding::NotAccepted,
        training_unmet: None,
        at,
    };
    let decision = question.decide(promises.prices.prices);
    let (level, response) = levels_of(promises, contract.as_ref(), at)?;
    let (level, response) = (level.clone(), response.clone());
    Ok(Standing { level, response, contract, piece: Some(piece), decision, prices: promises.prices })
}

/// What covers a customer at a site, or anywhere, for something that is about no piece in particular.
pub async fn in_general(
    db: &impl ConnectionTrait,
    promises: &Promises,
    (customer, site): (CustomerId, Option<SiteId>),
    at: Timestamp,
) -> Result<Standing, DbErr> {
    let contract = contracts::of_place(db, customer, site, at).await?.into_iter().next();
    let question = CoverQuestion {
        contract: contract.as_ref().map(|one| &one.contract),
        equipment: None,
        first_seen_at: at,
        agreed: false,
        incident: IncidentStanding::NotAccepted,
        training_unmet: None,
        at,
    };
    let decision = question.decide_in_general(promises.prices.prices);
    let (level, response) = levels_of(promises, contract.as_ref(), at)?;
    let (level, response) = (level.clone(), response.clone());
    Ok(Standing { level, response, contract, piece: None, decision, prices: promises.prices })
}

fn levels_of<'a>(
    promises: &'a Promises,
    contract: Option<&StoredContract>,
    at: Timestamp,
) -> Result<(&'a LevelTerms, &'a LevelTerms), DbErr> {
    let Some(stored) = contract.filter(|one| is_in_force(one, at)) else {
        let none = promises.seeded(CoverLevel::None)?;
        return Ok((none, none));
    };
    let level = promises.level_of(stored)?;
    let response = stored.contract.response_level();
    let response = if response == stored.contract.terms.level { level } else { promises.seeded(response)? };
    Ok((level, response))
}

/// In force on paper: one that waits for an inspection covers nothing yet, and its tickets say so.
fn is_in_force(one: &StoredContract, at: Timestamp) -> bool {
    matches!(one.contract.state_at(at), ContractState::Active | ContractState::PendingInspection)
}

impl Standing {
    pub fn is_covered(&self) -> bool {
        self.decision == CoverDecision::Covered
    }

    /// Whether a fault opens a ticket by itself.
    pub fn opens_ticket(&self) -> bool {
        self.level.action.opens_ticket()
    }

    /// What the response clock of a covered ticket counts by; None: no response is promised.
    pub fn response_terms(&self, promises: &Promises) -> Result<Option<TermsRef>, DbErr> {
        let Some(target) = self.response.response.as_ref().filter(|_| self.is_covered()) else { return Ok(None) };
        let calendar = match promises.hours(&target.hours)? {
            HoursRef::Always => None,
            HoursRef::Inside(version) => Some(version),
        };
        Ok(Some(TermsRef { calendar, target_s: target.target_s }))
    }

    /// The same with the calendar itself, to count by before anything is stored.
    pub fn response_counts(&self, promises: &Promises) -> Result<Option<Terms>, DbErr> {
        let Some(target) = self.response.response.as_ref().filter(|_| self.is_covered()) else { return Ok(None) };
        let cover = target.hours.cover(&promises.calendars.calendars);
        let cover = cover.map_err(|error| unreadable("level_version.hours", error))?;
        Ok(Some(Terms { cover, target_s: target.target_s }))
    }

    /// What a ticket keeps of today.
    pub fn ticket_terms(&self, promises: &Promises) -> TicketTerms {
        let key = self.response.response.as_ref().and_then(|target| match &target.hours {
            Hours::Always => None,
            Hours::Inside(key) => Some(key),
        });
        let version = key.and_then(|key| promises.calendars.versions.get(key)).map(|(_, version)| *version);
        let level = LevelTerms { response: self.response.response.clone(), ..self.level.clone() };
        TicketTerms { level, calendar_version: version, price_list_version: self.prices.version }
    }

    /// Who is told when nobody reacts, and when. What is not covered pages nobody; its contacts are still reminded.
    /// None: no policy was ever made.
    pub fn paging(&self, promises: &Promises) -> Result<Option<Paging>, DbErr> {
        let Some(PolicyVersion { id, policy, .. }) = promises.policy(self.contract.as_ref()) else { return Ok(None) };
        let wrong = |error: domain::level::NoSuchCalendar| unreadable("level_version.hours", error);
        let cover = match &self.response.response {
            Some(target) => promises.hours(&target.hours)?,
            None => HoursRef::Always,
        };
        let hours = self.level.paging.as_ref().filter(|_| self.is_covered());
        let terms = EscalationTerms {
            policy: Policy::clone(policy),
            cover: match &self.response.response {
                Some(target) => target.hours.cover(&promises.calendars.calendars).map_err(wrong)?,
                None => Cover::Elapsed,
            },
            paging: hours.map(|hours| hours.cover(&promises.calendars.calendars)).transpose().map_err(wrong)?,
        };
        let paging = hours.map(|hours| promises.hours(hours)).transpose()?;
        Ok(Some(Paging { policy: *id, cover, paging, terms }))
    }
}

/// The level of each customer's site at an instant, for any number of them in a fixed number of queries.
#[derive(Debug, Clone, Default)]
pub struct Levels(HashMap<CustomerId, Vec<StoredContract>>);

impl Levels {
    pub async fn of_customers(db: &impl ConnectionTrait, customers: &[CustomerId]) -> Result<Self, DbErr> {
        let mut all: HashMap<CustomerId, Vec<StoredContract>> = HashMap::new();
        for one in contracts::of_customers(db, customers).await? {
            all.entry(one.agreed.customer).or_default().push(one);
        }
        Ok(Self(all))
    }

    /// What covers a site.
    pub fn at_site(&self, customer: CustomerId, site: SiteId, at: Timestamp) -> CoverLevel {
        self.first(customer, at, |one| one.contract.concerns(Some(site)))
    }

    /// The best that a customer has anywhere.
    pub fn of_customer(&self, customer: CustomerId, at: Timestamp) -> CoverLevel {
        self.first(customer, at, |_| true)
    }

    fn first(&self, customer: CustomerId, at: Timestamp, about: impl Fn(&StoredContract) -> bool) -> CoverLevel {
        let contracts = self.0.get(&customer).into_iter().flatten();
        let in_force = contracts.filter(|one| is_in_force(one, at) && about(one));
        let first = in_force.max_by_key(|one| one.contract.precedence(at));
        first.map_or(CoverLevel::None, |one| one.contract.terms.level)
    }
}

#[cfg(test)]
mod tests;
