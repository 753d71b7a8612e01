//! From the command line to the answer.

use std::process::ExitCode;

use clap::Parser;

use super::answer::Answer;
use super::arguments::{Arguments, Command, Selection};
use super::{explain, graph, keygen, list, run, settings};
use crate::launch::Launchers;

/// The command line of a program, for all launchers linked into it.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     ipv8_core::launch::cli::main()
/// }
/// ```
///
/// Makes a tokio runtime of its own, so it must not be called inside one.
#[must_use]
pub fn main() -> ExitCode {
    main_with(())
}

/// As [`main`], with a session for the launchers: see [`Launchers::launch_with`].
#[must_use]
pub fn main_with<S: Send + 'static>(session: S) -> ExitCode {
    main_of(Launchers::collected(), session)
}

/// As [`main_with`], for these launchers. Their configuration is what `--config` and the environment change.
///
/// ```no_run
/// # use ipv8_core::prelude::*;
/// fn main() -> std::process::ExitCode {
///     let here = Config::new().port(7_000);
///     ipv8_core::launch::cli::main_of(Launchers::collected().configuration(here), ())
/// }
/// ```
#[must_use]
pub fn main_of<S: Send + 'static>(launchers: Launchers, session: S) -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => answer(arguments.command, launchers, session).give(),
        Err(error) => {
            // Help goes to standard output and is no error. Nobody may be listening.
            let _ = error.print();
            ExitCode::from(u8::from(error.use_stderr()) * 2)
        }
    }
}

fn answer<S: Send + 'static>(command: Command, all: Launchers, mut session: S) -> Answer {
    match command {
        Command::List { selection, json } => {
            list::answer(&chosen(all, &selection).preview(&mut session), json)
        }
        Command::Graph {
            selection, mermaid, ..
        } => graph::answer(&chosen(all, &selection).preview(&mut session), mermaid),
        Command::Run { selection, dry_run } => {
            let chosen = chosen(all, &selection);
            match dry_run {
                true => run::dry(&chosen.preview(&mut session)),
                false => run::run(chosen, session),
            }
        }
        Command::Explain { name, selection } => {
            let chosen = chosen(all, &selection);
            explain::answer(&name, &chosen.preview(&mut session), &chosen)
        }
        Command::Keygen { file } => keygen::answer(&file),
        Command::Config { selection, json } => settings::answer(&chosen(all, &selection), json),
    }
}

/// The launchers that the command line chooses, configured as it says.
fn chosen(mut launchers: Launchers, selection: &Selection) -> Launchers {
    launchers = launchers.reconfigure(|configuration| {
        let configuration = match &selection.config {
            Some(file) => configuration.file(file),
            None => configuration,
        };
        configuration.environment()
    });
    if !selection.only.is_empty() {
        launchers = launchers.only(&selection.only);
    }
    launchers.without(&selection.skip)
}
