//! Floods on a real socket, from a thousand addresses of many networks.
//!
//! They run in a network namespace of their own. There, this program starts itself twice with
//! [`ROLE`] set: as the node with its honest askers, and as the attacker. Each test compares
//! the results during the attack with those before it, in the same run.

use std::ffi::{OsStr, OsString};
use std::fmt::{Debug, Write};
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ipv8_core::engine::Event;
use ipv8_core::internals::payload::{IntroductionRequest, Style, ids};
use ipv8_core::node::MemoryNetwork;
use ipv8_core::prelude::*;
use ipv8_tests::attacker::{spoiled, with_slow_key};
use ipv8_tests::desk::{PROBE, key, sealed, sealed_styled};
use ipv8_tests::launch::{Idle, ProbeLauncher, configuration, endpoint};
use ipv8_tests::namespace::{HOSTS, TwoHosts};
use ipv8_tests::probe::{Hello, Probe, ProbeSettings};
use tokio::time::{sleep, timeout};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};

/// What the program does inside the namespace.
const ROLE: &str = "IPV8_TEST_ATTACKS";
/// The core of the attacker.
const ITS_CORE: &str = "IPV8_TEST_ATTACKERS_CORE";

/// All addresses of the attackers and of honest strangers: they belong to the namespace.
const SOURCES: &str = "11.0.0.0/8";

const NODE_PORT: u16 = 9_000;
/// A socket without a reader: an attack on it takes the machine's time and not the node's.
const ELSEWHERE: u16 = 9_001;

const ASKERS: u8 = 30;
/// How often each asks; also how long it waits for an answer.
const PAUSE: Duration = Duration::from_millis(1_100);

/// The part of a core that signatures of strangers may take, with a burst at the start.
const MOST_WORK: f64 = 0.26;

/// A busy machine can delay everything by this time.
const LEAST_DELAY: Duration = Duration::from_millis(100);

fn node_address() -> SocketAddr {
    SocketAddr::new(HOSTS[0].parse().expect("an address"), NODE_PORT)
}

/// Held by one flood at a time: two would compete for the cores.
static FLOOD: Mutex<()> = Mutex::new(());

/// Runs `role` in a new namespace, if there can be one.
fn in_a_namespace(role: &str) {
    let _alone = FLOOD.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(hosts) = TwoHosts::or_skip(role) else {
        return;
    };
    let [first, last] = first_and_last_core();
    let status = hosts
        .on(0, OsStr::new("taskset"))
        .args(this_program_on(&first))
        .env(ROLE, role)
        .env(ITS_CORE, last)
        .stdin(Stdio::null())
        .status();
    assert!(status.expect("it runs").success(), "see above");
}

/// Returns the arguments of `taskset` that run this program again, on one core.
///
/// The node and the attacker have a core each: then the node is measured, and not what it gets of
/// a core that it shares with the attacker.
fn this_program_on(core: &str) -> Vec<OsString> {
    let program = std::env::current_exe().expect("this program");
    let test = ["--exact", "attacks::inside_a_namespace", "--nocapture"];
    let mut arguments = vec!["-c".into(), core.into(), program.into()];
    arguments.extend(test.map(OsString::from));
    arguments
}

/// Returns the first and the last core that this program may use. They are the same if it is the
/// only one.
fn first_and_last_core() -> [String; 2] {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has namespaces");
    let cores = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .expect("Linux names the cores")
        .trim();
    // Such as `0-1,4`.
    let numbers: Vec<_> = cores.split([',', '-']).collect();
    [numbers.first(), numbers.last()].map(|core| core.expect("a core").to_string())
}

#[test]
fn bad_signatures_take_a_quarter_of_a_core_and_no_answers_from_others() {
    in_a_namespace("curve25519");
}

#[test]
fn bad_signatures_on_old_curves_take_hardly_any_time() {
    in_a_namespace("sect571k1");
}

#[test]
fn a_flooded_overlay_does_not_delay_another_one() {
    in_a_namespace("overlay");
}

