//! The measured processes of this program: a node, a bare responder, an engine without a socket.
//!
//! Each reads JSON lines and writes JSON lines; none computes a ratio. Start with [`run`].

mod bare;
mod batches;
mod inside;
mod launchers;
mod node;
mod nodes;
mod strategies;

pub(crate) use node::Plain;

use std::io::{BufRead, Write};

use serde_json::Value;

use crate::{Result, pin};

/// Runs the measured process with the name in `words`. Its first line of input has the cores to use
/// and the arguments.
pub(crate) fn run(mut words: impl Iterator<Item = String>) -> Result<()> {
    let name = words.next().unwrap_or_default();
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let start: Value = serde_json::from_str(&line)?;
    let cores = start["cores"].as_array().into_iter().flatten();
    let cores: Vec<usize> = cores
        .filter_map(|core| Some(core.as_u64()? as usize))
        .collect();
    if !cores.is_empty() {
        pin::keep_to(&cores)?;
    }
    let arguments = &start["arguments"];
    match name.as_str() {
        node::NAME => node::run(arguments),
        bare::NAME => bare::run(arguments),
        inside::NAME => inside::run(),
        launchers::NAME => launchers::run(arguments),
        nodes::NAME => nodes::run(arguments),
        strategies::NAME => strategies::run(arguments),
        other => Err(format!("unknown measured process `{other}`").into()),
    }
}

/// Writes one line of output.
fn say(what: &Value) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{what}")?;
    Ok(stdout.flush()?)
}
