//! The communities that send bursts, for the model and for the real node alike.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::prelude::*;
use ipv8_core::wire::Raw;

use super::cells::Size;

/// What stands before a [`Datagram`]'s number in a packet: the prefix and the message id.
pub(crate) const NUMBER_AT: usize = 23;

/// Unsigned, so that sending costs next to nothing and the bursts are as dense as a machine can make them.
#[derive(Payload)]
#[payload(id = 1, unsigned)]
struct Datagram {
    /// Each has one of its own.
    number: u64,
    padding: Raw,
}

/// Which of the communities it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Number(pub(crate) u16);

/// It only sends.
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

/// Sends so many datagrams each step.
#[derive(Clone, Debug)]
pub(crate) struct Burst {
    pub(crate) count: u32,
    pub(crate) to: SocketAddr,
    pub(crate) size: Size,
    /// How many were sent by all bursts together.
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

    /// The strategies of one community.
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
            // What is refused counts as lost.
            let _ = cx.send_to(self.to, &datagram);
        }
    }
}

/// The key of all of them; nothing is signed with it.
pub(crate) fn key() -> super::Result<PrivateKey> {
    let mut bin = b"LibNaCLSK:".to_vec();
    bin.extend([1; 64]);
    Ok(PrivateKey::from_bytes(&bin)?)
}

/// Some port of this machine.
pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}
