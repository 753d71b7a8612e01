//! One valid datagram of every kind that a [`Probe`](crate::probe::Probe) understands.

use ipv8_core::crypto::PrivateKey;
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, Puncture, PunctureRequest, Style,
};
use ipv8_core::internals::wire::community_id;
use ipv8_core::wire::CommunityId;

use crate::desk::{address, sealed, sealed_styled};
use crate::probe::{Hello, Note, Ping, Shout, Stamp};

/// A valid datagram, and facts about its layout that do not come from the library.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The name of the message.
    pub name: &'static str,
    /// The datagram.
    pub bytes: Vec<u8>,
    /// Whether it ends in a signature of 64 bytes, after a key field of 76.
    pub signed: bool,
    /// The minimal number of bytes of time and payload. Further bytes are the content of a last
    /// field of variable length (`raw`, or the bytes of a varlen).
    pub needed: usize,
}

impl Sample {
    /// Returns the index where time and payload begin.
    #[must_use]
    pub fn body(&self) -> usize {
        if self.signed { 23 + 2 + 74 } else { 23 }
    }

    /// Returns the index where the signature begins, or where the datagram ends.
    #[must_use]
    pub fn end(&self) -> usize {
        self.bytes.len() - if self.signed { 64 } else { 0 }
    }
}

fn request(style: Style) -> IntroductionRequest {
    let mut request = IntroductionRequest::new(
        style,
        address("10.1.1.1:8090"),
        address("192.168.7.7:7000"),
        address("77.7.7.7:7000"),
        4711,
    );
    request.extra = b"extra".to_vec();
    request
}

fn response() -> IntroductionResponse {
    let mut response = IntroductionResponse::new(
        address("50.5.5.5:5555"),
        address("192.168.7.7:7000"),
        address("77.7.7.7:7000"),
        4711,
    );
    response.wan_introduction = address("88.8.8.8:8000");
    response.lan_introduction = address("88.8.8.9:8000");
    response.extra = b"extra".to_vec();
    response
}

/// Returns the sample of a response with another identifier.
///
/// # Panics
///
/// Panics if the sample is no introduction response.
#[must_use]
pub fn sealed_response(sample: &Sample, signer: &PrivateKey, identifier: u16) -> Vec<u8> {
    let style = match sample.bytes[22] {
        245 => Style::Old,
        233 => Style::New,
        id => panic!("message {id} is no response"),
    };
    let prefix = sample.bytes.first_chunk::<22>().expect("a prefix");
    let id = community_id(prefix).expect("a community id");
    let mut response = response();
    assert_eq!(
        sealed_styled(id, signer, style, response.clone()),
        sample.bytes
    );
    response.identifier = identifier;
    sealed_styled(id, signer, style, response)
}

/// Returns the eight introduction messages, then the five messages of the probe, signed by `signer`
/// for the overlay `id`.
#[must_use]
pub fn samples(id: CommunityId, signer: &PrivateKey) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut add = |name, signed, needed, bytes| {
        samples.push(Sample {
            name,
            bytes,
            signed,
            needed,
        });
    };
    let (lan, wan) = (address("192.168.7.7:7000"), address("77.7.7.7:7000"));
    let puncture = Puncture {
        source_lan: lan,
        source_wan: wan,
        identifier: 4711,
    };
    let puncture_request = PunctureRequest {
        lan_walker: lan,
        wan_walker: wan,
        identifier: 4711,
    };
    // An address takes 6 bytes in the old style and 7 in the new one; 8 bytes of time come first.
    for (style, size) in [(Style::Old, 6), (Style::New, 7)] {
        let name = |old, new| if style == Style::Old { old } else { new };
        let bytes = sealed_styled(id, signer, style, request(style));
        add(
            name("old request", "new request"),
            true,
            8 + 3 * size + 3,
            bytes,
        );
        let bytes = sealed_styled(id, signer, style, response());
        add(
            name("old response", "new response"),
            true,
            8 + 5 * size + 3,
            bytes,
        );
        let bytes = sealed_styled(id, signer, style, puncture);
        add(
            name("old puncture", "new puncture"),
            true,
            8 + 2 * size + 2,
            bytes,
        );
        let bytes = sealed_styled(id, signer, style, puncture_request);
        add(
            name("old puncture request", "new puncture request"),
            false,
            8 + 2 * size + 2,
            bytes,
        );
    }
    let data = b"some bytes".to_vec();
    let text = "some text".to_owned();
    add("hello", true, 2, sealed(id, signer, 7, &Hello { text }));
    add("ping", false, 2, sealed(id, signer, 7, &Ping { number: 9 }));
    let stamp = Stamp {
        number: 9,
        data: data.clone(),
    };
    add("stamp", true, 8 + 4 + 2, sealed(id, signer, 7, &stamp));
    let note = Note {
        data: data.clone(),
        number: 9,
    };
    add("note", false, 8 + 2 + 10 + 2, sealed(id, signer, 7, &note));
    add("shout", false, 2, sealed(id, signer, 7, &Shout { data }));
    samples
}
