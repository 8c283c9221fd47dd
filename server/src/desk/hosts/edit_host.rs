//! The form of a host.

use app::api::{
    error::ApiError,
    hosts::{CustomerChoice, HostFormPage, HostInput},
    principal::Principal,
};
use domain::{
    access::Permission,
    id::{CustomerId, HostId},
    text::HostName,
};
use sea_orm::DatabaseTransaction;

use super::{
    Desk,
    edit::{Edit, conflict},
    input::{self, HostDraft, Wrong},
};
use crate::{
    desk::{internal, is_unique_violation, new_id},
    store::{
        customers, faults,
        hosts::{self, Host, HostFields, Loop, PARENTS_MAX},
    },
};

impl Desk {
    pub(super) async fn load_host_form(&self, who: &Principal, name: Option<&str>) -> Result<HostFormPage, ApiError> {
        let host = match name {
            Some(name) => Some(self.find(who, name).await?),
            None => None,
        };
        who.require(Permission::EditHosts)?;
        let db = self.db.read();
        let choices = customers::list_with_sites(db, who.scope()).await.map_err(internal)?;
        let choice = |one: customers::CustomerSites| CustomerChoice {
            id: one.customer.id,
            name: one.customer.name,
            sites: one.sites,
        };
        let own = host.as_ref().map(|host| host.name.as_str());
        let mut parents = hosts::names(db, who.scope()).await.map_err(internal)?;
        parents.retain(|name| Some(name.as_str()) != own);
        let input = match &host {
            Some(host) => filled(host, &hosts::parents(db, host.id).await.map_err(internal)?),
            None => HostInput::default(),
        };
        Ok(HostFormPage {
            version: host.as_ref().map_or(0, |host| host.version),
            id: host.map(|host| host.id),
            input,
            customers: choices.into_iter().map(choice).collect(),
            parents,
        })
    }

    pub(super) async fn store_host(
        &self,
        who: &Principal,
        id: Option<HostId>,
        input: HostInput,
    ) -> Result<String, ApiError> {
        if let Some(id) = id {
            self.find_by_id(who, id).await?;
        }
        who.require(Permission::EditHosts)?;
        let mut wrong = Wrong::default();
        let draft = input::host(&input, &mut wrong);
        let version = id.and_then(|_| wrong.version(&input.version));
        let tx = self.begin_edit().await?;
        let old = match id {
            Some(id) => {
                Some(hosts::find_by_id(&tx, who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)?)
            }
            None => None,
        };
        let customer = owner(&tx, &draft, old.as_ref(), &mut wrong).await?;
        refuse_taken(&tx, draft.name.as_ref(), id, &mut wrong).await?;
        let parents = parents(&tx, &draft, id, &mut wrong).await?;
        let fields = customer.and_then(|customer| draft.fields(customer));
        let fields = wrong.none_but(fields)?;
        let now = self.clock.now();
        let host = match id {
            Some(id) => id,
            None => HostId(new_id(now)?),
        };
        let saved = match (&old, version) {
            (Some(_), Some(version)) => hosts::update(&tx, host, version, &fields).await,
            _ => hosts::insert(&tx, host, &fields, now).await.map(|()| 1),
        };
        match saved {
            Ok(0) => return Err(conflict(&tx, old.as_ref().map_or("this", |old| old.name.as_str())).await),
            Ok(_) => {}
            Err(error) if is_unique_violation(&error) => return Err(taken(&fields.name)),
            Err(error) => return Err(internal(error)),
        }
        if old.as_ref().is_some_and(|old| old.site != fields.site) {
            faults::look_again(&tx, fields.customer, now).await.map_err(internal)?;
        }
        let before = hosts::parents(&tx, host).await.map_err(internal)?;
        hosts::set_parents(&tx, host, &parents).await.map_err(internal)?;
        let same_parents = before.len() == parents.len() && before.iter().all(|(id, _)| parents.contains(id));
        let (action, detail) = match &old {
            None => ("host.create", format!("address {}", fields.address)),
            Some(old) => ("host.edit", changes(old, &fields, same_parents)),
        };
        let name = fields.name.as_str().to_owned();
        let edit = Edit { customer: fields.customer, action, subject: &name, detail, at: now };
        self.finish(tx, who, edit).await?;
        Ok(name)
    }
}

