//! The messages of the packet vectors. The library has some of them; this module declares the rest.

use std::net::SocketAddr;

use ipv8_core::crypto::{PrivateKey, PublicKey};
use ipv8_core::internals::discovery::{
    DiscoveryIntroductionRequest, Ping, Pong, SimilarityRequest, SimilarityResponse,
};
use ipv8_core::internals::packet::{
    CommunityId, OpenError, Prefix, Unsealed, open_signed, open_unsigned,
};
use ipv8_core::internals::payload::{
    IntroductionRequest, IntroductionResponse, New, Old, Puncture, PunctureRequest,
};
use ipv8_core::wire::Address;
use ipv8_core::wire::formats::*;
use ipv8_core::wire::{Bits, PackError, Payload, Reader, UnpackError, Writer};
use ipv8_tests::json::{JsonFormat, show_address};
use ipv8_tests::vectors::hex;
use serde_json::{Value, json};

/// A payload that returns its fields for comparison with the `wire` list of a vector.
pub(crate) trait Fields: Payload {
    fn fields(&self) -> Vec<Value>;
}

macro_rules! messages {
    ($($name:ident { $($field:ident: $format:ident),* })*) => {
        $(
            struct $name {
                $($field: <$format as JsonFormat>::Value,)*
            }

            impl Payload for $name {
                fn pack(&self, writer: &mut Writer) -> Result<(), PackError> {
                    $($format::pack(&self.$field, writer)?;)*
                    Ok(())
                }

                fn unpack(reader: &mut Reader<'_>) -> Result<Self, UnpackError> {
                    $(let $field = $format::unpack(reader)?;)*
                    Ok(Self { $($field),* })
                }
            }

            impl Fields for $name {
                fn fields(&self) -> Vec<Value> {
                    vec![$($format::to_json(&self.$field)),*]
                }
            }
        )*

        /// Returns the function that opens the named message, or `None` for messages of the
        /// library.
        fn declared(message: &str) -> Option<Open> {
            match message {
                $(stringify!($name) => Some(open::<$name>),)*
                _ => None,
            }
        }
    };
}

messages! {
    PingRequestPayload { identifier: U32 }
    PingResponsePayload { identifier: U32 }
    StoreRequestPayload { identifier: U32, token: Bytes20, target: Bytes20, values: VarlenHList }
    StoreResponsePayload { identifier: U32 }
    FindRequestPayload {
        identifier: U32, lan_address: IpAddress, target: Bytes20, offset: U32, force_nodes: Bool
    }
    FindResponsePayload { identifier: U32, token: Bytes20, values: VarlenHList, nodes: NodeList }
    StorePeerRequestPayload { identifier: U32, token: Bytes20, target: Bytes20 }
    StorePeerResponsePayload { identifier: U32 }
    ConnectPeerRequestPayload { identifier: U32, lan_address: IpAddress, target: Bytes20 }
    ConnectPeerResponsePayload { identifier: U32, nodes: NodeList }
    DestroyPayload { circuit_id: U32, reason: U16 }
    VerifyAttestationRequestPayload { attestation_hash: Bytes20 }
    AttestationChunkPayload { attestation_hash: Bytes20, sequence_number: U16, data: RawBytes }
    ChallengePayload { attestation_hash: Bytes20, challenge: RawBytes }
    ChallengeResponsePayload { challenge_hash: Bytes20, response: RawBytes }
    RequestAttestationPayload { metadata: RawBytes }
    DisclosePayload {
        metadata: VarlenH, tokens: VarlenH, attestations: VarlenH, authorities: VarlenH
    }
    AttestPayload { attestation: VarlenH }
    RequestMissingPayload { known: U32 }
    MissingResponsePayload { tokens: RawBytes }
}

/// The DHT's format `node-list`: a count, then the address and public key of each node.
pub(crate) enum NodeList {}

impl JsonFormat for NodeList {
    type Value = Vec<(SocketAddr, Vec<u8>)>;

    fn from_json(value: &Value) -> Option<Self::Value> {
        let node = |node: &Value| {
            let address = IpAddress::from_json(&node["address"])?;
            Some((address, VarlenH::from_json(&node["public_key"])?))
        };
        value.as_array()?.iter().map(node).collect()
    }

