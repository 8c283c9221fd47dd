//! Ways around: the rail of staff, the top bar of customers, the tab bar of phones.

use domain::access::{Permission, Side};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;

use super::{super::icon::Icon, BrandSign, connection::LiveState, use_announcer};
use crate::{
    api::session::{Me, SignOut},
    components::page::home_of,
};

/// One way: address, icon, words, words on a phone.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub href: &'static str,
    pub icon: &'static str,
    pub words: &'static str,
    short: &'static str,
}

/// The tabs of a phone.
const TABS_MAX: usize = 5;
/// The ways that have a tab of their own on a phone where not all can: of staff, then of customers.
const TABS: [&str; 7] = ["/board", "/tickets", "/hosts", "/rota", "/systems", "/cover", "/knowledge"];
/// Those that have none.
const FURTHER: [&str; 11] = [
    "/search",
    "/downtimes",
    "/contracts",
    "/hardware",
    "/escalation",
    "/mail",
    "/people",
    "/training",
    "/billing",
    "/lab",
    "/account",
];
/// The way to the other ones.
const MORE: Way = Way { href: "/more", icon: "more", words: "More", short: "More" };

/// Whether `way` has a tab of its own for `me`, when not all have.
fn has_tab(way: &Way, me: &Me) -> bool {
    // Staff look into notes from a ticket; customers start there.
    TABS.contains(&way.href) && (way.href != "/knowledge" || me.side() == Side::Customer)
}

/// The ways that stand behind "More" on a phone. Empty where all have tabs.
pub(crate) fn further(me: &Me) -> Vec<Way> {
    let ways = ways(me);
    if ways.len() <= TABS_MAX {
        return Vec::new();
    }
    // The rail and the top bar have a field for it.
    let find = Way { href: "/search", icon: "search", words: "Search", short: "Find" };
    [find].into_iter().chain(ways.into_iter().filter(|way| !has_tab(way, me))).collect()
}

fn tabs(me: &Me) -> Vec<Way> {
    let ways = ways(me);
    if ways.len() <= TABS_MAX {
        return ways;
    }
    ways.into_iter().filter(|way| has_tab(way, me)).chain([MORE]).collect()
}

/// The ways of one reader; everything listed exists and is theirs to see.
fn ways(me: &Me) -> Vec<Way> {
    let way = |href, icon, words, short| Way { href, icon, words, short };
    match me.side() {
        Side::Staff => {
            let mut ways = vec![
                way("/board", "pulse", "Fault board", "Board"),
                way("/tickets", "ticket", "Tickets", "Tickets"),
                way("/knowledge", "bookmark", "Knowledge", "Notes"),
                way("/hosts", "host", "Hosts", "Hosts"),
                way("/downtimes", "wrench", "Downtimes", "Quiet"),
                way("/contracts", "shield", "Contracts", "Contracts"),
                way("/hardware", "box", "Hardware", "Stock"),
                way("/rota", "calendar", "On call and calendar", "On call"),
                way("/escalation", "bell", "Escalation", "Escalation"),
                way("/mail", "mail", "Mail log", "Mail"),
                way("/people", "users", "People and access", "People"),
                way("/training", "flag", "Training", "Training"),
            ];
            if me.may(Permission::SeeBilling) {
                ways.push(way("/billing", "chart", "Billing", "Billing"));
            }
            if me.demo && me.may(Permission::UseLab) {
                ways.push(way("/lab", "sliders", "Lab", "Lab"));
            }
            ways.push(way("/account", "user", "Account", "Account"));
            ways
        }
        Side::Customer => {
            let mut ways = vec![
                way("/systems", "home", "Your systems", "Systems"),
                way("/tickets", "ticket", "Tickets", "Tickets"),
                way("/cover", "shield", "Cover", "Cover"),
                way("/knowledge", "bookmark", "Help", "Help"),
            ];
            if me.may(Permission::SeeDowntimes) {
                ways.push(way("/downtimes", "wrench", "Planned work", "Work"));
            }
            if me.may(Permission::ManageOwnPeople) {
                ways.push(way("/people", "users", "People", "People"));
            }
            ways.push(way("/account", "user", "Account", "Account"));
            ways
        }
    }
}

