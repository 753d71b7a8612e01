//! Applies a tree of values to the settings of a node.

use serde_json::Value;

use super::dictionary::{self, Form};
use super::fields::Fields;
use super::key::{MyPeer, NamedKey};
use super::launcher::LauncherConfig;
use super::log_level::LogLevel;
use super::options::set_one;
use super::origin::{Located, Origin};
use super::problem::{SettingError, SettingProblem, shown};
use super::read_key::{self, path_field};
use super::read_launcher::Section;
use super::reader::Reader;
use super::settings::Config;
use super::tree::{Kind, Node};
use crate::support::options::Options;

impl Config {
    /// Applies everything in the tree; a setting that is not in it keeps its value.
    pub(super) fn apply(&mut self, mut root: Node, form: Form) {
        let mut reader = Reader::default();
        for origin in root.take_secrets() {
            reader.wrong(&origin, "", SettingError::MisplacedKey);
        }
        if let Some(mut fields) = Fields::of(&root, "", &mut reader) {
            if form == Form::Dictionary {
                dictionary::require(&fields, &mut reader);
            }
            self.read_interfaces(&mut fields, &mut reader);
            self.read_keys(&mut fields, &mut reader);
            self.read_files(&mut fields, &mut reader);
            self.read_plain(&mut fields, &mut reader);
            self.read_seed(&mut fields, &mut reader);
            self.read_logger(&mut fields, &mut reader);
            self.read_tables(&mut fields, &mut reader);
            self.read_launchers(&mut fields, &mut reader);
            self.read_overlays(&mut fields, form, &mut reader);
            fields.finish(&mut reader);
        }
        let place = |problem: &SettingProblem| problem.origin.line_and_column();
        reader.problems.sort_by_key(place);
        self.sources.problems.extend(reader.problems);
        self.sources.warnings.extend(reader.warnings);
    }

    /// Reads the settings that the derived [`Options`] describe and nothing above has taken.
    fn read_plain(&mut self, fields: &mut Fields, reader: &mut Reader) {
        for known in self.option_types() {
            let name = known.name;
            let taken = match dictionary::name_of(name) {
                Some(alias) if alias != name => fields.take_either(name, alias, reader),
                _ => fields.take(name),
            };
            if let Some((node, path)) = taken
                && let Some(value) = reader.value(&node, &known.kind, &path)
            {
                self.set_plain(name, &node, &value, reader);
            }
        }
    }

    fn set_plain(&mut self, name: &str, node: &Node, value: &Value, reader: &mut Reader) {
        match self.set_option(name, value) {
            Ok(()) => self.note(name, &node.origin),
            Err(error) => reader.option(&node.origin, "", error),
        }
    }

    /// Reads the tables that are structs of options.
    fn read_tables(&mut self, fields: &mut Fields, reader: &mut Reader) {
        if let Some((node, path)) = fields.take("network") {
            for (name, node) in reader.options(&node, &path) {
                if set_one(&mut self.network, (&name, &node), &path, reader) {
                    self.note(&format!("network.{name}"), &node.origin);
                }
            }
        }
        if let Some((node, path)) = fields.take("pacing") {
            let options = match node.untyped().kind {
                Kind::Table(_) => reader.options(&node, &path),
                _ => vec![("enabled".to_owned(), node)],
            };
            for (name, node) in options {
                if set_one(&mut self.pacing, (&name, &node), &path, reader) {
                    self.note(&format!("pacing.{name}"), &node.origin);
                }
            }
        }
    }

    fn read_seed(&mut self, fields: &mut Fields, reader: &mut Reader) {
        let Some((node, path)) = fields.take("seed") else {
            return;
        };
        let Some(text) = reader.typed::<String>(&node, &path) else {
            return;
        };
        match seed(&text.value) {
            Some(seed) => {
                self.seed = Some(seed);
                self.note("seed", &node.origin);
            }
            None => reader.invalid(&node, &path, "32 bytes as 64 hexadecimal digits"),
        }
    }

    /// Reads `logger`. py-ipv8 passes all of it to `logging.basicConfig`; only the level is used
    /// here.
    fn read_logger(&mut self, fields: &mut Fields, reader: &mut Reader) {
        const UNUSED: [&str; 10] = [
            "filename", "filemode", "format", "datefmt", "style", "stream", "handlers", "force",
            "encoding", "errors",
        ];
        let logger = fields.take("logger");
        let logger = logger.and_then(|(node, path)| Fields::of(&node, &path, reader));
        let Some(mut fields) = logger else {
            return;
        };
        if let Some((node, path)) = fields.take("level")
            && let Some(text) = reader.typed::<String>(&node, &path)
        {
            match LogLevel::from_name(&text.value) {
                Some(level) => {
                    self.log_level = level;
                    self.note("logger.level", &node.origin);
                }
                None => {
                    let error = SettingError::unknown("level", &text.value, LogLevel::NAMES);
                    reader.wrong(&node.origin, &path, error);
                }
            }
        }
        for name in UNUSED {
            if let Some((node, path)) = fields.take(name) {
                let error = SettingError::Ignored {
                    what: format!("{name} of Python's logging"),
                    reason: "a program sets up its own log; only the level is used",
                };
                reader.warn(&node.origin, &path, error);
            }
        }
        fields.finish(reader);
    }

