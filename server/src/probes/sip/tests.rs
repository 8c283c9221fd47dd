use std::sync::{Arc, Mutex};

use domain::{observation::Observation, probe::ProbeKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::message::tests::reply;
use crate::probes::peer::{
    Identity, PATIENT, Peer, SHORT, UdpPeer, assert_seen, drain, probe, read_request, refusing, refusing_udp,
};
use domain::observation::Status;

async fn sip(target: &str, params: &[(&str, &str)], timeout: std::time::Duration) -> Observation {
    probe(ProbeKind::Sip, target, params, timeout).await
}

fn text(datagram: &[u8]) -> &str {
    std::str::from_utf8(datagram).unwrap()
}

/// A telephone system that answers everything with `status`.
async fn answering(status: &'static str) -> UdpPeer {
    UdpPeer::serve(move |request, _| vec![reply(text(request), status, &[]).into_bytes()]).await
}

// ---- UDP ----

#[tokio::test]
async fn whatever_shows_life_is_ok() {
    for status in ["200 OK", "401 Unauthorized", "404 Not Found", "405 Method Not Allowed", "407 Proxy"] {
        let seen = sip(&answering(status).await.target(), &[], PATIENT).await;
        assert_seen(&seen, Status::Ok, &format!("answered \"{status}\" in "));
        assert!(seen.latency_us.is_some());
    }
}

#[tokio::test]
async fn other_answers_are_faults_unless_they_are_accepted() {
    let peer = answering("503 Service Unavailable").await;
    let seen = sip(&peer.target(), &[], PATIENT).await;
    assert_seen(&seen, Status::Critical, "answered \"503 Service Unavailable\" in ");
    assert!(seen.text.ends_with("good are 200,401,404,405,407") && seen.latency_us.is_some(), "{seen:?}");
    assert_seen(&sip(&peer.target(), &[("accept", "200,500-503")], PATIENT).await, Status::Ok, "503");
    let peer = answering("404 Not Found").await;
    assert_seen(&sip(&peer.target(), &[("accept", "200")], PATIENT).await, Status::Critical, "good are 200");
}

#[tokio::test]
async fn a_lost_question_is_asked_again_and_stays_the_same() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    let peer = UdpPeer::serve(move |request, number| {
        log.lock().unwrap().push((text(request).to_owned(), tokio::time::Instant::now()));
        if number < 3 { Vec::new() } else { vec![reply(text(request), "200 OK", &[]).into_bytes()] }
    })
    .await;
    assert_seen(&sip(&peer.target(), &[], PATIENT).await, Status::Ok, "answered \"200 OK\"");
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 3);
    assert!(heard.iter().all(|(request, _)| *request == heard[0].0), "a retransmission is no new question");
    // Not before 0.5 s and 1 s; how much later depends on the machine.
    for (index, at_least) in [(1, 450), (2, 950)] {
        assert!(at_least <= (heard[index].1 - heard[index - 1].1).as_millis(), "{index}");
    }
}

#[tokio::test]
async fn provisional_answers_do_not_count() {
    let peer = answering("100 Trying").await;
    let seen = sip(&peer.target(), &[], SHORT).await;
    assert_seen(&seen, Status::Critical, "no expected answer within 250 ms; heard \"SIP/2.0 100 Trying\"");
    let peer = UdpPeer::serve(|request, _| {
        ["100 Trying", "180 Ringing", "200 OK"].map(|status| reply(text(request), status, &[]).into_bytes()).to_vec()
    });
    assert_seen(&sip(&peer.await.target(), &[], PATIENT).await, Status::Ok, "200 OK");
}

