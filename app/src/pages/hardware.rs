//! `/hardware`: loans that are out, open returns, and the stock; a unit is edited in the form under the list.

use domain::hardware::UnitState;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::hardware::{HardwarePage, OutRow, SaveLoanUnit, UnitRow, load_hardware},
    components::{
        edit_form::{EditForm, FormSection, done, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        page::{Loaded, PageHead},
    },
};

#[component]
pub fn HardwarePageView() -> impl IntoView {
    let query = use_query_map();
    let edit = Memo::new(move |_| query.read().get("edit").unwrap_or_default());
    let save = ServerAction::<SaveLoanUnit>::new();
    let saved = done(save);
    let page =
        Resource::new_blocking(move || (edit.get(), saved.get()), |(edit, _)| async move { load_hardware(edit).await });
    view! { <Loaded resource=page view=move |page| view! { <Page page save /> }.into_any() /> }
}

#[component]
fn Page(page: HardwarePage, save: ServerAction<SaveLoanUnit>) -> impl IntoView {
    let late = page.loans.iter().filter(|row| row.late).count();
    let lede = match (page.loans.len(), late) {
        (0, _) => "No unit is out.".to_owned(),
        (1, 0) => "1 unit is out.".to_owned(),
        (out, 0) => format!("{out} units are out."),
        (out, late) => format!("{out} out, {late} overdue."),
    };
    let HardwarePage { units, loans, returns, editing, input, .. } = page;
    let none = units.is_empty();
    let rows = units.into_iter().map(|unit| view! { <Unit unit /> }).collect_view();
    let stock = if none {
        view! { <p class="note">"No unit has been entered yet."</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap">
                <table class="table contracts" role="table" aria-label="Stock of loan units">
                    <Head columns=&["Unit", "Facilities", "State"] />
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title="Hardware" lede />
        <div class="stack">
            <Out id="loans" title="Loans out" empty="Every unit is here." rows=loans />
            <Out id="returns" title="Open returns" empty="Nothing is on its way to us or in repair." rows=returns />
            <section class="card" aria-labelledby="stock">
                <div class="card-head">
                    <h2 id="stock">"Stock"</h2>
                </div>
                <div class="card-body">{stock}</div>
            </section>
            <UnitForm editing input save />
        </div>
    }
    .into_any()
}

#[component]
fn Head(
    /// Words above the columns; one more follows for actions.
    columns: &'static [&'static str],
) -> impl IntoView {
    let columns = columns.iter().map(|words| {
        view! {
            <th role="columnheader" scope="col">
                {*words}
            </th>
        }
    });
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {columns.collect_view()} <th role="columnheader" scope="col">
                    <span class="vh">"Actions"</span>
                </th>
            </tr>
        </thead>
    }
}

#[component]
fn Out(id: &'static str, title: &'static str, empty: &'static str, rows: Vec<OutRow>) -> impl IntoView {
    let none = rows.is_empty();
    let rows = rows.into_iter().map(|row| {
        let pill = if row.late { "st st--warn st--pill" } else { "st st--mnt st--pill" };
        let label = if row.late { "Overdue".to_owned() } else { row.label };
        let ticket = domain::ticket::reference(row.ticket);
        view! {
            <tr role="row">
                <td role="cell">
                    <strong class="mono">{row.title}</strong>
                    <span class="sub">{row.thing}</span>
                </td>
                <td role="cell">{row.customer}</td>
                <td role="cell">
                    <span class=pill>{label}</span>
                    <span class="sub">{row.due}</span>
                </td>
                <td role="cell">
                    <a href=format!("/t/{}", row.ticket)>{ticket}</a>
                </td>
            </tr>
        }
    });
    let body = if none {
        view! { <p class="note">{empty}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap">
                <table class="table contracts" role="table" aria-labelledby=id>
                    <Head columns=&["What", "Customer", "Where it stands"] />
                    <tbody role="rowgroup">{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-head">
                <h2 id=id>{title}</h2>
            </div>
            <div class="card-body">{body}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Unit(unit: UnitRow) -> impl IntoView {
    let pill = match unit.state {
        UnitState::InStock => "st st--ok st--pill",
        UnitState::OnLoan => "st st--mnt st--pill",
        UnitState::Repair => "st st--warn st--pill",
        UnitState::Charged | UnitState::Retired => "st st--pill",
    };
    let serial = if unit.serial.is_empty() { unit.model } else { format!("{}, serial {}", unit.model, unit.serial) };
    view! {
        <tr role="row">
            <td role="cell">
                <strong class="mono">{unit.name.clone()}</strong>
                <span class="sub">{serial}</span>
            </td>
            <td role="cell">{unit.facilities}</td>
            <td role="cell">
                <span class=pill>{unit.state.label()}</span>
            </td>
            <td role="cell">
                <a class="btn" href=format!("/hardware?edit={}#unit", unit.id) aria-label=format!("Edit {}", unit.name)>
                    "Edit"
                </a>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn UnitForm(
    editing: Option<String>,
    input: crate::api::hardware::UnitInput,
    save: ServerAction<SaveLoanUnit>,
) -> impl IntoView {
    let error = refusal(save);
    let (title, button) = match editing {
        Some(_) => (format!("Edit {}", input.name), "Save unit"),
        None => ("Add a unit".to_owned(), "Add unit"),
    };
    let now = UnitState::parse(&input.state);
    let states = UnitState::ALL.iter().filter(|state| state.is_set_by_hand() || now == Some(**state));
    let states = states.map(|state| (state.as_str().to_owned(), state.label().to_owned())).collect();
    view! {
        <EditForm action=save error title id=editing button back="/hardware".to_owned()>
            <input type="hidden" name="input[version]" value=input.version />
            <FormSection id="unit" title="A unit" note="A unit on loan comes back by its loan, not by this form.">
                <div class="form__grid">
                    <TextField
                        label="Label"
                        name="input[name]"
                        value=input.name
                        hint="On the unit itself: LN-0031."
                        error=wrong(error, "name")
                        autocomplete="off"
                        required=true
                    />
                    <TextField
                        label="Model"
                        name="input[model]"
                        value=input.model
                        error=wrong(error, "model")
                        autocomplete="off"
                        required=true
                    />
                    <TextField
                        label="Serial number"
                        name="input[serial]"
                        value=input.serial
                        error=wrong(error, "serial")
                        autocomplete="off"
                    />
                    <SelectField
                        label="State"
                        name="input[state]"
                        options=states
                        value=input.state
                        error=wrong(error, "state")
                    />
                </div>
                <TextArea
                    label="Facilities"
                    name="input[facilities]"
                    value=input.facilities
                    hint="What it can do, to compare with what it stands in for: 48 extensions, 2 ISDN30, voicemail."
                    error=wrong(error, "facilities")
                />
            </FormSection>
        </EditForm>
    }
    .into_any()
}
