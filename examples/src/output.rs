//! Lines on the standard output, written by a thread of their own.
//!
//! A reader that stops reading, or goes away, must hold up neither the node nor its end: the lines wait in a bounded
//! queue, and whoever ends does not have to wait for the thread.

use std::io::{self, Write};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::report::{Events, Report};

/// How many lines wait for a slow reader before whoever writes has to wait too.
const BACKLOG: usize = 1_024;

/// The standard output of a program that reports what happens.
#[derive(Debug)]
pub struct Output {
    events: Events,
    lines: mpsc::Sender<String>,
    written: oneshot::Receiver<()>,
}

/// Gives lines to an [`Output`] from another task.
#[derive(Clone, Debug)]
pub struct Reports {
    events: Events,
    lines: mpsc::Sender<String>,
}

impl Output {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn stdout(events: Events) -> io::Result<Self> {
        let (lines, queue) = mpsc::channel(BACKLOG);
        let (done, written) = oneshot::channel();
        thread::Builder::new()
            .name("output".into())
            .spawn(move || {
                write_all(queue);
                // Nobody may be waiting for it any more.
                let _ = done.send(());
            })
            .map_err(|error| {
                io::Error::new(error.kind(), format!("no thread for the output: {error}"))
            })?;
        Ok(Self {
            events,
            lines,
            written,
        })
    }

    /// A handle for a task that reports.
    #[must_use]
    pub fn reports(&self) -> Reports {
        Reports {
            events: self.events,
            lines: self.lines.clone(),
        }
    }

    /// Waits until everything is written, and every [`Reports`] dropped.
    pub async fn close(self) {
        drop(self.lines);
        // An error means that the thread has ended.
        let _ = self.written.await;
    }
}

impl Reports {
    /// Queues one report as a line, waiting while the queue is full. Nothing fails: what nobody reads is lost.
    pub async fn tell(&self, report: &Report) {
        let _ = self.lines.send(self.events.line(report)).await;
    }
}

fn write_all(mut queue: mpsc::Receiver<String>) {
    let mut failed = false;
    while let Some(line) = queue.blocking_recv() {
        let mut stdout = io::stdout().lock();
        let written = stdout
            .write_all(line.as_bytes())
            .and_then(|()| stdout.write_all(b"\n"))
            .and_then(|()| stdout.flush());
        if let (Err(error), false) = (written, failed) {
            failed = true;
            complain(&format!(
                "nobody reads the standard output ({error}); going on without"
            ));
        }
    }
}

/// Writes a line to the standard error. One that is closed is no reason to panic.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
