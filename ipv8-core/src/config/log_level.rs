//! The levels of Python's `logging`, which py-ipv8's configuration names.

/// The level from which a program should log (py-ipv8's `logger`, `level`).
///
/// A program that sets up its log reads the level from here. The library writes to `tracing` and
/// sets nothing up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// All messages.
    NotSet,
    /// Details for debugging.
    Debug,
    /// Normal events.
    #[default]
    Info,
    /// Possible problems.
    Warning,
    /// Failures.
    Error,
    /// Failures that end the program.
    Critical,
}

impl LogLevel {
    /// Python's names of the levels.
    pub(super) const NAMES: [&'static str; 6] =
        ["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "NOTSET"];

    /// Returns the level with Python's name, in any case.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "CRITICAL" => Self::Critical,
            "ERROR" => Self::Error,
            "WARNING" => Self::Warning,
            "INFO" => Self::Info,
            "DEBUG" => Self::Debug,
            "NOTSET" => Self::NotSet,
            _ => return None,
        })
    }

    /// Returns Python's name of the level.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::NotSet => "NOTSET",
        }
    }

    /// Returns the level for `tracing`: `CRITICAL` becomes `ERROR`, and `NOTSET` becomes `TRACE`.
    #[must_use]
    pub const fn filter(self) -> tracing::level_filters::LevelFilter {
        use tracing::level_filters::LevelFilter;
        match self {
            Self::Critical | Self::Error => LevelFilter::ERROR,
            Self::Warning => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::NotSet => LevelFilter::TRACE,
        }
    }
}
