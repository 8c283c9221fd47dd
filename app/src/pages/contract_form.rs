//! Entering and changing a contract, and the upgrade that takes another one's place.

use std::collections::BTreeMap;

use domain::{
    contract::{AccessMode, AccessPath, Cat4Response, ContractKind, EquipmentClass},
    id::{ContractId, CustomerId},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    api::{
        contracts::{ContractFormPage, ContractInput, PieceChoice, SaveContract, load_contract_form},
        error::ApiError,
    },
    components::{
        edit_form::{EditForm, FormSection, refusal, wrong},
        field::{SelectField, TextField, field_id},
        icon::Icon,
        page::{Loaded, PageHead},
    },
};

/// `/contracts/new?customer=ID`, or `?follows=ID` for an upgrade.
#[component]
pub fn NewContractPage() -> impl IntoView {
    let query = use_query_map();
    let asked = query.with_untracked(|query| {
        (
            query.get_str("customer").and_then(|id| id.parse::<CustomerId>().ok()),
            query.get_str("follows").and_then(|id| id.parse::<ContractId>().ok()),
        )
    });
    let page = Resource::new_blocking(
        || (),
        move |()| {
            let (customer, follows) = asked;
            load_contract_form(None, customer, follows)
        },
    );
    view! { <Loaded resource=page view=|page| view! { <Form page/> }.into_any()/> }
}

/// `/contracts/:id/edit`.
#[component]
pub fn EditContractPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<ContractId>().ok()));
    let page = Resource::new_blocking(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => load_contract_form(Some(id), None, None).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=page view=|page| view! { <Form page/> }.into_any()/> }
}

type Refused = Signal<Option<ApiError>>;

#[component]
fn Form(page: ContractFormPage) -> impl IntoView {
    let save = ServerAction::<SaveContract>::new();
    let error = refusal(save);
    let (title, back, button) = match (page.id, page.follows.as_str()) {
        (Some(id), _) => (format!("Edit {}", page.number), format!("/contracts/{id}"), "Save contract"),
        (None, "") => (format!("New contract for {}", page.customer_name), "/contracts".to_owned(), "Add contract"),
        (None, before) => (format!("Upgrade of {before}"), format!("/contracts/{}", page.input.follows), "Add upgrade"),
    };
    let lede = match (page.in_force, page.follows.as_str()) {
        (true, _) => "In force: its level, site and days stay. For another level, enter an upgrade that follows it.",
        (false, "") => "",
        (false, _) => {
            "When you activate it, the contract before ends on the day before it begins, without a gap in cover."
        }
    };
    let terms = (!page.in_force).then(|| view! { <TermsSection page=page.clone() error/> });
    let input = page.input.clone();
    view! {
        <PageHead title=title.clone() lede/>
        <EditForm action=save error title id=page.id.map(|id| id.to_string()) button back>
            <input type="hidden" name="input[version]" value=input.version.clone()/>
            <input type="hidden" name="input[customer]" value=input.customer.clone()/>
            <input type="hidden" name="input[follows]" value=input.follows.clone()/>
            {terms}
            <CoveredSection input=input.clone() pieces=page.pieces error/>
            <AccessSection input policies=page.policies error/>
        </EditForm>
    }
    .into_any()
}

fn options<const N: usize>(words: [(&'static str, &'static str); N]) -> Vec<(String, String)> {
    words.map(|(word, label)| (word.to_owned(), label.to_owned())).to_vec()
}

#[component]
fn TermsSection(page: ContractFormPage, error: Refused) -> impl IntoView {
    let ContractFormPage { input, sites, levels, advice, .. } = page;
    let levels = levels.into_iter().map(|(id, name)| (id.to_string(), name)).collect::<Vec<_>>();
    let sites: Vec<_> = std::iter::once((String::new(), "All sites".to_owned())).chain(sites).collect();
    let kinds = options(ContractKind::ALL.map(|kind| (kind.as_str(), kind.label())));
    let responses = options(Cat4Response::ALL.map(|one| (one.as_str(), one.label())));
    let confirmed = input.lower_confirmed == "yes";
    let advice = (!advice.is_empty()).then(|| {
        view! {
            <p class="note calc__advice form__wide">
                <Icon name="info" small=true/>
                <span>{advice}</span>
            </p>
            <div class="form__wide">
            <Box
                name="input[lower_confirmed]"
                words="Less than Cat2 was meant"
                hint="Needed once for a lower level where there is a phone system."
                checked=confirmed
                error=wrong(error, "lower_confirmed")
            />
            </div>
        }
    });
    view! {
        <FormSection id="terms" title="Terms" note="What was agreed, where, and from when.">
            <div class="form__grid">
                <SelectField label="Level" name="input[level]" options=levels value=input.level error=wrong(error, "level")/>
                <SelectField label="Kind" name="input[kind]" options=kinds value=input.kind error=wrong(error, "kind")/>
                {advice}
                <SelectField
                    label="Site"
                    name="input[site]"
                    options=sites
                    value=input.site
                    hint="Cat4 is for one site, where an engineer can be in time."
                    error=wrong(error, "site")
                />
                <SelectField
                    label="Response target on Cat4"
                    name="input[cat4_response]"
                    options=responses
                    value=input.cat4_response
                    hint="Other levels do not look at it."
                    error=wrong(error, "cat4_response")
                />
                <TextField
                    label="First day"
                    name="input[starts_on]"
                    input_type="date"
                    value=input.starts_on
                    error=wrong(error, "starts_on")
                    required=true
                />
                <TextField
                    label="Time zone of its days"
                    name="input[zone]"
                    value=input.zone
                    error=wrong(error, "zone")
                    required=true
                />
                <TextField
                    label="Last day of the first term"
                    name="input[first_term_ends_on]"
                    input_type="date"
                    value=input.first_term_ends_on
                    hint="Empty: a year, or the included month."
                    error=wrong(error, "first_term_ends_on")
                />
                <TextField
                    label="Last day of all"
                    name="input[ends_on]"
                    input_type="date"
                    value=input.ends_on
                    hint="Empty: it renews year by year."
                    error=wrong(error, "ends_on")
                />
            </div>
        </FormSection>
    }
    .into_any()
}

