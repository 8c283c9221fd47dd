//! Every host as a shape, by customer, worst first: the shape of the whole estate at a glance.

use domain::{
    access::Side,
    id::{CustomerId, HostId},
};
use leptos::prelude::*;

use super::status::{Mark, tile_words};
use crate::api::board::{EstateCustomer, EstateHost, Tile, TileState};

/// One customer in the map: the id and the changing hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EstateEntry {
    pub id: CustomerId,
    pub customer: RwSignal<EstateCustomer>,
}

/// How urgent a tile is: what nobody has comes before what somebody has, each by severity.
pub fn urgency(tile: Tile) -> u8 {
    let severity = match tile.state {
        TileState::Ok => return 0,
        TileState::Maintenance => return 1,
        TileState::Paused => return 2,
        TileState::Pending => return 3,
        TileState::Stale => 4,
        TileState::Unknown => 5,
        TileState::Degraded => 6,
        TileState::Flapping => 7,
        TileState::Critical => 8,
    };
    if tile.acknowledged { severity } else { severity + 10 }
}

/// The worst tile of a customer.
pub fn worst(customer: &EstateCustomer) -> Option<Tile> {
    customer.hosts.iter().map(|host| host.tile).max_by_key(|tile| urgency(*tile))
}

/// Sorts hosts and customers worst first, equal ones by name, so that places stay where the eye expects them.
pub fn sort_estate(estate: &mut [EstateCustomer]) {
    for customer in estate.iter_mut() {
        customer.hosts.sort_by(|a, b| urgency(b.tile).cmp(&urgency(a.tile)).then_with(|| a.name.cmp(&b.name)));
    }
    let rank = |customer: &EstateCustomer| worst(customer).map_or(0, urgency);
    estate.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.name.cmp(&b.name)));
}

/// Hosts that are not OK.
pub fn not_well(customer: &EstateCustomer) -> usize {
    customer.hosts.iter().filter(|host| host.tile.state != TileState::Ok).count()
}

/// "11 hosts, 5 not OK".
pub fn summary(customer: &EstateCustomer) -> String {
    let hosts = match customer.hosts.len() {
        1 => "1 host".to_owned(),
        count => format!("{count} hosts"),
    };
    match not_well(customer) {
        0 => format!("{hosts}, all OK"),
        count => format!("{hosts}, {count} not OK"),
    }
}

/// The map. Its shapes are links; the arrow keys move between those of one customer.
#[component]
pub fn EstateMap(
    /// Customers, worst first.
    #[prop(into)]
    customers: Signal<Vec<EstateEntry>>,
    /// The query that shows one customer's faults, by id.
    customer_href: Callback<CustomerId, String>,
) -> impl IntoView {
    view! {
        <ul class="estate">
            <For each=move || customers.get() key=|entry| entry.id let:entry>
                <EstateRow entry href=Signal::derive(move || customer_href.run(entry.id)) />
            </For>
        </ul>
    }
}

#[component]
fn EstateRow(entry: EstateEntry, href: Signal<String>) -> impl IntoView {
    let customer = entry.customer;
    // Once the browser half runs, one link per customer takes the tab key and the arrows do the rest.
    let roving = RwSignal::new(None);
    Effect::new(move |_| roving.set(customer.with_untracked(|customer| customer.hosts.first().map(|host| host.id))));
    view! {
        <li>
            <a class="who" href=href data-noscroll="true">
                {move || customer.with(|customer| customer.name.clone())}
            </a>
            <span class="cells" on:keydown=move |event| move_focus(&event)>
                <For each=move || customer.with(|customer| customer.hosts.clone()) key=|host| host.id let:host>
                    <EstateMark host customer roving />
                </For>
            </span>
            <span class="vh">{move || customer.with(summary)}</span>
        </li>
    }
}

