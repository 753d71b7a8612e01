//! Settings of the node that code sets.

use std::net::SocketAddr;
use std::time::Duration;

use crate::config::{Config, MyPeer};

fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn the_defaults_are_those_of_the_reference_and_have_no_problem() {
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
            panic!("{seconds} was accepted");
        };
        assert!(problem.to_string().contains("to 3600"), "{problem}");
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
            panic!("{seconds} was accepted");
        };
        let text = problem.to_string();
        assert!(text.starts_with("walk_scaling_limit: "), "{text}");
    }
}

#[test]
fn peer_limits_have_a_range() {
    for peers in [-1, 0, 1, i32::MAX] {
        assert_eq!(Config::default().max_peers(peers).problems(), []);
    }
    for peers in [-2, i32::MIN] {
        let problems = Config::default().max_peers(peers).problems();
        let start = format!("max_peers: {peers} is out of range");
        assert!(problems[0].to_string().starts_with(&start), "{problems:?}");
    }
}

#[test]
fn all_problems_are_reported_at_once() {
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
        "interfaces[2]: invalid value \"127.0.0.1:2\": expected at most one IPv4",
        "interfaces[3]: invalid value \"[::1]:2\": expected at most one IPv4",
        "key_file: invalid value \"\": expected the name of a file",
        "snapshot_file: invalid value \"\": expected the name of a file",
        "bootstrap[0]: invalid value \"10.0.0.1:0\"",
        "bootstrap[2]: invalid value \"[::]:1\"",
        "bootstrap[3]: invalid value \"255.255.255.255:1\"",
        "walk_interval: 0 is out of range",
        "max_peers: -2 is out of range",
    ];
    assert_eq!(texts.len(), starts.len());
    for (text, start) in texts.iter().zip(starts) {
        assert!(text.starts_with(start), "{text}");
    }
    let nowhere = Config::default().interfaces([]);
    let text = nowhere.problems()[0].to_string();
    assert!(text.starts_with("interfaces: invalid value []"), "{text}");
}
