//! The public half of curve25519 keys: bins and Ed25519 signatures.

use ed25519_dalek::{Signature, Verifier, VerifyingKey};

use super::error::{KeyError, Role};

/// The length of a public and of a private bin: 10 bytes of prefix, 32 X25519, 32 Ed25519.
pub(super) const BIN_LENGTH: usize = 74;
const PREFIX_LENGTH: usize = 10;

/// A public bin.
///
/// It does not store the decompressed point: a graph holds ten thousand keys that sign a packet now
/// and then, and the point takes three times the bytes of the bin. Decompressing takes a tenth of
/// the time of a verification.
pub(super) struct Curve25519Public {
    bin: [u8; BIN_LENGTH],
}

impl Curve25519Public {
    /// Reads a bin. Bytes after the 74th are dropped (protocol 1.1).
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bin = *canonical_bin(bytes, Role::Public)?;
        Ok(Self { bin })
    }

    /// Builds a bin from its two halves.
    pub(super) fn from_halves(x25519: &[u8; 32], ed25519: &[u8; 32]) -> Self {
        Self {
            bin: join(Role::Public, x25519, ed25519),
        }
    }

    /// Builds a bin from an Ed25519 key alone, which also replaces the missing X25519 half.
    pub(super) fn from_ed25519(key: &[u8; 32]) -> Self {
        Self::from_halves(key, key)
    }

    /// Returns the canonical public bin.
    pub(super) fn as_bytes(&self) -> &[u8; BIN_LENGTH] {
        &self.bin
    }

    /// Returns the X25519 public key.
    pub(super) fn x25519(&self) -> &[u8; 32] {
        x25519_half(&self.bin)
    }

    /// Returns the encoded Ed25519 point.
    pub(super) fn ed25519(&self) -> &[u8; 32] {
        ed25519_half(&self.bin)
    }
}

/// Checks prefix and length of a curve25519 bin, and drops bytes after its end.
pub(super) fn canonical_bin(bytes: &[u8], role: Role) -> Result<&[u8; BIN_LENGTH], KeyError> {
    if bytes.starts_with(role.other().prefix().as_bytes()) {
        return Err(KeyError::WrongHalf { role });
    }
    if !bytes.starts_with(role.prefix().as_bytes()) {
        return Err(KeyError::UnknownForm { role });
    }
    bytes.first_chunk().ok_or(KeyError::TooShort {
        role,
        length: bytes.len(),
    })
}

/// Returns the X25519 half of a bin.
pub(super) fn x25519_half(bin: &[u8; BIN_LENGTH]) -> &[u8; 32] {
    // The default is never used: 74 bytes hold both halves.
    bin[PREFIX_LENGTH..].first_chunk().unwrap_or(&[0; 32])
}

/// Returns the Ed25519 half of a bin.
pub(super) fn ed25519_half(bin: &[u8; BIN_LENGTH]) -> &[u8; 32] {
    bin.last_chunk().unwrap_or(&[0; 32])
}

/// Builds a bin from its role's prefix and its two halves.
pub(super) fn join(role: Role, x25519: &[u8; 32], ed25519: &[u8; 32]) -> [u8; BIN_LENGTH] {
    let mut bin = [0; BIN_LENGTH];
    bin[..PREFIX_LENGTH].copy_from_slice(role.prefix().as_bytes());
    bin[PREFIX_LENGTH..PREFIX_LENGTH + 32].copy_from_slice(x25519);
    bin[PREFIX_LENGTH + 32..].copy_from_slice(ed25519);
    bin
}

