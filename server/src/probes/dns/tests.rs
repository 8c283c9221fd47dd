use std::{net::Ipv4Addr, sync::Mutex};

use domain::{
    observation::Observation,
    probe::{ProbeKind, ProbeSpec},
};
use hickory_proto::{
    op::{Message, MessageType, OpCode, Query, ResponseCode},
    rr::{
        DNSClass, Name, RData, Record, RecordType,
        rdata::{A, CNAME, MX, TXT},
    },
};
use tokio::net::TcpListener;

use super::*;
use crate::probes::peer::{PATIENT, SHORT, UdpPeer, assert_seen, probe, refusing_udp};

async fn dns(name: &str, resolver: &str, params: &[(&str, &str)], timeout: Duration) -> Observation {
    let params: Vec<_> = params.iter().copied().chain([("resolver", resolver)]).collect();
    probe(ProbeKind::Dns, name, &params, timeout).await
}

/// The answer to `request` with two addresses, changed as wanted.
fn reply(request: &[u8], change: impl Fn(&mut Message)) -> Vec<u8> {
    let request = Message::from_vec(request).unwrap();
    let mut message = Message::new(request.metadata.id, MessageType::Response, OpCode::Query);
    let name = request.queries[0].name.clone();
    message.add_query(request.queries[0].clone());
    for last in [10, 11] {
        message.add_answer(Record::from_rdata(name.clone(), 60, RData::A(A(Ipv4Addr::new(192, 0, 2, last)))));
    }
    change(&mut message);
    message.to_vec().unwrap()
}

async fn answering(change: fn(&mut Message)) -> UdpPeer {
    UdpPeer::serve(move |request, _| vec![reply(request, change)]).await
}

fn records(message: &mut Message, records: Vec<RData>) {
    let name = message.queries[0].name.clone();
    message.answers = records.into_iter().map(|data| Record::from_rdata(name.clone(), 60, data)).collect();
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).unwrap()
}

#[tokio::test]
async fn an_answer_is_told_and_matched() {
    let peer = answering(|_| {}).await;
    let seen = dns("pbx.example", &peer.target(), &[], PATIENT).await;
    assert_seen(&seen, Status::Ok, "answered 192.0.2.10, 192.0.2.11 in ");
    assert!(seen.latency_us.is_some());
    assert_seen(
        &dns("PBX.example.", &peer.target(), &[("answer", "192.0.2.11")], PATIENT).await,
        Status::Ok,
        "answered",
    );
    let seen = dns("pbx.example", &peer.target(), &[("answer", "192.0.2.1")], PATIENT).await;
    assert_seen(
        &seen,
        Status::Critical,
        "no A record of pbx.example reads \"192.0.2.1\"; heard 192.0.2.10, 192.0.2.11",
    );
    let late = [("latency_warning_ms", "1"), ("latency_critical_ms", "60000")];
    let slow = UdpPeer::serve(|request, _| {
        std::thread::sleep(Duration::from_millis(5));
        vec![reply(request, |_| {})]
    });
    assert_seen(&dns("pbx.example", &slow.await.target(), &late, PATIENT).await, Status::Warning, "warning from 1 ms");
}

#[tokio::test]
async fn records_of_other_types_do_not_count() {
    let alias = |message: &mut Message| {
        records(message, vec![RData::CNAME(CNAME(name("b.example."))), RData::A(A(Ipv4Addr::new(192, 0, 2, 1)))]);
    };
    let peer = UdpPeer::serve(move |request, _| vec![reply(request, alias)]).await;
    assert_seen(&dns("a.example", &peer.target(), &[], PATIENT).await, Status::Ok, "answered 192.0.2.1 in");
    let seen = dns("a.example", &peer.target(), &[("type", "CNAME"), ("answer", "b.example")], PATIENT).await;
    assert_seen(&seen, Status::Ok, "answered b.example. in");
    let seen = dns("a.example", &peer.target(), &[("type", "AAAA")], PATIENT).await;
    assert_seen(&seen, Status::Critical, "a.example has no AAAA record");
    let mail = UdpPeer::serve(|request, _| {
        vec![reply(request, |message| {
            records(
                message,
                vec![RData::MX(MX::new(10, name("mail.example."))), RData::TXT(TXT::new(vec!["x".to_owned()]))],
            );
        })]
    });
    let seen = dns("a.example", &mail.await.target(), &[("type", "mx"), ("answer", "10 mail.*")], PATIENT).await;
    assert_seen(&seen, Status::Ok, "answered 10 mail.example. in");
}