#[component]
fn EstateMark(
    host: EstateHost,
    customer: RwSignal<EstateCustomer>,
    /// The host whose link takes the tab key; `None` while all do.
    roving: RwSignal<Option<HostId>>,
) -> impl IntoView {
    let EstateHost { id, name, tile: first } = host;
    let tile = Memo::new(move |_| {
        customer.with(|customer| customer.hosts.iter().find(|host| host.id == id).map_or(first, |host| host.tile))
    });
    let href = format!("/hosts/{name}");
    let label = move || format!("{name}, {}", tile_words(tile.get(), Side::Staff).to_lowercase());
    view! {
        <a
            href=href
            aria-label=label
            tabindex=move || roving.get().map(|chosen| if chosen == id { "0" } else { "-1" })
            on:focus=move |_| roving.set(Some(id))
        >
            <Mark tile ring=true />
        </a>
    }
}

/// Left, right, Home and End among the links of one customer.
fn move_focus(event: &leptos::ev::KeyboardEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let Some(link) = document().active_element() else { return };
        let parent = link.parent_element();
        let to = match event.key().as_str() {
            "ArrowRight" => link.next_element_sibling(),
            "ArrowLeft" => link.previous_element_sibling(),
            "Home" => parent.and_then(|parent| parent.first_element_child()),
            "End" => parent.and_then(|parent| parent.last_element_child()),
            _ => return,
        };
        event.prevent_default();
        if let Some(to) = to.and_then(|to| to.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = to.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

/// What the shapes mean.
#[component]
pub fn EstateLegend() -> impl IntoView {
    let shape = |state, acknowledged, words: &'static str| {
        let tile = Tile { state, acknowledged };
        view! {
            <span>
                <Mark tile ring=true />
                {words}
            </span>
        }
    };
    view! {
        <div class="card-foot legend">
            {shape(TileState::Ok, false, "OK")} {shape(TileState::Degraded, false, "Degraded")}
            {shape(TileState::Critical, false, "Critical")} {shape(TileState::Unknown, false, "Unknown or stale")}
            {shape(TileState::Flapping, false, "Flapping")}
            {shape(TileState::Maintenance, false, "In maintenance or paused")}
            {shape(TileState::Critical, true, "Outline: acknowledged")}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use domain::cover::CoverLevel;

    use super::*;

    const fn tile(state: TileState, acknowledged: bool) -> Tile {
        Tile { state, acknowledged }
    }

    fn customer(name: &str, tiles: &[Tile]) -> EstateCustomer {
        let hosts = tiles.iter().enumerate().map(|(index, tile)| EstateHost {
            id: HostId(uuid::Uuid::from_u128(index as u128)),
            name: format!("{name}-{index}"),
            tile: *tile,
        });
        EstateCustomer {
            id: CustomerId(uuid::Uuid::nil()),
            name: name.to_owned(),
            cover: CoverLevel::Cat1,
            hosts: hosts.collect(),
        }
    }

    #[test]
    fn what_nobody_has_comes_before_what_somebody_has() {
        let mut estate = [
            customer("a", &[tile(TileState::Ok, false)]),
            customer("b", &[tile(TileState::Critical, true)]),
            customer("c", &[tile(TileState::Ok, false), tile(TileState::Degraded, false)]),
            customer("d", &[tile(TileState::Critical, false)]),
        ];
        sort_estate(&mut estate);
        let names: Vec<_> = estate.iter().map(|customer| customer.name.as_str()).collect();
        assert_eq!(names, ["d", "c", "b", "a"]);
        assert_eq!(
            estate.get(1).map(|customer| customer.hosts.iter().map(|host| host.name.as_str()).collect()),
            Some(vec!["c-1", "c-0"])
        );
    }

    #[test]
    fn equal_customers_stay_in_the_order_of_their_names() {
        let mut estate = [customer("b", &[tile(TileState::Ok, false)]), customer("a", &[tile(TileState::Ok, false)])];
        sort_estate(&mut estate);
        assert_eq!(estate.first().map(|customer| customer.name.as_str()), Some("a"));
    }

    #[test]
    fn a_row_says_how_many_are_not_well() {
        assert_eq!(summary(&customer("a", &[tile(TileState::Ok, false)])), "1 host, all OK");
        let two = customer("a", &[tile(TileState::Ok, false), tile(TileState::Stale, false)]);
        assert_eq!(summary(&two), "2 hosts, 1 not OK");
    }
}
