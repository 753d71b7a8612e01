//! Tests that drive the engine of a node by hand: datagrams and virtual time go in, datagrams and
//! events come out. They check which datagrams the engine reads, refuses, answers, paces and
//! counts. A few modules also launch a node in memory, where the behaviour spans the whole node.

mod among_strangers;
mod bad_input;
mod bad_signatures;
mod bootstrapping;
mod control;
mod corpora;
mod deliberate_differences;
mod growth;
mod interface_switch;
mod islands;
mod isolation;
mod message_size;
mod no_clash;
mod one_overlay_alone;
mod overload;
mod own_timeouts;
mod pacing;
mod peer_observers;
mod random_inputs;
mod requests;
mod reserved_ids;
mod shared_network;
mod simulation;
mod soak;
mod spacing;
mod steady;
mod strangers_shown;
mod take_over;
mod tasks;
mod typed_requests;
