//! The services of a host: state, last result, response time, and what staff can do with each.

use std::time::Duration;

use domain::{access::Side, fault::reference, id::ServiceId};
use leptos::prelude::*;

use super::{chart_href, live::reload_after};
use crate::{
    api::{
        error::ApiError,
        hosts::{ChartRange, HostPage, PauseService, ProbeNow, RemoveService, ServiceRow},
    },
    components::{
        banner::FormErrors,
        confirm::Confirm,
        icon::Icon,
        sparkline::Sparkline,
        status::{Mark, tile_words},
        time::Ago,
        toast::use_toasts,
    },
};

/// A probe that was asked for has usually ended by then.
const PROBE_TAKES: Duration = Duration::from_secs(2);

/// What staff can do with services. One action each, whatever the row.
#[derive(Clone, Copy)]
struct Actions {
    probe: ServerAction<ProbeNow>,
    pause: ServerAction<PauseService>,
    remove: ServerAction<RemoveService>,
}

impl Actions {
    fn new(reload: Callback<()>) -> Self {
        let actions = Self { probe: ServerAction::new(), pause: ServerAction::new(), remove: ServerAction::new() };
        let toasts = use_toasts();
        Effect::new(move |before: Option<()>| {
            let asked = actions.probe.value().with(|value| matches!(value, Some(Ok(()))));
            if before.is_some() && asked {
                toasts.say("Asked for a check. Its result comes in a moment.");
            }
        });
        reload_after(actions.probe, reload, Some(PROBE_TAKES));
        reload_after(actions.pause, reload, None);
        reload_after(actions.remove, reload, None);
        actions
    }

    /// The last refusal.
    fn error(self) -> Signal<Option<ApiError>> {
        let (probe, pause, remove) = (self.probe.value(), self.pause.value(), self.remove.value());
        Signal::derive(move || {
            probe
                .get()
                .and_then(Result::err)
                .or(pause.get().and_then(Result::err))
                .or(remove.get().and_then(Result::err))
        })
    }
}

