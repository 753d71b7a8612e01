//! The steps of one node's strategies, collected from its events.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipv8_core::Ipv8;
use ipv8_core::engine::{Event, StepReport, StrategyInfo};
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// The steps of one strategy.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StrategySteps {
    /// The name of the strategy's type.
    pub(crate) name: &'static str,
    /// The number of peers at which it rests; -1: it never rests.
    pub(crate) target: i32,
    /// Steps taken; `steps` in JSON.
    #[serde(rename = "steps")]
    pub(crate) taken: u64,
    /// Turns skipped because there were enough peers.
    pub(crate) skipped: u64,
    /// Steps taken that sent nothing: no address to ask, or too many unanswered requests.
    pub(crate) idle: u64,
}

/// The steps of one node.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    /// The strategies, in the order of their turns.
    pub(crate) strategies: Vec<StrategySteps>,
    /// The latest gaps between turns of any strategy, skipped turns included.
    pub(crate) gaps: VecDeque<Duration>,
    /// The shortest and the longest gap since the start.
    pub(crate) extremes: Option<(Duration, Duration)>,
    last: Option<Instant>,
    keep: usize,
}

impl Steps {
    /// Returns no steps yet. The last `keep` gaps will be kept.
    fn new(strategies: &[StrategyInfo], keep: usize) -> Self {
        let strategies = strategies.iter().map(|strategy| StrategySteps {
            name: strategy.name.type_name(),
            target: strategy.target_peers,
            taken: 0,
            skipped: 0,
            idle: 0,
        });
        Self {
            strategies: strategies.collect(),
            gaps: VecDeque::new(),
            extremes: None,
            last: None,
            keep,
        }
    }

    fn record(&mut self, step: &StepReport) {
        if let Some(strategy) = self.strategies.get_mut(step.index) {
            strategy.taken += u64::from(!step.skipped);
            strategy.skipped += u64::from(step.skipped);
            strategy.idle += u64::from(!step.skipped && step.datagrams == 0);
        }
        if let Some(last) = self.last.replace(step.at) {
            self.record_gap(step.at.saturating_duration_since(last));
        }
    }

    fn record_gap(&mut self, gap: Duration) {
        let (shortest, longest) = self.extremes.unwrap_or((gap, gap));
        self.extremes = Some((shortest.min(gap), longest.max(gap)));
        self.gaps.push_back(gap);
        while self.gaps.len() > self.keep {
            self.gaps.pop_front();
        }
    }

    /// Forgets the last step: events were lost, so the next gap is unknown.
    fn forget_last(&mut self) {
        self.last = None;
    }
}

/// Follows the steps of one node until that node stops.
#[derive(Debug)]
pub(crate) struct StepWatch {
    steps: Arc<Mutex<Steps>>,
}

impl StepWatch {
    /// Follows `node` from now on and keeps the last `keep` gaps.
    pub(crate) fn start(node: &Ipv8, keep: usize) -> Self {
        let strategies: Vec<_> = node
            .launched()
            .iter()
            .flat_map(|overlay| overlay.strategies.clone())
            .collect();
        let steps = Arc::new(Mutex::new(Steps::new(&strategies, keep)));
        // The task ends with the node, which closes the channel.
        tokio::spawn(follow(node.events(), Arc::clone(&steps)));
        Self { steps }
    }

    /// Returns the steps so far.
    pub(crate) fn steps(&self) -> Steps {
        lock(&self.steps).clone()
    }
}

async fn follow(mut events: Receiver<Event>, steps: Arc<Mutex<Steps>>) {
    loop {
        match events.recv().await {
            Ok(Event::Step(step)) => lock(&steps).record(&step),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => lock(&steps).forget_last(),
            Err(RecvError::Closed) => return,
        }
    }
}

fn lock(steps: &Mutex<Steps>) -> MutexGuard<'_, Steps> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}
