//! Making and changing a host.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    api::{
        error::ApiError,
        hosts::{CustomerChoice, HostFormPage, HostKind, SaveHost, load_host_form},
    },
    components::{
        banner::FormErrors,
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
    let value = save.value();
    let error = Signal::derive(move || value.get().and_then(|saved: Result<String, ApiError>| saved.err()));
    let HostFormPage { id, input, customers, parents, version } = page;
    let (title, back, button) = match id {
        None => ("New host".to_owned(), "/hosts".to_owned(), "Add host"),
        Some(_) => (format!("Edit {}", input.name), format!("/hosts/{}", input.name), "Save host"),
    };
    let hidden_id = id.map(|id| view! { <input type="hidden" name="id" value=id.to_string()/> });
    view! {
        <PageHead title=title.clone()/>
        <ActionForm action=save attr:class="form" attr:aria-label=title attr:novalidate="">
            <FormErrors error/>
            {hidden_id}
            <input type="hidden" name="input[version]" value=version.to_string()/>
            <section class="form__section" aria-labelledby="what">
                <div>
                    <h2 id="what">"Host"</h2>
                    <p class="note">"What it is and where it stands."</p>
                </div>
                <div class="form__grid">
                    <TextField
                        label="Name"
                        name="input[name]"
                        value=input.name.clone()
                        hint="Short technical name: letters, digits and hyphens, such as pbx-bath-1."
                        error=wrong(error, "name")
                        autocomplete="off"
                        required=true
                    />
                    <TextField
                        label="System"
                        name="input[system]"
                        value=input.system.clone()
                        hint="What the customer calls it, such as Bath phone system."
                        error=wrong(error, "system")
                        autocomplete="off"
                        required=true
                    />
                    <SelectField
                        label="Kind"
                        name="input[kind]"
                        options=kinds()
                        value=input.kind.clone()
                        error=wrong(error, "kind")
                    />
                    <SelectField
                        label="Customer and site"
                        name="input[site]"
                        options=sites(&customers, id.is_none())
                        value=input.site.clone()
                        error=wrong(error, "site")
                    />
                    <TextField
                        label="Address"
                        name="input[address]"
                        value=input.address.clone()
                        hint="Where it answers: a host name or an IP address, without port."
                        error=wrong(error, "address")
                        autocomplete="off"
                        required=true
                    />
                    <TextField
                        label="Depends on"
                        name="input[parents]"
                        value=input.parents.clone()
                        hint="Names of hosts between us and this one, separated by commas. May be empty."
                        error=wrong(error, "parents")
                        autocomplete="off"
                    />
                </div>
                <ParentNames parents/>
            </section>
            <section class="form__section" aria-labelledby="access">
                <div>
                    <h2 id="access">"For staff"</h2>
                    <p class="note">"Customers do not see this."</p>
                </div>
                <TextArea
                    label="How we get in"
                    name="input[access_note]"
                    value=input.access_note.clone()
                    hint="Jump host, port, where the credentials are kept. Not the credentials themselves."
                    error=wrong(error, "access_note")
                    rows=3
                />
            </section>
            <div class="form__actions">
                <button class="btn btn--primary" type="submit" aria-busy=busy(save)>
                    {button}
                </button>
                <a class="btn" href=back>
                    "Cancel"
                </a>
            </div>
        </ActionForm>
    }
    .into_any()
}

/// The message about one field.
pub(super) fn wrong(error: Signal<Option<ApiError>>, field: &'static str) -> Signal<Option<String>> {
    Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.field(field))))
}

/// `aria-busy` of a form's button.
pub(super) fn busy<S>(action: ServerAction<S>) -> impl Fn() -> Option<&'static str> + Send + Sync + Copy + 'static
where
    S: leptos::server_fn::ServerFn + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    let pending = action.pending();
    move || pending.get().then_some("true")
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
