//! Runs an example program: reads its lines, sends it signals and waits for its end. Every wait has
//! a time limit.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::build::example;
use super::schema;

/// The time limit of one wait. Even a busy machine needs far less.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program. Dropping it kills the process by its id.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    complaints: Receiver<String>,
}

/// The exit code and the unread output of a program that has ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) code: Option<i32>,
    /// The unread lines of its standard output.
    pub(crate) lines: Vec<String>,
    /// The unread text of its standard error.
    pub(crate) stderr: String,
}

/// The destination of the standard output.
pub(crate) enum Stdout {
    Read,
    /// A pipe whose reader is closed.
    #[cfg(unix)]
    Closed,
    /// A pipe whose reader never reads.
    Unread,
}

impl Program {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_with(name, arguments, &Stdout::Read)
    }

    pub(crate) fn start_with(name: &str, arguments: &[&str], stdout: &Stdout) -> Self {
        let mut child = Command::new(example(name))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env_remove("RUST_LOG")
            .spawn()
            .expect("the program starts");
        let complaints = lines(child.stderr.take());
        let lines = match stdout {
            Stdout::Read => lines(child.stdout.take()),
            Stdout::Unread => lines(None::<ChildStdout>),
            #[cfg(unix)]
            Stdout::Closed => {
                drop(child.stdout.take());
                lines(None::<ChildStdout>)
            }
        };
        Self {
            child,
            lines,
            complaints,
        }
    }

    /// Returns the next line that the program writes to standard error.
    #[cfg(unix)]
    pub(crate) fn complaint(&mut self) -> String {
        let line = self.complaints.recv_timeout(PATIENCE);
        line.expect("it complains")
    }

    /// Returns the next line that the program writes to standard output.
    pub(crate) fn line(&mut self) -> String {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("the program wrote no line in time"),
            Err(RecvTimeoutError::Disconnected) => {
                let end = self.end();
                panic!("the program ended: {end:?}")
            }
        }
    }

    /// Returns the next event, checked against its schema.
    pub(crate) fn event(&mut self) -> Value {
        schema::event(&self.line())
    }

    /// Returns the next event that `wanted` accepts; the events before it are checked and
    /// discarded.
    pub(crate) fn event_where(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let event = self.event();
            if wanted(&event) {
                return event;
            }
            assert!(Instant::now() < deadline, "the last event was {event}");
        }
    }

    /// Returns the next event named `name`.
    pub(crate) fn event_named(&mut self, name: &str) -> Value {
        self.event_where(|event| event["event"] == name)
    }

    /// Reads the first event, which must be `listening`, and returns its address and mid.
    pub(crate) fn listening(&mut self) -> (SocketAddr, String) {
        let event = self.event();
        assert_eq!(event["event"], "listening", "{event}");
        let address = event["address"].as_str().expect("checked");
        let mid = event["mid"].as_str().expect("checked");
        (address.parse().expect("checked"), mid.to_owned())
    }

    /// Sends the signal `name`, for instance `TERM`, to this process only.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }

    /// Waits until the program ends.
    pub(crate) fn end(&mut self) -> End {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("its status is known") {
                Some(status) => break status,
                None if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
                None => panic!("the program does not end"),
            }
        };
        let complaints: Vec<_> = self.complaints.iter().collect();
        End {
            code: status.code(),
            lines: self.lines.iter().collect(),
            stderr: complaints.join("\n"),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // These calls fail only if the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the lines of a pipe. A thread reads them until the pipe ends.
fn lines(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let Some(pipe) = pipe else { return lines };
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // The test may have stopped receiving. The thread drains the pipe anyway.
            let _ = sender.send(line);
        }
    });
    lines
}

/// Runs a program until it ends by itself.
pub(crate) fn run(name: &str, arguments: &[&str]) -> End {
    Program::start(name, arguments).end()
}
