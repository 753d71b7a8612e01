//! The keys of one node.

use std::collections::HashMap;

use crate::config::{Config, MyPeer};
use crate::crypto::PrivateKey;
use crate::node::{Error, my_peer};

/// The node's key, and the keys that overlays refer to by alias.
pub(super) struct Keys {
    pub(super) node: PrivateKey,
    named: HashMap<String, PrivateKey>,
}

impl Keys {
    /// Reads or generates the keys. The node's key is the first one with an alias, unless the
    /// configuration names another one.
    pub(super) fn of(config: &Config) -> Result<Self, Error> {
        let mut named = HashMap::new();
        let mut first = None;
        for key in &config.keys {
            let made = my_peer(&config.located(&key.source))?;
            first.get_or_insert_with(|| made.clone());
            named.insert(key.alias.value.clone(), made);
        }
        let node = match (&config.my_peer, first) {
            (MyPeer::New, Some(first)) => first,
            (source, _) => my_peer(&config.located(source))?,
        };
        Ok(Self { node, named })
    }

    /// Returns the key with this alias. The check of the configuration has refused unknown aliases.
    pub(super) fn named(&self, alias: &str) -> &PrivateKey {
        self.named.get(alias).unwrap_or(&self.node)
    }
}
