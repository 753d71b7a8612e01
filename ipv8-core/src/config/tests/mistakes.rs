//! What is wrong is told, all of it, each with its place and what would do.

use super::{json, problems, toml};

/// Each line of a TOML text, and how the problem with it begins.
const WRONG: &[(&str, &str)] = &[
    (
        "interfaces = \"0.0.0.0:8090\"",
        ":1:14: interfaces: expected a list, found text",
    ),
    (
        "interfaces = [\"localhost:1\"]",
        ":1:15: interfaces[0]: \"localhost:1\" will not do: give an address and a port",
    ),
    (
        "interfaces = [{ interface = \"UDPIPv5\" }]",
        ":1:29: interfaces[0].interface: unknown interface \"UDPIPv5\": did you mean \"UDPIPv4\"?",
    ),
    (
        "interfaces = [{ interface = \"UDPIPv4\", ip = \"::1\" }]",
        ":1:45: interfaces[0].ip: \"::1\" will not do: give an IPv4 address",
    ),
    (
        "interfaces = [{ ip = \"127.0.0.1\" }]",
        ":1:15: interfaces[0]: interface is missing: name one of",
    ),
    (
        "interfaces = [{ interface = \"UDPIPv4\", port = 65536 }]",
        ":1:47: interfaces[0].port: 65536 will not do: give a port",
    ),
    (
        "walk_interval = 0",
        ":1:17: walk_interval: 0 will not do: give seconds above 0",
    ),
    (
        "walk_interval = \"0.5\"",
        ":1:17: walk_interval: expected a number, found text",
    ),
    (
        "walk_interval = 1\nwalker_interval = 1",
        ":2:19: walker_interval: walk_interval, also called walker_interval, is given twice",
    ),
    (
        "cores = 0",
        ":1:9: cores: 0 will not do: give a number of cores from 1 to 1024",
    ),
    (
        "walk_scaling_limit = -1",
        ":1:22: walk_scaling_limit: -1 will not do: give seconds above 0",
    ),
    (
        "max_datagram = 65508",
        ":1:16: max_datagram: 65508 will not do: give a number of bytes from 1 to 65507",
    ),
    (
        "max_peers = -2",
        ":1:13: max_peers: -2 will not do: give a number of peers, or -1",
    ),
    (
        "max_peers = 1.5",
        ":1:13: max_peers: expected a number of peers, or -1 for no limit, found a number with a fraction",
    ),
    (
        "bootstrap = [\"127.0.0.1:0\"]",
        ":1:13: bootstrap: \"127.0.0.1:0\" will not do: give the address and port of a tracker",
    ),
    (
        "seed = \"00\"",
        ":1:8: seed: \"00\" will not do: give 32 bytes",
    ),
    (
        "[logger]\nlevel = \"VERBOSE\"",
        ":2:9: logger.level: unknown level \"VERBOSE\": there are CRITICAL,",
    ),
    (
        "[network]\nmax_peers = -1",
        ":2:13: network: option \"max_peers\" is -1, which is out of range",
    ),
    (
        "[network]\nmax_per = 1",
        ":2:11: network: unknown option \"max_per\"",
    ),
    (
        "pacing = 1",
        ":1:10: pacing: option \"enabled\" is of type bool",
    ),
    (
        "[pacing]\nrate = 0",
        ":2:8: pacing: option \"rate\" is 0, which is out of range",
    ),
    (
        "[pacing]\nspeed = 1",
        ":2:9: pacing: unknown option \"speed\"",
    ),
    ("[[keys]]\nfile = \"a\"", ":1:1: keys[0]: alias is missing"),
    (
        "[[keys]]\nalias = \"a\"",
        ":1:1: keys[0]: the source of the key is missing: give a file",
    ),
    (
        "[[keys]]\nalias = \"a\"\ngeneration = \"curve25518\"",
        ":3:14: keys[0].generation: unknown generation \"curve25518\": did you mean \"curve25519\"?",
    ),
    (
        "[[keys]]\nalias = \"a\"\ngeneration = \"medium\"",
        ":3:14: keys[0].generation: a key of generation \"medium\" cannot sign here",
    ),
    (
        "[[keys]]\nalias = \"a\"\nbin = \"???\"",
        ":3:7: keys[0].bin: the base64 of the private key is broken",
    ),
    (
        "[[keys]]\nalias = \"a\"\nfile = \"f\"\n[[keys]]\nalias = \"a\"\nfile = \"g\"",
        ":4:1: keys[1]: the key \"a\" is given twice",
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
        "[launchers.A]\nwalkers = [{ peers = 1 }]",
        ":2:12: launchers.A.walkers[0]: strategy is missing",
    ),
    (
        "[launchers.A]\nwalkers = [{ strategy = \"X\", peers = -2 }]",
        ":2:38: launchers.A.walkers[0].peers: -2 will not do",
    ),
    (
        "[launchers.A]\nbootstrappers = [{ class = \"UdpBroadcastBootstraper\", init = {} }]",
        ":2:28: launchers.A.bootstrappers[0].class: unknown bootstrapper \"UdpBroadcastBootstraper\": did you mean \"UDPBroadcastBootstrapper\"?",
    ),
    (
        "[launchers.A]\nbootstrappers = [{ class = \"DispersyBootstrapper\", init = { timeout = 3 } }]",
        ":2:71: launchers.A.bootstrappers[0].init: unknown option \"timeout\": there are ip_addresses,",
    ),
    (
        "[launchers.A]\non_start = [[1]]",
        ":2:14: launchers.A.on_start[0]: expected text, found a whole number",
    ),
    (
        "[launchers.A]\non_start = [[]]",
        ":2:13: launchers.A.on_start[0]: [] will not do: give a list of a name and arguments",
    ),
    (
        "[launchers.A]\nsettings = {}\ninitialize = {}",
        ":2:12: launchers.A.settings: initialize, also called settings, is given twice",
    ),
    (
        "[[overlays]]\nmax_peers = 1",
        ":1:1: overlays[0]: class is missing",
    ),
    (
        "[[overlays]]\nclass = \"A\"\nstrategies = {}",
        ":3:1: overlays[0]: unknown setting \"strategies\"",
    ),
    ("a = ", ":1:5: this is no TOML: "),
    ("a = 1\na = 2", ":2:1: this is no TOML: "),
    (
        "walk_interval = nan",
        ":1:17: this is no TOML: a number that is not finite",
    ),
    (
        "max_peers = 99999999999999999999",
        ":1:13: this is no TOML: ",
    ),
];

#[test]
fn each_mistake_is_told_with_its_place_and_its_mend() {
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
fn all_mistakes_are_told_at_once() {
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
            "ipv8.toml:4:1",
            "ipv8.toml:5:7",
            "ipv8.toml:7:9",
            "ipv8.toml:3:1"
        ],
        "{found:#?}"
    );
}

#[test]
fn json_is_strict() {
    for (text, start) in [
        ("", ":1:1: this is no JSON: it is empty"),
        (
            "{} // comment",
            ":1:4: this is no JSON: Comments are not allowed",
        ),
        (
            "{\"walk_interval\": 1,}",
            ": this is no JSON: Trailing commas",
        ),
        ("{\"walk_interval\": 01}", ": this is no JSON: "),
        ("{\"walk_interval\": NaN}", ": this is no JSON: "),
        ("{'walk_interval': 1}", ": this is no JSON: "),
        ("{walk_interval: 1}", ": this is no JSON: "),
        (
            "{\"walk_interval\": 1 \"max_peers\": 1}",
            ": this is no JSON: ",
        ),
        (
            "{\"walk_interval\": 1,\n\"walk_interval\": 2}",
            ":2:1: \"walk_interval\" is given twice: remove this one",
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
