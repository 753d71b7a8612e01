//! Reads the fields of the introduction messages directly from the bytes: a second opinion that
//! shares no code with the library.

use std::net::SocketAddr;

/// A field with the name and the form that the vectors use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// An address.
    Address(SocketAddr),
    /// A number, or the byte of the flags.
    Number(u64),
    /// Bytes in hex.
    Bytes(String),
}

enum Kind {
    Ipv4,
    Ip,
    U16,
    U8,
    Raw,
}

/// Reads the message id, the global time and the named fields of one of the eight introduction
/// messages.
///
/// # Panics
///
/// Panics if the datagram is not one of them: only our own output is read with this.
#[must_use]
pub fn read(datagram: &[u8]) -> (u8, u64, Vec<(&'static str, Field)>) {
    let id = datagram[22];
    let signed = !matches!(id, 250 | 232);
    let mut rest = &datagram[23..];
    if signed {
        let key = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
        rest = &rest[2 + key..rest.len() - 64];
    }
    let (time, mut rest) = rest.split_at(8);
    let time = u64::from_be_bytes(time.try_into().expect("eight bytes"));
    let fields = layout(id)
        .into_iter()
        .map(|(name, kind)| (name, take(&kind, &mut rest)))
        .collect();
    assert!(rest.is_empty(), "bytes are left after the last field");
    (id, time, fields)
}

fn layout(id: u8) -> Vec<(&'static str, Kind)> {
    use Kind::{Ip, Ipv4, Raw, U8, U16};
    let sources = |kind: fn() -> Kind| {
        vec![
            ("destination_address", kind()),
            ("source_lan_address", kind()),
            ("source_wan_address", kind()),
        ]
    };
    let introductions = |kind: fn() -> Kind| {
        vec![
            ("lan_introduction_address", kind()),
            ("wan_introduction_address", kind()),
        ]
    };
    let walkers = |kind: fn() -> Kind| {
        vec![
            ("lan_walker_address", kind()),
            ("wan_walker_address", kind()),
            ("identifier", U16),
        ]
    };
    let own = |kind: fn() -> Kind| {
        vec![
            ("source_lan_address", kind()),
            ("source_wan_address", kind()),
            ("identifier", U16),
        ]
    };
    let old_end = || vec![("flags", U8), ("identifier", U16), ("extra_bytes", Raw)];
    let new_end = || vec![("identifier", U16), ("flags", U8), ("extra_bytes", Raw)];
    match id {
        246 => [sources(|| Ipv4), old_end()]
            .into_iter()
            .flatten()
            .collect(),
        245 => [sources(|| Ipv4), introductions(|| Ipv4), old_end()]
            .into_iter()
            .flatten()
            .collect(),
        234 => [sources(|| Ip), new_end()].into_iter().flatten().collect(),
        233 => [sources(|| Ip), introductions(|| Ip), new_end()]
            .into_iter()
            .flatten()
            .collect(),
        250 => walkers(|| Ipv4),
        232 => walkers(|| Ip),
        249 => own(|| Ipv4),
        231 => own(|| Ip),
        other => panic!("message {other} is not an introduction message"),
    }
}

fn take(kind: &Kind, rest: &mut &[u8]) -> Field {
    let mut cut = |count: usize| {
        let (head, tail) = rest.split_at(count);
        *rest = tail;
        head
    };
    match kind {
        Kind::U8 => Field::Number(u64::from(cut(1)[0])),
        Kind::U16 => Field::Number(number(cut(2))),
        Kind::Ipv4 => address(4, &mut cut),
        Kind::Ip => match cut(1)[0] {
            1 => address(4, &mut cut),
            3 => address(16, &mut cut),
            other => panic!("address type {other}"),
        },
        Kind::Raw => {
            let all = std::mem::take(rest);
            Field::Bytes(all.iter().map(|byte| format!("{byte:02x}")).collect())
        }
    }
}

fn address<'a>(length: usize, cut: &mut impl FnMut(usize) -> &'a [u8]) -> Field {
    let host = cut(length);
    let port = u16::try_from(number(cut(2))).expect("two bytes");
    let host: std::net::IpAddr = match <[u8; 4]>::try_from(host) {
        Ok(host) => host.into(),
        Err(_) => <[u8; 16]>::try_from(host).expect("16 bytes").into(),
    };
    Field::Address((host, port).into())
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
