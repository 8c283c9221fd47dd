//! `/contracts/:id`: one contract for staff, with what can be done to it.

mod access;
mod acts;
mod parts;

use domain::id::ContractId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::{
    access::AccessCard,
    acts::{ActsCard, Forms},
    parts::{EquipmentCard, HistoryCard, InspectionRow, LocationRow, NoticesCard},
};
use super::contracts::{StateWord, term};
use crate::{
    api::{
        contracts::{ContractPage, load_contract},
        error::ApiError,
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        cover_badge::CoverBadge,
        page::{Loaded, PageHead},
        time::provide_now,
    },
};
use domain::money::pounds;

#[component]
pub fn ContractPageView() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<ContractId>().ok()));
    let forms = Forms::new();
    let done = forms.done();
    let page = Resource::new_blocking(
        move || (id.get(), done.get()),
        |(id, _)| async move {
            match id {
                Some(id) => load_contract(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=page view=move |page| view! { <Page page forms/> }.into_any()/> }
}

#[component]
fn Page(page: ContractPage, forms: Forms) -> impl IntoView {
    provide_now(page.now);
    let row = page.details.row.clone();
    let lede = format!("{}, from {}, {}.", page.customer_name, row.begins, term(&row));
    let troubles = (!row.troubles.is_empty()).then(|| {
        view! {
            <Banner kind=BannerKind::Warn>
                <p>
                    <strong>{row.troubles.join(", ")}</strong>
                </p>
            </Banner>
        }
    });
    let edit = page.may_manage.then(|| {
        view! {
            <a class="btn" href=format!("/contracts/{}/edit", row.id)>
                "Edit"
            </a>
            <a class="btn" href=format!("/contracts/new?follows={}", row.id)>
                "Upgrade or change level"
            </a>
        }
    });
    view! {
        <p class="crumbs">
            <a href="/contracts">"Contracts"</a>
        </p>
        <PageHead title=format!("Contract {}", row.number) lede>
            {edit}
        </PageHead>
        <FormErrors error=forms.error()/>
        {troubles}
        <div class="split split--wide">
            <div class="stack">
                <TermsCard page=page.clone()/>
                <AccessCard contract=row.id access=page.details.access.clone() may_test=page.may_test forms/>
                <EquipmentCard customer=page.customer equipment=page.equipment.clone()/>
            </div>
            <div class="stack">
                <ActsCard page=page.clone() forms/>
                <NoticesCard notices=page.notices.clone()/>
                <HistoryCard history=page.history/>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn TermsCard(page: ContractPage) -> impl IntoView {
    let details = page.details.clone();
    let row = details.row.clone();
    let site = if row.site.is_empty() { "All sites".to_owned() } else { row.site.clone() };
    let price = match &details.price {
        Some(price) => format!(
            "{} + VAT ({} in all) a year for {} ports in year {}, price list version {}",
            pounds(price.net_pence),
            pounds(price.gross_pence),
            row.ports,
            details.year,
            price.list_version
        ),
        None => "None for this level: at an exact quote".to_owned(),
    };
    let policy = if page.policy.is_empty() { "The usual one".to_owned() } else { page.policy.clone() };
    let settings = details.settings.clone().into_iter().map(|(name, words)| view! { <dt>{name}</dt> <dd>{words}</dd> });
    let follows = page.follows.clone().map(|(id, number)| {
        view! {
            <dt>"Follows"</dt>
            <dd>
                <a href=format!("/contracts/{id}")>{number}</a>
            </dd>
        }
    });
    view! {
        <section class="card" aria-labelledby="terms">
            <div class="card-head">
                <h2 id="terms">"Terms"</h2>
                <StateWord state=row.state/>
            </div>
            <div class="card-body">
                <dl class="kv">
                    <dt>"Level"</dt>
                    <dd class="row">
                        <CoverBadge level=row.level bare=true/>
                        <span>{format!("{}, agreed under version {}", row.level_name, page.level_version)}</span>
                    </dd>
                    <dt>"Kind"</dt>
                    <dd>{if row.included_month { "Included month" } else { "Paid" }}</dd>
                    <dt>"Site"</dt>
                    <dd>{site}</dd>
                    <LocationRow page=page.clone()/>
                    <dt>"Ports"</dt>
                    <dd>{row.ports}</dd>
                    <dt>"Term"</dt>
                    <dd>{format!("Year {}, from {}, {}", details.year, row.begins, term(&row))}</dd>
                    {follows}
                    <dt>"Covered"</dt>
                    <dd>{if details.covered.is_empty() { "Nothing listed".to_owned() } else { details.covered.join(", ") }}</dd>
                    <InspectionRow inspection=page.inspection.clone()/>
                    <dt>"Guide price"</dt>
                    <dd>{price}</dd>
                    <dt>"Escalation"</dt>
                    <dd>{policy}</dd>
                    {settings.collect_view()}
                </dl>
            </div>
        </section>
    }
    .into_any()
}
