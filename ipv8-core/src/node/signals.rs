//! The signals that stop a node: Ctrl-C, and SIGTERM on Unix.
//!
//! On Windows also Ctrl-Break, a closed console window, a logoff and the system's shutdown. Windows
//! ends the process a few seconds after the last three, whether the node has stopped by then or
//! not. A service manager that stops a console program sends one of these.

use std::io;

/// Waits for one of the signals and returns its name.
#[cfg(unix)]
pub(crate) async fn stop_signal() -> io::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| "Ctrl-C"),
        _ = terminate.recv() => Ok("SIGTERM"),
    }
}

/// Waits for one of the signals and returns its name.
#[cfg(windows)]
pub(crate) async fn stop_signal() -> io::Result<&'static str> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
    let (mut interrupt, mut abort) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut logoff, mut shutdown) = (ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
    tokio::select! {
        _ = interrupt.recv() => Ok("Ctrl-C"),
        _ = abort.recv() => Ok("Ctrl-Break"),
        _ = close.recv() => Ok("closed console"),
        _ = logoff.recv() => Ok("logoff"),
        _ = shutdown.recv() => Ok("shutdown"),
    }
}

/// Waits for one of the signals and returns its name.
#[cfg(not(any(unix, windows)))]
pub(crate) async fn stop_signal() -> io::Result<&'static str> {
    tokio::signal::ctrl_c().await.map(|()| "Ctrl-C")
}
