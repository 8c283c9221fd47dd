//! The lab of the demonstration: break a target on this machine and watch what the product makes of it.

use std::time::Duration;

use domain::access::Side;
use leptos::prelude::*;

use super::host::live::{Rows, merged, reload_after, reload_every, use_reload};
use crate::{
    api::{
        board::{Tile, TileState},
        lab::{BreakTarget, LabHost, LabPage, LabTarget, MendTarget, load_lab},
        live::{LiveChange, LiveEvent},
    },
    components::{
        banner::FormErrors,
        icon::Icon,
        live_feed::follow_live,
        page::{Loaded, PageHead},
        status::{Mark, StatusWord},
        time::provide_now,
    },
};

/// A script may break targets too: their state comes with no event.
const REFRESH_S: u64 = 5;
const UP: &str = "up";

/// `/lab`.
#[component]
pub fn LabPageView() -> impl IntoView {
    let page = Resource::new_blocking(|| (), |()| load_lab());
    view! { <Loaded resource=page view=|page| view! { <Lab page/> }.into_any()/> }
}

/// Both actions, shared by all cards.
#[derive(Clone, Copy)]
struct Actions {
    break_target: ServerAction<BreakTarget>,
    mend: ServerAction<MendTarget>,
}

type TargetRows = RwSignal<Rows<String, LabTarget>>;

#[component]
fn Lab(page: LabPage) -> impl IntoView {
    provide_now(page.now);
    let seq = page.seq;
    let control = page.control.clone();
    let rows: TargetRows = RwSignal::new(merged(&Vec::new(), page.targets, |target| target.id.clone()));
    let reload = use_reload(load_lab, move |fresh: LabPage| {
        rows.try_update(|rows| *rows = merged(rows, fresh.targets, |target| target.id.clone()));
    });
    follow_live(seq, move |event| take(rows, reload, &event));
    reload_every(REFRESH_S, reload);
    let actions = Actions { break_target: ServerAction::new(), mend: ServerAction::new() };
    reload_after(actions.break_target, reload, Some(Duration::from_secs(2)));
    reload_after(actions.mend, reload, Some(Duration::from_secs(2)));
    let (broken, mended) = (actions.break_target.value(), actions.mend.value());
    let error = Signal::derive(move || broken.get().and_then(Result::err).or(mended.get().and_then(Result::err)));
    let lede = Signal::derive(move || {
        rows.with(|rows| {
            let broken = rows.iter().filter(|(_, row)| row.with(|target| target.state != UP)).count();
            lede_words(rows.len(), broken)
        })
    });
    view! {
        <PageHead title="Lab" lede/>
        <p class="ink2 mb">
            "These targets run on this machine. Break one, then watch its host: a few bad looks in a row make a fault, the "
            "board shows it, and mails are written. Mend it, and everybody is told that it recovered. Scripts do the same at "
            <span class="mono">{control}</span>
            "."
        </p>
        <FormErrors error/>
        <ul class="lab">
            <For
                each=move || rows.get()
                key=|(id, _)| id.clone()
                children=move |(id, row)| view! { <Target id target=RwSignal::from(row) actions/> }.into_any()
            />
        </ul>
    }
    .into_any()
}

/// A host's tile changes in place; everything else loads the page's data again.
fn take(rows: TargetRows, reload: Callback<()>, event: &LiveEvent) {
    match &event.change {
        LiveChange::Host { host, tile, .. } => rows.with_untracked(|rows| {
            for (_, row) in rows {
                let watched = row.with_untracked(|target| target.host.as_ref().is_some_and(|known| known.id == *host));
                if watched {
                    row.update(|target| set_tile(target, *tile));
                }
            }
        }),
        LiveChange::Estate { .. } | LiveChange::Resync => reload.run(()),
        LiveChange::Fault { .. } | LiveChange::Ticket { .. } | LiveChange::TicketForStaff { .. } => {}
    }
}

fn set_tile(target: &mut LabTarget, tile: Tile) {
    if let Some(host) = &mut target.host {
        host.tile = tile;
    }
}

fn lede_words(targets: usize, broken: usize) -> String {
    let targets = if targets == 1 { "1 target".to_owned() } else { format!("{targets} targets") };
    match broken {
        0 => format!("{targets}, all of them answer."),
        1 => format!("{targets}, 1 is broken."),
        broken => format!("{targets}, {broken} are broken."),
    }
}

