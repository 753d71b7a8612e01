//! How types are called in logs, events and errors.

use std::any::type_name;

/// The name of `T` without its path and without generic arguments: `RandomWalk`, `Vec`.
#[must_use]
pub(crate) fn short_type_name<T: ?Sized>() -> &'static str {
    last_part(type_name::<T>())
}

/// Byte by byte, because an overlay asks for several: all that is looked for is ASCII.
fn last_part(full: &str) -> &str {
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
    use super::last_part;

    #[test]
    fn neither_the_path_nor_generic_arguments_are_part_of_the_name() {
        for (full, short) in [
            ("u8", "u8"),
            ("walks::RandomWalk", "RandomWalk"),
            ("a::b::Pair<c::D, e::F>", "Pair"),
            ("Pair<c::D>", "Pair"),
            ("größe::Maß<ä::Ö>", "Maß"),
            ("", ""),
        ] {
            assert_eq!(last_part(full), short);
        }
    }
}
