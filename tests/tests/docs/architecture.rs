//! Checks the rules of ARCHITECTURE.md that the source shows: imports go down the floors and never
//! in a cycle, some names are allowed in one place only, and every folder documents its contents.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ipv8_tests::imports::{Import, Imports, circles};
use ipv8_tests::scan::{Source, crate_sources};

/// The floors of ipv8-core, from the bottom up: each floor imports only from earlier ones.
const FLOORS: &str = "support crypto wire state overlay engine communities config node launch";

/// Next to the floor `node`: it imports from the floors below that one.
const BESIDE_NODE: &str = "testing";

/// Files that only re-export names or hold text: they may name anything.
const EXEMPT: [&str; 5] = ["lib", "guide", "prelude", "private", "internals"];

/// Names that are restricted to some places: the names, and how the paths of those places begin.
const PLACES: &[(&str, &str)] = &[
    // Nothing below `node` shares state behind a caller's back.
    ("Mutex, RwLock, RefCell, Cell, LazyLock", "node/, launch/"),
    ("AtomicBool, AtomicUsize, AtomicU64", "node/, launch/"),
    // Values that depend on a key or a curve alone are computed once.
    ("OnceLock", "crypto/, node/, launch/"),
    ("inventory", "launch/registry.rs"),
    // Types are erased where an overlay meets the engine, for messages and tasks that are sent to
    // their community, and for the launchers and the session of a launch.
    (
        "dyn Any",
        "engine/overlays/, overlay/community/, overlay/context/, launch/session.rs, \
         launch/community_type.rs, launch/launcher_type.rs",
    ),
    (
        "dyn Bootstrapper",
        "overlay/bootstrap/, overlay/introduction/bootstrap.rs",
    ),
    ("dyn DiscoveryStrategy", "engine/overlays/"),
    // One place decides which nodes become peers; a test makes its nodes peers at once.
    ("verified.insert", "state/network/verified.rs"),
    (
        "add_verified_peer",
        "state/network/, overlay/introduction/, testing/",
    ),
    ("PeerChange::Added", "state/network/, engine/"),
    ("unsafe, thread_local", "nowhere"),
];

fn root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder)
}

static CORE: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let sources = crate_sources(&root("ipv8-core/src"));
    assert!(sources.len() > 80, "only {} files", sources.len());
    sources
});

/// Returns the first folder or file of a path, without its extension.
fn floor(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or(path)
}

/// Returns the problem of an import, if there is one.
fn misplaced(import: &Import) -> Option<String> {
    let (from, to, line) = (&import.from, &import.to, import.line);
    let (above, below) = (floor(from), floor(to));
    // Macros name the hidden module `__private` of lib.rs, which only re-exports.
    let is_generated = to == "lib.rs" && import.item == "__private";
    if above == below || EXEMPT.contains(&above) || is_generated {
        return None;
    }
    let height = |name: &str| {
        let name = if name == BESIDE_NODE { "node" } else { name };
        FLOORS.split(' ').position(|floor| floor == name)
    };
    match (height(above), height(below)) {
        (Some(above), Some(below)) if above > below => None,
        (Some(_), Some(_)) => Some(format!(
            "{from}:{line}: imports from {to}, which is not below"
        )),
        _ => Some(format!(
            "{from}:{line}: imports from {to}, which is on no floor"
        )),
    }
}

/// Returns the names in a file that are restricted to other places.
fn names(source: &Source) -> Vec<String> {
    let is_here = |places: &str| {
        let mut places = places.split(", ");
        places.any(|place| source.path.starts_with(place))
    };
    let elsewhere = PLACES.iter().filter(|(_, places)| !is_here(places));
    let mut wrong = Vec::new();
    for name in elsewhere.flat_map(|(names, _)| names.split(", ")) {
        for line in source.lines_naming(name) {
            wrong.push(format!("{}:{line}: names `{name}`", source.path));
        }
    }
    wrong
}

/// Returns `true` if a text opens with a `//!` comment of at least two sentences.
fn introduces_itself(text: &str) -> bool {
    let opening = text.lines().map_while(|line| line.strip_prefix("//!"));
    let opening = opening.collect::<String>() + " ";
    let behind_ends = opening.split(['.', '!', '?']).skip(1);
    behind_ends.filter(|rest| rest.starts_with(' ')).count() >= 2
}

#[test]
fn imports_only_go_down() {
    let imports = Imports::new("ipv8_core", &CORE).all();
    let wrong: Vec<String> = imports.iter().filter_map(misplaced).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let macros = crate_sources(&root("ipv8-macros/src"));
    let mut found = circles(&Imports::new("ipv8_core", &CORE).all());
    found.extend(circles(&Imports::new("ipv8_macros", &macros).all()));
    let count = found.len();
    assert!(found.is_empty(), "{count} circles\n{}", found.join("\n"));
}

