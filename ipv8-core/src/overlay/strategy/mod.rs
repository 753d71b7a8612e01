//! Discovery strategies: how a community finds peers, and drops dead ones.
//!
//! A strategy is given turns and takes one step in each: it walks to an address, asks for an
//! introduction, or pings. Nothing here decides whose turn it is; the engine does. Start with
//! `discovery_strategy.rs`, the trait to implement, then `random_walk.rs`.

mod discovery_strategy;
mod edge_walk;
mod random_churn;
mod random_walk;
mod standing;

pub use discovery_strategy::DiscoveryStrategy;
pub use edge_walk::EdgeWalk;
pub use random_churn::RandomChurn;
pub use random_walk::RandomWalk;
