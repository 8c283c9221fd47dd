//! `/contracts`: every customer with its contracts, also those without one.

use domain::contract::ContractState;
use leptos::prelude::*;

use crate::{
    api::contracts::{ContractList, ContractRow, CustomerContracts, load_contracts},
    components::{
        cover_badge::CoverBadge,
        icon::Icon,
        page::{Loaded, PageHead},
    },
};

#[component]
pub fn ContractsPage() -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| load_contracts());
    view! { <Loaded resource=list view=|list| view! { <Page list/> }.into_any()/> }
}

#[component]
fn Page(list: ContractList) -> impl IntoView {
    let ContractList { customers, may_manage, .. } = list;
    let lede = lede(&customers);
    let groups = customers.into_iter().map(|customer| view! { <Group customer may_manage/> }).collect_view();
    view! {
        <PageHead title="Contracts" lede>
            <a class="btn" href="/levels">
                "Cover levels"
            </a>
        </PageHead>
        <div class="table-wrap">
            <table class="table contracts" role="table" aria-label="Contracts by customer">
                <Head/>
                {groups}
            </table>
        </div>
    }
    .into_any()
}

fn lede(customers: &[CustomerContracts]) -> String {
    let rows = || customers.iter().flat_map(|customer| &customer.contracts);
    let active = rows().filter(|row| row.state == ContractState::Active).count();
    let waiting = rows().filter(|row| !row.troubles.is_empty()).count();
    let without = customers.iter().filter(|customer| customer.contracts.is_empty()).count();
    let mut parts = vec![format!("{active} active")];
    for (count, words) in [(waiting, "need attention"), (without, "without a contract")] {
        if 0 < count {
            parts.push(format!("{count} {words}"));
        }
    }
    format!("{}.", parts.join(", "))
}

#[component]
fn Head() -> impl IntoView {
    let head = |words: &'static str| {
        view! {
            <th role="columnheader" scope="col">
                {words}
            </th>
        }
    };
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {head("Contract")} {head("State")} {head("Site and ports")} {head("Term")} {head("To see to")}
            </tr>
        </thead>
    }
}

#[component]
fn Group(customer: CustomerContracts, may_manage: bool) -> impl IntoView {
    let CustomerContracts { id, name, contracts } = customer;
    let none = contracts.is_empty();
    let add = may_manage.then(|| {
        view! {
            <a href=format!("/contracts/new?customer={id}") aria-label=format!("Add a contract for {name}")>
                "Add a contract"
            </a>
        }
    });
    let rows = contracts.into_iter().map(|row| view! { <Row row/> }).collect_view();
    let empty = none.then(|| {
        view! {
            <tr role="row">
                <td role="cell" colspan="5" class="muted">
                    "No contract: return to base."
                </td>
            </tr>
        }
    });
    view! {
        <tbody role="rowgroup">
            <tr class="grp" role="row">
                <th colspan="5" role="rowheader" scope="rowgroup">
                    <div class="row row--between">
                        <strong>{name}</strong>
                        <span class="row">
                            <a href=format!("/customers/{id}/equipment")>"Equipment"</a>
                            {add}
                        </span>
                    </div>
                </th>
            </tr>
            {rows}
            {empty}
        </tbody>
    }
    .into_any()
}

#[component]
fn Row(row: ContractRow) -> impl IntoView {
    let site = if row.site.is_empty() { "All sites".to_owned() } else { row.site.clone() };
    let month = row.included_month.then_some(", included month");
    let troubles = row.troubles.iter().map(|words| view! { <Trouble words=words.clone()/> }).collect_view();
    view! {
        <tr role="row">
            <td role="cell">
                <a class="title" href=format!("/contracts/{}", row.id)>
                    {row.number.clone()}
                </a>
                <span class="sub row">
                    <CoverBadge level=row.level bare=true/>
                    " "
                    {(row.level_name != row.level.label()).then(|| row.level_name.clone())}
                </span>
            </td>
            <td role="cell">
                <StateWord state=row.state/>
            </td>
            <td role="cell">{site} <span class="sub">{format!("{} ports{}", row.ports, month.unwrap_or(""))}</span></td>
            <td role="cell">{row.begins.clone()} <span class="sub">{term(&row)}</span></td>
            <td role="cell">{troubles}</td>
        </tr>
    }
    .into_any()
}

/// How the term goes on: "to 31 Mar 2027, then renews", or when it ends.
pub(super) fn term(row: &ContractRow) -> String {
    match (row.state, row.ends.as_str()) {
        (ContractState::Ended, ends) => format!("ended {ends}"),
        (_, "") => format!("to {}, then renews", row.term_ends),
        (_, ends) => format!("ends {ends}"),
    }
}

#[component]
fn Trouble(words: String) -> impl IntoView {
    view! {
        <span class="st st--warn">
            <Icon name="late" small=true/>
            {words}
        </span>
        <br/>
    }
}

/// The state with a colour and a shape.
#[component]
pub(super) fn StateWord(state: ContractState) -> impl IntoView {
    let (class, icon) = match state {
        ContractState::Active => ("st st--ok", "check"),
        ContractState::PendingInspection => ("st st--warn", "search"),
        ContractState::NotBegun => ("st st--mnt", "clock"),
        ContractState::Draft => ("st st--unk", "pencil"),
        ContractState::Ended => ("st st--unk", "x"),
    };
    view! {
        <span class=class>
            <Icon name=icon small=true/>
            {state.label()}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        cover::CoverLevel,
        id::{ContractId, CustomerId},
    };
    use uuid::Uuid;

    use super::*;

    fn row(state: ContractState, ends: &str) -> ContractRow {
        ContractRow {
            id: ContractId(Uuid::nil()),
            number: "C-0204".to_owned(),
            level: CoverLevel::Cat1,
            level_name: "Cat1".to_owned(),
            state,
            site: String::new(),
            ports: 12,
            begins: "1 Apr 2026".to_owned(),
            term_ends: "31 Mar 2027".to_owned(),
            ends: ends.to_owned(),
            included_month: false,
            troubles: Vec::new(),
        }
    }

    #[test]
    fn a_term_says_how_it_goes_on() {
        assert_eq!(term(&row(ContractState::Active, "")), "to 31 Mar 2027, then renews");
        assert_eq!(term(&row(ContractState::Active, "4 Nov 2026")), "ends 4 Nov 2026");
        assert_eq!(term(&row(ContractState::Ended, "4 Nov 2025")), "ended 4 Nov 2025");
    }

    #[test]
    fn the_head_counts_only_what_there_is() {
        let of = |contracts| CustomerContracts { id: CustomerId(Uuid::nil()), name: String::new(), contracts };
        assert_eq!(lede(&[of(vec![row(ContractState::Active, "")])]), "1 active.");
        assert_eq!(lede(&[of(Vec::new())]), "0 active, 1 without a contract.");
    }
}
