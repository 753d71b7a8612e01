//! Machines, the datagrams between them, and virtual time.
//!
//! Nothing here knows the community under test. Start with `internet.rs`; `delivery.rs` lets time
//! pass, and `machine.rs` is one machine.

mod datagram;
mod delivery;
mod internet;
mod machine;

pub use datagram::Arrival;
pub use internet::Internet;
