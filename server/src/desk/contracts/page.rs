//! One contract with everything about it.

use app::api::{
    contracts::{
        AccessShown, ContractDetails, ContractPage, CoveredPiece, HistoryRow, InspectionShown, NoticeShown, PriceShown,
        TargetRow,
    },
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    calendar::Zone,
    contract::{Contract, CoverQuestion, IncidentStanding, Inspection, Listed, Prices, number_words},
    id::{ContractId, UserId},
    quote::QuoteRequest,
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::{Desk, Names, customer_of, words};
use crate::{
    desk::internal,
    store::{
        access, audit, calendars,
        contracts::StoredContract,
        equipment::{self, Piece},
        levels, policies, price_lists, term_notices, users,
    },
};

impl Desk {
    pub(super) async fn load_page(&self, who: &Principal, id: ContractId) -> Result<ContractPage, ApiError> {
        let (db, now) = (self.db.read(), self.clock.now());
        let stored = self.find(db, who, id).await?;
        who.require(Permission::SeeEveryContract)?;
        let customer = customer_of(db, who, stored.agreed.customer).await?;
        let names = Names::load(db, std::slice::from_ref(&customer)).await?;
        let pieces = equipment::of_customer(db, who.scope(), customer.customer.id).await.map_err(internal)?;
        let details = details(db, &names, &stored, &pieces, now).await?;
        let subject = number_words(stored.number);
        let history = audit::history(db, customer.customer.id, &subject).await.map_err(internal)?;
        let contract = &stored.contract;
        let prices = price_lists::latest(db).await.map_err(internal)?.map_or(Prices::STANDARD, |list| list.prices);
        Ok(ContractPage {
            now,
            level_version: stored.agreed.level_version,
            policy: policy_name(db, &stored).await?,
            activated_at: contract.activated_at,
            location: location(db, contract).await?,
            inspection: inspection(db, contract, &pieces).await?,
            notices: notices(db, contract, &customer.customer.zone, now).await?,
            equipment: pieces.iter().map(|piece| covered_piece(contract, piece, prices, now)).collect(),
            follows: follows(db, who.scope(), &stored).await?,
            history: history.into_iter().map(history_row).collect(),
            may_manage: who.role.may(Permission::ManageContracts),
            may_test: who.role.may(Permission::EditHosts),
            version: stored.version,
            customer: customer.customer.id,
            customer_name: customer.customer.name,
            details,
        })
    }
}

/// What staff and the customer's managers read alike. Addresses of access are in it: customers' are taken out.
pub(super) async fn details(
    db: &impl ConnectionTrait,
    names: &Names,
    stored: &StoredContract,
    pieces: &[Piece],
    now: Timestamp,
) -> Result<ContractDetails, ApiError> {
    let terms = &stored.contract.terms;
    let level = levels::find(db, stored.agreed.level).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let response = levels::find_by_cover(db, stored.contract.response_level()).await.map_err(internal)?;
    let response = response.filter(|other| other.terms.level != level.terms.level).map(|other| other.terms);
    let calendars = calendars::latest(db).await.map_err(internal)?;
    let targets = access::of_contract(db, stored.contract.id).await.map_err(internal)?;
    let year = terms.term_at(now).map_or(1, |term| term.year);
    let request = QuoteRequest { level: terms.level, ports: terms.ports, year };
    let prices = price_lists::latest(db).await.map_err(internal)?;
    let price = prices.and_then(|list| {
        let total = request.quote(&list.list, list.prices.vat).ok()?.total;
        Some(PriceShown { net_pence: total.net_pence, gross_pence: total.gross_pence, list_version: list.version })
    });
    Ok(ContractDetails {
        row: names.row(stored, now),
        year,
        covered: terms.covered.iter().map(|listed| listed_words(*listed, pieces)).collect(),
        zone: terms.zone.name().to_owned(),
        settings: words::settings(terms, &level.terms, response.as_ref().unwrap_or(&level.terms), &calendars),
        access: AccessShown {
            mode: terms.access.mode,
            paths: terms.access.paths.clone(),
            targets: targets.into_iter().map(target_row).collect(),
        },
        price,
    })
}

fn listed_words(listed: Listed, pieces: &[Piece]) -> String {
    match listed {
        Listed::Class(class) => class.label().to_owned(),
        Listed::Equipment(id) => match pieces.iter().find(|piece| piece.equipment.id == id) {
            Some(piece) => piece.name.clone(),
            None => "A piece that was removed".to_owned(),
        },
    }
}

fn target_row(target: access::AccessTarget) -> TargetRow {
    let detail = target.last.as_ref().map(|last| last.detail.clone()).unwrap_or_default();
    TargetRow {
        id: target.id,
        path: target.path,
        address: target.address,
        last: target.last.map(|last| (last.status, last.at)),
        detail,
    }
}

async fn policy_name(db: &impl ConnectionTrait, stored: &StoredContract) -> Result<String, ApiError> {
    let Some(id) = stored.agreed.policy else { return Ok(String::new()) };
    let policy = policies::find(db, id).await.map_err(internal)?;
    Ok(policy.map(|one| one.policy.name).unwrap_or_default())
}

async fn name_of(db: &impl ConnectionTrait, id: UserId) -> Result<String, ApiError> {
    let account = users::find(db, Scope::Everything, id).await.map_err(internal)?;
    Ok(account.map_or_else(|| "somebody who has left".to_owned(), |account| account.name))
}

async fn location(db: &impl ConnectionTrait, contract: &Contract) -> Result<Option<(String, Timestamp)>, ApiError> {
    match &contract.location {
        Some(approval) if Some(approval.site) == contract.terms.site => {
            Ok(Some((name_of(db, approval.by).await?, approval.at)))
        }
        _ => Ok(None),
    }
}

async fn inspection(
    db: &impl ConnectionTrait,
    contract: &Contract,
    pieces: &[Piece],
) -> Result<InspectionShown, ApiError> {
    Ok(match &contract.inspection {
        Inspection::NotNeeded => InspectionShown::NotNeeded,
        Inspection::Pending { because } => {
            InspectionShown::Pending(because.iter().map(|id| listed_words(Listed::Equipment(*id), pieces)).collect())
        }
        Inspection::Settled { at, by, note } => {
            InspectionShown::Settled { by: name_of(db, *by).await?, at: *at, note: note.clone() }
        }
    })
}

/// Those that were dealt with, and those of the current term that are still to come.
async fn notices(
    db: &impl ConnectionTrait,
    contract: &Contract,
    customer_zone: &str,
    now: Timestamp,
) -> Result<Vec<NoticeShown>, ApiError> {
    let done = term_notices::of_contract(db, contract).await.map_err(internal)?;
    let zone = Zone::parse(customer_zone).unwrap_or_else(|_| contract.terms.zone.clone());
    let term = contract.terms.term_at(now).or_else(|| contract.terms.term(1));
    let coming = term
        .into_iter()
        .flat_map(|term| contract.notices(&term, &zone).into_iter().map(move |notice| (term.year, notice)));
    let known = |year: u32, days: i32| done.iter().any(|(its, of, ..)| (*its, *of) == (year, days));
    let coming: Vec<_> = coming
        .filter(|(year, notice)| now < notice.at && !known(*year, notice.days))
        .map(|(year, notice)| NoticeShown { year, days: notice.days, at: notice.at, words: "To be mailed".to_owned() })
        .collect();
    let done = done.into_iter().map(|(year, days, kind, at)| NoticeShown {
        year,
        days,
        at,
        words: if kind == "passed_over" { "Passed over" } else { "Mailed" }.to_owned(),
    });
    Ok(done.chain(coming).collect())
}

fn covered_piece(contract: &Contract, piece: &Piece, prices: Prices, now: Timestamp) -> CoveredPiece {
    let question = CoverQuestion {
        contract: Some(contract),
        equipment: Some(&piece.equipment),
        first_seen_at: now,
        agreed: false,
        incident: IncidentStanding::NotAccepted,
        training_unmet: None,
        at: now,
    };
    CoveredPiece {
        id: piece.equipment.id,
        name: piece.name.clone(),
        class: piece.equipment.class,
        decision: question.decide(prices),
    }
}

async fn follows(
    db: &impl ConnectionTrait,
    scope: Scope,
    stored: &StoredContract,
) -> Result<Option<(ContractId, String)>, ApiError> {
    let Some(id) = stored.agreed.follows else { return Ok(None) };
    let before = crate::store::contracts::find(db, scope, id).await.map_err(internal)?;
    Ok(before.map(|before| (id, number_words(before.number))))
}

fn history_row(past: audit::Past) -> HistoryRow {
    let what = match past.action.as_str() {
        "contract.create" => "entered it",
        "contract.edit" => "changed it",
        "contract.upgrade" => "entered it as an upgrade",
        "contract.activate" => "activated it",
        "contract.give_way" => "ended it for the one that follows",
        "contract.approve_location" => "approved the location",
        "contract.settle_inspection" => "settled the inspection",
        "contract.end" => "changed its end",
        "contract.add_access" => "added a way in",
        "contract.remove_access" => "removed a way in",
        other => other,
    };
    HistoryRow { at: past.at, actor: past.actor, what: what.to_owned(), detail: past.detail }
}
