//! Starts a measured process and exchanges JSON lines with it. Every wait for it has a time limit.
//! Dropping its [`Child`] ends the process.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child as Process, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Result;
use crate::python::Python;

/// The first argument of this program when it runs as a measured process.
pub(crate) const WORD: &str = "measured-process";

/// The longest time a process may take to get ready.
const READY: Duration = Duration::from_secs(90);

/// A measured process.
pub(crate) struct Child {
    name: String,
    process: Process,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Child {
    /// Starts this program again as the measured process `name` on these cores.
    pub(crate) fn ours(name: &str, cores: &[usize], arguments: &Value) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([WORD, name]);
        Self::start(name, command, cores, arguments)
    }

    /// Starts a script from `compare/python` on these cores.
    pub(crate) fn python(
        python: &Python,
        script: &str,
        cores: &[usize],
        arguments: &Value,
    ) -> Result<Self> {
        Self::start(script, python.command(script), cores, arguments)
    }

    fn start(name: &str, mut command: Command, cores: &[usize], arguments: &Value) -> Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {name}: {error}"))?;
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = process.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout)
                    .lines()
                    .map_while(std::io::Result::ok)
                {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let input = process.stdin.take();
        let mut child = Self {
            name: name.to_owned(),
            process,
            input,
            lines,
        };
        child.send(&json!({"cores": cores, "arguments": arguments}))?;
        Ok(child)
    }

    /// Sends the peers, one per line.
    pub(crate) fn send_all(&mut self, peers: &[Value]) -> Result<()> {
        let lines: String = peers.iter().map(|peer| format!("{peer}\n")).collect();
        self.write(&lines)
    }

    /// Returns the process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends one line.
    pub(crate) fn send(&mut self, what: &Value) -> Result<()> {
        self.write(&format!("{what}\n"))
    }

    fn write(&mut self, lines: &str) -> Result<()> {
        let Some(input) = &mut self.input else {
            return Ok(());
        };
        input
            .write_all(lines.as_bytes())
            .and_then(|()| input.flush())
            .map_err(|error| format!("{}: cannot write to its input: {error}", self.name).into())
    }

    /// Waits for the next line.
    pub(crate) fn receive(&mut self, within: Duration) -> Result<Value> {
        let line = self.lines.recv_timeout(within).map_err(|error| {
            format!(
                "{}: no answer within {} s: {error}",
                self.name,
                within.as_secs()
            )
        })?;
        let value = serde_json::from_str(&line);
        Ok(value.map_err(|error| format!("{}: {error} in {line}", self.name))?)
    }

    /// Sends one line and waits for the answer.
    pub(crate) fn ask(&mut self, what: &Value, within: Duration) -> Result<Value> {
        self.send(what)?;
        self.receive(within)
    }

    /// Waits until the process listens, then returns its address.
    pub(crate) fn listening(&mut self) -> Result<SocketAddr> {
        let line = self.receive(READY)?;
        let address = line["listening"]
            .as_str()
            .and_then(|text| text.parse().ok());
        address.ok_or_else(|| format!("{}: no address in {line}", self.name).into())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // The process ends when its input ends. If it does not, it is killed.
        self.input = None;
        for _ in 0..40 {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
