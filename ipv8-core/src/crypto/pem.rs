//! PEM text (RFC 7468): base64 between two lines. The text may be secret, so buffers are wiped
//! after use.

use zeroize::Zeroizing;

/// Returns the bytes in the first block with this label; `None` if there is none, or if it is
/// encrypted or corrupted.
pub(super) fn decode(text: &[u8], label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = std::str::from_utf8(text).ok()?;
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    base64(body)
}

/// Decodes standard base64 with white space anywhere. Padding is optional, but nothing may follow
/// it.
pub(super) fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Allocated at its final size: growing would leave copies behind.
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let end = packed
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |last| last + 1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(end / 4 * 3 + 2));
    for group in packed[..end].chunks(4) {
        let bits = group
            .iter()
            .try_fold(0u32, |bits, byte| Some(bits << 6 | sextet(*byte)?))?;
        let whole = (bits << (8 + 6 * (4 - group.len()))).to_be_bytes();
        // Two digits make one byte, three make two, four make three; a single digit is an error.
        bytes.extend_from_slice(
            whole.get(..group.len().checked_sub(1).filter(|count| *count > 0)?)?,
        );
    }
    Some(bytes)
}

fn sextet(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9v\nYmE=\n", "fooba"),
            ("Zm9vYmE", "fooba"),
        ] {
            assert_eq!(base64(text).unwrap().as_slice(), bytes.as_bytes());
        }
        for text in ["Z", "Zm9vY", "Zg==Zg==", "Z-==", "é"] {
            assert_eq!(base64(text), None, "{text}");
        }
    }

    #[test]
    fn a_block_needs_its_label_and_its_end() {
        let text = b"noise\n-----BEGIN A-----\nZm9v\n-----END A-----\n";
        assert_eq!(decode(text, "A").unwrap().as_slice(), b"foo");
        assert_eq!(decode(text, "B"), None);
        assert_eq!(decode(&text[..text.len() - 5], "A"), None);
        assert_eq!(decode(b"\xff", "A"), None);
    }
}
