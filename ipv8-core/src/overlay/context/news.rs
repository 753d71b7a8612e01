//! What overlays tell the engine, until it tells the listeners.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::state::peer::Peer;
use crate::state::stats::Budget;
use crate::state::watch::Work;
use crate::wire::packet::CommunityId;

/// The shortest time between two reports of one budget.
const REPORT_EVERY: Duration = Duration::from_secs(10);

/// Something that listeners may want to know, with the overlay that it happened in.
#[derive(Debug)]
pub(crate) enum News {
    /// The bootstrapper of this type panicked.
    BootstrapperPanicked(CommunityId, &'static str),
    /// A peer answered a ping.
    Latency(CommunityId, Peer, Duration),
    /// A call of user code filled the outbox.
    Flooded(CommunityId, Work),
    /// A budget was used up for the first time in ten seconds.
    BudgetUsedUp(CommunityId, Budget),
    /// A peer proved a new address; the old one comes last.
    PeerMoved(CommunityId, Peer, SocketAddr),
    /// Our peers see us at another address.
    WanAddress(CommunityId, SocketAddr),
}

/// The news since the engine last asked.
#[derive(Debug, Default)]
pub(crate) struct NewsDesk {
    news: Vec<News>,
    /// The last report of each budget.
    budgets: [Option<Instant>; Budget::ALL.len()],
}

impl NewsDesk {
    pub(crate) fn is_empty(&self) -> bool {
        self.news.is_empty()
    }

    pub(crate) fn push(&mut self, news: News) {
        self.news.push(news);
    }

    /// Notes that something was not sent because `budget` is used up.
    pub(crate) fn refused(&mut self, overlay: CommunityId, budget: Budget, now: Instant) {
        let Some(last) = self.budgets.get_mut(budget as usize) else {
            return;
        };
        if last.is_none_or(|last| now.saturating_duration_since(last) >= REPORT_EVERY) {
            *last = Some(now);
            self.push(News::BudgetUsedUp(overlay, budget));
        }
    }

    /// Returns the news, the oldest first, and forgets them.
    pub(crate) fn take(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }
}
