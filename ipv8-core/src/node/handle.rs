//! What other tasks hold of a running node: cheap to clone, safe to use from anywhere.

use std::any::TypeId;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::crypto::PublicKey;
use crate::engine::overlays::Strategies;
use crate::engine::turns::pacing::PacingError;
use crate::engine::{CallError, ControlError, Engine, Event, OverlayError, OverlayInfo};
use crate::node::control::{StrategyHandle, only};
use crate::node::clock::now;
use crate::node::driver::{Command, Node};
use crate::node::error::Error;
use crate::node::launched::Launched;
use crate::node::overlay_handle::OverlayHandle;
use crate::node::signals::stop_signal;
use crate::node::snapshot_file::SnapshotFileError;
use crate::node::stats::NodeStats;
use crate::overlay::community::Community;
use crate::overlay::context::RequestError;
use crate::state::tasks::TaskError;
use crate::support::names::NameError;
use crate::wire::packet::CommunityId;

/// Why a request to a running node had no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// The node has stopped.
    #[error("the node has stopped")]
    Stopped,
    /// The call could not be made, or panicked.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The overlay refused.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// The file for a snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotFileError),
    /// The task was not registered.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The strategy cannot be changed so, or is not there.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The pacing makes no sense.
    #[error(transparent)]
    PacingConfig(#[from] PacingError),
    /// Nothing has the name, or too much has it.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The request had no answer.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Running,
    Stopped,
    Panicked,
}

/// A running node: one socket, its overlays and their strategies.
///
/// Clones are the same node. The node stops when [`Ipv8::stop`] is called, when
/// [`Ipv8::until_stopped`] gets a signal, or when the last handle of it (overlay handles included)
/// is dropped. A community or strategy that keeps a handle of its own node therefore keeps that node
/// running until somebody stops it.
#[derive(Clone)]
#[must_use = "the node stops when its last handle is dropped"]
pub struct Ipv8 {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) my_peer: PublicKey,
    pub(super) launched: Mutex<Launched>,
    pub(super) events: broadcast::WeakSender<Event>,
    /// Subscribed before the node's first input, for the first who asks.
    pub(super) first_events: Mutex<Option<broadcast::Receiver<Event>>>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) end: watch::Receiver<End>,
}

impl Shared {
    fn lock_launched(&self) -> MutexGuard<'_, Launched> {
        self.launched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ipv8 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ipv8")
            .field("addresses", &self.shared.addresses)
            .field("mid", &self.shared.my_peer.mid())
            .finish_non_exhaustive()
    }
}

impl Ipv8 {
    pub(super) fn new(commands: mpsc::Sender<Command>, shared: Shared) -> Self {
        Self {
            commands,
            shared: Arc::new(shared),
        }
    }

    /// The addresses of the sockets, with the ports they got.
    #[must_use]
    pub fn local_addresses(&self) -> &[SocketAddr] {
        &self.shared.addresses
    }

    /// The public key of the node's own peer.
    #[must_use]
    pub fn my_peer(&self) -> &PublicKey {
        &self.shared.my_peer
    }

    /// A handle of the overlay whose community is a `C`; of the first, if several have that type.
    /// `None` when none was launched.
    ///
    /// The handle stays valid, in that its calls fail cleanly, when the overlay is unloaded.
    #[must_use]
    pub fn overlay<C: Community>(&self) -> Option<OverlayHandle<C>> {
        let launched = self.launched();
        let overlay = launched
            .iter()
            .find(|overlay| overlay.community_type == TypeId::of::<C>())?;
        Some(self.overlay_by_id(overlay.id))
    }

    /// A handle of the overlay that `name` stands for now: its name (that of its launcher, if it has one), its community type
    /// (without path) if no other overlay has that, or its community id in hexadecimal.
    ///
    /// # Errors
    ///
    /// [`HandleError::Name`] when it stands for none, [`CallError::OtherCommunity`] when its community is no `C`,
    /// [`HandleError::Stopped`].
    pub async fn overlay_by_name<C: Community>(
        &self,
        name: &str,
    ) -> Result<OverlayHandle<C>, HandleError> {
        let name = name.to_owned();
        let found = self.ask(move |node| {
            let id = node.engine.find_overlay_by_name(&name)?;
            let overlay = node.engine.overlay(id).ok_or(CallError::NotLoaded)?;
            if overlay.community_type != TypeId::of::<C>() {
                return Err(CallError::OtherCommunity.into());
            }
            Ok(id)
        });
        found.await?.map(|id| self.overlay_by_id(id))
    }

    /// A handle of the overlay `id`, whose community is a `C`; nothing is checked before the first
    /// call.
    #[must_use]
    pub fn overlay_by_id<C: Community>(&self, id: CommunityId) -> OverlayHandle<C> {
        OverlayHandle::new(self.clone(), id)
    }

    /// The overlays as they were when one was launched, or loaded, for the last time, with their strategies, in the order of
    /// that. While launchers are at work: those launched so far. [`Ipv8::overlays`] gives them as they are now.
    #[must_use]
    pub fn launched(&self) -> Arc<[OverlayInfo]> {
        self.shared.lock_launched().all()
    }

