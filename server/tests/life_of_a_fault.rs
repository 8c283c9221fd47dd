//! A whole server on each database: a target of the lab dies, boards hear of it, mails go out, and all is well again.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod support;

use std::{collections::BTreeSet, net::SocketAddr, path::Path, time::Duration};

use mail_parser::MessageParser;
use serde_json::Value;
use server::{
    clock::Clock,
    lab::BreakMode,
    startup::ServeOptions,
    store::{Db, events},
    testing::databases,
};
use support::Serving;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const STAFF: &str = "ellie.marsh@faultdesk.example";
const KELSTON: &str = "jo.bell@kelston.example";
const HARBOUR: &str = "ruth.adeyemi@harbour.example";
/// For what must happen: a busy machine may need a while. Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// One reader of the live stream.
struct Stream {
    lines: BufReader<TcpStream>,
    /// Number of the last event or beat.
    last: i64,
}

impl Stream {
    async fn open(address: SocketAddr, cookie: &str, after: Option<i64>) -> Self {
        let resume = after.map_or_else(String::new, |after| format!("Last-Event-ID: {after}\r\n"));
        let request = format!("GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n{resume}\r\n");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut opened = Self { lines: BufReader::new(stream), last: after.unwrap_or(-1) };
        // The first beat says that the stream follows from here on.
        assert_eq!(opened.event().await.1, None);
        opened
    }

    /// The next event: its number, and what changed unless it is a beat.
    async fn event(&mut self) -> (i64, Option<Value>) {
        let (mut id, mut change) = (None, None);
        loop {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).await.unwrap(), 0, "the stream ended");
            let line = line.trim_end();
            if let Some(number) = line.strip_prefix("id: ") {
                id = Some(number.parse().unwrap());
            } else if let Some(data) = line.strip_prefix("data: ").filter(|data| !data.is_empty()) {
                change = Some(serde_json::from_str(data).unwrap());
            } else if line.is_empty()
                && let Some(id) = id
            {
                self.last = id;
                return (id, change);
            }
        }
    }

    /// Everything up to the first change that `wanted` likes, that one included.
    async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        let reading = async {
            loop {
                if let (_, Some(event)) = self.event().await {
                    let found = wanted(&event["change"]);
                    seen.push(event);
                    if found {
                        return;
                    }
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, reading).await;
        assert!(found.is_ok(), "not within a minute; seen: {seen:#?}");
        seen
    }

    /// The number of the fault that opens on a host, as staff see it.
    async fn opened_on(&mut self, host: &str) -> i64 {
        let seen = self.until(|change| is_open(change) && change["row"]["host_name"] == host).await;
        seen.last().unwrap()["change"]["row"]["number"].as_i64().unwrap()
    }
}

fn is_open(change: &Value) -> bool {
    change["kind"] == "fault" && change["row"]["cleared_at"].is_null()
}

fn is_fault(change: &Value, number: i64, open: bool) -> bool {
    change["kind"] == "fault" && change["row"]["number"] == number && is_open(change) == open
}

/// Mails in the folder as (to, state word of the subject, Message-ID, In-Reply-To), those about `host`.
fn mails(folder: &Path, host: &str) -> Vec<(String, String, String, Option<String>)> {
    let files = std::fs::read_dir(folder.join("mail")).into_iter().flatten();
    let mut mails = Vec::new();
    for file in files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "eml")) {
        let bytes = std::fs::read(&file).unwrap();
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let subject = mail.subject().unwrap_or_default().to_owned();
        if let Some((_, rest)) = subject.split_once("] ").filter(|_| subject.contains(host)) {
            let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default().to_owned();
            let state = rest.split(':').next().unwrap_or_default().to_owned();
            let id = mail.message_id().unwrap_or_default().to_owned();
            mails.push((to, state, id, mail.in_reply_to().as_text().map(str::to_owned)));
        }
    }
    mails.sort();
    mails
}

