//! Rust nodes next to running nodes of py-ipv8, on sockets and in real time. Each test needs a
//! Python with py-ipv8, and prints that it was skipped where there is none. The tests that
//! broadcast run in network namespaces.

mod broadcast;
mod churn;
mod configuration;
mod discovery;
mod ipv6;
mod judgement;
mod loader;
mod mixed_network;
mod payloads;
mod puncture;
mod python_only;
mod requests;
mod styles;
mod tracker;
#[cfg(target_os = "linux")]
mod under_attack;
