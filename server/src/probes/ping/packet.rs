//! ICMP echo on the wire, for both families. Nothing here trusts a length or a byte that came from outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Random bytes in each request. An answer without them is not ours, whatever its numbers say.
pub(super) const COOKIE_BYTES: usize = 16;
const ICMP_HEADER: usize = 8;
/// A whole request: header and cookie, nothing to fill up.
pub(super) const REQUEST_BYTES: usize = ICMP_HEADER + COOKIE_BYTES;

const IPV4_HEADER_MIN: usize = 20;
const IPV6_HEADER: usize = 40;
const PROTOCOL_ICMP: u8 = 1;
const PROTOCOL_ICMPV6: u8 = 58;

/// What tells one request from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Echo {
    pub(super) ident: u16,
    pub(super) seq: u16,
    pub(super) cookie: [u8; COOKIE_BYTES],
}

/// A packet that may concern us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    Reply(Echo),
    /// Somebody on the way could not deliver the request to `target` and quoted it.
    Undeliverable {
        request: Echo,
        target: IpAddr,
        reason: &'static str,
    },
}

/// An echo request. The kernel fills the checksum in for IPv6, which needs the source address.
pub(super) fn request(v4: bool, echo: &Echo) -> [u8; REQUEST_BYTES] {
    let kind = if v4 { 8 } else { 128 };
    let [ident_high, ident_low] = echo.ident.to_be_bytes();
    let [seq_high, seq_low] = echo.seq.to_be_bytes();
    let header = [kind, 0, 0, 0, ident_high, ident_low, seq_high, seq_low];
    let mut packet = [0; REQUEST_BYTES];
    let bytes = header.into_iter().chain(echo.cookie);
    packet.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
    if v4 {
        let sum = checksum(&packet).to_be_bytes();
        packet.iter_mut().skip(2).zip(sum).for_each(|(slot, byte)| *slot = byte);
    }
    packet
}

/// The packet read, if it is whole, sound and of a kind that matters. `with_ip_header`: as raw IPv4 sockets deliver.
pub(super) fn parse(v4: bool, with_ip_header: bool, bytes: &[u8]) -> Option<Incoming> {
    let icmp = if with_ip_header { skip_ipv4(bytes)?.1 } else { bytes };
    // The kernel has checked what it delivers without IP header, and everything of IPv6.
    if v4 && with_ip_header && checksum(icmp) != 0 {
        return None;
    }
    let (kind, code) = (*icmp.first()?, *icmp.get(1)?);
    match (v4, kind) {
        (true, 0) | (false, 129) => echo(icmp).map(Incoming::Reply),
        (true, 3 | 11) => {
            let (target, quoted) = skip_ipv4(icmp.get(ICMP_HEADER..)?)?;
            (*quoted.first()? == 8).then_some(())?;
            let request = echo(quoted)?;
            Some(Incoming::Undeliverable { request, target: target.into(), reason: reason_v4(kind, code) })
        }
        (false, 1 | 3) => {
            let quote = icmp.get(ICMP_HEADER..)?;
            (*quote.get(6)? == PROTOCOL_ICMPV6).then_some(())?;
            let target: [u8; 16] = quote.get(24..40)?.try_into().ok()?;
            let quoted = quote.get(IPV6_HEADER..)?;
            (*quoted.first()? == 128).then_some(())?;
            let request = echo(quoted)?;
            let target = Ipv6Addr::from(target).into();
            Some(Incoming::Undeliverable { request, target, reason: reason_v6(kind, code) })
        }
        _ => None,
    }
}

/// Destination and payload of an IPv4 packet that carries ICMP.
fn skip_ipv4(bytes: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let first = *bytes.first()?;
    let header = usize::from(first & 0x0f) * 4;
    let sound = first >> 4 == 4 && IPV4_HEADER_MIN <= header && *bytes.get(9)? == PROTOCOL_ICMP;
    sound.then_some(())?;
    let destination: [u8; 4] = bytes.get(16..20)?.try_into().ok()?;
    Some((destination.into(), bytes.get(header..)?))
}

/// Numbers and cookie of an echo. A quote that was cut before the end of the cookie proves nothing and counts as none.
fn echo(icmp: &[u8]) -> Option<Echo> {
    let number = |at: usize| Some(u16::from_be_bytes(icmp.get(at..at + 2)?.try_into().ok()?));
    let cookie = icmp.get(ICMP_HEADER..REQUEST_BYTES)?.try_into().ok()?;
    Some(Echo { ident: number(4)?, seq: number(6)?, cookie })
}

