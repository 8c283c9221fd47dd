//! HTTP: the router, what every request passes through, and the few routes that are not pages or server functions.

use std::{sync::Arc, time::Duration};

use app::{
    App, Assets, ShellOptions,
    api::{
        billing::BillingDesk,
        board::BoardDesk,
        calendars::CalendarDesk,
        care::CareDesk,
        contracts::ContractDesk,
        downtimes::DowntimeDesk,
        equipment::EquipmentDesk,
        escalation::EscalationDesk,
        faults::FaultDesk,
        hardware::HardwareDesk,
        hosts::HostDesk,
        incidents::IncidentDesk,
        incoming::IncomingDesk,
        intake::IntakeDesk,
        lab::LabDesk,
        levels::LevelDesk,
        library::{HelpDesk, LibraryDesk},
        mail::MailDesk,
        people::PeopleDesk,
        prices::PriceDesk,
        queue::QueueDesk,
        rotas::RotaDesk,
        search::SearchDesk,
        session::SessionDesk,
        tickets::TicketDesk,
        training::TrainingDesk,
        worktime::WorkDesk,
    },
    shell,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

use crate::desk::{
    billing::BillingFiles, calendars::feed::FeedFiles, incoming::page::IncomingFiles, mail::MailPages,
    tickets::uploads::TicketFiles,
};

pub mod csrf;
pub mod downloads;
pub mod feeds;
pub mod files;
pub mod headers;
pub mod health;
pub mod live;
pub mod pages;
pub mod session;
pub mod site;
pub mod uploads;

/// Forms and server functions are small; mail and imports have their own ways in.
const BODY_BYTES_MAX: usize = 128 * 1024;
/// A page or a form that takes longer is an error that a person can see.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The use cases behind the server functions.
#[derive(Clone)]
pub struct Desks {
    pub board: Arc<dyn BoardDesk>,
    pub escalation: Arc<dyn EscalationDesk>,
    pub calendars: Arc<dyn CalendarDesk>,
    pub contracts: Arc<dyn ContractDesk>,
    pub downtimes: Arc<dyn DowntimeDesk>,
    pub equipment: Arc<dyn EquipmentDesk>,
    pub faults: Arc<dyn FaultDesk>,
    pub helps: Arc<dyn HelpDesk>,
    pub hardware: Arc<dyn HardwareDesk>,
    pub hosts: Arc<dyn HostDesk>,
    pub incoming: Arc<dyn IncomingDesk>,
    pub intake: Arc<dyn IntakeDesk>,
    pub lab: Arc<dyn LabDesk>,
    pub levels: Arc<dyn LevelDesk>,
    pub library: Arc<dyn LibraryDesk>,
    pub mail: Arc<dyn MailDesk>,
    pub people: Arc<dyn PeopleDesk>,
    pub prices: Arc<dyn PriceDesk>,
    pub queue: Arc<dyn QueueDesk>,
    pub rotas: Arc<dyn RotaDesk>,
    pub search: Arc<dyn SearchDesk>,
    pub session: Arc<dyn SessionDesk>,
    pub tickets: Arc<dyn TicketDesk>,
    pub care: Arc<dyn CareDesk>,
    pub work: Arc<dyn WorkDesk>,
    pub incidents: Arc<dyn IncidentDesk>,
    pub training: Arc<dyn TrainingDesk>,
    pub billing: Arc<dyn BillingDesk>,
    /// Months as files.
    pub billing_files: Arc<dyn BillingFiles>,
    /// Files of calendar feeds.
    pub feeds: Arc<dyn FeedFiles>,
    /// Attachments, and mails that arrived.
    pub incoming_files: Arc<dyn IncomingFiles>,
    /// Adds files to tickets.
    pub ticket_files: Arc<dyn TicketFiles>,
    /// Mails as they look, for the frame in the mail log.
    pub mail_pages: Arc<dyn MailPages>,
}

impl Desks {
    fn provide(&self) {
        provide_context(self.board.clone());
        provide_context(self.escalation.clone());
        provide_context(self.calendars.clone());
        provide_context(self.contracts.clone());
        provide_context(self.downtimes.clone());
        provide_context(self.equipment.clone());
        provide_context(self.faults.clone());
        provide_context(self.helps.clone());
        provide_context(self.hardware.clone());
        provide_context(self.hosts.clone());
        provide_context(self.incoming.clone());
        provide_context(self.intake.clone());
        provide_context(self.lab.clone());
        provide_context(self.levels.clone());
        provide_context(self.library.clone());
        provide_context(self.mail.clone());
        provide_context(self.people.clone());
        provide_context(self.prices.clone());
        provide_context(self.queue.clone());
        provide_context(self.rotas.clone());
        provide_context(self.search.clone());
        provide_context(self.session.clone());
        provide_context(self.tickets.clone());
        provide_context(self.care.clone());
        provide_context(self.work.clone());
        provide_context(self.incidents.clone());
        provide_context(self.training.clone());
        provide_context(self.billing.clone());
    }
}

/// Everything the router is made of.
#[derive(Clone)]
pub struct Web {
    pub desks: Desks,
    pub identify: session::Identify,
    pub own_origin: csrf::OwnOrigin,
    pub transport: headers::Transport,
    pub live: live::LiveState,
    pub site: site::Site,
    pub health: health::Health,
}

#[derive(Clone, FromRef)]
struct RouterState {
    leptos: LeptosOptions,
    live: live::LiveState,
    health: health::Health,
    desks: Desks,
}

/// The whole router.
pub fn router(web: Web) -> Router {
    let leptos = LeptosOptions::builder().output_name("faultdesk").build();
    let state = RouterState {
        leptos: leptos.clone(),
        live: web.live.clone(),
        health: web.health.clone(),
        desks: web.desks.clone(),
    };
    let routes = generate_route_list(App);
    let desks = web.desks.clone();
    let context = move || {
        desks.provide();
        session::provide_caller();
        headers::provide_page_policy();
    };
    let shell_options = ShellOptions { leptos, assets: assets(&web.site) };
    let not_found_options = shell_options.clone();
    // Any other address gets the page that says so, with its status.
    let not_found_page =
        leptos_axum::render_app_async_with_context(context.clone(), move || shell(not_found_options.clone()));
    let file_form = post(files::holidays).layer(DefaultBodyLimit::max(files::FILE_FORM_BYTES_MAX));
    let pages = Router::new()
        .route("/theme", post(pages::theme))
        .route("/mail/{id}/html", get(pages::mail_html))
        .route("/mail-in/{id}/html", get(downloads::html))
        .route("/mail-in/{id}/raw", get(downloads::raw))
        .route("/files/{key}", get(downloads::file))
        .route("/calendar/{file}", get(feeds::feed))
        .route("/calendar/holidays/file", file_form)
        .route("/tickets.csv", get(pages::tickets_csv))
        .route("/billing/{file}", get(pages::billing))
        // Unknown addresses of the API answer as such, not with a page.
        .route("/api/{*rest}", any(not_found))
        .leptos_routes_with_context(&state, routes, context, move || shell(shell_options.clone()))
        .fallback(not_found_page)
        .layer(from_fn(pages::finish))
        .layer(from_fn(pages::redirect_status))
        .layer(from_fn(pages::api_status))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, REQUEST_TIMEOUT))
        .layer(CompressionLayer::new().br(true).gzip(true));
    // Photos take their time over a slow line, and are larger than anything else.
    let uploads = Router::new()
        .route("/t/{number}/files", post(uploads::add).layer(DefaultBodyLimit::max(uploads::BODY_BYTES_MAX)))
        .layer(from_fn(pages::finish))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, uploads::TIMEOUT));
    Router::new()
        // A stream has no end, so it has no time limit, and compression would hold its events back.
        .route("/api/v1/live", get(live::live))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(pages)
        .merge(uploads)
        .merge(web.site.service())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(web.identify, session::identify))
        .layer(from_fn_with_state(web.own_origin, csrf::guard))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(web.transport, headers::secure))
        .layer(from_fn(pages::log))
        .with_state(state)
}

fn assets(site: &site::Site) -> Assets {
    let manifest = site.manifest();
    Assets { js: manifest.js.clone(), wasm: manifest.wasm.clone(), css: manifest.css.clone() }
}

async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}
