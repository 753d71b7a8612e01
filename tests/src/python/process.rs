//! A running script: JSON lines in and out, every wait bounded, killed by its own id when dropped.

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

/// How long an answer to a command, a start and a stop may take: far longer than they do, even on a busy machine.
const ANSWER: Duration = Duration::from_secs(30);
/// How many lines of the standard error are kept for failures.
const STDERR_LINES: usize = 30;

/// A script of `tests/python` that runs until it is stopped or dropped.
///
/// What it prints is kept until somebody waits for it, so the order of waiting need not be the order of printing.
/// Every failure to get what a test waits for panics, with the last events and the end of the standard error.
#[derive(Debug)]
pub struct PythonProcess {
    script: String,
    child: Child,
    input: Option<Sender<String>>,
    output: Receiver<String>,
    events: VecDeque<Value>,
    stderr: Arc<Mutex<VecDeque<String>>>,
}

/// Where a peer or tracker listens, and who it is: its `listening` event.
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
            // on a thread of its own: a script that stops reading must not hold the test up
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
    /// When it does not come.
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

    /// Gives a command, without waiting for what comes of it.
    pub fn tell(&self, command: &Value) {
        self.write_line(&command.to_string());
    }

    /// Gives a command and waits for the event that answers it.
    ///
    /// # Panics
    /// When the answer is an error, or does not come.
    pub fn ask(&mut self, command: &Value, answer: &str) -> Value {
        self.tell(command);
        self.wait_for_event(answer)
    }

    /// Waits, at most half a minute, for the next event of that name.
    ///
    /// # Panics
    /// When it does not come.
    pub fn wait_for_event(&mut self, name: &str) -> Value {
        self.wait_for(&format!("the event {name:?}"), ANSWER, |event| {
            event["event"] == name
        })
    }

    /// Waits for the first event, among those not yet waited for, that `wanted` accepts.
    ///
    /// # Panics
    /// When it does not come `within` that time, when the process ends before, or reports an error.
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

    /// Takes every event that came and was not yet waited for, in order, without waiting.
    ///
    /// # Panics
    /// When the process printed something else.
    pub fn take_events(&mut self) -> Vec<Value> {
        while let Ok(line) = self.output.try_recv() {
            let event = self.parse(&line);
            self.events.push_back(event);
        }
        self.events.drain(..).collect()
    }

    /// Takes the events that are left when the process has ended: the last of them may still be on their way here.
    fn last_events(&mut self) -> Vec<Value> {
        let deadline = Instant::now() + ANSWER;
        while let Some(line) = self.next_line(deadline) {
            let event = self.parse(&line);
            self.events.push_back(event);
        }
        self.events.drain(..).collect()
    }

    /// Stops the script and gives back the events not yet waited for; `stopped` is the last of them.
    ///
    /// # Panics
    /// When it does not end soon, or not well.
    pub fn stop(mut self) -> Vec<Value> {
        self.tell(&json!({"command": "stop"}));
        let status = self.wait_for_end();
        if !status.success() {
            self.fail(&format!("it ended with {status}"));
        }
        self.last_events()
    }

    /// Hands over one line.
    pub(super) fn write_line(&self, line: &str) {
        if let Some(input) = &self.input {
            // it may have ended: whoever waits for the answer will see
            let _ = input.send(format!("{line}\n"));
        }
    }

    /// Ends its input.
    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// The next line, whatever it is; `None` at the end of the output.
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
        // both fail only when it has ended already
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
