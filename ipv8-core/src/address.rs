//! Addresses as they lie on the wire.
