//! The requester: sends prepared datagrams to the measured process, from twenty addresses, with a
//! bounded number of pending requests.
//!
//! A request costs a fraction of an answer, so one core is enough for the requester.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use super::Result;
use super::processes::processor_time;

/// Number of asking peers, each with its own address: the smallest number of known peers that is
/// measured.
pub const ASKERS: usize = 20;

/// Time without any answer after which pending requests count as lost.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Pause when there is no answer: short compared with the time to answer the pending requests.
const PAUSE: Duration = Duration::from_micros(100);

/// Pause between two polls for the answers of a burst. The sockets hold all answers of that time.
const NAP: Duration = Duration::from_millis(2);

/// The sockets.
pub struct Load {
    askers: Vec<UdpSocket>,
    others: Option<UdpSocket>,
}

/// The work of one run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The address of the measured process.
    pub target: SocketAddr,
    /// Its process id.
    pub process: u32,
    /// The datagrams of each asker; after the last one, the first is sent again.
    pub datagrams: &'a [Vec<Vec<u8>>],
    /// The message id of an answer.
    pub answer: u8,
    /// Maximum number of pending requests.
    pub window: usize,
    /// Duration of the run.
    pub duration: Duration,
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Answers per second, from the first one to the end of the run.
    pub rate: f64,
    /// Answers per second of processor time of the measured process.
    pub processor_rate: Option<f64>,
    /// Share of the time in which the process had its core.
    pub busy: Option<f64>,
    /// Number of answers.
    pub answers: u64,
    /// Other datagrams that the process sent to known peers.
    pub others: u64,
    /// Requests without an answer.
    pub lost: u64,
}

impl Load {
    /// Opens the sockets.
    ///
    /// # Errors
    /// The system refused a socket.
    pub fn new() -> Result<Self> {
        let askers = (0..ASKERS).map(|number| {
            let socket = UdpSocket::bind((asker_host(number), 0))?;
            socket.set_nonblocking(true)?;
            make_room(&socket)?;
            Ok(socket)
        });
        let askers = askers.collect::<io::Result<Vec<_>>>();
        let askers = askers.map_err(|error| format!("cannot open sockets on loopback: {error}"))?;
        Ok(Self {
            askers,
            others: everybody_else().ok(),
        })
    }

    /// Returns the addresses of `count` known peers: first the askers, then others. A socket
    /// listens at each address if the system allows it.
    pub fn addresses(&self, count: usize) -> Vec<SocketAddr> {
        let askers = self
            .askers
            .iter()
            .filter_map(|socket| socket.local_addr().ok());
        let port = self
            .others
            .as_ref()
            .and_then(|socket| socket.local_addr().ok());
        let others = (0_u32..).map(|number| match port {
            // From 127.2.0.1 on, without addresses that end in 0 or 255.
            Some(port) => {
                let host = 0x7f02_0000 + (number / 250) * 256 + number % 250 + 1;
                SocketAddr::new(Ipv4Addr::from(host).into(), port.port())
            }
            None => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 10_000 + number as u16),
        });
        askers.chain(others).take(count).collect()
    }

    /// Runs `work` and counts the answers.
    ///
    /// # Errors
    /// Sending failed, or fewer than two answers came.
    pub fn run(&mut self, run: Run<'_>) -> Result<Outcome> {
        self.take(run.target, run.answer);
        let before = processor_time(run.process);
        let mut state = State::new(Instant::now());
        self.ask_and_take(run, &mut state)?;
        let after = processor_time(run.process);
        let passed = state.started.elapsed();
        let outcome = state.outcome();
        let used = before
            .zip(after)
            .map(|(before, after)| after.saturating_sub(before));
        let used = used
            .map(|used| used.as_secs_f64())
            .filter(|used| *used > 0.0);
        if outcome.answers < 2 || outcome.rate <= 0.0 {
            return Err(format!("{} gave {} answers", run.target, outcome.answers).into());
        }
        Ok(Outcome {
            processor_rate: used.map(|used| outcome.answers as f64 / used),
            busy: used.map(|used| used / passed.as_secs_f64()),
            ..outcome
        })
    }

    /// Sends `count` requests at once and collects the answers. The rate counts from the first
    /// request to the last answer.
    ///
    /// # Errors
    /// Sending failed, or no answer came.
    pub fn burst(&mut self, run: Run<'_>, count: usize) -> Result<Outcome> {
        self.take(run.target, run.answer);
        let mut state = State::new(Instant::now());
        for number in 0..count {
            self.ask(run, number)?;
        }
        state.waiting = count;
        while state.waiting > 0 {
            let (answers, others) = self.take(run.target, run.answer);
            let now = Instant::now();
            state.others += others;
            if answers > 0 {
                state.heard(answers, now, false);
            } else if now.duration_since(state.last) > PATIENCE {
                state.lost = state.waiting;
                break;
            }
            thread::sleep(NAP);
        }
        let seconds = state.last.duration_since(state.started).as_secs_f64();
        if state.answers == 0 {
            return Err(format!("{} gave no answers", run.target).into());
        }
        Ok(Outcome {
            rate: state.answers as f64 / seconds,
            ..state.outcome()
        })
    }

    /// Runs all rounds.
    fn ask_and_take(&mut self, run: Run<'_>, state: &mut State) -> Result<()> {
        while self.advance(run, state)? {}
        // An asker that was polled already may have got datagrams before the last answer.
        state.others += self.take(run.target, run.answer).1;
        Ok(())
    }

    /// Runs one round. Returns `true` if there is another one.
    fn advance(&mut self, run: Run<'_>, state: &mut State) -> Result<bool> {
        let asking = state.started.elapsed() < run.duration;
        while asking && state.waiting < run.window {
            self.ask(run, state.sent)?;
            state.sent += 1;
            state.waiting += 1;
        }
        let (answers, others) = self.take(run.target, run.answer);
        let now = Instant::now();
        state.others += others;
        if answers > 0 {
            state.heard(answers, now, asking);
        } else {
            if now.duration_since(state.last) > PATIENCE {
                state.give_up(now);
            }
            thread::sleep(PAUSE);
        }
        Ok(asking || state.waiting > 0)
    }

    fn ask(&self, run: Run<'_>, number: usize) -> Result<()> {
        let asker = number % self.askers.len();
        let own = &run.datagrams[asker];
        let datagram = &own[number / self.askers.len() % own.len()];
        self.askers[asker]
            .send_to(datagram, run.target)
            .map_err(|error| format!("cannot send to {}: {error}", run.target))?;
        Ok(())
    }

    /// Receives all waiting datagrams. Returns the numbers of answers and of other datagrams of
    /// `from`.
    fn take(&self, from: SocketAddr, answer: u8) -> (usize, u64) {
        let (mut answers, mut others) = (0, 0);
        let mut buffer = [0; 2_048];
        for socket in self.askers.iter().chain(&self.others) {
            while let Ok((length, source)) = socket.recv_from(&mut buffer) {
                if source != from {
                    continue;
                }
                if length > 22 && buffer[22] == answer {
                    answers += 1;
                } else {
                    others += 1;
                }
            }
        }
        (answers, others)
    }
}

