//! Private keys in files, as py-ipv8 keeps them: the bare private bin (protocol 1.1 and 9), nothing around it.
//!
//! A key is an identity, so a file is never half a key: it is written beside its place, flushed to the disk, and renamed. It is
//! readable by its owner only (mode 0600 on Unix) from the moment it exists.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rand::CryptoRng;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use crate::crypto::{KeyError, PrivateKey};

/// The longest file looked at: the longest known form of a key (PEM of sect571k1) has under 600 bytes.
const LONGEST: u64 = 4096;

/// Why a key file could not be used. Each names the file and what mends it.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("cannot read the key file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something else. It is left as it is.
    #[error(
        "{} is not a key file: {source} (to start with a new identity, move the file away; to keep the old one, restore it)",
        path.display()
    )]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        source: KeyError,
    },
    /// Not a file, or longer than any key.
    #[error("{} is not a key file: {what} (name the file that holds the key)", path.display())]
    NotAFile {
        /// The path given.
        path: PathBuf,
        /// What stands there.
        what: &'static str,
    },
    /// There is no file, and no new key can be made for it.
    #[error(
        "there is no key file {}, and a new key of its generation cannot sign here: write generation = \"curve25519\"",
        path.display()
    )]
    NoLegacyKey {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written. A file that was there before is unharmed.
    #[error(
        "cannot write the key file {}: {source} (its folder must exist and be writable)",
        path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads a curve25519 private key. Bytes after the key are ignored, as py-ipv8 does.
///
/// On Unix a file that others may read is used, with a warning in the log: py-ipv8 makes such files.
///
/// # Errors
/// [`KeyFileError::Read`], [`KeyFileError::NotAFile`] or [`KeyFileError::NotAKey`].
pub fn read(path: &Path) -> Result<PrivateKey, KeyFileError> {
    let failed = |source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    };
    // Asked before opening: opening a pipe would wait for its writer.
    let metadata = fs::metadata(path).map_err(failed)?;
    if let Some(what) = not_a_key_file(&metadata) {
        return Err(KeyFileError::NotAFile {
            path: path.to_owned(),
            what,
        });
    }
    warn_if_readable_by_others(path, &metadata);
    // Room for everything at once: growing would leave copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    PrivateKey::from_bytes(&bytes).map_err(|source| KeyFileError::NotAKey {
        path: path.to_owned(),
        source,
    })
}

/// Writes a key, in place of whatever file is there: all of it or nothing, on the disk when this returns. A symbolic link is followed.
///
/// # Errors
/// [`KeyFileError::Write`]: what was there before is unharmed.
pub fn write(path: &Path, key: &PrivateKey) -> Result<(), KeyFileError> {
    let failed = |source| KeyFileError::Write {
        path: path.to_owned(),
        source,
    };
    replace(path, &*key.to_bytes()).map_err(failed)
}

/// Writes `bytes` in place of whatever file is at `path`, readable by its owner only: all of them or nothing. A symbolic link is followed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    written_beside(&target, bytes)?
        .persist(&target)
        .map_err(|error| error.error)?;
    sync_folder(&target);
    Ok(())
}

/// Reads the key at `path`; makes one with `rng` and writes it there if there is no file.
///
/// Of several processes (or threads) that do this at once, all get the key of the one that came first.
///
/// # Errors
/// As [`read`] and [`write()`]. A file that is there but is no key is an error and is never overwritten.
pub fn load_or_create<R: CryptoRng + ?Sized>(
    path: &Path,
    rng: &mut R,
) -> Result<PrivateKey, KeyFileError> {
    load_or_keep(path, || PrivateKey::generate(rng))
}

