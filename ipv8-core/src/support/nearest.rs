//! "Did you mean …?"

/// The candidate nearest to `name` by edit distance, if it is near enough to be what was meant: at most a third of the letters differ.
/// Of equally near ones the alphabetically first. A candidate that equals `name` is passed over.
///
/// For messages about names from outside: launchers, and the strategies and options a program lets its users name.
///
/// ```
/// use ipv8_core::internals::nearest::nearest;
///
/// assert_eq!(nearest("RandmWalk", ["EdgeWalk", "RandomWalk"]), Some("RandomWalk"));
/// assert_eq!(nearest("Tunnels", ["EdgeWalk", "RandomWalk"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1.max(name.chars().count().max(candidate.chars().count()) / 3)
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, letters compared without case.
fn distance(one: &str, other: &str) -> usize {
    let one = one.to_lowercase();
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (above, wanted) in row.iter_mut().skip(1).zip(&other) {
            let here = (diagonal + usize::from(letter != *wanted))
                .min(left + 1)
                .min(*above + 1);
            diagonal = *above;
            left = here;
            *above = here;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("Launcher", "launcher"), 0);
    }

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["Tunnel", "Discovery", "Discovers"];
        assert_eq!(nearest("Discovry", names), Some("Discovery"));
        assert_eq!(nearest("discovery", names), Some("Discovery"));
        assert_eq!(nearest("Market", names), None);
        assert_eq!(nearest("Tunnel", ["Tunnel"]), None);
    }
}
