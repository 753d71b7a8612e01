//! Shared helpers of the tests: vectors, processes of py-ipv8, simulated networks, and nodes of
//! ours to talk to them.

pub mod actor;
pub mod arena;
pub mod attacker;
pub mod calculator;
pub mod desk;
pub mod discovery_node;
pub mod fuzz;
pub mod http;
pub mod imports;
pub mod json;
pub mod judgement;
pub mod launch;
pub mod machines;
pub mod mixed;
pub mod namespace;
pub mod payloads;
pub mod places;
pub mod probe;
pub mod python;
pub mod quiet;
pub mod refusal;
pub mod reporting;
pub mod rust_node;
pub mod samples;
pub mod scan;
pub mod scripted;
pub mod sent;
#[cfg(target_os = "linux")]
pub mod siege;
pub mod sim;
pub mod vectors;
pub mod view;
pub mod wire_fields;

/// Compiles the README's examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeDoctests;
