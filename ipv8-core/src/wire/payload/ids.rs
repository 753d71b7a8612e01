//! Message ids that belong to every community (protocol 4).

/// Introduction request, old style.
pub const INTRODUCTION_REQUEST: u8 = 246;
/// Introduction response, old style.
pub const INTRODUCTION_RESPONSE: u8 = 245;
/// Puncture request, old style.
pub const PUNCTURE_REQUEST: u8 = 250;
/// Puncture, old style.
pub const PUNCTURE: u8 = 249;
/// Introduction request, new style.
pub const NEW_INTRODUCTION_REQUEST: u8 = 234;
/// Introduction response, new style.
pub const NEW_INTRODUCTION_RESPONSE: u8 = 233;
/// Puncture request, new style.
pub const NEW_PUNCTURE_REQUEST: u8 = 232;
/// Puncture, new style.
pub const NEW_PUNCTURE: u8 = 231;

/// The largest id that a community may use for its own messages.
pub const LAST_FREE: u8 = 230;

/// Returns `true` if `id` belongs to every community, in use or deprecated: 231 to 255.
#[must_use]
pub const fn is_reserved(id: u8) -> bool {
    id > LAST_FREE
}

/// Returns the former meaning of a deprecated id: such messages are only logged (py-ipv8's
/// `deprecated_message_names`). `None` for ids in use and free ids.
#[must_use]
pub const fn deprecated_name(id: u8) -> Option<&'static str> {
    Some(match id {
        255 => "reserved-255",
        254 => "on-missing-sequence",
        253 => "missing-proof",
        252 => "signature-request",
        251 => "signature-response",
        248 => "on-identity",
        247 => "on-missing-identity",
        244 => "destroy-community",
        243 => "authorize",
        242 => "revoke",
        241 => "subjective-set",
        240 => "missing-subjective-set",
        239 => "on-missing-message",
        238 => "undo-own",
        237 => "undo-other",
        236 => "dynamic-settings",
        235 => "missing-last-message",
        _ => return None,
    })
}

/// Returns the name of a reserved id that is in use, for logs; `None` for deprecated and free ids.
#[must_use]
pub const fn name(id: u8) -> Option<&'static str> {
    Some(match id {
        INTRODUCTION_REQUEST => "introduction-request",
        INTRODUCTION_RESPONSE => "introduction-response",
        PUNCTURE_REQUEST => "puncture-request",
        PUNCTURE => "puncture",
        NEW_INTRODUCTION_REQUEST => "new-introduction-request",
        NEW_INTRODUCTION_RESPONSE => "new-introduction-response",
        NEW_PUNCTURE_REQUEST => "new-puncture-request",
        NEW_PUNCTURE => "new-puncture",
        _ => return None,
    })
}

/// Returns `true` if `id` is a signed message of every community: all in use except the puncture
/// requests.
#[must_use]
pub const fn is_signed(id: u8) -> bool {
    name(id).is_some() && id != PUNCTURE_REQUEST && id != NEW_PUNCTURE_REQUEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reserved_id_has_one_meaning() {
        for id in 0..=u8::MAX {
            let meanings =
                usize::from(name(id).is_some()) + usize::from(deprecated_name(id).is_some());
            assert_eq!(meanings, usize::from(is_reserved(id)), "{id}");
        }
    }
}
