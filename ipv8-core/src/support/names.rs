//! Looks up overlays and strategies by names that come from outside.

use std::fmt;

use crate::support::nearest::{hint, nearest};

/// The kind of thing that a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// An overlay of a node.
    Overlay,
    /// A strategy of an overlay.
    Strategy,
}

impl fmt::Display for Named {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Overlay => "overlay",
            Self::Strategy => "strategy",
        })
    }
}

/// The error for a name that matches nothing, or more than one thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing has this name.
    #[error("no {what} is named {name:?}: {}", hint(nearest.as_deref(), known))]
    Unknown {
        /// The kind of thing.
        what: Named,
        /// The name.
        name: String,
        /// The most similar name, if one is similar.
        nearest: Option<String>,
        /// All known names, in order.
        known: Vec<String>,
    },
    /// Several things share this name.
    #[error(
        "the name {name:?} fits more than one {what}: expected one of: {}",
        candidates.join(", ")
    )]
    Ambiguous {
        /// The kind of thing.
        what: Named,
        /// The name.
        name: String,
        /// The unambiguous names of the things that share it.
        candidates: Vec<String>,
    },
}

/// One thing that can be looked up.
pub(crate) struct Candidate<T> {
    pub(crate) value: T,
    /// Its unique name.
    pub(crate) name: String,
    /// The name of its type, which other candidates may share.
    pub(crate) type_name: &'static str,
}

/// Returns the candidate with this unique name, or else the only candidate of the type with this
/// name.
pub(crate) fn look_up<T: Copy>(
    what: Named,
    name: &str,
    candidates: &[Candidate<T>],
) -> Result<T, NameError> {
    if let Some(found) = candidates.iter().find(|one| one.name == name) {
        return Ok(found.value);
    }
    let shared = || candidates.iter().filter(|one| one.type_name == name);
    let mut found = shared();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.value),
        (Some(_), Some(_)) => Err(NameError::Ambiguous {
            what,
            name: name.to_owned(),
            candidates: shared().map(|one| one.name.clone()).collect(),
        }),
        (None, _) => {
            let names = candidates
                .iter()
                .flat_map(|one| [one.name.as_str(), one.type_name]);
            Err(NameError::Unknown {
                what,
                name: name.to_owned(),
                nearest: nearest(name, names).map(str::to_owned),
                known: candidates.iter().map(|one| one.name.clone()).collect(),
            })
        }
    }
}

/// Writes the name of the `number`th thing of one type: `RandomWalk` for 1, `RandomWalk#2` for 2.
pub(crate) fn write_numbered(
    out: &mut impl fmt::Write,
    type_name: &str,
    number: u32,
) -> fmt::Result {
    out.write_str(type_name)?;
    match number {
        1 => Ok(()),
        number => write!(out, "#{number}"),
    }
}

/// Returns the first name of this type that is not taken: `RandomWalk`, `RandomWalk#2`, ...
pub(crate) fn first_free_name(type_name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = String::with_capacity(type_name.len());
    for number in 1.. {
        name.clear();
        // Writing to a string does not fail.
        let _ = write_numbered(&mut name, type_name, number);
        if !is_taken(&name) {
            break;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(names: &[(&str, &'static str)]) -> Vec<Candidate<usize>> {
        let numbered = names.iter().enumerate();
        let candidate = |(value, (name, type_name)): (usize, &(&str, &'static str))| Candidate {
            value,
            name: (*name).to_owned(),
            type_name,
        };
        numbered.map(candidate).collect()
    }

    #[test]
    fn a_unique_name_takes_precedence_over_a_type_name() {
        let all = candidates(&[("A", "B"), ("B", "C"), ("D", "E"), ("F", "E"), ("G#2", "G")]);
        let find = |name: &str| look_up(Named::Overlay, name, &all);
        assert_eq!(find("A"), Ok(0));
        assert_eq!(find("B"), Ok(1));
        assert_eq!(find("C"), Ok(1));
        assert_eq!(find("G"), Ok(4));
        let error = find("E").expect_err("two have this type");
        let text = r#"the name "E" fits more than one overlay: expected one of: D, F"#;
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn an_error_about_an_unknown_name_has_a_hint() {
        let all = candidates(&[("RandomWalk", "RandomWalk"), ("EdgeWalk", "EdgeWalk")]);
        let find =
            |name: &str| look_up(Named::Strategy, name, &all).map_err(|error| error.to_string());
        let near = r#"no strategy is named "RandmWalk": did you mean "RandomWalk"?"#;
        assert_eq!(find("RandmWalk"), Err(near.to_owned()));
        let far = r#"no strategy is named "Churn": expected one of: RandomWalk, EdgeWalk"#;
        assert_eq!(find("Churn"), Err(far.to_owned()));
        let none = look_up::<()>(Named::Overlay, "X", &[]).expect_err("there are no overlays");
        assert_eq!(
            none.to_string(),
            r#"no overlay is named "X": there are none"#
        );
    }

    #[test]
    fn a_free_name_has_the_lowest_free_number() {
        let taken = ["A", "A#2", "A#4", "B#2"];
        let free = |name| first_free_name(name, |name| taken.contains(&name));
        assert_eq!([free("A"), free("B"), free("C")], ["A#3", "B", "C"]);
    }
}
