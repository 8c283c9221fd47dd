//! A contract form as typed, into a contract: every wrong field is named, all of them together.

use app::api::{contracts::ContractInput, error::ApiError, principal::Principal};
use domain::{
    access::Permission,
    contract::{
        Access, AccessMode, AccessPath, Cat4Response, Contract, ContractDraft, ContractKind, ContractTerms, Equipment,
        EquipmentClass, Inspection, Listed, number_words,
    },
    id::{ContractId, CustomerId, EquipmentId, PolicyId},
    probe::FieldError,
    quote,
};
use sea_orm::DatabaseTransaction;

use super::{Desk, customer_of, form, overtaken, record};
use crate::{
    desk::{internal, new_id},
    store::{
        contracts::{self, Agreed, StoredContract},
        customers::{self, CustomerSites},
        equipment,
        levels::{self, Level},
        policies, price_lists,
    },
};

/// What a form is judged by.
struct Known {
    customer: CustomerSites,
    levels: Vec<Level>,
    equipment: Vec<Equipment>,
    classes: Vec<EquipmentClass>,
    policies: Vec<PolicyId>,
    /// The contract that is changed.
    old: Option<StoredContract>,
    before: Option<ContractId>,
}

/// What a form says.
struct Typed {
    terms: ContractTerms,
    level: Level,
    policy: Option<PolicyId>,
}

impl Desk {
    pub(super) async fn store(
        &self,
        who: &Principal,
        id: Option<ContractId>,
        input: ContractInput,
    ) -> Result<ContractId, ApiError> {
        let owner = match id {
            Some(id) => Some(self.find(self.db.read(), who, id).await?.agreed.customer),
            None => input.customer.parse().ok(),
        };
        who.require(Permission::ManageContracts)?;
        let owner = owner.ok_or_else(|| ApiError::invalid("customer", "must be one of the customers"))?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let known = self.known(&tx, who, owner, id, &input).await?;
        let Typed { terms, level, policy } = typed(&input, &known)?;
        let version = match &known.old {
            Some(old) if input.version.trim() != old.version.to_string() => return Err(overtaken(old.number)),
            old => old.as_ref().map(|old| old.version),
        };
        let price_list = price_lists::latest(&tx).await.map_err(internal)?.map(|list| list.id);
        let fresh = Agreed {
            customer: owner,
            level: level.id,
            level_version: level.terms.version,
            price_list,
            policy,
            follows: known.before,
        };
        let detail = format!("{}, {} ports, from {}", level.terms.name, terms.ports, terms.starts_on);
        let (id, number, action) = match (&known.old, version) {
            (Some(old), Some(version)) => {
                let changed = old.contract.amend(terms).map_err(ApiError::Invalid)?;
                // What was agreed under stays, once it was.
                let agreed = match old.contract.activated_at {
                    Some(_) => Agreed { policy, ..old.agreed },
                    None => Agreed { follows: old.agreed.follows, ..fresh },
                };
                if contracts::update(&tx, &changed, &agreed, version).await.map_err(internal)? == 0 {
                    return Err(overtaken(old.number));
                }
                (old.contract.id, old.number, "contract.edit")
            }
            _ => {
                let id = ContractId(new_id(now)?);
                let contract = Contract {
                    id,
                    terms,
                    location: None,
                    activated_at: None,
                    inspection: Inspection::NotNeeded,
                    earlier: Vec::new(),
                };
                let number = contracts::insert(&tx, &contract, &fresh, now).await.map_err(internal)?;
                let action = if known.before.is_some() { "contract.upgrade" } else { "contract.create" };
                (id, number, action)
            }
        };
        record(&tx, who, now, action, (number, owner), detail).await?;
        tx.commit().await.map_err(internal)?;
        tracing::info!(contract.number = number_words(number), "a contract was saved");
        Ok(id)
    }

