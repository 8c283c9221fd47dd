//! `/calls/new?input[number]=…`: who calls, what is open there, and the call on a ticket.

use domain::{access::Side, intake::CallKind, probe::FieldError, ticket::reference};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use crate::{
    api::{
        error::ApiError,
        intake::{CallLogInput, CallPage, CallerRow, LogNewCall, NewTicketInput, load_call},
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        cover_badge::CoverBadge,
        edit_form::about,
        field::{Choices, SelectField, TextArea, TextField},
        icon::Icon,
        known_fault::KnownFaultLine,
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

#[component]
pub fn CallView() -> impl IntoView {
    let query = use_query_map();
    let typed = Memo::new(move |_| {
        query.with(|query| {
            let mut input = CallLogInput::from_address(|key| query.get(key)).unwrap_or_default();
            // A telephone can open the page with the caller's number.
            if let Some(number) = query.get("number").filter(|_| input.number.is_empty()) {
                input.number = number;
            }
            (input, query.get("check").unwrap_or_default())
        })
    });
    let page = Resource::new_blocking(move || typed.get(), |(input, check)| load_call(input, check));
    view! { <Loaded resource=page view=|page| view! { <Page page /> }.into_any() /> }
}

#[component]
fn Page(page: CallPage) -> impl IntoView {
    provide_now(page.now);
    let lede = match (&page.shown, page.callers.as_slice()) {
        (None, _) => "Type the number to see who calls and what is open there.".to_owned(),
        (Some(number), []) => format!("Nobody here has {number}. Choose the customer, then open a ticket."),
        (Some(number), callers) => {
            let names: Vec<_> = callers.iter().map(|caller| caller.name.as_str()).collect();
            format!("{number} is {}.", names.join(" or "))
        }
    };
    let cards = page.callers.iter().cloned().map(|caller| view! { <Caller caller input=page.input.clone() /> });
    let cards = cards.collect_view();
    let has_tickets = page.callers.iter().any(|caller| !caller.tickets.is_empty());
    let form = has_tickets.then(|| view! { <Form page=page.clone() /> });
    view! {
        <p class="crumbs">
            <a href="/tickets">"Tickets"</a>
            " / Call"
        </p>
        <PageHead title="Log a call" lede />
        <div class="split">
            <div class="stack">
                <Find page=page.clone() />
                {form}
            </div>
            <aside class="stack" aria-label="Who calls">{cards}</aside>
        </div>
    }
    .into_any()
}

#[component]
fn Find(page: CallPage) -> impl IntoView {
    let customers: Vec<_> = std::iter::once((String::new(), "By the number".to_owned()))
        .chain(page.customers.into_iter().map(|(id, name)| (id.to_string(), name)))
        .collect();
    view! {
        <form class="card" method="get" action="/calls/new" aria-label="Find the caller">
            <div class="card-body stack stack--s">
                <TextField
                    label="Number"
                    name="input[number]"
                    value=page.input.number
                    input_type="tel"
                    inputmode="tel"
                    hint="As you see it: 01632 960184, +44 1632 960184."
                    error=about(&page.wrong, "number")
                    autocomplete="off"
                />
                <SelectField label="Customer" name="input[customer]" options=customers value=page.input.customer />
                <div class="row">
                    <button class="btn btn--primary" type="submit">
                        <Icon name="search" small=true />
                        "Find the caller"
                    </button>
                </div>
            </div>
        </form>
    }
    .into_any()
}

/// A customer, what is lit there, and the way to a new ticket.
#[component]
fn Caller(caller: CallerRow, input: CallLogInput) -> impl IntoView {
    let CallerRow { customer, name, people, contact, level, tickets, lit } = caller;
    let new = NewTicketInput {
        customer: customer.to_string(),
        contact: contact.map(|id| id.to_string()).unwrap_or_default(),
        channel: "phone".to_owned(),
        call: "they_called".to_owned(),
        phone: input.number,
        ..NewTicketInput::default()
    };
    let faults = lit
        .into_iter()
        .map(|fault| {
            view! {
                <KnownFaultLine fault=fault.clone() side=Side::Staff>
                    "since " <At at=fault.started_at />
                </KnownFaultLine>
            }
        })
        .collect_view();
    let id = format!("caller-{customer}");
    let labelled = id.clone();
    let open = match tickets.len() {
        0 => "No ticket is open.".to_owned(),
        1 => "1 ticket is open.".to_owned(),
        count => format!("{count} tickets are open."),
    };
    view! {
        <section class="card" aria-labelledby=labelled>
            <div class="card-head">
                <h2 id=id>{name}</h2>
                <CoverBadge level bare=true />
            </div>
            <div class="card-body stack stack--s">
                {(!people.is_empty()).then(|| view! { <p>{format!("The number of {}.", people.join(", "))}</p> })}
                {faults} <p class="note">{open}</p>
                <div class="row">
                    <a class="btn btn--primary" href=new.address(false)>
                        <Icon name="plus" small=true />
                        "Open a new ticket"
                    </a>
                </div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Form(page: CallPage) -> impl IntoView {
    let CallPage { input, wrong, conflict, callers, zone, .. } = page;
    let about_call: Vec<_> = wrong.iter().filter(|error| error.field != "number").cloned().collect();
    let errors = (!about_call.is_empty()).then_some(ApiError::Invalid(about_call));
    let many = 1 < callers.len();
    let tickets = callers
        .into_iter()
        .flat_map(|caller| {
            let name = caller.name;
            caller.tickets.into_iter().map(move |ticket| {
                let place = if many { format!("{name}. ") } else { String::new() };
                let words = format!("{} {}", reference(ticket.number), ticket.subject);
                (ticket.number.to_string(), words, format!("{place}{}", ticket.state))
            })
        })
        .collect();
    view! {
        <form class="stack" method="post" action=LogNewCall::url() aria-label="The call" novalidate>
            {conflict
                .map(|words| {
                    view! {
                        <Banner kind=BannerKind::Warn>
                            <p>
                                <strong>{words}</strong>
                            </p>
                        </Banner>
                    }
                })}
            <FormErrors error=Signal::stored(errors) />
            <input type="hidden" name="input[number]" value=input.number.clone() />
            <input type="hidden" name="input[customer]" value=input.customer.clone() />
            <section class="card">
                <div class="card-head">
                    <h2>"Go on with a ticket"</h2>
                </div>
                <div class="card-body stack">
                    <Choices
                        label="Which one?"
                        name="input[ticket]"
                        options=tickets
                        value=input.ticket.clone()
                        error=about(&wrong, "ticket")
                    />
                    <Said input wrong zone />
                    <div class="row">
                        <button class="btn btn--primary btn--big" type="submit">
                            <Icon name="phone" small=true />
                            "Log the call"
                        </button>
                    </div>
                </div>
            </section>
        </form>
    }
    .into_any()
}

/// How it went, with whom, when, and what was said.
#[component]
fn Said(input: CallLogInput, wrong: Vec<FieldError>, zone: String) -> impl IntoView {
    let kinds = CallKind::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned(), one.effect().to_owned()));
    view! {
        <Choices
            label="How did the call go?"
            name="input[call]"
            options=kinds.to_vec()
            value=input.call
            error=about(&wrong, "call")
        />
        <div class="form__grid">
            <TextField
                label="Who, on their side"
                name="input[who]"
                value=input.who
                error=about(&wrong, "who")
                autocomplete="off"
                required=true
            />
            <TextField
                label="When"
                name="input[at]"
                input_type="datetime-local"
                value=input.at
                hint=format!("Time of the call in {zone}.")
                error=about(&wrong, "at")
            />
        </div>
        <TextArea
            label="What was said"
            name="input[text]"
            value=input.text
            hint="The customer reads this too."
            error=about(&wrong, "text")
        />
    }
    .into_any()
}
