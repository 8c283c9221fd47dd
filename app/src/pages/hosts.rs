//! The list of hosts that the reader may see.

use domain::{access::Side, id::HostId};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::host::{
    live::{Rows, merged, use_asked, use_reload},
    use_side,
};
use crate::{
    api::{
        hosts::{HostList, HostListRow, load_hosts},
        live::{LiveChange, LiveEvent},
    },
    components::{
        cover_badge::CoverBadge,
        icon::Icon,
        live_feed::follow_live,
        page::{Loaded, PageHead, query_value},
        status::{Mark, tile_words},
        time::{Ago, provide_now},
    },
};

/// What the address asks for.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    find: String,
    after: Option<String>,
}

/// Where the list is shown, searched and from a certain row on.
pub(super) fn list_href(find: &str, after: Option<&str>) -> String {
    let parts = [
        (!find.is_empty()).then(|| format!("find={}", query_value(find))),
        after.map(|after| format!("after={}", query_value(after))),
    ];
    let query = parts.into_iter().flatten().collect::<Vec<_>>().join("&");
    if query.is_empty() { "/hosts".to_owned() } else { format!("/hosts?{query}") }
}

/// `/hosts?find=bath&after=pbx-bath-1`.
#[component]
pub fn HostsPage() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| Asked {
        find: query.get("find").unwrap_or_default(),
        after: query.get("after").filter(|after| !after.is_empty()),
    });
    let list = Resource::new_blocking(move || asked.get(), |asked| load_hosts(asked.after, asked.find));
    view! { <Loaded resource=list view=move |list| view! { <Hosts list asked=asked.get_untracked()/> }.into_any()/> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/hosts"
}

/// What the list knows besides its rows.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    total: u64,
    next_after: Option<String>,
}

impl Frame {
    fn of(list: &HostList) -> Self {
        Self { total: list.total, next_after: list.next_after.clone() }
    }
}

#[component]
fn Hosts(list: HostList, asked: Asked) -> impl IntoView {
    provide_now(list.now);
    let side = use_side();
    let (seq, may_edit) = (list.seq, list.may_edit);
    let frame = RwSignal::new(Frame::of(&list));
    let rows: RwSignal<Rows<HostId, HostListRow>> = RwSignal::new(merged(&Vec::new(), list.hosts, |row| row.id));
    let again = asked.clone();
    let reload = use_reload(
        move || load_hosts(again.after.clone(), again.find.clone()),
        move |fresh: HostList| {
            frame.try_set(Frame::of(&fresh));
            rows.try_update(|rows| *rows = merged(rows, fresh.hosts, |row| row.id));
        },
    );
    follow_live(seq, move |event| take(rows, reload, &event));
    let lede = Signal::derive(move || frame.with(|frame| total_words(frame.total, side)));
    let title = if side == Side::Staff { "Hosts" } else { "Your systems" };
    let add = may_edit.then(|| {
        view! {
            <a class="btn btn--primary" href="/hosts/new">
                <Icon name="plus" small=true/>
                "Add a host"
            </a>
        }
    });
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let find = asked.find.clone();
    view! {
        <PageHead title lede>{add}</PageHead>
        <Find find=asked.find.clone()/>
        <Show when=move || !empty.get() fallback=move || view! { <Empty find=find.clone() may_edit/> }>
            <HostTable rows side/>
        </Show>
        <Pages frame rows asked/>
    }
    .into_any()
}

/// A host's tile changes in place; everything else loads the page's rows again.
fn take(rows: RwSignal<Rows<HostId, HostListRow>>, reload: Callback<()>, event: &LiveEvent) {
    match &event.change {
        LiveChange::Host { host, tile, .. } => {
            let row = rows.with_untracked(|rows| rows.iter().find(|(id, _)| id == host).map(|(_, row)| row.clone()));
            if let Some(row) = row {
                row.update(|row| {
                    row.tile = *tile;
                    row.last_observed_at = Some(event.at);
                });
            }
        }
        LiveChange::Estate { .. } | LiveChange::Resync => reload.run(()),
        LiveChange::Fault { .. } | LiveChange::Ticket { .. } | LiveChange::TicketForStaff { .. } => {}
    }
}

fn total_words(total: u64, side: Side) -> String {
    let (one, many) = if side == Side::Staff { ("host", "hosts") } else { ("system", "systems") };
    match total {
        0 => format!("No {many}."),
        1 => format!("1 {one}."),
        total => format!("{total} {many}."),
    }
}

/// The search: an ordinary form, so that a search has an address. Alive, it goes there without a new page.
#[component]
fn Find(find: String) -> impl IntoView {
    let navigate = use_navigate();
    let input = NodeRef::<leptos::html::Input>::new();
    let go = move |event: leptos::ev::SubmitEvent| {
        let Some(input) = input.get_untracked() else { return };
        event.prevent_default();
        navigate(
            &list_href(input.value().trim(), None),
            NavigateOptions { replace: true, ..NavigateOptions::default() },
        );
    };
    let clear = (!find.is_empty()).then(|| {
        view! {
            <a class="btn btn--quiet" href="/hosts">
                "Show all"
            </a>
        }
    });
    view! {
        <form method="get" action="/hosts" role="search" aria-label="Hosts" class="filters" on:submit=go>
            <label class="vh" for="find">
                "Find by name, system, address, customer or site"
            </label>
            <input
                class="input hosts__find"
                id="find"
                name="find"
                type="search"
                value=find.clone()
                prop:value=find
                node_ref=input
                placeholder="Name, system, address, customer or site"
                autocomplete="off"
            />
            <button class="btn" type="submit">
                <Icon name="search" small=true/>
                "Find"
            </button>
            {clear}
        </form>
    }
}

