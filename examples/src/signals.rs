//! Ctrl-C and SIGTERM.

use ipv8_core::Error;

/// Listens for Ctrl-C and, on Unix, for SIGTERM.
///
/// Create it before anything starts: then no signal ends the program unhandled.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(unix)]
impl Signals {
    /// Installs the handlers. Must be called inside a tokio runtime with its IO driver.
    ///
    /// # Errors
    /// [`Error::Signals`].
    pub fn listen() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(Error::Signals);
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal and returns its name. Cancel safe.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

#[cfg(windows)]
impl Signals {
    /// Installs the handler. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Signals`].
    pub fn listen() -> Result<Self, Error> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c().map_err(Error::Signals)?,
        })
    }

    /// Waits for the next signal and returns its name. Cancel safe.
    pub async fn next(&mut self) -> &'static str {
        self.interrupt.recv().await;
        "Ctrl-C"
    }
}
