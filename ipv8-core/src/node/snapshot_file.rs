//! Snapshots in files: the addresses of peers, to start from the next time (protocol 6). The content is py-ipv8's.
//!
//! A file is written beside its place, flushed to the disk and renamed, so there is never half a snapshot.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::node::key_file::replace;

/// The most bytes that are read: room for 50,000 addresses. What is beyond is cut off.
pub const LONGEST_SNAPSHOT: u64 = 1 << 20;

/// Why a snapshot's file could not be used. Each names the file and what mends it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotFileError {
    /// The file cannot be read.
    #[error("cannot read the snapshot {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder, a pipe or a device.
    #[error("{} is no ordinary file: name the file to keep the snapshot in", path.display())]
    NotAFile {
        /// The path given.
        path: PathBuf,
    },
    /// The file cannot be written. A file that was there before is unharmed.
    #[error("cannot write the snapshot {}: {source} (its folder must exist and be writable)", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads a snapshot, at most [`LONGEST_SNAPSHOT`] bytes of it; `None` when there is no such file. Blocks.
///
/// # Errors
/// [`SnapshotFileError::Read`] or [`SnapshotFileError::NotAFile`]. No content is an error:
/// [`Network::load_snapshot`](crate::state::network::Network::load_snapshot) takes what it can read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, SnapshotFileError> {
    let failed = |source| SnapshotFileError::Read {
        path: path.to_owned(),
        source,
    };
    // Asked before opening: opening a pipe would wait for its writer.
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => {
            return Err(SnapshotFileError::NotAFile {
                path: path.to_owned(),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST_SNAPSHOT)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(Some(bytes))
}

/// Writes a snapshot, in place of whatever file is there: all of it or nothing. On Unix it is readable by its owner only, because it
/// says whom one knows. Blocks.
///
/// # Errors
/// [`SnapshotFileError::Write`]: what was there before is unharmed.
pub fn write(path: &Path, snapshot: &[u8]) -> Result<(), SnapshotFileError> {
    replace(path, snapshot).map_err(|source| SnapshotFileError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers");
        assert!(read(&path).unwrap().is_none());
        for content in [b"one".as_slice(), b"", b"another one"] {
            write(&path, content).unwrap();
            assert_eq!(read(&path).unwrap().unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_too_long_is_cut_and_what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers");
        let length = usize::try_from(LONGEST_SNAPSHOT).unwrap();
        fs::write(&path, vec![1; length + 1]).unwrap();
        assert_eq!(read(&path).unwrap().unwrap().len(), length);
        let error = read(folder.path()).unwrap_err();
        assert!(matches!(error, SnapshotFileError::NotAFile { .. }));
        let nowhere = folder.path().join("nowhere").join("peers");
        let error = write(&nowhere, b"x").unwrap_err().to_string();
        assert!(
            error.contains("nowhere") && error.contains("folder"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers");
        write(&path, b"x").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
