//! Ctrl-C and SIGTERM.

use std::io;

/// Waits for Ctrl-C, or on Unix for SIGTERM, whichever comes first, and names it.
///
/// [`Ipv8::until_stopped`](crate::Ipv8::until_stopped) does this for one node; this is for programs
/// of several. From the first poll on, these signals no longer end the process. Must be called
/// inside a tokio runtime with its IO driver.
///
/// # Errors
///
/// When the system lets nobody listen for signals.
pub async fn stop_signal() -> io::Result<&'static str> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map(|()| "Ctrl-C"),
            _ = terminate.recv() => Ok("SIGTERM"),
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await.map(|()| "Ctrl-C")
    }
}
