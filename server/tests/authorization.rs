//! Every server function, asked by a stranger and by a customer's viewer. A function without a row fails the test.

mod support;

use std::{collections::BTreeSet, net::SocketAddr};

use server::startup::ServeOptions;
use support::{Serving, ask, ask_status};

const NOBODY: &str = "id=01900000-0000-7000-8000-000000000000";

/// Method, path, query or form, status for a stranger, status for a viewer.
const ROWS: &[(&str, &str, &str, u16, u16)] = &[
    ("GET", "/api/board/staff", "", 401, 403),
    ("GET", "/api/board/customer", "", 401, 200),
    ("GET", "/api/faults/page", "number=1", 401, 404),
    ("POST", "/api/faults/acknowledge", "number=1", 401, 404),
    ("POST", "/api/faults/unacknowledge", "number=1", 401, 404),
    ("GET", "/api/faults/link", "token=x", 422, 422),
    ("POST", "/api/faults/acknowledge-by-link", "token=x", 422, 422),
    ("GET", "/api/hosts/list", "", 401, 200),
    ("GET", "/api/hosts/page", "name=kch-pbx-frome", 401, 404),
    ("GET", "/api/hosts/form", "", 401, 403),
    ("POST", "/api/hosts/save", "input[name]=x", 401, 403),
    ("POST", "/api/hosts/pause", "ID&paused=yes", 401, 404),
    ("POST", "/api/hosts/remove", "ID", 401, 404),
    ("GET", "/api/services/form", "host_name=kch-pbx-frome", 401, 404),
    ("POST", "/api/services/save", "host=UUID&input[name]=x", 401, 404),
    ("POST", "/api/services/pause", "ID&paused=yes", 401, 404),
    ("POST", "/api/services/remove", "ID", 401, 404),
    ("POST", "/api/services/probe-now", "ID", 401, 404),
    ("GET", "/api/escalation/list", "", 401, 403),
    ("GET", "/api/escalation/policy", "ID", 401, 403),
    ("GET", "/api/escalation/form", "", 401, 403),
    ("POST", "/api/escalation/save", "input[name]=x", 401, 403),
    ("POST", "/api/escalation/make-usual", "ID", 401, 403),
    ("GET", "/api/escalation/what-if", "", 401, 403),
    ("GET", "/api/calendars/year", "", 401, 403),
    ("GET", "/api/calendars/form", "what=announce", 401, 403),
    ("POST", "/api/calendars/save", "what=announce&form=&seen=x&apply=no", 401, 403),
    ("GET", "/api/holidays/list", "", 401, 403),
    ("POST", "/api/holidays/add", "day=2026-06-12&name=x", 401, 403),
    ("POST", "/api/holidays/rename", "day=2026-12-25&version=1&name=x", 401, 403),
    ("POST", "/api/holidays/remove", "day=2026-12-25&version=1", 401, 403),
    ("POST", "/api/holidays/read", "text=x", 401, 403),
    ("POST", "/api/holidays/import", "ID", 401, 403),
    ("GET", "/api/feed/own", "", 401, 403),
    ("POST", "/api/feed/make", "everyone=yes", 401, 403),
    ("POST", "/api/feed/revoke", "", 401, 403),
    ("GET", "/api/rotas/month", "", 401, 403),
    ("GET", "/api/rotas/swap-form", "rota=UUID", 401, 403),
    ("POST", "/api/rotas/swap", "rota=UUID&form=&seen=1", 401, 403),
    ("POST", "/api/rotas/unswap", "rota=UUID&version=1&layer=0&place=0", 401, 403),
    ("GET", "/api/rotas/form", "", 401, 403),
    ("POST", "/api/rotas/remove", "rota=UUID&version=1", 401, 403),
    ("POST", "/api/rotas/save", "rota=&form=&seen=new", 401, 403),
    ("GET", "/api/contracts/list", "", 401, 403),
    ("GET", "/api/contracts/page", "ID", 401, 404),
    ("GET", "/api/contracts/form", "ID", 401, 404),
    ("POST", "/api/contracts/save", "ID&input[ports]=12", 401, 404),
    ("POST", "/api/contracts/activate", "ID&version=1", 401, 404),
    ("POST", "/api/contracts/approve-location", "ID&version=1", 401, 404),
    ("POST", "/api/contracts/settle-inspection", "ID&version=1&note=x", 401, 404),
    ("POST", "/api/contracts/end-on", "ID&version=1&ends_on=", 401, 404),
    ("POST", "/api/contracts/add-access", "ID&path=ssh&address=x", 401, 404),
    ("POST", "/api/contracts/remove-access", "ID", 401, 404),
    ("POST", "/api/contracts/test-access", "ID", 401, 404),
    ("GET", "/api/contracts/cover", "", 401, 200),
    ("GET", "/api/downtimes/list", "", 401, 403),
    ("GET", "/api/downtimes/form", "", 401, 403),
    ("POST", "/api/downtimes/plan", "input[reason]=x", 401, 403),
    ("POST", "/api/downtimes/cancel", "ID", 401, 404),
    ("GET", "/api/equipment/page", "customer=UUID", 401, 404),
    ("POST", "/api/equipment/save", "input[name]=x", 401, 403),
    ("POST", "/api/equipment/remove", "ID&version=1", 401, 404),
    ("GET", "/api/levels/list", "", 401, 403),
    ("GET", "/api/levels/form", "", 401, 403),
    ("POST", "/api/levels/save", "input[name]=x", 401, 403),
    ("GET", "/api/prices/guide", "", 200, 200),
    ("GET", "/api/prices/form", "", 401, 403),
    ("POST", "/api/prices/save", "input[vat]=20", 401, 403),
    ("GET", "/api/mail/log", "", 401, 403),
    ("GET", "/api/mail/page", "ID", 401, 403),
    ("POST", "/api/mail/retry", "ID", 401, 403),
    ("GET", "/api/mail-in/list", "", 401, 403),
    ("GET", "/api/mail-in/page", "ID", 401, 403),
    ("POST", "/api/mail-in/release", "ID&input[ticket]=T-1", 401, 403),
    ("POST", "/api/mail-in/discard", "ID&reason=x", 401, 403),
    ("GET", "/api/people/list", "", 401, 403),
    ("POST", "/api/people/invite", "input[name]=x", 401, 403),
    ("POST", "/api/people/disable", "user=UUID&disabled=yes", 401, 404),
    ("POST", "/api/people/role", "user=UUID&role=agent", 401, 404),
    ("POST", "/api/people/receives-faults", "user=UUID&receives=yes", 401, 404),
    ("POST", "/api/people/add-contact", "input[name]=x", 401, 403),
    ("POST", "/api/people/remove-contact", "contact=UUID", 401, 404),
    ("POST", "/api/people/set-phone", "whose=contact:UUID&phone=", 401, 403),
    ("GET", "/api/queue/list", "", 401, 403),
    ("POST", "/api/queue/bulk", "input[act]=close&input[picked][1]=1", 401, 403),
    ("POST", "/api/queue/undo", "ID", 401, 403),
    ("GET", "/api/queue/results", "ID", 401, 403),
    ("POST", "/api/queue/take", "", 401, 403),
    ("GET", "/api/queue/views", "", 401, 403),
    ("POST", "/api/queue/save-view", "input[name]=x", 401, 403),
    ("POST", "/api/queue/remove-view", "ID", 401, 403),
    ("GET", "/api/search/find", "query=x", 401, 200),
    ("GET", "/api/tickets/list", "", 401, 200),
    ("GET", "/api/tickets/page", "number=1", 401, 404),
    ("POST", "/api/tickets/reply", "number=1&input[text]=x", 401, 404),
    ("POST", "/api/tickets/call", "number=1&input[text]=x", 401, 404),
    ("POST", "/api/tickets/pause", "number=1&input[reason]=site_access", 401, 404),
    ("POST", "/api/tickets/resume", "number=1&input[reason]=site_access", 401, 404),
    ("POST", "/api/tickets/give-access", "number=1", 401, 404),
    ("POST", "/api/tickets/state", "number=1&version=1&state=closed", 401, 404),
    ("GET", "/api/tickets/level-preview", "number=1&level=cat1&mode=none", 401, 404),
    ("POST", "/api/tickets/change-level", "number=1&input[level]=cat1", 401, 404),
    ("POST", "/api/tickets/excuse", "number=1&clock=UUID", 401, 404),
    ("POST", "/api/tickets/void", "number=1&clock=UUID", 401, 404),
    ("POST", "/api/tickets/agree", "number=1&version=1", 401, 404),
    ("POST", "/api/tickets/assign", "number=1&version=1&to=me", 401, 404),
    ("POST", "/api/tickets/sort", "number=1&input[kind]=question", 401, 404),
    ("POST", "/api/tickets/tag", "number=1&version=1&tags=x", 401, 404),
    ("POST", "/api/tickets/watch", "number=1&watching=yes", 401, 404),
    ("POST", "/api/tickets/snooze", "number=1&version=1", 401, 404),
    ("POST", "/api/tickets/link", "number=1&other=T-2", 401, 404),
    ("POST", "/api/tickets/unlink", "number=1&other=2", 401, 404),
    ("POST", "/api/tickets/decline-change", "number=1&version=1&reason=x", 401, 404),
    ("GET", "/api/tickets/merge-preview", "number=1&into=T-2", 401, 404),
    ("POST", "/api/tickets/merge", "number=1&version=1&into=T-2", 401, 404),
    ("POST", "/api/tickets/split", "number=1&split[subject]=x", 401, 404),
    ("POST", "/api/tickets/take-back", "number=1&key=x", 401, 404),
    ("POST", "/api/tickets/rate", "number=1&input[satisfied]=yes", 401, 404),
    ("GET", "/api/tickets/rate-link", "token=x", 422, 422),
    ("POST", "/api/tickets/rate-by-link", "token=x&input[satisfied]=yes", 422, 422),
    ("POST", "/api/tickets/here", "number=1&typing=no", 401, 404),
    ("GET", "/api/tickets/new-form", "", 401, 403),
    ("GET", "/api/tickets/expect", "", 401, 403),
    ("POST", "/api/tickets/open", "input[subject]=x", 401, 403),
    ("GET", "/api/calls/page", "", 401, 403),
    ("POST", "/api/calls/log", "input[ticket]=1", 401, 403),
    ("GET", "/api/tickets/helps", "number=1", 401, 404),
    ("POST", "/api/tickets/run-macro", "number=1&ID&version=1&seen=1", 401, 404),
    ("GET", "/api/library/list", "kind=reply", 401, 403),
    ("GET", "/api/library/note", "ID", 401, 404),
    ("GET", "/api/library/form", "", 401, 403),
    ("POST", "/api/library/save", "input[name]=x", 401, 403),
    ("POST", "/api/library/disable", "ID&version=1&disabled=yes", 401, 404),
    ("GET", "/api/hardware/list", "", 401, 403),
    ("GET", "/api/hardware/ticket", "number=1", 401, 404),
    ("POST", "/api/hardware/save-unit", "input[name]=x", 401, 403),
    ("POST", "/api/hardware/open-return", "number=1&input[item]=x", 401, 404),
    ("POST", "/api/hardware/lend", "number=1&unit=UUID", 401, 404),
    ("POST", "/api/hardware/send-courier", "number=1&input[goods]=x", 401, 404),
    ("POST", "/api/hardware/step", "number=1&input[track]=rma", 401, 404),
    ("POST", "/api/hardware/determine-visit", "number=1&reason=x", 401, 404),
    ("POST", "/api/hardware/book-visit", "number=1&input[minutes]=60", 401, 404),
    ("POST", "/api/hardware/visit-step", "number=1&input[step]=arrived", 401, 404),
    ("GET", "/api/work/card", "number=1", 401, 404),
    ("POST", "/api/work/start", "number=1", 401, 404),
    ("POST", "/api/work/stop", "number=1", 401, 404),
    ("POST", "/api/work/add", "number=1&input[what]=x", 401, 404),
    ("POST", "/api/work/correct", "number=1&entry=UUID&version=1&input[what]=x", 401, 404),
    ("POST", "/api/work/tell", "number=1&input[how]=phone", 401, 404),
    ("POST", "/api/incidents/order", "number=1", 401, 404),
    ("POST", "/api/incidents/accept", "number=1&version=1", 401, 404),
    ("POST", "/api/incidents/decline", "number=1&version=1", 401, 404),
    ("POST", "/api/incidents/approve", "number=1&seen=1", 401, 404),
    ("POST", "/api/incidents/ask-approval", "number=1", 401, 404),
    ("POST", "/api/incidents/add-extra", "number=1&input[kind]=part", 401, 404),
    ("POST", "/api/incidents/withdraw-extra", "number=1&extra=UUID", 401, 404),
    ("POST", "/api/incidents/split", "number=1", 401, 404),
    ("GET", "/api/training/page", "", 401, 403),
    ("POST", "/api/training/decide", "input[topic]=x", 401, 403),
    ("POST", "/api/training/schedule", "input[topic]=x", 401, 403),
    ("POST", "/api/training/settle", "ID&version=1&run=yes", 401, 403),
    ("POST", "/api/training/attend", "ID&input[person]=x", 401, 403),
    ("POST", "/api/training/waive", "ID&version=1", 401, 403),
    ("GET", "/api/training/of-ticket", "number=1", 401, 404),
    ("POST", "/api/training/hold", "number=1&condition=UUID", 401, 404),
    ("GET", "/api/billing/month", "", 401, 403),
    ("GET", "/api/lab/page", "", 401, 403),
    ("POST", "/api/lab/break", "id=kch-sip&how=refuse", 401, 403),
    ("POST", "/api/lab/mend", "id=kch-sip", 401, 403),
    ("GET", "/api/session/me", "", 200, 200),
    ("GET", "/api/session/welcome", "", 200, 200),
    ("POST", "/api/session/sign-in", "email=a@b.example&password=x", 422, 422),
    ("POST", "/api/session/request-reset", "email=a@b.example", 200, 200),
    ("GET", "/api/session/password-link", "token=x", 422, 422),
    ("POST", "/api/session/use-password-link", "token=x&password=long enough", 422, 422),
    // Last, since the viewer's session ends here.
    ("POST", "/api/session/sign-out", "", 200, 200),
    ("POST", "/api/session/sign-out-everywhere", "", 401, 401),
];

