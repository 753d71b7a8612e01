//! A receiver on a real socket that works on each datagram for a while.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::Result;
use crate::burst::{NUMBER_AT, loopback};
use crate::cells::{Buffer, Size, WORK};
use crate::model;

/// Time without datagrams after which none is expected any more.
const SILENCE: Duration = Duration::from_millis(100);

/// The results of a receiver.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// Number of different datagrams.
    pub(crate) count: u64,
    /// The longest excess of the work on one datagram over [`WORK`].
    pub(crate) longest_interruption: Duration,
}

/// A receiver on a separate thread.
pub(crate) struct Receiver {
    pub(crate) at: SocketAddr,
    ending: Arc<AtomicBool>,
    thread: JoinHandle<Received>,
}

impl Receiver {
    pub(crate) fn start() -> Result<Self> {
        let socket = UdpSocket::bind(loopback())?;
        socket.set_read_timeout(Some(SILENCE))?;
        let (at, ending) = (socket.local_addr()?, Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&ending);
        let thread = std::thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || receive(&socket, &flag))?;
        Ok(Self { at, ending, thread })
    }

    /// Receives the remaining datagrams and returns the results. Blocks meanwhile.
    pub(crate) fn end(self) -> std::result::Result<Received, &'static str> {
        self.ending.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the receiver panicked")
    }
}

fn receive(socket: &UdpSocket, ending: &AtomicBool) -> Received {
    let (mut buffer, mut received) = ([0; 2_048], Received::default());
    let mut seen = Vec::new();
    loop {
        match socket.recv(&mut buffer) {
            Ok(length) => {
                let begun = Instant::now();
                if let Some(number) = number(buffer.get(..length).unwrap_or_default())
                    && is_new(&mut seen, number)
                {
                    received.count += 1;
                }
                while begun.elapsed() < WORK {
                    std::hint::spin_loop();
                }
                let longer = begun.elapsed().saturating_sub(WORK);
                received.longest_interruption = received.longest_interruption.max(longer);
            }
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {
                if ending.load(Ordering::Relaxed) {
                    return received;
                }
            }
            Err(_) => {}
        }
    }
}

fn number(datagram: &[u8]) -> Option<usize> {
    let bytes = datagram.get(NUMBER_AT..NUMBER_AT + 8)?;
    usize::try_from(u64::from_be_bytes(bytes.try_into().ok()?)).ok()
}

fn is_new(seen: &mut Vec<bool>, number: usize) -> bool {
    // Far more than are sent here. A foreign datagram must not allocate all memory.
    if number >= 1 << 24 {
        return false;
    }
    if number >= seen.len() {
        seen.resize(number + 1, false);
    }
    !std::mem::replace(&mut seen[number], true)
}

/// Measures the number of datagrams of each size that an unread socket of this machine holds.
pub(crate) fn buffers() -> Result<Vec<Buffer>> {
    let held = |size: Size| {
        let (receiver, sender) = (UdpSocket::bind(loopback())?, UdpSocket::bind(loopback())?);
        let datagram = vec![0; size.bytes()];
        for _ in 0..2_000 {
            sender.send_to(&datagram, receiver.local_addr()?)?;
        }
        receiver.set_nonblocking(true)?;
        let mut holds = 0;
        while receiver.recv(&mut [0; 2_048]).is_ok() {
            holds += 1;
        }
        Ok(Buffer {
            datagram_bytes: size.bytes(),
            holds,
            model: model::capacity(size),
        })
    };
    Size::ALL.into_iter().map(held).collect()
}
