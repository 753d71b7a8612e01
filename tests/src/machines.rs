//! Machines made of network namespaces, and the programs on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

/// How long one wait may take: far longer than it takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The command that makes the namespaces. It changes nothing outside of them, and all processes in
/// them end with the first one.
const UNSHARE: [&str; 8] = [
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child",
];

/// The programs on some machines. Dropping it ends them all.
#[derive(Debug)]
pub struct Machines {
    child: Child,
    folder: PathBuf,
}

impl Machines {
    /// Runs a shell script in new namespaces, with its errors in the file `errors` of a folder. If
    /// `trial` fails in them, prints `skipped: …` and returns `None`.
    ///
    /// # Panics
    ///
    /// Panics if the folder cannot be written to.
    #[must_use]
    pub fn or_skip(trial: &str, script: &str, folder: &Path) -> Option<Self> {
        let reason = match unshare(trial).output() {
            Ok(output) if output.status.success() => None,
            Ok(output) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                Some(format!("no network namespaces here: {}", errors.trim()))
            }
            Err(error) => Some(format!("cannot run unshare: {error}")),
        };
        if let Some(reason) = reason {
            let thread = thread::current();
            eprintln!("skipped: {}: {reason}", thread.name().unwrap_or("a test"));
            return None;
        }
        let errors = fs::File::create(folder.join("errors")).expect("a file");
        let child = unshare(script).stderr(errors).spawn();
        Some(Self {
            child: child.expect("unshare runs"),
            folder: folder.to_owned(),
        })
    }

    /// Returns the text of a file of the folder; empty if there is no such file.
    #[must_use]
    pub fn said(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap_or_default()
    }

    /// Returns the result of the script; `None` while it runs.
    ///
    /// # Panics
    ///
    /// Never: the child is ours.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its status is known")
    }

    /// Panics if the script has ended.
    ///
    /// # Panics
    ///
    /// Panics if the script has ended.
    pub fn assert_running(&mut self) {
        let ended = self.ended();
        assert!(ended.is_none(), "{ended:?}: {}", self.said("errors"));
    }

    /// Returns the last whole line of a file of the folder; `None` if there is none.
    #[must_use]
    pub fn last_line(&self, file: &str) -> Option<String> {
        let text = self.said(file);
        let whole = text.rsplit_once('\n')?.0;
        whole.lines().last().map(str::to_owned)
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        // Both fail only if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unshare(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(UNSHARE)
        .args(["sh", "-c", script])
        .stdin(Stdio::null());
    command
}
