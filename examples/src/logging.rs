//! The log of a program, on the standard error: the standard output has only reports.

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log on the standard error.
///
/// `RUST_LOG` sets levels, also for single modules (`info`,
/// `warn,ipv8_core::overlay::strategy=trace`). The default is `warn`. An invalid `RUST_LOG` is
/// reported and ignored. A closed standard error is ignored, too.
pub fn start() {
    let log = layer()
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    let (filter, problem) = filter(std::env::var("RUST_LOG").ok().as_deref());
    // This fails if there is a log already, which then stays.
    let _ = tracing_subscriber::registry()
        .with(log.with_filter(filter))
        .try_init();
    if let Some(problem) = problem {
        tracing::warn!("{problem}");
    }
}

/// Returns the filter for `wanted`, the value of `RUST_LOG`, and what is wrong with it.
fn filter(wanted: Option<&str>) -> (Targets, Option<String>) {
    let default = Targets::new().with_default(LevelFilter::WARN);
    match wanted.map(str::parse::<Targets>) {
        None => (default, None),
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (default, Some(format!("RUST_LOG is ignored: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn warnings_pass_by_default() {
        let (unset, problem) = filter(None);
        assert_eq!(problem, None);
        assert!(unset.would_enable("ipv8_core", &Level::WARN));
        assert!(!unset.would_enable("ipv8_core", &Level::INFO));
        let (chosen, _) = filter(Some("warn,ipv8_core::overlay::strategy=trace"));
        assert!(chosen.would_enable("ipv8_core::overlay::strategy", &Level::TRACE));
        assert!(!chosen.would_enable("ipv8_core::engine", &Level::INFO));
    }

    #[test]
    fn an_invalid_filter_is_reported_and_ignored() {
        let (nonsense, problem) = filter(Some("ipv8_core=loud"));
        assert!(problem.is_some_and(|text| text.contains("RUST_LOG")));
        assert!(nonsense.would_enable("ipv8_core", &Level::WARN));
        assert!(!nonsense.would_enable("ipv8_core", &Level::INFO));
    }
}
