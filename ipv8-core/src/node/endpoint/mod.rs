//! Where datagrams enter and leave a node: UDP over IPv4, UDP over IPv6, or a network in memory.
//!
//! This folder knows sockets and the system's errors, and never reads the content of a datagram.
//! Start with [`Endpoint`]: the driver waits for it to become readable, takes datagrams out of it
//! (`receive`) and passes datagrams to it (`send`). No error of the system ends the driver's loop;
//! errors are counted by kind (`socket_errors`). Each address is an `Interface`, which is a socket
//! (`udp`) or a place in memory (`memory`). Where the system can, one call moves several datagrams
//! (`batch`).

mod batch;
mod config;
mod datagram;
mod error;
mod interface;
mod kernel_drops;
mod lan;
mod memory;
mod receive;
mod send;
mod socket_errors;
mod sockets;
mod stats;
mod udp;
#[cfg(unix)]
mod watched;
#[cfg(not(unix))]
#[path = "watched_by_tokio.rs"]
mod watched;

pub use config::EndpointConfig;
pub use datagram::Datagram;
pub use error::{BindError, TransmitError};
pub(super) use lan::guess_lan_address;
pub use memory::MemoryNetwork;
pub use socket_errors::{SocketErrorKind, SocketErrors};
pub use sockets::Endpoint;
pub use stats::{EndpointStats, InterfaceInfo};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
