//! Command lines: every mistake ends in an error, a usage line and exit code 2.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error, Parser};
use ipv8_core::internals::nearest::nearest;

/// Reads the command line. `problems` returns what is wrong with values that are valid one by one.
///
/// # Errors
/// Returns the exit code after printing: 0 for `--help` or `--version`, 2 for a mistake.
pub fn read<A: Parser>(problems: impl FnOnce(&A) -> Vec<String>) -> Result<A, ExitCode> {
    let error = match A::try_parse() {
        Ok(arguments) => {
            let problems = problems(&arguments);
            if problems.is_empty() {
                return Ok(arguments);
            }
            A::command().error(ErrorKind::ValueValidation, problems.join("; "))
        }
        Err(error) => error,
    };
    if error.use_stderr() {
        let error = completed(error, &mut A::command());
        let _ = write!(io::stderr(), "{error}");
        Err(ExitCode::from(2))
    } else {
        let _ = write!(io::stdout(), "{error}");
        Err(ExitCode::SUCCESS)
    }
}

/// Returns the error with what clap leaves out: the usage, and the nearest argument.
fn completed(mut error: Error, command: &mut Command) -> Error {
    // For a missing argument clap shows only its group.
    let is_partial = error.kind() == ErrorKind::MissingRequiredArgument;
    if is_partial || error.get(ContextKind::Usage).is_none() {
        let usage = ContextValue::StyledStr(command.render_usage());
        error.insert(ContextKind::Usage, usage);
    }
    if let Some(suggestion) = suggestion(&error, command) {
        error.insert(ContextKind::SuggestedArg, ContextValue::String(suggestion));
    }
    error
}

fn suggestion(error: &Error, command: &Command) -> Option<String> {
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let unknown = unknown.strip_prefix("--")?;
    let known = command.get_arguments().filter_map(clap::Arg::get_long);
    nearest(unknown, known).map(|known| format!("--{known}"))
}

/// Parses a number of seconds.
///
/// # Errors
/// Returns what was expected.
pub fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected seconds, 0 or more, such as 2.5".to_owned())
}
