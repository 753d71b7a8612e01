//! Each layer replaces the values that it names and keeps the rest.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{line, problems, toml, variables, warnings};
use crate::config::{Config, LogLevel, MyPeer};
use crate::engine::turns::pacing::PacingConfig;

const FILE: &str = r#"
interfaces = ["127.0.0.1:7000", "[::1]:7001"]
key_file = "me.pem"
walk_interval = 1
bootstrap = ["127.0.0.1:6421"]
max_peers = -1
working_directory = "state"
snapshot_file = "peers.snapshot"
seed = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

[logger]
level = "debug"

[network]
max_peers = 100

[[keys]]
alias = "second"
file = "second.pem"

[launchers.MyLauncher]
max_peers = 7
key = "second"
settings = { size = 3 }
bootstrappers = [{ class = "DispersyBootstrapper", options = { ip_addresses = [["127.0.0.1", 6422]], dns_addresses = [["localhost", 1]] } }]
on_start = [["build_tunnels", 1]]

[launchers.MyLauncher.strategies.RandomWalk]
target_peers = 30
options = { timeout = 5.0 }

[launchers.Other]
enabled = false
strategies = [{ strategy = "EdgeWalk", target_peers = -1 }]

[[overlays]]
class = "DiscoveryCommunity"
strategies = [{ strategy = "RandomWalk" }]
"#;

#[test]
fn a_file_sets_everything() {
    let read = toml(FILE);
    assert_eq!(problems(&read), [""; 0]);
    assert_eq!(warnings(&read), [""; 0]);
    assert_eq!(read.interfaces[1].to_string(), "[::1]:7001");
    assert_eq!(read.walk_interval, 1.0);
    assert_eq!(read.max_peers, Some(-1));
    assert_eq!(read.log_level, LogLevel::Debug);
    assert_eq!(read.network.max_peers, 100);
    assert_eq!(read.seed.unwrap()[31], 31);
    assert_eq!(read.snapshot_file, Some(PathBuf::from("peers.snapshot")));
    assert_eq!(read.path(Path::new("me.pem")), Path::new("state/me.pem"));
    assert_eq!(read.path(Path::new("/me.pem")), Path::new("/me.pem"));
    assert!(matches!(&read.my_peer, MyPeer::File(file) if file == Path::new("me.pem")));
    let [mine, other] = &read.launchers[..] else {
        panic!("{:?}", read.launchers);
    };
    assert_eq!(mine.name.value, "MyLauncher");
    assert_eq!(mine.max_peers.as_ref().unwrap().value, 7);
    assert_eq!(mine.settings[0].1.value, json!(3));
    assert_eq!(
        mine.strategy_changes[0]
            .target_peers
            .as_ref()
            .unwrap()
            .value,
        30
    );
    assert!(mine.strategies.is_none());
    assert_eq!(mine.named_bootstrappers().unwrap().len(), 1);
    assert!(!other.enabled.as_ref().unwrap().value);
    assert_eq!(other.strategies.as_ref().unwrap().value.len(), 1);
    assert_eq!(read.overlays[0].name.value, "DiscoveryCommunity");
}

