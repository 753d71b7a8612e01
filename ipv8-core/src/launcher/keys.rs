//! The keys of one node.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::config::{Configuration, MyPeer};
use crate::crypto::PrivateKey;
use crate::key_file;
use crate::runtime::Error;

/// The node's own key, and those that overlays call by name.
pub(super) struct Keys {
    pub(super) node: PrivateKey,
    named: HashMap<String, PrivateKey>,
}

impl Keys {
    /// Reads and makes them. The node's is the first of those with names, unless the configuration gives it another.
    pub(super) fn of(configuration: &Configuration) -> Result<Self, Error> {
        let mut named = HashMap::new();
        let mut first = None;
        for key in &configuration.keys {
            let made = make(&key.source, configuration)?;
            first.get_or_insert_with(|| made.clone());
            named.insert(key.alias.value.clone(), made);
        }
        let node = match (&configuration.my_peer, first) {
            (MyPeer::New, Some(first)) => first,
            (source, _) => make(source, configuration)?,
        };
        Ok(Self { node, named })
    }

    /// The key of that name. The configuration was checked, so there is one.
    pub(super) fn named(&self, alias: &str) -> &PrivateKey {
        self.named.get(alias).unwrap_or(&self.node)
    }
}

/// A new key never comes from the node's seed: who knows the seed would know it.
fn make(source: &MyPeer, configuration: &Configuration) -> Result<PrivateKey, Error> {
    let rng = || -> Result<StdRng, Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(StdRng::from_seed(seed))
    };
    Ok(match source {
        MyPeer::New => PrivateKey::generate(&mut rng()?),
        MyPeer::Key(key) => key.clone(),
        MyPeer::File(file) => key_file::load_or_create(&configuration.path(file), &mut rng()?)?,
        MyPeer::Stored { file, key } => {
            key_file::load_or_keep(&configuration.path(file), || key.clone())?
        }
        MyPeer::Existing(file) => key_file::read_existing(&configuration.path(file))?,
    })
}
