//! Machines made of network namespaces, with programs running on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// How long anything may take there: far longer than it does, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// What makes the namespaces: nothing outside of them is touched, and all that runs in them ends
/// with the first of it.
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

/// What runs on some machines. Dropping it ends it all.
#[derive(Debug)]
pub struct Machines {
    child: Child,
    folder: PathBuf,
}

impl Machines {
    /// Runs a shell script in namespaces of its own, with its errors in the file `errors` of a
    /// folder. Where `trial` does not succeed in them, it says `skipped: …` and gives `None`.
    ///
    /// # Panics
    /// When the folder cannot be written to.
    #[must_use]
    pub fn or_skip(trial: &str, script: &str, folder: &Path) -> Option<Self> {
        let reason = match unshare(trial).output() {
            Ok(output) if output.status.success() => None,
            Ok(output) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                Some(format!("no network namespaces here: {}", errors.trim()))
            }
            Err(error) => Some(format!("there is no unshare: {error}")),
        };
        if let Some(reason) = reason {
            let thread = thread::current();
            eprintln!("skipped: {}: {reason}", thread.name().unwrap_or("a test"));
            return None;
        }
        let errors = fs::File::create(folder.join("errors")).expect("a file");
        let child = unshare(script).stderr(errors).spawn();
        Some(Self {
            child: child.expect("unshare was there a moment ago"),
            folder: folder.to_owned(),
        })
    }

    /// What stands in a file of the folder: nothing while there is none.
    #[must_use]
    pub fn said(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap_or_default()
    }

    /// Panics if the script has ended.
    ///
    /// # Panics
    /// Only then.
    pub fn assert_running(&mut self) {
        let ended = self.child.try_wait().expect("it can be asked");
        assert!(ended.is_none(), "{ended:?}: {}", self.said("errors"));
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
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