    async fn known(
        &self,
        tx: &DatabaseTransaction,
        who: &Principal,
        owner: CustomerId,
        id: Option<ContractId>,
        input: &ContractInput,
    ) -> Result<Known, ApiError> {
        let unknown = || ApiError::invalid("customer", "must be one of the customers");
        customers::lock(tx, who.scope(), owner).await.map_err(internal)?.ok_or_else(unknown)?;
        let old = match id {
            Some(id) => Some(self.find(tx, who, id).await?),
            None => None,
        };
        let before = match input.follows.trim() {
            "" => None,
            text => Some(self.before(tx, who, owner, text).await?),
        };
        let pieces = equipment::of_customer(tx, who.scope(), owner).await.map_err(internal)?;
        Ok(Known {
            customer: customer_of(tx, who, owner).await?,
            levels: levels::current(tx).await.map_err(internal)?,
            classes: form::classes(tx, who, owner, &pieces).await?,
            equipment: pieces.into_iter().map(|piece| piece.equipment).collect(),
            policies: policies::current(tx).await.map_err(internal)?.into_iter().map(|one| one.of).collect(),
            old,
            before,
        })
    }

    /// The contract that a new one follows: it must be the same customer's.
    async fn before(
        &self,
        tx: &DatabaseTransaction,
        who: &Principal,
        owner: CustomerId,
        text: &str,
    ) -> Result<ContractId, ApiError> {
        let wrong = || ApiError::invalid("follows", "must be a contract of the same customer");
        let id = text.parse().map_err(|_| wrong())?;
        match self.find(tx, who, id).await {
            Ok(before) if before.agreed.customer == owner => Ok(id),
            Ok(_) | Err(ApiError::NotFound) => Err(wrong()),
            Err(error) => Err(error),
        }
    }
}

