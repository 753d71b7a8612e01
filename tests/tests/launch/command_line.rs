//! The command line of `ipv8_core::launch::cli`, tested with the example `command_line`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The exit code and the output of a finished command.
struct End {
    code: Option<i32>,
    out: String,
    err: String,
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_command_line"));
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("IPV8_")) {
        command.env_remove(name);
    }
    command
}

fn run_command(command: &mut Command) -> End {
    let output = command.output().expect("the program runs");
    End {
        code: output.status.code(),
        out: normalised(&String::from_utf8_lossy(&output.stdout)),
        err: normalised(&String::from_utf8_lossy(&output.stderr)),
    }
}

fn run(arguments: &[&str]) -> End {
    run_command(&mut program(arguments))
}

/// Replaces locations by `HERE`: their lines change with the example, and their paths depend on the
/// machine.
fn normalised(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let Some((before, rest)) = line.split_once("command_line.rs:") else {
            return line.to_owned();
        };
        let start = before.rfind([' ', '(']).map_or(0, |at| at + 1);
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
        format!("{}HERE{after}", &before[..start])
    });
    lines.map(|line| line + "\n").collect()
}

/// Returns the standard output of a command that must succeed.
fn output(arguments: &[&str]) -> String {
    let end = run(arguments);
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""), "{arguments:?}");
    end.out
}

/// Returns the standard error of a command that must fail with this code and print nothing else.
fn complaint(arguments: &[&str], code: i32) -> String {
    let end = run(arguments);
    assert_eq!(end.code, Some(code), "{arguments:?}: {}", end.err);
    assert_eq!(end.out, "", "{arguments:?}");
    end.err
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

#[test]
fn list_shows_a_table() {
    assert_eq!(
        output(&["list"]),
        "\
LAUNCHER  LAUNCH                      OVERLAY   STRATEGIES                  AFTER              CRATE         LOCATION
Presence  1                           Presence  RandomWalk 20, EdgeWalk 20                     command_line  HERE
Chat      2                           Chat      RandomWalk -1               Presence, Archive  command_line  HERE
Archive   no: its condition is false  Archive                                                  command_line  HERE
"
    );
    let skipped = output(&["list", "--skip", "Presence,Archive"]);
    assert!(
        skipped.contains("Chat      1             Chat "),
        "{skipped}"
    );
    assert_eq!(skipped.matches("no: left out").count(), 2, "{skipped}");
}

#[test]
fn list_as_json_has_everything() {
    let end = run_command(&mut program(&["list", "--json", "--skip", "Presence"]));
    let list: Value = serde_json::from_str(&end.out).expect("JSON");
    assert_eq!(
        (end.code, &list["problems"]),
        (Some(0), &serde_json::json!([]))
    );
    let launchers = list["launchers"].as_array().expect("a list");
    let [presence, chat, archive] = &launchers[..] else {
        panic!("{list}");
    };
    assert_eq!(chat["name"], "Chat");
    assert_eq!(chat["launch"], true);
    assert_eq!(chat["reason"], Value::Null);
    assert_eq!(chat["position"], 1);
    assert_eq!(chat["after"], serde_json::json!(["Presence", "Archive"]));
    assert_eq!(chat["overlay"], "command_line::Chat");
    assert_eq!(chat["session"], "command_line::Session");
    let strategies = serde_json::json!([{"strategy": "RandomWalk", "target_peers": -1}]);
    assert_eq!(chat["strategies"], strategies);
    assert_eq!(chat["crate"], "command_line");
    let source = include_str!("../../../examples/examples/command_line.rs");
    let line = chat["line"]
        .as_u64()
        .and_then(|line| usize::try_from(line).ok());
    let line = line.and_then(|line| source.lines().nth(line - 1));
    assert_eq!(line, Some("struct ChatLauncher;"));
    assert!(
        chat["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("command_line.rs"))
    );
    assert_eq!(
        (&presence["launch"], &presence["reason"]),
        (&false.into(), &"left out".into())
    );
    assert_eq!(presence["session"], "()");
    assert_eq!(archive["position"], Value::Null);
    assert_eq!(archive["reason"], "its condition is false");
}

#[test]
fn graph_draws_for_graphviz_and_mermaid() {
    let dot = output(&["graph"]);
    assert_eq!(
        dot,
        r#"digraph launchers {
    rankdir=LR;
    node [shape=box];
    "Presence" [label="Presence\nPresence"];
    "Chat" [label="Chat\nChat"];
    "Archive" [label="Archive\nArchive", style=dashed];
    "Presence" -> "Chat";
    "Archive" -> "Chat";
}
"#
    );
    assert_eq!(output(&["graph", "--dot"]), dot);
    assert_eq!(
        output(&["graph", "--mermaid", "--only", "Chat"]),
        r#"graph LR
    n0["Presence<br/>Presence"]:::off
    n1["Chat<br/>Chat"]
    n2["Archive<br/>Archive"]:::off
    n0 --> n1
    n2 --> n1
    classDef off stroke-dasharray: 5 5
"#
    );
    complaint(&["graph", "--mermaid", "--dot"], 2);
}

#[test]
fn explain_gives_the_reason_and_the_position() {
    assert_eq!(
        output(&["explain", "Chat"]),
        "\
Chat (HERE, crate command_line)
  is launched as number 2 of 2
  waits for Presence, which is launched before it
  does not wait for Archive, which is not launched: its condition is false
  overlay: command_line::Chat
  session: command_line::Session
  strategies: RandomWalk -1
  bootstrappers: none
"
    );
    let archive = output(&["explain", "Archive"]);
    assert!(
        archive.contains("\n  is not launched: its condition is false\n"),
        "{archive}"
    );
    assert!(archive.contains("\n  Chat comes after it\n"), "{archive}");
    assert_eq!(
        complaint(&["explain", "Cat"], 2),
        "error: no launcher is named \"Cat\": did you mean \"Chat\"?\n"
    );
    assert_eq!(
        complaint(&["explain", "Tunnels"], 2),
        "error: no launcher is named \"Tunnels\": expected one of: Presence, Chat, Archive\n"
    );
}

const CONFIGURATION: &str = r#"
interfaces = ["127.0.0.1:0"]
walk_interval = 0.25

[launchers.Presence]
enabled = false

[launchers.Chat]
max_peers = 7
strategies.RandomWalk = { target_peers = 12 }
settings = { greeting = "ahoy" }
"#;

#[test]
fn a_config_file_changes_the_output_which_names_its_locations() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "ipv8.toml", CONFIGURATION);
    let list = output(&["list", "--config", &file]);
    assert!(
        list.contains("no: the configuration says enabled = false"),
        "{list}"
    );
    assert!(list.contains(" RandomWalk 12 "), "{list}");
    let explained = output(&["explain", "Chat", "--config", &file]);
    assert!(
        explained.contains("is launched as number 1 of 1"),
        "{explained}"
    );
    let said = format!("    launchers.Chat.max_peers = 7  # {file}:9:13\n");
    assert!(explained.contains(&said), "{explained}");
    assert!(
        explained.contains("launchers.Chat.settings.greeting = \"ahoy\""),
        "{explained}"
    );
}

