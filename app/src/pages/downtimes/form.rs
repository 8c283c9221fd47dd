//! `/downtimes/new`: what is to be quiet, when and why. Works without the browser half: the fields of all kinds are there,
//! and what the chosen kind does not ask for is not looked at.

use std::collections::BTreeMap;

use domain::{downtime::DowntimeKind, id::CustomerId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        downtimes::{DowntimeFormPage, DowntimeInput, PlanDowntime, load_downtime_form},
        error::ApiError,
    },
    components::{
        edit_form::{EditForm, FormSection, refusal, wrong},
        field::{Choices, SelectField, TextField},
        page::{Loaded, PageHead},
    },
};

const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

type Refused = Signal<Option<ApiError>>;

/// `/downtimes/new?host=NAME` or `?customer=ID`.
#[component]
pub fn NewDowntimePage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let customer = query.get_str("customer").and_then(|id| id.parse::<CustomerId>().ok());
            (query.get("host").unwrap_or_default(), customer)
        })
    });
    let page = Resource::new_blocking(move || asked.get(), |(host, customer)| load_downtime_form(host, customer));
    view! {
        <Loaded
            resource=page
            view=|page| match page.targets.is_empty() {
                true => view! { <Choose customers=page.customers /> }.into_any(),
                false => view! { <Form page /> }.into_any(),
            }
        />
    }
}

/// Whose systems, or which host.
#[component]
fn Choose(customers: Vec<(String, String)>) -> impl IntoView {
    view! {
        <PageHead title="Plan a downtime" lede="Choose the customer or the host first." />
        <div class="split">
            <form class="card card-body stack stack--s" method="get" action="/downtimes/new">
                <SelectField label="Customer" name="customer" options=customers />
                <div>
                    <button class="btn btn--primary" type="submit">
                        "Go on"
                    </button>
                </div>
            </form>
            <form class="card card-body stack stack--s" method="get" action="/downtimes/new">
                <TextField label="Host" name="host" hint="Its technical name." autocomplete="off" required=true />
                <div>
                    <button class="btn" type="submit">
                        "Go on with this host"
                    </button>
                </div>
            </form>
        </div>
    }
    .into_any()
}

#[component]
fn Form(page: DowntimeFormPage) -> impl IntoView {
    let plan = ServerAction::<PlanDowntime>::new();
    let error = refusal(plan);
    let DowntimeFormPage { targets, input, zone, customer, .. } = page;
    let title = format!("Plan a downtime for {customer}");
    let kinds = DowntimeKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.label().to_owned(), String::new()));
    let kinds: Vec<_> = kinds.collect();
    let (window, weekly) = (input.clone(), input.clone());
    view! {
        <PageHead title=title.clone() lede="Nobody is told of faults inside it. What outlives it is told when it ends." />
        <EditForm action=plan error title id=None button="Plan it" back="/downtimes".to_owned()>
            <FormSection id="what" title="What" note="What is quiet, and why: the customer reads it.">
                <div class="form__grid">
                    <SelectField
                        label="What is quiet"
                        name="input[target]"
                        options=targets
                        value=input.target
                        error=wrong(error, "target")
                    />
                    <TextField
                        label="Reason"
                        name="input[reason]"
                        value=input.reason
                        hint="Such as: replacing the UPS."
                        error=wrong(error, "reason")
                        autocomplete="off"
                        required=true
                    />
                </div>
                <Choices
                    label="Kind"
                    name="input[kind]"
                    options=kinds
                    value=input.kind
                    error=wrong(error, "kind")
                />
            </FormSection>
            <Window input=window zone=zone.clone() error />
            <Weekly input=weekly zone error />
        </EditForm>
    }
    .into_any()
}

#[component]
fn Window(input: DowntimeInput, zone: String, error: Refused) -> impl IntoView {
    view! {
        <FormSection id="window" title="When" note="For a fixed downtime, and as the window of a flexible one.">
            <div class="form__grid">
                <TextField
                    label="From"
                    name="input[from]"
                    input_type="datetime-local"
                    value=input.from
                    hint=format!("In {zone}.")
                    error=wrong(error, "from")
                />
                <TextField
                    label="Until"
                    name="input[until]"
                    input_type="datetime-local"
                    value=input.until
                    hint=format!("In {zone}.")
                    error=wrong(error, "until")
                />
                <TextField
                    label="Minutes"
                    name="input[minutes]"
                    value=input.minutes
                    hint="How long a flexible or recurring one lasts."
                    error=wrong(error, "minutes")
                    inputmode="numeric"
                    autocomplete="off"
                />
            </div>
        </FormSection>
    }
    .into_any()
}

#[component]
fn Weekly(input: DowntimeInput, zone: String, error: Refused) -> impl IntoView {
    let days_wrong = wrong(error, "days");
    view! {
        <FormSection id="weekly" title="Every week" note="For a recurring downtime only.">
            <fieldset class="stack stack--s" id="f-days" tabindex="-1">
                <legend class="label mb-s">"Days"</legend>
                <div class="row">{days(&input.days)}</div>
                {move || days_wrong.get().map(|said| view! { <span class="error">{said}</span> })}
            </fieldset>
            <div class="form__grid">
                <TextField
                    label="Begins at"
                    name="input[at]"
                    input_type="time"
                    value=input.at
                    hint=format!("In {zone}, also when the clocks change.")
                    error=wrong(error, "at")
                />
                <TextField
                    label="First day"
                    name="input[first_on]"
                    input_type="date"
                    value=input.first_on
                    hint="Empty: today."
                    error=wrong(error, "first_on")
                />
                <TextField
                    label="Last day"
                    name="input[last_on]"
                    input_type="date"
                    value=input.last_on
                    hint="Empty: until somebody cancels it."
                    error=wrong(error, "last_on")
                />
            </div>
        </FormSection>
    }
    .into_any()
}

fn days(chosen: &BTreeMap<String, String>) -> impl IntoView + use<> {
    let day = |(name, words): (&'static str, &'static str)| {
        view! {
            <label class="opt">
                <input
                    type="checkbox"
                    name=format!("input[days][{name}]")
                    value="yes"
                    checked=chosen.contains_key(name)
                />
                <span>{words}</span>
            </label>
        }
    };
    DAYS.map(day).into_iter().collect_view()
}