/// Every other address of the router: pattern, an address that fits, status for a stranger, status for a viewer. A
/// page sends a stranger to the sign-in page.
const ADDRESSES: &[(&str, &str, u16, u16)] = &[
    ("/", "/", 302, 302),
    ("/a/{token}", "/a/x", 404, 404),
    ("/account", "/account", 302, 200),
    ("/api/v1/live", "/api/v1/live", 401, 200),
    ("/api/{*rest}", "/api/no/such/thing", 404, 404),
    ("/billing", "/billing", 302, 403),
    ("/billing/{file}", "/billing/2026-11.csv", 401, 403),
    ("/board", "/board", 302, 403),
    ("/board/f/{number}", "/board/f/1", 302, 404),
    ("/escalation", "/escalation", 302, 403),
    ("/escalation/new", "/escalation/new", 302, 403),
    ("/escalation/what-if", "/escalation/what-if", 302, 403),
    ("/escalation/{id}", "/escalation/UUID", 302, 403),
    ("/escalation/{id}/edit", "/escalation/UUID/edit", 302, 403),
    ("/calendar", "/calendar", 302, 403),
    ("/calendar/announce", "/calendar/announce", 302, 403),
    ("/calendar/holidays", "/calendar/holidays", 302, 403),
    ("/calendar/holidays/file", "/calendar/holidays/file", 405, 405),
    ("/calendar/holidays/renew", "/calendar/holidays/renew", 302, 403),
    ("/calendar/new", "/calendar/new", 302, 403),
    ("/calendar/withdraw", "/calendar/withdraw", 302, 403),
    ("/calendar/{file}", "/calendar/x.ics", 404, 404),
    ("/calendar/{key}/edit", "/calendar/working-hours/edit", 302, 403),
    ("/calls/new", "/calls/new", 302, 403),
    ("/contracts", "/contracts", 302, 403),
    ("/contracts/new", "/contracts/new", 302, 403),
    ("/contracts/{id}", "/contracts/UUID", 302, 404),
    ("/contracts/{id}/edit", "/contracts/UUID/edit", 302, 404),
    ("/cover", "/cover", 302, 200),
    ("/customers/{id}/equipment", "/customers/UUID/equipment", 302, 404),
    ("/f/{number}", "/f/1", 302, 404),
    ("/forgot", "/forgot", 200, 200),
    ("/hardware", "/hardware", 302, 403),
    ("/healthz", "/healthz", 200, 200),
    ("/downtimes", "/downtimes", 302, 403),
    ("/downtimes/new", "/downtimes/new", 302, 403),
    ("/hosts", "/hosts", 302, 200),
    ("/hosts/new", "/hosts/new", 302, 403),
    ("/hosts/{name}", "/hosts/kch-pbx-frome", 302, 404),
    ("/hosts/{name}/edit", "/hosts/kch-pbx-frome/edit", 302, 404),
    ("/hosts/{name}/services/new", "/hosts/kch-pbx-frome/services/new", 302, 404),
    ("/hosts/{name}/services/{service}/edit", "/hosts/kch-pbx-frome/services/SIP/edit", 302, 404),
    ("/knowledge", "/knowledge", 302, 200),
    ("/knowledge/{id}", "/knowledge/UUID", 302, 404),
    ("/lab", "/lab", 302, 403),
    ("/levels", "/levels", 302, 403),
    ("/levels/new", "/levels/new", 302, 403),
    ("/levels/prices", "/levels/prices", 302, 403),
    ("/levels/{id}/edit", "/levels/UUID/edit", 302, 403),
    ("/library", "/library", 302, 403),
    ("/library/new", "/library/new", 302, 403),
    ("/library/{id}/edit", "/library/UUID/edit", 302, 404),
    ("/mail", "/mail", 302, 403),
    ("/mail/{id}", "/mail/UUID", 302, 403),
    ("/mail/{id}/html", "/mail/UUID/html", 401, 404),
    ("/files/{key}", "/files/00000000000000000000000000000000", 401, 404),
    ("/mail-in", "/mail-in", 302, 403),
    ("/mail-in/{id}", "/mail-in/UUID", 302, 403),
    ("/mail-in/{id}/html", "/mail-in/UUID/html", 401, 404),
    ("/mail-in/{id}/raw", "/mail-in/UUID/raw", 401, 404),
    ("/metrics", "/metrics", 200, 200),
    ("/more", "/more", 302, 404),
    ("/p/{token}", "/p/x", 404, 404),
    ("/people", "/people", 302, 403),
    ("/prices", "/prices", 200, 200),
    ("/r/{token}", "/r/x", 404, 404),
    ("/readyz", "/readyz", 200, 200),
    ("/rota", "/rota", 302, 403),
    ("/rota/new", "/rota/new", 302, 403),
    ("/rota/{id}/edit", "/rota/UUID/edit", 302, 403),
    ("/rota/{id}/swap", "/rota/UUID/swap", 302, 403),
    ("/sign-in", "/sign-in", 200, 200),
    ("/systems", "/systems", 302, 200),
    ("/t/{number}", "/t/1", 302, 404),
    ("/t/{number}/files", "/t/1/files", 405, 405),
    ("/theme", "/theme", 405, 405),
    ("/search", "/search?q=x", 302, 200),
    ("/tickets", "/tickets", 302, 200),
    ("/tickets/new", "/tickets/new", 302, 403),
    ("/tickets.csv", "/tickets.csv", 401, 403),
    ("/tickets/done/{id}", "/tickets/done/UUID", 302, 403),
    ("/tickets/views", "/tickets/views", 302, 403),
    ("/training", "/training", 302, 403),
    ("/wall", "/wall", 302, 403),
];

