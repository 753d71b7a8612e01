//! What the README shows is so.

use std::fs;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::{collections::BTreeSet, process::Command};

use ipv8_core::prelude::*;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_expansion_shown_is_what_the_macros_write() {
    let readme = read("README.md");
    let (_, after) = readme
        .split_once("<!-- expansion -->\n```rust,ignore\n")
        .expect("the README shows an expansion");
    let (shown, _) = after.split_once("```").expect("the block ends");
    assert_eq!(shown, read("ipv8-macros/tests/snapshots/readme.rs"));
    assert!(shown.lines().count() <= 25, "short and dull");
}

#[test]
fn the_launcher_shown_is_the_one_expanded() {
    let readme = read("README.md");
    let stack = "#[overlay(\"my_module\", \"MyCommunity\")]\n#[walk_strategy(MyDiscoveryStrategy, target_peers = -1)]\nstruct MyLauncher;";
    assert!(
        readme.contains(stack),
        "the README's example is the snapshot's input"
    );
}

#[derive(Default)]
struct MyDiscoveryStrategy;

impl<C: Community> DiscoveryStrategy<C> for MyDiscoveryStrategy {
    fn take_step(&mut self, _community: &mut C, _cx: &mut Context<'_>) {}
}

#[overlay(ipv8_tests::quiet::Quiet)]
#[walk_strategy(MyDiscoveryStrategy, target_peers = -1)]
struct MyLauncher;

#[test]
fn the_configuration_shown_is_accepted() {
    let readme = read("README.md");
    let (_, after) = readme
        .split_once("<!-- configuration -->\n```toml\n")
        .expect("a configuration");
    let (shown, _) = after.split_once("```").expect("the block ends");
    let check = |text: &str| {
        let configuration = Config::new().toml("README.md", text);
        let launchers = Launchers::new()
            .with(MyLauncher)
            .configuration(configuration);
        launchers.check().map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(check(shown), Ok(()));
    let slip = shown.replace(
        "strategies.MyDiscoveryStrategy",
        "strategies.MyDiscoverStrategy",
    );
    let error = check(&slip).expect_err("a slip of the pen is noticed");
    assert!(error.contains("MyDiscoveryStrategy"), "{error}");
}

#[test]
fn the_tutorials_shown_are_those_of_the_guide() {
    let guide = read("ipv8-core/src/guide/tutorials.md");
    let (_, table) = guide.split_once("| tutorial |").expect("a table");
    let (table, _) = table.split_once("\n\n").expect("the table ends");
    assert!(read("README.md").contains(table), "{table}");
}

#[test]
fn every_file_named_exists() {
    for name in [
        "hello_overlay",
        "node",
        "tracker",
        "quickstart",
        "command_line",
        "topology",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/examples");
        let there = folder.join(format!("{name}.rs")).exists()
            || folder.join(name).join("main.rs").exists();
        assert!(there, "example {name}");
    }
    for file in ["ARCHITECTURE.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(!read(file).is_empty(), "{file}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_quickstart_is_built_from_as_many_crates_as_it_says() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--package=ipv8-examples"])
        .args(["--edges=normal,build", "--prefix=none", "--format={p}"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).expect("text");
    // Name and version; our own crates have a path behind them.
    let crates: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter(|line| !line.contains("(/"))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or(rest)))
        .collect();
    let said = format!("built from {} crates", crates.len());
    let readme = read("README.md").replace('\n', " ");
    assert!(readme.contains(&said), "{said}: {crates:?}");
}
