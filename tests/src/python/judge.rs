//! Asks py-ipv8 to judge packets, in batches.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{PythonNeighbour, PythonProcess, hex};

/// How long a batch may take: 5,000 packets take some seconds.
const BATCH: Duration = Duration::from_secs(120);

/// py-ipv8's verdict on a packet; `tests/python/judge.py` documents every field.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Verdict {
    /// The number of the packet, from 0.
    pub n: usize,
    /// `accepted`, `refused`, `unknown`, `deprecated`, `foreign` or `raised`.
    pub verdict: String,
    /// The message id, when the prefix is the community's.
    pub id: Option<u8>,
    /// The error that was raised while handling it.
    pub error: Option<String>,
    /// The event of an accepted packet, as in `peer.py`.
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
    /// The destinations of these messages.
    pub to: Vec<String>,
    /// The addresses that this packet made known, sorted as text.
    pub new_addresses: Vec<String>,
    /// The WAN estimate afterwards.
    pub wan: String,
    /// How a made packet was made: `good` or the name of the damage, and the name of the message.
    pub kind: Option<String>,
    /// A made packet, as hex.
    pub packet: Option<String>,
    /// The source address of a made packet.
    pub source: Option<SocketAddr>,
    /// Whether the seed alone determines the bytes of a made packet.
    pub deterministic: Option<bool>,
}

impl Verdict {
    /// Returns `true` if the packet was decoded and, where signed, verified.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.verdict == "accepted"
    }

    /// Returns the bytes of a made packet; empty for a packet that `judge.py` did not make.
    #[must_use]
    pub fn packet_bytes(&self) -> Vec<u8> {
        self.packet.as_deref().map(hex::decode).unwrap_or_default()
    }
}

impl PythonNeighbour {
    /// Asks py-ipv8 to judge packets, each as a newly started node of `community` (40 hex digits).
    ///
    /// `options` are further arguments of `judge.py`, such as `--keep-state`.
    ///
    /// # Panics
    ///
    /// Panics if there is not one verdict for each packet within two minutes.
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

    /// Asks py-ipv8 to make packets for `community`, good and damaged ones, and to judge them.
    ///
    /// # Panics
    ///
    /// Panics if the verdicts are not there within two minutes.
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
