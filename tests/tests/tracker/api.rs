//! A tracker's state over HTTP: it serves the same as py-ipv8's tracker, and only to allowed
//! clients.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use ipv8_core::node::{ApiConfig, ApiError, Error, RunningTracker, TrackerConfig};
use ipv8_core::wire::{IntroductionRequest, Style};
use ipv8_tests::desk::{PROBE, key, sealed_styled};
use ipv8_tests::http;
use serde_json::Value;

use super::town::{identifier, response};

fn here() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

async fn tracker(api: ApiConfig) -> RunningTracker {
    let configuration = TrackerConfig::new().interfaces([here()]).api(api);
    configuration.launch().await.expect("it runs")
}

/// Sends a request with these lines and returns the answer. Runs on a thread that may block.
async fn ask(address: SocketAddr, lines: &str) -> (u16, Value) {
    let lines = lines.to_owned();
    let answer = tokio::task::spawn_blocking(move || http::ask(address, &lines));
    answer.await.expect("an answer")
}

async fn get(address: SocketAddr, path: &str) -> (u16, Value) {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_serves_the_same_as_the_reference_and_our_statistics() {
    let tracker = tracker(ApiConfig::new(here())).await;
    let api = tracker.api_address().expect("there is an API");
    assert_eq!(get(api, "/services").await, (200, serde_json::json!({})));

    let socket = tokio::net::UdpSocket::bind(here()).await.expect("a socket");
    let own = socket.local_addr().expect("it is bound");
    let request = IntroductionRequest::new(Style::Old, tracker.address(), own, own, 1);
    let packet = sealed_styled(PROBE, &key(1), Style::Old, request);
    socket
        .send_to(&packet, tracker.address())
        .await
        .expect("sent");
    let mut buffer = [0; 1500];
    let mut receive = async || {
        let receive = tokio::time::timeout(Duration::from_secs(30), socket.recv(&mut buffer));
        let length = receive.await.expect("in time").expect("a datagram");
        buffer[..length].to_vec()
    };
    let probe = receive().await;
    assert_eq!(get(api, "/statistics").await.1["counters"]["newcomers"], 1);
    let proof = response(&probe, &key(1), own, identifier(&probe));
    let sent = socket.send_to(&proof, tracker.address());
    sent.await.expect("sent");
    assert_eq!(receive().await[22], 245, "the answer, after the proof");

    let (status, services) = get(api, "/services").await;
    assert_eq!(status, 200);
    let mid = key(1).public_key().mid();
    let peers = &services[PROBE.to_string()];
    let text = peers[0].as_str().expect("a peer");
    assert!(
        text.starts_with(&format!("Peer<127.0.0.1:{}, ", own.port())),
        "{text}"
    );
    assert_eq!(peers.as_array().map(Vec::len), Some(1));
    assert_eq!(services.as_object().map(serde_json::Map::len), Some(1));
    // The mid has 28 digits in base64.
    assert_eq!(
        text.len(),
        format!("Peer<{own}, >").len() + 28,
        "{text} for {mid}"
    );

    let (status, figures) = get(api, "/statistics").await;
    assert_eq!(status, 200);
    assert_eq!(
        (&figures["peers"], &figures["services"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (&figures["counters"]["newcomers"], &figures["waiting"]),
        (&0.into(), &0.into())
    );
    assert_eq!(figures["counters"]["proven"], 1);
    assert_eq!(figures["counters"]["refused_host"], 0);
    assert_eq!(figures["mid"], tracker.my_peer().mid().to_string());
    assert_eq!(figures["addresses"][0], tracker.address().to_string());
    assert_eq!(figures["counters"]["nobody_introduced"], 1);
    assert_eq!(figures["limits"]["max_peers"], 10_000);
    assert_eq!(figures["datagrams_in"], 2);
    assert_eq!(figures["drops"]["bad_signature"], 0);
    assert_eq!(get(api, "/nothing").await.0, 404);
    let post = format!("POST /services HTTP/1.1\r\nHost: {api}\r\nContent-Length: 0");
    assert_eq!(ask(api, &post).await.0, 405);
    tracker.stop().await;
    assert!(
        TcpStream::connect(api).is_err(),
        "the API ends with the tracker"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_key_only_requests_with_that_key_may_read() {
    let tracker = tracker(ApiConfig::new(here()).key("s3cret")).await;
    let api = tracker.api_address().expect("there is an API");
    let refused = (401, serde_json::json!({"error": "Unauthorized access"}));
    for path in [
        "/services",
        "/statistics",
        "/nothing",
        "/docs",
        "/services?apikey=",
        "/services?apikey=s3cre",
    ] {
        assert_eq!(get(api, path).await, refused, "{path}");
    }
    assert_eq!(get(api, "/services?apikey=s3cret").await.0, 200);
    let with = |header: &str| format!("GET /services HTTP/1.1\r\nHost: elsewhere\r\n{header}");
    assert_eq!(ask(api, &with("X-Api-Key: s3cret")).await.0, 200);
    assert_eq!(ask(api, &with("x-api-key: other")).await, refused);
    // The header takes precedence, as in py-ipv8.
    let both = "GET /services?apikey=s3cret HTTP/1.1\r\nHost: elsewhere\r\nX-Api-Key: other";
    assert_eq!(ask(api, both).await, refused);
    tracker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_a_page_of_another_host_name_is_refused() {
    let tracker = tracker(ApiConfig::new(here()).key("")).await;
    let api = tracker.api_address().expect("there is an API");
    let from = |host: &str| format!("GET /services HTTP/1.1\r\nHost: {host}");
    let rebound = format!("evil.example:{}", api.port());
    assert_eq!(ask(api, &from(&rebound)).await.0, 403);
    let local = format!("localhost:{}", api.port());
    assert_eq!(ask(api, &from(&local)).await.0, 200);
    tracker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_is_closed_to_other_machines_unless_configured() {
    let anywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let launch = |api| TrackerConfig::new().interfaces([here()]).api(api).launch();
    let error = launch(ApiConfig::new(anywhere).key("secret")).await;
    let error = error.expect_err("not unless configured");
    assert!(
        matches!(error, Error::Api(ApiError::NotLoopback { .. })),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("use a loopback address such as 127.0.0.1:0"),
        "{error}"
    );
    let error = launch(ApiConfig::new(anywhere).anywhere()).await;
    let error = error.expect_err("not without a key");
    assert!(
        matches!(error, Error::Api(ApiError::NoKey { .. })),
        "{error}"
    );
    let tracker = launch(ApiConfig::new(anywhere).anywhere().key("secret")).await;
    let tracker = tracker.expect("configured, and with a key");
    let port = tracker.api_address().expect("there is an API").port();
    let api = SocketAddr::from(([127, 0, 0, 1], port));
    assert_eq!(get(api, "/services").await.0, 401);
    assert_eq!(get(api, "/services?apikey=secret").await.0, 200);
    let taken = launch(ApiConfig::new(api)).await.expect_err("taken");
    assert!(
        matches!(taken, Error::Api(ApiError::Bind { .. })),
        "{taken}"
    );
    tracker.stop().await;
}
