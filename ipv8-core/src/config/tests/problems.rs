//! Every problem is reported with its place and its fix.

use super::{json, problems, toml, variables, warnings};
use crate::config::Config;

/// TOML texts, and the start of the problem with each.
const WRONG: &[(&str, &str)] = &[
    (
        "interfaces = \"0.0.0.0:8090\"",
        ":1:14: interfaces: expected a list, found text",
    ),
    (
        "interfaces = [\"localhost:1\"]",
        ":1:15: interfaces[0]: invalid value \"localhost:1\": expected an address with a port, such as",
    ),
    (
        "interfaces = [{ interface = \"UDPIPv5\" }]",
        ":1:29: interfaces[0].interface: unknown interface \"UDPIPv5\": did you mean \"UDPIPv4\"?",
    ),
    (
        "interfaces = [{ interface = \"UDPIPv4\", ip = \"::1\" }]",
        ":1:45: interfaces[0].ip: invalid value \"::1\": expected an IPv4 address",
    ),
    (
        "interfaces = [{ ip = \"127.0.0.1\" }]",
        ":1:15: interfaces[0]: interface is missing: write UDPIPv4 or UDPIPv6",
    ),
    (
        "interfaces = [{ interface = \"UDPIPv4\", port = 65536 }]",
        ":1:47: interfaces[0].port: 65536 is out of range: expected a whole number from 0 to 65535",
    ),
    (
        "walk_interval = 0",
        ":1:17: walk_interval: 0 is out of range: expected a number from 0.000000001 to 3600",
    ),
    (
        "walk_interval = \"0.5\"",
        ":1:17: walk_interval: expected a number from 0.000000001 to 3600, found text",
    ),
    (
        "walk_interval = 1\nwalker_interval = 1",
        ":2:19: walker_interval: walker_interval is another name of walk_interval: remove one of the two",
    ),
    (
        "cores = 0",
        ":1:9: cores: 0 is out of range: expected a whole number from 1 to 1024",
    ),
    (
        "walk_scaling_limit = -1",
        ":1:22: walk_scaling_limit: -1 is out of range: expected a number from",
    ),
    (
        "max_datagram = 65508",
        ":1:16: max_datagram: 65508 is out of range: expected a whole number from 1 to 65507",
    ),
    (
        "max_peers = -2",
        ":1:13: max_peers: -2 is out of range: expected a whole number from -1 to",
    ),
    (
        "max_peers = 1.5",
        ":1:13: max_peers: expected a whole number from -1 to 2147483647, found a number with a fraction",
    ),
    (
        "bootstrap = [\"127.0.0.1:0\"]",
        ":1:13: bootstrap[0]: invalid value \"127.0.0.1:0\": expected the address and port of a tracker",
    ),
    (
        "seed = \"00\"",
        ":1:8: seed: invalid value \"00\": expected 32 bytes",
    ),
    (
        "[logger]\nlevel = \"VERBOSE\"",
        ":2:9: logger.level: unknown level \"VERBOSE\": expected one of: CRITICAL,",
    ),
    (
        "[network]\nmax_peers = -1",
        ":2:13: network.max_peers: -1 is out of range: expected a whole number, at least 0",
    ),
    (
        "[network]\nmax_per = 1",
        ":2:11: network: unknown option \"max_per\"",
    ),
    (
        "pacing = 1",
        ":1:10: pacing.enabled: expected true or false, found a whole number",
    ),
    (
        "[pacing]\nrate = 0",
        ":2:8: pacing.rate: 0 is out of range: expected a whole number from 1 to 4294967295",
    ),
    (
        "[pacing]\nspeed = 1",
        ":2:9: pacing: unknown option \"speed\"",
    ),
    ("[[keys]]\nfile = \"a\"", ":1:1: keys[0]: alias is missing"),
    (
        "[[keys]]\nalias = \"a\"",
        ":1:1: keys[0]: the source of the key is missing: set file",
    ),
    (
        "[[keys]]\nalias = \"a\"\ngeneration = \"curve25518\"",
        ":3:14: keys[0].generation: unknown generation \"curve25518\": did you mean \"curve25519\"?",
    ),
    (
        "[[keys]]\nalias = \"a\"\ngeneration = \"medium\"",
        ":3:14: keys[0].generation: a key of generation \"medium\" cannot sign",
    ),
    (
        "[[keys]]\nalias = \"a\"\nbin = \"???\"",
        ":3:7: keys[0].bin: the base64 text of the private key is corrupted",
    ),
    (
        "[[keys]]\nalias = \"a\"\nfile = \"f\"\n[[keys]]\nalias = \"a\"\nfile = \"g\"",
        ":4:1: keys[1]: duplicate key \"a\"",
    ),
    (
        "[launchers.A]\nkey = \"zz\"",
        ":2:7: launchers.A.key: unknown key \"zz\": there are none",
    ),
    (
        "[launchers.A]\nmaxpeers = 1",
        ":2:1: launchers.A: unknown setting \"maxpeers\": did you mean \"max_peers\"?",
    ),
    (
        "[launchers.A]\nstrategies = [{ target_peers = 1 }]",
        ":2:15: launchers.A.strategies[0]: strategy is missing",
    ),
    (
        "[launchers.A]\nwalkers = [{ strategy = \"X\", peers = -2 }]",
        ":2:38: launchers.A.walkers[0].peers: -2 is out of range",
    ),
    (
        "[launchers.A]\nbootstrappers = [{ class = \"UdpBroadcastBootstraper\", init = {} }]",
        ":2:28: launchers.A.bootstrappers[0].class: unknown bootstrapper \"UdpBroadcastBootstraper\": did you mean \"UDPBroadcastBootstrapper\"?",
    ),
    (
        "[launchers.A]\nbootstrappers = [{ class = \"DispersyBootstrapper\", init = { timeout = 3 } }]",
        ":2:71: launchers.A.bootstrappers[0].options: unknown option \"timeout\": expected one of: ip_addresses,",
    ),
    (
        "[launchers.A]\non_start = [[1]]",
        ":2:14: launchers.A.on_start[0]: expected text, found a whole number",
    ),
    (
        "[launchers.A]\non_start = [[]]",
        ":2:13: launchers.A.on_start[0]: invalid value []: expected a list of a name and arguments",
    ),
    (
        "[launchers.A]\nsettings = {}\ninitialize = {}",
        ":3:14: launchers.A.initialize: initialize is another name of settings: remove one of the two",
    ),
    (
        "[[overlays]]\nmax_peers = 1",
        ":1:1: overlays[0]: class is missing",
    ),
    (
        "[[overlays]]\nclass = \"A\"\nstrategies = {}",
        ":3:14: overlays[0].strategies: expected a list, found a table",
    ),
    ("a = ", ":1:5: not valid TOML: "),
    ("a = 1\na = 2", ":2:1: not valid TOML: "),
    (
        "walk_interval = nan",
        ":1:17: not valid TOML: the number is not finite",
    ),
    (
        "max_peers = 99999999999999999999",
        ":1:13: not valid TOML: ",
    ),
];