    pub(super) fn set_launched(&self, overlays: Vec<OverlayInfo>) {
        *self.shared.lock_launched() = overlays.into();
    }

    /// Takes in what launching has changed: the overlays from the one added last on.
    pub(super) fn update_launched(&self, engine: &Engine) {
        self.shared.lock_launched().update(engine);
    }

    /// What happens in the node: peers coming and going, steps, panics. The first call also gets
    /// what has happened since the launch, any later one only what comes. A receiver that is more
    /// than 1,024 events behind loses the oldest and is told how many.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        let since_launch = self
            .shared
            .first_events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        since_launch.unwrap_or_else(|| self.subscribe())
    }

    /// The events from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Event> {
        match self.shared.events.upgrade() {
            Some(events) => events.subscribe(),
            // The node has stopped: a channel that is closed already.
            None => broadcast::channel(1).1,
        }
    }

    /// The node's figures.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn stats(&self) -> Result<NodeStats, HandleError> {
        self.ask(|node| node.stats()).await
    }

    /// The overlays as they are now.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn overlays(&self) -> Result<Vec<OverlayInfo>, HandleError> {
        self.ask(|node| node.engine.overlays()).await
    }

    /// Lets further strategies take turns for the overlay of type `C`, and says which they are. All
    /// turns are then spread over the walk interval anew.
    ///
    /// # Errors
    ///
    /// [`HandleError`]: the node has stopped, there is no such overlay, or a target is below -1.
    pub async fn add_strategies<C: Community>(
        &self,
        strategies: Strategies<C>,
    ) -> Result<Vec<StrategyHandle>, HandleError> {
        let find = |node: &Node| node.engine.find_overlay::<C>();
        self.add_strategies_to(find, strategies).await
    }

    /// Lets one more strategy take turns for the overlay of type `C`, until that overlay has
    /// `target_peers` peers; -1: always. See [`Ipv8::add_strategies`].
    ///
    /// # Errors
    ///
    /// As [`Ipv8::add_strategies`].
    pub async fn add_strategy<C, S>(
        &self,
        strategy: S,
        target_peers: i32,
    ) -> Result<StrategyHandle, HandleError>
    where
        C: Community,
        S: crate::overlay::strategy::DiscoveryStrategy<C>,
    {
        let mut strategies = Strategies::new();
        strategies.add_strategy(target_peers, strategy);
        only(self.add_strategies::<C>(strategies).await?)
    }

    /// Unloads the overlay of type `C`, with its strategies. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`HandleError::Stopped`].
    pub async fn unload_overlay<C: Community>(&self) -> Result<bool, HandleError> {
        self.ask(|node| match node.engine.find_overlay::<C>() {
            Some(id) => node.engine.unload_overlay(id, now()),
            None => false,
        })
        .await
    }

    /// Stops the node and waits until it has: every overlay unloaded, the last one first, every
    /// task ended, the socket closed. Stopping a stopped node is fine.
    pub async fn stop(&self) {
        self.shared.stop.send_replace(true);
        self.ended().await;
    }

    async fn ended(&self) -> End {
        let mut end = self.shared.end.clone();
        match end.wait_for(|end| *end != End::Running).await {
            Ok(end) => *end,
            // The task that would have said so is gone.
            Err(_) => End::Panicked,
        }
    }

    /// Waits for Ctrl-C, SIGTERM or [`Ipv8::stop`] from elsewhere, then stops the node and waits
    /// until it has.
    ///
    /// # Errors
    ///
    /// [`Error::Signals`] when signals cannot be listened for, [`Error::Panicked`] when the node's
    /// task has panicked.
    pub async fn until_stopped(self) -> Result<(), Error> {
        let end = tokio::select! {
            end = self.ended() => end,
            signal = stop_signal() => {
                let signal = signal.map_err(Error::Signals)?;
                tracing::info!(signal, "stopping");
                self.stop().await;
                self.ended().await
            }
        };
        if end == End::Panicked {
            Err(Error::Panicked)
        } else {
            Ok(())
        }
    }

    /// Runs `order` on the node's task when it gets to it; for those who cannot wait. Nothing happens when the node has stopped.
    pub(super) fn post(&self, order: impl FnOnce(&mut Node) + Send + 'static) {
        if let Err(TrySendError::Full(order)) = self.commands.try_send(Box::new(order)) {
            let commands = self.commands.clone();
            // Without a runtime there is no node that could do it.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { commands.send(order).await });
            }
        }
    }

    /// Runs `question` on the node's task, between two inputs.
    pub(super) async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Node) -> R + Send + 'static,
    ) -> Result<R, HandleError> {
        let (reply, answer) = oneshot::channel();
        let command: Command = Box::new(move |node| {
            // The asker may have given up; then nobody wants the answer.
            let _ = reply.send(question(node));
        });
        self.commands
            .send(command)
            .await
            .map_err(|_| HandleError::Stopped)?;
        answer.await.map_err(|_| HandleError::Stopped)
    }
}
