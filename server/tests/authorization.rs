//! Every server function, asked by a stranger and by a customer's viewer. A function without a row fails the test.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::{collections::BTreeSet, net::SocketAddr};

use server::{
    clock::Clock,
    config::Config,
    startup::{Application, ServeOptions},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};

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

/// One request; the status and the whole answer.
async fn ask(address: SocketAddr, method: &str, path: &str, data: &str, cookie: &str) -> (u16, String) {
    let bare = NOBODY.trim_start_matches("id=");
    let data = data.replace("UUID", bare).replace("ID", NOBODY).replace(' ', "+");
    let (target, body) = match method {
        "GET" => (format!("{path}?{data}"), String::new()),
        _ => (path.to_owned(), data),
    };
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, answer)
}

/// A demonstration in a folder of its own, with a site that is only a manifest.
async fn start(folder: &std::path::Path) -> Application {
    let site = folder.join("site");
    std::fs::create_dir_all(&site).unwrap();
    let manifest = r#"{"js": "/pkg/a.js", "wasm": "/pkg/a.wasm", "css": "/pkg/a.css"}"#;
    std::fs::write(site.join("manifest.json"), manifest).unwrap();
    let mut config = Config::in_folder(folder).unwrap();
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.site_dir = site;
    let options = ServeOptions { demo: true, web: true, monitor: false, mail: false };
    Application::build(config, options, Clock::system()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_knows_who_may_call_it() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await;
    let address = app.address.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(app.run_until(async {
        let _ = stopped.await;
    }));

    let known: BTreeSet<_> = ROWS.iter().map(|(_, path, ..)| (*path).to_owned()).collect();
    let registered: BTreeSet<_> = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    assert_eq!(registered, known, "every registered server function has a row here, and the other way round");

    let mut wrong = Vec::new();
    for (method, path, data, stranger, _) in ROWS {
        let (status, answer) = ask(address, method, path, data, "").await;
        if status != *stranger {
            wrong.push(format!("stranger {path}: {status}, not {stranger}: {}", last_line(&answer)));
        }
    }
    let form = "email=colin.frost@meridian.example&password=demonstration";
    let (_, answer) = ask(address, "POST", "/api/session/sign-in", form, "").await;
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()).unwrap();
    for (method, path, data, _, viewer) in ROWS {
        let (status, answer) = ask(address, method, path, data, cookie).await;
        if status != *viewer {
            wrong.push(format!("viewer {path}: {status}, not {viewer}: {}", last_line(&answer)));
        }
    }
    let _ = stop.send(());
    serving.await.unwrap().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn last_line(answer: &str) -> &str {
    answer.rsplit("\r\n").find(|line| !line.is_empty()).unwrap_or("")
}
