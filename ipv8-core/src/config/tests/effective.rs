//! The result of all layers.

use std::net::SocketAddr;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use super::{line, problems, toml};
use crate::config::{BootstrapperConfig, Config, LauncherConfig, LogLevel, MyPeer, StrategyConfig};
use crate::crypto::PrivateKey;

#[test]
fn everything_is_the_default_at_first() {
    let effective = Config::new().effective();
    assert!(effective.settings.len() >= 17);
    for setting in &effective.settings {
        assert_eq!(setting.origin.to_string(), "default", "{}", setting.name);
    }
    let whole = effective.to_json();
    assert_eq!(
        whole["walk_interval"],
        json!({"value": 0.5, "origin": "default"})
    );
    assert_eq!(
        effective.to_string().lines().count(),
        effective.settings.len()
    );
}

#[test]
fn a_value_that_code_changes_comes_from_code_even_after_a_file() {
    let mut read = toml("walk_interval = 1\nmax_peers = 3");
    read.walk_interval = 2.0;
    let effective = read.effective();
    assert_eq!(line(&effective, "walk_interval"), "2.0  # code");
    assert_eq!(line(&effective, "max_peers"), "3  # ipv8.toml:2:13");
}

/// py-ipv8's `ConfigBuilder`, setter by setter.
#[test]
fn the_setters_of_the_reference_exist() {
    let key = PrivateKey::generate(&mut StdRng::seed_from_u64(1));
    let strategy = StrategyConfig::new("RandomWalk", 20).option("timeout", 3.0);
    let bootstrapper = BootstrapperConfig::new("DispersyBootstrapper")
        .option("ip_addresses", json!([["127.0.0.1", 1]]));
    let overlay = || {
        LauncherConfig::new("DiscoveryCommunity")
            .key("mine")
            .strategies([strategy.clone()])
            .bootstrappers([bootstrapper.clone()])
            .on_start("begin", [json!(1)])
    };
    let built = Config::new()
        .address("127.0.0.1".parse().unwrap())
        .port(7000)
        .address("::1".parse().unwrap())
        .log_level(LogLevel::Error)
        .working_directory("state")
        .walk_interval(2.0)
        .add_key("mine", MyPeer::File("old.pem".into()))
        .add_key("mine", MyPeer::Key(key.clone()))
        .add_overlay(overlay())
        .add_overlay(overlay().max_peers(3))
        .add_another_overlay(overlay().setting("size", 1))
        .launcher(LauncherConfig::new("MyLauncher").enabled(false))
        .launcher(LauncherConfig::new("MyLauncher").change_strategy(strategy.clone()));
    assert_eq!(problems(&built), [""; 0]);
    let interfaces: Vec<SocketAddr> = vec![
        "127.0.0.1:7000".parse().unwrap(),
        "[::1]:8090".parse().unwrap(),
    ];
    assert_eq!(built.interfaces, interfaces);
    assert_eq!(
        (
            built.keys.len(),
            built.overlays.len(),
            built.launchers.len()
        ),
        (1, 2, 1)
    );
    let effective = built.effective();
    for (name, expected) in [
        ("logger.level", "\"ERROR\"  # code"),
        ("overlays[1].settings.size", "1  # code"),
        ("overlays[0].strategies[0].options.timeout", "3.0  # code"),
        ("overlays[0].on_start[0]", "[\"begin\",1]  # code"),
        (
            "launchers.MyLauncher.strategies.RandomWalk.target_peers",
            "20  # code",
        ),
    ] {
        assert_eq!(line(&effective, name), expected, "{name}");
    }
    assert!(line(&effective, "keys[0].source").contains(&key.mid().to_string()));
}