/// RFC 1071. Zero over a packet whose checksum is right.
fn checksum(bytes: &[u8]) -> u16 {
    let mut pairs = bytes.chunks_exact(2);
    let mut sum: u32 = 0;
    for pair in &mut pairs {
        if let [high, low] = pair {
            sum = sum.wrapping_add(u32::from(u16::from_be_bytes([*high, *low])));
        }
    }
    if let [last] = pairs.remainder() {
        sum = sum.wrapping_add(u32::from(u16::from_be_bytes([*last, 0])));
    }
    while 0 < sum >> 16 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

fn reason_v4(kind: u8, code: u8) -> &'static str {
    match (kind, code) {
        (3, 0) => "network unreachable",
        (3, 1) => "host unreachable",
        (3, 4) => "packet too big",
        (3, 9 | 10 | 13) => "forbidden by a firewall",
        (3, _) => "destination unreachable",
        _ => "too many hops, perhaps a routing loop",
    }
}

fn reason_v6(kind: u8, code: u8) -> &'static str {
    match (kind, code) {
        (1, 0) => "no route",
        (1, 1 | 5 | 6) => "forbidden by a firewall",
        (1, 3) => "host unreachable",
        (1, _) => "destination unreachable",
        _ => "too many hops, perhaps a routing loop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECHO: Echo = Echo { ident: 0x1234, seq: 7, cookie: [0xa5; COOKIE_BYTES] };

    fn ipv4(destination: [u8; 4], payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x45, 0, 0, 0, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1];
        packet.extend(destination);
        packet.extend(payload);
        packet
    }

    fn summed(mut icmp: Vec<u8>) -> Vec<u8> {
        let sum = checksum(&icmp).to_be_bytes();
        icmp[2..4].copy_from_slice(&sum);
        icmp
    }

    fn reply_v4() -> Vec<u8> {
        let mut icmp = request(true, &ECHO).to_vec();
        icmp[0] = 0;
        icmp[2..4].fill(0);
        ipv4([192, 0, 2, 9], &summed(icmp))
    }

    fn unreachable_v4() -> Vec<u8> {
        let mut icmp = vec![3, 1, 0, 0, 0, 0, 0, 0];
        icmp.extend(ipv4([198, 51, 100, 1], &request(true, &ECHO)));
        ipv4([192, 0, 2, 9], &summed(icmp))
    }

    #[test]
    fn a_request_has_a_good_checksum_and_carries_its_numbers() {
        let packet = request(true, &ECHO);
        assert_eq!(checksum(&packet), 0);
        assert_eq!(echo(&packet), Some(ECHO));
        assert_eq!(request(false, &ECHO)[..4], [128, 0, 0, 0]);
    }

    #[test]
    fn replies_are_read_with_and_without_ip_header() {
        assert_eq!(parse(true, true, &reply_v4()), Some(Incoming::Reply(ECHO)));
        assert_eq!(parse(true, false, &reply_v4()[20..]), Some(Incoming::Reply(ECHO)));
        let mut v6 = request(false, &ECHO);
        v6[0] = 129;
        assert_eq!(parse(false, false, &v6), Some(Incoming::Reply(ECHO)));
    }

    #[test]
    fn an_unreachable_names_whom_it_is_about() {
        let target = "198.51.100.1".parse().unwrap();
        let wanted = Incoming::Undeliverable { request: ECHO, target, reason: "host unreachable" };
        assert_eq!(parse(true, true, &unreachable_v4()), Some(wanted));
        let mut v6 = vec![1, 0, 0, 0, 0, 0, 0, 0];
        v6.extend([0x60, 0, 0, 0, 0, 24, PROTOCOL_ICMPV6, 64]);
        v6.extend(Ipv6Addr::LOCALHOST.octets());
        v6.extend("2001:db8::9".parse::<Ipv6Addr>().unwrap().octets());
        v6.extend(request(false, &ECHO));
        let target = "2001:db8::9".parse().unwrap();
        let wanted = Incoming::Undeliverable { request: ECHO, target, reason: "no route" };
        assert_eq!(parse(false, false, &v6), Some(wanted));
    }

    #[test]
    fn every_shortened_packet_is_refused() {
        for whole in [reply_v4(), unreachable_v4()] {
            for end in 0..whole.len() {
                assert_eq!(parse(true, true, &whole[..end]), None, "{end} bytes");
            }
        }
    }

    #[test]
    fn damaged_and_foreign_packets_are_refused() {
        for at in 20..reply_v4().len() {
            let mut packet = reply_v4();
            packet[at] ^= 0x40;
            assert_eq!(parse(true, true, &packet), None, "byte {at}");
        }
        let own_request = ipv4([127, 0, 0, 1], &request(true, &ECHO));
        assert_eq!(parse(true, true, &own_request), None);
        // A header that claims to be longer than the packet.
        let mut packet = reply_v4();
        packet[0] = 0x4f;
        assert_eq!(parse(true, true, &packet), None);
    }

    #[test]
    fn random_bytes_never_pass() {
        let mut state = 1_u64;
        let mut bytes = [0; 96];
        for round in 0..20_000 {
            for byte in &mut bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 56) as u8;
            }
            for v4 in [true, false] {
                let found = parse(v4, v4, &bytes[..round % 97]);
                assert!(!matches!(found, Some(Incoming::Reply(echo)) if echo == ECHO));
            }
        }
    }
}
