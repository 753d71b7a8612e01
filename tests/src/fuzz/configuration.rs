//! Texts of a configuration. Reading never panics, every problem has a place in the text, no text
//! about a configuration contains a private key, and settings that were accepted are accepted again
//! in the form in which they are shown.

use ipv8_core::Launchers;
use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::config::{Config, MyPeer, Origin, SettingProblem};
use ipv8_core::internals::options::Options;
use ipv8_core::internals::plan::Problem;
use serde_json::Value;

use super::Meter;
use super::bytes::Bytes;
use super::configured::ConfiguredLauncher;
use super::known::known_key;
use super::text::base64;

/// The names that problems give to the texts.
const FILES: [&str; 2] = ["ipv8.toml", "ipv8.json"];

/// A valid text, for a fuzzer's text that changes an earlier one.
const BASE: &str = r#"
walk_interval = 0.25
bootstrap = ["20.0.0.1:6421"]
[[keys]]
alias = "mine"
file = "mine.pem"
[launchers.MyLauncher]
key = "mine"
max_peers = 10
settings = { number = 7, share = 0.5 }
strategies.RandomWalk = { target_peers = 5, options = { timeout = 2.0 } }
on_start = [["greet", "you", 3]]
[[overlays]]
class = "DiscoveryCommunity"
strategies = [{ strategy = "RandomChurn", target_peers = -1, options = { sample_size = 3 } }]
bootstrappers = [{ class = "DispersyBootstrapper", options = { ip_addresses = ["20.0.0.2:1"] } }]
"#;

/// Reads a text: TOML, JSON or variables, possibly after a valid one.
pub(super) fn run(data: &[u8], _meter: Meter) {
    let mut bytes = Bytes::new(data);
    let kind = bytes.byte();
    let text = String::from_utf8_lossy(bytes.rest());
    let config = match kind & 4 {
        0 => Config::new(),
        _ => Config::new().toml(FILES[0], BASE),
    };
    let config = read(config, kind, &text);
    check(&config, &text);
    if config.problems().is_empty() {
        is_read_again(&config);
    }
}

fn read(config: Config, kind: u8, text: &str) -> Config {
    match kind % 3 {
        0 => config.toml(FILES[0], text),
        1 => config.json(FILES[1], text),
        _ => {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            config.variables(lines.map(|(name, value)| (name.to_owned(), value.to_owned())))
        }
    }
}

fn check(config: &Config, text: &str) {
    let launchers = Launchers::new()
        .with(ConfiguredLauncher)
        .community::<DiscoveryCommunity>()
        .config(config.clone());
    let mut shown = vec![
        launchers.effective_configuration().to_string(),
        config.effective().to_string(),
    ];
    let mut problems = config.problems();
    let settings = |problem: &Problem| match problem {
        Problem::Config(problem) => Some(problem.clone()),
        _ => None,
    };
    problems.extend(launchers.warnings().iter().filter_map(settings));
    if let Err(error) = launchers.check() {
        shown.push(error.to_string());
        problems.extend(error.problems().iter().filter_map(settings));
    }
    for problem in &problems {
        has_a_place(problem, text);
        shown.push(problem.to_string());
    }
    shows_no_key(config, &shown);
}

fn has_a_place(problem: &SettingProblem, text: &str) {
    match &problem.origin {
        Origin::File { file, line, column } => {
            assert!(FILES.contains(&&**file), "{problem}");
            assert!(*line > 0 && *column > 0, "{problem}");
            let longest = text.lines().count().max(BASE.lines().count());
            assert!(*line as usize <= longest + 1, "{problem}");
        }
        Origin::Variable(name) => assert!(name.starts_with("IPV8_"), "{problem}"),
        other => panic!("{other:?}: {problem}"),
    }
}

/// Checks the keys that were read, and one that seeds plant in wrong places.
fn shows_no_key(config: &Config, shown: &[String]) {
    let read = config.keys.iter().filter_map(|named| match &named.source {
        MyPeer::Key(key) | MyPeer::Stored { key, .. } => Some(key),
        _ => None,
    });
    for key in read.chain([known_key(1)]) {
        let secret = base64(&key.to_bytes()[..]);
        // The rest of it is short, or the padding.
        let most = &secret[..96];
        assert!(
            !shown.iter().any(|text| text.contains(most)),
            "a text shows a private key"
        );
    }
}

/// Writes the plain settings as JSON, and reads them again.
fn is_read_again(config: &Config) {
    let options = config.options();
    let text = Value::Object(options.clone()).to_string();
    let again = Config::new().json("again.json", &text);
    let problems: Vec<_> = again.problems().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{problems:?} of {text}");
    assert_eq!(again.options(), options);
}