/// Reads the key at `path`; writes the one that `make` gives there if there is no file.
///
/// Of several processes (or threads) that do this at once, all get the key of the one that came first.
///
/// # Errors
/// As [`load_or_create`].
pub fn load_or_keep(
    path: &Path,
    make: impl FnOnce() -> PrivateKey,
) -> Result<PrivateKey, KeyFileError> {
    match read(path) {
        Err(KeyFileError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let failed = |source| KeyFileError::Write {
        path: path.to_owned(),
        source,
    };
    let key = make();
    let file = written_beside(path, &*key.to_bytes()).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => {
            sync_folder(path);
            Ok(key)
        }
        // Somebody was faster: their key is the identity. Read once only, a dangling link would never end.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(failed(error.error)),
    }
}

/// Reads the key at `path`, which must be there because no new one can be made that signs (py-ipv8's generations other than
/// curve25519). A key of such a generation is read only to say that it cannot sign.
///
/// # Errors
/// [`KeyFileError::NoLegacyKey`]; and as [`read`].
pub fn read_existing(path: &Path) -> Result<PrivateKey, KeyFileError> {
    match read(path) {
        Err(KeyFileError::Read { source, path }) if source.kind() == io::ErrorKind::NotFound => {
            Err(KeyFileError::NoLegacyKey { path })
        }
        found => found,
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A complete, flushed file in the folder of `path`, removed again unless it is renamed. Its mode is 0600 from its creation.
fn written_beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
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

/// Makes the rename itself durable. The file is in place already, and not every file system can do this.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Err(error) = File::open(folder_of(path)).and_then(|folder| folder.sync_all()) {
        tracing::debug!(file = %path.display(), %error, "folder of a file not flushed");
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn not_a_key_file(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_dir() {
        Some("it is a folder")
    } else if !metadata.is_file() {
        Some("it is no ordinary file")
    } else if metadata.len() > LONGEST {
        Some("it is longer than any key")
    } else {
        None
    }
}

#[cfg(unix)]
fn warn_if_readable_by_others(path: &Path, metadata: &Metadata) {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let file = path.display();
        tracing::warn!(%file, mode = format_args!("{mode:o}"), "others may read this key file: chmod 600 {file}");
    }
}

#[cfg(not(unix))]
fn warn_if_readable_by_others(_path: &Path, _metadata: &Metadata) {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn key(seed: u64) -> PrivateKey {
        PrivateKey::generate(&mut StdRng::seed_from_u64(seed))
    }

    fn names_in(folder: &Path) -> Vec<String> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_key_comes_back_and_the_file_is_the_bare_bin() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ec.pem");
        write(&path, &key(1)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), key(1).to_bytes().as_slice());
        assert_eq!(read(&path).unwrap().mid(), key(1).mid());
        write(&path, &key(2)).unwrap();
        assert_eq!(read(&path).unwrap().mid(), key(2).mid());
        assert_eq!(names_in(folder.path()), ["ec.pem"]);
    }

    #[test]
    fn a_missing_file_is_made_once_and_then_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ec.pem");
        let made = load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        let found = load_or_create(&path, &mut StdRng::seed_from_u64(2)).unwrap();
        assert_eq!(made.mid(), found.mid());
        assert_eq!(names_in(folder.path()), ["ec.pem"]);
    }

    #[test]
    fn all_who_create_at_once_get_the_same_key() {
        for round in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ec.pem");
            let start = std::sync::Barrier::new(8);
            let mids: Vec<_> = std::thread::scope(|scope| {
                let makers: Vec<_> = (0..8)
                    .map(|maker| {
                        let (path, start) = (&path, &start);
                        scope.spawn(move || {
                            let mut rng = StdRng::seed_from_u64(round * 8 + maker);
                            start.wait();
                            load_or_create(path, &mut rng).unwrap().mid()
                        })
                    })
                    .collect();
                makers
                    .into_iter()
                    .map(|maker| maker.join().unwrap())
                    .collect()
            });
            let kept = read(&path).unwrap().mid();
            assert!(mids.iter().all(|mid| *mid == kept));
            assert_eq!(names_in(folder.path()), ["ec.pem"]);
        }
    }

    #[test]
    fn a_reader_never_sees_half_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ec.pem");
        write(&path, &key(0)).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| (0..200).for_each(|seed| write(&path, &key(seed % 2)).unwrap()));
            for _ in 0..1000 {
                let mid = read(&path).unwrap().mid();
                assert!(mid == key(0).mid() || mid == key(1).mid());
            }
        });
    }

    #[test]
    fn what_is_no_key_is_named_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        let halves = key(1).to_bytes();
        for content in [b"".as_slice(), b"hello", &halves[..73], &[0; 2000]] {
            fs::write(&path, content).unwrap();
            let error = load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap_err();
            assert!(matches!(error, KeyFileError::NotAKey { .. }));
            assert!(error.to_string().contains("notes.txt"), "{error}");
            assert!(error.to_string().contains("move the file away"), "{error}");
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        fs::write(&path, [0; 5000]).unwrap();
        for path in [path.as_path(), folder.path()] {
            let error = read(path).unwrap_err();
            assert!(matches!(error, KeyFileError::NotAFile { .. }), "{error}");
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere").join("ec.pem");
        let error = load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap_err();
        assert!(matches!(error, KeyFileError::Write { .. }));
        assert!(error.to_string().contains("nowhere"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_whatever_was_there_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ec.pem");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        // As py-ipv8 leaves it: readable by others, and still a key.
        read(&path).unwrap();
        write(&path, &key(2)).unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("real"), folder.path().join("link"));
        write(&target, &key(1)).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write(&link, &key(2)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read(&target).unwrap().mid(), key(2).mid());
        let dangling = folder.path().join("dangling");
        std::os::unix::fs::symlink(folder.path().join("gone"), &dangling).unwrap();
        assert!(load_or_create(&dangling, &mut StdRng::seed_from_u64(1)).is_err());
    }
}
