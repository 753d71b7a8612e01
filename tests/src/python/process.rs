//! A running script: JSON lines in and out. Every wait is bounded, and dropping it kills the
//! process by its id.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long a start, a stop or the answer to a command may take: far longer than it takes on a busy
/// machine.
const ANSWER: Duration = Duration::from_secs(30);
/// How many lines of the standard error are kept for panic messages.
const STDERR_LINES: usize = 30;

/// A script of `tests/python` that runs until it is stopped or dropped.
///
/// Its output is kept until the test waits for it, so a test may wait in another order than the
/// script prints. A wait that fails panics with the last events and the end of the standard error.
#[derive(Debug)]
pub struct PythonProcess {
    script: String,
    child: Child,
    input: Option<Sender<String>>,
    output: Receiver<String>,
    events: VecDeque<Value>,
    stderr: Arc<Mutex<VecDeque<String>>>,
}

/// The address and identity of a peer or tracker: its `listening` event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The address of its socket.
    pub address: SocketAddr,
    /// The SHA-1 of its public key, as hex.
    pub mid: String,
    /// Its public key, as hex.
    pub public_key: String,
}

impl PythonProcess {
    pub(super) fn start(script: &str, mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {script}: {error}"));
        let (input, lines) = mpsc::channel::<String>();
        if let Some(mut stdin) = child.stdin.take() {
            // On a separate thread, because a script that stops reading must not block the test.
            thread::spawn(move || {
                while let Ok(line) = lines.recv() {
                    if stdin
                        .write_all(line.as_bytes())
                        .and_then(|()| stdin.flush())
                        .is_err()
                    {
                        break;
                    }
                }
            });
        }
        let (sender, output) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            each_line(stdout, move |line| drop(sender.send(line)));
        }
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(pipe) = child.stderr.take() {
            let kept = Arc::clone(&stderr);
            each_line(pipe, move |line| {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(line);
                if kept.len() > STDERR_LINES {
                    kept.pop_front();
                }
            });
        }
        Self {
            script: script.to_owned(),
            child,
            input: Some(input),
            output,
            events: VecDeque::new(),
            stderr,
        }
    }

    /// Waits for the `listening` event.
    ///
    /// # Panics
    ///
    /// Panics if it does not come.
    pub fn listening(&mut self) -> Listening {
        let event = self.wait_for_event("listening");
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let address = text("address")
            .parse()
            .unwrap_or_else(|error| self.fail(&format!("no address: {error}")));
        Listening {
            address,
            mid: text("mid"),
            public_key: text("public_key"),
        }
    }

    /// Sends a command without waiting for its effect.
    pub fn tell(&self, command: &Value) {
        self.write_line(&command.to_string());
    }

    /// Sends a command and waits for the event that answers it.
    ///
    /// # Panics
    ///
    /// Panics if the answer is an error or does not come.
    pub fn ask(&mut self, command: &Value, answer: &str) -> Value {
        self.tell(command);
        self.wait_for_event(answer)
    }

    /// Waits up to half a minute for the next event named `name`.
    ///
    /// # Panics
    ///
    /// Panics if it does not come.
    pub fn wait_for_event(&mut self, name: &str) -> Value {
        self.wait_for(&format!("the event {name:?}"), ANSWER, |event| {
            event["event"] == name
        })
    }

    /// Waits for the first unread event that `wanted` accepts.
    ///
    /// # Panics
    ///
    /// Panics if it does not come `within` that time, or if the process ends first or reports an
    /// error.
    pub fn wait_for(
        &mut self,
        what: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        if let Some(found) = self
            .events
            .iter()
            .position(&wanted)
            .and_then(|at| self.events.remove(at))
        {
            return found;
        }
        let deadline = Instant::now() + within;
        loop {
            match self
                .output
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    let event = self.parse(&line);
                    if wanted(&event) {
                        return event;
                    }
                    let failed = event["event"] == "error";
                    self.events.push_back(event);
                    if failed {
                        self.fail(&format!("an error instead of {what}"));
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.fail(&format!(
                    "{what} did not come within {} s",
                    within.as_secs_f64()
                )),
                Err(RecvTimeoutError::Disconnected) => {
                    self.fail(&format!("it ended before {what} came"))
                }
            }
        }
    }

    /// Takes all unread events, in order, without waiting.
    ///
    /// # Panics
    ///
    /// Panics if the process printed something else.
    pub fn take_events(&mut self) -> Vec<Value> {
        while let Ok(line) = self.output.try_recv() {
            let event = self.parse(&line);
            self.events.push_back(event);
        }
        self.events.drain(..).collect()
    }

    /// Takes the unread events after the process has ended. The last of them may still be in the
    /// pipe.
    fn last_events(&mut self) -> Vec<Value> {
        let deadline = Instant::now() + ANSWER;
        while let Some(line) = self.next_line(deadline) {
            let event = self.parse(&line);
            self.events.push_back(event);
        }
        self.events.drain(..).collect()
    }

    /// Stops the script and returns the unread events; `stopped` is the last of them.
    ///
    /// # Panics
    ///
    /// Panics if it does not end soon and successfully.
    pub fn stop(mut self) -> Vec<Value> {
        self.tell(&json!({"command": "stop"}));
        let status = self.wait_for_end();
        if !status.success() {
            self.fail(&format!("it ended with {status}"));
        }
        self.last_events()
    }

    /// Writes one line to its input.
    pub(super) fn write_line(&self, line: &str) {
        if let Some(input) = &self.input {
            // The process may have ended: the wait for the answer reports that.
            let _ = input.send(format!("{line}\n"));
        }
    }

    /// Closes its input.
    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// Returns the next line of any kind; `None` at the end of the output.
    pub(super) fn next_line(&self, deadline: Instant) -> Option<String> {
        match self
            .output
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => self.fail("it was too slow"),
        }
    }

    /// Waits until the process has ended.
    pub(super) fn wait_for_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + ANSWER;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return status,
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
                other => self.fail(&format!("it did not end: {other:?}")),
            }
        }
    }

    fn parse(&self, line: &str) -> Value {
        serde_json::from_str(line)
            .unwrap_or_else(|error| self.fail(&format!("{error} in its output: {line}")))
    }

    /// Panics with everything known about the process.
    pub(super) fn fail(&self, problem: &str) -> ! {
        let mut text = format!("{} (process {}): {problem}", self.script, self.child.id());
        for event in self.events.iter().rev().take(10).rev() {
            let line: String = event.to_string().chars().take(300).collect();
            let _ = write!(text, "\n  event: {line}");
        }
        for line in self
            .stderr
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            let _ = write!(text, "\n  stderr: {line}");
        }
        panic!("{text}");
    }
}

impl Drop for PythonProcess {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Calls `take` with every line of a pipe, on a thread that ends with the pipe.
fn each_line(pipe: impl Read + Send + 'static, mut take: impl FnMut(String) + Send + 'static) {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            match line {
                Ok(line) => take(line),
                Err(_) => break,
            }
        }
    });
}
