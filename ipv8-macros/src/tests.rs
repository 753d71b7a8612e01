//! Tests of the entry points on tokens.
