//! Who is on call: a month with its layers, swaps and gaps, who has it now, and the days that change clocks.

mod edit;
mod feed;
mod remove;
mod swap;

use leptos::prelude::*;

pub use self::{
    edit::{EditRotaPage, NewRotaPage},
    swap::SwapPage,
};
use self::{feed::FeedCard, remove::Removal};
use super::{
    calendar::{DayList, TimeTabs},
    host::live::use_asked,
};
use crate::{
    api::{
        calendars::{MakeFeed, RevokeFeed, load_feed},
        rotas::{
            BarKind, GapLine, LayerNow, RemoveRota, RotaMonth, RotaPage, ShiftLine, UnswapShift, Week, load_rota_month,
        },
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        confirm::Confirm,
        edit_form::refusal,
        icon::Icon,
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

/// What can be done on this page.
#[derive(Clone, Copy)]
struct Actions {
    unswap: ServerAction<UnswapShift>,
    remove: ServerAction<RemoveRota>,
    make_feed: ServerAction<MakeFeed>,
    revoke_feed: ServerAction<RevokeFeed>,
}

/// `/rota?rota=ID&month=2026-12`.
#[component]
pub fn RotaPageView() -> impl IntoView {
    let asked = use_asked(
        |path| path.trim_end_matches('/') == "/rota",
        |_, query| (query.get("rota").unwrap_or_default(), query.get("month").unwrap_or_default()),
    );
    let actions = Actions {
        unswap: ServerAction::new(),
        remove: ServerAction::new(),
        make_feed: ServerAction::new(),
        revoke_feed: ServerAction::new(),
    };
    let version = move || {
        let (feed, removed) =
            (actions.make_feed.version().get() + actions.revoke_feed.version().get(), actions.remove.version());
        actions.unswap.version().get() + removed.get() + feed
    };
    // Both at once: a page loads its data once.
    let page = Resource::new_blocking(
        move || (asked.get(), version()),
        |((rota, month), _)| async move { Ok((load_rota_month(rota, month).await?, load_feed().await?)) },
    );
    let draw = move |(page, feed): (RotaPage, _)| {
        let feed = view! { <FeedCard feed make=actions.make_feed revoke=actions.revoke_feed/> }.into_any();
        view! { <Page page feed actions/> }.into_any()
    };
    view! { <Loaded resource=page view=draw/> }
}

#[component]
fn Page(page: RotaPage, feed: AnyView, actions: Actions) -> impl IntoView {
    provide_now(page.now);
    let Some(rota) = page.rota.clone() else { return view! { <NoRota page feed/> }.into_any() };
    let id = rota.id;
    let href = move |month: &str| format!("/rota?rota={id}&month={month}");
    let swap = page.may_swap.then(|| {
        view! {
            <a class="btn" href=format!("/rota/{id}/swap")>
                <Icon name="refresh" small=true/>
                "Swap a shift"
            </a>
        }
    });
    let edit = page.may_edit.then(|| {
        view! {
            <a class="btn" href=format!("/rota/{id}/edit")>
                <Icon name="pencil" small=true/>
                "Edit"
            </a>
            <a class="btn btn--primary" href="/calendar/announce">
                <Icon name="plus" small=true/>
                "Add a day"
            </a>
        }
    });
    let gaps = rota.gaps.iter().cloned().map(|gap| view! { <GapBanner gap/> }).collect_view();
    let choose =
        (1 < page.rotas.len() || page.may_edit).then(|| view! { <Rotas page=page.clone() shown=rota.name.clone()/> });
    let lede = format!("{}: {}", rota.name, rota.lede);
    let removal = page.may_edit.then(|| {
        view! { <div class="page-foot mt"><Removal id name=rota.name.clone() version=rota.version action=actions.remove/></div> }
    });
    view! {
        <TimeTabs current="/rota"/>
        <PageHead title=page.title.clone() lede>
            <a class="btn btn--icon" href=href(&page.before) aria-label="Previous month">
                <span class="flip"><Icon name="right"/></span>
            </a>
            <a class="btn" href=format!("/rota?rota={id}")>
                "Today"
            </a>
            <a class="btn btn--icon" href=href(&page.after) aria-label="Next month">
                <Icon name="right"/>
            </a>
            {swap}
            {edit}
        </PageHead>
        <FormErrors error=refusal(actions.unswap)/>
        <FormErrors error=refusal(actions.remove)/>
        {gaps}
        {choose}
        <div class="split">
            <div class="stack stack--s">
                <MonthTable weeks=rota.weeks.clone() title=page.title/>
                <Key layers=rota.layers.clone() zone=rota.zone.clone()/>
            </div>
            <aside class="stack" aria-label="On call now">
                <NowCard layers=rota.layers.clone()/>
                <DayList title="Days that change clocks" days=page.special/>
                {feed}
            </aside>
        </div>
        <div class="mt">
            <Shifts rota may_swap=page.may_swap unswap=actions.unswap/>
        </div>
        {removal}
    }
    .into_any()
}

#[component]
fn NoRota(page: RotaPage, feed: AnyView) -> impl IntoView {
    let make = page.may_edit.then(|| {
        view! {
            <a class="btn btn--primary" href="/rota/new">
                "Make a rota"
            </a>
        }
    });
    view! {
        <TimeTabs current="/rota"/>
        <PageHead title="On call"/>
        <div class="split">
            <section class="card">
                <div class="empty">
                    <Icon name="calendar"/>
                    <h2>"There is no rota yet"</h2>
                    <p>"A rota says who is on call when. Without one nobody is paged by turns."</p>
                    {make}
                </div>
            </section>
            <aside class="stack" aria-label="Days that change clocks">
                <DayList title="Days that change clocks" days=page.special/>
                {feed}
            </aside>
        </div>
    }
}

#[component]
fn Rotas(page: RotaPage, shown: String) -> impl IntoView {
    let links = page
        .rotas
        .iter()
        .map(|(id, name)| {
            let on = *name == shown;
            view! {
                <a
                    class=if on { "filter filter--on" } else { "filter" }
                    aria-current=on.then_some("true")
                    href=format!("/rota?rota={id}")
                >
                    {name.clone()}
                </a>
            }
        })
        .collect_view();
    let new = page.may_edit.then(|| {
        view! {
            <a class="filter" href="/rota/new">
                <Icon name="plus" small=true/>
                "New rota"
            </a>
        }
    });
    view! {
        <nav class="filters" aria-label="Rotas">
            {links}
            {new}
        </nav>
    }
}

/// Critical when nobody at all is on call.
#[component]
pub(super) fn GapBanner(gap: GapLine) -> impl IntoView {
    let kind = if gap.critical { BannerKind::Crit } else { BannerKind::Warn };
    view! {
        <Banner kind>
            <p>
                <strong>{gap.words}</strong>
            </p>
        </Banner>
    }
}

#[component]
fn MonthTable(weeks: Vec<Week>, title: String) -> impl IntoView {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let head = DAYS.map(|day| view! { <th scope="col">{day}</th> }).collect_view();
    let rows = weeks.into_iter().map(|week| view! { <WeekRows week/> }).collect_view();
    view! {
        <div class="table-wrap">
            <table class="cal" aria-label=format!("On call and calendar, {title}")>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn WeekRows(week: Week) -> impl IntoView {
    let days = week
        .days
        .into_iter()
        .map(|day| {
            let off = if day.in_month { "" } else { "off " };
            let today = if day.today { " today" } else { "" };
            view! {
                <td class=format!("{off}{}{today}", day.look)>
                    <span class="d">{day.day}</span>
                    {day.today.then(|| view! { <span class="vh">" today"</span> })}
                    {(!day.tag.is_empty()).then(|| view! { <span class="tag">{day.tag}</span> })}
                </td>
            }
        })
        .collect_view();
    let last = week.lanes.len().saturating_sub(1);
    let lanes = week
        .lanes
        .into_iter()
        .enumerate()
        .map(|(layer, bars)| {
            let bars = bars
                .into_iter()
                .map(|bar| {
                    let (class, icon, words) = bar_look(layer, bar.kind);
                    // One day has room for a name; the icon says the rest.
                    let class_words = if bar.days == 1 { "vh" } else { "" };
                    view! {
                        <td colspan=bar.days>
                            <span class=class>
                                <Icon name=icon small=true/>
                                <span class="duty__who">{bar.person} <span class=class_words>{words}</span></span>
                            </span>
                        </td>
                    }
                })
                .collect_view();
            view! { <tr class=if layer == last { "lane end" } else { "lane" }>{bars}</tr> }
        })
        .collect_view();
    view! {
        <tr class="day">{days}</tr>
        {lanes}
    }
}

/// Class, icon and the words behind the name: the first layer is filled, a swap is dashed, a gap says so.
fn bar_look(layer: usize, kind: BarKind) -> (&'static str, &'static str, &'static str) {
    match (kind, layer) {
        (BarKind::Nobody, _) => ("duty duty--none", "late", ""),
        (BarKind::Swap, _) => ("duty duty--x", "refresh", ", swap"),
        (BarKind::Temporary, _) => ("duty duty--x", "calendar", ", temporary"),
        (BarKind::Rotation, 0) => ("duty duty--1", "bell", ""),
        (BarKind::Rotation, _) => ("duty duty--2", "user", ""),
    }
}

#[component]
fn Key(layers: Vec<LayerNow>, zone: String) -> impl IntoView {
    let names = layers
        .into_iter()
        .enumerate()
        .map(|(place, layer)| {
            let icon = if place == 0 { "bell" } else { "user" };
            view! { <span><Icon name=icon small=true/> {layer.layer}</span> }
        })
        .collect_view();
    view! {
        <p class="tape-key">
            {names}
            <span><Icon name="refresh" small=true/> "Swap"</span>
            <span><Icon name="calendar" small=true/> "Temporary schedule"</span>
            <span class="push">{format!("{zone}. A day shows who has its noon; exact times are below.")}</span>
        </p>
    }
}

#[component]
fn NowCard(layers: Vec<LayerNow>) -> impl IntoView {
    let own = layers.iter().any(|layer| layer.own);
    let mut layers = layers.into_iter();
    let first = layers.next();
    let name = |layer: &LayerNow| layer.person.clone().unwrap_or_else(|| "Nobody".to_owned());
    let first = first.map(|layer| {
        let person = name(&layer);
        view! {
            <p class="big">{person}</p>
            <p class="note">{format!("{} {}", layer.layer, layer.until)}</p>
        }
    });
    let others = layers
        .map(|layer| {
            let person = name(&layer);
            view! {
                <dt>{layer.layer}</dt>
                <dd>{person} <span class="note">{format!(" {}", layer.until)}</span></dd>
            }
        })
        .collect_view();
    let own = own.then(|| {
        view! {
            <span class="st st--ok st--pill">
                <Icon name="user" small=true/>
                "That is you"
            </span>
        }
    });
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"On call now"</h2>
                {own}
            </div>
            <div class="card-body stack stack--s">{first} <dl class="kv kv--s">{others}</dl></div>
        </section>
    }
}

/// Every shift with its exact times; swaps can be taken back here.
#[component]
fn Shifts(rota: RotaMonth, may_swap: bool, unswap: ServerAction<UnswapShift>) -> impl IntoView {
    let (id, version) = (rota.id, rota.version);
    let act = move |shift: &ShiftLine| {
        let (layer, place) = shift.swap.filter(|_| may_swap)?;
        let label = format!("Take back the swap of {}, {}", shift.person, shift.when);
        Some(view! {
            <Confirm label question="The rota holds again for this time." compact=true>
                <ActionForm action=unswap>
                    <input type="hidden" name="rota" value=id.to_string()/>
                    <input type="hidden" name="version" value=version/>
                    <input type="hidden" name="layer" value=layer/>
                    <input type="hidden" name="place" value=place/>
                    <button class="btn btn--danger" type="submit">
                        "Take back"
                    </button>
                </ActionForm>
            </Confirm>
        })
    };
    view! {
        <section class="card" aria-labelledby="shifts">
            <div class="card-head">
                <h2 id="shifts">"Shifts and hand-overs"</h2>
            </div>
            <ShiftTable shifts=rota.shifts act/>
        </section>
    }
}

/// For a table of shifts that are only looked at.
pub(super) fn no_act(_: &ShiftLine) -> Option<()> {
    None
}

/// Shifts in a table, each with what can be done with it.
#[component]
pub(super) fn ShiftTable<F, V>(shifts: Vec<ShiftLine>, act: F) -> impl IntoView
where
    F: Fn(&ShiftLine) -> Option<V>,
    V: IntoView + 'static,
{
    let rows = shifts
        .iter()
        .map(|shift| {
            let kind = match shift.kind {
                BarKind::Rotation => String::new(),
                BarKind::Nobody => "nobody".to_owned(),
                BarKind::Temporary => "temporary schedule".to_owned(),
                BarKind::Swap => format!("swap: {}", shift.why),
            };
            view! {
                <tr>
                    <td>{shift.when.clone()} <span class="sub">{shift.layer.clone()}</span></td>
                    <td>
                        {shift.person.clone()}
                        {(!kind.is_empty()).then(|| view! { <span class="sub">{kind}</span> })}
                    </td>
                    <td class="num">{act(shift)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <caption class="vh">"Shifts"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Who"</th>
                    <th scope="col">
                        <span class="vh">"Act"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
