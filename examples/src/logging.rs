//! The log of a program: on the standard error, so that the standard output holds nothing but its reports.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// Writes warnings and errors to the standard error, or what the variable `RUST_LOG` asks for. A standard error that is
/// closed is no reason to stop.
pub fn start() {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .from_env_lossy();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    // It fails when there is a log already, which then serves as well.
    let _ = subscriber.try_init();
}
