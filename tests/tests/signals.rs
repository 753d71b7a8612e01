//! Signals of the system end a node that waits for them. This test is alone in its file because
//! signals go to the whole process.
#![cfg(unix)]

use std::process::Command;

use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::launch::{ProbeLauncher, is_open, launch, trapped};
use ipv8_tests::probe::Log;

const HERE: &str = "10.0.0.1:1000";

#[tokio::test(start_paused = true)]
async fn sigterm_and_ctrl_c_unload_the_overlays_and_close_the_socket() {
    for signal in ["-TERM", "-INT"] {
        let (network, log) = (MemoryNetwork::new(), Log::default());
        let launchers = Launchers::new().with(ProbeLauncher::<0>::new(trapped(&log, &[])));
        let node = launch(&network, HERE, 1, launchers)
            .await
            .expect("it is launched");
        let waiting = tokio::spawn(node.until_stopped());
        // `run_until_signal` installs the handlers when it is polled: before that, the signal would
        // end this process.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert!(is_open(&network, HERE) && !waiting.is_finished());
        let killed = Command::new("kill")
            .args([signal, &std::process::id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
        let ended = waiting.await.expect("the task ends");
        assert!(ended.is_ok(), "{signal}: {ended:?}");
        assert!(!is_open(&network, HERE), "{signal}");
        assert!(log.lines().contains(&"0 Unload".to_owned()), "{signal}");
    }
}
