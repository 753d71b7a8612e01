//! The communities that send bursts, in the model and in the real node.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::prelude::*;
use ipv8_core::wire::Raw;

use super::cells::Size;

/// The position of a [`Datagram`]'s number in a packet: after the prefix and the message id.
pub(crate) const NUMBER_AT: usize = 23;

/// A datagram of a burst. It is unsigned, so that sending costs little and bursts are as dense as
/// the machine allows.
#[derive(Payload)]
#[payload(id = 1, unsigned)]
struct Datagram {
    /// A different number for each datagram.
    number: u64,
    padding: Raw,
}

/// The number of the community.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Number(pub(crate) u16);

/// A community that only sends.
pub(crate) struct BurstCommunity;

impl Community for BurstCommunity {
    const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"a burst of datagrams");
    type Settings = Number;

    fn new(_number: Number, _cx: &mut Context<'_>) -> std::result::Result<Self, CommunityError> {
        Ok(Self)
    }

    fn community_id(number: &Number) -> CommunityId {
        let [high, low] = number.0.to_be_bytes();
        let mut id = *b"a burst of datagrams";
        (id[18], id[19]) = (high, low);
        CommunityId::from_bytes(id)
    }
}

/// Sends `count` datagrams in each step.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    pub(crate) count: u32,
    pub(crate) to: SocketAddr,
    pub(crate) size: Size,
    /// Number of datagrams that all bursts have sent so far.
    pub(crate) sent: Arc<AtomicU64>,
}

impl Burst {
    pub(crate) fn new(count: u32, to: SocketAddr, size: Size) -> Self {
        Self {
            count,
            to,
            size,
            sent: Arc::default(),
        }
    }

    /// Returns the strategies of one community.
    pub(crate) fn strategies(&self) -> Strategies<BurstCommunity> {
        let mut strategies = Strategies::new();
        strategies.add_strategy(-1, self.clone());
        strategies
    }
}

impl DiscoveryStrategy<BurstCommunity> for Burst {
    fn take_step(&mut self, _community: &mut BurstCommunity, cx: &mut Context<'_>) {
        let padding = vec![0; self.size.bytes() - NUMBER_AT - 8];
        let mut datagram = Datagram {
            number: 0,
            padding: Raw(padding),
        };
        for _ in 0..self.count {
            datagram.number = self.sent.fetch_add(1, Ordering::Relaxed);
            // A refused datagram counts as lost.
            let _ = cx.send_to(self.to, &datagram);
        }
    }
}

/// Returns the key of all communities; nothing is signed with it.
pub(crate) fn key() -> super::Result<PrivateKey> {
    let mut bin = b"LibNaCLSK:".to_vec();
    bin.extend([1; 64]);
    Ok(PrivateKey::from_bytes(&bin)?)
}

/// Returns any free port of this machine.
pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}
