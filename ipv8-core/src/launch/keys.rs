//! The keys of one node.

use std::collections::HashMap;

use crate::config::{Config, MyPeer};
use crate::crypto::PrivateKey;
use crate::node::{Error, my_peer};

/// The node's own key, and those that overlays call by name.
pub(super) struct Keys {
    pub(super) node: PrivateKey,
    named: HashMap<String, PrivateKey>,
}

impl Keys {
    /// Reads and makes them. The node's is the first of those with names, unless the configuration gives it another.
    pub(super) fn of(configuration: &Config) -> Result<Self, Error> {
        let mut named = HashMap::new();
        let mut first = None;
        for key in &configuration.keys {
            let made = my_peer(&configuration.located(&key.source))?;
            first.get_or_insert_with(|| made.clone());
            named.insert(key.alias.value.clone(), made);
        }
        let node = match (&configuration.my_peer, first) {
            (MyPeer::New, Some(first)) => first,
            (source, _) => my_peer(&configuration.located(source))?,
        };
        Ok(Self { node, named })
    }

    /// The key of that name. The configuration was checked, so there is one.
    pub(super) fn named(&self, alias: &str) -> &PrivateKey {
        self.named.get(alias).unwrap_or(&self.node)
    }
}
