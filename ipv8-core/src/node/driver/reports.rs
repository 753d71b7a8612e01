//! Logs slow steps, dropped datagrams and overload, at a readable rate.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::overload_log::OverloadLog;
use crate::engine::overlays::StrategyId;
use crate::engine::{Callback, Engine, Health, StepDone};
use crate::node::pipeline::Pipeline;
use crate::state::stats::Budget;
use crate::wire::packet::CommunityId;

/// The shortest time between two warnings of one kind, and the time between two reports of drops.
const REPORT_EVERY: Duration = Duration::from_secs(10);

/// The shortest time between two warnings about another node with our key.
const TWIN_EVERY: Duration = Duration::from_secs(600);

/// The state of the log of one node.
#[derive(Debug)]
pub(super) struct Reports {
    slow_steps: u64,
    /// The last warning about each strategy.
    warned: HashMap<StrategyId, Instant>,
    /// The last warning about datagrams of each overlay that did not fit.
    floods: HashMap<CommunityId, Instant>,
    overload: OverloadLog,
    next: Instant,
    /// The last warning about another node with our key.
    twin: Option<Instant>,
    /// Drops reported so far.
    drops: u64,
}

impl Reports {
    pub(super) fn new(started: Instant) -> Self {
        Self {
            slow_steps: 0,
            warned: HashMap::new(),
            floods: HashMap::new(),
            overload: OverloadLog::default(),
            next: started + REPORT_EVERY,
            twin: None,
            drops: 0,
        }
    }

    /// Returns when [`Reports::regular`] is due.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Returns the number of steps that took longer than the gap between two turns.
    pub(super) fn slow_steps(&self) -> u64 {
        self.slow_steps
    }

    /// Notes a step that took `took` and began at `at`.
    pub(super) fn step(&mut self, done: &StepDone, took: Duration, at: Instant) {
        let (id, strategy, overlay) = (done.report.id, done.report.strategy, done.report.overlay);
        if done.overrun && may_warn(&mut self.warned, id, at) {
            tracing::warn!(
                %strategy,
                %overlay,
                "step exceeded its send budget; the next turn is delayed"
            );
        }
        if took > done.gap {
            self.slow_steps += 1;
            if may_warn(&mut self.warned, id, at) {
                tracing::warn!(
                    %strategy,
                    %overlay,
                    milliseconds = took.as_secs_f64() * 1e3,
                    "slow step: it took longer than the gap between two turns"
                );
            }
        }
    }

    /// Notes that a call of user code filled the outbox.
    pub(super) fn flood(&mut self, overlay: CommunityId, callback: &Callback, at: Instant) {
        if may_warn(&mut self.floods, overlay, at) {
            tracing::warn!(
                %overlay,
                %callback,
                "one call filled the outbox; the rest of its datagrams is dropped"
            );
        }
    }

    /// Notes a change of the node's health.
    pub(super) fn health(&mut self, health: &Health, pipeline: &Pipeline, at: Instant) {
        self.overload.note(health, pipeline, at);
    }

    /// Logs dropped datagrams and overload, if that is due.
    pub(super) fn regular(&mut self, engine: &mut Engine, pipeline: &mut Pipeline, at: Instant) {
        if at < self.next {
            return;
        }
        self.next = at + REPORT_EVERY;
        self.overload.note(&engine.health(), pipeline, at);
        self.warn_of_twin(engine.take_twin(), at);
        let stats = engine.stats();
        let dropped = stats.dropped();
        if dropped > self.drops {
            let drops = stats.drops().map(|(reason, count)| (reason.name(), count));
            let budgets = Budget::ALL.map(|budget| (budget.name(), stats.refused(budget)));
            let budgets = counts(budgets);
            let crowd = pipeline.losers();
            tracing::warn!(
                new = dropped - self.drops,
                total = counts(drops),
                budgets = (!budgets.is_empty()).then_some(budgets),
                class = crowd.map(|crowd| display(crowd.class)),
                overlay = crowd.map(|crowd| display(crowd.overlay)),
                sender = crowd.map(|crowd| display(crowd.sender)),
                "datagrams were dropped"
            );
            self.drops = dropped;
        }
        pipeline.forget_crowd();
    }

    fn warn_of_twin(&mut self, twin: Option<SocketAddr>, at: Instant) {
        let is_old = |last| at.saturating_duration_since(last) >= TWIN_EVERY;
        if let Some(source) = twin
            && self.twin.is_none_or(is_old)
        {
            self.twin = Some(at);
            tracing::warn!(
                %source,
                "another node uses the key of this one, or repeats its messages; if it is yours, \
                 give it a key file of its own"
            );
        }
    }
}

/// Returns the counts that are not zero, with their names.
fn counts(named: impl IntoIterator<Item = (&'static str, u64)>) -> String {
    let counted = named.into_iter().filter(|(_, count)| *count > 0);
    let texts: Vec<_> = counted
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    texts.join(", ")
}

/// Returns `true` if the last warning about `key` is long ago, and notes one at `at`.
fn may_warn<K: Hash + Eq>(warned: &mut HashMap<K, Instant>, key: K, at: Instant) -> bool {
    warned.retain(|_, last| at.saturating_duration_since(*last) < REPORT_EVERY);
    let silent = warned.contains_key(&key);
    if !silent {
        warned.insert(key, at);
    }
    !silent
}
