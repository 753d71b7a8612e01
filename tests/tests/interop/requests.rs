//! Requests and responses with a live py-ipv8, which keeps its requests in a `RequestCache`. It
//! answers our requests and sends us its own.

use std::time::{Duration, Instant};

use ipv8_core::LauncherMeta;
use ipv8_core::crypto::PublicKey;
use ipv8_core::launcher_meta;
use ipv8_core::node::HandleError;
use ipv8_core::prelude::*;
use ipv8_core::state::DropReason;
use ipv8_tests::calculator::{Add, Calculator, CalculatorSettings, Knock, Sum};
use ipv8_tests::python::{Listening, PythonNeighbour, PythonProcess, hex};
use serde_json::json;

/// Launches a [`Calculator`].
struct Launcher;

impl CommunityLauncher for Launcher {
    type Overlay = Calculator;
    type Session = ();
    const META: LauncherMeta = launcher_meta!(name = "Calculator", after = []);

    fn settings(&self, _session: &()) -> CalculatorSettings {
        CalculatorSettings::default()
    }
}

/// One node of each kind, on loopback.
struct Pair {
    node: Ipv8,
    overlay: OverlayHandle<Calculator>,
    theirs: PythonProcess,
    listening: Listening,
}

impl Pair {
    async fn start(python: &PythonNeighbour, options: &[&str]) -> Self {
        let community = Calculator::COMMUNITY_ID.to_string();
        let mut arguments = vec!["--community", community.as_str()];
        arguments.extend(options);
        let mut theirs = python.start("calculator.py", &arguments);
        let listening = theirs.listening();
        let here = "127.0.0.1:0".parse().expect("an address");
        let launchers = Launchers::new().with(Launcher);
        let configuration = Config::new().interfaces([here]);
        let node = launchers.config(configuration).launch().await;
        let node = node.expect("it is launched");
        let overlay = node.overlay::<Calculator>().expect("it was launched");
        Self {
            node,
            overlay,
            theirs,
            listening,
        }
    }

    /// Returns the Python node as a peer.
    fn peer(&self) -> Peer {
        let key = hex::decode(&self.listening.public_key);
        let key = PublicKey::from_bytes(&key).expect("a key");
        Peer::new(key, self.listening.address, Instant::now())
    }

    fn address(&self) -> String {
        self.node.local_addresses()[0].to_string()
    }
}

fn add(left: u32, right: u32) -> Add {
    Add {
        left,
        number: 0,
        right,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_peer_answers_our_requests_under_our_numbers() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut pair = Pair::start(python, &[]).await;
    for (left, right) in [(1, 2), (0, 0), (u32::MAX - 1, 1)] {
        let answer = pair.overlay.request(&pair.peer(), add(left, right)).await;
        let Sum { sum, number } = answer.expect("an answer");
        assert_eq!(sum, left + right);
        let asked = pair.theirs.wait_for_event("request");
        assert_eq!(
            (asked["name"].as_str(), asked["number"].as_u64()),
            (Some("Add"), Some(number.into()))
        );
    }
    let knock = Knock { number: 0 };
    let here = pair.overlay.request(&pair.peer(), knock).await;
    let number = here.expect("an answer").number;
    let asked = pair.theirs.wait_for_event("request");
    assert_eq!(asked["number"].as_u64(), Some(number.into()));
    pair.node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_of_a_python_peer_is_counted_and_the_right_one_counts() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let pair = Pair::start(python, &["--wrong-number"]).await;
    let answer = pair.overlay.request(&pair.peer(), add(20, 22)).await;
    assert_eq!(answer.expect("an answer").sum, 42);
    let stats = pair.node.stats().await.expect("it runs");
    assert_eq!(stats.engine.count(DropReason::Unsolicited), 1);
    pair.node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_peer_asks_us_and_finds_its_cache_again() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let mut pair = Pair::start(python, &[]).await;
    let to = pair.address();
    let command = json!({"command": "add", "to": to, "left": 40, "right": 2});
    let asked = pair.theirs.ask(&command, "asked");
    let answered = pair.theirs.wait_for_event("answered");
    assert_eq!(
        (&answered["number"], answered["sum"].as_u64()),
        (&asked["number"], Some(42))
    );
    assert_eq!(answered["mid"], pair.node.my_peer().mid().to_string());
    let command = json!({"command": "knock", "to": to});
    let asked = pair.theirs.ask(&command, "asked");
    let answered = pair.theirs.wait_for_event("answered");
    assert_eq!(
        (&answered["number"], answered["address"].as_str()),
        (&asked["number"], Some(to.as_str()))
    );
    // Our handler returns `None` where the sum overflows: no response is sent, and the Python cache
    // times out.
    let command = json!({"command": "add", "to": to, "left": u32::MAX, "right": 1, "timeout": 0.5});
    let asked = pair.theirs.ask(&command, "asked");
    let timed_out = pair.theirs.wait_for_event("timed_out");
    assert_eq!(timed_out["number"], asked["number"]);
    pair.node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_peer_that_is_gone_is_a_timeout() {
    let Some(python) = PythonNeighbour::or_skip() else {
        return;
    };
    let pair = Pair::start(python, &[]).await;
    let peer = pair.peer();
    drop(pair.theirs.stop());
    let timeout = Duration::from_millis(200);
    let answer = pair.overlay.request_within(&peer, add(1, 2), timeout).await;
    assert!(matches!(
        answer,
        Err(HandleError::Request(RequestError::Timeout))
    ));
    pair.node.stop().await;
}