#[test]
fn each_problem_names_its_place_and_its_fix() {
    let mut wrong = Vec::new();
    for (text, start) in WRONG {
        let found = problems(&toml(text));
        let start = format!("ipv8.toml{start}");
        match &found[..] {
            [problem] if problem.starts_with(&start) => {}
            _ => wrong.push(format!("{text}\nexpected {start}\n{found:#?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = "walk_interval = 0\nmax_peers = -2\nbotstrap = []\n[[keys]]\nbin = 1\n[[overlays]]\nclass = 3\n";
    let found = problems(&toml(text));
    let places: Vec<&str> = found
        .iter()
        .map(|text| text.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        places,
        [
            "ipv8.toml:1:17",
            "ipv8.toml:2:13",
            "ipv8.toml:3:1",
            "ipv8.toml:4:1",
            "ipv8.toml:5:7",
            "ipv8.toml:7:9"
        ],
        "{found:#?}"
    );
}

#[test]
fn json_is_strict() {
    for (text, start) in [
        ("", ":1:1: not valid JSON: the text is empty"),
        (
            "{} // comment",
            ":1:4: not valid JSON: Comments are not allowed",
        ),
        (
            "{\"walk_interval\": 1,}",
            ": not valid JSON: Trailing commas",
        ),
        ("{\"walk_interval\": 01}", ": not valid JSON: "),
        ("{\"walk_interval\": NaN}", ": not valid JSON: "),
        ("{'walk_interval': 1}", ": not valid JSON: "),
        ("{walk_interval: 1}", ": not valid JSON: "),
        (
            "{\"walk_interval\": 1 \"max_peers\": 1}",
            ": not valid JSON: ",
        ),
        (
            "{\"walk_interval\": 1,\n\"walk_interval\": 2}",
            ":2:1: duplicate name \"walk_interval\": remove this one",
        ),
        ("[]", ":1:1: expected a table, found a list"),
    ] {
        let found = problems(&json(text));
        let [problem] = &found[..] else {
            panic!("{text}: {found:#?}");
        };
        let (file, rest) = problem.split_at("ipv8.json".len());
        assert_eq!(file, "ipv8.json");
        assert!(rest.contains(start), "{text}: {problem}");
    }
}

#[test]
fn no_message_shows_a_private_key() {
    let bin = "TGliTmFDTFNLOmFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=";
    let secret = "SECRET";
    for text in [
        format!(
            "[[keys]]\nalias = \"{bin}\"\nfile = \"a\"\n[[keys]]\nalias = \"{bin}\"\nfile = \"b\""
        ),
        format!("[[keys]]\nalias = \"a\"\nbin = [\"{secret}\"]"),
        format!("[[keys]]\nalias = \"a\"\nbin = \"{secret}!\""),
        format!("[[keys]]\nalias = \"a\"\ngeneration = \"{bin}\"\nbin = \"{bin}\""),
        format!("[launchers.A]\nkey = \"{bin}\""),
        format!("max_peers = \"{bin}\""),
        format!("[launchers.\"{bin}\"]\n"),
        format!("[launchers.A]\ninitialize = {{ token = \"{bin}\" }}"),
        format!("interfaces = [\"{bin}\"]"),
        format!("[logger]\nlevel = \"{bin}\""),
        format!("[[keys]]\nalias = \"a\"\nbin = \"{bin}\n"),
        format!("[[keys]]\nalias = \"a\"\nbin = {bin}\n"),
        format!(
            "[[keys]]\nalias = \"a\"\nbin = \"{bin}\"\n[[overlays]]\nclass = \"DiscoveryCommunity\"\nkey = \"b\""
        ),
    ] {
        let read = toml(&text);
        let mut shown = problems(&read).join("\n");
        assert!(!shown.is_empty(), "{text}");
        shown += &format!(
            "{read:?}\n{}\n{}",
            read.effective(),
            read.effective().to_json()
        );
        assert!(
            !shown.contains("TGliTmFD") && !shown.contains("abcdefgh") && !shown.contains(secret),
            "{shown}"
        );
    }
}

#[test]
fn no_message_shows_the_name_of_a_variable_that_contains_a_private_key() {
    let bin = "TGliTmFDTFNLOmFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMzQ1";
    for name in [
        format!("IPV8_{bin}"),
        format!("IPV8_LAUNCHERS__{bin}__MAX_PEERS"),
        format!("IPV8_KEYS__0__{bin}"),
    ] {
        let read = variables(Config::new(), &[(&name, "1"), ("IPV8_MAX_PEERS", "5")]);
        let found = problems(&read);
        assert_eq!(
            found,
            ["variable IPV8_…: private key in the wrong place: move it to `keys[..].bin`"]
        );
        assert_eq!(read.max_peers, Some(5));
        assert!(!format!("{:?} {}", warnings(&read), read.effective()).contains("abcdefgh"));
    }
}