#[component]
fn Empty(find: String, may_edit: bool) -> impl IntoView {
    let searched = !find.is_empty();
    let (title, words) = match searched {
        true => (
            format!("Nothing is called \u{201c}{find}\u{201d}"),
            "Search looks at names, systems, addresses, customers and sites.",
        ),
        false => ("There are no hosts yet".to_owned(), "Add one, and its first results come within a minute."),
    };
    let words = if searched || may_edit { words } else { "" };
    let all = searched.then(|| {
        view! {
            <a class="btn" href="/hosts">
                "Show all"
            </a>
        }
    });
    let add = (!searched && may_edit).then(|| {
        view! {
            <a class="btn" href="/hosts/new">
                "Add a host"
            </a>
        }
    });
    view! {
        <section class="card">
            <div class="empty">
                <Icon name="host"/>
                <h2>{title}</h2>
                <p>{words}</p>
                {all}
                {add}
            </div>
        </section>
    }
}

#[component]
fn HostTable(rows: RwSignal<Rows<HostId, HostListRow>>, side: Side) -> impl IntoView {
    let staff = side == Side::Staff;
    let head = |words: &'static str| {
        view! {
            <th role="columnheader" scope="col">
                {words}
            </th>
        }
    };
    view! {
        <div class="table-wrap">
            <table class="table hosts" role="table" aria-label="Hosts, by customer and name">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            <span class="vh">"State"</span>
                        </th>
                        {head(if staff { "Host" } else { "System" })}
                        {staff.then(|| head("Customer and cover"))}
                        {head("Site")}
                        {head("Kind")}
                        <th role="columnheader" scope="col" class="num">
                            "Services"
                        </th>
                        <th role="columnheader" scope="col" class="num">
                            "Last result"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For
                        each=move || rows.get()
                        key=|(id, _)| *id
                        children=move |(_, row)| view! { <Row row=RwSignal::from(row) side/> }.into_any()
                    />
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(row: RwSignal<HostListRow>, side: Side) -> impl IntoView {
    let tile = Signal::derive(move || row.with(|row| row.tile));
    let staff = side == Side::Staff;
    let customer = staff.then(|| {
        view! {
            <td role="cell" class="hosts__who">
                {move || row.with(|row| row.customer.clone())}
                <span class="sub">{move || row.with(|row| view! { <CoverBadge level=row.cover/> })}</span>
            </td>
        }
    });
    view! {
        <tr role="row">
            <td role="cell" class="hosts__state">
                <Mark tile/>
                <span class="vh">{move || tile_words(tile.get(), side)}</span>
            </td>
            <td role="cell" class="hosts__name">
                <Name row side/>
            </td>
            {customer}
            <td role="cell" class="hosts__site">
                {move || row.with(|row| row.site.clone())}
            </td>
            <td role="cell" class="hosts__kind">
                {move || row.with(|row| row.kind.label())}
            </td>
            <td role="cell" class="hosts__services num">
                {move || row.with(|row| row.services)}
                <span class="only-s">{move || if row.with(|row| row.services) == 1 { " service" } else { " services" }}</span>
            </td>
            <td role="cell" class="hosts__when num muted nowrap">
                {move || match row.with(|row| row.last_observed_at) {
                    Some(at) => view! { <Ago at/> " ago" }.into_any(),
                    None => "not yet".into_any(),
                }}
            </td>
        </tr>
    }
}

/// The technical name for staff with system and address under it; the system alone for customers.
#[component]
fn Name(row: RwSignal<HostListRow>, side: Side) -> impl IntoView {
    let href = move || row.with(|row| format!("/hosts/{}", row.name));
    match side {
        Side::Customer => view! {
            <a class="title" href=href>
                {move || row.with(|row| row.system.clone())}
            </a>
        }
        .into_any(),
        Side::Staff => view! {
            <a class="title mono" href=href>
                {move || row.with(|row| row.name.clone())}
            </a>
            <span class="sub">
                {move || row.with(|row| row.system.clone())}
                ", "
                <span class="mono">{move || row.with(|row| row.address.clone())}</span>
            </span>
        }
        .into_any(),
    }
}

/// How much is shown, with the links to the first and the next rows.
#[component]
fn Pages(frame: RwSignal<Frame>, rows: RwSignal<Rows<HostId, HostListRow>>, asked: Asked) -> impl IntoView {
    move || {
        let Frame { total, next_after } = frame.get();
        let shown = rows.with(Vec::len);
        (asked.after.is_some() || next_after.is_some()).then(|| {
            let first = asked.after.as_ref().map(|_| {
                view! {
                    <a class="pager__prev" href=list_href(&asked.find, None)>
                        <Icon name="right" small=true/>
                        "First"
                    </a>
                }
            });
            let next = next_after.as_ref().map(|after| {
                view! {
                    <a class="pager__next" rel="next" href=list_href(&asked.find, Some(after))>
                        "Next"
                        <Icon name="right" small=true/>
                    </a>
                }
            });
            view! {
                <nav class="pager" aria-label="Pages">
                    {first}
                    <p class="pager__at">{format!("{shown} of {total}")}</p>
                    {next}
                </nav>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_and_a_page_have_an_address() {
        assert_eq!(list_href("", None), "/hosts");
        assert_eq!(list_href("Bath & Co", None), "/hosts?find=Bath%20%26%20Co");
        assert_eq!(list_href("a", Some("pbx-1")), "/hosts?find=a&after=pbx-1");
    }

    #[test]
    fn totals_are_counted_in_words() {
        assert_eq!(total_words(0, Side::Staff), "No hosts.");
        assert_eq!(total_words(1, Side::Customer), "1 system.");
        assert_eq!(total_words(2_310, Side::Staff), "2310 hosts.");
    }
}
