//! The attribute and derive macros of `ipv8-core`.
