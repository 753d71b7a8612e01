//! The README's section "Talk to Python": both programs of the example greet each other.

use std::process::{Command, Stdio};

use ipv8_tests::python::PythonNeighbour;

use crate::support::program::Program;

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/examples/talk_to_python/hello.py"
);

#[test]
fn rust_and_python_greet_each_other() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut rust = Program::start("talk_to_python", &["127.0.0.1:0"]);
    let line = rust.line();
    let tracker = line
        .strip_prefix("tracker on ")
        .and_then(|rest| rest.split(',').next())
        .unwrap_or_else(|| panic!("no address of a tracker: {line}"));
    let output = Command::new(python.interpreter())
        .args([SCRIPT, tracker])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .output()
        .expect("Python runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("says 'hello from Rust', count 1"), "{said}");
    let end = rust.end();
    assert_eq!(end.code, Some(0), "{end:?}");
    let heard = "says \"hello from Python\", count 1";
    assert!(end.lines.iter().any(|line| line.contains(heard)), "{end:?}");
}

/// The message is the same in Rust, in Python, and in the README.
#[test]
fn the_readme_shows_the_messages_of_the_programs() {
    let readme = include_str!("../../../README.md");
    let rust = include_str!("../../../examples/examples/talk_to_python/main.rs");
    let python = include_str!("../../../examples/examples/talk_to_python/hello.py");
    let message = "#[derive(Payload)]\n#[payload(id = 1)]\nstruct Hello {\n    text: String,\n    count: u32,\n}";
    assert!(readme.contains(message) && rust.contains(message));
    for line in [
        "    msg_id = 1\n",
        "    format_list = [\"varlenHutf8\", \"I\"]\n",
        "    names = [\"text\", \"count\"]\n",
    ] {
        assert!(readme.contains(line) && python.contains(line), "{line}");
    }
}
