//! "Did you mean ...?" for names that come from outside: of launchers, strategies and settings.

use std::fmt;

/// Returns the candidate that is most similar to `name`, if at most a third of its letters differ.
///
/// Inserting, removing or replacing a letter, and swapping two neighbouring letters, each count as
/// one difference; one difference is always accepted. Case does not count. Among equally similar
/// candidates the alphabetically first wins. A candidate that equals `name` is skipped.
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

fn distance(one: &str, other: &str) -> usize {
    strsim::osa_distance(&one.to_lowercase(), &other.to_lowercase())
}

/// The question `did you mean "X"?`, as text.
pub(crate) struct DidYouMean<'a>(pub(crate) &'a str);

impl fmt::Display for DidYouMean<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "did you mean \"{}\"?", self.0)
    }
}

/// The hint in the error about an unknown name, as text: the most similar name, or all known names.
pub(crate) struct Hint<'a, N> {
    nearest: Option<&'a str>,
    known: &'a [N],
}

/// Returns the hint for an unknown name, to print after "unknown setting X: ".
pub(crate) fn hint<'a, N: AsRef<str>>(nearest: Option<&'a str>, known: &'a [N]) -> Hint<'a, N> {
    Hint { nearest, known }
}

impl<N: AsRef<str>> fmt::Display for Hint<'_, N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nearest) = self.nearest {
            return DidYouMean(nearest).fmt(formatter);
        }
        let Some((first, others)) = self.known.split_first() else {
            return formatter.write_str("there are none");
        };
        write!(formatter, "expected one of: {}", first.as_ref())?;
        others
            .iter()
            .try_for_each(|name| write!(formatter, ", {}", name.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_similar_names_are_suggested() {
        let names = ["Tunnel", "Discovery", "Discovers"];
        assert_eq!(nearest("Discovry", names), Some("Discovery"));
        assert_eq!(nearest("discovery", names), Some("Discovery"));
        assert_eq!(nearest("Market", names), None);
        assert_eq!(nearest("Tunnel", ["Tunnel"]), None);
    }

    #[test]
    fn a_swapped_letter_counts_as_one_difference() {
        assert_eq!(nearest("lable", ["label", "table"]), Some("label"));
        assert_eq!(nearest("prot", ["port"]), Some("port"));
        assert_eq!(nearest("poor", ["port"]), None);
    }

    #[test]
    fn a_hint_names_the_most_similar_name_or_all() {
        let known = ["note", "fail"];
        let near = hint(nearest("nota", known), &known);
        assert_eq!(near.to_string(), "did you mean \"note\"?");
        assert_eq!(
            hint(None, &known).to_string(),
            "expected one of: note, fail"
        );
        assert_eq!(hint::<&str>(None, &[]).to_string(), "there are none");
    }
}
