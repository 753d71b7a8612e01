//! Counts of received datagrams that wait to be opened.

use serde::{Serialize, Serializer};

use crate::state::stats::Class;

/// Counts of received datagrams that wait to be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InboxStats {
    /// Datagrams that wait to be opened.
    pub waiting: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// The most datagrams that ever waited.
    pub most_waiting: usize,
    /// Datagrams that were dropped to make room for newer ones, or because signatures had used
    /// their share of the processor (also counted by
    /// [`DropReason`](crate::state::DropReason)).
    pub dropped: u64,
    /// Counts of each class, in the order of [`Class::ALL`]. Serialized, it is a map by name.
    #[serde(serialize_with = "by_name")]
    pub classes: [ClassStats; Class::ALL.len()],
}

/// Counts of the datagrams of one [`Class`] in the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClassStats {
    /// Datagrams that wait to be opened.
    pub waiting: usize,
    /// Datagrams that were passed on to be opened.
    pub opened: u64,
    /// Datagrams that were dropped.
    pub dropped: u64,
    /// The estimated time that opening those in `opened` takes, in microseconds.
    pub work: u64,
}

fn by_name<S: Serializer>(
    classes: &[ClassStats; Class::ALL.len()],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let names = Class::ALL.into_iter().map(Class::name);
    serializer.collect_map(names.zip(classes))
}
