//! What somebody can expect who sends a ticket now, in the words of the card beside the form.

use app::api::{
    error::ApiError,
    intake::{Expect, NewTicketInput, NoteLink},
    principal::Principal,
};
use domain::{
    access::Side,
    calendar::Zone,
    contract::{AccessMode, EquipmentClass, Listed},
    cover::CoverLevel,
    expect,
    intake::{Door, Impact},
    money::pounds,
    observation::Status,
    ticket::TicketKind,
    time::{Timestamp, span_words},
};
use sea_orm::ConnectionTrait;

use super::{
    super::{Desk, internal},
    parse::{About, Known},
};
use crate::{
    desk::library,
    store::{
        access,
        cover::{Promises, Standing},
        tickets::{self, Subject},
    },
};

/// Notes beside a form: more than a few would be read by nobody.
const NOTES_MAX: usize = 3;

pub(super) async fn expect(
    desk: &Desk,
    db: &impl ConnectionTrait,
    who: &Principal,
    known: &Known,
    input: &NewTicketInput,
) -> Result<Expect, ApiError> {
    let now = desk.clock.now();
    // Somebody else's system answers like none.
    let about = known.about(&input.system).unwrap_or_default();
    let promises = Promises::load(db).await.map_err(internal)?;
    let standing = standing(db, &promises, known, &about, kind(who, input), now).await?;
    let zone = Zone::parse(&known.customer.zone).unwrap_or_else(|_| Zone::utc());
    let level = standing.level.level;
    let door = door(who, &standing);
    let terms = standing.response_counts(&promises).map_err(internal)?;
    let expected = terms.as_ref().map(|terms| (terms, expect::expect(terms, &zone, now)));
    let asked = format!("{} {}", input.subject, input.text);
    let notes = library::fitting(db, who.side(), &asked, NOTES_MAX).await?;
    Ok(Expect {
        level,
        due: expected.as_ref().and_then(|(_, one)| one.due).map(|due| expect::moment(&zone, due)),
        hours: expected.as_ref().map(|(terms, one)| expect::sentence(terms, one)).unwrap_or_default(),
        opens: expected.as_ref().and_then(|(_, one)| one.opens_at).map(|opens| expect::moment(&zone, opens)),
        remarks: remarks(known, &standing, door),
        access: access_words(db, &standing, now).await?,
        price: matches!(level, CoverLevel::CatS | CoverLevel::None).then(|| price(&promises)),
        phone: desk.support.phone_for(level).to_owned(),
        cover: standing.decision,
        door,
        notes: notes.into_iter().map(|item| NoteLink { id: item.id, title: item.name }).collect(),
    })
}

/// What covers it if it is logged now.
pub(super) async fn standing(
    db: &impl ConnectionTrait,
    promises: &Promises,
    known: &Known,
    about: &About,
    kind: TicketKind,
    at: Timestamp,
) -> Result<Standing, ApiError> {
    let subject = Subject {
        kind,
        customer: known.customer.id,
        site: about.site,
        host: about.host.as_ref().map(|host| host.id),
        piece: about.piece.clone(),
    };
    tickets::standing(db, promises, subject, at).await.map_err(internal)
}

