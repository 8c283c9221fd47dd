//! The middleware without the router: what it puts into a request, and whose address it believes.

use axum::{Extension, Router, body::Body, middleware::from_fn_with_state, routing::get};
use domain::{
    access::Role,
    id::{SessionId, UserId},
    text::{EmailAddress, Name},
    time::Timestamp,
};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::{
    clock::Clock,
    desk::{new_id, session::token::Token},
    store::{
        sessions::{self, NewSession},
        tokens::{self, NewToken},
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

fn start() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

/// Two people: one with a browser, one with a script.
struct Bench {
    app: Router,
    cookie: String,
    bearer: String,
    test_db: TestDb,
}

/// Answers who asks and from where.
async fn who(Extension(who): Extension<Option<Principal>>, Extension(client): Extension<Client>) -> String {
    format!("{} from {}", who.map_or_else(|| "nobody".to_owned(), |who| who.name), client.0)
}

async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test_db in databases().await {
        let (session, token) = (Token::for_session().unwrap(), Token::for_api().unwrap());
        let tx = test_db.db.begin().await.unwrap();
        let mut ids = Vec::new();
        for (name, email) in [("Browser", "a@desk.example"), ("Script", "b@desk.example")] {
            let id = UserId(new_id(start()).unwrap());
            let new = NewUser {
                id,
                customer: None,
                name: Name::parse(name).unwrap(),
                email: EmailAddress::parse(email).unwrap(),
                role: Role::Agent,
                password_hash: None,
                receives_faults: true,
                at: start(),
            };
            users::create(&tx, new).await.unwrap();
            ids.push(id);
        }
        let id = SessionId(new_id(start()).unwrap());
        let expires_at = start().plus_seconds(3_600);
        let new = NewSession { id, user: ids[0], token_hash: session.hash, at: start(), expires_at };
        sessions::create(&tx, new).await.unwrap();
        let (id, name) = (new_id(start()).unwrap(), Name::parse("script").unwrap());
        tokens::create(&tx, NewToken { id, user: ids[1], name, token_hash: token.hash, at: start() }).await.unwrap();
        tx.commit().await.unwrap();
        let identify = Identify {
            gate: Gate::new(test_db.db.clone(), Clock::from(start())),
            cookie: SessionCookie::new("http://127.0.0.1:3000"),
            proxies: Arc::default(),
        };
        let app = Router::new().route("/", get(who)).layer(from_fn_with_state(identify, super::identify));
        benches.push(Bench { app, cookie: session.text, bearer: token.text, test_db });
    }
    benches
}

impl Bench {
    async fn ask(&self, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 5_000))));
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn check(&self, headers: &[(&str, &str)], name: &str) {
        let expected = (StatusCode::OK, format!("{name} from 192.0.2.7"));
        assert_eq!(self.ask(headers).await, expected, "{headers:?} on {}", self.test_db.name);
    }
}

#[tokio::test]
async fn a_cookie_or_a_bearer_token_says_who_asks() {
    for bench in benches().await {
        let (cookie, bearer) = (format!("a=b; faultdesk={}", bench.cookie), format!("Bearer {}", bench.bearer));
        bench.check(&[], "nobody").await;
        bench.check(&[("cookie", &cookie)], "Browser").await;
        bench.check(&[("cookie", "a=b"), ("cookie", &cookie)], "Browser").await;
        bench.check(&[("cookie", "faultdesk=stale")], "nobody").await;
        bench.check(&[("authorization", &bearer)], "Script").await;
        bench.check(&[("authorization", &bearer.replace("Bearer", "bearer"))], "Script").await;
        bench.check(&[("authorization", "Basic eDp5")], "nobody").await;
    }
}

#[tokio::test]
async fn a_bearer_token_is_never_helped_out_by_a_cookie() {
    for bench in benches().await {
        let cookie = format!("faultdesk={}", bench.cookie);
        let bearer = format!("Bearer {}", bench.bearer);
        bench.check(&[("cookie", &cookie), ("authorization", &bearer)], "Script").await;
        for odd in ["Bearer", "Bearer ", "Bearer x"] {
            bench.check(&[("cookie", &cookie), ("authorization", odd)], "nobody").await;
        }
        bench.check(&[("cookie", &cookie), ("authorization", "Basic eDp5")], "Browser").await;
    }
}

#[tokio::test]
async fn nobody_is_called_a_stranger_because_the_database_is_away() {
    for bench in benches().await {
        bench.test_db.db.clone().close().await.unwrap();
        let (status, body) = bench.ask(&[("cookie", &format!("faultdesk={}", bench.cookie))]).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{}", bench.test_db.name);
        assert!(body.contains("Reference") && !body.contains("pool"), "{body}");
        bench.check(&[], "nobody").await;
    }
}

/// The client that is believed when `peer` forwards `lines`; proxies are 10.0.0.0/8 and ::1.
fn check_client(peer: &str, lines: &[&str], expected: &str) {
    let proxies = TrustedProxies(["10.0.0.0/8", "::1"].map(|network| network.parse().unwrap()).to_vec());
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(FORWARDED_FOR, line.parse().unwrap());
    }
    let client = proxies.client(peer.parse().unwrap(), &headers);
    assert_eq!(client.to_string(), expected, "{peer} {lines:?}");
}

#[test]
fn only_a_trusted_proxy_may_say_for_whom_it_asks() {
    check_client("203.0.113.5", &["198.51.100.9"], "203.0.113.5");
    check_client("10.0.0.1", &["198.51.100.9"], "198.51.100.9");
    check_client("::1", &["2001:db8::7"], "2001:db8::7");
    check_client("::ffff:10.0.0.1", &["198.51.100.9"], "198.51.100.9");
    check_client("10.0.0.1", &[], "10.0.0.1");
}

#[test]
fn of_a_list_the_rightmost_stranger_counts() {
    check_client("10.0.0.1", &["1.1.1.1, 198.51.100.9"], "198.51.100.9");
    check_client("10.0.0.1", &["1.1.1.1, 198.51.100.9, 10.0.0.2"], "198.51.100.9");
    check_client("10.0.0.1", &["1.1.1.1", "198.51.100.9, 10.0.0.2", "10.0.0.3"], "198.51.100.9");
    check_client("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
}

#[test]
fn odd_entries_end_the_reading() {
    check_client("10.0.0.1", &["1.1.1.1, unknown"], "10.0.0.1");
    check_client("10.0.0.1", &["1.1.1.1, unknown, 10.0.0.2"], "10.0.0.2");
    check_client("10.0.0.1", &["1.1.1.1,"], "10.0.0.1");
    check_client("10.0.0.1", &["198.51.100.9:4711"], "198.51.100.9");
    check_client("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7");
    check_client("10.0.0.1", &[&"10.0.0.2,".repeat(5_000)], "10.0.0.1");
}

#[test]
fn without_proxies_nobody_is_believed() {
    let mut headers = HeaderMap::new();
    headers.append(FORWARDED_FOR, "198.51.100.9".parse().unwrap());
    let peer = "127.0.0.1".parse().unwrap();
    assert_eq!(TrustedProxies::default().client(peer, &headers), peer);
}
