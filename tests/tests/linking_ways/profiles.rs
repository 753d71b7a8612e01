//! The same with release profiles: optimised, with thin and with fat LTO. It takes minutes, so only
//! with `IPV8_PROFILES=1`.

use std::process::Command;

use crate::build::{CHAT, profile, run};
#[cfg(target_os = "linux")]
use crate::libraries::{Archive, archive_has_all, dynamic_library_has_all};

/// Checks what the programs and libraries have that are built with this profile.
fn check(name: &'static str, is_one_object: bool) {
    if std::env::var_os("IPV8_PROFILES").is_none_or(|value| value != "1") {
        eprintln!("skipped: set IPV8_PROFILES=1");
        return;
    }
    let own = ["in_modules HereLauncher", "in_modules DeepLauncher"];
    let expected: [(&str, &[&str]); 4] = [
        ("in_modules", &own),
        ("unnamed", &[]),
        ("linked", &CHAT),
        ("both_linked", &["both_parts PartsLauncher"]),
    ];
    // No more programs than these: with LTO each takes seconds to link.
    let mut targets = vec!["-p", "programs", "-p", "both-parts", "-p", "node", "--lib"];
    targets.extend(expected.iter().flat_map(|(program, _)| ["--bin", *program]));
    let folder = profile(name, &targets);
    for (program, launchers) in expected {
        let report = run(&mut Command::new(folder.join(program)));
        assert_eq!(report.launchers(), launchers, "{name}: {program}");
        assert_eq!(report.all("warning"), [""; 0], "{name}: {program}");
    }
    #[cfg(target_os = "linux")]
    {
        dynamic_library_has_all(&folder);
        archive_has_all(&folder, Archive::Whole);
        if is_one_object {
            archive_has_all(&folder, Archive::Parts);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = is_one_object;
}

#[test]
fn optimisation_changes_nothing() {
    check("optimised", false);
}

#[test]
fn thin_lto_changes_nothing() {
    check("thin", false);
}

#[test]
fn fat_lto_changes_nothing_and_makes_every_archive_whole() {
    check("fat", true);
}