/// Collects mistakes and goes on.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn add(&mut self, field: &str, said: impl ToString) {
        self.0.push(FieldError::new(field, said));
    }

    /// A word of a closed list; `default` stands in for a wrong one, so that the rest is judged as well.
    fn word<T: Copy>(&mut self, field: &str, text: &str, default: T, all: &[(T, &'static str)]) -> T {
        match all.iter().find(|(_, word)| *word == text) {
            Some((one, _)) => *one,
            None => {
                let words: Vec<_> = all.iter().map(|(_, word)| *word).collect();
                self.add(field, format!("must be one of {}, not {text:?}", words.join(", ")));
                default
            }
        }
    }
}

fn typed(input: &ContractInput, known: &Known) -> Result<Typed, ApiError> {
    let mut wrong = Wrong::default();
    let in_force = known.old.as_ref().filter(|old| old.contract.activated_at.is_some());
    let input = &with_what_stays(input, in_force);
    let level = known.levels.iter().find(|level| level.id.to_string() == input.level.trim());
    if level.is_none() {
        wrong.add("level", "must be one of the levels in the list");
    }
    let kinds = ContractKind::ALL.map(|one| (one, one.as_str()));
    let kind = wrong.word("kind", &input.kind, ContractKind::Paid, &kinds);
    let site = site(input, known, &mut wrong);
    let ports = input.ports.trim().parse().unwrap_or_else(|_| {
        wrong.add("ports", format!("must be a whole number, not {:?}", input.ports));
        1
    });
    let policy = policy(input, known, &mut wrong);
    let responses = Cat4Response::ALL.map(|one| (one, one.as_str()));
    let (covered, fields) = covered(input, &mut wrong);
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    // The days of an included month follow from its first, and one that gave way to another ended sooner.
    let days_follow = kind == ContractKind::IncludedMonth && in_force.is_some();
    let draft = ContractDraft {
        kind,
        level: level.map_or("none", |level| level.terms.level.as_str()).to_owned(),
        site,
        ports,
        covered,
        access: access(input, &mut wrong),
        zone: input.zone.trim().to_owned(),
        starts_on: input.starts_on.trim().to_owned(),
        first_term_ends_on: given(&input.first_term_ends_on).filter(|_| !days_follow),
        ends_on: given(&input.ends_on).filter(|_| !days_follow),
        cat4_response: wrong.word("cat4_response", &input.cat4_response, Cat4Response::AsCat1, &responses),
    };
    let mut terms = draft.check(&known.equipment);
    if let (Ok(terms), Some(old)) = (&mut terms, in_force.filter(|_| days_follow)) {
        (terms.first_term_ends_on, terms.ends_on) = (old.contract.terms.first_term_ends_on, old.contract.terms.ends_on);
    }
    if let Some(level) = level.filter(|_| kind == ContractKind::Paid && in_force.is_none()) {
        let lower = quote::needs_confirmation(level.terms.level, known.classes.iter().copied());
        if lower && input.lower_confirmed != "yes" {
            wrong.add("lower_confirmed", format!("must be ticked for less than Cat2. {}", quote::PHONE_SYSTEM_ADVICE));
        }
    }
    match (terms, level) {
        (Ok(terms), Some(level)) if wrong.0.is_empty() => Ok(Typed { terms, level: level.clone(), policy }),
        (terms, _) => {
            wrong.0.extend(terms.err().into_iter().flatten().map(|error| by_its_box(error, &fields)));
            // A field that was not understood is not judged for what stood in for it.
            let mut seen = std::collections::HashSet::new();
            wrong.0.retain(|error| seen.insert(error.field.clone()));
            Err(ApiError::Invalid(wrong.0))
        }
    }
}

/// The form of a contract in force leaves out what stays.
fn with_what_stays(input: &ContractInput, in_force: Option<&StoredContract>) -> ContractInput {
    let mut input = input.clone();
    let Some(old) = in_force else { return input };
    let terms = &old.contract.terms;
    let mut keep = |field: fn(&mut ContractInput) -> &mut String, stored: String| {
        let field = field(&mut input);
        if field.trim().is_empty() {
            *field = stored;
        }
    };
    keep(|input| &mut input.level, old.agreed.level.to_string());
    keep(|input| &mut input.kind, terms.kind.as_str().to_owned());
    keep(|input| &mut input.site, terms.site.map(|site| site.to_string()).unwrap_or_default());
    keep(|input| &mut input.zone, terms.zone.name().to_owned());
    keep(|input| &mut input.starts_on, terms.starts_on.to_string());
    keep(|input| &mut input.first_term_ends_on, terms.first_term_ends_on.to_string());
    keep(|input| &mut input.ends_on, terms.ends_on.map(|date| date.to_string()).unwrap_or_default());
    input
}

fn site(input: &ContractInput, known: &Known, wrong: &mut Wrong) -> Option<domain::id::SiteId> {
    let text = input.site.trim();
    if text.is_empty() {
        return None;
    }
    let found = known.customer.sites.iter().find(|(id, _)| id.to_string() == text).map(|(id, _)| *id);
    if found.is_none() {
        wrong.add("site", format!("must be a site of {}", known.customer.customer.name));
    }
    found
}

fn policy(input: &ContractInput, known: &Known, wrong: &mut Wrong) -> Option<PolicyId> {
    let text = input.policy.trim();
    if text.is_empty() {
        return None;
    }
    let found = known.policies.iter().find(|id| id.to_string() == text).copied();
    if found.is_none() {
        wrong.add("policy", "must be one of the policies in the list, or empty for the usual one");
    }
    found
}

fn access(input: &ContractInput, wrong: &mut Wrong) -> Access {
    let modes = AccessMode::ALL.map(|one| (one, one.as_str()));
    let mode = wrong.word("access_mode", &input.access_mode, AccessMode::Standing, &modes);
    let paths = AccessPath::ALL.map(|one| (one, one.as_str()));
    let paths = input.paths.keys().map(|word| wrong.word("access.paths", word, AccessPath::Other, &paths)).collect();
    Access { mode, paths }
}

/// What is listed, and the name of each entry's box in the form.
fn covered(input: &ContractInput, wrong: &mut Wrong) -> (Vec<Listed>, Vec<String>) {
    let mut listed = Vec::new();
    for word in input.classes.keys() {
        match EquipmentClass::parse(word) {
            Some(class) => listed.push((Listed::Class(class), format!("classes.{word}"))),
            None => wrong.add("covered", format!("{word:?} is no class of equipment")),
        }
    }
    for word in input.pieces.keys() {
        match word.parse::<EquipmentId>() {
            Ok(id) => listed.push((Listed::Equipment(id), format!("pieces.{word}"))),
            Err(_) => wrong.add("covered", "must be equipment of this customer"),
        }
    }
    listed.into_iter().unzip()
}

/// `covered[3]` by the name of its box.
fn by_its_box(error: FieldError, fields: &[String]) -> FieldError {
    let place = error.field.strip_prefix("covered[").and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok());
    match place.and_then(|place| fields.get(place)) {
        Some(field) => FieldError::new(field, error.message),
        None => error,
    }
}
