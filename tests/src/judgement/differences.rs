//! The deliberate differences between our judgement and py-ipv8's. There are no others.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use ipv8_core::internals::outbox::is_sendable;
use serde_json::Value;

use super::reach::{is_nowhere, is_service, may_see, may_send};
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
    /// What our judging node has learned before.
    pub history: History,
}

/// What our judging node has learned.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The WAN estimate; `None` before the first one.
    wan: Option<String>,
    /// The mids of its peers.
    peers: BTreeSet<String>,
    /// The addresses that its peers answered from.
    places: BTreeSet<SocketAddr>,
    /// The mids of the peers that understand the new style.
    new_style: BTreeSet<String>,
}

impl History {
    /// Adds what an accepted packet from `source` teaches, of which `verdict` is our verdict.
    pub fn note(&mut self, verdict: &Verdict, source: SocketAddr) {
        self.wan = Some(verdict.wan.clone());
        let Some(mid) = verdict.mid.clone().filter(|_| verdict.is_accepted()) else {
            return;
        };
        if is_event(verdict, RESPONSE) {
            self.peers.insert(mid.clone());
            self.places.insert(source);
        }
        if is_new_style(verdict) && self.peers.contains(&mid) {
            self.new_style.insert(mid);
        }
    }

    fn wan(&self) -> String {
        self.wan.clone().unwrap_or_else(|| "0.0.0.0:0".to_owned())
    }
}

const REQUEST: &str = "introduction_request";
const RESPONSE: &str = "introduction_response";

/// Returns `true` if our judging node has sent the introduction request with this identifier. Three
/// of four responses were asked for.
pub(super) fn is_asked_for(identifier: u16) -> bool {
    !identifier.is_multiple_of(4)
}

fn is_event(verdict: &Verdict, name: &str) -> bool {
    verdict.is_accepted() && verdict.event.as_deref() == Some(name)
}

fn field(verdict: &Verdict, name: &str) -> Option<SocketAddr> {
    let fields = verdict.fields.as_ref()?;
    fields[name].as_str().map(address)
}

