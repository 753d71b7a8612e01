//! Writes a file completely or not at all, readable only by its owner on Unix.
//!
//! The bytes go to a temporary file in the same folder, which is flushed to the disk and then
//! renamed. On Unix the temporary file has mode 0600 from its creation. On Windows it gets the
//! access rights that new files in its folder inherit: in the profile of a user, only that user,
//! the system and administrators have access.
//!
//! A process that is killed while it writes leaves a temporary file behind. Its name says which
//! process made it, so that [`clean_up`] can remove it later.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

/// A temporary file is named `.ipv8-PROCESS-STARTED-RANDOM.tmp`.
const PREFIX: &str = ".ipv8-";
const SUFFIX: &str = ".tmp";
const RANDOM_LETTERS: usize = 6;

/// A younger temporary file is left alone in any case: a write takes far less time, and a process
/// in another container cannot be seen from here.
const TOO_YOUNG: Duration = Duration::from_secs(10 * 60);

/// The same where processes cannot be looked up.
const TOO_YOUNG_UNSEEN: Duration = Duration::from_secs(24 * 3600);

/// The most files of a folder that are looked at.
const MOST_FILES: usize = 10_000;

/// Replaces the file at `path`, or creates it. Follows a symbolic link.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    write_temporary(&target, bytes)?
        .persist(&target)
        .map_err(|error| error.error)?;
    sync_folder(&target);
    Ok(())
}

/// Creates the file at `path`.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] if something is at `path`, even a dangling symbolic link.
pub(super) fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_temporary(path, bytes)?
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    sync_folder(path);
    Ok(())
}

/// Writes and flushes a temporary file in the folder of `path`. It is removed unless it is renamed.
fn write_temporary(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let maker = Maker::this_process();
    let prefix = format!("{PREFIX}{}-{}-", maker.process, maker.started);
    let mut builder = tempfile::Builder::new();
    builder
        .prefix(&prefix)
        .suffix(SUFFIX)
        .rand_bytes(RANDOM_LETTERS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o600));
    }
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The process that made a temporary file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Maker {
    process: u32,
    /// When it started, in the system's ticks since boot: process numbers are used again. Zero
    /// where the system does not say.
    started: u64,
}

impl Maker {
    fn this_process() -> Self {
        let process = std::process::id();
        Self {
            process,
            started: start_of(process).unwrap_or(0),
        }
    }

    /// Returns the maker in the name of a temporary file; `None` for every other name.
    fn of(name: &str) -> Option<Self> {
        let middle = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let mut parts = middle.split('-');
        let (process, started, random) = (parts.next()?, parts.next()?, parts.next()?);
        let is_random = random.len() == RANDOM_LETTERS
            && random.bytes().all(|letter| letter.is_ascii_alphanumeric());
        let maker = Self {
            process: process.parse().ok()?,
            started: started.parse().ok()?,
        };
        // Numbers have one spelling only.
        let is_ours = is_random
            && parts.next().is_none()
            && maker.process.to_string() == process
            && maker.started.to_string() == started;
        is_ours.then_some(maker)
    }

    fn is_running(self) -> bool {
        start_of(self.process) == Some(self.started)
    }
}

/// Returns the time at which a process started, in the system's clock ticks since it booted. `None`
/// if the process does not exist, or if the system has no `/proc`.
fn start_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before the last parenthesis may hold anything. The start is field 22, the first one
    // after the name is field 3.
    let fields = status.rsplit_once(')')?.1;
    fields.split_whitespace().nth(19)?.parse().ok()
}

/// Removes temporary files that dead processes left in the folder of `path`. Every other file
/// stays: only a name that [`write_temporary`] makes counts, and only a regular file of some age.
/// A failure is only logged.
pub(super) fn clean_up(path: &Path) {
    let folder = folder_of(path);
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let (mut removed, now) = (0_usize, SystemTime::now());
    for entry in entries.take(MOST_FILES).flatten() {
        if !is_stray(&entry, now) {
            continue;
        }
        match fs::remove_file(entry.path()) {
            Ok(()) => removed += 1,
            Err(error) => {
                let file = entry.path();
                tracing::debug!(file = %file.display(), %error, "cannot remove a temporary file");
            }
        }
    }
    if removed > 0 {
        tracing::info!(folder = %folder.display(), removed, "removed temporary files of ended processes");
    }
}

