//! What can be wrong with a key.

use thiserror::Error;

use super::Curve;

/// Why bytes are no key, or a key cannot do what was asked.
///
/// Each text names the thing that is wrong and what to give instead. None of them holds key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither the curve25519 prefix nor, for public keys, the start of a DER key.
    #[error("this is no {role} key: give the bin that starts with {prefix:?}", prefix = role.prefix())]
    UnknownForm {
        /// Which kind of key was asked for.
        role: Role,
    },
    /// A DER private key where one that signs is needed.
    #[error("a private key on a deprecated curve cannot sign: generate a curve25519 key")]
    CannotSign,
    /// A private bin where a public one belongs, or the other way round.
    #[error("this is the other half of a key pair: give the {role} bin, which starts with {prefix:?}", prefix = role.prefix())]
    WrongHalf {
        /// Which kind of key was asked for.
        role: Role,
    },
    /// A curve25519 bin of fewer than 74 bytes.
    #[error(
        "the curve25519 {role} key has {length} bytes: give all {} of them",
        74
    )]
    TooShort {
        /// Which kind of key was asked for.
        role: Role,
        /// How many bytes there were, below 74.
        length: usize,
    },
    /// Text that should be base64 and is not.
    #[error("the base64 of the {role} key is broken: give the unchanged text")]
    Base64 {
        /// Which kind of key was asked for.
        role: Role,
    },
    /// The DER of a key ends early, or has other parts than it should.
    #[error("the DER of the key is broken at its {part}: give the unchanged bytes of the key")]
    Der {
        /// The part that could not be read.
        part: &'static str,
    },
    /// A key on a curve, or by an algorithm, that is not supported.
    #[error(
        "the key is not on a supported curve: use curve25519 (or, to verify, sect163k1, sect233k1, sect409k1, sect571k1)"
    )]
    UnsupportedCurve,
    /// The public point is not a point of the curve, or is the point at infinity.
    #[error(
        "the public point of the {curve} key is not on the curve: give the unchanged bytes of the key"
    )]
    NotOnCurve {
        /// The curve the key names.
        curve: Curve,
    },
    /// The private number of a legacy key is zero modulo the order of the curve.
    #[error("the private number of the {curve} key is zero: give the unchanged bytes of the key")]
    ZeroScalar {
        /// The curve the key names.
        curve: Curve,
    },
    /// A shared secret was asked of a key that has no X25519 half.
    #[error("a {curve} key has no Diffie-Hellman half: use a curve25519 key on both sides")]
    NoDiffieHellman {
        /// The curve of the other side's key.
        curve: Curve,
    },
    /// The other side's X25519 key is one of those that make every shared secret zero.
    #[error(
        "the X25519 half of the other key is of small order, so nothing would be secret: refuse that peer"
    )]
    SmallOrder,
    /// Text that should be PEM and is not.
    #[error(
        "the PEM text of the {role} key is broken: give one whole, unencrypted -----BEGIN …----- block"
    )]
    Pem {
        /// Which kind of key was asked for.
        role: Role,
    },
}

/// Which half of a key pair an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The public key.
    Public,
    /// The private key.
    Private,
}

impl Role {
    /// The text that a curve25519 bin of this role begins with, 10 bytes.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Public => "LibNaCLPK:",
            Self::Private => "LibNaCLSK:",
        }
    }

    /// The role that this one is not.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Public => Self::Private,
            Self::Private => Self::Public,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Private => "private",
        })
    }
}
