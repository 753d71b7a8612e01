//! First addresses for an overlay without peers (py-ipv8's `ipv8.bootstrapping`).
//!
//! A [`Bootstrapper`] finds first addresses: from well-known servers ([`DispersyBootstrapper`]), by
//! beacons on the local network ([`UdpBroadcastBootstrapper`]), or in a way that a user writes. An
//! overlay has a list of them, [`Bootstrappers`]. A bootstrapper never sends or waits itself: it
//! tells the [`BootstrapContext`] of a call its wishes (a walk, a lookup, a timer), and the overlay
//! carries them out afterwards. `schedule` decides when an overlay asks them by itself. Start with
//! `bootstrapper.rs`.

mod beacon;
mod bootstrapper;
mod context;
mod dispersy;
mod list;
mod lookup;
mod schedule;
mod udp_broadcast;

pub use beacon::{BEACON_LENGTH, BEACON_LIMIT, Beacon, read_beacon};
pub use bootstrapper::Bootstrapper;
pub use context::BootstrapContext;
pub(crate) use context::Wishes;
pub use dispersy::DispersyBootstrapper;
pub use list::Bootstrappers;
pub(crate) use list::{Panic, Room, within_limit};
pub(crate) use lookup::Asker;
pub use lookup::{Lookup, LookupError, MAX_LOOKUPS};
pub(crate) use schedule::{Crowd, Due};
pub use udp_broadcast::UdpBroadcastBootstrapper;
