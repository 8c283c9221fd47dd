//! Whether a contract covers something, why not, and what is offered instead: shown wherever work could begin.

use domain::{
    access::Side,
    contract::{CoverDecision, Offer},
};
use leptos::prelude::*;

use super::icon::Icon;

/// The decision in words. Staff read the reason in a word or two and what the customer is offered; a customer reads
/// whole sentences.
#[component]
pub fn CoverDecisionNote(
    /// What was decided.
    decision: CoverDecision,
    /// Who reads it.
    side: Side,
) -> impl IntoView {
    let (class, icon, word) = match decision.is_covered() {
        true => ("st st--ok st--pill", "shield", "Covered"),
        false => ("st st--warn st--pill", "info", "Not covered"),
    };
    let words = match side {
        Side::Staff => decision.reason_for_staff(),
        Side::Customer => decision.reason_for_customer(),
    };
    let offers = offers(&decision);
    view! {
        <div class="stack stack--s" role="group" aria-label="Cover">
            <p class="row">
                <span class=class>
                    <Icon name=icon small=true />
                    {word}
                </span>
                <span>{words}</span>
            </p>
            {(!offers.is_empty()).then(|| view! { <Offers offers side /> })}
        </div>
    }
    .into_any()
}

fn offers(decision: &CoverDecision) -> Vec<Offer> {
    match decision {
        CoverDecision::Covered => Vec::new(),
        CoverDecision::NotCovered { offers, .. } => offers.clone(),
    }
}

#[component]
fn Offers(
    /// The first happens if the customer says nothing.
    offers: Vec<Offer>,
    /// Who reads it.
    side: Side,
) -> impl IntoView {
    let lead = match side {
        Side::Staff => "The customer is told:",
        Side::Customer => "What you can have instead:",
    };
    let items = offers.into_iter().map(|offer| view! { <li>{offer.for_customer()}</li> }).collect_view();
    view! {
        <div class="small">
            <p class="note">{lead}</p>
            <ul class="bullets">{items}</ul>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use domain::contract::NotCovered;

    use super::*;

    #[test]
    fn only_what_is_not_covered_has_offers() {
        assert_eq!(offers(&CoverDecision::Covered), []);
        let decision = CoverDecision::NotCovered { reason: NotCovered::NoContract, offers: vec![Offer::ReturnToBase] };
        assert_eq!(offers(&decision), [Offer::ReturnToBase]);
    }
}
