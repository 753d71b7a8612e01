//! Totals of a node.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::class::Class;
use super::drop_reason::DropReason;

/// Totals since the start; they never decrease.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EngineStats {
    /// Datagrams received, dropped ones included.
    pub datagrams_in: u64,
    /// Datagrams passed to the socket.
    pub datagrams_out: u64,
    /// Bytes received, without IP and UDP headers.
    pub bytes_in: u64,
    /// Bytes passed to the socket, without IP and UDP headers.
    pub bytes_out: u64,
    /// Drops by reason.
    #[serde(serialize_with = "by_name")]
    drops: [u64; DropReason::ALL.len()],
    /// Drops of received datagrams by class and reason, without those that were dropped before
    /// they had a class. Serialized, it has only the counts that are not zero.
    #[serde(serialize_with = "by_class")]
    class_drops: [[u64; DropReason::ALL.len()]; Class::ALL.len()],
    /// Panics of users' code that were caught.
    pub panics: u64,
}

impl EngineStats {
    /// Counts one drop.
    pub(crate) fn record(&mut self, reason: DropReason) {
        self.record_many(reason, 1);
    }

    /// Counts `count` drops for one reason.
    pub(crate) fn record_many(&mut self, reason: DropReason, count: u64) {
        if let Some(drops) = self.drops.get_mut(reason as usize) {
            *drops = drops.saturating_add(count);
        }
    }

    /// Counts `count` drops of received datagrams of one class for one reason.
    pub(crate) fn record_class(&mut self, class: Class, reason: DropReason, count: u64) {
        self.record_many(reason, count);
        let drops = self.class_drops.get_mut(class as usize);
        if let Some(drops) = drops.and_then(|drops| drops.get_mut(reason as usize)) {
            *drops = drops.saturating_add(count);
        }
    }

    /// Returns the number of received datagrams of `class` that were dropped for `reason`.
    pub fn count_of(&self, class: Class, reason: DropReason) -> u64 {
        let drops = self.class_drops.get(class as usize);
        drops.map_or(0, |drops| drops.get(reason as usize).copied().unwrap_or(0))
    }

    /// Returns the number of drops for `reason`.
    pub fn count(&self, reason: DropReason) -> u64 {
        self.drops.get(reason as usize).copied().unwrap_or(0)
    }

    /// Returns every reason with its count, including zeros, in the order of [`DropReason::ALL`].
    pub fn drops(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        DropReason::ALL.into_iter().zip(self.drops)
    }

    /// Returns the number of drops for any reason.
    pub fn dropped(&self) -> u64 {
        self.drops.iter().sum()
    }

    /// Counts one caught panic.
    pub(crate) fn panicked(&mut self) {
        self.panics += 1;
    }

    /// Counts one received datagram of `length` bytes.
    pub(crate) fn received(&mut self, length: usize) {
        self.datagrams_in += 1;
        self.bytes_in += length as u64;
    }

    /// Counts one datagram of `length` bytes passed to the socket.
    pub(crate) fn sent(&mut self, length: usize) {
        self.datagrams_out += 1;
        self.bytes_out += length as u64;
    }
}

/// Serializes drops as an object with the name of each reason and its count, in alphabetical order.
fn by_name<S: Serializer>(
    drops: &[u64; DropReason::ALL.len()],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let reasons = DropReason::ALL.into_iter().map(DropReason::name);
    serializer.collect_map(reasons.zip(drops).collect::<BTreeMap<_, _>>())
}

/// Serializes drops by class as an object of objects.
fn by_class<S: Serializer>(
    drops: &[[u64; DropReason::ALL.len()]; Class::ALL.len()],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let classes = Class::ALL.into_iter().zip(drops).map(|(class, drops)| {
        let reasons = DropReason::ALL.into_iter().map(DropReason::name);
        let counted = reasons.zip(*drops).filter(|(_, count)| *count > 0);
        (class.name(), counted.collect::<BTreeMap<_, _>>())
    });
    serializer.collect_map(classes.filter(|(_, drops)| !drops.is_empty()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_counted_by_reason() {
        let mut stats = EngineStats::default();
        stats.record(DropReason::BadKey);
        stats.record_many(DropReason::SendFailed, 3);
        stats.record_class(Class::Peer, DropReason::QueueFull, 2);
        stats.received(100);
        stats.sent(7);
        assert_eq!(stats.count(DropReason::BadKey), 1);
        assert_eq!(stats.count(DropReason::SendFailed), 3);
        assert_eq!(stats.count(DropReason::TooShort), 0);
        assert_eq!(stats.count(DropReason::QueueFull), 2);
        assert_eq!(stats.count_of(Class::Peer, DropReason::QueueFull), 2);
        assert_eq!(stats.count_of(Class::Stranger, DropReason::QueueFull), 0);
        assert_eq!(stats.dropped(), 6);
        assert_eq!(stats.drops().filter(|(_, n)| *n > 0).count(), 3);
        assert_eq!((stats.datagrams_in, stats.bytes_in), (1, 100));
        assert_eq!((stats.datagrams_out, stats.bytes_out), (1, 7));
    }

    #[test]
    fn json_has_every_reason_by_name() {
        let mut stats = EngineStats::default();
        stats.record(DropReason::BadKey);
        stats.received(100);
        let json = serde_json::to_string(&stats).unwrap();
        let start = r#"{"datagrams_in":1,"datagrams_out":0,"bytes_in":100,"bytes_out":0,"drops":{"#;
        assert!(json.starts_with(start), "{json}");
        assert!(json.contains(r#""bad_key":1,"#), "{json}");
        assert!(
            json.ends_with(r#"},"class_drops":{},"panics":0}"#),
            "{json}"
        );
        assert_eq!(json.matches(':').count(), 7 + DropReason::ALL.len());
        stats.record_class(Class::Contact, DropReason::LegacyBudget, 4);
        let json = serde_json::to_string(&stats).unwrap();
        let drops = r#""class_drops":{"contact":{"legacy_budget":4}}"#;
        assert!(json.contains(drops), "{json}");
    }
}
