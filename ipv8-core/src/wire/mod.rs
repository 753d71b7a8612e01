//! Serialisation formats.