/// Not a test by itself: the tests above start it in a namespace.
#[test]
fn inside_a_namespace() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    if let Some(attack) = role.strip_prefix("attack ") {
        return attack_until_told(attack);
    }
    let added = Command::new("ip")
        .args(["route", "add", "local", SOURCES, "dev", "lo"])
        .status();
    assert!(added.expect("ip runs").success());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(under_attack(&role));
}

async fn under_attack(role: &str) {
    let _elsewhere = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, ELSEWHERE)).expect("a socket");
    let launchers = Launchers::new()
        .with(
            ProbeLauncher::<0>::new(ProbeSettings::default()).walked(|strategies| {
                strategies.add::<Idle>(-1, |_| {});
            }),
        )
        .with(ProbeLauncher::<1>::new(ProbeSettings::default()));
    let configuration = configuration(1, None)
        .interfaces([node_address()])
        .max_peers(1_000)
        .walk_interval(0.05);
    let node = launchers.config(configuration).launch().await;
    let node = node.expect("it is launched");
    let quiet = {
        let _attacker = Attacker::start(role, ELSEWHERE);
        measure(&node, role, 4).await
    };
    let flooded = {
        let _attacker = Attacker::start(role, NODE_PORT);
        measure(&node, role, 6).await
    };
    println!("quiet: {quiet:?}\nflooded: {flooded:?}");
    assert!(quiet.answered > 0.95, "the machine is too busy");
    assert!(flooded.received > 1_000.0, "it was no flood");
    assert!(flooded.answered >= 0.95, "honest answers are missing");
    assert!(flooded.work <= MOST_WORK, "signatures took too long");
    // Other programs on this machine may need its cores, too.
    let late = quiet.late_step.max(LEAST_DELAY);
    assert!(flooded.late_step <= 2 * late, "steps are late");
    let slow = quiet.answer.max(LEAST_DELAY);
    assert!(flooded.answer <= 2 * slow, "answers are late");
    node.stop().await;
}

/// What was measured in one phase.
#[derive(Debug)]
struct Measured {
    /// The part of the honest questions that was answered in time.
    answered: f64,
    /// The 99th percentile of the time to an answer.
    answer: Duration,
    /// The 99th percentile of the deviation from an even spacing of steps.
    late_step: Duration,
    /// Datagrams that the node received in a second.
    received: f64,
    /// The estimated part of a core for the signatures of strangers.
    work: f64,
}

async fn measure(node: &Ipv8, role: &str, seconds: u32) -> Measured {
    // The attack has to begin first.
    sleep(Duration::from_millis(700)).await;
    let before = node.stats().await.expect("it runs");
    let (began, end) = (
        Instant::now(),
        Instant::now() + seconds * Duration::from_secs(1),
    );
    let asked = match role {
        "overlay" => Probe::<1>::COMMUNITY_ID,
        _ => PROBE,
    };
    let askers: Vec<_> = (0..ASKERS)
        .map(|number| tokio::task::spawn_blocking(move || ask(number, asked, end)))
        .collect();
    let steps = tokio::spawn(spacing(node.events(), end));
    let mut answers = Vec::new();
    for asker in askers {
        answers.extend(asker.await.expect("it asks"));
    }
    let steps = steps.await.expect("it listens");
    let after = node.stats().await.expect("it runs");
    let time = began.elapsed().as_secs_f64();
    let times: Vec<_> = answers.iter().flatten().copied().collect();
    let work = |stats: &ipv8_core::node::NodeStats| {
        let json = serde_json::to_value(stats.inbox).expect("JSON");
        let work = ["contact", "stranger"].map(|class| &json["classes"][class]["work"]);
        work.map(|work| work.as_f64().unwrap_or(f64::INFINITY))
            .iter()
            .sum::<f64>()
            / 1e6
    };
    Measured {
        answered: times.len() as f64 / answers.len() as f64,
        answer: percentile(times),
        late_step: percentile(steps),
        received: (after.engine.datagrams_in - before.engine.datagrams_in) as f64 / time,
        work: (work(&after) - work(&before)) / time,
    }
}

