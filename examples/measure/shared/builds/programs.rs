//! Writes programs with many launchers.

use std::fmt::Write;
use std::path::Path;

/// The communities of a program's launchers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Communities {
    /// All launchers have the same community, without settings and messages, and one `RandomWalk`
    /// each.
    One,
    /// Each launcher has a community of its own, with settings, three messages and two strategies.
    /// Settings and strategies can be configured by name.
    Each,
}

impl Communities {
    /// Returns a short name, for folders and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "one_community",
            Self::Each => "community_each",
        }
    }
}

/// Returns the manifest of a separate workspace with these packages.
pub fn workspace(packages: &[String]) -> String {
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

/// Returns a program with `count` launchers that prints how many it would launch.
pub fn program(communities: Communities, count: usize) -> String {
    let mut text = MAIN.to_owned();
    if communities == Communities::One {
        text.push_str(QUIET);
    }
    for number in 0..count {
        // Writing to a string cannot fail.
        let _ = match communities {
            Communities::One => write!(
                text,
                "\n#[overlay(quiet::Quiet)]\n#[walk_strategy(RandomWalk, target_peers = 20)]\n\
                 struct L{number};\n"
            ),
            Communities::Each => {
                write!(text, "{}", CHAT.replace("NUMBER", &number.to_string()))
            }
        };
    }
    text
}

const MAIN: &str = "use ipv8_core::prelude::*;

fn main() {
    let count = Launchers::collected().plan().map(|plan| plan.steps().len());
    println!(\"{}\", count.unwrap_or(0));
}
";

const QUIET: &str = "
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
";

const CHAT: &str = include_str!("chat.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_launcher_has_a_name_of_its_own() {
        for communities in [Communities::One, Communities::Each] {
            let text = program(communities, 3);
            for name in ["struct L0;", "struct L1;", "struct L2;"] {
                assert_eq!(text.matches(name).count(), 1, "{text}");
            }
            assert_eq!(text.matches("#[overlay(").count(), 3);
        }
    }

    #[test]
    fn a_community_each_has_settings_three_messages_and_two_strategies() {
        let text = program(Communities::Each, 1);
        for (part, count) in [
            ("#[payload(id", 3),
            ("DiscoveryStrategy<Chat> for", 2),
            ("#[walk_strategy(", 2),
            ("type Settings = Settings;", 1),
            ("NUMBER", 0),
        ] {
            assert_eq!(text.matches(part).count(), count, "{part}");
        }
        assert_eq!(
            program(Communities::Each, 2)
                .matches("impl Community for")
                .count(),
            2
        );
        assert_eq!(
            program(Communities::One, 2)
                .matches("impl Community for")
                .count(),
            1
        );
    }

    #[test]
    fn a_path_cannot_break_the_manifest() {
        let text = manifest("one", Path::new("C:\\a \"b\""));
        assert!(text.contains("path = \"C:\\\\a \\\"b\\\"\" }"), "{text}");
        let packages = ["one", "many"].map(str::to_owned);
        assert!(workspace(&packages).contains("members = [\"one\", \"many\"]"));
    }
}