#[test]
fn config_prints_every_setting_and_its_origin() {
    let defaults = output(&["config"]);
    assert!(
        defaults.contains("interfaces = [\"127.0.0.1:0\"]  # code\n"),
        "{defaults}"
    );
    assert!(
        defaults.contains("walk_interval = 0.5  # default\n"),
        "{defaults}"
    );

    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "ipv8.toml", CONFIGURATION);
    let mut command = program(&["config", "--json", "--config", &file]);
    let end = run_command(command.env("IPV8_MAX_PEERS", "50"));
    assert_eq!((end.code, end.err.as_str()), (Some(0), ""));
    let settings: Value = serde_json::from_str(&end.out).expect("JSON");
    let walk_interval = serde_json::json!({"value": 0.25, "origin": format!("{file}:3:17")});
    assert_eq!(settings["walk_interval"], walk_interval);
    let max_peers = serde_json::json!({"value": 50, "origin": "variable IPV8_MAX_PEERS"});
    assert_eq!(settings["max_peers"], max_peers);
}

#[test]
fn all_errors_of_a_configuration_are_reported_at_once_and_nothing_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "walk_intervall = 3\n[launchers.Chats]\nmax_peers = -5\n";
    let file = write(folder.path(), "wrong.toml", text);
    for command in [&["run"][..], &["run", "--dry-run"]] {
        let arguments = [command, &["--config", file.as_str()]].concat();
        let complaint = complaint(&arguments, 1);
        assert!(
            complaint.starts_with("error: nothing was launched"),
            "{complaint}"
        );
        for part in [
            format!(
                "{file}:1:1: unknown setting \"walk_intervall\": did you mean \"walk_interval\"?"
            ),
            format!("{file}:2:"),
            "did you mean \"Chat\"?".to_owned(),
        ] {
            assert!(complaint.contains(&part), "{part}\n{complaint}");
        }
    }
    let end = run(&["list", "--config", "/nowhere/at/all.toml"]);
    assert_eq!(end.code, Some(1));
    assert!(
        end.err.contains("/nowhere/at/all.toml") && end.out.contains("LAUNCHER"),
        "{}",
        end.err
    );
}

