//! Making and changing a rota: layers, rotations, temporary schedules; previewed for four weeks before it is saved.

use domain::id::UserId;
use leptos::prelude::*;

use super::{
    super::{
        calendar::{TimeTabs, mistake},
        host::live::use_asked,
    },
    GapBanner, ShiftTable, no_act,
};
use crate::{
    api::{
        error::ApiError,
        rotas::{RotaForm, RotaPreview, SaveRota, load_rota_form},
    },
    components::{
        banner::FormErrors,
        edit_form::{FormSection, busy, refusal},
        field::{SelectField, TextField, field_id},
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// Places for people in a rotation that is new; those that are there always fit, with two more.
const PLACES_MIN: usize = 4;

/// `/rota/new`.
#[component]
pub fn NewRotaPage() -> impl IntoView {
    view! { <FormPage/> }
}

/// `/rota/ID/edit`.
#[component]
pub fn EditRotaPage() -> impl IntoView {
    view! { <FormPage/> }
}

#[component]
fn FormPage() -> impl IntoView {
    let asked = use_asked(
        |path| path.starts_with("/rota/"),
        |params, query| (params.get("id").unwrap_or_default(), query.to_query_string()),
    );
    let action = ServerAction::<SaveRota>::new();
    let form = Resource::new_blocking(
        move || (asked.get(), action.version().get()),
        |((id, query), _)| load_rota_form(id, query),
    );
    let draw = move |form| {
        let id = asked.get_untracked().0;
        view! { <RotaEdit id form action/> }.into_any()
    };
    view! { <Loaded resource=form view=draw/> }
}

#[component]
fn RotaEdit(id: String, form: RotaForm, action: ServerAction<SaveRota>) -> impl IntoView {
    provide_now(form.now);
    let title = if id.is_empty() { "New rota".to_owned() } else { format!("Rota: {}", form.name) };
    let back = if id.is_empty() { "/rota".to_owned() } else { format!("/rota?rota={id}") };
    let errors = Some(form.errors.clone()).filter(|errors| !errors.is_empty()).map(ApiError::Invalid);
    let preview = form.preview.clone().map(|preview| view! { <Preview id form=form.form.clone() preview action/> });
    let layers = (0..form.shown.len()).map(|number| view! { <Layer number form=form.clone()/> }).collect_view();
    view! {
        <TimeTabs current="/rota"/>
        <PageHead title=title.clone() lede="Nothing is saved before you have seen the coming four weeks."/>
        <div class="stack change">
            <FormErrors error=refusal(action)/>
            {preview}
            <form class="form" method="get" aria-label=title novalidate>
                <FormErrors error=Signal::stored(errors)/>
                <FormSection id="rota" title="The rota" note="All its times are local to its time zone.">
                    <div class="form__grid">
                        <TextField
                            label="Name"
                            name="name"
                            value=form.text("name")
                            error=mistake(&form.errors, "name")
                            autocomplete="off"
                            required=true
                        />
                        <TextField
                            label="Time zone"
                            name="zone"
                            value=form.text("zone")
                            hint="An IANA name such as Europe/London."
                            error=mistake(&form.errors, "zone")
                            autocomplete="off"
                            required=true
                        />
                    </div>
                </FormSection>
                {layers}
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
fn Layer(number: usize, form: RotaForm) -> impl IntoView {
    const ORDER: [&str; 6] = ["First", "Second", "Third", "Fourth", "Fifth", "One more"];
    let field = format!("layers[{number}]");
    let there = number < form.layers.len();
    let (rotations, temporary) = form.shown.get(number).copied().unwrap_or((1, 0));
    let title = ORDER.get(number).copied().unwrap_or("One more");
    let remove = there.then(|| view! { <Remove field=field.clone() words="Remove this layer"/> });
    let origin = Some(form.text(&format!("{field}.from"))).filter(|origin| !origin.is_empty());
    let lists = [("rotations", rotations, false), ("temporary", temporary, true)].map(|(list, count, temporary)| {
        let place = |place: usize| {
            let field = format!("{field}.{list}[{place}]");
            view! { <Rotation field form=form.clone() place temporary last=place + 1 == count/> }
        };
        (0..count).map(place).collect_view()
    });
    let wrong = mistake(&form.errors, &format!("{field}.rotations"));
    let fields = view! {
        <fieldset class="form__section">
            <legend>{format!("{title} on call")}</legend>
            {origin.map(|origin| view! { <input type="hidden" name=format!("{field}.from") value=origin/> })}
            <div class="form__grid">
                <TextField
                    label="Name of the layer"
                    name=format!("{field}.name")
                    value=form.text(&format!("{field}.name"))
                    error=mistake(&form.errors, &format!("{field}.name"))
                    autocomplete="off"
                />
            </div>
            <span id=field_id(&format!("{field}.rotations")) tabindex="-1"></span>
            {move || wrong.get().map(|words| view! { <p class="error">{words}</p> })}
            {lists.into_iter().collect_view()}
            {remove}
        </fieldset>
    }
    .into_any();
    match there || number == 0 {
        true => fields,
        false => view! {
            <details class="more">
                <summary>"Add a layer"</summary>
                {fields}
            </details>
        }
        .into_any(),
    }
}

#[component]
fn Remove(field: String, words: &'static str) -> impl IntoView {
    view! {
        <label class="row">
            <input type="checkbox" name=format!("{field}.remove") value="yes"/>
            {words}
        </label>
    }
}

#[component]
fn Rotation(
    field: String,
    form: RotaForm,
    place: usize,
    /// It replaces the rotations while it lasts.
    temporary: bool,
    /// The empty one at the end.
    last: bool,
) -> impl IntoView {
    let name = |part: &str| format!("{field}.{part}");
    let text = |part: &str| form.text(&name(part));
    let wrong = |part: &str| mistake(&form.errors, &name(part));
    let kind = if temporary { "Temporary schedule" } else { "Rotation" };
    let title = format!("{kind} {}", place + 1);
    // The empty one at the end is folded away, unless it is all there is.
    let folded = match (last, temporary) {
        (true, true) => Some("Add a temporary schedule"),
        (true, false) if 0 < place => Some("Add a rotation"),
        _ => None,
    };
    let chosen = form.typed.get(&name("people")).cloned().unwrap_or_default();
    let remove = (!last).then(|| view! { <Remove field=field.clone() words="Remove this entry"/> });
    let units = [("weeks", "weeks"), ("days", "days")].map(|(value, words)| (value.to_owned(), words.to_owned()));
    let shift = Some(text("shift")).filter(|text| !text.is_empty()).unwrap_or_else(|| "1".to_owned());
    let hand_over = Some(text("hand_over")).filter(|text| !text.is_empty()).unwrap_or_else(|| "09:00".to_owned());
    let ends = if temporary { "A temporary schedule ends." } else { "Empty: it goes on." };
    let fields = view! {
        <fieldset class="rotation">
            <legend class="label">{title}</legend>
            <People field=name("people") people=form.people.clone() chosen error=wrong("people")/>
            <div class="form__grid">
                <TextField
                    label="Length of a shift"
                    name=name("shift")
                    value=shift
                    inputmode="numeric"
                    error=wrong("shift")
                />
                <SelectField label="In" name=name("unit") options=units.to_vec() value=text("unit")/>
                <TextField
                    label="First hand-over"
                    name=name("starts_on")
                    input_type="date"
                    value=text("starts_on")
                    hint="Weeks begin on its weekday."
                    error=wrong("starts_on")
                />
                <TextField
                    label="Hand-over at"
                    name=name("hand_over")
                    input_type="time"
                    value=hand_over
                    error=wrong("hand_over")
                />
                <TextField
                    label="Last hand-over"
                    name=name("ends_on")
                    input_type="date"
                    value=text("ends_on")
                    hint=ends
                    error=wrong("ends_on")
                />
            </div>
            {remove}
        </fieldset>
    }
    .into_any();
    match folded {
        None => fields,
        Some(words) => view! {
            <details class="more">
                <summary>{words}</summary>
                {fields}
            </details>
        }
        .into_any(),
    }
}

/// People in the order of their shifts, each in a list of its own: works with a keyboard and before the page is alive.
#[component]
fn People(
    field: String,
    people: Vec<(UserId, String)>,
    chosen: Vec<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let count = PLACES_MIN.max(chosen.len() + 2);
    let id = field_id(&field);
    let place = |place: usize| {
        let value = chosen.get(place).cloned().unwrap_or_default();
        let id = if place == 0 { id.clone() } else { format!("{id}-{place}") };
        let options = people
            .iter()
            .map(|(id, name)| {
                let selected = id.to_string() == value;
                view! {
                    <option value=id.to_string() selected=selected>
                        {name.clone()}
                    </option>
                }
            })
            .collect_view();
        view! {
            <select class="select" id=id name=field.clone() aria-label=format!("Person {}", place + 1)>
                <option value="">"nobody"</option>
                {options}
            </select>
        }
    };
    view! {
        <div class="field">
            <span class="label">"People, in the order of their shifts"</span>
            <div class="row">{(0..count).map(place).collect_view()}</div>
            {move || error.get().map(|words| view! { <span class="error">{words}</span> })}
        </div>
    }
}

#[component]
fn Preview(id: String, form: String, preview: RotaPreview, action: ServerAction<SaveRota>) -> impl IntoView {
    let said = !(preview.gaps.is_empty() && preview.notes.is_empty());
    let gaps = preview.gaps.into_iter().map(|gap| view! { <GapBanner gap/> }).collect_view();
    let notes = preview.notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="preview">
            <div class="card-head">
                <h2 id="preview">"The coming four weeks"</h2>
                <span class="small muted">"Nothing is saved yet"</span>
            </div>
            {said.then(|| view! { <div class="card-body stack">{gaps} <ul class="plain">{notes}</ul></div> })}
            <ShiftTable shifts=preview.shifts act=no_act/>
            <div class="card-foot">
                <ActionForm action attr:class="form__actions">
                    <input type="hidden" name="rota" value=id/>
                    <input type="hidden" name="form" value=form/>
                    <input type="hidden" name="seen" value=preview.seen/>
                    <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                        "Save the rota"
                    </button>
                </ActionForm>
            </div>
        </section>
    }
}
