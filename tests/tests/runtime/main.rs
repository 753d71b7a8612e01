//! Nodes with a socket and a task of their own: how they live, what they refuse, how they bear load
//! and how they end. Most run on a network in memory with tokio's clock paused.

mod control;
mod end;
mod life;
mod overload;
mod receive_load;
mod refusals;
mod requests;
mod snapshots;
mod tasks;
