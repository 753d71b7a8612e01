//! Writes programs with many launchers, to measure their build time.

use std::fmt::Write;
use std::path::Path;

/// Returns the manifest of a separate workspace with these packages.
pub fn workspace(packages: &[&str]) -> String {
    format!("[workspace]\nresolver = \"3\"\nmembers = {packages:?}\n")
}

/// Returns the manifest of a program that depends on the `ipv8-core` in this folder.
pub fn manifest(name: &str, ipv8_core: &Path) -> String {
    // A JSON string is a valid TOML string for every path.
    let path = serde_json::Value::from(ipv8_core.to_string_lossy());
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nipv8-core = {{ path = {path} }}\n"
    )
}

/// Returns a program with `count` launchers of one community that prints how many it would launch.
pub fn program(count: usize) -> String {
    let mut text = PROGRAM.to_owned();
    for number in 0..count {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n#[overlay(quiet::Quiet)]\n#[walk_strategy(RandomWalk, target_peers = 20)]\nstruct L{number};\n"
        );
    }
    text
}

const PROGRAM: &str = "use ipv8_core::prelude::*;

mod quiet {
    use ipv8_core::prelude::*;

    pub struct Quiet;

    impl Community for Quiet {
        const COMMUNITY_ID: CommunityId = CommunityId::from_bytes([7; 20]);
        type Settings = ();

        fn new(_settings: (), _cx: &mut Context<'_>) -> Result<Self, CommunityError> {
            Ok(Self)
        }
    }
}

fn main() {
    let count = Launchers::collected().plan().map(|plan| plan.steps().len());
    println!(\"{}\", count.unwrap_or(0));
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_launcher_has_a_name_of_its_own() {
        let text = program(3);
        for name in ["struct L0;", "struct L1;", "struct L2;"] {
            assert_eq!(text.matches(name).count(), 1, "{text}");
        }
        assert_eq!(text.matches("#[overlay(").count(), 3);
        assert_eq!(program(0), PROGRAM);
    }

    #[test]
    fn a_path_cannot_break_the_manifest() {
        let text = manifest("one", Path::new("C:\\a \"b\""));
        assert!(text.contains("path = \"C:\\\\a \\\"b\\\"\" }"), "{text}");
        assert!(workspace(&["one", "many"]).contains("members = [\"one\", \"many\"]"));
    }
}
