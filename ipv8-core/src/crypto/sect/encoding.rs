//! Points as octet strings (SEC 1, sections 2.3.3 and 2.3.4).

use super::field::Element;
use super::point::{Affine, Parameters};

/// The form in which a point is written. OpenSSL keeps the form in which a key was read, and the
/// mid depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::crypto) enum Form {
    /// 02 or 03, then x.
    Compressed,
    /// 04, then x and y.
    Uncompressed,
    /// 06 or 07, then x and y.
    Hybrid,
}

impl Form {
    /// Returns the form that a first byte names, and the bit of y that it carries.
    fn of_tag(tag: u8) -> Option<(Self, bool)> {
        match tag {
            2 | 3 => Some((Self::Compressed, tag == 3)),
            4 => Some((Self::Uncompressed, false)),
            6 | 7 => Some((Self::Hybrid, tag == 7)),
            _ => None,
        }
    }

    fn tag(self, bit: bool) -> u8 {
        match self {
            Self::Compressed => 2 + u8::from(bit),
            Self::Uncompressed => 4,
            Self::Hybrid => 6 + u8::from(bit),
        }
    }
}

/// Reads a point; `None` for anything but a finite point of the curve in one of the three forms.
pub(super) fn decode<const M: usize, const N: usize>(
    curve: &Parameters<M, N>,
    bytes: &[u8],
) -> Option<(Affine<M, N>, Form)> {
    let (tag, coordinates) = bytes.split_first()?;
    let (form, bit) = Form::of_tag(*tag)?;
    if form == Form::Compressed {
        let x = Element::from_bytes(coordinates)?;
        return Some((decompress(curve, x, bit)?, form));
    }
    let (x, y) = coordinates.split_at_checked(Element::<M, N>::BYTES)?;
    let point = Affine {
        x: Element::from_bytes(x)?,
        y: Element::from_bytes(y)?,
    };
    let consistent = form == Form::Uncompressed || compressed_bit(&point) == bit;
    (consistent && point.is_on_curve(curve.a)).then_some((point, form))
}

/// Writes a point. If x is zero, the bit of y carries no information and is written as 0, as in
/// OpenSSL.
pub(super) fn encode<const M: usize, const N: usize>(point: &Affine<M, N>, form: Form) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + 2 * Element::<M, N>::BYTES);
    let bit = form != Form::Uncompressed && compressed_bit(point);
    bytes.push(form.tag(bit));
    point.x.append_to(&mut bytes);
    if form != Form::Compressed {
        point.y.append_to(&mut bytes);
    }
    bytes
}

/// Returns the lowest bit of y / x, and 0 if x is 0.
fn compressed_bit<const M: usize, const N: usize>(point: &Affine<M, N>) -> bool {
    point.x.inverse().times(&point.y).lowest_bit()
}

/// Returns the point with this x and this lowest bit of y / x. With y = xz the curve equation is z²
/// + z = x + a + 1/x².
fn decompress<const M: usize, const N: usize>(
    curve: &Parameters<M, N>,
    x: Element<M, N>,
    bit: bool,
) -> Option<Affine<M, N>> {
    if x.is_zero() {
        return Some(Affine { x, y: Element::ONE });
    }
    let mut right = x + x.inverse().square();
    if curve.a {
        right = right + Element::ONE;
    }
    let mut z = right.half_trace();
    if z.square() + z != right {
        return None;
    }
    if z.lowest_bit() != bit {
        z = z + Element::ONE;
    }
    Some(Affine { x, y: x.times(&z) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::curves::{SECT163K1, SECT233K1, SECT409K1, SECT571K1};
    use super::*;

    fn every_form_round_trips_on<const M: usize, const N: usize>(curve: &Parameters<M, N>) {
        for number in 1..6 {
            let point = curve.public_point(&[number]).unwrap();
            for form in [Form::Compressed, Form::Uncompressed, Form::Hybrid] {
                let mut bytes = encode(&point, form);
                assert_eq!(decode(curve, &bytes), Some((point, form)));
                bytes.push(0);
                assert_eq!(decode(curve, &bytes), None);
                assert_eq!(decode(curve, &bytes[..bytes.len() - 2]), None);
                bytes.pop();
                bytes[0] ^= 1;
                if form == Form::Compressed {
                    let other = decode(curve, &bytes).unwrap().0;
                    assert_eq!((other.x, other.y), (point.x, point.x + point.y));
                } else {
                    assert_eq!(decode(curve, &bytes), None);
                }
            }
        }
        for bytes in [&[][..], &[0], &[4], &[5, 1]] {
            assert_eq!(decode(curve, bytes), None);
        }
    }

    #[test]
    fn every_form_round_trips() {
        every_form_round_trips_on(&SECT163K1);
        every_form_round_trips_on(&SECT233K1);
        every_form_round_trips_on(&SECT409K1);
        every_form_round_trips_on(&SECT571K1);
    }

    #[test]
    fn only_one_point_has_an_x_of_zero() {
        for tag in [2, 3] {
            let mut bytes = [0; 22];
            bytes[0] = tag;
            let (point, form) = decode(&SECT163K1, &bytes).unwrap();
            assert_eq!(encode(&point, form)[0], 2);
        }
    }
}
