//! A tree to the settings of a node.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde_json::{Value, json};

use super::definition::LauncherConfig;
use super::dictionary::{Form, require};
use super::key::{self, path_field};
use super::log_level::LogLevel;
use super::origin::{Located, Origin};
use super::problem::SettingError;
use super::read_definition::{Place, same_name};
use super::reader::{Fields, Reader, located};
use super::tree::{Kind, Node};
use super::{Config, DEFAULT_PORT, MyPeer, walk_interval_is_usable};
use crate::support::options::Options;

impl Config {
    /// Takes over everything that the tree says; what it does not say stays.
    pub(super) fn apply(&mut self, mut root: Node, form: Form) {
        let mut reader = Reader::default();
        for origin in root.take_secrets() {
            reader.wrong(&origin, "", SettingError::Misplaced);
        }
        if let Some(mut fields) = reader.fields(&root, "") {
            if form == Form::Dictionary {
                require(&fields, &mut reader);
            }
            self.node_settings(&mut fields, &mut reader);
            self.where_to_listen(&mut fields, &mut reader);
            self.identity(&mut fields, &mut reader);
            if let Some((node, path)) = fields.take("network") {
                self.network_limits(&node, &path, &mut reader);
            }
            if let Some((node, path)) = fields.take("pacing") {
                self.pacing_options(&node, &path, &mut reader);
            }
            if let Some((node, path)) = fields.take("launchers") {
                self.launcher_definitions(&node, &path, &mut reader);
            }
            if let Some((node, path)) = fields.take("overlays") {
                self.overlay_definitions(&node, &path, form, &mut reader);
            }
            fields.finish(&mut reader);
        }
        self.sources.problems.extend(reader.problems);
        self.sources.warnings.extend(reader.warnings);
    }

    fn node_settings(&mut self, fields: &mut Fields, reader: &mut Reader) {
        if let Some((node, path)) = fields.take_either("walk_interval", "walker_interval", reader)
            && let Some(seconds) = reader.float(&node, &path)
        {
            if walk_interval_is_usable(seconds.value) {
                self.walk_interval = seconds.value;
                self.note("walk_interval", json!(seconds.value), &node.origin);
            } else {
                reader.unfit(
                    &node,
                    &path,
                    "seconds above 0, at most 3600, for instance 0.5",
                );
            }
        }
        if let Some((node, path)) = fields.take("walk_scaling_limit")
            && let Some(seconds) = reader.float(&node, &path)
        {
            // Whether it fits the walk interval is known when all texts were read.
            if walk_interval_is_usable(seconds.value) {
                self.walk_scaling_limit = Some(seconds.value);
                self.note("walk_scaling_limit", json!(seconds.value), &node.origin);
            } else {
                reader.unfit(
                    &node,
                    &path,
                    "seconds above 0, at most 3600, for instance 3.0",
                );
            }
        }
        if let Some((node, path)) = fields.take("bootstrap")
            && let Some(addresses) = servers(&node, &path, reader)
        {
            self.note("bootstrap", texts(&addresses), &node.origin);
            self.bootstrap = addresses;
        }
        if let Some((node, path)) = fields.take("bootstrap_override")
            && let Some(addresses) = servers(&node, &path, reader)
        {
            self.note("bootstrap_override", texts(&addresses), &node.origin);
            self.bootstrap_override = Some(addresses);
        }
        if let Some((node, path)) = fields.take("max_peers")
            && let Some(peers) = reader.peers(&node, &path)
        {
            self.max_peers = Some(peers.value);
            self.note("max_peers", json!(peers.value), &node.origin);
        }
        if let Some((node, path)) = fields.take("max_datagram")
            && let Some(bytes) = reader.datagram(&node, &path)
        {
            self.max_datagram = bytes.value;
            self.note("max_datagram", json!(bytes.value), &node.origin);
        }
        if let Some((node, path)) = fields.take("cores")
            && let Some(cores) = reader.cores(&node, &path)
        {
            self.cores = Some(cores.value);
            self.note("cores", json!(cores.value), &node.origin);
        }
        if let Some((node, path)) = fields.take("seed")
            && let Some(text) = reader.text(&node, &path)
        {
            match seed(&text.value) {
                Some(seed) => {
                    self.note("seed", json!(text.value), &node.origin);
                    self.seed = Some(seed);
                }
                None => reader.unfit(&node, &path, "32 bytes as 64 hexadecimal digits"),
            }
        }
        if let Some((node, path)) = fields.take("working_directory")
            && let Some(text) = reader.text(&node, &path)
        {
            self.note("working_directory", json!(text.value), &node.origin);
            self.working_directory = text.value.into();
        }
        if let Some((node, path)) = fields.take("logger") {
            self.logger(&node, &path, reader);
        }
    }

