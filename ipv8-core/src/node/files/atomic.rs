//! Writes a file completely or not at all, readable only by its owner on Unix.
//!
//! The bytes go to a temporary file in the same folder, which is flushed to the disk and then
//! renamed. On Unix the temporary file has mode 0600 from its creation. On Windows it gets the
//! access rights that new files in its folder inherit: in the profile of a user, only that user,
//! the system and administrators have access.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

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
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ipv8-");
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
