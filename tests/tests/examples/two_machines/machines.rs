//! Machines made of network namespaces, and the programs on them.

use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ipv8_tests::machines::{self, PATIENCE};

use super::page;
use crate::support::build::example;

/// The connections between the machines: shell commands that make them. The commands run on the
/// machine `here`.
pub(crate) struct Layout(&'static str);

impl Layout {
    /// Only `here`.
    pub(crate) const ONE_MACHINE: Self = Self("");
    /// `hub`, `left` and `right` on one switch.
    pub(crate) const ONE_NETWORK: Self = Self(
        "ip link add switch type bridge
         ip link set switch up
         machine hub 10.7.0.1/24 ; plug hub
         machine left 10.7.0.2/24 ; plug left
         machine right 10.7.0.3/24 ; plug right",
    );
    /// The same three, each in its own network with a different kind of private addresses; `here`
    /// is the router.
    pub(crate) const ROUTED: Self = Self(
        "echo 1 > /proc/sys/net/ipv4/ip_forward
         machine hub 10.7.0.1/24 ; route hub 10.7.0.254
         machine left 172.20.1.2/24 ; route left 172.20.1.254
         machine right 192.168.5.3/24 ; route right 192.168.5.254",
    );
}

/// Shell functions that every layout may use.
const FUNCTIONS: &str = "set -e
mount -t tmpfs tmpfs /run
mkdir /run/netns
ip link set lo up
on() { host=$1; shift; if [ $host = here ]; then exec \"$@\"; else exec ip netns exec $host \"$@\"; fi; }
machine() {
  ip netns add $1
  ip link add to-$1 type veth peer name eth0 netns $1
  ip link set to-$1 up
  ip -n $1 link set lo up
  ip -n $1 addr add $2 dev eth0 brd +
  ip -n $1 link set eth0 up
}
plug() { ip link set to-$1 master switch; ip -n $1 route add default dev eth0; }
route() { ip addr add $2/24 dev to-$1; ip -n $1 route add default via $2; }
";

/// Some machines, and the nodes on them. Dropping it ends them all.
pub(crate) struct Machines {
    machines: machines::Machines,
    /// The folder for their output; it is removed after they have ended.
    _folder: tempfile::TempDir,
    nodes: Vec<String>,
}

impl Machines {
    /// Makes the machines and starts the commands; a tracker is ready before the next command
    /// starts. If it cannot, prints a line and returns `None`.
    pub(crate) fn or_skip(layout: &Layout, commands: &[page::Command]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let (script, nodes) = script(layout, commands, folder.path());
        let trial = format!("{FUNCTIONS}{}", Layout::ROUTED.0);
        let machines = machines::Machines::or_skip(&trial, &script, folder.path())?;
        Some(Self {
            machines,
            _folder: folder,
            nodes,
        })
    }

    /// Waits until every node has reported `peers` added peers.
    pub(crate) fn wait_until_all_nodes_have(&mut self, peers: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said: Vec<_> = self
                .nodes
                .iter()
                .map(|node| self.machines.said(node))
                .collect();
            if said
                .iter()
                .all(|said| said.matches(" connected").count() >= peers)
            {
                return;
            }
            self.machines.assert_running();
            let errors = self.machines.said("errors");
            assert!(
                Instant::now() < deadline,
                "not all have {peers} peers: {said:#?} {errors}"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Returns the whole script, and the files for the output of the nodes.
fn script(layout: &Layout, commands: &[page::Command], folder: &Path) -> (String, Vec<String>) {
    let mut script = format!("{FUNCTIONS}{}\n", layout.0);
    let mut nodes = Vec::new();
    for (number, command) in commands.iter().enumerate() {
        let file = format!("{}-{number}", command.program);
        let (program, host) = (example(&command.program), &command.host);
        let (program, out) = (program.display(), folder.join(&file));
        let (arguments, out) = (command.arguments.join(" "), out.display());
        // Writing to a string cannot fail.
        let _ = writeln!(script, "on {host} {program} {arguments} > {out} 2>&1 &");
        if command.program == "node" {
            nodes.push(file);
        } else {
            let _ = writeln!(script, "until grep -q listening {out}; do sleep 0.05; done");
        }
    }
    script.push_str("wait\n");
    (script, nodes)
}
