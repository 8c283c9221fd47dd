//! Making and changing a host.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::ApiError,
        hosts::{CustomerChoice, HostFormPage, HostInput, HostKind, SaveHost, load_host_form},
    },
    components::{
        edit_form::{EditForm, FormSection, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        page::{Loaded, PageHead},
    },
};

/// `/hosts/new`.
#[component]
pub fn NewHostPage() -> impl IntoView {
    let page = Resource::new_blocking(|| (), |()| load_host_form(None));
    view! { <Loaded resource=page view=|page| view! { <HostForm page/> }.into_any()/> }
}

/// `/hosts/:name/edit`.
#[component]
pub fn EditHostPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.read().get("name").unwrap_or_default());
    let page = Resource::new_blocking(move || name.get(), |name| load_host_form(Some(name)));
    view! { <Loaded resource=page view=|page| view! { <HostForm page/> }.into_any()/> }
}

#[component]
fn HostForm(page: HostFormPage) -> impl IntoView {
    let save = ServerAction::<SaveHost>::new();
    let error = refusal(save);
    let HostFormPage { id, input, customers, parents, version } = page;
    let (title, back, button) = match id {
        None => ("New host".to_owned(), "/hosts".to_owned(), "Add host"),
        Some(_) => (format!("Edit {}", input.name), format!("/hosts/{}", input.name), "Save host"),
    };
    let sites = sites(&customers, id.is_none());
    let access_note = input.access_note.clone();
    view! {
        <PageHead title=title.clone()/>
        <EditForm action=save error title id=id.map(|id| id.to_string()) button back>
            <input type="hidden" name="input[version]" value=version.to_string()/>
            <FormSection id="what" title="Host" note="What it is and where it stands.">
                <WhatFields input sites error/>
                <ParentNames parents/>
            </FormSection>
            <FormSection id="access" title="For staff" note="Customers do not see this.">
                <TextArea
                    label="How we get in"
                    name="input[access_note]"
                    value=access_note
                    hint="Jump host, port, where the credentials are kept. Not the credentials themselves."
                    error=wrong(error, "access_note")
                    rows=3
                />
            </FormSection>
        </EditForm>
    }
    .into_any()
}

#[component]
fn WhatFields(input: HostInput, sites: Vec<(String, String)>, error: Signal<Option<ApiError>>) -> impl IntoView {
    view! {
        <div class="form__grid">
            <TextField
                label="Name"
                name="input[name]"
                value=input.name
                hint="Short technical name: letters, digits and hyphens, such as pbx-bath-1."
                error=wrong(error, "name")
                autocomplete="off"
                required=true
            />
            <TextField
                label="System"
                name="input[system]"
                value=input.system
                hint="What the customer calls it, such as Bath phone system."
                error=wrong(error, "system")
                autocomplete="off"
                required=true
            />
            <SelectField
                label="Kind"
                name="input[kind]"
                options=kinds()
                value=input.kind
                error=wrong(error, "kind")
            />
            <SelectField
                label="Customer and site"
                name="input[site]"
                options=sites
                value=input.site
                error=wrong(error, "site")
            />
            <TextField
                label="Address"
                name="input[address]"
                value=input.address
                hint="Where it answers: a host name or an IP address, without port."
                error=wrong(error, "address")
                autocomplete="off"
                required=true
            />
            <TextField
                label="Depends on"
                name="input[parents]"
                value=input.parents
                hint="Hosts between us and this one, separated by commas. May be empty."
                error=wrong(error, "parents")
                autocomplete="off"
            />
        </div>
    }
    .into_any()
}

fn kinds() -> Vec<(String, String)> {
    HostKind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), kind.label().to_owned())).collect()
}

/// Every site with its customer in front, as customers are looked for first. A new host starts without one, so that
/// nobody's is taken by accident.
fn sites(customers: &[CustomerChoice], new: bool) -> Vec<(String, String)> {
    let none = new.then(|| (String::new(), "Choose a site".to_owned()));
    let of_customer = |customer: &CustomerChoice| {
        let name = customer.name.clone();
        let site = move |(id, site): &(domain::id::SiteId, String)| (id.to_string(), format!("{name}, {site}"));
        customer.sites.iter().map(site).collect::<Vec<_>>()
    };
    none.into_iter().chain(customers.iter().flat_map(of_customer)).collect()
}

/// The names that may stand in "Depends on".
#[component]
fn ParentNames(parents: Vec<String>) -> impl IntoView {
    (!parents.is_empty()).then(|| {
        view! {
            <details class="small">
                <summary>"Names of hosts"</summary>
                <p class="mono">{parents.join(", ")}</p>
            </details>
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::id::{CustomerId, SiteId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_site_is_found_by_its_customer() {
        let customers = [CustomerChoice {
            id: CustomerId(Uuid::from_u128(1)),
            name: "Kelston Care Homes".to_owned(),
            sites: vec![(SiteId(Uuid::from_u128(2)), "Frome".to_owned())],
        }];
        let expected = (Uuid::from_u128(2).to_string(), "Kelston Care Homes, Frome".to_owned());
        assert_eq!(sites(&customers, false), [expected]);
        assert_eq!(sites(&customers, true).len(), 2);
    }
}
