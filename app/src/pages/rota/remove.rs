//! Removing a rota, once it was asked for twice.

use domain::id::RotaId;
use leptos::prelude::*;

use crate::{
    api::rotas::RemoveRota,
    components::{confirm::Confirm, edit_form::busy},
};

#[component]
pub(super) fn Removal(id: RotaId, name: String, version: i64, action: ServerAction<RemoveRota>) -> impl IntoView {
    view! {
        <Confirm
            label=format!("Remove {name}")
            question="Nobody is on call by it from then on. A rota that a policy names cannot be removed."
        >
            <ActionForm action>
                <input type="hidden" name="rota" value=id.to_string()/>
                <input type="hidden" name="version" value=version/>
                <button class="btn btn--danger" type="submit" aria-busy=busy(action)>
                    "Remove the rota"
                </button>
            </ActionForm>
        </Confirm>
    }
}
