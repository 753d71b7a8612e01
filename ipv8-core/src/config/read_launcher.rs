//! Reads the settings of one overlay.

use super::fields::Fields;
use super::launcher::{
    ActionConfig, BootstrapperConfig, LauncherConfig, Named, StrategyConfig, set,
};
use super::origin::Located;
use super::problem::SettingError;
use super::reader::{Reader, located};
use super::tree::{Kind, Node};
use crate::overlay::bootstrap::Bootstrappers;

/// The part of a text in which the settings of an overlay are. It decides which settings are
/// allowed and which are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// `launchers`.
    Launchers,
    /// `overlays`.
    Overlays,
    /// `overlays` of py-ipv8's dictionary, in which every setting is required.
    Dictionary,
}

impl LauncherConfig {
    /// Applies the fields; a setting without a field keeps its value.
    pub(super) fn apply(&mut self, mut fields: Fields, section: Section, reader: &mut Reader) {
        if section == Section::Dictionary {
            self.require_all(&fields, reader);
        }
        if let Some((node, path)) = fields.take("enabled") {
            self.enabled = reader.typed(&node, &path).or(self.enabled.take());
        }
        if let Some((node, path)) = fields.take("key") {
            self.key = reader.typed(&node, &path).or(self.key.take());
        }
        if let Some((node, path)) = fields.take("max_peers") {
            self.max_peers = reader.peers(&node, &path).or(self.max_peers.take());
        }
        if let Some((node, path)) = fields.take("own_network") {
            self.own_network = reader.typed(&node, &path).or(self.own_network.take());
        }
        if let Some((node, path)) = fields.take_either("strategies", "walkers", reader) {
            self.read_strategies(&node, &path, section, reader);
        }
        if let Some((node, path)) = fields.take("bootstrappers") {
            self.bootstrappers = bootstrappers(&node, &path, section, reader);
        }
        if let Some((node, path)) = fields.take_either("settings", "initialize", reader) {
            add_options(&mut self.settings, &node, &path, reader);
        }
        if let Some((node, path)) = fields.take("on_start") {
            self.on_start = on_start(&node, &path, reader);
        }
        fields.finish(reader);
    }

    /// Reports each missing setting that py-ipv8's `ConfigBuilder.finalize` requires in an overlay.
    fn require_all(&self, fields: &Fields, reader: &mut Reader) {
        const HINT: &str = "py-ipv8's dictionary has it in every overlay";
        for (name, ours) in [
            ("key", "key"),
            ("walkers", "strategies"),
            ("bootstrappers", "bootstrappers"),
            ("initialize", "settings"),
            ("on_start", "on_start"),
        ] {
            if !fields.has(name) && !fields.has(ours) {
                let error = SettingError::Missing { name, hint: HINT };
                reader.wrong(&fields.origin, &self.path, error);
            }
        }
    }

    /// Reads `strategies`. A list replaces all strategies; a table changes single strategies of a
    /// launcher.
    fn read_strategies(&mut self, node: &Node, path: &str, section: Section, reader: &mut Reader) {
        let is_table = matches!(node.untyped().kind, Kind::Table(_));
        if is_table && section == Section::Launchers && path.ends_with("strategies") {
            self.change_strategies(node, path, reader);
        } else {
            self.strategies = strategies(node, path, section, reader);
        }
    }

    fn change_strategies(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        for (name, (origin, node)) in reader
            .table(node, path)
            .iter()
            .flat_map(|table| table.iter())
        {
            let path = format!("{path}.{name}");
            let Some(mut fields) = Fields::of(node, &path, reader) else {
                continue;
            };
            let mut known = self.strategy_changes.iter();
            let known = known.position(|known| origin.is_same(&known.strategy.value, name));
            let change = match known {
                Some(index) => self.strategy_changes.remove(index),
                None => StrategyConfig {
                    strategy: Located {
                        value: name.clone(),
                        origin: origin.clone(),
                    },
                    target_peers: None,
                    options: Vec::new(),
                },
            };
            let change = target_and_options(change, &mut fields, reader);
            fields.finish(reader);
            let index = known.unwrap_or(self.strategy_changes.len());
            self.strategy_changes.insert(index, change);
        }
    }
}

