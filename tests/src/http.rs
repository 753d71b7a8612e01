//! One HTTP request at a time, over a plain socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take: far longer than it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends a request with these lines. Returns the status, and the body if it is JSON.
///
/// # Panics
///
/// Panics if there is no answer in time.
#[must_use]
pub fn ask(address: SocketAddr, lines: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).expect("a server listens");
    let timeout = stream.set_read_timeout(Some(PATIENCE));
    timeout.expect("a timeout can be set");
    let request = format!("{lines}\r\nConnection: close\r\n\r\n");
    let written = stream.write_all(request.as_bytes());
    written.expect("the request is taken");
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    read.expect("an answer");
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    (
        status.unwrap_or_else(|| panic!("no status: {answer}")),
        body,
    )
}

/// Requests a page. Returns the status, and the body if it is JSON.
///
/// # Panics
///
/// Panics if there is no answer in time.
#[must_use]
pub fn get(address: SocketAddr, path: &str) -> (u16, Value) {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}"))
}
