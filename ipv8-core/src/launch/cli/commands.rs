//! Runs the command that the command line names.

use std::process::ExitCode;

use clap::Parser;

use super::answer::Answer;
use super::arguments::{Arguments, Command, Selection};
use super::{explain, graph, keygen, list, run, settings};
use crate::launch::Launchers;

/// Runs the command line of a program for all launchers linked into it.
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     ipv8_core::launch::cli::main()
/// }
/// ```
///
/// This function starts its own tokio runtime, so do not call it inside one.
#[must_use]
pub fn main() -> ExitCode {
    main_with(())
}

/// Like [`main`], but with a session for the launchers: see [`Launchers::launch_with`].
#[must_use]
pub fn main_with<S: Send + 'static>(session: S) -> ExitCode {
    main_of(Launchers::collected(), session)
}

/// Like [`main_with`], but for these launchers. `--config` and the environment override parts of
/// their configuration.
///
/// ```no_run
/// # use ipv8_core::prelude::*;
/// fn main() -> std::process::ExitCode {
///     let here = Config::new().port(7_000);
///     ipv8_core::launch::cli::main_of(Launchers::collected().config(here), ())
/// }
/// ```
#[must_use]
pub fn main_of<S: Send + 'static>(launchers: Launchers, session: S) -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => answer(arguments.command, launchers, session).print(),
        Err(error) => {
            // clap reports `--help` as an error too, but prints it to standard output. If the
            // output is closed, there is nowhere to report that.
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

/// Applies the configuration and the selection from the command line, and the environment.
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