    fn to_json(value: &Self::Value) -> Value {
        let node = |(address, key): &(SocketAddr, Vec<u8>)| json!({"address": IpAddress::to_json(address), "public_key": hex(key)});
        value.iter().map(node).collect()
    }
}

impl Format<Vec<(SocketAddr, Vec<u8>)>> for NodeList {
    fn pack(value: &Vec<(SocketAddr, Vec<u8>)>, writer: &mut Writer) -> Result<(), PackError> {
        writer.put_u8(value.len() as u8);
        value.iter().try_for_each(|(address, key)| {
            IpAddress::pack(address, writer)?;
            VarlenH::pack(key, writer)
        })
    }

    fn unpack(reader: &mut Reader<'_>) -> Result<Vec<(SocketAddr, Vec<u8>)>, UnpackError> {
        let count = reader.take_u8()?;
        let node = |_| {
            let address = IpAddress::unpack(reader)?;
            let key: Vec<u8> = VarlenH::unpack(reader)?;
            PublicKey::from_bytes(&key).map_err(|_| UnpackError::Invalid("a node has no key"))?;
            Ok((address, key))
        };
        (0..count).map(node).collect()
    }
}

fn addresses(addresses: &[SocketAddr]) -> Vec<Value> {
    let show = |address: &SocketAddr| show_address(&Address::from(*address));
    addresses.iter().map(show).collect()
}

/// Builds the flag byte from a message's flags, and returns it as the vectors write it.
fn flags(others: Bits, named: &[(u8, bool)]) -> Value {
    let add = |byte, (mask, set): &(u8, bool)| byte | if *set { *mask } else { 0 };
    let byte = named.iter().fold(others.to_byte(), add);
    BitFlags::to_json(&Bits::from_byte(byte).0)
}

impl Fields for Old<IntroductionRequest> {
    fn fields(&self) -> Vec<Value> {
        let Self(message) = self;
        let mut fields = addresses(&[message.destination, message.source_lan, message.source_wan]);
        fields.push(flags(message.flags, &[(0x20, message.supports_new_style)]));
        fields.extend([json!(message.identifier), json!(hex(&message.extra))]);
        fields
    }
}

impl Fields for New<IntroductionRequest> {
    fn fields(&self) -> Vec<Value> {
        let Self(message) = self;
        assert!(message.supports_new_style);
        let mut fields = addresses(&[message.destination, message.source_lan, message.source_wan]);
        fields.extend([json!(message.identifier), flags(message.flags, &[])]);
        fields.push(json!(hex(&message.extra)));
        fields
    }
}

fn response_addresses(message: &IntroductionResponse) -> Vec<Value> {
    addresses(&[
        message.destination,
        message.source_lan,
        message.source_wan,
        message.lan_introduction,
        message.wan_introduction,
    ])
}

impl Fields for Old<IntroductionResponse> {
    fn fields(&self) -> Vec<Value> {
        let Self(message) = self;
        let named = [
            (0x10, message.supports_new_style),
            (0x08, message.intro_supports_new_style),
            (0x04, message.peer_limit_reached),
        ];
        let mut fields = response_addresses(message);
        fields.push(flags(message.flags, &named));
        fields.extend([json!(message.identifier), json!(hex(&message.extra))]);
        fields
    }
}

impl Fields for New<IntroductionResponse> {
    fn fields(&self) -> Vec<Value> {
        let Self(message) = self;
        assert!(message.supports_new_style && !message.peer_limit_reached);
        let mut fields = response_addresses(message);
        let named = [(0x80, message.intro_supports_new_style)];
        fields.extend([json!(message.identifier), flags(message.flags, &named)]);
        fields.push(json!(hex(&message.extra)));
        fields
    }
}

macro_rules! punctures {
    ($($wrapper:ident<$kind:ident>($lan:ident, $wan:ident);)*) => {$(
        impl Fields for $wrapper<$kind> {
            fn fields(&self) -> Vec<Value> {
                let mut fields = addresses(&[self.0.$lan, self.0.$wan]);
                fields.push(json!(self.0.identifier));
                fields
            }
        }
    )*};
}

punctures! {
    Old<PunctureRequest>(lan_walker, wan_walker);
    New<PunctureRequest>(lan_walker, wan_walker);
    Old<Puncture>(source_lan, source_wan);
    New<Puncture>(source_lan, source_wan);
}

