//! Serves the state of a tracker over HTTP, as py-ipv8's tracker does (protocol 10.4).

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::api_config::{ApiConfig, ApiError};
use super::drive::{Shared, lock};
use crate::communities::tracker::{TrackerLimits, TrackerStats};
use crate::node::clock::{now, since};

/// How long unfinished requests may delay the end of the tracker.
const PATIENCE: Duration = Duration::from_millis(500);

/// A listener that does not answer yet.
pub(super) struct Api {
    listener: TcpListener,
    address: SocketAddr,
    key: Option<String>,
}

impl Api {
    pub(super) async fn bind(config: &ApiConfig) -> Result<Self, ApiError> {
        config.check()?;
        let address = config.address;
        let failed = |error| ApiError::Bind { address, error };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            key: config.key.clone(),
        })
    }

    pub(super) fn serve(
        self,
        addresses: &[SocketAddr],
        tracker: Shared,
        mut stop: watch::Receiver<bool>,
    ) -> Serving {
        let shown = Arc::new(Shown {
            tracker,
            addresses: addresses.to_vec(),
            started: now(),
            key: self.key,
        });
        let routes = Router::new()
            .route("/services", get(services))
            .route("/statistics", get(statistics))
            .fallback(|| async { problem(StatusCode::NOT_FOUND, "There is no such page") })
            .layer(from_fn_with_state(Arc::clone(&shown), guard))
            .with_state(shown);
        let end = async move {
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let serve = axum::serve(self.listener, routes).with_graceful_shutdown(end);
        let task = tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the state API has ended");
            }
        });
        tracing::info!(address = %self.address, "state API running");
        Serving {
            address: self.address,
            task,
        }
    }
}

/// The task that answers requests.
#[derive(Debug)]
pub(super) struct Serving {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Serving {
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits up to [`PATIENCE`] for unfinished requests.
    pub(super) async fn stopped(mut self) {
        let ended = tokio::time::timeout(PATIENCE, &mut self.task).await;
        if ended.is_err() {
            self.task.abort();
        }
    }
}

/// The data behind the pages.
struct Shown {
    tracker: Shared,
    addresses: Vec<SocketAddr>,
    started: Instant,
    key: Option<String>,
}

#[derive(Deserialize)]
struct Credentials {
    apikey: Option<String>,
}

fn problem(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({"error": text}))).into_response()
}

/// Accepts a request with the key, if there is one. Without a key it accepts a request for a name
/// of this machine: a web page on a name that was made to resolve to this machine is refused.
async fn guard(State(shown): State<Arc<Shown>>, request: Request, next: Next) -> Response {
    match &shown.key {
        Some(key) if !has_key(key, request.headers(), request.uri()) => {
            problem(StatusCode::UNAUTHORIZED, "Unauthorized access")
        }
        None if !names_loopback(request.headers()) => problem(
            StatusCode::FORBIDDEN,
            "Use the loopback address of this machine",
        ),
        _ => next.run(request).await,
    }
}

/// Checks the header if it is present and not empty, else the query, as in py-ipv8.
fn has_key(key: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let header = headers
        .get("x-api-key")
        .map(|value| value.as_bytes().to_vec());
    let query = || {
        let Query(credentials) = Query::<Credentials>::try_from_uri(uri).ok()?;
        credentials.apikey.map(String::into_bytes)
    };
    let given = header.filter(|value| !value.is_empty()).or_else(query);
    given.is_some_and(|given| are_same(&given, key.as_bytes()))
}

/// Compares in a time that does not reveal the first difference.
fn are_same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        // A browser always sends this header.
        return true;
    };
    let Ok(host) = host.to_str() else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse()
            .is_ok_and(|host: IpAddr| host.to_canonical().is_loopback())
}

async fn services(State(shown): State<Arc<Shown>>) -> Json<BTreeMap<String, Vec<String>>> {
    // Copied under the lock, formatted without it.
    let services: Vec<_> = {
        let tracker = lock(&shown.tracker);
        let services = tracker.services();
        let peers = services.map(|(id, _)| (id, tracker.peers(id).cloned().collect::<Vec<_>>()));
        peers.collect()
    };
    let texts = services.into_iter().map(|(id, peers)| {
        let peers = peers.iter().map(ToString::to_string).collect();
        (id.to_string(), peers)
    });
    Json(texts.collect())
}

/// The page `/statistics`. Times are in seconds.
#[derive(Serialize)]
struct Statistics {
    addresses: Vec<SocketAddr>,
    mid: String,
    uptime: f64,
    peers: usize,
    waiting: usize,
    services: usize,
    pending_pings: usize,
    median_round_trip: Option<f64>,
    datagrams_in: u64,
    datagrams_out: u64,
    bytes_in: u64,
    bytes_out: u64,
    drops: BTreeMap<&'static str, u64>,
    counters: TrackerStats,
    limits: TrackerLimits,
}

async fn statistics(State(shown): State<Arc<Shown>>) -> Json<Statistics> {
    let tracker = lock(&shown.tracker);
    let stats = tracker.stats();
    Json(Statistics {
        addresses: shown.addresses.clone(),
        mid: tracker.my_peer().mid().to_string(),
        uptime: since(shown.started).as_secs_f64(),
        peers: tracker.peer_count(),
        waiting: tracker.waiting(),
        services: tracker.service_count(),
        pending_pings: tracker.pending_pings(),
        median_round_trip: tracker.median_round_trip().map(|time| time.as_secs_f64()),
        datagrams_in: stats.datagrams_in,
        datagrams_out: stats.datagrams_out,
        bytes_in: stats.bytes_in,
        bytes_out: stats.bytes_out,
        drops: stats
            .drops()
            .map(|(reason, count)| (reason.name(), count))
            .collect(),
        counters: tracker.counters().clone(),
        limits: tracker.limits().clone(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_accepted() {
        for (host, ours) in [
            ("127.0.0.1", true),
            ("127.0.0.1:8085", true),
            ("127.9.9.9:1", true),
            ("localhost:1", true),
            ("LOCALHOST", true),
            ("[::1]:8085", true),
            ("[::ffff:127.0.0.1]:1", true),
            ("evil.example:8085", false),
            ("localhost.evil.example", false),
            ("10.0.0.1:1", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            assert_eq!(names_loopback(&headers), ours, "{host}");
        }
    }

    #[test]
    fn the_whole_key_is_compared() {
        assert!(are_same(b"secret", b"secret"));
        for other in ["secre", "secrets", "Secret", ""] {
            assert!(!are_same(b"secret", other.as_bytes()), "{other}");
        }
    }
}