    /// py-ipv8 hands all of it to `logging.basicConfig`; here the level is all there is.
    fn logger(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        const UNUSED: [&str; 10] = [
            "filename", "filemode", "format", "datefmt", "style", "stream", "handlers", "force",
            "encoding", "errors",
        ];
        let Some(mut fields) = reader.fields(node, path) else {
            return;
        };
        if let Some((node, path)) = fields.take("level")
            && let Some(text) = reader.text(&node, &path)
        {
            match LogLevel::from_name(&text.value) {
                Some(level) => {
                    self.note("logger.level", json!(level.name()), &node.origin);
                    self.log_level = level;
                }
                None => {
                    let mistake = SettingError::unknown("level", &text.value, LogLevel::NAMES);
                    reader.wrong(&node.origin, &path, mistake);
                }
            }
        }
        for name in UNUSED {
            if let Some((node, path)) = fields.take(name) {
                let mistake = SettingError::LeftOut {
                    what: format!("{name} of Python's logging"),
                    reason: "a program sets up its own log; only the level is used",
                };
                reader.warn(&node.origin, &path, mistake);
            }
        }
        fields.finish(reader);
    }

    fn where_to_listen(&mut self, fields: &mut Fields, reader: &mut Reader) {
        let mut given = None;
        if let Some((node, path)) = fields.take("interfaces")
            && let Some(list) = reader.list(&node, &path)
        {
            let elements = list.iter().enumerate();
            let addresses: Vec<_> = elements
                .map(|(index, element)| interface(element, &format!("{path}[{index}]"), reader))
                .collect();
            // One that cannot be read has been told of.
            given = addresses
                .into_iter()
                .collect::<Option<Vec<_>>>()
                .map(|all| (all, node));
        }
        let address = fields.take("address");
        let port = fields.take("port");
        if let Some((node, path)) = address.as_ref().or(port.as_ref()) {
            let mistake = SettingError::Deprecated {
                what: "an address and a port of their own",
                mend: "write interfaces = [{ interface = \"UDPIPv4\", ip = \"0.0.0.0\", port = 8090 }]",
            };
            reader.warn(&node.origin, path, mistake);
            let host = address.as_ref().map(|(node, path)| reader.host(node, path));
            let port = port.as_ref().map(|(node, path)| reader.port(node, path));
            let host = host.flatten().unwrap_or(Ipv4Addr::UNSPECIFIED.into());
            let legacy = SocketAddr::new(host, port.flatten().unwrap_or(DEFAULT_PORT));
            // As in py-ipv8, where the later of two interfaces of one kind counts.
            let (mut addresses, node) = given.unwrap_or((Vec::new(), node.clone()));
            addresses.retain(|other: &SocketAddr| other.is_ipv4() != legacy.is_ipv4());
            addresses.push(legacy);
            given = Some((addresses, node));
        }
        if let Some((addresses, node)) = given {
            self.note("interfaces", texts(&addresses), &node.origin);
            self.interfaces = addresses;
        }
    }

