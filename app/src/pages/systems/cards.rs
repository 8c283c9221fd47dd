//! The cards of a customer's board.

use domain::{
    access::{Permission, Side},
    availability::Totals,
    cover::CoverLevel,
    fault::reference,
    time::{Timestamp, span_words},
};
use leptos::prelude::*;

use super::days::DayBars;
use crate::{
    api::{
        board::{CustomerBoard, SiteSystems, SystemRow},
        faults::FaultRow,
    },
    components::{
        ack_button::{refuse_offline, use_acknowledging},
        cover_badge::CoverBadge,
        fault_list::detail_words,
        icon::Icon,
        live_feed::use_connection,
        session::use_me,
        status::{Mark, StatusWord},
        time::{Ago, At},
        toast::use_toasts,
        uptime::{down_words, percent_words},
    },
};

/// "What we know" of one open fault.
#[component]
pub(super) fn Known(board: RwSignal<CustomerBoard>, number: i64) -> impl IntoView {
    // While a card is held back or on its way out, the last that was known of it stands.
    let row = Memo::new(move |before: Option<&Option<FaultRow>>| {
        let find = |rows: &[FaultRow]| rows.iter().find(|row| row.number == number).cloned();
        board.with(|board| find(&board.faults).or_else(|| find(&board.recent))).or_else(|| before.cloned().flatten())
    });
    let phone = board.with_untracked(|board| board.support_phone.clone());
    move || row.get().map(|row| view! { <KnownCard row phone=phone.clone() /> })
}

#[component]
fn KnownCard(row: FaultRow, phone: String) -> impl IntoView {
    let detail = detail_words(&row);
    let FaultRow {
        number, system, service_name, headline, started_at, cover, cleared_at, staff_ack, quiet_until, ..
    } = row.clone();
    let id = format!("known-{number}");
    let labelled = id.clone();
    let ours = staff_ack.map(|ack| view! { <strong>{ack.by} " has it"</strong> ", since " <At at=ack.at /> ". " });
    view! {
        <section class="card" aria-labelledby=labelled>
            <div class="card-head">
                <h2 id=id>{headline}</h2>
                <span class="muted small">{reference(number)}</span>
            </div>
            <div class="card-body stack">
                <dl class="wsn">
                    <dt>"What happened"</dt>
                    <dd>
                        <strong>{format!("{service_name} on {system}:")}</strong>
                        " "
                        {detail}
                    </dd>
                    <dt>"Since"</dt>
                    <dd>
                        <strong>
                            <At at=started_at />
                        </strong>
                        {match cleared_at {
                            None => view! { ", " <Ago at=started_at /> " ago" }.into_any(),
                            Some(at) => view! { ", recovered " <At at /> }.into_any(),
                        }}
                    </dd>
                    <dt>"What happens next"</dt>
                    <dd>
                        {ours}
                        {match quiet_until.filter(|_| cleared_at.is_none()) {
                            Some(at) => view! { "Work is planned until " <At at /> ", and we tell nobody before." }.into_any(),
                            None => cover.next_step().into_any(),
                        }}
                    </dd>
                </dl>
                <Ways row phone cover />
            </div>
        </section>
    }
}

#[component]
fn Acknowledged(by: String, at: Timestamp) -> impl IntoView {
    view! {
        <p class="row">
            <Icon name="ack" small=true />
            <span>"Acknowledged by " {by} " at " <At at /></span>
        </p>
    }
}

/// Acknowledge, call, read more.
#[component]
fn Ways(row: FaultRow, phone: String, cover: CoverLevel) -> impl IntoView {
    let number = row.number;
    let may = use_me().is_some_and(|me| me.may(Permission::AcknowledgeFault));
    let open = row.is_open();
    let can_take = open && may && row.customer_ack.is_none();
    let call = if cover == CoverLevel::Cat4 { "Call us, 24 hours" } else { "Call us" };
    view! {
        <div class="row">
            {match row.customer_ack {
                Some(ack) => Some(view! { <Acknowledged by=ack.by at=ack.at /> }.into_any()),
                None => can_take.then(|| view! { <Acknowledge number /> }.into_any()),
            }}
            {(!phone.is_empty())
                .then(|| {
                    view! {
                        <a class="btn" href=format!("tel:{}", phone.replace(' ', ""))>
                            <Icon name="phone" />
                            {call}
                        </a>
                    }
                })}
            <a class="btn btn--quiet" href=format!("/f/{number}")>
                "Everything about it"
            </a>
        </div>
        {can_take
            .then(|| {
                view! {
                    <p class="note">
                        "Acknowledge tells us you have seen this and stops our emails to you about it. Our engineers carry on."
                    </p>
                }
            })}
    }
}

#[component]
fn Acknowledge(number: i64) -> impl IntoView {
    let action = use_acknowledging().action;
    let (toasts, connection) = (use_toasts(), use_connection());
    let busy = move || action.input().with(|input| input.as_ref().is_some_and(|input| input.number == number));
    view! {
        <ActionForm action>
            <input type="hidden" name="number" value=number.to_string() />
            <button
                class="btn btn--primary"
                type="submit"
                aria-describedby=format!("known-{number}")
                aria-busy=move || busy().then_some("true")
                aria-disabled=move || connection.get().is_lost().then_some("true")
                on:click=move |event| refuse_offline(toasts, &event, connection.get_untracked())
            >
                <Icon name="ack" />
                "Acknowledge"
            </button>
        </ActionForm>
    }
}

