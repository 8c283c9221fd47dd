//! The frame around every page that needs a sign-in: rail or top bar, tab bar, banners, and the one live region.

mod bare;
mod bars;
mod connection;
mod document;

use domain::access::Side;
use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::use_location,
};

use self::{
    bars::{Rail, Tabs, TopBar},
    connection::ConnectionBanner,
};
use super::{
    ack_button::{provide_acknowledging, use_acknowledging},
    banner::{Banner, BannerKind, focus},
    live_feed::use_connection,
    page::{Problem, drawn_once, sign_in_path},
    session::provide_me,
};
use crate::api::session::{Me, load_me};

pub(crate) use self::bars::further;
pub use self::{
    bare::{BareCard, BareLoaded, DemoIf},
    connection::LiveState,
    document::{Assets, ShellOptions, Symbols, shell, use_theme},
};

/// What the one live region of the page says, and how many faults nobody has.
#[derive(Clone, Copy)]
pub struct Announcer {
    text: RwSignal<String>,
    lit: RwSignal<Option<usize>>,
    tickets: RwSignal<Option<u64>>,
}

impl Announcer {
    fn silent() -> Self {
        Self { text: RwSignal::new(String::new()), lit: RwSignal::new(None), tickets: RwSignal::new(None) }
    }

    /// Reads `text` out, politely.
    pub fn say(&self, text: String) {
        self.text.set(text);
    }

    /// The count beside "Tickets" in the rail.
    pub fn count_tickets(&self, open: u64) {
        if self.tickets.get_untracked() != Some(open) {
            self.tickets.set(Some(open));
        }
    }

    /// The count beside "Fault board" in the rail.
    pub fn count_lit(&self, lit: usize) {
        if self.lit.get_untracked() != Some(lit) {
            self.lit.set(Some(lit));
        }
    }
}

/// Puts the live region into context.
pub fn provide_announcer() {
    provide_context(Announcer::silent());
}

/// The live region. Outside the app it is silent.
pub fn use_announcer() -> Announcer {
    use_context::<Announcer>().unwrap_or_else(Announcer::silent)
}

/// New lit faults are read here: state, customer, title. Changing counts never are.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let announcer = use_announcer();
    view! {
        <div class="vh" role="status" aria-live="polite">
            {announcer.text}
        </div>
    }
}

/// The view of the route above all pages that need a sign-in; they are its `Outlet`, inside `<main>`.
#[component]
pub fn Frame() -> impl IntoView {
    let me = Resource::new_blocking(|| (), |()| load_me());
    provide_acknowledging();
    view! {
        <Suspense>
            // Not in a closure, which would start again at every look: see `drawn_once`. The reader does not change while
            // the frame is there.
            {Suspend::new(async move {
                let me = me.await;
                drawn_once().await;
                match me {
                    Ok(Some(me)) => {
                        provide_me(me.clone());
                        view! { <Framed me /> }.into_any()
                    }
                    Ok(None) => view! { <Redirect path=sign_in_path() /> }.into_any(),
                    Err(error) => {
                        view! {
                            <main class="main" id="main" tabindex="-1">
                                <Problem error />
                            </main>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Framed(me: Me) -> impl IntoView {
    let side = me.side();
    use_announcer().count_tickets(me.open_tickets);
    set_density(side);
    let demo = me.demo.then(|| view! { <DemoBar lab=side == Side::Staff /> });
    match side {
        Side::Staff => view! {
            {demo}
            <div class="shell">
                <Rail me=me.clone() />
                <Main class="main" />
            </div>
            <Tabs me />
        }
        .into_any(),
        Side::Customer => view! {
            {demo}
            <TopBar me=me.clone() />
            <Main class="main main--narrow" />
            <Tabs me />
        }
        .into_any(),
    }
}

/// Customers read with more room. The server has set this already, unless the reader signed in without a new page.
fn set_density(side: Side) {
    Effect::new(move |_| {
        let Some(html) = document().document_element() else { return };
        let _ = match side {
            Side::Staff => html.remove_attribute("data-density"),
            Side::Customer => html.set_attribute("data-density", "roomy"),
        };
    });
}

#[component]
fn Main(class: &'static str) -> impl IntoView {
    let connection = use_connection();
    focus_on_navigation();
    view! {
        <main class=class class:is-stale=move || connection.get().is_lost() id="main" tabindex="-1">
            <ConnectionBanner />
            <RefusedBanner />
            <Outlet />
        </main>
    }
}

/// After a change of page the focus is at its start, as it would be without the browser half. The fault sheet looks
/// after itself.
fn focus_on_navigation() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if let Some(before) = before {
            let board = |path: &str| path == "/board" || path.starts_with("/board/");
            if before != path && !(board(&before) && board(&path)) {
                focus("main");
            }
        }
        path
    });
}

/// An acknowledgement that was posted without the browser half and refused.
#[component]
fn RefusedBanner() -> impl IntoView {
    let refused = use_acknowledging().refused;
    move || {
        refused.get().map(|error| {
            view! {
                <Banner kind=BannerKind::Warn>
                    <p>
                        <strong>"Not acknowledged."</strong>
                        " "
                        <span class="note">{error.to_string()}</span>
                    </p>
                </Banner>
            }
        })
    }
}

/// Says that this is a demonstration.
#[component]
pub fn DemoBar(
    /// Whether the reader may use the lab.
    #[prop(optional)]
    lab: bool,
) -> impl IntoView {
    view! {
        <aside class="demo no-print" aria-label="Demonstration">
            <p>
                <strong>"Demonstration."</strong>
                " "
                <span class="demo__more">"The customers are invented and mail stays on this machine."</span>
            </p>
            {lab.then(|| view! { <a href="/lab">"Break something"</a> })}
        </aside>
    }
}

/// The name and its sign, as in the rail.
#[component]
pub fn BrandSign() -> impl IntoView {
    view! {
        <svg viewBox="0 0 26 26" aria-hidden="true">
            <rect x="1" y="1" width="24" height="24" rx="6" fill="#58c1d5" />
            <path
                d="M4.5 15h4M17.5 15h4M9.8 14.2 17 8.5"
                fill="none"
                stroke="#07242a"
                stroke-width="2"
                stroke-linecap="round"
            />
            <circle cx="8.7" cy="15" r="1.9" fill="#07242a" />
            <circle cx="17.3" cy="15" r="1.9" fill="#58c1d5" stroke="#07242a" stroke-width="1.6" />
        </svg>
        "Faultdesk"
    }
}
