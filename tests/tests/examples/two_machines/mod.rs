//! Runs the commands of the page `guide::two_machines` unchanged, on machines made of network
//! namespaces.

mod machines;
mod page;

use machines::{Layout, Machines};
use page::Command;

const PAGE: &str = include_str!("../../../../ipv8-core/src/guide/two_machines.md");

/// Runs the commands of these sections in order, until each node has found `others` other nodes.
fn all_find_each_other(layout: &Layout, sections: &[&str], others: usize) {
    let commands: Vec<Command> = sections
        .iter()
        .flat_map(|section| page::commands(PAGE, section))
        .collect();
    let nodes = commands.iter().filter(|command| command.program == "node");
    assert_eq!(nodes.count(), others + 1, "{commands:?}");
    let Some(mut machines) = Machines::or_skip(layout, &commands) else {
        return;
    };
    machines.wait_until_all_nodes_have(others);
}

#[test]
fn two_processes_on_one_machine() {
    all_find_each_other(&Layout::ONE_MACHINE, &["Two processes on one machine"], 1);
}

#[test]
fn two_machines_in_one_network() {
    all_find_each_other(&Layout::ONE_NETWORK, &["Two machines"], 1);
}

#[test]
fn two_machines_with_a_router_between_them() {
    all_find_each_other(&Layout::ROUTED, &["Two machines"], 1);
}

#[test]
fn a_private_network_with_two_trackers() {
    let sections = ["Two machines", "A private network"];
    all_find_each_other(&Layout::ROUTED, &sections, 2);
}

#[test]
fn a_local_network_without_a_tracker() {
    all_find_each_other(
        &Layout::ONE_NETWORK,
        &["Without a tracker, in one local network"],
        1,
    );
}

#[test]
fn every_command_of_the_page_is_run() {
    let run = [
        "Two processes on one machine",
        "Two machines",
        "A private network",
        "Without a tracker, in one local network",
    ];
    let run: usize = run
        .iter()
        .map(|section| page::commands(PAGE, section).len())
        .sum();
    let there = PAGE.lines().filter(|line| page::command(line).is_some());
    assert_eq!(there.count(), run);
    let console = PAGE.matches("```console\n").count();
    assert!(
        console > 0 && run >= console,
        "{run} commands in {console} blocks"
    );
}
