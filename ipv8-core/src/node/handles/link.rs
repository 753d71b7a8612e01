//! The connection of a handle to the node's own task.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::error::HandleError;
use super::launched::Launched;
use crate::crypto::PublicKey;
use crate::engine::{Engine, Event, OverlayInfo};
use crate::node::driver::{Command, Driver};

/// How a node ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::node) enum End {
    Running,
    Stopped,
    Panicked,
}

/// The part that every handle has: a channel to the node's own task, and the data known without
/// asking it.
///
/// The node stops when its last link is dropped.
#[derive(Clone)]
pub(in crate::node) struct Link {
    commands: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

/// The shared part of the links of one node.
pub(in crate::node) struct Shared {
    pub(in crate::node) addresses: Vec<SocketAddr>,
    pub(in crate::node) my_peer: PublicKey,
    pub(in crate::node) launched: Mutex<Launched>,
    pub(in crate::node) events: broadcast::WeakSender<Event>,
    /// Subscribed before the node's first input, for the first listener.
    pub(in crate::node) first_events: Mutex<Option<broadcast::Receiver<Event>>>,
    pub(in crate::node) stop: watch::Sender<bool>,
    pub(in crate::node) end: watch::Receiver<End>,
}

impl Link {
    pub(in crate::node) fn new(commands: mpsc::Sender<Command>, shared: Shared) -> Self {
        Self {
            commands,
            shared: Arc::new(shared),
        }
    }

    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.shared.addresses
    }

    pub(super) fn my_peer(&self) -> &PublicKey {
        &self.shared.my_peer
    }

    pub(super) fn launched(&self) -> Arc<[OverlayInfo]> {
        self.lock_launched().all()
    }

    pub(in crate::node) fn set_launched(&self, overlays: Vec<OverlayInfo>) {
        *self.lock_launched() = overlays.into();
    }

    /// Reads the overlay that was added last again from `engine`, and those added since.
    pub(in crate::node) fn update_launched(&self, engine: &Engine) {
        self.lock_launched().update(engine);
    }

    fn lock_launched(&self) -> MutexGuard<'_, Launched> {
        let launched = &self.shared.launched;
        launched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the events since the launch for the first caller, and from now on for any other.
    pub(super) fn events(&self) -> broadcast::Receiver<Event> {
        let first = &self.shared.first_events;
        let since_launch = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        since_launch.unwrap_or_else(|| self.subscribe())
    }

    /// Returns the events from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Event> {
        match self.shared.events.upgrade() {
            Some(events) => events.subscribe(),
            // The node has stopped: a closed channel.
            None => broadcast::channel(1).1,
        }
    }

    /// Asks the node to stop, without waiting.
    pub(super) fn stop(&self) {
        self.shared.stop.send_replace(true);
    }

    /// Returns a future that waits for the end of the node, and does not keep it running.
    pub(super) fn ending(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut end = self.shared.end.clone();
        async move {
            // An error means that the task that reports the end no longer exists.
            let _ = end.wait_for(|end| *end != End::Running).await;
        }
    }

    /// Waits until the node has ended.
    pub(super) async fn ended(&self) -> End {
        let mut end = self.shared.end.clone();
        match end.wait_for(|end| *end != End::Running).await {
            Ok(end) => *end,
            // The task that reports the end no longer exists.
            Err(_) => End::Panicked,
        }
    }

    /// Runs `order` on the node's task without waiting for it. Does nothing if the node has
    /// stopped.
    pub(super) fn post(&self, order: impl FnOnce(&mut Driver) + Send + 'static) {
        if let Err(TrySendError::Full(order)) = self.commands.try_send(Box::new(order)) {
            let commands = self.commands.clone();
            // Without a runtime there is no node either.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { commands.send(order).await });
            }
        }
    }

    /// Runs `question` on the node's task, between two inputs, and returns its answer.
    pub(super) async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Driver) -> R + Send + 'static,
    ) -> Result<R, HandleError> {
        let (reply, answer) = oneshot::channel();
        let command: Command = Box::new(move |driver| {
            // An error means that the caller no longer waits.
            let _ = reply.send(question(driver));
        });
        self.commands
            .send(command)
            .await
            .map_err(|_| HandleError::Stopped)?;
        answer.await.map_err(|_| HandleError::Stopped)
    }
}
