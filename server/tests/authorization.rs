//! Every server function, asked by a stranger and by a customer's viewer. A function without a row fails the test.

mod support;

use std::{collections::BTreeSet, net::SocketAddr};

use server::startup::ServeOptions;
use support::{Serving, ask};

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
    ("GET", "/api/mail/log", "", 401, 403),
    ("GET", "/api/mail/page", "ID", 401, 403),
    ("POST", "/api/mail/retry", "ID", 401, 403),
    ("GET", "/api/people/list", "", 401, 403),
    ("POST", "/api/people/invite", "input[name]=x", 401, 403),
    ("POST", "/api/people/disable", "user=UUID&disabled=yes", 401, 404),
    ("POST", "/api/people/role", "user=UUID&role=agent", 401, 404),
    ("POST", "/api/people/receives-faults", "user=UUID&receives=yes", 401, 404),
    ("POST", "/api/people/add-contact", "input[name]=x", 401, 403),
    ("POST", "/api/people/remove-contact", "contact=UUID", 401, 404),
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

/// A row's request, with an id that nothing has.
async fn ask_row(address: SocketAddr, method: &str, path: &str, data: &str, cookie: &str) -> (u16, String) {
    let bare = NOBODY.trim_start_matches("id=");
    let data = data.replace("UUID", bare).replace("ID", NOBODY).replace(' ', "+");
    ask(address, method, path, &data, cookie).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_knows_who_may_call_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = ServeOptions { demo: true, web: true, monitor: false, mail: false };
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
