//! The state of a tracker over HTTP, as py-ipv8's tracker serves it (protocol 10.4), on loopback unless told otherwise.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::lock;
use crate::communities::tracker::Tracker;
use crate::node::clock::now;

/// How long requests that are being answered may hold up the end.
const PATIENCE: Duration = Duration::from_millis(500);

/// Where the state of a tracker is served, and to whom: `GET /services` is each community with its peers as text, as from py-ipv8's
/// tracker, `GET /stats` the figures of the tracker. Both are JSON.
#[derive(Clone)]
pub struct ApiConfig {
    address: SocketAddr,
    key: Option<String>,
    anywhere: bool,
}

impl std::fmt::Debug for ApiConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the key: what is debugged ends in logs.
        let mut debug = formatter.debug_struct("ApiConfiguration");
        debug.field("address", &self.address);
        debug.field("has_key", &self.key.is_some());
        debug.field("anywhere", &self.anywhere).finish()
    }
}

impl ApiConfig {
    /// On `address`, which must be a loopback one; port 0 is any free one. Without a key, whoever can use this machine's
    /// loopback interface can read it; a browser is kept from doing so for a foreign web page.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            key: None,
            anywhere: false,
        }
    }

    /// Only for requests with this key in the header `X-Api-Key` or in the query as `apikey` (py-ipv8's `api_key`). Anything
    /// else is answered with 401. An empty key is none.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// Allows an address that other machines can reach; then there must be a key. It travels in the clear: put a proxy
    /// that speaks TLS in front.
    #[must_use]
    pub fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }
}

/// Why the state of a tracker cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// Other machines can reach the address, and nobody said that they may.
    #[error(
        "the state API on {address} would be open to other machines: take a loopback address such as 127.0.0.1:{port}, or allow it with `ApiConfiguration::anywhere` and a key", port = .address.port()
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// Other machines can reach the address, and there is no key.
    #[error(
        "the state API on {address} is open to other machines and needs a key: `ApiConfiguration::key`"
    )]
    NoKey {
        /// The address.
        address: SocketAddr,
    },
    /// The system refused the address.
    #[error("the state API cannot listen on {address}: {error}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
}

/// A listener that does not answer yet.
pub(super) struct Api {
    listener: TcpListener,
    address: SocketAddr,
    key: Option<String>,
}

impl Api {
    pub(super) async fn bind(configuration: &ApiConfig) -> Result<Self, ApiError> {
        let address = configuration.address;
        if !address.ip().to_canonical().is_loopback() {
            if !configuration.anywhere {
                return Err(ApiError::NotLoopback { address });
            }
            if configuration.key.is_none() {
                return Err(ApiError::NoKey { address });
            }
        }
        let failed = |error| ApiError::Bind { address, error };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            key: configuration.key.clone(),
        })
    }

    pub(super) fn serve(
        self,
        addresses: &[SocketAddr],
        tracker: Arc<Mutex<Tracker>>,
        mut stop: watch::Receiver<bool>,
    ) -> Serving {
        let shown = Shown {
            tracker,
            addresses: addresses.to_vec(),
            started: now(),
            key: self.key,
        };
        let shown = Arc::new(shown);
        let routes = Router::new()
            .route("/services", get(services))
            .route("/statistics", get(stats))
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

/// The task that answers.
#[derive(Debug)]
pub(super) struct Serving {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Serving {
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits a little for what is being answered.
    pub(super) async fn stopped(mut self) {
        if tokio::time::timeout(PATIENCE, &mut self.task)
            .await
            .is_err()
        {
            self.task.abort();
        }
    }
}

/// What the pages are made of.
struct Shown {
    tracker: Arc<Mutex<Tracker>>,
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

/// Lets only those in who have the key, if there is one. Without one, only who names this machine as it names itself: a
/// web page whose name was made to lead here does not.
async fn guard(State(shown): State<Arc<Shown>>, request: Request, next: Next) -> Response {
    match &shown.key {
        Some(key) if !has_key(key, request.headers(), request.uri()) => {
            problem(StatusCode::UNAUTHORIZED, "Unauthorized access")
        }
        None if !names_loopback(request.headers()) => problem(
            StatusCode::FORBIDDEN,
            "Ask for this machine by its loopback address",
        ),
        _ => next.run(request).await,
    }
}

/// As in py-ipv8 the header counts if there is one that is not empty, else the query.
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

/// Compares in a time that does not tell where the difference is.
fn are_same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        // Not from a browser.
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

async fn services(State(shown): State<Arc<Shown>>) -> Json<Map<String, Value>> {
    // Copied under the lock, made into text after it.
    let mut services: Vec<_> = {
        let tracker = lock(&shown.tracker);
        let services = tracker.services();
        let peers = services.map(|(id, _)| (id, tracker.peers(id).cloned().collect::<Vec<_>>()));
        peers.collect()
    };
    services.sort_unstable_by_key(|(id, _)| *id);
    let texts = services.into_iter().map(|(id, peers)| {
        let peers: Vec<_> = peers.iter().map(ToString::to_string).collect();
        (id.to_string(), peers.into())
    });
    Json(texts.collect())
}

async fn stats(State(shown): State<Arc<Shown>>) -> Json<Value> {
    let at = now();
    let tracker = lock(&shown.tracker);
    let (stats, counters, limits) = (tracker.stats(), tracker.counters(), tracker.limits());
    let drops = stats.drops();
    let drops: Map<_, _> = drops
        .map(|(reason, n)| (reason.name().to_owned(), n.into()))
        .collect();
    Json(json!({
        "addresses": shown.addresses,
        "mid": tracker.my_peer().mid().to_string(),
        "uptime": at.saturating_duration_since(shown.started).as_secs_f64(),
        "peers": tracker.peer_count(),
        "services": tracker.service_count(),
        "pending_pings": tracker.pending_pings(),
        "median_round_trip": tracker.median_round_trip().map(|time| time.as_secs_f64()),
        "datagrams_in": stats.datagrams_in,
        "datagrams_out": stats.datagrams_out,
        "bytes_in": stats.bytes_in,
        "bytes_out": stats.bytes_out,
        "drops": drops,
        "counters": {
            "introduced": counters.introduced,
            "nobody_introduced": counters.nobody_introduced,
            "pings": counters.pings,
            "pings_refused": counters.pings_refused,
            "pongs": counters.pongs,
            "timeouts": counters.timeouts,
            "full": counters.full,
            "silent": counters.silent,
            "peers_evicted": counters.peers_evicted,
            "service_peers_evicted": counters.service_peers_evicted,
            "services_evicted": counters.services_evicted,
            "peer_services_evicted": counters.peer_services_evicted,
        },
        "limits": {
            "max_peers": limits.max_peers,
            "max_peers_per_service": limits.max_peers_per_service,
            "max_services": limits.max_services,
            "max_services_per_peer": limits.max_services_per_peer,
        },
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_names_of_this_machine_are_taken() {
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
    fn keys_are_compared_whole() {
        assert!(are_same(b"secret", b"secret"));
        for other in ["secre", "secrets", "Secret", ""] {
            assert!(!are_same(b"secret", other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn a_debugged_configuration_keeps_its_key_to_itself() {
        let configuration = ApiConfig::new("127.0.0.1:1".parse().unwrap()).key("secret");
        assert!(!format!("{configuration:?}").contains("secret"));
    }
}