#[test]
fn variables_replace_a_file_and_code_replaces_variables() {
    let read = variables(
        toml(FILE),
        &[
            ("IPV8_WALK_INTERVAL", "0.25"),
            ("IPV8_BOOTSTRAP_OVERRIDE", "127.0.0.1:1, 127.0.0.1:2"),
            ("IPV8_INTERFACES", "[\"127.0.0.1:0\"]"),
            ("IPV8_NETWORK__MAX_ADDRESSES", "9"),
            ("IPV8_LAUNCHERS__MYLAUNCHER__MAX_PEERS", "8"),
            (
                "IPV8_LAUNCHERS__MyLauncher__STRATEGIES__randomwalk__OPTIONS__TIMEOUT",
                "6",
            ),
            ("IPV8_LAUNCHERS__OTHER__ENABLED", "true"),
            ("IPV8_OVERLAYS__0__MAX_PEERS", "9"),
            ("IPV8_KEY_FILE", "123"),
            ("IPV8_WALK_SCALING_LIMIT", "3"),
            ("PATH", "/bin"),
        ],
    );
    assert_eq!(problems(&read), [""; 0]);
    let read = read.max_peers(12);
    let effective = read.effective();
    for (name, expected) in [
        ("walk_interval", "0.25  # variable IPV8_WALK_INTERVAL"),
        (
            "walk_scaling_limit",
            "3.0  # variable IPV8_WALK_SCALING_LIMIT",
        ),
        ("max_peers", "12  # code"),
        ("bootstrap", "[\"127.0.0.1:6421\"]  # ipv8.toml:5:13"),
        (
            "bootstrap_override",
            "[\"127.0.0.1:1\",\"127.0.0.1:2\"]  # variable IPV8_BOOTSTRAP_OVERRIDE",
        ),
        (
            "interfaces",
            "[\"127.0.0.1:0\"]  # variable IPV8_INTERFACES",
        ),
        ("network.max_peers", "100  # ipv8.toml:15:13"),
        (
            "network.max_addresses",
            "9  # variable IPV8_NETWORK__MAX_ADDRESSES",
        ),
        ("network.max_services_per_peer", "128  # default"),
        ("my_peer", "\"the file 123\"  # variable IPV8_KEY_FILE"),
        ("launchers.MyLauncher", "\"MyLauncher\"  # ipv8.toml:21:12"),
        (
            "launchers.MyLauncher.max_peers",
            "8  # variable IPV8_LAUNCHERS__MYLAUNCHER__MAX_PEERS",
        ),
        (
            "launchers.MyLauncher.strategies.RandomWalk.options.timeout",
            "6  # variable IPV8_LAUNCHERS__MyLauncher__STRATEGIES__randomwalk__OPTIONS__TIMEOUT",
        ),
        (
            "launchers.MyLauncher.strategies.RandomWalk.target_peers",
            "30  # ipv8.toml:29:16",
        ),
        (
            "launchers.Other.enabled",
            "true  # variable IPV8_LAUNCHERS__OTHER__ENABLED",
        ),
        (
            "overlays[0].max_peers",
            "9  # variable IPV8_OVERLAYS__0__MAX_PEERS",
        ),
    ] {
        assert_eq!(line(&effective, name), expected, "{name}");
    }
}

#[test]
fn pacing_is_a_table_or_a_switch() {
    let read = toml("[pacing]\nburst = 32\nshare = 0.25");
    let read = variables(read, &[("IPV8_PACING__RATE", "1000")]);
    assert_eq!(problems(&read), [""; 0]);
    let expected = PacingConfig {
        enabled: true,
        burst: 32,
        share: 0.25,
        rate: 1_000,
    };
    assert_eq!(read.pacing, expected);
    let off = variables(read, &[("IPV8_PACING", "false")]);
    assert_eq!(problems(&off), [""; 0]);
    let effective = off.effective();
    for (name, expected) in [
        ("pacing.enabled", "false  # variable IPV8_PACING"),
        ("pacing.burst", "32  # ipv8.toml:2:9"),
        ("pacing.rate", "1000  # variable IPV8_PACING__RATE"),
    ] {
        assert_eq!(line(&effective, name), expected);
    }
    assert!(!toml("pacing = false").pacing.enabled);
    let wrong = Config::new().pacing(PacingConfig {
        share: 1.0,
        ..PacingConfig::default()
    });
    assert_eq!(
        problems(&wrong),
        ["pacing.share: 1 is out of range: expected a number from 0 to 0.5"]
    );
}

#[test]
fn a_variable_that_resembles_no_setting_is_only_a_warning() {
    let read = variables(
        Config::new(),
        &[
            ("IPV8_REQUIRE_INTEROP", "1"),
            ("IPV8_WALK_INTERVL", "1"),
            ("IPV8_NETWORK__WHAT", "1"),
            ("IPV8_OVERLAYS__0__MAX_PEERS", "1"),
            ("IPV8_WALK_INTERVAL__DEEPER", "1"),
        ],
    );
    let [warning] = &warnings(&read)[..] else {
        panic!("{:?}", read.warnings());
    };
    assert!(
        warning.starts_with("variable IPV8_REQUIRE_INTEROP: unknown setting"),
        "{warning}"
    );
    let found = problems(&read);
    let starts = [
        "variable IPV8_WALK_INTERVAL__DEEPER: walk_interval: expected a number from 0.000000001 to 3600, found a table",
        "variable IPV8_NETWORK__WHAT: network: unknown option \"what\": expected one of: max_addresses,",
        "variable IPV8_OVERLAYS__0__MAX_PEERS: overlays: unknown overlay \"0\": there are none",
        "variable IPV8_WALK_INTERVL: unknown setting \"walk_intervl\": did you mean \"walk_interval\"?",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (text, start) in found.iter().zip(starts) {
        assert!(text.starts_with(start), "{text}");
    }
}

#[test]
fn a_value_and_a_table_with_one_name_are_a_problem() {
    let read = variables(
        Config::new(),
        &[("IPV8_NETWORK", "1"), ("IPV8_NETWORK__MAX_PEERS", "1")],
    );
    assert!(problems(&read)[0].contains("it is both a value and a table"));
}
