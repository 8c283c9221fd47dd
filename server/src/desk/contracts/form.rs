//! What a contract form offers, and what stands in it.

use std::collections::BTreeMap;

use app::api::{
    contracts::{ContractFormPage, ContractInput, PieceChoice},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::Permission,
    contract::{AccessMode, AccessPath, Cat4Response, ContractKind, EquipmentClass, Listed, number_words},
    cover::CoverLevel,
    id::{ContractId, CustomerId},
    quote,
};
use sea_orm::ConnectionTrait;

use super::{Desk, customer_of};
use crate::{
    desk::internal,
    store::{
        contracts::StoredContract,
        equipment::{self, Piece},
        hosts, levels, policies,
    },
};

const CHECKED: &str = "yes";

impl Desk {
    /// The form of `stored`, changed when `edit`, else of the one that follows it; without one, of a new contract.
    pub(super) async fn load_form(
        &self,
        who: &Principal,
        stored: Option<ContractId>,
        edit: bool,
        customer: Option<CustomerId>,
    ) -> Result<ContractFormPage, ApiError> {
        let (db, now) = (self.db.read(), self.clock.now());
        let stored = match stored {
            Some(id) => Some(self.find(db, who, id).await?),
            None => None,
        };
        who.require(Permission::ManageContracts)?;
        let owner = stored.as_ref().map(|stored| stored.agreed.customer).or(customer).ok_or(ApiError::NotFound)?;
        let customer = customer_of(db, who, owner).await?;
        let pieces = equipment::of_customer(db, who.scope(), owner).await.map_err(internal)?;
        let classes = classes(db, who, owner, &pieces).await?;
        let levels = levels::current(db).await.map_err(internal)?;
        let policies = policies::current(db).await.map_err(internal)?;
        let phones = classes.contains(&EquipmentClass::PhoneSystem);
        let today = domain::calendar::Zone::parse(&customer.customer.zone).map_err(internal)?.date_at(now);
        let mut input = match &stored {
            Some(stored) => filled(stored),
            None => {
                let wanted = quote::recommended(classes.iter().copied());
                let level = levels.iter().find(|level| level.terms.level == wanted);
                ContractInput {
                    level: level.map(|level| level.id.to_string()).unwrap_or_default(),
                    zone: customer.customer.zone.clone(),
                    starts_on: today.to_string(),
                    ..fresh(phones)
                }
            }
        };
        input.customer = owner.to_string();
        let mut follows = String::new();
        if let Some(before) = stored.as_ref().filter(|_| !edit) {
            follows = number_words(before.number);
            input.follows = before.contract.id.to_string();
            input.kind = ContractKind::Paid.as_str().to_owned();
            input.starts_on = today.tomorrow().unwrap_or(today).to_string();
            (input.first_term_ends_on, input.ends_on) = (String::new(), String::new());
        }
        let edited = stored.filter(|_| edit);
        Ok(ContractFormPage {
            number: edited.as_ref().map(|stored| number_words(stored.number)).unwrap_or_default(),
            in_force: edited.as_ref().is_some_and(|stored| stored.contract.activated_at.is_some()),
            id: edited.map(|stored| stored.contract.id),
            customer_name: customer.customer.name,
            input,
            sites: customer.sites.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            levels: levels.into_iter().map(|level| (level.id, level.terms.name)).collect(),
            policies: policies.into_iter().map(|one| (one.of.to_string(), one.policy.name)).collect(),
            pieces: pieces.into_iter().map(choice).collect(),
            advice: if phones { quote::PHONE_SYSTEM_ADVICE.to_owned() } else { String::new() },
            follows,
        })
    }
}

/// Classes of equipment at a customer, as far as anybody entered it; a watched phone system counts too.
pub(super) async fn classes(
    db: &impl ConnectionTrait,
    who: &Principal,
    customer: CustomerId,
    pieces: &[Piece],
) -> Result<Vec<EquipmentClass>, ApiError> {
    let hosts = hosts::of_customer(db, who.scope(), customer).await.map_err(internal)?;
    let phones = hosts.iter().filter(|host| matches!(host.kind.as_str(), "asterisk" | "mitel_3300" | "mitel_sx2000"));
    let phones = phones.map(|_| EquipmentClass::PhoneSystem);
    Ok(pieces.iter().map(|piece| piece.equipment.class).chain(phones).collect())
}

fn choice(piece: Piece) -> PieceChoice {
    let refused = match piece.equipment.may_be_listed() {
        true => String::new(),
        false => "Cannot be listed: server hardware that did not come from us by a recognised supplier".to_owned(),
    };
    PieceChoice { id: piece.equipment.id, name: piece.name, class: piece.equipment.class, refused }
}

/// A new contract covers phone systems where there are any.
fn fresh(phones: bool) -> ContractInput {
    let classes = phones.then(|| (EquipmentClass::PhoneSystem.as_str().to_owned(), CHECKED.to_owned()));
    ContractInput {
        kind: ContractKind::Paid.as_str().to_owned(),
        classes: classes.into_iter().collect(),
        access_mode: AccessMode::Standing.as_str().to_owned(),
        paths: checked([AccessPath::Ssh.as_str()]),
        cat4_response: Cat4Response::AsCat1.as_str().to_owned(),
        ..ContractInput::default()
    }
}

fn checked<W: ToString>(words: impl IntoIterator<Item = W>) -> BTreeMap<String, String> {
    words.into_iter().map(|word| (word.to_string(), CHECKED.to_owned())).collect()
}

fn filled(stored: &StoredContract) -> ContractInput {
    let terms = &stored.contract.terms;
    let classes = terms.covered.iter().filter_map(|listed| match listed {
        Listed::Class(class) => Some(class.as_str()),
        Listed::Equipment(_) => None,
    });
    let pieces = terms.covered.iter().filter_map(|listed| match listed {
        Listed::Equipment(id) => Some(*id),
        Listed::Class(_) => None,
    });
    ContractInput {
        customer: stored.agreed.customer.to_string(),
        follows: stored.agreed.follows.map(|id| id.to_string()).unwrap_or_default(),
        kind: terms.kind.as_str().to_owned(),
        level: stored.agreed.level.to_string(),
        // What was confirmed once is not asked again.
        lower_confirmed: if terms.level < CoverLevel::Cat2 { CHECKED } else { "" }.to_owned(),
        site: terms.site.map(|site| site.to_string()).unwrap_or_default(),
        ports: terms.ports.to_string(),
        classes: checked(classes),
        pieces: checked(pieces),
        access_mode: terms.access.mode.as_str().to_owned(),
        paths: checked(terms.access.paths.iter().map(|path| path.as_str())),
        zone: terms.zone.name().to_owned(),
        starts_on: terms.starts_on.to_string(),
        first_term_ends_on: terms.first_term_ends_on.to_string(),
        ends_on: terms.ends_on.map(|date| date.to_string()).unwrap_or_default(),
        cat4_response: terms.cat4_response.as_str().to_owned(),
        policy: stored.agreed.policy.map(|policy| policy.to_string()).unwrap_or_default(),
        version: stored.version.to_string(),
    }
}
