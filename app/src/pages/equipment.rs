//! `/customers/:id/equipment`: what a customer has; a piece is edited in the form under the list.

use domain::{
    contract::{EquipmentClass, Supply},
    id::{CustomerId, EquipmentId},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    api::{
        equipment::{EquipmentPage, PieceRow, RemovePiece, SavePiece, load_equipment},
        error::ApiError,
    },
    components::{
        banner::FormErrors,
        confirm::Confirm,
        edit_form::{EditForm, FormSection, busy, done, refusal, sum_of, wrong},
        field::{SelectField, TextField},
        page::{Loaded, PageHead},
    },
};

#[component]
pub fn EquipmentPageView() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let asked = Memo::new(move |_| {
        let customer = params.read().get("id").and_then(|id| id.parse::<CustomerId>().ok());
        let edit = query.read().get("edit").and_then(|id| id.parse::<EquipmentId>().ok());
        (customer, edit)
    });
    let (save, remove) = (ServerAction::<SavePiece>::new(), ServerAction::<RemovePiece>::new());
    let done = sum_of([done(save), done(remove)]);
    let page = Resource::new_blocking(
        move || (asked.get(), done.get()),
        |((customer, edit), _)| async move {
            match customer {
                Some(customer) => load_equipment(customer, edit).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=page view=move |page| view! { <Page page save remove/> }.into_any()/> }
}

#[component]
fn Page(page: EquipmentPage, save: ServerAction<SavePiece>, remove: ServerAction<RemovePiece>) -> impl IntoView {
    let lede = match page.pieces.len() {
        0 => "Nothing has been entered yet.".to_owned(),
        1 => "1 piece.".to_owned(),
        count => format!("{count} pieces."),
    };
    let customer = page.customer;
    let may_edit = page.may_edit;
    let rows = page.pieces.clone().into_iter();
    let rows = rows.map(|piece| view! { <Row piece customer may_edit remove/> }).collect_view();
    let list = (!page.pieces.is_empty()).then(|| {
        let head = |words: &'static str| {
            view! {
                <th role="columnheader" scope="col">
                    {words}
                </th>
            }
        };
        view! {
            <div class="table-wrap mb">
                <table class="table contracts" role="table" aria-label="Equipment">
                    <thead role="rowgroup">
                        <tr role="row">
                            {head("Piece")} {head("Supply")} {head("Where")} {head("Contracts")}
                            <th role="columnheader" scope="col">
                                <span class="vh">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        }
    });
    let form = may_edit.then(|| view! { <PieceForm page=page.clone() save/> });
    view! {
        <p class="crumbs">
            <a href="/contracts">"Contracts"</a>
        </p>
        <PageHead title=format!("Equipment of {}", page.customer_name) lede/>
        <FormErrors error=refusal(remove)/>
        {list}
        {form}
    }
    .into_any()
}

#[component]
fn Row(piece: PieceRow, customer: CustomerId, may_edit: bool, remove: ServerAction<RemovePiece>) -> impl IntoView {
    let warranty = match piece.warranty_ends.as_str() {
        "" => "Warranty not known".to_owned(),
        ends => format!("Warranty to {ends}"),
    };
    let listed = if piece.may_be_listed { "May be listed" } else { "Never listed" };
    let (id, version) = (piece.id.to_string(), piece.version.to_string());
    let name = piece.name.clone();
    let actions = may_edit.then(|| {
        view! {
            <div class="row">
                <a class="btn" href=format!("/customers/{customer}/equipment?edit={id}#piece") aria-label=format!("Edit {name}")>
                    "Edit"
                </a>
                <Confirm label=format!("Remove {name}") question="Tickets and contracts that name it keep it." compact=true>
                    <ActionForm action=remove>
                        <input type="hidden" name="id" value=id.clone()/>
                        <input type="hidden" name="version" value=version/>
                        <button class="btn btn--danger" type="submit" aria-busy=busy(remove)>
                            "Remove"
                        </button>
                    </ActionForm>
                </Confirm>
            </div>
        }
    });
    let host = (!piece.host.is_empty()).then(|| {
        view! {
            <span class="sub">
                <a class="mono" href=format!("/hosts/{}", piece.host)>
                    {piece.host.clone()}
                </a>
            </span>
        }
    });
    view! {
        <tr role="row">
            <td role="cell">
                <strong>{piece.name}</strong>
                <span class="sub">{piece.class.label()}</span>
            </td>
            <td role="cell">{piece.supply.label()} <span class="sub">{warranty}</span></td>
            <td role="cell">{if piece.site.is_empty() { "Anywhere".to_owned() } else { piece.site }} {host}</td>
            <td role="cell">{listed}</td>
            <td role="cell">{actions}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn PieceForm(page: EquipmentPage, save: ServerAction<SavePiece>) -> impl IntoView {
    let error = refusal(save);
    let EquipmentPage { input, sites, hosts, editing, customer, .. } = page;
    let (title, button) = match editing {
        Some(_) => (format!("Edit {}", input.name), "Save piece"),
        None => ("Add a piece".to_owned(), "Add piece"),
    };
    let with_none = |none: &str, rest: Vec<(String, String)>| {
        std::iter::once((String::new(), none.to_owned())).chain(rest).collect::<Vec<_>>()
    };
    let classes = EquipmentClass::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned())).to_vec();
    let supplies = Supply::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned())).to_vec();
    let back = format!("/customers/{customer}/equipment");
    view! {
        <EditForm action=save error title=title.clone() id=editing.map(|id| id.to_string()) button back>
            <input type="hidden" name="input[version]" value=input.version/>
            <input type="hidden" name="input[customer]" value=input.customer/>
            <FormSection id="piece" title="A piece" note="Server hardware can be covered only if it came from us by a recognised supplier.">
                <div class="form__grid">
                    <TextField
                        label="Name"
                        name="input[name]"
                        value=input.name
                        hint="Such as Mitel 3300, reception."
                        error=wrong(error, "name")
                        autocomplete="off"
                        required=true
                    />
                    <SelectField label="Class" name="input[class]" options=classes value=input.class error=wrong(error, "class")/>
                    <SelectField
                        label="Where it came from"
                        name="input[supply]"
                        options=supplies
                        value=input.supply
                        error=wrong(error, "supply")
                    />
                    <TextField
                        label="Last day of the warranty"
                        name="input[warranty_ends_on]"
                        input_type="date"
                        value=input.warranty_ends_on
                        hint="Empty: not known, which counts as out of warranty."
                        error=wrong(error, "warranty_ends_on")
                    />
                    <SelectField
                        label="Site"
                        name="input[site]"
                        options=with_none("Anywhere", sites)
                        value=input.site
                        error=wrong(error, "site")
                    />
                    <SelectField
                        label="Watched host"
                        name="input[host]"
                        options=with_none("None", hosts)
                        value=input.host
                        hint="Faults of this host are faults of this piece."
                        error=wrong(error, "host")
                    />
                </div>
            </FormSection>
        </EditForm>
    }
    .into_any()
}