/// Whether the portal takes tickets about anything of theirs: contracts can be for one site only.
pub(super) async fn is_open_anywhere(
    desk: &Desk,
    db: &impl ConnectionTrait,
    who: &Principal,
    known: &Known,
) -> Result<bool, ApiError> {
    if who.side() == Side::Staff {
        return Ok(true);
    }
    let promises = Promises::load(db).await.map_err(internal)?;
    let mut sites: Vec<_> = known.hosts.iter().map(|host| Some(host.site)).collect();
    sites.extend(known.pieces.iter().map(|piece| piece.site));
    sites.push(None);
    sites.sort_unstable();
    sites.dedup();
    for site in sites {
        let about = About { site, ..About::default() };
        let standing = standing(db, &promises, known, &about, TicketKind::Question, desk.clock.now()).await?;
        if door(who, &standing).is_open() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Staff open tickets for everybody.
pub(super) fn door(who: &Principal, standing: &Standing) -> Door {
    match who.side() {
        Side::Staff => Door::Form,
        Side::Customer => Door::of(standing.level.portal_tickets, standing.level.level, who.role),
    }
}

/// Refuses, in words that say what to do, what the level does not let in by the portal.
pub(in crate::desk::tickets) fn let_in(desk: &Desk, who: &Principal, standing: &Standing) -> Result<(), ApiError> {
    let phone = desk.support.phone_for(standing.level.level);
    match door(who, standing) {
        Door::Form | Door::Incident => Ok(()),
        Door::AskManager => Err(ApiError::Conflict(format!(
            "On CatS cover an incident is ordered by a manager of your company, or on the phone: {phone}."
        ))),
        Door::Call => Err(ApiError::Conflict(format!(
            "No contract of yours covers this, so it is not taken here. Please call {phone}."
        ))),
    }
}

/// What is chosen so far; the usual where nothing is.
fn kind(who: &Principal, input: &NewTicketInput) -> TicketKind {
    let chosen = match who.side() {
        Side::Customer => Impact::parse(&input.impact).map(Impact::kind),
        Side::Staff => TicketKind::parse(&input.kind),
    };
    chosen.unwrap_or(TicketKind::Logged)
}

/// "£70.00 + VAT (£84.00 in all)".
fn price(promises: &Promises) -> String {
    let prices = promises.prices();
    let total = domain::money::Total::of(prices.incident_pence, prices.vat);
    format!("{} + VAT ({} in all)", pounds(total.net_pence), pounds(total.gross_pence))
}

fn remarks(known: &Known, standing: &Standing, door: Door) -> Vec<(String, String)> {
    let mut remarks = Vec::new();
    let contract = standing.contract.as_ref().filter(|_| door == Door::Form);
    if let Some(contract) = contract {
        let terms = &contract.contract.terms;
        let class = terms.covered.contains(&Listed::Class(EquipmentClass::Handset));
        let piece = known
            .pieces
            .iter()
            .any(|piece| piece.equipment.class == EquipmentClass::Handset && terms.lists(&piece.equipment));
        if !class && !piece {
            let words = "Handsets are not on your covered list. If one has failed, send it back and we repair it and \
                         return it.";
            remarks.push(("Handsets".to_owned(), words.to_owned()));
        }
    }
    remarks
}

/// "Tested 2 min ago: SSH and web page answer."
async fn access_words(db: &impl ConnectionTrait, standing: &Standing, now: Timestamp) -> Result<String, ApiError> {
    let Some(contract) = &standing.contract else { return Ok(String::new()) };
    if contract.contract.terms.access.mode == AccessMode::OnRequest {
        return Ok("Your contract gives access on request: we ask you before we come in.".to_owned());
    }
    let targets = access::of_contract(db, contract.contract.id).await.map_err(internal)?;
    let tests = targets.into_iter().filter_map(|target| target.last.map(|last| (target.path, last)));
    let tests: Vec<_> = tests.collect();
    let Some(oldest) = tests.iter().map(|(_, last)| last.at).min() else { return Ok(String::new()) };
    let named = |good: bool| {
        let some = tests.iter().filter(|(_, last)| (last.status == Status::Ok) == good);
        let mut names: Vec<_> = some.map(|(path, _)| path.label().to_owned()).collect();
        names.dedup();
        names
    };
    let said = |names: Vec<String>, one: &str, many: &str| match names.len() {
        0 => None,
        1 => Some(format!("{} {one}", crate::desk::dates::listed(&names))),
        _ => Some(format!("{} {many}", crate::desk::dates::listed(&names))),
    };
    let parts = [said(named(true), "answers", "answer"), said(named(false), "does not answer", "do not answer")];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    Ok(format!("Tested {} ago: {}.", span_words(now.seconds_since(oldest)), parts.join("; ")))
}
