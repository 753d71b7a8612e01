//! The settings and errors of the state API.

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// The settings of a tracker's state API, which serves JSON over HTTP.
///
/// `GET /services` returns each community with its peers as text, as py-ipv8's tracker does. `GET
/// /statistics` returns the counts of the tracker.
#[derive(Clone)]
pub struct ApiConfig {
    pub(super) address: SocketAddr,
    pub(super) key: Option<String>,
    anywhere: bool,
}

impl fmt::Debug for ApiConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key, because debug output ends up in logs.
        let mut debug = formatter.debug_struct("ApiConfig");
        debug.field("address", &self.address);
        debug.field("has_key", &self.key.is_some());
        debug.field("anywhere", &self.anywhere).finish()
    }
}

impl ApiConfig {
    /// Serves the API on `address`, which must be a loopback address. Port 0 is any free one.
    ///
    /// Without a key, every program on this machine can read the state. A web page in a browser
    /// cannot.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            key: None,
            anywhere: false,
        }
    }

    /// Requires this key in the header `X-Api-Key` or in the query as `apikey` (py-ipv8's
    /// `api_key`). Any other request is answered with 401. An empty key means none.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into()).filter(|key| !key.is_empty());
        self
    }

    /// Allows an address that other machines can reach, if there is a key. The key is sent
    /// unencrypted: put a proxy that speaks TLS in front.
    #[must_use]
    pub fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// Refuses an address that other machines can reach, unless that is allowed and there is a key.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let address = self.address;
        if address.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        if !self.anywhere {
            return Err(ApiError::NotLoopback { address });
        }
        if self.key.is_none() {
            return Err(ApiError::NoKey { address });
        }
        Ok(())
    }
}

/// Why the state API of a tracker could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApiError {
    /// Other machines can reach the address, and that is not allowed.
    #[error(
        "other machines could reach the state API on {address}: use a loopback address such as 127.0.0.1:{port}, or allow it with `ApiConfig::anywhere` and a key",
        port = .address.port()
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// Other machines can reach the address, and there is no key.
    #[error("other machines can reach the state API on {address}: set a key with `ApiConfig::key`")]
    NoKey {
        /// The address.
        address: SocketAddr,
    },
    /// The system refused the address.
    #[error("the state API cannot listen on {address}: {error}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        error: io::Error,
    },
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_output_does_not_contain_the_key() {
        let config = ApiConfig::new("127.0.0.1:1".parse().unwrap()).key("secret");
        assert!(!format!("{config:?}").contains("secret"));
    }
}
