//! A local network of two hosts, made of network namespaces: the only place where a test may
//! broadcast.

use std::process::{Command, Stdio};

use crate::python::skip;

/// The hosts' addresses, on a network that has no other hosts.
pub const HOSTS: [&str; 2] = ["10.77.0.1", "10.77.0.2"];

/// Two namespaces joined by one cable. Dropping it removes them.
#[derive(Debug)]
pub struct TwoHosts {
    names: [String; 2],
}

impl TwoHosts {
    /// Makes two hosts that receive each other's broadcasts. If that is impossible, prints one line
    /// `skipped: …` and returns `None`: the test should return.
    ///
    /// Needs Linux, the program `ip` and the right to make namespaces.
    #[must_use]
    pub fn or_skip(label: &str) -> Option<Self> {
        let id = std::process::id();
        let names = ["a", "b"].map(|host| format!("ipv8-{label}-{id}-{host}"));
        let hosts = Self { names };
        match hosts.build() {
            Ok(()) => Some(hosts),
            Err(reason) => {
                skip(&reason);
                None
            }
        }
    }

    fn build(&self) -> Result<(), String> {
        let [a, b] = &self.names;
        ip(&["netns", "add", a])?;
        ip(&["netns", "add", b])?;
        let cable = [
            "link", "add", "cable", "netns", a, "type", "veth", "peer", "name", "cable", "netns", b,
        ];
        ip(&cable)?;
        for (name, host) in self.names.iter().zip(HOSTS) {
            let inside = |rest: &[&str]| ip(&[&["-n", name], rest].concat());
            inside(&[
                "addr",
                "add",
                &format!("{host}/24"),
                "broadcast",
                "+",
                "dev",
                "cable",
            ])?;
            inside(&["link", "set", "lo", "up"])?;
            inside(&["link", "set", "cable", "up"])?;
            // Without a route the system refuses to broadcast.
            inside(&["route", "add", "default", "dev", "cable"])?;
        }
        Ok(())
    }

    /// Returns a command that runs `program` on host 0 or 1.
    ///
    /// # Panics
    ///
    /// Panics for any other number.
    #[must_use]
    pub fn on(&self, host: usize, program: &std::ffi::OsStr) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.names[host]])
            .arg(program);
        command
    }

    /// Takes the cable of host 0 or 1 out, or puts it in again.
    ///
    /// # Panics
    ///
    /// Panics if the system refuses it, or for any other number.
    pub fn plug(&self, host: usize, in_again: bool) {
        let state = if in_again { "up" } else { "down" };
        let set = ip(&["-n", &self.names[host], "link", "set", "cable", state]);
        set.expect("the cable is moved");
    }

    /// Replaces the address of host 0 or 1.
    ///
    /// # Panics
    ///
    /// Panics if the system refuses it, or for any other number.
    pub fn move_to(&self, host: usize, address: &str) {
        let inside = |rest: &[&str]| ip(&[&["-n", &self.names[host]], rest].concat());
        inside(&["addr", "flush", "dev", "cable"]).expect("the old address is removed");
        let given = inside(&["addr", "add", address, "dev", "cable"]);
        given.expect("the new address is set");
    }
}

impl Drop for TwoHosts {
    fn drop(&mut self) {
        for name in &self.names {
            // An error only means that the namespace was never made.
            let _ = ip(&["netns", "del", name]);
        }
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    let done = Command::new("ip")
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let what = format!("ip {}", arguments.join(" "));
    match done {
        Ok(done) if done.status.success() => Ok(()),
        Ok(done) => Err(format!(
            "{what}: {}",
            String::from_utf8_lossy(&done.stderr).trim()
        )),
        Err(error) => Err(format!("{what}: {error}")),
    }
}