#[component]
fn Target(id: String, target: RwSignal<LabTarget>, actions: Actions) -> impl IntoView {
    let heading = format!("lab-{id}");
    let broken = Memo::new(move |_| target.with(|target| target.state != UP));
    let tile = Signal::derive(move || {
        let state = if broken.get() { TileState::Critical } else { TileState::Ok };
        Tile { state, acknowledged: false }
    });
    let pill = move || if broken.get() { "lab__state st st--crit st--pill" } else { "lab__state st st--ok st--pill" };
    let state = move || target.with(|target| state_words(&target.state));
    view! {
        <li>
            <article
                class="lab__target"
                data-broken=move || broken.get().then_some("")
                aria-labelledby=heading.clone()
            >
                <div class="lab__head">
                    <h2 class="lab__name" id=heading.clone()>
                        {id.clone()}
                    </h2>
                    <span class=pill>
                        <Mark tile small=true/>
                        {state}
                    </span>
                </div>
                <p class="lab__address">
                    <span class="lab__kind">{move || target.with(|target| target.kind.clone())}</span>
                    <span class="mono">{move || target.with(|target| target.address.clone())}</span>
                </p>
                <div class="stack stack--s">
                    <Watcher target/>
                    <BreakForm id=id.clone() target actions heading=heading.clone()/>
                    <MendForm id broken actions/>
                </div>
            </article>
        </li>
    }
    .into_any()
}

/// Which host watches the target, and how it is now.
#[component]
fn Watcher(target: RwSignal<LabTarget>) -> impl IntoView {
    let host = Memo::new(move |_| target.with(|target| target.host.clone()));
    let tile = Signal::derive(move || {
        let unknown = Tile { state: TileState::Pending, acknowledged: false };
        host.with(|host| host.as_ref().map_or(unknown, |host| host.tile))
    });
    // The names rarely change; the tile does, in place.
    let names = Memo::new(move |_| {
        host.with(|host| host.as_ref().map(|LabHost { name, customer, .. }| (name.clone(), customer.clone())))
    });
    move || match names.get() {
        None => view! { <p class="note">"No host watches this one."</p> }.into_any(),
        Some((name, customer)) => view! {
            <p class="row small">
                <StatusWord tile side=Side::Staff/>
                <a class="mono" href=format!("/hosts/{name}")>
                    {name.clone()}
                </a>
                <span class="muted">{customer}</span>
            </p>
        }
        .into_any(),
    }
}

/// One button for each way in which the target can be broken.
#[component]
fn BreakForm(id: String, target: RwSignal<LabTarget>, actions: Actions, heading: String) -> impl IntoView {
    let modes = Memo::new(move |_| target.with(|target| target.modes.clone()));
    let button = move |mode: String| {
        let words = state_words(&mode);
        let pressed = {
            let mode = mode.clone();
            move || target.with(|target| if target.state == mode { "true" } else { "false" })
        };
        view! {
            <button class="btn" type="submit" name="how" value=mode aria-pressed=pressed>
                {words}
            </button>
        }
    };
    view! {
        <ActionForm action=actions.break_target attr:class="lab__actions" attr:aria-labelledby=heading>
            <input type="hidden" name="id" value=id/>
            {move || modes.get().into_iter().map(button).collect_view()}
        </ActionForm>
    }
}

#[component]
fn MendForm(id: String, broken: Memo<bool>, actions: Actions) -> impl IntoView {
    move || {
        let id = id.clone();
        broken.get().then(|| {
            let name = format!("Mend {id}");
            view! {
                <ActionForm action=actions.mend attr:class="lab__actions">
                    <input type="hidden" name="id" value=id/>
                    <button class="btn btn--primary lab__mend" type="submit" aria-label=name>
                        <Icon name="wrench" small=true/>
                        "Mend"
                    </button>
                </ActionForm>
            }
        })
    }
}

/// "up" and the modes as people read them.
fn state_words(state: &str) -> String {
    match state {
        UP => "Answers".to_owned(),
        other => {
            let text = other.replace(['_', '-'], " ");
            let mut chars = text.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_words() {
        assert_eq!(state_words("up"), "Answers");
        assert_eq!(state_words("no_answer"), "No answer");
        assert_eq!(state_words(""), "");
    }

    #[test]
    fn the_head_counts_what_is_broken() {
        assert_eq!(lede_words(6, 0), "6 targets, all of them answer.");
        assert_eq!(lede_words(6, 3), "6 targets, 3 are broken.");
        assert_eq!(lede_words(1, 1), "1 target, 1 is broken.");
    }
}