fn filled(host: &Host, parents: &[(HostId, String)]) -> HostInput {
    HostInput {
        name: host.name.clone(),
        system: host.system.clone(),
        kind: host.kind.clone(),
        address: host.address.clone(),
        site: host.site.to_string(),
        access_note: host.access_note.clone(),
        parents: parents.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "),
        version: host.version.to_string(),
    }
}

/// Whose site was chosen. A host stays with its customer: its history and its faults are theirs.
async fn owner(
    tx: &DatabaseTransaction,
    draft: &HostDraft,
    old: Option<&Host>,
    wrong: &mut Wrong,
) -> Result<Option<CustomerId>, ApiError> {
    let Some(site) = draft.site else { return Ok(None) };
    let place = hosts::find_site(tx, site).await.map_err(internal)?;
    match (place, old) {
        (None, _) => wrong.add("site", input::SITE),
        (Some(place), Some(old)) if old.customer.0 != place.customer_id => {
            wrong.add(
                "site",
                format!("must be a site of {}; to move it, remove it here and add it there", old.customer_name),
            );
        }
        (Some(place), _) => return Ok(Some(CustomerId(place.customer_id))),
    }
    Ok(None)
}

fn taken(name: &HostName) -> ApiError {
    ApiError::invalid("name", format!("{name} is the name of another host already"))
}

async fn refuse_taken(
    tx: &DatabaseTransaction,
    name: Option<&HostName>,
    own: Option<HostId>,
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let Some(name) = name else { return Ok(()) };
    let holders = hosts::by_names(tx, std::slice::from_ref(name)).await.map_err(internal)?;
    if holders.iter().any(|(id, _)| Some(*id) != own) {
        wrong.add("name", format!("{name} is the name of another host already"));
    }
    Ok(())
}

async fn parents(
    tx: &DatabaseTransaction,
    draft: &HostDraft,
    own: Option<HostId>,
    wrong: &mut Wrong,
) -> Result<Vec<HostId>, ApiError> {
    let Some(names) = &draft.parents else { return Ok(Vec::new()) };
    if PARENTS_MAX < names.len() {
        wrong.add("parents", format!("may be {PARENTS_MAX} hosts at most, not {}", names.len()));
        return Ok(Vec::new());
    }
    let found = hosts::by_names(tx, names).await.map_err(internal)?;
    let known = |name: &&HostName| !found.iter().any(|(_, known)| known == name.as_str());
    let missing: Vec<_> = names.iter().filter(known).map(HostName::as_str).collect();
    if !missing.is_empty() {
        wrong.add("parents", format!("there is no host {}", missing.join(", ")));
        return Ok(Vec::new());
    }
    let ids: Vec<_> = found.into_iter().map(|(id, _)| id).collect();
    // A new host has nobody behind it yet.
    if let Some(own) = own {
        match hosts::find_loop(tx, own, &ids).await.map_err(internal)? {
            None => {}
            Some(Loop::Found(names)) => wrong.add("parents", format!("would make a loop: {}", names.join(" behind "))),
            Some(Loop::TooDeep) => wrong.add("parents", "would make a chain that is too long to follow"),
        }
    }
    Ok(ids)
}

/// What an edit changed, for the audit log. How to get in is not repeated there.
fn changes(old: &Host, new: &HostFields, same_parents: bool) -> String {
    let mut parts = Vec::new();
    for (field, before, after) in [
        ("name", old.name.as_str(), new.name.as_str()),
        ("system", old.system.as_str(), new.system.as_str()),
        ("kind", old.kind.as_str(), new.kind),
        ("address", old.address.as_str(), new.address.as_str()),
    ] {
        if before != after {
            parts.push(format!("{field} {before} to {after}"));
        }
    }
    if old.site != new.site {
        parts.push("another site".to_owned());
    }
    if old.access_note != new.access_note.as_str() {
        parts.push("another access note".to_owned());
    }
    if !same_parents {
        parts.push("other parents".to_owned());
    }
    parts.join(", ")
}
