//! `/prices`: what cover costs, for everybody. The address holds the question, so a price can be sent to a colleague.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::session::load_welcome,
    components::{
        levels::LevelsCard,
        price_calculator::PriceCalculator,
        shell::{BrandSign, DemoIf},
    },
};

#[component]
pub fn PricesPage() -> impl IntoView {
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
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
            <PriceCalculator action="/prices" />
            <LevelsCard />
            <p class="small">
                <a href="/sign-in">"Sign in"</a>
            </p>
        </main>
    }
}
