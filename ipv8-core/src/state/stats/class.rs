//! Classes of received datagrams.

use serde::{Serialize, Serializer};

/// How well a node knows the sender of a datagram before it opens it. When there is too much to do,
/// the first classes come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(usize)]
pub enum Class {
    /// An answer to a question that this node asked this address.
    Answer,
    /// From an address of a verified peer of the overlay.
    Peer,
    /// An answer of a tracker to a question of this node, or an unsigned message from the address
    /// of a tracker.
    Tracker,
    /// From an address whose key signed something before, but never answered a question.
    Contact,
    /// From any other address.
    Stranger,
}

impl Class {
    /// All classes, the most important one first.
    pub const ALL: [Self; 5] = [
        Self::Answer,
        Self::Peer,
        Self::Tracker,
        Self::Contact,
        Self::Stranger,
    ];

    /// Returns the name of the class in snake case, for logs and JSON. These names are stable.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Peer => "peer",
            Self::Tracker => "tracker",
            Self::Contact => "contact",
            Self::Stranger => "stranger",
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_classes_are_listed_in_order_with_names_of_their_own() {
        for (index, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, index);
            assert_eq!(class.to_string(), class.name());
        }
        let names: std::collections::BTreeSet<_> = Class::ALL.iter().map(|c| c.name()).collect();
        assert_eq!(names.len(), Class::ALL.len());
    }
}
