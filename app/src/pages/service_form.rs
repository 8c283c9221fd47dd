//! Making and changing a service: what is probed, how, how often, and from when it is a fault.

use domain::{
    id::ServiceId,
    probe::{ATTEMPTS_MAX, INTERVAL_S_MAX, ProbeKind, ProbePolicy, TIMEOUT_MS_MAX, TIMEOUT_MS_MIN},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::host::live::use_asked;
use crate::{
    api::{
        error::ApiError,
        hosts::{SaveService, ServiceFormPage, ServiceInput, load_service_form},
    },
    components::{
        edit_form::{EditForm, FormSection, refusal, wrong},
        field::TextField,
        page::{Loaded, PageHead},
        probe_form::{ProbeFields, with_form_names},
    },
};

/// `/hosts/:name/services/new?kind=ping`. Without a kind: the kinds to choose from.
#[component]
pub fn NewServicePage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.read().get("name").unwrap_or_default());
    let kind = use_asked(is_own, |_, query| query.get("kind").and_then(|kind| ProbeKind::parse(&kind)));
    let page = Resource::new_blocking(move || name.get(), |name| load_service_form(name, None));
    let draw = move |page: ServiceFormPage| {
        move || match kind.get() {
            None => view! { <Kinds host=page.host_name.clone()/> }.into_any(),
            Some(kind) => view! { <ServiceForm page=fresh(page.clone(), kind) kind/> }.into_any(),
        }
    };
    view! { <Loaded resource=page view=draw/> }
}

fn is_own(path: &str) -> bool {
    path.starts_with("/hosts/") && path.trim_end_matches('/').ends_with("/services/new")
}

