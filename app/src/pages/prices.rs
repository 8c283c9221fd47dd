//! `/prices`: what cover costs, for everybody. The address holds the question, so a price can be sent to a colleague.

use leptos::prelude::*;

use crate::components::title::Title;
use crate::{
    api::{prices::load_guide_prices, session::load_welcome},
    components::{
        levels::LevelsCard,
        page::Loaded,
        price_calculator::PriceCalculator,
        shell::{BrandSign, DemoIf},
    },
};

#[component]
pub fn PricesPage() -> impl IntoView {
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
    let guide = Resource::new_blocking(|| (), |()| load_guide_prices());
    view! {
        <Title text="Cover and prices" />
        <DemoIf welcome />
        <main class="public" id="main" tabindex="-1">
            <p class="brand ack__brand">
                <BrandSign />
            </p>
            <h1>"Cover and prices"</h1>
            <p class="ink2 public__lede">
                "We watch your servers and phone systems day and night and email you and us when one fails, whatever your cover. Your cover decides what we do then."
            </p>
            <Loaded
                resource=guide
                view=|guide| {
                    view! {
                        <PriceCalculator action="/prices" guide />
                        <LevelsCard guide />
                    }
                        .into_any()
                }
            />
            <p class="small">
                <a href="/sign-in">"Sign in"</a>
            </p>
        </main>
    }
}
