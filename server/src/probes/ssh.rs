//! `ssh`: waits for the identification that a server begins with. Source: RFC 4253, 4.2.

use domain::{observation::Status, probe::SshSpec};

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, connected, first_line,
    lines::{LINES_MAX, Lines},
    micros, within_reason,
};

/// Tells the other side's log who came.
const OWN: &str = "SSH-2.0-faultdesk\r\n";

pub(super) async fn run(shared: &Shared, spec: &SshSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    let stream = connected(shared, &spec.host, spec.port, trace).await?;
    trace.phase = Phase::Answer;
    let (started, deadline) = (trace.started, trace.deadline);
    let mut lines = Lines::new(stream, &mut trace.heard);
    let mut found = None;
    for _ in 0..LINES_MAX {
        // Other lines may come first, to be shown to people.
        let line = lines.line().await?;
        if line.starts_with("SSH-") {
            found = Some(line);
            break;
        }
    }
    let line = found.ok_or_else(|| lines.too_many())?;
    let took = started.elapsed();
    within_reason(deadline, async move {
        if lines.send(OWN, "its goodbye").await.is_ok() {
            lines.close().await;
        }
    })
    .await;
    let shown = first_line(line.as_bytes());
    match version(&line) {
        Some("2.0" | "1.99") => {
            let text = format!("answered {shown} in {}", Millis(took));
            Ok(Verdict { status: Status::Ok, text, latency_us: Some(micros(took)) })
        }
        Some(other) => Err(Trouble::Theirs(format!("speaks version {other} of SSH and not 2.0: {shown}"))),
        None => Err(Trouble::Theirs(format!("answered {shown}, which is no identification of SSH"))),
    }
}

/// The protocol's version in `SSH-protoversion-softwareversion`.
fn version(line: &str) -> Option<&str> {
    let (version, software) = line.strip_prefix("SSH-")?.split_once('-')?;
    (!version.is_empty() && !software.is_empty()).then_some(version)
}

#[cfg(test)]
mod tests {
    use domain::{observation::Observation, probe::ProbeKind};

    use super::*;
    use crate::probes::peer::{PATIENT, Peer, SHORT, assert_seen, probe, refusing};

    async fn ssh(peer: &Peer) -> Observation {
        probe(ProbeKind::Ssh, &peer.target(), &[], PATIENT).await
    }

    #[tokio::test]
    async fn an_identification_is_ok_also_after_other_lines() {
        for words in [
            "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
            "SSH-1.99-Cisco-1.25\n",
            "Authorised use only.\r\nReally.\r\nSSH-2.0-dropbear\r\n",
        ] {
            let peer = Peer::saying(words).await;
            assert_seen(&ssh(&peer).await, Status::Ok, "answered \"SSH-");
        }
        let peer = Peer::dripping("SSH-2.0-slow\r\n").await;
        assert_seen(&ssh(&peer).await, Status::Ok, "answered \"SSH-2.0-slow\"");
    }

    #[tokio::test]
    async fn other_protocols_are_not_taken_for_ssh() {
        for (words, told) in [
            ("SSH-1.5-old\r\n", "speaks version 1.5"),
            ("SSH-2.0\r\n", "no identification of SSH"),
            ("SSH-\r\n", "no identification of SSH"),
        ] {
            let peer = Peer::saying(words).await;
            assert_seen(&ssh(&peer).await, Status::Critical, told);
        }
        let peer = Peer::serve(|mut stream| async move {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail\r\n").await;
        })
        .await;
        assert_seen(&ssh(&peer).await, Status::Critical, "closed the connection instead of its greeting");
    }

    #[tokio::test]
    async fn hostile_peers_are_cut_off() {
        assert_seen(&ssh(&Peer::endless("").await).await, Status::Critical, "a line of over 4096 bytes");
        let talker = Peer::serve(|mut stream| async move {
            while tokio::io::AsyncWriteExt::write_all(&mut stream, b"welcome\r\n").await.is_ok() {}
        });
        assert_seen(&ssh(&talker.await).await, Status::Critical, "said over 100 lines");
        assert_seen(&ssh(&Peer::resetting().await).await, Status::Critical, "reset by the other side");
        let (_reserved, address) = refusing();
        let seen = probe(ProbeKind::Ssh, &address.to_string(), &[], PATIENT).await;
        assert_seen(&seen, Status::Critical, "connection refused");
    }

    #[tokio::test]
    async fn silence_and_a_drip_end_at_the_deadline() {
        let (_listener, half_open) = Peer::half_open();
        let (silent, drip) = (Peer::silent().await, Peer::dripping("no end ").await);
        for target in [half_open.to_string(), silent.target(), drip.target()] {
            let seen = probe(ProbeKind::Ssh, &target, &[], SHORT).await;
            assert_seen(&seen, Status::Critical, "within 250 ms");
        }
    }

    #[tokio::test]
    async fn a_server_that_never_hangs_up_does_not_spoil_its_answer() {
        let peer = Peer::serve(|mut stream| async move {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-stubborn\r\n").await;
            std::future::pending::<()>().await;
        });
        let peer = peer.await;
        let seen = probe(ProbeKind::Ssh, &peer.target(), &[], SHORT).await;
        assert_seen(&seen, Status::Ok, "answered \"SSH-2.0-stubborn\"");
    }
}
