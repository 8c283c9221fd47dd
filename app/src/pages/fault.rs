//! One fault: as a sheet over the staff board, and as a page of its own for staff and customers.

mod actions;
mod parts;
mod so_far;
mod told;
mod why;

use std::time::Duration;

use domain::{access::Side, fault::parse_reference, outbox::NoticeState};
use leptos::{html::Dialog, prelude::*, task::spawn_local};
use leptos_router::hooks::{use_location, use_params_map};

use self::{
    actions::Actions,
    parts::{Facts, Head, SoFar},
    told::Told,
    why::Why,
};
use crate::components::title::Title;
use crate::{
    api::{
        error::ApiError,
        faults::{FaultPage, load_fault},
        live::LiveChange,
    },
    components::{
        ack_button::use_acknowledging,
        icon::Icon,
        live_feed::follow_live,
        page::{Loaded, home_of},
        session::use_me,
        time::provide_now,
    },
};

/// While mails are under way their state is asked for again: the stream does not carry it.
const MAILS_EVERY: Duration = Duration::from_secs(5);

/// The page of the fault in the address.
fn use_fault() -> Resource<Result<FaultPage, ApiError>> {
    let params = use_params_map();
    let number = Memo::new(move |_| params.with(|params| params.get_str("number").and_then(parse_reference)));
    Resource::new_blocking(
        move || number.get(),
        |number| async move {
            match number {
                Some(number) => load_fault(number).await,
                None => Err(ApiError::NotFound),
            }
        },
    )
}

/// The reader's side.
fn use_side() -> Side {
    use_me().map_or(Side::Customer, |me| me.side())
}

/// The page's data, kept up to date: by the stream, after the reader's own acts, and while mails are under way.
fn use_live_page(page: FaultPage) -> RwSignal<FaultPage> {
    let (number, seq) = (page.row.number, page.seq);
    let page = RwSignal::new(page);
    let acknowledging = use_acknowledging();
    let reload = move || {
        spawn_local(async move {
            if let Ok(fresh) = load_fault(number).await {
                page.try_set(fresh);
            }
        });
    };
    follow_live(seq, move |event| match event.change {
        LiveChange::Fault { row } if row.number == number => reload(),
        LiveChange::Resync => reload(),
        _ => {}
    });
    Effect::new(move |ran_before: Option<()>| {
        acknowledging.action.version().track();
        acknowledging.changed.track();
        if ran_before.is_some() {
            reload();
        }
    });
    let mails_wait = Memo::new(move |_| page.with(mails_wait));
    Effect::new(move |_| {
        if mails_wait.get()
            && let Ok(handle) = set_interval_with_handle(reload, MAILS_EVERY)
        {
            on_cleanup(move || handle.clear());
        }
    });
    page
}

fn mails_wait(page: &FaultPage) -> bool {
    page.told.iter().any(|row| matches!(row.state, NoticeState::Queued | NoticeState::Sending))
}

/// `/f/1042`: the whole page.
#[component]
pub fn FaultPageView() -> impl IntoView {
    let fault = use_fault();
    view! {
        <Loaded
            resource=fault
            view=|page: FaultPage| {
                provide_now(page.now);
                view! { <FaultFull page /> }
            }
        />
    }
}

#[component]
fn FaultFull(page: FaultPage) -> impl IntoView {
    let side = use_side();
    let back = match side {
        Side::Staff => "Fault board",
        Side::Customer => "Your systems",
    };
    let page = use_live_page(page);
    view! {
        <p class="crumbs">
            <a href=home_of(side)>{back}</a>
            " / "
            {move || page.with(|page| domain::fault::reference(page.row.number))}
        </p>
        <Head page side />
        // In the order of the phone: state, next, action, then the rest.
        <div class="faultpage">
            <section class="card faultpage__what" aria-labelledby="what">
                <div class="card-head">
                    <h2 id="what">{if side == Side::Staff { "What, since, next" } else { "What we know" }}</h2>
                </div>
                <div class="card-body">
                    <Facts page side />
                </div>
            </section>
            <aside class="stack faultpage__aside" aria-label="Acknowledge and history">
                <section class="card" aria-label="Acknowledge">
                    <div class="card-body stack stack--s">
                        <Actions page side />
                    </div>
                </section>
                <section class="card" aria-labelledby="sofar">
                    <div class="card-head">
                        <h2 id="sofar">"So far"</h2>
                    </div>
                    <div class="card-body">
                        <SoFar page side />
                    </div>
                </section>
            </aside>
            <section class="card faultpage__told" aria-labelledby="told">
                <div class="card-head">
                    <h2 id="told">"Who was told"</h2>
                </div>
                <Told page />
            </section>
            <Show when=move || page.with(why::is_shown)>
                <section class="card faultpage__why" aria-labelledby="why">
                    <div class="card-head">
                        <h2 id="why">{why_title(side)}</h2>
                    </div>
                    <div class="card-body">
                        <Why page />
                    </div>
                </section>
            </Show>
        </div>
    }
}

fn why_title(side: Side) -> &'static str {
    match side {
        Side::Staff => "Why was I told, or not",
        Side::Customer => "When your people are told again",
    }
}

