//! HSalsa20 (Bernstein, "Extending the Salsa20 nonce", section 2), which NaCl applies to shared
//! secrets.

use zeroize::Zeroizing;

/// "expand 32-byte k", in little-endian words.
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// The words of each quarter round: four columns, then four rows.
const QUARTERS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [5, 9, 13, 1],
    [10, 14, 2, 6],
    [15, 3, 7, 11],
    [0, 1, 2, 3],
    [5, 6, 7, 4],
    [10, 11, 8, 9],
    [15, 12, 13, 14],
];

/// Returns HSalsa20 of a key with an input of sixteen zero bytes: NaCl's `crypto_box_beforenm`
/// after its X25519.
pub(super) fn hsalsa20(key: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut state = Zeroizing::new([0u32; 16]);
    for (place, value) in [0, 5, 10, 15].into_iter().zip(CONSTANTS) {
        state[place] = value;
    }
    let (words, _) = key.as_chunks::<4>();
    for (place, bytes) in [1, 2, 3, 4, 11, 12, 13, 14].into_iter().zip(words) {
        state[place] = u32::from_le_bytes(*bytes);
    }
    for _ in 0..10 {
        for quarter in QUARTERS {
            quarter_round(&mut state, quarter);
        }
    }
    let mut output = Zeroizing::new([0; 32]);
    let (words, _) = output.as_chunks_mut::<4>();
    for (bytes, place) in words.iter_mut().zip([0, 5, 10, 15, 6, 7, 8, 9]) {
        *bytes = state[place].to_le_bytes();
    }
    output
}

fn quarter_round(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    state[b] ^= state[a].wrapping_add(state[d]).rotate_left(7);
    state[c] ^= state[b].wrapping_add(state[a]).rotate_left(9);
    state[d] ^= state[c].wrapping_add(state[b]).rotate_left(13);
    state[a] ^= state[d].wrapping_add(state[c]).rotate_left(18);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of "Cryptography in NaCl", section 8 ("firstkey").
    #[test]
    fn nacl_example() {
        let shared = [
            0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1, 0x72, 0x8e, 0x3b, 0xf4, 0x80, 0x35,
            0x0f, 0x25, 0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1, 0x9e, 0x33, 0x76, 0xf0, 0x9b, 0x3c,
            0x1e, 0x16, 0x17, 0x42,
        ];
        let first = [
            0x1b, 0x27, 0x55, 0x64, 0x73, 0xe9, 0x85, 0xd4, 0x62, 0xcd, 0x51, 0x19, 0x7a, 0x9a,
            0x46, 0xc7, 0x60, 0x09, 0x54, 0x9e, 0xac, 0x64, 0x74, 0xf2, 0x06, 0xc4, 0xee, 0x08,
            0x44, 0xf6, 0x83, 0x89,
        ];
        assert_eq!(*hsalsa20(&shared), first);
    }
}
