//! `ping` targets: addresses of 127.83.0.0/16, for which the kernel answers as for all of 127.0.0.0/8.
//!
//! A route in the table `local` keeps it from answering one address: `unreachable` refuses on sending, and a route that
//! is not local sends packets out by the loopback device, where they come back as foreign and are thrown away.
//! Changing routes takes the `ip` command and CAP_NET_ADMIN. A process that was killed leaves its routes behind, so
//! each lab first removes those whose address nobody holds.

use std::{
    collections::HashSet,
    io,
    net::Ipv4Addr,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr as UnixAddr, UnixDatagram},
    },
    process::{Command as StdCommand, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use super::{BreakMode, LabError};

const NETWORK: &str = "127.83.0.0/16";
/// Hosts of the network without its first and last address.
const HOSTS: u32 = 65_534;
/// Labs of one process start looking for addresses this far from each other, and processes with neighbouring numbers
/// this far. Where they meet all the same, the claims keep them apart.
const LAB_STRIDE: u32 = 257;
const PROCESS_STRIDE: u32 = 40_503;
/// Changing a route takes a millisecond or two. A command that hangs must not hang the lab.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);
/// Where the command is found; the paths of people without privilege often lack the last two.
const IP: [&str; 3] = ["ip", "/usr/sbin/ip", "/sbin/ip"];

/// An address that no other lab on this machine uses, for as long as the claim lives.
pub(super) struct Claim {
    pub(super) address: Ipv4Addr,
    // A name in the kernel, given back by the kernel even when the process is killed. It belongs to the network
    // namespace, just as the routes do.
    _name: UnixDatagram,
}

impl Claim {
    /// `None` when somebody else holds the address.
    pub(super) fn new(address: Ipv4Addr) -> io::Result<Option<Self>> {
        let name = UnixAddr::from_abstract_name(format!("faultdesk-lab/{address}"))?;
        match UnixDatagram::bind_addr(&name) {
            Ok(name) => Ok(Some(Self { address, _name: name })),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// `n` addresses that answer pings, after removing what dead labs left behind.
pub(super) async fn claim(n: usize) -> Result<Vec<Claim>, LabError> {
    if n == 0 {
        return Ok(Vec::new());
    }
    static LABS: AtomicU32 = AtomicU32::new(0);
    let open = |source| LabError::Open { what: "an address for a ping target".to_owned(), source };
    let broken = clean().await.map_err(open)?;
    let lab = LABS.fetch_add(1, Ordering::Relaxed).wrapping_mul(LAB_STRIDE);
    let start = std::process::id().wrapping_mul(PROCESS_STRIDE).wrapping_add(lab);
    let mut claims = Vec::with_capacity(n);
    for offset in 0..HOSTS {
        let [_, _, high, low] = (start.wrapping_add(offset) % HOSTS + 1).to_be_bytes();
        let address = Ipv4Addr::new(127, 83, high, low);
        if broken.contains(&address) {
            continue;
        }
        claims.extend(Claim::new(address).map_err(open)?);
        if claims.len() == n {
            return Ok(claims);
        }
    }
    Err(open(io::ErrorKind::AddrInUse.into()))
}

/// Removes routes that no living lab holds, and says which addresses are broken still. Without the command or the
/// privilege nothing can be removed, and nothing is an error: such addresses are just not used.
async fn clean() -> io::Result<HashSet<Ipv4Addr>> {
    let listed = ip(&["route", "show", "table", "local", "to", "root", NETWORK]).await;
    let mut broken: HashSet<_> = listed.map(|text| addresses(&text)).unwrap_or_default();
    for address in broken.clone() {
        // Held until the route is gone, so that a lab which starts meanwhile does not choose it.
        if let Some(_claim) = Claim::new(address)?
            && ip(&delete(address).each_ref().map(String::as_str)).await.is_ok()
        {
            broken.remove(&address);
        }
    }
    Ok(broken)
}

/// The addresses that one of our routes breaks, from what `ip route show` printed: `unreachable 127.83.0.9` and
/// `127.83.0.9 dev lo scope link`. Everything else in the network is somebody else's.
fn addresses(routes: &str) -> HashSet<Ipv4Addr> {
    let ours = |address: &Ipv4Addr| matches!(address.octets(), [127, 83, ..]);
    let broken = |line: &str| line.strip_prefix("unreachable ").unwrap_or(line).split(' ').next()?.parse().ok();
    routes.lines().filter_map(broken).filter(ours).collect()
}

fn delete(address: Ipv4Addr) -> [String; 5] {
    ["route".to_owned(), "del".to_owned(), format!("{address}/32"), "table".to_owned(), "local".to_owned()]
}

/// A target, and whether a route keeps it from answering.
pub(super) struct PingTarget {
    claim: Claim,
    broken: bool,
}

impl PingTarget {
    pub(super) fn new(claim: Claim) -> Self {
        Self { claim, broken: false }
    }

    pub(super) async fn change(&mut self, mode: Option<BreakMode>) -> Result<(), LabError> {
        let address = self.claim.address;
        let host = format!("{address}/32");
        match mode {
            None if self.broken => {
                ip(&delete(address).each_ref().map(String::as_str)).await?;
                self.broken = false;
            }
            None => {}
            // `replace` goes from one way of being broken to the other without a moment of health.
            Some(BreakMode::Refuse) => {
                self.route(&["route", "replace", "unreachable", &host, "table", "local"]).await?
            }
            Some(_) => self.route(&["route", "replace", &host, "dev", "lo", "table", "local"]).await?,
        }
        Ok(())
    }

    async fn route(&mut self, arguments: &[&str]) -> Result<(), LabError> {
        // A command that was cut off by its time limit may still have done it.
        let before = std::mem::replace(&mut self.broken, true);
        let done = ip(arguments).await.map(|_| ());
        self.broken = before || !matches!(done, Err(LabError::NoTool | LabError::NoPrivilege));
        done
    }
}

impl Drop for PingTarget {
    fn drop(&mut self) {
        if !self.broken {
            return;
        }
        // A destructor cannot wait in any other way. It is two milliseconds, at the end of a lab.
        for program in IP {
            let status = StdCommand::new(program).args(delete(self.claim.address)).stderr(Stdio::null()).status();
            if status.is_ok_and(|status| status.success()) {
                return;
            }
        }
        tracing::warn!(address = %self.claim.address, "the route of a lab's ping target could not be removed");
    }
}

/// What `ip` printed.
async fn ip(arguments: &[&str]) -> Result<String, LabError> {
    for program in IP {
        let mut command = Command::new(program);
        // C, so that its errors are the ones that `outcome` knows.
        command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).kill_on_drop(true);
        match timeout(COMMAND_TIMEOUT, command.output()).await {
            Ok(Ok(output)) => return outcome(&output),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(Err(error)) => {
                return Err(LabError::Route { reason: error.to_string() });
            }
            Err(_) => {
                return Err(LabError::Route { reason: format!("no end within {COMMAND_TIMEOUT:?}") });
            }
        }
    }
    Err(LabError::NoTool)
}

fn outcome(output: &Output) -> Result<String, LabError> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match reason.contains("not permitted") || reason.contains("Permission denied") {
        true => Err(LabError::NoPrivilege),
        false => Err(LabError::Route { reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_as_ip_prints_them() {
        let printed = "unreachable 127.83.0.9 \n127.83.1.2 dev lo scope link \nlocal 127.83.2.9 dev lo scope host\n\
            127.84.0.1 dev lo\n127.83.3.0/24 dev lo\n\n";
        let wanted = ["127.83.0.9", "127.83.1.2"].map(|text| text.parse().unwrap());
        assert_eq!(addresses(printed), HashSet::from(wanted));
    }

    #[tokio::test]
    async fn no_two_labs_share_an_address() {
        let (first, second) = (claim(200).await.unwrap(), claim(200).await.unwrap());
        let all: HashSet<_> = first.iter().chain(&second).map(|claim| claim.address).collect();
        assert_eq!(all.len(), 400);
        assert!(Claim::new(first[0].address).unwrap().is_none());
        let given_back = first[0].address;
        drop(first);
        // A process that another test is just starting holds the name for a moment longer.
        let free = async {
            while Claim::new(given_back).unwrap().is_none() {
                tokio::task::yield_now().await;
            }
        };
        assert!(timeout(COMMAND_TIMEOUT, free).await.is_ok());
    }

    #[tokio::test]
    async fn a_route_that_a_dead_lab_left_behind_is_removed_and_a_living_ones_is_kept() {
        let mut living = PingTarget::new(claim(1).await.unwrap().remove(0));
        let claim = claim(1).await.unwrap().remove(0);
        let dead = claim.address;
        let host = format!("{dead}/32");
        let broken = ip(&["route", "replace", "unreachable", &host, "table", "local"]).await;
        drop(claim);
        match broken {
            Ok(_) => {
                living.change(Some(BreakMode::Silent)).await.unwrap();
                // Another test's lab may be removing it at this moment, which leaves it to that one.
                let gone = async { while clean().await.unwrap().contains(&dead) {} };
                assert!(timeout(COMMAND_TIMEOUT * 4, gone).await.is_ok());
                assert!(clean().await.unwrap().contains(&living.claim.address));
            }
            // Without the tool or the privilege there is nothing to clean, and that is told.
            Err(error) => assert!(matches!(error, LabError::NoTool | LabError::NoPrivilege), "{error}"),
        }
    }
}
