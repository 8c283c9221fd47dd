//! How we get in under a contract, and whether it worked.

use domain::{
    contract::{AccessMode, AccessPath},
    id::ContractId,
    observation::Status,
};
use leptos::prelude::*;

use super::acts::Forms;
use crate::{
    api::contracts::{AccessShown, TargetRow},
    components::{
        edit_form::busy,
        field::{SelectField, TextField},
        icon::Icon,
        time::At,
    },
};

#[component]
pub(super) fn AccessCard(contract: ContractId, access: AccessShown, may_test: bool, forms: Forms) -> impl IntoView {
    let AccessShown { mode, paths, targets } = access;
    let paths = paths.into_iter().map(AccessPath::label).collect::<Vec<_>>().join(", ");
    let note = match mode {
        AccessMode::Standing => "Tested once an hour, and when you press the button.",
        AccessMode::OnRequest => "Not tested by itself: the customer opens it when an issue needs it.",
    };
    let none = targets.is_empty().then(|| view! { <p class="note">"No address to test has been entered."</p> });
    let rows = targets.into_iter().map(|target| view! { <Target target may_test forms/> }).collect_view();
    let add = may_test.then(|| view! { <AddForm contract forms/> });
    view! {
        <section class="card" aria-labelledby="access">
            <div class="card-head">
                <h2 id="access">"Access"</h2>
                <span class="note">{format!("{}: {paths}", mode.label())}</span>
            </div>
            <div class="card-body stack">
                <p class="note">{note}</p>
                {none}
                <ul class="pieces">{rows}</ul>
                {add}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Target(target: TargetRow, may_test: bool, forms: Forms) -> impl IntoView {
    let id = target.id.to_string();
    let name = format!("{} {}", target.path.label(), target.address);
    let last = match target.last {
        None => view! { <span class="st st--unk">"Not tested yet"</span> }.into_any(),
        Some((status, at)) => {
            let (class, icon, words) = match status {
                Status::Ok | Status::Warning => ("st st--ok", "check", "Works"),
                Status::Critical => ("st st--crit", "unlink", "Fails"),
                Status::Unknown => ("st st--unk", "late", "Could not be tested"),
            };
            view! {
                <span class=class>
                    <Icon name=icon small=true/>
                    {words}
                </span>
                <span class="note">{target.detail} ", " <At at/></span>
            }
            .into_any()
        }
    };
    let (removed, labels) = (id.clone(), (format!("Test {name} now"), format!("Remove {name}")));
    let buttons = may_test.then(|| {
        view! {
            <div class="row">
                <ActionForm action=forms.test>
                    <input type="hidden" name="id" value=id/>
                    <button
                        class="btn"
                        type="submit"
                        aria-label=labels.0
                        aria-busy=busy(forms.test)
                    >
                        "Test now"
                    </button>
                </ActionForm>
                <ActionForm action=forms.remove>
                    <input type="hidden" name="id" value=removed/>
                    <button class="btn btn--quiet" type="submit" aria-label=labels.1>
                        "Remove"
                    </button>
                </ActionForm>
            </div>
        }
    });
    view! {
        <li>
            <div class="row row--between">
                <p>
                    {target.path.label()}
                    " "
                    <span class="mono">{target.address}</span>
                </p>
                {buttons}
            </div>
            <p class="row">{last}</p>
        </li>
    }
    .into_any()
}

#[component]
fn AddForm(contract: ContractId, forms: Forms) -> impl IntoView {
    let paths = AccessPath::ALL.map(|path| (path.as_str().to_owned(), path.label().to_owned())).to_vec();
    view! {
        <ActionForm action=forms.add attr:class="stack stack--s" attr:aria-label="Add an address to test">
            <input type="hidden" name="id" value=contract.to_string()/>
            <div class="form__grid">
                <SelectField label="Way in" name="path" options=paths/>
                <TextField
                    label="Address"
                    name="address"
                    hint="Host and port, such as pbx.example:22; a URL for the web."
                    autocomplete="off"
                    required=true
                />
            </div>
            <div>
                <button class="btn" type="submit" aria-busy=busy(forms.add)>
                    "Add"
                </button>
            </div>
        </ActionForm>
    }
    .into_any()
}