#[test]
fn some_things_are_named_in_one_place_only() {
    let wrong: Vec<String> = CORE.iter().flat_map(names).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_crate_of_the_workspace_has_unsafe_code() {
    for folder in ["ipv8-core/src", "ipv8-macros/src", "examples", "tests/src"] {
        for source in crate_sources(&root(folder)) {
            assert_eq!(source.lines_naming("unsafe"), [0; 0], "{}", source.path);
        }
    }
}

#[test]
fn every_folder_documents_its_contents() {
    for crate_root in ["ipv8-core/src", "ipv8-macros/src"].map(root) {
        let files = crate_sources(&crate_root)
            .into_iter()
            .map(|source| source.path);
        let silent = files
            .filter(|path| path.ends_with("mod.rs"))
            .filter(|path| {
                let text = fs::read_to_string(crate_root.join(path)).expect("the file is readable");
                !introduces_itself(&text)
            });
        assert_eq!(silent.collect::<Vec<_>>(), [""; 0]);
    }
}

/// Returns the problems of a small crate around a planted file.
fn planted(path: &str, text: &str) -> Vec<String> {
    let sources = [
        ("lib.rs", "pub use node::Ipv8; pub use state::Peer;"),
        ("wire/mod.rs", "pub use field::{self, Field};"),
        ("wire/field.rs", "pub struct Field;"),
        ("state/mod.rs", "pub use peer::*; pub use table::Table;"),
        ("state/peer.rs", "use crate::wire::Field; pub struct Peer;"),
        ("state/table.rs", "use super::Peer; pub struct Table;"),
        ("node/mod.rs", "pub use handle::Ipv8;"),
        ("node/handle.rs", "use super::wait; pub struct Ipv8;"),
        (path, text),
    ];
    let sources = sources.map(|(path, text)| Source::new(path, text));
    let imports = Imports::new("ipv8_core", &sources).all();
    let mut wrong: Vec<String> = imports.iter().filter_map(misplaced).collect();
    wrong.extend(circles(&imports));
    wrong.extend(sources.iter().flat_map(names));
    wrong
}

#[test]
fn planted_violations_are_found() {
    for (path, text, expected) in [
        (
            "wire/a.rs",
            "fn f(of: &crate::Ipv8) {}",
            "wire/a.rs:1: imports from node/handle.rs, which is not below",
        ),
        (
            "wire/a.rs",
            "\nuse crate::{\n    node::{Ipv8 as Node},\n};",
            "wire/a.rs:3: imports from node/handle.rs, which is not below",
        ),
        (
            "testing/mod.rs",
            "use super::node; fn f() { node::Ipv8::new() }",
            "testing/mod.rs:1: imports from node/handle.rs, which is not below",
        ),
        (
            "wire/a.rs",
            "#[macro_export] macro_rules! up { () => { $crate::state::Table } }",
            "wire/a.rs:1: imports from state/table.rs, which is not below",
        ),
        (
            "nowhere.rs",
            "use crate::Peer;",
            "nowhere.rs:1: imports from state/peer.rs, which is on no floor",
        ),
        (
            "state/peer.rs",
            "use super::table::Table; pub struct Peer;",
            "state/peer.rs, state/table.rs\n  state/peer.rs imports `Table` from state/table.rs\n  \
             state/table.rs imports `Peer` from state/peer.rs",
        ),
        (
            "node/mod.rs",
            "pub use handle::Ipv8; fn wait(node: Ipv8) {}",
            "node/handle.rs, node/mod.rs\n  node/handle.rs imports `wait` from node/mod.rs\n  \
             node/mod.rs imports `Ipv8` from node/handle.rs",
        ),
        (
            "config.rs",
            "type S = Mutex<u8>;",
            "config.rs:1: names `Mutex`",
        ),
        ("node/a.rs", "unsafe { }", "node/a.rs:1: names `unsafe`"),
    ] {
        let found = planted(path, text);
        assert!(found.iter().any(|wrong| wrong == expected), "{found:#?}");
    }
    assert!(!introduces_itself(
        "//! One sentence,\n//! version 1.2 of it.\nuse a;"
    ));
}

#[test]
fn apparent_violations_are_accepted() {
    for text in [
        "// use crate::node::Ipv8;\n/* unsafe */",
        "/// See [`crate::node::Ipv8`] and Mutex.\nfn f() {}",
        "const TEXT: &str = \"use crate::node and a \\\" Mutex\";",
        "const TEXT: &str = r#\"unsafe \" Mutex\"#; const C: char = '\"'; // Mutex",
        "#[cfg(test)]\nmod tests { use crate::node::Ipv8; fn f() { Mutex::new(1); } }",
        "fn f(my_mutex: u8, Mutexes: u8) {}\nuse othercrate::node::Ipv8;",
        "use super::field::Field; use crate::wire; fn f() { wire::field::new() }",
    ] {
        assert_eq!(planted("wire/a.rs", text), [""; 0], "{text}");
    }
    assert!(introduces_itself("//! What is here.\n//! And why.\nuse a;"));
}
