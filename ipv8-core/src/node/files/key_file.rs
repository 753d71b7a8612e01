//! Private keys in files, as py-ipv8 stores them: the bytes of the key (protocol 1.1 and 9) and
//! nothing else.
//!
//! A key is an identity, so a key file is written completely or not at all. On Unix only its owner
//! can read it (mode 0600), from the moment it exists. On Windows it inherits the access rights of
//! its folder: keep it in a folder that only its owner can read, such as the user's profile.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rand::CryptoRng;
use zeroize::Zeroizing;

use super::atomic;
use crate::crypto::{KeyError, PrivateKey};

/// The longest file that is read: the longest known form of a key (PEM of sect571k1) has fewer than
/// 600 bytes.
const LONGEST: u64 = 4096;

/// Why a key file cannot be used. Each message names the file and the fix.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("cannot read the key file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The content of the file is not a key. The file is left as it is.
    #[error(
        "{} is not a key file: {source} (to start with a new identity, move the file away; to keep the old one, restore it)",
        path.display()
    )]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// The error of its content.
        source: KeyError,
    },
    /// The path is not a regular file, or the file is longer than any key.
    #[error("{} is not a key file: {reason}; expected the path of a file that holds a key", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// Why it is not a key file.
        reason: &'static str,
    },
    /// The file does not exist, and a new key of its generation could not sign.
    #[error(
        "no key file {}: a new key of this generation cannot sign here; set generation = \"curve25519\"",
        path.display()
    )]
    NoLegacyKey {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written. A file that existed before is unchanged.
    #[error(
        "cannot write the key file {}: {source} (its folder must exist and be writable)",
        path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Reads a curve25519 private key. Bytes after the key are ignored, as in py-ipv8. Blocks.
///
/// On Unix, a file that other users can read is accepted with a warning in the log, because py-ipv8
/// creates such files. On Windows access rights are not checked.
///
/// # Errors
///
/// [`KeyFileError::Read`], [`KeyFileError::NotAFile`] or [`KeyFileError::NotAKey`].
pub fn read(path: &Path) -> Result<PrivateKey, KeyFileError> {
    let failed = |source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    };
    // Checked before opening: opening a pipe would wait for its writer.
    let metadata = fs::metadata(path).map_err(failed)?;
    if let Some(reason) = not_a_key_file(&metadata) {
        return Err(KeyFileError::NotAFile {
            path: path.to_owned(),
            reason,
        });
    }
    warn_if_readable_by_others(path, &metadata);
    // Enough capacity for the whole file: growing would leave copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(failed)?;
    PrivateKey::from_bytes(&bytes).map_err(|source| KeyFileError::NotAKey {
        path: path.to_owned(),
        source,
    })
}

/// Writes a key, completely or not at all, in place of an existing file. Follows a symbolic link.
/// The key is on the disk when this returns. Blocks.
///
/// # Errors
///
/// [`KeyFileError::Write`]; an existing file is then unchanged.
pub fn write(path: &Path, key: &PrivateKey) -> Result<(), KeyFileError> {
    atomic::replace(path, &*key.to_bytes()).map_err(|source| KeyFileError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Reads the key at `path`; if the file does not exist, generates a key with `rng` and writes it
/// there. Blocks.
///
/// If several processes or threads do this at the same time, all get the same key.
///
/// # Errors
///
/// Those of [`read`] and [`write()`]. An existing file that is not a key is an error and is never
/// overwritten.
pub fn load_or_create<R: CryptoRng + ?Sized>(
    path: &Path,
    rng: &mut R,
) -> Result<PrivateKey, KeyFileError> {
    load_or_store(path, || PrivateKey::generate(rng))
}

/// Like [`load_or_create`], but stores the key that `make` returns.
pub(crate) fn load_or_store(
    path: &Path,
    make: impl FnOnce() -> PrivateKey,
) -> Result<PrivateKey, KeyFileError> {
    atomic::clean_up(path);
    match read(path) {
        Err(KeyFileError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let key = make();
    match atomic::create(path, &*key.to_bytes()) {
        Ok(()) => Ok(key),
        // Another process was faster, and its key is the identity. Read once only: with a dangling
        // link a loop would never end.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(source) => Err(KeyFileError::Write {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Reads a key of one of py-ipv8's older generations, which this crate cannot create.
///
/// Such a key cannot sign either; the error of reading it says so. A curve25519 key is returned.
///
/// # Errors
///
/// [`KeyFileError::NoLegacyKey`] if the file does not exist, and those of [`read`].
pub(crate) fn read_existing(path: &Path) -> Result<PrivateKey, KeyFileError> {
    match read(path) {
        Err(KeyFileError::Read { source, path }) if source.kind() == io::ErrorKind::NotFound => {
            Err(KeyFileError::NoLegacyKey { path })
        }
        found => found,
    }
}

fn not_a_key_file(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_dir() {
        Some("it is a folder")
    } else if !metadata.is_file() {
        Some("it is not a regular file")
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
        tracing::warn!(%file, mode = format_args!("{mode:o}"), "other users can read this key file: run chmod 600 {file}");
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
    fn a_written_key_is_read_back_and_the_file_is_the_bytes_of_the_key() {
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
    fn a_missing_file_is_created_once_and_then_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ec.pem");
        let made = load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        let found = load_or_create(&path, &mut StdRng::seed_from_u64(2)).unwrap();
        assert_eq!(made.mid(), found.mid());
        assert_eq!(names_in(folder.path()), ["ec.pem"]);
    }

    #[test]
    fn all_threads_that_create_a_key_at_once_get_the_same_one() {
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
    fn a_file_that_is_not_a_key_is_named_and_kept() {
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
    fn only_the_owner_can_read_the_file_even_if_others_could_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ec.pem");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        // As py-ipv8 creates it: readable by others, and still a key.
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
        std::os::unix::fs::symlink(folder.path().join("missing"), &dangling).unwrap();
        assert!(load_or_create(&dangling, &mut StdRng::seed_from_u64(1)).is_err());
    }
}
