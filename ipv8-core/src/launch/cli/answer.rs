//! What a command says, and how it ends.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::launch::plan::{PlanError, Problem};

/// Standard output, standard error and exit code of one command.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) complaints: String,
    code: u8,
}

impl Answer {
    /// All went well.
    pub(super) fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// Something went wrong.
    pub(super) fn failed(error: impl Display) -> Self {
        Self::default().with_complaint(error, 1)
    }

    /// The command line asks for something that is not there.
    pub(super) fn wrong_usage(error: impl Display) -> Self {
        Self::default().with_complaint(error, 2)
    }

    /// What the plan says, if it says that something is wrong. Names that nobody has come from the command line.
    pub(super) fn with_plan<T>(self, plan: &Result<T, PlanError>) -> Self {
        let Err(error) = plan else { return self };
        let is_usage = |problem: &Problem| matches!(problem, Problem::UnknownName { .. });
        let code = match error.problems().iter().all(is_usage) {
            true => 2,
            false => 1,
        };
        self.with_complaint(error, code)
    }

    /// A remark that changes nothing.
    pub(super) fn with_remark(mut self, remark: impl Display) -> Self {
        self.complaints += &format!("warning: {remark}\n");
        self
    }

    fn with_complaint(mut self, error: impl Display, code: u8) -> Self {
        self.complaints += &format!("error: {error}\n");
        self.code = code;
        self
    }

    /// Writes it, and gives the exit code.
    pub(super) fn give(self) -> ExitCode {
        let written = write(&mut io::stdout(), &self.text);
        // There is nobody left to tell when this fails.
        let _ = write(&mut io::stderr(), &self.complaints);
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(1),
            _ => ExitCode::from(self.code),
        }
    }
}

/// Writes all of it at once.
pub(super) fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