/// Waits until as many mails about `host` are in the folder, and gives them.
async fn wait_for_mails(folder: &Path, host: &str, count: usize) -> Vec<(String, String, String, Option<String>)> {
    let waited = async {
        loop {
            let found = mails(folder, host);
            if count <= found.len() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.unwrap_or_else(|_| panic!("{:?}", mails(folder, host)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boards_and_mailboxes_hear_of_a_fault_and_of_nobody_elses() {
    for test in databases().await {
        let folder = tempfile::tempdir().unwrap();
        let options = ServeOptions { demo: true, web: true, monitor: true, escalation: true, mail: true };
        let app = support::build(folder.path(), Some(&test.url), options).await;
        let lab = app.lab.clone().unwrap();
        let serving = Serving::start(app);
        let (staff, kelston, harbour) =
            (serving.sign_in(STAFF).await, serving.sign_in(KELSTON).await, serving.sign_in(HARBOUR).await);
        let mut board = Stream::open(serving.address, &staff, None).await;
        let mut theirs = Stream::open(serving.address, &kelston, None).await;
        let mut others = Stream::open(serving.address, &harbour, None).await;

        lab.break_target("kch-sip", BreakMode::Refuse).await.unwrap();
        let number = board.opened_on("kch-pbx-frome").await;
        let seen = theirs.until(|change| is_fault(change, number, true)).await;
        assert_eq!(seen.last().unwrap()["change"]["row"]["detail"], "", "{}: probe detail is for staff", test.name);
        let resume_at = theirs.last;
        drop(theirs);
        let opened = wait_for_mails(folder.path(), "kch-pbx-frome", 2).await;

        lab.break_target("hdg-mail", BreakMode::Refuse).await.unwrap();
        let other = board.opened_on("hdg-mail-01").await;
        let seen = others.until(|change| is_fault(change, other, true)).await;
        let text = serde_json::to_string(&seen).unwrap();
        assert!(!text.contains("Frome") && !text.contains("Kelston"), "{}: {text}", test.name);

        lab.mend("kch-sip").await.unwrap();
        board.until(|change| is_fault(change, number, false)).await;
        let mut resumed = Stream::open(serving.address, &kelston, Some(resume_at)).await;
        let missed = resumed.until(|change| is_fault(change, number, false)).await;
        let numbers: Vec<_> = missed.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]) && resume_at < numbers[0], "{numbers:?}");
        assert!(missed.iter().all(|event| !is_fault(&event["change"], number, true)), "nothing comes twice");

        let all = wait_for_mails(folder.path(), "kch-pbx-frome", 4).await;
        told_once_in_one_thread(&opened, &all);
        a_gap_too_long_gets_a_fresh_page(&test.db, serving.address, &staff).await;
        serving.stop().await;
    }
}

fn told_once_in_one_thread(
    opened: &[(String, String, String, Option<String>)],
    all: &[(String, String, String, Option<String>)],
) {
    let people: BTreeSet<_> = opened.iter().map(|(to, ..)| to).collect();
    assert!(people.contains(&KELSTON.to_owned()) && people.len() == 2, "{opened:?}");
    assert_eq!(all.len(), 4, "one opening and one recovery for each: {all:?}");
    for (to, state, id, _) in opened {
        assert_eq!(state, "Critical");
        let recovery = all.iter().find(|(other, state, ..)| other == to && state == "Recovered").unwrap();
        assert_eq!(recovery.3.as_ref(), Some(id), "in the thread of the opening");
    }
}

async fn a_gap_too_long_gets_a_fresh_page(db: &Db, address: SocketAddr, cookie: &str) {
    let before = events::last(db.read()).await.unwrap();
    let stored = events::after(db.read(), 0, 1).await.unwrap();
    let change = (stored[0].customer, stored[0].change.clone());
    let tx = db.begin().await.unwrap();
    events::append(&tx, Clock::system().now(), &vec![change; 501]).await.unwrap();
    tx.commit().await.unwrap();
    let mut stream = Stream::open(address, cookie, Some(before)).await;
    let seen = stream.until(|change| change["kind"] == "resync").await;
    assert_eq!(seen.len(), 1, "in place of everything that was missed");
}
