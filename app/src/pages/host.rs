//! The page of one host: is it well, its services, response times, availability, what happened.

use domain::{access::Side, id::ServiceId};
use leptos::prelude::*;

use crate::{
    api::{
        error::ApiError,
        hosts::{ChartRange, HostPage, PauseHost, RemoveHost, load_host},
    },
    components::{
        banner::FormErrors, chart::LatencyCard, confirm::Confirm, cover_badge::CoverBadge, icon::Icon,
        live_feed::follow_live, page::Loaded, session::use_me, status::StatusWord, time::provide_now,
        timeline::Timeline, uptime::UptimeBars,
    },
};

mod downtimes;
pub(in crate::pages) mod live;
mod services;
mod status;

use crate::components::title::Title;
use downtimes::Downtimes;
use live::{After, reload_after, reload_every, take, use_asked, use_reload};
use services::{ServiceChooser, Services};
use status::StatusLine;

/// Results come without events as long as nothing changes: times and chart follow at this pace.
const REFRESH_S: u64 = 30;

/// What the address asks for.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    name: String,
    range: String,
    service: Option<ServiceId>,
}

/// `/hosts/:name?range=24h&service=ID`.
#[component]
pub fn HostPageView() -> impl IntoView {
    let asked = use_asked(is_own, |params, query| Asked {
        name: params.get("name").unwrap_or_default(),
        range: query.get("range").unwrap_or_default(),
        service: query.get("service").and_then(|id| id.parse().ok()),
    });
    let name = Memo::new(move |_| asked.with(|asked| asked.name.clone()));
    // Another range or service is loaded by the page that stands, which keeps focus and place.
    let page = Resource::new_blocking(
        move || Asked { name: name.get(), ..asked.get_untracked() },
        |asked| load_host(asked.name, asked.range, asked.service),
    );
    view! { <Loaded resource=page view=move |page| view! { <Host page asked/> }.into_any()/> }
}

/// `/hosts/NAME` and nothing below it.
fn is_own(path: &str) -> bool {
    path.strip_prefix("/hosts/").is_some_and(|name| !name.is_empty() && !name.contains('/') && name != "new")
}

/// Whose words and columns the page uses. Without a reader: the side that is shown less.
pub(in crate::pages) fn use_side() -> Side {
    use_me().map_or(Side::Customer, |me| me.side())
}

/// Where a chart of this host is shown.
fn chart_href(name: &str, range: ChartRange, service: Option<ServiceId>) -> String {
    let service = service.map(|id| format!("&service={id}")).unwrap_or_default();
    format!("/hosts/{name}?range={}{service}", range.as_str())
}