/// Whether the page at `path` belongs to the way `href`.
fn is_current(href: &str, path: &str) -> bool {
    let below = path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // Calendars are a view of the same page as rotas.
    let beside = href == "/rota" && (path == "/calendar" || path.starts_with("/calendar/"));
    // What contracts are made of belongs to them.
    let care = href == "/contracts" && (path.starts_with("/levels") || path.starts_with("/customers/"));
    // What has no tab of its own is found behind "More"; only tabs ask.
    let further = href == MORE.href && FURTHER.iter().any(|way| is_current(way, path));
    // What arrives is the other half of what is sent.
    let arrived = href == "/mail" && (path == "/mail-in" || path.starts_with("/mail-in/"));
    // A fault's own page belongs to the board it is on.
    below
        || beside
        || further
        || care
        || arrived
        || (href == "/knowledge" && path.starts_with("/library"))
        || (href == "/tickets" && (path.starts_with("/t/") || path.starts_with("/calls/")))
        || (path.starts_with("/f/") && matches!(href, "/board" | "/systems"))
}

#[component]
fn WayLink(
    way: Way,
    /// Shorter words.
    #[prop(optional)]
    phone: bool,
) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || is_current(way.href, &path.get()).then_some("page");
    let announcer = use_announcer();
    let lit = announcer.lit;
    let tickets = move || {
        let open = announcer.tickets.get().filter(|open| way.href == "/tickets" && !phone && 0 < *open);
        open.map(|open| {
            view! {
                <span class="count">
                    {open} <span class="vh">" open"</span>
                </span>
            }
        })
    };
    let count = move || {
        let lit = lit.get().filter(|lit| way.href == "/board" && !phone && 0 < *lit);
        lit.map(|lit| {
            view! {
                <span class="count count--hot">
                    {lit} <span class="vh">" need somebody"</span>
                </span>
            }
        })
    };
    view! {
        <a href=way.href aria-current=current>
            <Icon name=way.icon />
            <span class="way">{if phone { way.short } else { way.words }}</span>
            {count}
            {tickets}
        </a>
    }
}

/// Staff: at the left, always there. On a narrow screen it shows icons, and the words of the one pointed at.
#[component]
pub(super) fn Rail(me: Me) -> impl IntoView {
    let links = ways(&me).into_iter().map(|way| view! { <WayLink way /> }).collect_view();
    let on_call =
        me.on_call.clone().map(|duty| view! { <p class="rail__who">{duty.until} <strong>{duty.names}</strong></p> });
    view! {
        <aside class="rail no-print" aria-label="Faultdesk">
            <a class="brand" href=home_of(me.side())>
                <BrandSign />
            </a>
            <Find />
            <nav class="nav" aria-label="Main">
                {links}
            </nav>
            <div class="rail-foot">
                {on_call}
                <LiveState />
                <p class="rail__who">{me.name} <strong>{me.role.label()}</strong></p>
                <form class="rail__out" action=SignOut::url() method="post">
                    <button class="rail-find" type="submit">
                        "Sign out"
                    </button>
                </form>
            </div>
        </aside>
    }
}

/// The search, from every page.
#[component]
fn Find() -> impl IntoView {
    view! {
        <form class="find" method="get" action="/search" role="search" aria-label="Everything">
            <label class="vh" for="find-all">
                "Find"
            </label>
            <Icon name="search" small=true />
            <input id="find-all" name="q" type="search" placeholder="Find" maxlength="200" autocomplete="off" />
        </form>
    }
}

/// Customers: at the top.
#[component]
pub(super) fn TopBar(me: Me) -> impl IntoView {
    let links = ways(&me).into_iter().map(|way| view! { <WayLink way /> }).collect_view();
    view! {
        <header class="topbar no-print">
            <div class="topbar-in">
                <a class="brand" href=home_of(me.side())>
                    <BrandSign />
                </a>
                <nav class="nav" aria-label="Main">
                    {links}
                </nav>
                <div class="topbar-end">
                    <Find />
                    <LiveState />
                    <p class="topbar-who">
                        <strong>{me.name}</strong>
                        <span>{me.customer}</span>
                    </p>
                </div>
            </div>
        </header>
    }
}

