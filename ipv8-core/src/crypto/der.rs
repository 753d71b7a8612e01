//! The two DER structures of `sect*k1` keys: SubjectPublicKeyInfo (RFC 5480) and ECPrivateKey (RFC
//! 5915, SEC 1 C.4).
//!
//! Reading is as lenient as OpenSSL where that is harmless: lengths may be longer than needed, and
//! bytes after the outer sequence are dropped. Unknown parts of a structure and indefinite lengths
//! are refused. Writing produces the canonical form.

use zeroize::Zeroizing;

use super::curve::Curve;
use super::error::KeyError;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
/// The first byte of every DER key.
pub(super) const SEQUENCE: u8 = 0x30;
const PARAMETERS: u8 = 0xa0;
const PUBLIC_KEY: u8 = 0xa1;

/// The length of the longest key in bytes: the private key of sect571k1 with its point.
const LONGEST: usize = 241;

/// id-ecPublicKey, 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// id-Ed25519, 1.3.101.112.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// The arc of SEC 2's curves, 1.3.132.0; one byte for the curve follows.
const SEC2_ARC: [u8; 4] = [0x2b, 0x81, 0x04, 0x00];

/// The curves with their last arc and the length of their order in bytes.
const SECT_CURVES: [(Curve, u8, usize); 4] = [
    (Curve::Sect163k1, 1, 21),
    (Curve::Sect233k1, 26, 29),
    (Curve::Sect409k1, 36, 51),
    (Curve::Sect571k1, 38, 72),
];

/// The contents of a SubjectPublicKeyInfo.
pub(super) enum PublicInfo {
    /// A curve of SEC 2 and the octet string of a point.
    Sect(Curve, Vec<u8>),
    /// An Ed25519 public key.
    Ed25519([u8; 32]),
}

/// The contents of an ECPrivateKey.
pub(super) struct PrivateInfo<'a> {
    pub(super) curve: Curve,
    /// The private number: big-endian, of any length.
    pub(super) number: &'a [u8],
    /// The octet string of the public point, if present.
    pub(super) point: Option<Vec<u8>>,
}

/// Reads `SEQ { SEQ { algorithm, curve }, BIT STRING }`.
pub(super) fn read_public(bytes: &[u8]) -> Result<PublicInfo, KeyError> {
    let mut outer = Reader(Reader(bytes).element(SEQUENCE, "outer sequence")?);
    let mut algorithm = Reader(outer.element(SEQUENCE, "algorithm")?);
    let name = algorithm.element(OBJECT_IDENTIFIER, "algorithm")?;
    let curve = match name {
        EC_PUBLIC_KEY => Some(read_curve(&mut algorithm)?),
        ED25519 => None,
        _ => return Err(KeyError::UnsupportedCurve),
    };
    algorithm.finish("algorithm")?;
    let point = read_bits(&mut outer)?;
    outer.finish("outer sequence")?;
    match curve {
        Some(curve) => Ok(PublicInfo::Sect(curve, point)),
        None => point
            .try_into()
            .map(PublicInfo::Ed25519)
            .map_err(|_| KeyError::Der { part: "public key" }),
    }
}

/// Returns the curve that the start of a SubjectPublicKeyInfo names, without reading its point.
/// `None` if [`read_public`] would fail before it reads the point.
pub(super) fn curve_of_public(bytes: &[u8]) -> Option<Curve> {
    let mut outer = Reader(Reader(bytes).element(SEQUENCE, "outer sequence").ok()?);
    let mut algorithm = Reader(outer.element(SEQUENCE, "algorithm").ok()?);
    let name = algorithm.element(OBJECT_IDENTIFIER, "algorithm").ok()?;
    if name != EC_PUBLIC_KEY {
        return None;
    }
    read_curve(&mut algorithm).ok()
}

/// Reads `SEQ { INTEGER, OCTET STRING, [0] curve, [1] BIT STRING (optional) }`. The integer must be
/// 1.
pub(super) fn read_private(bytes: &[u8]) -> Result<PrivateInfo<'_>, KeyError> {
    let mut outer = Reader(Reader(bytes).element(SEQUENCE, "outer sequence")?);
    if outer.element(INTEGER, "version")? != [1] {
        return Err(KeyError::Der { part: "version" });
    }
    let number = outer.element(OCTET_STRING, "private number")?;
    let mut parameters = Reader(outer.element(PARAMETERS, "curve")?);
    let curve = read_curve(&mut parameters)?;
    parameters.finish("curve")?;
    let mut point = None;
    if !outer.0.is_empty() {
        let mut tagged = Reader(outer.element(PUBLIC_KEY, "public key")?);
        point = Some(read_bits(&mut tagged)?);
        tagged.finish("public key")?;
    }
    outer.finish("outer sequence")?;
    Ok(PrivateInfo {
        curve,
        number,
        point,
    })
}