/// Patterns of the pages and of the routes beside them. The latter are read from the source: axum lists none.
fn addresses() -> BTreeSet<String> {
    let pages = leptos_axum::generate_route_list(app::App);
    let source = include_str!("../src/http.rs");
    let beside = source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
    pages.iter().map(|page| page.path().to_owned()).chain(beside.map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_knows_who_may_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = ServeOptions { demo: true, web: true, monitor: false, escalation: false, mail: false };
    let serving = Serving::start(support::build(folder.path(), None, options).await);
    let known: BTreeSet<_> = ADDRESSES.iter().map(|(pattern, ..)| (*pattern).to_owned()).collect();
    assert_eq!(addresses(), known, "every address has a row here, and the other way round");

    let cookie = serving.sign_in("colin.frost@meridian.example").await;
    let mut wrong = Vec::new();
    for (_, path, stranger, viewer) in ADDRESSES {
        let path = path.replace("UUID", NOBODY.trim_start_matches("id="));
        for (who, cookie, expected) in [("stranger", "", stranger), ("viewer", cookie.as_str(), viewer)] {
            let status = ask_status(serving.address, &path, cookie).await;
            if status != *expected {
                wrong.push(format!("{who} {path}: {status}, not {expected}"));
            }
        }
    }
    serving.stop().await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A row's request, with an id that nothing has.
async fn ask_row(address: SocketAddr, method: &str, path: &str, data: &str, cookie: &str) -> (u16, String) {
    let bare = NOBODY.trim_start_matches("id=");
    let data = data.replace("UUID", bare).replace("ID", NOBODY).replace(' ', "+");
    ask(address, method, path, &data, cookie).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_knows_who_may_call_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = ServeOptions { demo: true, web: true, monitor: false, escalation: false, mail: false };
    let serving = Serving::start(support::build(folder.path(), None, options).await);
    let address = serving.address;

    let known: BTreeSet<_> = ROWS.iter().map(|(_, path, ..)| (*path).to_owned()).collect();
    let registered: BTreeSet<_> = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(registered, known, "every registered server function has a row here, and the other way round");

    let mut wrong = Vec::new();
    for (method, path, data, stranger, _) in ROWS {
        let (status, answer) = ask_row(address, method, path, data, "").await;
        if status != *stranger {
            wrong.push(format!("stranger {path}: {status}, not {stranger}: {}", last_line(&answer)));
        }
    }
    let cookie = serving.sign_in("colin.frost@meridian.example").await;
    for (method, path, data, _, viewer) in ROWS {
        let (status, answer) = ask_row(address, method, path, data, &cookie).await;
        if status != *viewer {
            wrong.push(format!("viewer {path}: {status}, not {viewer}: {}", last_line(&answer)));
        }
    }
    serving.stop().await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn last_line(answer: &str) -> &str {
    answer.rsplit("\r\n").find(|line| !line.is_empty()).unwrap_or("")
}
