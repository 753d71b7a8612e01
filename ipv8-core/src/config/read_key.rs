//! Reads the entries of `keys`.

use std::path::PathBuf;

use super::fields::Fields;
use super::key::{MyPeer, NamedKey};
use super::origin::Located;
use super::problem::SettingError;
use super::reader::Reader;
use super::tree::Node;
use crate::crypto::PrivateKey;

/// py-ipv8's security levels. Only keys of the first one can sign here.
const GENERATIONS: [&str; 5] = ["curve25519", "very-low", "low", "medium", "high"];

const ALIAS: &str = "name the key, such as alias = \"anonymous id\"";
const SOURCE: &str =
    "set file, bin (the key itself, in base64), or generation = \"curve25519\" for a new key";

/// Reads one entry of `keys`.
pub(super) fn read(node: &Node, path: &str, reader: &mut Reader) -> Option<NamedKey> {
    let mut fields = Fields::of(node, path, reader)?;
    let alias = fields.require("alias", ALIAS, reader);
    let alias = alias.and_then(|(node, path)| reader.typed(&node, &path));
    let file = path_field(&mut fields, "file", reader).map(|file| file.value);
    let key = fields
        .take("bin")
        .map(|(node, path)| bin(&node, &path, reader));
    let generation = generation(&mut fields, reader);
    let nothing = file.is_none() && key.is_none() && generation.is_none();
    if nothing {
        let error = SettingError::Missing {
            name: "the source of the key",
            hint: SOURCE,
        };
        reader.wrong(&fields.origin, path, error);
    }
    fields.finish(reader);
    let source = match (file, key) {
        // The problem with the key was reported.
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

/// Returns the source of a key that is in a file or will be made.
fn made(
    file: Option<PathBuf>,
    generation: Option<(Located<String>, String)>,
    reader: &mut Reader,
) -> Option<MyPeer> {
    // An unknown generation was reported.
    let legacy =
        generation.filter(|(generation, _)| GENERATIONS[1..].contains(&generation.value.as_str()));
    match (file, legacy) {
        (Some(file), None) => Some(MyPeer::File(file)),
        (None, None) => Some(MyPeer::New),
        (Some(file), Some(_)) => Some(MyPeer::Existing(file)),
        (None, Some((generation, path))) => {
            let error = SettingError::LegacyKey {
                generation: generation.value,
            };
            reader.wrong(&generation.origin, &path, error);
            None
        }
    }
}

fn generation(fields: &mut Fields, reader: &mut Reader) -> Option<(Located<String>, String)> {
    let (node, path) = fields.take("generation")?;
    let generation: Located<String> = reader.typed(&node, &path)?;
    if !GENERATIONS.contains(&generation.value.as_str()) {
        let error = SettingError::unknown("generation", &generation.value, GENERATIONS);
        reader.wrong(&generation.origin, &path, error);
    }
    Some((generation, path))
}

/// Reads a path. An empty one is no path, as in py-ipv8.
pub(super) fn path_field(
    fields: &mut Fields,
    name: &'static str,
    reader: &mut Reader,
) -> Option<Located<PathBuf>> {
    let (node, path) = fields.take(name)?;
    let path: Located<PathBuf> = reader.typed(&node, &path)?;
    (!path.value.as_os_str().is_empty()).then_some(path)
}

/// Reads a private key in base64. No message shows the text.
fn bin(node: &Node, path: &str, reader: &mut Reader) -> Option<PrivateKey> {
    let text = zeroize::Zeroizing::new(reader.typed::<String>(node, path)?.value);
    match PrivateKey::from_base64(&text) {
        Ok(key) => Some(key),
        Err(error) => {
            reader.wrong(&node.origin, path, SettingError::Key(error));
            None
        }
    }
}
