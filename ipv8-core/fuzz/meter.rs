//! Counts allocations for the targets.

/// Runs a closure, and returns the most bytes that it had allocated at a time.
pub fn meter(run: &mut dyn FnMut()) -> u64 {
    allocation_counter::measure(run).bytes_max
}
