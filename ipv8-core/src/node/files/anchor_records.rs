//! The file beside a snapshot with the records of its anchors: `NAME.anchors`, in JSON.
//!
//! It is optional. The snapshot alone is what a node starts from, and what py-ipv8 can load; it has
//! no room for how often an address proved itself. The order of its entries could not say that an
//! address failed five times. Without this file (or with a broken one) every address counts as
//! proven once.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::anchors::{Anchors, Record};

/// The longest file that is read (1 MiB): five times as long as the longest that is written.
const LONGEST: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Records {
    anchors: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    address: SocketAddr,
    #[serde(default)]
    proven: u32,
    #[serde(default)]
    missed: u32,
}

/// Returns the path of the records of the snapshot at `path`.
pub(in crate::node) fn path_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".anchors");
    name.into()
}

/// Reads the anchors of the snapshot at `path`, whose content is `snapshot`. Blocks.
pub(in crate::node) fn read(path: &Path, snapshot: &[u8]) -> Anchors {
    let records = read_records(&path_of(path));
    Anchors::new(snapshot, records.as_ref())
}

/// Returns the content of the file.
pub fn to_json(anchors: &Anchors) -> Vec<u8> {
    let entries = anchors.records().map(|(address, record)| Entry {
        address,
        proven: record.proven,
        missed: record.missed,
    });
    let records = Records {
        anchors: entries.collect(),
    };
    // Serializing addresses and numbers cannot fail.
    serde_json::to_vec(&records).unwrap_or_default()
}

fn read_records(path: &Path) -> Option<HashMap<SocketAddr, Record>> {
    // Checked before opening: opening a pipe would wait for its writer.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    let file = File::open(path).ok()?;
    let read = file.take(LONGEST).read_to_string(&mut text).ok();
    let records = read.and_then(|_| from_json(&text));
    if records.is_none() {
        tracing::warn!(file = %path.display(), "ignoring the records of the anchors: not valid");
    }
    records
}

/// Reads the content of the file; `None` if it is not valid.
pub fn from_json(text: &str) -> Option<HashMap<SocketAddr, Record>> {
    let records: Records = serde_json::from_str(text).ok()?;
    let entries = records.anchors.into_iter().map(|entry| {
        let record = Record {
            proven: entry.proven,
            missed: entry.missed,
        };
        (entry.address, record)
    });
    Some(entries.collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::state::network::snapshot_bytes;
    use crate::wire::address::Address;

    #[test]
    fn records_are_read_back_and_broken_ones_cost_only_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("peers");
        let addresses = ["20.0.0.1:1", "[2001:db8::1]:2"].map(|text| text.parse().unwrap());
        let [one, other]: [SocketAddr; 2] = addresses;
        let snapshot = snapshot_bytes(&addresses.map(Address::from));
        let text = format!(r#"{{"anchors":[{{"address":"{other}","proven":7,"missed":1}}]}}"#);
        std::fs::write(path_of(&path), &text).unwrap();
        let anchors = read(&path, &snapshot);
        assert_eq!(to_json(&anchors), text.as_bytes());
        for broken in ["", "{", "[]", r#"{"anchors":[{"address":"x"}]}"#] {
            std::fs::write(path_of(&path), broken).unwrap();
            let proven = read(&path, &snapshot).records().collect::<Vec<_>>();
            let once = Record {
                proven: 1,
                missed: 0,
            };
            assert_eq!(proven, [(one, once), (other, once)], "{broken}");
        }
        std::fs::remove_file(path_of(&path)).unwrap();
        std::fs::create_dir(path_of(&path)).unwrap();
        assert_eq!(read(&path, &snapshot).records().count(), 2);
    }
}
