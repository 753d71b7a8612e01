//! The invariants of ARCHITECTURE.md that can be read off the source: imports go down, floors 0 to 6
//! touch neither the world nor its clock, and some things happen in one place only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use ipv8_tests::scan::{Source, crate_sources};

/// What only floor 7 may name.
const WORLD: [&str; 33] = [
    "tokio",
    "socket2",
    "getrandom",
    "tempfile",
    "inventory",
    "UdpSocket",
    "TcpStream",
    "TcpListener",
    "UnixStream",
    "UnixDatagram",
    "UnixListener",
    "ToSocketAddrs",
    "std::fs",
    "std::thread",
    "std::env",
    "std::process",
    "std::io",
    "fs::File",
    "OpenOptions",
    "thread::spawn",
    "thread::sleep",
    "env::var",
    "process::exit",
    "Instant::now",
    "SystemTime",
    "elapsed",
    "thread_rng",
    "rand::rng",
    "from_os_rng",
    "from_entropy",
    "OsRng",
    "println",
    "eprintln",
];

/// Locks and other state that is shared behind one's back: floor 7 only.
const SHARED_STATE: [&str; 10] = [
    "Mutex",
    "RwLock",
    "RefCell",
    "Cell",
    "OnceLock",
    "LazyLock",
    "AtomicU64",
    "AtomicUsize",
    "AtomicBool",
    "thread_local",
];

/// Where a name may stand: the name, and what the paths begin with.
const ONE_PLACE: &[(&str, &[&str])] = &[
    // What follows from a key or a curve alone, computed once.
    ("OnceLock", &["crypto/"]),
    ("inventory", &["launcher/registry.rs"]),
    // A session has its type back for each call of a launcher.
    (
        "downcast_mut",
        &[
            "overlay/",
            "engine/assemble.rs",
            "launcher/session.rs",
            "context/request_cache.rs",
        ],
    ),
    (
        "downcast_ref",
        &[
            "overlay/",
            "engine/assemble.rs",
            "launcher/session.rs",
            "context/request_cache.rs",
        ],
    ),
    ("as_any_mut", &["overlay/"]),
    ("as_any", &["overlay/"]),
    // Messages on their way to the handler of their type, what a request keeps for its answer, and tasks, whose
    // community an overlay's state does not know.
    (
        "downcast",
        &["community/messages.rs", "community/requests.rs", "context"],
    ),
    (
        "dyn Any",
        &["overlay/", "community/", "context", "launcher/session.rs"],
    ),
    (
        "dyn Bootstrapper",
        &["bootstrap/", "introduction/bootstrap.rs"],
    ),
    ("dyn DiscoveryStrategy", &["overlay/"]),
    ("verified.insert", &["network/verified.rs"]),
    // A test makes its nodes peers without a message.
    (
        "add_verified_peer",
        &["network/", "introduction/", "test_base/"],
    ),
    ("PeerChange::Added", &["network/", "engine/"]),
];

/// The modules beside the tower.
const BESIDE: [&str; 2] = ["communities", "test_base"];

/// What only floor 7 may name, but for this one file: an `Instant` cannot be made of anything else, and virtual time has
/// to begin somewhere.
const ORIGIN: (&str, &str) = ("Instant::now", "test_base/origin.rs");

/// The floor of each module, as the documentation of the library lists them.
fn floors() -> BTreeMap<String, u8> {
    let lib = include_str!("../../../ipv8-core/src/lib.rs");
    let mut floors = BTreeMap::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! | ")) {
        let Some(floor) = line
            .split(' ')
            .next()
            .and_then(|number| number.parse().ok())
        else {
            continue;
        };
        for module in line
            .split("[`")
            .skip(1)
            .filter_map(|rest| rest.split('`').next())
        {
            let module = module.trim_start_matches("mod@");
            assert!(
                floors.insert(module.to_owned(), floor).is_none(),
                "{module} stands twice"
            );
        }
    }
    // Beside the tower, on floors 0 to 6.
    floors.extend(BESIDE.map(|module| (module.to_owned(), 6)));
    floors
}

