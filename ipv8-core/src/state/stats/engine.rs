//! Totals of a node.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::budget::Budget;
use super::class::Class;
use super::drop_reason::DropReason;

/// Totals since the start; they never decrease.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
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
    /// What was not sent because a budget was used up. Serialized, it has only the counts that are
    /// not zero.
    #[serde(serialize_with = "by_budget")]
    refusals: [u64; Budget::ALL.len()],
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

    /// Counts something that was not sent because `budget` is used up.
    pub(crate) fn refuse(&mut self, budget: Budget) {
        if let Some(refusals) = self.refusals.get_mut(budget as usize) {
            *refusals = refusals.saturating_add(1);
        }
    }

    /// Returns how often something was not sent because `budget` was used up.
    pub fn refused(&self, budget: Budget) -> u64 {
        self.refusals.get(budget as usize).copied().unwrap_or(0)
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

impl std::fmt::Debug for EngineStats {
    /// Shows counts of drops by name, and only those that are not zero.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let drops: BTreeMap<_, _> = names(DropReason::ALL.map(DropReason::name), &self.drops);
        let refusals = names(Budget::ALL.map(Budget::name), &self.refusals);
        let classes = Class::ALL.into_iter().zip(&self.class_drops);
        let by_class = |drops| names(DropReason::ALL.map(DropReason::name), drops);
        let class_drops = classes.map(|(class, drops)| (class.name(), by_class(drops)));
        f.debug_struct("EngineStats")
            .field("datagrams_in", &self.datagrams_in)
            .field("datagrams_out", &self.datagrams_out)
            .field("bytes_in", &self.bytes_in)
            .field("bytes_out", &self.bytes_out)
            .field("drops", &drops)
            .field("class_drops", &class_drops.collect::<BTreeMap<_, _>>())
            .field("refusals", &refusals)
            .field("panics", &self.panics)
            .finish()
    }
}

/// Returns the counts that are not zero by name, in alphabetical order.
fn names<const N: usize>(
    names: [&'static str; N],
    counts: &[u64; N],
) -> BTreeMap<&'static str, u64> {
    let counted = names.into_iter().zip(*counts);
    counted.filter(|(_, count)| *count > 0).collect()
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
    let classes = Class::ALL.into_iter().zip(drops);
    let reasons = DropReason::ALL.map(DropReason::name);
    let classes = classes.map(|(class, drops)| (class.name(), names(reasons, drops)));
    serializer.collect_map(classes.filter(|(_, drops)| !drops.is_empty()))
}

/// Serializes refusals as an object with the name of each budget that was used up.
fn by_budget<S: Serializer>(
    refusals: &[u64; Budget::ALL.len()],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(names(Budget::ALL.map(Budget::name), refusals))
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
            json.ends_with(r#"},"class_drops":{},"refusals":{},"panics":0}"#),
            "{json}"
        );
        assert_eq!(json.matches(':').count(), 8 + DropReason::ALL.len());
        stats.record_class(Class::Contact, DropReason::LegacyBudget, 4);
        let json = serde_json::to_string(&stats).unwrap();
        let drops = r#""class_drops":{"contact":{"legacy_budget":4}}"#;
        assert!(json.contains(drops), "{json}");
        stats.refuse(Budget::AnswersToSite);
        let json = serde_json::to_string(&stats).unwrap();
        let refusals = r#""refusals":{"answers_to_site":1}"#;
        assert!(json.contains(refusals), "{json}");
    }

    #[test]
    fn debug_output_names_what_was_counted_and_nothing_else() {
        let mut stats = EngineStats::default();
        stats.record_class(Class::Contact, DropReason::LegacyBudget, 4);
        stats.refuse(Budget::PuncturesOfPeers);
        let text = format!("{stats:?}");
        assert!(text.contains(r#"drops: {"legacy_budget": 4}"#), "{text}");
        assert!(
            text.contains(r#"refusals: {"punctures_of_peers": 1}"#),
            "{text}"
        );
        assert!(!text.contains("bad_key"), "{text}");
    }
}
