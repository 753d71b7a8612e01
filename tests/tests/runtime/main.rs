//! Nodes with a socket and a task: how they run, which launches they refuse, how they behave under
//! load, and how they end. Most run on a network in memory with tokio's clock paused.

mod attacks;
mod control;
mod end;
mod faults;
mod forgeries;
mod life;
mod overload;
mod processes;
mod receive_load;
mod refusals;
mod requests;
mod snapshots;
mod tasks;
