//! Reading py-ipv8's dictionary.

use serde_json::{Value, json};

use super::{json, problems, warnings};
use crate::config::{Config, MyPeer};

/// Returns a dictionary like py-ipv8's default, with one overlay.
fn dictionary() -> Value {
    json!({
        "interfaces": [{"interface": "UDPIPv4", "ip": "0.0.0.0", "port": 8090}],
        "keys": [{"alias": "anonymous id", "generation": "curve25519", "file": "ec_multichain.pem"}],
        "logger": {"level": "INFO"},
        "working_directory": ".",
        "walker_interval": 0.5,
        "overlays": [{
            "class": "DiscoveryCommunity",
            "key": "anonymous id",
            "walkers": [
                {"strategy": "RandomWalk", "peers": 20, "init": {"timeout": 3.0}},
                {"strategy": "PeriodicSimilarity", "peers": -1, "init": {}}
            ],
            "bootstrappers": [{"class": "DispersyBootstrapper", "init": {
                "ip_addresses": [["127.0.0.1", 6421]],
                "dns_addresses": [["localhost", 6421]],
                "bootstrap_timeout": 30.0
            }}],
            "initialize": {},
            "on_start": []
        }]
    })
}

fn read(dictionary: &Value) -> Config {
    json(&serde_json::to_string_pretty(dictionary).unwrap())
}

/// Returns the dictionary with one value changed; null removes the value, as in py-ipv8.
fn changed(pointer: &str, value: Value) -> Value {
    let mut dictionary = dictionary();
    *dictionary.pointer_mut(pointer).unwrap() = value;
    dictionary
}

#[test]
fn the_dictionary_is_read_unchanged() {
    let read = read(&dictionary());
    assert_eq!(problems(&read), [""; 0]);
    assert_eq!(warnings(&read), [""; 0]);
    assert_eq!(read.interfaces[0].to_string(), "0.0.0.0:8090");
    assert!(
        matches!(&read.keys[0].source, MyPeer::File(file) if file.ends_with("ec_multichain.pem"))
    );
    let [overlay] = &read.overlays[..] else {
        panic!("{:?}", read.overlays);
    };
    assert_eq!(overlay.strategies.as_ref().unwrap().value.len(), 2);
    assert_eq!(overlay.named_bootstrappers().unwrap().len(), 1);
}

#[test]
fn settings_that_finalize_requires_are_required() {
    for (pointer, start) in [
        ("/keys", ":1:1: keys is missing"),
        ("/logger", ":1:1: logger is missing"),
        ("/walker_interval", ":1:1: walker_interval is missing"),
        ("/overlays", ":1:1: overlays is missing"),
        ("/working_directory", ":1:1: working_directory is missing"),
        ("/interfaces", ":1:1: interfaces is missing"),
        ("/overlays/0/class", "overlays[0]: class is missing"),
        ("/overlays/0/key", "overlays[0]: key is missing"),
        ("/overlays/0/walkers", "overlays[0]: walkers is missing"),
        (
            "/overlays/0/bootstrappers",
            "overlays[0]: bootstrappers is missing",
        ),
        (
            "/overlays/0/initialize",
            "overlays[0]: initialize is missing",
        ),
        ("/overlays/0/on_start", "overlays[0]: on_start is missing"),
        (
            "/overlays/0/walkers/1/strategy",
            "overlays[0].walkers[1]: strategy is missing",
        ),
        (
            "/overlays/0/walkers/1/peers",
            "overlays[0].walkers[1]: peers is missing",
        ),
        (
            "/overlays/0/walkers/1/init",
            "overlays[0].walkers[1]: init is missing",
        ),
        (
            "/overlays/0/bootstrappers/0/class",
            "overlays[0].bootstrappers[0]: class is missing",
        ),
        (
            "/overlays/0/bootstrappers/0/init",
            "overlays[0].bootstrappers[0]: init is missing",
        ),
    ] {
        let found = problems(&read(&changed(pointer, Value::Null)));
        assert!(!found.is_empty(), "{pointer}");
        assert!(
            found.iter().any(|problem| problem.contains(start)),
            "{pointer}: {found:#?}"
        );
    }
}

#[test]
fn a_setting_that_py_ipv8_lacks_selects_our_form() {
    let read = json("{\"walk_interval\": 0.2}");
    assert_eq!(problems(&read), [""; 0]);
    assert_eq!(read.walk_interval, 0.2);
    // Both forms accept both names of the interval.
    let read = json("{\"walker_interval\": 0.2, \"max_peers\": 1}");
    assert_eq!((problems(&read), read.walk_interval), (vec![], 0.2));
}

#[test]
fn an_address_and_a_port_outside_of_interfaces_are_deprecated_and_count() {
    let mut old = dictionary();
    old.as_object_mut().unwrap().remove("interfaces");
    old["address"] = json!("127.0.0.1");
    old["port"] = json!(7000);
    let read_old = read(&old);
    assert_eq!(problems(&read_old), [""; 0]);
    assert_eq!(read_old.interfaces[0].to_string(), "127.0.0.1:7000");
    assert!(warnings(&read_old)[0].contains("is deprecated: write interfaces"));
    let mut both = dictionary();
    both["port"] = json!(7001);
    assert_eq!(read(&both).interfaces[0].to_string(), "0.0.0.0:7001");
}

#[test]
fn arguments_of_python_s_logging_are_ignored_with_a_warning() {
    let read = read(&changed(
        "/logger",
        json!({"level": "WARNING", "format": "%(message)s"}),
    ));
    assert_eq!(problems(&read), [""; 0]);
    assert!(warnings(&read)[0].contains("format of Python's logging is ignored"));
}

#[test]
fn a_legacy_key_needs_its_file() {
    let legacy = json!([{"alias": "anonymous id", "generation": "medium", "file": "old.pem"}]);
    let read_legacy = read(&changed("/keys", legacy));
    assert_eq!(problems(&read_legacy), [""; 0]);
    assert!(matches!(&read_legacy.keys[0].source, MyPeer::Existing(_)));
    let ephemeral = json!([{"alias": "anonymous id", "generation": "medium", "file": ""}]);
    assert!(problems(&read(&changed("/keys", ephemeral)))[0].contains("cannot sign"));
}
