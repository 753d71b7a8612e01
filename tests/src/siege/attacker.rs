//! The attacker's process. It reads every datagram of the namespace, answers those to its own
//! peers, and sends the attacks.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipv8_core::wire::Style;
use serde_json::json;

use super::attacks::{Attack, Attacks, Forged};
use super::sybils::{departing, sybils};
use super::tap::{Crossed, Forge, Tap};
use super::{DEATH, EACH, OVERLAYS, departed, our_number, ours, sybil, theirs, trackers};
use crate::actor::Actor;

const PATIENCE: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// The time between the requests of one Sybil and those of the next one. Each asks every node
/// every 20 seconds.
const SYBIL_PAUSE: Duration = Duration::from_millis(830);
const REPORT: Duration = Duration::from_secs(5);
const SEED: u64 = 12;

/// A recurring job, and when it is due.
#[derive(Debug)]
struct Beat<J> {
    job: J,
    due: Duration,
    turn: u16,
}

impl<J: Copy> Beat<J> {
    fn new(job: J) -> Self {
        Self {
            job,
            due: Duration::ZERO,
            turn: 0,
        }
    }

    /// Returns the number of this turn if it is due. Turns that are late are made up for.
    fn take(&mut self, now: Duration, pause: Duration) -> Option<u16> {
        if now < self.due {
            return None;
        }
        self.due += pause;
        self.turn = self.turn.wrapping_add(1);
        Some(self.turn)
    }
}

struct Attacker {
    forge: Forge,
    /// The attacker's peers, and the one that departs.
    actors: HashMap<SocketAddr, Actor>,
    attacks: Attacks,
    /// The last datagrams of the departed peer to each of our nodes.
    last_words: HashMap<SocketAddr, Vec<u8>>,
    sent: BTreeMap<&'static str, u64>,
}

/// Attacks until the process ends; prints how much it sent every five seconds. If it is not
/// `hostile`, there is only the peer that departs.
///
/// # Errors
///
/// The system allows no raw sockets.
pub fn run(hostile: bool) -> io::Result<()> {
    let mut tap = Tap::open(PATIENCE)?;
    let mut actors = if hostile { sybils() } else { HashMap::new() };
    actors.insert(departed(), departing());
    let mut attacker = Attacker {
        forge: Forge::open()?,
        actors,
        attacks: Attacks::new(SEED),
        last_words: HashMap::new(),
        sent: BTreeMap::new(),
    };
    let mut attacks = Attack::ALL.map(Beat::new);
    let [mut sybils, mut peer, mut replays, mut reports] = [(); 4].map(Beat::new);
    let start = Instant::now();
    loop {
        if let Some(crossed) = tap.next()? {
            attacker.hear(crossed);
        }
        let now = start.elapsed();
        // It asks four times while it lives.
        if now < DEATH && peer.take(now, 4 * SECOND).is_some() {
            attacker.ask(departed(), "departing");
        }
        if let Some(peer) = attacker.actors.get_mut(&departed()) {
            peer.answers = now < DEATH;
        }
        if reports.take(now, REPORT).is_some() {
            println!("{}", json!(attacker.sent));
            io::stdout().flush()?;
        }
        if !hostile {
            continue;
        }
        if let Some(turn) = sybils.take(now, SYBIL_PAUSE) {
            attacker.ask(sybil(turn % super::SYBILS), "sybils");
        }
        if now >= DEATH && replays.take(now, SECOND).is_some() {
            attacker.repeat_last_words();
        }
        for beat in &mut attacks {
            while let Some(turn) = beat.take(now, beat.job.pause()) {
                let forged = attacker.attacks.turn(beat.job, turn);
                attacker.send(beat.job.name(), forged);
            }
        }
    }
}

impl Attacker {
    /// Answers a datagram to one of the attacker's peers; keeps one to our nodes. Sybils leave
    /// py-ipv8's nodes alone: a few of them would fill their lists for good.
    fn hear(&mut self, crossed: Crossed) {
        if crossed.forged {
            return;
        }
        let is_theirs = (0..EACH).any(|number| theirs(number) == crossed.from);
        let Some(actor) = self.actors.get_mut(&crossed.to) else {
            if our_number(crossed.to).is_some() {
                self.attacks.capture(crossed);
            }
            return;
        };
        if is_theirs && crossed.to != departed() {
            return;
        }
        let from = actor.at;
        let answers = actor.hear(crossed.from, &crossed.bytes);
        let forged = answers.into_iter().map(|(to, bytes)| (from, to, bytes));
        self.send("answers", forged.collect());
    }

    /// Lets one of the attacker's peers ask all of our nodes and the trackers, in both overlays.
    fn ask(&mut self, from: SocketAddr, name: &'static str) {
        let Some(actor) = self.actors.get(&from) else {
            return;
        };
        let nodes = (0..EACH).map(ours).chain(trackers());
        let requests = nodes.flat_map(|to| {
            OVERLAYS.map(|overlay| (from, to, actor.request(overlay, Style::Old, to, 1)))
        });
        let requests: Vec<Forged> = requests.collect();
        if from == departed() {
            let words = requests
                .iter()
                .map(|(_, to, request)| (*to, request.clone()));
            self.last_words.extend(words);
        }
        self.send(name, requests);
    }

    /// Repeats the requests of the departed peer, from its address and from another one.
    fn repeat_last_words(&mut self) {
        let words = self.last_words.iter();
        let repeated = words.flat_map(|(to, request)| {
            [departed(), sybil(0)].map(|from| (from, *to, request.clone()))
        });
        let repeated = repeated.collect();
        self.send("last_words", repeated);
    }

    fn send(&mut self, name: &'static str, forged: Vec<Forged>) {
        for (from, to, bytes) in forged {
            // The system sends nothing to some special addresses.
            if self.forge.send(from, to, &bytes).is_ok() {
                *self.sent.entry(name).or_default() += 1;
            }
        }
    }
}
