//! How types are called in logs, events and errors.

use std::any::type_name;

/// The name of `T` without its path and without generic arguments: `RandomWalk`, `Vec`.
#[must_use]
pub fn short_type_name<T: ?Sized>() -> &'static str {
    let full = type_name::<T>();
    let base = full.split('<').next().unwrap_or(full);
    base.rsplit("::").next().unwrap_or(base)
}
