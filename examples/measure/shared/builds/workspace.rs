//! Builds the generated programs with cargo, and measures the builds.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::programs::{self, Communities};
use crate::measure::compare::Result;
use crate::measure::compare::processes::children_time;

/// The settings of a build: cargo's own for this profile, without incremental compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Optimised.
    Release,
    /// Not optimised, with debug information.
    Debug,
}

/// What one build took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From the start of cargo to its end.
    pub elapsed: Duration,
    /// The processor time of cargo, the compiler and the linker; `None` where it is unknown.
    pub processor: Option<Duration>,
    /// The size of the program in bytes.
    pub bytes: u64,
}

/// One generated program.
#[derive(Clone, Copy, Debug)]
struct Program {
    communities: Communities,
    launchers: usize,
}

impl Program {
    fn name(self) -> String {
        format!("{}-{}", self.communities.name(), self.launchers)
    }
}

/// A workspace with generated programs, in a folder of its own.
#[derive(Debug)]
pub struct Workspace {
    home: PathBuf,
    programs: Vec<Program>,
}

impl Workspace {
    /// Writes a program for each of these communities and numbers of launchers into `home`. They
    /// depend on the `ipv8-core` of `checkout`, and have the dependency versions of its lock file.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn prepare(
        home: &Path,
        checkout: &Path,
        wanted: &[(Communities, [usize; 2])],
    ) -> Result<Self> {
        let checkout = checkout
            .canonicalize()
            .map_err(|error| format!("cannot find {}: {error}", checkout.display()))?;
        let programs = wanted.iter().flat_map(|(communities, launchers)| {
            launchers.map(|launchers| Program {
                communities: *communities,
                launchers,
            })
        });
        let programs: Vec<Program> = programs.collect();
        let names: Vec<String> = programs.iter().map(|program| program.name()).collect();
        fs::create_dir_all(home)?;
        fs::write(home.join("Cargo.toml"), programs::workspace(&names))?;
        fs::copy(checkout.join("Cargo.lock"), home.join("Cargo.lock"))?;
        let workspace = Self {
            home: home.to_owned(),
            programs,
        };
        for (program, name) in workspace.programs.iter().zip(&names) {
            fs::create_dir_all(home.join(name).join("src"))?;
            let manifest = programs::manifest(name, &checkout.join("ipv8-core"));
            fs::write(home.join(name).join("Cargo.toml"), manifest)?;
            workspace.touch(*program)?;
        }
        Ok(workspace)
    }

    /// Builds all programs and their dependencies, and checks that they have their launchers.
    ///
    /// # Errors
    /// A build fails, or a program does not have its launchers.
    pub fn build_all(&self, profile: Profile) -> Result<()> {
        for program in &self.programs {
            self.build(*program, profile)?;
            let count = self.output(*program, profile)?;
            let (name, launchers) = (program.name(), program.launchers);
            if count != launchers.to_string() {
                return Err(format!("{name} has {count} launchers instead of {launchers}").into());
            }
        }
        Ok(())
    }

    /// Compiles one program again, without its dependencies.
    ///
    /// # Errors
    /// The build fails.
    pub fn rebuild(
        &self,
        communities: Communities,
        launchers: usize,
        profile: Profile,
    ) -> Result<Cost> {
        let program = Program {
            communities,
            launchers,
        };
        self.touch(program)?;
        let (begun, before) = (Instant::now(), children_time());
        self.build(program, profile)?;
        let (elapsed, after) = (begun.elapsed(), children_time());
        let processor = after
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before));
        let bytes = fs::metadata(self.executable(program, profile))?.len();
        Ok(Cost {
            elapsed,
            processor,
            bytes,
        })
    }

    /// Writes `main.rs`. Cargo then compiles the program again, even if the text is the same.
    fn touch(&self, program: Program) -> Result<()> {
        let text = programs::program(program.communities, program.launchers);
        Ok(fs::write(
            self.home.join(program.name()).join("src/main.rs"),
            text,
        )?)
    }

    fn build(&self, program: Program, profile: Profile) -> Result<()> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command
            .args([
                "build",
                "--offline",
                "--quiet",
                "--package",
                &program.name(),
            ])
            .arg("--target-dir")
            .arg(self.home.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(&self.home)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if profile == Profile::Release {
            command.arg("--release");
        }
        let status = command
            .status()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        if status.success() {
            return Ok(());
        }
        Err(format!("cargo build: {status}").into())
    }

    fn executable(&self, program: Program, profile: Profile) -> PathBuf {
        let folder = match profile {
            Profile::Release => "target/release",
            Profile::Debug => "target/debug",
        };
        let path = self.home.join(folder).join(program.name());
        path.with_extension(std::env::consts::EXE_EXTENSION)
    }

    /// Runs the program and returns its output.
    fn output(&self, program: Program, profile: Profile) -> Result<String> {
        let output = Command::new(self.executable(program, profile)).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