/// Asks once in each pause, from an address in a network of its own. Returns the time to each
/// answer. Blocks its thread, because a task would wait for a turn in the node's own runtime.
fn ask(number: u8, overlay: CommunityId, end: Instant) -> Vec<Option<Duration>> {
    let own = SocketAddr::from(([11, 200, number, 1], 7_000));
    let socket = UdpSocket::bind(own).expect("a socket");
    let key = key(1_000 + u16::from(number));
    std::thread::sleep(PAUSE * u32::from(number) / u32::from(ASKERS));
    let mut answers = Vec::new();
    while Instant::now() < end {
        let identifier = u16::try_from(answers.len()).expect("few questions");
        let request = IntroductionRequest::new(Style::Old, node_address(), own, own, identifier);
        let request = sealed_styled(overlay, &key, Style::Old, request);
        let asked = Instant::now();
        socket.send_to(&request, node_address()).expect("sent");
        answers.push(answered(&socket, identifier, asked));
        std::thread::sleep((asked + PAUSE).saturating_duration_since(Instant::now()));
    }
    answers
}

/// Waits for the answer with this identifier until [`PAUSE`] after `asked`. Returns the time
/// that it took.
fn answered(socket: &UdpSocket, identifier: u16, asked: Instant) -> Option<Duration> {
    let mut buffer = [0; 2_048];
    loop {
        let left = PAUSE.checked_sub(asked.elapsed())?;
        socket.set_read_timeout(Some(left)).ok()?;
        let (length, _) = socket.recv_from(&mut buffer).ok()?;
        if is_answer(&buffer[..length], identifier) {
            return Some(asked.elapsed());
        }
    }
}

/// Returns `true` for an old-style response with this identifier, which precedes the signature.
fn is_answer(datagram: &[u8], identifier: u16) -> bool {
    let end = datagram.len().saturating_sub(64);
    datagram.get(22) == Some(&ids::INTRODUCTION_RESPONSE)
        && datagram[..end].ends_with(&identifier.to_be_bytes())
}

/// Returns how far the time between each step and the next is from the interval.
async fn spacing(
    mut events: tokio::sync::broadcast::Receiver<Event>,
    end: Instant,
) -> Vec<Duration> {
    let mut steps = Vec::new();
    while Instant::now() < end {
        if let Ok(Ok(Event::Step(step))) = timeout(Duration::from_secs(1), events.recv()).await {
            steps.push(step.at);
        }
    }
    let interval = Duration::from_millis(50);
    let gaps = steps.windows(2).map(|pair| pair[1] - pair[0]);
    gaps.map(|gap| gap.abs_diff(interval)).collect()
}

fn percentile(mut times: Vec<Duration>) -> Duration {
    times.sort();
    let index = times.len() * 99 / 100;
    times.get(index).copied().unwrap_or(Duration::MAX)
}

/// Another process that floods a port. Dropping it ends it.
struct Attacker(Child);

