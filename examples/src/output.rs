//! Lines on the standard output, written by a separate thread.
//!
//! A reader that stops reading must delay neither the node nor its end: lines wait in a bounded
//! queue, and the program can end without waiting for the thread.

use std::io::{self, Write};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::report::{Events, Report};

/// Number of lines that wait for a slow reader before writers have to wait.
const BACKLOG: usize = 1_024;

/// The standard output of a program that prints reports.
#[derive(Debug)]
pub struct Output {
    events: Events,
    lines: mpsc::Sender<String>,
    written: oneshot::Receiver<()>,
}

/// Sends reports to an [`Output`] from another task.
#[derive(Clone, Debug)]
pub struct Reports {
    events: Events,
    lines: mpsc::Sender<String>,
}

impl Output {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// The system refused a thread.
    pub fn stdout(events: Events) -> io::Result<Self> {
        let (lines, queue) = mpsc::channel(BACKLOG);
        let (done, written) = oneshot::channel();
        thread::Builder::new()
            .name("output".into())
            .spawn(move || {
                write_all(queue);
                // The receiver may be gone already.
                let _ = done.send(());
            })
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("cannot start a thread for the output: {error}"),
                )
            })?;
        Ok(Self {
            events,
            lines,
            written,
        })
    }

    /// Returns a handle for a task that reports.
    #[must_use]
    pub fn reports(&self) -> Reports {
        Reports {
            events: self.events,
            lines: self.lines.clone(),
        }
    }

    /// Waits until everything is written and every [`Reports`] is dropped.
    pub async fn close(self) {
        drop(self.lines);
        // An error means that the thread has ended.
        let _ = self.written.await;
    }
}

impl Reports {
    /// Queues one report as a line and waits while the queue is full. Never fails: without a reader
    /// the line is lost.
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
                "cannot write to the standard output ({error}); continuing without it"
            ));
        }
    }
}

/// Writes a line to the standard error. A closed standard error is ignored.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
