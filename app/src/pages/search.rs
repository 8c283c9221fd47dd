//! Search: one field, and what it found by sort.

use domain::access::Side;
use leptos::prelude::*;

use super::host::live::use_asked;
use crate::{
    api::search::{PAGE, SearchPage, SearchRow, Sort, search},
    components::{
        icon::Icon,
        page::{Loaded, PageHead, query_value},
        session::use_me,
        time::provide_now,
    },
};

/// What the address asks for.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    query: String,
    sort: String,
    page: String,
}

/// `/search?q=night+bell&in=tickets&page=2`.
#[component]
pub fn SearchPageView() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| {
        let of = |name| query.get(name).unwrap_or_default();
        Asked { query: of("q"), sort: of("in"), page: of("page") }
    });
    let found = Resource::new_blocking(move || asked.get(), |asked| search(asked.query, asked.sort, asked.page));
    view! { <Loaded resource=found view=move |page| view! { <Found page /> }.into_any() /> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/search"
}

fn href(query: &str, sort: Sort, page: u64) -> String {
    let page = if page <= 1 { String::new() } else { format!("&page={page}") };
    format!("/search?q={}&in={}{page}", query_value(query), sort.as_str())
}

fn label(sort: Sort, side: Side) -> &'static str {
    match (sort, side) {
        (Sort::Tickets, _) => "Tickets",
        (Sort::Hosts, Side::Staff) => "Hosts",
        (Sort::Hosts, Side::Customer) => "Systems",
        (Sort::Equipment, _) => "Equipment",
        (Sort::Customers, _) => "Customers",
    }
}

#[component]
fn Found(page: SearchPage) -> impl IntoView {
    provide_now(page.now);
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let SearchPage { query, sort, counts, page, rows, .. } = page;
    let of = |sort: Sort| Sort::ALL.into_iter().zip(counts).find(|(one, _)| *one == sort).map_or(0, |(_, count)| count);
    let asked = !query.is_empty();
    let hint = match side {
        Side::Staff => "Ticket number, words, host, address, customer, equipment or telephone number",
        Side::Customer => "Ticket number, words, system or telephone number",
    };
    let offered = Sort::ALL.into_iter().filter(|one| *one != Sort::Customers || side == Side::Staff);
    let tabs = offered
        .map(|one| {
            view! {
                <a href=href(&query, one, 1) aria-current=(one == sort).then_some("true")>
                    {label(one, side)}
                    " "
                    <span class="n">{of(one)}</span>
                </a>
            }
        })
        .collect_view();
    let tabs = asked.then(|| view! { <nav class="views" aria-label="Sorts of results">{tabs}</nav> });
    let list = match (asked, rows.is_empty()) {
        (false, _) => ().into_any(),
        (true, true) => view! { <Nothing query=query.clone() /> }.into_any(),
        (true, false) => view! { <List rows /> }.into_any(),
    };
    view! {
        <PageHead title="Search" />
        <form method="get" action="/search" role="search" aria-label="Search again" class="filters">
            <label class="vh" for="search">
                {hint}
            </label>
            <input
                class="input search__field"
                id="search"
                name="q"
                type="search"
                value=query.clone()
                prop:value=query.clone()
                placeholder=hint
                maxlength="200"
                autocomplete="off"
            />
            <button class="btn btn--primary" type="submit">
                <Icon name="search" small=true />
                "Search"
            </button>
        </form>
        {tabs}
        {list}
        <Pages query sort page total=of(sort) />
    }
    .into_any()
}

#[component]
fn Nothing(query: String) -> impl IntoView {
    view! {
        <section class="card">
            <div class="empty">
                <Icon name="search" />
                <h2>{format!("Nothing is found for \u{201c}{query}\u{201d}")}</h2>
                <p>"All the words must be there, each from its beginning. Fewer words find more."</p>
            </div>
        </section>
    }
}

#[component]
fn List(rows: Vec<SearchRow>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let state = row.state.map(|state| view! { <span class="chip">{state.label()}</span> });
            let reference =
                (!row.reference.is_empty()).then(|| view! { <span class="mono">{row.reference}</span> " " });
            view! {
                <li>
                    <a href=row.href>
                        <span class="row">
                            <strong>{row.title}</strong>
                            {state}
                        </span>
                        <span class="sub">{reference} {row.whose}</span>
                        {(!row.matched.is_empty()).then(|| view! { <span class="sub">{row.matched}</span> })}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-label="Results">
            <ul class="linklist">{rows}</ul>
        </section>
    }
}

#[component]
fn Pages(query: String, sort: Sort, page: u64, total: u64) -> impl IntoView {
    let last = total.div_ceil(PAGE).max(1);
    (1 < last).then(|| {
        let before = (1 < page).then(|| {
            view! {
                <a class="pager__prev" rel="prev" href=href(&query, sort, page - 1)>
                    <Icon name="right" small=true />
                    "Previous"
                </a>
            }
        });
        let next = (page < last).then(|| {
            view! {
                <a class="pager__next" rel="next" href=href(&query, sort, page + 1)>
                    "Next"
                    <Icon name="right" small=true />
                </a>
            }
        });
        view! {
            <nav class="pager" aria-label="Pages">
                {before}
                <p class="pager__at">{format!("Page {page} of {last}")}</p>
                {next}
            </nav>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_have_addresses() {
        assert_eq!(href("night bell & co", Sort::Tickets, 1), "/search?q=night%20bell%20%26%20co&in=tickets");
        assert_eq!(href("x", Sort::Hosts, 3), "/search?q=x&in=hosts&page=3");
    }
}
