//! A demonstration in a folder of its own, and just enough HTTP to ask it things.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::net::SocketAddr;

use server::{
    clock::Clock,
    config::Config,
    startup::{Application, ServeOptions},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

/// A demonstration that is put together, with a site that is only a manifest. `database` is a URL; the folder's own
/// SQLite file without one.
pub(crate) async fn build(folder: &std::path::Path, database: Option<&str>, options: ServeOptions) -> Application {
    build_with(folder, database, options, |_| {}).await
}

/// The same with other settings changed.
pub(crate) async fn build_with(
    folder: &std::path::Path,
    database: Option<&str>,
    options: ServeOptions,
    change: impl FnOnce(&mut Config),
) -> Application {
    let site = folder.join("site");
    std::fs::create_dir_all(&site).unwrap();
    let manifest = r#"{"js": "/pkg/a.js", "wasm": "/pkg/a.wasm", "css": "/pkg/a.css"}"#;
    std::fs::write(site.join("manifest.json"), manifest).unwrap();
    let mut config = Config::in_folder(folder).unwrap();
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.site_dir = site;
    if let Some(url) = database {
        config.database.url = url.to_owned();
    }
    change(&mut config);
    Application::build(config, options, Clock::system()).await.unwrap()
}

/// An application that serves until it is stopped.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Serving {
    pub(crate) fn start(app: Application) -> Self {
        let address = app.address.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            app.run_until(stopped).await.unwrap();
        });
        Self { address, stop, task }
    }

    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap();
    }

    /// The cookie of somebody of the demonstration who has signed in.
    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let form = format!("email={email}&password=demonstration");
        let (_, answer) = ask(self.address, "POST", "/api/session/sign-in", &form, "").await;
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
        cookie.unwrap().to_owned()
    }
}

/// The status of a GET whose answer may have no end.
pub(crate) async fn ask_status(address: SocketAddr, path: &str, cookie: &str) -> u16 {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    // "HTTP/1.1 200": what follows is not of interest.
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    String::from_utf8_lossy(&start[9..]).parse().unwrap()
}

/// One request; the status and the whole answer. `data` is the query of a GET and the form of a POST.
pub(crate) async fn ask(address: SocketAddr, method: &str, path: &str, data: &str, cookie: &str) -> (u16, String) {
    let (target, body) = match method {
        "GET" => (format!("{path}?{data}"), ""),
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