#[tokio::test]
async fn answers_to_other_questions_are_ignored() {
    const FOREIGN: [(&str, &str); 4] = [
        ("Call-ID:", "Call-ID: somebody-else@127.0.0.1"),
        ("Via:", "Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKelse"),
        ("CSeq:", "CSeq: 2 OPTIONS"),
        ("CSeq:", "CSeq: 1 REGISTER"),
    ];
    let foreign = |request: &[u8]| {
        FOREIGN.iter().map(|field| reply(text(request), "503 Not for you", &[*field]).into_bytes()).collect::<Vec<_>>()
    };
    let peer = UdpPeer::serve(move |request, _| foreign(request)).await;
    let seen = sip(&peer.target(), &[], SHORT).await;
    assert_seen(&seen, Status::Critical, "no expected answer within 250 ms; heard \"SIP/2.0 503 Not for you\"");
    let peer = UdpPeer::serve(move |request, _| {
        let good = reply(text(request), "200 OK", &[]).into_bytes();
        foreign(request).into_iter().chain([vec![0xff; 3_000], Vec::new(), request.to_vec(), good]).collect()
    });
    assert_seen(&sip(&peer.await.target(), &[], PATIENT).await, Status::Ok, "200 OK");
}

#[tokio::test]
async fn strangers_cannot_answer() {
    let stranger = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let peer = UdpPeer::serve(move |request, _| {
        let via = text(request).split_once("SIP/2.0/UDP ").unwrap().1.split_once(';').unwrap().0;
        stranger.send_to(reply(text(request), "200 OK", &[]).as_bytes(), via).unwrap();
        Vec::new()
    });
    assert_seen(&sip(&peer.await.target(), &[], SHORT).await, Status::Critical, "no answer within 250 ms");
}

#[tokio::test]
async fn silence_garbage_and_floods_end() {
    let silent = UdpPeer::serve(|_, _| Vec::new()).await;
    assert_seen(&sip(&silent.target(), &[], SHORT).await, Status::Critical, "no answer within 250 ms");
    let garbage = UdpPeer::serve(|_, _| vec![b"HTTP/1.1 200 OK\r\n\r\n".to_vec()]).await;
    assert_seen(&sip(&garbage.target(), &[], SHORT).await, Status::Critical, "heard \"HTTP/1.1 200 OK\"");
    let flood = UdpPeer::flooding(vec![b'x'; 4_096]).await;
    assert_seen(&sip(&flood.target(), &[], PATIENT).await, Status::Critical, "sent over 262144 bytes");
    let flood = UdpPeer::flooding(Vec::new()).await;
    assert_seen(&sip(&flood.target(), &[], PATIENT).await, Status::Critical, "sent over 262144 bytes");
    let (_reserved, address) = refusing_udp().await;
    assert_seen(&sip(&address.to_string(), &[], PATIENT).await, Status::Critical, "connection refused");
}

// ---- TCP and TLS ----

const TCP: (&str, &str) = ("transport", "tcp");

/// A telephone system on TCP that answers a question with `answer(question)` and then waits for the probe to go.
async fn over_tcp(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Peer {
    let answer = Arc::new(answer);
    Peer::serve(move |mut stream| {
        let answer = Arc::clone(&answer);
        async move {
            let request = read_request(&mut stream).await;
            let _ = stream.write_all(answer(&request).as_bytes()).await;
            drain(&mut stream).await;
        }
    })
    .await
}

#[tokio::test]
async fn tcp_is_asked_once_and_its_messages_are_told_apart() {
    let peer = over_tcp(|request| reply(request, "200 OK", &[])).await;
    let seen = sip(&peer.target(), &[TCP], PATIENT).await;
    assert_seen(&seen, Status::Ok, "answered \"200 OK\"");
    assert!(seen.numbers.iter().any(|(name, _)| name == "connect_ms"));
    let peer = over_tcp(|request| {
        let foreign = reply(request, "503 Not for you", &[("Call-ID:", "Call-ID: other")]);
        // A body that looks like an answer of its own.
        let body = reply(request, "500 In a body", &[]);
        let foreign = foreign.replace("Content-Length: 0", &format!("l: {}", body.len())) + &body;
        let trying = reply(request, "100 Trying", &[]);
        format!("\r\n\r\n{foreign}{trying}{request}{}", reply(request, "404 Not Found", &[]))
    });
    assert_seen(&sip(&peer.await.target(), &[TCP], PATIENT).await, Status::Ok, "404 Not Found");
}

#[tokio::test]
async fn a_slow_telephone_system_is_heard_out() {
    let peer = Peer::serve(|mut stream| async move {
        let request = read_request(&mut stream).await;
        for byte in reply(&request, "200 OK", &[]).bytes() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
        }
        drain(&mut stream).await;
    });
    assert_seen(&sip(&peer.await.target(), &[TCP], PATIENT).await, Status::Ok, "200 OK");
}

