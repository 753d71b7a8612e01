//! Reading never panics, and every problem has a place.

use proptest::prelude::*;

use super::{json, problems, toml, variables};
use crate::config::Config;

const TOML: &str = "walk_interval = 0.5\ninterfaces = [\"0.0.0.0:8090\"]\nbootstrap = [\"127.0.0.1:1\"]\n[logger]\nlevel = \"INFO\"\n[[keys]]\nalias = \"a\"\nfile = \"f\"\n[launchers.My]\nkey = \"a\"\nstrategies = [{ strategy = \"RandomWalk\", target_peers = 20, options = { timeout = 3.0 } }]\nbootstrappers = [{ class = \"DispersyBootstrapper\", init = {} }]\non_start = [[\"go\", 1]]\n";
const JSON: &str = r#"{"interfaces": [{"interface": "UDPIPv4", "ip": "0.0.0.0", "port": 8090}], "keys": [{"alias": "a", "generation": "curve25519", "file": ""}], "logger": {"level": "INFO"}, "working_directory": ".", "walker_interval": 0.5, "overlays": [{"class": "DiscoveryCommunity", "key": "a", "walkers": [{"strategy": "RandomWalk", "peers": 20, "init": {"timeout": 3.0}}], "bootstrappers": [{"class": "DispersyBootstrapper", "init": {"ip_addresses": [["127.0.0.1", 1]]}}], "initialize": {}, "on_start": [["go", 1]]}]}"#;

/// Returns a valid text with some pieces removed, repeated or replaced.
fn mutated(text: &'static str) -> impl Strategy<Value = String> {
    let pieces = [
        "",
        "null",
        "[]",
        "{}",
        "-1",
        "1e999",
        "\"",
        "ü",
        "\u{0}",
        "[[[",
        "99999999999999999999",
        "true",
        "\n",
        "#",
        ",",
    ];
    let edit = (
        0..text.len(),
        0..40_usize,
        prop::sample::select(pieces.to_vec()),
    );
    prop::collection::vec(edit, 0..6).prop_map(move |edits| {
        let mut changed = text.to_owned();
        for (at, length, piece) in edits {
            let letters: Vec<char> = changed.chars().collect();
            let (at, end) = (at.min(letters.len()), (at + length).min(letters.len()));
            changed = letters[..at].iter().collect::<String>()
                + piece
                + &letters[end..].iter().collect::<String>();
        }
        changed
    })
}

fn every_problem_has_a_place(configuration: &Config) {
    for problem in problems(configuration) {
        let starts = [
            "ipv8.toml:",
            "ipv8.json:",
            "variable ",
            "interfaces",
            "walk_interval",
            "bootstrap",
        ];
        let placed = starts.iter().any(|start| problem.starts_with(start));
        assert!(placed, "{problem}");
    }
    let _ = (
        configuration.effective().to_string(),
        configuration.effective().to_json(),
    );
}

#[test]
fn the_unchanged_texts_are_valid() {
    assert_eq!(problems(&toml(TOML)), [""; 0]);
    assert_eq!(problems(&json(JSON)), [""; 0]);
}

proptest! {
    #[test]
    fn arbitrary_text_is_read_or_rejected(text in any::<String>()) {
        every_problem_has_a_place(&toml(&text));
        every_problem_has_a_place(&json(&text));
    }

    #[test]
    fn mutated_toml_is_read_or_rejected(text in mutated(TOML)) {
        every_problem_has_a_place(&toml(&text));
    }

    #[test]
    fn mutated_json_is_read_or_rejected(text in mutated(JSON)) {
        every_problem_has_a_place(&json(&text));
    }

    #[test]
    fn arbitrary_variables_are_read_or_rejected(
        names in prop::collection::vec("IPV8_[A-Za-z_0-9]{0,30}", 0..5),
        value in any::<String>(),
    ) {
        let given: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), value.as_str())).collect();
        every_problem_has_a_place(&variables(Config::new(), &given));
    }
}

#[test]
fn deep_nesting_is_rejected() {
    let deep = "[".repeat(100_000);
    every_problem_has_a_place(&toml(&format!("a = {deep}")));
    every_problem_has_a_place(&json(&deep));
    let tables = "a.".repeat(50_000);
    every_problem_has_a_place(&toml(&format!("{tables}b = 1")));
    let name = format!("IPV8_{}", "A__".repeat(10_000));
    every_problem_has_a_place(&variables(Config::new(), &[(&name, "1")]));
    let value = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    every_problem_has_a_place(&variables(Config::new(), &[("IPV8_BOOTSTRAP", &value)]));
}
