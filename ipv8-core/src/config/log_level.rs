//! The levels of Python's `logging`, which py-ipv8's configuration names.

/// From which level on a log tells (py-ipv8's `logger`, `level`).
///
/// A program that sets up a log of its own takes it from here: the library writes to `tracing` and sets nothing up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Everything.
    NotSet,
    /// What helps to find mistakes.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What may be wrong.
    Warning,
    /// What failed.
    Error,
    /// What ends the program.
    Critical,
}

impl LogLevel {
    /// The names of the levels, as Python has them.
    pub const NAMES: [&'static str; 6] =
        ["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "NOTSET"];

    /// The level of that name, in capitals or not.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
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

    /// Its name, as Python has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::NotSet => "NOTSET",
        }
    }

    /// What `tracing` calls it: it has no `CRITICAL`, and its `TRACE` is everything.
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
