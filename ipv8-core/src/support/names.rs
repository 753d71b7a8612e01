//! Looking things up by names from outside.

use std::fmt;

use crate::support::nearest::nearest;

/// What a name was looked up among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The overlays of a node.
    Overlay,
    /// The strategies of one overlay.
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

/// Why a name stands for nothing, or for too much.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Nothing has this name.
    #[error(
        "no {what} is named {name:?}{}: {}",
        did_you_mean(nearest),
        there(known)
    )]
    Unknown {
        /// What was looked for.
        what: Named,
        /// The name.
        name: String,
        /// The most similar name there is, if one is similar.
        nearest: Option<String>,
        /// All names there are, in order.
        known: Vec<String>,
    },
    /// Several share this name.
    #[error(
        "{name:?} is the type of more than one {what}: say which of {}",
        listed(candidates)
    )]
    Ambiguous {
        /// What was looked for.
        what: Named,
        /// The name.
        name: String,
        /// Those that share it, by names of their own.
        candidates: Vec<String>,
    },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| {
        format!(", did you mean {nearest:?}?")
    })
}

fn there(known: &[String]) -> String {
    if known.is_empty() {
        return "there is none at all".to_owned();
    }
    format!("there is {}", listed(known))
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
    quoted.join(", ")
}

/// One thing that can be looked up.
pub(crate) struct Candidate<T> {
    pub(crate) value: T,
    /// Its own name.
    pub(crate) name: String,
    /// The name of its type, which it may share.
    pub(crate) type_name: &'static str,
}

/// The candidate that `name` stands for: the one whose own name it is, else the only one whose type has it.
pub(crate) fn look_up<T: Copy>(
    what: Named,
    name: &str,
    candidates: &[Candidate<T>],
) -> Result<T, NameError> {
    if let Some(own) = candidates.iter().find(|one| one.name == name) {
        return Ok(own.value);
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
    fn an_own_name_goes_before_the_name_of_a_type() {
        let all = candidates(&[("A", "B"), ("B", "C"), ("D", "E"), ("F", "E"), ("G#2", "G")]);
        let find = |name: &str| look_up(Named::Overlay, name, &all);
        assert_eq!(find("A"), Ok(0));
        assert_eq!(find("B"), Ok(1));
        assert_eq!(find("C"), Ok(1));
        assert_eq!(find("G"), Ok(4));
        let error = find("E").expect_err("two have this type");
        let text = r#""E" is the type of more than one overlay: say which of "D", "F""#;
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest_and_all() {
        let all = candidates(&[("RandomWalk", "RandomWalk"), ("EdgeWalk", "EdgeWalk")]);
        let find =
            |name: &str| look_up(Named::Strategy, name, &all).map_err(|error| error.to_string());
        let near = r#"no strategy is named "RandmWalk", did you mean "RandomWalk"?: there is "RandomWalk", "EdgeWalk""#;
        assert_eq!(find("RandmWalk"), Err(near.to_owned()));
        let far = r#"no strategy is named "Churn": there is "RandomWalk", "EdgeWalk""#;
        assert_eq!(find("Churn"), Err(far.to_owned()));
        let none = look_up::<()>(Named::Overlay, "X", &[]).expect_err("there is nothing");
        assert_eq!(
            none.to_string(),
            r#"no overlay is named "X": there is none at all"#
        );
    }
}
