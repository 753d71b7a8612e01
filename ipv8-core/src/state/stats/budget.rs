//! Names of the bounds of what other nodes can make this node send.

use serde::{Serialize, Serializer};

/// A bound of what other nodes can make this node send, in all overlays together. The page
/// [`guide::strangers`](crate::guide::strangers) has the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(usize)]
pub enum Budget {
    /// Punctures for one peer.
    PuncturesOfPeer,
    /// Punctures for all peers together.
    PuncturesOfPeers,
    /// Punctures for one tracker.
    PuncturesOfTracker,
    /// Punctures for all strangers together.
    PuncturesOfStrangers,
    /// Answers to one address of a stranger, for each overlay.
    AnswersToStranger,
    /// Answers to the strangers of one site, responses of `request` handlers included.
    AnswersToSite,
    /// Answers to the address of one peer.
    AnswersToPeer,
    /// Requests to an introduced host that does not answer.
    RequestsToHost,
}

impl Budget {
    /// All budgets, in order of their discriminants.
    pub const ALL: [Self; 8] = [
        Self::PuncturesOfPeer,
        Self::PuncturesOfPeers,
        Self::PuncturesOfTracker,
        Self::PuncturesOfStrangers,
        Self::AnswersToStranger,
        Self::AnswersToSite,
        Self::AnswersToPeer,
        Self::RequestsToHost,
    ];

    /// Returns the name of the budget in snake case, for logs and JSON. These names are stable.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PuncturesOfPeer => "punctures_of_peer",
            Self::PuncturesOfPeers => "punctures_of_peers",
            Self::PuncturesOfTracker => "punctures_of_tracker",
            Self::PuncturesOfStrangers => "punctures_of_strangers",
            Self::AnswersToStranger => "answers_to_stranger",
            Self::AnswersToSite => "answers_to_site",
            Self::AnswersToPeer => "answers_to_peer",
            Self::RequestsToHost => "requests_to_host",
        }
    }
}

impl std::fmt::Display for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Budget {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_budgets_are_listed_in_order_with_names_of_their_own() {
        for (index, budget) in Budget::ALL.into_iter().enumerate() {
            assert_eq!(budget as usize, index);
            assert_eq!(budget.to_string(), budget.name());
        }
        let names: std::collections::BTreeSet<_> = Budget::ALL.iter().map(|b| b.name()).collect();
        assert_eq!(names.len(), Budget::ALL.len());
    }
}