#[tokio::test]
async fn the_response_code_is_judged() {
    let none = answering(|message| {
        message.metadata.response_code = ResponseCode::NXDomain;
        message.answers.clear();
    })
    .await;
    assert_seen(&dns("a.example", &none.target(), &[], PATIENT).await, Status::Critical, "NXDOMAIN and not NOERROR");
    let wanted = [("rcode", "NXDOMAIN")];
    assert_seen(&dns("a.example", &none.target(), &wanted, PATIENT).await, Status::Ok, "answered NXDOMAIN");
    let peer = answering(|_| {}).await;
    assert_seen(
        &dns("a.example", &peer.target(), &wanted, PATIENT).await,
        Status::Critical,
        "NOERROR and not NXDOMAIN",
    );
    // The header alone, as a server sends it that does not know the question's form.
    let confused = answering(|message| {
        message.metadata.response_code = ResponseCode::FormErr;
        message.answers.clear();
        message.queries.clear();
    });
    assert_seen(&dns("a.example", &confused.await.target(), &[], PATIENT).await, Status::Critical, "answered FORMERR");
}

/// What an attacker or a broken machine might send instead of the answer to `request`.
fn foreign(request: &[u8]) -> Vec<Vec<u8>> {
    let lie = |change: fn(&mut Message)| {
        reply(request, |message| {
            message.metadata.response_code = ResponseCode::Refused;
            change(message);
        })
    };
    let mut loops = request.to_vec();
    // An answer whose only question is a name that points to itself.
    loops[2] |= 0x80;
    loops.truncate(12);
    loops.extend([0xc0, 12, 0, 1, 0, 1]);
    let mut forward = request.to_vec();
    forward[2] |= 0x80;
    forward.truncate(12);
    forward.extend([0xc0, 0xff, 0, 1, 0, 1]);
    // It promises more records than there are.
    let mut short = lie(|_| {});
    short[6..8].copy_from_slice(&u16::MAX.to_be_bytes());
    vec![
        lie(|message| message.metadata.id ^= 1),
        lie(|message| message.metadata.message_type = MessageType::Query),
        lie(|message| message.metadata.op_code = OpCode::Status),
        lie(|message| message.queries[0] = Query::query(name("other.example."), RecordType::A)),
        lie(|message| message.queries[0].query_type = RecordType::AAAA),
        lie(|message| message.queries[0].query_class = DNSClass::CH),
        lie(|message| message.queries.clear()),
        lie(|message| {
            let again = message.queries[0].clone();
            message.add_query(again);
        }),
        loops,
        forward,
        short,
        request.to_vec(),
        Vec::new(),
        vec![0xff; 3_000],
        vec![0; 12],
    ]
}

#[tokio::test]
async fn what_is_no_answer_is_ignored() {
    let count = foreign(&Message::query().add_query(Query::query(name("a."), RecordType::A)).to_vec().unwrap()).len();
    for index in 0..count {
        let peer = UdpPeer::serve(move |request, _| vec![foreign(request).swap_remove(index)]).await;
        let seen = dns("a.example", &peer.target(), &[], SHORT).await;
        assert!(seen.status == Status::Critical && seen.text.contains("within 250 ms"), "{index}: {seen:?}");
    }
    let peer = UdpPeer::serve(|request, _| foreign(request).into_iter().chain([reply(request, |_| {})]).collect());
    assert_seen(&dns("a.example", &peer.await.target(), &[], PATIENT).await, Status::Ok, "answered 192.0.2.10");
}

#[tokio::test]
async fn a_lost_question_is_asked_again_and_each_probe_has_its_own_id() {
    let ids = std::sync::Arc::new(Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&ids);
    let peer = UdpPeer::serve(move |request, number| {
        log.lock().unwrap().push(request[..2].to_vec());
        if number == 1 { Vec::new() } else { vec![reply(request, |_| {})] }
    })
    .await;
    for _ in 0..4 {
        assert_seen(&dns("a.example", &peer.target(), &[], PATIENT).await, Status::Ok, "answered");
    }
    let ids = ids.lock().unwrap();
    assert!(ids.len() == 5 && ids[0] == ids[1], "{ids:?}");
    assert!(ids[1..].windows(2).any(|pair| pair[0] != pair[1]), "{ids:?}");
}

