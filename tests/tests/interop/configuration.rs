//! Configurations that py-ipv8 makes run unchanged; what py-ipv8 rejects is rejected here too.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::config::{Config, LogLevel, MyPeer};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::node::TrackerConfig;
use ipv8_core::prelude::*;
use ipv8_tests::desk::address;
use ipv8_tests::launch::endpoint;
use ipv8_tests::python::PythonNeighbour;
use serde_json::{Value, json};

/// Runs `configuration.py` and returns its output.
fn python(neighbour: &PythonNeighbour, argument: &str, input: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/configuration.py");
    let mut child = Command::new(neighbour.interpreter())
        .args(["-I", "-B"])
        .arg(script)
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter starts");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin
        .write_all(input.to_string().as_bytes())
        .expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

fn read(dictionary: &Value) -> Config {
    let text = serde_json::to_string_pretty(dictionary).expect("JSON can be written");
    Config::new().json("python.json", &text)
}

fn problems(dictionary: &Value) -> Vec<String> {
    let checked = Launchers::new().config(read(dictionary)).check();
    let problems = checked
        .err()
        .map_or_else(Vec::new, |error| error.problems().to_vec());
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn dictionaries_that_the_reference_makes_are_read_unchanged() {
    let Some(neighbour) = PythonNeighbour::or_skip() else {
        return;
    };
    let made = python(neighbour, "make", &Value::Null);
    for (name, dictionary) in made.as_object().expect("by name") {
        assert_eq!(problems(dictionary), [""; 0], "{name}");
    }
    assert_eq!(made["default"], made["builder"]);
    let default = read(&made["default"]);
    assert_eq!(default.interfaces, [address("0.0.0.0:8090")]);
    assert_eq!(default.walk_interval, 0.5);
    assert_eq!(default.overlays.len(), 3);
    let clean = read(&made["clean"]);
    assert_eq!(clean.interfaces, [address("127.0.0.1:8091")]);
    assert_eq!(
        (clean.walk_interval, clean.log_level),
        (1.0, LogLevel::Error)
    );
    assert_eq!(clean.working_directory, Path::new("state"));
    let ephemeral = read(&made["ephemeral"]);
    assert_eq!(ephemeral.interfaces[1], address("[::1]:8092"));
    assert!(matches!(&ephemeral.keys[0].source, MyPeer::Key(_)));
    let inline = read(&made["inline"]);
    assert!(
        matches!(&inline.keys[0].source, MyPeer::Stored { file, .. } if file.ends_with("kept.pem"))
    );
    let secret = made["inline"]["keys"][0]["bin"].as_str().expect("a key");
    let shown = format!("{inline:?} {}", inline.effective());
    assert!(
        !shown.contains(secret) && !shown.contains(&secret[20..40]),
        "{shown}"
    );
    assert!(shown.contains("the key with the mid"), "{shown}");
}

/// Launches a node in memory from a dictionary, with a new folder for its key.
async fn launch(
    network: &MemoryNetwork,
    at: &str,
    dictionary: &Value,
    only: Option<SocketAddr>,
) -> (Ipv8, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut configuration = read(dictionary).working_directory(folder.path());
    if let Some(tracker) = only {
        // The way for a user who must not contact the public servers.
        let variable = ("IPV8_BOOTSTRAP_OVERRIDE".to_owned(), tracker.to_string());
        configuration = configuration.variables([variable]);
    }
    let set = Launchers::new().config(configuration);
    let warnings: Vec<String> = set.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings.len(),
        dictionary["overlays"].as_array().map_or(0, Vec::len) - 1
    );
    assert!(
        warnings
            .iter()
            .all(|warning| warning.contains("is ignored: ")),
        "{warnings:?}"
    );
    let ipv8 = set.launch_on(endpoint(network, at)).await;
    (ipv8.expect("a valid dictionary"), folder)
}

#[tokio::test(start_paused = true)]
async fn the_default_dictionary_runs_with_its_servers_replaced_and_sends_nothing_elsewhere() {
    let Some(neighbour) = PythonNeighbour::or_skip() else {
        return;
    };
    let dictionary = python(neighbour, "make", &Value::Null)["default"].take();
    let network = MemoryNetwork::new();
    let tracker = TrackerConfig::new()
        .launch_on(endpoint(&network, "10.0.0.9:6421"))
        .await
        .expect("a tracker");
    let only = Some(address("10.0.0.9:6421"));
    let (one, folder) = launch(&network, "10.0.0.1:8090", &dictionary, only).await;
    let (other, _folder) = launch(&network, "10.0.0.2:8090", &dictionary, only).await;
    assert!(folder.path().join("ec_multichain.pem").exists());
    let strategies: Vec<String> = one.launched()[0]
        .strategies
        .iter()
        .map(|strategy| format!("{} {}", strategy.name, strategy.target_peers))
        .collect();
    assert_eq!(
        strategies,
        ["RandomWalk 20", "RandomChurn -1", "PeriodicSimilarity -1"]
    );
    let overlay = one
        .overlay::<DiscoveryCommunity>()
        .expect("it was launched");
    // Virtual time: twice the pause of a bootstrapper. Each sleep is long enough for all due work.
    for _ in 0..600 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let peers = overlay.peers().await.expect("it runs");
    let mids: Vec<_> = peers.iter().map(|peer| peer.mid()).collect();
    assert_eq!(mids, [other.my_peer().mid()]);
    // A datagram to an address without a node counts as lost: no tracker of the dictionary got one.
    assert_eq!(network.lost(), 0);
    one.stop().await;
    other.stop().await;
    tracker.stop().await;
}

/// Shows that the test above would notice a datagram to another address.
#[tokio::test(start_paused = true)]
async fn without_the_override_the_node_contacts_the_dictionary_s_servers() {
    let Some(neighbour) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut dictionary = python(neighbour, "make", &Value::Null)["default"].take();
    // A private address and no names, so that even a real network would reach nothing.
    for overlay in dictionary["overlays"].as_array_mut().expect("a list") {
        let servers = json!({"ip_addresses": [["10.9.9.9", 6421]], "dns_addresses": []});
        overlay["bootstrappers"][0]["init"] = servers;
    }
    let network = MemoryNetwork::new();
    let (node, _folder) = launch(&network, "10.0.0.1:8090", &dictionary, None).await;
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(network.lost() > 0);
    node.stop().await;
}

/// Invalid changes to the default dictionary: the place, the new value, the message of
/// `ConfigBuilder.finalize`, and our message.
const BROKEN: &[(&str, &str, &str, &str)] = &[
    (
        "/keys",
        "null",
        "Missing keys in config!",
        "keys is missing",
    ),
    (
        "/logger",
        "null",
        "Missing logger in config!",
        "logger is missing",
    ),
    (
        "/walker_interval",
        "null",
        "Missing walker_interval in config!",
        "walker_interval is missing",
    ),
    (
        "/overlays",
        "null",
        "Missing overlays in config!",
        "overlays is missing",
    ),
    (
        "/working_directory",
        "null",
        "Missing working_directory in config!",
        "working_directory is missing",
    ),
    (
        "/walker_interval",
        "-1",
        "assertion without text",
        "walk_interval: -1 is out of range",
    ),
    (
        "/overlays/0/class",
        "null",
        "Missing class in overlay config!",
        "overlays[0]: class is missing",
    ),
    (
        "/overlays/0/key",
        "null",
        "Missing key in overlay config of DiscoveryCommunity!",
        "overlays[0]: key is missing",
    ),
    (
        "/overlays/0/walkers",
        "null",
        "Missing walkers in overlay config of DiscoveryCommunity!",
        "overlays[0]: walkers is missing",
    ),
    (
        "/overlays/0/bootstrappers",
        "null",
        "Missing bootstrappers in overlay config of DiscoveryCommunity!",
        "overlays[0]: bootstrappers is missing",
    ),
    (
        "/overlays/0/initialize",
        "null",
        "Missing initialize in overlay config of DiscoveryCommunity!",
        "overlays[0]: initialize is missing",
    ),
    (
        "/overlays/0/on_start",
        "null",
        "Missing on_start in overlay config of DiscoveryCommunity!",
        "overlays[0]: on_start is missing",
    ),
    (
        "/overlays/0/key",
        "\"zz\"",
        "Unknown key alias zz in overlay config of DiscoveryCommunity!",
        "overlays[0].key: unknown key \"zz\": expected one of: anonymous id",
    ),
    (
        "/overlays/1/on_start",
        "[[1]]",
        "Start methods must be strings in overlay config of HiddenTunnelCommunity!",
        "overlays[1].on_start[0]: expected text",
    ),
    (
        "/overlays/0/on_start",
        "[[]]",
        "IndexError: list index out of range",
        "overlays[0].on_start[0]: invalid value []",
    ),
    (
        "/overlays/0/walkers/0/strategy",
        "null",
        "Missing strategy class in strategy config of DiscoveryCommunity!",
        "overlays[0].walkers[0]: strategy is missing",
    ),
    (
        "/overlays/0/walkers/0/peers",
        "null",
        "Missing peers in RandomWalk config of DiscoveryCommunity!",
        "overlays[0].walkers[0]: peers is missing",
    ),
    (
        "/overlays/0/walkers/0/init",
        "null",
        "Missing init in RandomWalk config of DiscoveryCommunity!",
        "overlays[0].walkers[0]: init is missing",
    ),
    (
        "/overlays/2/walkers/1/peers",
        "null",
        "Missing peers in PingChurn config of DHTDiscoveryCommunity!",
        "overlays[2].walkers[1]: peers is missing",
    ),
    (
        "/overlays/0/bootstrappers/0/class",
        "null",
        "Missing bootstrapper class in bootstrapper config of DiscoveryCommunity!",
        "overlays[0].bootstrappers[0]: class is missing",
    ),
    (
        "/overlays/0/bootstrappers/0/init",
        "null",
        "Missing init in DispersyBootstrapper config of DiscoveryCommunity!",
        "overlays[0].bootstrappers[0]: init is missing",
    ),
    (
        "/overlays/0/bootstrappers/0/class",
        "\"DispersyBootstraper\"",
        "assertion without text",
        "did you mean \"DispersyBootstrapper\"?",
    ),
    (
        "/walker_interval",
        "\"fast\"",
        "TypeError: '>=' not supported between instances of 'str' and 'int'",
        "walk_interval: expected a number from 0.000000001 to 3600, found text",
    ),
    (
        "/overlays",
        "3",
        "TypeError: 'int' object is not iterable",
        "overlays: expected a list, found a whole number",
    ),
    (
        "/keys/0",
        "{\"file\": \"a\"}",
        "KeyError: 'alias'",
        "keys[0]: alias is missing",
    ),
    (
        "",
        "[]",
        "AttributeError: 'list' object has no attribute 'get'",
        "expected a table, found a list",
    ),
];

/// Invalid changes that py-ipv8's check accepts: the place, the new value and our message. py-ipv8
/// fails later or never.
const PASSED: &[(&str, &str, &str)] = &[
    (
        "/overlays/0/class",
        "\"DiscoverCommunity\"",
        "unknown community \"DiscoverCommunity\": did you mean \"DiscoveryCommunity\"?",
    ),
    (
        "/overlays/0/walkers/0/strategy",
        "\"RandmWalk\"",
        "did you mean \"RandomWalk\"?",
    ),
    (
        "/overlays/0/walkers/0/strategy",
        "\"PingChurn\"",
        "unknown strategy \"PingChurn\" for DiscoveryCommunity",
    ),
    (
        "/overlays/0/walkers/0/peers",
        "-2",
        "peers: -2 is out of range",
    ),
    (
        "/overlays/0/walkers/0/init",
        "{\"timeot\": 1}",
        "unknown option \"timeot\": did you mean \"timeout\"?",
    ),
    (
        "/overlays/0/initialize",
        "{\"size\": 1}",
        "unknown option \"size\": there are none",
    ),
    (
        "/overlays/0/on_start",
        "[[\"go\"]]",
        "unknown action \"go\": there are none",
    ),
    (
        "/overlays/0/bootstrappers/0/init",
        "{\"timeout\": 1}",
        "unknown option \"timeout\"",
    ),
    ("/interfaces", "null", "interfaces is missing"),
    ("/interfaces", "[]", "interfaces: invalid value []"),
    (
        "/interfaces/0/interface",
        "\"UDPIPv5\"",
        "unknown interface \"UDPIPv5\"",
    ),
    ("/interfaces/0/port", "65536", "port: 65536 is out of range"),
    (
        "/logger",
        "{\"level\": \"VERBOSE\"}",
        "unknown level \"VERBOSE\"",
    ),
    (
        "/keys/0/generation",
        "\"curve448\"",
        "unknown generation \"curve448\"",
    ),
    ("/walker_interval", "0", "walk_interval: 0 is out of range"),
];

fn changed(dictionary: &Value, pointer: &str, value: &str) -> Value {
    let mut dictionary = dictionary.clone();
    let place = dictionary.pointer_mut(pointer).expect("it is there");
    *place = serde_json::from_str(value).expect("it is JSON");
    dictionary
}

#[test]
fn everything_that_the_reference_rejects_is_rejected_and_more() {
    let Some(neighbour) = PythonNeighbour::or_skip() else {
        return;
    };
    let default = python(neighbour, "make", &Value::Null)["default"].take();
    let broken = BROKEN.iter().map(|(pointer, value, ..)| (*pointer, *value));
    let passed = PASSED.iter().map(|(pointer, value, _)| (*pointer, *value));
    let inputs: Vec<Value> = broken
        .chain(passed)
        .map(|(pointer, value)| changed(&default, pointer, value))
        .collect();
    let theirs = python(neighbour, "judge", &json!(inputs));
    let theirs = theirs.as_array().expect("one for each");
    assert_eq!(theirs.len(), inputs.len());
    let expected = BROKEN
        .iter()
        .map(|(.., python, ours)| (json!(python), *ours));
    let expected = expected.chain(PASSED.iter().map(|(.., ours)| (Value::Null, *ours)));
    let mut wrong = Vec::new();
    for ((input, said), (python, ours)) in inputs.iter().zip(theirs).zip(expected) {
        let found = problems(input);
        let told = found
            .iter()
            .any(|problem| problem.contains(ours) && problem.starts_with("python.json:"));
        if *said != python || !told {
            wrong.push(format!(
                "py-ipv8: {said}, expected {python}\nours: {found:#?}, expected {ours}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Removes and replaces each value in turn.
#[test]
fn no_dictionary_that_the_reference_rejects_is_accepted() {
    let Some(neighbour) = PythonNeighbour::or_skip() else {
        return;
    };
    let default = python(neighbour, "make", &Value::Null)["default"].take();
    let mut pointers = Vec::new();
    collect(&default, String::new(), &mut pointers);
    let values = [
        "null",
        "-1",
        "\"zz\"",
        "[]",
        "{}",
        "[[]]",
        "{\"a\": 1}",
        "[null]",
        "true",
    ];
    let inputs: Vec<Value> = pointers
        .iter()
        .flat_map(|pointer| values.map(|value| changed(&default, pointer, value)))
        .collect();
    assert!(inputs.len() > 500, "{}", inputs.len());
    let theirs = python(neighbour, "judge", &json!(inputs));
    let refused = theirs.as_array().expect("one for each").iter().zip(&inputs);
    let through: Vec<_> = refused
        .filter(|(said, input)| !said.is_null() && problems(input).is_empty())
        .collect();
    assert!(
        through.is_empty(),
        "{} are accepted, the first: {:#?}",
        through.len(),
        through.first()
    );
}

fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                collect(value, format!("{at}/{name}"), pointers);
            }
        }
        // All servers are alike, so three are enough.
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate().take(3) {
                collect(value, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(at);
}