/// In which module an item of the crate's root is: `Peer` is in `peer`.
fn homes(sources: &[Source]) -> BTreeMap<String, String> {
    let mut homes = BTreeMap::new();
    for source in sources {
        let module = source
            .module()
            .first()
            .map_or("", |module| module)
            .to_owned();
        for (at, _) in source.code.match_indices("macro_rules! ") {
            let name = source.code[at + "macro_rules! ".len()..]
                .split(' ')
                .next()
                .unwrap_or("");
            homes.insert(name.to_owned(), module.clone());
        }
        if source.path != "lib.rs" {
            continue;
        }
        for line in source.code.split("pub use ").skip(1) {
            let Some((module, items)) = line
                .split(';')
                .next()
                .and_then(|line| line.split_once("::"))
            else {
                continue;
            };
            for item in items
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .filter(|item| !item.is_empty())
            {
                homes.insert(item.to_owned(), module.to_owned());
            }
        }
    }
    homes
}

/// What is wrong with the imports of one file, and which module uses which in it.
fn imports(source: &Source) -> (Vec<String>, Uses) {
    let (floors, homes) = (&*FLOORS, &*HOMES);
    let (mut wrong, mut uses) = (Vec::new(), BTreeSet::new());
    let module = source.module();
    let Some(module) = module
        .first()
        .filter(|module| !["prelude", "private"].contains(module))
    else {
        return (wrong, uses);
    };
    let path = &source.path;
    let Some(floor) = floors.get(*module) else {
        return (
            vec![format!("{path}: the module `{module}` stands on no floor")],
            uses,
        );
    };
    for (name, line) in source.root_names() {
        let home = homes.get(&name).filter(|_| !floors.contains_key(&name));
        let used = home.unwrap_or(&name);
        match floors.get(used) {
            // The macros are a crate of their own, below everything.
            None if used == "ipv8_macros" => {}
            None => wrong.push(format!("{path}:{line}: `crate::{name}` stands on no floor")),
            Some(below) if below > floor => {
                wrong.push(format!(
                    "{path}:{line}: floor {floor} uses `{used}` of floor {below}"
                ));
            }
            Some(_) => {
                uses.insert(((*module).to_owned(), used.clone()));
            }
        }
    }
    (wrong, uses)
}

/// What one file names that it may not.
fn names(source: &Source) -> Vec<String> {
    let module = source
        .module()
        .first()
        .and_then(|module| FLOORS.get(*module));
    let below_the_world = module.is_some_and(|floor| *floor < 7);
    let is_here = |places: &[&str]| places.iter().any(|place| source.path.starts_with(place));
    let placed: BTreeMap<&str, bool> = ONE_PLACE
        .iter()
        .map(|(name, places)| (*name, is_here(places)))
        .collect();
    let forbidden = WORLD
        .iter()
        .chain(&SHARED_STATE)
        .filter(|_| below_the_world);
    let forbidden = forbidden.filter(|name| !placed.contains_key(**name));
    let elsewhere = placed
        .iter()
        .filter(|(_, here)| !**here)
        .map(|(name, _)| name);
    let mut wrong = Vec::new();
    for name in forbidden.chain(elsewhere).chain(&["unsafe"]) {
        // Floor 7 computes nothing once and for all; it may have its locks.
        if *name == "OnceLock" && !below_the_world {
            continue;
        }
        if (*name, source.path.as_str()) == ORIGIN {
            continue;
        }
        for line in source.lines_naming(name) {
            wrong.push(format!("{}:{line}: names `{name}`", source.path));
        }
    }
    wrong
}