#[test]
fn a_dry_run_prints_the_order() {
    assert_eq!(
        output(&["run", "--dry-run"]),
        "\
Nothing is launched. These would be, in this order:
  1. Presence (HERE)
  2. Chat (HERE)
  not Archive: its condition is false
"
    );
    let nothing = complaint(
        &["run", "--dry-run", "--skip", "Presence", "--skip", "Chat"],
        1,
    );
    assert_eq!(nothing, "error: no launcher is enabled: `list` shows why\n");
    assert_eq!(complaint(&["run", "--only", "Archive"], 1), nothing);
}

#[test]
fn wrong_usage_ends_with_code_2() {
    for arguments in [
        &[][..],
        &["lits"],
        &["explain"],
        &["run", "--config"],
        &["keygen"],
    ] {
        let complaint = complaint(arguments, 2);
        let help = ["Usage: command_line", "For more information, try '--help'."];
        assert!(
            help.iter().any(|help| complaint.contains(help)),
            "{complaint}"
        );
    }
    for command in ["list", "run"] {
        let end = run(&[command, "--only", "Cht"]);
        assert_eq!(end.code, Some(2), "{}", end.err);
        assert!(end.err.contains("did you mean \"Chat\"?"), "{}", end.err);
    }
    assert_eq!(run(&["--help"]).code, Some(0));
}

#[cfg(unix)]
#[test]
fn keygen_makes_a_key_once() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("peer.pem");
    let file = path.display().to_string();
    let said = output(&["keygen", &file]);
    let key = ipv8_core::node::key_file::read(&path).expect("a key");
    assert_eq!(said, format!("{file}\npeer {}\n", key.mid()));
    let mode = std::fs::metadata(&path)
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    let again = complaint(&["keygen", &file], 1);
    assert!(
        again.contains("already exists; refusing to overwrite a key"),
        "{again}"
    );
    assert_eq!(
        ipv8_core::node::key_file::read(&path).expect("a key").mid(),
        key.mid()
    );
    let nowhere = folder.path().join("nowhere/peer.pem").display().to_string();
    complaint(&["keygen", &nowhere], 1);
}

#[cfg(unix)]
#[test]
fn run_launches_until_a_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(
        folder.path(),
        "ipv8.toml",
        "interfaces = [\"127.0.0.1:0\"]\n",
    );
    let mut child = program(&["run", "--skip", "Presence", "--config", &file])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let out = child.stdout.take().expect("a piped output");
    let mut lines = BufReader::new(out)
        .lines()
        .map(|line| line.expect("a line"));
    let mut next = || lines.next().expect("a line");
    assert!(next().starts_with("listening on 127.0.0.1:"));
    assert!(next().starts_with("peer "));
    let overlay = next();
    assert!(overlay.starts_with("overlay "), "{overlay}");
    assert!(
        overlay.ends_with(" 8d1e0c3a5b7f9e2d4c6a8b0f1e3d5c7a9b2f4e60: RandomWalk -1"),
        "{overlay}"
    );
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status();
    assert!(sent.is_ok_and(|sent| sent.success()));
    assert_eq!(next(), "stopped");
    assert_eq!(child.wait().expect("an exit status").code(), Some(0));
}

#[test]
fn a_launch_that_fails_ends_with_code_1() {
    // The address is reserved for documentation: no machine has it.
    let mut command = program(&["run"]);
    let end = run_command(command.env("IPV8_INTERFACES", "203.0.113.7:8090"));
    assert_eq!(end.code, Some(1), "{}", end.err);
    assert!(
        end.err.starts_with("error: ") && end.err.contains("203.0.113.7"),
        "{}",
        end.err
    );
    assert_eq!(end.out, "");
}
