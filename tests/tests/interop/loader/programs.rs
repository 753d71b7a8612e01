//! Builds and runs the two programs that launch the sets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ipv8_tests::python::PythonNeighbour;

/// Writes the module and launches its sets with py-ipv8. Returns the lines of each set.
pub(super) fn run_python(python: &PythonNeighbour, module: &str, count: usize) -> Vec<Vec<String>> {
    let path = folder().join("sets.py");
    write(&path, module);
    let mut process = python.start("loader.py", &[&path.display().to_string()]);
    let lines = (0..count).map(|set| {
        let event = process.wait_for_event("set");
        assert_eq!(event["set"], set);
        let lines = event["lines"].as_array().expect("a list").iter();
        lines
            .map(|line| line.as_str().expect("text").to_owned())
            .collect()
    });
    let lines = lines.collect();
    process.stop();
    lines
}

/// Builds the programs and launches their sets. Returns the lines of each set.
pub(super) fn run_rust(programs: &[String], count: usize) -> Vec<Vec<String>> {
    let mut sets: Vec<Vec<String>> = Vec::new();
    for binary in build(programs) {
        let output = Command::new(&binary).output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", binary.display());
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let number = line.strip_prefix("set ").map(str::parse::<usize>);
            if let Some(Ok(number)) = number {
                assert_eq!(number, sets.len());
                sets.push(Vec::new());
            } else {
                let lines = sets.last_mut().expect("a set is first");
                lines.push(line.to_owned());
            }
        }
    }
    assert_eq!(sets.len(), count);
    sets
}

/// Builds the programs, side by side. The crates that they use stay built for the next time.
fn build(programs: &[String]) -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut manifest = format!(
        "[package]\nname = \"loader\"\nedition = \"2024\"\n[workspace]\n\
         [profile.dev]\ndebug = false\nincremental = false\n\
         [dependencies]\nipv8-core = {{ path = {:?} }}\nloader-mocks = {{ path = {:?} }}\n",
        tests.join("../ipv8-core"),
        tests.join("fixtures/loader-mocks"),
    );
    let target = folder().join("target");
    let mut binaries = Vec::new();
    for (number, program) in programs.iter().enumerate() {
        let name = format!("sets{number}");
        manifest += &format!("[[bin]]\nname = {name:?}\npath = \"{name}.rs\"\n");
        write(&folder().join(format!("{name}.rs")), program);
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        binaries.push(target.join("debug").join(file));
    }
    write(&folder().join("Cargo.toml"), &manifest);
    let lock = fs::copy(tests.join("../Cargo.lock"), folder().join("Cargo.lock"));
    lock.unwrap_or_else(|error| panic!("Cargo.lock: {error}"));
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--target-dir"])
        .arg(&target)
        .current_dir(folder())
        .output();
    let built = built.unwrap_or_else(|error| panic!("cargo: {error}"));
    let errors = String::from_utf8_lossy(&built.stderr);
    let start: Vec<&str> = errors.lines().take(80).collect();
    let start = start.join("\n");
    assert!(built.status.success(), "the programs have errors:\n{start}");
    binaries
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("loader");
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

fn write(path: &Path, text: &str) {
    // Unchanged, the program is not built again.
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
