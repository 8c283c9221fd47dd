//! The whole route table. Pages load their data here; components draw it.
//!
//! All pages are rendered in full before they are sent: the title, the status code and the content are then in the
//! first answer, and a reader without the browser half misses nothing.

mod account;
mod ack_link;
mod billing;
mod board;
mod calendar;
mod call;
mod contract;
mod contract_form;
mod contracts;
mod cover;
mod downtimes;
mod equipment;
mod escalation;
mod fault;
mod forgot;
mod hardware;
mod home;
mod host;
mod host_form;
mod hosts;
mod lab;
mod levels;
mod library;
mod mail;
mod mail_in;
mod more;
mod new_ticket;
mod not_found;
mod password;
mod people;
mod price_list;
mod prices;
mod rate_link;
mod rota;
mod search;
mod service_form;
mod sign_in;
mod systems;
mod ticket;
mod tickets;
mod training;
mod wall;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use self::{
    account::AccountPage,
    ack_link::AckLinkPage,
    billing::BillingPageView,
    board::BoardPage,
    calendar::{
        AnnouncePage, CalendarPage, EditCalendarPage, HolidaysPageView, NewCalendarPage, RenewPage, WithdrawPage,
    },
    call::CallView,
    contract::ContractPageView,
    contract_form::{EditContractPage, NewContractPage},
    contracts::ContractsPage,
    cover::CoverPageView,
    downtimes::{DowntimesPage, NewDowntimePage},
    equipment::EquipmentPageView,
    escalation::{EditPolicyPage, EscalationPage, NewPolicyPage, PolicyPageView, WhatIfPageView},
    fault::{FaultPageView, FaultSheet},
    forgot::ForgotPage,
    hardware::HardwarePageView,
    home::HomePage,
    host::HostPageView,
    host_form::{EditHostPage, NewHostPage},
    hosts::HostsPage,
    lab::LabPageView,
    levels::{LevelFormView, LevelsPage},
    library::{EditItemPage, KnowledgePage, LibraryPage, NewItemPage, NoteView},
    mail::{MailLogPage, MailPageView},
    mail_in::{IncomingPageView, MailInPageView},
    more::MorePage,
    new_ticket::NewTicketView,
    not_found::NotFoundPage,
    password::PasswordPage,
    people::PeoplePage,
    price_list::PriceListView,
    prices::PricesPage,
    rate_link::RateLinkPage,
    rota::{EditRotaPage, NewRotaPage, RotaPageView, SwapPage},
    search::SearchPageView,
    service_form::{EditServicePage, NewServicePage},
    sign_in::SignInPage,
    systems::SystemsPage,
    ticket::TicketPageView,
    tickets::{ResultsPage, TicketsPage, ViewsPage},
    training::TrainingPageView,
    wall::WallPage,
};
use crate::components::shell::Frame;