struct State {
    started: Instant,
    /// Time of the last answer, or of the end of the wait.
    last: Instant,
    first: Option<Instant>,
    last_in_time: Instant,
    after_first: usize,
    answers: usize,
    others: u64,
    lost: usize,
    sent: usize,
    waiting: usize,
}

impl State {
    fn new(now: Instant) -> Self {
        Self {
            started: now,
            last: now,
            first: None,
            last_in_time: now,
            after_first: 0,
            answers: 0,
            others: 0,
            lost: 0,
            sent: 0,
            waiting: 0,
        }
    }

    fn heard(&mut self, answers: usize, now: Instant, in_time: bool) {
        if self.first.is_none() {
            self.first = Some(now);
            self.last_in_time = now;
        } else if in_time {
            self.after_first += answers;
            self.last_in_time = now;
        }
        self.answers += answers;
        self.waiting = self.waiting.saturating_sub(answers);
        self.last = now;
    }

    fn give_up(&mut self, now: Instant) {
        self.lost += self.waiting;
        self.waiting = 0;
        self.last = now;
    }

    fn outcome(&self) -> Outcome {
        let first = self.first.unwrap_or(self.started);
        let seconds = self.last_in_time.duration_since(first).as_secs_f64();
        Outcome {
            rate: if seconds > 0.0 {
                self.after_first as f64 / seconds
            } else {
                0.0
            },
            answers: self.answers as u64,
            others: self.others,
            lost: self.lost as u64,
            ..Outcome::default()
        }
    }
}

/// Returns the address of an asker: its own host where all of 127.0.0.0/8 is this machine.
fn asker_host(number: usize) -> IpAddr {
    if cfg!(target_os = "linux") {
        Ipv4Addr::new(127, 1, 0, number as u8 + 1).into()
    } else {
        Ipv4Addr::LOCALHOST.into()
    }
}

/// Returns a buffer size for all answers to an asker's part of a burst, so that none is lost while
/// this program waits for a core.
#[cfg(target_os = "linux")]
fn make_room(socket: &UdpSocket) -> io::Result<()> {
    socket2::SockRef::from(socket).set_recv_buffer_size(1 << 20)
}

#[cfg(not(target_os = "linux"))]
fn make_room(_socket: &UdpSocket) -> io::Result<()> {
    Ok(())
}

/// Opens a socket that receives datagrams to every other loopback address at its port, and nothing
/// from other interfaces.
#[cfg(target_os = "linux")]
fn everybody_else() -> io::Result<UdpSocket> {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.bind_device(Some(b"lo"))?;
    socket.set_recv_buffer_size(4 << 20)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)).into())?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[cfg(not(target_os = "linux"))]
fn everybody_else() -> io::Result<UdpSocket> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests;