/// Every system, by site.
#[component]
pub(super) fn Sites(board: RwSignal<CustomerBoard>) -> impl IntoView {
    let sites =
        Memo::new(move |_| board.with(|board| board.sites.iter().map(|site| site.name.clone()).collect::<Vec<_>>()));
    let last = Memo::new(move |_| board.with(|board| board.last_observed_at));
    view! {
        <section class="card" aria-labelledby="all">
            <div class="card-head">
                <h2 id="all">"All your systems"</h2>
                {move || last.get().map(|at| view! { <span class="muted small">"checked " <Ago at /> " ago"</span> })}
            </div>
            <For each=move || sites.get() key=|name| name.clone() let:name>
                <Site board name />
            </For>
        </section>
    }
}

#[component]
fn Site(board: RwSignal<CustomerBoard>, name: String) -> impl IntoView {
    let heading = name.clone();
    let systems = move || {
        board.with(|board| {
            let site: Option<&SiteSystems> = board.sites.iter().find(|site| site.name == name);
            site.map(|site| site.systems.clone()).unwrap_or_default()
        })
    };
    view! {
        <h3 class="site">{heading}</h3>
        <ul>
            <For each=systems key=|system| (system.id, system.tile, system.fault, system.since) let:system>
                <System system />
            </For>
        </ul>
    }
}

#[component]
fn System(system: SystemRow) -> impl IntoView {
    let SystemRow { system: name, kind, tile, since, fault, .. } = system;
    let well = tile.state == crate::api::board::TileState::Ok;
    let name = match fault {
        Some(number) => view! { <a href=format!("/f/{number}")>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! {
        <li class="sys">
            <Mark tile />
            <div>
                <strong>{name}</strong>
                <span class="sub">
                    {kind.label()}
                    {since.filter(|_| !well).map(|at| view! { ", since " <At at /> })}
                </span>
            </div>
            <StatusWord tile side=Side::Customer bare=true />
        </li>
    }
}

/// The last 30 days of every system.
#[component]
pub(super) fn HowItHasBeen(board: RwSignal<CustomerBoard>) -> impl IntoView {
    // Days change too slowly to follow: they are as old as the page.
    let systems: Vec<_> =
        board.with_untracked(|board| board.sites.iter().flat_map(|site| site.systems.clone()).collect());
    let rows = systems
        .into_iter()
        .filter(|system| !system.days.is_empty())
        .map(|system| {
            let totals = sum(&system.days);
            view! {
                <span>{system.system}</span>
                <DayBars days=system.days />
                <span class="pc">{percent_words(&totals)}</span>
                <span class="dn not-s">{down_words(&totals)}</span>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="been">
            <div class="card-head">
                <h2 id="been">"How it has been"</h2>
                <span class="muted small">"last 30 days"</span>
            </div>
            <div class="card-body">
                <div class="up">{rows}</div>
            </div>
        </section>
    }
}

fn sum(days: &[Totals]) -> Totals {
    days.iter().fold(Totals::default(), |sum, day| Totals {
        up_us: sum.up_us + day.up_us,
        degraded_us: sum.degraded_us + day.degraded_us,
        down_us: sum.down_us + day.down_us,
        unwatched_us: sum.unwatched_us + day.unwatched_us,
        planned_us: sum.planned_us + day.planned_us,
    })
}

/// The contract in the level's own words.
#[component]
pub(super) fn Cover(board: RwSignal<CustomerBoard>) -> impl IntoView {
    let (level, phone) = board.with_untracked(|board| (board.cover, board.support_phone.clone()));
    view! {
        <section class="card" aria-labelledby="cover">
            <div class="card-head">
                <h2 id="cover">"Your cover"</h2>
                <CoverBadge level />
            </div>
            <div class="card-body stack stack--s">
                <p>{level.next_step()}</p>
                {(!phone.is_empty())
                    .then(|| {
                        view! {
                            <p class="note">
                                "Call "
                                <a href=format!("tel:{}", phone.replace(' ', ""))>{phone.clone()}</a>
                                "."
                            </p>
                        }
                    })}
            </div>
        </section>
    }
}

/// What ended in the last 30 days.
#[component]
pub(super) fn Recent(board: RwSignal<CustomerBoard>) -> impl IntoView {
    let none = Memo::new(move |_| board.with(|board| board.recent.is_empty()));
    view! {
        <section class="card" aria-labelledby="recent">
            <div class="card-head">
                <h2 id="recent">"Recently ended"</h2>
                <span class="muted small">"last 30 days"</span>
            </div>
            {move || none.get().then(|| view! { <p class="card-body note">"No fault in the last 30 days."</p> })}
            <ul class="linklist">
                <For
                    each=move || board.with(|board| board.recent.clone())
                    key=|row| (row.number, row.cleared_at)
                    let:row
                >
                    <RecentFault row />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn RecentFault(row: FaultRow) -> impl IntoView {
    let FaultRow { number, headline, system, started_at, cleared_at, .. } = row;
    view! {
        <li>
            <a href=format!("/f/{number}")>
                <strong>{headline}</strong>
                <span class="sub">
                    {system}
                    {cleared_at
                        .map(|at| {
                            let length = span_words(at.seconds_since(started_at).max(1));
                            view! { ", ended " <At at /> " after " {length} }
                        })}
                </span>
            </a>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up() {
        let day = Totals { up_us: 10, degraded_us: 2, down_us: 1, unwatched_us: 3, planned_us: 5 };
        let two = Totals { up_us: 20, degraded_us: 4, down_us: 2, unwatched_us: 6, planned_us: 10 };
        assert_eq!(sum(&[day, day]), two);
        assert_eq!(sum(&[]), Totals::default());
    }
}
