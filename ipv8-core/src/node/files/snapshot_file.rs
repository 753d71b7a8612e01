//! Snapshots in files: the addresses of peers, to start from the next time (protocol 6). The
//! content is py-ipv8's.
//!
//! A file is written completely or not at all. On Unix only its owner can read it (mode 0600),
//! because it reveals the node's contacts. On Windows it inherits the access rights of its folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::atomic;

/// The most bytes that are read (1 MiB): enough for 50,000 addresses. The rest is ignored.
const LONGEST: u64 = 1 << 20;

/// Why a snapshot file cannot be used. Each message names the file and the fix.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotFileError {
    /// The file cannot be read.
    #[error("cannot read the snapshot {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The path is a folder, a pipe or a device.
    #[error("{} is not a regular file: expected the path of a snapshot file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The file cannot be written. A file that existed before is unchanged.
    #[error("cannot write the snapshot {}: {source} (its folder must exist and be writable)", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Reads a snapshot, at most 1 MiB of it; returns `None` if the file does not exist. Blocks.
///
/// # Errors
///
/// [`SnapshotFileError::Read`] or [`SnapshotFileError::NotAFile`]. The content is not checked:
/// [`Ipv8::load_snapshot`](crate::Ipv8::load_snapshot) loads the entries before the first invalid
/// one.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, SnapshotFileError> {
    let failed = |source| SnapshotFileError::Read {
        path: path.to_owned(),
        source,
    };
    // Checked before opening: opening a pipe would wait for its writer.
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
    file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// Removes temporary files that killed processes left beside the snapshot. Blocks.
pub(crate) fn clean_up(path: &Path) {
    atomic::clean_up(path);
}

/// Writes a snapshot, completely or not at all, in place of an existing file. Blocks.
///
/// # Errors
///
/// [`SnapshotFileError::Write`]; an existing file is then unchanged.
pub fn write(path: &Path, snapshot: &[u8]) -> Result<(), SnapshotFileError> {
    atomic::replace(path, snapshot).map_err(|source| SnapshotFileError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_written_snapshot_is_read_back_and_no_other_file_is_left() {
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
    fn a_long_file_is_cut_and_a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers");
        let length = usize::try_from(LONGEST).unwrap();
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
    fn other_users_cannot_read_it() {
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