fn target_and_options(
    mut strategy: StrategyConfig,
    fields: &mut Fields,
    reader: &mut Reader,
) -> StrategyConfig {
    if let Some((node, path)) = fields.take_either("target_peers", "peers", reader) {
        let peers = reader.peers(&node, &path);
        strategy.target_peers = peers.or(strategy.target_peers);
    }
    if let Some((node, path)) = fields.take_either("options", "init", reader) {
        add_options(&mut strategy.options, &node, &path, reader);
    }
    strategy
}

fn add_options(options: &mut Named, node: &Node, path: &str, reader: &mut Reader) {
    for (name, node) in reader.options(node, path) {
        set(options, name, located(node.untyped().to_value(), &node));
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

fn strategies(
    node: &Node,
    path: &str,
    section: Section,
    reader: &mut Reader,
) -> Option<Located<Vec<StrategyConfig>>> {
    const STRATEGY: &str = "name a strategy, such as strategy = \"RandomWalk\"";
    const PEERS: &str = "write the number of peers that are enough, such as 20; -1 for no limit";
    elements((node, path), reader, |node, path, reader| {
        let mut fields = Fields::of(node, path, reader)?;
        let strategy = fields.require("strategy", STRATEGY, reader);
        if section == Section::Dictionary {
            require_either(&fields, ("peers", "target_peers"), PEERS, path, reader);
            require_either(&fields, ("init", "options"), NO_OPTIONS, path, reader);
        }
        let strategy = strategy.and_then(|(node, path)| reader.typed(&node, &path));
        let strategy = StrategyConfig {
            strategy: strategy.unwrap_or(located(String::new(), node)),
            target_peers: None,
            options: Vec::new(),
        };
        let strategy = target_and_options(strategy, &mut fields, reader);
        fields.finish(reader);
        (!strategy.strategy.value.is_empty()).then_some(strategy)
    })
}

const NO_OPTIONS: &str = "write {} for the default of all options";

/// Reports a missing setting of py-ipv8's dictionary by py-ipv8's name, the first of `names`.
fn require_either(
    fields: &Fields,
    (name, ours): (&'static str, &'static str),
    hint: &'static str,
    path: &str,
    reader: &mut Reader,
) {
    if !fields.has(name) && !fields.has(ours) {
        reader.wrong(&fields.origin, path, SettingError::Missing { name, hint });
    }
}

fn bootstrappers(
    node: &Node,
    path: &str,
    section: Section,
    reader: &mut Reader,
) -> Option<Located<Vec<BootstrapperConfig>>> {
    const CLASS: &str = "name a bootstrapper, such as class = \"DispersyBootstrapper\"";
    elements((node, path), reader, |node, path, reader| {
        let mut fields = Fields::of(node, path, reader)?;
        let class = fields.require("class", CLASS, reader);
        let class = class.and_then(|(node, path)| reader.typed(&node, &path));
        if section == Section::Dictionary {
            require_either(&fields, ("init", "options"), NO_OPTIONS, path, reader);
        }
        let mut options = Vec::new();
        if let Some((node, path)) = fields.take_either("options", "init", reader) {
            add_options(&mut options, &node, &path, reader);
        }
        fields.finish(reader);
        let bootstrapper = BootstrapperConfig {
            class: class?,
            options,
        };
        let problems = bootstrapper.add_to(&mut Bootstrappers::new(), path);
        reader.problems.extend(problems);
        Some(bootstrapper)
    })
}

fn on_start(node: &Node, path: &str, reader: &mut Reader) -> Option<Located<Vec<ActionConfig>>> {
    const EXPECTED: &str = "a list of a name and arguments, such as [\"build_tunnels\", 1]";
    elements((node, path), reader, |node, path, reader| {
        let parts = match &node.kind {
            Kind::List(parts) => parts.split_first(),
            _ => None,
        };
        let Some((name, arguments)) = parts else {
            reader.invalid(node, path, EXPECTED);
            return None;
        };
        let name = reader.typed(name, path)?;
        let arguments = arguments.iter().map(Node::to_value).collect();
        Some(ActionConfig { name, arguments })
    })
}