/// A way from a module over others back to itself, among the modules of one floor.
fn cycle(uses: &Uses) -> Option<Vec<String>> {
    let floors = &*FLOORS;
    let next = |module: &str| {
        let same = |(from, to): &&(String, String)| {
            from == module && from != to && floors.get(from) == floors.get(to)
        };
        uses.iter()
            .filter(same)
            .map(|(_, to)| to.clone())
            .collect::<Vec<_>>()
    };
    floors.keys().find_map(|start| {
        let mut ways = vec![vec![start.clone()]];
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop() {
            for to in next(way.last()?) {
                let mut longer = way.clone();
                longer.push(to.clone());
                if to == *start {
                    return Some(longer);
                }
                if seen.insert(to) {
                    ways.push(longer);
                }
            }
        }
        None
    })
}

type Uses = BTreeSet<(String, String)>;

static FLOORS: LazyLock<BTreeMap<String, u8>> = LazyLock::new(floors);

static HOMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| homes(&SOURCES));

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let sources = crate_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../ipv8-core/src"));
    assert!(
        sources.len() > 80,
        "only {} files were found",
        sources.len()
    );
    sources
});

static USES: LazyLock<Vec<Uses>> =
    LazyLock::new(|| SOURCES.iter().map(|source| imports(source).1).collect());