/// `/board/f/1042`: over the board, which stays where it is. Has its own address, so that Back closes it.
#[component]
pub fn FaultSheet() -> impl IntoView {
    let fault = use_fault();
    let dialog = NodeRef::<Dialog>::new();
    let search = use_location().search;
    let close_href = move || match search.get() {
        search if search.is_empty() => "/board".to_owned(),
        search => format!("/board?{search}"),
    };
    // Without the browser half the sheet is an open dialog with its own scrim; with it, a modal one.
    let modal = RwSignal::new(false);
    show_modal(dialog, modal);
    view! {
        <div class="scrim" hidden=modal></div>
        <dialog
            class="sheet"
            open
            node_ref=dialog
            aria-labelledby="sh"
            on:cancel=move |event: leptos::ev::Event| {
                event.prevent_default();
                leave(&close_href());
            }
            on:click=move |event| {
                if is_backdrop(&event) {
                    leave(&close_href());
                }
            }
        >
            <Loaded
                resource=fault
                view=move |page: FaultPage| {
                    provide_now(page.now);
                    view! { <SheetInside page close_href=Signal::derive(close_href) /> }
                }
            />
        </dialog>
    }
}

#[component]
fn SheetInside(page: FaultPage, close_href: Signal<String>) -> impl IntoView {
    let side = use_side();
    let page = use_live_page(page);
    // After the dialog was made modal, which moves the focus to its first control.
    Effect::new(move |_| request_animation_frame(|| crate::components::banner::focus("sh")));
    view! {
        <Title text=move || page.with(|page| page.row.headline.clone()) />
        <header class="sheet-head">
            <parts::SheetTitle page side />
            <a class="btn btn--icon btn--quiet" href=close_href aria-label="Close" data-noscroll="true">
                <Icon name="x" />
            </a>
        </header>
        <div class="sheet-body" role="region" aria-label="Fault details" tabindex="0">
            <Facts page side />
            <section>
                <h2 class="mb-s">"So far"</h2>
                <SoFar page side />
            </section>
            <section>
                <h2 class="mb-s">"Who was told"</h2>
                <Told page />
            </section>
            <Show when=move || page.with(why::is_shown)>
                <section>
                    <h2 class="mb-s">{why_title(side)}</h2>
                    <Why page />
                </section>
            </Show>
        </div>
        <footer class="sheet-foot">
            <Actions page side />
        </footer>
    }
}

/// Makes the sheet modal once it is in the page; gives the focus back to its row afterwards.
fn show_modal(dialog: NodeRef<Dialog>, modal: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    {
        let number = use_params_map().with_untracked(|params| params.get("number")).unwrap_or_default();
        Effect::new(move |_| {
            if let Some(dialog) = dialog.get() {
                let _ = dialog.remove_attribute("open");
                if dialog.show_modal().is_ok() {
                    modal.set(true);
                }
            }
        });
        on_cleanup(move || {
            use wasm_bindgen::JsCast;
            request_animation_frame(move || {
                let selector = format!("[data-number='{number}'] .fault-name");
                let row = document().query_selector(&selector).ok().flatten();
                if let Some(row) = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = row.focus();
                }
            });
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (dialog, modal);
}

/// Goes back to the board without reloading it.
fn leave(href: &str) {
    let options = leptos_router::NavigateOptions { scroll: false, ..Default::default() };
    leptos_router::hooks::use_navigate()(href, options);
}

/// A press beside the sheet hits the dialog itself, one inside hits something in it.
fn is_backdrop(event: &leptos::ev::MouseEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.is_some_and(|target| target.tag_name() == "DIALOG")
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// A fault for tests.
#[cfg(test)]
pub(crate) mod sample {
    use domain::{
        cover::CoverLevel,
        id::{CustomerId, FaultId, HostId, ServiceId},
        observation::Status,
        time::Timestamp,
    };
    use uuid::Uuid;

    use crate::api::faults::{FaultPage, FaultRow};

    /// An open critical fault that nobody has.
    pub(crate) fn row() -> FaultRow {
        FaultRow {
            id: FaultId(Uuid::nil()),
            number: 1,
            service: ServiceId(Uuid::nil()),
            host: HostId(Uuid::from_u128(1)),
            customer_id: CustomerId(Uuid::from_u128(1)),
            customer: "Kelston Care Homes".to_owned(),
            site: "Frome".to_owned(),
            cover: CoverLevel::Cat4,
            host_name: "kch-rtr-frome".to_owned(),
            system: "Frome internet line".to_owned(),
            service_name: "ping".to_owned(),
            status: Status::Critical,
            headline: "Frome internet line is down".to_owned(),
            detail: "No reply.".to_owned(),
            flapping: false,
            started_at: Timestamp::EPOCH,
            confirmed_at: Timestamp::EPOCH,
            cleared_at: None,
            staff_ack: None,
            customer_ack: None,
            customer_told_at: None,
            quiet_until: None,
        }
    }

    pub(crate) fn page() -> FaultPage {
        FaultPage {
            now: Timestamp::EPOCH,
            seq: 0,
            row: row(),
            next: String::new(),
            events: Vec::new(),
            told: Vec::new(),
            escalation: crate::api::faults::FaultEscalation::default(),
            may_acknowledge: true,
            address: String::new(),
            access_note: String::new(),
            support_phone: String::new(),
        }
    }
}