    fn identity(&mut self, fields: &mut Fields, reader: &mut Reader) {
        if let Some((node, path)) = fields.take("keys")
            && let Some(list) = reader.list(&node, &path)
        {
            self.keys = Vec::new();
            for (index, element) in list.iter().enumerate() {
                let path = format!("{path}[{index}]");
                let Some(key) = key::read(element, &path, reader) else {
                    continue;
                };
                let same = |other: &key::NamedKey| other.alias.value == key.alias.value;
                if self.keys.iter().any(same) {
                    let mistake = SettingError::Twice {
                        what: format!("the key \"{}\"", super::problem::shown(&key.alias.value)),
                        mend: "give one of the two another alias",
                    };
                    reader.wrong(&element.origin, &path, mistake);
                }
                self.keys.push(key);
            }
        }
        if let Some(path) = path_field(fields, "key_file", reader) {
            let source = MyPeer::File(path.value);
            self.note("my_peer", super::effective::source(&source), &path.origin);
            self.my_peer = source;
        }
        if let Some(path) = path_field(fields, "snapshot_file", reader) {
            self.note("snapshot_file", json!(path.value), &path.origin);
            self.snapshot_file = Some(path.value);
        }
    }

    fn network_limits(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        for (name, value) in reader.options(node, path) {
            match self.network.set_option(&name, &value.value) {
                Ok(()) => self.note(&format!("network.{name}"), value.value, &value.origin),
                Err(error) => reader.wrong(&value.origin, path, SettingError::Option(error)),
            }
        }
    }

    /// A table, or only whether there is any.
    fn pacing_options(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        let node = match &node.untyped().kind {
            Kind::Table(_) => node.clone(),
            _ => {
                let enabled = ("enabled".to_owned(), (node.origin.clone(), node.clone()));
                Node::new(
                    Kind::Table([enabled].into_iter().collect()),
                    node.origin.clone(),
                )
            }
        };
        for (name, value) in reader.options(&node, path) {
            match self.pacing.set_option(&name, &value.value) {
                Ok(()) => self.note(&format!("pacing.{name}"), value.value, &value.origin),
                Err(error) => reader.wrong(&value.origin, path, SettingError::Option(error)),
            }
        }
    }

    fn launcher_definitions(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        let Some(table) = reader.table(node, path) else {
            return;
        };
        for (name, (origin, node)) in table.iter() {
            let path = format!("{path}.{name}");
            let Some(fields) = reader.fields(node, &path) else {
                continue;
            };
            let definition = self.definition_of(name, origin, path);
            definition.apply(fields, Place::Launcher, reader);
        }
    }

    /// What is said of a launcher so far.
    fn definition_of(&mut self, name: &str, origin: &Origin, path: String) -> &mut LauncherConfig {
        let known = self
            .launchers
            .iter()
            .position(|known| same_name(&known.name.value, name, origin));
        let index = known.unwrap_or_else(|| {
            let name = Located {
                value: name.to_owned(),
                origin: origin.clone(),
            };
            self.launchers.push(LauncherConfig::located(name, path));
            self.launchers.len() - 1
        });
        // The index is that of one that is there.
        &mut self.launchers[index]
    }

    fn overlay_definitions(&mut self, node: &Node, path: &str, form: Form, reader: &mut Reader) {
        // IPV8_OVERLAYS__0__MAX_PEERS changes what another text says of the first overlay.
        if let (Kind::Table(table), Origin::Variable(_)) = (&node.kind, &node.origin) {
            for (name, (origin, node)) in table {
                let index = name.parse::<usize>().ok();
                let known = index.and_then(|index| self.overlays.get_mut(index));
                match (known, reader.fields(node, &format!("{path}[{name}]"))) {
                    (Some(known), Some(fields)) => known.apply(fields, Place::Overlay, reader),
                    (None, _) => {
                        let numbers = (0..self.overlays.len()).map(|index| index.to_string());
                        let mistake = SettingError::unknown("overlay", name, numbers);
                        reader.wrong(origin, path, mistake);
                    }
                    (_, None) => {}
                }
            }
            return;
        }
        let Some(list) = reader.list(node, path) else {
            return;
        };
        let place = match form {
            Form::Ours => Place::Overlay,
            Form::Dictionary => Place::Dictionary,
        };
        self.overlays = Vec::new();
        for (index, element) in list.iter().enumerate() {
            self.overlays
                .extend(overlay(element, &format!("{path}[{index}]"), place, reader));
        }
    }

