//! The deliberate differences between our judgement and py-ipv8's. There are no others.

use std::net::SocketAddr;

use ipv8_core::internals::outbox::is_sendable;
use serde_json::Value;

use crate::python::Verdict;

/// The address of the judging node, the same as in `judge.py`.
pub(super) const OWN_ADDRESS: &str = "127.0.0.1:8090";

/// The private bin of the judging node: `DEFAULT_KEY` of `tests/python/judge.py`.
pub const OWN_KEY: [u8; 74] = own_key();

const fn own_key() -> [u8; 74] {
    let (mut key, head) = ([0; 74], *b"LibNaCLSK:");
    let mut at = 0;
    while at < 74 {
        key[at] = if at < 10 { head[at] } else { at as u8 - 10 };
        at += 1;
    }
    key
}

/// What a difference depends on besides the verdict.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The mid of the judging node, as hex.
    pub own_mid: String,
    /// The address that the packet came from.
    pub source: SocketAddr,
    /// Whether the packet claims that the judging node signed it.
    pub names_own_key: bool,
}

/// A deliberate difference.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// A short description of the difference.
    pub name: &'static str,
    /// The reason for it.
    pub reason: &'static str,
    /// Turns py-ipv8's verdict into ours.
    pub apply: fn(&mut Verdict, &Facts),
}

/// All deliberate differences.
pub const DIFFERENCES: [Difference; 5] = [
    Difference {
        name: "a packet that is only a prefix is dropped",
        reason: "py-ipv8 lets an IndexError escape; protocol 16.3",
        apply: |verdict, _| {
            if verdict.verdict == "raised" {
                verdict.verdict = "dropped".to_owned();
            }
        },
    },
    Difference {
        name: "our own packets are dropped",
        reason: "py-ipv8 answers itself, which only feeds a loop; it adds itself as a peer in neither case. We drop them unread",
        apply: |verdict, facts| {
            let accepted = verdict.is_accepted() && verdict.mid.as_deref() == Some(&facts.own_mid);
            let refused = verdict.verdict == "refused" && facts.names_own_key;
            if accepted || refused {
                *verdict = Verdict {
                    n: verdict.n,
                    verdict: "own".to_owned(),
                    id: verdict.id,
                    wan: "0.0.0.0:0".to_owned(),
                    ..Verdict::default()
                };
            }
        },
    },
    Difference {
        name: "nothing is sent to an address that no peer can have",
        reason: "port 0 and unspecified, broadcast and multicast hosts: no peer can be there, and a packet must not make us \
                 send to a whole network; py-ipv8 leaves it to the system to refuse, which it does but for multicast",
        apply: |verdict, _| {
            let all = verdict.sent.iter().zip(&verdict.to);
            let kept = all.filter(|(_, to)| is_sendable(&address(to)));
            (verdict.sent, verdict.to) = kept
                .map(|(packet, to)| (packet.clone(), to.clone()))
                .unzip();
        },
    },
    Difference {
        name: "addresses that cannot be walked to are not remembered",
        reason: "port 0 or an unspecified host: they would only displace useful addresses",
        apply: |verdict, _| {
            let usable =
                |address: SocketAddr| address.port() != 0 && !address.ip().is_unspecified();
            verdict.new_addresses.retain(|text| usable(address(text)));
        },
    },
    Difference {
        name: "introductions to the node itself are not remembered",
        reason: "a walk there would end here; py-ipv8 walks there and drops the answer",
        apply: |verdict, facts| {
            if verdict.event.as_deref() != Some("introduction_response") {
                return;
            }
            let field = |name: &str| {
                let fields = verdict.fields.as_ref()?;
                fields[name].as_str().map(address)
            };
            let own = [Some(address(OWN_ADDRESS)), field("destination_address")];
            // What the sender claims about itself is handled separately.
            let other_interface = field("source_wan_address").filter(|_| facts.source.is_ipv6());
            let kept = [Some(facts.source), other_interface];
            let known =
                |address: &Option<SocketAddr>| !own.contains(address) || kept.contains(address);
            let mut addresses = std::mem::take(&mut verdict.new_addresses);
            addresses.retain(|text| known(&Some(address(text))));
            verdict.new_addresses = addresses;
        },
    },
];

/// Returns our intended verdict where py-ipv8 gives `verdict`.
#[must_use]
pub fn expected(verdict: &Verdict, facts: &Facts) -> Verdict {
    let mut verdict = verdict.clone();
    normalise(&mut verdict);
    for difference in DIFFERENCES {
        (difference.apply)(&mut verdict, facts);
    }
    verdict
}

/// Returns the names of the deliberate differences that apply to `verdict`.
pub fn applying(verdict: &Verdict, facts: &Facts) -> impl Iterator<Item = &'static str> {
    DIFFERENCES.into_iter().filter_map(move |difference| {
        let mut changed = verdict.clone();
        (difference.apply)(&mut changed, facts);
        (changed != *verdict).then_some(difference.name)
    })
}

/// Describes how our verdict differs from `expected`; `None` if they agree.
///
/// The texts of errors are not compared: the two libraries word them differently.
#[must_use]
pub fn disagreement(expected: &Verdict, ours: &Verdict) -> Option<String> {
    let stripped = |verdict: &Verdict| Verdict {
        n: 0,
        error: None,
        kind: None,
        packet: None,
        source: None,
        deterministic: None,
        ..verdict.clone()
    };
    let (expected, ours) = (stripped(expected), stripped(ours));
    (expected != ours).then(|| format!("expected {expected:?}\n     got {ours:?}"))
}

/// Python writes `::1.2.3.4` where Rust writes `::102:304`.
fn normalise(verdict: &mut Verdict) {
    let texts = verdict.to.iter_mut().chain(&mut verdict.new_addresses);
    texts.for_each(normalise_text);
    normalise_text(&mut verdict.wan);
    verdict.new_addresses.sort();
    if let Some(Value::Object(fields)) = &mut verdict.fields {
        for field in fields.values_mut() {
            if let Value::String(text) = field {
                normalise_text(text);
            }
        }
    }
}

fn normalise_text(text: &mut String) {
    if let Ok(address) = text.parse::<SocketAddr>() {
        *text = address.to_string();
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse()
        .unwrap_or_else(|error| panic!("{text} in a verdict: {error}"))
}
