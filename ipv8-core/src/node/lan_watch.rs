//! Looks at this machine's own addresses now and then, beside the node's loop: reading the interfaces can take a second.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::node::endpoint::{Endpoint, guess_lan_address};
use crate::overlay::context::{Interfaces, LocalAddresses};
use crate::wire::address::UNSPECIFIED;

/// How often to look (py-ipv8: 10 s).
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How many own hosts are kept; no machine that launches a node has as many.
const MOST_HOSTS: usize = 256;

/// The task that looks; ends with the node.
pub(super) struct LanWatch {
    changes: mpsc::Receiver<LocalAddresses>,
    task: Option<JoinHandle<()>>,
}

impl LanWatch {
    /// Looks at once, then every ten seconds. A network in memory has no interfaces to look at.
    pub(super) fn start(endpoint: &Endpoint) -> Self {
        let (give, changes) = mpsc::channel(1);
        let bound = endpoint.local_addresses();
        let task = endpoint.is_real().then(|| tokio::spawn(watch(bound, give)));
        Self { changes, task }
    }

    /// Waits for the own addresses to be others than before; the first time for the first look. Cancel safe.
    pub(super) async fn changed(&mut self) -> LocalAddresses {
        match self.changes.recv().await {
            Some(local) => local,
            None => std::future::pending().await,
        }
    }
}

impl Drop for LanWatch {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn watch(bound: Vec<SocketAddr>, give: mpsc::Sender<LocalAddresses>) {
    let mut before = None;
    let mut failed = false;
    loop {
        let sockets = bound.clone();
        let looked = spawn_blocking(move || look(&sockets)).await;
        match looked {
            Ok(Ok(local)) => {
                if before.as_ref() != Some(&local) {
                    before = Some(local.clone());
                    if give.send(local).await.is_err() {
                        return;
                    }
                }
            }
            Ok(Err(error)) if !std::mem::replace(&mut failed, true) => {
                tracing::warn!(%error, "the addresses of this machine cannot be read");
            }
            // Told already, or the runtime is going down.
            Ok(Err(_)) | Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Blocks: reads the interfaces, and asks which address datagrams would leave from.
fn look(bound: &[SocketAddr]) -> std::io::Result<LocalAddresses> {
    let interfaces = if_addrs::get_if_addrs()?;
    let hosts: Vec<IpAddr> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    Ok(local_addresses(bound, &hosts))
}

/// What is known of sockets at `bound` on a machine whose interfaces have `hosts`, which may be empty when they were not read.
pub(super) fn local_addresses(bound: &[SocketAddr], hosts: &[IpAddr]) -> LocalAddresses {
    let of_family = |ipv4: bool| bound.iter().find(|address| address.is_ipv4() == ipv4);
    let lan = of_family(true).or(bound.first());
    let lan = lan.map_or(UNSPECIFIED, |address| preferred(*address, hosts));
    let mut lan_hosts: Vec<Ipv4Addr> = Vec::new();
    // The loopback host is every machine's own and says nothing about where a peer is.
    if let IpAddr::V4(own) = lan.ip()
        && !own.is_loopback()
        && !own.is_unspecified()
    {
        let others = hosts.iter().filter_map(|host| match host {
            IpAddr::V4(host) if is_lan_host(*host) => Some(*host),
            _ => None,
        });
        lan_hosts.push(own);
        lan_hosts.extend(others.filter(|host| *host != own).take(MOST_HOSTS));
        lan_hosts.sort_unstable();
        lan_hosts.dedup();
    }
    LocalAddresses {
        lan,
        ipv6: of_family(false).map(|address| preferred(*address, hosts)),
        interfaces: Interfaces {
            ipv4: of_family(true).is_some(),
            ipv6: of_family(false).is_some(),
        },
        lan_hosts,
        beacon: None,
    }
}

/// What the system would send from; without such a route the first address of an interface, before the loopback one.
fn preferred(bound: SocketAddr, hosts: &[IpAddr]) -> SocketAddr {
    let guess = guess_lan_address(bound);
    if bound.ip().is_loopback() || !guess.ip().is_loopback() {
        return guess;
    }
    let usable = |host: &&IpAddr| match host {
        IpAddr::V4(host) => bound.is_ipv4() && is_lan_host(*host),
        IpAddr::V6(host) => bound.is_ipv6() && is_reachable(*host),
    };
    let host = hosts.iter().find(usable);
    host.map_or(guess, |host| SocketAddr::new(*host, bound.port()))
}

/// What py-ipv8 takes for an own address (protocol 4.5).
fn is_lan_host(host: Ipv4Addr) -> bool {
    !host.is_loopback() && !host.is_unspecified() && !host.is_broadcast()
}

/// A link-local address is of no use without the name of its link.
fn is_reachable(host: Ipv6Addr) -> bool {
    !host.is_loopback() && !host.is_unspecified() && !host.is_unicast_link_local()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn known(bound: &[&str], hosts: &[&str]) -> LocalAddresses {
        let bound: Vec<_> = bound.iter().map(|text| text.parse().unwrap()).collect();
        let hosts: Vec<_> = hosts.iter().map(|text| text.parse().unwrap()).collect();
        local_addresses(&bound, &hosts)
    }

    #[test]
    fn a_node_on_loopback_stays_there() {
        let local = known(&["127.0.0.1:5", "[::1]:6"], &["10.0.0.1", "2001:db8::7"]);
        assert_eq!(local.lan, "127.0.0.1:5".parse().unwrap());
        assert_eq!(local.ipv6, Some("[::1]:6".parse().unwrap()));
        assert!(local.lan_hosts.is_empty());
        assert!(local.interfaces.ipv4 && local.interfaces.ipv6);
    }

    #[test]
    fn a_node_on_one_address_has_the_hosts_of_all_interfaces() {
        let hosts = [
            "127.0.0.1",
            "10.0.0.9",
            "10.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "fe80::1",
        ];
        let local = known(&["10.0.0.1:5"], &hosts);
        assert_eq!(local.lan, "10.0.0.1:5".parse().unwrap());
        let own: [Ipv4Addr; 2] = [[10, 0, 0, 1].into(), [10, 0, 0, 9].into()];
        assert_eq!(local.lan_hosts, own);
        assert_eq!(local.ipv6, None);
        assert!(local.interfaces.ipv4 && !local.interfaces.ipv6);
        assert_eq!(known(&["10.0.0.1:5"], &[]).lan_hosts, own[..1]);
        let many: Vec<_> = (0..1000_u32)
            .map(|n| IpAddr::V4((0x0b00_0000 + n).into()))
            .collect();
        let local = local_addresses(&["10.0.0.1:5".parse().unwrap()], &many);
        assert_eq!(local.lan_hosts.len(), MOST_HOSTS + 1);
    }

    #[test]
    fn an_ipv6_node_knows_its_address_alone() {
        let local = known(&["[2001:db8::1]:5"], &["10.0.0.1", "2001:db8::1"]);
        assert_eq!(local.lan, "[2001:db8::1]:5".parse().unwrap());
        assert_eq!(local.ipv6, Some(local.lan));
        assert!(local.lan_hosts.is_empty());
    }

    #[test]
    fn the_interfaces_of_this_machine_can_be_read() {
        let local = look(&["0.0.0.0:5".parse().unwrap()]).unwrap();
        assert_eq!(local.lan.port(), 5);
        assert!(!local.lan.ip().is_unspecified());
    }
}
