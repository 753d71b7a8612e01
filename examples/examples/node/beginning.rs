//! The bootstrappers of the node's overlays.

use std::net::SocketAddr;
use std::str::FromStr;

use ipv8_core::overlay::{Bootstrappers, DispersyBootstrapper, UdpBroadcastBootstrapper};

/// A tracker by address or host name.
#[derive(Clone, Debug)]
pub(crate) enum Server {
    Address(SocketAddr),
    Name(String, u16),
}

impl FromStr for Server {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "expected HOST:PORT, such as 127.0.0.1:6421";
        if let Ok(address) = text.parse::<SocketAddr>() {
            return if address.port() == 0 {
                Err(WANTED)
            } else {
                Ok(Self::Address(address))
            };
        }
        let (host, port) = text.rsplit_once(':').ok_or(WANTED)?;
        match port.parse() {
            Ok(port) if port != 0 && !host.is_empty() && !host.contains(':') => {
                Ok(Self::Name(host.to_owned(), port))
            }
            _ => Err(WANTED),
        }
    }
}

/// The bootstrappers besides `--bootstrap`.
#[derive(Clone, Debug)]
pub(crate) struct Beginning {
    pub(crate) servers: Vec<Server>,
    pub(crate) lan_beacon: bool,
}

impl Beginning {
    /// Adds them to the bootstrappers of one overlay.
    pub(crate) fn add_to(&self, bootstrappers: &mut Bootstrappers) {
        if !self.servers.is_empty() {
            bootstrappers.add::<DispersyBootstrapper>(|dispersy| {
                for server in &self.servers {
                    match server {
                        Server::Address(address) => dispersy.ip_addresses.push(*address),
                        Server::Name(host, port) => {
                            dispersy.dns_addresses.push((host.clone(), *port));
                        }
                    }
                }
            });
        }
        if self.lan_beacon {
            bootstrappers.add::<UdpBroadcastBootstrapper>(|_| {});
        }
    }
}