/// Phones: at the bottom, in reach of a thumb. Five at most.
#[component]
pub(super) fn Tabs(me: Me) -> impl IntoView {
    let links = tabs(&me).into_iter().map(|way| view! { <WayLink way phone=true /> }).collect_view();
    view! {
        <nav class="tabbar no-print" aria-label="Main, phone">
            {links}
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Role;

    use super::*;

    fn me(role: Role, demo: bool) -> Me {
        Me {
            name: String::new(),
            email: String::new(),
            role,
            customer: String::new(),
            demo,
            support_phone: String::new(),
            open_tickets: 0,
            on_call: None,
        }
    }

    fn hrefs(role: Role, demo: bool) -> Vec<&'static str> {
        ways(&me(role, demo)).into_iter().map(|way| way.href).collect()
    }

    #[test]
    fn the_lab_is_only_in_the_demonstration_and_only_for_staff() {
        let first = ["/board", "/tickets", "/knowledge", "/hosts", "/downtimes", "/contracts"];
        let rest = ["/hardware", "/rota", "/escalation", "/mail", "/people", "/training", "/account"];
        let all = [&first[..], &rest].concat();
        assert_eq!(hrefs(Role::Agent, false), all);
        assert!(hrefs(Role::Supervisor, false).contains(&"/billing"));
        assert!(hrefs(Role::Agent, true).contains(&"/lab"));
        assert!(!hrefs(Role::Manager, true).contains(&"/lab"));
    }

    #[test]
    fn a_phone_has_five_tabs_and_more_leads_to_the_rest() {
        let me = me(Role::Administrator, true);
        let tabs: Vec<_> = tabs(&me).into_iter().map(|way| way.href).collect();
        assert_eq!(tabs, ["/board", "/tickets", "/hosts", "/rota", "/more"]);
        let rest: Vec<_> = further(&me).into_iter().map(|way| way.href).collect();
        let first = ["/search", "/knowledge", "/downtimes", "/contracts", "/hardware", "/escalation", "/mail"];
        assert_eq!(rest[..7], first);
        assert_eq!(rest[7..], ["/people", "/training", "/billing", "/lab", "/account"]);
        assert!(rest.iter().all(|href| FURTHER.contains(href) || *href == "/knowledge"));
        assert!(is_current("/more", "/levels/new") && !is_current("/more", "/board"));
    }

    #[test]
    fn a_customers_phone_has_more_only_for_who_looks_after_people() {
        let hrefs = |ways: Vec<Way>| ways.into_iter().map(|way| way.href).collect::<Vec<_>>();
        let viewer = me(Role::Viewer, false);
        assert_eq!(hrefs(tabs(&viewer)), ["/systems", "/tickets", "/cover", "/knowledge", "/account"]);
        assert!(further(&viewer).is_empty());
        let manager = me(Role::Manager, false);
        assert_eq!(hrefs(tabs(&manager)), ["/systems", "/tickets", "/cover", "/knowledge", "/more"]);
        assert_eq!(hrefs(further(&manager)), ["/search", "/downtimes", "/people", "/account"]);
    }

    #[test]
    fn only_a_customers_manager_sees_people() {
        assert_eq!(hrefs(Role::Viewer, false), ["/systems", "/tickets", "/cover", "/knowledge", "/account"]);
        let manager = ["/systems", "/tickets", "/cover", "/knowledge", "/downtimes", "/people", "/account"];
        assert_eq!(hrefs(Role::Manager, false), manager);
    }

    #[test]
    fn a_page_belongs_to_one_way() {
        assert!(is_current("/board", "/board/f/1042"));
        assert!(is_current("/board", "/f/1042"));
        assert!(is_current("/tickets", "/t/2314") && !is_current("/board", "/t/2314"));
        assert!(is_current("/hosts", "/hosts/pbx-1/edit"));
        assert!(!is_current("/hosts", "/hostsx"));
        assert!(!is_current("/mail", "/board") && is_current("/mail", "/mail-in/x"));
        assert!(is_current("/contracts", "/levels/new"));
    }
}