#[tokio::test]
async fn hostile_peers_on_tcp_are_cut_off() {
    let check = async |peer: Peer, words: &str| {
        assert_seen(&sip(&peer.target(), &[TCP], PATIENT).await, Status::Critical, words);
    };
    check(Peer::saying("HTTP/1.1 400 Bad Request\r\n").await, "not SIP: \"HTTP/1.1 400 Bad Request\"").await;
    check(Peer::endless("").await, "not SIP: \"xxx").await;
    check(Peer::endless("SIP/2.0 200 OK\r\n").await, "not SIP: \"SIP/2.0 200 OK\"").await;
    check(Peer::endless("SIP/2.0 200 OK\r\nl: 65000\r\n\r\n").await, "not SIP").await;
    check(Peer::resetting().await, "reset by the other side").await;
    check(over_tcp(|_| "SIP/2.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_owned()).await, "a body of no size")
        .await;
    check(over_tcp(|request| reply(request, "200 OK", &[]).replace("h: 0", "h: x")).await, "a body of no size").await;
    let rude = Peer::serve(|mut stream| async move {
        let _ = stream.read(&mut [0; 4_096]).await;
    });
    check(rude.await, "closed the connection without an answer").await;
    let talker = Peer::serve(|mut stream| async move {
        while stream.write_all(b"SIP/2.0 100 Trying\r\nCall-ID: other\r\n\r\n").await.is_ok() {}
    });
    check(talker.await, "sent over 262144 bytes").await;
    let (_reserved, address) = refusing();
    assert_seen(&sip(&address.to_string(), &[TCP], PATIENT).await, Status::Critical, "connection refused");
}

#[tokio::test]
async fn silence_on_tcp_ends_at_the_deadline() {
    let (_listener, half_open) = Peer::half_open();
    let (silent, drip) = (Peer::silent().await, Peer::dripping("SIP/2.0 ").await);
    let trying = over_tcp(|request| reply(request, "100 Trying", &[])).await;
    for target in [half_open.to_string(), silent.target(), drip.target(), trying.target()] {
        assert_seen(&sip(&target, &[TCP], SHORT).await, Status::Critical, "within 250 ms");
    }
}

#[tokio::test]
async fn tls_is_asked_with_its_certificate() {
    let identity = Identity::good("pbx.example");
    let peer = Peer::https(&identity, |request| reply(request, "200 OK", &[])).await;
    let params = [("transport", "tls"), ("server_name", "pbx.example"), ("ca_file", identity.ca_file())];
    let seen = sip(&peer.target(), &params, PATIENT).await;
    assert_seen(&seen, Status::Ok, "answered \"200 OK\"");
    assert!(seen.numbers.iter().any(|(name, _)| name == "tls_ms"));
    let other = Identity::good("other.example");
    let strange = [params[0], params[1], ("ca_file", other.ca_file())];
    assert_seen(&sip(&peer.target(), &strange, PATIENT).await, Status::Critical, "unknown authority");
    let missing = [params[0], ("ca_file", "/missing/ca.pem")];
    assert_seen(&sip(&peer.target(), &missing, PATIENT).await, Status::Unknown, "/missing/ca.pem");
}