    fn read_keys(&mut self, fields: &mut Fields, reader: &mut Reader) {
        let Some((node, path)) = fields.take("keys") else {
            return;
        };
        let Some(list) = reader.list(&node, &path) else {
            return;
        };
        self.keys = Vec::new();
        for (index, element) in list.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Some(key) = read_key::read(element, &path, reader) else {
                continue;
            };
            let same = |other: &NamedKey| other.alias.value == key.alias.value;
            if self.keys.iter().any(same) {
                let error = SettingError::Duplicate {
                    what: format!("key \"{}\"", shown(&key.alias.value)),
                    hint: "give one of the two another alias",
                };
                reader.wrong(&element.origin, &path, error);
            }
            self.keys.push(key);
        }
    }

    fn read_files(&mut self, fields: &mut Fields, reader: &mut Reader) {
        if let Some(file) = path_field(fields, "key_file", reader) {
            self.my_peer = MyPeer::File(file.value);
            self.note("my_peer", &file.origin);
        }
        if let Some(file) = path_field(fields, "snapshot_file", reader) {
            self.snapshot_file = Some(file.value);
            self.note("snapshot_file", &file.origin);
        }
    }

    fn read_launchers(&mut self, fields: &mut Fields, reader: &mut Reader) {
        let Some((node, path)) = fields.take("launchers") else {
            return;
        };
        let table = reader.table(&node, &path);
        for (name, (origin, node)) in table.iter().flat_map(|table| table.iter()) {
            let path = format!("{path}.{name}");
            if let Some(fields) = Fields::of(node, &path, reader) {
                let launcher = self.launcher_named(name, origin, path);
                launcher.apply(fields, Section::Launchers, reader);
            }
        }
    }

    /// Returns the settings of a launcher, which are new unless an earlier text has some.
    fn launcher_named(&mut self, name: &str, origin: &Origin, path: String) -> &mut LauncherConfig {
        let known = self
            .launchers
            .iter()
            .position(|known| origin.is_same(&known.name.value, name));
        let index = known.unwrap_or_else(|| {
            let name = Located {
                value: name.to_owned(),
                origin: origin.clone(),
            };
            self.launchers.push(LauncherConfig::located(name, path));
            self.launchers.len() - 1
        });
        // The index is that of an existing element.
        &mut self.launchers[index]
    }

    fn read_overlays(&mut self, fields: &mut Fields, form: Form, reader: &mut Reader) {
        let Some((node, path)) = fields.take("overlays") else {
            return;
        };
        if let (Kind::Table(_), Origin::Variable(_)) = (&node.kind, &node.origin) {
            self.change_overlays(&node, &path, reader);
            return;
        }
        let Some(list) = reader.list(&node, &path) else {
            return;
        };
        let section = match form {
            Form::Ours => Section::Overlays,
            Form::Dictionary => Section::Dictionary,
        };
        self.overlays = Vec::new();
        for (index, element) in list.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.overlays
                .extend(overlay(element, &path, section, reader));
        }
    }

    /// Applies variables such as `IPV8_OVERLAYS__0__MAX_PEERS`, which change an overlay of an
    /// earlier text.
    fn change_overlays(&mut self, node: &Node, path: &str, reader: &mut Reader) {
        let table = reader.table(node, path);
        for (name, (origin, node)) in table.iter().flat_map(|table| table.iter()) {
            let fields = Fields::of(node, &format!("{path}[{name}]"), reader);
            let index = name.parse::<usize>().ok();
            match (index.and_then(|index| self.overlays.get_mut(index)), fields) {
                (Some(known), Some(fields)) => known.apply(fields, Section::Overlays, reader),
                (None, _) => {
                    let numbers = (0..self.overlays.len()).map(|index| index.to_string());
                    let error = SettingError::unknown("overlay", name, numbers);
                    reader.wrong(origin, path, error);
                }
                (_, None) => {}
            }
        }
    }
}

fn overlay(
    node: &Node,
    path: &str,
    section: Section,
    reader: &mut Reader,
) -> Option<LauncherConfig> {
    const CLASS: &str = "name a community, such as class = \"DiscoveryCommunity\"";
    let mut fields = Fields::of(node, path, reader)?;
    let class = fields.require("class", CLASS, reader);
    let class: Option<Located<String>> = class.and_then(|(node, path)| reader.typed(&node, &path));
    let name = class.clone().unwrap_or_else(|| Located {
        value: String::new(),
        origin: node.origin.clone(),
    });
    let mut overlay = LauncherConfig::located(name, path.to_owned());
    overlay.apply(fields, section, reader);
    class.map(|_| overlay)
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
