//! Errors about keys.

use thiserror::Error;

use super::curve::Curve;

/// The reason why bytes are not a key, or why a key cannot do something.
///
/// Each text names the cause and the fix. None contains key material.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes begin neither with the curve25519 prefix nor, for public keys, like a DER key.
    #[error("not a {role} key: expected a key that starts with {prefix:?}", prefix = role.prefix())]
    UnknownForm {
        /// The expected kind of key.
        role: Role,
    },
    /// A DER private key, where a key that can sign is required.
    #[error("a private key on a deprecated curve cannot sign: generate a curve25519 key")]
    CannotSign,
    /// A private bin instead of a public one, or the reverse.
    #[error("this is the other half of a key pair: expected the {role} key, which starts with {prefix:?}", prefix = role.prefix())]
    WrongHalf {
        /// The expected kind of key.
        role: Role,
    },
    /// A curve25519 bin of fewer than 74 bytes.
    #[error("the curve25519 {role} key has {length} bytes: expected {}", 74)]
    TooShort {
        /// The expected kind of key.
        role: Role,
        /// The number of bytes, below 74.
        length: usize,
    },
    /// The text is not valid base64.
    #[error("the base64 text of the {role} key is corrupted")]
    Base64 {
        /// The expected kind of key.
        role: Role,
    },
    /// The DER of a key ends early or has unexpected parts.
    #[error("the DER bytes of the key are corrupted at the {part}")]
    Der {
        /// The part that could not be read.
        part: &'static str,
    },
    /// The key's curve or algorithm is not supported.
    #[error(
        "the key is not on a supported curve: use curve25519 (or, to verify only, sect163k1, sect233k1, sect409k1, sect571k1)"
    )]
    UnsupportedCurve,
    /// The public point is not on the curve, or is the point at infinity.
    #[error("the public point of the {curve} key is not on the curve: the key is corrupted")]
    NotOnCurve {
        /// The curve that the key names.
        curve: Curve,
    },
    /// The private number of a legacy key is zero modulo the order of the curve.
    #[error("the private number of the {curve} key is zero: the key is corrupted")]
    ZeroScalar {
        /// The curve that the key names.
        curve: Curve,
    },
    /// A shared secret needs an X25519 half, and the peer's key has none.
    #[error("a {curve} key has no Diffie-Hellman half: use a curve25519 key on both sides")]
    NoDiffieHellman {
        /// The curve of the peer's key.
        curve: Curve,
    },
    /// The peer's X25519 key is one of those that make every shared secret zero.
    #[error(
        "the X25519 half of the peer's key has a small order, so the secret would be public: refuse that peer"
    )]
    SmallOrder,
    /// The text has no whole, unencrypted PEM block of the expected kind.
    #[error(
        "the PEM text of the {role} key is corrupted: expected one whole, unencrypted -----BEGIN …----- block"
    )]
    Pem {
        /// The expected kind of key.
        role: Role,
    },
}

/// The half of a key pair that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The public key.
    Public,
    /// The private key.
    Private,
}

impl Role {
    /// Returns the text that a curve25519 bin of this role begins with, 10 bytes.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Public => "LibNaCLPK:",
            Self::Private => "LibNaCLSK:",
        }
    }

    /// Returns the opposite role.
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
