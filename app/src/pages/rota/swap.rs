//! Letting somebody take over for a while.

use domain::id::RotaId;
use leptos::prelude::*;

use super::{
    super::{
        calendar::{TimeTabs, mistake},
        host::live::use_asked,
    },
    ShiftTable, no_act,
};
use crate::{
    api::{
        error::ApiError,
        rotas::{RotaForm, RotaPreview, SwapShift, load_swap},
    },
    components::{
        banner::FormErrors,
        edit_form::{FormSection, busy, refusal},
        field::{SelectField, TextField},
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// `/rota/ID/swap`.
#[component]
pub fn SwapPage() -> impl IntoView {
    let asked = use_asked(
        |path| path.starts_with("/rota/") && path.ends_with("/swap"),
        |params, query| (params.get("id").and_then(|id| id.parse::<RotaId>().ok()), query.to_query_string()),
    );
    let action = ServerAction::<SwapShift>::new();
    let form = Resource::new_blocking(
        move || (asked.get(), action.version().get()),
        |((id, query), _)| async move { load_swap(id.ok_or(ApiError::NotFound)?, query).await },
    );
    let draw = move |form| {
        let id = asked.get_untracked().0.map(|id| id.to_string()).unwrap_or_default();
        view! { <Swap id form action/> }.into_any()
    };
    view! { <Loaded resource=form view=draw/> }
}

#[component]
fn Swap(id: String, form: RotaForm, action: ServerAction<SwapShift>) -> impl IntoView {
    provide_now(form.now);
    let errors = Some(form.errors.clone()).filter(|errors| !errors.is_empty()).map(ApiError::Invalid);
    let stored = StoredValue::new(form.clone());
    let wrong = move |field: &str| stored.with_value(|form| mistake(&form.errors, field));
    let text = move |field: &str| stored.with_value(|form| form.text(field));
    let people: Vec<_> = form.people.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    let layers: Vec<_> =
        form.layers.iter().enumerate().map(|(place, name)| (place.to_string(), name.clone())).collect();
    let preview = form.preview.clone().map(|preview| {
        view! { <Preview id=id.clone() form=form.form.clone() preview action/> }
    });
    let back = format!("/rota?rota={id}");
    view! {
        <TimeTabs current="/rota"/>
        <PageHead title="Swap a shift" lede=format!("{}. Times are local to {}.", form.name, form.zone)/>
        <div class="stack change">
            <FormErrors error=refusal(action)/>
            {preview}
            <form class="form" method="get" aria-label="Swap a shift" novalidate>
                <FormErrors error=Signal::stored(errors)/>
                <FormSection id="who" title="The swap" note="Whoever's turn it is; the rota holds again afterwards.">
                    <div class="form__grid">
                        <SelectField
                            label="Who takes over"
                            name="person"
                            options=people
                            value=text("person")
                            error=wrong("person")
                        />
                        <SelectField
                            label="Layer"
                            name="layer"
                            options=layers
                            value=text("layer")
                            error=wrong("layer")
                        />
                        <TextField
                            label="From"
                            name="from"
                            input_type="datetime-local"
                            value=text("from")
                            error=wrong("from")
                            required=true
                        />
                        <TextField
                            label="Until"
                            name="until"
                            input_type="datetime-local"
                            value=text("until")
                            error=wrong("until")
                            required=true
                        />
                        <TextField label="Why" name="why" value=text("why") error=wrong("why") autocomplete="off"/>
                    </div>
                </FormSection>
                <div class="form__actions">
                    <button class="btn btn--primary" type="submit" name="go" value="preview">
                        "Preview"
                    </button>
                    <a class="btn" href=back>
                        "Cancel"
                    </a>
                </div>
            </form>
        </div>
    }
    .into_any()
}

#[component]
fn Preview(id: String, form: String, preview: RotaPreview, action: ServerAction<SwapShift>) -> impl IntoView {
    let notes = preview.notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="preview">
            <div class="card-head">
                <h2 id="preview">"Preview"</h2>
                <span class="small muted">"Nothing is saved yet"</span>
            </div>
            <div class="card-body stack">
                <ul class="plain">{notes}</ul>
            </div>
            <ShiftTable shifts=preview.shifts act=no_act/>
            <div class="card-foot">
                <ActionForm action attr:class="form__actions">
                    <input type="hidden" name="rota" value=id/>
                    <input type="hidden" name="form" value=form/>
                    <input type="hidden" name="seen" value=preview.seen/>
                    <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                        "Swap"
                    </button>
                </ActionForm>
            </div>
        </section>
    }
}