#[component]
fn Host(page: HostPage, asked: Memo<Asked>) -> impl IntoView {
    provide_now(page.now);
    let side = use_side();
    let seq = page.seq;
    let page = RwSignal::new(page);
    let reload = use_reload(
        move || {
            let Asked { name, range, service } = asked.get_untracked();
            load_host(name, range, service)
        },
        move |fresh| {
            page.try_set(fresh);
        },
    );
    Effect::new(move |before: Option<Asked>| {
        let now = asked.get();
        if before.is_some_and(|before| before.name == now.name && before != now) {
            reload.run(());
        }
        now
    });
    follow_live(seq, move |event| {
        let after = page.try_update(|page| take(page, &event));
        if after == Some(After::Reload) {
            reload.run(());
        }
    });
    reload_every(REFRESH_S, reload);
    view! {
        <Crumbs page side/>
        <Head page side reload/>
        <StatusLine page/>
        <Downtimes page/>
        <div class="split split--wide">
            <div class="stack">
                <Services page side reload/>
                <Charts page/>
            </div>
            <aside class="stack" aria-label="About this host">
                <Parents page side/>
                <Events page side/>
                <About page side/>
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Crumbs(page: RwSignal<HostPage>, side: Side) -> impl IntoView {
    let site = move || page.with(|page| page.site.clone());
    match side {
        Side::Customer => view! {
            <p class="crumbs">
                <a href="/systems">"Your systems"</a>
                " / "
                {site}
            </p>
        }
        .into_any(),
        Side::Staff => {
            let customer = move || page.with(|page| page.customer.clone());
            let find = move || page.with(|page| super::hosts::list_href(&page.customer, None));
            view! {
                <p class="crumbs">
                    <a href="/hosts">"Hosts"</a>
                    " / "
                    <a href=find>{customer}</a>
                    " / "
                    {site}
                </p>
            }
            .into_any()
        }
    }
}

/// Name, state, kind and address, cover; then what staff can do with the whole host.
#[component]
fn Head(page: RwSignal<HostPage>, side: Side, reload: Callback<()>) -> impl IntoView {
    let title = Signal::derive(move || page.with(|page| title(page, side)));
    let tile = Signal::derive(move || page.with(|page| page.tile));
    let what = move || {
        page.with(|page| match side {
            Side::Customer => page.kind.label().to_owned(),
            Side::Staff => format!("{}, {}", page.system, page.kind.label()),
        })
    };
    let address = move || {
        page.with(|page| {
            let address = page.address.clone();
            (!address.is_empty()).then(|| view! { <span class="mono">{address}</span> })
        })
    };
    let may_edit = page.with_untracked(|page| page.may_edit);
    view! {
        <Title text=title/>
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                <p class="lede row">
                    <StatusWord tile side pill=true/>
                    <span>{what}</span>
                    {address}
                    {move || page.with(|page| view! { <CoverBadge level=page.cover/> })}
                </p>
            </div>
            {may_edit.then(|| view! { <HostActions page reload/> })}
        </div>
    }
    .into_any()
}

/// Customers know a system by its own name, staff by the technical one.
fn title(page: &HostPage, side: Side) -> String {
    match side {
        Side::Customer => page.system.clone(),
        Side::Staff => page.name.clone(),
    }
}

#[component]
fn HostActions(page: RwSignal<HostPage>, reload: Callback<()>) -> impl IntoView {
    let (pause, remove) = (ServerAction::<PauseHost>::new(), ServerAction::<RemoveHost>::new());
    reload_after(pause, reload, None);
    let paused = Signal::derive(move || page.with(|page| page.paused));
    let (id, name) = page.with_untracked(|page| (page.id, page.name.clone()));
    let (pause_value, remove_value) = (pause.value(), remove.value());
    let error = Signal::derive(move || {
        let pause: Option<ApiError> = pause_value.get().and_then(Result::err);
        pause.or(remove_value.get().and_then(Result::err))
    });
    let question = format!(
        "Remove {name}? Its services, results and history go with it, and nobody is told of it any more. Open faults are closed."
    );
    view! {
        <div class="actions">
            <ActionForm action=pause>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="paused" value=move || if paused.get() { "no" } else { "yes" }/>
                <button class="btn" type="submit">
                    {move || match paused.get() {
                        true => view! { <Icon name="play" small=true/> "Resume" }.into_any(),
                        false => view! { <Icon name="pause" small=true/> "Pause" }.into_any(),
                    }}
                </button>
            </ActionForm>
            <a class="btn" href=format!("/downtimes/new?host={name}")>
                <Icon name="wrench" small=true/>
                "Plan a downtime"
            </a>
            <a class="btn" href=format!("/hosts/{name}/edit")>
                <Icon name="pencil" small=true/>
                "Edit"
            </a>
            <Confirm label="Remove" question>
                <ActionForm action=remove>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <button class="btn btn--danger" type="submit">
                        {format!("Remove {name}")}
                    </button>
                </ActionForm>
            </Confirm>
        </div>
        <FormErrors error/>
    }
    .into_any()
}

/// Response times and availability of the service asked for.
#[component]
fn Charts(page: RwSignal<HostPage>) -> impl IntoView {
    let chart = Memo::new(move |_| page.with(|page| page.chart.clone()));
    let range = Signal::derive(move || page.with(|page| page.range));
    let href =
        move |range| page.with(|page| chart_href(&page.name, range, page.chart.as_ref().map(|chart| chart.service)));
    // Whether there is a chart; its data changes without drawing the cards anew.
    let any = Memo::new(move |_| chart.with(Option::is_some));
    move || {
        let first = any.get().then(|| chart.get_untracked()).flatten()?;
        let chart = Signal::derive(move || chart.get().unwrap_or_else(|| first.clone()));
        Some(view! {
            <div>
                <ServiceChooser page range/>
                <LatencyCard chart range href/>
            </div>
            <section class="card" aria-labelledby="availability">
                <div class="card-head">
                    <h2 id="availability">
                        {move || chart.with(|chart| format!("Availability, {}", chart.service_name))}
                    </h2>
                    <span class="small muted">"time we did not watch and planned work are not counted"</span>
                </div>
                <div class="card-body stack stack--s">
                    <UptimeBars
                        bars=Signal::derive(move || chart.with(|chart| chart.bars.clone()))
                        totals=Signal::derive(move || chart.with(|chart| chart.totals))
                        range
                    />
                </div>
            </section>
        })
    }
}

/// What this host depends on. Customers do not see host names.
#[component]
fn Parents(page: RwSignal<HostPage>, side: Side) -> impl IntoView {
    let parents = Memo::new(move |_| page.with(|page| page.parents.clone()));
    let parent = |name: String| {
        view! {
            <li>
                <Icon name="host"/>
                <a class="mono" href=format!("/hosts/{name}")>
                    {name.clone()}
                </a>
            </li>
        }
    };
    move || {
        (side == Side::Staff && !parents.with(Vec::is_empty)).then(|| {
            view! {
                <section class="card" aria-labelledby="parents">
                    <div class="card-head">
                        <h2 id="parents">"Depends on"</h2>
                    </div>
                    <div class="card-body">
                        <ul class="tree">{parents.get().into_iter().map(parent).collect_view()}</ul>
                        <p class="note mt">"If one of these stops answering, look there first."</p>
                    </div>
                </section>
            }
        })
    }
}

#[component]
fn Events(page: RwSignal<HostPage>, side: Side) -> impl IntoView {
    let rows = Signal::derive(move || page.with(|page| page.timeline.clone()));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    view! {
        <section class="card" aria-labelledby="events">
            <div class="card-head">
                <h2 id="events">"What happened"</h2>
                <span class="small muted">"newest first"</span>
            </div>
            <div class="card-body">
                {move || empty.get().then(|| view! { <p class="note">"Nothing has changed yet."</p> })}
                <Timeline rows side/>
            </div>
        </section>
    }
    .into_any()
}

/// Facts about the host. For customers without address and way in.
#[component]
fn About(page: RwSignal<HostPage>, side: Side) -> impl IntoView {
    let text = move |pick: fn(&HostPage) -> &str| page.with(|page| pick(page).to_owned());
    let staff = move || {
        (side == Side::Staff).then(|| {
            let note = text(|page| &page.access_note);
            view! {
                <dt>"System"</dt>
                <dd>{text(|page| &page.system)}</dd>
                <dt>"Address"</dt>
                <dd class="mono">{text(|page| &page.address)}</dd>
                <dt>"Customer"</dt>
                <dd>{text(|page| &page.customer)}</dd>
                {(!note.is_empty()).then(|| view! { <dt>"How we get in"</dt> <dd>{note}</dd> })}
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="about">
            <div class="card-head">
                <h2 id="about">{if side == Side::Staff { "About this host" } else { "About this system" }}</h2>
            </div>
            <div class="card-body">
                <dl class="kv kv--s">
                    <dt>"Kind"</dt>
                    <dd>{move || page.with(|page| page.kind.label())}</dd>
                    {staff}
                    <dt>"Site"</dt>
                    <dd>{move || page.with(|page| page.site.clone())}</dd>
                    <dt>"Cover"</dt>
                    <dd>{move || page.with(|page| view! { <CoverBadge level=page.cover/> })}</dd>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_knows_its_own_path() {
        assert!(is_own("/hosts/pbx-bath-1"));
        for other in ["/hosts", "/hosts/", "/hosts/new", "/hosts/pbx-bath-1/edit", "/mail"] {
            assert!(!is_own(other), "{other}");
        }
    }

    #[test]
    fn a_chart_has_its_own_address() {
        let id = ServiceId(uuid::Uuid::nil());
        assert_eq!(
            chart_href("pbx-bath-1", ChartRange::Week, Some(id)),
            "/hosts/pbx-bath-1?range=7d&service=00000000-0000-0000-0000-000000000000"
        );
        assert_eq!(chart_href("pbx-bath-1", ChartRange::Hour, None), "/hosts/pbx-bath-1?range=1h");
    }
}