/// Returns `true` if `signature` is a signature of `message` by the key with this point; `false`
/// for a signature of a wrong length.
///
/// This is plain Ed25519 as OpenSSL (and so py-ipv8) checks it: no cofactor, S below the group
/// order, and keys of small order and unreduced encodings of A are used as they are.
pub(super) fn is_signature(point: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature)
        .is_ok_and(|signature| point.verify(message, &signature).is_ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::crypto::{PrivateKey, PublicKey};
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn unhex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text
            .chars()
            .map(|c| c.to_digit(16).unwrap() as u8)
            .collect();
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect()
    }

    fn public(ed25519: &[u8]) -> PublicKey {
        let bin = join(Role::Public, &[1; 32], ed25519.try_into().unwrap());
        PublicKey::from_bytes(&bin).unwrap()
    }

    #[test]
    fn edge_cases_have_the_same_verdict_as_in_py_ipv8() {
        let cases = include_str!("testdata/ed25519_edge_cases.txt");
        let mut judged = 0;
        for line in cases.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.splitn(5, ' ').collect();
            let verdict = public(&unhex(columns[1])).verify(&unhex(columns[3]), &unhex(columns[2]));
            assert_eq!(verdict, columns[0] == "valid", "{line}");
            judged += 1;
        }
        assert_eq!(judged, 75);
    }

    #[test]
    fn small_order_x25519_keys_share_no_secret() {
        let key = PrivateKey::generate(&mut StdRng::seed_from_u64(1));
        let mut unreduced_zero = [0xff; 32];
        unreduced_zero[0] = 0xed;
        unreduced_zero[31] = 0x7f;
        let mut one = [0; 32];
        one[0] = 1;
        for x25519 in [[0; 32], one, unreduced_zero] {
            let peer = PublicKey::from_bytes(&join(Role::Public, &x25519, &[0; 32])).unwrap();
            assert_eq!(key.diffie_hellman(&peer).unwrap_err(), KeyError::SmallOrder);
        }
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let key = PrivateKey::generate(&mut StdRng::seed_from_u64(2));
        assert_eq!(format!("{key:?}"), format!("PrivateKey({})", key.mid()));
        assert_eq!(
            format!("{:?}", key.public_key()),
            format!("PublicKey(curve25519, {})", key.mid())
        );
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let private = PrivateKey::generate(&mut StdRng::seed_from_u64(3)).to_bytes();
        let wrong_half = PublicKey::from_bytes(&*private).unwrap_err();
        assert_eq!(wrong_half, KeyError::WrongHalf { role: Role::Public });
        assert!(wrong_half.to_string().contains("LibNaCLPK:"));
        let short = PrivateKey::from_bytes(&private[..73]).unwrap_err();
        assert_eq!(
            short,
            KeyError::TooShort {
                role: Role::Private,
                length: 73
            }
        );
        assert!(short.to_string().contains("73 bytes"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_key_signs_shares_secrets_and_round_trips_through_its_bin(seed: [u8; 32], other: [u8; 32], message: Vec<u8>, flip in 0usize..512) {
            let key = PrivateKey::generate(&mut StdRng::from_seed(seed));
            let peer = PrivateKey::generate(&mut StdRng::from_seed(other));
            let again = PrivateKey::from_bytes(&*key.to_bytes()).unwrap();
            prop_assert_eq!(again.public_key(), key.public_key());
            prop_assert_eq!(&PublicKey::from_bytes(key.public_key().as_bytes()).unwrap(), key.public_key());
            let mut signature = key.sign(&message);
            let by_the_seed = SigningKey::from_bytes(ed25519_half(&key.to_bytes())).sign(&message);
            prop_assert_eq!(signature, by_the_seed.to_bytes());
            prop_assert!(again.public_key().verify(&message, &signature));
            signature[flip / 8] ^= 1 << (flip % 8);
            prop_assert!(!key.public_key().verify(&message, &signature));
            prop_assert_eq!(
                key.diffie_hellman(peer.public_key()).unwrap(),
                peer.diffie_hellman(key.public_key()).unwrap()
            );
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, message: Vec<u8>, signature: Vec<u8>) {
            let _ = PrivateKey::from_bytes(&bytes);
            let prefixed = [b"LibNaCLPK:", &bytes[..]].concat();
            for input in [&bytes, &prefixed] {
                if let Ok(key) = PublicKey::from_bytes(input) {
                    prop_assert!(!key.verify(&message, &signature));
                }
            }
        }
    }
}
