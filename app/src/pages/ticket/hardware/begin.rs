//! What staff can begin: a courier, a loan, a return.

use leptos::prelude::*;

use super::{super::actions::Act, Acts};
use crate::{
    api::hardware::TicketHardware,
    components::{
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextField},
    },
};

#[component]
pub(super) fn Begin(hardware: TicketHardware, acts: Acts) -> impl IntoView {
    let TicketHardware { number, courier_refused, units, repair_covered, .. } = hardware;
    let courier = match courier_refused {
        Some(why) => view! { <p class="note act__form">{why}</p> }.into_any(),
        None => view! { <Courier number acts /> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="hardware">
            <div class="card-head">
                <h2 id="hardware">"Hardware"</h2>
                <a class="small" href="/hardware">
                    "Stock"
                </a>
            </div>
            <div class="acts">
                {courier} <Lend number units acts /> <Return number repair_covered acts />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Courier(number: i64, acts: Acts) -> impl IntoView {
    let error = refusal(acts.courier);
    view! {
        <Act title="Add courier" icon="truck" open=error.get_untracked().is_some()>
            <ActionForm action=acts.courier attr:class="stack stack--s" attr:novalidate="">
                <input type="hidden" name="number" value=number.to_string() />
                <TextField
                    label="What is sent"
                    name="input[goods]"
                    id="courier-goods"
                    hint="For equipment that is diagnosed faulty now."
                    error=wrong(error, "goods")
                />
                <label class="row">
                    <input type="checkbox" name="input[same_day]" value="yes" />
                    "Same day, for a one-off fee"
                </label>
                <TextField
                    label="Courier who confirmed"
                    name="input[courier]"
                    id="courier-name"
                    hint="Same day only."
                    error=wrong(error, "courier")
                />
                <TextField
                    label="Who approved the fee"
                    name="input[approved_by]"
                    id="courier-approved"
                    hint="Same day only: who at the customer, and how."
                    error=wrong(error, "approved_by")
                />
                <TextField
                    label="Fee in pounds, without VAT"
                    name="input[fee]"
                    id="courier-fee"
                    inputmode="decimal"
                    hint="Same day only."
                    error=wrong(error, "fee")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.courier)>
                    "Plan the courier"
                </button>
            </ActionForm>
        </Act>
    }
    .into_any()
}

#[component]
fn Lend(number: i64, units: Vec<(String, String)>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.lend);
    let form = match units.is_empty() {
        true => view! { <p class="note">"No unit is in stock."</p> }.into_any(),
        false => view! {
            <ActionForm action=acts.lend attr:class="stack stack--s" attr:novalidate="">
                <input type="hidden" name="number" value=number.to_string() />
                <SelectField label="Unit" name="unit" id="loan-unit" options=units error=wrong(error, "unit") />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.lend)>
                    "Reserve the unit"
                </button>
            </ActionForm>
        }
        .into_any(),
    };
    view! {
        <Act title="Lend a unit" icon="box" open=error.get_untracked().is_some()>
            {form}
        </Act>
    }
    .into_any()
}

#[component]
fn Return(number: i64, repair_covered: bool, acts: Acts) -> impl IntoView {
    let error = refusal(acts.open_return);
    let warranty = (!repair_covered).then(|| {
        view! {
            <label class="row">
                <input type="checkbox" name="input[warranty]" value="yes" />
                "Under warranty: the repair costs nothing"
            </label>
        }
    });
    let note = match repair_covered {
        true => "The contract covers the repair: it costs nothing, unless it is misuse or neglect.",
        false => "Without warranty the repair is quoted first.",
    };
    view! {
        <Act title="Return to base" icon="wrench" open=error.get_untracked().is_some()>
            <ActionForm action=acts.open_return attr:class="stack stack--s" attr:novalidate="">
                <input type="hidden" name="number" value=number.to_string() />
                <TextField
                    label="What comes back"
                    name="input[item]"
                    id="return-item"
                    hint="With its serial number. The customer is mailed the number and the address."
                    error=wrong(error, "item")
                />
                {warranty}
                <p class="note">{note}</p>
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.open_return)>
                    "Give out an RMA number"
                </button>
            </ActionForm>
        </Act>
    }
    .into_any()
}
