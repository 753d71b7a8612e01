//! The kinds of errors that the system returns for a send or a receive, and their counts.

use std::io;

use serde::{Serialize, Serializer};

/// Why the system refused to send or receive a datagram: a closed list, so that counts have names.
///
/// None of these is fatal. A datagram network loses packets anyway, so the node counts the error
/// and continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SocketErrorKind {
    /// An earlier datagram reached a closed port (ICMP port unreachable, `ECONNREFUSED`).
    ConnectionRefused,
    /// The same on Windows (`WSAECONNRESET`), or a connection reset for another reason.
    ConnectionReset,
    /// No such host on the last hop (`EHOSTUNREACH`).
    HostUnreachable,
    /// No route to the network of the address (`ENETUNREACH`, `ENETDOWN`).
    NetworkUnreachable,
    /// The datagram is longer than the socket can carry (`EMSGSIZE`).
    MessageTooLarge,
    /// The system has no buffer space left (`ENOBUFS`, `ENOMEM`).
    NoBuffers,
    /// A firewall or a missing right forbids it (`EPERM`, `EACCES`; also for a broadcast address).
    NotPermitted,
    /// An address that cannot be sent to (`EINVAL`, for instance port 0; `EADDRNOTAVAIL`,
    /// `EAFNOSUPPORT`).
    InvalidAddress,
    /// Any other error.
    Other,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const RAW: [(i32, SocketErrorKind); 3] = [
    (90, SocketErrorKind::MessageTooLarge),
    (105, SocketErrorKind::NoBuffers),
    (97, SocketErrorKind::InvalidAddress),
];
#[cfg(windows)]
const RAW: [(i32, SocketErrorKind); 3] = [
    (10040, SocketErrorKind::MessageTooLarge),
    (10055, SocketErrorKind::NoBuffers),
    (10047, SocketErrorKind::InvalidAddress),
];
#[cfg(not(any(target_os = "linux", target_os = "android", windows)))]
const RAW: [(i32, SocketErrorKind); 3] = [
    (40, SocketErrorKind::MessageTooLarge),
    (55, SocketErrorKind::NoBuffers),
    (47, SocketErrorKind::InvalidAddress),
];

impl SocketErrorKind {
    /// Every kind, in the order of [`SocketErrors::iter`].
    pub(crate) const ALL: [Self; 9] = [
        Self::ConnectionRefused,
        Self::ConnectionReset,
        Self::HostUnreachable,
        Self::NetworkUnreachable,
        Self::MessageTooLarge,
        Self::NoBuffers,
        Self::NotPermitted,
        Self::InvalidAddress,
        Self::Other,
    ];

    /// Returns the kind of a system error; [`Other`](Self::Other) if it has no kind of its own.
    pub(super) fn of(error: &io::Error) -> Self {
        // These errors have no stable `ErrorKind`, so the system's number decides first.
        if let Some(raw) = error.raw_os_error()
            && let Some((_, kind)) = RAW.iter().find(|(number, _)| *number == raw)
        {
            return *kind;
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::ConnectionRefused,
            io::ErrorKind::ConnectionReset => Self::ConnectionReset,
            io::ErrorKind::HostUnreachable => Self::HostUnreachable,
            io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
                Self::NetworkUnreachable
            }
            io::ErrorKind::OutOfMemory => Self::NoBuffers,
            io::ErrorKind::PermissionDenied => Self::NotPermitted,
            io::ErrorKind::InvalidInput | io::ErrorKind::AddrNotAvailable => Self::InvalidAddress,
            _ => Self::Other,
        }
    }

    /// Returns the name used in logs and JSON: lower case with underscores, such as `no_buffers`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConnectionRefused => "connection_refused",
            Self::ConnectionReset => "connection_reset",
            Self::HostUnreachable => "host_unreachable",
            Self::NetworkUnreachable => "network_unreachable",
            Self::MessageTooLarge => "message_too_large",
            Self::NoBuffers => "no_buffers",
            Self::NotPermitted => "not_permitted",
            Self::InvalidAddress => "invalid_address",
            Self::Other => "other",
        }
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// Counts of errors, by [`SocketErrorKind`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SocketErrors([u64; SocketErrorKind::ALL.len()]);

impl SocketErrors {
    /// Returns how often `kind` occurred.
    #[must_use]
    pub fn get(&self, kind: SocketErrorKind) -> u64 {
        self.0.get(kind.index()).copied().unwrap_or(0)
    }

    /// Returns the number of errors of all kinds.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns every kind with its count, zeros included, in the order of their declaration.
    pub fn iter(&self) -> impl Iterator<Item = (SocketErrorKind, u64)> + '_ {
        SocketErrorKind::ALL
            .into_iter()
            .map(|kind| (kind, self.get(kind)))
    }

    pub(super) fn add(&mut self, kind: SocketErrorKind) {
        if let Some(count) = self.0.get_mut(kind.index()) {
            *count += 1;
        }
    }
}

/// Serializes as an object with the name of each kind and its count, zeros included.
impl Serialize for SocketErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(kind, count)| (kind.name(), count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_count_and_name() {
        let mut errors = SocketErrors::default();
        for (index, kind) in SocketErrorKind::ALL.into_iter().enumerate() {
            assert_eq!(kind.index(), index);
            for _ in 0..=index {
                errors.add(kind);
            }
        }
        let counts: Vec<u64> = errors.iter().map(|(_, count)| count).collect();
        assert_eq!(counts, (1..=9).collect::<Vec<u64>>());
        assert_eq!(errors.total(), 45);
        let mut names: Vec<&str> = SocketErrorKind::ALL
            .iter()
            .map(|kind| kind.name())
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SocketErrorKind::ALL.len());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn error_numbers_of_the_system_have_the_right_kind() {
        let of = |number| SocketErrorKind::of(&io::Error::from_raw_os_error(number));
        assert_eq!(of(1), SocketErrorKind::NotPermitted);
        assert_eq!(of(13), SocketErrorKind::NotPermitted);
        assert_eq!(of(12), SocketErrorKind::NoBuffers);
        assert_eq!(of(22), SocketErrorKind::InvalidAddress);
        assert_eq!(of(90), SocketErrorKind::MessageTooLarge);
        assert_eq!(of(97), SocketErrorKind::InvalidAddress);
        assert_eq!(of(101), SocketErrorKind::NetworkUnreachable);
        assert_eq!(of(104), SocketErrorKind::ConnectionReset);
        assert_eq!(of(105), SocketErrorKind::NoBuffers);
        assert_eq!(of(111), SocketErrorKind::ConnectionRefused);
        assert_eq!(of(113), SocketErrorKind::HostUnreachable);
        assert_eq!(of(5), SocketErrorKind::Other);
    }
}