fn joined(services: &[CommunityId]) -> String {
    services.iter().map(CommunityId::to_string).collect()
}

impl Fields for SimilarityRequest {
    fn fields(&self) -> Vec<Value> {
        let mut fields = vec![json!(self.identifier)];
        fields.extend(addresses(&[self.lan, self.wan]));
        fields.extend([flags(self.flags, &[]), json!(joined(&self.services))]);
        fields
    }
}

impl Fields for SimilarityResponse {
    fn fields(&self) -> Vec<Value> {
        let overlap = self.overlap.iter();
        let overlap: String = overlap
            .map(|(community, number)| format!("{community}{number:08x}"))
            .collect();
        vec![
            json!(self.identifier),
            json!(joined(&self.services)),
            json!(overlap),
        ]
    }
}

impl Fields for Ping {
    fn fields(&self) -> Vec<Value> {
        vec![json!(self.identifier)]
    }
}

impl Fields for Pong {
    fn fields(&self) -> Vec<Value> {
        vec![json!(self.identifier)]
    }
}

impl Fields for DiscoveryIntroductionRequest {
    fn fields(&self) -> Vec<Value> {
        let mid = self.introduce_to.map(|mid| json!(["59", mid.to_string()]));
        let ordinary = Old(self.request.clone()).fields();
        mid.into_iter().chain(ordinary).collect()
    }
}

/// The contents of an opened packet.
pub(crate) struct Opened {
    /// The key, and `true` if the key field held nothing else.
    pub(crate) key: Option<(PublicKey, bool)>,
    pub(crate) time: Option<u64>,
    pub(crate) fields: Vec<Value>,
    /// The payload, packed again.
    pub(crate) body: Vec<u8>,
    /// Makes a packet of the payload again: prefix, id, signer, time.
    pub(crate) seal: Box<Seal>,
}

/// Makes a packet of a payload: prefix, id, signer, time.
pub(crate) type Seal = dyn Fn(&Prefix, u8, Option<&PrivateKey>, Option<u64>) -> Unsealed;

/// Opens a datagram. The flags: it is signed, and it has a global time.
pub(crate) type Open = fn(&[u8], bool, bool) -> Result<Opened, OpenError>;

fn open<P: Fields + 'static>(
    datagram: &[u8],
    signed: bool,
    time: bool,
) -> Result<Opened, OpenError> {
    let (key, time, payload) = if signed {
        let (key, canonical, time, payload) = open_signed::<P>(datagram, time)?;
        (Some((key, canonical)), time, payload)
    } else {
        let (time, payload) = open_unsigned::<P>(datagram, time)?;
        (None, time, payload)
    };
    let mut writer = Writer::new();
    payload.pack(&mut writer).unwrap();
    Ok(Opened {
        key,
        time,
        fields: payload.fields(),
        body: writer.into_bytes(),
        seal: Box::new(move |prefix, id, signer, time| {
            Unsealed::new(prefix, id, signer, time, &payload).unwrap()
        }),
    })
}

pub(crate) fn opener(message: &str) -> Open {
    match message {
        "IntroductionRequestPayload" => open::<Old<IntroductionRequest>>,
        "IntroductionResponsePayload" => open::<Old<IntroductionResponse>>,
        "PunctureRequestPayload" => open::<Old<PunctureRequest>>,
        "PuncturePayload" => open::<Old<Puncture>>,
        "NewIntroductionRequestPayload" => open::<New<IntroductionRequest>>,
        "NewIntroductionResponsePayload" => open::<New<IntroductionResponse>>,
        "NewPunctureRequestPayload" => open::<New<PunctureRequest>>,
        "NewPuncturePayload" => open::<New<Puncture>>,
        "SimilarityRequestPayload" => open::<SimilarityRequest>,
        "SimilarityResponsePayload" => open::<SimilarityResponse>,
        "PingPayload" => open::<Ping>,
        "PongPayload" => open::<Pong>,
        "DiscoveryIntroductionRequestPayload" => open::<DiscoveryIntroductionRequest>,
        other => declared(other).unwrap_or_else(|| panic!("unknown message {other}")),
    }
}