/// The router and every route. Inside `Frame` are the pages that need a sign-in; they are put into its `<main>`.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/forgot") view=ForgotPage ssr=SsrMode::Async />
                <Route path=path!("/p/:token") view=PasswordPage ssr=SsrMode::Async />
                <Route path=path!("/a/:token") view=AckLinkPage ssr=SsrMode::Async />
                <Route path=path!("/r/:token") view=RateLinkPage ssr=SsrMode::Async />
                <Route path=path!("/prices") view=PricesPage ssr=SsrMode::Async />
                <Route path=path!("/wall") view=WallPage ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=HomePage ssr=SsrMode::Async />
                    <ParentRoute path=path!("/board") view=BoardPage ssr=SsrMode::Async>
                        <Route path=path!("") view=|| () ssr=SsrMode::Async />
                        <Route path=path!("/f/:number") view=FaultSheet ssr=SsrMode::Async />
                    </ParentRoute>
                    <Route path=path!("/systems") view=SystemsPage ssr=SsrMode::Async />
                    <Route path=path!("/f/:number") view=FaultPageView ssr=SsrMode::Async />
                    <Route path=path!("/hosts") view=HostsPage ssr=SsrMode::Async />
                    <Route path=path!("/hosts/new") view=NewHostPage ssr=SsrMode::Async />
                    <Route path=path!("/hosts/:name") view=HostPageView ssr=SsrMode::Async />
                    <Route path=path!("/hosts/:name/edit") view=EditHostPage ssr=SsrMode::Async />
                    <Route path=path!("/hosts/:name/services/new") view=NewServicePage ssr=SsrMode::Async />
                    <Route
                        path=path!("/hosts/:name/services/:service/edit")
                        view=EditServicePage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/escalation") view=EscalationPage ssr=SsrMode::Async />
                    <Route path=path!("/escalation/new") view=NewPolicyPage ssr=SsrMode::Async />
                    <Route path=path!("/escalation/what-if") view=WhatIfPageView ssr=SsrMode::Async />
                    <Route path=path!("/escalation/:id") view=PolicyPageView ssr=SsrMode::Async />
                    <Route path=path!("/escalation/:id/edit") view=EditPolicyPage ssr=SsrMode::Async />
                    <Route path=path!("/tickets") view=TicketsPage ssr=SsrMode::Async />
                    <Route path=path!("/tickets/new") view=NewTicketView ssr=SsrMode::Async />
                    <Route path=path!("/calls/new") view=CallView ssr=SsrMode::Async />
                    <Route path=path!("/tickets/done/:id") view=ResultsPage ssr=SsrMode::Async />
                    <Route path=path!("/tickets/views") view=ViewsPage ssr=SsrMode::Async />
                    <Route path=path!("/search") view=SearchPageView ssr=SsrMode::Async />
                    <Route path=path!("/t/:number") view=TicketPageView ssr=SsrMode::Async />
                    <Route path=path!("/library") view=LibraryPage ssr=SsrMode::Async />
                    <Route path=path!("/library/new") view=NewItemPage ssr=SsrMode::Async />
                    <Route path=path!("/library/:id/edit") view=EditItemPage ssr=SsrMode::Async />
                    <Route path=path!("/knowledge") view=KnowledgePage ssr=SsrMode::Async />
                    <Route path=path!("/knowledge/:id") view=NoteView ssr=SsrMode::Async />
                    <Route path=path!("/contracts") view=ContractsPage ssr=SsrMode::Async />
                    <Route path=path!("/contracts/new") view=NewContractPage ssr=SsrMode::Async />
                    <Route path=path!("/contracts/:id") view=ContractPageView ssr=SsrMode::Async />
                    <Route path=path!("/contracts/:id/edit") view=EditContractPage ssr=SsrMode::Async />
                    <Route path=path!("/customers/:id/equipment") view=EquipmentPageView ssr=SsrMode::Async />
                    <Route path=path!("/downtimes") view=DowntimesPage ssr=SsrMode::Async />
                    <Route path=path!("/downtimes/new") view=NewDowntimePage ssr=SsrMode::Async />
                    <Route path=path!("/hardware") view=HardwarePageView ssr=SsrMode::Async />
                    <Route path=path!("/levels") view=LevelsPage ssr=SsrMode::Async />
                    <Route path=path!("/levels/new") view=LevelFormView ssr=SsrMode::Async />
                    <Route path=path!("/levels/prices") view=PriceListView ssr=SsrMode::Async />
                    <Route path=path!("/levels/:id/edit") view=LevelFormView ssr=SsrMode::Async />
                    <Route path=path!("/cover") view=CoverPageView ssr=SsrMode::Async />
                    <Route path=path!("/mail") view=MailLogPage ssr=SsrMode::Async />
                    <Route path=path!("/mail/:id") view=MailPageView ssr=SsrMode::Async />
                    <Route path=path!("/mail-in") view=MailInPageView ssr=SsrMode::Async />
                    <Route path=path!("/mail-in/:id") view=IncomingPageView ssr=SsrMode::Async />
                    <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async />
                    <Route path=path!("/calendar") view=CalendarPage ssr=SsrMode::Async />
                    <Route path=path!("/calendar/new") view=NewCalendarPage ssr=SsrMode::Async />
                    <Route path=path!("/calendar/announce") view=AnnouncePage ssr=SsrMode::Async />
                    <Route path=path!("/calendar/withdraw") view=WithdrawPage ssr=SsrMode::Async />
                    <Route path=path!("/calendar/holidays") view=HolidaysPageView ssr=SsrMode::Async />
                    <Route path=path!("/calendar/holidays/renew") view=RenewPage ssr=SsrMode::Async />
                    <Route path=path!("/calendar/:key/edit") view=EditCalendarPage ssr=SsrMode::Async />
                    <Route path=path!("/rota") view=RotaPageView ssr=SsrMode::Async />
                    <Route path=path!("/rota/new") view=NewRotaPage ssr=SsrMode::Async />
                    <Route path=path!("/rota/:id/edit") view=EditRotaPage ssr=SsrMode::Async />
                    <Route path=path!("/rota/:id/swap") view=SwapPage ssr=SsrMode::Async />
                    <Route path=path!("/training") view=TrainingPageView ssr=SsrMode::Async />
                    <Route path=path!("/billing") view=BillingPageView ssr=SsrMode::Async />
                    <Route path=path!("/lab") view=LabPageView ssr=SsrMode::Async />
                    <Route path=path!("/more") view=MorePage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