/// Returns the SubjectPublicKeyInfo of a point on a `sect*k1` curve.
pub(super) fn write_public(curve: Curve, point: &[u8]) -> Vec<u8> {
    let algorithm = [
        element(OBJECT_IDENTIFIER, EC_PUBLIC_KEY),
        write_curve(curve),
    ]
    .concat();
    let parts = [element(SEQUENCE, &algorithm), write_bits(point)].concat();
    element(SEQUENCE, &parts)
}

/// Returns the ECPrivateKey of a number and, if given, its point on a `sect*k1` curve.
pub(super) fn write_private(
    curve: Curve,
    number: &[u8],
    point: Option<&[u8]>,
) -> Zeroizing<Vec<u8>> {
    // Both buffers are allocated at their final size: growing would leave copies of the number
    // behind.
    let mut parts = Zeroizing::new(Vec::with_capacity(LONGEST));
    append(&mut parts, INTEGER, &[1]);
    append(&mut parts, OCTET_STRING, number);
    append(&mut parts, PARAMETERS, &write_curve(curve));
    if let Some(point) = point {
        append(&mut parts, PUBLIC_KEY, &write_bits(point));
    }
    let mut der = Zeroizing::new(Vec::with_capacity(LONGEST));
    append(&mut der, SEQUENCE, &parts);
    der
}

/// Returns the length of a private number of the curve in bytes: that of the order (FIPS 186-4); 0
/// for curve25519.
pub(super) fn number_length(curve: Curve) -> usize {
    SECT_CURVES
        .iter()
        .find(|(known, ..)| *known == curve)
        .map_or(0, |(.., length)| *length)
}

fn read_curve(reader: &mut Reader<'_>) -> Result<Curve, KeyError> {
    let name = reader.element(OBJECT_IDENTIFIER, "curve")?;
    let arc = name.strip_prefix(&SEC2_ARC);
    let known = SECT_CURVES
        .iter()
        .find(|(_, last, _)| arc == Some(&[*last]));
    known
        .map(|(curve, ..)| *curve)
        .ok_or(KeyError::UnsupportedCurve)
}

fn write_curve(curve: Curve) -> Vec<u8> {
    let arc = SECT_CURVES
        .iter()
        .find(|(known, ..)| *known == curve)
        .map_or(0, |(_, arc, _)| *arc);
    let [a, b, c, d] = SEC2_ARC;
    element(OBJECT_IDENTIFIER, &[a, b, c, d, arc])
}

/// Reads a bit string. Bits that are declared unused become zero, as in OpenSSL.
fn read_bits(reader: &mut Reader<'_>) -> Result<Vec<u8>, KeyError> {
    const BROKEN: KeyError = KeyError::Der { part: "public key" };
    let content = reader.element(BIT_STRING, "public key")?;
    let (unused, bytes) = content.split_first().ok_or(BROKEN)?;
    let mask = 0xffu8.checked_shl(u32::from(*unused)).ok_or(BROKEN)?;
    let mut bytes = bytes.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last &= mask;
    }
    Ok(bytes)
}

fn write_bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 3);
    append(&mut bytes, tag, content);
    bytes
}

/// Appends an element of less than 256 bytes. No element is longer, see [`LONGEST`].
fn append(bytes: &mut Vec<u8>, tag: u8, content: &[u8]) {
    bytes.push(tag);
    if content.len() > 127 {
        bytes.push(0x81);
    }
    bytes.push(content.len() as u8);
    bytes.extend_from_slice(content);
}

/// The remaining elements of one level.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Returns the content of the next element, which must have this tag.
    fn element(&mut self, tag: u8, part: &'static str) -> Result<&'a [u8], KeyError> {
        self.next(tag).ok_or(KeyError::Der { part })
    }

    fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(*length), rest),
            // 0x80 is an indefinite length.
            0x81..=0x88 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
                (
                    usize::try_from(
                        bytes
                            .iter()
                            .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte)),
                    )
                    .ok()?,
                    rest,
                )
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*first == tag).then_some(content)
    }

    fn finish(&self, part: &'static str) -> Result<(), KeyError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(KeyError::Der { part })
        }
    }
}
