//! How py-ipv8 judges packets, in batches.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PythonNeighbour, PythonProcess, hex};

/// How long a batch may take: 5,000 packets take some seconds.
const BATCH: Duration = Duration::from_secs(120);

/// What py-ipv8 did with a packet; `tests/python/judge.py` says more about every field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Verdict {
    /// The number of the packet, from 0.
    pub n: usize,
    /// `accepted`, `refused`, `unknown`, `deprecated`, `foreign` or `raised`.
    pub verdict: String,
    /// The message id, when the prefix is the community's.
    pub id: Option<u8>,
    /// What was raised while handling it.
    pub error: Option<String>,
    /// The event an accepted packet gave, as in `peer.py`.
    pub event: Option<String>,
    /// The signer of an accepted packet, as hex.
    pub mid: Option<String>,
    /// The signer's canonical public key, as hex.
    pub public_key: Option<String>,
    /// The global time of an accepted packet that has one.
    pub global_time: Option<u64>,
    /// The fields of an accepted packet, named as in py-ipv8.
    pub fields: Option<Value>,
    /// The mids of the peers that became verified.
    pub added: Vec<String>,
    /// The messages sent because of it, in order, as hex.
    pub sent: Vec<String>,
    /// Where these were sent to.
    pub to: Vec<String>,
    /// The addresses known only since, sorted as text.
    pub new_addresses: Vec<String>,
    /// The WAN estimate afterwards.
    pub wan: String,
    /// How a made packet was made: `good` or the name of the damage, and the name of the message.
    pub kind: Option<String>,
    /// A made packet, as hex.
    pub packet: Option<String>,
    /// Where a made packet is to come from.
    pub source: Option<SocketAddr>,
    /// Whether the seed alone determines the bytes of a made packet.
    pub deterministic: Option<bool>,
}

impl Verdict {
    /// Whether it was decoded and, where signed, verified.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.verdict == "accepted"
    }

    /// The bytes of a made packet; empty for one that was not made by `make.py`.
    #[must_use]
    pub fn packet_bytes(&self) -> Vec<u8> {
        self.packet.as_deref().map(hex::decode).unwrap_or_default()
    }
}

impl PythonNeighbour {
    /// Lets py-ipv8 judge packets, each as a node of `community` (40 hex digits) that has just started.
    ///
    /// `options` are further arguments of `judge.py`, such as `--keep-state`.
    ///
    /// # Panics
    /// When there is not one verdict for each packet within two minutes.
    #[must_use]
    pub fn judge(
        &self,
        community: &str,
        options: &[&str],
        packets: &[(Vec<u8>, SocketAddr)],
    ) -> Vec<Verdict> {
        let mut process = self.start_judge("judge", community, options);
        for (packet, source) in packets {
            process.write_line(
                &json!({"packet": hex::encode(packet), "source": source.to_string()}).to_string(),
            );
        }
        process.close_input();
        read_verdicts(process, packets.len())
    }

    /// Lets py-ipv8 make packets for `community`, good and damaged ones, and judge them.
    ///
    /// # Panics
    /// When these are not there within two minutes.
    #[must_use]
    pub fn make_packets(
        &self,
        community: &str,
        count: usize,
        seed: u64,
        options: &[&str],
    ) -> Vec<Verdict> {
        let (count_text, seed_text) = (count.to_string(), seed.to_string());
        let mut arguments = vec!["--count", &count_text, "--seed", &seed_text];
        arguments.extend(options);
        read_verdicts(self.start_judge("make", community, &arguments), count)
    }

    fn start_judge(&self, mode: &str, community: &str, options: &[&str]) -> PythonProcess {
        let mut arguments = vec![mode, "--community", community];
        arguments.extend(options);
        self.start("judge.py", &arguments)
    }
}

fn read_verdicts(mut process: PythonProcess, count: usize) -> Vec<Verdict> {
    let deadline = Instant::now() + BATCH;
    let mut verdicts = Vec::with_capacity(count);
    while let Some(line) = process.next_line(deadline) {
        let verdict = serde_json::from_str(&line);
        verdicts.push(
            verdict.unwrap_or_else(|error| process.fail(&format!("{error} in a verdict: {line}"))),
        );
    }
    let status = process.wait_for_end();
    if !status.success() || verdicts.len() != count {
        process.fail(&format!(
            "{} verdicts on {count} packets, then it ended with {status}",
            verdicts.len()
        ));
    }
    verdicts
}
