//! Testing overlays without a network: nodes in memory, virtual time (py-ipv8's `TestBase`).
//!
//! A [`TestBase`] has some nodes that each run one overlay of the same community. By default they
//! know each other. Messages between them wait until the test delivers them, and time stands still
//! until the test lets it pass. There is no socket: nothing leaves the process. Every run with the
//! same seed is the same run.
//!
//! ```
//! use ipv8_core::prelude::*;
//! use ipv8_core::testing::TestBase;
//!
//! #[derive(Payload)]
//! #[payload(id = 1)]
//! struct Question {
//!     number: u32,
//! }
//!
//! #[derive(Payload)]
//! #[payload(id = 2)]
//! struct Answer {
//!     number: u32,
//! }
//!
//! struct MyCommunity;
//!
//! impl Community for MyCommunity {
//!     const COMMUNITY_ID: CommunityId = CommunityId::from_bytes(*b"questions, answers!!");
//!     type Settings = ();
//!
//!     fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
//!         Ok(Self)
//!     }
//!
//!     fn messages(table: &mut MessageTable<Self>) {
//!         handlers!(table: signed Question => Self::on_question, signed Answer => Self::on_answer);
//!     }
//! }
//!
//! impl MyCommunity {
//!     fn on_question(&mut self, peer: &Peer, question: Question, cx: &mut Context<'_>) {
//!         cx.send(peer, &Answer { number: question.number + 1 }).unwrap();
//!     }
//!
//!     fn on_answer(&mut self, _peer: &Peer, _answer: Answer, _cx: &mut Context<'_>) {}
//! }
//!
//! let mut test = TestBase::<MyCommunity>::new(2);
//! let peer = test.peer(1);
//! test.call(0, |_, cx| cx.send(&peer, &Question { number: 41 })).unwrap();
//! test.deliver_messages();
//! test.assert_received_by::<(Question,)>(1);
//! let answer: Answer = test.assert_message_received(0);
//! assert_eq!(answer.number, 42);
//! ```
//!
//! Coming from py-ipv8:
//!
//! | py-ipv8 | here |
//! |---|---|
//! | `initialize(MyCommunity, n)` | [`TestBase::new`], [`TestBase::builder`] |
//! | `overlay(i)` | [`TestBase::overlay`] to read, [`TestBase::call`] to change |
//! | `introduce_nodes()` | [`TestBase::introduce_nodes`], [`TestBase::introduce`] |
//! | `deliver_messages()` | [`TestBase::deliver_messages`]: delivers all messages, without waiting |
//! | `asyncio.sleep`, `request_cache.passthrough()` | [`TestBase::advance`]: virtual time passes at once |
//! | `assertReceivedBy(i, [A, B])` | [`TestBase::assert_received_by`]`::<(A, B)>(i)` |
//! | `… ordered=False` | [`TestBase::received`]`(i).`[`in_any_order`](Received::in_any_order)`::<(A, B)>()` |
//! | `… message_filter=[A]` | [`TestBase::received`]`(i).`[`only`](Received::only)`::<(A,)>()` |
//! | fragile packet handling | the default; [`TestBase::production`] turns it off |
//! | an address that is not in `internet` | fails the test; [`TestBase::allow_unregistered_addresses`] |
//! | `address(i)`, `peer(i)`, `my_peer(i)`, `mid(i)`, `public_key(i)`, `private_key(i)`, `network(i)` | the same names |

mod build;
mod builder;
pub(crate) mod internet;
mod link;
mod log;
mod message_list;
mod origin;
mod received;
mod shortcuts;
mod test_base;
#[cfg(test)]
mod tests;

pub use builder::TestBaseBuilder;
pub use link::Link;
pub use message_list::MessageList;
pub use received::{Received, ReceivedMessage};
pub use test_base::TestBase;
