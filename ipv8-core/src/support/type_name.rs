//! The names of types in logs, events and errors.

use std::any::type_name;

/// Returns the name of `T` without path and generic arguments, such as `RandomWalk` or `Vec`.
#[must_use]
pub(crate) fn short_type_name<T: ?Sized>() -> &'static str {
    short_name(type_name::<T>())
}

/// Returns a type's name without path and generic arguments.
// It compares bytes because that is faster, and adding an overlay calls it several times. The
// separators are ASCII.
#[must_use]
pub(crate) fn short_name(full: &str) -> &str {
    let end = match full.ends_with('>') {
        true => full.as_bytes().iter().position(|byte| *byte == b'<'),
        false => None,
    };
    let base = full.get(..end.unwrap_or(full.len())).unwrap_or(full);
    let colon = base.as_bytes().iter().rposition(|byte| *byte == b':');
    colon
        .and_then(|colon| base.get(colon + 1..))
        .unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn the_short_name_has_no_path_and_no_generic_arguments() {
        for (full, short) in [
            ("u8", "u8"),
            ("walks::RandomWalk", "RandomWalk"),
            ("a::b::Pair<c::D, e::F>", "Pair"),
            ("Pair<c::D>", "Pair"),
            ("größe::Maß<ä::Ö>", "Maß"),
            ("", ""),
        ] {
            assert_eq!(short_name(full), short);
        }
    }
}
