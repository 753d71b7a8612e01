//! The discovery community: peers tell each other which communities they run, and whether they are
//! still there (protocol 5; py-ipv8's `DiscoveryCommunity`).
//!
//! It is an overlay like any other, with py-ipv8's id and messages. Start with `community.rs`;
//! `similarity.rs` exchanges the lists of communities, `pings.rs` holds unanswered pings, and
//! `limiter.rs` bounds the datagrams that strangers can cause.

mod community;
mod limiter;
mod payload;
mod periodic_similarity;
mod pings;
mod similarity;

pub use community::DiscoveryCommunity;
pub use limiter::{PER_ADDRESS, PER_SECOND};
pub use payload::{
    DiscoveryIntroductionRequest, Ping, Pong, SimilarityRequest, SimilarityResponse,
};
pub use periodic_similarity::PeriodicSimilarity;
pub use pings::{MAX_OPEN_PINGS, MAX_WRONG_PONGS, PING_TIMEOUT};