#[component]
fn CoveredSection(input: ContractInput, pieces: Vec<PieceChoice>, error: Refused) -> impl IntoView {
    let (classes, listed) = (input.classes, input.pieces);
    // A class would take in servers from anywhere: they are listed one by one.
    let classes = EquipmentClass::ALL
        .into_iter()
        .filter(|class| *class != EquipmentClass::Server)
        .map(|class| {
            let hint = if class == EquipmentClass::Handset { "Handsets are not covered unless listed." } else { "" };
            checkbox("classes", class.as_str(), class.label().to_owned(), hint.to_owned(), &classes, error)
        })
        .collect_view();
    let pieces = pieces
        .into_iter()
        .map(|piece| {
            let hint = if piece.refused.is_empty() { piece.class.label().to_owned() } else { piece.refused };
            checkbox("pieces", &piece.id.to_string(), piece.name, hint, &listed, error)
        })
        .collect_view();
    view! {
        <FormSection id="f-covered" title="What is covered" note="Nothing else is: tick classes, or single pieces.">
            <div class="form__grid">
                <TextField
                    label="Ports"
                    name="input[ports]"
                    value=input.ports
                    inputmode="numeric"
                    error=wrong(error, "ports")
                    required=true
                />
            </div>
            {move || wrong(error, "covered").get().map(|said| view! { <ErrorText said/> })}
            <h3>"Classes"</h3>
            <div class="form__grid">{classes}</div>
            <h3>"Single pieces"</h3>
            <div class="form__grid">{pieces}</div>
        </FormSection>
    }
    .into_any()
}

#[component]
fn AccessSection(input: ContractInput, policies: Vec<(String, String)>, error: Refused) -> impl IntoView {
    let modes = options(AccessMode::ALL.map(|mode| (mode.as_str(), mode.label())));
    let policies: Vec<_> = std::iter::once((String::new(), "The usual one".to_owned())).chain(policies).collect();
    let paths = AccessPath::ALL
        .map(|path| checkbox("paths", path.as_str(), path.label().to_owned(), String::new(), &input.paths, error))
        .into_iter()
        .collect_view();
    view! {
        <FormSection id="f-access-paths" title="Access and escalation" note="How we get in, and who is told when nobody reacts.">
            <div class="form__grid">
                <SelectField
                    label="Access"
                    name="input[access_mode]"
                    options=modes
                    value=input.access_mode
                    hint="Standing access is tested; waiting for access on request does not count."
                    error=wrong(error, "access_mode")
                />
                <SelectField
                    label="Escalation policy"
                    name="input[policy]"
                    options=policies
                    value=input.policy
                    error=wrong(error, "policy")
                />
            </div>
            {move || wrong(error, "access.paths").get().map(|said| view! { <ErrorText said/> })}
            <div class="form__grid">{paths}</div>
        </FormSection>
    }
    .into_any()
}

fn checkbox(
    group: &'static str,
    word: &str,
    words: String,
    hint: String,
    checked: &BTreeMap<String, String>,
    error: Refused,
) -> impl IntoView + use<> {
    let field = format!("{group}.{word}");
    let error = Signal::derive(move || error.with(|error| error.as_ref().and_then(|error| error.field(&field))));
    let checked = checked.contains_key(word);
    view! { <Box name=format!("input[{group}][{word}]") words hint checked error/> }
}

#[component]
fn Box(
    #[prop(into)] name: String,
    #[prop(into)] words: String,
    #[prop(into)] hint: String,
    checked: bool,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let id = field_id(&name);
    view! {
        <label class="opt">
            <input
                type="checkbox"
                id=id
                name=name
                value="yes"
                checked=checked
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            />
            <span>{words}</span>
            {(!hint.is_empty()).then(|| view! { <span class="hint">{hint}</span> })}
            {move || error.get().map(|said| view! { <ErrorText said/> })}
        </label>
    }
    .into_any()
}

#[component]
fn ErrorText(said: String) -> impl IntoView {
    view! {
        <span class="error">
            <Icon name="late" small=true/>
            {said}
        </span>
    }
}
