//! Converts decoded values to the JSON form that the Python scripts print (`view` in
//! `tests/python/harness.py`).

use std::net::SocketAddr;

use ipv8_core::internals::introduction::{IntroductionMessage, OpenedIntroduction};
use ipv8_core::internals::payload::{
    ConnectionType, IntroductionRequest, IntroductionResponse, Puncture, PunctureRequest, Style,
};
use ipv8_core::wire::Address;
use ipv8_core::wire::Bits;
use serde_json::{Value, json};

use crate::python::hex;

/// A value that has a form in the Python scripts' JSON.
pub trait View {
    /// Returns that form.
    fn view(&self) -> Value;
}

/// The eight IEEE bytes; all NaNs are equal.
impl View for f64 {
    fn view(&self) -> Value {
        if self.is_nan() {
            json!("nan")
        } else {
            bytes(&self.to_be_bytes())
        }
    }
}

impl View for SocketAddr {
    fn view(&self) -> Value {
        json!(self.to_string())
    }
}

impl View for Address {
    fn view(&self) -> Value {
        match self {
            Self::Ipv4(address) => json!(address.to_string()),
            Self::Ipv6(address) => json!(address.to_string()),
            // The scripts take everything with a colon for an IPv6 address.
            Self::Domain { host, port } if host.contains(':') => json!(format!("[{host}]:{port}")),
            Self::Domain { host, port } => json!(format!("{host}:{port}")),
        }
    }
}

impl<T: View> View for Vec<T> {
    fn view(&self) -> Value {
        self.iter().map(View::view).collect()
    }
}

/// Returns the hex form of a byte string. ([`View`] has no implementation for it, because lists of
/// numbers stay lists.)
#[must_use]
pub fn bytes(bytes: &[u8]) -> Value {
    json!(hex::encode(bytes))
}

/// Returns flags of the format `bits`, which py-ipv8 reads as numbers.
#[must_use]
pub fn bits(bits: Bits) -> [Value; 8] {
    bits.0.map(|bit| json!(u8::from(bit)))
}

/// The fields of an introduction message, named and read as py-ipv8 does for its style.
impl View for OpenedIntroduction {
    fn view(&self) -> Value {
        match (&self.message, self.style) {
            (IntroductionMessage::Request(_, request), Style::Old) => old_request(request),
            (IntroductionMessage::Request(_, request), Style::New) => new_request(request),
            (IntroductionMessage::Response(_, response), Style::Old) => old_response(response),
            (IntroductionMessage::Response(_, response), Style::New) => new_response(response),
            (IntroductionMessage::PunctureRequest(request), _) => request.view(),
            (IntroductionMessage::Puncture(_, puncture), _) => puncture.view(),
        }
    }
}

impl View for PunctureRequest {
    fn view(&self) -> Value {
        json!({
            "lan_walker_address": self.lan_walker.view(), "wan_walker_address": self.wan_walker.view(),
            "identifier": self.identifier,
        })
    }
}

impl View for Puncture {
    fn view(&self) -> Value {
        json!({
            "source_lan_address": self.source_lan.view(), "source_wan_address": self.source_wan.view(),
            "identifier": self.identifier,
        })
    }
}

fn request(request: &IntroductionRequest) -> Value {
    json!({
        "destination_address": request.destination.view(), "source_lan_address": request.source_lan.view(),
        "source_wan_address": request.source_wan.view(), "identifier": request.identifier,
        "extra_bytes": bytes(&request.extra),
    })
}

fn old_request(message: &IntroductionRequest) -> Value {
    let mut fields = request(message);
    // py-ipv8's decoder inverts this flag (protocol 4.1).
    fields["advice"] = json!(!message.advice());
    fields["supports_new_style"] = json!(u8::from(message.supports_new_style));
    fields["connection_type"] = connection_type(message.connection_type());
    fields
}

fn new_request(message: &IntroductionRequest) -> Value {
    const FLAGS: [&str; 8] = [
        "connection_type_0",
        "connection_type_1",
        "supports_new_style",
        "dflag1",
        "dflag2",
        "tunnel",
        "sync",
        "advice",
    ];
    let mut fields = request(message);
    for (name, bit) in FLAGS.into_iter().zip(bits(message.flags)) {
        fields[name] = bit;
    }
    fields
}

fn response(response: &IntroductionResponse) -> Value {
    json!({
        "destination_address": response.destination.view(), "source_lan_address": response.source_lan.view(),
        "source_wan_address": response.source_wan.view(),
        "lan_introduction_address": response.lan_introduction.view(),
        "wan_introduction_address": response.wan_introduction.view(), "identifier": response.identifier,
        "intro_supports_new_style": u8::from(response.intro_supports_new_style), "extra_bytes": bytes(&response.extra),
    })
}

fn old_response(message: &IntroductionResponse) -> Value {
    let mut fields = response(message);
    fields["supports_new_style"] = json!(u8::from(message.supports_new_style));
    fields["peer_limit_reached"] = json!(u8::from(message.peer_limit_reached));
    fields["connection_type"] = connection_type(message.connection_type());
    fields
}

fn new_response(message: &IntroductionResponse) -> Value {
    let mut fields = response(message);
    for (index, bit) in bits(message.flags).into_iter().enumerate().skip(1) {
        fields[format!("flag{index}")] = bit;
    }
    fields
}

fn connection_type(kind: ConnectionType) -> Value {
    json!(match kind {
        ConnectionType::Unknown => "unknown",
        ConnectionType::Public => "public",
        ConnectionType::SymmetricNat => "symmetric-NAT",
        ConnectionType::NotAvailable => "N/A",
    })
}
