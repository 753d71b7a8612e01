//! The tracker: whom it introduces to whom, what it forgets, how it bears being filled, and the API
//! that shows its state. One module runs it with clients on machines made of network namespaces.

mod api;
mod bounds;
mod churn;
#[cfg(target_os = "linux")]
mod hosts;
