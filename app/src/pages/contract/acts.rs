//! What can be done to a contract; each success loads the page again.

use domain::{contract::ContractState, cover::CoverLevel};
use leptos::prelude::*;

use crate::{
    api::{
        contracts::{
            ActivateContract, AddAccess, ApproveLocation, ContractPage, EndContract, InspectionShown, RemoveAccess,
            SettleInspection, TestAccess,
        },
        error::ApiError,
    },
    components::{
        confirm::Confirm,
        edit_form::{busy, done, sum_of},
        field::TextField,
    },
};

#[derive(Clone, Copy)]
pub(super) struct Forms {
    pub(super) activate: ServerAction<ActivateContract>,
    pub(super) approve: ServerAction<ApproveLocation>,
    pub(super) settle: ServerAction<SettleInspection>,
    pub(super) end: ServerAction<EndContract>,
    pub(super) add: ServerAction<AddAccess>,
    pub(super) remove: ServerAction<RemoveAccess>,
    pub(super) test: ServerAction<TestAccess>,
}

impl Forms {
    pub(super) fn new() -> Self {
        Self {
            activate: ServerAction::new(),
            approve: ServerAction::new(),
            settle: ServerAction::new(),
            end: ServerAction::new(),
            add: ServerAction::new(),
            remove: ServerAction::new(),
            test: ServerAction::new(),
        }
    }

    /// Counts what was done.
    pub(super) fn done(self) -> Signal<u32> {
        sum_of([
            done(self.activate),
            done(self.approve),
            done(self.settle),
            done(self.end),
            done(self.add),
            done(self.remove),
            done(self.test),
        ])
    }

    /// The last refusal.
    pub(super) fn error(self) -> Signal<Option<ApiError>> {
        Signal::derive(move || {
            let refused = |value: Option<Result<(), ApiError>>| value.and_then(Result::err);
            refused(self.activate.value().get())
                .or(refused(self.approve.value().get()))
                .or(refused(self.settle.value().get()))
                .or(refused(self.end.value().get()))
                .or(refused(self.add.value().get()))
                .or(refused(self.remove.value().get()))
                .or(refused(self.test.value().get()))
        })
    }
}

#[component]
pub(super) fn ActsCard(page: ContractPage, forms: Forms) -> impl IntoView {
    if !page.may_manage {
        return ().into_any();
    }
    let row = page.details.row.clone();
    let (id, version) = (row.id.to_string(), page.version.to_string());
    let hidden = StoredValue::new((id, version));
    let hidden = move || {
        let (id, version) = hidden.get_value();
        view! {
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="version" value=version/>
        }
    };
    let ended = row.state == ContractState::Ended;
    let unapproved = row.level == CoverLevel::Cat4 && page.location.is_none() && !ended;
    let approve = unapproved.then(|| {
        view! {
            <ActionForm action=forms.approve attr:class="stack stack--s">
                {hidden()}
                <p class="note">"A Cat4 contract cannot be active before you have said that an engineer can be at the site in time."</p>
                <button class="btn" type="submit" aria-busy=busy(forms.approve)>
                    "Approve the location"
                </button>
            </ActionForm>
        }
    });
    let activate = (page.activated_at.is_none() && !unapproved).then(|| {
        let note = page.follows.clone().map(|(_, number)| {
            let words = format!("{number} then ends on the day before this one begins.");
            view! { <p class="note">{words}</p> }
        });
        view! {
            <ActionForm action=forms.activate attr:class="stack stack--s">
                {hidden()}
                {note}
                <button class="btn btn--primary" type="submit" aria-busy=busy(forms.activate)>
                    "Activate"
                </button>
            </ActionForm>
        }
    });
    let pending = matches!(page.inspection, InspectionShown::Pending(_));
    let settle = pending.then(|| {
        view! {
            <ActionForm action=forms.settle attr:class="stack stack--s">
                {hidden()}
                <TextField
                    label="What was found, or why nothing is inspected"
                    name="note"
                    autocomplete="off"
                    required=true
                />
                <button class="btn" type="submit" aria-busy=busy(forms.settle)>
                    "Settle the inspection"
                </button>
            </ActionForm>
        }
    });
    let may_end = page.activated_at.is_some() && !ended && !row.included_month;
    let end = may_end.then(|| {
        view! {
            <Confirm label="End on a date" question="Cover ends with that day. Left empty, the contract renews year by year.">
                <ActionForm action=forms.end attr:class="stack stack--s">
                    {hidden()}
                    <TextField label="Last day" name="ends_on" input_type="date"/>
                    <button class="btn btn--danger" type="submit" aria-busy=busy(forms.end)>
                        "Save the end"
                    </button>
                </ActionForm>
            </Confirm>
        }
    });
    if approve.is_none() && activate.is_none() && settle.is_none() && end.is_none() {
        return ().into_any();
    }
    view! {
        <section class="card" aria-labelledby="acts">
            <div class="card-head">
                <h2 id="acts">"What can be done"</h2>
            </div>
            <div class="card-body stack">{approve} {activate} {settle} {end}</div>
        </section>
    }
    .into_any()
}
