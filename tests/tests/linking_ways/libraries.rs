//! Libraries for programs in C: linked from an archive, linked dynamically, and opened.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{Report, debug, run, sources};

/// All launchers of the library in their fixed order.
pub(crate) const ALL: [&str; 4] = [
    "chat_plugin ChatLauncher",
    "chat_plugin RoomsLauncher",
    "file_plugin FilesLauncher",
    "node OwnLauncher",
];

/// How a linker takes an archive: what it needs of it, or everything.
#[derive(Clone, Copy)]
pub(crate) enum Archive {
    Parts,
    Whole,
}

/// Compiles a program in C, and returns its path.
fn compiled(source: &str, folder: &Path, name: &str, libraries: &[&str]) -> PathBuf {
    let program = folder.join(format!("linking-{name}"));
    let mut command = Command::new("cc");
    command
        .args(["-O1", "-Wall", "-Werror", "-o"])
        .arg(&program);
    command.arg(sources().join("c").join(source));
    run(command.args(libraries));
    program
}

/// Links a program in C with an archive in this folder, and runs it.
fn with_archive(source: &str, folder: &Path, library: &str, how: Archive) -> Report {
    let archive = folder.join(format!("lib{library}.a"));
    let archive = archive.to_str().expect("a path in UTF-8");
    let (name, before) = match how {
        Archive::Parts => ("parts", "-Wl,--no-whole-archive"),
        Archive::Whole => ("whole", "-Wl,--whole-archive"),
    };
    let system = ["-lpthread", "-ldl", "-lm"];
    let libraries = [&[before, archive, "-Wl,--no-whole-archive"][..], &system].concat();
    let name = format!("{library}-{name}");
    run(&mut Command::new(compiled(
        source, folder, &name, &libraries,
    )))
}

/// Checks that every launcher is in a program that is linked with the archive.
pub(crate) fn archive_has_all(folder: &Path, how: Archive) {
    has_all(&with_archive("linked.c", folder, "node", how));
}

/// Checks that every launcher is in the dynamic library, linked and opened.
pub(crate) fn dynamic_library_has_all(folder: &Path) {
    let library = folder.join("libnode.so");
    let path = library.to_str().expect("a path in UTF-8");
    let linked = compiled("linked.c", folder, "dynamic", &[path]);
    let opener = compiled("opened.c", folder, "opener", &["-ldl"]);
    for mut command in [Command::new(linked), Command::new(opener)] {
        has_all(&run(command.arg(path)));
    }
}

fn has_all(report: &Report) {
    assert_eq!(report.launchers(), ALL);
    assert_eq!(report.all("warning"), [""; 0]);
    assert_eq!(report.all("expect_crates"), ["0"]);
    assert_eq!(report.all("expect_all"), ["0"]);
}

#[test]
fn parts_of_an_archive_lose_a_crate_and_the_checks_name_it() {
    let report = with_archive("linked.c", &debug(), "node", Archive::Parts);
    let found = report.launchers();
    let crate_of = |launcher: &'static str| launcher.split(' ').next().unwrap_or_default();
    let is_lost = |name: &&str| !found.iter().any(|one| one.split(' ').next() == Some(name));
    let mut lost: Vec<&str> = ALL.map(crate_of).into_iter().filter(is_lost).collect();
    lost.dedup();
    // Which of the two plugins the linker happens to need depends on the compiler.
    assert_eq!(lost.len(), 1, "{report:?}");
    let warning = format!("link!({}): no launcher of the crate", lost[0]);
    assert!(report.warning().contains(&warning), "{report:?}");
    assert_eq!(report.all("expect_crates"), ["1"]);
    assert_eq!(report.all("expect_all"), ["1"]);
    let errors = report.all("error");
    let linked = "link!(chat_plugin, file_plugin)";
    let source = include_str!("../../fixtures/linking/node/src/lib.rs");
    let at = source.lines().position(|line| line.contains(linked));
    let at = at.expect("the library links the plugins") + 1;
    let places = [
        format!("no launcher of the crate {:?}", lost[0]),
        format!("lib.rs:{at}:1 links it"),
    ];
    for place in places {
        assert!(
            errors.iter().any(|error| error.contains(&place)),
            "{place}: {report:?}"
        );
    }
}

#[test]
fn a_whole_archive_loses_nothing() {
    archive_has_all(&debug(), Archive::Whole);
}

#[test]
fn launchers_that_code_names_are_in_every_archive() {
    let report = with_archive("named.c", &debug(), "naming", Archive::Parts);
    assert_eq!(report.all("name_all"), ["0"], "{report:?}");
}

#[test]
fn a_dynamic_library_has_all_its_launchers() {
    dynamic_library_has_all(&debug());
}

#[test]
fn two_opened_libraries_have_lists_of_their_own() {
    let folder = debug();
    let opener = compiled("opened.c", &folder, "two", &["-ldl"]);
    let libraries = ["node", "naming"].map(|name| folder.join(format!("lib{name}.so")));
    let report = run(Command::new(opener).args(libraries));
    let own = |library: &str| ALL.map(|launcher| launcher.replace("node ", &format!("{library} ")));
    assert_eq!(report.launchers(), [own("node"), own("naming")].concat());
    assert_eq!(report.all("expect_crates"), ["0", "0"]);
}