fn is_stray(entry: &fs::DirEntry, now: SystemTime) -> bool {
    let name = entry.file_name();
    let Some(maker) = name.to_str().and_then(Maker::of) else {
        return false;
    };
    // Does not follow links.
    let Ok(metadata) = entry.metadata() else {
        return false;
    };
    let age = metadata.modified().ok();
    let age = age.and_then(|modified| now.duration_since(modified).ok());
    let can_see = start_of(std::process::id()).is_some();
    let young = if can_see { TOO_YOUNG } else { TOO_YOUNG_UNSEEN };
    metadata.is_file() && age.is_some_and(|age| age >= young) && !maker.is_running()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the rename durable. A failure is only logged: the file is in place, and some file systems
/// cannot flush a folder.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Err(error) = fs::File::open(folder_of(path)).and_then(|folder| folder.sync_all()) {
        tracing::debug!(file = %path.display(), %error, "cannot flush the folder of a file");
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// No process has this number: it is beyond what Linux allows.
    const DEAD: &str = ".ipv8-4194999-17-AbCd09.tmp";

    /// Creates a file that was changed `age` ago.
    fn put(folder: &Path, name: &str, age: Duration) {
        let file = fs::File::create(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_name_of_a_temporary_file_says_which_process_made_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = write_temporary(&folder.path().join("peers"), b"x").unwrap();
        let name = file.path().file_name().unwrap().to_str().unwrap();
        assert_eq!(Maker::of(name), Some(Maker::this_process()), "{name}");
        assert_eq!(
            Maker::of(DEAD),
            Some(Maker {
                process: 4_194_999,
                started: 17
            })
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn old_temporary_files_of_dead_processes_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let day = Duration::from_secs(24 * 3600);
        let mut stay = Vec::new();
        for name in [
            "peers",
            ".ipv8-AbCd09",
            ".ipv8-backup",
            ".ipv8-4194999-17-AbCd09.tmp~",
            ".ipv8-4194999-17-AbCd0.tmp",
            ".ipv8-4194999-17-AbCd-9.tmp",
            ".ipv8-4194999-17-AbCd09-1.tmp",
            ".ipv8-04194999-17-AbCd09.tmp",
            ".ipv8-+4194999-17-AbCd09.tmp",
            ".ipv8-x-17-AbCd09.tmp",
            ".ipv8-4194999-AbCd09.tmp",
            "a.ipv8-4194999-17-AbCd09.tmp",
        ] {
            put(folder.path(), name, day);
            stay.push(name.to_owned());
        }
        let Maker { process, started } = Maker::this_process();
        let living = format!(".ipv8-{process}-{started}-AbCd09.tmp");
        put(folder.path(), &living, day);
        let young = ".ipv8-4194999-17-Young1.tmp";
        put(folder.path(), young, TOO_YOUNG / 2);
        let link = folder.path().join(".ipv8-4194999-17-Linked.tmp");
        std::os::unix::fs::symlink(folder.path().join("peers"), &link).unwrap();
        let inner = folder.path().join(".ipv8-4194999-17-Folder.tmp");
        fs::create_dir(&inner).unwrap();
        stay.extend([living, young.to_owned()]);
        stay.extend([link, inner].map(|path| path.file_name().unwrap().to_str().unwrap().into()));
        stay.sort();
        // An earlier process with our number, as in a container, and one with a free number.
        put(
            folder.path(),
            &format!(".ipv8-{process}-{}-AbCd09.tmp", started + 1),
            day,
        );
        put(folder.path(), DEAD, TOO_YOUNG * 2);
        clean_up(&folder.path().join("peers"));
        assert_eq!(names_in(folder.path()), stay);
        clean_up(&folder.path().join("nowhere").join("peers"));
    }
}
