//! A tree to what it says of one overlay.

use serde_json::Value;

use super::definition::{ActionConfig, BootstrapperConfig, LauncherConfig, StrategyConfig, set};
use super::origin::{Located, Origin};
use super::problem::SettingError;
use super::reader::{Fields, Reader, located};
use super::tree::{Kind, Node};

/// Where a definition stands, which decides what it may and must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In `overlays`.
    Overlay,
    /// In `overlays` of py-ipv8's dictionary, where everything has to be said.
    Dictionary,
    /// In `launchers`.
    Launcher,
}

impl LauncherConfig {
    /// Takes over what the fields say; what they do not say stays.
    pub(super) fn apply(&mut self, mut fields: Fields, place: Place, reader: &mut Reader) {
        if place == Place::Dictionary {
            self.require_all(&fields, reader);
        }
        if let Some((node, path)) = fields.take("enabled") {
            self.enabled = reader.boolean(&node, &path).or(self.enabled.take());
        }
        if let Some((node, path)) = fields.take("key") {
            self.key = reader.text(&node, &path).or(self.key.take());
        }
        if let Some((node, path)) = fields.take("max_peers") {
            self.max_peers = reader.peers(&node, &path).or(self.max_peers.take());
        }
        if let Some((node, path)) = fields.take("own_network") {
            self.own_network = reader.boolean(&node, &path).or(self.own_network.take());
        }
        if let Some((node, path)) = fields.take("walkers") {
            self.walkers = walkers(&node, &path, place, reader);
        }
        if place == Place::Launcher
            && let Some((node, path)) = fields.take("strategies")
        {
            self.change_strategies(&node, &path, reader);
        }
        if let Some((node, path)) = fields.take("bootstrappers") {
            self.bootstrappers = bootstrappers(&node, &path, reader);
        }
        if let Some((node, path)) = fields.take_either("initialize", "settings", reader) {
            for (name, value) in reader.options(&node, &path) {
                set(&mut self.initialize, name, value);
            }
        }
        if let Some((node, path)) = fields.take("on_start") {
            self.on_start = on_start(&node, &path, reader);
        }
        fields.finish(reader);
    }

    /// What `ConfigBuilder.finalize` asks of every overlay.
    fn require_all(&self, fields: &Fields, reader: &mut Reader) {
        const MEND: &str = "py-ipv8's dictionary has it in every overlay";
        for name in ["key", "walkers", "bootstrappers", "initialize", "on_start"] {
            if !fields.has(name) {
                let mistake = SettingError::Missing { name, mend: MEND };
                reader.wrong(&fields.origin, &self.path, mistake);
            }
        }
    }

    fn change_strategies(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        let Some(table) = reader.table(node, path) else {
            return;
        };
        for (name, (origin, node)) in table.iter() {
            let path = format!("{path}.{name}");
            let Some(mut fields) = reader.fields(node, &path) else {
                continue;
            };
            let same = |known: &&mut StrategyConfig| same_name(&known.strategy.value, name, origin);
            let change = match self.strategies.iter_mut().find(same) {
                Some(known) => known,
                None => {
                    self.strategies.push(StrategyConfig {
                        strategy: Located {
                            value: name.clone(),
                            origin: origin.clone(),
                        },
                        peers: None,
                        init: Vec::new(),
                    });
                    let Some(new) = self.strategies.last_mut() else {
                        continue;
                    };
                    new
                }
            };
            peers_and_init(change, &mut fields, reader);
            fields.finish(reader);
        }
    }
}

/// Whether two names are the same; those of variables have no case.
pub(crate) fn same_name(one: &str, other: &str, origin: &Origin) -> bool {
    match origin {
        Origin::Variable(_) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

fn peers_and_init(walker: &mut StrategyConfig, fields: &mut Fields, reader: &mut Reader) {
    if let Some((node, path)) = fields.take("peers") {
        walker.peers = reader.peers(&node, &path).or(walker.peers.take());
    }
    if let Some((node, path)) = fields.take("init") {
        for (name, value) in reader.options(&node, &path) {
            set(&mut walker.init, name, value);
        }
    }
}

fn elements<T>(
    (node, path): (&Node, &str),
    reader: &mut Reader,
    mut read: impl FnMut(&Node, &str, &mut Reader) -> Option<T>,
) -> Option<Located<Vec<T>>> {
    let list = reader.list(node, path)?;
    let elements = list.iter().enumerate();
    let read = elements
        .filter_map(|(index, element)| read(element, &format!("{path}[{index}]"), reader))
        .collect();
    Some(located(read, node))
}

fn walkers(
    node: &Node,
    path: &str,
    place: Place,
    reader: &mut Reader,
) -> Option<Located<Vec<StrategyConfig>>> {
    const STRATEGY: &str = "name a strategy, for instance strategy = \"RandomWalk\"";
    const PEERS: &str = "write how many peers are enough, for instance 20; -1 for no limit";
    const INIT: &str = "write {} for the default of all options";
    elements((node, path), reader, |node, path, reader| {
        let mut fields = reader.fields(node, path)?;
        let strategy = fields.require("strategy", STRATEGY, reader);
        if place == Place::Dictionary {
            for (name, mend) in [("peers", PEERS), ("init", INIT)] {
                if !fields.has(name) {
                    reader.wrong(&fields.origin, path, SettingError::Missing { name, mend });
                }
            }
        }
        let strategy = strategy.and_then(|(node, path)| reader.text(&node, &path));
        let mut walker = StrategyConfig {
            strategy: strategy.unwrap_or(located(String::new(), node)),
            peers: None,
            init: Vec::new(),
        };
        peers_and_init(&mut walker, &mut fields, reader);
        fields.finish(reader);
        (!walker.strategy.value.is_empty()).then_some(walker)
    })
}

fn bootstrappers(
    node: &Node,
    path: &str,
    reader: &mut Reader,
) -> Option<Located<Vec<BootstrapperConfig>>> {
    const CLASS: &str = "name a bootstrapper, for instance class = \"DispersyBootstrapper\"";
    const INIT: &str = "write {} for the default of all options";
    elements((node, path), reader, |node, path, reader| {
        let mut fields = reader.fields(node, path)?;
        let class = fields.require("class", CLASS, reader);
        let class = class.and_then(|(node, path)| reader.text(&node, &path));
        let init = fields.require("init", INIT, reader);
        let init = init.map(|(node, path)| reader.options(&node, &path));
        fields.finish(reader);
        let definition = BootstrapperConfig {
            class: class?,
            init: init?,
        };
        definition.check(path, reader);
        Some(definition)
    })
}

fn on_start(node: &Node, path: &str, reader: &mut Reader) -> Option<Located<Vec<ActionConfig>>> {
    const EXPECTED: &str = "a list of a name and arguments, for instance [\"build_tunnels\", 1]";
    elements((node, path), reader, |node, path, reader| {
        let Kind::List(parts) = &node.kind else {
            reader.unfit(node, path, EXPECTED);
            return None;
        };
        let Some((name, arguments)) = parts.split_first() else {
            reader.unfit(node, path, EXPECTED);
            return None;
        };
        let name = reader.text(name, path)?;
        let arguments: Vec<Value> = arguments.iter().map(Node::to_value).collect();
        Some(ActionConfig { name, arguments })
    })
}
