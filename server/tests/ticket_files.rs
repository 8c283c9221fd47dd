//! Files that are sent with a ticket's form, over the wire: where the browser goes, what is refused, who downloads.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use std::net::SocketAddr;

use server::startup::ServeOptions;
use support::{Serving, ask, build};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const BOUNDARY: &str = "a-boundary";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
const TICKET: &str = "/t/2001/files";

async fn serve(folder: &std::path::Path) -> Serving {
    let options = ServeOptions { demo: true, web: true, monitor: false, escalation: false, mail: false };
    Serving::start(build(folder, None, options).await)
}

/// The body of a form: fields and files, by name and content.
fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, text) in fields {
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Status and address of a POST. `more` are headers, each with its line end.
async fn post(address: SocketAddr, path: &str, cookie: &str, more: &str, body: &[u8]) -> (u16, String) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n{more}Content-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let to = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
    (status, to.to_owned())
}

/// The page at an address that a browser was sent to.
async fn page(address: SocketAddr, to: &str, cookie: &str) -> String {
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    ask(address, "GET", path, query, cookie).await.1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photo_is_on_the_ticket_and_is_downloaded_by_its_own_customer_alone() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serve(folder.path()).await;
    let address = serving.address;
    let ruth = serving.sign_in("ruth.adeyemi@harbour.example").await;
    let body = form(&[("text", "The red lamp is on"), ("key", "")], &[("", b""), ("../r\u{e4}ck.gif", GIF)]);
    assert_eq!(post(address, TICKET, &ruth, "", &body).await, (303, "/t/2001".to_owned()));
    let shown = page(address, "/t/2001", &ruth).await;
    let key = shown.split("href=\"/files/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert!(shown.contains("The red lamp is on") && shown.contains("r\u{e4}ck.gif"), "both are on the page");
    assert_eq!(key.len(), 32);
    for (who, expected) in
        [("ruth.adeyemi@harbour.example", 200), ("priya.nair@faultdesk.example", 200), ("jo.bell@kelston.example", 404)]
    {
        let cookie = serving.sign_in(who).await;
        let (status, answer) = ask(address, "GET", &format!("/files/{key}"), "", &cookie).await;
        assert_eq!(status, expected, "{who}");
        assert_eq!(answer.contains("content-type: image/gif"), expected == 200, "{who}");
    }
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_page_of_ours_and_who_may_write_adds_files() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serve(folder.path()).await;
    let address = serving.address;
    let body = form(&[], &[("a.gif", GIF)]);
    assert_eq!(post(address, TICKET, "", "", &body).await, (303, "/sign-in?next=/t/2001".to_owned()));
    let ruth = serving.sign_in("ruth.adeyemi@harbour.example").await;
    assert_eq!(post(address, TICKET, &ruth, "Sec-Fetch-Site: cross-site\r\n", &body).await.0, 403);
    assert_eq!(post(address, "/t/nonsense/files", &ruth, "", &body).await.0, 404);
    let jo = serving.sign_in("jo.bell@kelston.example").await;
    assert_eq!(post(address, TICKET, &jo, "", &body).await.0, 404, "another customer's");
    let colin = serving.sign_in("colin.frost@meridian.example").await;
    assert_eq!(post(address, TICKET, &colin, "", &body).await.0, 404, "another customer's");
    assert!(!page(address, "/t/2001", &ruth).await.contains("/files/"), "nothing was added");
    serving.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_comes_back_named_with_the_words_that_were_typed() {
    let folder = tempfile::tempdir().unwrap();
    let serving = serve(folder.path()).await;
    let address = serving.address;
    let priya = serving.sign_in("priya.nair@faultdesk.example").await;
    let large = vec![b'x'; 11 * 1024 * 1024];
    let part = vec![b'x'; 9 * 1024 * 1024];
    let words = [("text", "100% sure & </textarea><b>kept</b>"), ("note", "yes")];
    for (files, expected) in [
        (vec![], "choose a photo or file first"),
        (vec![("empty.log", &b""[..])], "“empty.log” is empty"),
        (vec![("film.mov", &large[..]), ("a.gif", GIF)], "“film.mov” has 11.6 MB; a file may have 10 MB at most"),
        (vec![("1", &part[..]), ("2", &part), ("3", &part)], "together they have more than 25 MB; send “3”"),
    ] {
        let (status, to) = post(address, TICKET, &priya, "", &form(&words, &files)).await;
        assert!(status == 303 && to.starts_with("/t/2001?__path="), "{status} {to}");
        let shown = page(address, &to, &priya).await;
        assert!(shown.contains(expected), "{expected}");
        let kept = shown.split("100% sure &amp; ").nth(1).unwrap_or_default();
        assert!(
            kept.starts_with("&lt;/textarea>&lt;b>kept"),
            "{:?}",
            shown.split("100% sure").nth(1).and_then(|rest| rest.get(..60))
        );
        assert!(!shown.contains("href=\"/files/"), "nothing was kept");
    }
    // Cut off half way, and no form at all.
    let mut cut = form(&words, &[("a.gif", GIF)]);
    cut.truncate(cut.len() - 30);
    let (status, to) = post(address, TICKET, &priya, "", &cut).await;
    assert_eq!(status, 303);
    assert!(page(address, &to, &priya).await.contains("did not arrive whole"));
    let (status, _) = ask(address, "POST", TICKET, "text=x", &priya).await;
    assert_eq!(status, 400);
    // Far more than is taken.
    let flood = vec![b'x'; 40 * 1024 * 1024];
    let (status, to) = post(address, TICKET, &priya, "", &form(&words, &[("flood.bin", &flood)])).await;
    assert_eq!(status, 303, "{to}");
    assert!(page(address, &to, &priya).await.contains("“flood.bin” has 42.0 MB"));
    serving.stop().await;
}