/// Returns `true` if an introduction message shows that its sender understands the new style.
fn is_new_style(verdict: &Verdict) -> bool {
    let fields = verdict.fields.as_ref();
    let flag = fields.map(|fields| &fields["supports_new_style"]);
    let says_so = flag.is_some_and(|flag| flag.as_u64() == Some(1) || flag == &Value::Bool(true));
    matches!(verdict.id, Some(233 | 234)) || (matches!(verdict.id, Some(245 | 246)) && says_so)
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
pub const DIFFERENCES: [Difference; 11] = [
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
            // Also those of others that have our address as their source.
            let comes_from_us = facts.source == address(OWN_ADDRESS);
            if accepted || refused || comes_from_us {
                *verdict = Verdict {
                    n: verdict.n,
                    verdict: "own".to_owned(),
                    id: verdict.id,
                    wan: facts.history.wan(),
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
        name: "a stranger where no peer can be is not answered",
        reason: "its source is forged, to make us send to a documentation, benchmark or reserved \
                 range, or to the metadata service of a cloud",
        apply: |verdict, facts| {
            let is_proven = facts.history.places.contains(&facts.source);
            if is_event(verdict, REQUEST) && is_nowhere(facts.source) && !is_proven {
                verdict.sent.clear();
                verdict.to.clear();
            }
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
            if !is_event(verdict, RESPONSE) {
                return;
            }
            let own = [
                Some(address(OWN_ADDRESS)),
                field(verdict, "destination_address"),
            ];
            // What the sender claims about itself is handled separately.
            let other_interface =
                field(verdict, "source_wan_address").filter(|_| facts.source.is_ipv6());
            let kept = [Some(facts.source), other_interface];
            let known =
                |address: &Option<SocketAddr>| !own.contains(address) || kept.contains(address);
            let mut addresses = std::mem::take(&mut verdict.new_addresses);
            addresses.retain(|text| known(&Some(address(text))));
            verdict.new_addresses = addresses;
        },
    },
    Difference {
        name: "a response that was not asked for changes nothing",
        reason: "py-ipv8 believes every response; ours must repeat the identifier of an open request and come from the host \
                 that was asked",
        apply: |verdict, facts| {
            let identifier = verdict.fields.as_ref().map(|fields| &fields["identifier"]);
            let identifier = identifier.and_then(Value::as_u64);
            let asked = identifier.and_then(|number| u16::try_from(number).ok());
            if is_event(verdict, RESPONSE) && !asked.is_some_and(is_asked_for) {
                *verdict = Verdict {
                    n: verdict.n,
                    verdict: "unsolicited".to_owned(),
                    id: verdict.id,
                    wan: facts.history.wan(),
                    ..Verdict::default()
                };
            }
        },
    },
    Difference {
        name: "only an answer makes a peer",
        reason: "a request can be a copy and its source forged: its sender is asked before it is a peer, and until then \
                 nothing about it is remembered, neither its address nor its style",
        apply: |verdict, facts| {
            let (history, mid) = (&facts.history, verdict.mid.clone().unwrap_or_default());
            let is_peer = history.peers.contains(&mid);
            if is_event(verdict, REQUEST) {
                verdict.added.clear();
                verdict.new_addresses.clear();
                let is_new = is_new_style(verdict) || (is_peer && history.new_style.contains(&mid));
                for sent in &mut verdict.sent {
                    if matches!(&sent[44..46], "f5" | "e9") {
                        sent.replace_range(44..46, if is_new { "e9" } else { "f5" });
                    }
                }
            } else if is_event(verdict, RESPONSE) && is_peer {
                verdict.added.clear();
            } else if is_event(verdict, RESPONSE) && verdict.added.is_empty() {
                // py-ipv8 has known it since it sent something else.
                verdict.added.push(mid);
                verdict.new_addresses.push(facts.source.to_string());
                verdict.new_addresses.sort();
            }
        },
    },
    Difference {
        name: "only addresses within the reach of the introducer are remembered",
        reason: "an introducer in the internet knows nothing about our private networks, no peer is in a reserved range, and \
                 ports of services are spared",
        apply: |verdict, facts| {
            if is_event(verdict, RESPONSE) {
                let source = facts.source;
                let known =
                    |text: &String| address(text) == source || may_send(source, address(text));
                verdict.new_addresses.retain(known);
            }
        },
    },
    Difference {
        name: "an address that the sender cannot see is not our WAN address",
        reason: "a private address is of no use to peers elsewhere; py-ipv8 believes the last response, whatever it says. \
                 An introduced peer without a WAN address is never behind our NAT: to py-ipv8 it is while it has none itself",
        apply: |verdict, facts| {
            if is_event(verdict, RESPONSE)
                && field(verdict, "wan_introduction_address") == Some(address("0.0.0.0:0"))
            {
                let lan = field(verdict, "lan_introduction_address");
                let kept =
                    |text: &String| address(text) == facts.source || Some(address(text)) != lan;
                verdict.new_addresses.retain(kept);
            }
            let seen = field(verdict, "destination_address").filter(|seen| {
                is_event(verdict, RESPONSE) && seen.is_ipv4() && may_see(facts.source, *seen)
            });
            verdict.wan = seen.map_or_else(|| facts.history.wan(), |seen| seen.to_string());
        },
    },
    Difference {
        name: "no puncture goes beyond the reach of the introducer",
        reason: "puncture requests are not signed, so that anyone can make a node send to any address",
        apply: |verdict, facts| {
            if is_event(verdict, "puncture_request") {
                // The source can be forged, and so can its port.
                let is_peer = facts.history.places.contains(&facts.source);
                let may = |to| may_send(facts.source, to) && (is_peer || !is_service(to));
                let all = verdict.sent.iter().zip(&verdict.to);
                let kept = all.filter(|(_, to)| may(address(to)));
                (verdict.sent, verdict.to) = kept
                    .map(|(packet, to)| (packet.clone(), to.clone()))
                    .unzip();
            }
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
