//! The program that a test kills, suspends or starves.
//!
//! - `victim write FOLDER` writes keys and snapshots to `FOLDER` until it is killed. It prints one
//!   line when both exist.
//! - `victim store FOLDER` writes one key and one snapshot, and prints an error if that fails.
//! - `victim node ADDRESS PEER KEY` is a node of the discovery community, with the key of this
//!   number, that walks to `PEER` and pings its peers every second. It prints a line four times a
//!   second: its peers, its missed turns, its sent and received datagrams, and its errors of sends.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use ipv8_core::communities::DiscoveryCommunity;
use ipv8_core::crypto::PrivateKey;
use ipv8_core::launch::LauncherMeta;
use ipv8_core::node::{key_file, snapshot_file};
use ipv8_core::prelude::*;
use ipv8_tests::desk::key;

const PAUSE: Duration = Duration::from_millis(250);

struct Pings;

impl CommunityLauncher for Pings {
    type Overlay = DiscoveryCommunity;
    type Session = ();
    const META: LauncherMeta = ipv8_core::launcher_meta!(name = "Pings", after = []);

    fn walk_strategies(
        &self,
        _session: &Self::Session,
        strategies: &mut Strategies<DiscoveryCommunity>,
    ) {
        strategies
            .add::<RandomWalk>(20, |_| {})
            .add::<RandomChurn>(-1, |churn| {
                (churn.ping_interval, churn.inactive_time) = (1.0, 1.0);
            });
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["write", folder] => write_for_ever(Path::new(folder)),
        ["store", folder] => store(Path::new(folder)),
        ["node", listen, peer, number] => {
            let number = number
                .parse()
                .unwrap_or_else(|error| panic!("{number}: {error}"));
            node(address(listen), address(peer), number)
        }
        _ => {
            eprintln!("victim write FOLDER | victim store FOLDER | victim node ADDRESS PEER KEY");
            ExitCode::from(2)
        }
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns a snapshot of `count` addresses.
fn snapshot(count: u8) -> Vec<u8> {
    (0..count)
        .flat_map(|number| [1, 20, number, 0, 1, 7, count])
        .collect()
}

fn write_for_ever(folder: &Path) -> ExitCode {
    let (key_path, peers) = (folder.join("key"), folder.join("peers"));
    let made = key_file::load_or_create(&key_path, &mut seeded(1));
    if let Err(error) = made {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    let keys: [PrivateKey; 2] = [key(1), key(2)];
    for round in 0_usize.. {
        let written =
            key_file::write(&key_path, &keys[round % 2]).map_err(|error| error.to_string());
        let count = [10, 200][round % 2];
        let saved =
            snapshot_file::write(&peers, &snapshot(count)).map_err(|error| error.to_string());
        if let Err(error) = written.and(saved) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
        if round == 0 {
            println!("ready");
        }
    }
    ExitCode::SUCCESS
}

fn seeded(seed: u8) -> rand::rngs::StdRng {
    <rand::rngs::StdRng as rand::SeedableRng>::from_seed([seed; 32])
}

fn store(folder: &Path) -> ExitCode {
    let (key_path, peers) = (folder.join("key"), folder.join("peers"));
    let mut outcome = ExitCode::SUCCESS;
    if let Err(error) = key_file::write(&key_path, &key(2)) {
        println!("{error}");
        outcome = ExitCode::FAILURE;
    }
    if let Err(error) = snapshot_file::write(&peers, &snapshot(200)) {
        println!("{error}");
        outcome = ExitCode::FAILURE;
    }
    outcome
}

#[tokio::main(flavor = "current_thread")]
async fn node(listen: SocketAddr, peer: SocketAddr, number: u16) -> ExitCode {
    let configuration = Config::default().key(key(number)).interfaces([listen]);
    let launchers = Launchers::new().with(Pings);
    let launched = launchers.config(configuration).launch().await;
    let node = launched.expect("it is launched");
    let overlay = node
        .overlay::<DiscoveryCommunity>()
        .expect("it was launched");
    overlay
        .call(move |_, cx| cx.walk_to(peer))
        .await
        .expect("it runs");
    let mut out = io::stdout();
    loop {
        let stats = node.stats().await.expect("it runs");
        let peers = overlay.peers().await.expect("it runs").len();
        let (missed, errors) = (stats.missed_turns, stats.endpoint.send_errors.total());
        let (sent, received) = (stats.engine.datagrams_out, stats.engine.datagrams_in);
        let line = format!("{peers} {missed} {sent} {received} {errors}");
        let written = writeln!(out, "{line}").and_then(|()| out.flush());
        if written.is_err() {
            return ExitCode::SUCCESS;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
