//! Where keys come from.

use std::path::PathBuf;

use super::origin::{Located, Origin};
use super::problem::SettingError;
use super::reader::{Fields, Reader};
use super::tree::Node;
use crate::crypto::PrivateKey;

/// Where a node's key comes from.
#[derive(Clone, Debug, Default)]
pub enum MyPeer {
    /// A new key with each launch.
    #[default]
    New,
    /// This key.
    Key(PrivateKey),
    /// The key in this file; if there is no such file, a new key that is then written there.
    File(PathBuf),
    /// The key in this file; if there is no such file, this key, which is then written there.
    Stored {
        /// The file.
        file: PathBuf,
        /// The key to begin with.
        key: PrivateKey,
    },
    /// The key in this file, which must be there: a new one cannot be made, because it would be on a curve that cannot sign here.
    Existing(PathBuf),
}

/// A key with a name that overlays call it by (py-ipv8's `alias`).
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// Its name.
    pub alias: Located<String>,
    /// Where it comes from.
    pub source: MyPeer,
}

/// The security levels of py-ipv8; the first is the only one that signs here.
pub const GENERATIONS: [&str; 5] = ["curve25519", "very-low", "low", "medium", "high"];

const ALIAS: &str = "name the key, for instance alias = \"anonymous id\"";
const SOURCE: &str = "give a file to keep the key in, or bin (the key itself, in base64), or generation = \"curve25519\"";

/// One entry of `keys`.
pub(super) fn read(node: &Node, path: &str, reader: &mut Reader) -> Option<NamedKey> {
    let mut fields = reader.fields(node, path)?;
    let alias = fields.require("alias", ALIAS, reader);
    let alias = alias.and_then(|(node, path)| reader.text(&node, &path));
    let file = path_field(&mut fields, "file", reader).map(|file| file.value);
    let key = fields
        .take("bin")
        .map(|(node, path)| bin(&node, &path, reader));
    let generation = generation(&mut fields, reader);
    let nothing = file.is_none() && key.is_none() && generation.is_none();
    if nothing {
        let mistake = SettingError::Missing {
            name: "the source of the key",
            mend: SOURCE,
        };
        reader.wrong(&fields.origin, path, mistake);
    }
    fields.finish(reader);
    let source = match (file, key) {
        // A key that cannot be read has been told of.
        (_, Some(None)) => return None,
        (Some(file), Some(Some(key))) => MyPeer::Stored { file, key },
        (None, Some(Some(key))) => MyPeer::Key(key),
        (file, None) => made(file, generation, reader)?,
    };
    Some(NamedKey {
        alias: alias?,
        source,
    })
}

/// A key that is in a file or is made.
fn made(
    file: Option<PathBuf>,
    generation: Option<(Located<String>, String)>,
    reader: &mut Reader,
) -> Option<MyPeer> {
    // An unknown one has been told of.
    let legacy =
        generation.filter(|(generation, _)| GENERATIONS[1..].contains(&generation.value.as_str()));
    match (file, legacy) {
        (Some(file), None) => Some(MyPeer::File(file)),
        (None, None) => Some(MyPeer::New),
        (Some(file), Some(_)) => Some(MyPeer::Existing(file)),
        (None, Some((generation, path))) => {
            let mistake = SettingError::LegacyKey {
                generation: generation.value,
            };
            reader.wrong(&generation.origin, &path, mistake);
            None
        }
    }
}

fn generation(fields: &mut Fields, reader: &mut Reader) -> Option<(Located<String>, String)> {
    let (node, path) = fields.take("generation")?;
    let generation = reader.text(&node, &path)?;
    if !GENERATIONS.contains(&generation.value.as_str()) {
        let mistake = SettingError::unknown("generation", &generation.value, GENERATIONS);
        reader.wrong(&generation.origin, &path, mistake);
    }
    Some((generation, path))
}

/// A path; empty is none, as in py-ipv8.
pub(super) fn path_field(
    fields: &mut Fields,
    name: &'static str,
    reader: &mut Reader,
) -> Option<Located<PathBuf>> {
    let (node, path) = fields.take(name)?;
    let Located { value, origin } = reader.text(&node, &path)?;
    let value = PathBuf::from(value);
    (!value.as_os_str().is_empty()).then_some(Located { value, origin })
}

/// A private key in base64. What stands there is never shown.
fn bin(node: &Node, path: &str, reader: &mut Reader) -> Option<PrivateKey> {
    let text = zeroize::Zeroizing::new(reader.text(node, path)?.value);
    match PrivateKey::from_base64(&text) {
        Ok(key) => Some(key),
        Err(error) => {
            reader.wrong(&node.origin, path, SettingError::Key(error));
            None
        }
    }
}

impl NamedKey {
    /// A key that a program names.
    #[must_use]
    pub fn new(alias: impl Into<String>, source: MyPeer) -> Self {
        Self {
            alias: Located {
                value: alias.into(),
                origin: Origin::Code,
            },
            source,
        }
    }
}
