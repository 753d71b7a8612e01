//! The signals that stop a program: Ctrl-C, SIGTERM on Unix, and console events on Windows.

use ipv8_core::Error;
#[cfg(windows)]
use tokio::signal::windows;

/// Listens for Ctrl-C. On Unix also for SIGTERM; on Windows also for Ctrl-Break, a closed console,
/// a logoff and the shutdown of the system.
///
/// Create it before anything starts: then no signal ends the program unhandled.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: windows::CtrlC,
    #[cfg(windows)]
    abort: windows::CtrlBreak,
    #[cfg(windows)]
    close: windows::CtrlClose,
    #[cfg(windows)]
    logoff: windows::CtrlLogoff,
    #[cfg(windows)]
    shutdown: windows::CtrlShutdown,
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
    /// Installs the handlers. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Signals`].
    pub fn listen() -> Result<Self, Error> {
        Ok(Self {
            interrupt: windows::ctrl_c().map_err(Error::Signals)?,
            abort: windows::ctrl_break().map_err(Error::Signals)?,
            close: windows::ctrl_close().map_err(Error::Signals)?,
            logoff: windows::ctrl_logoff().map_err(Error::Signals)?,
            shutdown: windows::ctrl_shutdown().map_err(Error::Signals)?,
        })
    }

    /// Waits for the next signal and returns its name. Cancel safe.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.abort.recv() => "Ctrl-Break",
            _ = self.close.recv() => "closed console",
            _ = self.logoff.recv() => "logoff",
            _ = self.shutdown.recv() => "shutdown",
        }
    }
}
