//! Makes packets to judge: good ones with random fields, and damaged ones. The seed determines all
//! of them.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::packet::{CommunityId, Prefix, Unsealed};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, Puncture, PunctureRequest, Style, Styled,
};
use ipv8_core::wire::Address;
use ipv8_core::wire::{Authentication, Bits, Message, Raw};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};

use super::damage::{DAMAGES, Parts};
use crate::payloads::{Everything, Item, Plain, Timed};

const KEYS: usize = 16;
const TEXTS: [&str; 6] = [
    "",
    "a",
    "peer to peer",
    "hé",
    "\u{1F600}\u{1F680}",
    "\0\n\t",
];
const SPECIAL_IPV4: [[u8; 4]; 7] = [
    [0, 0, 0, 0],
    [127, 0, 0, 1],
    [10, 1, 2, 3],
    [192, 168, 1, 7],
    [172, 20, 0, 1],
    [224, 0, 0, 1],
    [255, 255, 255, 255],
];
const SPECIAL_IPV6: [&str; 4] = ["::", "::1", "::ffff:1.2.3.4", "fe80::1"];

/// A packet, how it was made, and its source address.
#[derive(Clone, Debug)]
pub struct Made {
    /// The bytes.
    pub packet: Vec<u8>,
    /// `good` or the name of the damage, and the name of the message.
    pub kind: String,
    /// The source address.
    pub source: SocketAddr,
}

/// Makes packets for one community. The same seed always gives the same packets.
#[derive(Debug)]
pub struct Maker {
    pub(super) rng: StdRng,
    pub(super) keys: Vec<PrivateKey>,
    pub(super) prefix: Prefix,
}

impl Maker {
    /// Creates a maker for `community`. `own_key`, the private bin of the judging node, signs as
    /// often as any other key.
    ///
    /// # Panics
    ///
    /// Panics if `own_key` is not a valid key.
    #[must_use]
    pub fn new(community: CommunityId, own_key: &[u8], seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut keys: Vec<_> = (1..KEYS).map(|_| PrivateKey::generate(&mut rng)).collect();
        keys.push(PrivateKey::from_bytes(own_key).expect("a private key"));
        Self {
            rng,
            keys,
            prefix: community.prefix(),
        }
    }

    /// Makes the next packet: about half of them are good.
    pub fn make(&mut self) -> Made {
        let source = self.ip(0.1);
        let (parts, name) = self.good();
        let (packet, damage) = if self.rng.random() {
            (parts.sealed(), "good")
        } else {
            let (damage, apply) = *DAMAGES
                .choose(&mut self.rng)
                .expect("the list is not empty");
            (apply(self, parts), damage)
        };
        Made {
            packet,
            kind: format!("{damage} {name}"),
            source,
        }
    }

    /// Returns a packet that we would send, not yet signed, and the name of its message.
    pub(super) fn good(&mut self) -> (Parts, &'static str) {
        let style = if self.rng.random() {
            Style::Old
        } else {
            Style::New
        };
        match self.rng.random_range(0..11) {
            0..2 => (self.request(style), "introduction request"),
            2..4 => (self.response(style), "introduction response"),
            4..6 => (self.puncture_request(style), "puncture request"),
            6..8 => (self.puncture(style), "puncture"),
            8 => (self.everything(), "everything"),
            9 => (self.plain(), "plain"),
            _ => (self.timed(), "timed"),
        }
    }

    fn styled<M: Styled>(&mut self, style: Style, message: M) -> Parts {
        let (key, time) = (self.key(), self.rng.random());
        let packet = message.packet(style, &self.prefix, &key, time);
        self.parts(
            packet.expect("its addresses are of its style"),
            M::SIGNED,
            key,
        )
    }

    fn message<M: Message>(&mut self, message: &M) -> Parts {
        let signed = <M::Authentication as Authentication>::SIGNED;
        let key = self.key();
        let time = M::GLOBAL_TIME.then(|| self.rng.random());
        let packet = Unsealed::new(&self.prefix, M::ID, signed.then_some(&key), time, message);
        self.parts(packet.expect("its fields fit"), signed, key)
    }

    fn parts(&self, packet: Unsealed, signed: bool, key: PrivateKey) -> Parts {
        let mut data = packet.seal();
        if signed {
            data.truncate(data.len() - 64);
        }
        let body = data.split_off(if signed { 23 + 2 + 74 } else { 23 });
        Parts {
            header: data,
            body,
            key: signed.then_some(key),
        }
    }

    /// Returns one of the keys at random.
    pub(super) fn key(&mut self) -> PrivateKey {
        self.keys.choose(&mut self.rng).expect("keys").clone()
    }

