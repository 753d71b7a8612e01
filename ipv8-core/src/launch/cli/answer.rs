//! The output and the exit code of a command.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::launch::plan::{PlanError, Problem};

/// The standard output, standard error and exit code of one command.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) complaints: String,
    code: u8,
}

impl Answer {
    /// Returns the answer of a command that succeeded.
    pub(super) fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// Returns the answer of a command that failed.
    pub(super) fn failed(error: impl Display) -> Self {
        Self::default().with_complaint(error, 1)
    }

    /// Adds the error of a command line with a wrong argument.
    pub(super) fn with_wrong_usage(self, error: impl Display) -> Self {
        self.with_complaint(error, 2)
    }

    /// Adds the problems of the plan, if there are any. Unknown names come from the command line,
    /// so they count as wrong usage.
    pub(super) fn with_plan<T>(self, plan: &Result<T, PlanError>) -> Self {
        let Err(error) = plan else { return self };
        let is_usage = |problem: &Problem| matches!(problem, Problem::UnknownName { .. });
        let code = match error.problems().iter().all(is_usage) {
            true => 2,
            false => 1,
        };
        self.with_complaint(error, code)
    }

    /// Adds warnings, which do not change the exit code.
    pub(super) fn with_warnings(mut self, warnings: &[Problem]) -> Self {
        for warning in warnings {
            self.complaints += &format!("warning: {warning}\n");
        }
        self
    }

    fn with_complaint(mut self, error: impl Display, code: u8) -> Self {
        self.complaints += &format!("error: {error}\n");
        self.code = code;
        self
    }

    /// Returns the exit code.
    #[cfg(test)]
    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Writes the output and returns the exit code.
    pub(super) fn print(self) -> ExitCode {
        let written = write(&mut io::stdout(), &self.text);
        // A failure here cannot be reported anywhere.
        let _ = write(&mut io::stderr(), &self.complaints);
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(1),
            _ => ExitCode::from(self.code),
        }
    }
}

/// Writes and flushes the text.
pub(super) fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