#[test]
fn imports_only_go_down() {
    let wrong: Vec<_> = SOURCES
        .iter()
        .flat_map(|source| imports(source).0)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_of_one_floor_do_not_use_each_other_in_a_circle() {
    assert_eq!(cycle(&USES.iter().flatten().cloned().collect()), None);
}

#[test]
fn the_world_is_named_on_floor_7_only_and_some_things_in_one_place() {
    let wrong: Vec<_> = SOURCES.iter().flat_map(names).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_stands_on_a_floor_and_in_the_architecture_page() {
    let (floors, page) = (&*FLOORS, include_str!("../../../ARCHITECTURE.md"));
    let modules: BTreeSet<String> = SOURCES
        .iter()
        .filter_map(|source| source.module().first().map(|module| (*module).to_owned()))
        .filter(|module| !["prelude", "private"].contains(&module.as_str()))
        .collect();
    let listed: BTreeSet<String> = floors.keys().cloned().collect();
    assert_eq!(listed, modules);
    for (module, floor) in floors
        .iter()
        .filter(|(module, _)| !BESIDE.contains(&module.as_str()))
    {
        let line = page
            .lines()
            .find(|line| line.starts_with(&format!("{floor}  ")))
            .expect("the floor");
        assert!(
            line.contains(module.as_str()),
            "{module} is not on floor {floor} of ARCHITECTURE.md"
        );
    }
}

#[test]
fn no_crate_of_the_workspace_has_unsafe_code() {
    for folder in ["ipv8-core/src", "ipv8-macros/src", "examples", "tests/src"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(folder);
        for source in crate_sources(&folder) {
            assert_eq!(source.lines_naming("unsafe"), [0; 0], "{}", source.path);
        }
    }
}

/// What a file with this text at this path would be blamed for.
fn blame(path: &str, text: &str) -> Vec<String> {
    let planted = Source::new(path, text);
    let (mut wrong, uses) = imports(&planted);
    wrong.extend(names(&planted));
    let uses = USES.iter().flatten().cloned().chain(uses).collect();
    wrong.extend(cycle(&uses).map(|way| way.join(" > ")));
    wrong
}

#[test]
fn planted_violations_are_found() {
    let planted = [
        (
            "peer.rs",
            "use crate::engine::Engine;",
            "peer.rs:1: floor 2 uses `engine` of floor 5",
        ),
        (
            "peer.rs",
            "\nfn f(e: &crate::Ipv8) {}",
            "peer.rs:2: floor 2 uses `runtime` of floor 7",
        ),
        (
            "address.rs",
            "use crate::{\n    wire::Reader,\n    peer::{Peer, PeerId},\n};",
            "address.rs:1: floor 0 uses `peer` of floor 2",
        ),
        (
            "network/known.rs",
            "use super::super::context::Context;",
            "network/known.rs:1: floor 2 uses `context` of floor 3",
        ),
        (
            "peer.rs",
            "use super::context::Context;",
            "peer.rs:1: floor 2 uses `context` of floor 3",
        ),
        (
            "scheduler.rs",
            "crate::launcher_meta!();",
            "scheduler.rs:1: floor 5 uses `plan` of floor 6",
        ),
        (
            "peer.rs",
            "use crate::nowhere::Thing;",
            "peer.rs:1: `crate::nowhere` stands on no floor",
        ),
        (
            "nowhere.rs",
            "",
            "nowhere.rs: the module `nowhere` stands on no floor",
        ),
        (
            "context.rs",
            "use crate::introduction::SignedBy;",
            "context > introduction > context",
        ),
        (
            "engine/mod.rs",
            "let now = Instant::now();",
            "engine/mod.rs:1: names `Instant::now`",
        ),
        (
            "engine/mod.rs",
            "fn f() { std::thread::sleep(d) }",
            "engine/mod.rs:1: names `std::thread`",
        ),
        (
            "config.rs",
            "use std::net::UdpSocket;",
            "config.rs:1: names `UdpSocket`",
        ),
        ("config.rs", "use std::fs;", "config.rs:1: names `std::fs`"),
        (
            "communities/tracker.rs",
            "use tokio::net;",
            "communities/tracker.rs:1: names `tokio`",
        ),
        (
            "context.rs",
            "struct Shared { inner: Arc<Mutex<u8>> }",
            "context.rs:1: names `Mutex`",
        ),
        (
            "launcher/launch.rs",
            "inventory::iter::<R>",
            "launcher/launch.rs:1: names `inventory`",
        ),
        (
            "runtime/node.rs",
            "use crate::Launchers;",
            "runtime/node.rs:1: floor 7 uses `launcher` of floor 8",
        ),
        (
            "runtime/node.rs",
            "inventory::iter::<R>",
            "runtime/node.rs:1: names `inventory`",
        ),
        (
            "engine/mod.rs",
            "x.downcast::<C>()",
            "engine/mod.rs:1: names `downcast`",
        ),
        (
            "introduction/walk.rs",
            "network.verified.insert(key)",
            "introduction/walk.rs:1: names `verified.insert`",
        ),
        (
            "runtime/node.rs",
            "network.add_verified_peer(&peer)",
            "runtime/node.rs:1: names `add_verified_peer`",
        ),
        (
            "runtime/node.rs",
            "unsafe { }",
            "runtime/node.rs:1: names `unsafe`",
        ),
    ];
    for (path, text, expected) in planted {
        let found = blame(path, text);
        assert!(
            found.iter().any(|wrong| wrong == expected),
            "{path}: {text}\n{found:?}"
        );
    }
}

#[test]
fn what_only_looks_like_a_violation_is_none() {
    let innocent = [
        "// use crate::engine::Engine;",
        "/// See [`crate::engine::Engine`] and std::fs.\nfn f() {}",
        "/* use tokio; */",
        "const TEXT: &str = \"use crate::engine and a \\\" Mutex\";",
        "const TEXT: &str = r#\"std::fs \" std::thread\"#;",
        "fn f<'a>(x: &'a str) -> char { '\"' } // tokio",
        "const C: char = '\\''; // Mutex",
        "#[cfg(test)]\nmod tests { use crate::engine::Engine; fn f() { Instant::now(); } }",
        "#[cfg(test)]\nuse std::fs;",
        "fn tokio_like_name(my_tokio: u8, Mutexes: u8) {}",
        "use crate::crypto::{Mid, PublicKey};",
        "use othercrate::engine::Engine;",
    ];
    for text in innocent {
        let found: Vec<_> = blame("address.rs", text)
            .into_iter()
            .filter(|wrong| wrong.starts_with("address.rs"))
            .collect();
        assert!(found.is_empty(), "{text}\n{found:?}");
    }
}
