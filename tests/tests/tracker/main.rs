//! Tests of the tracker: which peers it introduces to each other, which it forgets, its bounds
//! under a flood, the proof that it wants from strangers and the budgets that they share, and the
//! API that shows its state. One module runs a tracker with clients on several machines, made of
//! network namespaces.

mod api;
mod bounds;
mod churn;
#[cfg(target_os = "linux")]
mod hosts;
mod load;
mod strangers;
mod town;
