//! Checks that the README and the architecture page are true: code, files and sizes.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_shown_expansion_matches_the_macros() {
    let readme = read("README.md");
    let (_, after) = readme
        .split_once("<!-- expansion -->\n```rust,ignore\n")
        .expect("the README shows an expansion");
    let (shown, _) = after.split_once("```").expect("the block ends");
    assert_eq!(shown, read("ipv8-macros/tests/snapshots/readme.rs"));
    assert!(shown.lines().count() <= 25, "the expansion is short");
}

#[test]
fn the_launcher_shown_is_the_one_expanded() {
    let readme = read("README.md");
    let stack = "#[overlay(\"my_module\", \"MyCommunity\")]\n\
                 #[walk_strategy(MyDiscoveryStrategy, target_peers = -1)]\n\
                 struct MyLauncher;";
    assert!(
        readme.contains(stack),
        "the README's example is the snapshot's input"
    );
}

/// Returns the links of a Markdown file that point into the repository.
fn links(page: &str) -> Vec<String> {
    let text = read(page);
    let targets = text.split("](").skip(1);
    let targets = targets.filter_map(|rest| rest.split([')', '#']).next());
    let local = targets.filter(|target| !target.is_empty() && !target.contains("://"));
    local.map(str::to_owned).collect()
}

#[test]
fn every_file_linked_exists() {
    for (page, folder) in [
        ("README.md", "."),
        ("ARCHITECTURE.md", "."),
        (".github/CONTRIBUTING.md", ".github"),
        (".github/SECURITY.md", ".github"),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(folder);
        for link in links(page) {
            assert!(folder.join(&link).exists(), "{page} links to {link}");
        }
    }
    assert!(links("README.md").len() >= 5);
}

/// Checks that the folders and files named on the architecture page exist.
#[test]
fn every_path_of_the_architecture_page_exists() {
    let page = read("ARCHITECTURE.md");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let crates = ["", "ipv8-core/src", "ipv8-macros/src", "examples", "tests"];
    let paths = page.split('`').skip(1).step_by(2);
    let paths = paths.filter(|path| path.contains('/') && !path.contains([' ', '{', ':']));
    let mut found = 0;
    for path in paths {
        let exists = crates
            .iter()
            .any(|part| root.join(part).join(path).exists());
        let inside = ["node", "engine", "overlay", "launch", "state"]
            .iter()
            .any(|floor| root.join("ipv8-core/src").join(floor).join(path).exists());
        assert!(exists || inside, "ARCHITECTURE.md names {path}");
        found += 1;
    }
    assert!(found > 20, "{found}");
}

#[test]
fn the_first_page_and_the_map_are_short() {
    for page in ["README.md", "ARCHITECTURE.md"] {
        assert!(read(page).len() <= 9 * 1024, "{page}");
    }
}