/// A resolver that says over UDP that its answer was cut off, and over TCP what `answer` makes of the question.
async fn cut_off(answer: fn(&[u8]) -> Vec<u8>) -> (UdpPeer, tokio::task::JoinHandle<()>) {
    let (peer, listener) = loop {
        let peer = UdpPeer::serve(|request, _| {
            // Cut in the middle of a record.
            let mut whole = reply(request, |message| message.metadata.truncation = true);
            whole.truncate(whole.len() - 3);
            vec![whole]
        })
        .await;
        // Somebody else may have that port over TCP.
        match TcpListener::bind(peer.address).await {
            Ok(listener) => break (peer, listener),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse),
        }
    };
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let length = stream.read_u16().await.unwrap();
            let mut request = vec![0; usize::from(length)];
            stream.read_exact(&mut request).await.unwrap();
            let _ = stream.write_all(&answer(&request)).await;
        }
    });
    (peer, task)
}

#[tokio::test]
async fn a_long_answer_comes_over_tcp() {
    fn framed(answer: Vec<u8>) -> Vec<u8> {
        [&u16::try_from(answer.len()).unwrap().to_be_bytes()[..], &answer].concat()
    }
    let (peer, _task) = cut_off(|request| {
        framed(reply(request, |message| {
            records(message, (0..200).map(|last| RData::A(A(Ipv4Addr::new(192, 0, 2, last)))).collect());
        }))
    })
    .await;
    let seen = dns("a.example", &peer.target(), &[("answer", "192.0.2.199")], PATIENT).await;
    assert_seen(&seen, Status::Ok, "answered 192.0.2.0, 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 195 more in");
    let other = |request: &[u8]| framed(reply(request, |message| message.metadata.id ^= 1));
    for (answer, words) in [
        (other as fn(&[u8]) -> Vec<u8>, "no answer to the question"),
        (|_| vec![0, 3, 1, 2, 3], "no answer to the question"),
        (|_| vec![0, 0], "no answer to the question"),
        (|_| vec![0xff, 0xff, 1], "no whole answer over TCP: connection closed"),
        (|_| Vec::new(), "no whole answer over TCP"),
    ] {
        let (peer, _task) = cut_off(answer).await;
        assert_seen(&dns("a.example", &peer.target(), &[], PATIENT).await, Status::Critical, words);
    }
}

#[tokio::test]
async fn silence_floods_and_refusals_end() {
    let silent = UdpPeer::serve(|_, _| Vec::new()).await;
    assert_seen(&dns("a.example", &silent.target(), &[], SHORT).await, Status::Critical, "no answer within 250 ms");
    let flood = UdpPeer::flooding(vec![b'x'; 4_096]).await;
    assert_seen(&dns("a.example", &flood.target(), &[], PATIENT).await, Status::Critical, "sent over 262144 bytes");
    let (_reserved, address) = refusing_udp().await;
    let seen = dns("a.example", &address.to_string(), &[], PATIENT).await;
    assert_seen(&seen, Status::Critical, "connection refused");
}

#[test]
fn the_systems_resolvers_are_read_as_the_system_reads_them() {
    let check = |text: &str, servers: &[&str]| {
        let servers: Vec<SocketAddr> = servers.iter().map(|server| server.parse().unwrap()).collect();
        assert_eq!(name_servers(text), servers, "{text}");
    };
    check(
        "# nameserver 192.0.2.9\nsearch a\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 \n",
        &["192.0.2.1:53", "[2001:db8::1]:53"],
    );
    check("nameserver not-an-address\n", &["127.0.0.1:53"]);
    check(
        "nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4\n",
        &["1.1.1.1:53", "1.1.1.2:53", "1.1.1.3:53"],
    );
}

#[test]
fn that_our_own_resolver_cannot_ask_is_no_fault_of_theirs() {
    let spec =
        |pairs: &[(&str, &str)]| match ProbeSpec::parse(ProbeKind::Dns, "a.example", &pairs.iter().copied().collect())
            .unwrap()
        {
            ProbeSpec::Dns(spec) => spec,
            other => panic!("{other:?}"),
        };
    let unknown =
        |pairs: &[(&str, &str)], code: DnsCode| matches!(ours(&spec(pairs), code.number()), Err(Trouble::Ours(_)));
    assert!(unknown(&[], DnsCode::ServFail) && unknown(&[], DnsCode::Refused));
    assert!(!unknown(&[], DnsCode::NoError) && !unknown(&[], DnsCode::NxDomain));
    assert!(!unknown(&[("resolver", "192.0.2.1")], DnsCode::ServFail), "a name server that is to be judged");
    assert!(!unknown(&[("rcode", "SERVFAIL")], DnsCode::ServFail), "that is what is wanted");
}