impl Attacker {
    fn start(role: &str, port: u16) -> Self {
        let core = std::env::var(ITS_CORE).expect("the test sets it");
        let child = Command::new("taskset")
            .args(this_program_on(&core))
            .env(ROLE, format!("attack {role} {port}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        Self(child.expect("it starts"))
    }
}

impl Drop for Attacker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends bad datagrams from a thousand addresses in 250 networks, until the pipe is closed.
fn attack_until_told(attack: &str) {
    let (role, port) = attack.split_once(' ').expect("a role and a port");
    let to = SocketAddr::new(node_address().ip(), port.parse().expect("a port"));
    let (datagrams, in_a_millisecond) = match role {
        "curve25519" => (bad_signatures(), 50),
        "sect571k1" => (vec![bad_old_signature()], 3),
        "overlay" => (greetings(), 50),
        other => panic!("an unknown attack: {other}"),
    };
    let sockets: Vec<_> = (0..1_000_u16)
        .map(|number| {
            let network = u8::try_from(number % 250).expect("below 250");
            let host = u8::try_from(1 + number / 250).expect("at most 4");
            let from = SocketAddrV4::new(Ipv4Addr::new(11, 1, network, host), 7_000);
            UdpSocket::bind(from).expect("a socket")
        })
        .collect();
    std::thread::spawn(|| {
        // The end of the pipe: the parent is gone.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let (began, mut sent) = (Instant::now(), 0);
    for (socket, datagram) in sockets.iter().cycle().zip(datagrams.iter().cycle()) {
        let _ = socket.send_to(datagram, to);
        sent += 1;
        if sent % in_a_millisecond == 0 {
            let due = began + Duration::from_millis(1) * (sent / in_a_millisecond);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }
}

fn request(signer: u16) -> Vec<u8> {
    let anywhere = SocketAddr::from(([11, 9, 9, 9], 9));
    let request = IntroductionRequest::new(Style::Old, node_address(), anywhere, anywhere, signer);
    sealed_styled(PROBE, &key(signer), Style::Old, request)
}

pub(super) fn bad_signatures() -> Vec<Vec<u8>> {
    (100..400).map(|signer| spoiled(&request(signer))).collect()
}

/// Returns a request with a key and a signature on the most expensive curve.
pub(super) fn bad_old_signature() -> Vec<u8> {
    with_slow_key(&request(100))
}

/// Returns valid messages for overlay 0.
fn greetings() -> Vec<Vec<u8>> {
    let text = String::from("hello");
    let hello = Hello { text };
    (100..400)
        .map(|signer| sealed(PROBE, &key(signer), 1, &hello))
        .collect()
}

/// Counts the bytes that this thread logs at the default level.
#[derive(Clone, Default)]
struct LogBytes(Arc<Mutex<String>>);

impl<S: tracing::Subscriber> Layer<S> for LogBytes {
    fn on_event(&self, event: &tracing::Event<'_>, _: LayerContext<'_, S>) {
        if *event.metadata().level() > tracing::Level::INFO {
            return;
        }
        struct Fields<'a>(&'a mut String);
        impl Visit for Fields<'_> {
            fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
                let _ = write!(self.0, " {}={value:?}", field.name());
            }
        }
        let mut log = self.0.lock().expect("no thread panicked");
        // A time, a level and a module come first.
        log.push_str("2026-11-30T18:00:00.000000Z  WARN ipv8_core::node::driver::reports:");
        event.record(&mut Fields(&mut log));
        log.push('\n');
    }
}

#[tokio::test(start_paused = true)]
async fn a_million_bad_datagrams_make_less_than_sixty_four_kilobytes_of_log() {
    const COUNT: u32 = 1_000_000;
    let log = LogBytes::default();
    let subscriber = tracing_subscriber::registry().with(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let network = MemoryNetwork::new();
    let launchers = Launchers::new().with(ProbeLauncher::<0>::new(ProbeSettings::default()));
    let launched = launchers.config(configuration(1, None).cores(1));
    let launched = launched
        .launch_on(endpoint(&network, "10.0.0.1:1000"))
        .await;
    let node = launched.expect("it is launched");
    let good = request(100);
    let mut bad_key = good.clone();
    bad_key[25] = 0;
    let mut unknown = good.clone();
    unknown[3] ^= 1;
    let mut flood = vec![good[..20].to_vec(), unknown, bad_key, bad_old_signature()];
    flood.extend(bad_signatures().into_iter().take(1));
    for (number, datagram) in (0..COUNT).zip(flood.iter().cycle()) {
        let [_, high, low, host] = number.to_be_bytes();
        let from = SocketAddr::from(([11, high, low, host], 7_000));
        network.deliver(from, "10.0.0.1:1000".parse().expect("an address"), datagram);
        if number % 500 == 0 {
            tokio::time::advance(Duration::from_millis(50)).await;
            tokio::task::yield_now().await;
        }
    }
    let stats = node.stats().await.expect("it runs");
    node.stop().await;
    assert!(stats.engine.dropped() > u64::from(COUNT) * 9 / 10);
    let log = log.0.lock().expect("no thread panicked");
    println!(
        "{} bytes, the last lines: {}",
        log.len(),
        &log[log.len().saturating_sub(900)..]
    );
    assert!(log.len() < 64_000 && log.contains("sender=11."), "{log}");
}
