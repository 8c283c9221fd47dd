//! `/billing?month=2026-11`: what a month charges. The same lines are a file at `/billing/2026-11.csv`.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    api::billing::{BillingPage, BillingRow, load_billing},
    components::{
        icon::Icon,
        page::{Loaded, PageHead},
    },
};

#[component]
pub fn BillingPageView() -> impl IntoView {
    let query = use_query_map();
    let month = Memo::new(move |_| query.read().get("month").unwrap_or_default());
    let page = Resource::new_blocking(move || month.get(), load_billing);
    view! { <Loaded resource=page view=|page| view! { <Page page /> }.into_any() /> }
}

#[component]
fn Page(page: BillingPage) -> impl IntoView {
    let BillingPage { month, words, before, after, running, lines, units, net, vat, gross, zone } = page;
    let so_far = if running { " The month is not over: more may come." } else { "" };
    let lede = match lines.len() {
        0 => format!("Nothing is charged.{so_far}"),
        1 => format!("1 line, {gross} in all.{so_far}"),
        count => format!("{count} lines, {gross} in all.{so_far}"),
    };
    let list = match lines.is_empty() {
        true => view! {
            <div class="empty">
                <Icon name="check" />
                <h2>"No charges"</h2>
                <p>"Units of CatS incidents stand here once work on them begins, parts and shipping once they are added."</p>
            </div>
        }
        .into_any(),
        false => view! { <Lines lines units net vat gross /> }.into_any(),
    };
    view! {
        <PageHead title=format!("Billing, {words}") lede>
            <a class="btn" href=format!("/billing?month={before}")>
                "Month before"
            </a>
            <a class="btn" href=format!("/billing?month={after}")>
                "Month after"
            </a>
            // Past the router: a file.
            <a class="btn btn--primary" href=format!("/billing/{month}.csv") rel="external" download="">
                <Icon name="download" small=true />
                "CSV"
            </a>
        </PageHead>
        {list}
        <p class="small muted mt">{format!("Months are {zone}. VAT is rounded on the total of each incident.")}</p>
    }
    .into_any()
}

#[component]
fn Lines(lines: Vec<BillingRow>, units: u64, net: String, vat: String, gross: String) -> impl IntoView {
    let rows = lines.into_iter().map(|line| view! { <Row line /> }).collect_view();
    let head = |words: &'static str, class: &'static str| {
        view! {
            <th role="columnheader" scope="col" class=class>
                {words}
            </th>
        }
    };
    view! {
        <div class="table-wrap">
            <table class="table billing" role="table" aria-label="Charges">
                <thead role="rowgroup">
                    <tr role="row">
                        {head("Date", "")} {head("Customer", "")} {head("Ticket", "")} {head("What", "")}
                        {head("Units", "num")} {head("Net", "num")} {head("VAT", "num")} {head("Gross", "num")}
                        {head("Prices", "num")}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {rows}
                    <tr role="row" class="billing__sum">
                        <th role="rowheader" scope="row" colspan="4">
                            "Total"
                        </th>
                        <Figures units=units.to_string() net vat gross />
                        <td role="cell" class="not-s"></td>
                    </tr>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Figures(units: String, net: String, vat: String, gross: String) -> impl IntoView {
    view! {
        <td role="cell" class="num" data-label="Units">
            {units}
        </td>
        <td role="cell" class="num" data-label="Net">
            {net}
        </td>
        <td role="cell" class="num" data-label="VAT">
            {vat}
        </td>
        <td role="cell" class="num" data-label="Gross">
            {gross}
        </td>
    }
}

#[component]
fn Row(line: BillingRow) -> impl IntoView {
    let BillingRow { on, customer, ticket, subject, what, units, net, vat, gross, price_list_version } = line;
    view! {
        <tr role="row">
            <td role="cell" class="nowrap">
                {on}
            </td>
            <td role="cell">
                <strong>{customer}</strong>
            </td>
            <td role="cell">
                <a class="title" href=format!("/t/{ticket}")>
                    {domain::ticket::reference(ticket)}
                </a>
                <span class="sub">{subject}</span>
            </td>
            <td role="cell">{what}</td>
            <Figures units=units.to_string() net vat gross />
            <td role="cell" class="num" data-label="Price list">
                {format!("version {price_list_version}")}
            </td>
        </tr>
    }
    .into_any()
}
