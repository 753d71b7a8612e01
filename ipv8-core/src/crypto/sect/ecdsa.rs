//! ECDSA verification (FIPS 186-4, section 6.4; SEC 1, section 4.1.4) with SHA-1.

use sha1::{Digest, Sha1};

use super::field::{Element, words_from_bytes};
use super::point::{Affine, Parameters};

/// Returns `true` if `signature` is r then s, each big-endian in as many bytes as a field element,
/// for `message` and the key `public`.
pub(super) fn verify<const M: usize, const N: usize>(
    curve: &Parameters<M, N>,
    public: &Affine<M, N>,
    message: &[u8],
    signature: &[u8],
) -> bool {
    verdict(curve, public, message, signature).unwrap_or(false)
}

/// Returns `None` if a step has no result: wrong length, or the sum is the point at infinity.
fn verdict<const M: usize, const N: usize>(
    curve: &Parameters<M, N>,
    public: &Affine<M, N>,
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    if signature.len() != 2 * Element::<M, N>::BYTES {
        return None;
    }
    let (r, s) = signature.split_at(Element::<M, N>::BYTES);
    let (r, s) = (words_from_bytes(r)?, words_from_bytes(s)?);
    let order = &curve.order;
    if !order.is_unit(&r) || !order.is_unit(&s) {
        return None;
    }
    // All four orders are above 2^160, so the hash is neither cut nor reduced.
    let hash = words_from_bytes(&Sha1::digest(message))?;
    let inverse = order.invert(&s);
    let u = order.multiply(&hash, &inverse);
    let v = order.multiply(&r, &inverse);
    let sum = curve.combine(&u, Some((&v, public)))?;
    Some(order.reduce(sum.x.words()) == r)
}
