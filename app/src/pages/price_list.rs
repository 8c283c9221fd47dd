//! `/levels/prices`: the guide prices, in versions.

use domain::cover::CoverLevel;
use leptos::prelude::*;

use crate::{
    api::prices::{GuidePrices, PriceFormPage, PriceInput, PriceVersionRow, SavePrices, load_price_form},
    components::{
        banner::{Banner, BannerKind},
        edit_form::{EditForm, FormSection, refusal, wrong},
        field::TextField,
        levels::guide_price,
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

#[component]
pub fn PriceListView() -> impl IntoView {
    let page = Resource::new_blocking(|| (), |()| load_price_form());
    view! { <Loaded resource=page view=|page| view! { <Form page/> }.into_any()/> }
}

#[component]
fn Form(page: PriceFormPage) -> impl IntoView {
    provide_now(page.now);
    let save = ServerAction::<SavePrices>::new();
    let error = refusal(save);
    let PriceFormPage { input, versions, .. } = page;
    let amount = move |label: &str, field: &'static str, value: String| {
        view! {
            <TextField
                label
                name=format!("input[{field}]")
                value
                inputmode="decimal"
                autocomplete="off"
                required=true
                error=wrong(error, field)
            />
        }
        .into_any()
    };
    let PriceInput { incident, vat, version, .. } = input.clone();
    let yearly = [
        (
            "Cat1",
            ["cat1_base", "cat1_port", "cat1_port_later"],
            [input.cat1_base, input.cat1_port, input.cat1_port_later],
        ),
        (
            "Cat2",
            ["cat2_base", "cat2_port", "cat2_port_later"],
            [input.cat2_base, input.cat2_port, input.cat2_port_later],
        ),
        (
            "Cat4",
            ["cat4_base", "cat4_port", "cat4_port_later"],
            [input.cat4_base, input.cat4_port, input.cat4_port_later],
        ),
    ]
    .map(|(level, [base, port, later], [base_typed, port_typed, later_typed])| {
        view! {
            <FormSection id=level title=level note="Pounds for a year, without VAT, such as 22.50.">
                <div class="form__grid">
                    {amount(&format!("{level}: base"), base, base_typed)}
                    {amount(&format!("{level}: a port, year 1"), port, port_typed)}
                    {amount(&format!("{level}: a port, from year 2"), later, later_typed)}
                </div>
            </FormSection>
        }
    });
    view! {
        <p class="crumbs">
            <a href="/levels">"Cover levels"</a>
        </p>
        <PageHead title="Guide prices"/>
        <Banner kind=BannerKind::Ok icon="info">
            <p>"Open tickets keep the prices they were logged under. The next version is what everybody reads from then on."</p>
        </Banner>
        <EditForm action=save error title="Guide prices" id=None button="Make the next version" back="/levels".to_owned()>
            <input type="hidden" name="input[version]" value=version/>
            {yearly.into_iter().collect_view()}
            <FormSection id="other" title="CatS and VAT" note="An incident is up to 2 hours, in pounds without VAT.">
                <div class="form__grid">
                    {amount("CatS: one incident", "incident", incident)} {amount("VAT, per cent", "vat", vat)}
                </div>
            </FormSection>
        </EditForm>
        <h2 class="mt mb">"Versions"</h2>
        <div class="cols-3">{versions.into_iter().map(|version| view! { <Version version/> }).collect_view()}</div>
    }
    .into_any()
}

#[component]
fn Version(version: PriceVersionRow) -> impl IntoView {
    let by = if version.by.is_empty() { "as delivered".to_owned() } else { version.by };
    view! {
        <section class="card">
            <div class="card-head">
                <h3>{format!("Version {}", version.prices.version)}</h3>
                <span class="note"><At at=version.at/> ", " {by}</span>
            </div>
            <div class="card-body">
                <PriceTerms guide=version.prices/>
            </div>
        </section>
    }
}

/// A price list in words.
#[component]
pub(super) fn PriceTerms(guide: GuidePrices) -> impl IntoView {
    let rows = [CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4, CoverLevel::CatS]
        .into_iter()
        .filter_map(|level| Some(view! { <dt>{level.label()}</dt> <dd>{guide_price(&guide, level)?}</dd> }))
        .collect_view();
    view! {
        <dl class="kv kv--s">
            {rows} <dt>"VAT"</dt> <dd>{format!("{} %", guide.prices.vat.percent())}</dd>
        </dl>
    }
}