/// `/hosts/:name/services/:service/edit`.
#[component]
pub fn EditServicePage() -> impl IntoView {
    let params = use_params_map();
    let asked = Memo::new(move |_| {
        let service = params.read().get("service").and_then(|id| id.parse::<ServiceId>().ok());
        (params.read().get("name").unwrap_or_default(), service)
    });
    let page = Resource::new_blocking(
        move || asked.get(),
        |(name, service)| async move {
            match service {
                Some(service) => load_service_form(name, Some(service)).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    let draw = |page: ServiceFormPage| match ProbeKind::parse(&page.input.kind) {
        Some(kind) => view! { <ServiceForm page kind/> }.into_any(),
        None => view! { <Kinds host=page.host_name/> }.into_any(),
    };
    view! { <Loaded resource=page view=draw/> }
}

/// The form of a new service with what is usual for its kind.
fn fresh(page: ServiceFormPage, kind: ProbeKind) -> ServiceFormPage {
    let usual = ProbePolicy::default();
    let or = |given: String, usual: String| if given.is_empty() { usual } else { given };
    let input = page.input;
    let input = ServiceInput {
        target: or(input.target, kind.default_target().to_owned()),
        kind: kind.as_str().to_owned(),
        interval_s: or(input.interval_s, usual.interval_s.to_string()),
        retry_interval_s: or(input.retry_interval_s, usual.retry_interval_s.to_string()),
        timeout_ms: or(input.timeout_ms, usual.timeout_ms.to_string()),
        attempts_max: or(input.attempts_max, usual.attempts_max.to_string()),
        ..input
    };
    ServiceFormPage { input, ..page }
}

/// The kinds of probe as links: only the fields of the chosen one are shown then.
#[component]
fn Kinds(host: String) -> impl IntoView {
    let words = |kind: ProbeKind| match kind {
        ProbeKind::Ping => "Does it answer at all, how fast, and how many packets are lost.",
        ProbeKind::Tcp => "Does a port accept connections: databases, anything that listens. With TLS if wanted.",
        ProbeKind::Http => "Does a web address answer with the right status, text or JSON value.",
        ProbeKind::Tls => "Is a certificate good: signed, for this name, and not about to expire.",
        ProbeKind::Dns => "Does a name resolve to the right answer, asked of a chosen resolver.",
        ProbeKind::Smtp => "Does a mail server greet, and offer encryption that works.",
        ProbeKind::Imap => "Do mailboxes greet, and offer encryption that works.",
        ProbeKind::Ssh => "Does a machine take remote sign-ins.",
        ProbeKind::Sip => "Does a telephone system answer, over UDP, TCP or TLS.",
    };
    let link = |kind: ProbeKind| {
        view! {
            <li>
                <a href=format!("/hosts/{host}/services/new?kind={}", kind.as_str())>
                    <strong>{kind.label()}</strong>
                    <span class="sub">{words(kind)}</span>
                </a>
            </li>
        }
    };
    view! {
        <HostCrumbs host=host.clone()/>
        <PageHead title="New service" lede="What should be checked?"/>
        <section class="card" aria-label="Kinds of probe">
            <ul class="linklist">{ProbeKind::ALL.map(link).collect_view()}</ul>
        </section>
    }
}

#[component]
fn HostCrumbs(host: String) -> impl IntoView {
    view! {
        <p class="crumbs">
            <a href="/hosts">"Hosts"</a>
            " / "
            <a class="mono" href=format!("/hosts/{host}")>
                {host.clone()}
            </a>
        </p>
    }
}

#[component]
fn ServiceForm(page: ServiceFormPage, kind: ProbeKind) -> impl IntoView {
    let save = ServerAction::<SaveService>::new();
    let refused = refusal(save);
    let error = Signal::derive(move || refused.get().map(|error| with_form_names(error, kind)));
    let ServiceFormPage { host, host_name, address, id, input, stored_secrets } = page;
    let (title, button) = match id {
        None => (format!("New service: {}", kind.label()), "Add service"),
        Some(_) => (format!("Edit {}", input.name), "Save service"),
    };
    let other = id.is_none().then(|| {
        view! {
            <a class="btn" href=format!("/hosts/{host_name}/services/new")>
                "Another kind"
            </a>
        }
    });
    let back = format!("/hosts/{host_name}");
    let fields = input.clone();
    view! {
        <HostCrumbs host=host_name/>
        <PageHead title=title.clone()>{other}</PageHead>
        <EditForm action=save error title id=id.map(|id| id.to_string()) button back>
            <input type="hidden" name="host" value=host.to_string()/>
            <input type="hidden" name="input[kind]" value=kind.as_str()/>
            <input type="hidden" name="input[version]" value=input.version.clone()/>
            <WhatFields kind address input=input.clone() error/>
            <ProbeFields kind input=fields stored_secrets error/>
            <PolicyFields input error/>
        </EditForm>
    }
    .into_any()
}

#[component]
fn WhatFields(kind: ProbeKind, address: String, input: ServiceInput, error: Signal<Option<ApiError>>) -> impl IntoView {
    let target = format!("{}. {{address}} stands for {address}.", first_upper(kind.target_shape()));
    view! {
        <FormSection
            id="what"
            title="Service"
            note="Its name stands on the board and in the mails: SIP trunk, Internet line, Mail."
        >
            <div class="form__grid">
                <TextField
                    label="Name"
                    name="input[name]"
                    value=input.name
                    hint="May be empty: then it is named after what is probed."
                    error=wrong(error, "name")
                    autocomplete="off"
                />
                <TextField
                    label="Target"
                    name="input[target]"
                    value=input.target
                    hint=target
                    error=wrong(error, "target")
                    autocomplete="off"
                    required=true
                />
            </div>
        </FormSection>
    }
    .into_any()
}

/// When to probe, and how sure to be before anybody is told.
#[component]
fn PolicyFields(input: ServiceInput, error: Signal<Option<ApiError>>) -> impl IntoView {
    view! {
        <fieldset class="form__section">
            <legend>"How often, and when it counts"</legend>
            <div class="form__grid">
                <TextField
                    label="Every (seconds)"
                    name="input[interval_s]"
                    value=input.interval_s
                    hint=format!("1 to {INTERVAL_S_MAX}.")
                    error=wrong(error, "interval_s")
                    inputmode="numeric"
                />
                <TextField
                    label="Time limit (milliseconds)"
                    name="input[timeout_ms]"
                    value=input.timeout_ms
                    hint=format!("How long one probe may take: {TIMEOUT_MS_MIN} to {TIMEOUT_MS_MAX}.")
                    error=wrong(error, "timeout_ms")
                    inputmode="numeric"
                />
                <TextField
                    label="Bad looks in a row"
                    name="input[attempts_max]"
                    value=input.attempts_max
                    hint=format!("How many make a fault, 1 to {ATTEMPTS_MAX}. Nobody is told before.")
                    error=wrong(error, "attempts_max")
                    inputmode="numeric"
                />
                <TextField
                    label="Look again after (seconds)"
                    name="input[retry_interval_s]"
                    value=input.retry_interval_s
                    hint="Between bad looks, until the fault is sure."
                    error=wrong(error, "retry_interval_s")
                    inputmode="numeric"
                />
            </div>
        </fieldset>
    }
    .into_any()
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::id::HostId;

    use super::*;

    fn page(input: ServiceInput) -> ServiceFormPage {
        ServiceFormPage {
            host: HostId(uuid::Uuid::nil()),
            host_name: "pbx-bath-1".to_owned(),
            address: "192.0.2.1".to_owned(),
            id: None,
            input,
            stored_secrets: Vec::new(),
        }
    }

    #[test]
    fn a_new_service_starts_with_what_is_usual() {
        let input = fresh(page(ServiceInput::default()), ProbeKind::Tcp).input;
        assert_eq!((input.target.as_str(), input.kind.as_str()), ("{address}:5060", "tcp"));
        assert_eq!((input.interval_s.as_str(), input.attempts_max.as_str()), ("60", "3"));
    }

    #[test]
    fn what_the_server_offers_goes_first() {
        let offered = ServiceInput { interval_s: "10".to_owned(), ..ServiceInput::default() };
        assert_eq!(fresh(page(offered), ProbeKind::Ping).input.interval_s, "10");
    }

    #[test]
    fn a_hint_begins_like_a_sentence() {
        assert_eq!(first_upper("host:port, such as"), "Host:port, such as");
        assert_eq!(first_upper(""), "");
    }
}
