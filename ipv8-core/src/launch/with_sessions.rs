//! Launchers together with the sessions that they run in.

use super::preview::{Preview, preview};
use super::sequence;
use super::session::Session;
use super::set::LauncherSet;
use crate::node::endpoint::{Endpoint, EndpointConfig};
use crate::node::{Error, Ipv8};

/// The launchers of one node, with their sessions; see
/// [`Launchers::session`](crate::Launchers::session).
#[must_use = "call `launch` to start the node"]
pub struct WithSessions<'s> {
    pub(super) set: LauncherSet,
    sessions: Session<'s>,
}

impl<'s> WithSessions<'s> {
    pub(super) fn new(set: LauncherSet, sessions: Session<'s>) -> Self {
        Self { set, sessions }
    }

    /// Adds another session, of another type. The launch reports a second one of the same type as
    /// [`Problem::RepeatedSession`](crate::launch::Problem::RepeatedSession).
    pub fn session<S: Send + 'static>(mut self, session: &'s mut S) -> Self {
        self.sessions.add(session);
        self
    }

    /// Like [`Launchers::preview`](crate::Launchers::preview), with all sessions.
    #[must_use]
    pub fn preview(&self) -> Preview {
        preview(&self.set, &self.sessions)
    }

    /// Like [`Launchers::launch_with`](crate::Launchers::launch_with), with all sessions.
    ///
    /// # Errors
    ///
    /// Like [`Launchers::launch_with`](crate::Launchers::launch_with).
    pub async fn launch(mut self) -> Result<Ipv8, Error> {
        let sequence = sequence::order(self.set, &self.sessions)?;
        let interfaces = &sequence.config.interfaces;
        let endpoint = Endpoint::bind(interfaces, &EndpointConfig::default())?;
        sequence::run(&sequence, endpoint, &mut self.sessions).await
    }

    /// Like [`launch`](Self::launch), but on a given endpoint: see
    /// [`Launchers::launch_on`](crate::Launchers::launch_on).
    ///
    /// # Errors
    ///
    /// Like [`launch`](Self::launch).
    pub async fn launch_on(mut self, endpoint: Endpoint) -> Result<Ipv8, Error> {
        let sequence = sequence::order(self.set, &self.sessions)?;
        sequence::run(&sequence, endpoint, &mut self.sessions).await
    }
}

/// Shows the selected launchers with their locations, and the types of the sessions.
impl std::fmt::Debug for WithSessions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.set.entries.iter();
        let selected = entries.filter(|entry| entry.selected);
        let launchers = selected.map(|entry| entry.launcher.meta().to_string());
        f.debug_struct("WithSessions")
            .field("launchers", &launchers.collect::<Vec<_>>())
            .field("sessions", &self.sessions.type_names())
            .finish_non_exhaustive()
    }
}
