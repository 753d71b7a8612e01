//! The sources of keys.

use std::fmt;
use std::path::{Path, PathBuf};

use super::origin::Located;
use crate::crypto::PrivateKey;

/// The source of a key.
#[derive(Clone, Debug, Default)]
pub enum MyPeer {
    /// A new key at each launch.
    #[default]
    New,
    /// This key.
    Key(PrivateKey),
    /// The key in this file. If the file does not exist, a new key is written to it.
    File(PathBuf),
    /// The key in this file. If the file does not exist, the given key is written to it.
    Stored {
        /// The file.
        file: PathBuf,
        /// The key to start with.
        key: PrivateKey,
    },
    /// The key in this file, which must exist: a new key would be on a curve that cannot sign.
    Existing(PathBuf),
}

impl MyPeer {
    /// Returns the file that holds the key, if there is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) | Self::Existing(file) | Self::Stored { file, .. } => Some(file),
            Self::New | Self::Key(_) => None,
        }
    }
}

/// Describes the source without the key.
impl fmt::Display for MyPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => f.write_str("a new key at each launch"),
            Self::Key(key) => write!(f, "the key with the mid {}", key.mid()),
            Self::File(file) => write!(f, "the file {}", file.display()),
            Self::Stored { file, key } => write!(
                f,
                "the file {}, or the key with the mid {}",
                file.display(),
                key.mid()
            ),
            Self::Existing(file) => write!(f, "the file {}, which must exist", file.display()),
        }
    }
}

/// A key with a name by which overlays refer to it.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// Its name (py-ipv8's `alias`).
    pub alias: Located<String>,
    /// Its source.
    pub source: MyPeer,
}

impl NamedKey {
    /// Returns a key that code names.
    pub(super) fn new(alias: impl Into<String>, source: MyPeer) -> Self {
        Self {
            alias: Located::code(alias.into()),
            source,
        }
    }
}