    /// Remembers where a value was said.
    fn note(&mut self, setting: &str, value: Value, origin: &Origin) {
        let origin = origin.clone();
        self.sources
            .said
            .insert(setting.to_owned(), Located { value, origin });
    }
}

fn overlay(node: &Node, path: &str, place: Place, reader: &mut Reader) -> Option<LauncherConfig> {
    const CLASS: &str = "name a community, for instance class = \"DiscoveryCommunity\"";
    let mut fields = reader.fields(node, path)?;
    let class = fields.require("class", CLASS, reader);
    let class = class.and_then(|(node, path)| reader.text(&node, &path));
    let name = class.clone().unwrap_or(located(String::new(), node));
    let mut definition = LauncherConfig::located(name, path.to_owned());
    definition.apply(fields, place, reader);
    class.map(|_| definition)
}

/// Addresses that something can be sent to.
fn servers(node: &Node, path: &str, reader: &mut Reader) -> Option<Vec<SocketAddr>> {
    let addresses = reader.addresses(node, path)?.value;
    if let Some(bad) = addresses
        .iter()
        .find(|address| !super::can_be_sent_to(address))
    {
        let bad = Node::new(Kind::Text(bad.to_string()), node.origin.clone());
        reader.unfit(&bad, path, "the address and port of a tracker");
        return None;
    }
    Some(addresses)
}

/// `"0.0.0.0:8090"`, or py-ipv8's `{"interface": "UDPIPv4", "ip": "0.0.0.0", "port": 8090}`.
fn interface(node: &Node, path: &str, reader: &mut Reader) -> Option<SocketAddr> {
    const INTERFACE: &str = "name one of UDPIPv4 and UDPIPv6";
    if !matches!(node.kind, Kind::Table(_)) {
        return reader.address(node, path);
    }
    let mut fields = reader.fields(node, path)?;
    let interface = fields.require("interface", INTERFACE, reader);
    let interface = interface.and_then(|(node, path)| {
        let text = reader.text(&node, &path)?;
        let known = ["UDPIPv4", "UDPIPv6"];
        if known.contains(&text.value.as_str()) {
            return Some(text.value);
        }
        let mistake = SettingError::unknown("interface", &text.value, known);
        reader.wrong(&node.origin, &path, mistake);
        None
    });
    let ip = fields.take("ip");
    let host = ip.as_ref().map(|(node, path)| reader.host(node, path));
    let port = fields
        .take("port")
        .map(|(node, path)| reader.port(&node, &path));
    fields.finish(reader);
    let ipv4 = interface? == "UDPIPv4";
    let everywhere: IpAddr = match ipv4 {
        true => Ipv4Addr::UNSPECIFIED.into(),
        false => Ipv6Addr::UNSPECIFIED.into(),
    };
    let host = host.unwrap_or(Some(everywhere))?;
    if host.is_ipv4() != ipv4 {
        let (node, path) = ip.unwrap_or((node.clone(), path.to_owned()));
        let expected = if ipv4 {
            "an IPv4 address"
        } else {
            "an IPv6 address"
        };
        reader.unfit(&node, &path, expected);
        return None;
    }
    Some(SocketAddr::new(host, port.unwrap_or(Some(DEFAULT_PORT))?))
}

/// Addresses as they are shown.
pub(super) fn texts(addresses: &[SocketAddr]) -> Value {
    addresses.iter().map(ToString::to_string).collect()
}

fn seed(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in seed.iter_mut().enumerate() {
        let digits = text.get(2 * index..2 * index + 2)?;
        *byte = u8::from_str_radix(digits, 16)
            .ok()
            .filter(|_| !digits.contains('+'))?;
    }
    Some(seed)
}