/// The table of services.
#[component]
pub(super) fn Services(
    /// The page's data; later changes are followed.
    page: RwSignal<HostPage>,
    side: Side,
    /// Loads the page's data again.
    reload: Callback<()>,
) -> impl IntoView {
    let actions = Actions::new(reload);
    let ids = Memo::new(move |_| page.with(|page| page.services.iter().map(|row| row.id).collect::<Vec<_>>()));
    let may_edit = page.with_untracked(|page| page.may_edit);
    let name = page.with_untracked(|page| page.name.clone());
    let add = may_edit.then(|| {
        view! {
            <a class="btn" href=format!("/hosts/{name}/services/new")>
                <Icon name="plus" small=true/>
                "Add a service"
            </a>
        }
    });
    view! {
        <section class="card" aria-labelledby="services">
            <div class="card-head">
                <h2 id="services">"Services"</h2>
                {add}
            </div>
            <FormErrors error=actions.error()/>
            <Show
                when=move || !ids.with(Vec::is_empty)
                fallback=move || view! { <Empty may_edit/> }
            >
                <table class="table checks" role="table" aria-labelledby="services">
                    <Head side/>
                    <tbody role="rowgroup">
                        <For
                            each=move || ids.get()
                            key=|id| *id
                            children=move |id| view! { <Row id page side actions/> }
                        />
                    </tbody>
                </table>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Empty(may_edit: bool) -> impl IntoView {
    let words = if may_edit { "Add one, and the first results come within its interval." } else { "" };
    view! {
        <div class="empty">
            <Icon name="info"/>
            <h3>"Nothing is checked here yet"</h3>
            <p>{words}</p>
        </div>
    }
}

#[component]
fn Head(side: Side) -> impl IntoView {
    let actions = (side == Side::Staff).then(|| {
        view! {
            <th role="columnheader" scope="col">
                <span class="vh">"Actions"</span>
            </th>
        }
    });
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <th role="columnheader" scope="col">
                    <span class="vh">"State"</span>
                </th>
                <th role="columnheader" scope="col">
                    "Service"
                </th>
                <th role="columnheader" scope="col" class="num">
                    "Now"
                </th>
                <th role="columnheader" scope="col" class="not-s">
                    "Last 48"
                </th>
                <th role="columnheader" scope="col" class="num">
                    "Last result"
                </th>
                {actions}
            </tr>
        </thead>
    }
}

/// One service. Its cells change in place.
#[component]
fn Row(id: ServiceId, page: RwSignal<HostPage>, side: Side, actions: Actions) -> impl IntoView {
    let find = move |page: &HostPage| page.services.iter().find(|row| row.id == id).cloned();
    // A row that was just removed keeps what it showed until the list takes it out.
    let Some(first) = page.with_untracked(find) else {
        return ().into_any();
    };
    let row = Memo::new(move |old: Option<&ServiceRow>| {
        page.with(find).or_else(|| old.cloned()).unwrap_or_else(|| first.clone())
    });
    let tile = Signal::derive(move || row.with(|row| row.tile));
    let spark = Signal::derive(move || row.with(|row| row.spark.clone()));
    let staff = side == Side::Staff;
    view! {
        <tr role="row">
            <td role="cell" class="checks__state">
                <Mark tile/>
                <span class="vh">{move || tile_words(tile.get(), side)}</span>
            </td>
            <td role="cell" class="checks__what">
                <What row page/>
            </td>
            <td role="cell" class="checks__now num nowrap">
                {move || row.with(latency_words)}
            </td>
            <td role="cell" class="checks__spark not-s">
                <Sparkline values=spark/>
            </td>
            <td role="cell" class="checks__when num muted nowrap">
                {move || match row.with(|row| row.last_observed_at) {
                    Some(at) => view! { <Ago at/> " ago" }.into_any(),
                    None => "not yet".into_any(),
                }}
            </td>
            {staff.then(|| view! {
                <td role="cell" class="checks__act">
                    <RowActions row page actions/>
                </td>
            })}
        </tr>
    }
    .into_any()
}

/// Name, what the last probe saw, what is probed, and how sure the state is.
#[component]
fn What(row: Memo<ServiceRow>, page: RwSignal<HostPage>) -> impl IntoView {
    let id = row.with_untracked(|row| row.id);
    let href = move || page.with(|page| chart_href(&page.name, page.range, Some(id)));
    let shown = move || page.with(|page| page.chart.as_ref().is_some_and(|chart| chart.service == id));
    let checking = move || {
        row.with(|row| row.checking).map(|(attempt, attempts)| {
            view! {
                <span class="sub">
                    <strong>{format!("Looking again: {attempt} of {attempts} looks found it bad.")}</strong>
                </span>
            }
        })
    };
    let target = move || {
        let target = row.with(|row| row.target.clone());
        (!target.is_empty()).then(|| {
            let every = row.with(|row| format!(", every {} s", row.interval_s));
            view! {
                <span class="sub">
                    <span class="mono">{target}</span>
                    {every}
                </span>
            }
        })
    };
    let fault = move || {
        row.with(|row| row.fault).map(|number| {
            view! {
                " "
                <a class="small" href=format!("/f/{number}")>
                    {reference(number)}
                </a>
            }
        })
    };
    let paused = move || row.with(|row| row.paused).then(|| view! { " " <span class="chip">"Paused"</span> });
    view! {
        <a class="title" href=href aria-current=move || shown().then_some("true") data-noscroll>
            {move || row.with(|row| row.name.clone())}
        </a>
        {paused}
        {fault}
        {checking}
        <span class="sub">{move || row.with(|row| row.text.clone())}</span>
        {target}
    }
    .into_any()
}

fn latency_words(row: &ServiceRow) -> String {
    row.latency_us.map(crate::components::chart::milliseconds).unwrap_or_default()
}

/// Check now, pause or resume, edit, remove.
#[component]
fn RowActions(row: Memo<ServiceRow>, page: RwSignal<HostPage>, actions: Actions) -> impl IntoView {
    let id = row.with_untracked(|row| row.id);
    let name = Signal::derive(move || row.with(|row| row.name.clone()));
    let busy = {
        let (pending, input) = (actions.probe.pending(), actions.probe.input());
        move || pending.get() && input.with(|input| input.as_ref().is_some_and(|input| input.id == id))
    };
    let may_edit = page.with_untracked(|page| page.may_edit);
    view! {
        <div class="row">
            <ActionForm action=actions.probe>
                <input type="hidden" name="id" value=id.to_string()/>
                <button
                    class="btn btn--icon btn--quiet"
                    type="submit"
                    aria-label=move || format!("Check {} now", name.get())
                    aria-busy=move || busy().then_some("true")
                >
                    <Icon name="refresh" small=true/>
                </button>
            </ActionForm>
            {may_edit.then(|| view! { <EditActions id row page actions/> })}
        </div>
    }
    .into_any()
}

#[component]
fn EditActions(id: ServiceId, row: Memo<ServiceRow>, page: RwSignal<HostPage>, actions: Actions) -> impl IntoView {
    let name = Signal::derive(move || row.with(|row| row.name.clone()));
    let paused = Signal::derive(move || row.with(|row| row.paused));
    let edit = page.with_untracked(|page| format!("/hosts/{}/services/{id}/edit", page.name));
    let verb = move || if paused.get() { "Resume" } else { "Pause" };
    let label = name.get_untracked();
    view! {
        <ActionForm action=actions.pause>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="paused" value=move || if paused.get() { "no" } else { "yes" }/>
            <button
                class="btn btn--icon btn--quiet"
                type="submit"
                aria-label=move || format!("{} {}", verb(), name.get())
            >
                {move || if paused.get() {
                    view! { <Icon name="play" small=true/> }
                } else {
                    view! { <Icon name="pause" small=true/> }
                }}
            </button>
        </ActionForm>
        <a class="btn btn--icon btn--quiet" href=edit aria-label=move || format!("Edit {}", name.get())>
            <Icon name="pencil" small=true/>
        </a>
        <Confirm
            label=format!("Remove {label}")
            question=format!("Remove {label}? Its results and its history go with it. An open fault is closed.")
            compact=true
        >
            <ActionForm action=actions.remove>
                <input type="hidden" name="id" value=id.to_string()/>
                <button class="btn btn--danger" type="submit">
                    {format!("Remove {label}")}
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}

/// Which service the chart shows, as links.
#[component]
pub(super) fn ServiceChooser(page: RwSignal<HostPage>, range: Signal<ChartRange>) -> impl IntoView {
    let choices = Memo::new(move |_| {
        page.with(|page| page.services.iter().map(|row| (row.id, row.name.clone())).collect::<Vec<_>>())
    });
    let link = move |(id, service): (ServiceId, String)| {
        let href = move || page.with(|page| chart_href(&page.name, range.get(), Some(id)));
        let shown = move || page.with(|page| page.chart.as_ref().is_some_and(|chart| chart.service == id));
        view! {
            <a href=href aria-current=move || shown().then_some("true") data-noscroll>
                {service}
            </a>
        }
    };
    move || {
        (1 < choices.with(Vec::len)).then(|| {
            view! {
                <nav class="views" aria-label="Service shown in the chart">
                    {choices.get().into_iter().map(link).collect_view()}
                </nav>
            }
        })
    }
}
