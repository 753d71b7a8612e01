//! The settings of the node, set by code.

use std::net::SocketAddr;
use std::time::Duration;

use crate::config::{Config, ConfigProblem, MyPeer};

fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn the_default_is_the_reference_s_and_has_no_problem() {
    let configuration = Config::default();
    assert_eq!(configuration.interfaces, addresses(&["0.0.0.0:8090"]));
    assert_eq!(configuration.interval(), Duration::from_millis(500));
    assert!(matches!(configuration.my_peer, MyPeer::New));
    assert_eq!(configuration.max_peers, None);
    assert!(configuration.bootstrap.is_empty());
    assert_eq!(configuration.problems(), []);
}

#[test]
fn walk_intervals_have_a_range() {
    for seconds in [1e-9, 0.001, 0.5, 3600.0] {
        let configuration = Config::default().walk_interval(seconds);
        assert_eq!(configuration.problems(), []);
        assert!(configuration.interval() > Duration::ZERO);
    }
    for seconds in [
        0.0,
        -0.0,
        -1.0,
        1e-10,
        3600.1,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        let configuration = Config::default().walk_interval(seconds);
        let [problem] = &configuration.problems()[..] else {
            panic!("{seconds} was let through");
        };
        assert!(problem.to_string().contains("at most 3600"), "{problem}");
        assert_eq!(configuration.interval(), Duration::from_millis(500));
    }
}

#[test]
fn the_walk_interval_is_scaled_up_to_a_limit_that_is_no_shorter() {
    let configuration = Config::default().walk_interval(0.2);
    assert_eq!(configuration.walk_scaling(), None);
    for seconds in [0.2, 3.0, 3600.0] {
        let configuration = configuration.clone().walk_scaling_limit(seconds);
        assert_eq!(configuration.problems(), []);
        let limit = Duration::from_secs_f64(seconds);
        assert_eq!(configuration.walk_scaling(), Some(limit));
    }
    for seconds in [0.19, 0.0, -1.0, 3600.1, f64::NAN, f64::INFINITY] {
        let configuration = configuration.clone().walk_scaling_limit(seconds);
        let [problem] = &configuration.problems()[..] else {
            panic!("{seconds} was let through");
        };
        let text = problem.to_string();
        assert!(text.starts_with("walk_scaling_limit is "), "{text}");
    }
}

#[test]
fn peer_limits_have_a_range() {
    for peers in [-1, 0, 1, i32::MAX] {
        assert_eq!(Config::default().max_peers(peers).problems(), []);
    }
    for peers in [-2, i32::MIN] {
        let problem = ConfigProblem::MaxPeers(peers);
        assert_eq!(Config::default().max_peers(peers).problems(), [problem]);
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let configuration = Config::default()
        .interfaces(addresses(&[
            "127.0.0.1:1",
            "[::1]:1",
            "127.0.0.1:2",
            "[::1]:2",
        ]))
        .key_file("")
        .walk_interval(0.0)
        .bootstrap(addresses(&[
            "10.0.0.1:0",
            "10.0.0.1:1",
            "[::]:1",
            "255.255.255.255:1",
        ]))
        .snapshot_file("")
        .max_peers(-2);
    let texts: Vec<String> = configuration
        .problems()
        .iter()
        .map(ToString::to_string)
        .collect();
    let starts = [
        "interfaces 127.0.0.1:1 and 127.0.0.1:2",
        "interfaces [::1]:1 and [::1]:2",
        "the path of the key file is empty",
        "walk_interval is 0 seconds",
        "bootstrap address 10.0.0.1:0",
        "bootstrap address [::]:1",
        "bootstrap address 255.255.255.255:1",
        "the path of the snapshot's file is empty",
        "max_peers is -2",
    ];
    assert_eq!(texts.len(), starts.len());
    for (text, start) in texts.iter().zip(starts) {
        assert!(text.starts_with(start), "{text}");
    }
    let nowhere = Config::default().interfaces([]);
    assert_eq!(nowhere.problems(), [ConfigProblem::NoInterface]);
}