    /// Returns `count` random bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    fn request(&mut self, style: Style) -> Parts {
        let [destination, lan, wan] = [(); 3].map(|()| self.address(style));
        let mut request = IntroductionRequest::new(style, destination, lan, wan, self.rng.random());
        request.supports_new_style = self.rng.random();
        request.flags = Bits::from_byte(self.rng.random());
        request.extra = self.extra();
        self.styled(style, request)
    }

    fn response(&mut self, style: Style) -> Parts {
        let [destination, lan, wan] = [(); 3].map(|()| self.address(style));
        let mut response = IntroductionResponse::new(destination, lan, wan, self.rng.random());
        response.lan_introduction = self.address(style);
        response.wan_introduction = self.address(style);
        response.supports_new_style = self.rng.random();
        response.intro_supports_new_style = self.rng.random();
        response.peer_limit_reached = self.rng.random();
        response.flags = Bits::from_byte(self.rng.random());
        response.extra = self.extra();
        self.styled(style, response)
    }

    fn puncture_request(&mut self, style: Style) -> Parts {
        let request = PunctureRequest {
            lan_walker: self.address(style),
            wan_walker: self.address(style),
            identifier: self.rng.random(),
        };
        self.styled(style, request)
    }

    fn puncture(&mut self, style: Style) -> Parts {
        let puncture = Puncture {
            source_lan: self.address(style),
            source_wan: self.address(style),
            identifier: self.rng.random(),
        };
        self.styled(style, puncture)
    }

    fn everything(&mut self) -> Parts {
        let message = Everything {
            flag: self.rng.random(),
            number: self.rng.random(),
            real: self.real(),
            data: self.some_bytes(40),
            text: self.text(),
            nested: self.item(),
            flags: self.several(|maker| maker.rng.random()),
            numbers: self.several(|maker| maker.rng.random()),
            reals: self.several(Self::real),
            items: self.several(Self::item),
        };
        self.message(&message)
    }

    fn plain(&mut self) -> Parts {
        let hashes = 20 * self.rng.random_range(0..4);
        let message = Plain {
            byte: self.rng.random(),
            short: self.rng.random(),
            word: self.rng.random(),
            long: self.rng.random(),
            signed: self.rng.random(),
            single: *[0.0, -1.5, 1e6, f32::INFINITY, f32::NAN]
                .choose(&mut self.rng)
                .expect("some"),
            hash: self.rng.random(),
            ipv4: self.ipv4(),
            ip: self.ip(0.3),
            address: self.any_address(),
            bits: Bits::from_byte(self.rng.random()),
            sized: self.some_bytes(50),
            hashes: self.bytes(hashes),
            chunks: self.several(|maker| maker.some_bytes(10)),
            text: self.text(),
            rest: Raw(self.some_bytes(30)),
        };
        self.message(&message)
    }

    fn timed(&mut self) -> Parts {
        let message = Timed {
            identifier: self.rng.random(),
            text: self.text(),
        };
        self.message(&message)
    }

    fn item(&mut self) -> Item {
        Item {
            number: self.rng.random(),
            text: self.text(),
        }
    }

    fn several<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.rng.random_range(0..5))
            .map(|_| make(self))
            .collect()
    }

    fn some_bytes(&mut self, below: usize) -> Vec<u8> {
        let count = self.rng.random_range(0..below);
        self.bytes(count)
    }

    fn extra(&mut self) -> Vec<u8> {
        let count = *[0, 0, 1, 21, 60].choose(&mut self.rng).expect("some");
        self.bytes(count)
    }

    fn text(&mut self) -> String {
        (*TEXTS.choose(&mut self.rng).expect("some")).to_owned()
    }

    fn real(&mut self) -> f64 {
        let some = [0.0, -0.0, 1.1, -2.5e300, 5e-324, f64::INFINITY, f64::NAN];
        *some.choose(&mut self.rng).expect("some")
    }

    fn address(&mut self, style: Style) -> SocketAddr {
        match style {
            Style::Old => self.ipv4().into(),
            Style::New => self.ip(0.3),
        }
    }

    fn any_address(&mut self) -> Address {
        match self.rng.random_range(0..3) {
            0 => Address::Ipv4(self.ipv4()),
            1 => Address::Ipv6(self.ipv6()),
            _ => Address::Domain {
                host: "example.org".to_owned(),
                port: self.rng.random(),
            },
        }
    }

    fn ip(&mut self, ipv6_chance: f64) -> SocketAddr {
        if self.rng.random_bool(ipv6_chance) {
            self.ipv6().into()
        } else {
            self.ipv4().into()
        }
    }

    fn ipv4(&mut self) -> SocketAddrV4 {
        if self.rng.random_bool(0.8) {
            return SocketAddrV4::new(Ipv4Addr::from(self.rng.random::<u32>()), self.rng.random());
        }
        let host = *SPECIAL_IPV4.choose(&mut self.rng).expect("some");
        let port = *[0, 1, 8090, 65_535].choose(&mut self.rng).expect("some");
        SocketAddrV4::new(host.into(), port)
    }

    fn ipv6(&mut self) -> SocketAddrV6 {
        let host = if self.rng.random() {
            Ipv6Addr::from(self.rng.random::<u128>())
        } else {
            let special = SPECIAL_IPV6.choose(&mut self.rng).expect("some");
            special.parse().expect("an address")
        };
        SocketAddrV6::new(host, self.rng.random(), 0, 0)
    }
}
