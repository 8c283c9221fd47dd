//! `/cover`: what a customer has bought, what it means on both sides, and what else there is.

use domain::money::pounds;
use leptos::prelude::*;

use super::contracts::{StateWord, term};
use crate::{
    api::contracts::{ContractDetails, CoverPage, load_cover},
    components::{
        cover_badge::CoverBadge,
        icon::Icon,
        levels::LevelsCard,
        page::{Loaded, PageHead},
        price_calculator::PriceCalculator,
        time::{At, provide_now},
    },
};

#[component]
pub fn CoverPageView() -> impl IntoView {
    let page = Resource::new_blocking(|| (), |()| load_cover());
    view! { <Loaded resource=page view=|page| view! { <Page page/> }.into_any()/> }
}

#[component]
fn Page(page: CoverPage) -> impl IntoView {
    provide_now(page.now);
    let title = match page.has_contract {
        true => format!("Your cover is {}", page.level_name),
        false => "You have no support contract".to_owned(),
    };
    let lede = lede(&page);
    let ports = page.contracts.first().map(|contract| contract.row.ports).filter(|ports| 0 < *ports);
    let (level, guide) = (page.level, page.guide);
    let details = page.contracts.clone().into_iter().map(|details| view! { <ContractCard details/> }).collect_view();
    view! {
        <PageHead title lede/>
        <div class="stack">
            <div class="cols-3">
                <WeDo page=page.clone()/>
                <YouDo page=page.clone()/>
                <Covered page/>
            </div>
            {details}
            <PriceCalculator action="/cover" guide ports=ports.unwrap_or(12)/>
            <LevelsCard guide own=level/>
        </div>
    }
    .into_any()
}

/// Managers read which contract it is and how it goes on.
fn lede(page: &CoverPage) -> String {
    match (page.contracts.first(), page.has_contract) {
        (Some(details), _) => {
            let row = &details.row;
            format!("Contract {}, year {}, from {}, {}.", row.number, details.year, row.begins, term(row))
        }
        (None, true) => "The terms are shown to the people at your company who manage your users.".to_owned(),
        (None, false) => {
            "We watch your systems and email you all the same. What breaks is repaired on return to base.".to_owned()
        }
    }
}

#[component]
fn WeDo(page: CoverPage) -> impl IntoView {
    let phone = (!page.phone.is_empty()).then(|| {
        view! {
            <p>
                "Your support number: "
                <a class="nowrap" href=format!("tel:{}", page.phone.replace(' ', ""))>
                    {page.phone.clone()}
                </a>
            </p>
        }
    });
    let promises = page.promises.into_iter().map(|words| view! { <p>{words}</p> }).collect_view();
    view! {
        <section class="card" aria-labelledby="we">
            <div class="card-head">
                <h2 id="we">"What we do"</h2>
            </div>
            <div class="card-body stack stack--s">{promises} {phone}</div>
        </section>
    }
    .into_any()
}

#[component]
fn YouDo(page: CoverPage) -> impl IntoView {
    let access = match (page.access, page.on_request) {
        (Some((true, at)), _) => view! {
            <p class="row">
                <span class="st st--ok">
                    <Icon name="check" small=true/>
                    "Remote access works"
                </span>
            </p>
            <p class="note">"Tested " <At at/> "."</p>
        }
        .into_any(),
        (Some((false, at)), _) => view! {
            <p class="row">
                <span class="st st--crit">
                    <Icon name="unlink" small=true/>
                    "Remote access does not work"
                </span>
            </p>
            <p class="note">"Tested " <At at/> ". Please let us in again."</p>
        }
        .into_any(),
        (None, true) => view! { <p>"Remote access for us when an issue needs it."</p> }.into_any(),
        (None, false) => view! { <p>"Remote access for us, so that we can look before we travel."</p> }.into_any(),
    };
    let waits = page.has_contract.then(|| {
        view! { <p class="note">"Time spent waiting for access does not count towards a target."</p> }
    });
    view! {
        <section class="card" aria-labelledby="you">
            <div class="card-head">
                <h2 id="you">"What we need from you"</h2>
            </div>
            <div class="card-body stack stack--s">
                {access} {waits} <p>"Somebody on site who can check a cable or switch a box off and on."</p>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Covered(page: CoverPage) -> impl IntoView {
    let covered: Vec<String> = page.contracts.iter().flat_map(|contract| contract.covered.clone()).collect();
    let words = match (covered.is_empty(), page.contracts.is_empty()) {
        (false, _) => format!("{}.", covered.join(", ")),
        (true, true) if page.has_contract => "What your contract lists.".to_owned(),
        (true, _) => "Nothing is listed.".to_owned(),
    };
    let missing = (!page.not_covered.is_empty())
        .then(|| view! { <p class="note">{format!("Not covered: {}.", page.not_covered.join(", "))}</p> });
    view! {
        <section class="card" aria-labelledby="covered">
            <div class="card-head">
                <h2 id="covered">"What is covered"</h2>
            </div>
            <div class="card-body stack stack--s">
                <p>{words}</p>
                {missing}
                <p class="note">
                    "Handsets are not covered unless listed, nor is anything that was already faulty when your cover began."
                </p>
            </div>
        </section>
    }
    .into_any()
}

/// The settings in force, printed.
#[component]
fn ContractCard(details: ContractDetails) -> impl IntoView {
    let row = details.row.clone();
    let site = if row.site.is_empty() { "All your sites".to_owned() } else { row.site.clone() };
    let price = details.price.map(|price| {
        let words = format!(
            "{} + VAT ({} in all) for {} ports in year {}: a guide, until you have an exact quote",
            pounds(price.net_pence),
            pounds(price.gross_pence),
            row.ports,
            details.year
        );
        view! {
            <dt>"Guide price"</dt>
            <dd>{words}</dd>
        }
    });
    let settings = details.settings.into_iter().map(|(name, words)| view! { <dt>{name}</dt> <dd>{words}</dd> });
    let id = format!("contract-{}", row.number);
    let labelled = id.clone();
    view! {
        <section class="card" aria-labelledby=labelled>
            <div class="card-head">
                <h2 id=id>{format!("Contract {}", row.number)}</h2>
                <CoverBadge level=row.level bare=true/>
                <StateWord state=row.state/>
            </div>
            <div class="card-body">
                <dl class="kv">
                    <dt>"Where"</dt>
                    <dd>{site}</dd>
                    <dt>"Ports"</dt>
                    <dd>{row.ports}</dd>
                    <dt>"Term"</dt>
                    <dd>{format!("from {}, {}", row.begins, term(&row))}</dd>
                    {settings.collect_view()}
                    {price}
                </dl>
            </div>
        </section>
    }
    .into_any()
}
